"""Where PCI's configuration space lies in memory (PCI Firmware Specification 3.3, 4.1.2)."""
from __future__ import annotations

from typing import Final

from kernel_src.acpi.tables import BadTable, Tables
from kernel_src.lib.bits import is_aligned
from kernel_src.lib.little_endian import u16_at, u64_at
from kernel_src.limits import PCI_SEGMENTS_MAX
from kernel_src.memlayout import MIB
from pykern.lang import Array, Ptr, Slice, raises, struct, u8, u16, u64, usize, utf8, zeroed

FIRST_ENTRY: Final = 44
ENTRY_BYTES: Final = 16


@struct
class Segment:
    """Buses of a segment. Each has 1 MiB, bus 0's at `address` whether it is there or not."""

    address: u64 = 0
    number: u16 = 0
    first_bus: u8 = 0
    last_bus: u8 = 0


@struct
class Mcfg:
    segments: Array[Segment, PCI_SEGMENTS_MAX] = zeroed()
    count: usize = 0

    @raises(BadTable)
    def read(self, tables: Ptr[Tables]) -> None:
        """Takes the table in, if there is one."""
        table = tables.table(utf8("MCFG"), FIRST_ENTRY)
        if len(table) == 0:
            return
        rest = table[FIRST_ENTRY:]
        if len(rest) % ENTRY_BYTES != 0:
            tables.fail("the MCFG ends inside an entry", tables.place_of(table))
        while len(rest) > 0:
            self.read_segment(tables, rest[:ENTRY_BYTES])
            rest = rest[ENTRY_BYTES:]

    @raises(BadTable)
    def read_segment(self, tables: Ptr[Tables], entry: Slice[u8]) -> None:
        place = tables.place_of(entry)
        if self.count == PCI_SEGMENTS_MAX:
            tables.fail("the MCFG has more segments than the kernel takes", place)
        segment = self.segments[self.count]
        segment.address = u64_at(entry, 0)
        segment.number = u16_at(entry, 8)
        segment.first_bus = entry[10]
        segment.last_bus = entry[11]
        size: u64 = MIB * (u64(segment.last_bus) + 1)
        if segment.address == 0 or not is_aligned(segment.address, MIB):
            tables.fail("a segment of the MCFG has an impossible address", place)
        if segment.first_bus > segment.last_bus or segment.address > ~size:
            tables.fail("a segment of the MCFG has impossible buses", place)
        self.count += 1
