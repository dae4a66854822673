"""ACPI's tables in physical memory: the root, and tables by their signatures (ACPI 6.5, 5.2).

Firmware is read as an enemy's: no address, length, count or checksum is believed, and nothing is
read outside `physical`, which stands for physical memory from address 0 on. A walk takes at most
ACPI_TABLES_MAX steps and goes from the root to its tables only, never on from there, so tables that
point at themselves or at each other end it like any others.

The first flaw raises BadTable; `problem` and `address` of the Tables say which and where.
"""
from __future__ import annotations

from typing import Final

from kernel_src.lib.bits import align_down
from kernel_src.lib.bytes import same_bytes
from kernel_src.lib.little_endian import u16_at, u32_at, u64_at
from kernel_src.limits import ACPI_TABLE_BYTES_MAX, ACPI_TABLES_MAX
from pykern.lang import (
    Array,
    Error,
    Slice,
    Str,
    address_of,
    raises,
    struct,
    u8,
    u32,
    u64,
    usize,
    utf8,
    zeroed,
)

HEADER_BYTES: Final = 36  # of a table; its signature, length and checksum are in it
SIGNATURE_BYTES: Final = 4
LENGTH: Final = 4

ROOT_BYTES: Final = 20  # what revision 0 of the root pointer has
ROOT_SIGNATURE: Final[Str] = "RSD PTR "
ROOT_REVISION: Final = 15
ROOT_RSDT: Final = 16
ROOT_LENGTH: Final = 20
ROOT_XSDT: Final = 24
ROOT_BYTES_2: Final = 36
ROOT_ALIGNMENT: Final = 16

EBDA_SEGMENT: Final = 0x40E  # the BIOS data area has the segment of the extended one there
EBDA_SEARCHED: Final = 1024
BIOS_START: Final = 0xE_0000
BIOS_END: Final = 0x10_0000


class BadTable(Error):
    """A table is not acceptable; `problem` and `address` of the Tables say why."""


@struct
class Tables:
    physical: Slice[u8] = zeroed()
    addresses: Array[u64, ACPI_TABLES_MAX] = zeroed()
    count: usize = 0
    unreachable: usize = 0  # tables the root names where no memory can be read
    problem: Str = ""
    address: u64 = 0

    @raises(BadTable)
    def read_root(self, root: u64) -> None:
        """Finds out where the tables are, from the root pointer at an address.

        Of revision 2 on, the XSDT counts unless there is none; the RSDT's addresses have 32 bits.
        """
        self.count = 0
        pointer = self.bytes_at(root, ROOT_BYTES)
        if not is_root(pointer):
            self.fail("no root pointer is there, or its checksum is wrong", root)
        if pointer[ROOT_REVISION] >= 2:
            length = u32_at(self.bytes_at(root, ROOT_BYTES_2), ROOT_LENGTH)
            if length < ROOT_BYTES_2 or length > ACPI_TABLE_BYTES_MAX:
                self.fail("the root pointer has an impossible length", root)
            whole = self.bytes_at(root, length)
            if not sums_to_zero(whole):
                self.fail("the root pointer's extended checksum is wrong", root)
            xsdt = u64_at(whole, ROOT_XSDT)
            if xsdt != 0:
                self.list_tables(xsdt, utf8("XSDT"), 8)
                return
        self.list_tables(u32_at(pointer, ROOT_RSDT), utf8("RSDT"), 4)

    @raises(BadTable)
    def list_tables(self, address: u64, signature: Slice[u8], width: usize) -> None:
        """Addresses of 0 are places for tables that the firmware did not make after all."""
        table = self.table_at(address, signature, HEADER_BYTES)
        listed = table[HEADER_BYTES:]
        if len(listed) % width != 0 or len(listed) // width > ACPI_TABLES_MAX:
            self.fail("the list of tables has an impossible length", address)
        for index in range(len(listed) // width):
            at = index * width
            entry = u64_at(listed, at) if width == 8 else u64(u32_at(listed, at))
            if entry == 0:
                continue
            if self.reaches(entry, HEADER_BYTES):
                self.addresses[self.count] = entry
                self.count += 1
            else:
                self.unreachable += 1
                self.problem = "a table is out of reach"
                self.address = entry

    def find(self, signature: Slice[u8], first: usize = 0) -> usize:
        """The number of the table with this signature, from number `first` on; `count`: none."""
        number = first
        while number < self.count:
            start = usize(self.addresses[number])
            if same_bytes(self.physical[start : start + SIGNATURE_BYTES], signature):
                return number
            number += 1
        return self.count

    @raises(BadTable)
    def table(self, signature: Slice[u8], least: usize) -> Slice[u8]:
        """The whole table with this signature, of at least so many bytes; empty: there is none."""
        number = self.find(signature)
        if number == self.count:
            return self.physical[:0]
        return self.table_at(self.addresses[number], signature, least)

    @raises(BadTable)
    def table_at(self, address: u64, signature: Slice[u8], least: usize) -> Slice[u8]:
        header = self.bytes_at(address, HEADER_BYTES)
        if not same_bytes(header[:SIGNATURE_BYTES], signature):
            self.fail("a table has another signature than it should", address)
        length = u32_at(header, LENGTH)
        if length < least:
            self.fail("a table is shorter than what must be in it", address)
        if length > ACPI_TABLE_BYTES_MAX:
            self.fail("a table is longer than the kernel takes", address)
        table = self.bytes_at(address, length)
        if not sums_to_zero(table):
            self.fail("the checksum of a table is wrong", address)
        return table

    @raises(BadTable)
    def bytes_at(self, address: u64, size: usize) -> Slice[u8]:
        if not self.reaches(address, size):
            self.fail("a table is out of reach", address)
        start = usize(address)
        return self.physical[start : start + size]

    def reaches(self, address: u64, size: usize) -> bool:
        reach = len(self.physical)
        return address != 0 and address <= reach and size <= reach - usize(address)

    def place_of(self, part: Slice[u8]) -> u64:
        """The physical address of a part of a table."""
        return address_of(part) - address_of(self.physical)

    @raises(BadTable)
    def fail(self, problem: Str, address: u64) -> None:
        self.problem = problem
        self.address = address
        raise BadTable


def find_root(physical: Slice[u8]) -> u64:
    """Where a BIOS leaves the root pointer (ACPI 6.5, 5.2.5.1); 0 if it is not there."""
    if len(physical) < BIOS_END:
        return 0
    ebda = usize(u16_at(physical, EBDA_SEGMENT)) << 4
    if ebda != 0 and ebda + EBDA_SEARCHED <= BIOS_END:
        found = find_root_between(physical, ebda, ebda + EBDA_SEARCHED)
        if found != 0:
            return found
    return find_root_between(physical, BIOS_START, BIOS_END)


def find_root_between(physical: Slice[u8], first: usize, last: usize) -> u64:
    at = align_down(first, ROOT_ALIGNMENT)
    while at + ROOT_BYTES <= last:
        if is_root(physical[at : at + ROOT_BYTES]):
            return at
        at += ROOT_ALIGNMENT
    return 0


def is_root(pointer: Slice[u8]) -> bool:
    signature = utf8(ROOT_SIGNATURE)
    return same_bytes(pointer[: len(signature)], signature) and sums_to_zero(pointer[:ROOT_BYTES])


def sums_to_zero(bytes: Slice[u8]) -> bool:
    """ACPI's checksum; the sum of ACPI_TABLE_BYTES_MAX bytes fits 32 bits."""
    sum: u32 = 0
    for byte in bytes:
        sum += byte
    return sum & 0xFF == 0
