"""Floats: arithmetic, comparison, conversion."""

from __future__ import annotations

from pykern.lang import (
    Array,
    Final,
    Str,
    bitcast,
    f32,
    f64,
    i8,
    i32,
    i64,
    struct,
    test,
    u8,
    u32,
    u64,
    value,
)
from tests.compiler.programs.support.hidden import hidden
from tests.compiler.programs.support.output import write_line

# routes: host wasm machine (CPython keeps an f32 where an f64 is asked for)

USES_FLOAT: Final = True
HALF: Final[f64] = 0.5


@value
class Point:
    x: f64
    y: f64 = -0.5

    def __add__(self, other: Point) -> Point:
        return Point(self.x + other.x, self.y + other.y)


@struct
class Sample:
    single: f32 = 1.25
    double: f64 = 2.5


def show(what: Str, x: f64) -> None:
    """The bits say everything."""
    write_line(f"bitcast(u64, {what}) == {bitcast(u64, x):#018x}")


def show_single(what: Str, x: f32) -> None:
    write_line(f"bitcast(u32, f32({what})) == {bitcast(u32, x):#010x}")


@test
def arithmetic() -> None:
    a, b = hidden(f64(7.5)), hidden(f64(-2.0))
    show("7.5 + -2.0", a + b)
    show("7.5 - -2.0", a - b)
    show("7.5 * -2.0", a * b)
    show("7.5 / -2.0", a / b)
    show("7.5 // -2.0", a // b)
    show("7.5 % -2.0", a % b)
    show("-7.5", -a)
    show("abs(-2.0)", abs(b))
    show("min(7.5, -2.0)", min(a, b))
    show("max(7.5, -2.0)", max(a, b))
    show("7.5 / 3 + 0.5 * 1e3", a / 3 + HALF * 1e3)
    show("0.1 + 0.2", hidden(0.1) + 0.2)


@test
def single() -> None:
    a, b = hidden(f32(0.1)), hidden(f32(3.0))
    show_single("f32(0.1) + f32(3.0)", a + b)
    show_single("f32(0.1) / f32(3.0)", a / b)
    show_single("f32(0.1) * f32(3.0) - f32(1.5)", a * b - 1.5)
    show("float(f32(0.1))", a)
    show_single("0.1", f32(hidden(0.1)))
    show("float(f32(0.1)) * 3.0", f64(a) * b)


@test
def odd_numbers() -> None:
    zero = hidden(0.0)
    infinite = hidden(1e308) * 10.0
    show("1e308 * 10.0", infinite)
    show("-1e308 * 10.0", -infinite)
    nan = infinite - infinite
    write_line(f"{nan == nan} {nan != nan} {nan < 1.0} {nan >= 1.0} {not nan < 1.0}")
    write_line(f"{zero == -zero} {infinite > 1e308} {zero < -zero}")
    show("-0.0", -zero)
    show("0.0", 1.0 / infinite)
    show("5e-324 * 0.5", hidden(5e-324) * 0.5)
    show("7.0 // (-1e308 * 10.0)", 7.0 // -infinite)


@test
def comparisons() -> None:
    a, b = hidden(1.5), hidden(2.5)
    write_line(f"{a < b} {a <= b} {a > b} {a >= b} {a == b} {a != b} {a < 2 < b} {b == 2.5}")


@test
def to_integers() -> None:
    write_line(f"{u8(hidden(255.99))} {i8(hidden(-128.9))} {i32(hidden(-1.5))} {u32(hidden(1e9))}")
    write_line(f"{i64(hidden(-9.2e18))} {u64(hidden(1.8e19))} {u64(hidden(f32(0.99)))}")


@test
def from_integers() -> None:
    show("float(0xFFFFFFFFFFFFFFFF)", f64(hidden(u64(0xFFFF_FFFF_FFFF_FFFF))))
    show("-5.0", f64(hidden(i64(-5))))
    show("200.0", f64(hidden(u8(200))))
    show_single("16777217", f32(hidden(u32(16_777_217))))
    show_single("-1", f32(hidden(i64(-1))))


@test
def in_other_things() -> None:
    point = hidden(Point(1.5)) + Point(2.0, 0.25)
    show("1.5 + 2.0", point.x)
    show("-0.5 + 0.25", point.y)
    write_line(f"{point == Point(3.5, -0.25)} {point == Point(3.5)}")
    sample = Sample()
    sample.single += 1.0
    sample.double = sample.double * sample.single
    show_single("2.25", sample.single)
    show("2.5 * 2.25", sample.double)
    values: Array[f64, 3] = Array(1.0, 2.0, 4.0)
    total: f64 = 0.0
    for number in values:
        total += 1.0 / number
    show("1.0 + 1.0 / 2.0 + 1.0 / 4.0", total)
