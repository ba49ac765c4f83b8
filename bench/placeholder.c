/*
 * What placeholders cost: by the number of pieces, in memory, and beside plain views
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Usage: placeholder.exe [pieces | pair]
 */

#define PSAPI_VERSION 2

#include <stdio.h>
#include <stdlib.h>
#include <windows.h>
#include <psapi.h>

#ifndef MEM_RESERVE_PLACEHOLDER
#define MEM_RESERVE_PLACEHOLDER 0x40000
#endif
#ifndef MEM_REPLACE_PLACEHOLDER
#define MEM_REPLACE_PLACEHOLDER 0x4000
#endif
#ifndef MEM_PRESERVE_PLACEHOLDER
#define MEM_PRESERVE_PLACEHOLDER 2
#endif
#ifndef MEM_COALESCE_PLACEHOLDERS
#define MEM_COALESCE_PLACEHOLDERS 1
#endif

#define PAGE        ((SIZE_T)0x1000)
#define RANGE_SIZE  ((SIZE_T)512 << 30)
#define MAX_PAGES   2500                /* of a piece: 100,000 of them are nearly the range */
#define MAX_PIECES  100000

static void * (WINAPI *pVirtualAlloc2)( HANDLE, void *, SIZE_T, ULONG, ULONG, void *, ULONG );
static void * (WINAPI *pMapViewOfFile3)( HANDLE, HANDLE, void *, ULONG64, SIZE_T, ULONG, ULONG, void *, ULONG );
static BOOL (WINAPI *pUnmapViewOfFileEx)( void *, ULONG );

/* those of the installed kernelbase, which this project's has beside it */
static void * (WINAPI *stock_map)( HANDLE, DWORD, DWORD, DWORD, SIZE_T );
static BOOL (WINAPI *stock_unmap)( const void * );

static char *base;
static SIZE_T starts[MAX_PIECES + 1];   /* of the pieces, from base */

static double now(void)
{
    static LARGE_INTEGER frequency;
    LARGE_INTEGER counter;

    if (!frequency.QuadPart) QueryPerformanceFrequency( &frequency );
    QueryPerformanceCounter( &counter );
    return counter.QuadPart * 1e6 / frequency.QuadPart;
}

static void fail( const char *what, unsigned int i )
{
    printf( "%s %u: error %lu\n", what, i, GetLastError() );
    exit( 1 );
}

static SIZE_T resident(void)
{
    PROCESS_MEMORY_COUNTERS counters;

    if (!GetProcessMemoryInfo( GetCurrentProcess(), &counters, sizeof(counters) )) return 0;
    return counters.WorkingSetSize;
}

static char *reserve( SIZE_T size )
{
    char *addr = pVirtualAlloc2( NULL, NULL, size, MEM_RESERVE | MEM_RESERVE_PLACEHOLDER, PAGE_NOACCESS, NULL, 0 );

    if (!addr) fail( "reserve", 0 );
    return addr;
}

/* the operations on one piece */

static BOOL split( unsigned int i )
{
    return VirtualFree( base + starts[i], starts[i + 1] - starts[i], MEM_RELEASE | MEM_PRESERVE_PLACEHOLDER );
}

static HANDLE section;

static BOOL replace( unsigned int i )
{
    return pMapViewOfFile3( section, NULL, base + starts[i], (i % 16) * PAGE, starts[i + 1] - starts[i],
                            MEM_REPLACE_PLACEHOLDER, PAGE_READWRITE, NULL, 0 ) != NULL;
}

static BOOL query( unsigned int i )
{
    MEMORY_BASIC_INFORMATION info;

    return VirtualQuery( base + starts[i], &info, sizeof(info) ) && info.RegionSize == starts[i + 1] - starts[i];
}

static BOOL protect( unsigned int i )
{
    DWORD old;

    return VirtualProtect( base + starts[i], PAGE, PAGE_READONLY, &old ) &&
           VirtualProtect( base + starts[i], PAGE, PAGE_READWRITE, &old );
}

static BOOL unmap( unsigned int i )
{
    return pUnmapViewOfFileEx( base + starts[i], MEM_PRESERVE_PLACEHOLDER );
}

static BOOL coalesce( unsigned int i )
{
    return VirtualFree( base + starts[i], starts[i + 2] - starts[i], MEM_RELEASE | MEM_COALESCE_PLACEHOLDERS );
}

static BOOL release( unsigned int i )
{
    return VirtualFree( base + starts[i], 0, MEM_RELEASE );
}

static BOOL unmap_free( unsigned int i )
{
    return UnmapViewOfFile( base + starts[i] );
}

static int compare( const void *a, const void *b )
{
    return *(const double *)a < *(const double *)b ? -1 : *(const double *)a > *(const double *)b;
}

#define BATCH 25

/* Pieces in an order that is not that of their addresses: n * step mod count with a step that has no
 * factor in common with it.  The result is the median of small batches: what else the machine does
 * shows in few of them. */
static double for_pieces( const char *name, BOOL (*func)( unsigned int i ), unsigned int count, unsigned int each,
                          unsigned int first, BOOL in_order )
{
    static double times[MAX_PIECES / BATCH + 1];
    unsigned int i, k, n = count / each, batches = 0;
    double start = now();

    for (i = 0, k = 0; i < n; i++, k = (k + (in_order ? 1 : 7919)) % n)
    {
        if (!func( k * each + first )) fail( name, k * each + first );
        if ((i + 1) % BATCH) continue;
        times[batches++] = (now() - start) / BATCH;
        start = now();
    }
    qsort( times, batches, sizeof(times[0]), compare );
    return times[batches / 2];
}

enum column { SPLIT, REPLACE, QUERY, PROTECT, UNMAP, COALESCE, RELEASE, COLUMNS };

static const char * const column_names[] = { "split", "replace", "query", "protect", "unmap", "coalesce", "release" };

static void run_pieces( unsigned int count, double *columns, double *bytes )
{
    unsigned int i, seed = 1;
    SIZE_T before;

    for (i = 0; i < count; i++)
    {
        seed = seed * 1103515245 + 12345;
        starts[i + 1] = starts[i] + PAGE * (1 + (seed >> 8) % (MAX_PAGES - 1) );
    }
    base = reserve( RANGE_SIZE );
    before = resident();
    columns[SPLIT]    = for_pieces( "split", split, count, 1, 0, TRUE );
    *bytes = (double)(resident() - before) / count;
    columns[REPLACE]  = for_pieces( "replace", replace, count, 1, 0, FALSE );
    columns[QUERY]    = for_pieces( "query", query, count, 1, 0, FALSE );
    columns[PROTECT]  = for_pieces( "protect", protect, count, 1, 0, FALSE ) / 2;
    columns[UNMAP]    = (for_pieces( "unmap", unmap, count, 4, 0, FALSE ) +
                         for_pieces( "unmap", unmap, count, 4, 1, FALSE )) / 2;
    columns[COALESCE] = for_pieces( "coalesce", coalesce, count, 4, 0, FALSE );
    columns[RELEASE]  = for_pieces( "release", release, count, 4, 0, FALSE );
    for_pieces( "unmap", unmap_free, count, 4, 2, FALSE );
    for_pieces( "unmap", unmap_free, count, 4, 3, FALSE );
    if (!VirtualFree( base + starts[count], 0, MEM_RELEASE )) fail( "release of the rest", 0 );
}

static unsigned int get_limit(void)
{
    HANDLE file = CreateFileA( "\\\\?\\unix\\proc\\sys\\vm\\max_map_count", GENERIC_READ,
                               FILE_SHARE_READ | FILE_SHARE_WRITE, NULL, OPEN_EXISTING, 0, 0 );
    char buffer[32] = "";
    DWORD len;

    if (file == INVALID_HANDLE_VALUE) return ~0u;
    if (!ReadFile( file, buffer, sizeof(buffer) - 1, &len, NULL )) len = 0;
    buffer[len] = 0;
    CloseHandle( file );
    return strtoul( buffer, NULL, 10 );
}

static void print_pieces(void)
{
    static const unsigned int counts[] = { 1000, 10000, 100000 };
    unsigned int i, k, limit = get_limit();
    double columns[COLUMNS], bytes, start;
    SIZE_T before;

    section = CreateFileMappingW( INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, (MAX_PAGES + 16) * PAGE, NULL );
    before = resident();
    start = now();
    base = reserve( RANGE_SIZE );
    printf( "reserving 512 GiB: %.0f ms, %.0f MiB resident of the system's\n", (now() - start) / 1000,
            (double)(resident() - before) / (1 << 20) );
    if (!VirtualFree( base, 0, MEM_RELEASE )) fail( "release", 0 );

    printf( "%10s", "pieces" );
    for (k = 0; k < COLUMNS; k++) printf( "%10s", column_names[k] );
    printf( "   bytes a piece   (microseconds)\n" );
    for (i = 0; i < 3; i++)
    {
        if (limit < counts[i] + 1000)
        {
            printf( "%10u   vm.max_map_count is %u: as root, sysctl vm.max_map_count=%u\n", counts[i], limit,
                    2 * MAX_PIECES + 10000 );
            continue;
        }
        run_pieces( counts[i], columns, &bytes );
        printf( "%10u", counts[i] );
        for (k = 0; k < COLUMNS; k++) printf( "%10.2f", columns[k] );
        printf( "%16.0f\n", bytes );
    }
}

#define ROUNDS 101
#define CALLS  50

static void print_pair(void)
{
    static const SIZE_T sizes[] = { 0x1000, 0x10000, 0x100000, 0x1000000 };
    static double ours[ROUNDS], stock[ROUNDS], plain[ROUNDS], ratios[ROUNDS];
    unsigned int i, k, s;
    double start;
    char *addr;

    printf( "replace+unmap of a placeholder, map+unmap of a view, the same of the installed kernelbase (microseconds)\n" );
    for (s = 0; s < 4; s++)
    {
        section = CreateFileMappingW( INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, sizes[s], NULL );
        addr = reserve( sizes[s] );
        for (i = 0; i < ROUNDS; i++)
        {
            start = now();
            for (k = 0; k < CALLS; k++)
                if (!pMapViewOfFile3( section, NULL, addr, 0, sizes[s], MEM_REPLACE_PLACEHOLDER, PAGE_READWRITE, NULL, 0 ) ||
                    !pUnmapViewOfFileEx( addr, MEM_PRESERVE_PLACEHOLDER )) fail( "replace", k );
            ours[i] = (now() - start) / CALLS;
            start = now();
            for (k = 0; k < CALLS; k++) if (!stock_unmap( stock_map( section, FILE_MAP_WRITE, 0, 0, 0 ))) fail( "map", k );
            stock[i] = (now() - start) / CALLS;
            start = now();
            for (k = 0; k < CALLS; k++) if (!UnmapViewOfFile( MapViewOfFile( section, FILE_MAP_WRITE, 0, 0, 0 ))) fail( "map", k );
            plain[i] = (now() - start) / CALLS;
            ratios[i] = ours[i] / stock[i];
        }
        qsort( ours, ROUNDS, sizeof(double), compare );
        qsort( stock, ROUNDS, sizeof(double), compare );
        qsort( plain, ROUNDS, sizeof(double), compare );
        qsort( ratios, ROUNDS, sizeof(double), compare );
        printf( "%8lu KiB  %8.2f  %8.2f  %8.2f   ratio %.2f (quartiles %.2f to %.2f, of the shortest rounds %.2f)\n",
                (unsigned long)(sizes[s] / 1024), ours[ROUNDS / 2], plain[ROUNDS / 2], stock[ROUNDS / 2],
                ratios[ROUNDS / 2], ratios[ROUNDS / 4], ratios[ROUNDS / 4 * 3], ours[0] / stock[0] );
        VirtualFree( addr, 0, MEM_RELEASE );
        CloseHandle( section );
    }
}

int main( int argc, char **argv )
{
    HMODULE kernelbase = GetModuleHandleA( "kernelbase.dll" ), installed = GetModuleHandleA( "wkernelbase.dll" );

    pVirtualAlloc2     = (void *)GetProcAddress( kernelbase, "VirtualAlloc2" );
    pMapViewOfFile3    = (void *)GetProcAddress( kernelbase, "MapViewOfFile3" );
    pUnmapViewOfFileEx = (void *)GetProcAddress( kernelbase, "UnmapViewOfFileEx" );
    if (!pVirtualAlloc2 || !pMapViewOfFile3 || !pUnmapViewOfFileEx ||
        !(base = pVirtualAlloc2( NULL, NULL, PAGE, MEM_RESERVE | MEM_RESERVE_PLACEHOLDER, PAGE_NOACCESS, NULL, 0 )))
    {
        printf( "There are no placeholders here.\n" );
        return 1;
    }
    VirtualFree( base, 0, MEM_RELEASE );
    if (!installed)
    {
        printf( "No other kernelbase is loaded: the comparison is with this one.\n" );
        installed = kernelbase;
    }
    stock_map   = (void *)GetProcAddress( installed, "MapViewOfFile" );
    stock_unmap = (void *)GetProcAddress( installed, "UnmapViewOfFile" );

    if (argc < 2 || !strcmp( argv[1], "pair" )) print_pair();
    if (argc < 2 || !strcmp( argv[1], "pieces" )) print_pieces();
    return 0;
}
