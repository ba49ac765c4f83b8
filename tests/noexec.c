/*
 * Executable views of files that the host does not let anybody execute
 *
 * Who has a directory for such files puts its name into the environment (inpage.sh).
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "test.h"

#define FILE_SIZE 0x20000

static BOOL is_coherent( char *view, char *shared )
{
    static char value;

    shared[PAGE] = ++value;
    shared[FILE_SIZE - 1] = ++value;
    return is_readable( view + PAGE ) && view[PAGE] == shared[PAGE] && view[FILE_SIZE - 1] == shared[FILE_SIZE - 1];
}

static void check_view_kinds( HANDLE section, char *shared, DWORD section_protect )
{
    static const ULONG protects[] =
    {
        PAGE_READONLY, PAGE_WRITECOPY, PAGE_READWRITE,
        PAGE_EXECUTE, PAGE_EXECUTE_READ, PAGE_EXECUTE_READWRITE, PAGE_EXECUTE_WRITECOPY
    };
    struct map_args args = map_args( section );
    const struct mapper *m;
    unsigned int i;
    DWORD err, old;
    char *view;

    for (i = 0; i < ARRAY_SIZE( protects ); i++)
    {
        set_protect( &args, protects[i] );
        winetest_push_context( "section %s, view %s", protect_name( section_protect ), protect_name( protects[i] ) );
        for_each_mapper( m, 0 )
        {
            if (!can_map( m, protects[i] )) continue;
            view = map_view( m, &args, &err );
            if (protects[i] < PAGE_EXECUTE) ok( view || protects[i] == PAGE_READWRITE, "error %lu\n", err );
            if (!view)
            {
                ok( err == ERROR_ACCESS_DENIED, "error %lu\n", err );
                continue;
            }
            ok( is_coherent( view, shared ), "the view is a copy\n" );
            /* nor does it become one */
            if (VirtualProtect( view, FILE_SIZE, PAGE_EXECUTE_READ, &old ))
                ok( is_coherent( view, shared ), "the view has become a copy\n" );
            unmap( view );
        }
        winetest_pop_context();
    }
}

static void test_views(void)
{
    static const DWORD protects[] =
    {
        PAGE_READONLY, PAGE_READWRITE, PAGE_EXECUTE_READ, PAGE_EXECUTE_READWRITE, PAGE_EXECUTE_WRITECOPY
    };
    static char zeros[FILE_SIZE];
    char dir[MAX_PATH], path[MAX_PATH + 20], *shared;
    HANDLE file, section, plain;
    unsigned int i;
    DWORD len;

    if (!GetEnvironmentVariableA( "MAPVIEW_NOEXEC_DIR", dir, sizeof(dir) ))
    {
        skip( "there is no directory for files that cannot be executed\n" );
        return;
    }
    snprintf( path, sizeof(path), "%s\\noexec.tmp", dir );
    file = CreateFileA( path, GENERIC_READ | GENERIC_WRITE | GENERIC_EXECUTE, 0, NULL, CREATE_ALWAYS,
                        FILE_FLAG_DELETE_ON_CLOSE, 0 );
    ok( WriteFile( file, zeros, FILE_SIZE, &len, NULL ), "cannot write %s, error %lu\n", path, GetLastError() );
    plain = CreateFileMappingW( file, NULL, PAGE_READWRITE, 0, 0, NULL );
    shared = map_all( plain );
    ok( shared != NULL, "error %lu\n", GetLastError() );
    for (i = 0; shared && i < ARRAY_SIZE( protects ); i++)
    {
        section = CreateFileMappingW( file, NULL, protects[i], 0, 0, NULL );
        ok( section || GetLastError() == ERROR_ACCESS_DENIED, "%s: error %lu\n", protect_name( protects[i] ),
            GetLastError() );
        if (section) check_view_kinds( section, shared, protects[i] );
        CloseHandle( section );
    }
    unmap( shared );
    CloseHandle( plain );
    CloseHandle( file );
}

static const struct rule rules[] =
{
    { "S4-noexec", "a view is coherent or there is none", test_views },
    { NULL, NULL, NULL }
};

const struct test_file file_noexec = { "noexec", rules, NULL };
