"""Errors, with, try, and functions that never come back."""

from __future__ import annotations

from pykern.lang import Array, Error, Ptr, Slice, panic, raises, struct, u8, u32, usize, zeroed


class Malformed(Error):
    """The input breaks the format's rules."""


class OutOfMemory(Error):
    """Nothing is left."""


class TooLong(Error):
    """More than fits."""


@struct
class Reader:
    bytes: Slice[u8]
    position: usize = 0

    @raises(Malformed)
    def read(self) -> u8:
        if self.position >= len(self.bytes):
            raise Malformed
        byte = self.bytes[self.position]
        self.position += 1
        return byte

    def __enter__(self) -> Ptr[Reader]:
        return self

    def __exit__(self, *_: object) -> None:
        self.position = 0


@struct
class Countdown:
    left: u32

    def __iter__(self) -> Ptr[Countdown]:
        return self

    @raises(StopIteration)
    def __next__(self) -> u32:
        if self.left == 0:
            raise StopIteration
        self.left -= 1
        return self.left


@raises(Malformed, TooLong, OutOfMemory)
def read_all(reader: Ptr[Reader], out: Slice[u8]) -> usize:
    count = usize(reader.read())
    if count > 64:
        raise TooLong
    if count > len(out):
        raise OutOfMemory
    for i in range(count):
        out[i] = reader.read()
    return count


@raises(OutOfMemory)
def attempt(bytes: Slice[u8]) -> usize:
    buffer: Array[u8, 16] = zeroed()
    reader = Reader(bytes)
    try:
        count = read_all(reader, buffer)
    except Malformed:
        return 0
    except (TooLong, OutOfMemory):
        raise OutOfMemory
    else:
        count += 1
    finally:
        reader.position = 0
    return count


@raises(Malformed)
def again(reader: Ptr[Reader]) -> u8:
    try:
        return reader.read()
    except Malformed:
        reader.position = 0
        raise


@raises(Malformed)
def with_reader(bytes: Slice[u8]) -> u8:
    with Reader(bytes) as reader:
        return reader.read()


def must_read(reader: Ptr[Reader]) -> u8:
    try:
        return reader.read()
    except Malformed:
        panic(f"nothing left at {reader.position}")


def counted() -> u32:
    sum: u32 = 0
    for number in Countdown(4):
        sum += number
    return sum
