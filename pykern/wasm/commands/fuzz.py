"""`pykern wasm fuzz`: the engine against wasmtime."""

from __future__ import annotations

import time
from pathlib import Path

import click

from pykern.environment import Environment
from pykern.exit_status import ExitStatus
from pykern.wasm.modules import needed, open_engine

FOLDER = click.Path(file_okay=False, path_type=Path)


@click.command(epilog="Example: pykern wasm fuzz --seed 1 --seconds 60")
@click.option("--seed", type=click.IntRange(0), default=1, show_default=True)
@click.option("--seconds", type=click.FloatRange(0), help="End after so long; else never.")
@click.option("--save", type=FOLDER, default=Path("build/fuzz"), show_default=True)
@click.pass_obj
def command(environment: Environment, seed: int, seconds: float | None, save: Path) -> int:
    """Run random modules in the engine and in wasmtime, and judge damaged ones with both.

    Each difference, crash or hang is printed with its seed, and the module saved in the folder
    SAVE. Everything follows from the seeds.
    """
    needed("wasmtime", "fuzzing")
    from pykern.wasm.fuzz.run import Finding, Total, fuzz

    engine = open_engine(environment)
    start = time.monotonic()
    shown = 0
    total = Total()
    redraws = environment.redraws(environment.stderr)

    def tell(finding: Finding, number: int) -> None:
        save.mkdir(parents=True, exist_ok=True)
        path = save / f"{finding.seed}-{number}.wasm"
        path.write_bytes(finding.module)
        environment.write(f"seed {finding.seed}: {finding.text}: {path}\n")

    for total in fuzz(engine, seed, seconds):
        for number, finding in enumerate(total.findings[shown:], shown):
            tell(finding, number)
        shown = len(total.findings)
        if redraws:
            environment.stderr.write(f"\r\x1b[K{summary(total, time.monotonic() - start)}")
            environment.stderr.flush()
    if redraws:
        environment.stderr.write("\r\x1b[K")
    environment.write(
        f"seeds {seed} to {seed + total.modules - 1}: "
        f"{summary(total, time.monotonic() - start)}\n"
    )
    return ExitStatus.FAILED if total.findings else ExitStatus.DONE


def summary(total: object, seconds: float) -> str:
    from pykern.wasm.fuzz.run import Total

    assert isinstance(total, Total)
    return (
        f"{total.calls} executions ({total.traps} trapped), {total.mutated} damaged modules, "
        f"{len(total.findings)} findings in {seconds:.0f} s"
    )
