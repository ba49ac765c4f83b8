/*
 * Placeholders: their states and the ways between them
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "placeholder.h"

#define SIZE 0x40000

static const DWORD private_protections[] =
{
    PAGE_NOACCESS, PAGE_READONLY, PAGE_READWRITE, PAGE_EXECUTE, PAGE_EXECUTE_READ, PAGE_EXECUTE_READWRITE
};

static void test_create(void)
{
    HANDLE processes[] = { NULL, GetCurrentProcess(), NULL };
    unsigned int i;
    char *addr;

    if (!has_placeholders()) return;
    processes[2] = own_handle( PROCESS_VM_OPERATION | PROCESS_QUERY_INFORMATION );
    for (i = 0; i < ARRAY_SIZE( processes ); i++)
    {
        winetest_push_context( "process %u", i );
        SetLastError( 0xdeadbeef );
        addr = pVirtualAlloc2( processes[i], NULL, SIZE - 1, MEM_RESERVE | MEM_RESERVE_PLACEHOLDER, PAGE_NOACCESS, NULL, 0 );
        ok( addr && GetLastError() == 0xdeadbeef, "Got %p, error %lu\n", addr, GetLastError() );
        ok( !((ULONG_PTR)addr & (GRANULARITY - 1)), "Got %p\n", addr );
        check_placeholder( addr, SIZE );
        ok( probe_write( addr, 1 ) == EXCEPTION_ACCESS_VIOLATION, "A placeholder can be written\n" );
        ok( !is_readable( addr ) && !is_readable( addr + SIZE - 1 ), "A placeholder can be read\n" );
        if (processes[i])
            ok( VirtualFreeEx( processes[i], addr, 0, MEM_RELEASE ), "VirtualFreeEx error %lu\n", GetLastError() );
        else free_works( addr, 0, MEM_RELEASE );
        check_hole( addr, SIZE );
        winetest_pop_context();
    }
    CloseHandle( processes[2] );

    if (!pVirtualAlloc2FromApp) return;
    addr = pVirtualAlloc2FromApp( NULL, NULL, SIZE, MEM_RESERVE | MEM_RESERVE_PLACEHOLDER, PAGE_NOACCESS, NULL, 0 );
    check_placeholder( addr, SIZE );
    free_works( addr, 0, MEM_RELEASE );
}

static void test_create_errors(void)
{
    static const struct { DWORD type, protect; } tests[] =
    {
        { MEM_RESERVE_PLACEHOLDER, PAGE_NOACCESS },
        { MEM_RESERVE_PLACEHOLDER | MEM_COMMIT, PAGE_NOACCESS },
        { MEM_RESERVE_PLACEHOLDER | MEM_RESERVE | MEM_COMMIT, PAGE_NOACCESS },
        { MEM_RESERVE_PLACEHOLDER | MEM_RESERVE | MEM_REPLACE_PLACEHOLDER, PAGE_NOACCESS },
        { MEM_RESERVE_PLACEHOLDER | MEM_RESERVE, PAGE_READONLY },
        { MEM_RESERVE_PLACEHOLDER | MEM_RESERVE, PAGE_READWRITE },
        { MEM_RESERVE_PLACEHOLDER | MEM_RESERVE, PAGE_EXECUTE_READWRITE },
        { MEM_RESERVE_PLACEHOLDER | MEM_RESERVE, PAGE_NOACCESS | PAGE_GUARD },
        { MEM_RESERVE_PLACEHOLDER | MEM_RESERVE, 0 },
        { MEM_RESERVE | MEM_REPLACE_PLACEHOLDER, PAGE_READWRITE },  /* of what? */
    };
    unsigned int i;
    void *addr;

    if (!has_placeholders()) return;
    for (i = 0; i < ARRAY_SIZE( tests ); i++)
        alloc_fails( NULL, SIZE, tests[i].type, tests[i].protect, ERROR_INVALID_PARAMETER );
    alloc_fails( NULL, 0, MEM_RESERVE | MEM_RESERVE_PLACEHOLDER, PAGE_NOACCESS, ERROR_INVALID_PARAMETER );
    for (i = 0; i < 5; i++)
    {
        addr = pVirtualAlloc2( NULL, NULL, ~(SIZE_T)0 - i * BITS( 0x1000000000000000, 0x10000000 ), MEM_RESERVE | MEM_RESERVE_PLACEHOLDER,
                               PAGE_NOACCESS, NULL, 0 );
        ok( !addr, "A huge placeholder: got %p\n", addr );
    }

    /* what is older does not know them */
    SetLastError( 0xdeadbeef );
    addr = VirtualAlloc( NULL, SIZE, MEM_RESERVE | MEM_RESERVE_PLACEHOLDER, PAGE_NOACCESS );
    ok( !addr && GetLastError() == ERROR_INVALID_PARAMETER, "Got %p, error %lu\n", addr, GetLastError() );
    SetLastError( 0xdeadbeef );
    addr = VirtualAllocEx( GetCurrentProcess(), NULL, SIZE, MEM_RESERVE | MEM_RESERVE_PLACEHOLDER, PAGE_NOACCESS );
    ok( !addr && GetLastError() == ERROR_INVALID_PARAMETER, "Got %p, error %lu\n", addr, GetLastError() );
}

static void test_create_at(void)
{
    char *addr, *ret;

    if (!has_placeholders()) return;
    addr = find_free( SIZE );
    ret = pVirtualAlloc2( NULL, addr, SIZE, MEM_RESERVE | MEM_RESERVE_PLACEHOLDER, PAGE_NOACCESS, NULL, 0 );
    ok( ret == addr, "Got %p, expected %p, error %lu\n", ret, addr, GetLastError() );
    check_placeholder( addr, SIZE );

    /* in use */
    alloc_fails( addr, SIZE, MEM_RESERVE | MEM_RESERVE_PLACEHOLDER, PAGE_NOACCESS, ERROR_INVALID_ADDRESS );
    alloc_fails( addr + SIZE / 2, SIZE / 2, MEM_RESERVE | MEM_RESERVE_PLACEHOLDER, PAGE_NOACCESS, ERROR_INVALID_ADDRESS );
    alloc_fails( addr, SIZE, MEM_RESERVE, PAGE_NOACCESS, ERROR_INVALID_ADDRESS );
    alloc_fails( addr, SIZE, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE, ERROR_INVALID_ADDRESS );
    SetLastError( 0xdeadbeef );
    ret = VirtualAlloc( addr, SIZE, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE );
    ok( !ret && GetLastError() == ERROR_INVALID_ADDRESS, "Got %p, error %lu\n", ret, GetLastError() );
    check_placeholder( addr, SIZE );
    free_works( addr, 0, MEM_RELEASE );
}

static void test_untouchable(void)
{
    DWORD old = 0xdeadbeef;
    char *addr;
    BOOL ret;

    if (!has_placeholders()) return;
    addr = reserve( SIZE );
    if (!addr) return;

    alloc_fails( addr, SIZE, MEM_COMMIT, PAGE_READWRITE, ERROR_INVALID_ADDRESS );
    alloc_fails( addr + PAGE, PAGE, MEM_COMMIT, PAGE_READWRITE, ERROR_INVALID_ADDRESS );
    SetLastError( 0xdeadbeef );
    ret = VirtualAlloc( addr, PAGE, MEM_COMMIT, PAGE_READWRITE ) != NULL;
    ok( !ret && GetLastError() == ERROR_INVALID_ADDRESS, "VirtualAlloc: got %d, error %lu\n", ret, GetLastError() );
    SetLastError( 0xdeadbeef );
    ret = VirtualProtect( addr, PAGE, PAGE_READWRITE, &old );
    ok( !ret && GetLastError() == ERROR_INVALID_ADDRESS, "VirtualProtect: got %d, error %lu\n", ret, GetLastError() );
    SetLastError( 0xdeadbeef );
    ret = UnmapViewOfFile( addr );
    ok( !ret && GetLastError() == ERROR_INVALID_ADDRESS, "UnmapViewOfFile: got %d, error %lu\n", ret, GetLastError() );
    SetLastError( 0xdeadbeef );
    ret = pUnmapViewOfFileEx( addr, MEM_PRESERVE_PLACEHOLDER );
    ok( !ret && GetLastError() == ERROR_INVALID_ADDRESS, "UnmapViewOfFileEx: got %d, error %lu\n", ret, GetLastError() );
    check_placeholder( addr, SIZE );
    ok( !is_readable( addr ), "A placeholder can be read\n" );
    free_works( addr, 0, MEM_RELEASE );
}

static void test_split(void)
{
    char *addr;

    if (!has_placeholders()) return;

    addr = reserve( SIZE );
    free_works( addr + SIZE / 2, SIZE / 4, PRESERVE );  /* three */
    check_placeholder( addr, SIZE / 2 );
    check_placeholder( addr + SIZE / 2, SIZE / 4 );
    check_placeholder( addr + SIZE / 2 + SIZE / 4, SIZE / 4 );
    free_works( addr, 0, MEM_RELEASE );
    free_works( addr + SIZE / 2, 0, MEM_RELEASE );
    check_hole( addr, SIZE / 4 * 3 );
    free_works( addr + SIZE / 2 + SIZE / 4, 0, MEM_RELEASE );
    check_hole( addr, SIZE );

    addr = reserve( SIZE );
    free_works( addr, SIZE / 4, PRESERVE );  /* the lower part */
    check_placeholder( addr, SIZE / 4 );
    check_placeholder( addr + SIZE / 4, SIZE / 4 * 3 );
    free_works( addr + SIZE / 2, SIZE / 2, PRESERVE );  /* the upper part of what remains */
    check_placeholder( addr + SIZE / 4, SIZE / 4 );
    check_placeholder( addr + SIZE / 2, SIZE / 2 );
    free_works( addr + SIZE / 2, 0, MEM_RELEASE );
    free_works( addr + SIZE / 4, 0, MEM_RELEASE );
    free_works( addr, 0, MEM_RELEASE );
    check_hole( addr, SIZE );
}

static void test_split_pages(void)
{
    unsigned int i;
    char *addr;

    if (!has_placeholders()) return;
    addr = reserve( SIZE );
    for (i = 1; i < SIZE / PAGE; i += 2) free_works( addr + i * PAGE, PAGE, PRESERVE );
    for (i = 0; i < SIZE / PAGE; i++)
    {
        check_placeholder( addr + i * PAGE, PAGE );
        free_fails( addr + i * PAGE, PAGE, PRESERVE, ERROR_INVALID_ADDRESS );
    }
    for (i = 0; i < SIZE / PAGE; i++) free_works( addr + (i * 27 % (SIZE / PAGE)) * PAGE, 0, MEM_RELEASE );
    check_hole( addr, SIZE );
}

static void test_split_by_handle(void)
{
    HANDLE process;
    char *addr;
    BOOL ret;

    if (!has_placeholders()) return;
    process = own_handle( PROCESS_VM_OPERATION );
    addr = reserve( SIZE );
    ret = VirtualFreeEx( process, addr, SIZE / 2, PRESERVE );
    ok( ret, "Cannot split, error %lu\n", GetLastError() );
    check_placeholder( addr, SIZE / 2 );
    ret = VirtualFreeEx( process, addr, SIZE, COALESCE );
    ok( ret, "Cannot coalesce, error %lu\n", GetLastError() );
    check_placeholder( addr, SIZE );
    ret = VirtualFreeEx( process, addr, 0, MEM_RELEASE );
    ok( ret, "Cannot release, error %lu\n", GetLastError() );
    check_hole( addr, SIZE );
    CloseHandle( process );
}

static void test_handle_rights(void)
{
    static const DWORD rights[] = { PROCESS_QUERY_INFORMATION, PROCESS_QUERY_LIMITED_INFORMATION, SYNCHRONIZE,
                                    PROCESS_VM_READ | PROCESS_VM_WRITE };
    HANDLE section, process;
    unsigned int i;
    char *addr;
    DWORD old;
    void *ret;

    if (!has_placeholders()) return;
    section = create_section( PAGE_READWRITE, SIZE );
    addr = reserve( 2 * SIZE );
    free_works( addr, SIZE, PRESERVE );
    map_in( section, addr + SIZE, 0, SIZE, PAGE_READWRITE );
    for (i = 0; i < ARRAY_SIZE( rights ); i++)
    {
        winetest_push_context( "rights %#lx", rights[i] );
        process = own_handle( rights[i] );
#define DENIED( call ) \
        SetLastError( 0xdeadbeef ); \
        ok( !(call) && GetLastError() == ERROR_ACCESS_DENIED, #call " error %lu\n", GetLastError() )
        DENIED( ret = pVirtualAlloc2( process, NULL, SIZE, MEM_RESERVE | MEM_RESERVE_PLACEHOLDER, PAGE_NOACCESS, NULL, 0 ));
        DENIED( ret = pVirtualAlloc2( process, addr, SIZE, MEM_RESERVE | MEM_REPLACE_PLACEHOLDER, PAGE_NOACCESS, NULL, 0 ));
        DENIED( ret = pMapViewOfFile3( section, process, addr, 0, SIZE, MEM_REPLACE_PLACEHOLDER, PAGE_READONLY, NULL, 0 ));
        DENIED( VirtualFreeEx( process, addr, PAGE, PRESERVE ));
        DENIED( VirtualFreeEx( process, addr, 0, MEM_RELEASE ));
        DENIED( VirtualProtectEx( process, addr + SIZE, PAGE, PAGE_READONLY, &old ));
        DENIED( pUnmapViewOfFile2( process, addr + SIZE, MEM_PRESERVE_PLACEHOLDER ));
#undef DENIED
        (void)ret;
        CloseHandle( process );
        check_placeholder( addr, SIZE );
        check_view( addr + SIZE, SIZE, PAGE_READWRITE );
        winetest_pop_context();
    }
    unmap_in( addr + SIZE, 0 );
    free_works( addr, 0, MEM_RELEASE );
    CloseHandle( section );
}

static void test_split_errors(void)
{
    char *addr, *plain;

    if (!has_placeholders()) return;
    addr = reserve( SIZE );
    free_fails( addr, SIZE, PRESERVE, ERROR_INVALID_ADDRESS );         /* there is nothing to split off */
    free_fails( addr, 0, PRESERVE, ERROR_INVALID_PARAMETER );
    free_fails( addr, SIZE + PAGE, PRESERVE, ERROR_INVALID_PARAMETER );
    free_fails( addr + PAGE, SIZE, PRESERVE, ERROR_INVALID_PARAMETER );
    free_fails( addr + PAGE, ~(SIZE_T)0, PRESERVE, ERROR_INVALID_PARAMETER );
    free_fails( addr + PAGE, ~(SIZE_T)0 - (ULONG_PTR)addr - 2 * PAGE, PRESERVE, ERROR_INVALID_PARAMETER );
    free_fails( addr, PAGE, MEM_PRESERVE_PLACEHOLDER, ERROR_INVALID_PARAMETER );
    free_fails( addr, PAGE, MEM_DECOMMIT | MEM_PRESERVE_PLACEHOLDER, ERROR_INVALID_PARAMETER );
    free_fails( addr, PAGE, PRESERVE | MEM_COALESCE_PLACEHOLDERS, ERROR_INVALID_PARAMETER );
    free_fails( addr, PAGE, MEM_RELEASE, ERROR_INVALID_PARAMETER );
    free_fails( addr, PAGE, MEM_RELEASE | MEM_DECOMMIT, ERROR_INVALID_PARAMETER );
    free_fails( addr, PAGE, 0, ERROR_INVALID_PARAMETER );
    check_placeholder( addr, SIZE );
    free_works( addr, 0, MEM_RELEASE );
    free_fails( addr, PAGE, PRESERVE, ERROR_INVALID_ADDRESS );          /* free */
    free_fails( addr, 0, MEM_RELEASE, ERROR_INVALID_ADDRESS );

    plain = VirtualAlloc( NULL, SIZE, MEM_RESERVE, PAGE_NOACCESS );
    free_fails( plain, PAGE, PRESERVE, ERROR_INVALID_ADDRESS );
    free_fails( plain, SIZE, PRESERVE, ERROR_INVALID_ADDRESS );
    free_fails( plain, 0, PRESERVE, ERROR_INVALID_PARAMETER );
    free_works( plain, 0, MEM_RELEASE );
}

static void test_replace_private(void)
{
    struct region reserved = { NULL, SIZE, MEM_RESERVE, 0, 0, MEM_PRIVATE };
    unsigned int i, k;
    char *addr;
    BOOL zero;

    if (!has_placeholders()) return;
    addr = reserve( 3 * SIZE );
    free_works( addr + SIZE, SIZE, PRESERVE );
    reserved.alloc_base = addr + SIZE;
    for (i = 0; i < ARRAY_SIZE( private_protections ); i++)
    {
        DWORD protect = private_protections[i];

        winetest_push_context( "protection %s", protect_name( protect ));
        alloc_in( addr + SIZE, SIZE, MEM_RESERVE | MEM_COMMIT, protect );
        check_private( addr + SIZE, SIZE, protect );
        check_placeholder( addr, SIZE );
        check_placeholder( addr + 2 * SIZE, SIZE );
        ok( is_readable( addr + SIZE ) == (protect != PAGE_NOACCESS), "readable: %d\n", is_readable( addr + SIZE ));
        ok( is_writable( addr + SIZE ) == !!(protect & (PAGE_READWRITE | PAGE_EXECUTE_READWRITE)), "writable: %d\n",
            is_writable( addr + SIZE ));
        if (protect != PAGE_NOACCESS)
        {
            for (k = 0, zero = TRUE; k < SIZE; k += 4) zero &= !word_at( addr + SIZE, k );
            ok( zero, "New memory is not zero\n" );
        }
        if (is_writable( addr + SIZE )) fill_words( addr + SIZE, 0, SIZE );
        free_works( addr + SIZE, SIZE, PRESERVE );
        check_placeholder( addr + SIZE, SIZE );

        alloc_in( addr + SIZE, SIZE, MEM_RESERVE, protect );
        reserved.alloc_protect = protect;
        check_region( addr + SIZE, &reserved );
        ok( !is_readable( addr + SIZE ), "Reserved memory can be read\n" );
        free_works( addr + SIZE, SIZE, PRESERVE );
        check_placeholder( addr + SIZE, SIZE );
        winetest_pop_context();
    }
    free_works( addr, 3 * SIZE, COALESCE );
    free_works( addr, 0, MEM_RELEASE );
}

static void test_private_memory(void)
{
    struct region expect = { NULL, 0, 0, 0, PAGE_READWRITE, MEM_PRIVATE };
    char *addr, *mem, *ret;
    DWORD old;
    BOOL done;

    if (!has_placeholders() || ntdll_fails( "reserved pages that were protected differently are not one region" )) return;
    addr = reserve( 3 * SIZE );
    mem = addr + SIZE;
    free_works( mem, SIZE, PRESERVE );
    alloc_in( mem, SIZE, MEM_RESERVE, PAGE_READWRITE );
    expect.alloc_base = mem;

    /* commit, decommit, protect a part; not beyond the end */
    ret = VirtualAlloc( mem + PAGE, 2 * PAGE, MEM_COMMIT, PAGE_READWRITE );
    ok( ret == mem + PAGE, "Got %p, error %lu\n", ret, GetLastError() );
    expect.size = PAGE;
    expect.state = MEM_RESERVE;
    check_region( mem, &expect );
    expect.size = 2 * PAGE;
    expect.state = MEM_COMMIT;
    expect.protect = PAGE_READWRITE;
    check_region( mem + PAGE, &expect );
    expect.size = SIZE - 3 * PAGE;
    expect.state = MEM_RESERVE;
    expect.protect = 0;
    check_region( mem + 3 * PAGE, &expect );
    alloc_fails( mem + PAGE, SIZE, MEM_COMMIT, PAGE_READWRITE, ERROR_INVALID_ADDRESS );
    alloc_fails( mem + PAGE, ~(SIZE_T)0 - PAGE, MEM_COMMIT, PAGE_READWRITE, ERROR_INVALID_PARAMETER );
    alloc_fails( mem, SIZE, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE, ERROR_INVALID_ADDRESS );

    fill_words( mem + PAGE, 0, 2 * PAGE );
    done = VirtualProtect( mem + PAGE, PAGE, PAGE_READONLY, &old );
    ok( done && old == PAGE_READWRITE, "Got %d, old %#lx, error %lu\n", done, old, GetLastError() );
    ok( probe_write( mem + PAGE, 0 ) == EXCEPTION_ACCESS_VIOLATION, "A read-only page can be written\n" );
    expect.size = PAGE;
    expect.state = MEM_COMMIT;
    expect.protect = PAGE_READONLY;
    check_region( mem + PAGE, &expect );
    SetLastError( 0xdeadbeef );
    done = VirtualProtect( mem + 2 * PAGE, 2 * PAGE, PAGE_READONLY, &old );
    ok( !done && GetLastError() == ERROR_INVALID_ADDRESS, "Got %d, error %lu\n", done, GetLastError() );

    done = VirtualProtect( mem + 2 * PAGE, PAGE, PAGE_READWRITE | PAGE_GUARD, &old );
    ok( done && old == PAGE_READWRITE, "Got %d, old %#lx, error %lu\n", done, old, GetLastError() );
    ok( probe_write( mem + 2 * PAGE, 0 ) == STATUS_GUARD_PAGE_VIOLATION, "The page is not guarded\n" );
    ok( is_writable( mem + 2 * PAGE ), "The page is still guarded\n" );
    ok( word_at( mem, 2 * PAGE + 4 ) == test_word( PAGE + 4 ), "got %#lx\n", word_at( mem, 2 * PAGE + 4 ));

    free_works( mem + PAGE, 2 * PAGE, MEM_DECOMMIT );
    expect.size = SIZE;
    expect.state = MEM_RESERVE;
    expect.protect = 0;
    check_region( mem, &expect );
    ret = VirtualAlloc( mem, SIZE, MEM_COMMIT, PAGE_READWRITE );
    ok( ret == mem, "Got %p, error %lu\n", ret, GetLastError() );
    ok( !word_at( mem, PAGE ), "Memory committed again is not zero\n" );
    ret = VirtualAlloc( mem, SIZE, MEM_RESET, PAGE_NOACCESS );
    ok( ret == mem, "Got %p, error %lu\n", ret, GetLastError() );
    check_private( mem, SIZE, PAGE_READWRITE );
    free_fails( mem + PAGE, 0, MEM_RELEASE, ERROR_INVALID_ADDRESS );
    free_fails( mem + PAGE, SIZE, MEM_DECOMMIT, ERROR_INVALID_PARAMETER );
    check_placeholder( addr, SIZE );
    check_placeholder( addr + 2 * SIZE, SIZE );
    free_works( mem, 0, MEM_RELEASE );
    check_hole( mem, SIZE );
    free_works( addr, 0, MEM_RELEASE );
    free_works( addr + 2 * SIZE, 0, MEM_RELEASE );
}

static void test_replace_private_errors(void)
{
    char *addr, *plain;

    if (!has_placeholders()) return;
    addr = reserve( SIZE );
#define REPLACE (MEM_RESERVE | MEM_COMMIT | MEM_REPLACE_PLACEHOLDER)
    alloc_fails( addr, SIZE - PAGE, REPLACE, PAGE_READWRITE, ERROR_INVALID_ADDRESS );
    alloc_fails( addr, SIZE + PAGE, REPLACE, PAGE_READWRITE, ERROR_INVALID_ADDRESS );
    alloc_fails( addr + PAGE, SIZE - PAGE, REPLACE, PAGE_READWRITE, ERROR_INVALID_ADDRESS );
    alloc_fails( addr + PAGE, SIZE, REPLACE, PAGE_READWRITE, ERROR_INVALID_ADDRESS );
    alloc_fails( addr, SIZE, MEM_REPLACE_PLACEHOLDER, PAGE_READWRITE, ERROR_INVALID_PARAMETER );
    alloc_fails( addr, SIZE, MEM_COMMIT | MEM_REPLACE_PLACEHOLDER, PAGE_READWRITE, ERROR_INVALID_PARAMETER );
    alloc_fails( addr, 0, REPLACE, PAGE_READWRITE, ERROR_INVALID_PARAMETER );
    alloc_fails( NULL, SIZE, REPLACE, PAGE_READWRITE, ERROR_INVALID_PARAMETER );
    alloc_fails( addr, SIZE, REPLACE, 0, ERROR_INVALID_PARAMETER );
    alloc_fails( addr, SIZE, REPLACE, PAGE_READWRITE | PAGE_READONLY, ERROR_INVALID_PARAMETER );
    alloc_fails( addr, SIZE, REPLACE, PAGE_WRITECOPY, ERROR_INVALID_PARAMETER );
    check_placeholder( addr, SIZE );
    alloc_in( addr, SIZE, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE );
    alloc_fails( addr, SIZE, REPLACE, PAGE_READWRITE, ERROR_INVALID_PARAMETER );  /* not again */
    check_private( addr, SIZE, PAGE_READWRITE );
    free_works( addr, 0, MEM_RELEASE );
    alloc_fails( addr, SIZE, REPLACE, PAGE_READWRITE, ERROR_INVALID_PARAMETER );

    plain = VirtualAlloc( NULL, SIZE, MEM_RESERVE, PAGE_NOACCESS );
    alloc_fails( plain, SIZE, REPLACE, PAGE_READWRITE, ERROR_INVALID_PARAMETER );
    free_works( plain, 0, MEM_RELEASE );
#undef REPLACE
}

static void test_back_private(void)
{
    char *addr;

    if (!has_placeholders()) return;
    addr = reserve( SIZE );
    alloc_in( addr, SIZE, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE );
    fill_words( addr, 0, SIZE );

    /* parts: below, above, in the middle; what remains keeps its contents and is memory of its own */
    free_works( addr, PAGE, PRESERVE );
    check_placeholder( addr, PAGE );
    check_private( addr + PAGE, SIZE - PAGE, PAGE_READWRITE );
    free_works( addr + SIZE - PAGE, PAGE, PRESERVE );
    free_works( addr + SIZE / 2, PAGE, PRESERVE );
    check_placeholder( addr + SIZE / 2, PAGE );
    check_private( addr + PAGE, SIZE / 2 - PAGE, PAGE_READWRITE );
    check_private( addr + SIZE / 2 + PAGE, SIZE / 2 - 2 * PAGE, PAGE_READWRITE );
    ok( word_at( addr, SIZE / 2 - 4 ) == test_word( SIZE / 2 - 4 ), "got %#lx\n", word_at( addr, SIZE / 2 - 4 ));
    ok( word_at( addr, SIZE / 2 + PAGE ) == test_word( SIZE / 2 + PAGE ), "got %#lx\n", word_at( addr, SIZE / 2 + PAGE ));
    ok( !is_readable( addr + SIZE / 2 ), "A placeholder can be read\n" );

    free_works( addr + PAGE, SIZE / 2 - PAGE, PRESERVE );
    free_fails( addr + PAGE, SIZE / 2 - PAGE, PRESERVE, ERROR_INVALID_ADDRESS );  /* is one already */
    free_works( addr, SIZE / 2 + PAGE, COALESCE );
    check_placeholder( addr, SIZE / 2 + PAGE );
    alloc_in( addr, SIZE / 2 + PAGE, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE );
    ok( !word_at( addr, PAGE ), "New memory is not zero\n" );
    free_works( addr, 0, MEM_RELEASE );
    free_works( addr + SIZE / 2 + PAGE, 0, MEM_RELEASE );
    free_works( addr + SIZE - PAGE, 0, MEM_RELEASE );
    check_hole( addr, SIZE );
}

static void test_replace_view(void)
{
    HANDLE section;
    struct map_args args;
    const struct mapper *m;
    char *addr, *view;

    if (!has_placeholders()) return;
    section = create_filled_section( PAGE_READWRITE, SIZE );
    args = map_args( section );
    args.alloc_type = MEM_REPLACE_PLACEHOLDER;
    addr = reserve( SIZE );
    free_works( addr + PAGE, SIZE / 2, PRESERVE );
    for_each_mapper( m, TAKES_PROTECT )
    {
        args.base = addr + PAGE;
        args.offset = 3 * PAGE;
        args.size = SIZE / 2;
        view = map_works( m, &args );
        ok( view == addr + PAGE, "Got %p, expected %p\n", view, addr + PAGE );
        check_view( view, SIZE / 2, PAGE_READWRITE );
        check_placeholder( addr, PAGE );
        check_placeholder( addr + PAGE + SIZE / 2, SIZE / 2 - PAGE );
        if (view) ok( word_at( view, 0 ) == test_word( args.offset ), "got %#lx\n", word_at( view, 0 ));

        /* wrong sizes, and again */
        args.base = addr;
        args.size = SIZE / 2;
        map_fails( m, &args, ERROR_INVALID_ADDRESS );
        args.size = PAGE + 1;
        map_fails( m, &args, ERROR_INVALID_ADDRESS );
        args.base = addr + PAGE;
        args.size = SIZE / 2;
        map_fails( m, &args, ERROR_INVALID_ADDRESS );
        check_placeholder( addr, PAGE );
        check_view( view, SIZE / 2, PAGE_READWRITE );
        if (view) unmap_in( view, MEM_PRESERVE_PLACEHOLDER );
        check_placeholder( addr + PAGE, SIZE / 2 );
    }
    free_works( addr, SIZE, COALESCE );
    free_works( addr, 0, MEM_RELEASE );
    CloseHandle( section );
}

static void test_back_view(void)
{
    HANDLE section, process;
    const struct unmapper *u;
    unsigned int i;
    char *addr;
    BOOL ret;

    if (!has_placeholders()) return;
    section = create_filled_section( PAGE_READWRITE, SIZE );
    process = own_handle( PROCESS_VM_OPERATION );
    addr = reserve( 2 * SIZE );
    free_works( addr, SIZE, PRESERVE );
    for_each_unmapper( u )
    {
        if (!u->takes_flags) continue;
        for (i = 0; i < 4; i++)
        {
            map_in( section, addr, 0, SIZE, PAGE_READWRITE );
            unmap_fails( u, GetCurrentProcess(), addr, MEM_PRESERVE_PLACEHOLDER | MEM_RELEASE, ERROR_INVALID_PARAMETER );
            unmap_fails( u, GetCurrentProcess(), addr, 4, ERROR_INVALID_PARAMETER );
            check_view( addr, SIZE, PAGE_READWRITE );
            unmap_works( u, addr + (i & 1) * (SIZE - 1),
                         i & 2 ? MEM_PRESERVE_PLACEHOLDER | MEM_UNMAP_WITH_TRANSIENT_BOOST : MEM_PRESERVE_PLACEHOLDER );
            check_placeholder( addr, SIZE );
            unmap_fails( u, GetCurrentProcess(), addr, MEM_PRESERVE_PLACEHOLDER, ERROR_INVALID_ADDRESS );
            unmap_fails( u, GetCurrentProcess(), addr, 0, ERROR_INVALID_ADDRESS );
            check_placeholder( addr, SIZE );
        }
    }
    map_in( section, addr, 0, SIZE, PAGE_READWRITE );
    SetLastError( 0xdeadbeef );
    ret = pUnmapViewOfFile2( NULL, addr, MEM_PRESERVE_PLACEHOLDER );
    ok( !ret && GetLastError() == ERROR_INVALID_HANDLE, "Got %d, error %lu\n", ret, GetLastError() );
    ret = pUnmapViewOfFile2( process, addr, MEM_PRESERVE_PLACEHOLDER );
    ok( ret, "By a handle: error %lu\n", GetLastError() );
    check_placeholder( addr, SIZE );
    free_works( addr, 2 * SIZE, COALESCE );
    free_works( addr, 0, MEM_RELEASE );
    CloseHandle( process );
    CloseHandle( section );
}

static void test_unmap_frees(void)
{
    HANDLE section;
    const struct unmapper *u;
    char *addr, *view;

    if (!has_placeholders()) return;
    section = create_section( PAGE_READWRITE, SIZE );
    for_each_unmapper( u )
    {
        addr = reserve( 3 * SIZE );
        free_works( addr + SIZE, SIZE, PRESERVE );
        view = map_in( section, addr + SIZE, 0, SIZE, PAGE_READWRITE );
        unmap_works( u, view + PAGE, 0 );
        check_hole( addr + SIZE, SIZE );
        check_placeholder( addr, SIZE );
        check_placeholder( addr + 2 * SIZE, SIZE );
        ok( !is_readable( addr + SIZE ), "Free memory can be read\n" );
        free_fails( addr, 3 * SIZE, COALESCE, ERROR_INVALID_ADDRESS );
        map_in_fails( section, addr + SIZE, 0, SIZE, PAGE_READWRITE, ERROR_INVALID_ADDRESS );
        free_works( addr, 0, MEM_RELEASE );
        free_works( addr + 2 * SIZE, 0, MEM_RELEASE );
        check_hole( addr, 3 * SIZE );
    }
    CloseHandle( section );
}

static void test_free_of_view(void)
{
    HANDLE section;
    char *addr;

    if (!has_placeholders()) return;
    section = create_filled_section( PAGE_READWRITE, SIZE );
    addr = reserve( SIZE );
    map_in( section, addr, 0, SIZE, PAGE_READWRITE );
    free_fails( addr, 0, MEM_RELEASE, ERROR_INVALID_PARAMETER );
    free_fails( addr, PAGE, MEM_DECOMMIT, ERROR_INVALID_PARAMETER );
    free_fails( addr, SIZE, PRESERVE, ERROR_INVALID_PARAMETER );
    free_fails( addr, PAGE, PRESERVE, ERROR_INVALID_PARAMETER );
    free_fails( addr, SIZE, COALESCE, ERROR_INVALID_PARAMETER );
    check_view( addr, SIZE, PAGE_READWRITE );
    ok( word_at( addr, PAGE ) == test_word( PAGE ), "got %#lx\n", word_at( addr, PAGE ));
    unmap_in( addr, 0 );
    CloseHandle( section );
}

static void test_coalesce(void)
{
    unsigned int i, n = SIZE / PAGE;
    char *addr;

    if (!has_placeholders()) return;
    addr = reserve( SIZE );
    for (i = 1; i < n; i++) free_works( addr + (i - 1) * PAGE, PAGE, PRESERVE );
    free_works( addr + PAGE, 2 * PAGE, COALESCE );
    check_placeholder( addr, PAGE );
    check_placeholder( addr + PAGE, 2 * PAGE );
    check_placeholder( addr + 3 * PAGE, PAGE );
    free_works( addr, 4 * PAGE, COALESCE );
    check_placeholder( addr, 4 * PAGE );
    free_works( addr + (n - 2) * PAGE, 2 * PAGE, COALESCE );
    free_works( addr, SIZE, COALESCE );
    check_placeholder( addr, SIZE );
    free_works( addr, 0, MEM_RELEASE );
    check_hole( addr, SIZE );
}

/* neighbours that were not made as one; large ones, which need not be one reservation each */
static void test_coalesce_others(void)
{
    static const SIZE_T sizes[] = { SIZE, (64 << 20) + SIZE, SIZE, 100 << 20 };
    struct region expect = { NULL, 0, MEM_COMMIT, PAGE_READONLY, PAGE_READWRITE, 0 };
    SIZE_T total = 0, pos[ARRAY_SIZE(sizes)], size;
    HANDLE section;
    unsigned int i;
    char *addr, *ret;
    DWORD old;

    if (!has_placeholders()) return;
    for (i = 0; i < ARRAY_SIZE(sizes); i++)
    {
        pos[i] = total;
        total += sizes[i];
    }
    addr = find_free( total + SIZE );
    for (i = 0; i < ARRAY_SIZE(sizes); i++)
    {
        ret = pVirtualAlloc2( NULL, addr + pos[i], sizes[i], MEM_RESERVE | MEM_RESERVE_PLACEHOLDER, PAGE_NOACCESS, NULL, 0 );
        ok( ret == addr + pos[i], "got %p, expected %p, error %lu\n", ret, addr + pos[i], GetLastError() );
    }
    free_fails( addr, pos[2] - PAGE, COALESCE, ERROR_INVALID_ADDRESS );
    free_fails( addr + PAGE, pos[2] - PAGE, COALESCE, ERROR_INVALID_ADDRESS );
    free_fails( addr, total + PAGE, COALESCE, ERROR_INVALID_ADDRESS );
    for (i = 0; i < ARRAY_SIZE(sizes); i++) check_placeholder( addr + pos[i], sizes[i] );

    /* pieces of both sides first, then all */
    free_works( addr + PAGE, SIZE - PAGE, PRESERVE );
    free_works( addr + SIZE, 2 * PAGE, PRESERVE );
    free_works( addr + PAGE, SIZE + PAGE, COALESCE );
    check_placeholder( addr, PAGE );
    check_placeholder( addr + PAGE, SIZE + PAGE );
    check_placeholder( addr + SIZE + 2 * PAGE, sizes[1] - 2 * PAGE );
    free_works( addr, total, COALESCE );
    check_placeholder( addr, total );

    /* over the places where they met */
    size = total - 2 * PAGE;
    free_works( addr + PAGE, size, PRESERVE );
    section = create_section( PAGE_READWRITE, total );
    expect.alloc_base = addr + PAGE;
    for (i = 0; i < 2; i++)
    {
        winetest_push_context( i ? "view" : "private" );
        if (i) map_in( section, addr + PAGE, PAGE, size, PAGE_READWRITE );
        else alloc_in( addr + PAGE, size, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE );
        expect.type = i ? MEM_MAPPED : MEM_PRIVATE;
        fill_words( addr + pos[1] - PAGE, 0, 2 * PAGE );
        fill_words( addr + pos[3] - PAGE, 0, 2 * PAGE );
        ok( VirtualProtect( addr + 2 * PAGE, size - 2 * PAGE, PAGE_READONLY, &old ), "error %lu\n", GetLastError() );
        expect.size = size - 2 * PAGE;
        check_region( addr + 2 * PAGE, &expect );
        ok( word_at( addr, pos[3] ) == test_word( PAGE ), "got %#lx\n", word_at( addr, pos[3] ));
        if (i) unmap_in( addr + PAGE, MEM_PRESERVE_PLACEHOLDER );
        else free_works( addr + PAGE, size, PRESERVE );
        check_placeholder( addr + PAGE, size );
        winetest_pop_context();
    }
    CloseHandle( section );

    /* the reservation is gone with the last of them */
    free_works( addr + PAGE, 0, MEM_RELEASE );
    free_works( addr, 0, MEM_RELEASE );
    free_works( addr + total - PAGE, 0, MEM_RELEASE );
    ret = VirtualAlloc( addr, total + SIZE, MEM_RESERVE, PAGE_NOACCESS );
    ok( ret == addr, "got %p, error %lu\n", ret, GetLastError() );
    free_works( addr, 0, MEM_RELEASE );
}

static void test_coalesce_errors(void)
{
    HANDLE section;
    char *addr;

    if (!has_placeholders()) return;
    section = create_section( PAGE_READWRITE, SIZE );
    addr = reserve( 4 * SIZE );
    free_fails( addr, 4 * SIZE, COALESCE, ERROR_INVALID_ADDRESS );             /* one only */
    free_works( addr + SIZE, SIZE, PRESERVE );
    free_works( addr + 2 * SIZE, SIZE, PRESERVE );
    free_fails( addr, 2 * SIZE, MEM_COALESCE_PLACEHOLDERS, ERROR_INVALID_PARAMETER );
    free_fails( addr, 2 * SIZE, MEM_DECOMMIT | MEM_COALESCE_PLACEHOLDERS, ERROR_INVALID_PARAMETER );
    free_fails( addr, 0, COALESCE, ERROR_INVALID_PARAMETER );
    free_fails( addr, SIZE, COALESCE, ERROR_INVALID_ADDRESS );
    free_fails( addr, 2 * SIZE - PAGE, COALESCE, ERROR_INVALID_ADDRESS );
    free_fails( addr, 2 * SIZE + PAGE, COALESCE, ERROR_INVALID_ADDRESS );
    free_fails( addr + PAGE, 2 * SIZE - PAGE, COALESCE, ERROR_INVALID_ADDRESS );
    free_fails( addr, 16 * SIZE, COALESCE, ERROR_INVALID_ADDRESS );
    free_fails( addr + 3 * SIZE, 2 * SIZE, COALESCE, ERROR_INVALID_ADDRESS );  /* beyond the last */

    /* with something between them that is none */
    alloc_in( addr + SIZE, SIZE, MEM_RESERVE, PAGE_NOACCESS );
    free_fails( addr, 3 * SIZE, COALESCE, ERROR_INVALID_ADDRESS );
    free_fails( addr, 2 * SIZE, COALESCE, ERROR_INVALID_ADDRESS );
    free_fails( addr + SIZE, 2 * SIZE, COALESCE, ERROR_INVALID_ADDRESS );
    free_works( addr + SIZE, SIZE, PRESERVE );
    map_in( section, addr + SIZE, 0, SIZE, PAGE_READONLY );
    free_fails( addr, 3 * SIZE, COALESCE, ERROR_INVALID_ADDRESS );
    free_fails( addr + SIZE, 2 * SIZE, COALESCE, ERROR_INVALID_PARAMETER );
    unmap_in( addr + SIZE, 0 );
    free_fails( addr, 3 * SIZE, COALESCE, ERROR_INVALID_ADDRESS );
    free_fails( addr + SIZE, 2 * SIZE, COALESCE, ERROR_INVALID_ADDRESS );
    check_placeholder( addr, SIZE );
    check_placeholder( addr + 2 * SIZE, SIZE );
    free_works( addr + 2 * SIZE, 2 * SIZE, COALESCE );
    check_placeholder( addr + 2 * SIZE, 2 * SIZE );
    free_works( addr + 2 * SIZE, 0, MEM_RELEASE );
    free_works( addr, 0, MEM_RELEASE );
    CloseHandle( section );
}

static void test_release(void)
{
    char *addr;

    if (!has_placeholders()) return;
    addr = reserve( SIZE );
    free_works( addr + PAGE, PAGE, PRESERVE );
    free_fails( addr + 3 * PAGE, 0, MEM_RELEASE, ERROR_INVALID_ADDRESS );  /* not its beginning */
    free_works( addr + PAGE, 0, MEM_RELEASE );
    check_hole( addr + PAGE, PAGE );
    free_fails( addr + PAGE, 0, MEM_RELEASE, ERROR_INVALID_ADDRESS );
    check_placeholder( addr, PAGE );
    check_placeholder( addr + 2 * PAGE, SIZE - 2 * PAGE );
    free_works( addr, 0, MEM_RELEASE );
    free_works( addr + 2 * PAGE, 0, MEM_RELEASE );
    check_hole( addr, SIZE );
}

/* Whatever is wrong with a view, the placeholder stays. */
static void test_failed_replace(void)
{
    HANDLE section, reserved, read_only, event, file, image, file_section;
    unsigned int i;
    char *addr;

    if (!has_placeholders()) return;
    section = create_section( PAGE_READWRITE, SIZE );
    reserved = create_section( PAGE_READWRITE | SEC_RESERVE, SIZE );
    read_only = create_section( PAGE_READONLY, SIZE );
    event = CreateEventW( NULL, FALSE, FALSE, NULL );
    file = create_test_file( GENERIC_READ, SIZE - 100 );
    file_section = CreateFileMappingW( file, NULL, PAGE_READONLY, 0, 0, NULL );
    image = CreateFileMappingW( open_own_image(), NULL, PAGE_READONLY | SEC_IMAGE, 0, 0, NULL );
    addr = reserve( 2 * SIZE );
    free_works( addr, SIZE, PRESERVE );

    for (i = 0; i < 3; i++)  /* also after it has been in use */
    {
        map_in_fails( section, addr, PAGE, SIZE, PAGE_READWRITE, ERROR_ACCESS_DENIED );      /* beyond the section */
        map_in_fails( section, addr, 0, SIZE + 1, PAGE_READWRITE, ERROR_ACCESS_DENIED );
        map_in_fails( reserved, addr, PAGE, SIZE, PAGE_READWRITE, ERROR_ACCESS_DENIED );
        map_in_fails( file_section, addr, 0, SIZE, PAGE_READONLY, ERROR_ACCESS_DENIED );
        map_in_fails( section, addr, 1, SIZE - PAGE, PAGE_READWRITE, ERROR_MAPPED_ALIGNMENT );
        map_in_fails( section, addr + 1, 0, SIZE, PAGE_READWRITE, ERROR_MAPPED_ALIGNMENT );
        map_in_fails( section, addr, 0, SIZE - PAGE, PAGE_READWRITE, ERROR_INVALID_ADDRESS );
        map_in_fails( section, addr + SIZE, 0, SIZE - PAGE, PAGE_READWRITE, ERROR_INVALID_ADDRESS );
        map_in_fails( read_only, addr, 0, SIZE, PAGE_READWRITE, ERROR_ACCESS_DENIED );
        map_in_fails( section, addr, 0, SIZE, PAGE_EXECUTE_READ, ERROR_ACCESS_DENIED );
        map_in_fails( section, addr, 0, SIZE, 0, ERROR_INVALID_PARAMETER );
        map_in_fails( section, addr, 0, SIZE, PAGE_READWRITE | PAGE_READONLY, ERROR_INVALID_PARAMETER );
        map_in_fails( section, addr, 0, SIZE, PAGE_READWRITE | PAGE_GUARD, ERROR_INVALID_PARAMETER );
        map_in_fails( NULL, addr, 0, SIZE, PAGE_READWRITE, ERROR_INVALID_HANDLE );
        map_in_fails( event, addr, 0, SIZE, PAGE_READWRITE, ERROR_INVALID_HANDLE );
        map_in_fails( file, addr, 0, SIZE, PAGE_READONLY, ERROR_INVALID_HANDLE );
        map_in_fails( image, addr, 0, SIZE, PAGE_READONLY, ERROR_INVALID_PARAMETER );
        check_placeholder( addr, SIZE );
        ok( !is_readable( addr ), "A placeholder can be read\n" );
        if (i) alloc_in( addr, SIZE, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE );
        else map_in( section, addr, 0, SIZE, PAGE_READWRITE );
        if (i) free_works( addr, SIZE, PRESERVE );
        else unmap_in( addr, MEM_PRESERVE_PLACEHOLDER );
    }
    free_works( addr, 2 * SIZE, COALESCE );
    free_works( addr, 0, MEM_RELEASE );
    CloseHandle( image );
    CloseHandle( file_section );
    CloseHandle( file );
    CloseHandle( event );
    CloseHandle( read_only );
    CloseHandle( reserved );
    CloseHandle( section );
}

/* What is released can be used again at once, at its address. */
static void test_hole(void)
{
    HANDLE section;
    char *addr, *hole, *ret;

    if (!has_placeholders()) return;
    section = create_filled_section( PAGE_READWRITE, SIZE );
    addr = reserve( 3 * SIZE );
    hole = addr + SIZE;
    free_works( hole, SIZE, PRESERVE );
    free_works( hole, 0, MEM_RELEASE );
    check_hole( hole, SIZE );

    ret = VirtualAlloc( hole, SIZE, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE );
    ok( ret == hole, "Got %p, expected %p, error %lu\n", ret, hole, GetLastError() );
    check_private( hole, SIZE, PAGE_READWRITE );
    free_fails( hole, SIZE, PRESERVE, ERROR_INVALID_ADDRESS );  /* was no placeholder */
    free_fails( hole, PAGE, PRESERVE, ERROR_INVALID_ADDRESS );
    free_works( hole, 0, MEM_RELEASE );
    check_hole( hole, SIZE );

    ret = MapViewOfFileEx( section, FILE_MAP_WRITE, 0, 0, 0, hole );
    ok( ret == hole, "Got %p, expected %p, error %lu\n", ret, hole, GetLastError() );
    check_view( hole, SIZE, PAGE_READWRITE );
    ok( word_at( hole, PAGE ) == test_word( PAGE ), "got %#lx\n", word_at( hole, PAGE ));
    ok( !pUnmapViewOfFileEx( hole, MEM_PRESERVE_PLACEHOLDER ) && GetLastError() == ERROR_INVALID_ADDRESS,
        "error %lu\n", GetLastError() );
    unmap( hole );
    check_hole( hole, SIZE );

    /* a part of it */
    ret = VirtualAlloc( hole + GRANULARITY, PAGE, MEM_RESERVE, PAGE_READWRITE );
    ok( ret == hole + GRANULARITY, "Got %p, error %lu\n", ret, GetLastError() );
    check_hole( hole, GRANULARITY );
    check_hole( hole + GRANULARITY + PAGE, SIZE - GRANULARITY - PAGE );
    alloc_fails( hole, SIZE, MEM_RESERVE, PAGE_READWRITE, ERROR_INVALID_ADDRESS );
    ret = MapViewOfFileEx( section, FILE_MAP_READ, 0, 0, 0, hole );
    ok( !ret && GetLastError() == ERROR_INVALID_ADDRESS, "Got %p, error %lu\n", ret, GetLastError() );
    ret = MapViewOfFileEx( section, FILE_MAP_READ, 0, 0, PAGE, hole );
    ok( ret == hole, "Got %p, expected %p, error %lu\n", ret, hole, GetLastError() );
    unmap( hole );
    free_works( hole + GRANULARITY, 0, MEM_RELEASE );

    ret = pVirtualAlloc2( NULL, hole, SIZE, MEM_RESERVE | MEM_RESERVE_PLACEHOLDER, PAGE_NOACCESS, NULL, 0 );
    ok( ret == hole, "Got %p, expected %p, error %lu\n", ret, hole, GetLastError() );
    check_placeholder( hole, SIZE );
    map_in( section, hole, 0, SIZE, PAGE_READONLY );
    unmap_in( hole, MEM_PRESERVE_PLACEHOLDER );
    free_works( addr, 3 * SIZE, COALESCE );
    check_placeholder( addr, 3 * SIZE );
    free_works( addr, 0, MEM_RELEASE );
    CloseHandle( section );
}

/* Pieces of many MiB, which need not be one to the system. */
static void test_large_pieces(void)
{
    const SIZE_T total = BITS( (SIZE_T)16 << 30, 448 << 20 ), below = BITS( (SIZE_T)1 << 30, 70 << 20 ) + 3 * PAGE;
    const SIZE_T size = 300 << 20, where[] = { 0, 64 << 20, (64 << 20) - PAGE, 128 << 20, (300 << 20) - PAGE };
    struct region expect = { NULL, 0, MEM_COMMIT, PAGE_READONLY, PAGE_READWRITE, 0 };
    HANDLE section;
    unsigned int i, k;
    char *addr, *base;
    DWORD old;
    BOOL ret;

    if (!has_placeholders() || ntdll_fails( "VirtualProtect beyond the allocation is another error" )) return;
    section = create_section( PAGE_READWRITE, size );
    if (!(addr = reserve( total ))) return;
    base = addr + below;
    free_works( base, size, PRESERVE );
    check_placeholder( base, size );
    check_placeholder( addr, below );
    expect.alloc_base = base;
    for (k = 0; k < 2; k++)
    {
        winetest_push_context( k ? "view" : "private" );
        if (k) map_in( section, base, 0, size, PAGE_READWRITE );
        else alloc_in( base, size, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE );
        expect.type = k ? MEM_MAPPED : MEM_PRIVATE;
        expect.protect = PAGE_READWRITE;
        expect.size = size;
        check_region( base, &expect );
        for (i = 0; i < ARRAY_SIZE( where ); i++)
        {
            ok( !word_at( base, where[i] ), "not zero at %#Ix\n", where[i] );
            fill_words( base + where[i], where[i], PAGE );
        }
        ret = VirtualProtect( base + PAGE, size - 2 * PAGE, PAGE_READONLY, &old );
        ok( ret && old == PAGE_READWRITE, "Got %d, old %#lx, error %lu\n", ret, old, GetLastError() );
        expect.protect = PAGE_READONLY;
        expect.size = size - 2 * PAGE;
        check_region( base + PAGE, &expect );
        expect.size = size - 2 * PAGE - (100 << 20);
        check_region( base + PAGE + (100 << 20), &expect );
        ok( is_writable( base ) && !is_writable( base + PAGE ), "wrong protection below\n" );
        ok( !is_writable( base + size - 2 * PAGE ) && is_writable( base + size - PAGE ), "wrong protection above\n" );
        ret = VirtualProtect( base, size, PAGE_READWRITE, &old );
        ok( ret && old == PAGE_READWRITE, "Got %d, old %#lx, error %lu\n", ret, old, GetLastError() );
        SetLastError( 0xdeadbeef );
        ret = VirtualProtect( base, size + PAGE, PAGE_READONLY, &old );
        ok( !ret && GetLastError() == ERROR_INVALID_ADDRESS, "Got %d, error %lu\n", ret, GetLastError() );
        for (i = 0; i < ARRAY_SIZE( where ); i++)
            ok( word_at( base, where[i] ) == test_word( where[i] ), "wrong at %#Ix\n", where[i] );
        if (!k)  /* decommit over more than one part, protect over what is decommitted */
        {
            free_works( base + (60 << 20), 100 << 20, MEM_DECOMMIT );
            SetLastError( 0xdeadbeef );
            ret = VirtualProtect( base, size, PAGE_READONLY, &old );
            ok( !ret && GetLastError() == ERROR_INVALID_ADDRESS, "Got %d, error %lu\n", ret, GetLastError() );
            expect.protect = PAGE_READWRITE;
            expect.size = 60 << 20;
            check_region( base, &expect );
            free_works( base, size, PRESERVE );
        }
        else unmap_in( base + size / 2, MEM_PRESERVE_PLACEHOLDER );
        check_placeholder( base, size );
        winetest_pop_context();
    }
    free_works( addr, total, COALESCE );
    free_works( addr, 0, MEM_RELEASE );
    check_hole( addr, total );
    CloseHandle( section );
}

/* Windows has this; where ntdll has no placeholders it is refused and nothing is lost. */
static void test_write_watch(void)
{
    ULONG_PTR count = 16;
    void *pages[16], *ret;
    ULONG page_size;
    char *addr;

    if (!has_placeholders()) return;
    addr = reserve( SIZE );
    SetLastError( 0xdeadbeef );
    ret = pVirtualAlloc2( NULL, addr, SIZE, MEM_RESERVE | MEM_COMMIT | MEM_WRITE_WATCH | MEM_REPLACE_PLACEHOLDER,
                          PAGE_READWRITE, NULL, 0 );
    if (!ret)
    {
        ok( GetLastError() == ERROR_NOT_SUPPORTED || broken( GetLastError() == ERROR_INVALID_PARAMETER ),
            "error %lu\n", GetLastError() );
        check_placeholder( addr, SIZE );
    }
    else
    {
        addr[PAGE] = 1;
        ok( !GetWriteWatch( 0, addr, SIZE, pages, &count, &page_size ), "GetWriteWatch error %lu\n", GetLastError() );
        ok( count == 1 && pages[0] == addr + PAGE, "Got %Iu pages, %p\n", count, pages[0] );
    }
    free_works( addr, 0, MEM_RELEASE );
}

/* What Windows has and an ntdll without placeholders does not allow: an error, and nothing is lost. */
static void test_deviations(void)
{
    char *addr, *first, *ret;
    HANDLE section;
    DWORD old;

    if (!has_placeholders()) return;

    /* memory that begins in a hole and ends outside of what was reserved with it */
    addr = find_free( 2 * SIZE );
    first = pVirtualAlloc2( NULL, addr, SIZE, MEM_RESERVE | MEM_RESERVE_PLACEHOLDER, PAGE_NOACCESS, NULL, 0 );
    ok( first == addr, "got %p, expected %p\n", first, addr );
    free_works( addr, SIZE / 2, PRESERVE );
    free_works( addr + SIZE / 2, 0, MEM_RELEASE );
    SetLastError( 0xdeadbeef );
    ret = VirtualAlloc( addr + SIZE / 2, SIZE, MEM_RESERVE, PAGE_NOACCESS );
    if (ret) free_works( ret, 0, MEM_RELEASE );
    else ok( GetLastError() == ERROR_INVALID_ADDRESS, "error %lu\n", GetLastError() );
    check_hole( addr + SIZE / 2, SIZE / 2 );
    free_works( addr, 0, MEM_RELEASE );

    /* a page that can be written for all becomes a copy */
    section = create_filled_section( PAGE_READWRITE, SIZE );
    addr = reserve( SIZE );
    map_in( section, addr, 0, SIZE, PAGE_READWRITE );
    SetLastError( 0xdeadbeef );
    if (!VirtualProtect( addr, PAGE, PAGE_WRITECOPY, &old ))
    {
        ok( GetLastError() == ERROR_INVALID_PARAMETER, "error %lu\n", GetLastError() );
        check_view( addr, SIZE, PAGE_READWRITE );
    }
    unmap_in( addr, 0 );
    CloseHandle( section );
}

struct thief
{
    volatile LONG *stop;
    char          *start, *end;
    LONG           taken, allocations;
};

static DWORD WINAPI thief_thread( void *arg )
{
    struct thief *thief = arg;
    char *blocks[32] = { NULL };
    HANDLE section = create_section( PAGE_READWRITE, 0x100000 );
    unsigned int seed = (ULONG_PTR)thief, i;
    SIZE_T size;

    while (!*thief->stop)
    {
        seed = seed * 1103515245 + 12345;
        i = (seed >> 8) % ARRAY_SIZE( blocks );
        if (blocks[i])
        {
            if (i & 1) UnmapViewOfFile( blocks[i] );
            else VirtualFree( blocks[i], 0, MEM_RELEASE );
            blocks[i] = NULL;
            continue;
        }
        size = i & 1 ? 0x100000 : 0x1000 << ((seed >> 16) % 10);
        if (i & 1) blocks[i] = MapViewOfFile( section, FILE_MAP_WRITE, 0, 0, 0 );
        else blocks[i] = VirtualAlloc( NULL, size, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE );
        if (!blocks[i]) continue;
        thief->allocations++;
        blocks[i][0] = 0x55;
        if (blocks[i] + size > thief->start && blocks[i] < thief->end) thief->taken++;
    }
    for (i = 0; i < ARRAY_SIZE( blocks ); i++)
    {
        if (!blocks[i]) continue;
        if (i & 1) UnmapViewOfFile( blocks[i] );
        else VirtualFree( blocks[i], 0, MEM_RELEASE );
    }
    CloseHandle( section );
    return 0;
}

/* Eight threads that allocate as fast as they can get nothing of a range that is always in use. */
static void test_threads(void)
{
    enum { RANGE = 0x1000000, THREADS = 8, PIECES = 64, PIECE = RANGE / PIECES };
    char contents[PIECES] = { 0 };  /* 0: a placeholder, 1: view, 2: private */
    DWORD start, words = 0, rounds = 0;
    struct thief thieves[THREADS];
    HANDLE threads[THREADS], section;
    volatile LONG stop = 0;
    unsigned int i, seed = 1;
    char *addr;

    if (!has_placeholders()) return;
    section = create_filled_section( PAGE_READWRITE, PIECE );
    addr = reserve( RANGE );
    for (i = 1; i < PIECES; i++) free_works( addr + (i - 1) * PIECE, PIECE, PRESERVE );
    for (i = 0; i < THREADS; i++)
    {
        struct thief thief = { &stop, addr, addr + RANGE, 0, 0 };

        thieves[i] = thief;
        threads[i] = CreateThread( NULL, 0, thief_thread, &thieves[i], 0, NULL );
    }
    for (start = GetTickCount(); GetTickCount() - start < 1500 || rounds < 500; rounds++)
    {
        char *piece;

        seed = seed * 1103515245 + 12345;
        i = (seed >> 8) % PIECES;
        piece = addr + i * PIECE;
        switch (contents[i])
        {
        case 0:
            if (seed & 0x10000)
            {
                map_in( section, piece, 0, PIECE, PAGE_READWRITE );
                contents[i] = 1;
            }
            else
            {
                alloc_in( piece, PIECE, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE );
                fill_words( piece, 0, PAGE );
                contents[i] = 2;
            }
            break;
        default:
            words += word_at( piece, PAGE - 4 ) == test_word( PAGE - 4 );
            words--;
            if (contents[i] == 1) unmap_in( piece, MEM_PRESERVE_PLACEHOLDER );
            else free_works( piece, PIECE, PRESERVE );
            contents[i] = 0;
        }
    }
    stop = 1;
    WaitForMultipleObjects( THREADS, threads, TRUE, 20000 );
    ok( !words, "%lu words are wrong\n", -words );
    for (i = 0; i < THREADS; i++)
    {
        ok( !thieves[i].taken, "thread %u got %ld allocations in the range\n", i, thieves[i].taken );
        ok( thieves[i].allocations > 10, "thread %u made %ld allocations\n", i, thieves[i].allocations );
        CloseHandle( threads[i] );
    }
    for (i = 0; i < PIECES; i++)
    {
        if (contents[i] == 1) unmap_in( addr + i * PIECE, MEM_PRESERVE_PLACEHOLDER );
        else if (contents[i] == 2) free_works( addr + i * PIECE, PIECE, PRESERVE );
    }
    free_works( addr, RANGE, COALESCE );
    check_placeholder( addr, RANGE );
    free_works( addr, 0, MEM_RELEASE );
    CloseHandle( section );
}

/* Threads that replace and split at the same time, each in its part of one range. */
static DWORD WINAPI worker_thread( void *arg )
{
    char *base = arg, *ret;
    HANDLE section = create_section( PAGE_READWRITE, 0x10000 );
    LONG failed = 0;
    unsigned int i;

    for (i = 0; i < 2000; i++)
    {
        failed += !VirtualFree( base + PAGE, 2 * PAGE, PRESERVE );
        ret = pMapViewOfFile3( section, NULL, base + PAGE, 0, 2 * PAGE, MEM_REPLACE_PLACEHOLDER, PAGE_READWRITE, NULL, 0 );
        failed += ret != base + PAGE;
        if (ret) *(volatile DWORD *)ret = i;
        if (ret) failed += *(volatile DWORD *)ret != i;
        ret = pVirtualAlloc2( NULL, base, PAGE, MEM_RESERVE | MEM_COMMIT | MEM_REPLACE_PLACEHOLDER, PAGE_READWRITE, NULL, 0 );
        failed += ret != base;
        if (ret) failed += ret[i % PAGE] != 0;
        if (ret) ret[i % PAGE] = 1;
        failed += !VirtualFree( base, PAGE, PRESERVE );
        failed += !pUnmapViewOfFileEx( base + PAGE, MEM_PRESERVE_PLACEHOLDER );
        failed += !VirtualFree( base, 4 * PAGE, COALESCE );
        failed += is_readable( base );
    }
    CloseHandle( section );
    return failed;
}

static void test_workers(void)
{
    HANDLE threads[8];
    unsigned int i;
    DWORD failed;
    char *addr;

    if (!has_placeholders()) return;
    addr = reserve( ARRAY_SIZE( threads ) * 4 * PAGE );
    for (i = 0; i + 1 < ARRAY_SIZE( threads ); i++) free_works( addr + i * 4 * PAGE, 4 * PAGE, PRESERVE );
    for (i = 0; i < ARRAY_SIZE( threads ); i++)
        threads[i] = CreateThread( NULL, 0, worker_thread, addr + i * 4 * PAGE, 0, NULL );
    for (i = 0; i < ARRAY_SIZE( threads ); i++)
    {
        failed = ~0u;
        WaitForSingleObject( threads[i], 30000 );
        GetExitCodeThread( threads[i], &failed );
        ok( !failed, "thread %u: %ld calls failed\n", i, failed );
        check_placeholder( addr + i * 4 * PAGE, 4 * PAGE );
        CloseHandle( threads[i] );
    }
    free_works( addr, ARRAY_SIZE( threads ) * 4 * PAGE, COALESCE );
    free_works( addr, 0, MEM_RELEASE );
}

/* A thread that replaces and unmaps its four pages until it is stopped. */
struct loop
{
    char         *base;
    volatile LONG stop, rounds, failed;
};

static DWORD WINAPI loop_thread( void *arg )
{
    struct loop *loop = arg;
    HANDLE section = create_section( PAGE_READWRITE, 0x10000 );

    while (!loop->stop)
    {
        loop->failed += !VirtualFree( loop->base, PAGE, PRESERVE );
        loop->failed += !pMapViewOfFile3( section, NULL, loop->base, 0, PAGE, MEM_REPLACE_PLACEHOLDER, PAGE_READWRITE, NULL, 0 );
        loop->failed += !pUnmapViewOfFileEx( loop->base, MEM_PRESERVE_PLACEHOLDER );
        loop->failed += !VirtualFree( loop->base, 4 * PAGE, COALESCE );
        loop->rounds++;
    }
    CloseHandle( section );
    return 0;
}

/* A thread that is suspended or ended anywhere does not keep others from going on. */
static void test_suspended_thread(void)
{
    unsigned int i, slow = 0;
    struct loop loop;
    HANDLE thread;
    DWORD start;
    LONG rounds;
    char *addr;

    if (!has_placeholders()) return;
    addr = reserve( 8 * PAGE );
    free_works( addr, 4 * PAGE, PRESERVE );
    memset( &loop, 0, sizeof(loop) );
    loop.base = addr;
    thread = CreateThread( NULL, 0, loop_thread, &loop, 0, NULL );
    for (i = 0; i < 300; i++)
    {
        rounds = loop.rounds;
        while (loop.rounds == rounds) SwitchToThread();
        ok( SuspendThread( thread ) == 0, "error %lu\n", GetLastError() );
        start = GetTickCount();
        alloc_in( addr + 4 * PAGE, 4 * PAGE, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE );
        addr[4 * PAGE] = 1;
        free_works( addr + 4 * PAGE, 4 * PAGE, PRESERVE );
        check_placeholder( addr + 4 * PAGE, 4 * PAGE );
        slow += GetTickCount() - start > 2000;
        ok( ResumeThread( thread ) == 1, "error %lu\n", GetLastError() );
    }
    ok( !slow, "%u of %u times it took long\n", slow, i );
    loop.stop = 1;
    ok( !WaitForSingleObject( thread, 10000 ), "the thread hangs\n" );
    ok( !loop.failed && loop.rounds >= 300, "%ld of its calls failed in %ld rounds\n", loop.failed, loop.rounds );
    CloseHandle( thread );
    free_works( addr, 8 * PAGE, COALESCE );
    free_works( addr, 0, MEM_RELEASE );
}

static void test_terminated_thread(void)
{
    struct loop loops[20];
    HANDLE thread;
    unsigned int i;
    char *addr;

    if (!has_placeholders() || ntdll_fails( "a thread that is ended takes the lock of the address space with it" )) return;
    addr = reserve( ARRAY_SIZE( loops ) * 4 * PAGE );
    for (i = 0; i < ARRAY_SIZE( loops ); i++)
    {
        memset( &loops[i], 0, sizeof(loops[i]) );
        loops[i].base = addr + i * 4 * PAGE;
        if (i + 1 < ARRAY_SIZE( loops )) free_works( loops[i].base, 4 * PAGE, PRESERVE );
        thread = CreateThread( NULL, 0, loop_thread, &loops[i], 0, NULL );
        while (loops[i].rounds < 20) SwitchToThread();
        ok( TerminateThread( thread, 0 ), "error %lu\n", GetLastError() );
        ok( !WaitForSingleObject( thread, 10000 ), "thread %u does not end\n", i );
        CloseHandle( thread );

        /* under Wine it finishes what it has begun; what it leaves is one of its states, and can be put right */
        Sleep( 30 );
        if (!is_readable( loops[i].base )) VirtualFree( loops[i].base, 4 * PAGE, COALESCE );
        else unmap_in( loops[i].base, MEM_PRESERVE_PLACEHOLDER );
        VirtualFree( loops[i].base, 4 * PAGE, COALESCE );
        check_placeholder( loops[i].base, 4 * PAGE );
    }
    free_works( addr, ARRAY_SIZE( loops ) * 4 * PAGE, COALESCE );
    free_works( addr, 0, MEM_RELEASE );
}

/* A process ends while its threads are at it. */
static int child_exits( int argc, char **argv )
{
    static struct loop loops[4];
    unsigned int i;
    char *addr = reserve( ARRAY_SIZE( loops ) * 4 * PAGE );

    (void)argc;
    (void)argv;
    for (i = 0; i < ARRAY_SIZE( loops ); i++)
    {
        loops[i].base = addr + i * 4 * PAGE;
        if (i + 1 < ARRAY_SIZE( loops )) free_works( loops[i].base, 4 * PAGE, PRESERVE );
        CloseHandle( CreateThread( NULL, 0, loop_thread, &loops[i], 0, NULL ));
    }
    for (i = 0; i < ARRAY_SIZE( loops ); i++) while (loops[i].rounds < 10) Sleep( 1 );
    ExitProcess( 0 );
}

static void test_exit(void)
{
    unsigned int i;

    if (!has_placeholders()) return;
    for (i = 0; i < 8; i++) wait_child( start_child( "placeholder-exits", " " ));
}

/* A walk over the address space finds every piece, in order and without gaps. */
static void test_walk(void)
{
    enum { PIECES = 64 };
    MEMORY_BASIC_INFORMATION info;
    unsigned int i, seen = 0;
    HANDLE section;
    char *addr, *p = NULL;
    SYSTEM_INFO si;

    if (!has_placeholders()) return;
    GetSystemInfo( &si );
    section = create_section( PAGE_READWRITE, SIZE );
    addr = reserve( PIECES * SIZE );
    for (i = 0; i < PIECES; i++)
    {
        if (i) free_works( addr + (i - 1) * SIZE, SIZE, PRESERVE );
    }
    for (i = 0; i < PIECES; i += 2)
    {
        if (i & 2) map_in( section, addr + i * SIZE, 0, SIZE, PAGE_READWRITE );
        else alloc_in( addr + i * SIZE, SIZE, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE );
    }
    free_works( addr + 5 * SIZE, 0, MEM_RELEASE );
    while (p < (char *)si.lpMaximumApplicationAddress && VirtualQuery( p, &info, sizeof(info) ))
    {
        if (info.BaseAddress != p || !info.RegionSize)
        {
            ok( 0, "%p: got %p, %#Ix\n", p, info.BaseAddress, info.RegionSize );
            break;
        }
        if (p >= addr && p < addr + PIECES * SIZE)
        {
            i = (p - addr) / SIZE;
            ok( info.RegionSize == SIZE, "piece %u: %#Ix\n", i, info.RegionSize );
            ok( info.AllocationBase == (i == 5 ? NULL : p), "piece %u: AllocationBase %p\n", i, info.AllocationBase );
            ok( info.State == (i == 5 ? MEM_FREE : i & 1 ? MEM_RESERVE : MEM_COMMIT), "piece %u: state %#lx\n", i, info.State );
            seen++;
        }
        p += info.RegionSize;
    }
    ok( seen == PIECES, "%u of %u pieces found\n", seen, PIECES );
    for (i = 0; i < PIECES; i++)
    {
        if (i == 5) continue;
        if ((i & 3) == 2) unmap_in( addr + i * SIZE, 0 );
        else free_works( addr + i * SIZE, 0, MEM_RELEASE );
    }
    check_hole( addr, PIECES * SIZE );
    CloseHandle( section );
}

static const struct rule rules[] =
{
    { "1.14-create", "a placeholder is reserved and cannot be used", test_create },
    { "1.14-create-errors", "what a placeholder cannot be made of", test_create_errors },
    { "1.14-create-at", "a placeholder at an address, and nothing else there", test_create_at },
    { "1.14-untouchable", "nothing can be done with it but what is for placeholders", test_untouchable },
    { "1.14-split", "split in two and in three", test_split },
    { "1.14-split-pages", "split into single pages", test_split_pages },
    { "1.14-split-by-handle", "split, coalesce, release by a handle of the process", test_split_by_handle },
    { "1.14-split-errors", "what cannot be split", test_split_errors },
    { "1.14-handle-rights", "a handle needs PROCESS_VM_OPERATION", test_handle_rights },
    { "1.14-replace-private", "private memory of all protections, zero", test_replace_private },
    { "1.14-private-memory", "commit, decommit, protect, guard in private memory", test_private_memory },
    { "1.14-replace-private-errors", "exactly a placeholder, RESERVE, a protection", test_replace_private_errors },
    { "1.14-back-private", "private memory becomes a placeholder, whole and in parts", test_back_private },
    { "1.14-replace-view", "a view by all functions, exact or nothing", test_replace_view },
    { "1.14-back-view", "a view becomes a placeholder once", test_back_view },
    { "1.14-unmap-frees", "unmapping without the flag frees the range", test_unmap_frees },
    { "1.14-free-of-view", "VirtualFree is not for views", test_free_of_view },
    { "1.14-coalesce", "join two, several, all", test_coalesce },
    { "1.14-coalesce-others", "neighbours that were not made as one", test_coalesce_others },
    { "1.14-coalesce-errors", "what cannot be joined", test_coalesce_errors },
    { "1.14-release", "release one of several", test_release },
    { "1.14-failed-replace", "a placeholder survives every failure", test_failed_replace },
    { "1.14-hole", "a released range can be used again", test_hole },
    { "1.14-large-pieces", "pieces of hundreds of MiB", test_large_pieces },
    { "1.14-write-watch", "write watches in a placeholder, or none and nothing lost", test_write_watch },
    { "1.14-deviations", "what cannot be had is an error, and nothing is lost", test_deviations },
    { "1.14-threads", "threads that allocate never get into a range", test_threads },
    { "1.14-workers", "threads that change pieces of one range", test_workers },
    { "1.14-suspended-thread", "a thread that is suspended keeps nobody waiting", test_suspended_thread },
    { "1.14-terminated-thread", "nor one that is ended", test_terminated_thread },
    { "1.14-exit", "a process that ends while its threads are at it", test_exit },
    { "1.14-walk", "VirtualQuery from end to end", test_walk },
    { NULL, NULL, NULL }
};

static const struct child children[] =
{
    { "placeholder-exits", child_exits },
    { NULL, NULL }
};

const struct test_file file_placeholder = { "placeholder", rules, children };
