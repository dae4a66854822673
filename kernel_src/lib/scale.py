"""Ticks of one frequency in ticks of another: a multiplication and a shift, no division.

    result = count * multiplier >> shift        multiplier = to * 2**shift / from

The shift is the greatest with which `to << shift` fits 64 bits, so the multiplier is as exact as a
division of 64 bits can make it: its relative error, and so that of the result, is less than
from / 2**63, for ten gigahertz about a billionth. The product has 128 bits. What can overflow is
the result alone: nanoseconds after 584 years.

Rounding down is monotonic: a greater count never gives a lesser result. Rounding up, in multiplier
and result, is for deadlines, which must not come early.
"""
from __future__ import annotations

from typing import Final

from pykern.lang import clz, mul_wide, u32, u64, value

NANOSECONDS: Final[u64] = 1_000_000_000
"""In a second: the frequency of the monotonic clock."""


@value
class Scale:
    multiplier: u64
    shift: u32

    def down(self, count: u64) -> u64:
        low, high = mul_wide(count, self.multiplier)
        return shifted(high, low, self.shift)

    def up(self, count: u64) -> u64:
        """Rounded up. With a scale that was rounded up, never less than the exact result."""
        low, high = mul_wide(count, self.multiplier)
        mask = (u64(1) << self.shift) - 1
        return shifted(high, low, self.shift) + (1 if low & mask != 0 else 0)


def shifted(high: u64, low: u64, shift: u32) -> u64:
    """The 128-bit number, `shift` bits to the right; panics if 64 bits can't hold it."""
    if shift == 0:
        assert high == 0, "a time beyond 64 bits"
        return low
    assert high >> shift == 0, "a time beyond 64 bits"
    return high << (64 - shift) | low >> shift


def scale_down(from_hz: u64, to_hz: u64) -> Scale:
    """Whose results are never too great."""
    shift = u32(clz(to_hz))
    return Scale(multiplier=(to_hz << shift) // from_hz, shift=shift)


def scale_up(from_hz: u64, to_hz: u64) -> Scale:
    """Whose results, rounded up, are never too small."""
    shift = u32(clz(to_hz))
    exact = (to_hz << shift) % from_hz == 0
    return Scale(multiplier=(to_hz << shift) // from_hz + (0 if exact else 1), shift=shift)
