"""Whether an address can be read or written, found out by doing it.

Each probe is a function whose first instruction is the access. If exactly that one faults, the trap
handler lets the thread go on in `refused`, which returns in its place: nothing is on the stack yet
but the way back. Every other fault in the kernel is still a bug.
"""
from __future__ import annotations

from kernel_src.arch.trap_frame import TrapFrame
from kernel_src.arch.x86 import Vector
from pykern.lang import Ptr, address_of, asm, naked, u64, usize


@naked
def probe_read(address: usize) -> bool:
    """Whether the byte at an address can be read."""
    asm("movb (%rdi), %al\n movl $$1, %eax\n ret", "", None)


@naked
def probe_write(address: usize) -> bool:
    """Whether the byte at an address can be written; it is, with what it holds, in one access."""
    asm("lock orb $$0, (%rdi)\n movl $$1, %eax\n ret", "", None)


@naked
def refused() -> bool:
    asm("xorl %eax, %eax\n ret", "", None)


def take_fault(frame: Ptr[TrapFrame]) -> bool:
    """Whether the fault answers a probe. An address that is not canonical is a general protection
    fault (SDM volume 1, 3.3.7.1)."""
    vector = frame.vector
    if vector != Vector.PAGE_FAULT.value and vector != Vector.GENERAL_PROTECTION.value:
        return False
    if frame.rip != address_of(probe_read) and frame.rip != address_of(probe_write):
        return False
    frame.rip = u64(address_of(refused))
    return True
