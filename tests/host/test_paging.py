"""Page tables built in a buffer that stands for memory, walked by an independent reader."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compiler.host.program import DialectPanic
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

    def __init__(self, pages: int = PHYSICAL_PAGES, has_huge_pages: bool = True) -> None:
        program = host_program(PAGING)
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
        module = host_program(PAGING).module("kernel_src.mm.retired")
        return module.Retired(frames=self.frames, forget=module.forget_here)

    def unmap(self, virtual: int, size: int, are_owned: bool = False) -> None:
        retired = self.retired()
        self.tables.unmap_range(virtual, size, are_owned, retired)
        retired.finish()

    def access(self, name: str) -> Any:
        return self.module.Access[name]


RIGHTS = {"READ": NO_EXECUTE, "WRITE": WRITABLE | NO_EXECUTE, "EXECUTE": 0}


@pytest.mark.parametrize("access", RIGHTS)
def test_maps_a_page_with_its_rights(access: str) -> None:
    tables = Tables()
    tables.tables.map_page(HIGH + PAGE, 0x1234_5000, tables.access(access))
    assert tables.walk(HIGH + PAGE + 7) == (0x1234_5007, RIGHTS[access], PAGE)
    assert tables.walk(HIGH) is None and tables.walk(HIGH + 2 * PAGE) is None


def test_no_access_is_both_writable_and_executable() -> None:
    tables = Tables()
    for access in tables.module.Access:
        bits = tables.module.bits_of_access(access)
        assert not bits & WRITABLE or bits & NO_EXECUTE
        assert not bits & USER


def test_protect_and_unmap() -> None:
    tables = Tables()
    tables.tables.map_page(0x4000, 0x9000, tables.access("WRITE"))
    retired = tables.retired()
    tables.tables.protect_range(0x4000, PAGE, tables.access("EXECUTE"), retired)
    assert tables.walk(0x4000) == (0x9000, 0, PAGE)
    assert (retired.start, retired.end) == (0x4000, 0x4FFF)
    tables.unmap(0x4000, PAGE)
    assert tables.walk(0x4000) is None
    assert tables.frames.free == PHYSICAL_PAGES - 1


@given(
    start=st.integers(0, 1 << 20).map(lambda page: page * PAGE),
    pages=st.one_of(st.integers(1, 3 * 512), st.sampled_from([512 * 512, 2 * 512 * 512 + 5])),
    offset=st.sampled_from([0, PAGE, LARGE, HUGE, HUGE + LARGE]),
    has_huge_pages=st.booleans(),
)
def test_maps_ranges_exactly(start: int, pages: int, offset: int, has_huge_pages: bool) -> None:
    tables = Tables(has_huge_pages=has_huge_pages)
    size, physical = pages * PAGE, start + offset
    try:
        tables.tables.map_range(HIGH + start, physical, size, tables.access("WRITE"))
    except tables.module.OutOfFrames:
        assert tables.frames.free == PHYSICAL_PAGES - 1
        assert not any(tables.memory[:512])
        return
    assert tables.walk(HIGH + start - 1) is None if start else True
    assert tables.walk(HIGH + start + size) is None
    at = 0
    while at < size:
        found = tables.walk(HIGH + start + at)
        assert found is not None
        address, rights, page = found
        assert (address, rights) == (physical + at, RIGHTS["WRITE"])
        assert page < HUGE or has_huge_pages
        assert page == PAGE or (start + at) % page == 0
        at += page
    assert at == size
    tables.unmap(HIGH + start, size)
    assert not any(tables.memory[:512])
    assert tables.frames.free == PHYSICAL_PAGES - 1


def test_prefers_large_pages() -> None:
    tables = Tables()
    tables.tables.map_range(HIGH, 0, 2 * HUGE + LARGE + PAGE, tables.access("READ"))
    sizes = [tables.walk(HIGH + at) for at in (0, HUGE, 2 * HUGE, 2 * HUGE + LARGE)]
    assert [found and found[2] for found in sizes] == [HUGE, HUGE, LARGE, PAGE]


def test_out_of_frames_is_an_error() -> None:
    tables = Tables(pages=3)
    with pytest.raises(tables.module.OutOfFrames):
        tables.tables.map_page(HIGH, 0, tables.access("READ"))
    assert tables.walk(HIGH) is None


@pytest.mark.parametrize("pages", range(1, 9))
def test_a_mapping_that_fails_leaves_nothing(pages: int) -> None:
    """Memory that ends after each of the tables a range of three sizes of pages needs."""
    tables = Tables(pages=pages)
    size = HUGE + LARGE + 3 * PAGE
    try:
        tables.tables.map_range(HIGH - PAGE, PAGE, size, tables.access("WRITE"))
    except tables.module.OutOfFrames:
        assert tables.frames.free == tables.frames.managed
        assert not any(tables.memory[:512])


def test_no_frame_is_free_before_its_addresses_are_forgotten() -> None:
    tables = Tables()
    frames = [tables.frames.allocate() for _ in range(5)]
    for i, frame in enumerate(frames):
        tables.tables.map_page(HIGH + i * PAGE, frame, tables.access("WRITE"))
    free = tables.frames.free
    retired = tables.retired()
    tables.tables.unmap_range(HIGH, 5 * PAGE, True, retired)
    assert tables.walk(HIGH) is None
    assert tables.frames.free == free
    assert (retired.start, retired.end) == (HIGH, HIGH + 5 * PAGE - 1)
    assert retired.count == 5 + 3
    retired.finish()
    assert tables.frames.free == PHYSICAL_PAGES - 1
    assert (retired.count, retired.end) == (0, 0)


SPAN = 1100  # pages of the addresses that scripts use: three tables of them


@settings(deadline=None, max_examples=25)
@given(script=st.binary(min_size=300, max_size=1500))
def test_random_scripts_leave_what_the_model_says(script: bytes) -> None:
    tables = Tables()
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


def test_mistakes_panic() -> None:
    tables = Tables()
    tables.tables.map_page(0x4000, 0x9000, tables.access("READ"))
    tables.tables.map_range(HIGH, 0, LARGE, tables.access("READ"))
    with pytest.raises(DialectPanic, match="0x4000 is mapped already"):
        tables.tables.map_page(0x4000, 0xA000, tables.access("READ"))
    with pytest.raises(DialectPanic, match="lies in a large page"):
        tables.tables.map_page(HIGH + PAGE, 0xA000, tables.access("READ"))
    with pytest.raises(DialectPanic, match="0x5000 is not mapped"):
        tables.unmap(0x5000, PAGE)
    with pytest.raises(DialectPanic, match="is not mapped"):
        tables.tables.protect_range(HIGH, PAGE, tables.access("READ"), tables.retired())
    with pytest.raises(DialectPanic, match="a page of 2097152 bytes reaches out of"):
        tables.unmap(HIGH, PAGE)
    with pytest.raises(DialectPanic, match="has no owner"):
        tables.unmap(HIGH, LARGE, are_owned=True)
    with pytest.raises(DialectPanic, match="does not begin a page"):
        tables.tables.map_page(0x6000, 0xA001, tables.access("READ"))
