"""Rounding to powers of two."""
from __future__ import annotations

from typing import TypeVar

from pykern.lang import Integer

T = TypeVar("T", bound=Integer)


def align_down(number: T, to: T) -> T:
    """The greatest multiple of `to`, a power of two, that is at most `number`."""
    return number & ~(to - 1)


def align_up(number: T, to: T) -> T:
    """The least multiple of `to`, a power of two, that is at least `number`; overflow panics."""
    return align_down(number + (to - 1), to)


def is_aligned(number: T, to: T) -> bool:
    return number & (to - 1) == 0
