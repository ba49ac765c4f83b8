/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The process that a call is for
 *
 * What is in the adopted ranges of a process only its own module knows.  A call that concerns such
 * a range of another process is therefore made there: it returns STATUS_IN_TARGET, and the PE half
 * sees to it.
 */

#if 0
#pragma makedep unix
#endif

#include "config.h"

#include <stdarg.h>
#include <signal.h>

#include "ntstatus.h"
#define WIN32_NO_STATUS
#include "windef.h"
#include "winbase.h"
#include "winternl.h"
#include "adopted.h"

/* the same process with other rights than the caller's handle has: what a handle may be used for is
 * one thing, what this module has to find out for that another */
static NTSTATUS open_again( HANDLE process, ACCESS_MASK access, HANDLE *ret )
{
    return NtDuplicateObject( NtCurrentProcess(), process, NtCurrentProcess(), ret, access, 0, 0 );
}

static NTSTATUS query_process( HANDLE process, PROCESSINFOCLASS class, void *info, ULONG size )
{
    NTSTATUS status;
    HANDLE handle;

    status = NtQueryInformationProcess( process, class, info, size, NULL );
    if (status == STATUS_ACCESS_DENIED && !(status = open_again( process, PROCESS_QUERY_LIMITED_INFORMATION, &handle )))
    {
        status = NtQueryInformationProcess( handle, class, info, size, NULL );
        NtClose( handle );
    }
    return status;
}

static NTSTATUS get_process_id( HANDLE process, ULONG_PTR *id )
{
    PROCESS_BASIC_INFORMATION info;
    NTSTATUS status = query_process( process, ProcessBasicInformation, &info, sizeof(info) );

    if (!status) *id = info.UniqueProcessId;
    return status;
}

static NTSTATUS query_region( HANDLE process, UINT_PTR addr, MEMORY_BASIC_INFORMATION *info )
{
    NTSTATUS status;
    HANDLE handle;

    status = NtQueryVirtualMemory( process, (void *)addr, MemoryBasicInformation, info, sizeof(*info), NULL );
    if (status == STATUS_ACCESS_DENIED && !(status = open_again( process, PROCESS_QUERY_INFORMATION, &handle )))
    {
        status = NtQueryVirtualMemory( handle, (void *)addr, MemoryBasicInformation, info, sizeof(*info), NULL );
        NtClose( handle );
    }
    return status;
}

/***********************************************************************
 *             is_own_process
 *
 * Tell whether a process handle, also a real one, is that of the calling process.
 */
BOOL is_own_process( HANDLE process )
{
    ULONG_PTR id;

    if (is_current_process( process )) return TRUE;
    return !get_process_id( process, &id ) && id == (ULONG_PTR)NtCurrentTeb()->ClientId.UniqueProcess;
}

/***********************************************************************
 *             is_own_view
 *
 * Tell whether a view that has been mapped into a process is one of the calling process.  The server
 * has to be asked only if there is one at the same address here.
 */
BOOL is_own_view( HANDLE process, const void *base )
{
    MEMORY_BASIC_INFORMATION info;

    if (is_current_process( process )) return TRUE;
    if (query_own_memory( (UINT_PTR)base, &info ) || info.State == MEM_FREE || info.Type == MEM_PRIVATE ||
        info.AllocationBase != base) return FALSE;
    return is_own_process( process );
}

/***********************************************************************
 *             has_wider_addresses
 *
 * Tell whether a process has addresses that this one cannot name: a 64-bit one for a 32-bit one.
 */
BOOL has_wider_addresses( HANDLE process )
{
#ifdef _WIN64
    return FALSE;
#else
    ULONG_PTR own, other;  /* what is not 0 is a 32-bit process on a 64-bit Windows */

    return !is_current_process( process ) &&
           !query_process( NtCurrentProcess(), ProcessWow64Information, &own, sizeof(own) ) && own &&
           !query_process( process, ProcessWow64Information, &other, sizeof(other) ) && !other;
#endif
}

/***********************************************************************
 *             check_handle_access
 *
 * Check that a process handle has one of some rights, which ntdll does for what it is asked to do.
 */
NTSTATUS check_handle_access( HANDLE process, ACCESS_MASK access )
{
    OBJECT_BASIC_INFORMATION info;
    NTSTATUS status;

    if (is_current_process( process )) return STATUS_SUCCESS;
    if ((status = NtQueryObject( process, ObjectBasicInformation, &info, sizeof(info), NULL ))) return status;
    return info.GrantedAccess & access ? STATUS_SUCCESS : STATUS_ACCESS_DENIED;
}

/***********************************************************************
 *             is_adopted_region
 *
 * Tell whether a region of another process may be in an adopted range, by what ntdll says of it.
 */
BOOL is_adopted_region( HANDLE process, const MEMORY_BASIC_INFORMATION *info )
{
    return info->State != MEM_FREE && info->Type == MEM_PRIVATE && info->AllocationProtect == ADOPTED_PROTECT &&
           !is_current_process( process ) && !is_own_process( process );
}

/* Tell whether pages that are to be committed may be the last ones of a view, which the server does not
 * keep (reserve.c). */
static BOOL may_be_view_end( const MEMORY_BASIC_INFORMATION *info, UINT_PTR addr, SIZE_T size )
{
    UINT_PTR last = (UINT_PTR)info->BaseAddress + info->RegionSize - (PAGE_MASK + 1);

    return info->Type == MEM_MAPPED && size && (addr > last || size > last - addr);
}

/***********************************************************************
 *             check_commit_target
 *
 * Before pages of a process are committed: STATUS_SUCCESS when ntdll can do that, STATUS_IN_TARGET when
 * it has to be done in that process.
 */
NTSTATUS check_commit_target( HANDLE process, UINT_PTR addr, SIZE_T size )
{
    MEMORY_BASIC_INFORMATION info;
    NTSTATUS status;

    if (is_current_process( process )) return STATUS_SUCCESS;
    status = query_region( process, addr, &info );
    if (status == STATUS_INVALID_PARAMETER) return STATUS_SUCCESS;  /* no user address */
    if (status) return status;
    if (!is_adopted_region( process, &info ) &&
        (!may_be_view_end( &info, addr, size ) || is_own_process( process ))) return STATUS_SUCCESS;
    status = check_handle_access( process, PROCESS_VM_OPERATION );
    return status ? status : STATUS_IN_TARGET;
}

/***********************************************************************
 *             check_target
 *
 * The same before memory of a process is changed in another way.
 */
NTSTATUS check_target( HANDLE process, UINT_PTR addr )
{
    return check_commit_target( process, addr, 0 );
}
