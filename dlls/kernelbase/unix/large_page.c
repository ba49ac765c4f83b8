/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Large pages in the working set
 *
 * A large page is one that this module has made: one of the host's pool, or a transparent huge
 * page of one of our sections or of our private memory.  The host also joins pages of ordinary
 * memory as it likes, which is no business of programs.
 */

#if 0
#pragma makedep unix
#endif

#include "config.h"

#include <stdarg.h>
#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ntstatus.h"
#define WIN32_NO_STATUS
#include "windef.h"
#include "winbase.h"
#include "winternl.h"
#include "large.h"

#define PAGE_SHIFT 12
#define MAX_SHARE_COUNT 7
#define MAX_LINE (4096 + 128)

/* entries of /proc/PID/pagemap */
#define PAGEMAP_PRESENT   ((UINT64)1 << 63)
#define PAGEMAP_FILE      ((UINT64)1 << 61)
#define PAGEMAP_EXCLUSIVE ((UINT64)1 << 56)

/* a mapping of the process in question, from /proc/PID/smaps */
struct mapping
{
    unsigned long long start, end, offset, inode;
    char          device[32];
    BOOL          is_large;
    BOOL          is_locked;
};

/* the files of a process that are asked, and what they said last */
struct process_files
{
    char           dir[32];
    BOOL           is_self;
    int            pagemap;
    struct mapping mapping;
    UINT_PTR       small_start, small_end;   /* no large page here */
};

static FILE *open_process_file( const char *dir, const char *name, sigset_t *sigset )
{
    char path[300];

    snprintf( path, sizeof(path), "%s/%s", dir, name );
    return open_text( path, sigset );
}

static UINT64 get_pagemap_entry( int fd, UINT64 addr )
{
    UINT64 entry;

    if (pread( fd, &entry, sizeof(entry), (addr >> PAGE_SHIFT) * sizeof(entry) ) != sizeof(entry)) return 0;
    return entry;
}

static BOOL parse_mapping( const char *line, struct mapping *mapping )
{
    return sscanf( line, "%llx-%llx %*s %llx %31s %llu", &mapping->start, &mapping->end, &mapping->offset,
                   mapping->device, &mapping->inode ) == 5;
}

static BOOL has_flag( const char *flags, const char *flag )
{
    const char *p = strstr( flags, flag );

    return p && p[-1] == ' ' && (p[2] == ' ' || p[2] == '\n');
}

/* what the flags of a mapping say: pages of the pool; a section of ours; private memory that was
 * advised to have huge pages and not to be inherited */
static void set_mapping_kind( struct mapping *mapping, BOOL is_section, const char *flags )
{
    if (has_flag( flags, "ht" )) mapping->is_large = mapping->is_locked = TRUE;
    else if (is_section || (!mapping->inode && has_flag( flags, "hg" ) && has_flag( flags, "dc" )))
    {
        mapping->is_large = TRUE;
        mapping->is_locked = has_flag( flags, "lo" );
    }
}

static BOOL find_mapping( struct process_files *files, UINT_PTR addr )
{
    struct mapping *mapping = &files->mapping;
    BOOL is_section = FALSE, found = FALSE;
    char line[MAX_LINE];
    sigset_t sigset;
    FILE *f;

    if (addr >= mapping->start && addr < mapping->end) return TRUE;
    memset( mapping, 0, sizeof(*mapping) );
    if (!(f = open_process_file( files->dir, "smaps", &sigset ))) return FALSE;
    while (fgets( line, sizeof(line), f ))
    {
        if (!found)
        {
            found = parse_mapping( line, mapping ) && addr >= mapping->start && addr < mapping->end;
            if (found) is_section = !!strstr( line, LARGE_SECTION_NAME );
        }
        else if (!strncmp( line, "VmFlags:", 8 ))
        {
            set_mapping_kind( mapping, is_section, line + 8 );
            break;
        }
    }
    close_text( f, &sigset );
    if (!found) memset( mapping, 0, sizeof(*mapping) );
    return found;
}

/* whether a page that is there is mapped as a huge one, as far as the host can tell */
static BOOL is_huge_page( struct process_files *files, UINT_PTR addr )
{
    SIZE_T size = get_large_page_size();
    struct large_area area;

    if (addr >= files->small_start && addr < files->small_end) return FALSE;
    switch (scan_huge_pages( files->pagemap, addr & ~PAGE_MASK, PAGE_MASK + 1 ))
    {
    case 0:
        break;
    case -1:
        if (!files->is_self || find_large_area( NtCurrentProcess(), addr, &area )) return TRUE;
        break;
    default:
        return TRUE;
    }
    files->small_start = addr & ~(size - 1);
    files->small_end = files->small_start + size;
    return FALSE;
}

/* whether a process has the page of a mapping at an offset of its object */
static BOOL has_page( const char *dir, const struct mapping *mapping, UINT64 offset )
{
    struct mapping other;
    char line[MAX_LINE], path[300];
    BOOL ret = FALSE;
    sigset_t sigset;
    FILE *f;
    int fd;

    if (!(f = open_process_file( dir, "maps", &sigset ))) return FALSE;
    snprintf( path, sizeof(path), "%s/pagemap", dir );
    fd = open( path, O_RDONLY | O_CLOEXEC );
    while (!ret && fgets( line, sizeof(line), f ))
    {
        if (!parse_mapping( line, &other ) || other.inode != mapping->inode) continue;
        if (strcmp( other.device, mapping->device )) continue;
        if (offset < other.offset || offset - other.offset >= other.end - other.start) continue;
        ret = fd == -1 || (get_pagemap_entry( fd, other.start + (offset - other.offset) ) & PAGEMAP_PRESENT);
    }
    if (fd != -1) close( fd );
    close_text( f, &sigset );
    return ret;
}

/* the number of processes that have a shared page */
static unsigned int count_sharers( const struct process_files *files, UINT_PTR addr )
{
    const struct mapping *mapping = &files->mapping;
    UINT64 offset = mapping->offset + (addr - mapping->start);
    unsigned int count = 0;
    struct dirent *entry;
    sigset_t sigset;
    char dir[300];
    DIR *proc;

    if (get_pagemap_entry( files->pagemap, addr ) & PAGEMAP_EXCLUSIVE) return 1;
    block_signals( &sigset );
    proc = opendir( "/proc" );
    while (proc && count < MAX_SHARE_COUNT && (entry = readdir( proc )))
    {
        if (!isdigit( entry->d_name[0] )) continue;
        snprintf( dir, sizeof(dir), "/proc/%s", entry->d_name );
        if (has_page( dir, mapping, offset )) count++;
    }
    if (proc) closedir( proc );
    restore_signals( &sigset );
    return max( count, 1 );
}

static void add_large_page( struct process_files *files, MEMORY_WORKING_SET_EX_INFORMATION *info,
                            MEMORY_WORKING_SET_EX_INFORMATION *last )
{
    MEMORY_WORKING_SET_EX_BLOCK *block = &info->VirtualAttributes;
    UINT_PTR addr = (UINT_PTR)info->VirtualAddress, mask = get_large_page_size() - 1;

    if (!is_huge_page( files, addr ) || !find_mapping( files, addr ) || !files->mapping.is_large) return;

    block->LargePage = 1;
    block->Locked = files->mapping.is_locked;
    if (!block->Shared) return;
    /* all parts of a large page are shared alike */
    if (last && last->VirtualAttributes.Shared && !(((UINT_PTR)last->VirtualAddress ^ addr) & ~mask))
        block->ShareCount = last->VirtualAttributes.ShareCount;
    else block->ShareCount = count_sharers( files, addr );
}

/***********************************************************************
 *             add_large_pages
 *
 * Complete the attributes of pages of a process; pid 0 is the calling one.
 */
void add_large_pages( int pid, MEMORY_WORKING_SET_EX_INFORMATION *info, ULONG count )
{
    MEMORY_WORKING_SET_EX_INFORMATION *last = NULL;
    struct process_files files;
    char path[64];
    ULONG i;

    memset( &files, 0, sizeof(files) );
    files.is_self = !pid;
    if (pid) sprintf( files.dir, "/proc/%d", pid );
    else strcpy( files.dir, "/proc/self" );
    sprintf( path, "%s/pagemap", files.dir );
    files.pagemap = pid ? open( path, O_RDONLY | O_CLOEXEC ) : get_pagemap_fd();
    if (files.pagemap == -1) return;

    for (i = 0; i < count; i++)
    {
        if (!info[i].VirtualAttributes.Valid) continue;
        add_large_page( &files, &info[i], last );
        if (info[i].VirtualAttributes.LargePage) last = &info[i];
    }
    if (pid) close( files.pagemap );
}
