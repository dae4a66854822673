"""One instruction: bytes -> `Instruction`.

Decoding checks what the binary format demands (a known opcode, well-formed immediates, indices into
the module that must exist to give the immediates a meaning: the type of a block). Everything else,
indices included, is for the validator.

`Instruction` is what validator and compiler share. `next_instruction` (validate.py) fills one
after the other; the fields below "set by the validator" are true once it has returned.
"""
from __future__ import annotations

from typing import Final

import kernel_src.wasm.errors as errors
import kernel_src.wasm.opcodes as opcodes
from kernel_src.wasm.errors import Invalid, Malformed, Unsupported
from kernel_src.wasm.foreign_names import (
    RELAXED_FIRST,
    WIDE_FIRST,
    WIDE_LAST,
    WIDE_NAMES,
    atomic_name,
    gc_name,
    vector_name,
)
from kernel_src.wasm.module import Module
from kernel_src.wasm.reader import Reader
from kernel_src.wasm.types import EXTERNREF, FUNCREF, V128, is_reference, is_value_type
from pykern.lang import Ptr, Slice, i64, raises, struct, truncate, u8, u16, u32, u64, usize

BLOCK_TYPE_EMPTY: Final[u8] = 0x40
# The memory index follows the alignment if this bit of it is set
ACCESS_HAS_MEMORY: Final[u32] = 0x40


@struct
class Instruction:
    offset: u32  # of the opcode in the module
    next: u32  # offset after the last immediate
    opcode: u16  # codes.*: 0x100 is added to the number after the prefix fc
    # Immediates; which are used, says the comment beside each opcodes.IMMEDIATE_*
    type: u8  # set by the validator too, for `drop`, `select`, `local.*`, `global.*`, `table.*`
    align: u8  # power of two
    index: u32
    index2: u32
    value: u64  # a constant's bits; the offset of a load or store
    targets_start: u32  # br_table: offset of the first label in the module (LEB128 each),
    targets_count: u32  # and their number without the default, which is in `index`
    # block, loop, if: their type, from the decoder. Set by the validator: the type of what is
    # called (call*, return_call*), the label's types in `results` (br, br_if, br_table: of the
    # default), the frame's results (`end`, `else`, `return`; `else` has the frame's params as
    # well).
    params: Slice[u8]
    results: Slice[u8]
    # Set by the validator
    live: bool  # it can be reached: false only on an `else` or `end`, see validate.py
    depth: u32  # nesting before it: 0 is the function's own frame


@raises(Malformed, Invalid, Unsupported)
def decode(reader: Ptr[Reader], module: Ptr[Module], insn: Ptr[Instruction]) -> None:
    """Reads the instruction at the reader's position into `insn`."""
    insn.offset = truncate(u32, reader.position)
    insn.opcode = read_opcode(reader)
    read_immediates(reader, module, insn, opcodes.IMMEDIATES[insn.opcode])
    insn.next = truncate(u32, reader.position)


@raises(Malformed, Unsupported)
def read_opcode(reader: Ptr[Reader]) -> u16:
    start = reader.position
    code = reader.read_u8()
    if code < opcodes.PREFIX_GC:
        return u16(code)
    if code == 0xFF:
        reader.failure.malformed(errors.ILLEGAL_OPCODE, start)
    number = reader.read_u32()
    if code == opcodes.PREFIX_GC:
        reader.failure.unsupported(errors.NEEDS_GC, start, gc_name(number))
    if code == opcodes.PREFIX_SIMD:
        needed = errors.NEEDS_SIMD if number < RELAXED_FIRST else errors.NEEDS_RELAXED_SIMD
        reader.failure.unsupported(needed, start, vector_name(number))
    if code == opcodes.PREFIX_THREADS:
        reader.failure.unsupported(errors.NEEDS_THREADS, start, atomic_name(number))
    if number >= WIDE_FIRST and number <= WIDE_LAST:
        reader.failure.unsupported(errors.NEEDS_WIDE_ARITHMETIC, start, WIDE_NAMES[number])
    if number >= opcodes.MISC_COUNT:
        reader.failure.malformed(errors.ILLEGAL_OPCODE, start)
    return opcodes.MISC_BASE + truncate(u16, number)


@raises(Malformed, Invalid, Unsupported)
def read_immediates(
    reader: Ptr[Reader], module: Ptr[Module], insn: Ptr[Instruction], kind: u8
) -> None:
    match kind:
        case opcodes.IMMEDIATE_NONE:
            pass
        case opcodes.IMMEDIATE_BLOCK:
            read_block_type(reader, module, insn)
        case opcodes.IMMEDIATE_LABELS:
            read_labels(reader, insn)
        case opcodes.IMMEDIATE_ACCESS:
            read_access(reader, insn)
        case opcodes.IMMEDIATE_I32:
            insn.value = reader.read_i32()
        case opcodes.IMMEDIATE_I64:
            insn.value = reader.read_i64()
        case opcodes.IMMEDIATE_F32:
            insn.value = reader.read_fixed_u32()
        case opcodes.IMMEDIATE_F64:
            insn.value = reader.read_fixed_u64()
        case opcodes.IMMEDIATE_TYPES:
            read_select_types(reader, insn)
        case opcodes.IMMEDIATE_REFERENCE:
            insn.type = read_heap_type(reader)
        case _:
            if kind >= opcodes.IMMEDIATE_UNKNOWN:
                refuse(reader, insn, kind)
            insn.index = reader.read_u32()
            if has_two_indices(kind):
                insn.index2 = reader.read_u32()


def has_two_indices(kind: u8) -> bool:
    return (
        kind == opcodes.IMMEDIATE_TYPE_TABLE
        or kind == opcodes.IMMEDIATE_TABLES
        or kind == opcodes.IMMEDIATE_MEMORIES
        or kind == opcodes.IMMEDIATE_DATA_MEMORY
        or kind == opcodes.IMMEDIATE_ELEM_TABLE
    )


@raises(Malformed, Unsupported)
def refuse(reader: Ptr[Reader], insn: Ptr[Instruction], kind: u8) -> None:
    """Names an instruction of a proposal that the engine does not have."""
    name = opcodes.NAMES[insn.opcode]
    if kind == opcodes.IMMEDIATE_EXCEPTIONS:
        reader.failure.unsupported(errors.NEEDS_EXCEPTIONS, insn.offset, name)
    if kind == opcodes.IMMEDIATE_REFERENCES:
        reader.failure.unsupported(errors.NEEDS_TYPED_REFERENCES, insn.offset, name)
    if kind == opcodes.IMMEDIATE_GC:
        reader.failure.unsupported(errors.NEEDS_GC, insn.offset, name)
    reader.failure.malformed(errors.ILLEGAL_OPCODE, insn.offset)


@raises(Malformed, Invalid, Unsupported)
def read_block_type(reader: Ptr[Reader], module: Ptr[Module], insn: Ptr[Instruction]) -> None:
    """Nothing (0x40), one value type, or the index of a function type (specification 5.4.1)."""
    start = reader.position
    code = reader.peek_u8()
    insn.params = module.bytes[start:start]
    if code == BLOCK_TYPE_EMPTY or is_value_type(code):
        reader.position = start + 1
        insn.results = module.bytes[start : start + usize(code != BLOCK_TYPE_EMPTY)]
        return
    index = reader.read_i33()
    if index < 0:
        reader.position = start
        read_value_type(reader)
    if index >= i64(len(module.types)):
        reader.failure.invalid(errors.UNKNOWN_TYPE, start)
    type = module.types[usize(index)]
    insn.params = type.params
    insn.results = type.results


@raises(Malformed)
def read_labels(reader: Ptr[Reader], insn: Ptr[Instruction]) -> None:
    """br_table: the labels are left where they are; the default goes to `index`."""
    start = reader.position
    count = reader.read_u32()
    if count > reader.remaining():
        reader.failure.malformed(errors.UNEXPECTED_END, start)
    insn.targets_count = count
    insn.targets_start = truncate(u32, reader.position)
    for _ in range(count):
        reader.read_u32()
    insn.index = reader.read_u32()


@raises(Malformed)
def read_access(reader: Ptr[Reader], insn: Ptr[Instruction]) -> None:
    """Alignment, memory and offset of a load or store (specification 5.4.6)."""
    start = reader.position
    align = reader.read_u32()
    insn.index = 0
    if align & ACCESS_HAS_MEMORY != 0 and align < 2 * ACCESS_HAS_MEMORY:
        align -= ACCESS_HAS_MEMORY
        insn.index = reader.read_u32()
    if align >= ACCESS_HAS_MEMORY:
        reader.failure.malformed(errors.BAD_MEMORY_FLAGS, start)
    insn.align = truncate(u8, align)
    insn.value = reader.read_u64()


@raises(Malformed, Invalid, Unsupported)
def read_select_types(reader: Ptr[Reader], insn: Ptr[Instruction]) -> None:
    start = reader.position
    if reader.read_u32() != 1:
        reader.failure.invalid(errors.INVALID_RESULT_ARITY, start)
    insn.type = read_value_type(reader)


@raises(Malformed, Unsupported)
def read_value_type(reader: Ptr[Reader]) -> u8:
    start = reader.position
    type = reader.read_u8()
    if is_value_type(type):
        return type
    if type == V128:
        reader.failure.unsupported(errors.NEEDS_SIMD, start)
    refuse_reference_type(reader, type)
    reader.failure.malformed(errors.BAD_VALUE_TYPE, start)
    return type


@raises(Malformed, Unsupported)
def read_reference_type(reader: Ptr[Reader]) -> u8:
    start = reader.position
    type = reader.read_u8()
    if is_reference(type):
        return type
    refuse_reference_type(reader, type)
    reader.failure.malformed(errors.BAD_REFERENCE_TYPE, start)
    return type


@raises(Malformed, Unsupported)
def read_heap_type(reader: Ptr[Reader]) -> u8:
    """The immediate of ref.null: `func`, `extern`, or what later versions add (an index too)."""
    start = reader.position
    index = reader.read_i33()
    if index == FUNCREF_AS_INDEX:
        return FUNCREF
    if index == EXTERNREF_AS_INDEX:
        return EXTERNREF
    if index >= 0:
        reader.failure.unsupported(errors.NEEDS_TYPED_REFERENCES, start)
    reader.position = start
    return read_reference_type(reader)


# One-byte codes read as signed numbers of 7 bits
FUNCREF_AS_INDEX: Final[i64] = 0x70 - 0x80
EXTERNREF_AS_INDEX: Final[i64] = 0x6F - 0x80


@raises(Unsupported)
def refuse_reference_type(reader: Ptr[Reader], code: u8) -> None:
    """Refuses the reference types of later versions by the proposal they belong to.

    0x63 and 0x64 are (ref null ht) and (ref ht); 0x69 and 0x74 exn and noexn; the rest of 0x6A to
    0x73 are the heap types of garbage collection.
    """
    if code == 0x63 or code == 0x64:
        reader.failure.unsupported(errors.NEEDS_TYPED_REFERENCES, reader.position - 1)
    if code == 0x69 or code == 0x74:
        reader.failure.unsupported(errors.NEEDS_EXCEPTIONS, reader.position - 1)
    if code >= 0x6A and code <= 0x73:
        reader.failure.unsupported(errors.NEEDS_GC, reader.position - 1)
