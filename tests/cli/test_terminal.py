"""Colours and progress appear on a terminal, and nowhere else."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.command import PATIENCE_SECONDS, pykern

WRONG = '"""A sample."""\nfrom __future__ import annotations\n\nx = y\n'


def on_a_terminal(arguments: list[str | Path], variables: dict[str, str]) -> str:
    """All that a command shows on a terminal."""
    master, terminal = pty.openpty()
    plain = {name: value for name, value in os.environ.items() if name != "NO_COLOR"}
    process = subprocess.Popen(
        [sys.executable, "-m", "pykern", *map(str, arguments)],
        stdin=terminal,
        stdout=terminal,
        stderr=terminal,
        env={**plain, "TERM": "xterm", **variables},
    )
    os.close(terminal)
    shown = bytearray()
    try:
        while piece := os.read(master, 4096):
            shown += piece
    except OSError:
        pass  # Linux reports the end of a terminal as an error
    process.wait(PATIENCE_SECONDS)
    os.close(master)
    return shown.decode()


@pytest.fixture
def wrong(tmp_path: Path) -> Path:
    file = tmp_path / "wrong.py"
    file.write_text(WRONG)
    return file


def test_a_terminal_gets_colours_and_a_progress_line_that_goes(wrong: Path) -> None:
    shown = on_a_terminal(["check", wrong], {})
    assert "\x1b[1;31merror[PK" in shown
    assert "\r\x1b[Kcheck" in shown
    assert "\r\x1b[K\x1b[1m" in shown  # the line is cleared before the first diagnostic


@pytest.mark.parametrize("variables", [{"NO_COLOR": "1"}, {"TERM": "dumb"}])
def test_colours_can_be_declined(wrong: Path, variables: dict[str, str]) -> None:
    assert "\x1b[1;31m" not in on_a_terminal(["check", wrong], variables)


def test_a_pipe_gets_plain_text(wrong: Path) -> None:
    result = pykern("check", wrong)
    assert "error[PK" in result.stdout
    assert "\x1b" not in result.stdout + result.stderr
    assert "\r" not in result.stdout + result.stderr
