"""The host functions (`abi.HostCall`) of the engine in a Linux process.

What server/host.py is to the kernel: text goes to standard output, and the status of an `exit` is
kept for the process to end with.
"""
from __future__ import annotations

from typing import Final

from kernel_src.abi import HOST_CALL_COUNT, HostCall
from kernel_src.jit.context import TRAP_HOST, TRAP_MEMORY, TRAP_NONE, Context
from kernel_src.runtime.imports import HostTable
from kernel_src.runtime.memory import in_range, memory_range, memory_size
from pykern.lang import Ptr, address_of, extern, i32, isize, slice_at, truncate, u32, u64, usize

WORDS: Final = 6
STANDARD_OUTPUT: Final[i32] = 1

has_exited: bool = False
status: u32 = 0


@extern("write")
def write_file(file: i32, start: usize, count: usize) -> isize: ...


def fill_handlers(host: Ptr[HostTable]) -> None:
    for number in range(HOST_CALL_COUNT):
        host.handlers[number] = handler_of(HostCall(number))


def handler_of(call: HostCall) -> usize:
    match call:
        case HostCall.WRITE:
            return address_of(write)
        case HostCall.EXIT:
            return address_of(exit)


def argument(words: usize, index: usize) -> u32:
    return truncate(u32, slice_at(u64, words, WORDS)[index])


def write(context: Ptr[Context], words: usize) -> u64:
    """What cannot be written is dropped, as the kernel's log would."""
    start = argument(words, 0)
    count = argument(words, 1)
    if not in_range(memory_size(context), start, count):
        return TRAP_MEMORY
    text = memory_range(context, start, count)
    written: usize = 0
    while written < len(text):
        done = write_file(STANDARD_OUTPUT, address_of(text) + written, len(text) - written)
        if done <= 0:
            break
        written += usize(done)
    return TRAP_NONE


def exit(context: Ptr[Context], words: usize) -> u64:
    global has_exited, status
    has_exited = True
    status = argument(words, 0)
    return TRAP_HOST


def exited() -> bool:
    return has_exited


def exit_status() -> u32:
    return status
