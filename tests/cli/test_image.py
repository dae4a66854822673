"""The initrd is an ordinary ustar archive, the same for the same files."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from pykern.errors import ToolError
from pykern.image import pack_initrd, read_initrd

FILES = {"servers/hello.wasm": b"\0asm" * 200, "boot.manifest": b"hello\n", "empty": b""}


def test_tar_opens_it(tmp_path: Path) -> None:
    (tmp_path / "initrd.tar").write_bytes(pack_initrd(FILES))
    listed = subprocess.run(
        ["tar", "-tf", "initrd.tar"], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert listed.stdout.splitlines() == sorted(FILES)
    subprocess.run(["tar", "-xf", "initrd.tar"], cwd=tmp_path, check=True)
    for name, content in FILES.items():
        assert (tmp_path / name).read_bytes() == content


def test_what_is_packed_is_read_back(tmp_path: Path) -> None:
    (tmp_path / "initrd.tar").write_bytes(pack_initrd(FILES))
    assert read_initrd(tmp_path / "initrd.tar") == FILES


def test_the_bytes_depend_on_the_files_alone() -> None:
    packed = pack_initrd(FILES)
    assert pack_initrd(dict(reversed(FILES.items()))) == packed
    assert packed[257:263] == b"ustar\0"
    assert packed[136:148] == b"00000000000\0"  # the time of the first entry


@pytest.mark.parametrize(
    "name", ["", "/etc/passwd", "../up", "a/../b", "a//b", "./a", "a/", "ä", "a\nb", "x" * 101]
)
def test_ambiguous_names_are_refused(name: str) -> None:
    with pytest.raises(ToolError, match="can't be a name"):
        pack_initrd({name: b""})


@pytest.mark.parametrize("content", [b"", b"not a tar file", pack_initrd(FILES)[:700]])
def test_a_file_that_is_no_archive(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x.tar").write_bytes(content)
    with pytest.raises(ToolError, match="is not an initrd"):
        read_initrd(tmp_path / "x.tar")
