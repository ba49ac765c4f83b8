/*
 * Nodes and processors: all functions must tell the same
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "test.h"

/* what GetLogicalProcessorInformationEx says; the others are compared with it */
static struct
{
    DWORD          count;
    GROUP_AFFINITY nodes[64];
} machine;

static void read_machine(void)
{
    SYSTEM_LOGICAL_PROCESSOR_INFORMATION_EX *info;
    static char buffer[0x10000];
    DWORD pos, len = sizeof(buffer);
    BOOL ret;

    memset( &machine, 0, sizeof(machine) );
    ret = GetLogicalProcessorInformationEx( RelationNumaNode, (void *)buffer, &len );
    ok( ret, "failed, error %lu\n", GetLastError() );
    for (pos = 0; ret && pos < len; pos += info->Size)
    {
        info = (SYSTEM_LOGICAL_PROCESSOR_INFORMATION_EX *)(buffer + pos);
        ok( info->Relationship == RelationNumaNode, "got relationship %d\n", info->Relationship );
        ok( info->NumaNode.NodeNumber == machine.count, "record %lu is node %lu\n", machine.count,
            info->NumaNode.NodeNumber );
        machine.nodes[machine.count++ % 64] = info->NumaNode.GroupMask;
    }
    ok( machine.count > 0 && machine.count <= 64, "got %lu nodes\n", machine.count );
}

static FARPROC kernel32_proc( const char *name )
{
    FARPROC proc = GetProcAddress( GetModuleHandleA( "kernel32.dll" ), name );

    if (!proc) win_skip( "%s is not available\n", name );
    return proc;
}

static void test_highest(void)
{
    ULONG node = 0xdeadbeef;
    char value[16];

    read_machine();
    SetLastError( 0xdeadbeef );
    ok( GetNumaHighestNodeNumber( &node ), "failed, error %lu\n", GetLastError() );
    ok( node == machine.count - 1, "got %lu, expected %lu\n", node, machine.count - 1 );
    ok( GetLastError() == 0xdeadbeef, "error %lu\n", GetLastError() );
    if (GetEnvironmentVariableA( "MAPVIEW_NODES", value, sizeof(value) ))
        ok( node + 1 == strtoul( value, NULL, 10 ), "got %lu, the machine has %s\n", node, value );
}

static void test_mask(void)
{
    BOOL (WINAPI *mask2)( USHORT, GROUP_AFFINITY *, USHORT, USHORT * );
    GROUP_AFFINITY affinity, seen[2];
    KAFFINITY all = 0, system;
    ULONGLONG mask;
    USHORT count;
    DWORD node;
    BOOL ret;

    read_machine();
    mask2 = (void *)kernel32_proc( "GetNumaNodeProcessorMask2" );
    for (node = 0; node < machine.count; node++)
    {
        winetest_push_context( "node %lu", node );
        memset( &affinity, 0xcc, sizeof(affinity) );
        ret = GetNumaNodeProcessorMaskEx( node, &affinity );
        ok( ret && !memcmp( &affinity, &machine.nodes[node], sizeof(affinity) ), "got %d, mask %#Ix group %u\n", ret,
            (SIZE_T)affinity.Mask, affinity.Group );
        ok( !(all & affinity.Mask), "processors %#Ix are on two nodes\n", (SIZE_T)(all & affinity.Mask) );
        all |= affinity.Mask;
        mask = ~(ULONGLONG)0;
        ret = GetNumaNodeProcessorMask( node, &mask );
        ok( ret && mask == affinity.Mask, "got %d, mask %#I64x\n", ret, mask );
        if (mask2)
        {
            memset( seen, 0xcc, sizeof(seen) );
            count = 0xcccc;
            ret = mask2( node, seen, 2, &count );
            ok( ret && count == !!affinity.Mask, "got %d, count %u\n", ret, count );
            if (count) ok( !memcmp( seen, &affinity, sizeof(affinity) ), "got mask %#Ix\n", (SIZE_T)seen[0].Mask );
            count = 0xcccc;
            SetLastError( 0xdeadbeef );
            ret = mask2( node, NULL, 0, &count );
            ok( count == !!affinity.Mask, "no room: count %u\n", count );
            if (count) ok( !ret && GetLastError() == ERROR_INSUFFICIENT_BUFFER, "no room: got %d, error %lu\n", ret,
                           GetLastError() );
        }
        winetest_pop_context();
    }
    GetProcessAffinityMask( GetCurrentProcess(), &affinity.Mask, &system );
    ok( all == system, "the nodes have processors %#Ix, the machine %#Ix\n", (SIZE_T)all, (SIZE_T)system );

    SetLastError( 0xdeadbeef );
    ok( !GetNumaNodeProcessorMaskEx( machine.count, &affinity ) && GetLastError() == ERROR_INVALID_PARAMETER,
        "no such node: error %lu\n", GetLastError() );
    SetLastError( 0xdeadbeef );
    ok( !GetNumaNodeProcessorMask( machine.count, &mask ) && GetLastError() == ERROR_INVALID_PARAMETER,
        "no such node: error %lu\n", GetLastError() );
    SetLastError( 0xdeadbeef );
    if (mask2) ok( !mask2( machine.count, seen, 2, &count ) && GetLastError() == ERROR_INVALID_PARAMETER,
                   "no such node: error %lu\n", GetLastError() );
}

static void test_processor(void)
{
    PROCESSOR_NUMBER processor = { 0, 0, 0 };
    USHORT node_ex;
    DWORD number, node, highest = 0;
    UCHAR node_char;
    BOOL ret;

    read_machine();
    for (node = 0; node < machine.count; node++)
    {
        for (number = 0; number < 8 * sizeof(KAFFINITY); number++)
        {
            if (!(machine.nodes[node].Mask >> number & 1)) continue;
            winetest_push_context( "processor %lu of node %lu", number, node );
            highest = max( highest, number );
            processor.Group = machine.nodes[node].Group;
            processor.Number = number;
            node_ex = 0xcccc;
            ret = GetNumaProcessorNodeEx( &processor, &node_ex );
            ok( ret && node_ex == node, "got %d, node %u, error %lu\n", ret, node_ex, GetLastError() );
            node_char = 0xcc;
            ret = GetNumaProcessorNode( number, &node_char );
            ok( ret && node_char == node, "got %d, node %u, error %lu\n", ret, node_char, GetLastError() );
            winetest_pop_context();
        }
    }
    processor.Number = highest + 1;
    node_ex = 0xcccc;
    SetLastError( 0xdeadbeef );
    ret = GetNumaProcessorNodeEx( &processor, &node_ex );
    ok( !ret && GetLastError() == ERROR_INVALID_PARAMETER, "no such processor: got %d, error %lu\n", ret, GetLastError() );
    ok( node_ex == 0xffff, "no such processor: node %#x\n", node_ex );
    node_char = 0xcc;
    SetLastError( 0xdeadbeef );
    ret = GetNumaProcessorNode( highest + 1, &node_char );
    ok( !ret && GetLastError() == ERROR_INVALID_PARAMETER, "no such processor: got %d, error %lu\n", ret, GetLastError() );
    ok( node_char == 0xff, "no such processor: node %#x\n", node_char );
}

static void test_memory(void)
{
    ULONGLONG size, size_ex, all = 0;
    MEMORYSTATUSEX status;
    DWORD node;
    BOOL ret;

    read_machine();
    for (node = 0; node < machine.count; node++)
    {
        winetest_push_context( "node %lu", node );
        size = size_ex = ~(ULONGLONG)0;
        ret = GetNumaAvailableMemoryNodeEx( node, &size_ex );
        ok( ret, "failed, error %lu\n", GetLastError() );
        all += size_ex;
        ret = GetNumaAvailableMemoryNode( node, &size );
        ok( ret, "failed, error %lu\n", GetLastError() );
        /* it changes all the time */
        ok( max( size, size_ex ) - min( size, size_ex ) < 256 << 20, "got %#I64x and %#I64x\n", size, size_ex );
        winetest_pop_context();
    }
    status.dwLength = sizeof(status);
    GlobalMemoryStatusEx( &status );
    ok( all > 0 && all <= status.ullTotalPhys, "got %#I64x of %#I64x\n", all, status.ullTotalPhys );
    if (machine.count == 1)
        ok( max( all, status.ullAvailPhys ) - min( all, status.ullAvailPhys ) < 256 << 20,
            "got %#I64x, the machine has %#I64x\n", all, status.ullAvailPhys );

    SetLastError( 0xdeadbeef );
    ok( !GetNumaAvailableMemoryNodeEx( machine.count, &size ) && GetLastError() == ERROR_INVALID_PARAMETER,
        "no such node: error %lu\n", GetLastError() );
    SetLastError( 0xdeadbeef );
    ok( !GetNumaAvailableMemoryNode( machine.count, &size ) && GetLastError() == ERROR_INVALID_PARAMETER,
        "no such node: error %lu\n", GetLastError() );
}

static void test_proximity(void)
{
    BOOL seen[64] = { FALSE };
    DWORD domain, node;
    USHORT node_ex;
    UCHAR node_char;
    BOOL ret;

    read_machine();
    for (domain = 0; domain < 1024; domain++)
    {
        node_ex = 0xcccc;
        node_char = 0xcc;
        SetLastError( 0xdeadbeef );
        ret = GetNumaProximityNodeEx( domain, &node_ex );
        if (!ret)
        {
            ok( GetLastError() == ERROR_INVALID_PARAMETER, "domain %lu: error %lu\n", domain, GetLastError() );
            ok( !GetNumaProximityNode( domain, &node_char ), "domain %lu: node %u\n", domain, node_char );
            continue;
        }
        ok( node_ex < machine.count && !seen[node_ex % 64], "domain %lu: node %u\n", domain, node_ex );
        seen[node_ex % 64] = TRUE;
        ok( GetNumaProximityNode( domain, &node_char ) && node_char == node_ex, "domain %lu: node %u, before %u\n",
            domain, node_char, node_ex );
    }
    for (node = 0; node < machine.count; node++) ok( seen[node], "node %lu has no domain\n", node );
}

static void test_records(void)
{
    static SYSTEM_LOGICAL_PROCESSOR_INFORMATION info[1024];
    static char buffer[0x10000], all[0x10000];
    DWORD i, pos, len = sizeof(info), len_ex = 0, len_all = sizeof(all), found = 0;
    SYSTEM_LOGICAL_PROCESSOR_INFORMATION_EX *record;

    read_machine();
    ok( GetLogicalProcessorInformation( info, &len ), "failed, error %lu\n", GetLastError() );
    for (i = 0; i < len / sizeof(*info); i++)
    {
        if (info[i].Relationship != RelationNumaNode) continue;
        ok( info[i].NumaNode.NodeNumber == found, "record %lu: node %lu, expected %lu\n", i, info[i].NumaNode.NodeNumber,
            found );
        if (found < machine.count)
            ok( info[i].ProcessorMask == machine.nodes[found].Mask, "node %lu has %#Ix\n", found,
                (SIZE_T)info[i].ProcessorMask );
        found++;
    }
    ok( found == machine.count, "%lu records of nodes, expected %lu\n", found, machine.count );

    ok( GetLogicalProcessorInformationEx( RelationAll, (void *)all, &len_all ), "failed, error %lu\n", GetLastError() );
    for (pos = found = 0; pos < len_all; pos += record->Size)
    {
        record = (SYSTEM_LOGICAL_PROCESSOR_INFORMATION_EX *)(all + pos);
        if (record->Relationship == RelationNumaNode)
            ok( record->NumaNode.NodeNumber == found++, "record of node %lu\n", record->NumaNode.NodeNumber );
    }
    ok( found == machine.count, "%lu records of nodes, expected %lu\n", found, machine.count );

    SetLastError( 0xdeadbeef );
    ok( !GetLogicalProcessorInformationEx( RelationNumaNode, (void *)buffer, &len_ex ) &&
        GetLastError() == ERROR_INSUFFICIENT_BUFFER, "no room: error %lu\n", GetLastError() );
    ok( len_ex > 0 && len_ex < sizeof(buffer), "no room: %lu bytes\n", len_ex );
    ok( GetLogicalProcessorInformationEx( RelationNumaNode, (void *)buffer, &len_ex ), "with %lu bytes: error %lu\n",
        len_ex, GetLastError() );
    len = 0;
    SetLastError( 0xdeadbeef );
    ok( !GetLogicalProcessorInformation( info, &len ) && GetLastError() == ERROR_INSUFFICIENT_BUFFER,
        "no room: error %lu\n", GetLastError() );
    ok( len > 0 && !(len % sizeof(*info)), "no room: %lu bytes\n", len );
    SetLastError( 0xdeadbeef );
    ok( !GetLogicalProcessorInformationEx( RelationAll, (void *)buffer, NULL ) &&
        GetLastError() == ERROR_INVALID_PARAMETER, "no length: error %lu\n", GetLastError() );
}

static void test_cpu_sets(void)
{
    BOOL (WINAPI *query)( void *, ULONG, ULONG *, HANDLE, ULONG );
    static char buffer[0x10000];
    ULONG pos, len = 0, needed = 0;
    /* the header's type lacks a member in some versions */
    struct { DWORD size, type, id; WORD group; BYTE number, core, cache, node; } *set;

    read_machine();
    if (!(query = (void *)kernel32_proc( "GetSystemCpuSetInformation" ))) return;
    SetLastError( 0xdeadbeef );
    ok( !query( NULL, 0, &needed, GetCurrentProcess(), 0 ) && GetLastError() == ERROR_INSUFFICIENT_BUFFER,
        "no room: error %lu\n", GetLastError() );
    ok( needed > 0 && needed <= sizeof(buffer), "no room: %lu bytes\n", needed );
    len = 0xdeadbeef;
    SetLastError( 0xdeadbeef );
    ok( !query( NULL, sizeof(buffer), &len, GetCurrentProcess(), 0 ) && GetLastError() == ERROR_NOACCESS && !len,
        "no buffer: error %lu, %lu bytes\n", GetLastError(), len );
    len = 0xdeadbeef;
    SetLastError( 0xdeadbeef );
    ok( !query( NULL, 0, &len, (HANDLE)0xdeadbeef, 0 ) && GetLastError() == ERROR_INVALID_HANDLE && !len,
        "no process: error %lu, %lu bytes\n", GetLastError(), len );
    ok( query( buffer, sizeof(buffer), &len, GetCurrentProcess(), 0 ), "failed, error %lu\n", GetLastError() );
    ok( len == needed, "got %lu bytes, expected %lu\n", len, needed );
    for (pos = 0; pos < len; pos += set->size)
    {
        set = (void *)(buffer + pos);
        if (!set->size) break;
        ok( set->node < machine.count && (machine.nodes[set->node % 64].Mask >> set->number & 1),
            "processor %u is on node %u\n", set->number, set->node );
    }
}

static void test_handle(void)
{
    BOOL (WINAPI *get_node)( HANDLE, USHORT * ) = (void *)kernel32_proc( "GetNumaNodeNumberFromHandle" );
    HANDLE file, event;
    USHORT node;

    if (!get_node) return;
    read_machine();
    file = create_test_file( GENERIC_READ, PAGE );
    event = CreateEventW( NULL, FALSE, FALSE, NULL );
    node = 0xcccc;
    SetLastError( 0xdeadbeef );
    /* a device that does not say it has none on Windows */
    ok( get_node( file, &node ) || broken( GetLastError() != 0xdeadbeef ), "a file: error %lu\n", GetLastError() );
    ok( node < machine.count || broken( node == 0xcccc ), "a file: node %u\n", node );
    SetLastError( 0xdeadbeef );
    ok( !get_node( event, &node ) && GetLastError() == ERROR_INVALID_HANDLE, "an event: error %lu\n", GetLastError() );
    SetLastError( 0xdeadbeef );
    ok( !get_node( NULL, &node ) && GetLastError() == ERROR_INVALID_HANDLE, "no handle: error %lu\n", GetLastError() );
    CloseHandle( event );
    CloseHandle( file );
}

/* With a node, physical pages are had or refused as without. */
static void test_physical_pages(void)
{
    BOOL (WINAPI *allocate_numa)( HANDLE, ULONG_PTR *, ULONG_PTR *, DWORD );
    BOOL (WINAPI *allocate)( HANDLE, ULONG_PTR *, ULONG_PTR * );
    BOOL (WINAPI *release)( HANDLE, ULONG_PTR *, ULONG_PTR * );
    ULONG_PTR count, page;
    BOOL ret, ret_numa;
    DWORD error;

    allocate = (void *)kernel32_proc( "AllocateUserPhysicalPages" );
    allocate_numa = (void *)kernel32_proc( "AllocateUserPhysicalPagesNuma" );
    release = (void *)kernel32_proc( "FreeUserPhysicalPages" );
    if (!allocate || !allocate_numa || !release) return;
    read_machine();
    count = 1;
    SetLastError( 0xdeadbeef );
    if ((ret = allocate( GetCurrentProcess(), &count, &page ))) release( GetCurrentProcess(), &count, &page );
    error = GetLastError();
    count = 1;
    SetLastError( 0xdeadbeef );
    if ((ret_numa = allocate_numa( GetCurrentProcess(), &count, &page, machine.count - 1 )))
        release( GetCurrentProcess(), &count, &page );
    ok( ret_numa == ret && GetLastError() == error, "got %d, error %lu; without a node %d, error %lu\n", ret_numa,
        GetLastError(), ret, error );
}

/* What stands for the installed kernel32 must have its version and its names. */
static void test_kernel32(void)
{
    DWORD (WINAPI *size)( const char *, DWORD * ) = (void *)GetProcAddress( LoadLibraryA( "version.dll" ),
                                                                           "GetFileVersionInfoSizeA" );
    HMODULE module = GetModuleHandleA( "kernel32.dll" );
    DWORD zero;

    ok( size( "kernel32.dll", &zero ) != 0, "no version, error %lu\n", GetLastError() );
    ok( FindResourceA( module, MAKEINTRESOURCEA( 1 ), (char *)RT_VERSION ) != NULL, "no version resource, error %lu\n",
        GetLastError() );
    ok( GetProcAddress( module, "BaseThreadInitThunk" ) != NULL, "no BaseThreadInitThunk\n" );
    ok( !GetProcAddress( module, "MapViewOfFile3" ), "MapViewOfFile3 is not for kernel32\n" );
    ok( !GetProcAddress( module, "MapViewOfFileNuma2" ), "MapViewOfFileNuma2 is not for kernel32\n" );
}

static const struct rule rules[] =
{
    { "1.13-highest", "GetNumaHighestNodeNumber", test_highest },
    { "1.13-mask", "GetNumaNodeProcessorMask, Ex and 2", test_mask },
    { "1.13-processor", "GetNumaProcessorNode and Ex", test_processor },
    { "1.13-memory", "GetNumaAvailableMemoryNode and Ex", test_memory },
    { "1.13-proximity", "GetNumaProximityNode and Ex", test_proximity },
    { "1.13-records", "GetLogicalProcessorInformation and Ex", test_records },
    { "1.13-cpu-sets", "GetSystemCpuSetInformation", test_cpu_sets },
    { "1.13-handle", "GetNumaNodeNumberFromHandle", test_handle },
    { "1.13-physical-pages", "AllocateUserPhysicalPagesNuma", test_physical_pages },
    { "1.1-kernel32", "the module in place of kernel32", test_kernel32 },
    { NULL, NULL, NULL }
};

const struct test_file file_topology = { "topology", rules, NULL };
