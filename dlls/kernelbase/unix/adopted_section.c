/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Sections of views in adopted ranges
 *
 * What mapping a section takes, and what a view keeps of it.
 */

#if 0
#pragma makedep unix
#endif

#include "config.h"

#include <stdarg.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "ntstatus.h"
#define WIN32_NO_STATUS
#include "windef.h"
#include "winbase.h"
#include "winternl.h"
#include "adopted.h"

/* the rights of the handle that are not rights of a file, too, cost a question */
static NTSTATUS check_execute_access( HANDLE section )
{
    OBJECT_BASIC_INFORMATION info;
    NTSTATUS status;

    if ((status = NtQueryObject( section, ObjectBasicInformation, &info, sizeof(info), NULL ))) return status;
    return info.GrantedAccess & SECTION_MAP_EXECUTE ? STATUS_SUCCESS : STATUS_ACCESS_DENIED;
}

static NTSTATUS query_source( HANDLE section, struct source *source )
{
    SECTION_BASIC_INFORMATION info;
    struct memfd_info memfd;
    NTSTATUS status;
    BOOL is_file;

    status = NtQuerySection( section, SectionBasicInformation, &info, sizeof(info), NULL );
    if (!status)
    {
        source->flags = info.Attributes;
        source->size = info.Size.QuadPart;
    }
    else if (status == STATUS_ACCESS_DENIED)  /* a handle without SECTION_QUERY */
    {
        if ((status = is_file_section( section, &is_file ))) return status;
        source->flags = is_file ? SEC_FILE : SEC_COMMIT;
        if ((status = get_section_size( section, &source->size ))) return status;
    }
    else return status;

    /* what the server takes for a file can be memory of ours */
    if ((source->flags & SEC_FILE) && get_memfd_info( source->fd, &memfd ))
        source->flags = memfd.large ? SEC_COMMIT | SEC_LARGE_PAGES : SEC_COMMIT;
    return STATUS_SUCCESS;
}

/***********************************************************************
 *             get_source
 *
 * What is known of a section by its file, and by the server otherwise.
 */
NTSTATUS get_source( HANDLE section, const struct section_file *file, UINT32 protect, struct source *source )
{
    NTSTATUS status = file->access;
    BOOL is_file;

    if (status == STATUS_ACCESS_DENIED && is_file_section( section, &is_file ) == STATUS_OBJECT_TYPE_MISMATCH)
        return STATUS_OBJECT_TYPE_MISMATCH;
    if (status) return status;

    source->fd = file->fd;
    if (is_marked_committed( &file->st ))
    {
        source->flags = SEC_COMMIT;
        source->size = file->st.st_size;
    }
    else if (!(status = query_source( section, source )))
    {
        if (source->flags == SEC_COMMIT && source->size == (UINT64)file->st.st_size)
            mark_committed( source->fd, &file->st );
        if (source->flags & SEC_IMAGE) status = STATUS_INVALID_PARAMETER;
    }
    if (!status && (get_required_access( protect ) & SECTION_MAP_EXECUTE)) status = check_execute_access( section );
    return status ? status : check_marked_protection( &file->st, protect );
}

/***********************************************************************
 *             release_view_section
 */
void release_view_section( struct view_section *section )
{
    NTSTATUS status;

    if (!section) return;
    if (section->shadow && !unmap_reserve_view( (UINT_PTR)section->shadow, 0, &status ))
        NtUnmapViewOfSection( NtCurrentProcess(), section->shadow );
    if (section->handle) NtClose( section->handle );
    free_record( section );
}

/***********************************************************************
 *             keep_view_section
 *
 * What a view must keep of its section: a file's section has to exist while it is mapped, pages
 * that cannot be written can become copy-on-write, and the state of reserved pages is the server's,
 * which a native view of the same part gives.
 */
NTSTATUS keep_view_section( HANDLE section, const struct source *source, UINT64 offset, SIZE_T size,
                            UINT32 protect, struct view_section **ret )
{
    struct view_section *kept;
    NTSTATUS status = STATUS_SUCCESS;

    *ret = NULL;
    if (!(source->flags & (SEC_FILE | SEC_RESERVE)) && !is_read_only( protect )) return STATUS_SUCCESS;
    if (!(kept = alloc_record( sizeof(*kept) ))) return STATUS_NO_MEMORY;

    if (size > ((source->size - offset + PAGE_MASK) & ~(UINT64)PAGE_MASK)) kept->extent = source->size;
    if ((source->flags & SEC_FILE) || is_read_only( protect ))
        status = NtDuplicateObject( NtCurrentProcess(), section, NtCurrentProcess(), &kept->handle, 0, 0,
                                    DUPLICATE_SAME_ACCESS );
    if (status) kept->handle = 0;
    else if (source->flags & SEC_RESERVE)
    {
        LARGE_INTEGER start;
        SIZE_T len;

        /* a page more, if there is one: the server forgets pages that are committed at the end of
         * a view (defect B3) */
        start.QuadPart = offset & ~(UINT64)GRANULARITY_MASK;
        kept->shadow_delta = offset & GRANULARITY_MASK;
        len = min( kept->shadow_delta + size + PAGE_MASK + 1, source->size - start.QuadPart );
        status = NtMapViewOfSection( section, NtCurrentProcess(), &kept->shadow, 0, 0, &start, &len, ViewShare,
                                     0, PAGE_READONLY );
        if (status) kept->shadow = NULL;
        else status = add_reserve_view( section, (UINT_PTR)kept->shadow, len, start.QuadPart, PAGE_READONLY );
    }
    if (status)
    {
        release_view_section( kept );
        return status;
    }
    *ret = kept;
    return STATUS_SUCCESS;
}
