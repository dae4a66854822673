"""Operations of cells: `Atomic`, `Mmio`, `PerCpu`."""

from __future__ import annotations

from compiler import syntax_tree as st
from compiler import typed_tree as tt
from compiler.check.body import Body
from compiler.check.constants import global_variable
from compiler.check.convert import error_expr, place_of
from compiler.check.places import no_attribute, symbol_of
from compiler.check.symbols import GlobalDecl, LanguageSymbol
from compiler.intrinsics import ATOMIC_OPERATIONS, BOOL_ATOMICS, ORDERS
from compiler.types import (
    BOOL,
    ERROR,
    NONE,
    AtomicType,
    IntType,
    MmioType,
    PtrType,
    TupleType,
    Type,
    TypeVarType,
)

FORBIDDEN_ORDERS = {"load": {"release", "acq_rel"}, "store": {"acquire", "acq_rel"}}


def memory_order(body: Body, expr: st.Expr) -> str | None:
    """LLVM's word for `Order.X`."""
    if isinstance(expr, st.Attribute):
        owner = symbol_of(body, expr.value)
        if isinstance(owner, LanguageSymbol) and owner.name == "Order" and expr.name in ORDERS:
            return ORDERS[expr.name]
    body.report("not-an-order", expr.span, found=expr.span.text)
    return None


def call_cell(
    body: Body, base: tt.Expr, kind: AtomicType | MmioType, func: st.Attribute, expr: st.Call
) -> tt.Expr:
    place = place_of(base)
    if isinstance(kind, MmioType):
        return _call_mmio(body, place, kind, func, expr)
    element = kind.element
    arithmetic = isinstance(element, IntType | TypeVarType)
    if func.name not in ATOMIC_OPERATIONS or not (arithmetic or func.name in BOOL_ATOMICS):
        no_attribute(body, kind, func)
        return error_expr(expr.span)
    return _call_atomic(body, place, element, func, expr)


def _call_atomic(
    body: Body, place: tt.Place, element: Type, func: st.Attribute, expr: st.Call
) -> tt.Expr:
    from compiler.check.expressions import check_as

    count = ATOMIC_OPERATIONS[func.name]
    if len(expr.args) != count + 1 or any(a.keyword for a in expr.args):
        body.report(
            "argument-count", expr.span, name=func.name, expected=count + 1, found=len(expr.args)
        )
        return error_expr(expr.span)
    arguments = [check_as(body, a.value, element, "argument") for a in expr.args[:count]]
    order = memory_order(body, expr.args[count].value)
    if order is None or any(a.type is ERROR for a in arguments):
        return error_expr(expr.span)
    if order in FORBIDDEN_ORDERS.get(func.name, ()):
        body.report("order-for-operation", expr.args[count].span, operation=func.name)
        return error_expr(expr.span)
    result: Type = element
    if func.name == "store":
        result = NONE
    elif func.name == "compare_exchange":
        result = TupleType((element, BOOL))
    return tt.AtomicOperation(result, expr.span, func.name, place, arguments, order)


def _call_mmio(
    body: Body, place: tt.Place, kind: MmioType, func: st.Attribute, expr: st.Call
) -> tt.Expr:
    from compiler.check.expressions import check_as

    wanted = {"read": 0, "write": 1}.get(func.name)
    if wanted is None:
        no_attribute(body, kind, func)
        return error_expr(expr.span)
    if len(expr.args) != wanted:
        body.report(
            "argument-count", expr.span, name=func.name, expected=wanted, found=len(expr.args)
        )
        return error_expr(expr.span)
    pointer = tt.AddressOf(PtrType(kind.element), place.span, place)
    if func.name == "read":
        return tt.CallIntrinsic(kind.element, expr.span, "volatile_load", [pointer], kind.element)
    value = check_as(body, expr.args[0].value, kind.element, "argument")
    if value.type is ERROR:
        return value
    return tt.CallIntrinsic(NONE, expr.span, "volatile_store", [pointer, value], kind.element)


# --- Per CPU -----------------------------------------------------------------------------------


def per_cpu_global(body: Body, expr: st.Expr) -> tt.Global | None:
    """The per-CPU variable an expression names, or None."""
    symbol = symbol_of(body, expr)
    if not isinstance(symbol, GlobalDecl):
        return None
    variable = global_variable(body.program, symbol)
    return variable if variable.per_cpu else None


def call_per_cpu(body: Body, variable: tt.Global, func: st.Attribute, expr: st.Call) -> tt.Expr:
    from compiler.check.expressions import check_as

    kind = variable.type
    if kind is ERROR:
        return error_expr(expr.span)
    place = tt.GlobalPlace(kind, func.value.span, variable)
    operations = {"ptr": 0} if kind.is_place else {"get": 0, "set": 1}
    count = operations.get(func.name)
    if count is None:
        body.report(
            "per-cpu-operation",
            func.name_span,
            type=kind,
            names=" and ".join(f"`{n}`" for n in operations),
        )
        return error_expr(expr.span)
    if len(expr.args) != count:
        body.report(
            "argument-count", expr.span, name=func.name, expected=count, found=len(expr.args)
        )
        return error_expr(expr.span)
    if func.name == "ptr":
        return tt.AddressOf(PtrType(kind), expr.span, place)
    if func.name == "get":
        return tt.Load(kind, expr.span, place)
    value = check_as(body, expr.args[0].value, kind, "argument")
    if value.type is ERROR:
        return value
    return tt.CallIntrinsic(NONE, expr.span, "per_cpu_set", [_per_cpu_target(place), value], kind)


def _per_cpu_target(place: tt.GlobalPlace) -> tt.Expr:
    """Carries the place of a per-CPU store; the lowering makes one access through GS of it."""
    return tt.AddressOf(PtrType(place.type), place.span, place)
