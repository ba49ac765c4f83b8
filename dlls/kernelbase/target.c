/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Calls that are made in the process that they are for
 *
 * An ntdll without placeholders knows one reservation where a process has an adopted range; what
 * is in it is known by the module in that process.  So a thread makes the call there.  A process
 * that has not begun yet is begun by such a thread, as on Windows; its main thread stays suspended.
 */

#include <stdarg.h>
#include <string.h>

#include "ntstatus.h"
#define WIN32_NO_STATUS
#include "windef.h"
#include "winbase.h"
#include "winternl.h"
#include "wine/debug.h"
#include "mapview.h"
#include "unixlib.h"

WINE_DEFAULT_DEBUG_CHANNEL(mapview);

extern IMAGE_DOS_HEADER __ImageBase;

#define TARGET_ACCESS (PROCESS_CREATE_THREAD | PROCESS_VM_OPERATION | PROCESS_VM_READ | PROCESS_VM_WRITE | \
                       PROCESS_DUP_HANDLE | PROCESS_QUERY_INFORMATION)

/* a thread of the target can wait for one that is suspended and has the loader's lock */
#define TARGET_TIMEOUT 20  /* seconds */

#define MAX_PARAMETERS MEMORY_PARAMETER_IMAGE_MACHINE

/* what the target is given, and gives back */
struct target_call
{
    union
    {
        struct map_view_params       map_view;
        struct unmap_view_params     unmap_view;
        struct query_memory_params   query_memory;
        struct alloc_memory_params   alloc_memory;
        struct free_memory_params    free_memory;
        struct protect_memory_params protect_memory;
        struct mapped_name_params    mapped_name;
    } params;
    struct extended_parameter parameters[MAX_PARAMETERS];
    MEM_ADDRESS_REQUIREMENTS  requirements;
    MEMORY_BASIC_INFORMATION  info;
    WCHAR                     name[MAX_PATH];
    ULONG                     old_protect;
    UINT32                    func;
    NTSTATUS                  status;
};

#define NONE (~0u)
#define PARAM( type, member ) FIELD_OFFSET( struct type ## _params, member )
#define OUTPUT( member ) FIELD_OFFSET( struct target_call, member ), RTL_FIELD_SIZE( struct target_call, member )

/* where in the parameters of a call there is something of the calling process */
static const struct
{
    UINT32 func;
    UINT32 size;
    UINT32 process;
    UINT32 section;
    UINT32 parameters;
    UINT32 output;                /* pointer to what the call writes ... */
    UINT32 output_place;          /* ... which the target has here */
    UINT32 output_size;
} layouts[] =
{
#define LAYOUT( func, type ) unix_ ## func, sizeof(struct type ## _params), PARAM( type, process )
    { LAYOUT( map_view, map_view ), PARAM( map_view, section ), PARAM( map_view, parameters ), NONE, 0, 0 },
    { LAYOUT( unmap_view, unmap_view ), NONE, NONE, NONE, 0, 0 },
    { LAYOUT( query_memory, query_memory ), NONE, NONE, PARAM( query_memory, info ), OUTPUT( info ) },
    { LAYOUT( alloc_memory, alloc_memory ), NONE, PARAM( alloc_memory, parameters ), NONE, 0, 0 },
    { LAYOUT( free_memory, free_memory ), NONE, NONE, NONE, 0, 0 },
    { LAYOUT( protect_memory, protect_memory ), NONE, NONE, PARAM( protect_memory, old_protect ), OUTPUT( old_protect ) },
    { LAYOUT( get_mapped_name, mapped_name ), NONE, NONE, PARAM( mapped_name, name ), OUTPUT( name ) },
};

/* parameter_count follows the UINT64 members of both structures that have one */
C_ASSERT( FIELD_OFFSET( struct map_view_params, parameter_count ) ==
          FIELD_OFFSET( struct map_view_params, parameters ) + sizeof(UINT64) );
C_ASSERT( FIELD_OFFSET( struct alloc_memory_params, parameter_count ) ==
          FIELD_OFFSET( struct alloc_memory_params, parameters ) + sizeof(UINT64) );

static UINT64 *member( void *params, UINT32 offset )
{
    return (UINT64 *)((char *)params + offset);
}

/* runs in the target */
static DWORD WINAPI target_thread( void *arg )
{
    struct target_call *call = arg;

    call->status = mapview_call( call->func, &call->params );
    return 0;
}

static NTSTATUS run_thread( HANDLE process, void *func, void *arg )
{
    LARGE_INTEGER timeout;
    HANDLE thread;
    NTSTATUS status;

    if ((status = RtlCreateUserThread( process, NULL, FALSE, 0, 0, 0, func, arg, &thread, NULL ))) return status;
    timeout.QuadPart = (LONGLONG)TARGET_TIMEOUT * -10000000;
    status = NtWaitForSingleObject( thread, FALSE, &timeout );
    NtClose( thread );
    return status;
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

/* a 32-bit program for a 64-bit one, or the other way round: neither has the other's module */
static BOOL is_other_kind( HANDLE process )
{
    ULONG_PTR own = 0, other = 0;

    NtQueryInformationProcess( GetCurrentProcess(), ProcessWow64Information, &own, sizeof(own), NULL );
    NtQueryInformationProcess( process, ProcessWow64Information, &other, sizeof(other), NULL );
    return !own != !other;
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
static NTSTATUS copy_parameters( struct target_call *call, UINT32 offset, UINT64 remote )
{
    UINT64 *array = member( &call->params, offset );
    UINT32 i, count = *(UINT32 *)(array + 1);

    if (!count) return STATUS_SUCCESS;
    if (count > MAX_PARAMETERS) return STATUS_INVALID_PARAMETER;
    memcpy( call->parameters, (void *)(ULONG_PTR)*array, count * sizeof(call->parameters[0]) );
    for (i = 0; i < count; i++)
    {
        if ((UINT8)call->parameters[i].type != MEMORY_PARAMETER_ADDRESS_REQUIREMENTS) continue;
        call->requirements = *(MEM_ADDRESS_REQUIREMENTS *)(ULONG_PTR)call->parameters[i].value;
        call->parameters[i].value = remote + FIELD_OFFSET( struct target_call, requirements );
    }
    *array = remote + FIELD_OFFSET( struct target_call, parameters );
    return STATUS_SUCCESS;
}

/* what a call returns in its parameters */
static void copy_results( const struct target_call *call, void *args )
{
    struct map_view_params *map = args;
    struct alloc_memory_params *alloc = args;
    struct query_memory_params *query = args;
    struct mapped_name_params *name = args;

    switch (call->func)
    {
    case unix_map_view:
        map->base = call->params.map_view.base;
        map->size = call->params.map_view.size;
        break;
    case unix_alloc_memory:
        alloc->base = call->params.alloc_memory.base;
        alloc->size = call->params.alloc_memory.size;
        break;
    case unix_query_memory:
        query->size = call->params.query_memory.size;
        break;
    case unix_get_mapped_name:
        name->length = call->params.mapped_name.length;
        break;
    default:
        break;
    }
}

/* make the call that is described at an address of the target */
static NTSTATUS call_at( HANDLE process, unsigned int layout, void *params, void *remote, HANDLE section )
{
    UINT32 output = layouts[layout].output, place = layouts[layout].output_place;
    struct target_call call;
    NTSTATUS status;

    memset( &call, 0, sizeof(call) );
    memcpy( &call.params, params, layouts[layout].size );
    call.func = layouts[layout].func;
    *member( &call.params, layouts[layout].process ) = (ULONG_PTR)GetCurrentProcess();
    if (section) *member( &call.params, layouts[layout].section ) = (ULONG_PTR)section;
    if (output != NONE) *member( &call.params, output ) = (ULONG_PTR)remote + place;
    if (layouts[layout].parameters != NONE &&
        (status = copy_parameters( &call, layouts[layout].parameters, (ULONG_PTR)remote ))) return status;

    if ((status = NtWriteVirtualMemory( process, remote, &call, sizeof(call), NULL )) ||
        (status = run_thread( process, target_thread, remote )) ||
        (status = NtReadVirtualMemory( process, remote, &call, sizeof(call), NULL ))) return status;
    if (call.status < 0) return call.status;

    if (output != NONE)
        memcpy( (void *)(ULONG_PTR)*member( params, output ), (char *)&call + place, layouts[layout].output_size );
    copy_results( &call, params );
    return call.status;
}

static NTSTATUS call_in_process( HANDLE process, unsigned int layout, void *params )
{
    SIZE_T size = sizeof(struct target_call), all = 0;
    HANDLE section = 0, source;
    void *remote = NULL;
    NTSTATUS status;

    if (is_other_kind( process )) return STATUS_NOT_SUPPORTED;
    /* not where something that is to be placed there has just been freed */
    status = NtAllocateVirtualMemory( process, &remote, 0, &size, MEM_RESERVE | MEM_COMMIT | MEM_TOP_DOWN,
                                      PAGE_READWRITE );
    if (status) return status;
    status = start_target( process );
    if (!status && layouts[layout].section != NONE)
    {
        source = (HANDLE)(ULONG_PTR)*member( params, layouts[layout].section );
        status = NtDuplicateObject( GetCurrentProcess(), source, process, &section, 0, 0, DUPLICATE_SAME_ACCESS );
    }
    if (!status) status = call_at( process, layout, params, remote, section );

    /* a thread that has not come to its end may still need them */
    if (status == STATUS_TIMEOUT) return status;
    if (section) NtDuplicateObject( process, section, NULL, NULL, 0, 0, DUPLICATE_CLOSE_SOURCE );
    NtFreeVirtualMemory( process, &remote, &all, MEM_RELEASE );
    return status;
}

/***********************************************************************
 *             call_in_target
 *
 * Make a call in the process that it is for.  The caller's handle has been checked for the rights
 * that the call itself needs.
 */
NTSTATUS call_in_target( enum mapview_funcs func, void *params )
{
    HANDLE process;
    unsigned int i;
    NTSTATUS status;

    for (i = 0; i < ARRAY_SIZE(layouts); i++) if (layouts[i].func == func) break;
    if (i == ARRAY_SIZE(layouts)) return STATUS_NOT_SUPPORTED;

    process = (HANDLE)(ULONG_PTR)*member( params, layouts[i].process );
    if ((status = NtDuplicateObject( GetCurrentProcess(), process, GetCurrentProcess(), &process, TARGET_ACCESS, 0, 0 )))
        return status;
    status = call_in_process( process, i, params );
    NtClose( process );
    if (status == STATUS_TIMEOUT) status = STATUS_IO_TIMEOUT;
    TRACE( "call %u in process %p: %#lx\n", func, process, status );
    return status;
}
