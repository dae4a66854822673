"""The heap in the test process, over memory of its own, and a model: which bytes are in use."""

from __future__ import annotations

import bisect
import ctypes
import mmap
from dataclasses import dataclass

from compiler.host.program import HostProgram
from tests.support.frames import PAGE
from tests.support.host import host_program, word

HEAP = "kernel_src.mm.heap"
ALIGNMENT = 1 << 21  # of the memory: blocks in it are aligned as they would be in the direct map
SIZES = [0, 1, 8, 15, 16, 17, 48, 100, 128, 129, 160, 256, 500, 512, 1000, 1024, 1025, 1500, 2048]
SIZES += [2049, 3000, 3584, 3585, 4096, 5000, 8192, 20_000, 32_768, 40_000, 100_000, 300_000]


@dataclass
class Block:
    size: int
    fill: int


class HeapMachine:
    def __init__(self, frames: int, program: HostProgram | None = None, caches: int = 2) -> None:
        self.program = program or host_program(HEAP)
        self.memory = mmap.mmap(-1, frames * PAGE + ALIGNMENT)
        start = ctypes.addressof(ctypes.c_char.from_buffer(self.memory))
        self.base = -(-start // ALIGNMENT) * ALIGNMENT
        self.end = self.base + frames * PAGE
        module = self.program.module("kernel_src.mm.frames")
        self.metadata = self.program.array("u64", module.words_for(frames * PAGE))
        self.frames = module.Frames()
        self.frames.initialise(self.metadata, frames * PAGE)
        self.frames.contents = self.base
        self.frames.add(0, frames * PAGE)
        self.module = self.program.module(HEAP)
        self.owners = self.program.array("u32", frames)
        self.heap = self.module.Heap(frames=self.frames, base=self.base)
        self.heap.initialise(self.owners)
        self.caches = [self.module.HeapCache(heap=self.heap) for _ in range(caches)]
        self.full = self.module.OutOfMemory
        self.count = frames
        self.free = word(self.frames, "free")
        self.held = word(self.heap, "frames_held")
        self.blocks: dict[int, Block] = {}
        self.starts: list[int] = []  # of the blocks, in order
        self.operations = 0

    def allocate(self, size: int, align: int = 16, cache: int = 0) -> int | None:
        self.operations += 1
        try:
            if align == 16:
                address = self.caches[cache].allocate(size)
            else:
                address = self.caches[cache].allocate_aligned(size, align)
        except self.full:
            self.account()
            self.check_exhausted(size, align)
            return None
        assert address % max(align, 16) == 0, f"{address:#x} is no multiple of {align}"
        assert self.base <= address and address + size <= self.end
        self.place(address, size)
        self.account()
        return int(address)

    def check_exhausted(self, size: int, align: int) -> None:
        """A failure is one only if there is no block of twice the size, let alone a larger one."""
        needed = max(size + 2 * align + 128, 8 * PAGE)
        largest = PAGE << self.frames.available.bit_length() >> 1
        assert largest < 2 * needed, f"{size} bytes failed, but there are {largest} in a row"

    def place(self, address: int, size: int) -> None:
        """The block overlaps no other, and its bytes are its own from now on."""
        at = bisect.bisect(self.starts, address)
        if at < len(self.starts):
            assert address + max(size, 1) <= self.starts[at], f"{address:#x} overlaps the next"
        if at > 0:
            before = self.starts[at - 1]
            length = max(self.blocks[before].size, 1)
            assert before + length <= address, f"{address:#x} overlaps {before:#x}"
        self.starts.insert(at, address)
        fill = self.operations & 0xFF
        self.blocks[address] = Block(size, fill)
        ctypes.memset(address, fill, size)

    def release(self, address: int, cache: int = 0) -> None:
        self.operations += 1
        block = self.blocks.pop(address)
        del self.starts[bisect.bisect_left(self.starts, address)]
        found = ctypes.string_at(address, block.size)
        assert found == bytes([block.fill]) * block.size, f"the block at {address:#x} was changed"
        self.caches[cache].release(address)
        self.account()

    def account(self) -> None:
        assert self.free.value + self.held.value == self.count, "frames are counted wrongly"

    def flush(self) -> None:
        for cache in self.caches:
            cache.flush()
        self.heap.trim()
        self.account()

    def run(self, script: bytes) -> None:
        """Three bytes an operation: what, how large, which."""
        for what, size, which in zip(script[::3], script[1::3], script[2::3], strict=False):
            self.step(what, size, which)

    def step(self, what: int, size: int, which: int) -> None:
        cache = which % len(self.caches)
        match what % 16:
            case 0 | 1 | 2 | 3 | 4 | 5:
                self.allocate(SIZES[size % 20], cache=cache)
            case 6:
                self.allocate(SIZES[size % len(SIZES)], cache=cache)
            case 7:
                self.allocate(SIZES[size % 24], 1 << which % 15, cache)
            case 8 if which == 0:
                self.flush()
            case _ if self.starts:
                self.release(self.starts[(size << 8 | which) * len(self.starts) >> 16], cache)

    def release_all(self) -> None:
        """Everything is whole again once all is given back."""
        for address in list(self.starts):
            self.release(address)
        self.flush()
        assert self.held.value == 0 and self.free.value == self.count
        assert set(self.owners) == {0xFF}
