"""Floats: Python's results bit for bit, and conversions that refuse what does not fit."""

from __future__ import annotations

import itertools
import math
import struct
from typing import Any

import pytest

from compiler import typed_tree as tt
from compiler import types as ty
from tests.support.typed import SPAN, binary, both_ways, function, get, ret

NUMBERS = [0.0, -0.0, 1.0, -1.0, 0.1, -7.5, 3.0, 1e300, -1e-300, 5e-324, 123456789.125, 2.5]
DIVISION, CONVERSION = 2, 3


def bits(value: float) -> bytes:
    return struct.pack("<d", value)


def test_division_and_remainder_are_pythons() -> None:
    ops: dict[str, Any] = {"//": "floor", "%": "mod", "/": "div"}
    functions = [
        binary(name, ty.F64, lambda a, b, o=op: tt.Arithmetic(ty.F64, SPAN, o, a, b, "checked"))
        for op, name in ops.items()
    ]
    for loaded, (a, b) in itertools.product(
        both_ways(functions), itertools.product(NUMBERS, NUMBERS)
    ):
        if b == 0:
            continue
        try:
            answer = a / b
        except OverflowError:
            answer = math.inf
        assert bits(loaded("div", a, b)) == bits(answer)
        assert bits(loaded("floor", a, b)) == bits(a // b), (a, b)
        assert bits(loaded("mod", a, b)) == bits(a % b), (a, b)
    for loaded, name in itertools.product(both_ways(functions), ops.values()):
        assert loaded.failure(name, 1.0, -0.0).kind == DIVISION


def test_min_and_max_treat_nan_as_python_does() -> None:
    functions = [
        binary(name, ty.F64, lambda a, b, n=name: tt.CallIntrinsic(ty.F64, SPAN, n, [a, b], ty.F64))
        for name in ("min", "max")
    ]
    numbers = [*NUMBERS, math.nan, math.inf]
    for loaded, (a, b) in itertools.product(
        both_ways(functions), itertools.product(numbers, numbers)
    ):
        assert bits(loaded("min", a, b)) == bits(min(a, b))
        assert bits(loaded("max", a, b)) == bits(max(a, b))


@pytest.mark.parametrize("source", [ty.F32, ty.F64], ids=str)
def test_float_to_int(source: ty.FloatType) -> None:
    targets = [ty.U8, ty.I8, ty.U32, ty.I32, ty.U64, ty.I64]
    functions = [
        function(
            f"to_{t}",
            [source],
            t,
            lambda a, t=t: [ret(tt.Convert(t, SPAN, "float_to_int", get(a)))],
        )
        for t in targets
    ]
    for loaded, target in itertools.product(both_ways(functions), targets):
        inside = [0.0, -0.5, 1.75, float(target.max // 2 + 1), float(target.min)]
        for a in inside:
            assert loaded(f"to_{target}", a) == int(a)
        for a in (float(target.max + 1), math.nan, math.inf, -math.inf, float(target.min) * 2 - 2):
            assert loaded.failure(f"to_{target}", a).kind == CONVERSION


def test_int_to_float_and_widths() -> None:
    functions = [
        function(
            "from_u64", [ty.U64], ty.F64, lambda a: [ret(_convert(ty.F64, "int_to_float", a))]
        ),
        function(
            "from_i32", [ty.I32], ty.F32, lambda a: [ret(_convert(ty.F32, "int_to_float", a))]
        ),
        function("narrow", [ty.F64], ty.F32, lambda a: [ret(_convert(ty.F32, "narrow_float", a))]),
        function("widen", [ty.F32], ty.F64, lambda a: [ret(_convert(ty.F64, "widen", a))]),
        function("raw", [ty.F64], ty.U64, lambda a: [ret(_convert(ty.U64, "bits", a))]),
    ]
    for loaded in both_ways(functions):
        assert loaded("from_u64", (1 << 64) - 1) == float((1 << 64) - 1)
        assert loaded("from_i32", -5) == -5.0
        assert loaded("narrow", 0.1) == struct.unpack("<f", struct.pack("<f", 0.1))[0]
        assert loaded("widen", 0.5) == 0.5
        assert loaded("raw", -0.0) == 1 << 63


def _convert(type: ty.Type, kind: tt.ConvertKind, variable: tt.Local) -> tt.Convert:
    return tt.Convert(type, SPAN, kind, get(variable))


@pytest.mark.parametrize("value", [0.1, -0.0, math.inf, math.nan, 1e-310])
def test_constants_keep_their_bits(value: float) -> None:
    made = function("constant", [], ty.F64, lambda: [ret(tt.FloatConst(ty.F64, SPAN, value))])
    for loaded in both_ways([made]):
        assert bits(loaded("constant")) == bits(value)
