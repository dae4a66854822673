"""Text: bytes of a `Str`, formatting into a buffer, and stopping with a message."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

from pykern.lang import integers
from pykern.lang.errors import PanicError, compiled_only
from pykern.lang.sequences import Slice
from pykern.lang.types import Format, Str, u8, usize

if TYPE_CHECKING:
    from pykern.rt.format import Piece


def utf8(text: Str) -> Slice[u8]:
    """The bytes of a text."""
    return Slice([integers.u8(byte) for byte in text.encode()])


def format(buffer: Slice[u8], text: Format) -> usize:
    """Writes a text into a buffer, cut at its end. Gives the number of bytes written."""
    written = text.encode()[: len(buffer)]
    for index, byte in enumerate(written):
        buffer[index] = integers.u8(byte)
    return integers.usize(len(written))


@compiled_only
def pieces_of(text: Format) -> Slice[Piece]:  # type: ignore[empty-body]
    """What a text is made of, for the run-time library, which formats it."""


def panic(text: Format) -> NoReturn:
    """Stops with a message, file and line."""
    raise PanicError(text)


def unreachable() -> NoReturn:
    """Stops: this place is never reached."""
    raise PanicError("reached a place marked unreachable")
