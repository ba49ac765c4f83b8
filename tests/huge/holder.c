/*
 * holder: make ordinary sections and memory, touch all of it, say where it is, hold it until stdin ends
 *
 * A line for each: NAME ADDRESS, then "ready".
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#define _WIN32_WINNT 0x0A00
#define NTDDI_VERSION 0x0A000006
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <windows.h>

#ifndef MEM_REPLACE_PLACEHOLDER
#define MEM_REPLACE_PLACEHOLDER 0x4000
#endif
#ifndef MEM_RESERVE_PLACEHOLDER
#define MEM_RESERVE_PLACEHOLDER 0x40000
#endif

#define MB   ((SIZE_T)1 << 20)
#define SIZE (8 * MB)

static void *(WINAPI *pVirtualAlloc2)( HANDLE, void *, SIZE_T, ULONG, ULONG, MEM_EXTENDED_PARAMETER *, ULONG );

static void touch( const char *name, char *mem, SIZE_T size )
{
    SIZE_T i;

    if (!mem)
    {
        fprintf( stderr, "holder: %s: error %lu\n", name, GetLastError() );
        exit( 1 );
    }
    for (i = 0; i < size; i += 0x1000) mem[i] = 1;
    printf( "%s %llx\n", name, (unsigned long long)(ULONG_PTR)mem );
}

static char *map( SIZE_T size, DWORD access, char **copy )
{
    HANDLE section = CreateFileMappingA( INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, size, NULL );

    if (copy && (*copy = MapViewOfFile( section, FILE_MAP_READ, 0, 0, 0 )) && (*copy)[size - 0x1000] != 0) exit( 1 );
    return MapViewOfFile( section, access, 0, 0, 0 );
}

int main( void )
{
    char *mem, *other;

    mem = map( SIZE, FILE_MAP_WRITE, &other );
    touch( "section", mem, SIZE );
    if (!other || other[SIZE - 0x1000] != 1) exit( 1 );
    touch( "odd", map( 5 * MB + 0x1000, FILE_MAP_WRITE, NULL ), 5 * MB + 0x1000 );
    touch( "small", map( MB, FILE_MAP_WRITE, NULL ), MB );
    touch( "memory", VirtualAlloc( NULL, SIZE, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE ), SIZE );

    pVirtualAlloc2 = (void *)GetProcAddress( GetModuleHandleA( "kernelbase.dll" ), "VirtualAlloc2" );
    mem = pVirtualAlloc2( NULL, NULL, SIZE, MEM_RESERVE | MEM_RESERVE_PLACEHOLDER, PAGE_NOACCESS, NULL, 0 );
    mem = pVirtualAlloc2( NULL, mem, SIZE, MEM_RESERVE | MEM_COMMIT | MEM_REPLACE_PLACEHOLDER, PAGE_READWRITE, NULL, 0 );
    touch( "placeholder", mem, SIZE );

    printf( "ready\n" );
    fflush( stdout );
    while (getchar() != EOF) ;
    return 0;
}
