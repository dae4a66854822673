"""Page tables in the machine, and shoot-downs between its processors, in instructions."""

from __future__ import annotations

from dataclasses import replace

from pykern.benches import Request
from pykern.benchmark import Result
from pykern.vm_bench import instructions_of

PEERS: tuple[str, ...] = ()
PROCESSORS = (1, 2, 4, 8)


def run(request: Request) -> list[Result]:
    return [
        *instructions_of(request.environment, "paging"),
        *(
            replace(result, name=f"paging shoot-down --smp {count}")
            for count in PROCESSORS
            for result in instructions_of(request.environment, "shoot_down", count)
        ),
    ]
