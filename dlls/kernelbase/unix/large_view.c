/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Views of sections of large pages
 *
 * The host maps whole pages of its pool only.  A view of another offset or size is the part that
 * was asked for of a native view of all the pages that it touches.
 */

#if 0
#pragma makedep unix
#endif

#include "config.h"

#include <stdarg.h>
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
#include "large.h"

/* large views lie above what programs and their modules want for themselves, where there is room */
#ifdef _WIN64
# define LARGE_RANGE_START ((UINT_PTR)1 << 40)
#else
# define LARGE_RANGE_START 0
#endif

/***********************************************************************
 *             map_in_large_range
 *
 * map_in_free_range for large pages: aligned to them and, where nothing else is asked for, out
 * of the way.
 */
NTSTATUS map_in_large_range( HANDLE process, const struct view_requirements *req, SIZE_T alignment, SIZE_T size,
                             BOOL top_down, map_at_t map_at, void *context )
{
    struct view_requirements large = *req;
    NTSTATUS status;

    large.alignment = max( req->alignment, alignment );
    if (!req->lowest && !req->highest)
    {
        large.lowest = LARGE_RANGE_START;
        status = map_in_free_range( process, &large, size, top_down, map_at, context );
        if (status != STATUS_NO_MEMORY) return status;
        large.lowest = 0;
    }
    return map_in_free_range( process, &large, size, top_down, map_at, context );
}

/* copies of the pages of the pool must be there before a program can need them; ntdll's own
 * mapping is refused, too, but this is the right error and disturbs no address range */
static NTSTATUS check_private_pages( int fd, UINT64 offset, SIZE_T size )
{
    void *base = mmap( NULL, size, PROT_READ, MAP_PRIVATE, fd, offset );

    if (base == MAP_FAILED) return STATUS_INSUFFICIENT_RESOURCES;
    munmap( base, size );
    return STATUS_SUCCESS;
}

/* the place of a view of pages of the pool: whole pages around it */
static NTSTATUS get_hugetlb_view( const struct map_view_params *params, SIZE_T size, struct large_view *view )
{
    UINT_PTR mask = view->alignment - 1;

    view->before = params->offset & mask;
    view->native_size = (view->before + size + mask) & ~mask;
    view->aligned = TRUE;

    if (params->base && ((params->base - view->before) & mask)) return STATUS_MAPPED_ALIGNMENT;
    if (params->base && params->base < view->before) return STATUS_CONFLICTING_ADDRESSES;
    if ((params->type & MEM_REPLACE_PLACEHOLDER) && (view->native_size != size)) return STATUS_MAPPED_ALIGNMENT;
    return STATUS_SUCCESS;
}

static NTSTATUS get_view_place( int fd, UINT64 section_size, const struct memfd_info *info,
                                const struct map_view_params *params, struct large_view *view )
{
    BOOL wanted = !!(params->type & MEM_LARGE_PAGES);
    UINT64 size = params->size, mask;
    NTSTATUS status;

    if (!info->large) view->alignment = get_transparent_page_size();
    else view->alignment = info->hugetlb ? info->page_size : get_large_page_size();
    mask = view->alignment - 1;
    /* a name can be forged: sections of large pages consist of them */
    if (info->large && (section_size & mask)) return wanted ? STATUS_INVALID_PARAMETER : STATUS_SUCCESS;
    if (wanted && ((params->offset & mask) || (params->base & mask))) return STATUS_MAPPED_ALIGNMENT;

    /* let ntdll find what else is wrong, in its order */
    if (params->offset >= section_size || size > section_size - params->offset) return STATUS_SUCCESS;
    if (!size) size = section_size - params->offset;

    if (wanted) size = (size + mask) & ~mask;
    else size = (size + PAGE_MASK) & ~(UINT64)PAGE_MASK;
    if (size > get_user_limit()) return STATUS_NO_MEMORY;
    view->is_large = TRUE;
    view->hugetlb = info->hugetlb;
    view->wanted = wanted;
    view->size = view->native_size = size;
    view->aligned = wanted || (!(params->offset & mask) && size > mask);

    if (!info->hugetlb) return STATUS_SUCCESS;
    if ((status = get_hugetlb_view( params, size, view ))) return status;
    if (is_write_copy( params->protect ))
        return check_private_pages( fd, params->offset - view->before, view->native_size );
    return STATUS_SUCCESS;
}

/***********************************************************************
 *             get_large_view
 *
 * Find out whether a view is one of a section of large pages, and how it is to be mapped.  st is
 * what is known of the section's file.
 */
NTSTATUS get_large_view( const struct map_view_params *params, const struct stat *st, struct large_view *view )
{
    struct memfd_info info;
    NTSTATUS status;
    int fd;

    memset( view, 0, sizeof(*view) );
    if (!may_be_memfd( st )) return (params->type & MEM_LARGE_PAGES) ? STATUS_INVALID_PARAMETER : STATUS_SUCCESS;
    if ((status = wine_server_handle_to_fd( get_handle( params->section ), 0, &fd, NULL ))) return status;
    if (get_memfd_info( fd, &info ) && (info.large || (info.huge && !(params->type & MEM_LARGE_PAGES)))) status = get_view_place( fd, st->st_size, &info, params, view );
    else if (params->type & MEM_LARGE_PAGES) status = STATUS_INVALID_PARAMETER;
    close( fd );
    return status;
}

/***********************************************************************
 *             finish_large_view
 *
 * What remains to be done for a view of this process that ntdll has mapped.
 */
NTSTATUS finish_large_view( const struct large_view *view, void *native_base, UINT32 protect )
{
    struct large_area area = { (UINT_PTR)native_base, view->native_size, (UINT_PTR)native_base + view->before,
                               view->size, view->alignment };

    if (!view->hugetlb && !view->wanted) forget_large_areas( area.native_base, area.native_size );
    else if (!add_large_area( &area )) return STATUS_NO_MEMORY;
    if (!view->hugetlb) madvise( native_base, view->native_size, MADV_HUGEPAGE );
    if (is_write_copy( protect )) madvise( native_base, view->native_size, MADV_DONTFORK );
    if (view->wanted)
    {
        /* large pages are there from the start and stay */
        BOOL writable = protect == PAGE_READWRITE || protect == PAGE_EXECUTE_READWRITE;

        madvise( native_base, view->native_size, writable ? MADV_POPULATE_WRITE : MADV_POPULATE_READ );
        if (!view->hugetlb) mlock2( native_base, view->native_size, MLOCK_ONFAULT );
    }
    return STATUS_SUCCESS;
}
