/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Views of sections in adopted ranges
 *
 * To ntdll the pages of such a view are committed private memory, so that it checks and protects
 * them as it does all memory; what is mapped there is the section's file.
 */

#if 0
#pragma makedep unix
#endif

#include "config.h"

#include <stdarg.h>
#include <errno.h>
#include <signal.h>
#include <sys/mman.h>

#include "ntstatus.h"
#define WIN32_NO_STATUS
#include "windef.h"
#include "winbase.h"
#include "winternl.h"
#include "adopted.h"

/***********************************************************************
 *             map_piece_file
 *
 * Map the file of a section over a piece.
 */
NTSTATUS map_piece_file( const struct piece *piece, int fd, UINT64 offset, UINT32 protect, BOOL copies )
{
    int flags = MAP_FIXED | (copies ? MAP_PRIVATE : MAP_SHARED);

    if (mmap( (void *)piece->base, piece->size, get_unix_protection( protect ), flags, fd, offset ) != MAP_FAILED)
        return STATUS_SUCCESS;
    switch (errno)
    {
    case EACCES:
    case EPERM:  return STATUS_ACCESS_DENIED;
    case EINVAL: return STATUS_CONFLICTING_ADDRESSES;  /* huge pages that do not fit there */
    default:     return STATUS_NO_MEMORY;
    }
}

/* map the file over pages of a piece, which are reserved before and after a failure; then ntdll
 * learns of their protection, which changes nothing for the host and costs it no memory */
static NTSTATUS map_source( struct piece *piece, int fd, UINT64 offset, UINT32 protect )
{
    NTSTATUS status;

    if (!(status = map_piece_file( piece, fd, offset, protect, is_write_copy( protect ) )))
        status = commit_adopted_pages( piece, piece->base, piece->size, replace_write_copy( protect ) );
    if (status) clear_adopted_pages( piece, piece->base, piece->size );
    return status;
}

/* the placeholder that a view is to replace, or the hole that it is to lie in */
static NTSTATUS check_piece( const struct piece *piece, const struct map_view_params *params, UINT_PTR size )
{
    if (!(params->type & MEM_REPLACE_PLACEHOLDER))
    {
        if (piece->kind != PIECE_FREE || size > piece->base + piece->size - params->base)
            return STATUS_CONFLICTING_ADDRESSES;
        return STATUS_SUCCESS;
    }
    if (piece->kind != PIECE_PLACEHOLDER || piece->base != params->base || piece->size != size)
        return STATUS_CONFLICTING_ADDRESSES;
    return STATUS_SUCCESS;
}

/***********************************************************************
 *             map_in_piece
 */
NTSTATUS map_in_piece( struct piece *piece, const struct map_view_params *params, const struct source *source,
                       UINT_PTR size, struct view_section *section )
{
    UINT_PTR whole_base = piece->base, whole_size = piece->size;
    NTSTATUS status;

    if ((status = check_piece( piece, params, size ))) return status;
    if (!keep_spare_mappings()) return STATUS_NO_MEMORY;
    if (!(piece = isolate_piece( piece, params->base, size ))) return STATUS_NO_MEMORY;
    if ((status = map_source( piece, source->fd, params->offset, params->protect )))
    {
        rejoin_piece( piece, whole_base, whole_size );
        return status;
    }
    use_piece( piece, PIECE_VIEW );
    piece->placeholder = !!(params->type & MEM_REPLACE_PLACEHOLDER);
    piece->copies  = is_write_copy( params->protect );
    piece->protect = params->protect;
    piece->flags   = source->flags;
    piece->offset  = params->offset;
    piece->section = section;
    close_reserved_pages( piece );
    return STATUS_SUCCESS;
}

/* whether a section has the part that a view is of, or may have it later */
static NTSTATUS check_view_part( const struct map_view_params *params, UINT64 section_size )
{
    NTSTATUS status;
    BOOL growing;

    if (params->offset >= section_size) return STATUS_INVALID_PARAMETER;
    if (params->size <= section_size - params->offset) return STATUS_SUCCESS;
    if ((status = check_growing_view( params, &growing ))) return status;
    return growing ? STATUS_SUCCESS : STATUS_INVALID_VIEW_SIZE;
}

/***********************************************************************
 *             map_adopted_view
 *
 * Map a view at an address in an adopted range: in place of a placeholder, or in a hole.
 */
BOOL map_adopted_view( struct map_view_params *params, const struct section_file *file, NTSTATUS *status )
{
    struct view_section *section = NULL;
    UINT64 size = params->size;
    struct source source;
    struct piece *piece = NULL;
    sigset_t sigset;

    if (!is_valid_protection( params->protect ))
    {
        *status = STATUS_INVALID_PAGE_PROTECTION;
        return TRUE;
    }
    if ((*status = get_source( get_handle( params->section ), file, params->protect, &source ))) return TRUE;

    if (!(*status = check_view_part( params, source.size )))
    {
        if (!size) size = source.size - params->offset;
        size = (size + PAGE_MASK) & ~(UINT64)PAGE_MASK;
        if (size > get_user_limit()) *status = STATUS_CONFLICTING_ADDRESSES;
        else *status = keep_view_section( get_handle( params->section ), &source, params->offset, size, params->protect,
                                          &section );
    }
    if (*status) return TRUE;

    lock_pieces( &sigset );
    if (!(params->type & MEM_REPLACE_PLACEHOLDER)) free_spare_pieces();
    if ((piece = find_piece( params->base ))) *status = map_in_piece( piece, params, &source, size, section );
    unlock_pieces( &sigset );

    if (!piece || *status) release_view_section( section );
    else params->size = size;
    return !!piece;
}

/***********************************************************************
 *             unmap_adopted_view
 */
BOOL unmap_adopted_view( UINT_PTR addr, UINT32 flags, NTSTATUS *status )
{
    struct view_section *section = NULL;
    struct piece *piece;
    sigset_t sigset;

    lock_pieces( &sigset );
    if ((piece = find_piece( addr )))
    {
        if (piece->kind != PIECE_VIEW) *status = STATUS_NOT_MAPPED_VIEW;
        else if ((flags & MEM_PRESERVE_PLACEHOLDER) && !piece->placeholder) *status = STATUS_CONFLICTING_ADDRESSES;
        else if (keep_spare_piece( piece )) *status = STATUS_SUCCESS;
        else if (!(*status = clear_adopted_pages( piece, piece->base, piece->size )))
        {
            section = piece->section;
            piece->section = NULL;
            piece->offset = 0;
            piece->copies = FALSE;
            if (flags & MEM_PRESERVE_PLACEHOLDER)
            {
                piece->kind = PIECE_PLACEHOLDER;
                piece->protect = PAGE_NOACCESS;
            }
            else free_piece( piece );
        }
    }
    unlock_pieces( &sigset );
    release_view_section( section );
    return !!piece;
}
