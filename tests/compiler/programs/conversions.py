"""Conversions between integers: checked, truncating, of the same bits; wrapping and checked
arithmetic.
"""

# routes: host wasm machine (CPython does not know what a type variable stands for)

from __future__ import annotations

from pykern.lang import (
    Array,
    Integer,
    Slice,
    Str,
    TypeVar,
    bitcast,
    bits_of,
    checked_add,
    checked_mul,
    checked_sub,
    i8,
    i16,
    i32,
    i64,
    isize,
    max_of,
    min_of,
    test,
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
from tests.compiler.programs.support.hidden import hidden
from tests.compiler.programs.support.output import write_line

N = TypeVar("N", bound=Integer)


def truncated(a: N) -> None:
    write_line(f"truncate(u8, {a}) == {truncate(u8, a)}")
    write_line(f"truncate(i8, {a}) == {truncate(i8, a)}")
    write_line(f"truncate(u16, {a}) == {truncate(u16, a)}")
    write_line(f"truncate(i16, {a}) == {truncate(i16, a)}")
    write_line(f"truncate(u32, {a}) == {truncate(u32, a)}")
    write_line(f"truncate(i32, {a}) == {truncate(i32, a)}")
    write_line(f"truncate(u64, {a}) == {truncate(u64, a)}")
    write_line(f"truncate(i64, {a}) == {truncate(i64, a)}")


@test
def truncating() -> None:
    truncated(hidden(u8(200)))
    truncated(hidden(i8(-100)))
    truncated(hidden(u16(0xFF80)))
    truncated(hidden(i16(-32768)))
    truncated(hidden(u32(0xFFFF_7FFF)))
    truncated(hidden(i32(-2)))
    truncated(hidden(u64(0xFEDC_BA98_7654_3210)))
    truncated(hidden(i64(-0x7FFF_FFFF_8000_0001)))


def kept(a: i64) -> None:
    """The types that hold a number convert it to itself."""
    if 0 <= a <= 255:
        write_line(f"u8({a}) == {u8(a)}")
    if -128 <= a <= 127:
        write_line(f"i8({a}) == {i8(a)}")
    if 0 <= a <= 0xFFFF:
        write_line(f"u16({a}) == {u16(a)}")
    if -0x8000 <= a <= 0x7FFF:
        write_line(f"i16({a}) == {i16(a)}")
    if 0 <= a <= 0xFFFF_FFFF:
        write_line(f"u32({a}) == {u32(a)}")
    if -0x8000_0000 <= a <= 0x7FFF_FFFF:
        write_line(f"i32({a}) == {i32(a)}")
    if a >= 0:
        write_line(f"u64({a}) == {u64(a)}")
    write_line(f"i64({a}) == {i64(a)}")


@test
def converting() -> None:
    for a in Array(
        i64(0), 127, 128, 255, 256, 0x7FFF, 0x8000, 0xFFFF, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF
    ):
        kept(hidden(a))
        kept(hidden(-a))
    kept(max_of(i64))
    kept(min_of(i64))
    write_line(f"u32(True) == {u32(hidden(True))}")
    write_line(f"i8(False) == {i8(hidden(False))}")


@test
def same_bits() -> None:
    write_line(f"bitcast(i8, u8(255)) == {bitcast(i8, hidden(u8(255)))}")
    write_line(f"bitcast(u16, i16(-2)) == {bitcast(u16, hidden(i16(-2)))}")
    write_line(f"bitcast(i32, u32(0x80000000)) == {bitcast(i32, hidden(u32(0x8000_0000)))}")
    write_line(f"bitcast(u64, i64(-1)) == {bitcast(u64, hidden(i64(-1)))}")


def wrapped(name: Str, a: N, b: N) -> None:
    write_line(f"wrapping_add({name}({a}), {name}({b})) == {wrapping_add(a, b)}")
    write_line(f"wrapping_sub({name}({a}), {name}({b})) == {wrapping_sub(a, b)}")
    write_line(f"wrapping_mul({name}({a}), {name}({b})) == {wrapping_mul(a, b)}")
    write_line(f"wrapping_neg({name}({a})) == {wrapping_neg(a)}")


def checked(name: Str, a: N, b: N) -> None:
    total, more = checked_add(a, b)
    write_line(f"checked_add({name}({a}), {name}({b})) == ({total}, {more})")
    rest, less = checked_sub(a, b)
    write_line(f"checked_sub({name}({a}), {name}({b})) == ({rest}, {less})")
    product, much = checked_mul(a, b)
    write_line(f"checked_mul({name}({a}), {name}({b})) == ({product}, {much})")


def ends(name: Str, one: N) -> None:
    values: Array[N, 5] = Array(min_of(N), one - one, one, max_of(N) - one, max_of(N))
    for a in values:
        for b in values:
            wrapped(name, a, b)
            checked(name, a, b)


@test
def beyond_the_ends() -> None:
    ends("u8", hidden(u8(1)))
    ends("i8", hidden(i8(1)))
    ends("u16", hidden(u16(1)))
    ends("i16", hidden(i16(1)))
    ends("u32", hidden(u32(1)))
    ends("i32", hidden(i32(1)))
    ends("u64", hidden(u64(1)))
    ends("i64", hidden(i64(1)))


@wrapping
def hashed(text: u64, rounds: u32) -> u64:
    """The operators of a `@wrapping` function keep the low bits."""
    sum: u64 = 0xCBF2_9CE4_8422_2325
    for _ in range(rounds):
        sum = (sum ^ text) * 0x100_0000_01B3
        sum -= text
        sum += sum << 7
        text = -text
    return sum


@wrapping
def wrapped_small(a: i8, b: i8) -> i8:
    return a * b + a - -b


@wrapping
def shifted(a: i8, count: u32) -> i8:
    return (a << count) + (a >> count)


@unchecked
def added(a: u32, b: u32, values: Slice[u32]) -> u32:
    """Leaves the checks out, which nothing here would fail."""
    return a + b * values[b] - (a << b)


@test
def wrapping_functions() -> None:
    write_line(f"wrapping_shl(u8(3), 8) == {wrapping_shl(hidden(u8(3)), hidden(u32(8)))}")
    write_line(f"wrapping_shl(i64(-3), 70) == {wrapping_shl(hidden(i64(-3)), hidden(u8(70)))}")
    write_line(f"truncate(i8, -5 << 6) + (-5 >> 6) == {shifted(hidden(i8(-5)), 6)}")
    write_line(f"truncate(i8, -5 << 8) + (-5 >> 8) == {shifted(hidden(i8(-5)), 8)}")
    values: Array[u32, 2] = Array(5, 600)
    write_line(f"7 + 1 * 600 - (7 << 1) == {added(7, hidden(u32(1)), values)}")
    write_line(f"hashed: {hashed(hidden(u64(97)), 5):#x}")
    write_line(f"truncate(i8, 100 * 100 + 100 + 100) == {wrapped_small(hidden(i8(100)), 100)}")
    write_line(f"truncate(i8, -128 * -1 - 128 - 1) == {wrapped_small(hidden(i8(-128)), -1)}")


@test
def pointer_sized() -> None:
    """What fits 32 bits is the same on every machine."""
    a, b = hidden(usize(4_000_000_000)), hidden(isize(-2_000_000_000))
    write_line(f"4_000_000_000 // 7 * 6 == {a // 7 * 6}")
    write_line(f"-2_000_000_000 // 7 + 5 == {b // 7 + 5}")
    write_line(f"u32(4_000_000_000) == {u32(a)}")
    write_line(f"4_000_000_000 - 2_000_000_000 == {i64(a) + b}")
    wide: u64 = a
    write_line(f"4_000_000_000 * 4_000_000_000 == {wide * wide}")
    write_line(f"(4_000_000_000 > 7) == {a > hidden(u8(7))}")


@test
def widths() -> None:
    write_line(f"bits_of(u8) == {u32(bits_of(u8))}")
    write_line(f"bits_of(i64) == {u32(bits_of(i64))}")
    write_line(f"max_of(u8) == {max_of(u8)}")
    write_line(f"max_of(i16) == {max_of(i16)}")
    write_line(f"max_of(u64) == {max_of(u64)}")
    write_line(f"min_of(i32) == {min_of(i32)}")
    write_line(f"min_of(u32) == {min_of(u32)}")
