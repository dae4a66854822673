"""Static data: module variables, text, tables and the sites of checks, as LLVM constants.

A constant is in storage form (`lower_types`). `Data.constant` answers None for what is not
constant, which lets the lowering of initialisers ask.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import Literal

from llvmlite import ir

from compiler.diagnostics import InternalError
from compiler.lower.metadata import quoted
from compiler.lower.state import ModuleState, is_external, symbol_reference
from compiler.lower.types import I8, PTR, items_of
from compiler.typed_tree import (
    AddressOf,
    ArrayInit,
    ArrayToSlice,
    BoolConst,
    BytesConst,
    BytesInit,
    CellInit,
    Convert,
    DerefPlace,
    ElementPlace,
    Expr,
    FieldPlace,
    FloatConst,
    FunctionAddress,
    Global,
    GlobalPlace,
    Initializer,
    IntConst,
    MakeSlice,
    MakeValue,
    NullConst,
    Place,
    StrConst,
    StructInit,
    Temporary,
    ZeroConst,
    ZeroInit,
)
from compiler.types import ArrayType, ClassType, Type

PER_CPU_SECTION = ".percpu"
POINTER_CONVERSIONS = ("pointer", "assume_non_null")


class Data:
    """`lines` are the definitions and declarations of the module's variables."""

    def __init__(self, state: ModuleState) -> None:
        self._state = state
        self._types = state.types
        self._own = {g.symbol for g in state.module.globals if not is_external(g)}
        self._declared: set[str] = set()
        self._bytes: dict[bytes, str] = {}
        self._count = 0
        self._temporaries: Literal["constant", "global"] | None = None
        """What temporaries are: static data in the value of a variable, and no constants elsewhere.
        """
        self.sites: dict[tuple[object, ...], str] = {}
        self.lines: list[str] = []

    # --- Variables ----------------------------------------------------------------------------

    def define(self, variable: Global) -> None:
        """Writes a variable of this module."""
        if variable.initial is None:
            self.reference(variable)
            return
        initial = self._required(variable.initial, variable)
        options = self._state.options
        section = variable.section
        if variable.per_cpu and options.target.kind == "kernel":
            section = PER_CPU_SECTION
        visibility = "" if variable.exported else self._state.hidden
        place = f", section {quoted(section)}" if section else ""
        place += f", align {self._types.layout(variable.type).align}"
        if not variable.per_cpu:
            place += f", !dbg {self._state.debug.global_variable(variable)}"
        word = "constant" if variable.constant else "global"
        self.lines.append(
            f"{symbol_reference(variable.symbol)} = {visibility}{word} "
            f"{initial.type} {initial.get_reference()}{place}"
        )

    def _required(self, node: Expr | Initializer, variable: Global) -> ir.Constant:
        self._temporaries = "constant" if variable.constant else "global"
        constant = self.constant(node)
        self._temporaries = None
        if constant is None:
            raise InternalError(f"{variable.span}: the value of {variable.name} is no constant")
        return constant

    def reference(self, variable: Global) -> str:
        """A variable's symbol, declared if it is defined elsewhere."""
        symbol = variable.symbol
        if symbol not in self._own and symbol not in self._declared:
            self._declared.add(symbol)
            visibility = "" if variable.exported else self._state.hidden
            layout = self._types.layout(variable.type)
            word = "constant" if variable.constant else "global"
            self.lines.append(
                f"{symbol_reference(symbol)} = external {visibility}{word} "
                f"[{layout.size} x i8], align {layout.align}"
            )
        return symbol_reference(symbol)

    def declare_word(self, symbol: str) -> str:
        """A variable of pointer size that the program defines and no module of the dialect need."""
        if symbol not in self._own and symbol not in self._declared:
            self._declared.add(symbol)
            words = f"external {self._state.hidden}global {self._types.usize}"
            self.lines.append(f"{symbol_reference(symbol)} = {words}")
        return symbol_reference(symbol)

    def anonymous(
        self, constant: ir.Constant, align: int, word: str = "unnamed_addr constant"
    ) -> str:
        """Private data without a name."""
        self._count += 1
        name = f"@data.{self._count}"
        self.lines.append(
            f"{name} = private {word} {constant.type} {constant.get_reference()}, align {align}"
        )
        return name

    def read_only(self, data: bytes) -> str:
        """Private read-only bytes; equal ones are shared."""
        found = self._bytes.get(data)
        if found is None:
            constant = ir.Constant(ir.ArrayType(I8, len(data)), bytearray(data))
            found = self._bytes[data] = self.anonymous(constant, 1)
        return found

    # --- Constants ----------------------------------------------------------------------------

    def constant(self, node: Expr | Initializer) -> ir.Constant | None:
        """The storage form of a node, or None if it has to be computed at run time."""
        match node:
            case IntConst():
                return ir.Constant(self._types.storage(node.type), node.value)
            case BoolConst():
                return ir.Constant(I8, int(node.value))
            case FloatConst():
                storage = self._types.storage(node.type)
                return ir.FormattedConstant(storage, float_text(storage, node.value))
            case StrConst():
                return self.text(node.text)
            case BytesConst():
                return self.slice(self.read_only(node.data), len(node.data))
            case NullConst():
                return ir.FormattedConstant(PTR, "null")
            case ZeroConst() | ZeroInit():
                return self._zero(node.type)
            case FunctionAddress():
                return pointer(self._state.reference(node.function))
            case MakeValue():
                return self._aggregate(node.type, items_of(node.type), node.items)
            case AddressOf():
                return self._address(node.place)
            case ArrayToSlice():
                return self._whole_array(node.array)
            case MakeSlice():
                return self._make_slice(node)
            case Convert() if node.kind in POINTER_CONVERSIONS:
                return self.constant(node.value)
        return self._initializer(node)

    def _initializer(self, node: Expr | Initializer) -> ir.Constant | None:
        match node:
            case StructInit(type=type) if isinstance(type, ClassType):
                return self._aggregate(type, items_of(type), node.fields)
            case ArrayInit(type=type) if isinstance(type, ArrayType):
                return self._array(type, node.elements)
            case CellInit(type=type, value=None):
                return self._zero(type)
            case CellInit(value=value) if value is not None:
                return self.constant(value)
            case BytesInit(type=type) if isinstance(type, ArrayType):
                return self._array_of_bytes(type, node.data)
        return None

    def text(self, text: str) -> ir.Constant:
        data = text.encode()
        return self.slice(self.read_only(data), len(data))

    def slice(self, data: str, length: int) -> ir.Constant:
        return ir.Constant(
            self._types.slice, [pointer(data), ir.Constant(self._types.usize, length)]
        )

    def _zero(self, type: Type) -> ir.Constant:
        return zero_constant(self._types.storage(type))

    def _aggregate(
        self, type: Type, types: Sequence[Type], parts: Sequence[Expr | Initializer]
    ) -> ir.Constant | None:
        members: dict[int, ir.Constant] = {}
        for index, (_, part) in enumerate(zip(types, parts, strict=True)):
            constant = self.constant(part)
            if constant is None:
                return None
            members[self._types.member(type, index)] = constant
        return self.struct(type, members)

    def struct(self, type: Type, members: dict[int, ir.Constant]) -> ir.Constant:
        """A struct's constant from its LLVM members; padding is zero."""
        storage = self._types.storage(type)
        parts = [members.get(i) or zero_constant(t) for i, t in enumerate(storage.elements)]
        return ir.Constant(storage, parts)

    def _array(self, type: ArrayType, nodes: Sequence[Expr | Initializer]) -> ir.Constant | None:
        elements: list[ir.Constant] = []
        for node in nodes:
            constant = self.constant(node)
            if constant is None:
                return None
            elements.append(constant)
        storage = self._types.storage(type)
        if not elements:
            return zero_constant(storage)
        missing = type.count - len(elements)
        return ir.Constant(storage, elements + [zero_constant(storage.element)] * missing)

    def _array_of_bytes(self, type: ArrayType, data: bytes) -> ir.Constant:
        storage = self._types.storage(type)
        size = self._types.layout(type).size
        data = data.ljust(size, b"\0")
        width = self._types.layout(type.element).size
        if width == 1:
            return ir.Constant(storage, bytearray(data))
        numbers = [int.from_bytes(data[i : i + width], "little") for i in range(0, size, width)]
        return ir.Constant(storage, numbers)

    def _make_slice(self, node: MakeSlice) -> ir.Constant | None:
        data, length = self.constant(node.data), self.constant(node.length)
        if data is None or length is None:
            return None
        return ir.Constant(self._types.slice, [data, length])

    def _whole_array(self, place: Place) -> ir.Constant | None:
        address = self._address(place)
        if address is None or not isinstance(place.type, ArrayType):
            return None
        return ir.Constant(
            self._types.slice, [address, ir.Constant(self._types.usize, place.type.count)]
        )

    # --- Addresses ----------------------------------------------------------------------------

    def _address(self, place: Place) -> ir.Constant | None:
        match place:
            case GlobalPlace(variable=variable):
                if variable.per_cpu and self._state.options.target.kind == "kernel":
                    return None
                return pointer(self.reference(variable))
            case FieldPlace(base=base):
                return self._offset(base, self._types.layout(base.type).offsets[place.index])
            case ElementPlace(base=base, index=IntConst(value=index)):
                return self._offset(base, index * self._types.layout(place.type).size)
            case DerefPlace(pointer=inner):
                return self.constant(inner)
            case Temporary() if self._temporaries is not None:
                return self._static_temporary(place, self._temporaries)
        return None

    def _static_temporary(self, place: Temporary, word: str) -> ir.Constant | None:
        constant = self.constant(place.initial)
        if constant is None:
            return None
        return pointer(self.anonymous(constant, self._types.layout(place.type).align, word))

    def _offset(self, base: Place, offset: int) -> ir.Constant | None:
        address = self._address(base)
        if address is None or offset == 0:
            return address
        usize = self._types.usize
        return pointer(f"getelementptr (i8, ptr {address.get_reference()}, {usize} {offset})")


def pointer(text: str) -> ir.Constant:
    return ir.FormattedConstant(PTR, text)


def zero_constant(type: ir.Type) -> ir.Constant:
    """All zero bits, in whichever word LLVM has for it."""
    return ir.FormattedConstant(type, "zeroinitializer")


def float_text(type: ir.Type, value: float) -> str:
    """The exact bits: LLVM writes both widths as the 64-bit pattern."""
    if isinstance(type, ir.FloatType):
        value = to_single(value)
    return f"0x{struct.unpack('<Q', struct.pack('<d', value))[0]:016X}"


def to_single(value: float) -> float:
    """The nearest 32-bit float; infinite where it is too large."""
    try:
        return float(struct.unpack("<f", struct.pack("<f", value))[0])
    except OverflowError:
        return float("inf") if value > 0 else float("-inf")
