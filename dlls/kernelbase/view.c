/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Views of sections: MapViewOfFile and its relatives
 */

#include <stdarg.h>

#include "ntstatus.h"
#define WIN32_NO_STATUS
#include "windef.h"
#include "winbase.h"
#include "winternl.h"
#include "wine/debug.h"
#include "mapview.h"
#include "pe_private.h"
#include "trace.h"
#include "unixlib.h"

WINE_DEFAULT_DEBUG_CHANNEL(mapview);

/* a view of an image has more than one success */
static BOOL set_view_status( NTSTATUS status )
{
    if (status < 0) SetLastError( RtlNtStatusToDosError( status ));
    return status >= 0;
}

static void *map_view( struct map_view_params *params )
{
    params->target_node = NUMA_NO_PREFERRED_NODE;
    if (!set_view_status( mapview_call( unix_map_view, params ))) return NULL;
    place_in_target( params->process, params->base, params->size, MEM_RESERVE, params->target_node );
    return (void *)(ULONG_PTR)params->base;
}

/* FILE_MAP_* to PAGE_* (SEMANTICS 1.6): copy-on-write only when FILE_MAP_COPY stands alone,
 * beside execute access and the modifiers of the whole view */
static ULONG protect_from_access( DWORD access )
{
    static const ULONG protect[4][2] =
    {
        { PAGE_NOACCESS,  PAGE_NOACCESS },
        { PAGE_READONLY,  PAGE_EXECUTE_READ },
        { PAGE_READWRITE, PAGE_EXECUTE_READWRITE },
        { PAGE_WRITECOPY, PAGE_EXECUTE_WRITECOPY },
    };
    BOOL exec = !!(access & FILE_MAP_EXECUTE);

    access &= ~(FILE_MAP_EXECUTE | FILE_MAP_RESERVE | FILE_MAP_TARGETS_INVALID | FILE_MAP_LARGE_PAGES);
    if (access == FILE_MAP_COPY) return protect[3][exec];
    if (access & FILE_MAP_WRITE) return protect[2][exec];
    if (access & FILE_MAP_READ) return protect[1][exec];
    return protect[0][exec];
}

/* the functions that take FILE_MAP_* flags map into the calling process */
static void *map_view_access( const char *func, HANDLE section, DWORD access, ULONG64 offset, SIZE_T size, void *base,
                              DWORD node )
{
    struct map_view_params params = { 0 };
    LONGLONG start = trace_start();
    void *ret;

    params.section = (ULONG_PTR)section;
    params.process = (ULONG_PTR)GetCurrentProcess();
    params.base    = (ULONG_PTR)base;
    params.offset  = offset;
    params.size    = size;
    params.protect = protect_from_access( access );
    params.node    = node;
    if (access & FILE_MAP_RESERVE) params.type |= MEM_RESERVE;
    if (access & FILE_MAP_LARGE_PAGES) params.type |= MEM_LARGE_PAGES;
    ret = map_view( &params );

    if (start) trace_call( func, "section %p access %s offset %#I64x size %#Ix base %p node %s: %s\n", section,
                           debugstr_map_access( access ), offset, size, base, debugstr_node( node ),
                           trace_address( ret, params.size, params.kind, start ));
    return ret;
}

/* the functions that take PAGE_* flags round the base address down (seeds MapViewOfFile2,
 * MapViewOfFileNuma2 and MapViewOfFile3), a placeholder must be named exactly */
static void *map_view_protect( const char *func, HANDLE section, HANDLE process, ULONG64 offset, void *base, SIZE_T size,
                               ULONG type, ULONG protect, ULONG node, MEM_EXTENDED_PARAMETER *parameters, ULONG count )
{
    struct map_view_params params = { 0 };
    LONGLONG start = trace_start();
    void *ret;

    params.section = (ULONG_PTR)section;
    params.process = (ULONG_PTR)process;
    params.base    = (ULONG_PTR)base;
    params.offset  = offset;
    params.size    = size;
    params.type    = type;
    params.protect = protect;
    params.node    = node;
    params.parameters      = (ULONG_PTR)parameters;
    params.parameter_count = count;
    if (is_executable( protect )) params.protect &= ~PAGE_TARGETS_INVALID;  /* no CFG here */
    if (!(type & MEM_REPLACE_PLACEHOLDER)) params.base &= ~(UINT64)(ALLOCATION_GRANULARITY - 1);
    ret = map_view( &params );

    if (start) trace_call( func, "section %p process %s offset %#I64x base %p size %#Ix type %s protect %s node %s "
                           "parameters %s: %s\n", section, debugstr_process( process ), offset, base, size,
                           debugstr_alloc_type( type ), debugstr_protect( protect ), debugstr_node( node ),
                           debugstr_parameters( parameters, count, !!ret ),
                           trace_address( ret, params.size, params.kind, start ));
    return ret;
}

static BOOL unmap_view( const char *func, HANDLE process, void *base, ULONG flags )
{
    struct unmap_view_params params = { (ULONG_PTR)process, (ULONG_PTR)base, flags };
    LONGLONG start = trace_start();
    BOOL ret = set_view_status( mapview_call( unix_unmap_view, &params ));

    if (start) trace_call( func, "process %s base %p flags %s: %s\n", debugstr_process( process ), base,
                           debugstr_unmap_flags( flags ), trace_result( ret, start ));
    return ret;
}


/***********************************************************************
 *             MapViewOfFile   (kernelbase.@)
 *
 * Map a view of a section into the calling process.
 *
 * PARAMS
 *  section     [I] section handle
 *  access      [I] FILE_MAP_* flags
 *  offset_high [I] offset of the view in the section in bytes, a multiple of the
 *  offset_low  [I]  allocation granularity
 *  size        [I] size of the view in bytes, 0 for the rest of the section
 *
 * RETURNS
 *  The address of the view, or NULL with the last error set: ERROR_INVALID_HANDLE,
 *  ERROR_ACCESS_DENIED (rights of the handle, or a view that is larger than the section),
 *  ERROR_MAPPED_ALIGNMENT, ERROR_INVALID_PARAMETER, ERROR_NOT_ENOUGH_MEMORY.
 *
 * SOURCE
 *  seed MapViewOfFileEx; SEMANTICS 1.4 to 1.8
 */
LPVOID WINAPI DECLSPEC_HOTPATCH MapViewOfFile( HANDLE section, DWORD access, DWORD offset_high,
                                               DWORD offset_low, SIZE_T size )
{
    return map_view_access( __func__, section, access, (ULONG64)offset_high << 32 | offset_low, size, NULL,
                            NUMA_NO_PREFERRED_NODE );
}


/***********************************************************************
 *             MapViewOfFileEx   (kernelbase.@)
 *
 * MapViewOfFile at a wanted address.
 *
 * PARAMS
 *  base [I] address of the view, a multiple of the allocation granularity, or NULL
 *
 * RETURNS
 *  As MapViewOfFile; ERROR_MAPPED_ALIGNMENT for an unaligned address, ERROR_INVALID_ADDRESS
 *  for one that is in use, ERROR_INVALID_PARAMETER for one that is no user address.
 *
 * SOURCE
 *  seed MapViewOfFileEx; SEMANTICS 1.5, B1
 */
LPVOID WINAPI DECLSPEC_HOTPATCH MapViewOfFileEx( HANDLE section, DWORD access, DWORD offset_high,
                                                 DWORD offset_low, SIZE_T size, LPVOID base )
{
    return map_view_access( __func__, section, access, (ULONG64)offset_high << 32 | offset_low, size, base,
                            NUMA_NO_PREFERRED_NODE );
}


/***********************************************************************
 *             MapViewOfFileExNuma   (kernelbase.@)
 *
 * MapViewOfFileEx with a preferred node for the pages.
 *
 * PARAMS
 *  node [I] NUMA node, NUMA_NO_PREFERRED_NODE for none; one that this machine does not have
 *           is ERROR_INVALID_PARAMETER
 *
 * SOURCE
 *  seed MapViewOfFileExNuma; SEMANTICS 1.13
 */
LPVOID WINAPI DECLSPEC_HOTPATCH MapViewOfFileExNuma( HANDLE section, DWORD access, DWORD offset_high,
                                                     DWORD offset_low, SIZE_T size, LPVOID base, DWORD node )
{
    return map_view_access( __func__, section, access, (ULONG64)offset_high << 32 | offset_low, size, base, node );
}


/***********************************************************************
 *             MapViewOfFileFromApp   (kernelbase.@)
 *
 * MapViewOfFile with the offset in one piece.
 *
 * SOURCE
 *  SEMANTICS 1.6, B2
 */
LPVOID WINAPI DECLSPEC_HOTPATCH MapViewOfFileFromApp( HANDLE section, ULONG access, ULONG64 offset, SIZE_T size )
{
    return map_view_access( __func__, section, access, offset, size, NULL, NUMA_NO_PREFERRED_NODE );
}


/***********************************************************************
 *             MapViewOfFile2   (kernelbase.@)
 *
 * MapViewOfFileNuma2 without a preferred node. In Windows' headers it is an inline function.
 *
 * SOURCE
 *  seed MapViewOfFile2
 */
PVOID WINAPI DECLSPEC_HOTPATCH MapViewOfFile2( HANDLE section, HANDLE process, ULONG64 offset, PVOID base,
                                               SIZE_T size, ULONG type, ULONG protect )
{
    return map_view_protect( __func__, section, process, offset, base, size, type, protect, NUMA_NO_PREFERRED_NODE, NULL, 0 );
}


/***********************************************************************
 *             MapViewOfFileNuma2   (kernelbase.@)
 *
 * Map a view of a section into a process.
 *
 * PARAMS
 *  section [I] section handle
 *  process [I] process handle with PROCESS_VM_OPERATION; not NULL
 *  offset  [I] offset of the view in bytes, a multiple of the allocation granularity
 *  base    [I] address of the view, rounded down to the allocation granularity, or NULL
 *  size    [I] size of the view in bytes, 0 for the rest of the section
 *  type    [I] MEM_RESERVE, MEM_TOP_DOWN, MEM_LARGE_PAGES, MEM_REPLACE_PLACEHOLDER,
 *              MEM_DIFFERENT_IMAGE_BASE_OK or 0
 *  protect [I] PAGE_* protection of the view
 *  node    [I] preferred NUMA node, or NUMA_NO_PREFERRED_NODE
 *
 * RETURNS
 *  The address of the view in the process, or NULL with the last error set as by MapViewOfFileEx.
 *
 * SOURCE
 *  seed MapViewOfFileNuma2; SEMANTICS 1.4 to 1.8, 1.10, 1.13
 */
PVOID WINAPI DECLSPEC_HOTPATCH MapViewOfFileNuma2( HANDLE section, HANDLE process, ULONG64 offset, PVOID base,
                                                   SIZE_T size, ULONG type, ULONG protect, ULONG node )
{
    return map_view_protect( __func__, section, process, offset, base, size, type, protect, node, NULL, 0 );
}


/***********************************************************************
 *             MapViewOfFile3   (kernelbase.@)
 *
 * Map a view of a section into a process, with extended parameters.
 *
 * PARAMS
 *  section    [I] section handle
 *  process    [I] process handle, NULL for the calling process
 *  base       [I] address of the view, rounded down to the allocation granularity, or NULL;
 *                 with MEM_REPLACE_PLACEHOLDER the address of the placeholder
 *  offset     [I] offset of the view in bytes, a multiple of the allocation granularity, with
 *                 MEM_REPLACE_PLACEHOLDER of the page size
 *  size       [I] size of the view in bytes, 0 for the rest of the section
 *  type       [I] MEM_* as for MapViewOfFileNuma2
 *  protect    [I] PAGE_* protection of the view
 *  parameters [I] address requirements, preferred node, image machine
 *  count      [I] number of parameters
 *
 * RETURNS
 *  The address of the view in the process, or NULL with the last error set as by MapViewOfFileEx;
 *  ERROR_INVALID_PARAMETER for a bad array.
 *
 * SOURCE
 *  seed MapViewOfFile3; SEMANTICS 1.11
 */
PVOID WINAPI DECLSPEC_HOTPATCH MapViewOfFile3( HANDLE section, HANDLE process, PVOID base, ULONG64 offset,
                                               SIZE_T size, ULONG type, ULONG protect,
                                               MEM_EXTENDED_PARAMETER *parameters, ULONG count )
{
    if (!process) process = GetCurrentProcess();
    return map_view_protect( __func__, section, process, offset, base, size, type, protect,
                             NUMA_NO_PREFERRED_NODE, parameters, count );
}


/***********************************************************************
 *             MapViewOfFile3FromApp   (kernelbase.@)
 *
 * MapViewOfFile3 under the name that packaged applications use. Windows refuses executable views
 * to those without the capability to generate code; a program here is no packaged one.
 *
 * SOURCE
 *  SEMANTICS 1.1
 */
PVOID WINAPI DECLSPEC_HOTPATCH MapViewOfFile3FromApp( HANDLE section, HANDLE process, PVOID base, ULONG64 offset,
                                                      SIZE_T size, ULONG type, ULONG protect,
                                                      MEM_EXTENDED_PARAMETER *parameters, ULONG count )
{
    if (!process) process = GetCurrentProcess();
    return map_view_protect( __func__, section, process, offset, base, size, type, protect,
                             NUMA_NO_PREFERRED_NODE, parameters, count );
}


/***********************************************************************
 *             UnmapViewOfFile   (kernelbase.@)
 *
 * Unmap the view that an address of the calling process lies in.
 *
 * RETURNS
 *  FALSE with ERROR_INVALID_ADDRESS when it lies in no view.
 *
 * SOURCE
 *  SEMANTICS 1.15
 */
BOOL WINAPI DECLSPEC_HOTPATCH UnmapViewOfFile( const void *base )
{
    return unmap_view( __func__, GetCurrentProcess(), (void *)base, 0 );
}


/***********************************************************************
 *             UnmapViewOfFile2   (kernelbase.@)
 *
 * Unmap the view that an address of a process lies in.
 *
 * PARAMS
 *  process [I] process handle with PROCESS_VM_OPERATION; NULL is ERROR_INVALID_HANDLE
 *  base    [I] any address inside the view
 *  flags   [I] MEM_UNMAP_WITH_TRANSIENT_BOOST (without effect), MEM_PRESERVE_PLACEHOLDER
 *
 * SOURCE
 *  SEMANTICS 1.11, 1.14, 1.15
 */
BOOL WINAPI DECLSPEC_HOTPATCH UnmapViewOfFile2( HANDLE process, void *base, ULONG flags )
{
    return unmap_view( __func__, process, base, flags );
}


/***********************************************************************
 *             UnmapViewOfFileEx   (kernelbase.@)
 *
 * UnmapViewOfFile2 in the calling process.
 */
BOOL WINAPI DECLSPEC_HOTPATCH UnmapViewOfFileEx( void *base, ULONG flags )
{
    return unmap_view( __func__, GetCurrentProcess(), base, flags );
}


/***********************************************************************
 *             FlushViewOfFile   (kernelbase.@)
 *
 * Write the changed pages of a view to its file. Metadata and the device's own cache are left to
 * FlushFileBuffers.
 *
 * PARAMS
 *  base [I] any address inside a view
 *  size [I] number of bytes, 0 for all up to the end of the view
 *
 * RETURNS
 *  FALSE with ERROR_INVALID_PARAMETER for a range beyond the view, ERROR_INVALID_ADDRESS for an
 *  address where nothing is mapped.
 *
 * SOURCE
 *  SEMANTICS 1.15, B7
 */
BOOL WINAPI DECLSPEC_HOTPATCH FlushViewOfFile( const void *base, SIZE_T size )
{
    struct flush_view_params params = { (ULONG_PTR)base, size };
    LONGLONG start = trace_start();
    BOOL ret = set_view_status( mapview_call( unix_flush_view, &params ));

    if (start) trace_call( __func__, "base %p size %#Ix: %s\n", base, size, trace_result( ret, start ));
    return ret;
}
