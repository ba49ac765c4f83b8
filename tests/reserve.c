/*
 * Sections of reserved pages: SEC_RESERVE
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "test.h"

#define SECTION_SIZE 0x40000
#define LAST_PAGE    (SECTION_SIZE - PAGE)

static HANDLE create_reserved( SIZE_T size )
{
    HANDLE section = create_section( PAGE_READWRITE | SEC_RESERVE, size );

    ok( section != NULL, "cannot create the section, error %lu\n", GetLastError() );
    return section;
}

#define commit( addr, size ) commit_at( __LINE__, addr, size, PAGE_READWRITE )
static void commit_at( int line, void *addr, SIZE_T size, DWORD protect )
{
    void *ret = VirtualAlloc( addr, size, MEM_COMMIT, protect );

    ok_at( __FILE__, line, ret == addr, "commit %p, %#Ix: got %p, error %lu\n", addr, size, ret, GetLastError() );
}

#define check_closed( addr ) check_closed_at( __LINE__, addr )
static void check_closed_at( int line, void *addr )
{
    BYTE value;
    DWORD code;

    code = probe_read( addr, &value );
    ok_at( __FILE__, line, code == EXCEPTION_ACCESS_VIOLATION, "reading %p: got %#lx\n", addr, code );
    code = probe_write( addr, 1 );
    ok_at( __FILE__, line, code == EXCEPTION_ACCESS_VIOLATION, "writing %p: got %#lx\n", addr, code );
}

#define check_open( addr ) check_open_at( __LINE__, addr )
static void check_open_at( int line, void *addr )
{
    BYTE value = 0;
    DWORD code;

    code = probe_read( addr, &value );
    ok_at( __FILE__, line, !code, "reading %p: got %#lx\n", addr, code );
    code = probe_write( addr, value );
    ok_at( __FILE__, line, !code, "writing %p: got %#lx\n", addr, code );
}

#define check_state( addr, state, size ) check_state_at( __LINE__, addr, state, size )
static void check_state_at( int line, void *addr, DWORD state, SIZE_T size )
{
    MEMORY_BASIC_INFORMATION info;
    SIZE_T ret = VirtualQuery( addr, &info, sizeof(info) );

    ok_at( __FILE__, line, ret == sizeof(info), "%p: got %Iu, error %lu\n", addr, ret, GetLastError() );
    ok_at( __FILE__, line, info.State == state, "%p: state %#lx, expected %#lx\n", addr, info.State, state );
    ok_at( __FILE__, line, info.RegionSize == size, "%p: size %#Ix, expected %#Ix\n", addr, info.RegionSize, size );
    ok_at( __FILE__, line, info.Type == MEM_MAPPED, "%p: type %#lx\n", addr, info.Type );
    ok_at( __FILE__, line, info.AllocationProtect == PAGE_READWRITE, "%p: allocated with %#lx\n", addr,
           info.AllocationProtect );
    if (state == MEM_RESERVE) ok_at( __FILE__, line, !info.Protect, "%p: protection %#lx\n", addr, info.Protect );
}

static void test_uncommitted(void)
{
    HANDLE section = create_reserved( SECTION_SIZE );
    struct map_args args = map_args( section );
    const struct mapper *m;
    char *view;

    for_each_mapper( m, 0 )
    {
        if (!(view = map_works( m, &args ))) continue;
        check_state( view, MEM_RESERVE, SECTION_SIZE );
        check_closed( view );
        check_closed( view + 5 * PAGE + 5 );
        check_closed( view + SECTION_SIZE - 1 );
        unmap( view );
    }
    CloseHandle( section );
}

static void test_protections(void)
{
    static const ULONG protects[] = { PAGE_NOACCESS, PAGE_READONLY, PAGE_READWRITE, PAGE_WRITECOPY };
    HANDLE section = create_reserved( SECTION_SIZE );
    struct map_args args = map_args( section );
    char *view, *other = map_all( section );
    const struct mapper *m;
    unsigned int i;

    commit( other + PAGE, PAGE );
    other[PAGE] = 42;
    for (i = 0; i < ARRAY_SIZE( protects ); i++)
    {
        set_protect( &args, protects[i] );
        winetest_push_context( "protection %s", protect_name( protects[i] ) );
        for_each_mapper( m, 0 )
        {
            if (!can_map( m, protects[i] ) || !(view = map_works( m, &args ))) continue;
            check_closed( view );
            check_closed( view + 2 * PAGE );
            ok( is_readable( view + PAGE ) == (protects[i] != PAGE_NOACCESS), "reading %p\n", view + PAGE );
            ok( is_writable( view + PAGE ) == (protects[i] > PAGE_READONLY), "writing %p\n", view + PAGE );
            unmap( view );
        }
        winetest_pop_context();
    }
    unmap( other );
    CloseHandle( section );
}

static void test_commit(void)
{
    HANDLE section = create_reserved( SECTION_SIZE );
    char *view = map_all( section );

    commit( view + 3 * PAGE, 2 * PAGE );
    check_state( view, MEM_RESERVE, 3 * PAGE );
    check_state( view + 3 * PAGE, MEM_COMMIT, 2 * PAGE );
    check_state( view + 5 * PAGE, MEM_RESERVE, SECTION_SIZE - 5 * PAGE );
    check_closed( view + 3 * PAGE - 1 );
    check_open( view + 3 * PAGE );
    check_open( view + 5 * PAGE - 1 );
    check_closed( view + 5 * PAGE );
    ok( !view[3 * PAGE] && !view[5 * PAGE - 1], "not zero\n" );

    view[3 * PAGE] = 1;
    commit( view + 3 * PAGE, PAGE );  /* once more changes nothing */
    ok( view[3 * PAGE] == 1, "got %d\n", view[3 * PAGE] );
    unmap( view );

    /* the pages are the section's, not the view's */
    view = map_all( section );
    check_state( view, MEM_RESERVE, 3 * PAGE );
    check_state( view + 3 * PAGE, MEM_COMMIT, 2 * PAGE );
    check_open( view + 4 * PAGE );
    check_closed( view + 5 * PAGE );
    ok( view[3 * PAGE] == 1, "got %d\n", view[3 * PAGE] );
    unmap( view );
    CloseHandle( section );
}

static void test_other_view(void)
{
    HANDLE section = create_reserved( SECTION_SIZE );
    char *first = map_all( section ), *second = map_all( section );

    check_closed( second + PAGE );
    commit( first + PAGE, PAGE );
    first[PAGE] = 7;
    check_open( second + PAGE );
    ok( second[PAGE] == 7, "got %d\n", second[PAGE] );
    check_state( second + PAGE, MEM_COMMIT, PAGE );
    check_closed( second );
    check_closed( second + 2 * PAGE );

    /* pages that are looked at first, and pages that are not */
    commit( second + 0x10000, 0x10000 );
    check_state( first + 0x10000, MEM_COMMIT, 0x10000 );
    check_open( first + 0x1ffff );
    commit( second + 0x20000, 0x10000 );
    check_open( first + 0x2ffff );
    check_state( first + 0x10000, MEM_COMMIT, 0x20000 );
    unmap( second );
    check_open( first + 0x2f000 );
    unmap( first );
    CloseHandle( section );
}

/* as a Java virtual machine does it: pages are committed through a view that has no access */
static void test_no_access(void)
{
    HANDLE section = create_reserved( SECTION_SIZE );
    char *view = map_all( section ), *none = MapViewOfFile( section, 0, 0, 0, 0 );

    ok( none != NULL, "error %lu\n", GetLastError() );
    check_closed( view + PAGE );
    commit_at( __LINE__, none, SECTION_SIZE, PAGE_NOACCESS );
    check_closed( none );
    check_closed( none + LAST_PAGE );
    unmap( none );
    check_state( view, MEM_COMMIT, SECTION_SIZE );
    check_open( view + PAGE );
    check_open( view + LAST_PAGE );
    unmap( view );
    CloseHandle( section );
}

static void test_last_page(void)
{
    static const SIZE_T starts[] = { LAST_PAGE, 0x30000, 0 };
    unsigned int i, j;

    for (i = 0; i < ARRAY_SIZE( starts ); i++)
    {
        SIZE_T start = starts[i], size = SECTION_SIZE - start;
        HANDLE section = create_reserved( SECTION_SIZE );
        char *first = map_all( section ), *second = map_all( section ), *third;

        winetest_push_context( "from %#Ix on", start );
        commit( first + start, size );
        for (j = 0; j < 2; j++)  /* twice: the first answer must not change the second */
        {
            check_state( first + start, MEM_COMMIT, size );
            check_state( second + start, MEM_COMMIT, size );
            if (start)
            {
                check_state( first, MEM_RESERVE, start );
                check_state( second, MEM_RESERVE, start );
            }
        }
        first[SECTION_SIZE - 1] = 42;
        check_open( second + SECTION_SIZE - 1 );
        ok( second[SECTION_SIZE - 1] == 42, "got %d\n", second[SECTION_SIZE - 1] );
        if (start) check_closed( second + start - 1 );
        unmap( first );
        third = map_all( section );
        check_open( third + SECTION_SIZE - 1 );
        check_state( third + start, MEM_COMMIT, size );
        unmap( third );
        unmap( second );
        CloseHandle( section );
        winetest_pop_context();
    }
}

static void test_last_page_fault(void)
{
    HANDLE section = create_reserved( SECTION_SIZE );
    char *first = map_all( section ), *second = map_all( section );

    /* nobody asks before the page is used */
    check_closed( second + LAST_PAGE );
    commit( first + LAST_PAGE, PAGE );
    check_open( second + LAST_PAGE );
    check_closed( second + LAST_PAGE - 1 );
    unmap( first );
    unmap( second );

    /* a section of one page is nothing but its last */
    CloseHandle( section );
    section = create_reserved( PAGE );
    first = map_all( section );
    second = map_all( section );
    check_closed( first );
    commit( first, PAGE );
    check_open( second );
    check_state( second, MEM_COMMIT, PAGE );
    unmap( first );
    unmap( second );
    CloseHandle( section );
}

static void test_end_of_view(void)
{
    HANDLE section = create_reserved( SECTION_SIZE );
    struct map_args args = map_args( section );
    char *part, *whole = map_all( section );
    const struct mapper *m;
    DWORD offset = 0;

    args.size = GRANULARITY - PAGE;
    for_each_mapper( m, 0 )
    {
        SIZE_T size = args.size;

        if (offset + size > SECTION_SIZE) break;
        args.offset = offset;
        if (!(part = map_works( m, &args ))) continue;
        check_state( part, MEM_RESERVE, size );
        commit( part, size );
        check_state( part, MEM_COMMIT, size );
        check_state( whole + offset, MEM_COMMIT, size );
        check_open( whole + offset + size - 1 );
        check_closed( whole + offset + size );
        unmap( part );
        offset += GRANULARITY;
        if (offset >= SECTION_SIZE) break;
    }
    while (m) m = next_mapper( m, 0 );  /* takes the context away */
    unmap( whole );
    CloseHandle( section );
}

static void test_protect(void)
{
    HANDLE section = create_reserved( SECTION_SIZE );
    char *first = map_all( section ), *second = map_all( section );
    DWORD old;
    BOOL ret;

    old = 0xdeadbeef;
    SetLastError( 0xdeadbeef );
    ret = VirtualProtect( first, SECTION_SIZE, PAGE_READONLY, &old );
    ok( !ret && GetLastError() == ERROR_INVALID_ADDRESS, "reserved pages: got %d, error %lu\n", ret, GetLastError() );
    ret = VirtualProtect( first + LAST_PAGE, PAGE, PAGE_READONLY, &old );
    ok( !ret && GetLastError() == ERROR_INVALID_ADDRESS, "last page: got %d, error %lu\n", ret, GetLastError() );

    commit( first, SECTION_SIZE );
    /* what the other view has neither used nor queried */
    ret = VirtualProtect( second, SECTION_SIZE, PAGE_READONLY, &old );
    ok( ret && old == PAGE_READWRITE, "got %d, old %#lx, error %lu\n", ret, old, GetLastError() );
    check_state( second, MEM_COMMIT, SECTION_SIZE );
    ok( is_readable( second ) && !is_writable( second ), "wrong access\n" );
    ok( is_readable( second + LAST_PAGE ) && !is_writable( second + LAST_PAGE ), "wrong access\n" );
    check_open( first + LAST_PAGE );
    ret = VirtualProtect( second, SECTION_SIZE, PAGE_NOACCESS, &old );
    ok( ret && old == PAGE_READONLY, "got %d, old %#lx, error %lu\n", ret, old, GetLastError() );
    check_closed( second );
    check_closed( second + LAST_PAGE );
    ret = VirtualProtect( second, SECTION_SIZE, PAGE_READWRITE, &old );
    ok( ret && old == PAGE_NOACCESS, "got %d, old %#lx, error %lu\n", ret, old, GetLastError() );
    check_open( second + LAST_PAGE );
    unmap( second );

    second = map_all( section );
    ret = VirtualProtect( second + LAST_PAGE, PAGE, PAGE_READONLY, &old );
    ok( ret && old == PAGE_READWRITE, "got %d, old %#lx, error %lu\n", ret, old, GetLastError() );
    ok( !is_writable( second + LAST_PAGE ), "writable\n" );
    check_open( second + LAST_PAGE - 1 );
    unmap( second );

    /* each view has its own */
    SetLastError( 0xdeadbeef );
    ok( VirtualAlloc( first, PAGE, MEM_COMMIT, PAGE_READONLY ) == first, "error %lu\n", GetLastError() );
    ok( is_readable( first ) && !is_writable( first ), "wrong access\n" );
    second = map_all( section );
    check_open( second );
    unmap( second );
    unmap( first );
    CloseHandle( section );
}

static void test_guard(void)
{
    HANDLE section = create_reserved( SECTION_SIZE );
    char *first = map_all( section ), *second = map_all( section );
    DWORD old, code;
    BYTE value;
    BOOL ret;

    commit( first, 2 * PAGE );
    check_open( second );
    ret = VirtualProtect( second, PAGE, PAGE_READWRITE | PAGE_GUARD, &old );
    ok( ret, "error %lu\n", GetLastError() );
    code = probe_read( second, &value );
    ok( code == STATUS_GUARD_PAGE_VIOLATION, "got %#lx\n", code );
    check_open( second );
    unmap( second );
    unmap( first );
    CloseHandle( section );
}

#define check_read( file, addr ) check_read_at( __LINE__, file, addr )
static void check_read_at( int line, HANDLE file, char *addr )
{
    DWORD len = 0;
    BOOL ret;

    SetFilePointer( file, 0, NULL, FILE_BEGIN );
    SetLastError( 0xdeadbeef );
    ret = ReadFile( file, addr, PAGE, &len, NULL );
    ok_at( __FILE__, line, ret && len == PAGE, "ReadFile: got %d, %lu bytes, error %lu\n", ret, len, GetLastError() );
    if (ret) ok_at( __FILE__, line, word_at( addr, 4 ) == test_word( 4 ), "got %#lx\n", word_at( addr, 4 ) );
}

/* what the kernel does to pages is no access that faults */
static void test_read_file(void)
{
    HANDLE section = create_reserved( SECTION_SIZE ), file = create_test_file( GENERIC_READ, SECTION_SIZE );
    char *first = map_all( section ), *second = map_all( section ), *part;
    DWORD len;
    BOOL ret;

    part = MapViewOfFile( section, FILE_MAP_WRITE, 0, 2 * GRANULARITY, GRANULARITY );
    SetFilePointer( file, 0, NULL, FILE_BEGIN );
    SetLastError( 0xdeadbeef );
    ret = ReadFile( file, first, PAGE, &len, NULL );
    ok( !ret && GetLastError() == ERROR_NOACCESS, "reserved pages: got %d, error %lu\n", ret, GetLastError() );

    commit( first + GRANULARITY, SECTION_SIZE - GRANULARITY );
    check_read( file, first + GRANULARITY );
    check_read( file, second + GRANULARITY + PAGE );
    check_read( file, second + LAST_PAGE );
    check_read( file, part );
    check_read( file, part + GRANULARITY - PAGE );
    unmap( part );
    commit( second, GRANULARITY );
    check_read( file, first + GRANULARITY - PAGE );
    unmap( first );
    unmap( second );
    CloseHandle( section );
    CloseHandle( file );
}

static LONG exception_count;

static LONG CALLBACK count_exceptions( EXCEPTION_POINTERS *ptrs __attribute__((unused)) )
{
    exception_count++;
    return EXCEPTION_CONTINUE_SEARCH;
}

static void test_no_exception(void)
{
    HANDLE section = create_reserved( SECTION_SIZE );
    char *first = map_all( section ), *second = map_all( section );
    void *handler = AddVectoredExceptionHandler( 1, count_exceptions );
    DWORD i, sum = 0;

    commit( first, SECTION_SIZE );
    exception_count = 0;
    for (i = 0; i < SECTION_SIZE; i += PAGE) sum += ((volatile char *)second)[i];
    ok( !exception_count && !sum, "%ld exceptions for pages that are committed\n", exception_count );
    RemoveVectoredExceptionHandler( handler );
    unmap( first );
    unmap( second );
    CloseHandle( section );
}

static void test_size(void)
{
    static const SIZE_T sizes[] = { 1, PAGE, PAGE + 1, 0xffff, GRANULARITY, GRANULARITY + PAGE };
    unsigned int i, j;
    ULONG attrs;
    ULONG64 size;
    char *view;

    for (i = 0; i < ARRAY_SIZE( sizes ); i++)
    {
        HANDLE section = create_reserved( sizes[i] );
        SIZE_T rounded = (sizes[i] + PAGE - 1) & ~(SIZE_T)(PAGE - 1);

        winetest_push_context( "size %#Ix", sizes[i] );
        for (j = 0; j < 3; j++)  /* also when it has been mapped and committed */
        {
            ok( !query_section( section, &attrs, &size ) && attrs == SEC_RESERVE && size == rounded,
                "attributes %#lx, size %#I64x\n", attrs, size );
            view = map_all( section );
            check_state( view, j ? MEM_COMMIT : MEM_RESERVE, rounded );
            if (!j) commit( view, rounded );
            unmap( view );
            SetLastError( 0xdeadbeef );
            ok( !MapViewOfFile( section, FILE_MAP_WRITE, 0, 0, rounded + 1 ) && GetLastError() == ERROR_ACCESS_DENIED,
                "a view that is larger, error %lu\n", GetLastError() );
        }
        CloseHandle( section );
        winetest_pop_context();
    }
}

static void test_copy_on_write(void)
{
    HANDLE section = create_reserved( SECTION_SIZE );
    char *shared = map_all( section ), *copy = MapViewOfFile( section, FILE_MAP_COPY, 0, 0, 0 );

    check_closed( copy );
    commit( shared, SECTION_SIZE );
    shared[0] = 1;
    shared[LAST_PAGE] = 2;
    ok( is_readable( copy ) && copy[0] == 1, "not readable, or %d\n", copy[0] );
    check_open( copy + LAST_PAGE );
    ok( copy[LAST_PAGE] == 2, "got %d\n", copy[LAST_PAGE] );
    ok( !probe_write( copy, 3 ) && !probe_write( copy + LAST_PAGE, 4 ), "not writable\n" );
    ok( shared[0] == 1 && shared[LAST_PAGE] == 2, "the section has changed: %d, %d\n", shared[0], shared[LAST_PAGE] );
    unmap( copy );
    unmap( shared );
    CloseHandle( section );
}

static void test_address_again(void)
{
    HANDLE section = create_reserved( SECTION_SIZE ), plain = create_section( PAGE_READWRITE, SECTION_SIZE );
    char *view = map_all( section ), *again, *other;

    commit( view, SECTION_SIZE );
    unmap( view + PAGE );  /* any address in the view will do */
    again = MapViewOfFileEx( plain, FILE_MAP_WRITE, 0, 0, 0, view );
    ok( again == view, "got %p, error %lu\n", again, GetLastError() );
    check_view( again, SECTION_SIZE, PAGE_READWRITE );
    check_open( again + LAST_PAGE );
    unmap( again );
    CloseHandle( section );

    section = create_reserved( SECTION_SIZE );
    again = MapViewOfFileEx( section, FILE_MAP_WRITE, 0, 0, 0, view );
    ok( again == view, "got %p, error %lu\n", again, GetLastError() );
    check_state( again, MEM_RESERVE, SECTION_SIZE );
    check_closed( again + LAST_PAGE );
    other = map_all( section );
    commit( other, SECTION_SIZE );
    check_open( again + LAST_PAGE );
    unmap( other );
    unmap( again );
    CloseHandle( section );
    CloseHandle( plain );
}

static void test_placeholder(void)
{
    typedef void *(WINAPI *VirtualAlloc2_fn)( HANDLE, void *, SIZE_T, ULONG, ULONG, MEM_EXTENDED_PARAMETER *, ULONG );
    VirtualAlloc2_fn pVirtualAlloc2 = (void *)GetProcAddress( GetModuleHandleA( "kernelbase.dll" ), "VirtualAlloc2" );
    HANDLE section;
    char *view, *other, *base;

    if (!pVirtualAlloc2 || !pMapViewOfFile3 || !pUnmapViewOfFile2 ||
        !(base = pVirtualAlloc2( NULL, NULL, SECTION_SIZE, MEM_RESERVE | MEM_RESERVE_PLACEHOLDER, PAGE_NOACCESS,
                                 NULL, 0 )))
    {
        win_skip( "there are no placeholders\n" );
        return;
    }
    section = create_reserved( SECTION_SIZE );
    other = map_all( section );
    commit( other + PAGE, PAGE );
    view = pMapViewOfFile3( section, NULL, base, 0, SECTION_SIZE, MEM_REPLACE_PLACEHOLDER, PAGE_READWRITE, NULL, 0 );
    ok( view == base, "got %p, error %lu\n", view, GetLastError() );
    check_closed( view );
    check_open( view + PAGE );
    check_closed( view + LAST_PAGE );
    commit( other + 3 * PAGE, PAGE );
    check_open( view + 3 * PAGE );
    check_closed( view + 4 * PAGE );
    commit( view + 5 * PAGE, PAGE );
    check_open( view + 5 * PAGE );
    check_open( other + 5 * PAGE );
    check_closed( view + 6 * PAGE );
    commit( view + LAST_PAGE, PAGE );
    check_open( view + LAST_PAGE );
    check_open( other + LAST_PAGE );
    check_state( other + LAST_PAGE, MEM_COMMIT, PAGE );
    check_state( view + LAST_PAGE, MEM_COMMIT, PAGE );
    commit( other, SECTION_SIZE );
    check_open( view );
    check_open( view + LAST_PAGE );
    check_state( view, MEM_COMMIT, SECTION_SIZE );
    ok( pUnmapViewOfFile2( GetCurrentProcess(), view, 0 ), "error %lu\n", GetLastError() );
    unmap( other );
    CloseHandle( section );
}

/* two processes, which take turns at the word at the start of another section */

static volatile LONG *turn;

static void wait_for_turn( LONG value )
{
    DWORD start = GetTickCount();

    while (*turn != value && GetTickCount() - start < 20000) Sleep( 1 );
    ok( *turn == value, "it is turn %ld, not %ld\n", *turn, value );
}

static int child_commit( int argc, char **argv )
{
    HANDLE section = (HANDLE)(ULONG_PTR)strtoull( argv[0], NULL, 16 );
    HANDLE control = (HANDLE)(ULONG_PTR)strtoull( argv[1], NULL, 16 );
    HANDLE other_section = (HANDLE)(ULONG_PTR)strtoull( argv[2], NULL, 16 ), file;
    char *view = map_all( section ), *view2;

    turn = map_all( control );
    ok( argc == 3 && view && turn, "cannot map, error %lu\n", GetLastError() );

    check_state( view, MEM_RESERVE, SECTION_SIZE );
    check_closed( view + PAGE );
    check_closed( view + LAST_PAGE );
    *turn = 1;
    wait_for_turn( 2 );  /* pages 1 and the last */
    check_open( view + PAGE );
    ok( view[PAGE] == 11, "got %d\n", view[PAGE] );
    check_open( view + LAST_PAGE );
    ok( view[LAST_PAGE] == 12, "got %d\n", view[LAST_PAGE] );
    check_state( view + LAST_PAGE, MEM_COMMIT, PAGE );
    check_closed( view );
    commit( view, SECTION_SIZE );
    check_state( view, MEM_COMMIT, SECTION_SIZE );
    view[2 * PAGE] = 13;
    view2 = map_all( section );
    check_open( view2 + SECTION_SIZE - 1 );
    unmap( view2 );
    *turn = 3;
    wait_for_turn( 4 );
    /* once it is known that pages are committed they can be read into */
    unmap( view );
    view = map_all( other_section );
    *turn = 5;
    wait_for_turn( 6 );
    check_state( view + LAST_PAGE, MEM_COMMIT, PAGE );
    file = create_test_file( GENERIC_READ, PAGE );
    check_read( file, view + LAST_PAGE );
    check_state( view + 2 * PAGE, MEM_COMMIT, PAGE );
    check_read( file, view + 2 * PAGE );
    CloseHandle( file );
    unmap( view );
    return 0;
}

static void test_processes(void)
{
    SECURITY_ATTRIBUTES sa = { sizeof(sa), NULL, TRUE };
    HANDLE section, other, control, process;
    char *view, *view2;

    other = CreateFileMappingW( INVALID_HANDLE_VALUE, &sa, PAGE_READWRITE | SEC_RESERVE, 0, SECTION_SIZE, NULL );
    view2 = map_all( other );
    section = CreateFileMappingW( INVALID_HANDLE_VALUE, &sa, PAGE_READWRITE | SEC_RESERVE, 0, SECTION_SIZE, NULL );
    control = CreateFileMappingW( INVALID_HANDLE_VALUE, &sa, PAGE_READWRITE, 0, PAGE, NULL );
    view = map_all( section );
    turn = map_all( control );
    if (!(process = start_child( "reserve-commit", "%Ix %Ix %Ix", (ULONG_PTR)section, (ULONG_PTR)control,
                                 (ULONG_PTR)other ))) return;

    wait_for_turn( 1 );
    commit( view + PAGE, PAGE );
    view[PAGE] = 11;
    commit( view + LAST_PAGE, PAGE );
    view[LAST_PAGE] = 12;
    *turn = 2;
    wait_for_turn( 3 );
    check_state( view, MEM_COMMIT, SECTION_SIZE );
    check_open( view + 2 * PAGE );
    ok( view[2 * PAGE] == 13, "got %d\n", view[2 * PAGE] );
    check_open( view + LAST_PAGE - 1 );
    *turn = 4;
    wait_for_turn( 5 );
    commit( view2 + 2 * PAGE, PAGE );
    commit( view2 + LAST_PAGE, PAGE );
    *turn = 6;
    wait_child( process );
    unmap( view2 );
    CloseHandle( other );
    unmap( view );
    unmap( (void *)turn );
    CloseHandle( section );
    CloseHandle( control );
}

/* A process that has mapped a section and finds that others have committed pages of its view. */
static int child_outside( int argc, char **argv )
{
    HANDLE section = (HANDLE)(ULONG_PTR)strtoull( argv[0], NULL, 16 );
    HANDLE control = (HANDLE)(ULONG_PTR)strtoull( argv[1], NULL, 16 );
    char *view = map_all( section ), *half = MapViewOfFile( section, FILE_MAP_WRITE, 0, 0, SECTION_SIZE / 2 );

    turn = map_all( control );
    ok( argc == 2 && view && half && turn, "cannot map, error %lu\n", GetLastError() );
    ((char **)turn)[1] = view;
    ((char **)turn)[2] = half;
    *turn = 1;
    wait_for_turn( 2 );
    check_open( half + SECTION_SIZE / 2 - PAGE );
    check_open( view + LAST_PAGE );
    check_open( view + 2 * PAGE );
    check_closed( view );
    check_state( view + LAST_PAGE, MEM_COMMIT, PAGE );
    unmap( half );
    unmap( view );
    return 0;
}

static void commit_outside( HANDLE process, char *addr, SIZE_T size )
{
    void *ret = VirtualAllocEx( process, addr, size, MEM_COMMIT, PAGE_READWRITE );

    ok( ret == addr, "VirtualAllocEx( %p, %#Ix ): got %p, error %lu\n", addr, size, ret, GetLastError() );
}

static void test_outside(void)
{
    SECURITY_ATTRIBUTES sa = { sizeof(sa), NULL, TRUE };
    HANDLE section, control, process;
    char *view, *child_view, *child_half;

    section = CreateFileMappingW( INVALID_HANDLE_VALUE, &sa, PAGE_READWRITE | SEC_RESERVE, 0, SECTION_SIZE, NULL );
    control = CreateFileMappingW( INVALID_HANDLE_VALUE, &sa, PAGE_READWRITE, 0, PAGE, NULL );
    view = map_all( section );
    turn = map_all( control );
    if (!(process = start_child( "reserve-outside", "%Ix %Ix", (ULONG_PTR)section, (ULONG_PTR)control ))) return;
    wait_for_turn( 1 );
    child_view = ((char **)turn)[1];
    child_half = ((char **)turn)[2];
    commit_outside( process, child_view + 2 * PAGE, PAGE );
    check_state( view, MEM_RESERVE, 2 * PAGE );
    check_state( view + 2 * PAGE, MEM_COMMIT, PAGE );
    /* up to the end of a view of the half, and of the section */
    commit_outside( process, child_half + SECTION_SIZE / 2 - 2 * PAGE, 2 * PAGE );
    check_state( view + SECTION_SIZE / 2 - 2 * PAGE, MEM_COMMIT, 2 * PAGE );
    check_open( view + SECTION_SIZE / 2 - PAGE );
    commit_outside( process, child_view + LAST_PAGE, PAGE );
    check_state( view + LAST_PAGE, MEM_COMMIT, PAGE );
    check_open( view + LAST_PAGE );
    SetLastError( 0xdeadbeef );
    ok( !VirtualAllocEx( process, child_view + LAST_PAGE, 2 * PAGE, MEM_COMMIT, PAGE_READWRITE ), "beyond the view\n" );
    ok( GetLastError() == ERROR_INVALID_ADDRESS, "error %lu\n", GetLastError() );
    *turn = 2;
    wait_child( process );
    unmap( view );
    unmap( (void *)turn );
    CloseHandle( section );
    CloseHandle( control );
}

/* threads that use pages while others commit them, and map and unmap other views */

#define THREADS 4
#define STRESS_SIZE 0x400000

static char *stress_view;
static HANDLE stress_section;
static LONG stress_next, stress_errors;

static DWORD WINAPI stress_thread( void *arg __attribute__((unused)) )
{
    char *view = map_all( stress_section ), *part;
    LONG page;

    while ((page = InterlockedIncrement( &stress_next ) - 1) < STRESS_SIZE / PAGE)
    {
        SIZE_T pos = (SIZE_T)page * PAGE;

        if (!VirtualAlloc( (page & 1 ? view : stress_view) + pos, PAGE, MEM_COMMIT, PAGE_READWRITE ) ||
            probe_write( (page & 2 ? view : stress_view) + pos, page + 1 ) ||
            !is_readable( (page & 4 ? view : stress_view) + pos ) || view[pos] != (char)(page + 1))
            InterlockedIncrement( &stress_errors );
        if (page % 64) continue;
        part = MapViewOfFile( stress_section, FILE_MAP_READ, 0, pos & ~(SIZE_T)(GRANULARITY - 1), GRANULARITY );
        if (!part || part[pos & (GRANULARITY - 1)] != (char)(page + 1)) InterlockedIncrement( &stress_errors );
        UnmapViewOfFile( part );
    }
    UnmapViewOfFile( view );
    return 0;
}

static void test_threads(void)
{
    HANDLE threads[THREADS];
    unsigned int i;

    stress_section = create_reserved( STRESS_SIZE );
    stress_view = map_all( stress_section );
    probe_read( stress_view, (BYTE *)&i );  /* the handler is there */
    for (i = 0; i < THREADS; i++) threads[i] = CreateThread( NULL, 0, stress_thread, NULL, 0, NULL );
    ok( WaitForMultipleObjects( THREADS, threads, TRUE, 50000 ) < THREADS, "still running\n" );
    ok( !stress_errors, "%ld errors\n", stress_errors );
    check_state( stress_view, MEM_COMMIT, STRESS_SIZE );
    for (i = 0; i < THREADS; i++) CloseHandle( threads[i] );
    unmap( stress_view );
    CloseHandle( stress_section );
}

static const struct rule rules[] =
{
    { "B9-uncommitted", "reserved pages fault", test_uncommitted },
    { "B9-protections", "whatever the protection of the view", test_protections },
    { "B9-guard", "guard pages are left alone", test_guard },
    { "B9-no-exception", "no handler hears of pages that others have committed", test_no_exception },
    { "1.10-commit", "MEM_COMMIT makes pages usable, and outlives the view", test_commit },
    { "1.10-no-access", "pages committed through a view without access", test_no_access },
    { "1.10-other-view", "also in other views", test_other_view },
    { "1.10-processes", "also in other processes", test_processes },
    { "1.10-outside", "also in the views of another process", test_outside },
    { "1.10-read-file", "what is committed can be read into", test_read_file },
    { "1.10-protect", "each view has its own protections", test_protect },
    { "1.10-copy-on-write", "copy-on-write views", test_copy_on_write },
    { "1.10-size", "the section is as large as was asked for", test_size },
    { "1.10-address-again", "a new view at the address of an old one", test_address_again },
    { "1.14-placeholder", "views in place of placeholders", test_placeholder },
    { "B3-last-page", "the last page of the section is no exception", test_last_page },
    { "B3-last-page-fault", "also when it is used before it is queried", test_last_page_fault },
    { "B3-end-of-view", "the last page of a view is no exception", test_end_of_view },
    { "1.10-threads", "threads commit, use and map at the same time", test_threads },
    { NULL, NULL, NULL }
};

static const struct child children[] =
{
    { "reserve-commit", child_commit },
    { "reserve-outside", child_outside },
    { NULL, NULL }
};

const struct test_file file_reserve = { "reserve", rules, children };
