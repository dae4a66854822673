"""The dialect's types as DWARF types, with the offsets of `compiler/layout.py`."""

from __future__ import annotations

from collections.abc import Iterable

from compiler.lower.metadata import Metadata, quoted
from compiler.lower.types import Types
from compiler.types import (
    U8,
    ArrayType,
    AtomicType,
    BoolType,
    ClassType,
    FloatType,
    FnType,
    FormatType,
    IntType,
    MmioType,
    PerCpuType,
    PtrType,
    SliceType,
    StrType,
    TupleType,
    Type,
)

BYTE = 8
TEXT_BYTE = IntType("utf8", 8, False)
"""What the data of a `Str` points to; gdb prints it as text."""


class DebugTypes:
    """Describes each type once. `file` is where all of them are said to be."""

    def __init__(self, types: Types, metadata: Metadata, file: str) -> None:
        self._types = types
        self._metadata = metadata
        self._file = file
        self._known: dict[Type, str] = {TEXT_BYTE: _basic(metadata, "utf8", 8, "DW_ATE_UTF")}

    def reference(self, type: Type) -> str:
        """The type's metadata; `null` for no value."""
        found = self._known.get(type)
        if found is None:
            found = self._known[type] = self._describe(type)
        return found

    def _describe(self, type: Type) -> str:
        match type:
            case IntType(name, width, signed):
                return _basic(self._metadata, name, width, f"DW_ATE_{'' if signed else 'un'}signed")
            case BoolType():
                return _basic(self._metadata, "bool", 8, "DW_ATE_boolean")
            case FloatType(name, width):
                return _basic(self._metadata, name, width, "DW_ATE_float")
            case PtrType(to):
                return self._pointer(self.reference(to))
            case FnType(parameters, result):
                parts = [self.reference(t) for t in (result, *parameters)]
                signature = f"!DISubroutineType(types: {self._metadata.tuple(parts)})"
                return self._pointer(self._metadata.add(signature))
            case SliceType(element):
                return self._slice(type, element)
            case StrType():
                return self._slice(type, TEXT_BYTE)
            case FormatType():
                return self._slice(type, U8)
            case ArrayType(element, count):
                return self._array(type, element, count)
            case AtomicType(element) | MmioType(element) | PerCpuType(element):
                return self._metadata.add(
                    f"!DIDerivedType(tag: DW_TAG_typedef, name: {quoted(str(type))}, "
                    f"file: {self._file}, baseType: {self.reference(element)})"
                )
            case TupleType(items):
                names = [f"item{index}" for index in range(len(items))]
                return self._struct(self._metadata.reserve(), type, zip(names, items, strict=True))
            case ClassType(kind="enum" | "flags"):
                return self._enumeration(type)
            case ClassType(kind="struct" | "value"):
                reference = self._known[type] = self._metadata.reserve()
                fields = ((field.name, field.type) for field in type.fields)
                return self._struct(reference, type, fields)
        return "null"

    def _pointer(self, to: str) -> str:
        bits = self._types.usize.width
        return self._metadata.add(
            f"!DIDerivedType(tag: DW_TAG_pointer_type, baseType: {to}, size: {bits})"
        )

    def _slice(self, type: Type, element: Type) -> str:
        data, length = PtrType(element), self._types.target.usize
        return self._struct(self._metadata.reserve(), type, [("data", data), ("length", length)])

    def _array(self, type: Type, element: Type, count: int) -> str:
        inner = self.reference(element)
        subrange = self._metadata.tuple([self._metadata.add(f"!DISubrange(count: {count})")])
        return self._metadata.add(
            f"!DICompositeType(tag: DW_TAG_array_type, baseType: {inner}, "
            f"{self._extent(type)}, elements: {subrange})"
        )

    def _struct(self, reference: str, type: Type, members: Iterable[tuple[str, Type]]) -> str:
        offsets = self._types.layout(type).offsets
        parts = [
            self._metadata.add(
                f"!DIDerivedType(tag: DW_TAG_member, name: {quoted(name)}, scope: {reference}, "
                f"file: {self._file}, baseType: {self.reference(member)}, "
                f"size: {self._types.layout(member).size * BYTE}, offset: {offset * BYTE})"
            )
            for (name, member), offset in zip(members, offsets, strict=True)
        ]
        self._metadata.define(
            reference,
            f"distinct !DICompositeType(tag: DW_TAG_structure_type, name: {quoted(str(type))}, "
            f"file: {self._file}, {self._extent(type)}, elements: {self._metadata.tuple(parts)})",
        )
        return reference

    def _enumeration(self, cls: ClassType) -> str:
        sign = "" if cls.integer.signed else ", isUnsigned: true"
        members = [
            self._metadata.add(
                f"!DIEnumerator(name: {quoted(f'{cls.short}.{name}')}, value: {value}{sign})"
            )
            for name, value in cls.members.items()
        ]
        return self._metadata.add(
            f"!DICompositeType(tag: DW_TAG_enumeration_type, name: {quoted(cls.short)}, "
            f"file: {self._file}, baseType: {self.reference(cls.integer)}, {self._extent(cls)}, "
            f"elements: {self._metadata.tuple(members)})"
        )

    def _extent(self, type: Type) -> str:
        layout = self._types.layout(type)
        return f"size: {layout.size * BYTE}, align: {layout.align * BYTE}"


def _basic(metadata: Metadata, name: str, width: int, encoding: str) -> str:
    return metadata.add(f"!DIBasicType(name: {quoted(name)}, size: {width}, encoding: {encoding})")
