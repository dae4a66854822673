"""Windows of addresses in the test process, and a model: a list of what is taken, in order."""

from __future__ import annotations

import bisect

from compiler.host.program import HostProgram
from tests.support.frames import PAGE
from tests.support.host import host_program, word

RANGES = "kernel_src.mm.ranges"
START = 0xFFFF_C900_0000_0000


class WindowMachine:
    def __init__(self, pages: int, blocks: int, program: HostProgram | None = None) -> None:
        self.program = program or host_program(RANGES)
        self.module = self.program.module(RANGES)
        self.full = self.module.OutOfAddresses
        self.room = self.program.zeroed(f"Array[{RANGES}.Block, {blocks}]")
        self.window = self.module.Window()
        self.end = START + pages * PAGE
        self.window.initialise(START, self.end, self.room)
        self.blocks = blocks
        self.count = word(self.window, "count")
        self.bytes = word(self.window, "taken")
        self.starts: list[int] = []
        self.sizes: dict[int, tuple[int, int]] = {}  # start of a block: its size, its guard
        self.operations = 0

    def gaps(self) -> list[tuple[int, int]]:
        edges = [START]
        for start in self.starts:
            edges += [start, start + sum(self.sizes[start])]
        edges.append(self.end)
        return list(zip(edges[::2], edges[1::2], strict=True))

    def reserve(self, size: int, guard: int = PAGE, align: int = PAGE) -> int | None:
        self.operations += 1
        needed = size + guard + align - PAGE
        fits = [low for low, high in self.gaps() if high - low >= needed]
        try:
            start = self.window.reserve(size, guard, align)
        except self.full:
            assert not fits or len(self.starts) == self.blocks - 1, "there is a gap that fits"
            self.compare()
            return None
        assert fits and start == -(-fits[0] // align) * align, f"{start:#x} is not the lowest"
        bisect.insort(self.starts, start)
        self.sizes[start] = size, guard
        self.compare()
        return int(start)

    def release(self, start: int) -> None:
        self.operations += 1
        self.starts.remove(start)
        self.window.release(start, self.sizes.pop(start)[0])
        self.compare()

    def look(self, address: int) -> None:
        at = bisect.bisect(self.starts, address) - 1
        found = self.window.block_around(address)
        if at >= 0 and address < self.starts[at] + sum(self.sizes[self.starts[at]]):
            assert found is not None and found.start == self.starts[at]
        else:
            assert found is None

    def compare(self) -> None:
        assert self.count.value == len(self.starts)
        assert self.bytes.value == sum(map(sum, self.sizes.values())), "bytes counted wrongly"

    def run(self, script: bytes) -> None:
        """Three bytes an operation: what, how large, which."""
        for what, size, which in zip(script[::3], script[1::3], script[2::3], strict=False):
            match what % 8:
                case 0 | 1 | 2:
                    self.reserve((size % 20 + 1) * PAGE)
                case 3:
                    self.reserve((size + 1) * PAGE, which % 3 * PAGE, PAGE << which % 5)
                case 4:
                    self.look(START + (size << 8 | which) * (self.end - START) // 65536)
                case _ if self.starts:
                    self.release(self.starts[which * len(self.starts) // 256])

    def release_all(self) -> None:
        for start in list(self.starts):
            self.release(start)
        whole = self.end - START
        assert self.window.reserve(whole, 0) == START
        self.window.release(START, whole)
