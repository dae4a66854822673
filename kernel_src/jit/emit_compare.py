"""Comparisons -> bytes: the flags, and what becomes a value by them.

Equality of floats needs two flags, so it is two conditions; everything else is one.
"""

from __future__ import annotations

import kernel_src.jit.encode as encode
import kernel_src.jit.encode_control as control
import kernel_src.jit.encode_float as floats
from kernel_src.jit.emit_memory import address, note_fault
from kernel_src.jit.emitter import Emitter
from kernel_src.jit.encode import Code
from kernel_src.jit.ir import NONE
from kernel_src.jit.machine import (
    COMPARE_BITS,
    COMPARE_FLOAT,
    COMPARE_LOAD,
    MInst,
    operand,
    uses_operand,
)
from kernel_src.jit.regs import SCRATCH, is_vector
from kernel_src.lib.arena import ArenaFull
from pykern.lang import Ptr, bitcast, i32, raises, u8, u32


@raises(ArenaFull)
def compare_memory(emitter: Ptr[Emitter], inst: Ptr[MInst]) -> None:
    mem = address(emitter, inst, inst.d)
    note_fault(emitter, inst)
    if inst.a == NONE:
        encode.alu_mi(emitter.code, encode.ALU_CMP, inst.wide, mem, bitcast(i32, inst.c))
    else:
        encode.alu_rm(emitter.code, encode.ALU_CMP, inst.wide, emitter.register(inst.a), mem)


@raises(ArenaFull)
def emit_compare(emitter: Ptr[Emitter], inst: Ptr[MInst], left: u32, right: u32) -> None:
    """Sets the flags for `left` and `right`, or the immediate if `right` is NONE. Comparing with
    zero for equality may need no instruction: arithmetic has set that flag."""
    code = emitter.code
    wide = inst.wide
    cc = inst.cond
    imm = inst.imm
    if inst.sub == COMPARE_LOAD:
        compare_memory(emitter, inst)
        return
    a = emitter.register(left)
    if inst.sub == COMPARE_BITS:
        if right == NONE:
            encode.test_ri(code, wide, a, bitcast(i32, imm))
        else:
            emitter.operate(encode.TEST, wide, a, emitter.place(right))
    elif inst.sub == COMPARE_FLOAT:
        emitter.operate_float(floats.UCOMIS, wide, a, emitter.place(right))
    elif right != NONE:
        emitter.operate(u32(encode.ALU_CMP) << 3 | 3, wide, a, emitter.place(right))
    elif imm == 0 and cc & ~u8(1) == encode.CC_E and emitter.has_zero_flag(a, wide):
        pass
    elif imm == 0:
        encode.test_rr(code, wide, a, a)
    else:
        encode.alu_ri(code, encode.ALU_CMP, wide, a, bitcast(i32, imm))


@raises(ArenaFull)
def emit_set(emitter: Ptr[Emitter], inst: Ptr[MInst]) -> None:
    """Clearing the result first is cheaper, but it must not be an operand of the comparison."""
    code = emitter.code
    dst = emitter.result(inst)
    is_operand = False
    for n in range(u32(4)):
        if uses_operand(inst, n) and emitter.place(operand(inst, n)) == dst:
            is_operand = True
    if not is_operand:
        encode.zero_r(code, dst)
    emit_compare(emitter, inst, inst.a, inst.b)
    if inst.cond == encode.CC_FLOAT_E:
        set_both(code, encode.CC_E, encode.CC_NP, encode.ALU_AND, dst)
    elif inst.cond == encode.CC_FLOAT_NE:
        set_both(code, encode.CC_NE, encode.CC_P, encode.ALU_OR, dst)
    else:
        encode.set_r8(code, inst.cond, dst)
    if is_operand:
        encode.movzx_r8(code, dst, dst)


def set_both(code: Ptr[Code], cc: u8, other: u8, op: u8, dst: u8) -> None:
    """The low byte of dst = cc op other; the rest of dst may become anything that it and the
    scratch register were, but for `and`, where it stays zero."""
    encode.set_r8(code, cc, dst)
    encode.set_r8(code, other, SCRATCH)
    encode.op8_rr(code, u32(op) << 3 | 2, False, dst, SCRATCH, True)


@raises(ArenaFull)
def emit_choose(emitter: Ptr[Emitter], inst: Ptr[MInst]) -> None:
    """dst = b, then a if the condition holds; the other way round if a is where the result goes."""
    dst = emitter.result(inst)
    emit_compare(emitter, inst, inst.c, inst.d)
    a = emitter.place(inst.a)
    b = emitter.place(inst.b)
    if is_vector(dst) or inst.cond >= encode.CC_FLOAT_NE:
        choose_by_jump(emitter, inst.cond, dst, a, b)
        return
    if a == dst:
        emitter.operate(encode.ESCAPE | 0x40 | (inst.cond ^ 1), True, dst, b)
        return
    emitter.into_register(dst, True, b)
    emitter.operate(encode.ESCAPE | 0x40 | inst.cond, True, dst, a)


def choose_by_jump(emitter: Ptr[Emitter], cc: u8, dst: u8, a: u32, b: u32) -> None:
    """For what cmov cannot do: vector registers, and equality of floats. The moves that are jumped
    over do not touch the flags."""
    code = emitter.code
    other = b
    skip_if = cc
    if a != dst:
        emitter.into_register(dst, True, b)
        other = a
        skip_if = cc ^ 1
    if skip_if == encode.CC_FLOAT_E:
        differ = control.jcc_short(code, encode.CC_NE)
        equal = control.jcc_short(code, encode.CC_NP)
        emitter.patch(differ, differ + 1, code.used, True)
        emitter.into_register(dst, True, other)
        emitter.patch(equal, equal + 1, code.used, True)
        return
    unordered: u32 = NONE
    if skip_if == encode.CC_FLOAT_NE:
        unordered = control.jcc_short(code, encode.CC_P)
        skip_if = encode.CC_NE
    skip = control.jcc_short(code, skip_if)
    emitter.into_register(dst, True, other)
    emitter.patch(skip, skip + 1, code.used, True)
    if unordered != NONE:
        emitter.patch(unordered, unordered + 1, code.used, True)
