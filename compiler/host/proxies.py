"""Places of a dialect program as Python objects.

A proxy is an address with a type. It reads and writes the place itself, nothing is copied; it keeps
alive the memory it is part of where Python made that memory, and a pointer that Python stores into
such memory keeps what it points to alive. What dialect code stores, dialect code must keep valid,
as always.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from compiler.host import memory
from compiler.host.layouts import host_layout
from compiler.host.memory import Borrowed, Memory
from compiler.types import (
    U8,
    ArrayType,
    ClassType,
    SliceType,
    Type,
)

if TYPE_CHECKING:
    from compiler.host.values import Values


class Proxy:
    """What all proxies have. `_owner` is the `Memory` the place lies in, if Python made it."""

    __slots__ = ("__weakref__", "_address", "_owner", "_type", "_values")

    _values: Values
    _type: Type
    _address: int
    _owner: object

    def __init__(self, values: Values, type: Type, address: int, owner: object) -> None:
        object.__setattr__(self, "_values", values)
        object.__setattr__(self, "_type", type)
        object.__setattr__(self, "_address", address)
        object.__setattr__(self, "_owner", owner)

    def __eq__(self, other: object) -> bool:
        """Whether both are the same place."""
        if not isinstance(other, Proxy):
            return NotImplemented
        return self._address == other._address and self._type == other._type

    def __hash__(self) -> int:
        return hash((self._address, str(self._type)))

    def __repr__(self) -> str:
        return f"<{self._type} at {self._address:#x}>"


def address_of(proxy: Proxy) -> int:
    return proxy._address


def type_of(proxy: Proxy) -> Type:
    return proxy._type


def place(values: Values, type: Type, address: int, owner: object) -> Proxy:
    """The proxy of the place at an address."""
    if isinstance(type, ClassType) and type.kind == "struct":
        return StructProxy(values, type, address, owner)
    if isinstance(type, ArrayType):
        return ArrayProxy(values, type, address, owner)
    return CellProxy(values, type, address, owner)


def _store(proxy: Proxy, type: Type, address: int, value: Any) -> None:
    """Writes into a proxy's place; what the value refers to lives as long as the place's memory."""
    keep: list[object] = []
    proxy._values.write(type, address, value, keep)
    _keep(proxy, address, keep)


def _keep(proxy: Proxy, address: int, keep: list[object]) -> None:
    owner = proxy._owner
    if isinstance(owner, Memory | Borrowed):
        owner.keep[address] = keep
    elif keep:
        proxy._values.kept[address] = keep


class StructProxy(Proxy):
    """A struct: fields and methods are attributes."""

    __slots__ = ()

    def _field(self, name: str) -> tuple[Type, int] | None:
        cls = self._type
        assert isinstance(cls, ClassType)
        index = cls.field_index(name)
        if index is None:
            return None
        return cls.fields[index].type, self._address + host_layout(cls).offsets[index]

    def __getattr__(self, name: str) -> Any:
        field = self._field(name)
        if field is not None:
            return self._values.read(*field, self._owner)
        assert isinstance(self._type, ClassType)
        method = self._values.method(self._type, name)
        if method is None:
            raise AttributeError(f"{self._type} has no field or method {name!r}")
        return lambda *arguments, **keywords: method(self, *arguments, **keywords)

    def __setattr__(self, name: str, value: Any) -> None:
        field = self._field(name)
        if field is None:
            raise AttributeError(f"{self._type} has no field {name!r}")
        _store(self, *field, value)

    def __dir__(self) -> list[str]:
        assert isinstance(self._type, ClassType)
        return [field.name for field in self._type.fields]


class CellProxy(Proxy):
    """A scalar or value in memory: `.value` reads and writes it; `cell[n]` is n elements on."""

    __slots__ = ()

    @property
    def value(self) -> Any:
        return self._values.read(self._type, self._address, self._owner)

    @value.setter
    def value(self, value: Any) -> None:
        _store(self, self._type, self._address, value)

    def __setattr__(self, name: str, value: Any) -> None:
        if name != "value":
            raise AttributeError(f"a {self._type} has no attribute {name!r}")
        _store(self, self._type, self._address, value)

    def __getitem__(self, index: int) -> Any:
        size = host_layout(self._type).size
        return self._values.read(self._type, self._address + index * size, self._owner)


class _Elements(Proxy, Sequence[Any]):
    """Elements in a row."""

    __slots__ = ("_count", "element")

    element: Type
    _count: int

    def __len__(self) -> int:
        return self._count

    def _element_address(self, index: int) -> int:
        if not -self._count <= index < self._count:
            raise IndexError(f"index {index} of {self._count} elements")
        return self._address + index % self._count * host_layout(self.element).size

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            start, stop, step = index.indices(self._count)
            if step != 1:
                raise ValueError("a slice of elements has no step")
            at = self._address + start * host_layout(self.element).size
            return SliceProxy(self._values, self.element, at, max(0, stop - start), self._owner)
        return self._values.read(self.element, self._element_address(index), self._owner)

    def __setitem__(self, index: int, value: Any) -> None:
        _store(self, self.element, self._element_address(index), value)

    def __iter__(self) -> Iterator[Any]:
        return (self[index] for index in range(self._count))

    def __eq__(self, other: object) -> bool:
        """Elements are compared, also with lists and bytes."""
        if isinstance(other, bytes | bytearray):
            return self.bytes() == other
        if isinstance(other, _Elements | list | tuple):
            return list(self) == list(other)
        return NotImplemented

    __hash__ = None  # type: ignore[assignment]

    def bytes(self) -> bytes:
        """The memory of all elements."""
        return memory.read_bytes(self._address, self._count * host_layout(self.element).size)

    def assign(self, value: Any, keep: list[object]) -> None:
        """Stores as many values as there are elements; fewer leave the rest alone."""
        if self.element == U8 and isinstance(value, bytes | bytearray):
            self._check_room(len(value))
            memory.write_bytes(self._address, bytes(value))
            return
        if not isinstance(value, list | tuple | _Elements):
            raise TypeError(f"elements of {self._type} expected, not {value!r}")
        self._check_room(len(value))
        for index, item in enumerate(value):
            self._values.write(self.element, self._element_address(index), item, keep)

    def fill(self, value: Any) -> None:
        """Stores values, and keeps what they refer to."""
        keep: list[object] = []
        self.assign(value, keep)
        _keep(self, self._address, keep)

    def _check_room(self, count: int) -> None:
        if count > self._count:
            raise OverflowError(f"{count} elements do not fit {self._type}")


class ArrayProxy(_Elements):
    __slots__ = ()

    def __init__(self, values: Values, type: ArrayType, address: int, owner: object) -> None:
        super().__init__(values, type, address, owner)
        object.__setattr__(self, "element", type.element)
        object.__setattr__(self, "_count", type.count)


class SliceProxy(_Elements):
    __slots__ = ()

    def __init__(
        self, values: Values, element: Type, address: int, count: int, owner: object
    ) -> None:
        super().__init__(values, SliceType(element), address, owner)
        object.__setattr__(self, "element", element)
        object.__setattr__(self, "_count", count)
