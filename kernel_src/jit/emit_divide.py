"""Division -> bytes. The dividend is in rdx and rax; quotient and remainder are in rax and rdx
afterwards."""

from __future__ import annotations

import kernel_src.jit.encode as encode
import kernel_src.jit.encode_control as control
from kernel_src.jit.context import TRAP_DIVIDE_BY_ZERO, TRAP_OVERFLOW
from kernel_src.jit.emitter import Emitter
from kernel_src.jit.ir import NONE
from kernel_src.jit.machine import MInst, MOp
from kernel_src.jit.regs import RAX, RDX, SCRATCH, is_register
from kernel_src.lib.arena import ArenaFull
from pykern.lang import Ptr, i32, raises, u8, u32


@raises(ArenaFull)
def move_dividend(emitter: Ptr[Emitter], inst: Ptr[MInst]) -> u32:
    """The dividend goes to rax; a divisor in rax or rdx moves away. Returns the divisor's place."""
    divisor = emitter.place(inst.b)
    emitter.mover.clear()
    emitter.mover.add(RAX, emitter.place(inst.a), inst.a)
    if divisor == RAX or divisor == RDX:
        emitter.mover.add(SCRATCH, divisor, inst.b)
        divisor = SCRATCH
    emitter.do_moves()
    return divisor


def divide(emitter: Ptr[Emitter], op: u8, wide: bool, divisor: u32) -> None:
    if is_register(divisor):
        encode.unary_r(emitter.code, op, wide, u8(divisor))
    else:
        encode.unary_m(emitter.code, op, wide, emitter.word(divisor))


def compare_divisor(emitter: Ptr[Emitter], wide: bool, divisor: u32, imm: i32) -> None:
    if is_register(divisor) and imm == 0:
        encode.test_rr(emitter.code, wide, u8(divisor), u8(divisor))
    elif is_register(divisor):
        encode.alu_ri(emitter.code, encode.ALU_CMP, wide, u8(divisor), imm)
    else:
        encode.alu_mi(emitter.code, encode.ALU_CMP, wide, emitter.word(divisor), imm)


@raises(ArenaFull)
def emit_unsigned_division(emitter: Ptr[Emitter], inst: Ptr[MInst]) -> None:
    """With rdx = 0 only a zero divisor can fault."""
    divisor = move_dividend(emitter, inst)
    encode.zero_r(emitter.code, RDX)
    emitter.traps.add(emitter.code.used, inst.offset, TRAP_DIVIDE_BY_ZERO)
    divide(emitter, encode.UNARY_DIV, inst.wide, divisor)


@raises(ArenaFull)
def emit_signed_division(emitter: Ptr[Emitter], inst: Ptr[MInst]) -> None:
    """The processor's one exception is made unambiguous: a quotient is divided only by what is
    not 0, so it means overflow; a remainder not by -1, where it is 0, so it means division by
    zero."""
    code = emitter.code
    divisor = move_dividend(emitter, inst)
    checked = inst.imm == 0
    if inst.op == MOp.DIV_S:
        if checked:
            compare_divisor(emitter, inst.wide, divisor, 0)
            emitter.trap_if(encode.CC_E, TRAP_DIVIDE_BY_ZERO, inst.offset)
        encode.sign_extend_rax(code, inst.wide)
        emitter.traps.add(code.used, inst.offset, TRAP_OVERFLOW)
        divide(emitter, encode.UNARY_IDIV, inst.wide, divisor)
        return
    skip: u32 = NONE
    if checked:
        encode.zero_r(code, RDX)
        compare_divisor(emitter, inst.wide, divisor, -1)
        skip = control.jcc_short(code, encode.CC_E)
    encode.sign_extend_rax(code, inst.wide)
    emitter.traps.add(code.used, inst.offset, TRAP_DIVIDE_BY_ZERO)
    divide(emitter, encode.UNARY_IDIV, inst.wide, divisor)
    if skip != NONE:
        emitter.patch(skip, skip + 1, code.used, True)
