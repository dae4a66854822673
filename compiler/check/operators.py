"""Operators: arithmetic, comparison, and the operator methods of `@value` classes."""

from __future__ import annotations

from compiler import syntax_tree as st
from compiler import typed_tree as tt
from compiler.check.body import Body
from compiler.check.convert import coerce, describe, error_expr, settle, unify_operands
from compiler.check.evaluate import NotConstant, integer_operation
from compiler.source import Span
from compiler.types import (
    BOOL,
    ERROR,
    LITERAL_INT,
    STR,
    BoolType,
    ClassType,
    FloatType,
    FnType,
    IntType,
    PtrType,
    SliceType,
    TupleType,
    Type,
    TypeVarType,
)

METHODS = {
    "+": "__add__",
    "-": "__sub__",
    "*": "__mul__",
    "//": "__floordiv__",
    "%": "__mod__",
    "&": "__and__",
    "|": "__or__",
    "^": "__xor__",
    "<<": "__lshift__",
    ">>": "__rshift__",
    "==": "__eq__",
    "<": "__lt__",
    "<=": "__le__",
    ">": "__gt__",
    ">=": "__ge__",
}

BITWISE = frozenset({"&", "|", "^"})
SHIFTS = frozenset({"<<", ">>"})


def check_unary(body: Body, expr: st.Unary, wanted: Type | None) -> tt.Expr:
    from compiler.check.expressions import check_as, check_expr

    if expr.op == "not":
        return tt.Not(BOOL, expr.span, check_as(body, expr.operand, BOOL, "operand"))
    value = check_expr(body, expr.operand, wanted)
    kind = value.type
    if kind is ERROR:
        return value
    if isinstance(kind, ClassType) and kind.kind == "value":
        name = {"-": "__neg__", "~": "__invert__"}.get(expr.op, "")
        return _method_operator(body, value, name, [], expr.span, expr.op)
    if kind is LITERAL_INT and isinstance(value, tt.IntConst):
        number = {"-": -value.value, "+": value.value, "~": ~value.value}[expr.op]
        return tt.IntConst(LITERAL_INT, expr.span, number)
    if isinstance(value, tt.FloatConst) and expr.op in "+-":
        return tt.FloatConst(kind, expr.span, -value.value if expr.op == "-" else value.value)
    return _unary_value(body, expr, value)


def _unary_value(body: Body, expr: st.Unary, value: tt.Expr) -> tt.Expr:
    kind = value.type
    number = _is_integer(kind) or isinstance(kind, FloatType)
    if expr.op == "+" and number:
        return value
    if expr.op == "-" and number:
        unsigned = isinstance(kind, IntType) and not kind.signed
        if unsigned and body.mode == "checked" and not body.environment:
            body.report("negative-unsigned", expr.span, type=kind)
            return error_expr(expr.span)
        return tt.Negate(kind, expr.span, value, body.mode)
    if expr.op == "~" and _is_integer(kind):
        return tt.Invert(kind, expr.span, value)
    if expr.op == "~" and isinstance(kind, ClassType) and kind.kind == "flags":
        every = 0
        for bit in kind.members.values():
            every |= bit
        inverted = tt.Invert(kind, expr.span, value)
        return tt.Arithmetic(
            kind, expr.span, "&", inverted, tt.IntConst(kind, expr.span, every), "wrapping"
        )
    body.report("operand-type", expr.span, op=expr.op, type=describe(kind))
    return error_expr(expr.span)


def _is_integer(kind: Type) -> bool:
    return isinstance(kind, IntType) or (isinstance(kind, TypeVarType) and kind.bound == "Integer")


# --- Arithmetic --------------------------------------------------------------------------------


def check_binary(body: Body, expr: st.Binary, wanted: Type | None) -> tt.Expr:
    from compiler.check.expressions import check_expr

    left = check_expr(body, expr.left, wanted)
    right = check_expr(body, expr.right, None if expr.op in SHIFTS else wanted)
    if expr.op in SHIFTS and left.type is LITERAL_INT and right.type is not LITERAL_INT:
        left = coerce(body, left, wanted) if isinstance(wanted, IntType) else left
    return arithmetic(body, expr.op, left, right, expr.span, expr.op_span)


def arithmetic(
    body: Body, op: str, left: tt.Expr, right: tt.Expr, span: Span, op_span: Span
) -> tt.Expr:
    """`left op right`, also for augmented assignment."""
    from compiler.check.expressions import body_uses_float

    if left.type is ERROR or right.type is ERROR:
        return error_expr(span)
    if isinstance(left.type, ClassType) and left.type.kind == "value":
        return _method_operator(body, left, METHODS.get(op, ""), [right], span, op)
    if left.type is LITERAL_INT and right.type is LITERAL_INT:
        return _literal_operation(body, op, left, right, span)
    if op == "**":
        body.report("power", op_span)
        return error_expr(span)
    if op in SHIFTS:
        return _shift(body, op, left, right, span)
    left, right, kind = unify_operands(body, left, right, span, op)
    if kind is ERROR:
        return error_expr(span)
    if not _allowed(op, kind):
        key = "true-division" if op == "/" and _is_integer(kind) else "operand-types"
        body.report(key, span, op=op, left=describe(left.type), right=describe(right.type))
        return error_expr(span)
    if isinstance(kind, FloatType):
        body_uses_float(body, span)
    return tt.Arithmetic(kind, span, op, left, right, body.mode)  # type: ignore[arg-type]


def _allowed(op: str, kind: Type) -> bool:
    if _is_integer(kind):
        return op != "/"
    if isinstance(kind, FloatType):
        return op in ("+", "-", "*", "/", "//", "%")
    if isinstance(kind, BoolType):
        return op in BITWISE
    return isinstance(kind, ClassType) and kind.kind == "flags" and op in BITWISE


def _literal_operation(body: Body, op: str, left: tt.Expr, right: tt.Expr, span: Span) -> tt.Expr:
    if not (isinstance(left, tt.IntConst) and isinstance(right, tt.IntConst)):
        return settle(body, left if not isinstance(left, tt.IntConst) else right)
    if op == "/":
        body.report(
            "true-division", span, op=op, left=describe(left.type), right=describe(right.type)
        )
        return error_expr(span)
    try:
        return tt.IntConst(LITERAL_INT, span, integer_operation(op, left.value, right.value, span))
    except NotConstant as problem:
        body.report(problem.key, problem.span, **problem.values)
        return error_expr(span)


def _shift(body: Body, op: str, left: tt.Expr, right: tt.Expr, span: Span) -> tt.Expr:
    left = settle(body, left)
    if left.type is ERROR:
        return left
    if not _is_integer(left.type):
        body.report("operand-type", span, op=op, type=describe(left.type))
        return error_expr(span)
    if isinstance(right, tt.IntConst) and right.type is LITERAL_INT:
        width = left.type.width if isinstance(left.type, IntType) else None
        if right.value < 0 or (
            width is not None and right.value >= width and body.mode != "wrapping"
        ):
            body.report("shift-count", right.span, count=right.value, type=left.type)
            return error_expr(span)
        from compiler.types import U32

        right = tt.IntConst(U32, right.span, right.value)
    elif not _is_integer(right.type):
        body.report("operand-type", right.span, op=op, type=describe(right.type))
        return error_expr(span)
    elif isinstance(right.type, IntType) and right.type.signed:
        body.report("signed-shift", right.span, type=right.type)
        return error_expr(span)
    return tt.Arithmetic(left.type, span, op, left, right, body.mode)  # type: ignore[arg-type]


# --- Comparison --------------------------------------------------------------------------------


def check_compare(body: Body, expr: st.Compare) -> tt.Expr:
    """A chain evaluates each operand once: the middle ones are kept in hidden locals."""
    from compiler.check.expressions import check_expr

    left = check_expr(body, expr.left)
    if len(expr.ops) == 1:
        right = _right_operand(body, expr.ops[0], left, expr.rights[0])
        return compare(body, expr.ops[0], left, right, expr.span)
    return _chain(body, expr, left, 0)


def _right_operand(body: Body, op: str, left: tt.Expr, right: st.Expr) -> tt.Expr:
    from compiler.check.expressions import check_expr

    return check_expr(body, right, left.type if op not in ("in", "not in") else None)


def _chain(body: Body, expr: st.Compare, left: tt.Expr, at: int) -> tt.Expr:
    right = _right_operand(body, expr.ops[at], left, expr.rights[at])
    span = left.span.merge(right.span)
    if at == len(expr.ops) - 1 or right.type is ERROR:
        return compare(body, expr.ops[at], left, right, span)
    if right.type is LITERAL_INT or isinstance(right, tt.NullConst | tt.IntConst | tt.FloatConst):
        first = compare(body, expr.ops[at], left, right, span)
        return tt.Logical(BOOL, expr.span, "and", first, _chain(body, expr, right, at + 1))
    local = body.hidden_local(right.type, right.span)
    again = tt.Load(right.type, right.span, tt.LocalPlace(right.type, right.span, local))
    # The left operand is evaluated before the middle one, so the middle one is bound inside the
    # comparison.
    bound = tt.Sequence(right.type, right.span, [tt.Let(right.span, local, right)], again)
    first = compare(body, expr.ops[at], left, bound, span)
    return tt.Logical(BOOL, expr.span, "and", first, _chain(body, expr, again, at + 1))


def compare(body: Body, op: str, left: tt.Expr, right: tt.Expr, span: Span) -> tt.Expr:
    if left.type is ERROR or right.type is ERROR:
        return error_expr(span)
    if op in ("is", "is not"):
        return _identity(body, op, left, right, span)
    if op in ("in", "not in"):
        found = _contains(body, left, right, span)
        return found if op == "in" or found.type is ERROR else tt.Not(BOOL, span, found)
    if isinstance(left.type, ClassType) and left.type.kind == "value":
        return _compare_values(body, op, left, right, span)
    if left.type is LITERAL_INT and right.type is LITERAL_INT:
        from compiler.check.evaluate import COMPARISONS

        if isinstance(left, tt.IntConst) and isinstance(right, tt.IntConst):
            return tt.BoolConst(BOOL, span, COMPARISONS[op](left.value, right.value))
    return _compare_scalars(body, op, left, right, span)


def _compare_scalars(body: Body, op: str, left: tt.Expr, right: tt.Expr, span: Span) -> tt.Expr:
    if isinstance(left.type, PtrType) or isinstance(right.type, PtrType):
        body.report("pointer-equality", span, op=op)
        return error_expr(span)
    left, right, kind = unify_operands(body, left, right, span, op)
    if kind is ERROR:
        return error_expr(span)
    if kind == STR and op in ("==", "!="):
        equal = tt.StrEqual(BOOL, span, left, right)
        return equal if op == "==" else tt.Not(BOOL, span, equal)
    equality = op in ("==", "!=")
    comparable = _is_integer(kind) or isinstance(kind, FloatType)
    if equality:
        comparable = comparable or isinstance(kind, BoolType | FnType)
        comparable = comparable or (isinstance(kind, ClassType) and kind.kind in ("enum", "flags"))
        if isinstance(kind, TupleType):
            return _compare_items(body, op, left, right, span)
    if not comparable:
        body.report(
            "operand-types", span, op=op, left=describe(left.type), right=describe(right.type)
        )
        return error_expr(span)
    return tt.Compare(BOOL, span, op, left, right)  # type: ignore[arg-type]


def _identity(body: Body, op: str, left: tt.Expr, right: tt.Expr, span: Span) -> tt.Expr:
    symbol = "==" if op == "is" else "!="
    pointer = (PtrType, TypeVarType)
    if not all(isinstance(e.type, pointer) or isinstance(e, tt.NullConst) for e in (left, right)):
        body.report("identity-of-value", span, op=op)
        return error_expr(span)
    for one, other in ((left, right), (right, left)):
        if (
            isinstance(one, tt.NullConst)
            and isinstance(other.type, PtrType)
            and not other.type.nullable
        ):
            body.report("never-none", other.span, type=other.type)
            return error_expr(span)
    if isinstance(left.type, PtrType) and isinstance(right.type, PtrType):
        kind = PtrType(left.type.to, left.type.nullable or right.type.nullable)
        left, right = coerce(body, left, kind, "operand"), coerce(body, right, kind, "operand")
        if right.type is ERROR or left.type is ERROR:
            return error_expr(span)
    else:
        left, right, common = unify_operands(body, left, right, span, op)
        if common is ERROR:
            return error_expr(span)
    return tt.Compare(BOOL, span, symbol, left, right)  # type: ignore[arg-type]


def _contains(body: Body, item: tt.Expr, container: tt.Expr, span: Span) -> tt.Expr:
    kind = container.type
    if isinstance(kind, ClassType) and kind.kind == "flags":
        item = coerce(body, item, kind, "operand")
        both = tt.Arithmetic(kind, span, "&", container, item, "wrapping")
        return (
            tt.Compare(BOOL, span, "==", both, item) if item.type is not ERROR else error_expr(span)
        )
    target = kind.to if isinstance(kind, PtrType) and not kind.nullable else kind
    if isinstance(target, ClassType) and "__contains__" in body.program.class_decls[target].methods:
        return _method_operator(body, container, "__contains__", [item], span, "in")
    body.report("not-a-container", container.span, type=describe(kind))
    return error_expr(span)


def _compare_values(body: Body, op: str, left: tt.Expr, right: tt.Expr, span: Span) -> tt.Expr:
    assert isinstance(left.type, ClassType)
    methods = body.program.class_decls[left.type].methods
    if op == "!=":
        equal = compare(body, "==", left, right, span)
        return equal if equal.type is ERROR else tt.Not(BOOL, span, equal)
    if op == "==" and "__eq__" not in methods:
        right = coerce(body, right, left.type, "operand")
        return right if right.type is ERROR else _compare_items(body, op, left, right, span)
    return _method_operator(body, left, METHODS[op], [right], span, op)


def _compare_items(body: Body, op: str, left: tt.Expr, right: tt.Expr, span: Span) -> tt.Expr:
    """Field by field, each side evaluated once."""
    kind = left.type
    items = kind.items if isinstance(kind, TupleType) else tuple(f.type for f in kind.fields)  # type: ignore[attr-defined]
    lets: list[tt.Stmt] = []
    sides = []
    for side in (left, right):
        local = body.hidden_local(kind, side.span)
        lets.append(tt.Let(side.span, local, side))
        sides.append(tt.Load(kind, side.span, tt.LocalPlace(kind, side.span, local)))
    result: tt.Expr = tt.BoolConst(BOOL, span, True)
    for index, item in enumerate(items):
        if isinstance(item, SliceType):
            body.report("operand-types", span, op=op, left=describe(kind), right=describe(kind))
            return error_expr(span)
        pair = [tt.GetField(item, span, side, index) for side in sides]
        same = "is" if isinstance(item, PtrType) else "=="
        equal = compare(body, same, pair[0], pair[1], span)
        if equal.type is ERROR:
            return equal
        result = equal if index == 0 else tt.Logical(BOOL, span, "and", result, equal)
    whole = tt.Sequence(BOOL, span, lets, result)
    return whole if op == "==" else tt.Not(BOOL, span, whole)


def _method_operator(
    body: Body, left: tt.Expr, name: str, arguments: list[tt.Expr], span: Span, op: str
) -> tt.Expr:
    """An operator that a class defines by a method."""
    from compiler.check.calls import call_instance
    from compiler.check.resolve_functions import method_instance

    kind = left.type.to if isinstance(left.type, PtrType) else left.type
    assert isinstance(kind, ClassType)
    decl = body.program.class_decls[kind].methods.get(name)
    if decl is None:
        body.report("operand-type", span, op=op, type=describe(left.type))
        return error_expr(span)
    instance = method_instance(body.program, kind, decl, span)
    if len(instance.function.parameters) != len(arguments) + 1:
        body.report(
            "argument-count", span, name=name, expected=len(arguments), found=len(arguments)
        )
        return error_expr(span)
    pairs = zip(arguments, instance.function.parameters[1:], strict=True)
    converted = [coerce(body, a, p.type, "operand") for a, p in pairs]
    if any(a.type is ERROR for a in converted):
        return error_expr(span)
    return call_instance(body, instance, [left, *converted], span)
