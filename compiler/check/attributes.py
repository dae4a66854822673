"""`a.b` and `a[i]` as values."""

from __future__ import annotations

from compiler import syntax_tree as st
from compiler import typed_tree as tt
from compiler.check.body import Body
from compiler.check.constants import constant_value
from compiler.check.convert import error_expr, place_of
from compiler.check.places import (
    check_index,
    element_place,
    field_place,
    moved,
    no_attribute,
    path_of,
    symbol_of,
    symbol_value,
)
from compiler.check.resolve_types import class_instance
from compiler.check.symbols import ClassDecl, LanguageSymbol
from compiler.types import ERROR, ArrayType, ClassType, PtrType, SliceType, TupleType, Type


def check_attribute(body: Body, expr: st.Attribute) -> tt.Expr:
    from compiler.check.expressions import check_expr

    owner = symbol_of(body, expr.value)
    if isinstance(owner, ClassDecl):
        return class_attribute(body, owner, expr)
    if isinstance(owner, LanguageSymbol):
        body.report("not-a-value", expr.span, found=expr.span.text)
        return error_expr(expr.span)
    symbol = symbol_of(body, expr)
    if symbol is not None:
        return symbol_value(body, symbol, expr)
    from compiler.check.symbols import ModuleSymbol

    if isinstance(owner, ModuleSymbol):
        return error_expr(expr.span)  # reported by the look-up
    base = check_expr(body, expr.value)
    if base.type is ERROR:
        return base
    return value_attribute(body, base, expr)


def class_attribute(body: Body, owner: ClassDecl, expr: st.Attribute) -> tt.Expr:
    """`Kind.DATA`, or a constant of a class."""
    if expr.name in owner.constants:
        return moved(constant_value(body.program, owner.constants[expr.name], expr.span), expr.span)
    if owner.kind in ("enum", "flags"):
        cls = class_instance(body.program, owner, (), expr.span)
        if expr.name in cls.members:
            return tt.IntConst(cls, expr.span, cls.members[expr.name])
        no_attribute(body, cls, expr)
        return error_expr(expr.span)
    if expr.name in owner.methods:
        body.report("method-value", expr.span, name=expr.name)
    else:
        body.report("no-attribute", expr.name_span, type=owner.name, name=expr.name)
    return error_expr(expr.span)


def value_attribute(body: Body, base: tt.Expr, expr: st.Attribute) -> tt.Expr:
    """A field of what `base` is or points to."""
    from compiler.check.expressions import read_place

    kind = base.type
    if isinstance(kind, ClassType) and kind.kind in ("enum", "flags") and expr.name == "value":
        return tt.Convert(kind.integer, expr.span, "bits", base)
    target = kind.to if isinstance(kind, PtrType) and not kind.nullable else kind
    if isinstance(target, ClassType):
        decl = body.program.class_decls[target]
        if expr.name in decl.constants:
            return moved(
                constant_value(body.program, decl.constants[expr.name], expr.span), expr.span
            )
        if expr.name in decl.methods:
            body.report("method-value", expr.span, name=expr.name)
            return error_expr(expr.span)
        if target.kind == "value":
            return _value_field(body, base, target, expr)
    place = field_place(body, base, expr)
    if place is None:
        return error_expr(expr.span)
    return read_place(body, place, path_of(body, expr))


def _value_field(body: Body, base: tt.Expr, cls: ClassType, expr: st.Attribute) -> tt.Expr:
    index = cls.field_index(expr.name)
    if index is None:
        no_attribute(body, cls, expr)
        return error_expr(expr.span)
    if isinstance(base.type, PtrType):
        base = tt.Load(cls, base.span, place_of(base))
    field_type = cls.fields[index].type
    return (
        error_expr(expr.span)
        if field_type is ERROR
        else tt.GetField(field_type, expr.span, base, index)
    )


# --- Subscripts --------------------------------------------------------------------------------


def check_subscript(body: Body, expr: st.Subscript) -> tt.Expr:
    from compiler.check.expressions import check_expr, read_place

    owner = symbol_of(body, expr.value)
    if isinstance(owner, ClassDecl | LanguageSymbol):
        body.report("not-a-value", expr.span, found=expr.span.text)
        return error_expr(expr.span)
    base = check_expr(body, expr.value)
    if base.type is ERROR:
        return base
    if isinstance(expr.index, st.SliceExpr):
        return _sub_slice(body, base, expr, expr.index)
    if isinstance(base.type, TupleType):
        return _tuple_item(body, base, base.type, expr)
    target = (
        base.type.to if isinstance(base.type, PtrType) and not base.type.nullable else base.type
    )
    if isinstance(target, ClassType):
        return _item_method(body, base, target, expr)
    place = element_place(body, base, expr)
    return error_expr(expr.span) if place is None else read_place(body, place, None)


def _item_method(body: Body, base: tt.Expr, cls: ClassType, expr: st.Subscript) -> tt.Expr:
    from compiler.check.calls import call_method

    if "__getitem__" not in body.program.class_decls[cls].methods:
        body.report("not-indexable", expr.value.span, type=cls)
        return error_expr(expr.span)
    argument = st.Argument(expr.index.span, None, expr.index)
    return call_method(body, base, cls, "__getitem__", [argument], expr.span, expr.span)


def _tuple_item(body: Body, base: tt.Expr, kind: TupleType, expr: st.Subscript) -> tt.Expr:
    if not isinstance(expr.index, st.IntLiteral):
        body.report("tuple-index", expr.index.span)
        return error_expr(expr.span)
    if expr.index.value >= len(kind.items):
        body.report(
            "index-out-of-range", expr.index.span, index=expr.index.value, length=len(kind.items)
        )
        return error_expr(expr.span)
    return tt.GetField(kind.items[expr.index.value], expr.span, base, expr.index.value)


def as_slice(body: Body, base: tt.Expr) -> tt.Expr | None:
    """An array (through its pointer) or slice as a slice value; None if it is neither."""
    kind: Type = base.type
    if isinstance(kind, SliceType):
        return base
    if isinstance(kind, PtrType) and not kind.nullable and isinstance(kind.to, ArrayType):
        return tt.ArrayToSlice(SliceType(kind.to.element), base.span, place_of(base))
    return None


def _sub_slice(body: Body, base: tt.Expr, expr: st.Subscript, bounds: st.SliceExpr) -> tt.Expr:
    whole = as_slice(body, base)
    if whole is None:
        body.report("not-sliceable", expr.value.span, type=base.type)
        return error_expr(expr.span)
    limits: list[tt.Expr | None] = []
    for bound in (bounds.lower, bounds.upper):
        checked = check_index(body, bound, None) if bound is not None else None
        if bound is not None and checked is None:
            return error_expr(expr.span)
        limits.append(checked)
    return tt.SubSlice(whole.type, expr.span, whole, limits[0], limits[1], body.mode != "unchecked")
