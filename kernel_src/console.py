"""Who may write what on the serial port: the kernel whole lines, a server text under its name.

Every line begins with its source, so that no server can write a line that looks like the kernel's
(the line protocol is in kernel_src/README.md). A kernel line that comes while a server's line is
unfinished ends that line first.
"""
from __future__ import annotations

from typing import Final

from kernel_src.arch.serial import put, put_all
from pykern.lang import Slice, Str, u8, utf8

NEWLINE: Final = 0x0A
RETURN: Final = 0x0D
SPACE: Final = 0x20
DELETE: Final = 0x7F

line_is_open: bool = False


def line(source: Str, text: Slice[u8]) -> None:
    """One line of the kernel's. Control characters in it, which may be a stranger's, become `?`."""
    close_line()
    put_all(utf8(source))
    for byte in text:
        put(byte if SPACE <= byte != DELETE else 0x3F)
    end_line()


def stream(name: Slice[u8], text: Slice[u8]) -> None:
    """Text of a server, which may begin or end anywhere in a line."""
    global line_is_open
    for byte in text:
        if byte == NEWLINE and line_is_open:
            close_line()
            continue
        if not line_is_open:
            line_is_open = True
            put_all(name)
            put_all(utf8("| "))
        if byte == NEWLINE:
            close_line()
        elif byte != RETURN:
            put(byte)


def close_line() -> None:
    """Ends a server's line if one is open."""
    global line_is_open
    if line_is_open:
        line_is_open = False
        end_line()


def end_line() -> None:
    put(RETURN)
    put(NEWLINE)
