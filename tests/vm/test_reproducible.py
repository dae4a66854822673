"""The whole project built twice, from nothing, gives the same bytes."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.support.command import pykern

SOURCES = ("kernel_src", "servers", "boot")
RESULTS = ("pykern.elf", "pykern.map", "initrd.tar")


def build_cold(root: Path, folder: Path, jobs: int) -> dict[str, bytes]:
    """The results of a build that finds nothing in its cache."""
    cache = {"PYKERN_CACHE": str(folder / "cache")}
    out = folder / "out"
    result = pykern("build", "--out", out, "--jobs", str(jobs), folder=root, variables=cache)
    assert result.status == 0, result.stderr
    return {name: (out / name).read_bytes() for name in RESULTS}


def test_the_bytes_do_not_depend_on_the_number_of_processes(
    project_root: Path, tmp_path: Path
) -> None:
    for name in SOURCES:
        shutil.copytree(project_root / name, tmp_path / "project" / name)
    first = build_cold(tmp_path / "project", tmp_path / "one", jobs=1)
    second = build_cold(tmp_path / "project", tmp_path / "two", jobs=2)
    for name in RESULTS:
        if first[name] != second[name]:
            pytest.fail(f"{name} differs between two builds of the same sources")
