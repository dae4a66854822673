"""Memory that Python and dialect code share, and scalars in it."""

from __future__ import annotations

import ctypes
from typing import Any

from compiler.layout import round_up
from compiler.types import BoolType, FloatType, IntType, Type

POINTER_BYTES = 8

_INTEGERS: dict[tuple[int, bool], Any] = {
    (8, False): ctypes.c_uint8,
    (16, False): ctypes.c_uint16,
    (32, False): ctypes.c_uint32,
    (64, False): ctypes.c_uint64,
    (8, True): ctypes.c_int8,
    (16, True): ctypes.c_int16,
    (32, True): ctypes.c_int32,
    (64, True): ctypes.c_int64,
}
_FLOATS: dict[int, Any] = {32: ctypes.c_float, 64: ctypes.c_double}


class Memory:
    """A zeroed block that lives as long as this object; `keep`: what it refers to."""

    __slots__ = ("_block", "address", "keep", "size")

    def __init__(self, size: int, align: int = 16) -> None:
        self._block = ctypes.create_string_buffer(size + align)
        self.address = round_up(ctypes.addressof(self._block), align)
        self.size = size
        self.keep: dict[int, object] = {}


class Borrowed:
    """A writable Python buffer whose bytes dialect code uses in place."""

    __slots__ = ("_view", "address", "keep", "size")

    def __init__(self, buffer: bytearray | memoryview) -> None:
        view = memoryview(buffer).cast("B")
        self.size = len(view)
        self._view = (ctypes.c_char * self.size).from_buffer(view)
        self.address = ctypes.addressof(self._view)
        self.keep: dict[int, object] = {}


def read_bytes(address: int, count: int) -> bytes:
    return ctypes.string_at(address, count) if count else b""


def write_bytes(address: int, data: bytes) -> None:
    ctypes.memmove(address, data, len(data))


def read_word(address: int) -> int:
    return int(ctypes.c_uint64.from_address(address).value)


def write_word(address: int, value: int) -> None:
    ctypes.c_uint64.from_address(address).value = value


def read_integer(type: IntType, address: int) -> int:
    return int(_INTEGERS[type.width, type.signed].from_address(address).value)


def write_integer(type: IntType, address: int, value: object, shown: Type | None = None) -> None:
    """`shown` is the type the user knows of (an enum's name rather than its integer's)."""
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError(f"{shown or type} expected, not {value!r}")
    if not type.holds(value):
        raise OverflowError(f"{value} does not fit {shown or type}")
    _INTEGERS[type.width, type.signed].from_address(address).value = value


def read_bool(address: int) -> bool:
    return ctypes.c_uint8.from_address(address).value != 0


def write_bool(address: int, value: object) -> None:
    if not isinstance(value, bool):
        raise TypeError(f"{BoolType()} expected, not {value!r}")
    ctypes.c_uint8.from_address(address).value = value


def read_float(type: FloatType, address: int) -> float:
    return float(_FLOATS[type.width].from_address(address).value)


def write_float(type: FloatType, address: int, value: object) -> None:
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise TypeError(f"{type} expected, not {value!r}")
    _FLOATS[type.width].from_address(address).value = value
