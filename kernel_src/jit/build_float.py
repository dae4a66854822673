"""Float instructions. Their opcodes lie in six ranges:

    f32.eq .. f64.ge                     comparisons          5b to 66
    f32.abs .. f64.copysign              arithmetic           8b to a6
    i32.trunc_f32_s .. i64.trunc_f64_u   to integers          a8 to ab, ae to b1
    i32.trunc_sat_f32_s ..               saturating           fc 00 to fc 07
    f32.convert_i32_s .. f64.promote_f32 from integers        b2 to bb
    i32.reinterpret_f32 ..               the same bits        bc to bf

neg, abs and copysign are operations on bits: they must not touch a NaN's payload (specification
4.3.3).
"""

from __future__ import annotations

from typing import Final

import kernel_src.wasm.codes as codes
from kernel_src.jit.builder import Builder
from kernel_src.jit.ir import Op, Type
from kernel_src.lib.arena import ArenaFull
from kernel_src.wasm.decode import Instruction
from pykern.lang import Array, Ptr, raises, truncate, u8, u16, u64

SIGN_32: Final[u64] = 1 << 31
SIGN_64: Final[u64] = 1 << 63

# From i32.reinterpret_f32 on
REINTERPRETED: Final[Array[Type, 4]] = Array(Type.I32, Type.I64, Type.F32, Type.F64)
# From f32.convert_i32_s to f32.convert_i64_u, and the same for f64
CONVERSIONS: Final[Array[Op, 4]] = Array(Op.CONVERT_S, Op.CONVERT_U, Op.CONVERT_S, Op.CONVERT_U)


def is_float_instruction(opcode: u16) -> bool:
    return (
        (opcode >= codes.F32_EQ and opcode <= codes.F64_GE)
        or (opcode >= codes.F32_ABS and opcode <= codes.F64_COPYSIGN)
        or is_cut(opcode)
        or (opcode >= codes.F32_CONVERT_I32_S and opcode <= codes.F64_REINTERPRET_I64)
    )


def is_cut(opcode: u16) -> bool:
    """Does the instruction make an integer of a float?"""
    return (
        (opcode >= codes.I32_TRUNC_F32_S and opcode <= codes.I32_TRUNC_F64_U)
        or (opcode >= codes.I64_TRUNC_F32_S and opcode <= codes.I64_TRUNC_F64_U)
        or (opcode >= codes.I32_TRUNC_SAT_F32_S and opcode <= codes.I64_TRUNC_SAT_F64_U)
    )


@raises(ArenaFull)
def build_float(builder: Ptr[Builder], insn: Ptr[Instruction]) -> None:
    opcode = insn.opcode
    if opcode <= codes.F64_GE:
        build_float_comparison(builder, opcode)
    elif opcode <= codes.F64_COPYSIGN:
        build_float_arithmetic(builder, opcode)
    elif is_cut(opcode):
        build_cut(builder, opcode)
    elif opcode >= codes.I32_REINTERPRET_F32:
        type = REINTERPRETED[opcode - codes.I32_REINTERPRET_F32]
        builder.build_unary(Op.REINTERPRET, type)
    elif opcode == codes.F32_DEMOTE_F64:
        builder.build_unary(Op.DEMOTE, Type.F32)
    elif opcode == codes.F64_PROMOTE_F32:
        builder.build_unary(Op.PROMOTE, Type.F64)
    elif opcode < codes.F32_DEMOTE_F64:
        builder.build_unary(CONVERSIONS[opcode - codes.F32_CONVERT_I32_S], Type.F32)
    else:
        builder.build_unary(CONVERSIONS[opcode - codes.F64_CONVERT_I32_S], Type.F64)


@raises(ArenaFull)
def build_float_comparison(builder: Ptr[Builder], opcode: u16) -> None:
    first = codes.F64_EQ if opcode >= codes.F64_EQ else codes.F32_EQ
    op = Op(Op.FEQ.value + truncate(u8, opcode - first))
    right = builder.pop()
    builder.push(builder.emit(op, Type.I32, builder.pop(), right))


@raises(ArenaFull)
def build_float_arithmetic(builder: Ptr[Builder], opcode: u16) -> None:
    wide = opcode >= codes.F64_ABS
    type = Type.F64 if wide else Type.F32
    sign = SIGN_64 if wide else SIGN_32
    number = opcode - (codes.F64_ABS if wide else codes.F32_ABS)
    match codes.F32_ABS + number:
        case codes.F32_ABS:
            build_mask(builder, Op.AND, type, sign - 1)
        case codes.F32_NEG:
            build_mask(builder, Op.XOR, type, sign)
        case codes.F32_COPYSIGN:
            build_mask(builder, Op.AND, type, sign)
            from_right = builder.pop()
            build_mask(builder, Op.AND, type, sign - 1)
            builder.push(builder.emit(Op.OR, type, builder.pop(), from_right))
        case _:
            op = Op(Op.FCEIL.value + truncate(u8, codes.F32_ABS + number - codes.F32_CEIL))
            if op.value <= Op.FSQRT.value:
                builder.build_unary(op, type)
            else:
                right = builder.pop()
                builder.push(builder.emit(op, type, builder.pop(), right))


@raises(ArenaFull)
def build_mask(builder: Ptr[Builder], op: Op, type: Type, mask: u64) -> None:
    value = builder.pop()
    builder.push(builder.emit(op, type, value, builder.constant(type, mask)))


@raises(ArenaFull)
def build_cut(builder: Ptr[Builder], opcode: u16) -> None:
    """In each group the signed form comes first, then the unsigned one."""
    if opcode >= codes.I32_TRUNC_SAT_F32_S:
        number = opcode - codes.I32_TRUNC_SAT_F32_S
        op = Op.TRUNC_SAT_S if number % 2 == 0 else Op.TRUNC_SAT_U
        builder.build_unary(op, Type.I32 if number < 4 else Type.I64)
        return
    wide = opcode >= codes.I64_TRUNC_F32_S
    number = opcode - (codes.I64_TRUNC_F32_S if wide else codes.I32_TRUNC_F32_S)
    op = Op.TRUNC_S if number % 2 == 0 else Op.TRUNC_U
    builder.build_unary(op, Type.I64 if wide else Type.I32)
