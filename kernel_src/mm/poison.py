"""The pattern that debug builds leave in memory nobody owns."""
from __future__ import annotations

from typing import Final

from kernel_src.lib.bits import align_up
from pykern.lang import ctz, fill, load, ptr_at, slice_at, truncate, u8, u64, usize

PATTERN: Final[u64] = 0xDEAD_F4EE_DEAD_F4EE
"""As an address not canonical, as a number improbable."""


def poison(address: usize, size: usize) -> None:
    """Fills memory; address and size are multiples of 8."""
    fill(slice_at(u64, address, size >> 3), PATTERN)


def find_damage(start: usize, end: usize) -> usize:
    """The first address that does not hold the pattern; 0: all do. `end` is a multiple of 8."""
    at = start
    while at < min(align_up(start, 8), end):
        if load(ptr_at(u8, at)) != truncate(u8, u64(PATTERN) >> (at % 8 * 8)):
            return at
        at += 1
    while at < end:
        wrong = load(ptr_at(u64, at)) ^ PATTERN
        if wrong != 0:
            return at + ctz(wrong) // 8
        at += 8
    return 0
