"""The frequency of the TSC: what CPUID states, else a measurement by the HPET or the PIT.

A measurement compares two readings at least WINDOW_NS apart. The reference is read between two
reads of the TSC, and of several readings the one with the least between them counts: on a virtual
machine the host may take the processor away at any instant.
"""
from __future__ import annotations

from typing import Final

import kernel_src.log as log
from kernel_src.arch.hpet import REGISTER_BYTES, read_hpet, start_hpet
from kernel_src.arch.pit import PIT_HZ, read_pit, start_pit
from kernel_src.arch.tsc import read_tsc, stated_frequency
from kernel_src.ending import refuse
from kernel_src.lib.frequency import Reading, frequency_by_comparison
from kernel_src.lib.scale import NANOSECONDS
from kernel_src.mm.devices import map_device
from pykern.lang import Fn, TypeAlias, max_of, u32, u64, usize, wrapping_sub

WINDOW_NS: Final[u64] = 5_000_000
READINGS: Final = 8
POLLS_MAX: Final = 10_000_000
"""Readings before a reference counts as standing still."""

ATTEMPTS: Final = 10
"""Measurements by the PIT, whose count may run out while the host has taken the processor away."""

NOT_READ: Final[u64] = max_of(u64)

Counter: TypeAlias = Fn[[], u64]

hpet_base: usize = 0


def tsc_frequency(hpet_address: u64) -> u64:
    """In hertz. `hpet_address` is physical; 0: there is no HPET."""
    stated = stated_frequency()
    if stated != 0:
        log.info(f"clock: TSC at {stated} Hz, as CPUID states")
        return stated
    measured = measured_by_hpet(hpet_address)
    if measured != 0:
        log.info(f"clock: TSC at {measured} Hz, measured by the HPET")
        return measured
    for _ in range(ATTEMPTS):
        start_pit()
        measured = measure(pit_count, max_of(u64), PIT_HZ)
        if measured != 0:
            log.info(f"clock: TSC at {measured} Hz, measured by the PIT")
            return measured
    refuse("clock: CPUID does not state the TSC's frequency, and no HPET or PIT is counting")


def measured_by_hpet(address: u64) -> u64:
    global hpet_base
    if address == 0:
        return 0
    hpet_base = map_device(address, REGISTER_BYTES)
    hz = start_hpet(hpet_base)
    return 0 if hz == 0 else measure(hpet_count, max_of(u32), hz)


def hpet_count() -> u64:
    return read_hpet(hpet_base)


def pit_count() -> u64:
    count = read_pit()
    return count.passed if count.is_valid else NOT_READ


def measure(counter: Counter, mask: u64, hz: u64) -> u64:
    """The TSC's frequency by a reference of `hz` that counts up modulo `mask` + 1; 0: it can't be
    measured by that."""
    window = WINDOW_NS * hz // NANOSECONDS
    first = read_narrowly(counter)
    for _ in range(POLLS_MAX):
        now = counter()
        if first.reference == NOT_READ or now == NOT_READ:
            return 0
        if wrapping_sub(now, first.reference) & mask >= window:
            last = read_narrowly(counter)
            if last.reference == NOT_READ:
                return 0
            passed = wrapping_sub(last.reference, first.reference) & mask
            return frequency_by_comparison(last.middle() - first.middle(), passed, hz)
    return 0


def read_narrowly(counter: Counter) -> Reading:
    best = read_once(counter)
    for _ in range(READINGS - 1):
        reading = read_once(counter)
        if reading.width() < best.width():
            best = reading
    return best


def read_once(counter: Counter) -> Reading:
    before = read_tsc()
    reference = counter()
    return Reading(before=before, reference=reference, after=read_tsc())
