"""What has to hold at each kind of node of the typed tree, one rule each; `lower.verify` walks."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from compiler.source import Span
from compiler.typed_tree import (
    AddressOf,
    Arithmetic,
    ArrayInit,
    ArrayToSlice,
    Break,
    CallFunction,
    CallPointer,
    Compare,
    Conditional,
    Continue,
    DerefPlace,
    ElementPlace,
    Evaluate,
    Expr,
    FieldPlace,
    Function,
    GetField,
    If,
    IntConst,
    Let,
    Load,
    LocalPlace,
    Logical,
    LoopDone,
    MakeValue,
    Not,
    Raise,
    Reraise,
    Return,
    SliceElementPlace,
    Store,
    StructInit,
    SubSlice,
    Switch,
)
from compiler.types import (
    ArrayType,
    BoolType,
    ClassType,
    FnType,
    IntType,
    MmioType,
    NeverType,
    NoneType,
    PtrType,
    SliceType,
    TupleType,
    Type,
)


@dataclass(slots=True)
class Findings:
    """Where the walk is, and what it has found."""

    function: Function
    known: set[int] = field(default_factory=set)
    loops: int = 0
    handlers: int = 0
    messages: list[str] = field(default_factory=list)

    def expect(self, holds: bool, span: Span, message: str) -> None:
        if not holds:
            self.messages.append(f"{span}: in {self.function.symbol}: {message}")


def require_bool(found: Findings, node: Expr, what: str) -> None:
    fine = isinstance(node.type, BoolType | NeverType)
    found.expect(fine, node.span, f"{what} is a {node.type}, not a bool")


def _same(found: Findings, node: Expr, type: Type, what: str) -> None:
    """A pointer to T will do for a pointer that may be null; what never comes back for anything."""
    if isinstance(node.type, NeverType) or node.type == type:
        return
    pointers = isinstance(type, PtrType) and isinstance(node.type, PtrType)
    found.expect(pointers, node.span, f"{what} is a {node.type}, not a {type}")


def _load(found: Findings, node: Load) -> None:
    found.expect(not node.type.is_place, node.span, f"the place type {node.type} is loaded whole")


def _address_of(found: Findings, node: AddressOf) -> None:
    found.expect(isinstance(node.type, PtrType), node.span, "an address that is no pointer")


def _int(found: Findings, node: IntConst) -> None:
    type = node.type
    if isinstance(type, ClassType) and type.base:
        type = type.integer
    fits = isinstance(type, IntType) and type.holds(node.value)
    found.expect(fits, node.span, f"the constant {node.value} is no {node.type}")


def _arithmetic(found: Findings, node: Arithmetic) -> None:
    _same(found, node.left, node.type, "the left operand")
    if node.op in ("<<", ">>"):
        count = node.right.type
        unsigned = isinstance(count, IntType) and not count.signed
        found.expect(unsigned, node.span, f"a shift by a {count}")
    else:
        _same(found, node.right, node.type, "the right operand")


def _compare(found: Findings, node: Compare) -> None:
    if not isinstance(node.left.type, NeverType):
        _same(found, node.right, node.left.type, "the right operand")
    found.expect(not node.left.type.is_place, node.span, "a place is compared")


def _logical(found: Findings, node: Logical) -> None:
    require_bool(found, node.left, f"the left operand of {node.op}")
    require_bool(found, node.right, f"the right operand of {node.op}")


def _not(found: Findings, node: Not) -> None:
    require_bool(found, node.value, "the operand of not")


def _conditional(found: Findings, node: Conditional) -> None:
    require_bool(found, node.condition, "a condition")
    _same(found, node.then, node.type, "the first alternative")
    _same(found, node.otherwise, node.type, "the second alternative")


def _make_value(found: Findings, node: MakeValue) -> None:
    _parts(found, node.span, node.type, node.items)


def _struct_init(found: Findings, node: StructInit) -> None:
    _parts(found, found.function.span, node.type, node.fields)


def _parts(found: Findings, span: Span, type: Type, parts: Iterable[Any]) -> None:
    wanted = _items(type)
    given = list(parts)
    if wanted is None or len(wanted) != len(given):
        found.expect(False, span, f"{len(given)} parts for {type}")
        return
    for part, item in zip(given, wanted, strict=True):
        if isinstance(part, Expr):
            _same(found, part, item, f"a part of {type}")
        else:
            found.expect(part.type == item, span, f"a part of {type} is a {part.type}")


def _items(type: Type) -> list[Type] | None:
    if isinstance(type, TupleType):
        return list(type.items)
    if isinstance(type, ClassType) and type.kind in ("struct", "value"):
        return [f.type for f in type.fields]
    return None


def _array_init(found: Findings, node: ArrayInit) -> None:
    fine = isinstance(node.type, ArrayType) and len(node.elements) <= node.type.count
    found.expect(fine, found.function.span, f"{len(node.elements)} elements for {node.type}")


def _get_field(found: Findings, node: GetField) -> None:
    items = _items(node.value.type)
    fine = items is not None and node.index < len(items) and items[node.index] == node.type
    found.expect(fine, node.span, f"item {node.index} of {node.value.type} is no {node.type}")


def _field(found: Findings, node: FieldPlace) -> None:
    items = _items(node.base.type)
    fine = items is not None and node.index < len(items) and items[node.index] == node.type
    found.expect(fine, node.span, f"field {node.index} of {node.base.type} is no {node.type}")


def _local(found: Findings, node: LocalPlace) -> None:
    known = id(node.local) in found.known
    found.expect(known, node.span, f"{node.local.name} is no local of this function")
    found.expect(node.type == node.local.type, node.span, f"{node.local.name} changes its type")


def _deref(found: Findings, node: DerefPlace) -> None:
    type = node.pointer.type
    fine = isinstance(type, PtrType) and not type.nullable
    found.expect(fine, node.span, f"what a {type} points to")


def _element(found: Findings, node: ElementPlace) -> None:
    fine = isinstance(node.base.type, ArrayType) and node.base.type.element == node.type
    found.expect(fine, node.span, f"an element of {node.base.type} is no {node.type}")
    _index(found, node.index)


def _slice_element(found: Findings, node: SliceElementPlace) -> None:
    fine = isinstance(node.slice.type, SliceType) and node.slice.type.element == node.type
    found.expect(fine, node.span, f"an element of {node.slice.type} is no {node.type}")
    _index(found, node.index)


def _index(found: Findings, node: Expr) -> None:
    type = node.type
    fine = isinstance(type, IntType) and not type.signed
    found.expect(fine, node.span, f"an index of type {type}")


def _sub_slice(found: Findings, node: SubSlice) -> None:
    for bound in (node.lower, node.upper):
        if bound is not None:
            _index(found, bound)


def _array_to_slice(found: Findings, node: ArrayToSlice) -> None:
    found.expect(isinstance(node.array.type, ArrayType), node.span, f"a {node.array.type} as slice")


def _call(found: Findings, node: CallFunction) -> None:
    types = [parameter.type for parameter in node.function.parameters]
    _arguments(found, node.span, types, node.arguments)


def _call_pointer(found: Findings, node: CallPointer) -> None:
    if not isinstance(node.callee.type, FnType):
        found.expect(False, node.span, f"a call of a {node.callee.type}")
        return
    _arguments(found, node.span, list(node.callee.type.parameters), node.arguments)


def _arguments(found: Findings, span: Span, types: list[Type], given: list[Expr]) -> None:
    found.expect(len(types) == len(given), span, f"{len(given)} arguments, not {len(types)}")
    for argument, type in zip(given, types, strict=False):
        _same(found, argument, type, "an argument")


def _let(found: Findings, node: Let) -> None:
    found.expect(id(node.local) in found.known, node.span, f"{node.local.name} is unknown")
    if isinstance(node.value, Expr):
        _same(found, node.value, node.local.type, node.local.name)
        found.expect(not node.local.type.is_place, node.span, f"{node.local.name} is copied")
    else:
        fine = node.value.type == node.local.type
        found.expect(fine, node.span, f"{node.local.name} gets a {node.value.type}")


def _store(found: Findings, node: Store) -> None:
    type = node.place.type
    _same(found, node.value, type.element if isinstance(type, MmioType) else type, "what is stored")
    found.expect(not node.value.type.is_place, node.span, "a place type is stored")


def _if(found: Findings, node: If) -> None:
    require_bool(found, node.condition, "a condition")


def _switch(found: Findings, node: Switch) -> None:
    values = [value for arm in node.arms for value in arm.values]
    found.expect(len(values) == len(set(values)), node.span, "a value has two arms")


def _return(found: Findings, node: Return) -> None:
    result = found.function.result
    if isinstance(result, NoneType):
        found.expect(_is_nothing(node.value), node.span, "a result where there is none")
    elif node.value is None:
        found.expect(False, node.span, f"no result, but a {result} is promised")
    else:
        _same(found, node.value, result, "the result")


def _is_nothing(value: Expr | None) -> bool:
    return value is None or isinstance(value.type, NoneType | NeverType)


def _raise(found: Findings, node: Raise) -> None:
    code = node.error.code
    found.expect(0 < code < 1 << 32, node.span, f"{node.error.short} has the code {code}")


def _reraise(found: Findings, node: Reraise) -> None:
    found.expect(found.handlers > 0, node.span, "a bare raise outside a handler")


def _in_loop(found: Findings, node: Break | Continue | LoopDone) -> None:
    found.expect(found.loops > 0, node.span, f"{type(node).__name__} outside a loop")


def _evaluate(found: Findings, node: Evaluate) -> None:
    found.expect(not node.value.type.is_place, node.span, "a place is evaluated")


RULES: dict[type, Callable[[Findings, Any], None]] = {
    Load: _load,
    AddressOf: _address_of,
    IntConst: _int,
    Arithmetic: _arithmetic,
    Compare: _compare,
    Logical: _logical,
    Not: _not,
    Conditional: _conditional,
    MakeValue: _make_value,
    StructInit: _struct_init,
    ArrayInit: _array_init,
    GetField: _get_field,
    FieldPlace: _field,
    LocalPlace: _local,
    DerefPlace: _deref,
    ElementPlace: _element,
    SliceElementPlace: _slice_element,
    SubSlice: _sub_slice,
    ArrayToSlice: _array_to_slice,
    CallFunction: _call,
    CallPointer: _call_pointer,
    Let: _let,
    Store: _store,
    Evaluate: _evaluate,
    If: _if,
    Switch: _switch,
    Return: _return,
    Raise: _raise,
    Reraise: _reraise,
    Break: _in_loop,
    Continue: _in_loop,
    LoopDone: _in_loop,
}
