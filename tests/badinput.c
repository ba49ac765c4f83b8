/*
 * Bad input: every flag bit, garbage
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "test.h"

#define SECTION_SIZE 0x20000

/* One bit of an access mask, on a section without a file that allows everything. */
static DWORD model_access( DWORD access )
{
    if (access & (FILE_MAP_RESERVE | FILE_MAP_LARGE_PAGES)) return ERROR_INVALID_PARAMETER;
    return 0;
}

static void test_access_bits(void)
{
    HANDLE section = create_section( PAGE_EXECUTE_READWRITE, SECTION_SIZE );
    struct map_args args = map_args( section );
    const struct mapper *m;
    unsigned int bit;
    DWORD err;
    void *view;

    for_each_mapper( m, TAKES_ACCESS )
    {
        for (bit = 0; bit < 32; bit++)
        {
            args.access = 1ul << bit;
            view = map_view( m, &args, &err );
            if (model_access( args.access ))
                ok( !view && err == model_access( args.access ), "access %#lx: got %p, error %lu\n",
                    args.access, view, err );
            else
                ok( view != NULL || broken( args.access == FILE_MAP_TARGETS_INVALID ),
                    "access %#lx: got %p, error %lu\n", args.access, view, err );
            unmap( view );
        }
        args.access = 0xffffffff;
        map_fails( m, &args, ERROR_INVALID_PARAMETER );
    }
    CloseHandle( section );
}

static void test_alloc_type_bits(void)
{
    static const ULONG good = MEM_TOP_DOWN | MEM_DIFFERENT_IMAGE_BASE_OK;
    HANDLE section = create_section( PAGE_READWRITE, SECTION_SIZE );
    struct map_args args = map_args( section );
    const struct mapper *m;
    unsigned int bit;
    DWORD err;
    void *view;

    for_each_mapper( m, TAKES_PROTECT )
    {
        for (bit = 0; bit < 32; bit++)
        {
            args.alloc_type = 1ul << bit;
            view = map_view( m, &args, &err );
            ok( good & args.alloc_type ? view != NULL : !view && err == ERROR_INVALID_PARAMETER,
                "type %#lx: got %p, error %lu\n", args.alloc_type, view, err );
            unmap( view );
        }
        args.alloc_type = 0xffffffff;
        map_fails( m, &args, ERROR_INVALID_PARAMETER );
    }
    CloseHandle( section );
}

static void test_protect_bits(void)
{
    HANDLE section = create_section( PAGE_EXECUTE_READWRITE, SECTION_SIZE );
    struct map_args args = map_args( section );
    const struct mapper *m;
    unsigned int bit;
    DWORD err;
    void *view;

    for_each_mapper( m, TAKES_PROTECT )
    {
        for (bit = 0; bit < 32; bit++)
        {
            args.protect = 1ul << bit;
            view = map_view( m, &args, &err );
            ok( bit < 8 ? view || broken( m->flags & FOR_APPS ) : !view && err == ERROR_INVALID_PARAMETER,
                "protection %#lx: got %p, error %lu\n", args.protect, view, err );
            unmap( view );
        }
        args.protect = 0xffffffff;
        map_fails( m, &args, ERROR_INVALID_PARAMETER );
    }
    CloseHandle( section );
}

/* One bit beside PAGE_READWRITE, without a file. */
static DWORD model_section( ULONG bit )
{
    switch (bit)
    {
    case PAGE_READWRITE:
    case SEC_COMMIT:
    case SEC_RESERVE: return 0;
    case SEC_IMAGE:   return ERROR_BAD_EXE_FORMAT;
    }
    return ERROR_INVALID_PARAMETER;
}

static void test_section_bits(void)
{
    /* page sizes and such that Windows may know */
    static const ULONG optional = 0x20000 | 0x40000 | 0x80000 | 0x400000;
    struct section_args args = section_args( PAGE_READWRITE, SECTION_SIZE );
    const struct maker *m;
    HANDLE section;
    unsigned int i;
    ULONG bit;
    DWORD err;

    for_each_maker( m, 0 )
    {
        for (i = 0; i < 32; i++)
        {
            bit = 1ul << i;
            args.protect = PAGE_READWRITE;
            args.attrs = 0;
            if (bit & 0xfff) args.protect |= bit;
            else args.attrs = bit;
            section = make_section( m, &args, &err );
            if (model_section( bit ))
                ok( (!section && err == model_section( bit )) || broken( bit & optional ),
                    "bit %#lx: got %p, error %lu, expected %lu\n", bit, section, err, model_section( bit ));
            else
                ok( section != NULL, "bit %#lx: got %p, error %lu\n", bit, section, err );
            if (section) CloseHandle( section );
        }
        args.protect = args.attrs = 0xffffffff;
        make_fails( m, &args, ERROR_INVALID_PARAMETER );
    }
}

static void test_node_bits(void)
{
    HANDLE section = create_section( PAGE_READWRITE, SECTION_SIZE );
    struct map_args args = map_args( section );
    struct section_args create_args = section_args( PAGE_READWRITE, SECTION_SIZE );
    const struct mapper *m;
    const struct maker *n;
    unsigned int bit;

    for_each_mapper( m, TAKES_NODE )
    {
        for (bit = 6; bit < 32; bit++)
        {
            args.node = 1ul << bit;
            map_fails( m, &args, ERROR_INVALID_PARAMETER );
        }
    }
    for_each_maker( n, MAKER_NODE )
    {
        for (bit = 6; bit < 32; bit++)
        {
            create_args.node = 1ul << bit;
            make_fails( n, &create_args, ERROR_INVALID_PARAMETER );
        }
    }
    CloseHandle( section );
}

static void test_open_bits(void)
{
    static const DWORD good = SECTION_QUERY | SECTION_MAP_WRITE | SECTION_MAP_READ | SECTION_MAP_EXECUTE |
                              SECTION_EXTEND_SIZE | FILE_MAP_EXECUTE | STANDARD_RIGHTS_REQUIRED;
    const WCHAR *name = unique_name( "bits" );
    HANDLE section = CreateFileMappingW( INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, SECTION_SIZE, name ), handle;
    unsigned int i, bit;
    DWORD err;

    for (i = 0; i < 2; i++)
    {
        if (i && !pOpenFileMappingFromApp) break;
        for (bit = 0; bit < 32; bit++)
        {
            SetLastError( 0xdeadbeef );
            handle = i ? pOpenFileMappingFromApp( 1ul << bit, FALSE, name )
                       : OpenFileMappingW( 1ul << bit, FALSE, name );
            err = GetLastError();
            if (good & (1ul << bit))
                ok( handle != NULL, "%u, access %#lx: got %p, error %lu\n", i, 1ul << bit, handle, err );
            else
                ok( handle != NULL || (err && err != 0xdeadbeef), "%u, access %#lx: failed without an error\n",
                    i, 1ul << bit );
            if (handle) CloseHandle( handle );
        }
    }
    CloseHandle( section );
}

static void test_all_null(void)
{
    const struct unmapper *u;
    const struct mapper *m;
    const struct maker *n;
    struct map_args args;
    struct section_args create_args;
    HANDLE handle;

    memset( &args, 0, sizeof(args) );
    memset( &create_args, 0, sizeof(create_args) );
    for_each_mapper( m, 0 )
    {
        if (m->flags & NULL_PROCESS)
            map_fails( m, &args, ERROR_INVALID_PARAMETER );  /* the protection */
        else
            map_fails( m, &args, ERROR_INVALID_HANDLE );
    }
    for_each_maker( n, 0 ) make_fails( n, &create_args, ERROR_INVALID_PARAMETER );
    for_each_unmapper( u )
        unmap_fails( u, NULL, NULL, 0, strcmp( u->name, "UnmapViewOfFile2" ) ? ERROR_INVALID_ADDRESS
                                                                             : ERROR_INVALID_HANDLE );
    SetLastError( 0xdeadbeef );
    ok( !FlushViewOfFile( NULL, 0 ) && GetLastError() == ERROR_INVALID_ADDRESS, "FlushViewOfFile: error %lu\n",
        GetLastError() );
    SetLastError( 0xdeadbeef );
    handle = OpenFileMappingW( 0, FALSE, NULL );
    ok( !handle && GetLastError() == ERROR_INVALID_PARAMETER, "OpenFileMappingW: got %p, error %lu\n", handle,
        GetLastError() );
    SetLastError( 0xdeadbeef );
    handle = OpenFileMappingA( 0, FALSE, NULL );
    ok( !handle && GetLastError() == ERROR_INVALID_PARAMETER, "OpenFileMappingA: got %p, error %lu\n", handle,
        GetLastError() );
    if (!pOpenFileMappingFromApp) return;
    SetLastError( 0xdeadbeef );
    handle = pOpenFileMappingFromApp( 0, FALSE, NULL );
    ok( !handle && GetLastError() == ERROR_INVALID_PARAMETER, "OpenFileMappingFromApp: got %p, error %lu\n", handle,
        GetLastError() );
}

static void test_params_pointers(void)
{
    static const ULONG_PTR pointers[] = { 8, 0x10000 - 8, BITS( USER_END, 0xfffff008 ), SYSTEM_ADDRESS, ~(ULONG_PTR)7 };
    HANDLE section = create_section( PAGE_READWRITE, SECTION_SIZE );
    struct map_args args = map_args( section );
    MEM_EXTENDED_PARAMETER param;
    const struct mapper *m;
    unsigned int i;
    DWORD err;
    void *view;

    for_each_mapper( m, TAKES_PARAMS )
    {
        for (i = 0; i < ARRAY_SIZE( pointers ); i++)
        {
            args.params = (void *)pointers[i];
            args.count = 1;
            view = map_view( m, &args, &err );
            ok( !view && (err == ERROR_INVALID_PARAMETER || err == ERROR_NOACCESS), "array %p: got %p, error %lu\n",
                args.params, view, err );
            if (view) unmap( view );
            memset( &param, 0, sizeof(param) );
            param.Type = PARAM_ADDRESS_REQUIREMENTS;
            param.Pointer = (void *)pointers[i];
            args.params = &param;
            view = map_view( m, &args, &err );
            ok( !view && (err == ERROR_INVALID_PARAMETER || err == ERROR_NOACCESS),
                "requirements %p: got %p, error %lu\n", param.Pointer, view, err );
            if (view) unmap( view );
        }
    }
    CloseHandle( section );
}

static void test_flush_addresses(void)
{
    static const ULONG_PTR addresses[] =
    {
        1, USER_END, BITS( 0x800000000000, 0xffff8000 ), SYSTEM_ADDRESS, ~(ULONG_PTR)0
    };
    static const SIZE_T sizes[] = { 0, 1, PAGE, ~(SIZE_T)0 };
    unsigned int i, j;
    DWORD err;
    BOOL ret;

    for (i = 0; i < ARRAY_SIZE( addresses ); i++)
    {
        for (j = 0; j < ARRAY_SIZE( sizes ); j++)
        {
            SetLastError( 0xdeadbeef );
            ret = FlushViewOfFile( (void *)addresses[i], sizes[j] );
            err = GetLastError();
            ok( !ret && (err == ERROR_INVALID_ADDRESS || err == ERROR_INVALID_PARAMETER),
                "%#Ix, size %#Ix: got %d, error %lu\n", addresses[i], sizes[j], ret, err );
        }
    }
}

/* The same numbers in each run. */
static ULONG64 random_state;

static ULONG64 random_number(void)
{
    random_state = random_state * 6364136223846793005ull + 1442695040888963407ull;
    return random_state ^ (random_state >> 29);
}

static ULONG64 random_of( const ULONG64 *values, unsigned int count )
{
    return values[random_number() % count];
}

/* Whatever the arguments are: a view that exists, or an error. */
static void test_garbage(void)
{
    static const ULONG64 offsets[] =
    {
        0, 0, 0, 0, 0x10000, 0x1000, 0x20000, 1, 1ull << 32, 1ull << 63, ~0ull, 0xffffffffffff0000
    };
    static const ULONG64 sizes[] = { 0, 0, 0, 0, 1, 0x1000, 0x20000, 0x20001, 1ull << 32, 1ull << 63, ~0ull };
    static const ULONG64 bases[] =
    {
        0, 0, 0, 0, 1, 0x8000, 0x10000, 0x140000000, 0x30000000000, 0x30000001000, 0x7ffe0000, 0x7ffffffe0000,
        0x7fffffff0000, 0x800000000000, 0xffff800000000000, ~0ull
    };
    static const ULONG64 accesses[] =
    {
        0, 1, 2, 4, 0x20, 0x22, 0x24, 0xf001f, 0x80000004, 0x40000024, 0x20000002, 0x12345678
    };
    static const ULONG64 protects[] = { 1, 2, 4, 4, 4, 8, 0x20, 0x40, 0, 6, 0x104, 0x40000020 };
    static const ULONG64 types[] = { 0, 0, 0, 0, 0x1000, 0x2000, 0x4000, 0x100000, 0x20000000, 0x800000, 0x80000000 };
    static const ULONG64 nodes[] = { 0xffffffff, 0, 1, 63, 64, 0x80000000 };
    HANDLE file = create_test_file( GENERIC_READ, SECTION_SIZE );
    HANDLE event = CreateEventW( NULL, FALSE, FALSE, NULL );
    ULONG64 sections[8], processes[5];
    MEM_EXTENDED_PARAMETER params[2];
    MEM_ADDRESS_REQUIREMENTS req;
    MEMORY_BASIC_INFORMATION info;
    unsigned int i, views;
    const struct mapper *m;
    struct map_args args;
    DWORD err;
    void *view;
    BOOL ret;

    sections[0] = sections[1] = sections[2] = (ULONG_PTR)create_section( PAGE_EXECUTE_READWRITE, SECTION_SIZE );
    sections[3] = (ULONG_PTR)create_section( PAGE_READONLY, SECTION_SIZE );
    sections[4] = (ULONG_PTR)create_section( PAGE_READWRITE | SEC_RESERVE, SECTION_SIZE );
    sections[5] = (ULONG_PTR)CreateFileMappingW( file, NULL, PAGE_READWRITE, 0, 0, NULL );
    sections[6] = (ULONG_PTR)event;
    sections[7] = 0;
    processes[0] = processes[1] = processes[2] = (ULONG_PTR)GetCurrentProcess();
    processes[3] = 0;
    processes[4] = (ULONG_PTR)event;
    for_each_mapper( m, 0 )
    {
        random_state = 42;
        for (i = views = 0; i < 2000; i++)
        {
            memset( &args, 0, sizeof(args) );
            args.section = (HANDLE)(ULONG_PTR)random_of( sections, ARRAY_SIZE( sections ));
            args.process = (HANDLE)(ULONG_PTR)random_of( processes, ARRAY_SIZE( processes ));
            args.access = random_of( accesses, ARRAY_SIZE( accesses ));
            args.protect = random_of( protects, ARRAY_SIZE( protects ));
            args.alloc_type = random_of( types, ARRAY_SIZE( types ));
            args.offset = random_of( offsets, ARRAY_SIZE( offsets ));
            args.size = random_of( sizes, ARRAY_SIZE( sizes ));
            args.base = (void *)(ULONG_PTR)random_of( bases, ARRAY_SIZE( bases ));
            args.node = random_of( nodes, ARRAY_SIZE( nodes ));
            memset( &params, 0, sizeof(params) );
            memset( &req, 0, sizeof(req) );
            params[0].Type = random_number() % 8;
            params[0].ULong64 = random_of( nodes, ARRAY_SIZE( nodes ));
            if (params[0].Type == PARAM_ADDRESS_REQUIREMENTS)
            {
                params[0].Pointer = &req;
                req.LowestStartingAddress = (void *)(ULONG_PTR)random_of( bases, ARRAY_SIZE( bases ));
                req.HighestEndingAddress = (void *)(ULONG_PTR)(random_of( bases, ARRAY_SIZE( bases )) - 1);
                req.Alignment = random_of( sizes, ARRAY_SIZE( sizes ));
            }
            params[1].Type = random_number() % 8;
            args.params = params;
            args.count = max( random_number() % 6, 3 ) - 3;

            view = map_view( m, &args, &err );
            if (!view)
            {
                ok( err && err != 0xdeadbeef, "call %u failed without an error\n", i );
                continue;
            }
            views++;
            memset( &info, 0, sizeof(info) );
            VirtualQuery( view, &info, sizeof(info) );
            ok( info.AllocationBase == view && info.Type == MEM_MAPPED, "call %u: %p is no view: base %p, type %#lx\n",
                i, view, info.AllocationBase, info.Type );
            ret = UnmapViewOfFile( view );
            ok( ret, "call %u: cannot unmap %p, error %lu\n", i, view, GetLastError() );
        }
        ok( views > 0, "no call worked\n" );
    }
    for (i = 2; i < 6; i++) CloseHandle( (HANDLE)(ULONG_PTR)sections[i] );
    CloseHandle( event );
    CloseHandle( file );
}

static const struct rule rules[] =
{
    { "1.2-access-bits", "each bit of FILE_MAP_*", test_access_bits },
    { "1.2-alloc-type-bits", "each bit of an allocation type", test_alloc_type_bits },
    { "1.2-protect-bits", "each bit of a page protection", test_protect_bits },
    { "1.2-section-bits", "each bit of the protection and attributes of a section", test_section_bits },
    { "1.2-node-bits", "each bit of a node", test_node_bits },
    { "1.2-open-bits", "each bit of the access to a section by name", test_open_bits },
    { "1.4-all-null", "nothing but zeros", test_all_null },
    { "1.11-params-pointers", "extended parameters at addresses that cannot be read", test_params_pointers },
    { "1.15-flush-addresses", "flushing where no view can be", test_flush_addresses },
    { "1.4-garbage", "arguments at random", test_garbage },
    { NULL, NULL, NULL }
};

const struct test_file file_badinput = { "badinput", rules, NULL };
