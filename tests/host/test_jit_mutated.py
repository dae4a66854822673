"""Mutated modules: the compiler compiles them or refuses them; it never panics and never hangs.

Most mutations break a module before anything is compiled, so they are made of random modules that
are mostly function bodies, a few bytes at a time.
"""

from __future__ import annotations

import os
import random

import pytest
import wasmtime

from pykern.wasm.fuzz.generate import Module
from pykern.wasm.fuzz.mutate import mutate
from tests.support.jit import Refused, compile_module

COUNT = int(os.environ.get("PYKERN_JIT_MUTATIONS", "400"))
SOURCES = 8


@pytest.mark.parametrize("source", range(SOURCES))
def test_mutated_modules(source: int) -> None:
    chance = random.Random(source)
    binary = bytes(wasmtime.wat2wasm(Module(100 + source).text))
    compiled = refused = 0
    for _ in range(COUNT // SOURCES):
        try:
            compile_module(mutate(binary, chance))
            compiled += 1
        except Refused:
            refused += 1
    assert compiled > 0
    assert refused > 0


@pytest.mark.parametrize("cut", range(1, 12))
def test_bodies_that_end_early(cut: int) -> None:
    """The scan for a loop's locals runs ahead of the validator, over bytes that may be anything."""
    text = """(module (func (param i32) (local i64)
      (loop (local.set 0 (i32.const 0x7fffffff)) (br_if 0 (local.get 0)))))"""
    binary = bytearray(wasmtime.wat2wasm(text))
    end = len(binary) - 1
    for at in range(end - cut, end):
        binary[at] = 0xFF
    with pytest.raises(Refused):
        compile_module(bytes(binary))
