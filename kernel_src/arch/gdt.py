"""Segments, and the task state with the stacks for exceptions (SDM volume 3, 3.4 and 8.7)."""
from __future__ import annotations

from typing import Final

from kernel_src.arch.image import (
    double_fault_stack_top,
    machine_check_stack_top,
    nmi_stack_top,
    page_fault_stack_top,
)
from pykern.lang import (
    Array,
    address_of,
    lgdt,
    ltr,
    sizeof,
    static_assert,
    struct,
    u16,
    u32,
    u64,
    usize,
    zeroed,
)

KERNEL_CODE_SELECTOR: Final = 8
TASK_SELECTOR: Final = 16
DESCRIPTOR_COUNT: Final = 4  # null, code, and two entries for the task

CODE_DESCRIPTOR: Final = 0x0020_9B00_0000_0000  # 64-bit, ring 0, accessed
TASK_DESCRIPTOR: Final = 0x0000_8900_0000_0000  # 64-bit TSS, available, ring 0

IST_DOUBLE_FAULT: Final = 1
IST_PAGE_FAULT: Final = 2
IST_NMI: Final = 3
IST_MACHINE_CHECK: Final = 4


@struct(packed=True)
class TaskState:
    """The 64-bit TSS (SDM volume 3, figure 8-11)."""

    reserved_0: u32
    ring_stacks: Array[u64, 3]
    reserved_1: u64
    interrupt_stacks: Array[u64, 7]
    reserved_2: u64
    reserved_3: u16
    io_map_offset: u16


static_assert(sizeof(TaskState) == 104, "the processor defines the layout of the TSS")


@struct(packed=True)
class TablePointer:
    """What lgdt and lidt read."""

    limit: u16
    base: u64


task_state: TaskState = zeroed()
descriptors: Array[u64, DESCRIPTOR_COUNT] = zeroed()


def initialise() -> None:
    """The selectors in use stay valid: the code descriptor is where boot/start.S had it."""
    set_stack(IST_DOUBLE_FAULT, address_of(double_fault_stack_top))
    set_stack(IST_PAGE_FAULT, address_of(page_fault_stack_top))
    set_stack(IST_NMI, address_of(nmi_stack_top))
    set_stack(IST_MACHINE_CHECK, address_of(machine_check_stack_top))
    task_state.io_map_offset = sizeof(TaskState)  # past the end: there is no map

    base: u64 = address_of(task_state)
    descriptors[KERNEL_CODE_SELECTOR // 8] = CODE_DESCRIPTOR
    descriptors[TASK_SELECTOR // 8] = (
        TASK_DESCRIPTOR
        | (sizeof(TaskState) - 1)
        | (base & 0xFF_FFFF) << 16
        | (base >> 24 & 0xFF) << 56
    )
    descriptors[TASK_SELECTOR // 8 + 1] = base >> 32

    pointer = TablePointer(limit=8 * DESCRIPTOR_COUNT - 1, base=address_of(descriptors))
    lgdt(address_of(pointer))
    ltr(TASK_SELECTOR)


def set_stack(index: usize, top: u64) -> None:
    """The hardware counts its interrupt stacks from 1."""
    task_state.interrupt_stacks[index - 1] = top
