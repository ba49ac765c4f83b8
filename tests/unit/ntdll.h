/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A small ntdll for unit tests of the Unix half: memory, sections and handles, all of which can fail
 */

#ifndef __MAPVIEW_UNIT_NTDLL_H
#define __MAPVIEW_UNIT_NTDLL_H

#include <stdarg.h>

#include "ntstatus.h"
#define WIN32_NO_STATUS
#include "windef.h"
#include "winbase.h"
#include "winternl.h"

/* the call that fails next: 1 is the very next one, 0 none; goes down with each call that can fail */
extern unsigned int fail_countdown;
extern const char *failed_call;

/* a section of that many bytes, with SEC_* flags */
extern HANDLE create_unit_section( UINT32 flags, SIZE_T size );

/* what is still in use */
extern unsigned int count_handles( void );
extern unsigned int count_reservations( void );

#endif
