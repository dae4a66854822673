"""Rewrites mypy's syntax tree of a dialect file into ordinary Python: see `mypy_plugin`."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator
from typing import TypeVar

from mypy.exprtotype import TypeTranslationError, expr_to_unanalyzed_type
from mypy.nodes import (
    ARG_POS,
    AssertStmt,
    AssignmentStmt,
    CallExpr,
    ClassDef,
    Context,
    Decorator,
    Expression,
    IfStmt,
    ImportFrom,
    IndexExpr,
    MypyFile,
    NameExpr,
    Node,
    Statement,
    TupleExpr,
    TypeFormExpr,
)
from mypy.options import Options
from mypy.types import UnboundType

N = TypeVar("N", bound=Node)

PACKAGE = "pykern.lang"

TYPE_ARGUMENT = {
    "alignof": 0,
    "asm": 2,
    "bitcast": 0,
    "bits_of": 0,
    "max_of": 0,
    "min_of": 0,
    "offsetof": 0,
    "ptr_at": 0,
    "ptr_cast": 0,
    "sizeof": 0,
    "slice_at": 0,
    "truncate": 0,
}
"""Functions that take a type, and which argument it is."""

ENUM_BASES = {"enum": "Enum", "flags": "Flag"}
BUILD_SWITCHES = frozenset({"TARGET", "DEBUG", "TESTS"})
BODILESS = frozenset({"extern", "naked"})
RECORDS = frozenset({"struct", "value"})

NEEDED = (
    ("enum", "Enum"),
    ("enum", "Flag"),
    (f"{PACKAGE}.numbers", "bitcast"),
    (f"{PACKAGE}.sequences", "Array"),
)
"""What the view refers to, under hidden names."""

DEPENDENCY_PRIORITY = 10


def hidden(name: str) -> str:
    """A name for something the view imports, which no source can contain."""
    return f"<{name}>"


def show_dialect(file: MypyFile) -> list[tuple[int, str, int]]:
    """Rewrites `file` if it uses the dialect. Gives the modules the view of it needs besides."""
    names = _dialect_names(file)
    if not names:
        return []
    for module, name in NEEDED:
        _add_import(file, module, name)
    _View(names, _type_variables(file)).show(file)
    return [(DEPENDENCY_PRIORITY, module, -1) for module, _ in NEEDED]


def _dialect_names(file: MypyFile) -> dict[str, str]:
    """What the file calls the names it imports from the dialect's package."""
    return {
        local or name: name
        for imported in file.imports
        if isinstance(imported, ImportFrom) and imported.id == PACKAGE
        for name, local in imported.names
    }


def _type_variables(file: MypyFile) -> set[str]:
    found = set()
    for statement in file.defs:
        if isinstance(statement, AssignmentStmt) and isinstance(statement.rvalue, CallExpr):
            callee, target = statement.rvalue.callee, statement.lvalues[0]
            if not isinstance(callee, NameExpr) or callee.name != "TypeVar":
                continue
            if isinstance(target, NameExpr):
                found.add(target.name)
    return found


def _add_import(file: MypyFile, module: str, name: str) -> None:
    imported = ImportFrom(module, 0, [(name, hidden(name))])
    imported.is_top_level = True
    imported.set_line(1)
    file.imports.append(imported)
    file.defs.insert(0, imported)


class _View:
    """Rewrites in place, each node before its children."""

    def __init__(self, names: dict[str, str], type_variables: set[str]) -> None:
        self.names = names
        self.type_variables = type_variables

    def show(self, file: MypyFile) -> None:
        for node in walk(file.defs):
            match node:
                case CallExpr():
                    self._show_call(node)
                case IndexExpr():
                    self._show_index(node)
                case ClassDef():
                    self._show_class(node)
                case Decorator():
                    self._show_function(node)
                case IfStmt():
                    self._show_condition(node)

    def _meaning(self, expression: Expression) -> str | None:
        """The dialect's own name for what an expression, or the callee of a call, refers to."""
        if isinstance(expression, CallExpr):
            expression = expression.callee
        return self.names.get(expression.name) if isinstance(expression, NameExpr) else None

    def _show_call(self, call: CallExpr) -> None:
        callee = call.callee
        position = TYPE_ARGUMENT.get(self._meaning(callee) or "")
        if isinstance(callee, NameExpr) and callee.name in self.type_variables:
            call.callee = _name(hidden("bitcast"), callee)
            call.args.insert(0, _name(callee.name, callee))
            call.arg_kinds.insert(0, ARG_POS)
            call.arg_names.insert(0, None)
            position = 0
        if position is not None and position < len(call.args):
            kind = call.args[position]
            for node in walk([kind]):
                if isinstance(node, IndexExpr):
                    self._show_index(node)
            call.args[position] = _type_form(kind)

    def _show_index(self, expression: IndexExpr) -> None:
        index = expression.index
        if self._meaning(expression.base) != "Array" or not isinstance(index, TupleExpr):
            return
        if len(index.items) == 2:
            expression.base = _name(hidden("Array"), expression.base)
            expression.index = index.items[0]

    def _show_class(self, definition: ClassDef) -> None:
        for decorator in definition.decorators:
            meaning = self._meaning(decorator) or ""
            if meaning in ENUM_BASES:
                base = _name(hidden(ENUM_BASES[meaning]), definition)
                definition.base_type_exprs.append(base)
            elif meaning in RECORDS:
                _drop_final(definition.defs.body)

    def _show_function(self, decorated: Decorator) -> None:
        if any(self._meaning(mark) in BODILESS for mark in decorated.original_decorators):
            never = AssertStmt(_name("False", decorated.func))
            decorated.func.body.body.append(_at(never, decorated.func))

    def _show_condition(self, statement: IfStmt) -> None:
        asked = {node.name for node in walk(statement.expr) if isinstance(node, NameExpr)}
        if any(self.names.get(name) in BUILD_SWITCHES for name in asked):
            for branch in [*statement.body, statement.else_body]:
                _drop_final(branch.body if branch is not None else [])


def walk(nodes: Iterable[object]) -> Iterator[Node]:
    """The nodes of a syntax tree, each before what is below it.

    mypy's own traverser cannot be subclassed outside its compiled package.
    """
    for node in nodes:
        if isinstance(node, Node):
            yield node
            kind: type = type(node)
            yield from walk(getattr(node, name, None) for name in _attributes(kind))
        elif isinstance(node, list | tuple):
            yield from walk(node)


@functools.cache
def _attributes(kind: type) -> tuple[str, ...]:
    compiled: tuple[str, ...] | None = getattr(kind, "__mypyc_attrs__", None)
    if compiled is not None:
        return compiled
    return tuple(name for base in kind.__mro__ for name in getattr(base, "__slots__", ()))


def _drop_final(body: list[Statement]) -> None:
    """Makes constants ordinary class attributes or variables."""
    for statement in body:
        if isinstance(statement, AssignmentStmt):
            kind = statement.unanalyzed_type
            if isinstance(kind, UnboundType) and kind.name == "Final":
                statement.unanalyzed_type = statement.type = None
                statement.new_syntax = False


def _type_form(expression: Expression) -> Expression:
    """The expression as a type form, or as it is if it spells no type: mypy says so then."""
    try:
        kind = expr_to_unanalyzed_type(expression, Options(), allow_new_syntax=True)
    except TypeTranslationError:
        return expression
    return _at(TypeFormExpr(kind), expression)


def _name(name: str, place: Context) -> NameExpr:
    return _at(NameExpr(name), place)


def _at(node: N, place: Context) -> N:
    node.set_line(place)
    return node
