/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The call from a PE module to its Unix library, as far as libwine-dev does not declare it.
 * In a Wine source tree its own wine/unixlib.h takes this file's place.
 */

#ifndef __WINE_WINE_UNIXLIB_H
#define __WINE_WINE_UNIXLIB_H

typedef UINT64 unixlib_handle_t;

#ifdef WINE_UNIX_LIB
typedef NTSTATUS (*unixlib_entry_t)( void *args );
#endif

#endif
