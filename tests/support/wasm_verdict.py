"""The verdicts of `pykern.wasm.fuzz.verdict` with the validator in the test process."""

from __future__ import annotations

from pykern.wasm.fuzz.verdict import Blame, Judge, Verdict, wasmtime_refusal
from tests.support.host import host_program

__all__ = ["Blame", "Verdict", "disagreement", "judge", "wasmtime_refusal"]

_judge = Judge(host_program("kernel_src.wasm.check").module("kernel_src.wasm.check"))
judge = _judge.judge
disagreement = _judge.disagreement
