"""Control flow: conditions, loops and how they are left, conditional expressions, comparisons in
chains.
"""

from __future__ import annotations

from pykern.lang import Array, Slice, i8, i32, test, u8, u32, u64
from tests.compiler.programs.support.hidden import hidden
from tests.compiler.programs.support.output import write_line


def told(name: u32, result: bool) -> bool:
    """Shows that it was evaluated."""
    write_line(f"  {name} is {result}")
    return result


@test
def logic_stops_early() -> None:
    yes, no = hidden(True), hidden(False)
    for a in Array(yes, no):
        for b in Array(yes, no):
            write_line(f"and: {told(1, a) and told(2, b)}")
            write_line(f"or: {told(1, a) or told(2, b)}")
            write_line(f"not: {not told(1, a)}")
            write_line(f"both: {told(1, a) and not told(2, b) or told(3, a)}")


def number(value: i32) -> i32:
    write_line(f"  {value}")
    return value


@test
def chains_evaluate_once() -> None:
    write_line(f"{number(1) < number(2) < number(3)}")
    write_line(f"{number(2) < number(1) < number(3)}")
    write_line(f"{number(1) < number(3) == number(3) != number(4) >= number(4)}")
    x = hidden(i32(5))
    write_line(f"{0 <= x < 10} {0 <= x < 5} {5 <= x <= 5}")


@test
def conditional_expressions() -> None:
    for x in range(hidden(i32(-1)), 2):
        word = number(1) if x < 0 else number(2) if x == 0 else number(3)
        write_line(f"{x}: {word}")


def kind(x: u32) -> u32:
    if x == 0:
        return 10
    elif x < 5:
        if x == 3:
            return 20
    elif x < 8:
        return 30
    else:
        return 40
    return 50


@test
def branches() -> None:
    for x in range(10):
        write_line(f"{x} {kind(u32(x))}")


@test
def ranges() -> None:
    for i in range(4):
        write_line(f"up {i}")
    for i in range(2, 5):
        write_line(f"from {i}")
    for i in range(0, 10, 4):
        write_line(f"by four {i}")
    for j in range(5, 0, -2):
        write_line(f"down {j}")
    for k in range(hidden(i32(3)), -3, -1):
        write_line(f"below zero {k}")
    for i in range(5, 5):
        write_line(f"never {i}")
    for i in range(7, 3):
        write_line(f"never {i}")
    for j in range(1, 4, -1):
        write_line(f"never {j}")


@test
def ranges_at_the_ends_of_a_type() -> None:
    last = hidden(u8(255))
    for a in range(u8(250), last):
        write_line(f"{a}")
    for a in range(u8(250), last, 3):
        write_line(f"by three {a}")
    low = hidden(i8(-128))
    for b in range(i8(-125), low, -1):
        write_line(f"{b}")
    for b in range(low, i8(127), 100):
        write_line(f"by a hundred {b}")
    for b in range(i8(127), low, -100):
        write_line(f"back by a hundred {b}")


@test
def the_counter_is_the_loops_own() -> None:
    """Assigning to the variable does not change how often the loop runs."""
    for i in range(3):
        write_line(f"{i}")
        i += 10
        write_line(f"{i}")
    end = hidden(u32(3))
    for k in range(end):
        end += 1
        write_line(f"{k} {end}")


def search(values: Slice[u32], wanted: u32) -> u32:
    found: u32 = 100
    for i, value in enumerate(values):
        if value == wanted:
            found = u32(i)
            break
    else:
        write_line("not there")
        return 200
    return found


@test
def else_of_a_for() -> None:
    values: Array[u32, 4] = Array(5, 6, 7, 6)
    write_line(f"{search(values, 6)}")
    write_line(f"{search(values, 8)}")
    write_line(f"{search(values[:0], 5)}")


@test
def else_of_a_while() -> None:
    for limit in range(2, 6, 2):
        n = hidden(u32(0))
        while n < 4:
            if n == limit:
                write_line(f"left at {n}")
                break
            n += 1
            if n % 2 == 1:
                continue
            write_line(f"even {n}")
        else:
            write_line(f"ended at {n}")


@test
def nested_loops() -> None:
    total: u64 = 0
    for i in range(6):
        if i == 4:
            break
        for j in range(6):
            if j == i:
                continue
            if j > i + 2:
                break
            k: u32 = 0
            while True:
                k += 1
                if k > 3:
                    break
                total += u64(i * 100 + j * 10 + k)
        else:
            write_line(f"inner {i} ended")
    write_line(f"{total}")


@test
def while_conditions() -> None:
    n = hidden(u32(27))
    steps: u32 = 0
    while n != 1 and steps < 200:
        n = n // 2 if n % 2 == 0 else 3 * n + 1
        steps += 1
    write_line(f"{steps}")
    while n > 5:
        write_line("never")
