"""`make run` and `make test` set up what is missing, once. What they call are stand-ins here."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

# Writes down how it was called. As Python, it makes an environment whose programs are itself.
STAND_IN = """#!/bin/sh
echo "$(basename "$0") $*" >> "$CALLS"
case "$*" in
*"$FAIL_ON"*) [ -z "$FAIL_ON" ] || exit 1 ;;
esac
if [ "$1 $2" = "-m venv" ]; then
    mkdir -p "$3/bin"
    for program in python pip pykern pytest ruff mypy; do cp "$0" "$3/bin/$program"; done
fi
"""


class Checkout:
    """A folder with the Makefile, in which nothing has been set up."""

    def __init__(self, folder: Path, project_root: Path) -> None:
        self.folder = folder
        self.calls = folder / "calls"
        self.stand_in = folder / "python3"
        shutil.copy(project_root / "Makefile", folder)
        (folder / "pyproject.toml").write_text("")
        self.stand_in.write_text(STAND_IN)
        self.stand_in.chmod(0o755)

    def make(self, goal: str, fail_on: str = "") -> tuple[int, list[str]]:
        """make's status and the programs it called."""
        self.calls.write_text("")
        done = subprocess.run(
            ["make", goal, f"PYTHON={self.stand_in}"],
            cwd=self.folder,
            env={**os.environ, "CALLS": str(self.calls), "FAIL_ON": fail_on, "MAKEFLAGS": ""},
            capture_output=True,
            check=False,
        )
        return done.returncode, self.calls.read_text().splitlines()


@pytest.fixture
def checkout(tmp_path: Path, project_root: Path) -> Checkout:
    return Checkout(tmp_path, project_root)


def set_up(calls: list[str]) -> list[str]:
    return [call for call in calls if "pip install" in call or "-m venv" in call]


def test_the_first_run_sets_up_and_the_second_does_not(checkout: Checkout) -> None:
    status, calls = checkout.make("run")
    assert status == 0
    assert len(set_up(calls)) == 2
    assert calls[-2:] == ["python3 -m pykern.tools qemu", "pykern run"]
    assert checkout.make("run") == (0, ["python3 -m pykern.tools qemu", "pykern run"])


def test_everything_is_tested(checkout: Checkout) -> None:
    status, calls = checkout.make("test")
    assert status == 0
    assert [call.split()[0] for call in calls[-3:]] == ["ruff", "mypy", "pytest"]
    assert "python3 -m pykern.tools qemu" in calls


def test_changed_dependencies_are_installed_into_the_same_environment(checkout: Checkout) -> None:
    checkout.make("run")
    newer = (checkout.folder / ".venv" / ".ready").stat().st_mtime + 10
    os.utime(checkout.folder / "pyproject.toml", (newer, newer))
    calls = set_up(checkout.make("run")[1])
    assert len(calls) == 1
    assert "pip install" in calls[0]


@pytest.mark.parametrize("step", ["-m venv", "pip install", "pykern.tools venv"])
def test_a_failed_setup_is_tried_again(checkout: Checkout, step: str) -> None:
    assert checkout.make("run", fail_on=step)[0] != 0
    status, calls = checkout.make("run")
    assert status == 0
    assert any("pip install" in call for call in calls)


@pytest.mark.parametrize("step", ["ruff", "mypy", "pytest", "pykern.tools qemu"])
def test_a_failed_step_fails_the_tests(checkout: Checkout, step: str) -> None:
    checkout.make("run")
    program = checkout.folder / ".venv" / "bin" / step
    if program.exists():
        program.write_text("#!/bin/sh\nexit 1\n")
        assert checkout.make("test")[0] != 0
    else:
        assert checkout.make("test", fail_on=step)[0] != 0
