/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Views of sections of reserved pages (SEMANTICS 1.10, B3 and B9)
 *
 * The server keeps which pages of such a section are committed, for all views in all processes,
 * and ntdll asks it when it is queried; but it maps all pages accessible.  So the pages that are
 * not committed are closed here.  What is committed by this process is opened in all its views at
 * once, what is committed by another one by the first fault.  ntdll's own idea of the pages is
 * never touched: it is asked what they should be, and told to make that true.
 */

#if 0
#pragma makedep unix
#endif

#include "config.h"

#include <stdarg.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>
#include <sys/stat.h>

#include "ntstatus.h"
#define WIN32_NO_STATUS
#include "windef.h"
#include "winbase.h"
#include "winternl.h"
#include "wine/server.h"
#include "reserve.h"

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

/***********************************************************************
 *             find_reserve_view
 */
struct reserve_view *find_reserve_view( UINT_PTR base )
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
 *             lock_reserve_views
 */
void lock_reserve_views( sigset_t *sigset )
{
    block_signals_and_lock( &views_mutex, sigset );
}

/***********************************************************************
 *             unlock_reserve_views
 */
void unlock_reserve_views( const sigset_t *sigset )
{
    unlock_and_restore_signals( &views_mutex, sigset );
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

    lock_reserve_views( &sigset );
    if ((view = find_reserve_view( base )))
    {
        view->alias = alias - (offset - view->offset);
        view->alias_size = size + (offset - view->offset);
        extend_range( alias, size );
    }
    unlock_reserve_views( &sigset );
}

/***********************************************************************
 *             get_reserve_view_base
 *
 * The start of the view that an address lies in, 0 for other memory.
 */
UINT_PTR get_reserve_view_base( UINT_PTR addr )
{
    MEMORY_BASIC_INFORMATION info;

    if (!is_reserve_address( addr ) || query_native_pages( addr, &info ) || info.Type != MEM_MAPPED) return 0;
    return (UINT_PTR)info.AllocationBase;
}

static void free_view( struct reserve_view *view )
{
    if (!view) return;
    release_last_page( view );
    free_record( view );
}

static NTSTATUS create_view( HANDLE section, UINT_PTR base, SIZE_T size, UINT64 offset, UINT32 protect,
                             struct reserve_view **ret )
{
    struct reserve_view *view;
    struct stat st;
    NTSTATUS status;
    int fd;

    if (!(view = alloc_record( sizeof(*view) ))) return STATUS_NO_MEMORY;
    view->base    = base;
    view->size    = size;
    view->offset  = offset;
    view->protect = protect;
    view->node    = NUMA_NO_PREFERRED_NODE;

    if (!(status = wine_server_handle_to_fd( section, 0, &fd, NULL )))
    {
        if (fstat( fd, &st )) status = STATUS_INVALID_HANDLE;
        else status = prepare_last_page( view, section, fd, &st );
        if (get_node_count() > 1 && (view->cached = is_cached_file( fd ))) view->node = get_marked_node( fd );
        close( fd );
        view->device = st.st_dev;
        view->inode  = st.st_ino;
    }
    if (status < 0) free_view( view );
    else *ret = view;
    return status;
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

    if (query_native_pages( base, &info ) || info.Type != MEM_MAPPED) return STATUS_SUCCESS;
    if (info.State == MEM_COMMIT && info.RegionSize >= size) return STATUS_SUCCESS;
    if ((status = create_view( section, base, size, offset, protect, &view )) < 0) return status;

    lock_reserve_views( &sigset );
    old = remove_view( base );  /* has been unmapped behind our back */
    insert_view( view );
    handle_segv_faults();
    unlock_reserve_views( &sigset );
    free_view( old );

    close_reserve_view( base, size );
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
    lock_reserve_views( &sigset );
    if ((view = find_reserve_view( base ))) view->node = node;
    unlock_reserve_views( &sigset );
}

/***********************************************************************
 *             place_committed_pages
 *
 * Pages have been committed: where they are in a file's cache, bring them in on the node of the
 * view or the section, else on that which was named now.
 */
void place_committed_pages( UINT_PTR base, SIZE_T size, UINT32 node )
{
    UINT_PTR view_base = get_node_count() > 1 ? get_reserve_view_base( base ) : 0;
    struct reserve_view *view;
    BOOL cached = FALSE;
    sigset_t sigset;

    if (!view_base) return;
    lock_reserve_views( &sigset );
    if ((view = find_reserve_view( view_base )))
    {
        cached = view->cached;
        if (view->node != NUMA_NO_PREFERRED_NODE) node = view->node;
    }
    unlock_reserve_views( &sigset );
    if (cached) place_cached_pages( (void *)base, size, node );
}

/***********************************************************************
 *             unmap_reserve_view
 *
 * Unmap a view; flags are for an ntdll that has placeholders.  FALSE when the address lies in none of ours.
 */
BOOL unmap_reserve_view( UINT_PTR addr, UINT32 flags, NTSTATUS *status )
{
    UINT_PTR base = get_reserve_view_base( addr );
    struct reserve_view *view;
    sigset_t sigset;

    if (!base) return FALSE;
    lock_reserve_views( &sigset );
    view = remove_view( base );
    unlock_reserve_views( &sigset );
    if (!view) return FALSE;

    if (flags) *status = NtUnmapViewOfSectionEx( NtCurrentProcess(), (void *)base, flags );
    else *status = NtUnmapViewOfSection( NtCurrentProcess(), (void *)base );
    if (*status)
    {
        lock_reserve_views( &sigset );
        insert_view( view );
        unlock_reserve_views( &sigset );
    }
    else free_view( view );
    return TRUE;
}

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

/***********************************************************************
 *             find_other_ranges
 *
 * Where else the pages of a range lie; the caller frees the array with free_record.
 */
struct page_range *find_other_ranges( UINT_PTR base, SIZE_T size, unsigned int *count )
{
    struct reserve_view *view, *source = NULL;
    struct page_range *ranges = NULL;
    unsigned int i;
    sigset_t sigset;
    UINT64 offset;

    *count = 0;
    lock_reserve_views( &sigset );
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
    unlock_reserve_views( &sigset );
    return ranges;
}
