"""Typing rules of the instructions whose operands depend on a declaration or on the stack: locals,
globals, tables, references, drop and select. Specification 3.3.2 to 3.3.6."""
from __future__ import annotations

import kernel_src.wasm.codes as codes
import kernel_src.wasm.errors as errors
from kernel_src.lib.arena import ArenaFull
from kernel_src.wasm.decode import Instruction
from kernel_src.wasm.errors import Invalid
from kernel_src.wasm.module import ElementSegment, Global, TableType
from kernel_src.wasm.types import BOTTOM, FUNCREF, I32, is_reference
from kernel_src.wasm.validate_state import BodyValidator
from pykern.lang import Ptr, raises, u32


@raises(Invalid, ArenaFull)
def check_local(body: Ptr[BodyValidator], insn: Ptr[Instruction]) -> None:
    if insn.index >= len(body.locals):
        body.module.failure.invalid(errors.UNKNOWN_LOCAL, insn.offset)
    insn.type = body.locals[insn.index]
    if insn.opcode != codes.LOCAL_GET:
        body.pop(insn.type)
    if insn.opcode != codes.LOCAL_SET:
        body.push(insn.type)


@raises(Invalid)
def find_global(body: Ptr[BodyValidator], insn: Ptr[Instruction]) -> Ptr[Global]:
    if insn.index >= len(body.module.globals):
        body.module.failure.invalid(errors.UNKNOWN_GLOBAL, insn.offset)
    entry = body.module.globals[insn.index]
    insn.type = entry.type
    return entry


@raises(Invalid, ArenaFull)
def check_global_get(body: Ptr[BodyValidator], insn: Ptr[Instruction]) -> None:
    body.push(find_global(body, insn).type)


@raises(Invalid)
def check_global_set(body: Ptr[BodyValidator], insn: Ptr[Instruction]) -> None:
    entry = find_global(body, insn)
    if not entry.mutable:
        body.module.failure.invalid(errors.IMMUTABLE_GLOBAL, insn.offset)
    body.pop(entry.type)


@raises(Invalid)
def check_drop(body: Ptr[BodyValidator], insn: Ptr[Instruction]) -> None:
    insn.type = body.pop_any()


@raises(Invalid, ArenaFull)
def check_select(body: Ptr[BodyValidator], insn: Ptr[Instruction]) -> None:
    """Without a type immediate the operands must be numbers, and their type is the result's."""
    body.pop(I32)
    if insn.opcode == codes.SELECT_TYPED:
        body.pop(insn.type)
        body.pop(insn.type)
    else:
        second = body.pop_any()
        first = body.pop_any()
        if is_reference(first) or is_reference(second):
            body.mismatch()
        if first != second and first != BOTTOM and second != BOTTOM:
            body.mismatch()
        insn.type = second if first == BOTTOM else first
    body.push(insn.type)


@raises(Invalid, ArenaFull)
def check_is_null(body: Ptr[BodyValidator], insn: Ptr[Instruction]) -> None:
    insn.type = body.pop_any()
    if insn.type != BOTTOM and not is_reference(insn.type):
        body.mismatch()
    body.push(I32)


@raises(Invalid, ArenaFull)
def check_ref_func(body: Ptr[BodyValidator], insn: Ptr[Instruction]) -> None:
    """Only a function that is named outside of the code section, so that its use is known early."""
    if insn.index >= len(body.module.functions):
        body.module.failure.invalid(errors.UNKNOWN_FUNCTION, insn.offset)
    if not body.module.functions[insn.index].declared:
        body.module.failure.invalid(errors.UNDECLARED_FUNCTION, insn.offset)
    body.push(FUNCREF)


@raises(Invalid)
def find_table(body: Ptr[BodyValidator], insn: Ptr[Instruction], table: u32) -> Ptr[TableType]:
    if table >= len(body.module.tables):
        body.module.failure.invalid(errors.UNKNOWN_TABLE, insn.offset)
    entry = body.module.tables[table]
    insn.type = entry.element
    return entry


@raises(Invalid)
def find_element(body: Ptr[BodyValidator], insn: Ptr[Instruction]) -> Ptr[ElementSegment]:
    if insn.index >= len(body.module.elements):
        body.module.failure.invalid(errors.UNKNOWN_ELEMENT, insn.offset)
    return body.module.elements[insn.index]


@raises(Invalid, ArenaFull)
def check_table_access(body: Ptr[BodyValidator], insn: Ptr[Instruction]) -> None:
    """table.get: [i32] -> [t]; table.set: [i32 t] -> []"""
    type = find_table(body, insn, insn.index).element
    if insn.opcode == codes.TABLE_SET:
        body.pop(type)
    body.pop(I32)
    if insn.opcode == codes.TABLE_GET:
        body.push(type)


@raises(Invalid, ArenaFull)
def check_table_grow(body: Ptr[BodyValidator], insn: Ptr[Instruction]) -> None:
    """[t i32] -> [i32]"""
    type = find_table(body, insn, insn.index).element
    body.pop(I32)
    body.pop(type)
    body.push(I32)


@raises(Invalid)
def check_table_fill(body: Ptr[BodyValidator], insn: Ptr[Instruction]) -> None:
    """[i32 t i32] -> []"""
    type = find_table(body, insn, insn.index).element
    body.pop(I32)
    body.pop(type)
    body.pop(I32)


@raises(Invalid)
def check_table_init(body: Ptr[BodyValidator], insn: Ptr[Instruction]) -> None:
    segment = find_element(body, insn)
    if find_table(body, insn, insn.index2).element != segment.type:
        body.mismatch()
    pop_range(body)


@raises(Invalid)
def check_table_copy(body: Ptr[BodyValidator], insn: Ptr[Instruction]) -> None:
    source = find_table(body, insn, insn.index2).element
    if find_table(body, insn, insn.index).element != source:
        body.mismatch()
    pop_range(body)


@raises(Invalid)
def pop_range(body: Ptr[BodyValidator]) -> None:
    """Destination, source and length."""
    body.pop(I32)
    body.pop(I32)
    body.pop(I32)
