/*
 * The host's limit of mappings: what fails there, and what has to go on working
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "placeholder.h"

#define MAX_LIMIT 300000  /* a host with more of them is not exhausted */

/* Linux' vm.max_map_count, 0 elsewhere. */
static unsigned int get_limit(void)
{
    HANDLE file = CreateFileA( "\\\\?\\unix\\proc\\sys\\vm\\max_map_count", GENERIC_READ,
                               FILE_SHARE_READ | FILE_SHARE_WRITE, NULL, OPEN_EXISTING, 0, 0 );
    char buffer[32] = "";
    DWORD len;

    if (file == INVALID_HANDLE_VALUE) return 0;
    if (!ReadFile( file, buffer, sizeof(buffer) - 1, &len, NULL )) len = 0;
    buffer[len] = 0;
    CloseHandle( file );
    return strtoul( buffer, NULL, 10 );
}

static BOOL can_reach_limit( unsigned int *limit )
{
    if (!has_placeholders()) return FALSE;
    *limit = get_limit();
    if (*limit && *limit <= MAX_LIMIT) return TRUE;
    skip( "vm.max_map_count is %u, more than %u\n", *limit, MAX_LIMIT );
    return FALSE;
}

static BOOL is_placeholder( const char *addr, SIZE_T size )
{
    MEMORY_BASIC_INFORMATION info;

    return VirtualQuery( addr, &info, sizeof(info) ) && info.State == MEM_RESERVE && info.AllocationBase == addr &&
           info.RegionSize == size;
}

/* Views with a gap between any two, until there are no more; then everything else that needs one. */
static void test_views(void)
{
    unsigned int limit, count, i, pieces, failed = 0, moved = 0;
    DWORD *contents, old, error;
    HANDLE section;
    char *addr, *ret;

    if (ntdll_fails( "a view that fails takes the placeholder with it" ) || !can_reach_limit( &limit )) return;
    pieces = limit;
    section = create_section( PAGE_READWRITE, pieces * (ULONG64)PAGE );
    contents = map_all( section );
    for (i = 0; i < pieces; i++) contents[i * (PAGE / 4)] = ~i;
    addr = reserve( 2 * pieces * (SIZE_T)PAGE );
    for (i = 0; i < pieces; i++)
    {
        if (!VirtualFree( addr + 2 * i * (SIZE_T)PAGE, PAGE, PRESERVE )) break;
        if (i + 1 < pieces && !VirtualFree( addr + (2 * i + 1) * (SIZE_T)PAGE, PAGE, PRESERVE )) break;
    }
    ok( i == pieces, "split: error %lu at piece %u\n", GetLastError(), i );  /* these need none */

    for (count = 0; count < pieces; count++)
    {
        SetLastError( 0xdeadbeef );
        ret = pMapViewOfFile3( section, NULL, addr + 2 * count * (SIZE_T)PAGE, count * (ULONG64)PAGE, PAGE,
                               MEM_REPLACE_PLACEHOLDER, PAGE_READWRITE, NULL, 0 );
        if (!ret) break;
    }
    error = GetLastError();
    ok( count > limit / 3 && count < limit, "%u views of %u mappings\n", count, limit );
    ok( error == ERROR_NOT_ENOUGH_MEMORY, "error %lu\n", error );

    /* again and with private memory; the placeholder is still there */
    for (i = 0; i < 3; i++)
    {
        map_in_fails( section, addr + 2 * count * (SIZE_T)PAGE, 0, PAGE, PAGE_READWRITE, ERROR_NOT_ENOUGH_MEMORY );
        alloc_fails( addr + 2 * count * (SIZE_T)PAGE, PAGE, MEM_RESERVE | MEM_COMMIT | MEM_REPLACE_PLACEHOLDER,
                     PAGE_READWRITE, ERROR_NOT_ENOUGH_MEMORY );
        ok( is_placeholder( addr + 2 * count * (SIZE_T)PAGE, PAGE ), "the placeholder is gone\n" );
        ok( !is_readable( addr + 2 * count * (SIZE_T)PAGE ), "the placeholder can be read\n" );
    }

    for (i = 0; i < count; i++) moved += word_at( addr, 2 * i * (SIZE_T)PAGE ) != ~i;
    ok( !moved, "%u of %u views have other contents\n", moved, count );
    ok( VirtualProtect( addr, PAGE, PAGE_READONLY, &old ), "VirtualProtect error %lu\n", GetLastError() );

    /* every view can be unmapped, and mapped again in the place of another */
    for (i = 0; i < count; i++)
    {
        if (pUnmapViewOfFileEx( addr + 2 * i * (SIZE_T)PAGE, MEM_PRESERVE_PLACEHOLDER )) continue;
        if (!failed++) ok( 0, "unmap %u of %u: error %lu\n", i, count, GetLastError() );
    }
    ok( !failed, "%u of %u views cannot be unmapped\n", failed, count );
    for (i = 0; i < count; i++) if (!is_placeholder( addr + 2 * i * (SIZE_T)PAGE, PAGE )) failed++;
    ok( !failed, "%u of %u views are no placeholders\n", failed, count );
    map_in( section, addr + 2 * count * (SIZE_T)PAGE, count * (ULONG64)PAGE, PAGE, PAGE_READWRITE );
    ok( word_at( addr, 2 * count * (SIZE_T)PAGE ) == ~count, "got %#lx\n", word_at( addr, 2 * count * (SIZE_T)PAGE ));
    unmap_in( addr + 2 * count * (SIZE_T)PAGE, MEM_PRESERVE_PLACEHOLDER );
    free_works( addr, 2 * pieces * (SIZE_T)PAGE, COALESCE );
    free_works( addr, 0, MEM_RELEASE );
    UnmapViewOfFile( contents );
    CloseHandle( section );
}

/* Neighbours of one file that the host takes for one mapping have to come apart at the limit. */
static void test_neighbours(void)
{
    unsigned int limit, i, k, count, failed = 0;
    HANDLE section;
    char *addr, *rest, *ret;

    if (ntdll_fails( "memory that the host refused is taken for committed" ) || !can_reach_limit( &limit )) return;
    section = create_filled_section( PAGE_READWRITE, 64 * PAGE );
    addr = reserve( 64 * PAGE );
    for (i = 1; i < 64; i++) free_works( addr + (i - 1) * PAGE, PAGE, PRESERVE );
    for (i = 0; i < 64; i++) map_in( section, addr + i * PAGE, i * PAGE, PAGE, PAGE_READWRITE );

    /* fill it up with private memory, every second page of it */
    rest = reserve( 2 * limit * (SIZE_T)PAGE );
    for (count = 0; count < limit; count++)
    {
        VirtualFree( rest + 2 * count * (SIZE_T)PAGE, PAGE, PRESERVE );
        ret = pVirtualAlloc2( NULL, rest + 2 * count * (SIZE_T)PAGE, PAGE, MEM_RESERVE | MEM_COMMIT | MEM_REPLACE_PLACEHOLDER,
                              PAGE_READWRITE, NULL, 0 );
        if (!ret) break;
        *ret = 1;
    }
    ok( count < limit && GetLastError() == ERROR_NOT_ENOUGH_MEMORY, "%u pieces, error %lu\n", count, GetLastError() );

    /* from the middle: it works, or fails and nothing changes until there is room */
    for (i = 1; i < 64; i += 2)
    {
        SetLastError( 0xdeadbeef );
        if (pUnmapViewOfFileEx( addr + i * PAGE, MEM_PRESERVE_PLACEHOLDER ))
        {
            ok( is_placeholder( addr + i * PAGE, PAGE ), "view %u is no placeholder\n", i );
            continue;
        }
        failed++;
        ok( GetLastError() == ERROR_NOT_ENOUGH_MEMORY, "view %u: error %lu\n", i, GetLastError() );
        check_view( addr + i * PAGE, PAGE, PAGE_READWRITE );
        ok( word_at( addr, i * PAGE ) == test_word( i * PAGE ), "view %u: got %#lx\n", i, word_at( addr, i * PAGE ));
    }
    for (i = 0; i < 64; i += 2)
        ok( word_at( addr, i * PAGE ) == test_word( i * PAGE ), "view %u: got %#lx\n", i, word_at( addr, i * PAGE ));

    for (i = 0, k = 0; i < count; i++) k += !VirtualFree( rest + 2 * i * (SIZE_T)PAGE, 0, MEM_RELEASE );
    ok( !k, "%u of %u pieces cannot be released\n", k, count );
    for (i = 0; i < 64; i++) if (!is_placeholder( addr + i * PAGE, PAGE )) unmap_in( addr + i * PAGE, MEM_PRESERVE_PLACEHOLDER );
    ok( failed <= 32, "%u\n", failed );
    free_works( addr, 64 * PAGE, COALESCE );
    free_works( addr, 0, MEM_RELEASE );
    CloseHandle( section );
}

static const struct rule rules[] =
{
    { "1.14-views", "views until there are no more mappings", test_views },
    { "1.14-neighbours", "views that are one mapping to the host", test_neighbours },
    { NULL, NULL, NULL }
};

const struct test_file file_limit = { "limit", rules, NULL };
