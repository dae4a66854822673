"""Ranges of a window of virtual addresses: taken, given back, taken again.

The blocks in use are a search tree by address. Each knows the gap behind it, and the widest gap in
the part of the tree below it:

    anchor | gap | block | guard | gap | block | guard | block | guard | gap |

Gaps are not kept apart from the blocks, so there is nothing to join when one is given back: its
room and the gap behind it belong to the block before. The lowest gap that is wide enough is used;
finding it, and every other operation, takes a way down the tree. The tree is a treap: random
priorities keep it shallow whatever the order of requests.

Behind each block lies a guard that is nobody's. The caller keeps other processors out.
"""
from __future__ import annotations

from typing import Final

from kernel_src.lib.bits import align_up, is_aligned
from kernel_src.memlayout import PAGE_SIZE
from pykern.lang import (
    Error,
    Ptr,
    Slice,
    checked_add,
    max_of,
    panic,
    raises,
    struct,
    truncate,
    u32,
    u64,
    usize,
    wrapping_shl,
    zeroed,
)

NONE: Final[u32] = max_of(u32)
ANCHOR: Final[u32] = 0
SEED: Final[u64] = 0x9E37_79B9_7F4A_7C15


class OutOfAddresses(Error):
    """The window has no gap that wide, or as many blocks as it can hold."""


@struct
class Block:
    start: usize = 0
    size: usize = 0
    guard: usize = 0  # bytes behind it
    gap: usize = 0  # free bytes behind the guard
    widest: usize = 0  # gap here and below
    left: u32 = 0  # in an unused one: the next unused one
    right: u32 = 0
    priority: u32 = 0  # none below is greater


@struct
class Window:
    start: usize = 0
    end: usize = 0
    blocks: Slice[Block] = zeroed()
    count: usize = 0  # in use, without the anchor
    taken: usize = 0  # bytes of blocks and guards
    root: u32 = ANCHOR
    unused: u32 = NONE
    fresh: u32 = 1  # blocks from here on were never used
    random: u64 = SEED

    def initialise(self, start: usize, end: usize, blocks: Slice[Block]) -> None:
        """Nothing is taken. One of `blocks` is the anchor, so one less is to be had."""
        assert is_aligned(start | end, PAGE_SIZE) and 0 < start < end, f"{start:#x} to {end:#x}"
        assert len(blocks) > 1, "there must be room for a block"
        self.start = start
        self.end = end
        self.blocks = blocks
        self.count = 0
        self.taken = 0
        self.root = ANCHOR
        self.unused = NONE
        self.fresh = 1
        self.fill_in(ANCHOR, start - 1, 1, 0)
        blocks[ANCHOR].gap = end - start
        blocks[ANCHOR].widest = end - start

    @raises(OutOfAddresses)
    def reserve(self, size: usize, guard: usize = PAGE_SIZE, align: usize = PAGE_SIZE) -> usize:
        """The start of `size` bytes, with `guard` unused bytes behind them.

        An alignment of more than a page wants a gap in which it is met wherever the gap begins.
        """
        assert size > 0 and is_aligned(size | guard, PAGE_SIZE), f"{size} and {guard} bytes"
        assert align >= PAGE_SIZE and align & (align - 1) == 0, f"an alignment of {align}"
        room, too_large = checked_add(size, guard)
        needed, overflows = checked_add(room, align - PAGE_SIZE)
        if too_large or overflows or self.blocks[self.root].widest < needed:
            raise OutOfAddresses
        before = self.lowest_gap(needed)
        after = self.end_of(before)
        start = align_up(after, align)
        added = self.unused_block()
        self.fill_in(added, start, size, guard)
        self.blocks[added].gap = self.blocks[before].gap - (start - after) - room
        self.blocks[before].gap = start - after
        self.refresh_to(self.root, self.blocks[before].start)
        self.root = self.insert(self.root, added)
        self.count += 1
        self.taken += room
        return start

    def release(self, start: usize, size: usize) -> None:
        """Gives back what `reserve` returned."""
        index = self.find(start)
        if index == ANCHOR or self.blocks[index].start != start:
            panic(f"no block begins at {start:#x}")
        block = self.blocks[index]
        assert block.size == size, f"{size} of {block.size} bytes given back"
        before = self.find(start - 1)
        self.blocks[before].gap += block.size + block.guard + block.gap
        self.root = self.erase(self.root, start)
        self.refresh_to(self.root, self.blocks[before].start)
        self.count -= 1
        self.taken -= block.size + block.guard
        block.left = self.unused
        self.unused = index

    def block_around(self, address: usize) -> Ptr[Block] | None:
        """The block that an address lies in, or in the guard of."""
        if not self.start <= address < self.end:
            return None
        index = self.find(address)
        return None if index == ANCHOR or address >= self.end_of(index) else self.blocks[index]

    # --- The blocks ----------------------------------------------------------------------------

    @raises(OutOfAddresses)
    def unused_block(self) -> u32:
        if self.unused != NONE:
            index = self.unused
            self.unused = self.blocks[index].left
            return index
        if self.fresh == len(self.blocks):
            raise OutOfAddresses
        self.fresh += 1
        return self.fresh - 1

    def fill_in(self, index: u32, start: usize, size: usize, guard: usize) -> None:
        block = self.blocks[index]
        block.start = start
        block.size = size
        block.guard = guard
        block.left = NONE
        block.right = NONE
        block.priority = self.next_random()

    def next_random(self) -> u32:
        """Marsaglia's xorshift."""
        x = self.random
        x ^= wrapping_shl(x, 13)
        x ^= x >> 7
        x ^= wrapping_shl(x, 17)
        self.random = x
        return truncate(u32, x >> 32)

    def end_of(self, index: u32) -> usize:
        """Where the guard ends."""
        block = self.blocks[index]
        return block.start + block.size + block.guard

    # --- The tree ------------------------------------------------------------------------------

    def lowest_gap(self, needed: usize) -> u32:
        """The first block with a gap this wide behind it; there is one."""
        index = self.root
        while True:
            block = self.blocks[index]
            if block.left != NONE and self.blocks[block.left].widest >= needed:
                index = block.left
            elif block.gap >= needed:
                return index
            else:
                index = block.right

    def find(self, address: usize) -> u32:
        """The last block that begins at or before an address of the window."""
        found = ANCHOR
        index = self.root
        while index != NONE:
            block = self.blocks[index]
            if block.start <= address:
                found = index
                index = block.right
            else:
                index = block.left
        return found

    def refresh(self, index: u32) -> None:
        block = self.blocks[index]
        widest = block.gap
        if block.left != NONE:
            widest = max(widest, self.blocks[block.left].widest)
        if block.right != NONE:
            widest = max(widest, self.blocks[block.right].widest)
        block.widest = widest

    def refresh_to(self, index: u32, start: usize) -> None:
        """The gap of the block that begins there has changed."""
        block = self.blocks[index]
        if start < block.start:
            self.refresh_to(block.left, start)
        elif start > block.start:
            self.refresh_to(block.right, start)
        self.refresh(index)

    def insert(self, index: u32, added: u32) -> u32:
        """The root of a tree with one block more."""
        if index == NONE:
            self.refresh(added)
            return added
        block = self.blocks[index]
        new = self.blocks[added]
        if new.priority > block.priority:
            low, high = self.split(index, new.start)
            new.left = low
            new.right = high
            self.refresh(added)
            return added
        if new.start < block.start:
            block.left = self.insert(block.left, added)
        else:
            block.right = self.insert(block.right, added)
        self.refresh(index)
        return index

    def split(self, index: u32, start: usize) -> tuple[u32, u32]:
        """The roots of what begins before an address, and of the rest."""
        if index == NONE:
            return NONE, NONE
        block = self.blocks[index]
        if block.start < start:
            low, high = self.split(block.right, start)
            block.right = low
            self.refresh(index)
            return index, high
        low, high = self.split(block.left, start)
        block.left = high
        self.refresh(index)
        return low, index

    def erase(self, index: u32, start: usize) -> u32:
        """The root of a tree without the block that begins there."""
        block = self.blocks[index]
        if block.start == start:
            return self.join(block.left, block.right)
        if start < block.start:
            block.left = self.erase(block.left, start)
        else:
            block.right = self.erase(block.right, start)
        self.refresh(index)
        return index

    def join(self, low: u32, high: u32) -> u32:
        """The root of two trees, one below the other."""
        if low == NONE:
            return high
        if high == NONE:
            return low
        if self.blocks[low].priority > self.blocks[high].priority:
            self.blocks[low].right = self.join(self.blocks[low].right, high)
            self.refresh(low)
            return low
        self.blocks[high].left = self.join(low, self.blocks[high].left)
        self.refresh(high)
        return high
