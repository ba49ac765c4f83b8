/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The working set of a process
 */

#include <stdarg.h>

#include "windef.h"
#include "winbase.h"
#include "winternl.h"
#include "wine/debug.h"
#include "trace.h"
#include "carry.h"

WINE_DEFAULT_DEBUG_CHANNEL(mapview);

/* A call for another process can be given up, and is made for pages of ours so that nothing is written to
 * the program's after that. */
static NTSTATUS query_other_process( HANDLE process, MEMORY_WORKING_SET_EX_INFORMATION *info, DWORD count )
{
    MEMORY_WORKING_SET_EX_INFORMATION pages[MAX_CARRIED_PAGES] = { { 0 } };
    struct query_working_set_params params = { (ULONG_PTR)process, (ULONG_PTR)pages, 0 };
    NTSTATUS status;
    DWORD len;

    do
    {
        len = min( count, MAX_CARRIED_PAGES );
        params.size = len * sizeof(*pages);
        if ((status = copy_memory( (ULONG_PTR)pages, (ULONG_PTR)info, params.size )) ||
            (status = mapview_call( unix_query_working_set, &params )) ||
            (status = copy_memory( (ULONG_PTR)info, (ULONG_PTR)pages, params.size ))) break;
        info += len;
    } while ((count -= len));
    return status;
}


/***********************************************************************
 *             K32QueryWorkingSetEx   (kernelbase.@)
 *             QueryWorkingSetEx   (kernelbase.@)
 *
 * Tell which pages of a process are there, and where. QueryWorkingSetEx is another name for it.
 *
 * PARAMS
 *  process [I]   process handle with PROCESS_QUERY_INFORMATION
 *  info    [I/O] array of PSAPI_WORKING_SET_EX_INFORMATION with the addresses of the pages
 *  size    [I]   size of the array in bytes
 *
 * RETURNS
 *  FALSE with the last error set: ERROR_BAD_LENGTH for less than one structure.
 *
 * SOURCE
 *  SEMANTICS 1.13, 1.15
 */
BOOL WINAPI DECLSPEC_HOTPATCH K32QueryWorkingSetEx( HANDLE process, void *info, DWORD size )
{
    struct query_working_set_params params = { (ULONG_PTR)process, (ULONG_PTR)info, size };
    LONGLONG start = trace_start();
    NTSTATUS status;

    if (process == GetCurrentProcess()) status = mapview_call( unix_query_working_set, &params );
    else status = query_other_process( process, info, size / sizeof(MEMORY_WORKING_SET_EX_INFORMATION) );
    if (status) SetLastError( RtlNtStatusToDosError( status ));

    if (start) trace_call( __func__, "process %s info %p size %lu: %s\n", debugstr_process( process ), info, size,
                           trace_result( !status, start ));
    return !status;
}
