"""Kernel modules compiled into the test process, once for each set of modules."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from compiler.host.program import HostProgram

REPOSITORY = Path(__file__).resolve().parents[2]


@cache
def host_program(*modules: str) -> HostProgram:
    return HostProgram(REPOSITORY, modules)
