"""Float instructions -> bytes.

A float lives as its bits in a general register or in the frame. For an instruction its operands
go to xmm0 and xmm1, and the result comes back from xmm0; nothing is in a vector register between
two instructions. Arithmetic that makes a NaN makes a quiet one, as the processor does; NaNs that
come in stay what they are but for becoming quiet, which is what the specification asks for
(4.3.3).
"""

from __future__ import annotations

from typing import Final

import kernel_src.jit.encode as encode
from kernel_src.jit.context import TRAP_CONVERSION, TRAP_OVERFLOW
from kernel_src.jit.emitter import Emitter
from kernel_src.jit.ir import NONE
from kernel_src.jit.machine import CUT_SATURATE, CUT_SIGNED, MInst
from kernel_src.jit.regs import SCRATCH
from kernel_src.lib.arena import ArenaFull
from pykern.lang import Array, Ptr, raises, u8, u32, u64

XMM0: Final[u8] = 0
XMM1: Final[u8] = 1

# From FCEIL to FNEAREST: the rounding modes (SDM, ROUNDSS), with the inexact exception masked
ROUNDING: Final[Array[u8, 4]] = Array(10, 9, 11, 8)
FLOAT_SQRT: Final[u8] = 4
# From FADD to FDIV
FLOAT_ADD: Final[u8] = 5
ARITHMETIC: Final[Array[u32, 4]] = Array(encode.ADDS, encode.SUBS, encode.MULS, encode.DIVS)
FLOAT_MIN: Final[u8] = 9
FLOAT_MAX: Final[u8] = 10

# FEQ, FNE, FLT, FGT, FLE, FGE
SET_EQ: Final[u8] = 0
SET_NE: Final[u8] = 1
SET_LT: Final[u8] = 2
SET_GT: Final[u8] = 3
SET_LE: Final[u8] = 4


def load_float(emitter: Ptr[Emitter], xmm: u8, wide: bool, value: u32) -> None:
    emitter.operate(encode.MOVD_XR, wide, xmm, emitter.place(value))


def load_bits(emitter: Ptr[Emitter], xmm: u8, wide: bool, bits: u64) -> None:
    encode.mov_ri(emitter.code, SCRATCH, bits)
    encode.op_rr(emitter.code, encode.MOVD_XR, wide, xmm, SCRATCH)


def store_float(emitter: Ptr[Emitter], wide: bool, dst: u8) -> None:
    encode.op_rr(emitter.code, encode.MOVD_RX, wide, XMM0, dst)


# Arithmetic


def emit_float(emitter: Ptr[Emitter], inst: Ptr[MInst]) -> None:
    code = emitter.code
    wide = inst.wide
    load_float(emitter, XMM0, wide, inst.a)
    if inst.b != NONE:
        load_float(emitter, XMM1, wide, inst.b)
    if inst.sub < FLOAT_SQRT:
        encode.round_rri(code, wide, XMM0, XMM0, ROUNDING[inst.sub])
    elif inst.sub == FLOAT_SQRT:
        encode.float_rr(code, encode.SQRTS, wide, XMM0, XMM0)
    elif inst.sub < FLOAT_MIN:
        encode.float_rr(code, ARITHMETIC[inst.sub - FLOAT_ADD], wide, XMM0, XMM1)
    else:
        emit_min_max(emitter, wide, inst.sub == FLOAT_MIN)
    store_float(emitter, wide, emitter.result(inst))


def emit_min_max(emitter: Ptr[Emitter], wide: bool, is_min: bool) -> None:
    """minss alone would forget a NaN in its first operand and the sign of zeros.

    ucomiss: unordered sets the parity flag and "equal". A sum is NaN if an operand is. Equal
    operands differ at most in the sign of a zero: or-ing the bits gives -0 if there is one,
    and-ing gives +0.
    """
    code = emitter.code
    encode.float_rr(code, encode.UCOMIS, wide, XMM0, XMM1)
    differ = encode.jcc_short(code, encode.CC_NE)
    unordered = encode.jcc_short(code, encode.CC_P)
    encode.op_rr(code, encode.ORPS if is_min else encode.ANDPS, False, XMM0, XMM1)
    equal_done = encode.jmp_short(code)
    emitter.patch(unordered, unordered + 1, code.used, True)
    encode.float_rr(code, encode.ADDS, wide, XMM0, XMM1)
    nan_done = encode.jmp_short(code)
    emitter.patch(differ, differ + 1, code.used, True)
    encode.float_rr(code, encode.MINS if is_min else encode.MAXS, wide, XMM0, XMM1)
    emitter.patch(equal_done, equal_done + 1, code.used, True)
    emitter.patch(nan_done, nan_done + 1, code.used, True)


def emit_resize(emitter: Ptr[Emitter], inst: Ptr[MInst]) -> None:
    load_float(emitter, XMM0, not inst.wide, inst.a)
    encode.float_rr(emitter.code, encode.CVTS2S, not inst.wide, XMM0, XMM0)
    store_float(emitter, inst.wide, emitter.result(inst))


def emit_float_set(emitter: Ptr[Emitter], inst: Ptr[MInst]) -> None:
    """ "Above" and "above or equal" are false for unordered operands, so the others are turned
    round; equality has to ask for the parity flag too."""
    code = emitter.code
    dst = emitter.result(inst)
    load_float(emitter, XMM0, inst.wide, inst.a)
    load_float(emitter, XMM1, inst.wide, inst.b)
    if inst.sub <= SET_NE:
        encode.float_rr(code, encode.UCOMIS, inst.wide, XMM0, XMM1)
        is_equal = inst.sub == SET_EQ
        encode.set_r8(code, encode.CC_NP if is_equal else encode.CC_P, SCRATCH)
        encode.set_r8(code, encode.CC_E if is_equal else encode.CC_NE, dst)
        op = encode.ALU_AND if is_equal else encode.ALU_OR
        encode.alu_rr(code, op, False, dst, SCRATCH)
    else:
        turned = inst.sub == SET_LT or inst.sub == SET_LE
        left = XMM1 if turned else XMM0
        encode.float_rr(code, encode.UCOMIS, inst.wide, left, XMM0 + XMM1 - left)
        strict = inst.sub == SET_LT or inst.sub == SET_GT
        encode.set_r8(code, encode.CC_A if strict else encode.CC_AE, dst)
    encode.movzx_r8(code, dst, dst)


# Integers


def emit_int_to_float(emitter: Ptr[Emitter], inst: Ptr[MInst]) -> None:
    """A u32 is a positive i64. A u64 from 2^63 on is halved, with the lost bit kept for rounding,
    and doubled."""
    code = emitter.code
    emitter.into_register(SCRATCH, True, emitter.place(inst.a))
    signed = inst.sub == 0
    wide_source = inst.imm != 0 or not signed
    opcode = encode.for_width(encode.CVTSI2S, inst.wide)
    if signed or inst.imm == 0:
        encode.op_rr(code, opcode, wide_source, XMM0, SCRATCH)
        store_float(emitter, inst.wide, emitter.result(inst))
        return
    dst = emitter.result(inst)
    encode.test_rr(code, True, SCRATCH, SCRATCH)
    large = encode.jcc_short(code, encode.CC_S)
    encode.op_rr(code, opcode, True, XMM0, SCRATCH)
    done = encode.jmp_short(code)
    emitter.patch(large, large + 1, code.used, True)
    encode.mov_rr(code, True, dst, SCRATCH)
    encode.shift_ri(code, encode.SHIFT_SHR, True, SCRATCH, 1)
    encode.alu_ri(code, encode.ALU_AND, False, dst, 1)
    encode.alu_rr(code, encode.ALU_OR, True, SCRATCH, dst)
    encode.op_rr(code, opcode, True, XMM0, SCRATCH)
    encode.float_rr(code, encode.ADDS, inst.wide, XMM0, XMM0)
    emitter.patch(done, done + 1, code.used, True)
    store_float(emitter, inst.wide, dst)


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
def emit_float_to_int(emitter: Ptr[Emitter], inst: Ptr[MInst]) -> None:
    code = emitter.code
    signed = inst.sub & ~CUT_SATURATE == CUT_SIGNED
    wide_int = inst.imm != 0
    load_float(emitter, XMM0, inst.wide, inst.a)
    if inst.sub & CUT_SATURATE != 0:
        emit_saturating_cut(emitter, inst, signed, wide_int)
        return
    float = u32(inst.wide)
    encode.float_rr(code, encode.UCOMIS, inst.wide, XMM0, XMM0)
    emitter.trap_if(encode.CC_P, TRAP_CONVERSION, inst.offset)
    load_bits(emitter, XMM1, inst.wide, low_limit(signed, wide_int, float))
    encode.float_rr(code, encode.UCOMIS, inst.wide, XMM0, XMM1)
    emitter.trap_if(below(signed, wide_int, float), TRAP_OVERFLOW, inst.offset)
    load_bits(emitter, XMM1, inst.wide, high_limit(signed, wide_int, float))
    encode.float_rr(code, encode.UCOMIS, inst.wide, XMM0, XMM1)
    emitter.trap_if(encode.CC_AE, TRAP_OVERFLOW, inst.offset)
    emit_cut(emitter, inst.wide, emitter.result(inst), signed, wide_int)


def emit_saturating_cut(
    emitter: Ptr[Emitter], inst: Ptr[MInst], signed: bool, wide_int: bool
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
    encode.float_rr(code, encode.UCOMIS, inst.wide, XMM0, XMM0)
    nan = encode.jcc_near(code, encode.CC_P)
    encode.mov_ri(code, dst, least)
    load_bits(emitter, XMM1, inst.wide, low_limit(signed, wide_int, float))
    encode.float_rr(code, encode.UCOMIS, inst.wide, XMM0, XMM1)
    small = encode.jcc_near(code, below(signed, wide_int, float))
    encode.mov_ri(code, dst, greatest)
    load_bits(emitter, XMM1, inst.wide, high_limit(signed, wide_int, float))
    encode.float_rr(code, encode.UCOMIS, inst.wide, XMM0, XMM1)
    large = encode.jcc_near(code, encode.CC_AE)
    emit_cut(emitter, inst.wide, dst, signed, wide_int)
    emitter.patch(nan, nan + 4, code.used, False)
    emitter.patch(small, small + 4, code.used, False)
    emitter.patch(large, large + 4, code.used, False)


def emit_cut(emitter: Ptr[Emitter], wide: bool, dst: u8, signed: bool, wide_int: bool) -> None:
    """dst = xmm0, which is in range. A u32 is cut as an i64; a u64 from 2^63 on less that, which
    is added again as the top bit."""
    code = emitter.code
    opcode = encode.for_width(encode.CVTTS2SI, wide)
    if signed or not wide_int:
        encode.op_rr(code, opcode, wide_int or not signed, dst, XMM0)
        return
    load_bits(emitter, XMM1, wide, TWO_63[u32(wide)])
    encode.float_rr(code, encode.UCOMIS, wide, XMM0, XMM1)
    large = encode.jcc_short(code, encode.CC_AE)
    encode.op_rr(code, opcode, True, dst, XMM0)
    done = encode.jmp_short(code)
    emitter.patch(large, large + 1, code.used, True)
    encode.float_rr(code, encode.SUBS, wide, XMM0, XMM1)
    encode.op_rr(code, opcode, True, dst, XMM0)
    encode.mov_ri(code, SCRATCH, 1 << 63)
    encode.alu_rr(code, encode.ALU_XOR, True, dst, SCRATCH)
    emitter.patch(done, done + 1, code.used, True)
