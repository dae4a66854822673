"""The keyboard of a terminal, key by key, and the terminal put back as it was afterwards."""

from __future__ import annotations

import termios
import tty
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO


@contextmanager
def single_keys(stream: TextIO) -> Iterator[int]:
    """Gives the descriptor of a terminal that hands on every key at once and shows none of them.

    Ctrl-C stays a signal to this process, so the machine can always be ended. The old settings come
    back on every way out; flushing unread keys keeps them from the shell that gets the terminal
    next.
    """
    descriptor = stream.fileno()
    before = termios.tcgetattr(descriptor)
    try:
        tty.setcbreak(descriptor, termios.TCSANOW)
        yield descriptor
    finally:
        termios.tcsetattr(descriptor, termios.TCSAFLUSH, before)


@contextmanager
def left_as_found(stream: TextIO) -> Iterator[None]:
    """Puts a terminal's settings back after a program that may change them and be killed."""
    if not stream.isatty():
        yield
        return
    descriptor = stream.fileno()
    before = termios.tcgetattr(descriptor)
    try:
        yield
    finally:
        termios.tcsetattr(descriptor, termios.TCSADRAIN, before)
