"""Linear scan: a place for every value at every position where it is alive.

After Wimmer and Moessenboeck, "Optimized Interval Splitting in a Linear Scan Register Allocator"
(VEE 2005). Intervals are taken in the order of their starts. Each gets

1. a register that is free for all of its life, the hinted one if possible;
2. or one that is free at first: the interval is split where that ends, and the rest is taken later;
3. or the register whose value is needed again last: that value, or this one if it can wait longer,
   is split here and its next piece lives in memory until it must be in a register again.

A value that is ever in memory is stored once, right after its definition, so going to memory
costs nothing and may happen anywhere; going to a register is a move, before an instruction, that
is at an even position. At calls, registers are destroyed at an odd position: what is alive there
and not in a kept register goes to memory.

Result: the pieces of each value, in order, each with its place (`Interval.place`: a register or
ON_STACK), a slot for each value that is ever on the stack (slots.py), and the registers used.
`resolve.py` turns that into moves.
"""

from __future__ import annotations

from kernel_src.jit.allocation import NEVER, Allocation
from kernel_src.jit.intervals import NO_HINT, Liveness
from kernel_src.jit.ir import NONE
from kernel_src.jit.regs import ARGUMENT_COUNT, INCOMING, NO_PLACE, ORDER, REGISTERS, VECTOR_ORDER
from kernel_src.jit.slots import assign_slots
from kernel_src.lib.arena import ArenaFull, alloc_slice, grow_slice
from pykern.lang import Ptr, Slice, fill, panic, raises, ref, u8, u32


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


def order_of(allocation: Ptr[Allocation], interval: u32) -> Slice[u8]:
    """The registers of the interval's class."""
    if allocation.live.intervals[interval].vector:
        return VECTOR_ORDER
    return ORDER


def find_free(allocation: Ptr[Allocation], interval: u32) -> None:
    """Fills `free_until` for an interval that starts at the scan's position."""
    live = allocation.live
    ranges = live.intervals[interval].ranges
    for register in range(REGISTERS):
        allocation.free_until[register] = 0
    last = NONE
    first = NEVER
    for register in order_of(allocation, interval):
        if allocation.active[register] == NONE:
            fixed = allocation.fixed_cursor[register]
            if fixed != last:  # most registers share their list
                last = fixed
                first = allocation.intersection(fixed, ranges)
            allocation.free_until[register] = first
    for i in range(allocation.inactive_count):
        other = allocation.inactive[i]
        place = live.intervals[other].place
        common = allocation.intersection(allocation.cursor[other], ranges)
        allocation.free_until[place] = min(allocation.free_until[place], common)


def choose_free(allocation: Ptr[Allocation], interval: u32) -> u32:
    """A hinted register or the first that is free for the whole interval, else the longest free."""
    live = allocation.live
    piece = live.intervals[interval]
    use_hint = live.use_hint[piece.value]
    if is_free_hint(allocation, use_hint, piece.end) and use_hint < REGISTERS:
        return use_hint
    # What the value goes to is placed before it only on a loop's way back, where a move would be
    # done in every iteration; for the operand it comes from, a copy is at worst as much.
    if is_free_hint(allocation, use_hint, piece.end):
        return hinted_register(live, use_hint)
    if is_free_hint(allocation, live.hint[piece.value], piece.end):
        return hinted_register(live, live.hint[piece.value])
    order = order_of(allocation, interval)
    best: u32 = order[0]
    for register in order:
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
    register = farthest_use(allocation, interval)
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
    for register in order_of(allocation, interval):
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


def farthest_use(allocation: Ptr[Allocation], interval: u32) -> u32:
    order = order_of(allocation, interval)
    best: u32 = order[0]
    for register in order:
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
