/*
 * Sections by name, OpenFileMapping, inheritance and security
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "test.h"

#define SECTION_SIZE 0x20000

/* The functions that open a section. */
static HANDLE open_W( DWORD access, BOOL inherit, const WCHAR *name )
{
    return OpenFileMappingW( access, inherit, name );
}

static HANDLE open_A( DWORD access, BOOL inherit, const WCHAR *name )
{
    char buffer[MAX_PATH];

    WideCharToMultiByte( CP_ACP, 0, name, -1, buffer, sizeof(buffer), NULL, NULL );
    return OpenFileMappingA( access, inherit, buffer );
}

static HANDLE open_FromApp( DWORD access, BOOL inherit, const WCHAR *name )
{
    if (!pOpenFileMappingFromApp) return OpenFileMappingW( access, inherit, name );
    return pOpenFileMappingFromApp( access, inherit, name );
}

static const struct opener
{
    const char *name;
    HANDLE (*open)( DWORD access, BOOL inherit, const WCHAR *name );
} openers[] =
{
    { "OpenFileMappingW", open_W },
    { "OpenFileMappingA", open_A },
    { "OpenFileMappingFromApp", open_FromApp },
};

static void test_existing_name(void)
{
    const WCHAR *name = unique_name( "existing" );
    struct section_args args = section_args( PAGE_READWRITE, SECTION_SIZE );
    const struct maker *m;
    HANDLE first, second;
    ULONG64 size;
    ULONG attrs;
    DWORD err;
    char *view, *view2;

    args.name = name;
    for_each_maker( m, 0 )
    {
        args.size = SECTION_SIZE;
        first = make_section( m, &args, &err );
        ok( first && !err, "first: got %p, error %lu\n", first, err );
        args.size = 2 * SECTION_SIZE;
        second = make_section( m, &args, &err );
        ok( second && err == ERROR_ALREADY_EXISTS, "second: got %p, error %lu\n", second, err );
        query_section( second, &attrs, &size );
        ok( size == SECTION_SIZE, "got size %#I64x\n", size );
        view = map_all( first );
        view2 = map_all( second );
        ok( view && view2, "got %p, %p, error %lu\n", view, view2, GetLastError() );
        if (view && view2)
        {
            view[5] = 42;
            ok( view2[5] == 42, "not the same section: %d\n", view2[5] );
        }
        unmap( view );
        unmap( view2 );
        CloseHandle( first );
        CloseHandle( second );
    }
}

static void test_name_case(void)
{
    static const WCHAR lower[] = L"mapview test of cases", upper[] = L"MAPVIEW TEST OF CASES";
    struct section_args args = section_args( PAGE_READWRITE, SECTION_SIZE );
    const struct maker *m;
    HANDLE first, second;
    DWORD err;

    for_each_maker( m, 0 )
    {
        args.name = lower;
        first = make_section( m, &args, &err );
        ok( first && !err, "first: got %p, error %lu\n", first, err );
        second = OpenFileMappingW( FILE_MAP_READ, FALSE, upper );
        ok( !second && GetLastError() == ERROR_FILE_NOT_FOUND, "open: got %p, error %lu\n", second, GetLastError() );
        args.name = upper;
        second = make_section( m, &args, &err );
        ok( second && !err, "second: got %p, error %lu\n", second, err );
        CloseHandle( first );
        CloseHandle( second );
    }
}

static void test_name_local(void)
{
    const WCHAR *name = unique_name( "local" );
    struct section_args args = section_args( PAGE_READWRITE, SECTION_SIZE );
    const struct maker *m;
    HANDLE first, second;
    WCHAR local[100];

    wsprintfW( local, L"Local\\%s", name );
    args.name = local;
    for_each_maker( m, 0 )
    {
        first = make_works( m, &args );
        second = OpenFileMappingW( FILE_MAP_READ, FALSE, name );
        ok( second != NULL, "got %p, error %lu\n", second, GetLastError() );
        CloseHandle( second );
        CloseHandle( first );
    }
}

static void test_name_other_type(void)
{
    const WCHAR *name = unique_name( "event" );
    struct section_args args = section_args( PAGE_READWRITE, SECTION_SIZE );
    HANDLE event = CreateEventW( NULL, FALSE, FALSE, name ), handle;
    const struct maker *m;
    unsigned int i;

    ok( event != NULL, "got %p, error %lu\n", event, GetLastError() );
    args.name = name;
    for_each_maker( m, 0 ) make_fails( m, &args, ERROR_INVALID_HANDLE );
    for (i = 0; i < ARRAY_SIZE( openers ); i++)
    {
        SetLastError( 0xdeadbeef );
        handle = openers[i].open( FILE_MAP_READ, FALSE, name );
        ok( !handle && GetLastError() == ERROR_INVALID_HANDLE, "%s: got %p, error %lu\n", openers[i].name,
            handle, GetLastError() );
    }
    CloseHandle( event );
}

static void test_name_gone(void)
{
    const WCHAR *name = unique_name( "gone" );
    struct section_args args = section_args( PAGE_READWRITE, SECTION_SIZE );
    const struct maker *m;
    HANDLE section, other;
    DWORD err;
    char *view;

    args.name = name;
    for_each_maker( m, 0 )
    {
        section = make_works( m, &args );
        view = map_all( section );
        ok( view != NULL, "cannot map it, error %lu\n", GetLastError() );
        if (view) view[7] = 77;
        CloseHandle( section );
        SetLastError( 0xdeadbeef );
        other = OpenFileMappingW( FILE_MAP_READ, FALSE, name );
        ok( !other && GetLastError() == ERROR_FILE_NOT_FOUND, "open: got %p, error %lu\n", other, GetLastError() );
        section = make_section( m, &args, &err );
        ok( section && !err, "create: got %p, error %lu\n", section, err );
        CloseHandle( section );
        check_view( view, SECTION_SIZE, PAGE_READWRITE );
        if (view) ok( view[7] == 77, "got %d\n", view[7] );
        unmap( view );
    }
}

static void test_open_missing(void)
{
    static const DWORD accesses[] = { FILE_MAP_READ, FILE_MAP_WRITE, FILE_MAP_COPY, FILE_MAP_ALL_ACCESS };
    const WCHAR *name = unique_name( "missing" );
    unsigned int i, j;
    HANDLE handle;

    for (i = 0; i < ARRAY_SIZE( openers ); i++)
    {
        for (j = 0; j < ARRAY_SIZE( accesses ); j++)
        {
            SetLastError( 0xdeadbeef );
            handle = openers[i].open( accesses[j], FALSE, name );
            ok( !handle && GetLastError() == ERROR_FILE_NOT_FOUND, "%s, access %#lx: got %p, error %lu\n",
                openers[i].name, accesses[j], handle, GetLastError() );
        }
    }
}

static void check_open_access( const DWORD (*tests)[2], unsigned int count, ULONG mask )
{
    const WCHAR *name = unique_name( "access" );
    HANDLE section, handle;
    unsigned int i, j;
    ULONG granted;

    section = CreateFileMappingW( INVALID_HANDLE_VALUE, NULL, PAGE_EXECUTE_READWRITE, 0, SECTION_SIZE, name );
    ok( section != NULL, "got %p, error %lu\n", section, GetLastError() );
    for (i = 0; i < ARRAY_SIZE( openers ); i++)
    {
        for (j = 0; j < count; j++)
        {
            SetLastError( 0xdeadbeef );
            handle = openers[i].open( tests[j][0], FALSE, name );
            ok( handle != NULL, "%s, access %#lx: got %p, error %lu\n", openers[i].name, tests[j][0],
                handle, GetLastError() );
            granted = query_access( handle ) & mask;
            ok( granted == tests[j][1], "%s, access %#lx: granted %#lx, expected %#lx\n", openers[i].name,
                tests[j][0], granted, tests[j][1] );
            CloseHandle( handle );
        }
    }
    CloseHandle( section );
}

static const ULONG map_mask = SECTION_MAP_READ | SECTION_MAP_WRITE | SECTION_MAP_EXECUTE;

static void test_open_access(void)
{
    static const DWORD tests[][2] =
    {
        { FILE_MAP_READ, SECTION_MAP_READ },
        { FILE_MAP_WRITE, SECTION_MAP_WRITE },
        { FILE_MAP_COPY, SECTION_MAP_READ },
        { FILE_MAP_READ | FILE_MAP_WRITE, SECTION_MAP_READ | SECTION_MAP_WRITE },
        { FILE_MAP_ALL_ACCESS, SECTION_MAP_READ | SECTION_MAP_WRITE | SECTION_MAP_EXECUTE },
    };

    check_open_access( tests, ARRAY_SIZE( tests ), map_mask );
}

static void test_open_execute(void)
{
    static const DWORD tests[][2] =
    {
        { FILE_MAP_EXECUTE, SECTION_MAP_EXECUTE },
        { FILE_MAP_EXECUTE | FILE_MAP_READ, SECTION_MAP_EXECUTE | SECTION_MAP_READ },
        { FILE_MAP_EXECUTE | FILE_MAP_READ | FILE_MAP_WRITE,
          SECTION_MAP_EXECUTE | SECTION_MAP_READ | SECTION_MAP_WRITE },
    };

    check_open_access( tests, ARRAY_SIZE( tests ), map_mask );
}

/* What was asked for is what can be mapped. */
static void test_open_and_map(void)
{
    static const struct { DWORD open, map, error; } tests[] =
    {
        { FILE_MAP_READ, FILE_MAP_READ, 0 },
        { FILE_MAP_READ, FILE_MAP_COPY, 0 },
        { FILE_MAP_READ, FILE_MAP_WRITE, ERROR_ACCESS_DENIED },
        { FILE_MAP_WRITE, FILE_MAP_WRITE, 0 },
        { FILE_MAP_WRITE, FILE_MAP_READ, ERROR_ACCESS_DENIED },
        { FILE_MAP_COPY, FILE_MAP_COPY, 0 },
        { FILE_MAP_COPY, FILE_MAP_WRITE, ERROR_ACCESS_DENIED },
        { FILE_MAP_ALL_ACCESS, FILE_MAP_WRITE, 0 },
        { FILE_MAP_ALL_ACCESS, FILE_MAP_READ, 0 },
    };
    const WCHAR *name = unique_name( "map" );
    HANDLE section = CreateFileMappingW( INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, SECTION_SIZE, name ), handle;
    unsigned int i, j;
    void *view;

    for (i = 0; i < ARRAY_SIZE( openers ); i++)
    {
        for (j = 0; j < ARRAY_SIZE( tests ); j++)
        {
            handle = openers[i].open( tests[j].open, FALSE, name );
            ok( handle != NULL, "%s: got %p, error %lu\n", openers[i].name, handle, GetLastError() );
            SetLastError( 0xdeadbeef );
            view = MapViewOfFile( handle, tests[j].map, 0, 0, 0 );
            ok( tests[j].error ? !view && GetLastError() == tests[j].error : view != NULL,
                "%s, open %#lx, map %#lx: got %p, error %lu\n", openers[i].name, tests[j].open, tests[j].map,
                view, GetLastError() );
            unmap( view );
            CloseHandle( handle );
        }
    }
    CloseHandle( section );
}

static void test_inherit_flag(void)
{
    const WCHAR *name = unique_name( "inherit" );
    struct section_args args = section_args( PAGE_READWRITE, SECTION_SIZE );
    SECURITY_ATTRIBUTES sa = { sizeof(sa), NULL, FALSE };
    const struct maker *m;
    HANDLE section, handle;
    unsigned int i;

    args.name = name;
    for_each_maker( m, 0 )
    {
        for (i = 0; i < 3; i++)  /* without the structure, without the flag, with it */
        {
            sa.bInheritHandle = i == 2;
            args.sa = i ? &sa : NULL;
            section = make_works( m, &args );
            ok( handle_flags( section ) == (i == 2 ? HANDLE_FLAG_INHERIT : 0), "%u: got flags %#lx\n", i,
                handle_flags( section ));
            CloseHandle( section );
        }
    }
    section = CreateFileMappingW( INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, SECTION_SIZE, name );
    for (i = 0; i < ARRAY_SIZE( openers ) * 2; i++)
    {
        handle = openers[i / 2].open( FILE_MAP_READ, i % 2, name );
        ok( handle_flags( handle ) == (i % 2 ? HANDLE_FLAG_INHERIT : 0), "%s, inherit %u: got flags %#lx\n",
            openers[i / 2].name, i % 2, handle_flags( handle ));
        CloseHandle( handle );
    }
    CloseHandle( section );
}

static void test_security_descriptor(void)
{
    const WCHAR *name = unique_name( "security" );
    SID_IDENTIFIER_AUTHORITY world = { SECURITY_WORLD_SID_AUTHORITY };
    struct section_args args = section_args( PAGE_READWRITE, SECTION_SIZE );
    SECURITY_ATTRIBUTES sa = { sizeof(sa), NULL, FALSE };
    SECURITY_DESCRIPTOR sd;
    const struct maker *m;
    HANDLE section, handle;
    char buffer[200];
    ACL *acl = (ACL *)buffer;
    unsigned int i;
    PSID everyone;

    AllocateAndInitializeSid( &world, 1, 0, 0, 0, 0, 0, 0, 0, 0, &everyone );
    InitializeAcl( acl, sizeof(buffer), ACL_REVISION );
    AddAccessAllowedAce( acl, ACL_REVISION, SECTION_MAP_READ | SECTION_QUERY, everyone );
    InitializeSecurityDescriptor( &sd, SECURITY_DESCRIPTOR_REVISION );
    SetSecurityDescriptorDacl( &sd, TRUE, acl, FALSE );
    sa.lpSecurityDescriptor = &sd;
    args.sa = &sa;
    args.name = name;
    for_each_maker( m, 0 )
    {
        section = make_works( m, &args );
        for (i = 0; i < ARRAY_SIZE( openers ); i++)
        {
            handle = openers[i].open( FILE_MAP_READ, FALSE, name );
            ok( handle != NULL, "%s, read: got %p, error %lu\n", openers[i].name, handle, GetLastError() );
            CloseHandle( handle );
            SetLastError( 0xdeadbeef );
            handle = openers[i].open( FILE_MAP_WRITE, FALSE, name );
            ok( !handle && GetLastError() == ERROR_ACCESS_DENIED, "%s, write: got %p, error %lu\n",
                openers[i].name, handle, GetLastError() );
            if (handle) CloseHandle( handle );
        }
        CloseHandle( section );
    }
    FreeSid( everyone );
}

static const struct rule rules[] =
{
    { "1.9-existing-name", "a name that exists opens the section", test_existing_name },
    { "1.9-name-case", "names are case-sensitive", test_name_case },
    { "1.9-name-local", "Local\\ is the default", test_name_local },
    { "1.9-name-other-type", "a name of something else is an invalid handle", test_name_other_type },
    { "1.9-name-gone", "a name goes with the last handle, not the last view", test_name_gone },
    { "1.7-open-missing", "opening a name that does not exist", test_open_missing },
    { "1.7-open-access", "what OpenFileMapping grants", test_open_access },
    { "1.7-open-execute", "FILE_MAP_EXECUTE becomes SECTION_MAP_EXECUTE", test_open_execute },
    { "1.7-open-and-map", "views through a handle that was opened", test_open_and_map },
    { "1.9-inherit-flag", "handles are inherited on request only", test_inherit_flag },
    { "1.9-security-descriptor", "the security descriptor is applied", test_security_descriptor },
    { NULL, NULL, NULL }
};

const struct test_file file_name = { "name", rules, NULL };
