"""Imports -> what they are linked to. What a module asks for is found here by its two names and by
its type, or refused.

Two kinds of modules offer something: `pykern`, whose functions are those of `abi.host_function`,
and the instances that have been given a name (`HostTable.bind`). Specification 3.4.10: what is
offered must match what is declared; a function, a global and the elements of a table by the very
type, a table and a memory by limits that are at least as narrow.

Generated code calls a host function through one stub, with the FunctionRef in r11: the stub leaves
the wasm stack discipline and calls `handler`. A function of another instance is called through a
link (references.py).
"""
from __future__ import annotations

from typing import Final

import kernel_src.wasm.types as types
from kernel_src.abi import HOST_CALL_COUNT, HOST_MODULE, HostCall, host_function
from kernel_src.lib.bytes import same_bytes
from kernel_src.runtime.instance import Instance
from kernel_src.runtime.linear import Memory
from kernel_src.runtime.references import make_link
from kernel_src.runtime.tables import Table
from kernel_src.wasm.module import Export, FuncType, Import, MemoryType, TableType
from kernel_src.wasm.types import F32, F64, I32, I64, KIND_FUNCTION
from pykern.lang import (
    Array,
    Error,
    Ptr,
    Slice,
    Str,
    address_of,
    format,
    raises,
    store,
    struct,
    u8,
    u32,
    u64,
    usize,
    utf8,
    zeroed,
)

UNKNOWN_IMPORT: Final[Str] = "unknown import"
INCOMPATIBLE_IMPORT: Final[Str] = "incompatible import type"


class Unlinkable(Error):
    """The module imports what nobody offers, or offers with another type."""


@struct
class NamedInstance:
    """An instance whose exports can be imported under the module name `name`."""

    name: Slice[u8]
    instance: Ptr[Instance]
    next: Ptr[NamedInstance] | None = None


@struct
class HostTable:
    """What modules are linked to, and, after linking failed, what could not be linked and why.

    A handler is called with the context and the address of six words, which hold the arguments
    and then take the results; it returns TRAP_NONE, or the trap that ends the call.
    """

    handlers: Array[usize, HOST_CALL_COUNT] = zeroed()  # addresses, by HostCall
    named: Ptr[NamedInstance] | None = None
    reason: Str = ""
    module: Slice[u8] = zeroed()
    name: Slice[u8] = zeroed()
    offset: u32 = 0

    def bind(self, named: Ptr[NamedInstance]) -> None:
        """Offers the instance's exports, in place of those of an earlier one of the same name."""
        named.next = self.named
        self.named = named

    def find_instance(self, name: Slice[u8]) -> Ptr[NamedInstance] | None:
        named = self.named
        while named is not None:
            if same_bytes(named.name, name):
                return named
            named = named.next
        return None

    @raises(Unlinkable)
    def refuse(self, entry: Ptr[Import], reason: Str) -> None:
        self.reason = reason
        self.module = entry.module
        self.name = entry.name
        self.offset = entry.offset
        raise Unlinkable

    def describe(self, buffer: Slice[u8]) -> usize:
        """Writes why linking failed as one line of text, and says how many bytes that took."""
        return format(
            buffer, f"{self.reason}: {self.module}.{self.name} (at offset {self.offset:#x})"
        )


@raises(Unlinkable)
def link_imports(instance: Ptr[Instance], host: Ptr[HostTable]) -> None:
    """Completes everything that the instance imports. Nothing of any exporter changes."""
    for entry in instance.module.imports:
        if same_bytes(entry.module, utf8(HOST_MODULE)):
            link_host_function(instance, entry, host)
            continue
        named = host.find_instance(entry.module)
        export = None if named is None else named.instance.module.find_name(entry.name)
        if named is None or export is None:
            host.refuse(entry, UNKNOWN_IMPORT)
        elif not link_export(instance, entry, named.instance, export):
            host.refuse(entry, INCOMPATIBLE_IMPORT)
        instance.is_linked = True


# Host functions


@raises(Unlinkable)
def link_host_function(instance: Ptr[Instance], entry: Ptr[Import], host: Ptr[HostTable]) -> None:
    number = find_host_function(entry.name)
    if entry.kind != KIND_FUNCTION or number == HOST_CALL_COUNT:
        host.refuse(entry, UNKNOWN_IMPORT)
    declared = host_function(HostCall(u8(number)))
    type = instance.module.function_type(entry.index)
    if not has_types(type, declared.parameters, declared.results):
        host.refuse(entry, INCOMPATIBLE_IMPORT)
    function = instance.functions[entry.index]
    function.code = instance.host_stub
    function.context = address_of(instance.context)
    function.handler = host.handlers[number]


def find_host_function(name: Slice[u8]) -> usize:
    """The number of the host function, HOST_CALL_COUNT if there is none of this name."""
    for number in range(HOST_CALL_COUNT):
        if same_bytes(name, utf8(host_function(HostCall(u8(number))).name)):
            return number
    return HOST_CALL_COUNT


def has_types(type: Ptr[FuncType], parameters: Str, results: Str) -> bool:
    return spells(utf8(parameters), type.params) and spells(utf8(results), type.results)


def spells(letters: Slice[u8], types: Slice[u8]) -> bool:
    """Compares types with their letters in `abi.host_function`."""
    if len(letters) != len(types):
        return False
    for i, letter in enumerate(letters):
        if type_of_letter(letter) != types[i]:
            return False
    return True


def type_of_letter(letter: u8) -> u8:
    match letter:
        case 0x69:  # i
            return I32
        case 0x6C:  # l
            return I64
        case 0x66:  # f
            return F32
        case _:  # d
            return F64


# Exports of other instances


def link_export(
    instance: Ptr[Instance], entry: Ptr[Import], exporter: Ptr[Instance], export: Ptr[Export]
) -> bool:
    """Links an import to what the exporter offers; False if that is something else."""
    if export.kind != entry.kind:
        return False
    module = instance.module
    match entry.kind:
        case types.KIND_FUNCTION:
            return link_function(instance, entry.index, exporter, export.index)
        case types.KIND_TABLE:
            table = exporter.tables[export.index]
            instance.tables[entry.index] = table
            return accepts_table(module.tables[entry.index], table)
        case types.KIND_MEMORY:
            memory = exporter.memories[export.index]
            instance.memories[entry.index] = memory
            return accepts_memory(module.memories[entry.index], memory)
        case types.KIND_GLOBAL:
            return link_global(instance, entry.index, exporter, export.index)
        case _:
            return False


def link_function(
    instance: Ptr[Instance], place: u32, exporter: Ptr[Instance], index: u32
) -> bool:
    function = instance.functions[place]
    offered = exporter.functions[index]
    if offered.signature != function.signature:
        return False
    make_link(function, offered)
    return True


def link_global(instance: Ptr[Instance], place: u32, exporter: Ptr[Instance], index: u32) -> bool:
    """The cell of an imported global holds the address of the cell with its value."""
    declared = instance.module.globals[place]
    offered = exporter.module.globals[index]
    if offered.type != declared.type or offered.mutable != declared.mutable:
        return False
    store(instance.own_cell(place), u64(address_of(exporter.global_cell(index))))
    return True


def accepts_table(declared: Ptr[TableType], table: Ptr[Table]) -> bool:
    return declared.element == table.type and accepts_limits(
        declared.minimum,
        declared.maximum,
        declared.has_maximum,
        table.length,
        table.maximum,
        table.has_maximum,
    )


def accepts_memory(declared: Ptr[MemoryType], memory: Ptr[Memory]) -> bool:
    return accepts_limits(
        declared.minimum,
        declared.maximum,
        declared.has_maximum,
        memory.pages,
        memory.maximum,
        memory.has_maximum,
    )


def accepts_limits(
    minimum: u32,
    maximum: u32,
    has_maximum: bool,
    offered: u32,
    offered_maximum: u32,
    offered_has_maximum: bool,
) -> bool:
    """The size at present counts as the minimum that is offered."""
    if offered < minimum:
        return False
    return not has_maximum or (offered_has_maximum and offered_maximum <= maximum)
