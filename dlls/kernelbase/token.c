/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The calls that show and change the privileges of a token
 *
 * What concerns SeLockMemoryPrivilege is done here (privilege.c), everything else is ntdll's.
 */

#include <stdarg.h>
#include <string.h>

#include "ntstatus.h"
#define WIN32_NO_STATUS
#include "windef.h"
#include "winbase.h"
#include "winternl.h"
#include "wine/debug.h"
#include "pe_private.h"
#include "unixlib.h"
#include "privilege.h"

WINE_DEFAULT_DEBUG_CHANNEL(mapview);

#define PRIVILEGES_SIZE(count) ((DWORD)FIELD_OFFSET( TOKEN_PRIVILEGES, Privileges[count] ))

static BOOL names_lock_memory( const LUID_AND_ATTRIBUTES *privs, DWORD count )
{
    DWORD i;

    for (i = 0; i < count; i++) if (is_lock_memory_privilege( &privs[i].Luid )) return TRUE;
    return FALSE;
}

/* the privileges of a list without ours; the caller frees it */
static TOKEN_PRIVILEGES *get_other_privileges( const LUID_AND_ATTRIBUTES *privs, DWORD count )
{
    TOKEN_PRIVILEGES *others;
    DWORD i;

    if (!(others = RtlAllocateHeap( GetProcessHeap(), 0, PRIVILEGES_SIZE( count + 1 )))) return NULL;
    others->PrivilegeCount = 0;
    for (i = 0; i < count; i++)
        if (!is_lock_memory_privilege( &privs[i].Luid )) others->Privileges[others->PrivilegeCount++] = privs[i];
    return others;
}

static void append_lock_memory( TOKEN_PRIVILEGES *privs, enum lock_memory_state state )
{
    LUID_AND_ATTRIBUTES *entry = &privs->Privileges[privs->PrivilegeCount++];

    entry->Luid.LowPart  = SE_LOCK_MEMORY_PRIVILEGE;
    entry->Luid.HighPart = 0;
    entry->Attributes    = state == LOCK_MEMORY_ENABLED ? SE_PRIVILEGE_ENABLED : 0;
}

/* the state that a list of changes leads to; FALSE if it names the privilege and the token does
 * not hold it */
static BOOL get_new_state( const LUID_AND_ATTRIBUTES *privs, DWORD count, enum lock_memory_state *state )
{
    BOOL ret = TRUE;
    DWORD i;

    for (i = 0; i < count; i++)
    {
        if (!is_lock_memory_privilege( &privs[i].Luid )) continue;
        if (*state == LOCK_MEMORY_REMOVED) ret = FALSE;
        else if (privs[i].Attributes & SE_PRIVILEGE_REMOVED) *state = LOCK_MEMORY_REMOVED;
        else *state = (privs[i].Attributes & SE_PRIVILEGE_ENABLED) ? LOCK_MEMORY_ENABLED : LOCK_MEMORY_DISABLED;
    }
    return ret;
}

/* how many of some privileges the server will report as they were */
static NTSTATUS count_reported_privileges( HANDLE token, const TOKEN_PRIVILEGES *others, DWORD *count )
{
    TOKEN_PRIVILEGES *held = NULL;
    NTSTATUS status;
    DWORD i, j;
    ULONG len = 0;

    *count = 0;
    status = NtQueryInformationToken( token, TokenPrivileges, NULL, 0, &len );
    if (status && status != STATUS_BUFFER_TOO_SMALL) return status;
    if (!(held = RtlAllocateHeap( GetProcessHeap(), 0, len ))) return STATUS_NO_MEMORY;
    if (!(status = NtQueryInformationToken( token, TokenPrivileges, held, len, &len )))
    {
        for (i = 0; i < others->PrivilegeCount; i++)
            for (j = 0; j < held->PrivilegeCount; j++)
                if (!memcmp( &others->Privileges[i].Luid, &held->Privileges[j].Luid, sizeof(LUID) )) ++*count;
    }
    RtlFreeHeap( GetProcessHeap(), 0, held );
    return status;
}

/* the case that the privilege is among those to be changed; prev has room for all of them */
static NTSTATUS adjust_with_lock_memory( HANDLE token, BOOL disable_all, const TOKEN_PRIVILEGES *new,
                                         TOKEN_PRIVILEGES *others, DWORD len, TOKEN_PRIVILEGES *user_prev,
                                         DWORD *ret_len, TOKEN_PRIVILEGES *prev )
{
    enum lock_memory_state old_state, state;
    DWORD needed, reported = 0, prev_len;
    BOOL held = TRUE, report;
    NTSTATUS status, result;

    if ((status = get_lock_memory_state( token, &old_state ))) return status;
    state = old_state;
    if (!disable_all) held = get_new_state( new->Privileges, new->PrivilegeCount, &state );
    else if (state == LOCK_MEMORY_ENABLED) state = LOCK_MEMORY_DISABLED;
    report = state != old_state && state != LOCK_MEMORY_REMOVED;

    if (user_prev && len < PRIVILEGES_SIZE( others->PrivilegeCount + 1 ))
    {
        if (!disable_all && (status = count_reported_privileges( token, others, &reported ))) return status;
        needed = PRIVILEGES_SIZE( reported + report );
        if (len < needed)
        {
            /* that the handle lacks rights comes first, and nothing is changed */
            others->PrivilegeCount = 0;
            if ((status = NtAdjustPrivilegesToken( token, FALSE, others, PRIVILEGES_SIZE(0), prev, &prev_len )))
                return status;
            if (ret_len) *ret_len = needed;
            return STATUS_BUFFER_TOO_SMALL;
        }
    }

    result = NtAdjustPrivilegesToken( token, disable_all, others, PRIVILEGES_SIZE( others->PrivilegeCount ),
                                      user_prev ? prev : NULL, &prev_len );
    if (result && result != STATUS_NOT_ALL_ASSIGNED) return result;

    if (state != old_state && set_lock_memory_state( token, state )) held = report = FALSE;
    if (user_prev)
    {
        if (report) append_lock_memory( prev, old_state );
        memcpy( user_prev, prev, PRIVILEGES_SIZE( prev->PrivilegeCount ));
        if (ret_len) *ret_len = PRIVILEGES_SIZE( prev->PrivilegeCount );
    }
    return held ? result : STATUS_NOT_ALL_ASSIGNED;
}

static NTSTATUS adjust_privileges( HANDLE token, BOOL disable_all, TOKEN_PRIVILEGES *new, DWORD len,
                                   TOKEN_PRIVILEGES *user_prev, DWORD *ret_len )
{
    DWORD count = disable_all || !new ? 0 : new->PrivilegeCount;
    TOKEN_PRIVILEGES *others, *prev = NULL;
    NTSTATUS status;

    if (!mapview_is_loaded() || (!disable_all && (!new || !names_lock_memory( new->Privileges, count ))))
        return NtAdjustPrivilegesToken( token, disable_all, new, len, user_prev, ret_len );

    others = get_other_privileges( disable_all ? NULL : new->Privileges, count );
    if (others) prev = RtlAllocateHeap( GetProcessHeap(), 0, PRIVILEGES_SIZE( count + 1 ));
    if (prev) status = adjust_with_lock_memory( token, disable_all, new, others, len, user_prev, ret_len, prev );
    else status = STATUS_NO_MEMORY;
    RtlFreeHeap( GetProcessHeap(), 0, prev );
    RtlFreeHeap( GetProcessHeap(), 0, others );
    return status;
}

/* add the privilege to a token's list in a buffer of len bytes; used says how much of it ntdll
 * has filled or would fill */
static NTSTATUS add_to_privileges( HANDLE token, NTSTATUS status, TOKEN_PRIVILEGES *privs, ULONG len, ULONG *used )
{
    enum lock_memory_state state;

    if (status && status != STATUS_BUFFER_TOO_SMALL) return status;
    if (get_lock_memory_state( token, &state ) || state == LOCK_MEMORY_REMOVED) return status;
    *used += sizeof(LUID_AND_ATTRIBUTES);
    if (status || len < *used) return STATUS_BUFFER_TOO_SMALL;
    append_lock_memory( privs, state );
    return STATUS_SUCCESS;
}

static NTSTATUS query_token( HANDLE token, TOKEN_INFORMATION_CLASS class, void *info, ULONG len, ULONG *ret_len )
{
    NTSTATUS status = NtQueryInformationToken( token, class, info, len, ret_len );
    enum lock_memory_state state;

    switch (class)
    {
    case TokenPrivileges:
        return add_to_privileges( token, status, info, len, ret_len );
    case TokenStatistics:
        if (!status && !get_lock_memory_state( token, &state ) && state != LOCK_MEMORY_REMOVED)
            ((TOKEN_STATISTICS *)info)->PrivilegeCount++;
        return status;
    case TokenDefaultDacl:
        if (!status && ((TOKEN_DEFAULT_DACL *)info)->DefaultDacl)
            hide_lock_memory_state( ((TOKEN_DEFAULT_DACL *)info)->DefaultDacl );
        return status;
    default:
        return status;
    }
}

/* whether all or any of some privileges are enabled, with ours among them */
static NTSTATUS check_with_lock_memory( HANDLE token, PRIVILEGE_SET *privs, PRIVILEGE_SET *others, BOOL *result )
{
    BOOL all = !!(privs->Control & PRIVILEGE_SET_ALL_NECESSARY), enabled;
    enum lock_memory_state state;
    BOOLEAN others_result;
    NTSTATUS status;
    DWORD i, j;

    others->Control = privs->Control;
    for (i = others->PrivilegeCount = 0; i < privs->PrivilegeCount; i++)
        if (!is_lock_memory_privilege( &privs->Privilege[i].Luid ))
            others->Privilege[others->PrivilegeCount++] = privs->Privilege[i];

    if ((status = NtPrivilegeCheck( token, others, &others_result ))) return status;
    if ((status = get_lock_memory_state( token, &state ))) return status;
    enabled = state == LOCK_MEMORY_ENABLED;

    for (i = j = 0; i < privs->PrivilegeCount; i++)
    {
        if (!is_lock_memory_privilege( &privs->Privilege[i].Luid )) privs->Privilege[i] = others->Privilege[j++];
        else if (enabled) privs->Privilege[i].Attributes |= SE_PRIVILEGE_USED_FOR_ACCESS;
    }
    *result = all ? enabled && others_result : enabled || others_result;
    return STATUS_SUCCESS;
}


/***********************************************************************
 *             AdjustTokenPrivileges   (kernelbase.@)
 *
 * Enable, disable or remove privileges of a token.
 *
 * PARAMS
 *  token       [I] handle with TOKEN_ADJUST_PRIVILEGES, and TOKEN_QUERY if prev is not NULL
 *  disable_all [I] disable all privileges instead
 *  new         [I] privileges with their new attributes
 *  len         [I] size of prev in bytes
 *  prev        [O] changed privileges with their old attributes, or NULL
 *  ret_len     [O] bytes written to prev, or needed
 *
 * RETURNS
 *  TRUE with the last error 0, or ERROR_NOT_ALL_ASSIGNED if the token does not hold all of them;
 *  FALSE with the last error set: ERROR_ACCESS_DENIED, ERROR_INSUFFICIENT_BUFFER.
 *
 * SOURCE
 *  SEMANTICS 1.12
 */
BOOL WINAPI AdjustTokenPrivileges( HANDLE token, BOOL disable_all, PTOKEN_PRIVILEGES new, DWORD len,
                                   PTOKEN_PRIVILEGES prev, PDWORD ret_len )
{
    NTSTATUS status;

    TRACE( "(%p, %d, %p, %lu, %p, %p)\n", token, disable_all, new, len, prev, ret_len );

    status = adjust_privileges( token, disable_all, new, len, prev, ret_len );
    SetLastError( RtlNtStatusToDosError( status ));
    return !status || status == STATUS_NOT_ALL_ASSIGNED;
}


/***********************************************************************
 *             CreateRestrictedToken   (kernelbase.@)
 *
 * Make a token with fewer rights than another one. Without the privilege, if it is among those
 * to be deleted or if all are (DISABLE_MAX_PRIVILEGE, LUA_TOKEN).
 *
 * SOURCE
 *  SEMANTICS 1.12
 */
BOOL WINAPI CreateRestrictedToken( HANDLE token, DWORD flags, DWORD disable_count, SID_AND_ATTRIBUTES *disable_sids,
                                   DWORD delete_count, LUID_AND_ATTRIBUTES *delete_privs,
                                   DWORD restrict_count, SID_AND_ATTRIBUTES *restrict_sids, HANDLE *ret )
{
    TOKEN_GROUPS *disable = NULL, *restricting = NULL;
    TOKEN_PRIVILEGES *delete = NULL;
    NTSTATUS status = STATUS_NO_MEMORY;

    TRACE( "(%p, %#lx, %lu, %p, %lu, %p, %lu, %p, %p)\n", token, flags, disable_count, disable_sids,
           delete_count, delete_privs, restrict_count, restrict_sids, ret );

    if (disable_count)
    {
        disable = RtlAllocateHeap( GetProcessHeap(), 0, FIELD_OFFSET( TOKEN_GROUPS, Groups[disable_count] ));
        if (!disable) goto done;
        disable->GroupCount = disable_count;
        memcpy( disable->Groups, disable_sids, disable_count * sizeof(*disable_sids) );
    }
    if (delete_count)
    {
        if (!(delete = RtlAllocateHeap( GetProcessHeap(), 0, PRIVILEGES_SIZE( delete_count )))) goto done;
        delete->PrivilegeCount = delete_count;
        memcpy( delete->Privileges, delete_privs, delete_count * sizeof(*delete_privs) );
    }
    if (restrict_count)
    {
        restricting = RtlAllocateHeap( GetProcessHeap(), 0, FIELD_OFFSET( TOKEN_GROUPS, Groups[restrict_count] ));
        if (!restricting) goto done;
        restricting->GroupCount = restrict_count;
        memcpy( restricting->Groups, restrict_sids, restrict_count * sizeof(*restrict_sids) );
    }

    status = NtFilterToken( token, flags, disable, delete, restricting, ret );
    if (!status && ((flags & (DISABLE_MAX_PRIVILEGE | LUA_TOKEN)) || names_lock_memory( delete_privs, delete_count )))
        set_lock_memory_state( *ret, LOCK_MEMORY_REMOVED );

done:
    RtlFreeHeap( GetProcessHeap(), 0, disable );
    RtlFreeHeap( GetProcessHeap(), 0, delete );
    RtlFreeHeap( GetProcessHeap(), 0, restricting );
    return set_ntstatus( status );
}


/***********************************************************************
 *             GetTokenInformation   (kernelbase.@)
 *
 * Retrieve information on a token.
 *
 * SOURCE
 *  SEMANTICS 1.12
 */
BOOL WINAPI GetTokenInformation( HANDLE token, TOKEN_INFORMATION_CLASS class, LPVOID info, DWORD len, LPDWORD ret_len )
{
    ULONG used = ret_len ? *ret_len : 0;
    NTSTATUS status;

    TRACE( "(%p, %u, %p, %lu, %p)\n", token, class, info, len, ret_len );

    if (!mapview_is_loaded()) return set_ntstatus( NtQueryInformationToken( token, class, info, len, ret_len ));
    status = query_token( token, class, info, len, &used );
    if (ret_len) *ret_len = used;
    return set_ntstatus( status );
}


/***********************************************************************
 *             PrivilegeCheck   (kernelbase.@)
 *
 * Tell whether all or any of some privileges are enabled in a token.
 *
 * SOURCE
 *  SEMANTICS 1.12
 */
BOOL WINAPI PrivilegeCheck( HANDLE token, PPRIVILEGE_SET privs, LPBOOL result )
{
    PRIVILEGE_SET *others;
    BOOLEAN res = FALSE;
    NTSTATUS status;

    if (!mapview_is_loaded() || !names_lock_memory( privs->Privilege, privs->PrivilegeCount ))
    {
        if ((status = NtPrivilegeCheck( token, privs, &res ))) return set_ntstatus( status );
        *result = res;
        return TRUE;
    }

    others = RtlAllocateHeap( GetProcessHeap(), 0, FIELD_OFFSET( PRIVILEGE_SET, Privilege[privs->PrivilegeCount] ));
    if (!others) return set_ntstatus( STATUS_NO_MEMORY );
    status = check_with_lock_memory( token, privs, others, result );
    RtlFreeHeap( GetProcessHeap(), 0, others );
    return set_ntstatus( status );
}


/***********************************************************************
 *             SetTokenInformation   (kernelbase.@)
 *
 * Change information on a token.
 */
BOOL WINAPI SetTokenInformation( HANDLE token, TOKEN_INFORMATION_CLASS class, LPVOID info, DWORD len )
{
    TRACE( "(%p, %u, %p, %lu)\n", token, class, info, len );

    if (class == TokenDefaultDacl) return set_ntstatus( set_default_dacl( token, info, len ));
    return set_ntstatus( NtSetInformationToken( token, class, info, len ));
}
