"""Cells: places that are reached only through their own access methods.

Under CPython a cell is a box with one thread of execution, so every memory order means the same,
a device register keeps what was written, and there is one processor.
"""

from __future__ import annotations

import enum
import operator
from collections.abc import Callable
from types import GenericAlias
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast

from pykern.lang.integers import Integer

T = TypeVar("T")


class Order(enum.Enum):
    """Memory orders of atomic operations and fences."""

    RELAXED = 0
    ACQUIRE = 1
    RELEASE = 2
    ACQ_REL = 3
    SEQ_CST = 4


class Atomic(Generic[T]):
    """An integer, bool or pointer that is only ever read and written whole."""

    __slots__ = ("_value",)

    def __init__(self, value: T) -> None:
        self._value = value

    if not TYPE_CHECKING:
        __class_getitem__ = classmethod(GenericAlias)

    def load(self, order: Order) -> T:
        return self._value

    def store(self, value: T, order: Order) -> None:
        self._value = value

    def swap(self, value: T, order: Order) -> T:
        old, self._value = self._value, value
        return old

    def compare_exchange(self, expected: T, new: T, order: Order) -> tuple[T, bool]:
        """The old value, and whether it was `expected` and so has been replaced."""
        old = self._value
        done = old is expected or (isinstance(old, int) and old == expected)
        if done:
            self._value = new
        return old, done

    def fetch_add(self, value: T, order: Order) -> T:
        return self._update(operator.add, value)

    def fetch_sub(self, value: T, order: Order) -> T:
        return self._update(operator.sub, value)

    def fetch_and(self, value: T, order: Order) -> T:
        return self._update(operator.and_, value)

    def fetch_or(self, value: T, order: Order) -> T:
        return self._update(operator.or_, value)

    def fetch_xor(self, value: T, order: Order) -> T:
        return self._update(operator.xor, value)

    def _update(self, apply: Callable[[Any, Any], Any], value: T) -> T:
        old = self._value
        if not isinstance(old, Integer):
            raise TypeError(
                f"{old!r} has no type to wrap in: start with Atomic(u32(0)) or the like"
            )
        self._value = cast(T, old.wrapped(apply(int(old), int(cast(int, value)))))
        return old


class Mmio(Generic[T]):
    """A device register: every access is volatile and of exactly this width."""

    __slots__ = ("_value",)

    def __init__(self, value: T) -> None:
        self._value = value

    if not TYPE_CHECKING:
        __class_getitem__ = classmethod(GenericAlias)

    def read(self) -> T:
        return self._value

    def write(self, value: T) -> None:
        self._value = value


class PerCpu(Generic[T]):
    """A global of which each processor has its own. `symbol` is its name for assembly."""

    __slots__ = ("_value",)

    def __init__(self, value: T, symbol: str = "") -> None:
        self._value = value

    if not TYPE_CHECKING:
        __class_getitem__ = classmethod(GenericAlias)

    def get(self) -> T:
        return self._value

    def set(self, value: T) -> None:
        self._value = value

    def ptr(self) -> T:
        """This processor's own, for structs."""
        return self._value
