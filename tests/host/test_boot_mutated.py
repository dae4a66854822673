"""Memory maps and command lines with anything in them, where a read past the end would be fatal."""

from __future__ import annotations

import struct
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.host.test_boot_multiboot2 import AT, MAGIC, memory_map, module, physical, screen, tag
from tests.support.guarded import guarded
from tests.support.host import host_program

INFO, LOADER, OPTIONS = "kernel_src.boot.info", "kernel_src.boot.loader", "kernel_src.options"
PVH = 0
START_MAGIC = 0x336E_C578
MAP_AT, MODULES_AT, TEXT_AT = 0x2001, 0x1083, 0x1107
DIRECT_MAP_SIZE = 64 << 40
PAGE = 4096

NUMBERS = st.sampled_from(
    [0, 1, 0xFFF, 0x1000, 0x9FC00, 1 << 20, 1 << 32, 1 << 46, (1 << 64) - PAGE, (1 << 64) - 1]
) | st.integers(0, (1 << 64) - 1)
RANGES = st.lists(
    st.tuples(NUMBERS, NUMBERS, st.sampled_from([1, 1, 2, 3, 0xFFFF_FFFF])), max_size=12
)
MODULES = st.none() | st.tuples(NUMBERS, NUMBERS)
TEXTS = st.binary(max_size=60) | st.text("ablogendtests= ", max_size=1100).map(str.encode)


def start_info(
    ranges: list[tuple[int, int, int]], initrd: tuple[int, int] | None, text: bytes, count: int
) -> bytes:
    """PVH's words, of which the memory map is the last in memory."""
    memory = bytearray(MAP_AT)
    head = struct.pack("<IIIIQQQ", START_MAGIC, 1, 0, initrd is not None, MODULES_AT, TEXT_AT, 0)
    head += struct.pack("<QII", MAP_AT, count, 0)
    memory[AT : AT + len(head)] = head
    memory[MODULES_AT : MODULES_AT + 32] = struct.pack("<4Q", *(initrd or (0, 0)), 0, 0)
    memory[TEXT_AT : TEXT_AT + len(text)] = text
    return bytes(memory) + b"".join(struct.pack("<QQII", *r, 0) for r in ranges)


def read(memory: bytes, loader: int) -> Any:
    """The boot information, or None if it was refused with a reason."""
    program = host_program(INFO, LOADER)
    info = program.module(INFO).BootInfo()
    try:
        program.module(LOADER).read_boot_info(info, guarded(memory), AT, loader)
    except program.module(INFO).BadBootInfo:
        assert info.problem
        return None
    return info


def check(info: Any) -> None:
    """What later code relies on."""
    usable = sorted((r.start, r.end) for r in info.memory_map() if r.is_usable)
    assert usable, "accepted without memory"
    for start, end in usable:
        assert start % PAGE == 0 == end % PAGE
        assert start < end <= DIRECT_MAP_SIZE
    assert all(a[1] <= b[0] for a, b in zip(usable, usable[1:], strict=False))
    assert info.initrd_start <= info.initrd_end
    at = info.initrd_start
    for start, end in usable:
        if start <= at < end:
            at = end
    assert info.initrd_end <= at
    assert len(info.command_line()) <= 1024
    assert all(0x20 <= byte < 0x7F for byte in bytes(info.command_line()))


@settings(max_examples=300, deadline=None)
@given(RANGES, MODULES, TEXTS, st.integers(-1, 1) | st.just(1 << 31))
@example([(0, 1 << 21, 1), (1 << 21, 1 << 20, 1)], ((1 << 21) - 9, 20), b"log=debug", 0)
def test_pvh(
    ranges: list[tuple[int, int, int]], initrd: tuple[int, int] | None, text: bytes, more: int
) -> None:
    info = read(start_info(ranges, initrd, text, max(0, len(ranges) + more)), PVH)
    if info is not None:
        assert more <= 0, "more ranges than there are were accepted"
        check(info)


@settings(max_examples=300, deadline=None)
@given(
    RANGES,
    st.none() | st.tuples(st.integers(0, 1 << 32), st.integers(0, 1 << 32)),
    TEXTS,
    st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 255)), max_size=4),
)
def test_multiboot2(
    ranges: list[tuple[int, int, int]],
    initrd: tuple[int, int] | None,
    text: bytes,
    changes: list[tuple[int, int]],
) -> None:
    tags = [memory_map(*ranges), tag(1, text + b"\0"), screen()]
    if initrd is not None:
        tags.append(module(min(initrd[0], (1 << 32) - 1), min(initrd[1], (1 << 32) - 1)))
    memory = bytearray(physical(*tags))
    for at, byte in changes:
        memory[AT + at % (len(memory) - AT)] = byte
    info = read(bytes(memory), MAGIC)
    if info is not None:
        check(info)


@settings(max_examples=300, deadline=None)
@given(TEXTS)
@example(b"=")
@example(b" = == log= log")
def test_command_lines(text: bytes) -> None:
    """Every word is read once, and an option's value is what the first such word says."""
    program = host_program(INFO, LOADER, OPTIONS)
    options = program.module(OPTIONS)
    info = read(start_info([(0, 1 << 20, 1)], None, text, 1), PVH)
    if info is None:
        return
    line = bytes(info.command_line())
    words = []
    first, last = options.next_word(line, 0)
    while first < last:
        words.append(line[first:last])
        options.doubt_about(line, first, last)
        first, last = options.next_word(line, last)
    assert words == line.split()
    for name in {word.partition(b"=")[0] for word in words} | {b"log"}:
        values = [w.partition(b"=")[2] for w in words if b"=" in w and w.split(b"=")[0] == name]
        assert bytes(info.option(name)) == (values[0] if values else b"")
