/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Other processes, by the host's numbers
 *
 * The server tells nobody the host's number of a process.  So each process that loads this module
 * leaves a mapping that has no pages, but a name with its Windows process id; whoever may look at
 * the process at all finds it in /proc/PID/maps.  Processes of another server have the same ids,
 * but another page of shared data.
 */

#if 0
#pragma makedep unix
#endif

#include "config.h"

#include <stdarg.h>
#include <ctype.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/mman.h>
#include <linux/memfd.h>

#include "ntstatus.h"
#define WIN32_NO_STATUS
#include "windef.h"
#include "winbase.h"
#include "winternl.h"
#include "wine/debug.h"
#include "unix_private.h"

WINE_DEFAULT_DEBUG_CHANNEL(mapview);

#define MARKER_NAME "wine-mapview-process:%04x"
#define SHARED_DATA 0x7ffe0000ul

/***********************************************************************
 *             process_attach
 *
 * Leave the marker; be there when a page cannot be had.
 */
NTSTATUS process_attach( void *args )
{
    struct process_attach_params *params = args;
    char name[64];
    void *addr;
    int fd;

    handle_bus_faults( params->exception_dispatcher );
    if (TRACE_ON(mapview)) get_node_count();  /* says what there is, for wine-mapview --status */
    sprintf( name, MARKER_NAME, (int)(ULONG_PTR)NtCurrentTeb()->ClientId.UniqueProcess );
    if ((fd = memfd_create( name, MFD_CLOEXEC )) == -1) return STATUS_SUCCESS;
    addr = mmap( NULL, PAGE_MASK + 1, PROT_NONE, MAP_SHARED, fd, 0 );
    if (addr != MAP_FAILED) madvise( addr, PAGE_MASK + 1, MADV_DONTFORK );
    close( fd );
    return STATUS_SUCCESS;
}

/* what tells a process apart: device and inode of the server's shared data, and whether it has a marker */
struct identity
{
    char server[64];
    BOOL marked;
};

static BOOL read_identity( const char *pid, const char *marker, struct identity *identity )
{
    char name[300], line[512], device[32];
    unsigned long long start, inode;
    sigset_t sigset;
    FILE *f;

    memset( identity, 0, sizeof(*identity) );
    snprintf( name, sizeof(name), "/proc/%s/maps", pid );
    if (!(f = open_text( name, &sigset ))) return FALSE;
    while (!(identity->server[0] && (identity->marked || !marker)) && fgets( line, sizeof(line), f ))
    {
        if (sscanf( line, "%llx-%*x %*s %*x %31s %llu", &start, device, &inode ) != 3) continue;
        if (start == SHARED_DATA)
            snprintf( identity->server, sizeof(identity->server), "%s %llu", device, inode );
        else if (start > SHARED_DATA && !identity->server[0]) break;  /* not of Wine */
        else if (marker && strstr( line, marker )) identity->marked = TRUE;
    }
    close_text( f, &sigset );
    return identity->server[0] != 0;
}

static BOOL is_process( const char *pid, const char *server, const char *marker )
{
    struct identity identity;

    return read_identity( pid, marker, &identity ) && identity.marked && !strcmp( identity.server, server );
}

/* look at all the host's processes, but first at the one found last; -1 if that cannot be done */
static int find_process( UINT_PTR id )
{
    static int last_pid;
    struct identity self;
    char marker[64], last[16];
    struct dirent *entry;
    sigset_t sigset;
    int pid = 0;
    DIR *dir;

    if (!read_identity( "self", NULL, &self )) return -1;
    sprintf( marker, "/memfd:" MARKER_NAME " ", (int)id );
    sprintf( last, "%d", __atomic_load_n( &last_pid, __ATOMIC_RELAXED ));
    if (is_process( last, self.server, marker )) return atoi( last );

    block_signals( &sigset );
    if (!(dir = opendir( "/proc" ))) pid = -1;
    while (!pid && (entry = readdir( dir )))
        if (isdigit( entry->d_name[0] ) && is_process( entry->d_name, self.server, marker ))
            pid = atoi( entry->d_name );
    if (dir) closedir( dir );
    restore_signals( &sigset );
    if (pid > 0) __atomic_store_n( &last_pid, pid, __ATOMIC_RELAXED );
    return pid;
}

/***********************************************************************
 *             get_process_pid
 *
 * The host's number of the process that a handle stands for; 0 for the calling one.
 */
NTSTATUS get_process_pid( HANDLE process, int *pid )
{
    PROCESS_BASIC_INFORMATION info;
    NTSTATUS status;

    *pid = 0;
    if (is_current_process( process )) return STATUS_SUCCESS;
    if ((status = NtQueryInformationProcess( process, ProcessBasicInformation, &info, sizeof(info), NULL )))
        return status;
    if (info.UniqueProcessId == (ULONG_PTR)NtCurrentTeb()->ClientId.UniqueProcess) return STATUS_SUCCESS;
    if (info.ExitStatus != STATUS_PENDING) return STATUS_PROCESS_IS_TERMINATING;
    *pid = find_process( info.UniqueProcessId );
    if (*pid == -1) return STATUS_TOO_MANY_OPENED_FILES;
    if (!*pid)
    {
        WARN( "process %04lx is not marked\n", (long)info.UniqueProcessId );
        return STATUS_NOT_SUPPORTED;
    }
    return STATUS_SUCCESS;
}
