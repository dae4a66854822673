"""The three pieces of code between kernel and generated code, made once for each code area.

enter       enter(context, code, words, area) -> trap: System V. Calls a wasm function.
trap exit   where a trap ends: unwinds to the innermost entry, which then returns the cause.
host call   the `code` of an imported host function's FunctionRef: calls its `handler`.

The words of `enter` hold the arguments, and after a call without trap the results:

    words[0..5]    arguments 0 to 5         words[0], words[1]   results 0 and 1
    words[6..]     further arguments, and further results: `area` words (frame.stack_words)

An entry record is what `enter` leaves on the stack, at Context.entry_rsp; nothing between it and
the trap needs undoing, since generated code owns nothing but its frames:

    callee-saved registers of the caller, return address
    the entry_rsp before this entry                          <- entry_rsp

A handler gets the context and six words: the arguments, then its results. It returns 0, or the
trap that ends the call.
"""

from __future__ import annotations

from typing import Final

import kernel_src.jit.encode as encode
import kernel_src.jit.encode_control as control
from kernel_src.jit.context import ENTRY_RSP, MEMORY_BASE, REF_HANDLER, TRAP, TRAP_EXIT
from kernel_src.jit.encode import Code, Mem
from kernel_src.jit.regs import (
    ARGUMENT_COUNT,
    ARGUMENTS,
    CONTEXT,
    MEMORY,
    R10,
    R11,
    R12,
    R13,
    R14,
    R15,
    RAX,
    RBP,
    RBX,
    RCX,
    RDI,
    RDX,
    RSI,
    RSP,
)
from pykern.lang import Array, Ptr, i32, struct, u8, u32

SAVED_COUNT: Final[u32] = 6
SAVED: Final[Array[u8, 6]] = Array(RBX, RBP, R12, R13, R14, R15)
STUB_ALIGN: Final[u32] = 16
# rsp is 8 modulo 16 at a stub's start: with this it is 0, and there is room for six words
HOST_FRAME: Final[i32] = 56


@struct
class Stubs:
    """Offsets in the code."""

    enter: u32
    trap_exit: u32
    host_call: u32


def emit_stubs(code: Ptr[Code], stubs: Ptr[Stubs], tail_area: u32) -> None:
    """`tail_area`: how many words more than the call's own `enter` leaves (frame.py)."""
    control.int3_until(code, STUB_ALIGN)
    stubs.enter = code.used
    stubs.trap_exit = emit_enter(code, tail_area)
    control.int3_until(code, STUB_ALIGN)
    stubs.host_call = code.used
    emit_host_call(code)


def word(base: u8, n: u32) -> Mem:
    return Mem(base=base, disp=i32(8 * n))


def in_context(offset: u32) -> Mem:
    return Mem(base=CONTEXT, disp=i32(offset))


def emit_enter(code: Ptr[Code], tail_area: u32) -> u32:
    """`enter`, whose end is the trap exit; returns the offset of that.

    rbx: the words; rbp: the size of the area, in words. Both survive the call.
    """
    for register in SAVED:
        encode.push_r(code, register)
    encode.mov_rr(code, True, CONTEXT, RDI)
    encode.push_m(code, in_context(ENTRY_RSP))
    encode.store_mr(code, 8, in_context(ENTRY_RSP), RSP)
    encode.op_rm(code, encode.LOAD, True, MEMORY, in_context(MEMORY_BASE))
    encode.mov_rr(code, True, R11, RSI)
    encode.mov_rr(code, True, RBX, RDX)
    encode.mov_rr(code, True, RBP, RCX)
    reserve_area(code, tail_area)
    copy_area(
        code, Mem(base=RBX, disp=48, index=RAX, scale=3), Mem(base=RSP, disp=0, index=RAX, scale=3)
    )
    for i in range(ARGUMENT_COUNT):
        encode.op_rm(code, encode.LOAD, True, ARGUMENTS[i], word(RBX, i))
    control.call_r(code, R11)
    encode.store_mr(code, 8, word(RBX, 0), RAX)
    encode.store_mr(code, 8, word(RBX, 1), RDX)
    copy_area(
        code, Mem(base=RSP, disp=0, index=RAX, scale=3), Mem(base=RBX, disp=48, index=RAX, scale=3)
    )
    encode.store_mi(code, 8, in_context(TRAP), 0)
    trap_exit = code.used
    encode.op_rm(code, encode.LOAD, True, RSP, in_context(ENTRY_RSP))
    encode.pop_m(code, in_context(ENTRY_RSP))
    encode.op_rm(code, encode.LOAD, True, RAX, in_context(TRAP))
    for i in range(SAVED_COUNT):
        encode.pop_r(code, SAVED[SAVED_COUNT - 1 - i])
    control.ret(code)
    return trap_exit


def reserve_area(code: Ptr[Code], tail_area: u32) -> None:
    """rsp -= 8 * (rbp + tail_area), rounded up to 16 bytes"""
    encode.op_rm(code, encode.LEA, True, RAX, Mem(base=RBP, disp=i32(tail_area) + 1))
    encode.alu_ri(code, encode.ALU_AND, True, RAX, -2)
    encode.shift_ri(code, encode.SHIFT_SHL, True, RAX, 3)
    encode.alu_rr(code, encode.ALU_SUB, True, RSP, RAX)


def copy_area(code: Ptr[Code], src: Mem, dst: Mem) -> None:
    """Copies rbp words, indexed by rax. r10 is free here."""
    encode.zero_r(code, RAX)
    start = code.used
    encode.alu_rr(code, encode.ALU_CMP, True, RAX, RBP)
    done = control.jcc_short(code, encode.CC_AE)
    encode.op_rm(code, encode.LOAD, True, R10, src)
    encode.store_mr(code, 8, dst, R10)
    encode.alu_ri(code, encode.ALU_ADD, True, RAX, 1)
    back = control.jmp_short(code)
    code.patch8(back, i32(start) - i32(code.used))
    code.patch8(done, i32(code.used) - i32(done + 1))


def emit_host_call(code: Ptr[Code]) -> None:
    """r11 is the FunctionRef. Arguments and results pass through six words on the stack."""
    encode.alu_ri(code, encode.ALU_SUB, True, RSP, HOST_FRAME)
    for i in range(ARGUMENT_COUNT):
        encode.store_mr(code, 8, word(RSP, i), ARGUMENTS[i])
    encode.mov_rr(code, True, RDI, CONTEXT)
    encode.mov_rr(code, True, RSI, RSP)
    control.call_m(code, Mem(base=R11, disp=i32(REF_HANDLER)))
    encode.test_rr(code, True, RAX, RAX)
    trapped = control.jcc_short(code, encode.CC_NE)
    encode.op_rm(code, encode.LOAD, True, RAX, word(RSP, 0))
    encode.op_rm(code, encode.LOAD, True, RDX, word(RSP, 1))
    encode.alu_ri(code, encode.ALU_ADD, True, RSP, HOST_FRAME)
    control.ret(code)
    code.patch8(trapped, i32(code.used) - i32(trapped + 1))
    encode.store_mr(code, 8, in_context(TRAP), RAX)
    control.jmp_m(code, in_context(TRAP_EXIT))
