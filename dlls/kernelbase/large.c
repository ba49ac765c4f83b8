/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Large pages
 */

#include <stdarg.h>

#include "windef.h"
#include "winbase.h"
#include "winternl.h"
#include "wine/debug.h"
#include "mapview.h"
#include "unixlib.h"

WINE_DEFAULT_DEBUG_CHANNEL(mapview);


/***********************************************************************
 *             GetLargePageMinimum   (kernelbase.@)
 *
 * RETURNS
 *  The size of a large page in bytes, or 0 if there are none.
 *
 * SOURCE
 *  SEMANTICS 1.12
 */
SIZE_T WINAPI GetLargePageMinimum(void)
{
    struct large_page_minimum_params params = { 0 };

    mapview_call( unix_get_large_page_minimum, &params );
    TRACE( "returning %#I64x\n", params.size );
    return params.size;
}
