/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the server does not tell of a section of the paging file, kept in the mode of its file
 *
 * Such a section is an unlinked file of the server's, or a memfd: nothing looks at its mode but
 * this module, in any process that has a handle.  The sticky bit says that the section is one of
 * committed pages as large as the file, the last three bits are the number of its protection.
 * The node of a section of reserved pages is in an extended attribute, where there are any.
 */

#if 0
#pragma makedep unix
#endif

#include "config.h"

#include <stdarg.h>
#include <unistd.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/xattr.h>

#include "ntstatus.h"
#define WIN32_NO_STATUS
#include "windef.h"
#include "winbase.h"
#include "winternl.h"
#include "wine/server.h"
#include "unix_private.h"

#define NODE_ATTRIBUTE "user.wine-mapview.node"

/* numbers 0 and 7 are the modes of files that have no mark, of the server's and of memfds */
static const UINT32 marked_protections[8] =
{
    0, PAGE_READONLY, PAGE_WRITECOPY, PAGE_READWRITE, PAGE_EXECUTE_READ, PAGE_EXECUTE_WRITECOPY,
    PAGE_EXECUTE_READWRITE, 0
};

static BOOL is_unlinked_file( const struct stat *st )
{
    return S_ISREG( st->st_mode ) && !st->st_nlink;
}

/***********************************************************************
 *             is_marked_committed
 */
BOOL is_marked_committed( const struct stat *st )
{
    return is_unlinked_file( st ) && (st->st_mode & S_ISVTX);
}

/***********************************************************************
 *             mark_committed
 *
 * Keep that the server has called a section one of committed pages.
 */
void mark_committed( int fd, const struct stat *st )
{
    if (is_unlinked_file( st )) fchmod( fd, (st->st_mode & 0777) | S_ISVTX );
}

/***********************************************************************
 *             mark_protection
 *
 * Keep the protection that a section was created with.
 */
void mark_protection( int fd, UINT32 protect )
{
    struct stat st;
    int i;

    for (i = 1; i < 7; i++)
        if (marked_protections[i] == protect && !fstat( fd, &st ) && is_unlinked_file( &st ))
            fchmod( fd, (st.st_mode & 01770) | i );
}

/***********************************************************************
 *             mark_section_protection
 */
void mark_section_protection( HANDLE section, UINT32 protect )
{
    int fd;

    if (wine_server_handle_to_fd( section, 0, &fd, NULL )) return;
    mark_protection( fd, protect );
    close( fd );
}

/***********************************************************************
 *             mark_node
 *
 * Keep the node that a section was created with.
 */
void mark_node( int fd, UINT32 node )
{
    fsetxattr( fd, NODE_ATTRIBUTE, &node, sizeof(node), 0 );
}

/***********************************************************************
 *             get_marked_node
 */
UINT32 get_marked_node( int fd )
{
    UINT32 node;

    if (fgetxattr( fd, NODE_ATTRIBUTE, &node, sizeof(node) ) != sizeof(node)) return NUMA_NO_PREFERRED_NODE;
    return node;
}

/***********************************************************************
 *             check_marked_protection
 *
 * Tell whether the protection of a section, as far as it is known, allows a view: a handle can
 * have more rights than its section (SEMANTICS 1.7).
 */
NTSTATUS check_marked_protection( const struct stat *st, UINT32 view_protect )
{
    UINT32 protect;
    int wanted;

    wanted = get_unix_protection( view_protect ) & (PROT_WRITE | PROT_EXEC);
    if (is_write_copy( view_protect )) wanted &= ~PROT_WRITE;
    if (!wanted || !is_unlinked_file( st )) return STATUS_SUCCESS;
    if (!(protect = marked_protections[st->st_mode & 7])) return STATUS_SUCCESS;
    if ((wanted & PROT_WRITE) && is_write_copy( protect )) return STATUS_SECTION_PROTECTION;
    return wanted & ~get_unix_protection( protect ) ? STATUS_SECTION_PROTECTION : STATUS_SUCCESS;
}
