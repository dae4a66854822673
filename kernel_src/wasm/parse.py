"""Bytes -> `Module`: the sections in order, each checked as it is read.

Only function bodies are left for later: their ranges are recorded, and `BodyValidator` checks one
when it is compiled. Counts are compared with the bytes that are left, and with `limits`, before a
table is allocated for them, so memory is linear in the module's size. Specification 5.5, 3.5.
"""
from __future__ import annotations

from typing import Final

import kernel_src.wasm.errors as errors
import kernel_src.wasm.types as types
from kernel_src.lib.arena import Arena, ArenaFull
from kernel_src.lib.bytes import same_bytes
from kernel_src.wasm.errors import Invalid, Malformed, Unsupported
from kernel_src.wasm.limits import MAX_MODULE_BYTES
from kernel_src.wasm.module import Module
from kernel_src.wasm.parse_entities import (
    read_export_section,
    read_function_section,
    read_global_section,
    read_import_section,
    read_memory_section,
    read_start_section,
    read_table_section,
)
from kernel_src.wasm.parse_segments import (
    read_code_section,
    read_data_count_section,
    read_data_section,
    read_element_section,
)
from kernel_src.wasm.parse_types import read_type_section
from kernel_src.wasm.reader import Reader
from pykern.lang import Array, Ptr, Slice, raises, truncate, u8, u32, usize, utf8, zero

MAGIC: Final[u32] = 0x6D73_6100  # "\0asm"
VERSION: Final[u32] = 1
COMPONENT_LAYER: Final[u32] = 0x1_0000  # a component has a 1 in the upper half of the version

# Where each section id comes in a module: tag (13) after memory, data count (12) before code.
SECTION_RANK: Final[Array[u8, 14]] = Array(0, 1, 2, 3, 4, 5, 7, 8, 9, 10, 12, 13, 11, 6)


@raises(Malformed, Invalid, Unsupported, ArenaFull)
def parse_module(bytes: Slice[u8], arena: Ptr[Arena], module: Ptr[Module]) -> None:
    """Decodes `bytes` into `module`, whose tables are allocated from `arena`.

    `module` keeps `bytes`. On an error `module.failure` says what and where.
    """
    zero(module)
    module.bytes = bytes
    if len(bytes) > MAX_MODULE_BYTES:
        module.failure.unsupported(errors.MODULE_TOO_LARGE, 0)
    reader = Reader(bytes=bytes, position=0, end=len(bytes), failure=module.failure)
    read_header(reader)
    last_rank: u8 = 0
    while not reader.at_end():
        start = reader.position
        id = reader.read_u8()
        size = reader.read_size()
        reader.end = reader.position + size
        if id != types.SECTION_CUSTOM:
            check_order(reader, id, last_rank, start)
            last_rank = SECTION_RANK[id]
        read_section(reader, arena, module, id)
        if reader.position != reader.end:
            module.failure.malformed(errors.SECTION_SIZE, reader.position)
        reader.end = len(bytes)
    check_counts(reader, module)


@raises(Malformed, Unsupported)
def read_header(reader: Ptr[Reader]) -> None:
    if reader.read_fixed_u32() != MAGIC:
        reader.failure.malformed(errors.BAD_MAGIC, 0)
    version = reader.read_fixed_u32()
    if version & 0xFFFF_0000 == COMPONENT_LAYER:
        reader.failure.unsupported(errors.NEEDS_COMPONENTS, 4)
    if version != VERSION:
        reader.failure.malformed(errors.BAD_VERSION, 4)


@raises(Malformed)
def check_order(reader: Ptr[Reader], id: u8, last_rank: u8, start: usize) -> None:
    if id >= len(SECTION_RANK):
        reader.failure.malformed(errors.BAD_SECTION_ID, start)
    if SECTION_RANK[id] <= last_rank:
        reader.failure.malformed(errors.SECTION_ORDER, start)


@raises(Malformed, Invalid, Unsupported, ArenaFull)
def read_section(reader: Ptr[Reader], arena: Ptr[Arena], module: Ptr[Module], id: u8) -> None:
    match id:
        case types.SECTION_CUSTOM:
            read_custom_section(reader, module)
        case types.SECTION_TYPE:
            read_type_section(reader, arena, module)
        case types.SECTION_IMPORT:
            read_import_section(reader, arena, module)
        case types.SECTION_FUNCTION:
            read_function_section(reader, arena, module)
        case types.SECTION_TABLE:
            read_table_section(reader, arena, module)
        case types.SECTION_MEMORY:
            read_memory_section(reader, arena, module)
        case types.SECTION_GLOBAL:
            read_global_section(reader, arena, module)
        case types.SECTION_EXPORT:
            read_export_section(reader, arena, module)
        case types.SECTION_START:
            read_start_section(reader, module)
        case types.SECTION_ELEMENT:
            read_element_section(reader, arena, module)
        case types.SECTION_DATA_COUNT:
            read_data_count_section(reader, module)
        case types.SECTION_CODE:
            read_code_section(reader, module)
        case types.SECTION_DATA:
            read_data_section(reader, arena, module)
        case _:
            reader.failure.unsupported(errors.NEEDS_EXCEPTIONS, reader.position)


@raises(Malformed, Unsupported)
def read_custom_section(reader: Ptr[Reader], module: Ptr[Module]) -> None:
    """Only "name" means something here, and its content is read when a backtrace asks for it."""
    name = reader.read_name()
    if same_bytes(name, utf8("name")) and module.names_end == 0:
        module.names_start = truncate(u32, reader.position)
        module.names_end = truncate(u32, reader.end)
    reader.position = reader.end


@raises(Malformed)
def check_counts(reader: Ptr[Reader], module: Ptr[Module]) -> None:
    """A module may leave a section out where its count is zero; then the other must be zero too."""
    defined = len(module.functions) - module.imported_functions
    if module.bodies != defined:
        reader.failure.malformed(errors.CODE_COUNT, reader.position)
    if module.has_data_count and module.data_count != len(module.data):
        reader.failure.malformed(errors.DATA_COUNT, reader.position)
