/*
 * Conformance tests of the file-mapping calls: common declarations
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#ifndef __MAPVIEW_TEST_H
#define __MAPVIEW_TEST_H

#define __USE_MINGW_ANSI_STDIO 0
#define WIN32_LEAN_AND_MEAN
#ifndef _WIN32_WINNT
#define _WIN32_WINNT 0x0A00
#endif
#ifndef NTDDI_VERSION
#define NTDDI_VERSION 0x0A000006
#endif

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <windows.h>

/* Constants that older headers lack. */

#ifndef FILE_MAP_EXECUTE
#define FILE_MAP_EXECUTE 0x20
#endif
#ifndef FILE_MAP_RESERVE
#define FILE_MAP_RESERVE 0x80000000
#endif
#ifndef FILE_MAP_TARGETS_INVALID
#define FILE_MAP_TARGETS_INVALID 0x40000000
#endif
#ifndef FILE_MAP_LARGE_PAGES
#define FILE_MAP_LARGE_PAGES 0x20000000
#endif
#ifndef PAGE_TARGETS_INVALID
#define PAGE_TARGETS_INVALID 0x40000000
#endif
#ifndef SECTION_MAP_EXECUTE_EXPLICIT
#define SECTION_MAP_EXECUTE_EXPLICIT 0x20
#endif
#ifndef MEM_REPLACE_PLACEHOLDER
#define MEM_REPLACE_PLACEHOLDER 0x4000
#endif
#ifndef MEM_RESERVE_PLACEHOLDER
#define MEM_RESERVE_PLACEHOLDER 0x40000
#endif
#ifndef MEM_DIFFERENT_IMAGE_BASE_OK
#define MEM_DIFFERENT_IMAGE_BASE_OK 0x800000
#endif
#ifndef MEM_LARGE_PAGES
#define MEM_LARGE_PAGES 0x20000000
#endif
#ifndef MEM_UNMAP_WITH_TRANSIENT_BOOST
#define MEM_UNMAP_WITH_TRANSIENT_BOOST 1
#endif
#ifndef MEM_COALESCE_PLACEHOLDERS
#define MEM_COALESCE_PLACEHOLDERS 1
#endif
#ifndef MEM_PRESERVE_PLACEHOLDER
#define MEM_PRESERVE_PLACEHOLDER 2
#endif
#ifndef SEC_FILE
#define SEC_FILE 0x800000
#endif
#ifndef SEC_NOCACHE
#define SEC_NOCACHE 0x10000000
#endif
#ifndef SEC_WRITECOMBINE
#define SEC_WRITECOMBINE 0x40000000
#endif
#ifndef SEC_LARGE_PAGES
#define SEC_LARGE_PAGES 0x80000000
#endif
#ifndef NUMA_NO_PREFERRED_NODE
#define NUMA_NO_PREFERRED_NODE ((DWORD)-1)
#endif
#ifndef ERROR_MAPPED_ALIGNMENT
#define ERROR_MAPPED_ALIGNMENT 1132
#endif

/* The types of MEM_EXTENDED_PARAMETER as numbers: the names differ between versions of the SDK. */
#define PARAM_ADDRESS_REQUIREMENTS  1
#define PARAM_NUMA_NODE             2
#define PARAM_PARTITION_HANDLE      3
#define PARAM_USER_PHYSICAL_HANDLE  4
#define PARAM_ATTRIBUTE_FLAGS       5
#define PARAM_IMAGE_MACHINE         6

#define SECTION_PARAM_USER_PHYSICAL_FLAGS  1
#define SECTION_PARAM_NUMA_NODE            2

#define ARRAY_SIZE( x ) (sizeof(x) / sizeof((x)[0]))

#define PAGE         0x1000
#define GRANULARITY  0x10000

/* What is one thing in a 64-bit program and another in a 32-bit one. */
#ifdef _WIN64
#define BITS( on64, on32 )  (on64)
#else
#define BITS( on64, on32 )  (on32)
#endif

/* Where nothing is, for n from 0x20 to 0x3f: 1 TiB each, or 16 MiB in the address space of a 32-bit program. */
#define ZONE( n )  ((ULONG_PTR)(n) << BITS( 40, 24 ))

/* Addresses that no program can use. */
#define USER_END       ((ULONG_PTR)BITS( 0x7fffffff0000, 0xffff0000 ))
#define SYSTEM_ADDRESS ((ULONG_PTR)BITS( 0xffff800000000000, 0xfffff000 ))

/* Functions that mingw's import libraries or older systems may lack. All are looked up in kernelbase.dll. */
#define DYNAMIC_FUNCTIONS \
    F( void *, MapViewOfFileFromApp, (HANDLE, ULONG, ULONG64, SIZE_T) ) \
    F( void *, MapViewOfFile2, (HANDLE, HANDLE, ULONG64, void *, SIZE_T, ULONG, ULONG) ) \
    F( void *, MapViewOfFileNuma2, (HANDLE, HANDLE, ULONG64, void *, SIZE_T, ULONG, ULONG, ULONG) ) \
    F( void *, MapViewOfFile3, (HANDLE, HANDLE, void *, ULONG64, SIZE_T, ULONG, ULONG, \
                                MEM_EXTENDED_PARAMETER *, ULONG) ) \
    F( void *, MapViewOfFile3FromApp, (HANDLE, HANDLE, void *, ULONG64, SIZE_T, ULONG, ULONG, \
                                       MEM_EXTENDED_PARAMETER *, ULONG) ) \
    F( void *, VirtualAlloc2, (HANDLE, void *, SIZE_T, ULONG, ULONG, MEM_EXTENDED_PARAMETER *, ULONG) ) \
    F( void *, VirtualAlloc2FromApp, (HANDLE, void *, SIZE_T, ULONG, ULONG, MEM_EXTENDED_PARAMETER *, ULONG) ) \
    F( BOOL, UnmapViewOfFileEx, (void *, ULONG) ) \
    F( BOOL, UnmapViewOfFile2, (HANDLE, void *, ULONG) ) \
    F( HANDLE, CreateFileMappingFromApp, (HANDLE, SECURITY_ATTRIBUTES *, ULONG, ULONG64, const WCHAR *) ) \
    F( HANDLE, CreateFileMapping2, (HANDLE, SECURITY_ATTRIBUTES *, ULONG, ULONG, ULONG, ULONG64, const WCHAR *, \
                                    MEM_EXTENDED_PARAMETER *, ULONG) ) \
    F( HANDLE, OpenFileMappingFromApp, (ULONG, BOOL, const WCHAR *) ) \
    F( BOOL, IsApiSetImplemented, (const char *) )

#define F( ret, name, args ) typedef ret (WINAPI *name##_fn) args; extern name##_fn p##name;
DYNAMIC_FUNCTIONS
#undef F

/* The framework (test.c). */

struct rule
{
    const char *name;   /* section of SEMANTICS.md, or number of the defect of stock Wine, and a few words */
    const char *text;
    void (*func)(void);
};

struct child
{
    const char *name;
    int (*func)( int argc, char **argv );
};

struct test_file
{
    const char         *name;
    const struct rule  *rules;     /* ends with a name of NULL */
    const struct child *children;  /* the same; may be NULL */
};

#define PRINTF_ATTR( fmt, args ) __attribute__((format( ms_printf, fmt, args )))

extern BOOL on_wine;

int test_ok( const char *file, int line, int cond, const char *fmt, ... ) PRINTF_ATTR( 4, 5 );
void test_skip( const char *file, int line, int win, const char *fmt, ... ) PRINTF_ATTR( 4, 5 );
void test_trace( const char *fmt, ... ) PRINTF_ATTR( 1, 2 );
void winetest_push_context( const char *fmt, ... ) PRINTF_ATTR( 1, 2 );
void winetest_pop_context(void);

/* the condition first: what is printed may be its error */
#define ok_at( file, line, cond, ... ) \
    __extension__ ({ BOOL ok_ = (cond) != 0; test_ok( file, line, ok_, __VA_ARGS__ ); })
#define ok( cond, ... )         ok_at( __FILE__, __LINE__, cond, __VA_ARGS__ )
#define skip( ... )             test_skip( __FILE__, __LINE__, 0, __VA_ARGS__ )
/* Wine must have what is missing here; some versions of Windows need not. */
#define win_skip( ... )         test_skip( __FILE__, __LINE__, 1, __VA_ARGS__ )
#define trace( ... )            test_trace( __VA_ARGS__ )
/* A result that real Windows may give, and this project does not want. */
#define broken( cond )          (!on_wine && (cond))

BOOL start_program( const char *exe, const char *args, DWORD flags, HANDLE output, PROCESS_INFORMATION *pi );
HANDLE start_child( const char *name, const char *fmt, ... ) PRINTF_ATTR( 2, 3 );
/* One that has not begun to run; the caller closes the thread. */
HANDLE start_suspended_child( HANDLE *thread, const char *name, const char *fmt, ... ) PRINTF_ATTR( 3, 4 );
/* One of the program for the other kind of processor mode, NULL if there is none. */
HANDLE start_other_child( const char *name, const char *fmt, ... ) PRINTF_ATTR( 2, 3 );
void wait_child_at( const char *file, int line, HANDLE process );
#define wait_child( process )   wait_child_at( __FILE__, __LINE__, process )

/* Registers of a context. */
#ifdef _WIN64
#define context_ip( context )  (context)->Rip
#define context_sp( context )  (context)->Rsp
#define context_ax( context )  (context)->Rax
#else
#define context_ip( context )  (context)->Eip
#define context_sp( context )  (context)->Esp
#define context_ax( context )  (context)->Eax
#endif

/* Access to memory that may fault (fault.c): 0, or the exception code. */

DWORD probe_read( const void *addr, BYTE *value );
DWORD probe_write( void *addr, BYTE value );
DWORD probe_exec( const void *code, DWORD *ret );
BOOL is_readable( const void *addr );
BOOL is_writable( void *addr );

/* The mapping functions as a table (mappers.c). */

struct map_args
{
    HANDLE                  section;
    HANDLE                  process;
    DWORD                   access;      /* for the functions that take FILE_MAP_* */
    ULONG                   protect;     /* for the functions that take PAGE_* */
    ULONG                   alloc_type;
    ULONG64                 offset;
    SIZE_T                  size;
    void                   *base;
    DWORD                   node;
    MEM_EXTENDED_PARAMETER *params;
    ULONG                   count;
};

#define TAKES_ACCESS   0x01  /* FILE_MAP_* */
#define TAKES_PROTECT  0x02  /* PAGE_*, a process and an allocation type */
#define TAKES_BASE     0x04
#define TAKES_NODE     0x08
#define TAKES_PARAMS   0x10
#define NULL_PROCESS   0x20  /* a NULL process is the caller */
#define FOR_APPS       0x40  /* Windows may refuse executable views */

struct mapper
{
    const char  *name;
    unsigned int flags;
    void      *(*map)( const struct map_args *args );
    BOOL       (*exists)(void);
};

/* Walk through all existing functions that have all the flags; the name is pushed as a context. No break, no return. */
const struct mapper *next_mapper( const struct mapper *prev, unsigned int flags );
#define for_each_mapper( m, flags ) for ((m) = next_mapper( NULL, flags ); (m); (m) = next_mapper( m, flags ))

/* A plain read/write view of the whole section in the calling process. */
struct map_args map_args( HANDLE section );
/* Whether a function takes this page protection, in its own form. */
BOOL can_map( const struct mapper *m, ULONG protect );
/* The FILE_MAP_* bits of a PAGE_* value. */
DWORD access_from_protect( ULONG protect );
void set_protect( struct map_args *args, ULONG protect );
void *map_view( const struct mapper *m, const struct map_args *args, DWORD *err );

/* The call has to fail with this error; on real Windows the other one is accepted as well (0: success). */
void map_fails_at( const char *file, int line, const struct mapper *m, const struct map_args *args,
                   DWORD error, DWORD windows );
void *map_works_at( const char *file, int line, const struct mapper *m, const struct map_args *args );
#define map_fails( m, args, error )               map_fails_at( __FILE__, __LINE__, m, args, error, error )
#define map_fails_or( m, args, error, windows )   map_fails_at( __FILE__, __LINE__, m, args, error, windows )
#define map_works( m, args )                      map_works_at( __FILE__, __LINE__, m, args )
/* The same, and the view, which is not kept, is as VirtualQuery has to describe it. */
void maps_with_at( const char *file, int line, const struct mapper *m, const struct map_args *args, SIZE_T size,
                   DWORD protect );
#define maps_with( m, args, size, protect )       maps_with_at( __FILE__, __LINE__, m, args, size, protect )
void unmap_at( const char *file, int line, const void *view );
#define unmap( view )                             unmap_at( __FILE__, __LINE__, view )

/* The unmapping functions as a table. */

struct unmapper
{
    const char  *name;
    BOOL         takes_flags;
    BOOL       (*call)( HANDLE process, void *addr, ULONG flags );
    BOOL       (*exists)(void);
};

const struct unmapper *next_unmapper( const struct unmapper *prev );
#define for_each_unmapper( u ) for ((u) = next_unmapper( NULL ); (u); (u) = next_unmapper( u ))
void unmap_fails_at( const char *file, int line, const struct unmapper *u, HANDLE process, void *addr,
                     ULONG flags, DWORD error );
void unmap_works_at( const char *file, int line, const struct unmapper *u, void *addr, ULONG flags );
#define unmap_fails( u, process, addr, flags, error ) \
    unmap_fails_at( __FILE__, __LINE__, u, process, addr, flags, error )
#define unmap_works( u, addr, flags ) unmap_works_at( __FILE__, __LINE__, u, addr, flags )

/* The functions that create a section as a table (makers.c). */

struct section_args
{
    HANDLE                  file;
    SECURITY_ATTRIBUTES    *sa;
    ULONG                   access;   /* for CreateFileMapping2 */
    ULONG                   protect;
    ULONG                   attrs;    /* SEC_* */
    ULONG64                 size;
    const WCHAR            *name;
    DWORD                   node;
    MEM_EXTENDED_PARAMETER *params;
    ULONG                   count;
};

#define MAKER_NODE     0x01
#define MAKER_ACCESS   0x02  /* CreateFileMapping2: explicit access, parameters */
#define MAKER_64BIT    0x04

struct maker
{
    const char  *name;
    unsigned int flags;
    HANDLE     (*create)( const struct section_args *args );
    BOOL       (*exists)(void);
};

const struct maker *next_maker( const struct maker *prev, unsigned int flags );
#define for_each_maker( m, flags ) for ((m) = next_maker( NULL, flags ); (m); (m) = next_maker( m, flags ))

/* A section of this size without a file. */
struct section_args section_args( ULONG protect, ULONG64 size );
HANDLE make_section( const struct maker *m, const struct section_args *args, DWORD *err );
void make_fails_at( const char *file, int line, const struct maker *m, const struct section_args *args,
                    DWORD error, DWORD windows );
HANDLE make_works_at( const char *file, int line, const struct maker *m, const struct section_args *args );
#define make_fails( m, args, error )              make_fails_at( __FILE__, __LINE__, m, args, error, error )
#define make_fails_or( m, args, error, windows )  make_fails_at( __FILE__, __LINE__, m, args, error, windows )
#define make_works( m, args )                     make_works_at( __FILE__, __LINE__, m, args )
/* What CreateFileMapping grants for a page protection. */
DWORD granted_access( ULONG protect );

/* Files that a program of the host truncates or deletes (host.c); FALSE, and the test is skipped, where that cannot be. */

BOOL truncate_file( const char *path, DWORD size );
BOOL delete_host_file( const char *path );

/* Small helpers (util.c). */

HANDLE create_section( ULONG protect, ULONG64 size );
void *map_all( HANDLE section );
/* A section without a file that holds test_word() everywhere. */
HANDLE create_filled_section( ULONG protect, SIZE_T size );
DWORD test_word( ULONG64 offset );
void fill_words( void *addr, ULONG64 offset, SIZE_T size );
DWORD word_at( const void *view, SIZE_T offset );
/* A temporary file of this size, filled with test_word(), that is deleted when its handle is closed. */
HANDLE create_test_file( DWORD access, ULONG64 size );
HANDLE create_named_test_file( DWORD access, ULONG64 size, char path[MAX_PATH] );
HANDLE reopen_file( const char *path, DWORD access );
HANDLE open_own_image(void);
/* The value that the next handle gets, which tells whether one was leaked: Wine does not count them. */
DWORD next_handle(void);
/* An address where this much is free, and aligned to 64 KiB. */
char *find_free( SIZE_T size );
/* The end of the addresses of this program. */
ULONG_PTR user_limit(void);
/* A name that no other run uses. */
const WCHAR *unique_name( const char *what );
/* Attributes and size of a section through NtQuerySection. */
LONG query_section( HANDLE section, ULONG *attrs, ULONG64 *size );
/* The size of a read-only view of all of a section. */
SIZE_T section_view_size( HANDLE section );
/* The access that a handle grants, and its HANDLE_FLAG_*. */
ULONG query_access( HANDLE handle );
DWORD handle_flags( HANDLE handle );
const char *protect_name( ULONG protect );
DWORD highest_node(void);

struct region
{
    const void *alloc_base;
    SIZE_T      size;
    DWORD       state, protect, alloc_protect, type;
};
/* Compare what VirtualQuery says of a page-aligned address. */
void check_region_at( const char *file, int line, const void *addr, const struct region *expect );
#define check_region( addr, expect ) check_region_at( __FILE__, __LINE__, addr, expect )
void check_view_at( const char *file, int line, const void *view, SIZE_T size, DWORD protect );
#define check_view( view, size, protect ) check_view_at( __FILE__, __LINE__, view, size, protect )

#endif /* __MAPVIEW_TEST_H */
