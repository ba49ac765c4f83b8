/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Views of sections
 */

#if 0
#pragma makedep unix
#endif

#include "config.h"

#include <stdarg.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "ntstatus.h"
#define WIN32_NO_STATUS
#include "windef.h"
#include "winbase.h"
#include "winternl.h"
#include "wine/server.h"
#include "adopted.h"
#include "large.h"

#define VIEW_TYPES (MEM_RESERVE | MEM_TOP_DOWN | MEM_LARGE_PAGES | MEM_DIFFERENT_IMAGE_BASE_OK | \
                    MEM_REPLACE_PLACEHOLDER)

/* a view that is being made; what ntdll is asked for becomes what is mapped */
struct view
{
    struct map_view_params  *params;
    struct view_requirements req;
    struct large_view        large;
    struct section_file      file;
    HANDLE        section;
    HANDLE        process;
    void         *base;
    LARGE_INTEGER offset;
    SIZE_T        size;
    ULONG         type;
    ULONG         protect;
};

/* whether the section has the part that a view is of */
static NTSTATUS get_view_size( const struct view *view, SIZE_T *size )
{
    UINT64 section_size;
    NTSTATUS status;

    if ((status = get_section_size( view->section, &section_size ))) return status;
    if ((UINT64)view->offset.QuadPart >= section_size) return STATUS_INVALID_PARAMETER;
    /* a 32-bit process has no room for all of it, maybe for a part */
    if (section_size - view->offset.QuadPart > ~(SIZE_T)0) return view->size ? STATUS_SUCCESS : STATUS_NO_MEMORY;
    *size = section_size - view->offset.QuadPart;
    if (view->size > ((*size + PAGE_MASK) & ~PAGE_MASK)) return STATUS_INVALID_VIEW_SIZE;
    return STATUS_SUCCESS;
}

/* let ntdll map the view at an address, or where it likes */
static NTSTATUS map_native_view( void *context, void *base )
{
    struct view *view = context;
    NTSTATUS status, protection;
    SIZE_T rest;

    view->base = base;
    status = NtMapViewOfSectionEx( view->section, view->process, &view->base, &view->offset, &view->size,
                                   view->type, view->protect, NULL, 0 );
    /* a success by its number, but nothing is mapped (defect B1) */
    if (status == STATUS_WORKING_SET_LIMIT_RANGE) return STATUS_INVALID_PARAMETER_3;
    /* what ntdll says of an address that is no placeholder, and of a part that the section has not */
    if (status == STATUS_INVALID_PARAMETER && (view->type & MEM_REPLACE_PLACEHOLDER))
        return (status = get_view_size( view, &rest )) ? status : STATUS_CONFLICTING_ADDRESSES;
    if (status < 0) return status;
    /* an image, which ntdll maps elsewhere */
    if ((view->type & MEM_REPLACE_PLACEHOLDER) && view->base != base)
    {
        NtUnmapViewOfSection( view->process, view->base );
        return STATUS_INVALID_PARAMETER;
    }
    /* ntdll has looked at the rights of the handle only */
    if ((protection = check_marked_protection( &view->file.st, view->protect )))
    {
        NtUnmapViewOfSection( view->process, view->base );
        return protection;
    }
    return status;
}

/* map it at an address that the program wants */
static NTSTATUS map_wanted_view( struct view *view, UINT_PTR base )
{
    NTSTATUS status = map_native_view( view, (void *)base );
    SIZE_T size = view->size;

    if (status < 0 && status != STATUS_CONFLICTING_ADDRESSES && status != STATUS_NO_MEMORY) return status;
    if (!base || (!size && get_view_size( view, &size )) || !is_beyond_user_limit( view->process, base, size )) return status;
    if (status >= 0) NtUnmapViewOfSection( view->process, view->base );
    return STATUS_INVALID_PARAMETER_3;
}

/* the section's file, and whether the handle has the rights that the view needs; ntdll finds the
 * error otherwise.  SECTION_MAP_READ and _WRITE are FILE_APPEND_DATA and FILE_WRITE_DATA by their
 * numbers, which is what is compared. */
static void open_section_file( HANDLE section, UINT32 protect, struct section_file *file )
{
    UINT32 access = get_required_access( protect ) & (SECTION_MAP_READ | SECTION_MAP_WRITE);

    file->status = file->access = wine_server_handle_to_fd( section, access, &file->fd, NULL );
    if (file->status == STATUS_ACCESS_DENIED) file->status = wine_server_handle_to_fd( section, 0, &file->fd, NULL );
    if (file->status) file->fd = -1;
    if (file->status || fstat( file->fd, &file->st )) memset( &file->st, 0, sizeof(file->st) );
}

static void close_section_file( const struct section_file *file )
{
    if (file->fd != -1) close( file->fd );
}

/* a failure that is not about the section: what its file is must be known, if it has one */
static BOOL is_lack( NTSTATUS status )
{
    return status == STATUS_NO_MEMORY || status == STATUS_INSUFFICIENT_RESOURCES ||
           status == STATUS_TOO_MANY_OPENED_FILES;
}

static BOOL has_requirements( const struct view *view )
{
    return view->req.lowest || view->req.highest || view->req.alignment;
}

static NTSTATUS map_required_view( struct view *view )
{
    SIZE_T size = view->size, section_size;
    NTSTATUS status, size_status;

    if (!size && (status = get_view_size( view, &size ))) return status;
    status = map_in_free_range( view->process, &view->req, size, !!(view->type & MEM_TOP_DOWN), map_native_view, view );
    /* that there is no room counts last, for a view that is possible */
    if (status == STATUS_NO_MEMORY && (size_status = get_view_size( view, &section_size ))) return size_status;
    return status;
}

static NTSTATUS map_native_large_view( struct view *view )
{
    const struct large_view *large = &view->large;
    UINT_PTR base = view->params->base;
    NTSTATUS status;

    view->offset.QuadPart -= large->before;
    view->size = large->native_size;
    if (base) status = map_wanted_view( view, base - large->before );
    else if (large->aligned) status = map_in_large_range( view->process, &view->req, large->alignment, view->size,
                                                          !!(view->type & MEM_TOP_DOWN), map_native_view, view );
    else if (has_requirements( view )) status = map_required_view( view );
    else status = map_native_view( view, NULL );

    if (status >= 0 && is_own_process( view->process ))
    {
        NTSTATUS error = finish_large_view( large, view->base, view->protect );

        if (error)
        {
            NtUnmapViewOfSection( view->process, view->base );
            return error;
        }
    }
    return status;
}

/* the parts of the request that need no look at the section (SEMANTICS 1.4, 1.5, 1.10) */
static NTSTATUS check_view_params( const struct map_view_params *params, const struct view_requirements *req )
{
    UINT_PTR mask = (params->type & MEM_REPLACE_PLACEHOLDER) ? PAGE_MASK : GRANULARITY_MASK;

    if (params->base && (req->lowest || req->highest || req->alignment)) return STATUS_INVALID_PARAMETER;
    if (check_node( req->node )) return STATUS_INVALID_PARAMETER;
    if (params->type & ~VIEW_TYPES) return STATUS_INVALID_PARAMETER_9;
    if ((params->type & MEM_REPLACE_PLACEHOLDER) && !params->base) return STATUS_INVALID_PARAMETER;
    if ((params->offset & mask) || (params->base & mask)) return STATUS_MAPPED_ALIGNMENT;
    return STATUS_SUCCESS;
}

/* the allocation types that depend on the kind of section */
static NTSTATUS check_view_type( HANDLE section, UINT32 type )
{
    NTSTATUS status;
    BOOL is_file;

    if (!(type & MEM_RESERVE)) return STATUS_SUCCESS;
    if ((status = is_file_section( section, &is_file ))) return status;
    return is_file ? STATUS_SUCCESS : STATUS_INVALID_PARAMETER_9;
}

/* Where the host does not let a file be executed ntdll makes a copy of it, which no other view
 * would ever see a change of. */
static NTSTATUS check_executable_view( const struct view *view )
{
    MEMORY_BASIC_INFORMATION info;
    struct mapped_file file;

    if (!is_executable( view->protect ) || query_own_memory( (UINT_PTR)view->base, &info )) return STATUS_SUCCESS;
    if (info.Type != MEM_MAPPED) return STATUS_SUCCESS;
    if (!get_mapped_file( (UINT_PTR)view->base, &file )) return STATUS_INSUFFICIENT_RESOURCES;
    return file.inode ? STATUS_SUCCESS : STATUS_ACCESS_DENIED;
}

/* See to what ntdll does not do right in a view of the calling process: copies, and pages of the
 * section that are not committed.  The view goes when it cannot be put right. */
static NTSTATUS check_new_view( const struct view *view )
{
    NTSTATUS status;

    if (!is_own_view( view->process, view->base )) return STATUS_SUCCESS;
    if (!(status = check_executable_view( view )))
        status = add_reserve_view( view->section, (UINT_PTR)view->base, view->size, view->offset.QuadPart,
                                   view->protect );
    if (status < 0) NtUnmapViewOfSection( view->process, view->base );
    return status;
}

/* what ntdll has said of a view that it was asked for */
static NTSTATUS finish_native_view( const struct view *view, NTSTATUS status )
{
    struct map_view_params *params = view->params;
    NTSTATUS failure;
    SIZE_T rest;

    if (status == STATUS_CONFLICTING_ADDRESSES && check_target( view->process, params->base ) == STATUS_IN_TARGET)
        return STATUS_IN_TARGET;
    if (status == STATUS_INVALID_PARAMETER && !view->size && (failure = get_view_size( view, &rest ))) return failure;
    if (status < 0) return status;
    if ((failure = check_new_view( view )) < 0) return failure;

    params->base = (UINT_PTR)view->base;
    params->size = view->size;
    if (view->large.is_large)
    {
        params->base += view->large.before;
        params->size = view->large.size;
    }
    else if (is_current_process( view->process )) forget_large_areas( params->base, params->size );
    return status;
}

/* what was made in an adopted range is this process's */
static NTSTATUS finish_adopted_view( struct view *view, NTSTATUS status )
{
    view->process = NtCurrentProcess();
    view->base = get_ptr( view->params->base );
    view->size = view->params->size;
    return status;
}

/* in place of a placeholder or in a hole; there is no room for more than the view */
static NTSTATUS map_adopted_large_view( const struct view *view, BOOL *found )
{
    const struct large_view *large = &view->large;
    struct map_view_params *params = view->params;
    MEMORY_BASIC_INFORMATION info;
    NTSTATUS status, unmapped;

    if (large->native_size != large->size)
    {
        *found = get_adopted_range( params->base, &info );
        return STATUS_CONFLICTING_ADDRESSES;
    }
    params->size = large->size;
    if (!(*found = map_adopted_view( params, &view->file, &status )) || status) return status;
    if ((status = finish_large_view( large, get_ptr( params->base ), params->protect )))
        unmap_adopted_view( params->base, params->type & MEM_REPLACE_PLACEHOLDER ? MEM_PRESERVE_PLACEHOLDER : 0,
                            &unmapped );
    return status;
}

static BOOL map_in_adopted_range( struct view *view, NTSTATUS *status )
{
    BOOL found = TRUE;

    if (!is_adopted_address( view->params->base ) || !is_own_process( view->process )) return FALSE;
    if ((*status = check_handle_access( view->process, PROCESS_VM_OPERATION ))) return TRUE;
    if (view->large.is_large) *status = map_adopted_large_view( view, &found );
    else found = map_adopted_view( view->params, &view->file, status );
    if (found) *status = finish_adopted_view( view, *status );
    return found;
}

/* a placeholder that is in another process, or is none */
static BOOL map_elsewhere( struct view *view, NTSTATUS *status )
{
    if (!(view->params->type & MEM_REPLACE_PLACEHOLDER) || has_placeholders()) return FALSE;
    if ((*status = check_target( view->process, view->params->base ))) return TRUE;
    *status = STATUS_CONFLICTING_ADDRESSES;
    return !ntdll_has_placeholders();
}

static BOOL map_growing( struct view *view, NTSTATUS *status )
{
    BOOL growing;

    if (view->params->type & MEM_REPLACE_PLACEHOLDER) return FALSE;
    if ((*status = check_growing_view( view->params, &growing ))) return TRUE;
    if (!growing) return FALSE;
    *status = finish_adopted_view( view, map_growing_view( view->params, &view->file, &view->req ) );
    return TRUE;
}

static BOOL map_large( struct view *view, NTSTATUS *status )
{
    if (!view->large.is_large) return FALSE;
    *status = finish_native_view( view, map_native_large_view( view ) );
    return TRUE;
}

static BOOL map_placed( struct view *view, NTSTATUS *status )
{
    if (!has_requirements( view )) return FALSE;
    *status = finish_native_view( view, map_required_view( view ) );
    return TRUE;
}

static BOOL map_fast( struct view *view, NTSTATUS *status )
{
    if (!is_current_process( view->process ) || !map_fast_view( view->params, &view->file )) return FALSE;
    *status = finish_adopted_view( view, STATUS_SUCCESS );
    return TRUE;
}

static BOOL map_plain( struct view *view, NTSTATUS *status )
{
    UINT_PTR base = view->params->base;

    *status = map_wanted_view( view, base );
    if (*status == STATUS_CONFLICTING_ADDRESSES && base && is_current_process( view->process ) &&
        give_back_spare_ranges()) *status = map_wanted_view( view, base );
    *status = finish_native_view( view, *status );
    return TRUE;
}

/* The kinds of views, in the order in which they are tried: FALSE is the answer for a view that is
 * of another kind.  What has come of it is in the view then, and in its params. */
static const struct
{
    enum mapping_kind kind;
    BOOL            (*map)( struct view *view, NTSTATUS *status );
} kinds[] =
{
    { KIND_ADOPTED, map_in_adopted_range },
    { KIND_NATIVE,  map_elsewhere },
    { KIND_ADOPTED, map_growing },
    { KIND_LARGE,   map_large },
    { KIND_PLACED,  map_placed },
    { KIND_ADOPTED, map_fast },
    { KIND_NATIVE,  map_plain },
};

static NTSTATUS map_any_view( struct view *view )
{
    NTSTATUS status = view->file.status;
    unsigned int i;

    if (status && (is_lack( status ) || (view->params->type & MEM_LARGE_PAGES))) return status;
    if ((status = get_large_view( view->params, &view->file.st, &view->large ))) return status;
    for (i = 0; !kinds[i].map( view, &status ); i++) /* the last one never says no */;
    view->params->kind = kinds[i].kind;
    if (status < 0) return get_host_status( status );

    if (view->req.node == NUMA_NO_PREFERRED_NODE) return status;
    if (is_own_process( view->process ))
        place_view( view->section, &view->file.st, view->base, view->size, view->protect, view->req.node );
    else if (place_remote_view( view->section, &view->file.st, view->params->offset, view->size, view->protect,
                                view->req.node ))
        view->params->target_node = view->req.node;
    return status;
}

/***********************************************************************
 *             map_view
 */
NTSTATUS map_view( void *args )
{
    struct map_view_params *params = args;
    struct view view = { 0 };
    NTSTATUS status;

    view.params = params;
    view.req.node = params->node;
    if ((status = get_view_requirements( params->parameters, params->parameter_count, &view.req ))) return status;
    if ((status = check_view_params( params, &view.req ))) return status;

    view.section = get_handle( params->section );
    view.process = get_handle( params->process );
    if (!params->base && !view.req.highest && has_wider_addresses( view.process )) view.req.highest = get_user_limit() - 1;
    view.offset.QuadPart = params->offset;
    view.size    = params->size;
    view.type    = params->type & (MEM_TOP_DOWN | MEM_REPLACE_PLACEHOLDER);
    view.protect = params->protect;

    if ((status = check_view_type( view.section, params->type ))) return status;
    open_section_file( view.section, view.protect, &view.file );
    status = map_any_view( &view );
    close_section_file( &view.file );
    return status;
}

static NTSTATUS unmap( HANDLE process, UINT64 base, UINT32 flags )
{
    NTSTATUS status;

    if (is_adopted_address( base ) && is_own_process( process ) &&
        ((status = check_handle_access( process, PROCESS_VM_OPERATION )) ||
         unmap_adopted_view( base, flags, &status ))) return status;
    if ((!flags || has_placeholders()) && is_reserve_address( base ) && is_own_process( process ) &&
        ((status = check_handle_access( process, PROCESS_VM_OPERATION )) ||
         unmap_reserve_view( base, flags, &status ))) return status;
    if (flags)
    {
        if ((status = check_target( process, base ))) return status;
        if (!ntdll_has_placeholders()) return STATUS_CONFLICTING_ADDRESSES;
        return NtUnmapViewOfSectionEx( process, get_ptr( base ), flags );
    }
    status = NtUnmapViewOfSection( process, get_ptr( base ) );
    if (status == STATUS_NOT_MAPPED_VIEW && check_target( process, base ) == STATUS_IN_TARGET) return STATUS_IN_TARGET;
    return status;
}

/***********************************************************************
 *             unmap_view
 */
NTSTATUS unmap_view( void *args )
{
    struct unmap_view_params *params = args;
    UINT32 flags = params->flags & ~MEM_UNMAP_WITH_TRANSIENT_BOOST;
    HANDLE process = get_handle( params->process );
    struct large_area area;
    NTSTATUS status;

    if (flags & ~MEM_PRESERVE_PLACEHOLDER) return STATUS_INVALID_PARAMETER;
    if (!take_large_area( process, params->base, &area )) return unmap( process, params->base, flags );

    status = STATUS_NOT_MAPPED_VIEW;
    if (is_inside_large_area( &area, params->base )) status = unmap( process, params->base, flags );
    if (status) add_large_area( &area );
    return status;
}

/* the end of the view that an address lies in */
static NTSTATUS get_view_end( UINT_PTR addr, UINT_PTR *end, ULONG *type )
{
    MEMORY_BASIC_INFORMATION info;
    void *alloc_base = NULL;
    NTSTATUS status;

    if (is_adopted_address( addr ) && get_adopted_extent( addr, end, type )) return STATUS_SUCCESS;
    for (;;)
    {
        if ((status = query_own_memory( addr, &info ))) break;
        if (info.State == MEM_FREE || (alloc_base && info.AllocationBase != alloc_base)) break;
        alloc_base = info.AllocationBase;
        *type = info.Type;
        *end = addr = (UINT_PTR)info.BaseAddress + info.RegionSize;
    }
    if (status && status != STATUS_INVALID_PARAMETER) return status;
    return alloc_base ? STATUS_SUCCESS : STATUS_NOT_MAPPED_VIEW;
}

static NTSTATUS status_from_errno( int err )
{
    switch (err)
    {
    case ENOMEM: return STATUS_NOT_MAPPED_VIEW;  /* unmapped meanwhile */
    case ENOSPC: return STATUS_DISK_FULL;
    case EDQUOT: return STATUS_DISK_FULL;
    default:     return STATUS_IO_DEVICE_ERROR;
    }
}

/***********************************************************************
 *             flush_view
 *
 * ntdll's own call starts nothing (MS_ASYNC), and takes the size of the view for the rest of it.
 */
NTSTATUS flush_view( void *args )
{
    struct flush_view_params *params = args;
    UINT_PTR start = params->base & ~PAGE_MASK, end;
    struct mapped_file file;
    NTSTATUS status;
    ULONG type;

    if ((status = get_view_end( start, &end, &type ))) return status;
    if (params->size)
    {
        if (params->size > end - params->base) return STATUS_INVALID_PARAMETER;
        end = params->base + params->size;
    }
    /* to ntdll of a 32-bit process also what is free can be reserved memory */
    if (type != MEM_MAPPED) return get_mapped_file( start, &file ) ? STATUS_SUCCESS : STATUS_NOT_MAPPED_VIEW;
    if (!is_file_view( start )) return STATUS_SUCCESS;
    if (msync( (void *)start, end - start, MS_SYNC )) return status_from_errno( errno );
    return STATUS_SUCCESS;
}
