/*
 * Extended parameters of MapViewOfFile3
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "test.h"

#define SECTION_SIZE 0x20000

static MEM_EXTENDED_PARAMETER make_param( BYTE type, ULONG64 value )
{
    MEM_EXTENDED_PARAMETER param;

    memset( &param, 0, sizeof(param) );
    param.Type = type;
    param.ULong64 = value;
    return param;
}

static MEM_EXTENDED_PARAMETER requirements_param( MEM_ADDRESS_REQUIREMENTS *req )
{
    return make_param( PARAM_ADDRESS_REQUIREMENTS, (ULONG_PTR)req );
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

static void test_null_array(void)
{
    static const ULONG counts[] = { 1, 2, 5, 0x10000, 0xffffffff };
    HANDLE section = create_section( PAGE_READWRITE, SECTION_SIZE );
    struct map_args args = map_args( section );
    const struct mapper *m;
    unsigned int i;

    for_each_mapper( m, TAKES_PARAMS )
    {
        for (i = 0; i < ARRAY_SIZE( counts ); i++)
        {
            winetest_push_context( "count %#lx", counts[i] );
            args.count = counts[i];
            map_fails( m, &args, ERROR_INVALID_PARAMETER );
            winetest_pop_context();
        }
    }
    CloseHandle( section );
}

static void test_count_zero(void)
{
    HANDLE section = create_section( PAGE_READWRITE, SECTION_SIZE );
    struct map_args args = map_args( section );
    MEM_EXTENDED_PARAMETER param = make_param( 0xff, 0 );
    const struct mapper *m;
    void *view;

    args.params = &param;
    for_each_mapper( m, TAKES_PARAMS )
    {
        view = map_works( m, &args );
        check_view( view, SECTION_SIZE, PAGE_READWRITE );
        unmap( view );
    }
    CloseHandle( section );
}

static void test_type_invalid(void)
{
    HANDLE section = create_section( PAGE_READWRITE, SECTION_SIZE );
    struct map_args args = map_args( section );
    MEM_EXTENDED_PARAMETER params[2];
    const struct mapper *m;
    unsigned int type;

    args.params = params;
    for_each_mapper( m, TAKES_PARAMS )
    {
        for (type = 0; type < 256; type++)
        {
            if (type >= PARAM_ADDRESS_REQUIREMENTS && type <= PARAM_IMAGE_MACHINE) continue;
            winetest_push_context( "type %u", type );
            params[0] = make_param( type, 0 );
            args.count = 1;
            map_fails( m, &args, ERROR_INVALID_PARAMETER );
            params[0] = make_param( PARAM_NUMA_NODE, 0 );
            params[1] = make_param( type, 0 );
            args.count = 2;
            map_fails( m, &args, ERROR_INVALID_PARAMETER );
            winetest_pop_context();
        }
    }
    CloseHandle( section );
}

static void test_duplicate(void)
{
    HANDLE section = create_section( PAGE_READWRITE, SECTION_SIZE );
    struct map_args args = map_args( section );
    MEM_ADDRESS_REQUIREMENTS req = requirements( 0, 0, 0 );
    MEM_EXTENDED_PARAMETER params[3];
    const struct mapper *m;
    unsigned int type;

    args.params = params;
    for_each_mapper( m, TAKES_PARAMS )
    {
        for (type = PARAM_ADDRESS_REQUIREMENTS; type <= PARAM_IMAGE_MACHINE; type++)
        {
            winetest_push_context( "type %u", type );
            params[0] = make_param( type, 0 );
            if (type == PARAM_ADDRESS_REQUIREMENTS) params[0] = requirements_param( &req );
            params[1] = params[0];
            args.count = 2;
            map_fails( m, &args, ERROR_INVALID_PARAMETER );
            params[2] = params[0];
            params[1] = type == PARAM_NUMA_NODE ? requirements_param( &req ) : make_param( PARAM_NUMA_NODE, 0 );
            args.count = 3;
            map_fails( m, &args, ERROR_INVALID_PARAMETER );
            winetest_pop_context();
        }
    }
    CloseHandle( section );
}

static void test_requirements_zero(void)
{
    HANDLE section = create_section( PAGE_READWRITE, SECTION_SIZE );
    struct map_args args = map_args( section );
    MEM_ADDRESS_REQUIREMENTS req = requirements( 0, 0, 0 );
    MEM_EXTENDED_PARAMETER param = requirements_param( &req );
    const struct mapper *m;
    void *view;

    args.params = &param;
    args.count = 1;
    for_each_mapper( m, TAKES_PARAMS )
    {
        args.base = NULL;
        view = map_works( m, &args );
        check_view( view, SECTION_SIZE, PAGE_READWRITE );
        unmap( view );
        args.base = find_free( SECTION_SIZE );
        view = map_works( m, &args );
        ok( view == args.base, "Got %p, expected %p\n", view, args.base );
        unmap( view );
    }
    CloseHandle( section );
}

/* A parameter that is refused, with one of two errors. */
static void refused_with( MEM_EXTENDED_PARAMETER param, DWORD error, DWORD other_error )
{
    HANDLE section = create_section( PAGE_READWRITE, SECTION_SIZE );
    struct map_args args = map_args( section );
    const struct mapper *m;
    void *view;
    DWORD err;

    args.params = &param;
    args.count = 1;
    for_each_mapper( m, TAKES_PARAMS )
    {
        view = map_view( m, &args, &err );
        ok( !view && (err == error || err == other_error), "Got %p, error %lu\n", view, err );
        if (view) UnmapViewOfFile( view );
    }
    CloseHandle( section );
}

static void test_requirements_null(void)
{
    refused_with( requirements_param( NULL ), ERROR_INVALID_PARAMETER, ERROR_NOACCESS );
}

static void test_requirements_with_base(void)
{
    HANDLE section = create_section( PAGE_READWRITE, SECTION_SIZE );
    struct map_args args = map_args( section );
    MEM_ADDRESS_REQUIREMENTS req;
    MEM_EXTENDED_PARAMETER param = requirements_param( &req );
    char *base = find_free( SECTION_SIZE );
    const struct mapper *m;

    args.params = &param;
    args.count = 1;
    args.base = base;
    for_each_mapper( m, TAKES_PARAMS )
    {
        req = requirements( (ULONG_PTR)base, 0, 0 );
        map_fails( m, &args, ERROR_INVALID_PARAMETER );
        req = requirements( 0, (ULONG_PTR)base + SECTION_SIZE - 1, 0 );
        map_fails( m, &args, ERROR_INVALID_PARAMETER );
        req = requirements( 0, 0, GRANULARITY );
        map_fails( m, &args, ERROR_INVALID_PARAMETER );
        req = requirements( (ULONG_PTR)base, (ULONG_PTR)base + SECTION_SIZE - 1, GRANULARITY );
        map_fails( m, &args, ERROR_INVALID_PARAMETER );
    }
    CloseHandle( section );
}

static void test_alignment_invalid(void)
{
    static const SIZE_T alignments[] =
    {
        1, 2, 0x1000, 0x8000, 0xffff, 0x10001, 0x18000, 0x30000, 0x300000, ~(SIZE_T)0, BITS( 0x8000000000000001, 0x80000001 )
    };
    HANDLE section = create_section( PAGE_READWRITE, SECTION_SIZE );
    struct map_args args = map_args( section );
    MEM_ADDRESS_REQUIREMENTS req;
    MEM_EXTENDED_PARAMETER param = requirements_param( &req );
    const struct mapper *m;
    unsigned int i;

    args.params = &param;
    args.count = 1;
    for_each_mapper( m, TAKES_PARAMS )
    {
        for (i = 0; i < ARRAY_SIZE( alignments ); i++)
        {
            winetest_push_context( "alignment %#Ix", alignments[i] );
            req = requirements( 0, 0, alignments[i] );
            map_fails( m, &args, ERROR_INVALID_PARAMETER );
            winetest_pop_context();
        }
    }
    CloseHandle( section );
}

/* Windows today refuses what its document promises. */
static void test_alignment_honoured(void)
{
    static const SIZE_T alignments[] =
    {
        0x10000, 0x20000, 0x40000, 0x100000, 0x200000, 0x1000000, BITS( 0x40000000, 0x8000000 ), BITS( 0x1000000000, 0x10000000 )
    };
    HANDLE section = create_filled_section( PAGE_READWRITE, SECTION_SIZE );
    struct map_args args = map_args( section );
    MEM_ADDRESS_REQUIREMENTS req;
    MEM_EXTENDED_PARAMETER param = requirements_param( &req );
    void *views[ARRAY_SIZE( alignments )];
    const struct mapper *m;
    unsigned int i;
    DWORD err;

    args.params = &param;
    args.count = 1;
    for_each_mapper( m, TAKES_PARAMS )
    {
        for (i = 0; i < ARRAY_SIZE( alignments ); i++)
        {
            req = requirements( 0, 0, alignments[i] );
            views[i] = map_view( m, &args, &err );
            ok( views[i] || broken( err == ERROR_INVALID_PARAMETER ), "alignment %#Ix: got %p, error %lu\n",
                alignments[i], views[i], err );
            ok( !((ULONG_PTR)views[i] & (alignments[i] - 1)), "alignment %#Ix: got %p\n", alignments[i], views[i] );
            check_view( views[i], SECTION_SIZE, PAGE_READWRITE );
        }
        for (i = 0; i < ARRAY_SIZE( alignments ); i++) unmap( views[i] );
    }
    CloseHandle( section );
}

static void test_limits_invalid(void)
{
    HANDLE section = create_section( PAGE_READWRITE, SECTION_SIZE );
    struct map_args args = map_args( section );
    MEM_ADDRESS_REQUIREMENTS req;
    MEM_EXTENDED_PARAMETER param = requirements_param( &req );
    const struct mapper *m;
    unsigned int i;
    SYSTEM_INFO si;
    ULONG64 max;
    struct { ULONG64 low, high; } tests[12];

    GetSystemInfo( &si );
    max = (ULONG_PTR)si.lpMaximumApplicationAddress;
    memset( tests, 0, sizeof(tests) );
    tests[0].low = 0x20001000;          /* not a multiple of 64 KiB */
    tests[1].low = 0x20000001;
    tests[2].low = max + 1;             /* outside of the user's address space */
    tests[3].low = BITS( 0x800000000000, 0xffff0000 );
    tests[4].low = SYSTEM_ADDRESS;
    tests[5].high = max + PAGE;
    tests[6].high = 0xffffffffffffffff;
    tests[7].high = 0x20000000;         /* not the last byte of a page */
    tests[8].high = 0x20000ffe;
    tests[9].low = 0x30000000;          /* high below low */
    tests[9].high = 0x2fffffff;
    tests[10].low = 0x30000000;
    tests[10].high = 0x20000fff;
    tests[11].low = 0x30001000;
    tests[11].high = 0x40000fff;

    args.params = &param;
    args.count = 1;
    for_each_mapper( m, TAKES_PARAMS )
    {
        for (i = 0; i < ARRAY_SIZE( tests ); i++)
        {
            winetest_push_context( "low %#I64x, high %#I64x", tests[i].low, tests[i].high );
            req = requirements( tests[i].low, tests[i].high, 0 );
            map_fails( m, &args, ERROR_INVALID_PARAMETER );
            winetest_pop_context();
        }
    }
    CloseHandle( section );
}

static void test_limits_honoured(void)
{
    HANDLE section = create_filled_section( PAGE_READWRITE, SECTION_SIZE );
    struct map_args args = map_args( section );
    MEM_ADDRESS_REQUIREMENTS req;
    MEM_EXTENDED_PARAMETER param = requirements_param( &req );
    const struct mapper *m;
    char *base, *view;

    args.params = &param;
    args.count = 1;
    for_each_mapper( m, TAKES_PARAMS )
    {
        /* exactly here */
        base = find_free( SECTION_SIZE );
        req = requirements( (ULONG_PTR)base, (ULONG_PTR)base + SECTION_SIZE - 1, 0 );
        view = map_works( m, &args );
        ok( view == base, "Got %p, expected %p\n", view, base );
        unmap( view );
        /* not below */
        req = requirements( ZONE( 0x10 ), 0, 0 );
        view = map_works( m, &args );
        ok( (ULONG_PTR)view >= ZONE( 0x10 ), "Got %p, expected at least %p\n", view, (void *)ZONE( 0x10 ));
        unmap( view );
        /* not above */
        req = requirements( 0, 0x5fffffff, 0 );
        view = map_works( m, &args );
        ok( view && (ULONG_PTR)view + SECTION_SIZE - 1 <= 0x5fffffff, "Got %p, expected at most 0x5fffffff\n", view );
        if (view) ok( word_at( view, PAGE ) == test_word( PAGE ), "got %#lx\n", word_at( view, PAGE ));
        unmap( view );
        /* between */
        req = requirements( ZONE( 0x20 ), ZONE( 0x21 ) - 1, 0 );
        view = map_works( m, &args );
        ok( (ULONG_PTR)view >= ZONE( 0x20 ) && (ULONG_PTR)view + SECTION_SIZE <= ZONE( 0x21 ),
            "Got %p, expected %p to %p\n", view, (void *)ZONE( 0x20 ), (void *)ZONE( 0x21 ));
        unmap( view );
    }
    CloseHandle( section );
}

static void test_limits_no_room(void)
{
    HANDLE section = create_section( PAGE_READWRITE, SECTION_SIZE );
    struct map_args args = map_args( section );
    char *busy = VirtualAlloc( NULL, SECTION_SIZE, MEM_RESERVE, PAGE_NOACCESS );
    MEM_ADDRESS_REQUIREMENTS req;
    MEM_EXTENDED_PARAMETER param = requirements_param( &req );
    const struct mapper *m;

    args.params = &param;
    args.count = 1;
    for_each_mapper( m, TAKES_PARAMS )
    {
        req = requirements( (ULONG_PTR)busy, (ULONG_PTR)busy + SECTION_SIZE - 1, 0 );
        map_fails( m, &args, ERROR_NOT_ENOUGH_MEMORY );
        /* smaller than the view */
        req = requirements( (ULONG_PTR)busy, (ULONG_PTR)busy + SECTION_SIZE / 2 - 1, 0 );
        map_fails( m, &args, ERROR_NOT_ENOUGH_MEMORY );
    }
    VirtualFree( busy, 0, MEM_RELEASE );
    CloseHandle( section );
}

static void test_attributes_unknown(void)
{
    HANDLE section = create_section( PAGE_READWRITE, SECTION_SIZE );
    struct map_args args = map_args( section );
    MEM_EXTENDED_PARAMETER param;
    const struct mapper *m;
    unsigned int i;

    args.params = &param;
    args.count = 1;
    for_each_mapper( m, TAKES_PARAMS )
    {
        for (i = 7; i < 64; i++)
        {
            winetest_push_context( "bit %u", i );
            param = make_param( PARAM_ATTRIBUTE_FLAGS, 1ull << i );
            map_fails( m, &args, ERROR_INVALID_PARAMETER );
            winetest_pop_context();
        }
    }
    CloseHandle( section );
}

static void test_machine_unsupported(void)
{
    static const USHORT machines[] = { 0x1234, 1, 0xffff };
    HANDLE file = open_own_image();
    HANDLE section = CreateFileMappingW( file, NULL, PAGE_READONLY | SEC_IMAGE, 0, 0, NULL );
    struct map_args args = map_args( section );
    MEM_EXTENDED_PARAMETER param;
    const struct mapper *m;
    unsigned int i;
    void *view;
    DWORD err;

    set_protect( &args, PAGE_READONLY );
    args.params = &param;
    args.count = 1;
    for_each_mapper( m, TAKES_PARAMS )
    {
        for (i = 0; i < ARRAY_SIZE( machines ); i++)
        {
            param = make_param( PARAM_IMAGE_MACHINE, machines[i] );
            view = map_view( m, &args, &err );
            ok( !view && (err == ERROR_NOT_SUPPORTED || err == ERROR_INVALID_PARAMETER),
                "machine %#x: got %p, error %lu\n", machines[i], view, err );
            if (view) UnmapViewOfFile( view );
        }
    }
    CloseHandle( section );
    CloseHandle( file );
}

/* For VirtualAlloc2 with MEM_PHYSICAL only. */
static void test_user_physical(void)
{
    HANDLE section = create_section( PAGE_READWRITE, SECTION_SIZE );

    refused_with( make_param( PARAM_USER_PHYSICAL_HANDLE, (ULONG_PTR)section ), ERROR_INVALID_PARAMETER,
                  ERROR_NOT_SUPPORTED );
    CloseHandle( section );
}

static void test_combined(void)
{
    HANDLE section = create_filled_section( PAGE_READWRITE, SECTION_SIZE );
    struct map_args args = map_args( section );
    char *base = find_free( SECTION_SIZE ), *view;
    MEM_ADDRESS_REQUIREMENTS req = requirements( (ULONG_PTR)base, (ULONG_PTR)base + SECTION_SIZE - 1, 0 );
    MEM_EXTENDED_PARAMETER params[2];
    const struct mapper *m;

    params[0] = make_param( PARAM_NUMA_NODE, 0 );
    params[1] = requirements_param( &req );
    args.params = params;
    args.count = 2;
    for_each_mapper( m, TAKES_PARAMS )
    {
        view = map_works( m, &args );
        ok( view == base, "Got %p, expected %p\n", view, base );
        if (view) ok( word_at( view, PAGE ) == test_word( PAGE ), "got %#lx\n", word_at( view, PAGE ));
        unmap( view );
    }
    CloseHandle( section );
}

static const struct rule rules[] =
{
    { "1.11-null-array", "a count without an array", test_null_array },
    { "1.11-count-zero", "an array of no elements is not looked at", test_count_zero },
    { "1.11-type-invalid", "types that do not exist", test_type_invalid },
    { "1.11-duplicate", "the same type twice", test_duplicate },
    { "1.11-requirements-zero", "requirements without values are none", test_requirements_zero },
    { "1.11-requirements-null", "requirements without the structure", test_requirements_null },
    { "1.11-requirements-with-base", "a base and requirements exclude each other", test_requirements_with_base },
    { "1.11-alignment-invalid", "alignments that are no power of two, or below 64 KiB", test_alignment_invalid },
    { "1.11-alignment-honoured", "a view at a power-of-2 alignment (1.16 #5)", test_alignment_honoured },
    { "1.11-limits-invalid", "limits that are misaligned, crossed, outside", test_limits_invalid },
    { "1.11-limits-honoured", "a view in a specified range", test_limits_honoured },
    { "1.11-limits-no-room", "no room in the specified range", test_limits_no_room },
    { "1.11-attributes-unknown", "attributes without a meaning", test_attributes_unknown },
    { "1.11-machine-unsupported", "an image machine that does not exist", test_machine_unsupported },
    { "1.11-user-physical", "physical pages are not for views", test_user_physical },
    { "1.11-combined", "requirements and a node together", test_combined },
    { NULL, NULL, NULL }
};

const struct test_file file_extended = { "extended", rules, NULL };
