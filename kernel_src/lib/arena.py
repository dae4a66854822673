"""A bump allocator over one block of bytes.

Everything that is needed until one job ends (the tables of a module, the intermediate form of a
function) is taken from an arena and freed at once, by resetting to a mark taken before:

    mark = arena.mark()
    alloc_slice(arena, ref(self.blocks), count)
    ...
    arena.reset(mark)

What an arena gives out is zeroed, so no reader ever sees what an earlier job left behind. The block
itself stays its owner's.
"""
from __future__ import annotations

from typing import TypeVar

from pykern.lang import (
    Error,
    Ptr,
    Slice,
    address_of,
    alignof,
    checked_mul,
    copy_slice,
    fill,
    load,
    ptr_at,
    raises,
    sizeof,
    slice_at,
    store,
    struct,
    u8,
    usize,
)

T = TypeVar("T")


class ArenaFull(Error):
    """The arena's block has no room for the request."""


@struct
class Arena:
    memory: Slice[u8]
    used: usize = 0
    peak: usize = 0  # the most that was ever in use: what a limit should be set by

    @raises(ArenaFull)
    def alloc_bytes(self, size: usize, align: usize) -> usize:
        """The address of `size` zeroed bytes, at a multiple of `align` (a power of two)."""
        base = address_of(self.memory)
        free = base + self.used
        padding = (align - (free & (align - 1))) & (align - 1)
        room = len(self.memory) - self.used
        if padding > room or size > room - padding:
            raise ArenaFull
        self.used += padding + size
        self.peak = max(self.peak, self.used)
        address = free + padding
        fill(slice_at(u8, address, size), 0)
        return address

    def mark(self) -> usize:
        """The present level, for `reset`."""
        return self.used

    def reset(self, mark: usize) -> None:
        """Frees everything allocated since `mark` was taken."""
        assert mark <= self.used, f"reset to {mark}, but only {self.used} bytes are in use"
        self.used = mark

    def available(self) -> usize:
        return len(self.memory) - self.used


@raises(ArenaFull)
def alloc_slice(arena: Ptr[Arena], out: Ptr[Slice[T]], count: usize) -> None:
    """Stores in `out` a slice of `count` zeroed elements of its type."""
    size, overflow = checked_mul(count, sizeof(T))
    if overflow:
        raise ArenaFull
    store(out, slice_at(T, arena.alloc_bytes(size, alignof(T)), count))


@raises(ArenaFull)
def alloc_struct(arena: Ptr[Arena], out: Ptr[Ptr[T] | None]) -> None:
    """Stores in `out` a pointer to one zeroed `T`."""
    store(out, ptr_at(T, arena.alloc_bytes(sizeof(T), alignof(T))))


@raises(ArenaFull)
def grow_slice(arena: Ptr[Arena], place: Ptr[Slice[T]], least: usize) -> None:
    """Replaces the slice in `place` by a longer one (at least `least` elements) with its content.

    What was allocated last grows where it is. Otherwise the old elements stay where they are until
    the arena is reset; as the length at least doubles, all the abandoned ones together are never
    more than the slice in use.
    """
    old = load(place)
    length = max(least, 2 * len(old))
    if is_last(arena, place):
        size, overflow = checked_mul(length - len(old), sizeof(T))
        if overflow:
            raise ArenaFull
        arena.alloc_bytes(size, 1)
        store(place, slice_at(T, address_of(old), length))
        return
    alloc_slice(arena, place, length)
    copy_slice(load(place)[: len(old)], old)


def trim_slice(arena: Ptr[Arena], place: Ptr[Slice[T]], count: usize) -> None:
    """Cuts the slice in `place` to its first `count` elements. If it was allocated last, the arena
    gets the rest back."""
    old = load(place)
    if is_last(arena, place):
        arena.used -= (len(old) - count) * sizeof(T)
    store(place, old[:count])


def is_last(arena: Ptr[Arena], place: Ptr[Slice[T]]) -> bool:
    """Does the slice in `place` end where the arena's free bytes begin?"""
    slice = load(place)
    end = address_of(slice) + len(slice) * sizeof(T)
    return end == address_of(arena.memory) + arena.used
