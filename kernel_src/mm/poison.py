"""The pattern that debug builds leave in memory nobody owns."""
from __future__ import annotations

from typing import Final

from pykern.lang import fill, slice_at, u64, usize

PATTERN: Final[u64] = 0xDEAD_F4EE_DEAD_F4EE
"""As an address not canonical, as a number improbable."""


def poison(address: usize, size: usize) -> None:
    """Fills memory; address and size are multiples of 8."""
    fill(slice_at(u64, address, size >> 3), PATTERN)


def is_poisoned(address: usize, size: usize) -> bool:
    for word in slice_at(u64, address, size >> 3):
        if word != PATTERN:
            return False
    return True
