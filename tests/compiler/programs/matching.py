"""match: every kind of pattern, in the order they are written."""

from __future__ import annotations

from pykern.lang import Str, enum, i32, test, u8, u32, u64, value
from tests.compiler.programs.support.hidden import hidden
from tests.compiler.programs.support.output import write_line


@enum(u8)
class Colour:
    RED = 0
    GREEN = 1
    BLUE = 2


@value
class Point:
    x: i32
    y: i32 = 0


@value
class Line:
    start: Point
    end: Point
    colour: Colour = Colour.RED


def guarded(n: u32) -> bool:
    write_line(f"  guard {n}")
    return n % 2 == 0


def of_number(n: u32) -> u32:
    match n:
        case 0:
            return 100
        case 1 | 2 | 3:
            return 200
        case 10 if guarded(n):
            return 300
        case small if small < 10 and guarded(small):
            return 400 + small
        case 0xFFFF_FFFF:
            return 500
        case rest:
            return rest + 1
    return 0


@test
def numbers() -> None:
    for n in range(u32(12)):
        write_line(f"{n}: {of_number(n)}")
    write_line(f"{of_number(hidden(u32(0xFFFF_FFFF)))}")


def of_signed(n: i32) -> u32:
    match n:
        case -1:
            return 1
        case -2147483648 | 2147483647:
            return 2
        case 0:
            return 3
        case _:
            return 4


@test
def signed() -> None:
    write_line(f"{of_signed(-1)} {of_signed(-2147483648)} {of_signed(2147483647)}")
    write_line(f"{of_signed(0)} {of_signed(hidden(i32(1)))}")


def of_text(text: Str) -> u32:
    match text:
        case "":
            return 0
        case "one" | "eins":
            return 1
        case "grüße":
            return 2
        case other if other == "three":
            return 3
        case _:
            return 9


@test
def texts() -> None:
    write_line(f"{of_text('')} {of_text('one')} {of_text('eins')} {of_text('grüße')}")
    write_line(f"{of_text('three')} {of_text('on')} {of_text('ones')} {of_text('Eins')}")


def of_bool(yes: bool, also: bool) -> u32:
    match yes:
        case True if also:
            return 1
        case True:
            return 2
        case False:
            return 3


@test
def truths() -> None:
    write_line(f"{of_bool(True, True)} {of_bool(True, False)} {of_bool(hidden(False), True)}")


def of_point(point: Point) -> i32:
    match point:
        case Point(x=0, y=0):
            return 0
        case Point(x=0, y=y) if y > 10:
            return y * 10
        case Point(x=5) | Point(y=5):
            return 55
        case Point(x=x, y=1 | 2):
            return x * 100
        case Point(x=x, y=y):
            return x + y


@test
def values() -> None:
    write_line(f"{of_point(Point(0))} {of_point(Point(0, 11))} {of_point(Point(0, 10))}")
    write_line(f"{of_point(Point(5, 9))} {of_point(Point(9, 5))} {of_point(Point(7, 2))}")
    write_line(f"{of_point(hidden(Point(7, 3)))}")


def of_line(line: Line) -> i32:
    match line:
        case Line(start=Point(x=0), end=Point(x=0, y=y)):
            return y
        case Line(colour=Colour.BLUE, start=start):
            return start.x + start.y
        case Line(start=start, end=end) if start == end:
            return -1
        case Line(end=Point(y=y), colour=colour):
            return y * 1000 + i32(colour.value)


@test
def nested() -> None:
    write_line(f"{of_line(Line(Point(0, 3), Point(0, 4)))}")
    write_line(f"{of_line(Line(Point(3, 4), Point(1, 2), Colour.BLUE))}")
    write_line(f"{of_line(Line(Point(3, 4), Point(3, 4)))}")
    write_line(f"{of_line(Line(Point(3, 4), Point(3, 5), Colour.GREEN))}")


calls: u32 = 0


def subject() -> u64:
    global calls
    calls += 1
    return 5


@test
def the_subject_is_evaluated_once() -> None:
    match subject():
        case 1 | 2:
            write_line("no")
        case 3:
            write_line("no")
        case n if n < 5:
            write_line("no")
        case 5:
            write_line(f"five, {calls}")
        case _:
            write_line("no")


@test
def in_loops() -> None:
    total: u32 = 0
    for n in range(u32(10)):
        match n % 5:
            case 0:
                continue
            case 4 if n > 5:
                break
            case 1 | 2:
                total += 10
            case _:
                pass
        total += 1
    write_line(f"{total}")


@test
def nothing_fits() -> None:
    match hidden(u32(5)):
        case 1:
            write_line("one")
        case 2:
            write_line("two")
    write_line("after")
