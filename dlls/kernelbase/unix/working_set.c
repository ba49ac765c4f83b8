/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The working set: which pages are there, and where
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
#include <numaif.h>

#include "ntstatus.h"
#define WIN32_NO_STATUS
#include "windef.h"
#include "winbase.h"
#include "winternl.h"
#include "adopted.h"
#include "large.h"

/* pages are looked at so many at a time, in memory of ours: the caller's may fault at any time,
 * which ends the call */
#define MAX_PAGES 128

#define PAGE_SHIFT 12

/* entries of /proc/PID/pagemap */
#define PAGEMAP_PRESENT ((UINT64)1 << 63)
#define PAGEMAP_FILE    ((UINT64)1 << 61)

static int open_pagemap( int pid )
{
    char name[32];

    sprintf( name, "/proc/%d/pagemap", pid );
    return open( name, O_RDONLY | O_CLOEXEC );
}

static UINT64 get_pagemap_entry( int fd, const void *addr )
{
    UINT64 entry;

    if (pread( fd, &entry, sizeof(entry), ((UINT_PTR)addr >> PAGE_SHIFT) * sizeof(entry) ) != sizeof(entry)) return 0;
    return entry;
}

static BOOL is_accessible( ULONG protect )
{
    return !(protect & (PAGE_NOACCESS | PAGE_GUARD));
}

/* what ntdll says of the pages of its own process only */
static NTSTATUS query_process_pages( HANDLE process, int pid, MEMORY_WORKING_SET_EX_INFORMATION *info, ULONG count )
{
    MEMORY_BASIC_INFORMATION region = { 0 };
    NTSTATUS status = STATUS_SUCCESS;
    UINT64 entry;
    ULONG i;
    int fd;

    if ((fd = open_pagemap( pid )) == -1)
        return errno == EMFILE || errno == ENFILE ? STATUS_TOO_MANY_OPENED_FILES : STATUS_ACCESS_DENIED;
    for (i = 0; i < count && !status; i++)
    {
        MEMORY_WORKING_SET_EX_BLOCK *block = &info[i].VirtualAttributes;
        UINT_PTR addr = (UINT_PTR)info[i].VirtualAddress;

        memset( block, 0, sizeof(*block) );
        if (addr - (UINT_PTR)region.BaseAddress >= region.RegionSize)
        {
            status = NtQueryVirtualMemory( process, (void *)addr, MemoryBasicInformation, &region, sizeof(region), NULL );
            if (status) memset( &region, 0, sizeof(region) );
            if (status == STATUS_INVALID_PARAMETER) status = STATUS_SUCCESS;  /* no user address */
        }
        if (region.State != MEM_COMMIT) continue;
        entry = get_pagemap_entry( fd, info[i].VirtualAddress );
        block->Valid = is_accessible( region.Protect ) && (entry & PAGEMAP_PRESENT);
        block->Shared = !!(entry & PAGEMAP_FILE);  /* also where a view is private memory for ntdll */
        block->ShareCount = block->Shared && block->Valid;
        if (block->Valid) block->Win32Protection = region.Protect;
    }
    close( fd );
    return status;
}

/* views in adopted ranges are private memory for ntdll */
static void add_adopted_views( MEMORY_WORKING_SET_EX_INFORMATION *info, ULONG count )
{
    MEMORY_BASIC_INFORMATION region;
    NTSTATUS status;
    int fd = -1;
    ULONG i;

    for (i = 0; i < count; i++)
    {
        MEMORY_WORKING_SET_EX_BLOCK *block = &info[i].VirtualAttributes;
        UINT_PTR addr = (UINT_PTR)info[i].VirtualAddress;

        if (!block->Valid || !is_adopted_address( addr )) continue;
        if (!query_adopted_memory( addr, &region, &status ) || status || region.Type != MEM_MAPPED) continue;
        if (fd == -1 && (fd = open_pagemap( getpid() )) == -1) return;
        block->Shared = !!(get_pagemap_entry( fd, info[i].VirtualAddress ) & PAGEMAP_FILE);
        block->ShareCount = block->Shared;
        block->Win32Protection = region.Protect;
    }
    if (fd != -1) close( fd );
}

/* the nodes of the pages that are there; pid 0 is the calling process */
static void add_nodes( int pid, MEMORY_WORKING_SET_EX_INFORMATION *info, ULONG count )
{
    void *pages[MAX_PAGES];
    int nodes[MAX_PAGES];
    UINT32 node;
    ULONG i;

    for (i = 0; i < count; i++) pages[i] = info[i].VirtualAddress;
    if (move_pages( pid, count, pages, NULL, nodes, 0 )) return;
    for (i = 0; i < count; i++)
        if (info[i].VirtualAttributes.Valid && nodes[i] >= 0 && get_windows_node( nodes[i], &node ))
            info[i].VirtualAttributes.Node = node;
}

/* ntdll's answer.  An address that is no user's makes that of 10.0 forget all the others. */
static NTSTATUS query_own_pages( MEMORY_WORKING_SET_EX_INFORMATION *pages, ULONG count )
{
    UINT_PTR limit = get_user_limit();
    void *addr[MAX_PAGES];
    NTSTATUS status;
    ULONG i;

    for (i = 0; i < count; i++)
    {
        addr[i] = pages[i].VirtualAddress;
        if ((UINT_PTR)addr[i] >= limit) pages[i].VirtualAddress = NULL;
    }
    status = NtQueryVirtualMemory( NtCurrentProcess(), NULL, MemoryWorkingSetExInformation,
                                   pages, count * sizeof(*pages), NULL );
    for (i = 0; i < count; i++) pages[i].VirtualAddress = addr[i];
    return status;
}

/***********************************************************************
 *             query_working_set
 */
NTSTATUS query_working_set( void *args )
{
    struct query_working_set_params *params = args;
    MEMORY_WORKING_SET_EX_INFORMATION pages[MAX_PAGES], *info = get_ptr( params->info );
    HANDLE process = get_handle( params->process );
    UINT64 left = params->size / sizeof(*info);
    NTSTATUS status;
    ULONG count;
    int pid;

    if ((status = get_process_pid( process, &pid ))) return status;
    if (!left) return STATUS_INFO_LENGTH_MISMATCH;
    for ( ; left; left -= count, info += count)
    {
        count = min( left, MAX_PAGES );
        memcpy( pages, info, count * sizeof(*pages) );
        status = pid ? query_process_pages( process, pid, pages, count ) : query_own_pages( pages, count );
        if (status) return status;
        if (!pid && has_adopted_ranges()) add_adopted_views( pages, count );
        if (get_node_count() > 1) add_nodes( pid, pages, count );
        add_large_pages( pid, pages, count );
        memcpy( info, pages, count * sizeof(*pages) );
    }
    return STATUS_SUCCESS;
}
