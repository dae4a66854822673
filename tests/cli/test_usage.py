"""Command lines as people type them: help, mistakes, and the exit status of each."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from pykern import cli
from pykern.cli import COMMANDS, main
from pykern.environment import Environment
from pykern.exit_status import ExitStatus
from tests.support.command import pykern


@pytest.mark.parametrize("command", [[], *([name] for name in COMMANDS)])
def test_every_command_has_help_with_an_example(command: list[str]) -> None:
    result = pykern(*command, "--help")
    assert result.status == ExitStatus.DONE
    assert f"Usage: {' '.join(['pykern', *command])}" in result.stdout
    assert "Example: pykern" in result.stdout
    assert result.stderr == ""


def test_help_lists_every_command() -> None:
    listed = pykern("--help").stdout
    assert all(f"  {name} " in listed for name in COMMANDS)


def test_every_command_is_a_file(project_root: Path) -> None:
    files = {path.stem for path in (project_root / "pykern" / "commands").glob("*.py")}
    assert files == {*COMMANDS, "__init__", "options"}


def test_the_version() -> None:
    assert pykern("--version").stdout.startswith("pykern, version ")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "Usage: pykern"),
        (["frobnicate"], "No such command 'frobnicate'"),
        (["--frobnicate"], "--frobnicate"),
        ([""], "No such command ''"),
        (["run", "extra"], "extra"),
        (["run", "--smp", "0"], "--smp"),
        (["run", "--smp", "many"], "--smp"),
        (["run", "--smp"], "--smp"),
        (["run", "--smp", "9" * 5000], "--smp"),
        (["run", "--memory", "-1"], "--memory"),
        (["run", "--machine", "pdp11"], "'q35', 'microvm'"),
        (["run", "--accel", "KVM "], "--accel"),
        (["run", "--timeout", "0"], "--timeout"),
        (["run", "--timeout", "nan"], "--timeout"),
        (["run", "--timeout", "inf"], "--timeout"),
        (["run", "--kernel", "/absent"], "/absent"),
        (["run", "--kernel", "/"], "--kernel"),
        (["run", "--initrd", __file__], "--initrd needs --kernel"),
        (["run", "--kernel", __file__, "--append", "a\nb"], "printable"),
        (["debug", "-x", "/absent"], "/absent"),
        (["build", "/absent"], "not a folder"),
        (["build", "tests"], "kernel_src"),
        (["build", "--profile", "fast"], "'debug', 'release'"),
        (["build", "--jobs", "0"], "--jobs"),
        (["check", "/absent"], "/absent does not exist"),
        (["explain", "PK9999"], "'PK9999'"),
        (["explain", "\x1b[31m"], "there is no error"),
        (["explain", "a", "b"], "b"),
    ],
)
def test_wrong_usage(arguments: list[str], words: str, project_root: Path) -> None:
    result = pykern(*arguments, folder=project_root)
    assert result.status == ExitStatus.USAGE, result.stderr
    assert words in result.stderr
    assert result.stdout == ""
    assert "\x1b" not in result.stderr


def test_an_error_is_explained() -> None:
    codes = [line.split()[0] for line in pykern("explain").lines]
    assert codes == sorted(set(codes))
    assert codes
    result = pykern("explain", codes[0].lower())
    assert result.status == ExitStatus.DONE
    assert result.stdout.startswith(codes[0])


def test_an_output_that_can_not_be_written_is_a_failure(tmp_path: Path, project_root: Path) -> None:
    (tmp_path / "file").write_text("")
    result = pykern("build", "--out", tmp_path / "file" / "out", folder=project_root)
    assert result.status == ExitStatus.FAILED
    assert len(result.stderr.splitlines()) == 1


def test_a_bug_is_told_from_a_mistake(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(*arguments: object, **options: object) -> None:
        raise ZeroDivisionError("division by zero")

    monkeypatch.setattr(cli.pykern, "main", broken)
    assert main(["build"], Environment(variables={})) == ExitStatus.INTERNAL
    text = capsys.readouterr().err
    assert "internal error: ZeroDivisionError: division by zero (cli.py:" in text
    assert "Traceback" not in text
    assert main(["build"], Environment(variables={"PYKERN_TRACEBACK": "1"})) == ExitStatus.INTERNAL
    assert "Traceback" in capsys.readouterr().err


def test_signals_are_as_before_afterwards() -> None:
    before = [signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGHUP)]
    main(["explain", "PK9999"])
    assert [signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGHUP)] == before
