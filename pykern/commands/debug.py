"""`pykern debug`: boot halted before the first instruction, and attach gdb."""

from __future__ import annotations

import signal
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from pykern import tools
from pykern.backtrace import Symboliser
from pykern.build_config import Profile
from pykern.building import files_to_boot
from pykern.commands.options import (
    BUILD_OPTIONS,
    FILE,
    MACHINE_OPTIONS,
    machine_config,
    with_options,
)
from pykern.environment import Environment
from pykern.exit_status import ExitStatus
from pykern.machine import Deadline, Machine, listening_socket
from pykern.serial import SerialLog
from pykern.terminal import left_as_found


@click.command(epilog="Example: pykern debug --batch -x script.gdb")
@with_options(BUILD_OPTIONS)
@with_options(MACHINE_OPTIONS)
@click.option("--batch", is_flag=True, help="Run the scripts and end, without a prompt.")
@click.option("-x", "scripts", type=FILE, multiple=True, help="A file of gdb commands to run.")
@click.pass_obj
def command(
    environment: Environment,
    /,
    profile: Profile,
    out: Path | None,
    jobs: int | None,
    kernel: Path | None,
    initrd: Path | None,
    batch: bool,
    scripts: tuple[Path, ...],
    **machine: Any,
) -> int:
    """Boot halted, with gdb attached and the kernel's symbols loaded.

    Set breakpoints at Python functions or lines, then `continue`. The machine ends when gdb does.
    """
    gdb = tools.find("gdb")
    kernel, initrd = files_to_boot(environment, kernel, initrd, profile=profile, out=out, jobs=jobs)
    config = machine_config(kernel, initrd, **machine)
    with listening_socket("gdb") as (path, listener):
        halted = replace(config, gdb_listener=listener, halted=True)
        with Machine(halted) as running, serial_shown(running, environment):
            status = run_gdb(gdb_arguments(gdb, kernel, path, batch, scripts), environment)
    return ExitStatus.DONE if status == 0 else ExitStatus.FAILED


def gdb_arguments(
    gdb: Path, kernel: Path, socket: Path, batch: bool, scripts: tuple[Path, ...]
) -> list[str]:
    """gdb takes its commands in the order of its arguments: attach first, then the scripts."""
    arguments = [str(gdb), "--quiet"] + (["--batch", "--nx"] if batch else [])
    # The kernel's code is known at its final addresses only, whatever mode the processor is in.
    for setting in ("set architecture i386:x86-64", "set confirm off", f"target remote {socket}"):
        arguments += ["-ex", setting]
    for script in scripts:
        arguments += ["-x", str(script)]
    return [*arguments, str(kernel)]


def run_gdb(arguments: list[str], environment: Environment) -> int:
    """Runs gdb in the foreground. Ctrl-C is gdb's: there it stops the machine."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with left_as_found(environment.stdin):
            return subprocess.run(arguments, check=False, preexec_fn=_restore_interrupt).returncode
    finally:
        signal.signal(signal.SIGINT, before)


def _restore_interrupt() -> None:
    """An ignored signal would stay ignored in gdb."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@contextmanager
def serial_shown(machine: Machine, environment: Environment) -> Iterator[None]:
    """Shows what the machine prints between gdb's own lines; ends the machine first."""
    log = SerialLog(Symboliser(machine.config.kernel))

    def show() -> None:
        while output := machine.receive(Deadline(None)):
            environment.write(log.feed(output))
        environment.write(log.close())

    reader = threading.Thread(target=show, name="serial")
    reader.start()
    try:
        yield
    finally:
        machine.kill()
        reader.join()
