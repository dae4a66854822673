"""The state of building one function: operand stack, locals, open frames.

Locals are values too: `current[n]` is what local n holds here. To know at a merge which locals
differ, and to return to the state in which an `if` began, each first change of a local inside a
frame is written to an undo log:

    frame opens     log = [.. |
    local.set 3     log = [.. | (3, value it had, stamp it had)
    local.set 3     nothing: its stamp says that this frame has an entry for it
    frame ends      entries undone, newest first; the merged values are set anew, which
                    enters them in the frame around

A branch that leaves frames notes the pairs (local, value) for the locals that the frames being left
have changed. So the cost of a merge is that of the changes, not of the number of locals.
"""

from __future__ import annotations

from typing import Final

import kernel_src.wasm.types as types
from kernel_src.jit.ir import (
    NONE,
    USES_A,
    USES_B,
    USES_C,
    USES_LIST,
    Function,
    Op,
    Type,
    has_property,
    high_half,
    low_half,
)
from kernel_src.jit.known import Known
from kernel_src.jit.numbering import Numbering
from kernel_src.jit.prescan import Prescan
from kernel_src.lib.arena import Arena, ArenaFull, alloc_slice, grow_slice
from kernel_src.wasm.decode import Instruction
from kernel_src.wasm.errors import Unsupported
from kernel_src.wasm.module import Module
from kernel_src.wasm.opcodes import NAMES
from pykern.lang import Ptr, Slice, Str, fill, raises, ref, struct, u8, u32, u64, usize, zeroed

UNSUPPORTED_TYPE: Final[Str] = "the compiler does not have values of this type"
UNSUPPORTED_INSTRUCTION: Final[Str] = "the compiler does not have this instruction"

FRAME_BLOCK: Final[u8] = 0  # the function's own frame too
FRAME_LOOP: Final[u8] = 1
FRAME_IF: Final[u8] = 2
FRAME_ELSE: Final[u8] = 3


@struct
class Frame:
    kind: u8
    dead: bool  # opened where nothing can be reached: built as nothing
    height: u32  # of the operand stack below its parameters
    params: u32
    results: u32
    log: u32  # where its part of the undo log starts
    serial: u32  # unique; what `stamp` of a local is compared with
    pending: u32  # branches to its end: a list through Pending.next
    pending_count: u32
    # Numbered values (numbering.py): how many there were when it was opened, and how many of them
    # come before every branch to its end
    numbered: u32
    dominating: u32
    # A loop's header, and the pool's list of the locals that are its parameters after `params`
    header: u32
    locals: u32
    local_count: u32
    # An if: the edge for a zero condition, and the pool's list of its operands, for the else part
    else_edge: u32
    saved: u32


@struct
class Pending:
    """A branch to the end of a frame, which is not built yet."""

    edge: u32
    args: u32  # the pool's list of the results it brings
    changes: u32  # pairs of words in `changes`: local, value
    change_count: u32
    next: u32


@struct
class Undo:
    local: u32
    value: u32
    stamp: u32


@struct
class Merged:
    """A local that differs on some way into a merge."""

    local: u32
    open: u32  # its value when the frame was opened: what a branch brings that did not change it
    value: u32  # what the branches bring that did
    same: bool  # they all bring `value`
    branches: u32  # how many of them there are


@struct
class Builder:
    arena: Ptr[Arena]
    module: Ptr[Module]
    function: Ptr[Function]
    numbering: Numbering
    prescan: Prescan = zeroed()
    known: Known = zeroed()
    offset: u32 = 0  # of the instruction being built, in the module
    block: u32 = 0  # the block being built, or NONE where nothing can be reached
    loops: u32 = 0  # how many are open
    # Operand stack
    stack: Slice[u32] = zeroed()
    height: u32 = 0
    # Locals
    types: Slice[u8] = zeroed()
    current: Slice[u32] = zeroed()
    stamp: Slice[u32] = zeroed()
    mark: Slice[u32] = zeroed()  # scratch of one merge: equal to `epoch` if the local has been met,
    slot: Slice[u32] = zeroed()  # and then its number there
    epoch: u32 = 0
    undo: Slice[Undo] = zeroed()
    undo_count: u32 = 0
    # Control
    frames: Slice[Frame] = zeroed()
    depth: u32 = 0
    serials: u32 = 0
    pending: Slice[Pending] = zeroed()
    pending_count: u32 = 0
    changes: Slice[u32] = zeroed()
    change_count: u32 = 0
    merged: Slice[Merged] = zeroed()
    merged_count: u32 = 0
    # Values that loop parameters turned out to equal: forward[p] is the value, or NONE
    forward: Slice[u32] = zeroed()
    # Scratch of br_table: the edge to a label, if its mark is `epoch`
    label_edge: Slice[u32] = zeroed()
    label_mark: Slice[u32] = zeroed()

    @raises(ArenaFull)
    def allocate(self, local_count: usize) -> None:
        arena = self.arena
        alloc_slice(arena, ref(self.stack), 64)
        alloc_slice(arena, ref(self.current), local_count)
        alloc_slice(arena, ref(self.stamp), local_count)
        alloc_slice(arena, ref(self.mark), local_count)
        alloc_slice(arena, ref(self.slot), local_count)
        alloc_slice(arena, ref(self.undo), 64)
        alloc_slice(arena, ref(self.frames), 16)
        alloc_slice(arena, ref(self.pending), 16)
        alloc_slice(arena, ref(self.changes), 64)
        alloc_slice(arena, ref(self.merged), 16)
        alloc_slice(arena, ref(self.forward), 0)
        alloc_slice(arena, ref(self.label_edge), 16)
        alloc_slice(arena, ref(self.label_mark), 16)
        self.height = 0
        self.epoch = 0
        self.undo_count = 0
        self.depth = 0
        self.serials = 0
        self.pending_count = 0
        self.change_count = 0
        self.merged_count = 0
        self.loops = 0

    # Instructions

    @raises(ArenaFull)
    def emit(self, op: Op, type: Type, a: u32 = 0, b: u32 = 0, c: u32 = 0) -> u32:
        if op.value >= Op.CALL.value and op.value <= Op.CALL_RUNTIME.value:
            self.known.forget()
        return self.function.add(op, type, a, b, c, self.offset)

    @raises(ArenaFull)
    def constant(self, type: Type, bits: u64) -> u32:
        return self.emit(Op.CONST, type, low_half(bits), high_half(bits))

    @raises(ArenaFull)
    def build_unary(self, op: Op, type: Type) -> None:
        """An operation on the topmost operand."""
        self.push(self.emit(op, type, self.pop()))

    @raises(ArenaFull)
    def start_block(self) -> u32:
        self.block = self.function.add_block(self.loops)
        self.known.enter(self.block)
        return self.block

    def end_block(self) -> None:
        """The terminator has been added: nothing that follows can be reached by falling through."""
        self.function.blocks[self.block].end = self.function.inst_count
        self.block = NONE

    def type_of(self, value: u32) -> Type:
        return self.function.insts[value].type

    @raises(Unsupported)
    def ir_type(self, type: u8) -> Type:
        """The compiler's type of a wasm value type."""
        match type:
            case types.I32:
                return Type.I32
            case types.I64:
                return Type.I64
            case types.F32:
                return Type.F32
            case types.F64:
                return Type.F64
            case types.FUNCREF | types.EXTERNREF:
                return Type.REF
            case _:
                failure = self.module.failure
                failure.unsupported(UNSUPPORTED_TYPE, self.offset, types.type_name(type))
                return Type.NONE

    # Operand stack

    @raises(ArenaFull)
    def push(self, value: u32) -> None:
        if self.height == len(self.stack):
            grow_slice(self.arena, ref(self.stack), self.height + 1)
        self.stack[self.height] = value
        self.height += 1

    def pop(self) -> u32:
        self.height -= 1
        return self.stack[self.height]

    @raises(ArenaFull)
    def save_top(self, count: u32) -> u32:
        """Copies the topmost operands to the pool; they stay on the stack."""
        start = self.function.reserve(count)
        for i in range(count):
            self.function.pool[start + i] = self.stack[self.height - count + i]
        return start

    # Locals

    @raises(ArenaFull)
    def set_local(self, local: u32, value: u32) -> None:
        serial = self.frames[self.depth - 1].serial
        if self.stamp[local] != serial:
            if self.undo_count == len(self.undo):
                grow_slice(self.arena, ref(self.undo), self.undo_count + 1)
            entry = self.undo[self.undo_count]
            entry.local = local
            entry.value = self.current[local]
            entry.stamp = self.stamp[local]
            self.undo_count += 1
            self.stamp[local] = serial
        self.current[local] = value

    def roll_back(self, log: u32) -> None:
        """Undoes the changes from entry `log` of the log on."""
        while self.undo_count > log:
            self.undo_count -= 1
            entry = self.undo[self.undo_count]
            self.current[entry.local] = entry.value
            self.stamp[entry.local] = entry.stamp

    @raises(ArenaFull)
    def note_changes(self, log: u32) -> u32:
        """Appends to `changes` the locals changed since entry `log`, with their present values;
        returns how many there are."""
        self.epoch += 1
        count: u32 = 0
        for i in range(log, self.undo_count):
            local = self.undo[i].local
            if self.mark[local] != self.epoch:
                self.mark[local] = self.epoch
                self.add_change(local, self.current[local])
                count += 1
        return count

    @raises(ArenaFull)
    def add_change(self, local: u32, value: u32) -> None:
        if self.change_count + 2 > len(self.changes):
            grow_slice(self.arena, ref(self.changes), self.change_count + 2)
        self.changes[self.change_count] = local
        self.changes[self.change_count + 1] = value
        self.change_count += 2

    # Frames

    @raises(ArenaFull)
    def open_frame(self, kind: u8, params: u32, results: u32) -> Ptr[Frame]:
        if self.depth == len(self.frames):
            grow_slice(self.arena, ref(self.frames), self.depth + 1)
            grow_slice(self.arena, ref(self.label_edge), self.depth + 1)
            grow_slice(self.arena, ref(self.label_mark), self.depth + 1)
        frame = self.frames[self.depth]
        self.depth += 1
        self.serials += 1
        frame.kind = kind
        frame.dead = self.block == NONE
        frame.height = 0 if frame.dead else self.height - params
        frame.params = params
        frame.results = results
        frame.log = self.undo_count
        frame.serial = self.serials
        frame.pending = NONE
        frame.pending_count = 0
        frame.numbered = self.numbering.count
        frame.dominating = NONE
        frame.header = NONE
        frame.else_edge = NONE
        return frame

    def label(self, index: u32) -> Ptr[Frame]:
        """The frame that a branch to label `index` means."""
        return self.frames[self.depth - 1 - index]

    # Numbered values

    def restrict_numbered(self, frame: Ptr[Frame], count: u32) -> None:
        """Of the numbered values, only the first `count` come before the end of `frame`."""
        frame.dominating = min(frame.dominating, count)

    def forget_numbered(self, frame: Ptr[Frame], count: u32) -> None:
        """Control comes here from before the others were numbered."""
        self.numbering.roll_back(count)
        self.restrict_numbered(frame, count)

    # Values that were replaced

    @raises(ArenaFull)
    def replace(self, old: u32, new: u32) -> None:
        """From now on `old` stands for `new`."""
        if old >= len(self.forward):
            length = len(self.forward)
            grow_slice(self.arena, ref(self.forward), old + 1)
            fill(self.forward[length:], NONE)
        self.forward[old] = new

    def resolve(self, value: u32) -> u32:
        """What `value` stands for. Chains are as deep as loops are nested."""
        found = value
        while found < len(self.forward) and self.forward[found] != NONE:
            found = self.forward[found]
        return found

    def resolve_operands(self) -> None:
        """Rewrites every operand to what it stands for."""
        function = self.function
        for n in range(function.inst_count):
            inst = function.insts[n]
            if has_property(inst.op, USES_A):
                inst.a = self.resolve(inst.a)
            if has_property(inst.op, USES_B):
                inst.b = self.resolve(inst.b)
            if has_property(inst.op, USES_C):
                inst.c = self.resolve(inst.c)
            if has_property(inst.op, USES_LIST):
                self.resolve_list(function.list_of(inst))
        for n in range(function.edge_count):
            self.resolve_list(function.args_of(n))

    def resolve_list(self, values: Slice[u32]) -> None:
        for i in range(len(values)):
            values[i] = self.resolve(values[i])

    # What the compiler does not have

    @raises(Unsupported)
    def refuse(self, insn: Ptr[Instruction]) -> None:
        name = NAMES[insn.opcode]
        self.module.failure.unsupported(UNSUPPORTED_INSTRUCTION, insn.offset, name)
