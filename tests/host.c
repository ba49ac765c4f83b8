/*
 * What the host does to files behind Wine's back
 *
 * Windows refuses to truncate a file that is mapped; Wine does, too, but the host does not ask it.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "test.h"

/* start a program of the host; its arguments are without spaces, and there is no waiting for it */
static BOOL run_host( const char *program, const char *fmt, ... ) PRINTF_ATTR( 2, 3 );
static BOOL run_host( const char *program, const char *fmt, ... )
{
    char path[MAX_PATH], args[2 * MAX_PATH + 50];
    PROCESS_INFORMATION pi;
    STARTUPINFOA si;
    va_list va;
    int len;

    len = snprintf( args, sizeof(args), "%s ", program );
    va_start( va, fmt );
    vsnprintf( args + len, sizeof(args) - len, fmt, va );
    va_end( va );
    snprintf( path, sizeof(path), "\\\\?\\unix\\usr\\bin\\%s", program );
    memset( &si, 0, sizeof(si) );
    si.cb = sizeof(si);
    if (!CreateProcessA( path, args, NULL, NULL, FALSE, 0, NULL, NULL, &si, &pi )) return FALSE;
    CloseHandle( pi.hThread );
    CloseHandle( pi.hProcess );
    return TRUE;
}

static BOOL get_unix_path( const char *path, char *name, size_t size )
{
    char *(CDECL *pwine_get_unix_file_name)( const WCHAR * );
    WCHAR pathW[MAX_PATH];
    char *unix_name;

    pwine_get_unix_file_name = (void *)GetProcAddress( GetModuleHandleA( "kernel32.dll" ), "wine_get_unix_file_name" );
    MultiByteToWideChar( CP_ACP, 0, path, -1, pathW, ARRAY_SIZE( pathW ) );
    if (!pwine_get_unix_file_name || !(unix_name = pwine_get_unix_file_name( pathW ))) return FALSE;
    snprintf( name, size, "%s", unix_name );
    HeapFree( GetProcessHeap(), 0, unix_name );
    return TRUE;
}

/* the size of a file, ~0 for one that is not there */
static DWORD get_size( const char *path )
{
    WIN32_FILE_ATTRIBUTE_DATA data;

    return GetFileAttributesExA( path, GetFileExInfoStandard, &data ) ? data.nFileSizeLow : ~0u;
}

static BOOL wait_for_size( const char *path, DWORD size )
{
    DWORD start = GetTickCount();

    while (get_size( path ) != size && GetTickCount() - start < 5000) Sleep( 10 );
    return get_size( path ) == size;
}

BOOL truncate_file( const char *path, DWORD size )
{
    char name[MAX_PATH];

    if (get_unix_path( path, name, sizeof(name) ) && run_host( "truncate", "-s %lu %s", size, name ) &&
        wait_for_size( path, size )) return TRUE;
    skip( "the host does not truncate files for us\n" );
    return FALSE;
}

BOOL delete_host_file( const char *path )
{
    char name[MAX_PATH];

    return get_unix_path( path, name, sizeof(name) ) && run_host( "rm", "%s", name ) && wait_for_size( path, ~0u );
}
