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
#include "unixlib.h"

WINE_DEFAULT_DEBUG_CHANNEL(mapview);


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

    status = mapview_call( unix_query_working_set, &params );
    if (status) SetLastError( RtlNtStatusToDosError( status ));

    if (start) trace_call( __func__, "process %s info %p size %lu: %s\n", debugstr_process( process ), info, size,
                           trace_result( !status, start ));
    return !status;
}
