"""Integers: every operator on every type, at the ends of its range."""

# routes: host wasm machine (CPython does not know what a type variable stands for)

from __future__ import annotations

from pykern.lang import (
    Array,
    Integer,
    Str,
    TypeVar,
    checked_add,
    checked_mul,
    checked_sub,
    i8,
    i16,
    i32,
    i64,
    max_of,
    min_of,
    test,
    u8,
    u16,
    u32,
    u64,
)
from tests.compiler.programs.support.hidden import hidden
from tests.compiler.programs.support.output import write_line

N = TypeVar("N", bound=Integer)


def arithmetic(a: N, b: N) -> None:
    """The checked operators, where they do not overflow."""
    _, overflow = checked_add(a, b)
    if not overflow:
        write_line(f"{a} + {b} == {a + b}")
    _, overflow = checked_sub(a, b)
    if not overflow:
        write_line(f"{a} - {b} == {a - b}")
    _, overflow = checked_mul(a, b)
    if not overflow:
        write_line(f"{a} * {b} == {a * b}")
    if b != 0 and not (a == min_of(N) and ~b == 0):
        write_line(f"{a} // {b} == {a // b}")
        write_line(f"{a} % {b} == {a % b}")


def comparisons(a: N, b: N) -> None:
    write_line(f"({a} < {b}) == {a < b}")
    write_line(f"({a} <= {b}) == {a <= b}")
    write_line(f"({a} > {b}) == {a > b}")
    write_line(f"({a} >= {b}) == {a >= b}")
    write_line(f"({a} == {b}) == {a == b}")
    write_line(f"({a} != {b}) == {a != b}")


def bitwise(name: Str, a: N, b: N) -> None:
    write_line(f"({a} & {b}) == {a & b}")
    write_line(f"({a} | {b}) == {a | b}")
    write_line(f"({a} ^ {b}) == {a ^ b}")
    write_line(f"~{name}({a}) == {~a}")


def extremes(a: N, b: N) -> None:
    write_line(f"min({a}, {b}) == {min(a, b)}")
    write_line(f"max({a}, {b}) == {max(a, b)}")


def pairs(name: Str, one: N) -> None:
    ends: Array[N, 6] = Array(
        min_of(N), min_of(N) + one, one - one, one + one + one, max_of(N) - one, max_of(N)
    )
    for a in ends:
        for b in ends:
            arithmetic(a, b)
            comparisons(a, b)
            bitwise(name, a, b)
            extremes(a, b)


def halves(minus: N) -> None:
    """Division rounds down, and the remainder has the divisor's sign."""
    for step in range(7):
        a = minus * 3 + N(step)
        for b in Array(minus * 2, minus, minus * minus, minus * minus * 2):
            write_line(f"{a} // {b} == {a // b}")
            write_line(f"{a} % {b} == {a % b}")


@test
def unsigned() -> None:
    pairs("u8", hidden(u8(1)))
    pairs("u16", hidden(u16(1)))
    pairs("u32", hidden(u32(1)))
    pairs("u64", hidden(u64(1)))


@test
def signed() -> None:
    pairs("i8", hidden(i8(1)))
    pairs("i16", hidden(i16(1)))
    pairs("i32", hidden(i32(1)))
    pairs("i64", hidden(i64(1)))


@test
def division_floors() -> None:
    halves(hidden(i8(-1)))
    halves(hidden(i16(-1)))
    halves(hidden(i32(-1)))
    halves(hidden(i64(-1)))


def negation(name: Str, a: N) -> None:
    """Of an unsigned number only 0 can be negated."""
    if a != min_of(N) or a == 0:
        write_line(f"-{name}({a}) == {-a}")
        write_line(f"abs({name}({a})) == {abs(a)}")


@test
def signs() -> None:
    for a in Array(min_of(i8), i8(-127), -1, 0, 1, 127):
        negation("i8", a)
    for b in Array(min_of(i64), -max_of(i64), -1, 0, 1, max_of(i64)):
        negation("i64", b)
    negation("u8", hidden(u8(0)))


@test
def widths_mix() -> None:
    """An operation on two types is done in the one that holds both."""
    small, middle, wide = hidden(u8(200)), hidden(u32(4_000_000_000)), hidden(i64(-5))
    write_line(f"200 + 4_000_000_000 == {small + middle}")
    write_line(f"200 * -5 == {small * wide}")
    write_line(f"4_000_000_000 // -5 == {middle // wide}")
    write_line(f"(200 < 4_000_000_000) == {small < middle}")
    write_line(f"(-5 < 200) == {wide < small}")
    total: u64 = small
    total += middle
    total *= small
    write_line(f"(200 + 4_000_000_000) * 200 == {total}")


@test
def augmented() -> None:
    x = hidden(i32(100))
    x += 7
    x -= 2
    x *= -3
    write_line(f"(100 + 7 - 2) * -3 == {x}")
    x //= 4
    write_line(f"-315 // 4 == {x}")
    x %= 7
    write_line(f"-79 % 7 == {x}")
    x <<= 5
    x >>= 2
    write_line(f"5 << 5 >> 2 == {x}")
    x |= 3
    x ^= 1
    x &= 0xF2
    write_line(f"((40 | 3) ^ 1) & 0xF2 == {x}")


@test
def precedence() -> None:
    a, b, c = hidden(i32(7)), hidden(i32(3)), hidden(i32(2))
    write_line(f"7 + 3 * 2 == {a + b * c}")
    write_line(f"(7 + 3) * 2 == {(a + b) * c}")
    write_line(f"7 - 3 - 2 == {a - b - c}")
    write_line(f"-7 // 3 * 2 % 2 == {-a // b * c % c}")
    write_line(f"(7 & 3 | 2 << 3 ^ 7) == {a & b | c << u32(b) ^ a}")
    write_line(f"7 - -3 * ~2 == {a - -b * ~c}")
    write_line(f"(1 if 7 < 3 else 2) == {1 if a < b else c}")
