"""Lark tree -> syntax tree: statements and the module.

One method a rule, found by the rule's name. Context that the grammar does not hold (`return`
outside a function, functions inside functions) is checked here, because it is a matter of where a
statement stands and nothing else.
"""

from __future__ import annotations

from typing import cast

from compiler import syntax_tree as st
from compiler.read.build_exprs import after, names_of
from compiler.read.build_functions import FunctionBuilder
from compiler.read.tokens import Token
from compiler.read.tree import Branch, Child
from compiler.source import Span


class TreeBuilder(FunctionBuilder):
    """Turns trees of statements into nodes."""

    def statements(self, tree: Child) -> list[st.Stmt]:
        """The statements of a tree: several where semicolons part them."""
        assert isinstance(tree, Branch)
        self.enter(tree)
        if tree.data == "simple_line":
            nodes = [cast(st.Stmt, getattr(self, b.data)(b)) for b in tree.branches()]
        else:
            nodes = [cast(st.Stmt, getattr(self, tree.data)(tree))]
        self.depth -= 1
        return nodes

    def suite(self, tree: Branch | None) -> list[st.Stmt]:
        if tree is None:
            return []
        return [node for branch in tree.branches() for node in self.statements(branch)]

    # --- Simple statements -------------------------------------------------------------------

    def expr_stmt(self, tree: Branch) -> st.Stmt:
        return st.ExprStmt(self.span(tree), self.expr(tree.children[0]))

    def assign(self, tree: Branch) -> st.Stmt:
        *targets, value = (self.expr(branch) for branch in tree.branches())
        for target in targets:
            self.check_target(target)
        return st.Assign(self.span(tree), targets, value)

    def annotated(self, tree: Branch) -> st.Stmt:
        target, annotation, *value = tree.branches()
        node = self.expr(target)
        if isinstance(node, st.TupleExpr):
            self.error("annotated-tuple", target)
        else:
            self.check_target(node)
        return st.AnnAssign(
            self.span(tree), node, self.expr(annotation), self.expr(value[0]) if value else None
        )

    def augmented(self, tree: Branch) -> st.Stmt:
        target, operator, value = tree.children
        node = self.expr(target)
        if isinstance(node, st.TupleExpr):
            self.error("augmented-tuple", target)
        else:
            self.check_target(node)
        assert isinstance(operator, Token)
        symbol = operator.value.removesuffix("=")
        if symbol == "@":
            self.error("matrix-multiplication", operator)
        return st.AugAssign(self.span(tree), node, symbol, self.expr(value), self.span(operator))

    def check_target(self, node: st.Expr) -> None:
        """Reports what can't be assigned to."""
        if isinstance(node, st.TupleExpr | st.ListExpr):
            for item in node.items:
                self.check_target(item)
        elif not isinstance(node, st.Name | st.Attribute | st.Subscript) and not self.refused(node):
            self.error("assign-to-expression", node.span)

    def refused(self, node: st.Expr) -> bool:
        """Whether the node stands in for something already reported."""
        return isinstance(node, st.NoneLiteral) and node.span.text != "None"

    def pass_stmt(self, tree: Branch) -> st.Stmt:
        return st.Pass(self.span(tree))

    def break_stmt(self, tree: Branch) -> st.Stmt:
        self.need_loop(tree)
        return st.Break(self.span(tree))

    def continue_stmt(self, tree: Branch) -> st.Stmt:
        self.need_loop(tree)
        return st.Continue(self.span(tree))

    def need_loop(self, tree: Branch) -> None:
        if not self.loops:
            self.error("outside-loop", tree, word=cast(Token, tree.children[0]).value)

    def return_stmt(self, tree: Branch) -> st.Stmt:
        if not self.functions:
            self.error("return-outside-function", tree)
        value = tree.children[1] if len(tree.children) > 1 else None
        return st.Return(self.span(tree), self.optional(value))

    def raise_stmt(self, tree: Branch) -> st.Stmt:
        cause = after(tree, "FROM")
        if cause is not None:
            start = cast(Token, tree.children[2]).start_pos
            self.error("raise-from", Span(self.file, start, tree.end_pos))
        return st.Raise(self.span(tree), self.optional(after(tree, "RAISE")))

    def assert_stmt(self, tree: Branch) -> st.Stmt:
        condition, *message = tree.branches()
        return st.Assert(
            self.span(tree), self.expr(condition), self.expr(message[0]) if message else None
        )

    def del_stmt(self, tree: Branch) -> st.Stmt:
        self.error("del", tree)
        return st.Pass(self.span(tree))

    def global_stmt(self, tree: Branch) -> st.Stmt:
        if not self.functions:
            self.error("global-outside-function", tree)
        tokens = names_of(tree)
        names = [self.word(token) for token in tokens]
        return st.Global(self.span(tree), names, [self.span(token) for token in tokens])

    def nonlocal_stmt(self, tree: Branch) -> st.Stmt:
        self.error("nonlocal", tree)
        return st.Pass(self.span(tree))

    def type_alias(self, tree: Branch) -> st.Stmt:
        self.error("type-statement", tree, name=names_of(tree)[0].value)
        return st.Pass(self.span(tree))

    # --- Imports -----------------------------------------------------------------------------

    def import_stmt(self, tree: Branch) -> st.Stmt:
        self.need_module_level(tree)
        names = []
        for branch in tree.branches():
            dotted = cast(Branch, branch.children[0])
            asname = names_of(branch)
            name = ".".join(self.word(token) for token in names_of(dotted))
            alias = self.word(asname[0]) if asname else None
            names.append(st.Alias(self.span(branch), name, alias))
        return st.Import(self.span(tree), names)

    def import_from(self, tree: Branch) -> st.Stmt:
        self.need_module_level(tree)
        origin = cast(Branch, tree.children[1])
        if origin.data == "relative":
            self.error("relative-import", origin)
        star = tree.children[3]
        if isinstance(star, Token) and star.type == "STAR":
            self.error("import-star", star, module=self.span(origin).text)
        names = []
        for branch in tree.branches()[1:]:
            words = [self.word(token) for token in names_of(branch)]
            names.append(st.Alias(self.span(branch), words[0], words[1] if words[1:] else None))
        module = ".".join(self.word(token) for token in names_of(origin))
        return st.ImportFrom(self.span(tree), module, self.span(origin), names)

    def need_module_level(self, tree: Branch) -> None:
        if self.functions or self.classes:
            self.error("import-not-at-top", tree)

    # --- Compound statements -----------------------------------------------------------------

    def if_stmt(self, tree: Branch) -> st.Stmt:
        """Built from the end: each `elif` is an `If` in the `orelse` of the one before."""
        _, condition, _, body, *clauses = tree.children
        rest = cast(list[Branch], clauses)
        self.enter(tree, len(rest))
        built = [(self.expr(condition), self.suite(cast(Branch, body)), tree.start_pos)]
        orelse: list[st.Stmt] = []
        for clause in rest:
            suite = cast(Branch, clause.children[-1])
            if clause.data == "else_clause":
                orelse = self.suite(suite)
            else:
                built.append((self.expr(clause.children[1]), self.suite(suite), clause.start_pos))
        for test, statements, start in reversed(built):
            orelse = [st.If(Span(self.file, start, tree.end_pos), test, statements, orelse)]
        self.depth -= len(rest)
        return orelse[0]

    def while_stmt(self, tree: Branch) -> st.Stmt:
        condition = self.expr(tree.children[1])
        body = self.loop_body(tree.children[3])
        return st.While(self.span(tree), condition, body, self.else_body(tree))

    def for_stmt(self, tree: Branch) -> st.Stmt:
        target = self.expr(tree.children[1])
        self.check_target(target)
        iterable = self.expr(tree.children[3])
        body = self.loop_body(tree.children[5])
        return st.For(self.span(tree), target, iterable, body, self.else_body(tree))

    def loop_body(self, tree: Child) -> list[st.Stmt]:
        self.loops += 1
        body = self.suite(cast(Branch, tree))
        self.loops -= 1
        return body

    def else_body(self, tree: Branch) -> list[st.Stmt]:
        for branch in tree.branches():
            if branch.data == "else_clause":
                return self.suite(cast(Branch, branch.children[2]))
        return []

    def try_stmt(self, tree: Branch) -> st.Stmt:
        body = self.suite(cast(Branch, tree.children[2]))
        handlers: list[st.Handler] = []
        final: list[st.Stmt] = []
        ends = False
        for branch in tree.branches():
            if branch.data == "except_clause":
                if handlers and handlers[-1].error is None:
                    self.error("bare-except-not-last", handlers[-1].span)
                handlers.append(self.handler(branch))
            elif branch.data == "finally_clause":
                ends = True
                final = self.suite(cast(Branch, branch.children[2]))
        if not handlers and not ends:
            self.error("try-alone", tree.children[0])
        orelse = self.else_body(tree)
        if orelse and ends and not handlers:
            self.error("try-else-alone", tree.children[0])
        return st.Try(self.span(tree), body, handlers, orelse, final)

    def handler(self, tree: Branch) -> st.Handler:
        star = tree.children[1]
        if isinstance(star, Token) and star.type == "STAR":
            self.error("except-star", star)
        error, *rest = tree.branches()
        name = names_of(tree)
        if name:
            word = next(c for c in tree.children if isinstance(c, Token) and c.type == "AS")
            self.error("except-as", Span(self.file, word.start_pos, name[0].end_pos))
        if not rest:
            span = Span(self.file, tree.start_pos, tree.end_pos)
            return st.Handler(span, None, self.suite(error))
        return st.Handler(self.span(tree), self.expr(error), self.suite(rest[0]))

    def with_stmt(self, tree: Branch) -> st.Stmt:
        *items, suite = tree.branches()
        first = cast(Branch, items[0].children[0])
        if len(items) == 1 and len(items[0].children) == 1 and first.data == "parens":
            inner = first.branches()
            if any(branch.data == "item_as" for branch in inner):
                items = [b if b.data == "item_as" else Branch("with_item", [b]) for b in inner]
        return st.With(self.span(tree), [self.with_item(i) for i in items], self.suite(suite))

    def with_item(self, tree: Branch) -> st.WithItem:
        context = self.expr(tree.children[0])
        target = self.optional(after(tree, "AS"))
        if target is not None:
            self.check_target(target)
        return st.WithItem(self.span(tree), context, target)

    def async_stmt(self, tree: Branch) -> st.Stmt:
        self.error("async", tree.children[0], word="async")
        inner = cast(Branch, tree.children[1])
        return cast(st.Stmt, getattr(self, inner.data)(inner))

    def match_stmt(self, tree: Branch) -> st.Stmt:
        subject = self.expr(tree.children[1])
        return st.Match(self.span(tree), subject, [self.case(b) for b in tree.branches()[1:]])

    def case(self, tree: Branch) -> st.Case:
        pattern, *guard, suite = tree.branches()
        test = self.expr(guard[0].children[1]) if guard else None
        return st.Case(self.span(tree), self.any_pattern(pattern), test, self.suite(suite))
