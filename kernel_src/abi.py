"""What the kernel promises to those outside it: how a run ends, and what a server may call.

How a run ends. The kernel writes an exit value to the debug exit port, and QEMU ends with status
`value << 1 | 1`. The exit value is 7 bits and never 0, so QEMU's status is an odd number from 3 on:
0 (a reset or power-off) and 1 (QEMU's own failure) are never the kernel's.

    1 to 100   all servers ended; the run's status is value - 1
    101        the same with a status of 100 or more: the `@ exit` line has it
    124        a server trapped
    125        something given to the kernel at boot was refused
    126        panic
    127        panic inside a panic
"""
from __future__ import annotations

from typing import Final

from pykern.lang import Str, enum, u8, u32, value

DEBUG_EXIT_PORT: Final = 0xF4

EXIT_STATUS_FIRST: Final = 1
EXIT_STATUS_LARGE: Final = 101
EXIT_TRAPPED: Final = 124
EXIT_BOOT_REFUSED: Final = 125
EXIT_PANIC: Final = 126
EXIT_DOUBLE_PANIC: Final = 127


def exit_value_of(status: u32) -> u32:
    """The exit value of a run whose servers ended with `status`."""
    if status < EXIT_STATUS_LARGE - EXIT_STATUS_FIRST:
        return EXIT_STATUS_FIRST + status
    return EXIT_STATUS_LARGE


HOST_MODULE: Final = "pykern"
"""The module name under which servers import host functions."""


@enum(u8)
class HostCall:
    """The host functions, in the order of `host_function`."""

    WRITE = 0
    EXIT = 1


HOST_CALL_COUNT: Final = 2


@value
class HostFunction:
    """`parameters` and `results` hold a letter for each value: i for i32, l for i64."""

    name: Str
    parameters: Str
    results: Str


def host_function(call: HostCall) -> HostFunction:
    match call:
        case HostCall.WRITE:
            # write(pointer, length): text to the log, under the server's name.
            return HostFunction(name="write", parameters="ii", results="")
        case HostCall.EXIT:
            # exit(status): ends the server; does not return.
            return HostFunction(name="exit", parameters="i", results="")
