/*
 * Coherency of views, in one process and in two; copy-on-write views
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "test.h"

#define SECTION_SIZE 0x40000

static void test_one_section(void)
{
    HANDLE section = create_section( PAGE_READWRITE, SECTION_SIZE );
    struct map_args args = map_args( section );
    const struct mapper *m, *n;
    DWORD value = 1;
    char *view, *view2;
    SIZE_T pos;

    for_each_mapper( m, 0 )
    {
        if (!(view = map_works( m, &args ))) continue;
        for_each_mapper( n, 0 )
        {
            if (!(view2 = map_works( n, &args ))) continue;
            ok( view != view2, "the same view twice: %p\n", view );
            for (pos = 0; pos < SECTION_SIZE; pos += 0x7ffc, value++)
            {
                *(volatile DWORD *)(view + pos) = value;
                ok( word_at( view2, pos ) == value, "offset %#Ix: got %#lx, expected %#lx\n", pos,
                    word_at( view2, pos ), value );
                *(volatile DWORD *)(view2 + pos) = ~value;
                ok( word_at( view, pos ) == ~value, "offset %#Ix: got %#lx, expected %#lx\n", pos,
                    word_at( view, pos ), ~value );
            }
            unmap( view2 );
        }
        unmap( view );
    }
    CloseHandle( section );
}

static void test_offsets(void)
{
    HANDLE section = create_section( PAGE_READWRITE, SECTION_SIZE );
    struct map_args args = map_args( section );
    char *whole = map_all( section ), *part;
    const struct mapper *m;
    DWORD value = 1;

    for_each_mapper( m, 0 )
    {
        for (args.offset = 0; args.offset < SECTION_SIZE; args.offset += GRANULARITY, value++)
        {
            args.size = GRANULARITY;
            if (!(part = map_works( m, &args ))) continue;
            *(volatile DWORD *)(part + PAGE) = value;
            ok( word_at( whole, args.offset + PAGE ) == value, "offset %#I64x: got %#lx, expected %#lx\n",
                args.offset, word_at( whole, args.offset + PAGE ), value );
            unmap( part );
        }
    }
    unmap( whole );
    CloseHandle( section );
}

static void check_coherent( HANDLE writable, HANDLE readable )
{
    struct map_args args = map_args( writable ), args2 = map_args( readable );
    const struct mapper *m;
    static DWORD value;
    char *view, *view2;

    set_protect( &args2, PAGE_READONLY );
    for_each_mapper( m, 0 )
    {
        view = map_works( m, &args );
        view2 = map_works( m, &args2 );
        if (view && view2)
        {
            value++;
            *(volatile DWORD *)(view + PAGE) = value;
            ok( word_at( view2, PAGE ) == value, "got %#lx, expected %#lx\n", word_at( view2, PAGE ), value );
            *(volatile DWORD *)(view + SECTION_SIZE - 4) = ~value;
            ok( word_at( view2, SECTION_SIZE - 4 ) == ~value, "got %#lx, expected %#lx\n",
                word_at( view2, SECTION_SIZE - 4 ), ~value );
        }
        unmap( view );
        unmap( view2 );
    }
}

static void test_sections_of_one_file(void)
{
    HANDLE file = create_test_file( GENERIC_READ, SECTION_SIZE );
    struct section_args args = section_args( PAGE_READWRITE, 0 );
    HANDLE first, second;
    const struct maker *m;

    args.file = file;
    first = CreateFileMappingW( file, NULL, PAGE_READWRITE, 0, 0, NULL );
    for_each_maker( m, 0 )
    {
        args.protect = PAGE_READWRITE;
        second = make_works( m, &args );
        check_coherent( first, second );
        check_coherent( second, first );
        CloseHandle( second );
        args.protect = PAGE_READONLY;
        second = make_works( m, &args );
        check_coherent( first, second );
        CloseHandle( second );
    }
    CloseHandle( first );
    CloseHandle( file );
}

static void test_handles_of_one_file(void)
{
    char path[MAX_PATH];
    HANDLE file = create_named_test_file( GENERIC_READ, SECTION_SIZE, path );
    HANDLE other = reopen_file( path, GENERIC_READ );
    HANDLE first = CreateFileMappingW( file, NULL, PAGE_READWRITE, 0, 0, NULL );
    HANDLE second = CreateFileMappingW( other, NULL, PAGE_READONLY, 0, 0, NULL );

    check_coherent( first, second );
    CloseHandle( second );
    CloseHandle( first );
    CloseHandle( other );
    CloseHandle( file );
}

static void test_duplicated_handle(void)
{
    HANDLE section = create_section( PAGE_READWRITE, SECTION_SIZE ), second;
    BOOL ret;

    ret = DuplicateHandle( GetCurrentProcess(), section, GetCurrentProcess(), &second, 0, FALSE,
                           DUPLICATE_SAME_ACCESS );
    ok( ret, "error %lu\n", GetLastError() );
    check_coherent( section, second );
    CloseHandle( section );
    check_coherent( second, second );
    CloseHandle( second );
}

static void test_opened_by_name(void)
{
    const WCHAR *name = unique_name( "coherent" );
    struct section_args args = section_args( PAGE_READWRITE, SECTION_SIZE );
    HANDLE first, second;
    const struct maker *m;

    args.name = name;
    for_each_maker( m, 0 )
    {
        first = make_works( m, &args );
        second = OpenFileMappingW( FILE_MAP_READ, FALSE, name );
        ok( second != NULL, "error %lu\n", GetLastError() );
        check_coherent( first, second );
        CloseHandle( second );
        second = make_works( m, &args );
        check_coherent( first, second );
        check_coherent( second, first );
        CloseHandle( second );
        CloseHandle( first );
    }
}

/* Two processes: the parent fills the section, the child checks it through all functions and writes an answer. */

static DWORD answer( unsigned int index )
{
    return 0xa5e10000 + index;
}

static void child_exchange( HANDLE section )
{
    struct map_args args = map_args( section );
    const struct mapper *m;
    unsigned int index = 0;
    SIZE_T pos, bad;
    char *view;

    ok( section != NULL, "no section, error %lu\n", GetLastError() );
    for_each_mapper( m, 0 )
    {
        if ((view = map_works( m, &args )))
        {
            for (pos = 0, bad = 0; pos < SECTION_SIZE; pos += 4)
                if (pos % PAGE != 8 && word_at( view, pos ) != test_word( pos )) bad++;
            ok( !bad, "%Iu words are wrong\n", bad );
            *(volatile DWORD *)(view + index * PAGE + 8) = answer( index );
            unmap( view );
        }
        index++;
    }
}

static void check_answer( const void *view )
{
    const struct mapper *m;
    unsigned int index = 0;

    for_each_mapper( m, 0 )
    {
        ok( word_at( view, index * PAGE + 8 ) == answer( index ), "got %#lx, expected %#lx\n",
            word_at( view, index * PAGE + 8 ), answer( index ));
        index++;
    }
}

static int child_by_name( int argc, char **argv )
{
    HANDLE section;

    if (argc != 1) return 2;
    section = OpenFileMappingA( FILE_MAP_ALL_ACCESS, FALSE, argv[0] );
    child_exchange( section );
    CloseHandle( section );
    return 0;
}

static int child_by_value( int argc, char **argv )
{
    HANDLE section;

    if (argc != 1) return 2;
    section = (HANDLE)(ULONG_PTR)_strtoui64( argv[0], NULL, 16 );
    child_exchange( section );
    CloseHandle( section );
    return 0;
}

static int child_by_pipe( int argc, char **argv )
{
    HANDLE pipe, section = NULL;
    DWORD len;
    BOOL ret;

    if (argc != 1) return 2;
    pipe = (HANDLE)(ULONG_PTR)_strtoui64( argv[0], NULL, 16 );
    ret = ReadFile( pipe, &section, sizeof(section), &len, NULL );
    ok( ret && len == sizeof(section), "got %d, error %lu\n", ret, GetLastError() );
    child_exchange( section );
    CloseHandle( section );
    return 0;
}

static int child_by_file( int argc, char **argv )
{
    HANDLE file, section;

    if (argc != 1) return 2;
    file = reopen_file( argv[0], GENERIC_READ | GENERIC_WRITE );
    section = CreateFileMappingW( file, NULL, PAGE_READWRITE, 0, 0, NULL );
    child_exchange( section );
    CloseHandle( section );
    CloseHandle( file );
    return 0;
}

static void test_process_by_name(void)
{
    const WCHAR *name = unique_name( "child" );
    struct section_args args = section_args( PAGE_READWRITE, SECTION_SIZE );
    const struct maker *m;
    HANDLE section;
    void *view;

    args.name = name;
    for_each_maker( m, 0 )
    {
        section = make_works( m, &args );
        if ((view = map_all( section )))
        {
            fill_words( view, 0, SECTION_SIZE );
            wait_child( start_child( "coherent-name", "%ls", name ));
            check_answer( view );
        }
        else ok( 0, "cannot map it, error %lu\n", GetLastError() );
        unmap( view );
        CloseHandle( section );
    }
}

static void test_process_by_inheritance(void)
{
    SECURITY_ATTRIBUTES sa = { sizeof(sa), NULL, TRUE };
    struct section_args args = section_args( PAGE_READWRITE, SECTION_SIZE );
    const struct maker *m;
    HANDLE section;
    void *view;

    args.sa = &sa;
    for_each_maker( m, 0 )
    {
        section = make_works( m, &args );
        if ((view = map_all( section )))
        {
            fill_words( view, 0, SECTION_SIZE );
            wait_child( start_child( "coherent-value", "%p", section ));
            check_answer( view );
        }
        else ok( 0, "cannot map it, error %lu\n", GetLastError() );
        unmap( view );
        CloseHandle( section );
    }
}

static void test_process_by_duplication(void)
{
    SECURITY_ATTRIBUTES sa = { sizeof(sa), NULL, TRUE };
    HANDLE section = create_filled_section( PAGE_READWRITE, SECTION_SIZE );
    HANDLE reader, writer, process, remote = NULL;
    void *view = map_all( section );
    DWORD len;
    BOOL ret;

    CreatePipe( &reader, &writer, &sa, 0 );
    SetHandleInformation( writer, HANDLE_FLAG_INHERIT, 0 );
    process = start_child( "coherent-pipe", "%p", reader );
    ret = DuplicateHandle( GetCurrentProcess(), section, process, &remote, 0, FALSE, DUPLICATE_SAME_ACCESS );
    ok( ret, "error %lu\n", GetLastError() );
    WriteFile( writer, &remote, sizeof(remote), &len, NULL );
    wait_child( process );
    check_answer( view );
    unmap( view );
    CloseHandle( section );
    CloseHandle( reader );
    CloseHandle( writer );
}

static void test_process_by_file(void)
{
    char path[MAX_PATH];
    HANDLE file = create_named_test_file( GENERIC_READ, SECTION_SIZE, path );
    HANDLE section = CreateFileMappingW( file, NULL, PAGE_READWRITE, 0, 0, NULL );
    void *view = map_all( section );

    wait_child( start_child( "coherent-file", "\"%s\"", path ));
    check_answer( view );
    unmap( view );
    CloseHandle( section );
    CloseHandle( file );
}

/* The shared counters of the two rules below. */
struct shared
{
    volatile LONG turn, count, stop;
    struct shared *self;
};

#define ROUNDS 200
#define INCREMENTS 100000

static BOOL wait_turn( struct shared *shared, LONG turn )
{
    DWORD start = GetTickCount();

    while (shared->turn != turn)
    {
        if (GetTickCount() - start > 10000) return FALSE;
        SwitchToThread();
    }
    return TRUE;
}

static int child_ping_pong( int argc, char **argv )
{
    HANDLE section;
    struct shared *shared;
    LONG i;

    if (argc != 1) return 2;
    section = (HANDLE)(ULONG_PTR)_strtoui64( argv[0], NULL, 16 );
    shared = map_all( section );
    ok( shared != NULL, "cannot map, error %lu\n", GetLastError() );
    if (!shared) return 1;
    for (i = 0; i < ROUNDS; i++)
    {
        if (!wait_turn( shared, 2 * i + 1 )) break;
        shared->turn = 2 * i + 2;
    }
    ok( i == ROUNDS, "no answer in round %ld\n", i );
    for (i = 0; i < INCREMENTS; i++) InterlockedIncrement( &shared->count );
    unmap( shared );
    return 0;
}

static void test_process_at_the_same_time(void)
{
    HANDLE section = create_section( PAGE_READWRITE, PAGE ), process;
    struct shared *shared = map_all( section );
    LONG i;

    SetHandleInformation( section, HANDLE_FLAG_INHERIT, HANDLE_FLAG_INHERIT );
    process = start_child( "coherent-ping-pong", "%p", section );
    for (i = 0; i < ROUNDS; i++)
    {
        shared->turn = 2 * i + 1;
        if (!wait_turn( shared, 2 * i + 2 )) break;
    }
    ok( i == ROUNDS, "no answer in round %ld\n", i );
    for (i = 0; i < INCREMENTS; i++) InterlockedIncrement( &shared->count );
    wait_child( process );
    ok( shared->count == 2 * INCREMENTS, "got %ld increments, expected %u\n", shared->count, 2 * INCREMENTS );
    unmap( shared );
    CloseHandle( section );
}

static int child_same_address( int argc, char **argv )
{
    struct shared *shared, *address;
    HANDLE section;

    if (argc != 2) return 2;
    section = (HANDLE)(ULONG_PTR)_strtoui64( argv[0], NULL, 16 );
    address = (struct shared *)(ULONG_PTR)_strtoui64( argv[1], NULL, 16 );
    shared = MapViewOfFileEx( section, FILE_MAP_WRITE, 0, 0, 0, address );
    ok( shared == address, "got %p, expected %p, error %lu\n", shared, address, GetLastError() );
    if (!shared) return 1;
    /* a pointer in the section is valid in both processes */
    ok( shared->self == shared, "got %p, expected %p\n", shared->self, shared );
    shared->self->count = 42;
    unmap( shared );
    return 0;
}

static void test_process_same_address(void)
{
    void *address = (void *)ZONE( 0x2a );
    HANDLE section = create_section( PAGE_READWRITE, PAGE );
    struct shared *shared = MapViewOfFileEx( section, FILE_MAP_WRITE, 0, 0, 0, address );

    ok( shared == address, "got %p, expected %p, error %lu\n", shared, address, GetLastError() );
    if (shared)
    {
        shared->self = shared;
        SetHandleInformation( section, HANDLE_FLAG_INHERIT, HANDLE_FLAG_INHERIT );
        wait_child( start_child( "coherent-same-address", "%p %p", section, shared ));
        ok( shared->count == 42, "got %ld\n", shared->count );
        unmap( shared );
    }
    CloseHandle( section );
}

static void check_copy( HANDLE section, HANDLE file )
{
    struct map_args args = map_args( section );
    char *shared = map_all( section ), *copy;
    const struct mapper *m;
    DWORD word, len;
    OVERLAPPED ov;

    ok( shared != NULL, "cannot map it, error %lu\n", GetLastError() );
    if (!shared) return;
    set_protect( &args, PAGE_WRITECOPY );
    for_each_mapper( m, 0 )
    {
        fill_words( shared, 0, SECTION_SIZE );
        if (!(copy = map_works( m, &args ))) continue;
        /* what has not been written shows the section, and what is written to it */
        ok( word_at( copy, PAGE ) == test_word( PAGE ), "got %#lx\n", word_at( copy, PAGE ));
        *(volatile DWORD *)(shared + PAGE) = 1;
        ok( word_at( copy, PAGE ) == 1, "before the copy: got %#lx, expected 1\n", word_at( copy, PAGE ));
        /* the first write copies the whole page */
        *(volatile DWORD *)(copy + PAGE + 8) = 2;
        ok( word_at( copy, PAGE ) == 1 && word_at( copy, PAGE + 8 ) == 2 &&
            word_at( copy, PAGE + 4 ) == test_word( PAGE + 4 ), "after the copy: got %#lx, %#lx, %#lx\n",
            word_at( copy, PAGE ), word_at( copy, PAGE + 8 ), word_at( copy, PAGE + 4 ));
        ok( word_at( shared, PAGE + 8 ) == test_word( PAGE + 8 ), "the shared view has changed: %#lx\n",
            word_at( shared, PAGE + 8 ));
        *(volatile DWORD *)(shared + PAGE) = 3;
        ok( word_at( copy, PAGE ) == 1, "the copy has changed: %#lx\n", word_at( copy, PAGE ));
        /* other pages are still those of the section */
        *(volatile DWORD *)(shared + 2 * PAGE) = 4;
        ok( word_at( copy, 2 * PAGE ) == 4, "another page: got %#lx\n", word_at( copy, 2 * PAGE ));
        if (file)
        {
            FlushViewOfFile( copy, 0 );
            memset( &ov, 0, sizeof(ov) );
            ov.Offset = PAGE + 8;
            word = 0;
            ReadFile( file, &word, sizeof(word), &len, &ov );
            ok( word == test_word( PAGE + 8 ), "the file has changed: %#lx\n", word );
        }
        unmap( copy );
        /* lost when unmapped */
        if (!(copy = map_works( m, &args ))) continue;
        ok( word_at( copy, PAGE + 8 ) == test_word( PAGE + 8 ), "mapped again: got %#lx\n", word_at( copy, PAGE + 8 ));
        unmap( copy );
    }
    unmap( shared );
}

static void test_copy_of_file(void)
{
    HANDLE file = create_test_file( GENERIC_READ, SECTION_SIZE );
    HANDLE section = CreateFileMappingW( file, NULL, PAGE_READWRITE, 0, 0, NULL );

    check_copy( section, file );
    CloseHandle( section );
    CloseHandle( file );
}

static void test_copy_of_section(void)
{
    HANDLE section = create_section( PAGE_READWRITE, SECTION_SIZE );

    check_copy( section, NULL );
    CloseHandle( section );
}

static void test_two_copies(void)
{
    HANDLE file = create_test_file( GENERIC_READ, SECTION_SIZE );
    HANDLE section = CreateFileMappingW( file, NULL, PAGE_WRITECOPY, 0, 0, NULL );
    struct map_args args = map_args( section );
    const struct mapper *m;
    char *first, *second;

    set_protect( &args, PAGE_WRITECOPY );
    for_each_mapper( m, 0 )
    {
        first = map_works( m, &args );
        second = map_works( m, &args );
        if (first && second)
        {
            *(volatile DWORD *)first = 1;
            ok( word_at( second, 0 ) == test_word( 0 ), "got %#lx\n", word_at( second, 0 ));
            *(volatile DWORD *)second = 2;
            ok( word_at( first, 0 ) == 1, "got %#lx\n", word_at( first, 0 ));
        }
        unmap( first );
        unmap( second );
    }
    CloseHandle( section );
    CloseHandle( file );
}

/* Not guaranteed by the documents, but relied on by programs that flush. */
static void test_read_and_write_file(void)
{
    HANDLE file = create_test_file( GENERIC_READ, SECTION_SIZE );
    HANDLE section = CreateFileMappingW( file, NULL, PAGE_READWRITE, 0, 0, NULL );
    char *view = map_all( section );
    DWORD word = 0x12345678, len;
    OVERLAPPED ov;

    ok( view != NULL, "cannot map it, error %lu\n", GetLastError() );
    memset( &ov, 0, sizeof(ov) );
    ov.Offset = PAGE;
    WriteFile( file, &word, sizeof(word), &len, &ov );
    ok( word_at( view, PAGE ) == 0x12345678, "got %#lx\n", word_at( view, PAGE ));
    *(volatile DWORD *)(view + PAGE) = 0x87654321;
    FlushViewOfFile( view, 0 );
    ReadFile( file, &word, sizeof(word), &len, &ov );
    ok( word == 0x87654321, "got %#lx\n", word );
    unmap( view );
    CloseHandle( section );
    CloseHandle( file );
}

static const struct rule rules[] =
{
    { "S4-one-section", "views of one section are coherent", test_one_section },
    { "S4-offsets", "also at different offsets", test_offsets },
    { "S4-sections-of-one-file", "views of several sections of one file", test_sections_of_one_file },
    { "S4-handles-of-one-file", "also when the file was opened twice", test_handles_of_one_file },
    { "S4-duplicated-handle", "a duplicated handle is the same section", test_duplicated_handle },
    { "S4-opened-by-name", "a section opened by name is the same section", test_opened_by_name },
    { "S4-process-by-name", "another process, by name", test_process_by_name },
    { "S4-process-by-inheritance", "another process, by inheritance", test_process_by_inheritance },
    { "S4-process-by-duplication", "another process, by DuplicateHandle", test_process_by_duplication },
    { "S4-process-by-file", "another process, through the file", test_process_by_file },
    { "S4-process-at-the-same-time", "two processes at the same time", test_process_at_the_same_time },
    { "S4-process-same-address", "two processes at the same address", test_process_same_address },
    { "S4-copy-of-file", "copy-on-write beside shared, of a file", test_copy_of_file },
    { "S4-copy-of-section", "copy-on-write beside shared, without a file", test_copy_of_section },
    { "S4-two-copies", "copy-on-write views are independent of each other", test_two_copies },
    { "1.15-read-and-write-file", "views and ReadFile, WriteFile after a flush", test_read_and_write_file },
    { NULL, NULL, NULL }
};

static const struct child children[] =
{
    { "coherent-name", child_by_name },
    { "coherent-value", child_by_value },
    { "coherent-pipe", child_by_pipe },
    { "coherent-file", child_by_file },
    { "coherent-ping-pong", child_ping_pong },
    { "coherent-same-address", child_same_address },
    { NULL, NULL }
};

const struct test_file file_coherent = { "coherent", rules, children };
