/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Sections that are a memfd of ours, wrapped as a file for the server
 *
 * What such a section is can be told from its descriptor in any process: by the kind of file
 * system and by the name of the memfd, "wine-mapview" followed by ":large" and ":node=N".
 */

#if 0
#pragma makedep unix
#endif

#include "config.h"

#include <stdarg.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <linux/magic.h>
#include <linux/memfd.h>

#include "ntstatus.h"
#define WIN32_NO_STATUS
#include "windef.h"
#include "winbase.h"
#include "winternl.h"
#include "wine/server.h"
#include "unix_private.h"

#define MEMFD_PREFIX "/memfd:wine-mapview"

/***********************************************************************
 *             is_memfd_name
 *
 * Tell whether a file, by its name in /proc, is a memfd of ours.
 */
BOOL is_memfd_name( const char *name )
{
    return !strncmp( name, MEMFD_PREFIX, sizeof(MEMFD_PREFIX) - 1 );
}

/***********************************************************************
 *             may_be_memfd
 *
 * Tell by what is known of a descriptor already that it may be worth a look: a memfd is on a
 * device of its own, or has huge blocks.
 */
BOOL may_be_memfd( const struct stat *st )
{
    static UINT64 device;
    struct stat memfd_st;
    int fd;

    if (st->st_nlink || !S_ISREG( st->st_mode )) return FALSE;
    if (!__atomic_load_n( &device, __ATOMIC_RELAXED ) && (fd = memfd_create( "wine-mapview", MFD_CLOEXEC )) != -1)
    {
        if (!fstat( fd, &memfd_st )) __atomic_store_n( &device, memfd_st.st_dev, __ATOMIC_RELAXED );
        close( fd );
    }
    return st->st_dev == device || st->st_blksize >= ALLOCATION_GRANULARITY;
}

static BOOL skip_word( const char **name, const char *word )
{
    size_t len = strlen( word );

    if (strncmp( *name, word, len )) return FALSE;
    *name += len;
    return TRUE;
}

/* take a name apart, which create_memfd_section() must have made */
static BOOL parse_name( const char *name, struct memfd_info *info )
{
    char *end;

    if (!skip_word( &name, MEMFD_PREFIX )) return FALSE;
    if (!(info->large = skip_word( &name, ":large" ))) info->huge = skip_word( &name, ":huge" );
    info->node = NUMA_NO_PREFERRED_NODE;
    if (skip_word( &name, ":node=" ))
    {
        unsigned long number = strtoul( name, &end, 10 );

        if (!isdigit( *name )) return FALSE;
        if (number < MAXIMUM_NODE_COUNT && !check_node( number )) info->node = number;
        name = end;
    }
    return !strcmp( name, " (deleted)" );
}

/***********************************************************************
 *             get_memfd_info
 *
 * Tell what a descriptor is that a section handle gave.  The name is a hint that every program of
 * the user's can forge; that pages are huge is asked of the file system.
 */
BOOL get_memfd_info( int fd, struct memfd_info *info )
{
    char link[32], name[128];
    struct statfs fs;
    struct stat st;
    UINT32 type;
    ssize_t len;

    if (fstatfs( fd, &fs )) return FALSE;
    type = fs.f_type;
    if (type != TMPFS_MAGIC && type != HUGETLBFS_MAGIC) return FALSE;
    sprintf( link, "/proc/self/fd/%d", fd );
    if ((len = readlink( link, name, sizeof(name) )) <= 0 || len == sizeof(name)) return FALSE;
    name[len] = 0;
    memset( info, 0, sizeof(*info) );
    if (!parse_name( name, info ) || fstat( fd, &st ) || st.st_nlink || st.st_uid != geteuid()) return FALSE;
    info->hugetlb = type == HUGETLBFS_MAGIC;
    info->page_size = info->hugetlb ? (SIZE_T)fs.f_bsize : PAGE_MASK + 1;
    return TRUE;
}

/***********************************************************************
 *             create_memfd_section
 *
 * Create a section that is a memfd.  populate, when given, allocates its pages; it is called
 * once the section is known to be new, and when it fails nothing remains.
 */
NTSTATUS create_memfd_section( struct create_section_params *params, const struct memfd_info *info,
                               memfd_populate_t populate )
{
    unsigned int flags = MFD_CLOEXEC;
    UINT64 size = (params->size + info->page_size - 1) & ~(UINT64)(info->page_size - 1);
    HANDLE file, section = 0;
    LARGE_INTEGER section_size;
    NTSTATUS status;
    char name[64];
    struct stat st;
    int fd, pos;

    if (size < params->size || (INT64)size < 0) return STATUS_SECTION_TOO_BIG;

    pos = snprintf( name, sizeof(name), "wine-mapview%s", info->large ? ":large" : info->huge ? ":huge" : "" );
    if (info->node != NUMA_NO_PREFERRED_NODE) snprintf( name + pos, sizeof(name) - pos, ":node=%u", info->node );
    if (info->hugetlb) flags |= MFD_HUGETLB | (__builtin_ctzl( info->page_size ) << MFD_HUGE_SHIFT);
    if ((fd = memfd_create( name, flags )) == -1) return STATUS_INSUFFICIENT_RESOURCES;

    if (ftruncate( fd, size )) status = STATUS_INSUFFICIENT_RESOURCES;
    else if (!(status = wine_server_fd_to_handle( fd, GENERIC_READ | GENERIC_WRITE | GENERIC_EXECUTE | SYNCHRONIZE,
                                                  0, &file )))
    {
        section_size.QuadPart = size;
        place_object( fd, 0, size, info->node );
        status = NtCreateSection( &section, params->access, get_ptr( params->attr ), &section_size, params->protect,
                                  SEC_COMMIT | (params->flags & (SEC_NOCACHE | SEC_WRITECOMBINE)), file );
        NtClose( file );
    }
    if (!status && !info->large && !fstat( fd, &st )) mark_committed( fd, &st );
    if (!status) mark_protection( fd, params->protect );
    if (!status && populate && (status = populate( fd, size, info ))) NtClose( section );
    close( fd );
    if (status < 0) return status;
    params->section = (UINT_PTR)section;
    if (!status) params->kind = info->large ? KIND_LARGE : KIND_MEMFD;
    return status;
}
