"""Lark tree -> syntax tree: functions and classes."""

from __future__ import annotations

from typing import cast

from compiler import syntax_tree as st
from compiler.read.build_exprs import after, names_of
from compiler.read.build_patterns import PatternBuilder
from compiler.read.tokens import Token
from compiler.read.tree import Branch, Child


class FunctionBuilder(PatternBuilder):
    """Turns trees of definitions into nodes, and knows inside what it is.

    `functions` and `classes` count the definitions around, `loops` the loops of the innermost
    function.
    """

    functions = 0
    classes = 0
    loops = 0

    def suite(self, tree: Branch | None) -> list[st.Stmt]:
        raise NotImplementedError

    def decorated(self, tree: Branch) -> st.Stmt:
        """Decorators and their definition, whose span begins at `def` or `class`, as in Python."""
        *decorators, definition = tree.branches()
        built = [self.expr(decorator.children[1]) for decorator in decorators]
        if definition.data == "async_stmt":
            self.error("async", definition.children[0], word="async")
            definition = cast(Branch, definition.children[1])
        if definition.data == "class_def":
            return self.class_def(definition, built)
        return self.function(definition, built)

    def function(self, tree: Branch, decorators: list[st.Expr] | None = None) -> st.Stmt:
        name = cast(Token, tree.children[1])
        if self.functions:
            self.error("nested-function", name, name=name.value)
        self.functions += 1
        loops, self.loops = self.loops, 0
        parameters, is_exit = self.parameters(tree.children[3], name.value)
        returns = self.optional(after(tree, "ARROW"))
        body: list[st.Stmt] = []
        docstring = None
        # CPython runs the text of a `@comptime` function, so anything Python may stand in it.
        if not any(isinstance(d, st.Name) and d.id == "comptime" for d in decorators or ()):
            docstring, body = self.body(cast(Branch, tree.children[-1]))
        self.functions -= 1
        self.loops = loops
        return st.FunctionDef(
            self.span(tree),
            self.word(name),
            self.span(name),
            decorators or [],
            parameters,
            returns,
            body,
            docstring,
            is_exit,
        )

    def class_def(self, tree: Branch, decorators: list[st.Expr] | None = None) -> st.Stmt:
        name = cast(Token, tree.children[1])
        if self.functions or self.classes:
            self.error("nested-class", name, name=name.value)
        self.classes += 1
        loops, self.loops = self.loops, 0
        bases: list[st.Expr] = []
        for argument in self.arguments(tree.children[3]) if after(tree, "LPAR") else []:
            if argument.keyword is not None:
                self.error("class-keyword", argument.span, keyword=argument.keyword)
            bases.append(argument.value)
        docstring, body = self.body(cast(Branch, tree.children[-1]))
        self.classes -= 1
        self.loops = loops
        return st.ClassDef(
            self.span(tree),
            self.word(name),
            self.span(name),
            decorators or [],
            bases,
            body,
            docstring,
        )

    def body(self, tree: Branch) -> tuple[str | None, list[st.Stmt]]:
        """A suite, its docstring apart."""
        return split_docstring(self.suite(tree))

    def parameters(self, tree: Child, function: str) -> tuple[list[st.Parameter], bool]:
        """The parameters, and whether they are those of `__exit__(self, *_: object)`."""
        found: list[st.Parameter] = []
        if not isinstance(tree, Branch):
            return found, False
        is_exit = False
        keyword_only = False
        seen: set[str] = set()
        with_default = False
        for child in tree.children:
            if isinstance(child, Token):
                if child.type == "SLASH":
                    self.error("positional-only", child)
                continue
            names = names_of(child)
            if child.data == "star_parameter" and not names:
                keyword_only = True
                if child is tree.branches()[-1]:
                    self.error("expected", child, expected="a parameter after '*'", found="none")
                continue
            parameter = self.parameter(child, names[0], keyword_only)
            if parameter.name in seen:
                self.error("parameter-repeated", names[0], name=parameter.name)
            seen.add(parameter.name)
            if child.data == "star_parameter":
                is_exit = self.is_exit_star(child, function, found)
                if not is_exit:
                    stars = cast(Token, child.children[0]).value
                    self.error("star-parameter", child, parameter=stars + parameter.name)
                continue
            if parameter.default is not None:
                with_default = True
            elif with_default and not keyword_only:
                self.error("default-order", names[0], name=parameter.name)
            found.append(parameter)
        return found, is_exit

    def parameter(self, tree: Branch, name: Token, keyword_only: bool) -> st.Parameter:
        annotation = self.optional(after(tree, "COLON"))
        default = self.optional(after(tree, "EQUAL"))
        return st.Parameter(self.span(tree), self.word(name), annotation, default, keyword_only)

    def is_exit_star(self, tree: Branch, function: str, before: list[st.Parameter]) -> bool:
        """`*_: object` of `__exit__(self, …)`: what Python passes there is of no use here."""
        star = cast(Token, tree.children[0])
        return (
            function == "__exit__" and star.value == "*" and self.classes > 0 and len(before) == 1
        )


def split_docstring(body: list[st.Stmt]) -> tuple[str | None, list[st.Stmt]]:
    """The docstring that a body begins with, or None, and the rest."""
    match body:
        case [st.ExprStmt(value=st.StrLiteral(value=text, is_bytes=False)), *rest]:
            return text, rest
    return None, body
