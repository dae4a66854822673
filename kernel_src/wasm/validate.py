"""Function bodies: one pass that decodes, validates, and hands over each instruction.

    body = BodyValidator(module=module, reader=reader, arena=arena)
    begin_body(body, function)
    while next_instruction(body):
        ...                                  # body.insn is valid: compile it

The loop sees every instruction that can be reached by the rules of validation, the final `end` of
the function included. Dead code is validated and passed over; of a block that was opened in live
code, the `else` and `end` are handed over in any case, with `insn.live` false if control does not
fall into them.

An instruction whose type is in the opcode table needs no code here; `check_special` leads to the
rules of the others. Specification 3.3, 3.4.1.
"""
from __future__ import annotations

import kernel_src.wasm.codes as codes
import kernel_src.wasm.errors as errors
import kernel_src.wasm.opcodes as opcodes
from kernel_src.lib.arena import ArenaFull, alloc_slice
from kernel_src.wasm.decode import Instruction, decode, read_value_type
from kernel_src.wasm.errors import Invalid, Malformed, Unsupported
from kernel_src.wasm.limits import MAX_LOCALS
from kernel_src.wasm.parse_types import read_count
from kernel_src.wasm.validate_control import (
    check_block,
    check_branch,
    check_branch_table,
    check_call,
    check_call_indirect,
    check_else,
    check_end,
    check_return,
)
from kernel_src.wasm.validate_operands import (
    check_drop,
    check_global_get,
    check_global_set,
    check_is_null,
    check_local,
    check_ref_func,
    check_select,
    check_table_access,
    check_table_copy,
    check_table_fill,
    check_table_grow,
    check_table_init,
    find_element,
    find_table,
)
from kernel_src.wasm.validate_state import BodyValidator
from pykern.lang import Ptr, copy_slice, fill, panic, raises, ref, truncate, u8, u32, u64, usize


@raises(Malformed, Unsupported, ArenaFull)
def begin_body(body: Ptr[BodyValidator], function: u32) -> None:
    """Starts with the body of a function that is not imported: its locals and its frame."""
    module = body.module
    body.function = function
    body.reset_stacks()
    body.reader.position = module.functions[function].body_start
    body.reader.end = module.functions[function].body_end
    read_locals(body)
    type = module.function_type(function)
    body.open_frame(codes.BLOCK, type.params[:0], type.results)


@raises(Malformed, Unsupported, ArenaFull)
def read_locals(body: Ptr[BodyValidator]) -> None:
    """The declarations are runs of one type: counted first, so that one allocation holds all."""
    reader = body.reader
    params = body.module.function_type(body.function).params
    start = reader.position
    runs = read_count(reader, MAX_LOCALS, errors.TOO_MANY_LOCALS)
    first_run = reader.position
    total: u64 = len(params)
    for _ in range(runs):
        total += reader.read_u32()
        read_value_type(reader)
    if total > 0xFFFF_FFFF:
        reader.failure.malformed(errors.TOO_MANY_LOCALS, start)
    if total > MAX_LOCALS:
        reader.failure.unsupported(errors.TOO_MANY_LOCALS, start)
    alloc_slice(body.arena, ref(body.locals), usize(total))
    copy_slice(body.locals[: len(params)], params)
    reader.position = first_run
    position = len(params)
    for _ in range(runs):
        count: usize = reader.read_u32()
        fill(body.locals[position : position + count], read_value_type(reader))
        position += count


@raises(Malformed, Invalid, Unsupported, ArenaFull)
def next_instruction(body: Ptr[BodyValidator]) -> bool:
    """Goes to the next instruction that the compiler must see; false after the function's `end`."""
    insn = body.insn
    while body.depth > 0:
        decode(body.reader, body.module, insn)
        insn.live = body.is_live()
        insn.depth = truncate(u32, body.depth - 1)
        seen = insn.live
        if insn.opcode == codes.ELSE or insn.opcode == codes.END:
            seen = body.innermost().live
        check_instruction(body, insn)
        if seen:
            return True
    return False


@raises(Malformed, Invalid, Unsupported, ArenaFull)
def validate_body(body: Ptr[BodyValidator], function: u32) -> None:
    """Validates a body without compiling it."""
    begin_body(body, function)
    while next_instruction(body):
        pass


@raises(Malformed, Invalid, ArenaFull)
def check_instruction(body: Ptr[BodyValidator], insn: Ptr[Instruction]) -> None:
    result = opcodes.RESULTS[insn.opcode]
    if result == opcodes.SPECIAL_TYPE:
        check_special(body, insn)
        return
    check_immediates(body, insn)
    operands = opcodes.OPERANDS[insn.opcode]
    while operands != 0:
        body.pop(truncate(u8, operands))
        operands >>= 8
    if result != opcodes.NO_RESULT:
        body.push(result)


@raises(Malformed, Invalid)
def check_immediates(body: Ptr[BodyValidator], insn: Ptr[Instruction]) -> None:
    """Indices and alignment of the instructions that have a fixed type."""
    match opcodes.IMMEDIATES[insn.opcode]:
        case opcodes.IMMEDIATE_ACCESS:
            check_access(body, insn)
        case opcodes.IMMEDIATE_MEMORY:
            check_memory(body, insn, insn.index)
        case opcodes.IMMEDIATE_MEMORIES:
            check_memory(body, insn, insn.index)
            check_memory(body, insn, insn.index2)
        case opcodes.IMMEDIATE_DATA:
            check_data(body, insn)
        case opcodes.IMMEDIATE_DATA_MEMORY:
            check_data(body, insn)
            check_memory(body, insn, insn.index2)
        case opcodes.IMMEDIATE_TABLE:
            find_table(body, insn, insn.index)
        case opcodes.IMMEDIATE_ELEM:
            find_element(body, insn)
        case _:
            pass


@raises(Invalid)
def check_access(body: Ptr[BodyValidator], insn: Ptr[Instruction]) -> None:
    check_memory(body, insn, insn.index)
    if u64(1) << insn.align > opcodes.ACCESS_BYTES[insn.opcode]:
        body.module.failure.invalid(errors.ALIGNMENT_TOO_LARGE, insn.offset)
    if insn.value > 0xFFFF_FFFF:
        body.module.failure.invalid(errors.OFFSET_OUT_OF_RANGE, insn.offset)


@raises(Invalid)
def check_memory(body: Ptr[BodyValidator], insn: Ptr[Instruction], memory: u32) -> None:
    if memory >= len(body.module.memories):
        body.module.failure.invalid(errors.UNKNOWN_MEMORY, insn.offset)


@raises(Malformed, Invalid)
def check_data(body: Ptr[BodyValidator], insn: Ptr[Instruction]) -> None:
    if not body.module.has_data_count:
        body.module.failure.malformed(errors.DATA_COUNT_REQUIRED, insn.offset)
    if insn.index >= body.module.data_count:
        body.module.failure.invalid(errors.UNKNOWN_DATA, insn.offset)


@raises(Malformed, Invalid, ArenaFull)
def check_special(body: Ptr[BodyValidator], insn: Ptr[Instruction]) -> None:
    """The instructions with a star in the opcode table."""
    match insn.opcode:
        case codes.LOCAL_GET | codes.LOCAL_SET | codes.LOCAL_TEE:
            check_local(body, insn)
        case codes.END:
            check_end(body, insn)
            check_body_end(body, insn)
        case codes.BLOCK | codes.LOOP | codes.IF:
            check_block(body, insn)
        case codes.ELSE:
            check_else(body, insn)
        case codes.BR | codes.BR_IF:
            check_branch(body, insn)
        case codes.BR_TABLE:
            check_branch_table(body, insn)
        case codes.RETURN:
            check_return(body, insn)
        case codes.UNREACHABLE:
            body.die()
        case codes.CALL | codes.RETURN_CALL:
            check_call(body, insn)
        case codes.CALL_INDIRECT | codes.RETURN_CALL_INDIRECT:
            check_call_indirect(body, insn)
        case codes.GLOBAL_GET:
            check_global_get(body, insn)
        case codes.GLOBAL_SET:
            check_global_set(body, insn)
        case codes.DROP:
            check_drop(body, insn)
        case codes.SELECT | codes.SELECT_TYPED:
            check_select(body, insn)
        case _:
            check_reference_special(body, insn)


@raises(Malformed)
def check_body_end(body: Ptr[BodyValidator], insn: Ptr[Instruction]) -> None:
    """The function's `end` is the body's last byte."""
    if body.depth == 0 and not body.reader.at_end():
        body.module.failure.malformed(errors.END_EXPECTED, insn.next)


@raises(Invalid, ArenaFull)
def check_reference_special(body: Ptr[BodyValidator], insn: Ptr[Instruction]) -> None:
    match insn.opcode:
        case codes.REF_NULL:
            body.push(insn.type)
        case codes.REF_IS_NULL:
            check_is_null(body, insn)
        case codes.REF_FUNC:
            check_ref_func(body, insn)
        case codes.TABLE_GET | codes.TABLE_SET:
            check_table_access(body, insn)
        case codes.TABLE_INIT:
            check_table_init(body, insn)
        case codes.TABLE_COPY:
            check_table_copy(body, insn)
        case codes.TABLE_GROW:
            check_table_grow(body, insn)
        case codes.TABLE_FILL:
            check_table_fill(body, insn)
        case _:
            panic(f"no rule for opcode {insn.opcode:#x}")
