"""Segments, and the task state with the stacks for exceptions (SDM volume 3, 3.4 and 8.7)."""
from __future__ import annotations

from typing import Final

from kernel_src.arch.stacks import EXCEPTION_STACKS, stacks
from pykern.lang import (
    Array,
    PerCpu,
    address_of,
    lgdt,
    ltr,
    sizeof,
    static_assert,
    struct,
    u16,
    u32,
    u64,
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


@struct
class Tables:
    """A processor's own: a TSS can be in use by one only."""

    task_state: TaskState = zeroed()
    descriptors: Array[u64, DESCRIPTOR_COUNT] = zeroed()


tables: PerCpu[Tables] = PerCpu(Tables())


def initialise() -> None:
    """On each processor, which has its stacks by then.

    The code selector stays valid: its descriptor is where boot/*.S had it.
    """
    own = tables.ptr()
    task = own.task_state
    for index in range(EXCEPTION_STACKS):  # the hardware counts them from 1
        task.interrupt_stacks[index] = stacks.ptr().exceptions[index].end
    task.io_map_offset = sizeof(TaskState)  # past the end: there is no map

    base: u64 = address_of(task)
    own.descriptors[KERNEL_CODE_SELECTOR // 8] = CODE_DESCRIPTOR
    own.descriptors[TASK_SELECTOR // 8] = (
        TASK_DESCRIPTOR
        | (sizeof(TaskState) - 1)
        | (base & 0xFF_FFFF) << 16
        | (base >> 24 & 0xFF) << 56
    )
    own.descriptors[TASK_SELECTOR // 8 + 1] = base >> 32

    pointer = TablePointer(limit=8 * DESCRIPTOR_COUNT - 1, base=address_of(own.descriptors))
    lgdt(address_of(pointer))
    ltr(TASK_SELECTOR)
