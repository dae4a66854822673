"""Statements: assignments, branches, loops, returns."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from compiler import syntax_tree as st
from compiler import typed_tree as tt
from compiler.check import escape
from compiler.check.body import Body, LoopFrame, merge, syntax_names_assigned
from compiler.check.convert import coerce, error_expr, place_of
from compiler.check.declare import is_final
from compiler.check.expressions import (
    check_as,
    check_condition,
    check_expr,
    check_value,
    facts,
    tuple_display,
)
from compiler.check.places import check_place, path_of
from compiler.check.resolve_types import resolve_type
from compiler.check.static_conditions import static_condition
from compiler.source import Span
from compiler.types import BOOL, ERROR, NEVER, NONE, PtrType, TupleType, Type


def check_block(body: Body, statements: list[st.Stmt]) -> list[tt.Stmt]:
    """Statements in order; what follows one that never ends is not compiled."""
    result: list[tt.Stmt] = []
    for statement in statements:
        if body.flow.dead:
            break
        result.extend(CHECKERS[type(statement)](body, statement))
    return result


def _expr_stmt(body: Body, stmt: st.ExprStmt) -> list[tt.Stmt]:
    if isinstance(stmt.value, st.StrLiteral | st.EllipsisLiteral):
        if isinstance(stmt.value, st.EllipsisLiteral):
            body.report("ellipsis", stmt.span)
        return []
    value = check_expr(body, stmt.value)
    if value.type is ERROR:
        return []
    if isinstance(value, tt.CallIntrinsic) and value.name in ("store", "per_cpu_set"):
        place = place_of(value.arguments[0])
        escape.check_store(body, place, value.arguments[1])
        return [tt.Store(stmt.span, place, value.arguments[1])]
    if not isinstance(
        value,
        tt.CallFunction
        | tt.CallPointer
        | tt.CallIntrinsic
        | tt.AtomicOperation
        | tt.InlineAsm
        | tt.Sequence,
    ) and value.type not in (NEVER, NONE):
        body.report("unused-value", stmt.span)
        return []
    result: list[tt.Stmt] = [tt.Evaluate(stmt.span, value)]
    if value.type is NEVER:
        body.flow.dead = True
        result.append(tt.Unreachable(stmt.span))
    return result


# --- Assignment --------------------------------------------------------------------------------


def _ann_assign(body: Body, stmt: st.AnnAssign) -> list[tt.Stmt]:
    if not isinstance(stmt.target, st.Name):
        body.report("annotated-target", stmt.target.span)
        return []
    if is_final(body.program, body.module, stmt.annotation):
        body.report("local-constant", stmt.span)
        return []
    kind = resolve_type(body.program, body.module, body.environment, stmt.annotation)
    name = stmt.target.id
    if name in body.globals_named:
        body.report("annotated-target", stmt.target.span)
        return []
    existing = body.locals.get(name)
    if existing is not None and existing.type != kind and ERROR not in (kind, existing.type):
        body.report("redeclared", stmt.target.span, name=name, first=existing.type, second=kind)
        return []
    if kind in (NONE, NEVER):
        body.report("variable-type", stmt.annotation.span, type=kind)
        kind = ERROR
    local = existing or body.new_local(name, kind, stmt.target.span)
    if stmt.value is None:
        return []
    if kind is ERROR:
        check_expr(body, stmt.value)
        body.assign(local)
        return []
    return let(body, local, stmt.value, stmt.span)


def let(body: Body, local: tt.Local, value: st.Expr, span: Span) -> list[tt.Stmt]:
    """First value of a local of known type."""
    if local.type.is_place:
        from compiler.check.values import check_initializer

        if local in body.flow.assigned:
            body.report("implicit-copy", span, type=local.type, actual=f"`{local.type}`")
            return []
        initial = check_initializer(body, value, local.type)
        escape.taint_initial(body, local, initial)
        body.assign(local)
        return [tt.Let(span, local, initial)]
    checked = check_as(body, value, local.type)
    return assign_local(body, local, checked, span)


def assign_local(body: Body, local: tt.Local, value: tt.Expr, span: Span) -> list[tt.Stmt]:
    """A value already of the local's type."""
    if value.type is NEVER:
        body.flow.dead = True
        return [tt.Evaluate(span, value), tt.Unreachable(span)]
    known = is_known_non_null(body, value)
    body.assign(local)
    if value.type is ERROR:
        return []
    if known:
        body.flow.nonnull |= {(local,)}
    escape.taint_local(body, local, value)
    return [tt.Let(span, local, value)]


def is_known_non_null(body: Body, value: tt.Expr) -> bool:
    """Whether a nullable pointer was made from one that is not."""
    return (
        isinstance(value, tt.Convert)
        and value.kind == "pointer"
        and isinstance(value.value.type, PtrType)
        and not value.value.type.nullable
        and isinstance(value.type, PtrType)
        and value.type.nullable
    )


def _assign(body: Body, stmt: st.Assign) -> list[tt.Stmt]:
    if len(stmt.targets) > 1:
        body.report("chained-assignment", stmt.span)
        return []
    target = stmt.targets[0]
    if isinstance(target, st.TupleExpr):
        return _unpack(body, target, stmt)
    if is_discarded(body, target):
        return [tt.Evaluate(stmt.span, check_value(body, stmt.value))]
    if isinstance(target, st.Name) and target.id not in body.globals_named:
        local = body.locals.get(target.id)
        return _new_local(body, target, stmt) if local is None else _reassign(body, local, stmt)
    return _assign_place(body, target, stmt)


def is_discarded(body: Body, target: st.Expr) -> bool:
    """Whether a target is `_`, which is no variable: anything may be given to it."""
    return isinstance(target, st.Name) and target.id == "_" and "_" not in body.locals


def _reassign(body: Body, local: tt.Local, stmt: st.Assign) -> list[tt.Stmt]:
    if local.type is ERROR:
        check_expr(body, stmt.value)
        body.assign(local)
        return []
    if local.is_parameter and local.type.is_place:
        body.report("implicit-copy", stmt.span, type=local.type, actual=f"`{local.type}`")
        return []
    return let(body, local, stmt.value, stmt.span)


def _new_local(body: Body, target: st.Name, stmt: st.Assign) -> list[tt.Stmt]:
    """The first value decides the type; a struct constructor gives the local its own storage."""
    value = check_expr(body, stmt.value)
    value = check_settled(body, value, stmt.value)
    if isinstance(value, tt.AddressOf) and isinstance(value.place, tt.Temporary):
        local = body.new_local(target.id, value.place.type, target.span)
        escape.taint_initial(body, local, value.place.initial)
        body.assign(local)
        return [tt.Let(stmt.span, local, value.place.initial)]
    if value.type is NEVER:
        return [tt.Evaluate(stmt.span, value)]
    local = body.new_local(target.id, value.type, target.span)
    return assign_local(body, local, value, stmt.span)


def check_settled(body: Body, value: tt.Expr, expr: st.Expr) -> tt.Expr:
    from compiler.check.convert import settle

    value = settle(body, value)
    if value.type is NONE:
        body.report("no-value", expr.span)
        return error_expr(expr.span)
    return value


def _assign_place(body: Body, target: st.Expr, stmt: st.Assign) -> list[tt.Stmt]:
    place = check_place(body, target)
    if place is None:
        check_expr(body, stmt.value)
        return []
    if isinstance(place, tt.GlobalPlace) and place.variable.per_cpu:
        body.report("per-cpu-access", target.span, name=place.variable.name)
        return []
    if place.type.is_place:
        body.report("implicit-copy", stmt.span, type=place.type, actual=f"`{place.type}`")
        return []
    if not _may_change(body, place):
        return []
    value = check_as(body, stmt.value, place.type)
    if value.type is ERROR:
        return []
    known = is_known_non_null(body, value)
    forget_place(body, target)
    path = path_of(body, target)
    if known and path is not None:
        body.flow.nonnull |= {path}
    escape.check_store(body, place, value)
    return [tt.Store(stmt.span, place, value)]


def _may_change(body: Body, place: tt.Place) -> bool:
    """Whether a place is not part of a constant; reports if it is."""
    root = place
    while isinstance(root, tt.FieldPlace | tt.ElementPlace):
        root = root.base
    if isinstance(root, tt.GlobalPlace) and root.variable.constant:
        body.report("assign-to-constant", place.span, name=root.variable.name)
        return False
    return True


def forget_place(body: Body, target: st.Expr) -> None:
    """An assignment to `x.a` ends what was known of any `.a`, since another path may lead to the
    same object.
    """
    if isinstance(target, st.Attribute):
        body.forget(lambda path: target.name in path[1:])
    elif isinstance(target, st.Name):
        path = path_of(body, target)
        if path is not None:
            body.forget(lambda other: other[0] is path[0])


def _unpack(body: Body, target: st.TupleExpr, stmt: st.Assign) -> list[tt.Stmt]:
    value = _unpacked(body, target, stmt.value)
    if value.type is ERROR:
        _declare_broken(body, target)
        return []
    if not isinstance(value.type, TupleType) or len(value.type.items) != len(target.items):
        body.report("unpack", target.span, count=len(target.items), type=value.type)
        _declare_broken(body, target)
        return []
    local = body.hidden_local(value.type, stmt.span)
    body.assign(local)
    escape.taint_local(body, local, value)
    result: list[tt.Stmt] = [tt.Let(stmt.span, local, value)]
    whole = tt.Load(value.type, stmt.span, tt.LocalPlace(value.type, stmt.span, local))
    for index, (item, kind) in enumerate(zip(target.items, value.type.items, strict=True)):
        result.extend(assign_value(body, item, tt.GetField(kind, item.span, whole, index)))
    return result


def _unpacked(body: Body, target: st.TupleExpr, value: st.Expr) -> tt.Expr:
    """What is unpacked; an item of a display takes its type from the target it is for."""
    if isinstance(value, st.TupleExpr) and len(value.items) == len(target.items):
        return tuple_display(body, value, [_target_type(body, item) for item in target.items])
    return check_value(body, value)


def _target_type(body: Body, target: st.Expr) -> Type | None:
    """The type of a target that has one before it is assigned to."""
    if isinstance(target, st.Name) and target.id not in body.globals_named:
        local = body.locals.get(target.id)
        kind = None if local is None else local.type
    else:
        place = check_place(body, target)
        kind = None if place is None else place.type
    return None if kind is None or kind.is_place or kind is ERROR else kind


def _declare_broken(body: Body, target: st.TupleExpr) -> None:
    """Names of an unpacking that failed exist, so that they are not reported again."""
    for item in target.items:
        if isinstance(item, st.Name) and item.id not in body.locals:
            body.assign(body.new_local(item.id, ERROR, item.span))


def assign_value(body: Body, target: st.Expr, value: tt.Expr) -> list[tt.Stmt]:
    """An already checked value to any target: for unpacking, loops and `with`."""
    if is_discarded(body, target):
        return [tt.Evaluate(target.span, value)]
    if isinstance(target, st.Name) and target.id not in body.globals_named:
        local = body.locals.get(target.id)
        if local is None:
            local = body.new_local(target.id, value.type, target.span)
        return assign_local(body, local, coerce(body, value, local.type), target.span)
    place = check_place(body, target)
    if place is None or not _may_change(body, place):
        return []
    value = coerce(body, value, place.type)
    if value.type is ERROR:
        return []
    forget_place(body, target)
    escape.check_store(body, place, value)
    return [tt.Store(target.span, place, value)]


def _aug_assign(body: Body, stmt: st.AugAssign) -> list[tt.Stmt]:
    """The place is found once: anything but a plain variable is updated through its address."""
    from compiler.check.operators import arithmetic

    known = body.globals_named | set(body.locals)
    if isinstance(stmt.target, st.Name) and stmt.target.id not in known:
        body.report("global-not-declared", stmt.target.span, name=stmt.target.id)
        return []
    place = check_place(body, stmt.target)
    if place is None or not _may_change(body, place):
        return []
    before: list[tt.Stmt] = []
    if not isinstance(place, tt.LocalPlace | tt.GlobalPlace):
        pointer = tt.AddressOf(PtrType(place.type), place.span, place)
        local = body.hidden_local(pointer.type, place.span)
        before.append(tt.Let(stmt.span, local, pointer))
        again = tt.Load(pointer.type, place.span, tt.LocalPlace(pointer.type, place.span, local))
        place = tt.DerefPlace(place.type, place.span, again)
    if place.type.is_place:
        body.report("operand-type", stmt.span, op=stmt.op + "=", type=f"`{place.type}`")
        return []
    right = check_expr(body, stmt.value, None if stmt.op in ("<<", ">>") else place.type)
    left = tt.Load(place.type, place.span, place)
    value = arithmetic(body, stmt.op, left, right, stmt.span, stmt.op_span)
    if value.type is ERROR:
        return []
    value = coerce(body, value, place.type)
    return [] if value.type is ERROR else [*before, tt.Store(stmt.span, place, value)]


def _global(body: Body, stmt: st.Global) -> list[tt.Stmt]:
    from compiler.check.symbols import GlobalDecl

    for name, span in zip(stmt.names, stmt.name_spans, strict=True):
        if name in body.locals:
            body.report("global-after-local", span, name=name)
        elif not isinstance(body.module.names.get(name), GlobalDecl):
            body.report("not-a-global", span, name=name)
        else:
            body.globals_named.add(name)
    return []


# --- Control flow ------------------------------------------------------------------------------


def _if(body: Body, stmt: st.If) -> list[tt.Stmt]:
    chosen = static_condition(body.program, body.module, stmt.condition)
    if chosen is not None:
        return check_block(body, stmt.body if chosen else stmt.orelse)
    condition = check_condition(body, stmt.condition)
    when_true, when_false = facts(body, stmt.condition)
    start = body.flow
    body.flow = start.assume(when_true)
    then = check_block(body, stmt.body)
    after_then = body.flow
    body.flow = start.assume(when_false)
    orelse = check_block(body, stmt.orelse)
    body.flow = merge([after_then, body.flow])
    return [tt.If(stmt.span, condition, then, orelse)]


def enter_loop(body: Body, statements: list[st.Stmt]) -> None:
    """At the head of a loop nothing is known of what its body assigns."""
    names = syntax_names_assigned(statements)

    def changed(path: tuple[object, ...]) -> bool:
        first = path[0]
        by_name = isinstance(first, tt.Local | tt.Global) and first.name in names
        return by_name or any(f".{field}" in names for field in path[1:])

    body.forget(changed)


def _while(body: Body, stmt: st.While) -> list[tt.Stmt]:
    enter_loop(body, stmt.body)
    endless = isinstance(stmt.condition, st.BoolLiteral) and stmt.condition.value
    condition = None if endless else check_condition(body, stmt.condition)
    when_true, when_false = facts(body, stmt.condition)
    start = body.flow
    body.flow = start.assume(when_true)
    frame = LoopFrame()
    body.loops.append(frame)
    inner = check_block(body, stmt.body)
    body.loops.pop()
    body.flow = start.assume(when_false)
    body.flow.dead = start.dead or endless
    orelse = check_block(body, stmt.orelse)
    body.flow = merge([*frame.breaks, body.flow])
    return [tt.Loop(stmt.span, condition, inner, [], orelse)]


def _break(body: Body, stmt: st.Break) -> list[tt.Stmt]:
    if not body.loops:
        body.report("outside-loop", stmt.span, word="break")
        return []
    body.loops[-1].breaks.append(body.flow.copy())
    body.flow.dead = True
    return [tt.Break(stmt.span)]


def _continue(body: Body, stmt: st.Continue) -> list[tt.Stmt]:
    if not body.loops:
        body.report("outside-loop", stmt.span, word="continue")
        return []
    body.flow.dead = True
    return [tt.Continue(stmt.span)]


def _return(body: Body, stmt: st.Return) -> list[tt.Stmt]:
    assert body.function is not None
    wanted = body.function.result
    if stmt.value is None or (wanted is NONE and isinstance(stmt.value, st.NoneLiteral)):
        if wanted not in (NONE, ERROR):
            body.report("return-needs-value", stmt.span, type=wanted)
        body.flow.dead = True
        return [tt.Return(stmt.span, None)]
    value = check_returned(body, stmt.value, wanted)
    body.flow.dead = True
    if value.type is ERROR:
        return []
    if value.type is NEVER:
        return [tt.Evaluate(stmt.span, value), tt.Unreachable(stmt.span)]
    escape.check_return(body, value, stmt.value.span)
    return [tt.Return(stmt.span, value)]


def check_returned(body: Body, expr: st.Expr, wanted: Type) -> tt.Expr:
    if wanted is NONE:
        value = check_expr(body, expr)
        if value.type not in (ERROR, NEVER):
            body.report("return-without-result", expr.span)
            return error_expr(expr.span)
        return value
    if wanted is NEVER:
        body.report("return-from-never", expr.span)
        return error_expr(expr.span)
    value = check_expr(body, expr, wanted)
    return value if value.type is NEVER else coerce(body, value, wanted, "result")


def _assert(body: Body, stmt: st.Assert) -> list[tt.Stmt]:
    from compiler.check.supplied import panic_call
    from compiler.check.text import text_format
    from compiler.types import FORMAT

    condition = check_condition(body, stmt.condition)
    when_true, when_false = facts(body, stmt.condition)
    start = body.flow
    body.flow = start.assume(when_false)
    if stmt.message is None:
        text = f"assertion failed: {' '.join(stmt.condition.span.text.split())}"
        message = text_format(body, text, stmt.span)
    else:
        message = check_as(body, stmt.message, FORMAT, "message")
    body.flow = start.assume(when_true)
    if message.type is ERROR or condition.type is ERROR:
        return []
    fail: list[tt.Stmt] = [
        tt.Evaluate(stmt.span, panic_call(body, message, stmt.span)),
        tt.Unreachable(stmt.span),
    ]
    return [tt.If(stmt.span, tt.Not(BOOL, stmt.condition.span, condition), fail, [])]


def _pass(body: Body, stmt: st.Pass) -> list[tt.Stmt]:
    return []


def _for(body: Body, stmt: st.For) -> list[tt.Stmt]:
    from compiler.check.loops import check_for

    return check_for(body, stmt)


def _match(body: Body, stmt: st.Match) -> list[tt.Stmt]:
    from compiler.check.match import check_match

    return check_match(body, stmt)


def _try(body: Body, stmt: st.Try) -> list[tt.Stmt]:
    from compiler.check.errors import check_try

    return check_try(body, stmt)


def _raise(body: Body, stmt: st.Raise) -> list[tt.Stmt]:
    from compiler.check.errors import check_raise

    return check_raise(body, stmt)


def _with(body: Body, stmt: st.With) -> list[tt.Stmt]:
    from compiler.check.errors import check_with

    return check_with(body, stmt)


Checker = Callable[[Body, Any], list[tt.Stmt]]

CHECKERS: dict[type[st.Stmt], Checker] = {
    st.ExprStmt: _expr_stmt,
    st.AnnAssign: _ann_assign,
    st.Assign: _assign,
    st.AugAssign: _aug_assign,
    st.Global: _global,
    st.If: _if,
    st.While: _while,
    st.For: _for,
    st.Match: _match,
    st.Try: _try,
    st.With: _with,
    st.Raise: _raise,
    st.Break: _break,
    st.Continue: _continue,
    st.Return: _return,
    st.Assert: _assert,
    st.Pass: _pass,
}
