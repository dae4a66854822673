"""Reads a ustar archive that may have been made to do harm.

The format is "ustar Interchange Format" of POSIX.1-2017, under pax. `check` walks the whole archive
once and refuses it at the first flaw: `Archive.problem` says which, `Archive.offset` where. After
that the entries can be walked without a further word:

    entry = Entry()
    while archive.next(entry): ...

Only regular files and folders may be in an archive; a folder is no more than its name. A file's
content is a slice of the archive itself.
"""
from __future__ import annotations

from typing import Final

from kernel_src.lib.bytes import FNV_OFFSET, hash_bytes, same_bytes
from kernel_src.lib.octal import BadOctal, read_octal
from kernel_src.lib.ustar_problem import Problem
from pykern.lang import (
    Array,
    Error,
    Ptr,
    Slice,
    raises,
    struct,
    u8,
    u64,
    usize,
    utf8,
    zero,
    zeroed,
)

BLOCK: Final = 512
ENTRIES_MAX: Final = 1024
NAME_SLOTS: Final = 2 * ENTRIES_MAX  # half empty, so that a search ends soon

# Offset and end of each field of a header.
NAME: Final = 0
NAME_END: Final = 100
SIZE: Final = 124
SIZE_END: Final = 136
CHECKSUM: Final = 148
CHECKSUM_END: Final = 156
TYPE: Final = 156
MAGIC: Final = 257
MAGIC_END: Final = 263
PREFIX: Final = 345
PREFIX_END: Final = 500

TYPE_FILE: Final = 0x30
TYPE_FILE_OLD: Final = 0
TYPE_FOLDER: Final = 0x35

SPACE: Final = 0x20
SLASH: Final = 0x2F
DELETE: Final = 0x7F


class BadArchive(Error):
    """The archive is not acceptable; `problem` and `offset` of the Archive say why."""


@struct
class Entry:
    """One member. Its name is `prefix`, a slash and `name`, or `name` alone."""

    prefix: Slice[u8] = zeroed()
    name: Slice[u8] = zeroed()
    content: Slice[u8] = zeroed()
    is_file: bool = False
    offset: usize = 0  # of its header in the archive

    def is_called(self, path: Slice[u8]) -> bool:
        if len(self.prefix) == 0:
            return same_bytes(self.name, path)
        length = len(self.prefix)
        return (
            len(path) == length + 1 + len(self.name)
            and same_bytes(path[:length], self.prefix)
            and path[length] == SLASH
            and same_bytes(path[length + 1 :], self.name)
        )

    def name_length(self) -> usize:
        if len(self.prefix) == 0:
            return len(self.name)
        return len(self.prefix) + 1 + len(self.name)

    def name_hash(self) -> u64:
        if len(self.prefix) == 0:
            return hash_bytes(self.name, FNV_OFFSET)
        return hash_bytes(self.name, hash_bytes(utf8("/"), hash_bytes(self.prefix, FNV_OFFSET)))

    def name_byte(self, index: usize) -> u8:
        """A byte of the whole name."""
        length = len(self.prefix)
        if length == 0:
            return self.name[index]
        if index == length:
            return SLASH
        return self.prefix[index] if index < length else self.name[index - length - 1]


@struct
class NameSlot:
    """The hash of an entry's name, and where its header is."""

    is_used: bool = False
    hash: u64 = 0
    header: usize = 0


@struct
class Archive:
    """`names` is a hash table that `check` fills, with linear probing, to find double names."""

    bytes: Slice[u8] = zeroed()
    position: usize = 0
    problem: Problem = Problem.NONE
    offset: usize = 0  # of the flawed header
    entries: usize = 0
    names: Array[NameSlot, NAME_SLOTS] = zeroed()

    @raises(BadArchive)
    def check(self) -> None:
        """Refuses the archive unless every entry is sound and the end is marked."""
        for index in range(NAME_SLOTS):
            zero(self.names[index])
        entry = Entry()
        self.entries = 0
        self.rewind()
        while self.read_entry(entry):
            if self.entries == ENTRIES_MAX:
                self.fail(Problem.TOO_MANY_ENTRIES)
            self.entries += 1
            self.remember_name(entry)
        self.check_rest()
        self.rewind()

    def rewind(self) -> None:
        self.position = 0

    def next(self, entry: Ptr[Entry]) -> bool:
        """The next entry of an archive that has been checked; False after the last."""
        try:
            return self.read_entry(entry)
        except BadArchive:
            return False

    def find(self, entry: Ptr[Entry], path: Slice[u8]) -> bool:
        """Finds a file of an archive that has been checked."""
        self.rewind()
        while self.next(entry):
            if entry.is_file and entry.is_called(path):
                return True
        return False

    @raises(BadArchive)
    def read_entry(self, entry: Ptr[Entry]) -> bool:
        """Reads the entry at `position` and moves past it; False at the first block of zeros."""
        self.offset = self.position
        header = self.header()
        if is_zero(header):
            return False
        self.check_header(header)
        size = self.size_of(header)
        entry.offset = self.position
        self.read_name(entry, self.position)
        entry.is_file = header[TYPE] != TYPE_FOLDER
        if not entry.is_file and size != 0:
            self.fail(Problem.FOLDER_WITH_CONTENT)
        self.check_name(entry)
        start = self.position + BLOCK
        entry.content = self.bytes[start : start + size]
        self.position = start + (size + (BLOCK - 1)) // BLOCK * BLOCK
        return True

    @raises(BadArchive)
    def header(self) -> Slice[u8]:
        left = len(self.bytes) - self.position
        if left == 0:
            self.fail(Problem.NO_END)
        if left < BLOCK:
            self.fail(Problem.TRUNCATED_HEADER)
        return self.bytes[self.position : self.position + BLOCK]

    @raises(BadArchive)
    def check_header(self, header: Slice[u8]) -> None:
        # GNU tar's own format has a space in place of the NUL, and long names of its own.
        if not same_bytes(header[MAGIC:MAGIC_END], utf8("ustar\0")):
            self.fail(Problem.NO_MAGIC)
        stated: u64 = 0
        try:
            stated = read_octal(header[CHECKSUM:CHECKSUM_END])
        except BadOctal:
            self.fail(Problem.BAD_CHECKSUM_FIELD)
        if stated != checksum(header):
            self.fail(Problem.WRONG_CHECKSUM)
        kind = header[TYPE]
        if kind != TYPE_FILE and kind != TYPE_FILE_OLD and kind != TYPE_FOLDER:
            self.fail(Problem.UNKNOWN_TYPE)

    @raises(BadArchive)
    def size_of(self, header: Slice[u8]) -> usize:
        """The size of the content, which must lie in the archive with its padding."""
        size: u64 = 0
        try:
            size = read_octal(header[SIZE:SIZE_END])
        except BadOctal:
            self.fail(Problem.BAD_SIZE)
        left = len(self.bytes) - self.position - BLOCK
        if size > left:
            self.fail(Problem.TRUNCATED_FILE)
        blocks = (usize(size) + (BLOCK - 1)) // BLOCK
        if blocks > left // BLOCK:
            self.fail(Problem.TRUNCATED_FILE)
        return usize(size)

    @raises(BadArchive)
    def check_name(self, entry: Ptr[Entry]) -> None:
        """A relative path of printable ASCII in its shortest form: one file, one name."""
        length = entry.name_length()
        if len(entry.name) == 0:
            self.fail(Problem.EMPTY_NAME)
        if not entry.is_file and entry.name_byte(length - 1) == SLASH:
            length -= 1  # tar ends the names of folders with a slash
        start: usize = 0
        for index in range(length):
            byte = entry.name_byte(index)
            if byte <= SPACE or byte >= DELETE:
                self.fail(Problem.BAD_NAME)
            if byte == SLASH:
                self.check_part(entry, start, index)
                start = index + 1
        self.check_part(entry, start, length)

    @raises(BadArchive)
    def check_part(self, entry: Ptr[Entry], start: usize, end: usize) -> None:
        """One part of a path: not empty, not `.`, not `..`."""
        dots: usize = 0
        for index in range(start, end):
            if entry.name_byte(index) == 0x2E:
                dots += 1
        if start == end or (dots == end - start and dots <= 2):
            self.fail(Problem.BAD_NAME)

    @raises(BadArchive)
    def remember_name(self, entry: Ptr[Entry]) -> None:
        """Enters a name into the table, unless an earlier entry has it."""
        hash = entry.name_hash()
        slot = usize(hash % NAME_SLOTS)
        earlier = Entry()
        while self.names[slot].is_used:
            if self.names[slot].hash == hash:
                self.read_name(earlier, self.names[slot].header)
                if same_name(earlier, entry):
                    self.fail(Problem.DUPLICATE_NAME)
            slot = (slot + 1) % NAME_SLOTS
        self.names[slot].is_used = True
        self.names[slot].hash = hash
        self.names[slot].header = entry.offset

    def read_name(self, entry: Ptr[Entry], offset: usize) -> None:
        header = self.bytes[offset : offset + BLOCK]
        entry.name = until_nul(header[NAME:NAME_END])
        entry.prefix = until_nul(header[PREFIX:PREFIX_END])

    @raises(BadArchive)
    def check_rest(self) -> None:
        """The end is two blocks of zeros, and nothing but zeros may follow."""
        if len(self.bytes) - self.position < 2 * BLOCK:
            self.fail(Problem.NO_END)
        if not is_zero(self.bytes[self.position :]):
            self.fail(Problem.DATA_AFTER_END)

    @raises(BadArchive)
    def fail(self, problem: Problem) -> None:
        self.problem = problem
        raise BadArchive


def until_nul(field: Slice[u8]) -> Slice[u8]:
    for index, byte in enumerate(field):
        if byte == 0:
            return field[:index]
    return field


def is_zero(block: Slice[u8]) -> bool:
    for byte in block:
        if byte != 0:
            return False
    return True


def checksum(header: Slice[u8]) -> u64:
    """The sum of all bytes, those of the checksum itself taken as spaces."""
    total: u64 = 0
    for index, byte in enumerate(header):
        total += SPACE if CHECKSUM <= index < CHECKSUM_END else byte
    return total


def same_name(a: Ptr[Entry], b: Ptr[Entry]) -> bool:
    """Whole names are compared: the same name may be split differently."""
    length = a.name_length()
    if length != b.name_length():
        return False
    for index in range(length):
        if a.name_byte(index) != b.name_byte(index):
            return False
    return True
