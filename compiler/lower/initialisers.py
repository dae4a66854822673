"""Storage of place types being given its first contents.

All parts are evaluated first, in the order of the source, and then written, so that an initialiser
may read what the storage held before. Padding is cleared: whoever sees the storage as bytes sees
nothing undefined.
"""

from __future__ import annotations

from dataclasses import dataclass

from compiler.lower.emit import Value, integer
from compiler.lower.memory import displaced, store
from compiler.lower.state import Address, FunctionState
from compiler.lower.types import I1, PTR
from compiler.typed_tree import (
    ArrayInit,
    BytesInit,
    CellInit,
    Expr,
    Initializer,
    MakeValue,
    StructInit,
    ZeroConst,
    ZeroInit,
)
from compiler.types import ArrayType, AtomicType, MmioType, PerCpuType, Type

COPY_LEAST = 64
"""Constants of this many bytes and more are copied from read-only data."""


@dataclass(frozen=True, slots=True)
class Part:
    """A value somewhere inside the storage."""

    offset: int
    type: Type
    value: Value


def initialise(f: FunctionState, storage: Address, initial: Initializer) -> None:
    size = f.types.layout(initial.type).size
    if isinstance(initial, ZeroInit) or size == 0:
        clear(f, storage, size)
        return
    if size >= COPY_LEAST or isinstance(initial, BytesInit):
        constant = f.module.data.constant(initial)
        if constant is not None:
            source = f.module.data.anonymous(constant, storage.align)
            transfer(f, storage, Address(Value(PTR, source), storage.align), size)
            return
    parts: list[Part] = []
    covered = _evaluate(f, initial, 0, parts)
    if covered < size:
        clear(f, storage, size)
    for part in parts:
        store(f, displaced(f, storage, part.offset), part.type, part.value)


def _evaluate(f: FunctionState, node: Initializer | Expr, offset: int, parts: list[Part]) -> int:
    """Evaluates what lies at `offset` into `parts`; the number of bytes that they cover."""
    match node:
        case StructInit(type=type):
            return _evaluate_items(f, type, node.fields, offset, parts)
        case MakeValue(type=type):
            return _evaluate_items(f, type, node.items, offset, parts)
        case ArrayInit(type=type):
            assert isinstance(type, ArrayType)
            stride = f.types.layout(type.element).size
            return sum(
                _evaluate(f, element, offset + index * stride, parts)
                for index, element in enumerate(node.elements)
            )
        case CellInit(type=type, value=value):
            assert isinstance(type, AtomicType | MmioType | PerCpuType)
            return 0 if value is None else _evaluate(f, value, offset, parts)
        case BytesInit(type=type):
            return _bytes(f, node, offset, parts)
        case ZeroInit() | ZeroConst():
            return 0
    parts.append(Part(offset, node.type, f.value(node)))
    return f.types.layout(node.type).size


def _evaluate_items(
    f: FunctionState,
    type: Type,
    items: list[Expr | Initializer] | list[Expr],
    offset: int,
    parts: list[Part],
) -> int:
    offsets = f.types.layout(type).offsets
    return sum(
        _evaluate(f, item, offset + at, parts) for item, at in zip(items, offsets, strict=True)
    )


def _bytes(f: FunctionState, node: BytesInit, offset: int, parts: list[Part]) -> int:
    """Constant bytes inside an initialiser that is not constant as a whole."""
    assert isinstance(node.type, ArrayType)
    element = node.type.element
    width = f.types.layout(element).size
    for at in range(0, len(node.data), width):
        number = int.from_bytes(node.data[at : at + width], "little")
        parts.append(Part(offset + at, element, integer(f.types.value(element), number)))
    return len(node.data)


def clear(f: FunctionState, storage: Address, size: int) -> None:
    """Fills with zero bytes."""
    if size == 0:
        return
    usize = f.types.usize
    callee = f.module.intrinsic(
        f"llvm.memset.p0.{usize}", "void", f"ptr writeonly, i8, {usize}, i1 immarg"
    )
    target = f"ptr align {storage.align} {storage.pointer.text}"
    f.e.do(f"call {callee}({target}, i8 0, {usize} {size}, {I1} false)")


def transfer(f: FunctionState, to: Address, source: Address, size: int | Value) -> None:
    """Copies bytes; the two may overlap."""
    usize = f.types.usize
    length = size if isinstance(size, Value) else integer(usize, size)
    if length.integer == 0:
        return
    callee = f.module.intrinsic(
        f"llvm.memmove.p0.p0.{usize}", "void", f"ptr writeonly, ptr readonly, {usize}, i1 immarg"
    )
    a = f"ptr align {to.align} {to.pointer.text}"
    b = f"ptr align {source.align} {source.pointer.text}"
    f.e.do(f"call {callee}({a}, {b}, {length}, {I1} false)")
