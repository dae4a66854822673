"""Single frames kept by one processor, in front of the allocator that all share.

Taking and giving back a frame is then a push or a pop on an array nobody else touches; only an
empty or a full one goes to the allocator, and takes its lock, for half of what it holds. The owner
keeps interrupts off meanwhile.

A frame in a cache is nobody's: giving it back again is found out as if it were in the allocator.
"""
from __future__ import annotations

from typing import Final

from kernel_src.mm.frames import CACHED, FRAME_SHIFT, NO_LIMIT, TAKEN, Frames, OutOfFrames
from pykern.lang import (
    DEBUG,
    Array,
    Ptr,
    noinline,
    raises,
    return_address,
    struct,
    u8,
    u64,
    usize,
    zeroed,
)

BATCH_ORDER: Final = 5
BATCH: Final = 1 << BATCH_ORDER
CAPACITY: Final = 2 * BATCH


@struct
class FrameCache:
    frames: Ptr[Frames]
    count: usize = 0
    kept: Array[usize, CAPACITY] = zeroed()

    @noinline
    @raises(OutOfFrames)
    def allocate(self) -> u64:
        """The physical address of a frame; what is in it is not known."""
        return self.allocate_at(return_address())

    @raises(OutOfFrames)
    def allocate_at(self, site: u64) -> u64:
        if self.count == 0:
            self.refill()
        self.count -= 1
        frame = self.kept[self.count]
        if DEBUG:
            self.frames.check_frame(frame)
            self.frames.sites[frame] = site
        self.frames.kinds[frame] = TAKEN
        return u64(frame) << FRAME_SHIFT

    @noinline
    def release(self, address: u64) -> None:
        """Gives back a single frame, whether a cache or the allocator gave it out."""
        self.release_at(address, return_address())

    def release_at(self, address: u64, site: u64) -> None:
        frame = self.frames.expect(address, TAKEN, site)
        self.frames.kinds[frame] = CACHED
        if DEBUG:
            self.frames.sites[frame] = site
            self.frames.spoil(frame)
        if self.count == CAPACITY:
            self.drain(BATCH)
        self.kept[self.count] = frame
        self.count += 1

    @raises(OutOfFrames)
    def refill(self) -> None:
        """Takes a whole block where there is one, else as many frames as there are."""
        with self.frames.lock:
            try:
                self.keep(self.frames.take(BATCH_ORDER, NO_LIMIT), BATCH)
            except OutOfFrames:
                self.keep(self.frames.take(0, NO_LIMIT), 1)

    def keep(self, first: usize, count: usize) -> None:
        """The lowest is given out first, so that neighbours go to the same owner."""
        for below in range(count):
            frame = first + (count - 1 - below)
            self.frames.kinds[frame] = u8(CACHED)
            self.kept[self.count] = frame
            self.count += 1

    def drain(self, count: usize) -> None:
        """Gives the frames kept longest back to the allocator: `count` of them, or all."""
        given = min(count, self.count)
        with self.frames.lock:
            for place in range(given):
                self.frames.accept(self.kept[place])
        self.count -= given
        for place in range(self.count):
            self.kept[place] = self.kept[place + given]
