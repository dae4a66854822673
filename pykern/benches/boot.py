"""A boot of the kernel as it is shipped: instructions, memory that is left, memory it needs, sizes.

Instructions are those from the kernel's entry to the first of a server, counted by the machine's
clock; the kernel itself tells (`@ booted`, kernel_src/boot_report.py).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from compiler.build.project import BuildResult
from pykern.benches import Request
from pykern.benchmark import Result
from pykern.build_config import BuildConfig, Profile
from pykern.building import build
from pykern.errors import ToolError
from pykern.kernel_exit import verdict
from pykern.machine import run_machine
from pykern.qemu import MachineConfig, MachineType
from pykern.serial import SerialLog

PEERS: tuple[str, ...] = ()
PATIENCE_SECONDS = 60
"""After which a machine counts as one that does not boot: far above what one takes."""

FRAME_KIB = 4
STEP_KIB = 64
LEAST_TRIED_KIB = 1 << 10
MOST_TRIED_KIB = 256 << 10


def run(request: Request) -> list[Result]:
    environment = request.environment
    result = build(
        environment,
        BuildConfig.make(
            environment,
            out=request.root / "build" / "release",
            profile=Profile.RELEASE,
        ),
    )
    return [
        *(found for machine in MachineType for found in boot(config_of(result, machine), machine)),
        *(least_memory(config_of(result, machine), machine) for machine in MachineType),
        *(
            Result(f"boot kernel size {name}", "bytes", size, 1, {})
            for name, size, _ in result.sizes
        ),
    ]


def config_of(result: BuildResult, machine: MachineType) -> MachineConfig:
    return MachineConfig(result.elf, result.initrd, machine=machine, count_instructions=True)


def boot(config: MachineConfig, machine: MachineType) -> list[Result]:
    found = booted(config)
    if found is None:
        raise ToolError(f"the kernel does not boot on {machine}")
    instructions, frames = found
    return [
        Result(f"boot {machine} to first server", "instructions", instructions, 1, {}),
        Result(
            f"boot {machine} memory left of {config.memory} MiB", "KiB", frames * FRAME_KIB, 1, {}
        ),
    ]


def booted(config: MachineConfig) -> tuple[int, int] | None:
    """Instructions and free frames of a boot whose servers ended well; None of any other."""
    log = SerialLog()
    ending = run_machine(config, log.feed, PATIENCE_SECONDS)
    log.close()
    status, _ = verdict(ending, log)
    event = log.find("booted")
    if status != 0 or event is None:
        return None
    words = event.text.split()
    if len(words) != 2 or not all(word.isdecimal() for word in words):
        raise ToolError(f"the kernel sent a booted event that can't be read: {event.text!r}")
    return int(words[0]), int(words[1])


def least_memory(config: MachineConfig, machine: MachineType) -> Result:
    """With which the servers still run and end, in steps of 64 KiB."""

    def boots(steps: int) -> bool:
        return booted(replace(config, memory_kib=steps * STEP_KIB)) is not None

    steps = least(boots, LEAST_TRIED_KIB // STEP_KIB, MOST_TRIED_KIB // STEP_KIB)
    return Result(f"boot {machine} least memory", "KiB", steps * STEP_KIB, 1, {})


def least(holds: Callable[[int], bool], low: int, high: int) -> int:
    """The least number for which it holds, above `low` and up to `high`, for which it does."""
    while high - low > 1:
        middle = (low + high) // 2
        if holds(middle):
            high = middle
        else:
            low = middle
    return high
