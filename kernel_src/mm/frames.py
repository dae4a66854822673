"""Physical memory in frames of 4 KiB: which are free, one bit each.

The bits lie apart from the frames, so nothing written by mistake into a free frame can confuse the
allocator, and freeing a frame twice, or one that was never given out, is seen at once. Frames that
are not memory are as if they had been given out for ever.
"""
from __future__ import annotations

from typing import Final

from kernel_src.lib.bits import align_down, align_up, is_aligned
from kernel_src.memlayout import PAGE_SIZE
from pykern.lang import (
    Error,
    Slice,
    ctz,
    fill,
    max_of,
    popcount,
    raises,
    struct,
    u64,
    usize,
    zeroed,
)

FRAME_SHIFT: Final = 12
WORD_BITS: Final = 64
FULL: Final = max_of(u64)


class OutOfFrames(Error):
    """No frame is free."""


def words_for(end: u64) -> usize:
    """The length of the bitmap for physical memory up to `end`."""
    frames = align_up(end, PAGE_SIZE) >> FRAME_SHIFT
    return usize((frames + (WORD_BITS - 1)) // WORD_BITS)


@struct
class Frames:
    """`taken` holds a bit for each frame from physical address 0 on."""

    taken: Slice[u64] = zeroed()
    managed: usize = 0  # frames that are memory and were not withheld
    free: usize = 0
    next_word: usize = 0  # where the next search begins

    def initialise(self, bitmap: Slice[u64]) -> None:
        """Starts with nothing free."""
        self.taken = bitmap
        self.managed = 0
        self.free = 0
        self.next_word = 0
        fill(bitmap, FULL)

    def add(self, start: u64, end: u64) -> None:
        """The whole frames of a range are memory. Ranges may overlap."""
        first = align_up(start, PAGE_SIZE) >> FRAME_SHIFT
        added = self.mark(first, align_down(end, PAGE_SIZE) >> FRAME_SHIFT, False)
        self.managed += added
        self.free += added

    def withhold(self, start: u64, end: u64) -> None:
        """No frame the range touches may be given out; called before the first `allocate`."""
        last = min(end, u64(len(self.taken) * WORD_BITS) << FRAME_SHIFT)
        withheld = self.mark(start >> FRAME_SHIFT, align_up(last, PAGE_SIZE) >> FRAME_SHIFT, True)
        self.managed -= withheld
        self.free -= withheld

    def mark(self, first: u64, last: u64, taken: bool) -> usize:
        """Sets or clears the bits from frame `first` up to `last`; how many that changed."""
        changed: usize = 0
        frame = first
        while frame < last:
            low = frame % WORD_BITS
            count = min(WORD_BITS - low, last - frame)
            mask = u64(FULL) >> (WORD_BITS - count) << low
            word = usize(frame // WORD_BITS)
            old = self.taken[word]
            self.taken[word] = old | mask if taken else old & ~mask
            changed += popcount(old ^ self.taken[word])
            frame += count
        return changed

    @raises(OutOfFrames)
    def allocate(self) -> u64:
        """The physical address of a frame; what is in it is not known."""
        if self.free == 0:
            raise OutOfFrames
        word = self.next_word
        while self.taken[word] == FULL:
            word += 1
            if word == len(self.taken):
                word = 0
        self.next_word = word
        bit = ctz(~self.taken[word])
        self.taken[word] |= u64(1) << bit
        self.free -= 1
        return u64(word * WORD_BITS + bit) << FRAME_SHIFT

    def release(self, address: u64) -> None:
        """Gives back a frame that `allocate` gave out."""
        assert is_aligned(address, PAGE_SIZE), f"{address:#x} is not the address of a frame"
        frame = address >> FRAME_SHIFT
        assert frame < len(self.taken) * WORD_BITS, f"there is no frame at {address:#x}"
        assert self.mark(frame, frame + 1, False) == 1, f"the frame at {address:#x} is free already"
        self.free += 1
        assert self.free <= self.managed, f"the frame at {address:#x} was never given out"
