"""Ranges of a window of virtual addresses: taken, given back, taken again.

Blocks are kept in the order of their addresses, so the gaps between them are known without a list
of their own, and what is given back is whole again at once. The first gap that is large enough is
used.
"""
from __future__ import annotations

from kernel_src.limits import VIRTUAL_RANGES_MAX
from kernel_src.memlayout import PAGE_SIZE
from pykern.lang import Array, Error, panic, raises, struct, usize, zeroed


class OutOfAddresses(Error):
    """The window has no gap that large, or already as many blocks as it can hold."""


@struct
class Block:
    start: usize = 0
    end: usize = 0  # without the guard page that follows


@struct
class Window:
    start: usize
    end: usize
    count: usize = 0
    blocks: Array[Block, VIRTUAL_RANGES_MAX] = zeroed()

    @raises(OutOfAddresses)
    def reserve(self, size: usize) -> usize:
        """The start of `size` bytes, whole pages, with an unused page behind them."""
        assert size > 0 and size % PAGE_SIZE == 0, f"{size} bytes are not a number of pages"
        if self.count == VIRTUAL_RANGES_MAX or size > self.end - self.start:
            raise OutOfAddresses
        gap = self.start
        for index in range(self.count + 1):
            limit = self.blocks[index].start if index < self.count else self.end
            if limit - gap >= size + PAGE_SIZE:
                self.insert(index, gap, gap + size)
                return gap
            if index < self.count:
                gap = self.blocks[index].end + PAGE_SIZE
        raise OutOfAddresses

    def release(self, start: usize, size: usize) -> None:
        """Gives back what `reserve` returned."""
        for index in range(self.count):
            if self.blocks[index].start == start:
                end = self.blocks[index].end
                assert end - start == size, f"{size} of {end - start} bytes given back"
                self.remove(index)
                return
        panic(f"no block begins at {start:#x}")

    def insert(self, index: usize, start: usize, end: usize) -> None:
        place = self.count
        while place > index:
            self.blocks[place].start = self.blocks[place - 1].start
            self.blocks[place].end = self.blocks[place - 1].end
            place -= 1
        self.blocks[index].start = start
        self.blocks[index].end = end
        self.count += 1

    def remove(self, index: usize) -> None:
        self.count -= 1
        for place in range(index, self.count):
            self.blocks[place].start = self.blocks[place + 1].start
            self.blocks[place].end = self.blocks[place + 1].end
