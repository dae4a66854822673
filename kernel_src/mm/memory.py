"""The frames of the machine, the kernel's page tables, and pages for whoever needs some.

Each processor keeps single frames of its own. What a processor keeps is free, but only it can give
it out: `allocate_frame` may fail while others still keep some, at most CAPACITY each.

Whoever changes the tables holds their lock, up to the moment all processors have forgotten what is
gone: those that wait for the lock answer meanwhile (sync/lock_word.py).
"""
from __future__ import annotations

import kernel_src.log as log
from kernel_src.arch.cpu import has_huge_pages
from kernel_src.arch.image import early_pml4, physical_end, physical_read_only_end, physical_start
from kernel_src.arch.percpu import next_cpu, online, own_copy
from kernel_src.boot.info import BootInfo
from kernel_src.ending import refuse
from kernel_src.lib.bits import align_up, is_aligned
from kernel_src.limits import EARLY_DIRECT_MAP_GIB
from kernel_src.memlayout import (
    DIRECT_MAP,
    GIB,
    KERNEL_BASE,
    LARGE_PAGE_SIZE,
    LOW_MEMORY_END,
    PAGE_SIZE,
)
from kernel_src.mm.frame_cache import CAPACITY, FrameCache
from kernel_src.mm.frames import FRAME_SHIFT, Frames, OutOfFrames, words_for
from kernel_src.mm.paging import TABLE_ENTRIES, Access, PageTables
from kernel_src.mm.retired import Forget, Retired, forget_here
from kernel_src.sync.lock_word import LockWord
from kernel_src.sync.rank import Rank
from kernel_src.sync.spinlock import SpinLock, hold_interrupts, release_interrupts
from pykern.lang import (
    Array,
    Order,
    PerCpu,
    Ptr,
    Slice,
    address_of,
    fill,
    max_of,
    noinline,
    ptr_at,
    raises,
    ref,
    return_address,
    slice_at,
    u8,
    u64,
    usize,
    volatile_load,
    write_cr3,
)

frames: Frames = Frames()
frame_cache: PerCpu[FrameCache] = PerCpu(FrameCache(frames=frames))
tables_lock: SpinLock = SpinLock(word=LockWord(rank=Rank.PAGE_TABLES))
tables: PageTables = PageTables(
    root=0, direct_map=DIRECT_MAP, frames=frames, forget=forget_here
)


def set_forget(function: Forget) -> None:
    """`function` makes every processor forget a range of addresses."""
    tables.forget = function


@noinline
@raises(OutOfFrames)
def allocate_frame() -> u64:
    """The physical address of a frame; what is in it is not known. For interrupt handlers, too."""
    site = return_address()
    hold_interrupts()
    try:
        return frame_cache.ptr().allocate_at(site)
    finally:
        release_interrupts()


@noinline
def release_frame(address: u64) -> None:
    """Gives back a single frame, on any processor."""
    site = return_address()
    hold_interrupts()
    frame_cache.ptr().release_at(address, site)
    release_interrupts()


def free_frames() -> usize:
    """With those the processors keep; exact while nobody takes frames or gives them back."""
    count = volatile_load(ref(frames.free))
    cpus = online.load(Order.ACQUIRE)
    hold_interrupts()
    while cpus != 0:
        index, cpus = next_cpu(cpus)
        cache = ptr_at(FrameCache, own_copy(address_of(frame_cache.ptr()), index))
        count += volatile_load(ref(cache.count))
    release_interrupts()
    return count


def drain_frame_cache() -> None:
    """Gives what this processor keeps back to all."""
    hold_interrupts()
    frame_cache.ptr().drain(CAPACITY)
    release_interrupts()


def physical_bytes(start: u64, end: u64) -> Slice[u8]:
    """Physical memory, through the direct map."""
    return slice_at(u8, DIRECT_MAP + usize(start), usize(end - start))


def initialise(info: Ptr[BootInfo]) -> None:
    """From here on frames can be allocated, and the direct map is what the memory map names."""
    for range_ in info.memory_map():
        use = "usable" if range_.is_usable else "withheld"
        log.debug(f"memory: {range_.start:#014x} to {range_.end:#014x} {use}")
    if not info.is_in_memory(physical_start(), physical_end()):
        end = physical_end()
        refuse(f"memory: the kernel, {physical_start():#x} to {end:#x}, is not in usable memory")
    start_frames(info)
    try:
        build_tables(info)
    except OutOfFrames:
        refuse("memory: too little for the page tables")
    add_memory(info, EARLY_DIRECT_MAP_GIB * GIB, max_of(u64))
    log.info(f"memory: {frames.free >> (20 - FRAME_SHIFT)} MiB free in {frames.free} frames")


def start_frames(info: Ptr[BootInfo]) -> None:
    """Frees what the early direct map reaches: the page tables are made of it."""
    words = words_for(info.usable_end())
    size: u64 = words * 8
    place = place_for_metadata(info, size)
    if place == 0:
        refuse(f"memory: too little: no place for {size} bytes that say which frames are free")
    frames.initialise(slice_at(u64, DIRECT_MAP + usize(place), words), info.usable_end())
    frames.contents = DIRECT_MAP
    add_memory(info, 0, EARLY_DIRECT_MAP_GIB * GIB)
    frames.withhold(0, LOW_MEMORY_END)
    frames.withhold(physical_start(), physical_end())
    frames.withhold(place, place + size)


def add_memory(info: Ptr[BootInfo], first: u64, last: u64) -> None:
    """Adds what lies between two addresses, and is usable and nothing else."""
    for range_ in info.memory_map():
        if range_.is_usable:
            start = max(range_.start, first)
            end = min(range_.end, last)
            if start < end:
                frames.add(start, end)
    for range_ in info.memory_map():
        if not range_.is_usable:
            withhold_between(range_.start, range_.end, first, last)
    withhold_between(info.initrd_start, info.initrd_end, first, last)


def withhold_between(start: u64, end: u64, first: u64, last: u64) -> None:
    if start < last and end > first:
        frames.withhold(max(start, first), min(end, last))


def place_for_metadata(info: Ptr[BootInfo], size: u64) -> u64:
    """Physical memory that nobody has a claim on, within reach of the early direct map; 0: none.

    It begins where a usable range begins, or where somebody's claim on one ends.
    """
    for range_ in info.memory_map():
        if range_.is_usable:
            candidates = Array(range_.start, LOW_MEMORY_END, physical_end(), info.initrd_end)
            for start in candidates:
                place = align_up(max(start, range_.start), PAGE_SIZE)
                if place + size <= range_.end and is_unclaimed(info, place, place + size):
                    return place
    return 0


def is_unclaimed(info: Ptr[BootInfo], start: u64, end: u64) -> bool:
    return (
        start >= LOW_MEMORY_END
        and end <= EARLY_DIRECT_MAP_GIB * GIB
        and (end <= physical_start() or start >= physical_end())
        and (end <= info.initrd_start or start >= info.initrd_end)
    )


@raises(OutOfFrames)
def build_tables(info: Ptr[BootInfo]) -> None:
    """Leaves the early tables: the image stays as it is mapped, the direct map is made anew."""
    root = frames.allocate()
    tables.root = root
    tables.has_huge_pages = has_huge_pages()
    entries = tables.entries_of(root)
    fill(entries, 0)
    early = tables.entries_of(address_of(early_pml4) - KERNEL_BASE)
    entries[TABLE_ENTRIES - 1] = early[TABLE_ENTRIES - 1]
    for range_ in info.memory_map():
        if range_.is_usable:
            map_direct(range_.start, range_.end)
    write_cr3(root)


@raises(OutOfFrames)
def map_direct(start: u64, end: u64) -> None:
    """Maps usable memory, without a way to write to the kernel's code and constants."""
    first = physical_start()
    last = physical_read_only_end()
    map_direct_as(start, min(end, first), Access.WRITE)
    map_direct_as(max(start, first), min(end, last), Access.READ)
    map_direct_as(max(start, last), end, Access.WRITE)


@raises(OutOfFrames)
def map_direct_as(start: u64, end: u64, access: Access) -> None:
    if start < end:
        tables.map_range(DIRECT_MAP + usize(start), start, end - start, access)


@raises(OutOfFrames)
def commit(start: usize, size: usize) -> None:
    """Puts zeroed, writable pages into a range where there are none; all of them, or none."""
    assert is_aligned(start | size, PAGE_SIZE), f"{start:#x} or {size:#x} is not a number of pages"
    if size // PAGE_SIZE > free_frames():
        raise OutOfFrames
    done: usize = 0
    try:
        while done < size:
            commit_page(start + done)
            done += PAGE_SIZE
    except OutOfFrames:
        uncommit(start, done)
        raise


@raises(OutOfFrames)
def commit_page(virtual: usize) -> None:
    frame = allocate_frame()
    fill(physical_bytes(frame, frame + PAGE_SIZE), 0)
    try:
        map_range(virtual, frame, PAGE_SIZE, Access.WRITE)
    except OutOfFrames:
        release_frame(frame)
        raise


def uncommit(start: usize, size: usize) -> None:
    """Takes the pages of a range away and frees their frames.

    What one table maps at a time, so that others get the lock, and interrupts their turn.
    """
    at = start
    while at < start + size:
        end = min(start + size, align_up(at + 1, LARGE_PAGE_SIZE))
        unmap(at, end - at, True)
        at = end


@raises(OutOfFrames)
def map_range(virtual: usize, physical: u64, size: u64, access: Access) -> None:
    """Maps a range that is not mapped: all of it, or none."""
    with tables_lock:
        tables.map_range(virtual, physical, size, access)


def unmap(start: usize, size: usize, are_owned: bool) -> None:
    """Takes the pages of a range away, and if they are owned frees their frames."""
    with tables_lock:
        retired = Retired(frames=frames, forget=tables.forget)
        tables.unmap_range(start, size, are_owned, retired)
        retired.finish()


def protect(start: usize, size: usize, access: Access) -> None:
    if size > 0:
        with tables_lock:
            retired = Retired(frames=frames, forget=tables.forget)
            tables.protect_range(start, size, access, retired)
            retired.finish()
