"""Dialect code that threads run side by side: one allocator, a cache for each thread.

What a thread takes it may put where the other finds it, which then gives it back.
"""

from __future__ import annotations

from typing import Final

from kernel_src.memlayout import PAGE_SIZE
from kernel_src.mm.frame_cache import FrameCache
from kernel_src.mm.frames import OutOfFrames
from kernel_src.mm.heap import HeapCache, OutOfMemory
from kernel_src.selftest.holding import WORD, Holding, Random, is_taking
from pykern.lang import (
    Array,
    Atomic,
    Order,
    Ptr,
    u32,
    u64,
    unreachable,
    usize,
    zeroed,
)

HELD: Final = 200
EXCHANGED: Final = 8

frames_exchange: Array[Atomic[usize], EXCHANGED] = zeroed()
blocks_exchange: Array[Atomic[usize], EXCHANGED] = zeroed()
started: Atomic[u32] = Atomic(0)


def start_together(threads: u32) -> None:
    """Returns once so many threads are here."""
    started.fetch_add(1, Order.ACQ_REL)
    while started.load(Order.ACQUIRE) < threads:
        pass


def reset() -> None:
    started.store(0, Order.RELEASE)


def use_frames(cache: Ptr[FrameCache], base: usize, seed: u64, phases: usize) -> None:
    random = Random(state=seed)
    held: Array[Holding, HELD] = zeroed()
    for round in range(phases * HELD):
        mine = held[round % HELD]
        if not is_taking(round, HELD):
            place = random.below(EXCHANGED)
            give_frame(cache, base, frames_exchange[place].swap(mine.take(), Order.ACQ_REL))
            continue
        try:
            mine.set(base + usize(cache.allocate()), PAGE_SIZE, seed << 32 | round)
        except OutOfFrames:
            unreachable()


def give_frame(cache: Ptr[FrameCache], base: usize, address: usize) -> None:
    if address != 0:
        cache.release(u64(address - base))


def use_heap(cache: Ptr[HeapCache], seed: u64, phases: usize) -> None:
    random = Random(state=seed)
    held: Array[Holding, HELD] = zeroed()
    for round in range(phases * HELD):
        mine = held[round % HELD]
        if not is_taking(round, HELD):
            place = random.below(EXCHANGED)
            give_block(cache, blocks_exchange[place].swap(mine.take(), Order.ACQ_REL))
            continue
        size = WORD * (1 + random.below(usize(1) << random.below(12)))
        try:
            mine.set(cache.allocate(size), size, seed << 32 | round)
        except OutOfMemory:
            unreachable()


def give_block(cache: Ptr[HeapCache], address: usize) -> None:
    if address != 0:
        cache.release(address)


def contend(
    threads: u32,
    frame_cache: Ptr[FrameCache],
    heap_cache: Ptr[HeapCache],
    base: usize,
    seed: u64,
    phases: usize,
) -> None:
    """What one of the threads does: an even number of phases, so it has nothing at the end."""
    start_together(threads)
    use_frames(frame_cache, base, seed, phases)
    use_heap(heap_cache, seed, phases)


def give_back_exchanged(
    frame_cache: Ptr[FrameCache], heap_cache: Ptr[HeapCache], base: usize
) -> None:
    for left in frames_exchange:
        give_frame(frame_cache, base, left.swap(0, Order.ACQUIRE))
    for left in blocks_exchange:
        give_block(heap_cache, left.swap(0, Order.ACQUIRE))
