"""Starts the other processors (SDM volume 3, 8.4.4.1).

One at a time: a page below 1 MiB gets the code of boot/ap_start.S and the parameters of the next
processor, which is sent INIT and STARTUP. It enters long mode with the kernel's own tables, in
which the page is mapped at its own address meanwhile, and answers by setting its bit in `online`.

The pauses of 10 ms and 200 us that the manual's example makes are for processors older than any
that has long mode; a second STARTUP is sent to one that does not answer the first.
"""
from __future__ import annotations

from typing import Final

import kernel_src.arch.lapic as lapic
import kernel_src.log as log
import kernel_src.mm.memory as memory
from kernel_src.acpi.madt import Madt
from kernel_src.arch.gdt import CODE_DESCRIPTOR, KERNEL_CODE_SELECTOR
from kernel_src.arch.percpu import area_size, online, prepare_area, this_cpu
from kernel_src.boot.info import BootInfo
from kernel_src.cpu.ap_stacks import ApStacks, OutOfStacks, reserve_stacks
from kernel_src.cpu.enter import ap_entry, set_body
from kernel_src.limits import AP_POLLS_MAX, CPUS_MAX
from kernel_src.memlayout import GIB, LOW_MEMORY_END, PAGE_SIZE
from kernel_src.mm.frames import FRAME_SHIFT, OutOfFrames
from kernel_src.mm.paging import Access
from pykern.lang import (
    Fn,
    Order,
    Ptr,
    address_of,
    copy_slice,
    extern,
    offsetof,
    pause,
    ptr_at,
    slice_at,
    static_assert,
    struct,
    u8,
    u16,
    u32,
    u64,
    usize,
)

FIRST_PAGE: Final = 0x8000
"""Below it firmware keeps what it may still need."""


@struct(packed=True)
class ApParameters:
    """What boot/ap_start.S reads."""

    gdt_limit: u16
    gdt_base: u32
    far_address: u32
    far_selector: u16
    tables: u32
    null_descriptor: u64
    code_descriptor: u64
    gs_base: u64
    stack_top: u64
    entry: u64


static_assert(
    offsetof(ApParameters, "gdt_base") == 2 and offsetof(ApParameters, "far_selector") == 10,
    "lgdt and the far jump read a limit and a base, an offset and a selector",
)


@extern
def ap_start() -> None: ...


@extern
def ap_long_mode() -> None: ...


@extern
def ap_parameters() -> None: ...


@extern
def ap_start_end() -> None: ...


def start_others(madt: Ptr[Madt], info: Ptr[BootInfo], body: Fn[[], None]) -> None:
    """Starts the processors that the firmware names; each then calls `body`, which does not return.

    Called with interrupts off, on the processor that booted.
    """
    this_cpu.ptr().apic_id = lapic.apic_id()
    set_body(body)
    if madt.processor_count < 2:
        return
    page = low_page(info)
    if page == 0:
        log.warn("processors: no page of memory below 1 MiB to start them in")
        return
    try:
        memory.map_range(usize(page), page, PAGE_SIZE, Access.EXECUTE)
    except OutOfFrames:
        log.warn("processors: no memory to start them")
        return
    start_all(madt, page)
    memory.unmap(usize(page), PAGE_SIZE, False)


def start_all(madt: Ptr[Madt], page: u64) -> None:
    index: u32 = 1
    for processor in madt.processors[: madt.processor_count]:
        if processor.apic_id != this_cpu.ptr().apic_id and index < CPUS_MAX:
            if not prepare(page, index, processor.apic_id):
                log.warn(f"processors: no memory for number {index}")
                return
            if not wake(page, index, processor.apic_id):
                log.warn(f"processors: the one with APIC id {processor.apic_id} does not start")
                return  # it may still be about to: its page and its number can't be used again
            index += 1
    log.info(f"processors: {index} running")


def low_page(info: Ptr[BootInfo]) -> u64:
    """A page of usable memory below 1 MiB; 0: there is none."""
    for range_ in info.memory_map():
        start = max(range_.start, FIRST_PAGE)
        if range_.is_usable and start + PAGE_SIZE <= min(range_.end, LOW_MEMORY_END):
            return start
    return 0


def prepare(page: u64, index: u32, apic_id: u32) -> bool:
    """Fills the page, and makes what the processor needs from its first instruction on."""
    count = (area_size() + PAGE_SIZE - 1) >> FRAME_SHIFT
    stacks = ApStacks()
    area: u64 = 0
    try:
        area = memory.frames.allocate_run(count)
        reserve_stacks(stacks)
    except (OutOfFrames, OutOfStacks):
        return False
    gs_base = prepare_area(address_of(memory.physical_bytes(area, area + 1)), index, apic_id)
    stacks.record(gs_base)
    size = address_of(ap_start_end) - address_of(ap_start)
    assert size <= PAGE_SIZE, f"the code that processors start with has {size} bytes"
    target = memory.physical_bytes(page, page + size)
    copy_slice(target, slice_at(u8, address_of(ap_start), size))
    place = address_of(ap_parameters) - address_of(ap_start)
    fill_in(ptr_at(ApParameters, address_of(target) + place), u32(page), u32(place))
    parameters = ptr_at(ApParameters, address_of(target) + place)
    parameters.gs_base = gs_base
    parameters.stack_top = stacks.thread.end
    return True


def fill_in(parameters: Ptr[ApParameters], page: u32, place: u32) -> None:
    root = memory.tables.root
    assert root < 4 * GIB, f"a processor in real mode can't use the tables at {root:#x}"
    parameters.gdt_limit = 2 * 8 - 1
    parameters.gdt_base = page + place + offsetof(ApParameters, "null_descriptor")
    parameters.far_address = page + u32(address_of(ap_long_mode) - address_of(ap_start))
    parameters.far_selector = KERNEL_CODE_SELECTOR
    parameters.tables = u32(root)
    parameters.null_descriptor = 0
    parameters.code_descriptor = CODE_DESCRIPTOR
    parameters.entry = address_of(ap_entry)


def wake(page: u64, index: u32, apic_id: u32) -> bool:
    """Whether the processor answers."""
    lapic.send_init(apic_id)
    for _ in range(2):
        lapic.send_startup(apic_id, u32(page >> FRAME_SHIFT))
        polls: u32 = 0
        while polls < AP_POLLS_MAX:
            if online.load(Order.ACQUIRE) >> index & 1 != 0:
                return True
            polls += 1
            pause()
    return False
