"""The state of the linear scan: pieces of values, what holds each register, and what is still to
come.

A piece is cut where its place changes (`split`); the rest is either put in memory (`spill`) or
taken later, in the order of starts (`enqueue`). Past ranges and uses are never looked at again:
cursors move on with the scan.
"""

from __future__ import annotations

from typing import Final

from kernel_src.jit.intervals import Interval, Liveness
from kernel_src.jit.ir import NONE, Function
from kernel_src.jit.machine import MachineCode
from kernel_src.jit.regs import FIRST_SLOT, NO_PLACE
from kernel_src.lib.arena import ArenaFull, grow_slice
from pykern.lang import Array, Ptr, Slice, max_of, raises, ref, struct, u32, zeroed

ON_STACK: Final[u32] = FIRST_SLOT  # the place of a piece in memory; where exactly, `slots` says
NEVER: Final[u32] = max_of(u32)


@struct
class Allocation:
    function: Ptr[Function]
    code: Ptr[MachineCode]
    live: Ptr[Liveness]
    slots: Slice[u32] = zeroed()  # by value: its place in memory, or NO_PLACE
    slot_count: u32 = 0
    busy: Slice[u32] = zeroed()  # by slot: until when it is taken
    used: u32 = 0  # set of registers
    # Intervals still to be placed: a heap by start
    heap: Slice[u32] = zeroed()
    heap_count: u32 = 0
    # Where the scan is, and what holds registers there
    position: u32 = 0
    active: Array[u32, 32] = zeroed()  # by register; NONE
    inactive: Slice[u32] = zeroed()  # placed in a register, but in a hole of their life
    inactive_count: u32 = 0
    # Of each interval and each register's destroyed ranges: the first range that does not end
    # before `position`
    cursor: Slice[u32] = zeroed()
    fixed_cursor: Array[u32, 32] = zeroed()
    # Scratch: by register, until when it is free, or when its value is used next
    free_until: Array[u32, 32] = zeroed()
    blocked_from: Array[u32, 32] = zeroed()

    # The heap

    def starts_before(self, a: u32, b: u32) -> bool:
        left = self.live.start_of(a)
        right = self.live.start_of(b)
        return left < right or (left == right and a < b)

    @raises(ArenaFull)
    def enqueue(self, interval: u32) -> None:
        if self.heap_count == len(self.heap):
            grow_slice(self.live.arena, ref(self.heap), self.heap_count + 1)
        n = self.heap_count
        self.heap_count += 1
        while n > 0 and self.starts_before(interval, self.heap[(n - 1) // 2]):
            self.heap[n] = self.heap[(n - 1) // 2]
            n = (n - 1) // 2
        self.heap[n] = interval

    def dequeue(self) -> u32:
        first = self.heap[0]
        self.heap_count -= 1
        last = self.heap[self.heap_count]
        n: u32 = 0
        child: u32 = 1
        while child < self.heap_count:
            if child + 1 < self.heap_count and self.starts_before(
                self.heap[child + 1], self.heap[child]
            ):
                child += 1
            if not self.starts_before(self.heap[child], last):
                break
            self.heap[n] = self.heap[child]
            n = child
            child = 2 * n + 1
        self.heap[n] = last
        return first

    # Ranges

    def skip_past(self, span: u32) -> u32:
        """The first range of the list that does not end at or before the scan's position."""
        found = span
        while found != NONE and self.live.ranges[found].end <= self.position:
            found = self.live.ranges[found].next
        return found

    def intersection(self, a: u32, b: u32) -> u32:
        """The first position that two lists of ranges have in common, or NEVER."""
        left = a
        right = b
        while left != NONE and right != NONE:
            x = self.live.ranges[left]
            y = self.live.ranges[right]
            if x.end <= y.start:
                left = x.next
            elif y.end <= x.start:
                right = y.next
            else:
                return max(x.start, y.start)
        return NEVER

    def next_use(self, interval: u32, register_only: bool) -> u32:
        """Where, from the scan's position on, the interval is used next; NEVER if it is not."""
        piece = self.live.intervals[interval]
        uses = self.live.uses
        while piece.uses != NONE and uses[piece.uses].position < self.position:
            piece.uses = uses[piece.uses].next  # past: nobody asks for it any more
        use = piece.uses
        while use != NONE and register_only and not uses[use].register:
            use = uses[use].next
        return NEVER if use == NONE else uses[use].position

    # Splitting

    @raises(ArenaFull)
    def split(self, interval: u32, position: u32) -> u32:
        """Cuts an interval before `position`, which lies inside it; returns the rest."""
        live = self.live
        rest = self.new_piece(interval)
        piece = live.intervals[interval]
        before: u32 = NONE
        span = piece.ranges
        while span != NONE and live.ranges[span].end <= position:
            before = span
            span = live.ranges[span].next
        if live.ranges[span].start < position:
            tail = live.new_range(position, live.ranges[span].end, live.ranges[span].next)
            live.ranges[span].end = position
            before = span
            span = tail
        live.ranges[before].next = NONE
        live.intervals[rest].ranges = span
        live.intervals[rest].end = piece.end
        piece.end = live.ranges[before].end
        self.cursor[rest] = span
        self.split_uses(piece, live.intervals[rest], position)
        return rest

    @raises(ArenaFull)
    def new_piece(self, interval: u32) -> u32:
        """A further piece of the interval's value, linked behind it, without ranges and uses."""
        live = self.live
        n = live.interval_count
        if n == len(live.intervals):
            grow_slice(live.arena, ref(live.intervals), n + 1)
        if n == len(self.cursor):
            grow_slice(live.arena, ref(self.cursor), n + 1)
        live.interval_count = n + 1
        piece = live.intervals[n]
        piece.value = live.intervals[interval].value
        piece.vector = live.intervals[interval].vector
        piece.ranges = NONE
        piece.uses = NONE
        piece.place = NO_PLACE
        piece.next = live.intervals[interval].next
        live.intervals[interval].next = n
        return n

    def split_uses(self, piece: Ptr[Interval], rest: Ptr[Interval], position: u32) -> None:
        uses = self.live.uses
        before: u32 = NONE
        use = piece.uses
        while use != NONE and uses[use].position < position:
            before = use
            use = uses[use].next
        rest.uses = use
        if before == NONE:
            piece.uses = NONE
        else:
            uses[before].next = NONE

    @raises(ArenaFull)
    def spill(self, interval: u32) -> None:
        """Puts an interval in memory until it must be in a register."""
        self.slots[self.live.intervals[interval].value] = ON_STACK
        use = self.live.intervals[interval].uses
        while use != NONE and not self.live.uses[use].register:
            use = self.live.uses[use].next
        if use == NONE:
            self.live.intervals[interval].place = ON_STACK
            return
        # An instruction reads its operands at an even position; the move goes before it.
        needed = self.live.uses[use].position & ~u32(1)
        if needed <= self.live.start_of(interval):
            self.enqueue(interval)
            return
        self.live.intervals[interval].place = ON_STACK
        self.enqueue(self.split(interval, needed))

    @raises(ArenaFull)
    def place_rest(self, interval: u32, position: u32) -> None:
        """The register of an interval is lost at `position`: its rest gets another place."""
        rest = self.split(interval, position)
        if position % 2 == 1:
            self.spill(rest)
        else:
            self.enqueue(rest)
