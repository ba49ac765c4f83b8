/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Reading files ahead on a node
 *
 * Pages in a file's cache follow the policy of the thread that brings them in, and the kernel reads
 * little at once.  So one thread of the process does it for all others: it keeps the policy that
 * was wanted last, and asking it costs two system calls, whatever the size.
 *
 * It is no thread of Windows: it has no TEB, and gets no signals.  Those who wait for it hold no
 * lock, as they can be suspended meanwhile.
 */

#if 0
#pragma makedep unix
#endif

#include "config.h"

#include <stdarg.h>
#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <numa.h>
#include <numaif.h>

#include "ntstatus.h"
#define WIN32_NO_STATUS
#include "windef.h"
#include "winbase.h"
#include "winternl.h"
#include "wine/debug.h"
#include "unix_private.h"

WINE_DEFAULT_DEBUG_CHANNEL(mapview);

/* how much of a file is brought into the cache for a view with a node; the rest follows whoever
 * touches it.  This costs 5 to 10 ms for a file on a disk (the reading itself goes on behind) and
 * 0.3 ms for one in the cache. */
#define MAX_SIZE        ((SIZE_T)16 << 20)

/* how much the kernel reads ahead at once */
#define READ_AHEAD_SIZE ((SIZE_T)128 << 10)

#define READER_STACK_SIZE 0x10000

#define MAX_REQUESTS      64  /* threads that ask at a time */

/* Not on the stack of who asks: that thread may be ended while it waits, and its request stays in use.
 * Nor in the heap: nothing may be allocated where signals are not blocked (lock.c), and to block them
 * costs more calls than all this. */
struct request
{
    LONG                  in_use;
    struct request       *next;
    const struct bitmask *mask;
    char                 *base;
    SIZE_T                size;
    sem_t                 done;
};

static struct request all_requests[MAX_REQUESTS];
static struct request *requests;
static sem_t has_requests;
static BOOL has_reader;
static pthread_once_t reader_once = PTHREAD_ONCE_INIT;

static void wait_for( sem_t *semaphore )
{
    while (sem_wait( semaphore ) && errno == EINTR) {}
}

/* Unlike a fault this reads nothing beyond the range, which may belong to another node, and leaves
 * alone what is there already. */
static void read_range( char *base, SIZE_T size )
{
    SIZE_T pos;

    size = min( size, MAX_SIZE );
    for (pos = 0; pos < size; pos += READ_AHEAD_SIZE)
        if (madvise( base + pos, min( size - pos, READ_AHEAD_SIZE ), MADV_WILLNEED )) break;
}

static void *reader_thread( void *arg )
{
    const struct bitmask *mask = NULL;
    struct request *request, *next;

    for (;;)
    {
        wait_for( &has_requests );
        for (request = __atomic_exchange_n( &requests, NULL, __ATOMIC_ACQUIRE ); request; request = next)
        {
            next = request->next;
            /* does nothing for files, but not all that is shared memory looks so (an overlay on a tmpfs) */
            mbind( request->base, request->size, MPOL_PREFERRED, request->mask->maskp, request->mask->size + 1, 0 );
            if (request->mask != mask && !set_mempolicy( MPOL_PREFERRED, request->mask->maskp, request->mask->size + 1 ))
                mask = request->mask;
            if (request->mask == mask) read_range( request->base, request->size );
            sem_post( &request->done );  /* another one's from here on */
        }
    }
    return NULL;
}

static void start_reader(void)
{
    sigset_t block, old;
    pthread_attr_t attr;
    pthread_t thread;
    int err;

    sem_init( &has_requests, 0, 0 );
    pthread_attr_init( &attr );
    pthread_attr_setdetachstate( &attr, PTHREAD_CREATE_DETACHED );
    pthread_attr_setstacksize( &attr, READER_STACK_SIZE );
    sigfillset( &block );
    pthread_sigmask( SIG_BLOCK, &block, &old );
    err = pthread_create( &thread, &attr, reader_thread, NULL );
    pthread_sigmask( SIG_SETMASK, &old, NULL );
    pthread_attr_destroy( &attr );
    if (err) WARN( "no thread to read ahead: error %d\n", err );
    has_reader = !err;
}

static struct request *claim_request(void)
{
    unsigned int i;

    for (i = 0; i < MAX_REQUESTS; i++)
        if (!InterlockedExchange( &all_requests[i].in_use, TRUE )) return &all_requests[i];
    return NULL;
}

/***********************************************************************
 *             read_ahead
 *
 * Bring the first pages of a mapped file into the host's cache, on a node; returns when they have
 * their places, which may be before they have been read.
 */
void read_ahead( void *base, SIZE_T size, const struct bitmask *mask )
{
    struct request *request;

    pthread_once( &reader_once, start_reader );
    if (!has_reader || !(request = claim_request())) return;
    request->mask = mask;
    request->base = base;
    request->size = size;
    sem_init( &request->done, 0, 0 );
    request->next = __atomic_load_n( &requests, __ATOMIC_RELAXED );
    while (!__atomic_compare_exchange_n( &requests, &request->next, request, TRUE, __ATOMIC_RELEASE, __ATOMIC_RELAXED )) {}
    sem_post( &has_requests );
    wait_for( &request->done );
    InterlockedExchange( &request->in_use, FALSE );
}
