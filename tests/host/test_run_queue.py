"""Run queues: priority is never inverted, levels are first in, first out, and nobody is lost."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from compiler.host.program import DialectPanic
from tests.support.run_queue import BOUNDS, PRIORITIES, RunQueueMachine

THREADS = 24
QUEUES = 3


class RunQueuesMachine(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.machine = RunQueueMachine(THREADS, QUEUES)

    def outside(self) -> list[int]:
        return [thread for thread in range(THREADS) if thread not in self.machine.home]

    @precondition(lambda self: self.outside())
    @rule(
        data=st.data(),
        priority=st.one_of(st.sampled_from(BOUNDS), st.integers(0, PRIORITIES - 1)),
        allowed=st.integers(0, (1 << QUEUES) - 1),
        queue=st.integers(0, QUEUES - 1),
        front=st.booleans(),
    )
    def push(
        self, data: st.DataObject, priority: int, allowed: int, queue: int, front: bool
    ) -> None:
        thread = data.draw(st.sampled_from(self.outside()))
        self.machine.threads[thread].priority = priority
        self.machine.threads[thread].allowed = allowed
        self.machine.push(thread, queue, front)

    @precondition(lambda self: self.machine.home)
    @rule(data=st.data())
    def remove(self, data: st.DataObject) -> None:
        self.machine.remove(data.draw(st.sampled_from(sorted(self.machine.home))))

    @rule(owner=st.integers(0, QUEUES - 1), thief=st.integers(0, QUEUES - 1))
    def steal(self, owner: int, thief: int) -> None:
        self.machine.steal(owner, thief)

    @invariant()
    def is_linked(self) -> None:
        self.machine.check_links()

    def teardown(self) -> None:
        for thread in list(self.machine.home):
            self.machine.remove(thread)
        self.machine.check_empty()


TestRunQueues = RunQueuesMachine.TestCase
TestRunQueues.settings = settings(deadline=None, max_examples=30, stateful_step_count=40)


@given(priorities=st.lists(st.integers(0, 3), min_size=1, max_size=12), slices=st.integers(1, 80))
@settings(deadline=None)
def test_nobody_of_the_highest_level_starves(priorities: list[int], slices: int) -> None:
    """Equal threads run in turn; lower ones not at all while a higher one is ready."""
    machine = RunQueueMachine(len(priorities), 1)
    for thread, priority in enumerate(priorities):
        machine.threads[thread].priority = priority
        machine.push(thread, 0, front=False)
    ran = [0] * len(priorities)
    for _ in range(slices):
        thread = machine.numbered(machine.queues[0].highest())
        assert thread is not None
        machine.remove(thread)
        ran[thread] += 1
        machine.push(thread, 0, front=False)
    highest = [count for count, p in zip(ran, priorities, strict=True) if p == max(priorities)]
    assert sum(highest) == slices
    assert max(highest) - min(highest) <= 1


def test_who_had_to_make_room_is_first_again() -> None:
    machine = RunQueueMachine(3, 1)
    for thread in range(3):
        machine.push(thread, 0, front=False)
    machine.remove(0)
    machine.push(0, 0, front=True)
    assert machine.numbered(machine.queues[0].highest()) == 0


def test_mistakes_panic() -> None:
    machine = RunQueueMachine(2, 2)
    machine.push(0, 0, front=False)
    with pytest.raises(DialectPanic, match="in a run queue already"):
        machine.queues[1].push_back(machine.threads[0])
    with pytest.raises(DialectPanic, match="in another run queue"):
        machine.queues[1].remove(machine.threads[0])
    with pytest.raises(DialectPanic, match="in no run queue"):
        machine.queues[0].remove(machine.threads[1])
