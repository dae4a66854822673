"""`pykern test`: what the kernel's test runner prints becomes outcomes and a status."""

from __future__ import annotations

from pathlib import Path

from pykern.exit_status import ExitStatus
from tests.support.command import pykern
from tests.support.tiny_kernel import build_tiny_kernel, exit_with

ONE = b"@ test 0 2 a.first a.py:3\r\n@ passed 0\r\n"
TWO = b"@ test 1 2 a.second a.py:9\r\n"
PANIC = b"\r\nPANIC: 1 is not 2\r\n@ panic\r\n"


def run(folder: Path, message: bytes, value: int) -> tuple[int, str, str]:
    result = pykern("test", "--kernel", build_tiny_kernel(folder, message, exit_with(value)))
    return result.status, result.stdout, result.stderr


def test_all_pass(tmp_path: Path) -> None:
    status, text, _ = run(tmp_path, ONE + TWO + b"@ passed 1\r\n@ exit 0\r\n", 1)
    assert status == ExitStatus.DONE
    assert text == "passed  a.first\npassed  a.second\n2 passed, 0 failed\n"


def test_a_panic_is_the_failure_of_its_test(tmp_path: Path) -> None:
    status, text, _ = run(tmp_path, ONE + TWO + PANIC, 126)
    assert status == ExitStatus.FAILED
    assert "passed  a.first\nFAILED  a.second  a.py:9\n" in text
    assert "    PANIC: 1 is not 2\n" in text
    assert text.endswith("1 passed, 1 failed\n")


def test_a_kernel_without_tests_is_a_failure(tmp_path: Path) -> None:
    status, text, errors = run(tmp_path, b"hello\r\n", 1)
    assert (status, text) == (ExitStatus.FAILED, "")
    assert "did not run its tests" in errors


def test_an_end_between_tests_is_a_failure(tmp_path: Path) -> None:
    status, _, errors = run(tmp_path, ONE, 126)
    assert status == ExitStatus.FAILED
    assert "did not run its tests: the kernel panicked" in errors


def test_an_event_that_makes_no_sense_is_a_failure(tmp_path: Path) -> None:
    status, _, errors = run(tmp_path, b"@ test one\r\n", 1)
    assert status == ExitStatus.FAILED
    assert "can't be read" in errors
