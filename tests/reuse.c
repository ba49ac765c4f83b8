/*
 * The places of views that are gone: they are free for anything else
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "test.h"

static const SIZE_T sizes[] = { PAGE, GRANULARITY, 0x24000, 0x100000, 0x1000000 };

static void *map( HANDLE section, DWORD access, SIZE_T size )
{
    void *view = MapViewOfFile( section, access, 0, 0, size );

    ok( view != NULL, "cannot map it, error %lu\n", GetLastError() );
    return view;
}

/* the free region that an address lies in */
static SIZE_T free_size( const void *addr )
{
    MEMORY_BASIC_INFORMATION info;

    ok( VirtualQuery( addr, &info, sizeof(info) ) == sizeof(info), "%p: error %lu\n", addr, GetLastError() );
    ok( info.State == MEM_FREE && info.Protect == PAGE_NOACCESS && !info.AllocationBase,
        "%p: state %#lx, protect %#lx, base %p\n", addr, info.State, info.Protect, info.AllocationBase );
    return info.State == MEM_FREE ? info.RegionSize : 0;
}

static void alloc_works( void *addr, SIZE_T size )
{
    char *mem = VirtualAlloc( addr, size, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE );

    ok( mem == addr, "%p + %#Ix: got %p, error %lu\n", addr, size, mem, GetLastError() );
    if (!mem) return;
    ok( !mem[0] && !mem[size - 1], "the memory is not empty\n" );
    mem[0] = mem[size - 1] = 1;
    ok( VirtualFree( mem, 0, MEM_RELEASE ), "error %lu\n", GetLastError() );
}

static void test_free(void)
{
    HANDLE section = create_section( PAGE_READWRITE, 0x1000000 );
    unsigned int i;
    char *view;

    for (i = 0; i < ARRAY_SIZE( sizes ); i++)
    {
        winetest_push_context( "size %#Ix", sizes[i] );
        view = map( section, FILE_MAP_WRITE, sizes[i] );
        unmap( view );
        ok( free_size( view ) >= sizes[i], "too small a region is free\n" );
        ok( !is_readable( view ), "it can be read\n" );
        ok( !VirtualFree( view, 0, MEM_RELEASE ), "it could be freed\n" );
        winetest_pop_context();
    }
    CloseHandle( section );
}

static void check_view_at_place( HANDLE section, void *addr )
{
    char *view = MapViewOfFileEx( section, FILE_MAP_READ, 0, 0, 0x24000, addr );

    ok( view == addr, "got %p, error %lu\n", view, GetLastError() );
    if (!view) return;
    ok( word_at( view, 0x23000 ) == test_word( 0x23000 ), "wrong contents\n" );
    ok( !is_writable( view ), "it can be written\n" );
    unmap( view );
}

/* memory and views at the address, and across the end of what was mapped */
static void test_other_use(void)
{
    HANDLE section = create_filled_section( PAGE_READWRITE, 0x24000 );
    unsigned int i, round;
    SIZE_T room;
    char *view, *other;

    for (i = 0; i < ARRAY_SIZE( sizes ) && sizes[i] <= 0x24000; i++)
    {
        for (round = 0; round < 3; round++)
        {
            winetest_push_context( "size %#Ix, round %u", sizes[i], round );
            view = map( section, FILE_MAP_WRITE, sizes[i] );
            unmap( view );
            alloc_works( view, sizes[i] );
            room = free_size( view );
            alloc_works( view, min( room, 0x300000 ) );
            other = VirtualAlloc( view, sizes[i], MEM_RESERVE, PAGE_READWRITE );
            ok( other == view, "got %p, error %lu\n", other, GetLastError() );
            ok( !is_readable( view ), "reserved memory can be read\n" );
            VirtualFree( other, 0, MEM_RELEASE );
            /* in a small address space the next thing may be close */
            if (room >= 0x24000) check_view_at_place( section, view );
            winetest_pop_context();
        }
    }
    CloseHandle( section );
}

/* what VirtualQuery says is free behind the place of a view, too */
static void test_whole_region(void)
{
    HANDLE section = create_section( PAGE_READWRITE, GRANULARITY );
    char *view = map( section, FILE_MAP_WRITE, 0 );
    MEMORY_BASIC_INFORMATION info;
    SIZE_T room;
    void *mem;

    unmap( view );
    /* Wine calls free what the host itself has mapped, at the top above all */
    room = min( free_size( view ), (ULONG_PTR)view > BITS( 0x7fff00000000, 0x70000000 ) ? 0x100000 : 0x1000000 );
    mem = VirtualAlloc( view, room, MEM_RESERVE, PAGE_NOACCESS );
    ok( mem == view, "%p + %#Ix: got %p, error %lu\n", view, room, mem, GetLastError() );
    if (mem) VirtualFree( mem, 0, MEM_RELEASE );

    /* from below it */
    view = map( section, FILE_MAP_WRITE, 0 );
    unmap( view );
    if (VirtualQuery( view - GRANULARITY, &info, sizeof(info) ) && info.State == MEM_FREE)
    {
        mem = VirtualAlloc( view - GRANULARITY, 2 * GRANULARITY, MEM_RESERVE, PAGE_NOACCESS );
        ok( mem == view - GRANULARITY, "got %p, error %lu\n", mem, GetLastError() );
        if (mem) VirtualFree( mem, 0, MEM_RELEASE );
    }
    CloseHandle( section );
}

static void test_between_views(void)
{
    HANDLE section = create_filled_section( PAGE_READWRITE, 3 * GRANULARITY );
    char *view[8];
    unsigned int i;

    for (i = 0; i < ARRAY_SIZE( view ); i++) view[i] = map( section, FILE_MAP_WRITE, 3 * GRANULARITY );
    for (i = 1; i < ARRAY_SIZE( view ); i += 2)
    {
        unmap( view[i] );
        alloc_works( view[i], 3 * GRANULARITY );
    }
    for (i = 0; i < ARRAY_SIZE( view ); i += 2)
    {
        ok( word_at( view[i], 2 * GRANULARITY ) == test_word( 2 * GRANULARITY ), "view %u has changed\n", i );
        check_view( view[i], 3 * GRANULARITY, PAGE_READWRITE );
        unmap( view[i] );
    }
    CloseHandle( section );
}

/* the next view has its own contents and protection, whatever the last one was made to */
static void test_next_view(void)
{
    static const DWORD protects[] = { PAGE_READONLY, PAGE_NOACCESS, PAGE_READWRITE | PAGE_GUARD, PAGE_READWRITE };
    HANDLE first = create_filled_section( PAGE_READWRITE, 0x24000 ), second = create_section( PAGE_READWRITE, 0x24000 );
    unsigned int i;
    DWORD old;
    char *view;

    for (i = 0; i < ARRAY_SIZE( protects ); i++)
    {
        winetest_push_context( "protection %s", protect_name( protects[i] ) );
        view = map( first, FILE_MAP_WRITE, 0 );
        ok( VirtualProtect( view + PAGE, PAGE, protects[i], &old ), "error %lu\n", GetLastError() );
        unmap( view );

        view = map( second, FILE_MAP_WRITE, 0 );
        ok( !view[0] && !view[PAGE] && is_writable( view + PAGE ), "not a new view\n" );
        check_view( view, 0x24000, PAGE_READWRITE );
        unmap( view );

        view = map( first, FILE_MAP_READ, 0 );
        ok( word_at( view, PAGE ) == test_word( PAGE ) && !is_writable( view ), "not a view to read\n" );
        check_view( view, 0x24000, PAGE_READONLY );
        unmap( view );

        view = map( first, FILE_MAP_COPY, 0 );
        ok( word_at( view, PAGE ) == test_word( PAGE ), "not a view of copies\n" );
        view[0]++;
        unmap( view );
        view = map( first, FILE_MAP_COPY, 0 );
        ok( word_at( view, 0 ) == test_word( 0 ), "copies of a view that is gone\n" );
        unmap( view );
        winetest_pop_context();
    }
    CloseHandle( first );
    CloseHandle( second );
}

/* a section that is closed and another one with its handle */
static void test_handle_again(void)
{
    HANDLE first, second;
    unsigned int i;
    DWORD *view, *kept;

    for (i = 0; i < 50; i++)
    {
        first = create_section( PAGE_READWRITE, GRANULARITY );
        kept = map( first, FILE_MAP_WRITE, 0 );
        *kept = i + 1;
        CloseHandle( first );
        second = create_section( PAGE_READWRITE, (i % 3 + 1) * GRANULARITY );
        view = map( second, FILE_MAP_WRITE, 0 );
        ok( !*view && *kept == i + 1, "round %u: got %#lx and %#lx\n", i, *view, *kept );
        check_view( view, (i % 3 + 1) * GRANULARITY, PAGE_READWRITE );
        unmap( view );
        unmap( kept );
        CloseHandle( second );
    }
}

/* thousands of views that come and go in another order */
static void test_many(void)
{
    HANDLE section = create_filled_section( PAGE_READWRITE, 0x40000 );
    static char *view[3000];
    unsigned int i, j, seed = 1, bad = 0, round;

    for (round = 0; round < 3; round++)
    {
        for (i = 0; i < ARRAY_SIZE( view ); i++)
        {
            seed = seed * 1664525 + 1013904223;
            if (!view[i] && !(view[i] = MapViewOfFile( section, FILE_MAP_READ, 0, (i % 3) * GRANULARITY,
                                                       (seed >> 16) % 0x20000 + 1 ))) bad++;
        }
        for (i = 0; i < ARRAY_SIZE( view ); i++)
            if (view[i] && word_at( view[i], 0 ) != test_word( (i % 3) * GRANULARITY )) bad++;
        for (i = 0, j = round; i < ARRAY_SIZE( view ); i++)
        {
            j = (j + 1709) % ARRAY_SIZE( view );
            if (round < 2 && i % 4 == 0) continue;
            if (view[j] && !UnmapViewOfFile( view[j] )) bad++;
            view[j] = NULL;
        }
    }
    for (i = 0; i < ARRAY_SIZE( view ); i++) if (view[i] && !UnmapViewOfFile( view[i] )) bad++;
    ok( !bad, "%u calls failed or views were wrong, error %lu\n", bad, GetLastError() );
    CloseHandle( section );
}

static const struct rule rules[] =
{
    { "1.15-free", "the place of a view is free, and no memory", test_free },
    { "1.15-other-use", "memory or a view at the place of a view that is gone", test_other_use },
    { "1.15-whole-region", "the free region behind it can be allocated", test_whole_region },
    { "1.15-between-views", "a place between views", test_between_views },
    { "1.15-next-view", "the next view has nothing of the last one", test_next_view },
    { "1.9-handle-again", "a handle that another section has now", test_handle_again },
    { "1.15-many", "thousands of views that come and go", test_many },
    { NULL, NULL, NULL }
};

const struct test_file file_reuse = { "reuse", rules, NULL };
