"""The integer types as CPython sees them: integers that know their type and never leave its range.

An operation on two types is done in the one that holds both; a plain Python integer plays the part
of the literal and takes the other operand's type. What does not fit panics, as compiled code does.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any, ClassVar, Self

from pykern.lang.errors import PanicError


class Integer(int):
    """Base of the integer types, and the bound of type variables that stand for one."""

    width: ClassVar[int]
    signed: ClassVar[bool]
    low: ClassVar[int]
    high: ClassVar[int]

    def __new__(cls, value: Any = 0) -> Self:
        if cls is Integer:
            raise TypeError("Integer is a bound for type variables; use a type with a width")
        try:
            number = int(value)
        except (ValueError, OverflowError):  # not a number, infinity
            raise PanicError(f"{value} does not fit {cls.__name__}") from None
        return cls._checked(number)

    @classmethod
    def _checked(cls, number: int) -> Self:
        if not cls.low <= number <= cls.high:
            raise PanicError(f"{number} does not fit {cls.__name__}")
        return int.__new__(cls, number)

    @classmethod
    def wrapped(cls, number: int) -> Self:
        """The low bits of `number`."""
        bits = number & ((1 << cls.width) - 1)
        if cls.signed and bits >> (cls.width - 1):
            bits -= 1 << cls.width
        return int.__new__(cls, bits)

    def __truediv__(self, other: Any) -> Any:
        raise TypeError("'/' is for floats; integers divide with '//'")

    __rtruediv__ = __truediv__

    def __pow__(self, other: Any, modulus: Any = None) -> Any:
        raise TypeError("'**' is for constants")

    def __neg__(self) -> Self:
        return self._checked(-int(self))

    def __abs__(self) -> Self:
        return self._checked(abs(int(self)))

    def __invert__(self) -> Self:
        return self.wrapped(~int(self))

    def __pos__(self) -> Self:
        return self


def common_type(left: Any, right: Any) -> type[Integer]:
    """The type in which an operation on `left` and `right` is done."""
    a, b = type(left), type(right)
    if not issubclass(a, Integer):
        return a if not issubclass(b, Integer) else b
    if not issubclass(b, Integer) or (a.low <= b.low and b.high <= a.high):
        return a
    if b.low <= a.low and a.high <= b.high:
        return b
    raise TypeError(f"neither {a.__name__} nor {b.__name__} holds the values of both")


def _is_integer(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _arithmetic(exact: Callable[[int, int], int]) -> Callable[[Any, Any], Any]:
    def apply(left: Any, right: Any) -> Any:
        if not _is_integer(left) or not _is_integer(right):
            return NotImplemented
        kind = common_type(left, right)
        a, b = kind(left), kind(right)
        try:
            return kind._checked(exact(int(a), int(b)))
        except ZeroDivisionError:
            raise PanicError("division by zero") from None

    return apply


def _shift(exact: Callable[[int, int], int]) -> Callable[[Any, Any], Any]:
    def apply(left: Any, right: Any) -> Any:
        if not _is_integer(left) or not _is_integer(right):
            return NotImplemented
        if not isinstance(left, Integer):
            # A literal takes its type from the context, which CPython does not know: stay exact.
            return exact(left, int(right))
        if not 0 <= right < left.width:
            raise PanicError(f"shift of {type(left).__name__} by {right}")
        return left._checked(exact(int(left), int(right)))

    return apply


_OPERATORS: dict[str, Callable[[Any, Any], Any]] = {
    "add": _arithmetic(operator.add),
    "sub": _arithmetic(operator.sub),
    "mul": _arithmetic(operator.mul),
    "floordiv": _arithmetic(operator.floordiv),
    "mod": _arithmetic(operator.mod),
    "and": _arithmetic(operator.and_),
    "or": _arithmetic(operator.or_),
    "xor": _arithmetic(operator.xor),
    "lshift": _shift(operator.lshift),
    "rshift": _shift(operator.rshift),
}


def _reflected(apply: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    return lambda right, left: apply(left, right)


for _name, _apply in _OPERATORS.items():
    setattr(Integer, f"__{_name}__", _apply)
    setattr(Integer, f"__r{_name}__", _reflected(_apply))


def _integer_type(name: str, width: int, signed: bool) -> type[Integer]:
    low = -(1 << (width - 1)) if signed else 0
    high = (1 << (width - int(signed))) - 1
    body = {
        "__doc__": f"{'Signed' if signed else 'Unsigned'} integer of {width} bits.",
        "__slots__": (),
        "__module__": "pykern.lang",
        "width": width,
        "signed": signed,
        "low": low,
        "high": high,
    }
    return type(name, (Integer,), body)


u8 = _integer_type("u8", 8, False)
u16 = _integer_type("u16", 16, False)
u32 = _integer_type("u32", 32, False)
u64 = _integer_type("u64", 64, False)
usize = _integer_type("usize", 64, False)
i8 = _integer_type("i8", 8, True)
i16 = _integer_type("i16", 16, True)
i32 = _integer_type("i32", 32, True)
i64 = _integer_type("i64", 64, True)
isize = _integer_type("isize", 64, True)
