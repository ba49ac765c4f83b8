/*
 * Views that are larger than the section of their file: MEM_RESERVE
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "test.h"

#define FILE_SIZE   0x12345
#define SECTION_END 0x13000     /* of the file's last page */
#define VIEW_SIZE   0x200000

/* a read/write view of VIEW_SIZE bytes of a file */
static struct map_args growing_args( HANDLE section )
{
    struct map_args args = map_args( section );

    args.access |= FILE_MAP_RESERVE;
    args.alloc_type = MEM_RESERVE;
    args.size = VIEW_SIZE;
    return args;
}

static HANDLE create_file_section( HANDLE *file, DWORD protect )
{
    HANDLE section;

    *file = create_test_file( GENERIC_READ | GENERIC_WRITE, FILE_SIZE );
    section = CreateFileMappingW( *file, NULL, protect, 0, 0, NULL );
    ok( section != NULL, "error %lu\n", GetLastError() );
    return section;
}

static void set_size( HANDLE file, DWORD size )
{
    ok( SetFilePointer( file, size, NULL, FILE_BEGIN ) == size, "error %lu\n", GetLastError() );
    ok( SetEndOfFile( file ), "size %#lx, error %lu\n", size, GetLastError() );
}

#define check_pages( view, end ) check_pages_at( __LINE__, view, end )
static void check_pages_at( int line, char *view, SIZE_T end )
{
    struct region inside = { view, end, MEM_COMMIT, PAGE_READWRITE, PAGE_READWRITE, MEM_MAPPED };
    struct region behind = { view, VIEW_SIZE - end, MEM_RESERVE, 0, PAGE_READWRITE, MEM_MAPPED };
    BYTE value;

    check_region_at( __FILE__, line, view, &inside );
    ok_at( __FILE__, line, is_writable( view ) && is_writable( view + end - 1 ), "not writable up to %#Ix\n", end );
    if (end == VIEW_SIZE) return;
    check_region_at( __FILE__, line, view + end, &behind );
    ok_at( __FILE__, line, probe_read( view + end, &value ) == EXCEPTION_ACCESS_VIOLATION, "%#Ix can be read\n", end );
    ok_at( __FILE__, line, probe_write( view + VIEW_SIZE - 1, 1 ) == EXCEPTION_ACCESS_VIOLATION,
           "the last page can be written\n" );
}

static void test_larger_view(void)
{
    HANDLE file, section = create_file_section( &file, PAGE_READWRITE );
    struct map_args args = growing_args( section );
    const struct mapper *m;
    char *view, *plain;
    DWORD value = 0;

    plain = map_all( section );
    for_each_mapper( m, 0 )
    {
        if (!(view = map_works( m, &args ))) continue;
        ok( !((ULONG_PTR)view & (GRANULARITY - 1)), "the view is at %p\n", view );
        check_pages( view, SECTION_END );
        ok( word_at( view, PAGE ) == word_at( plain, PAGE ), "got %#lx\n", word_at( view, PAGE ) );
        *(volatile DWORD *)(view + 2 * PAGE) = ++value;
        ok( word_at( plain, 2 * PAGE ) == value, "not coherent\n" );
        unmap( view + VIEW_SIZE - 1 );
        ok( !is_readable( view ), "%p is still mapped\n", view );
    }
    unmap( plain );
    CloseHandle( section );
    CloseHandle( file );
}

static void test_grow(void)
{
    HANDLE file, section, larger;
    const struct mapper *m;
    struct map_args args;
    DWORD len, value = 0;
    char *view, *view2;

    for_each_mapper( m, 0 )
    {
        section = create_file_section( &file, PAGE_READWRITE );
        args = growing_args( section );
        if (!(view = map_works( m, &args ))) continue;
        check_pages( view, SECTION_END );

        set_size( file, 0x30000 );
        check_pages( view, 0x30000 );
        ok( !word_at( view, 0x20000 ), "got %#lx\n", word_at( view, 0x20000 ) );

        /* by writing at its end */
        value++;
        SetFilePointer( file, 0x40ffc, NULL, FILE_BEGIN );
        ok( WriteFile( file, &value, sizeof(value), &len, NULL ), "error %lu\n", GetLastError() );
        check_pages( view, 0x41000 );
        ok( word_at( view, 0x40ffc ) == value, "got %#lx, expected %#lx\n", word_at( view, 0x40ffc ), value );

        /* by a larger section, whose views are coherent with this one */
        larger = CreateFileMappingW( file, NULL, PAGE_READWRITE, 0, VIEW_SIZE, NULL );
        view2 = map_all( larger );
        ok( view2 != NULL, "error %lu\n", GetLastError() );
        check_pages( view, VIEW_SIZE );
        *(volatile DWORD *)(view + 0x1fff00) = ~value;
        ok( view2 && word_at( view2, 0x1fff00 ) == ~value, "not coherent\n" );
        ok( FlushViewOfFile( view, 0 ), "error %lu\n", GetLastError() );
        unmap( view2 );
        CloseHandle( larger );
        unmap( view );
        CloseHandle( section );
        set_size( file, FILE_SIZE );  /* nothing holds it any more */
        CloseHandle( file );
    }
}

static void test_handles_closed(void)
{
    HANDLE file, section = create_file_section( &file, PAGE_READWRITE );
    struct map_args args = growing_args( section );
    const struct mapper *m = next_mapper( NULL, 0 );
    char *view = map_works( m, &args );

    CloseHandle( section );
    SetLastError( 0xdeadbeef );
    SetFilePointer( file, 0x10000, NULL, FILE_BEGIN );
    ok( !SetEndOfFile( file ) && GetLastError() == ERROR_USER_MAPPED_FILE, "truncated, error %lu\n", GetLastError() );
    set_size( file, 0x20000 );
    check_pages( view, 0x20000 );
    unmap( view );
    set_size( file, 0x10000 );
    CloseHandle( file );
    winetest_pop_context();
}

static void test_offset(void)
{
    HANDLE file, section = create_file_section( &file, PAGE_READWRITE );
    struct map_args args = growing_args( section );
    const struct mapper *m;
    char *view;

    for_each_mapper( m, 0 )
    {
        args.offset = GRANULARITY;
        if (!(view = map_works( m, &args ))) continue;
        check_pages( view, SECTION_END - GRANULARITY );
        ok( word_at( view, PAGE ) == test_word( GRANULARITY + PAGE ), "got %#lx\n", word_at( view, PAGE ) );
        unmap( view );
        args.offset = 2 * GRANULARITY;  /* behind the end of the file */
        map_fails_or( m, &args, ERROR_INVALID_PARAMETER, ERROR_ACCESS_DENIED );
    }
    CloseHandle( section );
    CloseHandle( file );
}

static void test_base(void)
{
    HANDLE file, section = create_file_section( &file, PAGE_READWRITE );
    struct map_args args = growing_args( section );
    const struct mapper *m;
    char *base, *view;

    for_each_mapper( m, TAKES_BASE )
    {
        args.base = base = find_free( VIEW_SIZE );
        if (!(view = map_works( m, &args ))) continue;
        ok( view == base, "got %p, expected %p\n", view, base );
        check_pages( view, SECTION_END );
        map_fails( m, &args, ERROR_INVALID_ADDRESS );
        args.base = base + VIEW_SIZE - GRANULARITY;
        map_fails( m, &args, ERROR_INVALID_ADDRESS );
        unmap( view );
    }
    CloseHandle( section );
    CloseHandle( file );
}

static void test_requirements(void)
{
    HANDLE file, section = create_file_section( &file, PAGE_READWRITE );
    struct map_args args = growing_args( section );
    MEM_ADDRESS_REQUIREMENTS req = { 0 };
    MEM_EXTENDED_PARAMETER param = { 0 };
    const struct mapper *m;
    char *view;

    req.Alignment = 0x1000000;
    req.LowestStartingAddress = (void *)0x20000000;
    param.Type = PARAM_ADDRESS_REQUIREMENTS;
    param.Pointer = &req;
    args.params = &param;
    args.count = 1;
    for_each_mapper( m, TAKES_PARAMS )
    {
        if (!(view = map_works( m, &args ))) continue;
        ok( !((ULONG_PTR)view & 0xffffff) && view >= (char *)0x20000000, "got %p\n", view );
        check_pages( view, SECTION_END );
        unmap( view );
    }
    CloseHandle( section );
    CloseHandle( file );
}

static void test_refused(void)
{
    HANDLE file, section = create_file_section( &file, PAGE_READWRITE ), handle;
    HANDLE memory = create_section( PAGE_READWRITE, FILE_SIZE );
    struct map_args args = growing_args( section );
    const struct mapper *m;
    char *view;

    for_each_mapper( m, 0 )
    {
        args = growing_args( section );
        args.access &= ~FILE_MAP_RESERVE;
        args.alloc_type = 0;
        map_fails( m, &args, ERROR_ACCESS_DENIED );

        /* a section that cannot be written does not grow */
        handle = CreateFileMappingW( file, NULL, PAGE_READONLY, 0, 0, NULL );
        args = growing_args( handle );
        set_protect( &args, PAGE_READONLY );
        args.access |= FILE_MAP_RESERVE;
        map_fails( m, &args, ERROR_ACCESS_DENIED );
        CloseHandle( handle );

        args = growing_args( memory );
        map_fails( m, &args, ERROR_INVALID_PARAMETER );

        /* nor is there room for any size */
        args = growing_args( section );
        args.size = ~(SIZE_T)0 - PAGE + 1;
        map_fails_or( m, &args, ERROR_ACCESS_DENIED, ERROR_INVALID_PARAMETER );

        /* one that is not larger is as any other */
        args = growing_args( section );
        args.size = 0;
        if (!(view = map_works( m, &args ))) continue;
        check_view( view, SECTION_END, PAGE_READWRITE );
        unmap( view );
    }
    CloseHandle( memory );
    CloseHandle( section );
    CloseHandle( file );
}

static void test_pages(void)
{
    HANDLE file, section = create_file_section( &file, PAGE_READWRITE );
    struct map_args args = growing_args( section );
    const struct mapper *m;
    DWORD old, len;
    char *view;
    BOOL ret;

    for_each_mapper( m, 0 )
    {
        if (!(view = map_works( m, &args ))) continue;
        ret = VirtualProtect( view, SECTION_END, PAGE_READONLY, &old );
        ok( ret && old == PAGE_READWRITE, "got %d, old %#lx, error %lu\n", ret, old, GetLastError() );
        ok( is_readable( view ) && !is_writable( view ), "wrong access\n" );
        ret = VirtualProtect( view, SECTION_END, PAGE_READWRITE, &old );
        ok( ret && old == PAGE_READONLY, "got %d, old %#lx, error %lu\n", ret, old, GetLastError() );
        SetLastError( 0xdeadbeef );
        ret = VirtualProtect( view, VIEW_SIZE, PAGE_READONLY, &old );
        ok( !ret && GetLastError() == ERROR_INVALID_ADDRESS, "got %d, error %lu\n", ret, GetLastError() );
        SetLastError( 0xdeadbeef );
        ok( !VirtualFree( view, 0, MEM_RELEASE ) && GetLastError() == ERROR_INVALID_PARAMETER, "error %lu\n",
            GetLastError() );
        SetFilePointer( file, 0, NULL, FILE_BEGIN );
        ok( ReadFile( file, view + PAGE, PAGE, &len, NULL ) && len == PAGE, "error %lu\n", GetLastError() );
        SetFilePointer( file, 0, NULL, FILE_BEGIN );
        SetLastError( 0xdeadbeef );
        ret = ReadFile( file, view + VIEW_SIZE - PAGE, PAGE, &len, NULL );
        ok( !ret && GetLastError() != 0xdeadbeef, "got %d, error %lu\n", ret, GetLastError() );
        if (pUnmapViewOfFileEx)
        {
            SetLastError( 0xdeadbeef );
            ret = pUnmapViewOfFileEx( view, MEM_PRESERVE_PLACEHOLDER );
            ok( !ret && GetLastError() == ERROR_INVALID_ADDRESS, "got %d, error %lu\n", ret, GetLastError() );
        }
        unmap( view );
    }
    CloseHandle( section );
    CloseHandle( file );
}

static void test_copy_on_write(void)
{
    HANDLE file, section;
    const struct mapper *m;
    struct map_args args;
    char *view, *plain;

    for_each_mapper( m, 0 )
    {
        section = create_file_section( &file, PAGE_READWRITE );
        plain = map_all( section );
        args = growing_args( section );
        set_protect( &args, PAGE_WRITECOPY );
        args.access |= FILE_MAP_RESERVE;
        if (!can_map( m, PAGE_WRITECOPY ) || !(view = map_works( m, &args ))) continue;
        view[0] = plain[0] + 1;
        ok( view[0] != plain[0], "the file has changed\n" );
        ok( !is_readable( view + SECTION_END ), "%p can be read\n", view + SECTION_END );
        set_size( file, 0x20000 );
        ok( !probe_write( view + 0x1f000, 1 ), "%p cannot be written\n", view + 0x1f000 );
        unmap( view );
        unmap( plain );
        CloseHandle( section );
        CloseHandle( file );
    }
}

static int child_wait( int argc __attribute__((unused)), char **argv __attribute__((unused)) )
{
    Sleep( 30000 );
    return 0;
}

static void test_other_process(void)
{
    HANDLE file, section = create_file_section( &file, PAGE_READWRITE ), child, limited;
    struct map_args args = growing_args( section );
    char *view, *plain = map_all( section );
    MEMORY_BASIC_INFORMATION info;
    const struct mapper *m;
    DWORD value = 0;
    SIZE_T len;

    if (!pUnmapViewOfFile2 || !(child = start_child( "growing-wait", "1" ))) return;
    for_each_mapper( m, TAKES_PROTECT )
    {
        args.process = child;
        if (!(view = map_works( m, &args ))) continue;
        len = VirtualQueryEx( child, view, &info, sizeof(info) );
        ok( len == sizeof(info) && info.State == MEM_COMMIT && info.RegionSize == SECTION_END &&
            info.Type == MEM_MAPPED, "got %Iu, state %#lx, size %#Ix\n", len, info.State, info.RegionSize );
        len = VirtualQueryEx( child, view + SECTION_END, &info, sizeof(info) );
        ok( len == sizeof(info) && info.State == MEM_RESERVE && info.RegionSize == VIEW_SIZE - SECTION_END &&
            info.AllocationBase == view, "got %Iu, state %#lx, size %#Ix\n", len, info.State, info.RegionSize );
        value++;
        ok( WriteProcessMemory( child, view + PAGE, &value, sizeof(value), &len ), "error %lu\n", GetLastError() );
        ok( word_at( plain, PAGE ) == value, "got %#lx\n", word_at( plain, PAGE ) );
        ok( pUnmapViewOfFile2( child, view, 0 ), "error %lu\n", GetLastError() );
        VirtualQueryEx( child, view, &info, sizeof(info) );
        ok( info.State == MEM_FREE, "state %#lx\n", info.State );

        ok( DuplicateHandle( GetCurrentProcess(), child, GetCurrentProcess(), &limited, PROCESS_QUERY_INFORMATION,
                             FALSE, 0 ), "error %lu\n", GetLastError() );
        args.process = limited;
        map_fails( m, &args, ERROR_ACCESS_DENIED );
        CloseHandle( limited );
    }
    TerminateProcess( child, 0 );
    wait_child( child );
    unmap( plain );
    CloseHandle( section );
    CloseHandle( file );
}

static void test_leaks(void)
{
    HANDLE file, section = create_file_section( &file, PAGE_READWRITE );
    struct map_args args = growing_args( section );
    const struct mapper *m;
    DWORD before, after;
    unsigned int i;
    char *base;

    for_each_mapper( m, TAKES_BASE )
    {
        args.base = base = find_free( VIEW_SIZE );
        UnmapViewOfFile( map_works( m, &args ) );
        GetProcessHandleCount( GetCurrentProcess(), &before );
        for (i = 0; i < 200; i++)
        {
            if (!(base = map_works( m, &args ))) break;
            UnmapViewOfFile( base );
            args.access = access_from_protect( PAGE_EXECUTE_READ );  /* one that fails late */
            args.access |= FILE_MAP_RESERVE;
            args.protect = PAGE_EXECUTE_READ;
            map_fails( m, &args, ERROR_ACCESS_DENIED );
            args.access = FILE_MAP_WRITE | FILE_MAP_RESERVE;
            args.protect = PAGE_READWRITE;
        }
        GetProcessHandleCount( GetCurrentProcess(), &after );
        ok( after == before, "%lu handles, %lu before\n", after, before );
    }
    CloseHandle( section );
    CloseHandle( file );
}

static const struct rule rules[] =
{
    { "B10-larger-view", "MEM_RESERVE allows a view that is larger than the section", test_larger_view },
    { "B10-grow", "its pages become valid as the file grows", test_grow },
    { "B10-handles-closed", "also without any handle of the section", test_handles_closed },
    { "B10-offset", "a view at an offset", test_offset },
    { "B10-base", "a view at an address", test_base },
    { "B10-requirements", "a view with address requirements", test_requirements },
    { "B10-pages", "what can be done to its pages", test_pages },
    { "B10-copy-on-write", "a copy-on-write view", test_copy_on_write },
    { "B10-refused", "views that may not be larger", test_refused },
    { "B10-other-process", "a view in another process", test_other_process },
    { "B10-leaks", "nothing is left behind", test_leaks },
    { NULL, NULL, NULL }
};

static const struct child children[] =
{
    { "growing-wait", child_wait },
    { NULL, NULL }
};

const struct test_file file_growing = { "growing", rules, children };
