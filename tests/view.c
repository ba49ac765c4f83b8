/*
 * Views: base, offset, order of validation, handles, images, last error
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "test.h"

#define SECTION_SIZE 0x40000

static void test_offset_alignment(void)
{
    static const ULONG64 offsets[] =
    {
        1, 0x800, 0xfff, 0x1000, 0x8000, 0xf000, 0xffff, 0x10001, 0x11000, 0x1ffff, 0x30fff
    };
    HANDLE section = create_section( PAGE_READWRITE, SECTION_SIZE );
    struct map_args args = map_args( section );
    const struct mapper *m;
    unsigned int i;

    args.size = PAGE;
    for_each_mapper( m, 0 )
    {
        for (i = 0; i < ARRAY_SIZE( offsets ); i++)
        {
            winetest_push_context( "offset %#I64x", offsets[i] );
            args.offset = offsets[i];
            map_fails( m, &args, ERROR_MAPPED_ALIGNMENT );
            winetest_pop_context();
        }
    }
    CloseHandle( section );
}

static void test_offset_contents(void)
{
    HANDLE section = create_filled_section( PAGE_READWRITE, SECTION_SIZE );
    struct map_args args = map_args( section );
    const struct mapper *m;
    char *view;

    for_each_mapper( m, 0 )
    {
        for (args.offset = 0; args.offset < SECTION_SIZE; args.offset += GRANULARITY)
        {
            if (!(view = map_works( m, &args ))) continue;
            check_view( view, SECTION_SIZE - args.offset, PAGE_READWRITE );
            ok( word_at( view, 0 ) == test_word( args.offset ), "offset %#I64x: got %#lx, expected %#lx\n",
                args.offset, word_at( view, 0 ), test_word( args.offset ));
            ok( word_at( view, GRANULARITY - 4 ) == test_word( args.offset + GRANULARITY - 4 ),
                "offset %#I64x, last word: got %#lx, expected %#lx\n", args.offset,
                word_at( view, GRANULARITY - 4 ), test_word( args.offset + GRANULARITY - 4 ));
            unmap( view );
        }
    }
    CloseHandle( section );
}

static void test_base_honoured(void)
{
    HANDLE section = create_filled_section( PAGE_READWRITE, SECTION_SIZE );
    struct map_args args = map_args( section );
    const struct mapper *m;
    char *view;

    for_each_mapper( m, TAKES_BASE )
    {
        args.base = find_free( SECTION_SIZE );
        view = map_works( m, &args );
        ok( view == args.base, "Got %p, expected %p\n", view, args.base );
        if (!view) continue;
        ok( word_at( view, PAGE ) == test_word( PAGE ), "got %#lx, expected %#lx\n",
            word_at( view, PAGE ), test_word( PAGE ));
        unmap( view );
    }
    CloseHandle( section );
}

static const SIZE_T misaligned[] = { 1, 0x800, 0xfff, 0x1000, 0x8000, 0xffff };

static void test_base_alignment_ex(void)
{
    HANDLE section = create_section( PAGE_READWRITE, SECTION_SIZE );
    struct map_args args = map_args( section );
    char *base = find_free( SECTION_SIZE + GRANULARITY );
    const struct mapper *m;
    unsigned int i;

    for_each_mapper( m, TAKES_BASE | TAKES_ACCESS )
    {
        for (i = 0; i < ARRAY_SIZE( misaligned ); i++)
        {
            winetest_push_context( "base + %#Ix", misaligned[i] );
            args.base = base + misaligned[i];
            map_fails( m, &args, ERROR_MAPPED_ALIGNMENT );
            winetest_pop_context();
        }
    }
    CloseHandle( section );
}

static void test_base_rounded_down(void)
{
    HANDLE section = create_filled_section( PAGE_READWRITE, SECTION_SIZE );
    struct map_args args = map_args( section );
    char *base = find_free( SECTION_SIZE + GRANULARITY ), *view;
    const struct mapper *m;
    unsigned int i;
    DWORD err;

    for_each_mapper( m, TAKES_BASE | TAKES_PROTECT )
    {
        for (i = 0; i < ARRAY_SIZE( misaligned ); i++)
        {
            args.base = base + misaligned[i];
            view = map_view( m, &args, &err );
            ok( view == base || broken( !view && err == ERROR_MAPPED_ALIGNMENT ),
                "base + %#Ix: got %p, error %lu, expected %p\n", misaligned[i], view, err, base );
            if (!view) continue;
            check_view( view, SECTION_SIZE, PAGE_READWRITE );
            ok( word_at( view, 0 ) == test_word( 0 ), "got %#lx\n", word_at( view, 0 ));
            unmap( view );
        }
    }
    CloseHandle( section );
}

static void test_base_rounded_down_busy(void)
{
    HANDLE section = create_section( PAGE_READWRITE, PAGE );
    struct map_args args = map_args( section );
    char *busy = VirtualAlloc( NULL, GRANULARITY, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE );
    const struct mapper *m;

    *busy = 42;
    for_each_mapper( m, TAKES_BASE | TAKES_PROTECT )
    {
        args.base = busy + 0x8000;
        map_fails_or( m, &args, ERROR_INVALID_ADDRESS, ERROR_MAPPED_ALIGNMENT );
        ok( *busy == 42, "the memory below has changed to %d\n", *busy );
    }
    VirtualFree( busy, 0, MEM_RELEASE );
    CloseHandle( section );
}

static void test_base_busy(void)
{
    HANDLE section = create_section( PAGE_READWRITE, 2 * GRANULARITY );
    struct map_args args = map_args( section );
    const struct mapper *m;
    unsigned int i;
    struct { const char *name; void *base; } busy[4];
    char *reserved = VirtualAlloc( NULL, 4 * GRANULARITY, MEM_RESERVE, PAGE_NOACCESS );
    char *committed = VirtualAlloc( NULL, 4 * GRANULARITY, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE );
    char *view = map_all( section );

    busy[0].name = "reserved memory";
    busy[0].base = reserved + GRANULARITY;
    busy[1].name = "private memory";
    busy[1].base = committed;
    busy[2].name = "another view";
    busy[2].base = view;
    busy[3].name = "an image";
    busy[3].base = GetModuleHandleA( NULL );
    fill_words( view, 0, 2 * GRANULARITY );
    for_each_mapper( m, TAKES_BASE )
    {
        for (i = 0; i < ARRAY_SIZE( busy ); i++)
        {
            winetest_push_context( "%s", busy[i].name );
            args.base = busy[i].base;
            map_fails( m, &args, ERROR_INVALID_ADDRESS );
            winetest_pop_context();
        }
    }
    ok( word_at( view, 0 ) == test_word( 0 ), "the other view has changed: %#lx\n", word_at( view, 0 ));
    ok( !memcmp( GetModuleHandleA( NULL ), "MZ", 2 ), "the image has changed\n" );
    unmap( view );
    VirtualFree( reserved, 0, MEM_RELEASE );
    VirtualFree( committed, 0, MEM_RELEASE );
    CloseHandle( section );
}

static void test_base_gap_too_small(void)
{
    HANDLE section = create_section( PAGE_READWRITE, 2 * GRANULARITY );
    struct map_args args = map_args( section );
    char *base = find_free( 4 * GRANULARITY ), *above, *view;
    const struct mapper *m;

    above = VirtualAlloc( base + GRANULARITY, GRANULARITY, MEM_RESERVE, PAGE_NOACCESS );
    ok( above == base + GRANULARITY, "Got %p, expected %p\n", above, base + GRANULARITY );
    for_each_mapper( m, TAKES_BASE )
    {
        args.base = base;
        args.size = 0;
        map_fails( m, &args, ERROR_INVALID_ADDRESS );
        args.size = GRANULARITY + 1;
        map_fails( m, &args, ERROR_INVALID_ADDRESS );
        args.size = GRANULARITY;
        view = map_works( m, &args );
        ok( view == base, "the gap fits: got %p, expected %p\n", view, base );
        unmap( view );
    }
    VirtualFree( above, 0, MEM_RELEASE );
    CloseHandle( section );
}

static void test_returned_base_aligned(void)
{
    static const SIZE_T sizes[] = { 1, PAGE, GRANULARITY + 1, 3 * PAGE };
    HANDLE section = create_section( PAGE_READWRITE, SECTION_SIZE );
    struct map_args args = map_args( section );
    const struct mapper *m;
    void *views[ARRAY_SIZE( sizes )];
    unsigned int i;

    for_each_mapper( m, 0 )
    {
        for (i = 0; i < ARRAY_SIZE( sizes ); i++)
        {
            args.size = sizes[i];
            views[i] = map_works( m, &args );
            ok( !((ULONG_PTR)views[i] % GRANULARITY), "size %#Ix: got %p\n", sizes[i], views[i] );
        }
        for (i = 0; i < ARRAY_SIZE( sizes ); i++) unmap( views[i] );
    }
    CloseHandle( section );
}

static void test_replace_alignment(void)
{
    HANDLE section = create_section( PAGE_READWRITE, SECTION_SIZE );
    struct map_args args = map_args( section );
    char *base = find_free( SECTION_SIZE );
    const struct mapper *m;
    unsigned int i;
    static const struct { int base; ULONG64 offset; } tests[] =
    {
        { -1, 0 }, { 1, 0 }, { PAGE - 1, 0 }, { PAGE + 0x800, 0 },
        { 0, 1 }, { 0, PAGE - 1 }, { PAGE, PAGE + 8 }, { 1, 1 },
    };

    args.alloc_type = MEM_REPLACE_PLACEHOLDER;
    args.size = PAGE;
    for_each_mapper( m, TAKES_PROTECT )
    {
        for (i = 0; i < ARRAY_SIZE( tests ); i++)
        {
            winetest_push_context( "base %+d, offset %#I64x", tests[i].base, tests[i].offset );
            args.base = base + tests[i].base;
            args.offset = tests[i].offset;
            map_fails( m, &args, ERROR_MAPPED_ALIGNMENT );
            winetest_pop_context();
        }
    }
    CloseHandle( section );
}

/* One argument that is wrong, in the order in which they are looked at. */
static const struct defect
{
    const char  *name;
    unsigned int needs;
    DWORD        error, windows;
} defects[] =
{
    { "parameters", TAKES_PARAMS, ERROR_INVALID_PARAMETER, ERROR_INVALID_PARAMETER },
    { "offset alignment", 0, ERROR_MAPPED_ALIGNMENT, ERROR_MAPPED_ALIGNMENT },
    { "base alignment", TAKES_BASE | TAKES_ACCESS, ERROR_MAPPED_ALIGNMENT, ERROR_MAPPED_ALIGNMENT },
    { "process", TAKES_PROTECT, ERROR_INVALID_HANDLE, ERROR_INVALID_HANDLE },
    { "protection", TAKES_PROTECT, ERROR_INVALID_PARAMETER, ERROR_INVALID_PARAMETER },
    { "section", 0, ERROR_INVALID_HANDLE, ERROR_INVALID_HANDLE },
    { "access", 0, ERROR_ACCESS_DENIED, ERROR_ACCESS_DENIED },
    { "offset", 0, ERROR_INVALID_PARAMETER, ERROR_ACCESS_DENIED },
    { "size", 0, ERROR_ACCESS_DENIED, ERROR_ACCESS_DENIED },
    { "busy base", TAKES_BASE, ERROR_INVALID_ADDRESS, ERROR_INVALID_ADDRESS },
};

static void spoil( struct map_args *args, unsigned int defect, char *busy )
{
    switch (defect)
    {
    case 0: args->params = NULL; args->count = 1; break;
    case 1: args->offset += PAGE; break;
    case 2: args->base = (args->base ? (char *)args->base : busy + GRANULARITY) + PAGE; break;
    case 3: args->process = (HANDLE)0xdeadbee0; break;
    case 4: args->protect = 0; break;
    case 5: args->section = NULL; break;
    case 6: set_protect( args, PAGE_READWRITE ); break;
    case 7: args->offset += SECTION_SIZE; break;
    case 8: args->size = 2 * SECTION_SIZE; break;
    case 9: args->base = busy; break;
    }
}

static void test_order(void)
{
    HANDLE section = create_section( PAGE_READONLY, SECTION_SIZE );
    char *busy = VirtualAlloc( NULL, GRANULARITY, MEM_RESERVE, PAGE_NOACCESS ), *view;
    struct map_args args;
    const struct mapper *m;
    unsigned int i, j, needs;
    DWORD err;

    for_each_mapper( m, 0 )
    {
        for (i = 0; i < ARRAY_SIZE( defects ); i++)
        {
            for (j = i + 1; j < ARRAY_SIZE( defects ); j++)
            {
                needs = defects[i].needs | defects[j].needs;
                if ((m->flags & needs) != needs) continue;
                args = map_args( section );
                set_protect( &args, PAGE_READONLY );
                /* the later one first: some change the same argument */
                spoil( &args, j, busy );
                spoil( &args, i, busy );
                view = map_view( m, &args, &err );
                ok( !view && (err == defects[i].error ||
                              broken( err == defects[i].windows || err == defects[j].error )),
                    "%s before %s: got %p, error %lu, expected %lu\n", defects[i].name, defects[j].name,
                    view, err, defects[i].error );
                if (view) unmap( view );
            }
        }
    }
    VirtualFree( busy, 0, MEM_RELEASE );
    CloseHandle( section );
}

/* The part of the order that Wine's own tests have seen on Windows. */
static void test_order_alignment_busy(void)
{
    HANDLE section = create_section( PAGE_READWRITE, SECTION_SIZE );
    char *busy = VirtualAlloc( NULL, GRANULARITY, MEM_RESERVE, PAGE_NOACCESS );
    struct map_args args = map_args( section );
    const struct mapper *m;

    args.size = PAGE;
    for_each_mapper( m, TAKES_BASE )
    {
        args.base = busy;
        args.offset = 0;
        map_fails( m, &args, ERROR_INVALID_ADDRESS );
        args.offset = PAGE;
        map_fails( m, &args, ERROR_MAPPED_ALIGNMENT );
        if (!(m->flags & TAKES_ACCESS)) continue;
        args.base = busy + PAGE;
        args.offset = 0;
        map_fails( m, &args, ERROR_MAPPED_ALIGNMENT );
    }
    VirtualFree( busy, 0, MEM_RELEASE );
    CloseHandle( section );
}

static void test_section_handle(void)
{
    HANDLE event = CreateEventW( NULL, FALSE, FALSE, NULL );
    HANDLE file = create_test_file( GENERIC_READ, PAGE );
    HANDLE closed = create_section( PAGE_READWRITE, PAGE );
    const struct mapper *m;
    struct map_args args;
    unsigned int i;
    HANDLE handles[8];

    CloseHandle( closed );
    handles[0] = NULL;
    handles[1] = INVALID_HANDLE_VALUE;
    handles[2] = event;
    handles[3] = file;
    handles[4] = closed;
    handles[5] = (HANDLE)0xdeadbee0;
    handles[6] = (HANDLE)(ULONG_PTR)0xdeadbeefdeadbee0;
    handles[7] = GetCurrentThread();
    for_each_mapper( m, 0 )
    {
        for (i = 0; i < ARRAY_SIZE( handles ); i++)
        {
            winetest_push_context( "handle %p (%u)", handles[i], i );
            args = map_args( handles[i] );
            map_fails( m, &args, ERROR_INVALID_HANDLE );
            winetest_pop_context();
        }
    }
    CloseHandle( event );
    CloseHandle( file );
}

static void test_process_handle(void)
{
    HANDLE section = create_section( PAGE_READWRITE, PAGE );
    HANDLE event = CreateEventW( NULL, FALSE, FALSE, NULL );
    struct map_args args = map_args( section );
    const struct mapper *m;
    unsigned int i;
    HANDLE handles[5];

    handles[0] = event;
    handles[1] = section;
    handles[2] = (HANDLE)0xdeadbee0;
    handles[3] = GetCurrentThread();
    handles[4] = (HANDLE)(LONG_PTR)-4;  /* a pseudo handle of something else */
    for_each_mapper( m, TAKES_PROTECT )
    {
        for (i = 0; i < ARRAY_SIZE( handles ); i++)
        {
            winetest_push_context( "handle %p (%u)", handles[i], i );
            args.process = handles[i];
            map_fails( m, &args, ERROR_INVALID_HANDLE );
            winetest_pop_context();
        }
    }
    CloseHandle( event );
    CloseHandle( section );
}

static void test_null_process_map3(void)
{
    HANDLE section = create_filled_section( PAGE_READWRITE, PAGE );
    struct map_args args = map_args( section );
    const struct mapper *m;
    void *view;

    args.process = NULL;
    for_each_mapper( m, NULL_PROCESS )
    {
        if (!(view = map_works( m, &args ))) continue;
        check_view( view, PAGE, PAGE_READWRITE );
        ok( word_at( view, 8 ) == test_word( 8 ), "got %#lx\n", word_at( view, 8 ));
        unmap( view );
    }
    CloseHandle( section );
}

static void test_null_process_numa2(void)
{
    HANDLE section = create_section( PAGE_READWRITE, PAGE );
    struct map_args args = map_args( section );
    const struct mapper *m;
    unsigned int count = 0;

    args.process = NULL;
    for_each_mapper( m, TAKES_PROTECT )
    {
        if (m->flags & NULL_PROCESS) continue;
        map_fails( m, &args, ERROR_INVALID_HANDLE );
        count++;
    }
    if (!count) win_skip( "MapViewOfFileNuma2 is missing\n" );
    CloseHandle( section );
}

static void test_process_access(void)
{
    HANDLE section = create_filled_section( PAGE_READWRITE, PAGE );
    struct map_args args = map_args( section );
    HANDLE query = OpenProcess( PROCESS_QUERY_INFORMATION, FALSE, GetCurrentProcessId() );
    HANDLE operation = OpenProcess( PROCESS_VM_OPERATION, FALSE, GetCurrentProcessId() );
    const struct mapper *m;
    void *view;

    ok( query && operation, "OpenProcess: got %p, %p, error %lu\n", query, operation, GetLastError() );
    for_each_mapper( m, TAKES_PROTECT )
    {
        args.process = query;
        map_fails( m, &args, ERROR_ACCESS_DENIED );
        args.process = operation;
        if (!(view = map_works( m, &args ))) continue;
        ok( word_at( view, 8 ) == test_word( 8 ), "got %#lx\n", word_at( view, 8 ));
        unmap( view );
    }
    CloseHandle( query );
    CloseHandle( operation );
    CloseHandle( section );
}

static void test_base_above_user_space(void)
{
    static const ULONG64 bases[] =
    {
        USER_END, 0x800000000000, 0x8000000e0000, 0x00ff000000000000, 0x7fffffffffff0000,
        0x8000000000000000, 0xffff800000000000, 0xfffff80000000000, 0xffffffffffff0000
    };
    HANDLE section = create_section( PAGE_READWRITE, PAGE );
    struct map_args args = map_args( section );
    const struct mapper *m;
    unsigned int i;

    for_each_mapper( m, TAKES_BASE )
    {
        for (i = 0; i < ARRAY_SIZE( bases ); i++)
        {
            if (bases[i] != (ULONG_PTR)bases[i]) continue;
            winetest_push_context( "base %#I64x", bases[i] );
            args.base = (void *)(ULONG_PTR)bases[i];
            map_fails_or( m, &args, ERROR_INVALID_PARAMETER, ERROR_INVALID_ADDRESS );
            winetest_pop_context();
        }
    }
    CloseHandle( section );
}

static void test_base_crossing_limit(void)
{
    HANDLE section = create_section( PAGE_READWRITE, 0x100000 );
    struct map_args args = map_args( section );
    const struct mapper *m;

    for_each_mapper( m, TAKES_BASE )
    {
        args.base = (void *)(user_limit() - GRANULARITY);
        args.size = 0;
        map_fails_or( m, &args, ERROR_INVALID_PARAMETER, ERROR_INVALID_ADDRESS );
        args.size = 0x100000;
        map_fails_or( m, &args, ERROR_INVALID_PARAMETER, ERROR_INVALID_ADDRESS );
        args.size = 2 * GRANULARITY;
        map_fails_or( m, &args, ERROR_INVALID_PARAMETER, ERROR_INVALID_ADDRESS );
        args.base = (void *)(user_limit() - 0x1f0000);
        args.offset = 0;
        args.size = (SIZE_T)args.base;  /* larger than the section as well */
        map_fails_or( m, &args, ERROR_ACCESS_DENIED, ERROR_INVALID_PARAMETER );
    }
    CloseHandle( section );
}

static void test_fromapp_high_offset(void)
{
    const ULONG64 high = 0x100000000;
    static const DWORD marks[] = { 0x11111111, 0x22222222 };
    HANDLE file, section;
    struct map_args args;
    const struct mapper *m;
    LARGE_INTEGER pos;
    OVERLAPPED ov;
    unsigned int i;
    void *view;
    DWORD len;

    file = create_test_file( GENERIC_READ, 0 );
    DeviceIoControl( file, 0x900c4 /* FSCTL_SET_SPARSE */, NULL, 0, NULL, 0, &len, NULL );
    pos.QuadPart = high + GRANULARITY;
    if (!SetFilePointerEx( file, pos, NULL, FILE_BEGIN ) || !SetEndOfFile( file ))
    {
        skip( "no files above 4 GiB here, error %lu\n", GetLastError() );
        CloseHandle( file );
        return;
    }
    for (i = 0; i < ARRAY_SIZE( marks ); i++)
    {
        memset( &ov, 0, sizeof(ov) );
        ov.OffsetHigh = i;
        WriteFile( file, &marks[i], sizeof(marks[i]), &len, &ov );
    }
    section = CreateFileMappingW( file, NULL, PAGE_READONLY, 0, 0, NULL );
    args = map_args( section );
    set_protect( &args, PAGE_READONLY );
    args.offset = high;
    args.size = PAGE;
    for_each_mapper( m, 0 )
    {
        if (!(view = map_works( m, &args ))) continue;
        ok( word_at( view, 0 ) == marks[1], "got %#lx, expected %#lx\n", word_at( view, 0 ), marks[1] );
        unmap( view );
    }
    CloseHandle( section );
    CloseHandle( file );
}

/* Mapped a second time, an image is not at its base: a status that is no error. */
static void test_image_not_at_base(void)
{
    HANDLE file = open_own_image();
    HANDLE section = CreateFileMappingW( file, NULL, PAGE_READONLY | SEC_IMAGE, 0, 0, NULL );
    struct map_args args = map_args( section );
    struct region expect;
    const struct mapper *m;
    void *view;

    ok( section != NULL, "got %p, error %lu\n", section, GetLastError() );
    set_protect( &args, PAGE_READONLY );
    for_each_mapper( m, 0 )
    {
        if (!(view = map_works( m, &args ))) continue;
        ok( view != GetModuleHandleA( NULL ), "got the running image at %p\n", view );
        memset( &expect, 0, sizeof(expect) );
        expect.alloc_base = view;
        expect.state = MEM_COMMIT;
        expect.protect = PAGE_READONLY;
        expect.alloc_protect = PAGE_EXECUTE_WRITECOPY;
        expect.type = MEM_IMAGE;
        check_region( view, &expect );
        ok( !memcmp( view, "MZ", 2 ), "got %#lx\n", word_at( view, 0 ));
        unmap( view );
    }
    CloseHandle( section );
    CloseHandle( file );
}

static void test_image_protection_ignored(void)
{
    static const ULONG protects[] = { PAGE_NOACCESS, PAGE_READONLY, PAGE_WRITECOPY };
    HANDLE file = open_own_image();
    HANDLE section = CreateFileMappingW( file, NULL, PAGE_READONLY | SEC_IMAGE, 0, 0, NULL );
    struct map_args args = map_args( section );
    struct region expect;
    const struct mapper *m;
    unsigned int i;
    void *view;

    memset( &expect, 0, sizeof(expect) );
    expect.state = MEM_COMMIT;
    expect.protect = PAGE_READONLY;
    expect.alloc_protect = PAGE_EXECUTE_WRITECOPY;
    expect.type = MEM_IMAGE;
    for_each_mapper( m, 0 )
    {
        for (i = 0; i < ARRAY_SIZE( protects ); i++)
        {
            winetest_push_context( "%s", protect_name( protects[i] ));
            set_protect( &args, protects[i] );
            if ((view = map_works( m, &args )))
            {
                expect.alloc_base = view;
                check_region( view, &expect );
                unmap( view );
            }
            winetest_pop_context();
        }
        if (!(m->flags & TAKES_PROTECT)) continue;
        args.protect = 0;
        map_fails( m, &args, ERROR_INVALID_PARAMETER );
        args.protect = PAGE_READONLY | PAGE_READWRITE;
        map_fails( m, &args, ERROR_INVALID_PARAMETER );
    }
    CloseHandle( section );
    CloseHandle( file );
}

static void test_last_error_kept(void)
{
    HANDLE section = create_section( PAGE_READWRITE, SECTION_SIZE );
    struct map_args args = map_args( section );
    const struct mapper *m;
    void *view;
    DWORD err;

    for_each_mapper( m, 0 )
    {
        args.base = NULL;
        view = map_view( m, &args, &err );
        ok( view && err == 0xdeadbeef, "Got %p, error %lu\n", view, err );
        unmap( view );
        if (!(m->flags & TAKES_BASE)) continue;
        args.base = find_free( SECTION_SIZE );
        view = map_view( m, &args, &err );
        ok( view && err == 0xdeadbeef, "at a base: got %p, error %lu\n", view, err );
        unmap( view );
    }
    CloseHandle( section );
}

static void test_initially_zero(void)
{
    HANDLE section = create_section( PAGE_READWRITE, SECTION_SIZE );
    struct map_args args = map_args( section );
    const struct mapper *m;
    SIZE_T i, bad;
    void *view;

    set_protect( &args, PAGE_READONLY );
    for_each_mapper( m, 0 )
    {
        if (!(view = map_works( m, &args ))) continue;
        for (i = 0, bad = 0; i < SECTION_SIZE / 4; i++) if (word_at( view, i * 4 )) bad++;
        ok( !bad, "%Iu words are not zero\n", bad );
        unmap( view );
    }
    CloseHandle( section );
}

static void test_write_to_read_view(void)
{
    HANDLE section = create_filled_section( PAGE_READWRITE, PAGE );
    struct map_args args = map_args( section );
    const struct mapper *m;
    DWORD code;
    char *view;

    set_protect( &args, PAGE_READONLY );
    for_each_mapper( m, 0 )
    {
        if (!(view = map_works( m, &args ))) continue;
        ok( is_readable( view ), "%p is not readable\n", view );
        code = probe_write( view, 1 );
        ok( code == EXCEPTION_ACCESS_VIOLATION, "writing: got %#lx\n", code );
        ok( word_at( view, 0 ) == test_word( 0 ), "got %#lx\n", word_at( view, 0 ));
        unmap( view );
    }
    CloseHandle( section );
}

static const struct rule rules[] =
{
    { "1.5-offset-alignment", "an offset must be a multiple of 64 KiB", test_offset_alignment },
    { "1.5-offset-contents", "a view shows the section from its offset on", test_offset_contents },
    { "1.5-base-honoured", "a free base is used", test_base_honoured },
    { "1.5-base-alignment-ex", "Ex, ExNuma: a base must be a multiple of 64 KiB (1.16 #4)", test_base_alignment_ex },
    { "1.5-base-rounded-down", "2, Numa2, 3: a base is rounded down to 64 KiB (1.16 #3)", test_base_rounded_down },
    { "1.5-base-rounded-down-busy", "2, Numa2, 3: the rounded base has to be free", test_base_rounded_down_busy },
    { "1.5-returned-base-aligned", "views begin at a multiple of 64 KiB", test_returned_base_aligned },
    { "1.5-replace-alignment", "MEM_REPLACE_PLACEHOLDER: base and offset must be page-aligned (1.16 #6)",
      test_replace_alignment },
    { "1.4-order", "which of two wrong arguments is reported", test_order },
    { "1.4-order-alignment-busy", "alignment is checked before the address range", test_order_alignment_busy },
    { "1.4-section-handle", "anything but a section is an invalid handle", test_section_handle },
    { "1.4-process-handle", "anything but a process is an invalid handle", test_process_handle },
    { "1.11-null-process-map3", "MapViewOfFile3: a NULL process is the caller", test_null_process_map3 },
    { "1.11-null-process-numa2", "MapViewOfFile2, Numa2: a NULL process is an invalid handle",
      test_null_process_numa2 },
    { "1.15-process-access", "the process handle needs PROCESS_VM_OPERATION, and nothing else",
      test_process_access },
    { "1.8-base-busy", "a base that is in use", test_base_busy },
    { "1.8-base-gap-too-small", "a base with too little free space behind it", test_base_gap_too_small },
    { "B1-base-above-user-space", "a base outside of the user's address space", test_base_above_user_space },
    { "B1-base-crossing-limit", "a view that reaches beyond the user's address space", test_base_crossing_limit },
    { "B2-fromapp-high-offset", "an offset above 4 GiB", test_fromapp_high_offset },
    { "1.3-image-not-at-base", "an image away from its base is a success", test_image_not_at_base },
    { "1.6-image-protection-ignored", "images have their own protections", test_image_protection_ignored },
    { "1.3-last-error-kept", "success leaves the last error alone", test_last_error_kept },
    { "S4-initially-zero", "a section without a file begins as zeros", test_initially_zero },
    { "S4-write-to-read-view", "writing to a read-only view is an access violation", test_write_to_read_view },
    { NULL, NULL, NULL }
};

const struct test_file file_view = { "view", rules, NULL };
