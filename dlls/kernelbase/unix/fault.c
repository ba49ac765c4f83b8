/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Faults in views
 *
 * The host tells them apart by its signals: SIGBUS for a page that the mapping allows and that
 * cannot be had, SIGSEGV for one that the mapping forbids.  ntdll makes access violations of
 * both.  So its signal handlers get one of ours in front of them.
 *
 * The one for SIGBUS lets ntdll build the exception first, and then turns its record, which lies
 * where KiUserExceptionDispatcher expects it, into an in-page error: no handler of the program
 * has seen it before.  The one for SIGSEGV makes a page of a section of reserved pages accessible
 * that has been committed meanwhile, or a shared page that has become copy-on-write a copy, and
 * returns to the instruction: nobody sees anything.  It is there only once there are such pages.
 */

#if 0
#pragma makedep unix
#endif

#include "config.h"

#include <stdarg.h>
#include <signal.h>
#include <sys/mman.h>
#include <ucontext.h>

#include "ntstatus.h"
#define WIN32_NO_STATUS
#include "windef.h"
#include "winbase.h"
#include "winternl.h"
#include "wine/debug.h"
#include "unix_private.h"

WINE_DEFAULT_DEBUG_CHANNEL(mapview);

#if defined(__x86_64__) || defined(__i386__)

static struct sigaction ntdll_bus_action;
static struct sigaction ntdll_segv_action;

static UINT_PTR exception_dispatcher;

#define FAULT_WRITE   0x02   /* bits of the error code of the processor */
#define FAULT_EXECUTE 0x10

#ifdef __x86_64__

static UINT_PTR get_ip( const ucontext_t *context )
{
    return context->uc_mcontext.gregs[REG_RIP];
}

/* the stack that KiUserExceptionDispatcher starts with: CONTEXT, CONTEXT_EX, EXCEPTION_RECORD */
static EXCEPTION_RECORD *get_dispatcher_record( const ucontext_t *context )
{
    return (EXCEPTION_RECORD *)(context->uc_mcontext.gregs[REG_RSP] + 0x4f0);
}

/* tell whether an instruction was to be fetched */
static BOOL is_fetch( ucontext_t *context )
{
    return FALSE;
}

static void keep_tls(void)
{
}

static void restore_tls(void)
{
}

#else

static UINT_PTR get_ip( const ucontext_t *context )
{
    return context->uc_mcontext.gregs[REG_EIP];
}

/* the stack that KiUserExceptionDispatcher starts with: pointers to EXCEPTION_RECORD and CONTEXT */
static EXCEPTION_RECORD *get_dispatcher_record( const ucontext_t *context )
{
    return *(EXCEPTION_RECORD **)context->uc_mcontext.gregs[REG_ESP];
}

/* Tell whether an instruction was to be fetched, and data execution is prevented, so that the program
 * is to hear of it.  ntdll does not: it would look at the instruction, and fault itself. */
static BOOL is_fetch( ucontext_t *context )
{
    greg_t *err = &context->uc_mcontext.gregs[REG_ERR];
    ULONG flags;

    if (!(*err & FAULT_EXECUTE)) return FALSE;
    *err &= ~FAULT_EXECUTE;
    return !NtQueryInformationProcess( NtCurrentProcess(), ProcessExecuteFlags, &flags, sizeof(flags), NULL ) &&
           (flags & MEM_EXECUTE_OPTION_DISABLE);
}

/* the host's libraries find the data of a thread by a segment register that programs may change;
 * its value is the same in all threads */
static unsigned short tls_selector;

static void keep_tls(void)
{
    __asm__( "movw %%gs,%0" : "=r" (tls_selector) );
}

static void restore_tls(void)
{
    __asm__ volatile( "movw %0,%%gs" : : "r" (tls_selector) );
}

#endif

/* what the instruction wanted to do, as the protection that it needs */
static int get_wanted_access( const ucontext_t *context )
{
    UINT_PTR err = context->uc_mcontext.gregs[REG_ERR];

    if (err & FAULT_EXECUTE) return PROT_EXEC;
    return err & FAULT_WRITE ? PROT_WRITE : PROT_READ;
}

/* the record of an access violation that ntdll has put on the stack of the thread */
static EXCEPTION_RECORD *get_record( const ucontext_t *context, UINT_PTR ip, const void *addr )
{
    EXCEPTION_RECORD *rec;

    if (get_ip( context ) != exception_dispatcher) return NULL;
    rec = get_dispatcher_record( context );
    if (rec->ExceptionCode != (DWORD)EXCEPTION_ACCESS_VIOLATION || rec->NumberParameters != 2) return NULL;
    if (rec->ExceptionAddress != (void *)ip || rec->ExceptionInformation[1] != (ULONG_PTR)addr) return NULL;
    return rec;
}

static void bus_handler( int signal, siginfo_t *info, void *context )
{
    UINT_PTR ip = get_ip( context );
    EXCEPTION_RECORD *rec;
    NTSTATUS status;
    BOOL fetch;

    restore_tls();
    fetch = is_fetch( context );
    ntdll_bus_action.sa_sigaction( signal, info, context );
    if (info->si_code != BUS_ADRERR || !(rec = get_record( context, ip, info->si_addr ))) return;
    if (fetch) rec->ExceptionInformation[0] = EXCEPTION_EXECUTE_FAULT;
    if (!(status = get_page_error( (UINT_PTR)info->si_addr ))) return;
    rec->ExceptionCode = EXCEPTION_IN_PAGE_ERROR;
    rec->NumberParameters = 3;
    rec->ExceptionInformation[2] = (UINT32)status;
}

static void segv_handler( int signal, siginfo_t *info, void *context )
{
    restore_tls();
    if (info->si_code == SEGV_ACCERR && get_wanted_access( context ) == PROT_WRITE &&
        copy_shared_page( (UINT_PTR)info->si_addr )) return;
    if (info->si_code == SEGV_ACCERR && is_reserve_address( (UINT_PTR)info->si_addr ) &&
        open_reserved_page( (UINT_PTR)info->si_addr, get_wanted_access( context ))) return;
    ntdll_segv_action.sa_sigaction( signal, info, context );
}

static void set_handler( int signal, void (*handler)( int, siginfo_t *, void * ), struct sigaction *ntdll_action )
{
    struct sigaction action;

    if (sigaction( signal, NULL, ntdll_action ) || !(ntdll_action->sa_flags & SA_SIGINFO))
    {
        WARN( "signal %d is not ntdll's\n", signal );
        return;
    }
    action = *ntdll_action;
    action.sa_sigaction = handler;
    keep_tls();
    sigaction( signal, &action, NULL );
}

/***********************************************************************
 *             handle_bus_faults
 *
 * Have pages that cannot be had reported as in-page errors from now on.  dispatcher is the
 * address of KiUserExceptionDispatcher.
 */
void handle_bus_faults( UINT_PTR dispatcher )
{
    if (exception_dispatcher || !dispatcher) return;
    exception_dispatcher = dispatcher;
    set_handler( SIGBUS, bus_handler, &ntdll_bus_action );
}

/***********************************************************************
 *             handle_segv_faults
 *
 * Have pages opened that are committed by now, and shared ones copied.
 */
void handle_segv_faults(void)
{
    static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
    sigset_t sigset;

    block_signals_and_lock( &mutex, &sigset );
    if (!ntdll_segv_action.sa_sigaction) set_handler( SIGSEGV, segv_handler, &ntdll_segv_action );
    unlock_and_restore_signals( &mutex, &sigset );
}

#else

/* without a handler nothing may be closed, and access violations stay */
void handle_bus_faults( UINT_PTR dispatcher )
{
}

void handle_segv_faults(void)
{
}

#endif
