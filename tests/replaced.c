/*
 * Views in place of placeholders: ordinary views in every respect
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "placeholder.h"

#define SIZE 0x20000

static const ULONG protections[] =
{
    PAGE_NOACCESS, PAGE_READONLY, PAGE_READWRITE, PAGE_WRITECOPY,
    PAGE_EXECUTE, PAGE_EXECUTE_READ, PAGE_EXECUTE_READWRITE, PAGE_EXECUTE_WRITECOPY
};

/* what a protection lets do with pages that others see, too: 1 read, 2 write, 4 execute */
static unsigned int get_use( ULONG protect )
{
    static const struct { ULONG protect; unsigned int use; } uses[] =
    {
        { PAGE_READONLY, 1 }, { PAGE_WRITECOPY, 1 }, { PAGE_READWRITE, 3 },
        { PAGE_EXECUTE, 5 }, { PAGE_EXECUTE_READ, 5 }, { PAGE_EXECUTE_WRITECOPY, 5 }, { PAGE_EXECUTE_READWRITE, 7 },
    };
    unsigned int i;

    for (i = 0; i < ARRAY_SIZE( uses ); i++) if (uses[i].protect == protect) return uses[i].use;
    return 0;
}

static BOOL is_write_copy( ULONG protect )
{
    return protect == PAGE_WRITECOPY || protect == PAGE_EXECUTE_WRITECOPY;
}

/* what a written page of a copy-on-write view is */
static ULONG written( ULONG protect )
{
    if (protect == PAGE_WRITECOPY) return PAGE_READWRITE;
    if (protect == PAGE_EXECUTE_WRITECOPY) return PAGE_EXECUTE_READWRITE;
    return protect;
}

enum kind { PLAIN, RESERVED, FROM_FILE, WITH_NODE, KINDS };

static const char * const kind_names[] = { "plain", "SEC_RESERVE", "file", "node" };

/* A section that holds test_word() and allows everything; of reserved pages that are committed, unless they
 * are wanted as they are. */
static HANDLE create_kind( enum kind kind )
{
    ULONG protect = PAGE_EXECUTE_READWRITE;
    HANDLE file, section;
    char *view;

    switch (kind)
    {
    case FROM_FILE:
        file = create_test_file( GENERIC_READ | GENERIC_WRITE | GENERIC_EXECUTE, SIZE );
        section = CreateFileMappingW( file, NULL, protect, 0, 0, NULL );
        CloseHandle( file );
        break;
    case RESERVED:
        /* it has more pages than are committed, see B3 */
        section = CreateFileMappingW( INVALID_HANDLE_VALUE, NULL, protect | SEC_RESERVE, 0, SIZE + GRANULARITY, NULL );
        view = map_all( section );
        ok( VirtualAlloc( view, SIZE, MEM_COMMIT, PAGE_READWRITE ) == view, "cannot commit, error %lu\n", GetLastError() );
        fill_words( view, 0, SIZE );
        UnmapViewOfFile( view );
        break;
    case WITH_NODE:
        section = CreateFileMappingNumaW( INVALID_HANDLE_VALUE, NULL, protect, 0, SIZE, NULL, 0 );
        view = map_all( section );
        if (view) fill_words( view, 0, SIZE );
        UnmapViewOfFile( view );
        break;
    default:
        section = create_filled_section( protect, SIZE );
        break;
    }
    ok( section != NULL, "%s: no section, error %lu\n", kind_names[kind], GetLastError() );
    return section;
}

#define for_each_kind( kind, section ) \
    for ((kind) = PLAIN; (kind) < KINDS && ((section) = next_kind( kind )); (kind)++, end_kind( section ))

static HANDLE next_kind( enum kind kind )
{
    winetest_push_context( "%s", kind_names[kind] );
    return create_kind( kind );
}

static void end_kind( HANDLE section )
{
    CloseHandle( section );
    winetest_pop_context();
}

static void test_kinds(void)
{
    enum kind kind;
    HANDLE section;
    unsigned int i;
    char *addr, *view, *other;
    DWORD old;

    if (!has_placeholders()) return;
    addr = reserve( 2 * SIZE );
    free_works( addr + PAGE, SIZE, PRESERVE );
    for_each_kind( kind, section )
    {
        for (i = 0; i < ARRAY_SIZE( protections ); i++)
        {
            ULONG protect = protections[i];

            winetest_push_context( "%s", protect_name( protect ));
            view = map_in( section, addr + PAGE, 0, SIZE, protect );
            check_view( view, SIZE, protect );
            check_placeholder( addr, PAGE );
            check_placeholder( addr + PAGE + SIZE, SIZE - PAGE );
            other = map_all( section );
            ok( is_readable( view ) == !!get_use( protect ), "readable: %d\n", is_readable( view ));
            if (get_use( protect )) ok( word_at( view, PAGE ) == test_word( PAGE ), "got %#lx\n", word_at( view, PAGE ));
            old = word_at( other, 2 * PAGE );
            if (get_use( protect ) & 2)
            {
                fill_words( view + 2 * PAGE, 0x5555, 4 );
                ok( word_at( other, 2 * PAGE ) == test_word( 0x5555 ), "got %#lx\n", word_at( other, 2 * PAGE ));
                fill_words( view + 2 * PAGE, 2 * PAGE, 4 );
            }
            else if (is_write_copy( protect ))
            {
                fill_words( view + 2 * PAGE, 0x5555, 4 );
                ok( word_at( view, 2 * PAGE ) == test_word( 0x5555 ), "got %#lx\n", word_at( view, 2 * PAGE ));
            }
            else ok( !is_writable( view + 2 * PAGE ), "can be written\n" );
            ok( word_at( other, 2 * PAGE ) == old, "got %#lx\n", word_at( other, 2 * PAGE ));
            if (get_use( protect ))
            {
                fill_words( other + 3 * PAGE, 0x7777, 4 );
                ok( word_at( view, 3 * PAGE ) == test_word( 0x7777 ), "a change is not seen: %#lx\n",
                    word_at( view, 3 * PAGE ));
                fill_words( other + 3 * PAGE, 3 * PAGE, 4 );
            }
            unmap( other );
            unmap_in( view, MEM_PRESERVE_PLACEHOLDER );
            check_placeholder( addr + PAGE, SIZE );
            winetest_pop_context();
        }
    }
    free_works( addr, 2 * SIZE, COALESCE );
    free_works( addr, 0, MEM_RELEASE );
}

/* The rights that the protection of a section gives to its handle (1.7). */
static void test_rights(void)
{
    static const ULONG section_protections[] = { PAGE_READONLY, PAGE_READWRITE, PAGE_WRITECOPY,
                                                 PAGE_EXECUTE_READ, PAGE_EXECUTE_READWRITE, PAGE_EXECUTE_WRITECOPY };
    HANDLE section, file;
    unsigned int i, k, from_file;
    char *addr;

    if (!has_placeholders()) return;
    addr = reserve( SIZE );
    for (from_file = 0; from_file < 2; from_file++)
    {
        file = from_file ? create_test_file( GENERIC_READ | GENERIC_WRITE | GENERIC_EXECUTE, SIZE ) : INVALID_HANDLE_VALUE;
        for (i = 0; i < ARRAY_SIZE( section_protections ); i++)
        {
            section = CreateFileMappingW( file, NULL, section_protections[i], 0, SIZE, NULL );
            for (k = 0; k < ARRAY_SIZE( protections ); k++)
            {
                winetest_push_context( "section %s, view %s", protect_name( section_protections[i] ),
                                       protect_name( protections[k] ));
                if (!(get_use( protections[k] ) & ~get_use( section_protections[i] )))
                {
                    map_in( section, addr, 0, SIZE, protections[k] );
                    check_view( addr, SIZE, protections[k] );
                    unmap_in( addr, MEM_PRESERVE_PLACEHOLDER );
                }
                else map_in_fails( section, addr, 0, SIZE, protections[k], ERROR_ACCESS_DENIED );
                winetest_pop_context();
            }
            CloseHandle( section );
        }
        if (from_file) CloseHandle( file );
    }
    check_placeholder( addr, SIZE );
    free_works( addr, 0, MEM_RELEASE );
}

static void test_offsets(void)
{
    enum kind kind;
    HANDLE section;
    unsigned int i;
    char *addr;

    if (!has_placeholders()) return;
    addr = reserve( SIZE );
    for (i = 1; i < SIZE / PAGE; i++) free_works( addr + (i - 1) * PAGE, PAGE, PRESERVE );
    for_each_kind( kind, section )
    {
        /* backwards */
        for (i = 0; i < SIZE / PAGE; i++) map_in( section, addr + i * PAGE, SIZE - (i + 1) * PAGE, PAGE, PAGE_READWRITE );
        for (i = 0; i < SIZE / PAGE; i++)
        {
            check_view( addr + i * PAGE, PAGE, PAGE_READWRITE );
            ok( word_at( addr, i * PAGE ) == test_word( SIZE - (i + 1) * PAGE ), "page %u: got %#lx\n",
                i, word_at( addr, i * PAGE ));
        }
        for (i = 0; i < SIZE / PAGE; i++) unmap_in( addr + i * PAGE, MEM_PRESERVE_PLACEHOLDER );
    }
    free_works( addr, SIZE, COALESCE );
    free_works( addr, 0, MEM_RELEASE );
}

/* A file's size need not be one of pages: it fits the placeholder that it is rounded up to. */
static void test_file_size(void)
{
    HANDLE file, section;
    unsigned int i;
    char *addr;

    if (!has_placeholders()) return;
    file = create_test_file( GENERIC_READ, SIZE - PAGE + 100 );
    section = CreateFileMappingW( file, NULL, PAGE_READONLY, 0, 0, NULL );
    addr = reserve( SIZE );
    map_in_fails( section, addr, 0, SIZE, PAGE_READONLY, ERROR_ACCESS_DENIED );
    map_in_fails( section, addr, 0, SIZE - PAGE, PAGE_READONLY, ERROR_INVALID_ADDRESS );
    for (i = 0; i < 2; i++)
    {
        map_in( section, addr, 0, i ? 0 : SIZE - PAGE + 100, PAGE_READONLY );
        check_view( addr, SIZE, PAGE_READONLY );
        ok( word_at( addr, SIZE - PAGE ) == test_word( SIZE - PAGE ), "got %#lx\n", word_at( addr, SIZE - PAGE ));
        ok( !word_at( addr, SIZE - 4 ), "the tail is not zero: %#lx\n", word_at( addr, SIZE - 4 ));
        unmap_in( addr, MEM_PRESERVE_PLACEHOLDER );
    }
    free_works( addr, 0, MEM_RELEASE );
    CloseHandle( section );
    CloseHandle( file );
}

/* The view keeps what it shows, whatever becomes of handles. */
static void test_handles_closed(void)
{
    char path[MAX_PATH], *addr;
    HANDLE file, section;

    if (!has_placeholders()) return;
    addr = reserve( 2 * SIZE );
    free_works( addr, SIZE, PRESERVE );
    file = create_named_test_file( GENERIC_READ | GENERIC_WRITE, SIZE, path );
    section = CreateFileMappingW( file, NULL, PAGE_READWRITE, 0, 0, NULL );
    map_in( section, addr, 0, SIZE, PAGE_READWRITE );
    CloseHandle( section );
    section = create_filled_section( PAGE_READWRITE, SIZE );
    map_in( section, addr + SIZE, 0, SIZE, PAGE_READWRITE );
    CloseHandle( section );
    ok( word_at( addr, PAGE ) == test_word( PAGE ), "got %#lx\n", word_at( addr, PAGE ));
    ok( word_at( addr, SIZE + PAGE ) == test_word( PAGE ), "got %#lx\n", word_at( addr, SIZE + PAGE ));

    /* a mapped file cannot be cut */
    SetFilePointer( file, PAGE, NULL, FILE_BEGIN );
    SetLastError( 0xdeadbeef );
    ok( !SetEndOfFile( file ) && GetLastError() == ERROR_USER_MAPPED_FILE, "error %lu\n", GetLastError() );
    unmap_in( addr, MEM_PRESERVE_PLACEHOLDER );
    ok( SetEndOfFile( file ), "error %lu\n", GetLastError() );
    CloseHandle( file );
    unmap_in( addr + SIZE, MEM_PRESERVE_PLACEHOLDER );
    free_works( addr, 2 * SIZE, COALESCE );
    free_works( addr, 0, MEM_RELEASE );
}

static void test_query(void)
{
    struct region expect = { NULL, SIZE - PAGE, MEM_COMMIT, PAGE_READWRITE, PAGE_READWRITE, MEM_MAPPED };
    static const DWORD rights[] = { PROCESS_QUERY_INFORMATION, PROCESS_ALL_ACCESS };
    MEMORY_BASIC_INFORMATION info, info2;
    HANDLE section, process;
    unsigned int i;
    char *addr;

    if (!has_placeholders()) return;
    section = create_section( PAGE_READWRITE, SIZE );
    addr = reserve( 2 * SIZE );
    free_works( addr, SIZE, PRESERVE );
    map_in( section, addr, 0, SIZE, PAGE_READWRITE );
    expect.alloc_base = addr;
    check_region( addr + PAGE, &expect );
    for (i = 0; i < ARRAY_SIZE( rights ); i++)
    {
        process = own_handle( rights[i] );
        memset( &info, 0xcc, sizeof(info) );
        memset( &info2, 0xcc, sizeof(info2) );
        ok( VirtualQueryEx( process, addr + PAGE + 5, &info, sizeof(info) ) == sizeof(info), "error %lu\n", GetLastError() );
        ok( VirtualQuery( addr + PAGE + 5, &info2, sizeof(info2) ) == sizeof(info2), "error %lu\n", GetLastError() );
        ok( info.BaseAddress == addr + PAGE, "got %p, expected %p\n", info.BaseAddress, addr + PAGE );
        ok( !memcmp( &info, &info2, sizeof(info) ), "VirtualQueryEx and VirtualQuery differ\n" );
        ok( VirtualQueryEx( process, addr + SIZE, &info, sizeof(info) ) && info.State == MEM_RESERVE &&
            info.AllocationBase == addr + SIZE, "placeholder: state %#lx, base %p\n", info.State, info.AllocationBase );
        CloseHandle( process );
    }
    process = own_handle( PROCESS_VM_OPERATION );
    SetLastError( 0xdeadbeef );
    ok( !VirtualQueryEx( process, addr, &info, sizeof(info) ) && GetLastError() == ERROR_ACCESS_DENIED,
        "error %lu\n", GetLastError() );
    CloseHandle( process );
    SetLastError( 0xdeadbeef );
    ok( !VirtualQuery( addr, &info, sizeof(info) - 1 ) && GetLastError() == ERROR_BAD_LENGTH, "error %lu\n", GetLastError() );
    unmap_in( addr, 0 );
    free_works( addr + SIZE, 0, MEM_RELEASE );
    CloseHandle( section );
}

/* All changes of protection of all views; what others can see of written pages. */
static void test_protect(void)
{
    struct region expect = { NULL, PAGE, MEM_COMMIT, 0, 0, MEM_MAPPED };
    HANDLE section;
    unsigned int i, k;
    enum kind kind;
    DWORD old, last;
    char *addr;
    BOOL ret;

    if (!has_placeholders() || ntdll_fails( "VirtualProtect as for other views of ntdll's" )) return;
    addr = reserve( 2 * SIZE );
    free_works( addr, SIZE, PRESERVE );
    expect.alloc_base = addr;
    for_each_kind( kind, section )
    {
        for (i = 0; i < ARRAY_SIZE( protections ); i++)
        {
            map_in( section, addr, 0, SIZE, protections[i] );
            expect.alloc_protect = last = protections[i];
            for (k = 0; k < ARRAY_SIZE( protections ); k++)
            {
                unsigned int view_use = get_use( protections[i] ), use = get_use( protections[k] );

                /* a deviation: what has been written by all cannot become a copy */
                if (is_write_copy( protections[k] ) && (view_use & 2)) continue;
                winetest_push_context( "view %s, to %s", protect_name( protections[i] ), protect_name( protections[k] ));
                SetLastError( 0xdeadbeef );
                old = 0xdeadbeef;
                ret = VirtualProtect( addr + PAGE, PAGE, protections[k], &old );
                if (!(use & ~view_use))
                {
                    ok( ret && old == last && GetLastError() == 0xdeadbeef, "Got %d, old %#lx (expected %#lx), error %lu\n",
                        ret, old, last, GetLastError() );
                    last = expect.protect = protections[k];
                    expect.size = protections[k] == protections[i] ? SIZE - PAGE : PAGE;
                    check_region( addr + PAGE, &expect );
                    ok( is_readable( addr + PAGE ) == !!use, "readable: %d\n", is_readable( addr + PAGE ));
                    ok( (probe_write( addr + 2 * PAGE - 1, 0x77 ) == 0) == ((use & 2) || is_write_copy( protections[k] )),
                        "wrong to write\n" );
                    if (is_write_copy( protections[k] ))
                    {
                        last = expect.protect = written( protections[k] );
                        expect.size = PAGE;
                        check_region( addr + PAGE, &expect );
                    }
                }
                else
                {
                    ok( !ret && GetLastError() == ERROR_INVALID_PARAMETER, "Got %d, error %lu\n", ret, GetLastError() );
                    ok( old == 0xdeadbeef, "old %#lx\n", old );
                }
                winetest_pop_context();
                if (is_write_copy( last ) || !expect.protect) continue;
                /* a written copy stays what it is: begin with a fresh view */
                if (!(view_use & 2) && (last == PAGE_READWRITE || last == PAGE_EXECUTE_READWRITE))
                {
                    unmap_in( addr, MEM_PRESERVE_PLACEHOLDER );
                    map_in( section, addr, 0, SIZE, protections[i] );
                    last = protections[i];
                    check_view( addr, SIZE, protections[i] );
                }
            }
            unmap_in( addr, MEM_PRESERVE_PLACEHOLDER );
        }
    }
    free_works( addr, 2 * SIZE, COALESCE );
    free_works( addr, 0, MEM_RELEASE );
}

static void test_protect_ranges(void)
{
    HANDLE section, process;
    DWORD old;
    char *addr;
    BOOL ret;

    if (!has_placeholders() || ntdll_fails( "VirtualProtect beyond the allocation is another error" )) return;
    section = create_filled_section( PAGE_READWRITE, SIZE );
    process = own_handle( PROCESS_VM_OPERATION );
    addr = reserve( 3 * SIZE );
    free_works( addr, SIZE, PRESERVE );
    free_works( addr + SIZE, SIZE, PRESERVE );
    map_in( section, addr, 0, SIZE, PAGE_READWRITE );
    map_in( section, addr + SIZE, 0, SIZE, PAGE_READWRITE );

#define FAILS( call, error ) \
    SetLastError( 0xdeadbeef ); \
    ret = (call); \
    ok( !ret && GetLastError() == (error), #call ": got %d, error %lu\n", ret, GetLastError() )
    FAILS( VirtualProtect( addr, SIZE + PAGE, PAGE_READONLY, &old ), ERROR_INVALID_ADDRESS );         /* two views */
    FAILS( VirtualProtect( addr + SIZE - 1, 2, PAGE_READONLY, &old ), ERROR_INVALID_ADDRESS );
    FAILS( VirtualProtect( addr + SIZE, 2 * SIZE, PAGE_READONLY, &old ), ERROR_INVALID_ADDRESS );
    FAILS( VirtualProtect( addr, ~(SIZE_T)0, PAGE_READONLY, &old ), ERROR_INVALID_PARAMETER );
    FAILS( VirtualProtect( addr, ~(SIZE_T)0 - (ULONG_PTR)addr - PAGE, PAGE_READONLY, &old ), ERROR_INVALID_ADDRESS );
    FAILS( VirtualProtect( addr, PAGE, 0, &old ), ERROR_INVALID_PARAMETER );
    FAILS( VirtualProtect( addr, PAGE, PAGE_READONLY | PAGE_NOACCESS, &old ), ERROR_INVALID_PARAMETER );
    FAILS( VirtualProtect( addr, PAGE, PAGE_READONLY, NULL ), ERROR_NOACCESS );
#undef FAILS
    check_view( addr, SIZE, PAGE_READWRITE );
    check_view( addr + SIZE, SIZE, PAGE_READWRITE );

    /* pages that a range touches, by a handle */
    ret = VirtualProtectEx( process, addr + 2 * PAGE - 1, 2, PAGE_READONLY, &old );
    ok( ret && old == PAGE_READWRITE, "Got %d, old %#lx, error %lu\n", ret, old, GetLastError() );
    ok( is_writable( addr ) && !is_writable( addr + PAGE ) && !is_writable( addr + 2 * PAGE ) &&
        is_writable( addr + 3 * PAGE ), "wrong pages\n" );
    ret = VirtualProtect( addr, SIZE, PAGE_NOACCESS, &old );
    ok( ret && old == PAGE_READWRITE, "Got %d, old %#lx, error %lu\n", ret, old, GetLastError() );
    ok( !is_readable( addr + SIZE - 1 ) && is_writable( addr + SIZE ), "wrong pages\n" );
    ret = VirtualProtect( addr + PAGE, PAGE, PAGE_READWRITE, &old );
    ok( ret && old == PAGE_NOACCESS, "Got %d, old %#lx, error %lu\n", ret, old, GetLastError() );
    ok( word_at( addr, PAGE ) == test_word( PAGE ), "got %#lx\n", word_at( addr, PAGE ));
    unmap_in( addr, MEM_PRESERVE_PLACEHOLDER );
    map_in( section, addr, 0, SIZE, PAGE_READWRITE );
    check_view( addr, SIZE, PAGE_READWRITE );  /* nothing of that is left */
    unmap_in( addr, 0 );
    unmap_in( addr + SIZE, 0 );
    free_works( addr + 2 * SIZE, 0, MEM_RELEASE );
    CloseHandle( process );
    CloseHandle( section );
}

static void test_guard(void)
{
    struct region expect = { NULL, PAGE, MEM_COMMIT, PAGE_READWRITE | PAGE_GUARD, PAGE_READWRITE, MEM_MAPPED };
    HANDLE section;
    enum kind kind;
    DWORD old;
    char *addr;
    BYTE value;

    if (!has_placeholders()) return;
    addr = reserve( SIZE );
    expect.alloc_base = addr;
    for_each_kind( kind, section )
    {
        map_in( section, addr, 0, SIZE, PAGE_READWRITE );
        ok( VirtualProtect( addr + PAGE, PAGE, PAGE_READWRITE | PAGE_GUARD, &old ), "error %lu\n", GetLastError() );
        expect.size = PAGE;
        expect.protect = PAGE_READWRITE | PAGE_GUARD;
        check_region( addr + PAGE, &expect );
        ok( probe_read( addr + PAGE, &value ) == STATUS_GUARD_PAGE_VIOLATION, "the page is not guarded\n" );
        ok( !probe_read( addr + PAGE, &value ), "the page is still guarded\n" );
        ok( word_at( addr, PAGE ) == test_word( PAGE ), "got %#lx\n", word_at( addr, PAGE ));
        check_view( addr, SIZE, PAGE_READWRITE );
        ok( VirtualProtect( addr + PAGE, PAGE, PAGE_READWRITE | PAGE_GUARD, &old ), "error %lu\n", GetLastError() );
        ok( VirtualProtect( addr + PAGE, PAGE, PAGE_READONLY, &old ), "error %lu\n", GetLastError() );
        ok( old == (PAGE_READWRITE | PAGE_GUARD), "old %#lx\n", old );
        unmap_in( addr, MEM_PRESERVE_PLACEHOLDER );
    }
    free_works( addr, 0, MEM_RELEASE );
}

static void test_write_copy(void)
{
    struct region expect = { NULL, 0, MEM_COMMIT, 0, PAGE_WRITECOPY, MEM_MAPPED };
    HANDLE section;
    enum kind kind;
    char *addr, *other;
    DWORD old;

    if (!has_placeholders()) return;
    addr = reserve( SIZE );
    expect.alloc_base = addr;
    for_each_kind( kind, section )
    {
        map_in( section, addr, 0, SIZE, PAGE_WRITECOPY );
        other = map_all( section );
        check_view( addr, SIZE, PAGE_WRITECOPY );
        ok( word_at( addr, 3 * PAGE ) == test_word( 3 * PAGE ), "got %#lx\n", word_at( addr, 3 * PAGE ));
        check_view( addr, SIZE, PAGE_WRITECOPY );  /* reading is not writing */
        fill_words( addr + PAGE, 0x1111, 4 );
        fill_words( addr + 2 * PAGE, 0x2222, 4 );
        expect.size = PAGE;
        expect.protect = PAGE_WRITECOPY;
        check_region( addr, &expect );
        expect.size = 2 * PAGE;
        expect.protect = PAGE_READWRITE;
        check_region( addr + PAGE, &expect );
        expect.size = SIZE - 3 * PAGE;
        expect.protect = PAGE_WRITECOPY;
        check_region( addr + 3 * PAGE, &expect );
        ok( word_at( other, PAGE ) == test_word( PAGE ), "the section has changed: %#lx\n", word_at( other, PAGE ));

        /* what was written stays, what was not shows what others write */
        fill_words( other + PAGE, 0x3333, 4 );
        fill_words( other + 4 * PAGE, 0x4444, 4 );
        ok( word_at( addr, PAGE ) == test_word( 0x1111 ), "got %#lx\n", word_at( addr, PAGE ));
        ok( word_at( addr, 4 * PAGE ) == test_word( 0x4444 ), "got %#lx\n", word_at( addr, 4 * PAGE ));
        ok( VirtualProtect( addr, 2 * PAGE, PAGE_READONLY, &old ) && old == PAGE_WRITECOPY, "old %#lx, error %lu\n",
            old, GetLastError() );
        ok( VirtualProtect( addr + PAGE, PAGE, PAGE_WRITECOPY, &old ) && old == PAGE_READONLY, "old %#lx, error %lu\n",
            old, GetLastError() );
        ok( word_at( addr, PAGE ) == test_word( 0x1111 ), "got %#lx\n", word_at( addr, PAGE ));
        fill_words( other + PAGE, PAGE, 4 );
        fill_words( other + 4 * PAGE, 4 * PAGE, 4 );
        unmap( other );
        unmap_in( addr, MEM_PRESERVE_PLACEHOLDER );
        map_in( section, addr, 0, SIZE, PAGE_WRITECOPY );
        ok( word_at( addr, PAGE ) == test_word( PAGE ), "an old copy: %#lx\n", word_at( addr, PAGE ));
        unmap_in( addr, MEM_PRESERVE_PLACEHOLDER );
    }
    free_works( addr, 0, MEM_RELEASE );
}

/* A read-only view, a page of which becomes a copy: the others go on to show the section. */
static void test_read_only_to_copy(void)
{
    HANDLE section;
    enum kind kind;
    char *addr, *other;
    DWORD old;

    if (!has_placeholders()) return;
    addr = reserve( SIZE );
    for_each_kind( kind, section )
    {
        map_in( section, addr, 0, SIZE, PAGE_READONLY );
        other = map_all( section );
        ok( VirtualProtect( addr + 2 * PAGE, PAGE, PAGE_NOACCESS, &old ), "error %lu\n", GetLastError() );
        ok( VirtualProtect( addr + PAGE, PAGE, PAGE_WRITECOPY, &old ) && old == PAGE_READONLY, "old %#lx, error %lu\n",
            old, GetLastError() );
        ok( !is_readable( addr + 2 * PAGE ), "another protection is lost\n" );
        ok( !is_writable( addr + 3 * PAGE ), "other pages can be written\n" );
        fill_words( addr + PAGE, 0x1111, 4 );
        fill_words( other + 3 * PAGE, 0x3333, 4 );
        ok( word_at( other, PAGE ) == test_word( PAGE ), "the section has changed: %#lx\n", word_at( other, PAGE ));
        ok( word_at( addr, 3 * PAGE ) == test_word( 0x3333 ), "got %#lx\n", word_at( addr, 3 * PAGE ));
        /* again, without losing the first */
        ok( VirtualProtect( addr, SIZE, PAGE_READONLY, &old ), "error %lu\n", GetLastError() );
        ok( VirtualProtect( addr + 3 * PAGE, PAGE, PAGE_WRITECOPY, &old ), "error %lu\n", GetLastError() );
        ok( word_at( addr, PAGE ) == test_word( 0x1111 ), "got %#lx\n", word_at( addr, PAGE ));
        fill_words( other + 3 * PAGE, 3 * PAGE, 4 );
        unmap( other );
        unmap_in( addr, MEM_PRESERVE_PLACEHOLDER );
    }
    free_works( addr, 0, MEM_RELEASE );
}

/* VirtualAlloc on a view (1.10). */
static void test_commit(void)
{
    HANDLE section;
    enum kind kind;
    char *addr, *ret;

    if (!has_placeholders()) return;
    addr = reserve( SIZE );
    for_each_kind( kind, section )
    {
        map_in( section, addr, 0, SIZE, PAGE_READWRITE );
        SetLastError( 0xdeadbeef );
        ret = VirtualAlloc( addr + PAGE, PAGE, MEM_COMMIT, PAGE_READONLY );
        if (kind == FROM_FILE)
        {
            ok( !ret && GetLastError() == ERROR_ACCESS_DENIED, "Got %p, error %lu\n", ret, GetLastError() );
            check_view( addr, SIZE, PAGE_READWRITE );
        }
        else
        {
            ok( ret == addr + PAGE, "Got %p, error %lu\n", ret, GetLastError() );
            ok( !is_writable( addr + PAGE ) && is_writable( addr + 2 * PAGE ), "wrong protection\n" );
            alloc_fails( addr, PAGE, MEM_COMMIT, PAGE_EXECUTE_READWRITE, ERROR_INVALID_PARAMETER );
            alloc_fails( addr, SIZE + PAGE, MEM_COMMIT, PAGE_READWRITE, ERROR_INVALID_ADDRESS );
        }
        ret = VirtualAlloc( addr, SIZE, MEM_RESET, PAGE_NOACCESS );
        ok( ret == addr, "MEM_RESET: got %p, error %lu\n", ret, GetLastError() );
        ok( word_at( addr, PAGE ) == test_word( PAGE ), "got %#lx\n", word_at( addr, PAGE ));
        unmap_in( addr, MEM_PRESERVE_PLACEHOLDER );
    }
    free_works( addr, 0, MEM_RELEASE );
}

static void test_reserved_section(void)
{
    struct region expect = { NULL, 0, MEM_RESERVE, 0, PAGE_READWRITE, MEM_MAPPED };
    HANDLE section;
    char *addr, *view, *ret;
    DWORD old;
    BOOL done;

    if (!has_placeholders()) return;
    section = create_section( PAGE_READWRITE | SEC_RESERVE, 4 * SIZE );
    addr = reserve( 2 * SIZE );
    free_works( addr, PAGE, PRESERVE );
    free_works( addr + PAGE, SIZE, PRESERVE );
    view = map_in( section, addr + PAGE, 3 * PAGE, SIZE, PAGE_READWRITE );
    expect.alloc_base = view;
    expect.size = SIZE;
    check_region( view, &expect );
    SetLastError( 0xdeadbeef );
    done = VirtualProtect( view, PAGE, PAGE_READONLY, &old );
    ok( !done && GetLastError() == ERROR_INVALID_ADDRESS, "Got %d, error %lu\n", done, GetLastError() );

    /* committed through this view, seen in another; the last page, too */
    ret = VirtualAlloc( view + PAGE, 2 * PAGE, MEM_COMMIT, PAGE_READWRITE );
    ok( ret == view + PAGE, "Got %p, error %lu\n", ret, GetLastError() );
    ret = VirtualAlloc( view + SIZE - PAGE, PAGE, MEM_COMMIT, PAGE_READONLY );
    ok( ret == view + SIZE - PAGE, "Got %p, error %lu\n", ret, GetLastError() );
    expect.size = PAGE;
    check_region( view, &expect );
    expect.size = SIZE - 4 * PAGE;
    check_region( view + 3 * PAGE, &expect );
    expect.state = MEM_COMMIT;
    expect.protect = PAGE_READWRITE;
    expect.size = 2 * PAGE;
    check_region( view + PAGE, &expect );
    expect.protect = PAGE_READONLY;
    expect.size = PAGE;
    check_region( view + SIZE - PAGE, &expect );
    fill_words( view + PAGE, 0, 2 * PAGE );

    ret = map_all( section );
    ok( word_at( ret, 4 * PAGE ) == test_word( 0 ), "got %#lx\n", word_at( ret, 4 * PAGE ));
    expect.alloc_base = ret;
    expect.protect = PAGE_READWRITE;
    expect.size = 2 * PAGE;
    check_region( ret + 4 * PAGE, &expect );

    /* two protections at once */
    done = VirtualProtect( view + PAGE, PAGE, PAGE_READONLY, &old );
    ok( done && old == PAGE_READWRITE, "Got %d, old %#lx, error %lu\n", done, old, GetLastError() );
    done = VirtualProtect( view + PAGE, 2 * PAGE, PAGE_READWRITE, &old );
    ok( done && old == PAGE_READONLY, "Got %d, old %#lx, error %lu\n", done, old, GetLastError() );
    done = VirtualProtect( view + PAGE, 3 * PAGE, PAGE_READWRITE, &old );
    ok( !done && GetLastError() == ERROR_INVALID_ADDRESS, "Got %d, error %lu\n", done, GetLastError() );

    /* committed elsewhere */
    ret = VirtualAlloc( ret + 10 * PAGE, PAGE, MEM_COMMIT, PAGE_READWRITE );
    ok( ret != NULL, "error %lu\n", GetLastError() );
    expect.alloc_base = view;
    expect.size = PAGE;
    check_region( view + 7 * PAGE, &expect );
    fill_words( ret, 0x5555, 4 );
    ok( word_at( view, 7 * PAGE ) == test_word( 0x5555 ), "got %#lx\n", word_at( view, 7 * PAGE ));
    unmap( ret );

    unmap_in( view, MEM_PRESERVE_PLACEHOLDER );
    check_placeholder( view, SIZE );
    map_in( section, view, 3 * PAGE, SIZE, PAGE_READONLY );  /* it stays committed */
    expect.protect = expect.alloc_protect = PAGE_READONLY;
    expect.size = 2 * PAGE;
    check_region( view + PAGE, &expect );
    unmap_in( view, 0 );
    free_works( addr, 0, MEM_RELEASE );
    free_works( addr + PAGE + SIZE, 0, MEM_RELEASE );
    CloseHandle( section );
}

static void test_lock(void)
{
    HANDLE section;
    enum kind kind;
    char *addr;

    if (!has_placeholders()) return;
    addr = reserve( SIZE );
    for_each_kind( kind, section )
    {
        map_in( section, addr, 0, SIZE, PAGE_READWRITE );
        ok( VirtualLock( addr, 2 * PAGE ), "VirtualLock error %lu\n", GetLastError() );
        ok( VirtualUnlock( addr, 2 * PAGE ), "VirtualUnlock error %lu\n", GetLastError() );
        unmap_in( addr, MEM_PRESERVE_PLACEHOLDER );
    }
    free_works( addr, 0, MEM_RELEASE );
}

static void test_flush(void)
{
    HANDLE section;
    enum kind kind;
    DWORD old;
    char *addr;

    if (!has_placeholders()) return;
    addr = reserve( SIZE );
    for_each_kind( kind, section )
    {
        map_in( section, addr, 0, SIZE, PAGE_READWRITE );
        fill_words( addr, 0, SIZE );
        ok( VirtualProtect( addr + PAGE, PAGE, PAGE_READONLY, &old ), "error %lu\n", GetLastError() );
        ok( FlushViewOfFile( addr, 0 ), "error %lu\n", GetLastError() );
        ok( FlushViewOfFile( addr, SIZE ), "error %lu\n", GetLastError() );
        ok( FlushViewOfFile( addr + PAGE + 1, 0 ), "error %lu\n", GetLastError() );
        ok( FlushViewOfFile( addr + SIZE - PAGE, PAGE ), "error %lu\n", GetLastError() );
        SetLastError( 0xdeadbeef );
        ok( !FlushViewOfFile( addr, SIZE + 1 ) && GetLastError() == ERROR_INVALID_PARAMETER, "error %lu\n", GetLastError() );
        SetLastError( 0xdeadbeef );
        ok( !FlushViewOfFile( addr + PAGE, SIZE ) && GetLastError() == ERROR_INVALID_PARAMETER, "error %lu\n", GetLastError() );
        unmap_in( addr, MEM_PRESERVE_PLACEHOLDER );
    }
    free_works( addr, 0, MEM_RELEASE );
    SetLastError( 0xdeadbeef );
    ok( !FlushViewOfFile( addr, 0 ) && GetLastError() == ERROR_INVALID_ADDRESS, "error %lu\n", GetLastError() );
}

static void test_unmap_inside(void)
{
    static const SIZE_T where[] = { 0, 1, PAGE, SIZE / 2 + 5, SIZE - 1 };
    const struct unmapper *u;
    HANDLE section;
    unsigned int i;
    char *addr;

    if (!has_placeholders()) return;
    section = create_section( PAGE_READWRITE, SIZE );
    for_each_unmapper( u )
    {
        for (i = 0; i < ARRAY_SIZE( where ); i++)
        {
            addr = reserve( 2 * SIZE );
            free_works( addr, SIZE, PRESERVE );
            map_in( section, addr, 0, SIZE, PAGE_READWRITE );
            unmap_fails( u, GetCurrentProcess(), addr + SIZE, 0, ERROR_INVALID_ADDRESS );
            unmap_works( u, addr + where[i], 0 );
            check_hole( addr, SIZE );
            unmap_fails( u, GetCurrentProcess(), addr + where[i], 0, ERROR_INVALID_ADDRESS );
            free_works( addr + SIZE, 0, MEM_RELEASE );
        }
    }
    CloseHandle( section );
}

static void test_file_io(void)
{
    OVERLAPPED ov = { 0 };
    HANDLE section, file, readers[2], writers[2];
    char path[MAX_PATH], *addr;
    DWORD len, old;
    BOOL ret;

    if (!has_placeholders()) return;
    section = create_section( PAGE_READWRITE, SIZE );
    addr = reserve( 2 * SIZE );
    free_works( addr, SIZE, PRESERVE );
    map_in( section, addr, 0, SIZE, PAGE_READWRITE );
    alloc_in( addr + SIZE, SIZE, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE );
    file = create_named_test_file( GENERIC_READ | GENERIC_WRITE, 2 * SIZE, path );

    /* into view and private memory, which are neighbours, at once */
    SetFilePointer( file, 0, NULL, FILE_BEGIN );
    ret = ReadFile( file, addr, 2 * SIZE, &len, NULL );
    ok( ret && len == 2 * SIZE, "ReadFile: got %d, %lu bytes, error %lu\n", ret, len, GetLastError() );
    ok( word_at( addr, SIZE - 4 ) == test_word( SIZE - 4 ) && word_at( addr, SIZE ) == test_word( SIZE ), "wrong data\n" );
    fill_words( addr, 0x10000, 2 * SIZE );
    SetFilePointer( file, 0, NULL, FILE_BEGIN );
    ret = WriteFile( file, addr, 2 * SIZE, &len, NULL );
    ok( ret && len == 2 * SIZE, "WriteFile: got %d, %lu bytes, error %lu\n", ret, len, GetLastError() );
    memset( addr, 0, 2 * SIZE );
    SetFilePointer( file, 0, NULL, FILE_BEGIN );
    ret = ReadFile( file, addr, 2 * SIZE, &len, NULL );
    ok( ret && word_at( addr, SIZE ) == test_word( SIZE + 0x10000 ), "got %#lx\n", word_at( addr, SIZE ));

    /* not into pages that cannot be written */
    ok( VirtualProtect( addr, PAGE, PAGE_READONLY, &old ), "error %lu\n", GetLastError() );
    SetFilePointer( file, 0, NULL, FILE_BEGIN );
    SetLastError( 0xdeadbeef );
    ret = ReadFile( file, addr, PAGE, &len, NULL );
    ok( !ret && GetLastError() == ERROR_NOACCESS, "Got %d, error %lu\n", ret, GetLastError() );
    ok( VirtualProtect( addr, PAGE, PAGE_READWRITE, &old ), "error %lu\n", GetLastError() );
    CloseHandle( file );

    /* overlapped, from a file and from pipes, with the answer coming later */
    file = CreateFileA( path, GENERIC_READ | GENERIC_WRITE | DELETE, 7, NULL, CREATE_ALWAYS,
                        FILE_FLAG_OVERLAPPED | FILE_FLAG_DELETE_ON_CLOSE, 0 );
    ov.hEvent = CreateEventW( NULL, TRUE, FALSE, NULL );
    ret = WriteFile( file, addr, SIZE, NULL, &ov ) || GetLastError() == ERROR_IO_PENDING;
    ok( ret && GetOverlappedResult( file, &ov, &len, TRUE ) && len == SIZE, "WriteFile: %lu bytes, error %lu\n",
        len, GetLastError() );
    memset( addr, 0, SIZE );
    ret = ReadFile( file, addr, SIZE, NULL, &ov ) || GetLastError() == ERROR_IO_PENDING;
    ok( ret && GetOverlappedResult( file, &ov, &len, TRUE ) && len == SIZE, "ReadFile: %lu bytes, error %lu\n",
        len, GetLastError() );
    ok( word_at( addr, SIZE - 4 ) == test_word( SIZE - 4 + 0x10000 ), "got %#lx\n", word_at( addr, SIZE - 4 ));
    CloseHandle( file );

    snprintf( path, sizeof(path), "\\\\.\\pipe\\mapview-test-%lx", GetCurrentProcessId() );
    readers[0] = CreateNamedPipeA( path, PIPE_ACCESS_DUPLEX | FILE_FLAG_OVERLAPPED, PIPE_TYPE_BYTE, 1, SIZE, SIZE, 0, NULL );
    writers[0] = CreateFileA( path, GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING, 0, 0 );
    memset( addr, 0, PAGE );
    fill_words( addr + PAGE, 0x4000, PAGE );
    ret = ReadFile( readers[0], addr, PAGE, NULL, &ov );
    ok( !ret && GetLastError() == ERROR_IO_PENDING, "Got %d, error %lu\n", ret, GetLastError() );
    ret = WriteFile( writers[0], addr + PAGE, PAGE, &len, NULL );
    ok( ret && len == PAGE, "WriteFile: %lu bytes, error %lu\n", len, GetLastError() );
    ret = GetOverlappedResult( readers[0], &ov, &len, TRUE );
    ok( ret && len == PAGE, "ReadFile: %lu bytes, error %lu\n", len, GetLastError() );
    ok( !memcmp( addr, addr + PAGE, PAGE ), "wrong data\n" );
    CloseHandle( readers[0] );
    CloseHandle( writers[0] );
    CloseHandle( ov.hEvent );

    ret = CreatePipe( &readers[1], &writers[1], NULL, 0 );
    ok( ret && WriteFile( writers[1], addr + PAGE, 100, &len, NULL ), "error %lu\n", GetLastError() );
    ok( ReadFile( readers[1], addr + SIZE, 100, &len, NULL ) && len == 100, "error %lu\n", GetLastError() );
    ok( !memcmp( addr + SIZE, addr + PAGE, 100 ), "wrong data\n" );
    CloseHandle( readers[1] );
    CloseHandle( writers[1] );
    unmap_in( addr, 0 );
    free_works( addr + SIZE, 0, MEM_RELEASE );
    CloseHandle( section );
}

static void test_process_memory(void)
{
    DWORD words[2] = { 0 };
    HANDLE section, process;
    SIZE_T len;
    char *addr, *other;
    BOOL ret;

    if (!has_placeholders()) return;
    section = create_filled_section( PAGE_READWRITE, SIZE );
    process = own_handle( PROCESS_VM_READ | PROCESS_VM_WRITE | PROCESS_VM_OPERATION );
    addr = reserve( SIZE );
    map_in( section, addr, 0, SIZE, PAGE_READWRITE );
    other = map_all( section );
    ret = ReadProcessMemory( process, addr + PAGE, words, sizeof(words), &len );
    ok( ret && len == sizeof(words) && words[0] == test_word( PAGE ), "Got %d, %#lx, error %lu\n",
        ret, words[0], GetLastError() );
    words[0] = 0x12345678;
    ret = WriteProcessMemory( process, addr + PAGE, words, sizeof(words), &len );
    ok( ret && len == sizeof(words), "Got %d, error %lu\n", ret, GetLastError() );
    ok( word_at( addr, PAGE ) == 0x12345678, "got %#lx\n", word_at( addr, PAGE ));
    ok( word_at( other, PAGE ) == 0x12345678, "got %#lx\n", word_at( other, PAGE ));
    unmap( other );
    unmap_in( addr, 0 );
    CloseHandle( process );
    CloseHandle( section );
}

/* Code for a function that returns this number. */
static void write_code( char *code, DWORD number )
{
    code[0] = (char)0xb8;  /* mov eax, number */
    memcpy( code + 1, &number, sizeof(number) );
    code[5] = (char)0xc3;  /* ret */
}

static void test_execute(void)
{
    HANDLE section;
    enum kind kind;
    DWORD result, old;
    char *addr;

    if (!has_placeholders()) return;
    addr = reserve( 2 * SIZE );
    free_works( addr, SIZE, PRESERVE );
    for_each_kind( kind, section )
    {
        map_in( section, addr, 0, SIZE, PAGE_EXECUTE_READWRITE );
        write_code( addr + PAGE, 4711 + kind );
        ok( !probe_exec( addr + PAGE, &result ) && result == 4711u + kind, "got %lu\n", result );
        unmap_in( addr, MEM_PRESERVE_PLACEHOLDER );
        map_in( section, addr, 0, SIZE, PAGE_EXECUTE_READ );
        ok( !probe_exec( addr + PAGE, &result ) && result == 4711u + kind, "got %lu\n", result );
        ok( !is_writable( addr + PAGE ), "can be written\n" );
        ok( VirtualProtect( addr + PAGE, PAGE, PAGE_READONLY, &old ), "error %lu\n", GetLastError() );
        ok( probe_exec( addr + PAGE, &result ) == EXCEPTION_ACCESS_VIOLATION, "can be executed\n" );
        ok( VirtualProtect( addr + PAGE, PAGE, PAGE_EXECUTE, &old ), "error %lu\n", GetLastError() );
        ok( !probe_exec( addr + PAGE, &result ) && result == 4711u + kind, "got %lu\n", result );
        unmap_in( addr, MEM_PRESERVE_PLACEHOLDER );
        map_in( section, addr, 0, SIZE, PAGE_READWRITE );
        ok( probe_exec( addr + PAGE, &result ) == EXCEPTION_ACCESS_VIOLATION, "can be executed\n" );
        unmap_in( addr, MEM_PRESERVE_PLACEHOLDER );
    }
    alloc_in( addr, SIZE, MEM_RESERVE | MEM_COMMIT, PAGE_EXECUTE_READWRITE );
    write_code( addr, 1234 );
    ok( !probe_exec( addr, &result ) && result == 1234, "got %lu\n", result );
    free_works( addr, 0, MEM_RELEASE );
    free_works( addr + SIZE, 0, MEM_RELEASE );
}

/* The same section twice, side by side. */
static void test_ring(void)
{
    HANDLE section;
    enum kind kind;
    unsigned int i;
    char *addr;

    if (!has_placeholders()) return;
    for_each_kind( kind, section )
    {
        addr = reserve( 2 * SIZE );
        free_works( addr, SIZE, PRESERVE );
        map_in( section, addr, 0, SIZE, PAGE_READWRITE );
        map_in( section, addr + SIZE, 0, SIZE, PAGE_READWRITE );
        check_view( addr, SIZE, PAGE_READWRITE );
        check_view( addr + SIZE, SIZE, PAGE_READWRITE );
        for (i = 0; i < SIZE; i += PAGE)
        {
            fill_words( addr + SIZE - 8 + i % 16, i, 16 );
            ok( word_at( addr, SIZE - 8 + i % 16 ) == test_word( i ), "%#x: below\n", i );
            ok( !memcmp( addr, addr + SIZE, 16 ) && !memcmp( addr + SIZE - 16, addr + 2 * SIZE - 16, 16 ), "%#x: differ\n", i );
        }
        unmap_in( addr, 0 );
        unmap_in( addr + SIZE, 0 );
        check_hole( addr, 2 * SIZE );
    }
}

static void test_mapped_name(void)
{
    DWORD (WINAPI *pGetNameW)( HANDLE, void *, WCHAR *, DWORD );
    DWORD (WINAPI *pGetNameA)( HANDLE, void *, char *, DWORD );
    WCHAR name[MAX_PATH], native_name[MAX_PATH];
    HMODULE module = GetModuleHandleA( "kernelbase.dll" );
    char path[MAX_PATH], nameA[MAX_PATH], *addr, *view;
    HANDLE file, section, anonymous, process;
    DWORD len, native_len, err;

    if (!has_placeholders()) return;
    pGetNameW = (void *)GetProcAddress( module, "K32GetMappedFileNameW" );
    pGetNameA = (void *)GetProcAddress( module, "K32GetMappedFileNameA" );
    file = create_named_test_file( GENERIC_READ, SIZE, path );
    section = CreateFileMappingW( file, NULL, PAGE_READONLY, 0, 0, NULL );
    anonymous = create_section( PAGE_READWRITE, SIZE );
    addr = reserve( 3 * SIZE );
    free_works( addr, SIZE, PRESERVE );
    free_works( addr + SIZE, SIZE, PRESERVE );
    map_in( section, addr, 0, SIZE, PAGE_READONLY );
    map_in( anonymous, addr + SIZE, 0, SIZE, PAGE_READWRITE );
    view = MapViewOfFile( section, FILE_MAP_READ, 0, 0, 0 );
    process = own_handle( PROCESS_QUERY_INFORMATION );

    native_len = pGetNameW( GetCurrentProcess(), view, native_name, ARRAY_SIZE( native_name ));
    ok( native_len, "error %lu\n", GetLastError() );
    SetLastError( 0xdeadbeef );
    len = pGetNameW( GetCurrentProcess(), addr + PAGE + 1, name, ARRAY_SIZE( name ));
    ok( len == native_len && !memcmp( name, native_name, (len + 1) * sizeof(WCHAR) ), "Got %lu, expected %lu, error %lu\n",
        len, native_len, GetLastError() );
    len = pGetNameW( process, addr, name, ARRAY_SIZE( name ));
    ok( len == native_len && !memcmp( name, native_name, (len + 1) * sizeof(WCHAR) ), "by a handle: got %lu, error %lu\n",
        len, GetLastError() );
    len = pGetNameA( GetCurrentProcess(), addr, nameA, sizeof(nameA) );
    ok( len == native_len && strlen( nameA ) == len, "Got %lu, error %lu\n", len, GetLastError() );
    ok( strstr( nameA, strrchr( path, '\\' )) != NULL, "got %s for %s\n", nameA, path );

    /* too small a buffer */
    SetLastError( 0xdeadbeef );
    len = pGetNameW( GetCurrentProcess(), addr, name, 5 );
    err = GetLastError();
    SetLastError( 0xdeadbeef );
    native_len = pGetNameW( GetCurrentProcess(), view, native_name, 5 );
    ok( len == native_len && err == GetLastError(), "Got %lu, error %lu; expected %lu, error %lu\n",
        len, err, native_len, GetLastError() );

    /* no file */
    UnmapViewOfFile( view );
    view = map_all( anonymous );
    SetLastError( 0xdeadbeef );
    native_len = pGetNameW( GetCurrentProcess(), view, native_name, ARRAY_SIZE( native_name ));
    err = GetLastError();
    SetLastError( 0xdeadbeef );
    len = pGetNameW( GetCurrentProcess(), addr + SIZE, name, ARRAY_SIZE( name ));
    ok( !len && !native_len && GetLastError() == err, "Got %lu, error %lu, expected error %lu\n", len, GetLastError(), err );
    SetLastError( 0xdeadbeef );
    len = pGetNameW( GetCurrentProcess(), addr + 2 * SIZE, name, ARRAY_SIZE( name ));
    ok( !len && (GetLastError() == ERROR_UNEXP_NET_ERR || GetLastError() == ERROR_INVALID_ADDRESS),
        "placeholder: got %lu, error %lu\n", len, GetLastError() );
    SetLastError( 0xdeadbeef );
    len = pGetNameW( GetCurrentProcess(), addr, NULL, 10 );
    ok( !len && GetLastError() == ERROR_INVALID_PARAMETER, "Got %lu, error %lu\n", len, GetLastError() );

    UnmapViewOfFile( view );
    unmap_in( addr, 0 );
    unmap_in( addr + SIZE, 0 );
    free_works( addr + 2 * SIZE, 0, MEM_RELEASE );
    CloseHandle( process );
    CloseHandle( anonymous );
    CloseHandle( section );
    CloseHandle( file );
}

union working_set_block
{
    ULONG_PTR flags;
    struct
    {
        ULONG_PTR valid : 1;
        ULONG_PTR share_count : 3;
        ULONG_PTR protection : 11;
        ULONG_PTR shared : 1;
        ULONG_PTR node : 6;
        ULONG_PTR locked : 1;
        ULONG_PTR large_page : 1;
    } b;
};

static void test_working_set(void)
{
    BOOL (WINAPI *pQueryWorkingSetEx)( HANDLE, void *, DWORD );
    struct { void *addr; union working_set_block block; } info[5];
    HANDLE section, processes[2];
    enum kind kind;
    unsigned int i;
    char *addr;

    if (!has_placeholders() || ntdll_fails( "copies are taken for shared pages" )) return;
    pQueryWorkingSetEx = (void *)GetProcAddress( GetModuleHandleA( "kernelbase.dll" ), "K32QueryWorkingSetEx" );
    processes[0] = GetCurrentProcess();
    processes[1] = own_handle( PROCESS_QUERY_INFORMATION );
    addr = reserve( 4 * SIZE );
    for (i = 0; i < 3; i++) free_works( addr + i * SIZE, SIZE, PRESERVE );
    for_each_kind( kind, section )
    {
        map_in( section, addr, 0, SIZE, PAGE_READWRITE );
        map_in( section, addr + SIZE, 0, SIZE, PAGE_WRITECOPY );
        alloc_in( addr + 2 * SIZE, SIZE, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE );
        addr[PAGE] = 1;
        addr[SIZE + PAGE] = 1;
        (void)word_at( addr, SIZE + 2 * PAGE );
        addr[2 * SIZE] = 1;
        for (i = 0; i < 2; i++)
        {
            memset( info, 0, sizeof(info) );
            info[0].addr = addr + PAGE;             /* shared */
            info[1].addr = addr + SIZE + PAGE;      /* a copy */
            info[2].addr = addr + SIZE + 2 * PAGE;  /* not yet one */
            info[3].addr = addr + 2 * SIZE;         /* private */
            info[4].addr = addr + 3 * SIZE;         /* a placeholder */
            ok( pQueryWorkingSetEx( processes[i], info, sizeof(info) ), "error %lu\n", GetLastError() );
            ok( info[0].block.b.valid && info[0].block.b.shared && info[0].block.b.share_count &&
                info[0].block.b.protection == PAGE_READWRITE, "a shared page: %#Ix\n", info[0].block.flags );
            ok( info[1].block.b.valid && !info[1].block.b.shared && info[1].block.b.protection == PAGE_READWRITE,
                "a copy: %#Ix\n", info[1].block.flags );
            ok( info[2].block.b.valid && info[2].block.b.shared && info[2].block.b.protection == PAGE_WRITECOPY,
                "a page before it is copied: %#Ix\n", info[2].block.flags );
            ok( info[3].block.b.valid && !info[3].block.b.shared, "a private page: %#Ix\n", info[3].block.flags );
            ok( !info[4].block.b.valid, "a placeholder: %#Ix\n", info[4].block.flags );
        }
        unmap_in( addr, MEM_PRESERVE_PLACEHOLDER );
        unmap_in( addr + SIZE, MEM_PRESERVE_PLACEHOLDER );
        free_works( addr + 2 * SIZE, SIZE, PRESERVE );
    }
    free_works( addr, 4 * SIZE, COALESCE );
    free_works( addr, 0, MEM_RELEASE );
    CloseHandle( processes[1] );
}

static void test_nocache(void)
{
    HANDLE section;
    char *addr;

    if (!has_placeholders()) return;
    section = create_section( PAGE_READWRITE | SEC_COMMIT | SEC_NOCACHE, SIZE );
    addr = reserve( SIZE );
    map_in( section, addr, 0, SIZE, PAGE_READWRITE );
    check_view( addr, SIZE, PAGE_READWRITE | PAGE_NOCACHE );
    unmap_in( addr, 0 );
    CloseHandle( section );
}

/* Another process sees the section change, and reads and writes the view itself. */
static int child_shares( int argc, char **argv )
{
    HANDLE section = (HANDLE)(ULONG_PTR)strtoull( argv[0], NULL, 16 ), parent;
    DWORD pid = strtoul( argv[1], NULL, 16 ), word = 0;
    char *view = (char *)(ULONG_PTR)strtoull( argv[2], NULL, 16 ), *addr;

    (void)argc;
    addr = reserve( 2 * SIZE );
    free_works( addr, SIZE, PRESERVE );
    map_in( section, addr + SIZE, 0, SIZE, PAGE_READWRITE );
    ok( word_at( addr, SIZE + PAGE ) == test_word( PAGE ), "got %#lx\n", word_at( addr, SIZE + PAGE ));
    fill_words( addr + SIZE + PAGE, 0x9999, 4 );
    parent = OpenProcess( PROCESS_VM_READ | PROCESS_VM_WRITE | PROCESS_VM_OPERATION, FALSE, pid );
    ok( ReadProcessMemory( parent, view + PAGE, &word, sizeof(word), NULL ), "error %lu\n", GetLastError() );
    ok( word == test_word( 0x9999 ), "got %#lx\n", word );
    word = 0xabcdef;
    ok( WriteProcessMemory( parent, view + 2 * PAGE, &word, sizeof(word), NULL ), "error %lu\n", GetLastError() );
    ok( word_at( addr, SIZE + 2 * PAGE ) == word, "got %#lx\n", word_at( addr, SIZE + 2 * PAGE ));
    return 0;  /* everything is left to the system */
}

static void test_shared_with_child(void)
{
    HANDLE section, dup;
    enum kind kind;
    char *addr;

    if (!has_placeholders()) return;
    addr = reserve( SIZE );
    for_each_kind( kind, section )
    {
        map_in( section, addr, 0, SIZE, PAGE_READWRITE );
        DuplicateHandle( GetCurrentProcess(), section, GetCurrentProcess(), &dup, 0, TRUE, DUPLICATE_SAME_ACCESS );
        wait_child( start_child( "placeholder-shares", "%Ix %lx %Ix", (ULONG_PTR)dup, GetCurrentProcessId(),
                                 (ULONG_PTR)addr ));
        ok( word_at( addr, PAGE ) == test_word( 0x9999 ), "got %#lx\n", word_at( addr, PAGE ));
        ok( word_at( addr, 2 * PAGE ) == 0xabcdef, "got %#lx\n", word_at( addr, 2 * PAGE ));
        fill_words( addr, 0, SIZE );
        CloseHandle( dup );
        unmap_in( addr, MEM_PRESERVE_PLACEHOLDER );
    }
    free_works( addr, 0, MEM_RELEASE );
}

static const struct rule rules[] =
{
    { "1.14-kinds", "sections of all kinds with all protections", test_kinds },
    { "1.7-rights", "what a section's protection allows", test_rights },
    { "1.14-offsets", "offsets of 4 KiB", test_offsets },
    { "1.8-file-size", "a file of any size fits its pages", test_file_size },
    { "1.15-handles-closed", "a view outlives its handles", test_handles_closed },
    { "1.15-query", "VirtualQuery and VirtualQueryEx", test_query },
    { "1.7-protect", "every protection to every other", test_protect },
    { "1.7-protect-ranges", "parts of a view, and no more than one", test_protect_ranges },
    { "1.7-guard", "guard pages", test_guard },
    { "1.7-write-copy", "copy-on-write views", test_write_copy },
    { "1.7-read-only-to-copy", "read-only pages that become copies", test_read_only_to_copy },
    { "1.10-commit", "VirtualAlloc on a view", test_commit },
    { "1.10-reserved-section", "pages that are committed later", test_reserved_section },
    { "1.15-lock", "VirtualLock and VirtualUnlock", test_lock },
    { "1.15-flush", "FlushViewOfFile", test_flush },
    { "1.15-unmap-inside", "any address names the view", test_unmap_inside },
    { "1.15-file-io", "ReadFile and WriteFile", test_file_io },
    { "1.15-process-memory", "ReadProcessMemory and WriteProcessMemory", test_process_memory },
    { "1.14-execute", "code in a view", test_execute },
    { "1.14-ring", "one section twice, side by side", test_ring },
    { "1.15-mapped-name", "GetMappedFileName", test_mapped_name },
    { "1.15-working-set", "QueryWorkingSetEx", test_working_set },
    { "1.15-nocache", "a section without a cache", test_nocache },
    { "1.15-shared-with-child", "another process", test_shared_with_child },
    { NULL, NULL, NULL }
};

static const struct child children[] =
{
    { "placeholder-shares", child_shares },
    { NULL, NULL }
};

const struct test_file file_replaced = { "replaced", rules, children };
