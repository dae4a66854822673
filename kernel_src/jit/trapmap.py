"""What a code address means: the cause of a trap there, the place in the module, the function.

Entries are added in the order of the code, so the map is sorted and a lookup is a binary search.
Besides the instructions that may trap it has every return address (cause TRAP_NONE), so that a
backtrace can name the calls.
"""

from __future__ import annotations

from kernel_src.jit.context import TRAP_NONE
from kernel_src.lib.arena import Arena, ArenaFull, alloc_slice, grow_slice
from pykern.lang import Ptr, Slice, raises, ref, struct, u8, u32, zeroed


@struct
class TrapEntry:
    code: u32  # offset of the instruction in the code; of a call, that of the one after it
    offset: u32  # in the module
    cause: u8  # context.TRAP_*


@struct
class FunctionCode:
    index: u32  # in the module, imports first
    start: u32  # offsets in the code
    end: u32
    frame: u32  # bytes between rsp in the body and the return address


@struct
class TrapMap:
    arena: Ptr[Arena]
    entries: Slice[TrapEntry] = zeroed()
    count: u32 = 0
    functions: Slice[FunctionCode] = zeroed()
    function_count: u32 = 0

    @raises(ArenaFull)
    def init(self, functions: u32) -> None:
        arena = self.arena
        self.count = 0
        self.function_count = 0
        alloc_slice(arena, ref(self.entries), 64)
        alloc_slice(arena, ref(self.functions), functions)

    @raises(ArenaFull)
    def add(self, code: u32, offset: u32, cause: u8) -> None:
        n = self.count
        if n == len(self.entries):
            grow_slice(self.arena, ref(self.entries), n + 1)
        entry = self.entries[n]
        entry.code = code
        entry.offset = offset
        entry.cause = cause
        self.count = n + 1

    def add_function(self, index: u32, start: u32, end: u32, frame: u32) -> None:
        record = self.functions[self.function_count]
        record.index = index
        record.start = start
        record.end = end
        record.frame = frame
        self.function_count += 1

    def find(self, code: u32) -> Ptr[TrapEntry] | None:
        """The entry for a fault of the instruction at offset `code`."""
        return self.entry_at(code, False)

    def find_call(self, code: u32) -> Ptr[TrapEntry] | None:
        """The entry for the call that returns to offset `code`."""
        return self.entry_at(code, True)

    def entry_at(self, code: u32, is_return: bool) -> Ptr[TrapEntry] | None:
        """One offset may have both: what follows a call that does not return traps."""
        low: u32 = 0
        high = self.count
        while low < high:
            middle = (low + high) // 2
            if self.entries[middle].code < code:
                low = middle + 1
            else:
                high = middle
        while low < self.count and self.entries[low].code == code:
            if (self.entries[low].cause == TRAP_NONE) == is_return:
                return self.entries[low]
            low += 1
        return None

    def function_at(self, code: u32) -> Ptr[FunctionCode] | None:
        """The function whose code contains offset `code`."""
        low: u32 = 0
        high = self.function_count
        while low < high:
            middle = (low + high) // 2
            if self.functions[middle].end <= code:
                low = middle + 1
            else:
                high = middle
        if low < self.function_count and self.functions[low].start <= code:
            return self.functions[low]
        return None
