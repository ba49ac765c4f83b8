/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The program that tests/launcher.sh starts, to see what arrives at a Windows program:
 *
 * child exit N        ends with that status
 * child args ARG...   shows its arguments, one per line in brackets
 * child env NAME...   shows environment variables
 * child cat           copies stdin to stdout, byte for byte
 * child serve         prints "ready", then runs a child process for each line that it reads, and
 *                     prints the child's exit status; what follows is ignored
 */

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <fcntl.h>
#include <io.h>
#include <windows.h>

static void show( const WCHAR *str )
{
    char buffer[4096];

    if (!str || !WideCharToMultiByte( CP_UTF8, 0, str, -1, buffer, sizeof(buffer), NULL, NULL )) buffer[0] = 0;
    printf( "[%s]\n", buffer );
}

static void show_variable( const WCHAR *name )
{
    WCHAR value[4096];

    if (GetEnvironmentVariableW( name, value, 4096 )) show( value );
    else printf( "unset\n" );
}

static void copy_input(void)
{
    char buffer[4096];
    size_t size;

    while ((size = fread( buffer, 1, sizeof(buffer), stdin ))) fwrite( buffer, 1, size, stdout );
}

static int run_child( int status )
{
    STARTUPINFOW startup = { .cb = sizeof(startup) };
    WCHAR path[MAX_PATH], command[MAX_PATH + 32];
    PROCESS_INFORMATION info;
    DWORD code = 0;

    GetModuleFileNameW( NULL, path, MAX_PATH );
    swprintf( command, MAX_PATH + 32, L"\"%ls\" exit %d", path, status );
    if (!CreateProcessW( path, command, NULL, NULL, FALSE, 0, NULL, NULL, &startup, &info )) return -1;
    WaitForSingleObject( info.hProcess, INFINITE );
    GetExitCodeProcess( info.hProcess, &code );
    CloseHandle( info.hThread );
    CloseHandle( info.hProcess );
    return code;
}

static void serve(void)
{
    char line[64];

    printf( "ready\n" );
    fflush( stdout );
    while (fgets( line, sizeof(line), stdin ))
    {
        printf( "%d\n", run_child( atoi( line )));
        fflush( stdout );
    }
}

int wmain( int argc, WCHAR *argv[] )
{
    int i;

    _setmode( _fileno( stdin ), _O_BINARY );
    _setmode( _fileno( stdout ), _O_BINARY );
    if (argc < 2) return 2;
    if (!wcscmp( argv[1], L"exit" )) return argc > 2 ? _wtoi( argv[2] ) : 0;
    if (!wcscmp( argv[1], L"args" )) for (i = 2; i < argc; i++) show( argv[i] );
    if (!wcscmp( argv[1], L"env" )) for (i = 2; i < argc; i++) show_variable( argv[i] );
    if (!wcscmp( argv[1], L"cat" )) copy_input();
    if (!wcscmp( argv[1], L"serve" )) serve();
    return 0;
}
