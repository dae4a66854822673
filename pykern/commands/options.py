"""Options that several commands share."""

from __future__ import annotations

import math
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar

import click

from pykern import qemu
from pykern.build_config import Profile
from pykern.qemu import Accelerator, Display, MachineConfig, MachineType

Function = TypeVar("Function", bound=Callable[..., Any])
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
FOLDER = click.Path(file_okay=False, path_type=Path)


class EnumChoice(click.Choice[StrEnum]):
    """A choice between an enumeration's values, not its names."""

    def normalize_choice(self, choice: object, ctx: click.Context | None) -> str:
        return str(choice)


class Seconds(click.FloatRange):
    """A time to wait: positive, and one that comes."""

    def __init__(self) -> None:
        super().__init__(min=0, min_open=True)

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        seconds = float(super().convert(value, param, ctx))
        if not math.isfinite(seconds):
            self.fail(f"{value} is not a number of seconds.", param, ctx)
        return seconds


BUILD_OPTIONS = (
    click.option(
        "--profile",
        type=EnumChoice(Profile),
        default=str(Profile.DEBUG),
        show_default=True,
        help="Both keep every check; release is optimised harder.",
    ),
    click.option("--out", type=FOLDER, help="Where the results go.  [default: build]"),
    click.option("--jobs", "-j", type=click.IntRange(1, 256), help="Processes to compile with."),
)

MACHINE_OPTIONS = (
    click.option(
        "--machine", type=EnumChoice(MachineType), default=str(MachineType.Q35), show_default=True
    ),
    click.option(
        "--smp",
        type=click.IntRange(1, qemu.MAXIMUM_CPUS),
        default=1,
        show_default=True,
        help="Number of processors.",
    ),
    click.option(
        "--memory",
        type=click.IntRange(qemu.MINIMUM_MEMORY, qemu.MAXIMUM_MEMORY),
        default=256,
        show_default=True,
        help="Memory in MiB.",
    ),
    click.option(
        "--accel",
        type=EnumChoice(Accelerator),
        default=str(Accelerator.TCG),
        show_default=True,
        help="Who executes the instructions: QEMU's emulator or the processor.",
    ),
    click.option(
        "--display",
        type=EnumChoice(Display),
        default=str(Display.NONE),
        show_default=True,
        help="Where the machine's screen is shown.",
    ),
    click.option("--append", default="", help="The kernel's command line."),
    click.option(
        "--kernel", type=FILE, help="Boot this ELF file, as it is, instead of building one."
    ),
    click.option("--initrd", type=FILE, help="With --kernel: the initrd to load."),
)


def with_options(options: tuple[Callable[[Any], Any], ...]) -> Callable[[Function], Function]:
    """A decorator that adds options in the order they are listed."""

    def decorate(function: Function) -> Function:
        for option in reversed(options):
            function = option(function)
        return function

    return decorate


def machine_config(
    kernel: Path,
    initrd: Path | None,
    *,
    machine: MachineType,
    smp: int,
    memory: int,
    accel: Accelerator,
    display: Display,
    append: str,
) -> MachineConfig:
    """The machine that the options of `MACHINE_OPTIONS` describe."""
    return MachineConfig(
        kernel=kernel.resolve(),
        initrd=initrd and initrd.resolve(),
        append=append,
        machine=machine,
        smp=smp,
        memory=memory,
        accel=accel,
        display=display,
    )
