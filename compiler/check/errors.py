"""`raise`, `try`, `with`: what can fail, who catches it, and what runs on the way out."""

from __future__ import annotations

from compiler import syntax_tree as st
from compiler import typed_tree as tt
from compiler.check.body import Body, Flow, HandlerFrame, TryFrame, merge
from compiler.check.convert import settle
from compiler.check.expressions import check_expr
from compiler.check.places import symbol_of
from compiler.check.resolve_functions import error_class
from compiler.check.statements import assign_value, check_block
from compiler.check.symbols import LostSymbol
from compiler.types import ERROR, NONE, ClassType, PtrType


def check_raise(body: Body, stmt: st.Raise) -> list[tt.Stmt]:
    if stmt.error is None:
        return _reraise(body, stmt)
    error = _error_named(body, stmt.error)
    if error is None:
        body.flow.dead = True
        return []
    body.can_raise([error], stmt.span)
    body.flow.dead = True
    return [tt.Raise(stmt.span, error)]


def _reraise(body: Body, stmt: st.Raise) -> list[tt.Stmt]:
    if not body.handlers:
        body.report("bare-raise", stmt.span)
        return []
    body.can_raise(body.handlers[-1].errors, stmt.span)
    body.flow.dead = True
    return [tt.Reraise(stmt.span)]


def _error_named(body: Body, expr: st.Expr) -> tt.ErrorClass | None:
    if isinstance(expr, st.Call):
        body.report("error-with-arguments", expr.span)
        return None
    symbol = symbol_of(body, expr)
    if symbol is None:
        check_expr(body, expr)
        return None
    error = error_class(body.program, symbol, expr.span)
    if error is None and not isinstance(symbol, LostSymbol):
        body.report("not-an-error-class", expr.span, found=expr.span.text)
    return error


# --- try ---------------------------------------------------------------------------------------


def check_try(body: Body, stmt: st.Try) -> list[tt.Stmt]:
    start = body.flow.copy()
    caught = _handler_errors(body, stmt.handlers)
    catches_all = any(errors is None for errors in caught)
    frame = TryFrame(None if catches_all else [e for errors in caught if errors for e in errors])
    body.tries.append(frame)
    inner = check_block(body, stmt.body)
    body.tries.pop()
    orelse = check_block(body, stmt.orelse)
    ends = [body.flow]
    entry = _error_flow(start, frame)
    handlers = []
    taken: list[tt.ErrorClass] = []
    for handler, errors in zip(stmt.handlers, caught, strict=True):
        body.flow = entry.copy()
        handlers.append(_check_handler(body, handler, errors, frame, taken))
        ends.append(body.flow)
    body.flow = merge(ends)
    final = _check_final(body, stmt, start)
    return [tt.Try(stmt.span, inner, handlers, orelse, final)]


def _error_flow(start: Flow, frame: TryFrame) -> Flow:
    """What a handler can rely on: what held at every place that may have raised."""
    flows = [Flow(f.nonnull, f.assigned) for f in frame.flows]
    return merge(flows) if flows else start.copy()


def _handler_errors(body: Body, handlers: list[st.Handler]) -> list[list[tt.ErrorClass] | None]:
    caught: list[list[tt.ErrorClass] | None] = []
    for handler in handlers:
        if handler.error is None:
            caught.append(None)
            continue
        names = handler.error.items if isinstance(handler.error, st.TupleExpr) else [handler.error]
        errors = [
            error for error in (_error_named(body, name) for name in names) if error is not None
        ]
        caught.append(errors)
    return caught


def _check_handler(
    body: Body,
    handler: st.Handler,
    errors: list[tt.ErrorClass] | None,
    frame: TryFrame,
    taken: list[tt.ErrorClass],
) -> tt.Handler:
    raised = [e for e in frame.raised if e not in taken]
    possible = raised if errors is None else [e for e in errors if e in raised]
    span = handler.error.span if handler.error is not None else handler.span
    if errors is None and not possible:
        body.report("handler-never-runs", span, name="anything")
    for error in errors or []:
        if error not in possible:
            body.report("handler-never-runs", span, name=error.short)
    taken.extend(possible)
    body.handlers.append(HandlerFrame(possible))
    inner = check_block(body, handler.body)
    body.handlers.pop()
    return tt.Handler(errors, inner, handler.span)


def _check_final(body: Body, stmt: st.Try, start: Flow) -> list[tt.Stmt]:
    """`finally` may run after any part of the rest, so it can rely on the start only."""
    if not stmt.final:
        return []
    after = body.flow
    body.flow = Flow(
        start.nonnull & after.nonnull if not after.dead else frozenset(), start.assigned
    )
    final = check_block(body, stmt.final)
    if body.flow.dead:
        body.report("finally-leaves", stmt.final[-1].span)
    gained = body.flow.assigned
    body.flow = Flow(after.nonnull & body.flow.nonnull, after.assigned | gained, after.dead)
    return final


# --- with --------------------------------------------------------------------------------------


def check_with(body: Body, stmt: st.With) -> list[tt.Stmt]:
    return _with_items(body, stmt, 0)


def _with_items(body: Body, stmt: st.With, at: int) -> list[tt.Stmt]:
    """`with a, b:` is `with a: with b:`; each becomes a `try … finally: object.__exit__()`."""
    from compiler.check.calls import call_method

    if at == len(stmt.items):
        return check_block(body, stmt.body)
    item = stmt.items[at]
    span = item.span
    manager = settle(body, check_expr(body, item.context))
    cls = (
        manager.type.to
        if isinstance(manager.type, PtrType) and not manager.type.nullable
        else manager.type
    )
    if not isinstance(cls, ClassType) or not {"__enter__", "__exit__"} <= set(
        body.program.class_decls[cls].methods
    ):
        if manager.type is not ERROR:
            body.report("not-a-context", item.context.span, type=manager.type)
        return []
    local = body.hidden_local(manager.type, span)
    body.assign(local)
    result: list[tt.Stmt] = [tt.Let(span, local, manager)]
    again = tt.Load(manager.type, span, tt.LocalPlace(manager.type, span, local))
    entered = call_method(body, again, cls, "__enter__", [], span, span)
    result += _bind_entered(body, item, entered)
    inner = _with_items(body, stmt, at + 1)
    after = body.flow
    body.flow = after.copy()
    leave = call_method(body, again, cls, "__exit__", [], span, span)
    body.flow = after
    return [*result, tt.Try(span, inner, [], [], [tt.Evaluate(span, leave)])]


def _bind_entered(body: Body, item: st.WithItem, entered: tt.Expr) -> list[tt.Stmt]:
    if entered.type is ERROR:
        return []
    if item.target is None:
        return [tt.Evaluate(item.span, entered)]
    if entered.type is NONE:
        body.report("no-value", item.context.span)
        return []
    return assign_value(body, item.target, entered)
