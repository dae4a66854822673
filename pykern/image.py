"""The initrd: named files in a ustar archive that ordinary tar opens.

The same files give the same bytes: entries are sorted by name, and what tar records about the
machine that packed them (times, owners, modes) is fixed.
"""

from __future__ import annotations

import io
import tarfile
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from pykern.errors import ToolError

FILE_MODE = 0o644
NAME_BYTES = 100  # the name field of a ustar header; the kernel reads no prefix field


def pack_initrd(files: Mapping[str, bytes]) -> bytes:
    """The archive's bytes."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for name in sorted(files):
            check_name(name)
            entry = tarfile.TarInfo(name)
            entry.size = len(files[name])
            entry.mode = FILE_MODE
            archive.addfile(entry, io.BytesIO(files[name]))
    return packed.getvalue()


def read_initrd(path: Path) -> dict[str, bytes]:
    """The files of an archive, by name."""
    try:
        with tarfile.open(path, mode="r:") as archive:
            streams = {m.name: archive.extractfile(m) for m in archive.getmembers() if m.isfile()}
            return {name: stream.read() for name, stream in streams.items() if stream is not None}
    except (tarfile.TarError, OSError) as error:
        raise ToolError(f"{path} is not an initrd: {error}") from error


def check_name(name: str) -> None:
    """Refuses a name that would mean different things to different readers."""
    parts = PurePosixPath(name).parts
    if not name or name != "/".join(parts) or ".." in parts or name.startswith("/"):
        raise ToolError(f"{name!r} can't be a name in the initrd: it must be a plain relative path")
    if not name.isascii() or not name.isprintable():
        raise ToolError(f"{name!r} can't be a name in the initrd: it must be printable ASCII")
    if len(name) > NAME_BYTES:
        raise ToolError(f"{name!r} can't be a name in the initrd: over {NAME_BYTES} characters")
