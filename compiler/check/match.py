"""`match`: integers and enums become a `Switch`, everything else a chain of tests.

The subject is evaluated once into a hidden local. A pattern becomes a condition and some bindings;
a `match` over an enum or bool must name every member or have a catch-all.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from compiler import syntax_tree as st
from compiler import typed_tree as tt
from compiler.check.body import Body, Flow, merge
from compiler.check.constants import fold
from compiler.check.convert import coerce, place_of
from compiler.check.expressions import check_as, check_expr, check_value
from compiler.check.places import symbol_of
from compiler.check.statements import assign_value, check_block
from compiler.check.symbols import ClassDecl
from compiler.source import Span
from compiler.types import BOOL, ERROR, STR, BoolType, ClassType, PtrType, TupleType, Type


@dataclass(slots=True)
class Test:
    """A checked pattern: when it matches (None: always), what it binds, and the numbers it stands
    for if it is only numbers.
    """

    condition: tt.Expr | None = None
    bindings: list[tuple[st.Name, tt.Expr]] = field(default_factory=list)
    numbers: list[int] | None = None


def check_match(body: Body, stmt: st.Match) -> list[tt.Stmt]:
    value = check_value(body, stmt.subject)
    if value.type is ERROR:
        _check_broken(body, stmt)
        return []
    local = body.hidden_local(value.type, stmt.subject.span)
    body.assign(local)
    subject = tt.Load(
        value.type, stmt.subject.span, tt.LocalPlace(value.type, stmt.subject.span, local)
    )
    start = body.flow
    tests: list[Test] = []
    bodies: list[list[tt.Stmt]] = []
    guards: list[tt.Expr | None] = []
    ends: list[Flow] = []
    covered = False
    for case in stmt.cases:
        if covered:
            body.report("unreachable-case", case.pattern.span)
            break
        body.flow = start.copy()
        test, guard, inner = _check_case(body, subject, case)
        tests.append(test)
        guards.append(guard)
        bodies.append(inner)
        ends.append(body.flow)
        covered = test.condition is None and guard is None and case.guard is None
    exhaustive = covered or _covers_all(body, stmt, value.type, tests, guards)
    if not exhaustive:
        ends.append(start.copy())
    body.flow = merge(ends)
    let = tt.Let(stmt.subject.span, local, value)
    return [let, _lowered(stmt, subject, tests, guards, bodies, exhaustive)]


def _check_broken(body: Body, stmt: st.Match) -> None:
    """The subject was reported: bodies are checked with captures of unknown type."""
    start = body.flow
    ends = []
    for case in stmt.cases:
        body.flow = start.copy()
        names: set[str] = set()
        from compiler.check.body import _collect_pattern

        _collect_pattern(case.pattern, names)
        for name in names - set(body.locals):
            body.assign(body.new_local(name, ERROR, case.pattern.span))
        check_block(body, case.body)
        ends.append(body.flow)
    body.flow = merge(ends or [start])


def _check_case(
    body: Body, subject: tt.Expr, case: st.Case
) -> tuple[Test, tt.Expr | None, list[tt.Stmt]]:
    test = check_pattern(body, subject, case.pattern)
    bind: list[tt.Stmt] = []
    for name, value in test.bindings:
        bind.extend(assign_value(body, name, value))
    guard = None
    if case.guard is not None:
        guard = check_as(body, case.guard, BOOL, "guard")
        if bind:
            guard = tt.Sequence(BOOL, case.guard.span, bind, guard)
            bind = []
    return test, guard, bind + check_block(body, case.body)


def _covers_all(
    body: Body, stmt: st.Match, kind: Type, tests: list[Test], guards: list[tt.Expr | None]
) -> bool:
    """Whether an enum or bool is covered; an enum that is not is an error."""
    seen: set[int] = set()
    for test, guard in zip(tests, guards, strict=True):
        if guard is None and test.numbers is not None:
            seen.update(test.numbers)
    if isinstance(kind, BoolType):
        return seen >= {0, 1}
    if not (isinstance(kind, ClassType) and kind.kind == "enum"):
        return False
    missing = [name for name, number in kind.members.items() if number not in seen]
    if missing:
        names = ", ".join(f"{kind.short}.{name}" for name in missing)
        body.report("match-not-exhaustive", stmt.subject.span, missing=names)
    return True


def _lowered(
    stmt: st.Match,
    subject: tt.Expr,
    tests: list[Test],
    guards: list[tt.Expr | None],
    bodies: list[list[tt.Stmt]],
    exhaustive: bool,
) -> tt.Stmt:
    last_catches = bool(tests) and tests[-1].condition is None and guards[-1] is None
    numeric = tests[:-1] if last_catches else tests
    if numeric and all(t.numbers is not None for t in numeric) and not any(guards):
        arms = _arms(numeric, bodies)
        default: list[tt.Stmt] | None = None if exhaustive else []
        if last_catches:
            default = bodies[-1]
        return tt.Switch(stmt.span, subject, arms, default)
    result: list[tt.Stmt] = [tt.Unreachable(stmt.span)] if exhaustive and not last_catches else []
    for test, guard, inner in reversed(list(zip(tests, guards, bodies, strict=True))):
        condition = test.condition
        if guard is not None:
            condition = (
                guard
                if condition is None
                else tt.Logical(BOOL, guard.span, "and", condition, guard)
            )
        result = inner if condition is None else [tt.If(stmt.span, condition, inner, result)]
    return tt.Block(stmt.span, result)


def _arms(tests: list[Test], bodies: list[list[tt.Stmt]]) -> list[tt.SwitchArm]:
    """A number already taken by an earlier arm never reaches a later one."""
    taken: set[int] = set()
    arms = []
    for test, inner in zip(tests, bodies, strict=False):
        numbers = [n for n in dict.fromkeys(test.numbers or []) if n not in taken]
        taken.update(numbers)
        if numbers:
            arms.append(tt.SwitchArm(numbers, inner))
    return arms


# --- Patterns ----------------------------------------------------------------------------------


def check_pattern(body: Body, subject: tt.Expr, pattern: st.Pattern) -> Test:
    match pattern:
        case st.CapturePattern():
            return _capture(body, subject, pattern)
        case st.ValuePattern():
            return _value(body, subject, pattern)
        case st.OrPattern():
            return _alternatives(body, subject, pattern)
        case st.ClassPattern():
            return _class(body, subject, pattern)
        case st.TuplePattern():
            return _tuple(body, subject, pattern)
        case _:
            body.report("pattern-kind", pattern.span)
            return Test()


def _capture(body: Body, subject: tt.Expr, pattern: st.CapturePattern) -> Test:
    test = Test() if pattern.pattern is None else check_pattern(body, subject, pattern.pattern)
    if pattern.name is not None:
        test.bindings.append((st.Name(pattern.span, pattern.name), subject))
        if pattern.pattern is not None:
            test.numbers = None if test.condition is None else test.numbers
    return test


def _value(body: Body, subject: tt.Expr, pattern: st.ValuePattern) -> Test:
    kind = subject.type
    span = pattern.span
    if isinstance(pattern.value, st.NoneLiteral):
        return _none(body, subject, span)
    value = coerce(body, check_expr(body, pattern.value, kind), kind, "pattern")
    value = fold(body, value)
    if value.type is ERROR:
        return Test(tt.BoolConst(BOOL, span, False))
    if kind == STR:
        return Test(tt.StrEqual(BOOL, span, subject, value))
    if isinstance(value, tt.IntConst | tt.BoolConst):
        same = tt.Compare(BOOL, span, "==", subject, value)
        return Test(same, numbers=[int(value.value)])
    if isinstance(value, tt.FloatConst):
        return Test(tt.Compare(BOOL, span, "==", subject, value))
    body.report("pattern-kind", span)
    return Test()


def _none(body: Body, subject: tt.Expr, span: Span) -> Test:
    if not (isinstance(subject.type, PtrType) and subject.type.nullable):
        body.report("never-none", span, type=subject.type)
        return Test()
    return Test(tt.Compare(BOOL, span, "==", subject, tt.NullConst(subject.type, span)))


def _alternatives(body: Body, subject: tt.Expr, pattern: st.OrPattern) -> Test:
    tests = [check_pattern(body, subject, alternative) for alternative in pattern.alternatives]
    if any(test.bindings for test in tests):
        body.report("binding-in-alternatives", pattern.span)
    if any(test.condition is None for test in tests):
        return Test()
    condition = tests[0].condition
    for test in tests[1:]:
        assert condition is not None and test.condition is not None
        condition = tt.Logical(BOOL, pattern.span, "or", condition, test.condition)
    numbers = [test.numbers for test in tests]
    joined = None if any(n is None for n in numbers) else [v for n in numbers for v in n or []]
    return Test(condition, numbers=joined)


def _class(body: Body, subject: tt.Expr, pattern: st.ClassPattern) -> Test:
    """`Range(start=0, end=e)` on a value of that class, or a pointer to a value class or struct."""
    symbol = symbol_of(body, pattern.cls)
    kind = subject.type
    target = kind.to if isinstance(kind, PtrType) and not kind.nullable else kind
    decl = body.program.class_decls.get(target) if isinstance(target, ClassType) else None
    if not isinstance(symbol, ClassDecl) or decl is not symbol or not isinstance(target, ClassType):
        body.report("pattern-class", pattern.cls.span, type=kind)
        return Test()
    tests: list[Test] = []
    for position, (keyword, inner) in enumerate(pattern.fields):
        index = target.field_index(keyword) if keyword is not None else position
        if index is None or index >= len(target.fields):
            body.report("no-attribute", inner.span, type=target, name=keyword or position)
            continue
        tests.append(check_pattern(body, _part(subject, target, index, inner.span), inner))
    return _all(tests, pattern.span)


def _part(subject: tt.Expr, cls: ClassType, index: int, span: Span) -> tt.Expr:
    kind = cls.fields[index].type
    if cls.kind == "value" and not isinstance(subject.type, PtrType):
        return tt.GetField(kind, span, subject, index)
    place = tt.FieldPlace(kind, span, place_of(subject), index)
    return tt.AddressOf(PtrType(kind), span, place) if kind.is_place else tt.Load(kind, span, place)


def _tuple(body: Body, subject: tt.Expr, pattern: st.TuplePattern) -> Test:
    kind = subject.type
    if not isinstance(kind, TupleType) or len(kind.items) != len(pattern.items):
        body.report("unpack", pattern.span, count=len(pattern.items), type=kind)
        return Test()
    tests = [
        check_pattern(body, tt.GetField(item, inner.span, subject, index), inner)
        for index, (item, inner) in enumerate(zip(kind.items, pattern.items, strict=True))
    ]
    return _all(tests, pattern.span)


def _all(tests: list[Test], span: Span) -> Test:
    condition: tt.Expr | None = None
    for test in tests:
        if test.condition is not None:
            condition = (
                test.condition
                if condition is None
                else tt.Logical(BOOL, span, "and", condition, test.condition)
            )
    return Test(condition, [binding for test in tests for binding in test.bindings])
