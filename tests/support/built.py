"""The project's kernel, built once however many processes run the tests."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pykern.build_config import BuildConfig
from pykern.building import build
from pykern.environment import Environment
from pykern.kernel_exit import verdict
from pykern.machine import Ending, run_machine
from pykern.qemu import MachineConfig, MachineType
from pykern.serial import Event, SerialLog

# After which a machine counts as hung. Far above what the slowest run takes.
PATIENCE_SECONDS = 120


@dataclass(frozen=True)
class Run:
    """What a machine did: its text, its events, and the status that `pykern run` would end with."""

    status: int
    message: str
    text: str
    events: list[Event]
    ending: Ending

    @property
    def lines(self) -> list[str]:
        return self.text.splitlines()


@dataclass(frozen=True)
class Built:
    """A kernel and its initrd."""

    kernel: Path
    initrd: Path

    def run(
        self,
        append: str = "",
        *,
        initrd: Path | None = None,
        smp: int = 1,
        memory: int = 256,
        machine: MachineType = MachineType.Q35,
        cpu: str = "max",
        extra: tuple[str, ...] = (),
    ) -> Run:
        """Boots and waits for the end; the text is as the kernel printed it."""
        config = MachineConfig(
            self.kernel,
            initrd or self.initrd,
            append,
            machine,
            smp=smp,
            memory=memory,
            cpu=cpu,
            extra=extra,
        )
        log, text = SerialLog(), []
        ending = run_machine(config, lambda data: text.append(log.feed(data)), PATIENCE_SECONDS)
        text.append(log.close())
        status, message = verdict(ending, log)
        return Run(status, message, "".join(text), log.events, ending)


def build_project(root: Path, tests: bool) -> Built:
    """Builds what has changed since the last time, in the folders that the commands use."""
    environment = Environment(folder=root)
    result = build(environment, BuildConfig.make(environment, tests=tests))
    return Built(result.elf, result.initrd)
