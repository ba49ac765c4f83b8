/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The table of the calls of the PE half
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
#include "large.h"

/* in the order of enum mapview_funcs */
const unixlib_entry_t DECLSPEC_EXPORT __wine_unix_call_funcs[] =
{
    process_attach,
    create_section,
    open_section,
    map_view,
    unmap_view,
    flush_view,
    query_memory,
    alloc_memory,
    free_memory,
    protect_memory,
    get_large_page_minimum,
    query_working_set,
    query_processors,
    query_processors_ex,
    query_cpu_sets,
    query_node,
    query_proximity,
    get_mapped_name,
    defer_end,
    copy_memory,
    place_memory,
};

C_ASSERT( ARRAY_SIZE(__wine_unix_call_funcs) == unix_funcs_count );
