"""Arithmetic of the lowering against Python's own, at the ends of every range."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from compiler import typed_tree as tt
from compiler import types as ty
from tests.support.typed import SPAN, Loaded, binary, both_ways, function, get, num, ret

INTEGERS = [ty.U8, ty.I8, ty.U16, ty.I16, ty.U32, ty.I32, ty.U64, ty.I64]
OVERFLOW, SHIFT, DIVISION, CONVERSION = 0, 1, 2, 3
MODES: list[tt.Mode] = ["checked", "wrapping", "unchecked"]
WORDS = {"+": "add", "-": "sub", "*": "mul", "//": "div", "%": "mod", "<<": "shl", ">>": "shr"}


def interesting(type: ty.IntType) -> list[int]:
    near = [
        type.min,
        type.min + 1,
        -7,
        -2,
        -1,
        0,
        1,
        2,
        3,
        7,
        type.max // 2,
        type.max - 1,
        type.max,
    ]
    return sorted({n for n in near if type.holds(n)})


def wrapped(type: ty.IntType, value: int) -> int:
    low = value & ((1 << type.width) - 1)
    return low - (1 << type.width) if type.signed and low > type.max else low


def as_u64(value: int) -> int:
    return value & (1 << 64) - 1


def expected(op: str, type: ty.IntType, a: int, b: int) -> int | None:
    """Python's answer; None for division by zero."""
    if op in ("//", "%") and b == 0:
        return None
    results: dict[str, Any] = {
        "+": lambda: a + b,
        "-": lambda: a - b,
        "*": lambda: a * b,
        "//": lambda: a // b,
        "%": lambda: a % b,
    }
    return int(results[op]())


@pytest.fixture(scope="module")
def arithmetic() -> list[Loaded]:
    functions = []
    for type, op, mode in itertools.product(INTEGERS, ("+", "-", "*", "//", "%"), MODES):
        name = f"{WORDS[op]}_{type}_{mode}"
        functions.append(
            binary(
                name, type, lambda a, b, t=type, o=op, m=mode: tt.Arithmetic(t, SPAN, o, a, b, m)
            )
        )
    for type, op, mode in itertools.product(INTEGERS, ("<<", ">>"), MODES):
        functions.append(
            function(
                f"{WORDS[op]}_{type}_{mode}",
                [type, ty.U32],
                type,
                lambda a, b, t=type, o=op, m=mode: [
                    ret(tt.Arithmetic(t, SPAN, o, get(a), get(b), m))
                ],
            )
        )
    return both_ways(functions)


@pytest.mark.parametrize("type", INTEGERS, ids=str)
@pytest.mark.parametrize("op", ["+", "-", "*", "//", "%"])
def test_results_are_pythons(arithmetic: list[Loaded], type: ty.IntType, op: str) -> None:
    for loaded, mode in itertools.product(arithmetic, MODES):
        for a, b in itertools.product(interesting(type), repeat=2):
            answer = expected(op, type, a, b)
            if answer is None or (mode == "checked" and not type.holds(answer)):
                continue
            got = loaded(f"{WORDS[op]}_{type}_{mode}", a, b)
            assert got == wrapped(type, answer), (mode, a, b)


@pytest.mark.parametrize("type", INTEGERS, ids=str)
@pytest.mark.parametrize("op", ["+", "-", "*", "//"])
def test_overflow_panics(arithmetic: list[Loaded], type: ty.IntType, op: str) -> None:
    pairs = [
        (a, b)
        for a, b in itertools.product(interesting(type), repeat=2)
        if (answer := expected(op, type, a, b)) is not None and not type.holds(answer)
    ]
    assert pairs or (op == "//" and not type.signed)
    for loaded in arithmetic:
        for a, b in pairs[:3] + pairs[-3:]:
            failure = loaded.failure(f"{WORDS[op]}_{type}_checked", a, b)
            assert (failure.kind, failure.a, failure.b) == (OVERFLOW, as_u64(a), as_u64(b))
            assert (failure.operator, failure.type_name) == (op, str(type))


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("op", ["//", "%"])
def test_division_by_zero_panics_in_every_mode(
    arithmetic: list[Loaded], op: str, mode: str
) -> None:
    for loaded, type in itertools.product(arithmetic, INTEGERS):
        failure = loaded.failure(f"{WORDS[op]}_{type}_{mode}", 5, 0)
        assert (failure.kind, failure.operator, failure.type_name) == (DIVISION, op, str(type))


@pytest.mark.parametrize("type", INTEGERS, ids=str)
def test_shifts(arithmetic: list[Loaded], type: ty.IntType) -> None:
    counts = [0, 1, 3, type.width - 1]
    for loaded, a, n in itertools.product(arithmetic, interesting(type), counts):
        for mode in MODES:
            assert loaded(f"shr_{type}_{mode}", a, n) == a >> n
            if mode != "checked" or type.holds(a << n):
                assert loaded(f"shl_{type}_{mode}", a, n) == wrapped(type, a << n)


@pytest.mark.parametrize("type", INTEGERS, ids=str)
def test_shifts_too_far(arithmetic: list[Loaded], type: ty.IntType) -> None:
    for loaded, n in itertools.product(arithmetic, (type.width, 200, (1 << 32) - 1)):
        for op in ("shl", "shr"):
            failure = loaded.failure(f"{op}_{type}_checked", 1, n)
            assert (failure.kind, failure.b) == (SHIFT, n)
            assert loaded(f"{op}_{type}_unchecked", 1, n) == wrapped(
                type, 1 << n % type.width if op == "shl" else 1 >> n % type.width
            )
        assert loaded(f"shl_{type}_wrapping", 1, n) == 0
        assert loaded(f"shr_{type}_wrapping", type.min, n) == (-1 if type.signed else 0)


@pytest.mark.parametrize("type", INTEGERS, ids=str)
def test_a_bit_shifted_out_panics(arithmetic: list[Loaded], type: ty.IntType) -> None:
    for loaded in arithmetic:
        failure = loaded.failure(f"shl_{type}_checked", type.max, 1)
        assert (failure.kind, failure.a, failure.b) == (OVERFLOW, as_u64(type.max), 1)


def test_constant_divisors_need_no_zero_check() -> None:
    for divisor in (1, 3, -1, -4):
        made = function(
            "half",
            [ty.I32],
            ty.I32,
            lambda a, d=divisor: [
                ret(tt.Arithmetic(ty.I32, SPAN, "//", get(a), num(ty.I32, d), "wrapping"))
            ],
        )
        for loaded in both_ways([made]):
            for a in interesting(ty.I32):
                assert loaded("half", a) == wrapped(ty.I32, a // divisor)


def test_negation_and_inversion() -> None:
    functions = []
    for type in INTEGERS:
        functions += [
            function(
                f"neg_{type}",
                [type],
                type,
                lambda a, t=type: [ret(tt.Negate(t, SPAN, get(a), "checked"))],
            ),
            function(
                f"inv_{type}", [type], type, lambda a, t=type: [ret(tt.Invert(t, SPAN, get(a)))]
            ),
        ]
    for loaded, type in itertools.product(both_ways(functions), INTEGERS):
        for a in interesting(type):
            assert loaded(f"inv_{type}", a) == wrapped(type, ~a)
            if type.holds(-a):
                assert loaded(f"neg_{type}", a) == -a
        worst = type.min if type.signed else 1
        assert loaded.failure(f"neg_{type}", worst).kind == OVERFLOW


@pytest.mark.parametrize("source", INTEGERS, ids=str)
def test_conversions(source: ty.IntType) -> None:
    functions = [
        function(
            f"{kind}_{target}",
            [source],
            target,
            lambda a, t=target, k=kind: [ret(tt.Convert(t, SPAN, k, get(a)))],
        )
        for kind, target in itertools.product(("checked", "truncate"), INTEGERS)
    ]
    for loaded, target in itertools.product(both_ways(functions), INTEGERS):
        outside = []
        for a in interesting(source):
            assert loaded(f"truncate_{target}", a) == wrapped(target, a)
            if target.holds(a):
                assert loaded(f"checked_{target}", a) == a
            else:
                outside.append(a)
        for a in outside[:1] + outside[-1:]:
            failure = loaded.failure(f"checked_{target}", a)
            assert (failure.kind, failure.a) == (CONVERSION, as_u64(a))
            assert failure.type_name == str(target)


def test_comparisons() -> None:
    ops: list[Any] = ["==", "!=", "<", "<=", ">", ">="]
    functions = [
        binary(f"c{i}_{t}", t, lambda a, b, o=op: tt.Compare(ty.BOOL, SPAN, o, a, b))
        for t in INTEGERS
        for i, op in enumerate(ops)
    ]
    for loaded, type in itertools.product(both_ways(functions), INTEGERS):
        for a, b in itertools.product(interesting(type), repeat=2):
            results = [loaded(f"c{i}_{type}", a, b) for i in range(len(ops))]
            assert results == [a == b, a != b, a < b, a <= b, a > b, a >= b]
