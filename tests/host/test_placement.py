"""Where a thread that has become ready goes, against the rules written down as sorting."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compiler.host.program import DialectPanic
from tests.support.host import host_program

PLACEMENT = "kernel_src.sched.placement"
THREAD = "kernel_src.sched.thread"
CPUS = 6


@st.composite
def situations(draw: st.DrawFn) -> dict[str, Any]:
    online = draw(st.integers(1, (1 << CPUS) - 1))
    cpus = [cpu for cpu in range(CPUS) if online >> cpu & 1]
    return {
        "online": online,
        "idle": draw(st.integers(0, (1 << CPUS) - 1)) & online,
        "allowed": draw(st.integers(0, (1 << CPUS) - 1)) | 1 << draw(st.sampled_from(cpus)),
        "last": draw(st.integers(0, CPUS - 1)),
        "priority": draw(st.integers(1, 4)),
        "running": draw(st.lists(st.integers(0, 4), min_size=CPUS, max_size=CPUS)),
        "waiting": draw(st.lists(st.integers(0, 4), min_size=CPUS, max_size=CPUS)),
    }


def made(case: dict[str, Any]) -> tuple[Any, Any, Any]:
    program = host_program(PLACEMENT, THREAD)
    loads = program.new(f"{PLACEMENT}.Loads", online=case["online"], idle=case["idle"])
    for cpu in range(CPUS):
        loads.running[cpu] = case["running"][cpu]
        loads.waiting[cpu] = case["waiting"][cpu]
    thread = program.new(
        f"{THREAD}.Thread", cpu=case["last"], allowed=case["allowed"], priority=case["priority"]
    )
    return program.module(PLACEMENT), thread, loads


def allowed_cpus(case: dict[str, Any]) -> list[int]:
    """Those it may run on, its last one first."""
    cpus = [cpu for cpu in range(CPUS) if (case["allowed"] & case["online"]) >> cpu & 1]
    return sorted(cpus, key=lambda cpu: (cpu != case["last"], cpu))


def expected(case: dict[str, Any]) -> int:
    cpus = allowed_cpus(case)
    idle = [cpu for cpu in cpus if case["idle"] >> cpu & 1]
    if idle:
        return idle[0]
    below = [cpu for cpu in cpus if case["running"][cpu] < case["priority"]]
    if below:
        if below[0] == case["last"]:
            return below[0]
        return min(below, key=lambda cpu: case["running"][cpu])
    return min(cpus, key=lambda cpu: case["waiting"][cpu])


@given(situations())
@settings(deadline=None)
def test_a_ready_thread(case: dict[str, Any]) -> None:
    module, thread, loads = made(case)
    assert module.choose_cpu(thread, loads) == expected(case)


def test_a_thread_that_may_run_nowhere_is_a_mistake() -> None:
    case = {
        "online": 1,
        "idle": 1,
        "allowed": 2,
        "last": 0,
        "priority": 1,
        "running": [0] * CPUS,
        "waiting": [0] * CPUS,
    }
    module, thread, loads = made(case)
    with pytest.raises(DialectPanic, match="no processor of 0x2 is online"):
        module.choose_cpu(thread, loads)
