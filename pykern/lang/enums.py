"""`@enum` and `@flags` under CPython."""

from __future__ import annotations

import enum
import functools
import operator
from collections.abc import Callable
from typing import Any, ClassVar, Self

from pykern.lang.errors import PanicError

Kind = Callable[..., int]


def make_enum(cls: type[Any], kind: Kind) -> type[enum.Enum]:
    """The class as a real enum whose values are of the given integer type."""
    body = enum.EnumType.__prepare__(cls.__name__, (enum.Enum,))
    for name, value in _own_names(cls).items():
        body[name] = kind(value) if _is_number(value) else value
    body["_missing_"] = classmethod(_no_member)
    body["__kind__"] = kind
    made: Any = enum.EnumType(cls.__name__, (enum.Enum,), body)
    return made


def _no_member(cls: type[Any], value: object) -> Any:
    raise PanicError(f"{value} is no member of {cls.__name__}")


def make_flags(cls: type[Any], kind: Kind) -> type[FlagSet]:
    """The class as a set of bits; its members are constants of the class."""
    names = _own_names(cls)
    members = {name: value for name, value in names.items() if _is_number(value)}
    body = {name: value for name, value in names.items() if name not in members}
    made: Any = type(cls.__name__, (FlagSet,), {**body, "__slots__": (), "__kind__": kind})
    made.__members__ = {name: made(value) for name, value in members.items()}
    for name, member in made.__members__.items():
        setattr(made, name, member)
    return made


class FlagSet:
    """A frozen set of bits in an integer of `__kind__`."""

    __slots__ = ("value",)
    __kind__: ClassVar[Any]
    __members__: ClassVar[dict[str, Any]]
    value: int

    def __init__(self, value: int) -> None:
        object.__setattr__(self, "value", self.__kind__(value))

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"{type(self).__name__} is frozen")

    def __or__(self, other: Self) -> Self:
        return type(self)(self.value | self._bits(other))

    def __and__(self, other: Self) -> Self:
        return type(self)(self.value & self._bits(other))

    def __xor__(self, other: Self) -> Self:
        return type(self)(self.value ^ self._bits(other))

    def __invert__(self) -> Self:
        every = functools.reduce(operator.or_, (bit.value for bit in self.__members__.values()), 0)
        return type(self)(~self.value & every)

    def __contains__(self, other: Self) -> bool:
        bits = self._bits(other)
        return bool(self.value & bits == bits)

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and self.value == self._bits(other)

    def __hash__(self) -> int:
        return hash((type(self), self.value))

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.value:#x}>"

    def _bits(self, other: Any) -> Any:
        if type(other) is not type(self):
            raise TypeError(f"{other!r} is no {type(self).__name__}")
        return other.value


def _own_names(cls: type[Any]) -> dict[str, Any]:
    dropped = ("__dict__", "__weakref__")
    return {name: value for name, value in vars(cls).items() if name not in dropped}


def _is_number(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
