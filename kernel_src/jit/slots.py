"""Spill slots: a word of the frame for each value that is ever in memory, for its whole life.

Values are taken in the order of their definitions; one whose slot's last owner has ended before
takes it over. Lives are compared from first to last position, holes included, which is right for
loops too: what is needed by the next iteration is alive until the loop's end.
"""

from __future__ import annotations

from typing import Final

from kernel_src.jit.allocation import ON_STACK, Allocation
from kernel_src.jit.intervals import Liveness
from kernel_src.jit.ir import NONE
from kernel_src.jit.regs import FIRST_SLOT
from kernel_src.lib.arena import ArenaFull, alloc_slice, grow_slice
from pykern.lang import Ptr, raises, ref, u32

# How many slots are tried before a new one is made: bounds the search, not the frame
SLOT_SEARCH: Final[u32] = 64


@raises(ArenaFull)
def assign_slots(allocation: Ptr[Allocation]) -> None:
    """Gives each value that is ever in memory a slot for its whole life, in the order of
    definitions."""
    function = allocation.function
    code = allocation.code
    alloc_slice(allocation.live.arena, ref(allocation.busy), 16)
    for n in range(function.block_count):
        first = function.blocks[n].first
        for i in range(function.blocks[n].params):
            assign_slot(allocation, first + i)
        for i in range(code.blocks[n].first, code.blocks[n].end):
            if code.insts[i].dst != NONE:
                assign_slot(allocation, code.insts[i].dst)


@raises(ArenaFull)
def assign_slot(allocation: Ptr[Allocation], value: u32) -> None:
    if allocation.slots[value] != ON_STACK:
        return
    start = allocation.live.start_of(value)
    end = end_of_value(allocation.live, value)
    for slot in range(min(allocation.slot_count, SLOT_SEARCH)):
        if allocation.busy[slot] <= start:
            allocation.busy[slot] = end
            allocation.slots[value] = FIRST_SLOT + slot
            return
    n = allocation.slot_count
    if n == len(allocation.busy):
        grow_slice(allocation.live.arena, ref(allocation.busy), n + 1)
    allocation.busy[n] = end
    allocation.slots[value] = FIRST_SLOT + n
    allocation.slot_count = n + 1


def end_of_value(live: Ptr[Liveness], value: u32) -> u32:
    piece = value
    while live.intervals[piece].next != NONE:
        piece = live.intervals[piece].next
    return live.intervals[piece].end
