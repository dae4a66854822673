"""Bytes that end where a page begins that faults: a read past them ends the test process."""

from __future__ import annotations

import ctypes
import mmap

PAGE = mmap.PAGESIZE
PROT_NONE = 0

_libc = ctypes.CDLL(None, use_errno=True)


def guarded(data: bytes | bytearray) -> memoryview:
    """A copy of the bytes, writable, at the end of the memory in front of the guard page."""
    room = -(-len(data) // PAGE) * PAGE
    block = mmap.mmap(-1, room + PAGE)
    address = ctypes.addressof(ctypes.c_char.from_buffer(block))
    if _libc.mprotect(ctypes.c_void_p(address + room), ctypes.c_size_t(PAGE), PROT_NONE) != 0:
        raise OSError(ctypes.get_errno(), "mprotect")
    block[room - len(data) : room] = bytes(data)
    return memoryview(block)[room - len(data) : room]
