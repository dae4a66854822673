"""Scripts of the specification's suite on the engine in the machine, compared with the host's.

The whole suite takes machines a while: `pykern wasm spec --vm`.
"""

from __future__ import annotations

from collections import Counter
from enum import IntEnum
from pathlib import Path

import pytest

from kernel_src.limits import VIRTUAL_RANGES_MAX
from kernel_src.selftest import spec_format
from pykern.wasm import stream
from pykern.wasm.engine import Engine
from pykern.wasm.runner import FileResult, run_script
from pykern.wasm.stream import REFUSED_TEXT, Stream
from pykern.wasm.vm_suite import run_batch, run_in_machines
from tests.support.built import Built
from tests.support.wast import REPOSITORY, spec_folder

FILES = [
    "align.wast",
    "bulk.wast",
    "call_indirect.wast",
    "const.wast",
    "conversions.wast",
    "elem.wast",
    "f64.wast",
    "i64.wast",
    "imports.wast",
    "linking.wast",
    "memory_grow.wast",
    "memory_trap.wast",
    "return_call.wast",
    "start.wast",
]

WRONG = {
    "result": (
        '(module (func (export "f") (result i32) (i32.const 1)))'
        '(assert_return (invoke "f") (i32.const 2))', "result 0 is 0x1"),
    "nan": (
        '(module (func (export "f") (result f32) (f32.const nan:0x1)))'
        '(assert_return (invoke "f") (f32.const nan:canonical))', "result 0 is 0x7f800001"),
    "no_trap": (
        '(module (func (export "f"))) (assert_trap (invoke "f") "unreachable")', "does not trap"),
    "trap": ('(module (func (export "f") unreachable)) (invoke "f")', "traps with unreachable"),
    "other_trap": (
        '(module (func (export "f") unreachable))'
        '(assert_trap (invoke "f") "integer overflow")', "not integer overflow"),
    "valid": ('(assert_invalid (module (func)) "type mismatch")', "is accepted"),
    "invalid": (
        '(assert_malformed (module binary "\\00asm\\01\\00\\00\\00\\08\\01\\00") "x")', "INVALID"),
    "linked": ('(assert_unlinkable (module (func)) "unknown import")', "is instantiated"),
    "unlinked": ('(module (import "a" "b" (func)))', "unknown import"),
    "no_function": (
        '(module (func (export "f"))) (assert_return (invoke "g"))', "there is no function g"),
    "no_module": ('(module) (invoke $m "f")', "$m"),
}  # fmt: skip


@pytest.mark.parametrize("name", ["Op", "Action", "Match"])
def test_both_sides_use_the_same_numbers(name: str) -> None:
    ours: type[IntEnum] = getattr(stream, name)
    theirs = getattr(spec_format, name)
    assert len(ours) == len([key for key in vars(theirs) if key.isupper()])
    for member in ours:
        assert getattr(theirs, member.name).value == member.value


def test_both_sides_have_the_same_number_of_slots() -> None:
    assert stream.SLOTS_MAX == spec_format.SLOTS_MAX < VIRTUAL_RANGES_MAX


def test_the_machine_agrees_with_the_host(built_tests: Built) -> None:
    folder = spec_folder()
    engine = Engine(REPOSITORY)
    scripts = [folder / name for name in FILES]
    results = run_in_machines(built_tests.kernel, folder, 1, scripts=scripts)
    assert [result.file for result in results] == FILES
    for result in results:
        assert not result.problems
        assert as_on_host(result) == run_script(engine, folder / result.file, result.file)


def as_on_host(result: FileResult) -> FileResult:
    """The host counts the texts that the assembler refuses as passed."""
    refused = result.reasons[REFUSED_TEXT]
    reasons = Counter({k: n for k, n in result.reasons.items() if k != REFUSED_TEXT})
    passed, skipped = result.passed + refused, result.skipped - refused
    return FileResult(result.file, result.commands, passed, result.failed, skipped, reasons)


def test_wrong_scripts_fail(built_tests: Built, tmp_path: Path) -> None:
    for name, (script, _) in WRONG.items():
        (tmp_path / f"{name}.wast").write_text(script)
    results = run_in_machines(built_tests.kernel, tmp_path, 1)
    assert {result.file for result in results} == {f"{name}.wast" for name in WRONG}
    for result in results:
        _, problem = WRONG[result.file.removesuffix(".wast")]
        assert result.failed == 1, result.file
        assert problem in result.problems[0]


def test_a_panic_is_the_failure_of_one_script(built_tests: Built, tmp_path: Path) -> None:
    script = tmp_path / "one.wast"
    script.write_text('(module (func (export "f"))) (invoke "f")')
    streams = {name: Stream(script) for name in ("a", "b", "c")}
    streams["b"].parts[-1] = streams["b"].parts[-1][:-1]
    first, second, third = run_batch(built_tests.kernel, streams)
    assert (first.passed, second.failed, third.passed) == (2, 2, 2)
    assert "PANIC" in second.problems[0]
