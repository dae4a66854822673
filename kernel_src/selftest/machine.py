"""Tests of the running machine: what only the processor and the loader can show."""
from __future__ import annotations

from typing import Final

import kernel_src.mm.memory as memory
from kernel_src.arch.image import rodata_start, text_start
from kernel_src.memlayout import DIRECT_MAP, KERNEL_BASE, PAGE_SIZE
from kernel_src.mm.frames import OutOfFrames
from pykern.lang import (
    Array,
    address_of,
    load,
    ptr_at,
    rdmsr,
    read_cr0,
    read_cr4,
    read_flags,
    test,
    u8,
    u64,
    unreachable,
    usize,
)

CR0_WRITE_PROTECT: Final = 1 << 16
CR4_PHYSICAL_ADDRESS_EXTENSION: Final = 1 << 5
EFER: Final = 0xC000_0080
EFER_LONG_MODE_ACTIVE: Final = 1 << 10
EFER_NO_EXECUTE: Final = 1 << 11
FLAGS_DIRECTION: Final = 1 << 10


@test
def the_kernel_obeys_its_own_page_rights() -> None:
    assert read_cr0() & CR0_WRITE_PROTECT != 0, f"cr0 is {read_cr0():#x}"
    assert rdmsr(EFER) & EFER_NO_EXECUTE != 0, f"EFER is {rdmsr(EFER):#x}"


@test
def the_processor_is_in_long_mode() -> None:
    assert read_cr4() & CR4_PHYSICAL_ADDRESS_EXTENSION != 0, f"cr4 is {read_cr4():#x}"
    assert rdmsr(EFER) & EFER_LONG_MODE_ACTIVE != 0, f"EFER is {rdmsr(EFER):#x}"


@test
def copies_go_upwards() -> None:
    assert read_flags() & FLAGS_DIRECTION == 0, f"the flags are {read_flags():#x}"


@test
def the_image_shows_in_the_direct_map() -> None:
    places = Array(address_of(text_start), address_of(rodata_start))
    for place in places:
        here = load(ptr_at(u64, place))
        there = load(ptr_at(u64, place - KERNEL_BASE + DIRECT_MAP))
        assert here == there, f"{place:#x} is {here:#x}, in the direct map {there:#x}"


@test
def frames_are_distinct_and_come_back() -> None:
    before = memory.free_frames()
    try:
        first = memory.frames.allocate()
        second = memory.frames.allocate()
    except OutOfFrames:
        unreachable()
    assert first != second, f"{first:#x} was given out twice"
    assert first % PAGE_SIZE == 0 and second % PAGE_SIZE == 0, f"{first:#x}, {second:#x}"
    assert memory.free_frames() == before - 2, f"{before} frames, then {memory.free_frames()}"
    memory.frames.release(second)
    memory.frames.release(first)
    assert memory.free_frames() == before, f"{before} frames, then {memory.free_frames()}"


@test
def a_frame_holds_what_is_written() -> None:
    try:
        frame = memory.frames.allocate()
    except OutOfFrames:
        unreachable()
    bytes = memory.physical_bytes(frame, frame + PAGE_SIZE)
    for i in range(len(bytes)):
        bytes[i] = u8(i % 251)
    for i in range(len(bytes)):
        assert bytes[i] == u8(usize(i) % 251), f"byte {i} is {bytes[i]}"
    memory.frames.release(frame)
