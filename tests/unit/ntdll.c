/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A small ntdll for unit tests of the Unix half: memory, sections and handles, all of which can fail
 *
 * It keeps to what ntdll does as far as the module relies on it: reservations are looked at by page,
 * what is decommitted is mapped anew, addresses that are not reserved are refused.
 */

#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/mman.h>

#include "ntdll.h"
#include "wine/debug.h"
#include "wine/server.h"
#include "adopted.h"

#define PAGE_SIZE 0x1000
#define MAX_RESERVATIONS 64
#define MAX_HANDLES 256

unsigned int fail_countdown;
const char *failed_call;

static BOOL should_fail( const char *name )
{
    if (!fail_countdown || --fail_countdown) return FALSE;
    failed_call = name;
    return TRUE;
}

/* the host and the C library */

extern void *__real_mmap( void *addr, size_t len, int prot, int flags, int fd, off_t offset );
extern void *__wrap_mmap( void *addr, size_t len, int prot, int flags, int fd, off_t offset );
extern void *__real_malloc( size_t size );
extern void *__wrap_malloc( size_t size );
extern void *__real_calloc( size_t count, size_t size );
extern void *__wrap_calloc( size_t count, size_t size );

void *__wrap_mmap( void *addr, size_t len, int prot, int flags, int fd, off_t offset )
{
    return should_fail( "mmap" ) ? MAP_FAILED : __real_mmap( addr, len, prot, flags, fd, offset );
}

void *__wrap_malloc( size_t size )
{
    return should_fail( "malloc" ) ? NULL : __real_malloc( size );
}

void *__wrap_calloc( size_t count, size_t size )
{
    return should_fail( "calloc" ) ? NULL : __real_calloc( count, size );
}

/* memory */

struct unit_section
{
    int     fd;
    UINT32  flags;
    UINT64  size;
    UINT16 *pages;                          /* protections, 0 for reserved pages, for all views */
    unsigned int refs;
};

struct reservation
{
    UINT_PTR base, size;
    UINT32   protect;                       /* of the allocation */
    UINT16  *pages;                         /* the same of private memory */
    struct unit_section *section;           /* of a view */
    UINT64   offset;
};

static struct reservation reservations[MAX_RESERVATIONS];

static struct reservation *find_reservation( UINT_PTR base, UINT_PTR size )
{
    unsigned int i;

    for (i = 0; i < MAX_RESERVATIONS; i++)
        if (reservations[i].size && base >= reservations[i].base && size <= reservations[i].size &&
            base - reservations[i].base <= reservations[i].size - size) return &reservations[i];
    return NULL;
}

static BOOL is_free( UINT_PTR base, UINT_PTR size )
{
    unsigned int i;

    for (i = 0; i < MAX_RESERVATIONS; i++)
        if (reservations[i].size && base < reservations[i].base + reservations[i].size && reservations[i].base < base + size)
            return FALSE;
    return TRUE;
}

static struct reservation *add_reservation( UINT_PTR base, UINT_PTR size, UINT32 protect )
{
    unsigned int i;

    for (i = 0; i < MAX_RESERVATIONS; i++)
    {
        if (reservations[i].size) continue;
        reservations[i].base    = base;
        reservations[i].size    = size;
        reservations[i].protect = protect;
        reservations[i].pages   = __real_calloc( size / PAGE_SIZE, sizeof(UINT16) );
        return &reservations[i];
    }
    abort();
}

static void remove_reservation( struct reservation *res )
{
    munmap( (void *)res->base, res->size );
    free( res->pages );
    memset( res, 0, sizeof(*res) );
}

unsigned int count_reservations( void )
{
    unsigned int i, count = 0;

    for (i = 0; i < MAX_RESERVATIONS; i++) count += reservations[i].size != 0;
    return count;
}

static UINT16 *get_page( const struct reservation *res, UINT_PTR addr )
{
    if (res->section) return &res->section->pages[(addr - res->base + res->offset) / PAGE_SIZE];
    return &res->pages[(addr - res->base) / PAGE_SIZE];
}

static int host_protection( UINT32 protect )
{
    return protect & PAGE_GUARD ? PROT_NONE : get_unix_protection( protect & 0xff );
}

static NTSTATUS protect_range( const struct reservation *res, UINT_PTR base, UINT_PTR size, UINT32 protect )
{
    UINT_PTR addr;

    if (!is_valid_protection( protect & 0xff ) || is_write_copy( protect )) return STATUS_INVALID_PAGE_PROTECTION;
    if (mprotect( (void *)base, size, host_protection( protect ))) return STATUS_ACCESS_DENIED;
    for (addr = base; addr < base + size; addr += PAGE_SIZE) *get_page( res, addr ) = protect;
    return STATUS_SUCCESS;
}

NTSTATUS WINAPI NtAllocateVirtualMemory( HANDLE process, void **addr, ULONG_PTR zero_bits, SIZE_T *size,
                                         ULONG type, ULONG protect )
{
    UINT_PTR base = (UINT_PTR)*addr, len = (*size + PAGE_SIZE - 1) & ~(UINT_PTR)(PAGE_SIZE - 1);
    struct reservation *res;
    void *ptr;

    if (should_fail( "NtAllocateVirtualMemory" )) return type & MEM_RESERVE ? STATUS_NO_MEMORY : STATUS_ACCESS_DENIED;
    if (type & MEM_RESERVE)
    {
        if (base && !is_free( base, len )) return STATUS_CONFLICTING_ADDRESSES;
        ptr = __real_mmap( *addr, len + (base ? 0 : 0x10000), PROT_NONE,
                           MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | (base ? MAP_FIXED_NOREPLACE : 0), -1, 0 );
        if (ptr == MAP_FAILED) return STATUS_CONFLICTING_ADDRESSES;
        if (!base)
        {
            base = ((UINT_PTR)ptr + 0xffff) & ~(UINT_PTR)0xffff;
            if (base > (UINT_PTR)ptr) munmap( ptr, base - (UINT_PTR)ptr );
            if (base < (UINT_PTR)ptr + 0x10000) munmap( (void *)(base + len), (UINT_PTR)ptr + 0x10000 - base );
        }
        add_reservation( base, len, protect );
        *addr = (void *)base;
        *size = len;
        return STATUS_SUCCESS;
    }
    if (!(res = find_reservation( base, len ))) return STATUS_NOT_MAPPED_VIEW;
    if (type & MEM_RESET) return STATUS_SUCCESS;
    if (!res->section) return protect_range( res, base, len, protect );
    for (; len; len -= PAGE_SIZE, base += PAGE_SIZE) *get_page( res, base ) = protect;
    return STATUS_SUCCESS;
}

NTSTATUS WINAPI NtFreeVirtualMemory( HANDLE process, void **addr, SIZE_T *size, ULONG type )
{
    UINT_PTR base = (UINT_PTR)*addr, len = *size;
    struct reservation *res;

    if (!(res = find_reservation( base, len )) || res->section) return STATUS_INVALID_PARAMETER;
    if (type == MEM_RELEASE)
    {
        if (len || base != res->base) return STATUS_INVALID_PARAMETER;
        remove_reservation( res );
        return STATUS_SUCCESS;
    }
    if (should_fail( "NtFreeVirtualMemory" )) return STATUS_NO_MEMORY;
    if (__real_mmap( *addr, len, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | MAP_NORESERVE, -1, 0 ) == MAP_FAILED)
        return STATUS_NO_MEMORY;
    memset( get_page( res, base ), 0, len / PAGE_SIZE * sizeof(UINT16) );
    return STATUS_SUCCESS;
}

NTSTATUS WINAPI NtProtectVirtualMemory( HANDLE process, void **addr, SIZE_T *size, ULONG protect, ULONG *old )
{
    UINT_PTR base = (UINT_PTR)*addr, page;
    struct reservation *res;
    NTSTATUS status;
    UINT32 first;

    if (should_fail( "NtProtectVirtualMemory" )) return STATUS_ACCESS_DENIED;
    if (!(res = find_reservation( base, *size ))) return STATUS_INVALID_PARAMETER;
    for (page = base; page < base + *size; page += PAGE_SIZE)
        if (!*get_page( res, page )) return STATUS_NOT_COMMITTED;
    first = *get_page( res, base );
    if (!(status = protect_range( res, base, *size, protect ))) *old = first;
    return status;
}

NTSTATUS WINAPI NtQueryVirtualMemory( HANDLE process, const void *addr, MEMORY_INFORMATION_CLASS class, void *buffer,
                                      SIZE_T len, SIZE_T *ret_len )
{
    MEMORY_BASIC_INFORMATION *info = buffer;
    UINT_PTR base = (UINT_PTR)addr, end;
    struct reservation *res;
    UINT32 protect;

    if (!(res = find_reservation( base, PAGE_SIZE ))) return STATUS_INVALID_PARAMETER;
    protect = *get_page( res, base );
    for (end = base + PAGE_SIZE; end < res->base + res->size && *get_page( res, end ) == protect; end += PAGE_SIZE) {}
    info->BaseAddress       = (void *)base;
    info->AllocationBase    = (void *)res->base;
    info->AllocationProtect = res->protect;
    info->RegionSize        = end - base;
    info->State             = protect ? MEM_COMMIT : MEM_RESERVE;
    info->Protect           = protect;
    info->Type              = res->section ? MEM_MAPPED : MEM_PRIVATE;
    return STATUS_SUCCESS;
}

NTSTATUS WINAPI NtAllocateVirtualMemoryEx( HANDLE process, void **addr, SIZE_T *size, ULONG type, ULONG protect,
                                           MEM_EXTENDED_PARAMETER *parameters, ULONG count )
{
    return STATUS_INVALID_PARAMETER;  /* it has no placeholders */
}

NTSTATUS WINAPI NtQuerySystemInformation( SYSTEM_INFORMATION_CLASS class, void *buffer, ULONG size, ULONG *ret )
{
    ((SYSTEM_BASIC_INFORMATION *)buffer)->HighestUserAddress = (void *)0x7ffffffeffff;
    return STATUS_SUCCESS;
}

/* sections and handles */

static struct unit_section *handles[MAX_HANDLES];

static struct unit_section *get_section( HANDLE handle )
{
    UINT_PTR index = (UINT_PTR)handle / 4;

    return index < MAX_HANDLES ? handles[index] : NULL;
}

static NTSTATUS add_handle( struct unit_section *section, HANDLE *ret )
{
    UINT_PTR i;

    for (i = 1; i < MAX_HANDLES; i++)
    {
        if (handles[i]) continue;
        handles[i] = section;
        section->refs++;
        *ret = (HANDLE)(i * 4);
        return STATUS_SUCCESS;
    }
    abort();
}

HANDLE create_unit_section( UINT32 flags, SIZE_T size )
{
    struct unit_section *section = __real_calloc( 1, sizeof(*section) );
    HANDLE handle;
    SIZE_T i;

    section->fd    = memfd_create( "unit", MFD_CLOEXEC );
    section->flags = flags;
    section->size  = size;
    section->pages = __real_calloc( size / PAGE_SIZE, sizeof(UINT16) );
    for (i = 0; !(flags & SEC_RESERVE) && i < size / PAGE_SIZE; i++) section->pages[i] = PAGE_READWRITE;
    if (section->fd == -1 || ftruncate( section->fd, size )) abort();
    add_handle( section, &handle );
    return handle;
}

unsigned int count_handles( void )
{
    unsigned int i, count = 0;

    for (i = 0; i < MAX_HANDLES; i++) count += handles[i] != NULL;
    return count;
}

static void release_section( struct unit_section *section )
{
    if (--section->refs) return;
    close( section->fd );
    free( section->pages );
    free( section );
}

NTSTATUS WINAPI NtClose( HANDLE handle )
{
    struct unit_section *section = get_section( handle );

    if (!section) abort();
    handles[(UINT_PTR)handle / 4] = NULL;
    release_section( section );
    return STATUS_SUCCESS;
}

NTSTATUS WINAPI NtDuplicateObject( HANDLE source_process, HANDLE source, HANDLE process, HANDLE *ret, ACCESS_MASK access,
                                   ULONG attr, ULONG options )
{
    if (should_fail( "NtDuplicateObject" )) return STATUS_INSUFFICIENT_RESOURCES;
    return get_section( source ) ? add_handle( get_section( source ), ret ) : STATUS_INVALID_HANDLE;
}

NTSTATUS WINAPI NtQuerySection( HANDLE handle, SECTION_INFORMATION_CLASS class, void *buffer, SIZE_T size, SIZE_T *ret )
{
    SECTION_BASIC_INFORMATION *info = buffer;
    struct unit_section *section = get_section( handle );

    if (!section) return STATUS_INVALID_HANDLE;
    if (should_fail( "NtQuerySection" )) return STATUS_NO_MEMORY;
    info->BaseAddress   = NULL;
    info->Attributes    = section->flags;
    info->Size.QuadPart = section->size;
    return STATUS_SUCCESS;
}

NTSTATUS WINAPI NtQueryObject( HANDLE handle, OBJECT_INFORMATION_CLASS class, void *buffer, ULONG size, ULONG *ret )
{
    ((OBJECT_BASIC_INFORMATION *)buffer)->GrantedAccess = ~0u;
    return should_fail( "NtQueryObject" ) ? STATUS_NO_MEMORY : STATUS_SUCCESS;
}

NTSTATUS CDECL wine_server_handle_to_fd( HANDLE handle, unsigned int access, int *fd, unsigned int *options )
{
    struct unit_section *section = get_section( handle );

    if (!section) return STATUS_INVALID_HANDLE;
    if (should_fail( "wine_server_handle_to_fd" )) return STATUS_TOO_MANY_OPENED_FILES;
    return (*fd = dup( section->fd )) == -1 ? STATUS_TOO_MANY_OPENED_FILES : STATUS_SUCCESS;
}

NTSTATUS WINAPI NtMapViewOfSection( HANDLE handle, HANDLE process, void **addr, ULONG_PTR zero_bits, SIZE_T commit,
                                    const LARGE_INTEGER *offset, SIZE_T *size, SECTION_INHERIT inherit, ULONG type,
                                    ULONG protect )
{
    struct unit_section *section = get_section( handle );
    SIZE_T len = (*size + PAGE_SIZE - 1) & ~(SIZE_T)(PAGE_SIZE - 1);
    struct reservation *res;
    void *ptr;

    if (!section) return STATUS_INVALID_HANDLE;
    if (should_fail( "NtMapViewOfSection" )) return STATUS_NO_MEMORY;
    ptr = __real_mmap( NULL, len, get_unix_protection( protect ), MAP_SHARED, section->fd, offset->QuadPart );
    if (ptr == MAP_FAILED) return STATUS_NO_MEMORY;
    res = add_reservation( (UINT_PTR)ptr, len, protect );
    res->section = section;
    res->offset = offset->QuadPart;
    section->refs++;
    *addr = ptr;
    *size = len;
    return STATUS_SUCCESS;
}

NTSTATUS WINAPI NtUnmapViewOfSection( HANDLE process, void *addr )
{
    struct reservation *res = find_reservation( (UINT_PTR)addr, PAGE_SIZE );

    if (!res || !res->section) return STATUS_NOT_MAPPED_VIEW;
    release_section( res->section );
    remove_reservation( res );
    return STATUS_SUCCESS;
}

/* what other files of the module have */

NTSTATUS is_file_section( HANDLE section, BOOL *is_file )
{
    *is_file = !!(get_section( section )->flags & SEC_FILE);
    return STATUS_SUCCESS;
}

NTSTATUS get_section_size( HANDLE section, UINT64 *size )
{
    *size = get_section( section )->size;
    return STATUS_SUCCESS;
}

BOOL get_memfd_info( int fd, struct memfd_info *info )
{
    return FALSE;
}

BOOL get_written_range( UINT_PTR start, UINT_PTR *end )
{
    return FALSE;
}

NTSTATUS check_growing_view( const struct map_view_params *params, BOOL *growing )
{
    *growing = FALSE;
    return STATUS_SUCCESS;
}

/* one process and one view of reserved pages at a time: there is nobody to tell of commits */

NTSTATUS add_reserve_view( HANDLE section, UINT_PTR base, SIZE_T size, UINT64 offset, UINT32 protect )
{
    return should_fail( "add_reserve_view" ) ? STATUS_NO_MEMORY : STATUS_SUCCESS;
}

void set_reserve_alias( UINT_PTR base, UINT_PTR alias, SIZE_T size, UINT64 offset )
{
}

BOOL unmap_reserve_view( UINT_PTR addr, UINT32 flags, NTSTATUS *status )
{
    return FALSE;
}

void query_reserve_view( MEMORY_BASIC_INFORMATION *info )
{
}

void share_commit( UINT_PTR base, SIZE_T size, UINT32 protect )
{
}

/* debug output: only what is an error */

unsigned char __cdecl __wine_dbg_get_channel_flags( struct __wine_debug_channel *channel )
{
    return 1 << __WINE_DBCL_ERR;
}

const char * __cdecl __wine_dbg_strdup( const char *str )
{
    return str;
}

int __cdecl __wine_dbg_output( const char *str )
{
    return fputs( str, stderr );
}

int __cdecl __wine_dbg_header( enum __wine_debug_class cls, struct __wine_debug_channel *channel, const char *function )
{
    return cls == __WINE_DBCL_ERR ? fprintf( stderr, "%s: ", function ) : -1;
}

unsigned int get_setting( const char *name, const char *variable, const char *const *words )
{
    return 0;
}
