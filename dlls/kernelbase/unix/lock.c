/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Locks
 */

#if 0
#pragma makedep unix
#endif

#include "config.h"

#include <stdarg.h>
#include <pthread.h>
#include <signal.h>

#include "ntstatus.h"
#define WIN32_NO_STATUS
#include "windef.h"
#include "winbase.h"
#include "winternl.h"
#include "unix_private.h"

/***********************************************************************
 *             block_signals_and_lock
 *
 * A thread that holds a lock must not be suspended or ended by a signal.
 */
void block_signals_and_lock( pthread_mutex_t *mutex, sigset_t *sigset )
{
    sigset_t block;

    sigfillset( &block );
    sigdelset( &block, SIGSEGV );
    sigdelset( &block, SIGBUS );
    sigdelset( &block, SIGILL );
    sigdelset( &block, SIGFPE );
    sigdelset( &block, SIGTRAP );
    pthread_sigmask( SIG_BLOCK, &block, sigset );
    pthread_mutex_lock( mutex );
}

/***********************************************************************
 *             unlock_and_restore_signals
 */
void unlock_and_restore_signals( pthread_mutex_t *mutex, const sigset_t *sigset )
{
    pthread_mutex_unlock( mutex );
    pthread_sigmask( SIG_SETMASK, sigset, NULL );
}
