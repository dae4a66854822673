"""Turns on what the processor offers, and says what it has."""
from __future__ import annotations

from kernel_src.arch.x86 import (
    CPUID_1_ECX_POPCNT,
    CPUID_1_ECX_SSE4_1,
    CPUID_7_EBX_SMAP,
    CPUID_7_EBX_SMEP,
    CPUID_7_ECX_UMIP,
    CPUID_EXTENDED_EDX_HUGE_PAGES,
    CPUID_EXTENDED_FEATURES,
    CPUID_FEATURES,
    CPUID_VERSION,
    CR0_EMULATION,
    CR0_MONITOR_COPROCESSOR,
    CR0_TASK_SWITCHED,
    CR4_OSFXSR,
    CR4_OSXMMEXCPT,
    CR4_SMAP,
    CR4_SMEP,
    CR4_UMIP,
)
from kernel_src.ending import refuse
from pykern.lang import cpuid, read_cr0, read_cr4, u32, u64, write_cr0, write_cr4


def enable_features() -> None:
    """SMEP, SMAP and UMIP where they exist, and SSE, which only generated code uses.

    No page is ever a user page, so SMEP and SMAP guard against a table entry gone wrong.
    """
    bits: u64 = CR4_OSFXSR | CR4_OSXMMEXCPT
    ebx, ecx = feature_words()
    if ebx & CPUID_7_EBX_SMEP != 0:
        bits |= CR4_SMEP
    if ebx & CPUID_7_EBX_SMAP != 0:
        bits |= CR4_SMAP
    if ecx & CPUID_7_ECX_UMIP != 0:
        bits |= CR4_UMIP
    write_cr4(read_cr4() | bits)
    cleared: u64 = CR0_EMULATION | CR0_TASK_SWITCHED
    write_cr0(read_cr0() & ~cleared | CR0_MONITOR_COPROCESSOR)


def require_features() -> None:
    """What the wasm engine emits without asking again: POPCNT, and ROUNDSS of SSE4.1."""
    _, _, ecx, _ = cpuid(CPUID_VERSION, 0)
    if ecx & CPUID_1_ECX_POPCNT == 0:
        refuse("processor: no POPCNT")
    if ecx & CPUID_1_ECX_SSE4_1 == 0:
        refuse("processor: no SSE4.1")


def feature_words() -> tuple[u32, u32]:
    """EBX and ECX of CPUID leaf 7, zero where the processor does not have the leaf."""
    highest, _, _, _ = cpuid(0, 0)
    if highest < CPUID_FEATURES:
        return 0, 0
    _, ebx, ecx, _ = cpuid(CPUID_FEATURES, 0)
    return ebx, ecx


def has_huge_pages() -> bool:
    """1 GiB pages."""
    _, _, _, edx = cpuid(CPUID_EXTENDED_FEATURES, 0)
    return edx & CPUID_EXTENDED_EDX_HUGE_PAGES != 0
