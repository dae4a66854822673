"""What debug builds put around a block of the heap, and into a free one.

    in use   | Guard | PATTERN ... | the caller's bytes | PATTERN ... |
    free     | Guard | PATTERN ...                                    |

A block is larger than what was asked for. All that is not the caller's holds a pattern that is
looked at when the block is given back: that is how writes before and behind it are found. A free
block holds it up to its end, which is looked at when it is taken again: that is how writes after
the release are found. What the caller gets is not zeroed: it holds the pattern.
"""
from __future__ import annotations

from typing import Final

from kernel_src.lib.bits import align_up
from kernel_src.mm.poison import PATTERN, find_damage, poison
from pykern.lang import Ptr, checked_add, panic, ptr_at, sizeof, static_assert, struct, u64, usize

LIVE: Final[u64] = 0x11FE_B10C_11FE_B10C
FREED: Final[u64] = 0xF4EE_B10C_F4EE_B10C
ZONE: Final = 16
"""The least there is of the pattern on each side."""


@struct
class Guard:
    state: u64  # LIVE, FREED, or PATTERN if the block was never used
    address: usize  # of the caller's bytes
    size: usize
    taken_at: u64
    freed_at: u64


def guard_of(start: usize) -> Ptr[Guard]:
    return ptr_at(Guard, start)


def front(align: usize) -> usize:
    """How far into the block the caller's bytes begin."""
    return align_up(sizeof(Guard) + ZONE, align)


def size_around(size: usize, align: usize) -> tuple[usize, bool]:
    """The size of a block to ask for, and whether there is no such number."""
    return checked_add(size, front(align) + ZONE)


def is_live(start: usize) -> bool:
    return guard_of(start).state == LIVE


def place(start: usize, length: usize, size: usize, align: usize, site: u64) -> usize:
    """A free block becomes one in use; the address of the caller's bytes."""
    guard = guard_of(start)
    damage = find_damage(start + sizeof(Guard), start + length)
    if damage != 0 or (guard.state != FREED and guard.state != PATTERN):
        panic(
            f"the free block at {start:#x} was written to at {max(damage, start):#x} "
            f"after it was given back at {guard.freed_at:#x}"
        )
    guard.state = LIVE
    guard.address = start + front(align)
    guard.size = size
    guard.taken_at = site
    return guard.address


def remove(start: usize, length: usize, address: usize, site: u64) -> None:
    """A block in use becomes a free one, unless giving it back is a mistake."""
    guard = guard_of(start)
    if guard.state == FREED:
        panic(
            f"the block at {address:#x} is free already: "
            f"given back at {guard.freed_at:#x} and at {site:#x}"
        )
    if guard.state == PATTERN:
        panic(f"the block at {address:#x} was never given out; given back at {site:#x}")
    if guard.state != LIVE:
        panic(f"the block at {start:#x} was written to before its beginning, found at {site:#x}")
    if guard.address != address:
        panic(
            f"{address:#x} lies in the block at {guard.address:#x} "
            f"that was taken at {guard.taken_at:#x}; given back at {site:#x}"
        )
    check_zone(guard, start + sizeof(Guard), address, site)
    check_zone(guard, address + guard.size, start + length, site)
    poison(start + sizeof(Guard), length - sizeof(Guard))
    guard.state = FREED
    guard.freed_at = site


def check_zone(guard: Ptr[Guard], start: usize, end: usize, site: u64) -> None:
    damage = find_damage(start, end)
    if damage != 0:
        panic(
            f"{damage:#x} was written to, outside the {guard.size} bytes at {guard.address:#x} "
            f"that were taken at {guard.taken_at:#x}; given back at {site:#x}"
        )


static_assert(sizeof(Guard) % 8 == 0, "the pattern is made of words")
