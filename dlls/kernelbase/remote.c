/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Calls for other processes
 *
 * ntdll has the other process do the work and waits for the answer: for ever, when that process is
 * killed after it has been told and before it has answered.  So threads of this module do the
 * waiting.  The caller looks every now and then whether the other process is alive; when it is not,
 * and the call does not return, the thread is ended and the call fails.
 *
 * The threads are used again, and end when they have had nothing to do for a while.  A caller has
 * one of its own for the time of the call: another process may also just be slow.
 */

#include <stdarg.h>
#include <string.h>

#include "ntstatus.h"
#define WIN32_NO_STATUS
#include "windef.h"
#include "winbase.h"
#include "winternl.h"
#include "wine/debug.h"
#include "carry.h"

WINE_DEFAULT_DEBUG_CHANNEL(mapview);

#define MAX_WORKERS     64
#define CHECK_INTERVAL  100   /* ms between two looks at the other process */
#define START_CHECKS    20    /* looks until a thread that does not begin is not waited for any more */
#define GRACE_CHECKS    2     /* looks until a call for a process that has ended is given up */
#define IDLE_TIME       500   /* ms until a thread that has nothing to do ends */

enum worker_state
{
    WORKER_NONE,              /* no thread */
    WORKER_IDLE,
    WORKER_CLAIMED,           /* by a caller, who writes the call */
    WORKER_ASKED,
    WORKER_BUSY,
    WORKER_DONE,              /* for the caller to take the results */
    WORKER_DONE_ALONE,        /* the same, the thread has ended */
    WORKER_REFUSED            /* asked in vain: the caller has made the call itself */
};

struct worker
{
    LONG   state;             /* enum worker_state */
    DWORD  thread;            /* its id */
    HANDLE process;           /* what the call is for */
    DWORD  caller;            /* id of the thread that calls */
    struct carried_call call;
};

/* A record stays for the next call, but when its thread was given up: that may yet write there. */
static struct worker *workers[MAX_WORKERS];

static BOOL change_state( struct worker *worker, LONG from, LONG to )
{
    return InterlockedCompareExchange( &worker->state, to, from ) == from;
}

static void set_state( struct worker *worker, LONG state )
{
    InterlockedExchange( &worker->state, state );
    RtlWakeAddressAll( &worker->state );
}

/* FALSE when nothing has happened to the state for that time */
static BOOL wait_state( struct worker *worker, LONG state, unsigned int ms )
{
    LARGE_INTEGER timeout;

    timeout.QuadPart = (LONGLONG)ms * -10000;
    return RtlWaitOnAddress( &worker->state, &state, sizeof(state), &timeout ) != STATUS_TIMEOUT;
}

static HANDLE open_thread( DWORD id, ACCESS_MASK access )
{
    CLIENT_ID client = { 0, ULongToHandle( id ) };
    OBJECT_ATTRIBUTES attr;
    HANDLE thread;

    InitializeObjectAttributes( &attr, NULL, 0, 0, NULL );
    return NtOpenThread( &thread, access, &attr, &client ) ? 0 : thread;
}

/* When all other threads of a program have ended, the process ends by the thread of this module: with
 * the code of a thread that was there before.  The handle stays open until then. */
static void remember_caller( DWORD id, DWORD *last_id, HANDLE *last )
{
    if (id == *last_id) return;
    if (*last) NtClose( *last );
    *last = open_thread( id, THREAD_QUERY_LIMITED_INFORMATION );
    *last_id = *last ? id : 0;
}

static DWORD get_exit_code( HANDLE thread )
{
    THREAD_BASIC_INFORMATION info;
    DWORD code = 0;

    if (!thread) return 0;
    if (!NtQueryInformationThread( thread, ThreadBasicInformation, &info, sizeof(info), NULL ) &&
        info.ExitStatus != STATUS_PENDING) code = info.ExitStatus;
    NtClose( thread );
    return code;
}

static void defer_end( BOOL defer )
{
    struct defer_end_params params = { defer };

    make_call( unix_defer_end, &params );
}

static void work( struct worker *worker )
{
    struct carried_call *call = &worker->call;

    defer_end( TRUE );
    call->status = make_call( call->func, &call->params );
    defer_end( FALSE );
    set_state( worker, WORKER_DONE );
}

static DWORD WINAPI worker_thread( void *arg )
{
    struct worker *worker = arg;
    HANDLE last = 0;
    DWORD last_id = 0;
    LONG state;

    worker->thread = GetCurrentThreadId();
    for (;;)
    {
        switch ((state = ReadAcquire( &worker->state )))
        {
        case WORKER_ASKED:
            if (!change_state( worker, WORKER_ASKED, WORKER_BUSY )) continue;
            remember_caller( worker->caller, &last_id, &last );  /* as long as it waits */
            work( worker );
            continue;
        case WORKER_REFUSED:
            change_state( worker, WORKER_REFUSED, WORKER_IDLE );
            continue;
        default:
            break;
        }
        if (wait_state( worker, state, IDLE_TIME )) continue;
        if ((state == WORKER_IDLE && change_state( worker, WORKER_IDLE, WORKER_NONE )) ||
            (state == WORKER_DONE && change_state( worker, WORKER_DONE, WORKER_DONE_ALONE ))) break;
    }
    return get_exit_code( last );
}

/* nobody is to wait for a thread that cannot begin: it waits for the loader's lock */
static BOOL can_start_thread(void)
{
    RTL_CRITICAL_SECTION *lock = NtCurrentTeb()->Peb->LoaderLock;

    return lock->OwningThread != NtCurrentTeb()->ClientId.UniqueThread;
}

static BOOL start_worker( struct worker *worker )
{
    HANDLE thread;

    if (!can_start_thread() ||
        NtCreateThreadEx( &thread, THREAD_ALL_ACCESS, NULL, GetCurrentProcess(), (void *)worker_thread, worker,
                          THREAD_CREATE_FLAGS_HIDE_FROM_DEBUGGER, 0, 0, 0, NULL )) return FALSE;
    NtClose( thread );
    return TRUE;
}

/* a real handle of this process, which may be used to allocate at the very addresses that the stack of
 * a new thread would take */
static BOOL is_own_process( HANDLE process )
{
    PROCESS_BASIC_INFORMATION info;

    return !NtQueryInformationProcess( process, ProcessBasicInformation, &info, sizeof(info), NULL ) &&
           info.UniqueProcessId == (ULONG_PTR)NtCurrentTeb()->ClientId.UniqueProcess;
}

static struct worker *add_worker( struct worker **slot )
{
    struct worker *worker = RtlAllocateHeap( GetProcessHeap(), HEAP_ZERO_MEMORY, sizeof(*worker) );

    if (!worker) return NULL;
    worker->state = WORKER_CLAIMED;
    if (!InterlockedCompareExchangePointer( (void **)slot, worker, NULL )) return worker;
    RtlFreeHeap( GetProcessHeap(), 0, worker );
    return NULL;
}

/* a worker that has a thread, else one that is to be given one, for the calling thread alone */
static struct worker *claim_worker( BOOL *started )
{
    struct worker *worker;
    unsigned int i;

    *started = TRUE;
    for (i = 0; i < MAX_WORKERS; i++)
        if ((worker = workers[i]) && change_state( worker, WORKER_IDLE, WORKER_CLAIMED )) return worker;
    *started = FALSE;
    for (i = 0; i < MAX_WORKERS; i++)
        if ((worker = workers[i]) ? change_state( worker, WORKER_NONE, WORKER_CLAIMED )
                                  : (worker = add_worker( &workers[i] )) != NULL) return worker;
    return NULL;
}

static void give_up( struct worker *worker )
{
    HANDLE thread = open_thread( worker->thread, THREAD_TERMINATE );
    unsigned int i;

    WARN( "a call for process %p does not return, and the process has ended\n", worker->process );
    for (i = 0; i < MAX_WORKERS; i++)
        InterlockedCompareExchangePointer( (void **)&workers[i], NULL, worker );
    if (!thread) return;
    NtTerminateThread( thread, 0 );
    NtClose( thread );
}

/* the caller's handle may not be one to wait for, and be closed by others meanwhile */
static BOOL has_ended( HANDLE process, HANDLE *own )
{
    LARGE_INTEGER now = { { 0 } };
    NTSTATUS status;

    if (!*own && (status = NtDuplicateObject( GetCurrentProcess(), process, GetCurrentProcess(), own, SYNCHRONIZE, 0, 0 )))
        return status == STATUS_INVALID_HANDLE;
    return !NtWaitForSingleObject( *own, FALSE, &now );
}

/* FALSE when the worker will not make the call */
static BOOL wait_worker( struct worker *worker, NTSTATUS *status )
{
    unsigned int checks = 0, ended = 0;
    HANDLE process = 0;
    BOOL ret = TRUE;
    LONG state;

    *status = STATUS_SUCCESS;
    while ((state = ReadAcquire( &worker->state )) != WORKER_DONE && state != WORKER_DONE_ALONE)
    {
        if (wait_state( worker, state, CHECK_INTERVAL )) continue;
        if (++checks >= START_CHECKS && change_state( worker, WORKER_ASKED, WORKER_REFUSED ))
        {
            ret = FALSE;
            break;
        }
        if (state != WORKER_BUSY || !has_ended( worker->process, &process ) || ++ended < GRACE_CHECKS) continue;
        if (ReadAcquire( &worker->state ) != WORKER_BUSY) continue;
        give_up( worker );
        *status = STATUS_PROCESS_IS_TERMINATING;
        break;
    }
    if (process) NtClose( process );
    return ret;
}

static void release_worker( struct worker *worker )
{
    if (!change_state( worker, WORKER_DONE, WORKER_IDLE )) InterlockedExchange( &worker->state, WORKER_NONE );
}

/***********************************************************************
 *             call_remote
 *
 * Make a call that is for another process.  Where no thread can be had for it the caller makes it.
 */
NTSTATUS call_remote( UINT32 func, void *params, HANDLE process )
{
    struct worker *worker;
    NTSTATUS status;
    BOOL started;

    if (RtlDllShutdownInProgress() || !(worker = claim_worker( &started ))) return make_call( func, params );
    if (!started && is_own_process( process ))
    {
        InterlockedExchange( &worker->state, WORKER_NONE );
        return make_call( func, params );
    }
    if ((status = start_carried_call( &worker->call, func, params, (ULONG_PTR)&worker->call )))
    {
        InterlockedExchange( &worker->state, started ? WORKER_IDLE : WORKER_NONE );
        return status;
    }
    worker->process = process;
    worker->caller = GetCurrentThreadId();
    set_state( worker, WORKER_ASKED );
    if (!started && !start_worker( worker ))
    {
        InterlockedExchange( &worker->state, WORKER_NONE );
        return make_call( func, params );
    }
    if (!wait_worker( worker, &status )) return make_call( func, params );
    if (status) return status;
    status = finish_carried_call( &worker->call, params );
    release_worker( worker );
    return status;
}
