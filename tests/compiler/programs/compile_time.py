"""Compile time: constants, tables, layout, conditions on the build, embedded files."""

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
    TypeAlias,
    alignof,
    bits_of,
    comptime,
    embed,
    enum,
    i64,
    max_of,
    min_of,
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
    value,
    zeroed,
)
from tests.compiler.programs.support.left import BASE
from tests.compiler.programs.support.output import write_line

# routes: host wasm machine (CPython embeds no files)

KIBIBYTE: Final = 2**10
LIMIT: Final = 3 * KIBIBYTE // 7 - 1 << 2
NEGATIVE: Final = -7 // 2
TYPED: Final[u32] = max_of(u32) - 1
SIGNED: Final[i64] = min_of(i64) + KIBIBYTE
WRAPPED: Final[u8] = 0xFF & 0x1_2345
EARLIER: Final = BASE + 2
LATER: Final = EARLIER * 2
YES: Final = LIMIT > 100 and NEGATIVE != -3
TEXT: Final = "constant"
BITS: Final = bits_of(u16) * 2
MASKS: Final[Array[u32, 3]] = Array(1 << 4, ~u32(0), TYPED ^ 1)

if TARGET == "kernel":
    WIDTH: Final = 64
elif TARGET == "wasm":
    WIDTH: Final = 32
else:
    WIDTH: Final = 64

if TESTS and not DEBUG or TESTS:

    def chosen() -> u32:
        return 1
else:

    def chosen() -> u32:
        return unknown_here  # noqa: F821


@comptime
def crc_table() -> list[int]:
    table = []
    for byte in range(256):
        crc = byte
        for _ in range(8):
            crc = (crc >> 1) ^ (0xEDB88320 if crc & 1 else 0)
        table.append(crc)
    return table


@comptime
def squares(count: int) -> list[list[int]]:
    return [[n, n * n] for n in range(count)]


@comptime
def title() -> str:
    return "-".join(["made", "by", "python"])


@comptime
def answer() -> int:
    return sum(range(10)) - 3


DATA_PORT: Final = 0x3F8


@enum(u16)
class Port:
    DATA = DATA_PORT
    STATUS = DATA_PORT + 5


@value
class Span:
    first: u32
    last: u32 = KIBIBYTE


@struct
class Header:
    magic: u32
    size: u64
    port: Port
    lock: Atomic[u8]
    tail: Array[u16, 3]


@struct(packed=True)
class Gate:
    limit: u16
    base: u64
    flags: Array[u8, sizeof(Header) // 10]


@struct(align=32)
class Padded:
    byte: u8 = 1


Handler: TypeAlias = Fn[[u32], u32]

CRC: Final[Array[u32, 256]] = crc_table()
SQUARES: Final[Array[Array[u32, 2], 4]] = squares(4)
TITLE: Final = title()
ANSWER: Final[u8] = answer()
FILE: Final[Slice[u8]] = embed("table.txt")
WHOLE: Final[Span] = Span(1)

static_assert(sizeof(Header) == 32 and alignof(Header) == 8, "as C lays it out")
static_assert(offsetof(Header, "size") == 8 and offsetof(Header, "tail") == 20, "gaps")
static_assert(sizeof(Gate) == 13, "packed")
static_assert(sizeof(Padded) == 32 and alignof(Padded) == 32, "padded")
static_assert(sizeof(usize) * 8 == WIDTH, "the machine's width")
static_assert(sizeof(Array[Header, 3]) == 96, "no gaps between elements")
static_assert(sizeof(Ptr[Header] | None) == sizeof(usize), "an address")
static_assert(NEGATIVE == -4 and YES, "Python's arithmetic")

scratch: Array[u8, sizeof(Header) + 1] = zeroed()
spans: Array[Span, 2] = Array(Span(5), Span(6, TYPED))
number: u32 = answer()
message: Str = TITLE


def doubled(n: u32) -> u32:
    return 2 * n


handler: Handler = doubled


def checksum(bytes: Slice[u8]) -> u32:
    crc: u32 = 0xFFFF_FFFF
    for byte in bytes:
        crc = crc >> 8 ^ CRC[(crc ^ byte) & 0xFF]
    return ~crc


@test
def constants() -> None:
    write_line(f"{u32(KIBIBYTE)} {u32(LIMIT)} {i64(NEGATIVE)} {TYPED} {SIGNED} {WRAPPED}")
    write_line(f"{u32(LATER)} {u32(EARLIER)} {YES} {TEXT} {u32(BITS)}")
    write_line(f"{MASKS[0]} {MASKS[1]} {MASKS[2]} {WHOLE.first} {WHOLE.last}")
    x: u64 = LIMIT
    write_line(f"{x + KIBIBYTE} {Port.STATUS.value:#x}")


@test
def tables() -> None:
    write_line(f"{CRC[1]:#x} {CRC[255]:#x} {checksum(FILE[:0])} {len(FILE)}")
    write_line(f"{FILE[:8]:s} {SQUARES[3][1]} {SQUARES[2][0]} {TITLE} {ANSWER}")
    for row in SQUARES:
        write_line(f"{row[0]} {row[1]}")


@test
def initial_values() -> None:
    write_line(f"{spans[0].last} {spans[1].last} {handler(21)} {number} {message} {len(scratch)}")
    spans[0] = Span(9, 9)
    write_line(f"{spans[0].first} {spans[1].first}")


@test
def conditions() -> None:
    write_line(f"{chosen()}")
    if TARGET == "nowhere":
        write_line(no_such_name)  # noqa: F821
    if not TESTS:
        no_such_function()  # noqa: F821
    elif DEBUG or TESTS:
        write_line("tests")


@test
def sizes() -> None:
    write_line(f"{u32(sizeof(Header))} {u32(offsetof(Header, 'port'))} {u32(alignof(u64))}")
