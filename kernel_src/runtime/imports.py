"""Imports -> something to call. What a module asks for is found here by name and signature, or
refused.

The host functions are those of `abi.host_function`. Generated code calls each through one stub,
with the FunctionRef in r11: the stub leaves the wasm stack discipline and calls `handler`.
"""
from __future__ import annotations

from typing import Final

from kernel_src.abi import HOST_CALL_COUNT, HOST_MODULE, HostCall, host_function
from kernel_src.jit.context import FunctionRef
from kernel_src.lib.bytes import same_bytes
from kernel_src.wasm.module import FuncType, Import, Module
from kernel_src.wasm.types import F32, F64, I32, I64, KIND_FUNCTION
from pykern.lang import (
    Array,
    Error,
    Ptr,
    Slice,
    Str,
    format,
    raises,
    struct,
    u8,
    u32,
    usize,
    utf8,
    zeroed,
)

UNKNOWN_IMPORT: Final[Str] = "unknown import"
INCOMPATIBLE_IMPORT: Final[Str] = "incompatible import type"


class Unlinkable(Error):
    """The module imports what nobody offers, or offers with another type."""


@struct
class HostTable:
    """What link_imports links to, and, after it raised, what it could not link and why.

    A handler is called with the context and the address of six words, which hold the arguments
    and then take the results; it returns TRAP_NONE, or the trap that ends the call.
    """

    handlers: Array[usize, HOST_CALL_COUNT] = zeroed()  # addresses, by HostCall
    reason: Str = ""
    module: Slice[u8] = zeroed()
    name: Slice[u8] = zeroed()
    offset: u32 = 0

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
def link_imports(
    module: Ptr[Module], functions: Slice[FunctionRef], host: Ptr[HostTable], stub: usize
) -> None:
    """Completes the FunctionRefs of the imported functions; nothing else can be imported yet.

    `stub` is the address of the code that calls a handler.
    """
    for entry in module.imports:
        if entry.kind != KIND_FUNCTION or not same_bytes(entry.module, utf8(HOST_MODULE)):
            host.refuse(entry, UNKNOWN_IMPORT)
        number = find_host_function(entry.name)
        if number == HOST_CALL_COUNT:
            host.refuse(entry, UNKNOWN_IMPORT)
        declared = host_function(HostCall(u8(number)))
        type = module.function_type(entry.index)
        if not has_types(type, declared.parameters, declared.results):
            host.refuse(entry, INCOMPATIBLE_IMPORT)
        functions[entry.index].code = stub
        functions[entry.index].handler = host.handlers[number]


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
