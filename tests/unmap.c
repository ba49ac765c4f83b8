/*
 * UnmapViewOfFile, UnmapViewOfFileEx, UnmapViewOfFile2
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "test.h"

#define SECTION_SIZE 0x24000

static void check_free( const void *addr )
{
    struct region expect;

    memset( &expect, 0, sizeof(expect) );
    expect.state = MEM_FREE;
    expect.protect = PAGE_NOACCESS;
    check_region( addr, &expect );
}

static void test_any_address(void)
{
    static const SIZE_T offsets[] = { 0, 1, 100, PAGE, PAGE + 100, GRANULARITY, 2 * GRANULARITY + 1, SECTION_SIZE - 1 };
    HANDLE section = create_section( PAGE_READWRITE, SECTION_SIZE );
    const struct unmapper *u;
    unsigned int i;
    char *view;

    for_each_unmapper( u )
    {
        for (i = 0; i < ARRAY_SIZE( offsets ); i++)
        {
            winetest_push_context( "offset %#Ix", offsets[i] );
            view = map_all( section );
            ok( view != NULL, "cannot map it, error %lu\n", GetLastError() );
            unmap_works( u, view + offsets[i], 0 );
            check_free( view );
            winetest_pop_context();
        }
    }
    CloseHandle( section );
}

static void test_behind_view(void)
{
    HANDLE section = create_section( PAGE_READWRITE, SECTION_SIZE );
    const struct unmapper *u;
    char *base, *view;

    for_each_unmapper( u )
    {
        base = find_free( 4 * GRANULARITY );
        view = MapViewOfFileEx( section, FILE_MAP_WRITE, 0, 0, 0, base );
        ok( view == base, "got %p, error %lu\n", view, GetLastError() );
        unmap_fails( u, GetCurrentProcess(), view + SECTION_SIZE, 0, ERROR_INVALID_ADDRESS );
        unmap_fails( u, GetCurrentProcess(), view + 3 * GRANULARITY - 1, 0, ERROR_INVALID_ADDRESS );
        check_view( view, SECTION_SIZE, PAGE_READWRITE );
        unmap_works( u, view, 0 );
    }
    CloseHandle( section );
}

static void test_not_a_view(void)
{
    char *reserved = VirtualAlloc( NULL, GRANULARITY, MEM_RESERVE, PAGE_NOACCESS );
    char *committed = VirtualAlloc( NULL, GRANULARITY, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE );
    char on_stack = 1, *in_heap = HeapAlloc( GetProcessHeap(), 0, 100 );
    const struct unmapper *u;
    unsigned int i;
    void *addrs[12];

    addrs[0] = NULL;
    addrs[1] = reserved;
    addrs[2] = committed;
    addrs[3] = committed + 0x3000;
    addrs[4] = (void *)0xdeadbeef;
    addrs[5] = &on_stack;
    addrs[6] = in_heap;
    addrs[7] = find_free( GRANULARITY );
    addrs[8] = (void *)1;
    addrs[9] = (void *)USER_END;
    addrs[10] = (void *)SYSTEM_ADDRESS;
    addrs[11] = (void *)~(ULONG_PTR)0;
    for_each_unmapper( u )
        for (i = 0; i < ARRAY_SIZE( addrs ); i++)
            unmap_fails( u, GetCurrentProcess(), addrs[i], 0, ERROR_INVALID_ADDRESS );
    ok( is_writable( committed ), "%p has gone\n", committed );
    HeapFree( GetProcessHeap(), 0, in_heap );
    VirtualFree( committed, 0, MEM_RELEASE );
    VirtualFree( reserved, 0, MEM_RELEASE );
}

static void test_twice(void)
{
    HANDLE section = create_section( PAGE_READWRITE, SECTION_SIZE );
    const struct unmapper *u;
    char *view;

    for_each_unmapper( u )
    {
        view = map_all( section );
        ok( view != NULL, "cannot map it, error %lu\n", GetLastError() );
        unmap_works( u, view, 0 );
        unmap_fails( u, GetCurrentProcess(), view, 0, ERROR_INVALID_ADDRESS );
        unmap_fails( u, GetCurrentProcess(), view + PAGE, 0, ERROR_INVALID_ADDRESS );
    }
    CloseHandle( section );
}

static void test_flags_boost(void)
{
    HANDLE section = create_section( PAGE_READWRITE, SECTION_SIZE );
    const struct unmapper *u;
    char *view;

    for_each_unmapper( u )
    {
        if (!u->takes_flags) continue;
        view = map_all( section );
        unmap_works( u, view, MEM_UNMAP_WITH_TRANSIENT_BOOST );
        check_free( view );
    }
    CloseHandle( section );
}

static void test_flags_unknown(void)
{
    HANDLE section = create_section( PAGE_READWRITE, SECTION_SIZE );
    char *view = map_all( section );
    const struct unmapper *u;
    unsigned int i;

    for_each_unmapper( u )
    {
        if (!u->takes_flags) continue;
        for (i = 2; i < 32; i++)
        {
            unmap_fails( u, GetCurrentProcess(), view, 1ul << i, ERROR_INVALID_PARAMETER );
            unmap_fails( u, GetCurrentProcess(), view, (1ul << i) | MEM_UNMAP_WITH_TRANSIENT_BOOST,
                         ERROR_INVALID_PARAMETER );
        }
        unmap_fails( u, GetCurrentProcess(), view, 0xffffffff, ERROR_INVALID_PARAMETER );
    }
    ok( is_writable( view ), "the view has gone\n" );
    if (is_writable( view )) unmap( view );
    CloseHandle( section );
}

static void test_flags_preserve(void)
{
    HANDLE section = create_filled_section( PAGE_READWRITE, SECTION_SIZE );
    const struct unmapper *u;
    char *view;

    for_each_unmapper( u )
    {
        if (!u->takes_flags) continue;
        view = map_all( section );
        unmap_fails( u, GetCurrentProcess(), view, MEM_PRESERVE_PLACEHOLDER, ERROR_INVALID_ADDRESS );
        ok( is_readable( view ), "the view has gone\n" );
        if (!is_readable( view )) view = map_all( section );
        unmap_fails( u, GetCurrentProcess(), view + PAGE, MEM_PRESERVE_PLACEHOLDER, ERROR_INVALID_ADDRESS );
        if (!is_readable( view )) view = map_all( section );
        unmap_fails( u, GetCurrentProcess(), view, MEM_PRESERVE_PLACEHOLDER | MEM_UNMAP_WITH_TRANSIENT_BOOST,
                     ERROR_INVALID_ADDRESS );
        if (!is_readable( view )) view = map_all( section );
        check_view( view, SECTION_SIZE, PAGE_READWRITE );
        ok( word_at( view, 4 ) == test_word( 4 ), "got %#lx\n", word_at( view, 4 ));
        unmap_works( u, view, 0 );
    }
    CloseHandle( section );
}

static void test_process_handle(void)
{
    HANDLE section = create_section( PAGE_READWRITE, SECTION_SIZE );
    HANDLE query = OpenProcess( PROCESS_QUERY_INFORMATION, FALSE, GetCurrentProcessId() );
    HANDLE operation = OpenProcess( PROCESS_VM_OPERATION, FALSE, GetCurrentProcessId() );
    char *view = map_all( section );
    BOOL ret;

    if (!pUnmapViewOfFile2)
    {
        win_skip( "UnmapViewOfFile2 is missing\n" );
        return;
    }
    SetLastError( 0xdeadbeef );
    ret = pUnmapViewOfFile2( NULL, view, 0 );
    ok( !ret && GetLastError() == ERROR_INVALID_HANDLE, "NULL: got %d, error %lu\n", ret, GetLastError() );
    SetLastError( 0xdeadbeef );
    ret = pUnmapViewOfFile2( section, view, 0 );
    ok( !ret && GetLastError() == ERROR_INVALID_HANDLE, "section: got %d, error %lu\n", ret, GetLastError() );
    SetLastError( 0xdeadbeef );
    ret = pUnmapViewOfFile2( (HANDLE)0xdeadbee0, view, 0 );
    ok( !ret && GetLastError() == ERROR_INVALID_HANDLE, "bad: got %d, error %lu\n", ret, GetLastError() );
    SetLastError( 0xdeadbeef );
    ret = pUnmapViewOfFile2( query, view, 0 );
    ok( !ret && GetLastError() == ERROR_ACCESS_DENIED, "no access: got %d, error %lu\n", ret, GetLastError() );
    ok( is_readable( view ), "the view has gone\n" );
    SetLastError( 0xdeadbeef );
    ret = pUnmapViewOfFile2( operation, view, 0 );
    ok( ret && GetLastError() == 0xdeadbeef, "got %d, error %lu\n", ret, GetLastError() );
    check_free( view );
    CloseHandle( query );
    CloseHandle( operation );
    CloseHandle( section );
}

static void test_reuse(void)
{
    HANDLE section = create_section( PAGE_READWRITE, SECTION_SIZE );
    const struct unmapper *u;
    char *view, *again;

    for_each_unmapper( u )
    {
        view = map_all( section );
        unmap_works( u, view, 0 );
        again = VirtualAlloc( view, SECTION_SIZE, MEM_RESERVE, PAGE_NOACCESS );
        ok( again == view, "private memory: got %p, expected %p, error %lu\n", again, view, GetLastError() );
        VirtualFree( again, 0, MEM_RELEASE );
        again = MapViewOfFileEx( section, FILE_MAP_WRITE, 0, 0, 0, view );
        ok( again == view, "view: got %p, expected %p, error %lu\n", again, view, GetLastError() );
        unmap_works( u, again, 0 );
    }
    CloseHandle( section );
}

static void test_other_views_stay(void)
{
    HANDLE section = create_filled_section( PAGE_READWRITE, SECTION_SIZE );
    const struct unmapper *u;
    char *base, *views[3];
    unsigned int i;

    for_each_unmapper( u )
    {
        /* three neighbours, the last page of each but one is adjacent to the next */
        base = find_free( 4 * GRANULARITY );
        for (i = 0; i < 3; i++)
        {
            views[i] = MapViewOfFileEx( section, FILE_MAP_WRITE, 0, 0, GRANULARITY, base + i * GRANULARITY );
            ok( views[i] == base + i * GRANULARITY, "view %u: got %p\n", i, views[i] );
        }
        unmap_works( u, views[1] + 5, 0 );
        check_free( views[1] );
        check_view( views[0], GRANULARITY, PAGE_READWRITE );
        check_view( views[2], GRANULARITY, PAGE_READWRITE );
        ok( word_at( views[0], 8 ) == test_word( 8 ) && word_at( views[2], 8 ) == test_word( 8 ),
            "got %#lx, %#lx\n", word_at( views[0], 8 ), word_at( views[2], 8 ));
        unmap_works( u, views[0], 0 );
        unmap_works( u, views[2], 0 );
    }
    CloseHandle( section );
}

static void test_view_outlives_handle(void)
{
    HANDLE section = create_filled_section( PAGE_READWRITE, SECTION_SIZE );
    char *view = map_all( section );

    CloseHandle( section );
    check_view( view, SECTION_SIZE, PAGE_READWRITE );
    ok( word_at( view, PAGE ) == test_word( PAGE ), "got %#lx\n", word_at( view, PAGE ));
    unmap( view );
    check_free( view );
}

static void test_contents_outlive_view(void)
{
    HANDLE section = create_section( PAGE_READWRITE, SECTION_SIZE );
    char *view = map_all( section );

    fill_words( view, 0, SECTION_SIZE );
    unmap( view );
    view = map_all( section );
    ok( word_at( view, PAGE ) == test_word( PAGE ), "got %#lx\n", word_at( view, PAGE ));
    unmap( view );
    CloseHandle( section );
}

static void test_virtual_free(void)
{
    HANDLE section = create_section( PAGE_READWRITE, SECTION_SIZE );
    char *view = map_all( section );
    BOOL ret;

    SetLastError( 0xdeadbeef );
    ret = VirtualFree( view, 0, MEM_RELEASE );
    ok( !ret && GetLastError() == ERROR_INVALID_PARAMETER, "release: got %d, error %lu\n", ret, GetLastError() );
    SetLastError( 0xdeadbeef );
    ret = VirtualFree( view, PAGE, MEM_DECOMMIT );
    ok( !ret && GetLastError() == ERROR_INVALID_PARAMETER, "decommit: got %d, error %lu\n", ret, GetLastError() );
    check_view( view, SECTION_SIZE, PAGE_READWRITE );
    unmap( view );
    CloseHandle( section );
}

static void test_image(void)
{
    HANDLE file = open_own_image();
    HANDLE section = CreateFileMappingW( file, NULL, PAGE_READONLY | SEC_IMAGE, 0, 0, NULL );
    const struct unmapper *u;
    char *view;

    for_each_unmapper( u )
    {
        view = MapViewOfFile( section, FILE_MAP_READ, 0, 0, 0 );
        ok( view != NULL, "cannot map it, error %lu\n", GetLastError() );
        unmap_works( u, view + PAGE + 1, 0 );
        check_free( view );
    }
    CloseHandle( section );
    CloseHandle( file );
}

static const struct rule rules[] =
{
    { "1.15-any-address", "any address inside a view names it", test_any_address },
    { "1.15-behind-view", "an address behind a view does not", test_behind_view },
    { "1.15-not-a-view", "addresses that are no view", test_not_a_view },
    { "1.15-twice", "a view can be unmapped once", test_twice },
    { "1.14-flags-boost", "MEM_UNMAP_WITH_TRANSIENT_BOOST is accepted", test_flags_boost },
    { "1.14-flags-unknown", "other flags are refused", test_flags_unknown },
    { "1.14-flags-preserve", "MEM_PRESERVE_PLACEHOLDER needs a view in a placeholder", test_flags_preserve },
    { "1.11-process-handle", "UnmapViewOfFile2: the process handle", test_process_handle },
    { "1.15-reuse", "the address is free at once", test_reuse },
    { "1.15-other-views-stay", "only this view goes", test_other_views_stay },
    { "1.9-view-outlives-handle", "a view lives on when the section handle is closed", test_view_outlives_handle },
    { "1.9-contents-outlive-view", "a section keeps its contents without a view", test_contents_outlive_view },
    { "1.10-virtual-free", "VirtualFree does not free a view", test_virtual_free },
    { "1.15-image", "images", test_image },
    { NULL, NULL, NULL }
};

const struct test_file file_unmap = { "unmap", rules, NULL };
