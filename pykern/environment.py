"""The world a command runs in: its streams, the variables, and the folder it was called in.

Commands reach the outside through an `Environment`, so a test can give them another one.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO

from pykern.errors import UsageError


@dataclass(frozen=True)
class Environment:
    """Streams, variables and working folder."""

    stdin: TextIO = field(default_factory=lambda: sys.stdin)
    stdout: TextIO = field(default_factory=lambda: sys.stdout)
    stderr: TextIO = field(default_factory=lambda: sys.stderr)
    variables: Mapping[str, str] = field(default_factory=lambda: os.environ)
    folder: Path = field(default_factory=Path.cwd)

    @property
    def interactive(self) -> bool:
        """Whether a person can type at this command."""
        return is_terminal(self.stdin) and is_terminal(self.stdout)

    def colour(self, stream: TextIO) -> bool:
        """Whether text on `stream` may be coloured (https://no-color.org)."""
        return self.redraws(stream) and not self.variables.get("NO_COLOR")

    def redraws(self, stream: TextIO) -> bool:
        """Whether what was written to `stream` can be taken back."""
        return is_terminal(stream) and self.variables.get("TERM") != "dumb"

    def write(self, text: str) -> None:
        """Writes to standard output at once; what a stream can't encode is shown escaped."""
        write_escaped(self.stdout, text)

    def say(self, text: str) -> None:
        """A line for the person, on standard error, out of the way of the command's output."""
        write_escaped(self.stderr, text + "\n")

    def project_root(self) -> Path:
        """The closest folder from here upwards that has a kernel in it; else pykern's own."""
        own = Path(__file__).resolve().parent.parent
        for folder in (self.folder, *self.folder.parents, own):
            if (folder / "kernel_src").is_dir():
                return folder
        raise UsageError(f"no kernel_src folder in {self.folder} or above it")


def is_terminal(stream: TextIO) -> bool:
    """Whether a stream is a terminal; a closed one is not."""
    try:
        return stream.isatty()
    except ValueError:
        return False


def write_escaped(stream: TextIO, text: str) -> None:
    encoding = stream.encoding or "utf-8"
    stream.write(text.encode(encoding, "backslashreplace").decode(encoding))
    stream.flush()
