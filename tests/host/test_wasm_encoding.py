"""Numbers and names in a module, byte by byte: verdicts compared with wasmtime's and Python's."""

from __future__ import annotations

import random

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.support.wasm_modules import leb128
from tests.support.wasm_verdict import Blame, disagreement, judge

HEADER = b"\0asm\1\0\0\0"


def section(id: int, content: bytes) -> bytes:
    return bytes([id]) + leb128(len(content)) + content


def function_with(body: bytes) -> bytes:
    """A module with one function of no parameters, whose body (without locals) is given."""
    code = b"\0" + body
    return (
        HEADER
        + section(1, b"\x01\x60\0\0")
        + section(3, b"\x01\0")
        + section(5, b"\x01\0\x01")
        + section(10, b"\x01" + leb128(len(code)) + code)
    )


def custom_section(name: bytes) -> bytes:
    return HEADER + section(0, leb128(len(name)) + name)


# What a number of each kind can stand in: (bytes before it, bytes after it)
PLACES = {
    "i32.const": (b"\x41", b"\x1a\x0b"),
    "i64.const": (b"\x42", b"\x1a\x0b"),
    "block type": (b"\x02", b"\x0b\x0b"),
    "label": (b"\x0c", b"\x0b"),
    "offset": (b"\x41\0\x28\x02", b"\x1a\x0b"),
    "alignment": (b"\x41\0\x28", b"\0\x1a\x0b"),
    "number after a prefix": (b"\x41\0\x41\0\x41\0\xfc", b"\0\0\x0b"),
}
ENDS = (0x00, 0x01, 0x02, 0x07, 0x08, 0x0F, 0x10, 0x3F, 0x40, 0x41, 0x70, 0x77, 0x78, 0x7E, 0x7F)


@pytest.mark.parametrize("place", PLACES)
def test_numbers_of_every_length(place: str) -> None:
    """Continued bytes of all zeros, all ones and chance, with each interesting last byte."""
    before, after = PLACES[place]
    chance = random.Random(place)
    for length in range(12):
        for last in ENDS:
            for fill in (0x80, 0xFF, None):
                start = bytes(fill or chance.randrange(0x80, 0x100) for _ in range(length))
                module = function_with(before + start + bytes([last]) + after)
                problem = disagreement(module)
                assert problem is None, f"{place} {start.hex()}{last:02x}: {problem}"


@given(st.binary(max_size=12))
@example(b"\xed\xa0\x80")
@example(b"\xc0\x80")
@example(b"\xf4\x90\x80\x80")
@example(b"\xe0\x9f\xbf")
@settings(max_examples=2000, deadline=None)
def test_names_are_utf8(name: bytes) -> None:
    try:
        name.decode("utf-8")
        expected = Blame.VALID
    except UnicodeDecodeError:
        expected = Blame.MALFORMED
    assert judge(custom_section(name)).blame == expected


def test_every_two_byte_sequence_and_every_lead() -> None:
    for lead in range(0x80, 0x100):
        for second in (0x7F, *range(0x80, 0xC1), 0xFF):
            for rest in (b"", b"\x80", b"\x80\xbf"):
                name = bytes([lead, second]) + rest
                try:
                    name.decode("utf-8")
                    expected = Blame.VALID
                except UnicodeDecodeError:
                    expected = Blame.MALFORMED
                assert judge(custom_section(name)).blame == expected, name


@given(st.binary(min_size=1, max_size=30))
@settings(max_examples=2000, deadline=None)
def test_random_bodies_get_wasmtimes_verdict(body: bytes) -> None:
    assert disagreement(function_with(body + b"\x0b")) is None
