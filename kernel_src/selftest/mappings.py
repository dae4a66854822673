"""What the page tables say is what accesses meet, on every processor, after every change."""
from __future__ import annotations

from typing import Final

import kernel_src.cpu.ipi as ipi
import kernel_src.mm.memory as memory
import kernel_src.mm.platform as platform
from kernel_src.arch.image import rodata_start, text_start
from kernel_src.arch.percpu import cpu_index, online
from kernel_src.arch.probe import probe_read, probe_write
from kernel_src.memlayout import PAGE_SIZE
from kernel_src.mm.frames import OutOfFrames
from kernel_src.mm.paging import Access
from kernel_src.selftest.holding import Random
from pykern.lang import (
    Array,
    Order,
    address_of,
    enum,
    popcount,
    ref,
    test,
    u8,
    unreachable,
    usize,
    zeroed,
)

PAGES: Final = 12
STEPS: Final = 300  # times processors: each step asks all of them
STEPS_LEAST: Final = 10
NOT_CANONICAL: Final[usize] = 1 << 47


@enum(u8)
class State:
    UNMAPPED = 0
    READ = 1
    WRITE = 2


base: usize = 0
states: Array[State, PAGES] = zeroed()


def look() -> None:
    """Every processor accesses every page, and so remembers what it finds."""
    for page, state in enumerate(states):
        address = base + page * PAGE_SIZE + PAGE_SIZE // 2
        reads = probe_read(address)
        writes = probe_write(address)
        right = reads == (state != State.UNMAPPED) and writes == (state == State.WRITE)
        assert right, f"page {page} is {state}, but on {cpu_index()}: {reads}, {writes}"


def change(first: usize, end: usize, state: State) -> None:
    """Pages that were all unmapped, or all mapped, get another state."""
    start = base + first * PAGE_SIZE
    size = (end - first) * PAGE_SIZE
    if states[first] == State.UNMAPPED:
        try:
            memory.commit(start, size)
        except OutOfFrames:
            unreachable()
    match state:
        case State.UNMAPPED:
            memory.uncommit(start, size)
        case State.READ:
            memory.protect(start, size, Access.READ)
        case State.WRITE:
            memory.protect(start, size, Access.WRITE)
    for page in range(first, end):
        states[page] = state


def end_of_like(first: usize) -> usize:
    """Where pages end that are mapped, or not mapped, as this one is."""
    end = first + 1
    while end < PAGES and (states[end] == State.UNMAPPED) == (states[first] == State.UNMAPPED):
        end += 1
    return end


@test
def accesses_meet_what_was_mapped_last() -> None:
    global base
    before = memory.free_frames()
    base = platform.reserve_memory()
    assert base != 0, "all slots are taken"
    ipi.call_all(look)
    random = Random(state=1)
    for _ in range(max(STEPS // usize(popcount(online.load(Order.ACQUIRE))), STEPS_LEAST)):
        first = random.below(PAGES)
        end = first + 1 + random.below(end_of_like(first) - first)
        change(first, end, State(random.below(3)))
        ipi.call_all(look)
    for page in range(PAGES):
        change(page, page + 1, State.UNMAPPED)
    ipi.call_all(look)
    platform.release_memory(base, 0)
    assert memory.free_frames() == before, f"{before} frames, then {memory.free_frames()}"


def look_at_the_kernel() -> None:
    for place in Array(address_of(text_start), address_of(rodata_start)):
        assert probe_read(place) and not probe_write(place), f"{place:#x} is not read-only"
    assert not probe_read(0) and not probe_write(0), "there is something at address 0"
    assert not probe_read(NOT_CANONICAL), f"there is something at {NOT_CANONICAL:#x}"
    own: usize = 0
    assert probe_write(address_of(ref(own))), "the stack can't be written"


@test
def the_kernel_is_protected_on_every_processor() -> None:
    ipi.call_all(look_at_the_kernel)
