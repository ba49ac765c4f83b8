/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * mapview-views -- the section views of running Wine processes, as /proc tells them
 *
 * No debugger and no help from the processes: what stock Wine has mapped shows as well.
 * A view is a mapping of a file.  What a Unix library maps for itself is told apart by the place:
 * ntdll puts views at multiples of the allocation granularity; those that are not, which only
 * placeholders can hold, have other memory of the same reservation beside them.  The kernel joins
 * mappings that continue one another, so two such views are shown as one.
 */

#define _GNU_SOURCE
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>
#include <unistd.h>
#include <sys/ioctl.h>
#include <sys/stat.h>

#define ARRAY_SIZE(x) (sizeof(x) / sizeof((x)[0]))
#define GRANULARITY   0x10000
#define MAX_NODES     64
#define UNKNOWN       UINT64_MAX

enum backing { BACKING_FILE, BACKING_SERVER, BACKING_MEMFD, BACKING_HUGETLB };
static const char * const backing_names[] = { "file", "server file", "memfd", "hugetlb" };

/* what a mapping of a file is */
enum kind { KIND_OTHER, KIND_VIEW, KIND_IMAGE };

/* a line of /proc/PID/maps */
struct mapping
{
    uint64_t  start;
    uint64_t  end;
    uint64_t  offset;
    uint64_t  inode;
    unsigned  major;
    unsigned  minor;
    char      perms[5];
    int       hugetlb;
    uint64_t  page_size;      /* bytes, 0 for the usual ones */
    uint64_t  resident;       /* bytes, UNKNOWN without smaps */
    uint64_t  large;          /* bytes in large pages */
    uint64_t *nodes;          /* bytes on each node, or NULL */
    char     *name;           /* as the kernel prints it; shared with the mapping before */
    int       own_name;
};

struct view
{
    uint64_t     start;
    uint64_t     end;
    uint64_t     offset;
    uint64_t     inode;
    unsigned     major;
    unsigned     minor;
    char         perms[5];
    int          mixed;       /* parts have other protections */
    int          image;
    enum backing backing;
    uint64_t     page_size;
    uint64_t     resident;
    uint64_t     large;
    uint64_t    *nodes;
    char        *file;        /* its name */
    int          deleted;
    unsigned     sharers;
};

struct process
{
    int             pid;
    int             dir;      /* /proc/PID: what it leads to never becomes another process */
    char           *command;
    struct mapping *mappings;
    size_t          mapping_count;
    struct view    *views;
    size_t          view_count;
    size_t          image_count;
};

/* one look at all of them */
struct snapshot
{
    struct process *processes;
    size_t          count;
    size_t          denied;   /* Wine's, as it seems, but not ours to look at */
};

struct totals
{
    size_t   views;
    size_t   images;
    uint64_t size;
    uint64_t resident;
    uint64_t large;
    uint64_t nodes[MAX_NODES];
};

enum sort { SORT_ADDRESS, SORT_SIZE, SORT_RESIDENT };

static const char *proc = "/proc";
static int show_all, json, watch, count, rows_left = -1, columns;
static double interval = 2;
static enum sort sort_by = SORT_ADDRESS;
static uint64_t usual_page_size;
static char **targets;
static int target_count;
static volatile sig_atomic_t stopped;

static void fail( int status, const char *format, ... )
{
    va_list args;

    fflush( stdout );
    fprintf( stderr, "wine-mapview: " );
    va_start( args, format );
    vfprintf( stderr, format, args );
    va_end( args );
    fputc( '\n', stderr );
    exit( status );
}

static void *grow( void *array, size_t count, size_t size )
{
    void *ret = array;

    /* powers of two from 16 on */
    if (!count || (count >= 16 && !(count & (count - 1))))
        if (!(ret = realloc( array, (count ? count * 2 : 16) * size ))) fail( 1, "out of memory" );
    return ret;
}

static char *copy_string( const char *str, size_t len )
{
    char *ret = malloc( len + 1 );

    if (!ret) fail( 1, "out of memory" );
    memcpy( ret, str, len );
    ret[len] = 0;
    return ret;
}

/* ---- reading ---- */

static FILE *open_file( const struct process *process, const char *name )
{
    int fd = openat( process->dir, name, O_RDONLY | O_CLOEXEC );
    FILE *file;

    if (fd == -1) return NULL;
    if (!(file = fdopen( fd, "r" ))) close( fd );
    return file;
}

/* all of a small file */
static ssize_t read_small( const struct process *process, const char *name, char *buffer, size_t size )
{
    int fd = openat( process->dir, name, O_RDONLY | O_CLOEXEC );
    ssize_t len, pos = 0;

    if (fd == -1) return -1;
    while ((size_t)pos < size - 1 && (len = read( fd, buffer + pos, size - 1 - pos )) > 0) pos += len;
    close( fd );
    buffer[pos] = 0;
    return pos;
}

static int parse_mapping( char *line, struct mapping *mapping, const struct mapping *prev )
{
    int pos = 0;
    char *end;

    memset( mapping, 0, sizeof(*mapping) );
    if (sscanf( line, "%" SCNx64 "-%" SCNx64 " %4s %" SCNx64 " %x:%x %" SCNu64 "%n", &mapping->start, &mapping->end,
                mapping->perms, &mapping->offset, &mapping->major, &mapping->minor, &mapping->inode, &pos ) != 7)
        return 0;
    mapping->resident = UNKNOWN;
    line += pos;
    while (*line == ' ') line++;
    end = line + strcspn( line, "\n" );
    *end = 0;
    if (prev && prev->inode == mapping->inode && !strcmp( prev->name, line )) mapping->name = prev->name;
    else
    {
        mapping->name = copy_string( line, end - line );
        mapping->own_name = 1;
    }
    return 1;
}

/* what smaps tells below the line of a mapping */
static void parse_detail( const char *line, struct mapping *mapping )
{
    static const struct
    {
        const char *key;
        int         large, resident;
    } sizes[] =
    {
        { "Rss:",             0, 1 },
        { "AnonHugePages:",   1, 0 },
        { "ShmemPmdMapped:",  1, 0 },
        { "FilePmdMapped:",   1, 0 },
        { "Shared_Hugetlb:",  1, 1 },
        { "Private_Hugetlb:", 1, 1 },
    };
    uint64_t size;
    unsigned int i;

    if (!strncmp( line, "VmFlags:", 8 ))
    {
        if (strstr( line, " ht" )) mapping->hugetlb = 1;
        return;
    }
    if (!strncmp( line, "KernelPageSize:", 15 ))
    {
        mapping->page_size = strtoull( line + 15, NULL, 10 ) * 1024;
        return;
    }
    for (i = 0; i < ARRAY_SIZE(sizes); i++)
    {
        if (strncmp( line, sizes[i].key, strlen( sizes[i].key ) )) continue;
        size = strtoull( line + strlen( sizes[i].key ), NULL, 10 ) * 1024;
        if (sizes[i].large) mapping->large += size;
        if (sizes[i].resident) mapping->resident = (mapping->resident == UNKNOWN ? 0 : mapping->resident) + size;
    }
}

/* 0 or the error.  A process that ends while it is read gives an end of the file or an error.
 * Mappings can change between two reads: one that begins before the end of the last has been
 * seen in part already. */
static int read_mappings( struct process *process, const char *name )
{
    struct mapping *last = NULL;
    size_t size = 0;
    char *line = NULL;
    FILE *file;
    int err;

    if (!(file = open_file( process, name ))) return errno;
    errno = 0;
    while (getline( &line, &size, file ) > 0)
    {
        if (isupper( (unsigned char)line[0] ))
        {
            if (last) parse_detail( line, last );
            continue;
        }
        process->mappings = grow( process->mappings, process->mapping_count, sizeof(*process->mappings) );
        last = process->mapping_count ? &process->mappings[process->mapping_count - 1] : NULL;
        if (!parse_mapping( line, &process->mappings[process->mapping_count], last ))
        {
            last = NULL;
            continue;
        }
        if (last && process->mappings[process->mapping_count].start < last->end)
        {
            if (process->mappings[process->mapping_count].own_name) free( process->mappings[process->mapping_count].name );
            last = NULL;
            continue;
        }
        last = &process->mappings[process->mapping_count++];
    }
    err = ferror( file ) ? errno : 0;
    fclose( file );
    free( line );
    return err;
}

static void free_mappings( struct process *process )
{
    size_t i;

    for (i = 0; i < process->mapping_count; i++)
    {
        free( process->mappings[i].nodes );
        if (process->mappings[i].own_name) free( process->mappings[i].name );
    }
    free( process->mappings );
    process->mappings = NULL;
    process->mapping_count = 0;
}

static void free_process( struct process *process )
{
    size_t i;

    free_mappings( process );
    for (i = 0; i < process->view_count; i++)
    {
        free( process->views[i].nodes );
        free( process->views[i].file );
    }
    free( process->views );
    free( process->command );
    if (process->dir != -1) close( process->dir );
}

static void add_nodes( uint64_t **nodes, unsigned int node, uint64_t size )
{
    if (!*nodes && !(*nodes = calloc( MAX_NODES, sizeof(**nodes) ))) fail( 1, "out of memory" );
    (*nodes)[node] += size;
}

/* "ADDRESS POLICY file=NAME ... N0=PAGES N1=PAGES kernelpagesize_kB=4"; blanks in names are escaped */
static void read_nodes( struct process *process )
{
    struct mapping *mapping = process->mappings, *end = mapping + process->mapping_count;
    char *line = NULL, *word, *next;
    size_t size = 0;
    FILE *file;

    if (!(file = open_file( process, "numa_maps" ))) return;
    while (getline( &line, &size, file ) > 0)
    {
        uint64_t start = strtoull( line, &next, 16 ), page_size = usual_page_size;

        while (mapping < end && mapping->start < start) mapping++;
        if (mapping == end) break;
        if (mapping->start != start || !mapping->inode) continue;
        if ((word = strstr( line, " kernelpagesize_kB=" ))) page_size = strtoull( word + 19, NULL, 10 ) * 1024;
        for (word = strchr( line, ' ' ); word; word = strchr( word + 1, ' ' ))
        {
            unsigned long node;

            if (word[1] != 'N' || !isdigit( (unsigned char)word[2] )) continue;
            node = strtoul( word + 2, &next, 10 );
            if (*next == '=' && node < MAX_NODES)
                add_nodes( &mapping->nodes, node, strtoull( next + 1, NULL, 10 ) * page_size );
        }
    }
    free( line );
    fclose( file );
}

/* ---- what the mappings are ---- */

static int ends_with( const char *str, const char *end )
{
    size_t len = strlen( str ), end_len = strlen( end );

    return len >= end_len && !strcmp( str + len - end_len, end );
}

static const char *get_base_name( const char *name )
{
    const char *ret = name;

    for (; *name; name++) if (*name == '/' || *name == '\\') ret = name + 1;
    return ret;
}

static int is_wine( const struct process *process )
{
    size_t i;

    for (i = 0; i < process->mapping_count; i++)
        if (process->mappings[i].own_name && ends_with( process->mappings[i].name, "/ntdll.so" )) return 1;
    return 0;
}

static int is_same_file( const struct mapping *a, const struct mapping *b )
{
    return a->inode == b->inode && a->major == b->major && a->minor == b->minor && !strcmp( a->name, b->name );
}

/* a path as the process sees it */
static int open_mapped( const struct process *process, const char *name )
{
    char path[4200];

    if ((size_t)snprintf( path, sizeof(path), "root%s", name ) >= sizeof(path)) return -1;
    return openat( process->dir, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY );
}

/* The name of the file.  A newline is "\012" in the list, and so are these four characters:
 * the link that each mapping has, too, knows better. */
static char *get_file_name( const struct process *process, const struct mapping *mapping, int *deleted )
{
    char link[64], target[4200], *name, *src, *dst;
    struct stat st;
    ssize_t len = -1;
    int fd;

    if (strstr( mapping->name, "\\012" ))
    {
        snprintf( link, sizeof(link), "map_files/%" PRIx64 "-%" PRIx64, mapping->start, mapping->end );
        len = readlinkat( process->dir, link, target, sizeof(target) );
    }
    if (len > 0) name = copy_string( target, len );
    else
    {
        name = copy_string( mapping->name, strlen( mapping->name ) );
        for (src = dst = name; *src; dst++)
        {
            if (!strncmp( src, "\\012", 4 ))
            {
                *dst = '\n';
                src += 4;
            }
            else *dst = *src++;
        }
        *dst = 0;
    }
    *deleted = 0;
    if (ends_with( name, " (deleted)" ))
    {
        *deleted = 1;
        if (name[0] == '/' && (fd = open_mapped( process, name )) != -1)  /* it may really be called so */
        {
            if (!fstat( fd, &st ) && st.st_ino == mapping->inode) *deleted = 0;
            close( fd );
        }
        if (*deleted) name[strlen( name ) - 10] = 0;
    }
    return name;
}

static int has_suffix_of( const char *name, const char * const *suffixes )
{
    size_t len = strlen( name ), suffix;

    for (; *suffixes; suffixes++)
        if ((suffix = strlen( *suffixes )) <= len && !strcasecmp( name + len - suffix, *suffixes )) return 1;
    return 0;
}

/* the kind of a private mapping of a file: an image and a library each begin with a signature */
static enum kind get_private_kind( const struct process *process, const struct mapping *mapping )
{
    static const char * const images[] = { ".dll", ".exe", ".drv", ".sys", ".ocx", ".cpl", ".acm", ".ax", ".tlb", NULL };
    enum kind kind = KIND_VIEW;
    char magic[4] = "";
    int fd;

    if ((fd = open_mapped( process, mapping->name )) != -1)
    {
        if (read( fd, magic, sizeof(magic) ) != sizeof(magic)) magic[0] = 0;
        close( fd );
        if (!memcmp( magic, "\177ELF", 4 )) kind = KIND_OTHER;
        else if (!memcmp( magic, "MZ", 2 )) kind = KIND_IMAGE;
    }
    else if (strstr( mapping->name, ".so" )) kind = KIND_OTHER;
    else if (has_suffix_of( mapping->name, images )) kind = KIND_IMAGE;

    /* the head of an image is read-only; a file that is mapped to be written is data */
    if (kind == KIND_IMAGE && (mapping->offset || mapping->perms[1] == 'w')) kind = KIND_VIEW;
    return kind;
}

/* memory of the program that touches a mapping: other views, or what ntdll keeps reserved */
static int has_neighbour( const struct process *process, size_t index )
{
    const struct mapping *mapping = &process->mappings[index];

    if (index && mapping[-1].end == mapping->start && !mapping[-1].inode && !mapping[-1].name[0]) return 1;
    return index + 1 < process->mapping_count && mapping[1].start == mapping->end &&
           !mapping[1].inode && !mapping[1].name[0];
}

static int is_unix_file( const char *name )
{
    static const char * const prefixes[] =
        { "/dev/", "/SYSV", "/drm", "/i915", "/memfd:wine-mapview-", "/var/cache/", "/usr/lib/locale/",
          "/usr/share/fonts/", "/usr/share/locale" };
    unsigned int i;

    for (i = 0; i < ARRAY_SIZE(prefixes); i++)
        if (!strncmp( name, prefixes[i], strlen( prefixes[i] ) )) return 1;
    return ends_with( name, "/gconv-modules.cache" ) || strstr( name, "/.cache/fontconfig/" );
}

static int is_server_file( const char *name )
{
    return strstr( name, "/tmpmap-" ) && ends_with( name, " (deleted)" );
}

/* what a mapping begins, after one of something else */
static enum kind get_kind( const struct process *process, size_t index )
{
    const struct mapping *mapping = &process->mappings[index];
    int aligned = !(mapping->start % GRANULARITY);

    if (!mapping->inode || mapping->name[0] != '/' || is_unix_file( mapping->name )) return KIND_OTHER;
    if (is_server_file( mapping->name )) return KIND_VIEW;
    if (!strncmp( mapping->name, "/memfd:wine-mapview", 19 )) return KIND_VIEW;
    if (!aligned && !has_neighbour( process, index )) return KIND_OTHER;
    if (mapping->perms[3] == 's') return KIND_VIEW;
    return aligned ? get_private_kind( process, mapping ) : KIND_OTHER;
}

static enum backing get_backing( const struct mapping *mapping )
{
    if (mapping->hugetlb || mapping->page_size > usual_page_size) return BACKING_HUGETLB;
    if (!strncmp( mapping->name, "/memfd:", 7 )) return BACKING_MEMFD;
    return is_server_file( mapping->name ) ? BACKING_SERVER : BACKING_FILE;
}

static void add_to_view( struct view *view, const struct mapping *mapping )
{
    unsigned int i;

    view->end = mapping->end;
    if (strcmp( view->perms, mapping->perms )) view->mixed = 1;
    if (mapping->resident == UNKNOWN) view->resident = UNKNOWN;
    if (view->resident != UNKNOWN) view->resident += mapping->resident;
    view->large += mapping->large;
    for (i = 0; mapping->nodes && i < MAX_NODES; i++)
        if (mapping->nodes[i]) add_nodes( &view->nodes, i, mapping->nodes[i] );
}

static struct view *add_view( struct process *process, const struct mapping *mapping, int image )
{
    struct view *view;

    process->views = grow( process->views, process->view_count, sizeof(*process->views) );
    view = &process->views[process->view_count++];
    memset( view, 0, sizeof(*view) );
    view->start   = mapping->start;
    view->offset  = mapping->offset;
    view->inode   = mapping->inode;
    view->major   = mapping->major;
    view->minor   = mapping->minor;
    view->image   = image;
    view->backing = get_backing( mapping );
    view->page_size = mapping->page_size ? mapping->page_size : usual_page_size;
    view->file    = get_file_name( process, mapping, &view->deleted );
    memcpy( view->perms, mapping->perms, sizeof(view->perms) );
    if (image) process->image_count++;
    return view;
}

/* The part of a view goes on where the last one ends, in memory and in the file.  The parts of
 * an image may have memory of its own between them. */
static void find_views( struct process *process )
{
    size_t i, j, last;

    for (i = 0; i < process->mapping_count; i = last + 1)
    {
        struct mapping *first = &process->mappings[i], *prev = first, *next;
        enum kind kind = get_kind( process, i );
        struct view *view;

        last = i;
        if (kind == KIND_OTHER) continue;
        view = add_view( process, first, kind == KIND_IMAGE );
        add_to_view( view, first );
        for (j = i + 1; j < process->mapping_count; j++)
        {
            next = &process->mappings[j];
            if (next->start != next[-1].end) break;
            if (kind == KIND_IMAGE)
            {
                if (!next->inode && !next->name[0]) continue;
                if (!is_same_file( first, next ) || !next->offset) break;
                while (++last <= j) add_to_view( view, &process->mappings[last] );
                last = j;
            }
            else
            {
                if (!is_same_file( first, next ) || next->perms[3] != first->perms[3] ||
                    next->offset != prev->offset + (prev->end - prev->start)) break;
                add_to_view( view, next );
                last = j;
            }
            prev = next;
        }
    }
}

/* ---- who shares a section ---- */

struct file_users
{
    uint64_t inode;
    uint64_t dev;
    unsigned count;
    int      pid;             /* the last that was counted */
};

struct user_table
{
    struct file_users *entries;
    size_t             size;  /* a power of two */
    size_t             used;
};

static struct file_users *find_users( struct user_table *table, uint64_t inode, uint64_t dev )
{
    size_t pos = (inode * 0x9e3779b97f4a7c15ull + dev) & (table->size - 1);

    while (table->entries[pos].count && (table->entries[pos].inode != inode || table->entries[pos].dev != dev))
        pos = (pos + 1) & (table->size - 1);
    return &table->entries[pos];
}

static void grow_users( struct user_table *table )
{
    struct user_table new = { NULL, table->size ? table->size * 2 : 1024, table->used };
    size_t i;

    if (!(new.entries = calloc( new.size, sizeof(*new.entries) ))) fail( 1, "out of memory" );
    for (i = 0; i < table->size; i++)
        if (table->entries[i].count)
            *find_users( &new, table->entries[i].inode, table->entries[i].dev ) = table->entries[i];
    free( table->entries );
    *table = new;
}

static void count_users( struct user_table *table, const struct process *process )
{
    size_t i;

    for (i = 0; i < process->mapping_count; i++)
    {
        const struct mapping *mapping = &process->mappings[i];
        uint64_t dev = (uint64_t)mapping->major << 32 | mapping->minor;
        struct file_users *users;

        if (!mapping->inode || (i && mapping[-1].inode == mapping->inode && is_same_file( mapping, mapping - 1 ))) continue;
        if (table->used * 2 >= table->size) grow_users( table );
        users = find_users( table, mapping->inode, dev );
        if (!users->count)
        {
            users->inode = mapping->inode;
            users->dev = dev;
            users->pid = -1;
            table->used++;
        }
        if (users->pid == process->pid) continue;
        users->pid = process->pid;
        users->count++;
    }
}

/* ---- the processes ---- */

/* The program that a process runs.  Until Wine has set the command line it is that of the
 * loader, with the program behind it. */
static void read_command( struct process *process )
{
    char buffer[4096];
    ssize_t len = read_small( process, "cmdline", buffer, sizeof(buffer) );
    const char *name = buffer;

    while (len > 0 && !strncmp( get_base_name( name ), "wine", 4 ) && !strchr( get_base_name( name ), '.' ) &&
           name + strlen( name ) + 1 < buffer + len && name[strlen( name ) + 1])
        name += strlen( name ) + 1;
    if (len <= 0 || !name[0])
    {
        len = read_small( process, "comm", buffer, sizeof(buffer) );
        if (len > 0 && buffer[len - 1] == '\n') buffer[len - 1] = 0;
        name = len > 0 ? buffer : "?";
    }
    process->command = copy_string( name, strlen( name ) );
}

static int is_number( const char *str )
{
    return str[0] && str[strspn( str, "0123456789" )] == 0;
}

/* the length of a program's name without .exe, which either side may have left out */
static size_t get_stem_length( const char *name )
{
    size_t len = strlen( name );

    return len > 4 && !strcasecmp( name + len - 4, ".exe" ) ? len - 4 : len;
}

static int is_program( const char *command, const char *wanted )
{
    const char *name = get_base_name( command );
    size_t len = get_stem_length( wanted );

    if (!strcasecmp( command, wanted )) return 1;
    return get_stem_length( name ) == len && !strncasecmp( name, wanted, len );
}

static int is_wanted( const struct process *process )
{
    int i;

    for (i = 0; i < target_count; i++)
        if (is_number( targets[i] ) ? atoi( targets[i] ) == process->pid : is_program( process->command, targets[i] ))
            return 1;
    return !target_count;
}

static int is_named( int pid )
{
    int i;

    for (i = 0; i < target_count; i++) if (is_number( targets[i] ) && atoi( targets[i] ) == pid) return 1;
    return 0;
}

/* a process whose mappings are not ours to see: does it look like a Windows program? */
static int seems_wine( const struct process *process )
{
    static const char * const suffixes[] = { ".exe", ".com", ".scr", NULL };

    return has_suffix_of( process->command, suffixes );
}

static int open_process( struct process *process, int pid )
{
    char path[4096];

    memset( process, 0, sizeof(*process) );
    process->pid = pid;
    snprintf( path, sizeof(path), "%s/%d", proc, pid );
    return (process->dir = open( path, O_RDONLY | O_DIRECTORY | O_CLOEXEC )) == -1 ? -1 : 0;
}

/* Read the mappings of a Wine process: all that there is to know for one that is shown. */
static int read_process( struct process *process, int *denied )
{
    int wanted, err;

    read_command( process );
    wanted = is_wanted( process );
    err = read_mappings( process, wanted ? "smaps" : "maps" );
    if (err == ENOENT && wanted) err = read_mappings( process, "maps" );  /* a kernel without smaps */
    *denied = err == EACCES || err == EPERM;
    if (err || !is_wine( process )) return 0;
    if (wanted)
    {
        read_nodes( process );
        find_views( process );
    }
    return 1;
}

static int compare_processes( const void *a, const void *b )
{
    return ((const struct process *)a)->pid - ((const struct process *)b)->pid;
}

static int compare_views( const void *a, const void *b )
{
    const struct view *x = a, *y = b;
    uint64_t m = x->start, n = y->start;

    if (sort_by == SORT_SIZE && x->end - x->start != y->end - y->start)
    {
        m = y->end - y->start;
        n = x->end - x->start;
    }
    if (sort_by == SORT_RESIDENT && x->resident != y->resident)
    {
        m = y->resident;
        n = x->resident;
    }
    return m < n ? -1 : m > n;
}

static void take_snapshot( struct snapshot *snapshot )
{
    struct user_table users = { NULL, 0, 0 };
    struct process process;
    struct dirent *entry;
    size_t i, j, kept = 0;
    int denied;
    DIR *dir;

    memset( snapshot, 0, sizeof(*snapshot) );
    if (!(dir = opendir( proc ))) fail( 1, "%s: %s", proc, strerror( errno ) );
    grow_users( &users );
    while ((entry = readdir( dir )))
    {
        if (!is_number( entry->d_name ) || open_process( &process, atoi( entry->d_name ) )) continue;
        if (read_process( &process, &denied ))
        {
            count_users( &users, &process );
            free_mappings( &process );
            close( process.dir );
            process.dir = -1;
            snapshot->processes = grow( snapshot->processes, snapshot->count, sizeof(process) );
            snapshot->processes[snapshot->count++] = process;
            continue;
        }
        if (denied && (is_named( process.pid ) || (is_wanted( &process ) && seems_wine( &process )))) snapshot->denied++;
        free_process( &process );
    }
    closedir( dir );

    for (i = 0; i < snapshot->count; i++)
    {
        if (!is_wanted( &snapshot->processes[i] ))
        {
            free_process( &snapshot->processes[i] );
            continue;
        }
        snapshot->processes[kept++] = snapshot->processes[i];
    }
    snapshot->count = kept;
    for (i = 0; i < snapshot->count; i++)
    {
        struct process *shown = &snapshot->processes[i];

        for (j = 0; j < shown->view_count; j++)
            shown->views[j].sharers = find_users( &users, shown->views[j].inode, (uint64_t)shown->views[j].major << 32 |
                                                  shown->views[j].minor )->count;
        if (shown->view_count) qsort( shown->views, shown->view_count, sizeof(*shown->views), compare_views );
    }
    if (snapshot->count) qsort( snapshot->processes, snapshot->count, sizeof(*snapshot->processes), compare_processes );
    free( users.entries );
}

static void free_snapshot( struct snapshot *snapshot )
{
    size_t i;

    for (i = 0; i < snapshot->count; i++) free_process( &snapshot->processes[i] );
    free( snapshot->processes );
}

static void add_totals( struct totals *totals, const struct process *process )
{
    size_t i, j;

    for (i = 0; i < process->view_count; i++)
    {
        const struct view *view = &process->views[i];

        if (view->image)
        {
            totals->images++;
            continue;
        }
        totals->views++;
        totals->size += view->end - view->start;
        if (view->resident == UNKNOWN) totals->resident = UNKNOWN;
        if (totals->resident != UNKNOWN) totals->resident += view->resident;
        totals->large += view->large;
        for (j = 0; view->nodes && j < MAX_NODES; j++) totals->nodes[j] += view->nodes[j];
    }
}

/* ---- showing ---- */

/* by the bits r, w and x; copy-on-write views are private and writable */
static const char *get_protection( const char *perms )
{
    static const char * const names[8] =
    {
        "NOACCESS", "READONLY", "READWRITE", "READWRITE",
        "EXECUTE", "EXECUTE_READ", "EXECUTE_READWRITE", "EXECUTE_READWRITE"
    };
    int bits = (perms[0] == 'r') | (perms[1] == 'w') << 1 | (perms[2] == 'x') << 2;

    if (perms[3] == 'p' && (bits & 2)) return bits & 4 ? "EXECUTE_WRITECOPY" : "WRITECOPY";
    return names[bits];
}

/* what the section is called: the paging file's have names only the wineserver knows */
static const char *get_section_name( const struct view *view )
{
    if (view->start == 0x7ffe0000 && view->backing == BACKING_SERVER) return "user shared data";
    if (view->backing == BACKING_FILE) return view->file;
    if (view->backing == BACKING_HUGETLB && view->file[0] == '/' && strncmp( view->file, "/memfd:", 7 ) && !view->deleted)
        return view->file;
    return "anonymous";
}

static const char *format_size( uint64_t size, char buffer[16] )
{
    static const char units[] = "KMGTP";
    double value = size / 1024.0;
    int i = 0;

    if (size == UNKNOWN) return "?";
    while (value >= 9999.5 && units[i + 1])
    {
        value /= 1024;
        i++;
    }
    snprintf( buffer, 16, value == (uint64_t)value ? "%.0f%c" : "%.1f%c", value, units[i] );
    return buffer;
}

static const char *format_nodes( const uint64_t *nodes, char *buffer, size_t size )
{
    size_t pos = 0;
    char number[16];
    int i;

    strcpy( buffer, "-" );
    for (i = 0; nodes && i < MAX_NODES && pos < size; i++)
        if (nodes[i]) pos += snprintf( buffer + pos, size - pos, "%s%d:%s", pos ? "," : "", i,
                                       format_size( nodes[i], number ) );
    return buffer;
}

/* names are other people's: nothing of them may move the cursor */
static void append_name( char *buffer, size_t size, const char *name )
{
    size_t pos = 0;

    for (; *name && pos + 5 < size; name++)
    {
        unsigned char ch = *name;

        if (ch < 0x20 || ch == 0x7f) pos += snprintf( buffer + pos, size - pos, "\\%03o", ch );
        else buffer[pos++] = ch;
    }
    buffer[pos] = 0;
}

/* a line, as far as the screen goes */
static void print_line( const char *format, ... )
{
    char line[8192];
    va_list args;

    if (!rows_left) return;
    va_start( args, format );
    vsnprintf( line, sizeof(line), format, args );
    va_end( args );
    if (columns > 0 && strlen( line ) > (size_t)columns) line[columns] = 0;
    printf( "%s%s\n", line, columns > 0 ? "\033[K" : "" );
    if (rows_left > 0) rows_left--;
}

static void print_totals( const char *title, const struct totals *totals )
{
    char size[16], resident[16], large[16], nodes[512];

    print_line( "%s%zu view%s, %s, resident %s, large pages %s, nodes %s; %zu image%s", title, totals->views,
                totals->views == 1 ? "" : "s", format_size( totals->size, size ),
                format_size( totals->resident, resident ), format_size( totals->large, large ),
                format_nodes( totals->nodes, nodes, sizeof(nodes) ), totals->images, totals->images == 1 ? "" : "s" );
}

static void print_view( const struct view *view )
{
    char size[16], resident[16], large[16], nodes[512], name[6000], protection[24], backing[16];

    append_name( name, sizeof(name), get_section_name( view ) );
    snprintf( protection, sizeof(protection), "%s%s", get_protection( view->perms ), view->mixed ? "+" : "" );
    snprintf( backing, sizeof(backing), "%s", view->image ? "image" : backing_names[view->backing] );
    print_line( "  %012" PRIx64 " %7s %8s %7s  %-18s %-11s %6u  %-14s %s%s", view->start,
                format_size( view->end - view->start, size ), format_size( view->resident, resident ),
                view->large ? format_size( view->large, large ) : "-", protection, backing, view->sharers,
                format_nodes( view->nodes, nodes, sizeof(nodes) ), name,
                view->deleted && view->backing == BACKING_FILE ? " (deleted)" : "" );
}

static void print_process( const struct process *process, struct totals *all )
{
    size_t i, hidden = 0;
    struct totals totals = { 0 };
    char title[6100];

    add_totals( &totals, process );
    add_totals( all, process );
    append_name( title, sizeof(title), process->command );
    print_line( "%d  %s", process->pid, title );
    print_line( "  %-12s %7s %8s %7s  %-18s %-11s %6s  %-14s %s", "ADDRESS", "SIZE", "RESIDENT", "LARGE",
                "PROTECTION", "BACKING", "SHARED", "NODES", "SECTION" );
    for (i = 0; i < process->view_count; i++)
    {
        if (process->views[i].image && !show_all) continue;
        if (rows_left < 0 || rows_left > 1) print_view( &process->views[i] );
        else hidden++;
    }
    if (hidden) snprintf( title, sizeof(title), "  (%zu not shown) ", hidden );
    else strcpy( title, "  " );
    print_totals( title, &totals );
}

/* for a screen that has no room for the views of all */
static void print_summary( const struct snapshot *snapshot )
{
    char size[16], resident[16], large[16], nodes[512], title[6100];
    struct totals totals;
    size_t i;

    print_line( "%8s %6s %7s %8s %7s %6s  %-14s %s", "PID", "VIEWS", "SIZE", "RESIDENT", "LARGE", "IMAGES", "NODES",
                "PROGRAM" );
    for (i = 0; i < snapshot->count; i++)
    {
        memset( &totals, 0, sizeof(totals) );
        add_totals( &totals, &snapshot->processes[i] );
        append_name( title, sizeof(title), snapshot->processes[i].command );
        print_line( "%8d %6zu %7s %8s %7s %6zu  %-14s %s", snapshot->processes[i].pid, totals.views,
                    format_size( totals.size, size ), format_size( totals.resident, resident ),
                    totals.large ? format_size( totals.large, large ) : "-", totals.images,
                    format_nodes( totals.nodes, nodes, sizeof(nodes) ), title );
    }
}

static void print_table( const struct snapshot *snapshot )
{
    struct totals all = { 0 };
    char title[48];
    size_t i;

    for (i = 0; i < snapshot->count; i++)
    {
        if (i) print_line( "" );
        print_process( &snapshot->processes[i], &all );
    }
    if (snapshot->count < 2) return;
    print_line( "" );
    snprintf( title, sizeof(title), "%zu processes: ", snapshot->count );
    print_totals( title, &all );
}

/* valid JSON whatever the name: bytes that are no UTF-8 become U+FFFD */
static void print_json_string( const char *str )
{
    const unsigned char *s = (const unsigned char *)str;
    unsigned int len, i;

    putchar( '"' );
    while (*s)
    {
        if (*s == '"' || *s == '\\') printf( "\\%c", *s++ );
        else if (*s < 0x20 || *s == 0x7f) printf( "\\u%04x", *s++ );
        else if (*s < 0x80) putchar( *s++ );
        else
        {
            len = *s >= 0xf0 && *s < 0xf5 ? 4 : *s >= 0xe0 && *s < 0xf0 ? 3 : *s >= 0xc2 && *s < 0xe0 ? 2 : 0;
            for (i = 1; i < len; i++) if ((s[i] & 0xc0) != 0x80) len = 0;
            if ((len == 3 && ((*s == 0xe0 && s[1] < 0xa0) || (*s == 0xed && s[1] >= 0xa0))) ||
                (len == 4 && ((*s == 0xf0 && s[1] < 0x90) || (*s == 0xf4 && s[1] >= 0x90)))) len = 0;
            if (len) printf( "%.*s", (int)len, (const char *)s );
            else printf( "\\ufffd" );
            s += len ? len : 1;
        }
    }
    putchar( '"' );
}

static void print_json_size( const char *name, uint64_t size )
{
    if (size == UNKNOWN) printf( ",\"%s\":null", name );
    else printf( ",\"%s\":%" PRIu64, name, size );
}

static void print_json_nodes( const uint64_t *nodes )
{
    int i, first = 1;

    printf( ",\"nodes\":{" );
    for (i = 0; nodes && i < MAX_NODES; i++)
    {
        if (!nodes[i]) continue;
        printf( "%s\"%d\":%" PRIu64, first ? "" : ",", i, nodes[i] );
        first = 0;
    }
    putchar( '}' );
}

static void print_json_view( const struct view *view )
{
    printf( "{\"address\":\"0x%" PRIx64 "\"", view->start );
    print_json_size( "size", view->end - view->start );
    printf( ",\"section\":" );
    print_json_string( get_section_name( view ) );
    printf( ",\"file\":" );
    print_json_string( view->file );
    printf( ",\"deleted\":%s,\"backing\":\"%s\",\"image\":%s", view->deleted ? "true" : "false",
            backing_names[view->backing], view->image ? "true" : "false" );
    print_json_size( "offset", view->offset );
    printf( ",\"protection\":\"%s\",\"perms\":\"%s\",\"mixed\":%s", get_protection( view->perms ), view->perms,
            view->mixed ? "true" : "false" );
    print_json_size( "resident", view->resident );
    print_json_size( "large", view->large );
    print_json_size( "page_size", view->page_size );
    print_json_nodes( view->nodes );
    printf( ",\"sharers\":%u,\"device\":\"%02x:%02x\"", view->sharers, view->major, view->minor );
    print_json_size( "inode", view->inode );
    putchar( '}' );
}

static void print_json_totals( const struct totals *totals )
{
    printf( "\"total\":{\"views\":%zu,\"images\":%zu", totals->views, totals->images );
    print_json_size( "size", totals->size );
    print_json_size( "resident", totals->resident );
    print_json_size( "large", totals->large );
    print_json_nodes( totals->nodes );
    putchar( '}' );
}

static void print_json( const struct snapshot *snapshot )
{
    struct totals all = { 0 }, totals;
    size_t i, j;
    int first;

    printf( "{\"time\":%lld,\"processes\":[", (long long)time( NULL ) );
    for (i = 0; i < snapshot->count; i++)
    {
        const struct process *process = &snapshot->processes[i];

        memset( &totals, 0, sizeof(totals) );
        add_totals( &totals, process );
        add_totals( &all, process );
        printf( "%s\n{\"pid\":%d,\"program\":", i ? "," : "", process->pid );
        print_json_string( process->command );
        printf( ",\"views\":[" );
        for (j = 0, first = 1; j < process->view_count; j++)
        {
            if (!show_all && process->views[j].image) continue;
            printf( "%s\n ", first ? "" : "," );
            first = 0;
            print_json_view( &process->views[j] );
        }
        printf( "],\n " );
        print_json_totals( &totals );
        putchar( '}' );
    }
    printf( "],\n" );
    print_json_totals( &all );
    printf( ",\"denied\":%zu}\n", snapshot->denied );
}

/* ---- the command ---- */

static void usage(void)
{
    printf( "Usage: wine-mapview --views [OPTION]... [PID|PROGRAM]...\n"
            "Shows the section views of running Wine processes, of all or of those that are named.\n"
            "PROGRAM is the name of a Windows program, with or without .exe.\n\n"
            "  --watch[=SECONDS]  show them again and again (every %g seconds) until interrupted\n"
            "  --count=N          end after N times\n"
            "  --json             print JSON\n"
            "  --all              show the views of executable images, too\n"
            "  --sort=KEY         address, size or resident\n"
            "  --proc=DIR         read DIR instead of /proc\n", interval );
}

static void stop( int sig )
{
    stopped = 1;
}

static const char *get_value( const char *arg, const char *option )
{
    size_t len = strlen( option );

    return !strncmp( arg, option, len ) && arg[len] == '=' ? arg + len + 1 : NULL;
}

static void parse_option( const char *arg )
{
    static const char * const sorts[] = { "address", "size", "resident" };
    const char *value;
    char *end = NULL;
    unsigned int i;

    if (!strcmp( arg, "--views" )) return;
    if (!strcmp( arg, "--json" )) json = 1;
    else if (!strcmp( arg, "--all" )) show_all = 1;
    else if (!strcmp( arg, "--watch" )) watch = 1;
    else if ((value = get_value( arg, "--watch" )))
    {
        watch = 1;
        interval = strtod( value, &end );
        if (end == value || *end || !(interval >= 0.1 && interval <= 86400)) fail( 2, "%s: no number of seconds", arg );
    }
    else if ((value = get_value( arg, "--count" )))
    {
        count = strtol( value, &end, 10 );
        if (end == value || *end || count < 1) fail( 2, "%s: no number", arg );
    }
    else if ((value = get_value( arg, "--sort" )))
    {
        for (i = 0; i < ARRAY_SIZE(sorts) && strcmp( value, sorts[i] ); i++) ;
        if (i == ARRAY_SIZE(sorts)) fail( 2, "%s: address, size or resident", arg );
        sort_by = i;
    }
    else if ((value = get_value( arg, "--proc" ))) proc = value;
    else if (!strcmp( arg, "--help" ))
    {
        usage();
        exit( 0 );
    }
    else fail( 2, "unknown option %s\nTry 'wine-mapview --views --help'.", arg );
}

/* the targets replace the options in argv */
static void parse_args( int argc, char **argv )
{
    int i, options = 1;

    targets = argv;
    for (i = 1; i < argc; i++)
    {
        if (options && !strcmp( argv[i], "--" )) options = 0;
        else if (options && argv[i][0] == '-' && argv[i][1]) parse_option( argv[i] );
        else targets[target_count++] = argv[i];
    }
}

static void wait_interval(void)
{
    struct timespec ts;

    ts.tv_sec = interval;
    ts.tv_nsec = (interval - ts.tv_sec) * 1e9;
    if (!stopped) nanosleep( &ts, NULL );
}

/* status 1 when there was nothing to show */
static int show( int terminal )
{
    struct snapshot snapshot;
    struct winsize window;
    char when[32];
    time_t now;
    int ret;

    take_snapshot( &snapshot );
    if (terminal)
    {
        rows_left = 23;
        columns = 80;
        if (!ioctl( 1, TIOCGWINSZ, &window ) && window.ws_row > 1 && window.ws_col)
        {
            rows_left = window.ws_row - 1;
            columns = window.ws_col;
        }
        now = time( NULL );
        strftime( when, sizeof(when), "%H:%M:%S", localtime( &now ) );
        printf( "\033[H" );
        print_line( "wine-mapview --views  %s  %zu processes%s", when, snapshot.count, snapshot.denied ? ", others denied" : "" );
    }
    if (json) print_json( &snapshot );
    else if (terminal && snapshot.count > 1) print_summary( &snapshot );
    else print_table( &snapshot );
    if (terminal) printf( "\033[J" );
    if (fflush( stdout ) || ferror( stdout )) exit( 1 );
    if (snapshot.denied && !terminal)
        fprintf( stderr, "wine-mapview: %zu process%s of others: permission denied\n", snapshot.denied,
                 snapshot.denied == 1 ? "" : "es" );
    if (!snapshot.count && !snapshot.denied && !watch)
        fprintf( stderr, "wine-mapview: no Wine process%s\n", target_count ? " of that name or number" : "" );
    ret = !snapshot.count;
    free_snapshot( &snapshot );
    return ret;
}

int main( int argc, char **argv )
{
    struct sigaction action = { .sa_handler = stop };
    int terminal, ret;

    usual_page_size = sysconf( _SC_PAGESIZE );
    parse_args( argc, argv );
    if (!watch) return show( 0 );

    terminal = !json && isatty( 1 );
    sigaction( SIGINT, &action, NULL );
    sigaction( SIGTERM, &action, NULL );
    sigaction( SIGHUP, &action, NULL );
    if (terminal) printf( "\033[?25l\033[H\033[J" );
    do
    {
        ret = show( terminal );
        if (!terminal && !json) putchar( '\n' );
        if (count && !--count) break;
        wait_interval();
    } while (!stopped);
    if (terminal) printf( "\033[?25h\n" );
    return stopped ? 0 : ret;
}
