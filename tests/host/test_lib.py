"""The kernel's small library: arena, sorting and comparing of byte strings."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compiler.host.proxies import address_of
from tests.support.host import host_program

ARENA = "kernel_src.lib.arena"
SORT = "kernel_src.lib.sort"
MACHINE = "kernel_src.jit.machine"


def make_arena(size: int) -> tuple[Any, Any]:
    program = host_program(ARENA, SORT)
    memory = program.array("u8", [0xAA] * size)
    return program.new(f"{ARENA}.Arena", memory=memory), memory


@given(st.lists(st.tuples(st.integers(0, 60), st.sampled_from([1, 2, 4, 8, 16, 64]))))
@settings(deadline=None)
def test_allocations_are_aligned_apart_and_zeroed(requests: list[tuple[int, int]]) -> None:
    arena, memory = make_arena(512)
    full = host_program(ARENA, SORT).module(ARENA).ArenaFull
    start = address_of(memory)
    end = start
    for size, align in requests:
        try:
            address = arena.alloc_bytes(size, align)
        except full:
            padding = -end % align
            assert end + padding + size > start + 512
            continue
        assert address % align == 0 and end <= address <= end + align
        offset = address - start
        assert bytes(memory[offset + i] for i in range(size)) == bytes(size)
        end = address + size
        assert end <= start + 512
        for i in range(size):
            memory[offset + i] = 0x55
    assert arena.used == end - start == arena.peak


def test_reset_frees_what_came_after_the_mark() -> None:
    arena, _ = make_arena(256)
    first = arena.alloc_bytes(10, 1)
    mark = arena.mark()
    second = arena.alloc_bytes(100, 1)
    arena.reset(mark)
    assert arena.alloc_bytes(100, 1) == second == first + 10
    assert arena.peak == 110


@pytest.mark.parametrize("size", [257, 1 << 63, (1 << 64) - 1])
def test_too_much_is_refused_and_changes_nothing(size: int) -> None:
    arena, _ = make_arena(256)
    with pytest.raises(host_program(ARENA, SORT).module(ARENA).ArenaFull):
        arena.alloc_bytes(size, 1)
    assert arena.used == 0


@given(st.lists(st.binary(max_size=4), max_size=40))
@settings(deadline=None)
def test_sorting_is_pythons(keys: list[bytes]) -> None:
    program = host_program(ARENA, SORT)
    arena, _ = make_arena(4096)
    order = program.array("u32", len(keys))
    program.module(SORT).sort_keys(arena, keys, order)
    assert list(order) == sorted(range(len(keys)), key=keys.__getitem__)
    assert arena.used == 0


@given(st.binary(max_size=6), st.binary(max_size=6))
@settings(deadline=None)
def test_comparing_is_pythons(a: bytes, b: bytes) -> None:
    compare = host_program(ARENA, SORT).module(SORT).compare_bytes
    assert compare(a, b) == (a > b) - (a < b)


@given(st.lists(st.tuples(st.booleans(), st.integers(1, 9)), max_size=30))
@settings(deadline=None)
def test_tables_that_grow_keep_their_content(steps: list[tuple[bool, int]]) -> None:
    """Two tables grow in turns: each in place when it is the last one, else to a new place."""
    program = host_program(ARENA, MACHINE)
    memory = program.array("u8", [0xAA] * (1 << 16))
    arena = program.new(f"{ARENA}.Arena", memory=memory)
    code = program.new(f"{MACHINE}.MachineCode", arena=arena)
    code.init(0, 1)
    vectors: list[bool] = []
    for vector, count in steps:
        for _ in range(count):
            inst = code.add(program.module(MACHINE).MOp.COPY)
            inst.imm = code.count
        code.new_value(vector)
        vectors.append(vector)
    added = sum(count for _, count in steps)
    assert [code.insts[n].imm for n in range(added)] == [n + 1 for n in range(added)]
    assert [code.made_vectors[n] for n in range(len(vectors))] == vectors
    before = arena.used
    code.reverse()
    assert [code.insts[n].imm for n in range(added)] == list(range(added, 0, -1))
    assert len(code.insts) == added
    assert arena.used <= before
