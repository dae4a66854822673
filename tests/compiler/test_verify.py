"""The verifier of the typed tree finds what the lowering must never be given."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from compiler import typed_tree as tt
from compiler import types as ty
from compiler.diagnostics import InternalError
from compiler.lower.verify import verify_function, verify_module
from tests.support.typed import (
    SPAN,
    add,
    call,
    compare,
    function,
    get,
    local,
    num,
    place,
    ret,
    struct_class,
    typed_module,
)  # fmt: skip

PAIR = struct_class("Pair", {"a": ty.U8, "b": ty.U32})
OTHER = function("other", [ty.U8], ty.U8, lambda n: [ret(get(n))])
T = ty.TypeVarType("T", None)

BROKEN: dict[str, Callable[[tt.Local], tt.Stmt]] = {
    "loaded whole": lambda n: tt.Evaluate(
        SPAN, tt.Load(PAIR, SPAN, tt.DerefPlace(PAIR, SPAN, tt.NullConst(ty.PtrType(PAIR), SPAN)))
    ),
    "is not concrete": lambda n: tt.Evaluate(SPAN, tt.ZeroConst(ty.PtrType(T), SPAN)),
    "the right operand is a u8": lambda n: put_sum(n, num(ty.U8, 1)),
    "is no u8": lambda n: tt.Evaluate(SPAN, num(ty.U8, 256)),
    "not a bool": lambda n: tt.If(SPAN, get(n), [], []),
    "2 arguments, not 1": lambda n: tt.Evaluate(SPAN, call(OTHER, get(n), get(n))),
    "an argument is a u32": lambda n: tt.Evaluate(SPAN, call(OTHER, get(n))),
    "is no local of this function": lambda n: tt.Evaluate(SPAN, get(local("stray", ty.U8))),
    "Break outside a loop": lambda n: tt.Break(SPAN),
    "outside a handler": lambda n: tt.Reraise(SPAN),
    "the result is a bool": lambda n: ret(compare("==", get(n), num(ty.U32, 1))),
    "has two arms": lambda n: tt.Switch(
        SPAN, get(n), [tt.SwitchArm([1], []), tt.SwitchArm([2, 1], [])], []
    ),
    "no Ptr": lambda n: tt.Evaluate(
        SPAN, tt.GetField(ty.PtrType(ty.U8), SPAN, tt.ZeroConst(ty.TupleType((ty.U8,)), SPAN), 0)
    ),
    "what a Ptr[u32] | None points to": lambda n: tt.Evaluate(
        SPAN,
        tt.Load(
            ty.U32,
            SPAN,
            tt.DerefPlace(ty.U32, SPAN, tt.NullConst(ty.PtrType(ty.U32, nullable=True), SPAN)),
        ),
    ),
    "an index of type i8": lambda n: tt.Evaluate(
        SPAN,
        tt.Load(
            ty.U8,
            SPAN,
            tt.SliceElementPlace(
                ty.U8, SPAN, tt.ZeroConst(ty.SliceType(ty.U8), SPAN), num(ty.I8, 0), True
            ),
        ),
    ),
}


def put_sum(variable: tt.Local, value: tt.Expr) -> tt.Stmt:
    return tt.Store(SPAN, place(variable), add(ty.U32, get(variable), value))


@pytest.mark.parametrize("message", BROKEN)
def test_broken_trees_are_found(message: str) -> None:
    made = function("f", [ty.U32], ty.U32, lambda n: [BROKEN[message](n), ret(get(n))])
    found = verify_function(made)
    assert any(message in finding for finding in found), found
    with pytest.raises(InternalError, match="the typed tree is wrong"):
        verify_module(typed_module([made]))


def test_sound_trees_pass() -> None:
    loop = tt.Loop(SPAN, None, [tt.Break(SPAN)], [], [])
    made = function("f", [ty.U32], ty.U32, lambda n: [loop, put_sum(n, get(n)), ret(get(n))])
    assert verify_function(made) == []
