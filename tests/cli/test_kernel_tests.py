"""`pykern test`: what the kernel's test runner prints becomes outcomes and a status."""

from __future__ import annotations

from pathlib import Path

import pytest

from pykern.exit_status import ExitStatus
from pykern.kernel_tests import RANGES_MAX, KernelTest, batch_of, ranges_of, read_tests
from tests.support.command import pykern
from tests.support.tiny_kernel import build_tiny_kernel, exit_with

TESTS = ("a.first", "b.second")
ONE = b"@ test 0 2 a.first a.py:3\r\n@ passed 0\r\n"
TWO = b"@ test 1 2 b.second a.py:3\r\n"
PANIC = b"\r\nPANIC: 1 is not 2\r\n@ panic\r\n"


def run(
    folder: Path,
    message: bytes,
    value: int,
    *patterns: str,
    tests: tuple[str, ...] | None = TESTS,
) -> tuple[int, str, str]:
    kernel = build_tiny_kernel(folder, message, exit_with(value), tests=tests)
    result = pykern("test", *patterns, "--kernel", kernel)
    return result.status, result.stdout, result.stderr


def numbered(*numbers: int) -> list[KernelTest]:
    return [KernelTest(number, 1000, f"a.t{number}", "a.py:3") for number in numbers]


def test_all_pass(tmp_path: Path) -> None:
    status, text, _ = run(tmp_path, ONE + TWO + b"@ passed 1\r\n@ exit 0\r\n", 1)
    assert status == ExitStatus.DONE
    assert text == "passed  vm    a.first\npassed  vm    b.second\n2 passed, 0 failed\n"


def test_a_panic_is_the_failure_of_its_test(tmp_path: Path) -> None:
    status, text, _ = run(tmp_path, ONE + TWO + PANIC, 126)
    assert status == ExitStatus.FAILED
    assert "passed  vm    a.first\nFAILED  vm    b.second  a.py:3\n" in text
    assert "    PANIC: 1 is not 2\n" in text
    assert text.endswith("1 passed, 1 failed\n")


def test_a_test_that_ends_the_machine_has_failed(tmp_path: Path) -> None:
    status, text, _ = run(tmp_path, ONE + TWO + b"@ exit 0\r\n", 1)
    assert status == ExitStatus.FAILED
    assert text.endswith("1 passed, 1 failed\n")


def test_a_pattern_chooses(tmp_path: Path) -> None:
    status, text, _ = run(tmp_path, ONE + b"@ exit 0\r\n", 1, "a.*")
    assert (status, text) == (ExitStatus.DONE, "passed  vm    a.first\n1 passed, 0 failed\n")


def test_a_pattern_without_a_test(tmp_path: Path) -> None:
    status, text, errors = run(tmp_path, ONE, 1, "a.*", "c.*")
    assert (status, text) == (ExitStatus.FAILED, "")
    assert "no test is called c.*" in errors


def test_a_kernel_without_a_table_is_a_failure(tmp_path: Path) -> None:
    status, text, errors = run(tmp_path, b"hello\r\n", 1, tests=None)
    assert (status, text) == (ExitStatus.FAILED, "")
    assert "not one of a test build" in errors


def test_a_file_that_is_no_kernel(tmp_path: Path) -> None:
    (tmp_path / "text").write_text("no kernel")
    result = pykern("test", "--kernel", tmp_path / "text")
    assert result.status == ExitStatus.FAILED
    assert "not an ELF file" in result.stderr


def test_a_kernel_that_runs_no_test_is_a_failure(tmp_path: Path) -> None:
    status, _, errors = run(tmp_path, b"hello\r\n", 1)
    assert status == ExitStatus.FAILED
    assert "did not run its tests" in errors


def test_an_end_between_tests_is_a_failure(tmp_path: Path) -> None:
    status, _, errors = run(tmp_path, ONE, 126)
    assert status == ExitStatus.FAILED
    assert "did not run its tests: the kernel panicked" in errors


def test_other_tests_than_asked_for_are_a_failure(tmp_path: Path) -> None:
    status, _, errors = run(tmp_path, ONE + b"@ exit 0\r\n", 1, "b.*")
    assert status == ExitStatus.FAILED
    assert "ran other tests than 1" in errors


def test_an_event_that_makes_no_sense_is_a_failure(tmp_path: Path) -> None:
    status, _, errors = run(tmp_path, b"@ test one\r\n", 1)
    assert status == ExitStatus.FAILED
    assert "can't be read" in errors


@pytest.mark.parametrize(
    ("numbers", "text"),
    [((0,), "0"), ((0, 1, 2), "0-2"), ((0, 2, 3, 7), "0,2-3,7")],
)
def test_numbers_as_the_command_line_has_them(numbers: tuple[int, ...], text: str) -> None:
    assert ranges_of(numbered(*numbers)) == text


def test_one_machine_is_given_so_many_ranges() -> None:
    tests = numbered(*range(0, 4 * RANGES_MAX, 2))
    assert batch_of(tests) == tests[:RANGES_MAX]
    assert batch_of(tests[:RANGES_MAX]) == tests[:RANGES_MAX]
    assert batch_of(numbered(*range(1000))) == numbered(*range(1000))


def test_the_table_is_read_from_the_file(tmp_path: Path) -> None:
    found = read_tests(build_tiny_kernel(tmp_path, b"", exit_with(1), tests=TESTS))
    assert found == [KernelTest(0, 2, TESTS[0], "a.py:3"), KernelTest(1, 2, TESTS[1], "a.py:3")]
    assert [test.module for test in found] == ["a", "b"]
