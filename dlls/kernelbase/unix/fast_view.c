/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Views without a request to the server, by a setting
 *
 * A view of committed pages of the paging file can lie in an adopted range: then the server, which
 * has nothing to do for it but to keep a list, does not hear of it, nor does ntdll when the place is
 * one where such a view was before.  The pages of that are left as they are for ntdll, a spare piece.
 */

#if 0
#pragma makedep unix
#endif

#include "config.h"

#include <stdarg.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>

#include "ntstatus.h"
#define WIN32_NO_STATUS
#include "windef.h"
#include "winbase.h"
#include "winternl.h"
#include "adopted.h"

#define POOL_SIZE  ((UINT_PTR)64 << 20)   /* of the range that views lie in ... */
#define MAX_POOLED (POOL_SIZE / 8)        /* ... up to this size; larger ones have one of their own ... */
/* ... where addresses are not few: a program would miss those of the places that are kept */
#define MAX_SIZE   (IS_SMALL_ADDRESS_SPACE ? MAX_POOLED : (UINT_PTR)1 << 30)
#define MAX_STEPS  64                     /* pieces that are looked at for a place */
#define MAX_SPARES 16

/* all of this under the lock of the pieces */
static struct adopted_range *pool;
static UINT_PTR pool_next;                /* where a place is looked for */
static struct piece *spares[MAX_SPARES];  /* the oldest one first */
static unsigned int spare_count;

/* where placeholders are ntdll's no other process would find such a view */
static BOOL is_switched_on(void)
{
    static const char *const words[] = { "off", "on", NULL };
    static int cached = -1;

    if (cached != -1) return cached;
    return cached = get_setting( "FastViews", "WINE_MAPVIEW_FAST_VIEWS", words ) && !has_placeholders();
}

static struct piece *take_spare( unsigned int i )
{
    struct piece *piece = spares[i];

    spare_count--;
    memmove( spares + i, spares + i + 1, (spare_count - i) * sizeof(*spares) );
    return piece;
}

static void free_spare( struct piece *piece )
{
    if (clear_adopted_pages( piece, piece->base, piece->size )) piece->stale = TRUE;
    free_piece( piece );
}

/* one of which ntdll thinks already what the view needs */
static struct piece *find_spare( UINT_PTR size, UINT32 protect )
{
    unsigned int i = spare_count;

    while (i--) if (spares[i]->size == size && spares[i]->protect == protect) return take_spare( i );
    return NULL;
}

/***********************************************************************
 *             keep_spare_piece
 *
 * Unmap a view and keep its place for another one.  FALSE for a view that is no such one, or when
 * the host cannot do that.
 */
BOOL keep_spare_piece( struct piece *piece )
{
    if (!piece->reusable) return FALSE;
    if (mmap( (void *)piece->base, piece->size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED,
              -1, 0 ) == MAP_FAILED) return FALSE;
    if (spare_count == MAX_SPARES) free_spare( take_spare( 0 ) );
    piece->kind = PIECE_SPARE;
    spares[spare_count++] = piece;
    return TRUE;
}

/***********************************************************************
 *             free_spare_pieces
 *
 * Something else is wanted at an address.  FALSE when there was nothing to give back.
 */
BOOL free_spare_pieces(void)
{
    BOOL ret = spare_count || pool;

    while (spare_count) free_spare( take_spare( spare_count - 1 ) );
    if (pool) drop_range( pool );
    pool = NULL;
    return ret;
}

/***********************************************************************
 *             give_back_spare_ranges
 *
 * The same for an address that ntdll has refused.
 */
BOOL give_back_spare_ranges(void)
{
    sigset_t sigset;
    BOOL ret;

    if (!has_adopted_ranges()) return FALSE;
    lock_pieces( &sigset );
    ret = free_spare_pieces();
    unlock_pieces( &sigset );
    return ret;
}

static struct piece *find_in_pool( UINT_PTR size )
{
    UINT_PTR base, end = pool->base + pool->size;
    struct piece *piece;
    unsigned int i;

    for (i = 0; i < MAX_STEPS; i++)
    {
        if (pool_next >= end) pool_next = pool->base;
        piece = find_piece( pool_next );
        base = (pool_next + GRANULARITY_MASK) & ~GRANULARITY_MASK;
        pool_next = piece->base + piece->size;
        if (piece->kind != PIECE_FREE || base >= pool_next || size > pool_next - base) continue;
        pool_next = base + size;
        return piece;
    }
    return NULL;
}

/* a range that stays when there is nothing in it */
static struct adopted_range *create_range( UINT_PTR size )
{
    struct piece *piece;
    UINT_PTR base;

    size = (size + GRANULARITY_MASK) & ~GRANULARITY_MASK;
    if (reserve_adopted_range_anywhere( &base, size, 0 )) return NULL;
    if ((piece = adopt_range( base, size, PIECE_FREE ))) return hold_range( piece );
    release_adopted_range( base, size );
    return NULL;
}

static BOOL map_in_spare( struct piece *piece, const struct map_view_params *params, const struct source *source )
{
    int flags = MAP_FIXED | (is_write_copy( params->protect ) ? MAP_PRIVATE : MAP_SHARED);

    if (!keep_spare_mappings() || mmap( (void *)piece->base, piece->size, get_unix_protection( params->protect ), flags,
                                        source->fd, params->offset ) == MAP_FAILED)
    {
        free_spare( piece );
        return FALSE;
    }
    piece->kind   = PIECE_VIEW;
    piece->copies = is_write_copy( params->protect );
    piece->flags  = source->flags;
    piece->offset = params->offset;
    return TRUE;
}

static BOOL map_in_hole( struct piece *piece, UINT_PTR base, UINT_PTR size, const struct map_view_params *params,
                         const struct source *source )
{
    struct map_view_params view = *params;

    view.base = base;
    if (map_in_piece( piece, &view, source, size, NULL )) return FALSE;
    find_piece( base )->reusable = TRUE;
    return TRUE;
}

static BOOL map_in_own_range( UINT_PTR size, const struct map_view_params *params, const struct source *source,
                              UINT_PTR *base )
{
    struct adopted_range *range = create_range( size );
    BOOL ret;

    if (!range) return FALSE;
    *base = range->base;
    ret = map_in_hole( find_piece( *base ), *base, size, params, source );
    drop_range( range );
    return ret;
}

static BOOL map_in_pool( UINT_PTR size, const struct map_view_params *params, const struct source *source,
                         UINT_PTR *base )
{
    struct piece *piece = pool ? find_in_pool( size ) : NULL;

    if (!piece)
    {
        if (pool) drop_range( pool );
        if (!(pool = create_range( POOL_SIZE ))) return FALSE;
        pool_next = pool->base;
        piece = find_in_pool( size );
    }
    *base = pool_next - size;
    return map_in_hole( piece, *base, size, params, source );
}

/* what ntdll's view would be, too, except to those who ask ntdll or the server */
static BOOL is_fast_view( const struct map_view_params *params, const struct section_file *file, struct source *source )
{
    if (params->base || params->type || file->access || file->st.st_nlink || !S_ISREG( file->st.st_mode )) return FALSE;
    if (params->protect != PAGE_READWRITE && params->protect != PAGE_READONLY && params->protect != PAGE_WRITECOPY)
        return FALSE;
    if (!is_switched_on() || get_source( get_handle( params->section ), file, params->protect, source )) return FALSE;
    return source->flags == SEC_COMMIT && params->offset < source->size && params->size <= source->size - params->offset;
}

/***********************************************************************
 *             map_fast_view
 *
 * Map a view of this process, at any address.  FALSE when it is none for that, or there is some
 * other reason to let ntdll do it, which finds the error.
 */
BOOL map_fast_view( struct map_view_params *params, const struct section_file *file )
{
    struct source source;
    struct piece *piece;
    sigset_t sigset;
    UINT_PTR base;
    UINT64 size;
    BOOL ret;

    if (!is_fast_view( params, file, &source )) return FALSE;
    size = params->size ? params->size : source.size - params->offset;
    size = (size + PAGE_MASK) & ~(UINT64)PAGE_MASK;
    if (size > MAX_SIZE) return FALSE;

    lock_pieces( &sigset );
    if ((piece = find_spare( size, params->protect )))
    {
        base = piece->base;
        ret = map_in_spare( piece, params, &source );
    }
    else if (size > MAX_POOLED) ret = map_in_own_range( size, params, &source, &base );
    else ret = map_in_pool( size, params, &source, &base );
    unlock_pieces( &sigset );

    if (!ret) return FALSE;
    params->base = base;
    params->size = size;
    return TRUE;
}
