"""Benchmarks inside the machine: its clock counts instructions, and the kernel reports rounds.

They are `@test` functions of `kernel_src/bench`, compiled into a release build of its own
(build/bench), since the shipped kernel has none of them. Each round is an event, of
kernel_src/bench/measure.py:

    @ bench NAME INSTRUCTIONS COUNT     COUNT operations took so many
"""

from __future__ import annotations

import statistics

from pykern.benchmark import Result
from pykern.build_config import BuildConfig, Profile
from pykern.building import build
from pykern.environment import Environment
from pykern.errors import ToolError
from pykern.kernel_tests import boot_tests, read_tests
from pykern.qemu import MachineConfig
from pykern.serial import Event

PACKAGE = "kernel_src.bench"
CLOCK = f"{PACKAGE}.clock"
"""Its test holds if the clock counts instructions; it goes before every benchmark."""

BENCH_EVENT = "bench"
UNIT = "instructions"


def instructions_of(environment: Environment, name: str, smp: int = 1) -> list[Result]:
    """Runs the benchmarks of the module `kernel_src.bench.NAME`."""
    root = environment.project_root()
    config = BuildConfig.make(
        environment, out=root / "build" / "bench", profile=Profile.RELEASE, tests=True
    )
    kernel = build(environment, config).elf
    chosen = [test for test in read_tests(kernel) if test.module in (CLOCK, f"{PACKAGE}.{name}")]
    machine = MachineConfig(kernel, smp=smp, count_instructions=True)
    run = boot_tests(machine, sorted(chosen, key=lambda test: test.module != CLOCK), None)
    if run.failed is not None:
        raise ToolError(f"{run.failed.name} failed:\n{run.report}")
    return results_of(run.events, name)


def results_of(events: list[Event], prefix: str) -> list[Result]:
    """The median of each benchmark's rounds, in the order of their beginning."""
    rounds: dict[str, list[float]] = {}
    for event in events:
        if event.name == BENCH_EVENT:
            name, total, count = read_round(event)
            rounds.setdefault(name, []).append(total / count)
    return [
        Result(f"{prefix} {name}", UNIT, statistics.median(values), len(values), {})
        for name, values in rounds.items()
    ]


def read_round(event: Event) -> tuple[str, int, int]:
    match event.text.split():
        case [name, total, count] if total.isdecimal() and count.isdecimal() and int(count) > 0:
            return name, int(total), int(count)
    raise ToolError(f"the kernel sent a bench event that can't be read: {event.text!r}")
