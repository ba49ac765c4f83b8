/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Pages of sections of reserved pages, closed and opened
 *
 * Pages that are not committed are closed in all views.  ntdll's own idea of the pages is never
 * touched: it is asked what they should be, and told to make that true.
 */

#if 0
#pragma makedep unix
#endif

#include "config.h"

#include <stdarg.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "ntstatus.h"
#define WIN32_NO_STATUS
#include "windef.h"
#include "winbase.h"
#include "winternl.h"
#include "reserve.h"

/***********************************************************************
 *             close_reserve_view
 */
void close_reserve_view( UINT_PTR base, SIZE_T size )
{
    UINT_PTR addr, next, end = base + size;
    MEMORY_BASIC_INFORMATION info;

    for (addr = base; addr < end; addr = next)
    {
        if (query_native_pages( addr, &info )) break;
        query_reserve_view( &info );
        next = min( get_region_end( &info ), end );
        if (info.State == MEM_RESERVE) mprotect( (void *)addr, next - addr, PROT_NONE );
    }
}

/* Pages that are alike; size is not more than there are of them, and becomes how many of them there
 * are.  If they are committed, and may be accessed so, make what ntdll says of them true. */
static BOOL open_pages( UINT_PTR addr, SIZE_T *size, int access )
{
    MEMORY_BASIC_INFORMATION info, native;
    void *base = (void *)addr;
    UINT32 protect;
    int protection;
    BOOL is_copy;
    ULONG old;

    if (query_own_memory( addr, &info )) return FALSE;
    *size = min( *size, info.RegionSize );
    if (info.Type != MEM_MAPPED || info.State != MEM_COMMIT) return FALSE;
    if (query_native_pages( addr, &native )) return FALSE;
    *size = min( *size, native.RegionSize );
    protect = native.Protect & 0xff;
    if (native.State != MEM_COMMIT || native.Protect & PAGE_GUARD) return FALSE;
    protection = get_unix_protection( protect );
    is_copy = is_write_copy( protect ) && !is_write_copy( native.AllocationProtect );
    if (is_copy) protection &= ~PROT_WRITE;  /* what is written must not reach the section (shared_copy.c) */
    if (!(protection & access)) return FALSE;
    if (is_copy) return !mprotect( base, *size, protection );
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
    free_record( ranges );
}
