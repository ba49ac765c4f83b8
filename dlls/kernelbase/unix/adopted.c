/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The table of adopted ranges
 *
 * The pieces of all ranges are in one treap, ordered by address: finding, splitting and joining
 * take a time that grows with the logarithm of their number, whatever the size of the ranges.
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
#include "wine/debug.h"
#include "adopted.h"

WINE_DEFAULT_DEBUG_CHANNEL(mapview);

static pthread_mutex_t pieces_mutex = PTHREAD_MUTEX_INITIALIZER;
static struct piece *pieces;

/* all ranges ever adopted lie between these; read without the lock */
static UINT_PTR adopted_start = ~(UINT_PTR)0;
static UINT_PTR adopted_end;

/***********************************************************************
 *             lock_pieces
 */
void lock_pieces( sigset_t *sigset )
{
    block_signals_and_lock( &pieces_mutex, sigset );
}

/***********************************************************************
 *             unlock_pieces
 */
void unlock_pieces( const sigset_t *sigset )
{
    unlock_and_restore_signals( &pieces_mutex, sigset );
}

/***********************************************************************
 *             has_adopted_ranges
 */
BOOL has_adopted_ranges(void)
{
    return !!__atomic_load_n( &adopted_end, __ATOMIC_ACQUIRE );
}

/***********************************************************************
 *             is_adopted_address
 *
 * Tell whether an address can lie in an adopted range, without the lock: the answer for
 * processes that have none, and for most addresses of the others.
 */
BOOL is_adopted_address( UINT_PTR addr )
{
    return addr >= __atomic_load_n( &adopted_start, __ATOMIC_ACQUIRE ) &&
           addr < __atomic_load_n( &adopted_end, __ATOMIC_ACQUIRE );
}

/* what is below base goes left, the rest goes right */
static void split_tree( struct piece *tree, UINT_PTR base, struct piece **left, struct piece **right )
{
    while (tree)
    {
        if (tree->base < base)
        {
            *left = tree;
            left = &tree->right;
            tree = tree->right;
        }
        else
        {
            *right = tree;
            right = &tree->left;
            tree = tree->left;
        }
    }
    *left = *right = NULL;
}

static void insert_piece( struct piece *piece )
{
    static UINT32 seed = 1;
    struct piece **link = &pieces;

    seed = seed * 1664525 + 1013904223;
    piece->priority = seed;
    while (*link && (*link)->priority >= piece->priority)
        link = piece->base < (*link)->base ? &(*link)->left : &(*link)->right;
    split_tree( *link, piece->base, &piece->left, &piece->right );
    *link = piece;
}

static void remove_piece( struct piece *piece )
{
    struct piece **link = &pieces, *left = piece->left, *right = piece->right;

    while (*link != piece) link = piece->base < (*link)->base ? &(*link)->left : &(*link)->right;
    while (left && right)
    {
        if (left->priority >= right->priority)
        {
            *link = left;
            link = &left->right;
            left = left->right;
        }
        else
        {
            *link = right;
            link = &right->left;
            right = right->left;
        }
    }
    *link = left ? left : right;
}

/***********************************************************************
 *             find_piece
 *
 * The piece that an address lies in, NULL for an address outside of all ranges.
 */
struct piece *find_piece( UINT_PTR addr )
{
    struct piece *piece = pieces, *found = NULL;

    while (piece)
    {
        if (piece->base > addr) piece = piece->left;
        else
        {
            found = piece;
            piece = piece->right;
        }
    }
    return found && addr - found->base < found->size ? found : NULL;
}

/***********************************************************************
 *             get_adopted_range
 *
 * The range that an address lies in, as the reservation that it is to ntdll.
 */
BOOL get_adopted_range( UINT_PTR addr, MEMORY_BASIC_INFORMATION *info )
{
    struct piece *piece;
    sigset_t sigset;

    lock_pieces( &sigset );
    if ((piece = find_piece( addr )))
    {
        info->BaseAddress       = (void *)addr;
        info->AllocationBase    = (void *)piece->range->base;
        info->AllocationProtect = ADOPTED_PROTECT;
        info->RegionSize        = piece->range->base + piece->range->size - addr;
        info->State             = MEM_RESERVE;
        info->Protect           = 0;
        info->Type              = MEM_PRIVATE;
    }
    unlock_pieces( &sigset );
    return !!piece;
}

/***********************************************************************
 *             adopt_range
 *
 * Make a reservation of ntdll's a range of one piece.
 */
struct piece *adopt_range( UINT_PTR base, UINT_PTR size, enum piece_kind kind )
{
    struct adopted_range *range = malloc( sizeof(*range) );
    struct piece *piece = calloc( 1, sizeof(*piece) );

    if (!range || !piece)
    {
        free( range );
        free( piece );
        return NULL;
    }
    range->base  = base;
    range->size  = size;
    range->used  = kind != PIECE_FREE;
    range->own_size = size;
    range->joined   = NULL;
    piece->base  = base;
    piece->size  = size;
    piece->range = range;
    piece->kind  = kind;
    insert_piece( piece );

    if (base < adopted_start) __atomic_store_n( &adopted_start, base, __ATOMIC_RELEASE );
    if (base + size > adopted_end) __atomic_store_n( &adopted_end, base + size, __ATOMIC_RELEASE );
    TRACE( "range %p-%p\n", (void *)base, (void *)(base + size) );
    return piece;
}

/* the part of a piece from base on becomes a piece of its own */
static void split_piece( struct piece *piece, UINT_PTR base, struct piece *tail )
{
    *tail = *piece;
    tail->base   = base;
    tail->size   = piece->base + piece->size - base;
    tail->offset = piece->offset + (base - piece->base);
    piece->size  = base - piece->base;
    if (piece->kind != PIECE_FREE) piece->range->used++;
    insert_piece( tail );
}

/***********************************************************************
 *             isolate_piece
 *
 * Make a part of a piece a piece of its own.  NULL when there is no memory for that; nothing
 * has changed then.  Views are never split.
 */
struct piece *isolate_piece( struct piece *piece, UINT_PTR base, UINT_PTR size )
{
    struct piece *middle = NULL, *tail = NULL;

    if (base > piece->base && !(middle = malloc( sizeof(*middle) ))) return NULL;
    if (base + size < piece->base + piece->size && !(tail = malloc( sizeof(*tail) )))
    {
        free( middle );
        return NULL;
    }
    if (middle)
    {
        split_piece( piece, base, middle );
        piece = middle;
    }
    if (tail) split_piece( piece, base + size, tail );
    return piece;
}

/***********************************************************************
 *             merge_next_piece
 *
 * Add the piece behind a piece to it.
 */
void merge_next_piece( struct piece *piece )
{
    struct piece *next = find_piece( piece->base + piece->size );

    if (next->kind != PIECE_FREE) piece->range->used--;
    remove_piece( next );
    piece->size += next->size;
    piece->stale |= next->stale;
    free( next );
}

/***********************************************************************
 *             rejoin_piece
 *
 * Undo isolate_piece.
 */
void rejoin_piece( struct piece *piece, UINT_PTR base, UINT_PTR size )
{
    while (piece->base > base)
    {
        piece = find_piece( piece->base - 1 );
        merge_next_piece( piece );
    }
    while (piece->size < size) merge_next_piece( piece );
}

/***********************************************************************
 *             join_next_range
 *
 * Make a range one with that which begins where it ends.
 */
void join_next_range( struct adopted_range *range )
{
    UINT_PTR addr = range->base + range->size, end;
    struct adopted_range *next = find_piece( addr )->range;
    struct piece *piece;

    TRACE( "range %p-%p and %p-%p\n", (void *)range->base, (void *)addr,
           (void *)next->base, (void *)(next->base + next->size) );
    for (end = addr + next->size; addr < end; addr += piece->size)
    {
        piece = find_piece( addr );
        piece->range = range;
    }
    range->size += next->size;
    range->used += next->used;
    while (range->joined) range = range->joined;
    range->joined = next;
}

/* give a range back that is free as a whole, as one piece */
static void release_range( struct piece *piece )
{
    struct adopted_range *range = piece->range, *next;

    TRACE( "range %p-%p\n", (void *)range->base, (void *)(range->base + range->size) );
    remove_piece( piece );
    free( piece );
    for (; range; range = next)
    {
        next = range->joined;
        release_adopted_range( range->base, range->own_size );
        free( range );
    }
    if (!pieces)
    {
        __atomic_store_n( &adopted_start, ~(UINT_PTR)0, __ATOMIC_RELEASE );
        __atomic_store_n( &adopted_end, 0, __ATOMIC_RELEASE );
    }
}

/***********************************************************************
 *             free_piece
 *
 * Release a piece whose pages are cleared already.  It joins the free pieces beside it; with the
 * last piece the range goes back to ntdll.
 */
void free_piece( struct piece *piece )
{
    struct adopted_range *range = piece->range;
    struct piece *other;

    piece->kind = PIECE_FREE;
    piece->placeholder = piece->reusable = FALSE;
    range->used--;
    if (piece->base + piece->size < range->base + range->size)
    {
        other = find_piece( piece->base + piece->size );
        if (other->kind == PIECE_FREE) merge_next_piece( piece );
    }
    if (piece->base > range->base)
    {
        other = find_piece( piece->base - 1 );
        if (other->kind == PIECE_FREE)
        {
            merge_next_piece( other );
            piece = other;
        }
    }
    if (!range->used) release_range( piece );
}

/***********************************************************************
 *             use_piece
 *
 * Give a piece that is not in use, or in another use, a new one.
 */
void use_piece( struct piece *piece, enum piece_kind kind )
{
    if (piece->kind == PIECE_FREE) piece->range->used++;
    piece->kind = kind;
}

/***********************************************************************
 *             hold_range
 *
 * Keep the range of a piece when nothing of it is in use.
 */
struct adopted_range *hold_range( struct piece *piece )
{
    piece->range->used++;
    return piece->range;
}

/***********************************************************************
 *             drop_range
 */
void drop_range( struct adopted_range *range )
{
    if (!--range->used) release_range( find_piece( range->base ) );
}
