"""Runs the pykern command as a user would, in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

PATIENCE_SECONDS = 120  # after which a command counts as hung


@dataclass(frozen=True)
class Result:
    """What a command did."""

    status: int
    stdout: str
    stderr: str

    @property
    def lines(self) -> list[str]:
        return self.stdout.splitlines()


def pykern(
    *arguments: str | Path,
    folder: Path | None = None,
    typed: bytes = b"",
    variables: Mapping[str, str] | None = None,
) -> Result:
    """Runs `pykern` with these arguments and no terminal."""
    done = subprocess.run(
        [sys.executable, "-m", "pykern", *map(str, arguments)],
        cwd=folder,
        input=typed,
        capture_output=True,
        timeout=PATIENCE_SECONDS,
        env={**os.environ, **(variables or {})},
        check=False,
    )
    result = Result(done.returncode, done.stdout.decode(), done.stderr.decode())
    assert "Traceback" not in result.stderr, result.stderr
    return result
