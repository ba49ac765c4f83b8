/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Unit test of what is a section of ours, by its descriptor: files with names that are forged
 *
 * Usage: memfd
 */

#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "ntdll.h"
#include "wine/server.h"
#include "adopted.h"

#define NONE NUMA_NO_PREFERRED_NODE

static unsigned int failures, checks;

#define check( cond, name ) \
    do { checks++; if (!(cond)) { failures++; printf( "FAIL memfd.c:%d: %.40s: %s\n", __LINE__, name, #cond ); } } while (0)

/* what memfd.c calls and this test does not */

NTSTATUS check_node( UINT32 node )
{
    return node == NONE || node < 4 ? STATUS_SUCCESS : STATUS_INVALID_PARAMETER;
}

void place_object( int fd, UINT64 offset, UINT64 size, UINT32 node ) { abort(); }
void mark_committed( int fd, const struct stat *st ) { abort(); }
void mark_protection( int fd, UINT32 protect ) { abort(); }
NTSTATUS CDECL wine_server_fd_to_handle( int fd, unsigned int access, unsigned int attr, HANDLE *handle ) { abort(); }
NTSTATUS NTAPI NtClose( HANDLE handle ) { abort(); }
NTSTATUS NTAPI NtCreateSection( HANDLE *handle, ACCESS_MASK access, const OBJECT_ATTRIBUTES *attr, const LARGE_INTEGER *size,
                                ULONG protect, ULONG flags, HANDLE file ) { abort(); }

/* what a name says, for a file on shared memory */
static const struct
{
    const char *name;
    BOOL        ours, large;
    UINT32      node;
} names[] =
{
    { "wine-mapview",                                    TRUE,  FALSE, NONE },
    { "wine-mapview:large",                              TRUE,  TRUE,  NONE },
    { "wine-mapview:node=3",                             TRUE,  FALSE, 3 },
    { "wine-mapview:large:node=0",                       TRUE,  TRUE,  0 },
    { "wine-mapview:node=4",                             TRUE,  FALSE, NONE },
    { "wine-mapview:node=",                              FALSE, FALSE, NONE },
    { "wine-mapview:node=-1",                            FALSE, FALSE, NONE },
    { "wine-mapview:node= 1",                            FALSE, FALSE, NONE },
    { "wine-mapview:node=1 ",                            FALSE, FALSE, NONE },
    { "wine-mapview:node=1:large",                       FALSE, FALSE, NONE },
    { "wine-mapview (deleted)",                          FALSE, FALSE, NONE },
    { "wine-mapview-process:0020",                       FALSE, FALSE, NONE },
    { "wine-mapview:node=4294967295",                    TRUE,  FALSE, NONE },
    { "wine-mapview:node=99999999999999999999999999",    TRUE,  FALSE, NONE },
    { "wine-mapview:node=%n%s%n",                        FALSE, FALSE, NONE },
    { "wine-mapview:large:large:node=2:node=9",          FALSE, FALSE, NONE },
    { "wine-mapvie",                                     FALSE, FALSE, NONE },
    { "Wine-mapview",                                    FALSE, FALSE, NONE },
    { "x/memfd:wine-mapview:large",                      FALSE, FALSE, NONE },
    { "",                                                FALSE, FALSE, NONE },
};

static void check_fd( int fd, const char *name, BOOL ours, BOOL large, UINT32 node )
{
    struct memfd_info info;
    struct stat st;

    memset( &info, 0x55, sizeof(info) );
    check( get_memfd_info( fd, &info ) == ours, name );
    check( !fstat( fd, &st ) && (!ours || may_be_memfd( &st )), name );
    if (!ours) return;
    check( info.large == large, name );
    check( info.node == node, name );
    check( !info.hugetlb && info.page_size == 0x1000, name );
}

static void check_names(void)
{
    unsigned int i, len;
    char name[256];
    int fd;

    for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
    {
        if ((fd = memfd_create( names[i].name, 0 )) == -1) abort();
        check_fd( fd, names[i].name, names[i].ours, names[i].large, names[i].node );
        close( fd );
    }
    /* of every length */
    for (len = 13; len < 249; len++)
    {
        memset( name, '0', sizeof(name) );
        memcpy( name, "wine-mapview:node=", 18 );
        name[len] = 0;
        if (len > 18) name[len - 1] = '1';
        if ((fd = memfd_create( name, 0 )) == -1) abort();
        check_fd( fd, name, len > 18 && len <= 110, FALSE, 1 );
        close( fd );
    }
}

/* the name alone does not make a section */
static void check_files(void)
{
    char dir[] = "/tmp/memfd-test.XXXXXX", path[64];
    struct memfd_info info;
    int fd, pipes[2];

    if (!mkdtemp( dir )) abort();
    snprintf( path, sizeof(path), "%s/memfd:wine-mapview:large", dir );
    fd = open( path, O_RDWR | O_CREAT, 0600 );
    check( !get_memfd_info( fd, &info ), path );
    unlink( path );
    rmdir( dir );
    check( !get_memfd_info( fd, &info ), "after unlink" );
    close( fd );
    check( !get_memfd_info( fd, &info ), "closed" );
    check( !get_memfd_info( -1, &info ), "none" );
    if (pipe( pipes )) abort();
    check( !get_memfd_info( pipes[0], &info ), "pipe" );
    if (!getuid())
    {
        fd = memfd_create( "wine-mapview", 0 );
        check( get_memfd_info( fd, &info ), "own" );
        check( !fchown( fd, 12345, 12345 ) && !get_memfd_info( fd, &info ), "of another user" );
        close( fd );
    }
    close( pipes[0] );
    close( pipes[1] );
}

int main(void)
{
    check_names();
    check_files();
    printf( "memfd: %u checks, %u failures\n", checks, failures );
    return failures != 0;
}
