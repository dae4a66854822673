"""Value numbering: an operation on the same operands as an earlier one is that earlier value.

    block                      a = v1 + v2     number 0
      if                       b = v1 * v2     number 1
      else                     (1 is forgotten: the else part does not come after b)
      end
    end                        a again: 0 is what remains

An entry may be used only where its definition dominates. Entries are a stack, and what is added in
a part of the function that a merge may come around is taken off at the merge: `roll_back` to the
number of entries when the first of the merge's branches was made, or to what merges inside have
left since. Constants are the same if their bits are; comparisons are not numbered, so that they
stay beside the branch that they become one instruction with.

A chain is looked at only so far: time is linear whatever is hashed.
"""

from __future__ import annotations

from typing import Final

from kernel_src.jit.ir import (
    PURE,
    USES_A,
    USES_B,
    Function,
    Inst,
    Op,
    Type,
    has_property,
)
from kernel_src.lib.arena import Arena, ArenaFull, alloc_slice, grow_slice
from pykern.lang import Ptr, Slice, fill, raises, ref, struct, truncate, u32, u64, wrapping, zeroed

NONE: Final[u32] = 0xFFFF_FFFF
LONGEST_CHAIN: Final[u32] = 8
BUCKETS_LEAST: Final[u32] = 64
BUCKETS_MOST: Final[u32] = 1 << 14
MULTIPLIER: Final[u64] = 0x9E37_79B9_7F4A_7C15


@struct
class Entry:
    value: u32
    bucket: u32
    next: u32  # older one of the bucket


@struct
class Numbering:
    arena: Ptr[Arena]
    function: Ptr[Function]
    buckets: Slice[u32] = zeroed()  # the newest entry, or NONE
    entries: Slice[Entry] = zeroed()
    count: u32 = 0

    @raises(ArenaFull)
    def init(self, body_bytes: u32) -> None:
        buckets = BUCKETS_LEAST
        while buckets < BUCKETS_MOST and buckets < body_bytes // 16:
            buckets *= 2
        alloc_slice(self.arena, ref(self.buckets), buckets)
        fill(self.buckets, NONE)
        alloc_slice(self.arena, ref(self.entries), buckets)
        self.count = 0

    def find(self, op: Op, type: Type, a: u32, b: u32) -> u32:
        """The value of the operation, or NONE if it is new."""
        entry = self.buckets[self.bucket_of(op, a, b)]
        for _ in range(LONGEST_CHAIN):
            if entry == NONE:
                break
            record = self.entries[entry]
            if self.is_same(self.function.insts[record.value], op, type, a, b):
                return record.value
            entry = record.next
        return NONE

    @raises(ArenaFull)
    def add(self, value: u32) -> None:
        inst = self.function.insts[value]
        n = self.count
        if n == len(self.entries):
            grow_slice(self.arena, ref(self.entries), n + 1)
        bucket = self.bucket_of(inst.op, inst.a, inst.b)
        entry = self.entries[n]
        entry.value = value
        entry.bucket = bucket
        entry.next = self.buckets[bucket]
        self.buckets[bucket] = n
        self.count = n + 1

    def roll_back(self, count: u32) -> None:
        """Takes off the entries from number `count` on."""
        while self.count > count:
            self.count -= 1
            entry = self.entries[self.count]
            self.buckets[entry.bucket] = entry.next

    @wrapping
    def bucket_of(self, op: Op, a: u32, b: u32) -> u32:
        key = self.key_of(a) * MULTIPLIER
        if has_property(op, USES_B):
            key = (key ^ key >> 32 ^ self.key_of(b)) * MULTIPLIER
        key = (key ^ op.value) * MULTIPLIER
        return truncate(u32, key >> 40) & (u32(len(self.buckets)) - 1)

    def key_of(self, value: u32) -> u64:
        if self.function.is_const(value):
            return ~self.function.const_bits(value)
        return value

    def is_same(self, inst: Ptr[Inst], op: Op, type: Type, a: u32, b: u32) -> bool:
        if inst.op != op or inst.type != type or not self.is_same_value(inst.a, a):
            return False
        return not has_property(op, USES_B) or self.is_same_value(inst.b, b)

    def is_same_value(self, a: u32, b: u32) -> bool:
        function = self.function
        if a == b:
            return True
        if not function.is_const(a) or not function.is_const(b):
            return False
        same_type = function.insts[a].type == function.insts[b].type
        return same_type and function.const_bits(a) == function.const_bits(b)


def is_numbered(op: Op) -> bool:
    """Pure operations on one or two values that are no comparisons."""
    if op.value >= Op.EQ.value and op.value <= Op.GE_U.value:
        return False
    if op.value >= Op.FEQ.value and op.value <= Op.FGE.value:
        return False
    return op != Op.SELECT and has_property(op, PURE) and has_property(op, USES_A)
