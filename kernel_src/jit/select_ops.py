"""Selection of arithmetic, conversions and comparisons."""

from __future__ import annotations

from typing import Final

import kernel_src.jit.encode as encode
from kernel_src.jit.ir import (
    COMMUTES,
    Inst,
    Op,
    has_property,
    high_half,
    is_float,
    is_wide,
    low_half,
)
from kernel_src.jit.machine import MInst, MOp
from kernel_src.jit.regs import RAX, RDX
from kernel_src.jit.selector import MAX_DISPLACEMENT, Condition, Selector, condition_of
from kernel_src.lib.arena import ArenaFull
from pykern.lang import Array, Ptr, ctz, popcount, raises, u8, u32, zeroed

# From SHL to ROTR
SHIFTS: Final[Array[u8, 5]] = Array(
    encode.SHIFT_SHL, encode.SHIFT_SAR, encode.SHIFT_SHR, encode.SHIFT_ROL, encode.SHIFT_ROR
)


@raises(ArenaFull)
def select_alu(selector: Ptr[Selector], inst: Ptr[Inst], value: u32, op: u8) -> None:
    """On the bits of floats, too: neg, abs and copysign are made of them."""
    if op == encode.ALU_ADD and (
        select_lea(selector, inst, value, inst.a, inst.b)
        or select_lea(selector, inst, value, inst.b, inst.a)
    ):
        return
    float = is_float(inst.type)
    if not float and select_operand_in_memory(selector, inst, value, MOp.ALU_LOAD, op):
        return
    made = selector.add(MOp.FLOAT_BITS if float else MOp.ALU)
    made.sub = op
    made.wide = is_wide(inst.type)
    made.dst = value
    left = inst.a
    right = inst.b
    if op != encode.ALU_SUB and selector.function.is_const(left):
        left = inst.b
        right = inst.a
    made.a = selector.in_register(left)
    if float:
        set_float(selector, made, right)
    else:
        selector.set_right(made, right)


@raises(ArenaFull)
def select_operand_in_memory(
    selector: Ptr[Selector], inst: Ptr[Inst], value: u32, op: MOp, sub: u8
) -> bool:
    """value = a op what b loads, or for an operation that commutes b op what a loads"""
    wide = is_wide(inst.type)
    left = inst.a
    load = inst.b
    if not selector.can_fold(load, wide):
        left = inst.b
        load = inst.a
        if not commutes(inst.op) or selector.function.is_const(left):
            return False
        if not selector.can_fold(load, wide):
            return False
    made = selector.add(op)
    made.sub = sub
    made.wide = wide
    made.dst = value
    made.a = selector.in_register(left)
    selector.fold(made, load)
    return True


def commutes(op: Op) -> bool:
    """Of floats, too: which NaN comes out of two is left open."""
    return has_property(op, COMMUTES) or op == Op.FADD or op == Op.FMUL


@raises(ArenaFull)
def select_lea(
    selector: Ptr[Selector], inst: Ptr[Inst], value: u32, base: u32, scaled: u32
) -> bool:
    """value = base + (x << 1, 2 or 3), if that is what `scaled` is and nothing else needs it."""
    function = selector.function
    shift = function.insts[scaled]
    if shift.op != Op.SHL or not selector.can_swallow(scaled):
        return False
    if function.is_const(base) or function.is_const(shift.a) or not function.is_const(shift.b):
        return False
    count = low_half(function.const_bits(shift.b))
    if count == 0 or count > 3:
        return False
    selector.uses[scaled] = 0
    made = selector.add(MOp.LEA)
    made.wide = is_wide(inst.type)
    made.dst = value
    made.a = base
    made.b = shift.a
    made.imm = count
    return True


def set_float(selector: Ptr[Selector], made: Ptr[MInst], value: u32) -> None:
    """Makes `value` the second operand; a constant will be read from memory."""
    if selector.function.is_const(value):
        bits = selector.function.const_bits(value)
        made.imm = low_half(bits)
        made.c = high_half(bits)
    else:
        made.b = value


@raises(ArenaFull)
def select_mul(selector: Ptr[Selector], inst: Ptr[Inst], value: u32) -> None:
    left = inst.a
    right = inst.b
    if selector.function.is_const(left):
        left = inst.b
        right = inst.a
    if is_power_of_two(selector, right):
        add_shift(selector, inst, value, left, encode.SHIFT_SHL, log2(selector, right))
        return
    if select_operand_in_memory(selector, inst, value, MOp.MUL_LOAD, 0):
        return
    made = selector.add(MOp.MUL)
    made.wide = is_wide(inst.type)
    made.dst = value
    made.a = selector.in_register(left)
    selector.set_right(made, right)


def is_power_of_two(selector: Ptr[Selector], value: u32) -> bool:
    return selector.function.is_const(value) and popcount(selector.function.const_bits(value)) == 1


def log2(selector: Ptr[Selector], value: u32) -> u32:
    return u32(ctz(selector.function.const_bits(value)))


@raises(ArenaFull)
def add_shift(
    selector: Ptr[Selector], inst: Ptr[Inst], value: u32, left: u32, op: u8, count: u32
) -> None:
    made = selector.add(MOp.SHIFT)
    made.sub = op
    made.wide = is_wide(inst.type)
    made.dst = value
    made.a = selector.in_register(left)
    made.imm = count


@raises(ArenaFull)
def select_shift(selector: Ptr[Selector], inst: Ptr[Inst], value: u32) -> None:
    op = SHIFTS[inst.op.value - Op.SHL.value]
    if selector.function.is_const(inst.b):
        width: u32 = 64 if is_wide(inst.type) else 32
        count = low_half(selector.function.const_bits(inst.b)) & (width - 1)
        add_shift(selector, inst, value, inst.a, op, count)
        return
    made = selector.add(MOp.SHIFT_BY)
    made.sub = op
    made.wide = is_wide(inst.type)
    made.dst = value
    made.a = selector.in_register(inst.a)
    made.b = inst.b


@raises(ArenaFull)
def select_division(selector: Ptr[Selector], inst: Ptr[Inst], value: u32) -> None:
    """Unsigned division by a power of two is a shift, the remainder a mask; a known divisor that
    is neither 0 nor -1 needs no checks."""
    if is_power_of_two(selector, inst.b) and inst.op == Op.DIV_U:
        add_shift(selector, inst, value, inst.a, encode.SHIFT_SHR, log2(selector, inst.b))
        return
    if is_power_of_two(selector, inst.b) and inst.op == Op.REM_U:
        select_mask(selector, inst, value)
        return
    remainder = inst.op == Op.REM_S or inst.op == Op.REM_U
    result = selector.add(MOp.FIXED)
    result.dst = value
    result.sub = RDX if remainder else RAX
    made = selector.add(MOp(MOp.DIV_S.value + inst.op.value - Op.DIV_S.value))
    made.wide = is_wide(inst.type)
    made.imm = u32(is_harmless_divisor(selector, inst.b))
    made.a = selector.in_register(inst.a)
    made.b = selector.in_register(inst.b)


def is_harmless_divisor(selector: Ptr[Selector], value: u32) -> bool:
    if not selector.function.is_const(value):
        return False
    bits = selector.function.const_bits(value)
    if selector.is_32(value):
        return bits != 0 and bits != 0xFFFF_FFFF
    return bits != 0 and bits != 0xFFFF_FFFF_FFFF_FFFF


@raises(ArenaFull)
def select_mask(selector: Ptr[Selector], inst: Ptr[Inst], value: u32) -> None:
    """value = a modulo a power of two"""
    mask = selector.function.const_bits(inst.b) - 1
    made = selector.add(MOp.ALU)
    made.sub = encode.ALU_AND
    made.wide = is_wide(inst.type)
    made.dst = value
    made.a = selector.in_register(inst.a)
    if mask <= MAX_DISPLACEMENT:
        made.imm = low_half(mask)
    else:
        made.b = selector.constant(mask)


@raises(ArenaFull)
def select_unary(selector: Ptr[Selector], inst: Ptr[Inst], value: u32) -> None:
    op = MOp.COPY
    match inst.op:
        case Op.CLZ:
            op = MOp.CLZ
        case Op.CTZ:
            op = MOp.CTZ
        case Op.POPCNT:
            op = MOp.POPCNT
        case Op.EXTEND8_S:
            op = MOp.SIGN8
        case Op.EXTEND16_S:
            op = MOp.SIGN16
        case Op.EXTEND_S | Op.EXTEND32_S:
            op = MOp.SIGN32
        case Op.REINTERPRET:
            op = MOp.REINTERPRET
        case _:
            pass
    made = selector.add(op)
    made.dst = value
    # A 32-bit value is zero-extended wherever it is, so extend_u is a copy of all 64 bits. wrap has
    # a 32-bit result and clears the upper half.
    made.wide = is_wide(inst.type)
    made.a = selector.in_register(inst.a)


# Comparisons


@raises(ArenaFull)
def select_set(selector: Ptr[Selector], inst: Ptr[Inst], value: u32) -> None:
    condition: Condition = zeroed()
    condition.may_load = True
    selector.uses[value] = 1
    condition_of(selector, condition, value)
    made = selector.add(MOp.SET)
    made.dst = value
    made.a = condition.left
    made.b = condition.right
    condition.put(selector, made)


@raises(ArenaFull)
def select_choose(selector: Ptr[Selector], inst: Ptr[Inst], value: u32) -> None:
    condition: Condition = zeroed()
    condition_of(selector, condition, inst.c)
    made = selector.add(MOp.CHOOSE)
    made.dst = value
    made.a = selector.in_register(inst.a)
    made.b = selector.in_register(inst.b)
    made.c = condition.left
    made.d = condition.right
    condition.put(selector, made)
