/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Settings in the registry
 */

#if 0
#pragma makedep unix
#endif

#include "config.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "ntstatus.h"
#define WIN32_NO_STATUS
#include "windef.h"
#include "winbase.h"
#include "winternl.h"
#include "unix_private.h"

#define USER_KEY "\\Registry\\User\\"
#define KEY      "\\Software\\Wine\\Mapview"

static void init_string( UNICODE_STRING *str, WCHAR *buffer, const char *ascii )
{
    unsigned int i;

    for (i = 0; ascii[i]; i++) buffer[i] = ascii[i];
    str->Buffer = buffer;
    str->Length = str->MaximumLength = i * sizeof(WCHAR);
}

/* the SID of the user in its usual form, which is the name of the user's key */
static BOOL get_user_sid( char *name, size_t size )
{
    union
    {
        TOKEN_USER user;
        BYTE       buffer[sizeof(TOKEN_USER) + sizeof(SID) + SID_MAX_SUB_AUTHORITIES * sizeof(DWORD)];
    } info;
    ULONG64 authority = 0;
    unsigned int i;
    HANDLE token;
    ULONG len;
    SID *sid;
    int pos;

    if (NtOpenProcessToken( NtCurrentProcess(), TOKEN_QUERY, &token )) return FALSE;
    if (NtQueryInformationToken( token, TokenUser, &info, sizeof(info), &len )) len = 0;
    NtClose( token );
    if (!len) return FALSE;

    sid = info.user.User.Sid;
    for (i = 0; i < sizeof(sid->IdentifierAuthority.Value); i++)
        authority = authority << 8 | sid->IdentifierAuthority.Value[i];
    pos = snprintf( name, size, "S-%u-%lu", sid->Revision, (unsigned long)authority );
    for (i = 0; i < sid->SubAuthorityCount && pos < (int)size; i++)
        pos += snprintf( name + pos, size - pos, "-%u", (unsigned int)sid->SubAuthority[i] );
    return pos < (int)size;
}

/***********************************************************************
 *             get_registry_setting
 *
 * Read a string from HKEY_CURRENT_USER\Software\Wine\Mapview.
 */
BOOL get_registry_setting( const char *name, char *value, unsigned int size )
{
    char path[sizeof(USER_KEY) + 15 * 11 + 32 + sizeof(KEY)] = USER_KEY;
    union
    {
        KEY_VALUE_PARTIAL_INFORMATION info;
        BYTE                          buffer[sizeof(KEY_VALUE_PARTIAL_INFORMATION) + 128];
    } data;
    WCHAR buffer[sizeof(path)];
    OBJECT_ATTRIBUTES attr;
    UNICODE_STRING str;
    unsigned int i;
    NTSTATUS status;
    HANDLE key;
    ULONG len;

    if (!get_user_sid( path + sizeof(USER_KEY) - 1, sizeof(path) - sizeof(USER_KEY) - sizeof(KEY) )) return FALSE;
    strcat( path, KEY );
    init_string( &str, buffer, path );
    InitializeObjectAttributes( &attr, &str, OBJ_CASE_INSENSITIVE, 0, NULL );
    if (NtOpenKey( &key, KEY_QUERY_VALUE, &attr )) return FALSE;

    init_string( &str, buffer, name );
    status = NtQueryValueKey( key, &str, KeyValuePartialInformation, &data, sizeof(data), &len );
    NtClose( key );
    if (status || data.info.Type != REG_SZ) return FALSE;

    for (i = 0; i < data.info.DataLength / sizeof(WCHAR) && i < size - 1; i++)
        value[i] = ((WCHAR *)data.info.Data)[i] < 0x80 ? ((WCHAR *)data.info.Data)[i] : '?';
    value[i] = 0;
    return TRUE;
}
