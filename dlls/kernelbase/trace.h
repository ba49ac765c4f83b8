/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One line for each call on the debug channel mapview
 *
 * A call that is traced takes the time at its beginning and prints its line at its end, under
 * the name that the program called.  When the channel is off, that is a test of one variable.
 */

#ifndef __WINE_KERNELBASE_TRACE_H
#define __WINE_KERNELBASE_TRACE_H

#include <stdarg.h>

#include "windef.h"
#include "winbase.h"
#include "winternl.h"
#include "wine/debug.h"
#include "compat.h"
#include "unixlib.h"

/* the time, or 0 when the line is not wanted */
#define trace_start()           (TRACE_ON(mapview) ? trace_time() : 0)
#define trace_call( func, ... ) wine_dbg_log( __WINE_DBCL_TRACE, __wine_dbch___default, func, __VA_ARGS__ )

extern LONGLONG trace_time(void) DECLSPEC_HIDDEN;

/* the end of a line: what came of the call, and how long it took */
extern const char *trace_result( BOOL ret, LONGLONG start ) DECLSPEC_HIDDEN;
extern const char *trace_handle( HANDLE ret, enum mapping_kind kind, LONGLONG start ) DECLSPEC_HIDDEN;
extern const char *trace_opened( HANDLE ret, LONGLONG start ) DECLSPEC_HIDDEN;
extern const char *trace_address( const void *ret, UINT64 size, enum mapping_kind kind, LONGLONG start ) DECLSPEC_HIDDEN;

/* arguments, spelled out */
extern const char *debugstr_map_access( DWORD access ) DECLSPEC_HIDDEN;
extern const char *debugstr_protect( DWORD protect ) DECLSPEC_HIDDEN;
extern const char *debugstr_section_flags( DWORD flags ) DECLSPEC_HIDDEN;
extern const char *debugstr_alloc_type( DWORD type ) DECLSPEC_HIDDEN;
extern const char *debugstr_free_type( DWORD type ) DECLSPEC_HIDDEN;
extern const char *debugstr_unmap_flags( DWORD flags ) DECLSPEC_HIDDEN;
extern const char *debugstr_node( DWORD node ) DECLSPEC_HIDDEN;
extern const char *debugstr_process( HANDLE process ) DECLSPEC_HIDDEN;
extern const char *debugstr_parameters( const void *parameters, ULONG count, BOOL readable ) DECLSPEC_HIDDEN;

#endif
