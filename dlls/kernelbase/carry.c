/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the calls for other processes have in their parameters
 */

#include <stdarg.h>
#include <string.h>

#include "ntstatus.h"
#define WIN32_NO_STATUS
#include "windef.h"
#include "winbase.h"
#include "winternl.h"
#include "carry.h"

#define NONE NO_MEMBER
#define PARAM( type, member ) FIELD_OFFSET( struct type ## _params, member )
#define LAYOUT( type ) sizeof(struct type ## _params), PARAM( type, process )
#define OUTPUT( member ) FIELD_OFFSET( struct carried_call, member ), RTL_FIELD_SIZE( struct carried_call, member )

/* by enum mapview_funcs; the calls that are not for a process have a size of 0 */
static const struct call_layout layouts[unix_funcs_count] =
{
    [unix_map_view]        = { LAYOUT( map_view ), PARAM( map_view, section ), PARAM( map_view, parameters ), NONE, 0, 0 },
    [unix_unmap_view]      = { LAYOUT( unmap_view ), NONE, NONE, NONE, 0, 0 },
    [unix_query_memory]    = { LAYOUT( query_memory ), NONE, NONE, PARAM( query_memory, info ), OUTPUT( info ) },
    [unix_alloc_memory]    = { LAYOUT( alloc_memory ), NONE, PARAM( alloc_memory, parameters ), NONE, 0, 0 },
    [unix_free_memory]     = { LAYOUT( free_memory ), NONE, NONE, NONE, 0, 0 },
    [unix_protect_memory]  = { LAYOUT( protect_memory ), NONE, NONE, PARAM( protect_memory, old_protect ),
                               OUTPUT( old_protect ), TRUE },
    [unix_query_working_set] = { LAYOUT( query_working_set ), NONE, NONE, PARAM( query_working_set, info ),
                                 OUTPUT( pages ), TRUE },
    [unix_get_mapped_name] = { LAYOUT( mapped_name ), NONE, NONE, PARAM( mapped_name, name ), OUTPUT( name ) },
    [unix_place_memory]    = { LAYOUT( place_memory ), NONE, NONE, NONE, 0, 0 },
};

/***********************************************************************
 *             get_call_layout
 *
 * NULL for a call that is not for a process.
 */
const struct call_layout *get_call_layout( UINT32 func )
{
    return func < unix_funcs_count && layouts[func].size ? &layouts[func] : NULL;
}

/***********************************************************************
 *             copy_memory
 *
 * To or from the program's pointers, which are not to be trusted.
 */
NTSTATUS copy_memory( UINT64 to, UINT64 from, UINT32 size )
{
    struct copy_memory_params params = { to, from, size };

    return make_call( unix_copy_memory, &params );
}

static UINT64 *get_output( UINT32 func, void *params )
{
    return call_member( params, get_call_layout( func )->output );
}

static NTSTATUS copy_output( struct carried_call *call, void *params )
{
    const struct call_layout *layout = get_call_layout( call->func );

    return copy_memory( *get_output( call->func, params ), (ULONG_PTR)call + layout->output_place, layout->output_size );
}

/***********************************************************************
 *             start_carried_call
 *
 * Copy the parameters of a call.  What it writes goes to the copy, which is used at an address.
 */
NTSTATUS start_carried_call( struct carried_call *call, UINT32 func, void *params, UINT64 address )
{
    const struct call_layout *layout = get_call_layout( func );
    UINT64 own = (ULONG_PTR)call + layout->output_place;
    NTSTATUS status;

    memset( call, 0, sizeof(*call) );
    memcpy( &call->params, params, layout->size );
    call->func = func;
    if (layout->output == NO_MEMBER) return STATUS_SUCCESS;
    if (layout->probe && ((status = copy_memory( own, *get_output( func, params ), layout->output_size )) ||
                          (status = copy_output( call, params )))) return status;
    *get_output( func, &call->params ) = address + layout->output_place;
    return STATUS_SUCCESS;
}

/***********************************************************************
 *             finish_carried_call
 *
 * Give the caller what a call has returned.
 */
NTSTATUS finish_carried_call( struct carried_call *call, void *params )
{
    struct map_view_params *map = params;
    struct alloc_memory_params *alloc = params;
    struct query_memory_params *query = params;
    struct mapped_name_params *name = params;
    NTSTATUS status;

    if (call->status < 0) return call->status;
    switch (call->func)
    {
    case unix_map_view:
        map->base = call->params.map_view.base;
        map->size = call->params.map_view.size;
        map->kind = call->params.map_view.kind;
        map->target_node = call->params.map_view.target_node;
        break;
    case unix_alloc_memory:
        alloc->base = call->params.alloc_memory.base;
        alloc->size = call->params.alloc_memory.size;
        alloc->kind = call->params.alloc_memory.kind;
        alloc->target_node = call->params.alloc_memory.target_node;
        break;
    case unix_query_memory:
        query->size = call->params.query_memory.size;
        break;
    case unix_get_mapped_name:
        name->length = call->params.mapped_name.length;
        break;
    default:
        break;
    }
    if (get_call_layout( call->func )->output != NO_MEMBER && (status = copy_output( call, params ))) return status;
    return call->status;
}
