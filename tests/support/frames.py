"""The frame allocator in the test process, and a model of it that knows nothing of blocks.

The model is two numbers with a bit for each frame: which are memory and which of these are free.
Since free buddies are always joined, a block can be had exactly where all its frames are free, and
that is what the model asks.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from compiler.host.program import DialectPanic, HostProgram
from tests.support.host import host_program, word

FRAMES = "kernel_src.mm.frames"
PAGE = 4096
NO_LIMIT = (1 << 64) - 1
MAX_ORDER = 18


def bits(first: int, count: int) -> int:
    return (1 << count) - 1 << first


def every(step: int, count: int) -> int:
    """Every `step`th bit, from bit 0 to at least bit `count`."""
    return ((1 << (count // step + 1) * step) - 1) // ((1 << step) - 1)


class FrameModel:
    def __init__(self, count: int) -> None:
        self.count = count
        self.memory = 0
        self.free = 0
        self.taken: dict[int, int] = {}  # first frame of a block: its order
        self.runs: dict[int, int] = {}  # first frame of a run: its length
        self.starts = [every(1 << order, count) for order in range(MAX_ORDER + 2)]

    def places(self, order: int, limit: int = NO_LIMIT) -> int:
        """A bit for each frame at which a free block of this order begins."""
        found = self.free
        for k in range(order):
            found &= found >> (1 << k)
        found &= self.starts[order]
        last = limit // PAGE - (1 << order)
        if last < 0:
            return 0
        return found & bits(0, last + 1) if last < self.count else found

    def largest(self) -> int:
        """The greatest order there is a block of; -1: none."""
        found, order = self.free, -1
        while found and order < MAX_ORDER:
            order += 1
            found = found & found >> (1 << order) & self.starts[order + 1]
        return order

    def take(self, first: int, count: int) -> None:
        mask = bits(first, count)
        assert self.free & mask == mask, f"frames {first} to {first + count} are not all free"
        self.free &= ~mask

    def put(self, first: int, count: int) -> None:
        mask = bits(first, count)
        assert self.free & mask == 0 and self.memory & mask == mask
        self.free |= mask


class Machine:
    """An allocator and its model, compared after each operation.

    Operations are named by small numbers so that a whole script of them is one string of bytes.
    """

    def __init__(self, count: int, program: HostProgram | None = None) -> None:
        self.program = program or host_program(FRAMES)
        self.module = self.program.module(FRAMES)
        self.full = self.module.OutOfFrames
        self.frames: Any = self.module.Frames()
        self.metadata = self.program.array("u64", self.module.words_for(count * PAGE))
        self.frames.initialise(self.metadata, count * PAGE)
        self.model = FrameModel(count)
        self.operations = 0
        self.free = word(self.frames, "free")
        self.managed = word(self.frames, "managed")
        self.available = word(self.frames, "available")

    def add(self, start: int, end: int) -> None:
        self.frames.add(start, end)
        first, last = -(-start // PAGE), end // PAGE
        if last > first:
            added = bits(first, last - first) & ~self.model.memory
            self.model.memory |= added
            self.model.free |= added
        self.compare()

    def withhold(self, start: int, end: int) -> None:
        self.frames.withhold(start, end)
        first, last = start // PAGE, min(-(-end // PAGE), self.model.count)
        if last > first:
            self.model.memory &= ~bits(first, last - first)
            self.model.free &= ~bits(first, last - first)
        self.compare()

    def allocate_block(self, order: int, limit: int = NO_LIMIT) -> int | None:
        places = self.model.places(order, limit)
        try:
            address = self.frames.allocate_block(order, limit)
        except self.full:
            assert not places, f"no block of order {order} below {limit:#x}, but there is one"
            self.compare()
            return None
        frame = address // PAGE
        assert address % (PAGE << order) == 0, f"{address:#x} is no place for order {order}"
        assert places >> frame & 1, f"{address:#x} was not free, or is past the limit {limit:#x}"
        self.model.take(frame, 1 << order)
        self.model.taken[frame] = order
        self.compare()
        return frame

    def release_block(self, frame: int) -> None:
        order = self.model.taken.pop(frame)
        self.frames.release_block(frame * PAGE, order)
        self.model.put(frame, 1 << order)
        self.compare()

    def allocate_run(self, count: int, limit: int = NO_LIMIT) -> int | None:
        order = (count - 1).bit_length()
        places = self.model.places(order, limit)
        try:
            address = self.frames.allocate_run(count, limit)
        except self.full:
            assert not places, f"no run of {count} below {limit:#x}, but there is one"
            self.compare()
            return None
        frame = address // PAGE
        assert address % PAGE == 0 and places >> frame & 1, f"{address:#x} was not free"
        self.model.take(frame, count)
        self.model.runs[frame] = count
        self.compare()
        return frame

    def release_run(self, frame: int) -> None:
        count = self.model.runs.pop(frame)
        self.frames.release_run(frame * PAGE, count)
        self.model.put(frame, count)
        self.compare()

    def compare(self) -> None:
        self.operations += 1
        assert self.free.value == self.model.free.bit_count(), "free frames counted wrongly"
        assert self.managed.value == self.model.memory.bit_count(), "frames counted wrongly"
        assert self.available.value.bit_length() - 1 == self.model.largest(), "buddies not joined"

    def run(self, script: bytes) -> None:
        """Three bytes an operation: what, how large, which."""
        for what, size, which in zip(script[::3], script[1::3], script[2::3], strict=False):
            self.step(what, size, which)

    def step(self, what: int, size: int, which: int) -> None:
        limit = NO_LIMIT if what & 8 else (which * self.model.count // 256 >> what // 16) * PAGE
        match what % 8:
            case 0 | 1:
                self.allocate_block(size % 9, limit)
            case 2:
                self.allocate_block(0)
            case 3:
                self.allocate_run(size % 40 + 1, limit)
            case 4 if self.model.runs:
                self.release_run(nth(self.model.runs, which))
            case _ if self.model.taken:
                self.release_block(nth(self.model.taken, which))
            case _:
                self.allocate_block(0)

    def release_all(self) -> None:
        for frame in list(self.model.taken):
            self.release_block(frame)
        for frame in list(self.model.runs):
            self.release_run(frame)
        assert self.model.free == self.model.memory


@contextmanager
def mistake(frames: Any, match: str) -> Iterator[None]:
    """What is done in it panics, which leaves the lock held; here the allocator is used again."""
    with pytest.raises(DialectPanic, match=match):
        yield
    frames.lock.word.holder = 0


def nth(places: dict[int, int], which: int) -> int:
    return list(places)[which * len(places) // 256]


def free_blocks(frames: Any, count: int) -> Iterator[tuple[int, int]]:
    """(first frame, order) of every free block, read from the allocator's own sets."""
    for order in range(19):
        for index in range((count >> order) + 1):
            if frames.blocks[order].has(index):
                yield index << order, order
