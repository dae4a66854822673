"""Where panics go when dialect code runs inside a Python process: they become exceptions.

Only programs compiled for the host contain this module. Python answers `pk_host_panicked` by
leaving the dialect code altogether (compiler/host/stack.py), so nothing here runs afterwards.
"""

from __future__ import annotations

from pykern.lang import (
    Array,
    Final,
    Format,
    NoReturn,
    Slice,
    Str,
    cold,
    export,
    extern,
    u8,
    u32,
    zeroed,
)
from pykern.rt.format import format_into

LONGEST_MESSAGE: Final = 1024


@extern("pk_host_panicked")
def pk_host_panicked(file: Str, line: u32, message: Slice[u8]) -> NoReturn: ...


@cold
@export("pk_panic")
def pk_panic(file: Str, line: u32, message: Format) -> NoReturn:
    buffer: Array[u8, LONGEST_MESSAGE] = zeroed()
    length = format_into(buffer, message)
    pk_host_panicked(file, line, buffer[:length])
