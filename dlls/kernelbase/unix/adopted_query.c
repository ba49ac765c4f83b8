/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What lies in adopted ranges
 */

#if 0
#pragma makedep unix
#endif

#include "config.h"

#include <stdarg.h>
#include <signal.h>
#include <unistd.h>
#include <sys/stat.h>

#include "ntstatus.h"
#define WIN32_NO_STATUS
#include "windef.h"
#include "winbase.h"
#include "winternl.h"
#include "wine/server.h"
#include "adopted.h"

/***********************************************************************
 *             get_section_end
 *
 * The end of the pages of a view that its section has by now.
 */
UINT_PTR get_section_end( const struct piece *piece )
{
    UINT64 size = piece->section ? piece->section->extent : 0;
    struct stat st;
    int fd;

    if (!size) return piece->base + piece->size;
    if (!wine_server_handle_to_fd( piece->section->handle, 0, &fd, NULL ))
    {
        if (!fstat( fd, &st )) size = max( size, (UINT64)st.st_size );
        close( fd );
    }
    size = (size - piece->offset + PAGE_MASK) & ~(UINT64)PAGE_MASK;
    return piece->base + min( size, piece->size );
}

/* what makes a view's pages different from what ntdll says of them */
static NTSTATUS query_view_pages( const struct piece *piece, UINT_PTR addr, MEMORY_BASIC_INFORMATION *info )
{
    UINT_PTR end = addr + info->RegionSize, section_end = get_section_end( piece );
    NTSTATUS status;
    BOOL committed;
    SIZE_T size;

    info->Type = MEM_MAPPED;
    if (addr >= section_end)
    {
        info->RegionSize = piece->base + piece->size - addr;
        info->State      = MEM_RESERVE;
        info->Protect    = 0;
        return STATUS_SUCCESS;
    }
    end = min( end, section_end );
    info->RegionSize = end - addr;
    if (piece->copies && restore_write_copy( info->Protect ) != info->Protect)
    {
        if (!get_written_range( addr, &end )) info->Protect = restore_write_copy( info->Protect );
        info->RegionSize = end - addr;
    }
    if (piece->flags & SEC_RESERVE)
    {
        if ((status = query_reserved_pages( piece, addr, &committed, &size ))) return status;
        info->RegionSize = min( info->RegionSize, size );
        if (!committed)
        {
            info->State   = MEM_RESERVE;
            info->Protect = 0;
        }
    }
    if (piece->flags & SEC_NOCACHE)
    {
        info->AllocationProtect |= PAGE_NOCACHE;
        if (info->Protect) info->Protect |= PAGE_NOCACHE;
    }
    return STATUS_SUCCESS;
}

/* what the program sees at an address that lies in a piece that is not free */
static NTSTATUS query_piece( const struct piece *piece, UINT_PTR addr, MEMORY_BASIC_INFORMATION *info )
{
    NTSTATUS status;

    if (piece->kind == PIECE_PLACEHOLDER)
    {
        info->BaseAddress = (void *)addr;
        info->RegionSize  = piece->base + piece->size - addr;
        info->State       = MEM_RESERVE;
        info->Protect     = 0;
        info->Type        = MEM_PRIVATE;
    }
    else if ((status = query_adopted_pages( piece, addr, info ))) return status;
    info->AllocationBase    = (void *)piece->base;
    info->AllocationProtect = piece->protect;
    return piece->kind == PIECE_VIEW ? query_view_pages( piece, addr, info ) : STATUS_SUCCESS;
}

/***********************************************************************
 *             query_adopted_memory
 *
 * VirtualQuery in an adopted range.  For a hole info gets what lies in the range only.
 */
BOOL query_adopted_memory( UINT_PTR addr, MEMORY_BASIC_INFORMATION *info, NTSTATUS *status )
{
    struct piece *piece;
    sigset_t sigset;

    addr &= ~PAGE_MASK;
    lock_pieces( &sigset );
    if ((piece = find_piece( addr )))
    {
        if (is_hole( piece ))
        {
            info->BaseAddress       = (void *)addr;
            info->AllocationBase    = NULL;
            info->AllocationProtect = 0;
            info->RegionSize        = piece->base + piece->size - addr;
            info->State             = MEM_FREE;
            info->Protect           = PAGE_NOACCESS;
            info->Type              = 0;
            *status = STATUS_SUCCESS;
        }
        else *status = query_piece( piece, addr, info );
    }
    unlock_pieces( &sigset );
    return !!piece;
}

/***********************************************************************
 *             get_adopted_extent
 *
 * The end of the allocation that an address lies in, and its type.
 */
BOOL get_adopted_extent( UINT_PTR addr, UINT_PTR *end, ULONG *type )
{
    struct piece *piece;
    sigset_t sigset;

    lock_pieces( &sigset );
    if ((piece = find_piece( addr )) && is_hole( piece )) piece = NULL;
    if (piece)
    {
        *end = piece->base + piece->size;
        *type = piece->kind == PIECE_VIEW ? MEM_MAPPED : MEM_PRIVATE;
    }
    unlock_pieces( &sigset );
    return !!piece;
}

/***********************************************************************
 *             get_adopted_section
 *
 * A handle of the section of a file that is mapped at an address, to be closed by the caller.
 */
BOOL get_adopted_section( UINT_PTR addr, HANDLE *section, NTSTATUS *status )
{
    struct piece *piece;
    sigset_t sigset;

    lock_pieces( &sigset );
    if ((piece = find_piece( addr )))
    {
        if (piece->kind != PIECE_VIEW) *status = STATUS_INVALID_ADDRESS;
        else if (!(piece->flags & SEC_FILE)) *status = STATUS_FILE_INVALID;
        else *status = NtDuplicateObject( NtCurrentProcess(), piece->section->handle, NtCurrentProcess(), section,
                                          0, 0, DUPLICATE_SAME_ACCESS );
    }
    unlock_pieces( &sigset );
    return !!piece;
}
