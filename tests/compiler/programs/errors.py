"""Errors: raised, handled, passed on; `finally` and `with` on every way out."""

from __future__ import annotations

from pykern.lang import Error, Ptr, raises, struct, test, u32
from tests.compiler.programs.support.hidden import hidden
from tests.compiler.programs.support.output import write_line


class Bad(Error):
    """Something was bad."""


class Worse(Error):
    """Something was worse."""


class Worst(Error):
    """Nothing was worse than this."""


@struct
class Door:
    number: u32
    entered: u32 = 0

    def __enter__(self) -> Ptr[Door]:
        self.entered += 1
        write_line(f"  into {self.number}")
        return self

    def __exit__(self, *_: object) -> None:
        write_line(f"  out of {self.number}")


@raises(Bad, Worse)
def risky(number: u32) -> u32:
    write_line(f"  risky {number}")
    if number == 1:
        raise Bad
    if number == 2:
        raise Worse
    return number * 10


def handled(number: u32) -> u32:
    try:
        result = risky(number)
    except Bad:
        write_line("  bad")
        return 1
    except Worse:
        write_line("  worse")
        result = 2
    else:
        write_line("  well")
        result += 1
    finally:
        write_line("  finally")
    return result


@test
def handlers() -> None:
    for number in range(4):
        write_line(f"handled({number}):")
        write_line(f"{handled(u32(number))}")


def both(number: u32) -> u32:
    try:
        return risky(number)
    except (Bad, Worse):
        return 99


@test
def one_handler_for_two() -> None:
    for number in range(4):
        write_line(f"{both(u32(number))}")


@raises(Worst)
def changed(number: u32) -> u32:
    """One error becomes another."""
    try:
        return risky(number)
    except Bad:
        raise Worst
    except Worse:
        return 7
    finally:
        write_line("  changed")


@raises(Bad, Worse)
def passed_on(number: u32) -> u32:
    """What is not handled goes on; a bare `raise` sends what was caught."""
    try:
        return risky(number)
    except Worse:
        write_line("  seen")
        raise
    finally:
        write_line("  passed")


@test
def errors_leave_functions() -> None:
    for number in range(4):
        try:
            write_line(f"{changed(u32(number))}")
        except Worst:
            write_line("worst")
        try:
            write_line(f"{passed_on(u32(number))}")
        except Bad:
            write_line("bad")
        except Worse:
            write_line("worse")


@raises(Bad)
def nested(number: u32) -> u32:
    total: u32 = 0
    try:
        try:
            total += risky(number)
        except Bad:
            total += 100
            total += risky(number + 1)
        finally:
            total += 1
            write_line(f"  inner {total}")
    except Worse:
        total += 1000
    finally:
        total += 2
        write_line(f"  outer {total}")
    return total


@test
def nested_tries() -> None:
    for number in range(4):
        write_line(f"{nested_result(u32(number))}")


def nested_result(number: u32) -> u32:
    try:
        return nested_or_bad(number)
    except Bad:
        return 5


@raises(Bad)
def nested_or_bad(number: u32) -> u32:
    if number == 3:
        raise Bad
    try:
        return nested(number)
    finally:
        write_line("  left")


def leaves_loop(limit: u32) -> u32:
    """`break` and `continue` run what has to be run on the way."""
    total: u32 = 0
    for number in range(limit):
        try:
            if number == 1:
                continue
            if number == 4:
                break
            with Door(number):
                if number == 2:
                    continue
                total += risky(number)
        except Bad:
            total += 5
        except Worse:
            total += 50
        finally:
            total += 1
            write_line(f"  round {number}")
    else:
        total += 1000
    return total


@test
def loops_inside() -> None:
    write_line(f"{leaves_loop(3)}")
    write_line(f"{leaves_loop(hidden(u32(9)))}")


def returns_through(number: u32) -> u32:
    """Three things to close, from the inside outwards."""
    with Door(1):
        try:
            with Door(2) as second, Door(3):
                write_line(f"  entered {second.entered}")
                if number == 0:
                    return number + 10
                return risky(number)
        except Bad:
            return 20
        except Worse:
            write_line("  worse")
        finally:
            write_line("  after the doors")
        return 30


@test
def with_statements() -> None:
    for number in range(4):
        write_line(f"{returns_through(u32(number))}")


@test
def the_value_returned_is_worked_out_first() -> None:
    write_line(f"{returned_before(5)}")


def returned_before(number: u32) -> u32:
    try:
        return number
    finally:
        number += 1
        write_line(f"  now {number}")


def while_loops(number: u32) -> u32:
    while True:
        try:
            number += 1
            if number % 2 == 0:
                continue
            if number > 7:
                break
            risky(number % 4)
        except Bad:
            number += 1
        except Worse:
            number += 2
        finally:
            write_line(f"  at {number}")
    return number


@test
def ways_around_a_while() -> None:
    write_line(f"{while_loops(hidden(u32(0)))}")


@raises(Bad)
def in_the_handler(number: u32) -> u32:
    """An error from a handler and one from an `else` pass the other handlers by."""
    try:
        if number == 0:
            raise Worst
    except Worst:
        raise Bad
    else:
        if number == 1:
            raise Bad
    finally:
        write_line("  finally")
    return number


@test
def errors_of_handlers() -> None:
    for number in range(3):
        try:
            write_line(f"{in_the_handler(u32(number))}")
        except Bad:
            write_line("bad")


def in_the_finally(number: u32) -> u32:
    """A `finally` may try things of its own."""
    total: u32 = 0
    try:
        total = risky(number)
    except Bad:
        total = 1
    except Worse:
        total = 2
    finally:
        for other in range(u32(3)):
            try:
                total += risky(other)
            except (Bad, Worse):
                total += 100
                continue
    return total


@test
def tries_in_a_finally() -> None:
    for number in range(u32(3)):
        write_line(f"{in_the_finally(number)}")


@raises(Bad, Worse)
def deep(depth: u32) -> u32:
    with Door(depth):
        if depth == 0:
            return risky(1)
        return deep(depth - 1)


@test
def through_many_calls() -> None:
    try:
        deep(3)
    except Bad:
        write_line("bad")
    except Worse:
        write_line("worse")
