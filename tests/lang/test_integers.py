"""The integer types under CPython, against exact arithmetic."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import pykern.lang as lang
from pykern.lang import PanicError

KINDS: list[Any] = [
    getattr(lang, name)
    for name in ("u8", "u16", "u32", "u64", "usize", "i8", "i16", "i32", "i64", "isize")
]


@st.composite
def pairs(draw: st.DrawFn) -> tuple[Any, Any]:
    """Two integers of one type, as often as not at the ends of its range."""
    kind = draw(st.sampled_from(KINDS))
    ends = st.sampled_from([kind.low, kind.low + 1, 0, 1, kind.high - 1, kind.high])
    number = st.one_of(ends, st.integers(kind.low, kind.high))
    return kind(draw(number)), kind(draw(number))


OPERATORS: list[Callable[[Any, Any], Any]] = [
    operator.add,
    operator.sub,
    operator.mul,
    operator.floordiv,
    operator.mod,
    operator.and_,
    operator.or_,
    operator.xor,
]


@given(pairs(), st.sampled_from(OPERATORS))
def test_operators_are_exact_or_panic(
    pair: tuple[Any, Any], apply: Callable[[Any, Any], Any]
) -> None:
    a, b = pair
    kind = type(a)
    try:
        exact = apply(int(a), int(b))
    except ZeroDivisionError:
        exact = kind.high + 1
    if kind.low <= exact <= kind.high:
        result = apply(a, b)
        assert result == exact and type(result) is kind
        assert type(apply(a, int(b))) is kind and type(apply(int(a), b)) is kind
    else:
        with pytest.raises(PanicError):
            apply(a, b)


@given(pairs(), st.integers(-1, 70))
def test_shifts(pair: tuple[Any, Any], count: int) -> None:
    value, kind = pair[0], type(pair[0])
    if count >= 0:
        assert lang.wrapping_shl(value, count) == kind.wrapped(int(value) << count)
    if not 0 <= count < kind.width:
        for shift in (operator.lshift, operator.rshift):
            with pytest.raises(PanicError):
                shift(value, count)
        return
    assert value >> count == int(value) >> count
    if kind.low <= int(value) << count <= kind.high:
        assert value << count == int(value) << count
    else:
        with pytest.raises(PanicError):
            value << count


@given(pairs())
def test_wrapping_and_checked_agree(pair: tuple[Any, Any]) -> None:
    a, b = pair
    for wrap, check, exact in (
        (lang.wrapping_add, lang.checked_add, int(a) + int(b)),
        (lang.wrapping_sub, lang.checked_sub, int(a) - int(b)),
        (lang.wrapping_mul, lang.checked_mul, int(a) * int(b)),
    ):
        low, overflow = check(a, b)
        assert wrap(a, b) == low
        assert (int(low) - exact) % (1 << type(a).width) == 0
        assert overflow == (low != exact)


@given(pairs())
def test_bits(pair: tuple[Any, Any]) -> None:
    value, kind = pair[0], type(pair[0])
    assert ~value == ~int(value) if kind.signed else ~value == kind.high - value
    unsigned = int(value) % (1 << kind.width)
    assert lang.bitcast(kind, lang.bitcast(KINDS[KINDS.index(kind) % 5], value)) == value
    if not kind.signed:
        digits = f"{unsigned:0{kind.width}b}"
        assert lang.clz(value) == len(digits) - len(digits.lstrip("0"))
        assert lang.ctz(value) == len(digits) - len(digits.rstrip("0"))
        assert lang.popcount(value) == digits.count("1")
        assert f"{lang.rotl(value, 3):0{kind.width}b}" == digits[3:] + digits[:3]
        assert lang.rotr(lang.rotl(value, 5), 5) == value
        assert lang.bswap(lang.bswap(value)) == value


@given(st.integers(0, 2**64 - 1), st.integers(0, 2**64 - 1))
def test_mul_wide(a: int, b: int) -> None:
    low, high = lang.mul_wide(a, b)
    assert int(low) + (int(high) << 64) == a * b


@pytest.mark.parametrize(
    ("left", "right", "common"),
    [
        ("u8", "u32", "u32"),
        ("u32", "i64", "i64"),
        ("u32", "usize", "usize"),
        ("i8", "i16", "i16"),
        ("u32", "i32", None),
        ("u64", "i64", None),
    ],
)
def test_two_types_meet_in_the_one_that_holds_both(
    left: str, right: str, common: str | None
) -> None:
    a, b = getattr(lang, left)(1), getattr(lang, right)(2)
    if common is None:
        with pytest.raises(TypeError, match="neither"):
            a + b
    else:
        assert type(a + b).__name__ == type(b + a).__name__ == common


def test_conversions() -> None:
    kinds: Any = lang
    assert kinds.u8(255) == 255 and kinds.u8(True) == 1 and kinds.i32(-1.9) == -1
    for value in (256, -1, 1e10, float("nan"), float("inf")):
        with pytest.raises(PanicError, match="does not fit u8"):
            kinds.u8(value)
    assert kinds.truncate(kinds.u8, kinds.u32(0x1FF)) == 0xFF
    assert kinds.truncate(kinds.i8, 0xFF) == -1
    assert kinds.bitcast(kinds.u32, kinds.f32(1.0)) == 0x3F80_0000
    assert kinds.bitcast(kinds.f64, kinds.u64(0x3FF0_0000_0000_0000)) == 1.0
    assert kinds.f32(0.1) + kinds.f32(0.2) == kinds.f32(0.1 + 0.2)


def test_a_literal_alone_has_no_width() -> None:
    for function in (lang.wrapping_add, lang.checked_mul):
        with pytest.raises(TypeError, match="which width"):
            function(1, 2)
    with pytest.raises(TypeError, match="'/' is for floats"):
        lang.u8(1) / 2
