"""Scalar floats as bytes: opcodes, and the forms that differ by the width of the float.

Of the opcodes marked *, the form for f32 is meant: f64 has F2 in place of F3, or a prefix 66 where
f32 has none (`for_width`).
"""

from __future__ import annotations

from typing import Final

from kernel_src.jit.encode import ESCAPE, F2, F3, MAP_3A, P66, Code, Mem, op_rm, op_rr
from pykern.lang import Ptr, u8, u32

MOVD_XR: Final[u32] = P66 | ESCAPE | 0x6E  # xmm = general register or memory, by width
MOVD_RX: Final[u32] = P66 | ESCAPE | 0x7E
ADDS: Final[u32] = F3 | ESCAPE | 0x58  # *
SUBS: Final[u32] = F3 | ESCAPE | 0x5C  # *
MULS: Final[u32] = F3 | ESCAPE | 0x59  # *
DIVS: Final[u32] = F3 | ESCAPE | 0x5E  # *
MINS: Final[u32] = F3 | ESCAPE | 0x5D  # *
MAXS: Final[u32] = F3 | ESCAPE | 0x5F  # *
SQRTS: Final[u32] = F3 | ESCAPE | 0x51  # *
UCOMIS: Final[u32] = ESCAPE | 0x2E  # *
ANDPS: Final[u32] = ESCAPE | 0x54
ORPS: Final[u32] = ESCAPE | 0x56
XORPS: Final[u32] = ESCAPE | 0x57
MOVAPS: Final[u32] = ESCAPE | 0x28
MOVS_XM: Final[u32] = F3 | ESCAPE | 0x10  # * from memory; the rest of the register becomes zero
MOVS_MX: Final[u32] = F3 | ESCAPE | 0x11  # * to memory
CVTSI2S: Final[u32] = F3 | ESCAPE | 0x2A  # * from a general register, by width
CVTTS2SI: Final[u32] = F3 | ESCAPE | 0x2C  # * to a general register, by width, cut off
CVTS2S: Final[u32] = F3 | ESCAPE | 0x5A  # * from this width to the other
ROUNDSS: Final[u32] = MAP_3A | P66 | ESCAPE | 0x0A  # SSE4.1; f64: the next opcode


def move_float_rr(code: Ptr[Code], dst: u8, src: u8) -> None:
    """All of a vector register: a scalar move would wait for the old content of `dst`."""
    op_rr(code, MOVAPS, False, dst, src)


def zero_float(code: Ptr[Code], dst: u8) -> None:
    op_rr(code, XORPS, False, dst, dst)


def float_rm(code: Ptr[Code], opcode: u32, wide: bool, reg: u8, mem: Mem) -> None:
    op_rm(code, for_width(opcode, wide), False, reg, mem)


def for_width(opcode: u32, wide: bool) -> u32:
    """The form for f64 of an opcode for f32, if `wide`."""
    if not wide:
        return opcode
    if opcode & 0xFF_0000 == 0:
        return opcode | P66
    if opcode & 0xFF_0000 == F3:
        return opcode ^ (F3 ^ F2)
    return opcode + 1


def float_rr(code: Ptr[Code], opcode: u32, wide: bool, dst: u8, src: u8) -> None:
    """Two vector registers."""
    op_rr(code, for_width(opcode, wide), False, dst, src)


def round_rri(code: Ptr[Code], wide: bool, dst: u8, src: u8, mode: u8) -> None:
    op_rr(code, for_width(ROUNDSS, wide), False, dst, src)
    code.put8(mode)
