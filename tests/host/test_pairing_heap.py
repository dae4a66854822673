"""The pairing heap against a sorted list."""

from __future__ import annotations

import random

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from compiler.host.program import DialectPanic
from tests.support.heap_queue import HeapQueueMachine

NODES = 60
KEYS = st.one_of(st.integers(0, 8), st.integers(0, (1 << 64) - 1))


class PairingHeapMachine(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.machine = HeapQueueMachine(NODES)

    @precondition(lambda self: len(self.machine.queued) < NODES)
    @rule(data=st.data(), key=KEYS)
    def add(self, data: st.DataObject, key: int) -> None:
        free = [index for index in range(NODES) if index not in self.machine.queued]
        self.machine.add(data.draw(st.sampled_from(free)), key)

    @precondition(lambda self: self.machine.queued)
    @rule(data=st.data())
    def remove(self, data: st.DataObject) -> None:
        self.machine.remove(data.draw(st.sampled_from(sorted(self.machine.queued))))

    @rule(script=st.binary(max_size=300))
    def run(self, script: bytes) -> None:
        self.machine.run(script)

    @invariant()
    def is_a_tree(self) -> None:
        self.machine.check_shape()

    def teardown(self) -> None:
        self.machine.drain()


TestPairingHeap = PairingHeapMachine.TestCase
TestPairingHeap.settings = settings(deadline=None, max_examples=40, stateful_step_count=30)


@pytest.mark.parametrize("seed", range(3))
def test_holds_over_many_operations(seed: int) -> None:
    machine = HeapQueueMachine(250)
    machine.run(random.Random(seed).randbytes(40_000))
    machine.check_shape()
    machine.drain()


@pytest.mark.parametrize("keys", ["rising", "falling", "equal"])
def test_many_nodes_come_in_order(keys: str) -> None:
    """Shapes in which a heap that recursed would use up the stack."""
    count = 4_000
    machine = HeapQueueMachine(count)
    for index in range(count):
        key = {"rising": index, "falling": count - index, "equal": 5}[keys]
        machine.add(index, key)
    machine.drain()


def test_mistakes_panic() -> None:
    machine = HeapQueueMachine(3)
    machine.add(0, 1)
    with pytest.raises(DialectPanic, match="in a heap already"):
        machine.heap.add(machine.nodes[0], 2)
    with pytest.raises(DialectPanic, match="in no heap"):
        machine.heap.remove(machine.nodes[1])
