"""Lark tree -> syntax tree: expressions.

One method a rule, found by the rule's name. What is Python but not the dialect is reported here and
replaced by a placeholder, so the rest of the file is still looked at; a tree with placeholders
never leaves `parser.py`.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from typing import Any, cast

from compiler import syntax_tree as st
from compiler.diagnostics import Diagnostic
from compiler.messages import report
from compiler.read.fstrings import FormatReader
from compiler.read.literals import decode, number, split_string
from compiler.read.operators import Row
from compiler.read.tokens import Token
from compiler.read.tree import Branch, Child
from compiler.source import SourceFile, Span

MAX_DEPTH = 150
"""How deep a tree may nest: far more than people write, far less than the stack holds."""


class TooDeep(Exception):
    """The tree nests deeper than `MAX_DEPTH`; it has been reported."""


class ExprBuilder:
    """Turns trees of expressions into nodes."""

    def __init__(
        self,
        file: SourceFile,
        complain: Callable[[Diagnostic], None],
        embedded: Callable[[int, int], Branch | None],
    ) -> None:
        self.file = file
        self.complain = complain
        self.embedded = embedded
        self.depth = 0

    # --- Helpers -----------------------------------------------------------------------------

    def span(self, child: Child) -> Span:
        return Span(self.file, child.start_pos, child.end_pos)

    def error(self, name: str, place: Child | Span, /, **values: Any) -> None:
        span = place if isinstance(place, Span) else self.span(place)
        self.complain(report(name, span, **values))

    def refuse(self, name: str, place: Child, whole: Child, /, **values: Any) -> st.Expr:
        """Reports a construct that the dialect does not have, and stands in for it."""
        self.error(name, place, **values)
        return st.NoneLiteral(self.span(whole))

    def enter(self, tree: Branch, levels: int = 1) -> None:
        self.depth += levels
        if self.depth > MAX_DEPTH:
            self.error("too-deep", Span(self.file, tree.start_pos, tree.start_pos + 1))
            raise TooDeep

    def word(self, token: Token) -> str:
        """A name, as Python compares names."""
        return token.value if token.value.isascii() else unicodedata.normalize("NFKC", token.value)

    # --- Expressions -------------------------------------------------------------------------

    def expr(self, tree: Child) -> st.Expr:
        assert isinstance(tree, Branch)
        self.enter(tree)
        node: st.Expr = getattr(self, tree.data)(tree)
        self.depth -= 1
        return node

    def optional(self, tree: Child | None) -> st.Expr | None:
        return None if tree is None else self.expr(tree)

    def name(self, tree: Branch) -> st.Expr:
        token = cast(Token, tree.children[0])
        return st.Name(self.span(token), self.word(token))

    def number(self, tree: Branch) -> st.Expr:
        return number(cast(Token, tree.children[0]), self.file, self.complain)

    def constant(self, tree: Branch) -> st.Expr:
        span = self.span(tree)
        match cast(Token, tree.children[0]).type:
            case "NONE":
                return st.NoneLiteral(span)
            case "ELLIPSIS":
                return st.EllipsisLiteral(span)
            case kind:
                return st.BoolLiteral(span, kind == "TRUE")

    def strings(self, tree: Branch) -> st.Expr:
        """One or more string tokens in a row, which are one string."""
        tokens = cast(list[Token], tree.children)
        parts = [split_string(token) for token in tokens]
        if len({part.is_bytes for part in parts}) > 1:
            return self.refuse("bytes-and-text", tree, tree)
        if not any(part.is_format for part in parts):
            texts = [decode(self.file, p, p.start, p.end, self.complain) for p in parts]
            return st.StrLiteral(self.span(tree), "".join(texts), parts[0].is_bytes)
        pieces: list[st.StrLiteral | st.FormattedPart] = []
        for token, part in zip(tokens, parts, strict=True):
            if part.is_format:
                pieces += FormatReader(self.file, part, self.embedded_expr, self.complain).parts()
            elif part.end > part.start:
                value = decode(self.file, part, part.start, part.end, self.complain)
                pieces.append(st.StrLiteral(self.span(token), value))
        return st.FString(self.span(tree), pieces)

    def embedded_expr(self, start: int, end: int) -> st.Expr:
        tree = self.embedded(start, end)
        return st.NoneLiteral(Span(self.file, start, end)) if tree is None else self.expr(tree)

    def exprs(self, tree: Branch) -> st.Expr:
        return st.TupleExpr(self.span(tree), self.items(tree))

    def items(self, tree: Branch) -> list[st.Expr]:
        return [self.expr(child) for child in tree.branches()]

    def parens(self, tree: Branch) -> st.Expr:
        """`()`, `(a)`, `(a,)`, `(a, b)`: a single item without a comma is only grouped."""
        children = tree.children
        if len(children) == 3:
            inner = cast(Branch, children[1])
            return self.comprehension(tree) if inner.data == "comprehension" else self.expr(inner)
        return st.TupleExpr(self.span(tree), self.items(tree))

    def brackets(self, tree: Branch) -> st.Expr:
        if any(item.data == "comprehension" for item in tree.branches()):
            return self.comprehension(tree)
        return st.ListExpr(self.span(tree), self.items(tree))

    def attribute(self, tree: Branch) -> st.Expr:
        value, _, name = tree.children
        token = cast(Token, name)
        return st.Attribute(self.span(tree), self.expr(value), self.word(token), self.span(token))

    def subscript(self, tree: Branch) -> st.Expr:
        value, _, subscripts, _ = tree.children
        return st.Subscript(self.span(tree), self.expr(value), self.expr(subscripts))

    def subscripts(self, tree: Branch) -> st.Expr:
        if len(tree.children) == 1:
            return self.expr(tree.children[0])
        return st.TupleExpr(self.span(tree), self.items(tree))

    def slice(self, tree: Branch) -> st.Expr:
        bounds: list[st.Expr | None] = [None]
        for child in tree.children:
            if isinstance(child, Branch):
                bounds[-1] = self.expr(child)
            else:
                bounds.append(None)
        if len(bounds) > 2:
            second = [c for c in tree.children if isinstance(c, Token)][1]
            self.error("slice-step", Span(self.file, second.start_pos, tree.end_pos))
        return st.SliceExpr(self.span(tree), bounds[0], bounds[1])

    def call(self, tree: Branch) -> st.Expr:
        function = self.expr(tree.children[0])
        return st.Call(self.span(tree), function, self.arguments(tree.children[2]))

    def arguments(self, tree: Child) -> list[st.Argument]:
        """The arguments of a call or class; the closing bracket stands for none."""
        if not isinstance(tree, Branch):
            return []
        found: list[st.Argument] = []
        seen: dict[str, Branch] = {}
        for child in tree.branches():
            keyword = None
            value = child
            if child.data == "keyword":
                keyword, value = self.keyword(child)
                if keyword is not None and keyword in seen:
                    self.error("argument-repeated", child.children[0], name=keyword)
                seen[keyword or ""] = child
            elif seen and child.data != "starred_argument":
                self.error("argument-order", child)
            found.append(st.Argument(self.span(child), keyword, self.expr(value)))
        return found

    def keyword(self, tree: Branch) -> tuple[str | None, Branch]:
        name, _, value = tree.children
        assert isinstance(name, Branch) and isinstance(value, Branch)
        if name.data != "name":
            self.error("keyword-not-a-name", name)
            return None, value
        return self.word(cast(Token, name.children[0])), value

    def operation(self, tree: Branch) -> st.Expr:
        levels = len(tree.children) // 2
        self.enter(tree, levels)
        row = Row(tree.children, self.file, self.expr, self.complain)
        node = row.group()
        self.depth -= levels
        return node

    def conditional(self, tree: Branch) -> st.Expr:
        then, _, condition, _, otherwise = tree.children
        return st.Conditional(
            self.span(tree), self.expr(condition), self.expr(then), self.expr(otherwise)
        )

    # --- Python that is not the dialect ------------------------------------------------------

    def braces(self, tree: Branch) -> st.Expr:
        items = tree.branches()
        if any(item.data == "comprehension" for item in items):
            return self.comprehension(tree)
        is_dict = not items or items[0].data in ("pair", "double_starred")
        return self.refuse("dict-display" if is_dict else "set-display", tree, tree)

    def starred(self, tree: Branch) -> st.Expr:
        return self.refuse("starred", tree, tree)

    starred_target = starred

    def starred_argument(self, tree: Branch) -> st.Expr:
        stars = cast(Token, tree.children[0]).value
        return self.refuse("argument-unpacking", tree, tree, stars=stars)

    def double_starred(self, tree: Branch) -> st.Expr:
        return self.refuse("misplaced-stars", tree, tree)

    def pair(self, tree: Branch) -> st.Expr:
        return self.refuse("misplaced-colon", tree.children[1], tree)

    def item_as(self, tree: Branch) -> st.Expr:
        return self.refuse("misplaced-as", tree.children[1], tree)

    def lambda_expr(self, tree: Branch) -> st.Expr:
        return self.refuse("lambda", tree, tree)

    def walrus(self, tree: Branch) -> st.Expr:
        return self.refuse("walrus", tree, tree, name=cast(Token, tree.children[0]).value)

    def comprehension(self, tree: Branch) -> st.Expr:
        return self.refuse("comprehension", tree, tree)

    def yield_expr(self, tree: Branch) -> st.Expr:
        return self.refuse("yield", tree, tree)

    def targets(self, tree: Branch) -> st.Expr:
        return st.TupleExpr(self.span(tree), self.items(tree))


def after(tree: Branch, kind: str) -> Branch | None:
    """The rule that follows the first token of a type among a rule's children, or None."""
    children = tree.children
    for index, child in enumerate(children):
        if isinstance(child, Token) and child.type == kind:
            following = children[index + 1 : index + 2]
            return following[0] if following and isinstance(following[0], Branch) else None
    return None


def names_of(tree: Branch) -> list[Token]:
    """The words among a rule's children."""
    return [c for c in tree.children if isinstance(c, Token) and c.type == "NAME"]
