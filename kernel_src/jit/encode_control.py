"""Jumps, calls, returns and padding as bytes.

A displacement counts from the end of the instruction. The functions that leave one to be patched
return its offset.
"""

from __future__ import annotations

from typing import Final

from kernel_src.jit.encode import LEA, Code, Mem, op_rip, op_rm, op_rr
from pykern.lang import Array, Ptr, truncate, u8, u32, u64


def jmp_short(code: Ptr[Code]) -> u32:
    code.put8(0xEB)
    code.put8(0)
    return code.used - 1


def jmp_near(code: Ptr[Code]) -> u32:
    code.put8(0xE9)
    code.put32(0)
    return code.used - 4


def jcc_short(code: Ptr[Code], cc: u8) -> u32:
    code.put8(0x70 | cc)
    code.put8(0)
    return code.used - 1


def jcc_near(code: Ptr[Code], cc: u8) -> u32:
    code.put8(0x0F)
    code.put8(0x80 | cc)
    code.put32(0)
    return code.used - 4


def call_near(code: Ptr[Code]) -> u32:
    code.put8(0xE8)
    code.put32(0)
    return code.used - 4


def lea_rip(code: Ptr[Code], dst: u8) -> u32:
    return op_rip(code, LEA, True, dst)


def call_m(code: Ptr[Code], mem: Mem) -> None:
    op_rm(code, 0xFF, False, 2, mem)


def call_r(code: Ptr[Code], reg: u8) -> None:
    op_rr(code, 0xFF, False, 2, reg)


def jmp_m(code: Ptr[Code], mem: Mem) -> None:
    op_rm(code, 0xFF, False, 4, mem)


def jmp_r(code: Ptr[Code], reg: u8) -> None:
    op_rr(code, 0xFF, False, 4, reg)


def ret(code: Ptr[Code]) -> None:
    code.put8(0xC3)


def ud2(code: Ptr[Code]) -> None:
    code.put16(0x0B0F)


# By length: instructions that do nothing, lowest byte first (volume 2, NOP)
NOPS_MAX: Final[u32] = 8
NOPS: Final[Array[u64, 9]] = Array(
    0, 0x90, 0x9066, 0x1F0F, 0x40_1F0F, 0x44_1F0F, 0x44_1F0F66, 0x80_1F0F, 0x84_1F0F
)  # fmt: skip


def nops_until(code: Ptr[Code], align: u32) -> None:
    """Pads to a multiple of `align` with instructions that run past."""
    while code.used & (align - 1) != 0:
        length = min(align - (code.used & (align - 1)), NOPS_MAX)
        for i in range(length):
            code.put8(truncate(u32, NOPS[length] >> (8 * i)))


def int3_until(code: Ptr[Code], align: u32) -> None:
    """Pads to a multiple of `align` with instructions that must never run."""
    while code.used & (align - 1) != 0:
        code.put8(0xCC)
