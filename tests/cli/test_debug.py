"""`pykern debug`: gdb is attached to a machine that has not begun."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from pykern.exit_status import ExitStatus
from tests.support.command import pykern
from tests.support.tiny_kernel import build_tiny_kernel, exit_with

pytestmark = pytest.mark.skipif(shutil.which("gdb") is None, reason="gdb is not installed")


def test_a_script_stops_at_a_symbol(tmp_path: Path) -> None:
    kernel = build_tiny_kernel(tmp_path, b"hello\n", exit_with(1))
    script = tmp_path / "stop.gdb"
    script.write_text("break _start\ncontinue\nx/i $pc\nprint $rip == (long) &_start\n")
    result = pykern("debug", "--kernel", kernel, "--batch", "-x", script)
    assert result.status == ExitStatus.DONE, result.stderr
    assert "Breakpoint 1, " in result.stdout
    assert "$1 = 1" in result.stdout
    # gdb lets the machine go when it ends; until then nothing was printed.
    assert "hello" not in result.stdout.split("$1 = 1")[0]


def test_the_serial_port_is_shown_while_the_machine_runs(tmp_path: Path) -> None:
    kernel = build_tiny_kernel(tmp_path, b"hello\n", exit_with(1))
    script = tmp_path / "run.gdb"
    script.write_text("continue\n")
    result = pykern("debug", "--kernel", kernel, "--batch", "-x", script)
    assert "hello\n" in result.stdout


def test_a_script_that_fails_is_a_failure(tmp_path: Path) -> None:
    kernel = build_tiny_kernel(tmp_path, b"", exit_with(1))
    script = tmp_path / "wrong.gdb"
    script.write_text("frobnicate\n")
    result = pykern("debug", "--kernel", kernel, "--batch", "-x", script)
    assert result.status == ExitStatus.FAILED
    assert "frobnicate" in result.stderr
