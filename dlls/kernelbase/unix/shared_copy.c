/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Pages of shared views that become copy-on-write (SEMANTICS 1.7)
 *
 * ntdll maps a view shared or private as a whole.  Where VirtualProtect makes pages of a shared one
 * copy-on-write, ntdll notes that and lets them be written, which changes the section.  So the host
 * is told that they are read-only; the fault of a write puts a copy in place of its page.
 */

#if 0
#pragma makedep unix
#endif

#include "config.h"

#include <stdarg.h>
#include <errno.h>
#include <signal.h>
#include <unistd.h>
#include <sys/mman.h>
#include <sys/uio.h>

#include "ntstatus.h"
#define WIN32_NO_STATUS
#include "windef.h"
#include "winbase.h"
#include "winternl.h"
#include "unix_private.h"

#define PAGE_LEN (PAGE_MASK + 1)

static pthread_mutex_t copies_mutex = PTHREAD_MUTEX_INITIALIZER;

/* all such pages lie between these; read without the lock */
static UINT_PTR copies_start = ~(UINT_PTR)0;
static UINT_PTR copies_end;

static NTSTATUS query_page( UINT_PTR addr, MEMORY_BASIC_INFORMATION *info )
{
    return NtQueryVirtualMemory( NtCurrentProcess(), (void *)addr, MemoryBasicInformation, info, sizeof(*info), NULL );
}

/***********************************************************************
 *             copy_shared_pages
 *
 * Pages have become copy-on-write.  When that fails they can still be written for all.
 */
NTSTATUS copy_shared_pages( UINT_PTR base, SIZE_T size, UINT32 protect )
{
    MEMORY_BASIC_INFORMATION info;
    NTSTATUS status;
    sigset_t sigset;

    if ((status = query_page( base, &info ))) return status;
    if (info.Type != MEM_MAPPED || is_write_copy( info.AllocationProtect ) || is_memfd_view( base )) return STATUS_SUCCESS;
    block_signals_and_lock( &copies_mutex, &sigset );
    if (base < copies_start) __atomic_store_n( &copies_start, base, __ATOMIC_RELEASE );
    if (base + size > copies_end) __atomic_store_n( &copies_end, base + size, __ATOMIC_RELEASE );
    unlock_and_restore_signals( &copies_mutex, &sigset );
    handle_segv_faults();
    if (mprotect( (void *)base, size, get_unix_protection( protect ) & ~PROT_WRITE )) return STATUS_NO_MEMORY;
    return STATUS_SUCCESS;
}

/* Put a copy in place of a page, which may be closed; one beyond the end of its file stays, and faults as that. */
static BOOL copy_page( UINT_PTR addr, int protection )
{
    struct iovec from = { (void *)addr, PAGE_LEN }, to = { NULL, PAGE_LEN };
    BOOL is_beyond;
    void *copy;

    copy = mmap( NULL, PAGE_LEN, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0 );
    if (copy == MAP_FAILED) return FALSE;
    to.iov_base = copy;
    if (mprotect( (void *)addr, PAGE_LEN, protection & ~PROT_WRITE ) ||
        process_vm_readv( getpid(), &to, 1, &from, 1, 0 ) != (ssize_t)PAGE_LEN)
    {
        is_beyond = errno == EFAULT;
        munmap( copy, PAGE_LEN );
        return is_beyond && !mprotect( (void *)addr, PAGE_LEN, protection );
    }
    if (!mprotect( copy, PAGE_LEN, protection ) &&
        mremap( copy, PAGE_LEN, PAGE_LEN, MREMAP_MAYMOVE | MREMAP_FIXED, addr ) != MAP_FAILED) return TRUE;
    munmap( copy, PAGE_LEN );
    return FALSE;
}

/***********************************************************************
 *             copy_shared_page
 *
 * A page that cannot be written has been: make it a copy if it is to be one.  Called in the
 * handler of the signal.
 */
BOOL copy_shared_page( UINT_PTR addr )
{
    UINT_PTR end = (addr & ~PAGE_MASK) + PAGE_LEN;
    int protection, saved_errno = errno;
    MEMORY_BASIC_INFORMATION info;
    sigset_t sigset;
    BOOL ret = FALSE;

    if (addr < __atomic_load_n( &copies_start, __ATOMIC_ACQUIRE ) ||
        addr >= __atomic_load_n( &copies_end, __ATOMIC_ACQUIRE )) return FALSE;
    addr &= ~PAGE_MASK;

    block_signals_and_lock( &copies_mutex, &sigset );
    if (!query_page( addr, &info ) && info.Type == MEM_MAPPED && info.State == MEM_COMMIT && is_valid_protection( info.Protect ) &&
        is_write_copy( info.Protect ))
    {
        protection = get_unix_protection( info.Protect );
        if (get_written_range( addr, &end )) ret = !mprotect( (void *)addr, PAGE_LEN, protection );
        else ret = copy_page( addr, protection );
    }
    unlock_and_restore_signals( &copies_mutex, &sigset );
    errno = saved_errno;
    return ret;
}
