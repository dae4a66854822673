"""`pykern test`: the `@test` functions of the kernel, on this host and in the machine."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import click

from pykern.build_config import Profile
from pykern.building import files_to_boot, mistakes_reported
from pykern.commands.options import (
    BUILD_OPTIONS,
    MACHINE_OPTIONS,
    Seconds,
    machine_config,
    with_options,
)
from pykern.environment import Environment
from pykern.errors import ToolError
from pykern.exit_status import ExitStatus
from pykern.kernel_tests import KernelTest, Outcome, read_tests, run_kernel_tests

BENCHMARKS = "kernel_src.bench."
"""Its functions are in the table too, but are for `pykern bench`."""


@click.command(epilog="Example: pykern test --smp 2 '*frames*'")
@click.argument("patterns", nargs=-1, metavar="[PATTERN]...")
@click.option("--vm", "in_vm", is_flag=True, help="Run all in QEMU, also what needs no machine.")
@with_options(BUILD_OPTIONS)
@with_options(MACHINE_OPTIONS)
@click.option("--timeout", type=Seconds(), help="Seconds after which a machine counts as hung.")
@click.pass_obj
def command(
    environment: Environment,
    /,
    patterns: tuple[str, ...],
    in_vm: bool,
    profile: Profile,
    out: Path | None,
    jobs: int | None,
    kernel: Path | None,
    initrd: Path | None,
    timeout: float | None,
    **machine: Any,
) -> int:
    """Run the @test functions whose names match a PATTERN (`*.frames.*`), or all.

    Those of modules that need no machine run in a Linux process, the others in QEMU, in a kernel
    built with its tests in build/tests. A test that fails ends its process or machine; the tests
    after it run in another one. With --kernel all run in QEMU.
    """
    elf, archive = files_to_boot(
        environment, kernel, initrd, profile=profile, out=out, jobs=jobs, tests=True
    )
    tests = chosen_tests(elf, patterns)
    pure: set[str] = set()
    root = environment.project_root()
    if kernel is None and not in_vm:
        from pykern.host_tests import pure_modules

        pure = pure_modules(root, {test.module for test in tests})
    on_host = [test for test in tests if test.module in pure]
    in_machine = [test for test in tests if test.module not in pure]
    counts = {True: 0, False: 0}
    with mistakes_reported(environment):
        for outcome in host_outcomes(root, on_host, timeout):
            counts[outcome.passed] += 1
            environment.write(line_of(outcome, "host"))
    config = machine_config(elf, archive, **machine)
    for outcome in run_kernel_tests(config, in_machine, timeout):
        counts[outcome.passed] += 1
        environment.write(line_of(outcome, "vm"))
    environment.write(f"{counts[True]} passed, {counts[False]} failed\n")
    return ExitStatus.FAILED if counts[False] else ExitStatus.DONE


def host_outcomes(root: Path, tests: list[KernelTest], timeout: float | None) -> Iterator[Outcome]:
    if tests:
        from pykern.host_tests import run_host_tests

        yield from run_host_tests(root, tests, timeout)


def chosen_tests(kernel: Path, patterns: tuple[str, ...]) -> list[KernelTest]:
    """Of the kernel's table, in its order; a pattern for which there is none is an error."""
    tests = [test for test in read_tests(kernel) if not test.name.startswith(BENCHMARKS)]
    for pattern in patterns:
        if not any(fnmatchcase(test.name, pattern) for test in tests):
            raise ToolError(f"no test is called {pattern}")
    if not patterns:
        return tests
    return [test for test in tests if any(fnmatchcase(test.name, p) for p in patterns)]


def line_of(outcome: Outcome, place: str) -> str:
    """A test's line, with what was printed below it if it failed."""
    test = outcome.test
    if outcome.passed:
        return f"passed  {place:4}  {test.name}\n"
    report = "".join(f"    {line}\n" for line in outcome.report.splitlines())
    return f"FAILED  {place:4}  {test.name}  {test.place}\n{report}"
