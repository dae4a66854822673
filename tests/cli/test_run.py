"""`pykern run`: the machine's output and end are the command's."""

from __future__ import annotations

import fcntl
import os
import pty
import signal
import subprocess
import sys
import termios
from collections.abc import Iterator
from pathlib import Path

import pytest

from pykern.exit_status import ExitStatus
from tests.support.command import PATIENCE_SECONDS, pykern
from tests.support.tiny_kernel import (
    ECHO,
    HALT_FOR_EVER,
    TRIPLE_FAULT,
    build_tiny_kernel,
    exit_with,
)


def test_output_and_status_are_the_machines(tmp_path: Path) -> None:
    kernel = build_tiny_kernel(tmp_path, b"hello\r\n@ exit 3\r\n", exit_with(4))
    result = pykern("run", "--kernel", kernel)
    assert (result.status, result.stdout, result.stderr) == (3, "hello\n", "")
    assert pykern("run", "--kernel", kernel, "--events").stdout == "hello\n@ exit 3\n"


def test_a_panic_has_its_own_status(tmp_path: Path) -> None:
    kernel = build_tiny_kernel(tmp_path, b"PANIC: why\r\n", exit_with(126))
    result = pykern("run", "--kernel", kernel, "--machine", "microvm")
    assert (result.status, result.stdout) == (126, "PANIC: why\n")
    assert result.stderr == "pykern: the kernel panicked\n"


def test_a_reset_is_a_failure(tmp_path: Path) -> None:
    result = pykern("run", "--kernel", build_tiny_kernel(tmp_path, b"", TRIPLE_FAULT))
    assert result.status == ExitStatus.FAILED
    assert "reset" in result.stderr


def test_a_hung_machine_is_ended(tmp_path: Path) -> None:
    kernel = build_tiny_kernel(tmp_path, b"", HALT_FOR_EVER)
    result = pykern("run", "--kernel", kernel, "--timeout", "1")
    assert result.status == ExitStatus.FAILED
    assert result.stderr == "pykern: timed out; the machine was ended\n"


def test_a_file_that_is_no_kernel(tmp_path: Path) -> None:
    result = pykern("run", "--kernel", Path(__file__))
    assert result.status == ExitStatus.FAILED
    assert result.stderr.startswith("pykern: ")


def test_without_a_terminal_nothing_is_typed(tmp_path: Path) -> None:
    kernel = build_tiny_kernel(tmp_path, b"", exit_with(1))
    result = pykern("run", "--kernel", kernel, typed=b"not for the machine")
    assert (result.status, result.stdout) == (0, "")


def test_qemu_missing_is_one_line(tmp_path: Path) -> None:
    kernel = build_tiny_kernel(tmp_path, b"", exit_with(1))
    result = pykern("run", "--kernel", kernel, variables={"PATH": str(tmp_path)})
    assert result.status == ExitStatus.FAILED
    assert result.stderr == (
        "pykern: qemu-system-x86_64 is not installed; "
        "on Debian or Ubuntu: apt-get install qemu-system-x86\n"
    )


class Session:
    """`pykern run` on a terminal of its own."""

    def __init__(self, kernel: Path) -> None:
        self.master, self.terminal = pty.openpty()
        self.before = termios.tcgetattr(self.terminal)
        self.process = subprocess.Popen(
            [sys.executable, "-m", "pykern", "run", "--kernel", str(kernel)],
            stdin=self.terminal,
            stdout=self.terminal,
            stderr=self.terminal,
            start_new_session=True,
            preexec_fn=self._take_terminal,
        )

    def _take_terminal(self) -> None:
        """As a shell starts a command; a suite in the background is itself deaf to Ctrl-C."""
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        fcntl.ioctl(0, termios.TIOCSCTTY, 0)

    def read_until(self, text: bytes) -> bytes:
        seen = b""
        while text not in seen:
            seen += os.read(self.master, 4096)
        return seen

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        os.close(self.master)
        os.close(self.terminal)


@pytest.fixture
def echo_session(tmp_path: Path) -> Iterator[Session]:
    session = Session(build_tiny_kernel(tmp_path, b"ready>", ECHO))
    yield session
    session.close()


def test_keys_reach_the_machine_and_the_terminal_comes_back(echo_session: Session) -> None:
    echo_session.read_until(b"ready>")
    assert termios.tcgetattr(echo_session.terminal) != echo_session.before
    os.write(echo_session.master, b"ab")
    assert echo_session.read_until(b"ab") == b"ab"  # once: the terminal itself echoes nothing
    os.write(echo_session.master, b"x")
    assert echo_session.process.wait(PATIENCE_SECONDS) == 8
    assert termios.tcgetattr(echo_session.terminal) == echo_session.before


@pytest.mark.parametrize(
    ("key_or_signal", "status"),
    [(b"\x03", 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)],
    ids=["Ctrl-C", "SIGTERM", "SIGHUP"],
)
def test_an_interruption_leaves_nothing(
    echo_session: Session, key_or_signal: bytes | signal.Signals, status: int
) -> None:
    echo_session.read_until(b"ready>")
    machine = child_of(echo_session.process.pid)
    if isinstance(key_or_signal, bytes):
        os.write(echo_session.master, key_or_signal)
    else:
        echo_session.process.send_signal(key_or_signal)
    assert echo_session.process.wait(PATIENCE_SECONDS) == status
    assert termios.tcgetattr(echo_session.terminal) == echo_session.before
    assert not Path(f"/proc/{machine}").exists()


def child_of(process: int) -> int:
    children = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    assert len(children) == 1
    return int(children[0])
