"""Blocks of any size in the direct map: slabs for small ones, runs of frames for the others.

    HeapCache, one for each processor: a magazine (an array of free blocks) for each class
        | half a magazine at a time
    Heap, shared: for each class a list of the slabs with free pieces; whose each frame is
        | slabs and runs
    Frames

The way of nearly every request is a push or a pop in a magazine. The owner of a cache keeps
interrupts off meanwhile, so interrupt handlers may use it. Where a cache reaches the heap it takes
the heap's lock: `take`, `put`, `trim` and what they call expect it to be held. A block is given
back by its address alone: `owners` knows for each frame what is in it. The word of a frame in which
somebody has a block does not change, so it is read without the lock.

`flush` empties a cache, and `trim` the heap: when all blocks have been given back and all caches
are empty it holds no frame afterwards.

Debug builds surround blocks with red zones and fill free ones (`heap_guard`).
"""
from __future__ import annotations

from typing import Final

import kernel_src.mm.heap_guard as guard
from kernel_src.lib.bits import align_up
from kernel_src.memlayout import PAGE_SIZE
from kernel_src.mm.frames import FRAME_SHIFT, ORDERS, Frames, OutOfFrames
from kernel_src.mm.poison import poison
from kernel_src.mm.size_classes import (
    CLASS_MAX,
    CLASSES,
    GRANULE,
    LARGE_CLASS,
    MAGAZINE_MAX,
    MAGAZINE_SIZES,
    SIZES,
    SLAB_ORDERS,
    class_of,
    class_of_aligned,
)
from kernel_src.mm.slab import MAGIC, Slab, base_of, pieces_of, slab_at, slab_size
from kernel_src.sync.lock_word import LockWord
from kernel_src.sync.rank import Rank
from kernel_src.sync.spinlock import SpinLock
from pykern.lang import (
    DEBUG,
    Array,
    Error,
    Ptr,
    Slice,
    copy_slice,
    fill,
    noinline,
    panic,
    ptr_at,
    raises,
    return_address,
    sizeof,
    struct,
    u32,
    u64,
    usize,
    wrapping_sub,
    zeroed,
)

# What `owners` says of a frame: a class below, or one of these, in the low byte.
NOBODY: Final = 0xFF
HUGE: Final = 0xFE  # the first frame of a run larger than all classes; how many frames, above
INSIDE: Final = 0xFD  # how many frames before the run begins, above; debug builds only
KIND_MASK: Final = 0xFF
KIND_BITS: Final = 8

ALIGN_MAX: Final = PAGE_SIZE
"""What a class can promise; beyond it blocks are runs."""


HUGE_MAX: Final[usize] = PAGE_SIZE << (ORDERS - 1)


class OutOfMemory(Error):
    """There are no frames for a block this large."""


@struct
class Heap:
    """`base` is where physical address 0 is mapped."""

    frames: Ptr[Frames]
    base: usize
    lock: SpinLock = SpinLock(word=LockWord(rank=Rank.HEAP))
    owners: Slice[u32] = zeroed()
    partial: Array[usize, CLASSES] = zeroed()  # of each class a slab with free pieces, or 0
    frames_held: usize = 0

    def initialise(self, owners: Slice[u32]) -> None:
        """Starts empty, with a word for each frame."""
        self.owners = owners
        fill(owners, NOBODY)

    # --- What the caches ask for ---------------------------------------------------------------

    @raises(OutOfMemory)
    def take(self, kind: usize, out: Slice[usize]) -> usize:
        """Puts blocks of a class into `out`, and says how many: at least one, if not all."""
        if kind >= LARGE_CLASS:
            out[0] = self.take_run(SIZES[kind] >> FRAME_SHIFT, u32(kind))
            return 1
        if self.partial[kind] == 0:
            self.add_slab(kind)
        base = self.partial[kind]
        slab = slab_at(base, kind)
        count = slab.take(base, out)
        if slab.free_count == 0:
            self.unlink(base, kind)
        return count

    def put(self, kind: usize, address: usize) -> None:
        """Takes back a block of a class."""
        if kind >= LARGE_CLASS:
            self.put_run(address, SIZES[kind] >> FRAME_SHIFT)
            return
        base = base_of(address, kind)
        slab = slab_at(base, kind)
        slab.put(base, address)
        if slab.free_count == 1:
            self.link(base, kind)
        if slab.is_whole() and (self.partial[kind] != base or slab.next != 0):
            self.remove_slab(base, kind)

    @raises(OutOfMemory)
    def take_run(self, count: usize, owner: u32) -> usize:
        physical = self.take_frames(count)
        first = usize(physical >> FRAME_SHIFT)
        self.owners[first] = owner
        if DEBUG:
            for inside in range(1, count):
                self.owners[first + inside] = INSIDE | u32(inside) << KIND_BITS
            poison(self.base + usize(physical), count << FRAME_SHIFT)
        return self.base + usize(physical)

    def put_run(self, address: usize, count: usize) -> None:
        first = (address - self.base) >> FRAME_SHIFT
        fill(self.owners[first : first + (count if DEBUG else 1)], NOBODY)
        self.put_frames(address, count)

    @raises(OutOfMemory)
    def take_frames(self, count: usize) -> u64:
        """A run, if need be made of the slabs that are kept though nobody uses them."""
        physical: u64 = 0
        try:
            physical = self.frames.allocate_run(count, self.reach())
        except OutOfFrames:
            self.trim()
            try:
                physical = self.frames.allocate_run(count, self.reach())
            except OutOfFrames:
                raise OutOfMemory
        self.frames_held += count
        return physical

    def reach(self) -> u64:
        """Where the frames end that `owners` speaks of."""
        return u64(len(self.owners)) << FRAME_SHIFT

    def put_frames(self, address: usize, count: usize) -> None:
        self.frames_held -= count
        self.frames.release_run(address - self.base, count)

    # --- Slabs ---------------------------------------------------------------------------------

    @raises(OutOfMemory)
    def add_slab(self, kind: usize) -> None:
        count = usize(1) << SLAB_ORDERS[kind]
        physical = self.take_frames(count)
        first = usize(physical >> FRAME_SHIFT)
        fill(self.owners[first : first + count], u32(kind))
        base = self.base + usize(physical)
        if DEBUG:
            poison(base, slab_size(kind))
        ptr_at(Slab, base + slab_size(kind) - sizeof(Slab)).initialise(kind)
        self.link(base, kind)

    def remove_slab(self, base: usize, kind: usize) -> None:
        self.unlink(base, kind)
        slab_at(base, kind).magic = ~MAGIC
        count = usize(1) << SLAB_ORDERS[kind]
        first = (base - self.base) >> FRAME_SHIFT
        fill(self.owners[first : first + count], NOBODY)
        self.put_frames(base, count)

    def trim(self) -> None:
        """Gives back the slabs in which all pieces are free.

        One for each class is kept while the class has no other with free pieces, lest a slab be
        made and given up by turns.
        """
        for kind in range(LARGE_CLASS):
            base = self.partial[kind]
            while base != 0:
                slab = slab_at(base, kind)
                following = slab.next
                if slab.is_whole():
                    self.remove_slab(base, kind)
                base = following

    def link(self, base: usize, kind: usize) -> None:
        """A slab has a free piece, as the first of its class to be used."""
        slab = slab_at(base, kind)
        slab.previous = 0
        slab.next = self.partial[kind]
        if slab.next != 0:
            slab_at(slab.next, kind).previous = base
        self.partial[kind] = base

    def unlink(self, base: usize, kind: usize) -> None:
        slab = slab_at(base, kind)
        if slab.previous == 0:
            self.partial[kind] = slab.next
        else:
            slab_at(slab.previous, kind).next = slab.next
        if slab.next != 0:
            slab_at(slab.next, kind).previous = slab.previous

    # --- Looking around ------------------------------------------------------------------------

    def start_of(self, address: usize) -> usize:
        """Where the block begins that an address lies in; 0 if the heap has none there."""
        frame = wrapping_sub(address, self.base) >> FRAME_SHIFT
        if frame >= len(self.owners):
            return 0
        owner = self.owners[frame]
        kind = usize(owner & KIND_MASK)
        if kind == NOBODY:
            return 0
        if kind < LARGE_CLASS:
            base = base_of(address, kind)
            index = slab_at(base, kind).index_of(address - base)
            return base + index * SIZES[kind] if index < pieces_of(kind) else 0
        before: usize = usize(owner >> KIND_BITS) if kind == INSIDE else 0
        return self.base + ((frame - before) << FRAME_SHIFT)

    def size_at(self, start: usize) -> usize:
        """Of the block that begins here, with all that surrounds it."""
        owner = self.owners[(start - self.base) >> FRAME_SHIFT]
        kind = usize(owner & KIND_MASK)
        return usize(owner >> KIND_BITS) << FRAME_SHIFT if kind == HUGE else SIZES[kind]

    def next_live(self, after: usize) -> usize:
        """The first block in use after an address, for reports of leaks; 0: none.

        `heap_guard.guard_of` tells what is known of it. Debug builds only.
        """
        at = self.base if after == 0 else self.next_start(after)
        end = self.base + (len(self.owners) << FRAME_SHIFT)
        while at < end:
            if self.start_of(at) == at and guard.is_live(at):
                return at
            at = self.next_start(at)
        return 0

    def next_start(self, at: usize) -> usize:
        """Where the next block can begin."""
        frame_end = align_up(at + 1, PAGE_SIZE)
        kind = usize(self.owners[(at - self.base) >> FRAME_SHIFT] & KIND_MASK)
        if kind >= LARGE_CLASS:
            return frame_end
        base = base_of(at, kind)
        following = at + SIZES[kind]
        limit = base + pieces_of(kind) * SIZES[kind]
        return following if following < limit else base + slab_size(kind)


@struct
class Magazine:
    count: usize = 0
    blocks: Array[usize, MAGAZINE_MAX] = zeroed()


@struct
class HeapCache:
    heap: Ptr[Heap]
    magazines: Array[Magazine, CLASSES] = zeroed()

    @noinline
    @raises(OutOfMemory)
    def allocate(self, size: usize) -> usize:
        """The address of `size` bytes, at a multiple of 16; what is in them is not known."""
        if DEBUG:
            return self.allocate_guarded(size, GRANULE, return_address())
        if size > CLASS_MAX:
            return self.allocate_huge(size, GRANULE)
        return self.pop(class_of(size))

    @noinline
    @raises(OutOfMemory)
    def allocate_aligned(self, size: usize, align: usize) -> usize:
        """The same at a multiple of `align`, a power of two."""
        return self.allocate_for(size, align, return_address())

    @raises(OutOfMemory)
    def allocate_for(self, size: usize, align: usize, site: u64) -> usize:
        """`site` is the place in the code that the block is for."""
        assert align != 0 and align & (align - 1) == 0, f"an alignment of {align}"
        if DEBUG:
            return self.allocate_guarded(size, max(align, GRANULE), site)
        return self.allocate_plain(size, align)

    @noinline
    def release(self, address: usize) -> None:
        """Gives back what one of these gave out, on any processor."""
        self.release_for(address, return_address())

    def release_for(self, address: usize, site: u64) -> None:
        block = address
        if DEBUG:
            block = self.heap.start_of(address)
            assert block != 0, f"no block of the heap is at {address:#x}"
            guard.remove(block, self.heap.size_at(block), address, site)
        frame = wrapping_sub(block, self.heap.base) >> FRAME_SHIFT
        if frame >= len(self.heap.owners):
            panic(f"no block of the heap is at {address:#x}")
        owner = self.heap.owners[frame]
        if owner < CLASSES:
            self.push(owner, block)
        elif owner & KIND_MASK == HUGE:
            with self.heap.lock:
                self.heap.put_run(block, owner >> KIND_BITS)
        else:
            panic(f"no block of the heap begins at {address:#x}")

    @raises(OutOfMemory)
    def allocate_plain(self, size: usize, align: usize) -> usize:
        if size > CLASS_MAX or align > ALIGN_MAX:
            return self.allocate_huge(size, align)
        kind = class_of_aligned(size, align)
        return self.pop(kind)

    @raises(OutOfMemory)
    def allocate_guarded(self, size: usize, align: usize, site: u64) -> usize:
        around, overflows = guard.size_around(size, align)
        if overflows:
            raise OutOfMemory
        start = self.allocate_plain(around, align)
        return guard.place(start, self.heap.size_at(start), size, align, site)

    @raises(OutOfMemory)
    def allocate_huge(self, size: usize, align: usize) -> usize:
        """A run of its own. It begins at a multiple of its length, and so is it aligned."""
        if size > HUGE_MAX or align > HUGE_MAX:
            raise OutOfMemory
        count = max(align_up(size, PAGE_SIZE), align) >> FRAME_SHIFT
        with self.heap.lock:
            return self.heap.take_run(count, u32(count) << KIND_BITS | HUGE)

    @raises(OutOfMemory)
    def pop(self, kind: usize) -> usize:
        magazine = self.magazines[kind]
        if magazine.count == 0:
            half = (usize(MAGAZINE_SIZES[kind]) + 1) // 2
            with self.heap.lock:
                magazine.count = self.heap.take(kind, magazine.blocks[:half])
        magazine.count -= 1
        return magazine.blocks[magazine.count]

    def push(self, kind: usize, block: usize) -> None:
        magazine = self.magazines[kind]
        if magazine.count >= MAGAZINE_SIZES[kind]:
            self.drain(kind, (magazine.count + 1) // 2)
        magazine.blocks[magazine.count] = block
        magazine.count += 1

    @noinline
    def drain(self, kind: usize, count: usize) -> None:
        """Gives the blocks kept longest back to the heap."""
        magazine = self.magazines[kind]
        with self.heap.lock:
            for place in range(count):
                self.heap.put(kind, magazine.blocks[place])
        magazine.count -= count
        kept = magazine.blocks[count : count + magazine.count]
        copy_slice(magazine.blocks[: magazine.count], kept)

    def flush(self) -> None:
        """Gives all it keeps back to the heap."""
        for kind in range(CLASSES):
            self.drain(kind, self.magazines[kind].count)
