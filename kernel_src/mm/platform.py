"""The wasm engine's platform (kernel_src/platform.py): code, linear memories, blocks."""
from __future__ import annotations

import kernel_src.mm.memory as memory
from kernel_src.limits import VIRTUAL_RANGES_MAX
from kernel_src.memlayout import (
    BLOCK_WINDOW,
    BLOCK_WINDOW_SIZE,
    CODE_WINDOW,
    CODE_WINDOW_SIZE,
    MEMORY_SLOT_COUNT,
    MEMORY_SLOT_SIZE,
    MEMORY_SLOTS,
)
from kernel_src.mm.frames import OutOfFrames
from kernel_src.mm.paging import Access
from kernel_src.mm.ranges import Block, OutOfAddresses, Window
from kernel_src.sync.lock_word import LockWord
from kernel_src.sync.rank import Rank
from kernel_src.sync.spinlock import SpinLock
from pykern.lang import Array, Ptr, export, usize, zeroed

lock: SpinLock = SpinLock(word=LockWord(rank=Rank.WINDOW))
"""Guards the windows and the slots. Pages are put in and taken away without it."""

blocks: Window = Window()
blocks_taken: Array[Block, VIRTUAL_RANGES_MAX] = zeroed()
code: Window = Window()
code_taken: Array[Block, VIRTUAL_RANGES_MAX] = zeroed()
slot_is_taken: Array[bool, MEMORY_SLOT_COUNT] = zeroed()


def initialise() -> None:
    """Opens the windows: before this, nothing can be reserved in them."""
    blocks.initialise(BLOCK_WINDOW, BLOCK_WINDOW + BLOCK_WINDOW_SIZE, blocks_taken)
    code.initialise(CODE_WINDOW, CODE_WINDOW + CODE_WINDOW_SIZE, code_taken)


def reserve_committed(window: Ptr[Window], size: usize) -> usize:
    """A range of a window with zeroed, writable pages in it; 0: no room."""
    try:
        with lock:
            start = window.reserve(size)
    except OutOfAddresses:
        return 0
    try:
        memory.commit(start, size)
    except OutOfFrames:
        release_range(window, start, size)
        return 0
    return start


def release_committed(window: Ptr[Window], start: usize, size: usize) -> None:
    memory.uncommit(start, size)
    release_range(window, start, size)


def release_range(window: Ptr[Window], start: usize, size: usize) -> None:
    with lock:
        window.release(start, size)


@export("platform_reserve_code")
def reserve_code(size: usize) -> usize:
    return reserve_committed(code, size)


@export("platform_seal_code")
def seal_code(address: usize, size: usize) -> None:
    memory.protect(address, size, Access.EXECUTE)


@export("platform_release_code")
def release_code(address: usize, size: usize) -> None:
    release_committed(code, address, size)


@export("platform_reserve_block")
def reserve_block(size: usize) -> usize:
    return reserve_committed(blocks, size)


@export("platform_release_block")
def release_block(address: usize, size: usize) -> None:
    release_committed(blocks, address, size)


@export("platform_reserve_memory")
def reserve_memory() -> usize:
    with lock:
        for slot in range(MEMORY_SLOT_COUNT):
            if not slot_is_taken[slot]:
                slot_is_taken[slot] = True
                return MEMORY_SLOTS + slot * MEMORY_SLOT_SIZE
    return 0


@export("platform_commit_memory")
def commit_memory(address: usize, size: usize) -> bool:
    try:
        memory.commit(address, size)
    except OutOfFrames:
        return False
    return True


@export("platform_release_memory")
def release_memory(address: usize, size: usize) -> None:
    slot = (address - MEMORY_SLOTS) // MEMORY_SLOT_SIZE
    assert slot_is_taken[slot], f"the memory at {address:#x} is nobody's"
    memory.uncommit(address, size)
    with lock:
        slot_is_taken[slot] = False
