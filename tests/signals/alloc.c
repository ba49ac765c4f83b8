/*
 * For LD_PRELOAD: finds what the module allocates where a signal of the wineserver can interrupt it
 *
 * A line for each such call goes to the file that MAPVIEW_SIGNALS names: function and address in the
 * library.  The first line tells that the module has allocated something at all.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <link.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void report( const char *text )
{
    const char *name = getenv( "MAPVIEW_SIGNALS" );
    int fd;

    if (!name || (fd = open( name, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666 )) == -1) return;
    if (write( fd, text, strlen( text ) ) == -1) abort();
    close( fd );
}

static int ends_with( const char *name, const char *end )
{
    size_t len = strlen( name ), end_len = strlen( end );

    return len >= end_len && !strcmp( name + len - end_len, end );
}

static void check( const char *func, void *caller )
{
    static int seen;
    struct dl_find_object object;
    const char *name;
    char text[200];
    sigset_t set;

    if (_dl_find_object( caller, &object ) || !(name = object.dlfo_link_map->l_name)) return;
    if (!ends_with( name, "/kernelbase.so" ) && !strstr( name, "/libnuma.so" )) return;
    if (!__atomic_exchange_n( &seen, 1, __ATOMIC_RELAXED )) report( "allocates\n" );
    pthread_sigmask( SIG_BLOCK, NULL, &set );
    if (sigismember( &set, SIGUSR1 )) return;
    snprintf( text, sizeof(text), "%s, %s+%#lx\n", func, strrchr( name, '/' ) + 1,
              (unsigned long)((char *)caller - (char *)object.dlfo_link_map->l_addr) );
    report( text );
}

#define CHECK() check( __func__, __builtin_return_address( 0 ) )

/* the C library's own names: looking them up would allocate */
extern void *__libc_malloc( size_t ), *__libc_calloc( size_t, size_t ), *__libc_realloc( void *, size_t );
extern void __libc_free( void * );

void *malloc( size_t size )
{
    CHECK();
    return __libc_malloc( size );
}

void *calloc( size_t count, size_t size )
{
    CHECK();
    return __libc_calloc( count, size );
}

void *realloc( void *ptr, size_t size )
{
    CHECK();
    return __libc_realloc( ptr, size );
}

void free( void *ptr )
{
    if (ptr) CHECK();
    __libc_free( ptr );
}

#define WRAP( type, name, params, args ) \
    type name params \
    { \
        static type (*func) params; \
        CHECK(); \
        if (!func) func = dlsym( RTLD_NEXT, #name ); \
        return func args; \
    }

WRAP( FILE *, fopen, (const char *path, const char *mode), (path, mode) )
WRAP( int, fclose, (FILE *f), (f) )
WRAP( char *, fgets, (char *line, int size, FILE *f), (line, size, f) )
WRAP( DIR *, opendir, (const char *path), (path) )
WRAP( int, closedir, (DIR *dir), (dir) )
WRAP( int, pthread_join, (pthread_t thread, void **ret), (thread, ret) )

/* its symbol has versions, of which dlsym takes the newest */
WRAP( int, pthread_create, (pthread_t *thread, const pthread_attr_t *attr, void *(*start)( void * ), void *arg),
      (thread, attr, start, arg) )
