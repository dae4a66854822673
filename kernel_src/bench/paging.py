"""Benchmarks of the page tables: one page at a time, and ranges at once."""
from __future__ import annotations

from typing import Final

import kernel_src.mm.memory as memory
from kernel_src.bench.measure import measure, measure_pair
from kernel_src.memlayout import BLOCK_WINDOW, BLOCK_WINDOW_SIZE, LARGE_PAGE_SIZE, PAGE_SIZE
from kernel_src.mm.frames import OutOfFrames
from kernel_src.mm.paging import Access
from kernel_src.mm.retired import Retired, forget_here
from pykern.lang import test, unreachable, usize

# Far above what the block window's ranges ever reach while benchmarks run.
START: Final[usize] = BLOCK_WINDOW + BLOCK_WINDOW_SIZE // 2

PAGES: Final = 256
RANGE_SIZE: Final[usize] = PAGES * PAGE_SIZE
RANGES: Final = 8
# A large page behind, so that the table stays while a page next to it comes and goes
NEIGHBOUR: Final[usize] = START + LARGE_PAGE_SIZE - PAGE_SIZE


@test
def single_pages() -> None:
    """The table is there already: a neighbour holds it."""
    map_one(NEIGHBOUR)
    measure_pair("map-page", map_pages, "unmap-page", unmap_pages, PAGES)
    measure_pair("commit-page", commit_pages, "uncommit-page", uncommit_pages, PAGES)
    map_pages(PAGES)
    measure("protect-page", protect_pages, PAGES)
    unmap_pages(PAGES)
    unmap(NEIGHBOUR, PAGE_SIZE)


@test
def ranges() -> None:
    """Of 256 pages each; tables are made and freed with them."""
    measure_pair("map-256-pages", map_ranges, "unmap-256-pages", unmap_ranges, RANGES)
    measure_pair("commit-256-pages", commit_ranges, "uncommit-256-pages", uncommit_ranges, RANGES)
    map_ranges(RANGES)
    measure("protect-256-pages", protect_ranges, RANGES)
    unmap_ranges(RANGES)


def map_one(virtual: usize) -> None:
    map_frames(virtual, PAGE_SIZE)


def map_frames(virtual: usize, size: usize) -> None:
    """Any physical memory will do: it is not accessed. The kernel's own stays what it is."""
    try:
        memory.tables.map_range(virtual, PAGE_SIZE, size, Access.READ)
    except OutOfFrames:
        unreachable()


def unmap(virtual: usize, size: usize) -> None:
    retired = Retired(frames=memory.frames, forget=forget_here)
    memory.tables.unmap_range(virtual, size, False, retired)
    retired.finish()


def commit(virtual: usize, size: usize) -> None:
    try:
        memory.commit(virtual, size)
    except OutOfFrames:
        unreachable()


def page(number: usize) -> usize:
    return START + number * PAGE_SIZE


def range_start(number: usize) -> usize:
    return START + number * LARGE_PAGE_SIZE


def map_pages(count: usize) -> None:
    for number in range(count):
        map_one(page(number))


def unmap_pages(count: usize) -> None:
    for number in range(count):
        unmap(page(number), PAGE_SIZE)


def commit_pages(count: usize) -> None:
    for number in range(count):
        commit(page(number), PAGE_SIZE)


def uncommit_pages(count: usize) -> None:
    for number in range(count):
        memory.uncommit(page(number), PAGE_SIZE)


def protect_pages(count: usize) -> None:
    for number in range(count):
        memory.protect(page(number), PAGE_SIZE, Access.READ)


def map_ranges(count: usize) -> None:
    for number in range(count):
        map_frames(range_start(number), RANGE_SIZE)


def unmap_ranges(count: usize) -> None:
    for number in range(count):
        unmap(range_start(number), RANGE_SIZE)


def commit_ranges(count: usize) -> None:
    for number in range(count):
        commit(range_start(number), RANGE_SIZE)


def uncommit_ranges(count: usize) -> None:
    for number in range(count):
        memory.uncommit(range_start(number), RANGE_SIZE)


def protect_ranges(count: usize) -> None:
    for number in range(count):
        memory.protect(range_start(number), RANGE_SIZE, Access.READ)
