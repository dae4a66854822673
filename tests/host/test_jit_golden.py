"""Small functions through every stage, as text: tests/jit/NAME.wat must give tests/jit/NAME.txt.

With PYKERN_UPDATE_GOLDEN=1 the expected texts are written anew; review the difference.
"""

from __future__ import annotations

import os
from pathlib import Path

import capstone
import pytest

from tests.support.jit import Compiled, compile_module

FOLDER = Path(__file__).resolve().parents[1] / "jit"
UPDATE = os.environ.get("PYKERN_UPDATE_GOLDEN") == "1"
CASES = sorted(FOLDER.glob("*.wat"))


def disassembly(compiled: Compiled) -> str:
    """The functions' code, addresses counted from each function's start."""
    machine = capstone.Cs(capstone.CS_ARCH_X86, capstone.CS_MODE_64)
    lines = []
    for function in compiled.functions():
        start, code = compiled.code_of(function.index)
        lines.append(f"function {function.index}, code")
        for insn in machine.disasm(code, 0):
            lines.append(f"{insn.address:4x}  {insn.mnemonic} {insn.op_str}".rstrip())
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_stages(case: Path) -> None:
    compiled = compile_module(case.read_text(), listing=True)
    found = compiled.listing + disassembly(compiled)
    golden = case.with_suffix(".txt")
    if UPDATE:
        golden.write_text(found)
    assert found == golden.read_text()


def test_no_orphans() -> None:
    assert CASES
    stems = {case.stem for case in CASES}
    assert {path.stem for path in FOLDER.glob("*.txt")} <= stems
