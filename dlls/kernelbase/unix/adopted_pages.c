/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Pages of adopted ranges
 *
 * For most of what ntdll is asked it looks at the pages of a reservation one after the other, up
 * to its end or to one that differs.  So a range is not one reservation but one for every
 * CHUNK_SIZE bytes: what is done to a piece takes no longer in a large range than in a small one.
 */

#if 0
#pragma makedep unix
#endif

#include "config.h"

#include <stdarg.h>
#include <signal.h>
#include <sys/mman.h>

#include "ntstatus.h"
#define WIN32_NO_STATUS
#include "windef.h"
#include "winbase.h"
#include "winternl.h"
#include "wine/debug.h"
#include "adopted.h"

WINE_DEFAULT_DEBUG_CHANNEL(mapview);

#define CHUNK_SIZE ((UINT_PTR)64 * 1024 * 1024)

/* so often is a place looked for that no other thread takes before it is ours */
#define MAX_TRIES 16

static UINT_PTR get_chunk_end( const struct adopted_range *range, UINT_PTR addr, UINT_PTR end )
{
    while (addr - range->base >= range->own_size) range = range->joined;
    end = min( end, range->base + range->own_size );
    return addr + min( end - addr, CHUNK_SIZE - (addr - range->base) % CHUNK_SIZE );
}

static NTSTATUS reserve_chunk( void *addr, SIZE_T size, UINT32 protect )
{
    return NtAllocateVirtualMemory( NtCurrentProcess(), &addr, 0, &size, MEM_RESERVE, protect );
}

static NTSTATUS release_chunk( void *addr, SIZE_T size, UINT32 protect )
{
    SIZE_T all = 0;

    return NtFreeVirtualMemory( NtCurrentProcess(), &addr, &all, MEM_RELEASE );
}

static NTSTATUS commit_chunk( void *addr, SIZE_T size, UINT32 protect )
{
    return NtAllocateVirtualMemory( NtCurrentProcess(), &addr, 0, &size, MEM_COMMIT, protect );
}

static NTSTATUS reset_chunk( void *addr, SIZE_T size, UINT32 protect )
{
    return NtAllocateVirtualMemory( NtCurrentProcess(), &addr, 0, &size, MEM_RESET, protect );
}

static NTSTATUS decommit_chunk( void *addr, SIZE_T size, UINT32 protect )
{
    return NtFreeVirtualMemory( NtCurrentProcess(), &addr, &size, MEM_DECOMMIT );
}

static NTSTATUS protect_chunk( void *addr, SIZE_T size, UINT32 protect )
{
    ULONG old;

    return NtProtectVirtualMemory( NtCurrentProcess(), &addr, &size, protect, &old );
}

/* do something to each part of a range of pages that ntdll takes in one piece; done is how far
 * that went */
static NTSTATUS for_each_chunk( const struct adopted_range *range, UINT_PTR base, UINT_PTR size, UINT32 protect,
                                UINT_PTR *done, NTSTATUS (*func)( void *addr, SIZE_T size, UINT32 protect ) )
{
    UINT_PTR addr, next, end = base + size;
    NTSTATUS status = STATUS_SUCCESS;

    for (addr = base; addr < end; addr = next)
    {
        next = get_chunk_end( range, addr, end );
        if ((status = func( (void *)addr, next - addr, protect ))) break;
    }
    if (done) *done = addr - base;
    /* ntdll's word for a host that has no more mappings to give */
    return status == STATUS_ACCESS_DENIED ? STATUS_NO_MEMORY : status;
}

/***********************************************************************
 *             reserve_adopted_range
 *
 * Reserve a range at an address.
 */
NTSTATUS reserve_adopted_range( UINT_PTR base, UINT_PTR size )
{
    const struct adopted_range range = { .base = base, .own_size = size };
    UINT_PTR done;
    NTSTATUS status;

    status = for_each_chunk( &range, base, size, ADOPTED_PROTECT, &done, reserve_chunk );
    if (status && done) release_adopted_range( base, done );
    return status;
}

/***********************************************************************
 *             release_adopted_range
 */
void release_adopted_range( UINT_PTR base, UINT_PTR size )
{
    const struct adopted_range range = { .base = base, .own_size = size };
    NTSTATUS status;

    if ((status = for_each_chunk( &range, base, size, 0, NULL, release_chunk )))
        ERR( "range %p-%p was not released: %#x\n", (void *)base, (void *)(base + size), (unsigned int)status );
}

/* Where the host would put a mapping.  In the time until it is reserved another thread can get a
 * part of that, so that each try but the first is further down.  The top is left to ntdll, which
 * needs a byte for each page now and gets it where the host would have put the mapping. */
static UINT_PTR find_host_range( UINT_PTR size, unsigned int tries )
{
    UINT_PTR base, total = size + size / 1024 + 2 * CHUNK_SIZE;
    void *addr = mmap( NULL, total, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0 );

    if (addr == MAP_FAILED) return 0;
    munmap( addr, total );
    base = ((UINT_PTR)addr + CHUNK_SIZE - 1) & ~(CHUNK_SIZE - 1);
    return base / 2 > total * tries ? base - total * tries : base;
}

/***********************************************************************
 *             reserve_adopted_range_anywhere
 *
 * Reserve a range where ntdll likes, or where the host likes one that is large.
 */
NTSTATUS reserve_adopted_range_anywhere( UINT_PTR *base, UINT_PTR size, UINT32 type )
{
    SIZE_T len = size;
    void *addr = NULL;
    NTSTATUS status;
    unsigned int i;

    if (size <= CHUNK_SIZE)
    {
        status = NtAllocateVirtualMemory( NtCurrentProcess(), &addr, 0, &len, MEM_RESERVE | (type & MEM_TOP_DOWN),
                                          ADOPTED_PROTECT );
        *base = (UINT_PTR)addr;
        return status;
    }
    for (i = 0; i < MAX_TRIES; i++)
    {
        if (!(*base = find_host_range( size, i ))) break;
        if (!(status = reserve_adopted_range( *base, size ))) return STATUS_SUCCESS;
        if (status != STATUS_CONFLICTING_ADDRESSES) break;
    }
    return STATUS_NO_MEMORY;
}

/* The host has a limit of mappings.  Once a process is there nothing can be mapped, not even what
 * takes the place of a view.  So some mappings are kept that can be given up for that. */
#define SPARE_MAPPINGS 32

static char *spare_mappings;
static unsigned int spare_count;

/***********************************************************************
 *             keep_spare_mappings
 *
 * Called before a piece gets pages; FALSE when the host has no mappings left for it.
 */
BOOL keep_spare_mappings(void)
{
    SIZE_T i, page = PAGE_MASK + 1;
    char *addr;

    if (spare_count == SPARE_MAPPINGS) return TRUE;
    addr = mmap( NULL, SPARE_MAPPINGS * page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0 );
    if (addr == MAP_FAILED) return FALSE;
    /* neighbours that are alike would be one mapping */
    for (i = 0; i < SPARE_MAPPINGS; i += 2)
    {
        if (!mprotect( addr + i * page, page, PROT_READ )) continue;
        munmap( addr, SPARE_MAPPINGS * page );
        return FALSE;
    }
    if (spare_count) munmap( spare_mappings, spare_count * page );
    spare_mappings = addr;
    spare_count = SPARE_MAPPINGS;
    return TRUE;
}

/* the last half is for what needs no more mappings when it is gone */
static BOOL give_up_spare_mapping( BOOL is_part )
{
    if (spare_count <= (is_part ? SPARE_MAPPINGS / 2 : 0)) return FALSE;
    spare_count--;
    munmap( spare_mappings + spare_count * (PAGE_MASK + 1), PAGE_MASK + 1 );
    return TRUE;
}

static BOOL is_alike( const struct piece *piece, const struct piece *next )
{
    if (piece->kind != next->kind) return FALSE;
    return piece->kind != PIECE_VIEW || piece->offset + piece->size == next->offset;
}

/* tell whether pages of a piece can be a part of one mapping of the host's with others */
static BOOL is_part_of_mapping( const struct piece *piece, UINT_PTR size )
{
    const struct adopted_range *range = piece->range;
    UINT_PTR end = piece->base + piece->size;

    return size != piece->size || (piece->base > range->base && is_alike( find_piece( piece->base - 1 ), piece )) ||
           (end < range->base + range->size && is_alike( piece, find_piece( end ) ));
}

/***********************************************************************
 *             commit_adopted_pages
 */
NTSTATUS commit_adopted_pages( struct piece *piece, UINT_PTR base, UINT_PTR size, UINT32 protect )
{
    if (protect & PAGE_GUARD) piece->guarded = TRUE;
    return for_each_chunk( piece->range, base, size, protect, NULL, commit_chunk );
}

/***********************************************************************
 *             reset_adopted_pages
 */
NTSTATUS reset_adopted_pages( const struct piece *piece, UINT_PTR base, UINT_PTR size )
{
    return for_each_chunk( piece->range, base, size, PAGE_NOACCESS, NULL, reset_chunk );
}

static NTSTATUS decommit_pages( struct piece *piece, UINT_PTR base, UINT_PTR size )
{
    if (get_chunk_end( piece->range, base, base + size ) == base + size)
        return decommit_chunk( (void *)base, size, 0 );

    /* where ntdll takes it in more than one piece the host is asked first: all or nothing */
    if (mmap( (void *)base, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0 ) == MAP_FAILED)
        return STATUS_NO_MEMORY;
    if (for_each_chunk( piece->range, base, size, 0, NULL, decommit_chunk )) piece->stale = TRUE;
    return STATUS_SUCCESS;
}

/***********************************************************************
 *             clear_adopted_pages
 *
 * Turn pages back into reserved memory: what was mapped over them goes.
 */
NTSTATUS clear_adopted_pages( struct piece *piece, UINT_PTR base, UINT_PTR size )
{
    NTSTATUS status = STATUS_SUCCESS;
    unsigned int i;

    for (i = 0; i < 3; i++)
    {
        status = decommit_pages( piece, base, size );
        if (status != STATUS_NO_MEMORY || !give_up_spare_mapping( is_part_of_mapping( piece, size ) )) break;
    }
    if (status) return status;

    /* to ntdll a guard page stays one when it is no longer committed */
    if (piece->guarded && (commit_adopted_pages( piece, base, size, PAGE_NOACCESS ) || decommit_pages( piece, base, size )))
        piece->stale = TRUE;
    if (size == piece->size) piece->guarded = FALSE;
    return STATUS_SUCCESS;
}

/***********************************************************************
 *             clean_adopted_pages
 *
 * Make sure that a piece is reserved memory for ntdll, too: there was no memory for that when it
 * was cleared.
 */
NTSTATUS clean_adopted_pages( struct piece *piece )
{
    NTSTATUS status;

    if (!piece->stale) return STATUS_SUCCESS;
    status = for_each_chunk( piece->range, piece->base, piece->size, PAGE_NOACCESS, NULL, commit_chunk );
    if (!status) status = for_each_chunk( piece->range, piece->base, piece->size, 0, NULL, decommit_chunk );
    if (!status) piece->stale = FALSE;
    return status;
}

/***********************************************************************
 *             query_adopted_pages
 *
 * Pages that are alike in what is reported.  ntdll tells reserved pages apart by what they were.
 */
NTSTATUS query_adopted_pages( const struct piece *piece, UINT_PTR addr, MEMORY_BASIC_INFORMATION *info )
{
    UINT_PTR next, end = piece->base + piece->size;
    MEMORY_BASIC_INFORMATION more;
    NTSTATUS status;

    status = NtQueryVirtualMemory( NtCurrentProcess(), (void *)addr, MemoryBasicInformation,
                                   info, sizeof(*info), NULL );
    if (status) return status;
    for (;;)
    {
        next = addr + info->RegionSize;
        if (next >= end) break;
        if (info->State == MEM_COMMIT && get_chunk_end( piece->range, next - 1, end ) != next) break;
        if (NtQueryVirtualMemory( NtCurrentProcess(), (void *)next, MemoryBasicInformation, &more, sizeof(more), NULL ))
            break;
        if (more.State != info->State || more.Protect != info->Protect) break;
        info->RegionSize += more.RegionSize;
    }
    info->RegionSize = min( info->RegionSize, end - addr );
    return STATUS_SUCCESS;
}

/***********************************************************************
 *             protect_adopted_pages
 *
 * Change the protection of committed pages.
 */
NTSTATUS protect_adopted_pages( struct piece *piece, UINT_PTR base, UINT_PTR size, UINT32 protect, ULONG *old )
{
    UINT_PTR end = base + size, addr;
    SIZE_T first = get_chunk_end( piece->range, base, end ) - base;
    MEMORY_BASIC_INFORMATION info;
    void *start = (void *)base;
    NTSTATUS status;

    /* where ntdll is asked more than once it must not say no in the middle */
    for (addr = base; first < size && addr < end; addr += info.RegionSize)
    {
        if ((status = query_adopted_pages( piece, addr, &info ))) return status;
        if (info.State != MEM_COMMIT) return STATUS_NOT_COMMITTED;
    }

    if (protect & PAGE_GUARD) piece->guarded = TRUE;
    piece->reusable = FALSE;
    addr = base + first;
    status = NtProtectVirtualMemory( NtCurrentProcess(), &start, &first, protect, old );
    if (!status && addr < end)
        status = for_each_chunk( piece->range, addr, end - addr, protect, NULL, protect_chunk );
    return status == STATUS_ACCESS_DENIED ? STATUS_NO_MEMORY : status;
}
