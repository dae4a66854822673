"""Source text -> syntax tree: builds the LALR parser and drives the stages of reading.

The parser's tables are kept beside the compiled modules of this package, under a name made of
everything they depend on; a file that can't be read is made again.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import pickle
import sys
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any, cast

import lark
from lark.common import LexerConf
from lark.exceptions import UnexpectedToken
from lark.lexer import Lexer, LexerState

from compiler import syntax_tree as st
from compiler.diagnostics import CompileError, Diagnostic, DiagnosticSink
from compiler.read.blocks import chunks
from compiler.read.build_exprs import TooDeep
from compiler.read.build_functions import split_docstring
from compiler.read.build_tree import TreeBuilder
from compiler.read.recovery import names_defined, without_bad_line
from compiler.read.syntax_errors import explain_error
from compiler.read.tokens import Token, Tokenizer
from compiler.read.tree import Branch
from compiler.source import SourceFile, Span

GRAMMAR = Path(__file__).with_name("dialect.lark")
MAX_ERRORS = 10  # syntax errors reported of one top-level statement


class _GivenTokens(Lexer):
    """Hands the parser tokens that have been read already."""

    __future_interface__ = 2

    def __init__(self, conf: LexerConf) -> None:
        pass

    def lex(self, lexer_state: LexerState, parser_state: Any) -> Iterator[Any]:
        return iter(cast(list[Any], lexer_state.text))


class Parser:
    """The parser of the dialect. One serves any number of files."""

    def __init__(self, tables: Path | None = None) -> None:
        self.lark = _load(tables) or _build(tables)
        self.tokenizer = Tokenizer(self.lark.terminals)

    def module(self, file: SourceFile, name: str) -> st.Module:
        """The syntax tree of a file; raises `BrokenModule` with all that is wrong with it."""
        sink = DiagnosticSink()
        lost: set[str] = set()

        def embedded(start: int, end: int) -> Branch | None:
            return self.embedded(file, start, end, sink)

        builder = TreeBuilder(file, sink.add, embedded)
        body: list[st.Stmt] = []
        for chunk in chunks(self.tokenizer, file, sink, lost):
            known = {id(diagnostic) for diagnostic in sink.diagnostics} if len(sink) else set()
            nodes: list[st.Stmt] = []
            tree = self.statement(chunk, file, sink)
            if tree is not None:
                try:
                    nodes = builder.statements(tree)
                except TooDeep:
                    builder = TreeBuilder(file, sink.add, embedded)
            if len(sink) > len(known):
                new = [d.span for d in sink.diagnostics if id(d) not in known]
                kept = usable(nodes, new)
                lost |= names_defined(chunk) - {node.name for node in kept}
                body += kept
            else:
                body += nodes
        docstring, body = split_docstring(body)
        module = st.Module(file.span(0, len(file.text)), name, docstring, body, frozenset(lost))
        if len(sink):
            raise BrokenModule(sink.diagnostics, module)
        return module

    def statement(
        self, tokens: list[Token], file: SourceFile, sink: DiagnosticSink
    ) -> Branch | None:
        """The lark tree of a top-level statement, or None after reports.

        After an error the statement is read again without the line that has it, for the others.
        """
        try:
            return self.tree(tokens, "statement")
        except UnexpectedToken as error:
            sink.add(explain_error(error, tokens, file))
            rest = without_bad_line(tokens, error.token)
        for _ in range(MAX_ERRORS - 1):
            if not rest.tokens:
                break
            try:
                self.tree(rest.tokens, "statement")
                break
            except UnexpectedToken as error:
                if rest.is_blamed(error.token):
                    break
                sink.add(explain_error(error, rest.tokens, file))
                rest = without_bad_line(rest.tokens, error.token)
        return None

    def embedded(
        self, file: SourceFile, start: int, end: int, sink: DiagnosticSink
    ) -> Branch | None:
        """The lark tree of an expression inside an f-string, or None after a report."""
        tokens = self.tokenizer.embedded(file, start, end, sink)
        if tokens is None:
            return None
        try:
            return cast(Branch, self.tree(tokens, "embedded").children[0])
        except UnexpectedToken as error:
            sink.add(explain_error(error, tokens, file))
            return None

    def tree(self, tokens: list[Token], start: str) -> Branch:
        return cast(Branch, self.lark.parse(cast(Any, tokens), start=start))


class BrokenModule(CompileError):
    """A file with syntax errors, and a tree of what can be checked all the same."""

    def __init__(self, diagnostics: Iterable[Diagnostic], module: st.Module) -> None:
        super().__init__(diagnostics)
        self.module = module


def usable(nodes: list[st.Stmt], errors: list[Span]) -> list[st.FunctionDef]:
    """Functions with all their errors in the body: callers can be checked against the signature."""
    kept = []
    for node in nodes:
        if isinstance(node, st.FunctionDef) and node.body:
            inside = all(error.start >= node.body[0].span.start for error in errors)
            if inside:
                kept.append(replace(node, body=[], broken=True))
    return kept


def parse_module(file: SourceFile, name: str) -> st.Module:
    """The syntax tree of a file; raises `BrokenModule` with all that is wrong with it."""
    return default_parser().module(file, name)


@cache
def default_parser() -> Parser:
    return Parser(_default_tables())


# --- The parser's tables ---------------------------------------------------------------------


def _default_tables() -> Path:
    """Where the tables are kept, named after the grammar and the versions that made them."""
    made_of = (GRAMMAR.read_text("utf-8"), lark.__version__, sys.version)
    digest = hashlib.sha256("\0".join(made_of).encode()).hexdigest()[:16]
    compiled = Path(importlib.util.cache_from_source(__file__))
    return compiled.with_name(f"dialect-{digest}.pickle")


def _load(tables: Path | None) -> lark.Lark | None:
    """The parser from its kept tables; None if they are missing or unreadable in any way."""
    if tables is None:
        return None
    try:
        with tables.open("rb") as stream:
            kept = pickle.load(stream)
        loader: Any = lark.Lark
        return cast(lark.Lark, loader._load_from_dict(tree_class=Branch, **kept))
    except Exception:  # whatever a damaged file makes of unpickling: the tables are built again
        return None


def _build(tables: Path | None) -> lark.Lark:
    parser = lark.Lark(
        GRAMMAR.read_text("utf-8"),
        parser="lalr",
        lexer=_GivenTokens,
        start=["statement", "embedded"],
        keep_all_tokens=True,
        maybe_placeholders=False,
        strict=True,
        tree_class=cast(Any, Branch),
    )
    if tables is not None:
        _keep(parser, tables)
    return parser


def _keep(parser: lark.Lark, tables: Path) -> None:
    """Writes the tables whole or not at all; a place that can't be written to is left alone."""
    temporary = tables.with_suffix(f".{os.getpid()}")
    try:
        tables.parent.mkdir(parents=True, exist_ok=True)
        with temporary.open("wb") as stream:
            parser.save(stream, exclude_options={"tree_class"})
        temporary.replace(tables)
    except OSError:
        temporary.unlink(missing_ok=True)
