"""Runs the tests compiled into a kernel, each machine from the test after the last one that failed.

Which there are is in the kernel's file (compiler/build/test_table.py); the events are those of
kernel_src/selftest/runner.py.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from elftools.common.exceptions import ELFError
from elftools.elf.elffile import ELFFile
from elftools.elf.sections import SymbolTableSection

from pykern.backtrace import Symboliser
from pykern.errors import ToolError
from pykern.kernel_exit import verdict
from pykern.machine import run_machine
from pykern.qemu import MachineConfig
from pykern.serial import Event, SerialLog

TEST_EVENT = "test"
PASSED_EVENT = "passed"

TABLE = "pk_test_table"
COUNT = "pk_test_count"
ROW = struct.Struct("<QQQQQI4x")
"""Name, function, file, line: texts are an address and a length."""

RANGES_MAX = 64
"""Ranges of numbers given to one machine: its command line is bounded (limits.py)."""


@dataclass(frozen=True)
class KernelTest:
    """A test as the table or its event names it."""

    number: int
    count: int
    name: str
    place: str

    @property
    def module(self) -> str:
        return self.name.rpartition(".")[0]


@dataclass(frozen=True)
class Outcome:
    """What became of a test; `report` is what was printed if it failed."""

    test: KernelTest
    passed: bool
    report: str = ""


@dataclass(frozen=True)
class TestRun:
    """What one machine did: which tests passed, and which one ended it."""

    passed: list[KernelTest]
    failed: KernelTest | None
    report: str
    events: list[Event]


def read_tests(kernel: Path) -> list[KernelTest]:
    """The table of a test build's tests."""
    try:
        with kernel.open("rb") as file:
            return read_table(ELFFile(file))
    except ELFError as error:
        raise ToolError(f"{kernel}: not an ELF file: {error}") from None
    except (struct.error, UnicodeDecodeError):
        raise ToolError(f"{kernel}: its table of tests can't be read") from None


def read_table(elf: Any) -> list[KernelTest]:
    symbols = elf.get_section_by_name(".symtab")
    found: dict[str, int] = {}
    if isinstance(symbols, SymbolTableSection):
        found = {s.name: s["st_value"] for s in symbols.iter_symbols() if s.name in (TABLE, COUNT)}
    if len(found) != 2:
        raise ToolError("the kernel has no tests: it is not one of a test build")
    (count,) = struct.unpack("<Q", bytes_at(elf, found[COUNT], 8))
    rows = ROW.iter_unpack(bytes_at(elf, found[TABLE], count * ROW.size))
    return [
        KernelTest(number, count, text_at(elf, *name), f"{text_at(elf, *file)}:{line}")
        for number, (*name, _, file_at, file_length, line) in enumerate(rows)
        for file in [(file_at, file_length)]
    ]


def bytes_at(elf: Any, address: int, size: int) -> bytes:
    for segment in elf.iter_segments("PT_LOAD"):
        start = address - segment["p_vaddr"]
        if start >= 0 and start + size <= segment["p_filesz"]:
            return bytes(segment.data()[start : start + size])
    raise ToolError(f"the kernel's table of tests leads to {address:#x}, which is not in its file")


def text_at(elf: Any, address: int, size: int) -> str:
    return bytes_at(elf, address, size).decode()


def run_kernel_tests(
    config: MachineConfig, tests: Sequence[KernelTest], timeout: float | None
) -> Iterator[Outcome]:
    """The outcome of each of these tests, in order."""
    remaining = list(tests)
    while remaining:
        batch = batch_of(remaining)
        run = boot_tests(config, batch, timeout)
        yield from (Outcome(test, True) for test in run.passed)
        if run.failed is not None:
            yield Outcome(run.failed, False, run.report)
        remaining = remaining[len(run.passed) + (run.failed is not None) :]


def batch_of(tests: Sequence[KernelTest]) -> list[KernelTest]:
    """As many as one machine can be asked for."""
    ends = [i for i, test in enumerate(tests) if i and test.number != tests[i - 1].number + 1]
    return list(tests[: ends[RANGES_MAX - 1]] if len(ends) >= RANGES_MAX else tests)


def ranges_of(tests: Sequence[KernelTest]) -> str:
    """Numbers as the kernel's command line has them: `0-3,7`."""
    ranges: list[list[int]] = []
    for test in tests:
        if ranges and test.number == ranges[-1][1] + 1:
            ranges[-1][1] = test.number
        else:
            ranges.append([test.number, test.number])
    return ",".join(str(a) if a == b else f"{a}-{b}" for a, b in ranges)


def boot_tests(
    config: MachineConfig, tests: Sequence[KernelTest], timeout: float | None
) -> TestRun:
    """Runs tests in one machine, until one of them ends it."""
    machine = replace(config, append=f"{config.append} tests={ranges_of(tests)}".strip())
    log = SerialLog(Symboliser(config.kernel))
    text: list[str] = []
    ending = run_machine(machine, collector(log, text), timeout)
    text.append(log.close())
    begun = [test_of(event) for event in log.events if event.name == TEST_EVENT]
    passed = {event.text for event in log.events if event.name == PASSED_EVENT}
    status, message = verdict(ending, log)
    if begun != list(tests[: len(begun)]):
        raise ToolError(f"the kernel ran other tests than {ranges_of(tests)}")
    last_failed = bool(begun) and str(begun[-1].number) not in passed
    if not last_failed and (status != 0 or len(begun) != len(tests)):
        raise ToolError(f"the kernel did not run its tests: {message or 'it ended before'}")
    failed = begun.pop() if last_failed else None
    return TestRun(begun, failed, f"{''.join(text)}{message}", log.events)


def collector(log: SerialLog, text: list[str]) -> Callable[[bytes], None]:
    def collect(data: bytes) -> None:
        text.append(log.feed(data))

    return collect


def test_of(event: Event) -> KernelTest:
    words = event.text.split()
    if len(words) != 4 or not (words[0].isdecimal() and words[1].isdecimal()):
        raise ToolError(f"the kernel sent a test event that can't be read: {event.text!r}")
    return KernelTest(int(words[0]), int(words[1]), words[2], words[3])
