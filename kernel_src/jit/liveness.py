"""Where is each value alive? Ranges of positions, for values and for machine registers.

One pass over the blocks, last to first, and over each block's instructions backwards:

    live after the block    what its successors need at their start, and the arguments of its edges
    a definition            ends the range that uses further down have opened at the block's start
    a use                   opens a range from the block's start to the use
    a loop's header         whatever it needs is alive in the whole loop

The last rule makes iteration unnecessary: a loop is a run of blocks, and what is alive at its
header must survive until the last branch back. What is alive at the function's start would be a
use that its definition does not dominate.

Ranges and uses are lists in increasing order. An instruction that destroys registers makes a
range of each, or one for many (`clobbers`); a result that stays in its register for a `fixed` to
fetch extends it.
"""

from __future__ import annotations

from typing import Final

from kernel_src.jit.intervals import Liveness
from kernel_src.jit.ir import NONE, Function, Op, edge_count_of, edge_of, is_float
from kernel_src.jit.machine import (
    MachineCode,
    MInst,
    MOp,
    clobbers,
    has_list,
    is_division,
    needs_register,
    operand,
    read_late,
    uses_operand,
)
from kernel_src.jit.regs import (
    ARGUMENT_COUNT,
    ARGUMENTS,
    RAX,
    RCX,
    RDX,
    REGISTERS,
    RESULT_COUNT,
    RESULTS,
    in_set,
)
from kernel_src.lib.arena import ArenaFull, alloc_slice, grow_slice
from pykern.lang import (
    Array,
    Ptr,
    Slice,
    address_of,
    raises,
    ref,
    struct,
    u8,
    u32,
    zeroed,
)

# The registers that hold results, or that other instructions than calls destroy
DESTROYED_ALONE: Final[u32] = u32(1) << RAX | u32(1) << RDX | u32(1) << RCX


@struct
class Walk:
    """The state of the pass: which values are alive where it has got to."""

    function: Ptr[Function]
    code: Ptr[MachineCode]
    live: Ptr[Liveness]
    mark: Slice[u32] = zeroed()  # equal to `epoch` for the values that are alive
    epoch: u32 = 0
    list: Slice[u32] = zeroed()  # the alive values, and some that were
    count: u32 = 0
    start: u32 = 0  # position of the block's start
    # For each block, what it needs at its start: a list in `needed`
    needed: Slice[u32] = zeroed()
    needed_count: u32 = 0
    first: Slice[u32] = zeroed()
    counts: Slice[u32] = zeroed()
    # A register that holds a result: until which position; 0 if it does not
    held: Array[u32, 32] = zeroed()

    @raises(ArenaFull)
    def revive(self, value: u32) -> None:
        if self.mark[value] == self.epoch:
            return
        self.mark[value] = self.epoch
        if self.count == len(self.list):
            grow_slice(self.live.arena, ref(self.list), self.count + 1)
        self.list[self.count] = value
        self.count += 1

    @raises(ArenaFull)
    def use(self, value: u32, position: u32, register: bool) -> None:
        if self.function_constant(value):
            return
        self.live.add_range(value, self.start, position + 1)
        self.live.add_use(value, position, register)
        self.revive(value)

    def function_constant(self, value: u32) -> bool:
        return value < self.function.inst_count and self.function.is_const(value)

    @raises(ArenaFull)
    def define(self, value: u32, position: u32) -> None:
        if self.live.is_needed(value):
            self.live.ranges[self.live.intervals[value].ranges].start = position
        else:
            self.live.add_range(value, position, position + 1)
        self.live.add_use(value, position, True)
        self.mark[value] = 0


@raises(ArenaFull)
def find_liveness(function: Ptr[Function], code: Ptr[MachineCode], live: Ptr[Liveness]) -> None:
    arena = live.arena
    live.init(code.values, count_uses(code))
    find_vectors(function, code, live)
    mark = arena.mark()
    ranges = address_of(live.ranges)
    walk = Walk(function=function, code=code, live=live)
    alloc_slice(arena, ref(walk.mark), code.values)
    alloc_slice(arena, ref(walk.list), 64)
    alloc_slice(arena, ref(walk.needed), function.block_count * 4)
    alloc_slice(arena, ref(walk.first), function.block_count)
    alloc_slice(arena, ref(walk.counts), function.block_count)
    for i in range(function.block_count):
        walk_block(walk, function.block_count - 1 - i)
    for i in range(ARGUMENT_COUNT):
        if i < function.param_count:
            live.hint[i] = ARGUMENTS[i]
    assert walk.counts[0] == 0, f"v{walk.needed[walk.first[0]]} is used where it is not defined"
    # The walk's own tables are above everything else, unless there were so many ranges that they
    # had to move.
    if address_of(live.ranges) == ranges:
        arena.reset(mark)


def count_uses(code: Ptr[MachineCode]) -> u32:
    """At most how many uses there are, definitions included."""
    count: u32 = 0
    for i in range(code.count):
        inst = code.insts[i]
        if inst.dst != NONE:
            count += 1
        if has_list(inst):
            count += inst.c
        for n in range(u32(4)):
            if uses_operand(inst, n):
                count += 1
    return count


def find_vectors(function: Ptr[Function], code: Ptr[MachineCode], live: Ptr[Liveness]) -> None:
    for value in range(code.given):
        live.intervals[value].vector = is_float(function.insts[value].type)
    for n in range(code.values - code.given):
        live.intervals[code.given + n].vector = code.made_vectors[n]


@raises(ArenaFull)
def walk_block(walk: Ptr[Walk], n: u32) -> None:
    block = walk.code.blocks[n]
    walk.epoch += 1
    walk.count = 0
    walk.start = 2 * block.first
    add_live_out(walk, n)
    for i in range(walk.count):
        walk.live.add_range(walk.list[i], walk.start, 2 * block.end)
    for i in range(block.end - block.first):
        walk_inst(walk, block.end - 1 - i)
    define_params(walk, n)
    save_needed(walk, n)
    loop_end = walk.function.blocks[n].loop_end
    if loop_end != NONE:
        for i in range(walk.counts[n]):
            value = walk.needed[walk.first[n] + i]
            walk.live.add_range(value, walk.start, 2 * walk.code.blocks[loop_end].end)


@raises(ArenaFull)
def add_live_out(walk: Ptr[Walk], n: u32) -> None:
    function = walk.function
    terminator = function.terminator(n)
    for i in range(edge_count_of(terminator)):
        edge = edge_of(function, terminator, i)
        target = function.edges[edge].target
        # The target of a branch back has not been walked: the header's rule covers it.
        for k in range(walk.counts[target]):
            walk.revive(walk.needed[walk.first[target] + k])
        args = function.args_of(edge)
        for k in range(u32(len(args))):
            param = function.blocks[target].first + k
            if function.insts[param].op == Op.PARAM and not function.is_const(args[k]):
                walk.revive(args[k])
                hint_edge(walk.live, args[k], param, target <= n)


def hint_edge(live: Ptr[Liveness], arg: u32, param: u32, back: bool) -> None:
    """Argument and parameter want one place. A parameter of a loop is placed before what comes
    back."""
    live.use_hint[arg] = REGISTERS + param
    if not back:
        live.hint[param] = REGISTERS + arg


@raises(ArenaFull)
def walk_inst(walk: Ptr[Walk], i: u32) -> None:
    inst = walk.code.insts[i]
    position = 2 * i
    destroyed = clobbers(inst.op)
    if destroyed != 0:
        destroy(walk, destroyed, position)
    if inst.op == MOp.FIXED:
        walk.held[inst.sub] = position + 1
        walk.live.hint[inst.dst] = inst.sub
    elif inst.dst != NONE and inst.a != NONE:
        walk.live.hint[inst.dst] = REGISTERS + inst.a
    if inst.dst != NONE:
        walk.define(inst.dst, position + 1)
    if has_list(inst):
        use_list(walk, inst, position)
    for n in range(u32(4)):
        if uses_operand(inst, n):
            walk.use(operand(inst, n), position, needs_register(inst, n))
    late = read_late(inst)
    if late != NONE:
        walk.live.add_range(late, walk.start, position + 2)
    hint_operands(walk.live, inst)


@raises(ArenaFull)
def destroy(walk: Ptr[Walk], registers: u32, position: u32) -> None:
    """A call destroys most registers in the same range, which they share: a list of all calls."""
    live = walk.live
    shared: u32 = NONE
    for register in range(REGISTERS):
        if in_set(registers & ~DESTROYED_ALONE, u8(register)):
            if shared == NONE:
                shared = live.new_range(position + 1, position + 2, live.fixed[register])
            live.fixed[register] = shared
        elif in_set(registers, u8(register)):
            end = max(position + 2, walk.held[register])
            walk.held[register] = 0
            live.fixed[register] = live.new_range(position + 1, end, live.fixed[register])


@raises(ArenaFull)
def use_list(walk: Ptr[Walk], inst: Ptr[MInst], position: u32) -> None:
    """Arguments and results: anywhere, but best where they are wanted."""
    values = walk.function.pool[inst.b : inst.b + inst.c]
    for i, value in enumerate(values):
        walk.use(value, position, False)
        if inst.op == MOp.RETURN and i < RESULT_COUNT:
            walk.live.use_hint[value] = RESULTS[i]
        elif takes_arguments(inst.op) and i < ARGUMENT_COUNT:
            walk.live.use_hint[value] = ARGUMENTS[i]


def takes_arguments(op: MOp) -> bool:
    """Is the instruction's list nothing but the arguments of a call?"""
    match op:
        case MOp.CALL | MOp.CALL_IMPORT | MOp.TAIL | MOp.TAIL_IMPORT:
            return True
        case _:
            return False


def hint_operands(live: Ptr[Liveness], inst: Ptr[MInst]) -> None:
    if inst.op == MOp.SHIFT_BY:
        live.use_hint[inst.b] = RCX
    elif is_division(inst.op):
        live.use_hint[inst.a] = RAX


def define_params(walk: Ptr[Walk], n: u32) -> None:
    block = walk.function.blocks[n]
    for value in range(block.first, block.first + block.params):
        if walk.live.is_needed(value):
            walk.live.ranges[walk.live.intervals[value].ranges].start = walk.start
            walk.mark[value] = 0


@raises(ArenaFull)
def save_needed(walk: Ptr[Walk], n: u32) -> None:
    first = walk.needed_count
    for i in range(walk.count):
        value = walk.list[i]
        if walk.mark[value] == walk.epoch:
            walk.mark[value] = 0
            if walk.needed_count == len(walk.needed):
                grow_slice(walk.live.arena, ref(walk.needed), walk.needed_count + 1)
            walk.needed[walk.needed_count] = value
            walk.needed_count += 1
    walk.first[n] = first
    walk.counts[n] = walk.needed_count - first
