"""The host functions (kernel_src/abi.py), as a server imports them."""
from __future__ import annotations

from pykern.lang import NoReturn, extern, u32, usize


@extern("pykern", "write")
def write(address: usize, length: usize) -> None:
    """Text to the log, under the server's name. A range outside the memory ends the server."""


@extern("pykern", "exit")
def exit(status: u32) -> NoReturn:
    """Ends the server. Returning from `_start` is the same as a status of 0."""
