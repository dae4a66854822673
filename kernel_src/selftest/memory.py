"""Memory used by all processors at once: each frame has one owner, and at the end all are back."""
from __future__ import annotations

from typing import Final

import kernel_src.cpu.ipi as ipi
import kernel_src.mm.kernel_heap as kernel_heap
import kernel_src.mm.memory as memory
import kernel_src.mm.platform as platform
from kernel_src.arch.percpu import cpu_index, online
from kernel_src.memlayout import DIRECT_MAP, PAGE_SIZE
from kernel_src.mm.frames import OutOfFrames
from kernel_src.mm.heap import OutOfMemory
from kernel_src.selftest.holding import WORD, Holding, Random, is_taking
from pykern.lang import (
    Array,
    Atomic,
    Order,
    load,
    popcount,
    ptr_at,
    store,
    test,
    u64,
    unreachable,
    usize,
    zeroed,
)

HELD: Final = 200
ROUNDS: Final = 10 * HELD  # taken and given back by turns, so nothing is held at the end
EXCHANGED: Final = 16
SEED: Final[u64] = 0x9E37_79B9_7F4A_7C15
LARGEST_SHIFT: Final = 16
PAGES_MAX: Final = 24
PAGE_ROUNDS: Final = 75
PAGE_USERS: Final = 8  # processors that map and unmap; all others are asked to forget each time

exchange: Array[Atomic[usize], EXCHANGED] = zeroed()
"""What a processor took and another gives back."""


def seed() -> u64:
    return SEED ^ u64(cpu_index())


def mark_of(round: usize) -> u64:
    return u64(cpu_index()) << 32 | round


# --- Frames -----------------------------------------------------------------------------------


def use_frames() -> None:
    random = Random(state=seed())
    held: Array[Holding, HELD] = zeroed()
    for round in range(ROUNDS):
        mine = held[round % HELD]
        if not is_taking(round, HELD):
            give_frame(exchange[random.below(EXCHANGED)].swap(mine.take(), Order.ACQ_REL))
            continue
        try:
            frame = memory.allocate_frame()
        except OutOfFrames:
            unreachable()
        mine.set(DIRECT_MAP + usize(frame), PAGE_SIZE, mark_of(round))


def give_frame(address: usize) -> None:
    if address != 0:
        memory.release_frame(u64(address - DIRECT_MAP))


@test
def frames_have_one_owner_and_come_back() -> None:
    ipi.call_all(memory.drain_frame_cache)
    before = memory.frames.free
    ipi.call_all(use_frames)
    for left in exchange:
        give_frame(left.swap(0, Order.ACQUIRE))
    assert memory.free_frames() == before, f"{before} frames, then {memory.free_frames()}"
    ipi.call_all(memory.drain_frame_cache)
    assert memory.frames.free == before, f"{before} frames, then {memory.frames.free}"


# --- The heap ---------------------------------------------------------------------------------


def use_heap() -> None:
    random = Random(state=seed())
    held: Array[Holding, HELD] = zeroed()
    for round in range(ROUNDS):
        mine = held[round % HELD]
        if not is_taking(round, HELD):
            give_block(exchange[random.below(EXCHANGED)].swap(mine.take(), Order.ACQ_REL))
            continue
        size = WORD * (1 + random.below(usize(1) << random.below(LARGEST_SHIFT - 3)))
        try:
            mine.set(kernel_heap.allocate(size), size, mark_of(round))
        except OutOfMemory:
            unreachable()


def give_block(address: usize) -> None:
    if address != 0:
        kernel_heap.release(address)


@test
def blocks_have_one_owner_and_come_back() -> None:
    ipi.call_all(kernel_heap.flush)
    frames = memory.free_frames()
    before = kernel_heap.heap.frames_held
    ipi.call_all(use_heap)
    for left in exchange:
        give_block(left.swap(0, Order.ACQUIRE))
    ipi.call_all(kernel_heap.flush)
    held = kernel_heap.heap.frames_held
    assert held == before, f"the heap had {before} frames, and has {held}"
    assert memory.free_frames() == frames, f"{frames} frames, then {memory.free_frames()}"


# --- Pages ------------------------------------------------------------------------------------


def use_pages() -> None:
    if cpu_index() >= PAGE_USERS:
        return
    random = Random(state=seed())
    rounds = PAGE_ROUNDS // usize(popcount(online.load(Order.ACQUIRE))) + 1
    for round in range(rounds):
        size = PAGE_SIZE * (1 + random.below(PAGES_MAX))
        start = platform.reserve_block(size)
        assert start != 0, f"no room for {size} bytes"
        for page in range(start, start + size, PAGE_SIZE):
            assert load(ptr_at(u64, page)) == 0, f"{page:#x} is not zeroed"
            store(ptr_at(u64, page), mark_of(round))
        for page in range(start, start + size, PAGE_SIZE):
            assert load(ptr_at(u64, page)) == mark_of(round), f"{page:#x} has another owner"
        platform.release_block(start, size)


@test
def pages_have_one_owner_and_come_back() -> None:
    before = memory.free_frames()
    taken = platform.blocks.taken
    ipi.call_all(use_pages)
    assert memory.free_frames() == before, f"{before} frames, then {memory.free_frames()}"
    assert platform.blocks.taken == taken, f"{taken} bytes, then {platform.blocks.taken}"
