/*
 * Files that grow, shrink, are deleted and written while they are mapped
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "test.h"

#define FILE_SIZE 0x20000

static void set_size( HANDLE file, ULONG64 size )
{
    LARGE_INTEGER pos;

    pos.QuadPart = size;
    SetFilePointerEx( file, pos, NULL, FILE_BEGIN );
}

static BOOL set_end( HANDLE file, ULONG64 size, DWORD *err )
{
    BOOL ret;

    set_size( file, size );
    SetLastError( 0xdeadbeef );
    ret = SetEndOfFile( file );
    *err = GetLastError();
    return ret;
}

static void write_at( HANDLE file, ULONG64 offset, DWORD value )
{
    OVERLAPPED ov;
    DWORD len;

    memset( &ov, 0, sizeof(ov) );
    ov.Offset = (DWORD)offset;
    ov.OffsetHigh = offset >> 32;
    ok( WriteFile( file, &value, sizeof(value), &len, &ov ) && len == sizeof(value), "WriteFile: error %lu\n",
        GetLastError() );
}

static DWORD read_at( HANDLE file, ULONG64 offset )
{
    OVERLAPPED ov;
    DWORD len = 0, value = 0;

    memset( &ov, 0, sizeof(ov) );
    ov.Offset = (DWORD)offset;
    ov.OffsetHigh = offset >> 32;
    ok( ReadFile( file, &value, sizeof(value), &len, &ov ) && len == sizeof(value), "ReadFile: error %lu\n",
        GetLastError() );
    return value;
}

static ULONG64 file_size( HANDLE file )
{
    LARGE_INTEGER size = {{ 0 }};

    GetFileSizeEx( file, &size );
    return size.QuadPart;
}

/* A section that is larger than its file makes the file grow, and all see the new part. */
static void test_section_grows_file(void)
{
    struct section_args args = section_args( PAGE_READWRITE, 2 * FILE_SIZE );
    struct map_args map;
    const struct mapper *m;
    const struct maker *n;
    HANDLE first, second;
    char *old, *view;

    for_each_maker( n, 0 )
    {
        HANDLE file = create_test_file( GENERIC_READ, FILE_SIZE );

        first = CreateFileMappingW( file, NULL, PAGE_READWRITE, 0, 0, NULL );
        old = map_all( first );
        args.file = file;
        second = make_works( n, &args );
        ok( file_size( file ) == 2 * FILE_SIZE, "the file has %#I64x bytes\n", file_size( file ));
        map = map_args( second );
        for_each_mapper( m, 0 )
        {
            if (!(view = map_works( m, &map ))) continue;
            ok( word_at( view, PAGE ) == test_word( PAGE ), "got %#lx\n", word_at( view, PAGE ));
            *(volatile DWORD *)(view + PAGE) = 1;
            ok( word_at( old, PAGE ) == 1, "the old view: got %#lx\n", word_at( old, PAGE ));
            *(volatile DWORD *)(view + PAGE) = test_word( PAGE );
            *(volatile DWORD *)(view + FILE_SIZE + PAGE) = 0x77;
            FlushViewOfFile( view, 0 );
            ok( read_at( file, FILE_SIZE + PAGE ) == 0x77, "the file: got %#lx\n", read_at( file, FILE_SIZE + PAGE ));
            unmap( view );
            /* the old section has its size for good */
            ok( section_view_size( first ) == FILE_SIZE, "the old section: %#Ix\n", section_view_size( first ));
        }
        unmap( old );
        CloseHandle( first );
        CloseHandle( second );
        CloseHandle( file );
    }
}

/* The file grows by writes and SetEndOfFile below live views; a new section has the new part. */
static void test_file_grows(void)
{
    HANDLE file = create_test_file( GENERIC_READ, FILE_SIZE ), first, second;
    char *old, *view;
    unsigned int i;
    DWORD err = 0;

    first = CreateFileMappingW( file, NULL, PAGE_READWRITE, 0, 0, NULL );
    old = map_all( first );
    for (i = 1; i <= 8; i++)
    {
        ULONG64 size = FILE_SIZE + i * GRANULARITY;

        if (i & 1) ok( set_end( file, size, &err ), "SetEndOfFile: error %lu\n", err );
        else write_at( file, size - 4, i );
        ok( file_size( file ) == size, "the file has %#I64x bytes\n", file_size( file ));
        second = CreateFileMappingW( file, NULL, PAGE_READWRITE, 0, 0, NULL );
        view = map_all( second );
        ok( view != NULL && section_view_size( second ) == size, "view %p of %#Ix\n", view, section_view_size( second ));
        ok( word_at( view, size - 4 ) == (i & 1 ? 0 : i), "got %#lx\n", word_at( view, size - 4 ));
        *(volatile DWORD *)(view + size - 8) = i;
        ok( read_at( file, size - 8 ) == i, "the file: %#lx\n", read_at( file, size - 8 ));
        *(volatile DWORD *)old = i;
        ok( word_at( view, 0 ) == i, "the old view: %#lx\n", word_at( view, 0 ));
        unmap( view );
        CloseHandle( second );
    }
    unmap( old );
    CloseHandle( first );
    CloseHandle( file );
}

static void test_file_shrinks(void)
{
    HANDLE file = create_test_file( GENERIC_READ, FILE_SIZE ), section;
    struct map_args args;
    const struct mapper *m;
    char *view;
    DWORD err = 0;
    BOOL ret;

    section = CreateFileMappingW( file, NULL, PAGE_READWRITE, 0, 0, NULL );
    args = map_args( section );
    for_each_mapper( m, 0 )
    {
        if (!(view = map_works( m, &args ))) continue;
        ret = set_end( file, PAGE, &err );
        ok( !ret && err == ERROR_USER_MAPPED_FILE, "below a view: got %d, error %lu\n", ret, err );
        ok( file_size( file ) == FILE_SIZE, "the file has %#I64x bytes\n", file_size( file ));
        ok( word_at( view, FILE_SIZE - 4 ) == test_word( FILE_SIZE - 4 ), "got %#lx\n", word_at( view, FILE_SIZE - 4 ));
        unmap( view );
    }
    /* a view of the section that another process has, or this one after the handle is closed, counts as well */
    view = map_all( section );
    CloseHandle( section );
    ret = set_end( file, PAGE, &err );
    ok( !ret && err == ERROR_USER_MAPPED_FILE, "the section is closed: got %d, error %lu\n", ret, err );
    unmap( view );
    ret = set_end( file, PAGE, &err );
    ok( ret && file_size( file ) == PAGE, "no view any more: got %d, error %lu\n", ret, err );
    CloseHandle( file );
}

/* CREATE_ALWAYS and TRUNCATE_EXISTING would shrink it as well. */
static void test_overwritten(void)
{
    static const DWORD dispositions[] = { CREATE_ALWAYS, TRUNCATE_EXISTING };
    HANDLE file, section, other;
    char path[MAX_PATH], *view;
    unsigned int i;
    DWORD err = 0;

    file = create_named_test_file( GENERIC_READ, FILE_SIZE, path );
    section = CreateFileMappingW( file, NULL, PAGE_READWRITE, 0, 0, NULL );
    view = map_all( section );
    for (i = 0; i < ARRAY_SIZE( dispositions ); i++)
    {
        SetLastError( 0xdeadbeef );
        other = CreateFileA( path, GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, NULL,
                             dispositions[i], 0, 0 );
        err = GetLastError();
        ok( other == INVALID_HANDLE_VALUE && err == ERROR_USER_MAPPED_FILE, "disposition %lu: got %p, error %lu\n",
            dispositions[i], other, err );
        if (other != INVALID_HANDLE_VALUE) CloseHandle( other );
        ok( word_at( view, FILE_SIZE - 4 ) == test_word( FILE_SIZE - 4 ), "got %#lx\n", word_at( view, FILE_SIZE - 4 ));
    }
    unmap( view );
    CloseHandle( section );
    CloseHandle( file );
}

static void test_deleted(void)
{
    HANDLE file, section;
    char path[MAX_PATH], *view;
    DWORD err = 0;
    BOOL ret;

    /* not by way of a handle that deletes it when closed */
    {
        char dir[MAX_PATH];

        GetTempPathA( sizeof(dir), dir );
        snprintf( path, sizeof(path), "%smvt%lx-del.tmp", dir, GetCurrentProcessId() );
    }
    file = CreateFileA( path, GENERIC_READ | GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE,
                        NULL, CREATE_ALWAYS, 0, 0 );
    ok( set_end( file, FILE_SIZE, &err ), "error %lu\n", err );
    section = CreateFileMappingW( file, NULL, PAGE_READWRITE, 0, 0, NULL );
    view = map_all( section );
    fill_words( view, 0, FILE_SIZE );
    CloseHandle( section );
    CloseHandle( file );

    /* a mapped data file is not deleted on Windows; when it is, the view goes on living */
    SetLastError( 0xdeadbeef );
    ret = DeleteFileA( path );
    err = GetLastError();
    ok( (!ret && (err == ERROR_USER_MAPPED_FILE || err == ERROR_ACCESS_DENIED)) || ret, "DeleteFile: got %d, error %lu\n",
        ret, err );
    ok( word_at( view, FILE_SIZE - 4 ) == test_word( FILE_SIZE - 4 ), "got %#lx\n", word_at( view, FILE_SIZE - 4 ));
    *(volatile DWORD *)view = 5;
    ok( FlushViewOfFile( view, 0 ), "FlushViewOfFile: error %lu\n", GetLastError() );
    unmap( view );
    if (!ret) DeleteFileA( path );
    file = CreateFileA( path, GENERIC_READ, 0, NULL, OPEN_EXISTING, 0, 0 );
    ok( file == INVALID_HANDLE_VALUE, "the file is still there\n" );
}

/* File handles beside shared and copy-on-write views, each write seen by all that have to. */
static void test_file_and_views(void)
{
    HANDLE file = create_test_file( GENERIC_READ, FILE_SIZE ), section;
    char *shared, *copy, *readonly;
    struct map_args args;
    const struct mapper *m;
    DWORD pos, n = 0;

    section = CreateFileMappingW( file, NULL, PAGE_READWRITE, 0, 0, NULL );
    shared = map_all( section );
    args = map_args( section );
    for_each_mapper( m, 0 )
    {
        set_protect( &args, PAGE_WRITECOPY );
        copy = map_works( m, &args );
        set_protect( &args, PAGE_READONLY );
        readonly = map_works( m, &args );
        if (!copy || !readonly) continue;
        for (pos = 4; pos < FILE_SIZE; pos += 3 * PAGE)
        {
            write_at( file, pos, ++n );
            ok( word_at( shared, pos ) == n && word_at( readonly, pos ) == n && word_at( copy, pos ) == n,
                "written to the file at %#lx: %#lx, %#lx, %#lx\n", pos, word_at( shared, pos ), word_at( readonly, pos ),
                word_at( copy, pos ));
            *(volatile DWORD *)(shared + pos) = ++n;
            ok( read_at( file, pos ) == n && word_at( readonly, pos ) == n && word_at( copy, pos ) == n,
                "written to the view at %#lx: %#lx, %#lx, %#lx\n", pos, read_at( file, pos ), word_at( readonly, pos ),
                word_at( copy, pos ));
            *(volatile DWORD *)(copy + pos) = n + 100;
            ok( read_at( file, pos ) == n && word_at( readonly, pos ) == n && word_at( shared, pos ) == n,
                "written to the copy at %#lx: %#lx, %#lx, %#lx\n", pos, read_at( file, pos ), word_at( readonly, pos ),
                word_at( shared, pos ));
            write_at( file, pos, n + 1 );
            ok( word_at( copy, pos ) == n + 100 && word_at( shared, pos ) == n + 1, "the copy at %#lx: %#lx, %#lx\n",
                pos, word_at( copy, pos ), word_at( shared, pos ));
        }
        unmap( copy );
        unmap( readonly );
    }
    /* from a view into a file and back, by the system */
    {
        OVERLAPPED ov;
        DWORD len;

        memset( &ov, 0, sizeof(ov) );
        fill_words( shared, 0, FILE_SIZE );
        ok( WriteFile( file, shared, GRANULARITY, &len, &ov ) && len == GRANULARITY, "from the view: error %lu\n",
            GetLastError() );
        ov.Offset = GRANULARITY;
        ok( ReadFile( file, shared, GRANULARITY, &len, &ov ) && len == GRANULARITY, "into the view: error %lu\n",
            GetLastError() );
        ok( word_at( shared, 8 ) == test_word( GRANULARITY + 8 ), "got %#lx\n", word_at( shared, 8 ));
    }
    unmap( shared );
    CloseHandle( section );
    CloseHandle( file );
}

/* A tail of zeros behind a file that does not end with a page, whatever is written there. */
static void test_tail(void)
{
    HANDLE file = create_test_file( GENERIC_READ, 0x12345 ), section;
    struct map_args args;
    const struct mapper *m;
    char *view;
    DWORD pos, bad = 0;

    section = CreateFileMappingW( file, NULL, PAGE_READWRITE, 0, 0, NULL );
    args = map_args( section );
    for_each_mapper( m, 0 )
    {
        if (!(view = map_works( m, &args ))) continue;
        for (pos = 0x12345; pos < 0x13000; pos++) bad += view[pos] != 0;
        ok( !bad, "%lu bytes behind the end\n", bad );
        ok( file_size( file ) == 0x12345, "the file has %#I64x bytes\n", file_size( file ));
        unmap( view );
    }
    CloseHandle( section );
    CloseHandle( file );
}

static const struct rule rules[] =
{
    { "1.9-section-grows-file", "a section larger than its file, beside older views", test_section_grows_file },
    { "1.15-file-grows", "a file grows below its views", test_file_grows },
    { "1.15-file-shrinks", "a file with a view is not cut", test_file_shrinks },
    { "1.15-file-overwritten", "nor overwritten by CreateFile", test_overwritten },
    { "1.15-file-deleted", "a deleted file goes on living in its views", test_deleted },
    { "S4-file-and-views", "file handles beside shared and copy-on-write views", test_file_and_views },
    { "1.8-tail", "zeros behind the end of the file", test_tail },
    { NULL, NULL, NULL }
};

const struct test_file file_growth = { "growth", rules, NULL };
