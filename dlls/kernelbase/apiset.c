/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The API sets of the memory functions
 */

#include <stdarg.h>
#include <string.h>

#include "windef.h"
#include "winbase.h"
#include "winternl.h"
#include "wine/debug.h"

WINE_DEFAULT_DEBUG_CHANNEL(mapview);

/* api-ms-win-core-memory-l1-1-0 to -8: their functions are all here; the loader finds kernelbase
 * for each of them, but the schema of older Wine versions names few */
static BOOL is_memory_api_set( const char *name )
{
    static const char prefix[] = "api-ms-win-core-memory-l1-1-";
    size_t i;

    for (i = 0; i < sizeof(prefix) - 1; i++)
    {
        char ch = name[i];
        if (ch >= 'A' && ch <= 'Z') ch += 'a' - 'A';
        if (ch != prefix[i]) return FALSE;
    }
    return name[i] >= '0' && name[i] <= '8' && !name[i + 1];
}


/***********************************************************************
 *             IsApiSetImplemented   (kernelbase.@)
 *
 * Tell whether the functions of an API set are available.
 *
 * SOURCE
 *  SEMANTICS 1.1, 2.1
 */
BOOL WINAPI IsApiSetImplemented( LPCSTR name )
{
    BOOLEAN in_schema, present = FALSE;
    UNICODE_STRING str;
    NTSTATUS status;

    TRACE( "(%s)\n", debugstr_a( name ));

    if (!name) return FALSE;
    if (is_memory_api_set( name )) return TRUE;
    if (!RtlCreateUnicodeStringFromAsciiz( &str, name )) return FALSE;
    status = ApiSetQueryApiSetPresenceEx( &str, &in_schema, &present );
    RtlFreeUnicodeString( &str );
    return !status && present;
}
