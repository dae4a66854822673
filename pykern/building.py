"""A build as the commands ask for it: one at a time in a folder, progress on a terminal."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from compiler.build.project import BuildRequest, BuildResult, build_project
from compiler.build.units import Progress
from compiler.diagnostics import CompileError, render
from compiler.errors import BuildError
from pykern.build_config import BuildConfig, Profile
from pykern.environment import Environment
from pykern.errors import Reported, ToolError, UsageError

CLEAR_LINE = "\r\x1b[K"


class ProgressLine(Progress):
    """One line on the terminal that says what is being done, and is gone when it is done."""

    def __init__(self, environment: Environment) -> None:
        self._stream = environment.stderr
        self._stage = ""

    def stage(self, name: str) -> None:
        self._stage = name
        self._show(name)

    def step(self, item: str, done: int, total: int) -> None:
        self._show(f"{self._stage} {done}/{total} {item}")

    def clear(self) -> None:
        self._stream.write(CLEAR_LINE)
        self._stream.flush()

    def _show(self, text: str) -> None:
        # A line that wraps could not be taken back.
        self._stream.write(CLEAR_LINE + text[:76])
        self._stream.flush()


def build(environment: Environment, config: BuildConfig) -> BuildResult:
    """Builds what changed."""
    request = BuildRequest(
        root=config.root,
        out=config.out,
        profile=str(config.profile),
        tests=config.tests,
        jobs=config.jobs,
    )
    with (
        mistakes_reported(environment),
        only_build(config, environment),
        progress_line(environment) as progress,
    ):
        return build_project(request, progress)


def files_to_boot(
    environment: Environment,
    kernel: Path | None,
    initrd: Path | None,
    *,
    profile: Profile,
    out: Path | None,
    jobs: int | None,
    tests: bool = False,
) -> tuple[Path, Path | None]:
    """The kernel and the initrd that were named, or else those of the project, built."""
    if kernel is not None:
        return kernel, initrd
    if initrd is not None:
        raise UsageError("--initrd needs --kernel")
    config = BuildConfig.make(environment, out=out, profile=profile, jobs=jobs, tests=tests)
    result = build(environment, config)
    return result.elf, result.initrd


@contextmanager
def mistakes_reported(environment: Environment) -> Iterator[None]:
    """Prints what the compiler has against the sources; the command has then failed."""
    try:
        yield
    except CompileError as error:
        colour = environment.colour(environment.stderr)
        for diagnostic in error.diagnostics:
            environment.say(render(diagnostic, colour) + "\n")
        count = len(error.diagnostics)
        raise Reported(f"{count} error{'s' if count > 1 else ''}") from None
    except BuildError as error:
        raise ToolError(str(error)) from None


@contextmanager
def progress_line(environment: Environment) -> Iterator[Progress]:
    """A progress line where there is a terminal; a silent one elsewhere."""
    if not environment.redraws(environment.stderr):
        yield Progress()
        return
    line = ProgressLine(environment)
    try:
        yield line
    finally:
        line.clear()


@contextmanager
def only_build(config: BuildConfig, environment: Environment) -> Iterator[None]:
    """Waits until no other build writes to the same folder."""
    config.out.mkdir(parents=True, exist_ok=True)
    with (config.out / ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            environment.say(f"waiting for another build in {config.out}")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield
