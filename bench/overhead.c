/*
 * What the replaced calls cost: map+unmap, create+close, VirtualQuery, VirtualAlloc+VirtualFree;
 * and exceptions that are none of ours
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <stdio.h>
#include <stdlib.h>
#include <windows.h>

#define ROUNDS    21
#define VIEW_SIZE 0x100000

static HANDLE section;
static void *view;

static void map_unmap( void )
{
    void *addr = MapViewOfFile( section, FILE_MAP_WRITE, 0, 0, VIEW_SIZE );

    if (!addr || !UnmapViewOfFile( addr ))
    {
        fprintf( stderr, "map+unmap: error %lu\n", GetLastError() );
        exit( 1 );
    }
}

static void create_close( void )
{
    HANDLE handle = CreateFileMappingW( INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, VIEW_SIZE, NULL );

    if (!handle || !CloseHandle( handle ))
    {
        fprintf( stderr, "create+close: error %lu\n", GetLastError() );
        exit( 1 );
    }
}

static void query( void )
{
    MEMORY_BASIC_INFORMATION info;

    if (!VirtualQuery( view, &info, sizeof(info) )) exit( 1 );
}

static void alloc_free( void )
{
    void *addr = VirtualAlloc( NULL, VIEW_SIZE, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE );

    if (!addr || !VirtualFree( addr, 0, MEM_RELEASE )) exit( 1 );
}

/* an instruction that faults, and what follows it */
void read_byte( const void *addr );
extern const char read_byte_insn[], read_byte_out[];

__asm__( ".text\n"
         "\t.globl read_byte, read_byte_insn, read_byte_out\n"
         "read_byte:\n"
         "read_byte_insn:\n"
         "\tmovb (%rcx),%al\n"
         "read_byte_out:\n"
         "\tret\n" );

#define OWN_EXCEPTION 0xe0000001

static LONG CALLBACK handler( EXCEPTION_POINTERS *ptrs )
{
    if (ptrs->ExceptionRecord->ExceptionCode == OWN_EXCEPTION) return EXCEPTION_CONTINUE_EXECUTION;
    if ((const char *)ptrs->ContextRecord->Rip != read_byte_insn) return EXCEPTION_CONTINUE_SEARCH;
    ptrs->ContextRecord->Rip = (ULONG_PTR)read_byte_out;
    return EXCEPTION_CONTINUE_EXECUTION;
}

static void raise( void )
{
    RaiseException( OWN_EXCEPTION, 0, 0, NULL );
}

static void fault( void )
{
    read_byte( NULL );
}

/* the same in a process that has pages which are opened by faults */
static void fault_reserve( void )
{
    read_byte( NULL );
}

static const struct
{
    const char  *name;
    void       (*run)( void );
    unsigned int count;         /* calls in a round */
} tests[] =
{
    { "map+unmap",    map_unmap,    500 },
    { "create+close", create_close, 300 },
    { "query",        query,        20000 },
    { "alloc+free",   alloc_free,   1000 },
    { "raise",        raise,        5000 },
    { "fault",        fault,        1000 },
    { "fault-reserve", fault_reserve, 1000 },
};

static int compare( const void *a, const void *b )
{
    double x = *(const double *)a, y = *(const double *)b;

    return x < y ? -1 : x > y;
}

/* microseconds a call, the median of the rounds */
static double measure( void (*run)( void ), unsigned int count )
{
    LARGE_INTEGER start, end, freq;
    double times[ROUNDS];
    unsigned int i, j;

    QueryPerformanceFrequency( &freq );
    for (i = 0; i < ROUNDS; i++)
    {
        QueryPerformanceCounter( &start );
        for (j = 0; j < count; j++) run();
        QueryPerformanceCounter( &end );
        times[i] = (end.QuadPart - start.QuadPart) * 1e6 / freq.QuadPart / count;
    }
    qsort( times, ROUNDS, sizeof(times[0]), compare );
    return times[ROUNDS / 2];
}

int main( void )
{
    unsigned int i;

    section = CreateFileMappingW( INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, VIEW_SIZE, NULL );
    view = MapViewOfFile( section, FILE_MAP_WRITE, 0, 0, 0 );
    if (!view) return 1;
    AddVectoredExceptionHandler( 1, handler );
    for (i = 0; i < sizeof(tests) / sizeof(tests[0]); i++)
    {
        if (tests[i].run == fault_reserve)
            MapViewOfFile( CreateFileMappingW( INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE | SEC_RESERVE, 0, VIEW_SIZE,
                                               NULL ), FILE_MAP_WRITE, 0, 0, 0 );
        printf( "%s %.3f\n", tests[i].name, measure( tests[i].run, tests[i].count ));
    }
    return 0;
}
