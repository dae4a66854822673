"""`Slice` and `Array`: a view of elements, and elements in place.

Under CPython both are windows on a Python list; a slice of a slice shares the list.
"""

from __future__ import annotations

from collections.abc import Iterator
from types import GenericAlias
from typing import TYPE_CHECKING, Any, Generic, Self, TypeVar, overload

from pykern.lang.errors import PanicError

T = TypeVar("T")


class Slice(Generic[T]):
    """A pointer and a length. Every access is checked."""

    __slots__ = ("_items", "_start", "_length")

    def __init__(self, items: list[T], start: int = 0, length: int | None = None) -> None:
        self._items = items
        self._start = start
        self._length = len(items) - start if length is None else length

    if not TYPE_CHECKING:
        __class_getitem__ = classmethod(GenericAlias)

    def __len__(self) -> int:
        return self._length

    def __iter__(self) -> Iterator[T]:
        for index in range(self._length):
            yield self._items[self._start + index]

    @overload
    def __getitem__(self, index: int, /) -> T: ...
    @overload
    def __getitem__(self, index: slice, /) -> Slice[T]: ...
    def __getitem__(self, index: int | slice, /) -> T | Slice[T]:
        if isinstance(index, slice):
            return self._part(index)
        return self._items[self._place(index)]

    def __setitem__(self, index: int, value: T, /) -> None:
        self._items[self._place(index)] = value

    def _place(self, index: int) -> int:
        if not 0 <= index < self._length:
            raise PanicError(f"index {index} out of {self._length}")
        return self._start + index

    def _part(self, part: slice) -> Slice[T]:
        if part.step is not None:
            raise TypeError("a slice has no step")
        first = 0 if part.start is None else part.start
        last = self._length if part.stop is None else part.stop
        if not 0 <= first <= last <= self._length:
            raise PanicError(f"slice {first}:{last} out of {self._length}")
        return Slice(self._items, self._start + first, last - first)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(map(repr, self))})"


class Array(Slice[T]):
    """`Array[T, N]`: N elements in place. `Array(1, 2, 3)` lists them."""

    __slots__ = ()

    def __init__(self, *items: T) -> None:
        super().__init__(list(items))


class Zeroed:
    """What `zeroed()` gives under CPython: a zero value that waits for the context's type."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "zeroed()"

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        return self


ZEROED = Zeroed()

if TYPE_CHECKING:

    def zeroed() -> Any:
        """The zero value of the type that the context asks for."""

else:

    def zeroed():
        """The zero value of the type that the context asks for."""
        return ZEROED
