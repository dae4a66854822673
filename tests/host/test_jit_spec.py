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
    "block", "br", "br_if", "call", "fac", "forward", "i32", "i64", "if", "int_exprs",
    "int_literals", "labels", "load", "loop", "memory_copy", "memory_fill", "nop", "return",
    "stack", "store", "switch", "unwind",
}  # fmt: skip


@pytest.mark.parametrize("path", scripts(), ids=lambda path: path.stem)
def test_script(path: Path) -> None:
    outcome = Script(path).outcome
    assert not outcome.problems, "\n".join(outcome.problems[:10])
    if path.stem in WHOLE:
        assert outcome.passed > 0
        assert not outcome.skipped, outcome.skipped
