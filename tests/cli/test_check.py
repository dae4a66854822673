"""`pykern check`: what is wrong and where, for people and for editors."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pykern.exit_status import ExitStatus
from tests.support.command import pykern

HEAD = '"""A sample."""\nfrom __future__ import annotations\n\nfrom pykern.lang import u32\n\n\n'
GOOD = HEAD + "def twice(x: u32) -> u32:\n    return x + x\n"
WRONG = HEAD + "def twice(x: u32) -> u32:\n    return y + x\n"

KEYS = {"file", "line", "column", "end_line", "end_column", "code", "message", "notes"}


@pytest.fixture
def sample(tmp_path: Path) -> Path:
    return tmp_path / "sample.py"


def test_a_good_file(sample: Path, tmp_path: Path) -> None:
    sample.write_text(GOOD)
    result = pykern("check", sample)
    assert (result.status, result.stdout, result.stderr) == (ExitStatus.DONE, "", "")
    assert pykern("check", sample, "--json").stdout == "[]\n"
    assert [path.name for path in tmp_path.iterdir()] == ["sample.py"]


def test_an_error_for_people(sample: Path) -> None:
    sample.write_text(WRONG)
    result = pykern("check", sample)
    assert result.status == ExitStatus.FAILED
    assert "sample.py:8:12: error[PK0" in result.stdout
    assert "    return y + x" in result.stdout
    assert "\x1b" not in result.stdout


def test_an_error_for_editors(sample: Path) -> None:
    sample.write_text(WRONG)
    result = pykern("check", sample, "--json")
    assert result.status == ExitStatus.FAILED
    (entry,) = json.loads(result.stdout)
    assert set(entry) >= KEYS
    assert entry["file"].endswith("sample.py")
    assert [entry[key] for key in ("line", "column", "end_line", "end_column")] == [8, 12, 8, 13]
    assert isinstance(entry["notes"], list)


def test_every_file_of_a_folder_is_checked(tmp_path: Path) -> None:
    for name in ("a.py", "b.py"):
        (tmp_path / name).write_text(WRONG)
    (tmp_path / "c.py").write_text(GOOD)
    found = json.loads(pykern("check", tmp_path, "--json").stdout)
    assert [Path(entry["file"]).name for entry in found] == ["a.py", "b.py"]


@pytest.mark.parametrize(
    "content", [b"", b"\xff\xfe", b"\0", b"(" * 5000, b"def f(:\n", b"\t \n", b"x = 1\n" * 3000]
)
def test_hostile_files_get_diagnostics(sample: Path, content: bytes) -> None:
    sample.write_bytes(content)
    result = pykern("check", sample, "--json")
    assert result.status in (ExitStatus.DONE, ExitStatus.FAILED), result.stderr
    assert all(set(entry) >= KEYS for entry in json.loads(result.stdout))


def test_an_unreadable_place_is_wrong_usage(tmp_path: Path) -> None:
    assert pykern("check", tmp_path).status == ExitStatus.USAGE  # a folder without dialect files
    (tmp_path / "not-a-name.py").write_text(GOOD)
    result = pykern("check", tmp_path / "not-a-name.py")
    assert result.status == ExitStatus.USAGE
    assert "not a Python name" in result.stderr
