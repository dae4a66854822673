"""Every address the kernel chooses, drawn.

    0x0000_0000_0000_0000  never mapped: a null pointer faults
    0x0000_0004_0000_0000  MEMORY_SLOTS   wasm linear memories, MEMORY_SLOT_SIZE apart
    0x0000_4004_0000_0000                 (end of the slots)
    0xffff_8880_0000_0000  DIRECT_MAP     physical memory, read and write (the image's code and
                                          constants read only)
    0xffff_c900_0000_0000  BLOCK_WINDOW   kernel blocks, a guard page after each
    0xffff_ca00_0000_0000  DEVICE_WINDOW  registers of devices, a guard page after each
    0xffff_ffff_8000_0000  KERNEL_BASE    physical address 0 as far as the image reaches:
                                            .text execute, .rodata read, .data .bss stacks write
    0xffff_ffff_a000_0000  CODE_WINDOW    generated code: written, then sealed
    0xffff_ffff_e000_0000                 (end of the code window)

The code window and the image lie in the same top 2 GiB, so generated code reaches the kernel, and
the kernel generated code, by a direct call.

A memory slot holds what a 32-bit index (4 GiB) plus a 32-bit static offset (4 GiB) can reach, and
as much again in which the widest access at the very end still faults. A power of two makes the slot
of an address a shift.
"""
from __future__ import annotations

from typing import Final

from pykern.lang import static_assert

KIB: Final = 1 << 10
MIB: Final = 1 << 20
GIB: Final = 1 << 30
TIB: Final = 1 << 40

PAGE_SIZE: Final = 4 * KIB
LARGE_PAGE_SIZE: Final = 2 * MIB
HUGE_PAGE_SIZE: Final = GIB

MEMORY_SLOTS: Final = 16 * GIB
MEMORY_SLOT_SIZE: Final = 16 * GIB
MEMORY_SLOT_COUNT: Final = 4096

DIRECT_MAP: Final = 0xFFFF_8880_0000_0000
DIRECT_MAP_SIZE: Final = 64 * TIB
DIRECT_MAP_PML4_INDEX: Final = (DIRECT_MAP >> 39) & 511

BLOCK_WINDOW: Final = 0xFFFF_C900_0000_0000
BLOCK_WINDOW_SIZE: Final = TIB

DEVICE_WINDOW: Final = 0xFFFF_CA00_0000_0000
DEVICE_WINDOW_SIZE: Final = TIB

KERNEL_BASE: Final = 0xFFFF_FFFF_8000_0000

CODE_WINDOW: Final = KERNEL_BASE + 512 * MIB
CODE_WINDOW_SIZE: Final = GIB

LOW_MEMORY_END: Final = MIB
"""Below it the firmware keeps its tables, and processors will start: never given out."""

LOWER_HALF_END: Final = 1 << 47

static_assert(
    MEMORY_SLOTS + MEMORY_SLOT_COUNT * MEMORY_SLOT_SIZE <= LOWER_HALF_END,
    "the memory slots leave the lower half",
)
static_assert(
    DIRECT_MAP + DIRECT_MAP_SIZE <= BLOCK_WINDOW, "the direct map runs into the block window"
)
static_assert(
    BLOCK_WINDOW + BLOCK_WINDOW_SIZE <= DEVICE_WINDOW, "the block window runs into the devices"
)
static_assert(
    CODE_WINDOW + CODE_WINDOW_SIZE - KERNEL_BASE <= 2 * GIB,
    "generated code and the image are out of reach of each other",
)
