"""Integers, floats, conversions, wrapping and checked arithmetic, counting bits."""

from __future__ import annotations

from pykern.lang import (
    Final,
    TypeAlias,
    bitcast,
    bits_of,
    bswap,
    checked_add,
    checked_mul,
    checked_sub,
    clz,
    ctz,
    f32,
    f64,
    i8,
    i16,
    i32,
    i64,
    isize,
    max_of,
    min_of,
    mul_wide,
    popcount,
    rotl,
    rotr,
    truncate,
    u8,
    u16,
    u32,
    u64,
    unchecked,
    usize,
    wrapping,
    wrapping_add,
    wrapping_mul,
    wrapping_neg,
    wrapping_shl,
    wrapping_sub,
)

USES_FLOAT: Final = True
PAGE_SIZE: Final = 4096
PAGE_MASK: Final[u64] = 0xFFF
KIBIBYTE: Final = 2**10
Address: TypeAlias = usize


def widen(small: u8, middle: u32, signed: i32) -> i64:
    return signed + i64(small) + middle


def page_of(address: Address) -> usize:
    return (address + PAGE_SIZE - 1) // PAGE_SIZE * PAGE_SIZE & ~usize(PAGE_MASK)


def operators(a: u32, b: u32) -> u32:
    total = a + b * 2 - a // 3 + a % 7
    total <<= 1
    total >>= 2
    total ^= (a & b) | ~a
    total -= -1 + 1
    return max(min(total, 100), 1)


def comparisons(a: i16, low: i16, high: i16) -> bool:
    return low <= a < high and a != 0 and a != -1


def converted(wide: u64, yes: bool, real: f64) -> u32:
    first = u32(wide)
    second = truncate(u32, wide) + u32(yes)
    third = u32(real)
    fourth = bitcast(u32, bitcast(i32, first))
    return first + second + third + fourth + u16(1) + u8(i8(5))


def real_numbers(a: f32, b: f64) -> f64:
    ratio: f64 = 1.5
    ratio = f64(a) / b * ratio - 0.5
    return abs(ratio) if ratio < 0.0 else ratio + bitcast(f64, u64(0))


def wrapped(a: u32, b: u32) -> u32:
    return wrapping_add(wrapping_sub(a, 1), wrapping_mul(wrapping_shl(b, 3), wrapping_neg(a)))


@wrapping
def hashed(seed: u64, value: u64) -> u64:
    return (seed ^ value) * 0x100000001B3


@unchecked
def added(a: usize, b: usize) -> usize:
    return a + b


def checked(a: u32, b: u32) -> tuple[u32, bool]:
    total, overflow = checked_add(a, b)
    rest, below = checked_sub(a, 1)
    product, _ = checked_mul(total, rest)
    return product, overflow or below


def limits() -> u64:
    signed: i64 = min_of(i64)
    return max_of(u64) - u64(bits_of(u64)) + u64(abs(signed + 1)) + u64(max_of(isize))


def bits(value: u64) -> u32:
    low, high = mul_wide(value, value)
    swapped = bswap(rotl(low, 8)) ^ rotr(high, 3)
    return clz(swapped) + ctz(value) + popcount(value)
