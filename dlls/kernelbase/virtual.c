/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Memory: VirtualAlloc and its relatives
 */

#include <stdarg.h>

#include "ntstatus.h"
#define WIN32_NO_STATUS
#include "windef.h"
#include "winbase.h"
#include "winternl.h"
#include "wine/debug.h"
#include "mapview.h"
#include "privilege.h"
#include "trace.h"
#include "pe_private.h"
#include "unixlib.h"

WINE_DEFAULT_DEBUG_CHANNEL(mapview);

/* a process that does not have this module can have placeholders of ntdll's, if that has any */
static NTSTATUS alloc_in_process( struct alloc_memory_params *params )
{
    NTSTATUS status = mapview_call( unix_alloc_memory, params );

    if (status != STATUS_NOT_SUPPORTED || !(params->type & MEM_RESERVE_PLACEHOLDER)) return status;
    params->native = TRUE;
    return mapview_call( unix_alloc_memory, params );
}

static void *alloc_memory( const char *func, HANDLE process, void *addr, SIZE_T size, DWORD type, DWORD protect,
                           DWORD node, MEM_EXTENDED_PARAMETER *parameters, ULONG count, BOOL extended )
{
    struct alloc_memory_params params = { 0 };
    LONGLONG start = trace_start();
    void *ret = NULL;

    params.process  = (ULONG_PTR)process;
    params.base     = (ULONG_PTR)addr;
    params.size     = size;
    params.type     = type;
    params.protect  = protect;
    params.node     = node;
    params.extended = extended;
    params.target_node = NUMA_NO_PREFERRED_NODE;
    params.parameters      = (ULONG_PTR)parameters;
    params.parameter_count = count;
    if (type & MEM_LARGE_PAGES) params.lock_memory = has_lock_memory_privilege();
    if (set_ntstatus( alloc_in_process( &params ))) ret = (void *)(ULONG_PTR)params.base;
    if (ret) place_in_target( params.process, params.base, params.size, type, params.target_node );

    if (start) trace_call( func, "process %s addr %p size %#Ix type %s protect %s node %s parameters %s: %s\n",
                           debugstr_process( process ), addr, size, debugstr_alloc_type( type ),
                           debugstr_protect( protect ), debugstr_node( node ),
                           debugstr_parameters( parameters, count, !!ret ),
                           trace_address( ret, params.size, params.kind, start ));
    return ret;
}

static BOOL free_memory( const char *func, HANDLE process, void *addr, SIZE_T size, DWORD type )
{
    struct free_memory_params params = { (ULONG_PTR)process, (ULONG_PTR)addr, size, type };
    LONGLONG start = trace_start();
    BOOL ret;

    /* memory is released as a whole */
    ret = set_ntstatus( type == MEM_RELEASE && size ? STATUS_INVALID_PARAMETER
                                                    : mapview_call( unix_free_memory, &params ));

    if (start) trace_call( func, "process %s addr %p size %#Ix type %s: %s\n", debugstr_process( process ), addr, size,
                           debugstr_free_type( type ), trace_result( ret, start ));
    return ret;
}

static BOOL protect_memory( const char *func, HANDLE process, void *addr, SIZE_T size, DWORD protect, DWORD *old_protect )
{
    struct protect_memory_params params = { (ULONG_PTR)process, (ULONG_PTR)addr, size, (ULONG_PTR)old_protect, protect };
    LONGLONG start = trace_start();
    BOOL ret = set_ntstatus( mapview_call( unix_protect_memory, &params ));

    if (start) trace_call( func, "process %s addr %p size %#Ix protect %s old %s: %s\n", debugstr_process( process ),
                           addr, size, debugstr_protect( protect ), ret ? debugstr_protect( *old_protect ) : "unknown",
                           trace_result( ret, start ));
    return ret;
}

static SIZE_T query_memory( const char *func, HANDLE process, const void *addr, MEMORY_BASIC_INFORMATION *info, SIZE_T len )
{
    struct query_memory_params params = { (ULONG_PTR)process, (ULONG_PTR)addr, (ULONG_PTR)info, len };
    LONGLONG start = trace_start();
    BOOL ret = set_ntstatus( mapview_call( unix_query_memory, &params ));

    if (start) trace_call( func, "process %s addr %p: %s\n", debugstr_process( process ), addr, trace_result( ret, start ));
    return ret ? params.size : 0;
}


/***********************************************************************
 *             VirtualAlloc   (kernelbase.@)
 *
 * VirtualAllocEx in the calling process.
 */
LPVOID WINAPI DECLSPEC_HOTPATCH VirtualAlloc( void *addr, SIZE_T size, DWORD type, DWORD protect )
{
    return alloc_memory( __func__, GetCurrentProcess(), addr, size, type, protect, NUMA_NO_PREFERRED_NODE,
                         NULL, 0, FALSE );
}


/***********************************************************************
 *             VirtualAllocEx   (kernelbase.@)
 *
 * Reserve or commit memory of a process. Placeholders are refused.
 *
 * SOURCE
 *  SEMANTICS 1.10, 1.14
 */
LPVOID WINAPI DECLSPEC_HOTPATCH VirtualAllocEx( HANDLE process, void *addr, SIZE_T size, DWORD type, DWORD protect )
{
    return alloc_memory( __func__, process, addr, size, type, protect, NUMA_NO_PREFERRED_NODE, NULL, 0, FALSE );
}


/***********************************************************************
 *             VirtualAllocFromApp   (kernelbase.@)
 *
 * VirtualAlloc for packaged applications, which may not have executable memory.
 */
LPVOID WINAPI DECLSPEC_HOTPATCH VirtualAllocFromApp( void *addr, SIZE_T size, DWORD type, DWORD protect )
{
    if (is_executable( protect ))
    {
        SetLastError( ERROR_INVALID_PARAMETER );
        return NULL;
    }
    return alloc_memory( __func__, GetCurrentProcess(), addr, size, type, protect, NUMA_NO_PREFERRED_NODE,
                         NULL, 0, FALSE );
}


/***********************************************************************
 *             VirtualAlloc2   (kernelbase.@)
 *
 * Reserve or commit memory of a process, with extended parameters and placeholders.
 *
 * PARAMS
 *  process    [I] process handle, NULL for the calling process
 *  addr       [I] wanted address, or NULL; with MEM_REPLACE_PLACEHOLDER that of the placeholder
 *  size       [I] size in bytes
 *  type       [I] MEM_* flags
 *  protect    [I] PAGE_* protection, PAGE_NOACCESS for a placeholder
 *  parameters [I] address requirements, preferred node
 *  count      [I] number of parameters
 *
 * RETURNS
 *  The address, or NULL with the last error set: ERROR_INVALID_PARAMETER, ERROR_INVALID_ADDRESS
 *  for a range that is in use or is not exactly a placeholder, ERROR_NOT_ENOUGH_MEMORY.
 *
 * SOURCE
 *  SEMANTICS 1.11, 1.14
 */
LPVOID WINAPI DECLSPEC_HOTPATCH VirtualAlloc2( HANDLE process, void *addr, SIZE_T size, DWORD type, DWORD protect,
                                               MEM_EXTENDED_PARAMETER *parameters, ULONG count )
{
    if (!process) process = GetCurrentProcess();
    if (is_executable( protect )) protect &= ~PAGE_TARGETS_INVALID;  /* no CFG here */
    return alloc_memory( __func__, process, addr, size, type, protect, NUMA_NO_PREFERRED_NODE, parameters, count, TRUE );
}


/***********************************************************************
 *             VirtualAlloc2FromApp   (kernelbase.@)
 *
 * VirtualAlloc2 for packaged applications, which may not have executable memory.
 */
LPVOID WINAPI DECLSPEC_HOTPATCH VirtualAlloc2FromApp( HANDLE process, void *addr, SIZE_T size, DWORD type,
                                                      DWORD protect, MEM_EXTENDED_PARAMETER *parameters, ULONG count )
{
    if (is_executable( protect ))
    {
        SetLastError( ERROR_INVALID_PARAMETER );
        return NULL;
    }
    if (!process) process = GetCurrentProcess();
    return alloc_memory( __func__, process, addr, size, type, protect, NUMA_NO_PREFERRED_NODE, parameters, count, TRUE );
}


/***********************************************************************
 *             VirtualAllocExNuma   (kernelbase.@)
 *
 * Reserve or commit memory of a process, with a preferred node for the pages.
 *
 * PARAMS
 *  process [I] process handle with PROCESS_VM_OPERATION
 *  addr    [I] wanted address, or NULL
 *  size    [I] size in bytes
 *  type    [I] MEM_* flags
 *  protect [I] PAGE_* protection
 *  node    [I] NUMA node, NUMA_NO_PREFERRED_NODE for none; the node of a reservation goes before
 *              that of a later commit
 *
 * RETURNS
 *  The address, or NULL with the last error set: ERROR_INVALID_PARAMETER for a node that this
 *  machine does not have, and as VirtualAllocEx.
 *
 * SOURCE
 *  SEMANTICS 1.13
 */
LPVOID WINAPI DECLSPEC_HOTPATCH VirtualAllocExNuma( HANDLE process, void *addr, SIZE_T size, DWORD type,
                                                    DWORD protect, DWORD node )
{
    return alloc_memory( __func__, process, addr, size, type, protect, node, NULL, 0, FALSE );
}


/***********************************************************************
 *             VirtualFree   (kernelbase.@)
 *
 * VirtualFreeEx in the calling process.
 */
BOOL WINAPI DECLSPEC_HOTPATCH VirtualFree( void *addr, SIZE_T size, DWORD type )
{
    return free_memory( __func__, GetCurrentProcess(), addr, size, type );
}


/***********************************************************************
 *             VirtualFreeEx   (kernelbase.@)
 *
 * Decommit or release memory of a process; with MEM_RELEASE split a placeholder or go back to it
 * (MEM_PRESERVE_PLACEHOLDER), or join placeholders (MEM_COALESCE_PLACEHOLDERS).
 *
 * SOURCE
 *  SEMANTICS 1.14
 */
BOOL WINAPI DECLSPEC_HOTPATCH VirtualFreeEx( HANDLE process, void *addr, SIZE_T size, DWORD type )
{
    return free_memory( __func__, process, addr, size, type );
}


/***********************************************************************
 *             VirtualProtect   (kernelbase.@)
 *
 * VirtualProtectEx in the calling process.
 */
BOOL WINAPI DECLSPEC_HOTPATCH VirtualProtect( void *addr, SIZE_T size, DWORD protect, DWORD *old_protect )
{
    return protect_memory( __func__, GetCurrentProcess(), addr, size, protect, old_protect );
}


/***********************************************************************
 *             VirtualProtectEx   (kernelbase.@)
 *
 * Change the protection of committed pages of a process.
 *
 * SOURCE
 *  SEMANTICS 1.7
 */
BOOL WINAPI DECLSPEC_HOTPATCH VirtualProtectEx( HANDLE process, void *addr, SIZE_T size, DWORD protect,
                                                DWORD *old_protect )
{
    return protect_memory( __func__, process, addr, size, protect, old_protect );
}


/***********************************************************************
 *             VirtualQueryEx   (kernelbase.@)
 *
 * Describe the pages from an address of a process on. A copy-on-write page of a view is
 * PAGE_READWRITE once it has been written.
 *
 * RETURNS
 *  The number of bytes written to info, or 0 with the last error set.
 *
 * SOURCE
 *  seeds MapViewOfFileEx and MapViewOfFileExNuma, FILE_MAP_COPY; SEMANTICS 1.7, 1.15
 */
SIZE_T WINAPI DECLSPEC_HOTPATCH VirtualQueryEx( HANDLE process, LPCVOID addr, PMEMORY_BASIC_INFORMATION info,
                                                SIZE_T len )
{
    return query_memory( __func__, process, addr, info, len );
}


/***********************************************************************
 *             VirtualQuery   (kernelbase.@)
 *
 * VirtualQueryEx in the calling process.
 */
SIZE_T WINAPI DECLSPEC_HOTPATCH VirtualQuery( LPCVOID addr, PMEMORY_BASIC_INFORMATION info, SIZE_T len )
{
    return query_memory( __func__, GetCurrentProcess(), addr, info, len );
}
