/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The last pages of views of sections of reserved pages
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
#include <signal.h>
#include <unistd.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "ntstatus.h"
#define WIN32_NO_STATUS
#include "windef.h"
#include "winbase.h"
#include "winternl.h"
#include "wine/debug.h"
#include "reserve.h"

WINE_DEFAULT_DEBUG_CHANNEL(mapview);

static UINT_PTR get_last_page( const struct reserve_view *view )
{
    return view->base + view->size - PAGE_LEN;
}

static NTSTATUS commit( UINT_PTR base, SIZE_T size, UINT32 protect )
{
    void *addr = (void *)base;

    return NtAllocateVirtualMemory( NtCurrentProcess(), &addr, 0, &size, MEM_COMMIT, protect );
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

/***********************************************************************
 *             prepare_last_page
 *
 * Give a view what its last page is told by.
 */
NTSTATUS prepare_last_page( struct reserve_view *view, HANDLE section, int fd, const struct stat *st )
{
    UINT64 view_end = view->offset + view->size;

    if (view_end < ((UINT64)st->st_size & ~(UINT64)PAGE_MASK)) return map_helper( view, section, view_end );
    return map_commit_flag( view, fd, st );
}

/***********************************************************************
 *             release_last_page
 */
void release_last_page( struct reserve_view *view )
{
    if (view->helper) NtUnmapViewOfSection( NtCurrentProcess(), view->helper );
    if (view->committed) munmap( (void *)view->committed, PAGE_LEN );
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
        query_native_pages( (UINT_PTR)info->BaseAddress, info );
    }
    if (info->State != MEM_COMMIT || get_region_end( info ) != last || query_native_pages( last, &next )) return;
    if (next.State == MEM_RESERVE)
    {
        commit_last_page( view );
        if (query_native_pages( last, &next )) return;
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

    lock_reserve_views( &sigset );
    if (info->Type == MEM_MAPPED && (view = find_reserve_view( (UINT_PTR)info->AllocationBase )))
        correct_last_page( view, info );
    unlock_reserve_views( &sigset );
}

/***********************************************************************
 *             share_commit
 *
 * Pages have been committed by ntdll, which has opened them.  When they reach to the end of the
 * view the server has refused to hear of it.
 */
void share_commit( UINT_PTR base, SIZE_T size, UINT32 protect )
{
    UINT_PTR view_base = get_reserve_view_base( base );
    struct reserve_view *view;
    sigset_t sigset;

    if (!view_base) return;
    lock_reserve_views( &sigset );
    if ((view = find_reserve_view( view_base )) && base + size == view->base + view->size)
    {
        if (size > PAGE_LEN) commit( base, size - PAGE_LEN, protect );
        if (view->committed) *view->committed = TRUE;
        else if (view->helper) commit( view->helper_last, PAGE_LEN, view->protect );
    }
    unlock_reserve_views( &sigset );
}

/***********************************************************************
 *             get_lone_page
 *
 * The page at the end of a range of pages that ntdll must be asked about alone, as the server knows
 * nothing of it; 0 for none.
 */
UINT_PTR get_lone_page( UINT_PTR base, SIZE_T size )
{
    UINT_PTR view_base = get_reserve_view_base( base ), last = 0;
    struct reserve_view *view;
    MEMORY_BASIC_INFORMATION info;
    sigset_t sigset;

    if (!view_base) return 0;
    lock_reserve_views( &sigset );
    if ((view = find_reserve_view( view_base )) && view->committed && *view->committed &&
        base + size == view->base + view->size)
    {
        last = get_last_page( view );
        if (!query_native_pages( last, &info ) && info.State == MEM_RESERVE) commit_last_page( view );
    }
    unlock_reserve_views( &sigset );
    return size > PAGE_LEN ? last : 0;
}
