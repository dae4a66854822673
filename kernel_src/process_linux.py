"""The engine in a Linux process: signals become faults, and calls run on the thread's own stack.

What arch/traps.py is to the kernel. Layouts are those of x86-64 glibc, <signal.h> and
<sys/ucontext.h>.
"""
from __future__ import annotations

from typing import Final

from kernel_src.runtime.program import Program, call, start
from kernel_src.runtime.traps import Fault, take_fault
from pykern.lang import (
    Array,
    Fn,
    Ptr,
    Slice,
    address_of,
    extern,
    i32,
    load,
    offsetof,
    ptr_at,
    read_fp,
    static_assert,
    struct,
    u8,
    u32,
    u64,
    usize,
    zeroed,
)

SIGILL: Final = 4
SIGBUS: Final = 7
SIGFPE: Final = 8
SIGSEGV: Final = 11
SIGNALS: Final[Array[i32, 4]] = Array(SIGILL, SIGBUS, SIGFPE, SIGSEGV)

SA_SIGINFO: Final = 4
SA_NODEFER: Final = 0x4000_0000  # a trap leaves the handler by its own way only once

# Generated code may use this much of the stack below the caller of `call_here`
STACK_BYTES: Final[usize] = 1 << 20


@struct
class SignalAction:
    handler: usize
    mask: Array[u64, 16]
    flags: i32
    restorer: usize


@struct
class MachineContext:
    """ucontext_t up to the last register."""

    flags: u64
    link: u64
    stack: Array[u64, 3]
    r8_to_r10: Array[u64, 3]
    r11: u64
    r12_and_r13: Array[u64, 2]
    r14: u64
    r15_to_rcx: Array[u64, 8]
    rsp: u64
    rip: u64
    rflags: u64
    segments: u64
    error_code: u64
    vector: u64
    mask: u64
    cr2: u64


static_assert(offsetof(SignalAction, "handler") == 0, "on_signal reads it as a function")
static_assert(offsetof(MachineContext, "rsp") == 40 + 8 * 15, "REG_RSP is 15")
static_assert(offsetof(MachineContext, "cr2") == 40 + 8 * 22, "REG_CR2 is 22")

previous: Array[SignalAction, 4] = zeroed()


@extern("sigaction")
def sigaction(signal: i32, action: Ptr[SignalAction], before: Ptr[SignalAction] | None) -> i32: ...


def install_fault_handlers() -> None:
    """Faults of generated code become traps; all others go where they went before."""
    action: SignalAction = zeroed()
    action.handler = address_of(on_signal)
    action.flags = SA_SIGINFO | SA_NODEFER
    for i, signal in enumerate(SIGNALS):
        failed = sigaction(signal, action, previous[i])
        assert failed == 0, f"sigaction({signal}) failed"


def on_signal(signal: i32, information: usize, address: usize) -> None:
    """A fault that is no trap is for whoever handled faults before. Another engine's handler is
    called; any other is put back, and the fault happens again."""
    context = ptr_at(MachineContext, address)
    fault = Fault(
        vector=context.vector,
        instruction=usize(context.rip),
        context=usize(context.r14),
        element=usize(context.r11),
        stack=usize(context.rsp),
        address=context.cr2,
    )
    goes_on = take_fault(fault)
    if goes_on != 0:
        context.rip = goes_on
        return
    for i, known in enumerate(SIGNALS):
        if known == signal and previous[i].flags & SA_SIGINFO != 0:
            before = ptr_at(Fn[[i32, usize, usize], None], address_of(previous[i]))
            load(before)(signal, information, address)
        elif known == signal:
            sigaction(signal, previous[i], None)


def start_here(program: Ptr[Program]) -> u8:
    """Calls the program's start function on this thread, if it has one."""
    return start(program, read_fp() - STACK_BYTES)


def call_here(program: Ptr[Program], function: u32, words: Slice[u64]) -> u8:
    """Calls a function of the program on this thread: TRAP_NONE, or the cause of the trap."""
    return call(program, function, words, read_fp() - STACK_BYTES)
