"""Generic functions and classes, bounds, protocols."""

from __future__ import annotations

from pykern.lang import (
    Array,
    Final,
    Fn,
    Generic,
    Integer,
    Protocol,
    Ptr,
    Slice,
    TypeVar,
    alignof,
    bits_of,
    checked_add,
    load,
    max_of,
    ptr_at,
    sizeof,
    slice_at,
    store,
    struct,
    truncate,
    u8,
    u16,
    u32,
    u64,
    usize,
    value,
    wrapping_add,
    zeroed,
)


class Ordered(Protocol):
    def key(self) -> u64: ...


T = TypeVar("T")
N = TypeVar("N", bound=Integer)
K = TypeVar("K", bound=Ordered)

CAPACITY: Final = 16


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
class Pair(Generic[T]):
    first: T
    second: T

    def swapped(self) -> Pair[T]:
        return Pair(self.second, self.first)


@value
class Task:
    deadline: u64

    def key(self) -> u64:
        return self.deadline


words: Ring[u32] = Ring()
bytes: Ring[u8] = zeroed()


def align_up(number: N, multiple: N) -> N:
    rest = number % multiple
    if rest == 0:
        return number
    return number + (multiple - rest)


def saturating_add(a: N, b: N) -> N:
    total, overflow = checked_add(a, b)
    return max_of(N) if overflow else total


def digits(number: N) -> u32:
    count: u32 = 0
    while number > 0:
        number //= 10
        count += 1
    return count + u32(number) + bits_of(N)


def mix(a: N, b: N) -> N:
    low = ~(a & b) | (a ^ b) << 1
    return wrapping_add(low, T_one(a)) - (-a >> 2) * 3 + truncate(N, u64(b))


def T_one(number: N) -> N:
    return number // number


def identity(a: T, b: T, first: bool) -> T:
    return a if first else b


def read(address: usize, index: usize) -> u64:
    return load(ptr_at(u64, address)) + slice_at(u16, address, 8)[index]


def allocate(out: Ptr[Slice[T]], address: usize, count: usize) -> usize:
    store(out, slice_at(T, address, count))
    return count * sizeof(T) + alignof(T)


def at(out: Ptr[Ptr[T] | None], address: usize) -> None:
    store(out, ptr_at(T, address))


def earliest(items: Slice[K]) -> u64:
    least: u64 = max_of(u64)
    for item in items:
        least = min(least, item.key())
    return least


def swap(a: Ptr[T], b: Ptr[T]) -> None:
    old = load(a)
    store(a, load(b))
    store(b, old)


def apply(function: Fn[[u32], u32], to: u32) -> u32:
    return function(to)


def double(number: u32) -> u32:
    return number * 2


def use(tasks: Slice[Task], ring: Ptr[Ring[u32]]) -> u64:
    ring.push(align_up(u32(5), 4))
    words.push(ring.pop())
    pair = Pair(u32(1), 2).swapped()
    return earliest(tasks) + u64(apply(double, pair.first)) + saturating_add(u64(1), 2)
