"""How fast a counter ticks: what CPUID says about the TSC, and what a comparison shows.

Pure: the registers of CPUID and the counts are the caller's. 0 stands for a frequency that nobody
states.
"""
from __future__ import annotations

from typing import Final

from kernel_src.lib.scale import NANOSECONDS
from pykern.lang import mul_wide, u32, u64, value

KILO: Final[u64] = 1_000
MEGA: Final[u64] = 1_000_000
FEMTOSECONDS_IN_NANOSECOND: Final[u64] = 1_000_000


@value
class Reading:
    """A reference counter, and the TSC just before and after it was read."""

    before: u64
    reference: u64
    after: u64

    def width(self) -> u64:
        """How uncertain it is at which TSC the reference was read."""
        return self.after - self.before

    def middle(self) -> u64:
        return self.before + self.width() // 2


def frequency_of_crystal(denominator: u32, numerator: u32, crystal_hz: u32) -> u64:
    """EAX, EBX and ECX of CPUID leaf 0x15 (SDM volume 2, CPUID): TSC = crystal * EBX / EAX."""
    if denominator == 0 or numerator == 0 or crystal_hz == 0:
        return 0
    return u64(crystal_hz) * numerator // denominator


def frequency_of_base(denominator: u32, numerator: u32, base_mhz: u32) -> u64:
    """EAX of CPUID leaf 0x16, which is the TSC's where leaf 0x15 gives the ratio to a crystal and
    leaves out the crystal's own (SDM volume 3, 19.7.3)."""
    if denominator == 0 or numerator == 0:
        return 0
    return (base_mhz & 0xFFFF) * MEGA


def frequency_of_hypervisor(khz: u32) -> u64:
    """EAX (the TSC) or EBX (the timer of the local APIC) of leaf 0x4000_0010."""
    return khz * KILO


def frequency_of_period(femtoseconds: u32) -> u64:
    """Of a counter that states its period, as the HPET does; rounded to the nearest."""
    second = NANOSECONDS * FEMTOSECONDS_IN_NANOSECOND
    return (second + femtoseconds // 2) // femtoseconds


def frequency_by_comparison(counted: u64, reference: u64, reference_hz: u64) -> u64:
    """Of a counter that counted so much while the reference did that much; 0 where that says
    nothing. The error is one part in `reference` for each tick that the reading was off."""
    if counted == 0 or reference == 0:
        return 0
    low, high = mul_wide(counted, reference_hz)
    return low // reference if high == 0 else 0
