/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * SeLockMemoryPrivilege, which no token of the server has
 *
 * A section of large pages needs it, and programs that want one look for it first.  Every token
 * holds it here, disabled, as that of a Windows account with the right.  That it is enabled, or
 * has been removed, belongs to the token: to be the same in every process that has a handle, and
 * to go where the token's other privileges go (a duplicate, a child process, a client that is
 * impersonated), it is kept in the server, in a field of the token's default DACL that is
 * reserved in Windows and that nobody looks at.
 */

#include <stdarg.h>
#include <string.h>

#include "ntstatus.h"
#define WIN32_NO_STATUS
#include "windef.h"
#include "winbase.h"
#include "winternl.h"
#include "wine/debug.h"
#include "unixlib.h"
#include "privilege.h"

WINE_DEFAULT_DEBUG_CHANNEL(mapview);

/* values of ACL.Sbz2 */
#define SBZ2_ENABLED 0x4c45
#define SBZ2_REMOVED 0x4c52

/* a token's default DACL is read, changed and written */
static RTL_CRITICAL_SECTION dacl_section;
static RTL_CRITICAL_SECTION_DEBUG dacl_section_debug =
{
    0, 0, &dacl_section, { &dacl_section_debug.ProcessLocksList, &dacl_section_debug.ProcessLocksList },
    0, 0, { (DWORD_PTR)(__FILE__ ": dacl_section") }
};
static RTL_CRITICAL_SECTION dacl_section = { &dacl_section_debug, -1, 0, 0, 0, 0 };

static WORD sbz2_from_state( enum lock_memory_state state )
{
    switch (state)
    {
    case LOCK_MEMORY_ENABLED: return SBZ2_ENABLED;
    case LOCK_MEMORY_REMOVED: return SBZ2_REMOVED;
    default:                  return 0;
    }
}

static enum lock_memory_state state_from_sbz2( WORD sbz2 )
{
    switch (sbz2)
    {
    case SBZ2_ENABLED: return LOCK_MEMORY_ENABLED;
    case SBZ2_REMOVED: return LOCK_MEMORY_REMOVED;
    default:           return LOCK_MEMORY_DISABLED;
    }
}

/* large enough for any; the caller frees it */
static NTSTATUS get_default_dacl( HANDLE token, TOKEN_DEFAULT_DACL **ret )
{
    TOKEN_DEFAULT_DACL *info;
    ULONG len = 512;
    NTSTATUS status;

    for (;;)
    {
        if (!(info = RtlAllocateHeap( GetProcessHeap(), 0, len ))) return STATUS_NO_MEMORY;
        status = NtQueryInformationToken( token, TokenDefaultDacl, info, len, &len );
        if (!status) break;
        RtlFreeHeap( GetProcessHeap(), 0, info );
        if (status != STATUS_BUFFER_TOO_SMALL) return status;
    }
    *ret = info;
    return STATUS_SUCCESS;
}

/* a handle with the rights that the field needs; the caller's have been checked by the server or
 * will be */
static NTSTATUS open_state( HANDLE token, ACCESS_MASK access, HANDLE *ret )
{
    return NtDuplicateObject( GetCurrentProcess(), token, GetCurrentProcess(), ret, access, 0, 0 );
}

/***********************************************************************
 *             is_lock_memory_privilege
 */
BOOL is_lock_memory_privilege( const LUID *luid )
{
    return luid->LowPart == SE_LOCK_MEMORY_PRIVILEGE && !luid->HighPart;
}

/***********************************************************************
 *             get_lock_memory_state
 *
 * Tell how a token holds the privilege, whatever the rights of the handle.
 */
NTSTATUS get_lock_memory_state( HANDLE token, enum lock_memory_state *state )
{
    TOKEN_DEFAULT_DACL *info;
    NTSTATUS status;
    HANDLE handle;

    if ((status = get_default_dacl( token, &info )) == STATUS_ACCESS_DENIED &&
        !(status = open_state( token, TOKEN_QUERY, &handle )))
    {
        status = get_default_dacl( handle, &info );
        NtClose( handle );
    }
    if (status) return status;
    *state = info->DefaultDacl ? state_from_sbz2( info->DefaultDacl->Sbz2 ) : LOCK_MEMORY_DISABLED;
    RtlFreeHeap( GetProcessHeap(), 0, info );
    return STATUS_SUCCESS;
}

/***********************************************************************
 *             set_lock_memory_state
 */
NTSTATUS set_lock_memory_state( HANDLE token, enum lock_memory_state state )
{
    TOKEN_DEFAULT_DACL *info;
    NTSTATUS status;
    HANDLE handle;

    if ((status = open_state( token, TOKEN_QUERY | TOKEN_ADJUST_DEFAULT, &handle ))) return status;

    RtlEnterCriticalSection( &dacl_section );
    if (!(status = get_default_dacl( handle, &info )))
    {
        if (info->DefaultDacl)
        {
            info->DefaultDacl->Sbz2 = sbz2_from_state( state );
            status = NtSetInformationToken( handle, TokenDefaultDacl, info, sizeof(*info) );
        }
        else status = STATUS_PRIVILEGE_NOT_HELD;
        RtlFreeHeap( GetProcessHeap(), 0, info );
    }
    RtlLeaveCriticalSection( &dacl_section );
    NtClose( handle );
    if (status) WARN( "the state of token %p could not be set: %#lx\n", token, status );
    return status;
}

/***********************************************************************
 *             hide_lock_memory_state
 *
 * Make a token's default DACL what a program expects to read.
 */
void hide_lock_memory_state( ACL *dacl )
{
    if (state_from_sbz2( dacl->Sbz2 ) != LOCK_MEMORY_DISABLED) dacl->Sbz2 = 0;
}

/***********************************************************************
 *             set_default_dacl
 *
 * Let a program set a token's default DACL and keep the state of the privilege.
 */
NTSTATUS set_default_dacl( HANDLE token, TOKEN_DEFAULT_DACL *info, ULONG len )
{
    TOKEN_DEFAULT_DACL marked = { NULL };
    enum lock_memory_state state;
    NTSTATUS status;

    RtlEnterCriticalSection( &dacl_section );
    if (len >= sizeof(*info) && info && info->DefaultDacl &&
        !get_lock_memory_state( token, &state ) && state != LOCK_MEMORY_DISABLED &&
        (marked.DefaultDacl = RtlAllocateHeap( GetProcessHeap(), 0, info->DefaultDacl->AclSize )))
    {
        memcpy( marked.DefaultDacl, info->DefaultDacl, info->DefaultDacl->AclSize );
        marked.DefaultDacl->Sbz2 = sbz2_from_state( state );
        info = &marked;
    }
    status = NtSetInformationToken( token, TokenDefaultDacl, info, len );
    RtlLeaveCriticalSection( &dacl_section );
    RtlFreeHeap( GetProcessHeap(), 0, marked.DefaultDacl );
    return status;
}

/***********************************************************************
 *             has_lock_memory_privilege
 *
 * Tell whether the privilege is enabled for the calling thread: in the token that it
 * impersonates, which counts only when it may act for its user, or else in that of the process.
 */
BOOL has_lock_memory_privilege(void)
{
    enum lock_memory_state state = LOCK_MEMORY_DISABLED;
    SECURITY_IMPERSONATION_LEVEL level = SecurityImpersonation;
    NTSTATUS status;
    HANDLE token;
    ULONG len;

    status = NtOpenThreadToken( GetCurrentThread(), TOKEN_QUERY, TRUE, &token );
    if (!status) NtQueryInformationToken( token, TokenImpersonationLevel, &level, sizeof(level), &len );
    else if (status == STATUS_NO_TOKEN) status = NtOpenProcessToken( GetCurrentProcess(), TOKEN_QUERY, &token );
    if (status) return FALSE;

    if (level >= SecurityImpersonation) get_lock_memory_state( token, &state );
    NtClose( token );
    return state == LOCK_MEMORY_ENABLED;
}
