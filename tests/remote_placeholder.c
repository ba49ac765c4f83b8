/*
 * Placeholders in another process
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "placeholder.h"
#include <tlhelp32.h>

#define SIZE 0x40000

/* Shared with the child, which looks at what it has got in its own way. */
struct orders
{
    char         *addr;          /* placeholder, view, private memory, placeholder of SIZE each */
    volatile LONG ready, stop;
    LONG          allocations;
};

static HANDLE orders_section, target;
static struct orders *orders;
static PROCESS_INFORMATION child;
static BOOL is_suspended;

static BOOL start_target( const char *name, BOOL suspended )
{
    char path[MAX_PATH], args[200];

    orders_section = create_section( PAGE_READWRITE, sizeof(*orders) );
    SetHandleInformation( orders_section, HANDLE_FLAG_INHERIT, HANDLE_FLAG_INHERIT );
    orders = map_all( orders_section );
    GetModuleFileNameA( NULL, path, sizeof(path) );
    snprintf( args, sizeof(args), "--child %s remote_placeholder:%s %Ix", name, name, (ULONG_PTR)orders_section );
    is_suspended = suspended;
    if (!start_program( path, args, suspended ? CREATE_SUSPENDED : 0, GetStdHandle( STD_OUTPUT_HANDLE ), &child ))
        return ok( 0, "cannot start a child, error %lu\n", GetLastError() );
    target = child.hProcess;
    if (suspended) return TRUE;
    while (!orders->ready && WaitForSingleObject( child.hProcess, 1 ) == WAIT_TIMEOUT) {}
    return ok( orders->ready, "the child has ended\n" );
}

static void finish_target(void)
{
    if (is_suspended) ResumeThread( child.hThread );
    orders->stop = 1;
    CloseHandle( child.hThread );
    wait_child( child.hProcess );
    UnmapViewOfFile( orders );
    CloseHandle( orders_section );
}

static void check_remote_at( int line, const char *addr, SIZE_T size, DWORD state, DWORD protect, DWORD alloc_protect,
                             DWORD type )
{
    MEMORY_BASIC_INFORMATION info;

    memset( &info, 0, sizeof(info) );
    ok_at( __FILE__, line, VirtualQueryEx( target, addr, &info, sizeof(info) ) == sizeof(info), "%p: error %lu\n",
           addr, GetLastError() );
    ok_at( __FILE__, line, info.BaseAddress == addr && info.AllocationBase == (state == MEM_FREE ? NULL : addr),
           "%p: BaseAddress %p, AllocationBase %p\n", addr, info.BaseAddress, info.AllocationBase );
    ok_at( __FILE__, line, state == MEM_FREE ? info.RegionSize >= size : info.RegionSize == size,
           "%p: RegionSize %#Ix, expected %#Ix\n", addr, info.RegionSize, size );
    ok_at( __FILE__, line, info.State == state && info.Protect == protect && info.AllocationProtect == alloc_protect &&
           info.Type == type, "%p: State %#lx, Protect %#lx, AllocationProtect %#lx, Type %#lx\n",
           addr, info.State, info.Protect, info.AllocationProtect, info.Type );
}

#define check_remote_placeholder( addr, size ) \
    check_remote_at( __LINE__, addr, size, MEM_RESERVE, 0, PAGE_NOACCESS, MEM_PRIVATE )
#define check_remote_view( addr, size, protect ) \
    check_remote_at( __LINE__, addr, size, MEM_COMMIT, protect, protect, MEM_MAPPED )
#define check_remote_private( addr, size, protect ) \
    check_remote_at( __LINE__, addr, size, MEM_COMMIT, protect, protect, MEM_PRIVATE )
#define check_remote_hole( addr, size ) \
    check_remote_at( __LINE__, addr, size, MEM_FREE, PAGE_NOACCESS, 0, 0 )

#define WORKS( call ) \
    SetLastError( 0xdeadbeef ); \
    ok( (call) && GetLastError() == 0xdeadbeef, #call ": error %lu\n", GetLastError() )
#define FAILS( call, error ) \
    SetLastError( 0xdeadbeef ); \
    ok( !(call) && GetLastError() == (error), #call ": error %lu\n", GetLastError() )

static char *remote_reserve( SIZE_T size )
{
    char *addr = pVirtualAlloc2( target, NULL, size, MEM_RESERVE | MEM_RESERVE_PLACEHOLDER, PAGE_NOACCESS, NULL, 0 );

    ok( addr != NULL, "no placeholder, error %lu\n", GetLastError() );
    check_remote_placeholder( addr, size );
    return addr;
}

static BOOL remote_map( HANDLE section, char *addr, ULONG64 offset, SIZE_T size, ULONG protect )
{
    return pMapViewOfFile3( section, target, addr, offset, size, MEM_REPLACE_PLACEHOLDER, protect, NULL, 0 ) == addr;
}

static BOOL remote_alloc( char *addr, SIZE_T size, DWORD type, DWORD protect )
{
    return pVirtualAlloc2( target, addr, size, type, protect, NULL, 0 ) == addr;
}

/* All states and ways, with their errors; what remains is left to the child. */
static void run_states( BOOL suspended )
{
    HANDLE section = create_filled_section( PAGE_READWRITE, 2 * SIZE );
    DWORD old = 0, word;
    char *addr;

    if (!start_target( "remote-orders", suspended )) return;
    addr = remote_reserve( 4 * SIZE );

    /* split, coalesce */
    WORKS( VirtualFreeEx( target, addr + SIZE, PAGE, PRESERVE ));
    check_remote_placeholder( addr, SIZE );
    check_remote_placeholder( addr + SIZE, PAGE );
    check_remote_placeholder( addr + SIZE + PAGE, 3 * SIZE - PAGE );
    FAILS( VirtualFreeEx( target, addr + SIZE, PAGE, PRESERVE ), ERROR_INVALID_ADDRESS );
    FAILS( VirtualFreeEx( target, addr, SIZE, COALESCE ), ERROR_INVALID_ADDRESS );
    FAILS( VirtualFreeEx( target, addr, 0, COALESCE ), ERROR_INVALID_PARAMETER );
    WORKS( VirtualFreeEx( target, addr, 4 * SIZE, COALESCE ));
    check_remote_placeholder( addr, 4 * SIZE );
    WORKS( VirtualFreeEx( target, addr, SIZE, PRESERVE ));
    WORKS( VirtualFreeEx( target, addr + SIZE, SIZE, PRESERVE ));
    WORKS( VirtualFreeEx( target, addr + 2 * SIZE, SIZE, PRESERVE ));

    /* nothing else gets in */
    FAILS( VirtualAllocEx( target, addr, SIZE, MEM_RESERVE, PAGE_READWRITE ), ERROR_INVALID_ADDRESS );
    FAILS( VirtualAllocEx( target, addr, PAGE, MEM_COMMIT, PAGE_READWRITE ), ERROR_INVALID_ADDRESS );
    FAILS( VirtualProtectEx( target, addr, PAGE, PAGE_READWRITE, &old ), ERROR_INVALID_ADDRESS );
    FAILS( pMapViewOfFile3( section, target, addr, 0, SIZE, 0, PAGE_READWRITE, NULL, 0 ), ERROR_INVALID_ADDRESS );
    FAILS( pUnmapViewOfFile2( target, addr, 0 ), ERROR_INVALID_ADDRESS );

    /* a view */
    FAILS( remote_map( section, addr + SIZE, PAGE, SIZE - PAGE, PAGE_READWRITE ), ERROR_INVALID_ADDRESS );
    FAILS( remote_map( section, addr + SIZE, 2 * SIZE, SIZE, PAGE_READWRITE ), ERROR_INVALID_PARAMETER );
    FAILS( remote_map( section, addr + SIZE, SIZE + PAGE, SIZE, PAGE_READWRITE ), ERROR_ACCESS_DENIED );
    FAILS( remote_map( section, addr + SIZE, PAGE, SIZE, PAGE_EXECUTE_READ ), ERROR_ACCESS_DENIED );
    FAILS( remote_map( NULL, addr + SIZE, PAGE, SIZE, PAGE_READWRITE ), ERROR_INVALID_HANDLE );
    check_remote_placeholder( addr + SIZE, SIZE );
    WORKS( remote_map( section, addr + SIZE, PAGE, SIZE, PAGE_READWRITE ));
    check_remote_view( addr + SIZE, SIZE, PAGE_READWRITE );
    FAILS( VirtualFreeEx( target, addr + SIZE, 0, MEM_RELEASE ), ERROR_INVALID_PARAMETER );
    FAILS( VirtualFreeEx( target, addr + SIZE, PAGE, MEM_DECOMMIT ), ERROR_INVALID_PARAMETER );
    WORKS( pUnmapViewOfFile2( target, addr + SIZE + 5, MEM_PRESERVE_PLACEHOLDER ));
    check_remote_placeholder( addr + SIZE, SIZE );
    FAILS( pUnmapViewOfFile2( target, addr + SIZE, MEM_PRESERVE_PLACEHOLDER ), ERROR_INVALID_ADDRESS );
    WORKS( remote_map( section, addr + SIZE, PAGE, SIZE, PAGE_READWRITE ));
    WORKS( ReadProcessMemory( target, addr + SIZE, &word, sizeof(word), NULL ));
    ok( word == test_word( PAGE ), "got %#lx\n", word );
    WORKS( VirtualProtectEx( target, addr + SIZE, PAGE, PAGE_READONLY, &old ));
    ok( old == PAGE_READWRITE, "old %#lx\n", old );
    FAILS( VirtualProtectEx( target, addr + SIZE, PAGE, PAGE_EXECUTE_READ, &old ), ERROR_INVALID_PARAMETER );
    WORKS( VirtualProtectEx( target, addr + SIZE, PAGE, PAGE_READWRITE, &old ));
    ok( old == PAGE_READONLY, "old %#lx\n", old );

    /* private memory */
    FAILS( remote_alloc( addr + 2 * SIZE, PAGE, MEM_RESERVE | MEM_REPLACE_PLACEHOLDER, PAGE_READWRITE ), ERROR_INVALID_ADDRESS );
    FAILS( remote_alloc( addr + 2 * SIZE, SIZE, MEM_REPLACE_PLACEHOLDER, PAGE_READWRITE ), ERROR_INVALID_PARAMETER );
    WORKS( remote_alloc( addr + 2 * SIZE, SIZE, MEM_RESERVE | MEM_REPLACE_PLACEHOLDER, PAGE_READWRITE ));
    WORKS( VirtualAllocEx( target, addr + 2 * SIZE, SIZE, MEM_COMMIT, PAGE_READWRITE ));
    check_remote_private( addr + 2 * SIZE, SIZE, PAGE_READWRITE );
    WORKS( VirtualFreeEx( target, addr + 2 * SIZE, SIZE, MEM_DECOMMIT ));
    WORKS( VirtualFreeEx( target, addr + 2 * SIZE, SIZE, PRESERVE ));
    check_remote_placeholder( addr + 2 * SIZE, SIZE );
    WORKS( remote_alloc( addr + 2 * SIZE, SIZE, MEM_RESERVE | MEM_COMMIT | MEM_REPLACE_PLACEHOLDER, PAGE_READWRITE ));
    word = 0x12345678;
    WORKS( WriteProcessMemory( target, addr + 2 * SIZE, &word, sizeof(word), NULL ));

    /* a hole, used again */
    WORKS( VirtualFreeEx( target, addr + 3 * SIZE, 0, MEM_RELEASE ));
    check_remote_hole( addr + 3 * SIZE, SIZE );
    WORKS( VirtualAllocEx( target, addr + 3 * SIZE, SIZE, MEM_RESERVE | MEM_COMMIT, PAGE_READONLY ));
    check_remote_private( addr + 3 * SIZE, SIZE, PAGE_READONLY );
    WORKS( VirtualFreeEx( target, addr + 3 * SIZE, 0, MEM_RELEASE ));
    WORKS( pMapViewOfFile3( section, target, addr + 3 * SIZE, 0, SIZE, 0, PAGE_READWRITE, NULL, 0 ));
    check_remote_view( addr + 3 * SIZE, SIZE, PAGE_READWRITE );
    WORKS( pUnmapViewOfFile2( target, addr + 3 * SIZE, 0 ));
    check_remote_hole( addr + 3 * SIZE, SIZE );
    WORKS( remote_alloc( addr + 3 * SIZE, SIZE, MEM_RESERVE | MEM_RESERVE_PLACEHOLDER, PAGE_NOACCESS ));

    ok( is_suspended == suspended && (!suspended || !orders->ready), "the child has begun\n" );
    orders->addr = addr;
    finish_target();
    CloseHandle( section );
}

static void test_running(void)
{
    if (has_placeholders()) run_states( FALSE );
}

static void test_suspended(void)
{
    if (has_placeholders()) run_states( TRUE );
}

/* The child: what another process has made is like its own. */
static int child_orders( int argc, char **argv )
{
    HANDLE section = (HANDLE)(ULONG_PTR)strtoull( argv[0], NULL, 16 );
    struct orders *o = map_all( section );
    char *addr;

    (void)argc;
    o->ready = 1;
    while (!o->stop) Sleep( 1 );
    addr = o->addr;
    check_placeholder( addr, SIZE );
    check_view( addr + SIZE, SIZE, PAGE_READWRITE );
    check_private( addr + 2 * SIZE, SIZE, PAGE_READWRITE );
    check_placeholder( addr + 3 * SIZE, SIZE );
    ok( word_at( addr, SIZE ) == test_word( PAGE ), "got %#lx\n", word_at( addr, SIZE ));
    ok( word_at( addr, 2 * SIZE ) == 0x12345678, "got %#lx\n", word_at( addr, 2 * SIZE ));
    addr[SIZE] = 1;
    addr[2 * SIZE] = 1;
    unmap_in( addr + SIZE, MEM_PRESERVE_PLACEHOLDER );
    free_works( addr + 2 * SIZE, SIZE, PRESERVE );
    free_works( addr, 4 * SIZE, COALESCE );
    check_placeholder( addr, 4 * SIZE );
    free_works( addr, 0, MEM_RELEASE );
    return 0;
}

static void test_requirements(void)
{
    enum { PART = BITS( 0x10000000, 0x100000 ) };
    MEM_ADDRESS_REQUIREMENTS req = { (void *)ZONE( 0x33 ), (void *)(ZONE( 0x33 ) + 16 * (SIZE_T)PART - 1), PART };
    MEM_EXTENDED_PARAMETER param;
    unsigned int i;
    char *addr;

    if (!has_placeholders()) return;
    memset( &param, 0, sizeof(param) );
    param.Type = PARAM_ADDRESS_REQUIREMENTS;
    param.Pointer = &req;
    if (!start_target( "remote-idle", TRUE )) return;
    for (i = 0; i < 2; i++)
    {
        addr = pVirtualAlloc2( target, NULL, SIZE, MEM_RESERVE | MEM_RESERVE_PLACEHOLDER | (i ? MEM_TOP_DOWN : 0),
                               PAGE_NOACCESS, &param, 1 );
        ok( addr == (i ? (char *)ZONE( 0x33 ) + 15 * (SIZE_T)PART : (char *)ZONE( 0x33 )), "Got %p, error %lu\n", addr, GetLastError() );
        check_remote_placeholder( addr, SIZE );
    }
    req.Alignment = 0x1234;
    FAILS( pVirtualAlloc2( target, NULL, SIZE, MEM_RESERVE | MEM_RESERVE_PLACEHOLDER, PAGE_NOACCESS, &param, 1 ),
           ERROR_INVALID_PARAMETER );
    finish_target();
}

static void test_rights(void)
{
    MEMORY_BASIC_INFORMATION info;
    HANDLE section, all, handle;
    DWORD old;
    char *addr;

    if (!has_placeholders() || !start_target( "remote-idle", FALSE )) return;
    section = create_section( PAGE_READWRITE, SIZE );
    all = target;
    addr = remote_reserve( 2 * SIZE );

    /* nothing but this one is needed */
    handle = OpenProcess( PROCESS_VM_OPERATION, FALSE, child.dwProcessId );
    target = handle;
    WORKS( VirtualFreeEx( target, addr, SIZE, PRESERVE ));
    WORKS( remote_map( section, addr, 0, SIZE, PAGE_READWRITE ));
    WORKS( VirtualProtectEx( target, addr, PAGE, PAGE_READONLY, &old ));
    WORKS( remote_alloc( addr + SIZE, SIZE, MEM_RESERVE | MEM_REPLACE_PLACEHOLDER, PAGE_READWRITE ));
    WORKS( pUnmapViewOfFile2( target, addr, MEM_PRESERVE_PLACEHOLDER ));
    WORKS( VirtualFreeEx( target, addr + SIZE, SIZE, PRESERVE ));
    FAILS( VirtualQueryEx( target, addr, &info, sizeof(info) ), ERROR_ACCESS_DENIED );
    CloseHandle( handle );

    handle = OpenProcess( PROCESS_QUERY_INFORMATION | PROCESS_VM_READ | PROCESS_VM_WRITE, FALSE, child.dwProcessId );
    target = handle;
    check_remote_placeholder( addr, SIZE );
    FAILS( pVirtualAlloc2( target, NULL, SIZE, MEM_RESERVE | MEM_RESERVE_PLACEHOLDER, PAGE_NOACCESS, NULL, 0 ),
           ERROR_ACCESS_DENIED );
    FAILS( VirtualFreeEx( target, addr, PAGE, PRESERVE ), ERROR_ACCESS_DENIED );
    FAILS( VirtualFreeEx( target, addr, 0, MEM_RELEASE ), ERROR_ACCESS_DENIED );
    FAILS( remote_map( section, addr, 0, SIZE, PAGE_READWRITE ), ERROR_ACCESS_DENIED );
    FAILS( remote_alloc( addr, SIZE, MEM_RESERVE | MEM_REPLACE_PLACEHOLDER, PAGE_READWRITE ), ERROR_ACCESS_DENIED );
    FAILS( pUnmapViewOfFile2( target, addr, MEM_PRESERVE_PLACEHOLDER ), ERROR_ACCESS_DENIED );
    check_remote_placeholder( addr, SIZE );
    CloseHandle( handle );
    target = all;
    CloseHandle( section );
    finish_target();
}

/* A file's view has its name, and nothing of the section stays with the child. */
static void test_file_view(void)
{
    DWORD (WINAPI *pGetNameW)( HANDLE, void *, WCHAR *, DWORD );
    DWORD before, after, len, native_len;
    WCHAR name[MAX_PATH], native_name[MAX_PATH];
    HANDLE file, section;
    char *addr, *view;
    unsigned int i;

    if (!has_placeholders() || !start_target( "remote-idle", FALSE )) return;
    pGetNameW = (void *)GetProcAddress( GetModuleHandleA( "kernelbase.dll" ), "K32GetMappedFileNameW" );
    file = create_test_file( GENERIC_READ | GENERIC_WRITE, SIZE );
    section = CreateFileMappingW( file, NULL, PAGE_READWRITE, 0, 0, NULL );
    view = map_all( section );
    native_len = pGetNameW( GetCurrentProcess(), view, native_name, ARRAY_SIZE( native_name ));
    addr = remote_reserve( SIZE );
    WORKS( remote_map( section, addr, 0, SIZE, PAGE_READONLY ));
    len = pGetNameW( target, addr + PAGE, name, ARRAY_SIZE( name ));
    ok( len && len == native_len && !memcmp( name, native_name, len * sizeof(WCHAR) ), "got %lu characters, expected %lu, error %lu\n",
        len, native_len, GetLastError() );
    WORKS( pUnmapViewOfFile2( target, addr, MEM_PRESERVE_PLACEHOLDER ));
    GetProcessHandleCount( target, &before );
    for (i = 0; i < 20; i++)
    {
        WORKS( remote_map( section, addr, 0, SIZE, PAGE_READONLY ));
        WORKS( pUnmapViewOfFile2( target, addr, MEM_PRESERVE_PLACEHOLDER ));
        FAILS( remote_map( section, addr, 0, PAGE, PAGE_READONLY ), ERROR_INVALID_ADDRESS );
    }
    GetProcessHandleCount( target, &after );
    ok( after == before, "%lu handles before, %lu after\n", before, after );
    unmap( view );
    CloseHandle( section );
    CloseHandle( file );
    finish_target();
}

/* A child that allocates as fast as it can gets nothing of what changes hands in it. */
static int child_thief( int argc, char **argv )
{
    HANDLE section = (HANDLE)(ULONG_PTR)strtoull( argv[0], NULL, 16 );
    struct orders *o = map_all( section );
    char *blocks[64] = { NULL };
    unsigned int i, seed = 1;
    LONG taken = 0;
    SIZE_T size;

    (void)argc;
    o->ready = 1;
    while (!o->stop)
    {
        seed = seed * 1103515245 + 12345;
        i = (seed >> 8) % ARRAY_SIZE( blocks );
        if (blocks[i]) VirtualFree( blocks[i], 0, MEM_RELEASE );
        size = 0x1000 << ((seed >> 16) % 8);
        blocks[i] = VirtualAlloc( NULL, size, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE );
        if (!blocks[i]) continue;
        o->allocations++;
        if (o->addr && blocks[i] + size > o->addr && blocks[i] < o->addr + 4 * SIZE) taken++;
    }
    ok( !taken, "%ld allocations in the range\n", taken );
    return 0;
}

static HANDLE open_process( const char *name )
{
    HANDLE snapshot = CreateToolhelp32Snapshot( TH32CS_SNAPPROCESS, 0 ), process = NULL;
    PROCESSENTRY32 entry = { .dwSize = sizeof(entry) };
    BOOL more;

    for (more = Process32First( snapshot, &entry ); more && !process; more = Process32Next( snapshot, &entry ))
        if (!_stricmp( entry.szExeFile, name ))
            process = OpenProcess( PROCESS_ALL_ACCESS, FALSE, entry.th32ProcessID );
    CloseHandle( snapshot );
    return process;
}

/* A process of the installed Wine: its name is given by who has started it. */
static void test_without_module(void)
{
    char *addr, name[MAX_PATH];
    unsigned int tries = 0;
    HANDLE section;

    if (!has_placeholders()) return;
    if (!GetEnvironmentVariableA( "MAPVIEW_WITHOUT_MODULE", name, sizeof(name) ))
    {
        skip( "no process is named that does not have the module\n" );
        return;
    }
    while (!(target = open_process( name )) && tries++ < 300) Sleep( 100 );
    if (!ok( target != NULL, "no process %s\n", name )) return;
    SetLastError( 0xdeadbeef );
    addr = pVirtualAlloc2( target, NULL, 4 * SIZE, MEM_RESERVE | MEM_RESERVE_PLACEHOLDER, PAGE_NOACCESS, NULL, 0 );
    if (!ntdll_has_placeholders())
        ok( !addr && GetLastError() == ERROR_NOT_SUPPORTED, "got %p, error %lu\n", addr, GetLastError() );
    else if (ok( addr != NULL, "error %lu\n", GetLastError() ))
    {
        section = create_section( PAGE_READWRITE, SIZE );
        WORKS( VirtualFreeEx( target, addr + SIZE, SIZE, PRESERVE ));
        WORKS( VirtualFreeEx( target, addr + 2 * SIZE, SIZE, PRESERVE ));
        WORKS( remote_map( section, addr + SIZE, 0, SIZE, PAGE_READWRITE ));
        check_remote_view( addr + SIZE, SIZE, PAGE_READWRITE );
        WORKS( remote_alloc( addr + 2 * SIZE, SIZE, MEM_RESERVE | MEM_COMMIT | MEM_REPLACE_PLACEHOLDER, PAGE_READWRITE ));
        WORKS( pUnmapViewOfFile2( target, addr + SIZE, MEM_PRESERVE_PLACEHOLDER ));
        WORKS( VirtualFreeEx( target, addr + 2 * SIZE, SIZE, PRESERVE ));
        WORKS( VirtualFreeEx( target, addr, 4 * SIZE, COALESCE ));
        check_remote_placeholder( addr, 4 * SIZE );
        WORKS( VirtualFreeEx( target, addr, 0, MEM_RELEASE ));
        CloseHandle( section );
    }
    CloseHandle( target );
}

static void test_thief(void)
{
    HANDLE section;
    unsigned int i;
    char *addr;

    if (!has_placeholders() || ntdll_fails( "calls for a busy process fail" )) return;
    if (!start_target( "remote-thief", FALSE )) return;
    section = create_section( PAGE_READWRITE, 4 * SIZE );
    addr = orders->addr = remote_reserve( 4 * SIZE );
    for (i = 0; i < 30; i++)
    {
        WORKS( VirtualFreeEx( target, addr + i * PAGE, SIZE, PRESERVE ));
        WORKS( remote_map( section, addr + i * PAGE, i * PAGE, SIZE, PAGE_READWRITE ));
        WORKS( pUnmapViewOfFile2( target, addr + i * PAGE, MEM_PRESERVE_PLACEHOLDER ));
        WORKS( VirtualFreeEx( target, addr, 4 * SIZE, COALESCE ));
    }
    ok( orders->allocations > 10, "%ld allocations\n", orders->allocations );
    CloseHandle( section );
    finish_target();
}

static void test_dead(void)
{
    char *addr;

    if (!has_placeholders() || !start_target( "remote-idle", FALSE )) return;
    addr = remote_reserve( SIZE );
    TerminateProcess( target, 0 );
    WaitForSingleObject( target, 5000 );
    FAILS( pVirtualAlloc2( target, NULL, SIZE, MEM_RESERVE | MEM_RESERVE_PLACEHOLDER, PAGE_NOACCESS, NULL, 0 ),
           ERROR_ACCESS_DENIED );
    FAILS( VirtualFreeEx( target, addr, PAGE, PRESERVE ), ERROR_ACCESS_DENIED );
    finish_target();
}

static LONG count_threads(void)
{
    HANDLE snapshot = CreateToolhelp32Snapshot( TH32CS_SNAPTHREAD, 0 );
    THREADENTRY32 entry = { .dwSize = sizeof(entry) };
    LONG count = 0;
    BOOL ret;

    for (ret = Thread32First( snapshot, &entry ); ret; ret = Thread32Next( snapshot, &entry ))
        if (entry.th32OwnerProcessID == GetCurrentProcessId()) count++;
    CloseHandle( snapshot );
    return count;
}

/* The child, while it loads its modules: how many threads have come in a second? */
static void count_new_threads( const char *cmd )
{
    struct orders *o;
    unsigned int i;
    LONG count;

    if (!(o = map_all( (HANDLE)(ULONG_PTR)strtoull( strrchr( cmd, ' ' ), NULL, 16 ) ))) return;
    count = count_threads();
    o->ready = 1;
    for (i = 0; i < 100 && !o->allocations; i++)
    {
        Sleep( 10 );
        o->allocations = count_threads() - count;
    }
    UnmapViewOfFile( o );
}

static void WINAPI tls_callback( void *module, DWORD reason, void *reserved )
{
    const char *cmd = GetCommandLineA();

    (void)module;
    (void)reserved;
    if (reason == DLL_PROCESS_ATTACH && strstr( cmd, "--child remote-starting" )) count_new_threads( cmd );
    if (reason == DLL_THREAD_ATTACH && strstr( cmd, "--child remote-killing" )) TerminateThread( GetCurrentThread(), 0 );
}

PIMAGE_TLS_CALLBACK starting_callback __attribute__((section(".CRT$XLT"), used)) = tls_callback;

/* To start a thread there would interrupt one that allocates memory most of the time. */
static void test_starting(void)
{
    if (!pVirtualAlloc2 || !start_target( "remote-starting", FALSE )) return;
    remote_reserve( SIZE );
    ok( !orders->allocations, "%ld threads have come while modules were loaded\n", orders->allocations );
    finish_target();
}

/* Where the call is made by a thread of the other process, and that is terminated. */
static void test_thread_terminated(void)
{
    DWORD start = GetTickCount();

    if (!pVirtualAlloc2 || !start_target( "remote-killing", FALSE )) return;
    SetLastError( 0xdeadbeef );
    ok( pVirtualAlloc2( target, NULL, SIZE, MEM_RESERVE | MEM_RESERVE_PLACEHOLDER, PAGE_NOACCESS, NULL, 0 ) ||
        GetLastError() == ERROR_ACCESS_DENIED, "error %lu\n", GetLastError() );
    ok( GetTickCount() - start < 15000, "it took %lu ms\n", GetTickCount() - start );
    /* that thread had the loader's lock */
    TerminateProcess( target, 0 );
    finish_target();
}

static int child_idle( int argc, char **argv )
{
    HANDLE section = (HANDLE)(ULONG_PTR)strtoull( argv[0], NULL, 16 );
    struct orders *o = map_all( section );

    (void)argc;
    o->ready = 1;
    while (!o->stop) Sleep( 1 );
    return 0;
}

static const struct rule rules[] =
{
    { "1.14-running", "all ways between the states, in a process that runs", test_running },
    { "1.14-suspended", "the same in a process that has not begun", test_suspended },
    { "1.11-requirements", "a placeholder in a range, aligned", test_requirements },
    { "1.15-rights", "PROCESS_VM_OPERATION, or PROCESS_QUERY_INFORMATION", test_rights },
    { "1.15-file-view", "the name of a file, no handle left", test_file_view },
    { "1.14-without-module", "a process that does not have the module", test_without_module },
    { "1.14-thief", "a process that allocates all the time gets nothing", test_thief },
    { "1.15-starting", "a process that loads its modules is not disturbed", test_starting },
    { "1.15-thread-terminated", "a thread that makes the call is terminated", test_thread_terminated },
    { "1.15-dead", "a process that has ended", test_dead },
    { NULL, NULL, NULL }
};

static const struct child children[] =
{
    { "remote-orders", child_orders },
    { "remote-idle", child_idle },
    { "remote-thief", child_thief },
    { "remote-starting", child_idle },
    { "remote-killing", child_idle },
    { NULL, NULL }
};

const struct test_file file_remote_placeholder = { "remote_placeholder", rules, children };
