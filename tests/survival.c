/*
 * What is left when something fails in the middle of a call
 *
 * survival.sh runs these; without it they are skipped.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "test.h"
#include "large.h"
#include "survival/inject.h"
#include <psapi.h>

#define SIZE 0x40000

static struct inject *inject;

static HANDLE section, file_section, file, other, large_section, reserve_section;
static const WCHAR *name;
static char *zone, *view, *copy, *reserved;   /* a placeholder of two parts; views to use */
static HANDLE new_handle;
static char *new_addr;
static BOOL (WINAPI *pQueryWorkingSetEx)( HANDLE, void *, DWORD );

static int child_idle( int argc, char **argv )
{
    Sleep( INFINITE );
    return argc + !argv;
}

/* Each step is done and undone; undo is called when it worked. */

static BOOL got_handle( HANDLE handle )
{
    return (new_handle = handle) != NULL;
}

static BOOL got_addr( void *addr )
{
    return (new_addr = addr) != NULL;
}

static void close_new(void)         { CloseHandle( new_handle ); }
static void unmap_new(void)         { UnmapViewOfFile( new_addr ); }
static void unmap_remote(void)      { pUnmapViewOfFile2( other, new_addr, 0 ); }
static void free_new(void)          { VirtualFree( new_addr, 0, MEM_RELEASE ); }
static void free_remote(void)       { VirtualFreeEx( other, new_addr, 0, MEM_RELEASE ); }
static void coalesce(void)          { VirtualFree( zone, 3 * SIZE, MEM_RELEASE | MEM_COALESCE_PLACEHOLDERS );
                                      VirtualFree( zone, SIZE, MEM_RELEASE | MEM_PRESERVE_PLACEHOLDER ); }
static void split(void)             { VirtualFree( zone, SIZE, MEM_RELEASE | MEM_PRESERVE_PLACEHOLDER ); }
static BOOL unmap_preserved(void)   { return pUnmapViewOfFile2( GetCurrentProcess(), new_addr, MEM_PRESERVE_PLACEHOLDER ); }
static BOOL free_preserved(void)    { return VirtualFree( new_addr, SIZE, MEM_RELEASE | MEM_PRESERVE_PLACEHOLDER ); }
static void preserve_view(void)     { unmap_preserved(); }
static void preserve_memory(void)   { free_preserved(); }
static void nothing(void)           { }

static BOOL create_anonymous(void)  { return got_handle( create_section( PAGE_READWRITE, SIZE )); }
static BOOL create_readonly(void)   { return got_handle( create_section( PAGE_READONLY, SIZE )); }
static BOOL create_named(void)      { return got_handle( CreateFileMappingW( INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0,
                                                                             SIZE, L"mapview-survival" )); }
static BOOL create_file(void)       { return got_handle( CreateFileMappingNumaW( file, NULL, PAGE_READWRITE, 0, 0, NULL, 0 )); }
static BOOL create_two(void)        { return got_handle( pCreateFileMapping2( NULL, NULL, FILE_MAP_ALL_ACCESS, PAGE_READWRITE,
                                                                              SEC_RESERVE, SIZE, NULL, NULL, 0 )); }
static BOOL create_large_pages(void) { return got_handle( create_large( PAGE_READWRITE, 1 )); }
static BOOL open_named(void)        { return got_handle( OpenFileMappingW( FILE_MAP_WRITE, FALSE, name )); }
static BOOL map_plain(void)         { return got_addr( map_all( section )); }
static BOOL map_file(void)          { return got_addr( map_all( file_section )); }
static BOOL map_large(void)         { return got_addr( map_all( large_section )); }
static BOOL map_large_pages(void)   { return got_addr( MapViewOfFile( large_section, FILE_MAP_WRITE | FILE_MAP_LARGE_PAGES,
                                                                      0, 0, 0 )); }
static BOOL map_copy(void)          { return got_addr( MapViewOfFile( section, FILE_MAP_COPY, 0, 0, 0 )); }
static BOOL map_remote(void)        { return got_addr( pMapViewOfFileNuma2( section, other, 0, NULL, 0, 0, PAGE_READWRITE, 0 )); }

static BOOL map_reserved(void)      { return got_addr( map_all( reserve_section )); }
static BOOL map_half_reserved(void) { return got_addr( MapViewOfFile( reserve_section, FILE_MAP_WRITE, 0, 0, SIZE / 2 )); }
static BOOL map_growing(void)       { return got_addr( MapViewOfFile( file_section, FILE_MAP_WRITE | FILE_MAP_RESERVE, 0, 0,
                                                                      4 * SIZE )); }
static BOOL map_node(void)          { return got_addr( MapViewOfFileExNuma( section, FILE_MAP_WRITE, 0, 0, 0, NULL, 0 )); }

static BOOL map_required( HANDLE process )
{
    MEM_ADDRESS_REQUIREMENTS req = { (void *)ZONE( 0x30 ), NULL, 0x1000000 };
    MEM_EXTENDED_PARAMETER param;

    memset( &param, 0, sizeof(param) );
    param.Type = PARAM_ADDRESS_REQUIREMENTS;
    param.Pointer = &req;
    return got_addr( pMapViewOfFile3( section, process, NULL, 0, 0, 0, PAGE_READWRITE, &param, 1 ));
}

static BOOL map_aligned(void)       { return map_required( GetCurrentProcess() ); }
static BOOL map_aligned_remote(void) { return map_required( other ); }

static BOOL replace( HANDLE handle, ULONG protect )
{
    return got_addr( pMapViewOfFile3( handle, GetCurrentProcess(), zone, 0, SIZE, MEM_REPLACE_PLACEHOLDER, protect, NULL, 0 ));
}

static BOOL replace_view(void)      { return replace( section, PAGE_READWRITE ); }
static BOOL replace_readonly(void)  { return replace( section, PAGE_READONLY ); }
static BOOL replace_copy(void)      { return replace( section, PAGE_WRITECOPY ); }
static BOOL replace_file(void)      { return replace( file_section, PAGE_READWRITE ); }
static BOOL replace_reserved(void)  { return replace( reserve_section, PAGE_READWRITE ); }
static BOOL replace_memory(void)    { return got_addr( pVirtualAlloc2( GetCurrentProcess(), zone, SIZE, MEM_RESERVE | MEM_COMMIT |
                                                                       MEM_REPLACE_PLACEHOLDER, PAGE_READWRITE, NULL, 0 )); }
static BOOL new_placeholder(void)   { return got_addr( pVirtualAlloc2( GetCurrentProcess(), NULL, SIZE, MEM_RESERVE |
                                                                       MEM_RESERVE_PLACEHOLDER, PAGE_NOACCESS, NULL, 0 )); }
static BOOL split_more(void)        { return VirtualFree( zone + SIZE, SIZE, MEM_RELEASE | MEM_PRESERVE_PLACEHOLDER ); }
static BOOL join(void)              { return VirtualFree( zone, 3 * SIZE, MEM_RELEASE | MEM_COALESCE_PLACEHOLDERS ); }
static BOOL alloc(void)             { return got_addr( VirtualAlloc( NULL, SIZE, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE )); }
static BOOL alloc_large(void)       { return got_addr( VirtualAlloc( NULL, large_page(), MEM_RESERVE | MEM_COMMIT | MEM_LARGE_PAGES,
                                                                     PAGE_READWRITE )); }
static BOOL alloc_node(void)        { return got_addr( VirtualAllocExNuma( GetCurrentProcess(), NULL, SIZE, MEM_RESERVE | MEM_COMMIT,
                                                                           PAGE_READWRITE, 0 )); }

static BOOL alloc_required(void)
{
    MEM_ADDRESS_REQUIREMENTS req = { (void *)ZONE( 0x30 ), NULL, 0x1000000 };
    MEM_EXTENDED_PARAMETER param;

    memset( &param, 0, sizeof(param) );
    param.Type = PARAM_ADDRESS_REQUIREMENTS;
    param.Pointer = &req;
    return got_addr( pVirtualAlloc2( NULL, NULL, SIZE, MEM_RESERVE, PAGE_READWRITE, &param, 1 ));
}

/* a step of two parts: when the second one has failed, the first one is undone */
static BOOL or_undo( BOOL ret, void (*undo)(void) )
{
    DWORD err = GetLastError();

    if (!ret) undo();
    SetLastError( err );
    return ret;
}

/* memory in the place of a placeholder, of which a part has another state than the rest */
static BOOL change_memory(void)
{
    DWORD old;

    return replace_memory() &&
           or_undo( VirtualFree( zone + PAGE, PAGE, MEM_DECOMMIT ) &&
                    VirtualProtect( zone + 3 * PAGE, PAGE, PAGE_READONLY, &old ) &&
                    VirtualAlloc( zone + PAGE, PAGE, MEM_COMMIT, PAGE_READWRITE ), preserve_memory );
}

/* what is in the place of a placeholder is taken away again */
static BOOL take_view(void)         { return replace_view() && or_undo( unmap_preserved(), preserve_view ); }
static BOOL take_memory(void)       { return replace_memory() && or_undo( free_preserved(), preserve_memory ); }

/* the first view of a section */
static void unmap_and_close(void)
{
    unmap_new();
    close_new();
}

static BOOL map_new_reserved(void)
{
    return got_handle( create_section( PAGE_READWRITE | SEC_RESERVE, SIZE )) &&
           or_undo( got_addr( map_all( new_handle )), close_new );
}

static BOOL change_view(void)
{
    DWORD old;

    return replace_view() &&
           or_undo( VirtualProtect( zone + PAGE, PAGE, PAGE_READONLY, &old ) &&
                    VirtualProtect( zone, SIZE, PAGE_READWRITE, &old ), preserve_view );
}

static BOOL commit_reserved(void)
{
    return map_reserved() &&
           or_undo( VirtualAlloc( new_addr + SIZE - 2 * PAGE, 2 * PAGE, MEM_COMMIT, PAGE_READWRITE ) != NULL, unmap_new );
}

static BOOL get_name(void)
{
    char path[MAX_PATH];
    return K32GetMappedFileNameA( GetCurrentProcess(), view, path, sizeof(path) ) != 0;
}

static BOOL alloc_remote(void)      { return got_addr( pVirtualAlloc2( other, NULL, SIZE, MEM_RESERVE, PAGE_READWRITE, NULL, 0 )); }

static BOOL query_copy(void)
{
    MEMORY_BASIC_INFORMATION info;
    return VirtualQuery( copy, &info, sizeof(info) ) != 0;
}

static BOOL query_remote(void)
{
    MEMORY_BASIC_INFORMATION info;
    return VirtualQueryEx( other, GetModuleHandleA( "ntdll.dll" ), &info, sizeof(info) ) != 0;
}

static BOOL protect_view(void)
{
    DWORD old;
    return VirtualProtect( view, PAGE, PAGE_READONLY, &old );
}

static BOOL protect_copy(void)
{
    DWORD old;
    return VirtualProtect( copy, PAGE, PAGE_READONLY, &old );
}

static void unprotect(void)
{
    DWORD old;
    VirtualProtect( view, PAGE, PAGE_READWRITE, &old );
    VirtualProtect( copy, PAGE, PAGE_WRITECOPY, &old );
}

static BOOL flush(void)
{
    view[0]++;
    return FlushViewOfFile( view, 0 );
}

static BOOL query_pages( HANDLE process )
{
    PSAPI_WORKING_SET_EX_INFORMATION page;

    page.VirtualAddress = GetModuleHandleA( "ntdll.dll" );
    return pQueryWorkingSetEx( process, &page, sizeof(page) );
}

static BOOL query_own_pages(void)   { return query_pages( GetCurrentProcess() ); }
static BOOL query_other_pages(void) { return query_pages( other ); }

#define LARGE 1

static const struct step
{
    const char  *what;
    BOOL       (*run)(void);
    void       (*undo)(void);
    unsigned int needs;
} steps[] =
{
    { "create a section", create_anonymous, close_new, 0 },
    { "create a read-only section", create_readonly, close_new, 0 },
    { "create a section with a name", create_named, close_new, 0 },
    { "create a section of a file", create_file, close_new, 0 },
    { "create a reserved section", create_two, close_new, 0 },
    { "create a section of large pages", create_large_pages, close_new, LARGE },
    { "open a section", open_named, close_new, 0 },
    { "map", map_plain, unmap_new, 0 },
    { "map a file", map_file, unmap_new, 0 },
    { "map a section of large pages", map_large, unmap_new, LARGE },
    { "map large pages", map_large_pages, unmap_new, LARGE },
    { "map a copy", map_copy, unmap_new, 0 },
    { "map in another process", map_remote, unmap_remote, 0 },
    { "map a reserved section", map_reserved, unmap_new, 0 },
    { "map a new reserved section", map_new_reserved, unmap_and_close, 0 },
    { "map half of a reserved section", map_half_reserved, unmap_new, 0 },
    { "commit reserved pages", commit_reserved, unmap_new, 0 },
    { "map more than there is of a file", map_growing, unmap_new, 0 },
    { "map with a node", map_node, unmap_new, 0 },
    { "map aligned", map_aligned, unmap_new, 0 },
    { "map aligned in another process", map_aligned_remote, unmap_remote, 0 },
    { "replace by a view", replace_view, preserve_view, 0 },
    { "replace by a read-only view", replace_readonly, preserve_view, 0 },
    { "replace by a copy", replace_copy, preserve_view, 0 },
    { "replace by a view of a file", replace_file, preserve_view, 0 },
    { "replace by a view of a reserved section", replace_reserved, preserve_view, 0 },
    { "take a view away", take_view, nothing, 0 },
    { "take memory away", take_memory, nothing, 0 },
    { "change a view in a placeholder", change_view, preserve_view, 0 },
    { "change memory in a placeholder", change_memory, preserve_memory, 0 },
    { "replace by memory", replace_memory, preserve_memory, 0 },
    { "make a placeholder", new_placeholder, free_new, 0 },
    { "split a placeholder", split_more, coalesce, 0 },
    { "join placeholders", join, split, 0 },
    { "allocate", alloc, free_new, 0 },
    { "allocate with a node", alloc_node, free_new, 0 },
    { "allocate aligned", alloc_required, free_new, 0 },
    { "allocate large pages", alloc_large, free_new, LARGE },
    { "allocate in another process", alloc_remote, free_remote, 0 },
    { "query a copy", query_copy, nothing, 0 },
    { "query another process", query_remote, nothing, 0 },
    { "protect a view", protect_view, unprotect, 0 },
    { "protect a copy", protect_copy, unprotect, 0 },
    { "flush", flush, nothing, 0 },
    { "name the file of a view", get_name, nothing, 0 },
    { "query pages", query_own_pages, nothing, 0 },
    { "query pages of another process", query_other_pages, nothing, 0 },
};

struct usage
{
    DWORD        handles;         /* the value that the next one gets */
    SIZE_T       regions, bytes;
    unsigned int files;
};

static unsigned int count_files(void)
{
    WIN32_FIND_DATAW data;
    unsigned int count = 0;
    WCHAR path[100];
    HANDLE find;

    wsprintfW( path, L"\\\\?\\unix\\proc\\%u\\fd\\*", inject->pid );
    find = FindFirstFileW( path, &data );
    if (find == INVALID_HANDLE_VALUE) return 0;
    do count++; while (FindNextFileW( find, &data ));
    FindClose( find );
    return count;
}

static struct usage get_usage(void)
{
    MEMORY_BASIC_INFORMATION info;
    struct usage usage;
    char *addr = NULL;

    query_remote();  /* the module keeps a thread for such calls, for a while after the last one */
    memset( &usage, 0, sizeof(usage) );
    usage.files = count_files();
    usage.handles = next_handle();
    while (VirtualQuery( addr, &info, sizeof(info) ))
    {
        if (info.State != MEM_FREE)
        {
            usage.regions++;
            usage.bytes += info.RegionSize;
        }
        addr = (char *)info.BaseAddress + info.RegionSize;
    }
    return usage;
}

static BOOL init_things(void)
{
    pQueryWorkingSetEx = (void *)GetProcAddress( GetModuleHandleA( "kernelbase.dll" ), "K32QueryWorkingSetEx" );
    name = unique_name( "survival" );
    section = CreateFileMappingW( INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, SIZE, name );
    file = create_test_file( GENERIC_READ, SIZE );
    file_section = CreateFileMappingW( file, NULL, PAGE_READWRITE, 0, 0, NULL );
    reserve_section = create_section( PAGE_READWRITE | SEC_RESERVE, SIZE );
    reserved = map_all( reserve_section );
    other = start_child( "survival-idle", "x" );
    view = map_all( file_section );
    copy = MapViewOfFile( section, FILE_MAP_COPY, 0, 0, 0 );
    zone = pVirtualAlloc2( NULL, NULL, 3 * SIZE, MEM_RESERVE | MEM_RESERVE_PLACEHOLDER, PAGE_NOACCESS, NULL, 0 );
    ok( view && copy && zone && reserved && other, "error %lu\n", GetLastError() );
    if (!view || !copy || !zone || !other) return FALSE;
    copy[0] = 1;
    split();
    return TRUE;
}

static void free_things(void)
{
    TerminateProcess( other, 0 );
    CloseHandle( other );
    UnmapViewOfFile( view );
    UnmapViewOfFile( copy );
    UnmapViewOfFile( reserved );
    VirtualFree( zone, 0, MEM_RELEASE );
    VirtualFree( zone + SIZE, 0, MEM_RELEASE );
    CloseHandle( file_section );
    CloseHandle( reserve_section );
    CloseHandle( section );
    CloseHandle( file );
    if (large_section) CloseHandle( large_section );
}

/* what Windows says when there is no memory, or no room for handles and files */
static BOOL is_lack( DWORD error )
{
    static const DWORD errors[] =
    {
        ERROR_NOT_ENOUGH_MEMORY, ERROR_OUTOFMEMORY, ERROR_NO_SYSTEM_RESOURCES, ERROR_COMMITMENT_LIMIT, ERROR_DISK_FULL,
        ERROR_TOO_MANY_OPEN_FILES, ERROR_IO_DEVICE
    };
    unsigned int i;

    for (i = 0; i < ARRAY_SIZE( errors ); i++) if (errors[i] == error) return TRUE;
    return FALSE;
}

static BOOL open_inject(void)
{
    char path[MAX_PATH], unix_path[MAX_PATH + 20];
    HANDLE handle;

    if (!GetEnvironmentVariableA( "MAPVIEW_INJECT", path, sizeof(path) )) return FALSE;
    snprintf( unix_path, sizeof(unix_path), "\\\\?\\unix%s", path );
    handle = CreateFileA( unix_path, GENERIC_READ | GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE, NULL, OPEN_EXISTING, 0, 0 );
    section = CreateFileMappingW( handle, NULL, PAGE_READWRITE, 0, 0, NULL );
    inject = map_all( section );
    CloseHandle( section );
    CloseHandle( handle );
    ok( inject != NULL, "%s: error %lu\n", path, GetLastError() );
    return inject != NULL;
}

static void ask(void)
{
    inject->ask = 1;
    VirtualFree( VirtualAlloc( NULL, GRANULARITY, MEM_RESERVE, PAGE_NOACCESS ), 0, MEM_RELEASE );
    ok( !inject->ask, "inject.so is not loaded\n" );
}

/* Each call that a step makes fails once: the step does without or fails, and in this case nothing has changed. */
static void run_step( const struct step *step, unsigned int *failed, unsigned int *survived )
{
    struct usage before, after;
    unsigned int n;
    DWORD err;
    BOOL ret;

    if (step->needs == LARGE && !large_section) return;
    /* whatever is opened at the first time */
    ret = step->run();
    ok( ret, "%s: error %lu\n", step->what, GetLastError() );
    if (!ret) return;
    step->undo();

    get_usage();
    before = get_usage();
    for (n = 1; n < 1000; n++)
    {
        inject->hit = 0;
        inject->countdown = n;
        SetLastError( 0xdeadbeef );
        ret = step->run();
        err = GetLastError();
        inject->countdown = 0;
        if (ret) step->undo();
        if (!inject->hit) break;
        winetest_push_context( "%s: call %u, %s from %#I64x", step->what, n, inject->name, inject->site );
        ok( ret || is_lack( err ), "error %lu\n", err );
        if (ret) ++*survived;
        else ++*failed;
        after = get_usage();
        ok( after.handles == before.handles, "next handle %#lx, before %#lx\n", after.handles, before.handles );
        ok( after.files == before.files, "%u files, before %u\n", after.files, before.files );
        ok( after.regions == before.regions && after.bytes == before.bytes, "%Iu regions, %#Ix bytes, before %Iu, %#Ix\n",
            after.regions, after.bytes, before.regions, before.bytes );
        before = after;
        ret = step->run();
        ok( ret, "cannot do it again, error %lu\n", GetLastError() );
        if (ret) step->undo();
        winetest_pop_context();
    }
}

static void test_inject(void)
{
    unsigned int i, failed = 0, survived = 0;

    if (!open_inject())
    {
        skip( "run tests/survival.sh\n" );
        return;
    }
    if (!init_things()) return;
    ask();
    enable_lock_memory();
    large_section = create_large( PAGE_READWRITE, 1 );
    if (!large_section) skip( "no large pages\n" );
    for (i = 0; i < ARRAY_SIZE( steps ); i++) run_step( &steps[i], &failed, &survived );
    ok( failed > 20 && survived > 5, "%u calls failed, %u survived\n", failed, survived );
    trace( "%u calls failed, %u survived\n", failed, survived );
    free_things();
    UnmapViewOfFile( inject );
}

/* Large pages that are there when the module looks, and taken by somebody else when it wants them. */

static BOOL write_pages( char *addr, SIZE_T size )
{
    SIZE_T pos;

    for (pos = 0; pos < size; pos += PAGE) if (probe_write( addr + pos, 1 )) return FALSE;
    return TRUE;
}

static BOOL use_large_section(void)
{
    char *addr;
    BOOL ret;

    if (!(new_handle = create_large( PAGE_READWRITE, 2 ))) return FALSE;
    addr = map_all( new_handle );
    ret = addr && write_pages( addr, 2 * large_page() );
    ok( ret, "the pages of a section cannot be used: %p, error %lu\n", addr, GetLastError() );
    UnmapViewOfFile( addr );
    CloseHandle( new_handle );
    return TRUE;
}

static BOOL use_large_memory(void)
{
    if (!alloc_large()) return FALSE;
    ok( write_pages( new_addr, large_page() ), "the pages of memory cannot be used\n" );
    free_new();
    return TRUE;
}

static BOOL use_large_copy(void)
{
    if (!got_addr( MapViewOfFile( large_section, FILE_MAP_COPY | FILE_MAP_LARGE_PAGES, 0, 0, 0 ))) return FALSE;
    ok( write_pages( new_addr, large_page() ), "the copies of pages cannot be used\n" );
    unmap_new();
    return TRUE;
}

static void test_pool(void)
{
    static BOOL (* const uses[])(void) = { use_large_section, use_large_memory, use_large_copy };
    unsigned int i, n, failed = 0;
    DWORD err;
    BOOL ret;

    if (!getenv( "MAPVIEW_POOL" ) || !open_inject())
    {
        skip( "run tests/survival.sh as root\n" );
        return;
    }
    ask();
    enable_lock_memory();
    large_section = create_large( PAGE_READWRITE, 1 );
    ok( large_section != NULL, "no large pages, error %lu\n", GetLastError() );
    inject->drain = 1;
    for (i = 0; large_section && i < ARRAY_SIZE( uses ); i++)
    {
        for (n = 1; n < 1000; n++)
        {
            inject->hit = 0;
            inject->countdown = n;
            SetLastError( 0xdeadbeef );
            ret = uses[i]();
            err = GetLastError();
            inject->countdown = 0;
            ask();
            if (!inject->hit) break;
            ok( ret || is_lack( err ), "use %u, before call %u, %s: error %lu\n", i, n, inject->name, err );
            failed += !ret;
            ok( uses[i](), "use %u, after call %u: error %lu\n", i, n, GetLastError() );
        }
    }
    inject->drain = 0;
    ok( failed > 3, "only %u failed\n", failed );
    trace( "%u failed\n", failed );
    CloseHandle( large_section );
    UnmapViewOfFile( inject );
}

/* All steps; FALSE if there is nothing to make calls fail with. */
static BOOL begin_steps( struct usage *usage )
{
    unsigned int i;

    if (!open_inject())
    {
        skip( "run tests/survival.sh\n" );
        return FALSE;
    }
    if (!init_things()) return FALSE;
    ask();
    for (i = 0; i < ARRAY_SIZE( steps ); i++)
        if (!steps[i].needs && steps[i].run()) steps[i].undo();
    get_usage();
    *usage = get_usage();
    return TRUE;
}

static unsigned int run_steps( const char *when, BOOL may_fail )
{
    unsigned int i, failed = 0;
    DWORD err;
    BOOL ret;

    for (i = 0; i < ARRAY_SIZE( steps ); i++)
    {
        if (steps[i].needs) continue;
        SetLastError( 0xdeadbeef );
        ret = steps[i].run();
        err = GetLastError();
        ok( ret || (may_fail && is_lack( err )), "%s, %s: error %lu\n", steps[i].what, when, err );
        failed += !ret;
        if (ret) steps[i].undo();
    }
    return failed;
}

static void end_steps( const struct usage *before, unsigned int failed )
{
    struct usage after = get_usage();

    ok( after.handles == before->handles && after.files == before->files && after.regions == before->regions &&
        after.bytes == before->bytes, "next handle %#lx, %u files, %Iu regions, %#Ix bytes, before %#lx, %u, %Iu, %#Ix\n",
        after.handles, after.files, after.regions, after.bytes, before->handles, before->files, before->regions,
        before->bytes );
    ok( failed > 3, "only %u steps failed\n", failed );
    trace( "%u steps failed\n", failed );
    run_steps( "afterwards", FALSE );
    free_things();
    UnmapViewOfFile( inject );
}

/* All steps when the host does not give the process a single mapping more. */
static void test_map_count(void)
{
    SIZE_T pos, size = (SIZE_T)600 << 20;
    struct usage before;
    unsigned int failed;
    char *mem;
    BOOL ret;

    if (!begin_steps( &before )) return;
    /* outside of what ntdll reserves for itself: that it maps over, which is refused as well */
    mem = VirtualAlloc( (void *)ZONE( 0x3a ), size, MEM_RESERVE, PAGE_READWRITE );
    for (pos = 0; pos < size; pos += 2 * PAGE)
        if (!VirtualAlloc( mem + pos, PAGE, MEM_COMMIT, PAGE_READWRITE )) break;
    if (pos >= size)
    {
        skip( "vm.max_map_count is too large\n" );
        return;
    }
    failed = run_steps( "without mappings", TRUE );
    ret = VirtualFree( mem, 0, MEM_RELEASE );
    ok( ret, "VirtualFree: error %lu\n", GetLastError() );
    end_steps( &before, failed );
}

/* All steps when the process can open nothing more. */
static void test_descriptors(void)
{
    struct usage before;
    unsigned int failed;

    if (!begin_steps( &before )) return;
    inject->nofile = 1;   /* what is open stays so */
    ask();
    failed = run_steps( "without descriptors", TRUE );
    inject->nofile = -1;
    ask();
    end_steps( &before, failed );
}

/* What only has the name of a section of the module's: nothing beyond the file is ever touched. */
static void check_forged( HANDLE forged, unsigned int index, BOOL writable, BOOL own )
{
    LARGE_INTEGER size;
    struct map_args args;
    const struct mapper *m;
    MEMORY_BASIC_INFORMATION info;
    HANDLE handle;
    unsigned int large;
    BYTE byte;
    DWORD err;
    char *addr;

    size.QuadPart = 0;
    GetFileSizeEx( forged, &size );
    SetLastError( 0xdeadbeef );
    handle = CreateFileMappingW( forged, NULL, PAGE_READWRITE, 0, 0, NULL );
    ok( handle != NULL, "file %u of %I64u bytes: error %lu\n", index, size.QuadPart, GetLastError() );
    if (!handle) return;
    args = map_args( handle );
    for_each_mapper( m, 0 )
    {
        for (large = 0; large < 2; large++)
        {
            args.access = FILE_MAP_WRITE | (large ? FILE_MAP_LARGE_PAGES : 0);
            args.alloc_type = large ? MEM_LARGE_PAGES : 0;
            addr = map_view( m, &args, &err );
            ok( addr || ((large || !writable) && err != 0xdeadbeef), "file %u: error %lu\n", index, err );
            ok( !addr || !large || own, "file %u: large pages of another user\n", index );
            if (!addr) continue;
            ok( writable, "file %u cannot be written, and is mapped so\n", index );
            memset( &info, 0, sizeof(info) );
            VirtualQuery( addr, &info, sizeof(info) );
            ok( info.AllocationBase == addr && info.Type == MEM_MAPPED &&
                info.RegionSize <= (((SIZE_T)size.QuadPart + large_page() - 1) & ~(large_page() - 1)),
                "file %u: %#Ix bytes at %p\n", index, info.RegionSize, info.AllocationBase );
            ok( !probe_write( addr, 1 ) && !probe_write( addr + size.QuadPart - 1, 2 ), "file %u cannot be written\n", index );
            probe_read( addr + info.RegionSize - 1, &byte );   /* may fault, as of any file that is too short */
            unmap( addr );
        }
    }
    CloseHandle( handle );
}

static void check_forgeries( const char *variable, BOOL own )
{
    char value[200], path[100], *p = value;
    unsigned long pid, fd;
    unsigned int index = 0;
    BOOL writable;
    HANDLE forged;

    if (!GetEnvironmentVariableA( variable, value, sizeof(value) ))
    {
        skip( "run tests/survival.sh%s\n", own ? "" : " as root" );
        return;
    }
    for (pid = strtoul( p, &p, 10 ); (fd = strtoul( p, &p, 10 )); index++)
    {
        writable = *p != 'r';
        if (!writable) p++;
        snprintf( path, sizeof(path), "\\\\?\\unix\\proc\\%lu\\fd\\%lu", pid, fd );
        forged = CreateFileA( path, GENERIC_READ | GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE, NULL, OPEN_EXISTING, 0, 0 );
        ok( forged != INVALID_HANDLE_VALUE, "%s: error %lu\n", path, GetLastError() );
        if (forged == INVALID_HANDLE_VALUE) continue;
        check_forged( forged, index, writable, own );
        CloseHandle( forged );
    }
    ok( index > 3, "%u files\n", index );
}

static void test_forged(void)
{
    check_forgeries( "MAPVIEW_FORGED", TRUE );
}

static void test_forged_by_other(void)
{
    check_forgeries( "MAPVIEW_FORGED_BY_OTHER", FALSE );
}

/* Names of sections that look like something else. */
static void test_names(void)
{
    static const WCHAR * const names[] =
    {
        L"wine-mapview:large:node=1", L"memfd:wine-mapview:large", L"/memfd:wine-mapview:large (deleted)", L"%n%s%x%p",
        L"../../../etc/passwd", L"..\\..\\x", L" ", L"Local\\wine-mapview:node=0", L"tmpmap-00000000 (deleted)",
        L"\xd800", L"\xdc00\xd800", L"x\xd83d\xdca9\xffff\xfffe", L"\x202e\x0001\x007f\n", L".", L".."
    };
    static WCHAR longest[0x8000];
    static char bytes[0x20000];
    static const unsigned int lengths[] = { 1, 255, 256, 4095, 4096, 0x7ffe, 0x7fff };
    struct section_args args = section_args( PAGE_READWRITE, SIZE );
    HANDLE handle, again;
    const struct maker *m;
    unsigned int i;
    char *addr;
    DWORD err;

    for_each_maker( m, 0 )
    {
        for (i = 0; i < ARRAY_SIZE( names ) + ARRAY_SIZE( lengths ); i++)
        {
            if (i < ARRAY_SIZE( names )) args.name = names[i];
            else
            {
                unsigned int pos, len = lengths[i - ARRAY_SIZE( names )];

                for (pos = 0; pos < len; pos++) longest[pos] = 'a' + pos % 26;
                longest[len] = 0;
                args.name = longest;
            }
            handle = make_section( m, &args, &err );
            if (!handle)
            {
                ok( err && err != 0xdeadbeef, "name %u: no error\n", i );
                continue;
            }
            ok( !err, "name %u: error %lu\n", i, err );
            if (strstr( m->name, "MappingA" ) || strstr( m->name, "NumaA" ))
            {
                WideCharToMultiByte( CP_ACP, 0, args.name, -1, bytes, sizeof(bytes), NULL, NULL );
                MultiByteToWideChar( CP_ACP, 0, bytes, -1, longest, ARRAY_SIZE( longest ));
                args.name = longest;
            }
            again = OpenFileMappingW( FILE_MAP_WRITE, FALSE, args.name );
            ok( again != NULL, "name %u cannot be opened, error %lu\n", i, GetLastError() );
            addr = map_all( again );
            ok( addr && !addr[0] && !addr[SIZE - 1], "name %u: %p, error %lu\n", i, addr, GetLastError() );
            if (addr) check_view( addr, SIZE, PAGE_READWRITE );
            UnmapViewOfFile( addr );
            SetLastError( 0xdeadbeef );
            addr = MapViewOfFile( again, FILE_MAP_WRITE | FILE_MAP_LARGE_PAGES, 0, 0, 0 );
            ok( !addr && GetLastError() == ERROR_INVALID_PARAMETER, "name %u: large pages at %p, error %lu\n", i, addr,
                GetLastError() );
            CloseHandle( again );
            CloseHandle( handle );
        }
    }
}

/* For survival.sh, which kills it: everything, over and over again. */
static int child_loop( int argc, char **argv )
{
    unsigned int i;

    if (argc != 1) return 2;
    name = L"mapview-survival-loop";
    section = CreateFileMappingW( INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, SIZE, name );
    file = create_test_file( GENERIC_READ, SIZE );
    file_section = CreateFileMappingW( file, NULL, PAGE_READWRITE, 0, 0, NULL );
    reserve_section = create_section( PAGE_READWRITE | SEC_RESERVE, SIZE );
    pQueryWorkingSetEx = (void *)GetProcAddress( GetModuleHandleA( "kernelbase.dll" ), "K32QueryWorkingSetEx" );
    other = OpenProcess( PROCESS_ALL_ACCESS, FALSE, atoi( argv[0] ));
    if (!other) other = GetCurrentProcess();
    view = map_all( file_section );
    copy = MapViewOfFile( section, FILE_MAP_COPY, 0, 0, 0 );
    zone = pVirtualAlloc2( NULL, NULL, 3 * SIZE, MEM_RESERVE | MEM_RESERVE_PLACEHOLDER, PAGE_NOACCESS, NULL, 0 );
    if (!view || !copy || !zone) return 3;
    split();
    enable_lock_memory();
    large_section = create_large( PAGE_READWRITE, 1 );
    for (;;)
    {
        for (i = 0; i < ARRAY_SIZE( steps ); i++)
        {
            if (steps[i].needs == LARGE && !large_section) continue;
            SetLastError( 0xdeadbeef );
            if (!steps[i].run())
            {
                ok( 0, "%s: error %lu\n", steps[i].what, GetLastError() );
                return 4;
            }
            steps[i].undo();
        }
    }
}

/* A process that others map into and that maps itself; it prints its number and then a line at each round. */
static int child_bystander( int argc, char **argv )
{
    HANDLE handle = create_section( PAGE_READWRITE, SIZE ), out = GetStdHandle( STD_OUTPUT_HANDLE );
    DWORD start, len, worst, seconds, began = GetTickCount();
    char line[64], *addr;

    if (argc != 1) return 2;
    seconds = atoi( argv[0] );
    len = sprintf( line, "pid %lu\n", GetCurrentProcessId() );
    WriteFile( out, line, len, &len, NULL );
    for (worst = 0; GetTickCount() - began < seconds * 1000; Sleep( 1 ))
    {
        start = GetTickCount();
        addr = map_all( handle );
        if (!addr || !UnmapViewOfFile( addr )) return 3;
        worst = max( worst, GetTickCount() - start );
    }
    len = sprintf( line, "worst %lu\n", worst );
    WriteFile( out, line, len, &len, NULL );
    return 0;
}

/* Whether the named section of the killed processes is still there. */
static int child_name( int argc, char **argv )
{
    HANDLE handle = OpenFileMappingW( FILE_MAP_READ, FALSE, L"mapview-survival-loop" );

    return argc != 1 || !argv || handle != NULL;
}

static const struct rule rules[] =
{
    { "survival-inject", "each call that the module makes fails once", test_inject },
    { "survival-pool", "the pool of huge pages is emptied between the look at it and its use", test_pool },
    { "survival-forged", "files in memory with the names of sections", test_forged },
    { "survival-forged-by-other", "the same of another user", test_forged_by_other },
    { "1.9-hostile-names", "names of sections that look like something else", test_names },
    { "survival-descriptors", "no file can be opened any more", test_descriptors },
    { "survival-map-count", "the host gives no mapping any more", test_map_count },
    { NULL, NULL, NULL }
};

static const struct child children[] =
{
    { "survival-idle", child_idle },
    { "survival-loop", child_loop },
    { "survival-bystander", child_bystander },
    { "survival-name", child_name },
    { NULL, NULL }
};

const struct test_file file_survival = { "survival", rules, children };
