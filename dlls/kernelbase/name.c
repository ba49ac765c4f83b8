/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Names of mapped files: GetMappedFileName
 */

#include <stdarg.h>
#include <string.h>

#define PSAPI_VERSION 2
#include "windef.h"
#include "winbase.h"
#include "winnls.h"
#include "psapi.h"
#include "winternl.h"
#include "unixlib.h"

/* the length of the name in characters, 0 with the last error set; the caller's own buffer is looked at only */
static DWORD get_name( HANDLE process, void *addr, const void *name, DWORD size, WCHAR buffer[MAX_PATH] )
{
    struct mapped_name_params params = { 0 };
    NTSTATUS status;

    if (size && !name)
    {
        SetLastError( ERROR_INVALID_PARAMETER );
        return 0;
    }
    params.process = (ULONG_PTR)process;
    params.address = (ULONG_PTR)addr;
    params.name    = (ULONG_PTR)buffer;
    params.size    = MAX_PATH * sizeof(WCHAR);
    if ((status = mapview_call( unix_get_mapped_name, &params )))
    {
        SetLastError( RtlNtStatusToDosError( status ));
        return 0;
    }
    return params.length / sizeof(WCHAR);
}


/***********************************************************************
 *             GetMappedFileNameA      (kernelbase.@)
 *             K32GetMappedFileNameA   (kernelbase.@)
 *
 * K32GetMappedFileNameW in the code page of file names.
 */
DWORD WINAPI DECLSPEC_HOTPATCH K32GetMappedFileNameA( HANDLE process, void *addr, char *name, DWORD size )
{
    UINT codepage = AreFileApisANSI() ? CP_ACP : CP_OEMCP;
    char text[MAX_PATH * 3];
    WCHAR buffer[MAX_PATH];
    DWORD len;

    if (!(len = get_name( process, addr, name, size, buffer ))) return 0;
    if (!size)
    {
        SetLastError( ERROR_INSUFFICIENT_BUFFER );
        return 0;
    }
    len = min( WideCharToMultiByte( codepage, 0, buffer, len, text, sizeof(text), NULL, NULL ), size );
    memcpy( name, text, len );
    name[min( len, size - 1 )] = 0;
    return len;
}


/***********************************************************************
 *             GetMappedFileNameW      (kernelbase.@)
 *             K32GetMappedFileNameW   (kernelbase.@)
 *
 * The name of the file that is mapped at an address of a process.
 *
 * PARAMS
 *  process [I] process handle with PROCESS_QUERY_INFORMATION
 *  addr    [I] address in a view of the file
 *  name    [O] buffer for the name
 *  size    [I] size of the buffer in characters
 *
 * RETURNS
 *  The length of the name. When the buffer is too small it gets what fits, and the last error is
 *  ERROR_INSUFFICIENT_BUFFER. 0 with the last error set when no file is mapped there.
 *
 * SOURCE
 *  Microsoft's documentation of GetMappedFileName; Wine's tests of psapi
 */
DWORD WINAPI DECLSPEC_HOTPATCH K32GetMappedFileNameW( HANDLE process, void *addr, WCHAR *name, DWORD size )
{
    WCHAR buffer[MAX_PATH];
    DWORD len;

    if (!(len = get_name( process, addr, name, size, buffer ))) return 0;
    if (len >= size) SetLastError( ERROR_INSUFFICIENT_BUFFER );
    if (size)
    {
        memcpy( name, buffer, min( len, size ) * sizeof(WCHAR) );
        name[min( len, size - 1 )] = 0;
    }
    return len;
}
