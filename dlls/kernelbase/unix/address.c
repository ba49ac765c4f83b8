/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Free ranges of an address space
 */

#if 0
#pragma makedep unix
#endif

#include "config.h"

#include <stdarg.h>
#include <errno.h>
#include <stdlib.h>
#include <strings.h>
#include <sys/mman.h>

#include "ntstatus.h"
#define WIN32_NO_STATUS
#include "windef.h"
#include "winbase.h"
#include "winternl.h"
#include "adopted.h"

/* candidates that are tried one alignment step apart before the steps grow: ntdll calls free
 * what the host has mapped for itself, and such a mapping can be large */
#define SMALL_STEPS 256

/***********************************************************************
 *             get_user_limit
 *
 * The end of the user address space.
 */
UINT_PTR get_user_limit(void)
{
    static UINT_PTR limit;
    SYSTEM_BASIC_INFORMATION info;

    if (!limit)
    {
        if (NtQuerySystemInformation( SystemBasicInformation, &info, sizeof(info), NULL )) return 0;
        limit = (UINT_PTR)info.HighestUserAddress + 1;
    }
    return limit;
}

/***********************************************************************
 *             is_beyond_user_limit
 *
 * Tell whether a range goes beyond the address space of the calling process.  ntdll has the limit
 * of all processes, which for a 32-bit program may be higher than its own.
 */
BOOL is_beyond_user_limit( HANDLE process, UINT_PTR base, UINT64 size )
{
    return base && is_current_process( process ) && (base >= get_user_limit() || size > get_user_limit() - base);
}

/***********************************************************************
 *             ntdll_has_placeholders
 *
 * Tell whether ntdll itself implements placeholders (Wine 10.0 does, 8.0 does not).
 */
BOOL ntdll_has_placeholders(void)
{
    static int cached = -1;
    SIZE_T size = ALLOCATION_GRANULARITY;
    void *addr = NULL;
    NTSTATUS status;

    if (cached != -1) return cached;
    status = NtAllocateVirtualMemoryEx( NtCurrentProcess(), &addr, &size, MEM_RESERVE | MEM_RESERVE_PLACEHOLDER,
                                        PAGE_NOACCESS, NULL, 0 );
    if (!status)
    {
        size = 0;
        NtFreeVirtualMemory( NtCurrentProcess(), &addr, &size, MEM_RELEASE );
    }
    return cached = !status;
}

/***********************************************************************
 *             has_placeholders
 *
 * Tell whether ntdll's placeholders are to be used, which they are when it has them and the
 * environment variable WINE_MAPVIEW_PLACEHOLDERS, or the value Placeholders in
 * HKEY_CURRENT_USER\Software\Wine\Mapview, is "ntdll".
 *
 * Those of Wine 10.0 are gone after a replacement that failed, and each view in one costs two
 * requests to the wineserver under the lock of the address space, which a thread that is ended then
 * takes with it (docs/deviations.md has all of it).  Nothing can be done about that around ntdll's
 * calls.  Ours are the same on each version.  What a program has made by ntdll's own calls is
 * ntdll's business in any case.
 */
BOOL has_placeholders(void)
{
    static const char *const words[] = { "own", "ntdll", NULL };
    static int cached = -1;

    if (cached != -1) return cached;
    return cached = get_setting( "Placeholders", "WINE_MAPVIEW_PLACEHOLDERS", words ) && ntdll_has_placeholders();
}

/***********************************************************************
 *             get_host_status
 *
 * The reason for a failure of ntdll's, which calls some of those of the host an invalid parameter
 * or a denied access: when the host gives the process no mapping any more, that is it.
 */
NTSTATUS get_host_status( NTSTATUS status )
{
    const SIZE_T page = PAGE_MASK + 1;
    char *addr;

    if (status != STATUS_INVALID_PARAMETER && status != STATUS_ACCESS_DENIED) return status;
    addr = mmap( NULL, 3 * page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0 );
    if (addr == MAP_FAILED) return errno == ENOMEM ? STATUS_NO_MEMORY : status;
    if (mprotect( addr + page, page, PROT_READ ) && errno == ENOMEM) status = STATUS_NO_MEMORY;
    munmap( addr, 3 * page );
    return status;
}

/* what there is at an address; adopted ranges can have many parts, but are in use as a whole */
static NTSTATUS query_region( HANDLE process, UINT_PTR addr, MEMORY_BASIC_INFORMATION *info )
{
    if (is_current_process( process ) && is_adopted_address( addr ) && get_adopted_range( addr, info ))
        return STATUS_SUCCESS;
    return NtQueryVirtualMemory( process, (void *)addr, MemoryBasicInformation, info, sizeof(*info), NULL );
}

/* Tell whether something may be mapped in a region.  ntdll of a 32-bit process calls what it has left
 * to the host reserved, as if that were an allocation without access, also where nothing is. */
static BOOL can_be_free( const MEMORY_BASIC_INFORMATION *info )
{
    if (info->State == MEM_FREE) return TRUE;
#ifdef _WIN64
    return FALSE;
#else
    return info->State == MEM_RESERVE && info->Type == MEM_PRIVATE && info->AllocationProtect == PAGE_NOACCESS;
#endif
}

/* map at the first address in [start, end] that works, from either end; stops at the first
 * failure that is not about the address */
static NTSTATUS map_between( UINT_PTR start, UINT_PTR end, UINT_PTR step, BOOL top_down,
                             map_at_t map_at, void *context )
{
    unsigned int tries = 0;
    NTSTATUS status;

    for (;;)
    {
        status = map_at( context, (void *)(top_down ? end : start) );
        if (status != STATUS_CONFLICTING_ADDRESSES) return status;
        if (end - start < step) return status;
        if (top_down) end -= step;
        else start += step;
        if (++tries > SMALL_STEPS) step *= 2;
    }
}

/***********************************************************************
 *             map_in_free_range
 *
 * Map something at an address of a process that satisfies the requirements.
 *
 * The address space is read first, then the mapping is made at a fixed address that map_at gets
 * passed.  When another thread was faster there, the next one is tried.  Nothing is ever
 * mapped over a range that ntdll regards as used.
 */
NTSTATUS map_in_free_range( HANDLE process, const struct view_requirements *req, SIZE_T size, BOOL top_down,
                            map_at_t map_at, void *context )
{
    UINT_PTR alignment = max( req->alignment, ALLOCATION_GRANULARITY );
    UINT_PTR first = (max( req->lowest, ALLOCATION_GRANULARITY ) + alignment - 1) & ~(alignment - 1);
    UINT_PTR end = req->highest ? req->highest + 1 : get_user_limit();
    UINT_PTR addr = first, last_start = 0, last_end = 0;
    MEMORY_BASIC_INFORMATION info;
    NTSTATUS status;

    size = (size + PAGE_MASK) & ~PAGE_MASK;
    if (!size || end <= size || first < req->lowest) return STATUS_NO_MEMORY;

    while (addr < end)
    {
        UINT_PTR region_end, start, last;

        if ((status = query_region( process, addr, &info )))
            return status == STATUS_INVALID_PARAMETER ? STATUS_NO_MEMORY : status;
        region_end = min( (UINT_PTR)info.BaseAddress + info.RegionSize, end );
        start = (addr + alignment - 1) & ~(alignment - 1);

        if (can_be_free( &info ) && start >= addr && start < region_end && region_end - start >= size)
        {
            last = (region_end - size) & ~(alignment - 1);
            if (!top_down)
            {
                status = map_between( start, last, alignment, FALSE, map_at, context );
                if (status != STATUS_CONFLICTING_ADDRESSES) return status;
            }
            else
            {
                last_start = start;
                last_end = last;
            }
        }
        if (region_end <= addr) break;
        addr = region_end;
    }

    if (last_start)
    {
        struct view_requirements below = *req;

        status = map_between( last_start, last_end, alignment, TRUE, map_at, context );
        if (status != STATUS_CONFLICTING_ADDRESSES) return status;
        /* all of the highest range is the host's */
        if (last_start <= first) return STATUS_NO_MEMORY;
        below.highest = last_start - 1;
        return map_in_free_range( process, &below, size, TRUE, map_at, context );
    }
    return STATUS_NO_MEMORY;
}
