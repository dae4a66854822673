"""`pykern wasm spec`: the WebAssembly specification's own test suite."""

from __future__ import annotations

import json
import os
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pykern.build_config import BuildConfig
from pykern.building import build
from pykern.environment import Environment
from pykern.exit_status import ExitStatus
from pykern.wasm.modules import needed, open_engine

if TYPE_CHECKING:
    from pykern.wasm.runner import FileResult

PROBLEMS_SHOWN = 5  # of each file
FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


@click.command(epilog="Example: pykern wasm spec ../shared/spec --json spec.json")
@click.argument("folder", metavar="[DIR]", required=False, type=FOLDER)
@click.option(
    "--json",
    "json_file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the table to this file.",
)
@click.option(
    "--jobs", "-j", type=click.IntRange(1, 256), help="Scripts, or machines, to run at a time."
)
@click.option("--vm", "in_vm", is_flag=True, help="Run them in the kernel, in QEMU.")
@click.pass_obj
def command(
    environment: Environment,
    folder: Path | None,
    json_file: Path | None,
    jobs: int | None,
    in_vm: bool,
) -> int:
    """Run every .wast script below DIR on the kernel's engine, and count its commands.

    By default DIR is $PYKERN_SPEC_TESTS, or ../shared/spec beside the project. What a skipped
    command would need is listed below the table. With --vm it is the engine of the kernel, built
    with its tests in build/tests; texts that the assembler refuses are skipped then.
    """
    needed("wasmtime", "assembling the suite's modules")
    from pykern.wasm.suite import as_json, default_folder, run_suite
    from pykern.wasm.vm_suite import run_in_machines

    folder = folder or default_folder(environment.project_root(), environment.variables)
    redraws = environment.redraws(environment.stderr)

    def progress(done: int, count: int, name: str) -> None:
        if redraws:
            environment.stderr.write(f"\r\x1b[K{done}/{count} {name}")
            environment.stderr.flush()

    jobs = jobs or os.cpu_count() or 1
    if in_vm:
        kernel = build(environment, BuildConfig.make(environment, tests=True)).elf
        results = run_in_machines(kernel, folder, jobs, progress)
    else:
        results = run_suite(open_engine(environment), folder, jobs, progress)
    if redraws:
        environment.stderr.write("\r\x1b[K")
    environment.write(table(results))
    if json_file is not None:
        json_file.write_text(json.dumps(as_json(results), indent=2) + "\n", encoding="utf-8")
    return ExitStatus.FAILED if any(result.failed for result in results) else ExitStatus.DONE


def table(results: list[FileResult]) -> str:
    """A row for each file with its first problems, the sum, and what was skipped for which
    reason."""
    width = max(len(result.file) for result in results)
    heading = f"{'file':<{width}}{'commands':>10}{'passed':>8}{'failed':>8}{'skipped':>8}"
    lines = [heading]
    reasons: Counter[str] = Counter()
    for result in results:
        lines.append(row(width, result.file, result))
        lines += [f"    {problem}" for problem in result.problems[:PROBLEMS_SHOWN]]
        if len(result.problems) > PROBLEMS_SHOWN:
            lines.append(f"    and {len(result.problems) - PROBLEMS_SHOWN} more")
        reasons.update(result.reasons)
    lines.append(row(width, f"{len(results)} files", total(results)))
    if reasons:
        lines += ["", "skipped, for want of:"]
        lines += [f"{count:>8}  {reason}" for reason, count in reasons.most_common()]
    return "\n".join([*lines, ""])


def row(width: int, name: str, result: FileResult) -> str:
    counts = f"{result.commands:>10}{result.passed:>8}{result.failed:>8}{result.skipped:>8}"
    reasons = ", ".join(reason for reason, _ in result.reasons.most_common(2))
    return f"{name:<{width}}{counts}  {reasons}".rstrip()


def total(results: list[FileResult]) -> FileResult:
    from pykern.wasm.runner import FileResult

    return FileResult(
        "",
        sum(result.commands for result in results),
        sum(result.passed for result in results),
        sum(result.failed for result in results),
        sum(result.skipped for result in results),
    )
