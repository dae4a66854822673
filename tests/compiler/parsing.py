"""What the tests of the parser share: files, and both parsers' trees as lists of nodes."""

from __future__ import annotations

import ast
import dataclasses
from collections.abc import Iterator
from pathlib import Path

from compiler import syntax_tree as st
from compiler.diagnostics import Diagnostic, DiagnosticSink
from compiler.read import blocks
from compiler.read.build_tree import TreeBuilder
from compiler.read.parser import default_parser
from compiler.read.tree import Branch
from compiler.source import SourceFile

ROOT = Path(__file__).resolve().parents[2]
DIALECT_FOLDERS = ("kernel_src", "servers", "pykern/rt", "tests/lang/samples")

Fact = tuple[str, int, int, str]
"""A node: kind, first and last offset, and the word that tells it from others of its kind."""

STATEMENTS = {
    "ExprStmt": "Expr",
    "Handler": "ExceptHandler",
    "Case": "match_case",
    "Alias": "alias",
}


def dialect_files() -> list[Path]:
    found = [p for folder in DIALECT_FOLDERS for p in (ROOT / folder).rglob("*.py")]
    return sorted(found)


def source(text: str, name: str = "sample.py") -> SourceFile:
    return SourceFile(Path(name), name, text)


def read(path: Path) -> SourceFile:
    return source(path.read_text(encoding="utf-8"), str(path))


def chunks(file: SourceFile) -> Iterator[tuple[list[st.Stmt], list[Diagnostic]]]:
    """The top-level statements of a file, each with what was reported of it."""
    parser = default_parser()
    sink = DiagnosticSink()
    for tokens in blocks.chunks(parser.tokenizer, file, sink, set()):
        tree = parser.statement(tokens, file, sink)

        def embedded(start: int, end: int) -> Branch | None:
            return parser.embedded(file, start, end, sink)  # noqa: B023 - called in this turn only

        assert tree is not None, sink.diagnostics
        builder = TreeBuilder(file, sink.add, embedded)
        yield builder.statements(tree), sink.diagnostics
        sink = DiagnosticSink()


# --- Our tree --------------------------------------------------------------------------------


def our_facts(node: object) -> Iterator[Fact]:
    """The nodes of a tree that Python has too. Python 3.11 misplaces what is inside f-strings."""
    if isinstance(node, list | tuple):
        for item in node:
            yield from our_facts(item)
    if not isinstance(node, st.Node):
        return
    yield from _our_fact(node)
    if isinstance(node, st.FString):
        return
    for field in dataclasses.fields(node):
        if field.name != "span":
            yield from our_facts(getattr(node, field.name))


def _our_fact(node: st.Node) -> Iterator[Fact]:
    kind, word = type(node).__name__, ""
    match node:
        case st.Name(id=name):
            word = name
        case (
            st.IntLiteral(value=value) | st.FloatLiteral(value=value) | st.BoolLiteral(value=value)
        ):
            kind, word = "Constant", repr(value)
        case st.StrLiteral(value=text):
            kind, word = "Constant", repr(text.encode("latin-1") if node.is_bytes else text)
        case st.NoneLiteral():
            kind, word = "Constant", "None"
        case st.EllipsisLiteral():
            kind, word = "Constant", "Ellipsis"
        case st.Attribute(name=name):
            word = name
        case st.Argument():
            if node.keyword is None:
                return
            kind, word = "keyword", node.keyword
        case st.Unary(op=op):
            kind, word = "UnaryOp", op
        case st.Binary(op=op):
            kind, word = "BinOp", op
        case st.BoolOp(op=op):
            word = op
        case st.Compare(ops=ops):
            word = " ".join(ops)
        case st.FunctionDef(name=name) | st.ClassDef(name=name):
            word = f"{name}: {node.docstring}"
        case st.Global(names=names):
            word = ",".join(names)
        case st.ImportFrom(module=module):
            word = module
        case st.Alias(name=name):
            word = f"{name} as {node.asname}"
        case st.AugAssign(op=op):
            word = op
        case st.Case():
            yield from _case_fact(node)
            return
        case st.Pattern() | st.Parameter() | st.WithItem() | st.FString():
            return
    kind = {
        "TupleExpr": "Tuple",
        "ListExpr": "List",
        "Conditional": "IfExp",
        "SliceExpr": "Slice",
    }.get(kind, STATEMENTS.get(kind, kind))
    yield kind, node.span.start, node.span.end, word


def _case_fact(node: st.Case) -> Iterator[Fact]:
    yield "pattern", node.pattern.span.start, node.pattern.span.end, ""


# --- Python's tree ---------------------------------------------------------------------------

OPERATORS: dict[str, str] = {
    "Add": "+", "Sub": "-", "Mult": "*", "Div": "/", "FloorDiv": "//", "Mod": "%", "Pow": "**",
    "LShift": "<<", "RShift": ">>", "BitAnd": "&", "BitOr": "|", "BitXor": "^", "MatMult": "@",
    "And": "and", "Or": "or", "Not": "not", "USub": "-", "UAdd": "+", "Invert": "~",
    "Eq": "==", "NotEq": "!=", "Lt": "<", "LtE": "<=", "Gt": ">", "GtE": ">=",
    "Is": "is", "IsNot": "is not", "In": "in", "NotIn": "not in",
}  # fmt: skip


class PythonFacts:
    """The same list from Python's own tree."""

    def __init__(self, text: str) -> None:
        self.lines = text.split("\n")
        self.starts = [0]
        for line in self.lines:
            self.starts.append(self.starts[-1] + len(line) + 1)

    def offset(self, line: int, column: int) -> int:
        text = self.lines[line - 1]
        if not text.isascii():
            column = len(text.encode()[:column].decode())
        return self.starts[line - 1] + column

    def facts(self, node: ast.AST) -> Iterator[Fact]:
        if isinstance(node, ast.JoinedStr):
            return
        yield from self.fact(node)
        for child in ast.iter_child_nodes(node):
            if not self.is_left_out(node, child):
                yield from self.facts(child)

    def is_left_out(self, node: ast.AST, child: ast.AST) -> bool:
        """Docstrings, bodies of `@comptime` functions, and the rest that `__exit__` is given."""
        if isinstance(node, ast.arguments):
            return child is node.vararg
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and child in node.body:
            comptime = any(
                isinstance(d, ast.Name) and d.id == "comptime" for d in node.decorator_list
            )
            return comptime or (child is node.body[0] and docstring(node) is not None)
        return False

    def fact(self, node: ast.AST) -> Iterator[Fact]:
        kind, word = type(node).__name__, ""
        match node:
            case ast.Name(id=name) | ast.Attribute(attr=name):
                word = name
            case ast.Constant(value=value):
                word = repr(value)
            case ast.keyword(arg=name):
                word = name or ""
            case ast.UnaryOp(op=op) | ast.BinOp(op=op) | ast.BoolOp(op=op) | ast.AugAssign(op=op):
                word = OPERATORS[type(op).__name__]
            case ast.Compare(ops=ops):
                word = " ".join(OPERATORS[type(op).__name__] for op in ops)
            case ast.FunctionDef(name=name):
                comptime = any(
                    isinstance(d, ast.Name) and d.id == "comptime" for d in node.decorator_list
                )
                word = f"{name}: {None if comptime else docstring(node)}"
            case ast.ClassDef(name=name):
                word = f"{name}: {docstring(node)}"
            case ast.Global(names=names):
                word = ",".join(names)
            case ast.ImportFrom(module=module):
                word = module or ""
            case ast.alias(name=name, asname=asname):
                word = f"{name} as {asname}"
            case ast.match_case(pattern=pattern):
                start = self.offset(pattern.lineno, pattern.col_offset)
                yield "pattern", start, self.offset(pattern.end_lineno, pattern.end_col_offset), ""
                return
            case ast.MatchSingleton(value=value):
                kind, word = "Constant", repr(value)
            case ast.pattern() | ast.arg():
                return
        if isinstance(
            node,
            ast.MatchSingleton | ast.expr | ast.stmt | ast.excepthandler | ast.keyword | ast.alias,
        ):
            assert node.end_lineno is not None and node.end_col_offset is not None
            start = self.offset(node.lineno, node.col_offset)
            yield kind, start, self.offset(node.end_lineno, node.end_col_offset), word


def docstring(node: ast.FunctionDef | ast.ClassDef) -> str | None:
    return ast.get_docstring(node, clean=False)
