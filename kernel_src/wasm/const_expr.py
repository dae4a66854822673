"""Constant expressions: initial values of globals, places of segments, items of element segments.

Checked when the section is read, computed when the module is instantiated. Both walk the
instructions with a small stack; `extended constants` (add, subtract, multiply) are what makes it
deeper than one. Specification 3.3.10.
"""
from __future__ import annotations

from typing import Final

import kernel_src.wasm.codes as codes
import kernel_src.wasm.errors as errors
import kernel_src.wasm.opcodes as opcodes
from kernel_src.wasm.decode import Instruction, decode
from kernel_src.wasm.errors import Invalid, Malformed, Unsupported
from kernel_src.wasm.module import Module
from kernel_src.wasm.reader import Reader
from kernel_src.wasm.types import FUNCREF, I32, I64
from pykern.lang import (
    Array,
    Ptr,
    Slice,
    raises,
    struct,
    u8,
    u16,
    u32,
    u64,
    usize,
    wrapping,
    zeroed,
)

MAX_CONST_DEPTH: Final[usize] = 64
NULL_REFERENCE: Final[u64] = 0


@struct
class TypeStack:
    types: Array[u8, MAX_CONST_DEPTH] = zeroed()
    count: usize = 0


@raises(Malformed, Invalid, Unsupported)
def check_const_expr(
    reader: Ptr[Reader], module: Ptr[Module], expected: u8, known_globals: u32
) -> None:
    """Reads an expression up to its `end` and checks that it is constant and of type `expected`."""
    start = reader.position
    stack = TypeStack()
    insn: Instruction = zeroed()
    while True:
        decode(reader, module, insn)
        if insn.opcode == codes.END:
            break
        check_const_instruction(module, insn, stack, known_globals)
    if stack.count != 1 or stack.types[0] != expected:
        module.failure.invalid(errors.TYPE_MISMATCH, start)


@raises(Invalid, Unsupported)
def check_const_instruction(
    module: Ptr[Module], insn: Ptr[Instruction], stack: Ptr[TypeStack], known_globals: u32
) -> None:
    match insn.opcode:
        case codes.I32_CONST | codes.I64_CONST | codes.F32_CONST | codes.F64_CONST:
            push(module, insn, stack, opcodes.RESULTS[insn.opcode])
        case codes.REF_NULL:
            push(module, insn, stack, insn.type)
        case codes.REF_FUNC:
            if insn.index >= len(module.functions):
                module.failure.invalid(errors.UNKNOWN_FUNCTION, insn.offset)
            module.functions[insn.index].declared = True
            push(module, insn, stack, FUNCREF)
        case codes.GLOBAL_GET:
            if insn.index >= known_globals:
                module.failure.invalid(errors.UNKNOWN_GLOBAL, insn.offset)
            if module.globals[insn.index].mutable:
                module.failure.invalid(errors.CONSTANT_REQUIRED, insn.offset)
            push(module, insn, stack, module.globals[insn.index].type)
        case codes.I32_ADD | codes.I32_SUB | codes.I32_MUL:
            check_binary(module, insn, stack, I32)
        case codes.I64_ADD | codes.I64_SUB | codes.I64_MUL:
            check_binary(module, insn, stack, I64)
        case _:
            module.failure.invalid(errors.CONSTANT_REQUIRED, insn.offset)


@raises(Unsupported)
def push(module: Ptr[Module], insn: Ptr[Instruction], stack: Ptr[TypeStack], type: u8) -> None:
    if stack.count == MAX_CONST_DEPTH:
        module.failure.unsupported(errors.CONSTANT_TOO_DEEP, insn.offset)
    stack.types[stack.count] = type
    stack.count += 1


@raises(Invalid)
def check_binary(
    module: Ptr[Module], insn: Ptr[Instruction], stack: Ptr[TypeStack], type: u8
) -> None:
    if stack.count < 2:
        module.failure.invalid(errors.TYPE_MISMATCH, insn.offset)
    if stack.types[stack.count - 1] != type or stack.types[stack.count - 2] != type:
        module.failure.invalid(errors.TYPE_MISMATCH, insn.offset)
    stack.count -= 1


@struct
class ConstValues:
    """What an expression may refer to when it is computed, as the instance represents it."""

    globals: Slice[u64]
    # A reference to function i is the address of its record: functions + i * function_bytes
    functions: u64
    function_bytes: u64


@raises(Malformed, Invalid, Unsupported)
def evaluate_at(module: Ptr[Module], start: u32, known: Ptr[ConstValues]) -> u64:
    """The value of the checked expression at offset `start`: a number's bits, or a reference."""
    reader = Reader(
        bytes=module.bytes, position=start, end=len(module.bytes), failure=module.failure
    )
    return evaluate(reader, module, known)


@raises(Malformed, Invalid, Unsupported)
def evaluate(reader: Ptr[Reader], module: Ptr[Module], known: Ptr[ConstValues]) -> u64:
    """As `evaluate_at`, for the expression at the reader's position; leaves it behind the `end`."""
    values: Array[u64, MAX_CONST_DEPTH] = zeroed()
    count: usize = 0
    insn: Instruction = zeroed()
    while True:
        decode(reader, module, insn)
        match insn.opcode:
            case codes.END:
                return values[0]
            case codes.REF_NULL:
                values[count] = NULL_REFERENCE
                count += 1
            case codes.REF_FUNC:
                values[count] = known.functions + known.function_bytes * insn.index
                count += 1
            case codes.GLOBAL_GET:
                values[count] = known.globals[insn.index]
                count += 1
            case codes.I32_CONST | codes.I64_CONST | codes.F32_CONST | codes.F64_CONST:
                values[count] = insn.value
                count += 1
            case _:
                count -= 1
                values[count - 1] = compute(insn.opcode, values[count - 1], values[count])


@wrapping
def compute(opcode: u16, a: u64, b: u64) -> u64:
    """An i32 result keeps its upper half clear."""
    match opcode:
        case codes.I32_ADD:
            return (a + b) & 0xFFFF_FFFF
        case codes.I32_SUB:
            return (a - b) & 0xFFFF_FFFF
        case codes.I32_MUL:
            return (a * b) & 0xFFFF_FFFF
        case codes.I64_ADD:
            return a + b
        case codes.I64_SUB:
            return a - b
        case _:
            return a * b
