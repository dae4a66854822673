"""From pieces to moves: what must be moved where so that each value is always in its place.

- A value that is ever in memory is stored there right after its definition.
- Where one piece of a value ends and the next begins inside a block, a move before that
  instruction.
- On an edge: the arguments to the parameters' places, and every value alive across it that is in
  different places at both ends.

A piece in memory needs no move: the value has been there since its definition.
All moves at one point are parallel (moves.py).
"""

from __future__ import annotations

from kernel_src.jit.allocation import ON_STACK, Allocation
from kernel_src.jit.intervals import Liveness
from kernel_src.jit.ir import NONE, Function, Op
from kernel_src.jit.machine import MachineCode
from kernel_src.jit.regs import ARGUMENT_COUNT, ARGUMENTS, INCOMING, NO_PLACE, is_register, is_slot
from kernel_src.lib.arena import Arena, ArenaFull, alloc_slice, grow_slice, trim_slice
from pykern.lang import Ptr, Slice, fill, raises, ref, struct, u32, zeroed


@struct
class Move:
    dst: u32
    src: u32  # NO_PLACE: the constant `value`
    value: u32
    next: u32


@struct
class Resolution:
    arena: Ptr[Arena]
    function: Ptr[Function]
    code: Ptr[MachineCode]
    allocation: Ptr[Allocation]
    live: Ptr[Liveness]
    moves: Slice[Move] = zeroed()
    count: u32 = 0
    before: Slice[u32] = zeroed()  # by instruction: the moves to be done before it
    on_edge: Slice[u32] = zeroed()  # by edge
    on_entry: u32 = 0  # from where the caller has put the parameters

    @raises(ArenaFull)
    def new_move(self, dst: u32, src: u32, value: u32, next: u32) -> u32:
        n = self.count
        if n == len(self.moves):
            grow_slice(self.arena, ref(self.moves), n + 1)
        move = self.moves[n]
        move.dst = dst
        move.src = src
        move.value = value
        move.next = next
        self.count = n + 1
        return n

    def place_of(self, piece: u32) -> u32:
        """Where a piece is: a register or its value's slot."""
        interval = self.live.intervals[piece]
        return (
            self.allocation.slots[interval.value] if interval.place == ON_STACK else interval.place
        )

    def place_at(self, value: u32, position: u32) -> u32:
        """Where a value is at a position at which it is alive."""
        piece = value
        next = self.live.intervals[piece].next
        while next != NONE and self.live.start_of(next) <= position:
            piece = next
            next = self.live.intervals[piece].next
        return self.place_of(piece)

    def block_at(self, position: u32) -> u32:
        """The first block that starts at `position` or later; the number of blocks if none does."""
        low: u32 = 0
        high = self.function.block_count
        while low < high:
            middle = (low + high) // 2
            if 2 * self.code.blocks[middle].first < position:
                low = middle + 1
            else:
                high = middle
        return low

    def is_block_start(self, position: u32) -> bool:
        block = self.block_at(position)
        return block < self.function.block_count and 2 * self.code.blocks[block].first == position

    @raises(ArenaFull)
    def move_before(self, inst: u32, dst: u32, src: u32, value: u32) -> None:
        self.before[inst] = self.new_move(dst, src, value, self.before[inst])

    @raises(ArenaFull)
    def move_on_edge(self, edge: u32, dst: u32, src: u32, value: u32) -> None:
        if dst != src:
            self.on_edge[edge] = self.new_move(dst, src, value, self.on_edge[edge])


@raises(ArenaFull)
def resolve(out: Ptr[Resolution]) -> None:
    function = out.function
    code = out.code
    arena = out.arena
    out.count = 0
    alloc_slice(arena, ref(out.before), code.count)
    alloc_slice(arena, ref(out.on_edge), function.edge_count)
    alloc_slice(arena, ref(out.moves), 64)  # last, so that it can grow where it is
    fill(out.before, NONE)
    fill(out.on_edge, NONE)
    resolve_entry(out)
    for value in range(code.values):
        if out.live.is_needed(value):
            resolve_value(out, value)
    for edge in range(function.edge_count):
        resolve_arguments(out, edge)
    trim_slice(arena, ref(out.moves), out.count)


@raises(ArenaFull)
def resolve_entry(out: Ptr[Resolution]) -> None:
    out.on_entry = NONE
    for param in range(out.function.param_count):
        if out.live.is_needed(param):
            src = (
                INCOMING + param - ARGUMENT_COUNT
                if param >= ARGUMENT_COUNT
                else u32(ARGUMENTS[param])
            )
            dst = out.place_of(param)
            if dst != src:
                out.on_entry = out.new_move(dst, src, param, out.on_entry)


@raises(ArenaFull)
def resolve_value(out: Ptr[Resolution], value: u32) -> None:
    store_definition(out, value)
    piece = value
    next = out.live.intervals[piece].next
    if next == NONE:
        return
    resolve_edges(out, value, piece)
    while next != NONE:
        resolve_edges(out, value, next)
        start = out.live.start_of(next)
        touches = out.live.intervals[piece].end == start
        place = out.place_of(next)
        if touches and is_register(place) and not out.is_block_start(start):
            assert start % 2 == 0, f"v{value} would be moved inside an instruction, at {start}"
            if place != out.place_of(piece):
                out.move_before(start // 2, place, out.place_of(piece), value)
        piece = next
        next = out.live.intervals[piece].next


@raises(ArenaFull)
def store_definition(out: Ptr[Resolution], value: u32) -> None:
    """An instruction's result is stored before the next one, a parameter at the start of its
    block."""
    slot = out.allocation.slots[value]
    place = out.place_of(value)
    if is_slot(slot) and is_register(place):
        out.move_before((out.live.start_of(value) + 1) // 2, slot, place, value)


@raises(ArenaFull)
def resolve_edges(out: Ptr[Resolution], value: u32, piece: u32) -> None:
    """The edges to the blocks at whose start a value is alive in this piece."""
    place = out.place_of(piece)
    if not is_register(place):
        return
    span = out.live.intervals[piece].ranges
    while span != NONE:
        record = out.live.ranges[span]
        block = out.block_at(max(record.start, out.live.start_of(value) + 1))
        while block < out.function.block_count and 2 * out.code.blocks[block].first < record.end:
            resolve_block(out, value, place, block)
            block += 1
        span = record.next


@raises(ArenaFull)
def resolve_block(out: Ptr[Resolution], value: u32, place: u32, block: u32) -> None:
    edge = out.function.blocks[block].edges
    while edge != NONE:
        source = out.function.edges[edge].source
        out.move_on_edge(
            edge, place, out.place_at(value, 2 * out.code.blocks[source].end - 1), value
        )
        edge = out.function.edges[edge].next


@raises(ArenaFull)
def resolve_arguments(out: Ptr[Resolution], edge: u32) -> None:
    function = out.function
    record = function.edges[edge]
    last = 2 * out.code.blocks[record.source].end - 1
    for i, arg in enumerate(function.args_of(edge)):
        param = function.blocks[record.target].first + u32(i)
        if function.insts[param].op == Op.PARAM and out.live.is_needed(param):
            src = NO_PLACE if function.is_const(arg) else out.place_at(arg, last)
            out.move_on_edge(edge, out.place_of(param), src, arg)
