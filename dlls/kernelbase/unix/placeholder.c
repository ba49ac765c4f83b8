/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Placeholders
 */

#if 0
#pragma makedep unix
#endif

#include "config.h"

/* The state machine of SEMANTICS 1.14 for a Wine whose ntdll has no placeholders.  ntdll has one
 * reservation, which stays; everything else happens in its adopted range. */

#include <stdarg.h>
#include <signal.h>

#include "ntstatus.h"
#define WIN32_NO_STATUS
#include "windef.h"
#include "winbase.h"
#include "winternl.h"
#include "adopted.h"

static NTSTATUS reserve_at( void *context, void *base )
{
    struct alloc_memory_params *params = context;
    NTSTATUS status;

    if (is_beyond_user_limit( NtCurrentProcess(), (UINT_PTR)base, params->size )) return STATUS_WORKING_SET_LIMIT_RANGE;
    status = reserve_adopted_range( (UINT_PTR)base, params->size );
    if (!status) params->base = (UINT_PTR)base;
    return status;
}

static NTSTATUS reserve_placeholder( struct alloc_memory_params *params, const struct view_requirements *req )
{
    UINT_PTR base, size;
    NTSTATUS status;

    if (!get_page_range( params->base, params->size, GRANULARITY_MASK, &base, &size )) return STATUS_INVALID_PARAMETER;
    if (size > get_user_limit()) return STATUS_NO_MEMORY;
    params->size = size;
    if (base) status = reserve_at( params, (void *)base );
    /* where there are few addresses it pays to look at all places */
    else if (req->lowest || req->highest || req->alignment || IS_SMALL_ADDRESS_SPACE)
        status = map_in_free_range( NtCurrentProcess(), req, size, !!(params->type & MEM_TOP_DOWN), reserve_at, params );
    else
    {
        status = reserve_adopted_range_anywhere( &base, size, params->type );
        params->base = base;
    }
    return status == STATUS_WORKING_SET_LIMIT_RANGE ? STATUS_NO_MEMORY : status;
}

/***********************************************************************
 *             create_placeholder
 */
NTSTATUS create_placeholder( struct alloc_memory_params *params, const struct view_requirements *req )
{
    struct piece *piece;
    sigset_t sigset;
    NTSTATUS status;

    if ((status = reserve_placeholder( params, req ))) return status;
    params->kind = KIND_ADOPTED;

    lock_pieces( &sigset );
    if ((piece = adopt_range( params->base, params->size, PIECE_PLACEHOLDER )))
    {
        piece->placeholder = TRUE;
        piece->protect = PAGE_NOACCESS;
    }
    unlock_pieces( &sigset );

    if (piece) return STATUS_SUCCESS;
    release_adopted_range( params->base, params->size );
    return STATUS_NO_MEMORY;
}

/* private memory or a placeholder in a hole or in place of a placeholder */
static NTSTATUS alloc_in_piece( struct piece *piece, const struct alloc_memory_params *params )
{
    BOOL is_placeholder = !!(params->type & MEM_RESERVE_PLACEHOLDER);
    UINT_PTR whole_base = piece->base, whole_size = piece->size;
    NTSTATUS status = STATUS_SUCCESS;

    if (params->type & MEM_WRITE_WATCH) return STATUS_NOT_SUPPORTED;  /* ntdll has it for whole reservations */
    if (!is_valid_protection( params->protect & 0xff ) || is_write_copy( params->protect ))
        return STATUS_INVALID_PAGE_PROTECTION;

    if (!keep_spare_mappings()) return STATUS_NO_MEMORY;
    if (!(piece = isolate_piece( piece, params->base, params->size ))) return STATUS_NO_MEMORY;
    if (params->type & MEM_COMMIT) status = commit_adopted_pages( piece, params->base, params->size, params->protect );
    else if (!is_placeholder) status = clean_adopted_pages( piece );
    if (status)
    {
        clear_adopted_pages( piece, params->base, params->size );
        rejoin_piece( piece, whole_base, whole_size );
        return status;
    }
    use_piece( piece, is_placeholder ? PIECE_PLACEHOLDER : PIECE_PRIVATE );
    piece->placeholder = !!(params->type & (MEM_REPLACE_PLACEHOLDER | MEM_RESERVE_PLACEHOLDER));
    piece->protect = params->protect;
    return STATUS_SUCCESS;
}

static NTSTATUS replace_placeholder( struct piece *piece, const struct alloc_memory_params *params )
{
    if (is_hole( piece )) return STATUS_INVALID_PARAMETER;
    if (piece->base != params->base || piece->size != params->size) return STATUS_CONFLICTING_ADDRESSES;
    if (piece->kind != PIECE_PLACEHOLDER) return STATUS_INVALID_PARAMETER;
    return alloc_in_piece( piece, params );
}

static NTSTATUS alloc_in_hole( struct piece *piece, const struct alloc_memory_params *params )
{
    if (piece->kind != PIECE_FREE || params->size > piece->base + piece->size - params->base)
        return STATUS_CONFLICTING_ADDRESSES;
    return alloc_in_piece( piece, params );
}

/* commit pages of what is there already */
static NTSTATUS commit_in_piece( struct piece *piece, const struct alloc_memory_params *params )
{
    UINT_PTR base = params->base, size = params->size;

    if (size > piece->base + piece->size - base) return STATUS_CONFLICTING_ADDRESSES;
    if (piece->kind == PIECE_VIEW)
        return params->type & MEM_RESET ? STATUS_SUCCESS : commit_view_pages( piece, base, size, params->protect );
    if (piece->kind != PIECE_PRIVATE) return STATUS_CONFLICTING_ADDRESSES;
    if (params->type & MEM_RESET) return reset_adopted_pages( piece, base, size );
    if (!keep_spare_mappings()) return STATUS_NO_MEMORY;
    return commit_adopted_pages( piece, base, size, params->protect );
}

/***********************************************************************
 *             alloc_adopted_memory
 */
BOOL alloc_adopted_memory( struct alloc_memory_params *params, NTSTATUS *status )
{
    BOOL round = (params->type & MEM_RESERVE) && !(params->type & MEM_REPLACE_PLACEHOLDER);
    struct alloc_memory_params aligned = *params;
    UINT_PTR base, size;
    struct piece *piece;
    sigset_t sigset;

    if (!get_page_range( params->base, params->size, round ? GRANULARITY_MASK : PAGE_MASK, &base, &size ))
    {
        *status = STATUS_INVALID_PARAMETER;
        return TRUE;
    }
    aligned.base = base;
    aligned.size = size;

    lock_pieces( &sigset );
    if (round) free_spare_pieces();
    if ((piece = find_piece( base )))
    {
        if (aligned.type & MEM_REPLACE_PLACEHOLDER) *status = replace_placeholder( piece, &aligned );
        else if (aligned.type & MEM_RESERVE) *status = alloc_in_hole( piece, &aligned );
        else *status = commit_in_piece( piece, &aligned );
    }
    unlock_pieces( &sigset );

    if (piece && !*status)
    {
        params->base = base;
        params->size = size;
        params->kind = KIND_ADOPTED;
    }
    return !!piece;
}

/* decommit pages of private memory; a placeholder has none */
static NTSTATUS decommit_pages( struct piece *piece, UINT_PTR base, UINT_PTR size )
{
    if (!size) size = piece->size;
    return piece->kind == PIECE_PRIVATE ? clear_adopted_pages( piece, base, size ) : STATUS_SUCCESS;
}

static NTSTATUS release_pages( struct piece *piece, UINT_PTR base, UINT_PTR size )
{
    UINT_PTR whole_base = piece->base, whole_size = piece->size;
    NTSTATUS status;

    if (!size) size = piece->size;
    if (!(piece = isolate_piece( piece, base, size ))) return STATUS_NO_MEMORY;
    if (piece->kind == PIECE_PRIVATE && (status = clear_adopted_pages( piece, base, size )))
    {
        rejoin_piece( piece, whole_base, whole_size );
        return status;
    }
    free_piece( piece );
    return STATUS_SUCCESS;
}

/* turn pages of private memory into a placeholder, or split a placeholder */
static NTSTATUS preserve_placeholder( struct piece *piece, UINT_PTR base, UINT_PTR size )
{
    UINT_PTR whole_base = piece->base, whole_size = piece->size;
    NTSTATUS status;

    if (!size) return STATUS_INVALID_PARAMETER_3;
    if (!piece->placeholder) return STATUS_CONFLICTING_ADDRESSES;
    if (piece->kind == PIECE_PLACEHOLDER)
    {
        if (size == piece->size) return STATUS_CONFLICTING_ADDRESSES;
        return isolate_piece( piece, base, size ) ? STATUS_SUCCESS : STATUS_NO_MEMORY;
    }
    if (!(piece = isolate_piece( piece, base, size ))) return STATUS_NO_MEMORY;
    if ((status = clear_adopted_pages( piece, base, size )))
    {
        rejoin_piece( piece, whole_base, whole_size );
        return status;
    }
    piece->kind = PIECE_PLACEHOLDER;
    piece->protect = PAGE_NOACCESS;
    return STATUS_SUCCESS;
}

/* make one placeholder of two or more that fill the range exactly, and that need not have been made as one */
static NTSTATUS coalesce_placeholders( struct piece *piece, UINT_PTR base, UINT_PTR size )
{
    UINT_PTR next = base;
    struct piece *other = piece;
    unsigned int count = 0;

    if (!size) return STATUS_INVALID_PARAMETER_3;
    if (base != piece->base) return STATUS_CONFLICTING_ADDRESSES;

    while (other && other->kind == PIECE_PLACEHOLDER && next < base + size)
    {
        next += other->size;
        count++;
        if (next < base + size) other = find_piece( next );
    }
    if (next != base + size || count < 2) return STATUS_CONFLICTING_ADDRESSES;
    while (piece->range->base + piece->range->size < base + size) join_next_range( piece->range );
    while (--count) merge_next_piece( piece );
    return STATUS_SUCCESS;
}

static const struct
{
    UINT32   type;
    BOOL     beyond;                /* whether it can reach beyond one piece */
    NTSTATUS (*func)( struct piece *piece, UINT_PTR base, UINT_PTR size );
} free_types[] =
{
    { MEM_DECOMMIT,                              FALSE, decommit_pages },
    { MEM_RELEASE,                               FALSE, release_pages },
    { MEM_RELEASE | MEM_PRESERVE_PLACEHOLDER,    FALSE, preserve_placeholder },
    { MEM_RELEASE | MEM_COALESCE_PLACEHOLDERS,   TRUE,  coalesce_placeholders },
};

static NTSTATUS free_in_piece( struct piece *piece, UINT_PTR base, UINT_PTR size, UINT32 type )
{
    unsigned int i;

    if (is_hole( piece )) return STATUS_MEMORY_NOT_ALLOCATED;
    if (piece->kind == PIECE_VIEW) return STATUS_UNABLE_TO_DELETE_SECTION;
    for (i = 0; i < ARRAY_SIZE(free_types); i++)
    {
        if (free_types[i].type != type) continue;
        if (!size && base != piece->base) return STATUS_FREE_VM_NOT_AT_BASE;
        if (!free_types[i].beyond && size > piece->base + piece->size - base) return STATUS_UNABLE_TO_FREE_VM;
        return free_types[i].func( piece, base, size );
    }
    return STATUS_INVALID_PARAMETER_4;
}

/***********************************************************************
 *             free_adopted_memory
 */
BOOL free_adopted_memory( struct free_memory_params *params, NTSTATUS *status )
{
    UINT_PTR base, size;
    struct piece *piece;
    sigset_t sigset;

    if (!get_page_range( params->base, params->size, PAGE_MASK, &base, &size ))
    {
        *status = STATUS_INVALID_PARAMETER;
        return TRUE;
    }
    if (!params->size) size = 0;

    lock_pieces( &sigset );
    if ((piece = find_piece( base ))) *status = free_in_piece( piece, base, size, params->type );
    unlock_pieces( &sigset );
    return !!piece;
}
