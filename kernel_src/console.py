"""Who may write what on the serial port: the kernel whole lines, a server text under its name.

Every line begins with its source, so that no server can write a line that looks like the kernel's
(the line protocol is in kernel_src/README.md). A kernel line that comes while a server's line is
unfinished ends that line first. Processors take turns line by line, until one panics: then that one
alone writes, whoever was in the middle of a line.
"""
from __future__ import annotations

from typing import Final

from kernel_src.arch.serial import put, put_all
from kernel_src.sync.lock_word import LockWord
from kernel_src.sync.rank import Rank
from kernel_src.sync.spinlock import SpinLock
from pykern.lang import Slice, Str, u8, utf8

NEWLINE: Final = 0x0A
RETURN: Final = 0x0D
SPACE: Final = 0x20
DELETE: Final = 0x7F

lock: SpinLock = SpinLock(word=LockWord(rank=Rank.CONSOLE))
line_is_open: bool = False
is_taken_over: bool = False


def take_over() -> None:
    """Only this processor writes from now on; all others have been stopped."""
    global is_taken_over
    is_taken_over = True


def line(source: Str, text: Slice[u8]) -> None:
    """One line of the kernel's. Control characters in it, which may be a stranger's, become `?`."""
    if is_taken_over:
        put_line(source, text)
        return
    with lock:
        put_line(source, text)


def put_line(source: Str, text: Slice[u8]) -> None:
    put_open_line_end()
    put_all(utf8(source))
    for byte in text:
        put(byte if SPACE <= byte != DELETE else 0x3F)
    end_line()


def stream(name: Slice[u8], text: Slice[u8]) -> None:
    """Text of a server, which may begin or end anywhere in a line."""
    with lock:
        put_text(name, text)


def put_text(name: Slice[u8], text: Slice[u8]) -> None:
    global line_is_open
    for byte in text:
        if byte == NEWLINE and line_is_open:
            put_open_line_end()
            continue
        if not line_is_open:
            line_is_open = True
            put_all(name)
            put_all(utf8("| "))
        if byte == NEWLINE:
            put_open_line_end()
        elif byte != RETURN:
            put(byte)


def close_line() -> None:
    """Ends a server's line if one is open."""
    if is_taken_over:
        put_open_line_end()
        return
    with lock:
        put_open_line_end()


def put_open_line_end() -> None:
    global line_is_open
    if line_is_open:
        line_is_open = False
        end_line()


def end_line() -> None:
    put(RETURN)
    put(NEWLINE)
