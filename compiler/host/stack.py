"""Into dialect code and out of it, also when a panic happens any number of calls deep.

`pk_host_enter(function, frame)` calls `function(frame)` and returns 0. `pk_host_abort(status)`,
called below it, goes back to the innermost `pk_host_enter` of the thread, which then returns
`status`: the frames between hold nothing that needs to be released, so they are dropped.
`pk_host_enter` keeps a record in its own frame: the callee-saved registers, and the record that was
innermost before. The thread's innermost record is a value of the C library's thread-specific
storage, so threads don't see one another's.

    rsp at the call of `function` = the record
      [rsp]       the record that was innermost before, or 0
      [rsp + 8]   r15 r14 r13 r12 rbx rbp of the caller
      [rsp + 56]  return address

A callback into Python that itself calls dialect code has records above its caller's; it ends before
its caller goes on, so records are always left in the opposite order, and no frame of Python's is
ever dropped.
"""

from __future__ import annotations

import ctypes
from functools import cache

LIBC = ctypes.CDLL(None)

ABORT_CALLBACK = 1
"""The status that says Python raised; a panic is Python raising `DialectPanic` too."""

_TEXT = """
    .text
    .globl pk_host_enter
    .type pk_host_enter, @function
pk_host_enter:
    push %rbp
    mov %rsp, %rbp
    push %rbx
    push %r12
    push %r13
    push %r14
    push %r15
    sub $8, %rsp
    mov %rdi, %rbx
    mov %rsi, %r12
    mov $KEY, %edi
    call *get_specific(%rip)
    mov %rax, (%rsp)
    mov $KEY, %edi
    mov %rsp, %rsi
    call *set_specific(%rip)
    mov %r12, %rdi
    call *%rbx
    xor %ebx, %ebx
leave:
    mov $KEY, %edi
    mov (%rsp), %rsi
    call *set_specific(%rip)
    mov %ebx, %eax
    add $8, %rsp
    pop %r15
    pop %r14
    pop %r13
    pop %r12
    pop %rbx
    pop %rbp
    ret
    .size pk_host_enter, . - pk_host_enter

    .globl pk_host_abort
    .type pk_host_abort, @function
pk_host_abort:
    mov %edi, %ebx
    and $-16, %rsp
    mov $KEY, %edi
    call *get_specific(%rip)
    test %rax, %rax
    jz no_record
    mov %rax, %rsp
    jmp leave
no_record:
    ud2
    .size pk_host_abort, . - pk_host_abort

    .balign 8
get_specific: .quad GET_SPECIFIC
set_specific: .quad SET_SPECIFIC
"""


@cache
def thread_key() -> int:
    """The key of the innermost record in thread-specific storage: one for the process."""
    key = ctypes.c_uint()
    error = LIBC.pthread_key_create(ctypes.byref(key), None)
    if error:
        raise OSError(error, "pthread_key_create failed")
    return key.value


def address_in_process(symbol: str) -> int | None:
    """The address of a function of the C library, or None."""
    try:
        function = LIBC[symbol]
    except AttributeError:
        return None
    return ctypes.cast(function, ctypes.c_void_p).value


def stack_assembly() -> str:
    """The two routines for this process, as module assembly in LLVM IR."""
    definitions = [
        f".set KEY, {thread_key()}",
        f".set GET_SPECIFIC, {address_in_process('pthread_getspecific')}",
        f".set SET_SPECIFIC, {address_in_process('pthread_setspecific')}",
    ]
    lines = [*definitions, *_TEXT.splitlines()]
    return "\n".join(f'module asm "{line}"' for line in lines) + "\n"
