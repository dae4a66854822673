"""A directory of results by the hash of what they were made from.

An entry is never changed: it is written beside its place and moved there, so a reader sees all of
it or nothing, also when several processes build at once. Each entry begins with the hash of the
rest; one that does not match it (a full disk, a torn write) counts as absent and is made again.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import sys
import tempfile
import time
from collections.abc import Iterable
from functools import cache
from importlib.metadata import version
from pathlib import Path

MAGIC = b"PKC1"
DIGEST_BYTES = 32
MAXIMUM_BYTES = 1 << 30
MAXIMUM_AGE_SECONDS = 30 * 24 * 3600
PRUNE_EVERY_SECONDS = 24 * 3600
LIBRARIES = ("llvmlite", "lark", "ziglang")


def digest_of(parts: Iterable[str | bytes]) -> str:
    """The hash of a list of texts; ["ab", "c"] and ["a", "bc"] differ."""
    whole = hashlib.sha256()
    for part in parts:
        data = part.encode() if isinstance(part, str) else part
        whole.update(len(data).to_bytes(8, "little"))
        whole.update(data)
    return whole.hexdigest()


@cache
def compiler_digest() -> str:
    """The hash of all that decides what a source compiles to: our code, the libraries, Python."""
    here = Path(__file__).resolve().parents[1]
    language = here.parent / "pykern" / "lang"
    files = sorted([*here.rglob("*.py"), *here.rglob("*.lark"), *language.rglob("*.py")])
    parts: list[str | bytes] = [sys.version, *(f"{name} {version(name)}" for name in LIBRARIES)]
    for file in files:
        parts += [file.relative_to(here.parent).as_posix(), file.read_bytes()]
    return digest_of(parts)


class Cache:
    """Entries by kind (a folder) and key (a hash)."""

    def __init__(self, root: Path) -> None:
        self.root = root

    @classmethod
    def of_project(cls, root: Path) -> Cache:
        """`PYKERN_CACHE` if it is set, else `build/.cache` of the project."""
        chosen = os.environ.get("PYKERN_CACHE")
        return cls(Path(chosen) if chosen else root / "build" / ".cache")

    def _path(self, kind: str, key: str) -> Path:
        return self.root / kind / key[:2] / key[2:]

    def load(self, kind: str, key: str) -> bytes | None:
        path = self._path(kind, key)
        try:
            data = path.read_bytes()
        except OSError:
            return None
        head = len(MAGIC) + DIGEST_BYTES
        payload = data[head:]
        if data[:head] != MAGIC + hashlib.sha256(payload).digest():
            return None
        with contextlib.suppress(OSError):
            os.utime(path)  # used now: pruned last
        return payload

    def store(self, kind: str, key: str, payload: bytes) -> None:
        path = self._path(kind, key)
        write_atomically(path, MAGIC + hashlib.sha256(payload).digest() + payload)

    def prune(
        self, maximum_bytes: int = MAXIMUM_BYTES, maximum_age: float = MAXIMUM_AGE_SECONDS
    ) -> int:
        """Removes the long unused, then the least recently used above the size; how many."""
        entries = sorted(self._entries(), reverse=True)
        oldest = time.time() - maximum_age
        total = removed = 0
        for used, size, path in entries:
            total += size
            if used < oldest or total > maximum_bytes:
                with contextlib.suppress(OSError):
                    path.unlink()
                    removed += 1
        return removed

    def prune_sometimes(self) -> None:
        """Prunes unless that was done lately, since listing all entries takes a while."""
        marker = self.root / "pruned"
        try:
            due = time.time() - marker.stat().st_mtime > PRUNE_EVERY_SECONDS
        except OSError:
            due = self.root.is_dir()
        if due:
            self.prune()
            marker.touch()

    def _entries(self) -> Iterable[tuple[float, int, Path]]:
        for path in self.root.glob("*/??/*"):
            with contextlib.suppress(OSError):
                status = path.stat()
                yield status.st_mtime, status.st_size, path


def write_atomically(path: Path, data: bytes) -> None:
    """Writes a file so that nobody ever sees half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".new-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise


def write_if_changed(path: Path, data: bytes) -> None:
    """Leaves a file alone that already holds `data`."""
    with contextlib.suppress(OSError):
        if path.read_bytes() == data:
            return
    write_atomically(path, data)
