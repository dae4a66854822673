# mypy: disable-error-code="empty-body"
"""Pointers and places.

A reference to a struct is its pointer under CPython, so what works on whole structs, arrays and
slices works there. Pointers to scalars and addresses exist in compiled code only.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from pykern.lang.errors import PanicError, compiled_only
from pykern.lang.records import copy_fields, zero_fields
from pykern.lang.sequences import Slice
from pykern.lang.types import Ptr, u8, usize

if TYPE_CHECKING:
    from typing_extensions import TypeForm

T = TypeVar("T")


@compiled_only
def ref(place: T) -> Ptr[T]:
    """A pointer to a scalar place: a variable, a field, an element."""


@compiled_only
def load(pointer: Ptr[T]) -> T:
    """The value a pointer leads to."""


@compiled_only
def store(pointer: Ptr[T], value: T) -> None:
    """Replaces the value a pointer leads to."""


@compiled_only
def volatile_load(pointer: Ptr[T]) -> T:
    """`load` that is done exactly once, as written."""


@compiled_only
def volatile_store(pointer: Ptr[T], value: T) -> None:
    """`store` that is done exactly once, as written."""


@compiled_only
def ptr_at(kind: TypeForm[T], address: usize) -> Ptr[T]:
    """The pointer to an address; address 0 panics."""


@compiled_only
def slice_at(kind: TypeForm[T], address: usize, count: usize) -> Slice[T]:
    """The slice of `count` elements from an address on."""


@compiled_only
def ptr_cast(kind: TypeForm[T], pointer: object) -> Ptr[T]:
    """A pointer to the same place as another type."""


@compiled_only
def address_of(place: object) -> usize:
    """The address of a pointer, slice, array or function."""


@compiled_only
def offset(pointer: Ptr[T], count: int) -> Ptr[T]:
    """The pointer moved by `count` elements."""


@compiled_only
def as_bytes(place: object) -> Slice[u8]:
    """A struct, array or slice seen as bytes."""


def copy(destination: Ptr[T], source: Ptr[T]) -> None:
    """Copies a struct."""
    copy_fields(destination, source)


def zero(destination: Ptr[T]) -> None:
    """Clears a struct."""
    zero_fields(destination)


def copy_slice(destination: Slice[T], source: Slice[T]) -> None:
    """Copies the elements of a slice of equal length; they may overlap."""
    if len(destination) != len(source):
        raise PanicError(f"copy of {len(source)} elements to {len(destination)}")
    for index, value in enumerate(list(source)):
        destination[index] = value


def fill(destination: Slice[T], value: T) -> None:
    """Sets every element."""
    for index in range(len(destination)):
        destination[index] = value
