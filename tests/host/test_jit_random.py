"""Random modules against wasmtime: results, traps, memory and globals after each call."""

from __future__ import annotations

import os

import pytest

from tests.support.jit_compare import compare
from tests.support.jit_random import Module

# How many modules to try, and from which seed on
COUNT = int(os.environ.get("PYKERN_JIT_MODULES", "200"))
FIRST = int(os.environ.get("PYKERN_JIT_SEED", "1"))
BATCH = 50


@pytest.mark.parametrize("first", range(FIRST, FIRST + COUNT, BATCH))
def test_same_as_wasmtime(first: int, capsys: pytest.CaptureFixture[str]) -> None:
    calls = traps = 0
    for seed in range(first, min(first + BATCH, FIRST + COUNT)):
        outcome = compare(Module(seed))
        assert not outcome.problem, f"seed {seed}: {outcome.problem}"
        calls += outcome.calls
        traps += outcome.traps
    assert calls > traps > 0
    with capsys.disabled():
        print(f" {calls} calls, {traps} of them trapped", end="")
