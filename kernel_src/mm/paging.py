"""Page tables: four levels, pages of 4 KiB, 2 MiB and 1 GiB (SDM volume 3, 4.5).

What a page may be used for is one `Access`: there is no way to ask for a page that is both writable
and executable, and no page is ever accessible to ring 3. Tables are reached through the direct map,
and given back when the last of their entries is. A new mapping need not be told to processors: they
do not remember that there was none.

Pages can be taken away and protected only whole, and neither can fail. Who wants a part of a large
page first makes its edge one between pages with `split_at`, which needs frames for tables.
"""
from __future__ import annotations

from typing import Final

from kernel_src.lib.bits import align_down, is_aligned
from kernel_src.memlayout import HUGE_PAGE_SIZE, LARGE_PAGE_SIZE, PAGE_SIZE
from kernel_src.mm.frames import Frames, OutOfFrames
from kernel_src.mm.retired import Forget, Retired
from pykern.lang import (
    Ptr,
    Slice,
    enum,
    fill,
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
WRITE_THROUGH: Final = 1 << 3
UNCACHED: Final = 1 << 4
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
    DEVICE = 3  # read and write, each access reaching the device


def bits_of_access(access: Access) -> u64:
    match access:
        case Access.READ:
            return PRESENT | NO_EXECUTE
        case Access.WRITE:
            return PRESENT | WRITABLE | NO_EXECUTE
        case Access.EXECUTE:
            return PRESENT
        case Access.DEVICE:
            return PRESENT | WRITABLE | NO_EXECUTE | WRITE_THROUGH | UNCACHED


@struct
class PageTables:
    root: u64  # physical address of the top table
    direct_map: usize  # where physical address 0 is mapped
    frames: Ptr[Frames]
    forget: Forget  # a range of addresses, on every processor that uses these tables
    has_huge_pages: bool = False

    @raises(OutOfFrames)
    def map_page(self, virtual: usize, physical: u64, access: Access) -> None:
        """Maps 4 KiB that are not mapped."""
        self.map_range(virtual, physical, PAGE_SIZE, access)

    @raises(OutOfFrames)
    def map_range(self, virtual: usize, physical: u64, size: u64, access: Access) -> None:
        """Maps a range that is not mapped, with the largest pages that fit; all of it, or none."""
        done: u64 = 0
        try:
            while done < size:
                alignment = virtual + usize(done) | usize(physical + done)
                level = self.largest_level(alignment, size - done)
                self.map_at_level(virtual + usize(done), physical + done, access, level)
                done += level_size(level)
        except OutOfFrames:
            retired = Retired(frames=self.frames, forget=self.forget)
            self.drop_empty_tables(self.root, TOP_LEVEL, virtual + usize(done), retired)
            if done > 0:
                self.unmap_range(virtual, usize(done), False, retired)
            retired.finish()
            raise

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

    @raises(OutOfFrames)
    def split_at(self, virtual: usize) -> None:
        """Cuts the large page that reaches across an address, if one does: no page does now.

        What is mapped stays as it is, so nothing has to be forgotten: what a processor remembers
        of the large page holds, and goes when any address of it is forgotten (SDM volume 3,
        4.10.2.3 and 4.10.4.1).
        """
        assert is_aligned(virtual, PAGE_SIZE), f"{virtual:#x} does not begin a page"
        level = self.level_around(virtual)
        if level == 0 or is_aligned(virtual, usize(level_size(level))):
            return
        if level == 1 or is_aligned(virtual, LARGE_PAGE_SIZE):
            self.split_page(virtual, level, self.frames.allocate())
            return
        outer = self.frames.allocate()
        try:
            inner = self.frames.allocate()
        except OutOfFrames:
            self.frames.release(outer)
            raise
        self.split_page(virtual, level, outer)
        self.split_page(virtual, level - 1, inner)

    def level_around(self, virtual: usize) -> u32:
        """The level of the page an address lies in; 0, too, where nothing is mapped."""
        table = self.root
        for above in range(TOP_LEVEL):
            level = TOP_LEVEL - u32(above)
            entry = self.entries_of(table)[entry_index(virtual, level)]
            if entry & PRESENT == 0:
                return 0
            if entry & LARGE != 0:
                return level
            table = entry & ADDRESS_MASK
        return 0

    def split_page(self, virtual: usize, level: u32, table: u64) -> None:
        """The large page of this level becomes a table of pages with the same rights."""
        above = self.root
        for upper in range(TOP_LEVEL - level):
            entry = self.entries_of(above)[entry_index(virtual, TOP_LEVEL - u32(upper))]
            above = entry & ADDRESS_MASK
        entries = self.entries_of(above)
        index = entry_index(virtual, level)
        first = entries[index] if level > 1 else entries[index] & ~u64(LARGE)
        step = level_size(level - 1)
        for place in range(TABLE_ENTRIES):
            self.entries_of(table)[place] = first + place * step
        entries[index] = table | PRESENT | WRITABLE

    def unmap_range(
        self, virtual: usize, size: usize, are_owned: bool, retired: Ptr[Retired]
    ) -> None:
        """Takes away what is mapped; pages that are owned go with their frames.

        All of the range is mapped, and no large page reaches out of it.
        """
        assert size > 0, f"nothing to unmap at {virtual:#x}"
        self.unmap_in(self.root, TOP_LEVEL, virtual, virtual + (size - 1), are_owned, retired)

    def unmap_in(
        self,
        table: u64,
        level: u32,
        first: usize,
        last: usize,
        are_owned: bool,
        retired: Ptr[Retired],
    ) -> bool:
        """The part of a range below one table; whether the table is empty now."""
        entries = self.entries_of(table)
        size = usize(level_size(level))
        for index in range(entry_index(first, level), entry_index(last, level) + 1):
            start = align_down(last, size) - (entry_index(last, level) - index) * size
            entry = entries[index]
            from_, to = max(first, start), min(last, start + (size - 1))
            assert entry & PRESENT != 0, f"{from_:#x} is not mapped"
            below = entry & ADDRESS_MASK
            if level > 0 and entry & LARGE == 0:
                if self.unmap_in(below, level - 1, from_, to, are_owned, retired):
                    entries[index] = 0
                    retired.cover(from_, to - from_ + 1)
                    retired.add(below)
                continue
            assert to - from_ == size - 1, f"a page of {size} bytes reaches out of {from_:#x}"
            entries[index] = 0
            retired.cover(start, size)
            if are_owned:
                assert level == 0, f"the large page at {start:#x} has no owner"
                retired.add(below)
        return is_empty(entries)

    def drop_empty_tables(
        self, table: u64, level: u32, virtual: usize, retired: Ptr[Retired]
    ) -> bool:
        """Takes away the tables on the way to an address that lead nowhere; is this one empty?"""
        entries = self.entries_of(table)
        index = entry_index(virtual, level)
        entry = entries[index]
        if level > 0 and entry & PRESENT != 0 and entry & LARGE == 0:
            below = entry & ADDRESS_MASK
            if self.drop_empty_tables(below, level - 1, virtual, retired):
                entries[index] = 0
                retired.cover(virtual, PAGE_SIZE)
                retired.add(below)
        return is_empty(entries)

    def protect_range(
        self, virtual: usize, size: usize, access: Access, retired: Ptr[Retired]
    ) -> None:
        """Changes what pages may be used for; it holds once `retired` is finished.

        All of the range is mapped, and no large page reaches out of it.
        """
        assert size > 0, f"nothing to protect at {virtual:#x}"
        self.protect_in(self.root, TOP_LEVEL, virtual, virtual + (size - 1), access)
        retired.cover(virtual, size)

    def protect_in(
        self, table: u64, level: u32, first: usize, last: usize, access: Access
    ) -> None:
        """The part of a range below one table."""
        entries = self.entries_of(table)
        size = usize(level_size(level))
        kept: u64 = ADDRESS_MASK | LARGE if level > 0 else ADDRESS_MASK
        for index in range(entry_index(first, level), entry_index(last, level) + 1):
            start = align_down(last, size) - (entry_index(last, level) - index) * size
            entry = entries[index]
            from_, to = max(first, start), min(last, start + (size - 1))
            assert entry & PRESENT != 0, f"{from_:#x} is not mapped"
            if level > 0 and entry & LARGE == 0:
                self.protect_in(entry & ADDRESS_MASK, level - 1, from_, to, access)
                continue
            assert to - from_ == size - 1, f"a page of {size} bytes reaches out of {from_:#x}"
            entries[index] = entry & kept | bits_of_access(access)

    def entries_of(self, table: u64) -> Slice[u64]:
        return slice_at(u64, self.direct_map + usize(table), TABLE_ENTRIES)


def level_size(level: u32) -> u64:
    return u64(PAGE_SIZE) << (LEVEL_SHIFT * level)


def entry_index(virtual: usize, level: u32) -> usize:
    return virtual >> (PAGE_SHIFT + LEVEL_SHIFT * level) & (TABLE_ENTRIES - 1)


def is_empty(entries: Slice[u64]) -> bool:
    for entry in entries:
        if entry != 0:
            return False
    return True
