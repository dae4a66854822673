"""Ordering byte strings, for the places where equal ones must be found.

A merge sort from the bottom up: no recursion, and n log n comparisons for whatever the input is,
which a hash table cannot promise when an adversary picks the keys.
"""
from __future__ import annotations

from kernel_src.lib.arena import Arena, ArenaFull, alloc_slice
from pykern.lang import Ptr, Slice, i32, raises, ref, truncate, u8, u32, usize


@raises(ArenaFull)
def sort_keys(arena: Ptr[Arena], keys: Slice[Slice[u8]], order: Slice[u32]) -> None:
    """Puts the indices of `keys` in ascending order of key; equal ones stay in order."""
    mark = arena.mark()
    scratch: Slice[u32] = order[:0]
    alloc_slice(arena, ref(scratch), len(order))
    for i in range(len(order)):
        order[i] = truncate(u32, i)
    width: usize = 1
    while width < len(order):
        start: usize = 0
        while start < len(order):
            middle = min(start + width, len(order))
            end = min(middle + width, len(order))
            merge(keys, order, scratch, start, middle, end)
            start = end
        width *= 2
    arena.reset(mark)


def merge(
    keys: Slice[Slice[u8]],
    order: Slice[u32],
    scratch: Slice[u32],
    start: usize,
    middle: usize,
    end: usize,
) -> None:
    """Merges the sorted runs `order[start:middle]` and `order[middle:end]`."""
    left = start
    right = middle
    for i in range(start, end):
        take_left = left < middle
        if take_left and right < end:
            take_left = compare_bytes(keys[order[left]], keys[order[right]]) <= 0
        if take_left:
            scratch[i] = order[left]
            left += 1
        else:
            scratch[i] = order[right]
            right += 1
    for i in range(start, end):
        order[i] = scratch[i]


def compare_bytes(a: Slice[u8], b: Slice[u8]) -> i32:
    """Negative, zero or positive as `a` comes before, is equal to, or comes after `b`."""
    for i in range(min(len(a), len(b))):
        if a[i] != b[i]:
            return -1 if a[i] < b[i] else 1
    if len(a) == len(b):
        return 0
    return -1 if len(a) < len(b) else 1
