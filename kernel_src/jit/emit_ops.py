"""Machine instructions without control flow -> bytes: which function emits which, and arithmetic
on integers.

`dst = a op b` becomes a copy of a and a two-operand instruction. Where the result's register is
that of b, the operands of a commutative operation are exchanged, and a - b is computed as -b + a.
Instructions that want fixed registers move their operands there, all at once; the allocator has
seen to it that nothing else lives in them.
"""

from __future__ import annotations

import kernel_src.jit.encode as encode
from kernel_src.jit.emit_compare import emit_choose, emit_set
from kernel_src.jit.emit_divide import emit_signed_division, emit_unsigned_division
from kernel_src.jit.emit_float import (
    emit_float,
    emit_float_bits,
    emit_float_to_int,
    emit_int_to_float,
    emit_resize,
)
from kernel_src.jit.emit_memory import emit_load, emit_store, emit_with_memory
from kernel_src.jit.emitter import Emitter
from kernel_src.jit.encode import Mem
from kernel_src.jit.ir import NONE
from kernel_src.jit.machine import MInst, MOp
from kernel_src.jit.regs import RCX, SCRATCH, is_register, is_vector
from kernel_src.lib.arena import ArenaFull
from pykern.lang import Ptr, bitcast, i32, raises, u8, u32, u64


@raises(ArenaFull)
def emit_op(emitter: Ptr[Emitter], inst: Ptr[MInst]) -> None:
    code = emitter.code
    match inst.op:
        case MOp.IMM:
            bits = u64(inst.c) << 32 | inst.imm
            if is_vector(emitter.result(inst)):
                emitter.load_float(emitter.result(inst), bits)
            elif bits == 0:
                encode.zero_r(code, emitter.result(inst))
            else:
                encode.mov_ri(code, emitter.result(inst), bits)
        case MOp.COPY:
            emit_copy(emitter, inst)
        case MOp.ALU:
            emit_alu(emitter, inst)
        case MOp.LEA:
            scaled = emitter.register(inst.b)
            mem = Mem(base=emitter.register(inst.a), disp=0, index=scaled, scale=u8(inst.imm))
            encode.op_rm(code, encode.LEA, inst.wide, emitter.result(inst), mem)
        case MOp.MUL:
            emit_mul(emitter, inst)
        case MOp.ALU_LOAD | MOp.MUL_LOAD | MOp.FLOAT_LOAD:
            emit_with_memory(emitter, inst)
        case MOp.SHIFT:
            dst = emitter.result(inst)
            emitter.into_register(dst, inst.wide, emitter.place(inst.a))
            if inst.imm != 0:
                encode.shift_ri(code, inst.sub, inst.wide, dst, u8(inst.imm))
        case MOp.SHIFT_BY:
            emit_shift_by(emitter, inst)
        case MOp.CLZ | MOp.CTZ:
            emit_count_zeros(emitter, inst)
        case MOp.POPCNT:
            place = emitter.place(inst.a)
            emitter.operate(encode.POPCNT, inst.wide, emitter.result(inst), place)
        case MOp.SIGN8:
            encode.movsx_r8(code, inst.wide, emitter.result(inst), emitter.register(inst.a))
        case MOp.SIGN16:
            src = emitter.register(inst.a)
            encode.op_rr(code, encode.MOVSX16, inst.wide, emitter.result(inst), src)
        case MOp.SIGN32:
            src = emitter.register(inst.a)
            encode.op_rr(code, encode.MOVSXD, True, emitter.result(inst), src)
        case MOp.SET:
            emit_set(emitter, inst)
        case MOp.CHOOSE:
            emit_choose(emitter, inst)
        case MOp.LOAD:
            emit_load(emitter, inst)
        case MOp.STORE:
            emit_store(emitter, inst)
        case MOp.FLOAT:
            emit_float(emitter, inst)
        case MOp.FLOAT_BITS:
            emit_float_bits(emitter, inst)
        case MOp.FLOAT_TO_INT:
            emit_float_to_int(emitter, inst)
        case MOp.INT_TO_FLOAT:
            emit_int_to_float(emitter, inst)
        case MOp.RESIZE:
            emit_resize(emitter, inst)
        case MOp.REINTERPRET:
            emitter.into_register(emitter.result(inst), inst.wide, emitter.place(inst.a))
        case MOp.DIV_S | MOp.REM_S:
            emit_signed_division(emitter, inst)
        case MOp.DIV_U | MOp.REM_U:
            emit_unsigned_division(emitter, inst)
        case MOp.FIXED:
            emitter.into_register(emitter.result(inst), True, inst.sub)
        case _:
            pass


# Arithmetic


def emit_copy(emitter: Ptr[Emitter], inst: Ptr[MInst]) -> None:
    """A 32-bit copy clears the upper half, even in place."""
    dst = emitter.result(inst)
    src = emitter.register(inst.a)
    if dst != src or not inst.wide:
        encode.mov_rr(emitter.code, inst.wide, dst, src)


def emit_alu(emitter: Ptr[Emitter], inst: Ptr[MInst]) -> None:
    code = emitter.code
    dst = emitter.result(inst)
    a = emitter.register(inst.a)
    if inst.b == NONE:
        emit_alu_immediate(emitter, inst, dst, a)
        return
    b = emitter.place(inst.b)
    if b == dst and a != dst:
        if inst.sub == encode.ALU_SUB:
            encode.unary_r(code, encode.UNARY_NEG, inst.wide, dst)
            encode.alu_rr(code, encode.ALU_ADD, inst.wide, dst, a)
        else:
            encode.alu_rr(code, inst.sub, inst.wide, dst, a)
    elif a != dst and inst.sub == encode.ALU_ADD and is_register(b):
        # base + index: rsp is never an operand, and a base of rbp or r13 costs a zero displacement
        encode.op_rm(code, encode.LEA, inst.wide, dst, Mem(base=a, disp=0, index=u8(b)))
        return
    else:
        emitter.into_register(dst, inst.wide, a)
        emitter.operate(u32(inst.sub) << 3 | 3, inst.wide, dst, b)
    emitter.set_flags(dst, inst.wide)


def emit_alu_immediate(emitter: Ptr[Emitter], inst: Ptr[MInst], dst: u8, a: u8) -> None:
    imm = bitcast(i32, inst.imm)
    if a != dst and inst.sub == encode.ALU_ADD:
        encode.op_rm(emitter.code, encode.LEA, inst.wide, dst, Mem(base=a, disp=imm))
        return
    emitter.into_register(dst, inst.wide, a)
    encode.alu_ri(emitter.code, inst.sub, inst.wide, dst, imm)
    emitter.set_flags(dst, inst.wide)


def emit_mul(emitter: Ptr[Emitter], inst: Ptr[MInst]) -> None:
    dst = emitter.result(inst)
    a = emitter.register(inst.a)
    if inst.b == NONE:
        encode.imul_rri(emitter.code, inst.wide, dst, a, bitcast(i32, inst.imm))
        return
    b = emitter.place(inst.b)
    if b == dst:
        encode.op_rr(emitter.code, encode.IMUL, inst.wide, dst, a)
        return
    emitter.into_register(dst, inst.wide, a)
    emitter.operate(encode.IMUL, inst.wide, dst, b)


@raises(ArenaFull)
def emit_shift_by(emitter: Ptr[Emitter], inst: Ptr[MInst]) -> None:
    """The count goes to rcx, where the result cannot be."""
    dst = emitter.result(inst)
    emitter.mover.clear()
    emitter.mover.add(RCX, emitter.place(inst.b), inst.b)
    emitter.mover.add(dst, emitter.place(inst.a), inst.a)
    emitter.do_moves()
    encode.shift_rcl(emitter.code, inst.sub, inst.wide, dst)


def emit_count_zeros(emitter: Ptr[Emitter], inst: Ptr[MInst]) -> None:
    """bsf and bsr leave the result undefined for 0: then a cmov supplies it.

    ctz(0) is the width. clz is (width - 1) ^ bsr, so for 0 "bsr" has to be 2 * width - 1.
    """
    code = emitter.code
    width: u32 = 64 if inst.wide else 32
    dst = emitter.result(inst)
    place = emitter.place(inst.a)
    if inst.op == MOp.CTZ:
        encode.mov_ri(code, SCRATCH, width)
        emitter.operate(encode.BSF, inst.wide, dst, place)
        encode.cmov_rr(code, encode.CC_E, False, dst, SCRATCH)
        return
    encode.mov_ri(code, SCRATCH, 2 * width - 1)
    emitter.operate(encode.BSR, inst.wide, dst, place)
    encode.cmov_rr(code, encode.CC_E, False, dst, SCRATCH)
    encode.alu_ri(code, encode.ALU_XOR, False, dst, i32(width - 1))
