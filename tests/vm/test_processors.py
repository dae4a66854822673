"""Machines of 1 to 64 processors: the in-kernel tests, and what goes wrong on them."""

from __future__ import annotations

import re

import pytest

from pykern.commands.test import BENCHMARKS
from pykern.kernel_exit import PANIC
from pykern.kernel_tests import read_tests, run_kernel_tests
from pykern.qemu import MachineConfig, MachineType
from pykern.serial import Event
from tests.support.built import PATIENCE_SECONDS, Built

MACHINES = [
    (MachineType.Q35, 1),
    (MachineType.Q35, 2),
    (MachineType.Q35, 4),
    (MachineType.Q35, 8),
    (MachineType.Q35, 64),
    (MachineType.MICROVM, 1),
    (MachineType.MICROVM, 2),
]


@pytest.mark.parametrize(("machine", "smp"), MACHINES)
def test_in_kernel_tests(built_tests: Built, machine: MachineType, smp: int) -> None:
    config = MachineConfig(built_tests.kernel, built_tests.initrd, machine=machine, smp=smp)
    tests = [t for t in read_tests(config.kernel) if not t.name.startswith(BENCHMARKS)]
    outcomes = list(run_kernel_tests(config, tests, 4 * PATIENCE_SECONDS))
    assert [outcome for outcome in outcomes if not outcome.passed] == []
    assert any(outcome.test.name.endswith("a_call_reaches_each_once") for outcome in outcomes)


@pytest.mark.parametrize(
    ("name", "smp", "text"),
    [
        (
            "lock-order",
            1,
            r"lock order: TEST_OUTER is taken at 0x[0-9a-f]+ "
            r"while TEST_INNER is held, which was taken at 0x[0-9a-f]+",
        ),
        (
            "lock-twice",
            1,
            r"deadlock: the lock taken at 0x[0-9a-f]+ is taken again at 0x[0-9a-f]+",
        ),
        ("lock-not-held", 1, r"processor 0 gives back a lock, but its holder is 0"),
        (
            "deadlock",
            2,
            r"deadlock of 2 processors: ([01]) waits at 0x[0-9a-f]+ for (TEST_OUTER|TEST_INNER), "
            r"which [01] took at 0x[0-9a-f]+; that waits for (TEST_OUTER|TEST_INNER), "
            r"taken at 0x[0-9a-f]+",
        ),
        ("panic-elsewhere", 8, r"asked for, on processor 7"),
    ],
)
def test_a_mistake_is_reported(built_tests: Built, name: str, smp: int, text: str) -> None:
    run = built_tests.run(f"selftest={name}", smp=smp)
    assert run.status == PANIC, run.text
    start = next(i for i, line in enumerate(run.lines) if line.startswith("PANIC: "))
    assert re.fullmatch(f"PANIC: {text}", run.lines[start])
    where = next(line for line in run.lines[start:] if line.startswith("  on processor "))
    assert where.endswith(f" of {smp}")
    assert not any("did not stop" in line for line in run.lines)
    assert any(line.startswith("  #0 ") for line in run.lines[start:])
    assert run.events[-1] == Event("panic")
    assert run.text.count("PANIC") == 1


NAMES = {
    0: "divide error",
    1: "debug exception",
    2: "non-maskable interrupt",
    3: "breakpoint",
    4: "overflow",
    5: "bound range exceeded",
    6: "invalid opcode",
    7: "x87 not available",
    8: "double fault",
    10: "invalid task state segment",
    11: "segment not present",
    12: "stack segment fault",
    13: "general protection fault",
    14: "page fault",
    16: "x87 floating-point error",
    17: "alignment check",
    18: "machine check",
    19: "SIMD floating-point error",
    21: "control protection fault",
    28: "hypervisor injection",
    29: "VMM communication exception",
    30: "security exception",
}


@pytest.mark.parametrize("vector", range(32))
def test_every_exception_has_its_report(built_tests: Built, vector: int) -> None:
    run = built_tests.run(f"selftest=vector-{vector}")
    assert run.status == PANIC, run.text
    report = next(line for line in run.lines if line.startswith("PANIC: "))
    if vector == 14:
        assert report == "PANIC: page fault: read of 0x1000, no page is there"
    else:
        name = NAMES.get(vector, "unexpected interrupt")
        assert re.fullmatch(rf"PANIC: {name} \(vector {vector}, error code 0x[0-9a-f]+\)", report)
    first = re.compile(r"  (rax|rdx|rbp|r8 |r11|r14|cr0|cr3) ")
    registers = [line for line in run.lines if first.match(line)]
    assert len(registers) == 8
    assert run.events[-1] == Event("panic")
