"""Runs the memory modules below a folder against their models; says whether they were caught.

    python -m tests.support.mutant ROOT frames|heap|ranges|paging

A process of its own, since a module with a bug may write anywhere.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Callable
from pathlib import Path

from compiler.host.errors import DialectPanic
from compiler.host.program import HostProgram
from tests.support.frames import FRAMES, PAGE, Machine
from tests.support.heap import HEAP, HeapMachine
from tests.support.paging import PAGING, run_script
from tests.support.ranges import RANGES, WindowMachine

OPERATIONS = 4000


def script() -> bytes:
    return random.Random(7).randbytes(3 * OPERATIONS)


def run_frames(root: Path) -> None:
    machine = Machine(1500, HostProgram(root, [FRAMES]))
    machine.add(PAGE, 1400 * PAGE)
    machine.add(1300 * PAGE, 1500 * PAGE)
    machine.withhold(100 * PAGE + 5, 130 * PAGE)
    machine.run(script())
    machine.release_all()


def run_heap(root: Path) -> None:
    for debug in (True, False):
        machine = HeapMachine(700, HostProgram(root, [HEAP], debug=debug))
        machine.run(script())
        machine.release_all()


def run_ranges(root: Path) -> None:
    machine = WindowMachine(2000, 160, HostProgram(root, [RANGES]))
    machine.run(script())
    machine.release_all()


def run_paging(root: Path) -> None:
    run_script(script(), HostProgram(root, [PAGING]))


AREAS: dict[str, Callable[[Path], None]] = {
    "frames": run_frames,
    "heap": run_heap,
    "ranges": run_ranges,
    "paging": run_paging,
}


def main(root: str, area: str) -> int:
    try:
        AREAS[area](Path(root))
    except (AssertionError, DialectPanic) as error:
        print("caught:", *str(error).splitlines()[:1])
        return 0
    print("survived")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
