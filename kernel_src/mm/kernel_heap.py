"""The kernel's heap: blocks of any size in the direct map, for any processor, in interrupts, too.

A block lies below KERNEL_HEAP_REACH: whose each frame is has to be written down, and on a machine
with much memory that would take more than the kernel ever needs.
"""
from __future__ import annotations

import kernel_src.log as log
from kernel_src.ending import refuse
from kernel_src.lib.bits import align_up
from kernel_src.limits import KERNEL_HEAP_REACH
from kernel_src.memlayout import DIRECT_MAP, PAGE_SIZE
from kernel_src.mm.frames import FRAME_SHIFT, OutOfFrames
from kernel_src.mm.heap import Heap, HeapCache, OutOfMemory
from kernel_src.mm.memory import frames
from kernel_src.mm.size_classes import GRANULE
from kernel_src.sync.spinlock import hold_interrupts, release_interrupts
from pykern.lang import (
    PerCpu,
    noinline,
    raises,
    return_address,
    slice_at,
    u32,
    usize,
)

heap: Heap = Heap(frames=frames, base=DIRECT_MAP)
cache: PerCpu[HeapCache] = PerCpu(HeapCache(heap=heap))


def initialise() -> None:
    """Takes the frames that say whose each frame is: a word for each."""
    count = min(frames.count, usize(KERNEL_HEAP_REACH >> FRAME_SHIFT))
    size = align_up(count * 4, PAGE_SIZE)
    try:
        owners = frames.allocate_run(size >> FRAME_SHIFT)
    except OutOfFrames:
        refuse(f"memory: no place for {size} bytes that say what of the heap is in which frame")
    heap.initialise(slice_at(u32, DIRECT_MAP + usize(owners), count))
    log.debug(f"memory: {size >> 10} KiB describe the frames of the heap")


@noinline
@raises(OutOfMemory)
def allocate(size: usize, align: usize = GRANULE) -> usize:
    """The address of `size` bytes, at a multiple of `align`, a power of two."""
    site = return_address()
    hold_interrupts()
    try:
        return cache.ptr().allocate_for(size, align, site)
    finally:
        release_interrupts()


@noinline
def release(address: usize) -> None:
    """Gives back a block, on any processor."""
    site = return_address()
    hold_interrupts()
    cache.ptr().release_for(address, site)
    release_interrupts()


def flush() -> None:
    """Gives back what this processor keeps, and the slabs nobody has a piece of."""
    hold_interrupts()
    cache.ptr().flush()
    with heap.lock:
        heap.trim()
    release_interrupts()
