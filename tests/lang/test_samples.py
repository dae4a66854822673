"""Dialect files as mypy, ruff and CPython see them.

`samples` uses every construct of `docs/language.md`: nothing may be reported, each file imports.
`broken` has mistakes, and the report expected for each in a comment on its line.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from compiler.build.units import Progress
from compiler.diagnostics import render
from pykern.checking import check

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
SAMPLES = sorted((HERE / "samples").glob("*.py"))
BROKEN = HERE / "broken" / "mistakes.py"

REPORT = re.compile(r"^[^:]+:(\d+): error: (.*)$", re.MULTILINE)


def run(*command: str | Path, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "MYPYPATH": str(ROOT)}
    return subprocess.run(
        [sys.executable, *command], cwd=cwd, capture_output=True, text=True, env=environment
    )


def mypy(cache: Path, *paths: Path, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    config = ROOT / "pyproject.toml"
    return run("-m", "mypy", "--config-file", config, "--cache-dir", cache, *paths, cwd=cwd)


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("mypy")


def test_mypy_reports_nothing_false(cache: Path) -> None:
    result = mypy(cache, *SAMPLES)
    assert result.returncode == 0, result.stdout + result.stderr


def test_mypy_sees_the_same_through_its_cache(cache: Path, tmp_path: Path) -> None:
    """A module whose import has changed is parsed again, though it is itself unchanged."""
    used, user = tmp_path / "used.py", tmp_path / "user.py"
    head = "from __future__ import annotations\nfrom pykern.lang import TypeVar, sizeof, usize\n"
    user.write_text(
        f"{head}from used import number\nT = TypeVar('T')\n"
        "def size(first: T) -> usize:\n    return sizeof(T) + number()\n"
    )
    for result_type in ("usize", "bool"):
        used.write_text(f"{head}def number() -> {result_type}:\n    return True\n")
        result = mypy(cache, user, cwd=tmp_path)
        assert result.returncode == 0, result.stdout + result.stderr


def test_mypy_sees_mistakes(cache: Path) -> None:
    reported: dict[int, list[str]] = {}
    for line, message in REPORT.findall(mypy(cache, BROKEN).stdout):
        reported.setdefault(int(line), []).append(message)
    expected = {
        number: line.partition("  # ")[2]
        for number, line in enumerate(BROKEN.read_text().splitlines(), 1)
        if "  # " in line
    }
    assert len(expected) > 40
    for number, part in expected.items():
        assert any(part in message for message in reported.get(number, [])), (
            f"line {number}: expected {part!r}, reported {reported.get(number)}"
        )
    assert sorted(reported) == sorted(expected)


def test_ruff_passes() -> None:
    result = run("-m", "ruff", "check", "--no-cache", *SAMPLES)
    assert result.returncode == 0, result.stdout


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: path.stem)
def test_sample_imports_under_cpython(sample: Path) -> None:
    """Each in its own process, so that each of two modules in a circle is once the first."""
    result = run("-c", f"import tests.lang.samples.{sample.stem}")
    assert result.returncode == 0, result.stderr


def test_the_compiler_accepts_the_samples() -> None:
    found = check(ROOT, SAMPLES, Progress())
    assert not found, "\n".join(render(diagnostic, colour=False) for diagnostic in found)
