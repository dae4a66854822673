"""Sizes, alignments and field offsets on the 64-bit targets, for `sizeof` and its kind."""

from __future__ import annotations

from dataclasses import dataclass
from types import NoneType, UnionType
from typing import Any, get_args, get_origin

from pykern.lang.cells import Atomic, Mmio, PerCpu
from pykern.lang.conversion import is_record
from pykern.lang.fields import field_types
from pykern.lang.floats import f32
from pykern.lang.integers import Integer
from pykern.lang.sequences import Array, Slice
from pykern.lang.types import Fn, Ptr


@dataclass(frozen=True, slots=True)
class Layout:
    """Bytes a type takes, and the multiple its address must be of."""

    size: int
    align: int


POINTER = Layout(8, 8)

_FIXED: dict[Any, Layout] = {
    bool: Layout(1, 1),
    float: Layout(8, 8),
    f32: Layout(4, 4),
    NoneType: Layout(0, 1),
    None: Layout(0, 1),
    Ptr: POINTER,
    Fn: POINTER,
    UnionType: POINTER,  # `Ptr[T] | None` is the only union there is
    str: Layout(16, 8),
    Slice: Layout(16, 8),
}


def layout_of(kind: Any) -> Layout:
    """Size and alignment of a type."""
    origin = get_origin(kind) or kind
    if origin in _FIXED:
        return _FIXED[origin]
    if origin is Array:
        element, count = get_args(kind)
        one = layout_of(element)
        return Layout(one.size * count, one.align)
    if origin in (Atomic, Mmio, PerCpu):
        return layout_of(get_args(kind)[0])
    if origin is tuple:
        return _place_fields(list(get_args(kind)), packed=False)[0]
    if is_record(kind):
        return _record(kind)[0]
    if isinstance(origin, type) and issubclass(origin, Integer):
        return Layout(origin.width // 8, origin.width // 8)
    if hasattr(origin, "__kind__"):
        return layout_of(origin.__kind__)
    raise TypeError(f"{kind!r} has no size")


def field_offset(kind: Any, field: str) -> int:
    """Offset of a field in a struct or value."""
    names = list(field_types(kind)) if is_record(kind) else []
    if field not in names:
        raise TypeError(f"{kind!r} has no field {field!r}")
    return _record(kind)[1][names.index(field)]


def _record(kind: Any) -> tuple[Layout, list[int]]:
    packed, align = (get_origin(kind) or kind).__pykern_layout__
    layout, offsets = _place_fields(list(field_types(kind).values()), packed=packed)
    if align is not None:
        most = max(layout.align, align)
        layout = Layout(_round_up(layout.size, most), most)
    return layout, offsets


def _place_fields(kinds: list[Any], *, packed: bool) -> tuple[Layout, list[int]]:
    """Fields one after another, each at the next multiple of its alignment."""
    end, most, offsets = 0, 1, []
    for kind in kinds:
        field = layout_of(kind)
        align = 1 if packed else field.align
        start = _round_up(end, align)
        offsets.append(start)
        end, most = start + field.size, max(most, align)
    return Layout(_round_up(end, most), most), offsets


def _round_up(number: int, multiple: int) -> int:
    return -(-number // multiple) * multiple
