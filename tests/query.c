/*
 * What VirtualQuery says of views
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "test.h"

#define SECTION_SIZE 0x24000

static struct region view_region( const void *view, SIZE_T size, DWORD protect, DWORD alloc_protect )
{
    struct region region = { view, size, MEM_COMMIT, protect, alloc_protect, MEM_MAPPED };

    return region;
}

static void test_fields(void)
{
    static const ULONG protects[] =
    {
        PAGE_NOACCESS, PAGE_READONLY, PAGE_READWRITE, PAGE_WRITECOPY,
        PAGE_EXECUTE_READ, PAGE_EXECUTE_READWRITE, PAGE_EXECUTE_WRITECOPY
    };
    HANDLE section = create_section( PAGE_EXECUTE_READWRITE, SECTION_SIZE );
    struct map_args args = map_args( section );
    const struct mapper *m;
    unsigned int i;
    void *view;

    for_each_mapper( m, 0 )
    {
        for (i = 0; i < ARRAY_SIZE( protects ); i++)
        {
            if (!can_map( m, protects[i] )) continue;
            winetest_push_context( "%s", protect_name( protects[i] ));
            set_protect( &args, protects[i] );
            view = map_works( m, &args );
            check_view( view, SECTION_SIZE, protects[i] );
            unmap( view );
            winetest_pop_context();
        }
    }
    CloseHandle( section );
}

static void test_interior(void)
{
    static const SIZE_T offsets[] = { 1, 0xfff, 0x1000, 0x1234, GRANULARITY, 2 * GRANULARITY + 5, SECTION_SIZE - 1 };
    HANDLE section = create_section( PAGE_READWRITE, SECTION_SIZE );
    char *view = map_all( section );
    MEMORY_BASIC_INFORMATION info;
    unsigned int i;

    for (i = 0; i < ARRAY_SIZE( offsets ); i++)
    {
        SIZE_T start = offsets[i] & ~(SIZE_T)(PAGE - 1);

        memset( &info, 0, sizeof(info) );
        VirtualQuery( view + offsets[i], &info, sizeof(info) );
        ok( info.BaseAddress == view + start, "offset %#Ix: BaseAddress %p, expected %p\n", offsets[i],
            info.BaseAddress, view + start );
        ok( info.AllocationBase == view, "offset %#Ix: AllocationBase %p, expected %p\n", offsets[i],
            info.AllocationBase, view );
        ok( info.RegionSize == SECTION_SIZE - start, "offset %#Ix: RegionSize %#Ix, expected %#Ix\n", offsets[i],
            info.RegionSize, SECTION_SIZE - start );
        ok( info.State == MEM_COMMIT && info.Type == MEM_MAPPED && info.Protect == PAGE_READWRITE,
            "offset %#Ix: State %#lx, Type %#lx, Protect %#lx\n", offsets[i], info.State, info.Type, info.Protect );
    }
    unmap( view );
    CloseHandle( section );
}

static void test_virtual_query_ex(void)
{
    HANDLE process = OpenProcess( PROCESS_QUERY_INFORMATION, FALSE, GetCurrentProcessId() );
    HANDLE section = create_section( PAGE_READWRITE, SECTION_SIZE );
    char *view = map_all( section );
    MEMORY_BASIC_INFORMATION info, info_ex;
    SIZE_T ret;

    memset( &info, 0, sizeof(info) );
    memset( &info_ex, 0, sizeof(info_ex) );
    VirtualQuery( view + PAGE, &info, sizeof(info) );
    ret = VirtualQueryEx( process, view + PAGE, &info_ex, sizeof(info_ex) );
    ok( ret == sizeof(info_ex), "got %Iu, error %lu\n", ret, GetLastError() );
    ok( info_ex.AllocationBase == view, "got %p, expected %p\n", info_ex.AllocationBase, view );
    ok( !memcmp( &info, &info_ex, sizeof(info) ), "%p+%#Ix differs from %p+%#Ix\n", info.BaseAddress,
        info.RegionSize, info_ex.BaseAddress, info_ex.RegionSize );
    unmap( view );
    CloseHandle( section );
    CloseHandle( process );
}

static void test_neighbours(void)
{
    HANDLE section = create_section( PAGE_READWRITE, 2 * GRANULARITY );
    char *base = find_free( 4 * GRANULARITY ), *first, *second;

    first = MapViewOfFileEx( section, FILE_MAP_WRITE, 0, 0, 0, base );
    second = MapViewOfFileEx( section, FILE_MAP_WRITE, 0, 0, 0, base + 2 * GRANULARITY );
    ok( first == base && second == base + 2 * GRANULARITY, "got %p, %p, base %p\n", first, second, base );
    check_view( first, 2 * GRANULARITY, PAGE_READWRITE );
    check_view( second, 2 * GRANULARITY, PAGE_READWRITE );
    unmap( first );
    check_view( second, 2 * GRANULARITY, PAGE_READWRITE );
    unmap( second );
    CloseHandle( section );
}

static void test_protect_splits(void)
{
    HANDLE section = create_section( PAGE_READWRITE, SECTION_SIZE );
    char *view = map_all( section );
    struct region region;
    DWORD old;
    BOOL ret;

    ret = VirtualProtect( view + PAGE, PAGE, PAGE_READONLY, &old );
    ok( ret && old == PAGE_READWRITE, "got %d, old %#lx, error %lu\n", ret, old, GetLastError() );
    region = view_region( view, PAGE, PAGE_READWRITE, PAGE_READWRITE );
    check_region( view, &region );
    region = view_region( view, PAGE, PAGE_READONLY, PAGE_READWRITE );
    check_region( view + PAGE, &region );
    region = view_region( view, SECTION_SIZE - 2 * PAGE, PAGE_READWRITE, PAGE_READWRITE );
    check_region( view + 2 * PAGE, &region );
    ret = VirtualProtect( view + PAGE, PAGE, PAGE_READWRITE, &old );
    ok( ret && old == PAGE_READONLY, "got %d, old %#lx, error %lu\n", ret, old, GetLastError() );
    check_view( view, SECTION_SIZE, PAGE_READWRITE );
    unmap( view );
    CloseHandle( section );
}

static void test_protect_compatible(void)
{
    static const struct { ULONG view, protect; DWORD error; } tests[] =
    {
        { PAGE_READONLY, PAGE_READONLY, 0 },
        { PAGE_READONLY, PAGE_NOACCESS, 0 },
        { PAGE_READONLY, PAGE_WRITECOPY, 0 },
        { PAGE_READONLY, PAGE_READWRITE, ERROR_INVALID_PARAMETER },
        { PAGE_READONLY, PAGE_EXECUTE_READ, ERROR_INVALID_PARAMETER },
        { PAGE_READWRITE, PAGE_NOACCESS, 0 },
        { PAGE_READWRITE, PAGE_READONLY, 0 },
        { PAGE_READWRITE, PAGE_READWRITE, 0 },
        { PAGE_READWRITE, PAGE_WRITECOPY, 0 },
        { PAGE_READWRITE, PAGE_EXECUTE_READWRITE, ERROR_INVALID_PARAMETER },
        { PAGE_WRITECOPY, PAGE_READONLY, 0 },
        { PAGE_WRITECOPY, PAGE_WRITECOPY, 0 },
        { PAGE_WRITECOPY, PAGE_READWRITE, ERROR_INVALID_PARAMETER },
        { PAGE_EXECUTE_READWRITE, PAGE_EXECUTE_READ, 0 },
        { PAGE_EXECUTE_READWRITE, PAGE_READWRITE, 0 },
        { PAGE_EXECUTE_READWRITE, PAGE_EXECUTE, 0 },
        { PAGE_EXECUTE_READ, PAGE_READONLY, 0 },
        { PAGE_EXECUTE_READ, PAGE_READWRITE, ERROR_INVALID_PARAMETER },
        { PAGE_EXECUTE_READ, PAGE_EXECUTE_READWRITE, ERROR_INVALID_PARAMETER },
    };
    HANDLE file = create_test_file( GENERIC_READ | GENERIC_EXECUTE, SECTION_SIZE );
    HANDLE section = CreateFileMappingW( file, NULL, PAGE_EXECUTE_READWRITE, 0, 0, NULL );
    struct map_args args = map_args( section );
    const struct mapper *m;
    unsigned int i;
    DWORD old, err;
    void *view;
    BOOL ret;

    for_each_mapper( m, 0 )
    {
        for (i = 0; i < ARRAY_SIZE( tests ); i++)
        {
            if (!can_map( m, tests[i].view )) continue;
            winetest_push_context( "view %s, new %s", protect_name( tests[i].view ), protect_name( tests[i].protect ));
            set_protect( &args, tests[i].view );
            if ((view = map_works( m, &args )))
            {
                old = 0xdeadbeef;
                SetLastError( 0xdeadbeef );
                ret = VirtualProtect( view, PAGE, tests[i].protect, &old );
                err = GetLastError();
                if (tests[i].error)
                    ok( !ret && err == tests[i].error, "got %d, error %lu\n", ret, err );
                else
                {
                    struct region region = view_region( view, 0, tests[i].protect, tests[i].view );

                    ok( ret && old == tests[i].view, "got %d, old %#lx, error %lu\n", ret, old, err );
                    check_region( view, &region );
                }
                unmap( view );
            }
            winetest_pop_context();
        }
    }
    CloseHandle( section );
    CloseHandle( file );
}

static void check_copied_pages( HANDLE section, ULONG protect, ULONG written )
{
    struct map_args args = map_args( section );
    const struct mapper *m;
    struct region region;
    char *view;

    set_protect( &args, protect );
    for_each_mapper( m, 0 )
    {
        if (!can_map( m, protect )) continue;
        winetest_push_context( "%s", protect_name( protect ));
        if ((view = map_works( m, &args )))
        {
            /* reading changes nothing */
            ok( word_at( view, 2 * PAGE ) == test_word( 2 * PAGE ), "got %#lx\n", word_at( view, 2 * PAGE ));
            check_view( view, SECTION_SIZE, protect );
            view[2 * PAGE + 10] = 1;
            region = view_region( view, 2 * PAGE, protect, protect );
            check_region( view, &region );
            region = view_region( view, PAGE, written, protect );
            check_region( view + 2 * PAGE, &region );
            region = view_region( view, SECTION_SIZE - 3 * PAGE, protect, protect );
            check_region( view + 3 * PAGE, &region );
            /* its neighbour joins it; then the first and the last page */
            view[3 * PAGE] = 1;
            region = view_region( view, 2 * PAGE, written, protect );
            check_region( view + 2 * PAGE, &region );
            view[0] = 1;
            region = view_region( view, PAGE, written, protect );
            check_region( view, &region );
            view[SECTION_SIZE - 1] = 1;
            check_region( view + SECTION_SIZE - PAGE, &region );
            unmap( view );
        }
        winetest_pop_context();
    }
}

static void test_copied_pages_file(void)
{
    HANDLE file = create_test_file( GENERIC_READ | GENERIC_EXECUTE, SECTION_SIZE );
    HANDLE section = CreateFileMappingW( file, NULL, PAGE_EXECUTE_READ, 0, 0, NULL );

    check_copied_pages( section, PAGE_WRITECOPY, PAGE_READWRITE );
    check_copied_pages( section, PAGE_EXECUTE_WRITECOPY, PAGE_EXECUTE_READWRITE );
    CloseHandle( section );
    CloseHandle( file );
}

static void test_copied_pages_anonymous(void)
{
    HANDLE section = create_filled_section( PAGE_EXECUTE_READWRITE, SECTION_SIZE );

    check_copied_pages( section, PAGE_WRITECOPY, PAGE_READWRITE );
    check_copied_pages( section, PAGE_EXECUTE_WRITECOPY, PAGE_EXECUTE_READWRITE );
    CloseHandle( section );
}

/* VirtualProtect sees the same protection as VirtualQuery. */
static void test_copied_pages_protect(void)
{
    HANDLE file = create_test_file( GENERIC_READ, SECTION_SIZE );
    HANDLE section = CreateFileMappingW( file, NULL, PAGE_READONLY, 0, 0, NULL );
    char *view = MapViewOfFile( section, FILE_MAP_COPY, 0, 0, 0 );
    DWORD old = 0xdeadbeef;
    BOOL ret;

    ok( view != NULL, "cannot map it, error %lu\n", GetLastError() );
    view[PAGE] = 99;
    ret = VirtualProtect( view + PAGE, PAGE, PAGE_READONLY, &old );
    ok( ret && old == PAGE_READWRITE, "written page: got %d, old %#lx, error %lu\n", ret, old, GetLastError() );
    old = 0xdeadbeef;
    ret = VirtualProtect( view, PAGE, PAGE_READONLY, &old );
    ok( ret && old == PAGE_WRITECOPY, "other page: got %d, old %#lx, error %lu\n", ret, old, GetLastError() );
    ok( view[PAGE] == 99, "got %d\n", view[PAGE] );
    unmap( view );
    CloseHandle( section );
    CloseHandle( file );
}

static void test_nocache(void)
{
    HANDLE section = create_section( PAGE_READWRITE | SEC_COMMIT | SEC_NOCACHE, SECTION_SIZE );
    struct map_args args = map_args( section );
    const struct mapper *m;
    void *view;

    for_each_mapper( m, 0 )
    {
        view = map_works( m, &args );
        check_view( view, SECTION_SIZE, PAGE_READWRITE | PAGE_NOCACHE );
        unmap( view );
    }
    CloseHandle( section );
}

static void test_reserved(void)
{
    static const ULONG protects[] = { PAGE_READONLY, PAGE_READWRITE, PAGE_WRITECOPY };
    HANDLE section = create_section( PAGE_READWRITE | SEC_RESERVE, SECTION_SIZE );
    struct map_args args = map_args( section );
    const struct mapper *m;
    struct region region;
    unsigned int i;
    void *view;

    for_each_mapper( m, 0 )
    {
        for (i = 0; i < ARRAY_SIZE( protects ); i++)
        {
            winetest_push_context( "%s", protect_name( protects[i] ));
            set_protect( &args, protects[i] );
            if ((view = map_works( m, &args )))
            {
                region = view_region( view, SECTION_SIZE, 0, protects[i] );
                region.state = MEM_RESERVE;
                check_region( view, &region );
                unmap( view );
            }
            winetest_pop_context();
        }
    }
    CloseHandle( section );
}

static void test_file_rounded(void)
{
    HANDLE file = create_test_file( GENERIC_READ, 0x12345 );
    HANDLE section = CreateFileMappingW( file, NULL, PAGE_READONLY, 0, 0, NULL );
    struct map_args args = map_args( section );
    const struct mapper *m;
    struct region region;
    char *base, *view;

    set_protect( &args, PAGE_READONLY );
    for_each_mapper( m, TAKES_BASE )
    {
        args.base = base = find_free( 4 * GRANULARITY );
        view = map_works( m, &args );
        ok( view == base, "Got %p, expected %p\n", view, base );
        if (!view) continue;
        check_view( view, 0x13000, PAGE_READONLY );
        memset( &region, 0, sizeof(region) );
        region.state = MEM_FREE;
        region.protect = PAGE_NOACCESS;
        check_region( view + 0x13000, &region );
        unmap( view );
    }
    CloseHandle( section );
    CloseHandle( file );
}

static void test_large_view(void)
{
    const SIZE_T most = BITS( 0x100000000, 0x20000000 ), size = most + most / 4;
    HANDLE section = create_section( PAGE_READWRITE | SEC_RESERVE, size );
    struct map_args args = map_args( section );
    const struct mapper *m;
    struct region region;
    char *view;

    for_each_mapper( m, 0 )
    {
        if (!(view = map_works( m, &args ))) continue;
        region = view_region( view, size, 0, PAGE_READWRITE );
        region.state = MEM_RESERVE;
        check_region( view, &region );
        region.size = size - most;
        check_region( view + most, &region );
        region.size = PAGE;
        check_region( view + size - PAGE, &region );
        unmap( view );
    }
    CloseHandle( section );
}

static void test_unmapped(void)
{
    HANDLE section = create_section( PAGE_READWRITE, SECTION_SIZE );
    struct map_args args = map_args( section );
    const struct mapper *m;
    struct region region;
    void *view;

    memset( &region, 0, sizeof(region) );
    region.state = MEM_FREE;
    region.protect = PAGE_NOACCESS;
    for_each_mapper( m, 0 )
    {
        if (!(view = map_works( m, &args ))) continue;
        unmap( view );
        check_region( view, &region );
        ok( !is_readable( view ), "%p is readable\n", view );
    }
    CloseHandle( section );
}

static void test_image(void)
{
    HANDLE file = open_own_image();
    HANDLE section = CreateFileMappingW( file, NULL, PAGE_READONLY | SEC_IMAGE, 0, 0, NULL );
    const IMAGE_NT_HEADERS *nt;
    MEMORY_BASIC_INFORMATION info;
    unsigned int count = 0;
    SIZE_T pos, size;
    char *view;

    view = MapViewOfFile( section, FILE_MAP_READ, 0, 0, 0 );
    ok( view != NULL, "cannot map it, error %lu\n", GetLastError() );
    if (view)
    {
        nt = (const IMAGE_NT_HEADERS *)(view + ((const IMAGE_DOS_HEADER *)view)->e_lfanew);
        size = nt->OptionalHeader.SizeOfImage;
        for (pos = 0; pos < size; pos += info.RegionSize, count++)
        {
            memset( &info, 0, sizeof(info) );
            VirtualQuery( view + pos, &info, sizeof(info) );
            if (!ok( info.RegionSize && info.AllocationBase == view && info.Type == MEM_IMAGE &&
                     info.AllocationProtect == PAGE_EXECUTE_WRITECOPY,
                     "offset %#Ix: size %#Ix, base %p, type %#lx, protection %#lx\n", pos, info.RegionSize,
                     info.AllocationBase, info.Type, info.AllocationProtect )) break;
        }
        ok( pos == (size + PAGE - 1) / PAGE * PAGE, "the regions end at %#Ix, the image at %#Ix\n", pos, size );
        ok( count > 3, "only %u regions\n", count );
        unmap( view );
    }
    CloseHandle( section );
    CloseHandle( file );
}

static void check_protect( const char *addr, DWORD protect )
{
    MEMORY_BASIC_INFORMATION info = { 0 };

    VirtualQuery( addr, &info, sizeof(info) );
    ok( info.Protect == protect, "Protect %#lx, expected %#lx\n", info.Protect, protect );
}

static void check_shared_to_copy( HANDLE section, DWORD access, DWORD protect )
{
    char *view = MapViewOfFile( section, access, 0, 0, 0 ), *other = map_all( section );
    DWORD old;

    fill_words( other, 0, 4 * PAGE );
    ok( VirtualProtect( view, 2 * PAGE, PAGE_WRITECOPY, &old ) && old == protect, "old %#lx, error %lu\n",
        old, GetLastError() );
    check_protect( view, PAGE_WRITECOPY );
    /* still the section's until it is written */
    fill_words( other, 0x4000, 4 );
    ok( word_at( view, 0 ) == test_word( 0x4000 ), "got %#lx\n", word_at( view, 0 ));
    fill_words( view + 4, 0x1111, 4 );
    ok( word_at( view, 4 ) == test_word( 0x1111 ), "got %#lx\n", word_at( view, 4 ));
    ok( word_at( view, 0 ) == test_word( 0x4000 ), "got %#lx\n", word_at( view, 0 ));
    ok( word_at( view, PAGE - 4 ) == test_word( PAGE - 4 ), "got %#lx\n", word_at( view, PAGE - 4 ));
    ok( word_at( other, 4 ) == test_word( 4 ), "the section has changed: %#lx\n", word_at( other, 4 ));
    check_protect( view, PAGE_READWRITE );
    check_protect( view + PAGE, PAGE_WRITECOPY );
    check_protect( view + 2 * PAGE, protect );

    /* back: the copy stays, the other page is shared */
    ok( VirtualProtect( view, 2 * PAGE, protect, &old ) && old == PAGE_READWRITE, "old %#lx, error %lu\n",
        old, GetLastError() );
    ok( word_at( view, 4 ) == test_word( 0x1111 ), "got %#lx\n", word_at( view, 4 ));
    fill_words( other + PAGE, 0x2222, 4 );
    ok( word_at( view, PAGE ) == test_word( 0x2222 ), "got %#lx\n", word_at( view, PAGE ));
    if (protect == PAGE_READWRITE)
    {
        fill_words( view + PAGE, 0x3333, 4 );
        ok( word_at( other, PAGE ) == test_word( 0x3333 ), "got %#lx\n", word_at( other, PAGE ));
        fill_words( view, 0x4444, 4 );
        ok( word_at( other, 0 ) == test_word( 0x4000 ), "the section has changed: %#lx\n", word_at( other, 0 ));
    }
    UnmapViewOfFile( view );
    UnmapViewOfFile( other );
}

struct writer
{
    DWORD        *page;
    unsigned int  first;
    volatile LONG *start;
};

static DWORD WINAPI write_words( void *arg )
{
    struct writer *writer = arg;
    unsigned int i;

    while (!*writer->start) {}
    for (i = writer->first; i < PAGE / 4; i += 4) writer->page[i] = ~i;
    return 0;
}

/* the first writes of several threads make one copy */
static void check_copy_by_threads( HANDLE section )
{
    struct writer writers[4];
    HANDLE threads[4];
    volatile LONG start = 0;
    unsigned int i, wrong = 0;
    DWORD *view = MapViewOfFile( section, FILE_MAP_WRITE, 0, 0, 0 ), *other = map_all( section ), old;

    memset( other, 0, PAGE );
    ok( VirtualProtect( view, PAGE, PAGE_WRITECOPY, &old ), "error %lu\n", GetLastError() );
    for (i = 0; i < 4; i++)
    {
        writers[i].page = view;
        writers[i].first = i;
        writers[i].start = &start;
        threads[i] = CreateThread( NULL, 0, write_words, &writers[i], 0, NULL );
    }
    start = 1;
    WaitForMultipleObjects( 4, threads, TRUE, INFINITE );
    for (i = 0; i < PAGE / 4; i++) wrong += view[i] != ~i || other[i];
    ok( !wrong, "%u words are wrong\n", wrong );
    for (i = 0; i < 4; i++) CloseHandle( threads[i] );
    UnmapViewOfFile( view );
    UnmapViewOfFile( other );
}

/* what is written to the first pages of a view does not reach its section */
static void check_two_copies( char *view, char *other )
{
    MEMORY_BASIC_INFORMATION info;
    DWORD old;

    ok( VirtualProtect( view, 2 * PAGE, PAGE_WRITECOPY, &old ), "error %lu\n", GetLastError() );
    fill_words( view, 0x1111, 4 );
    ok( word_at( view, 0 ) == test_word( 0x1111 ), "got %#lx\n", word_at( view, 0 ));
    ok( !word_at( other, 0 ), "the section has changed: %#lx\n", word_at( other, 0 ));
    /* a program that asks does not change that */
    VirtualQuery( view + PAGE, &info, sizeof(info) );
    ok( info.Protect == PAGE_WRITECOPY, "Protect %#lx\n", info.Protect );
    fill_words( view + PAGE, 0x2222, 4 );
    ok( !word_at( other, PAGE ), "the section has changed: %#lx\n", word_at( other, PAGE ));
}

/* Views of sections that are not committed lie around it, and it may be one itself. */
static void test_reserved_to_copy(void)
{
    HANDLE reserved = create_section( PAGE_READWRITE | SEC_RESERVE, 4 * PAGE ), section = create_section( PAGE_READWRITE, 4 * PAGE );
    char *before, *view, *after, *other = map_all( section ), *all = map_all( reserved );

    before = MapViewOfFileEx( reserved, FILE_MAP_WRITE, 0, 0, 0, (void *)ZONE( 0x30 ) );
    view = MapViewOfFileEx( section, FILE_MAP_READ, 0, 0, 0, (void *)(ZONE( 0x30 ) + GRANULARITY) );
    after = MapViewOfFileEx( reserved, FILE_MAP_READ, 0, 0, 0, (void *)(ZONE( 0x30 ) + 2 * GRANULARITY) );
    ok( before && view && after, "%p, %p, %p, error %lu\n", before, view, after, GetLastError() );
    ok( VirtualAlloc( all, 2 * PAGE, MEM_COMMIT, PAGE_READWRITE ) != NULL, "error %lu\n", GetLastError() );
    check_two_copies( view, other );
    check_two_copies( after, all );
    UnmapViewOfFile( before );
    UnmapViewOfFile( view );
    UnmapViewOfFile( after );
    UnmapViewOfFile( other );
    UnmapViewOfFile( all );
    CloseHandle( section );
    CloseHandle( reserved );
}

/* A view that is not copy-on-write as a whole. */
static void test_shared_to_copy(void)
{
    const char *fast_views = getenv( "WINE_MAPVIEW_FAST_VIEWS" );
    HANDLE file, section;
    unsigned int i, k;

    for (i = 0; i < 2; i++)
    {
        if (!i && fast_views && !strcmp( fast_views, "on" ))
        {
            skip( "views of the setting FastViews cannot become copy-on-write\n" );
            continue;
        }
        winetest_push_context( i ? "file" : "anonymous" );
        file = INVALID_HANDLE_VALUE;
        if (i) file = create_test_file( GENERIC_READ | GENERIC_WRITE, 0 );
        section = CreateFileMappingW( file, NULL, PAGE_READWRITE, 0, 4 * PAGE, NULL );
        ok( section != NULL, "error %lu\n", GetLastError() );
        check_shared_to_copy( section, FILE_MAP_WRITE, PAGE_READWRITE );
        check_shared_to_copy( section, FILE_MAP_READ, PAGE_READONLY );
        for (k = 0; k < 50; k++) check_copy_by_threads( section );
        CloseHandle( section );
        if (i) CloseHandle( file );
        winetest_pop_context();
    }
}

static const struct rule rules[] =
{
    { "1.15-fields", "all fields for a whole view", test_fields },
    { "1.15-interior", "addresses inside a view", test_interior },
    { "1.15-virtual-query-ex", "VirtualQueryEx says the same", test_virtual_query_ex },
    { "1.15-neighbours", "neighbouring views are regions of their own", test_neighbours },
    { "1.15-protect-splits", "pages of another protection are regions of their own", test_protect_splits },
    { "1.7-protect-compatible", "VirtualProtect gives no more than the view had", test_protect_compatible },
    { "1.7-copied-pages-file", "a copy-on-write page becomes read/write when it is written (file)",
      test_copied_pages_file },
    { "1.7-copied-pages-anonymous", "a copy-on-write page becomes read/write when it is written (no file)",
      test_copied_pages_anonymous },
    { "1.7-shared-to-copy", "pages of a shared view that become copies", test_shared_to_copy },
    { "1.7-reserved-to-copy", "the same beside and in views with pages that are not committed", test_reserved_to_copy },
    { "1.7-copied-pages-protect", "VirtualProtect knows of written pages", test_copied_pages_protect },
    { "1.15-nocache", "SEC_NOCACHE shows", test_nocache },
    { "1.10-reserved", "a view of a section that is not committed", test_reserved },
    { "1.8-file-rounded", "the view of a file ends with the file's last page", test_file_rounded },
    { "1.8-large-view", "a view of 5 GiB", test_large_view },
    { "1.15-unmapped", "after unmapping", test_unmapped },
    { "1.15-image", "an image", test_image },
    { NULL, NULL, NULL }
};

const struct test_file file_query = { "query", rules, NULL };
