"""Compile time: constants, layout, tables, conditions on the build, embedded files."""

from __future__ import annotations

from pykern.lang import (
    DEBUG,
    TARGET,
    TESTS,
    Array,
    Atomic,
    Final,
    Fn,
    Ptr,
    Slice,
    Str,
    alignof,
    bits_of,
    comptime,
    embed,
    enum,
    max_of,
    offsetof,
    sizeof,
    static_assert,
    struct,
    test,
    u8,
    u16,
    u32,
    u64,
    usize,
    zeroed,
)

if TARGET == "kernel":
    BASE: Final = 0xFFFF_FFFF_8000_0000
elif TARGET == "wasm":
    BASE: Final = 0x1000
else:
    BASE: Final = 0

if DEBUG:

    def trace(number: u32) -> None:
        counts[number % 4] += 1
else:

    def trace(number: u32) -> None:
        pass


@comptime
def crc_table() -> list[int]:
    table = []
    for byte in range(256):
        crc = byte
        for _ in range(8):
            crc = (crc >> 1) ^ (0xEDB88320 if crc & 1 else 0)
        table.append(crc)
    return table


@enum(u16)
class Port:
    DATA = 0x3F8
    STATUS = 0x3FD


@struct
class Header:
    magic: u32
    size: u64
    port: Port
    name: Str
    bytes: Slice[u8]
    next: Ptr[Header] | None
    handler: Fn[[u32], None]
    lock: Atomic[u8]


CRC: Final[Array[u32, 256]] = crc_table()
SELF: Final[Slice[u8]] = embed("build.py")
BITS: Final = bits_of(u32) * 2
TOP: Final[u32] = max_of(u32) - 1

static_assert(sizeof(Header) == 80, "magic, size, port, name, bytes, next, handler, lock")
static_assert(offsetof(Header, "size") == 8 and alignof(Header) == 8, "as C lays it out")
static_assert(offsetof(Header, "lock") == 72, "after the pointers")
static_assert(sizeof(Array[Header, 3]) == 240, "no gaps between elements")
static_assert(sizeof(Ptr[Header]) == 8 and sizeof(Ptr[Header] | None) == 8, "an address")
static_assert(BITS == 64 and sizeof(usize) == 8, "the machine's width")

counts: Array[u32, 4] = zeroed()
scratch: Array[u8, sizeof(Header)] = zeroed()
pairs: Array[u8, sizeof(Header) * 2 + 1] = zeroed()


def checksum(bytes: Slice[u8]) -> u32:
    crc = u32(0xFFFF_FFFF)
    for byte in bytes:
        crc = (crc >> 8) ^ CRC[usize((crc ^ byte) & 0xFF)]
    return ~crc


if TESTS:

    @test
    def test_checksum() -> None:
        trace(1)
        assert checksum(SELF[:0]) == 0, "nothing has no sum"
        assert len(scratch) == sizeof(Header) and BASE >= 0
