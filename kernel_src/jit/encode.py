"""x86-64 instructions as bytes: one function a form, no knowledge of what they are for.

The suffix of a name says what the operands are: `r` a register, `m` memory, `i` an immediate, the
destination first, so `alu_rm` is `add reg, [mem]`. `wide` chooses 64 bits over 32; a 32-bit
operation clears the upper half of its destination.

Bytes go into a `Code`. It never fails while instructions are written: past its end they are
counted but not stored, and `overflow` is looked at once for each function.

Vector register n is named by its number in regs.py, 16 + n: only the low four bits of a register's
number go into an instruction, the opcode says of which class it is.

The layout of an instruction (Intel SDM volume 2, chapter 2):

    [66|F2|F3] [REX 0100WRXB] [0F [3A]] opcode [modrm] [sib] [displacement] [immediate]
    modrm = mod:2 reg:3 rm:3        sib = scale:2 index:3 base:3
"""

from __future__ import annotations

from typing import Final

from kernel_src.jit.regs import RAX, RSP
from pykern.lang import (
    Ptr,
    Slice,
    bitcast,
    i8,
    i32,
    i64,
    struct,
    truncate,
    u8,
    u32,
    u64,
    usize,
    value,
)

# An opcode: the byte, the escape before it, the mandatory prefix before both
ESCAPE: Final[u32] = 0x0F00  # two-byte opcodes
F3: Final[u32] = 0xF3_0000
F2: Final[u32] = 0xF2_0000
P66: Final[u32] = 0x66_0000
MAP_3A: Final[u32] = 0x3A00_0000  # three-byte opcodes: a further byte after the escape

# The number of an arithmetic operation in opcode bits 5:3 or in modrm.reg (volume 2, table A-6,
# group 1)
ALU_ADD: Final[u8] = 0
ALU_OR: Final[u8] = 1
ALU_AND: Final[u8] = 4
ALU_SUB: Final[u8] = 5
ALU_XOR: Final[u8] = 6
ALU_CMP: Final[u8] = 7

# Group 2
SHIFT_ROL: Final[u8] = 0
SHIFT_ROR: Final[u8] = 1
SHIFT_SHL: Final[u8] = 4
SHIFT_SHR: Final[u8] = 5
SHIFT_SAR: Final[u8] = 7

# Group 3
UNARY_NOT: Final[u8] = 2
UNARY_NEG: Final[u8] = 3
UNARY_DIV: Final[u8] = 6
UNARY_IDIV: Final[u8] = 7

# Conditions, as in jcc, setcc and cmovcc (appendix B.1.4.7). Bit 0 negates.
CC_B: Final[u8] = 2
CC_AE: Final[u8] = 3
CC_E: Final[u8] = 4
CC_NE: Final[u8] = 5
CC_BE: Final[u8] = 6
CC_A: Final[u8] = 7
CC_S: Final[u8] = 8
CC_P: Final[u8] = 10
CC_NP: Final[u8] = 11
CC_L: Final[u8] = 12
CC_GE: Final[u8] = 13
CC_LE: Final[u8] = 14
CC_G: Final[u8] = 15
# Equality of floats, which also needs the parity flag to be clear: no condition of the processor
CC_FLOAT_NE: Final[u8] = 16
CC_FLOAT_E: Final[u8] = 17

BSF: Final[u32] = ESCAPE | 0xBC
BSR: Final[u32] = ESCAPE | 0xBD
POPCNT: Final[u32] = F3 | ESCAPE | 0xB8
IMUL: Final[u32] = ESCAPE | 0xAF
LEA: Final[u32] = 0x8D
LOAD: Final[u32] = 0x8B
STORE: Final[u32] = 0x89
STORE8: Final[u32] = 0x88
MOVZX8: Final[u32] = ESCAPE | 0xB6
MOVZX16: Final[u32] = ESCAPE | 0xB7
MOVSX8: Final[u32] = ESCAPE | 0xBE
MOVSX16: Final[u32] = ESCAPE | 0xBF
MOVSXD: Final[u32] = 0x63
XCHG: Final[u32] = 0x87
TEST: Final[u32] = 0x85

NO_INDEX: Final[u8] = RSP  # rsp cannot be an index: SIB uses its number for "none"


@value
class Mem:
    """[base + index << scale + disp]"""

    base: u8
    disp: i32
    index: u8 = NO_INDEX
    scale: u8 = 0


@struct
class Code:
    data: Slice[u8]
    used: u32 = 0  # how far the code reaches; past the end of `data` after an overflow
    overflow: bool = False

    def put8(self, byte: u32) -> None:
        if self.used < len(self.data):
            self.data[self.used] = truncate(u8, byte)
        else:
            self.overflow = True
        self.used += 1

    def put16(self, bits: u32) -> None:
        self.put8(bits)
        self.put8(bits >> 8)

    def put32(self, bits: u32) -> None:
        self.put16(bits)
        self.put16(bits >> 16)

    def put64(self, bits: u64) -> None:
        self.put32(truncate(u32, bits))
        self.put32(truncate(u32, bits >> 32))

    def patch8(self, at: u32, value: i32) -> None:
        """Fills in the 8-bit displacement at `at`."""
        if at < len(self.data):
            self.data[at] = bitcast(u8, i8(value))

    def patch32(self, at: u32, value: i32) -> None:
        """Fills in the 32-bit displacement at `at`."""
        if usize(at) + 4 <= len(self.data):
            bits = bitcast(u32, value)
            for i in range(u32(4)):
                self.data[at + i] = truncate(u8, bits >> (8 * i))


def fits_i8(x: i32) -> bool:
    return x >= -128 and x <= 127


def fits_i32(bits: u64) -> bool:
    """Is `bits` what sign extension makes of its own low half?"""
    x = bitcast(i64, bits)
    return x >= -0x8000_0000 and x <= 0x7FFF_FFFF


# The parts of an instruction


def put_opcode(
    code: Ptr[Code], opcode: u32, wide: bool, reg: u8, index: u8, base: u8, low_byte: bool
) -> None:
    """Prefix, REX, escape and opcode. `low_byte`: a byte register is named, and without REX the
    numbers 4 to 7 would mean ah to bh."""
    if opcode & 0xFF_0000 != 0:
        code.put8(opcode >> 16)
    rex: u32 = (reg & 8) >> 1 | (index & 8) >> 2 | (base & 8) >> 3
    if wide:
        rex |= 8
    if rex != 0 or low_byte:
        code.put8(0x40 | rex)
    if opcode & 0xFF00 != 0:
        code.put8(opcode >> 8)
    if opcode >> 24 != 0:
        code.put8(opcode >> 24)
    code.put8(opcode)


def put_memory(code: Ptr[Code], reg: u8, mem: Mem) -> None:
    """ModRM, SIB and displacement of a memory operand.

    Base rsp and r12 need a SIB byte; base rbp and r13 have no form without a displacement.
    """
    mod: u32 = 2
    if mem.disp == 0 and mem.base & 7 != 5:
        mod = 0
    elif fits_i8(mem.disp):
        mod = 1
    fields: u32 = mod << 6 | (u32(reg) & 7) << 3
    if mem.index != NO_INDEX or mem.base & 7 == 4:
        code.put8(fields | 4)
        code.put8(u32(mem.scale) << 6 | (u32(mem.index) & 7) << 3 | u32(mem.base) & 7)
    else:
        code.put8(fields | u32(mem.base) & 7)
    if mod == 1:
        code.put8(bitcast(u32, mem.disp))
    elif mod == 2:
        code.put32(bitcast(u32, mem.disp))


def op_rr(code: Ptr[Code], opcode: u32, wide: bool, reg: u8, rm: u8) -> None:
    """An instruction with ModRM over two registers."""
    put_opcode(code, opcode, wide, reg, 0, rm, False)
    code.put8(0xC0 | (u32(reg) & 7) << 3 | u32(rm) & 7)


def op_rm(code: Ptr[Code], opcode: u32, wide: bool, reg: u8, mem: Mem) -> None:
    """An instruction with ModRM over a register and memory."""
    put_opcode(code, opcode, wide, reg, mem.index, mem.base, False)
    put_memory(code, reg, mem)


def op8_rr(code: Ptr[Code], opcode: u32, wide: bool, reg: u8, rm: u8, low_byte: bool) -> None:
    """Like `op_rr` where `low_byte` says that one of the two is a byte register from 4 up."""
    put_opcode(code, opcode, wide, reg, 0, rm, low_byte)
    code.put8(0xC0 | (u32(reg) & 7) << 3 | u32(rm) & 7)


def op_rip(code: Ptr[Code], opcode: u32, wide: bool, reg: u8) -> u32:
    """An instruction with ModRM over a register and [rip + displacement]"""
    put_opcode(code, opcode, wide, reg, 0, 0, False)
    code.put8(5 | (u32(reg) & 7) << 3)
    code.put32(0)
    return code.used - 4


# Moves


def mov_rr(code: Ptr[Code], wide: bool, dst: u8, src: u8) -> None:
    op_rr(code, LOAD, wide, dst, src)


def mov_ri(code: Ptr[Code], dst: u8, bits: u64) -> None:
    """Any constant in its shortest form that leaves the flags alone."""
    if bits <= 0xFFFF_FFFF:
        put_opcode(code, 0xB8 + (u32(dst) & 7), False, 0, 0, dst, False)
        code.put32(truncate(u32, bits))
    elif fits_i32(bits):
        op_rr(code, 0xC7, True, 0, dst)
        code.put32(truncate(u32, bits))
    else:
        put_opcode(code, 0xB8 + (u32(dst) & 7), True, 0, 0, dst, False)
        code.put64(bits)


def zero_r(code: Ptr[Code], dst: u8) -> None:
    """dst = 0 in the shortest form, which sets the flags."""
    op_rr(code, 0x33, False, dst, dst)


def store_mi(code: Ptr[Code], bytes: u8, mem: Mem, bits: u32) -> None:
    """mov [mem], imm for 1, 2, 4 bytes; for 8 the immediate is sign-extended."""
    if bytes == 2:
        code.put8(0x66)
    op_rm(code, 0xC6 if bytes == 1 else 0xC7, bytes == 8, 0, mem)
    if bytes == 1:
        code.put8(bits)
    elif bytes == 2:
        code.put16(bits)
    else:
        code.put32(bits)


def store_mr(code: Ptr[Code], bytes: u8, mem: Mem, src: u8) -> None:
    if bytes == 2:
        code.put8(0x66)
    opcode = STORE8 if bytes == 1 else STORE
    put_opcode(code, opcode, bytes == 8, src, mem.index, mem.base, bytes == 1 and src >= 4)
    put_memory(code, src, mem)


def xchg_rr(code: Ptr[Code], a: u8, b: u8) -> None:
    op_rr(code, XCHG, True, a, b)


def push_r(code: Ptr[Code], reg: u8) -> None:
    put_opcode(code, 0x50 + (u32(reg) & 7), False, 0, 0, reg, False)


def pop_r(code: Ptr[Code], reg: u8) -> None:
    put_opcode(code, 0x58 + (u32(reg) & 7), False, 0, 0, reg, False)


def push_m(code: Ptr[Code], mem: Mem) -> None:
    op_rm(code, 0xFF, False, 6, mem)


def pop_m(code: Ptr[Code], mem: Mem) -> None:
    """The address is computed after rsp has grown."""
    op_rm(code, 0x8F, False, 0, mem)


# Arithmetic


def alu_rr(code: Ptr[Code], op: u8, wide: bool, dst: u8, src: u8) -> None:
    op_rr(code, u32(op) << 3 | 3, wide, dst, src)


def alu_rm(code: Ptr[Code], op: u8, wide: bool, dst: u8, mem: Mem) -> None:
    op_rm(code, u32(op) << 3 | 3, wide, dst, mem)


def alu_ri(code: Ptr[Code], op: u8, wide: bool, dst: u8, imm: i32) -> None:
    if fits_i8(imm):
        op_rr(code, 0x83, wide, op, dst)
        code.put8(bitcast(u32, imm))
        return
    if dst == RAX:
        put_opcode(code, u32(op) << 3 | 5, wide, 0, 0, 0, False)
    else:
        op_rr(code, 0x81, wide, op, dst)
    code.put32(bitcast(u32, imm))


def alu_mi(code: Ptr[Code], op: u8, wide: bool, mem: Mem, imm: i32) -> None:
    short = fits_i8(imm)
    op_rm(code, 0x83 if short else 0x81, wide, op, mem)
    if short:
        code.put8(bitcast(u32, imm))
    else:
        code.put32(bitcast(u32, imm))


def test_rr(code: Ptr[Code], wide: bool, a: u8, b: u8) -> None:
    op_rr(code, TEST, wide, b, a)


def test_ri(code: Ptr[Code], wide: bool, reg: u8, imm: i32) -> None:
    """The zero flag of reg & imm; the others may be those of a narrower operation."""
    if imm >= 0 and imm <= 0xFF:
        put_opcode(code, 0xF6, False, 0, 0, reg, reg >= 4)
        code.put8(0xC0 | u32(reg) & 7)
        code.put8(bitcast(u32, imm))
        return
    op_rr(code, 0xF7, wide and imm < 0, 0, reg)
    code.put32(bitcast(u32, imm))


def imul_rri(code: Ptr[Code], wide: bool, dst: u8, src: u8, imm: i32) -> None:
    short = fits_i8(imm)
    op_rr(code, 0x6B if short else 0x69, wide, dst, src)
    if short:
        code.put8(bitcast(u32, imm))
    else:
        code.put32(bitcast(u32, imm))


def shift_ri(code: Ptr[Code], op: u8, wide: bool, dst: u8, count: u8) -> None:
    if count == 1:
        op_rr(code, 0xD1, wide, op, dst)
    else:
        op_rr(code, 0xC1, wide, op, dst)
        code.put8(count)


def shift_rcl(code: Ptr[Code], op: u8, wide: bool, dst: u8) -> None:
    """Shifts by cl."""
    op_rr(code, 0xD3, wide, op, dst)


def unary_r(code: Ptr[Code], op: u8, wide: bool, reg: u8) -> None:
    op_rr(code, 0xF7, wide, op, reg)


def unary_m(code: Ptr[Code], op: u8, wide: bool, mem: Mem) -> None:
    op_rm(code, 0xF7, wide, op, mem)


def sign_extend_rax(code: Ptr[Code], wide: bool) -> None:
    """cdq or cqo: rdx = the sign of rax."""
    put_opcode(code, 0x99, wide, 0, 0, 0, False)


def movzx_r8(code: Ptr[Code], dst: u8, src: u8) -> None:
    op8_rr(code, MOVZX8, False, dst, src, src >= 4)


def movsx_r8(code: Ptr[Code], wide: bool, dst: u8, src: u8) -> None:
    op8_rr(code, MOVSX8, wide, dst, src, src >= 4)


def set_r8(code: Ptr[Code], cc: u8, dst: u8) -> None:
    op8_rr(code, ESCAPE | 0x90 | cc, False, 0, dst, dst >= 4)


def cmov_rr(code: Ptr[Code], cc: u8, wide: bool, dst: u8, src: u8) -> None:
    op_rr(code, ESCAPE | 0x40 | cc, wide, dst, src)


def cmov_rm(code: Ptr[Code], cc: u8, wide: bool, dst: u8, mem: Mem) -> None:
    op_rm(code, ESCAPE | 0x40 | cc, wide, dst, mem)
