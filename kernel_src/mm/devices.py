"""Device memory, mapped without a cache."""
from __future__ import annotations

import kernel_src.mm.memory as memory
from kernel_src.ending import refuse
from kernel_src.lib.bits import align_down, align_up
from kernel_src.limits import DEVICE_MAPPINGS_MAX
from kernel_src.memlayout import DEVICE_WINDOW, DEVICE_WINDOW_SIZE, PAGE_SIZE
from kernel_src.mm.frames import OutOfFrames
from kernel_src.mm.paging import Access
from kernel_src.mm.ranges import Block, OutOfAddresses, Window
from kernel_src.sync.lock_word import LockWord
from kernel_src.sync.rank import Rank
from kernel_src.sync.spinlock import SpinLock
from pykern.lang import Array, u64, usize, zeroed

lock: SpinLock = SpinLock(word=LockWord(rank=Rank.WINDOW))
window: Window = Window()
taken: Array[Block, DEVICE_MAPPINGS_MAX] = zeroed()


def initialise() -> None:
    window.initialise(DEVICE_WINDOW, DEVICE_WINDOW + DEVICE_WINDOW_SIZE, taken)


def map_device(physical: u64, size: u64) -> usize:
    """Where registers at a physical address are from now on. Called at boot; without room for it
    the machine can't be used."""
    start = align_down(physical, PAGE_SIZE)
    length = usize(align_up(physical + size, PAGE_SIZE) - start)
    try:
        with lock:
            virtual = window.reserve(length)
        memory.map_range(virtual, start, length, Access.DEVICE)
        return virtual + usize(physical - start)
    except (OutOfAddresses, OutOfFrames):
        refuse(f"memory: no room to map the device at {physical:#x}")
