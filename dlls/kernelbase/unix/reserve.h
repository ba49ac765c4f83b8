/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Views of sections of reserved pages: what reserve*.c share
 */

#ifndef __WINE_KERNELBASE_RESERVE_H
#define __WINE_KERNELBASE_RESERVE_H

#include <signal.h>
#include "unix_private.h"

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

static inline NTSTATUS query_native_pages( UINT_PTR addr, MEMORY_BASIC_INFORMATION *info )
{
    return NtQueryVirtualMemory( NtCurrentProcess(), (void *)addr, MemoryBasicInformation, info, sizeof(*info), NULL );
}

static inline UINT_PTR get_region_end( const MEMORY_BASIC_INFORMATION *info )
{
    return (UINT_PTR)info->BaseAddress + info->RegionSize;
}

/* reserve.c: the views are looked at and changed under the lock only */
struct page_range
{
    UINT_PTR start;
    UINT_PTR end;
};
extern void lock_reserve_views( sigset_t *sigset ) DECLSPEC_HIDDEN;
extern void unlock_reserve_views( const sigset_t *sigset ) DECLSPEC_HIDDEN;
extern struct reserve_view *find_reserve_view( UINT_PTR base ) DECLSPEC_HIDDEN;
extern UINT_PTR get_reserve_view_base( UINT_PTR addr ) DECLSPEC_HIDDEN;
extern struct page_range *find_other_ranges( UINT_PTR base, SIZE_T size, unsigned int *count ) DECLSPEC_HIDDEN;

/* reserve_commit.c */
extern NTSTATUS prepare_last_page( struct reserve_view *view, HANDLE section, int fd,
                                   const struct stat *st ) DECLSPEC_HIDDEN;
extern void release_last_page( struct reserve_view *view ) DECLSPEC_HIDDEN;

/* reserve_open.c */
extern void close_reserve_view( UINT_PTR base, SIZE_T size ) DECLSPEC_HIDDEN;

#endif
