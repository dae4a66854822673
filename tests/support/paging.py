"""Page tables in the test process, in a buffer that stands for memory, and a walk of them."""

from __future__ import annotations

from typing import Any

from compiler.host.program import HostProgram
from compiler.host.proxies import address_of
from tests.support.host import host_program

PAGING = "kernel_src.mm.paging"
FRAMES = "kernel_src.mm.frames"
PAGE, LARGE, HUGE = 1 << 12, 1 << 21, 1 << 30
PRESENT, WRITABLE, USER, BIG, NO_EXECUTE = 1, 2, 4, 1 << 7, 1 << 63
PHYSICAL_PAGES = 64
HIGH = 0xFFFF_8880_0000_0000


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
        self.tables = self.module.PageTables(
            root=0,
            direct_map=address_of(self.memory),
            frames=self.frames,
            has_huge_pages=has_huge_pages,
        )

    def walk(self, virtual: int) -> tuple[int, int, int] | None:
        """(physical address, rights bits, page size) as the processor finds them."""
        table = 0
        for level in (3, 2, 1, 0):
            entry = self.memory[table // 8 + (virtual >> (12 + 9 * level) & 511)]
            if not entry & PRESENT:
                return None
            address = entry & 0x000F_FFFF_FFFF_F000
            if level == 0 or entry & BIG:
                size = PAGE << (9 * level)
                return address + virtual % size, entry & (WRITABLE | USER | NO_EXECUTE), size
            assert entry & ~0x000F_FFFF_FFFF_F000 == PRESENT | WRITABLE
            table = address
        raise AssertionError

    def retired(self) -> Any:
        module = self.program.module("kernel_src.mm.retired")
        return module.Retired(frames=self.frames, forget=module.forget_here)

    def unmap(self, virtual: int, size: int, are_owned: bool = False) -> None:
        retired = self.retired()
        self.tables.unmap_range(virtual, size, are_owned, retired)
        retired.finish()

    def access(self, name: str) -> Any:
        return self.module.Access[name]


RIGHTS = {"READ": NO_EXECUTE, "WRITE": WRITABLE | NO_EXECUTE, "EXECUTE": 0}

SPAN = 1100  # pages of the addresses that scripts use: three tables of them


def run_script(script: bytes, program: HostProgram | None = None) -> None:
    """Three bytes an operation on a range: what, where, how long; the model is a page's mapping."""
    tables = Tables(program=program)
    model: dict[int, tuple[int, int]] = {}  # page: its physical address, its rights
    names = list(RIGHTS)
    for what, place, length in zip(script[::3], script[1::3], script[2::3], strict=False):
        first = place * SPAN // 256
        pages = range(first, min(first + length % 40 + 1, SPAN))
        name = names[what // 8 % 3]
        at, size = HIGH + first * PAGE, len(pages) * PAGE
        if not any(page in model for page in pages):
            physical = (what + 1) * LARGE + PAGE
            tables.tables.map_range(at, physical, size, tables.access(name))
            model |= {p: (physical + i * PAGE, RIGHTS[name]) for i, p in enumerate(pages)}
        elif all(page in model for page in pages):
            if what % 2:
                tables.unmap(at, size)
                for page in pages:
                    del model[page]
            else:
                retired = tables.retired()
                tables.tables.protect_range(at, size, tables.access(name), retired)
                retired.finish()
                model |= {page: (model[page][0], RIGHTS[name]) for page in pages}
        needed = {page // 512 for page in model}
        used = PHYSICAL_PAGES - 1 - tables.frames.free
        assert used == (len(needed) + 2 if needed else 0), "a table too many, or one too few"
        for page in {*pages, first - 1, pages[-1] + 1}:
            found = tables.walk(HIGH + page * PAGE)
            assert found == ((*model[page], PAGE) if page in model else None)
    for page in range(SPAN):
        found = tables.walk(HIGH + page * PAGE)
        assert found == ((*model[page], PAGE) if page in model else None)
    for page in list(model):
        tables.unmap(HIGH + page * PAGE, PAGE)
    assert tables.frames.free == PHYSICAL_PAGES - 1
