/*
 * calls: one call of each kind, for their lines on the debug channel
 *
 * Prints what the lines must contain where only the program knows it: NAME VALUE.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#define _WIN32_WINNT 0x0A00
#define NTDDI_VERSION 0x0A000006
#include <stdio.h>
#include <windows.h>

#ifndef MEM_RESERVE_PLACEHOLDER
#define MEM_RESERVE_PLACEHOLDER 0x40000
#endif
#ifndef MEM_PRESERVE_PLACEHOLDER
#define MEM_PRESERVE_PLACEHOLDER 2
#endif
#ifndef MEM_REPLACE_PLACEHOLDER
#define MEM_REPLACE_PLACEHOLDER 0x4000
#endif

int main( void )
{
    HMODULE kernelbase = GetModuleHandleA( "kernelbase.dll" );
    void *(WINAPI *map3)( HANDLE, HANDLE, void *, ULONG64, SIZE_T, ULONG, ULONG, MEM_EXTENDED_PARAMETER *, ULONG );
    void *(WINAPI *alloc2)( HANDLE, void *, SIZE_T, ULONG, ULONG, MEM_EXTENDED_PARAMETER *, ULONG );
    BOOL (WINAPI *unmap_ex)( void *, ULONG );
    MEM_ADDRESS_REQUIREMENTS req = { NULL, NULL, 0x200000 };
    MEM_EXTENDED_PARAMETER param;
    HANDLE section;
    DWORD old;
    char *view;

    map3 = (void *)GetProcAddress( kernelbase, "MapViewOfFile3" );
    alloc2 = (void *)GetProcAddress( kernelbase, "VirtualAlloc2" );
    unmap_ex = (void *)GetProcAddress( kernelbase, "UnmapViewOfFileEx" );

    section = CreateFileMappingW( INVALID_HANDLE_VALUE, NULL, PAGE_EXECUTE_READWRITE | SEC_COMMIT, 0, 0x20000, L"trace test" );
    printf( "thread %04lx\n", GetCurrentThreadId() );
    printf( "section %p\n", section );
    CloseHandle( OpenFileMappingW( FILE_MAP_READ | FILE_MAP_EXECUTE, TRUE, L"trace test" ));
    OpenFileMappingW( FILE_MAP_READ, FALSE, L"no such section" );
    view = MapViewOfFile( section, FILE_MAP_READ | FILE_MAP_EXECUTE, 0, 0x10000, 0x1000 );
    printf( "view %p\n", view );
    VirtualProtect( view, 0x1000, PAGE_READONLY, &old );
    FlushViewOfFile( view, 0 );
    UnmapViewOfFile( view );
    MapViewOfFileEx( section, FILE_MAP_ALL_ACCESS, 0, 0x123, 0, NULL );
    memset( &param, 0, sizeof(param) );
    param.Type = 1;
    param.Pointer = &req;
    view = map3( section, NULL, NULL, 0, 0, 0, PAGE_READWRITE, &param, 1 );
    UnmapViewOfFile( view );
    map3( section, NULL, NULL, 0, 0, 0, PAGE_READWRITE, (void *)0x1234, 1 );
    view = alloc2( NULL, NULL, 0x20000, MEM_RESERVE | MEM_RESERVE_PLACEHOLDER, PAGE_NOACCESS, NULL, 0 );
    VirtualFree( view, 0x10000, MEM_RELEASE | MEM_PRESERVE_PLACEHOLDER );
    view = map3( section, NULL, view, 0, 0x10000, MEM_REPLACE_PLACEHOLDER, PAGE_READWRITE, NULL, 0 );
    unmap_ex( view, MEM_PRESERVE_PLACEHOLDER );
    return 0;
}
