"""The dialect's types.

A type checker and CPython see two things under one name:

- A type checker sees the integers as `int`, so that a literal is accepted where a `u32` is asked
  for, and `Ptr[T]` as `T` itself, so that `p.field` is found and `Ptr[T] | None` is narrowed.
- CPython sees classes: an integer that checks its range, and pointer, array and function types that
  can be subscripted and whose layout `sizeof` knows.
"""

from __future__ import annotations

from types import GenericAlias
from typing import TYPE_CHECKING, Any, TypeVar

from pykern.lang.sequences import Array, Slice, zeroed

__all__ = [
    "Array",
    "Fn",
    "Format",
    "Integer",
    "Ptr",
    "Slice",
    "Str",
    "f32",
    "f64",
    "i16",
    "i32",
    "i64",
    "i8",
    "isize",
    "u16",
    "u32",
    "u64",
    "u8",
    "usize",
    "zeroed",
]

T = TypeVar("T")

if TYPE_CHECKING:
    from collections.abc import Callable as Fn
    from typing import Annotated, Protocol, Self, TypeAlias

    u8: TypeAlias = int
    u16: TypeAlias = int
    u32: TypeAlias = int
    u64: TypeAlias = int
    usize: TypeAlias = int
    i8: TypeAlias = int
    i16: TypeAlias = int
    i32: TypeAlias = int
    i64: TypeAlias = int
    isize: TypeAlias = int
    f32: TypeAlias = float
    f64: TypeAlias = float
    Str: TypeAlias = str
    Format: TypeAlias = str
    Ptr: TypeAlias = Annotated[T, "pointer"]

    class Integer(Protocol):
        """The bound that promises the operators, conversions and comparisons of integers."""

        def __add__(self, other: Any, /) -> Self: ...
        def __radd__(self, other: Any, /) -> Self: ...
        def __sub__(self, other: Any, /) -> Self: ...
        def __rsub__(self, other: Any, /) -> Self: ...
        def __mul__(self, other: Any, /) -> Self: ...
        def __rmul__(self, other: Any, /) -> Self: ...
        def __floordiv__(self, other: Any, /) -> Self: ...
        def __rfloordiv__(self, other: Any, /) -> Self: ...
        def __mod__(self, other: Any, /) -> Self: ...
        def __rmod__(self, other: Any, /) -> Self: ...
        def __and__(self, other: Any, /) -> Self: ...
        def __rand__(self, other: Any, /) -> Self: ...
        def __or__(self, other: Any, /) -> Self: ...
        def __ror__(self, other: Any, /) -> Self: ...
        def __xor__(self, other: Any, /) -> Self: ...
        def __rxor__(self, other: Any, /) -> Self: ...
        def __lshift__(self, other: Any, /) -> Self: ...
        def __rlshift__(self, other: Any, /) -> Self: ...
        def __rshift__(self, other: Any, /) -> Self: ...
        def __rrshift__(self, other: Any, /) -> Self: ...
        def __neg__(self) -> Self: ...
        def __invert__(self) -> Self: ...
        def __abs__(self) -> Self: ...
        def __lt__(self, other: Any, /) -> bool: ...
        def __le__(self, other: Any, /) -> bool: ...
        def __gt__(self, other: Any, /) -> bool: ...
        def __ge__(self, other: Any, /) -> bool: ...
        def __int__(self) -> int: ...
        def __index__(self) -> int: ...

else:
    from pykern.lang.floats import f32, f64
    from pykern.lang.integers import (
        Integer,
        i8,
        i16,
        i32,
        i64,
        isize,
        u8,
        u16,
        u32,
        u64,
        usize,
    )

    Str = str
    Format = str

    class Ptr:
        """A pointer. Under CPython a reference to a struct is its pointer."""

        __class_getitem__ = classmethod(GenericAlias)

    class Fn:
        """A pointer to a function."""

        __class_getitem__ = classmethod(GenericAlias)
