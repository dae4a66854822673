"""`pykern build`: kernel and servers to an ELF file and an initrd."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from pykern.build_config import BuildConfig, Profile
from pykern.building import build
from pykern.commands.options import BUILD_OPTIONS, FOLDER, with_options
from pykern.environment import Environment
from pykern.exit_status import ExitStatus

if TYPE_CHECKING:
    from compiler.build.project import BuildResult


@click.command(epilog="Example: pykern build --profile release --timings")
@click.argument("kernel_src", required=False, type=FOLDER)
@with_options(BUILD_OPTIONS)
@click.option("--tests", is_flag=True, help="Compile the in-kernel tests in.")
@click.option("--timings", is_flag=True, help="Print the seconds each stage took.")
@click.pass_obj
def command(
    environment: Environment,
    kernel_src: Path | None,
    profile: Profile,
    out: Path | None,
    jobs: int | None,
    tests: bool,
    timings: bool,
) -> int:
    """Compile the kernel in KERNEL_SRC and the servers beside it.

    Writes pykern.elf, initrd.tar and pykern.map. What has not changed is not compiled again.
    """
    config = BuildConfig.make(
        environment, kernel_src=kernel_src, out=out, profile=profile, tests=tests, jobs=jobs
    )
    result = build(environment, config)
    environment.write(summary(result))
    if timings:
        environment.write(timing_table(result.timings))
    return ExitStatus.DONE


def summary(result: BuildResult) -> str:
    """What was built, and the kernel's size by section."""
    lines = [f"{'section':<16}{'bytes':>10}  rights"]
    lines += [f"{name:<16}{size:>10}  {rights}" for name, size, rights in result.sizes]
    lines += [f"{'total':<16}{sum(size for _, size, _ in result.sizes):>10}"]
    state = "unchanged" if result.unchanged else f"{len(result.compiled)} modules compiled"
    return "\n".join([*lines, f"{result.elf}: {state}", ""])


def timing_table(timings: dict[str, float]) -> str:
    rows = [*timings.items(), ("total", sum(timings.values()))]
    return "".join(f"{stage:<16}{seconds:>10.2f} s\n" for stage, seconds in rows)
