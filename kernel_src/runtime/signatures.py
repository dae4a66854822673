"""One number for each function type, the same in every module that is loaded.

`call_indirect` compares numbers, so equal types must have equal numbers whichever module declares
them. Number 0 is no type: it marks the null element of a table. A number is free again when the
last module with its type has been unloaded: by then no table has an element of it
(`program.unload_program`).

The types' bytes lie in the arena without a gap: what is above those of a freed type moves down.
"""
from __future__ import annotations

from typing import Final

from kernel_src.jit.frame import stack_words
from kernel_src.lib.arena import Arena, ArenaFull
from kernel_src.lib.bytes import FNV_OFFSET, hash_bytes, same_bytes
from kernel_src.wasm.module import FuncType
from pykern.lang import (
    Array,
    Error,
    Ptr,
    Slice,
    address_of,
    copy_slice,
    raises,
    slice_at,
    struct,
    truncate,
    u8,
    u32,
    usize,
    zeroed,
)

CAPACITY: Final[usize] = 4096
# A power of two, larger than CAPACITY, so that a search always ends at a free place
SLOTS: Final[usize] = 8192


class TooManySignatures(Error):
    """The modules that are loaded have all the numbers for types in use."""


@struct
class Signatures:
    arena: Ptr[Arena]  # for the types' bytes alone
    count: usize = 0  # numbers in use
    given: usize = 0  # the largest number that has ever been in use
    free: u32 = 0  # the first free one up to `given`, 0 if there is none; `users` leads to the next
    slots: Array[u32, SLOTS] = zeroed()  # open addressing; 0 is free
    types: Array[FuncType, CAPACITY] = zeroed()  # number n is at n - 1
    users: Array[u32, CAPACITY + 1] = zeroed()  # by number: the modules that have the type
    # By number: what a call of the type has on the stack (frame.stack_words)
    stack_words: Array[u32, CAPACITY + 1] = zeroed()

    @raises(TooManySignatures, ArenaFull)
    def acquire(self, type: Ptr[FuncType]) -> u32:
        """The number of a type, for one more user; a new one if nobody else has the type."""
        slot = self.slot_of(type)
        number = self.slots[slot]
        if number == 0:
            number = self.add(type)
            self.slots[slot] = number
        self.users[number] += 1
        return number

    def slot_of(self, type: Ptr[FuncType]) -> usize:
        """Where the type's number is, or where it would go."""
        slot = home_of(type)
        while self.slots[slot] != 0 and not same_type(self.types[self.slots[slot] - 1], type):
            slot = next_slot(slot)
        return slot

    @raises(TooManySignatures, ArenaFull)
    def add(self, type: Ptr[FuncType]) -> u32:
        """A number for a type that has none."""
        if self.count == CAPACITY:
            raise TooManySignatures
        address = self.arena.alloc_bytes(len(type.params) + len(type.results), 1)
        number = self.free
        if number == 0:
            self.given += 1
            number = u32(self.given)
        else:
            self.free = self.users[number]
        self.count += 1
        self.users[number] = 0
        copy_type(address, self.types[number - 1], type)
        self.stack_words[number] = stack_words(type)
        return number

    def release(self, number: u32) -> None:
        """One user less."""
        assert self.users[number] != 0, f"nobody uses the signature {number}"
        self.users[number] -= 1
        if self.users[number] != 0:
            return
        self.empty_slot(self.slot_of(self.types[number - 1]))
        self.free_bytes(self.types[number - 1])
        self.users[number] = self.free
        self.free = number
        self.count -= 1

    def empty_slot(self, slot: usize) -> None:
        """Numbers after it that a search would then miss move up (Knuth, volume 3, algorithm 6.4R).
        """
        after = next_slot(slot)
        while self.slots[after] != 0:
            home = home_of(self.types[self.slots[after] - 1])
            if distance(home, after) >= distance(slot, after):
                self.slots[slot] = self.slots[after]
                slot = after
            after = next_slot(after)
        self.slots[slot] = 0

    def free_bytes(self, type: Ptr[FuncType]) -> None:
        """Closes the gap and leads the types whose bytes have moved to them."""
        arena = self.arena
        size = len(type.params) + len(type.results)
        end = address_of(type.params) + size
        base = address_of(arena.memory)
        bytes = slice_at(u8, base, arena.used)
        copy_slice(bytes[end - base - size : arena.used - size], bytes[end - base :])
        arena.reset(arena.used - size)
        for other in self.types[: self.given]:
            start = address_of(other.params)
            if start >= end:
                place_type(other, start - size)


def home_of(type: Ptr[FuncType]) -> usize:
    """The slot where the search for a type begins."""
    return hash_type(type) & (SLOTS - 1)


def next_slot(slot: usize) -> usize:
    return (slot + 1) & (SLOTS - 1)


def distance(first: usize, last: usize) -> usize:
    """How many steps of `next_slot` lead from one to the other."""
    return (last + SLOTS - first) & (SLOTS - 1)


def hash_type(type: Ptr[FuncType]) -> usize:
    return truncate(usize, hash_bytes(type.results, hash_bytes(type.params, FNV_OFFSET)))


def same_type(a: Ptr[FuncType], b: Ptr[FuncType]) -> bool:
    return same_bytes(a.params, b.params) and same_bytes(a.results, b.results)


def copy_type(address: usize, copied: Ptr[FuncType], type: Ptr[FuncType]) -> None:
    """The module's bytes go away with the module, so the lists are copied, one after the other."""
    copied.params = slice_at(u8, address, len(type.params))
    copied.results = slice_at(u8, address + len(type.params), len(type.results))
    copy_slice(copied.params, type.params)
    copy_slice(copied.results, type.results)


def place_type(type: Ptr[FuncType], address: usize) -> None:
    """The type's bytes lie there now."""
    type.params = slice_at(u8, address, len(type.params))
    type.results = slice_at(u8, address + len(type.params), len(type.results))


@raises(TooManySignatures, ArenaFull)
def number_types(
    signatures: Ptr[Signatures], types: Slice[FuncType], numbers: Slice[u32]
) -> None:
    """Fills `numbers`, which are 0, for the types of a module, taking each distinct one once."""
    for i, type in enumerate(types):
        if type.canonical == i:
            numbers[i] = signatures.acquire(type)
        else:
            numbers[i] = numbers[type.canonical]


def release_types(signatures: Ptr[Signatures], types: Slice[FuncType], numbers: Slice[u32]) -> None:
    """Gives back what `number_types` has taken, also if it did not come to its end."""
    for i, number in enumerate(numbers):
        if number != 0 and types[i].canonical == i:
            signatures.release(number)
