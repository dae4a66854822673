"""Arithmetic beyond the operators: wrapping, checked, converting, counting bits.

The functions work in the type of their arguments. A plain Python integer plays the part of a
literal and takes the other argument's type; without any typed argument there is nothing to work in.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar, cast

from pykern.lang import integers
from pykern.lang.errors import NeedsMachineError, PanicError
from pykern.lang.floats import f32
from pykern.lang.integers import common_type
from pykern.lang.types import Integer, u64

if TYPE_CHECKING:
    from typing_extensions import TypeForm

N = TypeVar("N", bound=Integer)
T = TypeVar("T")


def _kind(*values: Any) -> type[integers.Integer]:
    kind: type = type(values[0]) if len(values) == 1 else common_type(*values)
    if not issubclass(kind, integers.Integer):
        raise TypeError(f"{', '.join(map(repr, values))}: which width? write u32({values[0]!r})")
    return kind


def _exact(operation: Callable[[int, int], int], a: Any, b: Any) -> tuple[Any, int]:
    kind = _kind(a, b)
    return kind, operation(int(kind(a)), int(kind(b)))


def wrapping_add(a: N, b: N | int) -> N:
    kind, result = _exact(int.__add__, a, b)
    return kind.wrapped(result)


def wrapping_sub(a: N, b: N | int) -> N:
    kind, result = _exact(int.__sub__, a, b)
    return kind.wrapped(result)


def wrapping_mul(a: N, b: N | int) -> N:
    kind, result = _exact(int.__mul__, a, b)
    return kind.wrapped(result)


def wrapping_shl(a: N, count: Integer | int) -> N:
    """`a << count` without the bits shifted out: 0 if that is all of them."""
    kind: Any = _kind(a)
    if int(count) < 0:
        raise PanicError(f"shift of {kind.__name__} by {count}")
    return kind.wrapped(int(a) << min(int(count), kind.width))


def wrapping_neg(a: N) -> N:
    kind: Any = _kind(a)
    return kind.wrapped(-int(a))


def checked_add(a: N, b: N | int) -> tuple[N, bool]:
    """The low bits of the sum, and whether it overflowed."""
    return _with_overflow(*_exact(int.__add__, a, b))


def checked_sub(a: N, b: N | int) -> tuple[N, bool]:
    """The low bits of the difference, and whether it overflowed."""
    return _with_overflow(*_exact(int.__sub__, a, b))


def checked_mul(a: N, b: N | int) -> tuple[N, bool]:
    """The low bits of the product, and whether it overflowed."""
    return _with_overflow(*_exact(int.__mul__, a, b))


def _with_overflow(kind: Any, exact: int) -> tuple[Any, bool]:
    return kind.wrapped(exact), not kind.low <= exact <= kind.high


def truncate(kind: TypeForm[N], value: Integer | int) -> N:
    """The low bits of `value` as a `kind`."""
    integer: Any = kind
    return integer.wrapped(int(value))


_PACKED_FLOATS = {(f32, 32): "<f", (float, 64): "<d"}


def bitcast(kind: TypeForm[T], value: object) -> T:
    """The same bits as a value of another type of the same size."""
    bits, width = _bits_of_value(value)
    target: Any = kind
    if isinstance(target, type) and issubclass(target, integers.Integer):
        if target.width != width:
            raise TypeError(f"bitcast of {width} bits to {target.__name__}")
        return cast(T, target.wrapped(bits))
    packed = _PACKED_FLOATS.get((target, width))
    if packed is None:
        raise NeedsMachineError("bitcast() of anything but integers and floats")
    (number,) = struct.unpack(packed, bits.to_bytes(width // 8, "little"))
    return target(number)


def _bits_of_value(value: object) -> tuple[int, int]:
    if isinstance(value, integers.Integer):
        return int(value) & ((1 << value.width) - 1), value.width
    if isinstance(value, f32):
        return int.from_bytes(struct.pack("<f", value), "little"), 32
    if isinstance(value, float):
        return int.from_bytes(struct.pack("<d", value), "little"), 64
    raise NeedsMachineError("bitcast() of anything but integers and floats")


def max_of(kind: TypeForm[N]) -> N:
    """The greatest value of an integer type."""
    integer: Any = kind
    return integer(integer.high)


def min_of(kind: TypeForm[N]) -> N:
    """The least value of an integer type."""
    integer: Any = kind
    return integer(integer.low)


def bits_of(kind: TypeForm[N]) -> int:
    """The width of an integer type in bits."""
    integer: Any = kind
    return int(integer.width)


def clz(value: N) -> int:
    """Zero bits above the highest one; the width for 0."""
    return integers.u32(_kind(value).width - int(value).bit_length())


def ctz(value: N) -> int:
    """Zero bits below the lowest one; the width for 0."""
    number = int(value)
    return integers.u32((number & -number).bit_length() - 1 if number else _kind(value).width)


def popcount(value: N) -> int:
    """One bits."""
    _kind(value)
    return integers.u32(int(value).bit_count())


def bswap(value: N) -> N:
    """The bytes in the opposite order."""
    kind: Any = _kind(value)
    swapped = int(value).to_bytes(kind.width // 8, "little")
    return kind(int.from_bytes(swapped, "big"))


def rotl(value: N, count: Integer | int) -> N:
    """Rotates to the left by `count` modulo the width."""
    kind: Any = _kind(value)
    shift = int(count) % kind.width
    return kind.wrapped((int(value) << shift) | (int(value) >> (kind.width - shift)))


def rotr(value: N, count: Integer | int) -> N:
    """Rotates to the right by `count` modulo the width."""
    return rotl(value, -int(count))


def mul_wide(a: u64, b: u64) -> tuple[u64, u64]:
    """The low and the high half of the whole product."""
    product = int(integers.u64(a)) * int(integers.u64(b))
    return integers.u64.wrapped(product), integers.u64(product >> 64)
