"""The local APIC's timer: one interrupt of this processor at a given time (SDM volume 3, 10.5.4).

Where there is TSC-deadline mode the time is a value of the TSC; else the timer counts down from a
32-bit number, at a frequency that has to be measured. A far time comes in several steps then: the
interrupt may come early, and who handles it looks at the clock.
"""
from __future__ import annotations

from typing import Final

import kernel_src.arch.lapic as lapic
from kernel_src.arch.interrupts import TIMER_VECTOR
from kernel_src.arch.x86 import CPUID_VERSION
from pykern.lang import asm, cpuid, max_of, u32, u64, wrmsr

CPUID_1_ECX_TSC_DEADLINE: Final = 1 << 24
TSC_DEADLINE_MSR: Final = 0x6E0
MODE_TSC_DEADLINE: Final = 2 << 17
DIVIDE_BY_1: Final = 0xB
LONGEST: Final[u64] = max_of(u32)


def has_tsc_deadline() -> bool:
    _, _, ecx, _ = cpuid(CPUID_VERSION, 0)
    return ecx & CPUID_1_ECX_TSC_DEADLINE != 0


def enable() -> None:
    """On each processor. Nothing is armed."""
    if has_tsc_deadline():
        lapic.write(lapic.TIMER, MODE_TSC_DEADLINE | TIMER_VECTOR)
        asm("mfence", "", None)  # the mode comes before the first deadline (10.5.4.1)
    else:
        lapic.write(lapic.TIMER_DIVIDE, DIVIDE_BY_1)
        lapic.write(lapic.TIMER, TIMER_VECTOR)
    disarm()


def arm_at_tsc(deadline: u64) -> None:
    """In TSC-deadline mode. A time that has passed interrupts at once."""
    wrmsr(TSC_DEADLINE_MSR, max(deadline, 1))


def arm_after(ticks: u64) -> None:
    """Without TSC-deadline mode."""
    lapic.write(lapic.TIMER_INITIAL, u32(max(min(ticks, LONGEST), 1)))


def disarm() -> None:
    if has_tsc_deadline():
        wrmsr(TSC_DEADLINE_MSR, 0)
    else:
        lapic.write(lapic.TIMER_INITIAL, 0)


def begin_count() -> None:
    """For a measurement, with interrupts off: counts down from LONGEST, once."""
    lapic.write(lapic.TIMER_INITIAL, u32(LONGEST))


def counted() -> u64:
    """Ticks since `begin_count`."""
    return LONGEST - lapic.read(lapic.TIMER_CURRENT)
