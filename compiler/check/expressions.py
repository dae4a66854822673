"""Expressions: from syntax to typed tree, one function for each kind.

`check_expr(body, expr, wanted)` gives the typed expression. `wanted` is a hint from the context
(literals and `zeroed()` use it); the caller still `coerce`s. An expression that was reported has
type `ERROR`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from compiler import syntax_tree as st
from compiler import typed_tree as tt
from compiler.check.body import Body, Path, merge
from compiler.check.convert import coerce, error_expr, settle, unify_operands
from compiler.check.places import check_place, name_value, path_of
from compiler.source import Span
from compiler.types import (
    BOOL,
    ERROR,
    F64,
    LITERAL_INT,
    NEVER,
    NONE,
    STR,
    FloatType,
    PtrType,
    TupleType,
    Type,
)


def check_expr(body: Body, expr: st.Expr, wanted: Type | None = None) -> tt.Expr:
    return CHECKERS[type(expr)](body, expr, wanted)


def check_as(body: Body, expr: st.Expr, wanted: Type, what: str = "value") -> tt.Expr:
    """Checked and converted to `wanted`."""
    return coerce(body, check_expr(body, expr, wanted), wanted, what)


def check_value(body: Body, expr: st.Expr, wanted: Type | None = None) -> tt.Expr:
    """Checked, with a type that can be stored: not a bare literal, and not nothing."""
    checked = settle(body, check_expr(body, expr, wanted))
    if checked.type is NONE:
        body.report("no-value", expr.span)
        return error_expr(expr.span)
    return checked


# --- Literals ----------------------------------------------------------------------------------


def _int(body: Body, expr: st.IntLiteral, wanted: Type | None) -> tt.Expr:
    return tt.IntConst(LITERAL_INT, expr.span, expr.value)


def _float(body: Body, expr: st.FloatLiteral, wanted: Type | None) -> tt.Expr:
    body_uses_float(body, expr.span)
    kind = wanted if isinstance(wanted, FloatType) else F64
    return tt.FloatConst(kind, expr.span, expr.value)


def body_uses_float(body: Body, span: Span) -> None:
    if body.program.target.kind == "kernel" and not body.module.uses_float:
        body.report("float-in-kernel", span)


def _str(body: Body, expr: st.StrLiteral, wanted: Type | None) -> tt.Expr:
    if expr.is_bytes:
        body.report("bytes-literal", expr.span)
        return error_expr(expr.span)
    return tt.StrConst(STR, expr.span, expr.value)


def _bool(body: Body, expr: st.BoolLiteral, wanted: Type | None) -> tt.Expr:
    return tt.BoolConst(BOOL, expr.span, expr.value)


def _none(body: Body, expr: st.NoneLiteral, wanted: Type | None) -> tt.Expr:
    return tt.NullConst(NONE, expr.span)


def _ellipsis(body: Body, expr: st.EllipsisLiteral, wanted: Type | None) -> tt.Expr:
    body.report("ellipsis", expr.span)
    return error_expr(expr.span)


def _fstring(body: Body, expr: st.FString, wanted: Type | None) -> tt.Expr:
    from compiler.check.text import check_fstring
    from compiler.types import FORMAT

    if wanted != FORMAT:
        body.report("f-string-out-of-place", expr.span)
        return error_expr(expr.span)
    return check_fstring(body, expr)


def _list(body: Body, expr: st.ListExpr, wanted: Type | None) -> tt.Expr:
    body.report("display", expr.span)
    return error_expr(expr.span)


def _slice(body: Body, expr: st.SliceExpr, wanted: Type | None) -> tt.Expr:
    body.report("not-a-value", expr.span, found=expr.span.text)
    return error_expr(expr.span)


def _tuple(body: Body, expr: st.TupleExpr, wanted: Type | None) -> tt.Expr:
    hints: list[Type | None] = [None] * len(expr.items)
    if isinstance(wanted, TupleType) and len(wanted.items) == len(expr.items):
        hints = list(wanted.items)
    return tuple_display(body, expr, hints)


def tuple_display(body: Body, expr: st.TupleExpr, hints: list[Type | None]) -> tt.Expr:
    """`a, b` with the types its context asks for, where it does."""
    items = []
    for item, hint in zip(expr.items, hints, strict=True):
        items.append(check_as(body, item, hint) if hint is not None else check_value(body, item))
    if any(item.type is ERROR for item in items):
        return error_expr(expr.span)
    return tt.MakeValue(TupleType(tuple(item.type for item in items)), expr.span, items)


# --- Names and places --------------------------------------------------------------------------


def _name(body: Body, expr: st.Name, wanted: Type | None) -> tt.Expr:
    return name_value(body, expr, wanted)


def read_place(body: Body, place: tt.Place, path: Path | None) -> tt.Expr:
    """The value in a place; the address of one of a place type. Uses what is known about `path`."""
    if place.type.is_place:
        return tt.AddressOf(PtrType(place.type), place.span, place)
    loaded = tt.Load(place.type, place.span, place)
    if (
        isinstance(place.type, PtrType)
        and place.type.nullable
        and path is not None
        and path in body.flow.nonnull
    ):
        return narrowed(loaded, path)
    return loaded


def narrowed(loaded: tt.Expr, path: Path) -> tt.Expr:
    """A nullable pointer that a test showed not to be None.

    A local can't have changed since; a field might have been set by a call in between, so it is
    looked at again, and panics if it is None.
    """
    assert isinstance(loaded.type, PtrType)
    kind = PtrType(loaded.type.to)
    if len(path) == 1 and isinstance(path[0], tt.Local):
        return tt.Convert(kind, loaded.span, "assume_non_null", loaded)
    from compiler.types import HOST

    address = tt.Convert(HOST.usize, loaded.span, "to_address", loaded)
    return tt.Convert(kind, loaded.span, "from_address", address)


def _attribute(body: Body, expr: st.Attribute, wanted: Type | None) -> tt.Expr:
    from compiler.check.attributes import check_attribute

    return check_attribute(body, expr)


def _subscript(body: Body, expr: st.Subscript, wanted: Type | None) -> tt.Expr:
    from compiler.check.attributes import check_subscript

    return check_subscript(body, expr)


# --- Operators ---------------------------------------------------------------------------------


def _unary(body: Body, expr: st.Unary, wanted: Type | None) -> tt.Expr:
    from compiler.check.operators import check_unary

    return check_unary(body, expr, wanted)


def _binary(body: Body, expr: st.Binary, wanted: Type | None) -> tt.Expr:
    from compiler.check.operators import check_binary

    return check_binary(body, expr, wanted)


def _compare(body: Body, expr: st.Compare, wanted: Type | None) -> tt.Expr:
    from compiler.check.operators import check_compare

    return check_compare(body, expr)


def _bool_op(body: Body, expr: st.BoolOp, wanted: Type | None) -> tt.Expr:
    """Later operands are checked knowing that the earlier ones let them run."""
    known: frozenset[Path] = body.flow.nonnull
    result: tt.Expr | None = None
    for operand in expr.operands:
        checked = check_as(body, operand, BOOL, "operand")
        when_true, when_false = facts(body, operand)
        body.flow.nonnull |= when_true if expr.op == "and" else when_false
        if result is None:
            result = checked
        else:
            span = result.span.merge(checked.span)
            result = tt.Logical(BOOL, span, expr.op, result, checked)  # type: ignore[arg-type]
    body.flow.nonnull &= known
    assert result is not None
    return result


def _conditional(body: Body, expr: st.Conditional, wanted: Type | None) -> tt.Expr:
    condition = check_condition(body, expr.condition)
    when_true, when_false = facts(body, expr.condition)
    start = body.flow
    body.flow = start.assume(when_true)
    then = check_expr(body, expr.then, wanted)
    after_then = body.flow
    body.flow = start.assume(when_false)
    otherwise = check_expr(body, expr.otherwise, wanted)
    body.flow = merge([after_then, body.flow])
    if then.type is NEVER or otherwise.type is NEVER:
        body.report("no-value", expr.span)
        return error_expr(expr.span)
    then, otherwise, kind = unify_operands(body, then, otherwise, expr.span, "if … else")
    if kind is ERROR:
        return error_expr(expr.span)
    if kind is LITERAL_INT and wanted is not None:
        then, otherwise = coerce(body, then, wanted), coerce(body, otherwise, wanted)
        kind = then.type
    return tt.Conditional(kind, expr.span, condition, then, otherwise)


def check_condition(body: Body, expr: st.Expr) -> tt.Expr:
    return check_as(body, expr, BOOL, "condition")


# --- What a condition tells --------------------------------------------------------------------


def facts(body: Body, expr: st.Expr) -> tuple[frozenset[Path], frozenset[Path]]:
    """The paths that are not None if `expr` is true, and if it is false."""
    nothing: frozenset[Path] = frozenset()
    match expr:
        case st.Compare(ops=["is" | "is not" as op], left=left, rights=[st.NoneLiteral()]):
            path = path_of(body, left)
            if path is None:
                return nothing, nothing
            known = frozenset([path])
            return (nothing, known) if op == "is" else (known, nothing)
        case st.Unary(op="not"):
            when_true, when_false = facts(body, expr.operand)
            return when_false, when_true
        case st.BoolOp():
            pairs = [facts(body, operand) for operand in expr.operands]
            if expr.op == "and":
                return nothing.union(*(p[0] for p in pairs)), nothing
            return nothing, nothing.union(*(p[1] for p in pairs))
        case _:
            return nothing, nothing


def _call(body: Body, expr: st.Call, wanted: Type | None) -> tt.Expr:
    from compiler.check.calls import check_call

    return check_call(body, expr, wanted)


Checker = Callable[[Body, Any, Type | None], tt.Expr]

CHECKERS: dict[type[st.Expr], Checker] = {
    st.Name: _name,
    st.IntLiteral: _int,
    st.FloatLiteral: _float,
    st.StrLiteral: _str,
    st.BoolLiteral: _bool,
    st.NoneLiteral: _none,
    st.EllipsisLiteral: _ellipsis,
    st.FString: _fstring,
    st.TupleExpr: _tuple,
    st.ListExpr: _list,
    st.Attribute: _attribute,
    st.Subscript: _subscript,
    st.SliceExpr: _slice,
    st.Call: _call,
    st.Unary: _unary,
    st.Binary: _binary,
    st.BoolOp: _bool_op,
    st.Compare: _compare,
    st.Conditional: _conditional,
}

__all__ = [
    "check_as",
    "check_condition",
    "check_expr",
    "check_place",
    "check_value",
    "facts",
    "read_place",
]
