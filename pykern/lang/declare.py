"""The decorators of the dialect."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar, cast, dataclass_transform, overload

from pykern.lang.enums import make_enum, make_flags
from pykern.lang.errors import compiled_only
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
    return compiled_only if isinstance(target, str) else compiled_only(target)


def section(name: str, /) -> Callable[[F], F]:
    """Places a function in a section of the image."""
    return lambda function: function


def inline(function: F, /) -> F:
    """A function whose body is put in the place of each call."""
    return function


def noinline(function: F, /) -> F:
    """A function that is never put in the place of a call."""
    return function


def cold(function: F, /) -> F:
    """A function that is rarely called, kept away from the others."""
    return function


def wrapping(function: F, /) -> F:
    """A function in which `+ - * <<` and negation wrap instead of being checked."""
    return function


def unchecked(function: F, /) -> F:
    """A measured hot function in which overflow and bounds are not checked."""
    return function


def interrupt_safe(function: F, /) -> F:
    """A function that an interrupt may call at any time."""
    return function


def test(function: F, /) -> F:
    """A test, compiled into test builds and run by `pykern test`."""
    return function


def naked(function: F, /) -> F:
    """A function without prologue and epilogue: its body is one `asm`."""
    return function


def comptime(function: Callable[..., Any], /) -> Callable[..., Any]:
    """A function that is run when a constant is computed; the constant's type decides its own."""
    return function
