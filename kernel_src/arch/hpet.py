"""The high precision event timer, as a counter to measure by (IA-PC HPET Specification 1.0a)."""
from __future__ import annotations

from typing import Final

from kernel_src.lib.frequency import frequency_of_period
from pykern.lang import Array, Mmio, offsetof, ptr_at, static_assert, struct, u32, u64, usize

REGISTER_BYTES: Final = 0x400
ENABLED: Final = 1 << 0
PERIOD_MAX: Final = 100_000_000
"""Femtoseconds; a longer one is against the specification."""


@struct
class Registers:
    capabilities: Mmio[u32]
    period: Mmio[u32]  # femtoseconds
    reserved_0: Array[u32, 2]
    configuration: Mmio[u32]
    reserved_1: Array[u32, 55]
    counter: Mmio[u32]  # the low half, which every HPET has


static_assert(offsetof(Registers, "counter") == 0xF0, "the hardware defines where registers lie")


def start_hpet(base: usize) -> u64:
    """Lets it count; its frequency, or 0 if what it states can't be."""
    registers = ptr_at(Registers, base)
    period = registers.period.read()
    if period == 0 or period > PERIOD_MAX:
        return 0
    registers.configuration.write(registers.configuration.read() | ENABLED)
    return frequency_of_period(period)


def read_hpet(base: usize) -> u32:
    return ptr_at(Registers, base).counter.read()
