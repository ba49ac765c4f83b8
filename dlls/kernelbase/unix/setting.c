/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Settings: environment variables and the registry
 */

#if 0
#pragma makedep unix
#endif

#include "config.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ntstatus.h"
#define WIN32_NO_STATUS
#include "windef.h"
#include "winbase.h"
#include "winternl.h"
#include "wine/debug.h"
#include "unix_private.h"

WINE_DEFAULT_DEBUG_CHANNEL(mapview);

#define USER_KEY "\\Registry\\User\\"
#define KEY      "\\Software\\Wine"

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

static void append_string( UNICODE_STRING *str, const WCHAR *text, unsigned int count )
{
    count = min( count, (str->MaximumLength - str->Length) / sizeof(WCHAR) );
    memcpy( (char *)str->Buffer + str->Length, text, count * sizeof(WCHAR) );
    str->Length += count * sizeof(WCHAR);
}

static void append_ascii( UNICODE_STRING *str, const char *ascii )
{
    WCHAR ch;

    for (; *ascii; ascii++)
    {
        ch = *ascii;
        append_string( str, &ch, 1 );
    }
}

/* the file name of the program, as in Wine's own settings */
static void append_program( UNICODE_STRING *str )
{
    const UNICODE_STRING *path = &NtCurrentTeb()->Peb->ProcessParameters->ImagePathName;
    unsigned int end = path->Length / sizeof(WCHAR), start = end;

    while (start && path->Buffer[start - 1] != '\\' && path->Buffer[start - 1] != '/') start--;
    append_string( str, path->Buffer + start, end - start );
}

/* a string below the user's key */
static BOOL read_value( UNICODE_STRING *path, const char *name, char *value, unsigned int size )
{
    union
    {
        KEY_VALUE_PARTIAL_INFORMATION info;
        BYTE                          buffer[sizeof(KEY_VALUE_PARTIAL_INFORMATION) + 128];
    } data;
    WCHAR buffer[32];
    UNICODE_STRING value_name = { 0, sizeof(buffer), buffer };
    OBJECT_ATTRIBUTES attr;
    unsigned int i;
    NTSTATUS status;
    HANDLE key;
    ULONG len;

    InitializeObjectAttributes( &attr, path, OBJ_CASE_INSENSITIVE, 0, NULL );
    if (NtOpenKey( &key, KEY_QUERY_VALUE, &attr )) return FALSE;
    append_ascii( &value_name, name );
    status = NtQueryValueKey( key, &value_name, KeyValuePartialInformation, &data, sizeof(data), &len );
    NtClose( key );
    if (status || data.info.Type != REG_SZ) return FALSE;

    for (i = 0; i < data.info.DataLength / sizeof(WCHAR) && i < size - 1; i++)
        value[i] = ((WCHAR *)data.info.Data)[i] < 0x80 ? ((WCHAR *)data.info.Data)[i] : '?';
    value[i] = 0;
    return TRUE;
}

/* Software\Wine\AppDefaults\PROGRAM\Mapview goes before Software\Wine\Mapview, both of
 * HKEY_CURRENT_USER */
static BOOL get_registry_setting( const char *name, char *value, unsigned int size )
{
    char user[sizeof(USER_KEY) + 15 * 11 + 32] = USER_KEY;
    WCHAR buffer[sizeof(user) + sizeof(KEY) + MAX_PATH];
    UNICODE_STRING path = { 0, sizeof(buffer), buffer };
    USHORT user_len;

    if (!get_user_sid( user + sizeof(USER_KEY) - 1, sizeof(user) - sizeof(USER_KEY) )) return FALSE;
    append_ascii( &path, user );
    append_ascii( &path, KEY );
    user_len = path.Length;
    append_ascii( &path, "\\AppDefaults\\" );
    append_program( &path );
    append_ascii( &path, "\\Mapview" );
    if (read_value( &path, name, value, size )) return TRUE;
    path.Length = user_len;
    append_ascii( &path, "\\Mapview" );
    return read_value( &path, name, value, size );
}

/***********************************************************************
 *             get_setting
 *
 * The number of the word that a setting is: that of an environment variable, else a string in the
 * registry.  The first word is the default; the list ends with NULL.
 */
unsigned int get_setting( const char *name, const char *variable, const char *const *words )
{
    const char *env = getenv( variable );
    char value[16];
    unsigned int i;

    if (env && env[0]) snprintf( value, sizeof(value), "%s", env );
    else if (!get_registry_setting( name, value, sizeof(value) )) return 0;
    for (i = 0; words[i]; i++) if (!strcasecmp( value, words[i] )) return i;
    WARN( "%s: there is no setting %s\n", name, debugstr_a( value ));
    return 0;
}
