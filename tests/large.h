/*
 * Conformance tests of large pages: what their files share
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#ifndef __MAPVIEW_LARGE_H
#define __MAPVIEW_LARGE_H

#include "test.h"

/* privilege.c */

HANDLE open_own_token( DWORD access );
/* A token that nobody else uses; a primary one. */
HANDLE duplicate_own_token( DWORD access );
/* AdjustTokenPrivileges for the one privilege. */
BOOL adjust_lock_memory( HANDLE token, DWORD attributes, DWORD *err );
/* The attributes of the privilege in a token, ~0 if it does not hold it. */
DWORD lock_memory_attributes( HANDLE token );
/* Enable it for the process; FALSE, and the test is skipped, if the account does not hold it. */
BOOL enable_lock_memory(void);
void disable_lock_memory(void);

/* large.c */

/* What large.sh has set up: "hugetlb", "thp", "none", or "" if it is not known. */
const char *backing(void);
/* The size of a large page also where there is none. */
SIZE_T large_page(void);
/* Enable the privilege and tell whether there are large pages, or skip the test. */
BOOL have_large_pages(void);
HANDLE create_large( ULONG protect, unsigned int pages );

#endif
