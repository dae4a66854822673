"""Frames on their way from a mapping back to the allocator.

A processor remembers mappings after they are gone from the tables, and would go on to read and
write whatever a frame is used for next. So what takes mappings away puts their frames, and those of
tables nobody needs any more, here; from here they go to the allocator only after every processor
has been told to forget the addresses. Nothing else gives frames of mappings back.
"""
from __future__ import annotations

from typing import Final

from kernel_src.memlayout import PAGE_SIZE
from kernel_src.mm.frames import Frames
from pykern.lang import (
    TARGET,
    Array,
    Fn,
    Ptr,
    TypeAlias,
    invlpg,
    max_of,
    read_cr3,
    struct,
    u64,
    usize,
    write_cr3,
    zeroed,
)

Forget: TypeAlias = Fn[[usize, usize], None]

RETIRED_MAX: Final = 64
PAGES_ONE_BY_ONE: Final = 32
"""More pages than this are forgotten by forgetting all."""


@struct
class Retired:
    """`finish` must be called before it goes out of use."""

    frames: Ptr[Frames]
    forget: Forget  # a range of addresses, on every processor
    start: usize = max_of(usize)  # of what is to be forgotten
    end: usize = 0
    count: usize = 0
    kept: Array[u64, RETIRED_MAX] = zeroed()

    def cover(self, start: usize, size: usize) -> None:
        """A mapping of these addresses is gone."""
        self.start = min(self.start, start)
        self.end = max(self.end, start + (size - 1))

    def add(self, frame: u64) -> None:
        """A frame that was reached only by what is covered."""
        if self.count == RETIRED_MAX:
            self.finish()
        self.kept[self.count] = frame
        self.count += 1

    def finish(self) -> None:
        """Has the addresses forgotten, then gives the frames back."""
        if self.start <= self.end:
            self.forget(self.start, self.end)
        for place in range(self.count):
            self.frames.release(self.kept[place])
        self.count = 0
        self.start = max_of(usize)
        self.end = 0


def forget_all_here() -> None:
    """Makes this processor forget all pages: none is marked as global."""
    if TARGET == "kernel":
        write_cr3(read_cr3())


def forget_here(start: usize, end: usize) -> None:
    """Makes this processor forget the pages from the one of `start` to the one of `end`.

    Either way it forgets what it knows of tables, too (SDM volume 3, 4.10.4.1).
    """
    if TARGET == "kernel":
        if (end - start) // PAGE_SIZE >= PAGES_ONE_BY_ONE:
            forget_all_here()
            return
        for page in range(start // PAGE_SIZE, end // PAGE_SIZE + 1):
            invlpg(page * PAGE_SIZE)
