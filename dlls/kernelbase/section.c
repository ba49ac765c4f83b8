/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Sections: CreateFileMapping, OpenFileMapping and their relatives
 */

#include <stdarg.h>

#include "ntstatus.h"
#define WIN32_NO_STATUS
#include "windef.h"
#include "winbase.h"
#include "winternl.h"
#include "wine/debug.h"
#include "mapview.h"
#include "privilege.h"
#include "trace.h"
#include "unixlib.h"

WINE_DEFAULT_DEBUG_CHANNEL(mapview);

extern NTSTATUS WINAPI BaseGetNamedObjectDirectory( HANDLE *dir );

#define SECTION_FLAGS (SEC_FILE | SEC_IMAGE | SEC_RESERVE | SEC_COMMIT | SEC_NOCACHE | SEC_WRITECOMBINE | \
                       SEC_LARGE_PAGES)

/* the rights that a section's protection can grant, 0 for an invalid protection (SEMANTICS 1.7) */
static ACCESS_MASK access_from_protect( ULONG protect )
{
    static const struct
    {
        ULONG       protect;
        ACCESS_MASK access;
    } rights[] =
    {
        { PAGE_READONLY,          SECTION_MAP_READ },
        { PAGE_WRITECOPY,         SECTION_MAP_READ },
        { PAGE_READWRITE,         SECTION_MAP_READ | SECTION_MAP_WRITE },
        { PAGE_EXECUTE_READ,      SECTION_MAP_READ | SECTION_MAP_EXECUTE },
        { PAGE_EXECUTE_WRITECOPY, SECTION_MAP_READ | SECTION_MAP_EXECUTE },
        { PAGE_EXECUTE_READWRITE, SECTION_MAP_READ | SECTION_MAP_WRITE | SECTION_MAP_EXECUTE },
    };
    unsigned int i;

    for (i = 0; i < ARRAY_SIZE(rights); i++)
        if (rights[i].protect == protect) return STANDARD_RIGHTS_REQUIRED | SECTION_QUERY | rights[i].access;
    return 0;
}

/* the object attributes for a name in the session's directory; 0 is no name */
static NTSTATUS init_attributes( OBJECT_ATTRIBUTES *attr, UNICODE_STRING *str, const WCHAR *name, ULONG flags,
                                 SECURITY_DESCRIPTOR *sd )
{
    NTSTATUS status = STATUS_SUCCESS;

    InitializeObjectAttributes( attr, NULL, flags, 0, sd );
    if (name)
    {
        RtlInitUnicodeString( str, name );
        attr->ObjectName = str;
        status = BaseGetNamedObjectDirectory( &attr->RootDirectory );
    }
    return status;
}

/* returns STATUS_OBJECT_NAME_EXISTS when the section was there */
static NTSTATUS call_create_section( struct create_section_params *params, SECURITY_ATTRIBUTES *sa, const WCHAR *name )
{
    OBJECT_ATTRIBUTES attr;
    UNICODE_STRING str;
    NTSTATUS status;

    if ((status = init_attributes( &attr, &str, name,
                                   OBJ_OPENIF | (sa && sa->bInheritHandle ? OBJ_INHERIT : 0),
                                   sa ? sa->lpSecurityDescriptor : NULL ))) return status;
    params->attr = (ULONG_PTR)&attr;
    return mapview_call( unix_create_section, params );
}

/* what all CreateFileMapping functions do; access 0 stands for all that the protection grants */
static HANDLE create_section( const char *func, HANDLE file, SECURITY_ATTRIBUTES *sa, ACCESS_MASK access, ULONG protect,
                              ULONG flags, ULONG64 size, const WCHAR *name, DWORD node,
                              const void *parameters, ULONG count )
{
    struct create_section_params params = { 0 };
    ACCESS_MASK granted = access_from_protect( protect );
    LONGLONG start = trace_start();
    NTSTATUS status = STATUS_INVALID_PARAMETER;
    HANDLE ret = 0;

    if (file == INVALID_HANDLE_VALUE) file = 0;
    if (granted && !(flags & ~SECTION_FLAGS) && (file || size))
    {
        params.file    = (ULONG_PTR)file;
        params.size    = size;
        params.access  = access ? access : granted;
        params.protect = protect;
        params.flags   = flags ? flags : SEC_COMMIT;
        params.node    = node;
        params.parameters      = (ULONG_PTR)parameters;
        params.parameter_count = count;
        if (flags & SEC_LARGE_PAGES) params.lock_memory = has_lock_memory_privilege();
        status = call_create_section( &params, sa, name );
    }
    if (status == STATUS_OBJECT_NAME_EXISTS) SetLastError( ERROR_ALREADY_EXISTS );
    else SetLastError( RtlNtStatusToDosError( status ));
    if (status >= 0) ret = (HANDLE)(ULONG_PTR)params.section;

    if (start) trace_call( func, "file %p protect %s flags %s access %s size %#I64x name %s node %s parameters %s: %s\n",
                           file, debugstr_protect( protect ), debugstr_section_flags( flags ),
                           debugstr_map_access( access ), size, debugstr_w( name ), debugstr_node( node ),
                           debugstr_parameters( parameters, count, !!ret ), trace_handle( ret, params.kind, start ));
    return ret;
}

static NTSTATUS call_open_section( struct open_section_params *params, BOOL inherit, const WCHAR *name )
{
    OBJECT_ATTRIBUTES attr;
    UNICODE_STRING str;
    NTSTATUS status;

    if (!name) return STATUS_INVALID_PARAMETER;
    if ((status = init_attributes( &attr, &str, name, inherit ? OBJ_INHERIT : 0, NULL ))) return status;
    params->attr = (ULONG_PTR)&attr;
    return mapview_call( unix_open_section, params );
}

static HANDLE open_section( const char *func, DWORD access, BOOL inherit, const WCHAR *name )
{
    struct open_section_params params = { 0 };
    LONGLONG start = trace_start();
    NTSTATUS status;
    HANDLE ret;

    if (access == FILE_MAP_COPY) params.access = SECTION_MAP_READ;
    else if (access & FILE_MAP_EXECUTE) params.access = (access & ~FILE_MAP_EXECUTE) | SECTION_MAP_EXECUTE;
    else params.access = access;

    status = call_open_section( &params, inherit, name );
    if (status) SetLastError( RtlNtStatusToDosError( status ));
    ret = status ? 0 : (HANDLE)(ULONG_PTR)params.section;

    if (start) trace_call( func, "access %s inherit %d name %s: %s\n", debugstr_map_access( access ), inherit,
                           debugstr_w( name ), trace_opened( ret, start ));
    return ret;
}


/***********************************************************************
 *             CreateFileMapping2   (kernelbase.@)
 *
 * Create or open a section.
 *
 * PARAMS
 *  file       [I] file handle; INVALID_HANDLE_VALUE or NULL for the paging file
 *  sa         [I] security descriptor and inheritance of the handle, or NULL
 *  access     [I] rights of the handle: FILE_MAP_* or SECTION_*
 *  protect    [I] PAGE_* protection of the section
 *  attributes [I] SEC_* flags, 0 for SEC_COMMIT
 *  size       [I] size of the section in bytes, 0 for that of the file
 *  name       [I] name, or NULL
 *  parameters [I] extended parameters: preferred node
 *  count      [I] number of parameters
 *
 * RETURNS
 *  A handle, with the last error 0 or ERROR_ALREADY_EXISTS; or NULL with the last error set.
 *
 * SOURCE
 *  SEMANTICS 1.9
 */
HANDLE WINAPI DECLSPEC_HOTPATCH CreateFileMapping2( HANDLE file, SECURITY_ATTRIBUTES *sa, ULONG access, ULONG protect,
                                                    ULONG attributes, ULONG64 size, PCWSTR name,
                                                    void *parameters, ULONG count )
{
    if (access & FILE_MAP_EXECUTE) access = (access & ~FILE_MAP_EXECUTE) | SECTION_MAP_EXECUTE;
    if (!access) access = SECTION_QUERY;
    return create_section( __func__, file, sa, access, protect, attributes, size, name, NUMA_NO_PREFERRED_NODE,
                           parameters, count );
}


/***********************************************************************
 *             CreateFileMappingFromApp   (kernelbase.@)
 *
 * CreateFileMappingW with the size in one piece.
 *
 * SOURCE
 *  SEMANTICS 1.9, B2
 */
HANDLE WINAPI DECLSPEC_HOTPATCH CreateFileMappingFromApp( HANDLE file, LPSECURITY_ATTRIBUTES sa, ULONG protect,
                                                          ULONG64 size, LPCWSTR name )
{
    return create_section( __func__, file, sa, 0, protect & ~SECTION_FLAGS, protect & SECTION_FLAGS, size, name,
                           NUMA_NO_PREFERRED_NODE, NULL, 0 );
}


/***********************************************************************
 *             CreateFileMappingNumaW   (kernelbase.@)
 *
 * CreateFileMappingW with a preferred node for the pages.
 *
 * PARAMS
 *  node [I] NUMA node, NUMA_NO_PREFERRED_NODE for none; one that this machine does not have
 *           is ERROR_INVALID_PARAMETER
 *
 * SOURCE
 *  SEMANTICS 1.9, 1.13, B11
 */
HANDLE WINAPI DECLSPEC_HOTPATCH CreateFileMappingNumaW( HANDLE file, LPSECURITY_ATTRIBUTES sa, DWORD protect,
                                                        DWORD size_high, DWORD size_low, LPCWSTR name, DWORD node )
{
    return create_section( __func__, file, sa, 0, protect & ~SECTION_FLAGS, protect & SECTION_FLAGS,
                           (ULONG64)size_high << 32 | size_low, name, node, NULL, 0 );
}


/***********************************************************************
 *             CreateFileMappingW   (kernelbase.@)
 *
 * Create or open a section.
 *
 * PARAMS
 *  file      [I] file handle; INVALID_HANDLE_VALUE or NULL for the paging file
 *  sa        [I] security descriptor and inheritance of the handle, or NULL
 *  protect   [I] PAGE_* protection of the section, with SEC_* flags
 *  size_high [I] size of the section in bytes, 0 for that of the file
 *  size_low  [I]
 *  name      [I] name, or NULL
 *
 * RETURNS
 *  A handle, with the last error 0 or ERROR_ALREADY_EXISTS; or NULL with the last error set.
 *
 * SOURCE
 *  SEMANTICS 1.9
 */
HANDLE WINAPI DECLSPEC_HOTPATCH CreateFileMappingW( HANDLE file, LPSECURITY_ATTRIBUTES sa, DWORD protect,
                                                    DWORD size_high, DWORD size_low, LPCWSTR name )
{
    return create_section( __func__, file, sa, 0, protect & ~SECTION_FLAGS, protect & SECTION_FLAGS,
                           (ULONG64)size_high << 32 | size_low, name, NUMA_NO_PREFERRED_NODE, NULL, 0 );
}


/***********************************************************************
 *             OpenFileMappingFromApp   (kernelbase.@)
 *
 * As OpenFileMappingW.
 */
HANDLE WINAPI DECLSPEC_HOTPATCH OpenFileMappingFromApp( ULONG access, BOOL inherit, LPCWSTR name )
{
    return open_section( __func__, access, inherit, name );
}


/***********************************************************************
 *             OpenFileMappingW   (kernelbase.@)
 *
 * Open a section by its name.
 *
 * PARAMS
 *  access  [I] FILE_MAP_* rights
 *  inherit [I] whether child processes inherit the handle
 *  name    [I] name
 *
 * RETURNS
 *  A handle, or NULL with the last error set: ERROR_FILE_NOT_FOUND, ERROR_INVALID_HANDLE for the
 *  name of another kind of object, ERROR_ACCESS_DENIED.
 *
 * SOURCE
 *  SEMANTICS 1.7
 */
HANDLE WINAPI DECLSPEC_HOTPATCH OpenFileMappingW( DWORD access, BOOL inherit, LPCWSTR name )
{
    return open_section( __func__, access, inherit, name );
}
