"""Text: f-strings with every kind of value, `Str`, bytes."""

from __future__ import annotations

from pykern.lang import (
    Array,
    Final,
    Format,
    Ptr,
    Slice,
    Str,
    address_of,
    enum,
    format,
    i8,
    i64,
    load,
    min_of,
    offset,
    ref,
    struct,
    test,
    u8,
    u16,
    u32,
    u64,
    usize,
    utf8,
    zeroed,
)
from tests.compiler.programs.support.hidden import hidden
from tests.compiler.programs.support.output import write_line

# routes: host wasm machine (CPython's Str is not a sequence of bytes)

NAME: Final = "kernel"
GREETING: Final[Str] = "grüß dich"


@enum(u8)
class Level:
    LOW = 1
    HIGH = 2


@struct
class Label:
    text: Str = "none"
    size: u32 = 0


@test
def numbers() -> None:
    n = hidden(u32(255))
    write_line(f"{n} {n:d} {n:x} {n:X} {n:o} {n:b} {n:#x} {n:#X} {n:#o} {n:#b}")
    write_line(f"[{n:6}] [{n:<6}] [{n:>6}] [{n:^6}] [{n:*^7}] [{n:06}] [{n:=6}] [{n:+}] [{n: }]")
    write_line(f"[{n:#010x}] [{n:#10x}] [{n:<#10x}] [{n:_>#10x}] [{n:+08d}] [{n: 08d}]")
    big = hidden(u64(0xFFFF_FFFF_FFFF_FFFF))
    write_line(f"{big} {big:,} {big:_} {big:_x} {big:_b}")
    write_line(f"[{n:12,}] [{n:012,}] [{n:,}] [{n:_b}] [{n:012_x}] [{n:020_b}]")
    m = hidden(i64(-1234567))
    write_line(f"{m} {m:,} {m:x} {m:+} [{m:12}] [{m:<12}] [{m:^13}] [{m:012}] [{m:=12}] [{m:015,}]")
    write_line(f"{min_of(i64)} {min_of(i8)} {hidden(i8(-1)):x} {hidden(i8(-128)):b}")


@test
def truths_and_members() -> None:
    yes = hidden(True)
    write_line(f"{yes} {not yes} [{yes:6}] [{yes:>6}] [{yes:<6}]")
    level = hidden(Level.HIGH)
    write_line(f"{level:s} [{Level.LOW:>6s}] {level.value}")


@test
def texts() -> None:
    write_line("plain")
    write_line(NAME)
    write_line(
        f"{NAME} [{NAME:10}] [{NAME:>10}] [{NAME:^10}] [{NAME:-<9}] [{NAME:.3}] [{NAME:8.2}]"
    )
    write_line(f"{GREETING} [{GREETING:^13}] [{GREETING:.4}] {len(utf8(GREETING))}")
    write_line(f"{{braces}} {{{NAME}}} 100% 'quotes' \"double\" back\\slash \u20ac")
    label = Label()
    write_line(f"{label.text} {label.size}")
    label.text = GREETING
    write_line(f"{label.text} {label.text == GREETING} {label.text != 'none'}")
    raw: Array[u8, 3] = Array(0x61, 0x62, 0x63)
    write_line(f"{raw:s} [{raw:>5s}] [{raw[1:]:5s}]")
    write_line(f"{'one'} and {'two'}")


@test
def characters() -> None:
    for code in Array(u32(0x41), 0xE9, 0x20AC, 0x1F600):
        write_line(f"{code:c} [{code:>3c}] [{code:^5c}]")


def same(a: Str, b: Str) -> bool:
    return a == b


@test
def comparison() -> None:
    write_line(f"{same('abc', 'abc')} {same('abc', 'abd')} {same('abc', 'ab')} {same('', '')}")
    write_line(f"{hidden(NAME) == 'kernel'} {hidden(NAME) != 'kernel'}")


@test
def bytes_of_text() -> None:
    bytes = utf8("aé€")
    write_line(f"{len(bytes)} {bytes[0]:02x} {bytes[1]:02x} {bytes[2]:02x} {bytes[3]:02x}")
    sum: u32 = 0
    for byte in utf8("kernel"):
        sum += byte
    write_line(f"{sum}")


def passed_on(message: Format) -> None:
    write_line(message)
    pieces: Array[u8, 8] = zeroed()
    length = format(pieces, message)
    write_line(f"{length} {pieces[:length]:s}")


@test
def formats_travel() -> None:
    passed_on("short")
    passed_on(f"{hidden(u32(7))} and {NAME}")
    passed_on(NAME)


@test
def buffers() -> None:
    buffer: Array[u8, 16] = zeroed()
    length = format(buffer, f"{hidden(u16(99)):>6}|")
    write_line(f"{length} {buffer[:length]:s}")
    length = format(buffer[4:], f"{NAME}{NAME}{NAME}")
    write_line(f"{length} {buffer:s}")
    length = format(buffer[:0], NAME)
    write_line(f"{length}")


@test
def pointers() -> None:
    numbers: Array[u32, 4] = Array(1, 2, 3, 4)
    first: Ptr[u32] = ref(numbers[0])
    second = offset(first, 1)
    distance = address_of(second) - address_of(first)
    write_line(f"{distance} {load(second)} {load(offset(second, -1))}")
    buffers: Array[u8, 40] = zeroed()
    with_prefix = format(buffers, f"{first:#x}")
    without = format(buffers, f"{first:x}")
    write_line(f"{with_prefix - without}")


calls: u32 = 0


def called() -> u32:
    global calls
    calls += 1
    return calls


def shown(view: Slice[u8]) -> usize:
    return len(view)


@test
def order() -> None:
    write_line(f"{called()} {called()} {called():03} {shown(utf8('four'))}")
