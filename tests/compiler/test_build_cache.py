"""The directory of results by content."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from compiler.build.cache import Cache, digest_of, write_if_changed

KEY, OTHER_KEY = digest_of(["a"]), digest_of(["b"])


def entries(cache: Cache) -> list[Path]:
    return sorted(cache.root.glob("*/??/*"))


def test_what_was_stored_is_loaded(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    cache.store("unit", KEY, b"data")
    assert cache.load("unit", KEY) == b"data"
    assert cache.load("unit", OTHER_KEY) is None
    assert cache.load("tree", KEY) is None


@pytest.mark.parametrize("damage", [b"", b"PKC1", b"x" * 100, None])
def test_a_damaged_entry_is_absent(tmp_path: Path, damage: bytes | None) -> None:
    cache = Cache(tmp_path)
    cache.store("unit", KEY, b"data" * 100)
    (entry,) = entries(cache)
    entry.write_bytes(entry.read_bytes()[:-1] if damage is None else damage)
    assert cache.load("unit", KEY) is None
    cache.store("unit", KEY, b"again")
    assert cache.load("unit", KEY) == b"again"


def test_parts_do_not_run_into_each_other() -> None:
    assert digest_of(["ab", "c"]) != digest_of(["a", "bc"])


def test_pruning_drops_the_old_and_then_the_least_recently_used(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    for number in range(6):
        cache.store("unit", digest_of([str(number)]), b"x" * 1000)
    paths = [cache._path("unit", digest_of([str(number)])) for number in range(6)]
    for age, path in enumerate(paths):
        used = path.stat().st_mtime - 1000 * age
        os.utime(path, (used, used))
    assert cache.prune(maximum_bytes=2500, maximum_age=4500) == 4
    assert entries(cache) == sorted(paths[:2])


def test_a_load_counts_as_use(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    cache.store("unit", KEY, b"x")
    (entry,) = entries(cache)
    os.utime(entry, (0, 0))
    cache.load("unit", KEY)
    assert entry.stat().st_mtime > 0


def test_writing_the_same_bytes_leaves_the_file_alone(tmp_path: Path) -> None:
    path = tmp_path / "file"
    write_if_changed(path, b"1")
    os.utime(path, (0, 0))
    write_if_changed(path, b"1")
    assert path.stat().st_mtime == 0
    write_if_changed(path, b"2")
    assert path.read_bytes() == b"2"


def test_the_variable_chooses_the_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PYKERN_CACHE", raising=False)
    assert Cache.of_project(tmp_path).root == tmp_path / "build" / ".cache"
    monkeypatch.setenv("PYKERN_CACHE", "/somewhere")
    assert Cache.of_project(tmp_path).root == Path("/somewhere")


def test_asking_whether_anything_changed_needs_no_heavy_library(project_root: Path) -> None:
    """An unchanged build is as fast as reading the sources."""
    code = (
        "import sys, compiler.build.project; "
        "print([m for m in ('llvmlite', 'lark', 'elftools') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=project_root, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
