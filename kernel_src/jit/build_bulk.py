"""Bulk memory operations, tables and references: mostly calls of the runtime's functions.

Indices that an instruction carries (segments, tables) become constant arguments before its
operands.
"""

from __future__ import annotations

import kernel_src.wasm.codes as codes
from kernel_src.jit.build_small import build_small_copy, build_small_fill, is_small
from kernel_src.jit.builder import Builder
from kernel_src.jit.context import (
    RUNTIME_DATA_DROP,
    RUNTIME_ELEM_DROP,
    RUNTIME_MEMORY_COPY,
    RUNTIME_MEMORY_FILL,
    RUNTIME_MEMORY_GROW,
    RUNTIME_MEMORY_INIT,
    RUNTIME_TABLE_COPY,
    RUNTIME_TABLE_FILL,
    RUNTIME_TABLE_GET,
    RUNTIME_TABLE_GROW,
    RUNTIME_TABLE_INIT,
    RUNTIME_TABLE_SET,
    TRAP_MEMORY,
    TRAP_NONE,
    TRAP_TABLE_ACCESS,
)
from kernel_src.jit.ir import Op, Type
from kernel_src.lib.arena import ArenaFull
from kernel_src.wasm.decode import Instruction
from kernel_src.wasm.errors import Unsupported
from pykern.lang import Ptr, raises, u8, u16, u32


@raises(ArenaFull, Unsupported)
def build_bulk(builder: Ptr[Builder], insn: Ptr[Instruction]) -> None:
    match insn.opcode:
        case codes.MEMORY_COPY:
            first = insn.index == 0 and insn.index2 == 0
            if first and is_small(builder, builder.stack[builder.height - 1]):
                build_small_copy(builder)
                return
            insert_constant(builder, insn.index2, 3)
            insert_constant(builder, insn.index, 4)
            build_runtime_call(builder, RUNTIME_MEMORY_COPY, 5, Type.NONE, TRAP_MEMORY)
        case codes.MEMORY_FILL:
            if insn.index == 0 and is_small(builder, builder.stack[builder.height - 1]):
                build_small_fill(builder)
                return
            insert_constant(builder, insn.index, 3)
            build_runtime_call(builder, RUNTIME_MEMORY_FILL, 4, Type.NONE, TRAP_MEMORY)
        case codes.MEMORY_INIT:
            insert_constant(builder, insn.index, 3)
            insert_constant(builder, insn.index2, 4)
            build_runtime_call(builder, RUNTIME_MEMORY_INIT, 5, Type.NONE, TRAP_MEMORY)
        case codes.DATA_DROP:
            insert_constant(builder, insn.index, 0)
            build_runtime_call(builder, RUNTIME_DATA_DROP, 1, Type.NONE, TRAP_MEMORY)
        case _:
            build_reference(builder, insn)


@raises(ArenaFull)
def build_memory_grow(builder: Ptr[Builder], memory: u32) -> None:
    insert_constant(builder, memory, 1)
    build_runtime_call(builder, RUNTIME_MEMORY_GROW, 2, Type.I32, TRAP_NONE)


@raises(ArenaFull, Unsupported)
def build_reference(builder: Ptr[Builder], insn: Ptr[Instruction]) -> None:
    match insn.opcode:
        case codes.REF_NULL:
            builder.push(builder.constant(Type.REF, 0))
        case codes.REF_IS_NULL:
            null = builder.constant(Type.REF, 0)
            builder.push(builder.emit(Op.EQ, Type.I32, builder.pop(), null))
        case codes.REF_FUNC:
            builder.push(builder.emit(Op.REF_FUNC, Type.REF, 0, insn.index))
        case codes.TABLE_SIZE:
            builder.push(builder.emit(Op.TABLE_SIZE, Type.I32, 0, insn.index))
        case _:
            build_table_bulk(builder, insn)


@raises(ArenaFull, Unsupported)
def build_table_bulk(builder: Ptr[Builder], insn: Ptr[Instruction]) -> None:
    match insn.opcode:
        case codes.TABLE_GROW:
            insert_constant(builder, insn.index, 2)
            build_runtime_call(builder, RUNTIME_TABLE_GROW, 3, Type.I32, TRAP_NONE)
        case codes.TABLE_FILL:
            insert_constant(builder, insn.index, 3)
            build_runtime_call(builder, RUNTIME_TABLE_FILL, 4, Type.NONE, TRAP_TABLE_ACCESS)
        case codes.TABLE_COPY:
            insert_constant(builder, insn.index2, 3)
            insert_constant(builder, insn.index, 4)
            build_runtime_call(builder, RUNTIME_TABLE_COPY, 5, Type.NONE, TRAP_TABLE_ACCESS)
        case codes.TABLE_INIT:
            insert_constant(builder, insn.index, 3)
            insert_constant(builder, insn.index2, 4)
            build_runtime_call(builder, RUNTIME_TABLE_INIT, 5, Type.NONE, TRAP_TABLE_ACCESS)
        case codes.ELEM_DROP:
            insert_constant(builder, insn.index, 0)
            build_runtime_call(builder, RUNTIME_ELEM_DROP, 1, Type.NONE, TRAP_TABLE_ACCESS)
        case _:
            builder.refuse(insn)


@raises(ArenaFull)
def build_table_get(builder: Ptr[Builder], insn: Ptr[Instruction]) -> None:
    insert_constant(builder, insn.index, 1)
    build_runtime_call(builder, RUNTIME_TABLE_GET, 2, Type.NONE, TRAP_TABLE_ACCESS)
    builder.push(builder.emit(Op.RUNTIME_VALUE, Type.REF))


@raises(ArenaFull)
def build_table_set(builder: Ptr[Builder], insn: Ptr[Instruction]) -> None:
    insert_constant(builder, insn.index, 2)
    build_runtime_call(builder, RUNTIME_TABLE_SET, 3, Type.NONE, TRAP_TABLE_ACCESS)


@raises(ArenaFull)
def insert_constant(builder: Ptr[Builder], number: u32, below: u32) -> None:
    """Puts an i32 constant on the operand stack, under the topmost `below` operands."""
    constant = builder.constant(Type.I32, number)
    builder.push(constant)
    place = builder.height - 1
    for i in range(below):
        builder.stack[place - i] = builder.stack[place - i - 1]
    builder.stack[place - below] = constant


@raises(ArenaFull)
def build_runtime_call(
    builder: Ptr[Builder], what: u32, operands: u32, type: Type, trap: u8
) -> None:
    args = builder.save_top(operands)
    builder.height -= operands
    call = builder.emit(Op.CALL_RUNTIME, type, what, args, operands)
    builder.function.insts[call].flags = u16(trap)
    if type != Type.NONE:
        builder.push(call)
