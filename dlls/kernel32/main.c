/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * kernel32 stub: everything that is not in this directory is forwarded to the installed DLL
 */

#include <stdarg.h>

#include "windef.h"
#include "winbase.h"
#include "winternl.h"


/***********************************************************************
 *             BaseThreadInitThunk
 *
 * What each thread runs. The ntdll of Wine 10.0 looks for it in this module and does not follow a
 * forward, so the stub has one of its own.
 */
void __fastcall BaseThreadInitThunk( DWORD unknown, LPTHREAD_START_ROUTINE start, void *arg )
{
    DWORD code = start( arg );

    RtlExitUserThread( code );
}


/***********************************************************************
 *             DllMain
 *
 * The function that it calls is the installed DLL's: an import makes the loader load that one and
 * initialize it together with this one, before it looks for BaseThreadInitThunk in here.
 */
BOOL WINAPI DllMain( HINSTANCE inst, DWORD reason, void *reserved )
{
    if (reason == DLL_PROCESS_ATTACH) DisableThreadLibraryCalls( inst );
    return TRUE;
}
