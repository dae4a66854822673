"""Physical memory in frames of 4 KiB: a buddy allocator.

A block of order k is 2**k frames at a multiple of its size. The two halves of a block are buddies;
two free buddies are always one free block, so memory that is given back is whole again at once.
For each order a `BitTree` holds the free blocks, by their numbers:

    frames      0 1 2 3 4 5 6 7 8 9 ...
    order 0             4                     frame 4 is free, frame 5 is not
    order 1               (6 7)
    order 2     (0 1 2 3)                     this block can grow once 4 and 5 are one of order 2

All of it lies apart from the frames, so nothing written by mistake into a free frame can confuse
the allocator. `kinds` remembers of each block that is given out how large it is, and so which
releases are mistakes. Frames that are not memory are in no block. Debug builds also note the place
in the code that last took or gave back a block, fill free frames with a pattern, and look whether
it is still there when they are taken.

Without an address limit the smallest block that will do is taken, and of these the one
highest up: low memory is left to devices that reach nothing else. Every operation takes
time in proportion to the number of orders. What may be called from several processors, or threads
of a process, takes the lock; the rest expects it to be held. The entry of `kinds` and `sites` for
a block that is given out belongs to whoever has the block.
"""
from __future__ import annotations

from typing import Final

import kernel_src.lib.bit_tree as bit_tree
from kernel_src.lib.bit_tree import BitTree
from kernel_src.lib.bits import align_down, align_up, is_aligned
from kernel_src.memlayout import PAGE_SIZE
from kernel_src.mm.poison import find_damage, poison
from kernel_src.sync.lock_word import LockWord
from kernel_src.sync.rank import Rank
from kernel_src.sync.spinlock import SpinLock
from pykern.lang import (
    DEBUG,
    Array,
    Error,
    Slice,
    address_of,
    clz,
    ctz,
    fill,
    max_of,
    noinline,
    panic,
    raises,
    return_address,
    slice_at,
    struct,
    u8,
    u32,
    u64,
    usize,
    zeroed,
)

FRAME_SHIFT: Final = 12
ORDERS: Final = 19
MAX_ORDER: Final[u32] = ORDERS - 1
"""The largest block: 1 GiB."""

NO_LIMIT: Final[u64] = max_of(u64)

# What `kinds` says of a frame.
NOTHING: Final = 0
ORDER_MASK: Final = 0x1F
TAKEN: Final = 0x20  # plus the order: the block that begins here is given out
RUN: Final = 0x40  # plus the order and TAKEN: it is one of the blocks of a run
POISONED: Final = 0x40  # without TAKEN: the frame is free and filled with the pattern
CACHED: Final = 0x80  # nobody's, but in a cache in front of the allocator


class OutOfFrames(Error):
    """No free block is large enough, or none of them lies below the limit."""


def frames_below(end: u64) -> usize:
    return usize(align_up(end, PAGE_SIZE) >> FRAME_SHIFT)


def blocks_below(frames: usize, order: u32) -> usize:
    """The bound of the set for an order."""
    return (frames >> order) + 1


def words_for(end: u64) -> usize:
    """The length of the allocator's own memory for physical memory up to `end`."""
    frames = frames_below(end)
    words: usize = 0
    for order in range(ORDERS):
        words += bit_tree.words_for(blocks_below(frames, u32(order)))
    if DEBUG:
        words += frames
    return words + (frames + 7) // 8


def largest_order(frame: usize, count: usize) -> u32:
    """Of a block that begins at this frame and has at most `count` frames, not 0."""
    fits = u32(63 - clz(u64(count)))
    aligned = u32(ctz(u64(frame))) if frame != 0 else MAX_ORDER
    return min(min(fits, aligned), MAX_ORDER)


def order_for(count: usize) -> u32:
    """The least order of a block with `count` frames, not 0."""
    return 0 if count == 1 else u32(64 - clz(u64(count - 1)))


@struct
class Frames:
    lock: SpinLock = SpinLock(word=LockWord(rank=Rank.FRAMES))
    count: usize = 0  # frame numbers lie below
    kinds: Slice[u8] = zeroed()
    sites: Slice[u64] = zeroed()  # debug builds: who took or gave back the block that begins here
    blocks: Array[BitTree, ORDERS] = zeroed()
    available: u64 = 0  # a bit for each order that has a free block
    contents: usize = 0  # debug builds: where physical address 0 can be reached; 0: nowhere
    managed: usize = 0  # frames that are memory and were not withheld
    free: usize = 0
    top: usize = 0  # the end of all frames that were added
    used: usize = 0  # the end of all frames that were ever taken
    fails_in: usize = 0  # debug builds: so many allocations from now one fails on purpose; 0: none

    def initialise(self, memory: Slice[u64], end: u64) -> None:
        """Starts with nothing free, in `words_for(end)` words."""
        assert len(memory) == words_for(end), f"{len(memory)} words for frames up to {end:#x}"
        self.count = frames_below(end)
        start: usize = 0
        for order in range(ORDERS):
            bound = blocks_below(self.count, u32(order))
            words = bit_tree.words_for(bound)
            self.blocks[order].initialise(memory[start : start + words], bound)
            start += words
        if DEBUG:
            self.sites = memory[start : start + self.count]
            fill(self.sites, 0)
            start += self.count
        self.kinds = slice_at(u8, address_of(memory) + start * 8, self.count)
        fill(self.kinds, NOTHING)
        self.available = 0
        self.managed = 0
        self.free = 0
        self.top = 0
        self.used = 0
        self.fails_in = 0

    # --- The memory there is ------------------------------------------------------------------

    def add(self, start: u64, end: u64) -> None:
        """The whole frames of a range above all that was ever taken are memory.

        Ranges may overlap. At boot: without the lock, as `withhold`.
        """
        frame = usize(align_up(start, PAGE_SIZE) >> FRAME_SHIFT)
        last = usize(align_down(end, PAGE_SIZE) >> FRAME_SHIFT)
        assert last <= self.count, f"{end:#x} is past the end of memory"
        assert frame >= last or frame >= self.used, f"frames from {start:#x} may be in use"
        self.top = max(self.top, last)
        while frame < last:
            order = largest_order(frame, last - frame)
            self.add_block(frame, order)
            frame += usize(1) << order

    def add_block(self, frame: usize, order: u32) -> None:
        if self.is_free(frame, order):
            return
        if order > 0 and self.has_free_inside(frame, order):
            self.add_block(frame, order - 1)
            self.add_block(frame + (usize(1) << (order - 1)), order - 1)
            return
        self.managed += usize(1) << order
        self.put(frame, order)

    def withhold(self, start: u64, end: u64) -> None:
        """No frame the range touches, above all that was ever taken, may be given out."""
        frame = usize(min(start >> FRAME_SHIFT, u64(self.count)))
        limit = min(end, u64(self.count) << FRAME_SHIFT)
        last = usize(align_up(limit, PAGE_SIZE) >> FRAME_SHIFT)
        assert frame >= last or frame >= self.used, f"frames from {start:#x} may be in use"
        while frame < last:
            order = largest_order(frame, last - frame)
            self.withhold_block(frame, order)
            frame += usize(1) << order

    def withhold_block(self, frame: usize, order: u32) -> None:
        if self.is_free(frame, order):
            self.cut_out(frame, order)
            self.managed -= usize(1) << order
        elif order > 0 and self.has_free_inside(frame, order):
            self.withhold_block(frame, order - 1)
            self.withhold_block(frame + (usize(1) << (order - 1)), order - 1)

    def is_free(self, frame: usize, order: u32) -> bool:
        """Whether all of a block is free: it is itself a free block or lies in one."""
        for above in range(order, ORDERS):
            if self.blocks[above].has(frame >> above):
                return True
        return False

    def has_free_inside(self, frame: usize, order: u32) -> bool:
        """Whether a smaller block in it is free."""
        for below in range(order):
            if self.blocks[below].has_any(frame >> below, order - u32(below)):
                return True
        return False

    def cut_out(self, frame: usize, order: u32) -> None:
        """Takes a block out of the free one it lies in."""
        above = order
        while not self.blocks[above].has(frame >> above):
            above += 1
        self.remove(frame >> above << above, above)
        while above > order:
            above -= 1
            self.insert((frame >> above ^ 1) << above, above)
        self.free -= usize(1) << order

    # --- Blocks --------------------------------------------------------------------------------

    @noinline
    @raises(OutOfFrames)
    def allocate(self) -> u64:
        """The physical address of a frame; what is in it is not known."""
        return self.allocate_at(0, NO_LIMIT, return_address())

    @noinline
    def release(self, address: u64) -> None:
        """Gives back a frame that `allocate` gave out."""
        self.release_at(address, 0, return_address())

    @noinline
    @raises(OutOfFrames)
    def allocate_block(self, order: u32, limit: u64 = NO_LIMIT) -> u64:
        """The physical address of 2**order frames that end at or below `limit`."""
        return self.allocate_at(order, limit, return_address())

    @noinline
    def release_block(self, address: u64, order: u32) -> None:
        """Gives back what `allocate_block` gave out."""
        self.release_at(address, order, return_address())

    @raises(OutOfFrames)
    def allocate_at(self, order: u32, limit: u64, site: u64) -> u64:
        with self.lock:
            frame = self.take(order, limit)
            self.kinds[frame] = u8(TAKEN | order)
            if DEBUG:
                self.sites[frame] = site
        return u64(frame) << FRAME_SHIFT

    def release_at(self, address: u64, order: u32, site: u64) -> None:
        with self.lock:
            frame = self.expect(address, u8(TAKEN | order), site)
            self.forget(frame, order, site)
            self.put(frame, order)

    # --- Runs ----------------------------------------------------------------------------------

    @noinline
    @raises(OutOfFrames)
    def allocate_run(self, count: usize, limit: u64 = NO_LIMIT) -> u64:
        """The physical address of `count` frames in a row, at most 2**MAX_ORDER of them.

        A run begins where a block that large would, and what is too much is free again. It is
        kept as the blocks it is made of.
        """
        assert count > 0, "a run of no frames"
        order = order_for(count)
        if order > MAX_ORDER:
            raise OutOfFrames
        site = return_address()
        with self.lock:
            start = self.take(order, limit)
            self.free_range(start + count, start + (usize(1) << order))
            self.note_run(start, count, site)
        return u64(start) << FRAME_SHIFT

    def note_run(self, start: usize, count: usize, site: u64) -> None:
        frame = start
        while frame < start + count:
            piece = largest_order(frame, start + count - frame)
            self.kinds[frame] = u8(TAKEN | RUN | piece)
            if DEBUG:
                self.sites[frame] = site
            frame += usize(1) << piece

    @noinline
    def release_run(self, address: u64, count: usize) -> None:
        """Gives back what `allocate_run` gave out."""
        site = return_address()
        first = usize(address >> FRAME_SHIFT)
        with self.lock:
            self.forget_run(address, count, site)
            self.free_range(first, first + count)

    def forget_run(self, address: u64, count: usize, site: u64) -> None:
        done: usize = 0
        while done < count:
            at = address + u64(done << FRAME_SHIFT)
            order = largest_order(usize(at >> FRAME_SHIFT), count - done)
            frame = self.expect(at, u8(TAKEN | RUN | order), site)
            self.forget(frame, order, site)
            done += usize(1) << order

    def free_range(self, first: usize, end: usize) -> None:
        frame = first
        while frame < end:
            order = largest_order(frame, end - frame)
            self.put(frame, order)
            frame += usize(1) << order

    # --- The sets of free blocks ---------------------------------------------------------------

    @raises(OutOfFrames)
    def take(self, order: u32, limit: u64) -> usize:
        """A block that is nobody's yet, out of the smallest free one that holds it."""
        if DEBUG and self.is_to_fail():
            raise OutOfFrames
        found = self.find(order, limit)
        frame = self.find_in(found, limit)
        self.remove(frame, found)
        above = found
        while above > order:
            above -= 1
            other = frame + (usize(1) << above)
            if self.is_unlimited(limit):
                self.insert(frame, above)
                frame = other
            else:
                self.insert(other, above)
        self.free -= usize(1) << order
        self.used = max(self.used, frame + (usize(1) << order))
        if DEBUG:
            self.check_poison(frame, order)
        return frame

    def is_to_fail(self) -> bool:
        """Counts down to the allocation that a test has chosen to fail."""
        if self.fails_in == 0:
            return False
        self.fails_in -= 1
        return self.fails_in == 0

    @raises(OutOfFrames)
    def find(self, order: u32, limit: u64) -> u32:
        """The least order of a free block whose beginning can serve."""
        orders = self.available >> order << order
        while orders != 0:
            found = u32(ctz(orders))
            if self.is_unlimited(limit):
                return found
            # What is at the beginning of the lowest block is below the limit, or nothing is.
            end = (self.find_in(found, limit) + (usize(1) << order)) << FRAME_SHIFT
            if end <= limit:
                return found
            orders &= orders - 1
        raise OutOfFrames

    def find_in(self, order: u32, limit: u64) -> usize:
        """The first frame of the highest free block; where the limit matters, of the lowest."""
        blocks = self.blocks[order]
        if self.is_unlimited(limit):
            return blocks.greatest() << order
        return blocks.least() << order

    def is_unlimited(self, limit: u64) -> bool:
        """Whether all memory lies below the limit."""
        return limit >= self.top << FRAME_SHIFT

    def put(self, frame: usize, order: u32) -> None:
        """A block is free, and one with its buddy as far as that is free, too."""
        self.free += usize(1) << order
        whole = order
        first = frame
        while whole < MAX_ORDER and self.blocks[whole].has(first >> whole ^ 1):
            self.remove((first >> whole ^ 1) << whole, whole)
            whole += 1
            first = first >> whole << whole
        self.insert(first, whole)

    def insert(self, frame: usize, order: u32) -> None:
        self.blocks[order].insert(frame >> order)
        self.available |= u64(1) << order

    def remove(self, frame: usize, order: u32) -> None:
        self.blocks[order].remove(frame >> order)
        if self.blocks[order].is_empty():
            self.available &= ~(u64(1) << order)

    def accept(self, frame: usize) -> None:
        """A frame comes back from a cache."""
        self.kinds[frame] &= POISONED
        self.put(frame, 0)

    # --- Mistakes ------------------------------------------------------------------------------

    def expect(self, address: u64, kind: u8, site: u64) -> usize:
        """The number of the frame at which something of this kind begins, or a panic."""
        assert is_aligned(address, PAGE_SIZE), f"{address:#x} is not the address of a frame"
        frame = usize(address >> FRAME_SHIFT)
        assert frame < self.count, f"there is no frame at {address:#x}"
        if self.kinds[frame] != kind:
            self.fail(frame, kind, site)
        return frame

    @noinline
    def fail(self, frame: usize, kind: u8, site: u64) -> None:
        """Says what is wrong with giving back this."""
        address = u64(frame) << FRAME_SHIFT
        before = self.sites[frame] if DEBUG else 0
        found = self.kinds[frame]
        if found & TAKEN != 0:
            panic(
                f"the block at {address:#x} was given out as {found:#x} at {before:#x}, "
                f"but given back as {kind:#x} at {site:#x}"
            )
        if found & CACHED != 0 or self.is_free(frame, 0):
            panic(
                f"the frame at {address:#x} is free already: "
                f"given back at {before:#x} and at {site:#x}"
            )
        panic(f"the frame at {address:#x} was never given out; given back at {site:#x}")

    def forget(self, frame: usize, order: u32, site: u64) -> None:
        """A block is nobody's; debug builds note by whom, and fill it."""
        self.kinds[frame] = NOTHING
        if DEBUG:
            for inside in range(frame, frame + (usize(1) << order)):
                self.sites[inside] = site
                self.spoil(inside)

    def spoil(self, frame: usize) -> None:
        if self.contents != 0:
            self.kinds[frame] |= POISONED
            poison(self.contents + (frame << FRAME_SHIFT), PAGE_SIZE)

    def check_poison(self, frame: usize, order: u32) -> None:
        for inside in range(frame, frame + (usize(1) << order)):
            self.check_frame(inside)

    def check_frame(self, frame: usize) -> None:
        """Panics if something was written into a free frame since it was given back."""
        if self.kinds[frame] & POISONED == 0:
            return
        self.kinds[frame] &= ~u8(POISONED)
        start = self.contents + (frame << FRAME_SHIFT)
        if find_damage(start, start + PAGE_SIZE) != 0:
            panic(
                f"the free frame at {frame << FRAME_SHIFT:#x} was written to "
                f"after it was given back at {self.sites[frame]:#x}"
            )

