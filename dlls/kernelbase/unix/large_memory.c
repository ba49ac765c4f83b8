/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Private memory of large pages: VirtualAlloc with MEM_LARGE_PAGES
 */

#if 0
#pragma makedep unix
#endif

#include "config.h"

#include <stdarg.h>
#include <sys/mman.h>

#include "ntstatus.h"
#define WIN32_NO_STATUS
#include "windef.h"
#include "winbase.h"
#include "winternl.h"
#include "wine/debug.h"
#include "large.h"

WINE_DEFAULT_DEBUG_CHANNEL(mapview);

#define NO_LARGE_PROTECTION (PAGE_GUARD | PAGE_NOCACHE | PAGE_WRITECOMBINE)

/* have ntdll allocate the range; the large pages will take the place of its own */
static NTSTATUS allocate_native( void *context, void *base )
{
    struct alloc_memory_params *params = context;
    SIZE_T size = params->size;
    NTSTATUS status;

    status = NtAllocateVirtualMemory( NtCurrentProcess(), &base, 0, &size, params->type & ~MEM_LARGE_PAGES,
                                      params->protect );
    if (status == STATUS_WORKING_SET_LIMIT_RANGE) return STATUS_INVALID_PARAMETER;
    if (!status) params->base = (UINT_PTR)base;
    return status;
}

static void free_native( const struct alloc_memory_params *params )
{
    void *base = get_ptr( params->base );
    SIZE_T size = 0;

    NtFreeVirtualMemory( NtCurrentProcess(), &base, &size, MEM_RELEASE );
}

/* have ntdll set the protection that it believes in; the new pages are read-write */
static void set_protection( const struct alloc_memory_params *params )
{
    void *base = get_ptr( params->base );
    SIZE_T size = params->size;
    ULONG old;

    NtProtectVirtualMemory( NtCurrentProcess(), &base, &size, params->protect, &old );
}

/* put the pages into the range */
static NTSTATUS move_pages_into( const struct alloc_memory_params *params, void *pages, SIZE_T page_size )
{
    struct large_area area = { params->base, params->size, params->base, params->size, page_size };
    void *base = get_ptr( params->base );

    if (!add_large_area( &area )) return STATUS_NO_MEMORY;
    if (mremap( pages, params->size, params->size, MREMAP_MAYMOVE | MREMAP_FIXED, base ) == MAP_FAILED)
    {
        take_large_area( NtCurrentProcess(), params->base, &area );
        return STATUS_INSUFFICIENT_RESOURCES;
    }
    mlock( base, params->size );  /* those of the pool stay anyway; not everybody may lock others */
    set_protection( params );
    return STATUS_SUCCESS;
}

static NTSTATUS check_large_memory( const struct alloc_memory_params *params, SIZE_T page_size )
{
    UINT32 type = params->type & ~(MEM_LARGE_PAGES | MEM_TOP_DOWN);

    if (type != (MEM_RESERVE | MEM_COMMIT)) return STATUS_INVALID_PARAMETER;
    if ((params->protect & NO_LARGE_PROTECTION) || !is_valid_protection( params->protect ) ||
        is_write_copy( params->protect )) return STATUS_INVALID_PAGE_PROTECTION;
    if (!params->lock_memory) return STATUS_PRIVILEGE_NOT_HELD;
    if ((params->size | params->base) & (page_size - 1)) return STATUS_INVALID_PARAMETER;
    return STATUS_SUCCESS;
}

/***********************************************************************
 *             alloc_large_memory
 *
 * The pages are allocated elsewhere and moved into a range that ntdll has allocated and goes on
 * to own: to ntdll it is committed memory like any other.  The host offers no way to do that to
 * another process, which has to do it itself.
 */
NTSTATUS alloc_large_memory( struct alloc_memory_params *params, const struct view_requirements *req )
{
    SIZE_T page_size = get_large_page_size(), size = params->size;
    NTSTATUS status;
    void *pages;

    if ((status = check_large_memory( params, page_size ))) return status;
    if (!is_own_process( get_handle( params->process ) )) return STATUS_IN_TARGET;
    if ((status = create_large_memory( size, req->node, &pages ))) return status;

    if (params->base) status = allocate_native( params, get_ptr( params->base ) );
    else status = map_in_large_range( NtCurrentProcess(), req, page_size, size, !!(params->type & MEM_TOP_DOWN),
                                      allocate_native, params );
    if (!status)
    {
        if (!(status = move_pages_into( params, pages, page_size ))) return STATUS_SUCCESS;
        free_native( params );
    }
    munmap( pages, size );
    WARN( "%#lx bytes of large pages: %#x\n", (unsigned long)size, (int)status );
    return status;
}
