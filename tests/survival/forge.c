/*
 * Files in memory that pretend to be sections of wine-mapview: prints "PID FD FD..." and waits
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#define _GNU_SOURCE
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <sys/mman.h>

int main( void )
{
    static const struct { const char *name; long size; } files[] =
    {
        { "wine-mapview:large", 4096 },
        { "wine-mapview:large:node=0", 65537 },
        { "wine-mapview:large:node=99999999999999999999", 2 << 20 },
        { "wine-mapview:node=-1", 100000 },
        { "wine-mapview:node=", 65536 },
        { "wine-mapview-process:0020", 4096 },
        { "wine-mapview:large:large:node=%n%s:node=5", (2 << 20) + 1 },
        { "wine-mapview:", 131072 },
    };
    char name[256];
    unsigned int i;
    int fd;

    printf( "%d", getpid() );
    for (i = 0; i < sizeof(files) / sizeof(files[0]); i++)
    {
        memset( name, 'x', sizeof(name) );
        strcpy( name, files[i].name );
        if (i == 7) name[13] = 'x', name[240] = 0;  /* as long as can be */
        if ((fd = memfd_create( name, 0 )) == -1 || ftruncate( fd, files[i].size )) return 1;
        printf( " %d", fd );
    }
    printf( "\n" );
    fflush( stdout );
    pause();
    return 0;
}
