/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Sections
 */

#if 0
#pragma makedep unix
#endif

#include "config.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <sys/stat.h>

#include "ntstatus.h"
#define WIN32_NO_STATUS
#include "windef.h"
#include "winbase.h"
#include "winternl.h"
#include "wine/server.h"
#include "large.h"

/* an executable section needs a file handle with the right to execute, which the server does not
 * look at (SEMANTICS 1.7) */
static NTSTATUS check_file_access( HANDLE file )
{
    OBJECT_BASIC_INFORMATION info;
    NTSTATUS status;

    if ((status = NtQueryObject( file, ObjectBasicInformation, &info, sizeof(info), NULL ))) return status;
    return (info.GrantedAccess & FILE_EXECUTE) ? STATUS_SUCCESS : STATUS_ACCESS_DENIED;
}

/* the rights to map that a section's protection grants */
static UINT32 get_granted_access( UINT32 protect )
{
    return get_required_access( protect ) | SECTION_MAP_READ;
}

/* a section of large pages: its flags first, then the privilege (SEMANTICS 1.9, 1.12) */
static NTSTATUS check_large_pages( const struct create_section_params *params )
{
    if (params->file || (params->flags & ~SEC_LARGE_PAGES) != SEC_COMMIT) return STATUS_INVALID_PARAMETER;
    return params->lock_memory ? STATUS_SUCCESS : STATUS_PRIVILEGE_NOT_HELD;
}

/* A section with a node is a memfd of ours, whose pages land there for whoever touches them first;
 * so is one of huge pages.  The server has no reserved pages in those (SEC_RESERVE): such a section
 * stays a file of its own. */
static BOOL is_memfd_section( const struct create_section_params *params, struct memfd_info *info )
{
    if (params->file || !(params->flags & SEC_COMMIT)) return FALSE;
    info->huge = wants_huge_pages( params->size );
    return info->huge || get_memory_preference( info->node );
}

/* others can open a section with a name as they like, and CreateFileMapping2 can ask for rights */
static BOOL can_have_broader_handle( const struct create_section_params *params )
{
    const OBJECT_ATTRIBUTES *attr = get_ptr( params->attr );

    return attr->ObjectName || (params->access & ~(STANDARD_RIGHTS_REQUIRED | SECTION_QUERY |
                                                   get_granted_access( params->protect )));
}

/***********************************************************************
 *             create_section
 */
NTSTATUS create_section( void *args )
{
    struct create_section_params *params = args;
    HANDLE section = 0, file = get_handle( params->file );
    struct memfd_info info = { FALSE, FALSE, FALSE, PAGE_MASK + 1, params->node };
    LARGE_INTEGER size;
    NTSTATUS status;

    if ((status = get_section_node( params->parameters, params->parameter_count, &info.node ))) return status;
    if ((status = check_node( info.node ))) return status;
    if (params->flags & SEC_LARGE_PAGES)
    {
        if ((status = check_large_pages( params ))) return status;
        return create_large_section( params, info.node );
    }
    if (file && is_executable( params->protect ) && !(params->flags & SEC_IMAGE) &&
        (status = check_file_access( file ))) return status;

    /* the server rounds it up to pages */
    if (!file && params->size > MAXLONGLONG - ALLOCATION_GRANULARITY) return STATUS_SECTION_TOO_BIG;
    if (is_memfd_section( params, &info )) return create_memfd_section( params, &info, NULL );

    size.QuadPart = params->size;
    status = NtCreateSection( &section, params->access, get_ptr( params->attr ), &size,
                              params->protect, params->flags, file );
    if (status < 0) return status;
    if (!status && !file && can_have_broader_handle( params )) mark_section_protection( section, params->protect );
    /* nothing remembers the node of a file's section: what can be placed for all views, is now */
    if (!status && file && !(params->flags & SEC_IMAGE)) place_section( section, 0, 0, info.node );
    if (!status && !file) place_reserve_section( section, info.node );
    params->section = (UINT_PTR)section;
    return status;
}

/***********************************************************************
 *             open_section
 */
NTSTATUS open_section( void *args )
{
    struct open_section_params *params = args;
    HANDLE section = 0;
    NTSTATUS status;

    status = NtOpenSection( &section, params->access, get_ptr( params->attr ));
    params->section = (UINT_PTR)section;
    return status;
}

/***********************************************************************
 *             is_paging_file_name
 *
 * Tell whether a file, by its name in /proc, stands for the paging file: memory, or a temporary
 * file of the server's.
 */
BOOL is_paging_file_name( const char *name )
{
    if (!strstr( name, " (deleted)" )) return FALSE;
    return !strncmp( name, "/memfd:", 7 ) || !strncmp( name, "/dev/shm/", 9 ) || strstr( name, "/tmpmap-" );
}

static BOOL is_paging_file( int fd )
{
    char link[32], name[4096];
    ssize_t len;

    sprintf( link, "/proc/self/fd/%d", fd );
    len = readlink( link, name, sizeof(name) - 1 );
    if (len <= 0) return FALSE;
    name[len] = 0;
    return is_paging_file_name( name );
}

/***********************************************************************
 *             is_file_section
 *
 * Tell whether a section is backed by a file, also by a handle that may not be queried.
 */
NTSTATUS is_file_section( HANDLE section, BOOL *is_file )
{
    SECTION_BASIC_INFORMATION info;
    NTSTATUS status;
    int fd;

    status = NtQuerySection( section, SectionBasicInformation, &info, sizeof(info), NULL );
    if (!status) *is_file = !!(info.Attributes & (SEC_FILE | SEC_IMAGE));
    if (status ? status != STATUS_ACCESS_DENIED : !(info.Attributes & SEC_FILE)) return status;

    /* one that is a memfd of ours has a file only for the server */
    if ((status = wine_server_handle_to_fd( section, 0, &fd, NULL ))) return status;
    *is_file = !is_paging_file( fd );
    close( fd );
    return STATUS_SUCCESS;
}

/***********************************************************************
 *             get_section_size
 *
 * The size of a section in bytes, also by a handle that may not be queried.
 */
NTSTATUS get_section_size( HANDLE section, UINT64 *size )
{
    SECTION_BASIC_INFORMATION info;
    struct stat st;
    NTSTATUS status;
    int fd;

    status = NtQuerySection( section, SectionBasicInformation, &info, sizeof(info), NULL );
    if (!status) *size = info.Size.QuadPart;
    else if (status == STATUS_ACCESS_DENIED && !(status = wine_server_handle_to_fd( section, 0, &fd, NULL )))
    {
        /* what stands for the paging file can be a byte longer than the section (reserve_commit.c) */
        if (!fstat( fd, &st )) *size = is_paging_file( fd ) ? st.st_size & ~(UINT64)PAGE_MASK : (UINT64)st.st_size;
        else status = STATUS_ACCESS_DENIED;
        close( fd );
    }
    return status;
}
