"""The decorators of the dialect."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar, cast, dataclass_transform, overload

from pykern.lang.enums import make_enum, make_flags
from pykern.lang.errors import NeedsMachineError
from pykern.lang.records import make_struct, make_value

T = TypeVar("T")
F = TypeVar("F", bound=Callable[..., Any])

if TYPE_CHECKING:
    from pykern.lang.types import u32


@overload
def struct(cls: type[T], /) -> type[T]: ...
@overload
def struct(*, packed: bool = False, align: int | None = None) -> Callable[[type[T]], type[T]]: ...
@dataclass_transform(eq_default=False)
def struct(
    cls: type[Any] | None = None, /, *, packed: bool = False, align: int | None = None
) -> Any:
    """A class with identity, laid out in memory in the order of its fields."""
    if cls is None:
        return lambda target: make_struct(target, packed=packed, align=align)
    return make_struct(cls, packed=packed, align=align)


@dataclass_transform(frozen_default=True)
def value(cls: type[T], /) -> type[T]:
    """A frozen class that is copied freely."""
    return make_value(cls)


def enum(kind: Callable[..., int], /) -> Callable[[type[T]], type[T]]:
    """A class of named values, stored as a `kind`."""

    def make(cls: type[T]) -> type[T]:
        return cast(type[T], make_enum(cls, kind))

    return make


def flags(kind: Callable[..., int], /) -> Callable[[type[T]], type[T]]:
    """A class of named bits, stored as a `kind`."""

    def make(cls: type[T]) -> type[T]:
        return cast(type[T], make_flags(cls, kind))

    return make


def is_member(kind: type[object], number: u32) -> bool:
    """Whether an enum has a member of this value."""
    return any(member.value == number for member in cast(Any, kind))


def raises(*errors: type[Exception]) -> Callable[[F], F]:
    """Lists every error that can leave a function."""
    return lambda function: function


def export(symbol: str, /) -> Callable[[F], F]:
    """Gives a function the C calling convention and this symbol's name."""
    return lambda function: function


@overload
def extern(function: F, /) -> F: ...
@overload
def extern(symbol: str, /) -> Callable[[F], F]: ...
@overload
def extern(module: str, name: str, /) -> Callable[[F], F]: ...
def extern(target: Any, name: str | None = None, /) -> Any:
    """A function that is defined elsewhere, under its own name or another symbol's.

    For wasm, two texts name the module and the function to import.
    """
    if isinstance(target, str):
        return _refuse
    return _refuse(target)


def _refuse(function: Callable[..., Any]) -> Callable[..., Any]:
    def refuse(*args: object, **kwargs: object) -> Any:
        raise NeedsMachineError(f"{function.__name__}(), defined outside,")

    return refuse


def section(name: str, /) -> Callable[[F], F]:
    """Places a function in a section of the image."""
    return lambda function: function


def _mark(function: F) -> F:
    return function


inline = _mark
noinline = _mark
cold = _mark
wrapping = _mark
unchecked = _mark
interrupt_safe = _mark
test = _mark
naked = _mark


def comptime(function: Callable[..., Any], /) -> Callable[..., Any]:
    """A function that is run when a constant is computed; the constant's type decides its own."""
    return function
