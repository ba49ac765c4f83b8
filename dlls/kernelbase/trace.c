/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Arguments and results in words, for the debug channel
 */

#include <stdarg.h>
#include <string.h>

#include "windef.h"
#include "winbase.h"
#include "winternl.h"
#include "mapview.h"
#include "trace.h"

struct name
{
    DWORD       value;
    const char *name;
};

#define NAME( value ) { value, #value }

static const struct name access_names[] =
{
    { FILE_MAP_ALL_ACCESS, "FILE_MAP_ALL_ACCESS" },  /* before its parts */
    NAME( FILE_MAP_COPY ),
    NAME( FILE_MAP_WRITE ),
    NAME( FILE_MAP_READ ),
    NAME( FILE_MAP_EXECUTE ),
    NAME( SECTION_MAP_EXECUTE ),
    NAME( SECTION_EXTEND_SIZE ),
    NAME( FILE_MAP_RESERVE ),
    NAME( FILE_MAP_TARGETS_INVALID ),
    NAME( FILE_MAP_LARGE_PAGES ),
};

static const struct name protect_names[] =
{
    NAME( PAGE_NOACCESS ),
    NAME( PAGE_READONLY ),
    NAME( PAGE_READWRITE ),
    NAME( PAGE_WRITECOPY ),
    NAME( PAGE_EXECUTE ),
    NAME( PAGE_EXECUTE_READ ),
    NAME( PAGE_EXECUTE_READWRITE ),
    NAME( PAGE_EXECUTE_WRITECOPY ),
    NAME( PAGE_GUARD ),
    NAME( PAGE_NOCACHE ),
    NAME( PAGE_WRITECOMBINE ),
    NAME( PAGE_TARGETS_INVALID ),
};

static const struct name section_names[] =
{
    { 0x11000000, "SEC_IMAGE_NO_EXECUTE" },  /* before its parts */
    NAME( SEC_FILE ),
    NAME( SEC_IMAGE ),
    NAME( SEC_RESERVE ),
    NAME( SEC_COMMIT ),
    NAME( SEC_NOCACHE ),
    NAME( SEC_WRITECOMBINE ),
    NAME( SEC_LARGE_PAGES ),
};

static const struct name alloc_names[] =
{
    NAME( MEM_COMMIT ),
    NAME( MEM_RESERVE ),
    NAME( MEM_REPLACE_PLACEHOLDER ),
    NAME( MEM_RESERVE_PLACEHOLDER ),
    NAME( MEM_RESET ),
    NAME( MEM_TOP_DOWN ),
    NAME( MEM_WRITE_WATCH ),
    NAME( MEM_PHYSICAL ),
    NAME( MEM_DIFFERENT_IMAGE_BASE_OK ),
    NAME( MEM_LARGE_PAGES ),
};

static const struct name free_names[] =
{
    NAME( MEM_COALESCE_PLACEHOLDERS ),
    NAME( MEM_PRESERVE_PLACEHOLDER ),
    NAME( MEM_DECOMMIT ),
    NAME( MEM_RELEASE ),
};

/* bit 0 is another one than for memory that is freed */
static const struct name unmap_names[] =
{
    NAME( MEM_UNMAP_WITH_TRANSIENT_BOOST ),
    NAME( MEM_PRESERVE_PLACEHOLDER ),
};

/* the errors of these calls (SEMANTICS 1.3) */
static const struct name error_names[] =
{
    NAME( ERROR_FILE_NOT_FOUND ),
    NAME( ERROR_ACCESS_DENIED ),
    NAME( ERROR_INVALID_HANDLE ),
    NAME( ERROR_NOT_ENOUGH_MEMORY ),
    NAME( ERROR_OUTOFMEMORY ),
    NAME( ERROR_BAD_LENGTH ),
    NAME( ERROR_LOCK_VIOLATION ),
    NAME( ERROR_NOT_SUPPORTED ),
    NAME( ERROR_INVALID_PARAMETER ),
    NAME( ERROR_DISK_FULL ),
    NAME( ERROR_ALREADY_EXISTS ),
    NAME( ERROR_BAD_EXE_FORMAT ),
    NAME( ERROR_INVALID_ADDRESS ),
    NAME( ERROR_NOACCESS ),
    NAME( ERROR_FILE_INVALID ),
    NAME( ERROR_IO_DEVICE ),
    NAME( ERROR_MAPPED_ALIGNMENT ),
    NAME( ERROR_USER_MAPPED_FILE ),
    NAME( ERROR_PRIVILEGE_NOT_HELD ),
    NAME( ERROR_NO_SYSTEM_RESOURCES ),
    NAME( ERROR_COMMITMENT_LIMIT ),
};

#undef NAME

/* the names of the bits with bars between them, and what is left as a number */
static const char *debugstr_flags( DWORD value, const struct name *names, unsigned int count )
{
    char buffer[200];
    unsigned int i, len;
    char *pos = buffer;

    if (!value) return "0";
    for (i = 0; i < count; i++)
    {
        if ((value & names[i].value) != names[i].value) continue;
        len = strlen( names[i].name );
        if (pos + len + 1 >= buffer + sizeof(buffer) - 16) break;
        if (pos > buffer) *pos++ = '|';
        memcpy( pos, names[i].name, len );
        pos += len;
        value &= ~names[i].value;
    }
    *pos = 0;
    if (!value) return wine_dbg_sprintf( "%s", buffer );
    return wine_dbg_sprintf( "%s%s%#lx", buffer, pos > buffer ? "|" : "", value );
}

const char *debugstr_map_access( DWORD access )
{
    return debugstr_flags( access, access_names, ARRAY_SIZE(access_names) );
}

const char *debugstr_protect( DWORD protect )
{
    return debugstr_flags( protect, protect_names, ARRAY_SIZE(protect_names) );
}

const char *debugstr_section_flags( DWORD flags )
{
    return debugstr_flags( flags, section_names, ARRAY_SIZE(section_names) );
}

const char *debugstr_alloc_type( DWORD type )
{
    return debugstr_flags( type, alloc_names, ARRAY_SIZE(alloc_names) );
}

const char *debugstr_free_type( DWORD type )
{
    return debugstr_flags( type, free_names, ARRAY_SIZE(free_names) );
}

const char *debugstr_unmap_flags( DWORD flags )
{
    return debugstr_flags( flags, unmap_names, ARRAY_SIZE(unmap_names) );
}

const char *debugstr_node( DWORD node )
{
    return node == NUMA_NO_PREFERRED_NODE ? "none" : wine_dbg_sprintf( "%lu", node );
}

const char *debugstr_process( HANDLE process )
{
    return process == GetCurrentProcess() ? "own" : wine_dbg_sprintf( "%p", process );
}

/* The array is the program's: it is looked at when the call has found it to be readable. */
const char *debugstr_parameters( const void *parameters, ULONG count, BOOL readable )
{
    static const char * const names[] =
        { "type 0", "address requirements", "node", "partition", "physical handle", "attributes", "machine" };
    const struct extended_parameter *array = parameters;
    const char *ret = "";
    ULONG i;

    if (!count && !parameters) return "none";
    if (!readable) return wine_dbg_sprintf( "%p, %lu of them", parameters, count );
    for (i = 0; i < count; i++)
    {
        const char *separator = i ? ", " : "";
        UINT8 type = array[i].type;

        if (type == MEMORY_PARAMETER_ADDRESS_REQUIREMENTS)
        {
            const MEM_ADDRESS_REQUIREMENTS *req = (const void *)(ULONG_PTR)array[i].value;

            ret = wine_dbg_sprintf( "%s%slowest %p highest %p alignment %#Ix", ret, separator,
                                    req->LowestStartingAddress, req->HighestEndingAddress, req->Alignment );
        }
        else ret = wine_dbg_sprintf( "%s%s%s %#I64x", ret, separator,
                                     type < ARRAY_SIZE(names) ? names[type] : "unknown", array[i].value );
    }
    return wine_dbg_sprintf( "{%s}", ret );
}


/***********************************************************************
 *             trace_time
 *
 * A time in units of 100 ns that is never 0.
 */
LONGLONG trace_time(void)
{
    LARGE_INTEGER counter;

    RtlQueryPerformanceCounter( &counter );
    return counter.QuadPart ? counter.QuadPart : 1;
}

static const char *trace_duration( LONGLONG start )
{
    LONGLONG time = trace_time() - start;

    return wine_dbg_sprintf( "%I64d.%I64d us", time / 10, time % 10 );
}

static const char *debugstr_error( DWORD error )
{
    unsigned int i;

    for (i = 0; i < ARRAY_SIZE(error_names); i++)
        if (error_names[i].value == error) return wine_dbg_sprintf( "%s (%lu)", error_names[i].name, error );
    return wine_dbg_sprintf( "error %lu", error );
}

static const char *debugstr_kind( enum mapping_kind kind )
{
    static const char * const names[] = { "native", "native at a found address", "adopted", "memfd", "large" };

    return kind < ARRAY_SIZE(names) ? names[kind] : "of another kind";
}

/***********************************************************************
 *             trace_result
 */
const char *trace_result( BOOL ret, LONGLONG start )
{
    const char *duration = trace_duration( start );

    if (ret) return wine_dbg_sprintf( "TRUE, %s", duration );
    return wine_dbg_sprintf( "FALSE, %s, %s", debugstr_error( GetLastError() ), duration );
}

/***********************************************************************
 *             trace_handle
 */
const char *trace_handle( HANDLE ret, enum mapping_kind kind, LONGLONG start )
{
    const char *duration = trace_duration( start );

    if (!ret) return wine_dbg_sprintf( "NULL, %s, %s", debugstr_error( GetLastError() ), duration );
    return wine_dbg_sprintf( "%p, %s%s, %s", ret, debugstr_kind( kind ),
                             GetLastError() == ERROR_ALREADY_EXISTS ? ", existed" : "", duration );
}

/***********************************************************************
 *             trace_opened
 */
const char *trace_opened( HANDLE ret, LONGLONG start )
{
    if (!ret) return trace_result( FALSE, start );
    return wine_dbg_sprintf( "%p, %s", ret, trace_duration( start ));
}

/***********************************************************************
 *             trace_address
 */
const char *trace_address( const void *ret, UINT64 size, enum mapping_kind kind, LONGLONG start )
{
    const char *duration = trace_duration( start );

    if (!ret) return wine_dbg_sprintf( "NULL, %s, %s", debugstr_error( GetLastError() ), duration );
    return wine_dbg_sprintf( "%p size %#I64x, %s, %s", ret, size, debugstr_kind( kind ), duration );
}
