/*
 * The quick start of wine-mapview
 *
 * usage: mapview-start SCRIPT PROGRAM [ARGUMENT]...
 *
 * The launcher hands over to this program, which looks whether the overlay and the prefix are as
 * the record in the overlay says and then starts the loader.  Whatever else it finds, it gives
 * back to the launcher, which knows what to do.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#define _GNU_SOURCE
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/stat.h>

#define FORMAT "3"  /* the launcher's wm_format */

/* what the record says; the launcher's write_start_record writes it */
struct record
{
    char *command;      /* the installed 'wine' and the module: FORMAT|COMMAND|MODULE */
    char *exec;         /* the loader in the overlay */
    char *server;
    char *dlldirs;
    char *debug;        /* what the installed 'wine' sets WINEDEBUG to */
};

static char module[PATH_MAX];
static char prefix[PATH_MAX];

static char *join( const char *dir, const char *name )
{
    char *path;

    return asprintf( &path, "%s/%s", dir, name ) < 0 ? NULL : path;
}

static int is_directory( const char *path )
{
    struct stat st;

    return !stat( path, &st ) && S_ISDIR( st.st_mode );
}

static const char *get_env( const char *name )
{
    const char *value = getenv( name );

    return value && *value ? value : NULL;
}

/* the checksum that POSIX's cksum makes */
static uint32_t add_byte( uint32_t sum, unsigned char byte )
{
    int i;

    sum ^= (uint32_t)byte << 24;
    for (i = 0; i < 8; i++) sum = (sum << 1) ^ (sum & 0x80000000 ? 0x04c11db7 : 0);
    return sum;
}

static uint32_t get_cksum( const char *text )
{
    size_t len = strlen( text ), i;
    uint32_t sum = 0;

    for (i = 0; i < len; i++) sum = add_byte( sum, text[i] );
    for (i = len; i; i >>= 8) sum = add_byte( sum, i );
    return ~sum;
}

/* as the shell finds a command */
static char *find_in_path( const char *name )
{
    const char *dirs = getenv( "PATH" );
    char *list, *dir, *path;
    struct stat st;

    if (!dirs || !(list = strdup( dirs ))) return NULL;
    while ((dir = strsep( &list, ":" )))
    {
        if (*dir != '/' || !(path = join( dir, name ))) continue;
        if (!access( path, X_OK ) && !stat( path, &st ) && S_ISREG( st.st_mode )) return path;
        free( path );
    }
    return NULL;
}

/* the directory of this program is that of the module */
static int find_module( void )
{
    ssize_t len = readlink( "/proc/self/exe", module, sizeof(module) - 1 );
    char *end;

    if (len <= 0) return 0;
    module[len] = 0;
    if (!(end = strrchr( module, '/' ))) return 0;
    *end = 0;
    return 1;
}

static int find_prefix( void )
{
    const char *dir = getenv( "WINEPREFIX" ), *home = getenv( "HOME" );
    int len;

    if (dir) len = snprintf( prefix, sizeof(prefix), "%s", dir );
    else len = snprintf( prefix, sizeof(prefix), "%s/.wine", home ? home : "" );
    return len < (int)sizeof(prefix);
}

static FILE *open_record( const char *command )
{
    const char *cache = getenv( "XDG_CACHE_HOME" ), *home = get_env( "HOME" );
    char *text, *path;
    int len;

    if (asprintf( &text, "%s\n%s\n", command, module ) < 0) return NULL;
    if (cache && *cache == '/')
        len = asprintf( &path, "%s/wine-mapview/current-%u/start", cache, get_cksum( text ));
    else if (home)
        len = asprintf( &path, "%s/.cache/wine-mapview/current-%u/start", home, get_cksum( text ));
    else return NULL;
    return len < 0 ? NULL : fopen( path, "re" );
}

/* PATH|SIZE SECONDS|INODE SECONDS.NANOSECONDS */
static int is_unchanged( char *line )
{
    char *inode = strrchr( line, '|' ), *size, now[128];
    struct stat st;

    if (!inode) return 0;
    *inode = 0;
    size = strrchr( line, '|' );
    *inode = '|';
    if (!size) return 0;
    *size++ = 0;
    if (stat( line, &st )) return 0;
    snprintf( now, sizeof(now), "%lld %lld|%llu %lld.%09ld", (long long)st.st_size, (long long)st.st_mtim.tv_sec,
              (unsigned long long)st.st_ino, (long long)st.st_mtim.tv_sec, st.st_mtim.tv_nsec );
    return !strcmp( size, now );
}

/* CPU NAME SIZE SECONDS: a DLL that the prefix must have a copy of */
static int has_companion( const char *line )
{
    char cpu[32], name[64], *path;
    long long size, time;
    struct stat st;

    if (sscanf( line, "%31s %63s %lld %lld", cpu, name, &size, &time ) != 4) return 0;
    if (asprintf( &path, "%s/drive_c/windows/%s/%s", prefix, strcmp( cpu, "i386" ) ? "system32" : "syswow64", name ) < 0)
        return 0;
    return !stat( path, &st ) && st.st_size == size && st.st_mtim.tv_sec == time;
}

/* Where Wine runs 32-bit programs, there are prefixes for them alone, which need its 32-bit loader.
 * Those with a directory for each kind are none, nor are new ones as a rule. */
static int may_be_win32( int has_windows )
{
    const char *arch = get_env( "WINEARCH" );

    if (has_windows) return !is_directory( join( prefix, "drive_c/windows/syswow64" ));
    return arch && !strcmp( arch, "win32" );
}

/* the record's lines begin with a word: what the rest is */
static int check_record( FILE *file, const char *command, struct record *record )
{
    int has_windows = is_directory( join( prefix, "drive_c/windows/system32" ));
    const struct { const char *word; char **value; } values[] =
    {
        { "command ", &record->command },
        { "exec ",    &record->exec },
        { "server ",  &record->server },
        { "dlldirs ", &record->dlldirs },
        { "debug ",   &record->debug },
    };
    const unsigned int count = sizeof(values) / sizeof(values[0]);
    char *line = NULL, *expected;
    unsigned int i;
    size_t size = 0;
    ssize_t len;

    while ((len = getline( &line, &size, file )) > 0)
    {
        if (line[len - 1] != '\n') return 0;
        line[len - 1] = 0;
        for (i = 0; i < count; i++)
            if (!strncmp( line, values[i].word, strlen( values[i].word ))) break;
        if (i < count) *values[i].value = strdup( line + strlen( values[i].word ));
        else if (!strcmp( line, "win32" )) { if (may_be_win32( has_windows )) return 0; }
        else if (!strncmp( line, "file ", 5 )) { if (!is_unchanged( line + 5 )) return 0; }
        else if (!strncmp( line, "absent ", 7 )) { if (!access( line + 7, F_OK )) return 0; }
        else if (!strncmp( line, "companion ", 10 ))
        {
            if (has_windows && !has_companion( line + 10 )) return 0;
        }
        else return !strcmp( line, "end" ) && record->command && record->exec && record->server &&
                    record->dlldirs && record->debug && asprintf( &expected, FORMAT "|%s|%s", command, module ) > 0 &&
                    !strcmp( record->command, expected );
    }
    return 0;
}

static void set_environment( const struct record *record )
{
    const char *path = get_env( "WINEDLLPATH" );
    size_t len = strlen( record->dlldirs );
    char *both;

    if (!path) setenv( "WINEDLLPATH", record->dlldirs, 1 );
    else if (strncmp( path, record->dlldirs, len ) || (path[len] && path[len] != ':'))
    {
        if (asprintf( &both, "%s:%s", record->dlldirs, path ) > 0) setenv( "WINEDLLPATH", both, 1 );
    }
    setenv( "WINELOADER", record->exec, 1 );
    if (!get_env( "WINESERVER" )) setenv( "WINESERVER", record->server, 1 );
    if (*record->debug && !get_env( "WINEDEBUG" )) setenv( "WINEDEBUG", record->debug, 1 );
}

/* returns only if there is something to do before the program can be started */
static void start( char **argv )
{
    struct record record = { 0 };
    char *command;
    FILE *file;

    if (!find_module() || !find_prefix()) return;
    if (!(command = find_in_path( "wine" )) && !(command = find_in_path( "wine64" ))) return;
    if (!(file = open_record( command )) || !check_record( file, command, &record )) return;
    if (access( record.exec, X_OK )) return;
    fclose( file );
    set_environment( &record );
    argv[0] = record.exec;
    execv( record.exec, argv );
}

int main( int argc, char *argv[] )
{
    char *script = argv[1];

    if (argc < 3)
    {
        fprintf( stderr, "usage: mapview-start SCRIPT PROGRAM [ARGUMENT]...\n" );
        return 2;
    }
    start( argv + 1 );
    argv[0] = script;
    argv[1] = (char *)"--checked";
    execv( script, argv );
    perror( script );
    return 1;
}
