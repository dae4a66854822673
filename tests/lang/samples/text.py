"""Text, f-strings and formatting."""

from __future__ import annotations

from pykern.lang import (
    Array,
    Final,
    Format,
    NoReturn,
    Ptr,
    Slice,
    Str,
    enum,
    format,
    panic,
    struct,
    u8,
    u32,
    unreachable,
    usize,
    utf8,
    zeroed,
)

NAME: Final = "kernel"


@enum(u8)
class Level:
    DEBUG = 0
    ERROR = 1


@struct
class Page:
    address: usize
    name: Str = "page"


greeting: Str = "hello"


def log(level: Level, message: Format) -> None:
    buffer: Array[u8, 128] = zeroed()
    written = format(buffer, message)
    write(buffer[:written])
    pass_on(message)


def pass_on(message: Format) -> None:
    line: Array[u8, 16] = zeroed()
    format(line[4:], message)


def write(bytes: Slice[u8]) -> None:
    for byte in bytes:
        if byte == 0x0A:
            return


def report(page: Ptr[Page], count: u32, ok: bool, raw: Slice[u8]) -> None:
    log(Level.DEBUG, f"{count} pages at {page.address:#x}, {count:>8d} {count:08b} {count:_}")
    log(Level.ERROR, f"{page.name:<10} {ok} {raw:s} {page:x} {Level.DEBUG:s} {count:,}")
    log(Level.ERROR, "plain text")
    log(Level.ERROR, page.name)


def same_name(a: Str, b: Str) -> bool:
    return a == b and len(utf8(a)) == len(utf8(b)) and a != "other"


def kind_of(name: Str) -> u32:
    match name:
        case "null" | "zero":
            return 0
        case "serial":
            return 1
        case _:
            panic(f"no device is called {name}")


def stop(code: u32) -> NoReturn:
    if code == 1:
        panic("one")
    assert code < 10, f"code {code} of 10"
    unreachable()
