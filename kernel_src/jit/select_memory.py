"""Selection of loads, stores and globals: how addresses are formed."""

from __future__ import annotations

from typing import Final

import kernel_src.jit.encode as encode
from kernel_src.jit.context import MEMORY_PAGES, global_offset
from kernel_src.jit.ir import Inst, Op, is_wide, low_half
from kernel_src.jit.machine import (
    BASE_CONTEXT,
    BASE_MEMORY,
    BASE_NONE,
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
from pykern.lang import Array, Ptr, raises, u8, u32

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
    made.flags = BASE_MEMORY
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
        made.a = selector.code.values
        selector.code.values += 1
        sum = selector.add(MOp.ALU)
        sum.sub = encode.ALU_ADD
        sum.wide = True
        sum.dst = selector.code.values - 1
        sum.a = address
        sum.b = selector.constant(offset)


@raises(ArenaFull)
def select_context(selector: Ptr[Selector], inst: Ptr[Inst], value: u32) -> None:
    """Globals and the size of memory. The cell of an imported global holds the address of the
    real one."""
    if inst.op == Op.MEMORY_SIZE:
        made = selector.add(MOp.LOAD)
        made.flags = BASE_CONTEXT
        made.sub = LOAD_U32
        made.dst = value
        made.imm = MEMORY_PAGES
        return
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
        address = selector.code.values
        selector.code.values += 1
        made.flags = BASE_NONE
        made.a = address
        made.imm = 0
        cell = selector.add(MOp.LOAD)
        cell.flags = BASE_CONTEXT
        cell.sub = LOAD_64
        cell.wide = True
        cell.dst = address
        cell.imm = global_offset(inst.b)
