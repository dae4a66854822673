"""Panics of test programs that run as wasm: to whoever runs them."""

from __future__ import annotations

from pykern.lang import (
    Array,
    Final,
    Format,
    NoReturn,
    Str,
    address_of,
    cold,
    export,
    extern,
    u8,
    u32,
    usize,
    zeroed,
)
from pykern.rt.format import format_into

LONGEST_MESSAGE: Final = 1024


@extern("test", "pk_panicked")
def pk_panicked(address: usize, length: usize) -> NoReturn: ...


@cold
@export("pk_panic")
def pk_panic(file: Str, line: u32, message: Format) -> NoReturn:
    buffer: Array[u8, LONGEST_MESSAGE] = zeroed()
    place = format_into(buffer, f"{file}:{line}: ")
    length = format_into(buffer[place:], message)
    pk_panicked(address_of(buffer), place + length)
