/*
 * 32-bit programs: their address space, and 64-bit ones beside them
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "test.h"

#define SECTION_SIZE 0x40000

/* What lies behind the end of this program's addresses may be addresses of other programs. */
static void test_own_limit(void)
{
    static const SIZE_T beyond[] = { 0, GRANULARITY, 0x1000000 };
    HANDLE section = create_section( PAGE_READWRITE, SECTION_SIZE );
    struct map_args args = map_args( section );
    const struct mapper *m;
    unsigned int i;
    char *base;
    void *addr;

    for (i = 0; i < ARRAY_SIZE( beyond ); i++)
    {
        base = (char *)user_limit() + beyond[i];
        if ((ULONG_PTR)base < user_limit()) break;
        winetest_push_context( "%p", base );
        args.base = base;
        for_each_mapper( m, TAKES_BASE ) map_fails_or( m, &args, ERROR_INVALID_PARAMETER, ERROR_INVALID_ADDRESS );
        SetLastError( 0xdeadbeef );
        addr = VirtualAlloc( base, PAGE, MEM_RESERVE, PAGE_NOACCESS );
        ok( !addr && GetLastError() == ERROR_INVALID_PARAMETER, "VirtualAlloc: got %p, error %lu\n", addr, GetLastError() );
        if (pVirtualAlloc2)
        {
            addr = pVirtualAlloc2( NULL, base, PAGE, MEM_RESERVE | MEM_RESERVE_PLACEHOLDER, PAGE_NOACCESS, NULL, 0 );
            ok( !addr, "a placeholder: got %p\n", addr );
        }
        winetest_pop_context();
    }
    CloseHandle( section );
}

/* A section that is larger than the address space of a 32-bit program can be mapped in parts. */
static void test_larger_section(void)
{
    const ULONG64 size = 0x140000000, offset = 0x130000000;
    HANDLE section = create_section( PAGE_READWRITE | SEC_RESERVE, size );
    struct map_args args = map_args( section );
    const struct mapper *m;
    char *view;

    for_each_mapper( m, 0 )
    {
        args.offset = offset;
        args.size = PAGE;
        view = map_works( m, &args );
        unmap( view );
        if (sizeof(void *) > 4) continue;
        args.size = 0;
        view = map_works( m, &args );
        unmap( view );
        args.offset = 0;
        map_fails_or( m, &args, ERROR_NOT_ENOUGH_MEMORY, ERROR_INVALID_PARAMETER );
        args.size = 0xf0000000;
        map_fails_or( m, &args, ERROR_NOT_ENOUGH_MEMORY, ERROR_INVALID_PARAMETER );
    }
    CloseHandle( section );
}

/* The whole address space can be used: above 2 GiB when the program says that it can do with that. */
static void test_upper_addresses(void)
{
    const ULONG_PTR start = user_limit() > 0x80000000 ? 0x90000000 : 0x40000000, end = start + 0x10000000;
    HANDLE section = create_filled_section( PAGE_READWRITE, SECTION_SIZE );
    struct map_args args = map_args( section );
    MEM_ADDRESS_REQUIREMENTS req = { (void *)start, (void *)(end - 1), 0 };
    MEM_EXTENDED_PARAMETER param;
    const struct mapper *m;
    char *view;

    memset( &param, 0, sizeof(param) );
    param.Type = PARAM_ADDRESS_REQUIREMENTS;
    param.Pointer = &req;
    args.params = &param;
    args.count = 1;
    for_each_mapper( m, TAKES_PARAMS )
    {
        view = map_works( m, &args );
        ok( (ULONG_PTR)view >= start && (ULONG_PTR)view + SECTION_SIZE <= end, "got %p\n", view );
        if (!view) continue;
        check_view( view, SECTION_SIZE, PAGE_READWRITE );
        ok( word_at( view, PAGE ) == test_word( PAGE ), "got %#lx\n", word_at( view, PAGE ));
        unmap( view );
    }
    CloseHandle( section );
}

/* Programs may use a segment register that the system's parts need when a page faults. */
#ifdef __i386__

static BYTE read_without_gs( const void *addr )
{
    BYTE value;

    __asm__ volatile( "pushl %%gs\n\t"
                      "xorl %%ecx,%%ecx\n\t"
                      "movw %%cx,%%gs\n\t"
                      "movb (%1),%0\n\t"
                      "popl %%gs"
                      : "=q" (value) : "r" (addr) : "ecx", "memory" );
    return value;
}

static int child_commit( int argc, char **argv )
{
    HANDLE section = (HANDLE)(ULONG_PTR)_strtoui64( argv[0], NULL, 16 );
    char *view = map_all( section );

    (void)argc;
    ok( VirtualAlloc( view + PAGE, PAGE, MEM_COMMIT, PAGE_READWRITE ) != NULL, "error %lu\n", GetLastError() );
    view[PAGE] = 42;
    return 0;
}

static void test_segment_register(void)
{
    HANDLE section = create_section( PAGE_READWRITE | SEC_RESERVE, SECTION_SIZE );
    char *view = map_all( section );
    BYTE value;

    SetHandleInformation( section, HANDLE_FLAG_INHERIT, HANDLE_FLAG_INHERIT );
    wait_child( start_child( "bits-commit", "%p", section ));
    value = read_without_gs( view + PAGE );
    ok( value == 42, "got %u\n", value );
    unmap( view );
    CloseHandle( section );
}

#else

static int child_commit( int argc, char **argv )
{
    (void)argc;
    (void)argv;
    return 2;
}

static void test_segment_register(void)
{
    skip( "for 32-bit programs\n" );
}

#endif

/* ---- the other kind of program ---- */

static int child_idle( int argc, char **argv )
{
    HANDLE event = (HANDLE)(ULONG_PTR)_strtoui64( argv[0], NULL, 16 );

    (void)argc;
    return WaitForSingleObject( event, 60000 ) ? 3 : 0;
}

struct other
{
    HANDLE process, event;
};

static BOOL start_other( struct other *o )
{
    SECURITY_ATTRIBUTES sa = { sizeof(sa), NULL, TRUE };

    if (!pMapViewOfFileNuma2 || !pMapViewOfFile3 || !pUnmapViewOfFile2 || !pVirtualAlloc2)
    {
        win_skip( "no functions for other processes\n" );
        return FALSE;
    }
    o->event = CreateEventW( &sa, TRUE, FALSE, NULL );
    if ((o->process = start_other_child( "bits-idle", "%p", o->event ))) return TRUE;
    skip( "the test program for the other kind is not there\n" );
    CloseHandle( o->event );
    return FALSE;
}

/* it is as well as ever */
static void stop_other( struct other *o )
{
    SetEvent( o->event );
    wait_child( o->process );
    CloseHandle( o->event );
}

static void test_other_views(void)
{
    static const ULONG types[] = { 0, MEM_TOP_DOWN };
    static const ULONG_PTR bases[] = { ZONE( 0x30 ), USER_END, SYSTEM_ADDRESS & ~(ULONG_PTR)0xffff };
    HANDLE section = create_filled_section( PAGE_READWRITE, SECTION_SIZE );
    struct map_args args = map_args( section );
    MEMORY_BASIC_INFORMATION info;
    const struct mapper *m;
    struct other other;
    unsigned int i;
    char buffer[16];
    char *view;
    SIZE_T len;
    DWORD err;

    if (!start_other( &other )) return;
    args.process = other.process;
    for_each_mapper( m, TAKES_PROTECT )
    {
        for (i = 0; i < ARRAY_SIZE( types ); i++)
        {
            args.alloc_type = types[i];
            view = map_view( m, &args, &err );
            ok( view || broken( err != 0 ), "type %#lx: error %lu\n", types[i], err );
            if (!view) continue;
            memset( &info, 0, sizeof(info) );
            ok( VirtualQueryEx( other.process, view, &info, sizeof(info) ) == sizeof(info), "error %lu\n", GetLastError() );
            ok( info.AllocationBase == view && info.RegionSize == SECTION_SIZE && info.Type == MEM_MAPPED,
                "%p: got %p, size %#Ix, type %#lx\n", view, info.AllocationBase, info.RegionSize, info.Type );
            ok( ReadProcessMemory( other.process, view + PAGE, buffer, sizeof(buffer), &len ) &&
                word_at( buffer, 0 ) == test_word( PAGE ), "%p: got %#lx, error %lu\n", view, word_at( buffer, 0 ),
                GetLastError() );
            ok( pUnmapViewOfFile2( other.process, view, 0 ), "%p: error %lu\n", view, GetLastError() );
        }
        args.alloc_type = 0;
        for (i = 0; i < ARRAY_SIZE( bases ); i++)
        {
            args.base = (void *)bases[i];
            view = map_view( m, &args, &err );
            ok( view ? view == args.base : err && err != 0xdeadbeef, "%p: got %p, error %lu\n", args.base, view, err );
            ok( !view || (ULONG64)(ULONG_PTR)view < 0x100000000, "%p is no address of a 32-bit program\n", view );
            if (view) ok( pUnmapViewOfFile2( other.process, view, 0 ), "%p: error %lu\n", view, GetLastError() );
        }
        args.base = NULL;
    }
    stop_other( &other );
    CloseHandle( section );
}

static void test_other_memory(void)
{
    static const ULONG types[] = { 0, MEM_TOP_DOWN };
    struct other other;
    char buffer[16];
    unsigned int i;
    SIZE_T len;
    char *mem;
    DWORD old;

    if (!start_other( &other )) return;
    for (i = 0; i < 2 * ARRAY_SIZE( types ); i++)
    {
        const ULONG type = MEM_RESERVE | MEM_COMMIT | types[i / 2];

        if (i & 1) mem = pVirtualAlloc2( other.process, NULL, 2 * PAGE, type, PAGE_READWRITE, NULL, 0 );
        else mem = VirtualAllocEx( other.process, NULL, 2 * PAGE, type, PAGE_READWRITE );
        ok( mem != NULL, "%u: error %lu\n", i, GetLastError() );
        ok( WriteProcessMemory( other.process, mem + PAGE, "hello", 6, &len ) &&
            ReadProcessMemory( other.process, mem + PAGE, buffer, 6, &len ) && !strcmp( buffer, "hello" ),
            "%u: %p is not there, error %lu\n", i, mem, GetLastError() );
        ok( VirtualProtectEx( other.process, mem, PAGE, PAGE_READONLY, &old ) && old == PAGE_READWRITE,
            "%u: error %lu, old %#lx\n", i, GetLastError(), old );
        ok( VirtualFreeEx( other.process, mem, 0, MEM_RELEASE ), "%u: %p: error %lu\n", i, mem, GetLastError() );
    }
    stop_other( &other );
}

/* Windows can do it; here what has to be done by the other process is refused. */
static void test_other_placeholders(void)
{
    HANDLE section = create_section( PAGE_READWRITE, SECTION_SIZE );
    struct other other;
    char *addr, *view;

    if (!start_other( &other )) return;
    SetLastError( 0xdeadbeef );
    addr = pVirtualAlloc2( other.process, NULL, SECTION_SIZE, MEM_RESERVE | MEM_RESERVE_PLACEHOLDER, PAGE_NOACCESS,
                           NULL, 0 );
    ok( addr || GetLastError() == ERROR_NOT_SUPPORTED, "error %lu\n", GetLastError() );
    if (addr)
    {
        view = pMapViewOfFile3( section, other.process, addr, 0, SECTION_SIZE, MEM_REPLACE_PLACEHOLDER, PAGE_READWRITE,
                                NULL, 0 );
        ok( view == addr, "got %p, expected %p, error %lu\n", view, addr, GetLastError() );
        ok( pUnmapViewOfFile2( other.process, view, 0 ), "error %lu\n", GetLastError() );
    }
    stop_other( &other );
    CloseHandle( section );
}

static const struct rule rules[] =
{
    { "B1-own-limit", "the end of this program's addresses", test_own_limit },
    { "1.8-larger-section", "a section that is larger than the address space", test_larger_section },
    { "1.11-upper-addresses", "the upper half of the address space", test_upper_addresses },
    { "B9-segment-register", "a fault while a segment register is the program's", test_segment_register },
    { "1.15-other-views", "views in a program of the other kind", test_other_views },
    { "1.15-other-memory", "memory of a program of the other kind", test_other_memory },
    { "1.14-other-placeholders", "placeholders in a program of the other kind", test_other_placeholders },
    { NULL, NULL, NULL }
};

static const struct child children[] =
{
    { "bits-commit", child_commit },
    { "bits-idle", child_idle },
    { NULL, NULL }
};

const struct test_file file_bits = { "bits", rules, children };
