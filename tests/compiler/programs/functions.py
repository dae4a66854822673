"""Functions: arguments, recursion, pointers to functions, names from other modules."""

from __future__ import annotations

import tests.compiler.programs.support.left as left
from pykern.lang import (
    Array,
    Final,
    Fn,
    Slice,
    Str,
    inline,
    noinline,
    struct,
    test,
    u32,
    u64,
    value,
)
from tests.compiler.programs.support.hidden import hidden
from tests.compiler.programs.support.left import BASE, Counter, counter, step
from tests.compiler.programs.support.output import write_line
from tests.compiler.programs.support.right import even as is_even

calls: u32 = 0


def counted() -> u32:
    global calls
    calls += 1
    return calls


def described(name: Str, count: u32 = 3, *, loud: bool = False, end: Str = ".") -> None:
    write_line(f"{name} {count} {loud}{end}")


@test
def arguments() -> None:
    described("a")
    described("b", 1)
    described("c", loud=True)
    described("d", count=5, end="!")
    described(end="?", loud=hidden(True), name="e", count=hidden(u32(2)))


def three(a: u32, b: u32, c: u32) -> u32:
    return a * 100 + b * 10 + c


@struct
class Point:
    x: u32
    y: u32 = 0
    z: u32 = 1


@value
class Size:
    width: u32
    height: u32


@test
def arguments_in_the_order_they_are_written() -> None:
    global calls
    calls = 0
    write_line(f"{three(counted(), counted(), counted())}")
    write_line(f"{three(c=counted(), a=counted(), b=counted())}")
    write_line(f"{three(counted(), c=counted(), b=counted()) - 700}")
    point = Point(y=counted(), z=counted(), x=counted())
    write_line(f"{point.x} {point.y} {point.z}")
    size = Size(height=counted(), width=counted())
    write_line(f"{size.width} {size.height}")


def factorial(n: u64) -> u64:
    return 1 if n == 0 else n * factorial(n - 1)


def ackermann(m: u32, n: u32) -> u32:
    if m == 0:
        return n + 1
    if n == 0:
        return ackermann(m - 1, 1)
    return ackermann(m - 1, ackermann(m, n - 1))


@test
def recursion() -> None:
    write_line(f"{factorial(20)} {ackermann(2, 3)}")
    write_line(f"{is_even(10)} {is_even(7)} {left.odd(7)}")


def add(a: u32, b: u32) -> u32:
    return a + b


def multiply(a: u32, b: u32) -> u32:
    return a * b


@noinline
def applied(operation: Fn[[u32, u32], u32], values: Slice[u32]) -> u32:
    total = values[0]
    for number in values[1:]:
        total = operation(total, number)
    return total


@struct
class Machine:
    operation: Fn[[u32, u32], u32]
    times: u32 = 2

    def run(self, value: u32) -> u32:
        for _ in range(self.times):
            value = self.operation(value, value)
        return value


OPERATIONS: Final[Array[Fn[[u32, u32], u32], 2]] = Array(add, multiply)


@test
def pointers_to_functions() -> None:
    numbers: Array[u32, 4] = Array(1, 2, 3, 4)
    write_line(f"{applied(add, numbers)} {applied(multiply, numbers)}")
    for operation in OPERATIONS:
        write_line(f"{applied(operation, numbers)} {operation(10, 20)}")
    chosen = add if hidden(False) else multiply
    write_line(f"{chosen(6, 7)} {chosen == multiply} {chosen == add}")
    machine = Machine(add)
    write_line(f"{machine.run(3)}")
    machine.operation = multiply
    write_line(f"{machine.run(3)}")


@inline
def squared(n: u32) -> u32:
    return n * n


@test
def other_modules() -> None:
    write_line(
        f"{squared(hidden(u32(9)))} {step(4)} {left.step(5)} {u32(BASE + 1)} {u32(left.BASE)}"
    )
    write_line(f"{counter.count}")
    left.advance(3)
    counter.advance(4)
    write_line(f"{counter.count} {left.counter.count} {left.total}")
    left.total = 50
    left.advance(1)
    write_line(f"{left.total}")
    own = Counter(10)
    own.advance(1)
    write_line(f"{own.count} {counter.count}")


@test
def globals_keep_their_values() -> None:
    global calls
    calls = 100
    before = calls
    write_line(f"{counted()} {calls} {before}")
    calls += 10
    write_line(f"{calls}")
