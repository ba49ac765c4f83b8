/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Calls that another thread makes, of this process or of the one that they are for
 */

#ifndef __WINE_KERNELBASE_CARRY_H
#define __WINE_KERNELBASE_CARRY_H

#include "mapview.h"
#include "unixlib.h"

#define MAX_PARAMETERS MEMORY_PARAMETER_IMAGE_MACHINE
#define MAX_CARRIED_PAGES 32

/* what the other thread is given, and gives back */
struct carried_call
{
    union
    {
        struct map_view_params       map_view;
        struct unmap_view_params     unmap_view;
        struct query_memory_params   query_memory;
        struct alloc_memory_params   alloc_memory;
        struct free_memory_params    free_memory;
        struct protect_memory_params protect_memory;
        struct mapped_name_params    mapped_name;
        struct place_memory_params   place_memory;
    } params;
    struct extended_parameter parameters[MAX_PARAMETERS];
    MEM_ADDRESS_REQUIREMENTS  requirements;
    MEMORY_BASIC_INFORMATION  info;
    WCHAR                     name[MAX_PATH];
    MEMORY_WORKING_SET_EX_INFORMATION pages[MAX_CARRIED_PAGES];
    ULONG                     old_protect;
    UINT32                    func;
    NTSTATUS                  status;
    struct carried_call      *next;   /* that was left for a process to make */
};

#define NO_MEMBER (~0u)

/* where in the parameters of a call there is something of the calling process */
struct call_layout
{
    UINT32 size;
    UINT32 process;
    UINT32 section;
    UINT32 parameters;
    UINT32 output;                /* pointer to what the call writes ... */
    UINT32 output_place;          /* ... for which there is room here in a carried call */
    UINT32 output_size;
    BOOL   probe;                 /* a pointer that nothing can be written to is an error before the call */
};

static inline UINT64 *call_member( void *params, UINT32 offset )
{
    return (UINT64 *)((char *)params + offset);
}

/* carry.c */
extern NTSTATUS copy_memory( UINT64 to, UINT64 from, UINT32 size ) DECLSPEC_HIDDEN;
extern const struct call_layout *get_call_layout( UINT32 func ) DECLSPEC_HIDDEN;
extern NTSTATUS start_carried_call( struct carried_call *call, UINT32 func, void *params, UINT64 address ) DECLSPEC_HIDDEN;
extern NTSTATUS finish_carried_call( struct carried_call *call, void *params ) DECLSPEC_HIDDEN;

/* remote.c */
extern NTSTATUS call_remote( UINT32 func, void *params, HANDLE process ) DECLSPEC_HIDDEN;

#endif
