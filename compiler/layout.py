"""Sizes, alignments and field offsets of the dialect's types: the only source of `sizeof`,
`alignof` and `offsetof`.

The rules are C's: a scalar is aligned to its size, fields follow each other in order, padded to
their alignment, and a struct is as long as a whole number of its alignments. `packed` leaves the
padding out, `align` raises the alignment of the whole. The lowering addresses memory by these
offsets and never by LLVM's own idea of a struct.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from compiler.diagnostics import InternalError
from compiler.types import (
    ArrayType,
    AtomicType,
    BoolType,
    ClassType,
    ErrorType,
    FloatType,
    FnType,
    FormatType,
    IntType,
    MmioType,
    NeverType,
    NoneType,
    PerCpuType,
    PtrType,
    SliceType,
    StrType,
    Target,
    TupleType,
    Type,
)


@dataclass(frozen=True, slots=True)
class Layout:
    """`padded`: some of the `size` bytes belong to no field."""

    size: int
    align: int
    offsets: tuple[int, ...] = ()
    padded: bool = False


def size_of(type: Type, target: Target) -> int:
    return layout_of(type, target).size


def align_of(type: Type, target: Target) -> int:
    return layout_of(type, target).align


def field_offset(cls: ClassType, index: int, target: Target) -> int:
    return layout_of(cls, target).offsets[index]


def layout_of(type: Type, target: Target) -> Layout:
    """The layout of a type that has one; `offsets` are those of a class's fields or a tuple's
    items.
    """
    match type:
        case IntType() | FloatType():
            return _scalar(type.width // 8)
        case BoolType():
            return _scalar(1)
        case PtrType() | FnType():
            return _scalar(target.pointer_bits // 8)
        case SliceType() | StrType() | FormatType():
            word = target.pointer_bits // 8
            return Layout(2 * word, word, (0, word))
        case ArrayType(element, count):
            inner = layout_of(element, target)
            return Layout(inner.size * count, inner.align, padded=inner.padded and count > 0)
        case AtomicType(element) | MmioType(element) | PerCpuType(element):
            return layout_of(element, target)
        case TupleType(items):
            return _fields(items, target, packed=False, least_align=1)
        case ClassType(kind="enum" | "flags"):
            return layout_of(type.integer, target)
        case ClassType(kind="struct" | "value"):
            types = (field.type for field in type.fields)
            return _fields(types, target, type.packed, max(type.align, 1))
        case NoneType() | NeverType() | ErrorType():  # what is wrong with the last is reported
            return Layout(0, 1)
    raise InternalError(f"the type {type} has no layout")


def _scalar(size: int) -> Layout:
    return Layout(size, size)


def _fields(types: Iterable[Type], target: Target, packed: bool, least_align: int) -> Layout:
    offsets: list[int] = []
    at, align, padded = 0, least_align, False
    for type in types:
        inner = layout_of(type, target)
        start = at if packed else round_up(at, inner.align)
        padded = padded or start != at or inner.padded
        offsets.append(start)
        at = start + inner.size
        if not packed:
            align = max(align, inner.align)
    size = round_up(at, align)
    return Layout(size, align, tuple(offsets), padded or size != at)


def round_up(value: int, align: int) -> int:
    return -(-value // align) * align
