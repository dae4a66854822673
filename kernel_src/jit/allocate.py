"""Linear scan: a place for every value at every position where it is alive.

After Wimmer and Moessenboeck, "Optimized Interval Splitting in a Linear Scan Register Allocator"
(VEE 2005). Intervals are taken in the order of their starts. Each gets

1. a register that is free for all of its life, the hinted one if possible;
2. or one that is free at first: the interval is split where that ends, and the rest is taken later;
3. or the register whose value is needed again last: that value, or this one if it can wait
longer, is
   split here and its next piece lives in memory until it must be in a register again.

A value that is ever in memory is stored once, right after its definition, so going to memory
costs nothing and may happen anywhere; going to a register is a move, before an instruction, that
is at an even position. At calls, registers are destroyed at an odd position: what is alive there
and not in a kept register goes to memory.

Result: the pieces of each value, in order, each with its place (`Interval.place`: a register or
ON_STACK), a slot for each value that is ever on the stack, and the registers used. `moves.py`
turns that into instructions.
"""

from __future__ import annotations

from typing import Final

from kernel_src.jit.ir import NONE, Function
from kernel_src.jit.liveness import NO_HINT, Interval, Liveness
from kernel_src.jit.machine import MachineCode
from kernel_src.jit.regs import (
    ARGUMENT_COUNT,
    FIRST_SLOT,
    INCOMING,
    NO_PLACE,
    ORDER,
    REGISTERS,
)
from kernel_src.lib.arena import ArenaFull, alloc_slice, grow_slice
from pykern.lang import (
    Array,
    Ptr,
    Slice,
    fill,
    max_of,
    panic,
    raises,
    ref,
    struct,
    u32,
    zeroed,
)

ON_STACK: Final[u32] = FIRST_SLOT  # the place of a piece in memory; where exactly, `slots` says
NEVER: Final[u32] = max_of(u32)
# How many slots are tried before a new one is made: bounds the search, not the frame
SLOT_SEARCH: Final[u32] = 64


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
    active: Array[u32, 16] = zeroed()  # by register; NONE
    inactive: Slice[u32] = zeroed()  # placed in a register, but in a hole of their life
    inactive_count: u32 = 0
    # Of each interval and each register's destroyed ranges: the first range that does not end
    # before `position`
    cursor: Slice[u32] = zeroed()
    fixed_cursor: Array[u32, 16] = zeroed()
    # Scratch: by register, until when it is free, or when its value is used next
    free_until: Array[u32, 16] = zeroed()
    blocked_from: Array[u32, 16] = zeroed()

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


@raises(ArenaFull)
def allocate(allocation: Ptr[Allocation]) -> None:
    live = allocation.live
    start_allocation(allocation)
    place_stack_arguments(allocation)
    for value in range(allocation.code.values):
        if live.is_needed(value) and allocation.slots[value] == NO_PLACE:
            allocation.enqueue(value)
    while allocation.heap_count > 0:
        interval = allocation.dequeue()
        advance(allocation, live.start_of(interval))
        if not take_free(allocation, interval):
            take_blocked(allocation, interval)
    assign_slots(allocation)


@raises(ArenaFull)
def start_allocation(allocation: Ptr[Allocation]) -> None:
    code = allocation.code
    live = allocation.live
    arena = live.arena
    allocation.slot_count = 0
    allocation.used = 0
    allocation.heap_count = 0
    allocation.position = 0
    allocation.inactive_count = 0
    alloc_slice(arena, ref(allocation.slots), code.values)
    alloc_slice(arena, ref(allocation.heap), code.values)
    alloc_slice(arena, ref(allocation.inactive), 64)
    alloc_slice(arena, ref(allocation.cursor), len(live.intervals))
    fill(allocation.slots, NO_PLACE)
    for register in range(REGISTERS):
        allocation.active[register] = NONE
        allocation.fixed_cursor[register] = live.fixed[register]
    for value in range(code.values):
        allocation.cursor[value] = live.intervals[value].ranges


@raises(ArenaFull)
def place_stack_arguments(allocation: Ptr[Allocation]) -> None:
    """Parameters that arrive in memory start there, and that word is their slot."""
    for value in range(ARGUMENT_COUNT, allocation.function.param_count):
        if allocation.live.is_needed(value):
            allocation.spill(value)
            allocation.slots[value] = INCOMING + value - ARGUMENT_COUNT


@raises(ArenaFull)
def advance(allocation: Ptr[Allocation], position: u32) -> None:
    """Moves the scan on: what has ended leaves, what is in a hole or comes out of one changes
    sides."""
    allocation.position = position
    for register in range(REGISTERS):
        allocation.fixed_cursor[register] = allocation.skip_past(allocation.fixed_cursor[register])
        interval = allocation.active[register]
        if interval != NONE:
            leave_if_in_hole(allocation, register, interval)
    count: u32 = 0
    for i in range(allocation.inactive_count):
        interval = allocation.inactive[i]
        allocation.cursor[interval] = allocation.skip_past(allocation.cursor[interval])
        span = allocation.cursor[interval]
        if span == NONE:
            continue
        if allocation.live.ranges[span].start <= position:
            allocation.active[allocation.live.intervals[interval].place] = interval
        else:
            allocation.inactive[count] = interval
            count += 1
    allocation.inactive_count = count


@raises(ArenaFull)
def leave_if_in_hole(allocation: Ptr[Allocation], register: u32, interval: u32) -> None:
    allocation.cursor[interval] = allocation.skip_past(allocation.cursor[interval])
    span = allocation.cursor[interval]
    if span == NONE:
        allocation.active[register] = NONE
    elif allocation.live.ranges[span].start > allocation.position:
        allocation.active[register] = NONE
        if allocation.inactive_count == len(allocation.inactive):
            grow_slice(
                allocation.live.arena, ref(allocation.inactive), allocation.inactive_count + 1
            )
        allocation.inactive[allocation.inactive_count] = interval
        allocation.inactive_count += 1


# A free register


@raises(ArenaFull)
def take_free(allocation: Ptr[Allocation], interval: u32) -> bool:
    find_free(allocation, interval)
    live = allocation.live
    register = choose_free(allocation, interval)
    until = allocation.free_until[register]
    if until >= live.intervals[interval].end:
        occupy(allocation, interval, register)
        return True
    # A piece that would end before it can be used is no help.
    if until <= allocation.position + 1:
        return False
    occupy(allocation, interval, register)
    allocation.place_rest(interval, until)
    return True


def find_free(allocation: Ptr[Allocation], interval: u32) -> None:
    """Fills `free_until` for an interval that starts at the scan's position."""
    live = allocation.live
    ranges = live.intervals[interval].ranges
    for register in range(REGISTERS):
        allocation.free_until[register] = 0
    for register in ORDER:
        if allocation.active[register] == NONE:
            fixed = allocation.fixed_cursor[register]
            allocation.free_until[register] = allocation.intersection(fixed, ranges)
    for i in range(allocation.inactive_count):
        other = allocation.inactive[i]
        place = live.intervals[other].place
        first = allocation.intersection(allocation.cursor[other], ranges)
        allocation.free_until[place] = min(allocation.free_until[place], first)


def choose_free(allocation: Ptr[Allocation], interval: u32) -> u32:
    """A hinted register or the first that is free for the whole interval, else the longest free."""
    live = allocation.live
    piece = live.intervals[interval]
    use_hint = live.use_hint[piece.value]
    if is_free_hint(allocation, use_hint, piece.end) and use_hint < REGISTERS:
        return use_hint
    if is_free_hint(allocation, live.hint[piece.value], piece.end):
        return hinted_register(live, live.hint[piece.value])
    if is_free_hint(allocation, use_hint, piece.end):
        return hinted_register(live, use_hint)
    best: u32 = ORDER[0]
    for register in ORDER:
        if allocation.free_until[register] >= piece.end:
            return register
        if allocation.free_until[register] > allocation.free_until[best]:
            best = register
    return best


def is_free_hint(allocation: Ptr[Allocation], hint: u32, end: u32) -> bool:
    """Does the hint mean a register, and is that free until `end`?"""
    register = hinted_register(allocation.live, hint)
    return register < REGISTERS and allocation.free_until[register] >= end


def hinted_register(live: Ptr[Liveness], hint: u32) -> u32:
    """The register that a hint means, or a place that is none."""
    if hint < REGISTERS or hint == NO_HINT:
        return hint
    value = hint - REGISTERS
    if value >= len(live.hint):
        return NO_PLACE
    return live.intervals[value].place


def occupy(allocation: Ptr[Allocation], interval: u32, register: u32) -> None:
    allocation.live.intervals[interval].place = register
    allocation.active[register] = interval
    allocation.used |= u32(1) << register


# No free register


@raises(ArenaFull)
def take_blocked(allocation: Ptr[Allocation], interval: u32) -> None:
    find_next_uses(allocation, interval)
    live = allocation.live
    register = farthest_use(allocation)
    first = allocation.next_use(interval, True)
    if allocation.free_until[register] <= first:
        if first & ~u32(1) <= live.start_of(interval) and first != NEVER:
            value = live.intervals[interval].value
            panic(f"no register for v{value} at {allocation.position}")
        allocation.spill(interval)
        return
    evict(allocation, interval, register)
    occupy(allocation, interval, register)
    if allocation.blocked_from[register] < live.intervals[interval].end:
        allocation.place_rest(interval, allocation.blocked_from[register])


def find_next_uses(allocation: Ptr[Allocation], interval: u32) -> None:
    """Fills `free_until` with the next use of what holds each register, and `blocked_from` with
    the position from which nothing can be done about it."""
    live = allocation.live
    ranges = live.intervals[interval].ranges
    for register in range(REGISTERS):
        allocation.free_until[register] = 0
        allocation.blocked_from[register] = 0
    for register in ORDER:
        blocked = allocation.intersection(allocation.fixed_cursor[register], ranges)
        allocation.blocked_from[register] = blocked
        allocation.free_until[register] = blocked
        other = allocation.active[register]
        if other != NONE:
            limit_use(allocation, register, other)
    for i in range(allocation.inactive_count):
        other = allocation.inactive[i]
        if allocation.intersection(allocation.cursor[other], ranges) != NEVER:
            limit_use(allocation, live.intervals[other].place, other)


def limit_use(allocation: Ptr[Allocation], register: u32, other: u32) -> None:
    """Takes into account that `register` holds `other`."""
    use = allocation.next_use(other, False)
    allocation.free_until[register] = min(allocation.free_until[register], use)


def farthest_use(allocation: Ptr[Allocation]) -> u32:
    best: u32 = ORDER[0]
    for register in ORDER:
        if allocation.free_until[register] > allocation.free_until[best]:
            best = register
    return best


@raises(ArenaFull)
def evict(allocation: Ptr[Allocation], interval: u32, register: u32) -> None:
    """Sends to memory whatever is in the way of `interval` in `register`."""
    live = allocation.live
    other = allocation.active[register]
    if other != NONE and live.start_of(other) == allocation.position:
        allocation.spill(other)  # a parameter of the block that starts here
    elif other != NONE:
        allocation.spill(allocation.split(other, allocation.position))
    count: u32 = 0
    for i in range(allocation.inactive_count):
        other = allocation.inactive[i]
        in_way = live.intervals[other].place == register
        if in_way and hits(allocation, other, interval):
            allocation.spill(allocation.split(other, allocation.position))
        else:
            allocation.inactive[count] = other
            count += 1
    allocation.inactive_count = count


def hits(allocation: Ptr[Allocation], other: u32, interval: u32) -> bool:
    ranges = allocation.live.intervals[interval].ranges
    return allocation.intersection(allocation.cursor[other], ranges) != NEVER


# Slots


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
