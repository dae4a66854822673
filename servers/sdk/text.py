"""Lines of text, formatted without allocation."""
from __future__ import annotations

from typing import Final

from pykern.lang import Array, Format, address_of, u8, zeroed
from pykern.rt.format import format_into
from servers.sdk.host import write

LINE_MAX: Final = 512
"""Bytes of a line; the rest is cut."""

NEWLINE: Final = 0x0A


def write_line(message: Format) -> None:
    buffer: Array[u8, LINE_MAX + 1] = zeroed()
    length = format_into(buffer[:LINE_MAX], message)
    buffer[length] = NEWLINE
    write(address_of(buffer), length + 1)
