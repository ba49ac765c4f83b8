/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the headers of one version of Wine have and those of another do not
 *
 * What differs at run time is asked of ntdll: has_placeholders() in unix/address.c, the unix call
 * in mapview.c.  The calling convention of its Unix exports comes from the headers: NTAPI, CDECL.
 */

#ifndef __WINE_KERNELBASE_COMPAT_H
#define __WINE_KERNELBASE_COMPAT_H

/* gone since symbols are hidden unless they are exported (10.0) */
#ifndef DECLSPEC_HIDDEN
# if defined(WINE_UNIX_LIB)
#  define DECLSPEC_HIDDEN __attribute__((visibility("hidden")))
# else
#  define DECLSPEC_HIDDEN
# endif
#endif

#endif
