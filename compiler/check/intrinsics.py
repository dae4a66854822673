"""Typing rules of the generic intrinsics, one for each rule name in `intrinsics.GENERIC`."""

from __future__ import annotations

from collections.abc import Callable

from compiler import syntax_tree as st
from compiler import typed_tree as tt
from compiler.check.body import Body
from compiler.check.convert import coerce, describe, error_expr, settle, unify_operands
from compiler.intrinsics import GENERIC
from compiler.types import (
    BOOL,
    ERROR,
    LITERAL_INT,
    NONE,
    STR,
    U32,
    U64,
    ArrayType,
    ClassType,
    FloatType,
    IntType,
    PtrType,
    SliceType,
    TupleType,
    Type,
    TypeVarType,
)


def call_generic(body: Body, name: str, expr: st.Call, wanted: Type | None) -> tt.Expr:
    count, rule = RULES[GENERIC[name]]
    if len(expr.args) != count:
        body.report("argument-count", expr.span, name=name, expected=count, found=len(expr.args))
        return error_expr(expr.span)
    return rule(body, name, expr, wanted)


def _made(
    name: str, expr: st.Call, result: Type, arguments: list[tt.Expr], element: Type | None
) -> tt.Expr:
    if any(a.type is ERROR for a in arguments):
        return error_expr(expr.span)
    return tt.CallIntrinsic(result, expr.span, name, arguments, element)


def _is_integer(kind: Type) -> bool:
    return isinstance(kind, IntType) or (isinstance(kind, TypeVarType) and kind.bound == "Integer")


# --- Numbers -----------------------------------------------------------------------------------


def _operands(body: Body, expr: st.Call, wanted: Type | None) -> tuple[tt.Expr, tt.Expr, Type]:
    from compiler.check.expressions import check_expr

    left = check_expr(body, expr.args[0].value, wanted)
    right = check_expr(body, expr.args[1].value, wanted)
    return unify_operands(body, left, right, expr.span, expr.func.span.text)


def _checked(body: Body, name: str, expr: st.Call, wanted: Type | None) -> tt.Expr:
    hint = wanted.items[0] if isinstance(wanted, TupleType) else None
    left, right, kind = _operands(body, expr, hint)
    if kind is LITERAL_INT and hint is not None:
        left, right, kind = coerce(body, left, hint), coerce(body, right, hint), hint
    if not _is_integer(kind):
        return _wrong_operand(body, name, expr, kind)
    return _made(name, expr, TupleType((kind, BOOL)), [left, right], kind)


def _wrong_operand(body: Body, name: str, expr: st.Call, kind: Type) -> tt.Expr:
    if kind is LITERAL_INT:
        body.report("which-width", expr.span, value="it")
    elif kind is not ERROR:
        body.report("operand-type", expr.span, op=name, type=describe(kind))
    return error_expr(expr.span)


def _pair(body: Body, name: str, expr: st.Call, wanted: Type | None) -> tt.Expr:
    left, right, kind = _operands(body, expr, wanted)
    if kind is LITERAL_INT and isinstance(left, tt.IntConst) and isinstance(right, tt.IntConst):
        chosen = min if name == "min" else max
        return tt.IntConst(LITERAL_INT, expr.span, chosen(left.value, right.value))
    if not (_is_integer(kind) or isinstance(kind, FloatType)):
        return _wrong_operand(body, name, expr, kind)
    return _made(name, expr, kind, [left, right], kind)


def _number(body: Body, name: str, expr: st.Call, wanted: Type | None) -> tt.Expr:
    from compiler.check.expressions import check_expr

    value = settle(body, check_expr(body, expr.args[0].value, wanted))
    if not (_is_integer(value.type) or isinstance(value.type, FloatType)):
        return _wrong_operand(body, name, expr, value.type)
    return _made(name, expr, value.type, [value], value.type)


def _unsigned(body: Body, expr: st.Expr, name: str, wanted: Type | None) -> tt.Expr:
    from compiler.check.expressions import check_expr

    value = check_expr(body, expr, wanted)
    if value.type is LITERAL_INT and isinstance(wanted, IntType):
        value = coerce(body, value, wanted)
    value = settle(body, value)
    if value.type is ERROR:
        return value
    if not _is_integer(value.type) or (isinstance(value.type, IntType) and value.type.signed):
        body.report("unsigned-only", expr.span, name=name, type=describe(value.type))
        return error_expr(expr.span)
    return value


def _count_bits(body: Body, name: str, expr: st.Call, wanted: Type | None) -> tt.Expr:
    value = _unsigned(body, expr.args[0].value, name, None)
    return _made(name, expr, U32, [value], value.type)


def _swap(body: Body, name: str, expr: st.Call, wanted: Type | None) -> tt.Expr:
    value = _unsigned(body, expr.args[0].value, name, wanted)
    return _made(name, expr, value.type, [value], value.type)


def _rotate(body: Body, name: str, expr: st.Call, wanted: Type | None) -> tt.Expr:
    from compiler.check.expressions import check_as

    value = _unsigned(body, expr.args[0].value, name, wanted)
    count = check_as(body, expr.args[1].value, U32, "count")
    return _made(name, expr, value.type, [value, count], value.type)


def _mul_wide(body: Body, name: str, expr: st.Call, wanted: Type | None) -> tt.Expr:
    from compiler.check.expressions import check_as

    arguments = [check_as(body, a.value, U64, "argument") for a in expr.args]
    return _made(name, expr, TupleType((U64, U64)), arguments, U64)


# --- Memory ------------------------------------------------------------------------------------


def _pointer(body: Body, expr: st.Expr) -> tt.Expr:
    from compiler.check.expressions import check_expr

    value = check_expr(body, expr)
    if value.type is ERROR:
        return value
    if not isinstance(value.type, PtrType):
        body.report("not-a-pointer", expr.span, type=describe(value.type))
        return error_expr(expr.span)
    if value.type.nullable:
        body.report("maybe-none", expr.span, type=value.type)
        return error_expr(expr.span)
    return value


def _place_pointer(body: Body, expr: st.Expr) -> tt.Expr:
    """A pointer to a struct or array."""
    value = _pointer(body, expr)
    if value.type is ERROR:
        return value
    assert isinstance(value.type, PtrType)
    target = value.type.to
    if not (
        isinstance(target, ArrayType) or (isinstance(target, ClassType) and target.kind == "struct")
    ):
        body.report("not-a-struct", expr.span, type=target)
        return error_expr(expr.span)
    return value


def _copy(body: Body, name: str, expr: st.Call, wanted: Type | None) -> tt.Expr:
    target = _place_pointer(body, expr.args[0].value)
    source = _place_pointer(body, expr.args[1].value)
    if ERROR in (target.type, source.type):
        return error_expr(expr.span)
    if target.type != source.type:
        body.report(
            "operand-types",
            expr.span,
            op=name,
            left=describe(target.type),
            right=describe(source.type),
        )
        return error_expr(expr.span)
    assert isinstance(target.type, PtrType)
    return _made(name, expr, NONE, [target, source], target.type.to)


def _zero(body: Body, name: str, expr: st.Call, wanted: Type | None) -> tt.Expr:
    from compiler.check.values import check_zeroable

    target = _place_pointer(body, expr.args[0].value)
    if not isinstance(target.type, PtrType):
        return error_expr(expr.span)
    check_zeroable(body, target.type.to, expr.span)
    return _made(name, expr, NONE, [target], target.type.to)


def _slice(body: Body, expr: st.Expr) -> tt.Expr:
    from compiler.check.attributes import as_slice
    from compiler.check.expressions import check_expr

    value = check_expr(body, expr)
    if value.type is ERROR:
        return value
    found = as_slice(body, value)
    if found is None:
        body.report("not-sliceable", expr.span, type=describe(value.type))
        return error_expr(expr.span)
    return found


def _copy_slice(body: Body, name: str, expr: st.Call, wanted: Type | None) -> tt.Expr:
    target = _slice(body, expr.args[0].value)
    source = _slice(body, expr.args[1].value)
    if ERROR in (target.type, source.type):
        return error_expr(expr.span)
    if target.type != source.type:
        body.report(
            "operand-types",
            expr.span,
            op=name,
            left=describe(target.type),
            right=describe(source.type),
        )
        return error_expr(expr.span)
    assert isinstance(target.type, SliceType)
    return _made(name, expr, NONE, [target, source], target.type.element)


def _fill(body: Body, name: str, expr: st.Call, wanted: Type | None) -> tt.Expr:
    from compiler.check.expressions import check_as

    target = _slice(body, expr.args[0].value)
    if not isinstance(target.type, SliceType):
        return error_expr(expr.span)
    if target.type.element.is_place:
        body.report(
            "implicit-copy", expr.span, type=target.type.element, actual=describe(target.type)
        )
        return error_expr(expr.span)
    value = check_as(body, expr.args[1].value, target.type.element)
    return _made(name, expr, NONE, [target, value], target.type.element)


def _offset(body: Body, name: str, expr: st.Call, wanted: Type | None) -> tt.Expr:
    from compiler.check.expressions import check_as, check_expr

    pointer = _pointer(body, expr.args[0].value)
    count = check_expr(body, expr.args[1].value, body.program.target.isize)
    if not (isinstance(count.type, IntType) and not count.type.signed):
        count = check_as(body, expr.args[1].value, body.program.target.isize, "count")
    if not isinstance(pointer.type, PtrType):
        return error_expr(expr.span)
    return _made(name, expr, pointer.type, [pointer, count], pointer.type.to)


def _volatile_load(body: Body, name: str, expr: st.Call, wanted: Type | None) -> tt.Expr:
    pointer = _scalar_pointer(body, expr.args[0].value)
    if not isinstance(pointer.type, PtrType):
        return error_expr(expr.span)
    return _made(name, expr, pointer.type.to, [pointer], pointer.type.to)


def _volatile_store(body: Body, name: str, expr: st.Call, wanted: Type | None) -> tt.Expr:
    from compiler.check.expressions import check_as

    pointer = _scalar_pointer(body, expr.args[0].value)
    if not isinstance(pointer.type, PtrType):
        return error_expr(expr.span)
    value = check_as(body, expr.args[1].value, pointer.type.to)
    return _made(name, expr, NONE, [pointer, value], pointer.type.to)


def _scalar_pointer(body: Body, expr: st.Expr) -> tt.Expr:
    pointer = _pointer(body, expr)
    if isinstance(pointer.type, PtrType) and pointer.type.to.is_place:
        body.report("load-of-place", expr.span, type=pointer.type.to)
        return error_expr(expr.span)
    return pointer


# --- Fences ------------------------------------------------------------------------------------


def _fence(body: Body, name: str, expr: st.Call, wanted: Type | None) -> tt.Expr:
    from compiler.check.cells import memory_order

    order = memory_order(body, expr.args[0].value)
    if order is None:
        return error_expr(expr.span)
    if order == "monotonic":
        body.report("order-for-operation", expr.args[0].span, operation="fence")
        return error_expr(expr.span)
    return _made(name, expr, NONE, [tt.StrConst(STR, expr.span, order)], None)


def _compiler_fence(body: Body, name: str, expr: st.Call, wanted: Type | None) -> tt.Expr:
    return _made(name, expr, NONE, [tt.StrConst(STR, expr.span, "seq_cst")], None)


Rule = Callable[[Body, str, st.Call, Type | None], tt.Expr]

RULES: dict[str, tuple[int, Rule]] = {
    "integer pair to (T, bool)": (2, _checked),
    "number pair to T": (2, _pair),
    "number to T": (1, _number),
    "unsigned to u32": (1, _count_bits),
    "unsigned to T": (1, _swap),
    "unsigned and count to T": (2, _rotate),
    "u64 pair to (u64, u64)": (2, _mul_wide),
    "struct pointer pair": (2, _copy),
    "struct pointer": (1, _zero),
    "slice pair": (2, _copy_slice),
    "slice and element": (2, _fill),
    "pointer and count to pointer": (2, _offset),
    "pointer to element": (1, _volatile_load),
    "pointer and element": (2, _volatile_store),
    "order": (1, _fence),
    "nothing": (0, _compiler_fence),
}
