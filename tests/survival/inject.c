/*
 * Makes system calls and allocations of kernelbase.so fail, one at a time (LD_PRELOAD)
 *
 * What is to fail is said in a file, named by MAPVIEW_INJECT, that is mapped here and in the
 * Windows program: the n-th call from now on that kernelbase.so makes (inject.h).
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/xattr.h>

#include "inject.h"

static struct inject *shared;
static uintptr_t base, start, end;
static int two_nodes;

/* only the processes that run rules, not all of their children */
static int is_target( int *is_first )
{
    static const char * const words[] = { "--run", "survival-steps", FIRST_CHILD };

    char args[1024];
    ssize_t len = 0, pos;
    unsigned int i;
    int fd;

    if ((fd = open( "/proc/self/cmdline", O_RDONLY | O_CLOEXEC )) == -1) return 0;
    len = read( fd, args, sizeof(args) - 1 );
    close( fd );
    args[len > 0 ? len : 0] = 0;
    for (pos = 0; pos < len; pos += strlen( args + pos ) + 1)
    {
        for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        {
            if (strcmp( args + pos, words[i] )) continue;
            *is_first = !strcmp( words[i], FIRST_CHILD );
            return 1;
        }
    }
    return 0;
}

static __attribute__((constructor)) void init( void )
{
    const char *name = getenv( "MAPVIEW_INJECT" );
    int fd, is_first;
    void *addr;

    if (!name || !is_target( &is_first ) || (fd = open( name, O_RDWR | O_CLOEXEC )) == -1) return;
    addr = mmap( NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0 );
    close( fd );
    if (addr == MAP_FAILED) return;
    shared = addr;
    two_nodes = shared->two_nodes;
    if (shared->setting[0]) putenv( shared->setting );
    if (!is_first) return;
    shared->pid = getpid();
    shared->hit = 0;
    shared->only_new = shared->countdown = 1;
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
        base = info->dlpi_addr;
        start = base + ph->p_vaddr;
        end = start + ph->p_memsz;
    }
    return 1;
}

#define MAX_SITES (sizeof(shared->sites) / sizeof(shared->sites[0]))

static int is_known_site( uintptr_t site )
{
    unsigned int i;

    for (i = 0; i < MAX_SITES && shared->sites[i]; i++) if (shared->sites[i] == site) return 1;
    return 0;
}

static void remember_site( uintptr_t site )
{
    unsigned int i;

    if (is_known_site( site )) return;
    for (i = 0; i < MAX_SITES; i++)
    {
        if (shared->sites[i]) continue;
        shared->sites[i] = site;
        break;
    }
}

#define MAX_HELD 64
static void *held[MAX_HELD];
static unsigned int held_count;
static size_t huge_size;

/* another program takes what the pool of huge pages has */
static void take_pool( void )
{
    int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB | MAP_POPULATE;
    void *(*next_mmap)( void *, size_t, int, int, int, off_t );

    huge_size = 2 << 20;
    next_mmap = (__typeof__(next_mmap))dlsym( RTLD_NEXT, "mmap" );
    while (held_count < MAX_HELD)
    {
        void *addr = next_mmap( NULL, huge_size, PROT_READ | PROT_WRITE, flags, -1, 0 );

        if (addr == MAP_FAILED) break;
        held[held_count++] = addr;
    }
}

static void give_back_pool( void )
{
    while (held_count) munmap( held[--held_count], huge_size );
}

static int is_armed( void )
{
    return shared->countdown > 0 || (shared->hit && shared->more > 0);
}

/* whether this call is one that fails, with errno set; the caller of the function that calls this counts */
static int is_the_one( const char *name, void *caller, int error )
{
    uintptr_t site;

    if (!shared || shared->pid != getpid() || (!is_armed() && !shared->without[0])) return 0;
    if (!end) dl_iterate_phdr( find_module, NULL );
    if ((uintptr_t)caller < start || (uintptr_t)caller >= end) return 0;
    site = (uintptr_t)caller - base;
    if (!strcmp( name, shared->without ))
    {
        errno = shared->error;
        return 1;
    }
    if (!is_armed() || (shared->only_new && is_known_site( site ))) return 0;
    if (shared->countdown > 0)
    {
        if (__atomic_sub_fetch( &shared->countdown, 1, __ATOMIC_SEQ_CST )) return 0;
        shared->hit = 1;
        shared->site = site;
        strcpy( shared->name[0], name );
        shared->name[1][0] = 0;
    }
    else
    {
        shared->more--;
        strcpy( shared->name[1], name );
    }
    if (shared->drain)
    {
        take_pool();
        return 0;
    }
    remember_site( site );
    errno = error;
    return 1;
}

#define CALLER __builtin_return_address( 0 )

#define NEXT( name ) \
    static __typeof__(name) *next; \
    if (!next) next = (__typeof__(name) *)dlsym( RTLD_NEXT, #name )

#define FAIL( name, err, result ) \
    do { if (is_the_one( #name, CALLER, err )) return result; } while (0)

void *mmap( void *addr, size_t len, int prot, int flags, int fd, off_t offset )
{
    NEXT( mmap );
    /* the program asks so for its own number, and for its limit of descriptors */
    if (shared && shared->ask)
    {
        struct rlimit limit;

        shared->pid = getpid();
        shared->ask = 0;
        give_back_pool();
        if (shared->nofile && !getrlimit( RLIMIT_NOFILE, &limit ))
        {
            limit.rlim_cur = shared->nofile == -1 ? limit.rlim_max : (rlim_t)shared->nofile;
            setrlimit( RLIMIT_NOFILE, &limit );
        }
    }
    FAIL( mmap, ENOMEM, MAP_FAILED );
    return next( addr, len, prot, flags, fd, offset );
}

/* a function that fails so, else is passed on */
#define WRAP( type, name, params, args, err, result ) \
    type name params \
    { \
        NEXT( name ); \
        FAIL( name, err, result ); \
        return next args; \
    }

WRAP( int, mprotect, (void *addr, size_t len, int prot), (addr, len, prot), ENOMEM, -1 )
WRAP( int, memfd_create, (const char *name, unsigned int flags), (name, flags), ENFILE, -1 )
WRAP( int, ftruncate, (int fd, off_t size), (fd, size), ENOSPC, -1 )
WRAP( int, fallocate, (int fd, int mode, off_t offset, off_t size), (fd, mode, offset, size), ENOSPC, -1 )
WRAP( int, fchmod, (int fd, mode_t mode), (fd, mode), EPERM, -1 )
WRAP( int, msync, (void *addr, size_t len, int flags), (addr, len, flags), EIO, -1 )
WRAP( int, madvise, (void *addr, size_t len, int advice), (addr, len, advice), ENOMEM, -1 )
WRAP( int, mlock, (const void *addr, size_t len), (addr, len), ENOMEM, -1 )
WRAP( int, mlock2, (const void *addr, size_t len, unsigned int flags), (addr, len, flags), ENOMEM, -1 )
WRAP( ssize_t, read, (int fd, void *buf, size_t len), (fd, buf, len), EIO, -1 )
WRAP( ssize_t, pread, (int fd, void *buf, size_t len, off_t offset), (fd, buf, len, offset), EIO, -1 )
WRAP( ssize_t, fgetxattr, (int fd, const char *name, void *value, size_t size), (fd, name, value, size), ENOTSUP, -1 )
WRAP( int, fsetxattr, (int fd, const char *name, const void *value, size_t size, int flags),
      (fd, name, value, size, flags), ENOTSUP, -1 )
WRAP( ssize_t, process_vm_readv, (pid_t pid, const struct iovec *to, unsigned long to_count, const struct iovec *from,
                                  unsigned long from_count, unsigned long flags),
      (pid, to, to_count, from, from_count, flags), EPERM, -1 )
WRAP( FILE *, fopen, (const char *name, const char *mode), (name, mode), EMFILE, NULL )
WRAP( DIR *, opendir, (const char *name), (name), EMFILE, NULL )
WRAP( int, pthread_create, (pthread_t *id, const pthread_attr_t *attr, void *(*func)( void * ), void *arg),
      (id, attr, func, arg), EAGAIN, EAGAIN )

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

void *mremap( void *addr, size_t old_len, size_t len, int flags, ... )
{
    va_list args;
    void *new_addr;

    NEXT( mremap );
    va_start( args, flags );
    new_addr = va_arg( args, void * );
    va_end( args );
    FAIL( mremap, ENOMEM, MAP_FAILED );
    return next( addr, old_len, len, flags, new_addr );
}

/* of libnuma, which is not in the scope that RTLD_NEXT looks in */
#define WRAP_NUMA( name, params, ... ) \
    long name params \
    { \
        FAIL( name, ENOMEM, -1 ); \
        return syscall( SYS_##name, __VA_ARGS__ ); \
    }

WRAP_NUMA( mbind, (void *addr, unsigned long len, int mode, const unsigned long *mask, unsigned long max, unsigned flags),
           addr, len, mode, mask, max, flags )
WRAP_NUMA( get_mempolicy, (int *mode, unsigned long *mask, unsigned long max, void *addr, unsigned flags),
           mode, mask, max, addr, flags )
WRAP_NUMA( set_mempolicy, (int mode, const unsigned long *mask, unsigned long max), mode, mask, max )
WRAP_NUMA( move_pages, (int pid, unsigned long count, void **pages, const int *nodes, int *status, int flags),
           pid, count, pages, nodes, status, flags )

/* A host with two nodes is what is read of it; memory is on the first one, which is there. */
struct bitmask *numa_parse_nodestring_all( const char *list )
{
    void *lib = dlopen( "libnuma.so.1", RTLD_NOW | RTLD_NOLOAD );
    struct bitmask *(*parse)( const char * ) = (__typeof__(parse))dlsym( lib, "numa_parse_nodestring_all" );
    struct bitmask *(*set_bit)( struct bitmask *, unsigned int ) = (__typeof__(set_bit))dlsym( lib, "numa_bitmask_setbit" );
    struct bitmask *mask = parse( list );

    return mask && two_nodes ? set_bit( mask, 1 ) : mask;
}

/* The calls of ntdll.so, whatever their arguments: they are passed on by a jump, with all registers
 * as they were.  Returns the function to go to, or NULL. */
static __attribute__((used)) void *choose( const char *name, void *caller )
{
    void *lib;

    if (is_the_one( name, caller, 0 )) return NULL;
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
STUB( NtOpenKey )
STUB( NtOpenProcessToken )
STUB( NtOpenSection )
STUB( NtProtectVirtualMemory )
STUB( NtQueryInformationProcess )
STUB( NtQueryInformationToken )
STUB( NtQueryObject )
STUB( NtQuerySection )
STUB( NtQuerySystemInformation )
STUB( NtQuerySystemInformationEx )
STUB( NtQueryValueKey )
STUB( NtQueryVirtualMemory )
STUB( wine_server_fd_to_handle )
STUB( wine_server_handle_to_fd )

/* the allocator's own names: dlsym allocates */
extern void *__libc_malloc( size_t size );
extern void *__libc_calloc( size_t count, size_t size );
extern void *__libc_realloc( void *ptr, size_t size );

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

void *realloc( void *ptr, size_t size )
{
    FAIL( realloc, ENOMEM, NULL );
    return __libc_realloc( ptr, size );
}
