/*
 * Eight processes share 64 sections: whatever one writes, all the others read
 *
 * A page of a section has a lock and a sequence number in a control section; all its bytes follow
 * from section, page and number.  Who holds the lock checks every byte, and may write the bytes of the
 * next number, through a view made just then, through the file, or from another process.
 *
 * In the environment: MAPVIEW_SECONDS is the time to spend.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "large.h"

#define PROCESSES  8
#define SECTIONS   64
#define FILES      20                      /* the first sections are of files ... */
#define NODES      8                       /* ... the next ones have a node ... */
#define LARGE      4                       /* ... or large pages, where they can be had */
#define MAX_PAGES  64
#define LARGE_SIZE 0x200000

struct page_state
{
    volatile LONG lock, number;
};

struct control
{
    volatile LONG stop, ready, done;
    DWORD         pids[PROCESSES];
    volatile LONG checked[PROCESSES], written[PROCESSES], maps[PROCESSES], remote[PROCESSES];
    struct page_state pages[SECTIONS][MAX_PAGES];
};

static struct control *control;
static HANDLE handles[SECTIONS], files[FILES], peers[PROCESSES];
static char paths[FILES][MAX_PATH];
static ULONG64 state;
static unsigned int self;

static unsigned int random_number( unsigned int limit )
{
    state = state * 6364136223846793005ull + 1442695040888963407ull;
    return (state >> 33) % limit;
}

static unsigned int page_count( unsigned int section )
{
    return 16 + section % 4 * 16;
}

static SIZE_T section_size( unsigned int section )
{
    if (section >= FILES + NODES && section < FILES + NODES + LARGE) return LARGE_SIZE;
    return page_count( section ) * PAGE;
}

static DWORD first_word( unsigned int section, unsigned int page, LONG number )
{
    return (section * 0x9e3779b1u) ^ (page * 0x85ebca6bu) ^ ((DWORD)number * 0xc2b2ae35u);
}

static void fill_page( void *addr, unsigned int section, unsigned int page, LONG number )
{
    DWORD *words = addr, value = first_word( section, page, number ), i;

    for (i = 0; i < PAGE / 4; i++) words[i] = value += 0x27d4eb2f;
}

static BOOL is_page( const void *addr, unsigned int section, unsigned int page, LONG number )
{
    const volatile DWORD *words = addr;
    DWORD value = first_word( section, page, number ), i;

    for (i = 0; i < PAGE / 4; i++) if (words[i] != (value += 0x27d4eb2f)) return FALSE;
    return TRUE;
}

static void check_page( const void *addr, unsigned int section, unsigned int page, LONG number, const char *what )
{
    if (!is_page( addr, section, page, number ))
        ok( 0, "process %u, section %u, page %u, number %ld: %s differs: %#lx, expected %#lx\n", self, section, page,
            number, what, word_at( addr, 0 ), first_word( section, page, number ) + 0x27d4eb2f );
    control->checked[self]++;
}

static BOOL lock_page( unsigned int section, unsigned int page )
{
    unsigned int i;

    for (i = 0; i < 200; i++)
    {
        if (!InterlockedCompareExchange( &control->pages[section][page].lock, self + 1, 0 )) return TRUE;
        SwitchToThread();
    }
    return FALSE;  /* somebody else is slow: there are other pages */
}

static void unlock_page( unsigned int section, unsigned int page )
{
    InterlockedExchange( &control->pages[section][page].lock, 0 );
}

/* A handle of the section, from one of the places that it can be had from. */
static HANDLE get_section( unsigned int section )
{
    HANDLE file, handle = NULL;
    WCHAR name[64];

    switch (random_number( 4 ))
    {
    case 0:
        wsprintfW( name, L"mapview-stress-%lx-%u", control->pids[0], section );
        return OpenFileMappingW( FILE_MAP_ALL_ACCESS, FALSE, name );
    case 1:
        if (section >= FILES) break;
        file = CreateFileA( paths[section], GENERIC_READ | GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE |
                            FILE_SHARE_DELETE, NULL, OPEN_EXISTING, 0, 0 );
        handle = CreateFileMappingW( file, NULL, PAGE_READWRITE, 0, 0, NULL );
        CloseHandle( file );
        return handle;
    case 2:
        file = peers[random_number( PROCESSES )];
        /* the handles have been inherited: they have the same values everywhere */
        DuplicateHandle( file, handles[section], GetCurrentProcess(), &handle, 0, FALSE, DUPLICATE_SAME_ACCESS );
        return handle;
    }
    DuplicateHandle( GetCurrentProcess(), handles[section], GetCurrentProcess(), &handle, 0, FALSE, DUPLICATE_SAME_ACCESS );
    return handle;
}

static char *map_somehow( HANDLE section, ULONG protect, ULONG64 offset, SIZE_T size )
{
    struct map_args args = map_args( section );
    const struct mapper *m, *wanted = NULL;
    MEM_ADDRESS_REQUIREMENTS req;
    MEM_EXTENDED_PARAMETER param;
    unsigned int n = 0;
    char *view;
    DWORD err;

    for_each_mapper( m, 0 ) if (!random_number( ++n )) wanted = m;
    set_protect( &args, protect );
    args.offset = offset;
    args.size = size;
    args.node = random_number( 2 ) ? random_number( highest_node() + 1 ) : NUMA_NO_PREFERRED_NODE;
    memset( &param, 0, sizeof(param) );
    memset( &req, 0, sizeof(req) );
    if ((wanted->flags & TAKES_PARAMS) && random_number( 2 ))
    {
        param.Type = PARAM_ADDRESS_REQUIREMENTS;
        param.Pointer = &req;
        req.Alignment = (SIZE_T)GRANULARITY << random_number( 8 );
        args.params = &param;
        args.count = 1;
    }
    view = map_view( wanted, &args, &err );
    ok( view != NULL, "process %u: %s: protection %#lx, offset %#I64x, size %#Ix: error %lu\n", self, wanted->name,
        protect, offset, size, err );
    control->maps[self]++;
    return view;
}

static void use_remote( unsigned int section, unsigned int page, SIZE_T offset, LONG number )
{
    HANDLE peer = peers[random_number( PROCESSES )];
    char buffer[PAGE], *view;
    SIZE_T len;

    view = pMapViewOfFileNuma2( handles[section], peer, offset, NULL, 0, 0, PAGE_READWRITE, NUMA_NO_PREFERRED_NODE );
    ok( view != NULL, "process %u: cannot map in another process, error %lu\n", self, GetLastError() );
    if (!view) return;
    ok( ReadProcessMemory( peer, view + page * PAGE - offset, buffer, PAGE, &len ) && len == PAGE,
        "process %u: ReadProcessMemory: error %lu\n", self, GetLastError() );
    check_page( buffer, section, page, number, "a view in another process" );
    ok( pUnmapViewOfFile2( peer, view, 0 ), "process %u: UnmapViewOfFile2: error %lu\n", self, GetLastError() );
    control->remote[self]++;
}

static void use_file( unsigned int section, unsigned int page, LONG *number )
{
    OVERLAPPED ov = { 0 };
    char buffer[PAGE];
    DWORD len = 0;

    ov.Offset = page * PAGE;
    ok( ReadFile( files[section], buffer, PAGE, &len, &ov ) && len == PAGE, "process %u: ReadFile: error %lu\n", self,
        GetLastError() );
    check_page( buffer, section, page, *number, "the file" );
    if (random_number( 2 )) return;
    fill_page( buffer, section, page, ++*number );
    ok( WriteFile( files[section], buffer, PAGE, &len, &ov ) && len == PAGE, "process %u: WriteFile: error %lu\n", self,
        GetLastError() );
    control->written[self]++;
}

static void use_view( HANDLE handle, unsigned int section, unsigned int page, LONG *number )
{
    static const ULONG protects[] = { PAGE_READWRITE, PAGE_READWRITE, PAGE_READONLY, PAGE_WRITECOPY };
    ULONG protect = protects[random_number( ARRAY_SIZE( protects ) )];
    SIZE_T offset = random_number( page / 16 + 1 ) * GRANULARITY, size = 0;
    char *view;

    if (random_number( 2 )) size = (page + 1 + random_number( page_count( section ) - page )) * PAGE - offset;
    if (!(view = map_somehow( handle, protect, offset, size ))) return;
    check_page( view + page * PAGE - offset, section, page, *number, "a view" );
    if (protect == PAGE_WRITECOPY)
        memset( view + page * PAGE - offset, 0xcc, PAGE );
    else if (protect == PAGE_READWRITE)
    {
        fill_page( view + page * PAGE - offset, section, page, ++*number );
        control->written[self]++;
    }
    if (!random_number( 50 )) ok( FlushViewOfFile( view, 0 ), "process %u: FlushViewOfFile: error %lu\n", self, GetLastError() );
    ok( UnmapViewOfFile( view + random_number( PAGE ) ), "process %u: UnmapViewOfFile: error %lu\n", self, GetLastError() );
}

static void do_one(void)
{
    unsigned int section = random_number( SECTIONS ), page = random_number( page_count( section ));
    HANDLE handle = get_section( section );
    LONG number;

    ok( handle != NULL, "process %u: no handle of section %u, error %lu\n", self, section, GetLastError() );
    if (!handle) return;
    if (lock_page( section, page ))
    {
        number = control->pages[section][page].number;
        switch (random_number( 20 ))
        {
        case 0:
            use_remote( section, page, page / 16 * GRANULARITY, number );
            break;
        case 1: case 2: case 3:
            if (section < FILES)
            {
                use_file( section, page, &number );
                break;
            }
            /* fall through */
        default:
            use_view( handle, section, page, &number );
        }
        control->pages[section][page].number = number;
        unlock_page( section, page );
    }
    CloseHandle( handle );
}

static HANDLE create_large_or_not( unsigned int section, SECURITY_ATTRIBUTES *sa, const WCHAR *name )
{
    HANDLE handle = CreateFileMappingW( INVALID_HANDLE_VALUE, sa, PAGE_READWRITE | SEC_COMMIT | SEC_LARGE_PAGES, 0,
                                        section_size( section ), name );

    if (handle) return handle;
    return CreateFileMappingW( INVALID_HANDLE_VALUE, sa, PAGE_READWRITE, 0, section_size( section ), name );
}

static void create_all( DWORD id, SECURITY_ATTRIBUTES *sa )
{
    unsigned int i;
    WCHAR name[64];
    char dir[MAX_PATH], *view;
    LARGE_INTEGER size;

    GetTempPathA( sizeof(dir), dir );
    for (i = 0; i < SECTIONS; i++)
    {
        wsprintfW( name, L"mapview-stress-%lx-%u", id, i );
        if (i < FILES)
        {
            snprintf( paths[i], MAX_PATH, "%smvs%lx-%u.tmp", dir, id, i );
            files[i] = CreateFileA( paths[i], GENERIC_READ | GENERIC_WRITE | DELETE, FILE_SHARE_READ | FILE_SHARE_WRITE |
                                    FILE_SHARE_DELETE, sa, CREATE_ALWAYS, FILE_FLAG_DELETE_ON_CLOSE, 0 );
            size.QuadPart = section_size( i );
            SetFilePointerEx( files[i], size, NULL, FILE_BEGIN );
            SetEndOfFile( files[i] );
            handles[i] = CreateFileMappingW( files[i], sa, PAGE_READWRITE, 0, 0, name );
        }
        else if (i < FILES + NODES)
            handles[i] = CreateFileMappingNumaW( INVALID_HANDLE_VALUE, sa, PAGE_READWRITE, 0, section_size( i ), name,
                                                 i % (highest_node() + 1) );
        else if (i < FILES + NODES + LARGE) handles[i] = create_large_or_not( i, sa, name );
        else handles[i] = CreateFileMappingW( INVALID_HANDLE_VALUE, sa, PAGE_READWRITE, 0, section_size( i ), name );

        view = map_all( handles[i] );
        ok( view != NULL, "section %u: handle %p, error %lu\n", i, handles[i], GetLastError() );
        if (view)
        {
            unsigned int page;

            for (page = 0; page < page_count( i ); page++) fill_page( view + page * PAGE, i, page, 0 );
        }
        UnmapViewOfFile( view );
    }
}

static void check_all( const char *when )
{
    unsigned int i, page;
    char *view;

    for (i = 0; i < SECTIONS; i++)
    {
        if (!(view = map_all( handles[i] ))) continue;
        for (page = 0; page < page_count( i ); page++)
            check_page( view + page * PAGE, i, page, control->pages[i][page].number, when );
        UnmapViewOfFile( view );
    }
}

/* The handles come by inheritance, the values by a section. */
struct start
{
    HANDLE control, handles[SECTIONS], files[FILES];
    char   paths[FILES][MAX_PATH];
};

/* Wine has calls for a process done by a thread that waits, but where there is none by a handler of a signal,
 * which allocates, perhaps in the middle of an allocation.  So there is a thread for each process that calls. */

static HANDLE accepting, never;

static DWORD WINAPI accept_thread( void *arg __attribute__((unused)) )
{
    return SignalObjectAndWait( accepting, never, INFINITE, FALSE );
}

static void accept_calls(void)
{
    unsigned int i;

    accepting = CreateSemaphoreA( NULL, 0, PROCESSES, NULL );
    never = CreateEventA( NULL, TRUE, FALSE, NULL );
    for (i = 0; i < PROCESSES; i++)
        CloseHandle( CreateThread( NULL, 0x10000, accept_thread, NULL, STACK_SIZE_PARAM_IS_A_RESERVATION, NULL ));
    for (i = 0; i < PROCESSES; i++) WaitForSingleObject( accepting, INFINITE );
}

static int child_stress( int argc, char **argv )
{
    MEMORY_BASIC_INFORMATION info;
    struct start *start;
    unsigned int i;
    HANDLE section;
    DWORD before, after = 0;

    if (argc != 2) return 2;
    section = (HANDLE)(ULONG_PTR)_strtoui64( argv[0], NULL, 16 );
    self = atoi( argv[1] );
    start = map_all( section );
    ok( start != NULL, "cannot map, error %lu\n", GetLastError() );
    if (!start) return 1;
    memcpy( handles, start->handles, sizeof(handles) );
    memcpy( files, start->files, sizeof(files) );
    memcpy( paths, start->paths, sizeof(paths) );
    control = map_all( start->control );
    ok( control != NULL, "cannot map, error %lu\n", GetLastError() );
    if (!control) return 1;
    UnmapViewOfFile( start );

    accept_calls();
    InterlockedIncrement( &control->ready );
    while (control->ready <= PROCESSES) SwitchToThread();
    for (i = 0; i < PROCESSES; i++) peers[i] = OpenProcess( PROCESS_ALL_ACCESS, FALSE, control->pids[i] );
    state = GetTickCount() * 31ull + self * 7919;
    /* what stays open from the first call for another process on */
    VirtualQueryEx( peers[!self], control, &info, sizeof(info) );
    for (i = 0; i < 20; i++) do_one();
    before = next_handle();
    while (!control->stop) do_one();
    /* the module keeps a thread for calls like these, for a while after the last one */
    for (i = 0; i < 200 && (after = next_handle()) > before; i++) Sleep( 50 );
    ok( after <= before, "process %u: next handle %#lx, before %#lx\n", self, after, before );

    /* nobody ends while others may be at work in it */
    InterlockedIncrement( &control->done );
    while (control->done < PROCESSES) Sleep( 1 );
    return 0;
}

static void test_stress(void)
{
    static HANDLE processes[PROCESSES];
    SECURITY_ATTRIBUTES sa = { sizeof(sa), NULL, TRUE };
    LONG checked = 0, written = 0, maps = 0, remote = 0;
    struct start *start;
    HANDLE section, control_section;
    unsigned int i, page;
    DWORD seconds = 5, ret;
    char value[32];

    if (!pMapViewOfFileNuma2 || !pUnmapViewOfFile2)
    {
        win_skip( "no functions for other processes\n" );
        return;
    }
    if (GetEnvironmentVariableA( "MAPVIEW_SECONDS", value, sizeof(value) )) seconds = atoi( value );
    section = CreateFileMappingW( INVALID_HANDLE_VALUE, &sa, PAGE_READWRITE, 0, sizeof(*start), NULL );
    control_section = CreateFileMappingW( INVALID_HANDLE_VALUE, &sa, PAGE_READWRITE, 0, sizeof(*control), NULL );
    start = map_all( section );
    control = map_all( control_section );
    if (!start || !control)
    {
        ok( 0, "cannot map, error %lu\n", GetLastError() );
        return;
    }
    enable_lock_memory();
    /* the name of the sections goes by the first process that there is to be */
    create_all( GetCurrentProcessId(), &sa );
    start->control = control_section;
    memcpy( start->handles, handles, sizeof(handles) );
    memcpy( start->files, files, sizeof(files) );
    memcpy( start->paths, paths, sizeof(paths) );
    control->pids[0] = GetCurrentProcessId();
    for (i = 0; i < PROCESSES; i++)
    {
        processes[i] = start_child( "stress", "%p %u", section, i );
        if (!processes[i]) return;
    }
    for (i = 1; i < PROCESSES; i++) control->pids[i] = GetProcessId( processes[i] );
    for (i = 0; i < 200 && control->ready < PROCESSES; i++) Sleep( 50 );
    ok( control->ready == PROCESSES, "only %ld processes are ready\n", control->ready );
    InterlockedIncrement( &control->ready );

    Sleep( seconds * 1000 );
    control->stop = 1;
    ret = WaitForMultipleObjects( PROCESSES, processes, TRUE, 30000 );
    ok( !ret, "a process hangs: %lu\n", ret );
    for (i = 0; i < PROCESSES; i++)
    {
        DWORD code = ~0u;

        if (ret) TerminateProcess( processes[i], 1 );
        GetExitCodeProcess( processes[i], &code );
        ok( !code, "process %u ends with %#lx\n", i, code );
        ok( control->checked[i] > 0 && control->written[i] > 0 && control->remote[i] > 0,
            "process %u: %ld pages checked, %ld written, %ld in other processes\n", i, control->checked[i],
            control->written[i], control->remote[i] );
        checked += control->checked[i];
        written += control->written[i];
        maps += control->maps[i];
        remote += control->remote[i];
        CloseHandle( processes[i] );
    }
    for (i = 0; i < SECTIONS; i++)
        for (page = 0; page < page_count( i ); page++)
            ok( !control->pages[i][page].lock, "section %u, page %u is locked\n", i, page );
    check_all( "the end" );
    trace( "%lu s: %ld views, %ld pages checked, %ld written, %ld in other processes\n", seconds, maps, checked, written,
           remote );
    for (i = 0; i < SECTIONS; i++) CloseHandle( handles[i] );
    for (i = 0; i < FILES; i++) CloseHandle( files[i] );
    UnmapViewOfFile( start );
    UnmapViewOfFile( control );
    CloseHandle( section );
    CloseHandle( control_section );
}

static const struct rule rules[] =
{
    { "S4-stress", "8 processes and 64 sections, every byte checked", test_stress },
    { NULL, NULL, NULL }
};

static const struct child children[] =
{
    { "stress", child_stress },
    { NULL, NULL }
};

const struct test_file file_stress = { "stress", rules, children };
