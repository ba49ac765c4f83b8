/*
 * What is left when something fails in the middle of a call
 *
 * survival.sh runs these; without it they are skipped.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "test.h"
#include "large.h"
#include "steps.h"
#include "survival/inject.h"

#define SIZE 0x40000

static struct inject *inject;

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

static struct usage read_usage(void)
{
    MEMORY_BASIC_INFORMATION info;
    struct usage usage;
    char *addr = NULL;

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

/* The module keeps a thread for calls to other processes for half a second: it is to be there each time. */
static struct usage get_usage(void)
{
    struct usage usage;
    unsigned int i;
    DWORD start;

    for (i = 0; i < 50; i++)
    {
        query_remote();
        start = GetTickCount();
        usage = read_usage();
        if (GetTickCount() - start < 250) break;
    }
    return usage;
}

static BOOL open_inject(void)
{
    char path[MAX_PATH], unix_path[MAX_PATH + 20];
    HANDLE handle, section;

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

static int child_idle( int argc, char **argv )
{
    Sleep( INFINITE );
    return argc + !argv;
}

/* The steps can be done, with another process that has begun. */
static BOOL begin_other(void)
{
    unsigned int i;
    BOOL ret;

    ret = init_steps( unique_name( "survival" ), start_child( "survival-idle", "x" ));
    ok( ret, "cannot begin, error %lu\n", GetLastError() );
    if (!ret) return FALSE;
    for (i = 0; i < 600 && !query_other_pages(); i++) Sleep( 50 );
    ok( i < 600, "the other process does not begin\n" );
    return TRUE;
}

/* Make the n-th call from now on fail, and so many behind it. */
static void arm( unsigned int n, unsigned int more )
{
    inject->hit = 0;
    inject->more = more;
    inject->countdown = n;
}

static void disarm(void)
{
    inject->countdown = inject->more = inject->only_new = 0;
}

static BOOL is_same_usage( const struct usage *usage, const struct usage *other )
{
    return usage->handles == other->handles && usage->files == other->files && usage->regions == other->regions &&
           usage->bytes == other->bytes;
}

/* The usage is what it was; threads of the module's may take a while to end. */
static void check_usage( struct usage *before )
{
    struct usage after = get_usage();
    unsigned int i;

    for (i = 0; i < 20 && !is_same_usage( &after, before ); i++)
    {
        Sleep( 50 );
        after = get_usage();
    }
    ok( i < 20, "next handle %#lx, %u files, %Iu regions, %#Ix bytes, before %#lx, %u, %Iu, %#Ix\n", after.handles, after.files,
        after.regions, after.bytes, before->handles, before->files, before->regions, before->bytes );
    *before = after;
}

/* Whether a call that has failed is one that needs nothing of the host, so that no error is right. */
static BOOL is_mere_question(void)
{
    static const char * const names[] = { "NtQueryInformationProcess", "NtQueryObject", "NtQueryVirtualMemory" };
    unsigned int i, k;

    for (i = 0; i < ARRAY_SIZE( names ); i++)
        for (k = 0; k < 2; k++) if (!strcmp( inject->name[k], names[i] )) return TRUE;
    return FALSE;
}

/* Each call that a step makes fails once, alone or with the next one: the step does without or fails, and in this case
 * nothing has changed. */
static void run_step( const struct step *step, unsigned int more, unsigned int *failed, unsigned int *survived )
{
    struct usage before;
    unsigned int n;
    DWORD err;
    BOOL ret;

    if (!can_do( step )) return;
    /* whatever is opened at the first time */
    ret = step->run();
    ok( ret, "%s: error %lu\n", step->what, GetLastError() );
    if (!ret) return;
    step->undo();

    get_usage();
    before = get_usage();
    for (n = 1; n < 1000; n++)
    {
        inject->only_new = !!(step->flags & CALLS_MUCH);
        arm( inject->only_new ? 1 : n, more );
        SetLastError( 0xdeadbeef );
        ret = step->run();
        err = GetLastError();
        disarm();
        if (ret) step->undo();
        if (!inject->hit) break;
        winetest_push_context( "%s: call %u, %s from %#I64x", step->what, n, inject->name[0], inject->site );
        ok( ret || is_lack( err ) || is_mere_question(), "error %lu\n", err );
        if (ret) ++*survived;
        else ++*failed;
        check_usage( &before );
        ret = step->run();
        ok( ret, "cannot do it again, error %lu\n", GetLastError() );
        if (ret) step->undo();
        winetest_pop_context();
    }
}

static DWORD WINAPI empty_thread( void *arg )
{
    return arg != NULL;
}

/* Wine keeps the stack of the thread that has ended last, until the next one ends. */
static void end_thread(void)
{
    HANDLE thread = CreateThread( NULL, 0, empty_thread, NULL, 0, NULL );

    WaitForSingleObject( thread, INFINITE );
    CloseHandle( thread );
}

static int child_steps( int argc, char **argv )
{
    unsigned int i, more, max_more, failed = 0, survived = 0;

    if (argc != 2 || !open_inject()) return 2;
    max_more = atoi( argv[1] );
    if (!begin_other()) return 3;
    ask();
    if (!init_large_steps()) trace( "no large pages\n" );
    end_thread();
    before_undo = disarm;
    for (more = 0; more <= max_more; more++)
        for (i = 0; i < step_count; i++) run_step( &steps[i], more, &failed, &survived );
    ok( failed > 20 && survived > 5, "%s: %u calls failed, %u survived\n", argv[0], failed, survived );
    trace( "%s: %u calls failed, %u survived\n", argv[0], failed, survived );
    free_steps();
    return 0;
}

/* All steps in a process in which a call fails that comes before, or is the first one from a place. */
static int child_first( int argc, char **argv )
{
    HANDLE process;
    unsigned int i;
    DWORD err;
    BOOL ret;

    if (argc != 1 || !open_inject()) return 2;
    winetest_push_context( "%s from %#I64x", inject->name[0], inject->site );
    process = OpenProcess( PROCESS_ALL_ACCESS, FALSE, strtoul( argv[0], NULL, 0 ));
    ret = init_steps( L"mapview-survival-first", process ) || init_steps( L"mapview-survival-first", process );
    ok( ret, "cannot begin, error %lu\n", GetLastError() );
    init_large_steps();
    for (i = 0; ret && i < step_count; i++)
    {
        if (!can_do( &steps[i] )) continue;
        SetLastError( 0xdeadbeef );
        ret = steps[i].run();
        err = GetLastError();
        ok( ret || is_lack( err ) || is_mere_question(), "%s: error %lu\n", steps[i].what, err );
        if (!ret) ret = steps[i].run();
        ok( ret, "%s: cannot do it again, error %lu\n", steps[i].what, GetLastError() );
        if (ret) steps[i].undo();
    }
    return 0;
}

/* what the steps are done with: a setting, and what the host has */
static const struct variant
{
    const char *what;
    int         more;        /* how many calls fail one after the other; -1: at the start only */
    const char *setting;
    BOOL        two_nodes;
    const char *without;
    int         error;
} variants[] =
{
    { "plain",    1, "", FALSE, "", 0 },
    { "fast",     0, "WINE_MAPVIEW_FAST_VIEWS=on", FALSE, "", 0 },
    { "huge",     0, "WINE_MAPVIEW_HUGE_PAGES=on", FALSE, "", 0 },
    { "nodes",    0, "", TRUE, "", 0 },
    { "no-scan",  0, "", FALSE, "ioctl", 25 /* ENOTTY */ },
    { "no-room", -1, "", FALSE, "fallocate", 95 /* EOPNOTSUPP */ },
    { "pool",    -1, "WINE_MAPVIEW_LARGE_PAGES=hugetlb", FALSE, "", 0 },
};

static void set_variant( const struct variant *variant )
{
    strcpy( inject->setting, variant->setting );
    inject->two_nodes = variant->two_nodes;
    strcpy( inject->without, variant->without );
    inject->error = variant->error;
}

static void reset_variant(void)
{
    inject->setting[0] = 0;
    inject->two_nodes = FALSE;
    inject->without[0] = 0;
}

/* the exit code of a child, that of a crash if it hangs */
static DWORD get_exit_code( HANDLE process, DWORD seconds )
{
    DWORD code = ~0u;

    if (WaitForSingleObject( process, seconds * 1000 )) TerminateProcess( process, code );
    else GetExitCodeProcess( process, &code );
    CloseHandle( process );
    return code;
}

static void test_inject(void)
{
    unsigned int i;
    DWORD code;

    if (!open_inject())
    {
        skip( "run tests/survival.sh\n" );
        return;
    }
    for (i = 0; i < ARRAY_SIZE( variants ); i++)
    {
        if (variants[i].more < 0 || (i && getenv( "MAPVIEW_POOL" ))) continue;
        set_variant( &variants[i] );
        code = get_exit_code( start_child( "survival-steps", "%s %d", variants[i].what, variants[i].more ), 120 );
        ok( !code, "%s: exit code %#lx, the last call that failed was %s from %#I64x\n", variants[i].what, code,
            inject->name[0], inject->site );
        reset_variant();
    }
    UnmapViewOfFile( inject );
}

/* The places of calls that are left over: each fails in a process of its own, which starts and works. */
static void test_start(void)
{
    unsigned int i, n;
    DWORD code;

    if (!open_inject())
    {
        skip( "run tests/survival.sh\n" );
        return;
    }
    if (!begin_other()) return;
    for (i = 0; i < ARRAY_SIZE( variants ); i++)
    {
        set_variant( &variants[i] );
        for (n = 0; n < 100; n++)
        {
            code = get_exit_code( start_child( FIRST_CHILD, "%lu", get_other_id() ), 60 );
            disarm();
            if (!inject->hit) break;
            ok( !code, "%s, %s from %#I64x: exit code %#lx\n", variants[i].what, inject->name[0], inject->site, code );
        }
        trace( "%s: %u calls\n", variants[i].what, n );
        reset_variant();
    }
    free_steps();
    UnmapViewOfFile( inject );
}

/* Large pages that are there when the module looks, and taken by somebody else when it wants them. */

static BOOL write_pages( char *addr, SIZE_T size )
{
    SIZE_T pos;

    for (pos = 0; pos < size; pos += PAGE) if (probe_write( addr + pos, 1 )) return FALSE;
    return TRUE;
}

static HANDLE large_section;

static BOOL use_large_section(void)
{
    HANDLE section;
    char *addr;
    BOOL ret;

    if (!(section = create_large( PAGE_READWRITE, 2 ))) return FALSE;
    addr = map_all( section );
    ret = addr && write_pages( addr, 2 * large_page() );
    ok( ret, "the pages of a section cannot be used: %p, error %lu\n", addr, GetLastError() );
    UnmapViewOfFile( addr );
    CloseHandle( section );
    return TRUE;
}

static BOOL use_large_memory(void)
{
    char *addr = VirtualAlloc( NULL, large_page(), MEM_RESERVE | MEM_COMMIT | MEM_LARGE_PAGES, PAGE_READWRITE );

    if (!addr) return FALSE;
    ok( write_pages( addr, large_page() ), "the pages of memory cannot be used\n" );
    VirtualFree( addr, 0, MEM_RELEASE );
    return TRUE;
}

static BOOL use_large_copy(void)
{
    char *addr = MapViewOfFile( large_section, FILE_MAP_COPY | FILE_MAP_LARGE_PAGES, 0, 0, 0 );

    if (!addr) return FALSE;
    ok( write_pages( addr, large_page() ), "the copies of pages cannot be used\n" );
    UnmapViewOfFile( addr );
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
            arm( n, 0 );
            SetLastError( 0xdeadbeef );
            ret = uses[i]();
            err = GetLastError();
            disarm();
            ask();
            if (!inject->hit) break;
            ok( ret || is_lack( err ), "use %u, before call %u, %s: error %lu\n", i, n, inject->name[0], err );
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
    if (!begin_other()) return FALSE;
    ask();
    for (i = 0; i < step_count; i++)
        if (can_do( &steps[i] ) && steps[i].run()) steps[i].undo();
    get_usage();
    *usage = get_usage();
    return TRUE;
}

static unsigned int run_steps( const char *when, BOOL may_fail )
{
    unsigned int i, failed = 0;
    DWORD err;
    BOOL ret;

    for (i = 0; i < step_count; i++)
    {
        if (!can_do( &steps[i] )) continue;
        SetLastError( 0xdeadbeef );
        ret = steps[i].run();
        err = GetLastError();
        ok( ret || (may_fail && is_lack( err )), "%s, %s: error %lu\n", steps[i].what, when, err );
        failed += !ret;
        if (ret) steps[i].undo();
    }
    return failed;
}

static void end_steps( struct usage *before, unsigned int failed )
{
    check_usage( before );
    ok( failed > 3, "only %u steps failed\n", failed );
    trace( "%u steps failed\n", failed );
    run_steps( "afterwards", FALSE );
    free_steps();
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

/* tell the script that this process is at work */
static void print_pid(void)
{
    char line[64];
    DWORD len = sprintf( line, "pid %lu\n", GetCurrentProcessId() );

    WriteFile( GetStdHandle( STD_OUTPUT_HANDLE ), line, len, &len, NULL );
}

/* For survival.sh, which kills it: everything, over and over again. */
static int child_loop( int argc, char **argv )
{
    unsigned int i;
    HANDLE other;

    if (argc != 1) return 2;
    other = OpenProcess( PROCESS_ALL_ACCESS, FALSE, atoi( argv[0] ));
    if (!init_steps( L"mapview-survival-loop", other ? other : GetCurrentProcess() )) return 3;
    init_large_steps();
    print_pid();
    for (;;)
    {
        for (i = 0; i < step_count; i++)
        {
            /* large pages that another process has mapped, too, are to stay */
            if (!can_do( &steps[i] ) || (steps[i].flags & CALLS_MUCH)) continue;
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
    print_pid();
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
    { "survival-start", "the same at the start of a process", test_start },
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
    { "survival-steps", child_steps },
    { FIRST_CHILD, child_first },
    { "survival-loop", child_loop },
    { "survival-bystander", child_bystander },
    { "survival-name", child_name },
    { NULL, NULL }
};

const struct test_file file_survival = { "survival", rules, children };
