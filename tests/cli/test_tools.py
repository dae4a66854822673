"""Missing programs are named in one line, and installed only by who may."""

from __future__ import annotations

import shutil
import stat
from pathlib import Path

import pytest

from pykern import tools
from pykern.errors import ToolMissing

FAKE_APT = """#!/bin/sh
echo "$@" >> "{folder}/calls"
case "$1" in
update) : > "{folder}/lists" ;;
install)
    [ -e "{folder}/lists" ] || {{ echo "E: Unable to locate package" >&2; exit 100; }}
    printf '#!/bin/sh\\n' > "{folder}/gdb"; {chmod} +x "{folder}/gdb" ;;
esac
"""


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that holds every program there is."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.setattr("os.geteuid", lambda: 0)
    tools.find.cache_clear()
    return folder


def add_program(folder: Path, name: str, text: str) -> None:
    program = folder / name
    program.write_text(text)
    program.chmod(program.stat().st_mode | stat.S_IXUSR)


def test_a_missing_program_says_how_to_get_it(programs: Path) -> None:
    with pytest.raises(ToolMissing, match="apt-get install qemu-system-x86$"):
        tools.find("qemu")


def test_a_present_program_is_found(programs: Path) -> None:
    add_program(programs, "gdb", "#!/bin/sh\n")
    assert tools.find("gdb") == programs / "gdb"
    assert tools.main(["gdb"]) == 0


def test_without_a_package_manager_one_line_says_what_to_install(
    programs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert tools.main(["gdb"]) == 1
    line = "gdb is not installed; on Debian or Ubuntu: apt-get install gdb\n"
    assert capsys.readouterr().err == line
    assert tools.main(["--optional", "gdb"]) == 0


def test_package_lists_are_fetched_only_when_they_are_needed(programs: Path) -> None:
    chmod = shutil.which("chmod", path="/usr/bin:/bin")
    add_program(programs, "apt-get", FAKE_APT.format(folder=programs, chmod=chmod))
    assert tools.main(["gdb"]) == 0
    calls = (programs / "calls").read_text().splitlines()
    assert [call.split()[0] for call in calls] == ["install", "update", "install"]
    assert calls[0].endswith("--no-install-recommends gdb")


def test_an_ordinary_user_without_sudo_may_not_install(
    programs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_program(programs, "apt-get", "#!/bin/sh\n")
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    assert tools.package_manager() is None
    add_program(programs, "sudo", "#!/bin/sh\nexit 1\n")
    assert tools.package_manager() is None
    add_program(programs, "sudo", "#!/bin/sh\nexit 0\n")
    assert tools.package_manager() == ["sudo", "-n", "apt-get"]
