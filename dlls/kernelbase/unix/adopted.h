/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Adopted ranges: reservations of ntdll's whose inside this module arranges
 *
 * ntdll keeps the reservation for as long as a piece of it is in use, so that nothing else can
 * take a hole.  The pieces of a range follow one another without gaps.
 */

#ifndef __WINE_KERNELBASE_ADOPTED_H
#define __WINE_KERNELBASE_ADOPTED_H

#include <signal.h>
#include "unix_private.h"

/* ntdll's protection of the reservations.  Programs do not reserve executable memory, so that
 * another process can tell by it what may be an adopted range. */
#define ADOPTED_PROTECT PAGE_EXECUTE

/* a 32-bit process */
#define IS_SMALL_ADDRESS_SPACE (sizeof(void *) == 4)

enum piece_kind
{
    PIECE_FREE,               /* released, nothing for the program */
    PIECE_SPARE,              /* the same, where a view was that ntdll thinks is there (fast_view.c) */
    PIECE_PLACEHOLDER,
    PIECE_PRIVATE,            /* private memory, reserved or committed: ntdll knows the state of its pages */
    PIECE_VIEW,               /* view of a section */
};

struct adopted_range
{
    UINT_PTR              base;
    UINT_PTR              size;
    UINT_PTR              used;       /* pieces that are not free */
    UINT_PTR              own_size;   /* without the ranges that it has been joined with ... */
    struct adopted_range *joined;     /* ... of which this is the next */
};

/* what is kept of the section of a view, when its kind needs it */
struct view_section
{
    HANDLE   handle;          /* a duplicate */
    void    *shadow;          /* native view of the same part, which has the state of reserved pages */
    SIZE_T   shadow_delta;    /* offset of the view in it */
    UINT64   extent;          /* bytes of the section, for a view that is larger (growing.c) */
};

struct piece
{
    struct piece         *left;
    struct piece         *right;
    UINT_PTR              base;
    UINT_PTR              size;
    struct adopted_range *range;
    struct view_section  *section;   /* NULL for a writable view of committed memory */
    UINT64                offset;    /* of a view in its section */
    UINT32                priority;  /* in the tree */
    UINT32                protect;   /* PAGE_* of the allocation */
    UINT32                flags;     /* SEC_* of the section of a view */
    UINT8                 kind;      /* enum piece_kind */
    BOOLEAN               placeholder;  /* made from a placeholder, which it can become again */
    BOOLEAN               copies;    /* pages of the view become its own when they are written */
    BOOLEAN               guarded;   /* there are or were guard pages */
    BOOLEAN               reusable;  /* a view whose place is right for another one like it (fast_view.c) */
    BOOLEAN               stale;     /* ntdll takes pages for committed, or guarded, that are not */
};

/* nothing for the program */
static inline BOOL is_hole( const struct piece *piece )
{
    return piece->kind == PIECE_FREE || piece->kind == PIECE_SPARE;
}

/* the pieces are looked at and changed under the lock only */
extern void lock_pieces( sigset_t *sigset ) DECLSPEC_HIDDEN;
extern void unlock_pieces( const sigset_t *sigset ) DECLSPEC_HIDDEN;

extern BOOL has_adopted_ranges(void) DECLSPEC_HIDDEN;
extern BOOL is_adopted_address( UINT_PTR addr ) DECLSPEC_HIDDEN;
extern BOOL get_adopted_range( UINT_PTR addr, MEMORY_BASIC_INFORMATION *info ) DECLSPEC_HIDDEN;
extern struct piece *find_piece( UINT_PTR addr ) DECLSPEC_HIDDEN;
extern struct piece *adopt_range( UINT_PTR base, UINT_PTR size, enum piece_kind kind ) DECLSPEC_HIDDEN;
extern struct piece *isolate_piece( struct piece *piece, UINT_PTR base, UINT_PTR size ) DECLSPEC_HIDDEN;
extern void rejoin_piece( struct piece *piece, UINT_PTR base, UINT_PTR size ) DECLSPEC_HIDDEN;
extern void merge_next_piece( struct piece *piece ) DECLSPEC_HIDDEN;
extern void join_next_range( struct adopted_range *range ) DECLSPEC_HIDDEN;
extern void free_piece( struct piece *piece ) DECLSPEC_HIDDEN;
extern void use_piece( struct piece *piece, enum piece_kind kind ) DECLSPEC_HIDDEN;
extern struct adopted_range *hold_range( struct piece *piece ) DECLSPEC_HIDDEN;
extern void drop_range( struct adopted_range *range ) DECLSPEC_HIDDEN;

/* adopted_pages.c */
extern NTSTATUS reserve_adopted_range( UINT_PTR base, UINT_PTR size ) DECLSPEC_HIDDEN;
extern NTSTATUS reserve_adopted_range_anywhere( UINT_PTR *base, UINT_PTR size, UINT32 type ) DECLSPEC_HIDDEN;
extern void release_adopted_range( UINT_PTR base, UINT_PTR size ) DECLSPEC_HIDDEN;
extern BOOL keep_spare_mappings(void) DECLSPEC_HIDDEN;
extern NTSTATUS commit_adopted_pages( struct piece *piece, UINT_PTR base, UINT_PTR size,
                                      UINT32 protect ) DECLSPEC_HIDDEN;
extern NTSTATUS reset_adopted_pages( const struct piece *piece, UINT_PTR base, UINT_PTR size ) DECLSPEC_HIDDEN;
extern NTSTATUS clear_adopted_pages( struct piece *piece, UINT_PTR base, UINT_PTR size ) DECLSPEC_HIDDEN;
extern NTSTATUS clean_adopted_pages( struct piece *piece ) DECLSPEC_HIDDEN;
extern NTSTATUS query_adopted_pages( const struct piece *piece, UINT_PTR addr,
                                     MEMORY_BASIC_INFORMATION *info ) DECLSPEC_HIDDEN;
extern NTSTATUS protect_adopted_pages( struct piece *piece, UINT_PTR base, UINT_PTR size, UINT32 protect,
                                       ULONG *old ) DECLSPEC_HIDDEN;

/* a section as a view of it needs it */
struct source
{
    int    fd;                /* not to be closed */
    UINT32 flags;             /* SEC_* */
    UINT64 size;
};

/* adopted_section.c */
extern NTSTATUS get_source( HANDLE section, const struct section_file *file, UINT32 protect,
                            struct source *source ) DECLSPEC_HIDDEN;
extern NTSTATUS keep_view_section( HANDLE section, const struct source *source, UINT64 offset, SIZE_T size,
                                   UINT32 protect, struct view_section **ret ) DECLSPEC_HIDDEN;
extern void release_view_section( struct view_section *section ) DECLSPEC_HIDDEN;

/* adopted_reserve.c */
extern NTSTATUS query_reserved_pages( const struct piece *piece, UINT_PTR addr, BOOL *committed,
                                      SIZE_T *size ) DECLSPEC_HIDDEN;
extern void close_reserved_pages( const struct piece *piece ) DECLSPEC_HIDDEN;
extern NTSTATUS commit_reserved_pages( const struct piece *piece, UINT_PTR base, UINT_PTR size ) DECLSPEC_HIDDEN;

/* adopted_view.c */
extern NTSTATUS map_piece_file( const struct piece *piece, int fd, UINT64 offset, UINT32 protect,
                                BOOL copies ) DECLSPEC_HIDDEN;
extern NTSTATUS map_in_piece( struct piece *piece, const struct map_view_params *params, const struct source *source,
                              UINT_PTR size, struct view_section *section ) DECLSPEC_HIDDEN;

/* adopted_query.c */
extern UINT_PTR get_section_end( const struct piece *piece ) DECLSPEC_HIDDEN;

/* fast_view.c */
extern BOOL keep_spare_piece( struct piece *piece ) DECLSPEC_HIDDEN;
extern BOOL free_spare_pieces(void) DECLSPEC_HIDDEN;
extern BOOL give_back_spare_ranges(void) DECLSPEC_HIDDEN;
extern BOOL map_fast_view( struct map_view_params *params, const struct section_file *file ) DECLSPEC_HIDDEN;

/* the functions for memory call these for an address that is adopted; they return FALSE when
 * the address is not, after all */
extern BOOL query_adopted_memory( UINT_PTR addr, MEMORY_BASIC_INFORMATION *info, NTSTATUS *status ) DECLSPEC_HIDDEN;
extern BOOL alloc_adopted_memory( struct alloc_memory_params *params, NTSTATUS *status ) DECLSPEC_HIDDEN;
extern BOOL free_adopted_memory( struct free_memory_params *params, NTSTATUS *status ) DECLSPEC_HIDDEN;
extern BOOL protect_adopted_memory( struct protect_memory_params *params, NTSTATUS *status ) DECLSPEC_HIDDEN;
extern BOOL map_adopted_view( struct map_view_params *params, const struct section_file *file,
                              NTSTATUS *status ) DECLSPEC_HIDDEN;
extern NTSTATUS check_growing_view( const struct map_view_params *params, BOOL *growing ) DECLSPEC_HIDDEN;
extern NTSTATUS map_growing_view( struct map_view_params *params, const struct section_file *file,
                                  const struct view_requirements *req ) DECLSPEC_HIDDEN;
extern BOOL unmap_adopted_view( UINT_PTR addr, UINT32 flags, NTSTATUS *status ) DECLSPEC_HIDDEN;
extern BOOL get_adopted_extent( UINT_PTR addr, UINT_PTR *end, ULONG *type ) DECLSPEC_HIDDEN;
extern BOOL get_adopted_section( UINT_PTR addr, HANDLE *section, NTSTATUS *status ) DECLSPEC_HIDDEN;
extern NTSTATUS commit_view_pages( struct piece *piece, UINT_PTR base, UINT_PTR size, UINT32 protect ) DECLSPEC_HIDDEN;
extern NTSTATUS create_placeholder( struct alloc_memory_params *params, const struct view_requirements *req ) DECLSPEC_HIDDEN;

#endif
