/*
 * What calls leave behind: handles, address space, files of the Unix process
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "test.h"

#define SECTION_SIZE 0x20000

struct usage
{
    DWORD handles;
    SIZE_T regions, bytes;
    unsigned int files;       /* of the Unix process; 0 if unknown */
};

/* The Unix process that has mapped this file, by its name in /proc/PID/maps. */
static unsigned int find_unix_pid( const char *name )
{
    static char maps[0x100000];
    WIN32_FIND_DATAW data;
    HANDLE find, file;
    WCHAR path[100];
    unsigned int pid = 0;
    DWORD len, total;

    find = FindFirstFileW( L"\\\\?\\unix\\proc\\*", &data );
    if (find == INVALID_HANDLE_VALUE) return 0;
    do
    {
        if (data.cFileName[0] < '0' || data.cFileName[0] > '9') continue;
        wsprintfW( path, L"\\\\?\\unix\\proc\\%s\\maps", data.cFileName );
        file = CreateFileW( path, GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_WRITE, NULL, OPEN_EXISTING, 0, 0 );
        if (file == INVALID_HANDLE_VALUE) continue;
        total = 0;
        while (total < sizeof(maps) - 1 && ReadFile( file, maps + total, sizeof(maps) - 1 - total, &len, NULL ) && len)
            total += len;
        maps[total] = 0;
        CloseHandle( file );
        if (strstr( maps, name )) pid = _wtoi( data.cFileName );
    } while (!pid && FindNextFileW( find, &data ));
    FindClose( find );
    return pid;
}

static unsigned int own_unix_pid(void)
{
    char path[MAX_PATH], *name;
    HANDLE file = create_named_test_file( GENERIC_READ, PAGE, path );
    HANDLE section = CreateFileMappingW( file, NULL, PAGE_READONLY, 0, 0, NULL );
    void *view = MapViewOfFile( section, FILE_MAP_READ, 0, 0, 0 );
    unsigned int pid;

    name = strrchr( path, '\\' );
    pid = find_unix_pid( name ? name + 1 : path );
    UnmapViewOfFile( view );
    CloseHandle( section );
    CloseHandle( file );
    return pid;
}

static unsigned int count_unix_files( unsigned int pid )
{
    WIN32_FIND_DATAW data;
    unsigned int count = 0;
    WCHAR path[100];
    HANDLE find;

    if (!pid) return 0;
    wsprintfW( path, L"\\\\?\\unix\\proc\\%u\\fd\\*", pid );
    find = FindFirstFileW( path, &data );
    if (find == INVALID_HANDLE_VALUE) return 0;
    do count++; while (FindNextFileW( find, &data ));
    FindClose( find );
    return count;
}

static struct usage get_usage( unsigned int pid )
{
    MEMORY_BASIC_INFORMATION info;
    struct usage usage;
    char *addr = NULL;

    memset( &usage, 0, sizeof(usage) );
    /* Wine 8.0 counts none, but gives out the lowest that is free */
    if (on_wine) usage.handles = next_handle();
    else GetProcessHandleCount( GetCurrentProcess(), &usage.handles );
    while (VirtualQuery( addr, &info, sizeof(info) ))
    {
        if (info.State != MEM_FREE)
        {
            usage.regions++;
            usage.bytes += info.RegionSize;
        }
        addr = (char *)info.BaseAddress + info.RegionSize;
    }
    usage.files = count_unix_files( pid );
    return usage;
}

#define MAX_CALLS 32

struct bad_calls
{
    struct { struct map_args args; unsigned int needs; } map[MAX_CALLS];
    unsigned int map_count;
    struct section_args make[MAX_CALLS];
    unsigned int make_count;
    MEM_EXTENDED_PARAMETER null_param, req_param;
    MEM_ADDRESS_REQUIREMENTS req;
    HANDLE readonly, section, file_section, file, event;
    const WCHAR *event_name;
    BOOL defects;     /* with the calls that stock Wine lets pass */
    char *busy;
};

static struct map_args *add_map( struct bad_calls *calls, unsigned int needs, ULONG protect )
{
    struct map_args *args = &calls->map[calls->map_count].args;

    *args = map_args( calls->section );
    set_protect( args, protect );
    calls->map[calls->map_count].needs = needs;
    calls->map_count++;
    return args;
}

static struct section_args *add_make( struct bad_calls *calls, ULONG protect, ULONG64 size )
{
    struct section_args *args = &calls->make[calls->make_count++];

    *args = section_args( protect, size );
    return args;
}

static void init_bad_calls( struct bad_calls *calls )
{
    struct section_args *make;

    memset( calls, 0, sizeof(*calls) );
    calls->event_name = unique_name( "leak" );
    calls->event = CreateEventW( NULL, FALSE, FALSE, calls->event_name );
    calls->file = create_test_file( GENERIC_READ, SECTION_SIZE );
    calls->section = create_section( PAGE_READWRITE, SECTION_SIZE );
    calls->readonly = create_section( PAGE_READONLY, SECTION_SIZE );
    calls->file_section = CreateFileMappingW( calls->file, NULL, PAGE_READWRITE, 0, 0, NULL );
    calls->busy = VirtualAlloc( NULL, GRANULARITY, MEM_RESERVE, PAGE_NOACCESS );
    calls->req.LowestStartingAddress = calls->busy;
    calls->req.HighestEndingAddress = calls->busy + GRANULARITY - 1;
    calls->req_param.Type = PARAM_ADDRESS_REQUIREMENTS;
    calls->req_param.Pointer = &calls->req;

    add_map( calls, 0, PAGE_READWRITE )->section = NULL;
    add_map( calls, 0, PAGE_READWRITE )->section = calls->event;
    add_map( calls, 0, PAGE_READWRITE )->section = calls->readonly;
    add_map( calls, 0, PAGE_EXECUTE_READ );
    add_map( calls, 0, PAGE_READWRITE )->offset = PAGE;
    add_map( calls, 0, PAGE_READWRITE )->offset = SECTION_SIZE;
    add_map( calls, 0, PAGE_READWRITE )->size = SECTION_SIZE + PAGE;
    add_map( calls, 0, PAGE_READWRITE )->size = ~(SIZE_T)0;
    add_map( calls, 0, PAGE_WRITECOPY )->size = 2 * SECTION_SIZE;
    add_map( calls, TAKES_BASE, PAGE_READWRITE )->base = calls->busy;
    add_map( calls, TAKES_BASE, PAGE_WRITECOPY )->base = GetModuleHandleA( NULL );
    add_map( calls, TAKES_BASE | TAKES_ACCESS, PAGE_READWRITE )->base = (void *)0x12345678;
    add_map( calls, TAKES_BASE | TAKES_PROTECT, PAGE_READWRITE )->base = (void *)(BITS( 0xffff800000000000, 0xffff0000 ));
    add_map( calls, TAKES_PROTECT, PAGE_READWRITE )->process = calls->event;
    add_map( calls, TAKES_PROTECT, PAGE_READWRITE )->protect = PAGE_READWRITE | PAGE_READONLY;
    add_map( calls, TAKES_PROTECT, PAGE_READWRITE | PAGE_GUARD )->protect = PAGE_READWRITE | PAGE_GUARD;

    add_make( calls, 0, PAGE );
    add_make( calls, PAGE_NOACCESS, PAGE );
    add_make( calls, PAGE_READWRITE, 0 );
    add_make( calls, PAGE_READWRITE, PAGE )->attrs = SEC_COMMIT | SEC_RESERVE;
    add_make( calls, PAGE_READWRITE, PAGE )->attrs = SEC_IMAGE;
    add_make( calls, PAGE_READWRITE, PAGE )->attrs = SEC_FILE;
    add_make( calls, PAGE_READWRITE, PAGE )->file = calls->event;
    add_make( calls, PAGE_READWRITE, PAGE )->name = calls->event_name;
    make = add_make( calls, PAGE_READWRITE, PAGE );
    make->file = calls->file;
    make->attrs = SEC_COMMIT | SEC_LARGE_PAGES;
    make = add_make( calls, PAGE_READONLY, 0 );
    make->file = calls->file;
    make->attrs = SEC_IMAGE;
    make = add_make( calls, PAGE_READONLY, SECTION_SIZE + 1 );
    make->file = calls->file;
}

/* The calls that stock Wine lets pass, instead of the others. */
static void init_defects( struct bad_calls *calls )
{
    struct section_args *make;

    calls->map_count = calls->make_count = 0;
    calls->defects = TRUE;
    add_map( calls, TAKES_BASE, PAGE_READWRITE )->base = (void *)(BITS( 0x800000000000, 0xffff0000 ));
    add_map( calls, TAKES_PARAMS, PAGE_READWRITE )->count = 1;
    add_map( calls, TAKES_PARAMS, PAGE_READWRITE )->params = &calls->null_param;
    calls->map[calls->map_count - 1].args.count = 1;
    add_map( calls, TAKES_NODE, PAGE_READWRITE )->node = 64;
    add_map( calls, TAKES_PROTECT, PAGE_READWRITE )->alloc_type = MEM_COMMIT;
    add_map( calls, TAKES_PROTECT, PAGE_READWRITE )->alloc_type = MEM_RESERVE;
    add_map( calls, TAKES_PROTECT, PAGE_READWRITE )->alloc_type = MEM_REPLACE_PLACEHOLDER;
    calls->map[calls->map_count - 1].args.base = calls->busy;
    calls->map[calls->map_count - 1].args.size = GRANULARITY;
    add_map( calls, TAKES_PROTECT, PAGE_READWRITE )->alloc_type = MEM_LARGE_PAGES;
    add_map( calls, TAKES_ACCESS, PAGE_READWRITE )->access = FILE_MAP_WRITE | FILE_MAP_LARGE_PAGES;
    add_map( calls, TAKES_ACCESS, PAGE_READWRITE )->access = FILE_MAP_WRITE | FILE_MAP_RESERVE;
    add_map( calls, TAKES_PARAMS, PAGE_READWRITE )->params = &calls->req_param;
    calls->map[calls->map_count - 1].args.count = 1;
    make = add_make( calls, PAGE_READWRITE, 0x200000 );
    make->attrs = SEC_COMMIT | SEC_LARGE_PAGES;
}

static void free_bad_calls( struct bad_calls *calls )
{
    VirtualFree( calls->busy, 0, MEM_RELEASE );
    CloseHandle( calls->file_section );
    CloseHandle( calls->readonly );
    CloseHandle( calls->section );
    CloseHandle( calls->file );
    CloseHandle( calls->event );
}

/* All calls once; returns their number, and the number of those that worked. */
static unsigned int do_bad_calls( struct bad_calls *calls, const WCHAR *missing, unsigned int *worked )
{
    const struct unmapper *u;
    const struct mapper *m;
    const struct maker *n;
    unsigned int i, count = 0;
    HANDLE handle;
    DWORD err;
    void *view;

    for_each_mapper( m, 0 )
    {
        for (i = 0; i < calls->map_count; i++)
        {
            if ((m->flags & calls->map[i].needs) != calls->map[i].needs) continue;
            view = map_view( m, &calls->map[i].args, &err );
            count++;
            if (!view) continue;
            UnmapViewOfFile( view );
            ++*worked;
        }
    }
    for_each_maker( n, 0 )
    {
        for (i = 0; i < calls->make_count; i++)
        {
            if (calls->make[i].node != NUMA_NO_PREFERRED_NODE && !(n->flags & MAKER_NODE)) continue;
            handle = make_section( n, &calls->make[i], &err );
            count++;
            if (!handle) continue;
            CloseHandle( handle );
            ++*worked;
        }
    }
    for_each_unmapper( u )
    {
        if (u->call( GetCurrentProcess(), calls->busy, 0 )) ++*worked;
        if (u->call( GetCurrentProcess(), NULL, 0 )) ++*worked;
        count += 2;
        if (!u->takes_flags) continue;
        if (u->call( GetCurrentProcess(), calls->busy, 4 )) ++*worked;
        if (u->call( GetCurrentProcess(), calls->busy, MEM_PRESERVE_PLACEHOLDER )) ++*worked;
        count += 2;
    }
    if (FlushViewOfFile( NULL, 0 )) ++*worked;
    if (FlushViewOfFile( &count, ~(SIZE_T)0 )) ++*worked;
    if (OpenFileMappingW( FILE_MAP_READ, FALSE, missing )) ++*worked;
    if (OpenFileMappingW( FILE_MAP_READ, FALSE, calls->event_name )) ++*worked;
    if (OpenFileMappingA( FILE_MAP_READ, FALSE, NULL )) ++*worked;
    count += 6;
    if (pOpenFileMappingFromApp)
    {
        if (pOpenFileMappingFromApp( FILE_MAP_READ, FALSE, missing )) ++*worked;
        count++;
    }
    return count;
}

static void check_leaks( struct bad_calls *calls, unsigned int total )
{
    const WCHAR *missing = unique_name( "no-such-section" );
    unsigned int count = 0, round, worked = 0, pid = on_wine ? own_unix_pid() : 0;
    struct usage before, after;

    if (on_wine) ok( pid != 0, "cannot find this process in /proc\n" );
    /* whatever is loaded or cached at first use */
    do_bad_calls( calls, missing, &worked );
    get_usage( pid );
    ok( !worked, "%u calls worked\n", worked );
    worked = 0;

    /* the heap of Wine 10.0 takes another region once, for sizes that it has seen often; a leak is
     * there each time.  The thread for calls to other processes comes and goes. */
    for (round = 0; round < 3; round++)
    {
        before = get_usage( pid );
        for (count = 0, worked = 0; count < total; ) count += do_bad_calls( calls, missing, &worked );
        after = get_usage( pid );
        if (after.regions <= before.regions && after.bytes <= before.bytes && after.handles <= before.handles &&
            after.files <= before.files) break;
    }

    ok( !worked, "%u of %u calls worked\n", worked, count );
    ok( after.handles <= before.handles, "handles: %#lx, before %#lx\n", after.handles, before.handles );
    ok( after.regions <= before.regions, "%Iu regions, before %Iu\n", after.regions, before.regions );
    ok( after.bytes <= before.bytes, "%#Ix bytes, before %#Ix\n", after.bytes, before.bytes );
    ok( after.files <= before.files && (!on_wine || before.files > 5), "%u Unix files, before %u\n",
        after.files, before.files );
}

static void test_leaks(void)
{
    static struct bad_calls calls;

    init_bad_calls( &calls );
    check_leaks( &calls, 70000 );
    free_bad_calls( &calls );
}

static void test_leaks_defects(void)
{
    static struct bad_calls calls;

    init_bad_calls( &calls );
    init_defects( &calls );
    check_leaks( &calls, 30000 );
    free_bad_calls( &calls );
}

/* And the same for calls that work. */
static void test_leaks_success(void)
{
    static const ULONG protects[] = { PAGE_READONLY, PAGE_READWRITE, PAGE_WRITECOPY, PAGE_NOACCESS };
    unsigned int i, j, pid = on_wine ? own_unix_pid() : 0;
    struct section_args create_args = section_args( PAGE_READWRITE, SECTION_SIZE );
    HANDLE file = create_test_file( GENERIC_READ, SECTION_SIZE );
    struct usage before, after;
    const struct mapper *m;
    const struct maker *n;
    struct map_args args;
    char *view;
    DWORD err;

    memset( &before, 0, sizeof(before) );
    for (i = 0; i < 120; i++)
    {
        if (i == 20) before = get_usage( pid );
        for_each_maker( n, 0 )
        {
            create_args.file = i % 2 ? file : NULL;
            args = map_args( make_section( n, &create_args, &err ));
            for_each_mapper( m, 0 )
            {
                for (j = 0; j < ARRAY_SIZE( protects ); j++)
                {
                    set_protect( &args, protects[j] );
                    view = map_view( m, &args, &err );
                    if (view && (protects[j] & (PAGE_READWRITE | PAGE_WRITECOPY))) view[PAGE] = i;
                    if (!view || !FlushViewOfFile( view, 0 ) || !UnmapViewOfFile( view + i ))
                        ok( 0, "view %p, error %lu, %lu\n", view, err, GetLastError() );
                }
            }
            CloseHandle( args.section );
        }
    }
    after = get_usage( pid );
    ok( after.handles <= before.handles, "handles: %#lx, before %#lx\n", after.handles, before.handles );
    ok( after.regions <= before.regions, "%Iu regions, before %Iu\n", after.regions, before.regions );
    ok( after.bytes <= before.bytes, "%#Ix bytes, before %#Ix\n", after.bytes, before.bytes );
    ok( after.files <= before.files, "%u Unix files, before %u\n", after.files, before.files );
    CloseHandle( file );
}

static const struct rule rules[] =
{
    { "1.4-leaks", "calls that fail leave nothing behind", test_leaks },
    { "1.4-leaks-defects", "calls that stock Wine does not refuse leave nothing behind", test_leaks_defects },
    { "1.4-leaks-success", "views and sections leave nothing behind", test_leaks_success },
    { NULL, NULL, NULL }
};

const struct test_file file_leak = { "leak", rules, NULL };
