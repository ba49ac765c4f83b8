/*
 * ring - streams bytes from one process to another through a ring buffer without a seam
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * An ordinary Windows program.  The buffer is a section that is mapped twice, side by side, so that
 * what goes beyond its end is at its beginning: neither process ever has to cut a block in two.  Two
 * views get neighbouring addresses by taking the place of the two halves of a placeholder, which
 * nothing else can get into; Windows has these since version 1803.
 *
 * x86_64-w64-mingw32-gcc -O2 -Wall -Wextra -municode -o ring.exe ring.c
 */

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <fcntl.h>
#include <io.h>
#include <windows.h>

#ifndef MEM_REPLACE_PLACEHOLDER
#define MEM_REPLACE_PLACEHOLDER  0x4000
#endif
#ifndef MEM_RESERVE_PLACEHOLDER
#define MEM_RESERVE_PLACEHOLDER  0x40000
#endif
#ifndef MEM_PRESERVE_PLACEHOLDER
#define MEM_PRESERVE_PLACEHOLDER 2
#endif

#define MAX_RING ((ULONGLONG)1 << 40)

struct control                      /* what is in the section before the ring */
{
    volatile LONG64 written;        /* bytes since the beginning, by the producer */
    BYTE            pad1[56];       /* no two processes write to the same cache line */
    volatile LONG64 consumed;       /* bytes, by the consumer */
    volatile LONG   stop;
    BYTE            pad2[52];
    volatile LONG   producer_waits; /* until there is room */
    volatile LONG   consumer_waits; /* until there are data */
};

struct stream
{
    struct control *control;
    BYTE           *ring;           /* ring_size bytes, and the same again */
    HANDLE          section;
    HANDLE          data, room;     /* events */
    HANDLE          other;          /* the process at the other end */
    ULONGLONG       ring_size;      /* a multiple of the allocation granularity */
    ULONGLONG       total;          /* bytes to stream */
};

static DWORD granularity;

static void * (WINAPI *pVirtualAlloc2)( HANDLE, void *, SIZE_T, ULONG, ULONG, void *, ULONG );
static void * (WINAPI *pMapViewOfFile3)( HANDLE, HANDLE, void *, ULONG64, SIZE_T, ULONG, ULONG, void *, ULONG );

static void print( FILE *stream, const char *format, ... )
{
    va_list args;

    if (stream == stderr) fflush( stdout );
    va_start( args, format );
    vfprintf( stream, format, args );
    va_end( args );
    fflush( stream );
}

static int print_error( const char *what )
{
    WCHAR message[512];
    char text[1024];
    DWORD len, error = GetLastError();

    len = FormatMessageW( FORMAT_MESSAGE_FROM_SYSTEM | FORMAT_MESSAGE_IGNORE_INSERTS | FORMAT_MESSAGE_MAX_WIDTH_MASK,
                          NULL, error, 0, message, ARRAYSIZE(message), NULL );
    while (len && (message[len - 1] == ' ' || message[len - 1] == '.')) len--;
    message[len] = 0;
    if (!WideCharToMultiByte( CP_UTF8, 0, message, -1, text, sizeof(text), NULL, NULL )) text[0] = 0;
    print( stderr, "ring: %s: %s (error %lu)\n", what, text, error );
    return 2;
}

/***********************************************************************
 * The ring
 */

static BOOL find_functions(void)
{
    HMODULE module = GetModuleHandleW( L"kernelbase.dll" );

    pVirtualAlloc2  = (void *)GetProcAddress( module, "VirtualAlloc2" );
    pMapViewOfFile3 = (void *)GetProcAddress( module, "MapViewOfFile3" );
    return pVirtualAlloc2 && pMapViewOfFile3;
}

static BOOL has_placeholders(void)
{
    void *addr = pVirtualAlloc2( NULL, NULL, granularity, MEM_RESERVE | MEM_RESERVE_PLACEHOLDER, PAGE_NOACCESS, NULL, 0 );

    if (addr) VirtualFree( addr, 0, MEM_RELEASE );
    return addr != NULL;
}

/* the part of the section behind the control block, twice */
static BYTE *map_ring( HANDLE section, SIZE_T size )
{
    BYTE *base;
    UINT i;

    base = pVirtualAlloc2( NULL, NULL, 2 * size, MEM_RESERVE | MEM_RESERVE_PLACEHOLDER, PAGE_NOACCESS, NULL, 0 );
    if (!base) return NULL;
    if (!VirtualFree( base, size, MEM_RELEASE | MEM_PRESERVE_PLACEHOLDER )) return NULL;
    for (i = 0; i < 2; i++)
        if (!pMapViewOfFile3( section, NULL, base + i * size, granularity, size, MEM_REPLACE_PLACEHOLDER,
                              PAGE_READWRITE, NULL, 0 )) return NULL;
    return base;
}

static BOOL map_stream( struct stream *stream )
{
    stream->control = MapViewOfFile( stream->section, FILE_MAP_WRITE, 0, 0, granularity );
    stream->ring = map_ring( stream->section, stream->ring_size );
    return stream->control && stream->ring;
}

/* wait for an event; what is waited for may have happened before the other end has seen that
 * anybody waits, and the other end may have died */
static BOOL wait_for( struct stream *stream, HANDLE event )
{
    HANDLE handles[2] = { event, stream->other };

    return WaitForMultipleObjects( 2, handles, FALSE, INFINITE ) == WAIT_OBJECT_0 && !stream->control->stop;
}

static void wake( volatile LONG *waits, HANDLE event )
{
    MemoryBarrier();
    if (*waits && InterlockedExchange( waits, FALSE )) SetEvent( event );
}

/* how many bytes there are, or how many can be written, at least one */
static ULONGLONG wait_for_data( struct stream *stream, ULONGLONG position )
{
    while (stream->control->written == (LONG64)position)
    {
        InterlockedExchange( &stream->control->consumer_waits, TRUE );
        if (stream->control->written != (LONG64)position) break;
        if (!wait_for( stream, stream->data )) return 0;
    }
    return stream->control->written - position;
}

static ULONGLONG wait_for_room( struct stream *stream, ULONGLONG position )
{
    while (position - stream->control->consumed == stream->ring_size)
    {
        InterlockedExchange( &stream->control->producer_waits, TRUE );
        if (position - stream->control->consumed != stream->ring_size) break;
        if (!wait_for( stream, stream->room )) return 0;
    }
    return stream->control->stop ? 0 : stream->ring_size - (position - stream->control->consumed);
}

/***********************************************************************
 * The bytes: each eight of them are a number that their place in the stream determines
 */

static ULONGLONG get_word( ULONGLONG index )
{
    ULONGLONG word = index * 0x9e3779b97f4a7c15ull;

    return word ^ word >> 29;
}

static BYTE get_byte( ULONGLONG position )
{
    return get_word( position / 8 ) >> position % 8 * 8;
}

/* neither of these knows that the ring has an end */

static void fill( BYTE *p, ULONGLONG position, ULONGLONG count )
{
    ULONGLONG end = position + count;

    for (; position < end && position % 8; position++) *p++ = get_byte( position );
    for (; end - position >= 8; position += 8, p += 8) *(ULONGLONG *)p = get_word( position / 8 );
    for (; position < end; position++) *p++ = get_byte( position );
}

static BOOL verify( const BYTE *p, ULONGLONG position, ULONGLONG count, ULONGLONG *wrong )
{
    ULONGLONG end = position + count;

    for (; position < end && position % 8; position++, p++) if (*p != get_byte( position )) goto failed;
    for (; end - position >= 8; position += 8, p += 8)
        if (*(const ULONGLONG *)p != get_word( position / 8 )) goto failed;
    for (; position < end; position++, p++) if (*p != get_byte( position )) goto failed;
    return TRUE;

failed:
    while (*p == get_byte( position )) p++, position++;
    *wrong = position;
    return FALSE;
}

/***********************************************************************
 * The producer: writes blocks of all sizes
 */

static int produce( struct stream *stream )
{
    ULONGLONG position = 0, room, size, seed = 88172645463325252ull;

    while (position < stream->total)
    {
        if (!(room = wait_for_room( stream, position ))) return stream->control->stop ? 0 : 2;
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        size = 1 + seed % (stream->ring_size / 2);
        size = min( size, room );
        size = min( size, stream->total - position );
        fill( stream->ring + position % stream->ring_size, position, size );
        position += size;
        InterlockedExchange64( &stream->control->written, position );
        wake( &stream->control->consumer_waits, stream->data );
    }
    return 0;
}

/* in the second process: ring produce SECTION DATA ROOM OTHER RING_SIZE TOTAL */
static int run_producer( WCHAR **argv )
{
    ULONGLONG values[6];
    struct stream stream;
    UINT i;

    for (i = 0; i < 6; i++) values[i] = _wcstoui64( argv[i], NULL, 16 );
    memset( &stream, 0, sizeof(stream) );
    stream.section   = (HANDLE)(ULONG_PTR)values[0];
    stream.data      = (HANDLE)(ULONG_PTR)values[1];
    stream.room      = (HANDLE)(ULONG_PTR)values[2];
    stream.other     = (HANDLE)(ULONG_PTR)values[3];
    stream.ring_size = values[4];
    stream.total     = values[5];
    if (!map_stream( &stream )) return print_error( "the producer cannot map the ring" );
    return produce( &stream );
}

/***********************************************************************
 * The consumer: verifies every byte, in place
 */

static struct stream stream;
static BOOL progress;

static void print_progress( ULONGLONG done, ULONGLONG start, BOOL finished )
{
    static const char full[] = "####################";
    ULONGLONG elapsed = max( GetTickCount64() - start, 1 );
    const char *unit = stream.total >= 1 << 30 ? "GiB" : "MiB";
    double divisor = stream.total >= 1 << 30 ? 1 << 30 : 1 << 20;
    UINT percent, speed, eta;
    char line[160];

    percent = stream.total ? done * 100 / stream.total : 100;
    speed = (done * 1000 / elapsed) >> 20;
    eta = done ? (double)(stream.total - done) / done * elapsed / 1000 + 0.5 : 0;
    if (finished) line[0] = 0;
    else snprintf( line, sizeof(line), "[%-20.*s] %3u%% of %.2f %s  %u MiB/s  ETA %u:%02u", percent / 5, full, percent,
                   stream.total / divisor, unit, speed, eta / 60, eta % 60 );
    print( stderr, "\r%-78s\r", line );
}

static int consume(void)
{
    ULONGLONG position = 0, size, wrong, seams = 0, blocks = 0, start = GetTickCount64(), shown = start, elapsed;

    if (progress) print_progress( 0, start, FALSE );
    while (position < stream.total)
    {
        if (!(size = wait_for_data( &stream, position )))
        {
            if (progress) print_progress( position, start, TRUE );
            print( stderr, "ring: %s after %I64u bytes\n", stream.control->stop ? "interrupted" : "the producer has died",
                   position );
            return 2;
        }
        if (!verify( stream.ring + position % stream.ring_size, position, size, &wrong ))
        {
            stream.control->stop = TRUE;
            if (progress) print_progress( position, start, TRUE );
            print( stderr, "ring: byte %I64u is wrong\n", wrong );
            return 1;
        }
        blocks++;
        if (position % stream.ring_size + size > stream.ring_size) seams++;
        position += size;
        InterlockedExchange64( &stream.control->consumed, position );
        wake( &stream.control->producer_waits, stream.room );
        if (!progress || GetTickCount64() - shown < 100) continue;
        print_progress( position, start, FALSE );
        shown = GetTickCount64();
    }
    if (progress) print_progress( position, start, TRUE );
    elapsed = max( GetTickCount64() - start, 1 );
    print( stdout, "%.2f MiB in %.2f s, %I64u MiB/s, every byte right\n", position / 1048576.0, elapsed / 1000.0,
           (position * 1000 / elapsed) >> 20 );
    print( stdout, "%I64u times around a ring of %I64u KiB, %I64u of %I64u blocks across its end\n",
           position / stream.ring_size, stream.ring_size >> 10, seams, blocks );
    return 0;
}

static BOOL WINAPI ctrl_handler( DWORD event )
{
    if (event != CTRL_C_EVENT && event != CTRL_BREAK_EVENT) return FALSE;
    stream.control->stop = TRUE;
    SetEvent( stream.data );
    SetEvent( stream.room );
    return TRUE;
}

static BOOL start_producer(void)
{
    static WCHAR path[MAX_PATH], cmdline[MAX_PATH + 200];
    PROCESS_INFORMATION info;
    STARTUPINFOW startup;
    HANDLE self;

    if (!DuplicateHandle( GetCurrentProcess(), GetCurrentProcess(), GetCurrentProcess(), &self, SYNCHRONIZE, TRUE, 0 ))
        return FALSE;
    memset( &startup, 0, sizeof(startup) );
    startup.cb = sizeof(startup);
    GetModuleFileNameW( NULL, path, ARRAYSIZE(path) );
    _snwprintf( cmdline, ARRAYSIZE(cmdline) - 1, L"\"%s\" produce %I64x %I64x %I64x %I64x %I64x %I64x", path,
                (ULONGLONG)(ULONG_PTR)stream.section, (ULONGLONG)(ULONG_PTR)stream.data,
                (ULONGLONG)(ULONG_PTR)stream.room, (ULONGLONG)(ULONG_PTR)self, stream.ring_size, stream.total );
    if (!CreateProcessW( path, cmdline, NULL, NULL, TRUE, 0, NULL, NULL, &startup, &info )) return FALSE;
    CloseHandle( info.hThread );
    CloseHandle( self );
    stream.other = info.hProcess;
    return TRUE;
}

static int run(void)
{
    SECURITY_ATTRIBUTES inherit = { sizeof(inherit), NULL, TRUE };
    ULONGLONG size = granularity + stream.ring_size;
    int status;

    stream.section = CreateFileMappingW( INVALID_HANDLE_VALUE, &inherit, PAGE_READWRITE, size >> 32, (DWORD)size, NULL );
    stream.data = CreateEventW( &inherit, FALSE, FALSE, NULL );
    stream.room = CreateEventW( &inherit, FALSE, FALSE, NULL );
    if (!stream.section || !stream.data || !stream.room) return print_error( "cannot create the ring" );
    if (!map_stream( &stream )) return print_error( "cannot map the ring twice side by side" );
    if (!start_producer()) return print_error( "cannot start the producer" );
    SetConsoleCtrlHandler( ctrl_handler, TRUE );
    status = consume();
    if (status) stream.control->stop = TRUE;
    SetEvent( stream.room );
    if (WaitForSingleObject( stream.other, 3000 )) TerminateProcess( stream.other, 2 );
    return status;
}

static BOOL parse_size( const WCHAR *str, ULONGLONG *size )
{
    static const WCHAR units[] = L"KMGT";
    const WCHAR *unit;
    WCHAR *end;
    int shift = 0;

    if (*str < '0' || *str > '9') return FALSE;
    *size = _wcstoui64( str, &end, 10 );
    if (*end && (unit = wcschr( units, towupper( *end )))) shift = 10 * (unit - units + 1), end++;
    if (*end || *size > (ULONGLONG)MAXLONGLONG >> shift) return FALSE;
    *size <<= shift;
    return TRUE;
}

static int usage( FILE *file )
{
    print( file, "Usage: ring [OPTION]... SIZE   stream that many bytes between two processes, verify each (suffix K, M, G, T)\n"
           "  -r SIZE  size of the ring buffer (1M)\n"
           "  -q, -p   no progress bar; one even if stderr is not a console\n"
           "Exit status: 0 done, 1 a byte was wrong, 2 something failed.\n" );
    return file == stdout ? 0 : 2;
}

int wmain( int argc, WCHAR *argv[] )
{
    SYSTEM_INFO info;
    const WCHAR *value;
    DWORD mode;
    int i;

    _setmode( _fileno( stdout ), _O_BINARY );
    _setmode( _fileno( stderr ), _O_BINARY );
    GetSystemInfo( &info );
    granularity = info.dwAllocationGranularity;
    progress = GetConsoleMode( GetStdHandle( STD_ERROR_HANDLE ), &mode );
    stream.ring_size = 1 << 20;

    for (i = 1; i < argc; i++)
    {
        if (!wcscmp( argv[i], L"-h" ) || !wcscmp( argv[i], L"--help" )) return usage( stdout );
        if (!wcscmp( argv[i], L"-q" )) progress = FALSE;
        else if (!wcscmp( argv[i], L"-p" )) progress = TRUE;
        else if (!wcsncmp( argv[i], L"-r", 2 ))
        {
            value = argv[i][2] ? argv[i] + 2 : ++i < argc ? argv[i] : L"";
            if (!parse_size( value, &stream.ring_size ) || !stream.ring_size || stream.ring_size % granularity ||
                stream.ring_size > MAX_RING)
            {
                print( stderr, "ring: the size of the ring is a multiple of %lu bytes, up to 1T\n", granularity );
                return 2;
            }
        }
        else break;
    }
    if (!find_functions())
    {
        print( stderr, "ring: this system has no VirtualAlloc2 and MapViewOfFile3; they are in Windows 10 since version 1803\n" );
        return 2;
    }
    if (argc - i == 7 && !wcscmp( argv[i], L"produce" )) return run_producer( argv + i + 1 );
    if (argc - i != 1) return usage( stderr );
    if (!parse_size( argv[i], &stream.total ))
    {
        print( stderr, "ring: bad size: %ls\n", argv[i] );
        return 2;
    }
    if (!has_placeholders())
    {
        print( stderr, "ring: this system has VirtualAlloc2, but no placeholders (error %lu)\n", GetLastError() );
        return 2;
    }
    return run();
}
