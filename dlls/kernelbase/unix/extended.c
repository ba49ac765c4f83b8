/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Arrays of extended parameters
 */

#if 0
#pragma makedep unix
#endif

#include "config.h"

#include <stdarg.h>

#include "ntstatus.h"
#define WIN32_NO_STATUS
#include "windef.h"
#include "winbase.h"
#include "winternl.h"
#include "wine/debug.h"
#include "unix_private.h"

WINE_DEFAULT_DEBUG_CHANNEL(mapview);

/* MEM_EXTENDED_PARAMETER_* attribute flags */
#define ATTRIBUTE_GRAPHICS            0x01
#define ATTRIBUTE_NONPAGED            0x02
#define ATTRIBUTE_ZERO_PAGES_OPTIONAL 0x04
#define ATTRIBUTE_NONPAGED_LARGE      0x08
#define ATTRIBUTE_NONPAGED_HUGE       0x10
#define ATTRIBUTE_SOFT_FAULT_PAGES    0x20
#define ATTRIBUTE_HINTS (ATTRIBUTE_GRAPHICS | ATTRIBUTE_ZERO_PAGES_OPTIONAL | ATTRIBUTE_SOFT_FAULT_PAGES)
#define ATTRIBUTE_NONPAGED_ANY (ATTRIBUTE_NONPAGED | ATTRIBUTE_NONPAGED_LARGE | ATTRIBUTE_NONPAGED_HUGE)

#define NODE_MANDATORY ((UINT64)1 << 63)

#ifdef __x86_64__
# define NATIVE_MACHINE IMAGE_FILE_MACHINE_AMD64
#elif defined(__i386__)
# define NATIVE_MACHINE IMAGE_FILE_MACHINE_I386
#elif defined(__aarch64__)
# define NATIVE_MACHINE IMAGE_FILE_MACHINE_ARM64
#endif

/* a node is a preference, also when the caller calls it mandatory */
static NTSTATUS get_node( UINT64 value, UINT32 *node )
{
    value &= ~NODE_MANDATORY;
    if (value == NUMA_NO_PREFERRED_NODE) *node = NUMA_NO_PREFERRED_NODE;
    else if (value < MAXIMUM_NODE_COUNT) *node = value;
    else return STATUS_INVALID_PARAMETER;
    return STATUS_SUCCESS;
}

static NTSTATUS get_address_requirements( const MEM_ADDRESS_REQUIREMENTS *addr, struct view_requirements *req )
{
    UINT_PTR limit = get_user_limit();

    req->lowest    = (UINT_PTR)addr->LowestStartingAddress;
    req->highest   = (UINT_PTR)addr->HighestEndingAddress;
    req->alignment = addr->Alignment;

    if (req->alignment & (req->alignment - 1)) return STATUS_INVALID_PARAMETER;
    if (req->alignment && req->alignment < ALLOCATION_GRANULARITY) return STATUS_INVALID_PARAMETER;
    if ((req->lowest & GRANULARITY_MASK) || req->lowest >= limit) return STATUS_INVALID_PARAMETER;
    if (req->highest && (((req->highest + 1) & PAGE_MASK) || req->highest >= limit || req->highest <= req->lowest))
        return STATUS_INVALID_PARAMETER;
    return STATUS_SUCCESS;
}

static NTSTATUS get_attributes( UINT64 flags, UINT32 *attributes )
{
    if (flags & ~(UINT64)(ATTRIBUTE_HINTS | ATTRIBUTE_NONPAGED_ANY)) return STATUS_INVALID_PARAMETER;
    if (flags & ATTRIBUTE_NONPAGED_ANY) return STATUS_NOT_SUPPORTED;
    *attributes = flags;
    return STATUS_SUCCESS;
}

/* call get for each parameter; the type is an 8-bit number and may come once */
static NTSTATUS for_each_parameter( UINT64 parameters, UINT32 count, UINT32 type_count, void *context,
                                    NTSTATUS (*get)( UINT32 type, UINT64 value, void *context ) )
{
    const struct extended_parameter *array = get_ptr( parameters );
    UINT32 i, seen = 0;
    NTSTATUS status;

    if (count && !array) return STATUS_INVALID_PARAMETER;
    for (i = 0; i < count; i++)
    {
        UINT32 type = (UINT8)array[i].type;

        if (!type || type >= type_count || (seen & (1 << type)))
        {
            WARN( "parameter %u: type %u is unknown or repeated\n", i, type );
            return STATUS_INVALID_PARAMETER;
        }
        seen |= 1 << type;
    }
    for (i = 0; i < count; i++)
        if ((status = get( (UINT8)array[i].type, array[i].value, context ))) return status;
    return STATUS_SUCCESS;
}

static NTSTATUS get_view_parameter( UINT32 type, UINT64 value, void *context )
{
    struct view_requirements *req = context;

    switch (type)
    {
    case MEMORY_PARAMETER_ADDRESS_REQUIREMENTS:
        return get_address_requirements( get_ptr( value ), req );
    case MEMORY_PARAMETER_NUMA_NODE:
        return get_node( value, &req->node );
    case MEMORY_PARAMETER_PARTITION_HANDLE:  /* there is one, that of the process */
        return (UINT_PTR)value == ~(UINT_PTR)0 ? STATUS_SUCCESS : STATUS_INVALID_HANDLE;
    case MEMORY_PARAMETER_ATTRIBUTE_FLAGS:
        return get_attributes( value, &req->attributes );
    case MEMORY_PARAMETER_IMAGE_MACHINE:
        return (UINT32)value == NATIVE_MACHINE ? STATUS_SUCCESS : STATUS_NOT_SUPPORTED;
    default:  /* physical pages are not for views */
        return STATUS_INVALID_PARAMETER;
    }
}

static NTSTATUS get_section_parameter( UINT32 type, UINT64 value, void *context )
{
    switch (type)
    {
    case SECTION_PARAMETER_NUMA_NODE:
        return get_node( value, context );
    case SECTION_PARAMETER_ATTRIBUTE_FLAGS:
        return value ? STATUS_NOT_SUPPORTED : STATUS_SUCCESS;
    default:
        return STATUS_NOT_SUPPORTED;
    }
}

/***********************************************************************
 *             get_view_requirements
 *
 * Check the extended parameters of a view and take them apart (SEMANTICS 1.11).  A node that
 * the caller has put into req stays unless a parameter names one.
 */
NTSTATUS get_view_requirements( UINT64 parameters, UINT32 count, struct view_requirements *req )
{
    return for_each_parameter( parameters, count, MEMORY_PARAMETER_IMAGE_MACHINE + 1, req, get_view_parameter );
}

/***********************************************************************
 *             get_section_node
 *
 * Check the extended parameters of a section (SEMANTICS 1.9).
 */
NTSTATUS get_section_node( UINT64 parameters, UINT32 count, UINT32 *node )
{
    return for_each_parameter( parameters, count, SECTION_PARAMETER_ATTRIBUTE_FLAGS + 1, node, get_section_parameter );
}
