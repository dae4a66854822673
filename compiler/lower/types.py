"""The dialect's types as LLVM types.

A type has two forms. Its *value* is what an SSA register holds: `bool` is i1, a slice is {ptr, iN},
a value class or tuple is a literal struct. Its *storage* is what memory holds: `bool` is i8, a
struct is packed with its padding spelled out, so that its layout is `compiler/layout.py`'s whatever
LLVM thinks. Inside aggregates every item is in storage form, in registers too.
"""

from __future__ import annotations

from llvmlite import ir

from compiler.diagnostics import InternalError
from compiler.layout import Layout, layout_of
from compiler.types import (
    ArrayType,
    AtomicType,
    BoolType,
    ClassType,
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

VOID = ir.VoidType()
I1, I8, I32, I64, I128 = (ir.IntType(bits) for bits in (1, 8, 32, 64, 128))
F32, F64 = ir.FloatType(), ir.DoubleType()
PTR = ir.PointerType()
GS_PTR = ir.PointerType(addrspace=256)
"""A pointer that is relative to the GS base on x86."""


class Types:
    """Translates types for one target, each once."""

    def __init__(self, target: Target) -> None:
        self.target = target
        self.usize = ir.IntType(target.pointer_bits)
        self.slice = ir.LiteralStructType([PTR, self.usize])
        self._values: dict[Type, ir.Type] = {}
        self._storage: dict[Type, ir.Type] = {}
        self._pairs: dict[int, ir.Type] = {}
        self._layouts: dict[Type, Layout] = {}

    def layout(self, type: Type) -> Layout:
        found = self._layouts.get(type)
        if found is None:
            found = self._layouts[type] = layout_of(type, self.target)
        return found

    def value(self, type: Type) -> ir.Type:
        found = self._values.get(type)
        if found is None:
            found = self._values[type] = self._make_value(type)
        return found

    def storage(self, type: Type) -> ir.Type:
        found = self._storage.get(type)
        if found is None:
            found = self._storage[type] = self._make_storage(type)
        return found

    def result(self, result: Type, raises: bool) -> ir.Type:
        """What a call gives: with errors, the code comes first."""
        if not raises:
            return self.value(result)
        if isinstance(result, NoneType | NeverType):
            return I32
        return ir.LiteralStructType([I32, self.storage(result)])

    def overflow_pair(self, type: ir.IntType) -> ir.Type:
        """What LLVM's arithmetic with overflow gives."""
        found = self._pairs.get(type.width)
        if found is None:
            found = self._pairs[type.width] = ir.LiteralStructType([type, I1])
        return found

    def _make_value(self, type: Type) -> ir.Type:
        match type:
            case IntType(width=width):
                return ir.IntType(width)
            case BoolType():
                return I1
            case FloatType(width=width):
                return F32 if width == 32 else F64
            case PtrType() | FnType():
                return PTR
            case SliceType() | StrType() | FormatType():
                return self.slice
            case NoneType() | NeverType():
                return VOID
            case TupleType(items):
                return ir.LiteralStructType([self.storage(item) for item in items])
            case ClassType(kind="enum" | "flags"):
                return ir.IntType(type.integer.width)
            case ClassType(kind="value"):
                return self._value_class(type)
        raise InternalError(f"the type {type} is not held in registers")

    def _value_class(self, cls: ClassType) -> ir.Type:
        items = [self.storage(field.type) for field in cls.fields]
        if cls.packed or cls.align:
            return self._spelled_out(items, cls)
        return ir.LiteralStructType(items)

    def _make_storage(self, type: Type) -> ir.Type:
        match type:
            case BoolType():
                return I8
            case ArrayType(element, count):
                return ir.ArrayType(self.storage(element), count)
            case AtomicType(element) | MmioType(element) | PerCpuType(element):
                return self.storage(element)
            case ClassType(kind="struct"):
                items = [self.storage(field.type) for field in type.fields]
                return self._spelled_out(items, type)
        return self.value(type)

    def _spelled_out(self, items: list[ir.Type], cls: ClassType) -> ir.Type:
        """A packed struct of the fields with the padding after each (`[0 x i8]` where there is
        none).
        """
        layout = self.layout(cls)
        ends = [*layout.offsets[1:], layout.size]
        members: list[ir.Type] = []
        for item, field, start, end in zip(items, cls.fields, layout.offsets, ends, strict=False):
            gap = end - start - self.layout(field.type).size
            members += [item, ir.ArrayType(I8, gap)]
        if not members and layout.size:
            members = [ir.ArrayType(I8, layout.size)]
        return ir.LiteralStructType(members, packed=True)

    def member(self, type: Type, index: int) -> int:
        """The LLVM index of a field or item."""
        if isinstance(type, ClassType) and (type.kind == "struct" or type.packed or type.align):
            return 2 * index
        return index


def integer_of(type: Type) -> IntType:
    """The integer that represents a type: itself, or the base of an enum or flags."""
    if isinstance(type, IntType):
        return type
    if isinstance(type, ClassType) and type.base:
        return type.integer
    raise InternalError(f"the type {type} is no integer")


def is_signed(type: Type) -> bool:
    return not isinstance(type, BoolType) and integer_of(type).signed


def items_of(type: Type) -> list[Type]:
    """The types of a value class's fields or a tuple's items."""
    if isinstance(type, TupleType):
        return list(type.items)
    if isinstance(type, ClassType):
        return [field.type for field in type.fields]
    raise InternalError(f"the type {type} has no items")
