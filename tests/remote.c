/*
 * Views and memory of other processes
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "large.h"
#include <psapi.h>

#define SECTION_SIZE 0x40000

/* A process that does what it is told, through a pair of pipes. */

enum order { ORDER_QUERY, ORDER_READ, ORDER_WRITE, ORDER_PROTECT, ORDER_UNMAP, ORDER_READ_FILE, ORDER_SUM, ORDER_MAP,
             ORDER_EXIT };

struct message
{
    enum order  order;
    char       *addr;
    SIZE_T      size;
    DWORD       value;       /* byte, protection, handle; in the answer: a result */
    DWORD       error;       /* of the answer: last error or exception code, 0 when it worked */
    MEMORY_BASIC_INFORMATION info;
};

struct target
{
    HANDLE process, thread, orders, answers;
};

static DWORD sum_words( const char *addr, SIZE_T size )
{
    DWORD sum = 0;
    SIZE_T pos;

    for (pos = 0; pos < size; pos += 4) sum = sum * 31 + word_at( addr, pos );
    return sum;
}

static void obey( struct message *m )
{
    DWORD old, len = 0;
    BYTE byte = 0;
    BOOL ret = TRUE;

    m->error = 0;
    switch (m->order)
    {
    case ORDER_QUERY:
        ret = VirtualQuery( m->addr, &m->info, sizeof(m->info) ) != 0;
        break;
    case ORDER_READ:
        m->error = probe_read( m->addr, &byte );
        m->value = byte;
        break;
    case ORDER_WRITE:
        m->error = probe_write( m->addr, m->value );
        break;
    case ORDER_PROTECT:
        ret = VirtualProtect( m->addr, m->size, m->value, &old );
        if (ret) m->value = old;
        break;
    case ORDER_UNMAP:
        ret = UnmapViewOfFile( m->addr );
        break;
    case ORDER_READ_FILE:
        ret = ReadFile( (HANDLE)(ULONG_PTR)m->value, m->addr, m->size, &len, NULL );
        m->value = len;
        break;
    case ORDER_SUM:
        m->value = sum_words( m->addr, m->size );
        break;
    case ORDER_MAP:
        m->addr = MapViewOfFile( (HANDLE)(ULONG_PTR)m->value, FILE_MAP_WRITE, 0, 0, 0 );
        ret = m->addr != NULL;
        break;
    case ORDER_EXIT:
        break;
    }
    if (!ret) m->error = GetLastError();
}

static int child_target( int argc, char **argv )
{
    HANDLE orders, answers;
    struct message m;
    DWORD len;

    if (argc != 2) return 2;
    orders = (HANDLE)(ULONG_PTR)_strtoui64( argv[0], NULL, 16 );
    answers = (HANDLE)(ULONG_PTR)_strtoui64( argv[1], NULL, 16 );
    while (ReadFile( orders, &m, sizeof(m), &len, NULL ) && len == sizeof(m))
    {
        obey( &m );
        if (!WriteFile( answers, &m, sizeof(m), &len, NULL ) || m.order == ORDER_EXIT) break;
    }
    return 0;
}

static BOOL start_target( struct target *t, BOOL suspended )
{
    SECURITY_ATTRIBUTES sa = { sizeof(sa), NULL, TRUE };
    HANDLE orders, answers;

    memset( t, 0, sizeof(*t) );
    if (!CreatePipe( &orders, &t->orders, &sa, 0 ) || !CreatePipe( &t->answers, &answers, &sa, 0 ))
    {
        ok( 0, "no pipes, error %lu\n", GetLastError() );
        return FALSE;
    }
    SetHandleInformation( t->orders, HANDLE_FLAG_INHERIT, 0 );
    SetHandleInformation( t->answers, HANDLE_FLAG_INHERIT, 0 );
    if (suspended) t->process = start_suspended_child( &t->thread, "remote-target", "%p %p", orders, answers );
    else t->process = start_child( "remote-target", "%p %p", orders, answers );
    CloseHandle( orders );
    CloseHandle( answers );
    return t->process != NULL;
}

static DWORD tell( const struct target *t, struct message *m )
{
    DWORD len;

    if (!WriteFile( t->orders, m, sizeof(*m), &len, NULL ) ||
        !ReadFile( t->answers, m, sizeof(*m), &len, NULL ) || len != sizeof(*m))
    {
        ok( 0, "the target does not answer order %u, error %lu\n", m->order, GetLastError() );
        m->error = ~0u;
    }
    return m->error;
}

static DWORD tell_simple( const struct target *t, enum order order, void *addr, SIZE_T size, DWORD *value )
{
    struct message m;

    memset( &m, 0, sizeof(m) );
    m.order = order;
    m.addr = addr;
    m.size = size;
    if (value) m.value = *value;
    tell( t, &m );
    if (value) *value = m.value;
    return m.error;
}

static void close_target( struct target *t )
{
    CloseHandle( t->orders );
    CloseHandle( t->answers );
    if (t->thread) CloseHandle( t->thread );
    CloseHandle( t->process );
}

static void stop_target( struct target *t )
{
    struct message m;
    DWORD ret;

    memset( &m, 0, sizeof(m) );
    m.order = ORDER_EXIT;
    tell( t, &m );
    ret = WaitForSingleObject( t->process, 20000 );
    ok( !ret, "the target does not end: %lu\n", ret );
    if (ret) TerminateProcess( t->process, 1 );
    close_target( t );
}

static void unmap_remote_at( int line, HANDLE process, void *view )
{
    BOOL ret;

    if (!view) return;
    SetLastError( 0xdeadbeef );
    ret = pUnmapViewOfFile2( process, view, 0 );
    ok_at( __FILE__, line, ret, "cannot unmap %p, error %lu\n", view, GetLastError() );
}
#define unmap_remote( process, view ) unmap_remote_at( __LINE__, process, view )

static BOOL have_functions(void)
{
    if (pMapViewOfFileNuma2 && pMapViewOfFile3 && pUnmapViewOfFile2 && pVirtualAlloc2) return TRUE;
    win_skip( "no functions for other processes\n" );
    return FALSE;
}

/* What the target, and we from outside, see of a view. */
static void check_target_region( const struct target *t, char *addr, void *base, SIZE_T size, DWORD state, DWORD protect )
{
    MEMORY_BASIC_INFORMATION info;
    struct message m;
    unsigned int i;

    for (i = 0; i < 2; i++)
    {
        memset( &m, 0, sizeof(m) );
        if (i)
        {
            m.order = ORDER_QUERY;
            m.addr = addr;
            tell( t, &m );
            info = m.info;
            ok( !m.error, "VirtualQuery in the target: error %lu\n", m.error );
        }
        else
        {
            memset( &info, 0, sizeof(info) );
            ok( VirtualQueryEx( t->process, addr, &info, sizeof(info) ) == sizeof(info),
                "VirtualQueryEx: error %lu\n", GetLastError() );
        }
        ok( info.BaseAddress == addr, "%u: base %p, expected %p\n", i, info.BaseAddress, addr );
        ok( info.State == state, "%u: state %#lx, expected %#lx\n", i, info.State, state );
        ok( info.Protect == protect, "%u: protection %#lx, expected %#lx\n", i, info.Protect, protect );
        if (state == MEM_FREE) continue;
        ok( info.AllocationBase == base, "%u: allocation %p, expected %p\n", i, info.AllocationBase, base );
        ok( info.RegionSize == size, "%u: size %#Ix, expected %#Ix\n", i, info.RegionSize, size );
        ok( info.Type == MEM_MAPPED, "%u: type %#lx\n", i, info.Type );
    }
}

static void check_target_view( const struct target *t, char *view, SIZE_T size, DWORD protect )
{
    check_target_region( t, view, view, size, MEM_COMMIT, protect );
}

/* All that is needed is PROCESS_VM_OPERATION, and nothing replaces it. */
static void test_access_rights(void)
{
    static const DWORD wrong[] =
    {
        PROCESS_QUERY_INFORMATION, PROCESS_VM_READ | PROCESS_VM_WRITE, SYNCHRONIZE, PROCESS_DUP_HANDLE,
        PROCESS_ALL_ACCESS & ~PROCESS_VM_OPERATION
    };
    HANDLE section, handle;
    struct map_args args;
    struct target t;
    const struct mapper *m;
    unsigned int i;
    char *view, *mem;
    DWORD old, id;
    BOOL ret;

    if (!have_functions() || !start_target( &t, FALSE )) return;
    section = create_filled_section( PAGE_READWRITE, SECTION_SIZE );
    args = map_args( section );
    id = GetProcessId( t.process );

    handle = OpenProcess( PROCESS_VM_OPERATION, FALSE, id );
    args.process = handle;
    for_each_mapper( m, TAKES_PROTECT )
    {
        view = map_works( m, &args );
        unmap_remote( handle, view );
    }
    mem = VirtualAllocEx( handle, NULL, PAGE, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE );
    ok( mem != NULL, "VirtualAllocEx: error %lu\n", GetLastError() );
    ret = VirtualProtectEx( handle, mem, PAGE, PAGE_READONLY, &old );
    ok( ret && old == PAGE_READWRITE, "VirtualProtectEx: got %d, error %lu, old %#lx\n", ret, GetLastError(), old );
    CloseHandle( handle );

    view = pMapViewOfFileNuma2( section, t.process, 0, NULL, 0, 0, PAGE_READWRITE, NUMA_NO_PREFERRED_NODE );
    ok( view != NULL, "error %lu\n", GetLastError() );
    for (i = 0; i < ARRAY_SIZE( wrong ); i++)
    {
        winetest_push_context( "access %#lx", wrong[i] );
        handle = OpenProcess( wrong[i], FALSE, id );
        ok( handle != NULL, "OpenProcess: error %lu\n", GetLastError() );
        args.process = handle;
        for_each_mapper( m, TAKES_PROTECT ) map_fails( m, &args, ERROR_ACCESS_DENIED );
        SetLastError( 0xdeadbeef );
        ret = pUnmapViewOfFile2( handle, view, 0 );
        ok( !ret && GetLastError() == ERROR_ACCESS_DENIED, "unmap: got %d, error %lu\n", ret, GetLastError() );
        SetLastError( 0xdeadbeef );
        ok( !VirtualAllocEx( handle, NULL, PAGE, MEM_RESERVE, PAGE_READWRITE ) &&
            GetLastError() == ERROR_ACCESS_DENIED, "VirtualAllocEx: error %lu\n", GetLastError() );
        SetLastError( 0xdeadbeef );
        ok( !pVirtualAlloc2( handle, NULL, PAGE, MEM_RESERVE, PAGE_READWRITE, NULL, 0 ) &&
            GetLastError() == ERROR_ACCESS_DENIED, "VirtualAlloc2: error %lu\n", GetLastError() );
        SetLastError( 0xdeadbeef );
        ok( !VirtualProtectEx( handle, mem, PAGE, PAGE_READWRITE, &old ) && GetLastError() == ERROR_ACCESS_DENIED,
            "VirtualProtectEx: error %lu\n", GetLastError() );
        SetLastError( 0xdeadbeef );
        ok( !VirtualFreeEx( handle, mem, 0, MEM_RELEASE ) && GetLastError() == ERROR_ACCESS_DENIED,
            "VirtualFreeEx: error %lu\n", GetLastError() );
        CloseHandle( handle );
        winetest_pop_context();
    }
    check_target_view( &t, view, SECTION_SIZE, PAGE_READWRITE );
    unmap_remote( t.process, view );
    ok( VirtualFreeEx( t.process, mem, 0, MEM_RELEASE ), "VirtualFreeEx: error %lu\n", GetLastError() );
    stop_target( &t );
    CloseHandle( section );
}

static void test_query_rights(void)
{
    static const struct { DWORD access; BOOL works; } tests[] =
    {
        { PROCESS_QUERY_INFORMATION, TRUE },
        { PROCESS_VM_OPERATION, FALSE },
        { PROCESS_VM_READ | PROCESS_VM_WRITE | SYNCHRONIZE, FALSE },
    };
    MEMORY_BASIC_INFORMATION info;
    struct target t;
    HANDLE handle;
    unsigned int i;
    SIZE_T ret;
    DWORD err;

    if (!start_target( &t, FALSE )) return;
    for (i = 0; i < ARRAY_SIZE( tests ); i++)
    {
        handle = OpenProcess( tests[i].access, FALSE, GetProcessId( t.process ));
        memset( &info, 0xcc, sizeof(info) );
        SetLastError( 0xdeadbeef );
        ret = VirtualQueryEx( handle, GetModuleHandleA( "ntdll.dll" ), &info, sizeof(info) );
        err = GetLastError();
        if (tests[i].works)
            ok( ret == sizeof(info) && info.State == MEM_COMMIT && info.Type == MEM_IMAGE,
                "access %#lx: got %Iu, error %lu, state %#lx, type %#lx\n", tests[i].access, ret, err, info.State,
                info.Type );
        else
            ok( !ret && err == ERROR_ACCESS_DENIED, "access %#lx: got %Iu, error %lu\n", tests[i].access, ret, err );
        CloseHandle( handle );
    }
    stop_target( &t );
}

/* A view somewhere in the target holds this part of the section. */
static void check_remote_view( const struct target *t, char *view, char *own, SIZE_T offset, SIZE_T size, DWORD protect )
{
    DWORD value = 0, err;

    if (!view) return;
    check_target_view( t, view, size, protect );
    if (protect == PAGE_NOACCESS) return;
    err = tell_simple( t, ORDER_SUM, view, size, &value );
    ok( !err && value == sum_words( own + offset, size ), "the target reads other bytes (%lu)\n", err );
}

static void test_options(void)
{
    static const struct { ULONG64 offset; SIZE_T size; } parts[] =
    {
        { 0, 0 }, { 0, SECTION_SIZE }, { 0, PAGE }, { GRANULARITY, 0 }, { GRANULARITY, PAGE },
        { 2 * GRANULARITY, GRANULARITY + PAGE }, { SECTION_SIZE - GRANULARITY, GRANULARITY },
    };
    static const ULONG protects[] =
    {
        PAGE_NOACCESS, PAGE_READONLY, PAGE_READWRITE, PAGE_WRITECOPY, PAGE_EXECUTE_READ, PAGE_EXECUTE_READWRITE,
        PAGE_EXECUTE_WRITECOPY
    };
    static const ULONG types[] = { 0, MEM_TOP_DOWN, MEM_DIFFERENT_IMAGE_BASE_OK };
    HANDLE section;
    struct map_args args;
    const struct mapper *m;
    struct target t;
    unsigned int i;
    char *own, *view;
    SIZE_T size;

    if (!have_functions() || !start_target( &t, FALSE )) return;
    section = create_filled_section( PAGE_EXECUTE_READWRITE, SECTION_SIZE );
    own = map_all( section );
    args = map_args( section );
    args.process = t.process;
    for_each_mapper( m, TAKES_PROTECT )
    {
        for (i = 0; i < ARRAY_SIZE( parts ); i++)
        {
            args.offset = parts[i].offset;
            args.size = parts[i].size;
            size = args.size ? args.size : SECTION_SIZE - args.offset;
            if (!(view = map_works( m, &args ))) continue;
            check_remote_view( &t, view, own, args.offset, size, PAGE_READWRITE );
            unmap_remote( t.process, view + args.size / 2 );
            check_target_region( &t, view, NULL, 0, MEM_FREE, PAGE_NOACCESS );
        }
        args.offset = args.size = 0;
        for (i = 0; i < ARRAY_SIZE( protects ); i++)
        {
            if (!can_map( m, protects[i] )) continue;
            set_protect( &args, protects[i] );
            if (!(view = map_works( m, &args ))) continue;
            check_remote_view( &t, view, own, 0, SECTION_SIZE, protects[i] );
            unmap_remote( t.process, view );
        }
        set_protect( &args, PAGE_READWRITE );
        for (i = 0; i < ARRAY_SIZE( types ); i++)
        {
            args.alloc_type = types[i];
            if (!(view = map_works( m, &args ))) continue;
            check_remote_view( &t, view, own, 0, SECTION_SIZE, PAGE_READWRITE );
            unmap_remote( t.process, view );
        }
        args.alloc_type = 0;
    }
    unmap( own );
    stop_target( &t );
    CloseHandle( section );
}

static void test_base(void)
{
    static const SIZE_T bias[] = { 0, PAGE, GRANULARITY - 1 };
    char *base = (char *)ZONE( 0x2b ), *own, *view;
    struct map_args args;
    const struct mapper *m;
    struct target t;
    HANDLE section;
    unsigned int i;
    DWORD err;

    if (!have_functions() || !start_target( &t, FALSE )) return;
    section = create_filled_section( PAGE_READWRITE, SECTION_SIZE );
    own = map_all( section );
    args = map_args( section );
    args.process = t.process;
    for_each_mapper( m, TAKES_PROTECT )
    {
        /* what lies there in this process does not matter */
        args.base = own;
        view = map_view( m, &args, &err );
        ok( view == own || (!view && err == ERROR_INVALID_ADDRESS), "got %p, expected %p, error %lu\n", view, own, err );
        if (view) unmap_remote( t.process, view );
        for (i = 0; i < ARRAY_SIZE( bias ); i++)
        {
            args.base = base + bias[i];
            view = map_view( m, &args, &err );
            ok( view == base || broken( bias[i] && !view && err == ERROR_MAPPED_ALIGNMENT ),
                "%p: got %p, error %lu\n", args.base, view, err );
            if (!view) continue;
            check_remote_view( &t, view, own, 0, SECTION_SIZE, PAGE_READWRITE );
            map_fails_or( m, &args, ERROR_INVALID_ADDRESS, bias[i] ? ERROR_MAPPED_ALIGNMENT : ERROR_INVALID_ADDRESS );
            unmap_remote( t.process, view );
        }
        args.base = GetModuleHandleA( "ntdll.dll" );
        map_fails( m, &args, ERROR_INVALID_ADDRESS );
        args.base = (void *)USER_END;
        map_fails( m, &args, ERROR_INVALID_PARAMETER );
        args.base = (void *)(BITS( SYSTEM_ADDRESS, USER_END ));
        map_fails( m, &args, ERROR_INVALID_PARAMETER );
        args.base = NULL;
    }
    unmap( own );
    stop_target( &t );
    CloseHandle( section );
}

/* The errors are those of the calling process's own views. */
static void test_errors(void)
{
    HANDLE section, readonly, event = CreateEventW( NULL, FALSE, FALSE, NULL );
    struct map_args args, good;
    const struct mapper *m;
    struct target t;

    if (!have_functions() || !start_target( &t, FALSE )) return;
    section = create_filled_section( PAGE_READWRITE, SECTION_SIZE );
    readonly = create_section( PAGE_READONLY, SECTION_SIZE );
    good = map_args( section );
    good.process = t.process;
    for_each_mapper( m, TAKES_PROTECT )
    {
#define FAILS( field, val, error ) args = good; args.field = val; map_fails( m, &args, error )
        FAILS( offset, PAGE, ERROR_MAPPED_ALIGNMENT );
        FAILS( offset, SECTION_SIZE, ERROR_INVALID_PARAMETER );
        FAILS( size, SECTION_SIZE + 1, ERROR_ACCESS_DENIED );
        FAILS( protect, 0, ERROR_INVALID_PARAMETER );
        FAILS( protect, PAGE_READWRITE | PAGE_GUARD, ERROR_INVALID_PARAMETER );
        FAILS( alloc_type, MEM_COMMIT, ERROR_INVALID_PARAMETER );
        FAILS( alloc_type, MEM_RESERVE, ERROR_INVALID_PARAMETER );
        FAILS( section, NULL, ERROR_INVALID_HANDLE );
        FAILS( section, event, ERROR_INVALID_HANDLE );
        FAILS( section, t.process, ERROR_INVALID_HANDLE );
        FAILS( section, readonly, ERROR_ACCESS_DENIED );
        FAILS( process, event, ERROR_INVALID_HANDLE );
        FAILS( process, section, ERROR_INVALID_HANDLE );
        FAILS( process, (HANDLE)(ULONG_PTR)0xdeadbee0, ERROR_INVALID_HANDLE );
        args = good;
        args.protect = PAGE_EXECUTE_READ;
        if (!(m->flags & FOR_APPS)) map_fails( m, &args, ERROR_ACCESS_DENIED );
#undef FAILS
    }
    stop_target( &t );
    CloseHandle( readonly );
    CloseHandle( section );
    CloseHandle( event );
}

static MEM_EXTENDED_PARAMETER requirements( MEM_ADDRESS_REQUIREMENTS *req, ULONG_PTR low, ULONG_PTR high, SIZE_T align )
{
    MEM_EXTENDED_PARAMETER param;

    memset( &param, 0, sizeof(param) );
    param.Type = PARAM_ADDRESS_REQUIREMENTS;
    param.Pointer = req;
    req->LowestStartingAddress = (void *)low;
    req->HighestEndingAddress = (void *)(high ? high - 1 : 0);
    req->Alignment = align;
    return param;
}

static const struct { ULONG_PTR low, high; SIZE_T align; } places[] =
{
    { ZONE( 0x30 ), 0, 0 },
    { 0, BITS( 0x100000000, 0x70000000 ), 0 },
    { ZONE( 0x31 ), ZONE( 0x31 ) + 0x100000, 0 },
    { ZONE( 0x32 ), ZONE( 0x32 ) + SECTION_SIZE, 0 },
    { 0, 0, 0x100000 },
    { 0, 0, BITS( 0x40000000, 0x10000000 ) },
    { ZONE( 0x33 ) + 0x10000, ZONE( 0x34 ), BITS( 0x1000000, 0x100000 ) },
};

static BOOL is_placed( char *addr, unsigned int i )
{
    ULONG_PTR start = (ULONG_PTR)addr;

    return addr && start >= places[i].low && (!places[i].high || start + SECTION_SIZE <= places[i].high) &&
           !(start & ((places[i].align ? places[i].align : GRANULARITY) - 1));
}

static void test_range_and_alignment(void)
{
    static const ULONG types[] = { 0, MEM_TOP_DOWN };
    MEM_ADDRESS_REQUIREMENTS req;
    MEM_EXTENDED_PARAMETER param;
    struct map_args args;
    const struct mapper *m;
    struct target t;
    HANDLE section;
    unsigned int i, j;
    char *own, *view;
    DWORD err;

    if (!have_functions() || !start_target( &t, FALSE )) return;
    section = create_filled_section( PAGE_READWRITE, SECTION_SIZE );
    own = map_all( section );
    args = map_args( section );
    args.process = t.process;
    args.params = &param;
    args.count = 1;
    for_each_mapper( m, TAKES_PARAMS )
    {
        for (i = 0; i < ARRAY_SIZE( places ); i++)
        {
            for (j = 0; j < ARRAY_SIZE( types ); j++)
            {
                args.alloc_type = types[j];
                param = requirements( &req, places[i].low, places[i].high, places[i].align );
                view = map_view( m, &args, &err );
                ok( is_placed( view, i ) || broken( !view && places[i].align && err == ERROR_INVALID_PARAMETER ),
                    "place %u: got %p, error %lu\n", i, view, err );
                if (!view) continue;
                check_remote_view( &t, view, own, 0, SECTION_SIZE, PAGE_READWRITE );
                unmap_remote( t.process, view );
            }
        }
        /* full */
        args.alloc_type = 0;
        param = requirements( &req, places[3].low, places[3].high, 0 );
        view = map_works( m, &args );
        map_fails( m, &args, ERROR_NOT_ENOUGH_MEMORY );
        unmap_remote( t.process, view );
    }
    unmap( own );
    stop_target( &t );
    CloseHandle( section );
}

static void test_alloc2(void)
{
    MEM_ADDRESS_REQUIREMENTS req;
    MEM_EXTENDED_PARAMETER param;
    MEMORY_BASIC_INFORMATION info;
    DWORD value = 0, err, old;
    struct target t;
    unsigned int i;
    char *mem;
    BOOL ret;

    if (!have_functions() || !start_target( &t, FALSE )) return;
    for (i = 0; i < ARRAY_SIZE( places ); i++)
    {
        param = requirements( &req, places[i].low, places[i].high, places[i].align );
        SetLastError( 0xdeadbeef );
        mem = pVirtualAlloc2( t.process, NULL, SECTION_SIZE, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE, &param, 1 );
        ok( is_placed( mem, i ), "place %u: got %p, error %lu\n", i, mem, GetLastError() );
        if (!mem) continue;
        memset( &info, 0, sizeof(info) );
        VirtualQueryEx( t.process, mem, &info, sizeof(info) );
        ok( info.State == MEM_COMMIT && info.Type == MEM_PRIVATE && info.RegionSize == SECTION_SIZE,
            "place %u: state %#lx, type %#lx, size %#Ix\n", i, info.State, info.Type, info.RegionSize );
        value = 0x5a;
        err = tell_simple( &t, ORDER_WRITE, mem + PAGE, 0, &value );
        ok( !err, "the target cannot write, %#lx\n", err );
        ret = VirtualProtectEx( t.process, mem, PAGE, PAGE_NOACCESS, &old );
        ok( ret && old == PAGE_READWRITE, "VirtualProtectEx: error %lu, old %#lx\n", GetLastError(), old );
        err = tell_simple( &t, ORDER_READ, mem, 0, &value );
        ok( err == EXCEPTION_ACCESS_VIOLATION, "the target reads without access, %#lx\n", err );
        ret = VirtualFreeEx( t.process, mem, 0, MEM_RELEASE );
        ok( ret, "VirtualFreeEx: error %lu\n", GetLastError() );
    }
    mem = pVirtualAlloc2( t.process, (char *)ZONE( 0x2c ), PAGE, MEM_RESERVE, PAGE_READWRITE, NULL, 0 );
    ok( mem == (char *)ZONE( 0x2c ), "got %p, error %lu\n", mem, GetLastError() );
    SetLastError( 0xdeadbeef );
    ok( !pVirtualAlloc2( t.process, mem, PAGE, MEM_RESERVE, PAGE_READWRITE, NULL, 0 ) && GetLastError() == ERROR_INVALID_ADDRESS,
        "the address is in use: error %lu\n", GetLastError() );
    SetLastError( 0xdeadbeef );
    ok( !pVirtualAlloc2( t.process, NULL, 0, MEM_RESERVE, PAGE_READWRITE, NULL, 0 ) && GetLastError() == ERROR_INVALID_PARAMETER,
        "size 0: error %lu\n", GetLastError() );
    SetLastError( 0xdeadbeef );
    ok( !pVirtualAlloc2( t.process, NULL, PAGE, MEM_RESERVE, 0, NULL, 0 ) && GetLastError() == ERROR_INVALID_PARAMETER,
        "protection 0: error %lu\n", GetLastError() );
    VirtualFreeEx( t.process, mem, 0, MEM_RELEASE );
    stop_target( &t );
}

/* The target can do with the view what it does with its own. */
static void test_ordinary_view(void)
{
    struct map_args args;
    const struct mapper *m;
    HANDLE section, file;
    struct target t;
    char *own, *view;
    DWORD value = 0, err;
    BOOL ret;

    if (!have_functions()) return;
    file = create_test_file( GENERIC_READ, GRANULARITY );
    SetHandleInformation( file, HANDLE_FLAG_INHERIT, HANDLE_FLAG_INHERIT );
    if (!start_target( &t, FALSE )) return;
    section = create_filled_section( PAGE_READWRITE, SECTION_SIZE );
    own = map_all( section );
    args = map_args( section );
    args.process = t.process;
    for_each_mapper( m, TAKES_PROTECT )
    {
        if (!(view = map_works( m, &args ))) continue;
        value = 0x77;
        err = tell_simple( &t, ORDER_WRITE, view + GRANULARITY, 0, &value );
        ok( !err && own[GRANULARITY] == 0x77, "write: error %#lx, got %#x\n", err, own[GRANULARITY] );
        own[GRANULARITY] = 0x66;
        err = tell_simple( &t, ORDER_READ, view + GRANULARITY, 0, &value );
        ok( !err && value == 0x66, "read: error %#lx, got %#lx\n", err, value );

        memset( own, 0, GRANULARITY );
        value = (DWORD)(ULONG_PTR)file;
        SetFilePointer( file, 0, NULL, FILE_BEGIN );
        err = tell_simple( &t, ORDER_READ_FILE, view, GRANULARITY, &value );
        ok( !err && value == GRANULARITY, "ReadFile: error %lu, %#lx bytes\n", err, value );
        ok( word_at( own, 0 ) == test_word( 0 ) && word_at( own, GRANULARITY - 4 ) == test_word( GRANULARITY - 4 ),
            "ReadFile into the view: got %#lx, %#lx\n", word_at( own, 0 ), word_at( own, GRANULARITY - 4 ));

        value = PAGE_READONLY;
        err = tell_simple( &t, ORDER_PROTECT, view + PAGE, PAGE, &value );
        ok( !err && value == PAGE_READWRITE, "VirtualProtect: error %lu, old %#lx\n", err, value );
        check_target_region( &t, view + PAGE, view, PAGE, MEM_COMMIT, PAGE_READONLY );
        err = tell_simple( &t, ORDER_WRITE, view + PAGE, 0, &value );
        ok( err == EXCEPTION_ACCESS_VIOLATION, "write to a read-only page: %#lx\n", err );

        err = tell_simple( &t, ORDER_UNMAP, view + PAGE, 0, NULL );
        ok( !err, "UnmapViewOfFile: error %lu\n", err );
        SetLastError( 0xdeadbeef );
        ret = pUnmapViewOfFile2( t.process, view, 0 );
        ok( !ret && GetLastError() == ERROR_INVALID_ADDRESS, "unmapped twice: got %d, error %lu\n", ret, GetLastError() );
    }

    /* and the other way round: what the target has mapped itself can be unmapped from here */
    {
        struct message msg;

        memset( &msg, 0, sizeof(msg) );
        msg.order = ORDER_MAP;
        ret = DuplicateHandle( GetCurrentProcess(), section, t.process, &file, 0, FALSE, DUPLICATE_SAME_ACCESS );
        ok( ret, "DuplicateHandle: error %lu\n", GetLastError() );
        msg.value = (DWORD)(ULONG_PTR)file;
        err = tell( &t, &msg );
        ok( !err, "MapViewOfFile in the target: error %lu\n", err );
        check_remote_view( &t, msg.addr, own, 0, SECTION_SIZE, PAGE_READWRITE );
        unmap_remote( t.process, msg.addr );
        err = tell_simple( &t, ORDER_READ, msg.addr, 0, &value );
        ok( err == EXCEPTION_ACCESS_VIOLATION, "read behind the unmapping: %#lx\n", err );
    }
    unmap( own );
    stop_target( &t );
    CloseHandle( section );
}

/* A copy-on-write view is the target's own; from outside its written pages look as from inside. */
static void test_write_copy(void)
{
    HANDLE section;
    struct target t;
    char *own, *view;
    DWORD value = 0x11, err;

    if (!have_functions() || !start_target( &t, FALSE )) return;
    section = create_filled_section( PAGE_READWRITE, SECTION_SIZE );
    own = map_all( section );
    view = pMapViewOfFileNuma2( section, t.process, 0, NULL, 0, 0, PAGE_WRITECOPY, NUMA_NO_PREFERRED_NODE );
    ok( view != NULL, "error %lu\n", GetLastError() );
    check_target_view( &t, view, SECTION_SIZE, PAGE_WRITECOPY );
    err = tell_simple( &t, ORDER_WRITE, view + PAGE, 0, &value );
    ok( !err, "the target cannot write, %#lx\n", err );
    ok( word_at( own, PAGE ) == test_word( PAGE ), "the section has changed: %#lx\n", word_at( own, PAGE ));
    check_target_region( &t, view, view, PAGE, MEM_COMMIT, PAGE_WRITECOPY );
    check_target_region( &t, view + PAGE, view, PAGE, MEM_COMMIT, PAGE_READWRITE );
    check_target_region( &t, view + 2 * PAGE, view, SECTION_SIZE - 2 * PAGE, MEM_COMMIT, PAGE_WRITECOPY );
    unmap_remote( t.process, view );
    unmap( own );
    stop_target( &t );
    CloseHandle( section );
}

static void test_file_section(void)
{
    char path[MAX_PATH], *view, *own;
    HANDLE file = create_named_test_file( GENERIC_READ, SECTION_SIZE, path ), section;
    struct target t;
    DWORD value, err, len, word;
    OVERLAPPED ov;

    if (!have_functions() || !start_target( &t, FALSE )) return;
    section = CreateFileMappingW( file, NULL, PAGE_READWRITE, 0, 0, NULL );
    own = map_all( section );
    view = pMapViewOfFileNuma2( section, t.process, GRANULARITY, NULL, 0, 0, PAGE_READWRITE, NUMA_NO_PREFERRED_NODE );
    ok( view != NULL, "error %lu\n", GetLastError() );
    check_remote_view( &t, view, own, GRANULARITY, SECTION_SIZE - GRANULARITY, PAGE_READWRITE );
    value = 0x42;
    err = tell_simple( &t, ORDER_WRITE, view, 0, &value );
    ok( !err && own[GRANULARITY] == 0x42, "error %#lx, got %#x\n", err, own[GRANULARITY] );
    unmap( own );
    CloseHandle( section );

    /* the view keeps the file mapped */
    memset( &ov, 0, sizeof(ov) );
    ov.Offset = GRANULARITY;
    ReadFile( file, &word, sizeof(word), &len, &ov );
    ok( (word & 0xff) == 0x42, "the file has %#lx\n", word );
    SetFilePointer( file, PAGE, NULL, FILE_BEGIN );
    SetLastError( 0xdeadbeef );
    ok( !SetEndOfFile( file ) && GetLastError() == ERROR_USER_MAPPED_FILE, "SetEndOfFile: error %lu\n", GetLastError() );
    unmap_remote( t.process, view );
    ok( SetEndOfFile( file ), "SetEndOfFile behind the unmapping: error %lu\n", GetLastError() );
    stop_target( &t );
    CloseHandle( file );
}

/* A process whose first instruction has not run yet. */
static void test_suspended(void)
{
    MEM_ADDRESS_REQUIREMENTS req;
    MEM_EXTENDED_PARAMETER param;
    MEMORY_BASIC_INFORMATION info;
    struct map_args args;
    const struct mapper *m;
    char *own, *views[8], *mem;
    struct target t;
    HANDLE section;
    unsigned int i = 0;
    DWORD old;

    if (!have_functions() || !start_target( &t, TRUE )) return;
    section = create_filled_section( PAGE_READWRITE, SECTION_SIZE );
    own = map_all( section );
    args = map_args( section );
    args.process = t.process;
    for_each_mapper( m, TAKES_PROTECT )
    {
        args.offset = i * GRANULARITY;
        if (m->flags & TAKES_PARAMS)
        {
            param = requirements( &req, ZONE( 0x35 ), ZONE( 0x36 ), BITS( 0x1000000, 0x100000 ));
            args.params = &param;
            args.count = 1;
        }
        views[i] = map_works( m, &args );
        memset( &info, 0, sizeof(info) );
        VirtualQueryEx( t.process, views[i], &info, sizeof(info) );
        ok( info.State == MEM_COMMIT && info.Type == MEM_MAPPED && info.RegionSize == SECTION_SIZE - args.offset,
            "state %#lx, type %#lx, size %#Ix\n", info.State, info.Type, info.RegionSize );
        i++;
    }
    mem = pVirtualAlloc2( t.process, NULL, PAGE, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE, NULL, 0 );
    ok( mem != NULL, "VirtualAlloc2: error %lu\n", GetLastError() );
    ok( VirtualProtectEx( t.process, mem, PAGE, PAGE_READONLY, &old ), "VirtualProtectEx: error %lu\n", GetLastError() );
    ok( VirtualFreeEx( t.process, mem, 0, MEM_RELEASE ), "VirtualFreeEx: error %lu\n", GetLastError() );
    unmap_remote( t.process, views[1] );
    memset( &info, 0, sizeof(info) );
    VirtualQueryEx( t.process, views[1], &info, sizeof(info) );
    ok( info.State == MEM_FREE, "state %#lx behind the unmapping\n", info.State );
    ResumeThread( t.thread );
    check_remote_view( &t, views[0], own, 0, SECTION_SIZE, PAGE_READWRITE );
    check_remote_view( &t, views[i - 1], own, (i - 1) * GRANULARITY, SECTION_SIZE - (i - 1) * GRANULARITY,
                       PAGE_READWRITE );
    unmap( own );
    stop_target( &t );
    CloseHandle( section );
}

/* All calls on a process that has ended. */
static void test_dead(void)
{
    MEMORY_BASIC_INFORMATION info;
    HANDLE section, process;
    struct map_args args;
    const struct mapper *m;
    MEM_ADDRESS_REQUIREMENTS req;
    MEM_EXTENDED_PARAMETER param;
    struct target t;
    char *view;
    DWORD old;
    BOOL ret;

    if (!have_functions() || !start_target( &t, FALSE )) return;
    section = create_filled_section( PAGE_READWRITE, SECTION_SIZE );
    view = pMapViewOfFileNuma2( section, t.process, 0, NULL, 0, 0, PAGE_READWRITE, NUMA_NO_PREFERRED_NODE );
    ok( view != NULL, "error %lu\n", GetLastError() );
    process = t.process;
    TerminateProcess( process, 1 );
    WaitForSingleObject( process, 20000 );

    args = map_args( section );
    args.process = process;
    for_each_mapper( m, TAKES_PROTECT )
    {
        map_fails( m, &args, ERROR_ACCESS_DENIED );
        /* bad arguments come first */
        args.offset = PAGE;
        map_fails( m, &args, ERROR_MAPPED_ALIGNMENT );
        args.offset = 0;
        if (!(m->flags & TAKES_PARAMS)) continue;
        param = requirements( &req, ZONE( 0x35 ), ZONE( 0x36 ), BITS( 0x1000000, 0x100000 ));
        args.params = &param;
        args.count = 1;
        map_fails_or( m, &args, ERROR_ACCESS_DENIED, ERROR_INVALID_PARAMETER );
        args.count = 0;
    }
    SetLastError( 0xdeadbeef );
    ret = pUnmapViewOfFile2( process, view, 0 );
    ok( !ret && (GetLastError() == ERROR_ACCESS_DENIED || broken( GetLastError() == ERROR_INVALID_ADDRESS )),
        "UnmapViewOfFile2: got %d, error %lu\n", ret, GetLastError() );
    SetLastError( 0xdeadbeef );
    ok( !VirtualAllocEx( process, NULL, PAGE, MEM_RESERVE, PAGE_READWRITE ) && GetLastError() == ERROR_ACCESS_DENIED,
        "VirtualAllocEx: error %lu\n", GetLastError() );
    SetLastError( 0xdeadbeef );
    ok( !pVirtualAlloc2( process, NULL, PAGE, MEM_RESERVE, PAGE_READWRITE, NULL, 0 ) && GetLastError() == ERROR_ACCESS_DENIED,
        "VirtualAlloc2: error %lu\n", GetLastError() );
    SetLastError( 0xdeadbeef );
    ok( !VirtualFreeEx( process, view, 0, MEM_RELEASE ) && GetLastError() == ERROR_ACCESS_DENIED,
        "VirtualFreeEx: error %lu\n", GetLastError() );
    SetLastError( 0xdeadbeef );
    ok( !VirtualProtectEx( process, view, PAGE, PAGE_READONLY, &old ) && GetLastError() == ERROR_ACCESS_DENIED,
        "VirtualProtectEx: error %lu\n", GetLastError() );
    SetLastError( 0xdeadbeef );
    ok( !VirtualQueryEx( process, view, &info, sizeof(info) ) && GetLastError() == ERROR_ACCESS_DENIED,
        "VirtualQueryEx: error %lu\n", GetLastError() );
    close_target( &t );
    CloseHandle( section );
}

/* Pages that are committed, committed again from outside: a change of protection, but for a file (SEMANTICS 1.10). */
static void test_commit_again(void)
{
    HANDLE file, sections[3];
    struct target t;
    unsigned int i;
    char *view, *ret;

    if (!have_functions() || !start_target( &t, FALSE )) return;
    sections[0] = create_section( PAGE_READWRITE, SECTION_SIZE );
    file = create_test_file( GENERIC_READ, SECTION_SIZE );
    sections[1] = CreateFileMappingW( file, NULL, PAGE_READWRITE, 0, 0, NULL );
    sections[2] = enable_lock_memory() ? create_large( PAGE_READWRITE, 1 ) : NULL;
    if (!sections[2]) skip( "no large pages\n" );
    for (i = 0; i < ARRAY_SIZE( sections ); i++)
    {
        if (!sections[i]) continue;
        view = pMapViewOfFileNuma2( sections[i], t.process, 0, NULL, 0, 0, PAGE_READWRITE, NUMA_NO_PREFERRED_NODE );
        ok( view != NULL, "section %u: cannot map, error %lu\n", i, GetLastError() );
        SetLastError( 0xdeadbeef );
        ret = VirtualAllocEx( t.process, view, PAGE, MEM_COMMIT, PAGE_READWRITE );
        if (i == 1) ok( !ret && GetLastError() == ERROR_ACCESS_DENIED, "file: got %p, error %lu\n", ret, GetLastError() );
        else ok( ret == view, "section %u: got %p, expected %p, error %lu\n", i, ret, view, GetLastError() );
        unmap_remote( t.process, view );
        CloseHandle( sections[i] );
    }
    CloseHandle( file );
    stop_target( &t );
}

/* Threads that map into a process, or ask for its pages, while it ends. */
struct mapping_thread
{
    HANDLE process, section;
    volatile LONG *stop;
    volatile LONG worked, failed;
    LONG wrong;
    DWORD wrong_error;
};

static DWORD WINAPI map_until_stopped( void *arg )
{
    struct mapping_thread *info = arg;
    DWORD err;
    void *view;

    while (!*info->stop)
    {
        SetLastError( 0xdeadbeef );
        view = pMapViewOfFile3( info->section, info->process, NULL, 0, 0, 0, PAGE_READWRITE, NULL, 0 );
        err = GetLastError();
        if (view)
        {
            info->worked++;
            SetLastError( 0xdeadbeef );
            if (pUnmapViewOfFile2( info->process, view, 0 )) continue;
            err = GetLastError();
        }
        info->failed++;
        if (err == ERROR_ACCESS_DENIED || broken( err == ERROR_INVALID_ADDRESS )) continue;
        info->wrong++;
        info->wrong_error = err;
    }
    return 0;
}

static DWORD WINAPI query_until_stopped( void *arg )
{
    struct { void *addr; ULONG_PTR flags; } page = { GetModuleHandleA( "ntdll.dll" ), 0 };
    struct mapping_thread *info = arg;
    DWORD err;

    while (!*info->stop)
    {
        SetLastError( 0xdeadbeef );
        if (K32QueryWorkingSetEx( info->process, &page, sizeof(page) ))
        {
            info->worked++;
            continue;
        }
        err = GetLastError();
        info->failed++;
        /* the second one: the process has not begun, so that Wine's host does not know it */
        if (err == ERROR_ACCESS_DENIED || (on_wine && err == ERROR_NOT_SUPPORTED)) continue;
        info->wrong++;
        info->wrong_error = err;
    }
    return 0;
}

/* the first one queries, the others map */
static void start_mapping( struct mapping_thread *infos, HANDLE *threads, unsigned int count, HANDLE process,
                           HANDLE section, volatile LONG *stop )
{
    struct mapping_thread init = { process, section, stop, 0, 0, 0, 0 };
    unsigned int i;

    for (i = 0; i < count; i++)
    {
        infos[i] = init;
        threads[i] = CreateThread( NULL, 0, i ? map_until_stopped : query_until_stopped, &infos[i], 0, NULL );
    }
}

static LONG sum_worked( const struct mapping_thread *infos, unsigned int count )
{
    LONG sum = 0;

    while (count--) sum += infos[count].worked;
    return sum;
}

static LONG sum_failed( const struct mapping_thread *infos, unsigned int count )
{
    LONG sum = 0;

    while (count--) sum += infos[count].failed;
    return sum;
}

/* No call may wait for a process that is no more. */
static void check_mapping( const struct mapping_thread *infos, HANDLE *threads, unsigned int count )
{
    unsigned int i;
    DWORD ret;

    for (i = 0; i < count; i++)
    {
        ret = WaitForSingleObject( threads[i], 20000 );
        ok( !ret, "thread %u hangs\n", i );
        ok( !infos[i].wrong, "%lu of %lu failures, error %lu\n", infos[i].wrong, infos[i].failed, infos[i].wrong_error );
        CloseHandle( threads[i] );
    }
}

static void test_dying(void)
{
    static struct mapping_thread infos[4];
    static volatile LONG stop;
    HANDLE section, threads[4];
    struct target t;
    unsigned int i, round;
    DWORD ret;

    section = create_filled_section( PAGE_READWRITE, SECTION_SIZE );
    for (round = 0; round < 4; round++)
    {
        if (!start_target( &t, round == 3 )) break;
        winetest_push_context( "round %u", round );
        stop = 0;
        start_mapping( infos, threads, ARRAY_SIZE( threads ), t.process, section, &stop );
        for (i = 0; i < 1000 && sum_worked( infos, 4 ) < 8; i++) Sleep( 20 );
        Sleep( 30 * round );
        if (round == 1) /* by itself */
        {
            struct message m;

            memset( &m, 0, sizeof(m) );
            m.order = ORDER_EXIT;
            tell( &t, &m );
        }
        else TerminateProcess( t.process, 1 );
        ret = WaitForSingleObject( t.process, 20000 );
        ok( !ret, "the process does not end, %lu\n", ret );
        for (i = 0; i < 1000 && !sum_failed( infos, 4 ); i++) Sleep( 20 );
        stop = 1;
        check_mapping( infos, threads, ARRAY_SIZE( threads ));
        ok( sum_worked( infos, 4 ) > 0 && sum_failed( infos, 4 ) > 0, "%ld calls worked, %ld failed\n",
            sum_worked( infos, 4 ), sum_failed( infos, 4 ));
        close_target( &t );
        winetest_pop_context();
    }
    CloseHandle( section );
}

/* A process that is killed again and again while it works on a call for another one; MAPVIEW_ROUNDS says how often. */
static void test_killed(void)
{
    static struct mapping_thread infos[4];
    static volatile LONG stop;
    const char *text = getenv( "MAPVIEW_ROUNDS" );
    HANDLE section, process, thread, threads[4];
    unsigned int i, round, rounds = text ? atoi( text ) : 20;

    section = create_filled_section( PAGE_READWRITE, SECTION_SIZE );
    for (round = 0; round < rounds; round++)
    {
        if (!(process = start_suspended_child( &thread, "remote-target", "%d", round ))) break;
        winetest_push_context( "round %u", round );
        stop = 0;
        start_mapping( infos, threads, ARRAY_SIZE( threads ), process, section, &stop );
        for (i = 0; i < 20000 && sum_worked( infos, 4 ) < 8 + (LONG)round % 50; i++) Sleep( 1 );
        TerminateProcess( process, 1 );
        stop = 1;
        check_mapping( infos, threads, ARRAY_SIZE( threads ));
        CloseHandle( thread );
        CloseHandle( process );
        winetest_pop_context();
    }
    CloseHandle( section );
}

/* The last thread of a process ends after such a call. */
static int child_last_thread( int argc, char **argv )
{
    MEMORY_BASIC_INFORMATION info;
    HANDLE process = OpenProcess( PROCESS_ALL_ACCESS, FALSE, argc == 1 ? atoi( argv[0] ) : 0 );

    if (!VirtualQueryEx( process, GetModuleHandleA( "ntdll.dll" ), &info, sizeof(info) )) return 1;
    ExitThread( 42 );
}

static void test_last_thread(void)
{
    HANDLE process = start_child( "remote-last-thread", "%lu", GetCurrentProcessId() );
    DWORD ret, code = 0;

    if (!process) return;
    ret = WaitForSingleObject( process, 20000 );
    ok( !ret, "the process does not end, %lu\n", ret );
    ok( GetExitCodeProcess( process, &code ) && code == 42, "exit code %lu\n", code );
    CloseHandle( process );
}

/* A handle of the calling process is as good as the pseudo-handle. */
static void test_own_handle(void)
{
    HANDLE process = OpenProcess( PROCESS_VM_OPERATION | PROCESS_QUERY_INFORMATION, FALSE, GetCurrentProcessId() );
    HANDLE section = create_filled_section( PAGE_READWRITE, SECTION_SIZE );
    MEM_ADDRESS_REQUIREMENTS req;
    MEM_EXTENDED_PARAMETER param;
    MEMORY_BASIC_INFORMATION info;
    struct map_args args = map_args( section );
    const struct mapper *m;
    char *view;
    BOOL ret;

    args.process = process;
    for_each_mapper( m, TAKES_PROTECT )
    {
        if (m->flags & TAKES_PARAMS)
        {
            param = requirements( &req, ZONE( 0x36 ), ZONE( 0x37 ), BITS( 0x1000000, 0x100000 ));
            args.params = &param;
            args.count = 1;
        }
        if (!(view = map_works( m, &args ))) continue;
        check_view( view, SECTION_SIZE, PAGE_READWRITE );
        ok( word_at( view, PAGE ) == test_word( PAGE ), "got %#lx\n", word_at( view, PAGE ));
        ret = VirtualQueryEx( process, view, &info, sizeof(info) ) && info.AllocationBase == view;
        ok( ret, "VirtualQueryEx: error %lu\n", GetLastError() );
        ret = pUnmapViewOfFile2( process, view, 0 );
        ok( ret, "UnmapViewOfFile2: error %lu\n", GetLastError() );
    }
    CloseHandle( section );
    CloseHandle( process );
}

static void test_node(void)
{
    MEM_EXTENDED_PARAMETER param;
    struct map_args args;
    const struct mapper *m;
    HANDLE section;
    struct target t;
    char *own, *view;
    DWORD node;

    if (!have_functions() || !start_target( &t, FALSE )) return;
    section = create_filled_section( PAGE_READWRITE, SECTION_SIZE );
    own = map_all( section );
    args = map_args( section );
    args.process = t.process;
    memset( &param, 0, sizeof(param) );
    param.Type = PARAM_NUMA_NODE;
    args.params = &param;
    args.count = 1;
    for_each_mapper( m, TAKES_PROTECT )
    {
        for (node = 0; node <= highest_node(); node++)
        {
            args.node = node;
            param.ULong64 = node;
            if (!(view = map_works( m, &args ))) continue;
            check_remote_view( &t, view, own, 0, SECTION_SIZE, PAGE_READWRITE );
            unmap_remote( t.process, view );
        }
        args.node = 64;
        param.ULong64 = 64;
        if (m->flags & (TAKES_NODE | TAKES_PARAMS)) map_fails( m, &args, ERROR_INVALID_PARAMETER );
    }
    param.ULong64 = 0;
    view = pVirtualAlloc2( t.process, NULL, PAGE, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE, &param, 1 );
    ok( view != NULL, "VirtualAlloc2: error %lu\n", GetLastError() );
    VirtualFreeEx( t.process, view, 0, MEM_RELEASE );
    unmap( own );
    stop_target( &t );
    CloseHandle( section );
}

static const struct rule rules[] =
{
    { "1.15-remote-rights", "the process handle needs PROCESS_VM_OPERATION for each call", test_access_rights },
    { "1.15-remote-query-rights", "and the right to query for VirtualQueryEx", test_query_rights },
    { "1.15-remote-options", "offset, size, protection and type", test_options },
    { "1.15-remote-base", "base address, also one that is in use or no user address", test_base },
    { "1.15-remote-errors", "the errors are those of own views", test_errors },
    { "1.11-remote-range", "address range and alignment", test_range_and_alignment },
    { "1.11-remote-alloc2", "VirtualAlloc2 in another process", test_alloc2 },
    { "1.13-remote-node", "with a node", test_node },
    { "1.15-remote-ordinary", "the view is one as any for its process", test_ordinary_view },
    { "1.7-remote-write-copy", "copy-on-write views of another process", test_write_copy },
    { "1.15-remote-file", "a view of a file in another process keeps the file mapped", test_file_section },
    { "1.15-remote-suspended", "a process before its first instruction", test_suspended },
    { "1.15-remote-dead", "a process that has ended", test_dead },
    { "1.10-remote-commit-again", "pages that are committed already", test_commit_again },
    { "1.15-remote-dying", "a process that ends meanwhile", test_dying },
    { "1.15-remote-killed", "a process that is killed at work", test_killed },
    { "1.15-remote-last-thread", "a process whose last thread ends after a call", test_last_thread },
    { "1.15-own-handle", "a handle of the calling process", test_own_handle },
    { NULL, NULL, NULL }
};

static const struct child children[] =
{
    { "remote-target", child_target },
    { "remote-last-thread", child_last_thread },
    { NULL, NULL }
};

const struct test_file file_remote = { "remote", rules, children };
