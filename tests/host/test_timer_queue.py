"""The timer queue: what expires when, and what was cancelled never."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compiler.host.program import DialectPanic
from compiler.host.proxies import address_of
from tests.support.host import host_program

TIMERS = "kernel_src.time.timer_queue"
NEVER = (1 << 64) - 1
COUNT = 20

# (timer, deadline) adds or, if it is queued, cancels; (None, time) lets time go on.
steps = st.lists(
    st.one_of(
        st.tuples(st.integers(0, COUNT - 1), st.integers(0, 300)),
        st.tuples(st.none(), st.integers(0, 40)),
    ),
    max_size=120,
)


def make() -> tuple[Any, Any]:
    program = host_program(TIMERS)
    return program.module(TIMERS).TimerQueue(), program.zeroed(f"Array[{TIMERS}.Timer, {COUNT}]")


@given(steps)
@settings(deadline=None)
def test_expire_in_order_once_and_never_early(script: list[tuple[int | None, int]]) -> None:
    queue, timers = make()
    number = {address_of(timer): index for index, timer in enumerate(timers)}
    model: list[tuple[int, int, int]] = []  # deadline, when it was added, which
    now = 0
    for time, (index, amount) in enumerate(script):
        if index is None:
            now += amount
            expired = sorted(entry for entry in model if entry[0] <= now)
            model = [entry for entry in model if entry[0] > now]
            for _, _, which in expired:
                assert number[address_of(queue.take_expired(now))] == which
            assert queue.take_expired(now) is None
        elif timers[index].is_queued():
            assert queue.cancel(timers[index])
            model = [entry for entry in model if entry[2] != index]
        else:
            assert not queue.cancel(timers[index])
            queue.add(timers[index], amount)
            model.append((amount, time, index))
        assert queue.earliest() == (min(model)[0] if model else NEVER)
        assert [timer.is_queued() for timer in timers] == [
            any(entry[2] == i for entry in model) for i in range(COUNT)
        ]


def test_a_timer_needs_a_deadline() -> None:
    queue, timers = make()
    with pytest.raises(DialectPanic, match="without a deadline"):
        queue.add(timers[0], NEVER)
    queue.add(timers[0], NEVER - 1)
    assert queue.take_expired(NEVER - 2) is None
    assert queue.take_expired(NEVER - 1) is not None
