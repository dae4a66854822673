"""The one cursor through which a module's bytes are read.

No byte is touched without a check against `end`, so a caller need not think of truncation: a read
that would pass the end raises Malformed with the offset. A section or a function body is read by
narrowing `end` for the time. Integers are LEB128 (specification 5.2.2): at most ceil(N/7) bytes,
and the bits of the last one that the width has no room for must be zero, or copies of the sign.
"""
from __future__ import annotations

from kernel_src.lib.utf8 import is_utf8
from kernel_src.wasm.errors import (
    BAD_UTF8,
    INTEGER_TOO_LARGE,
    INTEGER_TOO_LONG,
    LENGTH_OUT_OF_BOUNDS,
    NAME_TOO_LONG,
    UNEXPECTED_END,
    Failure,
    Malformed,
    Unsupported,
)
from kernel_src.wasm.limits import MAX_NAME_BYTES
from pykern.lang import (
    Ptr,
    Slice,
    bitcast,
    i64,
    inline,
    raises,
    struct,
    truncate,
    u8,
    u32,
    u64,
    usize,
    wrapping_shl,
)


@struct
class Reader:
    bytes: Slice[u8]  # the whole module, so that positions are offsets in it
    position: usize
    end: usize  # at most len(bytes)
    failure: Ptr[Failure]

    def at_end(self) -> bool:
        return self.position >= self.end

    def remaining(self) -> usize:
        return self.end - self.position

    @inline
    @raises(Malformed)
    def read_u8(self) -> u8:
        if self.position >= self.end:
            self.failure.malformed(UNEXPECTED_END, self.position)
        value = self.bytes[self.position]
        self.position += 1
        return value

    @raises(Malformed)
    def peek_u8(self) -> u8:
        if self.position >= self.end:
            self.failure.malformed(UNEXPECTED_END, self.position)
        return self.bytes[self.position]

    @inline
    @raises(Malformed)
    def read_u32(self) -> u32:
        """An unsigned LEB128 number of 32 bits. Nearly all that a module contains fit one byte."""
        if self.position < self.end:
            byte = self.bytes[self.position]
            if byte < 0x80:
                self.position += 1
                return u32(byte)
        return self.read_long_u32()

    @raises(Malformed)
    def read_long_u32(self) -> u32:
        """As `read_u32`, for any length: five bytes at most, four bits in the last."""
        value: u32 = 0
        shift: u32 = 0
        while shift < 28:
            byte = self.read_u8()
            value |= u32(byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value
        byte = self.read_u8()
        if byte >= 0x80:
            self.failure.malformed(INTEGER_TOO_LONG, self.position - 1)
        if byte >= 0x10:
            self.failure.malformed(INTEGER_TOO_LARGE, self.position - 1)
        return value | (u32(byte) << 28)

    @raises(Malformed)
    def read_u64(self) -> u64:
        """An unsigned LEB128 number of 64 bits: ten bytes at most, one bit in the last."""
        value: u64 = 0
        shift: u32 = 0
        while shift < 63:
            byte = self.read_u8()
            value |= u64(byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value
        byte = self.read_u8()
        if byte >= 0x80:
            self.failure.malformed(INTEGER_TOO_LONG, self.position - 1)
        if byte >= 0x02:
            self.failure.malformed(INTEGER_TOO_LARGE, self.position - 1)
        return value | (u64(byte) << 63)

    @raises(Malformed)
    def read_i32(self) -> u32:
        """A signed number of 32 bits, as its bits."""
        return truncate(u32, self.read_signed(32))

    @raises(Malformed)
    def read_i33(self) -> i64:
        """A block type: a type index if it is not negative (specification 5.4.1)."""
        return bitcast(i64, self.read_signed(33))

    @raises(Malformed)
    def read_i64(self) -> u64:
        """A signed number of 64 bits, as its bits."""
        return self.read_signed(64)

    @raises(Malformed)
    def read_signed(self, width: u32) -> u64:
        """A signed LEB128 number of `width` bits, sign-extended to 64."""
        value: u64 = 0
        shift: u32 = 0
        while shift + 7 < width:
            byte = self.read_u8()
            value |= u64(byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value | sign_bits(byte, shift)
        return value | self.read_last_signed(shift, width - shift)

    @raises(Malformed)
    def read_last_signed(self, shift: u32, room: u32) -> u64:
        """The last possible byte of a signed number, which has `room` bits left for its value."""
        byte = self.read_u8()
        if byte >= 0x80:
            self.failure.malformed(INTEGER_TOO_LONG, self.position - 1)
        sign_and_unused = u32(byte) >> (room - 1)
        if sign_and_unused != 0 and sign_and_unused != u32(0x7F) >> (room - 1):
            self.failure.malformed(INTEGER_TOO_LARGE, self.position - 1)
        low = wrapping_shl(u64(byte), shift)
        if shift + 7 >= 64:
            return low
        return low | sign_bits(byte, shift + 7)

    @raises(Malformed)
    def read_fixed_u32(self) -> u32:
        return truncate(u32, self.read_little_endian(4))

    @raises(Malformed)
    def read_fixed_u64(self) -> u64:
        return self.read_little_endian(8)

    @raises(Malformed)
    def read_little_endian(self, count: usize) -> u64:
        if count > self.end - self.position:
            self.failure.malformed(UNEXPECTED_END, self.end)
        value: u64 = 0
        shift: u32 = 0
        for byte in self.bytes[self.position : self.position + count]:
            value |= u64(byte) << shift
            shift += 8
        self.position += count
        return value

    @raises(Malformed)
    def read_bytes(self, count: usize) -> Slice[u8]:
        if count > self.end - self.position:
            self.failure.malformed(UNEXPECTED_END, self.end)
        start = self.position
        self.position += count
        return self.bytes[start : self.position]

    @raises(Malformed)
    def read_size(self) -> usize:
        """The length of what follows, in bytes; it must be there."""
        start = self.position
        size: usize = self.read_u32()
        if size > self.end - self.position:
            self.failure.malformed(LENGTH_OUT_OF_BOUNDS, start)
        return size

    @raises(Malformed, Unsupported)
    def read_name(self) -> Slice[u8]:
        start = self.position
        size = self.read_size()
        if size > MAX_NAME_BYTES:
            self.failure.unsupported(NAME_TOO_LONG, start)
        name = self.read_bytes(size)
        if not is_utf8(name):
            self.failure.malformed(BAD_UTF8, self.position - size)
        return name


def sign_bits(last_byte: u8, shift: u32) -> u64:
    """All the bits from `shift` up, if the last byte of a signed number says it is negative."""
    if last_byte & 0x40 == 0:
        return 0
    return ~((u64(1) << shift) - 1)
