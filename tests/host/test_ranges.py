"""Windows of virtual addresses as a state machine against a list of ranges."""

from __future__ import annotations

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from compiler.host.program import DialectPanic
from tests.support.host import host_program

RANGES = "kernel_src.mm.ranges"
PAGE = 4096
START = 0xFFFF_C900_0000_0000
PAGES = 64


class WindowMachine(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        module = host_program(RANGES).module(RANGES)
        self.full = module.OutOfAddresses
        self.window = module.Window(start=START, end=START + PAGES * PAGE)
        self.blocks: dict[int, int] = {}

    @rule(pages=st.integers(1, PAGES + 1))
    def reserve(self, pages: int) -> None:
        try:
            start = self.window.reserve(pages * PAGE)
        except self.full:
            assert self.largest_gap() < pages + 1
            return
        assert start % PAGE == 0
        self.blocks[start] = pages * PAGE

    @precondition(lambda self: self.blocks)
    @rule(data=st.data())
    def release(self, data: st.DataObject) -> None:
        start = data.draw(st.sampled_from(sorted(self.blocks)))
        self.window.release(start, self.blocks.pop(start))

    def largest_gap(self) -> int:
        """In pages, the guard page behind each block taken off."""
        edges = [START]
        for start, size in sorted(self.blocks.items()):
            edges += [start, start + size + PAGE]
        edges.append(START + PAGES * PAGE)
        return max(b - a for a, b in zip(edges[::2], edges[1::2], strict=True)) // PAGE

    @invariant()
    def blocks_lie_apart(self) -> None:
        ordered = sorted(self.blocks.items())
        for (start, size), (following, _) in zip(ordered, ordered[1:], strict=False):
            assert start + size + PAGE <= following
        for start, size in ordered:
            assert start >= START and start + size + PAGE <= START + PAGES * PAGE


TestWindow = WindowMachine.TestCase
TestWindow.settings = settings(deadline=None, max_examples=60)


def test_has_room_for_a_limited_number_of_blocks() -> None:
    module = host_program(RANGES).module(RANGES)
    limit = host_program(RANGES).module("kernel_src.limits").VIRTUAL_RANGES_MAX
    window = module.Window(start=START, end=START + (1 << 40))
    starts = [window.reserve(PAGE) for _ in range(limit)]
    with pytest.raises(module.OutOfAddresses):
        window.reserve(PAGE)
    window.release(starts[7], PAGE)
    assert window.reserve(PAGE) == starts[7]


def test_release_panics() -> None:
    module = host_program(RANGES).module(RANGES)
    window = module.Window(start=START, end=START + PAGES * PAGE)
    start = window.reserve(2 * PAGE)
    with pytest.raises(DialectPanic, match="no block begins"):
        window.release(start + PAGE, PAGE)
    with pytest.raises(DialectPanic, match="4096 of 8192 bytes"):
        window.release(start, PAGE)
    with pytest.raises(DialectPanic, match="not a number of pages"):
        window.reserve(100)
