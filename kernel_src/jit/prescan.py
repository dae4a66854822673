"""Which locals does each loop assign?

A loop's header needs a parameter for each local that changes inside it, and the header is built
before the body is seen. So the body is read once, ahead of validation, for nothing but this:

    assigned = [x, y, x, z]         every local.set and local.tee, in order
    loops    = [(offset, 1, 3)]     the loop at `offset` contains assigned[1:3]

A range of an outer loop contains those of the loops inside it, so memory is linear in the body.
The body may be malformed: the scan ends at the first instruction that cannot be decoded, and the
validator, which gets there later, says why.
"""

from __future__ import annotations

import kernel_src.wasm.codes as codes
from kernel_src.jit.ir import NONE
from kernel_src.lib.arena import Arena, ArenaFull, alloc_slice, grow_slice
from kernel_src.wasm.decode import Instruction, decode
from kernel_src.wasm.errors import Failure, Invalid, Malformed, Unsupported
from kernel_src.wasm.module import Module
from kernel_src.wasm.reader import Reader
from pykern.lang import Ptr, Slice, raises, ref, struct, u32, usize, zeroed


@struct
class LoopRange:
    offset: u32  # of the loop instruction in the module
    first: u32
    end: u32


@struct
class Prescan:
    assigned: Slice[u32]
    assigned_count: u32
    loops: Slice[LoopRange]
    loop_count: u32
    # For each frame that is open: the index of its loop, NONE for blocks and ifs
    open: Slice[u32]
    open_count: u32

    @raises(ArenaFull)
    def scan(self, arena: Ptr[Arena], module: Ptr[Module], start: u32, end: u32) -> None:
        alloc_slice(arena, ref(self.assigned), 16)
        alloc_slice(arena, ref(self.loops), 16)
        alloc_slice(arena, ref(self.open), 16)
        self.assigned_count = 0
        self.loop_count = 0
        self.open_count = 0
        failure = Failure()
        reader = Reader(bytes=module.bytes, position=start, end=end, failure=failure)
        insn: Instruction = zeroed()
        try:
            while not reader.at_end():
                decode(reader, module, insn)
                self.note(arena, insn)
        except (Malformed, Invalid, Unsupported):
            pass
        while self.open_count > 0:
            self.close()

    @raises(ArenaFull)
    def note(self, arena: Ptr[Arena], insn: Ptr[Instruction]) -> None:
        match insn.opcode:
            case codes.LOCAL_SET | codes.LOCAL_TEE:
                if self.assigned_count == len(self.assigned):
                    grow_slice(arena, ref(self.assigned), self.assigned_count + 1)
                self.assigned[self.assigned_count] = insn.index
                self.assigned_count += 1
            case codes.LOOP:
                self.open_frame(arena, self.add_loop(arena, insn.offset))
            case codes.BLOCK | codes.IF:
                self.open_frame(arena, NONE)
            case codes.END:
                if self.open_count > 0:
                    self.close()
            case _:
                pass

    @raises(ArenaFull)
    def add_loop(self, arena: Ptr[Arena], offset: u32) -> u32:
        n = self.loop_count
        if n == len(self.loops):
            grow_slice(arena, ref(self.loops), n + 1)
        loop = self.loops[n]
        loop.offset = offset
        loop.first = self.assigned_count
        loop.end = self.assigned_count
        self.loop_count = n + 1
        return n

    @raises(ArenaFull)
    def open_frame(self, arena: Ptr[Arena], loop: u32) -> None:
        if self.open_count == len(self.open):
            grow_slice(arena, ref(self.open), self.open_count + 1)
        self.open[self.open_count] = loop
        self.open_count += 1

    def close(self) -> None:
        self.open_count -= 1
        loop = self.open[self.open_count]
        if loop != NONE:
            self.loops[loop].end = self.assigned_count

    def find(self, offset: u32) -> Slice[u32]:
        """The locals assigned in the loop at `offset`, with repetitions."""
        low: usize = 0
        high: usize = self.loop_count
        while low < high:
            middle = (low + high) // 2
            if self.loops[middle].offset < offset:
                low = middle + 1
            else:
                high = middle
        loop = self.loops[low]
        return self.assigned[loop.first : loop.end]
