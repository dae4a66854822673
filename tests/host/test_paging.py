"""Page tables built in a buffer that stands for memory, walked by an independent reader."""

from __future__ import annotations

import itertools
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule

from compiler.host.program import DialectPanic
from tests.support.paging import (
    HIGH,
    HUGE,
    LARGE,
    NO_EXECUTE,
    PAGE,
    PHYSICAL_PAGES,
    RIGHTS,
    USER,
    WRITABLE,
    PagingMachine,
    Tables,
    run_script,
)


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


class PagesMachine(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.machine = PagingMachine()

    @rule(script=st.binary(min_size=3, max_size=300))
    def run(self, script: bytes) -> None:
        self.machine.run(script)

    @rule(page=st.integers(0, 4 << 18))
    def split(self, page: int) -> None:
        self.machine.split(HIGH + page * PAGE)
        self.machine.compare_all()

    def teardown(self) -> None:
        self.machine.release_all()


TestPages = PagesMachine.TestCase
TestPages.settings = settings(deadline=None, max_examples=25, stateful_step_count=25)


@pytest.mark.parametrize("seed", range(4))
def test_holds_over_many_operations(seed: int) -> None:
    machine = run_script(random.Random(seed).randbytes(3 * 26_000))
    assert machine.operations > 25_000
    assert machine.splits > 100


def test_failure_at_any_frame_changes_nothing() -> None:
    """Each mapping and each split with its 1st, 2nd, … frame refused, until it gets them all."""
    machine, rng = PagingMachine(), random.Random(5)
    failures = 0
    for _ in range(300):
        at = HIGH + rng.randrange(4 * HUGE) // PAGE * PAGE
        size = rng.choice([PAGE, LARGE - PAGE, LARGE, LARGE + PAGE, HUGE + LARGE])
        start = machine.page_around(at)
        if start is None and machine.page_around(at + size - PAGE) is not None:
            continue
        if any(at < page < at + size for page in machine.pages):
            continue
        for step in itertools.count(1):
            before = dict(machine.pages)
            machine.frames.fails_in = step
            if start is None:
                done = machine.map(at, size, HUGE + at % HUGE, "WRITE")
            else:
                done = machine.split(at)
            machine.compare([at, at - PAGE, at + size])
            if done:
                machine.frames.fails_in = 0
                break
            failures += 1
            assert machine.pages == before
            machine.compare_all()
        if len(machine.uses[0]) > 20:
            machine.release_all()
    assert failures > 100
    machine.release_all()


def test_a_part_of_a_large_page_after_a_split() -> None:
    tables = Tables()
    tables.tables.map_range(HIGH, HUGE, HUGE, tables.access("READ"))
    tables.tables.split_at(HIGH + 5 * PAGE)
    retired = tables.retired()
    tables.tables.protect_range(HIGH, 5 * PAGE, tables.access("WRITE"), retired)
    retired.finish()
    assert tables.walk(HIGH + 5 * PAGE - 1) == (HUGE + 5 * PAGE - 1, RIGHTS["WRITE"], PAGE)
    assert tables.walk(HIGH + 5 * PAGE) == (HUGE + 5 * PAGE, RIGHTS["READ"], PAGE)
    assert tables.walk(HIGH + LARGE) == (HUGE + LARGE, RIGHTS["READ"], LARGE)


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
    with pytest.raises(DialectPanic, match="a page of 2097152 bytes reaches out of"):
        tables.tables.protect_range(HIGH, PAGE, tables.access("READ"), tables.retired())
    with pytest.raises(DialectPanic, match="a page of 2097152 bytes reaches out of"):
        tables.unmap(HIGH, PAGE)
    with pytest.raises(DialectPanic, match="has no owner"):
        tables.unmap(HIGH, LARGE, are_owned=True)
    with pytest.raises(DialectPanic, match="does not begin a page"):
        tables.tables.map_page(0x6000, 0xA001, tables.access("READ"))
