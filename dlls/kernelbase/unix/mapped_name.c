/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Names of mapped files
 */

#if 0
#pragma makedep unix
#endif

#include "config.h"

#include <stdarg.h>
#include <signal.h>
#include <string.h>

#include "ntstatus.h"
#define WIN32_NO_STATUS
#include "windef.h"
#include "winbase.h"
#include "winternl.h"
#include "adopted.h"

struct name_buffer
{
    MEMORY_SECTION_NAME name;
    WCHAR               text[MAX_PATH];
};

static NTSTATUS query_name( HANDLE process, const void *addr, struct name_buffer *buffer )
{
    return NtQueryVirtualMemory( process, addr, MemoryMappedFilenameInformation, buffer, sizeof(*buffer), NULL );
}

/* the server knows the name for views of its own only: it is asked for one of the same section */
static NTSTATUS query_section_name( HANDLE section, struct name_buffer *buffer )
{
    LARGE_INTEGER offset = { { 0 } };
    SIZE_T size = PAGE_MASK + 1;
    void *addr = NULL;
    NTSTATUS status;

    status = NtMapViewOfSection( section, NtCurrentProcess(), &addr, 0, 0, &offset, &size, ViewShare, 0, PAGE_READONLY );
    if (status) return status;
    status = query_name( NtCurrentProcess(), addr, buffer );
    NtUnmapViewOfSection( NtCurrentProcess(), addr );
    return status;
}

/* FALSE when the address is in no adopted range, after all */
static BOOL query_adopted_name( HANDLE process, UINT_PTR addr, struct name_buffer *buffer, NTSTATUS *status )
{
    HANDLE section = 0;

    if ((*status = check_handle_access( process, PROCESS_QUERY_INFORMATION ))) return TRUE;
    if (!get_adopted_section( addr, &section, status )) return FALSE;
    if (*status) return TRUE;
    *status = query_section_name( section, buffer );
    NtClose( section );
    return TRUE;
}

/***********************************************************************
 *             get_mapped_name
 */
NTSTATUS get_mapped_name( void *args )
{
    struct mapped_name_params *params = args;
    HANDLE process = get_handle( params->process );
    struct name_buffer buffer;
    NTSTATUS status;

    if (!is_adopted_address( params->address ) || !is_own_process( process ) ||
        !query_adopted_name( process, params->address, &buffer, &status ))
        status = query_name( process, get_ptr( params->address ), &buffer );
    if (status == STATUS_INVALID_ADDRESS && check_target( process, params->address ) == STATUS_IN_TARGET)
        return STATUS_IN_TARGET;
    if (status) return status;

    params->length = min( buffer.name.SectionFileName.Length, params->size );
    memcpy( get_ptr( params->name ), buffer.name.SectionFileName.Buffer, params->length );
    return STATUS_SUCCESS;
}
