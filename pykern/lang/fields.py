"""The types of a class's fields, evaluated when they are first asked for.

Annotations are texts, as every dialect file has `from __future__ import annotations`. A type may be
named before it is defined, so nothing is evaluated while the class is being made.
"""

from __future__ import annotations

import sys
from types import GenericAlias
from typing import Any, TypeVar, get_args, get_origin


def type_arguments(kind: Any) -> dict[Any, Any]:
    """The type variables of a generic class and what `kind`, a use of it, puts in their places."""
    origin = get_origin(kind)
    return dict(zip(getattr(origin, "__parameters__", ()), get_args(kind), strict=True))


def field_types(kind: Any) -> dict[str, Any]:
    """Name and type of each field of a struct or value, or of a use of a generic one."""
    cls = get_origin(kind) or kind
    arguments = type_arguments(kind) if cls is not kind else {}
    return {name: _substitute(t, arguments) for name, t in _own_field_types(cls).items()}


def _own_field_types(cls: Any) -> dict[str, Any]:
    known: dict[str, Any] | None = cls.__dict__.get("__pykern_types__")
    if known is None:
        names = vars(sys.modules[cls.__module__])
        texts = cls.__pykern_fields__
        known = {field: eval(text, names, {cls.__name__: cls}) for field, text in texts.items()}
        cls.__pykern_types__ = known
    return known


def _substitute(kind: Any, arguments: dict[Any, Any]) -> Any:
    if isinstance(kind, TypeVar):
        return arguments.get(kind, kind)
    if arguments and isinstance(kind, GenericAlias):
        parts = tuple(_substitute(part, arguments) for part in kind.__args__)
        return GenericAlias(get_origin(kind), parts)
    if arguments and hasattr(kind, "__parameters__") and get_origin(kind) is not None:
        return get_origin(kind)[tuple(_substitute(part, arguments) for part in get_args(kind))]
    return kind
