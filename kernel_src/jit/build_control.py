"""Blocks, loops, ifs and branches: where SSA values meet.

A branch to a loop's label goes to a header that exists, with the arguments its parameters need
now. A branch to any other label is kept as `Pending` until the frame's `end`; there, `merge`
makes a block with a parameter for each result and each local in which the branches differ, and
completes their edges.

In code that cannot be reached nothing is built: `builder.block` is NONE, and frames opened there
are `dead`.
"""

from __future__ import annotations

from kernel_src.jit.builder import (
    FRAME_BLOCK,
    FRAME_ELSE,
    FRAME_IF,
    FRAME_LOOP,
    Builder,
    Frame,
    Merged,
)
from kernel_src.jit.ir import NONE, Function, Op, Type
from kernel_src.lib.arena import ArenaFull, grow_slice
from kernel_src.wasm.decode import Instruction
from kernel_src.wasm.errors import Malformed
from kernel_src.wasm.reader import Reader
from pykern.lang import Ptr, raises, ref, u32

# Frames


@raises(ArenaFull)
def build_block(builder: Ptr[Builder], insn: Ptr[Instruction]) -> None:
    builder.open_frame(FRAME_BLOCK, u32(len(insn.params)), u32(len(insn.results)))


@raises(ArenaFull)
def build_if(builder: Ptr[Builder], insn: Ptr[Instruction]) -> None:
    if builder.block == NONE:
        build_block(builder, insn)
        return
    function = builder.function
    condition = builder.pop()
    frame = builder.open_frame(FRAME_IF, u32(len(insn.params)), u32(len(insn.results)))
    frame.saved = builder.save_top(frame.params)
    builder.restrict_numbered(frame, frame.numbered)
    taken = function.add_edge(builder.block)
    frame.else_edge = function.add_edge(builder.block)
    builder.emit(Op.BRANCH, Type.NONE, condition, taken, frame.else_edge)
    builder.end_block()
    function.connect(taken, builder.start_block())


@raises(ArenaFull)
def build_else(builder: Ptr[Builder]) -> None:
    frame = builder.label(0)
    if frame.dead:
        return
    if builder.block != NONE:
        jump_to_end(builder, frame)
    builder.roll_back(frame.log)
    builder.forget_numbered(frame, frame.numbered)
    builder.height = frame.height
    for i in range(frame.params):
        builder.push(builder.function.pool[frame.saved + i])
    builder.function.connect(frame.else_edge, builder.start_block())
    frame.kind = FRAME_ELSE


@raises(ArenaFull)
def build_end(builder: Ptr[Builder]) -> None:
    frame = builder.label(0)
    if frame.dead:
        builder.depth -= 1
        return
    if frame.kind == FRAME_LOOP:
        close_loop(builder, frame)
    elif frame.kind == FRAME_IF:
        add_pending(builder, frame, frame.else_edge, frame.saved, 0)
    if frame.pending == NONE:
        leave_frame(builder, frame)
    else:
        if builder.block != NONE:
            jump_to_end(builder, frame)
        builder.roll_back(frame.log)
        builder.depth -= 1
        if builder.depth > 0:
            builder.forget_numbered(builder.label(0), frame.dominating)
        merge(builder, frame)
    if builder.depth == 0 and builder.block != NONE:
        results = builder.save_top(frame.results)
        builder.emit(Op.RETURN, Type.NONE, 0, results, frame.results)
        builder.end_block()


@raises(ArenaFull)
def leave_frame(builder: Ptr[Builder], frame: Ptr[Frame]) -> None:
    """The end of a frame that no branch goes to: the block goes on, and the changed locals become
    changes of the frame around."""
    if builder.block == NONE or builder.depth == 1:
        builder.roll_back(frame.log)
        builder.depth -= 1
        return
    first = builder.change_count
    count = builder.note_changes(frame.log)
    builder.roll_back(frame.log)
    builder.depth -= 1
    builder.restrict_numbered(builder.label(0), frame.dominating)
    for i in range(count):
        builder.set_local(builder.changes[first + 2 * i], builder.changes[first + 2 * i + 1])
    builder.change_count = first


# Loops


@raises(ArenaFull)
def build_loop(builder: Ptr[Builder], insn: Ptr[Instruction]) -> None:
    if builder.block == NONE:
        build_block(builder, insn)
        return
    function = builder.function
    frame = builder.open_frame(FRAME_LOOP, u32(len(insn.params)), u32(len(insn.results)))
    list_assigned(builder, frame, insn.offset)
    entry = function.add_edge(builder.block)
    builder.emit(Op.JUMP, Type.NONE, entry)
    set_loop_arguments(builder, frame, entry)
    builder.end_block()
    builder.loops += 1
    frame.header = builder.start_block()
    for i in range(frame.params):
        place = frame.height + i
        builder.stack[place] = add_param(builder, builder.type_of(builder.stack[place]))
    for i in range(frame.local_count):
        local = function.pool[frame.locals + i]
        builder.set_local(local, add_param(builder, builder.type_of(builder.current[local])))
    function.connect(entry, frame.header)


@raises(ArenaFull)
def list_assigned(builder: Ptr[Builder], frame: Ptr[Frame], offset: u32) -> None:
    """Puts the locals that the loop at `offset` assigns into the pool, each once."""
    function = builder.function
    builder.epoch += 1
    frame.locals = function.pool_count
    for local in builder.prescan.find(offset):
        # The scan ran before validation: the index may be anything.
        if local < len(builder.mark) and builder.mark[local] != builder.epoch:
            builder.mark[local] = builder.epoch
            place = function.reserve(1)
            function.pool[place] = local
    frame.local_count = function.pool_count - frame.locals


@raises(ArenaFull)
def set_loop_arguments(builder: Ptr[Builder], frame: Ptr[Frame], edge: u32) -> None:
    """Gives an edge to a loop's header the topmost operands and the assigned locals."""
    function = builder.function
    args = builder.save_top(frame.params)
    locals = function.reserve(frame.local_count)
    for i in range(frame.local_count):
        local = function.pool[frame.locals + i]
        function.pool[locals + i] = builder.current[local]
    function.edges[edge].args = args
    function.edges[edge].count = frame.params + frame.local_count


@raises(ArenaFull)
def add_param(builder: Ptr[Builder], type: Type) -> u32:
    """A further parameter of the block being built."""
    block = builder.function.blocks[builder.block]
    block.params += 1
    return builder.emit(Op.PARAM, type, block.params - 1)


def last_repeated(function: Ptr[Function], header: u32, last: u32) -> u32:
    """The end of a loop whose last branch back is in block `last`: a loop inside may go on behind
    it. What is inside that one has been taken into account when it was closed."""
    end = last
    n = header + 1
    while n <= end:
        inner = function.blocks[n].loop_end
        if inner != NONE:
            end = max(end, inner)
            n = inner
        n += 1
    return end


@raises(ArenaFull)
def close_loop(builder: Ptr[Builder], frame: Ptr[Frame]) -> None:
    """All edges to the header are known: where the loop ends, and which parameters never change."""
    function = builder.function
    builder.loops -= 1
    header = function.blocks[frame.header]
    last: u32 = 0
    edge = header.edges
    while edge != NONE:
        last = max(last, function.edges[edge].source)
        edge = function.edges[edge].next
    if last >= frame.header:
        last = last_repeated(function, frame.header, last)
        header.loop_end = last
    else:
        last = frame.header - 1
    # What follows the last branch back does not repeat, though it was built as part of the loop.
    for block in range(last + 1, function.block_count):
        function.blocks[block].depth -= 1
    for i in range(header.params):
        value = sole_argument(builder, header.first + i, header.edges, i)
        if value != NONE:
            builder.replace(header.first + i, value)


def sole_argument(builder: Ptr[Builder], param: u32, edges: u32, n: u32) -> u32:
    """The one value, other than itself, that parameter `n` receives; NONE if there are several."""
    function = builder.function
    found = NONE
    edge = edges
    while edge != NONE:
        value = builder.resolve(function.args_of(edge)[n])
        if value != param and value != found:
            if found != NONE:
                return NONE
            found = value
        edge = function.edges[edge].next
    return found


# Branches


@raises(ArenaFull)
def build_br(builder: Ptr[Builder], label: u32) -> None:
    edge = builder.function.add_edge(builder.block)
    builder.emit(Op.JUMP, Type.NONE, edge)
    connect_branch(builder, builder.label(label), edge)
    builder.end_block()


@raises(ArenaFull)
def build_br_if(builder: Ptr[Builder], label: u32) -> None:
    function = builder.function
    condition = builder.pop()
    taken = function.add_edge(builder.block)
    other = function.add_edge(builder.block)
    builder.emit(Op.BRANCH, Type.NONE, condition, taken, other)
    connect_branch(builder, builder.label(label), taken)
    builder.end_block()
    function.connect(other, builder.start_block())


@raises(ArenaFull, Malformed)
def build_br_table(builder: Ptr[Builder], insn: Ptr[Instruction]) -> None:
    """One edge for each label that is named, however often."""
    function = builder.function
    index = builder.pop()
    count = insn.targets_count + 1
    targets = function.reserve(count)
    builder.emit(Op.SWITCH, Type.NONE, index, targets, count)
    reader = Reader(
        bytes=builder.module.bytes,
        position=insn.targets_start,
        end=insn.next,
        failure=builder.module.failure,
    )
    builder.epoch += 1
    epoch = builder.epoch
    for i in range(count):
        place = builder.depth - 1 - reader.read_u32()
        if builder.label_mark[place] != epoch:
            builder.label_mark[place] = epoch
            builder.label_edge[place] = function.add_edge(builder.block)
            connect_branch(builder, builder.frames[place], builder.label_edge[place])
        function.pool[targets + i] = builder.label_edge[place]
    builder.end_block()


@raises(ArenaFull)
def build_tail_call(builder: Ptr[Builder], op: Op, what: u32, operands: u32) -> u32:
    """A call with the topmost operands that ends the function; returns its instruction."""
    args = builder.save_top(operands)
    call = builder.emit(op, Type.NONE, what, args, operands)
    builder.end_block()
    return call


@raises(ArenaFull)
def jump_to_end(builder: Ptr[Builder], frame: Ptr[Frame]) -> None:
    """Falling through to the end of a frame, as a branch."""
    edge = builder.function.add_edge(builder.block)
    builder.emit(Op.JUMP, Type.NONE, edge)
    add_branch(builder, frame, edge)
    builder.end_block()


@raises(ArenaFull)
def connect_branch(builder: Ptr[Builder], frame: Ptr[Frame], edge: u32) -> None:
    if frame.kind == FRAME_LOOP:
        set_loop_arguments(builder, frame, edge)
        builder.function.connect(edge, frame.header)
    else:
        add_branch(builder, frame, edge)


@raises(ArenaFull)
def add_branch(builder: Ptr[Builder], frame: Ptr[Frame], edge: u32) -> None:
    """A branch from here to the end of `frame`. Nobody reads a local after the function's end."""
    args = builder.save_top(frame.results)
    count: u32 = 0
    if frame.serial != 1:
        count = builder.note_changes(frame.log)
    builder.restrict_numbered(frame, builder.numbering.count)
    add_pending(builder, frame, edge, args, count)


@raises(ArenaFull)
def add_pending(builder: Ptr[Builder], frame: Ptr[Frame], edge: u32, args: u32, count: u32) -> None:
    """`count`: how many changes have just been noted for it."""
    n = builder.pending_count
    if n == len(builder.pending):
        grow_slice(builder.arena, ref(builder.pending), n + 1)
    pending = builder.pending[n]
    pending.edge = edge
    pending.args = args
    pending.changes = builder.change_count - 2 * count
    pending.change_count = count
    pending.next = frame.pending
    frame.pending = n
    frame.pending_count += 1
    builder.pending_count = n + 1


# Merging


@raises(ArenaFull)
def merge(builder: Ptr[Builder], frame: Ptr[Frame]) -> None:
    """Starts the block after the end of `frame`, to which all its pending branches go."""
    function = builder.function
    builder.height = frame.height
    list_merged(builder, frame)
    first = function.inst_count
    builder.start_block()
    for i in range(frame.results):
        value = common_result(builder, frame, i)
        if value == NONE:
            pending = builder.pending[frame.pending]
            value = add_param(builder, builder.type_of(function.pool[pending.args + i]))
        builder.push(value)
    for i in range(builder.merged_count):
        merged = builder.merged[i]
        if not merged.same or merged.branches < frame.pending_count:
            merged.value = add_param(builder, builder.type_of(merged.value))
        builder.set_local(merged.local, merged.value)
    n = frame.pending
    while n != NONE:
        complete_edge(builder, frame, n, first)
        n = builder.pending[n].next


@raises(ArenaFull)
def list_merged(builder: Ptr[Builder], frame: Ptr[Frame]) -> None:
    """Fills `merged` with the locals that some branch has changed."""
    builder.epoch += 1
    builder.merged_count = 0
    n = frame.pending
    while n != NONE:
        pending = builder.pending[n]
        for i in range(pending.change_count):
            local = builder.changes[pending.changes + 2 * i]
            value = builder.resolve(builder.changes[pending.changes + 2 * i + 1])
            merged = merged_local(builder, local, value)
            merged.same = merged.same and merged.value == value
            merged.branches += 1
        n = pending.next
    # A branch that left a local alone brings what it was.
    for i in range(builder.merged_count):
        merged = builder.merged[i]
        if merged.branches < frame.pending_count and merged.same and merged.value == merged.open:
            merged.branches = frame.pending_count


@raises(ArenaFull)
def merged_local(builder: Ptr[Builder], local: u32, value: u32) -> Ptr[Merged]:
    """The entry of a local, made with `value` if it is new."""
    if builder.mark[local] == builder.epoch:
        return builder.merged[builder.slot[local]]
    n = builder.merged_count
    if n == len(builder.merged):
        grow_slice(builder.arena, ref(builder.merged), n + 1)
    builder.merged_count = n + 1
    builder.mark[local] = builder.epoch
    builder.slot[local] = n
    merged = builder.merged[n]
    merged.local = local
    merged.open = builder.resolve(builder.current[local])
    merged.value = value
    merged.same = True
    merged.branches = 0
    return merged


def common_result(builder: Ptr[Builder], frame: Ptr[Frame], result: u32) -> u32:
    """The value that every branch brings as this result, or NONE if they differ."""
    found = NONE
    n = frame.pending
    while n != NONE:
        value = builder.resolve(builder.function.pool[builder.pending[n].args + result])
        if found == NONE:
            found = value
        elif found != value:
            return NONE
        n = builder.pending[n].next
    return found


@raises(ArenaFull)
def complete_edge(builder: Ptr[Builder], frame: Ptr[Frame], n: u32, first: u32) -> None:
    """Gives a pending branch its target, the block being built, and an argument for each parameter.

    A merged value is a parameter if it is defined in the block, that is, from instruction `first`
    on.
    """
    function = builder.function
    pending = builder.pending[n]
    count = function.blocks[builder.block].params
    args = function.reserve(count)
    used: u32 = 0
    for i in range(frame.results):
        if builder.stack[frame.height + i] >= first:
            function.pool[args + used] = function.pool[pending.args + i]
            used += 1
    for i in range(builder.merged_count):
        merged = builder.merged[i]
        if merged.value >= first:
            function.pool[args + used] = merged.open
            builder.slot[merged.local] = args + used
            used += 1
        else:
            builder.slot[merged.local] = NONE
    for i in range(pending.change_count):
        place = builder.slot[builder.changes[pending.changes + 2 * i]]
        if place != NONE:
            function.pool[place] = builder.changes[pending.changes + 2 * i + 1]
    function.edges[pending.edge].args = args
    function.edges[pending.edge].count = count
    function.connect(pending.edge, builder.block)
