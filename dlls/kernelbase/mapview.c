/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The way from the PE half to the Unix half
 */

#include <stdarg.h>

#include "ntstatus.h"
#define WIN32_NO_STATUS
#include "windef.h"
#include "winbase.h"
#include "winternl.h"
#include "wine/debug.h"
#include "carry.h"

WINE_DEFAULT_DEBUG_CHANNEL(mapview);

/* information class of NtQueryVirtualMemory for the function table of a module's Unix library;
 * its name has changed between versions of Wine, its number has not */
#define MEMORY_WINE_UNIX_FUNCS ((MEMORY_INFORMATION_CLASS)1000)

typedef NTSTATUS (WINAPI *unix_dispatcher_t)( unixlib_handle_t handle, unsigned int code, void *args );

extern IMAGE_DOS_HEADER __ImageBase;

static unixlib_handle_t unix_handle;
static unix_dispatcher_t unix_dispatcher;

/* takes the place of ntdll's dispatcher when there is no Unix half */
static NTSTATUS WINAPI native_dispatcher( unixlib_handle_t handle, unsigned int code, void *args )
{
    return native_funcs[code]( args );
}

/***********************************************************************
 *             mapview_init
 *
 * Load the Unix half.  Without it the calls go to ntdll alone, so that a broken installation
 * costs what this module adds and not the program.  May be called again.
 */
NTSTATUS mapview_init(void)
{
    static const WCHAR ntdllW[] = {'n','t','d','l','l','.','d','l','l',0};
    struct process_attach_params params = { 0 };
    UNICODE_STRING name;
    ANSI_STRING func;
    HMODULE ntdll;
    void *dispatcher, *exception_dispatcher;
    NTSTATUS status;

    RtlInitUnicodeString( &name, ntdllW );
    RtlInitAnsiString( &func, "__wine_unix_call_dispatcher" );

    if ((status = LdrGetDllHandle( NULL, 0, &name, &ntdll )) ||
        (status = LdrGetProcedureAddress( ntdll, &func, 0, &dispatcher )) ||
        (status = NtQueryVirtualMemory( GetCurrentProcess(), &__ImageBase, MEMORY_WINE_UNIX_FUNCS,
                                        &unix_handle, sizeof(unix_handle), NULL )))
    {
        ERR( "the Unix half was not loaded (%#lx): file mappings work as without wine-mapview\n", status );
        unix_dispatcher = native_dispatcher;
        return status;
    }
    TRACE( "the Unix half is loaded\n" );
    unix_dispatcher = *(unix_dispatcher_t *)dispatcher;
    if (TRACE_ON(mapview)) GetLargePageMinimum();  /* says what there is, for wine-mapview --status */
    RtlInitAnsiString( &func, "KiUserExceptionDispatcher" );
    if (!LdrGetProcedureAddress( ntdll, &func, 0, &exception_dispatcher ))
        params.exception_dispatcher = (ULONG_PTR)exception_dispatcher;
    status = unix_dispatcher( unix_handle, unix_process_attach, &params );
    run_left_calls();
    return status;
}

/***********************************************************************
 *             mapview_is_loaded
 *
 * Tell whether there is a Unix half.
 */
BOOL mapview_is_loaded(void)
{
    if (!unix_dispatcher) mapview_init();
    return unix_dispatcher != native_dispatcher;
}

/***********************************************************************
 *             make_call
 *
 * Call the Unix half, that of another process when the call has to be made there.
 */
NTSTATUS make_call( enum mapview_funcs func, void *params )
{
    NTSTATUS status = unix_dispatcher( unix_handle, func, params );

    return status == STATUS_IN_TARGET ? call_in_target( func, params ) : status;
}

/***********************************************************************
 *             mapview_call
 *
 * Make a call, by a thread that can be given up when it is for another process.
 */
NTSTATUS mapview_call( enum mapview_funcs func, void *params )
{
    const struct call_layout *layout = get_call_layout( func );

    if (!unix_dispatcher) mapview_init();
    if (layout)
    {
        HANDLE process = (HANDLE)(ULONG_PTR)*call_member( params, layout->process );

        if (process && process != GetCurrentProcess()) return call_remote( func, params, process );
    }
    return make_call( func, params );
}
