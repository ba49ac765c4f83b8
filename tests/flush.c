/*
 * FlushViewOfFile
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "test.h"

#define FILE_SIZE 0x24000

static void flush_works_at( int line, const void *addr, SIZE_T size )
{
    DWORD err;
    BOOL ret;

    SetLastError( 0xdeadbeef );
    ret = FlushViewOfFile( addr, size );
    err = GetLastError();
    ok_at( __FILE__, line, ret && err == 0xdeadbeef, "%p, size %#Ix: got %d, error %lu\n", addr, size, ret, err );
}

static void flush_fails_at( int line, const void *addr, SIZE_T size, DWORD error )
{
    DWORD err;
    BOOL ret;

    SetLastError( 0xdeadbeef );
    ret = FlushViewOfFile( addr, size );
    err = GetLastError();
    ok_at( __FILE__, line, !ret && (err == error || broken( err == ERROR_INVALID_ADDRESS )),
           "%p, size %#Ix: got %d, error %lu, expected error %lu\n", addr, size, ret, err, error );
}

#define flush_works( addr, size )         flush_works_at( __LINE__, addr, size )
#define flush_fails( addr, size, error )  flush_fails_at( __LINE__, addr, size, error )

/* A view with free space behind it. */
static char *map_with_gap( HANDLE section, DWORD access )
{
    char *base = find_free( FILE_SIZE + 2 * GRANULARITY ), *view;

    view = MapViewOfFileEx( section, access, 0, 0, 0, base );
    ok( view == base, "got %p, expected %p, error %lu\n", view, base, GetLastError() );
    return view;
}

static DWORD read_word( HANDLE file, DWORD offset )
{
    OVERLAPPED ov;
    DWORD value = 0, len;

    memset( &ov, 0, sizeof(ov) );
    ov.Offset = offset;
    ReadFile( file, &value, sizeof(value), &len, &ov );
    return value;
}

static void test_ranges(void)
{
    static const struct { SIZE_T offset, size; } ranges[] =
    {
        { 0, 0 }, { 0, 1 }, { 0, PAGE }, { 0, FILE_SIZE }, { 0, FILE_SIZE - 1 },
        { 5, 0 }, { 5, 100 }, { PAGE, 0 }, { PAGE, PAGE }, { PAGE + 5, FILE_SIZE - PAGE - 5 },
        { GRANULARITY, FILE_SIZE - GRANULARITY }, { FILE_SIZE - 1, 0 }, { FILE_SIZE - 1, 1 },
        { FILE_SIZE - PAGE, PAGE },
    };
    HANDLE file = create_test_file( GENERIC_READ, FILE_SIZE );
    HANDLE section = CreateFileMappingW( file, NULL, PAGE_READWRITE, 0, 0, NULL );
    char *view = map_with_gap( section, FILE_MAP_WRITE );
    unsigned int i;

    for (i = 0; i < ARRAY_SIZE( ranges ); i++)
    {
        view[ranges[i].offset]++;
        flush_works( view + ranges[i].offset, ranges[i].size );
    }
    unmap( view );
    CloseHandle( section );
    CloseHandle( file );
}

static void test_interior(void)
{
    HANDLE file = create_test_file( GENERIC_READ, FILE_SIZE );
    HANDLE section = CreateFileMappingW( file, NULL, PAGE_READWRITE, 0, 0, NULL );
    char *view = map_with_gap( section, FILE_MAP_WRITE ), *busy;

    /* something that cannot be flushed follows */
    busy = VirtualAlloc( view + 3 * GRANULARITY, GRANULARITY, MEM_RESERVE, PAGE_NOACCESS );
    *(DWORD *)(view + FILE_SIZE - 4) = 0x12345678;
    flush_works( view + GRANULARITY, 0 );
    ok( read_word( file, FILE_SIZE - 4 ) == 0x12345678, "got %#lx\n", read_word( file, FILE_SIZE - 4 ));
    flush_fails( view + GRANULARITY, FILE_SIZE, ERROR_INVALID_PARAMETER );
    VirtualFree( busy, 0, MEM_RELEASE );
    unmap( view );
    CloseHandle( section );
    CloseHandle( file );
}

static void test_beyond_view(void)
{
    static const struct { SIZE_T offset, size; } ranges[] =
    {
        { 0, FILE_SIZE + 1 }, { 0, FILE_SIZE + PAGE }, { PAGE, FILE_SIZE }, { FILE_SIZE - 1, 2 },
        { 0, ~(SIZE_T)0 / 2 }, { 0, ~(SIZE_T)0 }, { PAGE, (SIZE_T)0 - PAGE }, { PAGE, ~(SIZE_T)0 },
    };
    HANDLE file = create_test_file( GENERIC_READ, FILE_SIZE );
    HANDLE section = CreateFileMappingW( file, NULL, PAGE_READWRITE, 0, 0, NULL );
    char *view = map_with_gap( section, FILE_MAP_WRITE );
    unsigned int i;

    for (i = 0; i < ARRAY_SIZE( ranges ); i++)
        flush_fails( view + ranges[i].offset, ranges[i].size, ERROR_INVALID_PARAMETER );
    unmap( view );
    CloseHandle( section );
    CloseHandle( file );
}

static void test_not_mapped(void)
{
    HANDLE file = create_test_file( GENERIC_READ, FILE_SIZE );
    HANDLE section = CreateFileMappingW( file, NULL, PAGE_READWRITE, 0, 0, NULL );
    char *view = map_with_gap( section, FILE_MAP_WRITE );
    char *unused = find_free( GRANULARITY );

    flush_fails( unused, 0, ERROR_INVALID_ADDRESS );
    flush_fails( unused, PAGE, ERROR_INVALID_ADDRESS );
    flush_fails( NULL, 0, ERROR_INVALID_ADDRESS );
    flush_fails( view + FILE_SIZE, 0, ERROR_INVALID_ADDRESS );
    unmap( view );
    flush_fails( view, 0, ERROR_INVALID_ADDRESS );
    flush_fails( view, PAGE, ERROR_INVALID_ADDRESS );
    CloseHandle( section );
    CloseHandle( file );
}

static void test_anonymous(void)
{
    HANDLE section = create_section( PAGE_READWRITE, FILE_SIZE );
    char *view = map_with_gap( section, FILE_MAP_WRITE );

    view[PAGE] = 1;
    flush_works( view, 0 );
    flush_works( view, FILE_SIZE );
    flush_works( view + PAGE, 0 );
    flush_works( view + PAGE, 10 );
    flush_fails( view, FILE_SIZE + PAGE, ERROR_INVALID_PARAMETER );
    unmap( view );
    CloseHandle( section );
}

static void test_read_only_view(void)
{
    HANDLE file = create_test_file( GENERIC_READ, FILE_SIZE );
    HANDLE section = CreateFileMappingW( file, NULL, PAGE_READONLY, 0, 0, NULL );
    char *view = map_with_gap( section, FILE_MAP_READ );

    flush_works( view, 0 );
    flush_works( view + PAGE, PAGE );
    unmap( view );
    CloseHandle( section );
    CloseHandle( file );
}

static void test_file_contents(void)
{
    char path[MAX_PATH];
    HANDLE file = create_named_test_file( GENERIC_READ, FILE_SIZE, path );
    HANDLE section = CreateFileMappingW( file, NULL, PAGE_READWRITE, 0, 0, NULL );
    char *view = map_with_gap( section, FILE_MAP_WRITE );
    HANDLE other = reopen_file( path, GENERIC_READ );
    DWORD i;

    for (i = 0; i < FILE_SIZE; i += PAGE) *(DWORD *)(view + i) = ~test_word( i );
    flush_works( view, 0 );
    FlushFileBuffers( file );
    for (i = 0; i < FILE_SIZE; i += PAGE)
    {
        ok( read_word( other, i ) == ~test_word( i ), "offset %#lx: got %#lx, expected %#lx\n", i,
            read_word( other, i ), ~test_word( i ));
        ok( read_word( other, i + 4 ) == test_word( i + 4 ), "offset %#lx: got %#lx, expected %#lx\n", i + 4,
            read_word( other, i + 4 ), test_word( i + 4 ));
    }
    unmap( view );
    CloseHandle( section );
    CloseHandle( other );
    CloseHandle( file );
}

static const struct rule rules[] =
{
    { "1.15-ranges", "ranges inside a view", test_ranges },
    { "B7-interior", "size 0 from an interior address goes to the end of the view", test_interior },
    { "1.15-beyond-view", "a range that leaves the view", test_beyond_view },
    { "1.15-not-mapped", "addresses where nothing is mapped", test_not_mapped },
    { "1.15-anonymous", "a view without a file", test_anonymous },
    { "1.15-read-only-view", "a view that cannot be written", test_read_only_view },
    { "1.15-file-contents", "what was written to the view is in the file", test_file_contents },
    { NULL, NULL, NULL }
};

const struct test_file file_flush = { "flush", rules, NULL };
