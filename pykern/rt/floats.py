"""What LLVM calls for floats where the machine has no instruction: remainder and floor of an f64.

Part of a program as soon as a module of it says `USES_FLOAT`. Both work on the bits, so their
results are exact.

    bit 63   sign
    62..52   exponent + 1023; 0 for numbers too small to have the leading 1, 2047 for what is none
    51..0    the digits after the leading 1
"""

from __future__ import annotations

from pykern.lang import Final, bitcast, clz, export, f64, i32, u32, u64

USES_FLOAT: Final = True

DIGITS: Final = 52
BIAS: Final = 1023
SIGN: Final[u64] = 1 << 63
LEADING: Final[u64] = 1 << DIGITS
INFINITY: Final[u64] = 0x7FF << DIGITS
NAN: Final[u64] = 0xFFF << (DIGITS - 1)
ONE: Final[u64] = BIAS << DIGITS


@export("fmod")
def fmod(a: f64, b: f64) -> f64:
    """What is left of `a` after taking `b` from it as often as possible; with the sign of `a`."""
    left, right = bitcast(u64, a) & ~SIGN, bitcast(u64, b) & ~SIGN
    sign = bitcast(u64, a) & SIGN
    if right == 0 or right > INFINITY or left >= INFINITY:
        return bitcast(f64, NAN)
    if left < right:
        return a
    rest, exponent = parts(left)
    divisor, last = parts(right)
    while exponent > last:
        if rest >= divisor:
            rest -= divisor
        rest <<= 1
        exponent -= 1
    if rest >= divisor:
        rest -= divisor
    return bitcast(f64, sign | joined(rest, exponent))


def parts(number: u64) -> tuple[u64, i32]:
    """The digits with a leading 1, and the exponent they have then."""
    exponent = i32(number >> DIGITS)
    digits = number & (LEADING - 1)
    if exponent != 0:
        return digits | LEADING, exponent
    shift = clz(digits) - clz(LEADING)
    return digits << shift, 1 - i32(shift)


def joined(digits: u64, exponent: i32) -> u64:
    """The bits of a number that is not negative; `digits` may have lost the leading 1."""
    if digits == 0:
        return 0
    shift = clz(digits) - clz(LEADING)
    moved = exponent - i32(shift)
    if moved > 0:
        return (digits << shift) - LEADING | u64(moved) << DIGITS
    return digits << u32(exponent - 1) if exponent > 0 else digits >> u32(1 - exponent)


@export("floor")
def floor(a: f64) -> f64:
    """The greatest whole number that is not above `a`."""
    bits = bitcast(u64, a)
    exponent = i32(bits >> DIGITS & 0x7FF) - BIAS
    negative = bits & SIGN != 0
    if exponent >= DIGITS:
        return a
    if exponent < 0:
        below = SIGN | ONE if negative and bits != SIGN else bits & SIGN
        return bitcast(f64, below)
    fraction = LEADING - 1 >> u32(exponent)
    if bits & fraction == 0:
        return a
    if negative:
        bits += fraction
    return bitcast(f64, bits & ~fraction)
