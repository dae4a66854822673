"""The PVH start info: read right, and refused where it makes no sense."""

from __future__ import annotations

import struct
from dataclasses import dataclass, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.host import host_program

INFO_MODULE, PVH = "kernel_src.boot.info", "kernel_src.boot.pvh"
MAGIC = 0x336E_C578
INFO, MAP, MODULES, TEXT = 0x105, 0x203, 0x801, 0x907  # on purpose at odd addresses
MEMORY_BYTES = 0x3000
MIB = 1 << 20
FAR = 0xFFFF_FFFF_FFFF_F000


@dataclass(frozen=True)
class Start:
    """What a loader leaves; the defaults are acceptable."""

    magic: int = MAGIC
    version: int = 1
    modules: tuple[tuple[int, int], ...] = ((0x20_0000, 0x5000),)
    module_count: int | None = None
    modules_at: int = MODULES
    text: bytes = b"log=debug selftest=panic"
    text_at: int = TEXT
    ranges: tuple[tuple[int, int, int], ...] = ((0, 0x9FC00, 1), (MIB, 63 * MIB, 1))
    range_count: int | None = None
    ranges_at: int = MAP
    bytes: int = MEMORY_BYTES

    def memory(self) -> bytearray:
        """Physical memory that holds it."""
        memory = bytearray(MEMORY_BYTES)
        count = len(self.modules) if self.module_count is None else self.module_count
        ranges = len(self.ranges) if self.range_count is None else self.range_count
        head = struct.pack("<IIII", self.magic, self.version, 0, count)
        head += struct.pack("<QQQ", self.modules_at, self.text_at, 0xE_1234)
        head += struct.pack("<QII", self.ranges_at, ranges, 0)
        put(memory, INFO, head)
        put(memory, self.modules_at, b"".join(struct.pack("<4Q", *m, 0, 0) for m in self.modules))
        put(memory, self.ranges_at, b"".join(struct.pack("<QQII", *r, 0) for r in self.ranges))
        put(memory, self.text_at, self.text + b"\0")
        return memory[: self.bytes]


def put(memory: bytearray, at: int, data: bytes) -> None:
    if at < len(memory):
        memory[at : at + len(data)] = data[: len(memory) - at]


def read(memory: bytes | bytearray, address: int = INFO) -> tuple[Any, tuple[str, int]]:
    program = host_program(INFO_MODULE, PVH)
    module = program.module(INFO_MODULE)
    info = module.BootInfo()
    try:
        program.module(PVH).read_start_info(info, memory, address)
    except module.BadBootInfo:
        return info, (info.problem, info.value)
    return info, ("", 0)


def test_reads_what_a_loader_leaves() -> None:
    info, problem = read(Start().memory())
    assert problem == ("", 0)
    ranges = [(r.start, r.end, r.is_usable) for r in info.memory_map()]
    assert ranges == [(0, 0x9F000, True), (MIB, 64 * MIB, True)]
    assert (info.initrd_start, info.initrd_end) == (0x20_0000, 0x20_5000)
    assert bytes(info.command_line()) == b"log=debug selftest=panic"
    assert info.acpi_root == 0xE_1234
    assert info.usable_end() == 64 * MIB


def test_no_initrd_and_no_command_line_are_fine() -> None:
    info, problem = read(Start(modules=(), text_at=0).memory())
    assert problem == ("", 0)
    assert info.initrd_start == info.initrd_end
    assert bytes(info.command_line()) == b""


@pytest.mark.parametrize(
    ("text", "name", "value"),
    [
        (b"log=debug selftest=panic", b"log", b"debug"),
        (b"log=debug selftest=panic", b"selftest", b"panic"),
        (b"a=1 a=2", b"a", b"1"),
        (b"xlog=1  log=2", b"log", b"2"),
        (b"log", b"log", b""),
        (b"log=", b"log", b""),
        (b"logs=1", b"log", b""),
        (b"a=b=c", b"a", b"b=c"),
        (b"", b"log", b""),
    ],
)
def test_options(text: bytes, name: bytes, value: bytes) -> None:
    info, _ = read(Start(text=text).memory())
    assert bytes(info.option(name)) == value


GOOD = Start()
USABLE = GOOD.ranges
REFUSED = {
    "magic": (replace(GOOD, magic=1), "the start info has a wrong magic number", 1),
    "version": (replace(GOOD, version=0), "the start info is of a version without a memory map", 0),
    "cut": (replace(GOOD, bytes=INFO + 55), "the start info is out of reach", INFO),
    "no ranges": (
        replace(GOOD, ranges=()),
        "the memory map has an impossible number of entries",
        0,
    ),
    "ranges": (
        replace(GOOD, range_count=0xFFFF_FFFF),
        "the memory map has an impossible number of entries",
        0xFFFF_FFFF,
    ),
    "no map": (replace(GOOD, ranges_at=0), "the memory map is out of reach", 0),
    "far map": (replace(GOOD, ranges_at=FAR), "the memory map is out of reach", FAR),
    "cut map": (
        replace(GOOD, ranges_at=MEMORY_BYTES - 25),
        "the memory map is out of reach",
        MEMORY_BYTES - 1,
    ),
    "wrapping range": (
        replace(GOOD, ranges=((FAR, 0x2000, 2), *USABLE)),
        "a range of the memory map passes the end of all addresses",
        FAR,
    ),
    "beyond": (
        replace(GOOD, ranges=((1 << 50, MIB, 1),)),
        "usable memory lies beyond the direct map",
        1 << 50,
    ),
    "overlap": (
        replace(GOOD, ranges=(*USABLE, (2 * MIB, MIB, 1))),
        "usable ranges of the memory map overlap",
        2 * MIB,
    ),
    "nothing usable": (
        replace(GOOD, ranges=((0, MIB, 2), (MIB, 100, 1))),
        "the memory map names no usable memory",
        2,
    ),
    "two modules": (
        replace(GOOD, modules=GOOD.modules * 2),
        "more than one module was loaded",
        2,
    ),
    "far modules": (replace(GOOD, modules_at=FAR), "the list of modules is out of reach", FAR),
    "wrapping initrd": (
        replace(GOOD, modules=((FAR, 0x1001),)),
        "the initrd passes the end of all addresses",
        FAR,
    ),
    "initrd past memory": (
        replace(GOOD, modules=((63 * MIB, 2 * MIB),)),
        "the initrd does not lie in usable memory",
        63 * MIB,
    ),
    "initrd at nothing": (
        replace(GOOD, modules=((0xA_0000, 10),)),
        "the initrd does not lie in usable memory",
        0xA_0000,
    ),
    "far text": (replace(GOOD, text_at=FAR), "the command line is out of reach", FAR),
    "endless text": (replace(GOOD, text=b"x" * 2000), "the command line is longer than", 1024),
    "text to the end": (
        replace(GOOD, text=b"x" * 9, text_at=MEMORY_BYTES - 5),
        "the command line is out of reach",
        MEMORY_BYTES,
    ),
    "binary text": (
        replace(GOOD, text=b"a\x1bb"),
        "the command line holds a byte that is not printable",
        0x1B,
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refuses(case: str) -> None:
    start, text, value = REFUSED[case]
    assert read(start.memory())[1] == (text, value)


def test_accepts_the_longest_command_line() -> None:
    info, problem = read(Start(text=b"x" * 1024).memory())
    assert problem == ("", 0)
    assert len(info.command_line()) == 1024


@pytest.mark.parametrize("address", [0, MEMORY_BYTES, 1 << 32, FAR])
def test_refuses_a_start_info_that_is_not_there(address: int) -> None:
    assert read(GOOD.memory(), address)[1] == ("the start info is out of reach", address)


@given(
    st.lists(
        st.tuples(st.integers(INFO, INFO + 55) | st.integers(MAP, MAP + 47), st.integers(0, 255)),
        min_size=1,
        max_size=6,
    )
)
def test_never_panics(changes: list[tuple[int, int]]) -> None:
    memory = GOOD.memory()
    for at, byte in changes:
        memory[at] = byte
    info, problem = read(memory)
    if problem == ("", 0):
        assert info.usable_end() > 0
        assert info.initrd_end >= info.initrd_start
