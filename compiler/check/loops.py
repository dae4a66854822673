"""`for` loops: over ranges, arrays, slices, `enumerate`, and objects with `__next__`; all become
`Loop`.

for i in range(a, b, s): body      i counts in a hidden local, so that assigning to `i` changes
nothing for x in slice: body               a hidden index; the slice is evaluated once for x in
object: body              x = it.__next__() until it raises StopIteration
"""

from __future__ import annotations

from compiler import syntax_tree as st
from compiler import typed_tree as tt
from compiler.check.attributes import as_slice
from compiler.check.body import Body, LoopFrame, TryFrame, merge
from compiler.check.convert import coerce, settle, unify_operands
from compiler.check.expressions import check_expr
from compiler.check.places import symbol_of
from compiler.check.resolve_functions import STOP_ITERATION, error_class
from compiler.check.statements import assign_value, check_block, enter_loop
from compiler.check.symbols import LanguageSymbol
from compiler.source import Span
from compiler.types import (
    BOOL,
    ERROR,
    LITERAL_INT,
    NONE,
    U64,
    ClassType,
    IntType,
    PtrType,
    SliceType,
    Type,
    TypeVarType,
)


def check_for(body: Body, stmt: st.For) -> list[tt.Stmt]:
    called = _language_call(body, stmt.iterable)
    if called is not None and called[0] == "range":
        return _for_range(body, stmt, called[1])
    if called is not None and called[0] == "enumerate":
        return _for_enumerate(body, stmt, called[1])
    value = check_expr(body, stmt.iterable)
    if value.type is ERROR:
        return _broken(body, stmt)
    items = as_slice(body, value)
    if items is not None:
        return _for_slice(body, stmt, items, stmt.target, None)
    return _for_object(body, stmt, value)


def _language_call(body: Body, expr: st.Expr) -> tuple[str, st.Call] | None:
    if not isinstance(expr, st.Call):
        return None
    symbol = symbol_of(body, expr.func)
    return (symbol.name, expr) if isinstance(symbol, LanguageSymbol) else None


def _broken(body: Body, stmt: st.For) -> list[tt.Stmt]:
    """The iterable was reported: the body is still checked, with loop variables of unknown type."""
    enter_loop(body, stmt.body)
    targets = stmt.target.items if isinstance(stmt.target, st.TupleExpr) else [stmt.target]
    start = body.flow.copy()
    for target in targets:
        if isinstance(target, st.Name) and target.id not in body.locals:
            body.assign(body.new_local(target.id, ERROR, target.span))
    _loop_body(body, stmt)
    body.flow = merge([start, body.flow])
    return []


def _loop_body(body: Body, stmt: st.For) -> tuple[list[tt.Stmt], LoopFrame]:
    frame = LoopFrame()
    body.loops.append(frame)
    inner = check_block(body, stmt.body)
    body.loops.pop()
    return inner, frame


def _finish(
    body: Body,
    stmt: st.For,
    frame: LoopFrame,
    loop: tuple[tt.Expr | None, list[tt.Stmt], list[tt.Stmt]],
) -> tt.Loop:
    """Checks `else` and joins the ways out."""
    orelse = check_block(body, stmt.orelse)
    body.flow = merge([*frame.breaks, body.flow])
    condition, inner, step = loop
    return tt.Loop(stmt.span, condition, inner, step, orelse)


def _load(local: tt.Local, span: Span) -> tt.Load:
    return tt.Load(local.type, span, tt.LocalPlace(local.type, span, local))


def _hidden(body: Body, value: tt.Expr) -> tuple[tt.Local, tt.Stmt]:
    local = body.hidden_local(value.type, value.span)
    return local, tt.Let(value.span, local, value)


# --- Ranges ------------------------------------------------------------------------------------


def _for_range(body: Body, stmt: st.For, call: st.Call) -> list[tt.Stmt]:
    limits = _range_limits(body, stmt, call)
    if limits is None:
        return _broken(body, stmt)
    start, stop, step = limits
    kind = start.type
    counter, let_counter = _hidden(body, start)
    end, let_end = _hidden(body, stop)
    lets = [let_counter, let_end]
    span = stmt.iterable.span
    down = isinstance(step, int) and step < 0
    if isinstance(step, int):
        amount: tt.Expr = tt.IntConst(_unsigned(kind), span, abs(step))
    else:
        kept, let_step = _hidden(body, step)
        amount = _load(kept, span)
        lets += [let_step, _step_not_zero(body, amount)]
    condition = tt.Compare(BOOL, span, ">" if down else "<", _load(counter, span), _load(end, span))
    enter_loop(body, stmt.body)
    before = body.flow.copy()
    first = assign_value(body, stmt.target, _load(counter, stmt.target.span))
    inner, frame = _loop_body(body, stmt)
    body.flow = before
    advance = _advance(counter, end, amount, down, span)
    return [*lets, _finish(body, stmt, frame, (condition, first + inner, advance))]


def _advance(
    counter: tt.Local, end: tt.Local, amount: tt.Expr, down: bool, span: Span
) -> list[tt.Stmt]:
    """`counter += amount`, but stopping at the end: the last step must not overflow the type."""
    kind = counter.type
    place = tt.LocalPlace(kind, span, counter)
    here, there = _load(counter, span), _load(end, span)
    by = amount if amount.type == kind else tt.Convert(kind, span, "bits", amount)
    moved = tt.Arithmetic(kind, span, "-" if down else "+", here, by, "wrapping")
    if isinstance(amount, tt.IntConst) and amount.value == 1:
        return [tt.Store(span, place, moved)]
    # While counter and end are in order, their distance is exact in wrapping arithmetic.
    left, right = (here, there) if down else (there, here)
    room: tt.Expr = tt.Arithmetic(kind, span, "-", left, right, "wrapping")
    if amount.type != kind:
        room = tt.Convert(amount.type, span, "bits", room)
    enough = tt.Compare(BOOL, span, ">", room, amount)
    return [tt.Store(span, place, tt.Conditional(kind, span, enough, moved, there))]


def _step_not_zero(body: Body, step: tt.Expr) -> tt.Stmt:
    from compiler.check.supplied import panic_call
    from compiler.check.text import text_format

    span = step.span
    text = text_format(body, "the step of a range is 0", span)
    fail: list[tt.Stmt] = [tt.Evaluate(span, panic_call(body, text, span)), tt.Unreachable(span)]
    zero = tt.Compare(BOOL, span, "==", step, tt.IntConst(step.type, span, 0))
    return tt.If(span, zero, fail, [])


def _unsigned(kind: Type) -> IntType:
    """The unsigned integer that holds every distance between two values of `kind`."""
    if isinstance(kind, IntType):
        return IntType("usize" if kind.name == "isize" else "u" + kind.name[1:], kind.width, False)
    return U64  # a type variable: its body is checked but not compiled


def _range_limits(
    body: Body, stmt: st.For, call: st.Call
) -> tuple[tt.Expr, tt.Expr, int | tt.Expr] | None:
    """Start and stop (of one type) and the step of `range(…)`: a number, or an unsigned value of
    the same type.
    """
    if not 1 <= len(call.args) <= 3 or any(a.keyword for a in call.args):
        body.report("argument-count", call.span, name="range", expected=1, found=len(call.args))
        return None
    values = [check_expr(body, a.value) for a in call.args[:2]]
    if len(values) == 1:
        values.insert(0, tt.IntConst(LITERAL_INT, call.span, 0))
    start, stop, kind = unify_operands(body, values[0], values[1], call.span, "range")
    if kind is LITERAL_INT:
        existing = body.locals.get(stmt.target.id) if isinstance(stmt.target, st.Name) else None
        kind = (
            existing.type
            if existing is not None and isinstance(existing.type, IntType)
            else body.usize
        )
        start, stop = coerce(body, start, kind), coerce(body, stop, kind)
    if ERROR in (kind, start.type, stop.type):
        return None
    if not (
        isinstance(kind, IntType) or (isinstance(kind, TypeVarType) and kind.bound == "Integer")
    ):
        body.report("range-type", call.span, type=kind)
        return None
    step = _range_step(body, call, kind)
    return None if step is None else (start, stop, step)


def _range_step(body: Body, call: st.Call, kind: Type) -> int | tt.Expr | None:
    if len(call.args) < 3:
        return 1
    step = check_expr(body, call.args[2].value)
    if isinstance(step, tt.IntConst):
        if step.value == 0 or not (
            isinstance(kind, IntType) and abs(step.value) <= _unsigned(kind).max
        ):
            body.report("range-step", call.args[2].span)
            return None
        return step.value
    step = coerce(body, step, kind, "step")
    if step.type is ERROR:
        return None
    if isinstance(kind, IntType) and kind.signed:
        body.report("range-step-signed", call.args[2].span, type=kind)
        return None
    return step


# --- Slices and arrays -------------------------------------------------------------------------


def _for_enumerate(body: Body, stmt: st.For, call: st.Call) -> list[tt.Stmt]:
    if len(call.args) != 1 or call.args[0].keyword:
        body.report("argument-count", call.span, name="enumerate", expected=1, found=len(call.args))
        return _broken(body, stmt)
    value = check_expr(body, call.args[0].value)
    items = as_slice(body, value) if value.type is not ERROR else None
    if items is None:
        if value.type is not ERROR:
            body.report("not-iterable", call.args[0].span, type=value.type)
        return _broken(body, stmt)
    if not isinstance(stmt.target, st.TupleExpr) or len(stmt.target.items) != 2:
        body.report("enumerate-target", stmt.target.span)
        return _broken(body, stmt)
    return _for_slice(body, stmt, items, stmt.target.items[1], stmt.target.items[0])


def _for_slice(
    body: Body, stmt: st.For, items: tt.Expr, target: st.Expr, index_target: st.Expr | None
) -> list[tt.Stmt]:
    assert isinstance(items.type, SliceType)
    span = stmt.iterable.span
    whole, let_whole = _hidden(body, items)
    index, let_index = _hidden(body, tt.IntConst(body.usize, span, 0))
    length = tt.SliceLength(body.usize, span, _load(whole, span))
    condition = tt.Compare(BOOL, span, "<", _load(index, span), length)
    enter_loop(body, stmt.body)
    before = body.flow.copy()
    first: list[tt.Stmt] = []
    if index_target is not None:
        first += assign_value(body, index_target, _load(index, index_target.span))
    element = items.type.element
    place = tt.SliceElementPlace(
        element, target.span, _load(whole, span), _load(index, span), False
    )
    item: tt.Expr = tt.Load(element, target.span, place)
    if element.is_place:
        item = tt.AddressOf(PtrType(element), target.span, place)
    first += assign_value(body, target, item)
    inner, frame = _loop_body(body, stmt)
    body.flow = before
    one = tt.IntConst(body.usize, span, 1)
    following = tt.Arithmetic(body.usize, span, "+", _load(index, span), one, "wrapping")
    step: list[tt.Stmt] = [tt.Store(span, tt.LocalPlace(body.usize, span, index), following)]
    return [let_whole, let_index, _finish(body, stmt, frame, (condition, first + inner, step))]


# --- Objects -----------------------------------------------------------------------------------


def _for_object(body: Body, stmt: st.For, value: tt.Expr) -> list[tt.Stmt]:
    from compiler.check.calls import call_method

    span = stmt.iterable.span
    iterator = value
    if _has_method(body, value.type, "__iter__"):
        target = _class_of(value.type)
        assert target is not None
        iterator = call_method(body, value, target, "__iter__", [], span, span)
    iterator = settle(body, iterator)
    cls = _class_of(iterator.type)
    if (
        cls is None
        or not _has_method(body, iterator.type, "__next__")
        or not isinstance(iterator.type, PtrType)
    ):
        if iterator.type is not ERROR:
            body.report("not-iterable", span, type=iterator.type)
        return _broken(body, stmt)
    local, let_iterator = _hidden(body, iterator)
    body.assign(local)
    enter_loop(body, stmt.body)
    before = body.flow.copy()
    advance = _next_item(body, local, cls, span)
    if advance is None:
        return _broken(body, stmt)
    first, item = advance
    first += assign_value(body, stmt.target, item)
    inner, frame = _loop_body(body, stmt)
    body.flow = before
    return [let_iterator, _finish(body, stmt, frame, (None, first + inner, []))]


def _next_item(
    body: Body, iterator: tt.Local, cls: ClassType, span: Span
) -> tuple[list[tt.Stmt], tt.Expr] | None:
    """`item = iterator.__next__()`, leaving the loop when it raises StopIteration."""
    from compiler.check.calls import call_method

    stop = error_class(body.program, LanguageSymbol(STOP_ITERATION), span)
    assert stop is not None
    frame = TryFrame([stop])
    body.tries.append(frame)
    item = call_method(body, _load(iterator, span), cls, "__next__", [], span, span)
    body.tries.pop()
    if item.type in (ERROR, NONE):
        return None
    if stop not in frame.raised:
        body.report("endless-iterator", span, type=cls)
        return None
    local = body.hidden_local(item.type, span)
    body.assign(local)
    handler = tt.Handler([stop], [tt.LoopDone(span)], span)
    attempt = tt.Try(span, [tt.Let(span, local, item)], [handler], [], [])
    return [attempt], _load(local, span)


def _class_of(kind: Type) -> ClassType | None:
    target = kind.to if isinstance(kind, PtrType) and not kind.nullable else kind
    return target if isinstance(target, ClassType) else None


def _has_method(body: Body, kind: Type, name: str) -> bool:
    cls = _class_of(kind)
    return cls is not None and name in body.program.class_decls[cls].methods
