"""A decoded module: what the sections say, checked, as flat tables.

Every list is a slice that lives in the arena given to `parse_module`; names, type lists and data
are slices of the module's own bytes, which must therefore outlive the `Module`. Index spaces start
with the imports, as in the specification: `functions[0:imported_functions]` have no body.
"""
from __future__ import annotations

from typing import Final

from kernel_src.lib.bytes import same_bytes
from kernel_src.wasm.errors import Failure
from pykern.lang import Ptr, Slice, struct, u8, u32


@struct
class FuncType:
    params: Slice[u8]  # value types
    results: Slice[u8]
    # The first type of the module that is equal to this one. Two functions have one signature when
    # these numbers are equal.
    canonical: u32


@struct
class Function:
    type: u32  # index in `types`
    body_start: u32  # offset of the local declarations in the module; 0 for an import
    body_end: u32  # offset after the last byte of the body
    declared: bool  # a `ref.func` may name it: it occurs outside of the code section


@struct
class TableType:
    element: u8  # FUNCREF or EXTERNREF
    minimum: u32
    maximum: u32  # 0xFFFFFFFF if none is given
    has_maximum: bool


@struct
class MemoryType:
    minimum: u32  # pages of 64 KiB
    maximum: u32  # 65536 if none is given
    has_maximum: bool


@struct
class Global:
    type: u8
    mutable: bool
    init_start: u32  # offsets of its constant expression; 0 for an import
    init_end: u32


@struct
class Import:
    module: Slice[u8]  # UTF-8
    name: Slice[u8]
    kind: u8  # types.KIND_*
    index: u32  # in the index space of its kind
    offset: u32  # of the import in the module, for messages


@struct
class Export:
    name: Slice[u8]
    kind: u8
    index: u32


# How a segment gets where it belongs
SEGMENT_ACTIVE: Final[u8] = 0  # copied when the module is instantiated
SEGMENT_PASSIVE: Final[u8] = 1  # copied by memory.init or table.init
SEGMENT_DECLARED: Final[u8] = 2  # only makes its functions known to ref.func


@struct
class ElementSegment:
    mode: u8
    type: u8
    expressions: bool  # the items are constant expressions; else function indices
    table: u32  # of an active segment
    offset_start: u32  # the constant expression of an active segment's place
    offset_end: u32
    count: u32
    items_start: u32  # offset of the first item in the module


@struct
class DataSegment:
    mode: u8
    memory: u32
    offset_start: u32
    offset_end: u32
    bytes: Slice[u8]


@struct
class Module:
    bytes: Slice[u8]
    failure: Failure  # why parsing or validation last failed
    types: Slice[FuncType]
    functions: Slice[Function]
    tables: Slice[TableType]
    memories: Slice[MemoryType]
    globals: Slice[Global]
    imports: Slice[Import]
    exports: Slice[Export]
    elements: Slice[ElementSegment]
    data: Slice[DataSegment]
    # How many entries of each index space are imports
    imported_functions: u32
    imported_tables: u32
    imported_memories: u32
    imported_globals: u32
    bodies: u32  # entries of the code section: one for each function that is not imported
    start_function: u32
    has_start: bool
    # The data count section, which memory.init and data.drop in the code section need
    data_count: u32
    has_data_count: bool
    # The content of the custom section "name"; empty if there is none
    names_start: u32
    names_end: u32

    def function_type(self, function: u32) -> Ptr[FuncType]:
        return self.types[self.functions[function].type]

    def is_imported_function(self, function: u32) -> bool:
        return function < self.imported_functions

    def find_export(self, name: Slice[u8], kind: u8) -> Ptr[Export] | None:
        for export in self.exports:
            if export.kind == kind and same_bytes(export.name, name):
                return export
        return None

    def find_name(self, name: Slice[u8]) -> Ptr[Export] | None:
        """The export of this name, whatever it is: names are distinct in a module."""
        for export in self.exports:
            if same_bytes(export.name, name):
                return export
        return None

    def exports_entity(self, kind: u8, index: u32) -> bool:
        for export in self.exports:
            if export.kind == kind and export.index == index:
                return True
        return False
