"""gdb speaks of the kernel in Python's files, lines, names and values."""

from __future__ import annotations

import ast
import shutil
from pathlib import Path

import pytest

from pykern.exit_status import ExitStatus
from tests.support.built import Built
from tests.support.command import pykern

pytestmark = pytest.mark.skipif(shutil.which("gdb") is None, reason="gdb is not installed")

FAULTS = Path("kernel_src/selftest/faults.py")


def line_of(file: Path, function: str) -> int:
    """The first line of a function's body, docstring aside."""
    tree = ast.parse(file.read_text())
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and node.name == function:
            body = node.body[1:] if ast.get_docstring(node) else node.body
            return body[0].lineno
    raise AssertionError(f"{file} has no function {function}")


def debug(built: Built, folder: Path, commands: list[str], append: str) -> str:
    script = folder / "script.gdb"
    script.write_text("\n".join(commands) + "\n")
    result = pykern(
        "debug",
        *("--kernel", built.kernel, "--initrd", built.initrd),
        *("--append", append, "--batch", "-x", script),
    )
    assert result.status == ExitStatus.DONE, result.stdout + result.stderr
    return result.stdout


def test_a_line_a_local_and_a_backtrace(
    built_tests: Built, project_root: Path, tmp_path: Path
) -> None:
    line = line_of(project_root / FAULTS, "inner")
    text = debug(
        built_tests,
        tmp_path,
        [f"break {FAULTS}:{line}", "continue", "print number", "backtrace"],
        "selftest=panic",
    )
    assert "$1 = 7" in text  # five letters in "panic", and one added by each of two callers
    frames = [part.split(" (", 1)[0] for part in text.splitlines() if part.startswith("#")]
    names = [frame.split()[-1].rsplit(".", 1)[-1] for frame in frames]
    assert names[:6] == ["inner", "middle", "outer", "go_wrong", "run", "kmain"]
    assert f"{FAULTS}:{line}" in text


def test_a_field_of_a_struct(built: Built, project_root: Path, tmp_path: Path) -> None:
    text = debug(
        built,
        tmp_path,
        [
            "break kernel_src.server.bundle.open_initrd",
            "continue",
            "print info->initrd_end > info->initrd_start",
            "ptype info",
        ],
        "",
    )
    assert "$1 = 1" in text
    assert "initrd_start" in text.split("$1 = ", 1)[1]
