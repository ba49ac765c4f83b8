/*
 * Access to memory that may fault
 *
 * Three instructions with known addresses, and a vectored handler that skips
 * the one that faults: no compiler support for exceptions is needed.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "test.h"

DWORD asm_probe_read( const void *addr, BYTE *value );
DWORD asm_probe_write( void *addr, BYTE value );
DWORD asm_probe_exec( const void *code, DWORD *ret );
extern const char asm_probe_read_insn[], asm_probe_write_insn[], asm_probe_ret[], asm_probe_exec_out[];

#ifdef __x86_64__

__asm__( ".text\n"
         "\t.globl asm_probe_read, asm_probe_write, asm_probe_exec\n"
         "\t.globl asm_probe_read_insn, asm_probe_write_insn, asm_probe_ret, asm_probe_exec_out\n"
         "asm_probe_read:\n"
         "asm_probe_read_insn:\n"
         "\tmovb (%rcx),%al\n"
         "\tmovb %al,(%rdx)\n"
         "\txorl %eax,%eax\n"
         "\tret\n"
         "asm_probe_write:\n"
         "asm_probe_write_insn:\n"
         "\tmovb %dl,(%rcx)\n"
         "\txorl %eax,%eax\n"
         "asm_probe_ret:\n"
         "\tret\n"
         "asm_probe_exec:\n"
         "\tpushq %rbx\n"
         "\tsubq $32,%rsp\n"
         "\tmovq %rdx,%rbx\n"
         "\tcall *%rcx\n"
         "\tmovl %eax,(%rbx)\n"
         "\txorl %eax,%eax\n"
         "asm_probe_exec_out:\n"
         "\taddq $32,%rsp\n"
         "\tpopq %rbx\n"
         "\tret\n" );

#elif defined(__i386__)

__asm__( ".text\n"
         "\t.globl _asm_probe_read, _asm_probe_write, _asm_probe_exec\n"
         "\t.globl _asm_probe_read_insn, _asm_probe_write_insn, _asm_probe_ret, _asm_probe_exec_out\n"
         "_asm_probe_read:\n"
         "\tmovl 4(%esp),%ecx\n"
         "\tmovl 8(%esp),%edx\n"
         "_asm_probe_read_insn:\n"
         "\tmovb (%ecx),%al\n"
         "\tmovb %al,(%edx)\n"
         "\txorl %eax,%eax\n"
         "\tret\n"
         "_asm_probe_write:\n"
         "\tmovl 4(%esp),%ecx\n"
         "\tmovb 8(%esp),%dl\n"
         "_asm_probe_write_insn:\n"
         "\tmovb %dl,(%ecx)\n"
         "\txorl %eax,%eax\n"
         "_asm_probe_ret:\n"
         "\tret\n"
         "_asm_probe_exec:\n"
         "\tpushl %ebx\n"
         "\tmovl 12(%esp),%ebx\n"
         "\tcall *8(%esp)\n"
         "\tmovl %eax,(%ebx)\n"
         "\txorl %eax,%eax\n"
         "_asm_probe_exec_out:\n"
         "\tpopl %ebx\n"
         "\tret\n" );

#else
#error "These tests are written for x86."
#endif

static const void *exec_code;

static LONG CALLBACK probe_handler( EXCEPTION_POINTERS *ptrs )
{
    CONTEXT *context = ptrs->ContextRecord;
    const char *ip = (const char *)context_ip( context );

    if (ip == asm_probe_read_insn || ip == asm_probe_write_insn)
    {
        context_ip( context ) = (ULONG_PTR)asm_probe_ret;
    }
    else if (ip && ip == (const char *)exec_code)
    {
        context_sp( context ) += sizeof(ULONG_PTR);  /* the return address */
        context_ip( context ) = (ULONG_PTR)asm_probe_exec_out;
    }
    else return EXCEPTION_CONTINUE_SEARCH;

    context_ax( context ) = ptrs->ExceptionRecord->ExceptionCode;
    return EXCEPTION_CONTINUE_EXECUTION;
}

static void init_handler(void)
{
    static void *handler;

    if (!handler) handler = AddVectoredExceptionHandler( 0, probe_handler );
}

DWORD probe_read( const void *addr, BYTE *value )
{
    init_handler();
    return asm_probe_read( addr, value );
}

DWORD probe_write( void *addr, BYTE value )
{
    init_handler();
    return asm_probe_write( addr, value );
}

DWORD probe_exec( const void *code, DWORD *ret )
{
    DWORD err;

    init_handler();
    exec_code = code;
    err = asm_probe_exec( code, ret );
    exec_code = NULL;
    return err;
}

BOOL is_readable( const void *addr )
{
    BYTE value;

    return !probe_read( addr, &value );
}

BOOL is_writable( void *addr )
{
    BYTE value;

    return !probe_read( addr, &value ) && !probe_write( addr, value );
}
