/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Page protections and what they ask for
 */

#if 0
#pragma makedep unix
#endif

#include "config.h"

#include <stdarg.h>
#include <sys/mman.h>

#include "ntstatus.h"
#define WIN32_NO_STATUS
#include "windef.h"
#include "winbase.h"
#include "winternl.h"
#include "unix_private.h"

#define PAGE_MODIFIERS (PAGE_GUARD | PAGE_NOCACHE | PAGE_WRITECOMBINE)

/* by the number of the bit of PAGE_*, PAGE_NOACCESS first */
static const struct
{
    int    unix_protection;
    UINT32 access;                  /* rights of a section handle that a view needs (SEMANTICS 1.7) */
} protections[] =
{
    /* NOACCESS */          { PROT_NONE,                          SECTION_MAP_READ },
    /* READONLY */          { PROT_READ,                          SECTION_MAP_READ },
    /* READWRITE */         { PROT_READ | PROT_WRITE,             SECTION_MAP_WRITE },
    /* WRITECOPY */         { PROT_READ | PROT_WRITE,             SECTION_MAP_READ },
    /* EXECUTE */           { PROT_READ | PROT_EXEC,              SECTION_MAP_READ | SECTION_MAP_EXECUTE },
    /* EXECUTE_READ */      { PROT_READ | PROT_EXEC,              SECTION_MAP_READ | SECTION_MAP_EXECUTE },
    /* EXECUTE_READWRITE */ { PROT_READ | PROT_WRITE | PROT_EXEC, SECTION_MAP_WRITE | SECTION_MAP_EXECUTE },
    /* EXECUTE_WRITECOPY */ { PROT_READ | PROT_WRITE | PROT_EXEC, SECTION_MAP_READ | SECTION_MAP_EXECUTE },
};

/* one protection, without modifiers */
BOOL is_valid_protection( UINT32 protect )
{
    return protect && protect <= PAGE_EXECUTE_WRITECOPY && !(protect & (protect - 1));
}

int get_unix_protection( UINT32 protect )
{
    return protections[__builtin_ctz( protect )].unix_protection;
}

UINT32 get_required_access( UINT32 protect )
{
    return protections[__builtin_ctz( protect )].access;
}

BOOL is_write_copy( UINT32 protect )
{
    return !!(protect & (PAGE_WRITECOPY | PAGE_EXECUTE_WRITECOPY));
}

/* the protection of a copy-on-write page that has been written ... */
UINT32 replace_write_copy( UINT32 protect )
{
    if (protect & PAGE_WRITECOPY) return (protect & ~PAGE_WRITECOPY) | PAGE_READWRITE;
    if (protect & PAGE_EXECUTE_WRITECOPY) return (protect & ~PAGE_EXECUTE_WRITECOPY) | PAGE_EXECUTE_READWRITE;
    return protect;
}

/* ... and back */
UINT32 restore_write_copy( UINT32 protect )
{
    if (protect & PAGE_READWRITE) return (protect & ~PAGE_READWRITE) | PAGE_WRITECOPY;
    if (protect & PAGE_EXECUTE_READWRITE) return (protect & ~PAGE_EXECUTE_READWRITE) | PAGE_EXECUTE_WRITECOPY;
    return protect;
}

BOOL is_executable( UINT32 protect )
{
    return !!(protect & (PAGE_EXECUTE | PAGE_EXECUTE_READ | PAGE_EXECUTE_READWRITE | PAGE_EXECUTE_WRITECOPY));
}

/* a view whose pages nobody can write through it */
BOOL is_read_only( UINT32 protect )
{
    return !!(protect & (PAGE_READONLY | PAGE_EXECUTE | PAGE_EXECUTE_READ));
}

/* what pages can be used for by all that see them; a copy is nobody else's */
static int get_shared_use( UINT32 protect )
{
    return get_unix_protection( protect ) & ~(is_write_copy( protect ) ? PROT_WRITE : 0);
}

/* Tell whether pages of a view can get a protection (SEMANTICS 1.7).  Copy-on-write asks for no
 * more than reading; but what is mapped shared and has been written cannot become a copy. */
BOOL is_compatible_protection( UINT32 view_protect, UINT32 protect )
{
    UINT32 base = protect & ~PAGE_MODIFIERS;

    if (!is_valid_protection( base )) return FALSE;
    if (is_write_copy( base ) && (get_shared_use( view_protect ) & PROT_WRITE)) return FALSE;
    return !(get_shared_use( base ) & ~get_shared_use( view_protect ));
}
