/*
 * Files in memory that pretend to be sections of wine-mapview: prints "PID FD FD..." and waits
 *
 * forge [UID]: as this user.  A number of a file that cannot be written is followed by "r".
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/mman.h>

int main( int argc, char **argv )
{
    static const struct { const char *name; long size; int seals; } files[] =
    {
        { "wine-mapview:large", 4096, 0 },
        { "wine-mapview:large:node=0", 65537, 0 },
        { "wine-mapview:large:node=99999999999999999999", 2 << 20, 0 },
        { "wine-mapview:node=-1", 100000, 0 },
        { "wine-mapview:node=", 65536, 0 },
        { "wine-mapview-process:0020", 4096, 0 },
        { "wine-mapview:large:large:node=%n%s:node=5", (2 << 20) + 1, 0 },
        { "wine-mapview:", 131072, 0 },
        { "wine-mapview", 65536, F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW },
        { "wine-mapview:large", 2 << 20, F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW },
        { "wine-mapview:node=0", 65536, F_SEAL_WRITE },
    };
    char name[256];
    unsigned int i;
    int fd;

    if (argc > 1 && (setgid( atoi( argv[1] )) || setuid( atoi( argv[1] )))) return 1;
    printf( "%d", getpid() );
    for (i = 0; i < sizeof(files) / sizeof(files[0]); i++)
    {
        memset( name, 'x', sizeof(name) );
        strcpy( name, files[i].name );
        if (i == 7) name[13] = 'x', name[240] = 0;  /* as long as can be */
        if ((fd = memfd_create( name, MFD_ALLOW_SEALING )) == -1 || ftruncate( fd, files[i].size ) ||
            (files[i].seals && fcntl( fd, F_ADD_SEALS, files[i].seals ))) return 1;
        printf( " %d%s", fd, files[i].seals & F_SEAL_WRITE ? "r" : "" );
    }
    printf( "\n" );
    fflush( stdout );
    pause();
    return 0;
}
