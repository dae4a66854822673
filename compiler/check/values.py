"""Constructors, and initialisers of place types."""

from __future__ import annotations

from compiler import syntax_tree as st
from compiler import typed_tree as tt
from compiler.check.body import Body
from compiler.check.calls import match_named
from compiler.check.convert import coerce, describe, error_expr, settle, unify_operands
from compiler.check.order import in_written_order
from compiler.check.places import symbol_of
from compiler.check.resolve_functions import open_environment, unify
from compiler.check.resolve_types import (
    class_environment,
    class_instance,
    is_bounded,
    resolve_type,
)
from compiler.check.symbols import ClassDecl, LanguageSymbol
from compiler.source import Span
from compiler.types import (
    ERROR,
    LITERAL_INT,
    ArrayType,
    AtomicType,
    ClassType,
    IntType,
    MmioType,
    PtrType,
    SliceType,
    Type,
    widens,
)


def construct(body: Body, decl: ClassDecl, expr: st.Call, wanted: Type | None) -> tt.Expr:
    """`Class(…)`, inferring the arguments of a generic class from the context or the fields'
    values.
    """
    if decl.kind == "error":
        body.report("error-as-value", expr.span, name=decl.name)
        return error_expr(expr.span)
    if decl.kind == "protocol":
        body.report("protocol-instance", expr.span, name=decl.name)
        return error_expr(expr.span)
    if not decl.type_parameters:
        return construct_class(body, class_instance(body.program, decl, (), expr.span), expr)
    context = wanted.to if isinstance(wanted, PtrType) else wanted
    if isinstance(context, ClassType) and body.program.class_decls.get(context) is decl:
        return construct_class(body, context, expr)
    cls = _infer_class(body, decl, expr)
    return error_expr(expr.span) if cls is None else construct_class(body, cls, expr)


def _infer_class(body: Body, decl: ClassDecl, expr: st.Call) -> ClassType | None:
    from compiler.check.expressions import check_expr

    opened = open_environment(body.program, decl.type_parameters)
    fields = [
        s for s in decl.node.body if isinstance(s, st.AnnAssign) and isinstance(s.target, st.Name)
    ]
    bound: dict[str, Type] = {}
    for index, argument in enumerate(expr.args):
        for position, statement in enumerate(fields):
            assert isinstance(statement.target, st.Name)
            if argument.keyword == statement.target.id or (
                argument.keyword is None and index == position
            ):
                value = check_expr(body, argument.value)
                if value.type not in (ERROR, LITERAL_INT):
                    unify(
                        resolve_type(body.program, decl.module, opened, statement.annotation),
                        value.type,
                        bound,
                    )
    missing = [p.name for p in decl.type_parameters if p.name not in bound]
    if missing:
        body.report("type-variable-unbound", expr.span, name=decl.name, variable=", ".join(missing))
        return None
    types = tuple(bound[p.name] for p in decl.type_parameters)
    if not is_bounded(body.program, decl.name, types, expr.span):
        return None
    return class_instance(body.program, decl, types, expr.span)


def construct_class(body: Body, cls: ClassType, expr: st.Call) -> tt.Expr:
    if cls.kind in ("enum", "flags"):
        return _from_number(body, cls, expr)
    if cls.kind == "value":
        items = _field_values(body, cls, expr)
        return error_expr(expr.span) if items is None else tt.MakeValue(cls, expr.span, items)  # type: ignore[arg-type]
    initial = _struct_initializer(body, cls, expr)
    if initial is None:
        return error_expr(expr.span)
    return tt.AddressOf(PtrType(cls), expr.span, tt.Temporary(cls, expr.span, initial))


def _from_number(body: Body, cls: ClassType, expr: st.Call) -> tt.Expr:
    """`Kind(x)` of any integer: a member for an enum, any bits that fit for flags."""
    from compiler.check.expressions import check_expr

    if len(expr.args) != 1 or expr.args[0].keyword:
        body.report("argument-count", expr.span, name=cls.short, expected=1, found=len(expr.args))
        return error_expr(expr.span)
    number = check_expr(body, expr.args[0].value, cls.integer)
    if isinstance(number.type, IntType) and not widens(number.type, cls.integer):
        number = tt.Convert(cls.integer, number.span, "checked", number)
    number = coerce(body, number, cls.integer, "argument")
    if number.type is ERROR:
        return error_expr(expr.span)
    return tt.Convert(cls, expr.span, "to_enum" if cls.kind == "enum" else "bits", number)


def _struct_initializer(body: Body, cls: ClassType, expr: st.Call) -> tt.StructInit | None:
    values = _field_values(body, cls, expr)
    return None if values is None else tt.StructInit(cls, values)


def _field_values(
    body: Body, cls: ClassType, expr: st.Call
) -> list[tt.Expr | tt.Initializer] | None:
    parameters = [(f.name, f.default, False) for f in cls.fields]
    arguments = match_named(body, cls.short, parameters, expr.args, expr.span)
    if arguments is None:
        return None
    values: list[tt.Expr | tt.Initializer] = []
    for field, argument in zip(cls.fields, arguments, strict=True):
        where = body if argument is not field.default else _default_body(body, cls)
        values.append(field_value(where, argument, field.type))
    failed = any(isinstance(v, tt.Expr) and v.type is ERROR for v in values)
    return None if failed else in_written_order(body, expr.args, arguments, values)


def _default_body(body: Body, cls: ClassType) -> Body:
    """Defaults are constant expressions in the class's own module."""
    decl = body.program.class_decls[cls]
    return Body(body.program, decl.module, class_environment(body.program, cls))


def field_value(body: Body, expr: st.Expr, kind: Type) -> tt.Expr | tt.Initializer:
    from compiler.check.expressions import check_as

    if kind is ERROR:
        return error_expr(expr.span)
    if kind.is_place:
        return check_initializer(body, expr, kind)
    return check_as(body, expr, kind, "field")


# --- Initialisers ------------------------------------------------------------------------------


def check_initializer(body: Body, expr: st.Expr, wanted: Type) -> tt.Initializer:
    """What a place starts with: a constructor, `zeroed()`, `Array(…)`, `Atomic(v)`."""
    if isinstance(expr, st.Call):
        func = expr.func
        symbol = symbol_of(body, func)
        if isinstance(symbol, LanguageSymbol):
            found = _language_initializer(body, symbol.name, expr, wanted)
            if found is not None:
                return found
        elif isinstance(wanted, ClassType) and wanted.kind == "struct":
            return _class_initializer(body, expr, wanted)
    from compiler.check.expressions import check_expr

    value = check_expr(body, expr, wanted)
    if value.type is not ERROR:
        target = value.type.to if isinstance(value.type, PtrType) else value.type
        key = "implicit-copy" if target == wanted else "initializer"
        body.report(key, expr.span, type=wanted, actual=describe(value.type))
    return tt.ZeroInit(wanted)


def _class_initializer(body: Body, expr: st.Call, wanted: ClassType) -> tt.Initializer:
    from compiler.check.calls import check_call

    value = check_call(body, expr, wanted)
    if (
        isinstance(value, tt.AddressOf)
        and isinstance(value.place, tt.Temporary)
        and value.place.type == wanted
    ):
        return value.place.initial
    if value.type is not ERROR:
        target = value.type.to if isinstance(value.type, PtrType) else value.type
        key = "implicit-copy" if target == wanted else "initializer"
        body.report(key, expr.span, type=wanted, actual=describe(value.type))
    return tt.ZeroInit(wanted)


def _language_initializer(
    body: Body, name: str, expr: st.Call, wanted: Type
) -> tt.Initializer | None:
    if name == "zeroed":
        if expr.args:
            body.report(
                "argument-count", expr.span, name="zeroed", expected=0, found=len(expr.args)
            )
        check_zeroable(body, wanted, expr.span)
        return tt.ZeroInit(wanted)
    if name == "Array" and isinstance(wanted, ArrayType):
        return _array_initializer(body, expr, wanted)
    if name == "Atomic" and isinstance(wanted, AtomicType):
        return _cell_initializer(body, expr, wanted)
    return None


def _array_initializer(body: Body, expr: st.Call, wanted: ArrayType) -> tt.Initializer:
    if len(expr.args) != wanted.count:
        body.report("array-count", expr.span, expected=wanted.count, found=len(expr.args))
        return tt.ZeroInit(wanted)
    return tt.ArrayInit(wanted, [field_value(body, a.value, wanted.element) for a in expr.args])


def array_display(body: Body, expr: st.Call, wanted: Type | None) -> tt.Expr:
    """`Array(a, b, c)` as an expression: an array in the frame, of the context's element type or
    the items' own.
    """
    context = wanted.to if isinstance(wanted, PtrType) else wanted
    element: Type | None = (
        context.element if isinstance(context, ArrayType | SliceType) else _common(body, expr)
    )
    if element is None or element is ERROR:
        return error_expr(expr.span)
    kind = ArrayType(element, len(expr.args))
    items = [field_value(body, a.value, element) for a in expr.args]
    if any(isinstance(item, tt.Expr) and item.type is ERROR for item in items):
        return error_expr(expr.span)
    return tt.AddressOf(
        PtrType(kind), expr.span, tt.Temporary(kind, expr.span, tt.ArrayInit(kind, items))
    )


def _common(body: Body, expr: st.Call) -> Type | None:
    """The one type that holds every item."""
    from compiler.check.expressions import check_expr

    kind: tt.Expr | None = None
    for argument in expr.args:
        item = check_expr(body, argument.value)
        if kind is None or item.type is ERROR:
            kind = item
        elif kind.type is not ERROR:
            kind = unify_operands(body, kind, item, argument.span, "Array")[0]
    return settle(body, kind).type if kind is not None else None


def _cell_initializer(body: Body, expr: st.Call, wanted: AtomicType | MmioType) -> tt.Initializer:
    from compiler.check.expressions import check_as

    if len(expr.args) != 1:
        body.report("argument-count", expr.span, name="Atomic", expected=1, found=len(expr.args))
        return tt.ZeroInit(wanted)
    return tt.CellInit(wanted, check_as(body, expr.args[0].value, wanted.element))


def check_zeroable(body: Body, kind: Type, span: Span) -> None:
    """All-zero bytes must be a value of the type: not so for a pointer that is never null."""
    problem = never_zero(kind)
    if problem is not None:
        body.report("not-zeroable", span, type=kind, part=problem)


def never_zero(kind: Type) -> Type | None:
    """The part of a type that all-zero bytes would break, or None."""
    from compiler.types import FnType, TupleType

    match kind:
        case PtrType():
            return None if kind.nullable else kind
        case FnType():
            return kind
        case ArrayType() | AtomicType():
            return never_zero(kind.element)
        case TupleType():
            return next((p for p in map(never_zero, kind.items) if p is not None), None)
        case ClassType() if kind.kind == "enum":
            return None if 0 in kind.members.values() else kind
        case ClassType():
            return next(
                (p for p in (never_zero(f.type) for f in kind.fields) if p is not None), None
            )
        case _:
            return None


def zero_value(body: Body, kind: Type, span: Span) -> tt.Expr:
    """`zeroed()` of a value type."""
    check_zeroable(body, kind, span)
    return tt.ZeroConst(kind, span)
