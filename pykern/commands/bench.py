"""`pykern bench`: how fast parts of the kernel are, beside others that do the same."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import click

from pykern.benchmark import Result, table
from pykern.environment import Environment
from pykern.errors import UsageError
from pykern.exit_status import ExitStatus

NAMES = ("frames", "heap")


@click.command(epilog="Example: pykern bench heap --json heap.json")
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option("--json", "file", type=click.Path(path_type=Path), help="Write the results there.")
@click.pass_obj
def command(environment: Environment, names: tuple[str, ...], file: Path | None) -> int:
    """Run the benchmarks NAME (frames, heap); without a name, all.

    Medians of several rounds in which ours and the others take turns. A ratio below 1 means that
    ours is faster.
    """
    unknown = [name for name in names if name not in NAMES]
    if unknown:
        raise UsageError(f"there is no benchmark {unknown[0]!r}; there are {', '.join(NAMES)}")
    root = environment.project_root()
    results: list[Result] = []
    for name in names or NAMES:
        found = benches()[name](root)
        results += found
        environment.write("\n".join(table(found)) + "\n")
    if file is not None:
        file.write_text(json.dumps([result.as_json() for result in results], indent=1) + "\n")
    return ExitStatus.DONE


def benches() -> dict[str, Callable[[Path], list[Result]]]:
    """Imported when they are run: they need the compiler."""
    from pykern import memory_benches

    return {"frames": memory_benches.frames, "heap": memory_benches.heap}
