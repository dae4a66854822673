"""Selection of float arithmetic and conversions. Their operands are in vector registers, or may be
in memory; comparisons are selected like those of integers."""

from __future__ import annotations

from kernel_src.jit.ir import Inst, Op, is_wide
from kernel_src.jit.machine import CUT_SATURATE, CUT_SIGNED, CUT_UNSIGNED, MOp
from kernel_src.jit.select_ops import select_operand_in_memory, set_float
from kernel_src.jit.selector import Selector
from kernel_src.lib.arena import ArenaFull
from pykern.lang import Ptr, raises, u8, u32


@raises(ArenaFull)
def select_float(selector: Ptr[Selector], inst: Ptr[Inst], value: u32) -> None:
    op = inst.op
    if is_arithmetic(op) and select_operand_in_memory(
        selector, inst, value, MOp.FLOAT_LOAD, op.value - Op.FCEIL.value
    ):
        return
    if op == Op.CONVERT_S or op == Op.CONVERT_U:
        made = selector.add(MOp.INT_TO_FLOAT)
        made.sub = u8(op == Op.CONVERT_U)
        made.imm = u32(not selector.is_32(inst.a))
    elif op == Op.DEMOTE or op == Op.PROMOTE:
        made = selector.add(MOp.RESIZE)
    else:
        made = selector.add(MOp.FLOAT)
        made.sub = op.value - Op.FCEIL.value
    made.wide = is_wide(inst.type)
    made.dst = value
    made.a = selector.in_register(inst.a)
    if is_arithmetic(op):
        set_float(selector, made, inst.b)
    elif op == Op.FMIN or op == Op.FMAX:
        made.b = selector.in_register(inst.b)


def is_arithmetic(op: Op) -> bool:
    return op.value >= Op.FADD.value and op.value <= Op.FDIV.value


@raises(ArenaFull)
def select_cut(selector: Ptr[Selector], inst: Ptr[Inst], value: u32) -> None:
    """Float to integer."""
    op = inst.op
    made = selector.add(MOp.FLOAT_TO_INT)
    made.sub = CUT_SIGNED if op == Op.TRUNC_S or op == Op.TRUNC_SAT_S else CUT_UNSIGNED
    if op == Op.TRUNC_SAT_S or op == Op.TRUNC_SAT_U:
        made.sub |= CUT_SATURATE
    made.wide = not selector.is_32(inst.a)
    made.imm = u32(is_wide(inst.type))
    made.dst = value
    made.a = selector.in_register(inst.a)
