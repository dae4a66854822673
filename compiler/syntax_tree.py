"""The syntax tree: a dialect file as written, every node with its span.

Nothing is resolved here: a `Name` is a word, an annotation is an expression. Constructs that are
Python but not the dialect never get this far; `build_tree` reports them. Nodes are plain slotted
dataclasses, built once and never changed, so a tree can be pickled and shared between builds.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from compiler.source import Span


@dataclass(slots=True)
class Node:
    span: Span


# --- Expressions -------------------------------------------------------------------------------


@dataclass(slots=True)
class Expr(Node):
    pass


@dataclass(slots=True)
class Name(Expr):
    id: str


@dataclass(slots=True)
class IntLiteral(Expr):
    value: int


@dataclass(slots=True)
class FloatLiteral(Expr):
    value: float


@dataclass(slots=True)
class StrLiteral(Expr):
    """Text after escapes and implicit concatenation. `is_bytes` for b"…", which the checker
    refuses.
    """

    value: str
    is_bytes: bool = False


@dataclass(slots=True)
class BoolLiteral(Expr):
    value: bool


@dataclass(slots=True)
class NoneLiteral(Expr):
    pass


@dataclass(slots=True)
class EllipsisLiteral(Expr):
    pass


@dataclass(slots=True)
class FormattedPart(Node):
    """`{value!r:spec}`. `debug_text` is what `{value=}` prints first, `=` included. A spec holds no
    fields of its own.
    """

    value: Expr
    conversion: str | None
    spec: str
    spec_span: Span | None
    debug_text: str | None = None


@dataclass(slots=True)
class FString(Expr):
    """Literal text (`StrLiteral`) and `FormattedPart`s in order; plain strings concatenated to it
    are parts too.
    """

    parts: list[StrLiteral | FormattedPart]


@dataclass(slots=True)
class TupleExpr(Expr):
    items: list[Expr]


@dataclass(slots=True)
class ListExpr(Expr):
    """`[a, b]`: only inside `Fn[[A, B], R]` and compile-time code."""

    items: list[Expr]


@dataclass(slots=True)
class Attribute(Expr):
    value: Expr
    name: str
    name_span: Span


@dataclass(slots=True)
class Subscript(Expr):
    """`a[i]`; several subscripts are one `TupleExpr`."""

    value: Expr
    index: Expr


@dataclass(slots=True)
class SliceExpr(Expr):
    """`a:b` inside a subscript."""

    lower: Expr | None
    upper: Expr | None


@dataclass(slots=True)
class Argument(Node):
    keyword: str | None
    value: Expr


@dataclass(slots=True)
class Call(Expr):
    func: Expr
    args: list[Argument]


@dataclass(slots=True)
class Unary(Expr):
    """op: '-' '+' '~' 'not'."""

    op: str
    operand: Expr


@dataclass(slots=True)
class Binary(Expr):
    """op: + - * / // % ** << >> & | ^ (as written)."""

    op: str
    left: Expr
    right: Expr
    op_span: Span


@dataclass(slots=True)
class BoolOp(Expr):
    """op: 'and' or 'or'; two or more operands."""

    op: str
    operands: list[Expr]


@dataclass(slots=True)
class Compare(Expr):
    """`a < b <= c`: operators == != < <= > >= 'is' 'is not' 'in' 'not in'."""

    left: Expr
    ops: list[str]
    op_spans: list[Span]
    rights: list[Expr]


@dataclass(slots=True)
class Conditional(Expr):
    """`then if condition else otherwise`."""

    condition: Expr
    then: Expr
    otherwise: Expr


# --- Patterns ----------------------------------------------------------------------------------


@dataclass(slots=True)
class Pattern(Node):
    pass


@dataclass(slots=True)
class ValuePattern(Pattern):
    """A literal (possibly negated) or a dotted name: `3`, `-1`, `Kind.DATA`, `"text"`, `True`,
    `None`.
    """

    value: Expr


@dataclass(slots=True)
class CapturePattern(Pattern):
    """A bare name, or `_` with name None; `pattern as name` has both."""

    name: str | None
    pattern: Pattern | None = None


@dataclass(slots=True)
class OrPattern(Pattern):
    alternatives: list[Pattern]


@dataclass(slots=True)
class ClassPattern(Pattern):
    """`Range(start=0, end=e)`; positional sub-patterns come with keyword None."""

    cls: Expr
    fields: list[tuple[str | None, Pattern]]


@dataclass(slots=True)
class TuplePattern(Pattern):
    items: list[Pattern]


# --- Statements --------------------------------------------------------------------------------


@dataclass(slots=True)
class Stmt(Node):
    pass


@dataclass(slots=True)
class ExprStmt(Stmt):
    value: Expr


@dataclass(slots=True)
class Assign(Stmt):
    """`target = value`; several targets (`a = b = c`) are kept in order."""

    targets: list[Expr]
    value: Expr


@dataclass(slots=True)
class AnnAssign(Stmt):
    """`target: annotation = value`."""

    target: Expr
    annotation: Expr
    value: Expr | None


@dataclass(slots=True)
class AugAssign(Stmt):
    """`target op= value`, op without the '='."""

    target: Expr
    op: str
    value: Expr
    op_span: Span


@dataclass(slots=True)
class Return(Stmt):
    value: Expr | None


@dataclass(slots=True)
class Raise(Stmt):
    error: Expr | None


@dataclass(slots=True)
class Pass(Stmt):
    pass


@dataclass(slots=True)
class Break(Stmt):
    pass


@dataclass(slots=True)
class Continue(Stmt):
    pass


@dataclass(slots=True)
class Assert(Stmt):
    condition: Expr
    message: Expr | None


@dataclass(slots=True)
class Global(Stmt):
    names: list[str]
    name_spans: list[Span]


@dataclass(slots=True)
class If(Stmt):
    """`elif` is an `If` alone in `orelse`."""

    condition: Expr
    body: list[Stmt]
    orelse: list[Stmt]


@dataclass(slots=True)
class While(Stmt):
    condition: Expr
    body: list[Stmt]
    orelse: list[Stmt]


@dataclass(slots=True)
class For(Stmt):
    target: Expr
    iterable: Expr
    body: list[Stmt]
    orelse: list[Stmt]


@dataclass(slots=True)
class Handler(Node):
    """`except error:`; `error` is a name, a tuple of names, or None for a bare `except`. `as name`
    is refused by `build_tree`.
    """

    error: Expr | None
    body: list[Stmt]


@dataclass(slots=True)
class Try(Stmt):
    body: list[Stmt]
    handlers: list[Handler]
    orelse: list[Stmt]
    final: list[Stmt]


@dataclass(slots=True)
class WithItem(Node):
    context: Expr
    target: Expr | None


@dataclass(slots=True)
class With(Stmt):
    items: list[WithItem]
    body: list[Stmt]


@dataclass(slots=True)
class Case(Node):
    pattern: Pattern
    guard: Expr | None
    body: list[Stmt]


@dataclass(slots=True)
class Match(Stmt):
    subject: Expr
    cases: list[Case]


@dataclass(slots=True)
class Alias(Node):
    """`name as asname` of an import."""

    name: str
    asname: str | None


@dataclass(slots=True)
class Import(Stmt):
    """`import a.b as c`."""

    names: list[Alias]


@dataclass(slots=True)
class ImportFrom(Stmt):
    """`from module import names`; relative imports are refused by `build_tree`."""

    module: str
    module_span: Span
    names: list[Alias]


@dataclass(slots=True)
class Parameter(Node):
    name: str
    annotation: Expr | None
    default: Expr | None
    keyword_only: bool = False


@dataclass(slots=True)
class FunctionDef(Stmt):
    """`def`. `body` is without the docstring. `name_span` is where errors about the function point.

    `broken`: errors in the body were reported, and it is left out.
    `is_exit` marks the one accepted form of `*_`: `def __exit__(self, *_: object) -> None`, whose
    `parameters` then hold only `self`.
    """

    name: str
    name_span: Span
    decorators: list[Expr]
    parameters: list[Parameter]
    returns: Expr | None
    body: list[Stmt]
    docstring: str | None
    is_exit: bool = False
    broken: bool = False


@dataclass(slots=True)
class ClassDef(Stmt):
    """`class`. `body` holds fields (`AnnAssign`), constants and members (`Assign`/`AnnAssign`),
    methods and `pass`.
    """

    name: str
    name_span: Span
    decorators: list[Expr]
    bases: list[Expr]
    body: list[Stmt]
    docstring: str | None


@dataclass(slots=True)
class Module(Node):
    """One file. `name` is dotted (`kernel_src.mm.frames`).

    `lost` are the names that statements with syntax errors would have defined.
    """

    name: str
    docstring: str | None
    body: list[Stmt] = field(default_factory=list)
    lost: frozenset[str] = frozenset()
