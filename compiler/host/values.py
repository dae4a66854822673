"""Python values to and from memory, by the dialect's types.

| type | Python, given | Python, got |
|---|---|---|
| integers, bool, floats | int, bool, float; what does not fit is an OverflowError | the same |
| `Str` | str (its bytes live as long as the program) | str |
| `Slice[T]` | list, bytes: a copy for the call; bytearray, proxy: in place | `SliceProxy` |
| `Ptr[T]` | a proxy of such a place, `None` where nullable | a proxy, `None` |
| `@value` class | an instance of its Python class, or a tuple | an instance |
| `@enum`, `@flags` | a member or its number | a member of an `IntEnum`, `IntFlag` |
| tuple | tuple | tuple |
| `Fn` | a function of the program | `FunctionPointer` |
| `Format` | str, as one piece of text | not possible |

A place (struct, array, cell) is never converted: Python sees it through a proxy (`host_proxies`).
"""

from __future__ import annotations

import dataclasses
import enum
from collections.abc import Sequence
from typing import Any, Protocol

from compiler.host import memory, proxies
from compiler.host.layouts import host_layout
from compiler.host.memory import POINTER_BYTES, Borrowed, Memory
from compiler.types import (
    U8,
    ArrayType,
    AtomicType,
    BoolType,
    ClassType,
    FloatType,
    FnType,
    FormatType,
    IntType,
    MmioType,
    PerCpuType,
    PtrType,
    SliceType,
    StrType,
    TupleType,
    Type,
)

PIECE = "pykern.rt.format.Piece"
NO_PRECISION = 0xFFFF


class Names(Protocol):
    """What conversions need of the program."""

    def type(self, name: str) -> Type: ...

    def function_address(self, function: object, type: FnType) -> int | None: ...

    def method(self, cls: ClassType, name: str) -> Any: ...


@dataclasses.dataclass(frozen=True, slots=True)
class FunctionPointer:
    type: FnType
    address: int


class Values:
    """Converts for one program. `keep` collects what must outlive the use of what is written.

    `kept`: what was stored into memory that Python did not make, by address.
    """

    def __init__(self, names: Names) -> None:
        self._names = names
        self.kept: dict[int, object] = {}
        self._strings: dict[str, Memory] = {}
        self._classes: dict[ClassType, Any] = {}

    def method(self, cls: ClassType, name: str) -> Any:
        """A method as a function of the object and its arguments; None if there is none."""
        return None if name.startswith("__") else self._names.method(cls, name)

    # --- Reading -----------------------------------------------------------------------------

    def read(self, type: Type, address: int, owner: object = None) -> Any:
        """The Python value of what is at an address; proxies in it keep `owner` alive."""
        match type:
            case IntType():
                return memory.read_integer(type, address)
            case BoolType():
                return memory.read_bool(address)
            case FloatType():
                return memory.read_float(type, address)
            case PtrType(to):
                target = memory.read_word(address)
                return proxies.place(self, to, target, owner) if target else None
            case FnType():
                return FunctionPointer(type, memory.read_word(address))
            case StrType():
                return self._read_words(address, U8, None).bytes().decode()
            case SliceType(element):
                return self._read_words(address, element, owner)
            case TupleType(items):
                return tuple(self._read_items(type, items, address, owner))
            case ClassType(kind="enum" | "flags"):
                return self.python_class(type)(memory.read_integer(type.integer, address))
            case ClassType(kind="value"):
                fields = [field.type for field in type.fields]
                parts = self._read_items(type, fields, address, owner)
                return self.python_class(type)(*parts)
            case AtomicType(element) | MmioType(element) | PerCpuType(element):
                return self.read(element, address, owner)
        if type.is_place:
            return proxies.place(self, type, address, owner)
        raise TypeError(f"a {type} can't be read by Python")

    def _read_words(self, address: int, element: Type, owner: object) -> proxies.SliceProxy:
        data = memory.read_word(address)
        count = memory.read_word(address + POINTER_BYTES)
        return proxies.SliceProxy(self, element, data, count, owner)

    def _read_items(
        self, type: Type, items: Sequence[Type], address: int, owner: object
    ) -> list[Any]:
        offsets = host_layout(type).offsets
        return [self.read(t, address + o, owner) for t, o in zip(items, offsets, strict=True)]

    # --- Writing -----------------------------------------------------------------------------

    def write(self, type: Type, address: int, value: Any, keep: list[object]) -> None:
        """Stores a Python value of a value type (or of a cell) at an address."""
        match type:
            case IntType():
                memory.write_integer(type, address, value)
            case BoolType():
                memory.write_bool(address, value)
            case FloatType():
                memory.write_float(type, address, value)
            case PtrType():
                memory.write_word(address, self._pointer(type, value, keep))
            case FnType():
                memory.write_word(address, self._function(type, value))
            case StrType():
                self._write_words(address, *self._string(type, value))
            case SliceType(element):
                self._write_words(address, *self._slice(type, element, value, keep))
            case FormatType():
                self._write_words(address, *self._format(value, keep))
            case TupleType(items):
                self._write_items(type, items, address, value, keep)
            case ClassType(kind="enum" | "flags"):
                self._write_enum(type, address, value)
            case ClassType(kind="value"):
                self._write_value(type, address, value, keep)
            case ArrayType():
                proxies.ArrayProxy(self, type, address, None).assign(value, keep)
            case AtomicType(element) | MmioType(element) | PerCpuType(element):
                self.write(element, address, value, keep)
            case _:
                raise TypeError(f"a {type} can't be given by Python")

    def _write_words(self, address: int, data: int, count: int) -> None:
        memory.write_word(address, data)
        memory.write_word(address + POINTER_BYTES, count)

    def _write_items(
        self, type: Type, items: Sequence[Type], address: int, value: Any, keep: list[object]
    ) -> None:
        if not isinstance(value, tuple | list) or len(value) != len(items):
            raise TypeError(f"{type} expected, not {value!r}")
        offsets = host_layout(type).offsets
        for item, offset, part in zip(items, offsets, value, strict=True):
            self.write(item, address + offset, part, keep)

    def _write_value(self, type: ClassType, address: int, value: Any, keep: list[object]) -> None:
        if isinstance(value, self.python_class(type)):
            value = tuple(getattr(value, field.name) for field in type.fields)
        self._write_items(type, [field.type for field in type.fields], address, value, keep)

    def _write_enum(self, type: ClassType, address: int, value: Any) -> None:
        if isinstance(value, enum.Enum) and not isinstance(value, self.python_class(type)):
            raise TypeError(f"{type} expected, not {value!r}")
        if type.kind == "enum" and isinstance(value, int) and value not in type.members.values():
            raise OverflowError(f"{value} is not a member of {type}")
        memory.write_integer(type.integer, address, value, type)

    def _pointer(self, type: PtrType, value: Any, keep: list[object]) -> int:
        if value is None and type.nullable:
            return 0
        if isinstance(value, proxies.Proxy) and proxies.type_of(value) == type.to:
            keep.append(value)
            return proxies.address_of(value)
        if isinstance(value, proxies.ArrayProxy | proxies.SliceProxy) and value.element == type.to:
            keep.append(value)
            return proxies.address_of(value)
        if type.to == U8 and isinstance(value, bytearray | memoryview):
            borrowed = Borrowed(value)
            keep.append(borrowed)
            return borrowed.address
        raise TypeError(f"{type} expected, not {value!r}")

    def _function(self, type: FnType, value: Any) -> int:
        if isinstance(value, FunctionPointer) and value.type == type:
            return value.address
        address = self._names.function_address(value, type)
        if address is None:
            raise TypeError(f"{type} expected (a function of this program), not {value!r}")
        return address

    def _string(self, type: Type, value: Any) -> tuple[int, int]:
        if not isinstance(value, str):
            raise TypeError(f"{type} expected, not {value!r}")
        data = value.encode()
        block = self._strings.get(value)
        if block is None:
            block = Memory(len(data))
            memory.write_bytes(block.address, data)
            # Only complete, since other threads may find it there; the first of two stays.
            block = self._strings.setdefault(value, block)
        return block.address, len(data)

    def _slice(self, type: Type, element: Type, value: Any, keep: list[object]) -> tuple[int, int]:
        if isinstance(value, proxies.ArrayProxy | proxies.SliceProxy) and value.element == element:
            keep.append(value)
            return proxies.address_of(value), len(value)
        if element == U8 and isinstance(value, bytearray | memoryview):
            borrowed = Borrowed(value)
            keep.append(borrowed)
            return borrowed.address, borrowed.size
        if element == U8 and isinstance(value, bytes):
            block = Memory(len(value))
            memory.write_bytes(block.address, value)
            keep.append(block)
            return block.address, len(value)
        if isinstance(value, list | tuple) and not element.is_place:
            layout = host_layout(element)
            block = Memory(layout.size * len(value), layout.align)
            for index, item in enumerate(value):
                self.write(element, block.address + index * layout.size, item, keep)
            keep.append(block)
            return block.address, len(value)
        raise TypeError(f"{type} expected, not {value!r}")

    def _format(self, value: Any, keep: list[object]) -> tuple[int, int]:
        """A text as a `Format` of one piece that is copied as it is."""
        data, count = self._string(FormatType(), value)
        piece = self._names.type(PIECE)
        assert isinstance(piece, ClassType)
        layout = host_layout(piece)
        block = Memory(layout.size, layout.align)
        numbers = {"data": data, "extra": count, "precision": NO_PRECISION, "fill": ord(" ")}
        for field, offset in zip(piece.fields, layout.offsets, strict=True):
            if field.name in numbers:
                self.write(field.type, block.address + offset, numbers[field.name], keep)
        keep.append(block)
        return block.address, 1

    # --- Classes -----------------------------------------------------------------------------

    def python_class(self, cls: ClassType) -> Any:
        """The Python class that stands for a `@value`, `@enum` or `@flags` class."""
        found = self._classes.get(cls)
        if found is None:
            found = self._classes.setdefault(cls, self._make_class(cls))
        return found

    def _make_class(self, cls: ClassType) -> Any:
        match cls.kind:
            case "enum":
                return enum.IntEnum(str(cls), cls.members)
            case "flags":
                return enum.IntFlag(str(cls), cls.members, boundary=enum.KEEP)
            case "value":
                names = [field.name for field in cls.fields]
                members = {"_method": lambda value, name: self.method(cls, name)}
                return dataclasses.make_dataclass(
                    str(cls), names, bases=(Value,), namespace=members, frozen=True
                )
        raise TypeError(f"{cls} has no values")


class Value:
    """Base of the Python classes of `@value` classes: methods are the dialect's."""

    def __getattr__(self, name: str) -> Any:
        method = self._method(name)
        if method is None:
            raise AttributeError(f"{type(self).__name__} has no attribute {name!r}")
        return lambda *arguments, **keywords: method(self, *arguments, **keywords)

    def _method(self, name: str) -> Any:
        raise NotImplementedError
