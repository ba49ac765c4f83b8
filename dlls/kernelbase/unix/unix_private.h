/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * kernelbase file mapping: what the files of the Unix half share
 */

#ifndef __WINE_KERNELBASE_UNIX_PRIVATE_H
#define __WINE_KERNELBASE_UNIX_PRIVATE_H

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "unixlib.h"
#include "mapview.h"

/* Linux 5.14 and 6.1 */
#ifndef MADV_POPULATE_READ
#define MADV_POPULATE_READ  22
#define MADV_POPULATE_WRITE 23
#endif
#ifndef MADV_COLLAPSE
#define MADV_COLLAPSE       25
#endif

#define PAGE_MASK        ((UINT_PTR)0xfff)
#define GRANULARITY_MASK ((UINT_PTR)ALLOCATION_GRANULARITY - 1)

static inline HANDLE get_handle( UINT64 handle )
{
    return (HANDLE)(UINT_PTR)handle;
}

static inline void *get_ptr( UINT64 ptr )
{
    return (void *)(UINT_PTR)ptr;
}

static inline BOOL is_current_process( HANDLE process )
{
    return process == (HANDLE)~(ULONG_PTR)0;
}

/* the whole pages of a range, whose start is rounded down further when mask says so; FALSE when
 * it goes beyond the end of the address space */
static inline BOOL get_page_range( UINT64 addr, UINT64 len, UINT_PTR mask, UINT_PTR *base, UINT_PTR *size )
{
    if (len > ~(UINT_PTR)0 - PAGE_MASK || addr > ~(UINT_PTR)0 - PAGE_MASK - len) return FALSE;
    *base = addr & ~mask;
    *size = ((addr + len + PAGE_MASK) & ~PAGE_MASK) - *base;
    return TRUE;
}

/* extended parameters, taken apart */
struct view_requirements
{
    UINT_PTR lowest;          /* lowest address, 0 for any */
    UINT_PTR highest;         /* last address, 0 for any */
    UINT_PTR alignment;       /* power of two, 0 for the allocation granularity */
    UINT32   node;            /* NUMA_NO_PREFERRED_NODE for none */
    UINT32   attributes;
    UINT32   machine;
    BOOL     has_machine;
};

/* address.c */
typedef NTSTATUS (*map_at_t)( void *context, void *base );
extern BOOL ntdll_has_placeholders(void) DECLSPEC_HIDDEN;
extern BOOL has_placeholders(void) DECLSPEC_HIDDEN;
extern NTSTATUS get_host_status( NTSTATUS status ) DECLSPEC_HIDDEN;
extern UINT_PTR get_user_limit(void) DECLSPEC_HIDDEN;
extern BOOL is_beyond_user_limit( HANDLE process, UINT_PTR base, UINT64 size ) DECLSPEC_HIDDEN;
extern NTSTATUS map_in_free_range( HANDLE process, const struct view_requirements *req, SIZE_T size, BOOL top_down,
                                   map_at_t map_at, void *context ) DECLSPEC_HIDDEN;

/* extended.c */
extern NTSTATUS get_view_requirements( UINT64 parameters, UINT32 count, struct view_requirements *req ) DECLSPEC_HIDDEN;
extern NTSTATUS get_section_node( UINT64 parameters, UINT32 count, UINT32 *node ) DECLSPEC_HIDDEN;

/* fault.c */
extern void handle_bus_faults( UINT_PTR dispatcher ) DECLSPEC_HIDDEN;
extern void handle_segv_faults(void) DECLSPEC_HIDDEN;

/* lock.c */
extern void block_signals( sigset_t *sigset ) DECLSPEC_HIDDEN;
extern void restore_signals( const sigset_t *sigset ) DECLSPEC_HIDDEN;
extern void block_signals_and_lock( pthread_mutex_t *mutex, sigset_t *sigset ) DECLSPEC_HIDDEN;
extern void unlock_and_restore_signals( pthread_mutex_t *mutex, const sigset_t *sigset ) DECLSPEC_HIDDEN;
extern void *alloc_record( SIZE_T size ) DECLSPEC_HIDDEN;
extern void free_record( void *record ) DECLSPEC_HIDDEN;
extern FILE *open_text( const char *name, sigset_t *sigset ) DECLSPEC_HIDDEN;
extern void close_text( FILE *f, const sigset_t *sigset ) DECLSPEC_HIDDEN;

/* mark.c */
extern BOOL is_marked_committed( const struct stat *st ) DECLSPEC_HIDDEN;
extern void mark_committed( int fd, const struct stat *st ) DECLSPEC_HIDDEN;
extern void mark_protection( int fd, UINT32 protect ) DECLSPEC_HIDDEN;
extern void mark_section_protection( HANDLE section, UINT32 protect ) DECLSPEC_HIDDEN;
extern void mark_node( int fd, UINT32 node ) DECLSPEC_HIDDEN;
extern UINT32 get_marked_node( int fd ) DECLSPEC_HIDDEN;
extern NTSTATUS check_marked_protection( const struct stat *st, UINT32 view_protect ) DECLSPEC_HIDDEN;

/* memfd.c */
struct memfd_info
{
    BOOL   large;             /* created with SEC_LARGE_PAGES */
    BOOL   huge;              /* transparent huge pages are welcome (huge_page.c) */
    BOOL   hugetlb;           /* its pages come from the host's pool of huge pages */
    SIZE_T page_size;         /* alignment of mappings of it */
    UINT32 node;              /* preferred node, NUMA_NO_PREFERRED_NODE for none */
};
typedef NTSTATUS (*memfd_populate_t)( int fd, UINT64 size, const struct memfd_info *info );
extern BOOL is_memfd_name( const char *name ) DECLSPEC_HIDDEN;
extern BOOL may_be_memfd( const struct stat *st ) DECLSPEC_HIDDEN;
extern BOOL get_memfd_info( int fd, struct memfd_info *info ) DECLSPEC_HIDDEN;
extern NTSTATUS create_memfd_section( struct create_section_params *params, const struct memfd_info *info,
                                      memfd_populate_t populate ) DECLSPEC_HIDDEN;

/* memory.c */
extern NTSTATUS alloc_memory( void *args ) DECLSPEC_HIDDEN;
extern NTSTATUS free_memory( void *args ) DECLSPEC_HIDDEN;
extern NTSTATUS protect_memory( void *args ) DECLSPEC_HIDDEN;
extern NTSTATUS place_memory( void *args ) DECLSPEC_HIDDEN;

/* node.c */
struct bitmask;
extern unsigned int get_node_count(void) DECLSPEC_HIDDEN;
extern NTSTATUS check_node( UINT32 node ) DECLSPEC_HIDDEN;
extern unsigned int get_host_node( UINT32 node ) DECLSPEC_HIDDEN;
extern BOOL get_windows_node( unsigned int host, UINT32 *node ) DECLSPEC_HIDDEN;
extern const struct bitmask *get_memory_preference( UINT32 node ) DECLSPEC_HIDDEN;

/* page_error.c */
extern NTSTATUS get_page_error( UINT_PTR addr ) DECLSPEC_HIDDEN;

/* placement.c */
extern UINT32 get_memory_node( const void *addr ) DECLSPEC_HIDDEN;
extern void set_memory_node( void *base, SIZE_T size, UINT32 node ) DECLSPEC_HIDDEN;
extern void set_commit_node( void *base, SIZE_T size, UINT32 node ) DECLSPEC_HIDDEN;
extern BOOL is_cached_file( int fd ) DECLSPEC_HIDDEN;
extern void place_cached_pages( void *base, SIZE_T size, UINT32 node ) DECLSPEC_HIDDEN;
extern void place_view( HANDLE section, const struct stat *file, void *base, SIZE_T size, UINT32 protect,
                        UINT32 node ) DECLSPEC_HIDDEN;
extern BOOL place_remote_view( HANDLE section, const struct stat *file, UINT64 offset, SIZE_T size, UINT32 protect,
                               UINT32 node ) DECLSPEC_HIDDEN;
extern void place_object( int fd, UINT64 offset, UINT64 size, UINT32 node ) DECLSPEC_HIDDEN;
extern void place_reserve_section( HANDLE section, UINT32 node ) DECLSPEC_HIDDEN;
extern void place_section( HANDLE section, UINT64 offset, UINT64 size, UINT32 node ) DECLSPEC_HIDDEN;

/* process.c */
extern NTSTATUS process_attach( void *args ) DECLSPEC_HIDDEN;
extern NTSTATUS get_process_pid( HANDLE process, int *pid ) DECLSPEC_HIDDEN;

/* query.c */
struct mapped_file
{
    UINT_PTR start;           /* of the mapping */
    UINT_PTR end;
    UINT64   offset;          /* of the page in the file */
    UINT64   device;
    UINT64   inode;           /* 0 for memory without a file */
    char     name[4096];
};
extern BOOL get_mapped_file( UINT_PTR addr, struct mapped_file *file ) DECLSPEC_HIDDEN;
extern NTSTATUS query_memory( void *args ) DECLSPEC_HIDDEN;
extern NTSTATUS query_own_memory( UINT_PTR addr, MEMORY_BASIC_INFORMATION *info ) DECLSPEC_HIDDEN;
extern BOOL is_file_view( UINT_PTR addr ) DECLSPEC_HIDDEN;
extern BOOL can_scan_pages(void) DECLSPEC_HIDDEN;
extern int scan_huge_pages( int pagemap, UINT_PTR start, SIZE_T size ) DECLSPEC_HIDDEN;
extern BOOL is_huge_range( const void *base, SIZE_T size ) DECLSPEC_HIDDEN;
extern BOOL is_memfd_view( UINT_PTR addr ) DECLSPEC_HIDDEN;
extern int get_pagemap_fd(void) DECLSPEC_HIDDEN;
extern BOOL get_written_range( UINT_PTR start, UINT_PTR *end ) DECLSPEC_HIDDEN;

/* protect.c */
extern BOOL is_valid_protection( UINT32 protect ) DECLSPEC_HIDDEN;
extern BOOL is_write_copy( UINT32 protect ) DECLSPEC_HIDDEN;
extern BOOL is_executable( UINT32 protect ) DECLSPEC_HIDDEN;
extern BOOL is_read_only( UINT32 protect ) DECLSPEC_HIDDEN;
extern UINT32 replace_write_copy( UINT32 protect ) DECLSPEC_HIDDEN;
extern UINT32 restore_write_copy( UINT32 protect ) DECLSPEC_HIDDEN;
extern BOOL is_compatible_protection( UINT32 view_protect, UINT32 protect ) DECLSPEC_HIDDEN;
extern int get_unix_protection( UINT32 protect ) DECLSPEC_HIDDEN;
extern UINT32 get_required_access( UINT32 protect ) DECLSPEC_HIDDEN;

/* read_ahead.c */
extern void read_ahead( void *base, SIZE_T size, const struct bitmask *mask ) DECLSPEC_HIDDEN;

/* reserve.c */
extern BOOL is_reserve_address( UINT_PTR addr ) DECLSPEC_HIDDEN;
extern void set_reserve_alias( UINT_PTR base, UINT_PTR alias, SIZE_T size, UINT64 offset ) DECLSPEC_HIDDEN;
extern NTSTATUS add_reserve_view( HANDLE section, UINT_PTR base, SIZE_T size, UINT64 offset,
                                  UINT32 protect ) DECLSPEC_HIDDEN;
extern void set_reserve_node( UINT_PTR base, UINT32 node ) DECLSPEC_HIDDEN;
extern void place_committed_pages( UINT_PTR base, SIZE_T size, UINT32 node ) DECLSPEC_HIDDEN;
extern BOOL unmap_reserve_view( UINT_PTR addr, UINT32 flags, NTSTATUS *status ) DECLSPEC_HIDDEN;

/* reserve_commit.c */
extern void query_reserve_view( MEMORY_BASIC_INFORMATION *info ) DECLSPEC_HIDDEN;
extern void share_commit( UINT_PTR base, SIZE_T size, UINT32 protect ) DECLSPEC_HIDDEN;
extern UINT_PTR get_lone_page( UINT_PTR base, SIZE_T size ) DECLSPEC_HIDDEN;

/* reserve_open.c */
extern void open_queried_pages( const MEMORY_BASIC_INFORMATION *info ) DECLSPEC_HIDDEN;
extern void open_other_views( UINT_PTR base, SIZE_T size ) DECLSPEC_HIDDEN;
extern BOOL open_reserved_page( UINT_PTR addr, int access ) DECLSPEC_HIDDEN;

/* section.c */
extern NTSTATUS create_section( void *args ) DECLSPEC_HIDDEN;
extern NTSTATUS open_section( void *args ) DECLSPEC_HIDDEN;
extern NTSTATUS is_file_section( HANDLE section, BOOL *is_file ) DECLSPEC_HIDDEN;
extern BOOL is_paging_file_name( const char *name ) DECLSPEC_HIDDEN;
extern NTSTATUS get_section_size( HANDLE section, UINT64 *size ) DECLSPEC_HIDDEN;

/* setting.c */
extern unsigned int get_setting( const char *name, const char *variable,
                                 const char *const *words ) DECLSPEC_HIDDEN;

/* shared_copy.c */
extern NTSTATUS copy_shared_pages( UINT_PTR base, SIZE_T size, UINT32 protect ) DECLSPEC_HIDDEN;
extern BOOL copy_shared_page( UINT_PTR addr ) DECLSPEC_HIDDEN;

/* thread.c */
extern NTSTATUS defer_end( void *args ) DECLSPEC_HIDDEN;
extern NTSTATUS copy_memory( void *args ) DECLSPEC_HIDDEN;

/* topology.c */
extern NTSTATUS query_processors( void *args ) DECLSPEC_HIDDEN;
extern NTSTATUS query_processors_ex( void *args ) DECLSPEC_HIDDEN;
extern NTSTATUS query_cpu_sets( void *args ) DECLSPEC_HIDDEN;
extern NTSTATUS query_node( void *args ) DECLSPEC_HIDDEN;
extern NTSTATUS query_proximity( void *args ) DECLSPEC_HIDDEN;

/* mapped_name.c */
extern NTSTATUS get_mapped_name( void *args ) DECLSPEC_HIDDEN;

/* target.c */
extern BOOL is_own_process( HANDLE process ) DECLSPEC_HIDDEN;
extern BOOL is_own_view( HANDLE process, const void *base ) DECLSPEC_HIDDEN;
extern BOOL has_wider_addresses( HANDLE process ) DECLSPEC_HIDDEN;
extern NTSTATUS check_handle_access( HANDLE process, ACCESS_MASK access ) DECLSPEC_HIDDEN;
extern BOOL is_adopted_region( HANDLE process, const MEMORY_BASIC_INFORMATION *info ) DECLSPEC_HIDDEN;
extern NTSTATUS check_commit_target( HANDLE process, UINT_PTR addr, SIZE_T size ) DECLSPEC_HIDDEN;
extern NTSTATUS check_target( HANDLE process, UINT_PTR addr ) DECLSPEC_HIDDEN;

/* view.c */
struct section_file
{
    NTSTATUS    status;       /* why there is none */
    NTSTATUS    access;       /* the same, for the rights that a view needs */
    int         fd;           /* -1 for none */
    struct stat st;           /* all 0 for none */
};
extern NTSTATUS map_view( void *args ) DECLSPEC_HIDDEN;
extern NTSTATUS unmap_view( void *args ) DECLSPEC_HIDDEN;
extern NTSTATUS flush_view( void *args ) DECLSPEC_HIDDEN;

/* working_set.c */
extern NTSTATUS query_working_set( void *args ) DECLSPEC_HIDDEN;

#endif
