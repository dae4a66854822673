"""One number for each function type, the same in every module.

`call_indirect` compares numbers, so equal types must have equal numbers whichever module declares
them. Number 0 is no type: it marks the null element of a table. Types are kept for good; there is
room for a fixed number, since a type that no module uses any more cannot be told from one in a
table.
"""
from __future__ import annotations

from typing import Final

from kernel_src.jit.frame import stack_words
from kernel_src.lib.arena import Arena, ArenaFull, alloc_slice
from kernel_src.lib.bytes import FNV_OFFSET, hash_bytes, same_bytes
from kernel_src.wasm.module import FuncType
from pykern.lang import (
    Array,
    Error,
    Ptr,
    Slice,
    copy_slice,
    raises,
    ref,
    struct,
    truncate,
    u32,
    usize,
    zeroed,
)

CAPACITY: Final[usize] = 4096
# A power of two, larger than CAPACITY, so that a search always ends at a free place
SLOTS: Final[usize] = 8192


class TooManySignatures(Error):
    """The modules loaded since the start have used all the numbers for types."""


@struct
class Signatures:
    arena: Ptr[Arena]  # for the types' bytes
    count: usize = 0
    slots: Array[u32, SLOTS] = zeroed()  # open addressing; 0 is free
    types: Array[FuncType, CAPACITY] = zeroed()  # number n is at n - 1
    # By number: what a call of the type has on the stack (frame.stack_words)
    stack_words: Array[u32, CAPACITY + 1] = zeroed()

    @raises(TooManySignatures, ArenaFull)
    def number_of(self, type: Ptr[FuncType]) -> u32:
        """The number of a type, a new one if no module has had the type before."""
        slot = hash_type(type) & (SLOTS - 1)
        while self.slots[slot] != 0:
            number = self.slots[slot]
            if same_type(self.types[number - 1], type):
                return number
            slot = (slot + 1) & (SLOTS - 1)
        if self.count == CAPACITY:
            raise TooManySignatures
        copy_type(self.arena, self.types[self.count], type)
        self.count += 1
        self.slots[slot] = u32(self.count)
        self.stack_words[self.count] = stack_words(type)
        return u32(self.count)


def hash_type(type: Ptr[FuncType]) -> usize:
    return truncate(usize, hash_bytes(type.results, hash_bytes(type.params, FNV_OFFSET)))


def same_type(a: Ptr[FuncType], b: Ptr[FuncType]) -> bool:
    return same_bytes(a.params, b.params) and same_bytes(a.results, b.results)


@raises(ArenaFull)
def copy_type(arena: Ptr[Arena], copied: Ptr[FuncType], type: Ptr[FuncType]) -> None:
    """The module's bytes go away with the module, so the lists are copied."""
    alloc_slice(arena, ref(copied.params), len(type.params))
    alloc_slice(arena, ref(copied.results), len(type.results))
    copy_slice(copied.params, type.params)
    copy_slice(copied.results, type.results)


@raises(TooManySignatures, ArenaFull)
def number_types(
    signatures: Ptr[Signatures], types: Slice[FuncType], numbers: Slice[u32]
) -> None:
    """Fills `numbers` for the types of a module, looking each distinct one up once."""
    for i, type in enumerate(types):
        if type.canonical == i:
            numbers[i] = signatures.number_of(type)
        else:
            numbers[i] = numbers[type.canonical]
