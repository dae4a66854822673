"""Keyword arguments in another order than the parameters: evaluated as they are written.

    point(y=first(), x=second())     calls `first`, then `second`

The typed tree has arguments in the order of the parameters, in which they are evaluated. So the
first of them works out all, into hidden locals, and the others are read from there.
"""

from __future__ import annotations

from typing import TypeVar

from compiler import syntax_tree as st
from compiler import typed_tree as tt
from compiler.check import escape
from compiler.check.body import Body
from compiler.types import FORMAT

CONSTANTS = (
    tt.IntConst | tt.BoolConst | tt.FloatConst | tt.StrConst | tt.BytesConst | tt.NullConst
    | tt.ZeroConst | tt.FunctionAddress
)  # fmt: skip

Given = TypeVar("Given", tt.Expr, tt.Expr | tt.Initializer)


def in_written_order(
    body: Body, args: list[st.Argument], arguments: list[st.Expr], checked: list[Given]
) -> list[Given]:
    """`args` are as written; `arguments`, and what they were `checked` to be, as declared."""
    at = [next(i for i, a in enumerate(arguments) if a is argument.value) for argument in args]
    moved = [i for i in at if _may_be_moved(checked[i])]
    if moved == sorted(moved) or body.function is None:
        return checked
    result = list(checked)
    lets: list[tt.Stmt] = []
    for index in moved:
        value = checked[index]
        assert isinstance(value, tt.Expr)
        local = body.hidden_local(value.type, value.span)
        escape.taint_local(body, local, value)
        lets.append(tt.Let(value.span, local, value))
        result[index] = tt.Load(
            value.type, value.span, tt.LocalPlace(value.type, value.span, local)
        )
    first = result[min(moved)]
    assert isinstance(first, tt.Expr)
    result[min(moved)] = tt.Sequence(first.type, first.span, lets, first)
    return result


def _may_be_moved(value: tt.Expr | tt.Initializer) -> bool:
    """Not what is the same at any time, and not what only exists where it is used."""
    return isinstance(value, tt.Expr) and value.type != FORMAT and not isinstance(value, CONSTANTS)
