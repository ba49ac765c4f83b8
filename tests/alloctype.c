/*
 * Allocation types of MapViewOfFile2, MapViewOfFileNuma2, MapViewOfFile3
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "test.h"

#define SECTION_SIZE 0x20000

static void test_known(void)
{
    static const ULONG types[] =
    {
        0, MEM_TOP_DOWN, MEM_DIFFERENT_IMAGE_BASE_OK, MEM_TOP_DOWN | MEM_DIFFERENT_IMAGE_BASE_OK
    };
    HANDLE section = create_filled_section( PAGE_READWRITE, SECTION_SIZE );
    struct map_args args = map_args( section );
    const struct mapper *m;
    unsigned int i;
    void *view;

    for_each_mapper( m, TAKES_PROTECT )
    {
        for (i = 0; i < ARRAY_SIZE( types ); i++)
        {
            winetest_push_context( "type %#lx", types[i] );
            args.alloc_type = types[i];
            if ((view = map_works( m, &args )))
            {
                check_view( view, SECTION_SIZE, PAGE_READWRITE );
                ok( word_at( view, PAGE ) == test_word( PAGE ), "got %#lx\n", word_at( view, PAGE ));
                unmap( view );
            }
            winetest_pop_context();
        }
    }
    CloseHandle( section );
}

static void test_mem_commit(void)
{
    static const ULONG types[] =
    {
        MEM_COMMIT, MEM_COMMIT | MEM_RESERVE, MEM_COMMIT | MEM_TOP_DOWN, MEM_COMMIT | MEM_LARGE_PAGES
    };
    HANDLE section = create_section( PAGE_READWRITE, SECTION_SIZE );
    HANDLE reserved = create_section( PAGE_READWRITE | SEC_RESERVE, SECTION_SIZE );
    struct map_args args = map_args( section );
    const struct mapper *m;
    unsigned int i;

    for_each_mapper( m, TAKES_PROTECT )
    {
        for (i = 0; i < ARRAY_SIZE( types ); i++)
        {
            winetest_push_context( "type %#lx", types[i] );
            args.alloc_type = types[i];
            args.section = section;
            map_fails( m, &args, ERROR_INVALID_PARAMETER );
            args.section = reserved;
            map_fails( m, &args, ERROR_INVALID_PARAMETER );
            winetest_pop_context();
        }
    }
    CloseHandle( reserved );
    CloseHandle( section );
}

static void test_unknown_bits(void)
{
    static const ULONG known = MEM_RESERVE | MEM_TOP_DOWN | MEM_LARGE_PAGES | MEM_DIFFERENT_IMAGE_BASE_OK |
                               MEM_REPLACE_PLACEHOLDER;
    HANDLE section = create_section( PAGE_READWRITE, SECTION_SIZE );
    HANDLE file = create_test_file( GENERIC_READ, SECTION_SIZE );
    HANDLE file_section = CreateFileMappingW( file, NULL, PAGE_READWRITE, 0, 0, NULL );
    struct map_args args = map_args( section );
    const struct mapper *m;
    unsigned int i;

    for_each_mapper( m, TAKES_PROTECT )
    {
        for (i = 0; i < 32; i++)
        {
            if (known & (1ul << i)) continue;
            winetest_push_context( "type %#lx", 1ul << i );
            args.alloc_type = 1ul << i;
            args.section = section;
            map_fails( m, &args, ERROR_INVALID_PARAMETER );
            args.section = file_section;
            map_fails( m, &args, ERROR_INVALID_PARAMETER );
            args.alloc_type |= MEM_TOP_DOWN;
            map_fails( m, &args, ERROR_INVALID_PARAMETER );
            winetest_pop_context();
        }
    }
    CloseHandle( file_section );
    CloseHandle( file );
    CloseHandle( section );
}

static void test_reserve_anonymous(void)
{
    HANDLE section = create_section( PAGE_READWRITE, SECTION_SIZE );
    HANDLE reserved = create_section( PAGE_READWRITE | SEC_RESERVE, SECTION_SIZE );
    struct map_args args = map_args( section );
    const struct mapper *m;

    for_each_mapper( m, TAKES_PROTECT )
    {
        args.alloc_type = MEM_RESERVE;
        args.section = section;
        map_fails( m, &args, ERROR_INVALID_PARAMETER );
        args.section = reserved;
        map_fails( m, &args, ERROR_INVALID_PARAMETER );
        args.alloc_type = MEM_RESERVE | MEM_TOP_DOWN;
        map_fails( m, &args, ERROR_INVALID_PARAMETER );
    }
    CloseHandle( reserved );
    CloseHandle( section );
}

static void test_reserve_file(void)
{
    HANDLE file = create_test_file( GENERIC_READ, SECTION_SIZE );
    HANDLE section = CreateFileMappingW( file, NULL, PAGE_READWRITE, 0, 0, NULL );
    struct map_args args = map_args( section );
    const struct mapper *m;
    void *view;

    args.alloc_type = MEM_RESERVE;
    for_each_mapper( m, TAKES_PROTECT )
    {
        if (!(view = map_works( m, &args ))) continue;
        ok( word_at( view, PAGE ) == test_word( PAGE ), "got %#lx\n", word_at( view, PAGE ));
        unmap( view );
    }
    CloseHandle( section );
    CloseHandle( file );
}

static void test_large_pages(void)
{
    static const ULONG types[] = { MEM_LARGE_PAGES, MEM_LARGE_PAGES | MEM_TOP_DOWN };
    HANDLE section = create_section( PAGE_READWRITE, 0x400000 );
    HANDLE file = create_test_file( GENERIC_READ, SECTION_SIZE );
    HANDLE file_section = CreateFileMappingW( file, NULL, PAGE_READWRITE, 0, 0, NULL );
    struct map_args args = map_args( section );
    const struct mapper *m;
    unsigned int i;

    for_each_mapper( m, TAKES_PROTECT )
    {
        for (i = 0; i < ARRAY_SIZE( types ); i++)
        {
            args.alloc_type = types[i];
            args.section = section;
            map_fails( m, &args, ERROR_INVALID_PARAMETER );
            args.section = file_section;
            map_fails( m, &args, ERROR_INVALID_PARAMETER );
        }
    }
    CloseHandle( file_section );
    CloseHandle( file );
    CloseHandle( section );
}

static void test_replace_null_base(void)
{
    HANDLE section = create_section( PAGE_READWRITE, SECTION_SIZE );
    struct map_args args = map_args( section );
    const struct mapper *m;

    args.alloc_type = MEM_REPLACE_PLACEHOLDER;
    for_each_mapper( m, TAKES_PROTECT )
    {
        args.size = 0;
        map_fails( m, &args, ERROR_INVALID_PARAMETER );
        args.size = SECTION_SIZE;
        map_fails( m, &args, ERROR_INVALID_PARAMETER );
    }
    CloseHandle( section );
}

static void test_replace_not_placeholder(void)
{
    HANDLE section = create_section( PAGE_READWRITE, SECTION_SIZE );
    struct map_args args = map_args( section );
    char *reserved = VirtualAlloc( NULL, SECTION_SIZE, MEM_RESERVE, PAGE_NOACCESS );
    char *committed = VirtualAlloc( NULL, SECTION_SIZE, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE );
    char *view = map_all( section );
    char *unused = find_free( SECTION_SIZE );
    struct { const char *name; char *base; } tests[4];
    const struct mapper *m;
    unsigned int i;

    tests[0].name = "reserved memory";
    tests[0].base = reserved;
    tests[1].name = "private memory";
    tests[1].base = committed;
    tests[2].name = "a view";
    tests[2].base = view;
    tests[3].name = "free memory";
    tests[3].base = unused;
    *committed = 42;
    *view = 43;
    args.alloc_type = MEM_REPLACE_PLACEHOLDER;
    for_each_mapper( m, TAKES_PROTECT )
    {
        for (i = 0; i < ARRAY_SIZE( tests ); i++)
        {
            winetest_push_context( "%s", tests[i].name );
            args.base = tests[i].base;
            args.offset = 0;
            args.size = SECTION_SIZE;
            map_fails( m, &args, ERROR_INVALID_ADDRESS );
            args.base = tests[i].base + PAGE;
            args.offset = PAGE;
            args.size = PAGE;
            map_fails( m, &args, ERROR_INVALID_ADDRESS );
            winetest_pop_context();
        }
        ok( *committed == 42 && *view == 43, "memory has changed: %d, %d\n", *committed, *view );
    }
    unmap( view );
    VirtualFree( committed, 0, MEM_RELEASE );
    VirtualFree( reserved, 0, MEM_RELEASE );
    CloseHandle( section );
}

/* AT_ROUND_TO_PAGE is for 32-bit processes. */
static void test_round_to_page(void)
{
    HANDLE section = create_section( PAGE_READWRITE, SECTION_SIZE );
    struct map_args args = map_args( section );
    const struct mapper *m;

    args.alloc_type = 0x40000000;
    for_each_mapper( m, TAKES_PROTECT )
    {
        args.base = NULL;
        map_fails( m, &args, ERROR_INVALID_PARAMETER );
        args.base = find_free( SECTION_SIZE );
        map_fails( m, &args, ERROR_INVALID_PARAMETER );
    }
    CloseHandle( section );
}

static const struct rule rules[] =
{
    { "1.10-known", "MEM_TOP_DOWN and MEM_DIFFERENT_IMAGE_BASE_OK are accepted (1.16 #7)", test_known },
    { "B6-mem-commit", "MEM_COMMIT is refused", test_mem_commit },
    { "B6-unknown-bits", "bits without a meaning are refused", test_unknown_bits },
    { "B6-reserve-anonymous", "MEM_RESERVE is refused for sections without a file", test_reserve_anonymous },
    { "1.10-reserve-file", "MEM_RESERVE is accepted for a writable file", test_reserve_file },
    { "1.10-large-pages", "MEM_LARGE_PAGES needs a section of large pages", test_large_pages },
    { "1.14-replace-null-base", "MEM_REPLACE_PLACEHOLDER needs a base", test_replace_null_base },
    { "1.14-replace-not-placeholder", "MEM_REPLACE_PLACEHOLDER needs a placeholder", test_replace_not_placeholder },
    { "1.5-round-to-page", "AT_ROUND_TO_PAGE is refused in a 64-bit process", test_round_to_page },
    { NULL, NULL, NULL }
};

const struct test_file file_alloctype = { "alloctype", rules, NULL };
