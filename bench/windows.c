/*
 * What sections, views and placeholders cost a Windows program
 *
 * windows [--ms N] [--max VIEWS] [--memory MB] [--trips] GROUP...
 *
 * With --trips nothing is timed: a few calls of each item are made between two that open sections
 * by the names "bench begin ITEM" and "bench end", for somebody who counts the server's requests.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#define __USE_MINGW_ANSI_STDIO 1
#define _WIN32_WINNT 0x0A00
#define NTDDI_VERSION 0x0A000006
#include <windows.h>
#include <psapi.h>
#include "bench.h"

#ifndef SEC_LARGE_PAGES
#define SEC_LARGE_PAGES 0x80000000
#endif
#ifndef MEM_REPLACE_PLACEHOLDER
#define MEM_REPLACE_PLACEHOLDER 0x4000
#endif
#ifndef MEM_RESERVE_PLACEHOLDER
#define MEM_RESERVE_PLACEHOLDER 0x40000
#endif
#ifndef MEM_PRESERVE_PLACEHOLDER
#define MEM_PRESERVE_PLACEHOLDER 2
#endif
#ifndef MEM_COALESCE_PLACEHOLDERS
#define MEM_COALESCE_PLACEHOLDERS 1
#endif

#define LARGE       (2 * MB)
#define TRIP_CALLS  20

static void *(WINAPI *pMapViewOfFile3)( HANDLE, HANDLE, void *, ULONG64, SIZE_T, ULONG, ULONG, MEM_EXTENDED_PARAMETER *, ULONG );
static void *(WINAPI *pVirtualAlloc2)( HANDLE, void *, SIZE_T, ULONG, ULONG, MEM_EXTENDED_PARAMETER *, ULONG );
static BOOL (WINAPI *pUnmapViewOfFile2)( HANDLE, void *, ULONG );
static LONG (WINAPI *pNtMapViewOfSection)( HANDLE, HANDLE, void **, ULONG_PTR, SIZE_T, LARGE_INTEGER *, SIZE_T *, int, ULONG, ULONG );
static LONG (WINAPI *pNtUnmapViewOfSection)( HANDLE, void * );

static HANDLE section;
static char *base;
static size_t size;

double get_time( void )
{
    static LARGE_INTEGER freq;
    LARGE_INTEGER now;

    if (!freq.QuadPart) QueryPerformanceFrequency( &freq );
    QueryPerformanceCounter( &now );
    return now.QuadPart * 1e9 / freq.QuadPart;
}

void relax( void )
{
    SwitchToThread();
}

static void load_functions( void )
{
    HMODULE kernelbase = GetModuleHandleA( "kernelbase.dll" ), ntdll = GetModuleHandleA( "ntdll.dll" );

#define LOAD( module, name ) p##name = (void *)GetProcAddress( module, #name )
    LOAD( kernelbase, MapViewOfFile3 );
    LOAD( kernelbase, VirtualAlloc2 );
    LOAD( kernelbase, UnmapViewOfFile2 );
    LOAD( ntdll, NtMapViewOfSection );
    LOAD( ntdll, NtUnmapViewOfSection );
#undef LOAD
}

static HANDLE create_section( size_t len, DWORD flags )
{
    return CreateFileMappingW( INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE | flags, (ULONG64)len >> 32, len, NULL );
}

static void close_section( void )
{
    CloseHandle( section );
    section = 0;
}

/* ---- map + unmap ---- */

static int setup_map( size_t arg )
{
    size = arg;
    return !!(section = create_section( size, SEC_COMMIT ));
}

static int call_map( void )
{
    void *addr = MapViewOfFile( section, FILE_MAP_WRITE, 0, 0, size );

    return addr && UnmapViewOfFile( addr );
}

static void *kept;

static int setup_again( size_t arg )
{
    return setup_map( arg ) && (kept = MapViewOfFile( section, FILE_MAP_WRITE, 0, 0, size ));
}

static void cleanup_again( void )
{
    UnmapViewOfFile( kept );
    close_section();
}

static HANDLE file = INVALID_HANDLE_VALUE;

static int setup_file( size_t arg )
{
    WCHAR dir[MAX_PATH], name[MAX_PATH];
    DWORD bytes;

    size = arg;
    if (!GetTempPathW( MAX_PATH, dir ) || !GetTempFileNameW( dir, L"bch", 0, name )) return 0;
    file = CreateFileW( name, GENERIC_READ | GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, FILE_FLAG_DELETE_ON_CLOSE, NULL );
    if (file == INVALID_HANDLE_VALUE) return 0;
    DeviceIoControl( file, FSCTL_SET_SPARSE, NULL, 0, NULL, 0, &bytes, NULL );
    section = CreateFileMappingW( file, NULL, PAGE_READWRITE, (ULONG64)size >> 32, size, NULL );
    if (!section) CloseHandle( file );
    return !!section;
}

static void cleanup_file( void )
{
    close_section();
    CloseHandle( file );
}

/* the privilege that no token of stock Wine's has: then large pages are no large ones */
static int enable_privilege( void )
{
    TOKEN_PRIVILEGES privileges;
    HANDLE token;
    int ret;

    if (!OpenProcessToken( GetCurrentProcess(), TOKEN_ADJUST_PRIVILEGES | TOKEN_QUERY, &token )) return 0;
    privileges.PrivilegeCount = 1;
    privileges.Privileges[0].Attributes = SE_PRIVILEGE_ENABLED;
    ret = LookupPrivilegeValueA( NULL, "SeLockMemoryPrivilege", &privileges.Privileges[0].Luid ) &&
          AdjustTokenPrivileges( token, FALSE, &privileges, 0, NULL, NULL ) && !GetLastError();
    CloseHandle( token );
    return ret;
}

static int setup_large( size_t arg )
{
    size = arg;
    return enable_privilege() && (section = create_section( size, SEC_COMMIT | SEC_LARGE_PAGES ));
}

static int call_node( void )
{
    void *addr = MapViewOfFileExNuma( section, FILE_MAP_WRITE, 0, 0, size, NULL, 0 );

    return addr && UnmapViewOfFile( addr );
}

/* a node beyond all is refused where nodes are looked at */
static int setup_node( size_t arg )
{
    void *addr;

    if (!setup_map( arg )) return 0;
    if (!(addr = MapViewOfFileExNuma( section, FILE_MAP_WRITE, 0, 0, size, NULL, 77 ))) return 1;
    UnmapViewOfFile( addr );
    close_section();
    return 0;
}

static int setup_base( size_t arg )
{
    if (!setup_map( arg )) return 0;
    if ((base = VirtualAlloc( NULL, size, MEM_RESERVE, PAGE_NOACCESS ))) VirtualFree( base, 0, MEM_RELEASE );
    return !!base;
}

static int call_base( void )
{
    void *addr = MapViewOfFileEx( section, FILE_MAP_WRITE, 0, 0, size, base );

    return addr == base && UnmapViewOfFile( addr );
}

static void *map_aligned( void )
{
    MEM_ADDRESS_REQUIREMENTS req = { NULL, NULL, LARGE };
    MEM_EXTENDED_PARAMETER param;

    memset( &param, 0, sizeof(param) );
    param.Type = MemExtendedParameterAddressRequirements;
    param.Pointer = &req;
    return pMapViewOfFile3( section, GetCurrentProcess(), NULL, 0, size, 0, PAGE_READWRITE, &param, 1 );
}

static int call_aligned( void )
{
    void *addr = map_aligned();

    return addr && UnmapViewOfFile( addr );
}

static int setup_aligned( size_t arg )
{
    void *addr[3];
    int i, ret = 1;

    if (!pMapViewOfFile3 || !setup_map( arg )) return 0;
    for (i = 0; i < 3; i++) if (!(addr[i] = map_aligned()) || (ULONG_PTR)addr[i] % LARGE) ret = 0;
    for (i = 0; i < 3; i++) if (addr[i]) UnmapViewOfFile( addr[i] );
    if (!ret) close_section();
    return ret;
}

/* ---- another process ---- */

static PROCESS_INFORMATION child;

static int start_child( const char *what )
{
    STARTUPINFOA startup = { .cb = sizeof(startup) };
    char path[MAX_PATH], command[MAX_PATH + 64];

    GetModuleFileNameA( NULL, path, sizeof(path) );
    snprintf( command, sizeof(command), "\"%s\" --child %s", path, what );
    return CreateProcessA( path, command, NULL, NULL, TRUE, 0, NULL, NULL, &startup, &child );
}

static void end_child( void )
{
    TerminateProcess( child.hProcess, 0 );
    WaitForSingleObject( child.hProcess, 10000 );
    CloseHandle( child.hThread );
    CloseHandle( child.hProcess );
}

static int setup_remote( size_t arg )
{
    if (!setup_map( arg )) return 0;
    if (start_child( "wait" ))
    {
        Sleep( 300 );
        return 1;
    }
    close_section();
    return 0;
}

/* MapViewOfFileNuma2 is this call and the checks around it; not every system has that one */
static int call_remote( void )
{
    LARGE_INTEGER offset = { .QuadPart = 0 };
    SIZE_T len = size;
    void *addr = NULL;

    if (pMapViewOfFile3)
    {
        addr = pMapViewOfFile3( section, child.hProcess, NULL, 0, size, 0, PAGE_READWRITE, NULL, 0 );
        return addr && pUnmapViewOfFile2( child.hProcess, addr, 0 );
    }
    if (pNtMapViewOfSection( section, child.hProcess, &addr, 0, 0, &offset, &len, 1, 0, PAGE_READWRITE )) return 0;
    return !pNtUnmapViewOfSection( child.hProcess, addr );
}

static void cleanup_remote( void )
{
    end_child();
    close_section();
}

/* ---- others ---- */

static int setup_none( size_t arg )
{
    size = arg;
    return 1;
}

static void cleanup_none( void )
{
}

static int call_create( void )
{
    HANDLE handle = create_section( size, SEC_COMMIT );

    return handle && CloseHandle( handle );
}

static int call_create_map( void )
{
    void *addr;

    if (!(section = create_section( size, SEC_COMMIT ))) return 0;
    addr = MapViewOfFile( section, FILE_MAP_WRITE, 0, 0, 0 );
    close_section();
    return addr && UnmapViewOfFile( addr );
}

static WCHAR section_name[64];

static int setup_open( size_t arg )
{
    swprintf( section_name, ARRAY_SIZE(section_name), L"bench-%u", (unsigned int)GetCurrentProcessId() );
    return !!(section = CreateFileMappingW( INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, arg, section_name ));
}

static int call_open( void )
{
    HANDLE handle = OpenFileMappingW( FILE_MAP_WRITE, FALSE, section_name );

    return handle && CloseHandle( handle );
}

/* ---- placeholders ---- */

static int call_replace( void )
{
    void *addr = pMapViewOfFile3( section, GetCurrentProcess(), base, 0, size, MEM_REPLACE_PLACEHOLDER, PAGE_READWRITE,
                                  NULL, 0 );

    return addr == base && pUnmapViewOfFile2( GetCurrentProcess(), addr, MEM_PRESERVE_PLACEHOLDER );
}

static int setup_placeholder( size_t arg )
{
    if (!pMapViewOfFile3 || !pVirtualAlloc2 || !pUnmapViewOfFile2) return 0;
    size = arg;
    base = pVirtualAlloc2( NULL, NULL, 16 * size, MEM_RESERVE | MEM_RESERVE_PLACEHOLDER, PAGE_NOACCESS, NULL, 0 );
    return !!base;
}

static int setup_replace( size_t arg )
{
    if (!setup_placeholder( arg ) || !(section = create_section( size, SEC_COMMIT ))) return 0;
    return VirtualFree( base, size, MEM_RELEASE | MEM_PRESERVE_PLACEHOLDER ) && call_replace();
}

static void cleanup_replace( void )
{
    VirtualFree( base, 0, MEM_RELEASE );
    VirtualFree( base + size, 0, MEM_RELEASE );
    close_section();
}

static int call_split( void )
{
    return VirtualFree( base, size, MEM_RELEASE | MEM_PRESERVE_PLACEHOLDER ) &&
           VirtualFree( base, 16 * size, MEM_RELEASE | MEM_COALESCE_PLACEHOLDERS );
}

static int setup_split( size_t arg )
{
    return setup_placeholder( arg ) && call_split();
}

static void cleanup_split( void )
{
    VirtualFree( base, 0, MEM_RELEASE );
}

/* ---- what is no mapping, but goes through the same modules ---- */

static int call_query( void )
{
    MEMORY_BASIC_INFORMATION info;

    return VirtualQuery( kept, &info, sizeof(info) ) == sizeof(info);
}

static int call_alloc( void )
{
    void *addr = VirtualAlloc( NULL, size, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE );

    return addr && VirtualFree( addr, 0, MEM_RELEASE );
}

/* ---- memory ---- */

enum memory { MEMORY_SMALL, MEMORY_PRIVATE, MEMORY_THP, MEMORY_HUGETLB };

/* which large pages this process gets is set in its environment */
static int is_policy( const char *name )
{
    char policy[16];

    return GetEnvironmentVariableA( "WINE_MAPVIEW_LARGE_PAGES", policy, sizeof(policy) ) && !strcmp( policy, name );
}

static char *get_memory( enum memory kind )
{
    BOOL large = kind == MEMORY_THP || kind == MEMORY_HUGETLB;
    char *mem;

    if (kind == MEMORY_PRIVATE) return VirtualAlloc( NULL, memory_size, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE );
    if (large && (!is_policy( kind == MEMORY_THP ? "thp" : "hugetlb" ) || !enable_privilege())) return NULL;
    if (!(section = create_section( memory_size, large ? SEC_COMMIT | SEC_LARGE_PAGES : SEC_COMMIT ))) return NULL;
    if (!(mem = MapViewOfFile( section, FILE_MAP_WRITE, 0, 0, 0 ))) close_section();
    return mem;
}

static void put_memory( enum memory kind, char *mem )
{
    if (kind == MEMORY_PRIVATE)
    {
        VirtualFree( mem, 0, MEM_RELEASE );
        return;
    }
    UnmapViewOfFile( mem );
    close_section();
}

/* nanoseconds for each 4 KiB, from nothing to all of it there */
static double measure_touch( size_t kind )
{
    double values[3], start;
    unsigned int i;
    char *mem;

    for (i = 0; i < ARRAY_SIZE(values); i++)
    {
        start = get_time();
        if (!(mem = get_memory( kind ))) return NO_RESULT;
        touch( mem, memory_size );
        values[i] = (get_time() - start) / (memory_size / PAGE);
        put_memory( kind, mem );
    }
    return median( values, ARRAY_SIZE(values) );
}

static double measure_access( size_t kind )
{
    char *mem = get_memory( kind );
    double ret;

    if (!mem) return NO_RESULT;
    touch( mem, memory_size );
    ret = chase( mem, memory_size );
    put_memory( kind, mem );
    return ret;
}

static double measure_ring( size_t arg )
{
    struct ring *ring;
    double ret;

    section = CreateFileMappingW( INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, sizeof(*ring), L"bench-ring" );
    if (!section || !(ring = MapViewOfFile( section, FILE_MAP_WRITE, 0, 0, 0 )) || !start_child( "ring" )) return NO_RESULT;
    ret = produce_ring( ring );
    ring->stop = 1;
    WaitForSingleObject( child.hProcess, 10000 );
    end_child();
    UnmapViewOfFile( ring );
    close_section();
    return ret;
}

static int child_ring( void )
{
    HANDLE handle = OpenFileMappingW( FILE_MAP_WRITE, FALSE, L"bench-ring" );
    struct ring *ring = handle ? MapViewOfFile( handle, FILE_MAP_WRITE, 0, 0, 0 ) : NULL;

    if (!ring) return 1;
    consume_ring( ring );
    return 0;
}

/* ---- threads ---- */

static volatile LONG go, stop;
static ULONG_PTR done[64];

static DWORD WINAPI map_thread( void *arg )
{
    ULONG_PTR count = 0;

    while (!go) relax();
    while (!stop && call_map()) count++;
    done[(ULONG_PTR)arg] = count;
    return 0;
}

/* microseconds of the clock for a call, whoever makes it */
static double measure_threads( size_t count )
{
    double start, elapsed, calls = 0;
    HANDLE threads[64];
    size_t i;

    if (!setup_map( MB )) return NO_RESULT;
    go = stop = 0;
    for (i = 0; i < count; i++) threads[i] = CreateThread( NULL, 0, map_thread, (void *)i, 0, NULL );
    start = get_time();
    go = 1;
    Sleep( bench_ms * 2 );
    stop = 1;
    WaitForMultipleObjects( count, threads, TRUE, INFINITE );
    elapsed = get_time() - start;
    for (i = 0; i < count; i++)
    {
        CloseHandle( threads[i] );
        calls += done[i];
    }
    close_section();
    return calls ? elapsed / calls / 1000 : NO_RESULT;
}

/* ---- growth ---- */

static size_t live_views, live_pieces;
static char *reservation;
static double views_memory = NO_RESULT, pieces_memory = NO_RESULT;

/* what the process has in memory of its own, in bytes */
static double get_private_memory( void )
{
    PROCESS_MEMORY_COUNTERS counters;

    if (!K32GetProcessMemoryInfo( GetCurrentProcess(), &counters, sizeof(counters) )) return 0;
    return counters.PagefileUsage;
}

/* what the wineserver has in memory of its own: it opens the files of its clients, and so is the
 * process that "self" stands for */
static double get_server_memory( void )
{
    char text[4096], *line;
    HANDLE status;
    DWORD len = 0;

    status = CreateFileW( L"\\\\?\\unix\\proc\\self\\status", GENERIC_READ, FILE_SHARE_READ, NULL, OPEN_EXISTING, 0, NULL );
    if (status == INVALID_HANDLE_VALUE) return NO_RESULT;
    ReadFile( status, text, sizeof(text) - 1, &len, NULL );
    CloseHandle( status );
    text[len] = 0;
    return (line = strstr( text, "\nRssAnon:" )) ? atof( line + 9 ) * KB : NO_RESULT;
}

static double measure_live_views( size_t count )
{
    double ret, before, added = count - live_views;

    if (count > bench_views || !setup_map( 64 * KB ) || !call_map()) return NO_RESULT;
    before = get_private_memory();
    for (; live_views < count; live_views++)
        if (!MapViewOfFile( section, FILE_MAP_WRITE, 0, 0, 0 )) return NO_RESULT;
    views_memory = (get_private_memory() - before) / added;
    ret = time_call( call_map );
    close_section();
    return ret == NO_RESULT ? ret : ret / 1000;
}

static double measure_live_pieces( size_t count )
{
    double ret, before, added = count - live_pieces;

    if (count > bench_views) return NO_RESULT;
    if (!reservation)
    {
        if (!setup_replace( 64 * KB )) return NO_RESULT;
        cleanup_replace();
        reservation = pVirtualAlloc2( NULL, NULL, 4 * GB, MEM_RESERVE | MEM_RESERVE_PLACEHOLDER, PAGE_NOACCESS, NULL, 0 );
        if (!reservation) return NO_RESULT;
    }
    if (!setup_map( 64 * KB )) return NO_RESULT;
    before = get_private_memory();
    for (; live_pieces < count; live_pieces++)
    {
        base = reservation + live_pieces * size;
        if (!VirtualFree( base, size, MEM_RELEASE | MEM_PRESERVE_PLACEHOLDER )) return NO_RESULT;
        if (!pMapViewOfFile3( section, GetCurrentProcess(), base, 0, size, MEM_REPLACE_PLACEHOLDER, PAGE_READWRITE,
                              NULL, 0 )) return NO_RESULT;
    }
    pieces_memory = (get_private_memory() - before) / added;
    base = reservation + live_pieces++ * size;
    if (!VirtualFree( base, size, MEM_RELEASE | MEM_PRESERVE_PLACEHOLDER )) return NO_RESULT;
    ret = time_call( call_replace );
    close_section();
    return ret == NO_RESULT ? ret : ret / 1000;
}

/* of the last step, which has the most */
static double measure_views_memory( size_t arg )
{
    return live_views < 1000 ? NO_RESULT : views_memory;
}

static double measure_pieces_memory( size_t arg )
{
    return live_pieces < 1000 ? NO_RESULT : pieces_memory;
}

/* the same for the wineserver, which must be a new one: it keeps what it has had */
static double measure_server_memory( double (*measure)( size_t count ), size_t count )
{
    double before, after;

    if (measure( 1 ) == NO_RESULT || (before = get_server_memory()) == NO_RESULT) return NO_RESULT;
    if (measure( count ) == NO_RESULT || (after = get_server_memory()) == NO_RESULT) return NO_RESULT;
    return (after - before) / count;
}

static double measure_server_views( size_t count )
{
    return measure_server_memory( measure_live_views, count );
}

static double measure_server_pieces( size_t count )
{
    return measure_server_memory( measure_live_pieces, count );
}

static const struct item calls[] =
{
    { "map+unmap 4K", setup_map, call_map, close_section, 4 * KB, NULL, NULL },
    { "map+unmap 1M", setup_map, call_map, close_section, MB, NULL, NULL },
    { "map+unmap 1G", setup_map, call_map, close_section, GB, NULL, NULL },
    { "map+unmap 1M, mapped already", setup_again, call_map, cleanup_again, MB, NULL, NULL },
    { "map+unmap 4K of a file", setup_file, call_map, cleanup_file, 4 * KB, NULL, NULL },
    { "map+unmap 1M of a file", setup_file, call_map, cleanup_file, MB, NULL, NULL },
    { "map+unmap 1G of a file", setup_file, call_map, cleanup_file, GB, NULL, NULL },
    { "map+unmap 2M of large pages", setup_large, call_map, close_section, LARGE, NULL, NULL },
    { "map+unmap 1M with a node", setup_node, call_node, close_section, MB, NULL, NULL },
    { "map+unmap 1M at a base", setup_base, call_base, close_section, MB, NULL, NULL },
    { "map+unmap 1M aligned to 2M", setup_aligned, call_aligned, close_section, MB, NULL, NULL },
    { "remote map+unmap 1M", setup_remote, call_remote, cleanup_remote, MB, NULL, NULL },
    { "create+close 1M", setup_none, call_create, cleanup_none, MB, NULL, NULL },
    { "create+map+close+unmap 1M", setup_none, call_create_map, cleanup_none, MB, NULL, NULL },
    { "open by name+close", setup_open, call_open, close_section, MB, NULL, NULL },
    { "placeholder: replace+unmap 64K", setup_replace, call_replace, cleanup_replace, 64 * KB, NULL, NULL },
    { "placeholder: split+coalesce", setup_split, call_split, cleanup_split, 64 * KB, NULL, NULL },
    { "query", setup_again, call_query, cleanup_again, MB, NULL, NULL },
    { "alloc+free 1M", setup_none, call_alloc, cleanup_none, MB, NULL, NULL },
    { NULL, NULL, NULL, NULL, 0, NULL, NULL }
};

static const struct item memory[] =
{
    { "first touch, 4K pages", NULL, NULL, NULL, MEMORY_SMALL, measure_touch, "ns/4K" },
    { "random access, 4K pages", NULL, NULL, NULL, MEMORY_SMALL, measure_access, "ns" },
    { NULL, NULL, NULL, NULL, 0, NULL, NULL }
};

/* with settings in the environment */
static const struct item huge[] =
{
    { "HugePages: first touch of a section", NULL, NULL, NULL, MEMORY_SMALL, measure_touch, "ns/4K" },
    { "HugePages: random access to a section", NULL, NULL, NULL, MEMORY_SMALL, measure_access, "ns" },
    { "HugePages: first touch of private memory", NULL, NULL, NULL, MEMORY_PRIVATE, measure_touch, "ns/4K" },
    { "HugePages: random access to private memory", NULL, NULL, NULL, MEMORY_PRIVATE, measure_access, "ns" },
    { NULL, NULL, NULL, NULL, 0, NULL, NULL }
};

static const struct item fast[] =
{
    { "FastViews: map+unmap 4K", setup_map, call_map, close_section, 4 * KB, NULL, NULL },
    { "FastViews: map+unmap 1M", setup_map, call_map, close_section, MB, NULL, NULL },
    { "FastViews: map+unmap 1G", setup_map, call_map, close_section, GB, NULL, NULL },
    { "FastViews: map+unmap 1M, mapped already", setup_again, call_map, cleanup_again, MB, NULL, NULL },
    { "FastViews: create+map+close+unmap 1M", setup_none, call_create_map, cleanup_none, MB, NULL, NULL },
    { "FastViews: map+unmap 1M, 2 threads", NULL, NULL, NULL, 2, measure_threads, "us" },
    { "FastViews: map+unmap 64K beside 1000 views", NULL, NULL, NULL, 1000, measure_live_views, "us" },
    { "FastViews: memory of the process for a view", NULL, NULL, NULL, 0, measure_views_memory, "bytes" },
    { NULL, NULL, NULL, NULL, 0, NULL, NULL }
};

static const struct item thp[] =
{
    { "first touch, transparent huge pages", NULL, NULL, NULL, MEMORY_THP, measure_touch, "ns/4K" },
    { "random access, transparent huge pages", NULL, NULL, NULL, MEMORY_THP, measure_access, "ns" },
    { NULL, NULL, NULL, NULL, 0, NULL, NULL }
};

static const struct item hugetlb[] =
{
    { "first touch, huge page pool", NULL, NULL, NULL, MEMORY_HUGETLB, measure_touch, "ns/4K" },
    { "random access, huge page pool", NULL, NULL, NULL, MEMORY_HUGETLB, measure_access, "ns" },
    { NULL, NULL, NULL, NULL, 0, NULL, NULL }
};

static const struct item others[] =
{
    { "ring between processes, message of 64 bytes", NULL, NULL, NULL, 0, measure_ring, "ns" },
    { "map+unmap 1M, 1 thread", NULL, NULL, NULL, 1, measure_threads, "us" },
    { "map+unmap 1M, 2 threads", NULL, NULL, NULL, 2, measure_threads, "us" },
    { "map+unmap 1M, 4 threads", NULL, NULL, NULL, 4, measure_threads, "us" },
    { "map+unmap 1M, 8 threads", NULL, NULL, NULL, 8, measure_threads, "us" },
    { NULL, NULL, NULL, NULL, 0, NULL, NULL }
};

static const struct item views[] =
{
    { "map+unmap 64K beside 10 views", NULL, NULL, NULL, 10, measure_live_views, "us" },
    { "map+unmap 64K beside 1000 views", NULL, NULL, NULL, 1000, measure_live_views, "us" },
    { "map+unmap 64K beside 50000 views", NULL, NULL, NULL, 50000, measure_live_views, "us" },
    { "memory of the process for a view", NULL, NULL, NULL, 0, measure_views_memory, "bytes" },
    { NULL, NULL, NULL, NULL, 0, NULL, NULL }
};

static const struct item pieces[] =
{
    { "replace+unmap beside 10 views in placeholders", NULL, NULL, NULL, 10, measure_live_pieces, "us" },
    { "replace+unmap beside 1000 views in placeholders", NULL, NULL, NULL, 1000, measure_live_pieces, "us" },
    { "replace+unmap beside 50000 views in placeholders", NULL, NULL, NULL, 50000, measure_live_pieces, "us" },
    { "memory of the process for a view in a placeholder", NULL, NULL, NULL, 0, measure_pieces_memory, "bytes" },
    { NULL, NULL, NULL, NULL, 0, NULL, NULL }
};

static const struct item server_views[] =
{
    { "memory of the wineserver for a view", NULL, NULL, NULL, 10000, measure_server_views, "bytes" },
    { NULL, NULL, NULL, NULL, 0, NULL, NULL }
};

static const struct item server_pieces[] =
{
    { "memory of the wineserver for a view in a placeholder", NULL, NULL, NULL, 10000, measure_server_pieces, "bytes" },
    { NULL, NULL, NULL, NULL, 0, NULL, NULL }
};

static const struct
{
    const char        *name;
    const struct item *items;
} groups[] =
{
    { "calls", calls }, { "memory", memory }, { "huge", huge }, { "fast", fast }, { "thp", thp }, { "hugetlb", hugetlb }, { "others", others },
    { "views", views }, { "pieces", pieces }, { "server-views", server_views }, { "server-pieces", server_pieces },
};

static const struct item *find_group( const char *name )
{
    unsigned int i;

    for (i = 0; i < ARRAY_SIZE(groups); i++) if (!strcmp( name, groups[i].name )) return groups[i].items;
    return NULL;
}

static void mark( const char *format, const char *name )
{
    char text[128];

    snprintf( text, sizeof(text), format, name );
    OpenFileMappingA( FILE_MAP_READ, FALSE, text );
}

static void count_trips( const struct item *item )
{
    int i, well = 1;

    if (!item->call || !item->setup( item->arg )) return;
    for (i = 0; i < 3 && well; i++) well = item->call();
    mark( "bench begin %s", item->name );
    for (i = 0; i < TRIP_CALLS && well; i++) well = item->call();
    mark( well ? "bench end %s" : "bench failed %s", item->name );
    item->cleanup();
}

int main( int argc, char **argv )
{
    const struct item *item;
    unsigned int i;
    int trips = 0;

    load_functions();
    if (argc == 3 && !strcmp( argv[1], "--child" ))
    {
        if (!strcmp( argv[2], "ring" )) return child_ring();
        Sleep( 600000 );  /* until it is ended */
        return 0;
    }
    for (i = 1; i < (unsigned int)argc; i++)
    {
        if (!strcmp( argv[i], "--trips" )) trips = 1;
        else if (!parse_option( argv[i], argv[i + 1] ))
        {
            if (!(item = find_group( argv[i] ))) break;
            for (; item->name; item++) if (trips) count_trips( item ); else run_item( item );
        }
        else i++;
    }
    if (argc < 2 || i < (unsigned int)argc)
    {
        fprintf( stderr, "usage: windows [--ms N] [--max VIEWS] [--memory MB] [--trips] GROUP...\n" );
        return 2;
    }
    fflush( stdout );
    TerminateProcess( GetCurrentProcess(), 0 );  /* what is left of views goes at once */
    return 0;
}
