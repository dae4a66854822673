"""Names and places: what a name means inside a body, and storage that can be read, assigned or
pointed at.
"""

from __future__ import annotations

from compiler import syntax_tree as st
from compiler import typed_tree as tt
from compiler.check.body import Body, Path
from compiler.check.constants import constant_value, global_variable
from compiler.check.convert import error_expr, place_of
from compiler.check.resolve_functions import function_instance, type_parameters
from compiler.check.resolve_types import module_member, report_unknown_name
from compiler.check.static_conditions import build_constant
from compiler.check.symbols import (
    ClassDecl,
    ConstantDecl,
    FunctionDecl,
    GlobalDecl,
    LostSymbol,
    ModuleSymbol,
    Symbol,
)
from compiler.source import Span
from compiler.types import (
    BOOL,
    ERROR,
    STR,
    ArrayType,
    ClassType,
    IntType,
    PtrType,
    SliceType,
    Type,
    widens,
)


def symbol_of(body: Body, expr: st.Expr) -> Symbol | None:
    """The module-level thing `a` or `a.b` names, unless a local hides it. Reports nothing."""
    if isinstance(expr, st.Name):
        if is_own(body, expr.id):
            return None
        return body.program.look_up(body.module, expr.id, expr.span)
    if isinstance(expr, st.Attribute):
        owner = symbol_of(body, expr.value)
        if isinstance(owner, ModuleSymbol):
            return module_member(body.program, owner, expr)
    return None


def is_own(body: Body, name: str) -> bool:
    """As in Python, a name that a function assigns anywhere is its own everywhere."""
    return name in body.locals or (name in body.own_names and name not in body.globals_named)


def unknown_name(body: Body, expr: st.Name) -> None:
    """Reports a name that has no value here, or no meaning."""
    if is_own(body, expr.id):
        body.report("maybe-unassigned", expr.span, name=expr.id)
    else:
        report_unknown_name(body.program, body.module, expr, list(body.locals))


def name_value(body: Body, expr: st.Name, wanted: Type | None) -> tt.Expr:
    """The value of a name."""
    from compiler.check.expressions import read_place

    local = body.locals.get(expr.id)
    if local is not None:
        if local not in body.flow.assigned:
            body.report("maybe-unassigned", expr.span, name=expr.id)
            return error_expr(expr.span)
        if local.type is ERROR:
            return error_expr(expr.span)
        return read_place(body, tt.LocalPlace(local.type, expr.span, local), (local,))
    return symbol_value(body, symbol_of(body, expr), expr)


def symbol_value(body: Body, symbol: Symbol | None, expr: st.Expr) -> tt.Expr:
    """A module-level name used as a value."""
    from compiler.check.expressions import read_place

    span = expr.span
    match symbol:
        case None:
            if isinstance(expr, st.Name):
                unknown_name(body, expr)
            return error_expr(span)
        case ConstantDecl():
            check_order(body, symbol, expr)
            return moved(constant_value(body.program, symbol, span), span)
        case GlobalDecl():
            check_order(body, symbol, expr)
            variable = global_variable(body.program, symbol)
            if variable.type is ERROR:
                return error_expr(span)
            if variable.per_cpu:
                body.report("per-cpu-access", span, name=symbol.name)
                return error_expr(span)
            return read_place(body, tt.GlobalPlace(variable.type, span, variable), (variable,))
        case LostSymbol():
            return error_expr(span)
        case FunctionDecl():
            check_order(body, symbol, expr)
            return _function_value(body, symbol, span)
        case _:
            constant = build_constant(body.program, body.module, expr)
            if isinstance(constant, bool):
                return tt.BoolConst(BOOL, span, constant)
            if isinstance(constant, str):
                return tt.StrConst(STR, span, constant)
            body.report("not-a-value", span, found=span.text)
            return error_expr(span)


def check_order(
    body: Body, symbol: ConstantDecl | GlobalDecl | FunctionDecl | ClassDecl, expr: st.Expr
) -> None:
    """Outside a function, Python evaluates top to bottom: a name must be defined above its use."""
    if body.function is not None or symbol.module is not body.module:
        return
    if symbol.span.start > expr.span.start:
        body.report("used-before-definition", expr.span, name=expr.span.text)


def moved(value: tt.Expr, span: Span) -> tt.Expr:
    """A constant's value as it stands where the constant is used."""
    import copy

    result = copy.copy(value)
    result.span = span
    return result


def _function_value(body: Body, decl: FunctionDecl, span: Span) -> tt.Expr:
    if type_parameters(body.program, decl):
        body.report("generic-function-value", span, name=decl.name)
        return error_expr(span)
    if decl.is_comptime:
        body.report("comptime-out-of-place", span, name=decl.name)
        return error_expr(span)
    function = body.use(function_instance(body.program, decl, (), span))
    if function.raises:
        body.report("raising-function-value", span, name=decl.name)
        return error_expr(span)
    return tt.FunctionAddress(function.type, span, function)


# --- Paths for narrowing -----------------------------------------------------------------------


def path_of(body: Body, expr: st.Expr) -> Path | None:
    """`x`, `x.a`, `x.a.b` as a path, if `x` is a local or a module variable."""
    if isinstance(expr, st.Name):
        local = body.locals.get(expr.id)
        if local is not None:
            return (local,)
        symbol = body.program.look_up(body.module, expr.id, expr.span)
        return (global_variable(body.program, symbol),) if isinstance(symbol, GlobalDecl) else None
    if isinstance(expr, st.Attribute):
        base = path_of(body, expr.value)
        return (*base, expr.name) if base is not None else None
    return None


# --- Places ------------------------------------------------------------------------------------


def check_place(body: Body, expr: st.Expr) -> tt.Place | None:
    """Storage an expression names, to assign or point at; None (reported) if it is not storage."""
    if isinstance(expr, st.Name):
        place = _name_place(body, expr)
    elif isinstance(expr, st.Attribute):
        place = _attribute_place(body, expr)
    elif isinstance(expr, st.Subscript):
        place = _subscript_place(body, expr)
    else:
        body.report("not-a-place", expr.span)
        return None
    return place


def _name_place(body: Body, expr: st.Name) -> tt.Place | None:
    local = body.locals.get(expr.id)
    if local is not None:
        if local not in body.flow.assigned:
            body.report("maybe-unassigned", expr.span, name=expr.id)
            return None
        return None if local.type is ERROR else tt.LocalPlace(local.type, expr.span, local)
    symbol = symbol_of(body, expr)
    if symbol is None:
        unknown_name(body, expr)
        return None
    return _symbol_place(body, symbol, expr)


def _symbol_place(body: Body, symbol: Symbol, expr: st.Expr) -> tt.Place | None:
    if isinstance(symbol, GlobalDecl):
        variable = global_variable(body.program, symbol)
        return (
            None if variable.type is ERROR else tt.GlobalPlace(variable.type, expr.span, variable)
        )
    if isinstance(symbol, ConstantDecl):
        value = constant_value(body.program, symbol, expr.span)
        if isinstance(value, tt.AddressOf):
            return value.place
        if value.type is not ERROR:
            body.report("assign-to-constant", expr.span, name=symbol.name)
        return None
    if not isinstance(symbol, LostSymbol):
        body.report("not-a-place", expr.span)
    return None


def _attribute_place(body: Body, expr: st.Attribute) -> tt.Place | None:
    from compiler.check.expressions import check_expr

    symbol = symbol_of(body, expr)
    if symbol is not None:
        return _symbol_place(body, symbol, expr)
    base = check_expr(body, expr.value)
    if base.type is ERROR:
        return None
    return field_place(body, base, expr)


def field_place(body: Body, base: tt.Expr, expr: st.Attribute) -> tt.Place | None:
    """The field of the struct that `base` points to."""
    kind = base.type
    if isinstance(kind, PtrType) and kind.nullable:
        body.report("maybe-none", expr.value.span, type=kind)
        return None
    if isinstance(kind, PtrType) and isinstance(kind.to, ClassType):
        index = kind.to.field_index(expr.name)
        if index is not None and kind.to.kind == "struct":
            field_type = kind.to.fields[index].type
            if field_type is ERROR:
                return None
            return tt.FieldPlace(field_type, expr.span, place_of(base), index)
        if kind.to.kind == "value" and index is not None:
            body.report("assign-to-value", expr.name_span, type=kind.to)
            return None
    if (
        isinstance(kind, ClassType)
        and kind.kind == "value"
        and kind.field_index(expr.name) is not None
    ):
        body.report("assign-to-value", expr.name_span, type=kind)
        return None
    no_attribute(body, kind, expr)
    return None


def no_attribute(body: Body, kind: Type, expr: st.Attribute) -> None:
    from difflib import get_close_matches

    target = kind.to if isinstance(kind, PtrType) else kind
    names: list[str] = []
    if isinstance(target, ClassType):
        decl = body.program.class_decls[target]
        names = [f.name for f in target.fields] + list(decl.methods) + list(target.members)
    close = get_close_matches(expr.name, names, 1)
    help_text = f"did you mean `{close[0]}`?" if close else None
    body.report("no-attribute", expr.name_span, type=target, name=expr.name, help=help_text)


def _subscript_place(body: Body, expr: st.Subscript) -> tt.Place | None:
    from compiler.check.expressions import check_expr

    base = check_expr(body, expr.value)
    if base.type is ERROR:
        return None
    if isinstance(expr.index, st.SliceExpr):
        body.report("not-a-place", expr.span)
        return None
    return element_place(body, base, expr)


def element_place(body: Body, base: tt.Expr, expr: st.Subscript) -> tt.Place | None:
    """`base[index]` of an array or slice."""
    kind = base.type
    if isinstance(kind, PtrType) and kind.nullable:
        body.report("maybe-none", expr.value.span, type=kind)
        return None
    check = body.mode != "unchecked"
    if isinstance(kind, PtrType) and isinstance(kind.to, ArrayType):
        index = check_index(body, expr.index, kind.to.count)
        if index is None:
            return None
        return tt.ElementPlace(kind.to.element, expr.span, place_of(base), index, check)
    if isinstance(kind, SliceType):
        index = check_index(body, expr.index, None)
        return (
            None
            if index is None
            else tt.SliceElementPlace(kind.element, expr.span, base, index, check)
        )
    body.report("not-indexable", expr.value.span, type=kind)
    return None


def check_index(body: Body, expr: st.Expr, count: int | None) -> tt.Expr | None:
    """An index as `usize` (`u64` stays as it is); a constant one is compared with the array's
    length here.
    """
    from compiler.check.expressions import check_expr
    from compiler.types import LITERAL_INT

    index = check_expr(body, expr, body.usize)
    if index.type is ERROR:
        return None
    if isinstance(index, tt.IntConst) and index.type is LITERAL_INT:
        if index.value < 0:
            body.report("negative-index", expr.span)
            return None
        if count is not None and index.value >= count:
            body.report("index-out-of-range", expr.span, index=index.value, length=count)
            return None
        return tt.IntConst(body.usize, expr.span, index.value)
    if not isinstance(index.type, IntType):
        from compiler.check.convert import describe

        body.report("index-type", expr.span, type=describe(index.type))
        return None
    if index.type.signed:
        body.report("signed-index", expr.span, type=index.type)
        return None
    return (
        tt.Convert(body.usize, expr.span, "widen", index)
        if widens(index.type, body.usize)
        else index
    )
