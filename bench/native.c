/*
 * What bench/windows.c does, done with the system calls that Linux has for it
 *
 * native [--ms N] [--max VIEWS] [--memory MB] GROUP...
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include "bench.h"

#ifndef MPOL_PREFERRED
#define MPOL_PREFERRED 1
#endif
#ifndef MADV_COLLAPSE
#define MADV_COLLAPSE 25
#endif
#define LARGE (2 * MB)

static int fd = -1;
static char *base;
static size_t size;

double get_time( void )
{
    struct timespec ts;

    clock_gettime( CLOCK_MONOTONIC, &ts );
    return ts.tv_sec * 1e9 + ts.tv_nsec;
}

void relax( void )
{
    sched_yield();
}

static int open_memory( size_t len, unsigned int flags )
{
    int ret = memfd_create( "bench", flags );

    if (ret != -1 && ftruncate( ret, len ))
    {
        close( ret );
        ret = -1;
    }
    return ret;
}

static void close_fd( void )
{
    close( fd );
    fd = -1;
}

/* ---- map + unmap ---- */

static int setup_map( size_t arg )
{
    size = arg;
    return (fd = open_memory( size, 0 )) != -1;
}

static int call_map( void )
{
    void *addr = mmap( NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0 );

    return addr != MAP_FAILED && !munmap( addr, size );
}

static int setup_file( size_t arg )
{
    char name[] = "/tmp/bench-XXXXXX";

    size = arg;
    if ((fd = mkstemp( name )) == -1) return 0;
    unlink( name );
    return !ftruncate( fd, size );
}

static int setup_large( size_t arg )
{
    size = arg;
    if ((fd = open_memory( size, MFD_HUGETLB )) == -1) return 0;
    if (!fallocate( fd, 0, 0, size )) return 1;
    close_fd();
    return 0;
}

static int call_node( void )
{
    void *addr = mmap( NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0 );
    unsigned long mask = 1;

    if (addr == MAP_FAILED) return 0;
    syscall( SYS_mbind, addr, size, MPOL_PREFERRED, &mask, 8 * sizeof(mask), 0 );
    return !munmap( addr, size );
}

static int setup_base( size_t arg )
{
    if (!setup_map( arg )) return 0;
    base = mmap( NULL, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0 );
    return base != MAP_FAILED && !munmap( base, size );
}

static int call_base( void )
{
    void *addr = mmap( base, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED_NOREPLACE, fd, 0 );

    return addr == base && !munmap( addr, size );
}

static int call_aligned( void )
{
    char *addr = mmap( NULL, size + LARGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0 ), *aligned;

    if (addr == MAP_FAILED) return 0;
    aligned = (char *)(((uintptr_t)addr + LARGE - 1) & ~(LARGE - 1));
    if (mmap( aligned, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, fd, 0 ) == MAP_FAILED) return 0;
    return !munmap( addr, size + LARGE );
}

static char *kept;

static int setup_again( size_t arg )
{
    if (!setup_map( arg )) return 0;
    kept = mmap( NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0 );
    return kept != MAP_FAILED;
}

static void cleanup_again( void )
{
    munmap( kept, size );
    close_fd();
}

/* ---- others ---- */

static int setup_none( size_t arg )
{
    size = arg;
    return 1;
}

static void cleanup_none( void )
{
}

static int call_create( void )
{
    int new = open_memory( size, 0 );

    return new != -1 && !close( new );
}

static int call_create_map( void )
{
    int ret = (fd = open_memory( size, 0 )) != -1 && call_map();

    close_fd();
    return ret;
}

static char shm_name[64];

static int setup_open( size_t arg )
{
    snprintf( shm_name, sizeof(shm_name), "/bench-%d", getpid() );
    if ((fd = shm_open( shm_name, O_RDWR | O_CREAT, 0600 )) == -1) return 0;
    return !ftruncate( fd, arg );
}

static int call_open( void )
{
    int new = shm_open( shm_name, O_RDWR, 0 );

    return new != -1 && !close( new );
}

static void cleanup_open( void )
{
    shm_unlink( shm_name );
    close_fd();
}

static int call_alloc( void )
{
    void *addr = mmap( NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0 );

    return addr != MAP_FAILED && !munmap( addr, size );
}

/* a page of a reservation that has something mapped, and then nothing again */
static int setup_replace( size_t arg )
{
    if (!setup_map( arg )) return 0;
    base = mmap( NULL, 16 * size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0 );
    return base != MAP_FAILED;
}

static int call_replace( void )
{
    if (mmap( base + size, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, fd, 0 ) == MAP_FAILED) return 0;
    return mmap( base + size, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1, 0 ) != MAP_FAILED;
}

static void cleanup_replace( void )
{
    munmap( base, 16 * size );
    close_fd();
}

static double measure_nothing( size_t arg )
{
    return NO_RESULT;
}

/* ---- memory ---- */

enum memory { MEMORY_SMALL, MEMORY_ADVISED, MEMORY_PRIVATE, MEMORY_THP, MEMORY_HUGETLB };

/* An aligned mapping of the file, or of private memory, for which huge pages are welcome. */
static char *map_advised( int flags )
{
    char *addr = mmap( NULL, memory_size + LARGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0 ), *ret;
    char *aligned = (char *)(((uintptr_t)addr + LARGE - 1) & ~(LARGE - 1));

    if (addr == MAP_FAILED) return MAP_FAILED;
    ret = mmap( aligned, memory_size, PROT_READ | PROT_WRITE, flags | MAP_FIXED, flags & MAP_ANONYMOUS ? -1 : fd, 0 );
    if (aligned > addr) munmap( addr, aligned - addr );
    munmap( aligned + memory_size, addr + LARGE - aligned );
    if (ret != MAP_FAILED) madvise( ret, memory_size, MADV_HUGEPAGE );
    return ret;
}

/* All of it in large pages; newer kernels make them when they are asked, whatever the policy for
 * those that nobody asked for. */
static char *map_transparent( void )
{
    char *ret = map_advised( MAP_SHARED );

    if (ret == MAP_FAILED) return ret;
    touch( ret, memory_size );
    if (!madvise( ret, memory_size, MADV_COLLAPSE )) return ret;
    munmap( ret, memory_size );
    return MAP_FAILED;
}

static char *get_memory( enum memory kind )
{
    char *ret;

    if ((fd = open_memory( memory_size, kind == MEMORY_HUGETLB ? MFD_HUGETLB : 0 )) == -1) return NULL;
    if (kind == MEMORY_THP) ret = map_transparent();
    else if (kind == MEMORY_ADVISED) ret = map_advised( MAP_SHARED );
    else if (kind == MEMORY_PRIVATE) ret = map_advised( MAP_PRIVATE | MAP_ANONYMOUS );
    else ret = mmap( NULL, memory_size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0 );
    if (ret != MAP_FAILED && kind == MEMORY_HUGETLB && fallocate( fd, 0, 0, memory_size ))
    {
        munmap( ret, memory_size );
        ret = MAP_FAILED;
    }
    if (ret != MAP_FAILED) return ret;
    close_fd();
    return NULL;
}

/* nanoseconds for each 4 KiB, from nothing to all of it there */
static double measure_touch( size_t kind )
{
    double values[3], start;
    unsigned int i;
    char *mem;

    for (i = 0; i < ARRAY_SIZE(values); i++)
    {
        start = get_time();
        if (!(mem = get_memory( kind ))) return NO_RESULT;
        touch( mem, memory_size );
        values[i] = (get_time() - start) / (memory_size / PAGE);
        munmap( mem, memory_size );
        close_fd();
    }
    return median( values, ARRAY_SIZE(values) );
}

static double measure_access( size_t kind )
{
    char *mem = get_memory( kind );
    double ret;

    if (!mem) return NO_RESULT;
    touch( mem, memory_size );
    ret = chase( mem, memory_size );
    munmap( mem, memory_size );
    close_fd();
    return ret;
}

static double measure_ring( size_t arg )
{
    struct ring *ring = mmap( NULL, sizeof(*ring), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0 );
    double ret;
    pid_t pid;

    if (ring == MAP_FAILED || (pid = fork()) == -1) return NO_RESULT;
    if (!pid)
    {
        consume_ring( ring );
        _exit( 0 );
    }
    ret = produce_ring( ring );
    ring->stop = 1;
    waitpid( pid, NULL, 0 );
    munmap( ring, sizeof(*ring) );
    return ret;
}

/* ---- threads ---- */

static volatile int go, stop;
static unsigned long done[64];

static void *map_thread( void *arg )
{
    unsigned long count = 0;

    while (!go) relax();
    while (!stop && call_map()) count++;
    done[(size_t)arg] = count;
    return NULL;
}

/* microseconds of the clock for a call, whoever makes it */
static double measure_threads( size_t count )
{
    struct timespec ts = { 0, bench_ms * 2e6 };
    double start, elapsed, calls = 0;
    pthread_t threads[64];
    size_t i;

    if (!setup_map( MB )) return NO_RESULT;
    go = stop = 0;
    for (i = 0; i < count; i++) pthread_create( &threads[i], NULL, map_thread, (void *)i );
    start = get_time();
    go = 1;
    nanosleep( &ts, NULL );
    stop = 1;
    for (i = 0; i < count; i++) pthread_join( threads[i], NULL );
    elapsed = get_time() - start;
    for (i = 0; i < count; i++) calls += done[i];
    close_fd();
    return calls ? elapsed / calls / 1000 : NO_RESULT;
}

/* ---- growth ---- */

static size_t live_views, live_pieces;
static char *reservation;

static double measure_live_views( size_t count )
{
    double ret;

    if (count > bench_views || !setup_map( 64 * KB )) return NO_RESULT;
    for (; live_views < count; live_views++)
        if (mmap( NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0 ) == MAP_FAILED) return NO_RESULT;
    ret = time_call( call_map );
    close_fd();
    return ret == NO_RESULT ? ret : ret / 1000;
}

static double measure_live_pieces( size_t count )
{
    double ret;

    if (count > bench_views || !setup_map( 64 * KB )) return NO_RESULT;
    if (!reservation)
        reservation = mmap( NULL, 4 * GB, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0 );
    for (; live_pieces < count; live_pieces++)
        if (mmap( reservation + live_pieces * size, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, fd,
                  0 ) == MAP_FAILED) return NO_RESULT;
    base = reservation + live_pieces * size;
    ret = time_call( call_replace );
    close_fd();
    return ret == NO_RESULT ? ret : ret / 1000;
}

#define CALL( name, what, cleanup, arg ) { name, setup_##what, call_##what, cleanup, arg, NULL, NULL }

static const struct item calls[] =
{
    CALL( "map+unmap 4K", map, close_fd, 4 * KB ),
    CALL( "map+unmap 1M", map, close_fd, MB ),
    CALL( "map+unmap 1G", map, close_fd, GB ),
    { "map+unmap 1M, mapped already", setup_again, call_map, cleanup_again, MB, NULL, NULL },
    { "map+unmap 4K of a file", setup_file, call_map, close_fd, 4 * KB, NULL, NULL },
    { "map+unmap 1M of a file", setup_file, call_map, close_fd, MB, NULL, NULL },
    { "map+unmap 1G of a file", setup_file, call_map, close_fd, GB, NULL, NULL },
    { "map+unmap 2M of large pages", setup_large, call_map, close_fd, LARGE, NULL, NULL },
    { "map+unmap 1M with a node", setup_map, call_node, close_fd, MB, NULL, NULL },
    CALL( "map+unmap 1M at a base", base, close_fd, MB ),
    { "map+unmap 1M aligned to 2M", setup_map, call_aligned, close_fd, MB, NULL, NULL },
    { "remote map+unmap 1M", NULL, NULL, NULL, 0, measure_nothing, "us" },
    { "create+close 1M", setup_none, call_create, cleanup_none, MB, NULL, NULL },
    { "create+map+close+unmap 1M", setup_none, call_create_map, cleanup_none, MB, NULL, NULL },
    CALL( "open by name+close", open, cleanup_open, MB ),
    CALL( "placeholder: replace+unmap 64K", replace, cleanup_replace, 64 * KB ),
    { "placeholder: split+coalesce", NULL, NULL, NULL, 0, measure_nothing, "us" },
    { "query", NULL, NULL, NULL, 0, measure_nothing, "us" },
    { "alloc+free 1M", setup_none, call_alloc, cleanup_none, MB, NULL, NULL },
    { NULL, NULL, NULL, NULL, 0, NULL, NULL }
};

static const struct item memory[] =
{
    { "first touch, 4K pages", NULL, NULL, NULL, MEMORY_SMALL, measure_touch, "ns/4K" },
    { "random access, 4K pages", NULL, NULL, NULL, MEMORY_SMALL, measure_access, "ns" },
    { NULL, NULL, NULL, NULL, 0, NULL, NULL }
};

static const struct item huge[] =
{
    { "HugePages: first touch of a section", NULL, NULL, NULL, MEMORY_ADVISED, measure_touch, "ns/4K" },
    { "HugePages: random access to a section", NULL, NULL, NULL, MEMORY_ADVISED, measure_access, "ns" },
    { "HugePages: first touch of private memory", NULL, NULL, NULL, MEMORY_PRIVATE, measure_touch, "ns/4K" },
    { "HugePages: random access to private memory", NULL, NULL, NULL, MEMORY_PRIVATE, measure_access, "ns" },
    { NULL, NULL, NULL, NULL, 0, NULL, NULL }
};

static const struct item fast[] =
{
    CALL( "FastViews: map+unmap 4K", map, close_fd, 4 * KB ),
    CALL( "FastViews: map+unmap 1M", map, close_fd, MB ),
    CALL( "FastViews: map+unmap 1G", map, close_fd, GB ),
    { "FastViews: map+unmap 1M, mapped already", setup_again, call_map, cleanup_again, MB, NULL, NULL },
    { "FastViews: create+map+close+unmap 1M", setup_none, call_create_map, cleanup_none, MB, NULL, NULL },
    { "FastViews: map+unmap 1M, 2 threads", NULL, NULL, NULL, 2, measure_threads, "us" },
    { "FastViews: map+unmap 64K beside 1000 views", NULL, NULL, NULL, 1000, measure_live_views, "us" },
    { NULL, NULL, NULL, NULL, 0, NULL, NULL }
};

static const struct item thp[] =
{
    { "first touch, transparent huge pages", NULL, NULL, NULL, MEMORY_THP, measure_touch, "ns/4K" },
    { "random access, transparent huge pages", NULL, NULL, NULL, MEMORY_THP, measure_access, "ns" },
    { NULL, NULL, NULL, NULL, 0, NULL, NULL }
};

static const struct item hugetlb[] =
{
    { "first touch, huge page pool", NULL, NULL, NULL, MEMORY_HUGETLB, measure_touch, "ns/4K" },
    { "random access, huge page pool", NULL, NULL, NULL, MEMORY_HUGETLB, measure_access, "ns" },
    { NULL, NULL, NULL, NULL, 0, NULL, NULL }
};

static const struct item others[] =
{
    { "ring between processes, message of 64 bytes", NULL, NULL, NULL, 0, measure_ring, "ns" },
    { "map+unmap 1M, 1 thread", NULL, NULL, NULL, 1, measure_threads, "us" },
    { "map+unmap 1M, 2 threads", NULL, NULL, NULL, 2, measure_threads, "us" },
    { "map+unmap 1M, 4 threads", NULL, NULL, NULL, 4, measure_threads, "us" },
    { "map+unmap 1M, 8 threads", NULL, NULL, NULL, 8, measure_threads, "us" },
    { NULL, NULL, NULL, NULL, 0, NULL, NULL }
};

static const struct item views[] =
{
    { "map+unmap 64K beside 10 views", NULL, NULL, NULL, 10, measure_live_views, "us" },
    { "map+unmap 64K beside 1000 views", NULL, NULL, NULL, 1000, measure_live_views, "us" },
    { "map+unmap 64K beside 50000 views", NULL, NULL, NULL, 50000, measure_live_views, "us" },
    { NULL, NULL, NULL, NULL, 0, NULL, NULL }
};

static const struct item pieces[] =
{
    { "replace+unmap beside 10 views in placeholders", NULL, NULL, NULL, 10, measure_live_pieces, "us" },
    { "replace+unmap beside 1000 views in placeholders", NULL, NULL, NULL, 1000, measure_live_pieces, "us" },
    { "replace+unmap beside 50000 views in placeholders", NULL, NULL, NULL, 50000, measure_live_pieces, "us" },
    { NULL, NULL, NULL, NULL, 0, NULL, NULL }
};

static const struct
{
    const char        *name;
    const struct item *items;
} groups[] =
{
    { "calls", calls }, { "memory", memory }, { "huge", huge }, { "fast", fast }, { "thp", thp }, { "hugetlb", hugetlb }, { "others", others },
    { "views", views }, { "pieces", pieces },
};

int main( int argc, char **argv )
{
    const struct item *item;
    unsigned int j;
    int i;

    for (i = 1; i < argc; i++)
    {
        if (parse_option( argv[i], argv[i + 1] ))
        {
            i++;
            continue;
        }
        for (j = 0; j < ARRAY_SIZE(groups) && strcmp( argv[i], groups[j].name ); j++) ;
        if (j == ARRAY_SIZE(groups)) break;
        for (item = groups[j].items; item->name; item++) run_item( item );
    }
    if (argc < 2 || i < argc)
    {
        fprintf( stderr, "usage: native [--ms N] [--max VIEWS] [--memory MB] GROUP...\n" );
        return 2;
    }
    return 0;
}
