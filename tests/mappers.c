/*
 * The mapping and unmapping functions as tables
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "test.h"

#define HIGH( value ) ((DWORD)((value) >> 32))
#define LOW( value )  ((DWORD)(value))

static void *call_MapViewOfFile( const struct map_args *a )
{
    return MapViewOfFile( a->section, a->access, HIGH( a->offset ), LOW( a->offset ), a->size );
}

static void *call_MapViewOfFileEx( const struct map_args *a )
{
    return MapViewOfFileEx( a->section, a->access, HIGH( a->offset ), LOW( a->offset ), a->size, a->base );
}

static void *call_MapViewOfFileExNuma( const struct map_args *a )
{
    return MapViewOfFileExNuma( a->section, a->access, HIGH( a->offset ), LOW( a->offset ), a->size,
                                a->base, a->node );
}

static void *call_MapViewOfFileFromApp( const struct map_args *a )
{
    return pMapViewOfFileFromApp( a->section, a->access, a->offset, a->size );
}

static void *call_MapViewOfFile2( const struct map_args *a )
{
    /* an inline function of the SDK on Windows */
    if (!pMapViewOfFile2)
        return pMapViewOfFileNuma2( a->section, a->process, a->offset, a->base, a->size,
                                    a->alloc_type, a->protect, NUMA_NO_PREFERRED_NODE );
    return pMapViewOfFile2( a->section, a->process, a->offset, a->base, a->size, a->alloc_type, a->protect );
}

static void *call_MapViewOfFileNuma2( const struct map_args *a )
{
    return pMapViewOfFileNuma2( a->section, a->process, a->offset, a->base, a->size,
                                a->alloc_type, a->protect, a->node );
}

static void *call_MapViewOfFile3( const struct map_args *a )
{
    return pMapViewOfFile3( a->section, a->process, a->base, a->offset, a->size,
                            a->alloc_type, a->protect, a->params, a->count );
}

static void *call_MapViewOfFile3FromApp( const struct map_args *a )
{
    return pMapViewOfFile3FromApp( a->section, a->process, a->base, a->offset, a->size,
                                   a->alloc_type, a->protect, a->params, a->count );
}

static BOOL always(void)                   { return TRUE; }
static BOOL has_MapViewOfFileFromApp(void)  { return pMapViewOfFileFromApp != NULL; }
static BOOL has_MapViewOfFileNuma2(void)    { return pMapViewOfFileNuma2 != NULL; }
static BOOL has_MapViewOfFile2(void)
{
    return pMapViewOfFile2 || broken( pMapViewOfFileNuma2 != NULL );
}
static BOOL has_MapViewOfFile3(void)        { return pMapViewOfFile3 != NULL; }
static BOOL has_MapViewOfFile3FromApp(void) { return pMapViewOfFile3FromApp != NULL; }

/* The functions that are missing are the business of exports.c. */
static const struct mapper mappers[] =
{
#define M( name, exists, flags ) { #name, flags, call_##name, exists }
    M( MapViewOfFile, always, TAKES_ACCESS ),
    M( MapViewOfFileEx, always, TAKES_ACCESS | TAKES_BASE ),
    M( MapViewOfFileExNuma, always, TAKES_ACCESS | TAKES_BASE | TAKES_NODE ),
    M( MapViewOfFileFromApp, has_MapViewOfFileFromApp, TAKES_ACCESS ),
    M( MapViewOfFile2, has_MapViewOfFile2, TAKES_PROTECT | TAKES_BASE ),
    M( MapViewOfFileNuma2, has_MapViewOfFileNuma2, TAKES_PROTECT | TAKES_BASE | TAKES_NODE ),
    M( MapViewOfFile3, has_MapViewOfFile3, TAKES_PROTECT | TAKES_BASE | TAKES_PARAMS | NULL_PROCESS ),
    M( MapViewOfFile3FromApp, has_MapViewOfFile3FromApp,
       TAKES_PROTECT | TAKES_BASE | TAKES_PARAMS | NULL_PROCESS | FOR_APPS ),
#undef M
};

const struct mapper *next_mapper( const struct mapper *prev, unsigned int flags )
{
    const struct mapper *m = mappers;

    if (prev)
    {
        winetest_pop_context();
        m = prev + 1;
    }
    for (; m < mappers + ARRAY_SIZE( mappers ); m++)
    {
        if ((m->flags & flags) != flags || !m->exists()) continue;
        winetest_push_context( "%s", m->name );
        return m;
    }
    return NULL;
}

struct map_args map_args( HANDLE section )
{
    struct map_args args;

    memset( &args, 0, sizeof(args) );
    args.section = section;
    args.process = GetCurrentProcess();
    args.node = NUMA_NO_PREFERRED_NODE;
    set_protect( &args, PAGE_READWRITE );
    return args;
}

BOOL can_map( const struct mapper *m, ULONG protect )
{
    if ((m->flags & FOR_APPS) && broken( protect >= PAGE_EXECUTE )) return FALSE;
    return (m->flags & TAKES_PROTECT) || protect != PAGE_EXECUTE;
}

DWORD access_from_protect( ULONG protect )
{
    switch (protect)
    {
    case PAGE_READONLY:          return FILE_MAP_READ;
    case PAGE_READWRITE:         return FILE_MAP_WRITE;
    case PAGE_WRITECOPY:         return FILE_MAP_COPY;
    case PAGE_EXECUTE_READ:      return FILE_MAP_EXECUTE | FILE_MAP_READ;
    case PAGE_EXECUTE_READWRITE: return FILE_MAP_EXECUTE | FILE_MAP_WRITE;
    case PAGE_EXECUTE_WRITECOPY: return FILE_MAP_EXECUTE | FILE_MAP_COPY;
    }
    return 0;  /* PAGE_NOACCESS; PAGE_EXECUTE has none */
}

void set_protect( struct map_args *args, ULONG protect )
{
    args->protect = protect;
    args->access = access_from_protect( protect );
}

void *map_view( const struct mapper *m, const struct map_args *args, DWORD *err )
{
    void *view;

    SetLastError( 0xdeadbeef );
    view = m->map( args );
    *err = GetLastError();
    return view;
}

void map_fails_at( const char *file, int line, const struct mapper *m, const struct map_args *args,
                   DWORD error, DWORD windows )
{
    DWORD err;
    void *view = map_view( m, args, &err );

    ok_at( file, line, (!view && err == error) || broken( windows ? !view && err == windows : view != NULL ),
           "Got %p, error %lu, expected error %lu\n", view, err, error );
    if (view) UnmapViewOfFile( view );
}

void *map_works_at( const char *file, int line, const struct mapper *m, const struct map_args *args )
{
    DWORD err;
    void *view = map_view( m, args, &err );

    ok_at( file, line, view != NULL, "Got %p, error %lu\n", view, err );
    return view;
}

void maps_with_at( const char *file, int line, const struct mapper *m, const struct map_args *args, SIZE_T size,
                   DWORD protect )
{
    void *view = map_works_at( file, line, m, args );

    check_view_at( file, line, view, size, protect );
    unmap_at( file, line, view );
}

void unmap_at( const char *file, int line, const void *view )
{
    BOOL ret;

    if (!view) return;
    SetLastError( 0xdeadbeef );
    ret = UnmapViewOfFile( view );
    ok_at( file, line, ret, "UnmapViewOfFile( %p ) failed, error %lu\n", view, GetLastError() );
}

static BOOL call_UnmapViewOfFile( HANDLE process, void *addr, ULONG flags )
{
    (void)process;
    (void)flags;
    return UnmapViewOfFile( addr );
}

static BOOL call_UnmapViewOfFileEx( HANDLE process, void *addr, ULONG flags )
{
    (void)process;
    return pUnmapViewOfFileEx( addr, flags );
}

static BOOL call_UnmapViewOfFile2( HANDLE process, void *addr, ULONG flags )
{
    return pUnmapViewOfFile2( process, addr, flags );
}

static BOOL has_UnmapViewOfFileEx(void) { return pUnmapViewOfFileEx != NULL; }
static BOOL has_UnmapViewOfFile2(void)  { return pUnmapViewOfFile2 != NULL; }

static const struct unmapper unmappers[] =
{
    { "UnmapViewOfFile", FALSE, call_UnmapViewOfFile, always },
    { "UnmapViewOfFileEx", TRUE, call_UnmapViewOfFileEx, has_UnmapViewOfFileEx },
    { "UnmapViewOfFile2", TRUE, call_UnmapViewOfFile2, has_UnmapViewOfFile2 },
};

const struct unmapper *next_unmapper( const struct unmapper *prev )
{
    const struct unmapper *u = unmappers;

    if (prev)
    {
        winetest_pop_context();
        u = prev + 1;
    }
    for (; u < unmappers + ARRAY_SIZE( unmappers ); u++)
    {
        if (!u->exists()) continue;
        winetest_push_context( "%s", u->name );
        return u;
    }
    return NULL;
}

void unmap_fails_at( const char *file, int line, const struct unmapper *u, HANDLE process, void *addr,
                     ULONG flags, DWORD error )
{
    DWORD err;
    BOOL ret;

    SetLastError( 0xdeadbeef );
    ret = u->call( process, addr, flags );
    err = GetLastError();
    ok_at( file, line, !ret && err == error, "%p, flags %#lx: got %d, error %lu, expected error %lu\n",
           addr, flags, ret, err, error );
}

void unmap_works_at( const char *file, int line, const struct unmapper *u, void *addr, ULONG flags )
{
    DWORD err;
    BOOL ret;

    SetLastError( 0xdeadbeef );
    ret = u->call( GetCurrentProcess(), addr, flags );
    err = GetLastError();
    ok_at( file, line, ret && err == 0xdeadbeef, "%p, flags %#lx: got %d, error %lu\n", addr, flags, ret, err );
}
