"""The kernel's log: one line a message, below a level nothing."""
from __future__ import annotations

import kernel_src.console as console
from kernel_src.limits import LOG_LINE_MAX
from pykern.lang import Array, Format, Str, enum, u8, zeroed
from pykern.rt.format import format_into


@enum(u8)
class Level:
    DEBUG = 0
    INFO = 1
    WARN = 2
    ERROR = 3


threshold: Level = Level.INFO


def set_level(level: Level) -> None:
    global threshold
    threshold = level


def debug(message: Format) -> None:
    write(Level.DEBUG, "debug: ", message)


def info(message: Format) -> None:
    write(Level.INFO, "info: ", message)


def warn(message: Format) -> None:
    write(Level.WARN, "warn: ", message)


def error(message: Format) -> None:
    write(Level.ERROR, "error: ", message)


def write(level: Level, source: Str, message: Format) -> None:
    if level.value >= threshold.value:
        line(source, message)


def event(message: Format) -> None:
    """A line for programs that read the log; always written."""
    line("@ ", message)


def line(source: Str, message: Format) -> None:
    buffer: Array[u8, LOG_LINE_MAX] = zeroed()
    length = format_into(buffer, message)
    console.line(source, buffer[:length])
