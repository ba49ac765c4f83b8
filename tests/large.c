/*
 * Sections of large pages and their views
 *
 * large.sh runs these with pages from the host's pool, with transparent ones and without any.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "large.h"

#define HIGH( value ) ((DWORD)((ULONG64)(value) >> 32))
#define LOW( value )  ((DWORD)(value))

const char *backing(void)
{
    static char value[16];

    if (!GetEnvironmentVariableA( "MAPVIEW_TEST_LARGE", value, sizeof(value) )) value[0] = 0;
    return value;
}

static BOOL is_backing( const char *name )
{
    return !strcmp( backing(), name );
}

SIZE_T large_page(void)
{
    SIZE_T size = GetLargePageMinimum();

    return size ? size : 0x200000;
}

HANDLE create_large( ULONG protect, unsigned int pages )
{
    SIZE_T size = pages * large_page();

    SetLastError( 0xdeadbeef );
    return CreateFileMappingA( INVALID_HANDLE_VALUE, NULL, protect | SEC_COMMIT | SEC_LARGE_PAGES, HIGH( size ),
                               LOW( size ), NULL );
}

BOOL have_large_pages(void)
{
    HANDLE section;
    DWORD err;

    if (!enable_lock_memory()) return FALSE;
    if (is_backing( "none" ))
    {
        skip( "this host has no large pages now\n" );
        return FALSE;
    }
    section = create_large( PAGE_READWRITE, 1 );
    err = GetLastError();
    CloseHandle( section );
    if (section) return TRUE;
    if (backing()[0]) ok( 0, "no large pages, error %lu\n", err );
    else skip( "this host has no large pages (error %lu); run tests/large.sh as root\n", err );
    return FALSE;
}

/* the functions with names make two sections of a name: one that exists is no error */
static void test_privilege(void)
{
    struct section_args args = section_args( PAGE_READWRITE, large_page() );
    const struct maker *m;

    disable_lock_memory();
    args.attrs = SEC_COMMIT | SEC_LARGE_PAGES;
    for_each_maker( m, 0 ) make_fails( m, &args, ERROR_PRIVILEGE_NOT_HELD );
}

static void test_flags(void)
{
    static const DWORD attrs[] =
    {
        SEC_LARGE_PAGES, SEC_LARGE_PAGES | SEC_RESERVE, SEC_LARGE_PAGES | SEC_COMMIT | SEC_RESERVE,
        SEC_LARGE_PAGES | SEC_IMAGE, SEC_LARGE_PAGES | SEC_IMAGE | SEC_COMMIT, SEC_LARGE_PAGES | SEC_FILE | SEC_COMMIT,
    };
    struct section_args args = section_args( PAGE_READWRITE, large_page() );
    HANDLE file = create_test_file( GENERIC_READ, large_page() );
    const struct maker *m;
    unsigned int i, privileged;

    for (privileged = 0; privileged < 2; privileged++)
    {
        if (!privileged) disable_lock_memory();
        else if (!enable_lock_memory()) break;
        winetest_push_context( "privileged %u", privileged );
        for_each_maker( m, 0 )
        {
            for (i = 0; i < ARRAY_SIZE( attrs ); i++)
            {
                winetest_push_context( "attributes %#lx", attrs[i] );
                args.attrs = attrs[i];
                args.file = INVALID_HANDLE_VALUE;
                make_fails( m, &args, ERROR_INVALID_PARAMETER );
                winetest_pop_context();
            }
            args.attrs = SEC_COMMIT | SEC_LARGE_PAGES;
            args.file = file;
            make_fails( m, &args, ERROR_INVALID_PARAMETER );
        }
        winetest_pop_context();
    }
    CloseHandle( file );
}

static void test_size(void)
{
    SIZE_T large = large_page(), sizes[] = { 1, 0x1000, 0x10000, large / 2, large - 1, large + 1, large + 0x1000,
                                             3 * large - 0x10000, 3 * large + 0x10000 };
    struct section_args args = section_args( PAGE_READWRITE, large );
    const struct maker *m;
    unsigned int i;

    if (!enable_lock_memory()) return;
    args.attrs = SEC_COMMIT | SEC_LARGE_PAGES;
    for_each_maker( m, 0 )
    {
        for (i = 0; i < ARRAY_SIZE( sizes ); i++)
        {
            winetest_push_context( "size %#Ix", sizes[i] );
            args.size = sizes[i];
            make_fails( m, &args, ERROR_INVALID_PARAMETER );
            winetest_pop_context();
        }
    }
}

static void test_minimum(void)
{
    SIZE_T size = GetLargePageMinimum();

    ok( !(size & (size - 1)), "size %#Ix\n", size );
    ok( !size || size > GRANULARITY, "size %#Ix\n", size );
    if (is_backing( "none" )) ok( !size, "size %#Ix\n", size );
    else if (backing()[0]) ok( size != 0, "size 0\n" );
    ok( GetLargePageMinimum() == size, "another size %#Ix, before %#Ix\n", GetLargePageMinimum(), size );
}

/* Too much is an error at once, and takes nothing. */
static void test_too_much(void)
{
    struct section_args args = section_args( PAGE_READWRITE, 0 );
    const struct maker *m;
    HANDLE section;

    if (!enable_lock_memory()) return;
    args.attrs = SEC_COMMIT | SEC_LARGE_PAGES;
    for_each_maker( m, 0 )
    {
        if (is_backing( "none" ))
        {
            args.size = large_page();
            make_fails( m, &args, ERROR_NO_SYSTEM_RESOURCES );
        }
        args.size = (ULONG64)1 << 40;
        if (m->flags & MAKER_64BIT || args.size >> 32) make_fails( m, &args, ERROR_NO_SYSTEM_RESOURCES );
        args.name = unique_name( "too-much" );
        make_fails( m, &args, ERROR_NO_SYSTEM_RESOURCES );
        section = OpenFileMappingW( FILE_MAP_READ, FALSE, args.name );
        ok( !section && GetLastError() == ERROR_FILE_NOT_FOUND, "%s: the name exists, error %lu\n", m->name, GetLastError() );
        args.name = NULL;
    }
    if (!have_large_pages()) return;
    section = create_large( PAGE_READWRITE, 1 );
    ok( section != NULL, "nothing left, error %lu\n", GetLastError() );
    CloseHandle( section );
}

static BOOL is_zero( const void *addr, SIZE_T size )
{
    const ULONG64 *p = addr;
    SIZE_T i;

    for (i = 0; i < size / sizeof(*p); i++) if (p[i]) return FALSE;
    return TRUE;
}

static void test_create(void)
{
    struct section_args args = section_args( PAGE_READWRITE, 2 * large_page() );
    SIZE_T size = 2 * large_page();
    const struct maker *m;
    ULONG64 section_size;
    HANDLE section;
    ULONG attrs;
    char *view;

    if (!have_large_pages()) return;
    args.attrs = SEC_COMMIT | SEC_LARGE_PAGES;
    for_each_maker( m, 0 )
    {
        section = make_works( m, &args );
        ok( !query_section( section, &attrs, &section_size ) && section_size == size, "size %#I64x\n", section_size );
        view = MapViewOfFile( section, FILE_MAP_WRITE, 0, 0, 0 );
        ok( view != NULL, "not mapped, error %lu\n", GetLastError() );
        if (view)
        {
            check_view( view, size, PAGE_READWRITE );
            ok( is_zero( view, size ), "not zero\n" );
            memset( view, 0xcc, size );
            unmap( view );
        }
        CloseHandle( section );
    }
}

static void test_protections(void)
{
    static const ULONG protects[] =
    {
        PAGE_READONLY, PAGE_READWRITE, PAGE_WRITECOPY, PAGE_EXECUTE_READ, PAGE_EXECUTE_READWRITE, PAGE_EXECUTE_WRITECOPY
    };
    unsigned int i, j;
    const struct mapper *m;
    struct map_args args;
    DWORD access, need;
    HANDLE section;
    void *view;

    if (!have_large_pages()) return;
    for (i = 0; i < ARRAY_SIZE( protects ); i++)
    {
        section = create_large( protects[i], 1 );
        ok( section != NULL, "protection %s: error %lu\n", protect_name( protects[i] ), GetLastError() );
        access = granted_access( protects[i] );
        ok( query_access( section ) == access, "access %#lx, expected %#lx\n", query_access( section ), access );
        for (j = 0; j < ARRAY_SIZE( protects ); j++)
        {
            winetest_push_context( "%s on %s", protect_name( protects[j] ), protect_name( protects[i] ) );
            args = map_args( section );
            args.alloc_type = MEM_LARGE_PAGES;
            set_protect( &args, protects[j] );
            args.access |= FILE_MAP_LARGE_PAGES;
            need = SECTION_MAP_READ;
            if (protects[j] == PAGE_READWRITE || protects[j] == PAGE_EXECUTE_READWRITE) need = SECTION_MAP_WRITE;
            if (protects[j] >= PAGE_EXECUTE) need |= SECTION_MAP_EXECUTE;
            for_each_mapper( m, 0 )
            {
                if (!can_map( m, protects[j] ) || (m->flags & FOR_APPS)) continue;
                if ((access & need) != need) map_fails( m, &args, ERROR_ACCESS_DENIED );
                else
                {
                    view = map_works( m, &args );
                    check_view( view, large_page(), protects[j] );
                    unmap( view );
                }
            }
            winetest_pop_context();
        }
        CloseHandle( section );
    }
}

static HANDLE create_named( const WCHAR *name, unsigned int pages, DWORD *err )
{
    SIZE_T size = pages * large_page();
    HANDLE section;

    SetLastError( 0xdeadbeef );
    section = CreateFileMappingW( INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE | SEC_COMMIT | SEC_LARGE_PAGES,
                                  HIGH( size ), LOW( size ), name );
    *err = GetLastError();
    return section;
}

static void test_name(void)
{
    const WCHAR *name = unique_name( "large" );
    HANDLE section, other, plain;
    SIZE_T large = large_page();
    char *view, *other_view;
    ULONG64 size;
    ULONG attrs;
    DWORD err;

    if (!have_large_pages()) return;
    section = create_named( name, 2, &err );
    ok( section && !err, "got %p, error %lu\n", section, err );
    view = map_all( section );
    strcpy( view, "first" );

    other = create_named( name, 4, &err );
    ok( other && err == ERROR_ALREADY_EXISTS, "got %p, error %lu\n", other, err );
    query_section( other, &attrs, &size );
    ok( size == 2 * large, "size %#I64x\n", size );
    other_view = map_all( other );
    ok( other_view && !strcmp( other_view, "first" ), "another section\n" );
    unmap( other_view );
    CloseHandle( other );

    other = OpenFileMappingW( FILE_MAP_WRITE, FALSE, name );
    ok( other != NULL, "error %lu\n", GetLastError() );
    other_view = MapViewOfFile( other, FILE_MAP_WRITE | FILE_MAP_LARGE_PAGES, 0, 0, 0 );
    ok( other_view && !strcmp( other_view, "first" ), "another section\n" );
    unmap( other_view );
    CloseHandle( other );

    /* large or not, a name is a name */
    plain = CreateFileMappingW( INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, 0x10000, name );
    ok( plain && GetLastError() == ERROR_ALREADY_EXISTS, "got %p, error %lu\n", plain, GetLastError() );
    query_section( plain, &attrs, &size );
    ok( size == 2 * large, "size %#I64x\n", size );
    CloseHandle( plain );

    unmap( view );
    CloseHandle( section );
    section = OpenFileMappingW( FILE_MAP_WRITE, FALSE, name );
    ok( !section && GetLastError() == ERROR_FILE_NOT_FOUND, "got %p, error %lu\n", section, GetLastError() );

    plain = CreateFileMappingW( INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, 0x10000, name );
    section = create_named( name, 1, &err );
    ok( section && err == ERROR_ALREADY_EXISTS, "got %p, error %lu\n", section, err );
    query_section( section, &attrs, &size );
    ok( size == 0x10000, "size %#I64x\n", size );
    CloseHandle( section );
    CloseHandle( plain );
}

/* ---- views that are asked for as large ones ---- */

static struct map_args large_args( HANDLE section )
{
    struct map_args args = map_args( section );

    args.access |= FILE_MAP_LARGE_PAGES;
    args.alloc_type |= MEM_LARGE_PAGES;
    return args;
}

static void check_large_view_at( int line, void *view, SIZE_T size )
{
    if (!view) return;
    ok_at( __FILE__, line, !((ULONG_PTR)view & (large_page() - 1)), "view at %p\n", view );
    check_view_at( __FILE__, line, view, size, PAGE_READWRITE );
}
#define check_large_view( view, size ) check_large_view_at( __LINE__, view, size )

static void test_view(void)
{
    SIZE_T large = large_page();
    HANDLE section;
    struct map_args args;
    const struct mapper *m;
    unsigned int i, j;
    char *view;

    if (!have_large_pages()) return;
    section = create_large( PAGE_READWRITE, 4 );
    args = large_args( section );
    for_each_mapper( m, 0 )
    {
        for (i = 0; i < 4; i++)
        {
            args.offset = i * large;
            for (j = 0; j <= 4 - i; j++)
            {
                winetest_push_context( "page %u, %u pages", i, j );
                args.size = j * large;
                view = map_works( m, &args );
                check_large_view( view, (j ? j : 4 - i) * large );
                if (view) *(DWORD *)view = i;
                unmap( view );
                winetest_pop_context();
            }
        }
    }
    view = MapViewOfFile( section, FILE_MAP_READ, 0, 0, 0 );
    for (i = 0; i < 4; i++) ok( word_at( view, i * large ) == i, "page %u: %#lx\n", i, word_at( view, i * large ));
    unmap( view );
    CloseHandle( section );
}

static void test_view_offset(void)
{
    SIZE_T large = large_page(), offsets[] = { 0x10000, large / 2, large - 0x10000, large + 0x10000, 2 * large - 0x10000 };
    HANDLE section;
    struct map_args args;
    const struct mapper *m;
    unsigned int i;

    if (!have_large_pages()) return;
    section = create_large( PAGE_READWRITE, 2 );
    args = large_args( section );
    for_each_mapper( m, 0 )
    {
        for (i = 0; i < ARRAY_SIZE( offsets ); i++)
        {
            winetest_push_context( "offset %#Ix", offsets[i] );
            args.offset = offsets[i];
            args.size = 0;
            map_fails( m, &args, ERROR_MAPPED_ALIGNMENT );
            args.size = 0x10000;
            map_fails( m, &args, ERROR_MAPPED_ALIGNMENT );
            winetest_pop_context();
        }
    }
    CloseHandle( section );
}

static void test_view_size(void)
{
    SIZE_T large = large_page(), sizes[] = { 1, 0x1000, 0x1001, 0x10000, large - 1, large };
    HANDLE section;
    struct map_args args;
    const struct mapper *m;
    unsigned int i;
    void *view;

    if (!have_large_pages()) return;
    section = create_large( PAGE_READWRITE, 2 );
    args = large_args( section );
    for_each_mapper( m, 0 )
    {
        for (i = 0; i < ARRAY_SIZE( sizes ); i++)
        {
            winetest_push_context( "size %#Ix", sizes[i] );
            args.offset = 0;
            args.size = sizes[i];
            view = map_works( m, &args );
            check_large_view( view, large );
            unmap( view );
            args.offset = large;
            args.size = sizes[i];
            view = map_works( m, &args );
            check_large_view( view, large );
            unmap( view );
            args.size = large + sizes[i];
            map_fails( m, &args, ERROR_ACCESS_DENIED );
            winetest_pop_context();
        }
        args.offset = 2 * large;
        args.size = 0;
        map_fails_or( m, &args, ERROR_INVALID_PARAMETER, ERROR_ACCESS_DENIED );
    }
    CloseHandle( section );
}

static void test_view_base(void)
{
    SIZE_T large = large_page(), offsets[] = { 0x10000, large / 2, large - 0x10000 };
    HANDLE section;
    struct map_args args;
    const struct mapper *m;
    char *base, *view;
    unsigned int i;

    if (!have_large_pages()) return;
    section = create_large( PAGE_READWRITE, 2 );
    base = VirtualAlloc( NULL, 4 * large, MEM_RESERVE, PAGE_NOACCESS );
    VirtualFree( base, 0, MEM_RELEASE );
    base = (char *)(((ULONG_PTR)base + large - 1) & ~(large - 1));

    args = large_args( section );
    for_each_mapper( m, TAKES_BASE )
    {
        args.base = base;
        view = map_works( m, &args );
        ok( view == base, "view at %p, expected %p\n", view, base );
        check_large_view( view, 2 * large );
        map_fails( m, &args, ERROR_INVALID_ADDRESS );
        args.base = base + large;
        map_fails( m, &args, ERROR_INVALID_ADDRESS );
        unmap( view );
        for (i = 0; i < ARRAY_SIZE( offsets ); i++)
        {
            args.base = base + offsets[i];
            map_fails( m, &args, ERROR_MAPPED_ALIGNMENT );
        }
    }
    CloseHandle( section );
}

static void test_view_section(void)
{
    HANDLE plain = create_section( PAGE_READWRITE, 2 * large_page() );
    HANDLE file = create_test_file( GENERIC_READ, 0x10000 );
    HANDLE file_section = CreateFileMappingW( file, NULL, PAGE_READWRITE, 0, 0, NULL );
    HANDLE event = CreateEventA( NULL, FALSE, FALSE, NULL );
    const struct mapper *m;
    struct map_args args;

    for_each_mapper( m, 0 )
    {
        args = large_args( plain );
        map_fails( m, &args, ERROR_INVALID_PARAMETER );
        args = large_args( file_section );
        map_fails( m, &args, ERROR_INVALID_PARAMETER );
        args = large_args( NULL );
        map_fails( m, &args, ERROR_INVALID_HANDLE );
        args = large_args( event );
        map_fails( m, &args, ERROR_INVALID_HANDLE );
    }
    CloseHandle( event );
    CloseHandle( file_section );
    CloseHandle( file );
    CloseHandle( plain );
}

static void test_view_requirements(void)
{
    SIZE_T large = large_page();
    MEM_ADDRESS_REQUIREMENTS req;
    MEM_EXTENDED_PARAMETER param;
    struct map_args args;
    const struct mapper *m;
    HANDLE section;
    char *view;

    if (!have_large_pages()) return;
    section = create_large( PAGE_READWRITE, 2 );
    for_each_mapper( m, TAKES_PARAMS )
    {
        args = large_args( section );
        memset( &param, 0, sizeof(param) );
        param.Type = PARAM_ADDRESS_REQUIREMENTS;
        param.Pointer = &req;
        args.params = &param;
        args.count = 1;
        memset( &req, 0, sizeof(req) );
        req.LowestStartingAddress = (void *)(ZONE( 0x20 ) + 0x10000);
        req.HighestEndingAddress = (void *)(ZONE( 0x21 ) - 1);
        view = map_works( m, &args );
        check_large_view( view, 2 * large );
        ok( view >= (char *)req.LowestStartingAddress && view < (char *)req.HighestEndingAddress, "view at %p\n", view );
        unmap( view );

        memset( &req, 0, sizeof(req) );
        req.Alignment = 16 * large;
        view = map_works( m, &args );
        check_large_view( view, 2 * large );
        ok( !((ULONG_PTR)view & (16 * large - 1)), "view at %p\n", view );
        unmap( view );

        req.Alignment = 0x10000;
        args.alloc_type |= MEM_TOP_DOWN;
        view = map_works( m, &args );
        check_large_view( view, 2 * large );
        unmap( view );
    }
    CloseHandle( section );
}

/* ---- plain views ---- */

static void test_plain_view(void)
{
    SIZE_T large = large_page(), size = 3 * large;
    SIZE_T offsets[] = { 0, 0x10000, large / 2, large - 0x10000, large, large + 0x10000, 3 * large - 0x10000 };
    SIZE_T sizes[] = { 0, 1, 0x1000, 0x1234, 0x10000, large - 0x10000, large, large + 0x1000, 2 * large - 1 };
    struct map_args args;
    const struct mapper *m;
    unsigned int i, j, tests = 0;
    SIZE_T expect;
    HANDLE section;
    char *all, *view;

    if (!have_large_pages()) return;
    section = create_large( PAGE_READWRITE, 3 );
    all = map_all( section );
    fill_words( all, 0, size );
    for_each_mapper( m, 0 )
    {
        for (i = 0; i < ARRAY_SIZE( offsets ); i++)
        {
            for (j = 0; j < ARRAY_SIZE( sizes ); j++)
            {
                winetest_push_context( "offset %#Ix, size %#Ix", offsets[i], sizes[j] );
                args = map_args( section );
                args.offset = offsets[i];
                args.size = sizes[j];
                if (sizes[j] > size - offsets[i]) map_fails( m, &args, ERROR_ACCESS_DENIED );
                else if ((view = map_works( m, &args )))
                {
                    expect = sizes[j] ? (sizes[j] + PAGE - 1) & ~(PAGE - 1) : size - offsets[i];
                    check_view( view, expect, PAGE_READWRITE );
                    ok( !((ULONG_PTR)view & (GRANULARITY - 1)), "view at %p\n", view );
                    ok( word_at( view, 0 ) == test_word( offsets[i] ), "first word %#lx\n", word_at( view, 0 ));
                    ok( word_at( view, expect - 4 ) == test_word( offsets[i] + expect - 4 ), "last word\n" );
                    *(DWORD *)(view + expect - 4) = ++tests;
                    ok( word_at( all, offsets[i] + expect - 4 ) == tests, "not coherent\n" );
                    fill_words( view + expect - 4, offsets[i] + expect - 4, 4 );
                    unmap( view );
                }
                winetest_pop_context();
            }
        }
    }
    unmap( all );
    CloseHandle( section );
}

/* What lies around a view is not the program's, and the view ends where it was asked to. */
static void test_plain_view_edges(void)
{
    SIZE_T large = large_page();
    MEMORY_BASIC_INFORMATION info;
    const struct unmapper *u;
    HANDLE section;
    char *view, *other;
    DWORD old;

    if (!have_large_pages()) return;
    section = create_large( PAGE_READWRITE, 2 );
    for_each_unmapper( u )
    {
        view = MapViewOfFile( section, FILE_MAP_WRITE, 0, 0x30000, large );
        ok( view != NULL, "error %lu\n", GetLastError() );
        check_view( view, large, PAGE_READWRITE );

        ok( VirtualQuery( view + 0x5000, &info, sizeof(info) ) && info.AllocationBase == view &&
            info.RegionSize == large - 0x5000, "inside: base %p, size %#Ix\n", info.AllocationBase, info.RegionSize );
        ok( VirtualQuery( view + large, &info, sizeof(info) ) && info.AllocationBase != view,
            "behind: base %p, state %#lx\n", info.AllocationBase, info.State );
        ok( info.State != MEM_COMMIT || info.Type != MEM_MAPPED, "behind: a view\n" );
        VirtualQuery( view - PAGE, &info, sizeof(info) );
        ok( info.AllocationBase != view, "before: base %p\n", info.AllocationBase );

        /* the view goes by any address in it, and as a whole */
        other = MapViewOfFile( section, FILE_MAP_WRITE, 0, 0x30000, large );
        unmap_works( u, view + large - 1, 0 );
        VirtualQuery( view, &info, sizeof(info) );
        ok( info.State == MEM_FREE, "state %#lx\n", info.State );
        unmap_fails( u, GetCurrentProcess(), view, 0, ERROR_INVALID_ADDRESS );
        unmap( other );
    }

    view = MapViewOfFile( section, FILE_MAP_WRITE, 0, 0x30000, 0x10000 );
    ok( !VirtualAlloc( view + 0x10000 - PAGE, 2 * PAGE, MEM_COMMIT, PAGE_READWRITE ), "committed behind the view\n" );
    ok( VirtualProtect( view, 0x10000, PAGE_READONLY, &old ) && old == PAGE_READWRITE, "error %lu\n", GetLastError() );
    check_region( view, (&(struct region){ view, 0x10000, MEM_COMMIT, PAGE_READONLY, PAGE_READWRITE, MEM_MAPPED }) );
    ok( !FlushViewOfFile( view, 0x11000 ) && GetLastError() == ERROR_INVALID_PARAMETER, "error %lu\n", GetLastError() );
    ok( FlushViewOfFile( view, 0 ), "error %lu\n", GetLastError() );
    unmap( view );
    CloseHandle( section );
}

/* An address that a plain view is asked to be at. */
static void test_plain_view_base(void)
{
    SIZE_T large = large_page();
    struct map_args args;
    const struct mapper *m;
    HANDLE section;
    char *base, *view;

    if (!have_large_pages()) return;
    section = create_large( PAGE_READWRITE, 2 );
    view = map_all( section );
    fill_words( view, 0, 2 * large );
    unmap( view );
    base = VirtualAlloc( NULL, 4 * large, MEM_RESERVE, PAGE_NOACCESS );
    VirtualFree( base, 0, MEM_RELEASE );
    base = (char *)(((ULONG_PTR)base + large - 1) & ~(large - 1));

    for_each_mapper( m, TAKES_BASE )
    {
        args = map_args( section );
        args.base = base;
        view = map_works( m, &args );
        ok( view == base, "view at %p, expected %p\n", view, base );
        check_view( view, 2 * large, PAGE_READWRITE );
        unmap( view );

        args.base = base + 0x20000;
        args.offset = 0x20000;
        args.size = 0x12345;
        view = map_works( m, &args );
        ok( view == base + 0x20000, "view at %p, expected %p\n", view, base + 0x20000 );
        check_view( view, 0x13000, PAGE_READWRITE );
        if (view) ok( word_at( view, 0 ) == test_word( 0x20000 ), "wrong contents\n" );
        map_fails( m, &args, ERROR_INVALID_ADDRESS );
        unmap( view );
    }

    /* a page of the host's pool is at a multiple of its size or nowhere */
    args = map_args( section );
    args.base = base + 0x10000;
    for_each_mapper( m, TAKES_BASE )
    {
        if (is_backing( "hugetlb" )) map_fails_or( m, &args, ERROR_MAPPED_ALIGNMENT, 0 );
        else if (is_backing( "thp" ))
        {
            view = map_works( m, &args );
            ok( view == base + 0x10000, "view at %p, expected %p\n", view, base + 0x10000 );
            unmap( view );
        }
    }
    CloseHandle( section );
}

static void test_many_views(void)
{
    SIZE_T large = large_page();
    char *views[64];
    unsigned int i, j;
    HANDLE section;

    if (!have_large_pages()) return;
    section = create_large( PAGE_READWRITE, 1 );
    for (i = 0; i < ARRAY_SIZE( views ); i++)
    {
        SIZE_T offset = i * 0x10000 % large, size = i * 0x1000 + 1;

        views[i] = MapViewOfFile( section, FILE_MAP_WRITE, 0, offset, min( size, large - offset ) );
        ok( views[i] != NULL, "view %u: error %lu\n", i, GetLastError() );
        if (views[i]) *(DWORD *)views[i] = i;
    }
    for (i = 0; i < ARRAY_SIZE( views ); i++)
    {
        SIZE_T offset = i * 0x10000 % large, size = i * 0x1000 + 1;

        for (j = i; j + large / 0x10000 < ARRAY_SIZE( views ); ) j += large / 0x10000;
        ok( word_at( views[i], 0 ) == j, "view %u: %#lx, expected %#x\n", i, word_at( views[i], 0 ), j );
        size = (min( size, large - offset ) + PAGE - 1) & ~(PAGE - 1);
        check_view( views[i], size, PAGE_READWRITE );
    }
    for (i = 0; i < ARRAY_SIZE( views ); i += 2) unmap( views[i] );
    for (i = 1; i < ARRAY_SIZE( views ); i += 2)
    {
        check_view( views[i], 0x1000 * (i + 1) > large - i * 0x10000 % large ? large - i * 0x10000 % large :
                    0x1000 * (i + 1), PAGE_READWRITE );
        unmap( views[i] );
    }
    CloseHandle( section );
}

/* In place of placeholders, where huge pages fit; else the placeholder stays. */
static void test_placeholder(void)
{
    void *(WINAPI *pVirtualAlloc2)( HANDLE, void *, SIZE_T, ULONG, ULONG, MEM_EXTENDED_PARAMETER *, ULONG );
    SIZE_T large = large_page();
    MEM_ADDRESS_REQUIREMENTS req;
    MEM_EXTENDED_PARAMETER param;
    struct region region;
    HANDLE section;
    char *base, *view, *all;
    unsigned int flag;

    pVirtualAlloc2 = (void *)GetProcAddress( GetModuleHandleA( "kernelbase.dll" ), "VirtualAlloc2" );
    if (!pVirtualAlloc2 || !pMapViewOfFile3 || !pUnmapViewOfFile2)
    {
        win_skip( "there are no placeholders.\n" );
        return;
    }
    if (!have_large_pages()) return;
    section = create_large( PAGE_READWRITE, 3 );
    all = map_all( section );
    fill_words( all, 0, 3 * large );

    memset( &param, 0, sizeof(param) );
    memset( &req, 0, sizeof(req) );
    param.Type = PARAM_ADDRESS_REQUIREMENTS;
    param.Pointer = &req;
    req.Alignment = large;
    base = pVirtualAlloc2( NULL, NULL, 4 * large, MEM_RESERVE | MEM_RESERVE_PLACEHOLDER, PAGE_NOACCESS, &param, 1 );
    ok( base != NULL, "no placeholder, error %lu\n", GetLastError() );
    if (!base) goto done;

    for (flag = 0; flag < 2; flag++)
    {
        winetest_push_context( "large %u", flag );
        ok( VirtualFree( base + large, 2 * large, MEM_RELEASE | MEM_PRESERVE_PLACEHOLDER ), "error %lu\n", GetLastError() );
        view = pMapViewOfFile3( section, NULL, base + large, large, 2 * large,
                                MEM_REPLACE_PLACEHOLDER | (flag ? MEM_LARGE_PAGES : 0), PAGE_READWRITE, NULL, 0 );
        ok( view == base + large, "got %p, expected %p, error %lu\n", view, base + large, GetLastError() );
        if (view)
        {
            check_view( view, 2 * large, PAGE_READWRITE );
            ok( word_at( view, 0 ) == test_word( large ), "wrong contents\n" );
            view[0]++;
            ok( all[large] == view[0], "not coherent\n" );
            view[0]--;
            ok( pUnmapViewOfFile2( GetCurrentProcess(), view, MEM_PRESERVE_PLACEHOLDER ), "error %lu\n", GetLastError() );
        }
        region = (struct region){ base + large, 2 * large, MEM_RESERVE, 0, PAGE_NOACCESS, MEM_PRIVATE };
        check_region( base + large, &region );
        ok( VirtualFree( base, 4 * large, MEM_RELEASE | MEM_COALESCE_PLACEHOLDERS ), "error %lu\n", GetLastError() );
        winetest_pop_context();
    }

    /* a part of a page, with neighbours that must not be touched */
    ok( VirtualFree( base + large, 0x10000, MEM_RELEASE | MEM_PRESERVE_PLACEHOLDER ), "error %lu\n", GetLastError() );
    SetLastError( 0xdeadbeef );
    view = pMapViewOfFile3( section, NULL, base + large, 0, 0x10000, MEM_REPLACE_PLACEHOLDER, PAGE_READWRITE, NULL, 0 );
    if (is_backing( "hugetlb" ))
        ok( !view && GetLastError() == ERROR_MAPPED_ALIGNMENT, "got %p, error %lu\n", view, GetLastError() );
    else if (is_backing( "thp" ))
        ok( view == base + large, "got %p, error %lu\n", view, GetLastError() );
    if (view) pUnmapViewOfFile2( GetCurrentProcess(), view, MEM_PRESERVE_PLACEHOLDER );
    region = (struct region){ base + large, 0x10000, MEM_RESERVE, 0, PAGE_NOACCESS, MEM_PRIVATE };
    check_region( base + large, &region );
    region = (struct region){ base + large + 0x10000, 3 * large - 0x10000, MEM_RESERVE, 0, PAGE_NOACCESS, MEM_PRIVATE };
    check_region( base + large + 0x10000, &region );
    ok( VirtualFree( base, 4 * large, MEM_RELEASE | MEM_COALESCE_PLACEHOLDERS ), "error %lu\n", GetLastError() );
    ok( VirtualFree( base, 0, MEM_RELEASE ), "error %lu\n", GetLastError() );

done:
    unmap( all );
    CloseHandle( section );
}

/* ---- copy-on-write ---- */

static void test_copy_on_write(void)
{
    SIZE_T large = large_page(), offsets[] = { 0, 0x10000, large };
    struct map_args args;
    const struct mapper *m;
    HANDLE section;
    char *all, *view;
    unsigned int i, flag;

    if (!have_large_pages()) return;
    section = create_large( PAGE_READWRITE, 2 );
    all = map_all( section );
    fill_words( all, 0, 2 * large );
    for (flag = 0; flag < 2; flag++)
    {
        for (i = 0; i < ARRAY_SIZE( offsets ); i++)
        {
            if (flag && (offsets[i] & (large - 1))) continue;
            winetest_push_context( "large %u, offset %#Ix", flag, offsets[i] );
            for_each_mapper( m, 0 )
            {
                if (!can_map( m, PAGE_WRITECOPY )) continue;
                args = flag ? large_args( section ) : map_args( section );
                set_protect( &args, PAGE_WRITECOPY );
                if (flag) args.access |= FILE_MAP_LARGE_PAGES;
                args.offset = offsets[i];
                args.size = large;
                if (!(view = map_works( m, &args ))) continue;
                check_view( view, large, PAGE_WRITECOPY );
                ok( word_at( view, 0 ) == test_word( offsets[i] ), "wrong contents\n" );
                *(DWORD *)view = 0xabcdef;
                *(DWORD *)(view + large - 4) = 0xabcdef;
                ok( word_at( view, 0 ) == 0xabcdef && word_at( view, large - 4 ) == 0xabcdef, "not written\n" );
                ok( word_at( view, 4 ) == test_word( offsets[i] + 4 ), "the rest is not copied\n" );
                ok( word_at( all, offsets[i] ) == test_word( offsets[i] ), "written to the section\n" );
                unmap( view );
            }
            winetest_pop_context();
        }
    }
    unmap( all );
    CloseHandle( section );
}

/* Private pages that are not there are missed when the view is mapped. */
static void test_copy_on_write_limit(void)
{
    static char *views[4096];
    HANDLE section;
    unsigned int i, count;
    DWORD err = 0;

    if (!have_large_pages()) return;
    if (!is_backing( "hugetlb" ))
    {
        skip( "only the host's pool has an end that is known before\n" );
        return;
    }
    section = create_large( PAGE_READWRITE, 4 );
    for (count = 0; count < ARRAY_SIZE( views ); count++)
    {
        SetLastError( 0xdeadbeef );
        if (!(views[count] = MapViewOfFile( section, FILE_MAP_COPY, 0, 0, 0 )))
        {
            err = GetLastError();
            break;
        }
    }
    ok( count && count < ARRAY_SIZE( views ), "%u views\n", count );
    ok( err == ERROR_NO_SYSTEM_RESOURCES, "error %lu\n", err );
    for (i = 0; i < count; i++) memset( views[i], i, 4 * large_page() );
    for (i = 0; i < count; i++)
    {
        ok( views[i][0] == (char)i, "view %u: %d\n", i, views[i][0] );
        unmap( views[i] );
    }
    views[0] = MapViewOfFile( section, FILE_MAP_COPY, 0, 0, 0 );
    ok( views[0] != NULL, "nothing came back, error %lu\n", GetLastError() );
    unmap( views[0] );
    CloseHandle( section );
}

/* ---- other processes ---- */

#define WORDS 0x10000

/* Children: one adds to each word that the other has written. */
static int answer( int argc, char **argv )
{
    HANDLE section, event, reply;
    char name[64];
    DWORD *view;
    DWORD i, round;

    (void)argc;
    snprintf( name, sizeof(name), "%s", argv[0] );
    section = OpenFileMappingA( FILE_MAP_WRITE, FALSE, name );
    ok( section != NULL, "cannot open %s, error %lu\n", name, GetLastError() );
    view = MapViewOfFile( section, FILE_MAP_WRITE, 0, 0, 0 );
    ok( view != NULL, "cannot map %s, error %lu\n", name, GetLastError() );
    strcat( name, "-event" );
    event = OpenEventA( EVENT_ALL_ACCESS, FALSE, name );
    strcat( name, "-reply" );
    reply = OpenEventA( EVENT_ALL_ACCESS, FALSE, name );
    if (!view || !event || !reply) return 1;
    for (round = 0; round < 20; round++)
    {
        if (WaitForSingleObject( event, 10000 )) return 1;
        for (i = 0; i < WORDS; i++) view[i] += i + round;
        SetEvent( reply );
    }
    UnmapViewOfFile( view );
    CloseHandle( section );
    return 0;
}

static void test_exchange(void)
{
    HANDLE section, event, reply, child;
    DWORD i, round, bad = 0;
    char name[64], event_name[64];
    DWORD *view;

    if (!have_large_pages()) return;
    snprintf( name, sizeof(name), "mapview-large-%lx", GetCurrentProcessId() );
    section = CreateFileMappingA( INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE | SEC_COMMIT | SEC_LARGE_PAGES, 0,
                                  LOW( 2 * large_page() ), name );
    ok( section != NULL, "error %lu\n", GetLastError() );
    view = MapViewOfFile( section, FILE_MAP_WRITE | FILE_MAP_LARGE_PAGES, 0, 0, 0 );
    snprintf( event_name, sizeof(event_name), "%s-event", name );
    event = CreateEventA( NULL, FALSE, FALSE, event_name );
    strcat( event_name, "-reply" );
    reply = CreateEventA( NULL, FALSE, FALSE, event_name );
    child = start_child( "answer", "%s", name );
    for (round = 0; round < 20; round++)
    {
        for (i = 0; i < WORDS; i++) view[i] = i * round;
        SetEvent( event );
        if (WaitForSingleObject( reply, 10000 ))
        {
            ok( 0, "round %lu: no answer\n", round );
            break;
        }
        for (i = 0; i < WORDS; i++) if (view[i] != i * round + i + round) bad++;
    }
    ok( !bad, "%lu wrong words\n", bad );
    wait_child( child );
    unmap( view );
    CloseHandle( reply );
    CloseHandle( event );
    CloseHandle( section );
}

/* Argument: a handle that was inherited, or given to this process. */
static int write_through( int argc, char **argv )
{
    HANDLE section = (HANDLE)(ULONG_PTR)strtoull( argv[0], NULL, 16 );
    char *view = MapViewOfFile( section, FILE_MAP_WRITE, 0, 0x10000, 0x10000 );

    (void)argc;
    ok( view != NULL, "cannot map %p, error %lu\n", section, GetLastError() );
    if (!view) return 1;
    strcpy( view, "written" );
    UnmapViewOfFile( view );
    return 0;
}

static int wait_and_exit( int argc, char **argv )
{
    (void)argc;
    (void)argv;
    Sleep( 10000 );
    return 0;
}

static void test_inherit(void)
{
    SECURITY_ATTRIBUTES sa = { sizeof(sa), NULL, TRUE };
    HANDLE section, child, copy;
    char *view, buffer[16];
    SIZE_T len;

    if (!have_large_pages()) return;
    section = CreateFileMappingA( INVALID_HANDLE_VALUE, &sa, PAGE_READWRITE | SEC_COMMIT | SEC_LARGE_PAGES, 0,
                                  LOW( large_page() ), NULL );
    ok( section && handle_flags( section ) == HANDLE_FLAG_INHERIT, "got %p, error %lu\n", section, GetLastError() );
    view = map_all( section );
    wait_child( start_child( "write-through", "%Ix", (SIZE_T)section ));
    ok( !strcmp( view + 0x10000, "written" ), "nothing was written\n" );

    /* views in another process, and memory of it */
    child = start_child( "wait-and-exit", " " );
    ok( DuplicateHandle( GetCurrentProcess(), section, child, &copy, 0, FALSE, DUPLICATE_SAME_ACCESS ),
        "error %lu\n", GetLastError() );
    if (pMapViewOfFileNuma2)
    {
        MEMORY_BASIC_INFORMATION info;
        char *remote = pMapViewOfFileNuma2( section, child, 0, NULL, 0, MEM_LARGE_PAGES, PAGE_READWRITE,
                                            NUMA_NO_PREFERRED_NODE );

        ok( remote && !((ULONG_PTR)remote & (large_page() - 1)), "view at %p, error %lu\n", remote, GetLastError() );
        ok( ReadProcessMemory( child, remote + 0x10000, buffer, 8, &len ) && len == 8 && !strcmp( buffer, "written" ),
            "cannot read, error %lu\n", GetLastError() );
        ok( WriteProcessMemory( child, remote + large_page() - 8, "changed", 8, &len ) && len == 8,
            "cannot write, error %lu\n", GetLastError() );
        ok( !strcmp( view + large_page() - 8, "changed" ), "not the same memory\n" );
        ok( VirtualQueryEx( child, remote, &info, sizeof(info) ) && info.RegionSize == large_page() &&
            info.Type == MEM_MAPPED && info.Protect == PAGE_READWRITE, "size %#Ix, type %#lx, protection %#lx\n",
            info.RegionSize, info.Type, info.Protect );
        ok( pUnmapViewOfFile2( child, remote, 0 ), "error %lu\n", GetLastError() );

        /* a plain view that is no whole page */
        remote = pMapViewOfFileNuma2( section, child, 0x10000, NULL, 0x10000, 0, PAGE_READWRITE, NUMA_NO_PREFERRED_NODE );
        ok( remote != NULL, "error %lu\n", GetLastError() );
        ok( ReadProcessMemory( child, remote, buffer, 8, &len ) && len == 8 && !strcmp( buffer, "written" ),
            "cannot read, error %lu\n", GetLastError() );
        ok( pUnmapViewOfFile2( child, remote, 0 ), "error %lu\n", GetLastError() );
    }
    TerminateProcess( child, 0 );
    CloseHandle( child );
    unmap( view );
    CloseHandle( section );
}

/* ---- what programs do ---- */

/* As chess engines: all privileges as they should, the section's size rounded and the view's not, no
 * flag for the view, everything put back. */
static void test_chess_engine(void)
{
    SIZE_T large = GetLargePageMinimum(), wanted = 3 * large_page() - 0x12345, rounded;
    TOKEN_PRIVILEGES privs, prev;
    HANDLE token, section = NULL;
    DWORD len = sizeof(prev);
    char *view;
    LUID luid;

    if (!have_large_pages()) return;
    disable_lock_memory();
    ok( large != 0, "no large pages\n" );
    rounded = (wanted + large - 1) & ~(large - 1);
    ok( OpenProcessToken( GetCurrentProcess(), TOKEN_ADJUST_PRIVILEGES | TOKEN_QUERY, &token ), "error %lu\n", GetLastError() );
    ok( LookupPrivilegeValueA( NULL, "SeLockMemoryPrivilege", &luid ), "error %lu\n", GetLastError() );
    privs.PrivilegeCount = 1;
    privs.Privileges[0].Luid = luid;
    privs.Privileges[0].Attributes = SE_PRIVILEGE_ENABLED;
    ok( AdjustTokenPrivileges( token, FALSE, &privs, sizeof(prev), &prev, &len ) && !GetLastError(),
        "error %lu\n", GetLastError() );
    section = CreateFileMappingA( INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE | SEC_COMMIT | SEC_LARGE_PAGES,
                                  HIGH( rounded ), LOW( rounded ), "mapview-chess" );
    ok( section && !GetLastError(), "error %lu\n", GetLastError() );
    ok( AdjustTokenPrivileges( token, FALSE, &prev, 0, NULL, NULL ) && !GetLastError(), "error %lu\n", GetLastError() );
    CloseHandle( token );

    view = MapViewOfFile( section, FILE_MAP_ALL_ACCESS, 0, 0, wanted );
    ok( view != NULL, "error %lu\n", GetLastError() );
    if (view)
    {
        memset( view, 1, wanted );
        unmap( view );
    }
    CloseHandle( section );

    /* without the privilege as before */
    section = create_large( PAGE_READWRITE, 1 );
    ok( !section && GetLastError() == ERROR_PRIVILEGE_NOT_HELD, "got %p, error %lu\n", section, GetLastError() );

    /* the sample of the documentation: a view of 64 KiB with the flag */
    enable_lock_memory();
    section = create_large( PAGE_READWRITE, 1 );
    disable_lock_memory();
    view = MapViewOfFile( section, FILE_MAP_ALL_ACCESS | FILE_MAP_LARGE_PAGES, 0, 0, 0x10000 );
    ok( view != NULL, "error %lu\n", GetLastError() );
    unmap( view );
    CloseHandle( section );
}

/* A process that large.sh kills: it says that it has its pages and waits. */
static void test_hold(void)
{
    char value[8];
    HANDLE section;
    char *view;

    if (!GetEnvironmentVariableA( "MAPVIEW_TEST_HOLD", value, sizeof(value) ))
    {
        skip( "for large.sh only\n" );
        return;
    }
    if (!have_large_pages()) return;
    section = create_large( PAGE_READWRITE, 4 );
    view = map_all( section );
    ok( view != NULL, "error %lu\n", GetLastError() );
    memset( view, 1, 4 * large_page() );
    if (value[0] == 'v') CloseHandle( section );  /* the view alone */
    if (value[0] == 'h') UnmapViewOfFile( view );
    fputs( "holding\n", stderr );
    fflush( stderr );
    Sleep( 30000 );
}

static const struct rule rules[] =
{
    { "1.12-privilege",       "a large section needs the privilege",                              test_privilege },
    { "1.12-flags",           "a large section is committed and has no file",                     test_flags },
    { "1.12-size",            "its size is a multiple of the large page",                         test_size },
    { "1.12-minimum",         "GetLargePageMinimum",                                              test_minimum },
    { "1.12-too-much",        "more than there is fails at creation",                             test_too_much },
    { "1.12-create",          "a large section is of zeros",                                      test_create },
    { "1.7-protections",      "protections of large sections and views",                          test_protections },
    { "1.9-name",             "large sections have names as others",                              test_name },
    { "1.12-view",            "large views are aligned",                                          test_view },
    { "1.12-view-offset",     "their offset must be a multiple of the large page",                test_view_offset },
    { "1.12-view-size",       "their size is rounded up",                                         test_view_size },
    { "1.12-view-base",       "their base must be a multiple of the large page",                  test_view_base },
    { "1.12-view-section",    "an ordinary section has no large views",                           test_view_section },
    { "1.12-view-requirements", "large views with address requirements",                          test_view_requirements },
    { "1.12-plain-view",      "plain views of a large section have any offset and size",          test_plain_view },
    { "1.12-plain-view-edges", "a plain view ends where it was asked to",                         test_plain_view_edges },
    { "1.12-plain-view-base", "plain views of a large section at an address",                     test_plain_view_base },
    { "1.12-many-views",      "many plain views of a large section",                              test_many_views },
    { "1.12-placeholder",     "large sections in place of placeholders",                          test_placeholder },
    { "1.12-copy-on-write",   "copy-on-write views of a large section",                           test_copy_on_write },
    { "1.12-copy-on-write-limit", "private pages are there or the view is not",                   test_copy_on_write_limit },
    { "1.12-exchange",        "two processes exchange data through a large section",              test_exchange },
    { "1.12-inherit",         "handles and views of large sections in other processes",           test_inherit },
    { "1.12-chess-engine",    "what chess engines do",                                            test_chess_engine },
    { "1.12-hold",            "hold pages until killed",                                          test_hold },
    { NULL }
};

static const struct child children[] =
{
    { "answer", answer },
    { "write-through", write_through },
    { "wait-and-exit", wait_and_exit },
    { NULL }
};

const struct test_file file_large = { "large", rules, children };
