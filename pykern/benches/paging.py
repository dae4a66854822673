"""Page tables in the machine: mapping, unmapping, protecting, in instructions."""

from __future__ import annotations

from pykern.benches import Request
from pykern.benchmark import Result
from pykern.vm_bench import instructions_of

PEERS: tuple[str, ...] = ()


def run(request: Request) -> list[Result]:
    return instructions_of(request.environment, "paging")
