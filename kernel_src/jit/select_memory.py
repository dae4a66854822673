"""Selection of loads, stores and globals: how addresses are formed."""

from __future__ import annotations

from typing import Final

import kernel_src.jit.encode as encode
from kernel_src.jit.context import (
    FUNCTION_REF_SHIFT,
    IMPORTS,
    TABLES,
    VIEW_LENGTH,
    TableView,
    global_offset,
    memory_offset,
)
from kernel_src.jit.ir import Inst, Op, is_wide, low_half
from kernel_src.jit.machine import (
    BASE_CONTEXT,
    BASE_MEMORY,
    BASE_NONE,
    BASE_OTHER,
    LOAD_64,
    LOAD_S8,
    LOAD_S16,
    LOAD_S32,
    LOAD_U8,
    LOAD_U16,
    LOAD_U32,
    MInst,
    MOp,
)
from kernel_src.jit.selector import MAX_DISPLACEMENT, Selector
from kernel_src.lib.arena import ArenaFull
from pykern.lang import Array, Ptr, raises, sizeof, u8, u32

# From LOAD8_S to LOAD64
LOADS: Final[Array[u8, 7]] = Array(
    LOAD_S8, LOAD_U8, LOAD_S16, LOAD_U16, LOAD_S32, LOAD_U32, LOAD_64
)
# From STORE8 to STORE64
STORE_BYTES: Final[Array[u8, 4]] = Array(1, 2, 4, 8)

MAX_PENDING: Final = 4


@raises(ArenaFull)
def select_access(selector: Ptr[Selector], inst: Ptr[Inst], value: u32) -> None:
    is_store = inst.op.value >= Op.STORE8.value
    made = selector.add(MOp.STORE if is_store else MOp.LOAD)
    made.flags = BASE_MEMORY if selector.is_32(inst.a) else BASE_OTHER
    if is_store:
        made.sub = STORE_BYTES[inst.op.value - Op.STORE8.value]
        if selector.is_immediate(inst.b):
            made.c = low_half(selector.function.const_bits(inst.b))
        else:
            made.b = selector.in_register(inst.b)
    else:
        made.dst = value
        made.sub = LOADS[inst.op.value - Op.LOAD8_S.value]
        made.wide = is_wide(inst.type)
    set_address(selector, made, inst.a, inst.c)


@raises(ArenaFull)
def set_address(selector: Ptr[Selector], made: Ptr[MInst], address: u32, offset: u32) -> None:
    """The effective address has 33 bits: what does not fit a displacement is added in 64."""
    if selector.function.is_const(address):
        effective = selector.function.const_bits(address) + offset
        if effective <= MAX_DISPLACEMENT:
            made.imm = low_half(effective)
        else:
            made.a = selector.constant(effective)
    elif offset <= MAX_DISPLACEMENT:
        made.a = address
        made.imm = offset
    else:
        made.a = selector.code.new_value(False)
        sum = selector.add(MOp.ALU)
        sum.sub = encode.ALU_ADD
        sum.wide = True
        sum.dst = selector.code.values - 1
        sum.a = address
        sum.b = selector.constant(offset)


# The context and what hangs on it


def memory_view(selector: Ptr[Selector], memory: u32) -> u32:
    """The offset of a memory's view in the context."""
    return memory_offset(u32(len(selector.module.globals)), memory)


@raises(ArenaFull)
def load_context(selector: Ptr[Selector], value: u32, offset: u32, how: u8) -> None:
    """value = the word of the context at `offset`; `how` is LOAD_*"""
    made = selector.add(MOp.LOAD)
    made.flags = BASE_CONTEXT
    made.sub = how
    made.dst = value
    made.imm = offset


@raises(ArenaFull)
def select_global(selector: Ptr[Selector], inst: Ptr[Inst], value: u32) -> None:
    """The cell of an imported global holds the address of the real one."""
    made = selector.add(MOp.LOAD if inst.op == Op.GLOBAL_GET else MOp.STORE)
    made.flags = BASE_CONTEXT
    made.imm = global_offset(inst.b)
    if inst.op == Op.GLOBAL_GET:
        made.dst = value
        made.sub = LOAD_64 if is_wide(inst.type) else LOAD_U32
    else:
        made.sub = 4 if selector.is_32(inst.a) else 8
        made.b = selector.in_register(inst.a)
    if inst.b < selector.module.imported_globals:
        made.flags = BASE_NONE
        made.a = selector.code.new_value(False)
        made.imm = 0
        load_context(selector, selector.code.values - 1, global_offset(inst.b), LOAD_64)


@raises(ArenaFull)
def select_table_size(selector: Ptr[Selector], inst: Ptr[Inst], value: u32) -> None:
    made = selector.add(MOp.LOAD)
    made.flags = BASE_NONE
    made.sub = LOAD_U32
    made.dst = value
    made.a = selector.code.new_value(False)
    made.imm = inst.b * u32(sizeof(TableView)) + VIEW_LENGTH
    load_context(selector, selector.code.values - 1, TABLES, LOAD_64)


@raises(ArenaFull)
def select_function(selector: Ptr[Selector], inst: Ptr[Inst], value: u32) -> None:
    """A reference is the address of the instance's FunctionRef."""
    made = selector.add(MOp.ALU)
    made.sub = encode.ALU_ADD
    made.wide = True
    made.dst = value
    made.a = selector.code.new_value(False)
    made.imm = inst.b << FUNCTION_REF_SHIFT
    load_context(selector, selector.code.values - 1, IMPORTS, LOAD_64)
