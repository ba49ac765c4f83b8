/*
 * CreateFileMapping2
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "test.h"

#define SECTION_SIZE 0x20000

static void test_explicit_access(void)
{
    static const ULONG accesses[] =
    {
        SECTION_MAP_READ, SECTION_MAP_WRITE, SECTION_MAP_READ | SECTION_QUERY, SECTION_MAP_READ | SECTION_MAP_WRITE,
        SECTION_QUERY, STANDARD_RIGHTS_REQUIRED | SECTION_QUERY | SECTION_MAP_READ | SECTION_MAP_WRITE
    };
    struct section_args args = section_args( PAGE_READWRITE, SECTION_SIZE );
    const struct maker *m;
    HANDLE section;
    unsigned int i;
    void *view;

    if (!pCreateFileMapping2)
    {
        win_skip( "CreateFileMapping2 is missing\n" );
        return;
    }
    for_each_maker( m, MAKER_ACCESS )
    {
        for (i = 0; i < ARRAY_SIZE( accesses ); i++)
        {
            winetest_push_context( "access %#lx", accesses[i] );
            args.access = accesses[i];
            section = make_works( m, &args );
            ok( query_access( section ) == accesses[i], "granted %#lx\n", query_access( section ));
            SetLastError( 0xdeadbeef );
            view = MapViewOfFile( section, FILE_MAP_READ, 0, 0, 0 );
            ok( accesses[i] & SECTION_MAP_READ ? view != NULL : !view && GetLastError() == ERROR_ACCESS_DENIED,
                "read view: got %p, error %lu\n", view, GetLastError() );
            unmap( view );
            SetLastError( 0xdeadbeef );
            view = map_all( section );
            ok( accesses[i] & SECTION_MAP_WRITE ? view != NULL : !view && GetLastError() == ERROR_ACCESS_DENIED,
                "write view: got %p, error %lu\n", view, GetLastError() );
            unmap( view );
            CloseHandle( section );
            winetest_pop_context();
        }
    }
}

static void test_attributes_separate(void)
{
    static const struct { ULONG protect, attrs; } tests[] =
    {
        { PAGE_READWRITE | SEC_COMMIT, 0 }, { PAGE_READWRITE | SEC_RESERVE, 0 }, { SEC_COMMIT, PAGE_READWRITE },
        { PAGE_READWRITE, SEC_COMMIT | 1 }, { PAGE_READWRITE, SEC_COMMIT | 0x2000 }, { PAGE_READWRITE, 1 },
    };
    struct section_args args = section_args( PAGE_READWRITE, SECTION_SIZE );
    const struct maker *m;
    unsigned int i;

    if (!pCreateFileMapping2)
    {
        win_skip( "CreateFileMapping2 is missing\n" );
        return;
    }
    for_each_maker( m, MAKER_ACCESS )
    {
        for (i = 0; i < ARRAY_SIZE( tests ); i++)
        {
            winetest_push_context( "protection %#lx, attributes %#lx", tests[i].protect, tests[i].attrs );
            args.protect = tests[i].protect;
            args.attrs = tests[i].attrs;
            args.access = SECTION_ALL_ACCESS;
            make_fails( m, &args, ERROR_INVALID_PARAMETER );
            winetest_pop_context();
        }
    }
}

static MEM_EXTENDED_PARAMETER section_param( BYTE type, ULONG64 value )
{
    MEM_EXTENDED_PARAMETER param;

    memset( &param, 0, sizeof(param) );
    param.Type = type;
    param.ULong64 = value;
    return param;
}

static void test_params_invalid(void)
{
    struct section_args args = section_args( PAGE_READWRITE, SECTION_SIZE );
    MEM_EXTENDED_PARAMETER params[2];
    const struct maker *m;
    unsigned int type;

    if (!pCreateFileMapping2)
    {
        win_skip( "CreateFileMapping2 is missing\n" );
        return;
    }
    for_each_maker( m, MAKER_ACCESS )
    {
        args.params = NULL;
        args.count = 1;
        make_fails( m, &args, ERROR_INVALID_PARAMETER );
        args.params = params;
        for (type = 0; type < 256; type++)
        {
            if (type >= 1 && type <= 4) continue;
            winetest_push_context( "type %u", type );
            params[0] = section_param( type, 0 );
            make_fails( m, &args, ERROR_INVALID_PARAMETER );
            winetest_pop_context();
        }
        params[0] = params[1] = section_param( SECTION_PARAM_NUMA_NODE, 0 );
        args.count = 2;
        make_fails( m, &args, ERROR_INVALID_PARAMETER );
        params[0] = params[1] = section_param( SECTION_PARAM_USER_PHYSICAL_FLAGS, 0 );
        make_fails( m, &args, ERROR_INVALID_PARAMETER );
    }
}

static void test_params_node(void)
{
    static const ULONG64 bad_nodes[] = { 64, 65, 0x10000, 0x100000000 };
    struct section_args args = section_args( PAGE_READWRITE, SECTION_SIZE );
    MEM_EXTENDED_PARAMETER param = section_param( SECTION_PARAM_NUMA_NODE, 0 );
    const struct maker *m;
    HANDLE section;
    unsigned int i;
    ULONG64 node;

    if (!pCreateFileMapping2)
    {
        win_skip( "CreateFileMapping2 is missing\n" );
        return;
    }
    args.params = &param;
    args.count = 1;
    for_each_maker( m, MAKER_ACCESS )
    {
        param.ULong64 = 0;
        section = make_works( m, &args );
        ok( section_view_size( section ) == SECTION_SIZE, "got size %#Ix\n", section_view_size( section ));
        CloseHandle( section );
        param.ULong64 = highest_node();
        section = make_works( m, &args );
        CloseHandle( section );
        for (i = 0; i < ARRAY_SIZE( bad_nodes ); i++)
        {
            winetest_push_context( "node %#I64x", bad_nodes[i] );
            param.ULong64 = bad_nodes[i];
            make_fails( m, &args, ERROR_INVALID_PARAMETER );
            winetest_pop_context();
        }
        for (node = highest_node() + 1; node < 64; node++)
        {
            winetest_push_context( "node %I64u", node );
            param.ULong64 = node;
            make_fails_or( m, &args, ERROR_INVALID_PARAMETER, 0 );
            winetest_pop_context();
        }
    }
}

/* Address windowing extensions are not supported. */
static void test_params_user_physical(void)
{
    struct section_args args = section_args( PAGE_READWRITE, 0 );
    MEM_EXTENDED_PARAMETER param = section_param( SECTION_PARAM_USER_PHYSICAL_FLAGS, 0 );
    const struct maker *m;
    HANDLE section;
    DWORD err;

    if (!pCreateFileMapping2)
    {
        win_skip( "CreateFileMapping2 is missing\n" );
        return;
    }
    args.attrs = SEC_RESERVE;
    args.size = SECTION_SIZE;
    args.params = &param;
    args.count = 1;
    for_each_maker( m, MAKER_ACCESS )
    {
        section = make_section( m, &args, &err );
        ok( (!section && err == ERROR_NOT_SUPPORTED) || broken( TRUE ), "Got %p, error %lu\n", section, err );
        if (section) CloseHandle( section );
    }
}

static const struct rule rules[] =
{
    { "1.9-explicit-access", "CreateFileMapping2 grants the access that it is told", test_explicit_access },
    { "1.9-attributes-separate", "CreateFileMapping2 keeps protection and attributes apart",
      test_attributes_separate },
    { "1.9-params-invalid", "CreateFileMapping2: bad extended parameters", test_params_invalid },
    { "1.9-params-node", "CreateFileMapping2: nodes", test_params_node },
    { "1.9-params-user-physical", "CreateFileMapping2: no physical pages", test_params_user_physical },
    { NULL, NULL, NULL }
};

const struct test_file file_section2 = { "section2", rules, NULL };
