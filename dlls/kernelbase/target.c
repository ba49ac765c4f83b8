/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Calls that are made in the process that they are for
 *
 * An ntdll without placeholders knows one reservation where a process has an adopted range; what
 * is in it is known by the module in that process.  So a thread makes the call there.  A process
 * that has not begun yet is begun by such a thread, as on Windows; its main thread stays suspended.
 * One that is loading its modules is waited for.
 * A call that nobody waits for is left for such a process to make when it begins.
 */

#include <stdarg.h>
#include <string.h>

#include "ntstatus.h"
#define WIN32_NO_STATUS
#include "windef.h"
#include "winbase.h"
#include "winternl.h"
#include "wine/debug.h"
#include "carry.h"

WINE_DEFAULT_DEBUG_CHANNEL(mapview);

extern IMAGE_DOS_HEADER __ImageBase;

#define TARGET_ACCESS (PROCESS_CREATE_THREAD | PROCESS_VM_OPERATION | PROCESS_VM_READ | PROCESS_VM_WRITE | \
                       PROCESS_DUP_HANDLE | PROCESS_QUERY_INFORMATION)

/* a thread of the target can wait for one that is suspended and has the loader's lock */
#define TARGET_TIMEOUT  20000  /* ms */
#define LOADER_INTERVAL 2      /* ms between two looks at that lock */

/* parameter_count follows the UINT64 members of both structures that have one */
C_ASSERT( FIELD_OFFSET( struct map_view_params, parameter_count ) ==
          FIELD_OFFSET( struct map_view_params, parameters ) + sizeof(UINT64) );
C_ASSERT( FIELD_OFFSET( struct alloc_memory_params, parameter_count ) ==
          FIELD_OFFSET( struct alloc_memory_params, parameters ) + sizeof(UINT64) );

/* runs in the target */
static DWORD WINAPI target_thread( void *arg )
{
    struct carried_call *call = arg;

    call->status = mapview_call( call->func, &call->params );
    return 0;
}

static NTSTATUS run_thread( HANDLE process, void *func, void *arg )
{
    LARGE_INTEGER timeout;
    HANDLE thread;
    NTSTATUS status;

    if ((status = RtlCreateUserThread( process, NULL, FALSE, 0, 0, 0, func, arg, &thread, NULL ))) return status;
    timeout.QuadPart = (LONGLONG)TARGET_TIMEOUT * -10000;
    status = NtWaitForSingleObject( thread, FALSE, &timeout );
    NtClose( thread );
    return status;
}

/* tell whether the first thread of a process waits to be resumed */
static BOOL is_suspended( HANDLE process )
{
    HANDLE thread;
    ULONG count = 0;

    if (NtGetNextThread( process, NULL, THREAD_QUERY_INFORMATION, 0, 0, &thread )) return FALSE;
    NtQueryInformationThread( thread, ThreadSuspendCount, &count, sizeof(count), NULL );
    NtClose( thread );
    return count != 0;
}

/* tell whether a process loads modules; one that has not begun does so as soon as it is resumed */
static NTSTATUS get_loader_state( HANDLE process, BOOL *busy )
{
    PROCESS_BASIC_INFORMATION info;
    RTL_CRITICAL_SECTION lock, *addr;
    NTSTATUS status;

    if ((status = NtQueryInformationProcess( process, ProcessBasicInformation, &info, sizeof(info), NULL )) ||
        (status = NtReadVirtualMemory( process, &info.PebBaseAddress->LoaderLock, &addr, sizeof(addr), NULL )))
        return status;
    if (!addr) *busy = !is_suspended( process );
    else if (!(status = NtReadVirtualMemory( process, addr, &lock, sizeof(lock), NULL ))) *busy = lock.OwningThread != 0;
    return status;
}

/* To start a thread there ntdll interrupts another one, wherever that is, and allocates memory in the
 * handler of the signal.  A thread that loads modules allocates most of the time, and the new one would
 * have to wait for it anyway. */
static NTSTATUS wait_for_loader( HANDLE process )
{
    LARGE_INTEGER interval;
    unsigned int i;
    NTSTATUS status;
    BOOL busy;

    interval.QuadPart = (LONGLONG)LOADER_INTERVAL * -10000;
    for (i = 0; i < TARGET_TIMEOUT / LOADER_INTERVAL; i++)
    {
        if ((status = get_loader_state( process, &busy )) || !busy) return status;
        NtDelayExecution( FALSE, &interval );
    }
    return STATUS_TIMEOUT;
}

/* tell whether the target has the same image as this process at an address, by its headers */
static BOOL has_image( HANDLE process, const IMAGE_DOS_HEADER *base )
{
    const IMAGE_NT_HEADERS *nt = (const IMAGE_NT_HEADERS *)((const char *)base + base->e_lfanew);
    SIZE_T pos, len, size = nt->OptionalHeader.SizeOfHeaders;
    char buffer[512];

    for (pos = 0; pos < size; pos += len)
    {
        len = min( size - pos, sizeof(buffer) );
        if (NtReadVirtualMemory( process, (const char *)base + pos, buffer, len, NULL )) return FALSE;
        if (memcmp( buffer, (const char *)base + pos, len )) return FALSE;
    }
    return TRUE;
}

/* a 32-bit program for a 64-bit one, or the other way round: neither has the other's module; what is no
 * process is neither */
static BOOL is_other_kind( HANDLE process )
{
    ULONG_PTR own, other;

    return !NtQueryInformationProcess( GetCurrentProcess(), ProcessWow64Information, &own, sizeof(own), NULL ) &&
           !NtQueryInformationProcess( process, ProcessWow64Information, &other, sizeof(other), NULL ) &&
           !own != !other;
}

/* a thread that does nothing makes the target load its modules, this one among them */
static NTSTATUS start_target( HANDLE process )
{
    static const WCHAR ntdllW[] = {'n','t','d','l','l','.','d','l','l',0};
    UNICODE_STRING name;
    ANSI_STRING func;
    HMODULE ntdll;
    void *exit_thread;
    NTSTATUS status;

    if (has_image( process, &__ImageBase )) return STATUS_SUCCESS;
    RtlInitUnicodeString( &name, ntdllW );
    RtlInitAnsiString( &func, "RtlExitUserThread" );
    if ((status = LdrGetDllHandle( NULL, 0, &name, &ntdll )) ||
        (status = LdrGetProcedureAddress( ntdll, &func, 0, &exit_thread ))) return status;
    if (!has_image( process, (IMAGE_DOS_HEADER *)ntdll )) return STATUS_NOT_SUPPORTED;
    if ((status = run_thread( process, exit_thread, NULL ))) return status;
    if (has_image( process, &__ImageBase )) return STATUS_SUCCESS;
    WARN( "process %p does not have this module\n", process );
    return STATUS_NOT_SUPPORTED;
}

/* copy an array of extended parameters, which has been checked, for use at an address of the target */
static NTSTATUS copy_parameters( struct carried_call *call, UINT32 offset, UINT64 remote )
{
    UINT64 *array = call_member( &call->params, offset );
    UINT32 i, count = *(UINT32 *)(array + 1);

    if (!count) return STATUS_SUCCESS;
    if (count > MAX_PARAMETERS) return STATUS_INVALID_PARAMETER;
    memcpy( call->parameters, (void *)(ULONG_PTR)*array, count * sizeof(call->parameters[0]) );
    for (i = 0; i < count; i++)
    {
        if ((UINT8)call->parameters[i].type != MEMORY_PARAMETER_ADDRESS_REQUIREMENTS) continue;
        call->requirements = *(MEM_ADDRESS_REQUIREMENTS *)(ULONG_PTR)call->parameters[i].value;
        call->parameters[i].value = remote + FIELD_OFFSET( struct carried_call, requirements );
    }
    *array = remote + FIELD_OFFSET( struct carried_call, parameters );
    return STATUS_SUCCESS;
}

/* make the call that is described at an address of the target */
static NTSTATUS call_at( HANDLE process, UINT32 func, void *params, void *remote, HANDLE section )
{
    const struct call_layout *layout = get_call_layout( func );
    struct carried_call call;
    NTSTATUS status;

    if ((status = start_carried_call( &call, func, params, (ULONG_PTR)remote ))) return status;
    *call_member( &call.params, layout->process ) = (ULONG_PTR)GetCurrentProcess();
    if (section) *call_member( &call.params, layout->section ) = (ULONG_PTR)section;
    if (layout->parameters != NO_MEMBER &&
        (status = copy_parameters( &call, layout->parameters, (ULONG_PTR)remote ))) return status;
    call.status = STATUS_THREAD_IS_TERMINATING;  /* if it does not come to the end */

    if ((status = NtWriteVirtualMemory( process, remote, &call, sizeof(call), NULL )) ||
        (status = run_thread( process, target_thread, remote )) ||
        (status = NtReadVirtualMemory( process, remote, &call, sizeof(call), NULL ))) return status;
    return finish_carried_call( &call, params );
}

static NTSTATUS call_in_process( HANDLE process, UINT32 func, void *params )
{
    const struct call_layout *layout = get_call_layout( func );
    SIZE_T size = sizeof(struct carried_call), all = 0;
    HANDLE section = 0, source;
    void *remote = NULL;
    NTSTATUS status;

    if ((status = wait_for_loader( process ))) return status;
    /* not where something that is to be placed there has just been freed */
    status = NtAllocateVirtualMemory( process, &remote, 0, &size, MEM_RESERVE | MEM_COMMIT | MEM_TOP_DOWN,
                                      PAGE_READWRITE );
    if (status) return status;
    status = start_target( process );
    if (!status && layout->section != NO_MEMBER)
    {
        source = (HANDLE)(ULONG_PTR)*call_member( params, layout->section );
        status = NtDuplicateObject( GetCurrentProcess(), source, process, &section, 0, 0, DUPLICATE_SAME_ACCESS );
    }
    if (!status) status = call_at( process, func, params, remote, section );

    /* a thread that has not come to its end may still need them */
    if (status == STATUS_TIMEOUT) return status;
    if (section) NtDuplicateObject( process, section, NULL, NULL, 0, 0, DUPLICATE_CLOSE_SOURCE );
    NtFreeVirtualMemory( process, &remote, &all, MEM_RELEASE );
    return status;
}

/* Leave a call for a process that has not loaded this module yet, in a list that begins in a member
 * of its PEB which nothing uses. */
static NTSTATUS leave_call( HANDLE process, UINT32 func, void *params )
{
    SIZE_T size = sizeof(struct carried_call), all = 0;
    PROCESS_BASIC_INFORMATION info;
    struct carried_call call;
    void *remote = NULL;
    NTSTATUS status;
    PEB peb;

    if ((status = NtQueryInformationProcess( process, ProcessBasicInformation, &info, sizeof(info), NULL )) ||
        (status = NtReadVirtualMemory( process, info.PebBaseAddress, &peb, sizeof(peb), NULL ))) return status;

    if ((status = start_carried_call( &call, func, params, 0 ))) return status;
    *call_member( &call.params, get_call_layout( func )->process ) = (ULONG_PTR)GetCurrentProcess();
    call.next = peb.WerShipAssertPtr;
    if ((status = NtAllocateVirtualMemory( process, &remote, 0, &size, MEM_RESERVE | MEM_COMMIT | MEM_TOP_DOWN,
                                           PAGE_READWRITE ))) return status;
    if (!(status = NtWriteVirtualMemory( process, remote, &call, sizeof(call), NULL )))
        status = NtWriteVirtualMemory( process, &info.PebBaseAddress->WerShipAssertPtr, &remote, sizeof(remote), NULL );
    if (status) NtFreeVirtualMemory( process, &remote, &all, MEM_RELEASE );
    return status;
}

/* Make a call that nobody waits for, without beginning a process for it.  One that loads this module
 * right now makes it in both ways. */
static NTSTATUS call_or_leave( HANDLE process, UINT32 func, void *params )
{
    NTSTATUS status = STATUS_SUCCESS;

    if (!has_image( process, &__ImageBase )) status = leave_call( process, func, params );
    return has_image( process, &__ImageBase ) ? call_in_process( process, func, params ) : status;
}

/***********************************************************************
 *             run_left_calls
 *
 * Make the calls that were left for this process before it had this module.
 */
void run_left_calls(void)
{
    struct carried_call *call, *next;
    void *addr;
    SIZE_T all;

    for (call = NtCurrentTeb()->Peb->WerShipAssertPtr; call; call = next)
    {
        next = call->next;
        target_thread( call );
        addr = call;
        all = 0;
        NtFreeVirtualMemory( GetCurrentProcess(), &addr, &all, MEM_RELEASE );
    }
    NtCurrentTeb()->Peb->WerShipAssertPtr = NULL;
}

static BOOL is_commit( enum mapview_funcs func, const void *params )
{
    return func == unix_alloc_memory && ((const struct alloc_memory_params *)params)->type == MEM_COMMIT;
}

/***********************************************************************
 *             call_in_target
 *
 * Make a call in the process that it is for.  The caller's handle has been checked for the rights
 * that the call itself needs.
 */
NTSTATUS call_in_target( enum mapview_funcs func, void *params )
{
    HANDLE process = (HANDLE)(ULONG_PTR)*call_member( params, get_call_layout( func )->process );
    NTSTATUS status;

    if ((status = NtDuplicateObject( GetCurrentProcess(), process, GetCurrentProcess(), &process, TARGET_ACCESS, 0, 0 )))
        return status;
    if (is_other_kind( process )) status = STATUS_NOT_SUPPORTED;
    else if (func == unix_place_memory) status = call_or_leave( process, func, params );
    else status = call_in_process( process, func, params );
    NtClose( process );
    if (status == STATUS_TIMEOUT) status = STATUS_IO_TIMEOUT;
    /* what can be done without this module */
    if (status == STATUS_NOT_SUPPORTED && is_commit( func, params )) status = native_funcs[func]( params );
    TRACE( "call %u in process %p: %#lx\n", func, process, status );
    return status;
}

/***********************************************************************
 *             place_in_target
 *
 * Prefer a node for memory of another process, unless it is none.  Nothing comes of it where the
 * process does not have this module.
 */
void place_in_target( UINT64 process, UINT64 base, UINT64 size, UINT32 type, UINT32 node )
{
    struct place_memory_params params = { process, base, size, type, node };

    if (node != NUMA_NO_PREFERRED_NODE) mapview_call( unix_place_memory, &params );
}
