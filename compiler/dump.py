"""Prints the trees of the compiler, one node a line, for people who look at what a stage made.

Works on any tree of dataclasses: a node's kind, its place, its plain fields on one line, and the
nodes inside it indented below. Declarations (functions, variables, errors) are printed in full
where a module lists them and by name wherever a node refers to one, so circular references end.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence

from compiler import typed_tree as tt
from compiler.source import SourceFile, Span
from compiler.types import Type

INDENT = "  "
DECLARATIONS = (tt.Function, tt.Global, tt.Local, tt.ErrorClass)


def dump(node: object) -> str:
    """A tree as text, syntax tree or typed tree, with a newline at the end."""
    return "\n".join(_lines(node, 0, "", in_full=True)) + "\n"


def _lines(node: object, depth: int, label: str, in_full: bool) -> Iterator[str]:
    """The lines of one node; `label` is the field that holds it."""
    start = INDENT * depth + (f"{label}: " if label else "")
    if not _has_lines(node, in_full):
        yield start + _word(node)
        return
    if isinstance(node, Sequence):
        yield start.rstrip()
        for item in node:
            yield from _lines(item, depth + 1, "-", in_full)
        return
    assert dataclasses.is_dataclass(node)
    words = [type(node).__name__]
    inside: list[tuple[str, object]] = []
    for field in dataclasses.fields(node):
        value = getattr(node, field.name)
        if isinstance(value, Span) and field.name == "span":
            words.append(f"{value.line}:{value.column}")
        elif _has_lines(value, _lists_declarations(node)):
            inside.append((field.name, value))
        elif value is not None and value != [] and not isinstance(value, SourceFile):
            words.append(f"{field.name}={_word(value)}")
    yield start + " ".join(words)
    for name, value in inside:
        yield from _lines(value, depth + 1, name, _lists_declarations(node))


def _lists_declarations(node: object) -> bool:
    return isinstance(node, tt.TypedModule)


def _has_lines(value: object, in_full: bool) -> bool:
    """Whether a value is printed on lines of its own."""
    if isinstance(value, list | tuple):
        return any(_has_lines(item, in_full) for item in value)
    if isinstance(value, DECLARATIONS):
        return in_full
    return dataclasses.is_dataclass(value) and not isinstance(value, Type | Span | SourceFile)


def _word(value: object) -> str:
    match value:
        case tt.Local(name=name, index=index):
            return f"{name}#{index}"
        case tt.Function(symbol=symbol) | tt.Global(symbol=symbol):
            return symbol
        case tt.ErrorClass(name=name):
            return name
        case Type():
            return str(value)
        case Span():
            return f"{value.line}:{value.column}"
        case list() | tuple() | frozenset():
            words = [_word(item) for item in value]
            return f"[{', '.join(sorted(words) if isinstance(value, frozenset) else words)}]"
        case _:
            return repr(value)
