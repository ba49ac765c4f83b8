/*
 * Validation of NUMA nodes
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "test.h"

#define SECTION_SIZE 0x20000

static const DWORD bad_nodes[] =
{
    64, 65, 100, 255, 256, 0x10000, 0x7fffffff, 0x80000000, 0xffffff00, 0xfffffffe
};

static MEM_EXTENDED_PARAMETER node_param( ULONG64 node )
{
    MEM_EXTENDED_PARAMETER param;

    memset( &param, 0, sizeof(param) );
    param.Type = PARAM_NUMA_NODE;
    param.ULong64 = node;
    return param;
}

static void test_map_valid(void)
{
    HANDLE section = create_filled_section( PAGE_READWRITE, SECTION_SIZE );
    struct map_args args = map_args( section );
    DWORD nodes[3] = { NUMA_NO_PREFERRED_NODE, 0, 0 };
    const struct mapper *m;
    unsigned int i;
    void *view;

    nodes[2] = highest_node();
    for_each_mapper( m, TAKES_NODE )
    {
        for (i = 0; i < ARRAY_SIZE( nodes ); i++)
        {
            winetest_push_context( "node %#lx", nodes[i] );
            args.node = nodes[i];
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

static void test_map_invalid(void)
{
    HANDLE section = create_section( PAGE_READWRITE, SECTION_SIZE );
    struct map_args args = map_args( section );
    const struct mapper *m;
    unsigned int i;

    for_each_mapper( m, TAKES_NODE )
    {
        for (i = 0; i < ARRAY_SIZE( bad_nodes ); i++)
        {
            winetest_push_context( "node %#lx", bad_nodes[i] );
            args.node = bad_nodes[i];
            map_fails( m, &args, ERROR_INVALID_PARAMETER );
            winetest_pop_context();
        }
    }
    CloseHandle( section );
}

static void test_map_absent(void)
{
    HANDLE section = create_section( PAGE_READWRITE, SECTION_SIZE );
    struct map_args args = map_args( section );
    const struct mapper *m;
    DWORD node;

    for_each_mapper( m, TAKES_NODE )
    {
        for (node = highest_node() + 1; node < 64; node++)
        {
            winetest_push_context( "node %lu", node );
            args.node = node;
            map_fails_or( m, &args, ERROR_INVALID_PARAMETER, 0 );
            winetest_pop_context();
        }
    }
    CloseHandle( section );
}

static void test_param_valid(void)
{
    HANDLE section = create_filled_section( PAGE_READWRITE, SECTION_SIZE );
    struct map_args args = map_args( section );
    MEM_EXTENDED_PARAMETER param;
    DWORD nodes[2] = { 0, 0 };
    const struct mapper *m;
    unsigned int i;
    void *view;

    nodes[1] = highest_node();
    args.params = &param;
    args.count = 1;
    for_each_mapper( m, TAKES_PARAMS )
    {
        for (i = 0; i < ARRAY_SIZE( nodes ); i++)
        {
            param = node_param( nodes[i] );
            if (!(view = map_works( m, &args ))) continue;
            check_view( view, SECTION_SIZE, PAGE_READWRITE );
            ok( word_at( view, PAGE ) == test_word( PAGE ), "got %#lx\n", word_at( view, PAGE ));
            unmap( view );
        }
    }
    CloseHandle( section );
}

static void test_param_invalid(void)
{
    static const ULONG64 nodes[] = { 64, 65, 0x10000, 0x100000000, 0x7fffffffffffffff };
    HANDLE section = create_section( PAGE_READWRITE, SECTION_SIZE );
    struct map_args args = map_args( section );
    MEM_EXTENDED_PARAMETER param;
    const struct mapper *m;
    unsigned int i;
    ULONG64 node;

    args.params = &param;
    args.count = 1;
    for_each_mapper( m, TAKES_PARAMS )
    {
        for (i = 0; i < ARRAY_SIZE( nodes ); i++)
        {
            winetest_push_context( "node %#I64x", nodes[i] );
            param = node_param( nodes[i] );
            map_fails( m, &args, ERROR_INVALID_PARAMETER );
            winetest_pop_context();
        }
        for (node = highest_node() + 1; node < 64; node++)
        {
            winetest_push_context( "node %I64u", node );
            param = node_param( node );
            map_fails_or( m, &args, ERROR_INVALID_PARAMETER, 0 );
            winetest_pop_context();
        }
    }
    CloseHandle( section );
}

static void test_section_valid(void)
{
    struct section_args args = section_args( PAGE_READWRITE, SECTION_SIZE );
    DWORD nodes[3] = { NUMA_NO_PREFERRED_NODE, 0, 0 };
    const struct maker *m;
    unsigned int i;
    HANDLE section;
    char *view;

    nodes[2] = highest_node();
    for_each_maker( m, MAKER_NODE )
    {
        for (i = 0; i < ARRAY_SIZE( nodes ); i++)
        {
            winetest_push_context( "node %#lx", nodes[i] );
            args.node = nodes[i];
            section = make_works( m, &args );
            view = map_all( section );
            ok( view != NULL, "cannot map it, error %lu\n", GetLastError() );
            check_view( view, SECTION_SIZE, PAGE_READWRITE );
            if (view) ok( is_writable( view + SECTION_SIZE - 1 ), "the end is not writable\n" );
            unmap( view );
            CloseHandle( section );
            winetest_pop_context();
        }
    }
}

static void test_section_invalid(void)
{
    struct section_args args = section_args( PAGE_READWRITE, SECTION_SIZE );
    const struct maker *m;
    unsigned int i;

    for_each_maker( m, MAKER_NODE )
    {
        for (i = 0; i < ARRAY_SIZE( bad_nodes ); i++)
        {
            winetest_push_context( "node %#lx", bad_nodes[i] );
            args.node = bad_nodes[i];
            make_fails( m, &args, ERROR_INVALID_PARAMETER );
            winetest_pop_context();
        }
    }
}

static void test_section_absent(void)
{
    struct section_args args = section_args( PAGE_READWRITE, SECTION_SIZE );
    const struct maker *m;

    for_each_maker( m, MAKER_NODE )
    {
        for (args.node = highest_node() + 1; args.node < 64; args.node++)
        {
            winetest_push_context( "node %lu", args.node );
            make_fails_or( m, &args, ERROR_INVALID_PARAMETER, 0 );
            winetest_pop_context();
        }
    }
}

static void test_section_file(void)
{
    HANDLE file = create_test_file( GENERIC_READ, SECTION_SIZE );
    struct section_args args = section_args( PAGE_READONLY, 0 );
    const struct maker *m;
    HANDLE section;
    void *view;

    args.file = file;
    for_each_maker( m, MAKER_NODE )
    {
        args.node = 0;
        section = make_works( m, &args );
        view = MapViewOfFile( section, FILE_MAP_READ, 0, 0, 0 );
        ok( view != NULL, "cannot map it, error %lu\n", GetLastError() );
        if (view) ok( word_at( view, PAGE ) == test_word( PAGE ), "got %#lx\n", word_at( view, PAGE ));
        unmap( view );
        CloseHandle( section );
        args.node = 64;
        make_fails( m, &args, ERROR_INVALID_PARAMETER );
    }
    CloseHandle( file );
}

static const struct rule rules[] =
{
    { "1.13-map-valid", "no node, node 0 and the highest node are valid for a view", test_map_valid },
    { "1.13-map-invalid", "nodes from 64 on are invalid for a view", test_map_invalid },
    { "1.13-map-absent", "nodes that this machine does not have are invalid for a view", test_map_absent },
    { "1.13-param-valid", "nodes as an extended parameter of a view", test_param_valid },
    { "1.13-param-invalid", "bad nodes as an extended parameter of a view", test_param_invalid },
    { "1.13-section-valid", "no node, node 0 and the highest node are valid for a section", test_section_valid },
    { "1.13-section-invalid", "nodes from 64 on are invalid for a section", test_section_invalid },
    { "1.13-section-absent", "nodes that this machine does not have are invalid for a section",
      test_section_absent },
    { "1.13-section-file", "a section of a file may have a node", test_section_file },
    { NULL, NULL, NULL }
};

const struct test_file file_node = { "node", rules, NULL };
