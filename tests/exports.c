/*
 * Which names are exported from where
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "test.h"

#define IN_KERNELBASE  1
#define IN_KERNEL32    2
#define NOT_KERNEL32   4
#define NOT_ON_WINDOWS 8

static const struct function
{
    const char  *name;
    unsigned int flags;
    int          apiset;   /* N of api-ms-win-core-memory-l1-1-N where it first appears; -1: in none of them */
} functions[] =
{
    { "CreateFileMappingA",       IN_KERNEL32, -1 },
    { "CreateFileMappingW",       IN_KERNELBASE | IN_KERNEL32, 0 },
    { "CreateFileMappingNumaW",   IN_KERNELBASE | IN_KERNEL32, 1 },
    { "CreateFileMappingFromApp", IN_KERNELBASE | IN_KERNEL32, 1 },
    { "CreateFileMapping2",       IN_KERNELBASE | NOT_KERNEL32, 7 },
    { "OpenFileMappingA",         IN_KERNEL32, -1 },
    { "OpenFileMappingW",         IN_KERNELBASE | IN_KERNEL32, 0 },
    { "OpenFileMappingFromApp",   IN_KERNELBASE, 3 },
    { "MapViewOfFile",            IN_KERNELBASE | IN_KERNEL32, 0 },
    { "MapViewOfFileEx",          IN_KERNELBASE | IN_KERNEL32, 0 },
    { "MapViewOfFileExNuma",      IN_KERNELBASE | IN_KERNEL32, -1 },
    { "MapViewOfFileFromApp",     IN_KERNELBASE | IN_KERNEL32, 1 },
    { "MapViewOfFile2",           IN_KERNELBASE | NOT_KERNEL32 | NOT_ON_WINDOWS, -1 },
    { "MapViewOfFileNuma2",       IN_KERNELBASE | NOT_KERNEL32, 5 },
    { "MapViewOfFile3",           IN_KERNELBASE | NOT_KERNEL32, 6 },
    { "MapViewOfFile3FromApp",    IN_KERNELBASE | NOT_KERNEL32, 6 },
    { "UnmapViewOfFile",          IN_KERNELBASE | IN_KERNEL32, 0 },
    { "UnmapViewOfFileEx",        IN_KERNELBASE | IN_KERNEL32, 1 },
    { "UnmapViewOfFile2",         IN_KERNELBASE | NOT_KERNEL32, 5 },
    { "FlushViewOfFile",          IN_KERNELBASE | IN_KERNEL32, 0 },
    { "VirtualAlloc2",            IN_KERNELBASE | NOT_KERNEL32, 6 },
    { "VirtualAlloc2FromApp",     IN_KERNELBASE | NOT_KERNEL32, 6 },
};

static void test_kernelbase(void)
{
    HMODULE module = GetModuleHandleA( "kernelbase.dll" );
    unsigned int i;

    for (i = 0; i < ARRAY_SIZE( functions ); i++)
    {
        void *proc = (void *)GetProcAddress( module, functions[i].name );

        if (!(functions[i].flags & IN_KERNELBASE)) continue;
        ok( proc || broken( functions[i].flags & NOT_ON_WINDOWS ) || broken( functions[i].apiset > 6 ),
            "%s is missing, error %lu\n", functions[i].name, GetLastError() );
    }
}

static void test_kernel32(void)
{
    HMODULE module = GetModuleHandleA( "kernel32.dll" );
    unsigned int i;

    for (i = 0; i < ARRAY_SIZE( functions ); i++)
    {
        void *proc = (void *)GetProcAddress( module, functions[i].name );

        if (functions[i].flags & IN_KERNEL32)
            ok( proc != NULL, "%s is missing, error %lu\n", functions[i].name, GetLastError() );
    }
}

static void test_not_kernel32(void)
{
    HMODULE module = GetModuleHandleA( "kernel32.dll" );
    unsigned int i;

    for (i = 0; i < ARRAY_SIZE( functions ); i++)
    {
        void *proc = (void *)GetProcAddress( module, functions[i].name );

        if (functions[i].flags & NOT_KERNEL32) ok( !proc, "%s is there: %p\n", functions[i].name, proc );
    }
}

static void test_apisets(void)
{
    char name[64];
    unsigned int i;
    int level;

    for (level = 0; level <= 8; level++)
    {
        HMODULE module;

        snprintf( name, sizeof(name), "api-ms-win-core-memory-l1-1-%d.dll", level );
        SetLastError( 0xdeadbeef );
        module = LoadLibraryA( name );
        ok( module != NULL || broken( level > 6 ), "%s: error %lu\n", name, GetLastError() );
        if (!module) continue;
        for (i = 0; i < ARRAY_SIZE( functions ); i++)
        {
            if (functions[i].apiset < 0 || functions[i].apiset > level) continue;
            ok( GetProcAddress( module, functions[i].name ) != NULL, "%s is missing in %s\n",
                functions[i].name, name );
        }
        FreeLibrary( module );
    }
}

static void test_apiset_implemented(void)
{
    char name[64];
    int level;

    if (!pIsApiSetImplemented)
    {
        win_skip( "IsApiSetImplemented is missing\n" );
        return;
    }
    for (level = 0; level <= 8; level++)
    {
        snprintf( name, sizeof(name), "api-ms-win-core-memory-l1-1-%d", level );
        ok( pIsApiSetImplemented( name ) || broken( level > 6 ), "%s is not implemented\n", name );
    }
}

static void test_apiset_not_implemented(void)
{
    static const char * const names[] =
    {
        "", "api-ms-win-core-memory-l1-1-99", "api-ms-win-core-memory-l2-1-0", "api-ms-win-core-nonsense-l1-1-0",
        "kernelbase"
    };
    unsigned int i;

    if (!pIsApiSetImplemented)
    {
        win_skip( "IsApiSetImplemented is missing\n" );
        return;
    }
    for (i = 0; i < ARRAY_SIZE( names ); i++)
        ok( !pIsApiSetImplemented( names[i] ), "\"%s\" is implemented\n", names[i] );
}

static void test_same_through_kernel32(void)
{
    typedef void *(WINAPI *map_fn)( HANDLE, DWORD, DWORD, DWORD, SIZE_T );
    typedef BOOL (WINAPI *unmap_fn)( const void * );
    static const char * const dlls[] = { "kernel32.dll", "kernelbase.dll" };
    HANDLE section = create_filled_section( PAGE_READWRITE, PAGE );
    unsigned int i;

    for (i = 0; i < ARRAY_SIZE( dlls ); i++)
    {
        HMODULE module = GetModuleHandleA( dlls[i] );
        map_fn map = (map_fn)(void *)GetProcAddress( module, "MapViewOfFile" );
        unmap_fn unmap_view = (unmap_fn)(void *)GetProcAddress( module, "UnmapViewOfFile" );
        char *view = map( section, FILE_MAP_READ, 0, 0, 0 );
        BOOL ret;

        winetest_push_context( "%s", dlls[i] );
        ok( view != NULL, "cannot map, error %lu\n", GetLastError() );
        if (view) ok( word_at( view, 4 ) == test_word( 4 ), "got %#lx\n", word_at( view, 4 ));
        ret = unmap_view( view );
        ok( ret, "cannot unmap %p, error %lu\n", view, GetLastError() );
        winetest_pop_context();
    }
    CloseHandle( section );
}

static const struct rule rules[] =
{
    { "1.1-kernelbase", "what kernelbase.dll exports", test_kernelbase },
    { "1.1-kernel32", "what kernel32.dll exports", test_kernel32 },
    { "1.1-not-kernel32", "what kernel32.dll does not export (1.16 #1, #2)", test_not_kernel32 },
    { "1.1-apisets", "the API sets can be loaded and have the functions", test_apisets },
    { "1.1-apiset-implemented", "IsApiSetImplemented knows the API sets", test_apiset_implemented },
    { "1.1-apiset-not-implemented", "IsApiSetImplemented knows no others", test_apiset_not_implemented },
    { "1.1-same-through-kernel32", "both DLLs have the same functions", test_same_through_kernel32 },
    { NULL, NULL, NULL }
};

const struct test_file file_exports = { "exports", rules, NULL };
