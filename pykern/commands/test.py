"""`pykern test`: the tests that run inside the kernel."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

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
from pykern.exit_status import ExitStatus
from pykern.kernel_tests import Outcome, run_kernel_tests


@click.command(epilog="Example: pykern test --smp 2")
@with_options(BUILD_OPTIONS)
@with_options(MACHINE_OPTIONS)
@click.option("--timeout", type=Seconds(), help="Seconds after which a machine counts as hung.")
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
    **machine: Any,
) -> int:
    """Build the kernel with its @test functions in build/tests, and run them in QEMU.

    A test that fails ends its machine; the tests after it run in another one.
    """
    kernel, initrd = files_to_boot(
        environment, kernel, initrd, profile=profile, out=out, jobs=jobs, tests=True
    )
    counts = {True: 0, False: 0}
    for outcome in run_kernel_tests(machine_config(kernel, initrd, **machine), timeout):
        counts[outcome.passed] += 1
        environment.write(line_of(outcome))
    environment.write(f"{counts[True]} passed, {counts[False]} failed\n")
    return ExitStatus.FAILED if counts[False] else ExitStatus.DONE


def line_of(outcome: Outcome) -> str:
    """A test's line, with what the machine printed below it if it failed."""
    test = outcome.test
    if outcome.passed:
        return f"passed  {test.name}\n"
    report = "".join(f"    {line}\n" for line in outcome.report.splitlines())
    return f"FAILED  {test.name}  {test.place}\n{report}"
