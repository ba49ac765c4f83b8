/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the files of the PE half share
 */

#ifndef __WINE_KERNELBASE_PE_PRIVATE_H
#define __WINE_KERNELBASE_PE_PRIVATE_H

#include "windef.h"
#include "winbase.h"
#include "winternl.h"

/* for the calls that have one success */
static inline BOOL set_ntstatus( NTSTATUS status )
{
    if (status) SetLastError( RtlNtStatusToDosError( status ));
    return !status;
}

static inline BOOL is_executable( ULONG protect )
{
    return !!(protect & (PAGE_EXECUTE | PAGE_EXECUTE_READ | PAGE_EXECUTE_READWRITE | PAGE_EXECUTE_WRITECOPY));
}

#endif
