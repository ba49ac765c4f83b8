/*
 * Memory of large pages, and the calls that look at large pages or change them
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "large.h"

/* PSAPI_WORKING_SET_EX_INFORMATION, whose bits depend on the SDK */
struct working_set_info
{
    void      *addr;
    ULONG_PTR  flags;
};

#define WS_VALID( f )       ((int)(f) & 1)
#define WS_SHARE_COUNT( f ) (((f) >> 1) & 7)
#define WS_PROTECTION( f )  (((f) >> 4) & 0x7ff)
#define WS_SHARED( f )      ((int)((f) >> 15) & 1)
#define WS_LOCKED( f )      (((f) >> 22) & 1)
#define WS_LARGE( f )       ((int)((f) >> 23) & 1)

static BOOL query_working_set( HANDLE process, struct working_set_info *info, DWORD count )
{
    BOOL (WINAPI *pK32QueryWorkingSetEx)( HANDLE, void *, DWORD );

    pK32QueryWorkingSetEx = (void *)GetProcAddress( GetModuleHandleA( "kernel32.dll" ), "K32QueryWorkingSetEx" );
    return pK32QueryWorkingSetEx( process, info, count * sizeof(*info) );
}

static ULONG_PTR get_flags( HANDLE process, void *addr )
{
    struct working_set_info info = { addr, 0 };

    ok( query_working_set( process, &info, 1 ), "%p: error %lu\n", addr, GetLastError() );
    return info.flags;
}

static void *alloc_large( unsigned int pages, DWORD protect )
{
    return VirtualAlloc( NULL, pages * large_page(), MEM_RESERVE | MEM_COMMIT | MEM_LARGE_PAGES, protect );
}

/* ---- VirtualAlloc ---- */

/* The functions that allocate memory. */

static void *(WINAPI *pVirtualAllocFromApp)( void *, SIZE_T, ULONG, ULONG );

static void *call_VirtualAlloc( void *addr, SIZE_T size, DWORD type, DWORD protect )
{
    return VirtualAlloc( addr, size, type, protect );
}

static void *call_VirtualAllocEx( void *addr, SIZE_T size, DWORD type, DWORD protect )
{
    HANDLE process = OpenProcess( PROCESS_ALL_ACCESS, FALSE, GetCurrentProcessId() );
    void *ret = VirtualAllocEx( process, addr, size, type, protect );
    DWORD err = GetLastError();

    CloseHandle( process );
    SetLastError( err );
    return ret;
}

static void *call_VirtualAllocExNuma( void *addr, SIZE_T size, DWORD type, DWORD protect )
{
    return VirtualAllocExNuma( GetCurrentProcess(), addr, size, type, protect, 0 );
}

static void *call_VirtualAllocFromApp( void *addr, SIZE_T size, DWORD type, DWORD protect )
{
    return pVirtualAllocFromApp( addr, size, type, protect );
}

static void *call_VirtualAlloc2( void *addr, SIZE_T size, DWORD type, DWORD protect )
{
    return pVirtualAlloc2( NULL, addr, size, type, protect, NULL, 0 );
}

static const struct allocator
{
    const char *name;
    void *(*call)( void *addr, SIZE_T size, DWORD type, DWORD protect );
} allocators[] =
{
    { "VirtualAlloc",        call_VirtualAlloc },
    { "VirtualAllocEx",      call_VirtualAllocEx },
    { "VirtualAllocExNuma",  call_VirtualAllocExNuma },
    { "VirtualAllocFromApp", call_VirtualAllocFromApp },
    { "VirtualAlloc2",       call_VirtualAlloc2 },
};

static const struct allocator *next_allocator( const struct allocator *a )
{
    HMODULE module = GetModuleHandleA( "kernelbase.dll" );

    pVirtualAllocFromApp = (void *)GetProcAddress( module, "VirtualAllocFromApp" );
    if (a) winetest_pop_context();
    for (a = a ? a + 1 : allocators; a < allocators + ARRAY_SIZE( allocators ); a++)
    {
        if (a->call == call_VirtualAlloc2 && !pVirtualAlloc2) continue;
        if (a->call == call_VirtualAllocFromApp && !pVirtualAllocFromApp) continue;
        winetest_push_context( "%s", a->name );
        return a;
    }
    return NULL;
}
#define for_each_allocator( a ) for ((a) = next_allocator( NULL ); (a); (a) = next_allocator( a ))

static void alloc_fails_at( int line, const struct allocator *a, void *addr, SIZE_T size, DWORD type, DWORD protect,
                            DWORD error )
{
    void *mem;

    SetLastError( 0xdeadbeef );
    mem = a->call( addr, size, type, protect );
    ok_at( __FILE__, line, !mem && GetLastError() == error, "got %p, error %lu, expected error %lu\n",
           mem, GetLastError(), error );
    if (mem) VirtualFree( mem, 0, MEM_RELEASE );
}
#define alloc_fails( a, addr, size, type, protect, error ) alloc_fails_at( __LINE__, a, addr, size, type, protect, error )

#define LARGE_TYPE (MEM_RESERVE | MEM_COMMIT | MEM_LARGE_PAGES)

static void test_alloc_errors(void)
{
    SIZE_T large = large_page(), sizes[] = { 1, 0x1000, 0x10000, large - 1, large + 0x1000, 2 * large - 0x10000 };
    const struct allocator *a;
    unsigned int i;
    char *base;

    for_each_allocator( a )
    {
        disable_lock_memory();
        alloc_fails( a, NULL, large, LARGE_TYPE, PAGE_READWRITE, ERROR_PRIVILEGE_NOT_HELD );
        alloc_fails( a, NULL, large, MEM_RESERVE | MEM_LARGE_PAGES, PAGE_READWRITE, ERROR_INVALID_PARAMETER );
        if (!enable_lock_memory()) continue;
        alloc_fails( a, NULL, large, MEM_RESERVE | MEM_LARGE_PAGES, PAGE_READWRITE, ERROR_INVALID_PARAMETER );
        alloc_fails( a, NULL, large, LARGE_TYPE | MEM_WRITE_WATCH, PAGE_READWRITE, ERROR_INVALID_PARAMETER );
        alloc_fails( a, NULL, large, LARGE_TYPE | MEM_RESET, PAGE_READWRITE, ERROR_INVALID_PARAMETER );
        alloc_fails( a, NULL, 0, LARGE_TYPE, PAGE_READWRITE, ERROR_INVALID_PARAMETER );
        alloc_fails( a, NULL, large, LARGE_TYPE, 0, ERROR_INVALID_PARAMETER );
        alloc_fails( a, NULL, large, LARGE_TYPE, PAGE_READWRITE | PAGE_GUARD, ERROR_INVALID_PARAMETER );
        alloc_fails( a, NULL, large, LARGE_TYPE, PAGE_WRITECOPY, ERROR_INVALID_PARAMETER );
        for (i = 0; i < ARRAY_SIZE( sizes ); i++)
            alloc_fails( a, NULL, sizes[i], LARGE_TYPE, PAGE_READWRITE, ERROR_INVALID_PARAMETER );
        alloc_fails( a, NULL, BITS( (SIZE_T)1 << 40, 0xc0000000 ), LARGE_TYPE, PAGE_READWRITE, ERROR_NO_SYSTEM_RESOURCES );
        if (!strcmp( backing(), "none" ))
            alloc_fails( a, NULL, large, LARGE_TYPE, PAGE_READWRITE, ERROR_NO_SYSTEM_RESOURCES );

        base = VirtualAlloc( NULL, 3 * large, MEM_RESERVE, PAGE_NOACCESS );
        alloc_fails( a, base, large, MEM_COMMIT | MEM_LARGE_PAGES, PAGE_READWRITE, ERROR_INVALID_PARAMETER );
        VirtualFree( base, 0, MEM_RELEASE );
    }
}

static void test_alloc(void)
{
    static const DWORD protects[] =
        { PAGE_READWRITE, PAGE_READONLY, PAGE_NOACCESS, PAGE_EXECUTE_READWRITE, PAGE_EXECUTE_READ };
    SIZE_T large = large_page();
    MEMORY_BASIC_INFORMATION info;
    const struct allocator *a;
    struct region region;
    unsigned int i, j;
    char *mem;
    DWORD old;

    if (!have_large_pages()) return;
    for_each_allocator( a )
    {
        for (i = 0; i < ARRAY_SIZE( protects ); i++)
        {
            if (protects[i] >= PAGE_EXECUTE && a->call == call_VirtualAllocFromApp) continue;
            winetest_push_context( "%s", protect_name( protects[i] ));
            SetLastError( 0xdeadbeef );
            mem = a->call( NULL, 3 * large, LARGE_TYPE, protects[i] );
            ok( mem && !((ULONG_PTR)mem & (large - 1)), "got %p, error %lu\n", mem, GetLastError() );
            winetest_pop_context();
            if (!mem) continue;
            region = (struct region){ mem, 3 * large, MEM_COMMIT, protects[i], protects[i], MEM_PRIVATE };
            check_region( mem, &region );
            ok( VirtualProtect( mem, 3 * large, PAGE_READWRITE, &old ) && old == protects[i], "error %lu\n", GetLastError() );
            for (j = 0; j < 3 * large; j += PAGE) if (*(DWORD *)(mem + j)) break;
            ok( j == 3 * large, "not zero at %#x\n", j );
            ok( WS_LARGE( get_flags( GetCurrentProcess(), mem + large )), "small pages\n" );
            memset( mem, 0xcc, 3 * large );
            ok( !VirtualFree( mem + large, 0, MEM_RELEASE ) && GetLastError() == ERROR_INVALID_ADDRESS, "error %lu\n", GetLastError() );
            ok( VirtualFree( mem, 0, MEM_RELEASE ), "error %lu\n", GetLastError() );
            ok( VirtualQuery( mem, &info, sizeof(info) ) && info.State == MEM_FREE, "state %#lx\n", info.State );
        }
    }

    /* freed memory was really given back, again and again */
    for (i = 0; i < 50; i++)
    {
        if (!(mem = alloc_large( 2, PAGE_READWRITE ))) break;
        mem[large] = 1;
        VirtualFree( mem, 0, MEM_RELEASE );
    }
    ok( i == 50, "round %u: error %lu\n", i, GetLastError() );
}

static void test_alloc_base(void)
{
    SIZE_T large = large_page();
    const struct allocator *a;
    char *base, *mem;

    if (!have_large_pages()) return;
    base = VirtualAlloc( NULL, 4 * large, MEM_RESERVE, PAGE_NOACCESS );
    VirtualFree( base, 0, MEM_RELEASE );
    base = (char *)(((ULONG_PTR)base + large - 1) & ~(large - 1));
    for_each_allocator( a )
    {
        mem = a->call( base, 2 * large, LARGE_TYPE, PAGE_READWRITE );
        ok( mem == base, "got %p, expected %p, error %lu\n", mem, base, GetLastError() );
        alloc_fails( a, base, large, LARGE_TYPE, PAGE_READWRITE, ERROR_INVALID_ADDRESS );
        alloc_fails( a, base + large, large, LARGE_TYPE, PAGE_READWRITE, ERROR_INVALID_ADDRESS );
        alloc_fails( a, base + 2 * large + 0x10000, large, LARGE_TYPE, PAGE_READWRITE, ERROR_INVALID_PARAMETER );
        ok( !mem[0], "overwritten\n" );
        mem[0] = 1;
        ok( VirtualFree( mem, 0, MEM_RELEASE ), "error %lu\n", GetLastError() );
    }
}

static void test_alloc_parameters(void)
{
    SIZE_T large = large_page();
    MEM_ADDRESS_REQUIREMENTS req;
    MEM_EXTENDED_PARAMETER params[2];
    char *mem;

    next_allocator( NULL );
    winetest_pop_context();
    if (!pVirtualAlloc2)
    {
        win_skip( "VirtualAlloc2 is not available.\n" );
        return;
    }
    if (!have_large_pages()) return;
    memset( params, 0, sizeof(params) );
    memset( &req, 0, sizeof(req) );
    params[0].Type = PARAM_ADDRESS_REQUIREMENTS;
    params[0].Pointer = &req;
    params[1].Type = PARAM_NUMA_NODE;
    params[1].ULong64 = 0;
    req.Alignment = 8 * large;
    mem = pVirtualAlloc2( NULL, NULL, 2 * large, LARGE_TYPE, PAGE_READWRITE, params, 2 );
    ok( mem && !((ULONG_PTR)mem & (8 * large - 1)), "got %p, error %lu\n", mem, GetLastError() );
    VirtualFree( mem, 0, MEM_RELEASE );
    req.Alignment = 0;
    req.LowestStartingAddress = (void *)ZONE( 0x30 );
    req.HighestEndingAddress = (void *)(ZONE( 0x31 ) - 1);
    mem = pVirtualAlloc2( NULL, NULL, 2 * large, LARGE_TYPE | MEM_TOP_DOWN, PAGE_READWRITE, params, 1 );
    ok( mem >= (char *)req.LowestStartingAddress && mem < (char *)req.HighestEndingAddress &&
        !((ULONG_PTR)mem & (large - 1)), "got %p, error %lu\n", mem, GetLastError() );
    VirtualFree( mem, 0, MEM_RELEASE );
}

/* ---- the working set ---- */

static int hold_view( int argc, char **argv )
{
    HANDLE section = OpenFileMappingA( FILE_MAP_WRITE, FALSE, argv[0] );
    char *view = MapViewOfFile( section, FILE_MAP_WRITE | FILE_MAP_LARGE_PAGES, 0, 0, 0 );
    HANDLE event;
    char name[64];

    (void)argc;
    ok( view != NULL, "cannot map %s, error %lu\n", argv[0], GetLastError() );
    if (!view) return 1;
    view[0]++;
    snprintf( name, sizeof(name), "%s-ready", argv[0] );
    event = OpenEventA( EVENT_ALL_ACCESS, FALSE, name );
    SetEvent( event );
    snprintf( name, sizeof(name), "%s-done", argv[0] );
    WaitForSingleObject( OpenEventA( EVENT_ALL_ACCESS, FALSE, name ), 10000 );
    return 0;
}

static void check_large_at( int line, HANDLE process, void *addr, BOOL shared, unsigned int count, DWORD protect )
{
    ULONG_PTR flags = get_flags( process, addr );

    ok_at( __FILE__, line, WS_VALID( flags ), "not valid\n" );
    ok_at( __FILE__, line, WS_LARGE( flags ), "not large\n" );
    /* not everybody may lock transparent pages, but large.sh runs as root */
    if (backing()[0]) ok_at( __FILE__, line, WS_LOCKED( flags ), "not locked\n" );
    ok_at( __FILE__, line, WS_SHARED( flags ) == shared, "shared %lu\n", (DWORD)WS_SHARED( flags ));
    ok_at( __FILE__, line, WS_SHARE_COUNT( flags ) == count, "share count %lu, expected %u\n",
           (DWORD)WS_SHARE_COUNT( flags ), count );
    ok_at( __FILE__, line, WS_PROTECTION( flags ) == protect, "protection %#lx\n", (DWORD)WS_PROTECTION( flags ));
}
#define check_large( process, addr, shared, count, protect ) \
    check_large_at( __LINE__, process, addr, shared, count, protect )

static void test_working_set(void)
{
    SIZE_T large = large_page();
    struct working_set_info info[8];
    HANDLE section, plain, child, ready, done, self;
    char name[64], event[64], *view, *second, *mem, *ordinary;
    unsigned int i;
    DWORD old;

    if (!have_large_pages()) return;
    snprintf( name, sizeof(name), "mapview-ws-%lx", GetCurrentProcessId() );
    snprintf( event, sizeof(event), "%s-ready", name );
    ready = CreateEventA( NULL, FALSE, FALSE, event );
    snprintf( event, sizeof(event), "%s-done", name );
    done = CreateEventA( NULL, TRUE, FALSE, event );
    section = CreateFileMappingA( INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE | SEC_COMMIT | SEC_LARGE_PAGES, 0,
                                  (DWORD)(3 * large), name );

    /* a large view is there before it is touched */
    view = MapViewOfFile( section, FILE_MAP_WRITE | FILE_MAP_LARGE_PAGES, 0, 0, 2 * large );
    ok( view != NULL, "error %lu\n", GetLastError() );
    check_large( GetCurrentProcess(), view, TRUE, 1, PAGE_READWRITE );
    check_large( GetCurrentProcess(), view + 0x3000, TRUE, 1, PAGE_READWRITE );
    check_large( GetCurrentProcess(), view + 2 * large - 1, TRUE, 1, PAGE_READWRITE );
    second = MapViewOfFile( section, FILE_MAP_READ | FILE_MAP_LARGE_PAGES, 0, 0, large );
    check_large( GetCurrentProcess(), second, TRUE, 1, PAGE_READONLY );
    VirtualProtect( view + large, large, PAGE_READONLY, &old );
    check_large( GetCurrentProcess(), view + large, TRUE, 1, PAGE_READONLY );
    check_large( GetCurrentProcess(), view, TRUE, 1, PAGE_READWRITE );

    /* many at once, of all kinds, in any order */
    mem = alloc_large( 1, PAGE_READWRITE );
    ordinary = VirtualAlloc( NULL, 0x10000, MEM_COMMIT, PAGE_READWRITE );
    plain = create_section( PAGE_READWRITE, 0x10000 );
    ordinary[0] = 1;
    info[0].addr = ordinary;
    info[1].addr = view;
    info[2].addr = ordinary + 0x1000;
    info[3].addr = mem + large - 1;
    info[4].addr = map_all( plain );
    info[5].addr = (void *)0x1000;
    info[6].addr = second + PAGE;
    info[7].addr = (void *)0x7000;
    *(DWORD *)info[4].addr = 1;
    ok( query_working_set( GetCurrentProcess(), info, ARRAY_SIZE( info )), "error %lu\n", GetLastError() );
    for (i = 0; i < ARRAY_SIZE( info ); i++)
    {
        BOOL is_large = i == 1 || i == 3 || i == 6;
        ok( WS_LARGE( info[i].flags ) == is_large, "%u: large %lu\n", i, (DWORD)WS_LARGE( info[i].flags ));
        ok( WS_VALID( info[i].flags ) == (is_large || i == 0 || i == 4), "%u: valid %lu\n", i, (DWORD)WS_VALID( info[i].flags ));
        ok( !is_large || !backing()[0] || WS_LOCKED( info[i].flags ), "%u: not locked\n", i );
    }
    check_large( GetCurrentProcess(), mem, FALSE, 0, PAGE_READWRITE );
    UnmapViewOfFile( info[4].addr );
    CloseHandle( plain );
    VirtualFree( ordinary, 0, MEM_RELEASE );

    /* as another process sees it, and with a third one */
    self = OpenProcess( PROCESS_QUERY_INFORMATION, FALSE, GetCurrentProcessId() );
    check_large( self, view, TRUE, 1, PAGE_READWRITE );
    CloseHandle( self );
    child = start_child( "hold-view", "%s", name );
    ok( !WaitForSingleObject( ready, 10000 ), "the child is not ready\n" );
    check_large( GetCurrentProcess(), view, TRUE, 2, PAGE_READWRITE );
    SetEvent( done );
    wait_child( child );
    /* Wine tells of the end of a process before the host has taken its mappings away */
    for (i = 0; i < 250 && WS_SHARE_COUNT( get_flags( GetCurrentProcess(), view ) ) > 1; i++) Sleep( 20 );
    check_large( GetCurrentProcess(), view, TRUE, 1, PAGE_READWRITE );

    VirtualFree( mem, 0, MEM_RELEASE );
    unmap( second );
    unmap( view );
    CloseHandle( section );
    CloseHandle( ready );
    CloseHandle( done );
}

/* Argument: addresses of a view and of memory. */
static int look_at_parent( int argc, char **argv )
{
    HANDLE process = OpenProcess( PROCESS_QUERY_INFORMATION | PROCESS_VM_READ, FALSE, strtoul( argv[0], NULL, 16 ));
    char *view = (char *)(ULONG_PTR)strtoull( argv[1], NULL, 16 );
    char *mem = (char *)(ULONG_PTR)strtoull( argv[2], NULL, 16 );
    char *ordinary = (char *)(ULONG_PTR)strtoull( argv[3], NULL, 16 );
    ULONG_PTR flags;

    (void)argc;
    check_large( process, view, TRUE, 1, PAGE_READWRITE );
    check_large( process, view + 0x5000, TRUE, 1, PAGE_READWRITE );
    check_large( process, mem, FALSE, 0, PAGE_READWRITE );
    flags = get_flags( process, ordinary );
    ok( WS_VALID( flags ) && !WS_LARGE( flags ), "ordinary memory: %#Ix\n", flags );
    CloseHandle( process );
    return 0;
}

static void test_working_set_other(void)
{
    HANDLE section;
    char *view, *mem, *ordinary;

    if (!have_large_pages()) return;
    section = create_large( PAGE_READWRITE, 1 );
    view = MapViewOfFile( section, FILE_MAP_WRITE | FILE_MAP_LARGE_PAGES, 0, 0, 0 );
    mem = alloc_large( 1, PAGE_READWRITE );
    ordinary = VirtualAlloc( NULL, 0x10000, MEM_COMMIT, PAGE_READWRITE );
    ordinary[0] = 1;
    wait_child( start_child( "look-at-parent", "%lx %Ix %Ix %Ix", GetCurrentProcessId(), (SIZE_T)view, (SIZE_T)mem,
                             (SIZE_T)ordinary ));
    VirtualFree( ordinary, 0, MEM_RELEASE );
    VirtualFree( mem, 0, MEM_RELEASE );
    unmap( view );
    CloseHandle( section );
}

static int wait_a_while( int argc, char **argv )
{
    (void)argc;
    (void)argv;
    Sleep( 15000 );
    return 0;
}

/* Memory of another process. */
static void test_alloc_other(void)
{
    SIZE_T large = large_page(), len;
    MEMORY_BASIC_INFORMATION info;
    HANDLE child;
    char *mem, buffer[8];

    if (!have_large_pages()) return;
    child = start_child( "wait-a-while", " " );
    mem = VirtualAllocEx( child, NULL, 2 * large, LARGE_TYPE, PAGE_READWRITE );
    ok( mem && !((ULONG_PTR)mem & (large - 1)), "got %p, error %lu\n", mem, GetLastError() );
    if (mem)
    {
        ok( VirtualQueryEx( child, mem, &info, sizeof(info) ) && info.AllocationBase == mem && info.RegionSize == 2 * large &&
            info.Type == MEM_PRIVATE && info.State == MEM_COMMIT && info.Protect == PAGE_READWRITE,
            "base %p, size %#Ix, type %#lx, state %#lx, protection %#lx\n", info.AllocationBase, info.RegionSize,
            info.Type, info.State, info.Protect );
        ok( WriteProcessMemory( child, mem + large - 4, "abcdefg", 8, &len ) && len == 8, "error %lu\n", GetLastError() );
        ok( ReadProcessMemory( child, mem + large - 4, buffer, 8, &len ) && len == 8 && !strcmp( buffer, "abcdefg" ),
            "error %lu\n", GetLastError() );
        check_large( child, mem, FALSE, 0, PAGE_READWRITE );
        check_large( child, mem + 2 * large - 1, FALSE, 0, PAGE_READWRITE );
        ok( VirtualFreeEx( child, mem, 0, MEM_RELEASE ), "error %lu\n", GetLastError() );
        ok( VirtualQueryEx( child, mem, &info, sizeof(info) ) && info.State == MEM_FREE, "state %#lx\n", info.State );
    }
    SetLastError( 0xdeadbeef );
    mem = VirtualAllocEx( child, NULL, large + PAGE, LARGE_TYPE, PAGE_READWRITE );
    ok( !mem && GetLastError() == ERROR_INVALID_PARAMETER, "got %p, error %lu\n", mem, GetLastError() );
    TerminateProcess( child, 0 );
    CloseHandle( child );
}

/* ---- the other calls ---- */

/* A view and memory, to do the same with both. */
static void test_protect(void)
{
    SIZE_T large = large_page();
    struct region region;
    unsigned int i;
    HANDLE section;
    char *mem;
    DWORD old;

    if (!have_large_pages()) return;
    section = create_large( PAGE_READWRITE, 3 );
    for (i = 0; i < 2; i++)
    {
        winetest_push_context( i ? "memory" : "view" );
        if (i) mem = alloc_large( 3, PAGE_READWRITE );
        else mem = MapViewOfFile( section, FILE_MAP_WRITE | FILE_MAP_LARGE_PAGES, 0, 0, 0 );
        ok( mem != NULL, "error %lu\n", GetLastError() );
        memset( mem, 1, 3 * large );

        /* all large pages that have a byte in the range */
        ok( VirtualProtect( mem + large + 0x3000, 1, PAGE_READONLY, &old ) && old == PAGE_READWRITE,
            "error %lu, old %#lx\n", GetLastError(), old );
        region = (struct region){ mem, large, MEM_COMMIT, PAGE_READWRITE, PAGE_READWRITE, i ? MEM_PRIVATE : MEM_MAPPED };
        check_region( mem, &region );
        check_region( mem + 2 * large, &region );
        region.protect = PAGE_READONLY;
        check_region( mem + large, &region );
        ok( is_writable( mem + large - 1 ) && is_writable( mem + 2 * large ), "not writable\n" );
        ok( !is_writable( mem + large ) && !is_writable( mem + 2 * large - 1 ), "writable\n" );
        ok( is_readable( mem + large ), "not readable\n" );

        ok( VirtualProtect( mem + large - PAGE, 2 * PAGE, PAGE_NOACCESS, &old ) && old == PAGE_READWRITE,
            "error %lu, old %#lx\n", GetLastError(), old );
        ok( !is_readable( mem ) && !is_readable( mem + 2 * large - 1 ), "readable\n" );
        ok( is_writable( mem + 2 * large ), "not writable\n" );
        ok( VirtualProtect( mem, 3 * large, PAGE_READWRITE, &old ) && old == PAGE_NOACCESS, "error %lu, old %#lx\n",
            GetLastError(), old );
        ok( is_writable( mem ) && mem[large + 5] == 1, "not as before\n" );
        region = (struct region){ mem, 3 * large, MEM_COMMIT, PAGE_READWRITE, PAGE_READWRITE, i ? MEM_PRIVATE : MEM_MAPPED };
        check_region( mem, &region );
        ok( !VirtualProtect( mem + 2 * large, large + PAGE, PAGE_READONLY, &old ), "protected behind the end\n" );

        ok( VirtualLock( mem + 0x5000, 0x3000 ), "error %lu\n", GetLastError() );
        ok( VirtualUnlock( mem + 0x5000, 0x3000 ), "error %lu\n", GetLastError() );
        if (backing()[0]) ok( VirtualLock( mem, 3 * large ), "error %lu\n", GetLastError() );
        if (backing()[0]) ok( VirtualUnlock( mem, 3 * large ), "error %lu\n", GetLastError() );
        if (i) VirtualFree( mem, 0, MEM_RELEASE );
        else
        {
            ok( FlushViewOfFile( mem, 0 ), "error %lu\n", GetLastError() );
            ok( FlushViewOfFile( mem + large + 0x1000, 0x1000 ), "error %lu\n", GetLastError() );
            unmap( mem );
        }
        winetest_pop_context();
    }
    CloseHandle( section );
}

static void test_io(void)
{
    SIZE_T large = large_page(), len;
    HANDLE section, file = create_test_file( GENERIC_READ | GENERIC_WRITE, large );
    unsigned int i;
    DWORD count;
    char *mem, buffer[256];

    if (!have_large_pages())
    {
        CloseHandle( file );
        return;
    }
    section = create_large( PAGE_READWRITE, 2 );
    for (i = 0; i < 2; i++)
    {
        winetest_push_context( i ? "memory" : "view" );
        if (i) mem = alloc_large( 2, PAGE_READWRITE );
        else mem = MapViewOfFile( section, FILE_MAP_WRITE, 0, 0, 0 );

        SetFilePointer( file, 0, NULL, FILE_BEGIN );
        ok( ReadFile( file, mem + 0x1230, (DWORD)large, &count, NULL ) && count == large, "error %lu\n", GetLastError() );
        ok( word_at( mem, 0x1230 ) == test_word( 0 ) && word_at( mem, 0x1230 + large - 4 ) == test_word( large - 4 ),
            "wrong contents\n" );
        memset( mem + large, 0x77, 0x100 );
        SetFilePointer( file, 0x200, NULL, FILE_BEGIN );
        ok( WriteFile( file, mem + large, 0x100, &count, NULL ) && count == 0x100, "error %lu\n", GetLastError() );
        SetFilePointer( file, 0x200, NULL, FILE_BEGIN );
        ok( ReadFile( file, buffer, 0x100, &count, NULL ) && !memcmp( buffer, mem + large, 0x100 ), "wrong contents\n" );

        ok( ReadProcessMemory( GetCurrentProcess(), mem + large - 8, buffer, 16, &len ) && len == 16 &&
            !memcmp( buffer, mem + large - 8, 16 ), "error %lu\n", GetLastError() );
        ok( WriteProcessMemory( GetCurrentProcess(), mem + large - 8, "0123456789abcdef", 16, &len ) && len == 16 &&
            !memcmp( mem + large - 8, "0123456789abcdef", 16 ), "error %lu\n", GetLastError() );
        if (i) VirtualFree( mem, 0, MEM_RELEASE );
        else unmap( mem );
        winetest_pop_context();
    }
    CloseHandle( section );
    CloseHandle( file );
}

/* Code runs from large pages. */
static void test_execute(void)
{
    static const BYTE code[] = { 0xb8, 0x78, 0x56, 0x34, 0x12, 0xc3 };  /* mov eax, 0x12345678; ret */
    HANDLE section;
    unsigned int i;
    DWORD ret;
    char *mem;

    if (!have_large_pages()) return;
    section = create_large( PAGE_EXECUTE_READWRITE, 1 );
    for (i = 0; i < 2; i++)
    {
        if (i) mem = alloc_large( 1, PAGE_EXECUTE_READWRITE );
        else mem = MapViewOfFile( section, FILE_MAP_WRITE | FILE_MAP_EXECUTE | FILE_MAP_LARGE_PAGES, 0, 0, 0 );
        ok( mem != NULL, "error %lu\n", GetLastError() );
        if (!mem) continue;
        memcpy( mem + 0x1000, code, sizeof(code) );
        ret = 0;
        ok( !probe_exec( mem + 0x1000, &ret ) && ret == 0x12345678, "returned %#lx\n", ret );
        if (i) VirtualFree( mem, 0, MEM_RELEASE );
        else unmap( mem );
    }
    CloseHandle( section );
}

/* Starting a process while large pages are in use leaves them alone. */
static int exit_at_once( int argc, char **argv )
{
    (void)argc;
    (void)argv;
    return 0;
}

static void test_fork(void)
{
    SIZE_T large = large_page();
    HANDLE section, child;
    char *mem, *view, *copy;
    unsigned int i;

    if (!have_large_pages()) return;
    section = create_large( PAGE_READWRITE, 1 );
    view = MapViewOfFile( section, FILE_MAP_WRITE | FILE_MAP_LARGE_PAGES, 0, 0, 0 );
    copy = MapViewOfFile( section, FILE_MAP_COPY | FILE_MAP_LARGE_PAGES, 0, 0, 0 );
    mem = alloc_large( 2, PAGE_READWRITE );
    copy[0] = 1;
    for (i = 0; i < 4; i++)
    {
        child = start_child( "exit-at-once", " " );
        memset( mem, i, 2 * large );
        memset( view, i, large );
        memset( copy, i + 1, large );
        wait_child( child );
        ok( WS_LARGE( get_flags( GetCurrentProcess(), mem )) && WS_LARGE( get_flags( GetCurrentProcess(), mem + 2 * large - 1 )),
            "memory has small pages\n" );
        ok( WS_LARGE( get_flags( GetCurrentProcess(), view )), "the view has small pages\n" );
    }
    ok( mem[0] == 3 && view[0] == 3 && copy[0] == 4, "wrong contents\n" );
    VirtualFree( mem, 0, MEM_RELEASE );
    unmap( copy );
    unmap( view );
    CloseHandle( section );
}

static const struct rule rules[] =
{
    { "1.12-alloc-errors",      "what VirtualAlloc refuses",                              test_alloc_errors },
    { "1.12-alloc",             "VirtualAlloc gives large pages",                         test_alloc },
    { "1.12-alloc-base",        "at an address",                                          test_alloc_base },
    { "1.12-alloc-parameters",  "with extended parameters",                               test_alloc_parameters },
    { "1.15-working-set",       "QueryWorkingSetEx knows large pages",                    test_working_set },
    { "1.15-working-set-other", "also those of another process",                          test_working_set_other },
    { "1.12-alloc-other",       "memory of another process",                              test_alloc_other },
    { "1.12-protect",           "protections are of large pages; locking and flushing",   test_protect },
    { "1.12-io",                "reading and writing through large pages",                test_io },
    { "1.12-execute",           "code in large pages",                                    test_execute },
    { "1.12-fork",              "large pages stay when a process is started",             test_fork },
    { NULL }
};

static const struct child children[] =
{
    { "hold-view", hold_view },
    { "look-at-parent", look_at_parent },
    { "exit-at-once", exit_at_once },
    { "wait-a-while", wait_a_while },
    { NULL }
};

const struct test_file file_largemem = { "largemem", rules, children };
