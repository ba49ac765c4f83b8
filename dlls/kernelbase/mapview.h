/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * File mapping constants and types that Wine's headers lack
 */

#ifndef __WINE_KERNELBASE_MAPVIEW_H
#define __WINE_KERNELBASE_MAPVIEW_H

#ifndef FILE_MAP_RESERVE
#define FILE_MAP_RESERVE            0x80000000
#endif
#ifndef FILE_MAP_TARGETS_INVALID
#define FILE_MAP_TARGETS_INVALID    0x40000000
#endif
#ifndef FILE_MAP_LARGE_PAGES
#define FILE_MAP_LARGE_PAGES        0x20000000
#endif

#ifndef NUMA_NO_PREFERRED_NODE
#define NUMA_NO_PREFERRED_NODE      (~0u)
#endif

#ifndef MAXIMUM_NODE_COUNT
#define MAXIMUM_NODE_COUNT          64
#endif

#ifndef PAGE_TARGETS_INVALID
#define PAGE_TARGETS_INVALID        0x40000000
#endif

#ifndef MEM_DIFFERENT_IMAGE_BASE_OK
#define MEM_DIFFERENT_IMAGE_BASE_OK 0x00800000
#endif
#ifndef MEM_UNMAP_WITH_TRANSIENT_BOOST
#define MEM_UNMAP_WITH_TRANSIENT_BOOST 0x00000001
#endif

#ifndef SECTION_MAP_EXECUTE_EXPLICIT
#define SECTION_MAP_EXECUTE_EXPLICIT 0x0020
#endif

/* extended parameters of MapViewOfFile3, by number: not every header names them all */
#define MEMORY_PARAMETER_ADDRESS_REQUIREMENTS  1
#define MEMORY_PARAMETER_NUMA_NODE             2
#define MEMORY_PARAMETER_PARTITION_HANDLE      3
#define MEMORY_PARAMETER_USER_PHYSICAL_HANDLE  4
#define MEMORY_PARAMETER_ATTRIBUTE_FLAGS       5
#define MEMORY_PARAMETER_IMAGE_MACHINE         6

/* extended parameters of CreateFileMapping2 */
#define SECTION_PARAMETER_USER_PHYSICAL_FLAGS  1
#define SECTION_PARAMETER_NUMA_NODE            2
#define SECTION_PARAMETER_SIGNING_LEVEL        3
#define SECTION_PARAMETER_ATTRIBUTE_FLAGS      4

/* either array: only the low 8 bits of the first word are the type */
struct extended_parameter
{
    ULONG64 type;
    ULONG64 value;
};

#define ALLOCATION_GRANULARITY      0x10000

SIZE_T WINAPI GetLargePageMinimum(void);

#endif
