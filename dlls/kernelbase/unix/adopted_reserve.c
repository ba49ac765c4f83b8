/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Reserved pages of views in adopted ranges
 *
 * The state of the pages of a SEC_RESERVE section is the server's: a native view of the same part,
 * the shadow, is asked for it.
 */

#if 0
#pragma makedep unix
#endif

#include "config.h"

#include <stdarg.h>
#include <sys/mman.h>

#include "ntstatus.h"
#define WIN32_NO_STATUS
#include "windef.h"
#include "winbase.h"
#include "winternl.h"
#include "adopted.h"

/* the page of the native view that has the state of a page */
static char *get_shadow( const struct piece *piece, UINT_PTR addr )
{
    return (char *)piece->section->shadow + piece->section->shadow_delta + (addr - piece->base);
}

/***********************************************************************
 *             query_reserved_pages
 *
 * Pages of a section of reserved pages that are alike.
 */
NTSTATUS query_reserved_pages( const struct piece *piece, UINT_PTR addr, BOOL *committed, SIZE_T *size )
{
    MEMORY_BASIC_INFORMATION info;
    NTSTATUS status;

    status = NtQueryVirtualMemory( NtCurrentProcess(), get_shadow( piece, addr ), MemoryBasicInformation,
                                   &info, sizeof(info), NULL );
    if (status) return status;
    query_reserve_view( &info );
    *committed = info.State == MEM_COMMIT;
    *size = info.RegionSize;
    return STATUS_SUCCESS;
}

/***********************************************************************
 *             close_reserved_pages
 *
 * Pages that are not committed fault; they are opened where they are committed, or by a fault.
 */
void close_reserved_pages( const struct piece *piece )
{
    UINT_PTR addr, end = piece->base + piece->size;
    BOOL committed;
    SIZE_T size;

    if (!(piece->flags & SEC_RESERVE)) return;
    set_reserve_alias( (UINT_PTR)piece->section->shadow, piece->base, piece->size, piece->offset );
    for (addr = piece->base; addr < end; addr += size)
    {
        if (query_reserved_pages( piece, addr, &committed, &size )) break;
        size = min( size, end - addr );
        if (!committed) mprotect( (void *)addr, size, PROT_NONE );
    }
}

/***********************************************************************
 *             commit_reserved_pages
 *
 * Commit pages for all views of the section.
 */
NTSTATUS commit_reserved_pages( const struct piece *piece, UINT_PTR base, UINT_PTR size )
{
    void *addr = get_shadow( piece, base );
    SIZE_T len = size;
    NTSTATUS status;

    status = NtAllocateVirtualMemory( NtCurrentProcess(), &addr, 0, &len, MEM_COMMIT, PAGE_READONLY );
    if (!status) share_commit( (UINT_PTR)addr, len, PAGE_READONLY );
    return status;
}
