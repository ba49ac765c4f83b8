/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * NUMA nodes: what kernelbase does not export
 */

#include <stdarg.h>

#include "ntstatus.h"
#define WIN32_NO_STATUS
#include "windef.h"
#include "winbase.h"
#include "winternl.h"

/* Wine's headers lack it */
extern HANDLE WINAPI CreateFileMappingNumaW( HANDLE file, SECURITY_ATTRIBUTES *sa, DWORD protect, DWORD size_high,
                                             DWORD size_low, LPCWSTR name, DWORD node );


/***********************************************************************
 *             CreateFileMappingNumaA   (KERNEL32.@)
 *
 * CreateFileMappingNumaW with a name in the ANSI code page.
 */
HANDLE WINAPI CreateFileMappingNumaA( HANDLE file, SECURITY_ATTRIBUTES *sa, DWORD protect, DWORD size_high,
                                      DWORD size_low, LPCSTR name, DWORD node )
{
    UNICODE_STRING str;
    HANDLE handle;
    DWORD error;

    if (!name) return CreateFileMappingNumaW( file, sa, protect, size_high, size_low, NULL, node );
    if (!RtlCreateUnicodeStringFromAsciiz( &str, name ))
    {
        SetLastError( ERROR_NOT_ENOUGH_MEMORY );
        return 0;
    }
    handle = CreateFileMappingNumaW( file, sa, protect, size_high, size_low, str.Buffer, node );
    error = GetLastError();
    RtlFreeUnicodeString( &str );
    SetLastError( error );
    return handle;
}


/***********************************************************************
 *             GetNumaAvailableMemoryNode   (KERNEL32.@)
 */
BOOL WINAPI GetNumaAvailableMemoryNode( UCHAR node, ULONGLONG *available )
{
    return GetNumaAvailableMemoryNodeEx( node, available );
}


/***********************************************************************
 *             GetNumaNodeNumberFromHandle   (KERNEL32.@)
 *
 * Tell the node that the device of a file is close to: node 0, as the host does not say it of files.
 *
 * RETURNS
 *  FALSE with ERROR_INVALID_HANDLE for what is no file.
 */
BOOL WINAPI GetNumaNodeNumberFromHandle( HANDLE file, USHORT *node )
{
    FILE_STANDARD_INFORMATION info;
    IO_STATUS_BLOCK io;
    NTSTATUS status;

    if ((status = NtQueryInformationFile( file, &io, &info, sizeof(info), FileStandardInformation )))
    {
        SetLastError( RtlNtStatusToDosError( status ));
        return FALSE;
    }
    *node = 0;
    return TRUE;
}


/***********************************************************************
 *             GetNumaNodeProcessorMask   (KERNEL32.@)
 *
 * Tell the processors of a node, none for one that is not in the group of the thread.
 */
BOOL WINAPI GetNumaNodeProcessorMask( UCHAR node, ULONGLONG *mask )
{
    GROUP_AFFINITY affinity;

    if (!GetNumaNodeProcessorMaskEx( node, &affinity )) return FALSE;
    *mask = affinity.Mask;
    return TRUE;
}


/***********************************************************************
 *             GetNumaProcessorNodeEx   (KERNEL32.@)
 *
 * Tell the node of a processor.
 *
 * RETURNS
 *  FALSE with ERROR_INVALID_PARAMETER for a processor that this machine does not have; the node
 *  is then MAXUSHORT.
 */
BOOL WINAPI GetNumaProcessorNodeEx( PROCESSOR_NUMBER *processor, USHORT *node )
{
    GROUP_AFFINITY affinity;

    if (!processor->Reserved && processor->Number < 8 * sizeof(affinity.Mask))
    {
        for (*node = 0; GetNumaNodeProcessorMaskEx( *node, &affinity ); (*node)++)
            if (affinity.Group == processor->Group && (affinity.Mask >> processor->Number & 1)) return TRUE;
    }
    *node = (USHORT)~0;
    SetLastError( ERROR_INVALID_PARAMETER );
    return FALSE;
}


/***********************************************************************
 *             GetNumaProcessorNode   (KERNEL32.@)
 *
 * GetNumaProcessorNodeEx in group 0; the node of what is no processor is MAXUCHAR.
 */
BOOL WINAPI GetNumaProcessorNode( UCHAR number, UCHAR *node )
{
    PROCESSOR_NUMBER processor = { 0, number, 0 };
    USHORT node_ex;
    BOOL ret = GetNumaProcessorNodeEx( &processor, &node_ex );

    *node = ret ? node_ex : (UCHAR)~0;
    return ret;
}


/***********************************************************************
 *             GetNumaProximityNode   (KERNEL32.@)
 */
BOOL WINAPI GetNumaProximityNode( ULONG proximity, UCHAR *node )
{
    USHORT node_ex;

    if (!GetNumaProximityNodeEx( proximity, &node_ex )) return FALSE;
    *node = node_ex;
    return TRUE;
}
