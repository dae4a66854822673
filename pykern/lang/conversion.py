"""Values and types under CPython: converting to a type, its zero value, copying by type."""

from __future__ import annotations

from types import NoneType, UnionType
from typing import Any, get_args, get_origin

from pykern.lang.cells import Atomic, Mmio, PerCpu
from pykern.lang.fields import field_types
from pykern.lang.floats import f32
from pykern.lang.integers import Integer
from pykern.lang.sequences import Array, Slice, Zeroed

CELLS = (Atomic, Mmio, PerCpu)


def is_struct(kind: Any) -> bool:
    """Whether a type is a class with identity, or a use of a generic one."""
    return bool(getattr(get_origin(kind) or kind, "__pykern_identity__", False))


def is_record(kind: Any) -> bool:
    """Whether a type is a struct or a value."""
    return hasattr(get_origin(kind) or kind, "__pykern_fields__")


def convert(kind: Any, value: Any) -> Any:
    """`value` as a place of this type holds it: integers in its width, `zeroed()` filled in."""
    if isinstance(value, Zeroed):
        return zero_of(kind)
    if isinstance(kind, type) and issubclass(kind, Integer | f32):
        return kind(value)
    origin = get_origin(kind)
    if origin in CELLS and isinstance(value, origin):
        value._value = convert(get_args(kind)[0], value._value)
    elif origin is Array and isinstance(value, Array):
        element = get_args(kind)[0]
        for index, item in enumerate(value):
            value[index] = convert(element, item)
    return value


def zero_of(kind: Any) -> Any:
    """The value whose bits are all zero."""
    origin: Any = get_origin(kind) or kind
    if origin in _ZERO:
        return _ZERO[origin]
    if origin is Array:
        element, count = get_args(kind)
        return Array(*(zero_of(element) for _ in range(count)))
    if origin is Slice:
        return Slice([])
    if origin in CELLS:
        return origin(zero_of(get_args(kind)[0]))
    if origin is tuple:
        return tuple(zero_of(part) for part in get_args(kind))
    if is_record(kind):
        return origin(**{name: zero_of(t) for name, t in field_types(kind).items()})
    if hasattr(origin, "__kind__") or (isinstance(origin, type) and issubclass(origin, Integer)):
        return origin(0)
    return None  # a pointer, nullable or not yet set


_ZERO: dict[Any, Any] = {
    bool: False,
    float: 0.0,
    f32: f32(0.0),
    str: "",
    NoneType: None,
    UnionType: None,  # `Ptr[T] | None`
}


def copied(kind: Any, value: Any) -> Any:
    """A copy of what a place of this type holds; what a pointer leads to stays shared."""
    if isinstance(value, Zeroed):
        return value
    origin = get_origin(kind)
    if is_struct(kind) and is_struct(type(value)):
        types = field_types(type(value))
        return type(value)(**{name: copied(t, getattr(value, name)) for name, t in types.items()})
    if origin in CELLS and isinstance(value, origin):
        return origin(value._value)
    if origin is Array and isinstance(value, Array):
        return Array(*(copied(get_args(kind)[0], item) for item in value))
    return value
