"""Every script of a folder, several at a time, each in a process of its own.

The engine is compiled and loaded once; a child process starts as a copy of that. So a script that
crashes or hangs costs its own row and nothing else, and every script starts with a fresh engine.
"""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.context import ForkProcess
from pathlib import Path
from typing import Any

from pykern.errors import UsageError
from pykern.wasm.engine import Engine
from pykern.wasm.runner import FileResult, run_script

VARIABLE = "PYKERN_SPEC_TESTS"
SECONDS_MOST = 120.0

_fork = multiprocessing.get_context("fork")


def default_folder(root: Path, variables: Mapping[str, str]) -> Path:
    """Where the suite is, unless the command says something else."""
    return Path(variables.get(VARIABLE) or root.parent / "shared" / "spec")


def scripts_of(folder: Path) -> list[Path]:
    """All scripts below a folder, those of proposals last."""
    scripts = sorted(folder.rglob("*.wast"), key=lambda path: (len(path.parts), path))
    if not scripts:
        raise UsageError(f"no .wast file in {folder}")
    return scripts


@dataclass
class _Running:
    process: ForkProcess
    name: str
    deadline: float


def run_suite(
    engine: Engine,
    folder: Path,
    jobs: int,
    progress: Callable[[int, int, str], None] = lambda done, all, name: None,
) -> list[FileResult]:
    """The results in the order of the files."""
    scripts = scripts_of(folder)
    names = {script: script.relative_to(folder).as_posix() for script in scripts}
    # The longest first, so that none of them is alone at the end
    waiting = sorted(scripts, key=lambda script: script.stat().st_size)
    running: dict[Connection, _Running] = {}
    results: dict[str, FileResult] = {}
    while waiting or running:
        while waiting and len(running) < jobs:
            script = waiting.pop()
            ours, process = _start(engine, script, names[script])
            running[ours] = _Running(process, names[script], time.monotonic() + SECONDS_MOST)
        for connection in _ready(running):
            child = running.pop(connection)
            results[child.name] = _result_of(connection, child)
            progress(len(results), len(scripts), child.name)
    return [results[names[script]] for script in scripts]


def _start(engine: Engine, script: Path, name: str) -> tuple[Connection, ForkProcess]:
    ours, theirs = _fork.Pipe(duplex=False)
    process = _fork.Process(target=_child, args=(engine, script, name, theirs), daemon=True)
    process.start()
    theirs.close()
    return ours, process


def _child(engine: Engine, script: Path, name: str, connection: Connection) -> None:
    connection.send(run_script(engine, script, name))


def _ready(running: dict[Connection, _Running]) -> list[Connection]:
    """The children that have ended, sent their result, or had more time than they get."""
    now = time.monotonic()
    first = min(child.deadline for child in running.values())
    ready = [c for c in wait(list(running), timeout=max(0.0, first - now)) if c in running]
    late = [c for c, child in running.items() if child.deadline <= now and c not in ready]
    return [c for c in running if c in ready or c in late]


def _result_of(connection: Connection, child: _Running) -> FileResult:
    try:
        if connection.poll():
            result = connection.recv()
            assert isinstance(result, FileResult)
            return result
        problem = f"not done after {SECONDS_MOST:.0f} seconds"
    except EOFError:
        child.process.join()
        problem = f"the engine's process ended with {child.process.exitcode}"
    finally:
        connection.close()
        child.process.kill()
        child.process.join()
    return FileResult(child.name, commands=1, failed=1, problems=[problem])


def as_json(results: list[FileResult]) -> dict[str, Any]:
    """The stable form: see the guide to the tools."""
    files = []
    for result in results:
        row = asdict(result)
        row["reasons"] = dict(sorted(result.reasons.items()))
        del row["problems"]
        files.append(row)
    return {"files": files}
