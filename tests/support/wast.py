"""The specification suite's scripts, for tests that walk through them.

The suite is found by the environment variable PYKERN_SPEC_TESTS, by default `../shared/spec` beside
the repository.
"""

from __future__ import annotations

import os
from pathlib import Path

from pykern.wasm.script import Command, NotText, assemble, read_script
from pykern.wasm.sexpr import Form
from pykern.wasm.suite import default_folder

__all__ = ["Command", "Form", "NotText", "assemble", "read_script", "scripts", "spec_folder"]

REPOSITORY = Path(__file__).resolve().parents[2]


def spec_folder() -> Path:
    return default_folder(REPOSITORY, os.environ)


def scripts() -> list[Path]:
    """The suite's scripts, those of proposals left out."""
    return sorted(spec_folder().glob("*.wast"))
