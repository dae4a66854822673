"""A kernel bug: report it, and end the run.

The report (its form is in kernel_src/README.md): the reason, the place in the source, the
registers, and the return addresses found by walking the frame pointers. Addresses are printed as
numbers; whoever reads the log has the symbols.

The processor that panics first stops the others and has the serial port to itself.

A panic while a panic is being reported prints its reason and its place and ends the run; one inside
that ends it in silence.
"""
from __future__ import annotations

from typing import Final

import kernel_src.console as console
import kernel_src.log as log
from kernel_src.abi import EXIT_DOUBLE_PANIC, EXIT_PANIC
from kernel_src.arch.debug_exit import end_machine
from kernel_src.arch.image import is_code
from kernel_src.arch.percpu import cpu_index, online
from kernel_src.arch.stacks import stack_around
from kernel_src.arch.stopping import stop_here, stop_others
from kernel_src.arch.trap_frame import TrapFrame
from kernel_src.arch.traps import set_last_resort, vector_name
from kernel_src.arch.x86 import (
    PAGE_FAULT_FETCH,
    PAGE_FAULT_PRESENT,
    PAGE_FAULT_RESERVED,
    PAGE_FAULT_WRITE,
    Vector,
)
from kernel_src.limits import BACKTRACE_MAX
from kernel_src.memlayout import CODE_WINDOW, CODE_WINDOW_SIZE
from pykern.lang import (
    Atomic,
    Format,
    NoReturn,
    Order,
    Ptr,
    Str,
    cli,
    cold,
    export,
    load,
    popcount,
    ptr_at,
    read_cr0,
    read_cr2,
    read_cr3,
    read_cr4,
    read_flags,
    read_fp,
    return_address,
    u32,
    u64,
    usize,
)

NOBODY: Final = 0

owner: Atomic[u32] = Atomic(NOBODY)
"""1 + the index of the processor that panics."""

depth: u32 = 0
unstopped: u64 = 0  # the processors that go on in spite of the panic


def initialise() -> None:
    """From here on a trap that nobody claims is reported."""
    set_last_resort(panic_on_trap)


@cold
@export("pk_panic")
def pk_panic(file: Str, line: u32, message: Format) -> NoReturn:
    """What `panic`, `assert` and the compiler's checks call."""
    begin(message)
    log.line("  at ", f"{file}:{line}")
    end_if_nested()
    print_processor()
    frame = read_fp()
    log.line("  ", f"rip {return_address():016x} rbp {frame:016x} rflags {read_flags():016x}")
    print_control_registers()
    print_backtrace(0, frame)
    end()


@cold
def panic_on_trap(frame: Ptr[TrapFrame]) -> bool:
    code = frame.error_code
    if frame.vector == Vector.PAGE_FAULT.value:
        begin(f"page fault: {access_kind(code)} {read_cr2():#x}, {page_state(code)}")
    else:
        begin(f"{vector_name(frame.vector)} (vector {frame.vector}, error code {code:#x})")
    log.line("  at ", f"{frame.rip:#x}")
    end_if_nested()
    print_processor()
    print_registers(frame)
    print_control_registers()
    log.line("  ", f"#0 {frame.rip:#018x}")
    print_backtrace(1, usize(frame.rbp))
    end()


def begin(message: Format) -> None:
    """Interrupts off, and the reason. What goes wrong while that is printed ends the run."""
    global depth, unstopped
    cli()
    me = cpu_index() + 1
    other, is_first = owner.compare_exchange(NOBODY, me, Order.ACQ_REL)
    if not is_first and other != me:
        stop_here()  # which the other is about to ask for
    depth += 1
    if depth > 2:
        end_machine(EXIT_DOUBLE_PANIC)
    if depth == 1:
        unstopped = stop_others()
        console.take_over()
        console.close_line()
        log.line("", "")
        log.line("PANIC: ", message)
    else:
        log.line("PANIC inside the panic: ", message)


def end_if_nested() -> None:
    """Of a panic inside a panic, reason and place are enough: the rest may be what went wrong."""
    if depth == 2:
        end_machine(EXIT_DOUBLE_PANIC)


def end() -> NoReturn:
    log.event("panic")
    end_machine(EXIT_PANIC)


def access_kind(error_code: u64) -> Str:
    if error_code & PAGE_FAULT_FETCH != 0:
        return "execution of"
    if error_code & PAGE_FAULT_WRITE != 0:
        return "write to"
    return "read of"


def page_state(error_code: u64) -> Str:
    if error_code & PAGE_FAULT_RESERVED != 0:
        return "a reserved bit is set in its table entry"
    if error_code & PAGE_FAULT_PRESENT != 0:
        return "its page does not allow that"
    return "no page is there"


def print_processor() -> None:
    log.line("  ", f"on processor {cpu_index()} of {popcount(online.load(Order.RELAXED))}")
    if unstopped != 0:
        log.line("  ", f"processors that did not stop: {unstopped:#x}")


def print_registers(frame: Ptr[TrapFrame]) -> None:
    log.line("  ", f"rax {frame.rax:016x} rbx {frame.rbx:016x} rcx {frame.rcx:016x}")
    log.line("  ", f"rdx {frame.rdx:016x} rsi {frame.rsi:016x} rdi {frame.rdi:016x}")
    log.line("  ", f"rbp {frame.rbp:016x} rsp {frame.rsp:016x} rip {frame.rip:016x}")
    log.line("  ", f"r8  {frame.r8:016x} r9  {frame.r9:016x} r10 {frame.r10:016x}")
    log.line("  ", f"r11 {frame.r11:016x} r12 {frame.r12:016x} r13 {frame.r13:016x}")
    log.line("  ", f"r14 {frame.r14:016x} r15 {frame.r15:016x} rflags {frame.rflags:016x}")


def print_control_registers() -> None:
    log.line("  ", f"cr0 {read_cr0():016x} cr2 {read_cr2():016x}")
    log.line("  ", f"cr3 {read_cr3():016x} cr4 {read_cr4():016x}")


def print_backtrace(first: usize, start: usize) -> None:
    """Walks from a frame pointer towards the first caller.

    A frame holds the caller's frame pointer and, above it, the return address. Nothing is read that
    does not lie on one of the kernel's stacks, and each frame must lie above the one before.
    """
    frame = start
    _, end_of_stack = stack_around(frame)
    number = first
    while frame % 8 == 0 and frame + 16 <= end_of_stack:
        if number == BACKTRACE_MAX:
            log.line("  ", "...")
            return
        address = load(ptr_at(usize, frame + 8))
        if not is_any_code(address):
            return
        log.line("  ", f"#{number} {address:#018x}")
        number += 1
        caller = load(ptr_at(usize, frame))
        if caller <= frame:
            return
        frame = caller


def is_any_code(address: usize) -> bool:
    return is_code(address) or CODE_WINDOW <= address < CODE_WINDOW + CODE_WINDOW_SIZE
