"""Lark tree -> syntax tree: the patterns of `match`."""

from __future__ import annotations

from typing import cast

from compiler import syntax_tree as st
from compiler.read.build_exprs import ExprBuilder, names_of
from compiler.read.tokens import Token
from compiler.read.tree import Branch, Child
from compiler.source import Span


class PatternBuilder(ExprBuilder):
    """Turns trees of patterns into nodes."""

    def any_pattern(self, tree: Child) -> st.Pattern:
        assert isinstance(tree, Branch)
        self.enter(tree)
        node: st.Pattern = getattr(self, tree.data)(tree)
        self.depth -= 1
        return node

    def patterns(self, tree: Branch) -> st.Pattern:
        """A pattern, or several with commas, which match a tuple."""
        if len(tree.children) == 1:
            return self.any_pattern(tree.children[0])
        return self.tuple_pattern(tree, tree)

    def tuple_pattern(self, tree: Branch, items: Branch) -> st.Pattern:
        return st.TuplePattern(self.span(tree), [self.any_pattern(b) for b in items.branches()])

    def pattern(self, tree: Branch) -> st.Pattern:
        """`a | b as name`."""
        alternatives = [self.any_pattern(branch) for branch in tree.branches()]
        node = alternatives[0]
        if len(alternatives) > 1:
            end = tree.branches()[-1].end_pos
            node = st.OrPattern(Span(self.file, tree.start_pos, end), alternatives)
        names = names_of(tree)
        if names:
            if names[0].value == "_":
                self.error("pattern-as-underscore", names[0])
            node = st.CapturePattern(self.span(tree), self.word(names[0]), node)
        return node

    def literal_pattern(self, tree: Branch) -> st.Pattern:
        first = tree.children[0]
        if isinstance(first, Branch):
            value = self.expr(first)
            if isinstance(value, st.FString):
                value = self.refuse("f-string-pattern", first, first)
            elif isinstance(value, st.EllipsisLiteral):
                value = self.refuse("ellipsis-pattern", first, first)
            return st.ValuePattern(self.span(tree), value)
        tokens = cast(list[Token], tree.children)
        minus = tokens[0].type == "MINUS"
        if len(tokens) > 2:
            return st.ValuePattern(self.span(tree), self.refuse("complex-number", tree, tree))
        value = super().number(Branch("number", [tokens[-1]]))
        if minus:
            value = st.Unary(self.span(tree), "-", value)
        return st.ValuePattern(self.span(tree), value)

    def name_pattern(self, tree: Branch) -> st.Pattern:
        dotted = cast(Branch, tree.children[0])
        value = self.dotted_expr(dotted)
        if isinstance(value, st.Name):
            return st.CapturePattern(self.span(tree), None if value.id == "_" else value.id)
        return st.ValuePattern(self.span(tree), value)

    def dotted_expr(self, tree: Branch) -> st.Expr:
        """A dotted name as an expression."""
        first, *rest = names_of(tree)
        node: st.Expr = st.Name(self.span(first), self.word(first))
        for token in rest:
            span = Span(self.file, tree.start_pos, token.end_pos)
            node = st.Attribute(span, node, self.word(token), self.span(token))
        return node

    def class_pattern(self, tree: Branch) -> st.Pattern:
        dotted, *rest = tree.branches()
        fields: list[tuple[str | None, st.Pattern]] = []
        seen: set[str] = set()
        for branch in rest[0].branches() if rest else []:
            if branch.data == "keyword_pattern":
                token = names_of(branch)[0]
                name = self.word(token)
                if name in seen:
                    self.error("argument-repeated", token, name=name)
                seen.add(name)
                fields.append((name, self.any_pattern(branch.children[2])))
            else:
                if seen:
                    self.error("argument-order", branch)
                fields.append((None, self.any_pattern(branch)))
        return st.ClassPattern(self.span(tree), self.dotted_expr(dotted), fields)

    def paren_pattern(self, tree: Branch) -> st.Pattern:
        if len(tree.children) == 2:
            return st.TuplePattern(self.span(tree), [])
        inner = cast(Branch, tree.children[1])
        return (
            self.any_pattern(inner) if len(inner.children) == 1 else self.tuple_pattern(tree, inner)
        )

    def bracket_pattern(self, tree: Branch) -> st.Pattern:
        return self.no_pattern("list-pattern", tree)

    def mapping_pattern(self, tree: Branch) -> st.Pattern:
        return self.no_pattern("mapping-pattern", tree)

    def star_pattern(self, tree: Branch) -> st.Pattern:
        return self.no_pattern("starred", tree)

    def no_pattern(self, name: str, tree: Branch) -> st.Pattern:
        self.error(name, tree)
        return st.CapturePattern(self.span(tree), None)
