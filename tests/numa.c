/*
 * Where pages land, and what tells it
 *
 * Each test touches pages from a processor of one node and wants them on another: without placement
 * none of them can pass.  They need two nodes with memory; tools/numa-vm makes such a machine.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "test.h"
#include <psapi.h>

#define PART          0x10000
#define SECTION_SIZE  (4 * PART)
#define MiB           ((SIZE_T)1 << 20)

/* how much of a file the module brings into memory for a view with a node */
#define PLACED_FILE_SIZE (16 * MiB)

static DWORD memory_nodes[64], memory_count;

static KAFFINITY processors_of( DWORD node )
{
    GROUP_AFFINITY affinity;

    return GetNumaNodeProcessorMaskEx( node, &affinity ) ? affinity.Mask : 0;
}

static void find_memory_nodes(void)
{
    DWORD node, highest = highest_node();
    ULONGLONG available;

    for (node = memory_count = 0; node <= highest; node++)
        if (GetNumaAvailableMemoryNodeEx( node, &available ) && available > 16 * MiB)
            memory_nodes[memory_count++] = node;
}

/* Walk through the nodes with memory, if there are several; the node is pushed as a context. */
static BOOL next_node( DWORD *node )
{
    DWORD i;

    if (*node == ~0u)
    {
        find_memory_nodes();
        if (memory_count < 2)
        {
            skip( "this machine has memory on one node only\n" );
            return FALSE;
        }
    }
    else winetest_pop_context();
    for (i = 0; i < memory_count; i++)
    {
        if (*node != ~0u && memory_nodes[i] <= *node) continue;
        *node = memory_nodes[i];
        winetest_push_context( "node %lu", *node );
        return TRUE;
    }
    return FALSE;
}
#define for_each_node( node ) for ((node) = ~0u; next_node( &(node) ); )

/* A node with memory that is not this one. */
static DWORD other_node( DWORD node )
{
    return memory_nodes[memory_nodes[0] == node];
}

/* Processors that are not on this node. */
static KAFFINITY processors_away_from( DWORD node )
{
    DWORD i, highest = highest_node();

    for (i = 0; i <= highest; i++) if (i != node && processors_of( i )) return processors_of( i );
    return 0;
}

static void touch_on( KAFFINITY processors, void *addr, SIZE_T size )
{
    DWORD_PTR old = SetThreadAffinityMask( GetCurrentThread(), processors );
    SIZE_T pos;

    ok( old != 0, "cannot run on processors %#Ix, error %lu\n", (SIZE_T)processors, GetLastError() );
    for (pos = 0; pos < size; pos += PAGE) *((volatile char *)addr + pos) = 1;
    SetThreadAffinityMask( GetCurrentThread(), old );
}

/* Write to pages from the wrong node. */
static void touch( DWORD node, void *addr, SIZE_T size )
{
    touch_on( processors_away_from( node ), addr, size );
}

static void query_pages( HANDLE process, const void *addr, PSAPI_WORKING_SET_EX_INFORMATION *info, SIZE_T count )
{
    SIZE_T i;

    memset( info, 0, count * sizeof(*info) );
    for (i = 0; i < count; i++) info[i].VirtualAddress = (char *)addr + i * PAGE;
    ok( K32QueryWorkingSetEx( process, info, count * sizeof(*info) ), "QueryWorkingSetEx failed, error %lu\n",
        GetLastError() );
}

static BOOL is_valid( HANDLE process, const void *addr )
{
    PSAPI_WORKING_SET_EX_INFORMATION info;

    query_pages( process, addr, &info, 1 );
    return info.VirtualAttributes.Valid;
}

static void check_nodes_at( const char *file, int line, HANDLE process, const void *addr, SIZE_T size, DWORD node )
{
    static PSAPI_WORKING_SET_EX_INFORMATION info[0x1000];
    SIZE_T i, count = size / PAGE, wrong = 0, first = 0;

    query_pages( process, addr, info, count );
    for (i = 0; i < count; i++)
    {
        if (info[i].VirtualAttributes.Valid && info[i].VirtualAttributes.Node == node) continue;
        if (!wrong++) first = i;
    }
    ok_at( file, line, !wrong, "%Iu of %Iu pages are wrong, page %Iu: valid %u, on node %u\n", wrong, count, first,
           (unsigned int)info[first].VirtualAttributes.Valid, (unsigned int)info[first].VirtualAttributes.Node );
}
#define check_nodes( process, addr, size, node ) check_nodes_at( __FILE__, __LINE__, process, addr, size, node )

/* Touch a part from elsewhere and see it land where it is wanted. */
static void check_placed_at( const char *file, int line, void *addr, SIZE_T size, DWORD node )
{
    if (!addr)
    {
        ok_at( file, line, 0, "no address, error %lu\n", GetLastError() );
        return;
    }
    touch( node, addr, size );
    check_nodes_at( file, line, GetCurrentProcess(), addr, size, node );
}
#define check_placed( addr, size, node ) check_placed_at( __FILE__, __LINE__, addr, size, node )

/* A page is where a thread touches it, when nobody asks for anything else. */
static void check_unplaced( void *addr, SIZE_T size, DWORD node )
{
    touch_on( processors_of( node ), addr, size );
    check_nodes( GetCurrentProcess(), addr, size, node );
}

static MEM_EXTENDED_PARAMETER node_param( DWORD node )
{
    MEM_EXTENDED_PARAMETER param;

    memset( &param, 0, sizeof(param) );
    param.Type = PARAM_NUMA_NODE;
    param.ULong64 = node;
    return param;
}

static HANDLE create_placed_section( SIZE_T size, DWORD node )
{
    HANDLE section = CreateFileMappingNumaW( INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, size, NULL, node );

    ok( section != NULL, "no section on node %lu, error %lu\n", node, GetLastError() );
    return section;
}

/* A view by each function that takes a node, in both ways; m stays the same for the second one. */
static void *map_on_node( const struct mapper *m, struct map_args *args, DWORD node, BOOL by_param )
{
    static MEM_EXTENDED_PARAMETER param;

    param = node_param( node );
    args->node   = by_param ? NUMA_NO_PREFERRED_NODE : node;
    args->params = by_param ? &param : NULL;
    args->count  = by_param;
    return map_works( m, args );
}

static BOOL can_map_on_node( const struct mapper *m )
{
    return (m->flags & (TAKES_NODE | TAKES_PARAMS)) != 0;
}

static void test_unplaced(void)
{
    HANDLE section;
    DWORD node;
    char *addr;

    for_each_node( node )
    {
        if (!processors_of( node )) continue;
        addr = VirtualAlloc( NULL, PART, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE );
        check_unplaced( addr, PART, node );
        VirtualFree( addr, 0, MEM_RELEASE );

        section = create_section( PAGE_READWRITE, SECTION_SIZE );
        addr = map_all( section );
        check_unplaced( addr, PART, node );
        unmap( addr );
        CloseHandle( section );
    }
}

static void test_view(void)
{
    struct map_args args;
    const struct mapper *m;
    HANDLE section;
    DWORD node;
    char *view;

    for_each_node( node )
    {
        for_each_mapper( m, 0 )
        {
            if (!can_map_on_node( m )) continue;
            section = create_section( PAGE_READWRITE, SECTION_SIZE );
            args = map_args( section );
            args.offset = PART;
            if ((view = map_on_node( m, &args, node, !(m->flags & TAKES_NODE) )))
            {
                check_placed( view, SECTION_SIZE - PART, node );
                unmap( view );
            }
            CloseHandle( section );
        }
    }
}

static void test_section(void)
{
    struct section_args args = section_args( PAGE_READWRITE, SECTION_SIZE );
    MEM_EXTENDED_PARAMETER param;
    struct map_args margs;
    const struct maker *k;
    const struct mapper *m;
    HANDLE section;
    DWORD node;
    char *view;

    for_each_node( node )
    {
        param = node_param( node );
        param.Type = SECTION_PARAM_NUMA_NODE;
        for_each_maker( k, 0 )
        {
            if (!(k->flags & (MAKER_NODE | MAKER_ACCESS))) continue;
            args.node   = node;
            args.params = k->flags & MAKER_ACCESS ? &param : NULL;
            args.count  = k->flags & MAKER_ACCESS ? 1 : 0;
            for_each_mapper( m, 0 )
            {
                if (!(section = make_works( k, &args ))) continue;
                margs = map_args( section );
                if ((view = map_works( m, &margs )))
                {
                    check_placed( view, SECTION_SIZE, node );
                    unmap( view );
                }
                CloseHandle( section );
            }
        }
    }
}

static void test_section_name_a(void)
{
    HANDLE (WINAPI *create)( HANDLE, void *, DWORD, DWORD, DWORD, const char *, DWORD );
    char *view, name[64];
    HANDLE section, again;
    DWORD node = 0;

    create = (void *)GetProcAddress( GetModuleHandleA( "kernel32.dll" ), "CreateFileMappingNumaA" );
    if (!create)
    {
        win_skip( "CreateFileMappingNumaA is not available\n" );
        return;
    }
    find_memory_nodes();
    if (memory_count) node = memory_nodes[memory_count - 1];
    snprintf( name, sizeof(name), "%ls", unique_name( "numa-a" ));

    SetLastError( 0xdeadbeef );
    section = create( INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, SECTION_SIZE, name, node );
    ok( section && !GetLastError(), "got %p, error %lu\n", section, GetLastError() );
    again = create( INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, SECTION_SIZE, name, NUMA_NO_PREFERRED_NODE );
    ok( again && GetLastError() == ERROR_ALREADY_EXISTS, "got %p, error %lu\n", again, GetLastError() );
    CloseHandle( again );
    again = OpenFileMappingA( FILE_MAP_WRITE, FALSE, name );
    ok( again != NULL, "cannot open it, error %lu\n", GetLastError() );
    if ((view = map_all( again )) && memory_count > 1) check_placed( view, SECTION_SIZE, node );
    unmap( view );
    CloseHandle( again );
    CloseHandle( section );

    section = create( INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, SECTION_SIZE, NULL, node );
    ok( section != NULL, "no name: error %lu\n", GetLastError() );
    CloseHandle( section );
    SetLastError( 0xdeadbeef );
    section = create( INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, SECTION_SIZE, name, 64 );
    ok( !section && GetLastError() == ERROR_INVALID_PARAMETER, "node 64: got %p, error %lu\n", section, GetLastError() );
}

/* For a program a section with a node is one of the paging file, whatever it is made of. */
static void test_section_kind(void)
{
    static const DWORD protects[] = { PAGE_READONLY, PAGE_READWRITE, PAGE_NOACCESS };
    HANDLE section = create_placed_section( SECTION_SIZE - 1, highest_node() );
    struct map_args args = map_args( section );
    const struct mapper *m;
    unsigned int i;
    char *view, name[MAX_PATH];
    SIZE_T pos;

    view = map_all( section );
    check_view( view, SECTION_SIZE, PAGE_READWRITE );
    for (pos = 0; pos < SECTION_SIZE; pos += PAGE) if (view[pos]) break;
    ok( pos == SECTION_SIZE, "not zero at %#Ix\n", pos );
    for (i = 0; i < ARRAY_SIZE( protects ); i++)
    {
        struct region region = { view, PAGE, MEM_COMMIT, protects[i], PAGE_READWRITE, MEM_MAPPED };

        ok( VirtualAlloc( view, PAGE, MEM_COMMIT, protects[i] ) == view, "commit as %s: error %lu\n",
            protect_name( protects[i] ), GetLastError() );
        if (protects[i] == PAGE_READWRITE) region.size = SECTION_SIZE;
        check_region( view, &region );
    }
    SetLastError( 0xdeadbeef );
    ok( !VirtualAlloc( view, PAGE, MEM_COMMIT, PAGE_EXECUTE_READ ) && GetLastError() == ERROR_INVALID_PARAMETER,
        "commit with more than the view has: error %lu\n", GetLastError() );
    ok( FlushViewOfFile( view, 0 ), "cannot flush it, error %lu\n", GetLastError() );
    SetLastError( 0xdeadbeef );
    ok( !K32GetMappedFileNameA( GetCurrentProcess(), view, name, sizeof(name) ), "it is called %s\n", name );
    ok( GetLastError() == ERROR_FILE_INVALID, "its name: error %lu\n", GetLastError() );
    unmap( view );

    args.alloc_type = MEM_RESERVE;
    for_each_mapper( m, TAKES_PROTECT ) map_fails( m, &args, ERROR_INVALID_PARAMETER );
    CloseHandle( section );
}

static void test_view_wins(void)
{
    struct map_args args;
    const struct mapper *m;
    HANDLE section;
    DWORD node;
    char *view;

    for_each_node( node )
    {
        for_each_mapper( m, TAKES_NODE )
        {
            section = create_placed_section( SECTION_SIZE, other_node( node ));
            args = map_args( section );
            args.offset = PART;
            args.size = PART;
            if ((view = map_on_node( m, &args, node, FALSE )))
            {
                check_placed( view, PART, node );
                unmap( view );
            }
            /* around it, the section's node still holds */
            view = map_all( section );
            check_placed( view, PART, other_node( node ));
            check_placed( view + 2 * PART, PART, other_node( node ));
            unmap( view );
            CloseHandle( section );
        }
    }
}

static void test_halves(void)
{
    HANDLE section;
    char *left, *right, *view;
    DWORD node;

    for_each_node( node )
    {
        section = create_section( PAGE_READWRITE, SECTION_SIZE );
        left = MapViewOfFileExNuma( section, FILE_MAP_WRITE, 0, 0, 2 * PART, NULL, node );
        right = MapViewOfFileExNuma( section, FILE_MAP_WRITE, 0, 2 * PART, 2 * PART, NULL, other_node( node ));
        view = map_all( section );
        unmap( left );
        unmap( right );
        check_placed( view, 2 * PART, node );
        check_placed( view + 2 * PART, 2 * PART, other_node( node ));
        unmap( view );
        CloseHandle( section );
    }
}

static void test_resident(void)
{
    HANDLE section;
    char *view, *view2;
    DWORD node;

    for_each_node( node )
    {
        section = create_section( PAGE_READWRITE, SECTION_SIZE );
        view = MapViewOfFileExNuma( section, FILE_MAP_WRITE, 0, 0, PART, NULL, node );
        check_placed( view, PART, node );
        view2 = MapViewOfFileExNuma( section, FILE_MAP_WRITE, 0, 0, 0, NULL, other_node( node ));
        check_nodes( GetCurrentProcess(), view, PART, node );
        touch( other_node( node ), view2, SECTION_SIZE );
        check_nodes( GetCurrentProcess(), view2, PART, node );
        check_nodes( GetCurrentProcess(), view2 + PART, SECTION_SIZE - PART, other_node( node ));
        unmap( view2 );
        unmap( view );
        CloseHandle( section );
    }
}

static void test_copy(void)
{
    struct map_args args;
    const struct mapper *m;
    HANDLE section, placed;
    char *view;
    DWORD node;

    for_each_node( node )
    {
        section = create_section( PAGE_READWRITE, SECTION_SIZE );
        view = map_all( section );
        touch( other_node( node ), view, SECTION_SIZE );
        unmap( view );

        args = map_args( section );
        set_protect( &args, PAGE_WRITECOPY );
        for_each_mapper( m, TAKES_NODE )
        {
            if (!(view = map_on_node( m, &args, node, FALSE ))) continue;
            check_placed( view, SECTION_SIZE, node );
            unmap( view );
        }
        CloseHandle( section );

        /* the section's node is the default of these, too */
        placed = create_placed_section( SECTION_SIZE, node );
        view = MapViewOfFile( placed, FILE_MAP_COPY, 0, 0, 0 );
        check_placed( view, SECTION_SIZE, node );
        unmap( view );
        CloseHandle( placed );
    }
}

static void test_copy_file(void)
{
    HANDLE file, section;
    char *view;
    DWORD node;

    for_each_node( node )
    {
        file = create_test_file( GENERIC_READ, SECTION_SIZE );
        section = CreateFileMappingW( file, NULL, PAGE_READONLY, 0, 0, NULL );
        view = MapViewOfFileExNuma( section, FILE_MAP_COPY, 0, 0, 0, NULL, node );
        check_placed( view, SECTION_SIZE, node );
        ok( word_at( view, 4 ) == test_word( 4 ), "got %#lx\n", word_at( view, 4 ));
        unmap( view );
        CloseHandle( section );
        CloseHandle( file );
    }
}

/* A file of this size that nothing has read or written yet. */
static HANDLE create_sparse_file( SIZE_T size )
{
    HANDLE file = create_test_file( GENERIC_READ | GENERIC_WRITE, 0 );
    LARGE_INTEGER end;

    end.QuadPart = size;
    ok( SetFilePointerEx( file, end, NULL, FILE_BEGIN ) && SetEndOfFile( file ), "cannot extend it, error %lu\n",
        GetLastError() );
    return file;
}

static void test_file(void)
{
    HANDLE file, section;
    struct map_args args;
    const struct mapper *m;
    char *view;
    DWORD node;

    for_each_node( node )
    {
        for_each_mapper( m, TAKES_NODE )
        {
            file = create_sparse_file( MiB );
            section = CreateFileMappingW( file, NULL, PAGE_READWRITE, 0, 0, NULL );
            args = map_args( section );
            if ((view = map_on_node( m, &args, node, FALSE )))
            {
                check_placed( view, MiB, node );
                unmap( view );
            }
            CloseHandle( section );
            CloseHandle( file );
        }

        /* the section's node */
        file = create_sparse_file( MiB );
        section = CreateFileMappingNumaW( file, NULL, PAGE_READWRITE, 0, 0, NULL, node );
        ok( section != NULL, "no section, error %lu\n", GetLastError() );
        view = map_all( section );
        check_placed( view, MiB, node );
        unmap( view );
        CloseHandle( section );
        CloseHandle( file );
    }
}

/* What is in the cache already stays there; what is written with WriteFile goes where the view is. */
static void test_file_cache(void)
{
    char *view, *view2, buffer[PART];
    DWORD_PTR processors;
    HANDLE file, section;
    DWORD node, written;

    memset( buffer, 0xcc, sizeof(buffer) );
    for_each_node( node )
    {
        file = create_sparse_file( 4 * PART );
        section = CreateFileMappingW( file, NULL, PAGE_READWRITE, 0, 0, NULL );
        view = MapViewOfFileExNuma( section, FILE_MAP_WRITE, 0, 0, 2 * PART, NULL, node );
        check_placed( view, PART, node );
        processors = SetThreadAffinityMask( GetCurrentThread(), processors_away_from( node ));
        SetFilePointer( file, PART, NULL, FILE_BEGIN );
        ok( WriteFile( file, buffer, PART, &written, NULL ) && written == PART, "cannot write, error %lu\n", GetLastError() );
        SetThreadAffinityMask( GetCurrentThread(), processors );
        ok( view[PART] == buffer[0], "got %#x\n", view[PART] );
        check_placed( view + PART, PART, node );

        view2 = MapViewOfFileExNuma( section, FILE_MAP_WRITE, 0, 0, 0, NULL, other_node( node ));
        check_placed( view2, 2 * PART, node );
        check_placed( view2 + 2 * PART, 2 * PART, other_node( node ));
        unmap( view2 );
        unmap( view );
        CloseHandle( section );
        CloseHandle( file );
    }
}

static void test_file_limit(void)
{
    const SIZE_T size = PLACED_FILE_SIZE + 16 * MiB;
    HANDLE file, section;
    char *view;
    DWORD node;

    /* a file in memory has no such limit */
    if (!GetEnvironmentVariableA( "MAPVIEW_FILES_ON_DISK", NULL, 0 ))
    {
        skip( "MAPVIEW_FILES_ON_DISK does not say that temporary files are on a disk\n" );
        return;
    }
    for_each_node( node )
    {
        file = create_sparse_file( size );
        section = CreateFileMappingW( file, NULL, PAGE_READWRITE, 0, 0, NULL );
        view = MapViewOfFileExNuma( section, FILE_MAP_WRITE, 0, 0, 0, NULL, node );
        check_placed( view + PLACED_FILE_SIZE - PART, PART, node );
        /* nothing has read these before */
        if (processors_of( other_node( node ))) check_unplaced( view + size - PART, PART, other_node( node ));
        unmap( view );
        CloseHandle( section );
        CloseHandle( file );
    }
}

static void test_private(void)
{
    static const DWORD types[] = { MEM_RESERVE | MEM_COMMIT, MEM_COMMIT, MEM_RESERVE | MEM_COMMIT | MEM_TOP_DOWN };
    unsigned int i;
    char *addr;
    DWORD node;

    for_each_node( node )
    {
        for (i = 0; i < ARRAY_SIZE( types ); i++)
        {
            addr = VirtualAllocExNuma( GetCurrentProcess(), NULL, PART, types[i], PAGE_READWRITE, node );
            check_placed( addr, PART, node );
            VirtualFree( addr, 0, MEM_RELEASE );
        }

        /* a reservation, committed later, without a node and with another */
        addr = VirtualAllocExNuma( GetCurrentProcess(), NULL, 3 * PART, MEM_RESERVE, PAGE_READWRITE, node );
        ok( VirtualAlloc( addr, PART, MEM_COMMIT, PAGE_READWRITE ) == addr, "error %lu\n", GetLastError() );
        check_placed( addr, PART, node );
        ok( VirtualAllocExNuma( GetCurrentProcess(), addr + PART, PART, MEM_COMMIT, PAGE_READWRITE,
                                other_node( node )) == addr + PART, "error %lu\n", GetLastError() );
        check_placed( addr + PART, PART, node );

        /* and committed again */
        ok( VirtualFree( addr + PAGE, PAGE, MEM_DECOMMIT ), "error %lu\n", GetLastError() );
        ok( VirtualAlloc( addr + PAGE, PAGE, MEM_COMMIT, PAGE_READWRITE ) == addr + PAGE, "error %lu\n", GetLastError() );
        check_placed( addr + PAGE, PAGE, node );
        ok( VirtualFree( addr, 0, MEM_DECOMMIT ), "error %lu\n", GetLastError() );
        ok( VirtualAlloc( addr, 3 * PART, MEM_COMMIT, PAGE_READWRITE ) == addr, "error %lu\n", GetLastError() );
        check_placed( addr, 3 * PART, node );
        VirtualFree( addr, 0, MEM_RELEASE );

        /* a reservation without a node */
        addr = VirtualAlloc( NULL, 3 * PART, MEM_RESERVE, PAGE_READWRITE );
        ok( VirtualAllocExNuma( GetCurrentProcess(), addr + PART, PART, MEM_COMMIT, PAGE_READWRITE,
                                node ) == addr + PART, "error %lu\n", GetLastError() );
        check_placed( addr + PART, PART, node );
        VirtualFree( addr, 0, MEM_RELEASE );
    }
}

/* Pages of a section of reserved pages are placed when they are committed, also far behind its start. */
static void test_reserve(void)
{
    static const SIZE_T offsets[] = { 0, 5 * PART, 3 * PLACED_FILE_SIZE, 4 * PLACED_FILE_SIZE - PART };
    const SIZE_T size = 4 * PLACED_FILE_SIZE;
    HANDLE section;
    unsigned int i;
    BOOL by_view;
    DWORD node;
    char *view;

    for_each_node( node )
    {
        for (by_view = FALSE; by_view <= TRUE; by_view++)
        {
            winetest_push_context( by_view ? "the view's node" : "the section's node" );
            section = CreateFileMappingNumaW( INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE | SEC_RESERVE, 0, size, NULL,
                                              by_view ? other_node( node ) : node );
            ok( section != NULL, "no section, error %lu\n", GetLastError() );
            view = MapViewOfFileExNuma( section, FILE_MAP_WRITE, 0, 0, 0, NULL, by_view ? node : NUMA_NO_PREFERRED_NODE );
            ok( view != NULL, "no view, error %lu\n", GetLastError() );
            for (i = 0; view && i < ARRAY_SIZE( offsets ); i++)
            {
                ok( VirtualAlloc( view + offsets[i], PART, MEM_COMMIT, PAGE_READWRITE ) == view + offsets[i],
                    "cannot commit %#Ix, error %lu\n", offsets[i], GetLastError() );
                check_placed( view + offsets[i], PART, node );
            }
            if (view) ok( !is_readable( view + PART ), "a page that is not committed is readable\n" );
            unmap( view );
            CloseHandle( section );
            winetest_pop_context();
        }
    }
}

static void test_private_errors(void)
{
    static const DWORD nodes[] = { 64, 65, 0x7fffffff, 0xfffffffe };
    char *addr;
    unsigned int i;
    DWORD node;

    for (i = 0; i < ARRAY_SIZE( nodes ); i++)
    {
        SetLastError( 0xdeadbeef );
        addr = VirtualAllocExNuma( GetCurrentProcess(), NULL, PART, MEM_RESERVE, PAGE_READWRITE, nodes[i] );
        ok( !addr && GetLastError() == ERROR_INVALID_PARAMETER, "node %#lx: got %p, error %lu\n", nodes[i], addr,
            GetLastError() );
    }
    node = highest_node() + 1;
    SetLastError( 0xdeadbeef );
    addr = VirtualAllocExNuma( GetCurrentProcess(), NULL, PART, MEM_RESERVE, PAGE_READWRITE, node );
    ok( !addr && GetLastError() == ERROR_INVALID_PARAMETER, "node %lu: got %p, error %lu\n", node, addr, GetLastError() );

    addr = VirtualAllocExNuma( GetCurrentProcess(), NULL, PART, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE,
                               NUMA_NO_PREFERRED_NODE );
    ok( addr != NULL, "no node: error %lu\n", GetLastError() );
    if (addr) ok( is_writable( addr ), "no node: not writable\n" );
    VirtualFree( addr, 0, MEM_RELEASE );
}

static void test_alloc2(void)
{
    void *(WINAPI *alloc)( HANDLE, void *, SIZE_T, ULONG, ULONG, MEM_EXTENDED_PARAMETER *, ULONG );
    static const char * const names[] = { "VirtualAlloc2", "VirtualAlloc2FromApp" };
    MEM_EXTENDED_PARAMETER param;
    unsigned int i;
    DWORD node;
    char *addr;

    for_each_node( node )
    {
        for (i = 0; i < ARRAY_SIZE( names ); i++)
        {
            alloc = (void *)GetProcAddress( GetModuleHandleA( "kernelbase.dll" ), names[i] );
            if (!alloc)
            {
                win_skip( "%s is not available\n", names[i] );
                continue;
            }
            param = node_param( node );
            addr = alloc( NULL, NULL, PART, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE, &param, 1 );
            check_placed( addr, PART, node );
            VirtualFree( addr, 0, MEM_RELEASE );
        }
    }
}

static void test_placeholder(void)
{
    void *(WINAPI *alloc)( HANDLE, void *, SIZE_T, ULONG, ULONG, MEM_EXTENDED_PARAMETER *, ULONG );
    MEM_EXTENDED_PARAMETER param;
    HANDLE section;
    char *addr;
    DWORD node;

    alloc = (void *)GetProcAddress( GetModuleHandleA( "kernelbase.dll" ), "VirtualAlloc2" );
    if (!alloc || !pMapViewOfFile3)
    {
        win_skip( "there are no placeholders\n" );
        return;
    }
    for_each_node( node )
    {
        param = node_param( node );
        addr = alloc( NULL, NULL, 2 * PART, MEM_RESERVE | MEM_RESERVE_PLACEHOLDER, PAGE_NOACCESS, NULL, 0 );
        ok( addr != NULL, "no placeholder, error %lu\n", GetLastError() );
        VirtualFree( addr, PART, MEM_RELEASE | MEM_PRESERVE_PLACEHOLDER );
        section = create_section( PAGE_READWRITE, SECTION_SIZE );
        ok( pMapViewOfFile3( section, NULL, addr, PAGE, PART, MEM_REPLACE_PLACEHOLDER, PAGE_READWRITE, &param,
                             1 ) == addr, "cannot map a view there, error %lu\n", GetLastError() );
        check_placed( addr, PART, node );
        ok( alloc( NULL, addr + PART, PART, MEM_RESERVE | MEM_COMMIT | MEM_REPLACE_PLACEHOLDER, PAGE_READWRITE,
                   &param, 1 ) == addr + PART, "cannot allocate there, error %lu\n", GetLastError() );
        check_placed( addr + PART, PART, node );
        unmap( addr );
        VirtualFree( addr + PART, 0, MEM_RELEASE );
        CloseHandle( section );
    }
}

/* Another process that touches pages when it is told to. */

struct orders
{
    HANDLE    go, done;
    HANDLE    section;      /* to map first, or 0 */
    DWORD     protect;
    DWORD     node;         /* for the view */
    KAFFINITY processors;
    char     *addr;
    SIZE_T    size;
    BOOL      end;
};

struct worker
{
    HANDLE         process, section;
    struct orders *orders;
};

static int child_worker( int argc, char **argv )
{
    HANDLE section = (HANDLE)(ULONG_PTR)_strtoui64( argv[argc - 1], NULL, 16 );
    struct orders *orders = map_all( section );

    ok( orders != NULL, "cannot map the orders, error %lu\n", GetLastError() );
    if (!orders) return 1;
    for (;;)
    {
        WaitForSingleObject( orders->go, INFINITE );
        if (orders->end) break;
        if (orders->section)
        {
            orders->addr = MapViewOfFileExNuma( orders->section, orders->protect, 0, 0, 0, NULL, orders->node );
            ok( orders->addr != NULL, "cannot map, error %lu\n", GetLastError() );
        }
        if (orders->addr) touch_on( orders->processors, orders->addr, orders->size );
        SetEvent( orders->done );
    }
    return 0;
}

/* With a thread, the worker does not begin before that is resumed. */
static BOOL start_worker( struct worker *worker, HANDLE *thread )
{
    SECURITY_ATTRIBUTES sa = { sizeof(sa), NULL, TRUE };

    worker->section = CreateFileMappingW( INVALID_HANDLE_VALUE, &sa, PAGE_READWRITE, 0, PART, NULL );
    worker->orders = map_all( worker->section );
    worker->orders->go = CreateEventW( &sa, FALSE, FALSE, NULL );
    worker->orders->done = CreateEventW( &sa, FALSE, FALSE, NULL );
    if (thread) worker->process = start_suspended_child( thread, "numa-worker", "%p", worker->section );
    else worker->process = start_child( "numa-worker", "%p", worker->section );
    return worker->process != NULL;
}

/* Let it touch pages from the wrong node. */
static void order_touch( struct worker *worker, DWORD node )
{
    HANDLE handles[2] = { worker->orders->done, worker->process };

    worker->orders->processors = processors_away_from( node );
    SetEvent( worker->orders->go );
    ok( WaitForMultipleObjects( 2, handles, FALSE, 20000 ) == WAIT_OBJECT_0, "the child is gone\n" );
}

static void order_view( struct worker *worker, HANDLE section, DWORD access, DWORD view_node, SIZE_T size, DWORD node )
{
    ok( DuplicateHandle( GetCurrentProcess(), section, worker->process, &worker->orders->section, 0, FALSE,
                         DUPLICATE_SAME_ACCESS ), "cannot hand it over, error %lu\n", GetLastError() );
    worker->orders->protect = access;
    worker->orders->node = view_node;
    worker->orders->size = size;
    order_touch( worker, node );
    worker->orders->section = NULL;
}

static void end_worker( struct worker *worker )
{
    worker->orders->end = TRUE;
    SetEvent( worker->orders->go );
    wait_child( worker->process );
    CloseHandle( worker->orders->go );
    CloseHandle( worker->orders->done );
    unmap( worker->orders );
    CloseHandle( worker->section );
}

/* The worker has a view from before, one here names the node and is gone again. */
static void check_later_view( struct worker *worker, HANDLE section, SIZE_T size, DWORD node )
{
    order_view( worker, section, FILE_MAP_WRITE, NUMA_NO_PREFERRED_NODE, 0, node );
    unmap( MapViewOfFileExNuma( section, FILE_MAP_WRITE, 0, 0, 0, NULL, node ));
    worker->orders->size = size;
    order_touch( worker, node );
    check_nodes( worker->process, worker->orders->addr, size, node );
}

/* One process says where, the other touches. */
static void test_processes(void)
{
    HANDLE section, file;
    struct worker worker = { NULL };
    char *view;
    DWORD node;

    for_each_node( node )
    {
        if (!worker.process && !start_worker( &worker, NULL )) continue;

        winetest_push_context( "a section with a node" );
        section = create_placed_section( SECTION_SIZE, node );
        order_view( &worker, section, FILE_MAP_WRITE, NUMA_NO_PREFERRED_NODE, SECTION_SIZE, node );
        check_nodes( worker.process, worker.orders->addr, SECTION_SIZE, node );
        CloseHandle( section );
        winetest_pop_context();

        winetest_push_context( "copied from a section with a node" );
        section = create_placed_section( SECTION_SIZE, node );
        order_view( &worker, section, FILE_MAP_COPY, NUMA_NO_PREFERRED_NODE, SECTION_SIZE, node );
        check_nodes( worker.process, worker.orders->addr, SECTION_SIZE, node );
        CloseHandle( section );
        winetest_pop_context();

        winetest_push_context( "a view here that is gone again" );
        section = create_placed_section( SECTION_SIZE, other_node( node ));
        view = MapViewOfFileExNuma( section, FILE_MAP_WRITE, 0, 0, PART, NULL, node );
        unmap( view );
        order_view( &worker, section, FILE_MAP_WRITE, NUMA_NO_PREFERRED_NODE, PART, node );
        check_nodes( worker.process, worker.orders->addr, PART, node );
        CloseHandle( section );
        winetest_pop_context();

        winetest_push_context( "a view there" );
        section = create_section( PAGE_READWRITE, SECTION_SIZE );
        view = map_all( section );
        order_view( &worker, section, FILE_MAP_WRITE, node, PART, node );
        check_nodes( worker.process, worker.orders->addr, PART, node );
        check_placed( view + 2 * PART, 2 * PART, node );
        unmap( view );
        CloseHandle( section );
        winetest_pop_context();

        winetest_push_context( "a view there from before, one here that is gone again" );
        section = create_section( PAGE_READWRITE, SECTION_SIZE );
        check_later_view( &worker, section, SECTION_SIZE, node );
        CloseHandle( section );
        winetest_pop_context();

        winetest_push_context( "one half of a section here" );
        section = create_placed_section( SECTION_SIZE, other_node( node ));
        view = MapViewOfFileExNuma( section, FILE_MAP_WRITE, 0, 2 * PART, 2 * PART, NULL, node );
        order_view( &worker, section, FILE_MAP_WRITE, NUMA_NO_PREFERRED_NODE, 2 * PART, other_node( node ));
        worker.orders->addr += 2 * PART;
        order_touch( &worker, node );
        check_nodes( worker.process, worker.orders->addr, 2 * PART, node );
        check_nodes( worker.process, worker.orders->addr - 2 * PART, 2 * PART, other_node( node ));
        unmap( view );
        CloseHandle( section );
        winetest_pop_context();

        winetest_push_context( "a file that has a view here" );
        file = create_sparse_file( MiB );
        section = CreateFileMappingW( file, NULL, PAGE_READWRITE, 0, 0, NULL );
        check_later_view( &worker, section, MiB, node );
        CloseHandle( section );
        CloseHandle( file );
        winetest_pop_context();
    }
    if (worker.process) end_worker( &worker );
}

static void test_remote(void)
{
    struct worker worker = { NULL };
    struct map_args args;
    const struct mapper *m;
    HANDLE section;
    DWORD node;

    for_each_node( node )
    {
        if (!worker.process && !start_worker( &worker, NULL )) continue;
        for_each_mapper( m, TAKES_PROTECT )
        {
            if (!can_map_on_node( m )) continue;
            section = create_section( PAGE_READWRITE, SECTION_SIZE );
            args = map_args( section );
            args.process = worker.process;
            worker.orders->addr = map_on_node( m, &args, node, !(m->flags & TAKES_NODE) );
            worker.orders->size = SECTION_SIZE;
            if (worker.orders->addr)
            {
                order_touch( &worker, node );
                check_nodes( worker.process, worker.orders->addr, SECTION_SIZE, node );
            }
            CloseHandle( section );
        }

        section = create_placed_section( SECTION_SIZE, other_node( node ));
        worker.orders->addr = pMapViewOfFileNuma2( section, worker.process, 0, NULL, 0, 0, PAGE_WRITECOPY, node );
        if (worker.orders->addr)
        {
            order_touch( &worker, node );
            check_nodes( worker.process, worker.orders->addr, SECTION_SIZE, node );
        }
        CloseHandle( section );
    }
    if (worker.process) end_worker( &worker );
}

static void check_remote_memory( struct worker *worker, void *addr, SIZE_T size, DWORD node )
{
    ok( addr != NULL, "no address, error %lu\n", GetLastError() );
    if (!(worker->orders->addr = addr)) return;
    worker->orders->size = size;
    order_touch( worker, node );
    check_nodes( worker->process, addr, size, node );
}

/* The process of a thread has not begun before that is resumed. */
static void check_remote_private( struct worker *worker, HANDLE thread, DWORD node )
{
    char *memory, *reserved, *by_param, *unplaced, *copy;
    HANDLE file, section, process = worker->process;
    MEM_EXTENDED_PARAMETER param = node_param( node );

    memory = VirtualAllocExNuma( process, NULL, PART, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE, node );
    reserved = VirtualAllocExNuma( process, NULL, 2 * PART, MEM_RESERVE, PAGE_READWRITE, node );
    ok( VirtualAllocEx( process, reserved + PART, PART, MEM_COMMIT, PAGE_READWRITE ) == reserved + PART,
        "cannot commit, error %lu\n", GetLastError() );
    unplaced = VirtualAllocEx( process, NULL, 2 * PART, MEM_RESERVE, PAGE_READWRITE );
    ok( VirtualAllocExNuma( process, unplaced + PART, PART, MEM_COMMIT, PAGE_READWRITE, node ) == unplaced + PART,
        "cannot commit, error %lu\n", GetLastError() );
    by_param = pVirtualAlloc2( process, NULL, PART, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE, &param, 1 );

    file = create_test_file( GENERIC_READ, SECTION_SIZE );
    section = CreateFileMappingW( file, NULL, PAGE_READONLY, 0, 0, NULL );
    copy = pMapViewOfFileNuma2( section, process, 0, NULL, 0, 0, PAGE_WRITECOPY, node );
    CloseHandle( section );
    CloseHandle( file );

    if (thread) ok( ResumeThread( thread ) == 1, "it was not suspended once, error %lu\n", GetLastError() );
    check_remote_memory( worker, memory, PART, node );
    check_remote_memory( worker, reserved + PART, PART, node );
    check_remote_memory( worker, unplaced + PART, PART, node );
    check_remote_memory( worker, by_param, PART, node );
    check_remote_memory( worker, copy, SECTION_SIZE, node );
}

/* Private memory in another process, which has begun or not. */
static void test_remote_private(void)
{
    struct worker worker = { NULL }, suspended;
    HANDLE thread;
    DWORD node;

    for_each_node( node )
    {
        if (worker.process || start_worker( &worker, NULL )) check_remote_private( &worker, NULL, node );
        winetest_push_context( "before it begins" );
        if (start_worker( &suspended, &thread ))
        {
            check_remote_private( &suspended, thread, node );
            CloseHandle( thread );
            end_worker( &suspended );
        }
        winetest_pop_context();
    }
    if (worker.process) end_worker( &worker );
}

/* A node is a preference: when it is full, others have to do. */
static void test_full(void)
{
    SIZE_T size, pos, on_node, elsewhere;
    PSAPI_WORKING_SET_EX_INFORMATION info;
    ULONGLONG available, most = 0, least = ~(ULONGLONG)0;
    DWORD i, node = 0;
    HANDLE section;
    char *view;

    find_memory_nodes();
    if (memory_count < 2)
    {
        skip( "this machine has memory on one node only\n" );
        return;
    }
    for (i = 0; i < memory_count; i++)
    {
        GetNumaAvailableMemoryNodeEx( memory_nodes[i], &available );
        most = max( most, available );
        if (available >= least) continue;
        least = available;
        node = memory_nodes[i];
    }
    if (least > 256 * MiB || most < least + 128 * MiB)
    {
        skip( "no node has less than 256 MiB and can be filled\n" );
        return;
    }
    size = (least + 64 * MiB) & ~(MiB - 1);
    section = create_placed_section( size, node );
    view = map_all( section );
    touch( node, view, size );
    for (pos = on_node = elsewhere = 0; pos < size; pos += MiB)
    {
        query_pages( GetCurrentProcess(), view + pos, &info, 1 );
        if (info.VirtualAttributes.Valid && info.VirtualAttributes.Node == node) on_node++;
        else if (info.VirtualAttributes.Valid) elsewhere++;
    }
    ok( on_node > 16 && elsewhere > 16, "node %lu, %Iu MiB: %Iu there, %Iu elsewhere\n", node, size / MiB,
        on_node, elsewhere );
    unmap( view );
    CloseHandle( section );
}

/* In a process that may use the memory of one node only, others are valid, too. */
static void test_restricted(void)
{
    char value[16];
    DWORD node, allowed;
    HANDLE section;
    char *view;

    if (!GetEnvironmentVariableA( "MAPVIEW_ALLOWED_NODE", value, sizeof(value) ) || sscanf( value, "%lu", &allowed ) != 1)
    {
        skip( "MAPVIEW_ALLOWED_NODE does not say that this process may use one node only\n" );
        return;
    }
    ok( highest_node() > 0, "this machine has one node\n" );
    for (node = 0; node <= highest_node(); node++)
    {
        winetest_push_context( "node %lu", node );
        section = create_placed_section( SECTION_SIZE, node );
        view = MapViewOfFileExNuma( section, FILE_MAP_WRITE, 0, 0, 0, NULL, node );
        ok( view != NULL, "cannot map it, error %lu\n", GetLastError() );
        touch( allowed, view, SECTION_SIZE );
        check_nodes( GetCurrentProcess(), view, SECTION_SIZE, allowed );
        unmap( view );
        CloseHandle( section );
        view = VirtualAllocExNuma( GetCurrentProcess(), NULL, PART, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE, node );
        ok( view != NULL, "cannot allocate it, error %lu\n", GetLastError() );
        touch( allowed, view, PART );
        check_nodes( GetCurrentProcess(), view, PART, allowed );
        VirtualFree( view, 0, MEM_RELEASE );
        winetest_pop_context();
    }
}

/* A node without memory: its pages land on the nearest node, which the machine's maker tells. */
static void test_no_memory(void)
{
    char value[16];
    DWORD node, nearest;
    HANDLE section;
    char *view;

    if (!GetEnvironmentVariableA( "MAPVIEW_NODE_WITHOUT_MEMORY", value, sizeof(value) ) ||
        sscanf( value, "%lu:%lu", &node, &nearest ) != 2)
    {
        skip( "MAPVIEW_NODE_WITHOUT_MEMORY does not name a node and its nearest\n" );
        return;
    }
    section = create_section( PAGE_READWRITE, SECTION_SIZE );
    view = MapViewOfFileExNuma( section, FILE_MAP_WRITE, 0, 0, 0, NULL, node );
    touch_on( processors_away_from( nearest ), view, SECTION_SIZE );
    check_nodes( GetCurrentProcess(), view, SECTION_SIZE, nearest );
    unmap( view );
    CloseHandle( section );
}

static BOOL enable_lock_memory(void)
{
    TOKEN_PRIVILEGES privileges = { 1, {{ { 0, 0 }, SE_PRIVILEGE_ENABLED }} };
    HANDLE token;
    BOOL ret;

    if (!LookupPrivilegeValueA( NULL, "SeLockMemoryPrivilege", &privileges.Privileges[0].Luid )) return FALSE;
    if (!OpenProcessToken( GetCurrentProcess(), TOKEN_ADJUST_PRIVILEGES, &token )) return FALSE;
    ret = AdjustTokenPrivileges( token, FALSE, &privileges, 0, NULL, NULL ) && !GetLastError();
    CloseHandle( token );
    return ret;
}

static void test_large(void)
{
    SIZE_T size = GetLargePageMinimum();
    HANDLE section;
    DWORD node;
    char *addr;

    if (!size || !enable_lock_memory())
    {
        skip( "there are no large pages\n" );
        return;
    }
    for_each_node( node )
    {
        section = CreateFileMappingNumaW( INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE | SEC_COMMIT | SEC_LARGE_PAGES, 0,
                                          2 * size, NULL, node );
        if (!section && GetLastError() == ERROR_NO_SYSTEM_RESOURCES)
        {
            skip( "there are no free large pages\n" );
            continue;
        }
        ok( section != NULL, "no section, error %lu\n", GetLastError() );
        addr = MapViewOfFile( section, FILE_MAP_WRITE | FILE_MAP_LARGE_PAGES, 0, 0, 0 );
        check_placed( addr, 2 * size, node );
        unmap( addr );
        addr = map_all( section );
        check_placed( addr, 2 * size, node );
        unmap( addr );
        CloseHandle( section );

        addr = VirtualAllocExNuma( GetCurrentProcess(), NULL, size, MEM_RESERVE | MEM_COMMIT | MEM_LARGE_PAGES,
                                   PAGE_READWRITE, node );
        check_placed( addr, size, node );
        VirtualFree( addr, 0, MEM_RELEASE );
    }
}

/* In another process, and when the node has too few. */
static void test_large_processes(void)
{
    SIZE_T size = GetLargePageMinimum(), i, on_node = 0, count = 6;
    PSAPI_WORKING_SET_EX_INFORMATION info;
    struct worker worker;
    HANDLE section;
    char *view;
    DWORD node;

    if (!size || !enable_lock_memory())
    {
        skip( "there are no large pages\n" );
        return;
    }
    for_each_node( node )
    {
        section = CreateFileMappingNumaW( INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE | SEC_COMMIT | SEC_LARGE_PAGES, 0,
                                          count * size, NULL, node );
        if (!section && GetLastError() == ERROR_NO_SYSTEM_RESOURCES)
        {
            skip( "there are no %Iu free large pages\n", count );
            continue;
        }
        ok( section != NULL, "no section, error %lu\n", GetLastError() );
        if (!start_worker( &worker, NULL )) continue;
        order_view( &worker, section, FILE_MAP_WRITE, NUMA_NO_PREFERRED_NODE, size, node );
        check_nodes( worker.process, worker.orders->addr, size, node );
        view = map_all( section );
        for (i = on_node = 0; i < count; i++)
        {
            touch( node, view + i * size, PAGE );
            query_pages( GetCurrentProcess(), view + i * size, &info, 1 );
            ok( info.VirtualAttributes.Valid, "page %Iu is not there\n", i );
            if (info.VirtualAttributes.Node == node) on_node++;
        }
        ok( on_node > 0 && on_node <= count, "%Iu of %Iu are there\n", on_node, count );
        trace( "%Iu of %Iu large pages are on node %lu\n", on_node, count, node );
        unmap( view );
        CloseHandle( section );
        end_worker( &worker );
    }
}

static void test_working_set(void)
{
    BOOL (WINAPI *query[3])( HANDLE, void *, DWORD );
    PSAPI_WORKING_SET_EX_INFORMATION info[3];
    char *addr = VirtualAlloc( NULL, 2 * PAGE, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE );
    unsigned int i;

    query[0] = (void *)GetProcAddress( LoadLibraryA( "psapi.dll" ), "QueryWorkingSetEx" );
    query[1] = (void *)GetProcAddress( GetModuleHandleA( "kernelbase.dll" ), "QueryWorkingSetEx" );
    query[2] = (void *)GetProcAddress( GetModuleHandleA( "kernel32.dll" ), "K32QueryWorkingSetEx" );
    addr[0] = 1;
    for (i = 0; i < ARRAY_SIZE( query ); i++)
    {
        winetest_push_context( "function %u", i );
        memset( info, 0xcc, sizeof(info) );
        info[0].VirtualAddress = addr + 1;
        info[1].VirtualAddress = addr + PAGE;
        info[2].VirtualAddress = (void *)~(ULONG_PTR)0xfff;
        ok( query[i]( GetCurrentProcess(), info, sizeof(info) + 1 ), "failed, error %lu\n", GetLastError() );
        ok( info[0].VirtualAttributes.Valid && info[0].VirtualAttributes.Win32Protection == PAGE_READWRITE &&
            !info[0].VirtualAttributes.Shared && info[0].VirtualAttributes.Node <= highest_node(),
            "touched: got %#Ix\n", info[0].VirtualAttributes.Flags );
        ok( !info[1].VirtualAttributes.Valid, "not touched: got %#Ix\n", info[1].VirtualAttributes.Flags );
        ok( !info[2].VirtualAttributes.Valid, "no address: got %#Ix\n", info[2].VirtualAttributes.Flags );
        SetLastError( 0xdeadbeef );
        ok( !query[i]( GetCurrentProcess(), info, sizeof(info[0]) - 1 ) && GetLastError() == ERROR_BAD_LENGTH,
            "too short: error %lu\n", GetLastError() );
        SetLastError( 0xdeadbeef );
        ok( !query[i]( NULL, info, sizeof(info) ) && GetLastError() == ERROR_INVALID_HANDLE,
            "no process: error %lu\n", GetLastError() );
        winetest_pop_context();
    }
    VirtualFree( addr, 0, MEM_RELEASE );
}

static void test_working_set_remote(void)
{
    PSAPI_WORKING_SET_EX_INFORMATION info[4];
    HANDLE section, process;
    struct worker worker;
    char *addr;

    if (!start_worker( &worker, NULL )) return;
    section = create_section( PAGE_READWRITE, SECTION_SIZE );
    order_view( &worker, section, FILE_MAP_WRITE, NUMA_NO_PREFERRED_NODE, PAGE, ~0u );
    addr = VirtualAllocEx( worker.process, NULL, PART, MEM_RESERVE | MEM_COMMIT, PAGE_READONLY );
    ok( addr != NULL, "cannot allocate there, error %lu\n", GetLastError() );

    process = OpenProcess( PROCESS_QUERY_INFORMATION, FALSE, GetProcessId( worker.process ));
    memset( info, 0xcc, sizeof(info) );
    info[0].VirtualAddress = worker.orders->addr;
    info[1].VirtualAddress = worker.orders->addr + PAGE;
    info[2].VirtualAddress = addr;
    info[3].VirtualAddress = (void *)~(ULONG_PTR)0xfff;
    ok( K32QueryWorkingSetEx( process, info, sizeof(info) ), "failed, error %lu\n", GetLastError() );
    ok( info[0].VirtualAttributes.Valid && info[0].VirtualAttributes.Shared && info[0].VirtualAttributes.ShareCount &&
        info[0].VirtualAttributes.Win32Protection == PAGE_READWRITE &&
        info[0].VirtualAttributes.Node <= highest_node(), "touched: got %#Ix\n", info[0].VirtualAttributes.Flags );
    ok( !info[1].VirtualAttributes.Valid, "not touched: got %#Ix\n", info[1].VirtualAttributes.Flags );
    ok( !info[2].VirtualAttributes.Valid, "not touched: got %#Ix\n", info[2].VirtualAttributes.Flags );
    ok( !info[3].VirtualAttributes.Valid, "no address: got %#Ix\n", info[3].VirtualAttributes.Flags );
    SetLastError( 0xdeadbeef );
    ok( !K32QueryWorkingSetEx( process, info, sizeof(info[0]) - 1 ) && GetLastError() == ERROR_BAD_LENGTH,
        "too short: error %lu\n", GetLastError() );
    CloseHandle( process );

    process = OpenProcess( PROCESS_VM_OPERATION, FALSE, GetProcessId( worker.process ));
    SetLastError( 0xdeadbeef );
    ok( !K32QueryWorkingSetEx( process, info, sizeof(info) ) && GetLastError() == ERROR_ACCESS_DENIED,
        "no right to ask: error %lu\n", GetLastError() );
    CloseHandle( process );

    /* by a handle of its own, a process is no other one */
    process = OpenProcess( PROCESS_QUERY_INFORMATION, FALSE, GetCurrentProcessId() );
    ok( is_valid( process, &worker ), "our stack is not there\n" );
    CloseHandle( process );
    CloseHandle( section );
    end_worker( &worker );
}

/* numa-views NODE COUNT: map and unmap views of each kind so often, without a node and with it.  The system calls
 * that this takes are counted by tests/numa-vm.sh, which finds the names of files that are not there between them. */
static int child_views( int argc, char **argv )
{
    static const struct
    {
        const char *name;
        BOOL        is_file, is_placed;
        DWORD       access;
    } kinds[] =
    {
        { "section", FALSE, FALSE, FILE_MAP_WRITE },
        { "section-with-node", FALSE, TRUE, FILE_MAP_WRITE },
        { "file", TRUE, FALSE, FILE_MAP_WRITE },
        { "copied-file", TRUE, FALSE, FILE_MAP_COPY },
    };
    HANDLE section, file;
    DWORD node, count, i;
    char mark[64], *view;
    unsigned int kind;
    BOOL with_node;

    if (argc < 2) return 2;
    node = strtoul( argv[0], NULL, 0 );
    count = strtoul( argv[1], NULL, 0 );
    for (kind = 0; kind < ARRAY_SIZE( kinds ); kind++)
    {
        file = kinds[kind].is_file ? create_sparse_file( PLACED_FILE_SIZE ) : INVALID_HANDLE_VALUE;
        section = CreateFileMappingNumaW( file, NULL, PAGE_READWRITE, 0, kinds[kind].is_file ? 0 : MiB, NULL,
                                          kinds[kind].is_placed ? node : NUMA_NO_PREFERRED_NODE );
        unmap( MapViewOfFileExNuma( section, kinds[kind].access, 0, 0, 0, NULL, node ));  /* what is done once */
        for (with_node = FALSE; with_node <= TRUE; with_node++)
        {
            snprintf( mark, sizeof(mark), "\\\\?\\unix\\mapview-mark %s %s end", kinds[kind].name, with_node ? "node" : "none" );
            GetFileAttributesA( mark );
            for (i = 0; i < count; i++)
            {
                view = MapViewOfFileExNuma( section, kinds[kind].access, 0, 0, 0, NULL,
                                            with_node ? node : NUMA_NO_PREFERRED_NODE );
                ok( view != NULL, "no view, error %lu\n", GetLastError() );
                unmap( view );
            }
        }
        GetFileAttributesA( "\\\\?\\unix\\mapview-mark - - end" );
        CloseHandle( section );
        CloseHandle( file );
    }
    return 0;
}

static const struct rule rules[] =
{
    { "1.13-unplaced", "without a node a page lands where it is touched", test_unplaced },
    { "1.13-view", "the pages of a view land on its node", test_view },
    { "1.13-section", "the node of a section holds for views without one", test_section },
    { "1.13-section-a", "CreateFileMappingNumaA", test_section_name_a },
    { "1.13-section-kind", "a section with a node is one of the paging file", test_section_kind },
    { "1.13-view-wins", "the node of a view goes before that of the section", test_view_wins },
    { "1.13-halves", "the parts of a section may have different nodes", test_halves },
    { "1.13-resident", "pages that are there are not moved", test_resident },
    { "1.13-copy", "copies of pages land on the node of the view", test_copy },
    { "1.13-copy-file", "copies of a file's pages land on the node of the view", test_copy_file },
    { "1.13-file", "a file's pages land on the node of the view or the section", test_file },
    { "1.13-file-cache", "pages of a file that are there stay, those that are written land on the node of the view",
      test_file_cache },
    { "1.13-file-limit", "a view with a node does not read all of a huge file", test_file_limit },
    { "1.13-private", "VirtualAllocExNuma", test_private },
    { "1.13-reserve", "pages of a section of reserved pages are placed when they are committed", test_reserve },
    { "1.13-private-errors", "invalid nodes for VirtualAllocExNuma", test_private_errors },
    { "1.13-alloc2", "VirtualAlloc2 with a node", test_alloc2 },
    { "1.13-placeholder", "a placeholder is replaced by pages of a node", test_placeholder },
    { "1.13-processes", "a node that one process names holds for another one that touches", test_processes },
    { "1.13-remote", "a view in another process lands on its node", test_remote },
    { "1.13-remote-private", "private memory of another process, and copies of pages", test_remote_private },
    { "1.13-full", "when a node is full, others give the pages", test_full },
    { "1.13-large", "large pages are allocated on their node", test_large },
    { "1.13-large-processes", "large pages in another process, and more than the node has", test_large_processes },
    { "1.13-restricted", "nodes that a process may not use are valid, and without effect", test_restricted },
    { "1.13-no-memory", "a node without memory stands for the nearest one with", test_no_memory },
    { "1.15-working-set", "QueryWorkingSetEx in the calling process", test_working_set },
    { "1.15-working-set-remote", "QueryWorkingSetEx in another process", test_working_set_remote },
    { NULL, NULL, NULL }
};

static const struct child children[] =
{
    { "numa-worker", child_worker },
    { "numa-views", child_views },
    { NULL, NULL }
};

const struct test_file file_numa = { "numa", rules, children };
