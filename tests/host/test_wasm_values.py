"""Numbers of the text format: to bits, rounded once, and back."""

from __future__ import annotations

import random
import struct

import pytest

from pykern.wasm.script import assemble
from pykern.wasm.sexpr import read_forms
from pykern.wasm.values import Unknown, bits_of_text, constant, matches, show

PACKED = {"f32": ("<f", "<I"), "f64": ("<d", "<Q")}


def bits_of(kind: str, value: float) -> int:
    floats, integers = PACKED[kind]
    return int(struct.unpack(integers, struct.pack(floats, value))[0])


@pytest.mark.parametrize(
    ("kind", "text", "bits"),
    [
        ("i32", "-1", 0xFFFF_FFFF), ("i32", "0x8000_0000", 1 << 31), ("i64", "-0x1", (1 << 64) - 1),
        ("f32", "-0", 1 << 31), ("f32", "inf", 0x7F80_0000), ("f32", "nan", 0x7FC0_0000),
        ("f32", "-nan:0x1", 0xFF80_0001), ("f32", "0x1p-149", 1), ("f32", "0x1p-150", 0),
        ("f32", "0x1.8p-150", 1), ("f32", "0x1.fffffep127", 0x7F7F_FFFF),
        ("f32", "0x1.ffffffp127", 0x7F80_0000), ("f32", "1e999999999", 0x7F80_0000),
        ("f32", "1e-999999999", 0), ("f32", "0x1.fffffcp-127", 0x007F_FFFF),
        ("f32", "0x1.fffffep-127", 0x0080_0000), ("f64", "0x1p-1074", 1),
        ("f64", "0x1.fffffffffffffp1023", 0x7FEF_FFFF_FFFF_FFFF),
        # Rounded first to an f64, this would be a tie and go down
        ("f32", "0x1.000001000000001p0", 0x3F80_0001), ("f32", "0x1.000001p0", 0x3F80_0000),
    ],
)  # fmt: skip
def test_bits(kind: str, text: str, bits: int) -> None:
    assert bits_of_text(kind, text) == bits


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("i32", "4294967296"), ("i32", "-2147483649"), ("i32", ""), ("i32", "1.0"), ("i32", "1x"),
        ("i64", "0x"), ("f32", "1e"), ("f32", "."), ("f32", "nan:0x0"), ("f32", "infinity"),
        ("f32", "nan:0x800000"), ("f64", "0x1.p"), ("f64", "- 1"),
    ],
)  # fmt: skip
def test_what_is_no_number(kind: str, text: str) -> None:
    with pytest.raises(ValueError):
        bits_of_text(kind, text)


@pytest.mark.parametrize("kind", ["f32", "f64"])
def test_floats_come_back(kind: str) -> None:
    chance = random.Random(1)
    width = 32 if kind == "f32" else 64
    for _ in range(2000):
        bits = chance.getrandbits(width)
        assert bits_of_text(kind, show(kind, bits)) == bits


def test_decimals_are_pythons() -> None:
    chance = random.Random(2)
    for _ in range(1000):
        value = chance.uniform(-10, 10) * 10 ** chance.randrange(-320, 300)
        assert bits_of_text("f64", repr(value)) == bits_of("f64", value)


def test_the_assembler_agrees() -> None:
    chance = random.Random(3)
    texts = [f"{chance.randrange(10**18)}e{chance.randrange(-60, 19)}" for _ in range(300)]
    module = assemble(f"(module {' '.join(f'(global f32 (f32.const {t}))' for t in texts)})")
    for text in texts:
        assert b"\x43" + bits_of_text("f32", text).to_bytes(4, "little") + b"\x0b" in module


@pytest.mark.parametrize(
    ("pattern", "bits", "agrees"),
    [
        ("(f32.const nan:canonical)", 0x7FC0_0000, True),
        ("(f32.const nan:canonical)", 0xFFC0_0000, True),
        ("(f32.const nan:canonical)", 0x7FC0_0001, False),
        ("(f32.const nan:arithmetic)", 0x7FC0_0001, True),
        ("(f32.const nan:arithmetic)", 0x7F80_0001, False),
        ("(f32.const nan:arithmetic)", 0x7F80_0000, False),
        ("(f64.const nan:canonical)", 0xFFF8_0000_0000_0000, True),
        ("(f32.const -0)", 0, False),
        ("(ref.null extern)", 0, True),
        ("(ref.extern 0)", 0, False),
        ("(ref.extern 0)", 1, True),
        ("(ref.func)", 0, False),
        ("(ref.func)", 4096, True),
        ("(either (i32.const 1) (i32.const 2))", 2, True),
        ("(either (i32.const 1) (i32.const 2))", 3, False),
    ],
)
def test_patterns(pattern: str, bits: int, agrees: bool) -> None:
    (form,) = read_forms(pattern)
    assert matches(bits, form) is agrees


@pytest.mark.parametrize("text", ["(v128.const i32x4 0 0 0 0)", "(ref.host 1)"])
def test_values_of_features_that_are_not_there(text: str) -> None:
    (form,) = read_forms(text)
    with pytest.raises(Unknown):
        constant(form)
