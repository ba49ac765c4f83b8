/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Processors and memory of the nodes
 *
 * ntdll numbers the nodes as the host does; here they get Windows' numbers.
 */

#if 0
#pragma makedep unix
#endif

#include "config.h"

#include <stdarg.h>
#include <string.h>
#include <numa.h>

#include "ntstatus.h"
#define WIN32_NO_STATUS
#include "windef.h"
#include "winbase.h"
#include "winternl.h"
#include "unix_private.h"

/* what is common to the records of both kinds of processor information */
struct node_record
{
    DWORD     *number;
    ULONG_PTR *mask;
};

/* fetch the next record that is about a node, or is not */
typedef ULONG (*get_record_t)( void *data, struct node_record *record );

static ULONG get_record( void *data, struct node_record *record )
{
    SYSTEM_LOGICAL_PROCESSOR_INFORMATION *info = data;

    record->number = info->Relationship == RelationNumaNode ? &info->NumaNode.NodeNumber : NULL;
    record->mask   = &info->ProcessorMask;
    return sizeof(*info);
}

static ULONG get_record_ex( void *data, struct node_record *record )
{
    SYSTEM_LOGICAL_PROCESSOR_INFORMATION_EX *info = data;

    record->number = info->Relationship == RelationNumaNode ? &info->NumaNode.NodeNumber : NULL;
    record->mask   = (ULONG_PTR *)&info->NumaNode.GroupMask.Mask;
    return info->Size;
}

/* Give the nodes Windows' numbers, and leave out those that Windows has not.  Where the host's nodes
 * cannot be told apart there is one, with the processors of all. */
static ULONG renumber_nodes( char *data, ULONG size, get_record_t get )
{
    ULONG_PTR *masks[MAXIMUM_NODE_COUNT] = { NULL };
    ULONG pos, len, used = 0;
    struct node_record record;
    UINT32 node;

    for (pos = 0; pos < size; pos += len)
    {
        if (!(len = get( data + pos, &record ))) break;
        if (record.number)
        {
            if (!get_windows_node( *record.number, &node )) continue;
            if (masks[node])
            {
                *masks[node] |= *record.mask;
                continue;
            }
        }
        if (used != pos) memmove( data + used, data + pos, len );
        get( data + used, &record );
        if (record.number)
        {
            *record.number = node;
            masks[node] = record.mask;
        }
        used += len;
    }
    return used;
}

/***********************************************************************
 *             query_processors
 */
NTSTATUS query_processors( void *args )
{
    struct query_processors_params *params = args;
    char *info = get_ptr( params->info );
    ULONG size = params->size;
    NTSTATUS status;

    status = NtQuerySystemInformation( SystemLogicalProcessorInformation, info, size, &size );
    if (!status) size = renumber_nodes( info, size, get_record );
    params->size = size;
    return status;
}

static NTSTATUS get_processors_ex( UINT32 relation, void *info, UINT32 *len )
{
    ULONG size = *len;
    NTSTATUS status;

    status = NtQuerySystemInformationEx( SystemLogicalProcessorInformationEx, &relation, sizeof(relation),
                                         info, size, &size );
    if (!status) size = renumber_nodes( info, size, get_record_ex );
    *len = size;
    return status;
}

/***********************************************************************
 *             query_processors_ex
 */
NTSTATUS query_processors_ex( void *args )
{
    struct query_processors_params *params = args;

    return get_processors_ex( params->relation, get_ptr( params->info ), &params->size );
}

/***********************************************************************
 *             query_cpu_sets
 */
NTSTATUS query_cpu_sets( void *args )
{
    struct query_cpu_sets_params *params = args;
    SYSTEM_CPU_SET_INFORMATION *set, *end, *info = get_ptr( params->info );
    HANDLE process = get_handle( params->process );
    ULONG size = 0, len = params->size;
    NTSTATUS status;
    UINT32 node;

    params->size = 0;  /* for errors that ntdll gives no size with */
    status = NtQuerySystemInformationEx( SystemCpuSetInformation, &process, sizeof(process), info, len, &size );
    params->size = size;
    if (status) return status;
    end = (SYSTEM_CPU_SET_INFORMATION *)((char *)info + size);
    for (set = info; set < end && set->Size; set = (SYSTEM_CPU_SET_INFORMATION *)((char *)set + set->Size))
        if (get_windows_node( set->CpuSet.NumaNodeIndex, &node )) set->CpuSet.NumaNodeIndex = node;
    return STATUS_SUCCESS;
}

/* the node's record; a node of memory only has no processors */
static NTSTATUS get_node_processors( UINT32 node, GROUP_AFFINITY *affinity )
{
    char buffer[2 * MAXIMUM_NODE_COUNT * sizeof(SYSTEM_LOGICAL_PROCESSOR_INFORMATION_EX)];
    SYSTEM_LOGICAL_PROCESSOR_INFORMATION_EX *info;
    UINT32 pos, size = sizeof(buffer);
    NTSTATUS status;

    memset( affinity, 0, sizeof(*affinity) );
    if ((status = get_processors_ex( RelationNumaNode, buffer, &size ))) return status;
    for (pos = 0; pos < size; pos += info->Size)
    {
        info = (SYSTEM_LOGICAL_PROCESSOR_INFORMATION_EX *)(buffer + pos);
        if (info->NumaNode.NodeNumber == node) *affinity = info->NumaNode.GroupMask;
    }
    return STATUS_SUCCESS;
}

/* free pages; where there is one node, those that could be had as well (SEMANTICS 1.13) */
static NTSTATUS get_available_memory( UINT32 node, UINT64 *available )
{
    SYSTEM_PERFORMANCE_INFORMATION info;
    long long available_size;
    sigset_t sigset;
    NTSTATUS status;

    if (get_node_count() > 1)
    {
        block_signals( &sigset );
        *available = numa_node_size64( get_host_node( node ), &available_size ) == -1 ? 0 : available_size;
        restore_signals( &sigset );
        return STATUS_SUCCESS;
    }
    if (!(status = NtQuerySystemInformation( SystemPerformanceInformation, &info, sizeof(info), NULL )))
        *available = (UINT64)info.AvailablePages * (PAGE_MASK + 1);
    return status;
}

/***********************************************************************
 *             query_node
 */
NTSTATUS query_node( void *args )
{
    struct query_node_params *params = args;
    GROUP_AFFINITY affinity;
    NTSTATUS status;

    params->highest = get_node_count() - 1;
    if (params->node > params->highest) return STATUS_INVALID_PARAMETER;

    switch (params->what)
    {
    case NODE_PROCESSORS:
        if ((status = get_node_processors( params->node, &affinity ))) return status;
        params->value = affinity.Mask;
        params->group = affinity.Group;
        return STATUS_SUCCESS;
    case NODE_AVAILABLE_MEMORY:
        return get_available_memory( params->node, &params->value );
    default:
        return STATUS_SUCCESS;
    }
}

/***********************************************************************
 *             query_proximity
 *
 * The host counts its nodes in the order in which it finds the firmware's proximity domains, and
 * tells no program what these are called: its numbers stand for them.
 */
NTSTATUS query_proximity( void *args )
{
    struct query_proximity_params *params = args;

    if (get_node_count() == 1 && params->proximity) return STATUS_INVALID_PARAMETER;
    return get_windows_node( params->proximity, &params->node ) ? STATUS_SUCCESS : STATUS_INVALID_PARAMETER;
}
