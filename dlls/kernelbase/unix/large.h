/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Large pages
 */

#ifndef __WINE_KERNELBASE_LARGE_H
#define __WINE_KERNELBASE_LARGE_H

#include "unix_private.h"

/* huge_page.c */
extern BOOL wants_huge_pages( UINT64 size ) DECLSPEC_HIDDEN;
extern void advise_huge_pages( void *base, SIZE_T size ) DECLSPEC_HIDDEN;

/* large.c */
extern SIZE_T get_transparent_page_size(void) DECLSPEC_HIDDEN;
extern SIZE_T get_large_page_size(void) DECLSPEC_HIDDEN;
extern NTSTATUS get_large_page_minimum( void *args ) DECLSPEC_HIDDEN;
extern NTSTATUS create_large_section( struct create_section_params *params, UINT32 node ) DECLSPEC_HIDDEN;
extern NTSTATUS create_large_memory( SIZE_T size, UINT32 node, void **ret ) DECLSPEC_HIDDEN;

/* large_area.c */
struct large_area
{
    UINT_PTR native_base;     /* what ntdll has mapped or allocated */
    SIZE_T   native_size;
    UINT_PTR base;            /* what the program asked for */
    SIZE_T   size;
    SIZE_T   page_size;       /* granularity of protections */
};
extern void forget_large_areas( UINT_PTR base, SIZE_T size ) DECLSPEC_HIDDEN;
extern BOOL add_large_area( const struct large_area *area ) DECLSPEC_HIDDEN;
extern BOOL find_large_area( HANDLE process, UINT_PTR addr, struct large_area *area ) DECLSPEC_HIDDEN;
extern BOOL take_large_area( HANDLE process, UINT_PTR addr, struct large_area *area ) DECLSPEC_HIDDEN;
extern BOOL is_inside_large_area( const struct large_area *area, UINT_PTR addr ) DECLSPEC_HIDDEN;
extern void fix_large_area_info( UINT_PTR addr, MEMORY_BASIC_INFORMATION *info ) DECLSPEC_HIDDEN;
extern NTSTATUS round_to_large_pages( HANDLE process, UINT64 *base, UINT64 *size ) DECLSPEC_HIDDEN;

/* large_memory.c */
extern NTSTATUS alloc_large_memory( struct alloc_memory_params *params, const struct view_requirements *req ) DECLSPEC_HIDDEN;

/* large_page.c */
#define LARGE_SECTION_NAME "/memfd:wine-mapview:large"
extern void add_large_pages( int pid, MEMORY_WORKING_SET_EX_INFORMATION *info, ULONG count ) DECLSPEC_HIDDEN;

/* large_view.c */
struct large_view
{
    BOOL   is_large;          /* of a section of large or huge pages; else nothing here matters */
    BOOL   hugetlb;           /* of the host's pool */
    BOOL   wanted;            /* asked for as a large view */
    BOOL   aligned;           /* to be mapped at a multiple of alignment */
    SIZE_T alignment;         /* large page */
    SIZE_T size;              /* what the caller sees */
    SIZE_T before;            /* bytes that the native view has before it */
    SIZE_T native_size;
};
struct stat;
extern NTSTATUS get_large_view( const struct map_view_params *params, const struct stat *st,
                                struct large_view *view ) DECLSPEC_HIDDEN;
extern NTSTATUS finish_large_view( const struct large_view *view, void *native_base, UINT32 protect ) DECLSPEC_HIDDEN;
extern NTSTATUS map_in_large_range( HANDLE process, const struct view_requirements *req, SIZE_T alignment, SIZE_T size,
                                    BOOL top_down, map_at_t map_at, void *context ) DECLSPEC_HIDDEN;

#endif
