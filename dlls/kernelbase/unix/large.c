/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Large pages: what the host has, and memory and sections of them
 *
 * They come from the host's pool of huge pages (hugetlb) or are transparent huge pages (THP),
 * of shared memory for sections and of anonymous memory otherwise.  Whatever is promised is
 * allocated when it is asked for, all of it, and looked at afterwards: that a page of the pool
 * is large is the kernel's word, a transparent one is asked for by its address.
 */

#if 0
#pragma makedep unix
#endif

#include "config.h"

#include <stdarg.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/mman.h>
#include <linux/memfd.h>

#include "ntstatus.h"
#define WIN32_NO_STATUS
#include "windef.h"
#include "winbase.h"
#include "winternl.h"
#include "wine/debug.h"
#include "large.h"

WINE_DEFAULT_DEBUG_CHANNEL(mapview);

#define THP_DIR     "/sys/kernel/mm/transparent_hugepage"
#define HUGETLB_DIR "/sys/kernel/mm/hugepages"

#define DEFAULT_LARGE_PAGE ((SIZE_T)2 << 20)

/* where large pages may come from, in the order in which it is tried */
#define FROM_HUGETLB 1
#define FROM_THP     2

static unsigned int allowed_sources;

static void init_allowed_sources(void)
{
    static const char *const words[] = { "auto", "hugetlb", "thp", "off", NULL };
    static const unsigned int sources[] = { FROM_HUGETLB | FROM_THP, FROM_HUGETLB, FROM_THP, 0 };

    allowed_sources = sources[get_setting( "LargePages", "WINE_MAPVIEW_LARGE_PAGES", words )];
}

/***********************************************************************
 *             get_allowed_sources
 *
 * The setting: the environment variable WINE_MAPVIEW_LARGE_PAGES, or the value LargePages in
 * HKEY_CURRENT_USER\Software\Wine\Mapview.
 */
static unsigned int get_allowed_sources(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;

    pthread_once( &once, init_allowed_sources );
    return allowed_sources;
}

/* a number in a file of the kernel's */
static UINT64 read_number( const char *name )
{
    char buffer[32];
    ssize_t len;
    int fd;

    if ((fd = open( name, O_RDONLY | O_CLOEXEC )) == -1) return 0;
    len = read( fd, buffer, sizeof(buffer) - 1 );
    close( fd );
    if (len <= 0) return 0;
    buffer[len] = 0;
    return strtoull( buffer, NULL, 10 );
}

static BOOL pool_has_pages( SIZE_T page_size )
{
    char name[128];

    sprintf( name, HUGETLB_DIR "/hugepages-%lukB/nr_hugepages", (unsigned long)page_size >> 10 );
    if (read_number( name )) return TRUE;
    sprintf( name, HUGETLB_DIR "/hugepages-%lukB/nr_overcommit_hugepages", (unsigned long)page_size >> 10 );
    return !!read_number( name );
}

/* the smallest size of which the host has a pool that is not empty */
static SIZE_T find_pool(void)
{
    struct dirent *entry;
    unsigned long kb;
    SIZE_T best = 0;
    sigset_t sigset;
    DIR *dir;

    block_signals( &sigset );
    dir = opendir( HUGETLB_DIR );
    while (dir && (entry = readdir( dir )))
    {
        SIZE_T size;

        if (sscanf( entry->d_name, "hugepages-%lukB", &kb ) != 1) continue;
        size = (SIZE_T)kb << 10;
        if (size >= ALLOCATION_GRANULARITY && (!best || size < best) && pool_has_pages( size )) best = size;
    }
    if (dir) closedir( dir );
    restore_signals( &sigset );
    return best;
}

/***********************************************************************
 *             get_transparent_page_size
 */
SIZE_T get_transparent_page_size(void)
{
    static SIZE_T cached;

    if (!cached && !(cached = read_number( THP_DIR "/hpage_pmd_size" ))) cached = DEFAULT_LARGE_PAGE;
    return cached;
}

/* the memory that can be had without pushing anything out: a host that is asked for more does
 * not refuse it, it kills processes */
static BOOL is_memory_available( UINT64 size )
{
    unsigned long long kb;
    BOOL ret = TRUE;
    char line[128];
    sigset_t sigset;
    FILE *f;

    if (!(f = open_text( "/proc/meminfo", &sigset ))) return TRUE;
    while (fgets( line, sizeof(line), f ))
    {
        if (sscanf( line, "MemAvailable: %llu", &kb ) != 1) continue;
        ret = size <= (UINT64)kb << 10;
        break;
    }
    close_text( f, &sigset );
    return ret;
}

/* ---- allocation ---- */

#define CHUNK_SIZE  ((SIZE_T)32 << 20)
#define MAX_WORKERS 8

/* A mapping whose pages are being allocated, by several threads when it is large.  The thread that
 * wants them can be terminated meanwhile: the last one frees it. */
struct allocation
{
    LONG   refs;
    char  *base;
    SIZE_T size;
    SIZE_T chunk;
    BOOL   transparent;
    LONG   next;              /* chunk that nobody has taken */
    LONG   error;             /* an errno */
};

/* make a range of transparent huge pages, or find out that it cannot be */
static int collapse_range( void *base, SIZE_T size )
{
    unsigned int i;

    for (i = 0; i < 3; i++)
    {
        if (is_huge_range( base, size )) return 0;
        if (madvise( base, size, MADV_COLLAPSE ) && errno != EAGAIN && errno != EINTR) return errno;
    }
    return is_huge_range( base, size ) ? 0 : ENOMEM;
}

static void release_allocation( struct allocation *alloc )
{
    if (!InterlockedDecrement( &alloc->refs )) free_record( alloc );
}

static void allocate_chunks( struct allocation *alloc )
{
    while (!alloc->error)
    {
        SIZE_T pos = (SIZE_T)(InterlockedIncrement( &alloc->next ) - 1) * alloc->chunk, size;
        int error = 0;

        if (pos >= alloc->size) break;
        size = min( alloc->chunk, alloc->size - pos );
        while (madvise( alloc->base + pos, size, MADV_POPULATE_WRITE ))
        {
            if (errno == EINTR || errno == EAGAIN) continue;
            error = errno;
            break;
        }
        if (!error && alloc->transparent) error = collapse_range( alloc->base + pos, size );
        if (error) InterlockedExchange( &alloc->error, error );
    }
}

/* a thread that Wine knows nothing of */
static void *allocation_thread( void *arg )
{
    allocate_chunks( arg );
    release_allocation( arg );
    return NULL;
}

/* the signals of Wine are for its own threads */
static unsigned int start_workers( struct allocation *alloc, pthread_t *workers, unsigned int count )
{
    sigset_t all, old;
    unsigned int i;

    sigfillset( &all );
    pthread_sigmask( SIG_SETMASK, &all, &old );
    for (i = 0; i < count; i++)
    {
        InterlockedIncrement( &alloc->refs );
        if (!pthread_create( &workers[i], NULL, allocation_thread, alloc )) continue;
        InterlockedDecrement( &alloc->refs );
        break;
    }
    restore_signals( &old );
    return i;
}

/* when there is nothing left to begin with */
static void wait_for_workers( pthread_t *workers, unsigned int count )
{
    sigset_t sigset;
    unsigned int i;

    block_signals( &sigset );
    for (i = 0; i < count; i++) pthread_join( workers[i], NULL );
    restore_signals( &sigset );
}

static unsigned int get_worker_count( const struct allocation *alloc )
{
    SIZE_T chunks = (alloc->size + alloc->chunk - 1) / alloc->chunk;
    cpu_set_t cpus;

    if (sched_getaffinity( 0, sizeof(cpus), &cpus )) return 1;
    return min( min( chunks, (SIZE_T)CPU_COUNT( &cpus ) ), MAX_WORKERS );
}

/***********************************************************************
 *             allocate_large_pages
 *
 * Allocate all pages of a mapping, zero-filled, as large ones; on the preferred node when there
 * is one, else on the node of this thread.  They are the mapping's, so that what is allocated
 * when it fails goes when the caller unmaps it (and closes its file).
 */
static NTSTATUS allocate_large_pages( void *base, SIZE_T size, SIZE_T page_size, BOOL transparent, UINT32 node )
{
    struct allocation *alloc;
    pthread_t workers[MAX_WORKERS];
    unsigned int count = 0;
    int error;

    if (transparent)
    {
        if (!is_memory_available( size )) return STATUS_INSUFFICIENT_RESOURCES;
        madvise( base, size, MADV_HUGEPAGE );
    }
    set_memory_node( base, size, node );

    if (!(alloc = alloc_record( sizeof(*alloc) ))) return STATUS_NO_MEMORY;
    alloc->refs        = 1;
    alloc->base        = base;
    alloc->size        = size;
    alloc->chunk       = max( CHUNK_SIZE, page_size );
    alloc->transparent = transparent;
    if (transparent && !can_scan_pages()) alloc->chunk = size;

    /* other threads can be on other nodes */
    if (node != NUMA_NO_PREFERRED_NODE || get_node_count() == 1)
        count = start_workers( alloc, workers, get_worker_count( alloc ) - 1 );
    allocate_chunks( alloc );
    wait_for_workers( workers, count );
    error = alloc->error;
    release_allocation( alloc );

    if (!error) return STATUS_SUCCESS;
    TRACE( "no large pages for %#lx bytes: %s\n", size, strerror( error ));
    return STATUS_INSUFFICIENT_RESOURCES;
}

/* map memory somewhere at an address that is a multiple of the large page */
static void *map_aligned( SIZE_T size, SIZE_T alignment, int flags, int fd )
{
    char *base, *ret;

    if (size + alignment < size) return NULL;
    base = mmap( NULL, size + alignment, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0 );
    if (base == MAP_FAILED) return NULL;

    ret = (char *)(((UINT_PTR)base + alignment - 1) & ~(alignment - 1));
    if (ret > base) munmap( base, ret - base );
    if (ret < base + alignment) munmap( ret + size, base + alignment - ret );

    if (mmap( ret, size, PROT_READ | PROT_WRITE, MAP_FIXED | flags, fd, 0 ) != MAP_FAILED) return ret;
    munmap( ret, size );
    return NULL;
}

static NTSTATUS populate_hugetlb( int fd, UINT64 size, const struct memfd_info *info )
{
    NTSTATUS status;
    void *base;

    /* this sets all pages aside, or none and fails, before the first one is looked at */
    base = mmap( NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0 );
    if (base == MAP_FAILED) return STATUS_INSUFFICIENT_RESOURCES;
    status = allocate_large_pages( base, size, info->page_size, FALSE, info->node );
    munmap( base, size );
    return status;
}

static NTSTATUS populate_transparent( int fd, UINT64 size, const struct memfd_info *info )
{
    NTSTATUS status;
    void *base;

    if (!(base = map_aligned( size, get_transparent_page_size(), MAP_SHARED, fd )))
        return STATUS_INSUFFICIENT_RESOURCES;
    status = allocate_large_pages( base, size, get_transparent_page_size(), TRUE, info->node );
    munmap( base, size );
    return status;
}

/* a try shows what the settings of the kernel amount to */
static BOOL try_transparent_pages( BOOL shared )
{
    SIZE_T size = get_transparent_page_size();
    BOOL ret = FALSE;
    void *base;
    int fd = -1;

    if (shared && (fd = memfd_create( "wine-mapview", MFD_CLOEXEC )) == -1) return FALSE;
    if (!shared || !ftruncate( fd, size ))
    {
        if ((base = map_aligned( size, size, shared ? MAP_SHARED : MAP_PRIVATE | MAP_ANONYMOUS, fd )))
        {
            ret = !allocate_large_pages( base, size, size, TRUE, NUMA_NO_PREFERRED_NODE );
            munmap( base, size );
        }
    }
    if (fd != -1) close( fd );
    return ret;
}

/* the size of the large pages of this process; found says whether there are any.  Once there
 * are, the size stays: programs divide by it */
static SIZE_T get_page_size( BOOL *found )
{
    static SIZE_T cached;
    SIZE_T size = get_transparent_page_size(), pool;
    unsigned int sources;

    *found = TRUE;
    if (cached) return cached;

    sources = get_allowed_sources();
    if ((sources & FROM_HUGETLB) && pool_has_pages( size )) cached = size;
    else if ((sources & FROM_THP) && (try_transparent_pages( TRUE ) || try_transparent_pages( FALSE ))) cached = size;
    else if ((sources & FROM_HUGETLB) && (pool = find_pool())) cached = pool;
    if (cached) return cached;

    *found = FALSE;
    return size;
}

/***********************************************************************
 *             get_large_page_size
 */
SIZE_T get_large_page_size(void)
{
    BOOL found;

    return get_page_size( &found );
}

/***********************************************************************
 *             get_large_page_minimum
 *
 * The size of the large pages that can be had, 0 when there are none.
 */
NTSTATUS get_large_page_minimum( void *args )
{
    struct large_page_minimum_params *params = args;
    BOOL found;

    params->size = get_page_size( &found );
    if (!found) params->size = 0;
    if (TRACE_ON(mapview))
        TRACE( "large pages: tried transparent ones, %s get them\n", try_transparent_pages( TRUE ) ? "sections" :
               try_transparent_pages( FALSE ) ? "memory" : "nothing" );
    return STATUS_SUCCESS;
}

/***********************************************************************
 *             create_large_section
 *
 * Create a section of large pages, from the first source that has enough of them.
 */
NTSTATUS create_large_section( struct create_section_params *params, UINT32 node )
{
    NTSTATUS status = STATUS_INSUFFICIENT_RESOURCES;
    SIZE_T page_size = get_large_page_size();
    unsigned int sources = get_allowed_sources();
    struct memfd_info info = { TRUE, FALSE, TRUE, page_size, node };

    if (params->size & (page_size - 1)) return STATUS_INVALID_PARAMETER;
    if (params->size > get_user_limit()) return STATUS_INSUFFICIENT_RESOURCES;  /* the pages are allocated by mapping them */

    if (sources & FROM_HUGETLB) status = create_memfd_section( params, &info, populate_hugetlb );
    if (status == STATUS_INSUFFICIENT_RESOURCES && (sources & FROM_THP))
    {
        info.hugetlb = FALSE;
        info.page_size = PAGE_MASK + 1;
        status = create_memfd_section( params, &info, populate_transparent );
    }
    if (status < 0) WARN( "%#lx bytes of large pages: %#x\n", (unsigned long)params->size, (int)status );
    return status;
}

/***********************************************************************
 *             create_large_memory
 *
 * Make private memory of large pages, from the first source that has enough of them.  A child
 * that is being started does not get it: sharing it until then would split or copy the pages.
 */
NTSTATUS create_large_memory( SIZE_T size, UINT32 node, void **ret )
{
    SIZE_T page_size = get_large_page_size();
    unsigned int sources = get_allowed_sources();
    void *base;

    if (sources & FROM_HUGETLB)
    {
        base = mmap( NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB |
                     (__builtin_ctzl( page_size ) << MAP_HUGE_SHIFT), -1, 0 );
        if (base != MAP_FAILED)
        {
            if (!allocate_large_pages( base, size, page_size, FALSE, node )) goto done;
            munmap( base, size );
        }
    }
    if (sources & FROM_THP)
    {
        if ((base = map_aligned( size, get_transparent_page_size(), MAP_PRIVATE | MAP_ANONYMOUS, -1 )))
        {
            if (!allocate_large_pages( base, size, get_transparent_page_size(), TRUE, node )) goto done;
            munmap( base, size );
        }
    }
    return STATUS_INSUFFICIENT_RESOURCES;

done:
    madvise( base, size, MADV_DONTFORK );
    *ret = base;
    return STATUS_SUCCESS;
}
