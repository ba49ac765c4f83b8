/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Views of sections of reserved pages (SEMANTICS 1.10, B3 and B9)
 *
 * The server keeps which pages of such a section are committed, for all views in all processes,
 * and ntdll asks it when it is queried; but it maps all pages accessible.  So the pages that are
 * not committed are closed here.  What is committed by this process is opened in all its views at
 * once, what is committed by another one by the first fault.  ntdll's own idea of the pages is
 * never touched: it is asked what they should be, and told to make that true.
 *
 * One thing the server refuses: to commit pages up to the end of the view that it is told of.  So
 * for each view a second one is kept, of the last pages and one more, to tell it by.  A view that
 * reaches to the end of the section has none; that the last page of the section is committed is
 * kept behind its end, in the last byte of a file that is one byte longer than the section.
 */

#if 0
#pragma makedep unix
#endif

#include "config.h"

#include <stdarg.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "ntstatus.h"
#define WIN32_NO_STATUS
#include "windef.h"
#include "winbase.h"
#include "winternl.h"
#include "wine/debug.h"
#include "wine/server.h"
#include "unix_private.h"

WINE_DEFAULT_DEBUG_CHANNEL(mapview);

#define PAGE_LEN (PAGE_MASK + 1)

struct reserve_view
{
    struct reserve_view *next;
    UINT_PTR             base;
    UINT_PTR             size;
    UINT64               offset;       /* in the section */
    UINT64               device;       /* which section it is */
    UINT64               inode;
    UINT_PTR             alias;        /* address in an adopted range that has the same pages ... */
    UINT_PTR             alias_size;   /* ... where a view lies that has the state of this one's pages */
    void                *helper;       /* native view that goes on behind this one's end */
    UINT_PTR             helper_last;  /* the last page of this view in it */
    UINT32               protect;      /* of both */
    volatile BYTE       *committed;    /* at the end of the section: whether the last page is committed */
    BOOL                 cached;       /* its pages are in a file's cache ... */
    UINT32               node;         /* ... and preferably on this node */
};

static pthread_mutex_t views_mutex = PTHREAD_MUTEX_INITIALIZER;
static struct reserve_view *views[256];
static unsigned int view_count;

/* all such views lie between these; read without the lock */
static UINT_PTR reserve_start = ~(UINT_PTR)0;
static UINT_PTR reserve_end;

static struct reserve_view **get_bucket( UINT_PTR base )
{
    return &views[(base / ALLOCATION_GRANULARITY) % ARRAY_SIZE(views)];
}

static struct reserve_view *find_view( UINT_PTR base )
{
    struct reserve_view *view = *get_bucket( base );

    while (view && view->base != base) view = view->next;
    return view;
}

static struct reserve_view *remove_view( UINT_PTR base )
{
    struct reserve_view *view, **link = get_bucket( base );

    while ((view = *link) && view->base != base) link = &view->next;
    if (!view) return NULL;
    *link = view->next;
    if (!--view_count)
    {
        __atomic_store_n( &reserve_start, ~(UINT_PTR)0, __ATOMIC_RELEASE );
        __atomic_store_n( &reserve_end, 0, __ATOMIC_RELEASE );
    }
    return view;
}

static void extend_range( UINT_PTR base, SIZE_T size )
{
    if (base < reserve_start) __atomic_store_n( &reserve_start, base, __ATOMIC_RELEASE );
    if (base + size > reserve_end) __atomic_store_n( &reserve_end, base + size, __ATOMIC_RELEASE );
}

static void insert_view( struct reserve_view *view )
{
    struct reserve_view **link = get_bucket( view->base );

    view->next = *link;
    *link = view;
    view_count++;
    extend_range( view->base, view->size );
}

/***********************************************************************
 *             is_reserve_address
 *
 * Tell whether an address can lie in such a view, without the lock: the answer for processes that
 * have none, and for most addresses of the others.
 */
BOOL is_reserve_address( UINT_PTR addr )
{
    return addr >= __atomic_load_n( &reserve_start, __ATOMIC_ACQUIRE ) &&
           addr < __atomic_load_n( &reserve_end, __ATOMIC_ACQUIRE );
}

/***********************************************************************
 *             set_reserve_alias
 *
 * The pages of a view are those that lie at an address in an adopted range, which are closed, too.
 */
void set_reserve_alias( UINT_PTR base, UINT_PTR alias, SIZE_T size, UINT64 offset )
{
    struct reserve_view *view;
    sigset_t sigset;

    block_signals_and_lock( &views_mutex, &sigset );
    if ((view = find_view( base )))
    {
        view->alias = alias - (offset - view->offset);
        view->alias_size = size + (offset - view->offset);
        extend_range( alias, size );
    }
    unlock_and_restore_signals( &views_mutex, &sigset );
}

static UINT_PTR get_last_page( const struct reserve_view *view )
{
    return view->base + view->size - PAGE_LEN;
}

static NTSTATUS commit( UINT_PTR base, SIZE_T size, UINT32 protect )
{
    void *addr = (void *)base;

    return NtAllocateVirtualMemory( NtCurrentProcess(), &addr, 0, &size, MEM_COMMIT, protect );
}

static NTSTATUS query( UINT_PTR addr, MEMORY_BASIC_INFORMATION *info )
{
    return NtQueryVirtualMemory( NtCurrentProcess(), (void *)addr, MemoryBasicInformation, info, sizeof(*info), NULL );
}

static UINT_PTR get_region_end( const MEMORY_BASIC_INFORMATION *info )
{
    return (UINT_PTR)info->BaseAddress + info->RegionSize;
}

/* the start of the view that an address lies in, 0 for other memory */
static UINT_PTR get_view_base( UINT_PTR addr )
{
    MEMORY_BASIC_INFORMATION info;

    if (!is_reserve_address( addr ) || query( addr, &info ) || info.Type != MEM_MAPPED) return 0;
    return (UINT_PTR)info.AllocationBase;
}

/* Give the file of a section the byte behind the section's end, which is mapped with a page of its
 * own.  The room for it is taken now: it is written under the lock.  Where files cannot be so long
 * the last page is as ntdll sees it. */
static NTSTATUS map_commit_flag( struct reserve_view *view, int fd, const struct stat *st )
{
    UINT64 section_size = st->st_size & ~(UINT64)PAGE_MASK;
    void *addr;

    if ((UINT64)st->st_size == section_size && fallocate( fd, 0, section_size, 1 ))
    {
        if (errno == ENOSPC) return STATUS_COMMITMENT_LIMIT;
        if (ftruncate( fd, section_size + 1 ))
        {
            WARN( "the section's last page will not be shared: errno %d\n", errno );
            return STATUS_SUCCESS;
        }
    }
    addr = mmap( NULL, PAGE_LEN, PROT_READ | PROT_WRITE, MAP_SHARED, fd, section_size );
    if (addr == MAP_FAILED) return STATUS_NO_MEMORY;
    /* a fault reads pages around that may have a node */
    if (get_node_count() > 1) madvise( addr, PAGE_LEN, MADV_RANDOM );
    view->committed = addr;
    return STATUS_SUCCESS;
}

static NTSTATUS map_helper( struct reserve_view *view, HANDLE section, UINT64 view_end )
{
    LARGE_INTEGER start;
    NTSTATUS status;
    SIZE_T size;

    start.QuadPart = (view_end - PAGE_LEN) & ~(UINT64)GRANULARITY_MASK;
    size = view_end + PAGE_LEN - start.QuadPart;
    status = NtMapViewOfSection( section, NtCurrentProcess(), &view->helper, 0, 0, &start, &size, ViewShare, 0,
                                 view->protect );
    if (status < 0) view->helper = NULL;
    else view->helper_last = (UINT_PTR)view->helper + (view_end - PAGE_LEN - start.QuadPart);
    return status;
}

static void free_view( struct reserve_view *view )
{
    if (!view) return;
    if (view->helper) NtUnmapViewOfSection( NtCurrentProcess(), view->helper );
    if (view->committed) munmap( (void *)view->committed, PAGE_LEN );
    free( view );
}

static NTSTATUS create_view( HANDLE section, UINT_PTR base, SIZE_T size, UINT64 offset, UINT32 protect,
                             struct reserve_view **ret )
{
    struct reserve_view *view;
    struct stat st;
    NTSTATUS status;
    int fd;

    if (!(view = calloc( 1, sizeof(*view) ))) return STATUS_NO_MEMORY;
    view->base    = base;
    view->size    = size;
    view->offset  = offset;
    view->protect = protect;
    view->node    = NUMA_NO_PREFERRED_NODE;

    if (!(status = wine_server_handle_to_fd( section, 0, &fd, NULL )))
    {
        if (fstat( fd, &st )) status = STATUS_INVALID_HANDLE;
        else if (offset + size < ((UINT64)st.st_size & ~(UINT64)PAGE_MASK))
            status = map_helper( view, section, offset + size );
        else status = map_commit_flag( view, fd, &st );
        if (get_node_count() > 1 && (view->cached = is_cached_file( fd ))) view->node = get_marked_node( fd );
        close( fd );
        view->device = st.st_dev;
        view->inode  = st.st_ino;
    }
    if (status < 0) free_view( view );
    else *ret = view;
    return status;
}

/* ntdll hears of it that the last page of the section has been committed by somebody */
static void commit_last_page( const struct reserve_view *view )
{
    NTSTATUS status = commit( get_last_page( view ), PAGE_LEN, view->protect );

    if (status) WARN( "the last page of view %p: %#x\n", (void *)view->base, (unsigned int)status );
}

/* what ntdll says of pages, corrected for the last page of the section */
static void correct_last_page( const struct reserve_view *view, MEMORY_BASIC_INFORMATION *info )
{
    UINT_PTR last = get_last_page( view );
    MEMORY_BASIC_INFORMATION next;

    if (!view->committed || !*view->committed || get_region_end( info ) < last) return;
    if (info->State == MEM_RESERVE && get_region_end( info ) > last)
    {
        commit_last_page( view );
        query( (UINT_PTR)info->BaseAddress, info );
    }
    if (info->State != MEM_COMMIT || get_region_end( info ) != last || query( last, &next )) return;
    if (next.State == MEM_RESERVE)
    {
        commit_last_page( view );
        if (query( last, &next )) return;
    }
    if (next.State == MEM_COMMIT && next.Protect == info->Protect) info->RegionSize += next.RegionSize;
}

/***********************************************************************
 *             query_reserve_view
 *
 * Correct what ntdll has said of pages.
 */
void query_reserve_view( MEMORY_BASIC_INFORMATION *info )
{
    struct reserve_view *view;
    sigset_t sigset;

    block_signals_and_lock( &views_mutex, &sigset );
    if (info->Type == MEM_MAPPED && (view = find_view( (UINT_PTR)info->AllocationBase ))) correct_last_page( view, info );
    unlock_and_restore_signals( &views_mutex, &sigset );
}

static void close_pages( UINT_PTR base, SIZE_T size )
{
    UINT_PTR addr, next, end = base + size;
    MEMORY_BASIC_INFORMATION info;

    for (addr = base; addr < end; addr = next)
    {
        if (query( addr, &info )) break;
        query_reserve_view( &info );
        next = min( get_region_end( &info ), end );
        if (info.State == MEM_RESERVE) mprotect( (void *)addr, next - addr, PROT_NONE );
    }
}

/***********************************************************************
 *             add_reserve_view
 *
 * Look after a view that ntdll has just mapped, if it has pages that are not committed.
 */
NTSTATUS add_reserve_view( HANDLE section, UINT_PTR base, SIZE_T size, UINT64 offset, UINT32 protect )
{
    struct reserve_view *view, *old;
    MEMORY_BASIC_INFORMATION info;
    sigset_t sigset;
    NTSTATUS status;

    if (query( base, &info ) || info.Type != MEM_MAPPED) return STATUS_SUCCESS;
    if (info.State == MEM_COMMIT && info.RegionSize >= size) return STATUS_SUCCESS;
    if ((status = create_view( section, base, size, offset, protect, &view )) < 0) return status;

    block_signals_and_lock( &views_mutex, &sigset );
    old = remove_view( base );  /* has been unmapped behind our back */
    insert_view( view );
    handle_reserve_faults();
    unlock_and_restore_signals( &views_mutex, &sigset );
    free_view( old );

    close_pages( base, size );
    return STATUS_SUCCESS;
}

/***********************************************************************
 *             set_reserve_node
 *
 * Prefer a node for the pages of a view that will be committed.
 */
void set_reserve_node( UINT_PTR base, UINT32 node )
{
    struct reserve_view *view;
    sigset_t sigset;

    if (!is_reserve_address( base )) return;
    block_signals_and_lock( &views_mutex, &sigset );
    if ((view = find_view( base ))) view->node = node;
    unlock_and_restore_signals( &views_mutex, &sigset );
}

/***********************************************************************
 *             place_committed_pages
 *
 * Pages have been committed: where they are in a file's cache, bring them in on the node of the
 * view or the section, else on that which was named now.
 */
void place_committed_pages( UINT_PTR base, SIZE_T size, UINT32 node )
{
    UINT_PTR view_base = get_node_count() > 1 ? get_view_base( base ) : 0;
    struct reserve_view *view;
    BOOL cached = FALSE;
    sigset_t sigset;

    if (!view_base) return;
    block_signals_and_lock( &views_mutex, &sigset );
    if ((view = find_view( view_base )))
    {
        cached = view->cached;
        if (view->node != NUMA_NO_PREFERRED_NODE) node = view->node;
    }
    unlock_and_restore_signals( &views_mutex, &sigset );
    if (cached) place_cached_pages( (void *)base, size, node );
}

/***********************************************************************
 *             unmap_reserve_view
 *
 * Unmap a view; flags are for an ntdll that has placeholders.  FALSE when the address lies in none of ours.
 */
BOOL unmap_reserve_view( UINT_PTR addr, UINT32 flags, NTSTATUS *status )
{
    UINT_PTR base = get_view_base( addr );
    struct reserve_view *view;
    sigset_t sigset;

    if (!base) return FALSE;
    block_signals_and_lock( &views_mutex, &sigset );
    view = remove_view( base );
    unlock_and_restore_signals( &views_mutex, &sigset );
    if (!view) return FALSE;

    if (flags) *status = NtUnmapViewOfSectionEx( NtCurrentProcess(), (void *)base, flags );
    else *status = NtUnmapViewOfSection( NtCurrentProcess(), (void *)base );
    if (*status)
    {
        block_signals_and_lock( &views_mutex, &sigset );
        insert_view( view );
        unlock_and_restore_signals( &views_mutex, &sigset );
    }
    else free_view( view );
    return TRUE;
}

/***********************************************************************
 *             share_commit
 *
 * Pages have been committed by ntdll, which has opened them.  When they reach to the end of the
 * view the server has refused to hear of it.
 */
void share_commit( UINT_PTR base, SIZE_T size, UINT32 protect )
{
    UINT_PTR view_base = get_view_base( base );
    struct reserve_view *view;
    sigset_t sigset;

    if (!view_base) return;
    block_signals_and_lock( &views_mutex, &sigset );
    if ((view = find_view( view_base )) && base + size == view->base + view->size)
    {
        if (size > PAGE_LEN) commit( base, size - PAGE_LEN, protect );
        if (view->committed) *view->committed = TRUE;
        else if (view->helper) commit( view->helper_last, PAGE_LEN, view->protect );
    }
    unlock_and_restore_signals( &views_mutex, &sigset );
}

/***********************************************************************
 *             get_lone_page
 *
 * The page at the end of a range of pages that ntdll must be asked about alone, as the server knows
 * nothing of it; 0 for none.
 */
UINT_PTR get_lone_page( UINT_PTR base, SIZE_T size )
{
    UINT_PTR view_base = get_view_base( base ), last = 0;
    struct reserve_view *view;
    MEMORY_BASIC_INFORMATION info;
    sigset_t sigset;

    if (!view_base) return 0;
    block_signals_and_lock( &views_mutex, &sigset );
    if ((view = find_view( view_base )) && view->committed && *view->committed &&
        base + size == view->base + view->size)
    {
        last = get_last_page( view );
        if (!query( last, &info ) && info.State == MEM_RESERVE) commit_last_page( view );
    }
    unlock_and_restore_signals( &views_mutex, &sigset );
    return size > PAGE_LEN ? last : 0;
}

/* Pages that are alike; size is not more than there are of them, and becomes how many of them there
 * are.  If they are committed, and may be accessed so, make what ntdll says of them true. */
static BOOL open_pages( UINT_PTR addr, SIZE_T *size, int access )
{
    MEMORY_BASIC_INFORMATION info, native;
    void *base = (void *)addr;
    UINT32 protect;
    ULONG old;

    if (query_own_memory( addr, &info )) return FALSE;
    *size = min( *size, info.RegionSize );
    if (info.Type != MEM_MAPPED || info.State != MEM_COMMIT) return FALSE;
    if (query( addr, &native )) return FALSE;
    *size = min( *size, native.RegionSize );
    protect = native.Protect & 0xff;
    if (native.State != MEM_COMMIT || native.Protect & PAGE_GUARD || !(get_unix_protection( protect ) & access))
        return FALSE;
    if (NtProtectVirtualMemory( NtCurrentProcess(), &base, size, protect, &old )) return FALSE;
    /* another thread was faster */
    if ((old & 0xff) != protect) NtProtectVirtualMemory( NtCurrentProcess(), &base, size, old, &old );
    return TRUE;
}

/***********************************************************************
 *             open_reserved_page
 *
 * A page is not accessible: if it ought to be, as it has been committed meanwhile, open it and
 * those like it behind it.  Called in the handler of the signal.
 */
BOOL open_reserved_page( UINT_PTR addr, int access )
{
    SIZE_T size = ~(SIZE_T)0;
    int saved_errno = errno;
    BOOL ret;

    ret = open_pages( addr & ~PAGE_MASK, &size, access );
    errno = saved_errno;
    return ret;
}

struct page_range
{
    UINT_PTR start;
    UINT_PTR end;
};

static BOOL is_in_range( UINT_PTR addr, UINT_PTR base, UINT_PTR size )
{
    return addr >= base && addr - base < size;
}

/* the part of a view, or of what has the same pages, that lies at a place in the section */
static BOOL get_overlap( const struct reserve_view *view, UINT64 offset, SIZE_T size, struct page_range *range )
{
    UINT_PTR base = view->alias ? view->alias : view->base;
    UINT64 view_end = view->offset + (view->alias ? view->alias_size : view->size);
    UINT64 start = max( offset, view->offset ), end = min( offset + size, view_end );

    range->start = base + (start - view->offset);
    range->end   = base + (end - view->offset);
    return start < end;
}

/* where else the pages of a range lie; the caller frees the array */
static struct page_range *find_other_ranges( UINT_PTR base, SIZE_T size, unsigned int *count )
{
    struct reserve_view *view, *source = NULL;
    struct page_range *ranges = NULL;
    unsigned int i;
    sigset_t sigset;
    UINT64 offset;

    *count = 0;
    block_signals_and_lock( &views_mutex, &sigset );
    for (i = 0; i < ARRAY_SIZE(views) && !source; i++)
        for (source = views[i]; source; source = source->next)
            if (is_in_range( base, source->base, source->size ) ||
                (source->alias && is_in_range( base, source->alias, source->alias_size ))) break;
    if (source && view_count > 1 && (ranges = malloc( view_count * sizeof(*ranges) )))
    {
        offset = source->offset +
                 (base - (is_in_range( base, source->base, source->size ) ? source->base : source->alias));
        for (i = 0; i < ARRAY_SIZE(views); i++)
            for (view = views[i]; view; view = view->next)
                if (view != source && view->inode == source->inode && view->device == source->device &&
                    get_overlap( view, offset, size, &ranges[*count] )) ++*count;
    }
    unlock_and_restore_signals( &views_mutex, &sigset );
    return ranges;
}

/***********************************************************************
 *             open_queried_pages
 *
 * A program that has been told that pages are committed may hand them to the kernel.
 */
void open_queried_pages( const MEMORY_BASIC_INFORMATION *info )
{
    UINT_PTR addr = (UINT_PTR)info->BaseAddress, end = get_region_end( info );
    SIZE_T len;

    if (info->State != MEM_COMMIT || info->Type != MEM_MAPPED) return;
    for (; addr < end; addr += len)
    {
        len = end - addr;
        open_pages( addr, &len, PROT_READ | PROT_WRITE | PROT_EXEC );
    }
}

/***********************************************************************
 *             open_other_views
 *
 * Open pages that have been committed, wherever else they are mapped: what the kernel does for this
 * process with them makes no fault that could be handled.
 */
void open_other_views( UINT_PTR base, SIZE_T size )
{
    struct page_range *ranges;
    unsigned int i, count;
    SIZE_T len;

    ranges = find_other_ranges( base, size, &count );
    for (i = 0; i < count; i++)
    {
        for (; ranges[i].start < ranges[i].end; ranges[i].start += len)
        {
            len = ranges[i].end - ranges[i].start;
            open_pages( ranges[i].start, &len, PROT_READ | PROT_WRITE | PROT_EXEC );
        }
    }
    free( ranges );
}
