/*
 * CreateFileMapping: protections, attributes, files, sizes
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "test.h"

#define SECTION_SIZE 0x20000

static const ULONG valid_protects[] =
{
    PAGE_READONLY, PAGE_READWRITE, PAGE_WRITECOPY, PAGE_EXECUTE_READ, PAGE_EXECUTE_READWRITE, PAGE_EXECUTE_WRITECOPY
};

static void test_protect_valid(void)
{
    HANDLE file = create_test_file( GENERIC_READ | GENERIC_EXECUTE, SECTION_SIZE );
    struct section_args args;
    const struct maker *m;
    unsigned int i;
    HANDLE section;

    for_each_maker( m, 0 )
    {
        for (i = 0; i < ARRAY_SIZE( valid_protects ); i++)
        {
            winetest_push_context( "%s", protect_name( valid_protects[i] ));
            args = section_args( valid_protects[i], SECTION_SIZE );
            section = make_works( m, &args );
            ok( section_view_size( section ) == SECTION_SIZE, "got size %#Ix\n", section_view_size( section ));
            CloseHandle( section );
            args.file = file;
            args.size = 0;
            section = make_works( m, &args );
            ok( section_view_size( section ) == SECTION_SIZE, "file: got size %#Ix\n", section_view_size( section ));
            CloseHandle( section );
            winetest_pop_context();
        }
    }
    CloseHandle( file );
}

static BOOL is_valid_protect( ULONG protect )
{
    unsigned int i;

    for (i = 0; i < ARRAY_SIZE( valid_protects ); i++) if (valid_protects[i] == protect) return TRUE;
    return FALSE;
}

static void test_protect_invalid(void)
{
    HANDLE file = create_test_file( GENERIC_READ | GENERIC_EXECUTE, SECTION_SIZE );
    struct section_args args;
    const struct maker *m;
    unsigned int protect;

    for_each_maker( m, 0 )
    {
        for (protect = 0; protect < 0x100; protect++)
        {
            if (is_valid_protect( protect )) continue;
            winetest_push_context( "protection %#x", protect );
            args = section_args( protect, SECTION_SIZE );
            make_fails( m, &args, ERROR_INVALID_PARAMETER );
            args.file = file;
            make_fails( m, &args, ERROR_INVALID_PARAMETER );
            winetest_pop_context();
        }
    }
    CloseHandle( file );
}

enum file_kind { NO_FILE, NORMAL_FILE, IMAGE_FILE };

static void test_attributes(void)
{
    static const struct { enum file_kind kind; ULONG flags; DWORD error; ULONG attrs; } tests[] =
    {
        { NO_FILE, 0, 0, SEC_COMMIT },
        { NO_FILE, SEC_COMMIT, 0, SEC_COMMIT },
        { NO_FILE, SEC_COMMIT | SEC_NOCACHE, 0, SEC_COMMIT | SEC_NOCACHE },
        { NO_FILE, SEC_COMMIT | SEC_WRITECOMBINE, 0, SEC_COMMIT | SEC_WRITECOMBINE },
        { NO_FILE, SEC_RESERVE, 0, SEC_RESERVE },
        { NO_FILE, SEC_RESERVE | SEC_NOCACHE, 0, SEC_RESERVE | SEC_NOCACHE },
        { NO_FILE, SEC_RESERVE | SEC_WRITECOMBINE, 0, SEC_RESERVE | SEC_WRITECOMBINE },
        { NO_FILE, SEC_RESERVE | SEC_COMMIT, ERROR_INVALID_PARAMETER, 0 },
        { NO_FILE, SEC_RESERVE | SEC_LARGE_PAGES, ERROR_INVALID_PARAMETER, 0 },
        { NO_FILE, SEC_LARGE_PAGES, ERROR_INVALID_PARAMETER, 0 },
        { NO_FILE, SEC_NOCACHE, ERROR_INVALID_PARAMETER, 0 },
        { NO_FILE, SEC_WRITECOMBINE, ERROR_INVALID_PARAMETER, 0 },
        { NO_FILE, SEC_FILE, ERROR_INVALID_PARAMETER, 0 },
        { NO_FILE, SEC_FILE | SEC_RESERVE, ERROR_INVALID_PARAMETER, 0 },
        { NO_FILE, SEC_FILE | SEC_COMMIT, ERROR_INVALID_PARAMETER, 0 },
        { NO_FILE, SEC_IMAGE, ERROR_BAD_EXE_FORMAT, 0 },
        { NO_FILE, SEC_IMAGE | SEC_RESERVE, ERROR_INVALID_PARAMETER, 0 },
        { NO_FILE, SEC_IMAGE | SEC_COMMIT, ERROR_INVALID_PARAMETER, 0 },
        { NO_FILE, SEC_IMAGE | SEC_LARGE_PAGES, ERROR_INVALID_PARAMETER, 0 },
        { NORMAL_FILE, 0, 0, SEC_FILE },
        { NORMAL_FILE, SEC_COMMIT, 0, SEC_FILE },
        { NORMAL_FILE, SEC_COMMIT | SEC_NOCACHE, 0, SEC_FILE | SEC_NOCACHE },
        { NORMAL_FILE, SEC_COMMIT | SEC_WRITECOMBINE, 0, SEC_FILE | SEC_WRITECOMBINE },
        { NORMAL_FILE, SEC_COMMIT | SEC_LARGE_PAGES, ERROR_INVALID_PARAMETER, 0 },
        { NORMAL_FILE, SEC_RESERVE, 0, SEC_FILE },
        { NORMAL_FILE, SEC_RESERVE | SEC_NOCACHE, 0, SEC_FILE | SEC_NOCACHE },
        { NORMAL_FILE, SEC_RESERVE | SEC_LARGE_PAGES, ERROR_INVALID_PARAMETER, 0 },
        { NORMAL_FILE, SEC_RESERVE | SEC_COMMIT, ERROR_INVALID_PARAMETER, 0 },
        { NORMAL_FILE, SEC_NOCACHE, ERROR_INVALID_PARAMETER, 0 },
        { NORMAL_FILE, SEC_LARGE_PAGES, ERROR_INVALID_PARAMETER, 0 },
        { NORMAL_FILE, SEC_WRITECOMBINE, ERROR_INVALID_PARAMETER, 0 },
        { NORMAL_FILE, SEC_FILE, ERROR_INVALID_PARAMETER, 0 },
        { NORMAL_FILE, SEC_IMAGE, ERROR_BAD_EXE_FORMAT, 0 },
        { NORMAL_FILE, SEC_IMAGE | SEC_RESERVE, ERROR_INVALID_PARAMETER, 0 },
        { NORMAL_FILE, SEC_IMAGE | SEC_COMMIT, ERROR_INVALID_PARAMETER, 0 },
        { IMAGE_FILE, SEC_IMAGE, 0, SEC_FILE | SEC_IMAGE },
        { IMAGE_FILE, SEC_IMAGE | SEC_NOCACHE, 0, SEC_FILE | SEC_IMAGE },
        { IMAGE_FILE, SEC_IMAGE | SEC_FILE, ERROR_INVALID_PARAMETER, 0 },
        { IMAGE_FILE, SEC_IMAGE | SEC_LARGE_PAGES, ERROR_INVALID_PARAMETER, 0 },
        { IMAGE_FILE, SEC_IMAGE | SEC_WRITECOMBINE, ERROR_INVALID_PARAMETER, 0 },
        { IMAGE_FILE, SEC_IMAGE | SEC_RESERVE, ERROR_INVALID_PARAMETER, 0 },
        { IMAGE_FILE, SEC_IMAGE | SEC_COMMIT, ERROR_INVALID_PARAMETER, 0 },
    };
    HANDLE files[3] = { INVALID_HANDLE_VALUE, NULL, NULL };
    struct section_args args;
    const struct maker *m;
    unsigned int i;
    HANDLE section;
    ULONG64 size;
    ULONG attrs;
    LONG status;

    files[NORMAL_FILE] = create_test_file( GENERIC_READ, 0x2000 );
    files[IMAGE_FILE] = open_own_image();
    for_each_maker( m, 0 )
    {
        for (i = 0; i < ARRAY_SIZE( tests ); i++)
        {
            winetest_push_context( "file %u, flags %#lx", tests[i].kind, tests[i].flags );
            args = section_args( tests[i].kind == IMAGE_FILE ? PAGE_READONLY : PAGE_READWRITE, 0x1000 );
            args.file = files[tests[i].kind];
            args.attrs = tests[i].flags;
            if (tests[i].error) make_fails( m, &args, tests[i].error );
            else if ((section = make_works( m, &args )))
            {
                status = query_section( section, &attrs, &size );
                ok( !status && attrs == tests[i].attrs, "status %#lx, attributes %#lx, expected %#lx\n",
                    status, attrs, tests[i].attrs );
                CloseHandle( section );
            }
            winetest_pop_context();
        }
    }
    CloseHandle( files[NORMAL_FILE] );
    CloseHandle( files[IMAGE_FILE] );
}

static void test_null_file(void)
{
    struct section_args args = section_args( PAGE_READWRITE, SECTION_SIZE );
    const struct maker *m;
    HANDLE section;
    ULONG64 size;
    ULONG attrs;

    args.file = NULL;
    for_each_maker( m, 0 )
    {
        section = make_works( m, &args );
        query_section( section, &attrs, &size );
        ok( attrs == SEC_COMMIT && size == SECTION_SIZE, "got attributes %#lx, size %#I64x\n", attrs, size );
        CloseHandle( section );
    }
}

static void test_file_handle(void)
{
    HANDLE event = CreateEventW( NULL, FALSE, FALSE, NULL );
    struct section_args args = section_args( PAGE_READWRITE, SECTION_SIZE );
    HANDLE other = create_section( PAGE_READWRITE, PAGE );
    HANDLE files[4];
    const struct maker *m;
    unsigned int i;

    files[0] = event;
    files[1] = other;
    files[2] = (HANDLE)0xdeadbee0;
    files[3] = GetCurrentThread();
    for_each_maker( m, 0 )
    {
        for (i = 0; i < ARRAY_SIZE( files ); i++)
        {
            winetest_push_context( "handle %p (%u)", files[i], i );
            args.file = files[i];
            make_fails( m, &args, ERROR_INVALID_HANDLE );
            winetest_pop_context();
        }
    }
    CloseHandle( other );
    CloseHandle( event );
}

static void test_size_zero(void)
{
    HANDLE empty = create_test_file( GENERIC_READ, 0 );
    struct section_args args;
    const struct maker *m;

    for_each_maker( m, 0 )
    {
        args = section_args( PAGE_READWRITE, 0 );
        make_fails( m, &args, ERROR_INVALID_PARAMETER );
        args.attrs = SEC_RESERVE;
        make_fails( m, &args, ERROR_INVALID_PARAMETER );
        args.attrs = 0;
        args.file = empty;
        make_fails( m, &args, ERROR_FILE_INVALID );
        args.protect = PAGE_READONLY;
        make_fails( m, &args, ERROR_FILE_INVALID );
    }
    CloseHandle( empty );
}

static void test_size_rounding(void)
{
    HANDLE file = create_test_file( GENERIC_READ, 0x3456 );
    static const struct { BOOL file; ULONG64 size, expect; } tests[] =
    {
        { FALSE, 1, 0x1000 }, { FALSE, 0x1000, 0x1000 }, { FALSE, 0x1001, 0x2000 }, { FALSE, 0x3452, 0x4000 },
        { TRUE, 0, 0x3456 }, { TRUE, 36, 36 }, { TRUE, 0x3452, 0x3452 }, { TRUE, 0x3456, 0x3456 },
    };
    struct section_args args;
    const struct maker *m;
    unsigned int i;
    HANDLE section;
    ULONG64 size;
    ULONG attrs;

    for_each_maker( m, 0 )
    {
        for (i = 0; i < ARRAY_SIZE( tests ); i++)
        {
            args = section_args( PAGE_READONLY, tests[i].size );
            if (tests[i].file) args.file = file;
            section = make_works( m, &args );
            query_section( section, &attrs, &size );
            ok( size == tests[i].expect, "%s, size %#I64x: got %#I64x, expected %#I64x\n",
                tests[i].file ? "file" : "no file", tests[i].size, size, tests[i].expect );
            CloseHandle( section );
        }
    }
    CloseHandle( file );
}

static void test_size_high(void)
{
    struct section_args args = section_args( PAGE_READWRITE, 0x120000000 );
    const struct maker *m;
    HANDLE section;
    ULONG64 size;
    ULONG attrs;
    void *view;

    args.attrs = SEC_RESERVE;
    for_each_maker( m, 0 )
    {
        section = make_works( m, &args );
        query_section( section, &attrs, &size );
        ok( size == 0x120000000, "got %#I64x\n", size );
        view = MapViewOfFile( section, FILE_MAP_READ, 1, 0x10000000, PAGE );
        ok( view != NULL, "cannot map at 0x110000000, error %lu\n", GetLastError() );
        unmap( view );
        CloseHandle( section );
    }
}

/* Too large for any machine; which limit is met first is not documented. */
static void test_size_huge(void)
{
    static const ULONG64 sizes[] =
    {
        ~0ull, ~0ull - 0xfff, 0xffffffffffff0000, 0x8000000000000000, 0x7fffffffffffffff, 0x7ffffffffffff000
    };
    static const ULONG attrs[] = { 0, SEC_COMMIT, SEC_RESERVE };
    struct section_args args = section_args( PAGE_READWRITE, 0 );
    const struct maker *m;
    HANDLE section;
    unsigned int i, j;
    DWORD err;

    for_each_maker( m, 0 )
    {
        for (i = 0; i < ARRAY_SIZE( sizes ); i++)
        {
            for (j = 0; j < ARRAY_SIZE( attrs ); j++)
            {
                args.size = sizes[i];
                args.attrs = attrs[j];
                section = make_section( m, &args, &err );
                ok( !section && (err == ERROR_NOT_ENOUGH_MEMORY || err == ERROR_INVALID_PARAMETER ||
                                 err == ERROR_NO_SYSTEM_RESOURCES || err == ERROR_COMMITMENT_LIMIT),
                    "size %#I64x, attributes %#lx: got %p, error %lu\n", sizes[i], attrs[j], section, err );
                if (section) CloseHandle( section );
            }
        }
    }
}

static void test_file_too_small(void)
{
    char path[MAX_PATH];
    HANDLE file = create_named_test_file( GENERIC_READ, PAGE, path );
    HANDLE readonly = reopen_file( path, GENERIC_READ );
    struct section_args args;
    const struct maker *m;
    LARGE_INTEGER size;

    for_each_maker( m, 0 )
    {
        args = section_args( PAGE_READONLY, PAGE + 1 );
        args.file = readonly;
        make_fails( m, &args, ERROR_NOT_ENOUGH_MEMORY );
        /* it is the section that may not write */
        args.file = file;
        make_fails( m, &args, ERROR_NOT_ENOUGH_MEMORY );
    }
    GetFileSizeEx( file, &size );
    ok( size.QuadPart == PAGE, "the file has %#I64x bytes\n", size.QuadPart );
    CloseHandle( readonly );
    CloseHandle( file );
}

static void test_file_extended(void)
{
    struct section_args args;
    const struct maker *m;
    LARGE_INTEGER size;
    HANDLE file, section;
    void *view;

    for_each_maker( m, 0 )
    {
        file = create_test_file( GENERIC_READ, PAGE );
        args = section_args( PAGE_READWRITE, 0x3456 );
        args.file = file;
        section = make_works( m, &args );
        GetFileSizeEx( file, &size );
        ok( size.QuadPart == 0x3456, "the file has %#I64x bytes\n", size.QuadPart );
        if ((view = map_all( section )))
        {
            ok( word_at( view, 4 ) == test_word( 4 ), "got %#lx\n", word_at( view, 4 ));
            ok( !word_at( view, 0x3000 ), "got %#lx\n", word_at( view, 0x3000 ));
        }
        else ok( 0, "cannot map it, error %lu\n", GetLastError() );
        unmap( view );
        CloseHandle( section );
        CloseHandle( file );
    }
}

static void test_last_error_zero(void)
{
    HANDLE file = create_test_file( GENERIC_READ, SECTION_SIZE );
    struct section_args args;
    const struct maker *m;
    HANDLE section;
    DWORD err;

    for_each_maker( m, 0 )
    {
        args = section_args( PAGE_READWRITE, SECTION_SIZE );
        section = make_section( m, &args, &err );
        ok( section && !err, "no file: got %p, error %lu\n", section, err );
        CloseHandle( section );
        args.file = file;
        section = make_section( m, &args, &err );
        ok( section && !err, "file: got %p, error %lu\n", section, err );
        CloseHandle( section );
    }
    CloseHandle( file );
}

static void test_file_access(void)
{
    static const struct { DWORD file; ULONG allowed; } tests[] =
    {
        { 0, 0 },
        { GENERIC_WRITE, 0 },
        { GENERIC_READ, PAGE_READONLY | PAGE_WRITECOPY },
        { GENERIC_READ | GENERIC_WRITE, PAGE_READONLY | PAGE_WRITECOPY | PAGE_READWRITE },
        { GENERIC_READ | GENERIC_EXECUTE,
          PAGE_READONLY | PAGE_WRITECOPY | PAGE_EXECUTE_READ | PAGE_EXECUTE_WRITECOPY },
        { GENERIC_READ | GENERIC_WRITE | GENERIC_EXECUTE, PAGE_READONLY | PAGE_WRITECOPY | PAGE_READWRITE |
          PAGE_EXECUTE_READ | PAGE_EXECUTE_WRITECOPY | PAGE_EXECUTE_READWRITE },
    };
    char path[MAX_PATH];
    HANDLE owner = create_named_test_file( GENERIC_READ, PAGE, path ), file, section;
    struct section_args args;
    const struct maker *m;
    unsigned int i, j;

    for_each_maker( m, 0 )
    {
        for (i = 0; i < ARRAY_SIZE( tests ); i++)
        {
            file = reopen_file( path, tests[i].file );
            for (j = 0; j < ARRAY_SIZE( valid_protects ); j++)
            {
                winetest_push_context( "file %#lx, %s", tests[i].file, protect_name( valid_protects[j] ));
                args = section_args( valid_protects[j], 0 );
                args.file = file;
                if (!(valid_protects[j] & tests[i].allowed)) make_fails( m, &args, ERROR_ACCESS_DENIED );
                else if ((section = make_works( m, &args ))) CloseHandle( section );
                winetest_pop_context();
            }
            CloseHandle( file );
        }
    }
    CloseHandle( owner );
}

static void test_granted_access(void)
{
    struct section_args args;
    const struct maker *m;
    HANDLE section;
    unsigned int i;

    for_each_maker( m, 0 )
    {
        for (i = 0; i < ARRAY_SIZE( valid_protects ); i++)
        {
            args = section_args( valid_protects[i], SECTION_SIZE );
            section = make_works( m, &args );
            ok( query_access( section ) == granted_access( valid_protects[i] ),
                "%s: granted %#lx, expected %#lx\n", protect_name( valid_protects[i] ), query_access( section ),
                granted_access( valid_protects[i] ));
            CloseHandle( section );
        }
    }
}

static void test_outlives_file_handle(void)
{
    char path[MAX_PATH];
    HANDLE owner = create_named_test_file( GENERIC_READ, SECTION_SIZE, path ), section;
    struct section_args args = section_args( PAGE_READONLY, 0 );
    const struct maker *m;
    void *view;

    for_each_maker( m, 0 )
    {
        args.file = reopen_file( path, GENERIC_READ );
        section = make_works( m, &args );
        CloseHandle( args.file );
        view = MapViewOfFile( section, FILE_MAP_READ, 0, 0, 0 );
        ok( view != NULL, "cannot map it, error %lu\n", GetLastError() );
        if (view) ok( word_at( view, PAGE ) == test_word( PAGE ), "got %#lx\n", word_at( view, PAGE ));
        unmap( view );
        CloseHandle( section );
    }
    CloseHandle( owner );
}

static BOOL set_file_size( HANDLE file, DWORD size )
{
    SetFilePointer( file, size, NULL, FILE_BEGIN );
    SetLastError( 0xdeadbeef );
    return SetEndOfFile( file );
}

/* A file cannot become smaller than a section, as long as a handle or a view of it is left. */
static void test_truncation(void)
{
    struct section_args args = section_args( PAGE_READWRITE, 0 );
    const struct maker *m;
    HANDLE section;
    void *view;
    BOOL ret;

    for_each_maker( m, 0 )
    {
        args.file = create_test_file( GENERIC_READ, SECTION_SIZE );
        section = make_works( m, &args );
        view = map_all( section );
        ok( view != NULL, "cannot map it, error %lu\n", GetLastError() );
        ret = set_file_size( args.file, PAGE );
        ok( !ret && GetLastError() == ERROR_USER_MAPPED_FILE, "handle and view: got %d, error %lu\n", ret,
            GetLastError() );
        ret = set_file_size( args.file, SECTION_SIZE + PAGE );
        ok( ret, "growth: error %lu\n", GetLastError() );
        CloseHandle( section );
        ret = set_file_size( args.file, PAGE );
        ok( !ret && GetLastError() == ERROR_USER_MAPPED_FILE, "view: got %d, error %lu\n", ret, GetLastError() );
        if (view) ok( word_at( view, 2 * PAGE ) == test_word( 2 * PAGE ), "got %#lx\n", word_at( view, 2 * PAGE ));
        unmap( view );
        ret = set_file_size( args.file, PAGE );
        ok( ret, "nothing: error %lu\n", GetLastError() );
        CloseHandle( args.file );
    }
}

static void test_overwriting(void)
{
    char path[MAX_PATH];
    HANDLE file = create_named_test_file( GENERIC_READ, SECTION_SIZE, path ), other;
    HANDLE section = CreateFileMappingW( file, NULL, PAGE_READONLY, 0, 0, NULL );
    void *view = MapViewOfFile( section, FILE_MAP_READ, 0, 0, 0 );

    SetLastError( 0xdeadbeef );
    other = CreateFileA( path, GENERIC_READ | GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE,
                         NULL, CREATE_ALWAYS, 0, 0 );
    ok( other == INVALID_HANDLE_VALUE && GetLastError() == ERROR_USER_MAPPED_FILE, "got %p, error %lu\n", other,
        GetLastError() );
    if (other != INVALID_HANDLE_VALUE) CloseHandle( other );
    else ok( word_at( view, PAGE ) == test_word( PAGE ), "got %#lx\n", word_at( view, PAGE ));
    unmap( view );
    CloseHandle( section );
    CloseHandle( file );
}

static void test_image_of_empty_file(void)
{
    HANDLE empty = create_test_file( GENERIC_READ, 0 );
    struct section_args args = section_args( PAGE_READONLY, 0 );
    const struct maker *m;

    args.file = empty;
    args.attrs = SEC_IMAGE;
    for_each_maker( m, 0 ) make_fails( m, &args, ERROR_BAD_EXE_FORMAT );
    CloseHandle( empty );
}

static void test_large_pages_privilege(void)
{
    struct section_args args = section_args( PAGE_READWRITE, GetLargePageMinimum() );
    const struct maker *m;

    if (!args.size)
    {
        skip( "no large pages here\n" );
        return;
    }
    args.attrs = SEC_COMMIT | SEC_LARGE_PAGES;
    for_each_maker( m, 0 ) make_fails( m, &args, ERROR_PRIVILEGE_NOT_HELD );
}

static const struct rule rules[] =
{
    { "1.9-protect-valid", "protections of a section", test_protect_valid },
    { "1.9-protect-invalid", "protections that a section cannot have", test_protect_invalid },
    { "1.9-attributes", "SEC_ flags: which are allowed, what NtQuerySection says of them", test_attributes },
    { "1.9-null-file", "a NULL file is no file", test_null_file },
    { "1.9-file-handle", "anything but a file is an invalid handle", test_file_handle },
    { "1.9-size-zero", "size 0 needs a file, and not an empty one", test_size_zero },
    { "1.9-size-rounding", "sizes are in pages without a file, exact with one", test_size_rounding },
    { "B2-size-high", "sizes above 4 GiB", test_size_high },
    { "1.9-size-huge", "sizes that no machine has", test_size_huge },
    { "1.9-file-too-small", "a read-only section cannot be larger than its file", test_file_too_small },
    { "1.9-file-extended", "a writable section extends its file", test_file_extended },
    { "1.3-last-error-zero", "success sets the last error to 0", test_last_error_zero },
    { "1.7-file-access", "what the file handle must be allowed to do", test_file_access },
    { "1.7-granted-access", "what CreateFileMapping grants", test_granted_access },
    { "1.9-outlives-file-handle", "the file handle can be closed", test_outlives_file_handle },
    { "1.15-truncation", "a file in use cannot be truncated", test_truncation },
    { "1.15-overwriting", "a file in use cannot be overwritten", test_overwriting },
    { "1.9-image-of-empty-file", "an empty file is no image", test_image_of_empty_file },
    { "1.12-large-pages-privilege", "SEC_LARGE_PAGES without the privilege", test_large_pages_privilege },
    { NULL, NULL, NULL }
};

const struct test_file file_section = { "section", rules, NULL };
