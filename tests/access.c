/*
 * Access flags and page protections of views, and what a section allows
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "test.h"

#define SECTION_SIZE 0x20000

static const ULONG section_protects[] =
{
    PAGE_READONLY, PAGE_READWRITE, PAGE_WRITECOPY, PAGE_EXECUTE_READ, PAGE_EXECUTE_READWRITE, PAGE_EXECUTE_WRITECOPY
};

static const ULONG view_protects[] =
{
    PAGE_NOACCESS, PAGE_READONLY, PAGE_READWRITE, PAGE_WRITECOPY,
    PAGE_EXECUTE, PAGE_EXECUTE_READ, PAGE_EXECUTE_READWRITE, PAGE_EXECUTE_WRITECOPY
};

/* The page protection that the FILE_MAP_* bits stand for. */
static ULONG protect_from_access( DWORD access )
{
    BOOL exec = (access & FILE_MAP_EXECUTE) != 0;

    access &= ~(FILE_MAP_EXECUTE | FILE_MAP_RESERVE | FILE_MAP_TARGETS_INVALID | FILE_MAP_LARGE_PAGES);
    if (access == FILE_MAP_COPY) return exec ? PAGE_EXECUTE_WRITECOPY : PAGE_WRITECOPY;
    if (access & FILE_MAP_WRITE) return exec ? PAGE_EXECUTE_READWRITE : PAGE_READWRITE;
    if (access & FILE_MAP_READ) return exec ? PAGE_EXECUTE_READ : PAGE_READONLY;
    return PAGE_NOACCESS;
}

/* What a view of this protection asks of the section handle. */
static DWORD needed_access( ULONG protect )
{
    switch (protect)
    {
    case PAGE_READWRITE:         return SECTION_MAP_WRITE;
    case PAGE_EXECUTE:
    case PAGE_EXECUTE_READ:
    case PAGE_EXECUTE_WRITECOPY: return SECTION_MAP_READ | SECTION_MAP_EXECUTE;
    case PAGE_EXECUTE_READWRITE: return SECTION_MAP_WRITE | SECTION_MAP_EXECUTE;
    }
    return SECTION_MAP_READ;
}

static void test_access_table(void)
{
    HANDLE section = create_section( PAGE_EXECUTE_READWRITE, SECTION_SIZE );
    struct map_args args = map_args( section );
    const struct mapper *m;
    void *view;

    for_each_mapper( m, TAKES_ACCESS )
    {
        for (args.access = 0; args.access < 0x40; args.access++)
        {
            winetest_push_context( "access %#lx", args.access );
            view = map_works( m, &args );
            check_view( view, SECTION_SIZE, protect_from_access( args.access ));
            unmap( view );
            winetest_pop_context();
        }
    }
    CloseHandle( section );
}

/* "FILE_MAP_ALL_ACCESS is equivalent to FILE_MAP_WRITE", "(FILE_MAP_WRITE | FILE_MAP_READ) is as well" */
static void test_access_equivalents(void)
{
    static const DWORD equivalents[] = { FILE_MAP_WRITE, FILE_MAP_WRITE | FILE_MAP_READ, FILE_MAP_ALL_ACCESS };
    HANDLE section = create_section( PAGE_READWRITE, SECTION_SIZE );
    HANDLE readonly = create_section( PAGE_READONLY, SECTION_SIZE );
    struct map_args args = map_args( section ), bad_args = map_args( readonly );
    const struct mapper *m;
    unsigned int i;

    for_each_mapper( m, TAKES_ACCESS )
    {
        for (i = 0; i < ARRAY_SIZE( equivalents ); i++)
        {
            winetest_push_context( "access %#lx", equivalents[i] );
            args.access = equivalents[i];
            maps_with( m, &args, SECTION_SIZE, PAGE_READWRITE );
            bad_args.access = equivalents[i];
            map_fails( m, &bad_args, ERROR_ACCESS_DENIED );
            winetest_pop_context();
        }
    }
    CloseHandle( readonly );
    CloseHandle( section );
}

/* FILE_MAP_COPY together with READ or WRITE is no copy-on-write view, whatever the documents say. */
static void test_copy_combined(void)
{
    HANDLE section = create_filled_section( PAGE_READWRITE, SECTION_SIZE );
    struct map_args args = map_args( section );
    char *shared = map_all( section ), *view;
    const struct mapper *m;

    for_each_mapper( m, TAKES_ACCESS )
    {
        args.access = FILE_MAP_COPY | FILE_MAP_WRITE;
        if ((view = map_works( m, &args )))
        {
            view[16]++;
            ok( shared[16] == view[16], "the view is private: %#x, %#x\n", shared[16], view[16] );
            unmap( view );
        }
        args.access = FILE_MAP_COPY | FILE_MAP_READ;
        if ((view = map_works( m, &args )))
        {
            ok( !is_writable( view ), "the view is writable\n" );
            unmap( view );
        }
    }
    unmap( shared );
    CloseHandle( section );
}

static void test_noaccess_view(void)
{
    HANDLE section = create_section( PAGE_READONLY, SECTION_SIZE );
    struct map_args args = map_args( section );
    const struct mapper *m;
    BYTE value;
    DWORD code;
    void *view;

    set_protect( &args, PAGE_NOACCESS );
    for_each_mapper( m, 0 )
    {
        if (!(view = map_works( m, &args ))) continue;
        check_view( view, SECTION_SIZE, PAGE_NOACCESS );
        code = probe_read( view, &value );
        ok( code == EXCEPTION_ACCESS_VIOLATION, "reading: got %#lx\n", code );
        unmap( view );
    }
    CloseHandle( section );
}

/* 0x40 is PAGE_EXECUTE_READWRITE, but no access bit. */
static void test_unknown_access(void)
{
    static const DWORD unknown[] = { 0x40, 0x80, 0x100, 0x8000, 0x100000, 0x10000000 };
    HANDLE section = create_section( PAGE_EXECUTE_READWRITE, SECTION_SIZE );
    struct map_args args = map_args( section );
    const struct mapper *m;
    unsigned int i;

    for_each_mapper( m, TAKES_ACCESS )
    {
        for (i = 0; i < ARRAY_SIZE( unknown ); i++)
        {
            winetest_push_context( "access %#lx", unknown[i] );
            args.access = unknown[i];
            maps_with( m, &args, SECTION_SIZE, PAGE_NOACCESS );
            args.access = unknown[i] | FILE_MAP_READ;
            maps_with( m, &args, SECTION_SIZE, PAGE_READONLY );
            winetest_pop_context();
        }
    }
    CloseHandle( section );
}

static void test_copy_with_modifiers(void)
{
    static const struct { DWORD access, protect; } tests[] =
    {
        { FILE_MAP_COPY | FILE_MAP_TARGETS_INVALID, PAGE_WRITECOPY },
        { FILE_MAP_COPY | FILE_MAP_EXECUTE | FILE_MAP_TARGETS_INVALID, PAGE_EXECUTE_WRITECOPY },
        { FILE_MAP_COPY | FILE_MAP_RESERVE, PAGE_WRITECOPY },
        { FILE_MAP_COPY | FILE_MAP_EXECUTE | FILE_MAP_RESERVE | FILE_MAP_TARGETS_INVALID, PAGE_EXECUTE_WRITECOPY },
    };
    HANDLE file = create_test_file( GENERIC_READ | GENERIC_EXECUTE, SECTION_SIZE );
    HANDLE section = CreateFileMappingW( file, NULL, PAGE_EXECUTE_READWRITE, 0, 0, NULL );
    struct map_args args = map_args( section );
    const struct mapper *m;
    unsigned int i;
    void *view;
    DWORD err;

    for_each_mapper( m, TAKES_ACCESS )
    {
        for (i = 0; i < ARRAY_SIZE( tests ); i++)
        {
            winetest_push_context( "access %#lx", tests[i].access );
            args.access = tests[i].access;
            view = map_view( m, &args, &err );
            ok( view != NULL || broken( err == ERROR_INVALID_PARAMETER ), "Got %p, error %lu\n", view, err );
            check_view( view, SECTION_SIZE, tests[i].protect );
            unmap( view );
            winetest_pop_context();
        }
    }
    CloseHandle( section );
    CloseHandle( file );
}

static void test_reserve_flag(void)
{
    HANDLE section = create_section( PAGE_READWRITE, SECTION_SIZE );
    HANDLE reserved = create_section( PAGE_READWRITE | SEC_RESERVE, SECTION_SIZE );
    HANDLE file = create_test_file( GENERIC_READ, SECTION_SIZE );
    HANDLE file_section = CreateFileMappingW( file, NULL, PAGE_READWRITE, 0, 0, NULL );
    struct map_args args;
    const struct mapper *m;
    void *view;

    for_each_mapper( m, TAKES_ACCESS )
    {
        args = map_args( section );
        args.access |= FILE_MAP_RESERVE;
        map_fails( m, &args, ERROR_INVALID_PARAMETER );
        args.section = reserved;
        map_fails( m, &args, ERROR_INVALID_PARAMETER );
        args.section = file_section;
        view = map_works( m, &args );
        if (view) ok( word_at( view, PAGE ) == test_word( PAGE ), "got %#lx\n", word_at( view, PAGE ));
        unmap( view );
    }
    CloseHandle( file_section );
    CloseHandle( file );
    CloseHandle( reserved );
    CloseHandle( section );
}

static void test_large_pages_flag(void)
{
    static const DWORD accesses[] =
    {
        FILE_MAP_READ, FILE_MAP_WRITE, FILE_MAP_COPY, FILE_MAP_READ | FILE_MAP_EXECUTE, FILE_MAP_ALL_ACCESS
    };
    HANDLE section = create_section( PAGE_EXECUTE_READWRITE, 0x400000 );
    HANDLE file = create_test_file( GENERIC_READ, SECTION_SIZE );
    HANDLE file_section = CreateFileMappingW( file, NULL, PAGE_READWRITE, 0, 0, NULL );
    struct map_args args;
    const struct mapper *m;
    unsigned int i;

    for_each_mapper( m, TAKES_ACCESS )
    {
        for (i = 0; i < ARRAY_SIZE( accesses ); i++)
        {
            winetest_push_context( "access %#lx", accesses[i] );
            args = map_args( section );
            args.access = accesses[i] | FILE_MAP_LARGE_PAGES;
            map_fails( m, &args, ERROR_INVALID_PARAMETER );
            winetest_pop_context();
        }
        args = map_args( file_section );
        args.access |= FILE_MAP_LARGE_PAGES;
        map_fails( m, &args, ERROR_INVALID_PARAMETER );
    }
    CloseHandle( file_section );
    CloseHandle( file );
    CloseHandle( section );
}

static void test_targets_invalid_flag(void)
{
    static const DWORD accesses[] =
    {
        FILE_MAP_EXECUTE | FILE_MAP_READ, FILE_MAP_EXECUTE | FILE_MAP_WRITE, FILE_MAP_READ, FILE_MAP_WRITE
    };
    HANDLE section = create_section( PAGE_EXECUTE_READWRITE, SECTION_SIZE );
    struct map_args args = map_args( section );
    const struct mapper *m;
    unsigned int i;
    void *view;
    DWORD err;

    for_each_mapper( m, TAKES_ACCESS )
    {
        for (i = 0; i < ARRAY_SIZE( accesses ); i++)
        {
            winetest_push_context( "access %#lx", accesses[i] );
            args.access = accesses[i] | FILE_MAP_TARGETS_INVALID;
            view = map_view( m, &args, &err );
            ok( view != NULL || broken( !(accesses[i] & FILE_MAP_EXECUTE) && err == ERROR_INVALID_PARAMETER ),
                "Got %p, error %lu\n", view, err );
            check_view( view, SECTION_SIZE, protect_from_access( accesses[i] ));
            unmap( view );
            winetest_pop_context();
        }
    }
    CloseHandle( section );
}

static void test_protect_values(void)
{
    HANDLE section = create_section( PAGE_EXECUTE_READWRITE, SECTION_SIZE );
    struct map_args args = map_args( section );
    const struct mapper *m;
    unsigned int i;

    for_each_mapper( m, TAKES_PROTECT )
    {
        for (i = 0; i < ARRAY_SIZE( view_protects ); i++)
        {
            if (!can_map( m, view_protects[i] )) continue;
            winetest_push_context( "%s", protect_name( view_protects[i] ));
            args.protect = view_protects[i];
            maps_with( m, &args, SECTION_SIZE, view_protects[i] );
            winetest_pop_context();
        }
    }
    CloseHandle( section );
}

static void test_protect_invalid(void)
{
    HANDLE section = create_section( PAGE_EXECUTE_READWRITE, SECTION_SIZE );
    struct map_args args = map_args( section );
    const struct mapper *m;
    unsigned int i;

    for_each_mapper( m, TAKES_PROTECT )
    {
        /* 0 and every combination of two or more */
        for (i = 0; i < 0x100; i++)
        {
            if (i && !(i & (i - 1))) continue;
            winetest_push_context( "protection %#x", i );
            args.protect = i;
            map_fails( m, &args, ERROR_INVALID_PARAMETER );
            winetest_pop_context();
        }
        for (i = 8; i < 32; i++)
        {
            winetest_push_context( "protection %#lx", 1ul << i );
            args.protect = 1ul << i;
            map_fails( m, &args, ERROR_INVALID_PARAMETER );
            args.protect |= PAGE_READWRITE;
            map_fails( m, &args, ERROR_INVALID_PARAMETER );
            winetest_pop_context();
        }
    }
    CloseHandle( section );
}

static void test_protect_targets_invalid(void)
{
    static const ULONG protects[] =
    {
        PAGE_EXECUTE, PAGE_EXECUTE_READ, PAGE_EXECUTE_READWRITE, PAGE_EXECUTE_WRITECOPY
    };
    HANDLE section = create_section( PAGE_EXECUTE_READWRITE, SECTION_SIZE );
    struct map_args args = map_args( section );
    const struct mapper *m;
    unsigned int i;

    for_each_mapper( m, TAKES_PROTECT )
    {
        for (i = 0; i < ARRAY_SIZE( protects ); i++)
        {
            if (!can_map( m, protects[i] )) continue;
            winetest_push_context( "%s", protect_name( protects[i] ));
            args.protect = protects[i] | PAGE_TARGETS_INVALID;
            maps_with( m, &args, SECTION_SIZE, protects[i] );
            winetest_pop_context();
        }
        args.protect = PAGE_TARGETS_INVALID;
        map_fails( m, &args, ERROR_INVALID_PARAMETER );
        args.protect = PAGE_READWRITE | PAGE_TARGETS_INVALID;
        map_fails( m, &args, ERROR_INVALID_PARAMETER );
    }
    CloseHandle( section );
}

/* All sections with all views. */
static void check_matrix( HANDLE file )
{
    const struct mapper *m;
    struct map_args args;
    unsigned int i, j;
    HANDLE section;
    DWORD granted;

    for_each_mapper( m, 0 )
    {
        for (i = 0; i < ARRAY_SIZE( section_protects ); i++)
        {
            section = CreateFileMappingW( file, NULL, section_protects[i], 0, SECTION_SIZE, NULL );
            granted = granted_access( section_protects[i] );
            ok( section != NULL, "%s: got %p, error %lu\n", protect_name( section_protects[i] ), section,
                GetLastError() );
            args = map_args( section );
            for (j = 0; j < ARRAY_SIZE( view_protects ); j++)
            {
                if (!can_map( m, view_protects[j] )) continue;
                winetest_push_context( "section %s, view %s", protect_name( section_protects[i] ),
                                       protect_name( view_protects[j] ));
                set_protect( &args, view_protects[j] );
                if ((granted & needed_access( view_protects[j] )) == needed_access( view_protects[j] ))
                {
                    maps_with( m, &args, SECTION_SIZE, view_protects[j] );
                }
                else map_fails( m, &args, ERROR_ACCESS_DENIED );
                winetest_pop_context();
            }
            CloseHandle( section );
        }
    }
}

static void test_matrix_anonymous(void)
{
    check_matrix( INVALID_HANDLE_VALUE );
}

static void test_matrix_file(void)
{
    HANDLE file = create_test_file( GENERIC_READ | GENERIC_WRITE | GENERIC_EXECUTE, SECTION_SIZE );

    check_matrix( file );
    CloseHandle( file );
}

static void test_handle_access(void)
{
    HANDLE section = create_section( PAGE_EXECUTE_READWRITE, SECTION_SIZE ), handle;
    const struct mapper *m;
    struct map_args args;
    unsigned int i, j;
    DWORD granted;

    for_each_mapper( m, 0 )
    {
        for (i = 0; i < 8; i++)
        {
            granted = SECTION_QUERY;
            if (i & 1) granted |= SECTION_MAP_READ;
            if (i & 2) granted |= SECTION_MAP_WRITE;
            if (i & 4) granted |= SECTION_MAP_EXECUTE;
            DuplicateHandle( GetCurrentProcess(), section, GetCurrentProcess(), &handle, granted, FALSE, 0 );
            args = map_args( handle );
            for (j = 0; j < ARRAY_SIZE( view_protects ); j++)
            {
                if (!can_map( m, view_protects[j] )) continue;
                winetest_push_context( "granted %#lx, view %s", granted, protect_name( view_protects[j] ));
                set_protect( &args, view_protects[j] );
                if ((granted & needed_access( view_protects[j] )) == needed_access( view_protects[j] ))
                {
                    maps_with( m, &args, SECTION_SIZE, view_protects[j] );
                }
                else map_fails( m, &args, ERROR_ACCESS_DENIED );
                winetest_pop_context();
            }
            CloseHandle( handle );
        }
    }
    CloseHandle( section );
}

/* A handle that may do more than its section. */
static void test_broader_handle(void)
{
    static const struct { ULONG section, view; } tests[] =
    {
        { PAGE_READONLY, PAGE_READWRITE }, { PAGE_READONLY, PAGE_EXECUTE_READ },
        { PAGE_READONLY, PAGE_EXECUTE_READWRITE }, { PAGE_READONLY, PAGE_EXECUTE_WRITECOPY },
        { PAGE_WRITECOPY, PAGE_READWRITE }, { PAGE_READWRITE, PAGE_EXECUTE_READ },
        { PAGE_READWRITE, PAGE_EXECUTE_READWRITE }, { PAGE_EXECUTE_READ, PAGE_READWRITE },
        { PAGE_EXECUTE_READ, PAGE_EXECUTE_READWRITE },
    };
    const WCHAR *name = unique_name( "broader" );
    HANDLE section, handle;
    const struct mapper *m;
    struct map_args args;
    unsigned int i;

    for_each_mapper( m, 0 )
    {
        for (i = 0; i < ARRAY_SIZE( tests ); i++)
        {
            if (!can_map( m, tests[i].view )) continue;
            winetest_push_context( "section %s, view %s", protect_name( tests[i].section ),
                                   protect_name( tests[i].view ));
            section = CreateFileMappingW( INVALID_HANDLE_VALUE, NULL, tests[i].section, 0, SECTION_SIZE, name );
            handle = OpenFileMappingW( SECTION_ALL_ACCESS, FALSE, name );
            ok( section && handle, "got %p, %p, error %lu\n", section, handle, GetLastError() );
            args = map_args( handle );
            set_protect( &args, tests[i].view );
            map_fails_or( m, &args, ERROR_INVALID_PARAMETER, ERROR_ACCESS_DENIED );
            CloseHandle( handle );
            CloseHandle( section );
            winetest_pop_context();
        }
    }
}

/* "FILE_MAP_EXECUTE | FILE_MAP_WRITE or FILE_MAP_EXECUTE | FILE_MAP_READ" */
static void test_execute(void)
{
    static const BYTE code[] = { 0xb8, 0x78, 0x56, 0x34, 0x12, 0xc3 };  /* mov eax, 12345678h; ret */
    static const ULONG protects[] =
    {
        PAGE_EXECUTE_READ, PAGE_EXECUTE_READWRITE, PAGE_EXECUTE_WRITECOPY, PAGE_READONLY, PAGE_READWRITE
    };
    HANDLE file = create_test_file( GENERIC_READ | GENERIC_EXECUTE, PAGE );
    HANDLE section = CreateFileMappingW( file, NULL, PAGE_EXECUTE_READWRITE, 0, 0, NULL );
    struct map_args args = map_args( section );
    const struct mapper *m;
    unsigned int i;
    DWORD ret, err;
    char *view;

    view = map_all( section );
    ok( view != NULL, "section %p, error %lu\n", section, GetLastError() );
    memcpy( view, code, sizeof(code) );
    unmap( view );
    for_each_mapper( m, 0 )
    {
        for (i = 0; i < ARRAY_SIZE( protects ); i++)
        {
            if (!can_map( m, protects[i] )) continue;
            winetest_push_context( "%s", protect_name( protects[i] ));
            set_protect( &args, protects[i] );
            if ((view = map_works( m, &args )))
            {
                ret = 0;
                err = probe_exec( view, &ret );
                if (protects[i] & (PAGE_READONLY | PAGE_READWRITE))
                    ok( err == EXCEPTION_ACCESS_VIOLATION, "it ran: got %#lx, returned %#lx\n", err, ret );
                else
                    ok( !err && ret == 0x12345678, "got %#lx, returned %#lx\n", err, ret );
                unmap( view );
            }
            winetest_pop_context();
        }
    }
    CloseHandle( section );
    CloseHandle( file );
}

static const struct rule rules[] =
{
    { "1.6-access-table", "access flags and the protection they stand for", test_access_table },
    { "S4-access-equivalents", "FILE_MAP_ALL_ACCESS and READ | WRITE are FILE_MAP_WRITE", test_access_equivalents },
    { "1.6-copy-combined", "FILE_MAP_COPY with READ or WRITE is not copy-on-write (1.16 #9)", test_copy_combined },
    { "1.6-noaccess-view", "a view without access can be mapped, not read", test_noaccess_view },
    { "1.6-unknown-access", "access bits without a meaning are ignored", test_unknown_access },
    { "B4-copy-with-modifiers", "modifiers do not change what FILE_MAP_COPY means", test_copy_with_modifiers },
    { "1.6-reserve-flag", "FILE_MAP_RESERVE is for sections of files", test_reserve_flag },
    { "1.6-large-pages-flag", "FILE_MAP_LARGE_PAGES needs a section of large pages", test_large_pages_flag },
    { "1.6-targets-invalid-flag", "FILE_MAP_TARGETS_INVALID is accepted and dropped", test_targets_invalid_flag },
    { "1.6-protect-values", "page protections of a view", test_protect_values },
    { "1.6-protect-invalid", "page protections that a view cannot have", test_protect_invalid },
    { "1.6-protect-targets-invalid", "PAGE_TARGETS_INVALID is accepted with execution", test_protect_targets_invalid },
    { "1.7-matrix-anonymous", "section protection and view protection, without a file", test_matrix_anonymous },
    { "1.7-matrix-file", "section protection and view protection, with a file", test_matrix_file },
    { "1.7-handle-access", "what the section handle must be allowed to do", test_handle_access },
    { "1.7-broader-handle", "a handle that may do more than its section", test_broader_handle },
    { "S4-execute", "code runs in executable views only", test_execute },
    { NULL, NULL, NULL }
};

const struct test_file file_access = { "access", rules, NULL };
