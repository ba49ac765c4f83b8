/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Placement of pages on NUMA nodes
 *
 * Everything here is a preference and cannot fail: on a host that has no such memory, or does not
 * allow the policy, the pages land where they would have landed anyway.
 *
 * The policy of a shared memory object belongs to the object: it is set through a mapping, and
 * then holds for whoever touches a page first.  Pages in a file's cache follow no policy but that
 * of the thread that brings them in.  Huge pages are placed when they are allocated.
 */

#if 0
#pragma makedep unix
#endif

#include "config.h"

#include <stdarg.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <linux/magic.h>
#include <numa.h>
#include <numaif.h>

#include "ntstatus.h"
#define WIN32_NO_STATUS
#include "windef.h"
#include "winbase.h"
#include "winternl.h"
#include "wine/debug.h"
#include "wine/server.h"
#include "unix_private.h"

WINE_DEFAULT_DEBUG_CHANNEL(mapview);

/* as many as Linux can have */
#define MAX_HOST_NODES 1024
#define NODE_WORDS     (MAX_HOST_NODES / (8 * sizeof(unsigned long)))

/* what holds the pages of a section */
enum object_kind
{
    OBJECT_FILE,
    OBJECT_SHARED_MEMORY,
    OBJECT_HUGE_PAGES,
};

static enum object_kind get_object_kind( int fd )
{
    struct statfs st;

    if (fstatfs( fd, &st )) return OBJECT_FILE;
    switch ((UINT32)st.f_type)
    {
    case TMPFS_MAGIC:     return OBJECT_SHARED_MEMORY;
    case HUGETLBFS_MAGIC: return OBJECT_HUGE_PAGES;
    default:              return OBJECT_FILE;
    }
}

/* the kinds of the devices that sections have been seen on: a device number and one more than the kind */
static UINT64 device_kinds[8];

static BOOL find_device_kind( UINT64 device, enum object_kind *kind )
{
    unsigned int i;

    for (i = 0; i < ARRAY_SIZE(device_kinds); i++)
    {
        UINT64 entry = __atomic_load_n( &device_kinds[i], __ATOMIC_RELAXED );

        if (!entry || entry >> 2 != device) continue;
        *kind = (entry & 3) - 1;
        return TRUE;
    }
    return FALSE;
}

static void add_device_kind( UINT64 device, enum object_kind kind )
{
    static unsigned int next;
    unsigned int i = __atomic_fetch_add( &next, 1, __ATOMIC_RELAXED ) % ARRAY_SIZE(device_kinds);

    __atomic_store_n( &device_kinds[i], device << 2 | (kind + 1), __ATOMIC_RELAXED );
}

static enum object_kind get_section_kind( HANDLE section, const struct stat *file )
{
    enum object_kind kind;
    int fd;

    if (file->st_dev && find_device_kind( file->st_dev, &kind )) return kind;
    if (wine_server_handle_to_fd( section, 0, &fd, NULL )) return OBJECT_FILE;
    kind = get_object_kind( fd );
    close( fd );
    if (file->st_dev) add_device_kind( file->st_dev, kind );
    return kind;
}

/* whether this process has asked for a node at all */
static BOOL has_placed_memory;

/***********************************************************************
 *             set_memory_node
 *
 * Prefer a node for the pages of a range that are not there yet: private pages, and those of the
 * shared memory that is mapped there.
 */
void set_memory_node( void *base, SIZE_T size, UINT32 node )
{
    const struct bitmask *mask = get_memory_preference( node );

    if (!mask) return;
    if (!mbind( base, size, MPOL_PREFERRED, mask->maskp, mask->size + 1, 0 )) has_placed_memory = TRUE;
    else WARN( "no preference for node %u at %p-%p: %s\n", node, base, (char *)base + size, strerror( errno ));
}

/***********************************************************************
 *             get_memory_node
 *
 * The node that is preferred for the page at an address, or none.
 */
UINT32 get_memory_node( const void *addr )
{
    unsigned long nodes[NODE_WORDS] = { 0 };
    UINT32 node;
    int mode;

    if (!has_placed_memory) return NUMA_NO_PREFERRED_NODE;
    if (get_mempolicy( &mode, nodes, MAX_HOST_NODES, (void *)addr, MPOL_F_ADDR )) return NUMA_NO_PREFERRED_NODE;
    if (mode != MPOL_PREFERRED) return NUMA_NO_PREFERRED_NODE;
    for (node = 0; node < get_node_count(); node++)
    {
        unsigned int host = get_host_node( node );

        if (nodes[host / (8 * sizeof(*nodes))] >> host % (8 * sizeof(*nodes)) & 1) return node;
    }
    return NUMA_NO_PREFERRED_NODE;
}

/***********************************************************************
 *             set_commit_node
 *
 * The same for pages of a reservation that are being committed: the node of the reservation
 * goes before (SEMANTICS 1.13).
 */
void set_commit_node( void *base, SIZE_T size, UINT32 node )
{
    if (get_memory_node( base ) == NUMA_NO_PREFERRED_NODE) set_memory_node( base, size, node );
}

/***********************************************************************
 *             is_cached_file
 *
 * Tell whether the pages of an object are in a file's cache.
 */
BOOL is_cached_file( int fd )
{
    return get_object_kind( fd ) == OBJECT_FILE;
}

/***********************************************************************
 *             place_cached_pages
 *
 * Bring the first pages of a mapped file into the host's cache, on a node.
 */
void place_cached_pages( void *base, SIZE_T size, UINT32 node )
{
    const struct bitmask *mask = get_memory_preference( node );

    if (mask) read_ahead( base, size, mask );
}

/***********************************************************************
 *             place_view
 *
 * Prefer a node for the pages of a view in the calling process; file is what stands for the section.
 * One system call, or two for a file (and some for the first view on a device).
 */
void place_view( HANDLE section, const struct stat *file, void *base, SIZE_T size, UINT32 protect, UINT32 node )
{
    if (!get_memory_preference( node )) return;
    if (is_write_copy( protect ) || get_section_kind( section, file ) != OBJECT_FILE)
    {
        set_memory_node( base, size, node );
        return;
    }
    place_cached_pages( base, size, node );
    set_reserve_node( (UINT_PTR)base, node );
}

/***********************************************************************
 *             place_remote_view
 *
 * The same for a view in another process.  TRUE when only that one can do it: copies of pages follow
 * the policy of the memory that they are in, unless the section has one.
 */
BOOL place_remote_view( HANDLE section, const struct stat *file, UINT64 offset, SIZE_T size, UINT32 protect, UINT32 node )
{
    if (!get_memory_preference( node )) return FALSE;
    if (is_write_copy( protect ) && get_section_kind( section, file ) != OBJECT_SHARED_MEMORY) return TRUE;
    place_section( section, offset, size, node );
    return FALSE;
}

/***********************************************************************
 *             place_object
 *
 * Prefer a node for the pages of a range of an object that is not mapped here; size 0 is all of it.
 */
void place_object( int fd, UINT64 offset, UINT64 size, UINT32 node )
{
    enum object_kind kind;
    struct stat st;
    void *addr;

    if (!get_memory_preference( node )) return;
    if ((kind = get_object_kind( fd )) == OBJECT_HUGE_PAGES) return;
    if (!size && !fstat( fd, &st )) size = st.st_size - offset;

    addr = mmap( NULL, size, PROT_NONE, MAP_SHARED | MAP_NORESERVE, fd, offset );
    if (addr == MAP_FAILED) return;
    if (kind == OBJECT_FILE) place_cached_pages( addr, size, node );
    else set_memory_node( addr, size, node );
    munmap( addr, size );
}

/***********************************************************************
 *             place_section
 *
 * The same for a range of a section.
 */
void place_section( HANDLE section, UINT64 offset, UINT64 size, UINT32 node )
{
    int fd;

    if (!get_memory_preference( node ) || wine_server_handle_to_fd( section, 0, &fd, NULL )) return;
    place_object( fd, offset, size, node );
    close( fd );
}

/***********************************************************************
 *             place_reserve_section
 *
 * The same for a section of reserved pages.  Those that are in a file's cache are placed when they
 * are committed (reserve.c).
 */
void place_reserve_section( HANDLE section, UINT32 node )
{
    int fd;

    if (!get_memory_preference( node ) || wine_server_handle_to_fd( section, 0, &fd, NULL )) return;
    if (is_cached_file( fd )) mark_node( fd, node );
    else place_object( fd, 0, 0, node );
    close( fd );
}
