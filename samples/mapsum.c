/*
 * mapsum - checksums, searches and makes files of any size through mapped windows
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * An ordinary Windows program, which uses file mappings in two ways:
 *  - files are seen through windows (CreateFileMapping, MapViewOfFile with a 64-bit offset,
 *    unmap, next window), so that their size has nothing to do with that of the memory;
 *  - the work is done by child processes, which find their tasks and leave their progress and
 *    their results in a named section that they share with the parent.
 *
 * x86_64-w64-mingw32-gcc -O2 -Wall -Wextra -municode -o mapsum.exe mapsum.c
 */

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <fcntl.h>
#include <io.h>
#include <windows.h>
#ifdef __x86_64__
#include <cpuid.h>
#include <immintrin.h>
#endif

#define CHUNK        (1024 * 1024)  /* progress is told, and a request to stop noticed, this often */
#define MAX_WORKERS  32
#define MAX_MATCHES  1000000
#define MAX_TEXT     4096
#define MAX_LONGPATH 32768
#define LINE_STRIDE  21843          /* the lines of a made file; some lie across multiples of 64K */
#define LINE_SIZE    64

enum op { OP_HASH, OP_FIND, OP_MAKE };

enum state { TASK_WAITING, TASK_RUNNING, TASK_DONE, TASK_FAILED };

enum failed { AT_OPEN, AT_CREATE, AT_MAPPING, AT_VIEW, AT_ACCESS, AT_WORKER };

struct task                         /* a file or a part of it */
{
    volatile LONG state;
    enum failed   failed;
    DWORD         error;            /* last error, exception or exit code */
    ULONGLONG     where;            /* offset in the file of what failed */
    ULONGLONG     size;             /* of the whole file */
    ULONGLONG     start, end;       /* the part to work on */
    ULONGLONG     name;             /* offset in the section of the file name... */
    ULONGLONG     matches;          /* ... and of the offsets in the file of the matches, */
    ULONGLONG     room;             /* so many of which are kept */
    ULONGLONG     found;
    BYTE          digest[32];
};

struct slot                         /* written by one worker */
{
    volatile LONG64 done;           /* bytes */
    volatile LONG64 found;
    volatile LONG   task;           /* number of the task in hand, or -1 */
    BYTE            pad[128 - 20];  /* no two workers write to the same cache line */
};

struct job                          /* what is in the section */
{
    enum op       op;
    LONG          task_count;
    volatile LONG next;             /* the next task to hand out */
    volatile LONG stop;
    ULONGLONG     parent;           /* a handle that the workers inherit */
    ULONGLONG     window;
    ULONGLONG     textlen;
    BYTE          text[MAX_TEXT];
    struct slot   slots[MAX_WORKERS];
    struct task   tasks[1];         /* then the matches, then the names */
};

static struct job *job;            /* the same section in all processes, at any address */

/***********************************************************************
 * SHA-256
 */

static DECLSPEC_ALIGN(16) const UINT sha256_k[64] =
{
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2
};

struct sha256
{
    UINT      state[8];
    ULONGLONG len;
    BYTE      tail[128];
    void    (*blocks)( UINT *state, const BYTE *p, SIZE_T count );
};

#define ROR(x,n) (((x) >> (n)) | ((x) << (32 - (n))))

static void sha256_blocks( UINT *state, const BYTE *p, SIZE_T count )
{
    UINT w[16], s[8], i, t;

    for (; count; count--, p += 64)
    {
        memcpy( s, state, sizeof(s) );
#pragma GCC unroll 64
        for (i = 0; i < 64; i++)
        {
            /* a to h stay where they are, which of them is which moves on */
#define V(n) s[(n - i) & 7]
            if (i < 16) w[i] = (UINT)p[4 * i] << 24 | p[4 * i + 1] << 16 | p[4 * i + 2] << 8 | p[4 * i + 3];
            else
            {
                UINT a = w[(i - 15) & 15], b = w[(i - 2) & 15];
                w[i & 15] += w[(i - 7) & 15] + (ROR( a, 7 ) ^ ROR( a, 18 ) ^ (a >> 3)) +
                             (ROR( b, 17 ) ^ ROR( b, 19 ) ^ (b >> 10));
            }
            t = V(7) + (ROR( V(4), 6 ) ^ ROR( V(4), 11 ) ^ ROR( V(4), 25 )) +
                (V(6) ^ (V(4) & (V(5) ^ V(6)))) + sha256_k[i] + w[i & 15];
            V(3) += t;
            V(7) = t + (ROR( V(0), 2 ) ^ ROR( V(0), 13 ) ^ ROR( V(0), 22 )) +
                   ((V(0) & V(1)) | (V(2) & (V(0) | V(1))));
#undef V
        }
        for (i = 0; i < 8; i++) state[i] += s[i];
    }
}

#ifdef __x86_64__
/* the same with the processor's SHA instructions, about four times as fast */
__attribute__((target("sha,sse4.1")))
static void sha256_blocks_shani( UINT *state, const BYTE *p, SIZE_T count )
{
    const __m128i swap = _mm_set_epi64x( 0x0c0d0e0f08090a0bull, 0x0405060700010203ull );
    __m128i abef, cdgh, abef0, cdgh0, t, w[4];
    int i;

    t    = _mm_shuffle_epi32( _mm_loadu_si128( (const __m128i *)state ), 0xb1 );
    cdgh = _mm_shuffle_epi32( _mm_loadu_si128( (const __m128i *)state + 1 ), 0x1b );
    abef = _mm_alignr_epi8( t, cdgh, 8 );
    cdgh = _mm_blend_epi16( cdgh, t, 0xf0 );
    for (; count; count--, p += 64)
    {
        abef0 = abef;
        cdgh0 = cdgh;
#pragma GCC unroll 16
        for (i = 0; i < 16; i++)  /* four rounds each */
        {
            if (i < 4) w[i] = _mm_shuffle_epi8( _mm_loadu_si128( (const __m128i *)p + i ), swap );
            else
            {
                t = _mm_sha256msg1_epu32( w[i & 3], w[(i + 1) & 3] );
                t = _mm_add_epi32( t, _mm_alignr_epi8( w[(i + 3) & 3], w[(i + 2) & 3], 4 ) );
                w[i & 3] = _mm_sha256msg2_epu32( t, w[(i + 3) & 3] );
            }
            t = _mm_add_epi32( w[i & 3], _mm_load_si128( (const __m128i *)sha256_k + i ) );
            cdgh = _mm_sha256rnds2_epu32( cdgh, abef, t );
            abef = _mm_sha256rnds2_epu32( abef, cdgh, _mm_shuffle_epi32( t, 0x0e ) );
        }
        abef = _mm_add_epi32( abef, abef0 );
        cdgh = _mm_add_epi32( cdgh, cdgh0 );
    }
    t    = _mm_shuffle_epi32( abef, 0x1b );
    cdgh = _mm_shuffle_epi32( cdgh, 0xb1 );
    _mm_storeu_si128( (__m128i *)state, _mm_blend_epi16( t, cdgh, 0xf0 ) );
    _mm_storeu_si128( (__m128i *)state + 1, _mm_alignr_epi8( cdgh, t, 8 ) );
}
#endif

static void sha256_init( struct sha256 *sha )
{
    static const UINT start[8] = { 0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                   0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19 };

    memcpy( sha->state, start, sizeof(start) );
    sha->len = 0;
    sha->blocks = sha256_blocks;
#ifdef __x86_64__
    {
        UINT a, b, c, c1, d;
        if (__get_cpuid( 1, &a, &b, &c1, &d ) && __get_cpuid_count( 7, 0, &a, &b, &c, &d ) &&
            (c1 & bit_SSE4_1) && (b & bit_SHA)) sha->blocks = sha256_blocks_shani;
    }
#endif
}

/* only the last piece of a file may be other than a multiple of 64 bytes */
static void sha256_update( struct sha256 *sha, const BYTE *p, SIZE_T len )
{
    sha->blocks( sha->state, p, len / 64 );
    memcpy( sha->tail, p + len / 64 * 64, len % 64 );
    sha->len += len;
}

static void sha256_finish( struct sha256 *sha, BYTE *digest )
{
    UINT i, rest = sha->len % 64, size = rest < 56 ? 64 : 128;

    sha->tail[rest] = 0x80;
    memset( sha->tail + rest + 1, 0, size - rest - 1 );
    for (i = 0; i < 8; i++) sha->tail[size - 1 - i] = (sha->len * 8) >> (8 * i);
    sha->blocks( sha->state, sha->tail, size / 64 );
    for (i = 0; i < 32; i++) digest[i] = sha->state[i / 4] >> (24 - 8 * (i % 4));
}

/***********************************************************************
 * The workers
 */

static struct task *current_task;  /* for the exception handler: what is mapped where */
static const BYTE *view;
static SIZE_T view_size;
static ULONGLONG view_pos;

static void fail_task( struct task *task, enum failed failed, DWORD error, ULONGLONG where )
{
    task->failed = failed;
    task->error = error;
    task->where = where;
    InterlockedExchange( &task->state, TASK_FAILED );
}

static void add_match( struct task *task, ULONGLONG pos )
{
    if (task->found < task->room) ((ULONGLONG *)((BYTE *)job + task->matches))[task->found] = pos;
    task->found++;
}

/* matches may begin at the first count bytes; the bytes they need after these are readable too */
static void find_text( struct task *task, const BYTE *p, SIZE_T count, ULONGLONG pos )
{
    const BYTE *match, *text = job->text;
    SIZE_T i = 0, len = job->textlen;

#ifdef __SSE2__
    /* look for the first and the last byte at their distance, 64 places at a time */
    const __m128i first = _mm_set1_epi8( text[0] ), last = _mm_set1_epi8( text[len - 1] );
    const BYTE *end = p + len - 1;
    __m128i m[4];
    UINT64 mask;
    int k;

    for (; i + 64 <= count; i += 64)
    {
        for (k = 0; k < 4; k++)
            m[k] = _mm_and_si128( _mm_cmpeq_epi8( _mm_loadu_si128( (const __m128i *)(p + i) + k ), first ),
                                  _mm_cmpeq_epi8( _mm_loadu_si128( (const __m128i *)(end + i) + k ), last ));
        if (!_mm_movemask_epi8( _mm_or_si128( _mm_or_si128( m[0], m[1] ), _mm_or_si128( m[2], m[3] )))) continue;
        for (mask = 0, k = 3; k >= 0; k--) mask = mask << 16 | _mm_movemask_epi8( m[k] );
        for (; mask; mask &= mask - 1)
        {
            match = p + i + __builtin_ctzll( mask );
            if (!memcmp( match, text, len )) add_match( task, pos + (match - p) );
        }
    }
#endif
    for (; i < count && (match = memchr( p + i, text[0], count - i )); i = match - p + 1)
        if (!memcmp( match, text, len )) add_match( task, pos + (match - p) );
}

/* pseudo-random bytes with a line of text now and then, a function of the position alone */
static void fill_range( BYTE *p, SIZE_T count, ULONGLONG pos )
{
    char text[128], line[LINE_SIZE + 1];
    ULONGLONG n, start, from, to;
    SIZE_T i;

    for (i = 0; i < count; i += 8)
    {
        n = (pos + i) / 8 * 0x9e3779b97f4a7c15ull;
        n = (n ^ (n >> 30)) * 0xbf58476d1ce4e5b9ull;
        n = (n ^ (n >> 27)) * 0x94d049bb133111ebull;
        n ^= n >> 31;
        if (count - i >= 8) *(ULONGLONG *)(p + i) = n;
        else memcpy( p + i, &n, count - i );
    }
    for (n = pos < LINE_SIZE ? 0 : (pos - LINE_SIZE) / LINE_STRIDE; (start = n * LINE_STRIDE) < pos + count; n++)
    {
        from = max( start, pos );
        to = min( start + LINE_SIZE, pos + count );
        if (from >= to) continue;
        sprintf( text, "mapsum test line %llu at offset %llu", n, start );
        sprintf( line, "\n%-*.*s\n", LINE_SIZE - 2, LINE_SIZE - 2, text );
        memcpy( p + (from - pos), line + (from - start), to - from );
    }
}

/* A mapped file can fail at any read: the parent gets to know where, and has another worker go on. */
static LONG CALLBACK access_handler( EXCEPTION_POINTERS *ptrs )
{
    const EXCEPTION_RECORD *rec = ptrs->ExceptionRecord;
    ULONG_PTR offset;

    if (rec->ExceptionCode != EXCEPTION_IN_PAGE_ERROR && rec->ExceptionCode != EXCEPTION_ACCESS_VIOLATION)
        return EXCEPTION_CONTINUE_SEARCH;
    if (!view || rec->NumberParameters < 2) return EXCEPTION_CONTINUE_SEARCH;
    offset = rec->ExceptionInformation[1] - (ULONG_PTR)view;
    if (offset >= view_size) return EXCEPTION_CONTINUE_SEARCH;
    fail_task( current_task, AT_ACCESS, rec->ExceptionCode, view_pos + offset );
    TerminateProcess( GetCurrentProcess(), 2 );
    return EXCEPTION_CONTINUE_SEARCH;
}

/* whether the parent has asked to stop or, looked at ten times a second, is no more */
static BOOL stopped(void)
{
    static DWORD last;

    if (GetTickCount() - last >= 100)
    {
        last = GetTickCount();
        if (WaitForSingleObject( (HANDLE)(ULONG_PTR)job->parent, 0 ) != WAIT_TIMEOUT)
            InterlockedExchange( &job->stop, TRUE );
    }
    return job->stop;
}

static void run_task( struct task *task, struct slot *slot )
{
    const WCHAR *name = (const WCHAR *)((BYTE *)job + task->name);
    BOOL write = job->op == OP_MAKE;
    ULONGLONG pos, size, found;
    SIZE_T done, count, more;
    HANDLE file, mapping;
    struct sha256 sha;
    BYTE *base;

    if (InterlockedCompareExchange( &task->state, TASK_RUNNING, TASK_WAITING ) != TASK_WAITING) return;
    current_task = task;
    sha256_init( &sha );
    file = CreateFileW( name, write ? GENERIC_READ | GENERIC_WRITE : GENERIC_READ,
                        FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, NULL,
                        OPEN_EXISTING, FILE_FLAG_SEQUENTIAL_SCAN, NULL );
    if (file == INVALID_HANDLE_VALUE)
    {
        fail_task( task, AT_OPEN, GetLastError(), 0 );
        return;
    }
    mapping = CreateFileMappingW( file, NULL, write ? PAGE_READWRITE : PAGE_READONLY, 0, 0, NULL );
    /* an empty file cannot be mapped, but it has a checksum all the same */
    if (!mapping && (task->end || GetLastError() != ERROR_FILE_INVALID))
        fail_task( task, AT_MAPPING, GetLastError(), 0 );

    for (pos = task->start; mapping && pos < task->end && !stopped(); pos += job->window)
    {
        /* a match may begin in this window and end in the next one */
        size = min( job->window, task->end - pos );
        more = job->op == OP_FIND ? min( job->textlen - 1, task->size - pos - size ) : 0;
        if (!(base = MapViewOfFile( mapping, write ? FILE_MAP_WRITE : FILE_MAP_READ,
                                    pos >> 32, (DWORD)pos, size + more )))
        {
            fail_task( task, AT_VIEW, GetLastError(), pos );
            break;
        }
        view_size = size + more;
        view_pos = pos;
        view = base;
        for (done = 0; done < size && !stopped(); done += count)
        {
            count = min( CHUNK, size - done );
            found = task->found;
            switch (job->op)
            {
            case OP_HASH: sha256_update( &sha, base + done, count ); break;
            case OP_MAKE: fill_range( base + done, count, pos + done ); break;
            case OP_FIND:
                if (view_size - done >= job->textlen)
                    find_text( task, base + done, min( count, view_size - done - job->textlen + 1 ), pos + done );
                break;
            }
            InterlockedExchangeAdd64( &slot->done, count );
            if (task->found != found) InterlockedExchangeAdd64( &slot->found, task->found - found );
        }
        view = NULL;
        UnmapViewOfFile( base );
    }
    if (mapping) CloseHandle( mapping );
    CloseHandle( file );
    if (job->op == OP_HASH) sha256_finish( &sha, task->digest );
    if (!job->stop) InterlockedCompareExchange( &task->state, TASK_DONE, TASK_RUNNING );
}

static int worker( const WCHAR *section, unsigned int number )
{
    HANDLE mapping;
    LONG i;

    if (number >= MAX_WORKERS || !(mapping = OpenFileMappingW( FILE_MAP_READ | FILE_MAP_WRITE, FALSE, section )))
        return 2;
    if (!(job = MapViewOfFile( mapping, FILE_MAP_READ | FILE_MAP_WRITE, 0, 0, 0 ))) return 2;
    SetConsoleCtrlHandler( NULL, TRUE );  /* the parent gets Ctrl-C too, and says when to stop */
    AddVectoredExceptionHandler( TRUE, access_handler );

    while (!stopped() && (i = InterlockedIncrement( &job->next ) - 1) < job->task_count)
    {
        InterlockedExchange( &job->slots[number].task, i );
        run_task( &job->tasks[i], &job->slots[number] );
        InterlockedExchange( &job->slots[number].task, -1 );
    }
    return 0;
}

/***********************************************************************
 * The parent
 */

struct file
{
    const WCHAR *name;
    struct task  task;              /* what its tasks begin as; failed when it cannot be opened */
    LONG         first, count;      /* which they are */
};

static ULONGLONG window = 64 << 20, max_matches = 1000, worker_count = 2;

/* to the console as it is, to anything else as UTF-8 */
static void print( FILE *stream, const WCHAR *format, ... )
{
    static WCHAR text[MAX_LONGPATH + 1024];
    static char utf8[3 * ARRAYSIZE(text)];
    HANDLE handle = GetStdHandle( stream == stdout ? STD_OUTPUT_HANDLE : STD_ERROR_HANDLE );
    DWORD len, mode;
    va_list args;

    va_start( args, format );
    _vsnwprintf( text, ARRAYSIZE(text) - 1, format, args );
    va_end( args );
    len = wcslen( text );
    if (stream == stderr) fflush( stdout );  /* what was printed before */
    if (GetConsoleMode( handle, &mode )) WriteConsoleW( handle, text, len, &mode, NULL );
    else fwrite( utf8, 1, WideCharToMultiByte( CP_UTF8, 0, text, len, utf8, sizeof(utf8), NULL, NULL ), stream );
    if (stream == stderr) fflush( stderr );
}

static int print_failure( const WCHAR *name, const struct task *task )
{
    static const WCHAR * const texts[] =
    {
        L"cannot open the file",
        L"cannot create a file of that size",
        L"cannot create a file mapping",
        L"cannot map the window at offset %llu",
        L"access failed at offset %llu, the file was truncated or the disk is full or damaged",
        L"the worker process died",
    };
    WCHAR message[512];
    DWORD len;

    print( stderr, L"mapsum: %s: ", name );
    print( stderr, texts[task->failed], task->where );
    if (task->failed == AT_ACCESS) print( stderr, L" (exception 0x%08x)\n", task->error );
    else if (task->failed == AT_WORKER) print( stderr, L", exit code %u (0x%08x)\n", task->error, task->error );
    else
    {
        len = FormatMessageW( FORMAT_MESSAGE_FROM_SYSTEM | FORMAT_MESSAGE_IGNORE_INSERTS |
                              FORMAT_MESSAGE_MAX_WIDTH_MASK, NULL, task->error, 0,
                              message, ARRAYSIZE(message), NULL );
        while (len && (message[len - 1] == ' ' || message[len - 1] == '.')) len--;
        message[len] = 0;
        print( stderr, L": %s (error %u)\n", message, task->error );
    }
    return 2;
}

/* prints what came out for a file, returns the exit status */
static int print_result( const struct file *file )
{
    const struct task *tasks = &job->tasks[file->first];
    ULONGLONG found = 0, i;
    WCHAR hex[65];
    LONG n;

    for (n = 0; n < file->count; n++)
        if (tasks[n].state == TASK_FAILED) return print_failure( file->name, &tasks[n] );

    if (job->op == OP_HASH)
    {
        for (i = 0; i < 32; i++) _snwprintf( hex + 2 * i, 3, L"%02x", tasks->digest[i] );
        print( stdout, L"%s  %s\n", hex, file->name );
    }
    if (job->op != OP_FIND) return 0;

    for (n = 0; n < file->count; n++)
    {
        for (i = 0; i < tasks[n].found && found + i < max_matches; i++)
            print( stdout, L"%llu  %s\n", ((ULONGLONG *)((BYTE *)job + tasks[n].matches))[i], file->name );
        found += tasks[n].found;
    }
    print( stdout, L"%llu %s in %s", found, found == 1 ? L"match" : L"matches", file->name );
    if (found > max_matches) print( stdout, L" (%llu listed)", max_matches );
    print( stdout, L"\n" );
    return !found;
}

/* the bar while work is done, one line about it afterwards */
static void print_progress( ULONGLONG total, ULONGLONG start, BOOL finished )
{
    static const WCHAR full[] = L"####################";
    ULONGLONG done = 0, found = 0, elapsed = max( GetTickCount64() - start, 1 );
    const WCHAR *unit = total >= 1 << 30 ? L"GiB" : L"MiB";
    double divisor = total >= 1 << 30 ? 1 << 30 : 1 << 20;
    UINT i, len, percent, speed, eta;
    WCHAR line[160];

    for (i = 0; i < MAX_WORKERS; i++)
    {
        done += job->slots[i].done;
        found += job->slots[i].found;
    }
    speed = (done * 1000 / elapsed) >> 20;
    percent = total ? done * 100 / total : 100;
    eta = done ? (double)(total - done) / done * elapsed / 1000 + 0.5 : 0;
    if (finished)
        len = _snwprintf( line, ARRAYSIZE(line), L"%.2f %s in %.2f s, %u MiB/s",
                          done / divisor, unit, elapsed / 1000.0, speed );
    else
        len = _snwprintf( line, ARRAYSIZE(line), L"[%-20.*s] %3u%% of %.2f %s  %u MiB/s  ETA %u:%02u",
                          percent / 5, full, percent, total / divisor, unit, speed, eta / 60, eta % 60 );
    if (job->op == OP_FIND) _snwprintf( line + len, ARRAYSIZE(line) - len, L"  %llu found", found );
    print( stderr, L"\r%-78s%s", line, finished ? L"\n" : L"" );
}

static BOOL WINAPI ctrl_handler( DWORD event )
{
    if (event != CTRL_C_EVENT && event != CTRL_BREAK_EVENT) return FALSE;
    InterlockedExchange( &job->stop, TRUE );
    return TRUE;
}

static HANDLE start_worker( const WCHAR *section, unsigned int number )
{
    static WCHAR path[MAX_LONGPATH], cmdline[MAX_LONGPATH + 100];
    PROCESS_INFORMATION info;
    STARTUPINFOW startup;

    memset( &startup, 0, sizeof(startup) );
    startup.cb = sizeof(startup);
    job->slots[number].task = -1;
    GetModuleFileNameW( NULL, path, ARRAYSIZE(path) );
    _snwprintf( cmdline, ARRAYSIZE(cmdline) - 1, L"\"%s\" worker %s %u", path, section, number );
    if (!CreateProcessW( path, cmdline, NULL, NULL, TRUE, 0, NULL, NULL, &startup, &info )) return NULL;
    CloseHandle( info.hThread );
    return info.hProcess;
}

/* gets the size of a file or makes a file of that size; what goes wrong is noted in the task */
static void open_file( const WCHAR *name, enum op op, struct task *task )
{
    static WCHAR path[MAX_LONGPATH];
    HANDLE file, mapping = NULL;
    ULARGE_INTEGER avail;
    LARGE_INTEGER size;
    WCHAR *base;

    size.QuadPart = task->size;
    if (op != OP_MAKE)
    {
        file = CreateFileW( name, GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE,
                            NULL, OPEN_EXISTING, 0, NULL );
        if (file == INVALID_HANDLE_VALUE || !GetFileSizeEx( file, &size ))
            fail_task( task, AT_OPEN, GetLastError(), 0 );
        task->size = size.QuadPart;
    }
    else
    {
        file = CreateFileW( name, GENERIC_READ | GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, 0, NULL );
        /* a mapping larger than the file makes it grow; where that gives a sparse file,
         * a lack of space would only be noticed when the pages are written */
        if (file == INVALID_HANDLE_VALUE)
            fail_task( task, AT_CREATE, GetLastError(), 0 );
        else if (GetFullPathNameW( name, ARRAYSIZE(path), path, &base ) && base && (*base = 0, TRUE) &&
                 GetDiskFreeSpaceExW( path, &avail, NULL, NULL ) && avail.QuadPart < task->size)
            fail_task( task, AT_CREATE, ERROR_DISK_FULL, 0 );
        else if (task->size && !(mapping = CreateFileMappingW( file, NULL, PAGE_READWRITE,
                                                               size.HighPart, size.LowPart, NULL )))
            fail_task( task, AT_CREATE, GetLastError(), 0 );
        if (mapping) CloseHandle( mapping );
    }
    if (file == INVALID_HANDLE_VALUE) return;
    CloseHandle( file );
    if (op == OP_MAKE && task->state == TASK_FAILED) DeleteFileW( name );
}

/* a file is one task or, unless its bytes have to be read in order, one for each worker */
static HANDLE create_job( struct file *files, LONG count, enum op op, const char *text, WCHAR *section_name )
{
    ULONGLONG windows, size = sizeof(*job);
    HANDLE section, parent;
    struct task *task;
    LONG i, n, task_count = 0;

    for (i = 0; i < count; i++)
    {
        windows = (files[i].task.size + window - 1) / window;
        files[i].first = task_count;
        files[i].count = op == OP_HASH || !windows ? 1 : min( windows, worker_count );
        if (op == OP_FIND) files[i].task.room = min( max_matches, files[i].task.size );
        task_count += files[i].count;
        size += files[i].count * (sizeof(*task) + files[i].task.room * sizeof(ULONGLONG)) +
                (wcslen( files[i].name ) + 1) * sizeof(WCHAR);
    }
    section = CreateFileMappingW( INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, size >> 32, (DWORD)size, section_name );
    if (!section || GetLastError() == ERROR_ALREADY_EXISTS) return NULL;
    if (!(job = MapViewOfFile( section, FILE_MAP_READ | FILE_MAP_WRITE, 0, 0, 0 ))) return NULL;
    if (!DuplicateHandle( GetCurrentProcess(), GetCurrentProcess(), GetCurrentProcess(), &parent,
                          SYNCHRONIZE, TRUE, 0 )) return NULL;

    job->op = op;
    job->task_count = task_count;
    job->parent = (ULONG_PTR)parent;
    job->window = window;
    job->textlen = strlen( text );
    memcpy( job->text, text, job->textlen );
    size = (BYTE *)&job->tasks[task_count] - (BYTE *)job;
    for (i = 0; i < count; i++)
    {
        windows = (files[i].task.size + window - 1) / window;
        for (n = 0; n < files[i].count; n++)
        {
            task = &job->tasks[files[i].first + n];
            *task = files[i].task;
            task->start = windows * n / files[i].count * window;
            task->end = min( windows * (n + 1) / files[i].count * window, task->size );
            task->matches = size;
            size += task->room * sizeof(ULONGLONG);
        }
    }
    for (i = 0; i < count; i++)
    {
        for (n = 0; n < files[i].count; n++) job->tasks[files[i].first + n].name = size;
        wcscpy( (WCHAR *)((BYTE *)job + size), files[i].name );
        size += (wcslen( files[i].name ) + 1) * sizeof(WCHAR);
    }
    return section;
}

static int run( enum op op, WCHAR **names, LONG file_count, const char *text, ULONGLONG make_size, BOOL progress )
{
    struct file *files = calloc( file_count, sizeof(*files) ), *file;
    ULONGLONG total = 0, start = GetTickCount64();
    HANDLE processes[MAX_WORKERS];
    DWORD wait, code = 0, patience = 30;
    int number[MAX_WORKERS], status = op == OP_FIND, ret;
    LONG i, live = 0, printed = 0;
    struct task *task;
    WCHAR section_name[64];

    if (!files) return 2;
    for (i = 0; i < file_count; i++)
    {
        files[i].name = names[i];
        files[i].task.size = make_size;
        open_file( names[i], op, &files[i].task );
        if (files[i].task.state != TASK_FAILED) total += files[i].task.size;
    }
    _snwprintf( section_name, ARRAYSIZE(section_name), L"Local\\mapsum-%x-%x", GetCurrentProcessId(), GetTickCount() );
    if (!create_job( files, file_count, op, text, section_name ))
    {
        print( stderr, L"mapsum: cannot share memory with workers (error %u)\n", GetLastError() );
        return 2;
    }
    SetConsoleCtrlHandler( ctrl_handler, TRUE );
    for (i = 0; i < min( job->task_count, (LONG)worker_count ); i++)
    {
        number[live] = i;
        if ((processes[live] = start_worker( section_name, i ))) live++;
        else print( stderr, L"mapsum: cannot start a worker process (error %u)\n", code = GetLastError() );
    }

    while (printed < file_count && (live || !job->stop))
    {
        wait = live ? WaitForMultipleObjects( live, processes, FALSE, 100 ) : WAIT_TIMEOUT;
        if (wait < (DWORD)live)
        {
            GetExitCodeProcess( processes[wait], &code );
            CloseHandle( processes[wait] );
            /* a worker that leaves a task behind has died; another one does the rest */
            i = job->slots[number[wait]].task;
            if (i >= 0 && job->tasks[i].state == TASK_RUNNING) fail_task( &job->tasks[i], AT_WORKER, code, 0 );
            if (i < 0 || job->stop || !(processes[wait] = start_worker( section_name, number[wait] )))
            {
                live--;
                processes[wait] = processes[live];
                number[wait] = number[live];
            }
        }
        if (job->stop && !patience--)
            for (i = 0; i < live; i++) TerminateProcess( processes[i], 2 );

        for (; printed < file_count && !job->stop; printed++)
        {
            file = &files[printed];
            for (i = 0, task = &job->tasks[file->first]; i < file->count; i++, task++)
            {
                if (task->state >= TASK_DONE) continue;
                if (live) break;
                fail_task( task, AT_WORKER, code, 0 );  /* nobody is left to do it */
            }
            if (i < file->count) break;
            if (progress) print( stderr, L"\r%78s\r", L"" );
            ret = print_result( file );
            if (ret == 2 || status == 1) status = ret;
        }
        if (progress) print_progress( total, start, printed == file_count || (job->stop && !live) );
    }
    if (live) WaitForMultipleObjects( live, processes, TRUE, 3000 );
    if (printed < file_count)
    {
        print( stderr, L"mapsum: interrupted\n" );
        status = 2;
    }
    if (op == OP_MAKE && status && files[0].task.state != TASK_FAILED) DeleteFileW( names[0] );
    fflush( stdout );
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

static int usage( FILE *stream )
{
    print( stream, L"Usage: mapsum [OPTION]... hash FILE...       SHA-256 of each file\n"
           L"       mapsum [OPTION]... find TEXT FILE...  where TEXT is in the files, overlapping matches too\n"
           L"       mapsum [OPTION]... make FILE SIZE     write a test file of that size (suffix K, M, G, T)\n"
           L"  -w SIZE  size of the window through which files are seen (64M)\n"
           L"  -j N     number of worker processes, 1 to %u (2)\n"
           L"  -m N     list the first N matches in each file, 0 to %u (1000)\n"
           L"  -q, -p   no progress bar; one even if stderr is not a console\n"
           L"Exit status: 0 done, 1 no match, 2 something failed.\n", MAX_WORKERS, MAX_MATCHES );
    fflush( stream );
    return stream == stdout ? 0 : 2;
}

int wmain( int argc, WCHAR *argv[] )
{
    ULONGLONG size = 0;
    char text[MAX_TEXT] = "";
    int i, count = 0;
    SYSTEM_INFO info;
    const WCHAR *value;
    WCHAR option;
    DWORD mode;
    BOOL progress, options = TRUE;

    _setmode( _fileno( stdout ), _O_BINARY );
    _setmode( _fileno( stderr ), _O_BINARY );
    if (argc == 4 && !wcscmp( argv[1], L"worker" )) return worker( argv[2], _wtoi( argv[3] ));

    GetSystemInfo( &info );
    progress = GetConsoleMode( GetStdHandle( STD_ERROR_HANDLE ), &mode );
    for (i = 1; i < argc; i++)
    {
        if (!options || argv[i][0] != '-' || !argv[i][1])
        {
            argv[count++] = argv[i];
            continue;
        }
        if (!wcscmp( argv[i], L"-h" ) || !wcscmp( argv[i], L"--help" )) return usage( stdout );
        if (!wcscmp( argv[i], L"--" )) options = FALSE;
        else if (!wcscmp( argv[i], L"-q" )) progress = FALSE;
        else if (!wcscmp( argv[i], L"-p" )) progress = TRUE;
        else
        {
            option = argv[i][1];
            value = argv[i][2] ? argv[i] + 2 : ++i < argc ? argv[i] : L"";
            if (!wcschr( L"wjm", option )) return usage( stderr );
            if (!parse_size( value, &size ) ||
                (option == 'w' && (!size || size % info.dwAllocationGranularity || size != (SIZE_T)size)) ||
                (option == 'j' && (!size || size > MAX_WORKERS)) || (option == 'm' && size > MAX_MATCHES))
            {
                print( stderr, L"mapsum: bad value for -%c: %s\n", option, value );
                if (option == 'w') print( stderr, L"mapsum: a window is a multiple of %u bytes\n",
                                          info.dwAllocationGranularity );
                return 2;
            }
            if (option == 'w') window = size;
            if (option == 'j') worker_count = size;
            if (option == 'm') max_matches = size;
        }
    }

    if (count >= 2 && !wcscmp( argv[0], L"hash" )) return run( OP_HASH, argv + 1, count - 1, text, 0, progress );
    if (count >= 3 && !wcscmp( argv[0], L"find" ))
    {
        if (argv[1][0] && WideCharToMultiByte( CP_UTF8, 0, argv[1], -1, text, sizeof(text), NULL, NULL ))
            return run( OP_FIND, argv + 2, count - 2, text, 0, progress );
        print( stderr, L"mapsum: the text to find must have 1 to %u bytes\n", MAX_TEXT - 1 );
        return 2;
    }
    if (count == 3 && !wcscmp( argv[0], L"make" ))
    {
        if (parse_size( argv[2], &size )) return run( OP_MAKE, argv + 1, 1, text, size, progress );
        print( stderr, L"mapsum: bad size: %s\n", argv[2] );
        return 2;
    }
    return usage( stderr );
}
