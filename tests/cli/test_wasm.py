"""`pykern wasm`: what a person sees of the engine."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pykern.commands.wasm import COMMANDS
from pykern.exit_status import ExitStatus
from tests.support.command import pykern
from tests.support.wast import assemble

FACTORIAL = """(module
  (func $fac (export "fac") (param i64) (result i64)
    (if (result i64) (i64.eqz (local.get 0)) (then (i64.const 1))
      (else (i64.mul (local.get 0) (call $fac (i64.sub (local.get 0) (i64.const 1)))))))
  (func (export "div") (param i32 i32) (result i32) (i32.div_s (local.get 0) (local.get 1)))
  (func (export "pass") (param f32 f64) (result f64 f32) (local.get 1) (local.get 0))
  (func (export "host") (param externref) (result externref) (local.get 0)))"""


@pytest.fixture
def module(tmp_path: Path) -> Path:
    path = tmp_path / "fac.wasm"
    path.write_bytes(assemble(FACTORIAL))
    return path


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_with_an_example(name: str) -> None:
    result = pykern("wasm", name, "--help")
    assert result.status == ExitStatus.DONE
    assert f"Usage: pykern wasm {name}" in result.stdout
    assert f"Example: pykern wasm {name}" in result.stdout


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "Usage: pykern wasm"),
        (["frobnicate"], "No such command 'frobnicate'"),
        (["validate"], "FILE"),
        (["validate", "/absent"], "/absent"),
        (["run", "/"], "FILE"),
        (["run", __file__, "1"], "--invoke"),
        (["compile", "--dump", "rtl", __file__], "'ssa', 'ir', 'alloc', 'asm'"),
        (["disasm", "--function", "-1", __file__], "--function"),
        (["spec", "/absent"], "/absent"),
        (["spec", "--jobs", "0"], "--jobs"),
    ],
)
def test_wrong_usage(arguments: list[str], words: str) -> None:
    result = pykern("wasm", *arguments)
    assert result.status == ExitStatus.USAGE
    assert words in result.stderr


def test_validate(module: Path) -> None:
    result = pykern("wasm", "validate", module)
    assert (result.status, result.stdout) == (ExitStatus.DONE, f"{module}: valid\n")


def test_text_is_assembled(tmp_path: Path) -> None:
    text = tmp_path / "fac.wat"
    text.write_text(FACTORIAL)
    assert pykern("wasm", "run", text, "--invoke", "fac", "3").stdout == "6\n"
    text.write_text("(module (func (local.get 0)))")
    result = pykern("wasm", "validate", text)
    assert result.status == ExitStatus.FAILED
    assert "invalid: unknown local (at offset 0x" in result.stderr
    text.write_text("(module")
    assert pykern("wasm", "validate", text).status == ExitStatus.FAILED


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "malformed: "),
        (b"\0asm\1\0\0", "malformed: unexpected end (at offset 0x"),
        (b"\0asm\2\0\0\0", "malformed: unknown binary version"),
        (assemble("(module (func (drop (v128.const i32x4 0 0 0 0))))"), "unsupported: v128.const"),
    ],
)
def test_modules_that_are_not_taken(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "bad.wasm"
    path.write_bytes(content)
    for name in ("validate", "run"):
        result = pykern("wasm", name, path)
        assert result.status == ExitStatus.FAILED
        assert result.stderr.startswith(f"pykern: {path}: {words}")


@pytest.mark.parametrize(
    ("call", "printed"),
    [
        (["fac", "20"], "2432902008176640000\n"),
        (["div", "-7", "2"], "-3\n"),
        (["div", "0xFFFFFFFF", "1"], "-1\n"),
        (["pass", "-0x1.8p1", "nan:0x123"], "nan:0x123\n-3\n"),
        (["pass", "inf", "0.1"], "0.10000000000000001\ninf\n"),
        (["host", "null"], "externref null\n"),
    ],
)
def test_run(module: Path, call: list[str], printed: str) -> None:
    result = pykern("wasm", "run", module, "--invoke", *call)
    assert (result.status, result.stdout, result.stderr) == (ExitStatus.DONE, printed, "")


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (["fib"], "exports no function fib; it exports: fac, div, pass, host"),
        (["fac"], "fac takes 1 (i64), not 0 arguments"),
        (["fac", "1", "2"], "not 2 arguments"),
        (["fac", "one"], "one is not an i64"),
        (["div", "4294967296", "1"], "4294967296 is not an i32"),
        (["pass", "1e", "1"], "1e is not an f32"),
        (["pass", "nan:0x800000", "1"], "nan:0x800000 is not an f32"),
        (["host", "1"], "only null"),
    ],
)
def test_wrong_calls(module: Path, call: list[str], words: str) -> None:
    result = pykern("wasm", "run", module, "--invoke", *call)
    assert result.status == ExitStatus.USAGE
    assert words in result.stderr


def test_a_trap_is_told_with_its_place(module: Path) -> None:
    result = pykern("wasm", "run", module, "--invoke", "div", "1", "0")
    assert result.status == ExitStatus.FAILED
    assert f"pykern: {module}: trap: integer divide by zero\n  function 1 at offset 0x" in (
        result.stderr
    )


def test_imports_that_nobody_offers(tmp_path: Path) -> None:
    path = tmp_path / "imports.wasm"
    path.write_bytes(assemble('(module (import "env" "now" (func)))'))
    result = pykern("wasm", "run", path)
    assert result.status == ExitStatus.FAILED
    assert "unlinkable: unknown import: env.now (at offset 0x" in result.stderr


def test_a_server_runs_with_its_host_functions(tmp_path: Path) -> None:
    path = tmp_path / "server.wasm"
    path.write_bytes(
        assemble(
            """(module (import "pykern" "write" (func $write (param i32 i32)))
                 (import "pykern" "exit" (func $exit (param i32)))
                 (memory 1) (data (i32.const 8) "hello\\n")
                 (func (export "_start")
                   (call $write (i32.const 8) (i32.const 6)) (call $exit (i32.const 5))
                   unreachable))"""
        )
    )
    result = pykern("wasm", "run", path)
    assert (result.status, result.stdout, result.stderr) == (5, "hello\n", "")


@pytest.mark.parametrize(
    ("stage", "words"),
    [("ssa", "MUL.I64"), ("ir", "v9 = MUL.64"), ("alloc", "rbx"), ("asm", "imul")],
)
def test_stages_of_the_compiler(module: Path, stage: str, words: str) -> None:
    result = pykern("wasm", "compile", "--dump", stage, "--function", "0", module)
    assert result.status == ExitStatus.DONE
    assert result.lines[0] == "function 0"
    assert words in result.stdout
    whole = pykern("wasm", "compile", "--dump", stage, module)
    headings = [line for line in whole.lines if line.startswith("function ")]
    assert headings == [f"function {index}" for index in range(4)]


def test_what_was_compiled_is_summed_up(module: Path) -> None:
    result = pykern("wasm", "compile", module)
    assert f"{module}: 4 functions, {module.stat().st_size} bytes of wasm, " in result.stdout
    assert pykern("wasm", "compile", "--function", "4", module).status == ExitStatus.USAGE


def test_machine_code_names_traps_and_calls(module: Path) -> None:
    result = pykern("wasm", "disasm", module)
    assert result.status == ExitStatus.DONE
    assert ": integer divide by zero" in result.stdout
    assert ": call\n" in result.stdout
    assert ": call stack exhausted" in result.stdout


def test_spec(tmp_path: Path) -> None:
    (tmp_path / "one.wast").write_text(
        '(module (func (export "f") (result i32) (i32.const 1)))'
        '(assert_return (invoke "f") (i32.const 1))'
    )
    (tmp_path / "two.wast").write_text("(module (func (drop (v128.const i32x4 0 0 0 0))))")
    table = tmp_path / "table.json"
    result = pykern("wasm", "spec", tmp_path, "--json", table)
    assert result.status == ExitStatus.DONE
    assert result.lines[-1].split(maxsplit=1) == ["1", "fixed-width SIMD"]
    assert json.loads(table.read_text())["files"] == [
        {"file": "one.wast", "commands": 2, "passed": 2, "failed": 0, "skipped": 0, "reasons": {}},
        {"file": "two.wast", "commands": 1, "passed": 0, "failed": 0, "skipped": 1,
         "reasons": {"fixed-width SIMD": 1}},
    ]  # fmt: skip
    (tmp_path / "three.wast").write_text('(module) (invoke "g")')
    result = pykern("wasm", "spec", tmp_path)
    assert result.status == ExitStatus.FAILED
    assert "    line 1: invoke: 'g'" in result.lines


def test_spec_of_a_folder_without_scripts(tmp_path: Path) -> None:
    result = pykern("wasm", "spec", tmp_path)
    assert result.status == ExitStatus.USAGE
    assert "no .wast file in" in result.stderr
