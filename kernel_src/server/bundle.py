"""The initrd: a ustar archive whose files `servers/NAME.wasm` are the servers."""
from __future__ import annotations

from typing import Final

import kernel_src.log as log
from kernel_src.boot.info import BootInfo
from kernel_src.ending import refuse
from kernel_src.lib.ustar import SLASH, Archive, BadArchive, Entry
from kernel_src.lib.ustar_problem import problem_text
from kernel_src.limits import SERVER_NAME_MAX
from kernel_src.mm.memory import physical_bytes
from pykern.lang import Ptr, Slice, Str, u8, usize, utf8

SERVER_FOLDER: Final[Str] = "servers/"
SERVER_SUFFIX: Final[Str] = ".wasm"

archive: Archive = Archive()


def open_initrd(info: Ptr[BootInfo]) -> None:
    """Checks the whole archive, so that nothing later can find a flaw in it."""
    if info.initrd_start == info.initrd_end:
        refuse("initrd: there is none, and so there are no servers")
    archive.bytes = physical_bytes(info.initrd_start, info.initrd_end)
    try:
        archive.check()
    except BadArchive:
        refuse(f"initrd: {problem_text(archive.problem)} (at offset {archive.offset:#x})")
    log.info(f"initrd: {archive.entries} entries in {len(archive.bytes)} bytes")


def next_server(entry: Ptr[Entry]) -> bool:
    """The next server in the order of the archive; False after the last."""
    while archive.next(entry):
        if is_server(entry):
            if len(server_name(entry)) > SERVER_NAME_MAX:
                refuse(f"initrd: the server at offset {entry.offset:#x} has too long a name")
            return True
    return False


def is_server(entry: Ptr[Entry]) -> bool:
    """A file right inside the folder, with a name of its own before the suffix."""
    folder = len(utf8(SERVER_FOLDER))
    suffix = len(utf8(SERVER_SUFFIX))
    length = entry.name_length()
    if not entry.is_file or length <= folder + suffix:
        return False
    for index in range(folder, length):
        if entry.name_byte(index) == SLASH:
            return False
    return has_at(entry, 0, utf8(SERVER_FOLDER)) and has_at(
        entry, length - suffix, utf8(SERVER_SUFFIX)
    )


def has_at(entry: Ptr[Entry], start: usize, text: Slice[u8]) -> bool:
    for index, byte in enumerate(text):
        if entry.name_byte(start + index) != byte:
            return False
    return True


def server_name(entry: Ptr[Entry]) -> Slice[u8]:
    """`hello` of `servers/hello.wasm`. It lies in one piece, as a slash may end a prefix only."""
    start: usize = 0
    for index, byte in enumerate(entry.name):
        if byte == SLASH:
            start = index + 1
    return entry.name[start : len(entry.name) - len(utf8(SERVER_SUFFIX))]
