"""The WebAssembly specification's test suite on the kernel's engine: every command of every file.

What has once passed must go on passing: `PASSED_LEAST` is raised when a feature is added. A command
may be skipped only for want of what is listed here.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from pykern.wasm.engine import Engine
from pykern.wasm.runner import FileResult
from pykern.wasm.suite import as_json, run_suite, scripts_of
from tests.support.wast import REPOSITORY, spec_folder

PASSED_LEAST = 22_900
IN_THE_COMPILER = " in the compiler"
MISSING = {
    "64-bit memories and tables",
    "components",
    "custom page sizes",
    "exceptions",
    "fixed-width SIMD",
    "garbage-collected types",
    "superseded: multiple memories are allowed",
    "superseded: multiple tables are allowed",
    "threads and atomics",
    "typed function references",
    "wide arithmetic",
}


@cache
def results() -> list[FileResult]:
    return run_suite(Engine(REPOSITORY), spec_folder(), os.cpu_count() or 1)


def test_no_command_fails() -> None:
    problems = [f"{result.file}: {line}" for result in results() for line in result.problems]
    assert not problems, "\n".join(problems)
    assert sum(result.failed for result in results()) == 0


def test_no_file_is_left_out() -> None:
    folder = spec_folder()
    assert [folder / result.file for result in results()] == scripts_of(folder)
    assert {folder / result.file for result in results()} == set(folder.rglob("*.wast"))
    assert all(result.commands > 0 for result in results())


def test_every_command_is_counted_once() -> None:
    for result in results():
        assert result.passed + result.failed + result.skipped == result.commands, result.file
        assert sum(result.reasons.values()) == result.skipped, result.file


def test_what_passed_still_passes() -> None:
    passed = sum(result.passed for result in results())
    assert passed >= PASSED_LEAST, f"{passed} commands pass"


def test_skips_are_for_known_features() -> None:
    reasons: Counter[str] = Counter()
    for result in results():
        reasons.update(result.reasons)
    unknown = {
        reason: count
        for reason, count in reasons.items()
        if reason not in MISSING and not reason.endswith(IN_THE_COMPILER)
    }
    assert not unknown


def test_the_table_as_json() -> None:
    rows = json.loads(json.dumps(as_json(results())))["files"]
    keys = ["file", "commands", "passed", "failed", "skipped", "reasons"]
    assert all(list(row) == keys for row in rows)


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
