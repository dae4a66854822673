"""SSA -> machine instructions, each block from its end to its start.

Going backwards, an instruction is seen before what computes its operands, and may swallow it:

    v5 = lt_s v3 v4
    branch v5            ->    branch v3 l v4         if nothing else uses v5

So a comparison goes into the branch, select or `eqz` that uses it, a constant into the immediate
field, a constant address into the displacement, a load into the arithmetic or comparison that uses
it, if nothing with an effect is in between. A swallowed value's use count becomes 0, a load's
`FOLDED`, and the walk passes over it. Constants that fit no immediate are made in a register of
their own right before the instruction.
"""

from __future__ import annotations

import kernel_src.jit.encode as encode
from kernel_src.jit.context import VALUE, VIEW_PAGES
from kernel_src.jit.ir import PURE, Function, Inst, Op, Type, has_property
from kernel_src.jit.machine import LOAD_64, LOAD_U32, MachineCode, MOp
from kernel_src.jit.regs import RESULT_COUNT, RESULTS
from kernel_src.jit.select_float import select_cut, select_float
from kernel_src.jit.select_memory import (
    load_context,
    memory_view,
    select_access,
    select_function,
    select_global,
    select_table_size,
)
from kernel_src.jit.select_ops import (
    select_alu,
    select_choose,
    select_division,
    select_mul,
    select_set,
    select_shift,
    select_unary,
)
from kernel_src.jit.selector import FOLDED, Condition, Selector, condition_of, is_comparison
from kernel_src.lib.arena import ArenaFull
from kernel_src.wasm.module import Module
from pykern.lang import Ptr, Slice, raises, u32, zeroed


@raises(ArenaFull)
def select(
    function: Ptr[Function], module: Ptr[Module], uses: Slice[u32], code: Ptr[MachineCode]
) -> None:
    selector = Selector(function=function, module=module, code=code, uses=uses)
    for i in range(function.block_count):
        n = function.block_count - 1 - i
        block = function.blocks[n]
        selector.block_first = block.first
        code.blocks[n].end = code.count
        for k in range(block.end - block.first):
            select_value(selector, block.end - 1 - k)
        code.blocks[n].first = code.count
    code.reverse()
    for n in range(function.block_count):
        code.blocks[n].first = code.count - code.blocks[n].first
        code.blocks[n].end = code.count - code.blocks[n].end


@raises(ArenaFull)
def select_value(selector: Ptr[Selector], value: u32) -> None:
    inst = selector.function.insts[value]
    if has_property(inst.op, PURE) and selector.uses[value] == 0:
        return
    if selector.uses[value] == FOLDED:
        return
    selector.value = value
    selector.offset = selector.function.offsets[value]
    select_inst(selector, inst, value)
    selector.make_constants()


@raises(ArenaFull)
def select_inst(selector: Ptr[Selector], inst: Ptr[Inst], value: u32) -> None:
    match inst.op:
        case Op.NOP | Op.PARAM | Op.CONST:
            pass
        case Op.ADD:
            select_alu(selector, inst, value, encode.ALU_ADD)
        case Op.SUB:
            select_alu(selector, inst, value, encode.ALU_SUB)
        case Op.AND:
            select_alu(selector, inst, value, encode.ALU_AND)
        case Op.OR:
            select_alu(selector, inst, value, encode.ALU_OR)
        case Op.XOR:
            select_alu(selector, inst, value, encode.ALU_XOR)
        case Op.MUL:
            select_mul(selector, inst, value)
        case Op.SHL | Op.SHR_S | Op.SHR_U | Op.ROTL | Op.ROTR:
            select_shift(selector, inst, value)
        case Op.DIV_S | Op.DIV_U | Op.REM_S | Op.REM_U:
            select_division(selector, inst, value)
        case Op.SELECT:
            select_choose(selector, inst, value)
        case Op.CALL | Op.CALL_INDIRECT | Op.CALL_RUNTIME:
            select_call(selector, inst, value)
        case Op.RESULT:
            select_result(selector, inst.b, value)
        case Op.GLOBAL_GET | Op.GLOBAL_SET:
            select_global(selector, inst, value)
        case Op.MEMORY_SIZE:
            load_context(selector, value, memory_view(selector, inst.b) + VIEW_PAGES, LOAD_U32)
        case Op.MEMORY_BASE:
            load_context(selector, value, memory_view(selector, inst.b), LOAD_64)
        case Op.RUNTIME_VALUE:
            load_context(selector, value, VALUE, LOAD_64)
        case Op.TABLE_SIZE:
            select_table_size(selector, inst, value)
        case Op.REF_FUNC:
            select_function(selector, inst, value)
        case Op.JUMP | Op.BRANCH | Op.SWITCH | Op.RETURN | Op.TRAP:
            select_terminator(selector, inst)
        case Op.TAIL_CALL | Op.TAIL_INDIRECT:
            select_tail_call(selector, inst)
        case Op.TRUNC_S | Op.TRUNC_U | Op.TRUNC_SAT_S | Op.TRUNC_SAT_U:
            select_cut(selector, inst, value)
        case _:
            if is_comparison(inst.op):
                select_set(selector, inst, value)
            elif inst.op.value >= Op.FCEIL.value and inst.op.value <= Op.PROMOTE.value:
                select_float(selector, inst, value)
            elif inst.op.value <= Op.REINTERPRET.value:
                select_unary(selector, inst, value)
            else:
                select_access(selector, inst, value)


# Calls and control


@raises(ArenaFull)
def select_call(selector: Ptr[Selector], inst: Ptr[Inst], value: u32) -> None:
    if inst.type != Type.NONE and selector.uses[value] > 0:
        select_result(selector, 0, value)
    op = MOp.CALL_RUNTIME
    if inst.op == Op.CALL_INDIRECT:
        op = MOp.CALL_INDIRECT
    elif inst.op == Op.CALL:
        imported = selector.module.is_imported_function(inst.a)
        op = MOp.CALL_IMPORT if imported else MOp.CALL
    made = selector.add(op)
    made.a = inst.a
    made.b = inst.b
    made.c = inst.c
    made.imm = inst.flags


@raises(ArenaFull)
def select_tail_call(selector: Ptr[Selector], inst: Ptr[Inst]) -> None:
    op = MOp.TAIL_INDIRECT
    if inst.op == Op.TAIL_CALL:
        imported = selector.module.is_imported_function(inst.a)
        op = MOp.TAIL_IMPORT if imported else MOp.TAIL
    made = selector.add(op)
    made.a = inst.a
    made.b = inst.b
    made.c = inst.c
    made.imm = inst.flags


@raises(ArenaFull)
def select_result(selector: Ptr[Selector], n: u32, value: u32) -> None:
    """Result n of the call before: the first ones in registers, the rest where stack arguments
    were."""
    if n < RESULT_COUNT:
        made = selector.add(MOp.FIXED)
        made.dst = value
        made.sub = RESULTS[n]
    else:
        made = selector.add(MOp.STACK_RESULT)
        made.dst = value
        made.imm = n - RESULT_COUNT


@raises(ArenaFull)
def select_terminator(selector: Ptr[Selector], inst: Ptr[Inst]) -> None:
    match inst.op:
        case Op.JUMP:
            selector.add(MOp.JUMP)
        case Op.BRANCH:
            condition: Condition = zeroed()
            condition.may_load = True
            condition_of(selector, condition, inst.a)
            made = selector.add(MOp.BRANCH)
            made.a = condition.left
            made.b = condition.right
            condition.put(selector, made)
        case Op.SWITCH:
            made = selector.add(MOp.SWITCH)
            made.a = selector.in_register(inst.a)
            made.imm = inst.c
        case Op.RETURN:
            made = selector.add(MOp.RETURN)
            made.b = inst.b
            made.c = inst.c
        case _:
            made = selector.add(MOp.TRAP)
            made.imm = inst.a
