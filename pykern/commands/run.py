"""`pykern run`: build what changed, boot it, and end as the machine ends."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import Any

import click

from pykern.backtrace import Symboliser
from pykern.build_config import Profile
from pykern.building import files_to_boot
from pykern.commands.options import (
    BUILD_OPTIONS,
    MACHINE_OPTIONS,
    Seconds,
    machine_config,
    with_options,
)
from pykern.environment import Environment
from pykern.kernel_exit import verdict
from pykern.machine import run_machine
from pykern.serial import SerialLog
from pykern.terminal import single_keys


@click.command(epilog="Example: pykern run --smp 2 --memory 128 --timeout 60")
@with_options(BUILD_OPTIONS)
@with_options(MACHINE_OPTIONS)
@click.option("--timeout", type=Seconds(), help="Seconds after which to give up.")
@click.option("--events", is_flag=True, help="Show the lines that are meant for tools, too.")
@click.pass_obj
def command(
    environment: Environment,
    /,
    profile: Profile,
    out: Path | None,
    jobs: int | None,
    kernel: Path | None,
    initrd: Path | None,
    timeout: float | None,
    events: bool,
    **machine: Any,
) -> int:
    """Boot in QEMU, with the serial port on this terminal; Ctrl-C ends it.

    The exit status is that of the servers. 124 to 127 say that a server trapped, that the kernel
    refused what it was given at boot, that it panicked, and that it panicked in the panic; a
    machine that ends in any other way, or not in time, gives 1.
    """
    kernel, initrd = files_to_boot(environment, kernel, initrd, profile=profile, out=out, jobs=jobs)
    config = machine_config(kernel, initrd, **machine)
    log = SerialLog(Symboliser(kernel), show_events=events)
    with ExitStack() as stack:
        keyboard = (
            stack.enter_context(single_keys(environment.stdin)) if environment.interactive else None
        )
        ending = run_machine(
            config, lambda data: environment.write(log.feed(data)), timeout, keyboard
        )
    environment.write(log.close())
    status, message = verdict(ending, log)
    if message:
        environment.say(f"pykern: {message}")
    return status
