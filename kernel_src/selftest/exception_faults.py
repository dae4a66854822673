"""Every exception, raised on purpose: `selftest=vector-N`, as in faults.py.

What ring 0 of a 64-bit kernel can cause is caused. The others are entered as the processor would
enter them, with the frame that it would push.
"""
from __future__ import annotations

from typing import Final

import kernel_src.arch.lapic as lapic
from kernel_src.arch.gdt import KERNEL_CODE_SELECTOR, TablePointer
from kernel_src.arch.idt import TRAP_STUB_BYTES, gates, trap_stubs
from kernel_src.arch.percpu import this_cpu
from kernel_src.arch.x86 import Vector
from kernel_src.ending import refuse
from kernel_src.lib.bytes import same_bytes
from pykern.lang import (
    Slice,
    Str,
    address_of,
    asm,
    is_member,
    lidt,
    u8,
    u32,
    u64,
    usize,
    utf8,
)

PREFIX: Final[Str] = "vector-"
DIGIT_ZERO: Final = 0x30
EXCEPTIONS: Final = 32
WITH_ERROR_CODE: Final = 0x6022_7D00  # as in boot/trap_entry.S
ERROR_CODE: Final = 0x28
NOT_CANONICAL: Final[u64] = 0x8000_0000_0000_0000


def go_wrong(name: Slice[u8]) -> bool:
    """False if it does not know the name."""
    start = len(utf8(PREFIX))
    if len(name) <= start or not same_bytes(name[:start], utf8(PREFIX)):
        return False
    vector: u32 = 0
    for digit in name[start:]:
        if not DIGIT_ZERO <= digit < DIGIT_ZERO + 10 or vector >= EXCEPTIONS:
            refuse(f"selftest: {name} is not the number of an exception")
        vector = vector * 10 + u32(digit - DIGIT_ZERO)
    if is_member(Vector, vector):
        cause(Vector(u8(vector)))
    enter(vector)
    return True


def cause(vector: Vector) -> None:
    """Comes back from what can't be caused here."""
    match vector:
        case Vector.DIVIDE_ERROR:
            asm("xorl %edx, %edx\n divl %edx", "~{eax},~{edx},~{flags}", None)
        case Vector.DEBUG:
            asm("pushfq\n orq $$0x100, (%rsp)\n popfq\n nop", "~{memory}", None)  # single step
        case Vector.NMI:
            lapic.send_nmi(this_cpu.ptr().apic_id)
            asm("1: jmp 1b", "", None)
        case Vector.BREAKPOINT:
            asm("int3", "", None)
        case Vector.INVALID_OPCODE:
            asm("ud2", "", None)
        case Vector.DOUBLE_FAULT:
            fault_twice()
        case Vector.GENERAL_PROTECTION:
            asm("movq ($0), %rax", "r,~{rax},~{memory}", None, NOT_CANONICAL)
        case Vector.PAGE_FAULT:
            asm("movq (%rax), %rax", "{rax},~{memory}", None, usize(0x1000))
        case _:
            pass


def fault_twice() -> None:
    """A page fault finds no gate, and the general protection fault about that finds none either."""
    short = TablePointer(limit=16 * (Vector.DOUBLE_FAULT.value + 1) - 1, base=address_of(gates))
    lidt(address_of(short))
    cause(Vector.PAGE_FAULT)


def enter(vector: u32) -> None:
    """The stub of a vector, reached as the processor reaches it (SDM volume 3, figure 6-9)."""
    stub = address_of(trap_stubs) + usize(vector) * TRAP_STUB_BYTES
    has_code: usize = WITH_ERROR_CODE >> vector & 1
    asm(
        "movq %rsp, %rax\n andq $$-16, %rsp\n pushq $$0\n pushq %rax\n pushfq\n"
        " pushq $2\n leaq 1f(%rip), %rax\n pushq %rax\n testq $1, $1\n jz 2f\n pushq $3\n"
        " 2: jmp *$0\n 1: ud2",
        "r,r,r,r,~{rax},~{memory}",
        None,
        stub,
        has_code,
        usize(KERNEL_CODE_SELECTOR),
        usize(ERROR_CODE),
    )
