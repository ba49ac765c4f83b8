/*
 * Placeholders: calls that have to work, or to fail, with a message
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#ifndef __MAPVIEW_PLACEHOLDER_H
#define __MAPVIEW_PLACEHOLDER_H

#include "test.h"

#ifndef MEM_COALESCE_PLACEHOLDERS
#define MEM_COALESCE_PLACEHOLDERS 1
#endif

#define PRESERVE (MEM_RELEASE | MEM_PRESERVE_PLACEHOLDER)
#define COALESCE (MEM_RELEASE | MEM_COALESCE_PLACEHOLDERS)

/* FALSE, with a message, where there is nothing to be tested. */
BOOL has_placeholders(void);

/* Whether ntdll itself has them, as Windows' has. */
BOOL ntdll_has_placeholders(void);

/* TRUE, with a message, where those of Wine's ntdll are used, which do not keep this rule
 * (docs/deviations.md). */
BOOL ntdll_fails( const char *defect );

/* A placeholder of this size at an address that the system chooses. */
char *reserve_at( const char *file, int line, SIZE_T size );
#define reserve( size )                            reserve_at( __FILE__, __LINE__, size )

void free_works_at( const char *file, int line, void *addr, SIZE_T size, DWORD type );
void free_fails_at( const char *file, int line, void *addr, SIZE_T size, DWORD type, DWORD error );
#define free_works( addr, size, type )             free_works_at( __FILE__, __LINE__, addr, size, type )
#define free_fails( addr, size, type, error )      free_fails_at( __FILE__, __LINE__, addr, size, type, error )

/* Private memory in place of a placeholder; type is what MEM_REPLACE_PLACEHOLDER is added to. */
void alloc_in_at( const char *file, int line, void *addr, SIZE_T size, DWORD type, DWORD protect );
void alloc_fails_at( const char *file, int line, void *addr, SIZE_T size, DWORD type, DWORD protect, DWORD error );
#define alloc_in( addr, size, type, protect )      alloc_in_at( __FILE__, __LINE__, addr, size, type, protect )
#define alloc_fails( addr, size, type, protect, error ) \
    alloc_fails_at( __FILE__, __LINE__, addr, size, type, protect, error )

/* A view in place of a placeholder. */
char *map_in_at( const char *file, int line, HANDLE section, void *addr, ULONG64 offset, SIZE_T size, ULONG protect );
void map_in_fails_at( const char *file, int line, HANDLE section, void *addr, ULONG64 offset, SIZE_T size,
                      ULONG protect, DWORD error );
#define map_in( section, addr, offset, size, protect ) \
    map_in_at( __FILE__, __LINE__, section, addr, offset, size, protect )
#define map_in_fails( section, addr, offset, size, protect, error ) \
    map_in_fails_at( __FILE__, __LINE__, section, addr, offset, size, protect, error )

void unmap_in_at( const char *file, int line, void *addr, ULONG flags );
#define unmap_in( addr, flags )                    unmap_in_at( __FILE__, __LINE__, addr, flags )

void check_placeholder_at( const char *file, int line, const void *addr, SIZE_T size );
void check_private_at( const char *file, int line, const void *addr, SIZE_T size, DWORD protect );
void check_hole_at( const char *file, int line, const void *addr, SIZE_T size );
#define check_placeholder( addr, size )            check_placeholder_at( __FILE__, __LINE__, addr, size )
#define check_private( addr, size, protect )       check_private_at( __FILE__, __LINE__, addr, size, protect )
/* Free memory that is at least as large. */
#define check_hole( addr, size )                   check_hole_at( __FILE__, __LINE__, addr, size )

/* A handle of the calling process that is not the pseudo handle. */
HANDLE own_handle( DWORD access );

#endif /* __MAPVIEW_PLACEHOLDER_H */
