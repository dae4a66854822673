"""Constants as memory and as Python values: defaults of fields and parameters, modules' own."""

from __future__ import annotations

from typing import Any, Protocol

from compiler import typed_tree as tt
from compiler.host import memory
from compiler.host.layouts import host_layout
from compiler.host.memory import Memory
from compiler.host.values import Values
from compiler.types import ArrayType, AtomicType, ClassType, MmioType, TupleType, Type


class NotAConstant(Exception):
    """A value that Python can't be shown, such as the address of a variable."""


class Addresses(Protocol):
    def symbol_address(self, symbol: str) -> int: ...


class Constants:
    """Stores and reads constants. `addresses` finds functions."""

    def __init__(self, values: Values, addresses: Addresses) -> None:
        self._values = values
        self._addresses = addresses

    def python(self, value: tt.Expr) -> Any:
        """The Python value of a constant expression."""
        match value:
            case tt.IntConst() if not isinstance(value.type, ClassType):
                return value.value
            case tt.BoolConst() | tt.FloatConst():
                return value.value
            case tt.StrConst():
                return value.text
            case tt.BytesConst():
                return value.data
        layout = host_layout(value.type)
        block = Memory(layout.size, layout.align)
        self.store(value.type, block.address, value)
        return self._values.read(value.type, block.address, block)

    def store(self, type: Type, address: int, value: tt.Expr | tt.Initializer) -> None:
        """Puts a constant into zeroed memory."""
        match value:
            case tt.ZeroInit() | tt.ZeroConst() | tt.NullConst() | tt.CellInit(value=None):
                pass
            case tt.IntConst():
                self._values.write(type, address, value.value, [])
            case tt.BoolConst() | tt.FloatConst():
                self._values.write(type, address, value.value, [])
            case tt.StrConst() | tt.BytesConst():
                self._store_text(type, address, value)
            case tt.BytesInit():
                memory.write_bytes(address, value.data)
            case tt.CellInit(value=inner) if inner and isinstance(type, AtomicType | MmioType):
                self.store(type.element, address, inner)
            case tt.StructInit(fields=parts) | tt.MakeValue(items=parts):
                self._store_items(type, address, parts)
            case tt.ArrayInit(elements=parts) if isinstance(type, ArrayType):
                size = host_layout(type.element).size
                for index, part in enumerate(parts):
                    self.store(type.element, address + index * size, part)
            case tt.FunctionAddress():
                symbol = value.function.symbol
                memory.write_word(address, self._addresses.symbol_address(symbol))
            case tt.Convert(kind="pointer", value=inner):
                self.store(type, address, inner)
            case _:
                raise NotAConstant(f"{value.type} can't be stored by Python")

    def _store_items(
        self, type: Type, address: int, parts: list[tt.Expr] | list[tt.Expr | tt.Initializer]
    ) -> None:
        items = type.items if isinstance(type, TupleType) else _field_types(type)
        for item, offset, part in zip(items, host_layout(type).offsets, parts, strict=True):
            self.store(item, address + offset, part)

    def _store_text(self, type: Type, address: int, value: tt.StrConst | tt.BytesConst) -> None:
        data = value.text.encode() if isinstance(value, tt.StrConst) else value.data
        block = Memory(len(data))
        memory.write_bytes(block.address, data)
        memory.write_word(address, block.address)
        memory.write_word(address + memory.POINTER_BYTES, len(data))
        self._values.kept[block.address] = block


def _field_types(type: Type) -> tuple[Type, ...]:
    assert isinstance(type, ClassType)
    return tuple(field.type for field in type.fields)
