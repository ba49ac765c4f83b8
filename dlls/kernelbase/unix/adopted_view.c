/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Views of sections in adopted ranges
 *
 * To ntdll the pages of such a view are committed private memory, so that it checks and protects
 * them as it does all memory; what is mapped there is the section's file.
 */

#if 0
#pragma makedep unix
#endif

#include "config.h"

#include <stdarg.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "ntstatus.h"
#define WIN32_NO_STATUS
#include "windef.h"
#include "winbase.h"
#include "winternl.h"
#include "wine/server.h"
#include "adopted.h"

/* a section as a view of it needs it */
struct source
{
    int    fd;
    UINT32 flags;             /* SEC_* */
    UINT64 size;
};

static NTSTATUS status_from_mmap(void)
{
    switch (errno)
    {
    case EACCES:
    case EPERM:  return STATUS_ACCESS_DENIED;
    case EINVAL: return STATUS_CONFLICTING_ADDRESSES;  /* huge pages that do not fit there */
    default:     return STATUS_NO_MEMORY;
    }
}

/* the rights of the handle that are not rights of a file, too, cost a question */
static NTSTATUS check_execute_access( HANDLE section )
{
    OBJECT_BASIC_INFORMATION info;
    NTSTATUS status;

    if ((status = NtQueryObject( section, ObjectBasicInformation, &info, sizeof(info), NULL ))) return status;
    return info.GrantedAccess & SECTION_MAP_EXECUTE ? STATUS_SUCCESS : STATUS_ACCESS_DENIED;
}

static NTSTATUS query_source( HANDLE section, struct source *source )
{
    SECTION_BASIC_INFORMATION info;
    struct memfd_info memfd;
    NTSTATUS status;
    BOOL is_file;

    status = NtQuerySection( section, SectionBasicInformation, &info, sizeof(info), NULL );
    if (!status)
    {
        source->flags = info.Attributes;
        source->size = info.Size.QuadPart;
    }
    else if (status == STATUS_ACCESS_DENIED)  /* a handle without SECTION_QUERY */
    {
        if ((status = is_file_section( section, &is_file ))) return status;
        source->flags = is_file ? SEC_FILE : SEC_COMMIT;
        if ((status = get_section_size( section, &source->size ))) return status;
    }
    else return status;

    /* what the server takes for a file can be memory of ours */
    if ((source->flags & SEC_FILE) && get_memfd_info( source->fd, &memfd ))
        source->flags = memfd.large ? SEC_COMMIT | SEC_LARGE_PAGES : SEC_COMMIT;
    return STATUS_SUCCESS;
}

/* get at the file of a section, with the rights that a protection needs; SECTION_MAP_READ and
 * _WRITE are FILE_APPEND_DATA and FILE_WRITE_DATA by their numbers, which is what is compared */
static NTSTATUS open_source( HANDLE section, UINT32 protect, struct source *source )
{
    UINT32 access = get_required_access( protect );
    struct stat st;
    NTSTATUS status;
    BOOL is_file;

    status = wine_server_handle_to_fd( section, access & (SECTION_MAP_READ | SECTION_MAP_WRITE), &source->fd, NULL );
    if (status == STATUS_ACCESS_DENIED && is_file_section( section, &is_file ) == STATUS_OBJECT_TYPE_MISMATCH)
        return STATUS_OBJECT_TYPE_MISMATCH;
    if (status) return status;

    if (fstat( source->fd, &st )) status = STATUS_INVALID_HANDLE;
    else if (is_marked_committed( &st ))
    {
        source->flags = SEC_COMMIT;
        source->size = st.st_size;
    }
    else if (!(status = query_source( section, source )))
    {
        if (source->flags == SEC_COMMIT && source->size == (UINT64)st.st_size) mark_committed( source->fd, &st );
        if (source->flags & SEC_IMAGE) status = STATUS_INVALID_PARAMETER;
    }
    if (!status && (access & SECTION_MAP_EXECUTE)) status = check_execute_access( section );
    if (!status) status = check_marked_protection( &st, protect );
    if (status) close( source->fd );
    return status;
}

static void release_view_section( struct view_section *section )
{
    NTSTATUS status;

    if (!section) return;
    if (section->shadow && !unmap_reserve_view( (UINT_PTR)section->shadow, 0, &status ))
        NtUnmapViewOfSection( NtCurrentProcess(), section->shadow );
    if (section->handle) NtClose( section->handle );
    free( section );
}

/* What a view must keep of its section: a file's section has to exist while it is mapped, pages
 * that cannot be written can become copy-on-write, and the state of reserved pages is the server's,
 * which a native view of the same part gives. */
static NTSTATUS keep_view_section( HANDLE section, const struct source *source, UINT64 offset, SIZE_T size,
                                   UINT32 protect, struct view_section **ret )
{
    struct view_section *kept;
    NTSTATUS status = STATUS_SUCCESS;

    *ret = NULL;
    if (!(source->flags & (SEC_FILE | SEC_RESERVE)) && !is_read_only( protect )) return STATUS_SUCCESS;
    if (!(kept = calloc( 1, sizeof(*kept) ))) return STATUS_NO_MEMORY;

    if (size > ((source->size - offset + PAGE_MASK) & ~(UINT64)PAGE_MASK)) kept->extent = source->size;
    if ((source->flags & SEC_FILE) || is_read_only( protect ))
        status = NtDuplicateObject( NtCurrentProcess(), section, NtCurrentProcess(), &kept->handle, 0, 0,
                                    DUPLICATE_SAME_ACCESS );
    if (status) kept->handle = 0;
    else if (source->flags & SEC_RESERVE)
    {
        LARGE_INTEGER start;
        SIZE_T len;

        /* a page more, if there is one: the server forgets pages that are committed at the end of
         * a view (defect B3) */
        start.QuadPart = offset & ~(UINT64)GRANULARITY_MASK;
        kept->shadow_delta = offset & GRANULARITY_MASK;
        len = min( kept->shadow_delta + size + PAGE_MASK + 1, source->size - start.QuadPart );
        status = NtMapViewOfSection( section, NtCurrentProcess(), &kept->shadow, 0, 0, &start, &len, ViewShare,
                                     0, PAGE_READONLY );
        if (status) kept->shadow = NULL;
        else status = add_reserve_view( section, (UINT_PTR)kept->shadow, len, start.QuadPart, PAGE_READONLY );
    }
    if (status)
    {
        release_view_section( kept );
        return status;
    }
    *ret = kept;
    return STATUS_SUCCESS;
}

/* map the file over pages of a piece, which are reserved before and after a failure; then ntdll
 * learns of their protection, which changes nothing for the host and costs it no memory */
static NTSTATUS map_source( struct piece *piece, int fd, UINT64 offset, UINT32 protect )
{
    int flags = MAP_FIXED | (is_write_copy( protect ) ? MAP_PRIVATE : MAP_SHARED);
    NTSTATUS status;

    if (mmap( (void *)piece->base, piece->size, get_unix_protection( protect ), flags, fd, offset ) == MAP_FAILED)
        status = status_from_mmap();
    else status = commit_adopted_pages( piece, piece->base, piece->size, replace_write_copy( protect ) );
    if (status) clear_adopted_pages( piece, piece->base, piece->size );
    return status;
}

/* the page of the native view that has the state of a page */
static char *get_shadow( const struct piece *piece, UINT_PTR addr )
{
    return (char *)piece->section->shadow + piece->section->shadow_delta + (addr - piece->base);
}

/* pages of a section of reserved pages that are alike */
static NTSTATUS query_reserved_pages( const struct piece *piece, UINT_PTR addr, BOOL *committed, SIZE_T *size )
{
    MEMORY_BASIC_INFORMATION info;
    NTSTATUS status;

    status = NtQueryVirtualMemory( NtCurrentProcess(), get_shadow( piece, addr ), MemoryBasicInformation,
                                   &info, sizeof(info), NULL );
    if (status) return status;
    query_reserve_view( &info );
    *committed = info.State == MEM_COMMIT;
    *size = info.RegionSize;
    return STATUS_SUCCESS;
}

/* pages that are not committed fault; they are opened where they are committed, or by a fault */
static void close_reserved_pages( const struct piece *piece )
{
    UINT_PTR addr, end = piece->base + piece->size;
    BOOL committed;
    SIZE_T size;

    if (!(piece->flags & SEC_RESERVE)) return;
    set_reserve_alias( (UINT_PTR)piece->section->shadow, piece->base, piece->size, piece->offset );
    for (addr = piece->base; addr < end; addr += size)
    {
        if (query_reserved_pages( piece, addr, &committed, &size )) break;
        size = min( size, end - addr );
        if (!committed) mprotect( (void *)addr, size, PROT_NONE );
    }
}

/* the placeholder that a view is to replace, or the hole that it is to lie in */
static NTSTATUS check_piece( const struct piece *piece, const struct map_view_params *params, UINT_PTR size )
{
    if (!(params->type & MEM_REPLACE_PLACEHOLDER))
    {
        if (piece->kind != PIECE_FREE || size > piece->base + piece->size - params->base)
            return STATUS_CONFLICTING_ADDRESSES;
        return STATUS_SUCCESS;
    }
    if (piece->kind != PIECE_PLACEHOLDER || piece->base != params->base || piece->size != size)
        return STATUS_CONFLICTING_ADDRESSES;
    return STATUS_SUCCESS;
}

static NTSTATUS map_in_piece( struct piece *piece, const struct map_view_params *params, const struct source *source,
                              UINT_PTR size, struct view_section *section )
{
    UINT_PTR whole_base = piece->base, whole_size = piece->size;
    NTSTATUS status;

    if ((status = check_piece( piece, params, size ))) return status;
    if (!keep_spare_mappings()) return STATUS_NO_MEMORY;
    if (!(piece = isolate_piece( piece, params->base, size ))) return STATUS_NO_MEMORY;
    if ((status = map_source( piece, source->fd, params->offset, params->protect )))
    {
        rejoin_piece( piece, whole_base, whole_size );
        return status;
    }
    use_piece( piece, PIECE_VIEW );
    piece->placeholder = !!(params->type & MEM_REPLACE_PLACEHOLDER);
    piece->copies  = is_write_copy( params->protect );
    piece->protect = params->protect;
    piece->flags   = source->flags;
    piece->offset  = params->offset;
    piece->section = section;
    close_reserved_pages( piece );
    return STATUS_SUCCESS;
}

/***********************************************************************
 *             map_adopted_view
 *
 * Map a view at an address in an adopted range: in place of a placeholder, or in a hole.
 */
BOOL map_adopted_view( struct map_view_params *params, NTSTATUS *status )
{
    struct view_section *section = NULL;
    UINT64 size = params->size;
    struct source source;
    struct piece *piece = NULL;
    sigset_t sigset;

    if (!is_valid_protection( params->protect ))
    {
        *status = STATUS_INVALID_PAGE_PROTECTION;
        return TRUE;
    }
    if ((*status = open_source( get_handle( params->section ), params->protect, &source ))) return TRUE;

    if (params->offset >= source.size) *status = STATUS_INVALID_PARAMETER;
    else if (size > source.size - params->offset && !is_growing_view( params )) *status = STATUS_INVALID_VIEW_SIZE;
    else
    {
        if (!size) size = source.size - params->offset;
        size = (size + PAGE_MASK) & ~(UINT64)PAGE_MASK;
        if (size > get_user_limit()) *status = STATUS_CONFLICTING_ADDRESSES;
        else *status = keep_view_section( get_handle( params->section ), &source, params->offset, size, params->protect,
                                          &section );
    }
    if (*status)
    {
        close( source.fd );
        return TRUE;
    }

    lock_pieces( &sigset );
    if ((piece = find_piece( params->base ))) *status = map_in_piece( piece, params, &source, size, section );
    unlock_pieces( &sigset );

    close( source.fd );
    if (!piece || *status) release_view_section( section );
    else params->size = size;
    return !!piece;
}

/***********************************************************************
 *             unmap_adopted_view
 */
BOOL unmap_adopted_view( UINT_PTR addr, UINT32 flags, NTSTATUS *status )
{
    struct view_section *section = NULL;
    struct piece *piece;
    sigset_t sigset;

    lock_pieces( &sigset );
    if ((piece = find_piece( addr )))
    {
        if (piece->kind != PIECE_VIEW) *status = STATUS_NOT_MAPPED_VIEW;
        else if ((flags & MEM_PRESERVE_PLACEHOLDER) && !piece->placeholder) *status = STATUS_CONFLICTING_ADDRESSES;
        else if (!(*status = clear_adopted_pages( piece, piece->base, piece->size )))
        {
            section = piece->section;
            piece->section = NULL;
            piece->offset = 0;
            piece->copies = FALSE;
            if (flags & MEM_PRESERVE_PLACEHOLDER)
            {
                piece->kind = PIECE_PLACEHOLDER;
                piece->protect = PAGE_NOACCESS;
            }
            else free_piece( piece );
        }
    }
    unlock_pieces( &sigset );
    release_view_section( section );
    return !!piece;
}

/* let the pages of a view that cannot be written become the view's own when they are: the file
 * is mapped again, after which ntdll's protections are restored */
static NTSTATUS make_view_copies( struct piece *piece )
{
    UINT_PTR addr, end = piece->base + piece->size;
    MEMORY_BASIC_INFORMATION info;
    NTSTATUS status;
    ULONG old;
    int fd;

    if (!piece->section || !piece->section->handle) return STATUS_SECTION_PROTECTION;
    if ((status = wine_server_handle_to_fd( piece->section->handle, 0, &fd, NULL ))) return status;
    if (mmap( (void *)piece->base, piece->size, get_unix_protection( piece->protect ), MAP_FIXED | MAP_PRIVATE,
              fd, piece->offset ) == MAP_FAILED) status = status_from_mmap();
    close( fd );
    if (status) return status;

    piece->copies = TRUE;
    close_reserved_pages( piece );
    for (addr = piece->base; addr < end; addr += info.RegionSize)
    {
        if (query_adopted_pages( piece, addr, &info )) break;
        if (info.Protect != piece->protect) protect_adopted_pages( piece, addr, info.RegionSize, info.Protect, &old );
    }
    return STATUS_SUCCESS;
}

/* check a new protection of pages of a view (SEMANTICS 1.7) */
static NTSTATUS prepare_view_protection( struct piece *piece, UINT32 protect )
{
    if (!is_compatible_protection( piece->protect, protect )) return STATUS_SECTION_PROTECTION;
    return is_write_copy( protect ) && !piece->copies ? make_view_copies( piece ) : STATUS_SUCCESS;
}

/***********************************************************************
 *             commit_view_pages
 *
 * MEM_COMMIT on pages of a view: of a section of reserved pages it commits them for all, on
 * committed ones it is a change of protection (SEMANTICS 1.10).
 */
NTSTATUS commit_view_pages( struct piece *piece, UINT_PTR base, UINT_PTR size, UINT32 protect )
{
    NTSTATUS status;
    ULONG old;

    if (piece->flags & SEC_FILE) return STATUS_ALREADY_COMMITTED;
    if ((status = prepare_view_protection( piece, protect ))) return status;
    if (piece->flags & SEC_RESERVE)
    {
        void *addr = get_shadow( piece, base );
        SIZE_T len = size;

        status = NtAllocateVirtualMemory( NtCurrentProcess(), &addr, 0, &len, MEM_COMMIT, PAGE_READONLY );
        if (status) return status;
        share_commit( (UINT_PTR)addr, len, PAGE_READONLY );
    }
    return protect_adopted_pages( piece, base, size, replace_write_copy( protect ), &old );
}

/* the end of the pages of a view that its section has by now */
static UINT_PTR get_section_end( const struct piece *piece )
{
    UINT64 size = piece->section ? piece->section->extent : 0;
    struct stat st;
    int fd;

    if (!size) return piece->base + piece->size;
    if (!wine_server_handle_to_fd( piece->section->handle, 0, &fd, NULL ))
    {
        if (!fstat( fd, &st )) size = max( size, (UINT64)st.st_size );
        close( fd );
    }
    size = (size - piece->offset + PAGE_MASK) & ~(UINT64)PAGE_MASK;
    return piece->base + min( size, piece->size );
}

static NTSTATUS check_committed( const struct piece *piece, UINT_PTR base, UINT_PTR size )
{
    UINT_PTR addr, end = base + size;
    NTSTATUS status;
    BOOL committed;
    SIZE_T len;

    if (end > get_section_end( piece )) return STATUS_NOT_COMMITTED;
    if (!(piece->flags & SEC_RESERVE)) return STATUS_SUCCESS;
    for (addr = base; addr < end; addr += len)
    {
        if ((status = query_reserved_pages( piece, addr, &committed, &len ))) return status;
        if (!committed) return STATUS_NOT_COMMITTED;
    }
    return STATUS_SUCCESS;
}

/* what makes a view's pages different from what ntdll says of them */
static NTSTATUS query_view_pages( const struct piece *piece, UINT_PTR addr, MEMORY_BASIC_INFORMATION *info )
{
    UINT_PTR end = addr + info->RegionSize, section_end = get_section_end( piece );
    NTSTATUS status;
    BOOL committed;
    SIZE_T size;

    info->Type = MEM_MAPPED;
    if (addr >= section_end)
    {
        info->RegionSize = piece->base + piece->size - addr;
        info->State      = MEM_RESERVE;
        info->Protect    = 0;
        return STATUS_SUCCESS;
    }
    end = min( end, section_end );
    info->RegionSize = end - addr;
    if (piece->copies && restore_write_copy( info->Protect ) != info->Protect)
    {
        if (!get_written_range( addr, &end )) info->Protect = restore_write_copy( info->Protect );
        info->RegionSize = end - addr;
    }
    if (piece->flags & SEC_RESERVE)
    {
        if ((status = query_reserved_pages( piece, addr, &committed, &size ))) return status;
        info->RegionSize = min( info->RegionSize, size );
        if (!committed)
        {
            info->State   = MEM_RESERVE;
            info->Protect = 0;
        }
    }
    if (piece->flags & SEC_NOCACHE)
    {
        info->AllocationProtect |= PAGE_NOCACHE;
        if (info->Protect) info->Protect |= PAGE_NOCACHE;
    }
    return STATUS_SUCCESS;
}

/* what the program sees at an address that lies in a piece that is not free */
static NTSTATUS query_piece( const struct piece *piece, UINT_PTR addr, MEMORY_BASIC_INFORMATION *info )
{
    NTSTATUS status;

    if (piece->kind == PIECE_PLACEHOLDER)
    {
        info->BaseAddress = (void *)addr;
        info->RegionSize  = piece->base + piece->size - addr;
        info->State       = MEM_RESERVE;
        info->Protect     = 0;
        info->Type        = MEM_PRIVATE;
    }
    else if ((status = query_adopted_pages( piece, addr, info ))) return status;
    info->AllocationBase    = (void *)piece->base;
    info->AllocationProtect = piece->protect;
    return piece->kind == PIECE_VIEW ? query_view_pages( piece, addr, info ) : STATUS_SUCCESS;
}

/***********************************************************************
 *             query_adopted_memory
 *
 * VirtualQuery in an adopted range.  For a hole info gets what lies in the range only.
 */
BOOL query_adopted_memory( UINT_PTR addr, MEMORY_BASIC_INFORMATION *info, NTSTATUS *status )
{
    struct piece *piece;
    sigset_t sigset;

    addr &= ~PAGE_MASK;
    lock_pieces( &sigset );
    if ((piece = find_piece( addr )))
    {
        if (piece->kind == PIECE_FREE)
        {
            info->BaseAddress       = (void *)addr;
            info->AllocationBase    = NULL;
            info->AllocationProtect = 0;
            info->RegionSize        = piece->base + piece->size - addr;
            info->State             = MEM_FREE;
            info->Protect           = PAGE_NOACCESS;
            info->Type              = 0;
            *status = STATUS_SUCCESS;
        }
        else *status = query_piece( piece, addr, info );
    }
    unlock_pieces( &sigset );
    return !!piece;
}

/***********************************************************************
 *             get_adopted_extent
 *
 * The end of the allocation that an address lies in, and its type.
 */
BOOL get_adopted_extent( UINT_PTR addr, UINT_PTR *end, ULONG *type )
{
    struct piece *piece;
    sigset_t sigset;

    lock_pieces( &sigset );
    if ((piece = find_piece( addr )) && piece->kind == PIECE_FREE) piece = NULL;
    if (piece)
    {
        *end = piece->base + piece->size;
        *type = piece->kind == PIECE_VIEW ? MEM_MAPPED : MEM_PRIVATE;
    }
    unlock_pieces( &sigset );
    return !!piece;
}

/***********************************************************************
 *             get_adopted_section
 *
 * A handle of the section of a file that is mapped at an address, to be closed by the caller.
 */
BOOL get_adopted_section( UINT_PTR addr, HANDLE *section, NTSTATUS *status )
{
    struct piece *piece;
    sigset_t sigset;

    lock_pieces( &sigset );
    if ((piece = find_piece( addr )))
    {
        if (piece->kind != PIECE_VIEW) *status = STATUS_INVALID_ADDRESS;
        else if (!(piece->flags & SEC_FILE)) *status = STATUS_FILE_INVALID;
        else *status = NtDuplicateObject( NtCurrentProcess(), piece->section->handle, NtCurrentProcess(), section,
                                          0, 0, DUPLICATE_SAME_ACCESS );
    }
    unlock_pieces( &sigset );
    return !!piece;
}

static NTSTATUS protect_view( struct piece *piece, UINT_PTR base, UINT_PTR size, UINT32 protect, ULONG *old )
{
    UINT_PTR end = base + PAGE_MASK + 1;
    BOOL written;
    NTSTATUS status;

    if ((status = prepare_view_protection( piece, protect ))) return status;
    if ((status = check_committed( piece, base, size ))) return status;
    written = !piece->copies || get_written_range( base, &end );
    status = protect_adopted_pages( piece, base, size, replace_write_copy( protect ), old );
    if (!status && !written) *old = restore_write_copy( *old );
    return status;
}

static NTSTATUS protect_piece( struct piece *piece, UINT_PTR base, UINT_PTR size, UINT32 protect, ULONG *old )
{
    if (piece->kind == PIECE_FREE || size > piece->base + piece->size - base) return STATUS_CONFLICTING_ADDRESSES;
    if (piece->kind == PIECE_PLACEHOLDER) return STATUS_NOT_COMMITTED;
    if (piece->kind == PIECE_VIEW) return protect_view( piece, base, size, protect, old );
    return protect_adopted_pages( piece, base, size, protect, old );
}

/***********************************************************************
 *             protect_adopted_memory
 */
BOOL protect_adopted_memory( struct protect_memory_params *params, NTSTATUS *status )
{
    UINT_PTR base, size;
    struct piece *piece;
    sigset_t sigset;
    ULONG old = 0;

    if (!get_page_range( params->base, params->size, PAGE_MASK, &base, &size ))
    {
        *status = STATUS_INVALID_PARAMETER;
        return TRUE;
    }
    lock_pieces( &sigset );
    if ((piece = find_piece( base ))) *status = protect_piece( piece, base, size, params->protect, &old );
    unlock_pieces( &sigset );

    if (piece && !*status) *(ULONG *)get_ptr( params->old_protect ) = old;
    return !!piece;
}
