"""The registers of floats and vectors: kept in memory while their thread does not run.

Kernel code uses none of them, so they are saved when a thread that runs generated code gives its
processor up, and by nobody else. XSAVEOPT where there is one, else XSAVE, else FXSAVE (SDM volume
1, 13 and 10.5). Only x87 and SSE state is enabled: generated code uses no more.

XSAVEOPT leaves out what has not changed since the last XRSTOR from the same place on the same
processor. That is right only if a thread never runs without its registers having been restored.
"""
from __future__ import annotations

from typing import Final

from kernel_src.arch.x86 import CPUID_VERSION, CPUID_XSAVE, CR4_OSXSAVE
from pykern.lang import (
    Array,
    Ptr,
    asm,
    cpuid,
    enum,
    offsetof,
    read_cr4,
    sizeof,
    static_assert,
    struct,
    u8,
    u16,
    u32,
    usize,
    write_cr4,
    xsetbv,
    zero,
)

CPUID_1_ECX_XSAVE: Final = 1 << 26
CPUID_XSAVE_EAX_OPTIMISED: Final = 1 << 0

X87_AND_SSE: Final = 3
CONTROL_WORD: Final = 0x37F  # x87: all exceptions masked, 64-bit precision
MXCSR: Final = 0x1F80  # SSE: all exceptions masked, to nearest


@struct(align=64)
class Area:
    """The legacy region and the header (SDM volume 1, 13.4)."""

    control_word: u16
    legacy_0: Array[u8, 22]
    mxcsr: u32
    legacy_1: Array[u8, 484]
    header: Array[u8, 64]


static_assert(offsetof(Area, "mxcsr") == 24 and offsetof(Area, "header") == 512, "by the processor")
static_assert(sizeof(Area) == 576, "what is saved with x87 and SSE enabled")


@enum(u8)
class Way:
    FXSAVE = 0
    XSAVE = 1
    XSAVEOPT = 2


way: Way = Way.FXSAVE


def enable() -> None:
    """On each processor, after its other features; all have the same."""
    global way
    _, _, ecx, _ = cpuid(CPUID_VERSION, 0)
    if ecx & CPUID_1_ECX_XSAVE == 0:
        return
    write_cr4(read_cr4() | CR4_OSXSAVE)
    xsetbv(0, X87_AND_SSE)
    eax, _, _, _ = cpuid(CPUID_XSAVE, 1)
    way = Way.XSAVEOPT if eax & CPUID_XSAVE_EAX_OPTIMISED != 0 else Way.XSAVE


def reset(area: Ptr[Area]) -> None:
    """What a thread begins with."""
    zero(area)
    area.control_word = CONTROL_WORD
    area.mxcsr = MXCSR


def save(address: usize) -> None:
    """The registers into the Area at the address."""
    match way:
        case Way.FXSAVE:
            asm("fxsave64 ($0)", "r", None, address)
        case Way.XSAVE:
            asm("xsave64 ($0)", "r,{eax},{edx}", None, address, u32(X87_AND_SSE), u32(0))
        case Way.XSAVEOPT:
            asm("xsaveopt64 ($0)", "r,{eax},{edx}", None, address, u32(X87_AND_SSE), u32(0))


def restore(address: usize) -> None:
    if way == Way.FXSAVE:
        asm("fxrstor64 ($0)", "r", None, address)
    else:
        asm("xrstor64 ($0)", "r,{eax},{edx}", None, address, u32(X87_AND_SSE), u32(0))
