"""The 8254 interval timer, as a counter to measure by (Intel 8254 data sheet, 231164).

Channel 0 counts down once from its maximum, without an interrupt: the PICs are masked.
"""
from __future__ import annotations

from typing import Final

from pykern.lang import inb, outb, u8, u16, u64, value

PIT_HZ: Final[u64] = 1_193_182

CHANNEL_0: Final = 0x40
COMMAND: Final = 0x43

CHANNEL_0_ONCE: Final = 0x30  # both bytes, mode 0
READ_BACK_CHANNEL_0: Final = 0xC2  # latches status and count at the same instant
STATUS_OUT: Final = 0x80  # the count has been through zero
STATUS_NULL: Final = 0x40  # the count has not been loaded yet
MAXIMUM: Final[u16] = 0xFFFF


@value
class Count:
    passed: u16  # ticks since `start_pit`
    is_valid: bool  # it is counting, and has not been through zero


def start_pit() -> None:
    """It counts for 54 milliseconds."""
    outb(COMMAND, CHANNEL_0_ONCE)
    outb(CHANNEL_0, u8(MAXIMUM & 0xFF))
    outb(CHANNEL_0, u8(MAXIMUM >> 8))


def read_pit() -> Count:
    """A port that is not there reads as ones, and so as a count that is not valid."""
    outb(COMMAND, READ_BACK_CHANNEL_0)
    status = inb(CHANNEL_0)
    low = inb(CHANNEL_0)
    high = inb(CHANNEL_0)
    left = u16(high) << 8 | low
    return Count(passed=MAXIMUM - left, is_valid=status & (STATUS_OUT | STATUS_NULL) == 0)
