/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the kernel knows about pages and mappings
 */

#if 0
#pragma makedep unix
#endif

#include "config.h"

#include <stdarg.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <sys/ioctl.h>
#include <sys/sysmacros.h>

#include "ntstatus.h"
#define WIN32_NO_STATUS
#include "windef.h"
#include "winbase.h"
#include "winternl.h"
#include "adopted.h"
#include "large.h"

/* two ioctls that older kernel headers lack: Linux 6.7 and 6.11 */

struct page_range
{
    UINT64 start;
    UINT64 end;
    UINT64 categories;
};

struct pagemap_scan
{
    UINT64 size;
    UINT64 flags;
    UINT64 start;
    UINT64 end;
    UINT64 walk_end;
    UINT64 vec;
    UINT64 vec_len;
    UINT64 max_pages;
    UINT64 category_inverted;
    UINT64 category_mask;
    UINT64 category_anyof_mask;
    UINT64 return_mask;
};

#define IOCTL_PAGEMAP_SCAN _IOWR( 'f', 16, struct pagemap_scan )
#define CATEGORY_FILE    ((UINT64)1 << 2)
#define CATEGORY_PRESENT ((UINT64)1 << 3)
#define CATEGORY_SWAPPED ((UINT64)1 << 4)
#define CATEGORY_HUGE    ((UINT64)1 << 6)

struct procmap_query
{
    UINT64 size;
    UINT64 flags;
    UINT64 addr;
    UINT64 vma_start;
    UINT64 vma_end;
    UINT64 vma_flags;
    UINT64 vma_page_size;
    UINT64 vma_offset;
    UINT64 inode;
    UINT32 dev_major;
    UINT32 dev_minor;
    UINT32 name_size;
    UINT32 build_id_size;
    UINT64 name_addr;
    UINT64 build_id_addr;
};

#define IOCTL_PROCMAP_QUERY _IOWR( 'f', 17, struct procmap_query )

/* entries of /proc/self/pagemap */
#define PAGEMAP_PRESENT ((UINT64)1 << 63)
#define PAGEMAP_SWAPPED ((UINT64)1 << 62)
#define PAGEMAP_FILE    ((UINT64)1 << 61)

#define PAGE_SHIFT 12

/* a descriptor that stays open for the life of the process */
static int get_cached_fd( int *cache, const char *name )
{
    int fd = *cache;

    if (fd != -1) return fd;
    if ((fd = open( name, O_RDONLY | O_CLOEXEC )) == -1) return -1;
    if (InterlockedCompareExchange( (LONG *)cache, fd, -1 ) != -1)
    {
        close( fd );
        fd = *cache;
    }
    return fd;
}

/***********************************************************************
 *             get_pagemap_fd
 */
int get_pagemap_fd(void)
{
    static int fd = -1;
    return get_cached_fd( &fd, "/proc/self/pagemap" );
}

/* a page of a private mapping that is the process's own copy */
static BOOL is_private_entry( UINT64 entry )
{
    return (entry & (PAGEMAP_PRESENT | PAGEMAP_SWAPPED)) && !(entry & PAGEMAP_FILE);
}

/* get_written_range with the descriptor of a process's pagemap */
static BOOL scan_written_range( int fd, UINT_PTR start, UINT_PTR *end )
{
    struct pagemap_scan scan;
    struct page_range range;
    UINT64 entries[512];
    BOOL written = FALSE;
    int ret;

    memset( &scan, 0, sizeof(scan) );
    scan.size    = sizeof(scan);
    scan.start   = start;
    scan.end     = *end;
    scan.vec     = (UINT_PTR)&range;
    scan.vec_len = 1;
    scan.category_inverted   = CATEGORY_FILE;
    scan.category_mask       = CATEGORY_FILE;
    scan.category_anyof_mask = CATEGORY_PRESENT | CATEGORY_SWAPPED;
    scan.return_mask         = CATEGORY_FILE;
    if ((ret = ioctl( fd, IOCTL_PAGEMAP_SCAN, &scan )) >= 0)
    {
        if (!ret) return FALSE;
        written = range.start == start;
        *end = written ? range.end : range.start;
        return written;
    }

    while (start < *end)
    {
        UINT_PTR pages = min( (*end - start) >> PAGE_SHIFT, ARRAY_SIZE(entries) ), i;
        ssize_t len = pread( fd, entries, pages * sizeof(*entries), (start >> PAGE_SHIFT) * sizeof(*entries) );

        if (len < (ssize_t)sizeof(*entries)) break;
        pages = len / sizeof(*entries);
        for (i = 0; i < pages; i++, start += PAGE_MASK + 1)
        {
            if (start == scan.start) written = is_private_entry( entries[0] );
            else if (is_private_entry( entries[i] ) != written)
            {
                *end = start;
                return written;
            }
        }
    }
    return written;
}

/* the transparent huge pages of a mapping, from the list of all mappings */
static SIZE_T count_transparent_pages( UINT_PTR base, SIZE_T mapping_size )
{
    unsigned long start, end, kb;
    BOOL found = FALSE;
    SIZE_T size = 0;
    char line[4096 + 128];
    sigset_t sigset;
    FILE *f;

    if (!(f = open_text( "/proc/self/smaps", &sigset ))) return 0;
    while (fgets( line, sizeof(line), f ))
    {
        if (sscanf( line, "%lx-%lx ", &start, &end ) == 2)
        {
            if (found) break;
            found = start == base && end - start == mapping_size;
        }
        else if (found && (sscanf( line, "AnonHugePages: %lu", &kb ) == 1 ||
                           sscanf( line, "ShmemPmdMapped: %lu", &kb ) == 1)) size += (SIZE_T)kb << 10;
    }
    close_text( f, &sigset );
    return size;
}

/* the first range of pages that are all of some categories: 1 when there is one, -1 if the kernel
 * cannot tell */
static int scan_pages( int fd, UINT_PTR start, UINT_PTR end, UINT64 categories, struct page_range *range )
{
    struct pagemap_scan scan;

    memset( &scan, 0, sizeof(scan) );
    scan.size    = sizeof(scan);
    scan.start   = start;
    scan.end     = end;
    scan.vec     = (UINT_PTR)range;
    scan.vec_len = 1;
    scan.category_mask = categories;
    scan.return_mask   = categories;
    return ioctl( fd, IOCTL_PAGEMAP_SCAN, &scan );
}

/***********************************************************************
 *             scan_huge_pages
 *
 * Look for huge pages in a range of the process that a descriptor of its pagemap is of: 1 when
 * there are some, -1 if the kernel cannot tell (before Linux 6.7).
 */
int scan_huge_pages( int pagemap, UINT_PTR start, SIZE_T size )
{
    struct page_range range;

    return scan_pages( pagemap, start, start + size, CATEGORY_HUGE | CATEGORY_PRESENT, &range );
}

/***********************************************************************
 *             can_scan_pages
 *
 * Tell whether is_huge_range can look at a part of a mapping (Linux 6.7).
 */
BOOL can_scan_pages(void)
{
    UINT_PTR page = (UINT_PTR)&page & ~PAGE_MASK;

    return scan_huge_pages( get_pagemap_fd(), page, PAGE_MASK + 1 ) >= 0;
}

/***********************************************************************
 *             is_huge_range
 *
 * Tell whether all pages of a range of this process are there and mapped as huge ones.  It
 * calls nothing of Wine's: the thread may be one that Wine knows nothing of.
 */
BOOL is_huge_range( const void *base, SIZE_T size )
{
    UINT_PTR start = (UINT_PTR)base;
    struct page_range range;
    int ret;

    if ((ret = scan_pages( get_pagemap_fd(), start, start + size, CATEGORY_HUGE | CATEGORY_PRESENT, &range )) == -1)
        return count_transparent_pages( start, size ) == size;
    return ret == 1 && range.start == start && range.end == start + size;
}

/***********************************************************************
 *             get_written_range
 *
 * Find out whether the first page of a copy-on-write range has been written and how far the
 * range goes on like that.
 */
BOOL get_written_range( UINT_PTR start, UINT_PTR *end )
{
    int fd = get_pagemap_fd();

    return fd != -1 && scan_written_range( fd, start, end );
}

/* the same in a process that a handle stands for, as far as the host lets us look */
static BOOL get_process_written_range( HANDLE process, UINT_PTR start, UINT_PTR *end )
{
    char name[32];
    BOOL written;
    int fd, pid;

    if (is_current_process( process )) return get_written_range( start, end );
    if (get_process_pid( process, &pid )) return FALSE;
    if (!pid) return get_written_range( start, end );
    sprintf( name, "/proc/%d/pagemap", pid );
    if ((fd = open( name, O_RDONLY | O_CLOEXEC )) == -1) return FALSE;
    written = scan_written_range( fd, start, end );
    close( fd );
    return written;
}

/* ntdll's answer, with copy-on-write pages as the kernel has them */
static NTSTATUS query_native_memory( HANDLE process, UINT_PTR addr, MEMORY_BASIC_INFORMATION *info )
{
    UINT_PTR end;
    NTSTATUS status;

    if ((status = NtQueryVirtualMemory( process, (void *)addr, MemoryBasicInformation, info, sizeof(*info), NULL )))
        return status;
    if (is_current_process( process )) fix_large_area_info( addr, info );
    if (info->Type != MEM_MAPPED) return STATUS_SUCCESS;
    if (is_reserve_address( addr ) && is_own_process( process )) query_reserve_view( info );
    if (!is_write_copy( info->Protect )) return STATUS_SUCCESS;

    end = (UINT_PTR)info->BaseAddress + info->RegionSize;
    if (get_process_written_range( process, (UINT_PTR)info->BaseAddress, &end ))
        info->Protect = replace_write_copy( info->Protect );
    info->RegionSize = end - (UINT_PTR)info->BaseAddress;
    return STATUS_SUCCESS;
}

/***********************************************************************
 *             query_own_memory
 */
NTSTATUS query_own_memory( UINT_PTR addr, MEMORY_BASIC_INFORMATION *info )
{
    NTSTATUS status;

    if (is_adopted_address( addr ) && query_adopted_memory( addr, info, &status )) return status;
    return query_native_memory( NtCurrentProcess(), addr, info );
}

/* a free region goes on across the borders of adopted ranges */
static void extend_free_region( MEMORY_BASIC_INFORMATION *info )
{
    MEMORY_BASIC_INFORMATION next;

    for (;;)
    {
        UINT_PTR end = (UINT_PTR)info->BaseAddress + info->RegionSize;

        if (query_own_memory( end, &next ) || next.State != MEM_FREE) return;
        info->RegionSize += next.RegionSize;
    }
}

/***********************************************************************
 *             query_memory
 */
NTSTATUS query_memory( void *args )
{
    struct query_memory_params *params = args;
    HANDLE process = get_handle( params->process );
    MEMORY_BASIC_INFORMATION info;
    NTSTATUS status;

    if (params->size < sizeof(info)) return STATUS_INFO_LENGTH_MISMATCH;
    memset( &info, 0, sizeof(info) );  /* PartitionId, which ntdll leaves alone */
    if (has_adopted_ranges() && is_own_process( process ))
    {
        if ((status = check_handle_access( process, PROCESS_QUERY_INFORMATION | PROCESS_QUERY_LIMITED_INFORMATION )))
            return status;
        if (!(status = query_own_memory( params->address, &info )) && info.State == MEM_FREE)
            extend_free_region( &info );
    }
    else status = query_native_memory( process, params->address, &info );
    if (status) return status;
    if (is_adopted_region( process, &info )) return STATUS_IN_TARGET;
    if (is_reserve_address( params->address ) && is_own_process( process )) open_queried_pages( &info );

    *(MEMORY_BASIC_INFORMATION *)get_ptr( params->info ) = info;
    params->size = sizeof(info);
    return STATUS_SUCCESS;
}

/* what is mapped at an address, from the list of all mappings */
static BOOL find_mapping( UINT_PTR addr, struct mapped_file *file )
{
    char line[sizeof(file->name) + 128];
    unsigned int major, minor;
    unsigned long long start, end, offset, inode;
    BOOL ret = FALSE;
    sigset_t sigset;
    int pos;
    FILE *f;

    if (!(f = open_text( "/proc/self/maps", &sigset ))) return FALSE;
    while (!ret && fgets( line, sizeof(line), f ))
    {
        if (sscanf( line, "%llx-%llx %*s %llx %x:%x %llu %n", &start, &end, &offset, &major, &minor,
                    &inode, &pos ) < 6) continue;
        if (addr < start || addr >= end) continue;
        file->start  = start;
        file->end    = end;
        file->offset = offset;
        file->device = makedev( major, minor );
        file->inode  = inode;
        snprintf( file->name, sizeof(file->name), "%s", line + pos );
        file->name[strcspn( file->name, "\n" )] = 0;
        ret = TRUE;
    }
    close_text( f, &sigset );
    return ret;
}

/* what the kernel knows about the mapping at an address; FALSE with errno set */
static BOOL query_mapping( UINT_PTR addr, char *name, size_t size, struct procmap_query *query )
{
    static int maps_fd = -1;
    int fd;

    if ((fd = get_cached_fd( &maps_fd, "/proc/self/maps" )) == -1) return FALSE;
    memset( query, 0, sizeof(*query) );
    query->size      = sizeof(*query);
    query->addr      = addr;
    query->name_addr = (UINT_PTR)name;
    query->name_size = size;
    return !ioctl( fd, IOCTL_PROCMAP_QUERY, query );
}

/***********************************************************************
 *             get_mapped_file
 *
 * What is mapped at an address: a file and an offset in it, or nothing with a name.
 */
BOOL get_mapped_file( UINT_PTR addr, struct mapped_file *file )
{
    struct procmap_query query;

    if (query_mapping( addr, file->name, sizeof(file->name), &query ))
    {
        file->start  = query.vma_start;
        file->end    = query.vma_end;
        file->offset = query.vma_offset;
        file->device = makedev( query.dev_major, query.dev_minor );
        file->inode  = query.inode;
        if (!query.name_size) file->name[0] = 0;
    }
    else if ((errno != ENOTTY && errno != EINVAL) || !find_mapping( addr, file )) return FALSE;
    file->offset += (addr & ~PAGE_MASK) - file->start;
    return TRUE;
}

/***********************************************************************
 *             is_memfd_view
 *
 * Tell whether the view at an address is one of a memfd of ours.
 */
BOOL is_memfd_view( UINT_PTR addr )
{
    struct mapped_file file;

    return get_mapped_file( addr, &file ) && is_memfd_name( file.name );
}

/***********************************************************************
 *             is_file_view
 *
 * Tell whether the view at an address is one of a file, and not of memory or of the server's
 * temporary files that stand for the paging file.
 */
BOOL is_file_view( UINT_PTR addr )
{
    struct mapped_file file;

    if (!get_mapped_file( addr, &file )) return TRUE;
    return file.name[0] && !is_paging_file_name( file.name );
}
