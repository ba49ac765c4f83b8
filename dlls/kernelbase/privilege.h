/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * SeLockMemoryPrivilege
 */

#ifndef __WINE_KERNELBASE_PRIVILEGE_H
#define __WINE_KERNELBASE_PRIVILEGE_H

#include "compat.h"

/* how a token holds the privilege */
enum lock_memory_state
{
    LOCK_MEMORY_DISABLED,
    LOCK_MEMORY_ENABLED,
    LOCK_MEMORY_REMOVED,
};

extern BOOL has_lock_memory_privilege(void) DECLSPEC_HIDDEN;
extern BOOL is_lock_memory_privilege( const LUID *luid ) DECLSPEC_HIDDEN;
extern NTSTATUS get_lock_memory_state( HANDLE token, enum lock_memory_state *state ) DECLSPEC_HIDDEN;
extern NTSTATUS set_lock_memory_state( HANDLE token, enum lock_memory_state state ) DECLSPEC_HIDDEN;
extern void hide_lock_memory_state( ACL *dacl ) DECLSPEC_HIDDEN;
extern NTSTATUS set_default_dacl( HANDLE token, TOKEN_DEFAULT_DACL *info, ULONG len ) DECLSPEC_HIDDEN;

#endif
