"""What random programs use, in the dialect; `oracle.py` says the same in Python."""

from __future__ import annotations

from pykern.lang import (
    Array,
    Error,
    Final,
    Format,
    Integer,
    Ptr,
    TypeVar,
    enum,
    i32,
    i64,
    raises,
    rotl,
    struct,
    truncate,
    u8,
    u16,
    u32,
    u64,
    value,
    wrapping_add,
    wrapping_mul,
    zeroed,
)
from pykern.rt.format import format_into

N = TypeVar("N", bound=Integer)

MIX: Final[u64] = 0x9E37_79B9_7F4A_7C15
TEXT_MAX: Final = 160

trace: u64 = 0
"""Everything a program did so far that can be seen."""

shared: u32 = 0


def reset() -> None:
    global trace, shared
    trace = 0
    shared = 0


def note(number: u64) -> None:
    global trace
    trace = wrapping_mul(rotl(trace, 7) ^ number, MIX)


def seen(number: N) -> N:
    """A number whose evaluation shows in the trace."""
    note(truncate(u64, number))
    return number


def mixed(a: N, b: N) -> N:
    """Compiled for every type it is called with."""
    return wrapping_add((a & 15) * (b & 7), a >> 1) // ((b & 3) + 1)


def known(truth: bool) -> bool:
    note(2 if truth else 3)
    return truth


def text(message: Format) -> u32:
    """Formats and notes every byte."""
    buffer: Array[u8, TEXT_MAX] = zeroed()
    length = format_into(buffer, message)
    for byte in buffer[:length]:
        note(byte)
    return u32(length)


class Bad(Error):
    """The number was odd."""


class Worse(Error):
    """The number was a multiple of four."""


@raises(Bad, Worse)
def risky(number: u32) -> u32:
    note(number)
    if number % 2 == 1:
        raise Bad
    if number % 4 == 0:
        raise Worse
    return number // 2


@enum(u8)
class Colour:
    RED = 0
    GREEN = 1
    BLUE = 5


@value
class Pair:
    first: u16
    second: i32 = -3

    def __add__(self, other: Pair) -> Pair:
        return Pair(self.first + other.first, self.second - other.second)

    def __lt__(self, other: Pair) -> bool:
        return self.second < other.second

    def __contains__(self, number: u64) -> bool:
        return number > self.first

    def swapped(self) -> Pair:
        return Pair(truncate(u16, self.second), self.first)


@struct
class Cell:
    count: u32 = 0
    total: i64 = 0
    colour: Colour = Colour.RED
    pair: Pair = Pair(4)
    items: Array[u8, 4] = zeroed()

    def bump(self, by: u8) -> u32:
        self.count += by
        self.items[self.count % 4] = by
        self.total = wrapping_add(self.total, self.count)
        return self.count


@struct
class Guard:
    number: u64

    def __enter__(self) -> Ptr[Guard]:
        note(self.number)
        return self

    def __exit__(self, *_: object) -> None:
        note(self.number + 1)
