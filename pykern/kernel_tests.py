"""Runs the tests compiled into a kernel, each machine from the test after the last one that failed.

The events are those of kernel_src/selftest/runner.py.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from pykern.backtrace import Symboliser
from pykern.errors import ToolError
from pykern.kernel_exit import verdict
from pykern.machine import run_machine
from pykern.qemu import MachineConfig
from pykern.serial import Event, SerialLog

TEST_EVENT = "test"
PASSED_EVENT = "passed"


@dataclass(frozen=True)
class KernelTest:
    """A test as its event names it."""

    number: int
    count: int
    name: str
    place: str


@dataclass(frozen=True)
class Outcome:
    """What became of a test; `report` is what the machine printed if it failed."""

    test: KernelTest
    passed: bool
    report: str = ""


def run_kernel_tests(config: MachineConfig, timeout: float | None) -> Iterator[Outcome]:
    """The outcome of every test, in order. The kernel must be one of a test build."""
    symboliser = Symboliser(config.kernel)
    first = 0
    while True:
        machine = replace(config, append=f"{config.append} tests={first}".strip())
        log = SerialLog(symboliser)
        text: list[str] = []
        ending = run_machine(machine, collector(log, text), timeout)
        text.append(log.close())
        tests = [test_of(event) for event in log.events if event.name == TEST_EVENT]
        passed = {event.text for event in log.events if event.name == PASSED_EVENT}
        status, message = verdict(ending, log)
        for test in tests:
            ended_well = str(test.number) in passed
            yield Outcome(test, ended_well, "" if ended_well else f"{''.join(text)}{message}")
        if status == 0 and tests and tests[-1].number + 1 == tests[-1].count:
            return
        if not tests or str(tests[-1].number) in passed:
            raise ToolError(f"the kernel did not run its tests: {message or 'it ended before'}")
        first = tests[-1].number + 1
        if first == tests[-1].count:
            return


def collector(log: SerialLog, text: list[str]) -> Callable[[bytes], None]:
    def collect(data: bytes) -> None:
        text.append(log.feed(data))

    return collect


def test_of(event: Event) -> KernelTest:
    words = event.text.split()
    if len(words) != 4 or not (words[0].isdecimal() and words[1].isdecimal()):
        raise ToolError(f"the kernel sent a test event that can't be read: {event.text!r}")
    return KernelTest(int(words[0]), int(words[1]), words[2], words[3])
