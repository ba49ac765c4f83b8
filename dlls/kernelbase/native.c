/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The calls of the Unix half made with ntdll's own functions
 *
 * They serve where the Unix half cannot be loaded: what the installed kernelbase does, works.
 */

#include <stdarg.h>
#include <string.h>

#include "ntstatus.h"
#define WIN32_NO_STATUS
#include "windef.h"
#include "winbase.h"
#include "winternl.h"
#include "unixlib.h"

static NTSTATUS native_process_attach( void *args )
{
    return STATUS_SUCCESS;
}

static NTSTATUS native_create_section( void *args )
{
    struct create_section_params *params = args;
    LARGE_INTEGER size;
    HANDLE section = 0;
    NTSTATUS status;

    size.QuadPart = params->size;
    status = NtCreateSection( &section, params->access, (OBJECT_ATTRIBUTES *)(ULONG_PTR)params->attr, &size,
                              params->protect, params->flags, (HANDLE)(ULONG_PTR)params->file );
    params->section = (ULONG_PTR)section;
    return status;
}

static NTSTATUS native_open_section( void *args )
{
    struct open_section_params *params = args;
    HANDLE section = 0;
    NTSTATUS status;

    status = NtOpenSection( &section, params->access, (OBJECT_ATTRIBUTES *)(ULONG_PTR)params->attr );
    params->section = (ULONG_PTR)section;
    return status;
}

static NTSTATUS native_map_view( void *args )
{
    struct map_view_params *params = args;
    void *base = (void *)(ULONG_PTR)params->base;
    SIZE_T size = params->size;
    LARGE_INTEGER offset;
    NTSTATUS status;

    offset.QuadPart = params->offset;
    status = NtMapViewOfSectionEx( (HANDLE)(ULONG_PTR)params->section, (HANDLE)(ULONG_PTR)params->process,
                                   &base, &offset, &size, params->type, params->protect,
                                   (MEM_EXTENDED_PARAMETER *)(ULONG_PTR)params->parameters,
                                   params->parameter_count );
    params->base = (ULONG_PTR)base;
    params->size = size;
    return status;
}

static NTSTATUS native_unmap_view( void *args )
{
    struct unmap_view_params *params = args;

    return NtUnmapViewOfSectionEx( (HANDLE)(ULONG_PTR)params->process, (void *)(ULONG_PTR)params->base,
                                   params->flags );
}

static NTSTATUS native_flush_view( void *args )
{
    struct flush_view_params *params = args;
    const void *base = (const void *)(ULONG_PTR)params->base;
    SIZE_T size = params->size;
    NTSTATUS status;

    status = NtFlushVirtualMemory( GetCurrentProcess(), &base, &size, 0 );
    if (status == STATUS_NOT_MAPPED_DATA) status = STATUS_SUCCESS;
    return status;
}

static NTSTATUS native_query_memory( void *args )
{
    struct query_memory_params *params = args;
    SIZE_T size = 0;
    NTSTATUS status;

    status = NtQueryVirtualMemory( (HANDLE)(ULONG_PTR)params->process, (void *)(ULONG_PTR)params->address,
                                   MemoryBasicInformation, (void *)(ULONG_PTR)params->info, params->size, &size );
    params->size = size;
    return status;
}

/* stock Wine has no large pages either, but says this */
static NTSTATUS native_get_large_page_minimum( void *args )
{
    struct large_page_minimum_params *params = args;

    params->size = 2 * 1024 * 1024;
    return STATUS_SUCCESS;
}

static NTSTATUS native_alloc_memory( void *args )
{
    struct alloc_memory_params *params = args;
    HANDLE process = (HANDLE)(ULONG_PTR)params->process;
    void *base = (void *)(ULONG_PTR)params->base;
    SIZE_T size = params->size;
    NTSTATUS status;

    if (params->extended)
        status = NtAllocateVirtualMemoryEx( process, &base, &size, params->type, params->protect,
                                            (MEM_EXTENDED_PARAMETER *)(ULONG_PTR)params->parameters,
                                            params->parameter_count );
    else status = NtAllocateVirtualMemory( process, &base, 0, &size, params->type, params->protect );
    params->base = (ULONG_PTR)base;
    params->size = size;
    return status;
}

static NTSTATUS native_free_memory( void *args )
{
    struct free_memory_params *params = args;
    void *base = (void *)(ULONG_PTR)params->base;
    SIZE_T size = params->size;

    return NtFreeVirtualMemory( (HANDLE)(ULONG_PTR)params->process, &base, &size, params->type );
}

static NTSTATUS native_protect_memory( void *args )
{
    struct protect_memory_params *params = args;
    void *base = (void *)(ULONG_PTR)params->base;
    SIZE_T size = params->size;

    return NtProtectVirtualMemory( (HANDLE)(ULONG_PTR)params->process, &base, &size, params->protect,
                                   (ULONG *)(ULONG_PTR)params->old_protect );
}

static NTSTATUS native_query_working_set( void *args )
{
    struct query_working_set_params *params = args;

    return NtQueryVirtualMemory( (HANDLE)(ULONG_PTR)params->process, NULL, MemoryWorkingSetExInformation,
                                 (void *)(ULONG_PTR)params->info, params->size, NULL );
}

static NTSTATUS native_query_processors( void *args )
{
    struct query_processors_params *params = args;
    ULONG size = params->size;
    NTSTATUS status;

    status = NtQuerySystemInformation( SystemLogicalProcessorInformation, (void *)(ULONG_PTR)params->info, size, &size );
    params->size = size;
    return status;
}

static NTSTATUS native_query_processors_ex( void *args )
{
    struct query_processors_params *params = args;
    ULONG size = params->size;
    NTSTATUS status;

    status = NtQuerySystemInformationEx( SystemLogicalProcessorInformationEx, &params->relation,
                                         sizeof(params->relation), (void *)(ULONG_PTR)params->info, size, &size );
    params->size = size;
    return status;
}

static NTSTATUS native_query_cpu_sets( void *args )
{
    struct query_cpu_sets_params *params = args;
    HANDLE process = (HANDLE)(ULONG_PTR)params->process;
    ULONG size = 0;
    NTSTATUS status;

    status = NtQuerySystemInformationEx( SystemCpuSetInformation, &process, sizeof(process),
                                         (void *)(ULONG_PTR)params->info, params->size, &size );
    params->size = size;
    return status;
}

/* all that there is, is on node 0 */
static NTSTATUS native_query_node( void *args )
{
    struct query_node_params *params = args;
    SYSTEM_PERFORMANCE_INFORMATION perf;
    SYSTEM_BASIC_INFORMATION basic;
    NTSTATUS status = STATUS_SUCCESS;

    params->highest = 0;
    if (params->node) return STATUS_INVALID_PARAMETER;
    if (params->what == NODE_PROCESSORS)
    {
        if ((status = NtQuerySystemInformation( SystemBasicInformation, &basic, sizeof(basic), NULL ))) return status;
        params->value = basic.ActiveProcessorsAffinityMask;
        params->group = 0;
    }
    else if (params->what == NODE_AVAILABLE_MEMORY)
    {
        if ((status = NtQuerySystemInformation( SystemPerformanceInformation, &perf, sizeof(perf), NULL ))) return status;
        params->value = (UINT64)perf.AvailablePages * 0x1000;
    }
    return status;
}

static NTSTATUS native_query_proximity( void *args )
{
    struct query_proximity_params *params = args;

    params->node = 0;
    return params->proximity ? STATUS_INVALID_PARAMETER : STATUS_SUCCESS;
}

static NTSTATUS native_get_mapped_name( void *args )
{
    struct mapped_name_params *params = args;
    struct
    {
        MEMORY_SECTION_NAME name;
        WCHAR               text[MAX_PATH];
    } buffer;
    NTSTATUS status;

    status = NtQueryVirtualMemory( (HANDLE)(ULONG_PTR)params->process, (void *)(ULONG_PTR)params->address,
                                   MemoryMappedFilenameInformation, &buffer, sizeof(buffer), NULL );
    if (status) return status;
    params->length = min( buffer.name.SectionFileName.Length, params->size );
    memcpy( (void *)(ULONG_PTR)params->name, buffer.name.SectionFileName.Buffer, params->length );
    return STATUS_SUCCESS;
}

static NTSTATUS native_defer_end( void *args )
{
    return STATUS_SUCCESS;
}

static NTSTATUS native_copy_memory( void *args )
{
    struct copy_memory_params *params = args;

    return NtReadVirtualMemory( GetCurrentProcess(), (void *)(ULONG_PTR)params->from, (void *)(ULONG_PTR)params->to,
                                params->size, NULL );
}

/* a preference, which ntdll does not know */
static NTSTATUS native_place_memory( void *args )
{
    return STATUS_SUCCESS;
}

/* in the order of enum mapview_funcs */
NTSTATUS (* const native_funcs[unix_funcs_count])( void *params ) =
{
    native_process_attach,
    native_create_section,
    native_open_section,
    native_map_view,
    native_unmap_view,
    native_flush_view,
    native_query_memory,
    native_alloc_memory,
    native_free_memory,
    native_protect_memory,
    native_get_large_page_minimum,
    native_query_working_set,
    native_query_processors,
    native_query_processors_ex,
    native_query_cpu_sets,
    native_query_node,
    native_query_proximity,
    native_get_mapped_name,
    native_defer_end,
    native_copy_memory,
    native_place_memory,
};
