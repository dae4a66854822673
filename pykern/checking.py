"""Diagnostics of dialect files, without compiling anything."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from compiler.build.cache import Cache
from compiler.build.interface import SourceTree
from compiler.build.units import Progress, TargetKind, UnitOptions, load_program
from compiler.diagnostics import CompileError, Diagnostic
from pykern.errors import UsageError

SERVERS = "servers"
SOURCE_FOLDERS = ("kernel_src", SERVERS)


def files_of(root: Path, path: Path | None) -> list[Path]:
    """The dialect files meant by a path: a file, all in a folder; without one, the project's."""
    if path is None:
        return [file for folder in SOURCE_FOLDERS for file in sorted((root / folder).rglob("*.py"))]
    if not path.exists():
        raise UsageError(f"{path} does not exist")
    if path.is_file():
        return [path.resolve()]
    found = sorted(path.resolve().rglob("*.py"))
    if not found:
        raise UsageError(f"there are no dialect files in {path}")
    return found


def check(root: Path, files: Iterable[Path], progress: Progress) -> list[Diagnostic]:
    """Everything that is wrong in these files, in the order of their names and lines."""
    cache = Cache.of_project(root)
    found: dict[tuple[str, int, int, str, str], Diagnostic] = {}
    for folder, target, modules in grouped(root, files):
        for diagnostic in check_modules(SourceTree(folder, cache), target, modules, progress):
            found.setdefault(diagnostic.sort_key(), diagnostic)
    return [found[key] for key in sorted(found)]


def grouped(root: Path, files: Iterable[Path]) -> Iterator[tuple[Path, TargetKind, list[str]]]:
    """The files by package root and target; outside the project, a file's folder is the root."""
    groups: dict[tuple[Path, TargetKind], list[str]] = {}
    for file in files:
        folder = root if file.is_relative_to(root) else file.parent
        parts = file.relative_to(folder).with_suffix("").parts
        if not all(part.isidentifier() for part in parts):
            raise UsageError(f"{file} can't be a module: its name is not a Python name")
        target: TargetKind = "wasm" if parts[0] == SERVERS else "kernel"
        groups.setdefault((folder, target), []).append(".".join(parts))
    for (folder, target), modules in groups.items():
        yield folder, target, modules


def check_modules(
    tree: SourceTree, target: TargetKind, modules: list[str], progress: Progress
) -> list[Diagnostic]:
    """Loads the modules with what they import, and checks the bodies of their functions."""
    try:
        program = load_program(tree, modules, UnitOptions(target, "debug", tests=True), progress)
        progress.stage("check")
        for done, name in enumerate(modules, start=1):
            program.check(name)
            progress.step(name, done, len(modules))
    except CompileError as error:
        return error.diagnostics
    return program.sink.diagnostics
