/*
 * Conformance tests of the file-mapping calls: the runner
 *
 * Usage: mapview_test.exe [--list] [--timeout SECONDS] [--seed N] [--operations N] [FILE | FILE:RULE]...
 *
 * The rules of a file run in a child process, which is started again behind
 * a rule that crashes or hangs.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "test.h"

/* in the order in which they run */
#define TEST_FILES \
    F( exports ) \
    F( view ) \
    F( size ) \
    F( access ) \
    F( alloctype ) \
    F( extended ) \
    F( node ) \
    F( section ) \
    F( section2 ) \
    F( name ) \
    F( unmap ) \
    F( reuse ) \
    F( outside ) \
    F( query ) \
    F( flush ) \
    F( coherent ) \
    F( reserve ) \
    F( growing ) \
    F( inpage ) \
    F( noexec ) \
    F( badinput ) \
    F( leak ) \
    F( numa ) \
    F( topology ) \
    F( privilege ) \
    F( large ) \
    F( largemem ) \
    F( placeholder ) \
    F( replaced ) \
    F( requirements ) \
    F( remote_placeholder ) \
    F( remote ) \
    F( growth ) \
    F( threads ) \
    F( stress ) \
    F( fuzz ) \
    F( survival ) \
    F( model ) \
    F( limit ) \
    F( bits )

#define F( name ) extern const struct test_file file_##name;
TEST_FILES
#undef F

#define F( name ) &file_##name,
static const struct test_file * const files[] = { TEST_FILES };
#undef F

#define F( ret, name, args ) name##_fn p##name;
DYNAMIC_FUNCTIONS
#undef F

/* A line that starts with this is for the runner. */
#define CONTROL '\x01'

BOOL on_wine;

static char exe_path[MAX_PATH];
static char current_rule[128];
static char contexts[8][128];
static unsigned int context_count;
static LONG checks, failures, skips;

static void put_text( const char *text )
{
    DWORD written;

    WriteFile( GetStdHandle( STD_OUTPUT_HANDLE ), text, strlen( text ), &written, NULL );
}

static void put_format( const char *fmt, ... ) PRINTF_ATTR( 1, 2 );
static void put_format( const char *fmt, ... )
{
    char buffer[1024];
    va_list args;

    va_start( args, fmt );
    vsnprintf( buffer, sizeof(buffer) - 1, fmt, args );
    va_end( args );
    buffer[sizeof(buffer) - 2] = '\n';
    buffer[sizeof(buffer) - 1] = 0;
    put_text( buffer );
}

static const char *base_name( const char *path )
{
    const char *p;

    for (p = path; *p; p++) if (*p == '/' || *p == '\\') path = p + 1;
    return path;
}

static void put_message( const char *word, const char *file, int line, const char *fmt, va_list args )
{
    char message[512], context[8 * 130] = "";
    unsigned int i;
    size_t len;

    for (i = 0; i < context_count; i++)
    {
        strcat( context, contexts[i] );
        strcat( context, ": " );
    }
    vsnprintf( message, sizeof(message), fmt, args );
    message[sizeof(message) - 1] = 0;
    len = strlen( message );
    while (len && message[len - 1] == '\n') message[--len] = 0;
    if (file) put_format( "%s %s %s:%d: %.400s%s\n", word, current_rule, base_name( file ), line, context, message );
    else put_format( "%s %s %.400s%s\n", word, current_rule, context, message );
}

int test_ok( const char *file, int line, int cond, const char *fmt, ... )
{
    va_list args;

    InterlockedIncrement( &checks );
    if (cond) return TRUE;
    /* a broken rule in a loop need not print thousands of lines */
    if (InterlockedIncrement( &failures ) <= 20)
    {
        va_start( args, fmt );
        put_message( "FAIL", file, line, fmt, args );
        va_end( args );
    }
    return FALSE;
}

void test_skip( const char *file, int line, int win, const char *fmt, ... )
{
    va_list args;

    va_start( args, fmt );
    if (win && on_wine)
    {
        InterlockedIncrement( &checks );
        InterlockedIncrement( &failures );
        put_message( "FAIL", file, line, fmt, args );
    }
    else
    {
        InterlockedIncrement( &skips );
        put_message( "skip", NULL, 0, fmt, args );
    }
    va_end( args );
}

void test_trace( const char *fmt, ... )
{
    va_list args;

    va_start( args, fmt );
    put_message( "note", NULL, 0, fmt, args );
    va_end( args );
}

void winetest_push_context( const char *fmt, ... )
{
    va_list args;

    if (context_count < ARRAY_SIZE( contexts ))
    {
        va_start( args, fmt );
        vsnprintf( contexts[context_count], sizeof(contexts[0]), fmt, args );
        contexts[context_count][sizeof(contexts[0]) - 1] = 0;
        va_end( args );
        context_count++;
    }
}

void winetest_pop_context(void)
{
    if (context_count) context_count--;
}

/* Start this program, or the other one, again; the handles that are marked so are inherited. */
BOOL start_program( const char *exe, const char *args, DWORD flags, HANDLE output, PROCESS_INFORMATION *pi )
{
    char cmd[MAX_PATH + 600];
    unsigned int tries = 0;
    STARTUPINFOA si;
    BOOL ret;

    memset( &si, 0, sizeof(si) );
    si.cb = sizeof(si);
    si.dwFlags = STARTF_USESTDHANDLES;
    si.hStdInput = NULL;
    si.hStdOutput = output;
    si.hStdError = output;
    snprintf( cmd, sizeof(cmd), "\"%s\" %s", exe, args );
    /* One start of some thousands fails where Wine has no preloader: the host has put the heap where the
     * page at 0x7ffe0000 belongs. */
    do ret = CreateProcessA( exe, cmd, NULL, NULL, TRUE, flags, NULL, NULL, &si, pi );
    while (!ret && on_wine && GetLastError() == ERROR_INTERNAL_ERROR && ++tries < 3);
    return ret;
}

#define READY_VARIABLE "MAPVIEW_READY"

/* In the child: it has loaded its modules. */
static void report_ready(void)
{
    char value[32];
    HANDLE event;

    if (!GetEnvironmentVariableA( READY_VARIABLE, value, sizeof(value) )) return;
    event = (HANDLE)(ULONG_PTR)strtoull( value, NULL, 16 );
    SetEvent( event );
    CloseHandle( event );
    SetEnvironmentVariableA( READY_VARIABLE, NULL );
}

/* A process of Wine's can die of what others ask of it while it loads its modules: ntdll does that in the
 * handler of a signal, where it allocates. */
static BOOL start_ready_program( const char *exe, const char *args, PROCESS_INFORMATION *pi )
{
    SECURITY_ATTRIBUTES inherited = { sizeof(inherited), NULL, TRUE };
    HANDLE handles[2];
    char value[32];
    BOOL ret;

    handles[0] = CreateEventA( &inherited, TRUE, FALSE, NULL );
    snprintf( value, sizeof(value), "%Ix", (ULONG_PTR)handles[0] );
    SetEnvironmentVariableA( READY_VARIABLE, value );
    ret = start_program( exe, args, 0, GetStdHandle( STD_OUTPUT_HANDLE ), pi );
    SetEnvironmentVariableA( READY_VARIABLE, NULL );
    handles[1] = pi->hProcess;
    if (ret) WaitForMultipleObjects( 2, handles, FALSE, 20000 );
    CloseHandle( handles[0] );
    return ret;
}

static HANDLE start_named_child( const char *exe, const char *name, DWORD flags, HANDLE *thread, const char *fmt, va_list va )
{
    PROCESS_INFORMATION pi;
    char args[600];
    int len;

    len = snprintf( args, sizeof(args), "--child %s %s ", name, current_rule );
    vsnprintf( args + len, sizeof(args) - len, fmt, va );
    if (!(flags ? start_program( exe, args, flags, GetStdHandle( STD_OUTPUT_HANDLE ), &pi ) :
                  start_ready_program( exe, args, &pi )))
    {
        ok( 0, "cannot start a child, error %lu\n", GetLastError() );
        return NULL;
    }
    *thread = pi.hThread;
    return pi.hProcess;
}

HANDLE start_child( const char *name, const char *fmt, ... )
{
    HANDLE process, thread;
    va_list va;

    va_start( va, fmt );
    process = start_named_child( exe_path, name, 0, &thread, fmt, va );
    va_end( va );
    if (process) CloseHandle( thread );
    return process;
}

HANDLE start_suspended_child( HANDLE *thread, const char *name, const char *fmt, ... )
{
    HANDLE process;
    va_list va;

    va_start( va, fmt );
    process = start_named_child( exe_path, name, CREATE_SUSPENDED, thread, fmt, va );
    va_end( va );
    return process;
}

HANDLE start_other_child( const char *name, const char *fmt, ... )
{
    char exe[MAX_PATH + 32];
    HANDLE process, thread;
    va_list va;

    snprintf( exe, sizeof(exe), "%.*s%s", (int)(base_name( exe_path ) - exe_path), exe_path,
              BITS( "mapview_test32.exe", "mapview_test.exe" ));
    if (GetFileAttributesA( exe ) == INVALID_FILE_ATTRIBUTES) return NULL;
    va_start( va, fmt );
    process = start_named_child( exe, name, 0, &thread, fmt, va );
    va_end( va );
    if (process) CloseHandle( thread );
    return process;
}

void wait_child_at( const char *file, int line, HANDLE process )
{
    DWORD code = ~0u, ret;

    if (!process) return;
    ret = WaitForSingleObject( process, 20000 );
    if (ret) TerminateProcess( process, 1 );
    else GetExitCodeProcess( process, &code );
    ok_at( file, line, !ret && !code, "the child process: wait %lu, exit code %#lx\n", ret, code );
    CloseHandle( process );
}

static LONG CALLBACK crash_filter( EXCEPTION_POINTERS *ptrs )
{
    put_format( "%cX %08lx %p\n", CONTROL, ptrs->ExceptionRecord->ExceptionCode,
                ptrs->ExceptionRecord->ExceptionAddress );
    TerminateProcess( GetCurrentProcess(), ptrs->ExceptionRecord->ExceptionCode );
    return EXCEPTION_EXECUTE_HANDLER;
}

static const struct test_file *find_file( const char *name, size_t len )
{
    unsigned int i;

    for (i = 0; i < ARRAY_SIZE( files ); i++)
        if (strlen( files[i]->name ) == len && !memcmp( files[i]->name, name, len )) return files[i];
    return NULL;
}

/* In the child process: the rules from the first one on, or only that one. */
static int run_rules( const struct test_file *file, unsigned int first, BOOL single )
{
    unsigned int i;

    SetUnhandledExceptionFilter( crash_filter );
    for (i = first; file->rules[i].name; i++)
    {
        checks = failures = skips = 0;
        context_count = 0;
        snprintf( current_rule, sizeof(current_rule), "%s:%s", file->name, file->rules[i].name );
        put_format( "%cB %u\n", CONTROL, i );
        file->rules[i].func();
        if (!checks && !skips) ok( 0, "the rule checks nothing\n" );
        if (failures > 20) put_format( "FAIL %s ... and %ld more\n", current_rule, failures - 20 );
        put_format( "%cE %u %ld %ld %ld\n", CONTROL, i, checks, failures, skips );
        if (single) break;
    }
    return 0;
}

static int run_child( int argc, char **argv )
{
    const struct child *child;
    unsigned int i;

    SetUnhandledExceptionFilter( crash_filter );
    snprintf( current_rule, sizeof(current_rule), "%s", argv[1] );
    winetest_push_context( "child %s", argv[0] );
    for (i = 0; i < ARRAY_SIZE( files ); i++)
    {
        for (child = files[i]->children; child && child->name; child++)
        {
            int ret;

            if (strcmp( child->name, argv[0] )) continue;
            ret = child->func( argc - 2, argv + 2 );
            return failures ? 1 : ret;
        }
    }
    ok( 0, "unknown child %s\n", argv[0] );
    return 1;
}

/* The state of the runner. */

static unsigned int total_passed, total_failed, total_skipped;
static DWORD timeout_ms = 60000;

struct run
{
    const struct test_file *file;
    int          current;     /* index of the rule that has begun and not ended, or -1 */
    int          last;        /* index of the last rule that has begun, or -1 */
    DWORD        crash_code;
    char         crash_addr[32];
};

static void put_result( const struct test_file *file, unsigned int index, int n_checks, int n_failed, int n_skipped )
{
    const char *name = file->rules[index].name;

    if (n_failed)
    {
        total_failed++;
        put_format( "FAIL %s:%s (%d of %d checks)\n", file->name, name, n_failed, n_checks );
    }
    else if (!n_checks && n_skipped) total_skipped++;
    else
    {
        total_passed++;
        put_format( "ok   %s:%s (%d checks)\n", file->name, name, n_checks );
    }
}

static void handle_line( struct run *run, char *line )
{
    int index, n_checks, n_failed, n_skipped;

    if (line[0] != CONTROL)
    {
        strcat( line, "\n" );
        put_text( line );
        return;
    }
    switch (line[1])
    {
    case 'B':
        run->current = run->last = atoi( line + 2 );
        run->crash_code = 0;
        break;
    case 'E':
        if (sscanf( line + 2, "%d %d %d %d", &index, &n_checks, &n_failed, &n_skipped ) != 4) break;
        put_result( run->file, index, n_checks, n_failed, n_skipped );
        run->current = -1;
        break;
    case 'X':
        sscanf( line + 2, "%lx %31s", &run->crash_code, run->crash_addr );
        break;
    }
}

/* Run a file from this rule on; returns the index of the next rule to run. */
static unsigned int run_process( const struct test_file *file, unsigned int first, BOOL single )
{
    struct run run = { .file = file, .current = -1, .last = -1 };
    SECURITY_ATTRIBUTES sa = { sizeof(sa), NULL, TRUE };
    JOBOBJECT_EXTENDED_LIMIT_INFORMATION limit;
    DWORD start = GetTickCount(), avail, len, used = 0, code = 0;
    HANDLE reader, writer, job;
    PROCESS_INFORMATION pi;
    BOOL exited = FALSE, hung = FALSE;
    char args[200], line[2048], *end;

    CreatePipe( &reader, &writer, &sa, 0x10000 );
    SetHandleInformation( reader, HANDLE_FLAG_INHERIT, 0 );
    job = CreateJobObjectA( NULL, NULL );
    memset( &limit, 0, sizeof(limit) );
    limit.BasicLimitInformation.LimitFlags = JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE;
    SetInformationJobObject( job, JobObjectExtendedLimitInformation, &limit, sizeof(limit) );

    snprintf( args, sizeof(args), "--run %s %u %d", file->name, first, single );
    if (!start_program( exe_path, args, 0, writer, &pi ))
    {
        put_format( "FAIL %s cannot start a process, error %lu\n", file->name, GetLastError() );
        exit( 2 );
    }
    AssignProcessToJobObject( job, pi.hProcess );
    CloseHandle( writer );

    for (;;)
    {
        if (!PeekNamedPipe( reader, NULL, 0, NULL, &avail, NULL )) avail = 0;
        if (avail)
        {
            if (!ReadFile( reader, line + used, min( avail, sizeof(line) - 2 - used ), &len, NULL )) break;
            used += len;
            line[used] = 0;
            while ((end = strchr( line, '\n' )))
            {
                char one[sizeof(line)];

                *end = 0;
                strcpy( one, line );
                used -= end + 1 - line;
                memmove( line, end + 1, used + 1 );
                len = strlen( one );
                if (len && one[len - 1] == '\r') one[len - 1] = 0;
                handle_line( &run, one );
            }
            if (used >= sizeof(line) - 2) used = 0;
            continue;
        }
        if (exited) break;
        if (!WaitForSingleObject( pi.hProcess, 5 )) exited = TRUE;
        else if (GetTickCount() - start > timeout_ms)
        {
            hung = exited = TRUE;
            TerminateProcess( pi.hProcess, 1 );
        }
    }

    GetExitCodeProcess( pi.hProcess, &code );
    CloseHandle( pi.hThread );
    CloseHandle( pi.hProcess );
    CloseHandle( job );
    CloseHandle( reader );

    if (run.current >= 0)  /* did not come to its end */
    {
        const char *name = file->rules[run.current].name;

        total_failed++;
        if (hung)
            put_format( "FAIL %s:%s still running after %lu s\n", file->name, name, timeout_ms / 1000 );
        else if (run.crash_code)
            put_format( "FAIL %s:%s unhandled exception %08lx at %s\n", file->name, name,
                        run.crash_code, run.crash_addr );
        else
            put_format( "FAIL %s:%s the process ended, exit code %#lx\n", file->name, name, code );
        return run.current + 1;
    }
    if (run.last < 0)
    {
        total_failed++;
        put_format( "FAIL %s:%s the process ended before it began, exit code %#lx\n", file->name,
                    file->rules[first].name, code );
        return first + 1;
    }
    return run.last + 1;
}

static void run_selection( const struct test_file *file, const char *rule )
{
    unsigned int i = 0;

    if (rule)
    {
        while (file->rules[i].name && strcmp( file->rules[i].name, rule )) i++;
        if (file->rules[i].name) run_process( file, i, TRUE );
        else
        {
            total_failed++;
            put_format( "FAIL %s:%s no such rule\n", file->name, rule );
        }
        return;
    }
    while (file->rules[i].name) i = run_process( file, i, FALSE );
}

static void list_rules(void)
{
    const struct rule *rule;
    unsigned int i;

    for (i = 0; i < ARRAY_SIZE( files ); i++)
        for (rule = files[i]->rules; rule->name; rule++)
            put_format( "%s:%s\t%s\n", files[i]->name, rule->name, rule->text );
}

static void init_functions(void)
{
    HMODULE module = GetModuleHandleA( "kernelbase.dll" );

#define F( ret, name, args ) p##name = (name##_fn)(void *)GetProcAddress( module, #name );
    DYNAMIC_FUNCTIONS
#undef F
}

int main( int argc, char **argv )
{
    const struct test_file *file;
    const char *colon;
    BOOL selected = FALSE;
    unsigned int j;
    int i;

    SetErrorMode( SEM_FAILCRITICALERRORS | SEM_NOGPFAULTERRORBOX );
    on_wine = GetProcAddress( GetModuleHandleA( "ntdll.dll" ), "wine_get_version" ) != NULL;
    GetModuleFileNameA( NULL, exe_path, sizeof(exe_path) );
    init_functions();

    if (argc == 5 && !strcmp( argv[1], "--run" ) && (file = find_file( argv[2], strlen( argv[2] ))))
        return run_rules( file, atoi( argv[3] ), atoi( argv[4] ));
    if (argc >= 4 && !strcmp( argv[1], "--child" ))
    {
        report_ready();
        return run_child( argc - 2, argv + 2 );
    }

    for (i = 1; i < argc; i++)
    {
        if (!strcmp( argv[i], "--list" ))
        {
            list_rules();
            return 0;
        }
        if (!strcmp( argv[i], "--timeout" ) && i + 1 < argc)
        {
            timeout_ms = atoi( argv[++i] ) * 1000;
            continue;
        }
        /* for the rules, which run in child processes */
        if (!strcmp( argv[i], "--seed" ) && i + 1 < argc)
        {
            SetEnvironmentVariableA( "MAPVIEW_SEED", argv[++i] );
            continue;
        }
        if (!strcmp( argv[i], "--operations" ) && i + 1 < argc)
        {
            SetEnvironmentVariableA( "MAPVIEW_OPERATIONS", argv[++i] );
            continue;
        }
        colon = strchr( argv[i], ':' );
        file = find_file( argv[i], colon ? (size_t)(colon - argv[i]) : strlen( argv[i] ));
        if (!file)
        {
            put_format( "FAIL %s no such file\n", argv[i] );
            total_failed++;
        }
        else run_selection( file, colon ? colon + 1 : NULL );
        selected = TRUE;
    }
    if (!selected)
        for (j = 0; j < ARRAY_SIZE( files ); j++) run_selection( files[j], NULL );

    put_format( "%u passed, %u failed, %u skipped\n", total_passed, total_failed, total_skipped );
    return total_failed != 0;
}
