"""The specification's scripts through the compiler, run in this process.

All commands of the scripts in `WHOLE` that run anything must pass. The others have modules that the
compiler or the linker refuses; of what is left, nothing may go wrong.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.jit_script import Script
from tests.support.wast import scripts

WHOLE = {
    "address", "align", "binary", "binary0", "block", "br", "br_if", "bulk", "call",
    "call_indirect", "comments", "const", "conversions", "custom", "endianness", "exports",
    "exports0", "f32", "f32_bitwise", "f32_cmp", "f64", "f64_bitwise", "f64_cmp", "fac",
    "float_exprs", "float_literals", "float_memory", "float_misc", "forward", "func", "i32",
    "i64", "id", "if", "imports0", "imports3", "inline-module", "int_exprs", "int_literals",
    "labels", "left-to-right", "load", "local_get", "local_set", "local_tee", "loop", "memory",
    "memory_copy", "memory_fill", "memory_init", "memory_redundancy", "memory_size",
    "memory_trap", "nop", "return", "select", "skip-stack-guard-page", "stack", "store",
    "switch", "table_fill", "table_get", "table_set", "table_size", "traps", "type",
    "unreachable", "unwind",
}  # fmt: skip


@pytest.mark.parametrize("path", scripts(), ids=lambda path: path.stem)
def test_script(path: Path) -> None:
    outcome = Script(path).outcome
    assert not outcome.problems, "\n".join(outcome.problems[:10])
    if path.stem in WHOLE:
        assert outcome.passed > 0
        assert not outcome.skipped, outcome.skipped
