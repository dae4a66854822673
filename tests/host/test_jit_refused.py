"""What the compiler does not have is refused by name and offset, and nothing else changes."""

from __future__ import annotations

import pytest
import wasmtime

from tests.support.jit import Refused, compile_module

CASES = {
    "return_call": (
        "(module (func $f) (func (return_call $f)))",
        "return_call: the compiler does not have this instruction",
    ),
    "a second memory": (
        "(module (memory 1) (memory $m 1) (func (drop (i32.load $m (i32.const 0)))))",
        "i32.load: the compiler has only the first memory",
    ),
    "copying between memories": (
        "(module (memory $a 1) (memory $b 1) (func"
        " (memory.copy $a $b (i32.const 0) (i32.const 0) (i32.const 0))))",
        "memory.copy: the compiler has only the first memory",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_refused(name: str) -> None:
    text, message = CASES[name]
    with pytest.raises(Refused) as caught:
        compile_module(text)
    reason, _, offset = str(caught.value).partition(" (at offset ")
    assert reason == message
    opcodes = {"return_call": b"\x12", "i32.load": b"\x28", "memory.copy": b"\xfc\x0a"}
    at = int(offset.rstrip(")"), 16)
    binary = bytes(wasmtime.wat2wasm(text))
    assert binary[at:].startswith(opcodes[message.split(":")[0]])


def test_the_function_after_a_refused_one_is_not_reached() -> None:
    """The first refusal ends the compilation, whatever comes later in the module."""
    with pytest.raises(Refused, match="return_call"):
        compile_module("(module (func $f) (func (return_call $f)) (func (unreachable)))")


def test_dead_code_is_not_refused() -> None:
    """It is validated, but nothing is built of it."""
    compiled = compile_module("(module (func $f) (func (return) (return_call $f)))")
    assert len(compiled.functions()) == 2
