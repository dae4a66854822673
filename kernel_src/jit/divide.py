"""Division by a constant: shifts for powers of two, else a multiplication by the reciprocal.

    x // 8   unsigned    x >> 3
    x % 8    unsigned    x & 7
    x // 10  unsigned    x * 0xCCCCCCCD >> 35          in 64 bits, for x of 32
    x // 10  signed      (x * 0xCCCCCCCD >> 35) - (x >> 31)

Granlund and Montgomery, "Division by invariant integers using multiplication" (PLDI 1994), figures
4.2 and 5.2. A divisor of 0 traps and one of -1 may, so both stay divisions. Numbers of 64 bits are
divided by powers of two only: their products would need 128 bits.
"""

from __future__ import annotations

from typing import Final

from kernel_src.jit.builder import Builder
from kernel_src.jit.ir import NONE, Op, Type, is_wide
from kernel_src.lib.arena import ArenaFull
from pykern.lang import Ptr, ctz, popcount, raises, u32, u64

SIGN: Final[u64] = 0x8000_0000


@raises(ArenaFull)
def build_division(builder: Ptr[Builder], op: Op, type: Type, a: u32, divisor: u64) -> u32:
    """NONE if it has to stay a division."""
    wide = is_wide(type)
    if op == Op.DIV_U or op == Op.REM_U:
        if divisor == 0:
            return NONE
        if popcount(divisor) == 1:
            return divide_by_power(builder, op, type, a, divisor)
        if wide:
            return NONE
        quotient = unsigned_quotient(builder, a, divisor)
        return quotient if op == Op.DIV_U else rest(builder, a, quotient, divisor)
    if wide or divisor < 2 or divisor >= SIGN:
        return NONE  # also for negative divisors, which nobody writes
    quotient = signed_quotient(builder, a, divisor)
    return quotient if op == Op.DIV_S else rest(builder, a, quotient, divisor)


@raises(ArenaFull)
def divide_by_power(builder: Ptr[Builder], op: Op, type: Type, a: u32, divisor: u64) -> u32:
    if op == Op.REM_U:
        if divisor == 1:
            return builder.constant(type, 0)
        return builder.emit(Op.AND, type, a, builder.constant(type, divisor - 1))
    if divisor == 1:
        return a
    return builder.emit(Op.SHR_U, type, a, builder.constant(type, ctz(divisor)))


@raises(ArenaFull)
def rest(builder: Ptr[Builder], a: u32, quotient: u32, divisor: u64) -> u32:
    product = builder.emit(Op.MUL, Type.I32, quotient, builder.constant(Type.I32, divisor))
    return builder.emit(Op.SUB, Type.I32, a, product)


def bits_above(divisor: u64) -> u64:
    """The least s with 2 ** s >= divisor, for a divisor of at most 32 bits."""
    s: u64 = 0
    while u64(1) << s < divisor:
        s += 1
    return s


@raises(ArenaFull)
def high_product(builder: Ptr[Builder], extend: Op, shift: Op, a: u32, m: u64, count: u64) -> u32:
    """The extended `a` times `m`, shifted right."""
    long = builder.emit(extend, Type.I64, a)
    product = builder.emit(Op.MUL, Type.I64, long, builder.constant(Type.I64, m))
    shifted = builder.emit(shift, Type.I64, product, builder.constant(Type.I64, count))
    return builder.emit(Op.WRAP, Type.I32, shifted)


@raises(ArenaFull)
def unsigned_quotient(builder: Ptr[Builder], a: u32, divisor: u64) -> u32:
    """m = ceil(2 ** (32 + s) / divisor) has up to 33 bits. Where the 33rd is set it is added apart:
    with t = x * (m - 2 ** 32) >> 32, the quotient is (t + (x - t >> 1)) >> (s - 1)."""
    s = bits_above(divisor)
    m = ((u64(1) << 32) * ((u64(1) << s) - divisor)) // divisor + 1  # m - 2 ** 32
    whole = m + (u64(1) << 32)
    # A reciprocal of 32 bits will do where the even one is exact enough
    if whole & 1 == 0:
        return high_product(builder, Op.EXTEND_U, Op.SHR_U, a, whole >> 1, 31 + s)
    t = high_product(builder, Op.EXTEND_U, Op.SHR_U, a, m, 32)
    less = builder.emit(Op.SUB, Type.I32, a, t)
    half = builder.emit(Op.SHR_U, Type.I32, less, builder.constant(Type.I32, 1))
    sum = builder.emit(Op.ADD, Type.I32, half, t)
    return builder.emit(Op.SHR_U, Type.I32, sum, builder.constant(Type.I32, s - 1))


@raises(ArenaFull)
def signed_quotient(builder: Ptr[Builder], a: u32, divisor: u64) -> u32:
    """m = floor(2 ** (31 + s) / divisor) + 1 with s = ceil(log2 divisor): x * m < 2 ** 63. The
    shift rounds down; taking off the sign makes it round to 0."""
    s = bits_above(divisor)
    m = (u64(1) << (31 + s)) // divisor + 1
    quotient = high_product(builder, Op.EXTEND_S, Op.SHR_S, a, m, 31 + s)
    sign = builder.emit(Op.SHR_S, Type.I32, a, builder.constant(Type.I32, 31))
    return builder.emit(Op.SUB, Type.I32, quotient, sign)
