"""The kernel's log: one line a message, below a level nothing."""
from __future__ import annotations

from typing import Final

import kernel_src.console as console
from kernel_src.lib.bytes import same_bytes
from kernel_src.limits import LOG_LINE_MAX
from pykern.lang import Array, Format, Slice, Str, enum, u8, utf8, zeroed
from pykern.rt.format import format_into


@enum(u8)
class Level:
    DEBUG = 0
    INFO = 1
    WARN = 2
    ERROR = 3


LEVELS: Final = 4

threshold: Level = Level.INFO


def set_level(level: Level) -> None:
    global threshold
    threshold = level


def set_level_by_name(name: Slice[u8]) -> None:
    """As `log=NAME` on the command line asks. No name changes nothing."""
    if len(name) == 0:
        return
    for number in range(LEVELS):
        level = Level(u8(number))
        if same_bytes(name, utf8(level_name(level))):
            set_level(level)
            return
    warn(f"log: there is no level {name}; there are debug, info, warn and error")


def level_name(level: Level) -> Str:
    match level:
        case Level.DEBUG:
            return "debug"
        case Level.INFO:
            return "info"
        case Level.WARN:
            return "warn"
        case Level.ERROR:
            return "error"


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
