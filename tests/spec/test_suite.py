"""The WebAssembly specification's test suite on the kernel's engine: every command of every file.

What has once passed must go on passing: `PASSED_LEAST` is raised when a feature is added. A command
may be skipped only for want of what is listed here.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from pykern.wasm.engine import Engine
from pykern.wasm.runner import FileResult
from pykern.wasm.suite import as_json, run_suite, scripts_of
from tests.support.wast import REPOSITORY, spec_folder

PASSED_LEAST = 36_400
MISSING = {
    "64-bit memories and tables",
    "components",
    "custom page sizes",
    "exceptions",
    "fixed-width SIMD",
    "garbage-collected types",
    "relaxed SIMD",
    "superseded: multiple memories are allowed",
    "superseded: multiple tables are allowed",
    "threads and atomics",
    "typed function references",
    "wide arithmetic",
}


def test_every_command_of_every_file(record_property: Callable[[str, object], None]) -> None:
    """One test, since the suite is run once for all that is asked about it."""
    folder = spec_folder()
    results = run_suite(Engine(REPOSITORY), folder, os.cpu_count() or 1)
    passed = sum(result.passed for result in results)
    record_property("count of commands of the specification suite passed", passed)

    problems = [f"{result.file}: {line}" for result in results for line in result.problems]
    assert not problems, "\n".join(problems)
    assert [folder / result.file for result in results] == scripts_of(folder)
    assert {folder / result.file for result in results} == set(folder.rglob("*.wast"))
    for result in results:
        assert 0 < result.commands == result.passed + result.skipped, result.file
        assert sum(result.reasons.values()) == result.skipped, result.file
    assert unknown_reasons(results) == set()
    assert passed >= PASSED_LEAST
    rows = json.loads(json.dumps(as_json(results)))["files"]
    keys = ["file", "commands", "passed", "failed", "skipped", "reasons"]
    assert all(list(row) == keys for row in rows)


def unknown_reasons(results: list[FileResult]) -> set[str]:
    reasons = {reason for result in results for reason in result.reasons}
    return reasons - MISSING


@pytest.mark.parametrize(
    ("script", "problem"),
    [
        ('(module (func (export "f") (result i32) (i32.const 1)))'
         '(assert_return (invoke "f") (i32.const 2))', "not"),
        ('(module (func (export "f"))) (assert_trap (invoke "f") "unreachable")', "does not trap"),
        ('(module (func (export "f") unreachable)) (invoke "f")', "unreachable"),
        ('(assert_invalid (module (func)) "type mismatch")', "is accepted"),
        ('(assert_malformed (module binary "\\00asm\\01\\00\\00\\00") "x")', "is accepted"),
        ('(assert_unlinkable (module (func)) "unknown import")', "is linked"),
        ('(module (import "a" "b" (func)))', "unknown import"),
        ('(module (func (export "f"))) (assert_return (invoke "g"))', "g"),
    ],
)  # fmt: skip
def test_a_wrong_script_fails(tmp_path: Path, script: str, problem: str) -> None:
    (tmp_path / "wrong.wast").write_text(script)
    (result,) = run_suite(Engine(REPOSITORY), tmp_path, 1)
    assert result.failed == 1
    assert problem in result.problems[0]
