/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Views that are larger than the section of their file (SEMANTICS 1.8, B10)
 *
 * To the host a mapping may go on behind the end of its file, and its pages can be used as soon as
 * the file has grown so far.  ntdll refuses to map more than the section, so such a view gets an
 * adopted range of its own.
 */

#if 0
#pragma makedep unix
#endif

#include "config.h"

#include <stdarg.h>
#include <signal.h>

#include "ntstatus.h"
#define WIN32_NO_STATUS
#include "windef.h"
#include "winbase.h"
#include "winternl.h"
#include "adopted.h"

/* a section of which nothing can be written does not grow */
static NTSTATUS can_grow( HANDLE section, BOOL *ret )
{
    OBJECT_BASIC_INFORMATION info;
    NTSTATUS status = NtQueryObject( section, ObjectBasicInformation, &info, sizeof(info), NULL );

    *ret = !status && (info.GrantedAccess & SECTION_MAP_WRITE);
    return status;
}

/***********************************************************************
 *             check_growing_view
 *
 * Tell whether a view that is asked for is a larger one than its section, as MEM_RESERVE allows;
 * one that no process has room for is not.
 */
NTSTATUS check_growing_view( const struct map_view_params *params, BOOL *growing )
{
    HANDLE section = get_handle( params->section );
    NTSTATUS status;
    UINT64 size;

    *growing = FALSE;
    if (!(params->type & MEM_RESERVE)) return STATUS_SUCCESS;
    if ((status = get_section_size( section, &size ))) return status;
    if (params->offset >= size || params->size <= size - params->offset || params->size > get_user_limit())
        return STATUS_SUCCESS;
    return can_grow( section, growing );
}

static void free_placeholder( UINT64 base )
{
    struct free_memory_params free_params = { ~(UINT64)0, base, 0, MEM_RELEASE };
    NTSTATUS status;

    free_adopted_memory( &free_params, &status );
}

/* a placeholder that was made for a view does not come back */
static void forget_placeholder( UINT64 base )
{
    struct piece *piece;
    sigset_t sigset;

    lock_pieces( &sigset );
    if ((piece = find_piece( base ))) piece->placeholder = FALSE;
    unlock_pieces( &sigset );
}

/***********************************************************************
 *             map_growing_view
 */
NTSTATUS map_growing_view( struct map_view_params *params, const struct section_file *file,
                           const struct view_requirements *req )
{
    struct alloc_memory_params range = { 0 };
    struct map_view_params view = *params;
    HANDLE process = get_handle( params->process );
    NTSTATUS status;

    if ((status = check_handle_access( process, PROCESS_VM_OPERATION ))) return status;
    if (!is_own_process( process )) return STATUS_IN_TARGET;

    range.process = ~(UINT64)0;
    range.base    = params->base;
    range.size    = params->size;
    range.type    = params->type & MEM_TOP_DOWN;
    if ((status = create_placeholder( &range, req ))) return status;

    view.base = range.base;
    view.type |= MEM_REPLACE_PLACEHOLDER;
    if (!map_adopted_view( &view, file, &status )) status = STATUS_CONFLICTING_ADDRESSES;
    if (status)
    {
        free_placeholder( range.base );
        return status;
    }
    forget_placeholder( range.base );
    params->base = view.base;
    params->size = view.size;
    return STATUS_SUCCESS;
}
