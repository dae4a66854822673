"""The interrupt descriptor table: each vector leads to its stub (SDM volume 3, 6.14)."""
from __future__ import annotations

from typing import Final

from kernel_src.arch.gdt import (
    IST_DOUBLE_FAULT,
    IST_MACHINE_CHECK,
    IST_NMI,
    IST_PAGE_FAULT,
    KERNEL_CODE_SELECTOR,
    TablePointer,
)
from kernel_src.arch.x86 import Vector
from pykern.lang import Array, address_of, extern, is_member, lidt, u64, usize, zeroed

VECTOR_COUNT: Final = 256
TRAP_STUB_BYTES: Final = 16
INTERRUPT_GATE: Final = 0x8E00_0000_0000  # present, ring 0, interrupts off on entry

gates: Array[u64, 2 * VECTOR_COUNT] = zeroed()


@extern
def trap_stubs() -> None: ...


def initialise() -> None:
    for vector in range(VECTOR_COUNT):
        set_gate(vector, address_of(trap_stubs) + vector * TRAP_STUB_BYTES, stack_of(vector))
    load()


def load() -> None:
    """On each processor: all use the same table."""
    pointer = TablePointer(limit=16 * VECTOR_COUNT - 1, base=address_of(gates))
    lidt(address_of(pointer))


def stack_of(vector: usize) -> u64:
    """The interrupt stack of a vector; 0: whatever stack was interrupted."""
    if not is_member(Vector, vector):
        return 0
    match Vector(vector):
        case Vector.DOUBLE_FAULT:
            return IST_DOUBLE_FAULT
        case Vector.PAGE_FAULT:
            return IST_PAGE_FAULT
        case Vector.NMI:
            return IST_NMI
        case Vector.MACHINE_CHECK:
            return IST_MACHINE_CHECK
        case _:
            return 0


def set_gate(vector: usize, entry: u64, stack: u64) -> None:
    gates[2 * vector] = (
        entry & 0xFFFF
        | KERNEL_CODE_SELECTOR << 16
        | stack << 32
        | INTERRUPT_GATE
        | (entry >> 16 & 0xFFFF) << 48
    )
    gates[2 * vector + 1] = entry >> 32
