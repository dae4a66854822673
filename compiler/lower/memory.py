"""Reading and writing values in memory.

What a pointer of the program points to is accessed as if it were aligned to a byte: pointers may be
made from any integer, and the machines take unaligned accesses. Device registers and atomics are
the exception, since they have to be accessed whole.
"""

from __future__ import annotations

from compiler.lower.emit import Value, integer
from compiler.lower.state import Address, FunctionState
from compiler.lower.types import I1, I8, items_of
from compiler.types import BoolType, Type


def displaced(f: FunctionState, base: Address, offset: int) -> Address:
    if offset == 0:
        return base
    pointer = f.e.offset(base.pointer, I8, integer(f.types.usize, offset))
    return Address(pointer, min(base.align, offset & -offset))


def element_at(f: FunctionState, base: Address, element: Type, index: Value) -> Address:
    size = f.types.layout(element).size
    pointer = f.e.offset(base.pointer, f.types.storage(element), index)
    return Address(pointer, min(base.align, size & -size) if size else 1)


def to_storage(f: FunctionState, value: Value) -> Value:
    """A value as memory and aggregates hold it."""
    if value.type != I1:
        return value
    if value.text in ("true", "false"):
        return Value(I8, str(int(value.text == "true")))
    return f.e.cast("zext", value, I8)


def from_storage(f: FunctionState, value: Value, type: Type) -> Value:
    """Any byte but 0 is True, whoever wrote it."""
    if not isinstance(type, BoolType):
        return value
    return f.e.icmp("ne", value, integer(I8, 0))


def load(f: FunctionState, place: Address, type: Type, volatile: bool = False) -> Value:
    align = f.types.layout(type).align if volatile else place.align
    return from_storage(f, f.e.load(f.types.storage(type), place.pointer, align, volatile), type)


def store(
    f: FunctionState, place: Address, type: Type, value: Value, volatile: bool = False
) -> None:
    layout = f.types.layout(type)
    if layout.padded and not volatile:
        _store_items(f, place, type, value)
        return
    align = layout.align if volatile else place.align
    f.e.store(to_storage(f, value), place.pointer, align, volatile)


def _store_items(f: FunctionState, place: Address, type: Type, value: Value) -> None:
    """One by one: storing the whole would make the padding undefined."""
    for index, (item, offset) in enumerate(
        zip(items_of(type), f.types.layout(type).offsets, strict=True)
    ):
        part = f.e.extract(value, f.types.member(type, index))
        where = displaced(f, place, offset)
        if f.types.layout(item).padded:
            _store_items(f, where, item, part)
        else:
            f.e.store(part, where.pointer, where.align)
