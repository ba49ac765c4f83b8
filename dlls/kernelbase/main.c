/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * kernelbase stub: everything that is not in this directory is forwarded to the installed DLL
 */

#include <stdarg.h>

#include "windef.h"
#include "winbase.h"
#include "winternl.h"
#include "unixlib.h"


/* wine/debug.h checks the strings that it prints; those of this module are read anyway */
BOOL WINAPI IsBadStringPtrA( LPCSTR str, UINT_PTR max )
{
    return FALSE;
}

BOOL WINAPI IsBadStringPtrW( LPCWSTR str, UINT_PTR max )
{
    return FALSE;
}


/***********************************************************************
 *             DllMain
 */
BOOL WINAPI DllMain( HINSTANCE inst, DWORD reason, void *reserved )
{
    if (reason == DLL_PROCESS_ATTACH)
    {
        LdrDisableThreadCalloutsForDll( inst );
        mapview_init();
    }
    return TRUE;
}
