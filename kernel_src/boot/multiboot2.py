"""What a Multiboot2 loader leaves (Multiboot2 Specification 2.0, 3.6): GRUB.

A piece of memory with tags, one after the other, of which the last says so. It may lie in memory
that the map calls usable, as may the initrd: all of it is copied or read before a frame is given
out. The root pointer of ACPI is a copy in a tag, so `acpi_root` is only good until then.
"""
from __future__ import annotations

from typing import Final

from kernel_src.boot.info import BadBootInfo, BootInfo
from kernel_src.lib.bits import align_up
from kernel_src.lib.little_endian import u32_at, u64_at
from kernel_src.limits import MULTIBOOT_BYTES_MAX
from pykern.lang import (
    Array,
    Ptr,
    Slice,
    enum,
    is_member,
    raises,
    struct,
    u8,
    u32,
    u64,
    usize,
    zeroed,
)

MULTIBOOT_MAGIC: Final = 0x36D7_6289
"""What the loader leaves in EAX."""

HEAD_BYTES: Final = 8  # of the structure and of each tag
TAG_ALIGNMENT: Final = 8
TAG_SIZE: Final = 4  # offset

MAP_ENTRY_SIZE: Final = 8  # offsets in the tag of the memory map
MAP_FIRST_ENTRY: Final = 16
MAP_ENTRY_BYTES: Final = 24  # at least

MODULE_START: Final = 8
MODULE_END: Final = 12

SCREEN_ADDRESS: Final = 8
SCREEN_PITCH: Final = 16
SCREEN_WIDTH: Final = 20
SCREEN_HEIGHT: Final = 24
SCREEN_BITS: Final = 28
SCREEN_TYPE: Final = 29
SCREEN_COLOURS: Final = 32
SCREEN_RGB: Final = 1
SCREEN_RGB_BYTES: Final = 38
PIXEL_BITS_MAX: Final = 32


@enum(u32)
class TagType:
    """The tags that are read; others are passed over."""

    END = 0
    COMMAND_LINE = 1
    MODULE = 3
    MEMORY_MAP = 6
    FRAMEBUFFER = 8
    ACPI_OLD = 14
    ACPI_NEW = 15


@raises(BadBootInfo)
def read_multiboot(info: Ptr[BootInfo], physical: Slice[u8], address: u64) -> None:
    """Reads the information at a physical address."""
    reader = TagReader(info=info, physical=physical)
    reader.walk(address)
    if info.range_count == 0:
        info.fail("the loader gave no memory map", address)
    info.check_memory()
    if reader.has_module:
        # Its place is checked against the map, which may come after it.
        info.set_initrd(reader.module_start, reader.module_size)


@struct
class TagReader:
    info: Ptr[BootInfo]
    physical: Slice[u8]
    has_module: bool = False
    module_start: u64 = 0
    module_size: u64 = 0
    has_new_root: bool = False

    @raises(BadBootInfo)
    def walk(self, address: u64) -> None:
        """Reads tag by tag. Each is at least as long as its head, so there is an end."""
        head: Array[u8, HEAD_BYTES] = zeroed()
        self.info.fetch(
            head, self.physical, address, "the multiboot information is out of reach"
        )
        size = u32_at(head, 0)
        if size < HEAD_BYTES or size > MULTIBOOT_BYTES_MAX:
            self.info.fail("the multiboot information has an impossible size", size)
        if size > len(self.physical) - usize(address):
            self.info.fail("the multiboot information is out of reach", address)
        whole = self.physical[usize(address) : usize(address) + size]
        at: usize = HEAD_BYTES
        while at + HEAD_BYTES <= len(whole):
            length: usize = u32_at(whole, at + TAG_SIZE)
            if length < HEAD_BYTES or length > len(whole) - at:
                self.info.fail("a multiboot tag has an impossible size", address + at)
            type = u32_at(whole, at)
            if type == TagType.END.value:
                return
            if is_member(TagType, type):
                self.read_tag(TagType(type), whole[at : at + length], address + at)
            at = align_up(at + length, TAG_ALIGNMENT)
        self.info.fail("the multiboot information has no end", address)

    @raises(BadBootInfo)
    def read_tag(self, type: TagType, tag: Slice[u8], address: u64) -> None:
        if len(tag) < least_bytes(type):
            self.info.fail("a multiboot tag is too short for its type", address)
        match type:
            case TagType.COMMAND_LINE:
                self.read_command_line(tag, address)
            case TagType.MODULE:
                self.read_module(tag, address)
            case TagType.MEMORY_MAP:
                self.read_memory_map(tag, address)
            case TagType.FRAMEBUFFER:
                self.read_framebuffer(tag, address)
            case TagType.ACPI_OLD:
                if not self.has_new_root:
                    self.info.acpi_root = address + HEAD_BYTES
            case TagType.ACPI_NEW:
                self.has_new_root = True
                self.info.acpi_root = address + HEAD_BYTES
            case TagType.END:
                pass

    @raises(BadBootInfo)
    def read_command_line(self, tag: Slice[u8], address: u64) -> None:
        """The text ends inside its tag."""
        end = usize(address) + len(tag)
        self.info.read_command_line(self.physical[:end], address + HEAD_BYTES)

    @raises(BadBootInfo)
    def read_module(self, tag: Slice[u8], address: u64) -> None:
        if self.has_module:
            self.info.fail("more than one module was loaded", address)
        start = u32_at(tag, MODULE_START)
        end = u32_at(tag, MODULE_END)
        if end < start:
            self.info.fail("a module ends before it begins", start)
        self.has_module = True
        self.module_start = start
        self.module_size = end - start

    @raises(BadBootInfo)
    def read_memory_map(self, tag: Slice[u8], address: u64) -> None:
        if self.info.range_count > 0:
            self.info.fail("the loader gave more than one memory map", address)
        size: usize = u32_at(tag, MAP_ENTRY_SIZE)
        entries = tag[MAP_FIRST_ENTRY:]
        if size < MAP_ENTRY_BYTES or size % TAG_ALIGNMENT != 0 or len(entries) % size != 0:
            self.info.fail("the entries of the memory map have an impossible size", size)
        self.info.check_range_count(len(entries) // size)
        while len(entries) > 0:
            self.info.add_range(u64_at(entries, 0), u64_at(entries, 8), u32_at(entries, 16))
            entries = entries[size:]

    @raises(BadBootInfo)
    def read_framebuffer(self, tag: Slice[u8], address: u64) -> None:
        """Only pixels with colours in them: text and palettes are as if there were none."""
        if tag[SCREEN_TYPE] != SCREEN_RGB:
            return
        if len(tag) < SCREEN_RGB_BYTES:
            self.info.fail("a multiboot tag is too short for its type", address)
        screen = self.info.framebuffer
        screen.pitch = u32_at(tag, SCREEN_PITCH)
        screen.width = u32_at(tag, SCREEN_WIDTH)
        screen.height = u32_at(tag, SCREEN_HEIGHT)
        screen.bits = tag[SCREEN_BITS]
        screen.red_shift = tag[SCREEN_COLOURS]
        screen.red_bits = tag[SCREEN_COLOURS + 1]
        screen.green_shift = tag[SCREEN_COLOURS + 2]
        screen.green_bits = tag[SCREEN_COLOURS + 3]
        screen.blue_shift = tag[SCREEN_COLOURS + 4]
        screen.blue_bits = tag[SCREEN_COLOURS + 5]
        screen.address = u64_at(tag, SCREEN_ADDRESS)
        self.check_framebuffer(address)

    @raises(BadBootInfo)
    def check_framebuffer(self, address: u64) -> None:
        screen = self.info.framebuffer
        size: u64 = u64(screen.pitch) * screen.height
        if screen.address == 0 or size == 0 or size > ~screen.address:
            self.info.fail("the framebuffer has an impossible place", screen.address)
        if screen.bits == 0 or screen.bits > PIXEL_BITS_MAX or screen.width == 0:
            self.info.fail("the framebuffer has an impossible shape", address)
        if u64(screen.width) * screen.bits > u64(screen.pitch) * 8:
            self.info.fail("the framebuffer has an impossible shape", address)
        if (
            not fits(screen.red_shift, screen.red_bits, screen.bits)
            or not fits(screen.green_shift, screen.green_bits, screen.bits)
            or not fits(screen.blue_shift, screen.blue_bits, screen.bits)
        ):
            self.info.fail("the framebuffer has impossible colours", address)


def fits(shift: u8, bits: u8, pixel_bits: u8) -> bool:
    return u32(shift) + bits <= pixel_bits


def least_bytes(type: TagType) -> usize:
    match type:
        case TagType.END | TagType.ACPI_OLD | TagType.ACPI_NEW:
            return HEAD_BYTES
        case TagType.COMMAND_LINE:
            return HEAD_BYTES + 1
        case TagType.MODULE:
            return 17
        case TagType.MEMORY_MAP:
            return MAP_FIRST_ENTRY
        case TagType.FRAMEBUFFER:
            return SCREEN_COLOURS
