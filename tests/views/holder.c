/*
 * holder FILE: map known things, say where, and hold them until stdin ends
 *
 * A line for each view: NAME ADDRESS SIZE PROTECTION BACKING SHARERS, then "ready".
 * A second process maps a part of one section, too.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <windows.h>

#define SECTION_SIZE 0x100000

static void fail( const char *what )
{
    fprintf( stderr, "holder: %s: error %lu\n", what, GetLastError() );
    exit( 1 );
}

static char *map( HANDLE section, DWORD access, DWORD offset, SIZE_T size )
{
    char *view = MapViewOfFile( section, access, 0, offset, size );

    if (!view) fail( "MapViewOfFile" );
    return view;
}

static void report( const char *name, const void *view, SIZE_T size, const char *protection, const char *backing,
                    unsigned int sharers )
{
    printf( "%s %llx %llu %s %s %u\n", name, (unsigned long long)(ULONG_PTR)view, (unsigned long long)size,
            protection, backing, sharers );
}

static void hold( void )
{
    printf( "ready\n" );
    fflush( stdout );
    while (getchar() != EOF) ;
}

static void start_child( const char *name )
{
    STARTUPINFOA startup = { .cb = sizeof(startup) };
    PROCESS_INFORMATION process;
    char path[MAX_PATH], command[MAX_PATH + 64];

    GetModuleFileNameA( NULL, path, sizeof(path) );
    snprintf( command, sizeof(command), "\"%s\" --child %s", path, name );
    fflush( stdout );
    if (!CreateProcessA( path, command, NULL, NULL, TRUE, 0, NULL, NULL, &startup, &process )) fail( "CreateProcess" );
}

int main( int argc, char **argv )
{
    char name[64], *view;
    HANDLE section, file;
    DWORD old, size;
    unsigned int i;

    if (argc == 3 && !strcmp( argv[1], "--child" ))
    {
        if (!(section = OpenFileMappingA( FILE_MAP_READ, FALSE, argv[2] ))) fail( "OpenFileMapping" );
        report( "child", map( section, FILE_MAP_READ, 0x20000, 0x10000 ), 0x10000, "READONLY", "server", 2 );
        hold();
        return 0;
    }
    if (argc != 2) fail( "usage: holder FILE" );

    /* a section without a file: all of it, and a part that nobody touches */
    sprintf( name, "holder-%lu", GetCurrentProcessId() );
    if (!(section = CreateFileMappingA( INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, SECTION_SIZE, name )))
        fail( "CreateFileMapping" );
    view = map( section, FILE_MAP_WRITE, 0, 0 );
    for (i = 0; i < 0x40000; i += 0x1000) view[i] = 1;
    report( "touched", view, SECTION_SIZE, "READWRITE", "server", 2 );
    report( "part", map( section, FILE_MAP_READ, 0x80000, 0x30000 ), 0x30000, "READONLY", "server", 2 );

    /* one whose middle is protected: the kernel has three mappings for it */
    section = CreateFileMappingA( INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, 0x40000, NULL );
    view = map( section, FILE_MAP_WRITE, 0, 0 );
    if (!VirtualProtect( view + 0x10000, 0x10000, PAGE_READONLY, &old )) fail( "VirtualProtect" );
    report( "protected", view, 0x40000, "READWRITE", "server", 1 );

    /* a file, and the same copy-on-write */
    file = CreateFileA( argv[1], GENERIC_READ | GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE, NULL,
                        OPEN_EXISTING, 0, NULL );
    if (file == INVALID_HANDLE_VALUE) fail( argv[1] );
    size = GetFileSize( file, NULL );
    if (!(section = CreateFileMappingA( file, NULL, PAGE_READWRITE, 0, 0, NULL ))) fail( "CreateFileMapping" );
    view = map( section, FILE_MAP_READ, 0, 0 );
    if (*(volatile char *)view != 'f') fail( "the file holds something else" );
    report( "file", view, (size + 0xfff) & ~0xfffu, "READONLY", "file", 1 );
    view = map( section, FILE_MAP_COPY, 0x10000, 0x20000 );
    view[0] = 1;
    report( "copy", view, 0x20000, "WRITECOPY", "file", 1 );

    start_child( name );
    hold();
    return 0;
}
