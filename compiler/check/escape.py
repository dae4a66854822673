"""The escape check: a pointer or slice to a local must not outlive its function.

A value *points into the frame* if it is the address of a local or temporary, is made from such a
value, or is read from a local that was given one. Returning it, or storing it in anything but a
local, is an error. Passing it down is not: the callee returns before the frame goes.
"""

from __future__ import annotations

from compiler import typed_tree as tt
from compiler.check.body import Body
from compiler.source import Span
from compiler.types import ClassType, FormatType, PtrType, SliceType, TupleType, Type


def can_point(kind: Type) -> bool:
    """Whether a value of the type may hold a pointer."""
    match kind:
        case PtrType() | SliceType() | FormatType():
            return True
        case TupleType():
            return any(map(can_point, kind.items))
        case ClassType():
            return kind.kind == "value" and any(can_point(f.type) for f in kind.fields)
        case _:
            return False


def frame_local(place: tt.Place) -> tuple[tt.Local | None, int | None] | None:
    """(local, first field) if a place is inside this frame; the local is None for a temporary."""
    match place:
        case tt.LocalPlace():
            return place.local, None
        case tt.Temporary():
            return None, None
        case tt.FieldPlace():
            root = frame_local(place.base)
            return (root[0], place.index) if root is not None and root[1] is None else root
        case tt.ElementPlace():
            return frame_local(place.base)
        case _:
            return None


def points_into_frame(body: Body, expr: tt.Expr) -> bool:
    match expr:
        case tt.AddressOf():
            return frame_local(expr.place) is not None
        case tt.ArrayToSlice():
            return frame_local(expr.array) is not None
        case tt.Convert() if expr.kind in ("pointer", "assume_non_null"):
            return points_into_frame(body, expr.value)
        case tt.SubSlice() | tt.SliceData():
            return points_into_frame(body, expr.slice)
        case tt.MakeSlice():
            return points_into_frame(body, expr.data)
        case tt.MakeValue():
            return any(points_into_frame(body, item) for item in expr.items)
        case tt.GetField():
            return can_point(expr.type) and points_into_frame(body, expr.value)
        case tt.Conditional():
            return points_into_frame(body, expr.then) or points_into_frame(body, expr.otherwise)
        case tt.Sequence():
            return points_into_frame(body, expr.value)
        case tt.Load():
            return can_point(expr.type) and _read_tainted(body, expr.place)
        case _:
            return False


def _read_tainted(body: Body, place: tt.Place) -> bool:
    root = frame_local(place)
    if root is None or root[0] is None:
        return False
    local, index = root
    return (local, index) in body.tainted or (index is not None and (local, None) in body.tainted)


def taint_local(body: Body, local: tt.Local, value: tt.Expr) -> None:
    """Called for every value given to a local."""
    if can_point(value.type) and points_into_frame(body, value):
        body.tainted.add((local, None))


def taint_initial(body: Body, local: tt.Local, initial: tt.Initializer) -> None:
    """A struct local that starts with pointers into the frame."""
    if isinstance(initial, tt.StructInit):
        for index, item in enumerate(initial.fields):
            if isinstance(item, tt.Expr) and can_point(item.type) and points_into_frame(body, item):
                body.tainted.add((local, index))
    elif isinstance(initial, tt.ArrayInit):
        for item in initial.elements:
            if isinstance(item, tt.Expr) and can_point(item.type) and points_into_frame(body, item):
                body.tainted.add((local, None))


def check_store(body: Body, place: tt.Place, value: tt.Expr) -> None:
    """A pointer into the frame may be stored inside the frame only."""
    if not can_point(value.type) or not points_into_frame(body, value):
        return
    root = frame_local(place)
    if root is None:
        body.report("escapes-by-store", value.span)
    elif root[0] is not None:
        body.tainted.add((root[0], root[1]))


def check_return(body: Body, value: tt.Expr, span: Span) -> None:
    if points_into_frame(body, value):
        body.report("escapes-by-return", span)
