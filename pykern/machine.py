"""A running QEMU: spawned, read, written to, timed, and always ended by the one who started it.

The guest's first serial port is QEMU's standard input and output. QEMU gets a session of its own,
so a Ctrl-C at the terminal reaches pykern alone, and it is told by the kernel to die with pykern.
"""

from __future__ import annotations

import ctypes
import os
import selectors
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum, auto
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from pykern import tools
from pykern.qemu import MachineConfig, command_line, host_has_kvm

PIECE_BYTES = 65536
PR_SET_PDEATHSIG = 1  # <linux/prctl.h>

_libc = ctypes.CDLL(None)


class EndKind(Enum):
    """How a machine can end."""

    EXITED = auto()  # the kernel wrote a value to the exit port
    STOPPED = auto()  # QEMU ended by itself and no value was written: a power-off, or a reset
    TIMED_OUT = auto()
    BROKE = auto()  # QEMU refused to start, or crashed


@dataclass(frozen=True)
class Ending:
    """The end of a machine."""

    kind: EndKind
    value: int | None = None  # what the kernel wrote to the exit port
    message: str = ""  # what QEMU itself had to say


class Deadline:
    """A moment that may never come."""

    def __init__(self, seconds: float | None) -> None:
        self._at = None if seconds is None else time.monotonic() + seconds

    def remaining(self) -> float | None:
        return None if self._at is None else max(0.0, self._at - time.monotonic())

    def has_passed(self) -> bool:
        return self._at is not None and time.monotonic() >= self._at


class TimedOut(Exception):
    """The deadline passed while waiting for the machine."""


class Machine:
    """One QEMU process. Use it in a `with` statement: leaving it ends the process.

    It is to be started by the thread that outlives it: the death signal follows the thread.
    """

    def __init__(self, config: MachineConfig) -> None:
        self.config = config
        self._process: subprocess.Popen[bytes] | None = None
        # What is typed at this descriptor is passed on while the output is being read.
        self.keyboard: int | None = None
        self._unsent = bytearray()
        self._messages: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 (closed on leaving)

    def __enter__(self) -> Self:
        config = self.config
        arguments = command_line(config, str(tools.find("qemu")), host_has_kvm())
        self._process = subprocess.Popen(
            arguments,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._messages,
            bufsize=0,
            pass_fds=[fd for fd in (config.gdb_listener, config.qmp_listener) if fd is not None],
            start_new_session=True,
            preexec_fn=_die_with_parent,
        )
        os.set_blocking(_descriptor(self._process.stdin), False)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.kill()
        for stream in (self.process.stdin, self.process.stdout, self._messages):
            if stream is not None:
                stream.close()

    @property
    def process(self) -> subprocess.Popen[bytes]:
        assert self._process is not None, "the machine has not been started"
        return self._process

    def kill(self) -> None:
        """Ends QEMU if it still runs. Its sockets lie in folders that their owners remove."""
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def send(self, data: bytes) -> None:
        """Queues bytes for the serial port; they leave while the output is being read."""
        self._unsent += data

    def receive(self, deadline: Deadline) -> bytes:
        """The next output, or nothing at its end."""
        output = _descriptor(self.process.stdout)
        while True:
            for descriptor in self._wait(output, deadline):
                if descriptor == output:
                    return os.read(output, PIECE_BYTES)
                if descriptor == self.keyboard:
                    keys = os.read(descriptor, PIECE_BYTES)
                    self.send(keys)
                    self.keyboard = self.keyboard if keys else None
                else:
                    self._send_unsent(descriptor)

    def _wait(self, output: int, deadline: Deadline) -> list[int]:
        """The descriptors that are ready, the output first."""
        with selectors.DefaultSelector() as selector:
            selector.register(output, selectors.EVENT_READ)
            if self.keyboard is not None:
                selector.register(self.keyboard, selectors.EVENT_READ)
            if self._unsent:
                selector.register(_descriptor(self.process.stdin), selectors.EVENT_WRITE)
            ready = [key.fd for key, _ in selector.select(deadline.remaining())]
        if not ready and deadline.has_passed():
            raise TimedOut
        return sorted(ready, key=lambda descriptor: descriptor != output)

    def _send_unsent(self, descriptor: int) -> None:
        try:
            sent = os.write(descriptor, self._unsent)
        except BlockingIOError:
            return
        except BrokenPipeError:
            sent = len(self._unsent)  # QEMU has ended; nobody will read the rest
        del self._unsent[:sent]

    def ending(self, deadline: Deadline) -> Ending:
        """How the machine ended, after the end of its output."""
        try:
            status = self.process.wait(deadline.remaining())
        except subprocess.TimeoutExpired:
            raise TimedOut from None
        self._messages.seek(0)
        message = self._messages.read().decode(errors="replace").strip()
        return ending_of(status, message)


def ending_of(status: int, message: str) -> Ending:
    """What QEMU's exit status means.

    The exit device makes it 2 * value + 1. QEMU uses 1 for its own failures too, and then says why,
    so the kernel's values begin with 1.
    """
    if status < 0:
        name = signal.Signals(-status).name
        return Ending(EndKind.BROKE, message=message or f"QEMU was ended by {name}")
    if status == 0:
        return Ending(EndKind.STOPPED, message=message)
    if status == 1 or status % 2 == 0:
        return Ending(EndKind.BROKE, message=message or f"QEMU ended with status {status}")
    return Ending(EndKind.EXITED, value=status >> 1, message=message)


def run_machine(
    config: MachineConfig,
    on_output: Callable[[bytes], object],
    timeout: float | None = None,
    keyboard: int | None = None,
    typed: bytes = b"",
) -> Ending:
    """Runs a machine to its end, handing over what it prints; `typed` waits at its serial port."""
    deadline = Deadline(timeout)
    with Machine(config) as machine:
        machine.keyboard = keyboard
        machine.send(typed)
        try:
            while output := machine.receive(deadline):
                on_output(output)
            return machine.ending(deadline)
        except TimedOut:
            return Ending(EndKind.TIMED_OUT)


@contextmanager
def listening_socket(name: str) -> Iterator[tuple[Path, int]]:
    """A Unix socket in a folder of its own: its path, and a descriptor to give to QEMU."""
    with (
        tempfile.TemporaryDirectory(prefix="pykern-") as folder,
        socket.socket(socket.AF_UNIX) as listener,
    ):
        path = Path(folder) / name
        listener.bind(str(path))
        listener.listen(1)
        yield path, listener.fileno()


def _die_with_parent() -> None:
    """Between fork and exec: a pykern that is killed outright leaves no QEMU either."""
    _libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def _descriptor(stream: IO[bytes] | None) -> int:
    assert stream is not None
    return stream.fileno()
