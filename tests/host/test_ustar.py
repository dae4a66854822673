"""The initrd reader on good archives, compared with Python's tarfile, and on bad ones."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Iterable

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.support.host import host_program

USTAR = "kernel_src.lib.ustar"
BLOCK = 512
NAME, SIZE, CHECKSUM, TYPE, MAGIC, PREFIX = 0, 124, 148, 156, 257, 345

HELLO = {"servers/hello.wasm": b"\0asm\1\0\0\0" * 100, "etc/motd": b"welcome\n", "empty": b""}


def pack(files: Iterable[tuple[str, bytes | None]]) -> bytes:
    """An archive as tar makes it; a content of None is a folder."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for name, content in files:
            entry = tarfile.TarInfo(name)
            entry.type = tarfile.REGTYPE if content is not None else tarfile.DIRTYPE
            entry.size = len(content or b"")
            archive.addfile(entry, io.BytesIO(content or b""))
    return packed.getvalue()


def header(name: bytes = b"file", size: bytes = b"00000000000\0", **fields: bytes) -> bytes:
    """A header with a right checksum; `fields` replace those of this name at the end."""
    block = bytearray(BLOCK)
    places = {"name": NAME, "size": SIZE, "type": TYPE, "magic": MAGIC, "prefix": PREFIX}
    values = {"name": name, "size": size, "type": b"0", "magic": b"ustar\x0000"}
    values.update({key: value for key, value in fields.items() if key in places})
    for key, value in values.items():
        block[places[key] : places[key] + len(value)] = value
    block[CHECKSUM : CHECKSUM + 8] = b" " * 8
    block[CHECKSUM : CHECKSUM + 8] = fields.get("checksum", b"%06o\0 " % sum(block))
    return bytes(block)


END = bytes(2 * BLOCK)


def read(archive: bytes) -> tuple[dict[str, bytes | None], tuple[str, int]]:
    """The archive's files and what is wrong with it, ("NONE", 0) if nothing."""
    program = host_program(USTAR)
    ustar = program.module(USTAR)
    reader = ustar.Archive(bytes=program.array("u8", archive))
    try:
        reader.check()
    except ustar.BadArchive:
        return {}, (reader.problem.name, reader.offset)
    files: dict[str, bytes | None] = {}
    entry = ustar.Entry()
    while reader.next(entry):
        name = bytes(entry.name_byte(i) for i in range(entry.name_length())).decode()
        files[name] = bytes(entry.content) if entry.is_file else None
    return files, ("NONE", 0)


def problem(archive: bytes) -> tuple[str, int]:
    return read(archive)[1]


def test_reads_what_tar_packs() -> None:
    assert read(pack(HELLO.items())) == (HELLO, ("NONE", 0))


def test_reads_folders() -> None:
    files, found = read(pack([("a", None), ("a/b", b"1")]))
    assert found == ("NONE", 0)
    assert files == {"a/": None, "a/b": b"1"}


def test_reads_names_with_a_prefix() -> None:
    long = "/".join(["folder" * 5] * 5) + "/file"
    archive = pack([(long, b"x")])
    assert archive[PREFIX] != 0
    assert read(archive)[0] == {long: b"x"}


def test_finds_a_file_by_its_whole_name() -> None:
    program = host_program(USTAR)
    ustar = program.module(USTAR)
    long = "/".join(["folder" * 5] * 5) + "/file"
    reader = ustar.Archive(bytes=program.array("u8", pack([*HELLO.items(), (long, b"x")])))
    reader.check()
    entry = ustar.Entry()
    assert reader.find(entry, b"etc/motd") and bytes(entry.content) == b"welcome\n"
    assert reader.find(entry, long.encode()) and bytes(entry.content) == b"x"
    assert not reader.find(entry, b"motd")
    assert not reader.find(entry, long.encode()[:-1])


FILE = header(size=b"00000000003\0") + b"abc".ljust(BLOCK, b"\0")

FLAWED: dict[str, tuple[bytes, tuple[str, int]]] = {
    "nothing": (b"", ("NO_END", 0)),
    "less than a header": (bytes(100), ("TRUNCATED_HEADER", 0)),
    "one block of zeros": (FILE + bytes(BLOCK), ("NO_END", 1024)),
    "no end": (FILE, ("NO_END", 1024)),
    "cut in the second header": (FILE + FILE[:511], ("TRUNCATED_HEADER", 1024)),
    "cut in the content": (FILE[:-1], ("TRUNCATED_FILE", 0)),
    "data after the end": (FILE + END + b"x".ljust(BLOCK, b"\0"), ("DATA_AFTER_END", 1024)),
    "a block between": (FILE + bytes(BLOCK) + FILE + END, ("DATA_AFTER_END", 1024)),
    "not an archive": (b"\x7fELF".ljust(4096, b"\1"), ("NO_MAGIC", 0)),
    "GNU's own format": (header(magic=b"ustar  \0") + END, ("NO_MAGIC", 0)),
    "wrong checksum": (header(checksum=b"000001\0 ") + END, ("WRONG_CHECKSUM", 0)),
    "checksum of 8s": (header(checksum=b"888888\0 ") + END, ("BAD_CHECKSUM_FIELD", 0)),
    "empty checksum": (header(checksum=bytes(8)) + END, ("BAD_CHECKSUM_FIELD", 0)),
    "size of letters": (header(size=b"0000000000x\0") + END, ("BAD_SIZE", 0)),
    "negative size": (header(size=b"-0000000001\0") + END, ("BAD_SIZE", 0)),
    "size without an end": (header(size=b"777777777777") + END, ("BAD_SIZE", 0)),
    "size with a gap": (header(size=b"0000 000001\0") + END, ("BAD_SIZE", 0)),
    "size in base 256": (header(size=b"\x80" + bytes(10) + b"\x01") + END, ("BAD_SIZE", 0)),
    "8 GiB": (header(size=b"77777777777\0") + END, ("TRUNCATED_FILE", 0)),
    "one byte too large": (header(size=b"00000002001\0") + END, ("TRUNCATED_FILE", 0)),
    "symbolic link": (header(type=b"2") + END, ("UNKNOWN_TYPE", 0)),
    "pax header": (FILE + header(type=b"x") + END, ("UNKNOWN_TYPE", 1024)),
    "no name": (header(name=b"") + END, ("EMPTY_NAME", 0)),
    "prefix only": (header(name=b"", prefix=b"a") + END, ("EMPTY_NAME", 0)),
    "absolute": (header(name=b"/etc") + END, ("BAD_NAME", 0)),
    "dot": (header(name=b"./a") + END, ("BAD_NAME", 0)),
    "dots": (header(name=b"a/../b") + END, ("BAD_NAME", 0)),
    "dots in the prefix": (header(prefix=b"..") + END, ("BAD_NAME", 0)),
    "two slashes": (header(name=b"a//b") + END, ("BAD_NAME", 0)),
    "slash at the end": (header(name=b"a/") + END, ("BAD_NAME", 0)),
    "newline": (header(name=b"a\nb") + END, ("BAD_NAME", 0)),
    "not ASCII": (header(name="ä".encode()) + END, ("BAD_NAME", 0)),
    "folder with content": (
        header(type=b"5", size=b"00000000001\0") + bytes(BLOCK) + END,
        ("FOLDER_WITH_CONTENT", 0),
    ),
    "twice": (FILE + FILE + END, ("DUPLICATE_NAME", 1024)),
    "twice, split differently": (
        header(name=b"a/b/c") + header(name=b"b/c", prefix=b"a") + END,
        ("DUPLICATE_NAME", 512),
    ),
    "too many": (
        b"".join(header(name=b"%d" % i) for i in range(1025)) + END,
        ("TOO_MANY_ENTRIES", 1024 * BLOCK),
    ),
}


@pytest.mark.parametrize("flaw", FLAWED)
def test_refuses(flaw: str) -> None:
    archive, expected = FLAWED[flaw]
    assert problem(archive) == expected


def test_every_problem_is_provoked() -> None:
    problems = host_program(USTAR).module("kernel_src.lib.ustar_problem").Problem
    provoked = {found for _, (found, _) in FLAWED.values()} | {"NONE"}
    assert {member.name for member in problems} == provoked


def test_reads_as_many_entries_as_allowed() -> None:
    files = {f"{i}": b"" for i in range(1024)}
    assert read(pack(files.items())) == (files, ("NONE", 0))


def test_refuses_every_shorter_archive() -> None:
    """What tar pads the archive with is not needed; everything before it is."""
    archive = pack(HELLO.items())
    used = len(archive.rstrip(b"\0"))
    needed = (used + BLOCK - 1) // BLOCK * BLOCK + 2 * BLOCK
    for length in range(needed):
        assert problem(archive[:length])[0] in {"NO_END", "TRUNCATED_HEADER", "TRUNCATED_FILE"}
    assert read(archive[:needed])[0] == HELLO


def changes(archive: bytes) -> st.SearchStrategy[bytes]:
    """The archive with up to three bytes changed."""
    place = st.tuples(st.integers(0, len(archive) - 1), st.integers(0, 255))
    return st.lists(place, min_size=1, max_size=3).map(lambda made: with_bytes(archive, made))


def with_bytes(archive: bytes, made: Iterable[tuple[int, int]]) -> bytes:
    changed = bytearray(archive)
    for at, byte in made:
        changed[at] = byte
    return bytes(changed)


SMALL = pack([("a", b"1"), ("b", b"2" * 513)])[: 7 * BLOCK]


@given(changes(SMALL))
def test_accepts_only_what_tarfile_reads_the_same(archive: bytes) -> None:
    files, found = read(archive)
    if found[0] == "NONE":
        with tarfile.open(fileobj=io.BytesIO(archive)) as reference:
            assert list(files) == reference.getnames()
            for member in reference.getmembers():
                stream = reference.extractfile(member)
                assert stream is not None and stream.read() == files[member.name]


@given(st.binary(max_size=4 * BLOCK))
@example(bytes(2 * BLOCK))
def test_never_panics(archive: bytes) -> None:
    files, found = read(archive)
    assert found[0] != "NONE" or not archive.strip(b"\0") or files


def rejected(field: bytes) -> bool:
    module = host_program(USTAR).module("kernel_src.lib.octal")
    try:
        module.read_octal(field)
    except module.BadOctal:
        return True
    return False


@pytest.mark.parametrize(
    ("field", "number"),
    [(b"0000644\0", 0o644), (b"   17 \0\0", 0o17), (b"7 ", 7), (b"77777777777\0", 0o77777777777)],
)
def test_octal(field: bytes, number: int) -> None:
    assert host_program(USTAR).module("kernel_src.lib.octal").read_octal(field) == number


@pytest.mark.parametrize("field", [b"", b"        ", b"\0\0", b"12", b"1 2 ", b"\x001 ", b"9 "])
def test_bad_octal(field: bytes) -> None:
    assert rejected(field)
