"""The sections with bulk content: element segments, function bodies, data segments."""
from __future__ import annotations

from typing import Final

import kernel_src.wasm.errors as errors
from kernel_src.lib.arena import Arena, ArenaFull, alloc_slice
from kernel_src.wasm.const_expr import check_const_expr
from kernel_src.wasm.decode import read_reference_type
from kernel_src.wasm.errors import Invalid, Malformed, Unsupported
from kernel_src.wasm.limits import (
    MAX_BODY_BYTES,
    MAX_DATA_SEGMENTS,
    MAX_ELEMENT_SEGMENTS,
    MAX_FUNCTIONS,
    MAX_TABLE_ENTRIES,
)
from kernel_src.wasm.module import (
    SEGMENT_ACTIVE,
    SEGMENT_DECLARED,
    SEGMENT_PASSIVE,
    DataSegment,
    ElementSegment,
    Module,
)
from kernel_src.wasm.parse_types import read_count
from kernel_src.wasm.reader import Reader
from kernel_src.wasm.types import FUNCREF, I32
from pykern.lang import Ptr, raises, ref, truncate, u8, u32

# Flags of an element segment (specification 5.5.12)
ELEMENT_NOT_ACTIVE: Final[u32] = 1
ELEMENT_EXPLICIT: Final[u32] = 2  # active: a table index; else: declared, not passive
ELEMENT_EXPRESSIONS: Final[u32] = 4
# Flags of a data segment (specification 5.5.14)
DATA_PASSIVE: Final[u32] = 1
DATA_EXPLICIT: Final[u32] = 2  # active, with a memory index


@raises(Malformed, Invalid, Unsupported, ArenaFull)
def read_element_section(reader: Ptr[Reader], arena: Ptr[Arena], module: Ptr[Module]) -> None:
    count = read_count(reader, MAX_ELEMENT_SEGMENTS, errors.TOO_MANY_ELEMENT_SEGMENTS)
    alloc_slice(arena, ref(module.elements), count)
    for segment in module.elements:
        read_element_segment(reader, module, segment)


@raises(Malformed, Invalid, Unsupported)
def read_element_segment(
    reader: Ptr[Reader], module: Ptr[Module], segment: Ptr[ElementSegment]
) -> None:
    start = reader.position
    flags = reader.read_u32()
    if flags >= 2 * ELEMENT_EXPRESSIONS:
        reader.failure.malformed(errors.BAD_ELEMENT_FLAGS, start)
    segment.mode = element_mode(flags)
    segment.expressions = flags & ELEMENT_EXPRESSIONS != 0
    segment.type = FUNCREF
    if segment.mode == SEGMENT_ACTIVE:
        if flags & ELEMENT_EXPLICIT != 0:
            segment.table = reader.read_u32()
        if segment.table >= len(module.tables):
            reader.failure.invalid(errors.UNKNOWN_TABLE, start)
        segment.offset_start = truncate(u32, reader.position)
        check_const_expr(reader, module, I32, truncate(u32, len(module.globals)))
        segment.offset_end = truncate(u32, reader.position)
    if flags & (ELEMENT_NOT_ACTIVE | ELEMENT_EXPLICIT) != 0:
        read_element_type(reader, segment)
    if segment.mode == SEGMENT_ACTIVE and module.tables[segment.table].element != segment.type:
        reader.failure.invalid(errors.TYPE_MISMATCH, start)
    read_items(reader, module, segment)


def element_mode(flags: u32) -> u8:
    if flags & ELEMENT_NOT_ACTIVE == 0:
        return SEGMENT_ACTIVE
    return SEGMENT_DECLARED if flags & ELEMENT_EXPLICIT != 0 else SEGMENT_PASSIVE


@raises(Malformed, Unsupported)
def read_element_type(reader: Ptr[Reader], segment: Ptr[ElementSegment]) -> None:
    """A reference type before expressions; before indices a zero, which stands for functions."""
    if segment.expressions:
        segment.type = read_reference_type(reader)
    elif reader.read_u8() != 0:
        reader.failure.malformed(errors.BAD_ELEMENT_FLAGS, reader.position - 1)


@raises(Malformed, Invalid, Unsupported)
def read_items(reader: Ptr[Reader], module: Ptr[Module], segment: Ptr[ElementSegment]) -> None:
    count = read_count(reader, MAX_TABLE_ENTRIES, errors.TOO_MANY_ELEMENTS)
    segment.count = truncate(u32, count)
    segment.items_start = truncate(u32, reader.position)
    for _ in range(count):
        start = reader.position
        if segment.expressions:
            check_const_expr(reader, module, segment.type, truncate(u32, len(module.globals)))
        else:
            index = reader.read_u32()
            if index >= len(module.functions):
                reader.failure.invalid(errors.UNKNOWN_FUNCTION, start)
            module.functions[index].declared = True


@raises(Malformed, Unsupported)
def read_data_count_section(reader: Ptr[Reader], module: Ptr[Module]) -> None:
    start = reader.position
    module.data_count = reader.read_u32()
    module.has_data_count = True
    if module.data_count > MAX_DATA_SEGMENTS:
        reader.failure.unsupported(errors.TOO_MANY_DATA_SEGMENTS, start)


@raises(Malformed, Unsupported)
def read_code_section(reader: Ptr[Reader], module: Ptr[Module]) -> None:
    start = reader.position
    count = read_count(reader, MAX_FUNCTIONS, errors.TOO_MANY_FUNCTIONS)
    if count != len(module.functions) - module.imported_functions:
        reader.failure.malformed(errors.CODE_COUNT, start)
    module.bodies = truncate(u32, count)
    for function in module.functions[module.imported_functions :]:
        start = reader.position
        size = reader.read_size()
        if size > MAX_BODY_BYTES:
            reader.failure.unsupported(errors.BODY_TOO_LARGE, start)
        function.body_start = truncate(u32, reader.position)
        reader.position += size
        function.body_end = truncate(u32, reader.position)


@raises(Malformed, Invalid, Unsupported, ArenaFull)
def read_data_section(reader: Ptr[Reader], arena: Ptr[Arena], module: Ptr[Module]) -> None:
    start = reader.position
    count = read_count(reader, MAX_DATA_SEGMENTS, errors.TOO_MANY_DATA_SEGMENTS)
    if module.has_data_count and count != module.data_count:
        reader.failure.malformed(errors.DATA_COUNT, start)
    alloc_slice(arena, ref(module.data), count)
    for segment in module.data:
        read_data_segment(reader, module, segment)


@raises(Malformed, Invalid, Unsupported)
def read_data_segment(reader: Ptr[Reader], module: Ptr[Module], segment: Ptr[DataSegment]) -> None:
    start = reader.position
    flags = reader.read_u32()
    if flags > DATA_EXPLICIT:
        reader.failure.malformed(errors.BAD_DATA_FLAGS, start)
    segment.mode = SEGMENT_PASSIVE if flags == DATA_PASSIVE else SEGMENT_ACTIVE
    if flags == DATA_EXPLICIT:
        segment.memory = reader.read_u32()
    if segment.mode == SEGMENT_ACTIVE:
        if segment.memory >= len(module.memories):
            reader.failure.invalid(errors.UNKNOWN_MEMORY, start)
        segment.offset_start = truncate(u32, reader.position)
        check_const_expr(reader, module, I32, truncate(u32, len(module.globals)))
        segment.offset_end = truncate(u32, reader.position)
    segment.bytes = reader.read_bytes(reader.read_size())
