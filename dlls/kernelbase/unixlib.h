/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * kernelbase file mapping: the calls of the PE half to the Unix half
 *
 * Handles, addresses and pointers are UINT64 whatever the process; in each structure the UINT64
 * members come first, so that compilers that align them differently agree on the layout.  Every
 * call returns an NTSTATUS; output is valid when it is a success.
 */

#ifndef __WINE_KERNELBASE_UNIXLIB_H
#define __WINE_KERNELBASE_UNIXLIB_H

#include <stdarg.h>

#include "windef.h"
#include "winbase.h"
#include "winternl.h"
#include "wine/unixlib.h"
#include "compat.h"

/* what came of a call, for those who trace it */
enum mapping_kind
{
    KIND_NATIVE,              /* ntdll's own */
    KIND_PLACED,              /* ntdll's own, at an address that was looked for */
    KIND_ADOPTED,             /* in an adopted range */
    KIND_MEMFD,               /* a section that is a memfd */
    KIND_LARGE                /* of large pages */
};

struct process_attach_params
{
    UINT64 exception_dispatcher;  /* address of KiUserExceptionDispatcher, 0 if it is not known */
};

struct create_section_params
{
    UINT64 section;           /* out: handle */
    UINT64 file;              /* handle, 0 for a section backed by the paging file */
    UINT64 size;              /* bytes, 0 for the size of the file */
    UINT64 attr;              /* OBJECT_ATTRIBUTES */
    UINT64 parameters;        /* extended parameters */
    UINT32 parameter_count;
    UINT32 access;            /* SECTION_* rights of the handle */
    UINT32 protect;           /* PAGE_* */
    UINT32 flags;             /* SEC_* */
    UINT32 node;              /* preferred node, ~0 for none */
    UINT32 lock_memory;       /* for SEC_LARGE_PAGES: the caller has SeLockMemoryPrivilege enabled */
    UINT32 kind;              /* out: enum mapping_kind */
};

struct open_section_params
{
    UINT64 section;           /* out: handle */
    UINT64 attr;              /* OBJECT_ATTRIBUTES */
    UINT32 access;            /* SECTION_* rights */
};

struct map_view_params
{
    UINT64 section;
    UINT64 process;
    UINT64 base;              /* in: wanted address or 0, out: address of the view */
    UINT64 offset;
    UINT64 size;              /* in: bytes, 0 for the rest of the section, out: size of the view */
    UINT64 parameters;        /* extended parameters */
    UINT32 parameter_count;
    UINT32 type;              /* MEM_* */
    UINT32 protect;           /* PAGE_* */
    UINT32 node;              /* preferred node, ~0 for none */
    UINT32 kind;              /* out: enum mapping_kind */
    UINT32 target_node;       /* in: ~0, out: node that only the process itself can prefer for its pages */
};

struct unmap_view_params
{
    UINT64 process;
    UINT64 base;              /* any address inside the view */
    UINT32 flags;             /* MEM_UNMAP_WITH_TRANSIENT_BOOST, MEM_PRESERVE_PLACEHOLDER */
};

struct flush_view_params
{
    UINT64 base;
    UINT64 size;              /* bytes, 0 for the rest of the view */
};

struct query_memory_params
{
    UINT64 process;
    UINT64 address;
    UINT64 info;              /* MEMORY_BASIC_INFORMATION */
    UINT64 size;              /* in: size of info, out: bytes written */
};

struct large_page_minimum_params
{
    UINT64 size;              /* out: bytes, 0 if there are no large pages */
};

struct alloc_memory_params
{
    UINT64 process;
    UINT64 base;              /* in: wanted address or 0, out: address of the memory */
    UINT64 size;              /* bytes; out: rounded to pages */
    UINT64 parameters;        /* extended parameters */
    UINT32 parameter_count;
    UINT32 type;              /* MEM_* */
    UINT32 protect;           /* PAGE_* */
    UINT32 node;              /* preferred node, ~0 for none */
    UINT32 extended;          /* whether placeholders and parameters are allowed */
    UINT32 lock_memory;       /* for MEM_LARGE_PAGES: the caller has SeLockMemoryPrivilege enabled */
    UINT32 native;            /* a placeholder is to be ntdll's */
    UINT32 kind;              /* out: enum mapping_kind */
    UINT32 target_node;       /* as for map_view */
};

/* memory of the calling process that another one has made */
struct place_memory_params
{
    UINT64 process;
    UINT64 base;
    UINT64 size;
    UINT32 type;              /* MEM_*: what was done */
    UINT32 node;
};

struct free_memory_params
{
    UINT64 process;
    UINT64 base;
    UINT64 size;              /* bytes, 0 for the whole allocation */
    UINT32 type;              /* MEM_* */
};

struct protect_memory_params
{
    UINT64 process;
    UINT64 base;
    UINT64 size;              /* bytes */
    UINT64 old_protect;       /* pointer to the old protection of the first page */
    UINT32 protect;           /* PAGE_* */
};

struct query_working_set_params
{
    UINT64 process;
    UINT64 info;              /* array of MEMORY_WORKING_SET_EX_INFORMATION */
    UINT64 size;              /* of the array, in bytes */
};

struct query_processors_params
{
    UINT64 info;              /* array of SYSTEM_LOGICAL_PROCESSOR_INFORMATION(_EX) */
    UINT32 size;              /* in: of the array in bytes, out: bytes written or needed, always valid */
    UINT32 relation;          /* RelationAll and others, for the _EX records */
};

struct query_cpu_sets_params
{
    UINT64 info;              /* array of SYSTEM_CPU_SET_INFORMATION */
    UINT64 process;           /* 0 for none */
    UINT32 size;              /* in: of the array in bytes, out: bytes written, or needed if it is too small */
};

enum node_value
{
    NODE_HIGHEST,             /* nothing but the number of the highest node */
    NODE_PROCESSORS,
    NODE_AVAILABLE_MEMORY     /* in bytes */
};

struct query_node_params
{
    UINT64 value;             /* out */
    UINT32 node;
    UINT32 what;              /* enum node_value */
    UINT32 group;             /* out: group of the processors */
    UINT32 highest;           /* out: number of the highest node, always valid */
};

struct query_proximity_params
{
    UINT32 proximity;
    UINT32 node;              /* out */
};
struct mapped_name_params
{
    UINT64 process;
    UINT64 address;           /* any address inside a view */
    UINT64 name;              /* out: the name, not terminated */
    UINT32 size;              /* of the buffer for it, in bytes */
    UINT32 length;            /* out: of the name, in bytes */
};


struct defer_end_params
{
    UINT32 defer;             /* whether the thread is to be ended in waits only */
};

struct copy_memory_params
{
    UINT64 to;
    UINT64 from;
    UINT64 size;
};

/* what a call returns that has to be made in the process that it is for */
#define STATUS_IN_TARGET ((NTSTATUS)0xe0574d56)

enum mapview_funcs
{
    unix_process_attach,
    unix_create_section,
    unix_open_section,
    unix_map_view,
    unix_unmap_view,
    unix_flush_view,
    unix_query_memory,
    unix_alloc_memory,
    unix_free_memory,
    unix_protect_memory,
    unix_get_large_page_minimum,
    unix_query_working_set,
    unix_query_processors,
    unix_query_processors_ex,
    unix_query_cpu_sets,
    unix_query_node,
    unix_query_proximity,
    unix_get_mapped_name,
    unix_defer_end,
    unix_copy_memory,
    unix_place_memory,
    unix_funcs_count
};

#ifndef WINE_UNIX_LIB
extern NTSTATUS mapview_call( enum mapview_funcs func, void *params ) DECLSPEC_HIDDEN;
extern NTSTATUS mapview_init(void) DECLSPEC_HIDDEN;
extern BOOL mapview_is_loaded(void) DECLSPEC_HIDDEN;
extern NTSTATUS make_call( enum mapview_funcs func, void *params ) DECLSPEC_HIDDEN;
extern NTSTATUS call_in_target( enum mapview_funcs func, void *params ) DECLSPEC_HIDDEN;
extern void place_in_target( UINT64 process, UINT64 base, UINT64 size, UINT32 type, UINT32 node ) DECLSPEC_HIDDEN;
extern void run_left_calls(void) DECLSPEC_HIDDEN;

/* the same calls by ntdll alone, for a system where the Unix half cannot be loaded */
extern NTSTATUS (* const native_funcs[unix_funcs_count])( void *params ) DECLSPEC_HIDDEN;
#endif

#endif
