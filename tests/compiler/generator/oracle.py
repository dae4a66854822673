"""What the parts of random programs mean, in Python: checked arithmetic on unbounded integers.

The Python form of a program uses these names. It is made for speed: one closure for each
operation and type, and plain integers for numbers.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.compiler.generator.kinds import KINDS, Kind

WORD = (1 << 64) - 1
MIX = 0x9E3779B97F4A7C15
TEXT_MAX = 160


class Panic(BaseException):
    """The end of the program. `finally` and `with` blocks, which compiled code does not run
    then, may raise another one: the first counts.
    """

    def __init__(self, message: str) -> None:
        super().__init__(message)
        if State.panic is None:
            State.panic = message


class State:
    """The program's variables."""

    trace = 0
    shared = 0
    panic: str | None = None


def run(function: Callable[[int, int], object], x: int, y: int) -> int | str:
    """What the program leaves: its trace, or the message of its panic."""
    State.trace = State.shared = 0
    State.panic = None
    try:
        function(x, y)
    except Panic:
        assert State.panic is not None
    return State.trace if State.panic is None else State.panic


def note(number: int) -> None:
    rotated = (State.trace << 7 | State.trace >> 57) & WORD
    State.trace = (rotated ^ number & WORD) * MIX & WORD


def seen(number: int) -> int:
    note(number)
    return number


def known(truth: bool) -> bool:
    note(2 if truth else 3)
    return truth


def text(message: str) -> int:
    data = message.encode()[:TEXT_MAX]
    for byte in data:
        note(byte)
    return len(data)


def fail(message: str) -> None:
    raise Panic(message)


# --- Arithmetic --------------------------------------------------------------------------------


def _operations(kind: Kind) -> dict[str, Callable[..., Any]]:
    name, bits, low, high = kind.name, kind.bits, kind.low, kind.high
    mask = (1 << bits) - 1

    def wrap(number: int) -> int:
        number &= mask
        return number - mask - 1 if number > high else number

    def checked(number: int, a: int, op: str, b: int) -> int:
        if low <= number <= high:
            return number
        raise Panic(f"{name} overflow: {a} {op} {b}")

    def divide(a: int, b: int) -> int:
        if b == 0:
            raise Panic(f"division by zero (// on {name})")
        return checked(a // b, a, "//", b)

    def modulo(a: int, b: int) -> int:
        if b == 0:
            raise Panic(f"division by zero (% on {name})")
        return a % b

    def left(a: int, n: int) -> int:
        if n >= bits:
            raise Panic(f"shift by {n}: {name} has fewer bits")
        return checked(a << n, a, "<<", n)

    def right(a: int, n: int) -> int:
        if n >= bits:
            raise Panic(f"shift by {n}: {name} has fewer bits")
        return a >> n

    def far_left(a: int, n: int) -> int:
        return 0 if n >= bits else wrap(a << n)

    def wrapping_divide(a: int, b: int) -> int:
        if b == 0:
            raise Panic(f"division by zero (// on {name})")
        return wrap(a // b)

    def mixed(a: int, b: int) -> int:
        return wrap((a & 15) * (b & 7) + (a >> 1)) // ((b & 3) + 1)

    def converted(a: int) -> int:
        if low <= a <= high:
            return a
        raise Panic(f"{a} does not fit {name}")

    def with_flag(number: int) -> tuple[int, bool]:
        return wrap(number), not low <= number <= high

    def rotated(a: int, n: int) -> int:
        n %= bits
        return (a << n | a >> (bits - n)) & mask

    return {
        "add": lambda a, b: checked(a + b, a, "+", b),
        "sub": lambda a, b: checked(a - b, a, "-", b),
        "mul": lambda a, b: checked(a * b, a, "*", b),
        "neg": lambda a: checked(-a, 0, "-", a),
        "abs": lambda a: checked(abs(a), 0, "-", a),
        "div": divide,
        "mod": modulo,
        "shl": left,
        "shr": right,
        "wrapping_add": lambda a, b: wrap(a + b),
        "wrapping_sub": lambda a, b: wrap(a - b),
        "wrapping_mul": lambda a, b: wrap(a * b),
        "wrapping_div": wrapping_divide,
        "wrapping_mod": modulo,
        "wrapping_shl": far_left,
        "wrapping_shr": lambda a, n: a >> n,
        "mixed": mixed,
        "conv": converted,
        "wrap": wrap,
        "flag": with_flag,
        "rotl": rotated,
        "rotr": lambda a, n: rotated(a, bits - n % bits),
        "clz": lambda a: bits - a.bit_length(),
        "ctz": lambda a: bits if a == 0 else (a & -a).bit_length() - 1,
        "swap": lambda a: int.from_bytes(a.to_bytes(bits // 8, "little"), "big"),
    }


NUMBERS = {
    f"{word}_{kind.name}": operation
    for kind in KINDS
    for word, operation in _operations(kind).items()
}


def at(items: list[Any], index: int) -> int:
    """The index, if it is one."""
    if index < len(items):
        return index
    raise Panic(f"index {index} out of range: length is {len(items)}")


def part(items: list[Any], start: int, end: int) -> list[Any]:
    if start <= end <= len(items):
        return items[start:end]
    raise Panic(f"slice bounds out of range: {start} with {end}")


# --- Classes -----------------------------------------------------------------------------------


class Bad(Exception):
    pass


class Worse(Exception):
    pass


def risky(number: int) -> int:
    note(number)
    if number % 2 == 1:
        raise Bad
    if number % 4 == 0:
        raise Worse
    return number // 2


RED, GREEN, BLUE = 0, 1, 5
MEMBERS = (RED, GREEN, BLUE)


def colour(number: int) -> int:
    if number in MEMBERS:
        return number
    raise Panic(f"{number} is not a member of Colour")


class Pair(tuple[int, int]):
    """A value: a tuple with the operators of the class."""

    __match_args__ = ("first", "second")

    def __new__(cls, first: int, second: int = -3) -> Pair:
        return super().__new__(cls, (first, second))

    @property
    def first(self) -> int:
        return self[0]

    @property
    def second(self) -> int:
        return self[1]

    def __add__(self, other: Any) -> Pair:
        first = NUMBERS["add_u16"](self[0], other[0])
        return Pair(first, NUMBERS["sub_i32"](self[1], other[1]))

    def __lt__(self, other: Any) -> bool:
        return bool(self[1] < other[1])

    def __contains__(self, number: object) -> bool:
        assert isinstance(number, int)
        return number > self[0]

    def swapped(self) -> Pair:
        return Pair(self[1] & 0xFFFF, self[0])


class Cell:
    def __init__(self) -> None:
        self.count = 0
        self.total = 0
        self.colour = RED
        self.pair = Pair(4)
        self.items = [0] * 4

    def bump(self, by: int) -> int:
        self.count = NUMBERS["add_u32"](self.count, by)
        self.items[self.count % 4] = by
        self.total = NUMBERS["wrap_i64"](self.total + self.count)
        return self.count


class Guard:
    def __init__(self, number: int) -> None:
        self.number = number

    def __enter__(self) -> Guard:
        note(self.number)
        return self

    def __exit__(self, *_: object) -> None:
        note(NUMBERS["add_u64"](self.number, 1))


NAMES: dict[str, Any] = {
    **NUMBERS,
    **{
        thing.__name__: thing
        for thing in (
            *(note, seen, known, text, fail, at, part, risky, colour),
            *(Bad, Worse, Pair, Cell, Guard, State),
        )
    },
    "RED": RED,
    "GREEN": GREEN,
    "BLUE": BLUE,
    "MEMBERS": MEMBERS,
}
"""The globals of a program's Python form."""
