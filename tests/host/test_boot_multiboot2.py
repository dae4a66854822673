"""The Multiboot2 information: read right, and refused where it makes no sense."""

from __future__ import annotations

import struct
from typing import Any

import pytest

from tests.support.guarded import guarded
from tests.support.host import host_program

INFO_MODULE, LOADER = "kernel_src.boot.info", "kernel_src.boot.loader"
MAGIC = 0x36D7_6289
AT = 0x1008
MIB = 1 << 20
RANGES = ((0, 0x9FC00, 1), (MIB, 63 * MIB, 1), (64 * MIB, MIB, 3))
END = struct.pack("<II", 0, 8)


def tag(type: int, body: bytes, size: int | None = None) -> bytes:
    head = struct.pack("<II", type, 8 + len(body) if size is None else size)
    return head + body + bytes(-len(body) % 8)


def memory_map(*ranges: tuple[int, int, int], size: int = 24, version: int = 0) -> bytes:
    entries = b"".join(struct.pack("<QQII", *r, 0) + bytes(size - 24) for r in ranges)
    return tag(6, struct.pack("<II", size, version) + entries)


def module(start: int, end: int, text: bytes = b"initrd") -> bytes:
    return tag(3, struct.pack("<II", start, end) + text + b"\0")


def screen(address: int = 0x8000_0000, pitch: int = 4096, bits: int = 32, **other: Any) -> bytes:
    type, colours = other.get("type", 1), other.get("colours", (16, 8, 8, 8, 0, 8))
    shape = struct.pack("<QIIIBBH", address, pitch, 1024, 768, bits, type, 0)
    return tag(8, shape + bytes(colours))


TEXT = tag(1, b"log=debug end=reset\0")
GOOD = (
    tag(2, b"GRUB 2.06\0"),
    module(2 * MIB, 2 * MIB + 0x5000),  # before the map that has to hold it
    TEXT,
    memory_map(*RANGES),
    screen(),
    tag(14, b"RSD PTR old"),
    tag(15, b"RSD PTR new"),
    tag(0x7777, b"\xff" * 20),
)


def physical(*tags: bytes, end: bytes = END, size: int | None = None) -> bytes:
    body = b"".join(tags) + end
    return bytes(AT) + struct.pack("<II", 8 + len(body) if size is None else size, 0) + body


def read(memory: bytes, loader: int = MAGIC, at: int = AT) -> tuple[Any, tuple[str, int]]:
    program = host_program(INFO_MODULE, LOADER)
    info = program.module(INFO_MODULE).BootInfo()
    try:
        program.module(LOADER).read_boot_info(info, guarded(memory), at, loader)
    except program.module(INFO_MODULE).BadBootInfo:
        return info, (info.problem, info.value)
    return info, ("", 0)


def test_reads_what_grub_leaves() -> None:
    memory = physical(*GOOD)
    info, problem = read(memory)
    assert problem == ("", 0)
    ranges = [(r.start, r.end, r.is_usable) for r in info.memory_map()]
    assert ranges == [
        (0, 0x9F000, True),
        (MIB, 64 * MIB, True),
        (64 * MIB, 65 * MIB, False),
    ]
    assert (info.initrd_start, info.initrd_end) == (2 * MIB, 2 * MIB + 0x5000)
    assert bytes(info.command_line()) == b"log=debug end=reset"
    assert memory[info.acpi_root :].startswith(b"RSD PTR new")
    fb = info.framebuffer
    assert (fb.address, fb.pitch, fb.width, fb.height, fb.bits) == (1 << 31, 4096, 1024, 768, 32)
    assert (fb.red_shift, fb.green_shift, fb.blue_shift, fb.blue_bits) == (16, 8, 0, 8)


def test_the_new_root_pointer_counts_wherever_it_stands() -> None:
    memory = physical(tag(15, b"new"), tag(14, b"old"), memory_map(*RANGES))
    assert memory[read(memory)[0].acpi_root :].startswith(b"new")


def test_a_memory_map_alone_is_enough() -> None:
    info, problem = read(physical(memory_map(*RANGES, size=32)))
    assert problem == ("", 0)
    assert info.range_count == 3
    assert (info.initrd_start, info.initrd_end, info.acpi_root) == (0, 0, 0)
    assert (bytes(info.command_line()), info.framebuffer.address) == (b"", 0)


def test_text_screens_and_palettes_are_no_framebuffer() -> None:
    for type in (0, 2, 9):
        info, problem = read(physical(memory_map(*RANGES), screen(type=type, colours=(1,))))
        assert (problem, info.framebuffer.address) == (("", 0), 0)


MAP = memory_map(*RANGES)
SHAPE = "the framebuffer has an impossible shape"
SIZE = "a multiboot tag has an impossible size"
SHORT = "a multiboot tag is too short for its type"
REFUSED = {
    "no map": (physical(TEXT), "the loader gave no memory map"),
    "two maps": (physical(MAP, MAP), "the loader gave more than one memory map"),
    "no end": (physical(MAP, end=b""), "the multiboot information has no end"),
    "end cut": (physical(MAP, end=END[:7]), "the multiboot information has no end"),
    "tiny": (physical(MAP, size=7), "the multiboot information has an impossible size"),
    "vast": (physical(MAP, size=1 << 31), "the multiboot information has an impossible size"),
    "past memory": (physical(MAP, size=0x1000), "the multiboot information is out of reach"),
    "tag of no length": (physical(MAP, tag(2, b"", 0)), SIZE),
    "tag past the end": (physical(MAP, tag(2, b"", 17)), SIZE),
    "tag of all lengths": (physical(MAP, tag(2, b"", 0xFFFF_FFFF)), SIZE),
    "short map": (physical(tag(6, b"1234")), SHORT),
    "short module": (physical(MAP, tag(3, bytes(8))), SHORT),
    "short screen": (physical(MAP, tag(8, bytes(20))), SHORT),
    "screen without colours": (physical(MAP, screen(colours=(1, 2))), SHORT),
    "entries of no size": (
        physical(tag(6, bytes(8 + 24))),
        "the entries of the memory map have an impossible size",
    ),
    "half an entry": (
        physical(tag(6, struct.pack("<II", 24, 0) + bytes(36))),
        "the entries of the memory map have an impossible size",
    ),
    "no entries": (
        physical(memory_map()),
        "the memory map has an impossible number of entries",
    ),
    "many entries": (
        physical(memory_map(*[(MIB, 4096, 2)] * 300)),
        "the memory map has an impossible number of entries",
    ),
    "nothing usable": (
        physical(memory_map((0, MIB, 2))),
        "the memory map names no usable memory",
    ),
    "overlap": (
        physical(memory_map(*RANGES, (2 * MIB, MIB, 1))),
        "usable ranges of the memory map overlap",
    ),
    "two modules": (
        physical(MAP, module(MIB, 2 * MIB), module(MIB, 2 * MIB)),
        "more than one module was loaded",
    ),
    "module backwards": (
        physical(MAP, module(2 * MIB, MIB)),
        "a module ends before it begins",
    ),
    "module elsewhere": (
        physical(MAP, module(63 * MIB, 65 * MIB)),
        "the initrd does not lie in usable memory",
    ),
    "endless text": (
        physical(MAP, tag(1, b"x" * 16)),
        "the command line is out of reach",
    ),
    "long text": (
        physical(MAP, tag(1, b"x" * 2000)),
        "the command line is longer than",
    ),
    "binary text": (
        physical(MAP, tag(1, b"a\x80\0")),
        "the command line holds a byte that is not printable",
    ),
    "screen at nothing": (
        physical(MAP, screen(address=0)),
        "the framebuffer has an impossible place",
    ),
    "screen past the end": (
        physical(MAP, screen(address=(1 << 64) - 4096)),
        "the framebuffer has an impossible place",
    ),
    "narrow screen": (physical(MAP, screen(pitch=4095)), SHAPE),
    "no pixels": (physical(MAP, screen(bits=0)), SHAPE),
    "wide pixels": (physical(MAP, screen(bits=64, pitch=1 << 20)), SHAPE),
    "colours": (
        physical(MAP, screen(colours=(16, 8, 8, 8, 25, 8))),
        "the framebuffer has impossible colours",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refuses(case: str) -> None:
    memory, text = REFUSED[case]
    assert read(memory)[1][0] == text


@pytest.mark.parametrize("at", [0, 1 << 40, (1 << 64) - 8])
def test_refuses_information_that_is_not_there(at: int) -> None:
    problem = ("the multiboot information is out of reach", at)
    assert read(physical(*GOOD), at=at)[1] == problem


def test_refuses_an_unknown_loader() -> None:
    problem = ("a loader with an unknown magic number", 0x2BAD_B002)
    assert read(physical(*GOOD), loader=0x2BAD_B002)[1] == problem


@pytest.mark.parametrize("byte", [0, 7, 0xFF])
def test_every_changed_byte_is_read_or_refused(byte: int) -> None:
    """The buffer ends with the information, so a read past it would end the process."""
    good = bytearray(physical(*GOOD))
    verdicts = set()
    for at in range(AT, len(good)):
        kept, good[at] = good[at], byte
        info, (text, _) = read(bytes(good))
        good[at] = kept
        verdicts.add(text)
        if not text:
            assert info.usable_end() > 0
            assert info.initrd_end >= info.initrd_start
    assert len(verdicts) > 5
