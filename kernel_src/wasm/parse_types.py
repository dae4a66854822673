"""The type section, and the types of tables and memories."""
from __future__ import annotations

from typing import Final

import kernel_src.wasm.errors as errors
from kernel_src.lib.arena import Arena, ArenaFull, alloc_slice
from kernel_src.lib.sort import compare_bytes, sort_keys
from kernel_src.wasm.decode import read_reference_type, read_value_type
from kernel_src.wasm.errors import Invalid, Malformed, Unsupported
from kernel_src.wasm.limits import (
    MAX_PAGES,
    MAX_PARAMS,
    MAX_RESULTS,
    MAX_TYPES,
)
from kernel_src.wasm.module import FuncType, MemoryType, Module, TableType
from kernel_src.wasm.reader import Reader
from pykern.lang import Ptr, Slice, Str, copy_slice, raises, ref, truncate, u8, u32, usize, zeroed

FORM_FUNCTION: Final[u8] = 0x60
# 0x4E to 0x50 and 0x5E, 0x5F: recursive groups, subtypes, structs and arrays
FORM_GC_LOW: Final[u8] = 0x4E
FORM_GC_HIGH: Final[u8] = 0x5F

LIMITS_MAXIMUM: Final[u8] = 1
LIMITS_SHARED: Final[u8] = 2
LIMITS_64: Final[u8] = 4
LIMITS_PAGE_SIZE: Final[u8] = 8
NO_MAXIMUM: Final[u32] = 0xFFFF_FFFF
LIMIT_BYTES: Final[usize] = 5


@raises(Malformed, Unsupported)
def read_count(reader: Ptr[Reader], limit: usize, reason: Str) -> usize:
    """The length of a vector. Each element takes a byte at least, so that many must be left."""
    start = reader.position
    count: usize = reader.read_u32()
    if count > limit:
        reader.failure.unsupported(reason, start)
    if count > reader.remaining():
        reader.failure.malformed(errors.UNEXPECTED_END, start)
    return count


@raises(Malformed, Unsupported, ArenaFull)
def read_type_section(reader: Ptr[Reader], arena: Ptr[Arena], module: Ptr[Module]) -> None:
    count = read_count(reader, MAX_TYPES, errors.TOO_MANY_TYPES)
    alloc_slice(arena, ref(module.types), count)
    for type in module.types:
        read_func_type(reader, type)
    number_types(arena, module.types)


@raises(Malformed, Unsupported)
def read_func_type(reader: Ptr[Reader], type: Ptr[FuncType]) -> None:
    start = reader.position
    form = reader.read_u8()
    if form >= FORM_GC_LOW and form <= FORM_GC_HIGH:
        reader.failure.unsupported(errors.NEEDS_GC, start)
    if form != FORM_FUNCTION:
        reader.failure.malformed(errors.BAD_TYPE_FORM, start)
    type.params = read_types(reader, MAX_PARAMS, errors.TOO_MANY_PARAMS)
    type.results = read_types(reader, MAX_RESULTS, errors.TOO_MANY_RESULTS)


@raises(Malformed, Unsupported)
def read_types(reader: Ptr[Reader], limit: usize, reason: Str) -> Slice[u8]:
    count = read_count(reader, limit, reason)
    start = reader.position
    for _ in range(count):
        read_value_type(reader)
    return reader.bytes[start : reader.position]


@raises(ArenaFull)
def number_types(arena: Ptr[Arena], types: Slice[FuncType]) -> None:
    """Gives equal types one number, the index of the first of them.

    Sorting brings equal types together; the sort is stable, so the first of a run is the lowest.
    """
    mark = arena.mark()
    keys: Slice[Slice[u8]] = zeroed()
    order: Slice[u32] = zeroed()
    alloc_slice(arena, ref(keys), len(types))
    alloc_slice(arena, ref(order), len(types))
    for i, type in enumerate(types):
        keys[i] = type_key(arena, type)
    sort_keys(arena, keys, order)
    for i, index in enumerate(order):
        types[index].canonical = index
        if i > 0 and compare_bytes(keys[order[i - 1]], keys[index]) == 0:
            types[index].canonical = types[order[i - 1]].canonical
    arena.reset(mark)


@raises(ArenaFull)
def type_key(arena: Ptr[Arena], type: Ptr[FuncType]) -> Slice[u8]:
    """The type as a byte string: number of parameters (two bytes), parameters, results."""
    params = len(type.params)
    key: Slice[u8] = zeroed()
    alloc_slice(arena, ref(key), 2 + params + len(type.results))
    key[0] = truncate(u8, params)
    key[1] = truncate(u8, params >> 8)
    copy_slice(key[2 : 2 + params], type.params)
    copy_slice(key[2 + params :], type.results)
    return key


@raises(Malformed, Invalid)
def read_limit(reader: Ptr[Reader], most: u32, reason: Str) -> u32:
    """A number of pages or elements. Too large a number is well-formed, up to the five bytes of a
    32-bit one.
    """
    start = reader.position
    limit = reader.read_u64()
    if reader.position - start > LIMIT_BYTES:
        reader.failure.malformed(errors.INTEGER_TOO_LONG, start)
    if limit > most:
        reader.failure.invalid(reason, start)
    return truncate(u32, limit)


@raises(Malformed, Invalid, Unsupported)
def read_table_type(reader: Ptr[Reader], table: Ptr[TableType]) -> None:
    table.element = read_reference_type(reader)
    start = reader.position
    flags = reader.read_u8()
    if flags & LIMITS_64 != 0 and flags < LIMITS_PAGE_SIZE:
        reader.failure.unsupported(errors.NEEDS_MEMORY64, start)
    if flags > LIMITS_MAXIMUM:
        reader.failure.malformed(errors.BAD_LIMITS_FLAGS, start)
    table.minimum = read_limit(reader, NO_MAXIMUM, errors.TABLE_TOO_LARGE)
    table.maximum = NO_MAXIMUM
    table.has_maximum = flags == LIMITS_MAXIMUM
    if table.has_maximum:
        table.maximum = read_limit(reader, NO_MAXIMUM, errors.TABLE_TOO_LARGE)
    if table.minimum > table.maximum:
        reader.failure.invalid(errors.LIMITS_REVERSED, start)


@raises(Malformed, Invalid, Unsupported)
def read_memory_type(reader: Ptr[Reader], memory: Ptr[MemoryType]) -> None:
    start = reader.position
    check_memory_flags(reader)
    memory.has_maximum = reader.bytes[start] & LIMITS_MAXIMUM != 0
    memory.minimum = read_limit(reader, MAX_PAGES, errors.MEMORY_TOO_LARGE)
    memory.maximum = MAX_PAGES
    if memory.has_maximum:
        memory.maximum = read_limit(reader, MAX_PAGES, errors.MEMORY_TOO_LARGE)
    if memory.minimum > memory.maximum:
        reader.failure.invalid(errors.LIMITS_REVERSED, start)


@raises(Malformed, Unsupported)
def check_memory_flags(reader: Ptr[Reader]) -> None:
    start = reader.position
    flags = reader.read_u8()
    if flags >= 2 * LIMITS_PAGE_SIZE:
        reader.failure.malformed(errors.BAD_LIMITS_FLAGS, start)
    if flags & LIMITS_PAGE_SIZE != 0:
        reader.failure.unsupported(errors.NEEDS_PAGE_SIZES, start)
    if flags & LIMITS_64 != 0:
        reader.failure.unsupported(errors.NEEDS_MEMORY64, start)
    if flags & LIMITS_SHARED != 0:
        reader.failure.unsupported(errors.NEEDS_THREADS, start)
