"""Statements: control flow, and the ways out of `try`.

Example: in `while c: try: f() finally: g()`, a `break` in the body writes `g()` once more before it
leaves, an error from `f` is stored and lands at the `finally`'s landing, which runs `g()` and
passes the error on, and the end of the body runs `g()` and falls through. Each way out has its own
copy, except that errors share one.

Invariant: while the body of a `finally` is written, `scopes` holds only what encloses its `try`.
"""

from __future__ import annotations

from compiler.lower.calls import raise_code, return_result, stored_code
from compiler.lower.checks import Check, fail
from compiler.lower.emit import Label, Value, integer
from compiler.lower.expressions import condition
from compiler.lower.initialisers import initialise
from compiler.lower.memory import store
from compiler.lower.state import (
    Address,
    CatchScope,
    FinalScope,
    FunctionState,
    HandlerScope,
    LoopScope,
    lowers,
)
from compiler.lower.types import I32, is_signed
from compiler.typed_tree import (
    Block,
    Break,
    Continue,
    Evaluate,
    Expr,
    If,
    Let,
    Loop,
    LoopDone,
    Raise,
    Reraise,
    Return,
    Store,
    Switch,
    Try,
    Unreachable,
)
from compiler.types import BoolType, ClassType

# --- Storage -----------------------------------------------------------------------------------


@lowers(Let)
def _let(f: FunctionState, node: Let) -> None:
    local = node.local
    place = Address(f.local(local), f.types.layout(local.type).align)
    if isinstance(node.value, Expr):
        store(f, place, local.type, f.value(node.value))
    else:
        initialise(f, place, node.value)


@lowers(Store)
def _store(f: FunctionState, node: Store) -> None:
    value = f.value(node.value)
    place = f.address(node.place)
    store(f, place, node.value.type, value, node.volatile)


@lowers(Evaluate)
def _evaluate(f: FunctionState, node: Evaluate) -> None:
    f.value(node.value)


@lowers(Unreachable)
def _unreachable(f: FunctionState, node: Unreachable) -> None:
    fail(f, Check.UNREACHABLE, node.span)


# --- Branches ----------------------------------------------------------------------------------


@lowers(Block)
def _block(f: FunctionState, node: Block) -> None:
    f.statements(node.body)


@lowers(If)
def _if(f: FunctionState, node: If) -> None:
    then, end = f.e.label("then"), f.e.label("endif")
    otherwise = f.e.label("else") if node.orelse else end
    condition(f, node.condition, then, otherwise)
    f.e.place(then)
    f.statements(node.body)
    f.e.branch(end)
    if node.orelse:
        f.e.place(otherwise)
        f.statements(node.orelse)
        f.e.branch(end)
    f.e.place(end)


@lowers(Switch)
def _switch(f: FunctionState, node: Switch) -> None:
    subject = f.value(node.subject)
    default, end = f.e.label("default"), f.e.label("endmatch")
    labels = [f.e.label("case") for _ in node.arms]
    table = [
        (value, label) for arm, label in zip(node.arms, labels, strict=True) for value in arm.values
    ]
    f.e.switch(subject, default, table)
    for arm, label in zip(node.arms, labels, strict=True):
        f.e.place(label)
        f.statements(arm.body)
        f.e.branch(end)
    f.e.place(default)
    if node.default is not None:
        f.statements(node.default)
    elif not f.e.closed:
        _no_member(f, node, subject)
    f.e.branch(end)
    f.e.place(end)


def _no_member(f: FunctionState, node: Switch, subject: Value) -> None:
    """Memory that somebody else wrote may hold what is no member of an enum."""
    type = node.subject.type
    if isinstance(type, BoolType):
        f.e.unreachable()
    elif isinstance(type, ClassType):
        fail(f, Check.MEMBER, node.subject.span, (subject,), type=type, signed=is_signed(type))
    else:
        fail(f, Check.UNREACHABLE, node.subject.span)


# --- Loops -------------------------------------------------------------------------------------


@lowers(Loop)
def _loop(f: FunctionState, node: Loop) -> None:
    head, body, step = f.e.label("loop"), f.e.label("body"), f.e.label("step")
    done, end = f.e.label("done"), f.e.label("endloop")
    f.e.branch(head)
    f.e.place(head)
    if node.condition is None:
        f.e.branch(body)
    else:
        condition(f, node.condition, body, done)
    f.scopes.append(LoopScope(end, step, done))
    f.e.place(body)
    f.statements(node.body)
    f.scopes.pop()
    f.e.branch(step)
    f.e.place(step)
    f.statements(node.step)
    f.e.branch(head)
    f.e.place(done)
    f.statements(node.orelse)
    f.e.branch(end)
    f.e.place(end)


@lowers(Break)
def _break(f: FunctionState, node: Break) -> None:
    f.e.branch(_leave_to_loop(f).end)


@lowers(Continue)
def _continue(f: FunctionState, node: Continue) -> None:
    f.e.branch(_leave_to_loop(f).step)


@lowers(LoopDone)
def _loop_done(f: FunctionState, node: LoopDone) -> None:
    f.e.branch(_leave_to_loop(f).done)


def _leave_to_loop(f: FunctionState) -> LoopScope:
    """Runs the `finally` bodies between here and the innermost loop."""
    for depth in range(len(f.scopes) - 1, -1, -1):
        scope = f.scopes[depth]
        if isinstance(scope, LoopScope):
            leave_scopes(f, depth + 1)
            return scope
    raise AssertionError("not in a loop")


# --- Leaving the function ----------------------------------------------------------------------


@lowers(Return)
def _return(f: FunctionState, node: Return) -> None:
    value = None if node.value is None else f.value(node.value)
    leave_scopes(f, 0)
    if f.e.closed:
        return
    f.locate(node.span)
    return_value(f, None if value is None or not value.text else value)


def return_value(f: FunctionState, value: Value | None) -> None:
    if f.function.raises:
        return_result(f, integer(I32, 0), value)
    else:
        f.e.ret(value)


@lowers(Raise)
def _raise(f: FunctionState, node: Raise) -> None:
    raise_code(f, integer(I32, node.error.code))


@lowers(Reraise)
def _reraise(f: FunctionState, node: Reraise) -> None:
    for scope in reversed(f.scopes):
        if isinstance(scope, HandlerScope):
            raise_code(f, scope.code)
            return
    raise AssertionError("not in a handler")


def leave_scopes(f: FunctionState, outermost: int) -> None:
    """Writes the `finally` bodies of the scopes from `outermost` on, innermost first."""
    kept = f.scopes
    for depth in range(len(kept) - 1, outermost - 1, -1):
        scope = kept[depth]
        if isinstance(scope, FinalScope):
            f.scopes = kept[:depth]
            f.statements(scope.body)
    f.scopes = kept


# --- Try ---------------------------------------------------------------------------------------


@lowers(Try)
def _try(f: FunctionState, node: Try) -> None:
    if not node.final:
        _handled(f, node)
        return
    landing, end = f.e.label("error"), f.e.label("endtry")
    f.scopes.append(FinalScope(landing, node.final))
    _handled(f, node)
    f.scopes.pop()
    f.statements(node.final)
    f.e.branch(end)
    f.e.place(landing)
    if not f.e.closed:
        code = stored_code(f)
        f.statements(node.final)
        raise_code(f, code)
    f.e.place(end)


def _handled(f: FunctionState, node: Try) -> None:
    """The body, `orelse` and handlers, with the ends of all of them joined."""
    if not node.handlers:
        f.statements(node.body)
        f.statements(node.orelse)
        return
    landing, end = f.e.label("except"), f.e.label("handled")
    f.scopes.append(CatchScope(landing))
    f.statements(node.body)
    f.scopes.pop()
    f.statements(node.orelse)
    f.e.branch(end)
    f.e.place(landing)
    if not f.e.closed:
        _handlers(f, node, end)
    f.e.place(end)


def _handlers(f: FunctionState, node: Try, end: Label) -> None:
    """Chooses the handler by the error's code. What none of them names goes on."""
    code = stored_code(f)
    labels = [f.e.label("handler") for _ in node.handlers]
    onwards = f.e.label("unhandled")
    default, table, seen = onwards, [], set()
    for handler, label in zip(node.handlers, labels, strict=True):
        if handler.errors is None:
            default = label
            break
        for error in handler.errors:
            if error.code not in seen:
                seen.add(error.code)
                table.append((error.code, label))
    f.e.switch(code, default, table)
    for handler, label in zip(node.handlers, labels, strict=True):
        f.e.place(label)
        f.scopes.append(HandlerScope(code))
        f.statements(handler.body)
        f.scopes.pop()
        f.e.branch(end)
    f.e.place(onwards)
    if not f.e.closed:
        raise_code(f, code)
