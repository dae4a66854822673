"""The kernel's exit values become the command's exit statuses."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from pykern import kernel_exit
from pykern.kernel_exit import verdict
from pykern.machine import Ending, EndKind
from pykern.qemu import EXIT_PORT
from pykern.serial import SerialLog

KERNEL_NAMES = {
    "DEBUG_EXIT_PORT": EXIT_PORT,
    "EXIT_STATUS_FIRST": kernel_exit.STATUS_FIRST,
    "EXIT_STATUS_LARGE": kernel_exit.STATUS_LARGE,
    "EXIT_TRAPPED": kernel_exit.TRAPPED,
    "EXIT_BOOT_REFUSED": kernel_exit.BOOT_REFUSED,
    "EXIT_PANIC": kernel_exit.PANIC,
    "EXIT_DOUBLE_PANIC": kernel_exit.DOUBLE_PANIC,
}


def test_the_values_are_the_kernels(project_root: Path) -> None:
    tree = ast.parse((project_root / "kernel_src" / "abi.py").read_text())
    declared = {
        node.target.id: node.value.value
        for node in tree.body
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name)
        if isinstance(node.value, ast.Constant)
    }
    assert {name: declared.get(name) for name in KERNEL_NAMES} == KERNEL_NAMES


@pytest.mark.parametrize(
    ("value", "output", "status", "words"),
    [
        (1, b"", 0, ""),
        (4, b"", 3, ""),
        (100, b"", 99, ""),
        (101, b"@ exit 100\n", 100, ""),
        (101, b"@ exit 256\n", 255, ""),
        (101, b"", 1, "unknown exit value 101"),
        (101, b"@ exit many\n", 1, "unknown exit value 101"),
        (110, b"", 1, "unknown exit value 110"),
        (124, b"", 124, "trapped"),
        (125, b"@ refused: no initrd\n", 125, "refused what it was given at boot: no initrd"),
        (126, b"", 126, "panicked"),
        (127, b"", 127, "panicked while it panicked"),
    ],
)
def test_a_value(value: int, output: bytes, status: int, words: str) -> None:
    log = SerialLog()
    log.feed(output)
    got, message = verdict(Ending(EndKind.EXITED, value), log)
    assert got == status
    assert words in message
    assert bool(words) == bool(message)


@pytest.mark.parametrize("kind", [EndKind.STOPPED, EndKind.TIMED_OUT, EndKind.BROKE])
def test_an_end_without_a_value_is_a_failure(kind: EndKind) -> None:
    status, message = verdict(Ending(kind, message="QEMU said no"), SerialLog())
    assert status == 1
    assert message


@pytest.mark.parametrize(("text", "status"), [("0", 0), ("7", 7), ("256", 255)])
def test_a_machine_that_switches_itself_off_has_said_its_status(text: str, status: int) -> None:
    log = SerialLog()
    log.feed(f"@ exit {text}\r\n".encode())
    assert verdict(Ending(EndKind.STOPPED), log) == (status, "")
