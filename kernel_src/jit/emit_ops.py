"""Machine instructions without control flow -> bytes: arithmetic, comparisons, memory.

`dst = a op b` becomes a copy of a and a two-operand instruction. Where the result's register is
that of b, the operands of a commutative operation are exchanged, and a - b is computed as -b + a.
Instructions that want fixed registers move their operands there, all at once; the allocator has
seen to it that nothing else lives in them.
"""

from __future__ import annotations

from typing import Final

import kernel_src.jit.encode as encode
from kernel_src.jit.context import TRAP_DIVIDE_BY_ZERO, TRAP_MEMORY, TRAP_OVERFLOW
from kernel_src.jit.emit_float import (
    emit_float,
    emit_float_bits,
    emit_float_to_int,
    emit_int_to_float,
    emit_resize,
    float_opcode,
)
from kernel_src.jit.emitter import Emitter
from kernel_src.jit.encode import NO_INDEX, Code, Mem
from kernel_src.jit.ir import NONE
from kernel_src.jit.machine import (
    BASE_CONTEXT,
    BASE_MEMORY,
    BASE_OTHER,
    COMPARE_BITS,
    COMPARE_FLOAT,
    COMPARE_LOAD,
    LOAD_64,
    LOAD_S8,
    LOAD_S16,
    LOAD_S32,
    MInst,
    MOp,
    operand,
    uses_operand,
)
from kernel_src.jit.regs import CONTEXT, MEMORY, RAX, RCX, RDX, SCRATCH, is_register, is_vector
from kernel_src.lib.arena import ArenaFull
from pykern.lang import Array, Ptr, bitcast, i32, raises, u8, u32, u64

# By LOAD_*: the opcode
LOAD_OPCODES: Final[Array[u32, 7]] = Array(
    encode.MOVZX8,
    encode.MOVSX8,
    encode.MOVZX16,
    encode.MOVSX16,
    encode.LOAD,
    encode.MOVSXD,
    encode.LOAD,
)


@raises(ArenaFull)
def emit_op(emitter: Ptr[Emitter], inst: Ptr[MInst]) -> None:
    code = emitter.code
    match inst.op:
        case MOp.IMM:
            bits = u64(inst.c) << 32 | inst.imm
            if is_vector(emitter.result(inst)):
                emitter.load_float(emitter.result(inst), bits)
            elif bits == 0:
                encode.zero_r(code, emitter.result(inst))
            else:
                encode.mov_ri(code, emitter.result(inst), bits)
        case MOp.COPY:
            emit_copy(emitter, inst)
        case MOp.ALU:
            emit_alu(emitter, inst)
        case MOp.LEA:
            scaled = emitter.register(inst.b)
            mem = Mem(base=emitter.register(inst.a), disp=0, index=scaled, scale=u8(inst.imm))
            encode.op_rm(code, encode.LEA, inst.wide, emitter.result(inst), mem)
        case MOp.MUL:
            emit_mul(emitter, inst)
        case MOp.ALU_LOAD | MOp.MUL_LOAD | MOp.FLOAT_LOAD:
            emit_with_memory(emitter, inst)
        case MOp.SHIFT:
            dst = emitter.result(inst)
            emitter.into_register(dst, inst.wide, emitter.place(inst.a))
            if inst.imm != 0:
                encode.shift_ri(code, inst.sub, inst.wide, dst, u8(inst.imm))
        case MOp.SHIFT_BY:
            emit_shift_by(emitter, inst)
        case MOp.CLZ | MOp.CTZ:
            emit_count_zeros(emitter, inst)
        case MOp.POPCNT:
            place = emitter.place(inst.a)
            emitter.operate(encode.POPCNT, inst.wide, emitter.result(inst), place)
        case MOp.SIGN8:
            encode.movsx_r8(code, inst.wide, emitter.result(inst), emitter.register(inst.a))
        case MOp.SIGN16:
            src = emitter.register(inst.a)
            encode.op_rr(code, encode.MOVSX16, inst.wide, emitter.result(inst), src)
        case MOp.SIGN32:
            src = emitter.register(inst.a)
            encode.op_rr(code, encode.MOVSXD, True, emitter.result(inst), src)
        case MOp.SET:
            emit_set(emitter, inst)
        case MOp.CHOOSE:
            emit_choose(emitter, inst)
        case MOp.LOAD:
            emit_load(emitter, inst)
        case MOp.STORE:
            emit_store(emitter, inst)
        case MOp.FLOAT:
            emit_float(emitter, inst)
        case MOp.FLOAT_BITS:
            emit_float_bits(emitter, inst)
        case MOp.FLOAT_TO_INT:
            emit_float_to_int(emitter, inst)
        case MOp.INT_TO_FLOAT:
            emit_int_to_float(emitter, inst)
        case MOp.RESIZE:
            emit_resize(emitter, inst)
        case MOp.REINTERPRET:
            emitter.into_register(emitter.result(inst), inst.wide, emitter.place(inst.a))
        case MOp.DIV_S | MOp.REM_S:
            emit_signed_division(emitter, inst)
        case MOp.DIV_U | MOp.REM_U:
            emit_unsigned_division(emitter, inst)
        case MOp.FIXED:
            emitter.into_register(emitter.result(inst), True, inst.sub)
        case _:
            pass


# Arithmetic


def emit_copy(emitter: Ptr[Emitter], inst: Ptr[MInst]) -> None:
    """A 32-bit copy clears the upper half, even in place."""
    dst = emitter.result(inst)
    src = emitter.register(inst.a)
    if dst != src or not inst.wide:
        encode.mov_rr(emitter.code, inst.wide, dst, src)


def emit_alu(emitter: Ptr[Emitter], inst: Ptr[MInst]) -> None:
    code = emitter.code
    dst = emitter.result(inst)
    a = emitter.register(inst.a)
    if inst.b == NONE:
        emit_alu_immediate(emitter, inst, dst, a)
        return
    b = emitter.place(inst.b)
    if b == dst and a != dst:
        if inst.sub == encode.ALU_SUB:
            encode.unary_r(code, encode.UNARY_NEG, inst.wide, dst)
            encode.alu_rr(code, encode.ALU_ADD, inst.wide, dst, a)
        else:
            encode.alu_rr(code, inst.sub, inst.wide, dst, a)
    elif a != dst and inst.sub == encode.ALU_ADD and is_register(b):
        # base + index: rsp is never an operand, and a base of rbp or r13 costs a zero displacement
        encode.op_rm(code, encode.LEA, inst.wide, dst, Mem(base=a, disp=0, index=u8(b)))
        return
    else:
        emitter.into_register(dst, inst.wide, a)
        emitter.operate(u32(inst.sub) << 3 | 3, inst.wide, dst, b)
    emitter.set_flags(dst, inst.wide)


def emit_alu_immediate(emitter: Ptr[Emitter], inst: Ptr[MInst], dst: u8, a: u8) -> None:
    imm = bitcast(i32, inst.imm)
    if a != dst and inst.sub == encode.ALU_ADD:
        encode.op_rm(emitter.code, encode.LEA, inst.wide, dst, Mem(base=a, disp=imm))
        return
    emitter.into_register(dst, inst.wide, a)
    encode.alu_ri(emitter.code, inst.sub, inst.wide, dst, imm)
    emitter.set_flags(dst, inst.wide)


def emit_mul(emitter: Ptr[Emitter], inst: Ptr[MInst]) -> None:
    dst = emitter.result(inst)
    a = emitter.register(inst.a)
    if inst.b == NONE:
        encode.imul_rri(emitter.code, inst.wide, dst, a, bitcast(i32, inst.imm))
        return
    b = emitter.place(inst.b)
    if b == dst:
        encode.op_rr(emitter.code, encode.IMUL, inst.wide, dst, a)
        return
    emitter.into_register(dst, inst.wide, a)
    emitter.operate(encode.IMUL, inst.wide, dst, b)


@raises(ArenaFull)
def emit_shift_by(emitter: Ptr[Emitter], inst: Ptr[MInst]) -> None:
    """The count goes to rcx, where the result cannot be."""
    dst = emitter.result(inst)
    emitter.mover.clear()
    emitter.mover.add(RCX, emitter.place(inst.b), inst.b)
    emitter.mover.add(dst, emitter.place(inst.a), inst.a)
    emitter.do_moves()
    encode.shift_rcl(emitter.code, inst.sub, inst.wide, dst)


def emit_count_zeros(emitter: Ptr[Emitter], inst: Ptr[MInst]) -> None:
    """bsf and bsr leave the result undefined for 0: then a cmov supplies it.

    ctz(0) is the width. clz is (width - 1) ^ bsr, so for 0 "bsr" has to be 2 * width - 1.
    """
    code = emitter.code
    width: u32 = 64 if inst.wide else 32
    dst = emitter.result(inst)
    place = emitter.place(inst.a)
    if inst.op == MOp.CTZ:
        encode.mov_ri(code, SCRATCH, width)
        emitter.operate(encode.BSF, inst.wide, dst, place)
        encode.cmov_rr(code, encode.CC_E, False, dst, SCRATCH)
        return
    encode.mov_ri(code, SCRATCH, 2 * width - 1)
    emitter.operate(encode.BSR, inst.wide, dst, place)
    encode.cmov_rr(code, encode.CC_E, False, dst, SCRATCH)
    encode.alu_ri(code, encode.ALU_XOR, False, dst, i32(width - 1))


# Comparisons


@raises(ArenaFull)
def compare_memory(emitter: Ptr[Emitter], inst: Ptr[MInst]) -> None:
    mem = address(emitter, inst, inst.d)
    note_fault(emitter, inst)
    if inst.a == NONE:
        encode.alu_mi(emitter.code, encode.ALU_CMP, inst.wide, mem, bitcast(i32, inst.c))
    else:
        encode.alu_rm(emitter.code, encode.ALU_CMP, inst.wide, emitter.register(inst.a), mem)


@raises(ArenaFull)
def emit_compare(emitter: Ptr[Emitter], inst: Ptr[MInst], left: u32, right: u32) -> None:
    """Sets the flags for `left` and `right`, or the immediate if `right` is NONE. Comparing with
    zero for equality may need no instruction: arithmetic has set that flag."""
    code = emitter.code
    wide = inst.wide
    cc = inst.cond
    imm = inst.imm
    if inst.sub == COMPARE_LOAD:
        compare_memory(emitter, inst)
        return
    a = emitter.register(left)
    if inst.sub == COMPARE_BITS:
        if right == NONE:
            encode.test_ri(code, wide, a, bitcast(i32, imm))
        else:
            emitter.operate(encode.TEST, wide, a, emitter.place(right))
    elif inst.sub == COMPARE_FLOAT:
        emitter.operate_float(encode.UCOMIS, wide, a, emitter.place(right))
    elif right != NONE:
        emitter.operate(u32(encode.ALU_CMP) << 3 | 3, wide, a, emitter.place(right))
    elif imm == 0 and cc & ~u8(1) == encode.CC_E and emitter.has_zero_flag(a, wide):
        pass
    elif imm == 0:
        encode.test_rr(code, wide, a, a)
    else:
        encode.alu_ri(code, encode.ALU_CMP, wide, a, bitcast(i32, imm))


@raises(ArenaFull)
def emit_set(emitter: Ptr[Emitter], inst: Ptr[MInst]) -> None:
    """Clearing the result first is cheaper, but it must not be an operand of the comparison."""
    code = emitter.code
    dst = emitter.result(inst)
    is_operand = False
    for n in range(u32(4)):
        if uses_operand(inst, n) and emitter.place(operand(inst, n)) == dst:
            is_operand = True
    if not is_operand:
        encode.zero_r(code, dst)
    emit_compare(emitter, inst, inst.a, inst.b)
    if inst.cond == encode.CC_FLOAT_E:
        set_both(code, encode.CC_E, encode.CC_NP, encode.ALU_AND, dst)
    elif inst.cond == encode.CC_FLOAT_NE:
        set_both(code, encode.CC_NE, encode.CC_P, encode.ALU_OR, dst)
    else:
        encode.set_r8(code, inst.cond, dst)
    if is_operand:
        encode.movzx_r8(code, dst, dst)


def set_both(code: Ptr[Code], cc: u8, other: u8, op: u8, dst: u8) -> None:
    """The low byte of dst = cc op other; the rest of dst may become anything that it and the
    scratch register were, but for `and`, where it stays zero."""
    encode.set_r8(code, cc, dst)
    encode.set_r8(code, other, SCRATCH)
    encode.op8_rr(code, u32(op) << 3 | 2, False, dst, SCRATCH, True)


@raises(ArenaFull)
def emit_choose(emitter: Ptr[Emitter], inst: Ptr[MInst]) -> None:
    """dst = b, then a if the condition holds; the other way round if a is where the result goes."""
    dst = emitter.result(inst)
    emit_compare(emitter, inst, inst.c, inst.d)
    a = emitter.place(inst.a)
    b = emitter.place(inst.b)
    if is_vector(dst) or inst.cond >= encode.CC_FLOAT_NE:
        choose_by_jump(emitter, inst.cond, dst, a, b)
        return
    if a == dst:
        emitter.operate(encode.ESCAPE | 0x40 | (inst.cond ^ 1), True, dst, b)
        return
    emitter.into_register(dst, True, b)
    emitter.operate(encode.ESCAPE | 0x40 | inst.cond, True, dst, a)


def choose_by_jump(emitter: Ptr[Emitter], cc: u8, dst: u8, a: u32, b: u32) -> None:
    """For what cmov cannot do: vector registers, and equality of floats. The moves that are jumped
    over do not touch the flags."""
    code = emitter.code
    other = b
    skip_if = cc
    if a != dst:
        emitter.into_register(dst, True, b)
        other = a
        skip_if = cc ^ 1
    if skip_if == encode.CC_FLOAT_E:
        differ = encode.jcc_short(code, encode.CC_NE)
        equal = encode.jcc_short(code, encode.CC_NP)
        emitter.patch(differ, differ + 1, code.used, True)
        emitter.into_register(dst, True, other)
        emitter.patch(equal, equal + 1, code.used, True)
        return
    unordered: u32 = NONE
    if skip_if == encode.CC_FLOAT_NE:
        unordered = encode.jcc_short(code, encode.CC_P)
        skip_if = encode.CC_NE
    skip = encode.jcc_short(code, skip_if)
    emitter.into_register(dst, True, other)
    emitter.patch(skip, skip + 1, code.used, True)
    if unordered != NONE:
        emitter.patch(unordered, unordered + 1, code.used, True)


# Memory


def address(emitter: Ptr[Emitter], inst: Ptr[MInst], value: u32) -> Mem:
    disp = bitcast(i32, inst.imm)
    if inst.flags == BASE_CONTEXT:
        return Mem(base=CONTEXT, disp=disp)
    if inst.flags == BASE_MEMORY:
        index = NO_INDEX if value == NONE else emitter.register(value)
        return Mem(base=MEMORY, disp=disp, index=index)
    return Mem(base=emitter.register(value), disp=disp)


@raises(ArenaFull)
def emit_with_memory(emitter: Ptr[Emitter], inst: Ptr[MInst]) -> None:
    """dst = a op memory. The address is in another register than the result."""
    code = emitter.code
    dst = emitter.result(inst)
    mem = address(emitter, inst, inst.d)
    emitter.into_register(dst, True, emitter.place(inst.a))
    note_fault(emitter, inst)
    if inst.op == MOp.FLOAT_LOAD:
        encode.float_rm(code, float_opcode(inst.sub), inst.wide, dst, mem)
    elif inst.op == MOp.MUL_LOAD:
        encode.op_rm(code, encode.IMUL, inst.wide, dst, mem)
    else:
        encode.alu_rm(code, inst.sub, inst.wide, dst, mem)
        emitter.set_flags(dst, inst.wide)


@raises(ArenaFull)
def emit_load(emitter: Ptr[Emitter], inst: Ptr[MInst]) -> None:
    note_fault(emitter, inst)
    # An unsigned load clears the upper half in its 32-bit form; a signed one has a form for each
    # type.
    is_signed = inst.sub == LOAD_S8 or inst.sub == LOAD_S16 or inst.sub == LOAD_S32
    wide = inst.wide if is_signed else inst.sub == LOAD_64
    mem = address(emitter, inst, inst.a)
    dst = emitter.result(inst)
    if is_vector(dst):
        encode.float_rm(emitter.code, encode.MOVS_XM, wide, dst, mem)
    else:
        encode.op_rm(emitter.code, LOAD_OPCODES[inst.sub], wide, dst, mem)


@raises(ArenaFull)
def emit_store(emitter: Ptr[Emitter], inst: Ptr[MInst]) -> None:
    note_fault(emitter, inst)
    mem = address(emitter, inst, inst.a)
    if inst.b == NONE:
        encode.store_mi(emitter.code, inst.sub, mem, inst.c)
        return
    src = emitter.register(inst.b)
    if is_vector(src):
        encode.float_rm(emitter.code, encode.MOVS_MX, inst.sub == 8, src, mem)
    else:
        encode.store_mr(emitter.code, inst.sub, mem, src)


@raises(ArenaFull)
def note_fault(emitter: Ptr[Emitter], inst: Ptr[MInst]) -> None:
    """A fault of the instruction that follows is a trap, if it accesses linear memory."""
    if inst.flags == BASE_MEMORY or inst.flags == BASE_OTHER:
        emitter.traps.add(emitter.code.used, inst.offset, TRAP_MEMORY)


# Division


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
        skip = encode.jcc_short(code, encode.CC_E)
    encode.sign_extend_rax(code, inst.wide)
    emitter.traps.add(code.used, inst.offset, TRAP_DIVIDE_BY_ZERO)
    divide(emitter, encode.UNARY_IDIV, inst.wide, divisor)
    if skip != NONE:
        emitter.patch(skip, skip + 1, code.used, True)
