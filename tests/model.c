/*
 * Random operations on placeholders, compared with a model of the address space
 *
 * The model is a table with a line for each page of a window in a large placeholder. Each
 * operation is first made on the table, which tells its result, then in earnest; after each one
 * VirtualQuery and the contents of pages are compared at some addresses, and now and then everywhere.
 *
 * The default run takes some seconds. More, or the same again:
 *   mapview_test.exe --timeout 3600 --operations 1000000 --seed 12345 model
 * (or MAPVIEW_OPERATIONS and MAPVIEW_SEED in the environment). The seed is printed; a run with the
 * same seed makes the same operations.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "placeholder.h"

#define PAGES          1536            /* of the window */
#define BLOCK          16              /* pages that allocations without a placeholder are aligned to */
#define RESERVATION    ((SIZE_T)192 << 20)
#define WINDOW         (((SIZE_T)64 << 20) - PAGES / 2 * PAGE)  /* its offset; where it ends the system's parts may, too */
#define SECTION_PAGES  256
#define DEFAULT_TIME   3000            /* ms */

enum kind { HOLE, PLACEHOLDER, PRIVATE, VIEW };

struct page
{
    enum kind kind;
    int       start, end;              /* of the allocation, in pages */
    BOOL      placeholder;             /* made from one */
    DWORD     alloc_protect;
    BOOL      committed;
    DWORD     protect;                 /* as it was set */
    BOOL      guard;
    BOOL      written;                 /* a copy-on-write page that has been */
    DWORD     content;                 /* of private and written pages: the first word */
    int       section, section_page;
};

struct section
{
    HANDLE    handle;
    BOOL      is_file, is_reserved;
    BOOL      committed[SECTION_PAGES];
    DWORD     content[SECTION_PAGES];
};

static struct page pages[PAGES];
static struct section sections[3];
static char *window;
static ULONG64 seed, operation;
static DWORD next_content;
static char description[200];
static BOOL failed;

static DWORD random( DWORD limit )
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (seed >> 16) % limit;
}

static BOOL one_in( DWORD n )
{
    return !random( n );
}

static void describe( const char *fmt, ... ) PRINTF_ATTR( 1, 2 );
static void describe( const char *fmt, ... )
{
    va_list args;

    va_start( args, fmt );
    vsnprintf( description, sizeof(description), fmt, args );
    va_end( args );
}

static void check( BOOL cond, const char *fmt, ... ) PRINTF_ATTR( 2, 3 );
static void check( BOOL cond, const char *fmt, ... )
{
    char text[300];
    va_list args;

    if (cond || failed) return;
    va_start( args, fmt );
    vsnprintf( text, sizeof(text), fmt, args );
    va_end( args );
    failed = TRUE;
    ok( 0, "operation %I64u: %s: %s\n", operation, description, text );
}

/* what a protection lets do with pages that others see, too: 1 read, 2 write, 4 execute */
static unsigned int get_use( DWORD protect )
{
    switch (protect)
    {
    case PAGE_READONLY: case PAGE_WRITECOPY: return 1;
    case PAGE_READWRITE: return 3;
    case PAGE_EXECUTE: case PAGE_EXECUTE_READ: case PAGE_EXECUTE_WRITECOPY: return 5;
    case PAGE_EXECUTE_READWRITE: return 7;
    }
    return 0;
}

static BOOL is_write_copy( DWORD protect )
{
    return protect == PAGE_WRITECOPY || protect == PAGE_EXECUTE_WRITECOPY;
}

static BOOL is_committed( const struct page *p )
{
    if (p->kind == PRIVATE) return p->committed;
    if (p->kind == VIEW) return !sections[p->section].is_reserved || sections[p->section].committed[p->section_page];
    return FALSE;
}

/* what VirtualQuery calls it */
static DWORD reported_protect( const struct page *p )
{
    DWORD protect = p->protect;

    if (p->kind == HOLE) return PAGE_NOACCESS;
    if (!is_committed( p )) return 0;
    if (p->written && protect == PAGE_WRITECOPY) protect = PAGE_READWRITE;
    if (p->written && protect == PAGE_EXECUTE_WRITECOPY) protect = PAGE_EXECUTE_READWRITE;
    return p->guard ? protect | PAGE_GUARD : protect;
}

static DWORD reported_state( const struct page *p )
{
    return p->kind == HOLE ? MEM_FREE : is_committed( p ) ? MEM_COMMIT : MEM_RESERVE;
}

static void compare_query( int page )
{
    const struct page *p = &pages[page];
    MEMORY_BASIC_INFORMATION info;
    int end;

    memset( &info, 0xcc, sizeof(info) );
    check( VirtualQuery( window + page * (SIZE_T)PAGE + random( PAGE ), &info, sizeof(info) ) == sizeof(info),
           "VirtualQuery of page %d fails, error %lu", page, GetLastError() );
    for (end = page + 1; end < PAGES; end++)
    {
        if (p->kind == HOLE ? pages[end].kind != HOLE : end >= p->end) break;
        if (reported_state( &pages[end] ) != reported_state( p ) || reported_protect( &pages[end] ) != reported_protect( p ))
            break;
    }
    check( info.BaseAddress == window + page * (SIZE_T)PAGE, "page %d: BaseAddress %p", page, info.BaseAddress );
    check( info.State == reported_state( p ), "page %d: State %#lx, expected %#lx", page, info.State, reported_state( p ));
    check( info.Protect == reported_protect( p ), "page %d: Protect %#lx, expected %#lx", page, info.Protect,
           reported_protect( p ));
    check( info.RegionSize == (end - page) * (SIZE_T)PAGE, "page %d: %#Ix pages, expected %#x", page,
           info.RegionSize / PAGE, end - page );
    if (p->kind == HOLE)
    {
        check( !info.AllocationBase && !info.AllocationProtect && !info.Type, "page %d: a hole with %p, %#lx, %#lx", page,
               info.AllocationBase, info.AllocationProtect, info.Type );
        return;
    }
    check( info.AllocationBase == window + p->start * (SIZE_T)PAGE, "page %d: AllocationBase %p, expected %p", page,
           info.AllocationBase, window + p->start * (SIZE_T)PAGE );
    check( info.AllocationProtect == p->alloc_protect, "page %d: AllocationProtect %#lx, expected %#lx", page,
           info.AllocationProtect, p->alloc_protect );
    check( info.Type == (p->kind == VIEW ? MEM_MAPPED : MEM_PRIVATE), "page %d: Type %#lx", page, info.Type );
}

static DWORD *content_of( struct page *p )
{
    return p->kind == VIEW && !p->written ? &sections[p->section].content[p->section_page] : &p->content;
}

/* read a page, and write it when that is to work */
static void compare_content( int page )
{
    struct page *p = &pages[page];
    DWORD *addr = (DWORD *)(window + page * (SIZE_T)PAGE);
    BOOL can_write;
    BYTE byte;

    /* the first touch of reserved pages of a section is another matter (B9) */
    if (p->kind == VIEW && !is_committed( p )) return;
    if (!is_committed( p ) || p->kind < PRIVATE || !get_use( p->protect ))
    {
        DWORD code = probe_read( addr, &byte );

        check( code == EXCEPTION_ACCESS_VIOLATION, "page %d: reading it gets %#lx", page, code );
        return;
    }
    if (p->guard)
    {
        check( probe_read( addr, &byte ) == STATUS_GUARD_PAGE_VIOLATION, "page %d is not guarded", page );
        p->guard = FALSE;
    }
    check( !probe_read( addr, &byte ), "page %d cannot be read", page );
    if (failed) return;
    check( *addr == *content_of( p ), "page %d: contents %#lx, expected %#lx", page, *addr, *content_of( p ));

    can_write = (get_use( p->protect ) & 2) || is_write_copy( p->protect );
    if (!one_in( 3 ) && can_write) return;
    check( (probe_write( addr, byte ) == 0) == can_write, "page %d: to write is wrong", page );
    if (!can_write || failed) return;
    if (is_write_copy( p->protect )) p->written = TRUE;
    *addr = *content_of( p ) = ++next_content;
}

static void compare_somewhere( int first, int last )
{
    int around[6], i;

    around[0] = first;
    around[1] = last;
    around[2] = max( first - 1, 0 );
    around[3] = min( last + 1, PAGES - 1 );
    around[4] = random( PAGES );
    around[5] = random( PAGES );
    for (i = 0; i < 6 && !failed; i++) compare_query( around[i] );
    compare_content( around[random( 6 )] );
    compare_query( random( PAGES ));
}

static void compare_everywhere(void)
{
    int i;

    for (i = 0; i < PAGES && !failed; i++)
    {
        compare_query( i );
        compare_content( i );
    }
}

static void set_pages( int start, int end, enum kind kind, DWORD protect, BOOL placeholder, BOOL committed )
{
    int i;

    for (i = start; i < end; i++)
    {
        struct page *p = &pages[i];

        memset( p, 0, sizeof(*p) );
        p->kind = kind;
        p->start = start;
        p->end = end;
        p->alloc_protect = p->protect = protect;
        p->placeholder = placeholder;
        p->committed = committed;
    }
}

/* a part of an allocation becomes one of its own, and so does what is left on either side */
static void isolate( int start, int end )
{
    int i, first = pages[start].start, last = pages[start].end;

    for (i = first; i < last; i++)
    {
        pages[i].start = i < start ? first : i < end ? start : end;
        pages[i].end = i < start ? start : i < end ? end : last;
    }
}

/* addresses: mostly of what is there, sometimes anything */

static void pick_range( int *start, int *end )
{
    const struct page *p = &pages[*start = random( PAGES )];

    if (p->kind == HOLE || one_in( 8 )) *end = *start + 1 + random( min( PAGES - *start, 64 ));
    else if (one_in( 3 ))
    {
        *start = p->start;
        *end = p->end;
    }
    else
    {
        if (one_in( 3 )) *start = p->start;
        *end = *start + 1 + random( p->end - *start );
    }
}

static void pick_kind( enum kind kind, int *start, int *end )
{
    int tries;

    for (tries = 0; tries < 10; tries++)
    {
        pick_range( start, end );
        if (pages[*start].kind == kind) return;
    }
}

static void pick_whole( enum kind kind, int *start, int *end )
{
    pick_kind( kind, start, end );
    if (pages[*start].kind != kind || one_in( 16 )) return;
    *end = pages[*start].end;
    *start = pages[*start].start;
}

static char *address( int page )
{
    return window + page * (SIZE_T)PAGE;
}

static SIZE_T length( int start, int end )
{
    return (end - start) * (SIZE_T)PAGE;
}

static void check_result( BOOL worked, DWORD expected )
{
    DWORD error = GetLastError();

    if (expected) check( !worked && error == expected, "got %d, error %lu, expected error %lu", worked, error, expected );
    else check( worked, "got %d, error %lu", worked, error );
}

static DWORD private_protect(void)
{
    static const DWORD protections[] = { PAGE_NOACCESS, PAGE_READONLY, PAGE_READWRITE, PAGE_READWRITE, PAGE_READWRITE,
                                         PAGE_EXECUTE_READ, PAGE_EXECUTE_READWRITE, PAGE_EXECUTE };

    return protections[random( ARRAY_SIZE( protections ))];
}

static DWORD view_protect(void)
{
    static const DWORD protections[] = { PAGE_NOACCESS, PAGE_READONLY, PAGE_READWRITE, PAGE_READWRITE, PAGE_WRITECOPY,
                                         PAGE_WRITECOPY, PAGE_EXECUTE_READ, PAGE_EXECUTE_READWRITE,
                                         PAGE_EXECUTE_WRITECOPY };

    return protections[random( ARRAY_SIZE( protections ))];
}

/* the operations; each returns the pages to look at */

static void do_split( int *start, int *end )
{
    const struct page *p;
    DWORD error = 0;

    pick_kind( one_in( 3 ) ? PRIVATE : PLACEHOLDER, start, end );
    p = &pages[*start];
    describe( "split %d-%d", *start, *end );
    if (p->kind == HOLE) error = ERROR_INVALID_ADDRESS;
    else if (p->kind == VIEW || *end > p->end) error = ERROR_INVALID_PARAMETER;
    else if (!p->placeholder) error = ERROR_INVALID_ADDRESS;
    else if (p->kind == PLACEHOLDER && *start == p->start && *end == p->end) error = ERROR_INVALID_ADDRESS;
    SetLastError( 0xdeadbeef );
    check_result( VirtualFree( address( *start ), length( *start, *end ), PRESERVE ), error );
    if (error) return;
    isolate( *start, *end );
    set_pages( *start, *end, PLACEHOLDER, PAGE_NOACCESS, TRUE, FALSE );
}

static void do_coalesce( int *start, int *end )
{
    DWORD error = 0;
    int i, count = 0;

    pick_whole( PLACEHOLDER, start, end );
    while (*end < PAGES && pages[*end].kind == PLACEHOLDER && !one_in( 4 )) *end = pages[*end].end;
    describe( "coalesce %d-%d", *start, *end );
    for (i = *start; i < *end; i++)
    {
        if (pages[i].kind != PLACEHOLDER) error = ERROR_INVALID_ADDRESS;
        count += pages[i].start == i;
    }
    if (pages[*start].start != *start || pages[*end - 1].end != *end || count < 2) error = ERROR_INVALID_ADDRESS;
    if (pages[*start].kind == VIEW) error = ERROR_INVALID_PARAMETER;
    SetLastError( 0xdeadbeef );
    check_result( VirtualFree( address( *start ), length( *start, *end ), COALESCE ), error );
    if (!error) set_pages( *start, *end, PLACEHOLDER, PAGE_NOACCESS, TRUE, FALSE );
}

static void do_replace_private( int *start, int *end )
{
    BOOL commit = !one_in( 3 );
    DWORD error = 0, protect = private_protect();
    const struct page *p;
    void *ret;

    pick_whole( PLACEHOLDER, start, end );
    p = &pages[*start];
    describe( "replace %d-%d by private memory, protection %#lx, commit %d", *start, *end, protect, commit );
    if (p->kind == HOLE) error = ERROR_INVALID_PARAMETER;
    else if (p->start != *start || p->end != *end) error = ERROR_INVALID_ADDRESS;
    else if (p->kind != PLACEHOLDER) error = ERROR_INVALID_PARAMETER;
    SetLastError( 0xdeadbeef );
    ret = pVirtualAlloc2( NULL, address( *start ), length( *start, *end ),
                          MEM_RESERVE | MEM_REPLACE_PLACEHOLDER | (commit ? MEM_COMMIT : 0), protect, NULL, 0 );
    check_result( ret == address( *start ), error );
    if (!error) set_pages( *start, *end, PRIVATE, protect, TRUE, commit );
}

static void set_view( int start, int end, int section, int offset, DWORD protect, BOOL placeholder )
{
    int i;

    set_pages( start, end, VIEW, protect, placeholder, FALSE );
    for (i = start; i < end; i++)
    {
        pages[i].section = section;
        pages[i].section_page = offset + i - start;
    }
}

static void do_replace_view( int *start, int *end )
{
    DWORD error = 0, protect = view_protect();
    int section = random( ARRAY_SIZE( sections )), offset;
    const struct page *p;
    void *ret;

    pick_whole( PLACEHOLDER, start, end );
    if (*end - *start > SECTION_PAGES - 1) *end = *start + SECTION_PAGES - 1;
    offset = random( SECTION_PAGES - (*end - *start) );  /* the last page is never used, see B3 */
    p = &pages[*start];
    describe( "replace %d-%d by a view of section %d at page %d, protection %#lx", *start, *end, section, offset, protect );
    if (p->kind != PLACEHOLDER || p->start != *start || p->end != *end) error = ERROR_INVALID_ADDRESS;
    SetLastError( 0xdeadbeef );
    ret = pMapViewOfFile3( sections[section].handle, NULL, address( *start ), offset * (ULONG64)PAGE,
                           length( *start, *end ), MEM_REPLACE_PLACEHOLDER, protect, NULL, 0 );
    check_result( ret == address( *start ), error );
    if (!error) set_view( *start, *end, section, offset, protect, TRUE );
}

static void do_unmap( int *start, int *end )
{
    BOOL preserve = !one_in( 4 );
    DWORD error = 0;
    struct page p;

    pick_kind( VIEW, start, end );
    p = pages[*start];
    describe( "unmap at %d, preserve %d", *start, preserve );
    if (p.kind != VIEW || (preserve && !p.placeholder)) error = ERROR_INVALID_ADDRESS;
    SetLastError( 0xdeadbeef );
    check_result( pUnmapViewOfFileEx( address( *start ) + random( PAGE ), preserve ? MEM_PRESERVE_PLACEHOLDER : 0 ), error );
    if (error) return;
    if (preserve) set_pages( p.start, p.end, PLACEHOLDER, PAGE_NOACCESS, TRUE, FALSE );
    else set_pages( p.start, p.end, HOLE, 0, FALSE, FALSE );
    *start = p.start;
    *end = p.end;
}

static void do_release( int *start, int *end )
{
    const struct page *p;
    DWORD error = 0;
    int last;

    pick_whole( one_in( 2 ) ? PRIVATE : PLACEHOLDER, start, end );
    p = &pages[*start];
    last = p->end;
    describe( "release %d", *start );
    if (p->kind == HOLE) error = ERROR_INVALID_ADDRESS;
    else if (p->kind == VIEW) error = ERROR_INVALID_PARAMETER;
    else if (*start != p->start) error = ERROR_INVALID_ADDRESS;
    SetLastError( 0xdeadbeef );
    check_result( VirtualFree( address( *start ), 0, MEM_RELEASE ), error );
    if (!error) set_pages( *start, last, HOLE, 0, FALSE, FALSE );
}

static void do_decommit( int *start, int *end )
{
    const struct page *p;
    DWORD error = 0;
    int i;

    pick_kind( PRIVATE, start, end );
    p = &pages[*start];
    describe( "decommit %d-%d", *start, *end );
    if (p->kind == HOLE) error = ERROR_INVALID_ADDRESS;
    else if (p->kind == VIEW || *end > p->end) error = ERROR_INVALID_PARAMETER;
    SetLastError( 0xdeadbeef );
    check_result( VirtualFree( address( *start ), length( *start, *end ), MEM_DECOMMIT ), error );
    for (i = *start; !error && i < *end; i++)
    {
        pages[i].committed = pages[i].guard = FALSE;
        pages[i].content = 0;
    }
}

static BOOL is_compatible( const struct page *p, DWORD protect )
{
    return !(get_use( protect ) & ~get_use( p->alloc_protect ));
}

static void do_commit( int *start, int *end )
{
    const struct page *p;
    DWORD error = 0, protect;
    void *ret;
    int i;

    pick_kind( one_in( 3 ) ? VIEW : PRIVATE, start, end );
    p = &pages[*start];
    protect = p->kind == VIEW ? view_protect() : private_protect();
    if (p->kind == VIEW && is_write_copy( protect ) && (get_use( p->alloc_protect ) & 2)) protect = PAGE_READONLY;
    describe( "commit %d-%d, protection %#lx", *start, *end, protect );
    if (p->kind < PRIVATE || *end > p->end) error = ERROR_INVALID_ADDRESS;
    else if (p->kind == VIEW && sections[p->section].is_file) error = ERROR_ACCESS_DENIED;
    else if (p->kind == VIEW && !is_compatible( p, protect )) error = ERROR_INVALID_PARAMETER;
    SetLastError( 0xdeadbeef );
    ret = VirtualAlloc( address( *start ), length( *start, *end ), MEM_COMMIT, protect );
    check_result( ret == address( *start ), error );
    for (i = *start; !error && i < *end; i++)
    {
        pages[i].committed = TRUE;
        pages[i].protect = protect;
        pages[i].guard = FALSE;
        if (pages[i].kind == VIEW) sections[pages[i].section].committed[pages[i].section_page] = TRUE;
    }
}

static void do_protect( int *start, int *end )
{
    DWORD error = 0, protect, old = 0xdeadbeef, guard, expected;
    const struct page *p;
    BOOL ret;
    int i;

    pick_kind( one_in( 2 ) ? VIEW : PRIVATE, start, end );
    p = &pages[*start];
    protect = p->kind == VIEW ? view_protect() : private_protect();
    if (p->kind == VIEW && is_write_copy( protect ) && (get_use( p->alloc_protect ) & 2)) protect = PAGE_READONLY;
    guard = protect != PAGE_NOACCESS && one_in( 8 ) ? PAGE_GUARD : 0;
    describe( "protect %d-%d, %#lx", *start, *end, protect | guard );
    if (p->kind <= PLACEHOLDER || *end > p->end) error = ERROR_INVALID_ADDRESS;
    else if (p->kind == VIEW && !is_compatible( p, protect )) error = ERROR_INVALID_PARAMETER;
    for (i = *start; !error && i < *end; i++) if (!is_committed( &pages[i] )) error = ERROR_INVALID_ADDRESS;
    expected = reported_protect( p );
    SetLastError( 0xdeadbeef );
    ret = VirtualProtect( address( *start ), length( *start, *end ), protect | guard, &old );
    check_result( ret, error );
    if (error) return;
    check( old == expected, "old protection %#lx, expected %#lx", old, expected );
    for (i = *start; i < *end; i++)
    {
        pages[i].protect = protect;
        pages[i].guard = guard != 0;
    }
}

/* something new in a hole */
static void do_fill( int *start, int *end )
{
    DWORD error = 0, protect;
    int i, what = random( 3 ), section = 0, offset = 0;
    BOOL aligned = !one_in( 8 );
    void *ret;

    pick_kind( HOLE, start, end );
    *start = aligned ? (*start + BLOCK - 1) / BLOCK * BLOCK : *start;
    if (*start >= PAGES) *start = 0;
    *end = *start + 1 + random( 40 );
    *end = min( *end, PAGES );
    if (what == 2)
    {
        section = random( ARRAY_SIZE( sections ));
        offset = random( (SECTION_PAGES - 41) / BLOCK ) * BLOCK;
        if (*start % BLOCK) error = ERROR_MAPPED_ALIGNMENT;
    }
    else *start = *start / BLOCK * BLOCK;
    for (i = *start; !error && i < *end; i++) if (pages[i].kind != HOLE) error = ERROR_INVALID_ADDRESS;
    describe( "fill %d-%d with %d, section %d, page %d", *start, *end, what, section, offset );

    SetLastError( 0xdeadbeef );
    switch (what)
    {
    case 0:
        protect = private_protect();
        ret = VirtualAlloc( address( *start ), length( *start, *end ), MEM_RESERVE | MEM_COMMIT, protect );
        check_result( ret == address( *start ), error );
        if (!error) set_pages( *start, *end, PRIVATE, protect, FALSE, TRUE );
        break;
    case 1:
        ret = pVirtualAlloc2( NULL, address( *start ), length( *start, *end ), MEM_RESERVE | MEM_RESERVE_PLACEHOLDER,
                              PAGE_NOACCESS, NULL, 0 );
        check_result( ret == address( *start ), error );
        if (!error) set_pages( *start, *end, PLACEHOLDER, PAGE_NOACCESS, TRUE, FALSE );
        break;
    default:
        ret = MapViewOfFileEx( sections[section].handle, FILE_MAP_WRITE, 0, offset * PAGE, length( *start, *end ),
                               address( *start ) );
        check_result( ret == address( *start ), error );
        if (!error) set_view( *start, *end, section, offset, PAGE_READWRITE, FALSE );
        break;
    }
}

static void do_look( int *start, int *end )
{
    pick_range( start, end );
    describe( "look at %d-%d", *start, *end );
    compare_content( *start );
    compare_content( *end - 1 );
}

static const struct
{
    void       (*func)( int *start, int *end );
    unsigned int weight;
} operations[] =
{
    { do_split, 6 }, { do_coalesce, 4 }, { do_replace_private, 6 }, { do_replace_view, 8 }, { do_unmap, 5 },
    { do_release, 2 }, { do_decommit, 2 }, { do_commit, 3 }, { do_protect, 6 }, { do_fill, 4 }, { do_look, 4 },
};

static void run_operation(void)
{
    unsigned int i, total = 0, n;
    int start, end;

    for (i = 0; i < ARRAY_SIZE( operations ); i++) total += operations[i].weight;
    n = random( total );
    for (i = 0; n >= operations[i].weight; i++) n -= operations[i].weight;
    operations[i].func( &start, &end );
    compare_somewhere( start, end - 1 );
}

static ULONG64 get_setting( const char *name )
{
    char buffer[40];

    if (!GetEnvironmentVariableA( name, buffer, sizeof(buffer) )) return 0;
    return strtoull( buffer, NULL, 0 );
}

static BOOL begin_model(void)
{
    HANDLE file;
    char *base;
    unsigned int i;

    base = reserve( RESERVATION );
    if (!base) return FALSE;
    window = base + WINDOW;
    free_works( window, PAGES * PAGE, PRESERVE );
    set_pages( 0, PAGES, PLACEHOLDER, PAGE_NOACCESS, TRUE, FALSE );

    for (i = 0; i < ARRAY_SIZE( sections ); i++)
    {
        file = INVALID_HANDLE_VALUE;
        sections[i].is_file = i == 1;
        sections[i].is_reserved = i == 2;
        if (sections[i].is_file) file = create_test_file( GENERIC_READ | GENERIC_WRITE | GENERIC_EXECUTE, 0 );
        sections[i].handle = CreateFileMappingW( file, NULL, PAGE_EXECUTE_READWRITE | (i == 2 ? SEC_RESERVE : 0),
                                                 0, SECTION_PAGES * PAGE, NULL );
        if (sections[i].is_file) CloseHandle( file );
        ok( sections[i].handle != NULL, "no section, error %lu\n", GetLastError() );
    }
    return TRUE;
}

static void end_model(void)
{
    int i;

    describe( "the end" );
    compare_everywhere();
    for (i = 0; i < PAGES && !failed; i = pages[i].kind == HOLE ? i + 1 : pages[i].end)
    {
        if (pages[i].kind == VIEW) unmap_in( address( i ), 0 );
        else if (pages[i].kind != HOLE) free_works( address( i ), 0, MEM_RELEASE );
    }
    if (failed) return;
    check_hole( window, PAGES * PAGE );
    free_works( window - WINDOW, 0, MEM_RELEASE );
    free_works( window + PAGES * PAGE, 0, MEM_RELEASE );
    check_hole( window - WINDOW, RESERVATION );
    for (i = 0; i < (int)ARRAY_SIZE( sections ); i++) CloseHandle( sections[i].handle );
}

static void test_model(void)
{
    ULONG64 wanted = get_setting( "MAPVIEW_OPERATIONS" ), first_seed = get_setting( "MAPVIEW_SEED" );
    LARGE_INTEGER now;
    DWORD start;

    if (!has_placeholders() || ntdll_fails( "reserved pages that were protected differently are not one region" )) return;
    if (!begin_model()) return;
    QueryPerformanceCounter( &now );
    if (!first_seed) first_seed = now.QuadPart | 1;
    seed = first_seed;
    start = GetTickCount();
    for (operation = 1; !failed; operation++)
    {
        if (wanted ? operation > wanted : GetTickCount() - start > DEFAULT_TIME) break;
        run_operation();
        if (operation % 5000 == 0)
        {
            describe( "everything" );
            compare_everywhere();
        }
    }
    ok( !failed, "seed %I64u\n", first_seed );
    end_model();
    printf( "     model: %I64u operations, seed %I64u, %lu ms\n", operation - 1, first_seed, GetTickCount() - start );
    fflush( stdout );
}

static const struct rule rules[] =
{
    { "1.14-model", "random operations against a model of the address space", test_model },
    { NULL, NULL, NULL }
};

const struct test_file file_model = { "model", rules, NULL };
