/*
 * What is done while something fails
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "test.h"
#include "large.h"
#include "steps.h"
#include <psapi.h>

#define SIZE 0x40000

static HANDLE section, file_section, file, large_section, reserve_section, exec_section;
static HANDLE readonly_section, poor_section, other, poor_other, self;   /* poor: with few rights */
static const WCHAR *name;
static char *zone, *view, *copy, *reserved, *shared;   /* a placeholder of two parts; views to use */
static BOOL is_split;
static HANDLE new_handle;
static char *new_addr;
static BOOL (WINAPI *pQueryWorkingSetEx)( HANDLE, void *, DWORD );
static BOOL (WINAPI *pGetSystemCpuSetInformation)( void *, ULONG, ULONG *, HANDLE, ULONG );

static BOOL got_handle( HANDLE handle )
{
    return (new_handle = handle) != NULL;
}

static BOOL got_addr( void *addr )
{
    return (new_addr = addr) != NULL;
}

static void close_new(void)         { CloseHandle( new_handle ); }
static void unmap_new(void)         { UnmapViewOfFile( new_addr ); }
static void unmap_remote(void)      { pUnmapViewOfFile2( other, new_addr, 0 ); }
static void free_new(void)          { VirtualFree( new_addr, 0, MEM_RELEASE ); }
static void free_remote(void)       { VirtualFreeEx( other, new_addr, 0, MEM_RELEASE ); }
static void coalesce(void)          { VirtualFree( zone, 3 * SIZE, MEM_RELEASE | MEM_COALESCE_PLACEHOLDERS );
                                      VirtualFree( zone, SIZE, MEM_RELEASE | MEM_PRESERVE_PLACEHOLDER ); }
static void split(void)             { VirtualFree( zone, SIZE, MEM_RELEASE | MEM_PRESERVE_PLACEHOLDER ); }
static BOOL unmap_preserved(void)   { return pUnmapViewOfFile2( GetCurrentProcess(), new_addr, MEM_PRESERVE_PLACEHOLDER ); }
static BOOL free_preserved(void)    { return VirtualFree( new_addr, SIZE, MEM_RELEASE | MEM_PRESERVE_PLACEHOLDER ); }
static void preserve_view(void)     { unmap_preserved(); }
static void preserve_memory(void)   { free_preserved(); }
static void nothing(void)           { }

static BOOL create_anonymous(void)  { return got_handle( create_section( PAGE_READWRITE, SIZE )); }
static BOOL create_readonly(void)   { return got_handle( create_section( PAGE_READONLY, SIZE )); }
static BOOL create_named(void)      { return got_handle( CreateFileMappingW( INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0,
                                                                             SIZE, L"mapview-survival" )); }
static BOOL create_file(void)       { return got_handle( CreateFileMappingNumaW( file, NULL, PAGE_READWRITE, 0, 0, NULL, 0 )); }
static BOOL create_two(void)        { return got_handle( pCreateFileMapping2( NULL, NULL, FILE_MAP_ALL_ACCESS, PAGE_READWRITE,
                                                                              SEC_RESERVE, SIZE, NULL, NULL, 0 )); }
static BOOL create_large_pages(void) { return got_handle( create_large( PAGE_READWRITE, 1 )); }
static BOOL create_code(void)       { return got_handle( CreateFileMappingW( file, NULL, PAGE_EXECUTE_READ, 0, 0, NULL )); }
static BOOL open_named(void)        { return got_handle( OpenFileMappingW( FILE_MAP_WRITE, FALSE, name )); }
static BOOL map_plain(void)         { return got_addr( map_all( section )); }
static BOOL map_file(void)          { return got_addr( map_all( file_section )); }
static BOOL map_large(void)         { return got_addr( map_all( large_section )); }
static BOOL map_large_pages(void)   { return got_addr( MapViewOfFile( large_section, FILE_MAP_WRITE | FILE_MAP_LARGE_PAGES,
                                                                      0, 0, 0 )); }
static BOOL map_copy(void)          { return got_addr( MapViewOfFile( section, FILE_MAP_COPY, 0, 0, 0 )); }
static BOOL map_remote(void)        { return got_addr( pMapViewOfFileNuma2( section, other, 0, NULL, 0, 0, PAGE_READWRITE, 0 )); }

static BOOL map_reserved(void)      { return got_addr( map_all( reserve_section )); }
static BOOL map_half_reserved(void) { return got_addr( MapViewOfFile( reserve_section, FILE_MAP_WRITE, 0, 0, SIZE / 2 )); }
static BOOL map_growing(void)       { return got_addr( MapViewOfFile( file_section, FILE_MAP_WRITE | FILE_MAP_RESERVE, 0, 0,
                                                                      4 * SIZE )); }
static BOOL map_node(void)          { return got_addr( MapViewOfFileExNuma( section, FILE_MAP_WRITE, 0, 0, 0, NULL, 0 )); }

static BOOL map_required( HANDLE handle, HANDLE process )
{
    MEM_ADDRESS_REQUIREMENTS req = { (void *)ZONE( 0x30 ), NULL, 0x1000000 };
    MEM_EXTENDED_PARAMETER param;

    memset( &param, 0, sizeof(param) );
    param.Type = PARAM_ADDRESS_REQUIREMENTS;
    param.Pointer = &req;
    return got_addr( pMapViewOfFile3( handle, process, NULL, 0, 0, 0, PAGE_READWRITE, &param, 1 ));
}

static BOOL map_aligned(void)       { return map_required( section, GetCurrentProcess() ); }
static BOOL map_aligned_remote(void) { return map_required( section, other ); }
static BOOL map_aligned_poor(void)  { return map_required( poor_section, GetCurrentProcess() ); }

static BOOL replace( HANDLE handle, ULONG protect )
{
    return got_addr( pMapViewOfFile3( handle, GetCurrentProcess(), zone, 0, SIZE, MEM_REPLACE_PLACEHOLDER, protect, NULL, 0 ));
}

static BOOL replace_view(void)      { return replace( section, PAGE_READWRITE ); }
static BOOL replace_readonly(void)  { return replace( section, PAGE_READONLY ); }
static BOOL replace_copy(void)      { return replace( section, PAGE_WRITECOPY ); }
static BOOL replace_file(void)      { return replace( file_section, PAGE_READWRITE ); }
static BOOL replace_reserved(void)  { return replace( reserve_section, PAGE_READWRITE ); }
static BOOL replace_memory(void)    { return got_addr( pVirtualAlloc2( GetCurrentProcess(), zone, SIZE, MEM_RESERVE | MEM_COMMIT |
                                                                       MEM_REPLACE_PLACEHOLDER, PAGE_READWRITE, NULL, 0 )); }
static BOOL new_placeholder(void)   { return got_addr( pVirtualAlloc2( GetCurrentProcess(), NULL, SIZE, MEM_RESERVE |
                                                                       MEM_RESERVE_PLACEHOLDER, PAGE_NOACCESS, NULL, 0 )); }
static BOOL split_more(void)        { return VirtualFree( zone + SIZE, SIZE, MEM_RELEASE | MEM_PRESERVE_PLACEHOLDER ); }
static BOOL join(void)              { return VirtualFree( zone, 3 * SIZE, MEM_RELEASE | MEM_COALESCE_PLACEHOLDERS ); }
static BOOL alloc(void)             { return got_addr( VirtualAlloc( NULL, SIZE, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE )); }
static BOOL alloc_large(void)       { return got_addr( VirtualAlloc( NULL, large_page(), MEM_RESERVE | MEM_COMMIT | MEM_LARGE_PAGES,
                                                                     PAGE_READWRITE )); }
static BOOL alloc_node(void)        { return got_addr( VirtualAllocExNuma( GetCurrentProcess(), NULL, SIZE, MEM_RESERVE | MEM_COMMIT,
                                                                           PAGE_READWRITE, 0 )); }

static BOOL alloc_required(void)
{
    MEM_ADDRESS_REQUIREMENTS req = { (void *)ZONE( 0x30 ), NULL, 0x1000000 };
    MEM_EXTENDED_PARAMETER param;

    memset( &param, 0, sizeof(param) );
    param.Type = PARAM_ADDRESS_REQUIREMENTS;
    param.Pointer = &req;
    return got_addr( pVirtualAlloc2( NULL, NULL, SIZE, MEM_RESERVE, PAGE_READWRITE, &param, 1 ));
}

void (*before_undo)(void);

/* a step of two parts: when the second one has failed, the first one is undone */
static BOOL or_undo( BOOL ret, void (*undo)(void) )
{
    DWORD err = GetLastError();

    if (!ret)
    {
        if (before_undo) before_undo();
        undo();
    }
    SetLastError( err );
    return ret;
}

/* memory in the place of a placeholder, of which a part has another state than the rest */
static BOOL change_memory(void)
{
    DWORD old;

    return replace_memory() &&
           or_undo( VirtualFree( zone + PAGE, PAGE, MEM_DECOMMIT ) &&
                    VirtualProtect( zone + 3 * PAGE, PAGE, PAGE_READONLY, &old ) &&
                    VirtualAlloc( zone + PAGE, PAGE, MEM_COMMIT, PAGE_READWRITE ), preserve_memory );
}

static BOOL unmap_plain(void)       { return map_plain() && or_undo( UnmapViewOfFile( new_addr ), unmap_new ); }
static BOOL unmap_reserved(void)    { return map_reserved() && or_undo( UnmapViewOfFile( new_addr ), unmap_new ); }
static BOOL free_plain(void)        { return alloc() && or_undo( VirtualFree( new_addr, 0, MEM_RELEASE ), free_new ); }

/* what is in the place of a placeholder is taken away again */
static BOOL take_view(void)         { return replace_view() && or_undo( unmap_preserved(), preserve_view ); }
static BOOL take_memory(void)       { return replace_memory() && or_undo( free_preserved(), preserve_memory ); }

/* the first view of a section */
static void unmap_and_close(void)
{
    unmap_new();
    close_new();
}

static BOOL map_new_reserved(void)
{
    return got_handle( create_section( PAGE_READWRITE | SEC_RESERVE, SIZE )) &&
           or_undo( got_addr( map_all( new_handle )), close_new );
}

static BOOL change_view(void)
{
    DWORD old;

    return replace_view() &&
           or_undo( VirtualProtect( zone + PAGE, PAGE, PAGE_READONLY, &old ) &&
                    VirtualProtect( zone, SIZE, PAGE_READWRITE, &old ), preserve_view );
}

static BOOL commit_reserved(void)
{
    return map_reserved() &&
           or_undo( VirtualAlloc( new_addr + SIZE - 2 * PAGE, 2 * PAGE, MEM_COMMIT, PAGE_READWRITE ) != NULL, unmap_new );
}

static BOOL get_name(void)
{
    char path[MAX_PATH];
    return K32GetMappedFileNameA( GetCurrentProcess(), view, path, sizeof(path) ) != 0;
}

static BOOL alloc_remote(void)      { return got_addr( pVirtualAlloc2( other, NULL, SIZE, MEM_RESERVE, PAGE_READWRITE, NULL, 0 )); }

static BOOL query_copy(void)
{
    MEMORY_BASIC_INFORMATION info;
    return VirtualQuery( copy, &info, sizeof(info) ) != 0;
}

BOOL query_remote(void)
{
    MEMORY_BASIC_INFORMATION info;
    return VirtualQueryEx( other, GetModuleHandleA( "ntdll.dll" ), &info, sizeof(info) ) != 0;
}

static BOOL protect_view(void)
{
    DWORD old;
    return VirtualProtect( view, PAGE, PAGE_READONLY, &old );
}

static BOOL protect_copy(void)
{
    DWORD old;
    return VirtualProtect( copy, PAGE, PAGE_READONLY, &old );
}

static void unprotect(void)
{
    DWORD old;
    VirtualProtect( view, PAGE, PAGE_READWRITE, &old );
    VirtualProtect( copy, PAGE, PAGE_WRITECOPY, &old );
}

static BOOL flush(void)
{
    view[0]++;
    return FlushViewOfFile( view, 0 );
}

static BOOL query_page( HANDLE process, void *addr )
{
    PSAPI_WORKING_SET_EX_INFORMATION page;

    page.VirtualAddress = addr;
    return pQueryWorkingSetEx( process, &page, sizeof(page) );
}

static BOOL query_own_pages(void)   { return query_page( GetCurrentProcess(), view ); }
BOOL query_other_pages(void)        { return query_page( other, GetModuleHandleA( "ntdll.dll" )); }

/* ---- what is refused ---- */

static BOOL is_refused( BOOL ret, DWORD error )
{
    return !ret && GetLastError() == error;
}

static BOOL map_denied(void)
{
    return is_refused( got_addr( map_all( readonly_section )), ERROR_ACCESS_DENIED );
}

static BOOL replace_nothing(void)
{
    return is_refused( got_addr( pMapViewOfFile3( section, GetCurrentProcess(), view, 0, SIZE, MEM_REPLACE_PLACEHOLDER,
                                                  PAGE_READWRITE, NULL, 0 )), ERROR_INVALID_ADDRESS );
}

static BOOL replace_nothing_by_memory(void)
{
    return is_refused( got_addr( pVirtualAlloc2( NULL, view, SIZE, MEM_RESERVE | MEM_REPLACE_PLACEHOLDER, PAGE_READWRITE,
                                                 NULL, 0 )), ERROR_INVALID_PARAMETER );
}

static BOOL free_view(void)
{
    return is_refused( VirtualFree( view, 0, MEM_RELEASE ), ERROR_INVALID_PARAMETER );
}

static BOOL commit_file(void)
{
    return is_refused( VirtualAlloc( view, PAGE, MEM_COMMIT, PAGE_READWRITE ) != NULL, ERROR_ACCESS_DENIED );
}

/* ---- with handles of fewer rights, and a real one of the own process ---- */

static BOOL take_from_other(void)
{
    return alloc_remote() && or_undo( VirtualFreeEx( poor_other, new_addr, 0, MEM_RELEASE ), free_remote );
}

static BOOL unmap_from_other(void)
{
    return map_remote() && or_undo( pUnmapViewOfFile2( poor_other, new_addr, 0 ), unmap_remote );
}

/* at an address that is one of a placeholder here only; something may begin before it there */
static BOOL free_elsewhere(void)
{
    BOOL ret = VirtualFreeEx( poor_other, zone, 0, MEM_RELEASE );

    return is_refused( ret, ERROR_INVALID_PARAMETER ) || is_refused( ret, ERROR_INVALID_ADDRESS );
}

static BOOL use_self(void)
{
    MEMORY_BASIC_INFORMATION info;
    DWORD old;

    if (!got_addr( pMapViewOfFile3( section, self, zone, 0, SIZE, MEM_REPLACE_PLACEHOLDER, PAGE_READWRITE, NULL, 0 ))) return FALSE;
    return or_undo( VirtualQueryEx( self, zone, &info, sizeof(info) ) && VirtualProtectEx( self, zone, PAGE, PAGE_READONLY, &old ) &&
                    VirtualAllocEx( self, zone, PAGE, MEM_COMMIT, PAGE_READWRITE ) &&
                    pUnmapViewOfFile2( self, zone, MEM_PRESERVE_PLACEHOLDER ), preserve_view );
}

/* memory of a view's own process, by a handle of it */
static BOOL commit_by_self(void)
{
    return map_reserved() &&
           or_undo( VirtualAllocEx( self, new_addr + SIZE - PAGE, PAGE, MEM_COMMIT, PAGE_READWRITE ) != NULL, unmap_new );
}

static BOOL query_remote_copy(void)
{
    MEMORY_BASIC_INFORMATION info;

    return got_addr( pMapViewOfFileNuma2( section, other, 0, NULL, 0, 0, PAGE_WRITECOPY, NUMA_NO_PREFERRED_NODE )) &&
           or_undo( VirtualQueryEx( other, new_addr, &info, sizeof(info) ) != 0, unmap_remote );
}

/* ---- views and memory in placeholders ---- */

static BOOL replace_executable(void) { return replace( exec_section, PAGE_EXECUTE_READ ); }

static void preserve_and_close(void)
{
    preserve_view();
    close_new();
}

static BOOL replace_new(void)
{
    return create_anonymous() && or_undo( replace( new_handle, PAGE_READWRITE ), close_new );
}

static BOOL copy_replaced(void)
{
    DWORD old;

    return replace_readonly() && or_undo( VirtualProtect( zone, PAGE, PAGE_WRITECOPY, &old ), preserve_view );
}

static BOOL commit_replaced(void)
{
    MEMORY_BASIC_INFORMATION info;
    DWORD old;

    return replace_reserved() &&
           or_undo( VirtualAlloc( zone, PAGE, MEM_COMMIT, PAGE_READWRITE ) && VirtualProtect( zone, PAGE, PAGE_READONLY, &old ) &&
                    VirtualQuery( zone, &info, sizeof(info) ), preserve_view );
}

static BOOL name_replaced(void)
{
    char path[MAX_PATH];

    return replace_file() && or_undo( K32GetMappedFileNameA( GetCurrentProcess(), zone, path, sizeof(path) ) != 0, preserve_view );
}

static BOOL query_replaced(void)
{
    return replace_view() && or_undo( !probe_write( zone + PAGE, 1 ) && query_page( GetCurrentProcess(), zone + PAGE ), preserve_view );
}

static BOOL query_growing(void)
{
    MEMORY_BASIC_INFORMATION info;

    return map_growing() && or_undo( VirtualQuery( new_addr + SIZE, &info, sizeof(info) ) != 0, unmap_new );
}

/* all that is in a range */
static void clear_range( SIZE_T size )
{
    MEMORY_BASIC_INFORMATION info;
    char *addr = new_addr;

    while (addr < new_addr + size && VirtualQuery( addr, &info, sizeof(info) ))
    {
        if (info.State == MEM_FREE) {}
        else if (info.Type == MEM_MAPPED) UnmapViewOfFile( info.AllocationBase );
        else VirtualFree( info.AllocationBase, 0, MEM_RELEASE );
        addr = (char *)info.BaseAddress + info.RegionSize;
    }
}

static BOOL new_range( SIZE_T size )
{
    return got_addr( pVirtualAlloc2( NULL, NULL, size, MEM_RESERVE | MEM_RESERVE_PLACEHOLDER, PAGE_NOACCESS, NULL, 0 ));
}

static void clear_holes(void)       { clear_range( 4 * SIZE ); }

/* a hole in a placeholder, in which there is something of each kind in the end */
static BOOL use_hole(void)
{
    char *base;

    if (!new_range( 4 * SIZE )) return FALSE;
    base = new_addr + SIZE;
    return or_undo( VirtualFree( base, SIZE, MEM_RELEASE | MEM_PRESERVE_PLACEHOLDER ) && VirtualFree( base, 0, MEM_RELEASE ) &&
                    VirtualAlloc( base + GRANULARITY, GRANULARITY, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE ) &&
                    MapViewOfFileEx( section, FILE_MAP_WRITE, 0, 0, GRANULARITY, base + 2 * GRANULARITY ) &&
                    pVirtualAlloc2( NULL, base, GRANULARITY, MEM_RESERVE | MEM_RESERVE_PLACEHOLDER, PAGE_NOACCESS, NULL, 0 ),
                    clear_holes );
}

static BOOL free_part(void)
{
    if (!new_range( 4 * SIZE )) return FALSE;
    return or_undo( pVirtualAlloc2( NULL, new_addr, 4 * SIZE, MEM_RESERVE | MEM_COMMIT | MEM_REPLACE_PLACEHOLDER, PAGE_READWRITE,
                                    NULL, 0 ) && VirtualFree( new_addr + SIZE, SIZE, MEM_RELEASE | MEM_PRESERVE_PLACEHOLDER ), clear_holes );
}

/* what the module does in more than one piece; guard pages, which are cleared twice */
#define LONG_SIZE    ((SIZE_T)160 << 20)
#define LONG_BORDER  ((SIZE_T)64 << 20)

static void clear_long(void)        { clear_range( LONG_SIZE ); }

static BOOL use_long(void)
{
    MEMORY_BASIC_INFORMATION info;
    char *border;
    DWORD old;

    if (!new_range( LONG_SIZE )) return FALSE;
    border = new_addr + LONG_BORDER - PAGE;
    return or_undo( pVirtualAlloc2( NULL, new_addr, LONG_SIZE, MEM_RESERVE | MEM_COMMIT | MEM_REPLACE_PLACEHOLDER, PAGE_READWRITE,
                                    NULL, 0 ) &&
                    VirtualProtect( border, 2 * PAGE, PAGE_READWRITE | PAGE_GUARD, &old ) &&
                    VirtualProtect( border, 2 * PAGE, PAGE_READONLY, &old ) &&
                    VirtualAlloc( border, 2 * PAGE, MEM_RESET, PAGE_NOACCESS ) &&
                    VirtualFree( border, 2 * PAGE, MEM_DECOMMIT ) && VirtualQuery( border, &info, sizeof(info) ) &&
                    VirtualFree( new_addr, LONG_SIZE, MEM_RELEASE | MEM_PRESERVE_PLACEHOLDER ) &&
                    pVirtualAlloc2( NULL, new_addr, LONG_SIZE, MEM_RESERVE | MEM_REPLACE_PLACEHOLDER, PAGE_READWRITE, NULL, 0 ),
                    clear_long );
}

/* ---- reserved pages ---- */

static char *second;   /* another view of what the first one is of */

static void unmap_second(void)
{
    UnmapViewOfFile( second );
    unmap_and_close();
}

static BOOL map_second_reserved(void)
{
    return map_new_reserved() && or_undo( (second = MapViewOfFile( new_handle, FILE_MAP_WRITE, 0, 0, SIZE / 2 )) != NULL,
                                          unmap_and_close );
}

/* what is committed in one view is in the other one, too; up to the ends of both */
static BOOL commit_in_two(void)
{
    MEMORY_BASIC_INFORMATION info;
    DWORD old;

    return map_second_reserved() &&
           or_undo( VirtualAlloc( second + SIZE / 2 - 2 * PAGE, 2 * PAGE, MEM_COMMIT, PAGE_READWRITE ) &&
                    VirtualAlloc( new_addr + SIZE - 2 * PAGE, 2 * PAGE, MEM_COMMIT, PAGE_READWRITE ) &&
                    VirtualProtect( new_addr + SIZE - 2 * PAGE, 2 * PAGE, PAGE_READONLY, &old ) &&
                    VirtualQuery( new_addr + SIZE - 2 * PAGE, &info, sizeof(info) ) && info.State == MEM_COMMIT, unmap_second );
}

/* an access that fails for a lack is one that is not repeated */
static BOOL is_fault( DWORD code, DWORD expected )
{
    if (code == expected) return TRUE;
    SetLastError( ERROR_NOT_ENOUGH_MEMORY );
    return FALSE;
}

static char *remote_view;

static void unmap_both(void)
{
    pUnmapViewOfFile2( other, remote_view, 0 );
    unmap_and_close();
}

/* the fault opens what another process has committed */
static BOOL touch_committed(void)
{
    if (!map_new_reserved()) return FALSE;
    remote_view = pMapViewOfFileNuma2( new_handle, other, 0, NULL, 0, 0, PAGE_READWRITE, NUMA_NO_PREFERRED_NODE );
    if (!or_undo( remote_view != NULL, unmap_and_close )) return FALSE;
    return or_undo( VirtualAllocEx( other, remote_view, PAGE, MEM_COMMIT, PAGE_READWRITE ) != NULL, unmap_both ) &&
           or_undo( is_fault( probe_write( new_addr, 1 ), 0 ), unmap_both );
}

/* ---- faults ---- */

/* a page of a reserved section that becomes copy-on-write */
static BOOL copy_reserved(void)
{
    MEMORY_BASIC_INFORMATION info;
    DWORD old;
    BOOL ret;

    if (!map_second_reserved()) return FALSE;
    if (!or_undo( VirtualAlloc( second, PAGE, MEM_COMMIT, PAGE_READWRITE ) && VirtualProtect( new_addr, PAGE, PAGE_WRITECOPY, &old ) &&
                  VirtualQuery( new_addr, &info, sizeof(info) ), unmap_second )) return FALSE;
    ret = is_fault( probe_write( new_addr, 1 ), 0 );
    ok( probe_write( second, 0 ) || !ret || new_addr[0] == 1, "what was written is not there\n" );
    return or_undo( ret, unmap_second );
}

/* a shared view that becomes copy-on-write, and what is written does not reach the section */
static BOOL copy_shared(void)
{
    DWORD old;

    BOOL ret;

    /* at an address: where ntdll maps it whatever the settings */
    if (!got_addr( MapViewOfFileEx( section, FILE_MAP_READ, 0, 0, 0, (void *)ZONE( 0x32 )))) return FALSE;
    if (!or_undo( VirtualProtect( new_addr, PAGE, PAGE_WRITECOPY, &old ), unmap_new )) return FALSE;
    ret = or_undo( is_fault( probe_write( new_addr, 1 ), 0 ), unmap_new );
    ok( !shared[0], "the section has changed\n" );
    shared[0] = 0;
    return ret;
}

static char *cut;   /* of a file that has become shorter, and has no name any more */

static void init_cut_file(void)
{
    HANDLE cut_file, cut_section;
    char path[MAX_PATH];

    cut_file = create_named_test_file( GENERIC_READ, SIZE, path );
    cut_section = CreateFileMappingW( cut_file, NULL, PAGE_READONLY, 0, 0, NULL );
    cut = MapViewOfFile( cut_section, FILE_MAP_READ, 0, 0, 0 );
    if (!cut || !truncate_file( path, PAGE ) || !delete_host_file( path ))
    {
        UnmapViewOfFile( cut );
        cut = NULL;
    }
    CloseHandle( cut_section );
    CloseHandle( cut_file );
}

static BOOL touch_cut_file(void)
{
    BYTE value;

    if (!cut) init_cut_file();
    return cut && is_fault( probe_read( cut + 2 * PAGE, &value ), EXCEPTION_IN_PAGE_ERROR );
}

static void protect_cut_file(void)
{
    DWORD old;
    VirtualProtect( cut, SIZE, PAGE_READONLY, &old );
}

/* one that is to become a copy */
static BOOL copy_cut_file(void)
{
    DWORD old;

    return touch_cut_file() && VirtualProtect( cut + 3 * PAGE, PAGE, PAGE_WRITECOPY, &old ) &&
           or_undo( is_fault( probe_write( cut + 3 * PAGE, 1 ), EXCEPTION_IN_PAGE_ERROR ), protect_cut_file );
}

/* ---- large pages ---- */

static BOOL alloc_large_at(void)
{
    return got_addr( VirtualAlloc( (void *)ZONE( 0x31 ), large_page(), MEM_RESERVE | MEM_COMMIT | MEM_LARGE_PAGES,
                                   PAGE_READWRITE ));
}

static BOOL alloc_many_large(void)
{
    return got_addr( VirtualAlloc( NULL, (SIZE_T)68 << 20, MEM_RESERVE | MEM_COMMIT | MEM_LARGE_PAGES, PAGE_READWRITE ));
}

static BOOL protect_large(void)
{
    DWORD old;

    return alloc_large() && or_undo( VirtualProtect( new_addr, PAGE, PAGE_READONLY, &old ), free_new );
}

static BOOL commit_large(void)
{
    return map_large_pages() && or_undo( VirtualAlloc( new_addr, PAGE, MEM_COMMIT, PAGE_READWRITE ) != NULL, unmap_new );
}

static BOOL copy_large(void)
{
    return got_addr( MapViewOfFile( large_section, FILE_MAP_COPY | FILE_MAP_LARGE_PAGES, 0, 0, 0 ));
}

static BOOL query_large(void)
{
    return map_large_pages() && or_undo( query_page( GetCurrentProcess(), new_addr ), unmap_new );
}

static void unmap_large_both(void)
{
    pUnmapViewOfFile2( other, remote_view, 0 );
    unmap_new();
}

static BOOL free_large(void)        { return alloc_large() && or_undo( VirtualFree( new_addr, 0, MEM_RELEASE ), free_new ); }

/* pages that two processes have */
static BOOL query_remote_large(void)
{
    if (!map_large_pages()) return FALSE;
    remote_view = pMapViewOfFileNuma2( large_section, other, 0, NULL, 0, 0, PAGE_READWRITE, NUMA_NO_PREFERRED_NODE );
    if (!or_undo( remote_view != NULL, unmap_new )) return FALSE;
    return or_undo( WriteProcessMemory( other, remote_view, "x", 1, NULL ) && query_page( GetCurrentProcess(), new_addr ) && query_page( other, remote_view ), unmap_large_both );
}

/* ---- what is large enough for huge pages, and for a range of its own ---- */

#define BIG_SIZE ((SIZE_T)16 << 20)

static BOOL alloc_big(void)         { return got_addr( VirtualAlloc( NULL, BIG_SIZE, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE )); }

static BOOL map_big(void)
{
    return got_handle( create_section( PAGE_READWRITE, BIG_SIZE )) &&
           or_undo( got_addr( map_all( new_handle )) &&
                    or_undo( VirtualAlloc( new_addr, PAGE, MEM_COMMIT, PAGE_READWRITE ) != NULL, unmap_new ), close_new );
}

static BOOL map_big_copy(void)
{
    return got_handle( create_section( PAGE_READWRITE, BIG_SIZE )) &&
           or_undo( got_addr( MapViewOfFile( new_handle, FILE_MAP_COPY, 0, 0, 0 )), close_new );
}

/* ---- nodes ---- */

static BOOL create_node( DWORD type )
{
    return got_handle( CreateFileMappingNumaW( INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE | type, 0, SIZE, NULL, 0 ));
}

static BOOL create_node_committed(void) { return create_node( SEC_COMMIT ); }
static BOOL create_node_named(void) { return got_handle( CreateFileMappingNumaW( INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0,
                                                                                 SIZE, L"mapview-survival", 0 )); }

static BOOL commit_node_reserved(void)
{
    return create_node( SEC_RESERVE ) &&
           or_undo( got_addr( MapViewOfFileExNuma( new_handle, FILE_MAP_WRITE, 0, 0, 0, NULL, 0 )) &&
                    or_undo( VirtualAllocExNuma( GetCurrentProcess(), new_addr, PAGE, MEM_COMMIT, PAGE_READWRITE, 0 ) != NULL,
                             unmap_new ), close_new );
}

static BOOL map_node_at( HANDLE handle, HANDLE process, ULONG protect )
{
    return got_addr( pMapViewOfFileNuma2( handle, process, 0, NULL, 0, 0, protect, 0 ));
}

static BOOL map_node_file(void)     { return map_node_at( file_section, GetCurrentProcess(), PAGE_READWRITE ); }
static BOOL map_node_copy(void)     { return map_node_at( section, GetCurrentProcess(), PAGE_WRITECOPY ); }
static BOOL map_node_remote(void)   { return map_node_at( section, other, PAGE_READWRITE ); }
static BOOL map_node_remote_copy(void) { return map_node_at( file_section, other, PAGE_WRITECOPY ); }
static BOOL alloc_node_remote(void) { return got_addr( VirtualAllocExNuma( other, NULL, SIZE, MEM_RESERVE | MEM_COMMIT,
                                                                           PAGE_READWRITE, 0 )); }

static BOOL commit_node(void)
{
    if (!got_addr( VirtualAllocExNuma( GetCurrentProcess(), NULL, SIZE, MEM_RESERVE, PAGE_READWRITE, 0 ))) return FALSE;
    return or_undo( VirtualAllocExNuma( GetCurrentProcess(), new_addr, PAGE, MEM_COMMIT, PAGE_READWRITE, 0 ) &&
                    !probe_write( new_addr, 1 ) && query_page( GetCurrentProcess(), new_addr ) &&
                    VirtualFree( new_addr, PAGE, MEM_DECOMMIT ), free_new );
}

static BOOL query_processors(void)
{
    static SYSTEM_LOGICAL_PROCESSOR_INFORMATION info[256];
    DWORD len = sizeof(info);

    return GetLogicalProcessorInformation( info, &len );
}

static BOOL query_processors_ex(void)
{
    static char buffer[0x10000];
    DWORD len = sizeof(buffer);

    return GetLogicalProcessorInformationEx( RelationAll, (void *)buffer, &len );
}

static BOOL query_cpu_sets(void)
{
    static char buffer[0x10000];
    DWORD len;

    return pGetSystemCpuSetInformation( buffer, sizeof(buffer), &len, GetCurrentProcess(), 0 );
}

static BOOL query_node_mask(void)
{
    GROUP_AFFINITY affinity;
    return GetNumaNodeProcessorMaskEx( 0, &affinity );
}

static BOOL query_node_memory(void)
{
    ULONGLONG size;
    return GetNumaAvailableMemoryNodeEx( 0, &size );
}

const struct step steps[] =
{
    { "create a section", create_anonymous, close_new, 0 },
    { "create a read-only section", create_readonly, close_new, 0 },
    { "create a section with a name", create_named, close_new, 0 },
    { "create a section of a file", create_file, close_new, 0 },
    { "create a reserved section", create_two, close_new, 0 },
    { "create a section of large pages", create_large_pages, close_new, NEEDS_LARGE },
    { "open a section", open_named, close_new, 0 },
    { "map", map_plain, unmap_new, 0 },
    { "unmap", unmap_plain, nothing, 0 },
    { "unmap a reserved section", unmap_reserved, nothing, 0 },
    { "free", free_plain, nothing, 0 },
    { "map a file", map_file, unmap_new, 0 },
    { "map a section of large pages", map_large, unmap_new, NEEDS_LARGE },
    { "map large pages", map_large_pages, unmap_new, NEEDS_LARGE },
    { "map a copy", map_copy, unmap_new, 0 },
    { "map in another process", map_remote, unmap_remote, 0 },
    { "map a reserved section", map_reserved, unmap_new, 0 },
    { "map a new reserved section", map_new_reserved, unmap_and_close, 0 },
    { "map half of a reserved section", map_half_reserved, unmap_new, 0 },
    { "commit reserved pages", commit_reserved, unmap_new, 0 },
    { "map more than there is of a file", map_growing, unmap_new, 0 },
    { "map with a node", map_node, unmap_new, 0 },
    { "map aligned", map_aligned, unmap_new, 0 },
    { "map aligned in another process", map_aligned_remote, unmap_remote, 0 },
    { "replace by a view", replace_view, preserve_view, 0 },
    { "replace by a read-only view", replace_readonly, preserve_view, 0 },
    { "replace by a copy", replace_copy, preserve_view, 0 },
    { "replace by a view of a file", replace_file, preserve_view, 0 },
    { "replace by a view of a reserved section", replace_reserved, preserve_view, 0 },
    { "take a view away", take_view, nothing, 0 },
    { "take memory away", take_memory, nothing, 0 },
    { "change a view in a placeholder", change_view, preserve_view, 0 },
    { "change memory in a placeholder", change_memory, preserve_memory, 0 },
    { "replace by memory", replace_memory, preserve_memory, 0 },
    { "make a placeholder", new_placeholder, free_new, 0 },
    { "split a placeholder", split_more, coalesce, 0 },
    { "join placeholders", join, split, 0 },
    { "allocate", alloc, free_new, 0 },
    { "allocate with a node", alloc_node, free_new, 0 },
    { "allocate aligned", alloc_required, free_new, 0 },
    { "allocate large pages", alloc_large, free_new, NEEDS_LARGE },
    { "allocate in another process", alloc_remote, free_remote, 0 },
    { "query a copy", query_copy, nothing, 0 },
    { "query another process", query_remote, nothing, 0 },
    { "protect a view", protect_view, unprotect, 0 },
    { "protect a copy", protect_copy, unprotect, 0 },
    { "flush", flush, nothing, 0 },
    { "name the file of a view", get_name, nothing, 0 },
    { "query pages", query_own_pages, nothing, 0 },
    { "query pages of another process", query_other_pages, nothing, 0 },
    { "map without the right", map_denied, nothing, 0 },
    { "replace what is no placeholder", replace_nothing, nothing, 0 },
    { "replace what is no placeholder by memory", replace_nothing_by_memory, nothing, 0 },
    { "free a view", free_view, nothing, 0 },
    { "commit pages of a file", commit_file, nothing, 0 },
    { "create a section of code of a file", create_code, close_new, 0 },
    { "map aligned without the right to query", map_aligned_poor, unmap_new, 0 },
    { "take memory away from another process", take_from_other, nothing, 0 },
    { "take a view away from another process", unmap_from_other, nothing, 0 },
    { "free nothing in another process", free_elsewhere, nothing, 0 },
    { "use a handle of the own process", use_self, nothing, 0 },
    { "commit by a handle of the own process", commit_by_self, unmap_new, 0 },
    { "query a copy in another process", query_remote_copy, unmap_remote, 0 },
    { "replace by a view of code", replace_executable, preserve_view, 0 },
    { "replace by a view of a new section", replace_new, preserve_and_close, 0 },
    { "make a view in a placeholder a copy", copy_replaced, preserve_view, 0 },
    { "commit in a placeholder", commit_replaced, preserve_view, 0 },
    { "name the file of a view in a placeholder", name_replaced, preserve_view, 0 },
    { "query pages in a placeholder", query_replaced, preserve_view, 0 },
    { "query a view that grows", query_growing, unmap_new, 0 },
    { "use a hole", use_hole, clear_holes, 0 },
    { "free a part of memory in a placeholder", free_part, clear_holes, 0 },
    { "use a long placeholder", use_long, clear_long, 0 },
    { "commit in one of two views", commit_in_two, unmap_second, 0 },
    { "touch what another process has committed", touch_committed, unmap_both, 0 },
    { "copy a reserved page", copy_reserved, unmap_second, 0 },
    { "copy a shared page", copy_shared, unmap_new, 0 },
    { "touch a file that is too short", touch_cut_file, nothing, 0 },
    { "copy a page of a file that is too short", copy_cut_file, protect_cut_file, 0 },
    { "allocate large pages at an address", alloc_large_at, free_new, NEEDS_LARGE },
    { "allocate many large pages", alloc_many_large, free_new, NEEDS_MANY },
    { "protect large pages", protect_large, free_new, NEEDS_LARGE },
    { "free large pages", free_large, nothing, NEEDS_LARGE },
    { "commit large pages", commit_large, unmap_new, NEEDS_LARGE },
    { "copy large pages", copy_large, unmap_new, NEEDS_LARGE },
    { "query large pages", query_large, unmap_new, NEEDS_LARGE },
    { "query large pages of another process", query_remote_large, unmap_large_both, NEEDS_LARGE | CALLS_MUCH },
    { "allocate much", alloc_big, free_new, 0 },
    { "map much", map_big, unmap_and_close, 0 },
    { "map a copy of much", map_big_copy, unmap_and_close, 0 },
    { "create a section with a node", create_node_committed, close_new, 0 },
    { "create a section with a name and a node", create_node_named, close_new, 0 },
    { "commit reserved pages with a node", commit_node_reserved, unmap_and_close, 0 },
    { "map a file with a node", map_node_file, unmap_new, 0 },
    { "map a copy with a node", map_node_copy, unmap_new, 0 },
    { "map with a node in another process", map_node_remote, unmap_remote, 0 },
    { "map a copy with a node in another process", map_node_remote_copy, unmap_remote, 0 },
    { "allocate with a node in another process", alloc_node_remote, free_remote, 0 },
    { "commit with a node", commit_node, free_new, 0 },
    { "query processors", query_processors, nothing, 0 },
    { "query processors and nodes", query_processors_ex, nothing, 0 },
    { "query sets of processors", query_cpu_sets, nothing, 0 },
    { "query the processors of a node", query_node_mask, nothing, 0 },
    { "query the memory of a node", query_node_memory, nothing, 0 },
};

const unsigned int step_count = ARRAY_SIZE( steps );

BOOL can_do( const struct step *step )
{
    const char *source = getenv( "WINE_MAPVIEW_LARGE_PAGES" );

    if (!(step->flags & (NEEDS_LARGE | NEEDS_MANY))) return TRUE;
    return large_section && (!(step->flags & NEEDS_MANY) || !source || strcmp( source, "hugetlb" ));
}

static HANDLE with_access( HANDLE handle, DWORD access )
{
    HANDLE ret = NULL;

    DuplicateHandle( GetCurrentProcess(), handle, GetCurrentProcess(), &ret, access, FALSE, 0 );
    return ret;
}

BOOL init_steps( const WCHAR *section_name, HANDLE other_process )
{
    pQueryWorkingSetEx = (void *)GetProcAddress( GetModuleHandleA( "kernelbase.dll" ), "K32QueryWorkingSetEx" );
    pGetSystemCpuSetInformation = (void *)GetProcAddress( GetModuleHandleA( "kernel32.dll" ), "GetSystemCpuSetInformation" );
    name = section_name;
    other = other_process;
    if (!section) section = CreateFileMappingW( INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, SIZE, name );
    if (!file) file = create_test_file( GENERIC_READ | GENERIC_EXECUTE, SIZE );
    if (!file_section) file_section = CreateFileMappingW( file, NULL, PAGE_READWRITE, 0, 0, NULL );
    if (!reserve_section) reserve_section = create_section( PAGE_READWRITE | SEC_RESERVE, SIZE );
    if (!exec_section) exec_section = create_section( PAGE_EXECUTE_READWRITE, SIZE );
    if (!readonly_section) readonly_section = with_access( section, FILE_MAP_READ | SECTION_QUERY );
    if (!poor_section) poor_section = with_access( section, FILE_MAP_READ | FILE_MAP_WRITE );
    if (!poor_other) poor_other = with_access( other, PROCESS_VM_OPERATION );
    if (!self) self = OpenProcess( PROCESS_ALL_ACCESS, FALSE, GetCurrentProcessId() );
    if (!reserved) reserved = map_all( reserve_section );
    if (!view) view = map_all( file_section );
    if (!shared) shared = map_all( section );
    if (!copy) copy = MapViewOfFile( section, FILE_MAP_COPY, 0, 0, 0 );
    if (!zone) zone = pVirtualAlloc2( NULL, NULL, 3 * SIZE, MEM_RESERVE | MEM_RESERVE_PLACEHOLDER, PAGE_NOACCESS, NULL, 0 );
    if (!section || !file_section || !reserve_section || !exec_section || !readonly_section || !poor_section || !poor_other ||
        !self || !reserved || !view || !shared || !copy || !zone) return FALSE;
    copy[PAGE] = 1;
    return is_split || (is_split = VirtualFree( zone, SIZE, MEM_RELEASE | MEM_PRESERVE_PLACEHOLDER ));
}

DWORD get_other_id(void)
{
    return GetProcessId( other );
}

BOOL init_large_steps(void)
{
    enable_lock_memory();
    if (!large_section) large_section = create_large( PAGE_READWRITE, 1 );
    return large_section != NULL;
}

void free_steps(void)
{
    HANDLE * const handles[] =
    {
        &section, &file_section, &file, &large_section, &reserve_section, &exec_section, &readonly_section, &poor_section,
        &other, &poor_other, &self
    };
    char ** const views[] = { &reserved, &view, &shared, &copy, &cut };
    unsigned int i;

    TerminateProcess( other, 0 );
    for (i = 0; i < ARRAY_SIZE( views ); i++)
    {
        UnmapViewOfFile( *views[i] );
        *views[i] = NULL;
    }
    new_addr = zone;
    clear_range( 3 * SIZE );
    zone = NULL;
    is_split = FALSE;
    for (i = 0; i < ARRAY_SIZE( handles ); i++)
    {
        if (*handles[i]) CloseHandle( *handles[i] );
        *handles[i] = NULL;
    }
}

BOOL is_lack( DWORD error )
{
    static const DWORD errors[] =
    {
        ERROR_NOT_ENOUGH_MEMORY, ERROR_OUTOFMEMORY, ERROR_NO_SYSTEM_RESOURCES, ERROR_COMMITMENT_LIMIT, ERROR_DISK_FULL,
        ERROR_TOO_MANY_OPEN_FILES, ERROR_IO_DEVICE
    };
    unsigned int i;

    for (i = 0; i < ARRAY_SIZE( errors ); i++) if (errors[i] == error) return TRUE;
    return FALSE;
}
