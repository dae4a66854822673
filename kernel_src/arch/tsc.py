"""The time-stamp counter (SDM volume 3, 18.17), and what CPUID says about its frequency."""
from __future__ import annotations

from typing import Final

from kernel_src.lib.frequency import (
    frequency_of_base,
    frequency_of_crystal,
    frequency_of_hypervisor,
)
from pykern.lang import asm, cpuid, rdtsc, u32, u64

CPUID_CRYSTAL: Final = 0x15
CPUID_BASE_FREQUENCY: Final = 0x16
CPUID_HYPERVISOR: Final = 0x4000_0000
CPUID_HYPERVISOR_FREQUENCY: Final = 0x4000_0010
CPUID_VERSION: Final = 1
CPUID_1_ECX_HYPERVISOR: Final = 1 << 31


def read_tsc() -> u64:
    """Not before what comes before it in the program has been done."""
    asm("lfence", "", None)
    return rdtsc()


def stated_frequency() -> u64:
    """In hertz; 0 if nobody states it. A hypervisor's word counts first: it may scale the TSC."""
    stated = hypervisor_frequency()
    if stated != 0:
        return stated
    highest, _, _, _ = cpuid(0, 0)
    if highest < CPUID_CRYSTAL:
        return 0
    denominator, numerator, crystal_hz, _ = cpuid(CPUID_CRYSTAL, 0)
    if crystal_hz != 0 or highest < CPUID_BASE_FREQUENCY:
        return frequency_of_crystal(denominator, numerator, crystal_hz)
    base_mhz, _, _, _ = cpuid(CPUID_BASE_FREQUENCY, 0)
    return frequency_of_base(denominator, numerator, base_mhz)


def hypervisor_frequency() -> u64:
    _, _, ecx, _ = cpuid(CPUID_VERSION, 0)
    if ecx & CPUID_1_ECX_HYPERVISOR == 0:
        return 0
    highest, _, _, _ = cpuid(CPUID_HYPERVISOR, 0)
    if highest < u32(CPUID_HYPERVISOR_FREQUENCY):
        return 0
    khz, _, _, _ = cpuid(CPUID_HYPERVISOR_FREQUENCY, 0)
    return frequency_of_hypervisor(khz)
