"""A dialect module of everything that crosses the border to Python, for the host tests."""

from __future__ import annotations

TEXT = '''"""Everything that crosses the border to Python."""

from __future__ import annotations

from typing import Final, Generic, TypeVar

from pykern.lang import (
    Array,
    Atomic,
    Error,
    Fn,
    Format,
    Order,
    Ptr,
    Slice,
    Str,
    enum,
    extern,
    f64,
    flags,
    format,
    i16,
    i64,
    inline,
    load,
    panic,
    raises,
    store,
    struct,
    test,
    u8,
    u16,
    u32,
    u64,
    usize,
    utf8,
    value,
    zeroed,
)

T = TypeVar("T")

USES_FLOAT: Final = True
COUNT: Final = 5
LIMIT: Final[u32] = 80
NAME: Final = "sample"
TABLE: Final[Array[u16, 3]] = Array(10, 20, 30)

counter: u32 = 3
names: Array[Str, 2] = Array("one", "two")


class Empty(Error):
    """Nothing is there."""


class Full(Error):
    """Nothing fits."""


@enum(u8)
class Kind:
    NONE = 0
    DATA = 7


@flags(u32)
class Rights:
    READ = 1
    WRITE = 2


@value
class Range:
    start: u32
    end: u32

    def length(self) -> u32:
        return self.end - self.start


@struct
class Inner:
    a: u8 = 1
    b: u64 = 2


@struct
class Node:
    next: Ptr[Node] | None
    number: u32 = 7
    data: Array[u8, 4] = zeroed()
    kind: Kind = Kind.DATA
    inner: Inner = Inner(b=9)
    hits: Atomic[u32] = Atomic(4)
    title: Str = "untitled"
    bytes_seen: Slice[u8] = zeroed()

    def bump(self, by: u32 = 1) -> u32:
        self.number += by
        return self.number


@struct
class Stack(Generic[T]):
    items: Array[T, 2]
    used: usize = 0

    @raises(Full)
    def push(self, item: T) -> None:
        if self.used == len(self.items):
            raise Full
        self.items[self.used] = item
        self.used += 1


numbers: Stack[u32] = Stack(items=zeroed())


@extern("ask")
def ask(question: u32, name: Str) -> u32: ...


@extern("fetch")
def fetch(into: Slice[u8]) -> usize: ...


@extern("nowhere")
def nowhere() -> None: ...


@extern("getpid")
def getpid() -> u32: ...


def add(a: u32, b: u32) -> u32:
    return a + b


def scale(number: f64, by: f64 = 2.0) -> f64:
    return number * by


def negate(number: i16, really: bool = True) -> i64:
    return -i64(number) if really else i64(number)


def total(items: Slice[u32]) -> u64:
    result: u64 = 0
    for item in items:
        result += item
    return result


def fill_with(items: Slice[u8], byte: u8) -> None:
    for index in range(len(items)):
        items[index] = byte


def middle(items: Slice[u8]) -> Slice[u8]:
    return items[1 : len(items) - 1]


def greet(name: Str) -> Str:
    return "hello" if name == "world" else name


def swap(r: Range) -> tuple[u32, Range]:
    return r.end, Range(start=r.end, end=r.start)


def other(kind: Kind) -> Kind:
    return Kind.NONE if kind == Kind.DATA else Kind.DATA


def writable(rights: Rights) -> Rights:
    return rights | Rights.WRITE


@raises(Empty)
def last(node: Ptr[Node] | None) -> Ptr[Node]:
    if node is None:
        raise Empty
    at = node
    while True:
        following = at.next
        if following is None:
            return at
        at = following


def double(cell: Ptr[u32]) -> None:
    store(cell, load(cell) * 2)


def apply(f: Fn[[u32, u32], u32], a: u32) -> u32:
    return f(a, a)


def adder() -> Fn[[u32, u32], u32]:
    return add


def render(buffer: Slice[u8], message: Format) -> usize:
    start = format(buffer, f"[{u32(4)}]")
    return start + format(buffer[start:], message)


def question(number: u32) -> u32:
    return ask(number, "who") + 1


@raises(Empty)
def fetched() -> u32:
    buffer: Array[u8, 4] = zeroed()
    size = fetch(buffer)
    if size == 0:
        raise Empty
    return u32(buffer[0]) + u32(size)


def fetched_or(default: u32) -> u32:
    try:
        return fetched()
    except Empty:
        return default


def lost() -> None:
    nowhere()


def process() -> u32:
    return getpid()


def tick() -> u32:
    global counter
    counter += 1
    return counter


def boom(what: Str, number: u32) -> None:
    panic(f"boom {what} {number:#x}")


def deep(depth: u32) -> u32:
    if depth == 0:
        panic("at the bottom")
    return deep(depth - 1) + 1


@inline
def small(a: u32) -> u32:
    return a + 1


@test
def test_adds() -> None:
    assert add(2, 2) == 4


@test
def test_fails() -> None:
    assert add(2, 2) == 5, f"{add(2, 2)} is not 5"
'''


def line_of(text: str) -> int:
    """The number of the line that begins with this."""
    return next(n for n, line in enumerate(TEXT.splitlines(), 1) if line.strip().startswith(text))
