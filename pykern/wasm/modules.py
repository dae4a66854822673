"""Modules from files, and what is said about one that is not taken."""

from __future__ import annotations

import importlib
from pathlib import Path
from types import ModuleType

from pykern.building import mistakes_reported
from pykern.environment import Environment
from pykern.errors import ToolError, ToolMissing
from pykern.wasm.engine import Engine, Refused, Trapped

MAGIC = b"\0asm"


class BadModule(ToolError):
    """The module in a file is not taken, or a call of it trapped."""


def needed(package: str, purpose: str) -> ModuleType:
    """A Python package that only some commands need."""
    try:
        return importlib.import_module(package)
    except ImportError:
        how = f"pip install {package}"
        raise ToolMissing(f"{purpose} needs the Python package {package}: {how}") from None


def read_module(path: Path) -> bytes:
    """The binary of a module; text is assembled."""
    content = path.read_bytes()
    if content.startswith(MAGIC) or path.suffix != ".wat":
        return content
    wasmtime = needed("wasmtime", "a module as text")
    try:
        return bytes(wasmtime.wat2wasm(content))
    except wasmtime.WasmtimeError as error:
        raise BadModule(f"{path}: {error}") from None


def open_engine(environment: Environment, modules: tuple[str, ...] = ()) -> Engine:
    """The engine of the project that the command is called in."""
    with mistakes_reported(environment):
        return Engine(environment.project_root(), modules)


def refusal(path: Path, refused: Refused) -> BadModule:
    return BadModule(f"{path}: {refused.refusal.value}: {refused}")


def trap(path: Path, trapped: Trapped) -> BadModule:
    lines = [f"{path}: trap: {trapped}"]
    lines += [
        f"  function {place.function} at offset {place.offset:#x}" for place in trapped.places
    ]
    return BadModule("\n".join(lines))
