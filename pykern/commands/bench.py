"""`pykern bench`: how fast parts of the kernel are, beside others that do the same."""

from __future__ import annotations

import json
from pathlib import Path

import click

from pykern import benches
from pykern.benchmark import Result, table
from pykern.environment import Environment
from pykern.errors import UsageError
from pykern.exit_status import ExitStatus


@click.command(epilog="Example: pykern bench heap --against glibc --json heap.json")
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option("--json", "file", type=click.Path(path_type=Path), help="Write the results there.")
@click.option(
    "--against",
    multiple=True,
    metavar="PEER",
    help="Compare with this one only; may be given several times.  [default: all there are]",
)
@click.pass_obj
def command(
    environment: Environment, names: tuple[str, ...], file: Path | None, against: tuple[str, ...]
) -> int:
    """Run the benchmarks NAME; without a name, all. An unknown name lists them.

    Medians of several rounds in which ours and the others take turns. A ratio below 1 means that
    ours takes less. In the machine, instructions are counted, which repeat exactly.
    """
    there = benches.names()
    unknown = [name for name in names if name not in there]
    if unknown:
        raise UsageError(f"there is no benchmark {unknown[0]!r}; there are {', '.join(there)}")
    chosen = [benches.load(name) for name in names or there]
    check_peers(chosen, against)
    request = benches.Request(environment.project_root(), environment, frozenset(against))
    results: list[Result] = []
    for bench in chosen:
        found = bench.run(request)
        results += found
        environment.write("\n".join(table(found)) + "\n")
    if file is not None:
        file.write_text(json.dumps([result.as_json() for result in results], indent=1) + "\n")
    return ExitStatus.DONE


def check_peers(chosen: list[benches.Bench], against: tuple[str, ...]) -> None:
    peers = sorted({peer for bench in chosen for peer in bench.PEERS})
    for peer in against:
        if peer not in peers:
            there = f"there are {', '.join(peers)}" if peers else "these benchmarks have none"
            raise UsageError(f"there is no peer {peer!r}; {there}")
