/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Processors and NUMA nodes
 */

#include <stdarg.h>
#include <string.h>

#include "ntstatus.h"
#define WIN32_NO_STATUS
#include "windef.h"
#include "winbase.h"
#include "winternl.h"
#include "wine/debug.h"
#include "trace.h"
#include "pe_private.h"
#include "unixlib.h"

WINE_DEFAULT_DEBUG_CHANNEL(mapview);

/* *len is updated also when the buffer is too small for the records */
static BOOL query_processors( const char *name, enum mapview_funcs func, DWORD relation, void *info, DWORD *len )
{
    struct query_processors_params params = { (ULONG_PTR)info, 0, relation };
    LONGLONG start = trace_start();
    NTSTATUS status;
    BOOL ret;

    if (!len)
    {
        SetLastError( ERROR_INVALID_PARAMETER );
        return FALSE;
    }
    params.size = *len;
    status = mapview_call( func, &params );
    *len = params.size;
    if (status == STATUS_INFO_LENGTH_MISMATCH) status = STATUS_BUFFER_TOO_SMALL;
    ret = set_ntstatus( status );

    if (start) trace_call( name, "relation %lu len %lu: %s\n", relation, *len, trace_result( ret, start ));
    return ret;
}

static BOOL query_node( USHORT node, enum node_value what, struct query_node_params *params )
{
    params->node = node;
    params->what = what;
    return set_ntstatus( mapview_call( unix_query_node, params ));
}

static void get_affinity( const struct query_node_params *params, GROUP_AFFINITY *affinity )
{
    memset( affinity, 0, sizeof(*affinity) );
    affinity->Mask  = params->value;
    affinity->Group = params->group;
}


/***********************************************************************
 *             GetLogicalProcessorInformation   (kernelbase.@)
 *
 * Describe the processors, with the nodes numbered as for all other functions.
 */
BOOL WINAPI DECLSPEC_HOTPATCH GetLogicalProcessorInformation( SYSTEM_LOGICAL_PROCESSOR_INFORMATION *info, DWORD *len )
{
    return query_processors( __func__, unix_query_processors, RelationAll, info, len );
}


/***********************************************************************
 *             GetLogicalProcessorInformationEx   (kernelbase.@)
 *
 * GetLogicalProcessorInformation with processor groups and one kind of record only.
 */
BOOL WINAPI DECLSPEC_HOTPATCH GetLogicalProcessorInformationEx( LOGICAL_PROCESSOR_RELATIONSHIP relation,
                                                                SYSTEM_LOGICAL_PROCESSOR_INFORMATION_EX *info,
                                                                DWORD *len )
{
    return query_processors( __func__, unix_query_processors_ex, relation, info, len );
}


/***********************************************************************
 *             GetNumaAvailableMemoryNodeEx   (kernelbase.@)
 *
 * Tell how much memory of a node is free. On a machine with one node, memory that is in use as a
 * cache counts as well.
 *
 * RETURNS
 *  FALSE with ERROR_INVALID_PARAMETER for a node that this machine does not have.
 */
BOOL WINAPI DECLSPEC_HOTPATCH GetNumaAvailableMemoryNodeEx( USHORT node, ULONGLONG *available )
{
    struct query_node_params params = { 0 };
    LONGLONG start = trace_start();
    BOOL ret = query_node( node, NODE_AVAILABLE_MEMORY, &params );

    if (ret) *available = params.value;

    if (start) trace_call( __func__, "node %u available %#I64x: %s\n", node, params.value, trace_result( ret, start ));
    return ret;
}


/***********************************************************************
 *             GetNumaHighestNodeNumber   (kernelbase.@)
 *
 * Tell the number of the last node; they are numbered from 0 without gaps.
 */
BOOL WINAPI DECLSPEC_HOTPATCH GetNumaHighestNodeNumber( ULONG *node )
{
    struct query_node_params params = { 0 };
    LONGLONG start = trace_start();
    BOOL ret = query_node( 0, NODE_HIGHEST, &params );

    if (ret) *node = params.highest;

    if (start) trace_call( __func__, "node %u: %s\n", params.highest, trace_result( ret, start ));
    return ret;
}


/***********************************************************************
 *             GetNumaNodeProcessorMask2   (kernelbase.@)
 *
 * Tell the processors of a node, in one mask for each processor group.
 *
 * PARAMS
 *  node     [I] node
 *  masks    [O] masks; may be NULL when count is 0
 *  count    [I] number of masks that there is room for
 *  required [O] number of masks written or needed, 0 for a node without processors
 *
 * RETURNS
 *  FALSE with the last error set: ERROR_INVALID_PARAMETER for a node that this machine does not
 *  have, ERROR_INSUFFICIENT_BUFFER.
 */
BOOL WINAPI DECLSPEC_HOTPATCH GetNumaNodeProcessorMask2( USHORT node, GROUP_AFFINITY *masks, USHORT count,
                                                         USHORT *required )
{
    struct query_node_params params = { 0 };
    LONGLONG start = trace_start();
    BOOL ret = query_node( node, NODE_PROCESSORS, &params );

    if (ret)
    {
        *required = params.value ? 1 : 0;
        if ((ret = count >= *required))
        {
            if (*required) get_affinity( &params, masks );
        }
        else SetLastError( ERROR_INSUFFICIENT_BUFFER );
    }

    if (start) trace_call( __func__, "node %u count %u masks %#I64x: %s\n", node, count, params.value,
                           trace_result( ret, start ));
    return ret;
}


/***********************************************************************
 *             GetNumaNodeProcessorMaskEx   (kernelbase.@)
 *
 * Tell the processors of a node.
 *
 * RETURNS
 *  FALSE with ERROR_INVALID_PARAMETER for a node that this machine does not have.
 */
BOOL WINAPI DECLSPEC_HOTPATCH GetNumaNodeProcessorMaskEx( USHORT node, GROUP_AFFINITY *mask )
{
    struct query_node_params params = { 0 };
    LONGLONG start = trace_start();
    BOOL ret = query_node( node, NODE_PROCESSORS, &params );

    if (ret) get_affinity( &params, mask );

    if (start) trace_call( __func__, "node %u mask %#I64x: %s\n", node, params.value, trace_result( ret, start ));
    return ret;
}


/***********************************************************************
 *             GetNumaProximityNodeEx   (kernelbase.@)
 *
 * Tell the node that the firmware knows by a number; the host's number stands for it.
 *
 * RETURNS
 *  FALSE with ERROR_INVALID_PARAMETER for a number of no node.
 */
BOOL WINAPI DECLSPEC_HOTPATCH GetNumaProximityNodeEx( ULONG proximity, USHORT *node )
{
    struct query_proximity_params params = { proximity, 0 };
    LONGLONG start = trace_start();
    BOOL ret = set_ntstatus( mapview_call( unix_query_proximity, &params ));

    if (ret) *node = params.node;

    if (start) trace_call( __func__, "proximity %lu node %u: %s\n", proximity, params.node, trace_result( ret, start ));
    return ret;
}


/***********************************************************************
 *             GetSystemCpuSetInformation   (kernelbase.@)
 *
 * Describe the processors as CPU sets, with the nodes numbered as for all other functions.
 */
BOOL WINAPI DECLSPEC_HOTPATCH GetSystemCpuSetInformation( SYSTEM_CPU_SET_INFORMATION *info, ULONG size, ULONG *len,
                                                          HANDLE process, ULONG flags )
{
    struct query_cpu_sets_params params = { (ULONG_PTR)info, (ULONG_PTR)process, size };
    NTSTATUS status = mapview_call( unix_query_cpu_sets, &params );

    *len = !status || status == STATUS_BUFFER_TOO_SMALL ? params.size : 0;
    return set_ntstatus( status );
}
