"""The specification's scripts on the engine in the machine.

Several scripts go into one machine, as files of its initrd. A machine that does not come to its end
is the failure of the script it was at; those after it go into another one. The events are those of
kernel_src/selftest/spec_runner.py.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from pykern.backtrace import Symboliser
from pykern.errors import ToolError
from pykern.image import pack_initrd
from pykern.kernel_exit import verdict
from pykern.machine import run_machine
from pykern.qemu import MachineConfig
from pykern.serial import Event, SerialLog
from pykern.wasm.runner import UNSUPPORTED_SUFFIXES, FileResult
from pykern.wasm.stream import Stream
from pykern.wasm.suite import scripts_of

SCRIPTS_IN_MACHINE = 24
SECONDS_MOST = 300.0
"""After which a machine counts as hung. Far above what the slowest batch takes."""

MEMORY_MIB = 1024
EVENT = "spec"


def run_in_machines(
    kernel: Path,
    folder: Path,
    jobs: int,
    progress: Callable[[int, int, str], None] = lambda done, all, name: None,
    scripts: list[Path] | None = None,
) -> list[FileResult]:
    """The results in the order of the files."""
    scripts = scripts_of(folder) if scripts is None else scripts
    names = [script.relative_to(folder).as_posix() for script in scripts]
    count = -(-len(scripts) // SCRIPTS_IN_MACHINE)
    results: dict[str, FileResult] = {}

    def run(number: int) -> None:
        # Every so manieth script, since large ones are neighbours
        for result in run_scripts(kernel, folder, names[number::count]):
            results[result.file] = result
            progress(len(results), len(names), result.file)

    with ThreadPoolExecutor(jobs) as pool:
        list(pool.map(run, range(count)))
    return [results[name] for name in names]


def run_scripts(kernel: Path, folder: Path, names: list[str]) -> list[FileResult]:
    """In no certain order; what is wrong with a script itself is found before any machine runs."""
    batch: dict[str, Stream] = {}
    results: list[FileResult] = []
    for name in names:
        try:
            batch[name] = Stream(folder / name)
        except ValueError as error:
            results.append(FileResult(name, commands=1, failed=1, problems=[str(error)]))
    for result in run_batch(kernel, batch):
        problems = batch[result.file].problems
        result.commands += len(problems)
        result.failed += len(problems)
        result.problems += problems
        results.append(result)
    return results


def run_batch(kernel: Path, batch: dict[str, Stream]) -> list[FileResult]:
    """Every machine takes at least one script off the list."""
    # The archive is sorted, and the machine runs it in its order
    waiting = sorted(batch)
    results: list[FileResult] = []
    while waiting:
        ended = boot(kernel, {name: batch[name] for name in waiting})
        if [result.file for result in ended] != waiting[: len(ended)] or not ended:
            raise ToolError("the kernel did not run the scripts that it was given")
        results += ended
        waiting = waiting[len(ended) :]
    return results


def boot(kernel: Path, batch: dict[str, Stream]) -> list[FileResult]:
    """What one machine did, up to the script that ended it."""
    with tempfile.TemporaryDirectory(prefix="pykern-") as folder:
        initrd = Path(folder) / "initrd.tar"
        initrd.write_bytes(
            pack_initrd({f"spec/{name}": stream.content for name, stream in batch.items()})
        )
        config = MachineConfig(kernel, initrd, "log=error spec=1", memory=MEMORY_MIB)
        log = SerialLog(Symboliser(kernel))
        lines: list[str] = []
        ending = run_machine(config, lambda data: lines.append(log.feed(data)), SECONDS_MOST)
        lines.append(log.close())
    status, message = verdict(ending, log)
    results = results_of(log.events, batch)
    if status != 0:
        report = "".join(lines).split("\n") + [message]
        if not results or results[-1].commands:
            raise ToolError("\n".join(["the kernel did not run the scripts:", *report]))
        last = results[-1]
        last.commands, last.failed = batch[last.file].commands, batch[last.file].commands
        last.passed = last.skipped = 0
        last.reasons.clear()
        last.problems.append("the machine did not come to its end: " + " ".join(report).strip())
    return results


def results_of(events: list[Event], batch: dict[str, Stream]) -> list[FileResult]:
    """The last one has no commands if its end was not told."""
    results: list[FileResult] = []
    for event in events:
        if event.name != EVENT:
            continue
        what, _, rest = event.text.partition(" ")
        if what == "begin":
            results.append(FileResult(rest))
            continue
        if not results:
            raise unreadable(event)
        add(results[-1], what, rest, event)
    for result in results:
        expected = batch[result.file].commands if result.file in batch else -1
        if result.commands not in (0, expected):
            raise ToolError(f"{result.file}: {expected} commands, and {result.commands} were run")
    return results


def add(result: FileResult, what: str, rest: str, event: Event) -> None:
    first, _, detail = rest.partition(" ")
    numbers = rest.split()
    if what == "failed" and first.isdecimal():
        result.problems.append(f"line {first}: {detail}")
    elif what == "skipped" and first.isdecimal():
        result.reasons[feature(detail)] += int(first)
    elif what == "end" and len(numbers) == 3 and all(map(str.isdecimal, numbers)):
        result.passed, result.failed, result.skipped = map(int, numbers)
        result.commands = result.passed + result.failed + result.skipped
    else:
        raise unreadable(event)


def feature(reason: str) -> str:
    for suffix in UNSUPPORTED_SUFFIXES:
        reason = reason.removesuffix(suffix)
    return reason


def unreadable(event: Event) -> ToolError:
    return ToolError(f"the kernel sent a {EVENT} event that can't be read: {event.text!r}")
