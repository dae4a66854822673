"""Where the lines of a test program go: to whoever runs it."""

from __future__ import annotations

from pykern.lang import Array, Final, Format, address_of, extern, u8, usize, zeroed
from pykern.rt.format import format_into

LINE_MAX: Final = 400


@extern("test", "pk_write")
def pk_write(address: usize, length: usize) -> None:
    """The text of one line."""


def write_line(message: Format) -> None:
    buffer: Array[u8, LINE_MAX] = zeroed()
    length = format_into(buffer, message)
    pk_write(address_of(buffer), length)
