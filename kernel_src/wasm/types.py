"""Value types, external kinds and section numbers, by their codes in the binary format.

A value type is one byte, so a list of types in a module is already a `Slice[u8]` of value types
once it has been checked: nothing is copied or translated. Specification: 5.3 (types), 5.5.2
(sections), 5.5.5 and 5.5.10 (external kinds).
"""
from __future__ import annotations

from typing import Final

from pykern.lang import Str, u8, usize

I32: Final[u8] = 0x7F
I64: Final[u8] = 0x7E
F32: Final[u8] = 0x7D
F64: Final[u8] = 0x7C
V128: Final[u8] = 0x7B
FUNCREF: Final[u8] = 0x70
EXTERNREF: Final[u8] = 0x6F
# The type of an operand in code that cannot be reached. It has no code in the format.
BOTTOM: Final[u8] = 0

KIND_FUNCTION: Final[u8] = 0
KIND_TABLE: Final[u8] = 1
KIND_MEMORY: Final[u8] = 2
KIND_GLOBAL: Final[u8] = 3
KIND_TAG: Final[u8] = 4

SECTION_CUSTOM: Final[u8] = 0
SECTION_TYPE: Final[u8] = 1
SECTION_IMPORT: Final[u8] = 2
SECTION_FUNCTION: Final[u8] = 3
SECTION_TABLE: Final[u8] = 4
SECTION_MEMORY: Final[u8] = 5
SECTION_GLOBAL: Final[u8] = 6
SECTION_EXPORT: Final[u8] = 7
SECTION_START: Final[u8] = 8
SECTION_ELEMENT: Final[u8] = 9
SECTION_CODE: Final[u8] = 10
SECTION_DATA: Final[u8] = 11
SECTION_DATA_COUNT: Final[u8] = 12
SECTION_TAG: Final[u8] = 13


def is_number(type: u8) -> bool:
    return type >= F64 and type <= I32


def is_reference(type: u8) -> bool:
    return type == FUNCREF or type == EXTERNREF


def is_value_type(type: u8) -> bool:
    return is_number(type) or is_reference(type)


def is_float(type: u8) -> bool:
    return type == F32 or type == F64


def size_of_type(type: u8) -> usize:
    """Bytes that a value takes in memory; a reference is a pointer."""
    return 4 if type == I32 or type == F32 else 8


def type_name(type: u8) -> Str:
    if type == I32:
        return "i32"
    if type == I64:
        return "i64"
    if type == F32:
        return "f32"
    if type == F64:
        return "f64"
    if type == V128:
        return "v128"
    if type == FUNCREF:
        return "funcref"
    if type == EXTERNREF:
        return "externref"
    return "unknown"


def kind_name(kind: u8) -> Str:
    if kind == KIND_FUNCTION:
        return "function"
    if kind == KIND_TABLE:
        return "table"
    if kind == KIND_MEMORY:
        return "memory"
    if kind == KIND_GLOBAL:
        return "global"
    return "tag"
