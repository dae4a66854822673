"""The stub through which a call goes from one instance to another.

It is the `code` of every link (references.py): r11 is the address of the link, the arguments are in
their places. A call that stays in the instance is passed on. Otherwise the stub makes a frame
of its own, which is an entry record of the callee's context, and copies the words that travel on
the stack into it and, on return, out of it:

    words of the caller
    return address
    rbp, rbx and r14 of the caller          r14: its context
    trap_exit of the callee's context       as before this call
    entry_rsp of the callee's context       <- rbp, entry_rsp
    words for the callee, and for its tail calls (Context.tail_area)
                                            <- rsp, 0 modulo 16

A function that was called in this way may itself call another instance as the last thing it does:
then the stub finds its own return address where its caller's would be. If the new words have room
where the old ones came from, the frame is undone first, so a chain of tail calls takes no more
stack the longer it is.

A trap of the callee ends at `landing`, which undoes the frame and traps in the caller with the same
cause. The callee's stack limit is the caller's: they run on one thread.
"""
from __future__ import annotations

from typing import Final

import kernel_src.jit.encode as encode
import kernel_src.jit.encode_control as control
import kernel_src.platform as platform
from kernel_src.jit.context import (
    ENTRY_RSP,
    MEMORY_BASE,
    REF_CODE,
    REF_HANDLER,
    REF_SIGNATURE,
    STACK_LIMIT,
    TAIL_AREA,
    TRAP,
    TRAP_EXIT,
    TRAP_STACK,
    Context,
    FunctionRef,
)
from kernel_src.jit.encode import Code, Mem
from kernel_src.jit.regs import CONTEXT, MEMORY, R10, R11, RAX, RBP, RBX, RSP
from kernel_src.runtime.instance import Instance
from pykern.lang import Ptr, i32, offsetof, slice_at, static_assert, u8, u32, usize

STUB_BYTES: Final[usize] = 4096
REF_CONTEXT: Final[u32] = offsetof(FunctionRef, "context")
# Context.owner -> Instance.stack_words -> words by signature
OWNER: Final[u32] = offsetof(Context, "owner")
STACK_WORDS: Final[u32] = offsetof(Instance, "stack_words")

# The frame, from rbp upwards
FRAME_CALLER: Final[u32] = 16  # r14
FRAME_RETURN: Final[u32] = 40
FRAME_WORDS: Final[u32] = 48

static_assert(FRAME_WORDS % 16 == 0, "words for the callee start at a multiple of 16")


address: usize = 0
landing: usize = 0


def switch_address() -> usize:
    """The stub's, 0 before `prepare_switch`."""
    return address


def is_landing(trap_exit: usize) -> bool:
    """Does a trap that ends there go on in another instance, which has called this one?"""
    return trap_exit == landing and landing != 0


def prepare_switch() -> bool:
    """Makes the stub, which stays for good; False if there is no page for it. One thread at a time
    may do this."""
    global address, landing
    if address != 0:
        return True
    start = platform.reserve_code(STUB_BYTES)
    if start == 0:
        return False
    code = Code(data=slice_at(u8, start, STUB_BYTES))
    lands = emit_switch(code)
    platform.seal_code(start, STUB_BYTES)
    landing = start + lands
    address = start
    return True


def of(base: u8, offset: u32) -> Mem:
    return Mem(base=base, disp=i32(offset))


def caller_words(index: u8) -> Mem:
    return Mem(base=RBP, disp=i32(FRAME_WORDS), index=index, scale=3)


def callee_words(index: u8) -> Mem:
    return Mem(base=RSP, disp=0, index=index, scale=3)


def emit_switch(code: Ptr[Code]) -> u32:
    """The stub, at the start of `code`; returns the offset of its landing."""
    own_return = control.lea_rip(code, RAX)
    encode.alu_rm(code, encode.ALU_CMP, True, RAX, of(RSP, 0))
    no_tail_call = control.jcc_near(code, encode.CC_NE)
    emit_collapse(code)
    code.patch32(no_tail_call, i32(code.used) - i32(no_tail_call + 4))
    emit_stay(code)
    encode.push_r(code, RBP)
    encode.push_r(code, RBX)
    encode.push_r(code, CONTEXT)
    encode.op_rm(code, encode.LOAD, True, R10, of(R11, REF_CONTEXT))
    encode.push_m(code, of(R10, TRAP_EXIT))
    encode.push_m(code, of(R10, ENTRY_RSP))
    encode.mov_rr(code, True, RBP, RSP)
    overflow = emit_reserve_words(code)
    to_landing = emit_enter_callee(code)
    copy_words(code, RAX, caller_words(RAX), callee_words(RAX))
    encode.op_rm(code, encode.LOAD, True, R11, of(R11, REF_HANDLER))
    control.call_m(code, of(R11, REF_CODE))
    code.patch32(own_return, i32(code.used) - i32(own_return + 4))
    copy_words(code, R11, callee_words(R11), caller_words(R11))
    encode.mov_rr(code, True, RSP, RBP)
    emit_leave_callee(code)
    encode.op_rm(code, encode.LOAD, True, MEMORY, of(CONTEXT, MEMORY_BASE))
    encode.pop_r(code, RBX)
    encode.pop_r(code, RBP)
    control.ret(code)

    code.patch32(overflow, i32(code.used) - i32(overflow + 4))
    encode.store_mi(code, 8, of(CONTEXT, TRAP), TRAP_STACK)
    control.jmp_m(code, of(CONTEXT, TRAP_EXIT))

    lands = code.used
    code.patch32(to_landing, i32(lands) - i32(to_landing + 4))
    encode.op_rm(code, encode.LOAD, True, RSP, of(CONTEXT, ENTRY_RSP))
    encode.op_rm(code, encode.LOAD, True, RAX, of(CONTEXT, TRAP))
    emit_leave_callee(code)
    encode.store_mr(code, 8, of(CONTEXT, TRAP), RAX)
    control.jmp_m(code, of(CONTEXT, TRAP_EXIT))
    return lands


def emit_collapse(code: Ptr[Code]) -> None:
    """Undoes the frame of the call that is being left, and begins anew in the caller's place, if
    the new words have room there; else goes on. rbx and rbp are still those of the frame."""
    encode.op_rm(code, encode.LOAD, True, R10, of(CONTEXT, OWNER))
    encode.op_rm(code, encode.LOAD, True, R10, of(R10, STACK_WORDS))
    encode.op_rm(code, encode.LOAD, False, RAX, of(R11, REF_SIGNATURE))
    encode.op_rm(code, encode.LOAD, False, R10, Mem(base=R10, disp=0, index=RAX, scale=2))
    encode.alu_rr(code, encode.ALU_CMP, True, R10, RBX)
    goes_on = control.jcc_near(code, encode.CC_A)
    encode.mov_rr(code, True, RBX, R10)
    copy_words(code, RAX, Mem(base=RSP, disp=8, index=RAX, scale=3), caller_words(RAX))
    encode.mov_rr(code, True, RSP, RBP)
    emit_leave_callee(code)
    encode.op_rm(code, encode.LOAD, True, MEMORY, of(CONTEXT, MEMORY_BASE))
    encode.pop_r(code, RBX)
    encode.pop_r(code, RBP)
    again = control.jmp_near(code)
    code.patch32(again, -i32(again + 4))
    code.patch32(goes_on, i32(code.used) - i32(goes_on + 4))


def emit_stay(code: Ptr[Code]) -> None:
    """A call inside the instance needs no frame."""
    encode.alu_rm(code, encode.ALU_CMP, True, CONTEXT, of(R11, REF_CONTEXT))
    other = control.jcc_short(code, encode.CC_NE)
    encode.op_rm(code, encode.LOAD, True, R11, of(R11, REF_HANDLER))
    control.jmp_m(code, of(R11, REF_CODE))
    code.patch8(other, i32(code.used) - i32(other + 1))


def emit_reserve_words(code: Ptr[Code]) -> u32:
    """rbx: the words; rsp below them. Returns the jump to patch for a stack that is used up."""
    encode.op_rm(code, encode.LOAD, True, RAX, of(R10, OWNER))
    encode.op_rm(code, encode.LOAD, True, RAX, of(RAX, STACK_WORDS))
    encode.op_rm(code, encode.LOAD, False, RBX, of(R11, REF_SIGNATURE))
    encode.op_rm(code, encode.LOAD, False, RBX, Mem(base=RAX, disp=0, index=RBX, scale=2))
    encode.op_rm(code, encode.LEA, True, RAX, of(RBX, 1))
    encode.alu_rm(code, encode.ALU_ADD, True, RAX, of(R10, TAIL_AREA))
    encode.alu_ri(code, encode.ALU_AND, True, RAX, -2)
    encode.shift_ri(code, encode.SHIFT_SHL, True, RAX, 3)
    encode.mov_rr(code, True, R10, RSP)
    encode.alu_rr(code, encode.ALU_SUB, True, R10, RAX)
    encode.alu_rm(code, encode.ALU_CMP, True, R10, of(CONTEXT, STACK_LIMIT))
    overflow = control.jcc_near(code, encode.CC_B)
    encode.mov_rr(code, True, RSP, R10)
    return overflow


def emit_enter_callee(code: Ptr[Code]) -> u32:
    """The callee's context becomes the present one. Returns the displacement of the landing."""
    encode.op_rm(code, encode.LOAD, True, R10, of(R11, REF_CONTEXT))
    encode.store_mr(code, 8, of(R10, ENTRY_RSP), RBP)
    to_landing = control.lea_rip(code, RAX)
    encode.store_mr(code, 8, of(R10, TRAP_EXIT), RAX)
    encode.op_rm(code, encode.LOAD, True, RAX, of(CONTEXT, STACK_LIMIT))
    encode.store_mr(code, 8, of(R10, STACK_LIMIT), RAX)
    encode.mov_rr(code, True, CONTEXT, R10)
    encode.op_rm(code, encode.LOAD, True, MEMORY, of(CONTEXT, MEMORY_BASE))
    return to_landing


def emit_leave_callee(code: Ptr[Code]) -> None:
    """rsp is at the entry record: gives the callee's context back what it had; r14 is the
    caller's."""
    encode.pop_m(code, of(CONTEXT, ENTRY_RSP))
    encode.pop_m(code, of(CONTEXT, TRAP_EXIT))
    encode.pop_r(code, CONTEXT)


def copy_words(code: Ptr[Code], index: u8, source: Mem, target: Mem) -> None:
    """Copies rbx words; both places are indexed by `index`. r10 changes, too."""
    encode.zero_r(code, index)
    start = code.used
    encode.alu_rr(code, encode.ALU_CMP, True, index, RBX)
    done = control.jcc_short(code, encode.CC_AE)
    encode.op_rm(code, encode.LOAD, True, R10, source)
    encode.store_mr(code, 8, target, R10)
    encode.alu_ri(code, encode.ALU_ADD, True, index, 1)
    back = control.jmp_short(code)
    code.patch8(back, i32(start) - i32(code.used))
    code.patch8(done, i32(code.used) - i32(done + 1))
