/*
 * Calls with random and boundary arguments, against a model of what they have to return
 *
 * Each batch of calls starts from a seed of its own, which is printed when something is wrong in
 * it.  In the environment: MAPVIEW_SECONDS is the time to spend, MAPVIEW_SEED replays one batch,
 * MAPVIEW_FIRST_SEED is where to begin instead of somewhere.
 *
 * The model lists, for a set of arguments, each thing that is wrong with them and its errors.  A call
 * has to work when the list is empty, and else to fail with an error that is in it.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "test.h"
#include <psapi.h>

#define BATCH_CALLS 400
#define SLOT_SIZE   0x100000
#define SLOTS       16
#define ZONE_BASE   ((char *)ZONE( 0x2d ))
#define MAX_VIEWS   24

static ULONG64 state;

static ULONG64 random_number(void)
{
    state = state * 6364136223846793005ull + 1442695040888963407ull;
    return (state ^ (state >> 29)) >> 7;
}

static BOOL one_in( unsigned int n )
{
    return !(random_number() % n);
}

#define PICK( array ) ((array)[random_number() % ARRAY_SIZE( array )])

/* ---- what can be wrong ---- */

struct faults
{
    unsigned int count;
    DWORD        errors[24];
    BOOL         any;          /* the call may work as well */
};

static void add_fault( struct faults *f, DWORD error )
{
    if (f->count < ARRAY_SIZE( f->errors )) f->errors[f->count++] = error;
}

static BOOL is_expected( const struct faults *f, BOOL worked, DWORD error )
{
    unsigned int i;

    if (worked) return !f->count || f->any;
    for (i = 0; i < f->count; i++) if (f->errors[i] == error) return TRUE;
    return FALSE;
}

static const char *describe( const struct faults *f )
{
    static char text[200];
    unsigned int i, len = 0;

    text[0] = 0;
    if (!f->count || f->any) len = sprintf( text, "success" );
    for (i = 0; i < f->count; i++) len += sprintf( text + len, "%s%lu", len ? " or " : "", f->errors[i] );
    return text;
}

/* ---- the things to call with ---- */

struct fuzz_section
{
    HANDLE  handle;
    ULONG   access;      /* SECTION_MAP_*, 0 for what is no section */
    ULONG   protect;
    BOOL    is_file;
    ULONG64 limit;       /* largest end of a view */
    ULONG64 size;        /* bytes that have contents */
};

enum process_kind { OWN, OTHER, DEAD, NO_RIGHT, NO_PROCESS, NULL_HANDLE };

struct fuzz_process
{
    HANDLE handle;
    enum process_kind kind;
};

struct fuzz_view
{
    char        *base;
    SIZE_T       size;
    unsigned int process;     /* 0 own, 1 other */
    const struct fuzz_section *section;
    ULONG64      offset;
    ULONG        protect;
};

static struct fuzz_section sections[16];
static unsigned int section_count;
static struct fuzz_process processes[12];
static unsigned int process_count;
static struct fuzz_view views[MAX_VIEWS];
static unsigned int view_count;
static BOOL slots[2][SLOTS];           /* in use, in the own and in the other process */
static HANDLE other_process, dead_process, event, file;
static const WCHAR *event_name, *section_name, *missing_name;

static int child_idle( int argc, char **argv )
{
    Sleep( INFINITE );
    return argc + !argv;
}

static void add_section( HANDLE handle, ULONG access, ULONG protect, BOOL is_file, ULONG64 limit, ULONG64 size )
{
    struct fuzz_section s = { handle, access, protect, is_file, limit, size };

    sections[section_count++] = s;
}

static void add_process( HANDLE handle, enum process_kind kind )
{
    struct fuzz_process p = { handle, kind };

    processes[process_count++] = p;
}

static HANDLE duplicate( HANDLE handle, DWORD access )
{
    HANDLE ret = NULL;

    DuplicateHandle( GetCurrentProcess(), handle, GetCurrentProcess(), &ret, access, FALSE, 0 );
    return ret;
}

#define RO ( SECTION_MAP_READ )
#define RW ( SECTION_MAP_READ | SECTION_MAP_WRITE )
#define ERW ( SECTION_MAP_READ | SECTION_MAP_WRITE | SECTION_MAP_EXECUTE )

static void init_things(void)
{
    HANDLE handle, closed;
    DWORD id;

    event_name = unique_name( "fuzz-event" );
    section_name = unique_name( "fuzz" );
    missing_name = unique_name( "fuzz-none" );
    event = CreateEventW( NULL, FALSE, FALSE, event_name );
    closed = CreateEventW( NULL, FALSE, FALSE, NULL );
    CloseHandle( closed );
    file = create_test_file( GENERIC_READ, 0x23456 );

    section_count = 0;
    handle = create_filled_section( PAGE_READWRITE, 0x40000 );
    add_section( handle, RW, PAGE_READWRITE, FALSE, 0x40000, 0x40000 );
    add_section( duplicate( handle, SECTION_MAP_READ ), RO, PAGE_READWRITE, FALSE, 0x40000, 0x40000 );
    add_section( duplicate( handle, SECTION_MAP_WRITE ), SECTION_MAP_WRITE, PAGE_READWRITE, FALSE, 0x40000, 0x40000 );
    add_section( create_filled_section( PAGE_EXECUTE_READWRITE, 0x12345 ), ERW, PAGE_EXECUTE_READWRITE, FALSE,
                 0x13000, 0x12000 );
    add_section( create_section( PAGE_READONLY, 0x20000 ), RO, PAGE_READONLY, FALSE, 0x20000, 0 );
    handle = CreateFileMappingW( INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, 0x30000, section_name );
    add_section( handle, RW, PAGE_READWRITE, FALSE, 0x30000, 0 );
    add_section( CreateFileMappingW( file, NULL, PAGE_READWRITE, 0, 0, NULL ), RW, PAGE_READWRITE, TRUE,
                 0x23456, 0x23000 );
    add_section( CreateFileMappingW( file, NULL, PAGE_READONLY, 0, 0x11111, NULL ), RO, PAGE_READONLY, TRUE,
                 0x11111, 0x11000 );
    add_section( NULL, 0, 0, FALSE, 0, 0 );
    add_section( event, 0, 0, FALSE, 0, 0 );
    add_section( file, 0, 0, FALSE, 0, 0 );
    add_section( closed, 0, 0, FALSE, 0, 0 );
    add_section( GetCurrentProcess(), 0, 0, FALSE, 0, 0 );

    process_count = 0;
    other_process = start_child( "fuzz-idle", "x" );
    dead_process = start_child( "fuzz-idle", "x" );
    id = GetProcessId( other_process );
    TerminateProcess( dead_process, 1 );
    WaitForSingleObject( dead_process, 10000 );
    add_process( GetCurrentProcess(), OWN );
    add_process( other_process, OTHER );
    add_process( OpenProcess( PROCESS_ALL_ACCESS, FALSE, GetCurrentProcessId() ), OWN );
    add_process( OpenProcess( PROCESS_VM_OPERATION | PROCESS_QUERY_INFORMATION, FALSE, id ), OTHER );
    add_process( OpenProcess( PROCESS_QUERY_INFORMATION, FALSE, id ), NO_RIGHT );
    add_process( dead_process, DEAD );
    add_process( NULL, NULL_HANDLE );
    add_process( event, NO_PROCESS );
    add_process( closed, NO_PROCESS );
    add_process( sections[0].handle, NO_PROCESS );
    add_process( GetCurrentThread(), NO_PROCESS );
    memset( slots, 0, sizeof(slots) );
    view_count = 0;
}

static void free_things(void)
{
    unsigned int i;

    TerminateProcess( other_process, 0 );
    for (i = 0; i < section_count; i++) if (sections[i].access) CloseHandle( sections[i].handle );
    CloseHandle( processes[2].handle );
    CloseHandle( processes[3].handle );
    CloseHandle( processes[4].handle );
    CloseHandle( other_process );
    CloseHandle( dead_process );
    CloseHandle( event );
    CloseHandle( file );
}

static const struct fuzz_section *pick_section(void)
{
    return &sections[one_in( 6 ) ? random_number() % section_count : random_number() % 8];
}

static const struct fuzz_process *pick_process(void)
{
    return &processes[one_in( 6 ) ? random_number() % process_count : random_number() % 4];
}

/* one where no view is; those with requirements can be at any multiple of the largest alignment */
static char *pick_bad_address(void)
{
    static const ULONG_PTR bad[] =
    {
        0, 1, BITS( ZONE( 0x2c ) + 0x10000000, 1 ), USER_END, BITS( 0x800000000000, SYSTEM_ADDRESS ), ~(ULONG_PTR)0
    };

    return (char *)PICK( bad );
}

/* the process that a handle stands for, 0 or 1, or -1 with a fault */
static int process_index( const struct fuzz_process *p, BOOL takes_null, struct faults *f )
{
    switch (p->kind)
    {
    case OWN:         return 0;
    case OTHER:       return 1;
    case DEAD:
    case NO_RIGHT:    add_fault( f, ERROR_ACCESS_DENIED ); return -1;
    case NO_PROCESS:  add_fault( f, ERROR_INVALID_HANDLE ); return -1;
    case NULL_HANDLE: break;
    }
    if (takes_null) return 0;
    add_fault( f, ERROR_INVALID_HANDLE );
    return -1;
}

static unsigned int slot_of( const char *addr )
{
    return (addr - ZONE_BASE) / SLOT_SIZE;
}

static BOOL in_zone( const char *addr )
{
    return addr >= ZONE_BASE && addr < ZONE_BASE + SLOTS * SLOT_SIZE;
}

/* ---- mapping ---- */

/* rights that a page protection asks for */
static ULONG needed_access( ULONG protect )
{
    switch (protect)
    {
    case PAGE_READWRITE:         return SECTION_MAP_WRITE;
    case PAGE_EXECUTE:
    case PAGE_EXECUTE_READ:
    case PAGE_EXECUTE_WRITECOPY: return SECTION_MAP_READ | SECTION_MAP_EXECUTE;
    case PAGE_EXECUTE_READWRITE: return SECTION_MAP_WRITE | SECTION_MAP_EXECUTE;
    }
    return SECTION_MAP_READ;
}

static BOOL is_protection( ULONG protect )
{
    return protect && protect <= PAGE_EXECUTE_WRITECOPY && !(protect & (protect - 1));
}

static ULONG protect_from_access( DWORD access )
{
    BOOL exec = (access & FILE_MAP_EXECUTE) != 0;

    access &= ~(FILE_MAP_EXECUTE | FILE_MAP_RESERVE | FILE_MAP_TARGETS_INVALID | FILE_MAP_LARGE_PAGES);
    if (access == FILE_MAP_COPY) return exec ? PAGE_EXECUTE_WRITECOPY : PAGE_WRITECOPY;
    if (access & FILE_MAP_WRITE) return exec ? PAGE_EXECUTE_READWRITE : PAGE_READWRITE;
    if (access & FILE_MAP_READ) return exec ? PAGE_EXECUTE_READ : PAGE_READONLY;
    return PAGE_NOACCESS;
}

static void check_section( const struct fuzz_section *s, ULONG protect, const struct map_args *a, struct faults *f )
{
    if (!s->access)
    {
        add_fault( f, ERROR_INVALID_HANDLE );
        return;
    }
    if (is_protection( protect ) && (needed_access( protect ) & ~s->access)) add_fault( f, ERROR_ACCESS_DENIED );
    if (a->offset >= s->limit)
    {
        add_fault( f, ERROR_INVALID_PARAMETER );
        if (a->size) add_fault( f, ERROR_ACCESS_DENIED );
    }
    else if (a->size > s->limit - a->offset)
    {
        add_fault( f, ERROR_ACCESS_DENIED );
        add_fault( f, ERROR_INVALID_PARAMETER );
    }
}

static void check_base( const struct mapper *m, const struct map_args *a, int process, struct faults *f )
{
    char *base = a->base;

    if (!base || !(m->flags & TAKES_BASE)) return;
    if (m->flags & TAKES_PROTECT) base = (char *)((ULONG_PTR)base & ~(ULONG_PTR)0xffff);
    else if ((ULONG_PTR)base & 0xffff) add_fault( f, ERROR_MAPPED_ALIGNMENT );
    if (!base) return;
    if (in_zone( base ))
    {
        if (process >= 0 && slots[process][slot_of( base )]) add_fault( f, ERROR_INVALID_ADDRESS );
    }
    else
    {
        add_fault( f, ERROR_INVALID_PARAMETER );
        add_fault( f, ERROR_INVALID_ADDRESS );
        if ((ULONG_PTR)base >= BITS( 0x800000000000, user_limit() )) add_fault( f, ERROR_NOT_ENOUGH_MEMORY );
    }
}

static void check_type( ULONG type, const struct fuzz_section *s, struct faults *f )
{
    if (type & ~(MEM_RESERVE | MEM_TOP_DOWN | MEM_LARGE_PAGES | MEM_DIFFERENT_IMAGE_BASE_OK | MEM_REPLACE_PLACEHOLDER))
        add_fault( f, ERROR_INVALID_PARAMETER );
    if (type & MEM_LARGE_PAGES) add_fault( f, ERROR_INVALID_PARAMETER );
    if ((type & MEM_RESERVE) && s->access)
    {
        add_fault( f, ERROR_INVALID_PARAMETER );
        if (s->is_file)  /* depends on its protection and size, and may be larger than it */
        {
            f->any = TRUE;
            add_fault( f, ERROR_NOT_ENOUGH_MEMORY );
            add_fault( f, ERROR_ACCESS_DENIED );
            add_fault( f, ERROR_INVALID_ADDRESS );  /* what lies behind the base is in the way */
        }
    }
    if (type & MEM_REPLACE_PLACEHOLDER)
    {
        add_fault( f, ERROR_INVALID_PARAMETER );
        add_fault( f, ERROR_INVALID_ADDRESS );
        add_fault( f, ERROR_MAPPED_ALIGNMENT );  /* the base is not rounded then */
    }
}

static void check_params( const struct map_args *a, struct faults *f )
{
    const MEM_ADDRESS_REQUIREMENTS *req;
    unsigned int i, seen = 0;

    if (a->count && !a->params) add_fault( f, ERROR_INVALID_PARAMETER );
    else for (i = 0; i < a->count; i++)
    {
        unsigned int type = a->params[i].Type;

        if (!type || type > 6 || (seen & (1 << type)))
        {
            add_fault( f, ERROR_INVALID_PARAMETER );
            continue;
        }
        seen |= 1 << type;
        switch (type)
        {
        case PARAM_ADDRESS_REQUIREMENTS:
            req = a->params[i].Pointer;
            if ((ULONG_PTR)a->base >> 16 && (req->LowestStartingAddress || req->HighestEndingAddress || req->Alignment))
                add_fault( f, ERROR_INVALID_PARAMETER );
            if ((req->Alignment & (req->Alignment - 1)) || (req->Alignment && req->Alignment < GRANULARITY) ||
                ((ULONG_PTR)req->LowestStartingAddress & 0xffff) ||
                (ULONG_PTR)req->LowestStartingAddress >= user_limit())
                add_fault( f, ERROR_INVALID_PARAMETER );
            if (req->HighestEndingAddress && ((((ULONG_PTR)req->HighestEndingAddress + 1) & 0xfff) ||
                (ULONG_PTR)req->HighestEndingAddress >= user_limit() ||
                req->HighestEndingAddress <= req->LowestStartingAddress))
                add_fault( f, ERROR_INVALID_PARAMETER );
            if (req->HighestEndingAddress || req->Alignment > BITS( 0x100000000, 0x1000000 ) || req->LowestStartingAddress)
            {
                /* whether there is room */
                f->any |= !f->count;
                add_fault( f, ERROR_NOT_ENOUGH_MEMORY );
            }
            break;
        case PARAM_NUMA_NODE:
            if (a->params[i].ULong64 > highest_node() && a->params[i].ULong64 != NUMA_NO_PREFERRED_NODE)
                add_fault( f, ERROR_INVALID_PARAMETER );
            break;
        default:  /* of no consequence, or refused in one way or another */
            f->any |= !f->count;
            add_fault( f, ERROR_INVALID_PARAMETER );
            add_fault( f, ERROR_NOT_SUPPORTED );
            add_fault( f, ERROR_INVALID_HANDLE );
        }
    }
}

static void remove_view( unsigned int i )
{
    if (in_zone( views[i].base )) slots[views[i].process][slot_of( views[i].base )] = FALSE;
    views[i] = views[--view_count];
}

static HANDLE view_process( const struct fuzz_view *v )
{
    return v->process ? other_process : GetCurrentProcess();
}

static BOOL is_readable_protect( ULONG protect )
{
    return protect != PAGE_NOACCESS;
}

static void check_contents( const struct fuzz_view *v, ULONG64 seed, unsigned int call )
{
    SIZE_T pos = random_number() % v->size & ~(SIZE_T)3;

    if (v->process || !is_readable_protect( v->protect )) return;
    if (v->offset + pos + 4 > v->section->size) return;
    ok( word_at( v->base, pos ) == test_word( v->offset + pos ), "seed %I64u, call %u: %#lx at %#Ix of a view at %#I64x\n",
        seed, call, word_at( v->base, pos ), pos, v->offset );
}

static void check_new_view( const struct fuzz_view *v, ULONG64 seed, unsigned int call )
{
    MEMORY_BASIC_INFORMATION info;

    memset( &info, 0, sizeof(info) );
    VirtualQueryEx( view_process( v ), v->base, &info, sizeof(info) );
    ok( info.AllocationBase == v->base && info.Type == MEM_MAPPED && info.State == MEM_COMMIT &&
        info.Protect == v->protect && info.RegionSize == ((v->size + 0xfff) & ~(SIZE_T)0xfff),
        "seed %I64u, call %u: base %p, type %#lx, state %#lx, protection %#lx, size %#Ix; expected %p, %#lx, %#Ix\n",
        seed, call, info.AllocationBase, info.Type, info.State, info.Protect, info.RegionSize, v->base, v->protect,
        v->size );
    check_contents( v, seed, call );
}

static void fuzz_map( ULONG64 seed, unsigned int call )
{
    static const ULONG64 offsets[] =
    {
        0x1000, 0x10000, 0x20000, 0x30000, 0x12340, 1, 1ull << 32, 1ull << 40, 1ull << 63, ~0ull, ~0xffffull
    };
    static const SIZE_T sizes[] =
    {
        1, 0x1000, 0x1001, 0x10000, 0x11111, 0x11112, 0x12345, 0x13000, 0x13001, 0x23456, 0x23457, 0x24000, 0x40000,
        0x40001, BITS( (SIZE_T)1 << 32, 0xc0000000 ), ~(SIZE_T)0 / 2 + 1, ~(SIZE_T)0, ~(SIZE_T)0xfff
    };
    static const DWORD accesses[] =
    {
        0, 1, 2, 4, 6, 3, 0x20, 0x21, 0x22, 0x24, 0xf001f, 0xf003f, 0x40000024, 0x20000002, 0x80000004, 0x80000002,
        0x12345670
    };
    static const ULONG protects[] = { 1, 2, 4, 8, 0x10, 0x20, 0x40, 0x80, 0, 6, 0x104, 0x204, 0x100, 0xffffffff };
    static const ULONG types[] =
    {
        MEM_TOP_DOWN, MEM_DIFFERENT_IMAGE_BASE_OK, MEM_RESERVE, MEM_COMMIT, MEM_LARGE_PAGES, MEM_REPLACE_PLACEHOLDER,
        MEM_RESERVE_PLACEHOLDER, 0x80000000, 0xffffffff, MEM_PHYSICAL, MEM_TOP_DOWN | MEM_DIFFERENT_IMAGE_BASE_OK
    };
    static const DWORD nodes[] = { 0, 0, 0, 1, 63, 64, 0x80000000 };
    static const ULONG_PTR lows[] = { 0, 0, 0x10000, ZONE( 0x2e ), ZONE( 0x2e ) + PAGE, USER_END, ~(ULONG_PTR)0xffff };
    static const ULONG_PTR highs[] =
    {
        0, 0, 0x6fffffff, ZONE( 0x2e ) + 0xfffff, ZONE( 0x2e ) + 0xfff, ZONE( 0x2e ) + 0x800, USER_END - 1,
        USER_END + 0xffff, ~(ULONG_PTR)0
    };
    static const SIZE_T aligns[] = { 0, 0, 0x10000, 0x100000, 0x8000, 0x30000, BITS( (SIZE_T)1 << 40, 0x10000000 ),
                                     ~(SIZE_T)0 / 2 + 1, ~(SIZE_T)0 };
    const struct fuzz_section *s = pick_section();
    const struct fuzz_process *p = pick_process();
    MEM_ADDRESS_REQUIREMENTS req[3];
    MEM_EXTENDED_PARAMETER params[3];
    const struct mapper *m, *wanted = NULL;
    struct faults f = { 0 };
    struct map_args a = map_args( s->handle );
    struct fuzz_view *v;
    unsigned int i, n = 0;
    ULONG protect;
    int process = 0;
    SIZE_T size;
    DWORD err;
    char *view;

    a.process = p->handle;
    set_protect( &a, (s->access & SECTION_MAP_WRITE) && !one_in( 3 ) ? PAGE_READWRITE : PAGE_READONLY );
    if (one_in( 3 )) a.offset = one_in( 2 ) ? 0x10000 : PICK( offsets );
    if (one_in( 3 )) a.size = PICK( sizes );
    if (one_in( 3 )) { a.access = PICK( accesses ); a.protect = PICK( protects ); }
    if (one_in( 8 )) a.alloc_type = PICK( types );
    if (one_in( 4 )) a.node = PICK( nodes );
    if (one_in( 3 )) a.base = ZONE_BASE + random_number() % SLOTS * SLOT_SIZE;
    if (a.base && one_in( 5 )) a.base = (char *)a.base + (one_in( 2 ) ? 0x1000 : 0xffff);
    if (one_in( 20 ))
    {
        static const ULONG_PTR bases[] =
        {
            1, BITS( 0x140000000, 0x400000 ), 0x7ffe0000, USER_END, BITS( 0x800000000000, USER_END ), SYSTEM_ADDRESS,
            ~(ULONG_PTR)0
        };
        a.base = (void *)PICK( bases );
    }
    if (one_in( 3 ))
    {
        a.params = params;
        a.count = 1 + (one_in( 4 ) ? random_number() % 3 : 0);
        memset( params, 0, sizeof(params) );
        for (i = 0; i < a.count; i++)
        {
            params[i].Type = one_in( 4 ) ? random_number() % 9 : 1 + random_number() % 2;
            if (params[i].Type == PARAM_ADDRESS_REQUIREMENTS)
            {
                req[i].LowestStartingAddress = (void *)PICK( lows );
                req[i].HighestEndingAddress = (void *)PICK( highs );
                req[i].Alignment = PICK( aligns );
                params[i].Pointer = &req[i];
            }
            else params[i].ULong64 = one_in( 3 ) ? ~0ull : PICK( nodes );
        }
        if (one_in( 20 )) a.params = NULL;
    }

    for_each_mapper( m, 0 ) if (!(random_number() % ++n)) wanted = m;
    m = wanted;
    protect = m->flags & TAKES_PROTECT ? a.protect : protect_from_access( a.access );
    if (m->flags & TAKES_PROTECT)
    {
        process = process_index( p, m->flags & NULL_PROCESS, &f );
        check_type( a.alloc_type, s, &f );
        if (!is_protection( protect )) add_fault( &f, ERROR_INVALID_PARAMETER );
    }
    else check_type( (a.access & FILE_MAP_RESERVE ? MEM_RESERVE : 0) |
                     (a.access & FILE_MAP_LARGE_PAGES ? MEM_LARGE_PAGES : 0), s, &f );
    if (a.offset & 0xffff) add_fault( &f, ERROR_MAPPED_ALIGNMENT );
    check_section( s, protect, &a, &f );
    size = a.size ? a.size : s->limit - a.offset;
    check_base( m, &a, process, &f );
    if ((m->flags & TAKES_NODE) && a.node > highest_node() && a.node != NUMA_NO_PREFERRED_NODE)
        add_fault( &f, ERROR_INVALID_PARAMETER );
    if (m->flags & TAKES_PARAMS) check_params( &a, &f );

    view = map_view( m, &a, &err );
    ok( is_expected( &f, view != NULL, err ), "seed %I64u, call %u: %s( section %u, process %u, access %#lx, "
        "protect %#lx, type %#lx, offset %#I64x, size %#Ix, base %p, node %lu, %lu params ): got %p, error %lu, "
        "expected %s\n", seed, call, m->name, (unsigned int)(s - sections), (unsigned int)(p - processes), a.access,
        a.protect, a.alloc_type, a.offset, a.size, a.base, a.node, a.count, view, err, describe( &f ));
    if (!view)
    {
        ok( err && err != 0xdeadbeef, "seed %I64u, call %u: no error\n", seed, call );
        return;
    }
    ok( err == 0xdeadbeef, "seed %I64u, call %u: success sets the error to %lu\n", seed, call, err );
    if (f.count && !f.any) return;

    v = &views[view_count];
    v->base = view;
    v->size = size;
    v->process = process;
    v->section = s;
    v->offset = a.offset;
    v->protect = protect;
    if (a.alloc_type & MEM_RESERVE || (!(m->flags & TAKES_PROTECT) && (a.access & FILE_MAP_RESERVE)))
    {
        pUnmapViewOfFile2( view_process( v ), view, 0 );
        return;
    }
    if ((m->flags & TAKES_BASE) && (ULONG_PTR)a.base >> 16)
        ok( view == (char *)((ULONG_PTR)a.base & ~(ULONG_PTR)0xffff), "seed %I64u, call %u: got %p, wanted %p\n",
            seed, call, view, a.base );
    else ok( !((ULONG_PTR)view & 0xffff), "seed %I64u, call %u: got %p\n", seed, call, view );
    if ((m->flags & TAKES_PARAMS) && a.params)
    {
        for (i = 0; i < a.count; i++)
        {
            if (params[i].Type != PARAM_ADDRESS_REQUIREMENTS) continue;
            ok( view >= (char *)req[i].LowestStartingAddress &&
                (!req[i].HighestEndingAddress || view + size - 1 <= (char *)req[i].HighestEndingAddress) &&
                (!req[i].Alignment || !((ULONG_PTR)view & (req[i].Alignment - 1))),
                "seed %I64u, call %u: %p is not in %p-%p, %#Ix\n", seed, call, view, req[i].LowestStartingAddress,
                req[i].HighestEndingAddress, req[i].Alignment );
        }
    }
    if (in_zone( view )) slots[process][slot_of( view )] = TRUE;
    check_new_view( v, seed, call );
    view_count++;
    if (view_count == MAX_VIEWS)
    {
        i = random_number() % view_count;
        v = &views[i];
        ok( pUnmapViewOfFile2( view_process( v ), v->base, 0 ), "seed %I64u, call %u: cannot unmap, error %lu\n",
            seed, call, GetLastError() );
        remove_view( i );
    }
}

/* ---- the other calls on views ---- */

static void fuzz_unmap( ULONG64 seed, unsigned int call )
{
    static const ULONG flags[] = { 0, 0, 0, 1, 2, 3, 4, 0x80000000, ~0u };
    const struct fuzz_process *p = pick_process();
    const struct unmapper *u, *wanted = NULL;
    unsigned int n = 0, i = view_count;
    struct faults f = { 0 };
    ULONG flag = PICK( flags );
    char *addr;
    int process;
    DWORD err;
    BOOL ret;

    for_each_unmapper( u ) if (!(random_number() % ++n)) wanted = u;
    u = wanted;
    if (!u->takes_flags) flag = 0;
    process = strcmp( u->name, "UnmapViewOfFile2" ) ? 0 : process_index( p, FALSE, &f );
    if (view_count && !one_in( 5 ))
    {
        i = random_number() % view_count;
        addr = views[i].base + random_number() % views[i].size;
        if (process >= 0 && process != (int)views[i].process) return;
    }
    else
    {
        addr = pick_bad_address();
        add_fault( &f, ERROR_INVALID_ADDRESS );
        if ((ULONG_PTR)addr >= user_limit()) add_fault( &f, ERROR_INVALID_PARAMETER );
    }
    if (flag & ~3) add_fault( &f, ERROR_INVALID_PARAMETER );
    if (flag & MEM_PRESERVE_PLACEHOLDER) add_fault( &f, ERROR_INVALID_ADDRESS );
    SetLastError( 0xdeadbeef );
    ret = u->call( p->handle, addr, flag );
    err = GetLastError();
    ok( is_expected( &f, ret, err ), "seed %I64u, call %u: %s( process %u, %p, %#lx ): got %d, error %lu, expected %s\n",
        seed, call, u->name, (unsigned int)(p - processes), addr, flag, ret, err, describe( &f ));
    if (ret && i < view_count) remove_view( i );
}

static void fuzz_query( ULONG64 seed, unsigned int call )
{
    static const SIZE_T lens[] = { 0, 1, 47, 1000 };
    MEMORY_BASIC_INFORMATION info;
    const struct fuzz_process *p = pick_process();
    const struct fuzz_view *v = view_count ? &views[random_number() % view_count] : NULL;
    SIZE_T len = one_in( 10 ) ? PICK( lens ) : sizeof(info), ret, pos = 0;
    struct faults f = { 0 };
    char *addr = one_in( 5 ) ? (char *)(ULONG_PTR)(random_number() << random_number() % 12) : NULL;
    DWORD err;
    int process;
    BYTE buffer[1000];

    if (p->kind == NO_RIGHT) process = 1;
    else process = process_index( p, FALSE, &f );
    if (v && !addr && (process < 0 || process == (int)v->process))
    {
        pos = random_number() % v->size;
        addr = v->base + pos;
    }
    else v = NULL;
    if (len < sizeof(info)) add_fault( &f, ERROR_BAD_LENGTH );
    if ((ULONG_PTR)addr >= user_limit()) add_fault( &f, ERROR_INVALID_PARAMETER );
    SetLastError( 0xdeadbeef );
    ret = VirtualQueryEx( p->handle, addr, (void *)buffer, len );
    err = GetLastError();
    ok( is_expected( &f, ret != 0, err ), "seed %I64u, call %u: VirtualQueryEx( process %u, %p, %Iu ): got %Iu, "
        "error %lu, expected %s\n", seed, call, (unsigned int)(p - processes), addr, len, ret, err, describe( &f ));
    if (!ret || !v) return;
    memcpy( &info, buffer, sizeof(info) );
    pos &= ~(SIZE_T)0xfff;
    ok( info.BaseAddress == v->base + pos && info.AllocationBase == v->base && info.Protect == v->protect &&
        info.RegionSize == ((v->size + 0xfff) & ~(SIZE_T)0xfff) - pos && info.Type == MEM_MAPPED,
        "seed %I64u, call %u: query of %p: %p, %p, %#lx, %#Ix; expected %p, %p, %#lx, %#Ix\n", seed, call, addr,
        info.BaseAddress, info.AllocationBase, info.Protect, info.RegionSize, v->base + pos, v->base, v->protect,
        ((v->size + 0xfff) & ~(SIZE_T)0xfff) - pos );
    check_contents( v, seed, call );
}

/* whether pages of a view can get a protection (SEMANTICS 1.7) */
static BOOL is_allowed( ULONG view, ULONG protect )
{
    static const struct { ULONG protect, use; BOOL copy; } uses[] =
    {
        { PAGE_NOACCESS, 0, FALSE }, { PAGE_READONLY, 1, FALSE }, { PAGE_READWRITE, 3, FALSE },
        { PAGE_WRITECOPY, 1, TRUE }, { PAGE_EXECUTE, 4, FALSE }, { PAGE_EXECUTE_READ, 5, FALSE },
        { PAGE_EXECUTE_READWRITE, 7, FALSE }, { PAGE_EXECUTE_WRITECOPY, 5, TRUE },
    };
    unsigned int i, j;

    for (i = 0; uses[i].protect != view; i++) ;
    for (j = 0; uses[j].protect != protect; j++) ;
    return !(uses[j].use & ~(uses[i].use | 1));
}

/* the protection of a page there and back */
static void fuzz_protect( ULONG64 seed, unsigned int call )
{
    static const ULONG protects[] = { 1, 2, 4, 8, 0x20, 0x40, 0, 6, 0x300, ~0u };
    const struct fuzz_process *p = pick_process();
    const struct fuzz_view *v;
    struct faults f = { 0 };
    ULONG protect = PICK( protects );
    DWORD old = 0xdeadbeef, err, other;
    SIZE_T pos;
    int process;
    BOOL ret;

    if (!view_count) return;
    v = &views[random_number() % view_count];
    process = process_index( p, FALSE, &f );
    if (process >= 0 && process != (int)v->process) return;
    pos = random_number() % v->size & ~(SIZE_T)0xfff;
    if (!is_protection( protect )) add_fault( &f, ERROR_INVALID_PARAMETER );
    else
    {
        /* which of the copy-on-write protections a writable view takes is not a matter for this test */
        if (protect == PAGE_WRITECOPY || v->protect == PAGE_WRITECOPY || v->protect == PAGE_EXECUTE_WRITECOPY ||
            v->protect == PAGE_NOACCESS || v->protect == PAGE_EXECUTE)
            f.any = !f.count;
        if (f.any || !is_allowed( v->protect, protect )) add_fault( &f, ERROR_INVALID_PARAMETER );
    }
    SetLastError( 0xdeadbeef );
    ret = VirtualProtectEx( p->handle, v->base + pos, 1, protect, &old );
    err = GetLastError();
    ok( is_expected( &f, ret, err ), "seed %I64u, call %u: VirtualProtectEx( process %u, %p, %#lx ) of a view of %#lx: "
        "got %d, error %lu, expected %s\n", seed, call, (unsigned int)(p - processes), v->base + pos, protect,
        v->protect, ret, err, describe( &f ));
    if (!ret) return;
    ok( old == v->protect, "seed %I64u, call %u: old protection %#lx, expected %#lx\n", seed, call, old, v->protect );
    ret = VirtualProtectEx( p->handle, v->base + pos, 1, v->protect, &other );
    ok( ret, "seed %I64u, call %u: cannot go back to %#lx from %#lx, error %lu\n", seed, call, v->protect, protect,
        GetLastError() );
}

static void fuzz_flush( ULONG64 seed, unsigned int call )
{
    const struct fuzz_view *v = view_count ? &views[random_number() % view_count] : NULL;
    struct faults f = { 0 };
    SIZE_T size = 0, pos, rest;
    char *addr;
    DWORD err;
    BOOL ret;

    if (v && !v->process && !one_in( 4 ))
    {
        pos = random_number() % v->size;
        addr = v->base + pos;
        rest = ((v->size + 0xfff) & ~(SIZE_T)0xfff) - pos;
        if (one_in( 2 )) size = one_in( 3 ) ? rest + 1 + random_number() % 0x10000 : 1 + random_number() % rest;
        if (size > rest) add_fault( &f, ERROR_INVALID_PARAMETER );
    }
    else
    {
        addr = pick_bad_address();
        add_fault( &f, ERROR_INVALID_ADDRESS );
        if ((ULONG_PTR)addr >= user_limit()) add_fault( &f, ERROR_INVALID_PARAMETER );
    }
    SetLastError( 0xdeadbeef );
    ret = FlushViewOfFile( addr, size );
    err = GetLastError();
    ok( is_expected( &f, ret, err ), "seed %I64u, call %u: FlushViewOfFile( %p, %#Ix ): got %d, error %lu, expected %s\n",
        seed, call, addr, size, ret, err, describe( &f ));
}

/* ---- memory ---- */

static void fuzz_memory( ULONG64 seed, unsigned int call )
{
    static const SIZE_T sizes[] = { 1, 0x1000, 0x10000, 0x12345, 0 };
    static const ULONG protects[] = { 1, 2, 4, 0x10, 0x20, 0x40, 0, 6, 8, 0x80, ~0u };
    static const ULONG types[] =
    {
        MEM_RESERVE, MEM_RESERVE | MEM_COMMIT, MEM_RESERVE | MEM_COMMIT, MEM_COMMIT, MEM_COMMIT | MEM_TOP_DOWN,
        0, 0x80000000, MEM_RESERVE | 0x80000000
    };
    static const ULONG free_types[] = { 0, MEM_DECOMMIT | MEM_RELEASE, ~0u, MEM_COMMIT, 4 };
    const struct fuzz_process *p = pick_process();
    MEMORY_BASIC_INFORMATION info;
    struct faults f = { 0 };
    SIZE_T size = PICK( sizes );
    ULONG type = PICK( types ), protect = one_in( 2 ) ? PAGE_READWRITE : PICK( protects );
    unsigned int how = random_number() % 4;
    DWORD node = one_in( 4 ) ? 64 : 0, err;
    int process;
    char *mem;
    BOOL ret;

    process = how ? process_index( p, how == 2, &f ) : 0;
    if (!size || !is_protection( protect ) || protect == PAGE_WRITECOPY || protect == PAGE_EXECUTE_WRITECOPY ||
        !(type & (MEM_RESERVE | MEM_COMMIT)) || (type & 0x80000000) || (how == 3 && node > highest_node()))
        add_fault( &f, ERROR_INVALID_PARAMETER );
    SetLastError( 0xdeadbeef );
    switch (how)
    {
    case 0:  mem = VirtualAlloc( NULL, size, type, protect ); break;
    case 1:  mem = VirtualAllocEx( p->handle, NULL, size, type, protect ); break;
    case 2:  mem = pVirtualAlloc2( p->handle, NULL, size, type, protect, NULL, 0 ); break;
    default: mem = VirtualAllocExNuma( p->handle, NULL, size, type, protect, node ); break;
    }
    err = GetLastError();
    ok( is_expected( &f, mem != NULL, err ), "seed %I64u, call %u: allocation %u( process %u, %#Ix, %#lx, %#lx, %lu ): "
        "got %p, error %lu, expected %s\n", seed, call, how, (unsigned int)(p - processes), size, type, protect, node,
        mem, err, describe( &f ));
    if (!mem || process < 0) return;
    VirtualQueryEx( processes[process].handle, mem, &info, sizeof(info) );
    ok( info.AllocationBase == mem && info.Type == MEM_PRIVATE && info.AllocationProtect == protect &&
        info.State == (type & MEM_COMMIT ? MEM_COMMIT : MEM_RESERVE), "seed %I64u, call %u: allocation %p, type %#lx, "
        "protection %#lx, state %#lx\n", seed, call, info.AllocationBase, info.Type, info.AllocationProtect, info.State );
    if (one_in( 2 ))
    {
        type = PICK( free_types );
        SetLastError( 0xdeadbeef );
        ret = VirtualFreeEx( processes[process].handle, mem, 0, type );
        ok( !ret && GetLastError() == ERROR_INVALID_PARAMETER, "seed %I64u, call %u: VirtualFreeEx %#lx: got %d, error %lu\n",
            seed, call, type, ret, GetLastError() );
        SetLastError( 0xdeadbeef );
        ret = pUnmapViewOfFile2( processes[process].handle, mem, 0 );
        ok( !ret && GetLastError() == ERROR_INVALID_ADDRESS, "seed %I64u, call %u: memory is unmapped: got %d, error %lu\n",
            seed, call, ret, GetLastError() );
    }
    ret = VirtualFreeEx( processes[process].handle, mem, 0, MEM_RELEASE );
    ok( ret, "seed %I64u, call %u: VirtualFreeEx( %p ): error %lu\n", seed, call, mem, GetLastError() );
}

/* ---- sections ---- */

static void fuzz_create( ULONG64 seed, unsigned int call )
{
    static const ULONG protects[] = { 2, 4, 8, 0x20, 0x40, 0x80, 1, 0x10, 0, 6 };
    static const ULONG attrs[] =
    {
        0, 0, SEC_COMMIT, SEC_RESERVE, SEC_COMMIT | SEC_RESERVE, SEC_FILE, SEC_IMAGE, SEC_NOCACHE,
        SEC_COMMIT | SEC_NOCACHE, 0x80000, 0x00100000
    };
    static const ULONG64 sizes[] = { 0x1000, 0x10000, 1, 0, 0x23456, 0x23457, ~0ull, 1ull << 63 };
    const struct maker *m, *wanted = NULL;
    struct section_args a = section_args( PAGE_READWRITE, PICK( sizes ) );
    HANDLE handles[] = { NULL, INVALID_HANDLE_VALUE, file, event, sections[0].handle };
    const WCHAR *names[] = { NULL, NULL, NULL, section_name, event_name, missing_name };
    struct faults f = { 0 };
    unsigned int n = 0;
    DWORD err, high;
    BOOL exists, is_file;
    HANDLE handle;

    a.file = one_in( 3 ) ? PICK( handles ) : NULL;
    if (one_in( 2 )) a.protect = PICK( protects );
    if (one_in( 2 )) a.attrs = PICK( attrs );
    a.name = PICK( names );
    if (one_in( 4 )) a.node = 64;
    for_each_maker( m, 0 ) if (!(random_number() % ++n)) wanted = m;
    m = wanted;

    is_file = a.file && a.file != INVALID_HANDLE_VALUE;
    exists = a.name == section_name;
    high = a.size >> 32;
    if (is_file && a.file != file) add_fault( &f, ERROR_INVALID_HANDLE );
    if (!needed_access( a.protect ) || !is_protection( a.protect ) || a.protect == PAGE_NOACCESS || a.protect == PAGE_EXECUTE)
        add_fault( &f, ERROR_INVALID_PARAMETER );
    if (!is_file && !a.size) add_fault( &f, ERROR_INVALID_PARAMETER );
    if ((a.attrs & SEC_COMMIT && a.attrs & SEC_RESERVE) || (a.attrs & (SEC_FILE | 0x80000 | 0x100000)) || a.attrs == SEC_NOCACHE)
        add_fault( &f, ERROR_INVALID_PARAMETER );
    if ((m->flags & MAKER_NODE) && a.node == 64) add_fault( &f, ERROR_INVALID_PARAMETER );
    if (a.attrs & SEC_IMAGE) { add_fault( &f, ERROR_BAD_EXE_FORMAT ); add_fault( &f, ERROR_INVALID_PARAMETER ); }
    if (a.name == event_name) add_fault( &f, ERROR_INVALID_HANDLE );
    if (high) { add_fault( &f, ERROR_INVALID_PARAMETER ); add_fault( &f, ERROR_NOT_ENOUGH_MEMORY );
                add_fault( &f, ERROR_DISK_FULL ); add_fault( &f, ERROR_NO_SYSTEM_RESOURCES ); f.any |= exists; }
    if (is_file && (a.protect & 0xf0)) add_fault( &f, ERROR_ACCESS_DENIED );  /* without GENERIC_EXECUTE */
    if (is_file && a.size == 0x23457)  /* the file would grow for others to see */
        a.size = 0x23456;
    /* what belongs to an existing section is found before most of this is looked at */
    if (exists) f.any = TRUE;
    if (!(m->flags & MAKER_64BIT) && high) return;

    handle = make_section( m, &a, &err );
    ok( is_expected( &f, handle != NULL, err ) || (exists && !handle && err != 0xdeadbeef), "seed %I64u, call %u: "
        "%s( file %p, protect %#lx, attributes %#lx, size %#I64x, name %ls, node %lu ): got %p, error %lu, expected %s\n",
        seed, call, m->name, a.file, a.protect, a.attrs, a.size, a.name ? a.name : L"-", a.node, handle, err,
        describe( &f ));
    if (!handle) return;
    ok( err == (exists ? ERROR_ALREADY_EXISTS : 0), "seed %I64u, call %u: error %lu\n", seed, call, err );
    CloseHandle( handle );
}

static void fuzz_open( ULONG64 seed, unsigned int call )
{
    static const DWORD accesses[] = { FILE_MAP_READ, FILE_MAP_WRITE, FILE_MAP_COPY, FILE_MAP_ALL_ACCESS, FILE_MAP_EXECUTE };
    const WCHAR *names[] = { section_name, section_name, missing_name, event_name, NULL, L"", L"\\", L"Global\\x\\y\\z" };
    unsigned int which = random_number() % ARRAY_SIZE( names );
    struct faults f = { 0 };
    DWORD access = PICK( accesses ), err;
    HANDLE handle;

    switch (which)
    {
    case 2: add_fault( &f, ERROR_FILE_NOT_FOUND ); break;
    case 3: add_fault( &f, ERROR_INVALID_HANDLE ); break;
    case 4: add_fault( &f, ERROR_INVALID_PARAMETER ); break;
    case 5:
    case 6:
    case 7: add_fault( &f, ERROR_FILE_NOT_FOUND ); add_fault( &f, ERROR_PATH_NOT_FOUND );
            add_fault( &f, ERROR_INVALID_NAME ); add_fault( &f, ERROR_BAD_PATHNAME );
            add_fault( &f, ERROR_INVALID_HANDLE ); break;
    }
    SetLastError( 0xdeadbeef );
    handle = one_in( 2 ) ? OpenFileMappingW( access, FALSE, names[which] )
                         : pOpenFileMappingFromApp( access, FALSE, names[which] );
    err = GetLastError();
    ok( is_expected( &f, handle != NULL, err ), "seed %I64u, call %u: OpenFileMapping( %#lx, name %u ): got %p, error %lu, "
        "expected %s\n", seed, call, access, which, handle, err, describe( &f ));
    if (handle) CloseHandle( handle );
}

/* ---- queries of the machine ---- */

static void fuzz_machine( ULONG64 seed, unsigned int call )
{
    static BOOL (WINAPI *pQueryWorkingSetEx)( HANDLE, void *, DWORD );
    PSAPI_WORKING_SET_EX_INFORMATION pages[8];
    USHORT node = one_in( 2 ) ? random_number() : random_number() % (highest_node() + 1);
    GROUP_AFFINITY mask;
    ULONGLONG memory;
    unsigned int i;
    BOOL ret;

    if (!pQueryWorkingSetEx)
        pQueryWorkingSetEx = (void *)GetProcAddress( GetModuleHandleA( "kernelbase.dll" ), "K32QueryWorkingSetEx" );
    memset( pages, 0xcc, sizeof(pages) );
    for (i = 0; i < ARRAY_SIZE( pages ); i++)
        pages[i].VirtualAddress = view_count && one_in( 2 ) ? views[random_number() % view_count].base
                                                            : (void *)(ULONG_PTR)(random_number() << random_number() % 16);
    ret = pQueryWorkingSetEx( GetCurrentProcess(), pages, sizeof(pages[0]) * (1 + random_number() % 8) );
    ok( ret, "seed %I64u, call %u: QueryWorkingSetEx: error %lu\n", seed, call, GetLastError() );
    SetLastError( 0xdeadbeef );
    ret = GetNumaNodeProcessorMaskEx( node, &mask );
    ok( ret == (node <= highest_node()) && (ret || GetLastError() == ERROR_INVALID_PARAMETER),
        "seed %I64u, call %u: mask of node %u: got %d, error %lu\n", seed, call, node, ret, GetLastError() );
    SetLastError( 0xdeadbeef );
    ret = GetNumaAvailableMemoryNodeEx( node, &memory );
    ok( ret == (node <= highest_node()) && (ret || GetLastError() == ERROR_INVALID_PARAMETER),
        "seed %I64u, call %u: memory of node %u: got %d, error %lu\n", seed, call, node, ret, GetLastError() );
}

static void unmap_everything( ULONG64 seed )
{
    while (view_count)
    {
        const struct fuzz_view *v = &views[view_count - 1];

        check_contents( v, seed, BATCH_CALLS );
        ok( pUnmapViewOfFile2( view_process( v ), v->base, 0 ), "seed %I64u: cannot unmap %p in the end, error %lu\n",
            seed, v->base, GetLastError() );
        remove_view( view_count - 1 );
    }
}

static void run_batch( ULONG64 seed )
{
    static void (* const calls[])( ULONG64 seed, unsigned int call ) =
    {
        fuzz_map, fuzz_map, fuzz_map, fuzz_map, fuzz_map, fuzz_unmap, fuzz_unmap, fuzz_query, fuzz_query,
        fuzz_protect, fuzz_flush, fuzz_memory, fuzz_create, fuzz_open, fuzz_machine
    };
    unsigned int i;

    state = seed;
    for (i = 0; i < BATCH_CALLS; i++) PICK( calls )( seed, i );
    unmap_everything( seed );
}

static ULONG64 env_number( const char *name, ULONG64 otherwise )
{
    char value[32];

    return GetEnvironmentVariableA( name, value, sizeof(value) ) ? _strtoui64( value, NULL, 10 ) : otherwise;
}

static void test_fuzz(void)
{
    DWORD seconds = env_number( "MAPVIEW_SECONDS", 4 ), start = GetTickCount(), batches = 0, handles = 0, now;
    ULONG64 seed = env_number( "MAPVIEW_SEED", 0 );
    BOOL replay = seed != 0;

    if (!pMapViewOfFileNuma2 || !pUnmapViewOfFile2 || !pOpenFileMappingFromApp)
    {
        win_skip( "no functions for other processes\n" );
        return;
    }
    init_things();
    highest_node();
    if (!replay && !(seed = env_number( "MAPVIEW_FIRST_SEED", 0 )))
        seed = (ULONG64)GetTickCount() << 10 ^ GetCurrentProcessId();
    do
    {
        run_batch( seed + batches );
        if (++batches == 3) handles = next_handle();
    } while (!replay && GetTickCount() - start < seconds * 1000);
    now = next_handle();
    if (handles) ok( now == handles, "next handle %#lx, %#lx after the third batch\n", now, handles );
    ok( WaitForSingleObject( other_process, 0 ) == WAIT_TIMEOUT, "the other process has ended\n" );
    trace( "%lu batches of %u calls, seeds %I64u to %I64u\n", batches, BATCH_CALLS, seed, seed + batches - 1 );
    free_things();
}

static const struct rule rules[] =
{
    { "1.4-fuzz", "random and boundary arguments against a model", test_fuzz },
    { NULL, NULL, NULL }
};

static const struct child children[] =
{
    { "fuzz-idle", child_idle },
    { NULL, NULL }
};

const struct test_file file_fuzz = { "fuzz", rules, children };
