/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Why a page of a view cannot be had
 *
 * All of this runs in the handler of the signal.
 */

#if 0
#pragma makedep unix
#endif

#include "config.h"

#include <stdarg.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "ntstatus.h"
#define WIN32_NO_STATUS
#include "windef.h"
#include "winbase.h"
#include "winternl.h"
#include "unix_private.h"

/* the size of a mapped file that has no name any more, by a descriptor that this process has of it */
static BOOL find_open_file( const struct mapped_file *file, struct stat *st )
{
    struct dirent *entry;
    BOOL found = FALSE;
    DIR *dir;

    if (!file->inode || !(dir = opendir( "/proc/self/fd" ))) return FALSE;
    while (!found && (entry = readdir( dir )))
        found = !fstat( atoi( entry->d_name ), st ) && st->st_ino == file->inode && st->st_dev == file->device;
    closedir( dir );
    return found;
}

static BOOL get_file_size( const struct mapped_file *file, UINT64 *size )
{
    char link[64];
    struct stat st;

    /* the last one needs a right that few have */
    sprintf( link, "/proc/self/map_files/%lx-%lx", (unsigned long)file->start, (unsigned long)file->end );
    if (stat( file->name, &st ) && !find_open_file( file, &st ) && stat( link, &st )) return FALSE;
    *size = st.st_size;
    return TRUE;
}

/***********************************************************************
 *             get_page_error
 *
 * The status of an in-page error, success for an address whose page need not be there: what is no
 * view, and what lies behind the end of the section.
 */
NTSTATUS get_page_error( UINT_PTR addr )
{
    MEMORY_BASIC_INFORMATION info;
    struct mapped_file file;
    UINT64 size;

    if (query_own_memory( addr, &info ) || info.State != MEM_COMMIT || info.Type == MEM_PRIVATE) return STATUS_SUCCESS;
    if (!get_mapped_file( addr, &file )) return STATUS_IO_DEVICE_ERROR;
    /* memory, whose file is as large as it ever was: there is no room for the page */
    if (is_paging_file_name( file.name )) return STATUS_COMMITMENT_LIMIT;
    if (get_file_size( &file, &size ) && file.offset < size) return STATUS_IO_DEVICE_ERROR;
    return STATUS_END_OF_FILE;
}
