"""Shifts, rotations and counting bits, for every type."""

# routes: host wasm machine (CPython does not know what a type variable stands for)

from __future__ import annotations

from pykern.lang import (
    Array,
    Integer,
    Str,
    TypeVar,
    bits_of,
    bswap,
    clz,
    ctz,
    i8,
    i16,
    i32,
    i64,
    max_of,
    min_of,
    mul_wide,
    popcount,
    rotl,
    rotr,
    test,
    u8,
    u16,
    u32,
    u64,
    wrapping_shl,
)
from tests.compiler.programs.support.hidden import hidden
from tests.compiler.programs.support.output import write_line

N = TypeVar("N", bound=Integer)


def shifts(name: Str, a: N) -> None:
    last = bits_of(N) - 1
    for count in Array(u32(0), 1, 3, last):
        write_line(f"{a} >> {count} == {a >> count}")
        write_line(f"wrapping_shl({name}({a}), {count}) == {wrapping_shl(a, count)}")
        if a >> (last - count) == 0:
            write_line(f"{a} << {count} == {a << count}")


def ends(name: Str, one: N) -> None:
    for a in Array(min_of(N), one - one, one, one + one + one, max_of(N) // 3, max_of(N)):
        shifts(name, a)


@test
def shifting() -> None:
    ends("u8", hidden(u8(1)))
    ends("i8", hidden(i8(1)))
    ends("u16", hidden(u16(1)))
    ends("i16", hidden(i16(1)))
    ends("u32", hidden(u32(1)))
    ends("i32", hidden(i32(1)))
    ends("u64", hidden(u64(1)))
    ends("i64", hidden(i64(1)))
    write_line(f"-3 << 4 == {hidden(i32(-3)) << 4}")
    write_line(f"-64 << 1 == {hidden(i8(-64)) << 1}")


def counts(name: Str, a: N) -> None:
    write_line(f"clz({name}({a})) == {clz(a)}")
    write_line(f"ctz({name}({a})) == {ctz(a)}")
    write_line(f"popcount({name}({a})) == {popcount(a)}")


def turns(name: Str, a: N) -> None:
    last = bits_of(N) - 1
    for count in Array(u32(0), 1, last):
        write_line(f"rotl({name}({a}), {count}) == {rotl(a, count)}")
        write_line(f"rotr({name}({a}), {count}) == {rotr(a, count)}")


def bits(name: Str, pattern: N, one: N) -> None:
    for a in Array(one - one, one, pattern, max_of(N), max_of(N) // 2 + one):
        counts(name, a)
        turns(name, a)


@test
def counting() -> None:
    bits("u8", hidden(u8(0b0110_1000)), 1)
    bits("u16", hidden(u16(0x1234)), 1)
    bits("u32", hidden(u32(0x1234_5678)), 1)
    bits("u64", hidden(u64(0x0123_4567_89AB_CDEF)), 1)


@test
def swapping() -> None:
    write_line(f"bswap(u16(0x1234)) == {bswap(hidden(u16(0x1234))):#x}")
    write_line(f"bswap(u32(0x12345678)) == {bswap(hidden(u32(0x1234_5678))):#x}")
    write_line(f"bswap(u64(0x0123456789ABCDEF)) == {bswap(hidden(u64(0x0123_4567_89AB_CDEF))):#x}")


@test
def widening() -> None:
    for a in Array(u64(0), 1, 0xFFFF_FFFF, 1 << 63, max_of(u64)):
        for b in Array(u64(0), 3, 0x1_0000_0001, max_of(u64)):
            low, high = mul_wide(a, b)
            write_line(f"{a} * {b} == {high} << 64 | {low}")
