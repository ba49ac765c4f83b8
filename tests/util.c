/*
 * Small helpers of the tests
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "test.h"

struct section_basic_information
{
    void         *base;
    ULONG         attributes;
    LARGE_INTEGER size;
};

struct object_basic_information
{
    ULONG         attributes;
    ACCESS_MASK   granted_access;
    ULONG         handle_count, pointer_count;
    ULONG         reserved[10];
};

static void *ntdll_proc( const char *name )
{
    return (void *)GetProcAddress( GetModuleHandleA( "ntdll.dll" ), name );
}

HANDLE create_section( ULONG protect, ULONG64 size )
{
    return CreateFileMappingW( INVALID_HANDLE_VALUE, NULL, protect, size >> 32, (DWORD)size, NULL );
}

void *map_all( HANDLE section )
{
    return MapViewOfFile( section, FILE_MAP_WRITE, 0, 0, 0 );
}

HANDLE create_filled_section( ULONG protect, SIZE_T size )
{
    HANDLE section = create_section( protect, size );
    void *view = map_all( section );

    ok( view != NULL, "section %p, cannot fill it, error %lu\n", section, GetLastError() );
    if (view) fill_words( view, 0, size );
    UnmapViewOfFile( view );
    return section;
}

DWORD test_word( ULONG64 offset )
{
    return 0x5ea50000 ^ (DWORD)(offset >> 2) ^ (DWORD)(offset >> 32);
}

void fill_words( void *addr, ULONG64 offset, SIZE_T size )
{
    DWORD *words = addr;
    SIZE_T i;

    for (i = 0; i < size / sizeof(DWORD); i++) words[i] = test_word( offset + i * sizeof(DWORD) );
}

DWORD word_at( const void *view, SIZE_T offset )
{
    return *(const volatile DWORD *)((const char *)view + offset);
}

HANDLE create_named_test_file( DWORD access, ULONG64 size, char path[MAX_PATH] )
{
    static DWORD buffer[GRANULARITY / sizeof(DWORD)];
    static LONG counter;
    char dir[MAX_PATH];
    ULONG64 pos;
    DWORD len;
    HANDLE file;

    GetTempPathA( sizeof(dir), dir );
    snprintf( path, MAX_PATH, "%smvt%lx-%lx.tmp", dir, GetCurrentProcessId(), InterlockedIncrement( &counter ) );
    file = CreateFileA( path, access | GENERIC_WRITE | DELETE, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE,
                        NULL, CREATE_ALWAYS, FILE_FLAG_DELETE_ON_CLOSE, 0 );
    ok( file != INVALID_HANDLE_VALUE, "cannot create %s, error %lu\n", path, GetLastError() );
    for (pos = 0; pos < size; pos += len)
    {
        fill_words( buffer, pos, sizeof(buffer) );
        if (!WriteFile( file, buffer, min( size - pos, sizeof(buffer) ), &len, NULL ) || !len) break;
    }
    ok( pos == size, "cannot fill %s, error %lu\n", path, GetLastError() );
    return file;
}

HANDLE create_test_file( DWORD access, ULONG64 size )
{
    char path[MAX_PATH];

    return create_named_test_file( access, size, path );
}

HANDLE reopen_file( const char *path, DWORD access )
{
    HANDLE file = CreateFileA( path, access, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE,
                               NULL, OPEN_EXISTING, 0, 0 );

    ok( file != INVALID_HANDLE_VALUE, "cannot open %s, error %lu\n", path, GetLastError() );
    return file;
}

HANDLE open_own_image(void)
{
    char path[MAX_PATH];
    HANDLE file;

    GetModuleFileNameA( NULL, path, sizeof(path) );
    file = CreateFileA( path, GENERIC_READ | GENERIC_EXECUTE, FILE_SHARE_READ | FILE_SHARE_DELETE,
                        NULL, OPEN_EXISTING, 0, 0 );
    ok( file != INVALID_HANDLE_VALUE, "cannot open %s, error %lu\n", path, GetLastError() );
    return file;
}

DWORD next_handle(void)
{
    HANDLE handle = CreateEventW( NULL, FALSE, FALSE, NULL );

    CloseHandle( handle );
    return (DWORD)(ULONG_PTR)handle;
}

char *find_free( SIZE_T size )
{
    char *addr = VirtualAlloc( NULL, size, MEM_RESERVE, PAGE_NOACCESS );

    ok( addr != NULL, "cannot find %#Ix free bytes, error %lu\n", size, GetLastError() );
    VirtualFree( addr, 0, MEM_RELEASE );
    return addr;
}

ULONG_PTR user_limit(void)
{
    SYSTEM_INFO si;

    GetSystemInfo( &si );
    return (ULONG_PTR)si.lpMaximumApplicationAddress + 1;
}

const WCHAR *unique_name( const char *what )
{
    static WCHAR names[4][64];
    static unsigned int next;
    WCHAR *name = names[next++ % ARRAY_SIZE( names )];
    char buffer[64];

    snprintf( buffer, sizeof(buffer), "mapview-test-%lx-%s", GetCurrentProcessId(), what );
    MultiByteToWideChar( CP_ACP, 0, buffer, -1, name, ARRAY_SIZE( names[0] ));
    return name;
}

LONG query_section( HANDLE section, ULONG *attrs, ULONG64 *size )
{
    LONG (WINAPI *pNtQuerySection)( HANDLE, int, void *, SIZE_T, SIZE_T * ) = ntdll_proc( "NtQuerySection" );
    struct section_basic_information info;
    LONG status = pNtQuerySection( section, 0, &info, sizeof(info), NULL );

    *attrs = status ? 0 : info.attributes;
    *size = status ? 0 : info.size.QuadPart;
    return status;
}

SIZE_T section_view_size( HANDLE section )
{
    MEMORY_BASIC_INFORMATION info;
    void *view = MapViewOfFile( section, FILE_MAP_READ, 0, 0, 0 );

    ok( view != NULL, "cannot map %p, error %lu\n", section, GetLastError() );
    if (!view) return 0;
    VirtualQuery( view, &info, sizeof(info) );
    UnmapViewOfFile( view );
    return info.RegionSize;
}

ULONG query_access( HANDLE handle )
{
    LONG (WINAPI *pNtQueryObject)( HANDLE, int, void *, ULONG, ULONG * ) = ntdll_proc( "NtQueryObject" );
    struct object_basic_information info;
    LONG status = pNtQueryObject( handle, 0, &info, sizeof(info), NULL );

    return status ? 0 : info.granted_access;
}

DWORD handle_flags( HANDLE handle )
{
    DWORD flags;

    return GetHandleInformation( handle, &flags ) ? flags : 0xdeadbeef;
}

const char *protect_name( ULONG protect )
{
    switch (protect)
    {
    case PAGE_NOACCESS:          return "NOACCESS";
    case PAGE_READONLY:          return "READONLY";
    case PAGE_READWRITE:         return "READWRITE";
    case PAGE_WRITECOPY:         return "WRITECOPY";
    case PAGE_EXECUTE:           return "EXECUTE";
    case PAGE_EXECUTE_READ:      return "EXECUTE_READ";
    case PAGE_EXECUTE_READWRITE: return "EXECUTE_READWRITE";
    case PAGE_EXECUTE_WRITECOPY: return "EXECUTE_WRITECOPY";
    }
    return "?";
}

/* GetNumaHighestNodeNumber always says 0 on stock Wine, while the processors' nodes are real ones. */
DWORD highest_node(void)
{
    static SYSTEM_LOGICAL_PROCESSOR_INFORMATION info[4096];
    DWORD i, size = sizeof(info);
    ULONG node = 0;

    if (!GetNumaHighestNodeNumber( &node )) node = 0;
    if (!GetLogicalProcessorInformation( info, &size )) size = 0;
    for (i = 0; i < size / sizeof(info[0]); i++)
        if (info[i].Relationship == RelationNumaNode) node = max( node, info[i].NumaNode.NodeNumber );
    return node;
}

void check_region_at( const char *file, int line, const void *addr, const struct region *expect )
{
    MEMORY_BASIC_INFORMATION info;
    SIZE_T ret;

    memset( &info, 0xcc, sizeof(info) );
    ret = VirtualQuery( addr, &info, sizeof(info) );
    ok_at( file, line, ret == sizeof(info), "VirtualQuery( %p ): got %Iu, error %lu\n", addr, ret, GetLastError() );
    if (ret != sizeof(info)) return;
    ok_at( file, line, info.BaseAddress == addr, "%p: BaseAddress %p\n", addr, info.BaseAddress );
    ok_at( file, line, info.AllocationBase == expect->alloc_base, "%p: AllocationBase %p, expected %p\n",
           addr, info.AllocationBase, expect->alloc_base );
    if (expect->size)
        ok_at( file, line, info.RegionSize == expect->size, "%p: RegionSize %#Ix, expected %#Ix\n",
               addr, info.RegionSize, expect->size );
    ok_at( file, line, info.State == expect->state, "%p: State %#lx, expected %#lx\n",
           addr, info.State, expect->state );
    ok_at( file, line, info.Protect == expect->protect, "%p: Protect %#lx, expected %#lx\n",
           addr, info.Protect, expect->protect );
    ok_at( file, line, info.AllocationProtect == expect->alloc_protect,
           "%p: AllocationProtect %#lx, expected %#lx\n", addr, info.AllocationProtect, expect->alloc_protect );
    ok_at( file, line, info.Type == expect->type, "%p: Type %#lx, expected %#lx\n", addr, info.Type, expect->type );
}

/* A whole committed view whose protection has not been changed. */
void check_view_at( const char *file, int line, const void *view, SIZE_T size, DWORD protect )
{
    struct region expect = { view, size, MEM_COMMIT, protect, protect, MEM_MAPPED };

    if (view) check_region_at( file, line, view, &expect );
}
