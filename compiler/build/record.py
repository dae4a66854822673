"""The record a finished build leaves: what it read and wrote, to see soon that nothing changed.

Besides the files it read, a build depends on which files there are: an assembly file, server or
kernel test that is new has been read by nobody. So the record also has the names in those folders.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from compiler.build.cache import compiler_digest, digest_of, write_atomically

if TYPE_CHECKING:
    from compiler.build.project import BuildRequest

NAME = "build.json"
WATCHED = ("boot/*", "servers/*/*", "kernel_src/**/*.py")


class Record:
    """`build.json` in the folder of results."""

    def __init__(self, request: BuildRequest, root: Path, out: Path) -> None:
        self._root = root
        self._path = out / NAME
        self._key = digest_of(
            [compiler_digest(), request.profile, str(request.tests), *request.extra]
        )
        self.sizes: list[tuple[str, int, str]] = []

    def holds(self) -> bool:
        """Whether everything is as the last build left it."""
        try:
            stored = json.loads(self._path.read_bytes())
            if stored["key"] != self._key or stored["names"] != self._names():
                return False
            self.sizes = [(name, size, rights) for name, size, rights in stored["sizes"]]
            return all(_digest(self._root / p) == d for p, d in stored["files"].items())
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return False

    def write(
        self,
        read: Mapping[Path, bytes],
        written: Iterable[Path],
        sizes: list[tuple[str, int, str]],
    ) -> None:
        digests = {str(path): hashlib.sha256(data).hexdigest() for path, data in read.items()}
        digests |= {str(path): _digest(path) for path in written}
        content: dict[str, Any] = {
            "key": self._key,
            "names": self._names(),
            "sizes": sizes,
            "files": dict(sorted(digests.items())),
        }
        write_atomically(self._path, json.dumps(content, indent=1).encode())

    def _names(self) -> list[str]:
        found = {path for pattern in WATCHED for path in self._root.glob(pattern)}
        return sorted(
            path.relative_to(self._root).as_posix()
            for path in found
            if path.suffix in (".py", ".S", ".ld", ".toml")
        )


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
