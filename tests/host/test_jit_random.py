"""Random and damaged modules against wasmtime, a bounded part of what `pykern wasm fuzz` does."""

from __future__ import annotations

import os

import pytest

from pykern.wasm.fuzz.compare import compare
from pykern.wasm.fuzz.run import Total, module_of, run_batch
from tests.support.jit import compile_module
from tests.support.wasm_store import engine

# How many modules to try, and from which seed on
COUNT = int(os.environ.get("PYKERN_JIT_MODULES", "200"))
FIRST = int(os.environ.get("PYKERN_JIT_SEED", "1"))
BATCH = 50
ROUNDS = 3


@pytest.mark.parametrize("first", range(FIRST, FIRST + COUNT, BATCH))
def test_same_as_wasmtime(first: int, capsys: pytest.CaptureFixture[str]) -> None:
    calls = traps = 0
    for seed in range(first, min(first + BATCH, FIRST + COUNT)):
        compile_module(module_of(seed))  # with the verifier and the allocation checker
        outcome = compare(engine(), seed, ROUNDS)
        assert not outcome.problem, f"seed {seed}: {outcome.problem}"
        calls += outcome.calls
        traps += outcome.traps
    assert calls > traps > 0
    with capsys.disabled():
        print(f" {calls} calls, {traps} of them trapped", end="")


def test_a_crash_is_reported_with_its_seed(monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(*arguments: object) -> None:
        os._exit(7)

    monkeypatch.setattr("pykern.wasm.fuzz.run.SEEDS_OF_BATCH", 2)
    monkeypatch.setattr("pykern.wasm.fuzz.run.try_seed", crash)
    total = Total()
    run_batch(engine(), 5, total)
    assert [finding.seed for finding in total.findings] == [5, 6]
    assert all("ended with 7" in finding.text for finding in total.findings)
    assert total.findings[0].module == module_of(5)
