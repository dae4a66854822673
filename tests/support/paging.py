"""Page tables in the test process, in a buffer that stands for memory, and a walk of them."""

from __future__ import annotations

import ctypes
from collections import Counter
from typing import Any

from compiler.host.program import HostProgram
from compiler.host.proxies import address_of
from tests.support.host import host_program, word

PAGING = "kernel_src.mm.paging"
FRAMES = "kernel_src.mm.frames"
PAGE, LARGE, HUGE = 1 << 12, 1 << 21, 1 << 30
PRESENT, WRITABLE, USER, BIG, NO_EXECUTE = 1, 2, 4, 1 << 7, 1 << 63
PHYSICAL_PAGES = 64
HIGH = 0xFFFF_8880_0000_0000


def unused_bits(level: int) -> int:
    """What is 0 in a page's entry: low address bits, cache attributes, what the processor sets."""
    size = PAGE << (9 * level)
    used = PRESENT | WRITABLE | USER | NO_EXECUTE | (BIG if level else 0)
    return ~(0x000F_FFFF_FFFF_F000 & -size | used) & (1 << 64) - 1


class Tables:
    """Frame 0 is the root; the tables below take frames of the same buffer."""

    def __init__(
        self,
        pages: int = PHYSICAL_PAGES,
        has_huge_pages: bool = True,
        program: HostProgram | None = None,
    ) -> None:
        self.program = program = program or host_program(PAGING)
        self.module = program.module(PAGING)
        self.memory = program.array("u64", PHYSICAL_PAGES * 512)
        frames = program.module(FRAMES)
        self.metadata = program.array("u64", frames.words_for(PHYSICAL_PAGES * PAGE))
        self.frames = frames.Frames()
        self.frames.initialise(self.metadata, PHYSICAL_PAGES * PAGE)
        self.frames.add(PAGE, pages * PAGE)
        self.words = (ctypes.c_uint64 * len(self.memory)).from_address(address_of(self.memory))
        self.forget = program.module("kernel_src.mm.retired").forget_here
        self.tables = self.module.PageTables(
            root=0,
            direct_map=address_of(self.memory),
            frames=self.frames,
            forget=self.forget,
            has_huge_pages=has_huge_pages,
        )

    def walk(self, virtual: int) -> tuple[int, int, int] | None:
        """(physical address, rights bits, page size) as the processor finds them."""
        table = 0
        for level in (3, 2, 1, 0):
            entry = self.words[table // 8 + (virtual >> (12 + 9 * level) & 511)]
            if not entry & PRESENT:
                return None
            address = entry & 0x000F_FFFF_FFFF_F000
            if level == 0 or entry & BIG:
                size = PAGE << (9 * level)
                assert not entry & unused_bits(level), f"{virtual:#x} has the entry {entry:#x}"
                return address + virtual % size, entry & (WRITABLE | USER | NO_EXECUTE), size
            assert entry & ~0x000F_FFFF_FFFF_F000 == PRESENT | WRITABLE
            table = address
        raise AssertionError

    def retired(self) -> Any:
        module = self.program.module("kernel_src.mm.retired")
        return module.Retired(frames=self.frames, forget=self.forget)

    def unmap(self, virtual: int, size: int, are_owned: bool = False) -> None:
        retired = self.retired()
        self.tables.unmap_range(virtual, size, are_owned, retired)
        retired.finish()

    def access(self, name: str) -> Any:
        return self.module.Access[name]


RIGHTS = {"READ": NO_EXECUTE, "WRITE": WRITABLE | NO_EXECUTE, "EXECUTE": 0}

SIZES = (PAGE, LARGE, HUGE)
SPANS = (0, 50, 4)  # of large and huge pages, how many scripts use from HIGH on

PAGES_MAX = 3000  # mapped at a time, so that a comparison of all of them is cheap


class PagingMachine(Tables):
    """Page tables and a model: of each page its size, physical address and rights, by address.

    An operation that the model forbids must panic; what the tables hold is found by a walk that
    shares nothing with the kernel's.
    """

    def __init__(self, program: HostProgram | None = None) -> None:
        super().__init__(program=program)
        self.pages: dict[int, tuple[int, int, int]] = {}
        self.uses = [Counter[int]() for _ in range(3)]  # pages below each table, by its level
        self.free = word(self.frames, "free")
        self.operations = 0
        self.splits = 0
        self.only_retired = super().retired()

    def retired(self) -> Any:
        return self.only_retired  # as good as new once it is finished

    def page_around(self, at: int) -> int | None:
        """Where the page begins that an address lies in."""
        starts = (at - at % size for size in SIZES)
        return next((s for s in starts if s in self.pages and at < s + self.pages[s][0]), None)

    def add(self, at: int, size: int, physical: int, rights: int) -> None:
        self.pages[at] = size, physical, rights
        for level in range(SIZES.index(size), 3):
            self.uses[level][at >> (21 + 9 * level)] += 1

    def drop(self, at: int) -> tuple[int, int, int]:
        page = self.pages.pop(at)
        for level in range(SIZES.index(page[0]), 3):
            table = at >> (21 + 9 * level)
            self.uses[level][table] -= 1
            if not self.uses[level][table]:
                del self.uses[level][table]
        return page

    def within(self, at: int, size: int) -> list[int] | None:
        """The pages that make up a range; None if there are gaps, or one reaches out of it."""
        found, end = [], at + size
        while at < end:
            if at not in self.pages or at + self.pages[at][0] > end:
                return None
            found.append(at)
            at += self.pages[at][0]
        return found

    def overlaps(self, at: int, size: int) -> bool:
        """Whether anything of a range is mapped; its ends are multiples of a size of pages."""
        unit = next(u for u in SIZES[::-1] if not (at | size) % u)
        level = SIZES.index(unit) - 1
        parts = range(at, at + size, unit)
        if level >= 0 and any(part >> (21 + 9 * level) in self.uses[level] for part in parts):
            return True
        return any(self.page_around(part) is not None for part in parts)

    def map(self, at: int, size: int, physical: int, name: str) -> bool:
        try:
            self.tables.map_range(at, physical, size, self.access(name))
        except self.module.OutOfFrames:
            return False
        end = at + size
        while at < end:
            page = next(s for s in SIZES[::-1] if not (at | physical) % s and at + s <= end)
            self.add(at, page, physical, RIGHTS[name])
            at, physical = at + page, physical + page
        return True

    def take(self, at: int, size: int, pages: list[int]) -> None:
        self.unmap(at, size)
        for page in pages:
            self.drop(page)

    def protect(self, at: int, size: int, name: str, pages: list[int]) -> None:
        retired = self.retired()
        self.tables.protect_range(at, size, self.access(name), retired)
        assert (retired.start, retired.end) == (at, at + size - 1), "not all is forgotten"
        retired.finish()
        for page in pages:
            self.pages[page] = *self.pages[page][:2], RIGHTS[name]

    def split(self, at: int) -> bool:
        try:
            self.tables.split_at(at)
        except self.module.OutOfFrames:
            return False
        while (start := self.page_around(at)) is not None and start != at:
            self.splits += 1
            size, physical, rights = self.drop(start)
            small = size // 512
            for step in range(0, size, small):
                self.add(start + step, small, physical + step, rights)
        return True

    def compare(self, places: list[int]) -> None:
        """The number of tables, and what is found at some addresses."""
        self.operations += 1
        needed = sum(map(len, self.uses))
        assert PHYSICAL_PAGES - 1 - self.free.value == needed, "a table too many, or one too few"
        for at in places:
            start = self.page_around(at)
            if start is None:
                assert self.walk(at) is None, f"{at:#x} is mapped"
            else:
                size, physical, rights = self.pages[start]
                assert self.walk(at) == (physical + at - start, rights, size), f"at {at:#x}"

    def compare_all(self) -> None:
        found = {at: page for at, page in leaves(self.words, 0, 3, 0)}
        assert found == self.pages, "the tables and the model differ"

    def step(self, what: int, place: int, length: int) -> None:
        kind = (0, 0, 0, 1, 1, 1, 1, 2)[what % 8]
        unit = SIZES[kind]
        # Small pages in sixteen groups, each in a table of its own, with room between them
        small = place % 16 * 3 * LARGE + place // 16 * 31 * PAGE
        at = HIGH + (place * SPANS[kind] // 256 * unit if kind else small)
        size = (length % (40, 20, 2)[kind] + 1) * unit
        name = list(RIGHTS)[what // 8 % 3]
        pages = self.within(at, size)
        if pages is None and what & 64:
            self.split(at)
            self.split(at + size)
            pages = self.within(at, size)
        if pages is not None and what & 128:
            self.protect(at, size, name, pages)
        elif pages is not None:
            self.take(at, size, pages)
        elif not self.overlaps(at, size):
            # Physical addresses that allow no page as large as the range does
            offset = (0, PAGE, LARGE)[kind] if what % 64 > 55 else 0
            size = unit if offset else size
            self.map(at, size, (length + 1) * HUGE + at % HUGE + offset, name)
        elif (start := self.page_around(at)) is not None:
            self.take(start, self.pages[start][0], [start])
        self.compare([at, at - PAGE, at + size - PAGE, at + size, at + size // 2])

    def run(self, script: bytes) -> None:
        """Three bytes an operation on a range: what, where, how long."""
        steps = zip(script[::3], script[1::3], script[2::3], strict=False)
        for number, (what, place, length) in enumerate(steps):
            self.step(what, place, length)
            if number % 64 == 0:
                self.compare_all()
            if len(self.pages) > PAGES_MAX:
                self.release_all()
        self.compare_all()

    def release_all(self) -> None:
        """Unmaps what is left, each run of neighbours in one go."""
        starts = sorted(self.pages)
        while starts:
            end = count = 0
            for at in starts:
                if count and at != end:
                    break
                end, count = at + self.pages[at][0], count + 1
            run, starts = starts[:count], starts[count:]
            self.take(run[0], end - run[0], run)
        self.compare_all()
        assert self.frames.free == PHYSICAL_PAGES - 1


def leaves(words: Any, table: int, level: int, at: int) -> Any:
    """(address, (size, physical address, rights)) of every page below a table."""
    size = PAGE << (9 * level)
    for index, entry in enumerate(words[table // 8 : table // 8 + 512]):
        if entry == 0:
            continue
        assert entry & PRESENT, f"an entry {entry:#x}"
        start = at + index * size
        if level == 3 and index >= 256:
            start |= 0xFFFF << 48
        if level == 0 or entry & BIG:
            assert not entry & unused_bits(level), f"{start:#x} has the entry {entry:#x}"
            address = entry & 0x000F_FFFF_FFFF_F000
            yield start, (size, address, entry & (WRITABLE | USER | NO_EXECUTE))
        else:
            yield from leaves(words, entry & 0x000F_FFFF_FFFF_F000, level - 1, start)


def run_script(script: bytes, program: HostProgram | None = None) -> PagingMachine:
    machine = PagingMachine(program)
    machine.run(script)
    machine.release_all()
    return machine
