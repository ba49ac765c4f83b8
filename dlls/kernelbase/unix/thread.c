/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the threads that make calls for others need
 */

#if 0
#pragma makedep unix
#endif

#include "config.h"

#include <stdarg.h>
#include <signal.h>
#include <string.h>

#include "ntstatus.h"
#define WIN32_NO_STATUS
#include "windef.h"
#include "winbase.h"
#include "winternl.h"
#include "unix_private.h"

/***********************************************************************
 *             defer_end
 *
 * A thread that the server ends while it waits learns of it by the end of its wait, any other one by
 * a signal.  Without the signal it cannot be ended where it holds a lock of the C library's.
 */
NTSTATUS defer_end( void *args )
{
    struct defer_end_params *params = args;
    sigset_t sigset;

    sigemptyset( &sigset );
    sigaddset( &sigset, SIGQUIT );
    pthread_sigmask( params->defer ? SIG_BLOCK : SIG_UNBLOCK, &sigset, NULL );
    return STATUS_SUCCESS;
}

/***********************************************************************
 *             copy_memory
 *
 * To or from the program's pointers: a fault in here is an error of the call.
 */
NTSTATUS copy_memory( void *args )
{
    struct copy_memory_params *params = args;

    memcpy( get_ptr( params->to ), get_ptr( params->from ), params->size );
    return STATUS_SUCCESS;
}
