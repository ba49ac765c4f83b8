/*
 * Extended parameters of VirtualAlloc2, and of MapViewOfFile3 in another process
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "placeholder.h"

#define SIZE 0x40000

static MEM_EXTENDED_PARAMETER make_param( BYTE type, ULONG64 value )
{
    MEM_EXTENDED_PARAMETER param;

    memset( &param, 0, sizeof(param) );
    param.Type = type;
    param.ULong64 = value;
    return param;
}

static MEM_ADDRESS_REQUIREMENTS requirements( ULONG64 low, ULONG64 high, SIZE_T alignment )
{
    MEM_ADDRESS_REQUIREMENTS req;

    memset( &req, 0, sizeof(req) );
    req.LowestStartingAddress = (void *)(ULONG_PTR)low;
    req.HighestEndingAddress = (void *)(ULONG_PTR)high;
    req.Alignment = alignment;
    return req;
}

/* What memory is allocated as, in which process. */

struct allocator
{
    const char *name;
    DWORD       type, protect, state;
    BOOL        is_view;
};

static const struct allocator allocators[] =
{
    { "reserve", MEM_RESERVE, PAGE_READWRITE, MEM_RESERVE, FALSE },
    { "reserve and commit", MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE, MEM_COMMIT, FALSE },
    { "commit", MEM_COMMIT, PAGE_READONLY, MEM_COMMIT, FALSE },
    { "placeholder", MEM_RESERVE | MEM_RESERVE_PLACEHOLDER, PAGE_NOACCESS, MEM_RESERVE, FALSE },
    { "view", 0, PAGE_READWRITE, MEM_COMMIT, TRUE },
};

static HANDLE section;   /* for the views */
static HANDLE target;    /* the calling process or another one */
static BOOL   is_remote;

static void *allocate( const struct allocator *a, DWORD flags, void *base, SIZE_T size, MEM_EXTENDED_PARAMETER *params,
                       ULONG count )
{
    SetLastError( 0xdeadbeef );
    if (a->is_view) return pMapViewOfFile3( section, target, base, 0, size, a->type | flags, a->protect, params, count );
    return pVirtualAlloc2( target, base, size, a->type | flags, a->protect, params, count );
}

static void release( const struct allocator *a, void *addr )
{
    if (!addr) return;
    if (a->is_view) ok( pUnmapViewOfFile2( target, addr, 0 ), "cannot unmap %p, error %lu\n", addr, GetLastError() );
    else ok( VirtualFreeEx( target, addr, 0, MEM_RELEASE ), "cannot free %p, error %lu\n", addr, GetLastError() );
}

static void check_memory( const struct allocator *a, void *addr, SIZE_T size )
{
    MEMORY_BASIC_INFORMATION info;

    memset( &info, 0, sizeof(info) );
    ok( VirtualQueryEx( target, addr, &info, sizeof(info) ), "%p: error %lu\n", addr, GetLastError() );
    ok( info.AllocationBase == addr, "%p: AllocationBase %p\n", addr, info.AllocationBase );
    ok( info.RegionSize == size, "%p: RegionSize %#Ix, expected %#Ix\n", addr, info.RegionSize, size );
    ok( info.State == a->state, "%p: State %#lx\n", addr, info.State );
    ok( info.Type == (a->is_view ? MEM_MAPPED : MEM_PRIVATE), "%p: Type %#lx\n", addr, info.Type );
    ok( info.AllocationProtect == a->protect, "%p: AllocationProtect %#lx\n", addr, info.AllocationProtect );
}

/* The rules run here and for a child process that has not begun. */

static PROCESS_INFORMATION other;

static BOOL start_suspended(void)
{
    char path[MAX_PATH];

    GetModuleFileNameA( NULL, path, sizeof(path) );
    return ok( start_program( path, "--list", CREATE_SUSPENDED, NULL, &other ),
               "cannot start a child, error %lu\n", GetLastError() );
}

static void begin_target( BOOL remote )
{
    winetest_push_context( remote ? "other process" : "own process" );
    section = create_section( PAGE_READWRITE, SIZE );
    target = GetCurrentProcess();
    is_remote = remote;
    if (remote && start_suspended()) target = other.hProcess;
}

static void end_target(void)
{
    if (is_remote)
    {
        TerminateProcess( other.hProcess, 0 );
        WaitForSingleObject( other.hProcess, 5000 );
        CloseHandle( other.hThread );
        CloseHandle( other.hProcess );
    }
    CloseHandle( section );
    winetest_pop_context();
}

#define for_each_target( remote ) \
    for ((remote) = FALSE; (remote) <= TRUE && (begin_target( remote ), TRUE); (remote)++, end_target())
#define for_each_allocator( a ) \
    for ((a) = allocators; (a) < allocators + ARRAY_SIZE( allocators ) && push_allocator( a ); \
         (a)++, winetest_pop_context())

static BOOL push_allocator( const struct allocator *a )
{
    winetest_push_context( "%s", a->name );
    return TRUE;
}

static void fails( const struct allocator *a, void *base, SIZE_T size, MEM_EXTENDED_PARAMETER *params, ULONG count,
                   DWORD error )
{
    void *addr = allocate( a, 0, base, size, params, count );

    ok( !addr && GetLastError() == error, "Got %p, error %lu, expected error %lu\n", addr, GetLastError(), error );
    release( a, addr );
}

static void test_array(void)
{
    MEM_ADDRESS_REQUIREMENTS req = requirements( 0, 0, 0 );
    MEM_EXTENDED_PARAMETER params[3], bad;
    const struct allocator *a;
    unsigned int type;
    void *addr;
    BOOL remote;

    if (!has_placeholders()) return;
    for_each_target( remote )
    {
        for_each_allocator( a )
        {
            fails( a, NULL, SIZE, NULL, 1, ERROR_INVALID_PARAMETER );
            fails( a, NULL, SIZE, NULL, ~0u, ERROR_INVALID_PARAMETER );
            bad = make_param( 0, 0 );
            addr = allocate( a, 0, NULL, SIZE, &bad, 0 );
            ok( addr != NULL, "no parameters: error %lu\n", GetLastError() );
            release( a, addr );
            for (type = 0; type < 256; type++)
            {
                if (type >= PARAM_ADDRESS_REQUIREMENTS && type <= PARAM_IMAGE_MACHINE) continue;
                params[0] = make_param( type, 0 );
                params[1] = params[0];
                params[0] = make_param( PARAM_NUMA_NODE, 0 );
                fails( a, NULL, SIZE, params + 1, 1, ERROR_INVALID_PARAMETER );
                fails( a, NULL, SIZE, params, 2, ERROR_INVALID_PARAMETER );
            }
            for (type = PARAM_ADDRESS_REQUIREMENTS; type <= PARAM_IMAGE_MACHINE; type++)
            {
                params[0] = make_param( type, type == PARAM_ADDRESS_REQUIREMENTS ? (ULONG_PTR)&req : 0 );
                params[1] = params[0];
                fails( a, NULL, SIZE, params, 2, ERROR_INVALID_PARAMETER );
                params[1] = make_param( type == PARAM_NUMA_NODE ? PARAM_ATTRIBUTE_FLAGS : PARAM_NUMA_NODE, 0 );
                params[2] = params[0];
                fails( a, NULL, SIZE, params, 3, ERROR_INVALID_PARAMETER );
            }
        }
    }
}

static void test_nothing_required(void)
{
    MEM_ADDRESS_REQUIREMENTS req = requirements( 0, 0, 0 );
    MEM_EXTENDED_PARAMETER param = make_param( PARAM_ADDRESS_REQUIREMENTS, (ULONG_PTR)&req );
    const struct allocator *a;
    char *addr, *base;
    BOOL remote;

    if (!has_placeholders()) return;
    for_each_target( remote )
    {
        for_each_allocator( a )
        {
            base = allocate( a, 0, NULL, SIZE, &param, 1 );
            ok( base != NULL, "error %lu\n", GetLastError() );
            check_memory( a, base, SIZE );
            release( a, base );
            if (a->type == MEM_COMMIT) continue;
            addr = allocate( a, 0, base, SIZE, &param, 1 );
            ok( addr == base, "Got %p, expected %p, error %lu\n", addr, base, GetLastError() );
            release( a, addr );
        }
    }
}

static void test_with_base(void)
{
    MEM_ADDRESS_REQUIREMENTS req;
    MEM_EXTENDED_PARAMETER param = make_param( PARAM_ADDRESS_REQUIREMENTS, (ULONG_PTR)&req );
    const struct allocator *a;
    BOOL remote;
    char *base;

    if (!has_placeholders()) return;
    for_each_target( remote )
    {
        base = find_free( SIZE );
        for_each_allocator( a )
        {
            req = requirements( (ULONG_PTR)base, 0, 0 );
            fails( a, base, SIZE, &param, 1, ERROR_INVALID_PARAMETER );
            req = requirements( 0, (ULONG_PTR)base + SIZE - 1, 0 );
            fails( a, base, SIZE, &param, 1, ERROR_INVALID_PARAMETER );
            req = requirements( 0, 0, GRANULARITY );
            fails( a, base, SIZE, &param, 1, ERROR_INVALID_PARAMETER );
        }
    }
}

static void test_bad_requirements(void)
{
    MEM_ADDRESS_REQUIREMENTS req, bad[32];
    MEM_EXTENDED_PARAMETER param = make_param( PARAM_ADDRESS_REQUIREMENTS, (ULONG_PTR)&req );
    const struct allocator *a;
    unsigned int i, count = 0;
    SYSTEM_INFO si;
    BOOL remote;
    ULONG64 max;

    if (!has_placeholders()) return;
    GetSystemInfo( &si );
    max = (ULONG_PTR)si.lpMaximumApplicationAddress;
    bad[count++] = requirements( 0, 0, 1 );
    bad[count++] = requirements( 0, 0, 0x1000 );
    bad[count++] = requirements( 0, 0, 0x8000 );
    bad[count++] = requirements( 0, 0, 0x30000 );
    bad[count++] = requirements( 0, 0, 0x10001 );
    bad[count++] = requirements( 0, 0, ~(SIZE_T)0 );
    bad[count++] = requirements( 0x20001000, 0, 0 );
    bad[count++] = requirements( 0x20001000 - 1, 0, 0 );
    bad[count++] = requirements( 0x20001000 + 1, 0, 0 );
    bad[count++] = requirements( max + 1, 0, 0 );
    bad[count++] = requirements( BITS( 0x8000000000000000, 0xffff0000 ), 0, 0 );
    bad[count++] = requirements( 0, 0x20001000, 0 );
    bad[count++] = requirements( 0, 0x20001000 + 1, 0 );
    bad[count++] = requirements( 0, 0x20001000 - 2, 0 );
    bad[count++] = requirements( 0, 0x20000800 - 1, 0 );
    bad[count++] = requirements( 0, max + 0x1000, 0 );
    bad[count++] = requirements( 0, ~(ULONG64)0, 0 );
    bad[count++] = requirements( 0x30000000, 0x20000fff, 0 );
    bad[count++] = requirements( 0x30000000, 0x2fffffff, 0 );
    for_each_target( remote )
    {
        for_each_allocator( a )
        {
            for (i = 0; i < count; i++)
            {
                req = bad[i];
                winetest_push_context( "%p, %p, %#Ix", req.LowestStartingAddress, req.HighestEndingAddress, req.Alignment );
                fails( a, NULL, SIZE, &param, 1, ERROR_INVALID_PARAMETER );
                winetest_pop_context();
            }
        }
    }
}

/* The last address of the address space can be named. */
static void test_limits(void)
{
    static const struct { ULONG64 low, high; } limits[] =
    {
        { 0, 0x5fffffff }, { ZONE( 0x10 ), 0 }, { ZONE( 0x20 ), ZONE( 0x21 ) - 1 }, { 0x10000, 0x7ffeffff },
        { ZONE( 0x30 ), ZONE( 0x30 ) + SIZE - 1 }, { 0x20000000, 0 },
    };
    MEM_ADDRESS_REQUIREMENTS req;
    MEM_EXTENDED_PARAMETER param = make_param( PARAM_ADDRESS_REQUIREMENTS, (ULONG_PTR)&req );
    const struct allocator *a;
    unsigned int i, top_down;
    ULONG_PTR addr;
    SYSTEM_INFO si;
    BOOL remote;

    if (!has_placeholders()) return;
    GetSystemInfo( &si );
    for_each_target( remote )
    {
        for_each_allocator( a )
        {
            for (i = 0; i <= ARRAY_SIZE( limits ); i++)
            {
                if (i < ARRAY_SIZE( limits )) req = requirements( limits[i].low, limits[i].high, 0 );
                else req = requirements( 0, (ULONG_PTR)si.lpMaximumApplicationAddress, 0 );
                for (top_down = 0; top_down < 2; top_down++)
                {
                    addr = (ULONG_PTR)allocate( a, top_down ? MEM_TOP_DOWN : 0, NULL, SIZE, &param, 1 );
                    ok( addr && addr >= (ULONG_PTR)req.LowestStartingAddress &&
                        (!req.HighestEndingAddress || addr + SIZE - 1 <= (ULONG_PTR)req.HighestEndingAddress),
                        "%p to %p: got %p, error %lu\n", req.LowestStartingAddress, req.HighestEndingAddress,
                        (void *)addr, GetLastError() );
                    if (addr) check_memory( a, (void *)addr, SIZE );
                    release( a, (void *)addr );
                }
            }
        }
    }
}

/* From below unless from above is asked for. */
static void test_top_down(void)
{
    MEM_ADDRESS_REQUIREMENTS req = requirements( ZONE( 0x38 ), ZONE( 0x38 ) + 0xffffff, 0 );
    MEM_EXTENDED_PARAMETER param = make_param( PARAM_ADDRESS_REQUIREMENTS, (ULONG_PTR)&req );
    const struct allocator *a;
    char *addrs[4];
    BOOL remote;

    if (!has_placeholders()) return;
    for_each_target( remote )
    {
        for_each_allocator( a )
        {
            addrs[0] = allocate( a, 0, NULL, SIZE, &param, 1 );
            addrs[1] = allocate( a, 0, NULL, SIZE, &param, 1 );
            addrs[2] = allocate( a, MEM_TOP_DOWN, NULL, SIZE, &param, 1 );
            addrs[3] = allocate( a, MEM_TOP_DOWN, NULL, SIZE, &param, 1 );
            ok( addrs[0] == (char *)ZONE( 0x38 ), "the first: got %p\n", addrs[0] );
            ok( addrs[1] == (char *)ZONE( 0x38 ) + SIZE, "the second: got %p\n", addrs[1] );
            ok( addrs[2] == (char *)ZONE( 0x38 ) + 0x1000000 - SIZE, "from above: got %p\n", addrs[2] );
            ok( addrs[3] == (char *)ZONE( 0x38 ) + 0x1000000 - 2 * SIZE, "the second from above: got %p\n", addrs[3] );
            release( a, addrs[0] );
            release( a, addrs[1] );
            release( a, addrs[2] );
            release( a, addrs[3] );
        }
    }
}

static void test_alignment(void)
{
    MEM_ADDRESS_REQUIREMENTS req;
    MEM_EXTENDED_PARAMETER param = make_param( PARAM_ADDRESS_REQUIREMENTS, (ULONG_PTR)&req );
    const struct allocator *a;
    const SIZE_T largest = BITS( (SIZE_T)1 << 40, 0x10000000 );
    SIZE_T alignment;
    ULONG_PTR found;
    void *addr;
    BOOL remote;

    if (!has_placeholders()) return;
    for_each_target( remote )
    {
        for_each_allocator( a )
        {
            for (alignment = GRANULARITY; alignment <= largest; alignment *= 4)
            {
                req = requirements( 0, 0, alignment );
                addr = allocate( a, 0, NULL, SIZE, &param, 1 );
                ok( addr && !((ULONG_PTR)addr & (alignment - 1)), "alignment %#Ix: got %p, error %lu\n",
                    alignment, addr, GetLastError() );
                release( a, addr );
            }
            /* with limits */
            req = requirements( largest, 4 * largest - 1, largest );
            addr = allocate( a, 0, NULL, SIZE, &param, 1 );
            found = (ULONG_PTR)addr;
            ok( found == largest || found == 2 * largest || found == 3 * largest, "got %p, error %lu\n", addr, GetLastError() );
            release( a, addr );
            req = requirements( 0x20010000, 0x3fffffff, 0x20000000 );
            fails( a, NULL, SIZE, &param, 1, ERROR_NOT_ENOUGH_MEMORY );
        }
    }
}

static void test_no_room(void)
{
    MEM_ADDRESS_REQUIREMENTS req;
    MEM_EXTENDED_PARAMETER param = make_param( PARAM_ADDRESS_REQUIREMENTS, (ULONG_PTR)&req );
    const struct allocator *a;
    char *busy;
    BOOL remote;

    if (!has_placeholders()) return;
    for_each_target( remote )
    {
        busy = VirtualAllocEx( target, NULL, SIZE, MEM_RESERVE, PAGE_NOACCESS );
        for_each_allocator( a )
        {
            req = requirements( (ULONG_PTR)busy, (ULONG_PTR)busy + SIZE - 1, 0 );
            fails( a, NULL, SIZE, &param, 1, ERROR_NOT_ENOUGH_MEMORY );
            req = requirements( (ULONG_PTR)busy, (ULONG_PTR)busy + GRANULARITY - 1, 0 );
            fails( a, NULL, SIZE, &param, 1, ERROR_NOT_ENOUGH_MEMORY );
        }
        VirtualFreeEx( target, busy, 0, MEM_RELEASE );
    }
}

/* A placeholder that a range is full of, and what is in it, is in the way as a whole. */
static void test_around_placeholder(void)
{
    MEM_ADDRESS_REQUIREMENTS req = requirements( ZONE( 0x39 ), ZONE( 0x39 ) + 3 * SIZE - 1, 0 );
    MEM_EXTENDED_PARAMETER param = make_param( PARAM_ADDRESS_REQUIREMENTS, (ULONG_PTR)&req );
    const struct allocator *a;
    char *base = (char *)ZONE( 0x39 ), *addr;
    unsigned int i;

    if (!has_placeholders()) return;
    begin_target( FALSE );
    addr = pVirtualAlloc2( NULL, base + SIZE, SIZE, MEM_RESERVE | MEM_RESERVE_PLACEHOLDER, PAGE_NOACCESS, NULL, 0 );
    ok( addr == base + SIZE, "got %p, error %lu\n", addr, GetLastError() );
    for (i = 1; i < SIZE / PAGE; i++) free_works( addr + (i - 1) * PAGE, PAGE, PRESERVE );
    for (i = 0; i < SIZE / PAGE; i += 2) alloc_in( addr + i * PAGE, PAGE, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE );
    for_each_allocator( a )
    {
        char *below = allocate( a, 0, NULL, SIZE, &param, 1 ), *above = allocate( a, 0, NULL, SIZE, &param, 1 );

        ok( below == base, "got %p, error %lu\n", below, GetLastError() );
        ok( above == base + 2 * SIZE, "got %p, error %lu\n", above, GetLastError() );
        fails( a, NULL, PAGE, &param, 1, ERROR_NOT_ENOUGH_MEMORY );
        release( a, below );
        release( a, above );
    }
    for (i = 0; i < SIZE / PAGE; i++) free_works( addr + i * PAGE, 0, MEM_RELEASE );
    end_target();
}

static void test_other_parameters(void)
{
    MEM_EXTENDED_PARAMETER param;
    const struct allocator *a;
    unsigned int i;
    void *addr;
    BOOL remote;

    if (!has_placeholders()) return;
    for_each_target( remote )
    {
        for_each_allocator( a )
        {
            param = make_param( PARAM_NUMA_NODE, 0 );
            addr = allocate( a, 0, NULL, SIZE, &param, 1 );
            ok( addr != NULL, "node 0: error %lu\n", GetLastError() );
            release( a, addr );
            param = make_param( PARAM_NUMA_NODE, 64 );
            fails( a, NULL, SIZE, &param, 1, ERROR_INVALID_PARAMETER );
            param = make_param( PARAM_NUMA_NODE, highest_node() + 1 );
            fails( a, NULL, SIZE, &param, 1, ERROR_INVALID_PARAMETER );
            param = make_param( PARAM_ATTRIBUTE_FLAGS, 0 );
            addr = allocate( a, 0, NULL, SIZE, &param, 1 );
            ok( addr != NULL, "no attributes: error %lu\n", GetLastError() );
            release( a, addr );
            for (i = 7; i < 64; i++)
            {
                param = make_param( PARAM_ATTRIBUTE_FLAGS, 1ull << i );
                fails( a, NULL, SIZE, &param, 1, ERROR_INVALID_PARAMETER );
            }
            param = make_param( PARAM_USER_PHYSICAL_HANDLE, 0x1234 );
            fails( a, NULL, SIZE, &param, 1, ERROR_INVALID_PARAMETER );
            param = make_param( PARAM_IMAGE_MACHINE, 0x1234 );
            addr = allocate( a, 0, NULL, SIZE, &param, 1 );
            ok( !addr && (GetLastError() == ERROR_NOT_SUPPORTED || GetLastError() == ERROR_INVALID_PARAMETER),
                "machine: got %p, error %lu\n", addr, GetLastError() );
            release( a, addr );
        }
    }
}

/* Allocating as much as there is room for fills a range without gaps, from several threads. */
static DWORD WINAPI fill_thread( void *arg )
{
    MEM_EXTENDED_PARAMETER param = make_param( PARAM_ADDRESS_REQUIREMENTS, (ULONG_PTR)arg );
    DWORD count = 0;

    while (pVirtualAlloc2( NULL, NULL, GRANULARITY, count & 1 ? MEM_RESERVE | MEM_RESERVE_PLACEHOLDER : MEM_RESERVE,
                           PAGE_NOACCESS, &param, 1 )) count++;
    return GetLastError() == ERROR_NOT_ENOUGH_MEMORY ? count : 0x80000000;
}

static void test_fill(void)
{
    enum { THREADS = 4, COUNT = 256 };
    MEM_ADDRESS_REQUIREMENTS req = requirements( ZONE( 0x3a ), ZONE( 0x3a ) + COUNT * GRANULARITY - 1, 0 );
    HANDLE threads[THREADS];
    DWORD count, total = 0, i;

    if (!has_placeholders()) return;
    for (i = 0; i < THREADS; i++) threads[i] = CreateThread( NULL, 0, fill_thread, &req, 0, NULL );
    for (i = 0; i < THREADS; i++)
    {
        WaitForSingleObject( threads[i], 20000 );
        ok( GetExitCodeThread( threads[i], &count ) && !(count & 0x80000000), "thread %lu: %#lx\n", i, count );
        total += count;
        CloseHandle( threads[i] );
    }
    ok( total == COUNT, "%lu allocations, expected %u\n", total, COUNT );
    for (i = 0; i < COUNT; i++) free_works( (char *)ZONE( 0x3a ) + i * GRANULARITY, 0, MEM_RELEASE );
}

static void test_from_app(void)
{
    MEM_ADDRESS_REQUIREMENTS req = requirements( ZONE( 0x10 ), 0, 0x100000 );
    MEM_EXTENDED_PARAMETER param = make_param( PARAM_ADDRESS_REQUIREMENTS, (ULONG_PTR)&req );
    char *addr;

    if (!has_placeholders()) return;
    if (!pVirtualAlloc2FromApp) { win_skip( "VirtualAlloc2FromApp is missing\n" ); return; }
    addr = pVirtualAlloc2FromApp( NULL, NULL, SIZE, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE, &param, 1 );
    ok( addr >= (char *)ZONE( 0x10 ) && !((ULONG_PTR)addr & 0xfffff), "got %p, error %lu\n", addr, GetLastError() );
    check_private( addr, SIZE, PAGE_READWRITE );
    free_works( addr, 0, MEM_RELEASE );
}

static const struct rule rules[] =
{
    { "1.11-array", "the array of parameters", test_array },
    { "1.11-nothing-required", "requirements without values", test_nothing_required },
    { "1.11-with-base", "a base and requirements exclude each other", test_with_base },
    { "1.11-bad-requirements", "limits and alignments that cannot be", test_bad_requirements },
    { "1.11-limits", "memory in a specified range", test_limits },
    { "1.11-top-down", "from below, or from above", test_top_down },
    { "1.11-alignment", "64 KiB to 1 TiB", test_alignment },
    { "1.11-no-room", "no room in the range", test_no_room },
    { "1.11-around-placeholder", "a placeholder is in the way as a whole", test_around_placeholder },
    { "1.11-other-parameters", "node, attributes, machine, physical pages", test_other_parameters },
    { "1.11-fill", "a range is filled to the last", test_fill },
    { "1.11-from-app", "VirtualAlloc2FromApp", test_from_app },
    { NULL, NULL, NULL }
};

const struct test_file file_requirements = { "requirements", rules, NULL };
