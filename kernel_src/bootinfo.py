"""What the loader said, read once, checked, and kept in one form.

PVH (xen/include/public/arch-x86/hvm/start_info.h): a structure in physical memory names the memory
map, the modules, of which the only one is the initrd, the command line and the ACPI root pointer.
Every address, count and size in it is checked before use. Nothing past this module knows which
loader ran.

`physical` stands for physical memory from address 0 on, so that the host can try it on a buffer.
Loaders align nothing: structures are copied out of it byte by byte.
"""
from __future__ import annotations

from typing import Final

from kernel_src.lib.bits import align_down, align_up
from kernel_src.limits import COMMAND_LINE_MAX, MEMORY_RANGES_MAX
from kernel_src.memlayout import DIRECT_MAP_SIZE, PAGE_SIZE
from pykern.lang import (
    Array,
    Error,
    Ptr,
    Slice,
    Str,
    as_bytes,
    copy_slice,
    raises,
    sizeof,
    static_assert,
    struct,
    u8,
    u32,
    u64,
    usize,
    zeroed,
)

START_MAGIC: Final = 0x336E_C578
MODULES_MAX: Final = 1

MEMORY_USABLE: Final = 1
"""E820's type for RAM; every other type is somebody else's."""

PRINTABLE_FIRST: Final = 0x20
PRINTABLE_LAST: Final = 0x7E
SPACE: Final = 0x20
EQUALS: Final = 0x3D


class BadBootInfo(Error):
    """The loader's words make no sense; `problem` and `value` of the BootInfo say which."""


@struct
class StartInfo:
    """hvm_start_info, version 1."""

    magic: u32
    version: u32
    flags: u32
    module_count: u32
    modules: u64
    command_line: u64
    acpi_root: u64
    memory_map: u64
    memory_map_count: u32
    reserved: u32


@struct
class StartModule:
    """hvm_modlist_entry."""

    address: u64
    size: u64
    command_line: u64
    reserved: u64


@struct
class StartRange:
    """hvm_memmap_table_entry."""

    address: u64
    size: u64
    type: u32
    reserved: u32


static_assert(sizeof(StartInfo) == 56, "the layout of hvm_start_info is Xen's")
static_assert(sizeof(StartModule) == 32, "the layout of hvm_modlist_entry is Xen's")
static_assert(sizeof(StartRange) == 24, "the layout of hvm_memmap_table_entry is Xen's")


@struct
class MemoryRange:
    start: u64 = 0
    end: u64 = 0
    is_usable: bool = False


@struct
class BootInfo:
    ranges: Array[MemoryRange, MEMORY_RANGES_MAX] = zeroed()
    range_count: usize = 0
    initrd_start: u64 = 0
    initrd_end: u64 = 0  # equal to initrd_start if there is none
    acpi_root: u64 = 0
    command_line_bytes: Array[u8, COMMAND_LINE_MAX] = zeroed()
    command_line_length: usize = 0
    problem: Str = ""
    value: u64 = 0

    def memory_map(self) -> Slice[MemoryRange]:
        return self.ranges[: self.range_count]

    def command_line(self) -> Slice[u8]:
        return self.command_line_bytes[: self.command_line_length]

    def usable_end(self) -> u64:
        """Where the last usable byte of memory ends."""
        end: u64 = 0
        for range_ in self.memory_map():
            if range_.is_usable:
                end = max(end, range_.end)
        return end

    def option(self, name: Slice[u8]) -> Slice[u8]:
        """The value of the first `name=value` on the command line; empty if it is not there."""
        rest = self.command_line()
        while len(rest) > 0:
            word = first_word(rest)
            length = len(name)
            if len(word) > length and word[length] == EQUALS and starts_with(word, name):
                return word[length + 1 :]
            rest = rest[min(len(word) + 1, len(rest)) :]
        return rest

    @raises(BadBootInfo)
    def read(self, physical: Slice[u8], address: u64) -> None:
        """Reads the start info at a physical address."""
        start: StartInfo = zeroed()
        self.fetch(as_bytes(start), physical, address, "the start info is out of reach")
        if start.magic != START_MAGIC:
            self.fail("the start info has a wrong magic number", start.magic)
        if start.version == 0:
            self.fail("the start info is of a version without a memory map", start.version)
        self.acpi_root = start.acpi_root
        self.read_memory_map(physical, start)
        self.read_initrd(physical, start)
        self.read_command_line(physical, start.command_line)

    @raises(BadBootInfo)
    def read_memory_map(self, physical: Slice[u8], start: Ptr[StartInfo]) -> None:
        count: usize = start.memory_map_count
        if count == 0 or count > MEMORY_RANGES_MAX:
            self.fail("the memory map has an impossible number of entries", count)
        self.range_count = 0
        entry: StartRange = zeroed()
        address = start.memory_map
        for index in range(count):
            self.fetch(as_bytes(entry), physical, address, "the memory map is out of reach")
            self.read_range(self.ranges[index], entry)
            self.range_count += 1
            address += sizeof(StartRange)
        if self.usable_end() == 0:
            self.fail("the memory map names no usable memory", count)

    @raises(BadBootInfo)
    def read_range(self, range_: Ptr[MemoryRange], entry: Ptr[StartRange]) -> None:
        """Of usable memory the whole pages count, which the direct map must be able to reach."""
        if entry.size > ~entry.address:
            self.fail("a range of the memory map passes the end of all addresses", entry.address)
        range_.start = entry.address
        range_.end = entry.address + entry.size
        range_.is_usable = False
        if entry.type != MEMORY_USABLE:
            return
        if range_.end > DIRECT_MAP_SIZE:
            self.fail("usable memory lies beyond the direct map", entry.address)
        range_.start = align_up(range_.start, PAGE_SIZE)
        range_.end = align_down(range_.end, PAGE_SIZE)
        for earlier in self.memory_map():
            if earlier.is_usable and earlier.start < range_.end and range_.start < earlier.end:
                self.fail("usable ranges of the memory map overlap", entry.address)
        range_.is_usable = range_.start < range_.end

    @raises(BadBootInfo)
    def read_initrd(self, physical: Slice[u8], start: Ptr[StartInfo]) -> None:
        if start.module_count == 0:
            return
        if start.module_count > MODULES_MAX:
            self.fail("more than one module was loaded", start.module_count)
        module: StartModule = zeroed()
        self.fetch(as_bytes(module), physical, start.modules, "the list of modules is out of reach")
        if module.size > ~module.address:
            self.fail("the initrd passes the end of all addresses", module.address)
        self.initrd_start = module.address
        self.initrd_end = module.address + module.size
        if not self.is_in_memory(self.initrd_start, self.initrd_end):
            self.fail("the initrd does not lie in usable memory", module.address)

    def is_in_memory(self, start: u64, end: u64) -> bool:
        for range_ in self.memory_map():
            if range_.is_usable and range_.start <= start and end <= range_.end:
                return True
        return False

    @raises(BadBootInfo)
    def read_command_line(self, physical: Slice[u8], address: u64) -> None:
        """Copies the text up to its NUL. No address is no command line."""
        self.command_line_length = 0
        if address == 0:
            return
        byte: Array[u8, 1] = zeroed()
        for index in range(COMMAND_LINE_MAX + 1):
            self.fetch(byte, physical, address + index, "the command line is out of reach")
            if byte[0] == 0:
                self.command_line_length = index
                return
            if byte[0] < PRINTABLE_FIRST or byte[0] > PRINTABLE_LAST:
                self.fail("the command line holds a byte that is not printable", byte[0])
            if index == COMMAND_LINE_MAX:
                self.fail("the command line is longer than", COMMAND_LINE_MAX)
            self.command_line_bytes[index] = byte[0]

    @raises(BadBootInfo)
    def fetch(self, target: Slice[u8], physical: Slice[u8], address: u64, problem: Str) -> None:
        """Copies bytes of physical memory, which are never at address 0."""
        reach = len(physical)
        if address == 0 or address > reach or len(target) > reach - usize(address):
            self.fail(problem, address)
        start = usize(address)
        copy_slice(target, physical[start : start + len(target)])

    @raises(BadBootInfo)
    def fail(self, problem: Str, value: u64) -> None:
        self.problem = problem
        self.value = value
        raise BadBootInfo


def first_word(text: Slice[u8]) -> Slice[u8]:
    for index, byte in enumerate(text):
        if byte == SPACE:
            return text[:index]
    return text


def starts_with(text: Slice[u8], start: Slice[u8]) -> bool:
    for index, byte in enumerate(start):
        if text[index] != byte:
            return False
    return True
