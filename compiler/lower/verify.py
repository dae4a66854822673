"""Invariants of the typed tree, checked between the checker and the lowering when the compiler
tests itself.

What is found is the checker's mistake, never the user's: an `InternalError` that lists every
violation with its place.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import fields
from typing import Any

from compiler.diagnostics import InternalError
from compiler.lower.verify_rules import RULES, Findings, require_bool
from compiler.typed_tree import (
    ArrayInit,
    BytesInit,
    CellInit,
    Expr,
    Function,
    Handler,
    Loop,
    Place,
    Stmt,
    StructInit,
    SwitchArm,
    Try,
    TypedModule,
    ZeroInit,
)
from compiler.types import (
    ArrayType,
    AtomicType,
    ErrorType,
    FnType,
    LiteralIntType,
    MmioType,
    PerCpuType,
    PtrType,
    SliceType,
    TupleType,
    Type,
    TypeVarType,
)

Node = (
    Expr
    | Place
    | Stmt
    | Handler
    | SwitchArm
    | StructInit
    | ArrayInit
    | ZeroInit
    | CellInit
    | BytesInit
)


def verify_module(module: TypedModule) -> None:
    """Raises `InternalError` unless every body keeps the rules of `compiler/typed_tree.py`."""
    messages: list[str] = []
    for function in (*module.functions, *module.tests):
        if function.body is not None:
            messages += verify_function(function)
    if messages:
        raise InternalError("the typed tree is wrong:\n" + "\n".join(messages))


def verify_function(function: Function) -> list[str]:
    found = Findings(function, {id(x) for x in (*function.parameters, *function.locals)})
    _statements(found, function.body or [])
    return found.messages


def _statements(found: Findings, body: Iterable[Any]) -> None:
    for statement in body:
        _visit(found, statement)


def _visit(found: Findings, node: Any) -> None:
    if isinstance(node, Expr | Place):
        found.expect(_is_concrete(node.type), node.span, f"the type {node.type} is not concrete")
    rule = RULES.get(type(node))
    if rule is not None:
        rule(found, node)
    if isinstance(node, Loop):
        _loop(found, node)
    elif isinstance(node, Try):
        _try(found, node)
    else:
        for child in _children(node):
            _visit(found, child)


def _children(node: Any) -> Iterator[Any]:
    """The nodes directly inside a node; declarations are not inside what mentions them."""
    for each in fields(node):
        value = getattr(node, each.name)
        if isinstance(value, list):
            yield from (item for item in value if isinstance(item, Node))
        elif isinstance(value, Node):
            yield value


def _loop(found: Findings, node: Loop) -> None:
    if node.condition is not None:
        require_bool(found, node.condition, "a loop's condition")
        _visit(found, node.condition)
    found.loops += 1
    _statements(found, node.body)
    found.loops -= 1
    _statements(found, node.step)
    _statements(found, node.orelse)


def _try(found: Findings, node: Try) -> None:
    _statements(found, node.body)
    _statements(found, node.orelse)
    found.handlers += 1
    for handler in node.handlers:
        _statements(found, handler.body)
    found.handlers -= 1
    _statements(found, node.final)


def _is_concrete(type: Type) -> bool:
    match type:
        case TypeVarType() | LiteralIntType() | ErrorType():
            return False
        case PtrType(to=inner):
            return _is_concrete(inner)
        case ArrayType(element=inner) | SliceType(element=inner) | AtomicType(element=inner):
            return _is_concrete(inner)
        case MmioType(element=inner) | PerCpuType(element=inner):
            return _is_concrete(inner)
        case TupleType(items):
            return all(map(_is_concrete, items))
        case FnType(parameters, result):
            return all(map(_is_concrete, (*parameters, result)))
    return True
