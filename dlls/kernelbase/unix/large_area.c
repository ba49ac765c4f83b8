/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The list of this process's areas of large pages
 *
 * It knows what ntdll does not: that a view is a part of a native one, because the host maps
 * whole pages of its pool only, and that protections change by large pages.
 */

#if 0
#pragma makedep unix
#endif

#include "config.h"

#include <stdarg.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "ntstatus.h"
#define WIN32_NO_STATUS
#include "windef.h"
#include "winbase.h"
#include "winternl.h"
#include "large.h"

static struct large_area *areas;   /* sorted by address */
static unsigned int area_count, area_max;
static pthread_mutex_t area_mutex = PTHREAD_MUTEX_INITIALIZER;

/* a thread that holds the lock may not be suspended */
static void lock_areas( sigset_t *sigset )
{
    sigset_t all;

    sigfillset( &all );
    pthread_sigmask( SIG_BLOCK, &all, sigset );
    pthread_mutex_lock( &area_mutex );
}

static void unlock_areas( const sigset_t *sigset )
{
    pthread_mutex_unlock( &area_mutex );
    pthread_sigmask( SIG_SETMASK, sigset, NULL );
}

/* the index of the first area that ends above an address */
static unsigned int find_area( UINT_PTR addr )
{
    unsigned int min = 0, max = area_count;

    while (min < max)
    {
        unsigned int i = (min + max) / 2;

        if (areas[i].native_base + areas[i].native_size <= addr) min = i + 1;
        else max = i;
    }
    return min;
}

static void remove_area( unsigned int i )
{
    area_count--;
    memmove( areas + i, areas + i + 1, (area_count - i) * sizeof(*areas) );
}

static BOOL grow_areas(void)
{
    unsigned int count = max( 16, area_max * 2 );
    struct large_area *new_areas;

    if (area_count < area_max) return TRUE;
    if (!(new_areas = realloc( areas, count * sizeof(*areas) ))) return FALSE;
    areas = new_areas;
    area_max = count;
    return TRUE;
}

/* what is listed there has been freed behind our back */
static void remove_stale_areas( UINT_PTR base, SIZE_T size )
{
    unsigned int i = find_area( base );

    while (i < area_count && areas[i].native_base < base + size) remove_area( i );
}

/***********************************************************************
 *             forget_large_areas
 *
 * There is something else now.
 */
void forget_large_areas( UINT_PTR base, SIZE_T size )
{
    sigset_t sigset;

    if (!area_count) return;
    lock_areas( &sigset );
    remove_stale_areas( base, size );
    unlock_areas( &sigset );
}

/***********************************************************************
 *             add_large_area
 */
BOOL add_large_area( const struct large_area *area )
{
    sigset_t sigset;
    unsigned int i;
    BOOL ret;

    lock_areas( &sigset );
    if ((ret = grow_areas()))
    {
        remove_stale_areas( area->native_base, area->native_size );
        i = find_area( area->native_base );
        memmove( areas + i + 1, areas + i, (area_count - i) * sizeof(*areas) );
        areas[i] = *area;
        area_count++;
    }
    unlock_areas( &sigset );
    return ret;
}

static BOOL get_area( HANDLE process, UINT_PTR addr, struct large_area *area, BOOL take )
{
    BOOL ret = FALSE;
    sigset_t sigset;
    unsigned int i;

    if (!area_count || !is_own_process( process )) return FALSE;
    lock_areas( &sigset );
    i = find_area( addr );
    if (i < area_count && areas[i].native_base <= addr)
    {
        *area = areas[i];
        if (take) remove_area( i );
        ret = TRUE;
    }
    unlock_areas( &sigset );
    return ret;
}

/***********************************************************************
 *             find_large_area
 */
BOOL find_large_area( HANDLE process, UINT_PTR addr, struct large_area *area )
{
    return get_area( process, addr, area, FALSE );
}

/***********************************************************************
 *             take_large_area
 *
 * Find an area and take it out of the list.  That is done before it is freed, when nothing new
 * can be there yet; add_large_area puts it back.
 */
BOOL take_large_area( HANDLE process, UINT_PTR addr, struct large_area *area )
{
    return get_area( process, addr, area, TRUE );
}

/***********************************************************************
 *             is_inside_large_area
 *
 * Tell whether an address lies in the part that the program asked for.
 */
BOOL is_inside_large_area( const struct large_area *area, UINT_PTR addr )
{
    return addr >= area->base && addr - area->base < area->size;
}

/***********************************************************************
 *             fix_large_area_info
 *
 * Correct what ntdll says of memory of this process: a view is only the part that was asked for,
 * what lies around it is taken.
 */
void fix_large_area_info( UINT_PTR addr, MEMORY_BASIC_INFORMATION *info )
{
    UINT_PTR start = (UINT_PTR)info->BaseAddress, end = start + info->RegionSize;
    struct large_area area;

    if (!find_large_area( NtCurrentProcess(), addr, &area ) || area.size == area.native_size) return;
    if ((UINT_PTR)info->AllocationBase != area.native_base || info->Type != MEM_MAPPED) return;

    if (is_inside_large_area( &area, addr ))
    {
        info->AllocationBase = (void *)area.base;
        end = min( end, area.base + area.size );
    }
    else
    {
        if (addr < area.base) end = min( end, area.base );
        else info->AllocationBase = (void *)(area.base + area.size);
        info->AllocationProtect = PAGE_NOACCESS;
        info->State   = MEM_RESERVE;
        info->Protect = 0;
        info->Type    = MEM_PRIVATE;
    }
    info->RegionSize = end - start;
}

/***********************************************************************
 *             round_to_large_pages
 *
 * A protection is one of whole pages, and the pages of an area are large.
 */
NTSTATUS round_to_large_pages( HANDLE process, UINT64 *base, UINT64 *size )
{
    UINT64 end = (*base + *size + PAGE_MASK) & ~(UINT64)PAGE_MASK, mask;
    MEMORY_BASIC_INFORMATION info;
    struct large_area area;

    if (!find_large_area( process, *base, &area ) || end <= *base) return STATUS_SUCCESS;

    /* it may have been freed behind our back */
    if (NtQueryVirtualMemory( NtCurrentProcess(), (void *)area.native_base, MemoryBasicInformation,
                              &info, sizeof(info), NULL ) || info.State == MEM_FREE) return STATUS_SUCCESS;

    if (!is_inside_large_area( &area, *base ) || end > area.base + area.size) return STATUS_CONFLICTING_ADDRESSES;
    mask = area.page_size - 1;
    end = (end + mask) & ~mask;
    *base &= ~mask;
    *size = end - *base;
    return STATUS_SUCCESS;
}
