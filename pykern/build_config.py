"""What a build is asked for on the command line."""

from __future__ import annotations

import os
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Self

from pykern.environment import Environment
from pykern.errors import UsageError

DEFAULT_OUT = "build"


class Profile(StrEnum):
    """Both keep every check and all debug information; release lets LLVM work harder."""

    DEBUG = "debug"
    RELEASE = "release"


@dataclass(frozen=True)
class BuildConfig:
    """All switches of a build. `root` holds the folder of the kernel's package."""

    root: Path
    out: Path
    profile: Profile = Profile.DEBUG
    tests: bool = False
    jobs: int = 1

    @classmethod
    def make(
        cls,
        environment: Environment,
        *,
        kernel_src: Path | None = None,
        out: Path | None = None,
        profile: Profile = Profile.DEBUG,
        tests: bool = False,
        jobs: int | None = None,
    ) -> Self:
        """A config from what was given; what was not is found or has a default."""
        root = environment.project_root() if kernel_src is None else root_of(kernel_src)
        default_out = root / DEFAULT_OUT / ("tests" if tests else "")
        return cls(root, out or default_out, profile, tests, jobs or len(os.sched_getaffinity(0)))


def root_of(kernel_src: Path) -> Path:
    """The folder that holds the kernel's sources, of which the kernel's modules are named."""
    sources = kernel_src.resolve()
    if not sources.is_dir():
        raise UsageError(f"{kernel_src} is not a folder")
    if sources.name != "kernel_src":
        raise UsageError(f"{kernel_src}: the folder of the kernel's sources is called kernel_src")
    return sources.parent
