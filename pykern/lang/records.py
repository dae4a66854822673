"""`@struct` and `@value` under CPython: slotted dataclasses whose fields keep their types."""

from __future__ import annotations

import dataclasses
from typing import Any

from pykern.lang.conversion import convert, copied, is_struct, zero_of
from pykern.lang.fields import field_types
from pykern.lang.sequences import Array


def make_struct(cls: type[Any], *, packed: bool, align: int | None) -> type[Any]:
    """A class with identity: compared by `is`, each assignment to a field converted to its type."""
    made = _make_record(cls, eq=False)
    made.__pykern_identity__ = True
    made.__pykern_layout__ = (packed, align)
    made.__setattr__ = _set_converted
    return made


def make_value(cls: type[Any]) -> type[Any]:
    """A frozen class, compared by its fields unless it says otherwise."""
    made = _make_record(cls, eq="__eq__" not in vars(cls), frozen=True)
    made.__pykern_layout__ = (False, None)
    return made


def _make_record(cls: Any, **options: Any) -> Any:
    annotations: dict[str, str] = vars(cls).get("__annotations__", {})
    fields = {name: text for name, text in annotations.items() if not text.startswith("Final")}
    cls.__annotations__ = fields
    cls.__pykern_fields__ = fields
    cls.__post_init__ = _convert_fields
    for name in fields:
        if name in vars(cls):
            setattr(cls, name, _default(cls, name, vars(cls)[name]))
    return dataclasses.dataclass(slots=True, **options)(cls)


def _default(cls: Any, name: str, value: Any) -> Any:
    """A field whose default is copied for every new object, unless it is a pointer."""
    return dataclasses.field(default_factory=lambda: copied(field_types(cls)[name], value))


def _convert_fields(self: Any) -> None:
    for name, kind in field_types(type(self)).items():
        object.__setattr__(self, name, convert(kind, getattr(self, name)))


def _set_converted(self: Any, name: str, value: Any) -> None:
    kind = field_types(type(self)).get(name)
    object.__setattr__(self, name, value if kind is None else convert(kind, value))


def copy_fields(destination: Any, source: Any) -> None:
    """Makes every field of one struct equal to another's."""
    for name, kind in field_types(type(destination)).items():
        _copy_into(destination, name, kind, getattr(source, name))


def _copy_into(owner: Any, name: str, kind: Any, value: Any) -> None:
    old = getattr(owner, name)
    if is_struct(kind) and is_struct(type(old)):
        copy_fields(old, value)
    elif isinstance(old, Array) and not is_struct(type(old)):
        fresh = copied(kind, value)
        for index, item in enumerate(fresh):
            old[index] = item
    else:
        setattr(owner, name, copied(kind, value))


def zero_fields(destination: Any) -> None:
    """Gives every field its zero value."""
    for name, kind in field_types(type(destination)).items():
        _copy_into(destination, name, kind, zero_of(kind))
