/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Memory: VirtualAlloc and its relatives
 */

#if 0
#pragma makedep unix
#endif

#include "config.h"

#include <stdarg.h>

#include "ntstatus.h"
#define WIN32_NO_STATUS
#include "windef.h"
#include "winbase.h"
#include "winternl.h"
#include "adopted.h"
#include "large.h"

#define PLACEHOLDER_TYPES (MEM_RESERVE_PLACEHOLDER | MEM_REPLACE_PLACEHOLDER)
#define LARGE_ALIGNMENT ((UINT_PTR)1 << 30)

/* an address of the calling process that an adopted range may have */
static BOOL is_adopted( UINT64 process, UINT64 addr )
{
    return is_adopted_address( addr ) && is_own_process( get_handle( process ) );
}

static NTSTATUS alloc_plain( struct alloc_memory_params *params )
{
    void *addr = get_ptr( params->base );
    SIZE_T size = params->size;
    NTSTATUS status;

    if (is_beyond_user_limit( get_handle( params->process ), params->base, params->size ))
        return STATUS_WORKING_SET_LIMIT_RANGE;
    status = NtAllocateVirtualMemory( get_handle( params->process ), &addr, 0, &size, params->type, params->protect );
    if (status) return status;
    params->base = (UINT_PTR)addr;
    params->size = size;
    return status;
}

/* Tell whether a place that satisfies the requirements has to be found for ntdll: what has no
 * placeholders has no lowest address either, and for an alignment all of it is mapped first. */
static BOOL is_place_needed( const struct view_requirements *req )
{
    return (req->lowest && !has_placeholders()) || req->alignment > LARGE_ALIGNMENT;
}

/* ntdll's own extended call, with what it understands */
static NTSTATUS alloc_native_extended( struct alloc_memory_params *params, const struct view_requirements *req )
{
    MEM_ADDRESS_REQUIREMENTS addr_req;
    MEM_EXTENDED_PARAMETER ext;
    void *addr = get_ptr( params->base );
    SIZE_T size = params->size;
    NTSTATUS status;

    addr_req.LowestStartingAddress = (void *)req->lowest;
    addr_req.HighestEndingAddress  = (void *)req->highest;
    addr_req.Alignment             = req->alignment;
    ext.Type     = MemExtendedParameterAddressRequirements;
    ext.Reserved = 0;
    ext.Pointer  = &addr_req;
    status = NtAllocateVirtualMemoryEx( get_handle( params->process ), &addr, &size, params->type, params->protect,
                                        &ext, req->lowest || req->highest || req->alignment );
    if (status) return status;
    params->base = (UINT_PTR)addr;
    params->size = size;
    return status;
}

/* the same at an address that has been found; what names none reserves, too */
static NTSTATUS alloc_at( void *context, void *base )
{
    static const struct view_requirements none;
    struct alloc_memory_params *params = context, found = *params;
    NTSTATUS status;

    found.base = (UINT_PTR)base;
    found.type |= MEM_RESERVE;
    if ((status = alloc_native_extended( &found, &none ))) return status;
    params->base = found.base;
    params->size = found.size;
    return STATUS_SUCCESS;
}

/* a placeholder to replace that is in no adopted range of ours */
static NTSTATUS find_no_placeholder( const struct alloc_memory_params *params )
{
    MEMORY_BASIC_INFORMATION info;
    NTSTATUS status;

    if ((status = NtQueryVirtualMemory( get_handle( params->process ), get_ptr( params->base ), MemoryBasicInformation,
                                        &info, sizeof(info), NULL ))) return status;
    if (info.State == MEM_FREE) return STATUS_INVALID_PARAMETER;
    if ((UINT_PTR)info.AllocationBase != params->base || info.RegionSize != params->size)
        return STATUS_CONFLICTING_ADDRESSES;
    return STATUS_INVALID_PARAMETER;
}

static NTSTATUS check_placeholder_type( const struct alloc_memory_params *params )
{
    UINT32 type = params->type;

    if (!(type & PLACEHOLDER_TYPES)) return STATUS_SUCCESS;
    if (!params->extended || !(type & MEM_RESERVE)) return STATUS_INVALID_PARAMETER;
    if ((type & PLACEHOLDER_TYPES) == PLACEHOLDER_TYPES) return STATUS_INVALID_PARAMETER;
    if (type & MEM_REPLACE_PLACEHOLDER) return params->base ? STATUS_SUCCESS : STATUS_INVALID_PARAMETER;
    if (type & (MEM_COMMIT | MEM_RESET | MEM_WRITE_WATCH)) return STATUS_INVALID_PARAMETER;
    return params->protect == PAGE_NOACCESS ? STATUS_SUCCESS : STATUS_INVALID_PARAMETER;
}

static NTSTATUS alloc_native( struct alloc_memory_params *params, const struct view_requirements *req )
{
    BOOL native = params->native ? ntdll_has_placeholders() : has_placeholders();
    BOOL emulate = (params->type & PLACEHOLDER_TYPES) && !native;
    HANDLE process = get_handle( params->process );
    NTSTATUS status;

    if (params->base)
    {
        if (params->type == MEM_COMMIT) status = check_commit_target( process, params->base, params->size );
        else status = check_target( process, params->base );
        if (status) return status;
    }
    if (emulate && (status = check_handle_access( process, PROCESS_VM_OPERATION ))) return status;
    if (emulate && (params->type & MEM_REPLACE_PLACEHOLDER))
        return ntdll_has_placeholders() ? alloc_native_extended( params, req ) : find_no_placeholder( params );
    if (emulate && is_own_process( process )) return create_placeholder( params, req );
    if (emulate) return params->native ? STATUS_NOT_SUPPORTED : STATUS_IN_TARGET;
    if (!params->extended && !req->highest) return alloc_plain( params );
    if (is_place_needed( req ))
        return map_in_free_range( process, req, params->size, !!(params->type & MEM_TOP_DOWN), alloc_at, params );
    return alloc_native_extended( params, req );
}

/* A section that is a memfd of ours has a file only for ntdll: on its committed pages MEM_COMMIT is
 * a change of protection (SEMANTICS 1.10). */
static NTSTATUS commit_memfd_pages( struct alloc_memory_params *params )
{
    void *addr = get_ptr( params->base );
    SIZE_T size = params->size;
    struct mapped_file file;
    NTSTATUS status;
    ULONG old;

    if (!is_own_process( get_handle( params->process ) )) return STATUS_IN_TARGET;
    if (!get_mapped_file( params->base, &file )) return STATUS_INSUFFICIENT_RESOURCES;
    if (!is_memfd_name( file.name )) return STATUS_ALREADY_COMMITTED;
    status = NtProtectVirtualMemory( NtCurrentProcess(), &addr, &size, params->protect, &old );
    if (status) return status;
    params->base = (UINT_PTR)addr;
    params->size = size;
    return STATUS_SUCCESS;
}

/***********************************************************************
 *             place_memory
 *
 * Prefer a node for private memory, which nobody can do for another process.
 */
NTSTATUS place_memory( void *args )
{
    struct place_memory_params *params = args;

    if (!is_own_process( get_handle( params->process ) )) return STATUS_IN_TARGET;
    if (params->type & MEM_RESERVE) set_memory_node( get_ptr( params->base ), params->size, params->node );
    else if (params->type & MEM_COMMIT) set_commit_node( get_ptr( params->base ), params->size, params->node );
    return STATUS_SUCCESS;
}

static void place_allocation( struct alloc_memory_params *params, UINT32 node )
{
    struct place_memory_params place = { params->process, params->base, params->size, params->type, node };

    if (get_memory_preference( node ) && place_memory( &place )) params->target_node = node;
}

static NTSTATUS alloc_native_memory( struct alloc_memory_params *params, const struct view_requirements *req )
{
    NTSTATUS status = alloc_native( params, req );

    if (status == STATUS_CONFLICTING_ADDRESSES && (params->type & MEM_RESERVE) &&
        is_current_process( get_handle( params->process ) ) && give_back_spare_ranges())
        status = alloc_native( params, req );
    return get_host_status( status );
}

static NTSTATUS alloc_any_memory( struct alloc_memory_params *params, const struct view_requirements *req )
{
    NTSTATUS status;

    if (!is_adopted( params->process, params->base ) ||
        (!(status = check_handle_access( get_handle( params->process ), PROCESS_VM_OPERATION )) &&
         !alloc_adopted_memory( params, &status )))
        status = alloc_native_memory( params, req );
    if (status == STATUS_ALREADY_COMMITTED && params->type == MEM_COMMIT) status = commit_memfd_pages( params );
    return status;
}

/* committing pages again, which are large where they are so */
static NTSTATUS commit_memory( struct alloc_memory_params *params, const struct view_requirements *req )
{
    UINT64 base = params->base & ~(UINT64)PAGE_MASK;
    UINT64 size = ((params->base + params->size + PAGE_MASK) & ~(UINT64)PAGE_MASK) - base;
    NTSTATUS status;

    if ((status = round_to_large_pages( get_handle( params->process ), &params->base, &params->size ))) return status;
    if ((status = alloc_any_memory( params, req ))) return status;
    params->base = base;
    params->size = size;
    return STATUS_SUCCESS;
}

/***********************************************************************
 *             alloc_memory
 */
NTSTATUS alloc_memory( void *args )
{
    struct alloc_memory_params *params = args;
    struct view_requirements req = { 0 };
    NTSTATUS status;

    req.node = params->node;
    if (params->parameter_count &&
        (status = get_view_requirements( params->parameters, params->parameter_count, &req ))) return status;
    if (check_node( req.node ) || !params->size) return STATUS_INVALID_PARAMETER;
    if (params->base && (req.lowest || req.highest || req.alignment)) return STATUS_INVALID_PARAMETER;
    if ((status = check_placeholder_type( params ))) return status;
    if (!params->base && !req.highest && has_wider_addresses( get_handle( params->process ) ))
        req.highest = get_user_limit() - 1;
    if (params->type & MEM_LARGE_PAGES)
    {
        params->kind = KIND_LARGE;
        return alloc_large_memory( params, &req );
    }

    if (params->type == MEM_COMMIT && params->base) status = commit_memory( params, &req );
    else status = alloc_any_memory( params, &req );
    if (!status && !(params->type & MEM_RESERVE) && (params->type & MEM_COMMIT) &&
        is_reserve_address( params->base ) && is_own_process( get_handle( params->process ) ))
    {
        share_commit( params->base, params->size, params->protect );
        open_other_views( params->base, params->size );
        place_committed_pages( params->base, params->size, req.node );
    }
    if (!status && (params->type & MEM_RESERVE) && is_current_process( get_handle( params->process ) ))
        forget_large_areas( params->base, params->size );
    if (!status && req.node != NUMA_NO_PREFERRED_NODE) place_allocation( params, req.node );
    if (!status && (params->type & MEM_COMMIT) && is_current_process( get_handle( params->process ) ))
        advise_huge_pages( get_ptr( params->base ), params->size );
    return status;
}

/* Why nothing was freed: ntdll's answer is the same for much of that.  What there is to free
 * comes first, then the request. */
static NTSTATUS explain_free_failure( const struct free_memory_params *params, NTSTATUS status )
{
    MEMORY_BASIC_INFORMATION info;

    if (params->base < ALLOCATION_GRANULARITY) return status;
    if (NtQueryVirtualMemory( get_handle( params->process ), get_ptr( params->base ), MemoryBasicInformation,
                              &info, sizeof(info), NULL )) return status;
    if (info.State == MEM_FREE) return STATUS_MEMORY_NOT_ALLOCATED;
    if (info.Type != MEM_PRIVATE) return STATUS_UNABLE_TO_DELETE_SECTION;
    if (!(params->type & (MEM_PRESERVE_PLACEHOLDER | MEM_COALESCE_PLACEHOLDERS))) return status;
    if (!(params->type & MEM_RELEASE)) return STATUS_INVALID_PARAMETER_4;
    return params->size ? STATUS_CONFLICTING_ADDRESSES : STATUS_INVALID_PARAMETER_3;
}

static NTSTATUS free_any_memory( struct free_memory_params *params )
{
    HANDLE process = get_handle( params->process );
    void *addr = get_ptr( params->base );
    SIZE_T size = params->size;
    UINT_PTR start, range;
    NTSTATUS status;

    if (is_adopted( params->process, params->base ) &&
        ((status = check_handle_access( process, PROCESS_VM_OPERATION )) || free_adopted_memory( params, &status )))
        return status;
    if ((status = check_target( process, params->base ))) return status;
    /* what ntdll takes for no size */
    if ((params->type & ~(MEM_DECOMMIT | MEM_RELEASE)) &&
        !get_page_range( params->base, params->size, PAGE_MASK, &start, &range )) return STATUS_INVALID_PARAMETER;
    status = NtFreeVirtualMemory( process, &addr, &size, params->type );
    return status == STATUS_INVALID_PARAMETER && !has_placeholders() ? explain_free_failure( params, status ) : status;
}

/* ntdll maps the pages anew, without the node that they have had */
static NTSTATUS decommit_memory( struct free_memory_params *params )
{
    void *addr = (void *)(UINT_PTR)(params->base & ~(UINT64)PAGE_MASK);
    SIZE_T size = ((params->base + params->size + PAGE_MASK) & ~(UINT64)PAGE_MASK) - (UINT_PTR)addr;
    UINT32 node = get_memory_node( addr );
    MEMORY_BASIC_INFORMATION info;
    NTSTATUS status;

    if (node != NUMA_NO_PREFERRED_NODE && !is_own_process( get_handle( params->process ) ))
        node = NUMA_NO_PREFERRED_NODE;
    if ((status = free_any_memory( params )) || node == NUMA_NO_PREFERRED_NODE) return status;
    if (!params->size && !query_own_memory( (UINT_PTR)addr, &info )) size = info.RegionSize;
    set_memory_node( addr, size, node );
    return STATUS_SUCCESS;
}

/***********************************************************************
 *             free_memory
 */
NTSTATUS free_memory( void *args )
{
    struct free_memory_params *params = args;
    struct large_area area;
    NTSTATUS status;

    if (params->type == MEM_DECOMMIT) return decommit_memory( params );

    if (!(params->type & MEM_RELEASE) || !take_large_area( get_handle( params->process ), params->base, &area ))
        return free_any_memory( params );
    status = free_any_memory( params );
    if (status) add_large_area( &area );
    return status;
}

/* the protection that a copy-on-write page of a view had (images are ntdll's business) */
static ULONG get_old_protection( UINT_PTR addr, ULONG old )
{
    UINT_PTR end = (addr & ~PAGE_MASK) + PAGE_MASK + 1;
    MEMORY_BASIC_INFORMATION info;

    if (NtQueryVirtualMemory( NtCurrentProcess(), (void *)addr, MemoryBasicInformation, &info, sizeof(info), NULL ))
        return old;
    if (info.Type != MEM_MAPPED || !get_written_range( addr & ~PAGE_MASK, &end )) return old;
    return replace_write_copy( old );
}

/* the page of a range that ntdll does not see as one with the others goes first, as only its
 * old protection is known as a whole */
static NTSTATUS protect_with_page( UINT_PTR base, SIZE_T size, UINT_PTR page, UINT32 protect, ULONG *old )
{
    SIZE_T page_size = PAGE_MASK + 1;
    void *addr = (void *)page;
    NTSTATUS status;
    ULONG page_old;

    if ((status = NtProtectVirtualMemory( NtCurrentProcess(), &addr, &page_size, protect, &page_old ))) return status;
    addr = (void *)base;
    size -= page_size;
    if ((status = NtProtectVirtualMemory( NtCurrentProcess(), &addr, &size, protect, old )))
    {
        addr = (void *)page;
        NtProtectVirtualMemory( NtCurrentProcess(), &addr, &page_size, page_old, &page_old );
    }
    return status;
}

static NTSTATUS protect_native( const struct protect_memory_params *params, ULONG *old )
{
    UINT_PTR page, base, range;
    void *addr = get_ptr( params->base );
    SIZE_T size = params->size;

    if (is_reserve_address( params->base ) && is_own_process( get_handle( params->process ) ))
    {
        base = params->base & ~PAGE_MASK;
        range = ((params->base + params->size + PAGE_MASK) & ~PAGE_MASK) - base;
        if ((page = get_lone_page( base, range ))) return protect_with_page( base, range, page, params->protect, old );
    }
    return NtProtectVirtualMemory( get_handle( params->process ), &addr, &size, params->protect, old );
}

/***********************************************************************
 *             protect_memory
 */
NTSTATUS protect_memory( void *args )
{
    struct protect_memory_params *params = args;
    ULONG old, *old_protect = get_ptr( params->old_protect );
    struct protect_memory_params back;
    UINT_PTR base, size;
    NTSTATUS status;

    if (!old_protect) return STATUS_ACCESS_VIOLATION;
    *(volatile ULONG *)old_protect = *(volatile ULONG *)old_protect;  /* fails before anything has changed */

    if ((status = round_to_large_pages( get_handle( params->process ), &params->base, &params->size ))) return status;
    if (is_adopted( params->process, params->base ) &&
        ((status = check_handle_access( get_handle( params->process ), PROCESS_VM_OPERATION )) ||
         protect_adopted_memory( params, &status ))) return status;
    if ((status = check_target( get_handle( params->process ), params->base ))) return status;
    if ((status = protect_native( params, &old ))) return get_host_status( status );
    if (is_valid_protection( params->protect ) && is_write_copy( params->protect ) &&
        get_page_range( params->base, params->size, PAGE_MASK, &base, &size ) &&
        is_own_process( get_handle( params->process ) ) && (status = copy_shared_pages( base, size, params->protect )))
    {
        back = *params;
        back.protect = old;
        protect_native( &back, &old );
        return status;
    }
    if (is_write_copy( old ) && is_current_process( get_handle( params->process ) ))
        old = get_old_protection( params->base, old );
    *old_protect = old;
    return STATUS_SUCCESS;
}
