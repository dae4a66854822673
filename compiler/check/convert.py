"""Conversions that happen by themselves: what a context asks for, from what an expression is.

`coerce` is the one place where an expression meets the type it is used as. Nothing is ever lost
here: integers widen, a non-null pointer becomes nullable, an array becomes a slice of all of it, a
literal takes its type.
"""

from __future__ import annotations

from compiler import typed_tree as tt
from compiler.check.body import Body
from compiler.source import Span
from compiler.types import (
    BOOL,
    ERROR,
    FORMAT,
    LITERAL_INT,
    NEVER,
    NONE,
    STR,
    ArrayType,
    ClassType,
    FloatType,
    IntType,
    PtrType,
    SliceType,
    Type,
    TypeVarType,
    common_integer,
    widens,
)


def error_expr(span: Span) -> tt.Expr:
    """What stands for an expression that was reported."""
    return tt.ZeroConst(ERROR, span)


def coerce(body: Body, expr: tt.Expr, wanted: Type, what: str = "value") -> tt.Expr:
    """`expr` as a `wanted`; reports and gives an error expression where it can't be one."""
    actual = expr.type
    if actual == wanted:
        return expr
    if actual is ERROR or wanted is ERROR:
        return error_expr(expr.span)
    if actual is NEVER:
        return tt.Sequence(
            wanted, expr.span, [tt.Evaluate(expr.span, expr)], tt.ZeroConst(wanted, expr.span)
        )
    converted = implicit(body, expr, wanted)
    if converted is not None:
        return converted
    _mismatch(body, expr, wanted, what)
    return error_expr(expr.span)


def implicit(body: Body, expr: tt.Expr, wanted: Type) -> tt.Expr | None:
    """The conversion the language does by itself, or None. Reports a literal that does not fit."""
    actual, span = expr.type, expr.span
    if actual is LITERAL_INT:
        return _literal(body, expr, wanted)
    if isinstance(expr, tt.FloatConst) and isinstance(wanted, FloatType):
        return tt.FloatConst(wanted, span, expr.value)
    if actual is NONE and isinstance(expr, tt.NullConst):
        return (
            tt.NullConst(wanted, span) if isinstance(wanted, PtrType) and wanted.nullable else None
        )
    if isinstance(actual, IntType | FloatType) and widens(actual, wanted):
        return tt.Convert(wanted, span, "widen", expr)
    if isinstance(actual, PtrType):
        return _pointer(expr, actual, wanted)
    if actual == STR and wanted == FORMAT:
        from compiler.check.text import str_as_format

        return str_as_format(body, expr)
    return None


def _pointer(expr: tt.Expr, actual: PtrType, wanted: Type) -> tt.Expr | None:
    if isinstance(wanted, PtrType) and actual.to == wanted.to and not actual.nullable:
        return tt.Convert(wanted, expr.span, "pointer", expr)
    if actual.nullable or not (isinstance(wanted, SliceType) and isinstance(actual.to, ArrayType)):
        return None
    same = actual.to.element == wanted.element
    return tt.ArrayToSlice(wanted, expr.span, place_of(expr)) if same else None


def place_of(pointer: tt.Expr) -> tt.Place:
    """The place a non-null pointer points to."""
    if isinstance(pointer, tt.AddressOf):
        return pointer.place
    assert isinstance(pointer.type, PtrType)
    return tt.DerefPlace(pointer.type.to, pointer.span, pointer)


def _literal(body: Body, expr: tt.Expr, wanted: Type) -> tt.Expr | None:
    value = literal_value(expr)
    if isinstance(wanted, IntType):
        if value is not None and not wanted.holds(value):
            body.report("literal-does-not-fit", expr.span, value=value, type=wanted)
            return error_expr(expr.span)
        return retype_literal(expr, wanted)
    if isinstance(wanted, TypeVarType) and wanted.bound == "Integer":
        return retype_literal(expr, wanted)
    if isinstance(wanted, FloatType) and value is not None:
        return tt.FloatConst(wanted, expr.span, float(value))
    return None


def literal_value(expr: tt.Expr) -> int | None:
    return expr.value if isinstance(expr, tt.IntConst) else None


def retype_literal(expr: tt.Expr, wanted: Type) -> tt.Expr:
    """A literal, or a choice between literals, in its final type."""
    if isinstance(expr, tt.IntConst):
        return tt.IntConst(wanted, expr.span, expr.value)
    if isinstance(expr, tt.Conditional):
        then, otherwise = (retype_literal(e, wanted) for e in (expr.then, expr.otherwise))
        return tt.Conditional(wanted, expr.span, expr.condition, then, otherwise)
    return error_expr(expr.span)


def _mismatch(body: Body, expr: tt.Expr, wanted: Type, what: str) -> None:
    """Reports with the advice that fits the pair of types."""
    actual, span = expr.type, expr.span
    if isinstance(actual, PtrType) and actual.nullable:
        inner = PtrType(actual.to)
        if inner == wanted:
            body.report("maybe-none", span, type=actual)
            return
    if isinstance(actual, IntType) and isinstance(wanted, IntType):
        body.report("integer-conversion", span, actual=actual, wanted=wanted)
        return
    if isinstance(expr, tt.NullConst) and isinstance(wanted, PtrType):
        body.report("none-for-pointer", span, type=wanted)
        return
    help_text = None
    if wanted == BOOL:
        help_text = _truth_advice(actual)
    elif (
        isinstance(actual, ClassType)
        and isinstance(wanted, IntType)
        and actual.kind in ("enum", "flags")
    ):
        help_text = "`.value` is the number"
    elif isinstance(wanted, SliceType) and actual == STR:
        help_text = "`utf8(text)` is the bytes of a Str"
    body.report(
        "type-mismatch", span, what=what, wanted=wanted, actual=describe(actual), help=help_text
    )


def _truth_advice(actual: Type) -> str | None:
    if isinstance(actual, PtrType):
        return "compare with `is not None`"
    if isinstance(actual, IntType) or actual is LITERAL_INT:
        return "compare with `!= 0`"
    return None


def describe(kind: Type) -> str:
    return "an integer literal" if kind is LITERAL_INT else f"`{kind}`"


def settle(body: Body, expr: tt.Expr) -> tt.Expr:
    """An expression that no context gives a type: a bare integer literal is an error."""
    if expr.type is LITERAL_INT:
        body.report(
            "which-width",
            expr.span,
            value=literal_value(expr) if literal_value(expr) is not None else "it",
        )
        return error_expr(expr.span)
    if expr.type is NONE and isinstance(expr, tt.NullConst):
        body.report("none-without-type", expr.span)
        return error_expr(expr.span)
    return expr


def unify_operands(
    body: Body, left: tt.Expr, right: tt.Expr, span: Span, op: str
) -> tuple[tt.Expr, tt.Expr, Type]:
    """Both operands in the one type that holds both. Two literals stay literals."""
    if left.type is ERROR or right.type is ERROR:
        return left, right, ERROR
    if left.type == right.type:
        return left, right, left.type
    for one, other in ((left, right), (right, left)):
        if one.type is LITERAL_INT or isinstance(one, tt.NullConst | tt.FloatConst):
            converted = implicit(body, one, _literal_context(other.type))
            if converted is not None:
                kind = converted.type if converted.type is not ERROR else ERROR
                other_converted = coerce(body, other, kind) if kind is not ERROR else other
                pair = (converted, other_converted)
                return (*(pair if one is left else pair[::-1]), kind)
    if isinstance(left.type, IntType) and isinstance(right.type, IntType):
        common = common_integer(left.type, right.type)
        if common is None:
            body.report("no-common-integer", span, left=left.type, right=right.type, op=op)
            return left, right, ERROR
        return coerce(body, left, common), coerce(body, right, common), common
    for one, other in ((left, right), (right, left)):
        converted = implicit(body, one, other.type)
        if converted is not None:
            return (converted, other, other.type) if one is left else (other, converted, other.type)
    body.report("operand-types", span, op=op, left=describe(left.type), right=describe(right.type))
    return left, right, ERROR


def _literal_context(kind: Type) -> Type:
    return PtrType(kind.to, nullable=True) if isinstance(kind, PtrType) else kind
