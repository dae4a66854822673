"""Selection of float instructions. Their operands may be anywhere: they go to vector registers for
the one instruction."""

from __future__ import annotations

from kernel_src.jit.ir import Inst, Op, is_wide
from kernel_src.jit.machine import CUT_SATURATE, CUT_SIGNED, CUT_UNSIGNED, MOp
from kernel_src.jit.selector import Selector
from kernel_src.lib.arena import ArenaFull
from pykern.lang import Ptr, raises, u8, u32


@raises(ArenaFull)
def select_float(selector: Ptr[Selector], inst: Ptr[Inst], value: u32) -> None:
    op = inst.op
    is_comparison = op.value <= Op.FGE.value
    if op == Op.CONVERT_S or op == Op.CONVERT_U:
        made = selector.add(MOp.INT_TO_FLOAT)
        made.sub = u8(op == Op.CONVERT_U)
        made.imm = u32(not selector.is_32(inst.a))
    elif op == Op.DEMOTE or op == Op.PROMOTE:
        made = selector.add(MOp.RESIZE)
    elif is_comparison:
        made = selector.add(MOp.FLOAT_SET)
        made.sub = op.value - Op.FEQ.value
    else:
        made = selector.add(MOp.FLOAT)
        made.sub = op.value - Op.FCEIL.value
    # Of the floats that are computed with, which are the operands of a comparison
    made.wide = not selector.is_32(inst.a) if is_comparison else is_wide(inst.type)
    made.dst = value
    made.a = selector.in_register(inst.a)
    if is_comparison or op.value >= Op.FADD.value and op.value <= Op.FMAX.value:
        made.b = selector.in_register(inst.b)


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
