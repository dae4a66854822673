"""Generic functions, structs and values, with and without bounds."""

from __future__ import annotations

from pykern.lang import (
    Array,
    Final,
    Generic,
    Integer,
    Protocol,
    Ptr,
    Slice,
    TypeVar,
    i8,
    i64,
    struct,
    test,
    u8,
    u16,
    u32,
    u64,
    usize,
    value,
    zeroed,
)
from tests.compiler.programs.support.hidden import hidden
from tests.compiler.programs.support.output import write_line

# routes: host wasm machine (zeroed() has no type to be of in CPython)

CAPACITY: Final = 4


class Weighed(Protocol):
    def weight(self) -> u64: ...


T = TypeVar("T")
N = TypeVar("N", bound=Integer)
W = TypeVar("W", bound=Weighed)


@value
class Pair(Generic[T]):
    first: T
    second: T

    def swapped(self) -> Pair[T]:
        return Pair(self.second, self.first)


@struct
class Ring(Generic[T]):
    items: Array[T, CAPACITY] = zeroed()
    head: usize = 0
    used: usize = 0

    def push(self, item: T) -> bool:
        if self.used == CAPACITY:
            return False
        self.items[(self.head + self.used) % CAPACITY] = item
        self.used += 1
        return True

    def pop(self) -> T:
        assert self.used > 0, "an empty ring"
        item = self.items[self.head]
        self.head = (self.head + 1) % CAPACITY
        self.used -= 1
        return item


@value
class Stone:
    grams: u32

    def weight(self) -> u64:
        return self.grams


@struct
class Sack:
    kilos: u8
    inside: Ptr[Sack] | None = None

    def weight(self) -> u64:
        own = u64(self.kilos) * 1000
        return own if self.inside is None else own + self.inside.weight()


words: Ring[u32] = Ring()


def align_up(number: N, multiple: N) -> N:
    rest = number % multiple
    return number if rest == 0 else number + (multiple - rest)


def digits(number: N) -> u32:
    count: u32 = 0
    while number > 0:
        number //= 10
        count += 1
    return count


def total(numbers: Slice[N]) -> u64:
    sum: u64 = 0
    for number in numbers:
        sum += u64(number)
    return sum


def heaviest(things: Slice[W]) -> u64:
    most: u64 = 0
    for thing in things:
        most = max(most, thing.weight())
    return most


def chosen(a: T, b: T, first: bool) -> T:
    return a if first else b


def fill_ring(ring: Ptr[Ring[T]], item: T) -> u32:
    pushed: u32 = 0
    while ring.push(item):
        pushed += 1
    return pushed


@test
def functions() -> None:
    write_line(
        f"{align_up(u8(13), 8)} {align_up(hidden(u64(1 << 40)), 4096)} {align_up(i64(-3), 4)}"
    )
    write_line(f"{digits(u8(255))} {digits(u64(1 << 63))} {digits(i8(-5))}")
    bytes: Array[u8, 3] = Array(250, 250, 250)
    wide: Array[u64, 2] = Array(1 << 40, 1)
    write_line(f"{total(bytes)} {total(wide)} {total(bytes[1:])}")
    write_line(f"{chosen(u32(1), 2, hidden(False))} {chosen(True, False, True)}")
    write_line(f"{chosen(Pair(u8(1), 2), Pair(u8(3), 4), False).second}")


@test
def values() -> None:
    pair = Pair(u16(1), hidden(u16(2))).swapped()
    write_line(f"{pair.first} {pair.second} {pair == Pair(u16(2), 1)}")
    nested = Pair(pair, pair.swapped())
    write_line(f"{nested.first.first} {nested.second.first} {nested.swapped().first.first}")


@test
def structs() -> None:
    ring: Ring[u8] = Ring()
    write_line(f"{ring.push(1)} {ring.push(2)} {ring.pop()} {fill_ring(ring, 9)} {ring.used}")
    write_line(f"{ring.pop()} {ring.pop()} {ring.used}")
    pairs: Ring[Pair[i64]] = Ring()
    pairs.push(Pair(i64(-1), 5))
    write_line(f"{pairs.pop().swapped().first} {fill_ring(words, 70_000)} {words.pop()}")


@test
def protocols() -> None:
    stones: Array[Stone, 3] = Array(Stone(5), Stone(70), Stone(6))
    write_line(f"{heaviest(stones)} {heaviest(stones[2:])}")
    inner = Sack(2)
    sacks: Array[Sack, 2] = Array(Sack(1, inner), Sack(2))
    write_line(f"{sacks[0].weight()} {sacks[1].weight()}")
