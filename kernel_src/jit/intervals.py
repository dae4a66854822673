"""The lives of values, in tables: ranges of positions, uses, and pieces of lives.

Ranges and uses are lists in increasing order, built from their ends (liveness.py) and cut into
pieces by the allocator. A piece is an interval; the intervals of the values come first, by number.
"""

from __future__ import annotations

from typing import Final

from kernel_src.jit.ir import NONE
from kernel_src.jit.regs import NO_PLACE, REGISTERS
from kernel_src.lib.arena import Arena, ArenaFull, alloc_slice, grow_slice
from pykern.lang import Array, Ptr, Slice, fill, raises, ref, struct, u32, usize, zeroed

NO_HINT: Final[u32] = 0xFFFF_FFFF


@struct
class Range:
    start: u32
    end: u32  # exclusive
    next: u32


@struct
class Use:
    position: u32
    register: bool  # the value must be in a register there
    next: u32


@struct
class Interval:
    """A value's life, or after splitting a piece of it."""

    value: u32
    vector: bool  # it belongs in vector registers
    ranges: u32  # NONE: the value is never needed
    uses: u32
    end: u32
    place: u32
    next: u32  # the following piece


@struct
class Liveness:
    arena: Ptr[Arena]
    ranges: Slice[Range] = zeroed()
    range_count: u32 = 0
    uses: Slice[Use] = zeroed()
    use_count: u32 = 0
    intervals: Slice[Interval] = (
        zeroed()
    )  # those of the values first, by number; then further pieces
    interval_count: u32 = 0
    fixed: Array[u32, 32] = (
        zeroed()
    )  # the ranges in which each register is destroyed or holds a result
    # A register, or REGISTERS + a value whose place is wanted: from the definition, from a use
    hint: Slice[u32] = zeroed()
    use_hint: Slice[u32] = zeroed()

    @raises(ArenaFull)
    def init(self, values: u32, uses: u32) -> None:
        arena = self.arena
        self.range_count = 0
        self.use_count = 0
        self.interval_count = values
        alloc_slice(arena, ref(self.ranges), usize(values) + 64)
        alloc_slice(arena, ref(self.uses), uses)
        # Most values stay in one piece.
        alloc_slice(arena, ref(self.intervals), usize(values) + values // 4 + 64)
        alloc_slice(arena, ref(self.hint), values)
        alloc_slice(arena, ref(self.use_hint), values)
        fill(self.hint, NO_HINT)
        fill(self.use_hint, NO_HINT)
        for register in range(REGISTERS):
            self.fixed[register] = NONE
        for value in range(values):
            interval = self.intervals[value]
            interval.value = value
            interval.vector = False
            interval.ranges = NONE
            interval.uses = NONE
            interval.end = 0
            interval.place = NO_PLACE
            interval.next = NONE

    @raises(ArenaFull)
    def new_range(self, start: u32, end: u32, next: u32) -> u32:
        n = self.range_count
        if n == len(self.ranges):
            grow_slice(self.arena, ref(self.ranges), n + 1)
        span = self.ranges[n]
        span.start = start
        span.end = end
        span.next = next
        self.range_count = n + 1
        return n

    @raises(ArenaFull)
    def add_range(self, value: u32, start: u32, end: u32) -> None:
        """Adds [start, end), which begins no later than any range so far."""
        interval = self.intervals[value]
        first = interval.ranges
        if first == NONE or self.ranges[first].start > end:
            interval.ranges = self.new_range(start, end, first)
            interval.end = max(interval.end, end)
            return
        merged = self.ranges[first]
        merged.start = min(merged.start, start)
        merged.end = max(merged.end, end)
        next = merged.next
        while next != NONE and self.ranges[next].start <= merged.end:
            merged.end = max(merged.end, self.ranges[next].end)
            next = self.ranges[next].next
        merged.next = next
        interval.end = max(interval.end, end)

    def add_use(self, value: u32, position: u32, register: bool) -> None:
        n = self.use_count
        use = self.uses[n]
        use.position = position
        use.register = register
        use.next = self.intervals[value].uses
        self.intervals[value].uses = n
        self.use_count = n + 1

    def is_needed(self, value: u32) -> bool:
        return self.intervals[value].ranges != NONE

    def start_of(self, interval: u32) -> u32:
        return self.ranges[self.intervals[interval].ranges].start
