"""An operation -> the cheapest value that equals it: constants, identities, cheaper operations, or
a value that is there already.

Every integer and pure operation is made here. What is tried, in this order:

    2 + 3            5                    fold.py
    3 + x            x + 3                so that constants are on the right
    x + 0, x & x     x                    the identities of `reduce`
    x * 8, x // 8    x << 3, x >> 3       `reduce`; other divisors in divide.py
    x + y again      what it was          numbering.py

Floats: only numbering. `x * 1` and `x - 0` are not x: they make a signalling NaN quiet.
"""

from __future__ import annotations

from kernel_src.jit.builder import Builder
from kernel_src.jit.divide import build_division
from kernel_src.jit.fold import fold, is_foldable
from kernel_src.jit.ir import (
    COMMUTES,
    NONE,
    USES_B,
    Op,
    Type,
    has_property,
    is_wide,
)
from kernel_src.jit.numbering import is_numbered
from kernel_src.lib.arena import ArenaFull
from pykern.lang import Ptr, ctz, popcount, raises, u32, u64


@raises(ArenaFull)
def build_value(builder: Ptr[Builder], op: Op, type: Type, a: u32, b: u32 = 0) -> u32:
    """The value of `op`; `type` is the result's."""
    function = builder.function
    binary = has_property(op, USES_B)
    if is_foldable(op):
        wide = is_wide(builder.type_of(a))
        known = function.is_const(a) and (not binary or function.is_const(b))
        if known:
            right = function.const_bits(b) if binary else 0
            bits, folded = fold(op, wide, function.const_bits(a), right)
            if folded:
                return builder.constant(type, bits)
        elif binary and has_property(op, COMMUTES) and function.is_const(a):
            a, b = b, a
        value = reduce(builder, op, type, a, b)
        if value != NONE:
            return value
    return number_value(builder, op, type, a, b)


@raises(ArenaFull)
def number_value(builder: Ptr[Builder], op: Op, type: Type, a: u32, b: u32) -> u32:
    if not is_numbered(op):
        return builder.emit(op, type, a, b)
    value = builder.numbering.find(op, type, a, b)
    if value == NONE:
        value = builder.emit(op, type, a, b)
        builder.numbering.add(value)
    return value


@raises(ArenaFull)
def reduce(builder: Ptr[Builder], op: Op, type: Type, a: u32, b: u32) -> u32:
    """What the operation is without being computed, or as a cheaper one; NONE if it is neither."""
    function = builder.function
    if not has_property(op, USES_B):
        return reduce_conversion(builder, op, a)
    if function.is_const(b):
        return reduce_constant(builder, op, type, a, b)
    if a == b:
        match op:
            case Op.AND | Op.OR:
                return a
            case Op.SUB | Op.XOR:
                return builder.constant(type, 0)
            case _:
                pass
    return NONE


@raises(ArenaFull)
def reduce_constant(builder: Ptr[Builder], op: Op, type: Type, a: u32, b: u32) -> u32:
    """`a` is not a constant, `b` is."""
    bits = builder.function.const_bits(b)
    wide = is_wide(builder.type_of(a))
    ones = ~u64(0) if wide else u64(0xFFFF_FFFF)
    match op:
        case Op.ADD | Op.SUB | Op.XOR:
            return a if bits == 0 else NONE
        case Op.OR:
            return a if bits == 0 else b if bits == ones else NONE
        case Op.AND:
            return b if bits == 0 else a if bits == ones else NONE
        case Op.SHL | Op.SHR_S | Op.SHR_U | Op.ROTL | Op.ROTR:
            return a if bits & (63 if wide else 31) == 0 else NONE
        case Op.MUL:
            return reduce_product(builder, type, a, b)
        case Op.EQ:
            return inverted(builder, a) if bits == 0 else NONE
        case Op.DIV_U | Op.REM_U | Op.DIV_S | Op.REM_S:
            return build_division(builder, op, type, a, bits)
        case _:
            return NONE


@raises(ArenaFull)
def reduce_product(builder: Ptr[Builder], type: Type, a: u32, b: u32) -> u32:
    bits = builder.function.const_bits(b)
    if bits == 0:
        return b
    if bits == 1:
        return a
    if popcount(bits) != 1:
        return NONE
    return build_value(builder, Op.SHL, type, a, builder.constant(type, ctz(bits)))


@raises(ArenaFull)
def inverted(builder: Ptr[Builder], condition: u32) -> u32:
    """`condition == 0` as the opposite comparison. Those of integers come in such pairs: eq and ne,
    lt and ge, gt and le; of floats only eq and ne are opposites, for a NaN is neither less nor not.
    """
    inst = builder.function.insts[condition]
    opposite = Op.NOP
    match inst.op:
        case Op.EQ:
            opposite = Op.NE
        case Op.NE:
            opposite = Op.EQ
        case Op.LT_S:
            opposite = Op.GE_S
        case Op.LT_U:
            opposite = Op.GE_U
        case Op.GT_S:
            opposite = Op.LE_S
        case Op.GT_U:
            opposite = Op.LE_U
        case Op.LE_S:
            opposite = Op.GT_S
        case Op.LE_U:
            opposite = Op.GT_U
        case Op.GE_S:
            opposite = Op.LT_S
        case Op.GE_U:
            opposite = Op.LT_U
        case Op.FEQ:
            opposite = Op.FNE
        case Op.FNE:
            opposite = Op.FEQ
        case _:
            return NONE
    return builder.emit(opposite, Type.I32, inst.a, inst.b)


def reduce_conversion(builder: Ptr[Builder], op: Op, a: u32) -> u32:
    """A conversion of a conversion: the bits that the outer one keeps are those that were there."""
    inst = builder.function.insts[a]
    if op == Op.WRAP and (inst.op == Op.EXTEND_U or inst.op == Op.EXTEND_S):
        return inst.a
    if op == Op.EXTEND8_S and (inst.op == Op.LOAD8_S or inst.op == Op.EXTEND8_S):
        return a
    if op == Op.EXTEND16_S and (inst.op == Op.LOAD16_S or inst.op == Op.EXTEND16_S):
        return a
    if op == Op.EXTEND32_S and (inst.op == Op.LOAD32_S or inst.op == Op.EXTEND_S):
        return a
    return NONE
