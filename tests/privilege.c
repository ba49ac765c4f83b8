/*
 * SeLockMemoryPrivilege
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "large.h"

static const LUID lock_memory = { 4, 0 };
static const LUID change_notify = { 23, 0 };
static const LUID shutdown = { 19, 0 };
static const LUID unknown = { 4000, 0 };

/* TOKEN_PRIVILEGES with room for a few */
struct privileges
{
    DWORD               count;
    LUID_AND_ATTRIBUTES list[64];
};

#define PRIVILEGES_SIZE( count ) ((DWORD)(sizeof(DWORD) + (count) * sizeof(LUID_AND_ATTRIBUTES)))

static BOOL is_lock_memory( const LUID *luid )
{
    return luid->LowPart == lock_memory.LowPart && luid->HighPart == lock_memory.HighPart;
}

HANDLE open_own_token( DWORD access )
{
    HANDLE token = NULL;

    ok( OpenProcessToken( GetCurrentProcess(), access, &token ), "no token, error %lu\n", GetLastError() );
    return token;
}

HANDLE duplicate_own_token( DWORD access )
{
    HANDLE token = open_own_token( TOKEN_DUPLICATE ), copy = NULL;

    ok( DuplicateTokenEx( token, access, NULL, SecurityImpersonation, TokenPrimary, &copy ),
        "no duplicate, error %lu\n", GetLastError() );
    CloseHandle( token );
    return copy;
}

static BOOL adjust_one( HANDLE token, const LUID *luid, DWORD attributes, DWORD *err )
{
    TOKEN_PRIVILEGES privs;
    BOOL ret;

    privs.PrivilegeCount = 1;
    privs.Privileges[0].Luid = *luid;
    privs.Privileges[0].Attributes = attributes;
    SetLastError( 0xdeadbeef );
    ret = AdjustTokenPrivileges( token, FALSE, &privs, 0, NULL, NULL );
    *err = GetLastError();
    return ret;
}

BOOL adjust_lock_memory( HANDLE token, DWORD attributes, DWORD *err )
{
    return adjust_one( token, &lock_memory, attributes, err );
}

static void get_privileges( HANDLE token, struct privileges *privs )
{
    DWORD len;

    memset( privs, 0, sizeof(*privs) );
    ok( GetTokenInformation( token, TokenPrivileges, privs, sizeof(*privs), &len ),
        "no privileges, error %lu\n", GetLastError() );
    ok( len == PRIVILEGES_SIZE( privs->count ), "%lu privileges, length %lu\n", privs->count, len );
}

static DWORD find_attributes( const struct privileges *privs, const LUID *luid )
{
    DWORD i;

    for (i = 0; i < privs->count; i++)
        if (!memcmp( &privs->list[i].Luid, luid, sizeof(*luid) )) return privs->list[i].Attributes;
    return ~0u;
}

DWORD lock_memory_attributes( HANDLE token )
{
    struct privileges privs;

    get_privileges( token, &privs );
    return find_attributes( &privs, &lock_memory );
}

BOOL enable_lock_memory(void)
{
    HANDLE token = open_own_token( TOKEN_ADJUST_PRIVILEGES );
    DWORD err;
    BOOL ret = adjust_lock_memory( token, SE_PRIVILEGE_ENABLED, &err );

    CloseHandle( token );
    if (ret && !err) return TRUE;
    win_skip( "the account does not hold SeLockMemoryPrivilege (error %lu).\n", err );
    return FALSE;
}

void disable_lock_memory(void)
{
    HANDLE token = open_own_token( TOKEN_ADJUST_PRIVILEGES );
    DWORD err;

    adjust_lock_memory( token, 0, &err );
    CloseHandle( token );
}

static BOOL holds_privilege(void)
{
    HANDLE token = open_own_token( TOKEN_QUERY );
    DWORD attributes = lock_memory_attributes( token );

    CloseHandle( token );
    if (attributes != ~0u) return TRUE;
    win_skip( "the account does not hold SeLockMemoryPrivilege.\n" );
    return FALSE;
}

static void check_attributes_at( int line, HANDLE token, DWORD expect )
{
    DWORD attributes = lock_memory_attributes( token );

    ok_at( __FILE__, line, attributes == expect, "attributes %#lx, expected %#lx\n", attributes, expect );
}
#define check_attributes( token, expect ) check_attributes_at( __LINE__, token, expect )

static void adjust_at( int line, HANDLE token, DWORD attributes, BOOL ret, DWORD error )
{
    DWORD err;
    BOOL got = adjust_lock_memory( token, attributes, &err );

    ok_at( __FILE__, line, got == ret && err == error, "attributes %#lx: got %d, error %lu, expected %d, error %lu\n",
           attributes, got, err, ret, error );
}
#define adjust( token, attributes, ret, error ) adjust_at( __LINE__, token, attributes, ret, error )

static void test_listed(void)
{
    TOKEN_STATISTICS stats;
    struct privileges privs;
    HANDLE token = open_own_token( TOKEN_QUERY );
    DWORD i, count = 0, len, needed;
    char name[64];
    LUID luid;
    BOOL ret;

    if (!holds_privilege()) return;
    ok( LookupPrivilegeValueA( NULL, "SeLockMemoryPrivilege", &luid ) && is_lock_memory( &luid ),
        "wrong value %#lx\n", luid.LowPart );
    len = sizeof(name);
    ok( LookupPrivilegeNameA( NULL, &luid, name, &len ) && !strcmp( name, "SeLockMemoryPrivilege" ),
        "wrong name, error %lu\n", GetLastError() );

    get_privileges( token, &privs );
    for (i = 0; i < privs.count; i++)
    {
        if (!is_lock_memory( &privs.list[i].Luid )) continue;
        count++;
        ok( !privs.list[i].Attributes, "attributes %#lx in a new process\n", privs.list[i].Attributes );
    }
    ok( count == 1, "listed %lu times\n", count );

    needed = PRIVILEGES_SIZE( privs.count );
    for (i = 0; i < needed; i += sizeof(DWORD))
    {
        len = 0xdeadbeef;
        SetLastError( 0xdeadbeef );
        ret = GetTokenInformation( token, TokenPrivileges, i ? &privs : NULL, i, &len );
        ok( !ret && GetLastError() == ERROR_INSUFFICIENT_BUFFER && len == needed,
            "%lu bytes: got %d, error %lu, length %lu, expected %lu\n", i, ret, GetLastError(), len, needed );
    }
    ok( GetTokenInformation( token, TokenPrivileges, &privs, needed, &len ), "exact size: error %lu\n", GetLastError() );

    ok( GetTokenInformation( token, TokenStatistics, &stats, sizeof(stats), &len ), "error %lu\n", GetLastError() );
    ok( stats.PrivilegeCount == privs.count, "statistics say %lu, listed %lu\n", stats.PrivilegeCount, privs.count );
    CloseHandle( token );
}

static void test_adjust(void)
{
    HANDLE token;
    unsigned int i;

    if (!holds_privilege()) return;
    for (i = 0; i < 2; i++)
    {
        winetest_push_context( i ? "own token" : "duplicate" );
        if (i) token = open_own_token( TOKEN_ADJUST_PRIVILEGES | TOKEN_QUERY );
        else token = duplicate_own_token( TOKEN_ADJUST_PRIVILEGES | TOKEN_QUERY );
        check_attributes( token, 0 );
        adjust( token, SE_PRIVILEGE_ENABLED, TRUE, 0 );
        check_attributes( token, SE_PRIVILEGE_ENABLED );
        adjust( token, SE_PRIVILEGE_ENABLED, TRUE, 0 );
        check_attributes( token, SE_PRIVILEGE_ENABLED );
        adjust( token, 0, TRUE, 0 );
        check_attributes( token, 0 );
        adjust( token, 0, TRUE, 0 );
        check_attributes( token, 0 );
        CloseHandle( token );
        winetest_pop_context();
    }
}

static void test_previous(void)
{
    static const struct { DWORD attributes, count, old; } steps[] =
    {
        { SE_PRIVILEGE_ENABLED, 1, 0 },
        { SE_PRIVILEGE_ENABLED, 0, 0 },
        { 0,                    1, SE_PRIVILEGE_ENABLED },
        { 0,                    0, 0 },
    };
    static const DWORD header = PRIVILEGES_SIZE( 0 );
    HANDLE token;
    struct privileges privs, prev;
    DWORD i, len;
    BOOL ret;

    if (!holds_privilege()) return;
    token = duplicate_own_token( TOKEN_ADJUST_PRIVILEGES | TOKEN_QUERY );
    privs.count = 1;
    privs.list[0].Luid = lock_memory;

    for (i = 0; i < ARRAY_SIZE( steps ); i++)
    {
        winetest_push_context( "step %lu", i );
        privs.list[0].Attributes = steps[i].attributes;
        memset( &prev, 0xcc, sizeof(prev) );
        len = 0xdeadbeef;
        SetLastError( 0xdeadbeef );
        ret = AdjustTokenPrivileges( token, FALSE, (TOKEN_PRIVILEGES *)&privs, sizeof(prev), (TOKEN_PRIVILEGES *)&prev, &len );
        ok( ret && !GetLastError(), "got %d, error %lu\n", ret, GetLastError() );
        ok( prev.count == steps[i].count, "%lu reported\n", prev.count );
        ok( len == PRIVILEGES_SIZE( steps[i].count ), "length %lu\n", len );
        if (prev.count == 1 && steps[i].count)
            ok( is_lock_memory( &prev.list[0].Luid ) && prev.list[0].Attributes == steps[i].old,
                "privilege %#lx, attributes %#lx\n", prev.list[0].Luid.LowPart, prev.list[0].Attributes );
        winetest_pop_context();
    }

    /* a change that is to be reported needs room, or does not happen */
    privs.list[0].Attributes = SE_PRIVILEGE_ENABLED;
    for (i = header; i < header + sizeof(LUID_AND_ATTRIBUTES); i += sizeof(DWORD))
    {
        len = 0xdeadbeef;
        SetLastError( 0xdeadbeef );
        ret = AdjustTokenPrivileges( token, FALSE, (TOKEN_PRIVILEGES *)&privs, i, (TOKEN_PRIVILEGES *)&prev, &len );
        ok( !ret && GetLastError() == ERROR_INSUFFICIENT_BUFFER, "%lu bytes: got %d, error %lu\n", i, ret, GetLastError() );
        ok( len == header + sizeof(LUID_AND_ATTRIBUTES), "%lu bytes: length %lu\n", i, len );
        check_attributes( token, 0 );
    }
    adjust( token, SE_PRIVILEGE_ENABLED, TRUE, 0 );
    SetLastError( 0xdeadbeef );
    ret = AdjustTokenPrivileges( token, FALSE, (TOKEN_PRIVILEGES *)&privs, header, (TOKEN_PRIVILEGES *)&prev, &len );
    ok( ret && !GetLastError() && !prev.count && len == header, "no change: got %d, error %lu, %lu reported, length %lu\n",
        ret, GetLastError(), prev.count, len );

    /* what was reported, put back */
    privs.list[0].Attributes = 0;
    AdjustTokenPrivileges( token, FALSE, (TOKEN_PRIVILEGES *)&privs, sizeof(prev), (TOKEN_PRIVILEGES *)&prev, &len );
    check_attributes( token, 0 );
    AdjustTokenPrivileges( token, FALSE, (TOKEN_PRIVILEGES *)&prev, 0, NULL, NULL );
    check_attributes( token, SE_PRIVILEGE_ENABLED );
    CloseHandle( token );
}

static void test_mixed(void)
{
    HANDLE token;
    struct privileges privs, prev, now;
    DWORD i, place, len, attributes;
    BOOL ret;

    if (!holds_privilege()) return;
    for (place = 0; place < 3; place++)
    {
        winetest_push_context( "place %lu", place );
        token = duplicate_own_token( TOKEN_ADJUST_PRIVILEGES | TOKEN_QUERY );
        adjust_one( token, &shutdown, 0, &i );

        /* among others that are held */
        privs.count = 3;
        for (i = 0; i < 3; i++)
        {
            privs.list[i].Luid = i == place ? lock_memory : (i + 1) % 3 == place ? shutdown : change_notify;
            privs.list[i].Attributes = SE_PRIVILEGE_ENABLED;
        }
        SetLastError( 0xdeadbeef );
        ret = AdjustTokenPrivileges( token, FALSE, (TOKEN_PRIVILEGES *)&privs, sizeof(prev), (TOKEN_PRIVILEGES *)&prev, &len );
        ok( ret && !GetLastError(), "got %d, error %lu\n", ret, GetLastError() );
        ok( len == PRIVILEGES_SIZE( prev.count ), "%lu reported, length %lu\n", prev.count, len );
        attributes = find_attributes( &prev, &lock_memory );
        ok( !attributes, "reported attributes %#lx\n", attributes );
        attributes = find_attributes( &prev, &shutdown );
        ok( !(attributes & SE_PRIVILEGE_ENABLED), "shutdown: reported attributes %#lx\n", attributes );
        get_privileges( token, &now );
        ok( find_attributes( &now, &lock_memory ) == SE_PRIVILEGE_ENABLED, "not enabled\n" );
        ok( find_attributes( &now, &shutdown ) == SE_PRIVILEGE_ENABLED, "shutdown is not enabled\n" );

        /* and one that is not */
        privs.list[(place + 1) % 3].Luid = unknown;
        privs.list[place].Attributes = 0;
        SetLastError( 0xdeadbeef );
        ret = AdjustTokenPrivileges( token, FALSE, (TOKEN_PRIVILEGES *)&privs, 0, NULL, NULL );
        ok( ret && GetLastError() == ERROR_NOT_ALL_ASSIGNED, "got %d, error %lu\n", ret, GetLastError() );
        check_attributes( token, 0 );
        CloseHandle( token );
        winetest_pop_context();
    }

    /* the same one twice: the last one counts */
    token = duplicate_own_token( TOKEN_ADJUST_PRIVILEGES | TOKEN_QUERY );
    privs.count = 2;
    privs.list[0].Luid = privs.list[1].Luid = lock_memory;
    privs.list[0].Attributes = 0;
    privs.list[1].Attributes = SE_PRIVILEGE_ENABLED;
    ret = AdjustTokenPrivileges( token, FALSE, (TOKEN_PRIVILEGES *)&privs, 0, NULL, NULL );
    ok( ret && !GetLastError(), "got %d, error %lu\n", ret, GetLastError() );
    check_attributes( token, SE_PRIVILEGE_ENABLED );
    CloseHandle( token );
}

static void test_disable_all(void)
{
    HANDLE token;
    struct privileges prev, now;
    DWORD i, len;
    BOOL ret;

    if (!holds_privilege()) return;
    for (i = 0; i < 2; i++)
    {
        winetest_push_context( i ? "enabled" : "disabled" );
        token = duplicate_own_token( TOKEN_ADJUST_PRIVILEGES | TOKEN_QUERY );
        if (i) adjust( token, SE_PRIVILEGE_ENABLED, TRUE, 0 );
        SetLastError( 0xdeadbeef );
        ret = AdjustTokenPrivileges( token, TRUE, NULL, sizeof(prev), (TOKEN_PRIVILEGES *)&prev, &len );
        ok( ret && !GetLastError(), "got %d, error %lu\n", ret, GetLastError() );
        ok( find_attributes( &prev, &lock_memory ) == (i ? SE_PRIVILEGE_ENABLED : ~0u), "reported attributes %#lx\n",
            find_attributes( &prev, &lock_memory ) );
        ok( len == PRIVILEGES_SIZE( prev.count ), "%lu reported, length %lu\n", prev.count, len );
        get_privileges( token, &now );
        for (len = 0; len < now.count; len++)
            ok( !(now.list[len].Attributes & SE_PRIVILEGE_ENABLED), "privilege %#lx is enabled\n",
                now.list[len].Luid.LowPart );
        CloseHandle( token );

        token = duplicate_own_token( TOKEN_ADJUST_PRIVILEGES | TOKEN_QUERY );
        if (i) adjust( token, SE_PRIVILEGE_ENABLED, TRUE, 0 );
        ret = AdjustTokenPrivileges( token, TRUE, NULL, 0, NULL, NULL );
        ok( ret && !GetLastError(), "got %d, error %lu\n", ret, GetLastError() );
        check_attributes( token, 0 );
        CloseHandle( token );
        winetest_pop_context();
    }
}

static void test_removed(void)
{
    HANDLE token, copy, own;
    TOKEN_STATISTICS before, after;
    struct privileges privs, prev;
    PRIVILEGE_SET set;
    DWORD i, len;
    BOOL ret, result;

    if (!holds_privilege()) return;
    for (i = 0; i < 2; i++)
    {
        winetest_push_context( i ? "enabled" : "disabled" );
        token = duplicate_own_token( TOKEN_ADJUST_PRIVILEGES | TOKEN_QUERY | TOKEN_DUPLICATE );
        GetTokenInformation( token, TokenStatistics, &before, sizeof(before), &len );
        if (i) adjust( token, SE_PRIVILEGE_ENABLED, TRUE, 0 );
        adjust( token, SE_PRIVILEGE_REMOVED, TRUE, 0 );
        check_attributes( token, ~0u );
        adjust( token, SE_PRIVILEGE_ENABLED, TRUE, ERROR_NOT_ALL_ASSIGNED );
        adjust( token, 0, TRUE, ERROR_NOT_ALL_ASSIGNED );
        adjust( token, SE_PRIVILEGE_REMOVED, TRUE, ERROR_NOT_ALL_ASSIGNED );
        check_attributes( token, ~0u );
        GetTokenInformation( token, TokenStatistics, &after, sizeof(after), &len );
        ok( after.PrivilegeCount == before.PrivilegeCount - 1, "%lu privileges, %lu before\n",
            after.PrivilegeCount, before.PrivilegeCount );

        privs.count = 1;
        privs.list[0].Luid = lock_memory;
        privs.list[0].Attributes = SE_PRIVILEGE_ENABLED;
        ret = AdjustTokenPrivileges( token, FALSE, (TOKEN_PRIVILEGES *)&privs, sizeof(prev), (TOKEN_PRIVILEGES *)&prev, &len );
        ok( ret && GetLastError() == ERROR_NOT_ALL_ASSIGNED && !prev.count, "got %d, error %lu, %lu reported\n",
            ret, GetLastError(), prev.count );

        set.PrivilegeCount = 1;
        set.Control = PRIVILEGE_SET_ALL_NECESSARY;
        set.Privilege[0].Luid = lock_memory;
        set.Privilege[0].Attributes = 0;
        result = TRUE;
        ret = PrivilegeCheck( token, &set, &result );
        ok( ret && !result, "got %d, result %d\n", ret, result );

        /* nor does a copy have it */
        ret = DuplicateTokenEx( token, TOKEN_ALL_ACCESS, NULL, SecurityImpersonation, TokenImpersonation, &copy );
        ok( ret, "error %lu\n", GetLastError() );
        check_attributes( copy, ~0u );
        adjust( copy, SE_PRIVILEGE_ENABLED, TRUE, ERROR_NOT_ALL_ASSIGNED );
        CloseHandle( copy );
        CloseHandle( token );
        winetest_pop_context();
    }
    own = open_own_token( TOKEN_QUERY );
    check_attributes( own, 0 );
    CloseHandle( own );
}

static void test_access(void)
{
    TOKEN_PRIVILEGES privs = { 1, { { lock_memory, SE_PRIVILEGE_ENABLED } } };
    struct privileges prev;
    HANDLE token, query;
    DWORD len;
    BOOL ret;

    if (!holds_privilege()) return;
    query = duplicate_own_token( TOKEN_QUERY | TOKEN_DUPLICATE );
    adjust( query, SE_PRIVILEGE_ENABLED, FALSE, ERROR_ACCESS_DENIED );
    ret = AdjustTokenPrivileges( query, TRUE, NULL, 0, NULL, NULL );
    ok( !ret && GetLastError() == ERROR_ACCESS_DENIED, "got %d, error %lu\n", ret, GetLastError() );
    ret = AdjustTokenPrivileges( query, FALSE, &privs, 4, (TOKEN_PRIVILEGES *)&prev, &len );
    ok( !ret && GetLastError() == ERROR_ACCESS_DENIED, "short buffer: got %d, error %lu\n", ret, GetLastError() );
    check_attributes( query, 0 );

    DuplicateHandle( GetCurrentProcess(), query, GetCurrentProcess(), &token, TOKEN_ADJUST_PRIVILEGES, FALSE, 0 );
    ret = AdjustTokenPrivileges( token, FALSE, &privs, sizeof(prev), (TOKEN_PRIVILEGES *)&prev, &len );
    ok( !ret && GetLastError() == ERROR_ACCESS_DENIED, "without TOKEN_QUERY: got %d, error %lu\n", ret, GetLastError() );
    check_attributes( query, 0 );
    adjust( token, SE_PRIVILEGE_ENABLED, TRUE, 0 );
    check_attributes( query, SE_PRIVILEGE_ENABLED );
    ret = GetTokenInformation( token, TokenPrivileges, &prev, sizeof(prev), &len );
    ok( !ret && GetLastError() == ERROR_ACCESS_DENIED, "got %d, error %lu\n", ret, GetLastError() );
    CloseHandle( token );
    CloseHandle( query );

    adjust( NULL, SE_PRIVILEGE_ENABLED, FALSE, ERROR_INVALID_HANDLE );
    adjust( (HANDLE)0xdeadbee0, SE_PRIVILEGE_ENABLED, FALSE, ERROR_INVALID_HANDLE );
    token = CreateEventA( NULL, FALSE, FALSE, NULL );
    adjust( token, SE_PRIVILEGE_ENABLED, FALSE, ERROR_INVALID_HANDLE );
    CloseHandle( token );
}

static void test_check(void)
{
    /* what is enabled: none of two, the privilege, change notify (always), both */
    static const struct
    {
        unsigned int with_other;
        BOOL         other_held, enabled, all, result;
    } tests[] =
    {
        { FALSE, FALSE, FALSE, TRUE,  FALSE },
        { FALSE, FALSE, FALSE, FALSE, FALSE },
        { FALSE, FALSE, TRUE,  TRUE,  TRUE  },
        { FALSE, FALSE, TRUE,  FALSE, TRUE  },
        { TRUE,  TRUE,  FALSE, TRUE,  FALSE },
        { TRUE,  TRUE,  FALSE, FALSE, TRUE  },
        { TRUE,  TRUE,  TRUE,  TRUE,  TRUE  },
        { TRUE,  TRUE,  TRUE,  FALSE, TRUE  },
        { TRUE,  FALSE, FALSE, TRUE,  FALSE },
        { TRUE,  FALSE, FALSE, FALSE, FALSE },
        { TRUE,  FALSE, TRUE,  TRUE,  FALSE },
        { TRUE,  FALSE, TRUE,  FALSE, TRUE  },
    };
    struct
    {
        DWORD               count, control;
        LUID_AND_ATTRIBUTES list[2];
    } set;
    HANDLE token;
    unsigned int i, place;
    BOOL ret, result;
    DWORD err;

    if (!holds_privilege()) return;
    token = duplicate_own_token( TOKEN_ADJUST_PRIVILEGES | TOKEN_QUERY );
    for (i = 0; i < ARRAY_SIZE( tests ); i++)
    {
        adjust_lock_memory( token, tests[i].enabled ? SE_PRIVILEGE_ENABLED : 0, &err );
        for (place = 0; place <= tests[i].with_other; place++)
        {
            winetest_push_context( "test %u.%u", i, place );
            memset( &set, 0, sizeof(set) );
            set.count = 1 + tests[i].with_other;
            set.control = tests[i].all ? PRIVILEGE_SET_ALL_NECESSARY : 0;
            set.list[place].Luid = lock_memory;
            if (tests[i].with_other) set.list[!place].Luid = tests[i].other_held ? change_notify : unknown;
            result = !tests[i].result;
            ret = PrivilegeCheck( token, (PRIVILEGE_SET *)&set, &result );
            ok( ret, "error %lu\n", GetLastError() );
            ok( result == tests[i].result, "result %d\n", result );
            ok( !(set.list[place].Attributes & SE_PRIVILEGE_USED_FOR_ACCESS) == !tests[i].enabled,
                "attributes %#lx\n", set.list[place].Attributes );
            if (tests[i].with_other)
                ok( !(set.list[!place].Attributes & SE_PRIVILEGE_USED_FOR_ACCESS) == !tests[i].other_held,
                    "the other: attributes %#lx\n", set.list[!place].Attributes );
            winetest_pop_context();
        }
    }
    CloseHandle( token );
    ret = PrivilegeCheck( NULL, (PRIVILEGE_SET *)&set, &result );
    ok( !ret && GetLastError() == ERROR_INVALID_HANDLE, "got %d, error %lu\n", ret, GetLastError() );
}

static void test_duplicate(void)
{
    static const struct { TOKEN_TYPE type; SECURITY_IMPERSONATION_LEVEL level; } kinds[] =
    {
        { TokenPrimary,       SecurityImpersonation },
        { TokenImpersonation, SecurityIdentification },
        { TokenImpersonation, SecurityImpersonation },
        { TokenImpersonation, SecurityDelegation },
    };
    HANDLE token, copy;
    unsigned int i, enabled;
    DWORD err;
    BOOL ret;

    if (!holds_privilege()) return;
    for (enabled = 0; enabled < 2; enabled++)
    {
        DWORD expect = enabled ? SE_PRIVILEGE_ENABLED : 0;

        token = duplicate_own_token( TOKEN_ALL_ACCESS );
        adjust_lock_memory( token, expect, &err );
        for (i = 0; i < ARRAY_SIZE( kinds ); i++)
        {
            winetest_push_context( "enabled %u, kind %u", enabled, i );
            ret = DuplicateTokenEx( token, TOKEN_ALL_ACCESS, NULL, kinds[i].level, kinds[i].type, &copy );
            ok( ret, "error %lu\n", GetLastError() );
            check_attributes( copy, expect );
            /* they are two tokens now */
            adjust_lock_memory( copy, enabled ? 0 : SE_PRIVILEGE_ENABLED, &err );
            check_attributes( token, expect );
            check_attributes( copy, enabled ? 0 : SE_PRIVILEGE_ENABLED );
            CloseHandle( copy );
            winetest_pop_context();
        }
        ret = DuplicateToken( token, SecurityImpersonation, &copy );
        ok( ret, "error %lu\n", GetLastError() );
        check_attributes( copy, expect );
        CloseHandle( copy );

        /* while two handles are one token */
        DuplicateHandle( GetCurrentProcess(), token, GetCurrentProcess(), &copy, 0, FALSE, DUPLICATE_SAME_ACCESS );
        check_attributes( copy, expect );
        adjust_lock_memory( copy, enabled ? 0 : SE_PRIVILEGE_ENABLED, &err );
        check_attributes( token, enabled ? 0 : SE_PRIVILEGE_ENABLED );
        CloseHandle( copy );
        CloseHandle( token );
    }
}

static void test_restricted(void)
{
    LUID_AND_ATTRIBUTES ours = { lock_memory, 0 }, other = { shutdown, 0 };
    const struct
    {
        const char          *name;
        DWORD                flags;
        LUID_AND_ATTRIBUTES *delete;
        BOOL                 held;
    } tests[] =
    {
        { "nothing",                 0,                     NULL,   TRUE },
        { "another privilege",       0,                     &other, TRUE },
        { "the privilege",           0,                     &ours,  FALSE },
        { "DISABLE_MAX_PRIVILEGE",   DISABLE_MAX_PRIVILEGE, NULL,   FALSE },
    };
    HANDLE token, copy;
    unsigned int i, enabled;
    DWORD err;
    BOOL ret;

    if (!holds_privilege()) return;
    for (enabled = 0; enabled < 2; enabled++)
    {
        DWORD expect = enabled ? SE_PRIVILEGE_ENABLED : 0;

        token = duplicate_own_token( TOKEN_ALL_ACCESS );
        adjust_lock_memory( token, expect, &err );
        for (i = 0; i < ARRAY_SIZE( tests ); i++)
        {
            winetest_push_context( "enabled %u, %s", enabled, tests[i].name );
            ret = CreateRestrictedToken( token, tests[i].flags, 0, NULL, !!tests[i].delete, tests[i].delete, 0, NULL, &copy );
            ok( ret, "error %lu\n", GetLastError() );
            check_attributes( copy, tests[i].held ? expect : ~0u );
            adjust( copy, SE_PRIVILEGE_ENABLED, TRUE, tests[i].held ? 0 : ERROR_NOT_ALL_ASSIGNED );
            check_attributes( token, expect );
            CloseHandle( copy );
            winetest_pop_context();
        }
        CloseHandle( token );
    }
}

/* Whether a large section is refused for want of the privilege; the size makes it fail in any case. */
static BOOL is_privileged(void)
{
    HANDLE section = CreateFileMappingA( INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE | SEC_COMMIT | SEC_LARGE_PAGES,
                                         0, 0x1234, NULL );
    DWORD err = GetLastError();

    ok( !section && (err == ERROR_PRIVILEGE_NOT_HELD || err == ERROR_INVALID_PARAMETER), "got %p, error %lu\n",
        section, err );
    if (section) CloseHandle( section );
    return err != ERROR_PRIVILEGE_NOT_HELD;
}

static void test_thread(void)
{
    HANDLE own, token, copy;
    DWORD err;
    BOOL ret;

    if (!holds_privilege()) return;
    own = open_own_token( TOKEN_ALL_ACCESS );
    ok( !is_privileged(), "the privilege is enabled\n" );

    /* a copy of a token where it is disabled; enabling it there leaves the process alone */
    ok( ImpersonateSelf( SecurityImpersonation ), "error %lu\n", GetLastError() );
    ok( OpenThreadToken( GetCurrentThread(), TOKEN_ALL_ACCESS, TRUE, &token ), "error %lu\n", GetLastError() );
    check_attributes( token, 0 );
    ok( !is_privileged(), "the privilege is enabled\n" );
    adjust( token, SE_PRIVILEGE_ENABLED, TRUE, 0 );
    check_attributes( own, 0 );
    ok( is_privileged(), "the thread's privilege does not count\n" );
    CloseHandle( token );
    RevertToSelf();
    ok( !is_privileged(), "the privilege is enabled\n" );

    /* the other way round */
    adjust( own, SE_PRIVILEGE_ENABLED, TRUE, 0 );
    ok( is_privileged(), "the privilege is not enabled\n" );
    ok( ImpersonateSelf( SecurityImpersonation ), "error %lu\n", GetLastError() );
    ok( is_privileged(), "the privilege is not enabled\n" );
    OpenThreadToken( GetCurrentThread(), TOKEN_ALL_ACCESS, TRUE, &token );
    check_attributes( token, SE_PRIVILEGE_ENABLED );
    adjust( token, 0, TRUE, 0 );
    check_attributes( own, SE_PRIVILEGE_ENABLED );
    ok( !is_privileged(), "the process's privilege counts\n" );
    CloseHandle( token );
    RevertToSelf();
    ok( is_privileged(), "the privilege is not enabled\n" );

    /* a token that only identifies gives no rights */
    ok( ImpersonateSelf( SecurityIdentification ), "error %lu\n", GetLastError() );
    ok( !is_privileged(), "a token that identifies counts\n" );
    RevertToSelf();

    /* by other ways */
    ok( ImpersonateLoggedOnUser( own ), "error %lu\n", GetLastError() );
    ok( is_privileged(), "the privilege is not enabled\n" );
    RevertToSelf();
    ret = DuplicateToken( own, SecurityImpersonation, &copy );
    ok( ret, "error %lu\n", GetLastError() );
    CloseHandle( copy );
    ret = DuplicateTokenEx( own, TOKEN_ALL_ACCESS, NULL, SecurityImpersonation, TokenImpersonation, &copy );
    ok( ret, "error %lu\n", GetLastError() );
    adjust( copy, SE_PRIVILEGE_REMOVED, TRUE, 0 );
    ok( SetThreadToken( NULL, copy ), "error %lu\n", GetLastError() );
    ok( !is_privileged(), "a removed privilege counts\n" );
    SetThreadToken( NULL, NULL );
    CloseHandle( copy );

    adjust_lock_memory( own, 0, &err );
    ok( !is_privileged(), "the privilege is enabled\n" );
    CloseHandle( own );
}

/* A child process; argument: the attributes that it must find. */
static int check_inherited( int argc, char **argv )
{
    HANDLE token = open_own_token( TOKEN_QUERY );
    DWORD expect = strtoul( argv[0], NULL, 0 );

    (void)argc;
    check_attributes( token, expect );
    ok( is_privileged() == (expect == SE_PRIVILEGE_ENABLED), "privileged: %d\n", is_privileged() );
    CloseHandle( token );
    return 0;
}

/* A child process that waits until its token is changed. */
static int wait_for_privilege( int argc, char **argv )
{
    HANDLE token = open_own_token( TOKEN_QUERY );
    unsigned int i;

    (void)argc;
    (void)argv;
    for (i = 0; i < 500 && lock_memory_attributes( token ) != SE_PRIVILEGE_ENABLED; i++) Sleep( 10 );
    check_attributes( token, SE_PRIVILEGE_ENABLED );
    ok( is_privileged(), "not privileged\n" );
    CloseHandle( token );
    return 0;
}

static void test_processes(void)
{
    HANDLE process, token;
    DWORD err;

    if (!holds_privilege()) return;
    wait_child( start_child( "check-inherited", "0" ));

    /* a process starts with a copy of its parent's token */
    token = open_own_token( TOKEN_ALL_ACCESS );
    adjust( token, SE_PRIVILEGE_ENABLED, TRUE, 0 );
    wait_child( start_child( "check-inherited", "%lu", (DWORD)SE_PRIVILEGE_ENABLED ));
    check_attributes( token, SE_PRIVILEGE_ENABLED );
    adjust_lock_memory( token, 0, &err );
    CloseHandle( token );

    /* whose privileges others can change */
    if (!(process = start_child( "wait-for-privilege", " " ))) return;
    ok( OpenProcessToken( process, TOKEN_ALL_ACCESS, &token ), "error %lu\n", GetLastError() );
    check_attributes( token, 0 );
    adjust( token, SE_PRIVILEGE_ENABLED, TRUE, 0 );
    CloseHandle( token );
    wait_child( process );
    ok( !is_privileged(), "privileged\n" );
}

/* Where the state is kept does not show. */
static void test_default_dacl(void)
{
    union
    {
        TOKEN_DEFAULT_DACL dacl;
        BYTE               buffer[1024];
    } before, after;
    DWORD before_len, after_len, len;
    TOKEN_DEFAULT_DACL set;
    union
    {
        ACL   acl;
        DWORD buffer[64];
    } acl;
    HANDLE token;

    if (!holds_privilege()) return;
    token = duplicate_own_token( TOKEN_ALL_ACCESS );
    memset( &before, 0, sizeof(before) );
    memset( &after, 0, sizeof(after) );
    ok( GetTokenInformation( token, TokenDefaultDacl, &before, sizeof(before), &before_len ), "error %lu\n", GetLastError() );
    adjust( token, SE_PRIVILEGE_ENABLED, TRUE, 0 );
    ok( GetTokenInformation( token, TokenDefaultDacl, &after, sizeof(after), &after_len ), "error %lu\n", GetLastError() );
    ok( before_len == after_len, "length %lu, then %lu\n", before_len, after_len );
    ok( !memcmp( before.dacl.DefaultDacl, after.dacl.DefaultDacl, before.dacl.DefaultDacl->AclSize ), "it has changed\n" );

    /* a program changes it */
    InitializeAcl( &acl.acl, sizeof(acl), ACL_REVISION );
    set.DefaultDacl = &acl.acl;
    ok( SetTokenInformation( token, TokenDefaultDacl, &set, sizeof(set) ), "error %lu\n", GetLastError() );
    check_attributes( token, SE_PRIVILEGE_ENABLED );
    ok( !acl.acl.Sbz2, "the caller's was written to\n" );
    memset( &after, 0, sizeof(after) );
    ok( GetTokenInformation( token, TokenDefaultDacl, &after, sizeof(after), &len ), "error %lu\n", GetLastError() );
    ok( !memcmp( after.dacl.DefaultDacl, &acl, sizeof(acl) ), "it is another one\n" );
    ok( SetTokenInformation( token, TokenDefaultDacl, &before, before_len ), "error %lu\n", GetLastError() );
    check_attributes( token, SE_PRIVILEGE_ENABLED );
    adjust( token, 0, TRUE, 0 );
    check_attributes( token, 0 );
    ok( GetTokenInformation( token, TokenDefaultDacl, &after, sizeof(after), &after_len ), "error %lu\n", GetLastError() );
    ok( before_len == after_len, "length %lu, then %lu\n", before_len, after_len );
    ok( !memcmp( before.dacl.DefaultDacl, after.dacl.DefaultDacl, before.dacl.DefaultDacl->AclSize ), "it has changed\n" );
    CloseHandle( token );
}

/* All the others are as ntdll has them. */
static void test_others(void)
{
    LONG (WINAPI *pNtQueryInformationToken)( HANDLE, TOKEN_INFORMATION_CLASS, void *, ULONG, ULONG * );
    struct privileges ours, native;
    HANDLE token;
    DWORD i, j, err;
    ULONG len;

    if (!holds_privilege()) return;
    pNtQueryInformationToken = (void *)GetProcAddress( GetModuleHandleA( "ntdll.dll" ), "NtQueryInformationToken" );
    token = duplicate_own_token( TOKEN_ALL_ACCESS );
    for (i = 0; i < 3; i++)
    {
        winetest_push_context( "pass %lu", i );
        if (i) adjust_lock_memory( token, i == 1 ? SE_PRIVILEGE_ENABLED : SE_PRIVILEGE_REMOVED, &err );
        get_privileges( token, &ours );
        ok( !pNtQueryInformationToken( token, TokenPrivileges, &native, sizeof(native), &len ), "cannot query\n" );
        for (j = 0; j < native.count; j++)
        {
            if (is_lock_memory( &native.list[j].Luid )) continue;
            ok( find_attributes( &ours, &native.list[j].Luid ) == native.list[j].Attributes,
                "privilege %#lx: attributes %#lx, expected %#lx\n", native.list[j].Luid.LowPart,
                find_attributes( &ours, &native.list[j].Luid ), native.list[j].Attributes );
        }
        for (j = 0; j < ours.count; j++)
            ok( is_lock_memory( &ours.list[j].Luid ) || find_attributes( &native, &ours.list[j].Luid ) != ~0u,
                "privilege %#lx\n", ours.list[j].Luid.LowPart );
        winetest_pop_context();
    }
    CloseHandle( token );
}

static const struct rule rules[] =
{
    { "1.12-listed",     "a token lists SeLockMemoryPrivilege, disabled",              test_listed },
    { "1.12-adjust",     "it is enabled and disabled with the right last error",      test_adjust },
    { "1.12-previous",   "the previous state is reported, or nothing changes",        test_previous },
    { "1.12-mixed",      "it is one of many",                                         test_mixed },
    { "1.12-disable-all", "all privileges are disabled, this one, too",               test_disable_all },
    { "1.12-removed",    "a removed privilege is gone",                               test_removed },
    { "1.12-access",     "the handle needs rights",                                   test_access },
    { "1.12-check",      "PrivilegeCheck sees it",                                    test_check },
    { "1.12-duplicate",  "a copy of a token has it as the token",                     test_duplicate },
    { "1.12-restricted", "a restricted token may lack it",                            test_restricted },
    { "1.12-thread",     "the token of the thread goes before that of the process",   test_thread },
    { "1.12-processes",  "a child process gets a copy, and others can change it",     test_processes },
    { "1.12-dacl",       "the default DACL is as it was",                             test_default_dacl },
    { "1.12-others",     "no other privilege is different",                           test_others },
    { NULL }
};

static const struct child children[] =
{
    { "check-inherited", check_inherited },
    { "wait-for-privilege", wait_for_privilege },
    { NULL }
};

const struct test_file file_privilege = { "privilege", rules, children };
