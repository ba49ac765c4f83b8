/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Unit test of adopted ranges, with a small ntdll in place of the real one
 *
 * Random operations run against a table of pages.  Before each one works it is made to fail at the
 * first, second, third ... of the calls that it makes: after each failure everything has to be as it
 * was.  At the end nothing may be left over.
 *
 * Usage: adopted [OPERATIONS [SEED]]
 */

#include "config.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ntdll.h"
#include "wine/server.h"
#include "adopted.h"

#define PAGE_SIZE     0x1000
#define PAGES         192
#define RANGE_SIZE    ((UINT_PTR)130 << 20)
#define WINDOW        (((UINT_PTR)64 << 20) - PAGES / 2 * PAGE_SIZE)  /* across two reservations */
#define SECTION_PAGES 64
#define MAX_RANGES    3

enum { HOLE, PLACEHOLDER, PRIVATE, VIEW };

struct page
{
    int    kind, start, end;
    BOOL   placeholder, committed;
    UINT32 alloc_protect, protect;
    int    section, section_page;
};

static struct page pages[PAGES];
static HANDLE sections[3];
static BOOL section_committed[SECTION_PAGES];  /* of the one of reserved pages */
static UINT_PTR window;
static unsigned long long seed = 1;
static unsigned long operation, failures;
static const char *what;

static unsigned int random_below( unsigned int limit )
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (seed >> 16) % limit;
}

static void check_at( int line, BOOL cond, const char *text, int page )
{
    if (cond) return;
    fprintf( stderr, "adopted.c:%d: operation %lu (%s), page %d: %s; the call that failed: %s\n", line, operation, what,
             page, text, failed_call ? failed_call : "none" );
    abort();
}

#define check( cond, page ) check_at( __LINE__, cond, #cond, page )

static UINT_PTR address( int page )
{
    return window + page * (UINT_PTR)PAGE_SIZE;
}

static BOOL is_committed( const struct page *p )
{
    return p->kind == VIEW && p->section == 2 ? section_committed[p->section_page] : p->committed;
}

static void compare_page( int page )
{
    const struct page *p = &pages[page];
    MEMORY_BASIC_INFORMATION info;
    NTSTATUS status = 0;
    int end;

    if (!query_adopted_memory( address( page ), &info, &status )) check( FALSE, page );
    check( !status, page );
    for (end = page + 1; end < PAGES; end++)
    {
        if (p->kind == HOLE ? pages[end].kind != HOLE : end >= p->end) break;
        if (is_committed( p ) != is_committed( &pages[end] ) ||
            (is_committed( p ) && p->protect != pages[end].protect)) break;
    }
    check( info.BaseAddress == (void *)address( page ), page );
    check( info.RegionSize == (end - page) * (UINT_PTR)PAGE_SIZE, page );
    check( info.State == (p->kind == HOLE ? MEM_FREE : is_committed( p ) ? MEM_COMMIT : MEM_RESERVE), page );
    check( info.Protect == (p->kind == HOLE ? PAGE_NOACCESS : is_committed( p ) ? p->protect : 0), page );
    if (p->kind == HOLE) return;
    check( info.AllocationBase == (void *)address( p->start ), page );
    check( info.AllocationProtect == p->alloc_protect, page );
    check( info.Type == (p->kind == VIEW ? MEM_MAPPED : MEM_PRIVATE), page );
}

/* whether the host lets the page be read, which the kernel finds out */
static BOOL is_readable( int page )
{
    static int pipe_fds[2];
    char byte;

    if (!pipe_fds[1] && pipe( pipe_fds )) abort();
    if (write( pipe_fds[1], (void *)address( page ), 1 ) != 1) return FALSE;
    return read( pipe_fds[0], &byte, 1 ) == 1;
}

static void compare_access( int page )
{
    const struct page *p = &pages[page];

    if (p->kind == VIEW && p->section == 2 && is_committed( p )) return;  /* others open it when it faults */
    check( is_readable( page ) == (is_committed( p ) && p->protect != PAGE_NOACCESS), page );
}

static void compare_all(void)
{
    int i;

    for (i = 0; i < PAGES; i++) compare_page( i );
    for (i = 0; i < 8; i++) compare_access( random_below( PAGES ));
}

static void set_pages( int start, int end, int kind, UINT32 protect, BOOL placeholder, BOOL committed )
{
    int i;

    for (i = start; i < end; i++)
    {
        memset( &pages[i], 0, sizeof(pages[i]) );
        pages[i].kind = kind;
        pages[i].start = start;
        pages[i].end = end;
        pages[i].alloc_protect = pages[i].protect = protect;
        pages[i].placeholder = placeholder;
        pages[i].committed = committed;
    }
}

static void isolate( int start, int end )
{
    int i, first = pages[start].start, last = pages[start].end;

    for (i = first; i < last; i++)
    {
        pages[i].start = i < start ? first : i < end ? start : end;
        pages[i].end = i < start ? start : i < end ? end : last;
    }
}

/* the operations as calls of the module */

enum call { ALLOC, FREE, MAP, UNMAP, PROTECT };

struct request
{
    enum call   call;
    int         start, end;
    UINT32      type, protect;
    int         section, offset;
    NTSTATUS    expected;
};

/* as map_view() does */
static BOOL map_section( struct map_view_params *params, NTSTATUS *status )
{
    struct section_file file = { 0 };
    BOOL ret;

    if ((*status = wine_server_handle_to_fd( get_handle( params->section ), 0, &file.fd, NULL ))) return TRUE;
    if (fstat( file.fd, &file.st )) abort();
    ret = map_adopted_view( params, &file, status );
    close( file.fd );
    return ret;
}

static NTSTATUS make_call( const struct request *r )
{
    UINT_PTR base = address( r->start ), size = (r->end - r->start) * (UINT_PTR)PAGE_SIZE;
    struct alloc_memory_params alloc = { 0 };
    struct free_memory_params free_params = { ~(UINT64)0, base, size, r->type };
    struct map_view_params map = { 0 };
    struct protect_memory_params protect = { 0 };
    NTSTATUS status = STATUS_SUCCESS;
    BOOL adopted = FALSE;
    ULONG old;

    switch (r->call)
    {
    case ALLOC:
        alloc.base = base;
        alloc.size = size;
        alloc.type = r->type;
        alloc.protect = r->protect;
        adopted = alloc_adopted_memory( &alloc, &status );
        break;
    case FREE:
        adopted = free_adopted_memory( &free_params, &status );
        break;
    case MAP:
        map.section = (UINT_PTR)sections[r->section];
        map.base = base;
        map.size = size;
        map.offset = r->offset * (UINT64)PAGE_SIZE;
        map.type = r->type;
        map.protect = r->protect;
        adopted = map_section( &map, &status );
        break;
    case UNMAP:
        adopted = unmap_adopted_view( base, r->type, &status );
        break;
    case PROTECT:
        protect.base = base;
        protect.size = size;
        protect.protect = r->protect;
        protect.old_protect = (UINT_PTR)&old;
        adopted = protect_adopted_memory( &protect, &status );
        break;
    }
    check( adopted, r->start );
    return status;
}

static void compare_request( const struct request *r )
{
    int i, end = r->call == UNMAP ? pages[r->start].end : r->end;

    for (i = r->start; i < end; i++) compare_access( i );
    compare_all();
}

/* Let the call fail at each place where it can, then let it work. What changes more than one part of
 * a range, one by one, may have changed some. */
static BOOL run( const struct request *r )
{
    unsigned int at, handles = count_handles(), views = count_reservations();
    NTSTATUS status = STATUS_SUCCESS;

    for (at = 1; !r->expected; at++)
    {
        failed_call = NULL;
        fail_countdown = at;
        status = make_call( r );
        fail_countdown = 0;
        if (!failed_call) break;
        failures++;
        if (!status) return TRUE;  /* it was not needed */
        check( count_handles() == handles && count_reservations() == views, r->start );
        compare_request( r );
    }
    if (r->expected) status = make_call( r );
    check( status == r->expected, r->start );
    failed_call = NULL;
    return !status;
}

static void pick( int kind, int *start, int *end )
{
    int tries = 0;

    do
    {
        *start = random_below( PAGES );
        *end = *start + 1;
    } while (pages[*start].kind != kind && ++tries < 20);
    if (pages[*start].kind == HOLE) return;
    if (random_below( 2 )) *start = pages[*start].start;
    *end = *start + 1 + random_below( pages[*start].end - *start );
    if (random_below( 2 )) *end = pages[*start].end;
}

static BOOL crosses( int start, int end )
{
    return start < PAGES / 2 && end > PAGES / 2;
}

static void do_split(void)
{
    struct request r = { FREE, .type = MEM_RELEASE | MEM_PRESERVE_PLACEHOLDER };
    const struct page *p;

    what = "split";
    pick( random_below( 3 ) ? PLACEHOLDER : PRIVATE, &r.start, &r.end );
    p = &pages[r.start];
    if (p->kind == HOLE) r.expected = STATUS_MEMORY_NOT_ALLOCATED;
    else if (p->kind == VIEW) r.expected = STATUS_UNABLE_TO_DELETE_SECTION;
    else if (!p->placeholder || (p->kind == PLACEHOLDER && p->start == r.start && p->end == r.end))
        r.expected = STATUS_CONFLICTING_ADDRESSES;
    if (!run( &r )) return;
    isolate( r.start, r.end );
    set_pages( r.start, r.end, PLACEHOLDER, PAGE_NOACCESS, TRUE, FALSE );
}

static void do_coalesce(void)
{
    struct request r = { FREE, .type = MEM_RELEASE | MEM_COALESCE_PLACEHOLDERS };
    int i, count = 0;

    what = "coalesce";
    pick( PLACEHOLDER, &r.start, &r.end );
    while (r.end < PAGES && pages[r.end].kind == PLACEHOLDER) r.end = pages[r.end].end;
    for (i = r.start; i < r.end; i++)
    {
        if (pages[i].kind != PLACEHOLDER) r.expected = STATUS_CONFLICTING_ADDRESSES;
        count += pages[i].start == i;
    }
    if (count < 2 || pages[r.start].start != r.start || pages[r.end - 1].end != r.end)
        r.expected = STATUS_CONFLICTING_ADDRESSES;
    if (pages[r.start].kind == HOLE) r.expected = STATUS_MEMORY_NOT_ALLOCATED;
    if (pages[r.start].kind == VIEW) r.expected = STATUS_UNABLE_TO_DELETE_SECTION;
    if (run( &r )) set_pages( r.start, r.end, PLACEHOLDER, PAGE_NOACCESS, TRUE, FALSE );
}

static void do_private(void)
{
    struct request r = { ALLOC, .type = MEM_RESERVE | MEM_REPLACE_PLACEHOLDER, .protect = PAGE_READWRITE };
    const struct page *p;

    what = "private memory";
    pick( PLACEHOLDER, &r.start, &r.end );
    p = &pages[r.start];
    if (random_below( 2 )) r.type |= MEM_COMMIT;
    if (p->kind == HOLE) r.expected = STATUS_INVALID_PARAMETER;
    else if (p->start != r.start || p->end != r.end) r.expected = STATUS_CONFLICTING_ADDRESSES;
    else if (p->kind != PLACEHOLDER) r.expected = STATUS_INVALID_PARAMETER;
    if (run( &r )) set_pages( r.start, r.end, PRIVATE, PAGE_READWRITE, TRUE, !!(r.type & MEM_COMMIT) );
}

static void set_view( const struct request *r )
{
    int i;

    set_pages( r->start, r->end, VIEW, r->protect, !!r->type, TRUE );
    for (i = r->start; i < r->end; i++)
    {
        pages[i].section = r->section;
        pages[i].section_page = r->offset + i - r->start;
    }
}

static void do_view(void)
{
    struct request r = { MAP, .type = MEM_REPLACE_PLACEHOLDER, .section = random_below( 3 ) };
    const struct page *p;

    what = "view";
    pick( PLACEHOLDER, &r.start, &r.end );
    p = &pages[r.start];
    r.protect = random_below( 2 ) ? PAGE_READWRITE : PAGE_READONLY;
    if (r.end - r.start > SECTION_PAGES - 1) r.end = r.start + SECTION_PAGES - 1;
    r.offset = random_below( SECTION_PAGES - (r.end - r.start) );
    if (p->kind != PLACEHOLDER || p->start != r.start || p->end != r.end) r.expected = STATUS_CONFLICTING_ADDRESSES;
    if (run( &r )) set_view( &r );
}

static void do_unmap(void)
{
    struct request r = { UNMAP, .type = random_below( 4 ) ? MEM_PRESERVE_PLACEHOLDER : 0 };
    struct page p;

    what = "unmap";
    pick( VIEW, &r.start, &r.end );
    p = pages[r.start];
    if (p.kind != VIEW) r.expected = STATUS_NOT_MAPPED_VIEW;
    else if (r.type && !p.placeholder) r.expected = STATUS_CONFLICTING_ADDRESSES;
    if (!run( &r )) return;
    set_pages( p.start, p.end, r.type ? PLACEHOLDER : HOLE, PAGE_NOACCESS, TRUE, FALSE );
}

static void do_release(void)
{
    struct request r = { FREE, .type = MEM_RELEASE };
    const struct page *p;
    int last;

    what = "release";
    pick( random_below( 2 ) ? PRIVATE : PLACEHOLDER, &r.start, &r.end );
    p = &pages[r.start];
    r.end = r.start;
    last = p->end;
    if (p->kind == HOLE) r.expected = STATUS_MEMORY_NOT_ALLOCATED;
    else if (p->kind == VIEW) r.expected = STATUS_UNABLE_TO_DELETE_SECTION;
    else if (p->start != r.start) r.expected = STATUS_FREE_VM_NOT_AT_BASE;
    if (run( &r )) set_pages( r.start, last, HOLE, 0, FALSE, FALSE );
}

static void do_fill(void)
{
    struct request r = { ALLOC, .type = MEM_RESERVE | MEM_COMMIT, .protect = PAGE_READWRITE };
    int i;

    what = "fill";
    pick( HOLE, &r.start, &r.end );
    r.start = r.start / 16 * 16;
    r.end = r.start + 1 + random_below( 16 );
    for (i = r.start; i < r.end; i++) if (pages[i].kind != HOLE) r.expected = STATUS_CONFLICTING_ADDRESSES;
    if (run( &r )) set_pages( r.start, r.end, PRIVATE, PAGE_READWRITE, FALSE, TRUE );
}

static void do_fill_view(void)
{
    struct request r = { MAP, .protect = PAGE_READWRITE, .section = random_below( 3 ) };
    int i;

    what = "fill with a view";
    pick( HOLE, &r.start, &r.end );
    r.start = r.start / 16 * 16;
    r.end = r.start + 1 + random_below( 16 );
    for (i = r.start; i < r.end; i++) if (pages[i].kind != HOLE) r.expected = STATUS_CONFLICTING_ADDRESSES;
    if (run( &r )) set_view( &r );
}

static void do_commit(void)
{
    struct request r = { ALLOC, .type = MEM_COMMIT, .protect = random_below( 2 ) ? PAGE_READWRITE : PAGE_READONLY };
    const struct page *p;
    int i;

    what = "commit";
    pick( random_below( 2 ) ? VIEW : PRIVATE, &r.start, &r.end );
    p = &pages[r.start];
    if (crosses( r.start, r.end )) return;  /* not all or nothing */
    if (p->kind < PRIVATE) r.expected = STATUS_CONFLICTING_ADDRESSES;
    else if (p->kind == VIEW && p->section == 1) r.expected = STATUS_ALREADY_COMMITTED;
    else if (p->kind == VIEW && p->alloc_protect == PAGE_READONLY && r.protect == PAGE_READWRITE)
        r.expected = STATUS_SECTION_PROTECTION;
    else if (p->kind == VIEW && p->section == 2)  /* committed for good, also when the protection fails */
    {
        check( !make_call( &r ), r.start );
        for (i = r.start; i < r.end; i++) section_committed[pages[i].section_page] = TRUE;
        for (i = r.start; i < r.end; i++) pages[i].protect = r.protect;
        return;
    }
    if (!run( &r )) return;
    for (i = r.start; i < r.end; i++)
    {
        pages[i].committed = TRUE;
        pages[i].protect = r.protect;
    }
}

static void do_protect(void)
{
    static const UINT32 protections[] = { PAGE_NOACCESS, PAGE_READONLY, PAGE_READWRITE };
    struct request r = { PROTECT, .protect = protections[random_below( 3 )] };
    const struct page *p;
    int i;

    what = "protect";
    pick( random_below( 2 ) ? VIEW : PRIVATE, &r.start, &r.end );
    p = &pages[r.start];
    if (crosses( r.start, r.end )) return;
    if (p->kind == HOLE) r.expected = STATUS_CONFLICTING_ADDRESSES;
    else if (p->kind == PLACEHOLDER) r.expected = STATUS_NOT_COMMITTED;
    else if (p->kind == VIEW && p->alloc_protect == PAGE_READONLY && r.protect == PAGE_READWRITE)
        r.expected = STATUS_SECTION_PROTECTION;
    for (i = r.start; !r.expected && i < r.end; i++) if (!is_committed( &pages[i] )) r.expected = STATUS_NOT_COMMITTED;
    if (run( &r )) for (i = r.start; i < r.end; i++) pages[i].protect = r.protect;
}

static void (* const operations[])(void) =
{
    do_split, do_split, do_coalesce, do_private, do_private, do_view, do_view, do_unmap, do_unmap, do_release, do_fill,
    do_fill_view, do_commit, do_protect, do_protect
};

/* a range that is made while every step fails once */
static void create_range(void)
{
    struct view_requirements req = { .node = ~0u };
    struct alloc_memory_params params;
    struct request r = { FREE, .type = MEM_RELEASE | MEM_PRESERVE_PLACEHOLDER, .start = 0, .end = PAGES };
    unsigned int at;
    NTSTATUS status;

    what = "create";
    for (at = 1; ; at++)
    {
        memset( &params, 0, sizeof(params) );
        params.size = RANGE_SIZE;
        params.type = MEM_RESERVE | MEM_RESERVE_PLACEHOLDER;
        params.protect = PAGE_NOACCESS;
        failed_call = NULL;
        fail_countdown = at;
        status = create_placeholder( &params, &req );
        fail_countdown = 0;
        if (!failed_call) break;
        failures++;
        check( status == STATUS_NO_MEMORY && !count_reservations(), 0 );
    }
    check( !status, 0 );
    window = params.base + WINDOW;
    check( !make_call( &r ), 0 );
    set_pages( 0, PAGES, PLACEHOLDER, PAGE_NOACCESS, TRUE, FALSE );
}

static void free_range(void)
{
    struct free_memory_params params = { ~(UINT64)0, 0, 0, MEM_RELEASE };
    struct request r = { 0 };
    NTSTATUS status;
    int i;

    what = "free";
    for (i = 0; i < PAGES; i = pages[i].kind == HOLE ? i + 1 : pages[i].end)
    {
        if (pages[i].kind == HOLE) continue;
        r.call = pages[i].kind == VIEW ? UNMAP : FREE;
        r.type = pages[i].kind == VIEW ? 0 : MEM_RELEASE;
        r.start = r.end = i;
        check( !make_call( &r ), i );
    }
    params.base = window - WINDOW;
    check( free_adopted_memory( &params, &status ) && !status, 0 );
    params.base = address( PAGES );
    check( free_adopted_memory( &params, &status ) && !status, 0 );
    check( !count_reservations() && !has_adopted_ranges(), 0 );
}

/* sizes and addresses that wrap around, addresses that are not adopted */
static void test_limits(void)
{
    static const UINT64 sizes[] = { ~(UINT64)0, ~(UINT64)0 - 0xfff, ~(UINT64)0 - 0x1000, (UINT64)1 << 63, RANGE_SIZE };
    struct alloc_memory_params alloc;
    struct free_memory_params free_params;
    struct protect_memory_params protect;
    MEMORY_BASIC_INFORMATION info;
    NTSTATUS status;
    unsigned int i;
    ULONG old;

    what = "limits";
    for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
    {
        memset( &alloc, 0, sizeof(alloc) );
        memset( &protect, 0, sizeof(protect) );
        alloc.base = free_params.base = protect.base = address( 1 );
        alloc.size = free_params.size = protect.size = sizes[i];
        alloc.type = MEM_RESERVE | MEM_REPLACE_PLACEHOLDER;
        alloc.protect = protect.protect = PAGE_READWRITE;
        free_params.type = MEM_RELEASE | MEM_PRESERVE_PLACEHOLDER;
        protect.old_protect = (UINT_PTR)&old;
        check( alloc_adopted_memory( &alloc, &status ) && status, i );
        alloc.type = MEM_COMMIT;
        check( alloc_adopted_memory( &alloc, &status ) && status, i );
        check( free_adopted_memory( &free_params, &status ) && status, i );
        check( protect_adopted_memory( &protect, &status ) && status, i );
        compare_all();
    }
    check( !query_adopted_memory( window - WINDOW - 1, &info, &status ), 0 );
    check( !query_adopted_memory( window - WINDOW + RANGE_SIZE, &info, &status ), 0 );
    check( !query_adopted_memory( 0, &info, &status ) && !query_adopted_memory( ~(UINT_PTR)0, &info, &status ), 0 );
}

/* many pieces: the order of addresses and the depth of the tree */
static void test_tree(void)
{
    enum { PIECES = 20000 };
    struct free_memory_params params = { ~(UINT64)0, 0, 0, MEM_RELEASE | MEM_PRESERVE_PLACEHOLDER };
    struct alloc_memory_params alloc = { 0 };
    struct view_requirements req = { .node = ~0u };
    MEMORY_BASIC_INFORMATION info;
    NTSTATUS status;
    unsigned int i;

    what = "tree";
    alloc.size = PIECES * (UINT64)PAGE_SIZE;
    alloc.type = MEM_RESERVE | MEM_RESERVE_PLACEHOLDER;
    alloc.protect = PAGE_NOACCESS;
    check( !create_placeholder( &alloc, &req ), 0 );
    for (i = 1; i < PIECES; i += 2)  /* every second page */
    {
        params.base = alloc.base + i * PAGE_SIZE;
        params.size = PAGE_SIZE;
        status = STATUS_SUCCESS;
        check( free_adopted_memory( &params, &status ) && (!status || i == PIECES - 1), i );
    }
    for (i = 0; i < PIECES; i++)
    {
        check( query_adopted_memory( alloc.base + i * PAGE_SIZE + 123, &info, &status ) && !status, i );
        check( info.AllocationBase == (char *)alloc.base + i * PAGE_SIZE && info.RegionSize == PAGE_SIZE, i );
    }
    params.type = MEM_RELEASE | MEM_COALESCE_PLACEHOLDERS;
    params.base = alloc.base;
    params.size = alloc.size;
    check( free_adopted_memory( &params, &status ) && !status, 0 );
    check( query_adopted_memory( alloc.base, &info, &status ) && info.RegionSize == alloc.size, 0 );
    params.type = MEM_RELEASE;
    params.size = 0;
    check( free_adopted_memory( &params, &status ) && !status, 0 );
}

int main( int argc, char **argv )
{
    unsigned long count = argc > 1 ? strtoul( argv[1], NULL, 0 ) : 3000;
    unsigned int range, i;
    int page;

    if (argc > 2) seed = strtoull( argv[2], NULL, 0 );
    test_tree();
    for (range = 0; range < MAX_RANGES; range++)
    {
        sections[0] = create_unit_section( SEC_COMMIT, SECTION_PAGES * PAGE_SIZE );
        sections[1] = create_unit_section( SEC_FILE, SECTION_PAGES * PAGE_SIZE );
        sections[2] = create_unit_section( SEC_RESERVE, SECTION_PAGES * PAGE_SIZE );
        memset( section_committed, 0, sizeof(section_committed) );
        create_range();
        test_limits();
        for (operation = 1; operation <= count; operation++)
        {
            operations[random_below( sizeof(operations) / sizeof(operations[0]) )]();
            compare_all();
            if (operation % 50) continue;
            for (page = 0; page < PAGES; page++) compare_access( page );
        }
        free_range();
        for (i = 0; i < 3; i++) NtClose( sections[i] );
        check( !count_handles(), 0 );
    }
    printf( "adopted: %lu operations, %lu injected failures\n", count * MAX_RANGES, failures );
    return 0;
}
