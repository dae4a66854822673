"""wasm body -> SSA: the validator's instructions, one after the other, become values.

    begin_function(builder, ...)
    build_instruction(builder, insn)      for each that BodyValidator.next returns
    end_function(builder)

The validator has already checked everything, so nothing is checked again. An instruction that the
compiler does not have is refused here, with its name and offset.
"""

from __future__ import annotations

from typing import Final

import kernel_src.wasm.codes as codes
from kernel_src.jit.build_bulk import (
    build_bulk,
    build_memory_grow,
    build_table_get,
    build_table_set,
)
from kernel_src.jit.build_control import (
    build_block,
    build_br,
    build_br_if,
    build_br_table,
    build_else,
    build_end,
    build_if,
    build_loop,
    build_tail_call,
)
from kernel_src.jit.build_float import build_float, is_float_instruction
from kernel_src.jit.builder import FRAME_BLOCK, Builder
from kernel_src.jit.context import TRAP_UNREACHABLE
from kernel_src.jit.ir import NONE, Op, Type
from kernel_src.jit.known import Place
from kernel_src.jit.simplify import build_value
from kernel_src.lib.arena import ArenaFull
from kernel_src.wasm.decode import Instruction
from kernel_src.wasm.errors import Malformed, Unsupported
from kernel_src.wasm.module import FuncType
from pykern.lang import Array, Ptr, Slice, raises, truncate, u8, u16, u32

# What the opcodes from i32.load to i64.load32_u, and from i32.store to i64.store32, become
LOADS: Final[Array[Op, 14]] = Array(
    Op.LOAD32_U, Op.LOAD64, Op.LOAD32_U, Op.LOAD64, Op.LOAD8_S, Op.LOAD8_U, Op.LOAD16_S,
    Op.LOAD16_U, Op.LOAD8_S, Op.LOAD8_U, Op.LOAD16_S, Op.LOAD16_U, Op.LOAD32_S, Op.LOAD32_U,
)  # fmt: skip
LOAD_TYPES: Final[Array[Type, 14]] = Array(
    Type.I32, Type.I64, Type.F32, Type.F64, Type.I32, Type.I32, Type.I32,
    Type.I32, Type.I64, Type.I64, Type.I64, Type.I64, Type.I64, Type.I64,
)  # fmt: skip
STORES: Final[Array[Op, 9]] = Array(
    Op.STORE32, Op.STORE64, Op.STORE32, Op.STORE64, Op.STORE8, Op.STORE16, Op.STORE8, Op.STORE16,
    Op.STORE32,
)  # fmt: skip
# From i32.const to f64.const
CONST_TYPES: Final[Array[Type, 4]] = Array(Type.I32, Type.I64, Type.F32, Type.F64)


@raises(ArenaFull, Unsupported)
def begin_function(builder: Ptr[Builder], start: u32, locals: Slice[u8]) -> None:
    """Prepares for the body of `builder.function`, whose first instruction is at offset `start` of
    the module. Its locals, parameters first, have the given types."""
    module = builder.module
    function = builder.function
    declared = module.functions[function.index]
    type = module.function_type(function.index)
    function.init(declared.body_end - declared.body_start)
    builder.types = locals
    builder.offset = declared.body_start
    builder.prescan.scan(builder.arena, module, start, declared.body_end)
    builder.allocate(len(locals))
    builder.numbering.init(declared.body_end - declared.body_start)
    builder.known.forget()
    builder.block = NONE
    builder.start_block()
    builder.open_frame(FRAME_BLOCK, 0, u32(len(type.results)))
    function.param_count = u32(len(type.params))
    function.result_count = u32(len(type.results))
    build_locals(builder, function.param_count)


@raises(ArenaFull, Unsupported)
def build_locals(builder: Ptr[Builder], param_count: u32) -> None:
    """The parameters are those of the first block; the other locals start as zero."""
    for i in range(param_count):
        builder.current[i] = builder.emit(Op.PARAM, builder.ir_type(builder.types[i]), i)
    builder.function.blocks[0].params = param_count
    # Most bodies have locals of one or two types, in runs: one zero for each run
    zero = NONE
    for i in range(param_count, u32(len(builder.types))):
        type = builder.ir_type(builder.types[i])
        if zero == NONE or builder.type_of(zero) != type:
            zero = builder.constant(type, 0)
        builder.current[i] = zero


def end_function(builder: Ptr[Builder]) -> None:
    """After the last `end`: replaces what turned out to be another value."""
    if len(builder.forward) == 0:
        return
    function = builder.function
    for value in range(u32(min(len(builder.forward), function.inst_count))):
        if builder.forward[value] != NONE:
            inst = function.insts[value]
            inst.op = Op.NOP
            inst.type = Type.NONE
    builder.resolve_operands()


@raises(ArenaFull, Malformed, Unsupported)
def build_instruction(builder: Ptr[Builder], insn: Ptr[Instruction]) -> None:
    builder.offset = insn.offset
    opcode = insn.opcode
    match opcode:
        case codes.BLOCK:
            build_block(builder, insn)
        case codes.LOOP:
            build_loop(builder, insn)
        case codes.IF:
            build_if(builder, insn)
        case codes.ELSE:
            build_else(builder)
        case codes.END:
            build_end(builder)
        case _:
            if builder.block == NONE:
                return
            if opcode >= codes.I32_EQZ:
                build_numeric(builder, insn)
            elif opcode >= codes.I32_LOAD:
                build_access(builder, insn)
            elif opcode >= codes.DROP:
                build_variable(builder, insn)
            else:
                build_transfer(builder, insn)


@raises(ArenaFull, Malformed, Unsupported)
def build_transfer(builder: Ptr[Builder], insn: Ptr[Instruction]) -> None:
    """Branches and calls."""
    match insn.opcode:
        case codes.NOP:
            pass
        case codes.UNREACHABLE:
            builder.emit(Op.TRAP, Type.NONE, TRAP_UNREACHABLE)
            builder.end_block()
        case codes.BR:
            build_br(builder, insn.index)
        case codes.BR_IF:
            build_br_if(builder, insn.index)
        case codes.BR_TABLE:
            build_br_table(builder, insn)
        case codes.RETURN:
            build_br(builder, builder.depth - 1)
        case codes.CALL:
            type = builder.module.function_type(insn.index)
            build_call(builder, type, Op.CALL, insn.index, u32(len(type.params)))
        case codes.CALL_INDIRECT:
            build_call_indirect(builder, insn)
        case codes.RETURN_CALL:
            type = builder.module.function_type(insn.index)
            build_tail_call(builder, Op.TAIL_CALL, insn.index, u32(len(type.params)))
        case codes.RETURN_CALL_INDIRECT:
            params = move_index(builder, insn)
            tail = build_tail_call(builder, Op.TAIL_INDIRECT, insn.index, params + 1)
            builder.function.insts[tail].flags = truncate(u16, insn.index2)
        case _:
            builder.refuse(insn)


@raises(ArenaFull, Unsupported)
def build_call(builder: Ptr[Builder], type: Ptr[FuncType], op: Op, what: u32, operands: u32) -> u32:
    """A call with the topmost operands; pushes its results and returns the call's value."""
    args = builder.save_top(operands)
    builder.height -= operands
    results = u32(len(type.results))
    first = Type.NONE
    if results > 0:
        first = builder.ir_type(type.results[0])
    call = builder.emit(op, first, what, args, operands)
    if results > 0:
        builder.push(call)
    for i in range(u32(1), results):
        builder.push(builder.emit(Op.RESULT, builder.ir_type(type.results[i]), call, i))
    return call


@raises(ArenaFull, Unsupported)
def build_call_indirect(builder: Ptr[Builder], insn: Ptr[Instruction]) -> None:
    type = builder.module.types[insn.index]
    params = move_index(builder, insn)
    call = build_call(builder, type, Op.CALL_INDIRECT, insn.index, params + 1)
    builder.function.insts[call].flags = truncate(u16, insn.index2)


@raises(ArenaFull)
def move_index(builder: Ptr[Builder], insn: Ptr[Instruction]) -> u32:
    """The index is on top of the arguments on the stack, and before them in the list. Returns how
    many arguments there are."""
    params = u32(len(builder.module.types[insn.index].params))
    index = builder.pop()
    builder.push(index)
    place = builder.height - 1
    for i in range(params):
        builder.stack[place - i] = builder.stack[place - i - 1]
    builder.stack[place - params] = index
    return params


@raises(ArenaFull, Unsupported)
def build_variable(builder: Ptr[Builder], insn: Ptr[Instruction]) -> None:
    """drop, select, locals, globals."""
    match insn.opcode:
        case codes.DROP:
            builder.pop()
        case codes.SELECT | codes.SELECT_TYPED:
            condition = builder.pop()
            other = builder.pop()
            value = builder.pop()
            builder.push(build_select(builder, condition, value, other))
        case codes.LOCAL_GET:
            builder.push(builder.current[insn.index])
        case codes.LOCAL_SET:
            builder.set_local(insn.index, builder.pop())
        case codes.LOCAL_TEE:
            builder.set_local(insn.index, builder.stack[builder.height - 1])
        case codes.GLOBAL_GET:
            build_global_get(builder, insn.index)
        case codes.GLOBAL_SET:
            build_global_set(builder, insn.index)
        case codes.TABLE_GET:
            build_table_get(builder, insn)
        case codes.TABLE_SET:
            build_table_set(builder, insn)
        case _:
            builder.refuse(insn)


@raises(ArenaFull)
def build_select(builder: Ptr[Builder], condition: u32, value: u32, other: u32) -> u32:
    function = builder.function
    if value == other:
        return value
    if function.is_const(condition):
        return other if function.const_bits(condition) == 0 else value
    return builder.emit(Op.SELECT, builder.type_of(value), value, other, condition)


@raises(ArenaFull)
def build_global_set(builder: Ptr[Builder], index: u32) -> None:
    value = builder.pop()
    builder.emit(Op.GLOBAL_SET, Type.NONE, value, index)
    imported = builder.module.imported_globals
    builder.known.note_global(builder.type_of(value), index, imported, value)


@raises(ArenaFull, Unsupported)
def build_global_get(builder: Ptr[Builder], index: u32) -> None:
    type = builder.ir_type(builder.module.globals[index].type)
    place = Place(base=NONE, offset=index)
    value = builder.known.find(Op.GLOBAL_GET, type, place)
    if value == NONE:
        value = builder.emit(Op.GLOBAL_GET, type, 0, index)
        builder.known.note(Op.GLOBAL_GET, type, place, value)
    builder.push(value)


@raises(ArenaFull)
def load_at(builder: Ptr[Builder], op: Op, type: Type, base: u32, offset: u32) -> u32:
    place = place_of(builder, base, offset)
    value = builder.known.find(op, type, place)
    if value == NONE:
        value = builder.emit(op, type, base, 0, offset)
        builder.known.note(op, type, place, value)
    return value


@raises(ArenaFull)
def store_at(builder: Ptr[Builder], op: Op, base: u32, offset: u32, value: u32) -> None:
    builder.emit(op, Type.NONE, base, value, offset)
    builder.known.note_store(op, builder.type_of(value), place_of(builder, base, offset), value)


def place_of(builder: Ptr[Builder], base: u32, offset: u32) -> Place:
    """What an access means: constant addresses are the same if their sums are."""
    if builder.function.is_const(base):
        return Place(base=NONE, offset=builder.function.const_bits(base) + offset)
    return Place(base=base, offset=offset)


@raises(ArenaFull)
def build_access(builder: Ptr[Builder], insn: Ptr[Instruction]) -> None:
    """Loads, stores, memory.size and memory.grow, constants."""
    opcode = insn.opcode
    if opcode >= codes.I32_CONST:
        type = CONST_TYPES[opcode - codes.I32_CONST]
        builder.push(builder.constant(type, insn.value))
        return
    offset = truncate(u32, insn.value)
    if opcode == codes.MEMORY_SIZE:
        builder.push(builder.emit(Op.MEMORY_SIZE, Type.I32, 0, insn.index))
    elif opcode == codes.MEMORY_GROW:
        build_memory_grow(builder, insn.index)
    elif opcode >= codes.I32_STORE:
        value = builder.pop()
        address = pop_address(builder, insn.index)
        store_at(builder, STORES[opcode - codes.I32_STORE], address, offset, value)
    else:
        number = opcode - codes.I32_LOAD
        address = pop_address(builder, insn.index)
        builder.push(load_at(builder, LOADS[number], LOAD_TYPES[number], address, offset))


@raises(ArenaFull)
def pop_address(builder: Ptr[Builder], memory: u32) -> u32:
    """An i32 is an address in memory 0; that in another memory is added to the memory's base."""
    address = builder.pop()
    if memory == 0:
        return address
    base = builder.emit(Op.MEMORY_BASE, Type.I64, 0, memory)
    return builder.emit(Op.ADD, Type.I64, base, builder.emit(Op.EXTEND_U, Type.I64, address))


@raises(ArenaFull, Unsupported)
def build_numeric(builder: Ptr[Builder], insn: Ptr[Instruction]) -> None:
    """Arithmetic, comparisons, conversions; bulk memory operations, whose codes are above."""
    opcode = insn.opcode
    if opcode <= codes.I64_GE_U:
        build_comparison(builder, opcode)
    elif opcode >= codes.I32_CLZ and opcode <= codes.I32_ROTR:
        build_arithmetic(builder, Type.I32, truncate(u8, opcode - codes.I32_CLZ))
    elif opcode >= codes.I64_CLZ and opcode <= codes.I64_ROTR:
        build_arithmetic(builder, Type.I64, truncate(u8, opcode - codes.I64_CLZ))
    elif is_float_instruction(opcode):
        build_float(builder, insn)
    else:
        build_conversion(builder, insn)


@raises(ArenaFull)
def build_comparison(builder: Ptr[Builder], opcode: u16) -> None:
    """`eqz` is a comparison with zero."""
    wide = opcode >= codes.I64_EQZ
    first = codes.I64_EQ if wide else codes.I32_EQ
    if opcode == codes.I32_EQZ or opcode == codes.I64_EQZ:
        zero = builder.constant(Type.I64 if wide else Type.I32, 0)
        builder.push(build_value(builder, Op.EQ, Type.I32, builder.pop(), zero))
        return
    right = builder.pop()
    op = Op(Op.EQ.value + truncate(u8, opcode - first))
    builder.push(build_value(builder, op, Type.I32, builder.pop(), right))


@raises(ArenaFull)
def build_arithmetic(builder: Ptr[Builder], type: Type, number: u8) -> None:
    """`number` counts from clz."""
    op = Op(Op.CLZ.value + number)
    if op == Op.CLZ or op == Op.CTZ or op == Op.POPCNT:
        build_unary(builder, op, type)
        return
    right = builder.pop()
    builder.push(build_value(builder, op, type, builder.pop(), right))


@raises(ArenaFull)
def build_unary(builder: Ptr[Builder], op: Op, type: Type) -> None:
    builder.push(build_value(builder, op, type, builder.pop()))


@raises(ArenaFull, Unsupported)
def build_conversion(builder: Ptr[Builder], insn: Ptr[Instruction]) -> None:
    match insn.opcode:
        case codes.I32_WRAP_I64:
            build_unary(builder, Op.WRAP, Type.I32)
        case codes.I64_EXTEND_I32_S:
            build_unary(builder, Op.EXTEND_S, Type.I64)
        case codes.I64_EXTEND_I32_U:
            build_unary(builder, Op.EXTEND_U, Type.I64)
        case codes.I32_EXTEND8_S:
            build_unary(builder, Op.EXTEND8_S, Type.I32)
        case codes.I32_EXTEND16_S:
            build_unary(builder, Op.EXTEND16_S, Type.I32)
        case codes.I64_EXTEND8_S:
            build_unary(builder, Op.EXTEND8_S, Type.I64)
        case codes.I64_EXTEND16_S:
            build_unary(builder, Op.EXTEND16_S, Type.I64)
        case codes.I64_EXTEND32_S:
            build_unary(builder, Op.EXTEND32_S, Type.I64)
        case _:
            build_bulk(builder, insn)
