"""Arithmetic of floats, with Python's results.

`+ - * /` are IEEE 754's, rounded once. `//` and `%` are computed as CPython computes them, from the
exact remainder, and f32 by way of f64. Division by zero panics as it raises in Python.
"""

from __future__ import annotations

from compiler.lower.checks import Check, fail_if
from compiler.lower.emit import Value
from compiler.lower.state import FunctionState
from compiler.lower.types import F64
from compiler.typed_tree import Arithmetic

WORDS = {"+": "fadd", "-": "fsub", "*": "fmul", "/": "fdiv"}
NOTHING, ONE, HALF = (Value(F64, text) for text in ("0.0", "1.0", "0.5"))


def float_arithmetic(f: FunctionState, node: Arithmetic, left: Value, right: Value) -> Value:
    if node.op in ("/", "//", "%"):
        by_zero = f.e.fcmp("oeq", right, Value(right.type, "0.0"))
        fail_if(f, by_zero, Check.DIVISION, node.span, (), node.op, node.type)
    if node.op in WORDS:
        return f.e.binary(WORDS[node.op], left, right)
    narrow = left.type
    if narrow != F64:
        left, right = f.e.cast("fpext", left, F64), f.e.cast("fpext", right, F64)
    remainder, quotient = _divmod(f, left, right)
    result = quotient if node.op == "//" else remainder
    return result if narrow == F64 else f.e.cast("fptrunc", result, narrow)


def _divmod(f: FunctionState, left: Value, right: Value) -> tuple[Value, Value]:
    """CPython's `float_divmod`: remainder with the sign of the divisor, and the floor of the
    quotient.
    """
    e = f.e
    exact = e.binary("frem", left, right)
    quotient = e.binary("fdiv", e.binary("fsub", left, exact), right)
    some = e.fcmp("une", exact, NOTHING)
    signs_differ = e.binary("xor", e.fcmp("olt", right, NOTHING), e.fcmp("olt", exact, NOTHING))
    adjust = e.binary("and", some, signs_differ)
    moved = e.select(adjust, e.binary("fadd", exact, right), exact)
    remainder = e.select(some, moved, _function(f, "copysign", NOTHING, right))
    quotient = e.select(adjust, e.binary("fsub", quotient, ONE), quotient)
    down = _function(f, "floor", quotient)
    too_low = e.fcmp("ogt", e.binary("fsub", quotient, down), HALF)
    rounded = e.select(too_low, e.binary("fadd", down, ONE), down)
    signed_zero = _function(f, "copysign", NOTHING, e.binary("fdiv", left, right))
    whole = e.select(e.fcmp("une", quotient, NOTHING), rounded, signed_zero)
    return remainder, whole


def _function(f: FunctionState, name: str, *operands: Value) -> Value:
    parameters = ", ".join(["double"] * len(operands))
    return f.e.call(F64, f.module.intrinsic(f"llvm.{name}.f64", "double", parameters), operands)
