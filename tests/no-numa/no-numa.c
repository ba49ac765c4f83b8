/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * no-numa WHAT ERROR COMMAND [ARGUMENT]... -- run a command that the host refuses the NUMA calls
 *
 * WHAT is "all", as in a kernel without NUMA (ERROR ENOSYS) or in a container (EPERM), or "set": the
 * calls that place pages, but not the one that tells the policy.
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
#include <linux/seccomp.h>

#define LENGTH( array ) (sizeof(array) / sizeof((array)[0]))

/* the call that remains with "set" comes first */
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
    if (argc < 4)
    {
        fprintf( stderr, "usage: no-numa all|set ENOSYS|EPERM COMMAND [ARGUMENT]...\n" );
        return 2;
    }
    if (refuse( strcmp( argv[2], "EPERM" ) ? ENOSYS : EPERM, !strcmp( argv[1], "set" )))
    {
        perror( "no-numa: seccomp" );
        return 77;
    }
    execvp( argv[3], argv + 3 );
    perror( argv[3] );
    return 127;
}
