"""The host functions (`abi.HostCall`): what a server's imports of the module `pykern` do.

A handler gets the context of the calling instance and six words with the arguments, an i32 in the
low half of its word. It returns TRAP_NONE, or the trap that ends the call. What a server passes as
a pointer is checked here, by `lent`, and nowhere else.
"""
from __future__ import annotations

from typing import Final

import kernel_src.console as console
from kernel_src.abi import HOST_CALL_COUNT, HostCall
from kernel_src.jit.context import TRAP_HOST, TRAP_MEMORY, TRAP_NONE, Context
from kernel_src.runtime.memory import in_range, memory_range, memory_size
from kernel_src.server.server import running
from pykern.lang import (
    Array,
    Ptr,
    Slice,
    address_of,
    slice_at,
    truncate,
    u8,
    u32,
    u64,
    usize,
    zeroed,
)

WORDS: Final = 6


def fill_handlers(handlers: Ptr[Array[usize, HOST_CALL_COUNT]]) -> None:
    for number in range(HOST_CALL_COUNT):
        handlers[number] = handler_of(HostCall(number))


def handler_of(call: HostCall) -> usize:
    match call:
        case HostCall.WRITE:
            return address_of(write)
        case HostCall.EXIT:
            return address_of(exit)


def lent(context: Ptr[Context], start: u32, count: u32) -> tuple[Slice[u8], bool]:
    """The bytes a server points to, and whether all of them lie in its memory."""
    if not in_range(memory_size(context), start, count):
        return zeroed(), False
    return memory_range(context, start, count), True


def argument(words: usize, index: usize) -> u32:
    return truncate(u32, slice_at(u64, words, WORDS)[index])


def write(context: Ptr[Context], words: usize) -> u64:
    text, is_inside = lent(context, argument(words, 0), argument(words, 1))
    if not is_inside:
        return TRAP_MEMORY
    console.stream(running.name, text)
    return TRAP_NONE


def exit(context: Ptr[Context], words: usize) -> u64:
    running.exit(argument(words, 0))
    return TRAP_HOST
