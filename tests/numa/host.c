/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * host WHAT COMMAND [ARGUMENT]... -- run a command as on another host
 *
 * WHAT is
 *   ENOSYS  a kernel without NUMA
 *   EPERM   a container, which may not make the calls that are about nodes
 *   set     nor those that place pages, while it can ask for the policy
 *   bind    memory of the host's node 0 only, as by numactl --membind=0
 */

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/mempolicy.h>
#include <linux/seccomp.h>

#define LENGTH( array ) (sizeof(array) / sizeof((array)[0]))

/* the one that only asks comes first */
static const int calls[] = { SYS_get_mempolicy, SYS_set_mempolicy, SYS_mbind, SYS_migrate_pages, SYS_move_pages };

static int refuse( int error, int first )
{
    struct sock_filter filter[5 + 2 * LENGTH(calls)] =
    {
        BPF_STMT( BPF_LD | BPF_W | BPF_ABS, offsetof( struct seccomp_data, arch )),
        BPF_JUMP( BPF_JMP | BPF_JEQ | BPF_K, AUDIT_ARCH_X86_64, 1, 0 ),
        BPF_STMT( BPF_RET | BPF_K, SECCOMP_RET_ALLOW ),
        BPF_STMT( BPF_LD | BPF_W | BPF_ABS, offsetof( struct seccomp_data, nr )),
    };
    struct sock_fprog program = { 4, filter };
    unsigned int i;

    for (i = first; i < LENGTH(calls); i++)
    {
        filter[program.len++] = (struct sock_filter)BPF_JUMP( BPF_JMP | BPF_JEQ | BPF_K, calls[i], 0, 1 );
        filter[program.len++] = (struct sock_filter)BPF_STMT( BPF_RET | BPF_K, SECCOMP_RET_ERRNO | error );
    }
    filter[program.len++] = (struct sock_filter)BPF_STMT( BPF_RET | BPF_K, SECCOMP_RET_ALLOW );
    return prctl( PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0 ) || prctl( PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program );
}

int main( int argc, char **argv )
{
    unsigned long node = 1;
    int failed;

    if (argc < 3)
    {
        fprintf( stderr, "usage: host ENOSYS|EPERM|set|bind COMMAND [ARGUMENT]...\n" );
        return 2;
    }
    if (!strcmp( argv[1], "bind" )) failed = syscall( SYS_set_mempolicy, MPOL_BIND, &node, 8 * sizeof(node) );
    else failed = refuse( strcmp( argv[1], "ENOSYS" ) ? EPERM : ENOSYS, !strcmp( argv[1], "set" ));
    if (failed) perror( argv[1] );
    else execvp( argv[2], argv + 2 );
    if (!failed) perror( argv[2] );
    return 127;
}
