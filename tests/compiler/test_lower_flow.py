"""Control flow: loops, matches, and every way out of a `try`."""

from __future__ import annotations

import ctypes
from typing import Any

import pytest

from compiler import typed_tree as tt
from compiler import types as ty
from tests.support.typed import (
    SPAN,
    Loaded,
    add,
    both_ways,
    call,
    compare,
    enum_class,
    error,
    function,
    get,
    local,
    num,
    place,
    put,
    ret,
)  # fmt: skip

LOST, BROKEN = error("Lost", 7), error("Broken", 0xFFFF_FFFE)
TRACE = tt.Global("trace", "trace", "sample", SPAN, ty.U64, num(ty.U64, 0))
TRACE_PLACE = tt.GlobalPlace(ty.U64, SPAN, TRACE)


def note(digit: int) -> tt.Store:
    """Appends a digit to the trace."""
    shifted = tt.Arithmetic(
        ty.U64, SPAN, "*", tt.Load(ty.U64, SPAN, TRACE_PLACE), num(ty.U64, 10), "wrapping"
    )
    return tt.Store(SPAN, TRACE_PLACE, add(ty.U64, shifted, num(ty.U64, digit)))


def if_equal(variable: tt.Local, value: int, *body: tt.Stmt) -> tt.If:
    return tt.If(SPAN, compare("==", get(variable), num(ty.U32, value)), list(body), [])


def leave(kind: Any) -> tt.Function:
    """Raises Lost for 1 and Broken for 2; otherwise gives ten times its argument."""
    return function(
        "risky",
        [ty.U32],
        kind,
        lambda n: [
            if_equal(n, 1, tt.Raise(SPAN, LOST)),
            if_equal(n, 2, tt.Raise(SPAN, BROKEN)),
            ret(tt.Arithmetic(ty.U32, SPAN, "*", get(n), num(ty.U32, 10), "wrapping")),
        ],
        raises=[LOST, BROKEN],
    )


RISKY = leave(ty.U32)


def run(loaded: Loaded, name: str, *arguments: Any) -> tuple[Any, str]:
    """The result of a call and the trace it left."""
    trace = ctypes.c_uint64.from_address(loaded.variable("trace"))
    trace.value = 0
    return loaded(name, *arguments), str(trace.value)


def risk(n: tt.Local) -> tt.Evaluate:
    return tt.Evaluate(SPAN, call(RISKY, get(n)))


def test_errors_go_to_the_handler_that_names_them() -> None:
    def body(n: tt.Local) -> list[tt.Stmt]:
        attempt = tt.Try(
            SPAN,
            [note(1), risk(n), note(2)],
            [
                tt.Handler([LOST], [note(3)], SPAN),
                tt.Handler(None, [note(4), tt.Reraise(SPAN)], SPAN),
            ],
            [note(5)],
            [note(6)],
        )
        return [attempt, note(7), ret()]

    made = function("f", [ty.U32], ty.NONE, body, raises=[BROKEN])
    for loaded in both_ways([RISKY, made], [TRACE]):
        assert run(loaded, "f", 0) == (0, "12567")
        assert run(loaded, "f", 1) == (0, "1367")
        assert run(loaded, "f", 2) == (-2, "146")


def test_an_unlisted_error_passes_a_handler() -> None:
    def body(n: tt.Local) -> list[tt.Stmt]:
        handlers = [tt.Handler([LOST], [note(3)], SPAN)]
        return [tt.Try(SPAN, [risk(n)], handlers, [], []), ret()]

    made = function("f", [ty.U32], ty.NONE, body, raises=[BROKEN])
    for loaded in both_ways([RISKY, made], [TRACE]):
        assert run(loaded, "f", 1) == (0, "3")
        assert run(loaded, "f", 2)[0] == -2


def test_result_beside_the_code() -> None:
    """A function with errors and a 64-bit result: the code in EAX, the result in RDX."""

    class Both(ctypes.Structure):
        _fields_ = [("code", ctypes.c_uint32), ("value", ctypes.c_uint64)]

    def body(n: tt.Local) -> list[tt.Stmt]:
        wide = tt.Convert(ty.U64, SPAN, "widen", call(RISKY, get(n)))
        return [ret(add(ty.U64, wide, num(ty.U64, 1 << 40)))]

    made = function("f", [ty.U32], ty.U64, body, raises=[LOST, BROKEN])
    for loaded in both_ways([RISKY, made], [TRACE]):
        entry = ctypes.CFUNCTYPE(Both, ctypes.c_uint32)(loaded.address("f"))
        got = entry(5)
        assert (got.code, got.value) == (0, (1 << 40) + 50)
        assert entry(1).code == 7
        assert (entry(2).code, entry(2).value) == (0xFFFF_FFFE, 0)


@pytest.mark.parametrize(
    ("way", "trace"),
    [("return", "19"), ("break", "198"), ("continue", "19197"), ("end", "1591597")],
)
def test_finally_runs_on_every_way_out(way: str, trace: str) -> None:
    ways: dict[str, list[tt.Stmt]] = {
        "return": [ret()],
        "break": [tt.Break(SPAN)],
        "continue": [tt.Continue(SPAN)],
        "end": [note(5)],
    }
    i = local("i", ty.U32, 5)

    def body(n: tt.Local) -> list[tt.Stmt]:
        attempt = tt.Try(SPAN, [note(1), *ways[way]], [], [], [note(9)])
        step = [put(i, add(ty.U32, get(i), num(ty.U32, 1)))]
        loop = tt.Loop(SPAN, compare("<", get(i), get(n)), [attempt], step, [note(7)])
        after = [note(8)] if way == "break" else []
        first = [tt.Let(SPAN, i, num(ty.U32, 0))]
        return [*first, loop, *after, ret()]

    made = function("f", [ty.U32], ty.NONE, body, locals=[i])
    for loaded in both_ways([made], [TRACE]):
        assert run(loaded, "f", 2)[1] == trace


def test_nested_finally_bodies_run_innermost_first_also_for_errors() -> None:
    def body(n: tt.Local) -> list[tt.Stmt]:
        inner = tt.Try(SPAN, [risk(n), if_equal(n, 3, ret(num(ty.U32, 33)))], [], [], [note(1)])
        middle = tt.Try(
            SPAN, [inner], [tt.Handler([LOST], [note(2), risk(n)], SPAN)], [], [note(3)]
        )
        outer = tt.Try(SPAN, [middle], [], [], [note(4)])
        return [outer, ret(num(ty.U32, 9))]

    made = function("f", [ty.U32], ty.U32, body, raises=[LOST, BROKEN])
    for loaded in both_ways([RISKY, made], [TRACE]):
        assert run(loaded, "f", 0) == (0, "134")
        assert run(loaded, "f", 1) == (7, "1234")
        assert run(loaded, "f", 2) == (-2, "134")
        assert run(loaded, "f", 3) == (0, "134")


def test_return_in_finally_ends_the_error() -> None:
    def body(n: tt.Local) -> list[tt.Stmt]:
        return [tt.Try(SPAN, [risk(n)], [], [], [note(1), ret(num(ty.U32, 5))])]

    made = function("f", [ty.U32], ty.U32, body)
    for loaded in both_ways([RISKY, made], [TRACE]):
        assert run(loaded, "f", 2) == (5, "1")


def test_raise_inside_its_own_try() -> None:
    def body(n: tt.Local) -> list[tt.Stmt]:
        inner = tt.Try(
            SPAN,
            [tt.Raise(SPAN, LOST)],
            [tt.Handler([LOST], [note(1), tt.Raise(SPAN, BROKEN)], SPAN)],
            [],
            [note(2)],
        )
        outer = tt.Try(SPAN, [inner], [tt.Handler([BROKEN], [note(3)], SPAN)], [], [])
        return [outer, ret()]

    for loaded in both_ways([function("f", [ty.U32], ty.NONE, body)], [TRACE]):
        assert run(loaded, "f", 0)[1] == "123"


def test_a_handler_that_fails_itself_reraises_what_it_caught() -> None:
    """The inner error must not replace the one that is being handled."""

    def body(n: tt.Local) -> list[tt.Stmt]:
        quiet = tt.Try(
            SPAN,
            [tt.Raise(SPAN, BROKEN)],
            [tt.Handler([BROKEN], [note(2)], SPAN)],
            [],
            [],
        )
        handler = tt.Handler([LOST], [note(1), quiet, tt.Reraise(SPAN)], SPAN)
        return [tt.Try(SPAN, [tt.Raise(SPAN, LOST)], [handler], [], []), ret()]

    made = function("f", [ty.U32], ty.NONE, body, raises=[LOST])
    for loaded in both_ways([made], [TRACE]):
        assert run(loaded, "f", 0) == (7, "12")


def test_loop_done_leaves_through_orelse() -> None:
    def body(n: tt.Local) -> list[tt.Stmt]:
        loop = tt.Loop(
            SPAN, None, [note(1), if_equal(n, 1, tt.LoopDone(SPAN)), tt.Break(SPAN)], [], [note(2)]
        )
        return [loop, note(3), ret()]

    for loaded in both_ways([function("f", [ty.U32], ty.NONE, body)], [TRACE]):
        assert run(loaded, "f", 1)[1] == "123"
        assert run(loaded, "f", 0)[1] == "13"


def test_switch() -> None:
    def body(n: tt.Local) -> list[tt.Stmt]:
        arms = [
            tt.SwitchArm([1, 2], [ret(num(ty.U32, 10))]),
            tt.SwitchArm([0xFFFF_FFFF], [ret(num(ty.U32, 20))]),
            tt.SwitchArm([3], []),
        ]
        return [tt.Switch(SPAN, get(n), arms, [ret(num(ty.U32, 30))]), ret(num(ty.U32, 40))]

    for loaded in both_ways([function("f", [ty.U32], ty.U32, body)]):
        got = [loaded("f", n) for n in (1, 2, 0xFFFF_FFFF, 3, 9)]
        assert got == [10, 10, 20, 40, 30]


def test_a_stranger_in_an_exhaustive_switch_panics() -> None:
    kind = enum_class("Kind", ty.U8, {"A": 0, "B": 5})

    def body(n: tt.Local) -> list[tt.Stmt]:
        subject = tt.Convert(kind, SPAN, "bits", get(n))
        arms = [tt.SwitchArm([0], [ret(num(ty.U32, 1))]), tt.SwitchArm([5], [ret(num(ty.U32, 2))])]
        return [tt.Switch(SPAN, subject, arms, None), tt.Unreachable(SPAN)]

    for loaded in both_ways([function("f", [ty.U8], ty.U32, body)]):
        assert (loaded("f", 0), loaded("f", 5)) == (1, 2)
        failure = loaded.failure("f", 3)
        assert (failure.kind, failure.a, failure.type_name) == (7, 3, "Kind")


def test_logic_evaluates_no_more_than_python_does() -> None:
    flag = function("flag", [ty.BOOL], ty.BOOL, lambda b: [note(1), ret(get(b))])
    made = []
    for op in ("and", "or"):
        made.append(
            function(
                op,
                [ty.BOOL, ty.BOOL],
                ty.BOOL,
                lambda a, b, op=op: [
                    ret(tt.Logical(ty.BOOL, SPAN, op, call(flag, get(a)), call(flag, get(b))))
                ],
            )
        )
        made.append(
            function(
                f"if_{op}",
                [ty.BOOL, ty.BOOL],
                ty.BOOL,
                lambda a, b, op=op: [
                    tt.If(
                        SPAN,
                        tt.Not(
                            ty.BOOL,
                            SPAN,
                            tt.Logical(ty.BOOL, SPAN, op, call(flag, get(a)), call(flag, get(b))),
                        ),
                        [ret(tt.BoolConst(ty.BOOL, SPAN, False))],
                        [ret(tt.BoolConst(ty.BOOL, SPAN, True))],
                    )
                ],
            )
        )
    for loaded in both_ways([flag, *made], [TRACE]):
        for a in (False, True):
            for b in (False, True):
                for prefix in ("", "if_"):
                    assert run(loaded, f"{prefix}and", a, b) == (a and b, "11" if a else "1")
                    assert run(loaded, f"{prefix}or", a, b) == (a or b, "1" if a else "11")


def test_an_operand_that_never_returns() -> None:
    """`n if c else stop()`, `f(stop())` and `c and stop()` have no value on that way."""
    stop = function("stop", [], ty.NEVER, lambda: [tt.Loop(SPAN, None, [], [], [])])

    def body(c: tt.Local, n: tt.Local) -> list[tt.Stmt]:
        chosen = tt.Conditional(ty.U32, SPAN, get(c), get(n), call(stop))
        both = tt.Logical(ty.BOOL, SPAN, "and", tt.Not(ty.BOOL, SPAN, get(c)), call(stop))
        guarded = tt.If(SPAN, both, [note(1)], [])
        summed = add(ty.U32, chosen, num(ty.U32, 1))
        otherwise = tt.If(SPAN, get(c), [ret(summed)], [ret(add(ty.U32, call(stop), get(n)))])
        return [guarded, otherwise]

    made = function("f", [ty.BOOL, ty.U32], ty.U32, body)
    for loaded in both_ways([stop, made], [TRACE]):
        assert loaded("f", True, 4) == 5


def test_recursion_and_many_locals() -> None:
    fib = function("fib", [ty.U32], ty.U32, None)
    (n,) = fib.parameters

    def fib_of(less: int) -> tt.Expr:
        return call(fib, tt.Arithmetic(ty.U32, SPAN, "-", get(n), num(ty.U32, less), "checked"))

    fib.body = [
        tt.If(SPAN, compare("<", get(n), num(ty.U32, 2)), [ret(get(n))], []),
        ret(add(ty.U32, fib_of(1), fib_of(2), "checked")),
    ]
    for loaded in both_ways([fib]):
        assert loaded("fib", 15) == 610


def test_parameters_can_be_assigned() -> None:
    made = function("f", [ty.BOOL], ty.BOOL, lambda b: [
        tt.Store(SPAN, place(b), tt.Not(ty.BOOL, SPAN, get(b))), ret(get(b)),
    ])  # fmt: skip
    for loaded in both_ways([made]):
        assert [loaded("f", b) for b in (True, False)] == [False, True]
