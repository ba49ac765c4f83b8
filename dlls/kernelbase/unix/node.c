/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * NUMA nodes: Windows' numbers and the host's
 */

#if 0
#pragma makedep unix
#endif

#include "config.h"

#include <stdarg.h>
#include <fcntl.h>
#include <pthread.h>
#include <unistd.h>
#include <numa.h>
#include <numaif.h>

#include "ntstatus.h"
#define WIN32_NO_STATUS
#include "windef.h"
#include "winbase.h"
#include "winternl.h"
#include "wine/debug.h"
#include "unix_private.h"

WINE_DEFAULT_DEBUG_CHANNEL(mapview);

/* Windows' node i is host node host_nodes[i]; the memory that is preferred for it is in
 * memory_nodes[i], which is NULL when this process may not use it */
static unsigned int host_nodes[MAXIMUM_NODE_COUNT];
static struct bitmask *memory_nodes[MAXIMUM_NODE_COUNT];
static unsigned int node_count;
static pthread_once_t nodes_once = PTHREAD_ONCE_INIT;

/* the nodes in one of the lists in /sys/devices/system/node */
static struct bitmask *read_node_list( const char *name )
{
    struct bitmask *mask = NULL;
    char buffer[1024];
    ssize_t len;
    int fd;

    if ((fd = open( name, O_RDONLY | O_CLOEXEC )) == -1) return NULL;
    len = read( fd, buffer, sizeof(buffer) - 1 );
    close( fd );
    while (len > 0 && buffer[len - 1] == '\n') len--;
    if (len > 0)
    {
        buffer[len] = 0;
        mask = numa_parse_nodestring_all( buffer );
    }
    return mask;
}

static BOOL is_in_list( const struct bitmask *mask, unsigned int host )
{
    return mask && host < mask->size && numa_bitmask_isbitset( mask, host );
}

/* the node to take memory from: the nearest one for a node that has processors only */
static unsigned int find_memory_node( unsigned int host, const struct bitmask *memory )
{
    unsigned int i, nearest = host;
    int distance, best = 0;

    if (!memory || is_in_list( memory, host )) return host;
    for (i = 0; i < memory->size; i++)
    {
        if (!is_in_list( memory, i ) || !(distance = numa_distance( host, i ))) continue;
        if (best && distance >= best) continue;
        best = distance;
        nearest = i;
    }
    return nearest;
}

/* libnuma takes a host that refuses the call for one that has it, and complains on stderr later */
static BOOL can_have_policy(void)
{
    return numa_available() != -1 && !get_mempolicy( NULL, NULL, 0, NULL, 0 );
}

static void init_nodes(void)
{
    struct bitmask *memory, *cpu, *allowed;
    unsigned int i, end;
    sigset_t sigset;

    block_signals( &sigset );
    if (can_have_policy())
    {
        memory = read_node_list( "/sys/devices/system/node/has_memory" );
        cpu = read_node_list( "/sys/devices/system/node/has_cpu" );
        allowed = numa_get_membind();
        end = max( memory ? memory->size : 0, cpu ? cpu->size : 0 );
        for (i = 0; i < end && node_count < ARRAY_SIZE(host_nodes); i++)
        {
            unsigned int node;

            if (!is_in_list( memory, i ) && !is_in_list( cpu, i )) continue;
            node = find_memory_node( i, memory );
            if (is_in_list( allowed, node ) && (memory_nodes[node_count] = numa_allocate_nodemask()))
                numa_bitmask_setbit( memory_nodes[node_count], node );
            host_nodes[node_count++] = i;
        }
        if (memory) numa_bitmask_free( memory );
        if (cpu) numa_bitmask_free( cpu );
        if (allowed) numa_bitmask_free( allowed );
    }
    restore_signals( &sigset );
    if (!node_count) node_count = 1;  /* a host that does not know of nodes is node 0 */
    TRACE( "%u nodes\n", node_count );
}

/***********************************************************************
 *             get_node_count
 */
unsigned int get_node_count(void)
{
    pthread_once( &nodes_once, init_nodes );
    return node_count;
}

/***********************************************************************
 *             check_node
 *
 * Tell whether a node can be preferred: one of this machine or none (SEMANTICS 1.13).
 */
NTSTATUS check_node( UINT32 node )
{
    if (node == NUMA_NO_PREFERRED_NODE) return STATUS_SUCCESS;
    return node < get_node_count() ? STATUS_SUCCESS : STATUS_INVALID_PARAMETER;
}

/***********************************************************************
 *             get_host_node
 *
 * The host's number of a valid node.
 */
unsigned int get_host_node( UINT32 node )
{
    return host_nodes[node];
}

/***********************************************************************
 *             get_windows_node
 *
 * Windows' number of a node of the host; FALSE for one that Windows would not know of.
 */
BOOL get_windows_node( unsigned int host, UINT32 *node )
{
    if (get_node_count() == 1)
    {
        *node = 0;
        return TRUE;
    }
    for (*node = 0; *node < node_count; (*node)++) if (host_nodes[*node] == host) return TRUE;
    return FALSE;
}

/***********************************************************************
 *             get_memory_preference
 *
 * The host's nodes to prefer for a node; NULL when there is no choice or none was made.
 */
const struct bitmask *get_memory_preference( UINT32 node )
{
    if (node == NUMA_NO_PREFERRED_NODE || check_node( node ) || node_count == 1) return NULL;
    return memory_nodes[node];
}
