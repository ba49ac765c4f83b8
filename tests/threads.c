/*
 * Every call from many threads at once
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "test.h"
#include <psapi.h>

#define THREADS      32
#define SECTION_SIZE 0x40000

struct worker
{
    unsigned int index;
    HANDLE       section, file_section;
    const WCHAR *name;
    LONG         calls, failures;
    const char  *what;        /* the first that failed */
    DWORD        error;
};

static BOOL (WINAPI *pQueryWorkingSetEx)( HANDLE, void *, DWORD );
static volatile LONG go;

static void *kernelbase_proc( const char *name )
{
    return (void *)GetProcAddress( GetModuleHandleA( "kernelbase.dll" ), name );
}

static BOOL check( struct worker *w, const char *what, BOOL worked )
{
    w->calls++;
    if (worked) return TRUE;
    if (!w->failures++)
    {
        w->what = what;
        w->error = GetLastError();
    }
    return FALSE;
}

/* A view by each function, used as views are; the pages of a thread are its own. */
static void use_view( struct worker *w, const char *name, char *view, SIZE_T size )
{
    SIZE_T pos = w->index * PAGE + 0x100 % size;
    MEMORY_BASIC_INFORMATION info;
    DWORD old;

    if (!check( w, name, view != NULL )) return;
    *(volatile DWORD *)(view + pos) = w->calls;
    check( w, "contents", *(volatile DWORD *)(view + pos) == (DWORD)w->calls );
    check( w, "VirtualQuery", VirtualQuery( view, &info, sizeof(info) ) && info.AllocationBase == view &&
           info.RegionSize == size && info.Type == MEM_MAPPED );
    check( w, "VirtualProtect", VirtualProtect( view + w->index * PAGE, PAGE, PAGE_READONLY, &old ) && old == PAGE_READWRITE );
    if (!(w->calls % 16)) check( w, "FlushViewOfFile", FlushViewOfFile( view, PAGE ));
    check( w, "UnmapViewOfFile", w->calls % 2 ? UnmapViewOfFile( view ) : pUnmapViewOfFile2( GetCurrentProcess(), view, 0 ));
}

static void use_memory( struct worker *w, const char *name, char *mem, SIZE_T size )
{
    MEMORY_BASIC_INFORMATION info;

    if (!check( w, name, mem != NULL )) return;
    mem[size - 1] = w->index;
    check( w, "VirtualQueryEx", VirtualQueryEx( GetCurrentProcess(), mem, &info, sizeof(info) ) &&
           info.AllocationBase == mem && info.RegionSize == size && info.Type == MEM_PRIVATE );
    check( w, "VirtualFree", VirtualFree( mem, 0, MEM_RELEASE ));
}

static void use_section( struct worker *w, const char *name, HANDLE section )
{
    char *view;

    if (!check( w, name, section != NULL )) return;
    view = MapViewOfFile( section, FILE_MAP_WRITE, 0, 0, 0 );
    if (check( w, "MapViewOfFile of a new section", view != NULL ))
    {
        check( w, "a new section is empty", !view[0] );
        view[0] = 1;
        UnmapViewOfFile( view );
    }
    check( w, "CloseHandle", CloseHandle( section ));
}

static void do_all_calls( struct worker *w )
{
    HANDLE process = GetCurrentProcess(), section;
    HANDLE both[2] = { w->section, w->file_section };
    PSAPI_WORKING_SET_EX_INFORMATION page;
    MEM_ADDRESS_REQUIREMENTS req = { NULL, NULL, 0x100000 };
    MEM_EXTENDED_PARAMETER param;
    ULONGLONG memory;
    unsigned int i;
    void *mem;

    memset( &param, 0, sizeof(param) );
    param.Type = PARAM_ADDRESS_REQUIREMENTS;
    param.Pointer = &req;
    for (i = 0; i < 2; i++)
    {
        section = both[i];
        use_view( w, "MapViewOfFile", MapViewOfFile( section, FILE_MAP_WRITE, 0, 0, 0 ), SECTION_SIZE );
        use_view( w, "MapViewOfFileEx", MapViewOfFileEx( section, FILE_MAP_WRITE, 0, 0, 0, NULL ), SECTION_SIZE );
        use_view( w, "MapViewOfFileExNuma", MapViewOfFileExNuma( section, FILE_MAP_WRITE, 0, 0, 0, NULL, 0 ), SECTION_SIZE );
        use_view( w, "MapViewOfFileFromApp", pMapViewOfFileFromApp( section, FILE_MAP_WRITE, 0, 0 ), SECTION_SIZE );
        use_view( w, "MapViewOfFileNuma2", pMapViewOfFileNuma2( section, process, 0, NULL, 0, 0, PAGE_READWRITE, 0 ),
                  SECTION_SIZE );
        use_view( w, "MapViewOfFile3", pMapViewOfFile3( section, process, NULL, 0, 0, 0, PAGE_READWRITE, &param, 1 ),
                  SECTION_SIZE );
    }
    use_memory( w, "VirtualAlloc", VirtualAlloc( NULL, GRANULARITY, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE ), GRANULARITY );
    use_memory( w, "VirtualAlloc2", pVirtualAlloc2( process, NULL, GRANULARITY, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE,
                                                    &param, 1 ), GRANULARITY );
    use_memory( w, "VirtualAllocExNuma", VirtualAllocExNuma( process, NULL, GRANULARITY, MEM_RESERVE | MEM_COMMIT,
                                                             PAGE_READWRITE, 0 ), GRANULARITY );
    use_section( w, "CreateFileMapping", create_section( PAGE_READWRITE, GRANULARITY ));
    use_section( w, "CreateFileMapping2", pCreateFileMapping2( NULL, NULL, FILE_MAP_ALL_ACCESS, PAGE_READWRITE, SEC_COMMIT,
                                                               GRANULARITY, NULL, NULL, 0 ));
    section = OpenFileMappingW( FILE_MAP_ALL_ACCESS, FALSE, w->name );
    check( w, "OpenFileMapping", section && CloseHandle( section ));
    page.VirtualAddress = &page;
    check( w, "QueryWorkingSetEx", pQueryWorkingSetEx( process, &page, sizeof(page) ) && page.VirtualAttributes.Valid );
    check( w, "GetNumaAvailableMemoryNodeEx", GetNumaAvailableMemoryNodeEx( 0, &memory ));

    /* placeholders: split, one half is replaced, both are released */
    mem = pVirtualAlloc2( process, NULL, 2 * SECTION_SIZE, MEM_RESERVE | MEM_RESERVE_PLACEHOLDER, PAGE_NOACCESS, NULL, 0 );
    if (!check( w, "a placeholder", mem != NULL )) return;
    check( w, "split", VirtualFree( mem, SECTION_SIZE, MEM_RELEASE | MEM_PRESERVE_PLACEHOLDER ));
    use_view( w, "replace", pMapViewOfFile3( w->section, process, mem, 0, SECTION_SIZE, MEM_REPLACE_PLACEHOLDER,
                                             PAGE_READWRITE, NULL, 0 ), SECTION_SIZE );
    check( w, "the other half", VirtualFree( (char *)mem + SECTION_SIZE, 0, MEM_RELEASE ));
}

static DWORD WINAPI work( void *arg )
{
    struct worker *w = arg;
    unsigned int i;

    while (!go) SwitchToThread();
    for (i = 0; i < 25; i++) do_all_calls( w );
    return 0;
}

static void test_all_calls(void)
{
    static struct worker workers[THREADS];
    HANDLE threads[THREADS], section, file_section, file;
    const WCHAR *name = unique_name( "threads" );
    DWORD before, after, ret;
    unsigned int i;
    LONG calls = 0;

    pQueryWorkingSetEx = kernelbase_proc( "K32QueryWorkingSetEx" );
    if (!pVirtualAlloc2 || !pMapViewOfFileNuma2 || !pUnmapViewOfFile2 || !pMapViewOfFileFromApp || !pCreateFileMapping2)
    {
        win_skip( "functions are missing\n" );
        return;
    }
    section = CreateFileMappingW( INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, SECTION_SIZE, name );
    file = create_test_file( GENERIC_READ, SECTION_SIZE );
    file_section = CreateFileMappingW( file, NULL, PAGE_READWRITE, 0, 0, NULL );
    go = 0;
    memset( workers, 0, sizeof(workers) );
    for (i = 0; i < THREADS; i++)
    {
        workers[i].index = i;
        workers[i].section = section;
        workers[i].file_section = file_section;
        workers[i].name = name;
        threads[i] = CreateThread( NULL, 0, work, &workers[i], 0, NULL );
    }
    before = next_handle();
    go = 1;
    ret = WaitForMultipleObjects( THREADS, threads, TRUE, 45000 );
    ok( !ret, "a thread hangs: %lu\n", ret );
    after = next_handle();
    ok( after <= before, "next handle %#lx, before %#lx\n", after, before );
    for (i = 0; i < THREADS; i++)
    {
        ok( !workers[i].failures, "thread %u: %ld of %ld calls failed, first %s, error %lu\n", i, workers[i].failures,
            workers[i].calls, workers[i].what, workers[i].error );
        calls += workers[i].calls;
        CloseHandle( threads[i] );
    }
    trace( "%ld calls\n", calls );
    CloseHandle( file_section );
    CloseHandle( file );
    CloseHandle( section );
}

/* One address for all: one thread at a time has it, and nobody gets another. */
static volatile LONG owners, wins, wrong;

static DWORD WINAPI fight_for_address( void *arg )
{
    struct worker *w = arg;
    char *base = (char *)ZONE( 0x2e ), *view;
    unsigned int i;

    while (!go) SwitchToThread();
    for (i = 0; i < 100; i++)
    {
        SetLastError( 0xdeadbeef );
        view = MapViewOfFileEx( w->section, FILE_MAP_WRITE, 0, 0, 0, base );
        if (!view)
        {
            if (GetLastError() != ERROR_INVALID_ADDRESS) InterlockedIncrement( &wrong );
            continue;
        }
        if (view != base || InterlockedIncrement( &owners ) != 1) InterlockedIncrement( &wrong );
        InterlockedIncrement( &wins );
        InterlockedDecrement( &owners );
        if (!UnmapViewOfFile( view )) InterlockedIncrement( &wrong );
    }
    return 0;
}

static void test_one_address(void)
{
    static struct worker worker;
    HANDLE threads[THREADS];
    unsigned int i;
    DWORD ret;

    memset( &worker, 0, sizeof(worker) );
    worker.section = create_section( PAGE_READWRITE, SECTION_SIZE );
    go = owners = wins = wrong = 0;
    for (i = 0; i < THREADS; i++) threads[i] = CreateThread( NULL, 0, fight_for_address, &worker, 0, NULL );
    go = 1;
    ret = WaitForMultipleObjects( THREADS, threads, TRUE, 30000 );
    ok( !ret, "a thread hangs: %lu\n", ret );
    ok( wins > 0, "no thread ever got the address\n" );
    ok( !wrong, "%ld times another error, address or two owners at once\n", wrong );
    for (i = 0; i < THREADS; i++) CloseHandle( threads[i] );
    CloseHandle( worker.section );
}

/* A narrow range for all: never two at one place, and what does not fit is out of memory. */
static DWORD WINAPI fight_for_range( void *arg )
{
    struct worker *w = arg;
    MEM_ADDRESS_REQUIREMENTS req = { (void *)ZONE( 0x2f ), (void *)(ZONE( 0x2f ) + 0xfffff), GRANULARITY };
    MEM_EXTENDED_PARAMETER param;
    unsigned int i;
    LONG *view;

    memset( &param, 0, sizeof(param) );
    param.Type = PARAM_ADDRESS_REQUIREMENTS;
    param.Pointer = &req;
    while (!go) SwitchToThread();
    for (i = 0; i < 100; i++)
    {
        SetLastError( 0xdeadbeef );
        view = pMapViewOfFile3( w->section, GetCurrentProcess(), NULL, 0, 0, 0, PAGE_WRITECOPY, &param, 1 );
        if (!view)
        {
            if (GetLastError() != ERROR_NOT_ENOUGH_MEMORY) InterlockedIncrement( &wrong );
            continue;
        }
        InterlockedIncrement( &wins );
        if (InterlockedIncrement( view ) != 1) InterlockedIncrement( &wrong );  /* a copy of its own */
        if (!UnmapViewOfFile( view )) InterlockedIncrement( &wrong );
    }
    return 0;
}

static void test_one_range(void)
{
    static struct worker worker;
    HANDLE threads[THREADS];
    unsigned int i;
    DWORD ret;

    if (!pMapViewOfFile3)
    {
        win_skip( "no MapViewOfFile3\n" );
        return;
    }
    memset( &worker, 0, sizeof(worker) );
    worker.section = create_section( PAGE_READWRITE, GRANULARITY );
    go = wins = wrong = 0;
    for (i = 0; i < THREADS; i++) threads[i] = CreateThread( NULL, 0, fight_for_range, &worker, 0, NULL );
    go = 1;
    ret = WaitForMultipleObjects( THREADS, threads, TRUE, 30000 );
    ok( !ret, "a thread hangs: %lu\n", ret );
    ok( wins > THREADS, "%ld views\n", wins );
    ok( !wrong, "%ld times another error, or a view that is not new\n", wrong );
    for (i = 0; i < THREADS; i++) CloseHandle( threads[i] );
    CloseHandle( worker.section );
}

static const struct rule rules[] =
{
    { "threads-all-calls", "every call from 32 threads at once", test_all_calls },
    { "threads-one-address", "32 threads want one address", test_one_address },
    { "threads-one-range", "32 threads want views in one range", test_one_range },
    { NULL, NULL, NULL }
};

const struct test_file file_threads = { "threads", rules, NULL };
