"""Bits and numbers of the processor that the kernel uses (SDM volume 3, chapters 2, 4 and 6)."""
from __future__ import annotations

from typing import Final

from pykern.lang import enum, u8

CR0_MONITOR_COPROCESSOR: Final = 1 << 1
CR0_EMULATION: Final = 1 << 2
CR0_TASK_SWITCHED: Final = 1 << 3

CR4_OSFXSR: Final = 1 << 9
CR4_OSXMMEXCPT: Final = 1 << 10
CR4_UMIP: Final = 1 << 11
CR4_OSXSAVE: Final = 1 << 18
CR4_SMEP: Final = 1 << 20
CR4_SMAP: Final = 1 << 21

CPUID_VERSION: Final = 1
CPUID_1_ECX_SSE4_1: Final = 1 << 19
CPUID_1_ECX_X2APIC: Final = 1 << 21
CPUID_1_ECX_POPCNT: Final = 1 << 23

CPUID_FEATURES: Final = 7
CPUID_7_EBX_SMEP: Final = 1 << 7
CPUID_7_EBX_SMAP: Final = 1 << 20
CPUID_7_ECX_UMIP: Final = 1 << 2

CPUID_XSAVE: Final = 0xD

CPUID_EXTENDED_FEATURES: Final = 0x8000_0001
CPUID_EXTENDED_EDX_HUGE_PAGES: Final = 1 << 26

PAGE_FAULT_PRESENT: Final = 1 << 0
PAGE_FAULT_WRITE: Final = 1 << 1
PAGE_FAULT_RESERVED: Final = 1 << 3
PAGE_FAULT_FETCH: Final = 1 << 4


@enum(u8)
class Vector:
    """The exceptions (SDM volume 3, table 6-1; AMD volume 2, 8.2)."""

    DIVIDE_ERROR = 0
    DEBUG = 1
    NMI = 2
    BREAKPOINT = 3
    OVERFLOW = 4
    BOUND_RANGE = 5
    INVALID_OPCODE = 6
    NO_X87 = 7
    DOUBLE_FAULT = 8
    INVALID_TSS = 10
    NO_SEGMENT = 11
    STACK_SEGMENT = 12
    GENERAL_PROTECTION = 13
    PAGE_FAULT = 14
    X87_ERROR = 16
    ALIGNMENT = 17
    MACHINE_CHECK = 18
    SIMD_ERROR = 19
    CONTROL_PROTECTION = 21
    HYPERVISOR = 28
    VMM_COMMUNICATION = 29
    SECURITY = 30
