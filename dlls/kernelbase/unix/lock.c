/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Locks, and signals
 *
 * What another process asks ntdll to do here it may do in its handler of SIGUSR1, where it allocates
 * memory and starts threads.  So this module does neither where that signal can interrupt it.
 */

#if 0
#pragma makedep unix
#endif

#include "config.h"

#include <stdarg.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>

#include "ntstatus.h"
#define WIN32_NO_STATUS
#include "windef.h"
#include "winbase.h"
#include "winternl.h"
#include "unix_private.h"

/***********************************************************************
 *             block_signals
 *
 * Until restore_signals, between which nothing of the program's may be touched: a fault would not
 * restore them.
 */
void block_signals( sigset_t *sigset )
{
    sigset_t block;

    sigfillset( &block );
    sigdelset( &block, SIGSEGV );
    sigdelset( &block, SIGBUS );
    sigdelset( &block, SIGILL );
    sigdelset( &block, SIGFPE );
    sigdelset( &block, SIGTRAP );
    pthread_sigmask( SIG_BLOCK, &block, sigset );
}

/***********************************************************************
 *             restore_signals
 */
void restore_signals( const sigset_t *sigset )
{
    pthread_sigmask( SIG_SETMASK, sigset, NULL );
}

/***********************************************************************
 *             block_signals_and_lock
 *
 * A thread that holds a lock must not be suspended or ended by a signal.
 */
void block_signals_and_lock( pthread_mutex_t *mutex, sigset_t *sigset )
{
    block_signals( sigset );
    pthread_mutex_lock( mutex );
}

/***********************************************************************
 *             unlock_and_restore_signals
 */
void unlock_and_restore_signals( pthread_mutex_t *mutex, const sigset_t *sigset )
{
    pthread_mutex_unlock( mutex );
    restore_signals( sigset );
}

/***********************************************************************
 *             alloc_record
 *
 * Memory filled with zeros, where signals are not blocked.
 */
void *alloc_record( SIZE_T size )
{
    sigset_t sigset;
    void *ret;

    block_signals( &sigset );
    ret = calloc( 1, size );
    restore_signals( &sigset );
    return ret;
}

/***********************************************************************
 *             free_record
 */
void free_record( void *record )
{
    sigset_t sigset;

    if (!record) return;
    block_signals( &sigset );
    free( record );
    restore_signals( &sigset );
}

/***********************************************************************
 *             open_text
 *
 * A text file of the kernel's, to be read with blocked signals.
 */
FILE *open_text( const char *name, sigset_t *sigset )
{
    FILE *f;

    block_signals( sigset );
    if (!(f = fopen( name, "re" ))) restore_signals( sigset );
    return f;
}

/***********************************************************************
 *             close_text
 */
void close_text( FILE *f, const sigset_t *sigset )
{
    fclose( f );
    restore_signals( sigset );
}
