"""The frame allocator against a model that knows only which frames are free."""

from __future__ import annotations

import random

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

from compiler.host.program import DialectPanic
from compiler.host.proxies import address_of
from tests.support.frames import NO_LIMIT, PAGE, Machine, bits, mistake
from tests.support.host import host_program

COUNT = 1500  # not a power of two, and in no way round
MAX_ORDER = 18

places = st.integers(0, COUNT * PAGE)
limits = st.one_of(st.just(NO_LIMIT), places)


class FramesMachine(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.machine = Machine(COUNT)

    @precondition(lambda self: not self.machine.frames.used)
    @rule(a=places, b=places)
    def add(self, a: int, b: int) -> None:
        self.machine.add(min(a, b), max(a, b))

    @precondition(lambda self: not self.machine.frames.used)
    @rule(a=places, b=places)
    def withhold(self, a: int, b: int) -> None:
        self.machine.withhold(min(a, b), max(a, b))

    @rule(order=st.integers(0, MAX_ORDER), limit=limits)
    def allocate_block(self, order: int, limit: int) -> None:
        self.machine.allocate_block(order, limit)

    @rule(count=st.integers(1, COUNT + 1), limit=limits)
    def allocate_run(self, count: int, limit: int) -> None:
        self.machine.allocate_run(count, limit)

    @rule(script=st.binary(max_size=600))
    def run(self, script: bytes) -> None:
        self.machine.run(script)

    @rule(frame=st.integers(0, COUNT - 1), order=st.integers(0, MAX_ORDER))
    def release_by_mistake(self, frame: int, order: int) -> None:
        if self.machine.model.taken.get(frame) == order:
            return
        with mistake(self.machine.frames, "free already|never given out|was given out as"):
            self.machine.frames.release_block(frame * PAGE, order)
        self.machine.compare()

    def teardown(self) -> None:
        self.machine.release_all()


TestFrames = FramesMachine.TestCase
TestFrames.settings = settings(deadline=None, max_examples=60, stateful_step_count=40)


@pytest.mark.parametrize("seed", range(4))
def test_holds_over_many_operations(seed: int) -> None:
    machine = Machine(COUNT)
    machine.add(0, COUNT * PAGE)
    machine.withhold(100 * PAGE + 5, 130 * PAGE)
    machine.run(random.Random(seed).randbytes(3 * 25_000))
    assert machine.operations > 25_000
    machine.release_all()


def whole(count: int = COUNT) -> Machine:
    machine = Machine(count)
    machine.add(0, count * PAGE)
    return machine


def test_gives_out_every_frame_once() -> None:
    machine = whole()
    frames = machine.frames
    assert {frames.allocate() for _ in range(COUNT)} == {i * PAGE for i in range(COUNT)}


def test_the_largest_block_is_1_gib() -> None:
    machine = Machine(3 << MAX_ORDER)
    machine.frames.add(PAGE, 3 * PAGE << MAX_ORDER)
    assert {machine.frames.allocate_block(MAX_ORDER) for _ in range(2)} == {1 << 30, 2 << 30}
    with pytest.raises(machine.full):
        machine.frames.allocate_block(MAX_ORDER)
    with pytest.raises(machine.full):
        machine.frames.allocate_run((1 << MAX_ORDER) + 1)


def test_keeps_low_memory_for_who_needs_it() -> None:
    machine = whole(1024)
    frames = machine.frames
    assert frames.allocate_block(3) >= 512 * PAGE
    assert frames.allocate_block(3, 16 * PAGE) < 16 * PAGE


def test_memory_may_be_added_above_what_is_taken() -> None:
    machine = Machine(COUNT)
    machine.add(0, 10 * PAGE)
    machine.allocate_block(0)
    machine.add(10 * PAGE, 700 * PAGE)
    machine.withhold(650 * PAGE, 660 * PAGE)
    with pytest.raises(DialectPanic, match="may be in use"):
        machine.frames.add(0, PAGE)
    with pytest.raises(DialectPanic, match="may be in use"):
        machine.frames.withhold(0, PAGE)
    machine.release_all()


@pytest.mark.parametrize("end", [1 << 40, (1 << 64) - 1])
def test_a_range_past_the_end_is_withheld_as_far_as_it_goes(end: int) -> None:
    machine = whole()
    frames = machine.frames
    frames.withhold(10 * PAGE, end)
    assert frames.free == 10
    frames.withhold(1 << 40, end)
    assert frames.free == 10


# --- Mistakes -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("address", "text"),
    [
        (123, "0x7b is not the address of a frame"),
        (1 << 40, "no frame at 0x10000000000"),
        (20 * PAGE, "the frame at 0x14000 was never given out; given back at 0x[0-9a-f]{6,}"),
    ],
)
def test_what_was_never_given_out(address: int, text: str) -> None:
    machine = Machine(COUNT)
    machine.add(0, 16 * PAGE)
    with pytest.raises(DialectPanic, match=text):
        machine.frames.release(address)


def test_a_double_free_names_both_places() -> None:
    machine = whole()
    frames = machine.frames
    address = frames.allocate()
    frames.release(address)
    with pytest.raises(DialectPanic, match=r"free already: given back at 0x\w{6,} and at 0x\w{6,}"):
        frames.release(address)


def test_the_size_given_back_is_the_size_given_out() -> None:
    machine = whole()
    frames = machine.frames
    block, run = frames.allocate_block(3), frames.allocate_run(5)
    places = r"at 0x\w{6,}, but given back as .* at 0x\w{6,}"
    with mistake(frames, "was given out as 0x23 " + places):
        frames.release(block)
    with mistake(frames, "was given out as 0x23 " + places):
        frames.release_run(block, 8)
    with mistake(frames, "was given out as 0x62 " + places):
        frames.release_block(run, 2)
    with mistake(frames, "never given out"):
        frames.release(block + PAGE)
    frames.release_run(run, 5)
    with mistake(frames, "free already"):
        frames.release_run(run, 5)


def test_a_write_into_a_free_frame_is_found() -> None:
    machine = Machine(16)
    memory = machine.program.array("u64", 16 * 512)
    machine.frames.contents = address_of(memory)
    machine.add(0, 16 * PAGE)
    start = machine.frames.allocate_block(2)
    machine.frames.release_block(start, 2)
    machine.frames.release_block(machine.frames.allocate_block(2), 2)
    memory[start // 8 + 600] = 7
    with pytest.raises(DialectPanic, match=rf"free frame at {start + PAGE:#x} was written to"):
        machine.frames.allocate_block(4)


# --- The cache ------------------------------------------------------------------------------------

CACHE = "kernel_src.mm.frame_cache"
CAPACITY = 64


class CacheMachine(RuleBasedStateMachine):
    """Two processors' caches in front of one allocator, which others use, too."""

    def __init__(self) -> None:
        super().__init__()
        program = host_program(CACHE)
        self.machine = Machine(COUNT, program)
        self.machine.add(0, COUNT * PAGE)
        cache = program.module(CACHE).FrameCache
        self.caches = [cache(frames=self.machine.frames) for _ in range(2)]
        self.given: list[int] = []

    @rule(which=st.integers(0, 1), count=st.integers(1, 200))
    def allocate(self, which: int, count: int) -> None:
        for _ in range(count):
            try:
                address = self.caches[which].allocate()
            except self.machine.full:
                assert self.caches[which].count == 0 and self.machine.frames.free == 0
                return
            assert address % PAGE == 0 and address // PAGE < COUNT
            assert address not in self.given
            self.given.append(address)
        self.account()

    @rule(which=st.integers(0, 1), count=st.integers(1, 200), order=st.randoms())
    def release(self, which: int, count: int, order: random.Random) -> None:
        order.shuffle(self.given)
        for address in self.given[:count]:
            self.caches[which].release(address)
            assert self.caches[which].count <= CAPACITY
        del self.given[:count]
        self.account()

    @rule(which=st.integers(0, 1), count=st.integers(0, CAPACITY))
    def drain(self, which: int, count: int) -> None:
        self.caches[which].drain(count)
        self.account()

    @precondition(lambda self: len(self.given) < COUNT)
    @rule(data=st.data())
    def release_by_mistake(self, data: st.DataObject) -> None:
        frame = data.draw(st.integers(0, COUNT - 1))
        if frame * PAGE not in self.given:
            with pytest.raises(DialectPanic, match="free already|never given out"):
                self.caches[0].release(frame * PAGE)

    def account(self) -> None:
        cached = sum(cache.count for cache in self.caches)
        assert self.machine.frames.free + cached + len(self.given) == COUNT

    def teardown(self) -> None:
        for address in self.given:
            self.caches[0].release(address)
        for cache in self.caches:
            cache.drain(CAPACITY)
        self.machine.compare()
        assert self.machine.model.free == bits(0, COUNT)


TestCache = CacheMachine.TestCase
TestCache.settings = settings(deadline=None, max_examples=20, stateful_step_count=20)
