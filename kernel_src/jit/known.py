"""What memory and globals are known to hold within a block: a load of it needs no load.

    store32 [p + 4], x
    store32 [p + 8], y        other bytes of the same base: the first is still known
    load32  [p + 4]           x
    store8  [q], z            q may be p + 4: all of memory is forgotten, but this store
    call                      everything is forgotten

A load whose value is known is not made at all: an access of the same bytes has already been
checked. Only the last few are remembered, so that a store looks at no more than these.
"""

from __future__ import annotations

from typing import Final

from kernel_src.jit.ir import NONE, Op, Type
from pykern.lang import Array, Ptr, panic, struct, u32, u64, usize, value, zeroed

REMEMBERED: Final[usize] = 8


@value
class Place:
    base: u32  # the value of the address; NONE for a constant address, and for a global
    offset: u64  # the constant offset, or the address; or the global


@struct
class Fact:
    """A load of this kind, here, would give `value`; `value` is NONE where there is no fact."""

    load: Op
    type: Type
    base: u32  # as in Place
    offset: u64
    value: u32


@struct
class Known:
    facts: Array[Fact, 8] = zeroed()
    next: u32 = 0  # the one to be replaced next
    block: u32 = 0  # the one they are about

    def forget(self) -> None:
        for i in range(REMEMBERED):
            self.facts[i].value = NONE

    def enter(self, block: u32) -> None:
        """Nothing is known where a block starts."""
        if self.block != block:
            self.block = block
            self.forget()

    def find(self, load: Op, type: Type, place: Place) -> u32:
        for i in range(REMEMBERED):
            fact = self.facts[i]
            is_place = fact.base == place.base and fact.offset == place.offset
            if is_place and fact.load == load and fact.type == type and fact.value != NONE:
                return fact.value
        return NONE

    def note(self, load: Op, type: Type, place: Place, value: u32) -> None:
        fact = self.facts[self.next]
        fact.load = load
        fact.type = type
        fact.base = place.base
        fact.offset = place.offset
        fact.value = value
        self.next = (self.next + 1) % u32(REMEMBERED)

    def note_store(self, store: Op, type: Type, place: Place, value: u32) -> None:
        """Forgets what the store may change. What a whole value was stored to is known to hold it;
        part of one would have to be extended."""
        bytes = access_bytes(store)
        for i in range(REMEMBERED):
            fact = self.facts[i]
            is_memory = fact.value != NONE and fact.load != Op.GLOBAL_GET
            if is_memory and not is_apart(fact, place, bytes):
                fact.value = NONE
        if store == Op.STORE64:
            self.note(Op.LOAD64, type, place, value)
        elif store == Op.STORE32 and (type == Type.I32 or type == Type.F32):
            self.note(Op.LOAD32_U, type, place, value)

    def note_global(self, type: Type, index: u32, imported: u32, value: u32) -> None:
        """The `imported` globals are the first ones; any two of them may be the same."""
        for i in range(REMEMBERED):
            fact = self.facts[i]
            may_be_same = index < imported and fact.offset < imported
            if fact.load == Op.GLOBAL_GET and (fact.offset == index or may_be_same):
                fact.value = NONE
        self.note(Op.GLOBAL_GET, type, Place(base=NONE, offset=index), value)


def is_apart(fact: Ptr[Fact], place: Place, bytes: u64) -> bool:
    """Does the fact surely speak of other bytes than those from `place` on?"""
    if fact.base != place.base:
        return False
    before = fact.offset + access_bytes(fact.load) <= place.offset
    return before or place.offset + bytes <= fact.offset


def access_bytes(op: Op) -> u64:
    match op:
        case Op.LOAD8_S | Op.LOAD8_U | Op.STORE8:
            return 1
        case Op.LOAD16_S | Op.LOAD16_U | Op.STORE16:
            return 2
        case Op.LOAD32_S | Op.LOAD32_U | Op.STORE32:
            return 4
        case Op.LOAD64 | Op.STORE64:
            return 8
        case _:
            panic(f"{op} accesses no memory")
