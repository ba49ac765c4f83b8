/*
 * The size of a view
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "test.h"

#define SECTION_SIZE 0x40000

static void test_size_zero(void)
{
    HANDLE section = create_section( PAGE_READWRITE, SECTION_SIZE );
    HANDLE file = create_test_file( GENERIC_READ, 2 * GRANULARITY + 0x1234 );
    HANDLE file_section = CreateFileMappingW( file, NULL, PAGE_READONLY, 0, 0, NULL );
    struct map_args args = map_args( section ), file_args = map_args( file_section );
    const struct mapper *m;
    void *view;

    set_protect( &file_args, PAGE_READONLY );
    for_each_mapper( m, 0 )
    {
        args.offset = 0;
        view = map_works( m, &args );
        check_view( view, SECTION_SIZE, PAGE_READWRITE );
        unmap( view );
        args.offset = SECTION_SIZE - GRANULARITY;
        view = map_works( m, &args );
        check_view( view, GRANULARITY, PAGE_READWRITE );
        unmap( view );
        file_args.offset = 2 * GRANULARITY;
        view = map_works( m, &file_args );
        check_view( view, 0x2000, PAGE_READONLY );
        unmap( view );
    }
    CloseHandle( file_section );
    CloseHandle( file );
    CloseHandle( section );
}

static void test_offset_beyond_end(void)
{
    static const ULONG64 offsets[] =
    {
        SECTION_SIZE, SECTION_SIZE + GRANULARITY, 0x100000000, 0x7fffffffffff0000, 0x8000000000000000,
        0xffffffffffff0000
    };
    HANDLE section = create_section( PAGE_READWRITE, SECTION_SIZE );
    struct map_args args = map_args( section );
    const struct mapper *m;
    unsigned int i;

    for_each_mapper( m, 0 )
    {
        for (i = 0; i < ARRAY_SIZE( offsets ); i++)
        {
            winetest_push_context( "offset %#I64x", offsets[i] );
            args.offset = offsets[i];
            args.size = 0;
            map_fails_or( m, &args, ERROR_INVALID_PARAMETER, ERROR_ACCESS_DENIED );
            args.size = PAGE;
            map_fails_or( m, &args, ERROR_INVALID_PARAMETER, ERROR_ACCESS_DENIED );
            winetest_pop_context();
        }
    }
    CloseHandle( section );
}

static void test_size_beyond_end(void)
{
    static const struct { ULONG64 offset; SIZE_T size; } tests[] =
    {
        { 0, SECTION_SIZE + 1 }, { 0, SECTION_SIZE + PAGE }, { 0, BITS( 0x100000000, 0x80000000 ) },
        { GRANULARITY, SECTION_SIZE }, { GRANULARITY, SECTION_SIZE - GRANULARITY + 1 },
        { SECTION_SIZE - GRANULARITY, GRANULARITY + 1 },
    };
    HANDLE section = create_section( PAGE_READWRITE, SECTION_SIZE );
    struct map_args args = map_args( section );
    const struct mapper *m;
    unsigned int i;

    for_each_mapper( m, 0 )
    {
        for (i = 0; i < ARRAY_SIZE( tests ); i++)
        {
            winetest_push_context( "offset %#I64x, size %#Ix", tests[i].offset, tests[i].size );
            args.offset = tests[i].offset;
            args.size = tests[i].size;
            map_fails( m, &args, ERROR_ACCESS_DENIED );
            winetest_pop_context();
        }
    }
    CloseHandle( section );
}

static void test_size_file_exact(void)
{
    static const struct { ULONG64 offset; SIZE_T size; DWORD error; } tests[] =
    {
        { 0, 0x13452, 0 }, { 0, 0x13453, ERROR_ACCESS_DENIED }, { 0, 0x14000, ERROR_ACCESS_DENIED },
        { 0x10000, 0x3452, 0 }, { 0x10000, 0x3453, ERROR_ACCESS_DENIED }, { 0x10000, 0x4000, ERROR_ACCESS_DENIED },
    };
    HANDLE file = create_test_file( GENERIC_READ, 0x13452 );
    HANDLE section = CreateFileMappingW( file, NULL, PAGE_READONLY, 0, 0, NULL );
    struct map_args args = map_args( section );
    const struct mapper *m;
    unsigned int i;
    void *view;

    set_protect( &args, PAGE_READONLY );
    for_each_mapper( m, 0 )
    {
        for (i = 0; i < ARRAY_SIZE( tests ); i++)
        {
            winetest_push_context( "offset %#I64x, size %#Ix", tests[i].offset, tests[i].size );
            args.offset = tests[i].offset;
            args.size = tests[i].size;
            if (tests[i].error) map_fails( m, &args, tests[i].error );
            else
            {
                view = map_works( m, &args );
                check_view( view, 0x14000 - tests[i].offset, PAGE_READONLY );
                unmap( view );
            }
            winetest_pop_context();
        }
    }
    CloseHandle( section );
    CloseHandle( file );
}

static void test_size_anonymous_rounded(void)
{
    HANDLE section = create_section( PAGE_READWRITE, 0x3452 );
    struct map_args args = map_args( section );
    const struct mapper *m;
    void *view;

    for_each_mapper( m, 0 )
    {
        args.size = 0x4000;
        view = map_works( m, &args );
        check_view( view, 0x4000, PAGE_READWRITE );
        unmap( view );
        args.size = 0x4001;
        map_fails( m, &args, ERROR_ACCESS_DENIED );
    }
    CloseHandle( section );
}

static void test_region_rounded(void)
{
    static const SIZE_T sizes[] = { 1, 0xfff, 0x1000, 0x1001, 0xffff, 0x10001 };
    HANDLE section = create_section( PAGE_READWRITE, SECTION_SIZE );
    struct map_args args = map_args( section );
    const struct mapper *m;
    unsigned int i;
    void *view;

    for_each_mapper( m, 0 )
    {
        for (i = 0; i < ARRAY_SIZE( sizes ); i++)
        {
            args.size = sizes[i];
            view = map_works( m, &args );
            check_view( view, (sizes[i] + PAGE - 1) & ~(SIZE_T)(PAGE - 1), PAGE_READWRITE );
            unmap( view );
        }
    }
    CloseHandle( section );
}

static void test_tail_zero(void)
{
    HANDLE file = create_test_file( GENERIC_READ, 0x1404 );
    HANDLE section = CreateFileMappingW( file, NULL, PAGE_READONLY, 0, 0, NULL );
    struct map_args args = map_args( section );
    const struct mapper *m;
    unsigned int i, bad;
    char *view;

    set_protect( &args, PAGE_READONLY );
    for_each_mapper( m, 0 )
    {
        if (!(view = map_works( m, &args ))) continue;
        ok( word_at( view, 0x1400 ) == test_word( 0x1400 ), "last word of the file: got %#lx\n",
            word_at( view, 0x1400 ));
        for (i = 0x1404, bad = 0; i < 0x2000; i++) if (view[i] && !bad) bad = i;
        ok( !bad, "byte %#x behind the end of the file is %#x\n", bad, view[bad] );
        unmap( view );
    }
    CloseHandle( section );
    CloseHandle( file );
}

/* ERROR_ACCESS_DENIED or ERROR_INVALID_PARAMETER, depending on where it overflows. */
static void test_size_huge(void)
{
    static const struct { ULONG64 offset; SIZE_T size; } tests[] =
    {
        { 0, ~(SIZE_T)0 }, { 0, ~(SIZE_T)0 - PAGE }, { 0, ~(SIZE_T)0 - GRANULARITY }, { 0, ~(SIZE_T)0xffff },
        { 0, ~(SIZE_T)0 / 2 + 1 }, { 0, ~(SIZE_T)0 / 2 }, { 0, BITS( 0x7ffffffe0000, 0x7ffe0000 ) },
        { 0, BITS( 0x800000000000, 0xc0000000 ) },
        { GRANULARITY, ~(SIZE_T)0 }, { GRANULARITY, (SIZE_T)0 - GRANULARITY },
        { GRANULARITY, (SIZE_T)0 - GRANULARITY + PAGE }, { 3 * GRANULARITY, (SIZE_T)0 - 2 * GRANULARITY },
    };
    HANDLE section = create_section( PAGE_READWRITE, SECTION_SIZE );
    struct map_args args = map_args( section );
    char *base = find_free( SECTION_SIZE ), *view;
    const struct mapper *m;
    unsigned int i;
    DWORD err;

    for_each_mapper( m, 0 )
    {
        for (i = 0; i < ARRAY_SIZE( tests ) * 2; i++)
        {
            if (i >= ARRAY_SIZE( tests ) && !(m->flags & TAKES_BASE)) break;
            args.base = i >= ARRAY_SIZE( tests ) ? base : NULL;
            args.offset = tests[i % ARRAY_SIZE( tests )].offset;
            args.size = tests[i % ARRAY_SIZE( tests )].size;
            view = map_view( m, &args, &err );
            ok( !view && (err == ERROR_ACCESS_DENIED || err == ERROR_INVALID_PARAMETER),
                "base %p, offset %#I64x, size %#Ix: got %p, error %lu\n",
                args.base, args.offset, args.size, view, err );
            if (view) UnmapViewOfFile( view );
        }
    }
    CloseHandle( section );
}

static const struct rule rules[] =
{
    { "1.8-size-zero", "size 0 maps from the offset to the end (1.16 #8)", test_size_zero },
    { "1.8-offset-beyond-end", "an offset at or beyond the end of the section", test_offset_beyond_end },
    { "1.8-size-beyond-end", "a view larger than the rest of the section", test_size_beyond_end },
    { "1.8-size-file-exact", "the size of a file section is exact to the byte", test_size_file_exact },
    { "1.8-size-anonymous-rounded", "the size of a section without a file is in pages", test_size_anonymous_rounded },
    { "1.8-region-rounded", "the size of a view is in pages", test_region_rounded },
    { "1.8-tail-zero", "the rest of a file's last page is zero", test_tail_zero },
    { "1.8-size-huge", "sizes that overflow", test_size_huge },
    { NULL, NULL, NULL }
};

const struct test_file file_size = { "size", rules, NULL };
