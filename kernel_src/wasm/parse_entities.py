"""The sections that fill the index spaces (imports, functions, tables, memories, globals), and
those that name entries of them (exports, start)."""
from __future__ import annotations

from typing import Final, TypeVar

import kernel_src.wasm.errors as errors
import kernel_src.wasm.types as types
from kernel_src.lib.arena import Arena, ArenaFull, alloc_slice
from kernel_src.lib.bytes import same_bytes
from kernel_src.lib.sort import sort_keys
from kernel_src.wasm.const_expr import check_const_expr
from kernel_src.wasm.decode import read_value_type
from kernel_src.wasm.errors import Invalid, Malformed, Unsupported
from kernel_src.wasm.limits import (
    MAX_EXPORTS,
    MAX_FUNCTIONS,
    MAX_GLOBALS,
    MAX_IMPORTS,
    MAX_MEMORIES,
    MAX_TABLES,
)
from kernel_src.wasm.module import Export, Global, Import, Module
from kernel_src.wasm.parse_types import read_count, read_memory_type, read_table_type
from kernel_src.wasm.reader import Reader
from pykern.lang import (
    Ptr,
    Slice,
    Str,
    address_of,
    copy_slice,
    load,
    raises,
    ref,
    truncate,
    u8,
    u32,
    usize,
    zeroed,
)

T = TypeVar("T")

# A table with an initial value starts with this byte where others have their type
TABLE_WITH_VALUE: Final[u8] = 0x40


@raises(Malformed, Invalid, Unsupported, ArenaFull)
def read_import_section(reader: Ptr[Reader], arena: Ptr[Arena], module: Ptr[Module]) -> None:
    """Each import becomes the next entry of its index space.

    How many there are of each kind is known only at the end, so each index space gets room for all;
    what is too much is cut off when the section that defines more of the kind extends it.
    """
    count = read_count(reader, MAX_IMPORTS, errors.TOO_MANY_IMPORTS)
    alloc_slice(arena, ref(module.imports), count)
    alloc_slice(arena, ref(module.functions), count)
    alloc_slice(arena, ref(module.tables), count)
    alloc_slice(arena, ref(module.memories), count)
    alloc_slice(arena, ref(module.globals), count)
    for entry in module.imports:
        read_import(reader, module, entry)
    module.functions = module.functions[: module.imported_functions]
    module.tables = module.tables[: module.imported_tables]
    module.memories = module.memories[: module.imported_memories]
    module.globals = module.globals[: module.imported_globals]
    check_number(reader, len(module.tables), MAX_TABLES, errors.TOO_MANY_TABLES)
    check_number(reader, len(module.memories), MAX_MEMORIES, errors.TOO_MANY_MEMORIES)


@raises(Malformed, Invalid, Unsupported)
def read_import(reader: Ptr[Reader], module: Ptr[Module], entry: Ptr[Import]) -> None:
    entry.offset = truncate(u32, reader.position)
    entry.module = reader.read_name()
    entry.name = reader.read_name()
    entry.kind = reader.read_u8()
    match entry.kind:
        case types.KIND_FUNCTION:
            entry.index = module.imported_functions
            module.functions[entry.index].type = read_type_index(reader, module)
            module.imported_functions += 1
        case types.KIND_TABLE:
            entry.index = module.imported_tables
            read_table_type(reader, module.tables[entry.index])
            module.imported_tables += 1
        case types.KIND_MEMORY:
            entry.index = module.imported_memories
            read_memory_type(reader, module.memories[entry.index])
            module.imported_memories += 1
        case types.KIND_GLOBAL:
            entry.index = module.imported_globals
            read_global_type(reader, module.globals[entry.index])
            module.imported_globals += 1
        case types.KIND_TAG:
            reader.failure.unsupported(errors.NEEDS_EXCEPTIONS, reader.position - 1)
        case _:
            reader.failure.malformed(errors.BAD_IMPORT_KIND, reader.position - 1)


@raises(Malformed, Invalid)
def read_type_index(reader: Ptr[Reader], module: Ptr[Module]) -> u32:
    start = reader.position
    index = reader.read_u32()
    if index >= len(module.types):
        reader.failure.invalid(errors.UNKNOWN_TYPE, start)
    return index


@raises(Malformed, Unsupported)
def read_global_type(reader: Ptr[Reader], entry: Ptr[Global]) -> None:
    entry.type = read_value_type(reader)
    mutability = reader.read_u8()
    if mutability > 1:
        reader.failure.malformed(errors.BAD_MUTABILITY, reader.position - 1)
    entry.mutable = mutability == 1


@raises(Unsupported)
def check_number(reader: Ptr[Reader], number: usize, limit: usize, reason: Str) -> None:
    if number > limit:
        reader.failure.unsupported(reason, reader.position)


@raises(ArenaFull)
def extend(arena: Ptr[Arena], space: Ptr[Slice[T]], count: usize) -> None:
    """Adds `count` entries to an index space that has its imports already."""
    imported = load(space)
    alloc_slice(arena, space, len(imported) + count)
    copy_slice(load(space)[: len(imported)], imported)


@raises(Malformed, Invalid, Unsupported, ArenaFull)
def read_function_section(reader: Ptr[Reader], arena: Ptr[Arena], module: Ptr[Module]) -> None:
    count = read_count(reader, MAX_FUNCTIONS, errors.TOO_MANY_FUNCTIONS)
    extend(arena, ref(module.functions), count)
    check_number(reader, len(module.functions), MAX_FUNCTIONS, errors.TOO_MANY_FUNCTIONS)
    for function in module.functions[module.imported_functions :]:
        function.type = read_type_index(reader, module)


@raises(Malformed, Invalid, Unsupported, ArenaFull)
def read_table_section(reader: Ptr[Reader], arena: Ptr[Arena], module: Ptr[Module]) -> None:
    count = read_count(reader, MAX_TABLES, errors.TOO_MANY_TABLES)
    extend(arena, ref(module.tables), count)
    check_number(reader, len(module.tables), MAX_TABLES, errors.TOO_MANY_TABLES)
    for table in module.tables[module.imported_tables :]:
        if reader.peek_u8() == TABLE_WITH_VALUE:
            reader.failure.unsupported(errors.NEEDS_TYPED_REFERENCES, reader.position)
        read_table_type(reader, table)


@raises(Malformed, Invalid, Unsupported, ArenaFull)
def read_memory_section(reader: Ptr[Reader], arena: Ptr[Arena], module: Ptr[Module]) -> None:
    count = read_count(reader, MAX_MEMORIES, errors.TOO_MANY_MEMORIES)
    extend(arena, ref(module.memories), count)
    check_number(reader, len(module.memories), MAX_MEMORIES, errors.TOO_MANY_MEMORIES)
    for memory in module.memories[module.imported_memories :]:
        read_memory_type(reader, memory)


@raises(Malformed, Invalid, Unsupported, ArenaFull)
def read_global_section(reader: Ptr[Reader], arena: Ptr[Arena], module: Ptr[Module]) -> None:
    """An initial value may use the globals before it, imported or not."""
    count = read_count(reader, MAX_GLOBALS, errors.TOO_MANY_GLOBALS)
    extend(arena, ref(module.globals), count)
    check_number(reader, len(module.globals), MAX_GLOBALS, errors.TOO_MANY_GLOBALS)
    known = module.imported_globals
    for entry in module.globals[module.imported_globals :]:
        read_global_type(reader, entry)
        entry.init_start = truncate(u32, reader.position)
        check_const_expr(reader, module, entry.type, known)
        entry.init_end = truncate(u32, reader.position)
        known += 1


@raises(Malformed, Invalid, Unsupported, ArenaFull)
def read_export_section(reader: Ptr[Reader], arena: Ptr[Arena], module: Ptr[Module]) -> None:
    count = read_count(reader, MAX_EXPORTS, errors.TOO_MANY_EXPORTS)
    alloc_slice(arena, ref(module.exports), count)
    for export in module.exports:
        read_export(reader, module, export)
    check_export_names(arena, module)


@raises(Malformed, Invalid, Unsupported)
def read_export(reader: Ptr[Reader], module: Ptr[Module], export: Ptr[Export]) -> None:
    export.name = reader.read_name()
    export.kind = reader.read_u8()
    start = reader.position
    export.index = reader.read_u32()
    match export.kind:
        case types.KIND_FUNCTION:
            if export.index >= len(module.functions):
                reader.failure.invalid(errors.UNKNOWN_FUNCTION, start)
            module.functions[export.index].declared = True
        case types.KIND_TABLE:
            if export.index >= len(module.tables):
                reader.failure.invalid(errors.UNKNOWN_TABLE, start)
        case types.KIND_MEMORY:
            if export.index >= len(module.memories):
                reader.failure.invalid(errors.UNKNOWN_MEMORY, start)
        case types.KIND_GLOBAL:
            if export.index >= len(module.globals):
                reader.failure.invalid(errors.UNKNOWN_GLOBAL, start)
        case types.KIND_TAG:
            reader.failure.unsupported(errors.NEEDS_EXCEPTIONS, start - 1)
        case _:
            reader.failure.malformed(errors.BAD_EXPORT_KIND, start - 1)


@raises(Invalid, ArenaFull)
def check_export_names(arena: Ptr[Arena], module: Ptr[Module]) -> None:
    mark = arena.mark()
    names: Slice[Slice[u8]] = zeroed()
    order: Slice[u32] = zeroed()
    alloc_slice(arena, ref(names), len(module.exports))
    alloc_slice(arena, ref(order), len(module.exports))
    for i, export in enumerate(module.exports):
        names[i] = export.name
    sort_keys(arena, names, order)
    for i in range(usize(1), len(order)):
        name = names[order[i]]
        if same_bytes(names[order[i - 1]], name):
            offset = address_of(name) - address_of(module.bytes)
            module.failure.invalid(errors.DUPLICATE_EXPORT, offset)
    arena.reset(mark)


@raises(Malformed, Invalid)
def read_start_section(reader: Ptr[Reader], module: Ptr[Module]) -> None:
    start = reader.position
    module.start_function = reader.read_u32()
    module.has_start = True
    if module.start_function >= len(module.functions):
        reader.failure.invalid(errors.UNKNOWN_FUNCTION, start)
    type = module.function_type(module.start_function)
    if len(type.params) != 0 or len(type.results) != 0:
        reader.failure.invalid(errors.BAD_START, start)
