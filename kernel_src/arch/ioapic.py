"""I/O APICs: which interrupt of a device goes to which processor, as which vector.

(82093AA data sheet.) Each has a window of two registers: the number of the register that is meant,
and what is in it, so the caller keeps other processors out. Global system interrupts (GSIs) number
the inputs of all of them.
"""
from __future__ import annotations

from typing import Final

from kernel_src.limits import IO_APICS_MAX
from pykern.lang import (
    Array,
    Error,
    Ptr,
    ptr_at,
    raises,
    struct,
    u32,
    usize,
    value,
    volatile_load,
    volatile_store,
    zeroed,
)

SELECT: Final = 0x00
DATA: Final = 0x10
WINDOW_BYTES: Final = 0x20

VERSION: Final = 0x01
FIRST_ENTRY: Final = 0x10  # two registers for each input, the low half first
INPUTS_SHIFT: Final = 16

ENTRY_ACTIVE_LOW: Final = 1 << 13
ENTRY_LEVEL: Final = 1 << 15
ENTRY_MASKED: Final = 1 << 16
ENTRY_DESTINATION_SHIFT: Final = 24
DESTINATION_MAX: Final = 0xFF


class NoSuchInput(Error):
    """No I/O APIC has this GSI, or it can't reach this processor."""


@value
class Wiring:
    """How a device tells that it wants attention."""

    is_active_low: bool = False
    is_level: bool = False


@struct
class IoApicWindow:
    registers: usize = 0
    first_gsi: u32 = 0
    inputs: u32 = 0

    def read(self, number: u32) -> u32:
        volatile_store(ptr_at(u32, self.registers + SELECT), number)
        return volatile_load(ptr_at(u32, self.registers + DATA))

    def write(self, number: u32, content: u32) -> None:
        volatile_store(ptr_at(u32, self.registers + SELECT), number)
        volatile_store(ptr_at(u32, self.registers + DATA), content)

    def entry(self, gsi: u32) -> u32:
        """The register with the low half of an input's entry."""
        return FIRST_ENTRY + 2 * (gsi - self.first_gsi)

    def has(self, gsi: u32) -> bool:
        return self.first_gsi <= gsi and gsi - self.first_gsi < self.inputs


windows: Array[IoApicWindow, IO_APICS_MAX] = zeroed()
count: usize = 0


def add(registers: usize, first_gsi: u32) -> None:
    """Takes one into use, whose registers are mapped; all its inputs are masked."""
    global count
    window = windows[count]
    window.registers = registers
    window.first_gsi = first_gsi
    window.inputs = (window.read(VERSION) >> INPUTS_SHIFT & 0xFF) + 1
    for gsi in range(first_gsi, first_gsi + window.inputs):
        window.write(window.entry(gsi), ENTRY_MASKED)
    count += 1


@raises(NoSuchInput)
def route(gsi: u32, vector: u32, apic_id: u32, wiring: Wiring) -> None:
    """The input leads to that vector of that processor, and stays masked."""
    if apic_id > DESTINATION_MAX:
        raise NoSuchInput
    window = window_of(gsi)
    entry = window.entry(gsi)
    how: u32 = ENTRY_MASKED | vector
    how |= ENTRY_ACTIVE_LOW if wiring.is_active_low else 0
    how |= ENTRY_LEVEL if wiring.is_level else 0
    window.write(entry, how)
    window.write(entry + 1, apic_id << ENTRY_DESTINATION_SHIFT)


@raises(NoSuchInput)
def mask(gsi: u32) -> None:
    window = window_of(gsi)
    window.write(window.entry(gsi), window.read(window.entry(gsi)) | ENTRY_MASKED)


@raises(NoSuchInput)
def unmask(gsi: u32) -> None:
    window = window_of(gsi)
    window.write(window.entry(gsi), window.read(window.entry(gsi)) & ~u32(ENTRY_MASKED))


@raises(NoSuchInput)
def window_of(gsi: u32) -> Ptr[IoApicWindow]:
    for index in range(count):
        if windows[index].has(gsi):
            return windows[index]
    raise NoSuchInput
