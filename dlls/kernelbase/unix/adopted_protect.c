/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Protection of pages in adopted ranges
 */

#if 0
#pragma makedep unix
#endif

#include "config.h"

#include <stdarg.h>
#include <signal.h>
#include <unistd.h>

#include "ntstatus.h"
#define WIN32_NO_STATUS
#include "windef.h"
#include "winbase.h"
#include "winternl.h"
#include "wine/server.h"
#include "adopted.h"

/* let the pages of a view that cannot be written become the view's own when they are: the file
 * is mapped again, after which ntdll's protections are restored */
static NTSTATUS make_view_copies( struct piece *piece )
{
    UINT_PTR addr, end = piece->base + piece->size;
    MEMORY_BASIC_INFORMATION info;
    NTSTATUS status;
    ULONG old;
    int fd;

    if (!piece->section || !piece->section->handle) return STATUS_SECTION_PROTECTION;
    if ((status = wine_server_handle_to_fd( piece->section->handle, 0, &fd, NULL ))) return status;
    status = map_piece_file( piece, fd, piece->offset, piece->protect, TRUE );
    close( fd );
    if (status) return status;

    piece->copies = TRUE;
    close_reserved_pages( piece );
    for (addr = piece->base; addr < end; addr += info.RegionSize)
    {
        if (query_adopted_pages( piece, addr, &info )) break;
        if (info.Protect != piece->protect) protect_adopted_pages( piece, addr, info.RegionSize, info.Protect, &old );
    }
    return STATUS_SUCCESS;
}

/* check a new protection of pages of a view (SEMANTICS 1.7) */
static NTSTATUS prepare_view_protection( struct piece *piece, UINT32 protect )
{
    if (!is_compatible_protection( piece->protect, protect )) return STATUS_SECTION_PROTECTION;
    return is_write_copy( protect ) && !piece->copies ? make_view_copies( piece ) : STATUS_SUCCESS;
}

/***********************************************************************
 *             commit_view_pages
 *
 * MEM_COMMIT on pages of a view: of a section of reserved pages it commits them for all, on
 * committed ones it is a change of protection (SEMANTICS 1.10).
 */
NTSTATUS commit_view_pages( struct piece *piece, UINT_PTR base, UINT_PTR size, UINT32 protect )
{
    NTSTATUS status;
    ULONG old;

    if (piece->flags & SEC_FILE) return STATUS_ALREADY_COMMITTED;
    if ((status = prepare_view_protection( piece, protect ))) return status;
    if ((piece->flags & SEC_RESERVE) && (status = commit_reserved_pages( piece, base, size ))) return status;
    return protect_adopted_pages( piece, base, size, replace_write_copy( protect ), &old );
}

static NTSTATUS check_committed( const struct piece *piece, UINT_PTR base, UINT_PTR size )
{
    UINT_PTR addr, end = base + size;
    NTSTATUS status;
    BOOL committed;
    SIZE_T len;

    if (end > get_section_end( piece )) return STATUS_NOT_COMMITTED;
    if (!(piece->flags & SEC_RESERVE)) return STATUS_SUCCESS;
    for (addr = base; addr < end; addr += len)
    {
        if ((status = query_reserved_pages( piece, addr, &committed, &len ))) return status;
        if (!committed) return STATUS_NOT_COMMITTED;
    }
    return STATUS_SUCCESS;
}

static NTSTATUS protect_view( struct piece *piece, UINT_PTR base, UINT_PTR size, UINT32 protect, ULONG *old )
{
    UINT_PTR end = base + PAGE_MASK + 1;
    BOOL written;
    NTSTATUS status;

    if ((status = prepare_view_protection( piece, protect ))) return status;
    if ((status = check_committed( piece, base, size ))) return status;
    written = !piece->copies || get_written_range( base, &end );
    status = protect_adopted_pages( piece, base, size, replace_write_copy( protect ), old );
    if (!status && !written) *old = restore_write_copy( *old );
    return status;
}

static NTSTATUS protect_piece( struct piece *piece, UINT_PTR base, UINT_PTR size, UINT32 protect, ULONG *old )
{
    if (is_hole( piece ) || size > piece->base + piece->size - base) return STATUS_CONFLICTING_ADDRESSES;
    if (piece->kind == PIECE_PLACEHOLDER) return STATUS_NOT_COMMITTED;
    if (piece->kind == PIECE_VIEW) return protect_view( piece, base, size, protect, old );
    return protect_adopted_pages( piece, base, size, protect, old );
}

/***********************************************************************
 *             protect_adopted_memory
 */
BOOL protect_adopted_memory( struct protect_memory_params *params, NTSTATUS *status )
{
    UINT_PTR base, size;
    struct piece *piece;
    sigset_t sigset;
    ULONG old = 0;

    if (!get_page_range( params->base, params->size, PAGE_MASK, &base, &size ))
    {
        *status = STATUS_INVALID_PARAMETER;
        return TRUE;
    }
    lock_pieces( &sigset );
    if ((piece = find_piece( base ))) *status = protect_piece( piece, base, size, params->protect, &old );
    unlock_pieces( &sigset );

    if (piece && !*status) *(ULONG *)get_ptr( params->old_protect ) = old;
    return !!piece;
}
