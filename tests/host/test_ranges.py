"""Windows of virtual addresses against a list of ranges."""

from __future__ import annotations

import random

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

from compiler.host.program import DialectPanic
from tests.support.frames import PAGE
from tests.support.ranges import START, WindowMachine

PAGES = 500
BLOCKS = 40


class RangesMachine(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.machine = WindowMachine(PAGES, BLOCKS)

    @rule(
        pages=st.integers(1, PAGES + 1),
        guard=st.integers(0, 3),
        align=st.sampled_from([PAGE << power for power in range(10)]),
    )
    def reserve(self, pages: int, guard: int, align: int) -> None:
        self.machine.reserve(pages * PAGE, guard * PAGE, align)

    @precondition(lambda self: self.machine.starts)
    @rule(data=st.data())
    def release(self, data: st.DataObject) -> None:
        self.machine.release(data.draw(st.sampled_from(self.machine.starts)))

    @rule(script=st.binary(max_size=600))
    def run(self, script: bytes) -> None:
        self.machine.run(script)

    @rule(address=st.integers(START - PAGE, START + (PAGES + 1) * PAGE))
    def look(self, address: int) -> None:
        self.machine.look(address)

    def teardown(self) -> None:
        self.machine.release_all()


TestRanges = RangesMachine.TestCase
TestRanges.settings = settings(deadline=None, max_examples=40, stateful_step_count=30)


@pytest.mark.parametrize("seed", range(4))
def test_holds_over_many_operations(seed: int) -> None:
    machine = WindowMachine(PAGES * 4, BLOCKS * 4)
    rng = random.Random(seed)
    while machine.operations < 26_000:
        machine.run(rng.randbytes(3 * 5000))
    machine.release_all()


def test_has_room_for_a_limited_number_of_blocks() -> None:
    machine = WindowMachine(PAGES, 10)
    starts = [machine.window.reserve(PAGE) for _ in range(9)]
    for _ in range(3):
        with pytest.raises(machine.full):
            machine.window.reserve(PAGE)
    machine.window.release(starts[7], PAGE)
    assert machine.window.reserve(PAGE) == starts[7]


def test_ten_thousand_blocks_in_any_order() -> None:
    machine = WindowMachine(40_000, 10_001)
    starts = [machine.window.reserve(3 * PAGE) for _ in range(10_000)]
    assert starts == [START + 4 * PAGE * n for n in range(10_000)]
    assert depth(machine, 0, int(machine.window.root)) < 60
    random.Random(0).shuffle(starts)
    for start in starts:
        machine.window.release(start, 3 * PAGE)
    machine.release_all()


def depth(machine: WindowMachine, above: int, index: int) -> int:
    if index == 0xFFFF_FFFF:
        return above
    block = machine.room[index]
    return max(depth(machine, above + 1, block.left), depth(machine, above + 1, block.right))


def test_sizes_that_overflow_are_too_large() -> None:
    machine = WindowMachine(PAGES, BLOCKS)
    with pytest.raises(machine.full):
        machine.window.reserve((1 << 64) - PAGE)
    with pytest.raises(machine.full):
        machine.window.reserve(PAGE, PAGE, 1 << 63)


def test_mistakes_panic() -> None:
    window = WindowMachine(PAGES, BLOCKS)
    start = window.window.reserve(2 * PAGE)
    with pytest.raises(DialectPanic, match=f"no block begins at {start + PAGE:#x}"):
        window.window.release(start + PAGE, PAGE)
    with pytest.raises(DialectPanic, match="no block begins"):
        window.window.release(START - PAGE, PAGE)
    with pytest.raises(DialectPanic, match="4096 of 8192 bytes"):
        window.window.release(start, PAGE)
    with pytest.raises(DialectPanic, match="100 and 4096 bytes"):
        window.window.reserve(100)
