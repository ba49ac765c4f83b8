/*
 * Pages that cannot be had: EXCEPTION_IN_PAGE_ERROR
 *
 * The files are truncated by a program of the host (host.c).
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "test.h"

#define FILE_SIZE 0x40000

#define STATUS_END_OF_FILE      0xc0000011
#define STATUS_IO_DEVICE_ERROR  0xc0000185

struct mapped
{
    char    path[MAX_PATH];
    HANDLE  file, section;
    char   *view;
};

static BOOL map_file( struct mapped *mapped, DWORD protect, DWORD access, SIZE_T size )
{
    mapped->file = create_named_test_file( GENERIC_READ | GENERIC_WRITE | GENERIC_EXECUTE, size, mapped->path );
    mapped->section = CreateFileMappingW( mapped->file, NULL, protect, 0, 0, NULL );
    mapped->view = MapViewOfFile( mapped->section, access, 0, 0, 0 );
    ok( mapped->view != NULL, "error %lu\n", GetLastError() );
    return mapped->view != NULL;
}

static void unmap_file( struct mapped *mapped )
{
    unmap( mapped->view );
    CloseHandle( mapped->section );
    CloseHandle( mapped->file );
}

/* the last exception that a handler has seen */
static EXCEPTION_RECORD last;
static LONG exception_count;

static LONG CALLBACK record_exception( EXCEPTION_POINTERS *ptrs )
{
    last = *ptrs->ExceptionRecord;
    exception_count++;
    return EXCEPTION_CONTINUE_SEARCH;
}

#define check_record( addr, access, status ) check_record_at( __LINE__, &last, addr, access, status )
static void check_record_at( int line, const EXCEPTION_RECORD *rec, const void *addr, ULONG_PTR access, DWORD status )
{
    ok_at( __FILE__, line, rec->ExceptionCode == (DWORD)EXCEPTION_IN_PAGE_ERROR, "code %#lx\n", rec->ExceptionCode );
    ok_at( __FILE__, line, rec->NumberParameters == 3, "%lu parameters\n", rec->NumberParameters );
    ok_at( __FILE__, line, rec->ExceptionInformation[0] == access, "access %#Ix, expected %#Ix\n",
           rec->ExceptionInformation[0], access );
    ok_at( __FILE__, line, (void *)rec->ExceptionInformation[1] == addr, "address %p, expected %p\n",
           (void *)rec->ExceptionInformation[1], addr );
    ok_at( __FILE__, line, rec->ExceptionInformation[2] == status, "status %#Ix, expected %#lx\n",
           rec->ExceptionInformation[2], status );
    ok_at( __FILE__, line, !rec->ExceptionFlags, "flags %#lx\n", rec->ExceptionFlags );
}

#define check_error( addr, status ) check_error_at( __LINE__, addr, status )
static void check_error_at( int line, char *addr, DWORD status )
{
    BYTE value;
    DWORD code;

    exception_count = 0;
    code = probe_read( addr, &value );
    ok_at( __FILE__, line, code == (DWORD)EXCEPTION_IN_PAGE_ERROR, "reading %p: got %#lx\n", addr, code );
    check_record_at( line, &last, addr, 0, status );
    ok_at( __FILE__, line, exception_count == 1, "%ld exceptions\n", exception_count );
}

static void test_truncated(void)
{
    void *handler = AddVectoredExceptionHandler( 1, record_exception );
    struct mapped m;
    DWORD code;

    if (map_file( &m, PAGE_READWRITE, FILE_MAP_WRITE, FILE_SIZE ) && truncate_file( m.path, PAGE + 1 ))
    {
        ok( is_writable( m.view ) && is_writable( m.view + 2 * PAGE - 1 ), "what is left of the file is gone\n" );
        check_error( m.view + 2 * PAGE, STATUS_END_OF_FILE );
        check_error( m.view + 2 * PAGE + 123, STATUS_END_OF_FILE );
        check_error( m.view + FILE_SIZE - 1, STATUS_END_OF_FILE );
        code = probe_write( m.view + 3 * PAGE, 1 );
        ok( code == (DWORD)EXCEPTION_IN_PAGE_ERROR, "writing: got %#lx\n", code );
        check_record( m.view + 3 * PAGE, 1, STATUS_END_OF_FILE );

        /* the file grows again */
        if (truncate_file( m.path, FILE_SIZE ))
        {
            ok( is_writable( m.view + 2 * PAGE ) && is_writable( m.view + FILE_SIZE - 1 ), "the pages stay lost\n" );
            ok( !word_at( m.view, 2 * PAGE ), "got %#lx\n", word_at( m.view, 2 * PAGE ) );
        }
    }
    RemoveVectoredExceptionHandler( handler );
    unmap_file( &m );
}

static void test_views(void)
{
    static const struct { DWORD protect, access; } kinds[] =
    {
        { PAGE_READONLY, FILE_MAP_READ },
        { PAGE_READONLY, FILE_MAP_COPY },
        { PAGE_READWRITE, FILE_MAP_READ },
        { PAGE_EXECUTE_READ, FILE_MAP_READ | FILE_MAP_EXECUTE },
        { PAGE_EXECUTE_READWRITE, FILE_MAP_WRITE | FILE_MAP_EXECUTE },
    };
    void *handler = AddVectoredExceptionHandler( 1, record_exception );
    unsigned int i;
    DWORD code, value;
    struct mapped m;

    for (i = 0; i < ARRAY_SIZE( kinds ); i++)
    {
        winetest_push_context( "section %s, access %#lx", protect_name( kinds[i].protect ), kinds[i].access );
        if (map_file( &m, kinds[i].protect, kinds[i].access, FILE_SIZE ) && truncate_file( m.path, PAGE ))
        {
            check_error( m.view + PAGE, STATUS_END_OF_FILE );
            /* the access has to be allowed to come that far */
            code = probe_write( m.view + 2 * PAGE, 1 );
            if (kinds[i].access & (FILE_MAP_WRITE | FILE_MAP_COPY))
                ok( code == (DWORD)EXCEPTION_IN_PAGE_ERROR, "writing: got %#lx\n", code );
            else
                ok( code == EXCEPTION_ACCESS_VIOLATION && last.NumberParameters == 2, "writing: got %#lx\n", code );
            if (kinds[i].access & FILE_MAP_EXECUTE)
            {
                code = probe_exec( m.view + 3 * PAGE, &value );
                ok( code == (DWORD)EXCEPTION_IN_PAGE_ERROR, "executing: got %#lx\n", code );
                check_record( m.view + 3 * PAGE, 8, STATUS_END_OF_FILE );
            }
        }
        unmap_file( &m );
        winetest_pop_context();
    }
    RemoveVectoredExceptionHandler( handler );
}

static void test_offset(void)
{
    void *handler = AddVectoredExceptionHandler( 1, record_exception );
    struct mapped m;
    char *view;

    if (map_file( &m, PAGE_READWRITE, FILE_MAP_WRITE, FILE_SIZE ))
    {
        view = MapViewOfFile( m.section, FILE_MAP_READ, 0, GRANULARITY, 2 * GRANULARITY );
        ok( view != NULL, "error %lu\n", GetLastError() );
        if (truncate_file( m.path, 2 * GRANULARITY ))
        {
            ok( is_readable( view + GRANULARITY - 1 ), "what is left of the file is gone\n" );
            check_error( view + GRANULARITY, STATUS_END_OF_FILE );
        }
        unmap( view );
    }
    RemoveVectoredExceptionHandler( handler );
    unmap_file( &m );
}

/* the file has no name any more, and later this process has no handle of it either */
static void test_deleted(void)
{
    void *handler = AddVectoredExceptionHandler( 1, record_exception );
    struct mapped m;

    if (map_file( &m, PAGE_READONLY, FILE_MAP_READ, FILE_SIZE ) && truncate_file( m.path, PAGE ) &&
        delete_host_file( m.path ))
    {
        check_error( m.view + PAGE, STATUS_END_OF_FILE );
        CloseHandle( m.section );
        CloseHandle( m.file );
        check_error( m.view + 2 * PAGE, STATUS_END_OF_FILE );
        unmap( m.view );
    }
    else unmap_file( &m );
    RemoveVectoredExceptionHandler( handler );
}

static void test_placeholder(void)
{
    typedef void *(WINAPI *VirtualAlloc2_fn)( HANDLE, void *, SIZE_T, ULONG, ULONG, MEM_EXTENDED_PARAMETER *, ULONG );
    VirtualAlloc2_fn pVirtualAlloc2 = (void *)GetProcAddress( GetModuleHandleA( "kernelbase.dll" ), "VirtualAlloc2" );
    void *handler = AddVectoredExceptionHandler( 1, record_exception );
    char *base = NULL, *view;
    struct mapped m;

    if (pVirtualAlloc2 && pMapViewOfFile3)
        base = pVirtualAlloc2( NULL, NULL, FILE_SIZE, MEM_RESERVE | MEM_RESERVE_PLACEHOLDER, PAGE_NOACCESS, NULL, 0 );
    if (!base) win_skip( "there are no placeholders\n" );
    else if (map_file( &m, PAGE_READWRITE, FILE_MAP_WRITE, FILE_SIZE ))
    {
        view = pMapViewOfFile3( m.section, NULL, base, 0, FILE_SIZE, MEM_REPLACE_PLACEHOLDER, PAGE_READWRITE, NULL, 0 );
        ok( view == base, "got %p, error %lu\n", view, GetLastError() );
        if (truncate_file( m.path, PAGE ))
        {
            ok( is_writable( view ), "what is left of the file is gone\n" );
            check_error( view + PAGE, STATUS_END_OF_FILE );
        }
        unmap( view );
        unmap_file( &m );
    }
    RemoveVectoredExceptionHandler( handler );
}

/* a view that is larger than its section (B10): what lies behind the section's end is no error of
 * the file's, what has been cut off is */
static void test_larger_view(void)
{
    void *handler = AddVectoredExceptionHandler( 1, record_exception );
    struct mapped m;
    char *view;

    if (map_file( &m, PAGE_READWRITE, FILE_MAP_WRITE, FILE_SIZE ))
    {
        view = MapViewOfFile( m.section, FILE_MAP_WRITE | FILE_MAP_RESERVE, 0, 0, 2 * FILE_SIZE );
        ok( view != NULL, "error %lu\n", GetLastError() );
        if (view && truncate_file( m.path, PAGE ))
        {
            ok( is_writable( view ), "what is left of the file is gone\n" );
            check_error( view + PAGE, STATUS_END_OF_FILE );
            check_error( view + FILE_SIZE - 1, STATUS_END_OF_FILE );
            ok( !is_readable( view + FILE_SIZE ) && last.ExceptionCode == EXCEPTION_ACCESS_VIOLATION,
                "code %#lx\n", last.ExceptionCode );
        }
        unmap( view );
    }
    RemoveVectoredExceptionHandler( handler );
    unmap_file( &m );
}

/* all kinds of handlers, in all orders */

struct handler_log
{
    char             order[16];
    EXCEPTION_RECORD recs[8];
    unsigned int     count;
};

static struct handler_log handlers;

static LONG log_handler( char name, EXCEPTION_POINTERS *ptrs )
{
    if (handlers.count < ARRAY_SIZE( handlers.recs ))
    {
        handlers.recs[handlers.count] = *ptrs->ExceptionRecord;
        handlers.order[handlers.count++] = name;
    }
    return EXCEPTION_CONTINUE_SEARCH;
}

static LONG CALLBACK vectored_first( EXCEPTION_POINTERS *ptrs )    { return log_handler( 'f', ptrs ); }
static LONG CALLBACK vectored_second( EXCEPTION_POINTERS *ptrs )   { return log_handler( 's', ptrs ); }
static LONG CALLBACK vectored_last( EXCEPTION_POINTERS *ptrs )     { return log_handler( 'l', ptrs ); }

/* a function with an exception handler as compilers make of __try: the handler says continue, and
 * the instruction is skipped */

DWORD asm_guarded_read( const void *addr );
extern const char asm_guarded_out[];

#ifdef __x86_64__

__asm__( ".text\n"
         "\t.globl asm_guarded_read, asm_guarded_out\n"
         "\t.seh_proc asm_guarded_read\n"
         "\t.seh_handler guarded_handler, @except\n"
         "asm_guarded_read:\n"
         "\tsubq $40,%rsp\n"
         "\t.seh_stackalloc 40\n"
         "\t.seh_endprologue\n"
         "\tmovzbl (%rcx),%eax\n"
         "asm_guarded_out:\n"
         "\taddq $40,%rsp\n"
         "\tret\n"
         "\t.seh_endproc\n" );

#else

__asm__( ".text\n"
         "\t.globl _asm_guarded_read, _asm_guarded_out\n"
         "_asm_guarded_read:\n"
         "\tpushl $_guarded_handler\n"
         "\tpushl %fs:0\n"
         "\tmovl %esp,%fs:0\n"
         "\tmovl 12(%esp),%ecx\n"
         "\tmovzbl (%ecx),%eax\n"
         "_asm_guarded_out:\n"
         "\tpopl %fs:0\n"
         "\taddl $4,%esp\n"
         "\tret\n" );

#endif

EXCEPTION_DISPOSITION guarded_handler( EXCEPTION_RECORD *rec, void *frame, CONTEXT *context, void *dispatch );
EXCEPTION_DISPOSITION guarded_handler( EXCEPTION_RECORD *rec, void *frame __attribute__((unused)), CONTEXT *context,
                                       void *dispatch __attribute__((unused)) )
{
    EXCEPTION_POINTERS ptrs = { rec, context };

    log_handler( 't', &ptrs );
    context_ip( context ) = (ULONG_PTR)asm_guarded_out;
    context_ax( context ) = rec->ExceptionCode;
    return ExceptionContinueExecution;
}

#define check_handlers( addr, order ) check_handlers_at( __LINE__, addr, order )
static void check_handlers_at( int line, char *addr, const char *order )
{
    DWORD code;
    unsigned int i;

    memset( &handlers, 0, sizeof(handlers) );
    code = asm_guarded_read( addr );
    ok_at( __FILE__, line, code == (DWORD)EXCEPTION_IN_PAGE_ERROR, "got %#lx\n", code );
    ok_at( __FILE__, line, !strcmp( handlers.order, order ), "the handlers were %s, expected %s\n", handlers.order, order );
    for (i = 0; i < handlers.count; i++)
        check_record_at( line, &handlers.recs[i], addr, 0, STATUS_END_OF_FILE );
}

static void test_handlers(void)
{
    void *first, *second, *end;
    struct mapped m;

    if (map_file( &m, PAGE_READWRITE, FILE_MAP_WRITE, FILE_SIZE ) && truncate_file( m.path, PAGE ))
    {
        check_handlers( m.view + PAGE, "t" );
        end = AddVectoredExceptionHandler( 0, vectored_last );
        check_handlers( m.view + PAGE, "lt" );
        second = AddVectoredExceptionHandler( 1, vectored_second );
        check_handlers( m.view + PAGE, "slt" );
        first = AddVectoredExceptionHandler( 1, vectored_first );
        check_handlers( m.view + PAGE, "fslt" );
        RemoveVectoredExceptionHandler( second );
        check_handlers( m.view + PAGE, "flt" );
        RemoveVectoredExceptionHandler( first );
        RemoveVectoredExceptionHandler( end );
    }
    unmap_file( &m );
}

/* nothing but the filter of unhandled exceptions, in a process of its own */

static char *filter_addr;

static LONG CALLBACK unhandled_filter( EXCEPTION_POINTERS *ptrs )
{
    check_record_at( __LINE__, ptrs->ExceptionRecord, filter_addr, 0, STATUS_END_OF_FILE );
    /* failures of a process that ends here are not counted */
    ExitProcess( ptrs->ExceptionRecord->ExceptionCode == (DWORD)EXCEPTION_IN_PAGE_ERROR &&
                 ptrs->ExceptionRecord->NumberParameters == 3 ? 77 : 1 );
}

static int child_filter( int argc __attribute__((unused)), char **argv )
{
    HANDLE file = CreateFileA( argv[0], GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, NULL,
                               OPEN_EXISTING, 0, NULL );
    HANDLE section = CreateFileMappingW( file, NULL, PAGE_READONLY, 0, 0, NULL );
    char *view = MapViewOfFile( section, FILE_MAP_READ, 0, 0, 0 );

    ok( view != NULL, "error %lu\n", GetLastError() );
    if (!truncate_file( argv[0], PAGE )) return 1;
    SetUnhandledExceptionFilter( unhandled_filter );
    filter_addr = view + PAGE;
    *(volatile char *)filter_addr;
    ok( 0, "no exception\n" );
    return 1;
}

static void test_unhandled(void)
{
    char path[MAX_PATH];
    HANDLE process, file = create_named_test_file( GENERIC_READ, FILE_SIZE, path );
    DWORD code = ~0u;

    if (!truncate_file( path, FILE_SIZE )) return;
    if (!(process = start_child( "inpage-filter", "\"%s\"", path ))) return;
    ok( !WaitForSingleObject( process, 20000 ), "still running\n" );
    GetExitCodeProcess( process, &code );
    ok( code == 77, "exit code %#lx\n", code );
    CloseHandle( process );
    CloseHandle( file );
}

static void test_system_calls(void)
{
    char path[MAX_PATH], *buffer = VirtualAlloc( NULL, PAGE, MEM_COMMIT, PAGE_READWRITE );
    HANDLE file = create_named_test_file( GENERIC_READ | GENERIC_WRITE, FILE_SIZE, path ), reader, writer;
    struct mapped m;
    SIZE_T size;
    DWORD len;
    BOOL ret;

    CreatePipe( &reader, &writer, NULL, 0x10000 );
    if (map_file( &m, PAGE_READWRITE, FILE_MAP_WRITE, FILE_SIZE ) && truncate_file( m.path, PAGE ))
    {
        char *page = m.view + 2 * PAGE;

        SetLastError( 0 );
        ret = WriteFile( file, page, PAGE, &len, NULL );
        ok( !ret && GetLastError(), "WriteFile: got %d, error %lu\n", ret, GetLastError() );
        SetLastError( 0 );
        ret = ReadFile( file, page, PAGE, &len, NULL );
        ok( !ret && GetLastError(), "ReadFile: got %d, error %lu\n", ret, GetLastError() );
        SetLastError( 0 );
        ret = WriteFile( writer, page, PAGE, &len, NULL );
        ok( !ret && GetLastError(), "WriteFile to a pipe: got %d, error %lu\n", ret, GetLastError() );
        SetLastError( 0 );
        ret = ReadProcessMemory( GetCurrentProcess(), page, buffer, PAGE, &size );
        ok( !ret && GetLastError(), "ReadProcessMemory: got %d, error %lu\n", ret, GetLastError() );
        SetLastError( 0 );
        ret = WriteProcessMemory( GetCurrentProcess(), page, buffer, PAGE, &size );
        ok( !ret && GetLastError(), "WriteProcessMemory: got %d, error %lu\n", ret, GetLastError() );
        SetLastError( 0 );
        ret = VirtualQuery( m.view, (MEMORY_BASIC_INFORMATION *)page, sizeof(MEMORY_BASIC_INFORMATION) );
        ok( !ret && GetLastError(), "VirtualQuery: got %d, error %lu\n", ret, GetLastError() );
        SetLastError( 0 );
        ret = VirtualProtect( m.view, PAGE, PAGE_READONLY, (DWORD *)page );
        ok( !ret && GetLastError(), "VirtualProtect: got %d, error %lu\n", ret, GetLastError() );
        ok( is_writable( m.view ), "the protection has changed\n" );
        ok( FlushViewOfFile( m.view, PAGE ), "FlushViewOfFile: error %lu\n", GetLastError() );
    }
    CloseHandle( reader );
    CloseHandle( writer );
    CloseHandle( file );
    VirtualFree( buffer, 0, MEM_RELEASE );
    unmap_file( &m );
}

/* what is no in-page error stays what it was */
static void test_others(void)
{
    void *handler = AddVectoredExceptionHandler( 1, record_exception );
    HANDLE section = create_section( PAGE_READWRITE, FILE_SIZE );
    char *view = MapViewOfFile( section, FILE_MAP_READ, 0, 0, 0 ), *free_addr = find_free( FILE_SIZE );
    DWORD old;

    ok( probe_write( view, 1 ) == EXCEPTION_ACCESS_VIOLATION, "code %#lx\n", last.ExceptionCode );
    ok( last.NumberParameters == 2 && last.ExceptionInformation[0] == 1 &&
        last.ExceptionInformation[1] == (ULONG_PTR)view, "wrong parameters\n" );
    ok( VirtualProtect( view, PAGE, PAGE_NOACCESS, &old ), "error %lu\n", GetLastError() );
    ok( !is_readable( view ) && last.ExceptionCode == EXCEPTION_ACCESS_VIOLATION && last.NumberParameters == 2,
        "code %#lx\n", last.ExceptionCode );
    ok( !is_readable( free_addr ) && last.ExceptionCode == EXCEPTION_ACCESS_VIOLATION && last.NumberParameters == 2,
        "code %#lx\n", last.ExceptionCode );
    ok( !is_readable( NULL ) && last.ExceptionCode == EXCEPTION_ACCESS_VIOLATION && !last.ExceptionInformation[1],
        "code %#lx\n", last.ExceptionCode );
    RemoveVectoredExceptionHandler( handler );
    unmap( view );
    CloseHandle( section );
}

#define THREADS 4

static char *thread_view;
static LONG thread_errors;

static DWORD WINAPI fault_thread( void *arg )
{
    unsigned int i;
    BYTE value;

    for (i = 0; i < 200; i++)
        if (probe_read( thread_view + PAGE + (i % 32) * PAGE + (ULONG_PTR)arg, &value ) !=
            (DWORD)EXCEPTION_IN_PAGE_ERROR || probe_read( thread_view, &value )) InterlockedIncrement( &thread_errors );
    return 0;
}

static void test_threads(void)
{
    HANDLE threads[THREADS];
    struct mapped m;
    unsigned int i;

    if (map_file( &m, PAGE_READWRITE, FILE_MAP_WRITE, FILE_SIZE ) && truncate_file( m.path, PAGE ))
    {
        thread_view = m.view;
        probe_read( m.view, (BYTE *)&i );  /* the handler is there */
        for (i = 0; i < THREADS; i++) threads[i] = CreateThread( NULL, 0, fault_thread, (void *)(ULONG_PTR)i, 0, NULL );
        ok( WaitForMultipleObjects( THREADS, threads, TRUE, 30000 ) < THREADS, "still running\n" );
        ok( !thread_errors, "%ld errors\n", thread_errors );
        for (i = 0; i < THREADS; i++) CloseHandle( threads[i] );
    }
    unmap_file( &m );
}

/* A file whose device fails: whoever has one puts its name into the environment (inpage.sh). Its
 * first page can be read. */
static void test_device(void)
{
    void *handler = AddVectoredExceptionHandler( 1, record_exception );
    char path[MAX_PATH], buffer[16];
    HANDLE file, section;
    SIZE_T size;
    char *view;
    DWORD len;
    BOOL ret;

    if (!GetEnvironmentVariableA( "MAPVIEW_FAILING_FILE", path, sizeof(path) ))
    {
        skip( "there is no file whose device fails\n" );
        return;
    }
    file = CreateFileA( path, GENERIC_READ, FILE_SHARE_READ, NULL, OPEN_EXISTING, 0, NULL );
    ok( file != INVALID_HANDLE_VALUE, "cannot open %s, error %lu\n", path, GetLastError() );
    section = CreateFileMappingW( file, NULL, PAGE_READONLY, 0, 0, NULL );
    view = MapViewOfFile( section, FILE_MAP_READ, 0, 0, 0 );
    ok( view != NULL, "error %lu\n", GetLastError() );
    if (view)
    {
        size = section_view_size( section );
        ok( is_readable( view ), "the first page cannot be read: %#lx\n", last.ExceptionCode );
        check_error( view + size / 2, STATUS_IO_DEVICE_ERROR );
        check_error( view + size - PAGE, STATUS_IO_DEVICE_ERROR );
        SetLastError( 0 );
        ret = ReadProcessMemory( GetCurrentProcess(), view + size / 2, buffer, sizeof(buffer), &size );
        ok( !ret && GetLastError(), "ReadProcessMemory: got %d, error %lu\n", ret, GetLastError() );
        SetLastError( 0 );
        ret = WriteFile( GetStdHandle( STD_OUTPUT_HANDLE ), view + section_view_size( section ) / 2, PAGE, &len, NULL );
        ok( !ret && GetLastError(), "WriteFile: got %d, error %lu\n", ret, GetLastError() );
        unmap( view );
    }
    RemoveVectoredExceptionHandler( handler );
    CloseHandle( section );
    CloseHandle( file );
}

static const struct rule rules[] =
{
    { "B8-truncated", "pages beyond the end of a truncated file", test_truncated },
    { "B8-views", "all kinds of views and accesses", test_views },
    { "B8-offset", "a view at an offset", test_offset },
    { "B8-deleted", "a file without a name", test_deleted },
    { "B8-placeholder", "a view in place of a placeholder", test_placeholder },
    { "B8-larger-view", "a view that is larger than its section", test_larger_view },
    { "B8-handlers", "vectored handlers in any order, and those of __try", test_handlers },
    { "B8-unhandled", "the filter of unhandled exceptions", test_unhandled },
    { "B8-system-calls", "system calls return an error", test_system_calls },
    { "B8-others", "access violations stay what they are", test_others },
    { "B8-threads", "in many threads at the same time", test_threads },
    { "B8-device", "a device that fails", test_device },
    { NULL, NULL, NULL }
};

static const struct child children[] =
{
    { "inpage-filter", child_filter },
    { NULL, NULL }
};

const struct test_file file_inpage = { "inpage", rules, children };
