"""What the validator knows at one point of a function body: the operand and control stacks.

This is the algorithm of the specification's appendix ("Validation Algorithm"). The operand stack
holds types. After an instruction that does not fall through, the rest of its frame is dead: its
operands are forgotten, and a pop at the frame's floor gives BOTTOM, which fits every type.
"""
from __future__ import annotations

from typing import Final

import kernel_src.wasm.errors as errors
from kernel_src.lib.arena import Arena, ArenaFull, alloc_slice, grow_slice
from kernel_src.wasm.decode import Instruction
from kernel_src.wasm.errors import Invalid
from kernel_src.wasm.module import Module
from kernel_src.wasm.reader import Reader
from kernel_src.wasm.types import BOTTOM
from pykern.lang import Ptr, Slice, inline, raises, ref, struct, u8, u16, u32, usize, zeroed

INITIAL_OPERANDS: Final[usize] = 64
INITIAL_FRAMES: Final[usize] = 16


@struct
class Frame:
    """A block that is open. The first one is the function's body."""

    opcode: u16  # codes.BLOCK, LOOP, IF or ELSE
    live: bool  # it was opened where it can be reached, so the compiler has seen it
    dead_outside: bool  # what `BodyValidator.dead` was before it
    height: usize  # of the operand stack below the params
    params: Slice[u8]
    results: Slice[u8]


@struct
class BodyValidator:
    module: Ptr[Module]
    reader: Ptr[Reader]
    arena: Ptr[Arena]
    insn: Instruction = zeroed()
    function: u32 = 0
    locals: Slice[u8] = zeroed()  # types of the parameters and the locals
    operands: Slice[u8] = zeroed()
    count: usize = 0
    frames: Slice[Frame] = zeroed()
    depth: usize = 0  # frames that are open
    floor: usize = 0  # `height` of the innermost frame
    dead: bool = False  # the rest of the innermost frame cannot be reached

    @raises(ArenaFull)
    def reset_stacks(self) -> None:
        alloc_slice(self.arena, ref(self.operands), INITIAL_OPERANDS)
        alloc_slice(self.arena, ref(self.frames), INITIAL_FRAMES)
        self.count = 0
        self.depth = 0
        self.floor = 0
        self.dead = False

    @raises(Invalid)
    def mismatch(self) -> None:
        self.module.failure.invalid(errors.TYPE_MISMATCH, self.insn.offset)

    # Operands

    @inline
    @raises(ArenaFull)
    def push(self, type: u8) -> None:
        if self.count == len(self.operands):
            grow_slice(self.arena, ref(self.operands), self.count + 1)
        self.operands[self.count] = type
        self.count += 1

    @raises(ArenaFull)
    def push_all(self, types: Slice[u8]) -> None:
        for type in types:
            self.push(type)

    @inline
    @raises(Invalid)
    def pop_any(self) -> u8:
        if self.count == self.floor:
            if not self.dead:
                self.mismatch()
            return BOTTOM
        self.count -= 1
        return self.operands[self.count]

    @inline
    @raises(Invalid)
    def pop(self, expected: u8) -> None:
        actual = self.pop_any()
        if actual != expected and actual != BOTTOM:
            self.mismatch()

    @raises(Invalid)
    def pop_all(self, types: Slice[u8]) -> None:
        """Pops operands of these types, the last one first."""
        left = len(types)
        while left > 0:
            left -= 1
            self.pop(types[left])

    @raises(Invalid)
    def check_top(self, types: Slice[u8]) -> None:
        """The operands on top fit these types; they stay."""
        position = self.count
        left = len(types)
        while left > 0:
            left -= 1
            if position > self.floor:
                position -= 1
                actual = self.operands[position]
                if actual != types[left] and actual != BOTTOM:
                    self.mismatch()
            elif not self.dead:
                self.mismatch()

    # Frames

    @raises(ArenaFull)
    def open_frame(self, opcode: u16, params: Slice[u8], results: Slice[u8]) -> None:
        if self.depth == len(self.frames):
            grow_slice(self.arena, ref(self.frames), self.depth + 1)
        frame = self.frames[self.depth]
        frame.opcode = opcode
        frame.live = self.is_live()
        frame.dead_outside = self.dead
        frame.height = self.count
        frame.params = params
        frame.results = results
        self.depth += 1
        self.floor = self.count
        self.dead = False
        self.push_all(params)

    def is_live(self) -> bool:
        """The next instruction can be reached. In a block inside dead code none can, though its
        operands are checked as if they could.
        """
        return not self.dead and (self.depth == 0 or self.innermost().live)

    def innermost(self) -> Ptr[Frame]:
        return self.frames[self.depth - 1]

    @raises(Invalid)
    def finish_frame(self) -> Ptr[Frame]:
        """Checks that exactly the frame's results are left, and takes them off."""
        frame = self.innermost()
        self.pop_all(frame.results)
        if self.count != frame.height:
            self.mismatch()
        return frame

    @raises(ArenaFull)
    def close_frame(self) -> None:
        frame = self.innermost()
        self.dead = frame.dead_outside
        self.depth -= 1
        self.floor = 0 if self.depth == 0 else self.innermost().height
        self.push_all(frame.results)

    def die(self) -> None:
        """The rest of the innermost frame cannot be reached."""
        self.count = self.floor
        self.dead = True
