"""Does the allocated code compute the same as the code on values? (Debug builds and tests.)

Each block is executed symbolically: instead of numbers, places hold the names of values.

    at its start     every value alive there is where the allocation says
    a move           must find in its source the value it is meant to move
    an instruction   must find its operands in their places; it destroys registers, and defines
                     its result
    on each edge     after the moves, in the order in which they are emitted: each parameter's
                     place holds its argument, every value alive in the target is where the
                     target expects it

As each block is started from what its edges were checked to bring, no iteration is needed. The
checker shares nothing with the allocator but its result. Time is values times blocks.
"""

from __future__ import annotations

from kernel_src.jit.ir import NONE, Op, edge_count_of, edge_of
from kernel_src.jit.machine import MInst, clobbers, has_list, operand, uses_operand
from kernel_src.jit.moves import Mover
from kernel_src.jit.regs import (
    ARGUMENT_COUNT,
    ARGUMENTS,
    INCOMING,
    NO_PLACE,
    REGISTERS,
    is_register,
    is_slot,
)
from kernel_src.jit.resolve import Resolution
from kernel_src.lib.arena import Arena, ArenaFull, alloc_slice
from pykern.lang import Ptr, Slice, copy_slice, fill, raises, ref, struct, u32, zeroed


@struct
class Checker:
    resolution: Ptr[Resolution]
    mover: Mover
    held: Slice[u32] = zeroed()  # by place, numbered as in Mover.dense: the value there, or NONE
    scratch: Slice[u32] = zeroed()  # the same, for one edge

    def index(self, place: u32) -> u32:
        return self.mover.dense(place)

    def expect(self, place: u32, value: u32, where: u32) -> None:
        found = self.held[self.index(place)]
        assert found == value, f"at {where}: place {place:#x} has v{found}, not v{value}"

    def is_constant(self, value: u32) -> bool:
        function = self.resolution.function
        return value < function.inst_count and function.is_const(value)


@raises(ArenaFull)
def check(resolution: Ptr[Resolution], arena: Ptr[Arena]) -> None:
    checker = Checker(resolution=resolution, mover=Mover(arena=arena))
    function = resolution.function
    slots = resolution.allocation.slot_count
    checker.mover.init(slots, function.param_count)
    alloc_slice(arena, ref(checker.held), REGISTERS + slots + function.param_count)
    alloc_slice(arena, ref(checker.scratch), REGISTERS + slots + function.param_count)
    check_entry(checker)
    for n in range(function.block_count):
        start_block(checker, n)
        block = resolution.code.blocks[n]
        for i in range(block.first, block.end):
            check_inst(checker, i)
        terminator = function.terminator(n)
        for i in range(edge_count_of(terminator)):
            check_edge(checker, edge_of(function, terminator, i))


def is_alive(resolution: Ptr[Resolution], value: u32, position: u32) -> bool:
    """Is the value defined before `position` and needed from there on?"""
    live = resolution.live
    if not live.is_needed(value) or live.start_of(value) >= position:
        return False
    piece = value
    while piece != NONE:
        span = live.intervals[piece].ranges
        while span != NONE:
            if live.ranges[span].start <= position and position < live.ranges[span].end:
                return True
            span = live.ranges[span].next
        piece = live.intervals[piece].next
    return False


def start_block(checker: Ptr[Checker], n: u32) -> None:
    resolution = checker.resolution
    position = 2 * resolution.code.blocks[n].first
    fill(checker.held, NONE)
    for value in range(resolution.code.values):
        if is_alive(resolution, value, position):
            checker.held[checker.index(resolution.place_at(value, position))] = value
            slot = resolution.allocation.slots[value]
            if slot != NO_PLACE:
                checker.held[checker.index(slot)] = value
    block = resolution.function.blocks[n]
    for param in range(block.first, block.first + block.params):
        if resolution.live.is_needed(param):
            checker.held[checker.index(resolution.place_of(param))] = param
            if n == 0 and param >= ARGUMENT_COUNT:
                checker.held[checker.index(INCOMING + param - ARGUMENT_COUNT)] = param


@raises(ArenaFull)
def check_inst(checker: Ptr[Checker], i: u32) -> None:
    resolution = checker.resolution
    inst = resolution.code.insts[i]
    if resolution.before[i] != NONE:
        run_moves(checker, resolution.before[i], i)
    for n in range(u32(4)):
        if uses_operand(inst, n):
            value = operand(inst, n)
            checker.expect(resolution.place_at(value, 2 * i), value, i)
    if has_list(inst):
        check_list(checker, inst, i)
    destroyed = clobbers(inst.op)
    for register in range(REGISTERS):
        if (destroyed >> register) & 1 != 0:
            checker.held[register] = NONE
    if inst.dst != NONE:
        place = resolution.place_at(inst.dst, 2 * i + 1)
        assert is_register(place), f"at {i}: v{inst.dst} is defined in place {place:#x}"
        checker.held[place] = inst.dst


def check_list(checker: Ptr[Checker], inst: Ptr[MInst], i: u32) -> None:
    for value in checker.resolution.function.pool[inst.b : inst.b + inst.c]:
        if not checker.is_constant(value):
            checker.expect(checker.resolution.place_at(value, 2 * i), value, i)


@raises(ArenaFull)
def run_moves(checker: Ptr[Checker], first: u32, where: u32) -> None:
    """Does a list of parallel moves as they will be emitted."""
    mover = checker.mover
    mover.clear()
    n = first
    while n != NONE:
        move = checker.resolution.moves[n]
        if move.src != NO_PLACE:
            checker.expect(move.src, move.value, where)
        mover.add(move.dst, move.src, move.value)
        n = move.next
    for step in mover.sequence():
        if step.src == NO_PLACE:
            checker.held[checker.index(step.dst)] = step.value
        else:
            checker.held[checker.index(step.dst)] = checker.held[checker.index(step.src)]


@raises(ArenaFull)
def check_edge(checker: Ptr[Checker], edge: u32) -> None:
    resolution = checker.resolution
    function = resolution.function
    record = function.edges[edge]
    copy_slice(checker.scratch, checker.held)
    run_moves(checker, resolution.on_edge[edge], 2 * resolution.code.blocks[record.source].end)
    start = 2 * resolution.code.blocks[record.target].first
    for value in range(resolution.code.values):
        if is_alive(resolution, value, start):
            checker.expect(resolution.place_at(value, start), value, start)
            slot = resolution.allocation.slots[value]
            if is_slot(slot):
                checker.expect(slot, value, start)
    first = function.blocks[record.target].first
    args = function.args_of(edge)
    for i in range(record.count):
        param = first + i
        if function.insts[param].op == Op.PARAM and resolution.live.is_needed(param):
            checker.expect(resolution.place_of(param), args[i], start)
    copy_slice(checker.held, checker.scratch)


@raises(ArenaFull)
def check_entry(checker: Ptr[Checker]) -> None:
    """The prologue's moves, from where the caller has put the parameters."""
    resolution = checker.resolution
    fill(checker.held, NONE)
    for param in range(resolution.function.param_count):
        if param < ARGUMENT_COUNT:
            checker.held[ARGUMENTS[param]] = param
        else:
            checker.held[checker.index(INCOMING + param - ARGUMENT_COUNT)] = param
    run_moves(checker, resolution.on_entry, 0)
    for param in range(resolution.function.param_count):
        if resolution.live.is_needed(param):
            checker.expect(resolution.place_of(param), param, 0)
