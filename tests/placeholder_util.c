/*
 * Placeholders: calls that have to work, or to fail, with a message
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "placeholder.h"

BOOL has_placeholders(void)
{
    if (pVirtualAlloc2 && pMapViewOfFile3 && pUnmapViewOfFile2 && pUnmapViewOfFileEx) return TRUE;
    win_skip( "VirtualAlloc2, MapViewOfFile3 or UnmapViewOfFile2 is missing\n" );
    return FALSE;
}

BOOL ntdll_has_placeholders(void)
{
    LONG (WINAPI *alloc)( HANDLE, void **, SIZE_T *, ULONG, ULONG, void *, ULONG );
    void *addr = NULL;
    SIZE_T size = PAGE;

    alloc = (void *)GetProcAddress( GetModuleHandleA( "ntdll.dll" ), "NtAllocateVirtualMemoryEx" );
    if (!alloc ||
        alloc( GetCurrentProcess(), &addr, &size, MEM_RESERVE | MEM_RESERVE_PLACEHOLDER, PAGE_NOACCESS, NULL, 0 ))
        return FALSE;
    VirtualFree( addr, 0, MEM_RELEASE );
    return TRUE;
}

BOOL ntdll_fails( const char *defect )
{
    char setting[16] = "";

    GetEnvironmentVariableA( "WINE_MAPVIEW_PLACEHOLDERS", setting, sizeof(setting) );
    if (strcmp( setting, "ntdll" ) || !ntdll_has_placeholders()) return FALSE;
    skip( "ntdll's placeholders: %s\n", defect );
    return TRUE;
}

char *reserve_at( const char *file, int line, SIZE_T size )
{
    char *addr;

    SetLastError( 0xdeadbeef );
    addr = pVirtualAlloc2( NULL, NULL, size, MEM_RESERVE | MEM_RESERVE_PLACEHOLDER, PAGE_NOACCESS, NULL, 0 );
    ok_at( file, line, addr && GetLastError() == 0xdeadbeef, "placeholder of %#Ix: got %p, error %lu\n",
           size, addr, GetLastError() );
    return addr;
}

void free_works_at( const char *file, int line, void *addr, SIZE_T size, DWORD type )
{
    BOOL ret;

    SetLastError( 0xdeadbeef );
    ret = VirtualFree( addr, size, type );
    ok_at( file, line, ret && GetLastError() == 0xdeadbeef, "VirtualFree( %p, %#Ix, %#lx ): got %d, error %lu\n",
           addr, size, type, ret, GetLastError() );
}

void free_fails_at( const char *file, int line, void *addr, SIZE_T size, DWORD type, DWORD error )
{
    BOOL ret;

    SetLastError( 0xdeadbeef );
    ret = VirtualFree( addr, size, type );
    ok_at( file, line, !ret && GetLastError() == error,
           "VirtualFree( %p, %#Ix, %#lx ): got %d, error %lu, expected error %lu\n",
           addr, size, type, ret, GetLastError(), error );
}

void alloc_in_at( const char *file, int line, void *addr, SIZE_T size, DWORD type, DWORD protect )
{
    void *ret;

    SetLastError( 0xdeadbeef );
    ret = pVirtualAlloc2( NULL, addr, size, type | MEM_REPLACE_PLACEHOLDER, protect, NULL, 0 );
    ok_at( file, line, ret == addr && GetLastError() == 0xdeadbeef,
           "VirtualAlloc2( %p, %#Ix, %#lx, %#lx ): got %p, error %lu\n", addr, size, type, protect, ret, GetLastError() );
}

void alloc_fails_at( const char *file, int line, void *addr, SIZE_T size, DWORD type, DWORD protect, DWORD error )
{
    void *ret;

    SetLastError( 0xdeadbeef );
    ret = pVirtualAlloc2( NULL, addr, size, type, protect, NULL, 0 );
    ok_at( file, line, !ret && GetLastError() == error,
           "VirtualAlloc2( %p, %#Ix, %#lx, %#lx ): got %p, error %lu, expected error %lu\n",
           addr, size, type, protect, ret, GetLastError(), error );
    if (ret && !addr) VirtualFree( ret, 0, MEM_RELEASE );
}

char *map_in_at( const char *file, int line, HANDLE section, void *addr, ULONG64 offset, SIZE_T size, ULONG protect )
{
    char *ret;

    SetLastError( 0xdeadbeef );
    ret = pMapViewOfFile3( section, NULL, addr, offset, size, MEM_REPLACE_PLACEHOLDER, protect, NULL, 0 );
    ok_at( file, line, ret == addr && GetLastError() == 0xdeadbeef,
           "MapViewOfFile3( %p, %#I64x, %#Ix, %#lx ): got %p, error %lu\n",
           addr, offset, size, protect, ret, GetLastError() );
    return ret;
}

void map_in_fails_at( const char *file, int line, HANDLE section, void *addr, ULONG64 offset, SIZE_T size,
                      ULONG protect, DWORD error )
{
    void *ret;

    SetLastError( 0xdeadbeef );
    ret = pMapViewOfFile3( section, NULL, addr, offset, size, MEM_REPLACE_PLACEHOLDER, protect, NULL, 0 );
    ok_at( file, line, !ret && GetLastError() == error,
           "MapViewOfFile3( %p, %#I64x, %#Ix, %#lx ): got %p, error %lu, expected error %lu\n",
           addr, offset, size, protect, ret, GetLastError(), error );
    if (ret) pUnmapViewOfFileEx( ret, MEM_PRESERVE_PLACEHOLDER );
}

void unmap_in_at( const char *file, int line, void *addr, ULONG flags )
{
    BOOL ret;

    SetLastError( 0xdeadbeef );
    ret = pUnmapViewOfFileEx( addr, flags );
    ok_at( file, line, ret && GetLastError() == 0xdeadbeef, "UnmapViewOfFileEx( %p, %#lx ): got %d, error %lu\n",
           addr, flags, ret, GetLastError() );
}

void check_placeholder_at( const char *file, int line, const void *addr, SIZE_T size )
{
    struct region expect = { addr, size, MEM_RESERVE, 0, PAGE_NOACCESS, MEM_PRIVATE };

    if (addr) check_region_at( file, line, addr, &expect );
}

void check_private_at( const char *file, int line, const void *addr, SIZE_T size, DWORD protect )
{
    struct region expect = { addr, size, MEM_COMMIT, protect, protect, MEM_PRIVATE };

    if (addr) check_region_at( file, line, addr, &expect );
}

void check_hole_at( const char *file, int line, const void *addr, SIZE_T size )
{
    struct region expect = { NULL, 0, MEM_FREE, PAGE_NOACCESS, 0, 0 };
    MEMORY_BASIC_INFORMATION info;

    if (!addr) return;
    check_region_at( file, line, addr, &expect );
    if (VirtualQuery( addr, &info, sizeof(info) ))
        ok_at( file, line, info.RegionSize >= size, "%p: RegionSize %#Ix, expected at least %#Ix\n",
               addr, info.RegionSize, size );
}

HANDLE own_handle( DWORD access )
{
    HANDLE process = OpenProcess( access, FALSE, GetCurrentProcessId() );

    ok( process != NULL, "cannot open the own process with access %#lx, error %lu\n", access, GetLastError() );
    return process;
}
