/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Transparent huge pages for sections and memory that were not asked for as large ones
 *
 * A setting gives them to programs that know nothing of large pages.  Nothing is promised: the
 * kernel is told where they are welcome, and does what its own settings allow.
 */

#if 0
#pragma makedep unix
#endif

#include "config.h"

#include <stdarg.h>
#include <sys/mman.h>

#include "ntstatus.h"
#define WIN32_NO_STATUS
#include "windef.h"
#include "winbase.h"
#include "winternl.h"
#include "large.h"

/***********************************************************************
 *             wants_huge_pages
 *
 * Tell whether something of a size is to have huge pages: the environment variable
 * WINE_MAPVIEW_HUGE_PAGES, or the value HugePages in the registry, is "on", and one has room in it.
 */
BOOL wants_huge_pages( UINT64 size )
{
    static const char *const words[] = { "off", "on", NULL };
    static int cached = -1;

    if (size < get_transparent_page_size()) return FALSE;
    if (cached == -1) cached = get_setting( "HugePages", "WINE_MAPVIEW_HUGE_PAGES", words );
    return cached;
}

/***********************************************************************
 *             advise_huge_pages
 *
 * The kernel takes huge pages for what lies between multiples of their size.
 */
void advise_huge_pages( void *base, SIZE_T size )
{
    if (wants_huge_pages( size )) madvise( base, size, MADV_HUGEPAGE );
}
