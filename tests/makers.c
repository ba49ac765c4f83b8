/*
 * The functions that create a section as a table
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "test.h"

#define HIGH( value ) ((DWORD)((value) >> 32))
#define LOW( value )  ((DWORD)(value))

static HANDLE call_CreateFileMappingW( const struct section_args *a )
{
    return CreateFileMappingW( a->file, a->sa, a->protect | a->attrs, HIGH( a->size ), LOW( a->size ), a->name );
}

static HANDLE call_CreateFileMappingA( const struct section_args *a )
{
    char buffer[MAX_PATH];

    if (a->name) WideCharToMultiByte( CP_ACP, 0, a->name, -1, buffer, sizeof(buffer), NULL, NULL );
    return CreateFileMappingA( a->file, a->sa, a->protect | a->attrs, HIGH( a->size ), LOW( a->size ),
                               a->name ? buffer : NULL );
}

static HANDLE call_CreateFileMappingNumaW( const struct section_args *a )
{
    return CreateFileMappingNumaW( a->file, a->sa, a->protect | a->attrs, HIGH( a->size ), LOW( a->size ),
                                   a->name, a->node );
}

static HANDLE call_CreateFileMappingFromApp( const struct section_args *a )
{
    return pCreateFileMappingFromApp( a->file, a->sa, a->protect | a->attrs, a->size, a->name );
}

static HANDLE call_CreateFileMapping2( const struct section_args *a )
{
    ULONG access = a->access;

    if (!access) access = granted_access( a->protect );
    return pCreateFileMapping2( a->file, a->sa, access, a->protect, a->attrs, a->size, a->name, a->params, a->count );
}

static BOOL always(void)                       { return TRUE; }
static BOOL has_CreateFileMappingFromApp(void)  { return pCreateFileMappingFromApp != NULL; }
static BOOL has_CreateFileMapping2(void)        { return pCreateFileMapping2 != NULL; }

static const struct maker makers[] =
{
#define M( name, exists, flags ) { #name, flags, call_##name, exists }
    M( CreateFileMappingW, always, 0 ),
    M( CreateFileMappingA, always, 0 ),
    M( CreateFileMappingNumaW, always, MAKER_NODE ),
    M( CreateFileMappingFromApp, has_CreateFileMappingFromApp, MAKER_64BIT ),
    M( CreateFileMapping2, has_CreateFileMapping2, MAKER_ACCESS | MAKER_64BIT ),
#undef M
};

const struct maker *next_maker( const struct maker *prev, unsigned int flags )
{
    const struct maker *m = makers;

    if (prev)
    {
        winetest_pop_context();
        m = prev + 1;
    }
    for (; m < makers + ARRAY_SIZE( makers ); m++)
    {
        if ((m->flags & flags) != flags || !m->exists()) continue;
        winetest_push_context( "%s", m->name );
        return m;
    }
    return NULL;
}

struct section_args section_args( ULONG protect, ULONG64 size )
{
    struct section_args args;

    memset( &args, 0, sizeof(args) );
    args.file = INVALID_HANDLE_VALUE;
    args.protect = protect;
    args.size = size;
    args.node = NUMA_NO_PREFERRED_NODE;
    return args;
}

HANDLE make_section( const struct maker *m, const struct section_args *args, DWORD *err )
{
    HANDLE section;

    SetLastError( 0xdeadbeef );
    section = m->create( args );
    *err = GetLastError();
    return section;
}

void make_fails_at( const char *file, int line, const struct maker *m, const struct section_args *args,
                    DWORD error, DWORD windows )
{
    DWORD err;
    HANDLE section = make_section( m, args, &err );

    ok_at( file, line, (!section && err == error) || broken( windows ? !section && err == windows : section != NULL ),
           "Got %p, error %lu, expected error %lu\n", section, err, error );
    if (section) CloseHandle( section );
}

HANDLE make_works_at( const char *file, int line, const struct maker *m, const struct section_args *args )
{
    DWORD err;
    HANDLE section = make_section( m, args, &err );

    ok_at( file, line, section && (!err || err == ERROR_ALREADY_EXISTS), "Got %p, error %lu\n", section, err );
    return section;
}

DWORD granted_access( ULONG protect )
{
    DWORD access = STANDARD_RIGHTS_REQUIRED | SECTION_QUERY | SECTION_MAP_READ;

    switch (protect)
    {
    case PAGE_READWRITE:
        return access | SECTION_MAP_WRITE;
    case PAGE_EXECUTE_READ:
    case PAGE_EXECUTE_WRITECOPY:
        return access | SECTION_MAP_EXECUTE;
    case PAGE_EXECUTE_READWRITE:
        return access | SECTION_MAP_WRITE | SECTION_MAP_EXECUTE;
    }
    return access;
}
