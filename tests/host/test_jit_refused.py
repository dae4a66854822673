"""What the engine does not have is refused by the feature's name, at the offset where it is met."""

from __future__ import annotations

import pytest

from pykern.wasm.engine import Refusal, Refused
from tests.support.wasm_store import engine

HEADER = b"\0asm\1\0\0\0"


def section(number: int, content: bytes) -> bytes:
    return bytes([number, len(content)]) + content


def body(code: bytes) -> tuple[bytes, int]:
    """A module with one function, and the offset of `code`, which its body begins with."""
    before = HEADER + section(1, b"\1\x60\0\0") + section(3, b"\1\0")
    function = b"\0" + code + b"\x0b"
    whole = before + section(10, b"\1" + bytes([len(function)]) + function)
    return whole, len(before) + 5


def declared(number: int, content: bytes, at: int) -> tuple[bytes, int]:
    """A module with one section, and the offset of byte `at` of its content."""
    return HEADER + section(number, content), len(HEADER) + 2 + at


CASES = {
    "v128.const": (body(b"\xfd\x0c" + bytes(16)), "fixed-width SIMD"),
    "i8x16.relaxed_swizzle": (body(b"\xfd\x80\x02"), "relaxed SIMD"),
    "a vector type": (declared(1, b"\1\x60\1\x7b\0", 3), "fixed-width SIMD"),
    "i32.atomic.load": (body(b"\xfe\x10\2\0"), "threads and atomics"),
    "a shared memory": (declared(5, b"\1\3\1\1", 1), "threads and atomics"),
    "try_table": (body(b"\x1f\x40\0\x0b"), "exceptions"),
    "throw": (body(b"\x08\0"), "exceptions"),
    "try": (body(b"\x06\x40\x0b"), "exceptions"),
    "a tag section": (declared(13, b"\1\0\0", 0), "exceptions"),
    "exnref": (declared(1, b"\1\x60\1\x69\0", 3), "exceptions"),
    "a 64-bit memory": (declared(5, b"\1\4\1", 1), "64-bit memories and tables"),
    "a 64-bit table": (declared(4, b"\1\x70\4\1", 2), "64-bit memories and tables"),
    "call_ref": (body(b"\x14\0"), "typed function references"),
    "return_call_ref": (body(b"\x15\0"), "typed function references"),
    "(ref 0)": (declared(1, b"\1\x60\1\x64\0\0", 3), "typed function references"),
    "struct.new": (body(b"\xfb\0\0"), "garbage-collected types"),
    "anyref": (declared(1, b"\1\x60\1\x6e\0", 3), "garbage-collected types"),
    "a structure type": (declared(1, b"\1\x5f\0", 1), "garbage-collected types"),
    "a page size": (declared(5, b"\1\x08\1\0", 1), "custom page sizes"),
    "i64.add128": (body(b"\xfc\x13"), "wide arithmetic"),
    "a component": ((b"\0asm\x0d\0\1\0", 4), "components"),
}  # fmt: skip
INSTRUCTIONS = {
    "v128.const", "i8x16.relaxed_swizzle", "i32.atomic.load", "try_table", "throw", "try",
    "call_ref", "return_call_ref", "struct.new", "i64.add128",
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_refused(name: str) -> None:
    (module, offset), feature = CASES[name]
    with pytest.raises(Refused) as caught:
        engine().validate(module)
    assert caught.value.refusal == Refusal.UNSUPPORTED
    text = str(caught.value)
    assert f"{feature} is not supported" in text or f"{feature} are not supported" in text
    assert text.endswith(f"(at offset {offset:#x})")
    if name in INSTRUCTIONS:
        assert f"{name}: " in text
