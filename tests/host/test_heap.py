"""The heap, in debug and in release builds, against a model of which bytes are in use."""

from __future__ import annotations

import ctypes
import random

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

from compiler.host.program import DialectPanic
from tests.support.heap import ALIGNMENT, HEAP, SIZES, HeapMachine
from tests.support.host import host_program

FRAMES = 700
GIB = 1 << 30

sizes = st.one_of(st.sampled_from(SIZES), st.integers(0, 5000), st.integers(0, FRAMES * 5000))
aligns = st.sampled_from([1 << power for power in range(15)])


def heap(frames: int = FRAMES, debug: bool = True) -> HeapMachine:
    return HeapMachine(frames, host_program(HEAP, debug=debug))


class DebugHeap(RuleBasedStateMachine):
    debug = True

    def __init__(self) -> None:
        super().__init__()
        self.heap = heap(debug=self.debug)

    @rule(size=sizes, align=aligns, cache=st.integers(0, 1))
    def allocate(self, size: int, align: int, cache: int) -> None:
        self.heap.allocate(size, align, cache)

    @precondition(lambda self: self.heap.starts)
    @rule(data=st.data(), cache=st.integers(0, 1))
    def release(self, data: st.DataObject, cache: int) -> None:
        self.heap.release(data.draw(st.sampled_from(self.heap.starts)), cache)

    @rule(script=st.binary(max_size=600))
    def run(self, script: bytes) -> None:
        self.heap.run(script)

    @rule()
    def flush(self) -> None:
        self.heap.flush()

    def teardown(self) -> None:
        self.heap.release_all()


class ReleaseHeap(DebugHeap):
    debug = False


TestDebugHeap = DebugHeap.TestCase
TestReleaseHeap = ReleaseHeap.TestCase
TestDebugHeap.settings = settings(deadline=None, max_examples=30, stateful_step_count=30)
TestReleaseHeap.settings = TestDebugHeap.settings


@pytest.mark.parametrize("debug", [True, False])
@pytest.mark.parametrize("seed", range(2))
def test_holds_over_many_operations(seed: int, debug: bool) -> None:
    machine = heap(debug=debug)
    rng = random.Random(seed)
    while machine.operations < 26_000:
        machine.run(rng.randbytes(3 * 5000))
    machine.release_all()


@pytest.mark.parametrize("debug", [True, False])
def test_failure_at_any_frame_leaves_all_in_order(debug: bool) -> None:
    """The same requests with memory that ends after 0, 1, 2, … frames."""
    script = random.Random(1).randbytes(3 * 120)
    enough = heap(300, debug)
    enough.run(script)
    most = enough.held.value
    assert most > 40
    for frames in range(most + 1):
        machine = heap(frames + 1, debug)
        machine.run(script)
        machine.release_all()


@pytest.mark.parametrize("debug", [True, False])
@pytest.mark.parametrize("align", [16, 64, 4096, 1 << 16, ALIGNMENT])
def test_aligns(align: int, debug: bool) -> None:
    machine = heap(4096, debug)
    for size in (1, 100, 5000):
        assert machine.allocate(size, align) is not None
    machine.release_all()


@pytest.mark.parametrize("debug", [True, False])
@pytest.mark.parametrize(
    ("size", "align"), [((1 << 64) - 1, 16), ((1 << 64) - 100, 4096), (1, 1 << 63), (2 * GIB, 16)]
)
def test_impossible_requests_fail(size: int, align: int, debug: bool) -> None:
    machine = heap(debug=debug)
    with pytest.raises(machine.full):
        machine.caches[0].allocate_aligned(size, align)
    machine.release_all()


def test_wastes_less_than_a_fifth() -> None:
    classes = host_program(HEAP).module("kernel_src.mm.size_classes")
    for size in range(65, classes.CLASS_MAX + 1, 37):
        given = classes.SIZES[classes.class_of(size)]
        assert size <= given
        assert given - size < max(given / 5, 16) or size > 3584 and given - size < 4096


# --- Mistakes, in release builds ---------------------------------------------------


def test_a_double_free_is_found_when_the_magazine_is_emptied() -> None:
    machine = heap(debug=False)
    cache = machine.caches[0]
    first, _second = cache.allocate(64), cache.allocate(64)
    cache.release(first)
    cache.release(first)
    with pytest.raises(DialectPanic, match=f"the block at {first:#x} is free already"):
        cache.flush()


@pytest.mark.parametrize("debug", [True, False])
def test_what_is_not_the_heaps_is_refused(debug: bool) -> None:
    machine = heap(debug=debug)
    for address in (0x1000, machine.base - 8, machine.base + 100, machine.end):
        with pytest.raises(DialectPanic, match=f"no block of the heap (is|begins) at {address:#x}"):
            machine.caches[0].release(address)


# --- Mistakes, in debug builds ---------------------------------------------------

SITE = r"0x\w{6,}"
KINDS = [1, 24, 100, 1000, 3000, 5000, 40_000, 400_000]


@pytest.mark.parametrize("size", KINDS)
def test_a_double_free_names_both_places(size: int) -> None:
    machine = heap()
    cache = machine.caches[0]
    address = cache.allocate(size)
    cache.release(address)
    text = f"is free already: given back at {SITE} and at {SITE}|no block of the heap is at"
    with pytest.raises(DialectPanic, match=text):
        cache.release(address)


@pytest.mark.parametrize("size", KINDS)
@pytest.mark.parametrize("distance", [-1, -16, 0, 7, 15])
def test_a_write_outside_is_found(size: int, distance: int) -> None:
    machine = heap()
    cache = machine.caches[0]
    address = cache.allocate(size)
    at = address + distance if distance < 0 else address + size + distance
    ctypes.memset(at, 1, 1)
    text = f"{at:#x} was written to, outside the {size} bytes at {address:#x} that were taken at"
    with pytest.raises(DialectPanic, match=text + f" {SITE}; given back at {SITE}"):
        cache.release(address)


@pytest.mark.parametrize("size", KINDS[:-1])
def test_a_write_after_the_release_is_found(size: int) -> None:
    machine = heap()
    cache = machine.caches[0]
    address = cache.allocate(size)
    cache.release(address)
    ctypes.memset(address, 1, 1)
    with pytest.raises(DialectPanic, match=f"written to at {address:#x} after .* at {SITE}"):
        cache.allocate(size)


@pytest.mark.parametrize("size", KINDS)
def test_an_address_inside_is_refused(size: int) -> None:
    machine = heap()
    cache = machine.caches[0]
    address = cache.allocate(size)
    with pytest.raises(DialectPanic, match=f"lies in the block at {address:#x} that was taken"):
        cache.release(address + min(size, 4096) // 2 + 1)


def test_new_bytes_hold_the_pattern() -> None:
    machine = heap()
    address = machine.caches[0].allocate(64)
    assert ctypes.string_at(address, 64) == bytes.fromhex("eef4adde") * 16


def test_leaks_are_listed() -> None:
    machine = heap()
    cache = machine.caches[0]
    blocks = {cache.allocate(size): size for size in KINDS for _ in range(3)}
    gone = list(blocks)[::3]
    for address in gone:
        cache.release(address)
        del blocks[address]
    guard_of = machine.program.module("kernel_src.mm.heap_guard").guard_of
    found: dict[int, int] = {}
    start = 0
    while start := machine.heap.next_live(start):
        guard = guard_of(start)
        assert guard.taken_at > 0x1000
        found[guard.address] = guard.size
    assert found == blocks
