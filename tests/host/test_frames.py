"""The frame allocator as a state machine against a set of frames."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from compiler.host.program import DialectPanic
from tests.support.host import host_program

FRAMES = "kernel_src.mm.frames"
PAGE = 4096
COUNT = 200  # not a multiple of the bitmap's 64

places = st.integers(0, COUNT * PAGE)


def new_frames() -> tuple[Any, Any]:
    """An allocator with nothing free, and the memory of its bitmap, to be kept as long."""
    program = host_program(FRAMES)
    module = program.module(FRAMES)
    frames = module.Frames()
    bitmap = program.array("u64", module.words_for(COUNT * PAGE))
    frames.initialise(bitmap)
    return frames, bitmap


def frames_inside(start: int, end: int) -> set[int]:
    return set(range((start + PAGE - 1) // PAGE, end // PAGE))


def frames_touched(start: int, end: int) -> set[int]:
    return set(range(start // PAGE, (end + PAGE - 1) // PAGE))


class FramesMachine(RuleBasedStateMachine):
    """`memory`: what may be given out; `given`: what is."""

    def __init__(self) -> None:
        super().__init__()
        self.frames, self.bitmap = new_frames()
        self.memory: set[int] = set()
        self.given: set[int] = set()

    @precondition(lambda self: not self.given)
    @rule(a=places, b=places)
    def add(self, a: int, b: int) -> None:
        start, end = min(a, b), max(a, b)
        self.frames.add(start, end)
        self.memory |= frames_inside(start, end)

    @precondition(lambda self: not self.given)
    @rule(a=places, b=places)
    def withhold(self, a: int, b: int) -> None:
        start, end = min(a, b), max(a, b)
        self.frames.withhold(start, end)
        self.memory -= frames_touched(start, end)

    @rule()
    def allocate(self) -> None:
        free = self.memory - self.given
        if not free:
            with pytest.raises(host_program(FRAMES).error(f"{FRAMES}.OutOfFrames")):
                self.frames.allocate()
            return
        address = self.frames.allocate()
        assert address % PAGE == 0 and address // PAGE in free
        self.given.add(address // PAGE)

    @precondition(lambda self: self.given)
    @rule(data=st.data())
    def release(self, data: st.DataObject) -> None:
        frame = data.draw(st.sampled_from(sorted(self.given)))
        self.frames.release(frame * PAGE)
        self.given.remove(frame)

    @rule(frame=st.integers(0, COUNT - 1))
    def release_what_is_free(self, frame: int) -> None:
        if frame in self.memory - self.given:
            with pytest.raises(DialectPanic, match="free already"):
                self.frames.release(frame * PAGE)

    @invariant()
    def counts(self) -> None:
        assert self.frames.managed == len(self.memory)
        assert self.frames.free == len(self.memory - self.given)


TestFrames = FramesMachine.TestCase
TestFrames.settings = settings(deadline=None, max_examples=60)


def test_gives_out_every_frame_once() -> None:
    frames, _bitmap = new_frames()
    frames.add(0, COUNT * PAGE)
    assert {frames.allocate() for _ in range(COUNT)} == {i * PAGE for i in range(COUNT)}


@pytest.mark.parametrize("end", [1 << 40, (1 << 64) - 1])
def test_a_range_past_the_bitmap_is_withheld_as_far_as_it_goes(end: int) -> None:
    frames, _bitmap = new_frames()
    frames.add(0, COUNT * PAGE)
    frames.withhold(10 * PAGE, end)
    assert frames.free == 10
    frames.withhold(1 << 40, end)
    assert frames.free == 10


@pytest.mark.parametrize(
    ("address", "text"),
    [(123, "not the address of a frame"), (1 << 40, "no frame at"), (PAGE, "never given out")],
)
def test_release_panics(address: int, text: str) -> None:
    frames, _bitmap = new_frames()
    frames.add(0, PAGE)
    with pytest.raises(DialectPanic, match=text):
        frames.release(address)
