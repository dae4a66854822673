"""Page tables: four levels, pages of 4 KiB, 2 MiB and 1 GiB (SDM volume 3, 4.5).

What a page may be used for is one `Access`: there is no way to ask for a page that is both writable
and executable, and no page is ever accessible to ring 3. Tables are reached through the direct map.
"""
from __future__ import annotations

from typing import Final

from kernel_src.lib.bits import is_aligned
from kernel_src.memlayout import HUGE_PAGE_SIZE, LARGE_PAGE_SIZE, PAGE_SIZE
from kernel_src.mm.frames import Frames, OutOfFrames
from pykern.lang import (
    TARGET,
    Ptr,
    Slice,
    enum,
    fill,
    invlpg,
    raises,
    slice_at,
    struct,
    u8,
    u32,
    u64,
    usize,
)

PRESENT: Final = 1 << 0
WRITABLE: Final = 1 << 1
LARGE: Final = 1 << 7
NO_EXECUTE: Final = 1 << 63
ADDRESS_MASK: Final = 0x000F_FFFF_FFFF_F000

TABLE_ENTRIES: Final = 512
PAGE_SHIFT: Final = 12
LEVEL_SHIFT: Final = 9
TOP_LEVEL: Final = 3


@enum(u8)
class Access:
    READ = 0
    WRITE = 1
    EXECUTE = 2


def bits_of_access(access: Access) -> u64:
    match access:
        case Access.READ:
            return PRESENT | NO_EXECUTE
        case Access.WRITE:
            return PRESENT | WRITABLE | NO_EXECUTE
        case Access.EXECUTE:
            return PRESENT


@struct
class PageTables:
    root: u64  # physical address of the top table
    direct_map: usize  # where physical address 0 is mapped
    frames: Ptr[Frames]
    has_huge_pages: bool = False

    @raises(OutOfFrames)
    def map_page(self, virtual: usize, physical: u64, access: Access) -> None:
        """Maps 4 KiB that are not mapped."""
        self.map_at_level(virtual, physical, access, 0)

    @raises(OutOfFrames)
    def map_range(self, virtual: usize, physical: u64, size: u64, access: Access) -> None:
        """Maps a range that is not mapped, with the largest pages that fit."""
        done: u64 = 0
        while done < size:
            level = self.largest_level(virtual + usize(done) | usize(physical + done), size - done)
            self.map_at_level(virtual + usize(done), physical + done, access, level)
            done += level_size(level)

    def largest_level(self, alignment: usize, size: u64) -> u32:
        """The level of the largest page at addresses aligned like this, no larger than `size`."""
        if self.has_huge_pages and is_aligned(alignment, HUGE_PAGE_SIZE) and size >= HUGE_PAGE_SIZE:
            return 2
        if is_aligned(alignment, LARGE_PAGE_SIZE) and size >= LARGE_PAGE_SIZE:
            return 1
        return 0

    @raises(OutOfFrames)
    def map_at_level(self, virtual: usize, physical: u64, access: Access, level: u32) -> None:
        assert is_aligned(physical, level_size(level)), f"{physical:#x} does not begin a page"
        table = self.root
        for above in range(TOP_LEVEL - level):
            table = self.table_below(table, virtual, TOP_LEVEL - u32(above))
        entries = self.entries_of(table)
        index = entry_index(virtual, level)
        assert entries[index] == 0, f"{virtual:#x} is mapped already"
        entries[index] = physical | bits_of_access(access) | (LARGE if level > 0 else 0)

    @raises(OutOfFrames)
    def table_below(self, table: u64, virtual: usize, level: u32) -> u64:
        """The table an entry of this level leads to, made if there is none."""
        entries = self.entries_of(table)
        index = entry_index(virtual, level)
        if entries[index] == 0:
            below = self.frames.allocate()
            fill(self.entries_of(below), 0)
            # A table's own entry restricts nothing; its pages do.
            entries[index] = below | PRESENT | WRITABLE
        assert entries[index] & LARGE == 0, f"{virtual:#x} lies in a large page"
        return entries[index] & ADDRESS_MASK

    def unmap_page(self, virtual: usize) -> u64:
        """Takes 4 KiB away; the physical address that was mapped there."""
        entry = self.page_entry(virtual)
        physical = entry[0] & ADDRESS_MASK
        entry[0] = 0
        flush(virtual)
        return physical

    def protect_page(self, virtual: usize, access: Access) -> None:
        """Changes what 4 KiB may be used for."""
        entry = self.page_entry(virtual)
        entry[0] = entry[0] & ADDRESS_MASK | bits_of_access(access)
        flush(virtual)

    def page_entry(self, virtual: usize) -> Slice[u64]:
        """The one entry of a 4 KiB page that is mapped."""
        table = self.root
        for above in range(TOP_LEVEL):
            entry = self.entries_of(table)[entry_index(virtual, TOP_LEVEL - u32(above))]
            assert entry & PRESENT != 0 and entry & LARGE == 0, f"{virtual:#x} is not mapped"
            table = entry & ADDRESS_MASK
        entries = self.entries_of(table)
        index = entry_index(virtual, 0)
        assert entries[index] & PRESENT != 0, f"{virtual:#x} is not mapped"
        return entries[index : index + 1]

    def entries_of(self, table: u64) -> Slice[u64]:
        return slice_at(u64, self.direct_map + usize(table), TABLE_ENTRIES)


def level_size(level: u32) -> u64:
    return u64(PAGE_SIZE) << (LEVEL_SHIFT * level)


def entry_index(virtual: usize, level: u32) -> usize:
    return virtual >> (PAGE_SHIFT + LEVEL_SHIFT * level) & (TABLE_ENTRIES - 1)


def flush(virtual: usize) -> None:
    """Makes the processor forget a page. A new mapping needs none: absence is not remembered."""
    if TARGET == "kernel":
        invlpg(virtual)
