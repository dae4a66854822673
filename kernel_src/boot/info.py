"""What the loader said, read once, checked, and kept in one form.

`pvh.py` and `multiboot2.py` each read what their loader leaves into this. Every address, count and
size in it is checked before use; the first flaw raises BadBootInfo, and `problem` and `value` of
the BootInfo say which. Nothing past this folder knows which loader ran.

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
    Slice,
    Str,
    copy_slice,
    raises,
    struct,
    u8,
    u32,
    u64,
    usize,
    zeroed,
)

MEMORY_USABLE: Final = 1
"""E820's type for RAM, which all loaders use; every other type is somebody else's."""

PRINTABLE_FIRST: Final = 0x20
PRINTABLE_LAST: Final = 0x7E
SPACE: Final = 0x20
EQUALS: Final = 0x3D


class BadBootInfo(Error):
    """The loader's words make no sense; `problem` and `value` of the BootInfo say which."""


@struct
class MemoryRange:
    start: u64 = 0
    end: u64 = 0
    is_usable: bool = False


@struct
class Framebuffer:
    """A screen of pixels in memory, each a number with a field for each colour."""

    address: u64 = 0  # 0: there is none
    pitch: u32 = 0  # bytes from a line to the next
    width: u32 = 0
    height: u32 = 0
    bits: u8 = 0  # of a pixel
    red_shift: u8 = 0
    red_bits: u8 = 0
    green_shift: u8 = 0
    green_bits: u8 = 0
    blue_shift: u8 = 0
    blue_bits: u8 = 0


@struct
class BootInfo:
    ranges: Array[MemoryRange, MEMORY_RANGES_MAX] = zeroed()
    range_count: usize = 0
    initrd_start: u64 = 0
    initrd_end: u64 = 0  # equal to initrd_start if there is none
    acpi_root: u64 = 0  # 0: the loader does not say
    framebuffer: Framebuffer = Framebuffer()
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
    def check_range_count(self, count: u64) -> None:
        if count == 0 or count > MEMORY_RANGES_MAX:
            self.fail("the memory map has an impossible number of entries", count)

    @raises(BadBootInfo)
    def add_range(self, start: u64, size: u64, type: u32) -> None:
        """Of usable memory the whole pages count, which the direct map must be able to reach."""
        if size > ~start:
            self.fail("a range of the memory map passes the end of all addresses", start)
        range_ = self.ranges[self.range_count]
        range_.start = start
        range_.end = start + size
        range_.is_usable = False
        if type == MEMORY_USABLE:
            if range_.end > DIRECT_MAP_SIZE:
                self.fail("usable memory lies beyond the direct map", start)
            range_.start = align_up(range_.start, PAGE_SIZE)
            range_.end = align_down(range_.end, PAGE_SIZE)
            if self.is_named(range_.start, range_.end):
                self.fail("usable ranges of the memory map overlap", start)
            range_.is_usable = range_.start < range_.end
        self.range_count += 1

    @raises(BadBootInfo)
    def check_memory(self) -> None:
        if self.usable_end() == 0:
            self.fail("the memory map names no usable memory", self.range_count)

    def is_named(self, start: u64, end: u64) -> bool:
        """Whether a range that is usable has a byte of these."""
        for range_ in self.memory_map():
            if range_.is_usable and range_.start < end and start < range_.end:
                return True
        return False

    @raises(BadBootInfo)
    def set_initrd(self, start: u64, size: u64) -> None:
        if size > ~start:
            self.fail("the initrd passes the end of all addresses", start)
        if not self.is_in_memory(start, start + size):
            self.fail("the initrd does not lie in usable memory", start)
        self.initrd_start = start
        self.initrd_end = start + size

    def is_in_memory(self, start: u64, end: u64) -> bool:
        """Whether all of these bytes are usable; ranges may meet in them."""
        reached = start
        for _ in range(self.range_count):
            for range_ in self.memory_map():
                if range_.is_usable and range_.start <= reached < range_.end:
                    reached = range_.end
            if end <= reached:
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
