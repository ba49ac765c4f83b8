/*
 * Makes system calls and allocations of kernelbase.so fail, one at a time (LD_PRELOAD)
 *
 * What is to fail is said in a file, named by MAPVIEW_INJECT, that is mapped here and in the
 * Windows program: the n-th call from now on that kernelbase.so makes.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/mman.h>
#include <sys/resource.h>

#include "inject.h"

static struct inject *shared;
static uintptr_t start, end;

/* only the process that runs the rules, not its children */
static int is_target( void )
{
    char args[1024];
    ssize_t len = 0, pos;
    int fd;

    if ((fd = open( "/proc/self/cmdline", O_RDONLY | O_CLOEXEC )) == -1) return 0;
    len = read( fd, args, sizeof(args) - 1 );
    close( fd );
    args[len > 0 ? len : 0] = 0;
    for (pos = 0; pos < len; pos += strlen( args + pos ) + 1) if (!strcmp( args + pos, "--run" )) return 1;
    return 0;
}

static __attribute__((constructor)) void init( void )
{
    const char *name = getenv( "MAPVIEW_INJECT" );
    void *addr;
    int fd;

    if (!name || !is_target() || (fd = open( name, O_RDWR | O_CLOEXEC )) == -1) return;
    addr = mmap( NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0 );
    close( fd );
    if (addr != MAP_FAILED) shared = addr;
}

static int find_module( struct dl_phdr_info *info, size_t size, void *data )
{
    int i;

    (void)size;
    (void)data;
    if (!strstr( info->dlpi_name, "/kernelbase.so" )) return 0;
    for (i = 0; i < info->dlpi_phnum; i++)
    {
        const ElfW(Phdr) *ph = &info->dlpi_phdr[i];

        if (ph->p_type != PT_LOAD || !(ph->p_flags & PF_X)) continue;
        start = info->dlpi_addr + ph->p_vaddr;
        end = start + ph->p_memsz;
    }
    return 1;
}

/* whether this call is the one; the caller of the function that calls this counts */
static int is_the_one( const char *name, void *caller )
{
    if (!shared || shared->countdown <= 0 || shared->pid != getpid()) return 0;
    if (!end) dl_iterate_phdr( find_module, NULL );
    if ((uintptr_t)caller < start || (uintptr_t)caller >= end) return 0;
    if (--shared->countdown) return 0;
    shared->hit = 1;
    shared->site = (uintptr_t)caller - start;
    strncpy( shared->name, name, sizeof(shared->name) - 1 );
    return 1;
}

#define CALLER __builtin_return_address( 0 )

#define NEXT( name ) \
    static __typeof__(name) *next; \
    if (!next) next = (__typeof__(name) *)dlsym( RTLD_NEXT, #name )

#define FAIL( name, err, result ) \
    do { if (is_the_one( #name, CALLER )) { errno = err; return result; } } while (0)

void *mmap( void *addr, size_t len, int prot, int flags, int fd, off_t offset )
{
    NEXT( mmap );
    /* the program asks so for its own number, and for its limit of descriptors */
    if (shared && shared->ask)
    {
        struct rlimit limit;

        shared->pid = getpid();
        shared->ask = 0;
        if (shared->nofile && !getrlimit( RLIMIT_NOFILE, &limit ))
        {
            limit.rlim_cur = shared->nofile == -1 ? limit.rlim_max : (rlim_t)shared->nofile;
            setrlimit( RLIMIT_NOFILE, &limit );
        }
    }
    FAIL( mmap, ENOMEM, MAP_FAILED );
    return next( addr, len, prot, flags, fd, offset );
}

int mprotect( void *addr, size_t len, int prot )
{
    NEXT( mprotect );
    FAIL( mprotect, ENOMEM, -1 );
    return next( addr, len, prot );
}

int memfd_create( const char *name, unsigned int flags )
{
    NEXT( memfd_create );
    FAIL( memfd_create, ENFILE, -1 );
    return next( name, flags );
}

int ftruncate( int fd, off_t size )
{
    NEXT( ftruncate );
    FAIL( ftruncate, ENOSPC, -1 );
    return next( fd, size );
}

int fallocate( int fd, int mode, off_t offset, off_t size )
{
    NEXT( fallocate );
    FAIL( fallocate, ENOSPC, -1 );
    return next( fd, mode, offset, size );
}

int fchmod( int fd, mode_t mode )
{
    NEXT( fchmod );
    FAIL( fchmod, EPERM, -1 );
    return next( fd, mode );
}

int msync( void *addr, size_t len, int flags )
{
    NEXT( msync );
    FAIL( msync, EIO, -1 );
    return next( addr, len, flags );
}

int madvise( void *addr, size_t len, int advice )
{
    NEXT( madvise );
    FAIL( madvise, ENOMEM, -1 );
    return next( addr, len, advice );
}

ssize_t pread( int fd, void *buf, size_t len, off_t offset )
{
    NEXT( pread );
    FAIL( pread, EIO, -1 );
    return next( fd, buf, len, offset );
}

int open( const char *name, int flags, ... )
{
    va_list args;
    mode_t mode;

    NEXT( open );
    va_start( args, flags );
    mode = va_arg( args, mode_t );
    va_end( args );
    FAIL( open, EMFILE, -1 );
    return next( name, flags, mode );
}

int ioctl( int fd, unsigned long request, ... )
{
    static int (*next)( int, unsigned long, ... );
    va_list args;
    void *arg;

    if (!next) next = (int (*)( int, unsigned long, ... ))dlsym( RTLD_NEXT, "ioctl" );
    va_start( args, request );
    arg = va_arg( args, void * );
    va_end( args );
    FAIL( ioctl, ENOTTY, -1 );
    return next( fd, request, arg );
}

/* of libnuma */
long mbind( void *addr, unsigned long len, int mode, const unsigned long *mask, unsigned long max, unsigned flags )
{
    static __typeof__(&mbind) next;

    if (!next) next = (__typeof__(&mbind))dlsym( RTLD_NEXT, "mbind" );
    FAIL( mbind, ENOMEM, -1 );
    return next ? next( addr, len, mode, mask, max, flags ) : -1;
}

/* The calls of ntdll.so, whatever their arguments: they are passed on by a jump, with all registers
 * as they were.  Returns the function to go to, or NULL. */
static __attribute__((used)) void *choose( const char *name, void *caller )
{
    void *lib;

    if (is_the_one( name, caller )) return NULL;
    if (!(lib = dlopen( "ntdll.so", RTLD_NOW | RTLD_NOLOAD ))) abort();
    return dlsym( lib, name );
}

#define STUB( name ) \
    __asm__( ".text\n" \
             ".globl " #name "\n" \
             ".type " #name ",@function\n" \
             #name ":\n\t" \
             "push %rcx\n\tpush %rdx\n\tpush %r8\n\tpush %r9\n\tpush %rsi\n\tpush %rdi\n\tpush %rax\n\t" \
             "lea 1f(%rip),%rdi\n\t" \
             "mov 56(%rsp),%rsi\n\t" \
             "call choose\n\t" \
             "mov %rax,%r11\n\t" \
             "pop %rax\n\tpop %rdi\n\tpop %rsi\n\tpop %r9\n\tpop %r8\n\tpop %rdx\n\tpop %rcx\n\t" \
             "test %r11,%r11\n\t" \
             "jz 2f\n\t" \
             "jmp *%r11\n" \
             "2:\tmov $0xc0000017,%eax\n\t"  /* STATUS_NO_MEMORY */ \
             "ret\n" \
             "1:\t.asciz \"" #name "\"\n" );

STUB( NtAllocateVirtualMemory )
STUB( NtAllocateVirtualMemoryEx )
STUB( NtCreateSection )
STUB( NtDuplicateObject )
STUB( NtMapViewOfSection )
STUB( NtMapViewOfSectionEx )
STUB( NtOpenSection )
STUB( NtProtectVirtualMemory )
STUB( NtQueryInformationProcess )
STUB( NtQueryObject )
STUB( NtQuerySection )
STUB( NtQueryVirtualMemory )
STUB( wine_server_fd_to_handle )
STUB( wine_server_handle_to_fd )

/* the allocator's own names: dlsym allocates */
extern void *__libc_malloc( size_t size );
extern void *__libc_calloc( size_t count, size_t size );

void *malloc( size_t size )
{
    FAIL( malloc, ENOMEM, NULL );
    return __libc_malloc( size );
}

void *calloc( size_t count, size_t size )
{
    FAIL( calloc, ENOMEM, NULL );
    return __libc_calloc( count, size );
}
