"""Float instructions -> bytes.

`dst = a op b` becomes a copy of a and a two-operand instruction, as for integers. Arithmetic that
makes a NaN makes a quiet one, as the processor does; NaNs that come in stay what they are but for
becoming quiet, which is what the specification asks for (4.3.3).

Conversions, roots and rounding write only the low part of their destination, so they would wait for
what was in the rest: it is cleared first.
"""

from __future__ import annotations

from typing import Final

import kernel_src.jit.encode as encode
import kernel_src.jit.encode_control as control
import kernel_src.jit.encode_float as floats
from kernel_src.jit.context import TRAP_CONVERSION, TRAP_OVERFLOW
from kernel_src.jit.emitter import Emitter
from kernel_src.jit.ir import NONE
from kernel_src.jit.machine import (
    CUT_SATURATE,
    CUT_SIGNED,
    FLOAT_ADD,
    FLOAT_DIV,
    FLOAT_MIN,
    FLOAT_SQRT,
    FLOAT_SUB,
    MInst,
)
from kernel_src.jit.regs import SCRATCH, VECTOR_SCRATCH
from kernel_src.lib.arena import ArenaFull
from pykern.lang import Array, Ptr, raises, u8, u32, u64

# From FCEIL to FNEAREST: the rounding modes (SDM, ROUNDSS), with the inexact exception masked
ROUNDING: Final[Array[u8, 4]] = Array(10, 9, 11, 8)
# From FADD to FDIV
ARITHMETIC: Final[Array[u32, 4]] = Array(floats.ADDS, floats.SUBS, floats.MULS, floats.DIVS)


def constant_of(inst: Ptr[MInst]) -> u64:
    """The second operand, where it is a constant."""
    return u64(inst.c) << 32 | inst.imm


def clear(emitter: Ptr[Emitter], dst: u8, src: u32) -> None:
    """Ends the wait for the old content of dst, unless it is the operand."""
    if src != dst:
        floats.zero_float(emitter.code, dst)


# Arithmetic


@raises(ArenaFull)
def emit_float(emitter: Ptr[Emitter], inst: Ptr[MInst]) -> None:
    code = emitter.code
    wide = inst.wide
    dst = emitter.result(inst)
    a = emitter.register(inst.a)
    if inst.sub < FLOAT_SQRT:
        clear(emitter, dst, a)
        floats.round_rri(code, wide, dst, a, ROUNDING[inst.sub])
    elif inst.sub == FLOAT_SQRT:
        clear(emitter, dst, a)
        floats.float_rr(code, floats.SQRTS, wide, dst, a)
    elif inst.sub < FLOAT_MIN:
        emit_arithmetic(emitter, inst, dst, a)
    else:
        b = emitter.into_vector(inst.b)
        if b == dst:
            emit_min_max(emitter, wide, inst.sub == FLOAT_MIN, dst, a)
        else:
            emitter.into_register(dst, True, a)
            emit_min_max(emitter, wide, inst.sub == FLOAT_MIN, dst, b)


def float_opcode(operation: u8) -> u32:
    """Of FLOAT_ADD to FLOAT_DIV"""
    return ARITHMETIC[operation - FLOAT_ADD]


@raises(ArenaFull)
def emit_arithmetic(emitter: Ptr[Emitter], inst: Ptr[MInst], dst: u8, a: u8) -> None:
    opcode = float_opcode(inst.sub)
    if inst.b == NONE:
        emitter.into_register(dst, True, a)
        emitter.operate_constant(opcode, inst.wide, dst, constant_of(inst))
        return
    b = emitter.place(inst.b)
    if b == dst and a != dst:
        if inst.sub != FLOAT_SUB and inst.sub != FLOAT_DIV:
            floats.float_rr(emitter.code, opcode, inst.wide, dst, a)
            return
        floats.move_float_rr(emitter.code, VECTOR_SCRATCH, dst)
        b = VECTOR_SCRATCH
    emitter.into_register(dst, True, a)
    emitter.operate_float(opcode, inst.wide, dst, b)


@raises(ArenaFull)
def emit_float_bits(emitter: Ptr[Emitter], inst: Ptr[MInst]) -> None:
    """All three operations may have their operands exchanged."""
    code = emitter.code
    opcode = floats.XORPS
    if inst.sub == encode.ALU_AND:
        opcode = floats.ANDPS
    elif inst.sub == encode.ALU_OR:
        opcode = floats.ORPS
    dst = emitter.result(inst)
    a = emitter.register(inst.a)
    if inst.b == NONE:
        emitter.into_register(dst, True, a)
        emitter.operate_constant(opcode, False, dst, constant_of(inst))
        return
    b = emitter.register(inst.b)
    if b == dst:
        encode.op_rr(code, opcode, False, dst, a)
        return
    emitter.into_register(dst, True, a)
    encode.op_rr(code, opcode, False, dst, b)


def emit_min_max(emitter: Ptr[Emitter], wide: bool, is_min: bool, dst: u8, other: u8) -> None:
    """dst = the lesser or greater of dst and other. minss alone would forget a NaN in its first
    operand and the sign of zeros.

    ucomiss: unordered sets the parity flag and "equal". A sum is NaN if an operand is. Equal
    operands differ at most in the sign of a zero: or-ing the bits gives -0 if there is one,
    and-ing gives +0.
    """
    code = emitter.code
    floats.float_rr(code, floats.UCOMIS, wide, dst, other)
    differ = control.jcc_short(code, encode.CC_NE)
    unordered = control.jcc_short(code, encode.CC_P)
    encode.op_rr(code, floats.ORPS if is_min else floats.ANDPS, False, dst, other)
    equal_done = control.jmp_short(code)
    emitter.patch(unordered, unordered + 1, code.used, True)
    floats.float_rr(code, floats.ADDS, wide, dst, other)
    nan_done = control.jmp_short(code)
    emitter.patch(differ, differ + 1, code.used, True)
    floats.float_rr(code, floats.MINS if is_min else floats.MAXS, wide, dst, other)
    emitter.patch(equal_done, equal_done + 1, code.used, True)
    emitter.patch(nan_done, nan_done + 1, code.used, True)


def emit_resize(emitter: Ptr[Emitter], inst: Ptr[MInst]) -> None:
    dst = emitter.result(inst)
    src = emitter.place(inst.a)
    clear(emitter, dst, src)
    emitter.operate_float(floats.CVTS2S, not inst.wide, dst, src)


# Integers


def emit_int_to_float(emitter: Ptr[Emitter], inst: Ptr[MInst]) -> None:
    """A u32 is a positive i64. A u64 from 2^63 on is halved, with the lost bit kept for rounding,
    and doubled."""
    code = emitter.code
    signed = inst.sub == 0
    wide_source = inst.imm != 0 or not signed
    opcode = floats.for_width(floats.CVTSI2S, inst.wide)
    dst = emitter.result(inst)
    src = emitter.place(inst.a)
    floats.zero_float(code, dst)
    if signed or inst.imm == 0:
        emitter.operate(opcode, wide_source, dst, src)
        return
    emitter.into_register(SCRATCH, True, src)
    encode.test_rr(code, True, SCRATCH, SCRATCH)
    large = control.jcc_short(code, encode.CC_S)
    encode.op_rr(code, opcode, True, dst, SCRATCH)
    done = control.jmp_short(code)
    emitter.patch(large, large + 1, code.used, True)
    encode.shift_ri(code, encode.SHIFT_SHR, True, SCRATCH, 1)
    # The bit that was shifted out is in the carry; if the lowest is clear, it takes its place.
    lost = control.jcc_short(code, encode.CC_AE)
    encode.alu_ri(code, encode.ALU_OR, True, SCRATCH, 1)
    emitter.patch(lost, lost + 1, code.used, True)
    encode.op_rr(code, opcode, True, dst, SCRATCH)
    floats.float_rr(code, floats.ADDS, inst.wide, dst, dst)
    emitter.patch(done, done + 1, code.used, True)


# The bits of float limits, for f32 and f64. A float can be cut to an integer type if it is above
# `low`, or not below it where `low` itself can be, and below `high`.
MINUS_ONE: Final[Array[u64, 2]] = Array(0xBF80_0000, 0xBFF0_0000_0000_0000)
MINUS_2_31: Final[Array[u64, 2]] = Array(0xCF00_0000, 0xC1E0_0000_0020_0000)  # f64: -2^31 - 1
MINUS_2_63: Final[Array[u64, 2]] = Array(0xDF00_0000, 0xC3E0_0000_0000_0000)
TWO_31: Final[Array[u64, 2]] = Array(0x4F00_0000, 0x41E0_0000_0000_0000)
TWO_32: Final[Array[u64, 2]] = Array(0x4F80_0000, 0x41F0_0000_0000_0000)
TWO_63: Final[Array[u64, 2]] = Array(0x5F00_0000, 0x43E0_0000_0000_0000)
TWO_64: Final[Array[u64, 2]] = Array(0x5F80_0000, 0x43F0_0000_0000_0000)


def low_limit(signed: bool, wide_int: bool, float: u32) -> u64:
    if not signed:
        return MINUS_ONE[float]
    return MINUS_2_63[float] if wide_int else MINUS_2_31[float]


def high_limit(signed: bool, wide_int: bool, float: u32) -> u64:
    if wide_int:
        return TWO_63[float] if signed else TWO_64[float]
    return TWO_31[float] if signed else TWO_32[float]


def below(signed: bool, wide_int: bool, float: u32) -> u8:
    """The condition, after comparing with the low limit, that the float is too small."""
    exact = signed and (wide_int or float == 0)
    return encode.CC_B if exact else encode.CC_BE


@raises(ArenaFull)
def compare_limit(emitter: Ptr[Emitter], inst: Ptr[MInst], src: u8, limit: u64) -> None:
    emitter.operate_constant(floats.UCOMIS, inst.wide, src, limit)


@raises(ArenaFull)
def emit_float_to_int(emitter: Ptr[Emitter], inst: Ptr[MInst]) -> None:
    code = emitter.code
    signed = inst.sub & ~CUT_SATURATE == CUT_SIGNED
    wide_int = inst.imm != 0
    src = emitter.register(inst.a)
    if inst.sub & CUT_SATURATE != 0:
        emit_saturating_cut(emitter, inst, src, signed, wide_int)
        return
    float = u32(inst.wide)
    floats.float_rr(code, floats.UCOMIS, inst.wide, src, src)
    emitter.trap_if(encode.CC_P, TRAP_CONVERSION, inst.offset)
    compare_limit(emitter, inst, src, low_limit(signed, wide_int, float))
    emitter.trap_if(below(signed, wide_int, float), TRAP_OVERFLOW, inst.offset)
    compare_limit(emitter, inst, src, high_limit(signed, wide_int, float))
    emitter.trap_if(encode.CC_AE, TRAP_OVERFLOW, inst.offset)
    emit_cut(emitter, inst, src, signed, wide_int)


@raises(ArenaFull)
def emit_saturating_cut(
    emitter: Ptr[Emitter], inst: Ptr[MInst], src: u8, signed: bool, wide_int: bool
) -> None:
    """NaN gives 0, what is too small the least integer, what is too large the greatest."""
    code = emitter.code
    float = u32(inst.wide)
    dst = emitter.result(inst)
    bits: u32 = 64 if wide_int else 32
    greatest = ~u64(0) >> (64 - bits)
    least: u64 = 0
    if signed:
        greatest >>= 1
        least = u64(1) << (bits - 1)
    encode.mov_ri(code, dst, 0)
    floats.float_rr(code, floats.UCOMIS, inst.wide, src, src)
    nan = control.jcc_near(code, encode.CC_P)
    encode.mov_ri(code, dst, least)
    compare_limit(emitter, inst, src, low_limit(signed, wide_int, float))
    small = control.jcc_near(code, below(signed, wide_int, float))
    encode.mov_ri(code, dst, greatest)
    compare_limit(emitter, inst, src, high_limit(signed, wide_int, float))
    large = control.jcc_near(code, encode.CC_AE)
    emit_cut(emitter, inst, src, signed, wide_int)
    emitter.patch(nan, nan + 4, code.used, False)
    emitter.patch(small, small + 4, code.used, False)
    emitter.patch(large, large + 4, code.used, False)


@raises(ArenaFull)
def emit_cut(
    emitter: Ptr[Emitter], inst: Ptr[MInst], src: u8, signed: bool, wide_int: bool
) -> None:
    """The result of what is in range. A u32 is cut as an i64; a u64 from 2^63 on less that, which
    is added again as the top bit."""
    code = emitter.code
    wide = inst.wide
    dst = emitter.result(inst)
    opcode = floats.for_width(floats.CVTTS2SI, wide)
    if signed or not wide_int:
        encode.op_rr(code, opcode, wide_int or not signed, dst, src)
        return
    limit = TWO_63[u32(wide)]
    compare_limit(emitter, inst, src, limit)
    large = control.jcc_short(code, encode.CC_AE)
    encode.op_rr(code, opcode, True, dst, src)
    done = control.jmp_short(code)
    emitter.patch(large, large + 1, code.used, True)
    floats.move_float_rr(code, VECTOR_SCRATCH, src)
    emitter.operate_constant(floats.SUBS, wide, VECTOR_SCRATCH, limit)
    encode.op_rr(code, opcode, True, dst, VECTOR_SCRATCH)
    encode.mov_ri(code, SCRATCH, 1 << 63)
    encode.alu_rr(code, encode.ALU_XOR, True, dst, SCRATCH)
    emitter.patch(done, done + 1, code.used, True)
