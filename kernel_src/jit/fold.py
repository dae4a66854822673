"""What an integer operation gives when its operands are known. Floats are never computed: the
kernel has no registers for them.

A value of 32 bits is zero-extended, as everywhere. An operation that may trap is folded only where
it does not.
"""

from __future__ import annotations

from typing import Final

from kernel_src.jit.ir import Op
from pykern.lang import bitcast, clz, ctz, i64, popcount, rotl, rotr, u32, u64, wrapping

LOW: Final[u64] = 0xFFFF_FFFF


@wrapping
def sign_extended(value: u64, bits: u32) -> i64:
    """The lowest `bits` of a value as a signed number."""
    shift = u64(64) - bits
    return bitcast(i64, value << shift) >> shift


def is_foldable(op: Op) -> bool:
    """Is the operation one of `fold`, on constants?"""
    return op.value >= Op.EQ.value and op.value <= Op.EXTEND32_S.value


@wrapping
def fold(op: Op, wide: bool, a: u64, b: u64) -> tuple[u64, bool]:
    """The result, and whether there is one: a division may trap. `wide`: the operands have 64
    bits."""
    if op.value <= Op.GE_U.value:
        return u64(compare(op, wide, a, b)), True
    if op == Op.DIV_U or op == Op.REM_U:
        if b == 0:
            return 0, False
        return a // b if op == Op.DIV_U else a % b, True
    if op == Op.DIV_S or op == Op.REM_S:
        return 0, False
    if op.value >= Op.WRAP.value:
        return convert(op, wide, a), True
    result = arithmetic(op, wide, a, b)
    return result if wide else result & LOW, True


def compare(op: Op, wide: bool, a: u64, b: u64) -> bool:
    left = sign_extended(a, 64 if wide else 32)
    right = sign_extended(b, 64 if wide else 32)
    match op:
        case Op.EQ:
            return a == b
        case Op.NE:
            return a != b
        case Op.LT_S:
            return left < right
        case Op.LT_U:
            return a < b
        case Op.GT_S:
            return left > right
        case Op.GT_U:
            return a > b
        case Op.LE_S:
            return left <= right
        case Op.LE_U:
            return a <= b
        case Op.GE_S:
            return left >= right
        case _:
            return a >= b


@wrapping
def arithmetic(op: Op, wide: bool, a: u64, b: u64) -> u64:
    """The result; of 32 bits only the lower half counts."""
    match op:
        case Op.CLZ:
            return clz(a) if wide else clz(a) - 32
        case Op.CTZ:
            return ctz(a) if wide else min(u64(ctz(a)), u64(32))
        case Op.POPCNT:
            return popcount(a)
        case Op.ADD:
            return a + b
        case Op.SUB:
            return a - b
        case Op.MUL:
            return a * b
        case Op.AND:
            return a & b
        case Op.OR:
            return a | b
        case Op.XOR:
            return a ^ b
        case _:
            return shift(op, wide, a, b & (63 if wide else 31))


@wrapping
def shift(op: Op, wide: bool, a: u64, count: u64) -> u64:
    match op:
        case Op.SHL:
            return a << count
        case Op.SHR_U:
            return a >> count
        case Op.SHR_S:
            return bitcast(u64, sign_extended(a, 64 if wide else 32) >> count)
        case Op.ROTL:
            return rotl(a, u32(count)) if wide else a << count | a >> (32 - count)
        case _:
            return rotr(a, u32(count)) if wide else a >> count | a << (32 - count)


def convert(op: Op, wide: bool, a: u64) -> u64:
    """wrap and the extensions. `wide`: the operand has 64 bits."""
    match op:
        case Op.WRAP:
            return a & LOW
        case Op.EXTEND_U:
            return a
        case Op.EXTEND_S:
            return bitcast(u64, sign_extended(a, 32))
        case Op.EXTEND8_S:
            return narrowed(sign_extended(a, 8), wide)
        case Op.EXTEND16_S:
            return narrowed(sign_extended(a, 16), wide)
        case _:
            return narrowed(sign_extended(a, 32), wide)


def narrowed(value: i64, wide: bool) -> u64:
    bits = bitcast(u64, value)
    return bits if wide else bits & LOW
