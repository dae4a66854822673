"""The registers of what was interrupted, as boot/trap_entry.S saves and restores them."""
from __future__ import annotations

from pykern.lang import sizeof, static_assert, struct, u64


@struct
class TrapFrame:
    rax: u64
    rbx: u64
    rcx: u64
    rdx: u64
    rsi: u64
    rdi: u64
    rbp: u64
    r8: u64
    r9: u64
    r10: u64
    r11: u64
    r12: u64
    r13: u64
    r14: u64
    r15: u64
    # From here on in the order the entry stub and the processor push them, last first.
    vector: u64
    error_code: u64
    rip: u64
    cs: u64
    rflags: u64
    rsp: u64
    ss: u64


static_assert(sizeof(TrapFrame) % 16 == 0, "trap_dispatch is called with an aligned stack")
