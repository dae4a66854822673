"""Formatting without allocation: what an f-string is made of, and how it becomes bytes.

The compiler turns an f-string into an array of `Piece`s in the caller's frame and passes a slice of
it (a `Format`). Whoever receives one walks the pieces with `format_into`, or `write_pieces` with a
sink of its own.
"""

from __future__ import annotations

from pykern.lang import (
    Array,
    Final,
    Format,
    Ptr,
    Slice,
    bitcast,
    enum,
    i64,
    pieces_of,
    slice_at,
    struct,
    truncate,
    u8,
    u16,
    u64,
    usize,
    value,
    wrapping_neg,
    zeroed,
)


@enum(u8)
class PieceKind:
    TEXT = 0
    UNSIGNED = 1
    SIGNED = 2
    CHARACTER = 3


@enum(u8)
class Alignment:
    """DEFAULT is left for text, right for numbers; AFTER_SIGN is Python's `=`."""

    DEFAULT = 0
    LEFT = 1
    RIGHT = 2
    CENTRE = 3
    AFTER_SIGN = 4


@enum(u8)
class SignRule:
    MINUS = 0
    PLUS = 1
    SPACE = 2


@value
class Piece:
    """One literal text or one formatted value; the compiler fills in the fields in this order.

    `data` is the address of text (`extra` its bytes) or the number (sign-extended); `base` 2, 8, 10
    or 16; `precision` cuts text (0xffff: none); `group` is 0, ',' or '_'.
    """

    kind: PieceKind
    align: Alignment
    sign: SignRule
    base: u8
    upper: bool
    prefix: bool
    group: u8
    fill: u8
    width: u16
    precision: u16
    data: u64
    extra: usize


NO_PRECISION: Final = 0xFFFF
LONGEST_NUMBER: Final = 96
"""64 binary digits with a separator after every fourth, two for a prefix, one for a sign."""


@struct
class Sink:
    """A buffer being written; what does not fit is dropped."""

    buffer: Slice[u8]
    used: usize = 0

    def put(self, byte: u8) -> None:
        if self.used < len(self.buffer):
            self.buffer[self.used] = byte
            self.used += 1

    def put_all(self, text: Slice[u8]) -> None:
        for byte in text:
            self.put(byte)

    def pad(self, fill: u8, count: usize) -> None:
        for _ in range(count):
            self.put(fill)


def format_into(buffer: Slice[u8], message: Format) -> usize:
    """Writes as much of `message` as fits; the number of bytes written."""
    sink = Sink(buffer=buffer)
    for piece in pieces_of(message):
        write_piece(sink, piece)
    return sink.used


def write_piece(sink: Ptr[Sink], piece: Piece) -> None:
    match piece.kind:
        case PieceKind.TEXT:
            write_text(sink, piece)
        case PieceKind.CHARACTER:
            write_character(sink, piece)
        case PieceKind.UNSIGNED:
            write_number(sink, piece, piece.data, False)
        case PieceKind.SIGNED:
            negative = bitcast(i64, piece.data) < 0
            write_number(
                sink, piece, wrapping_neg(piece.data) if negative else piece.data, negative
            )


def write_text(sink: Ptr[Sink], piece: Piece) -> None:
    if piece.extra == 0 and piece.width == 0:
        return
    text: Slice[u8] = zeroed()
    if piece.extra != 0:
        text = slice_at(u8, usize(piece.data), piece.extra)
    if piece.precision != NO_PRECISION and characters(text) > usize(piece.precision):
        text = text[: prefix_of(text, usize(piece.precision))]
    length = characters(text)
    room = usize(piece.width) - length if usize(piece.width) > length else usize(0)
    before = leading(piece.align, Alignment.LEFT, room)
    sink.pad(piece.fill, before)
    sink.put_all(text)
    sink.pad(piece.fill, room - before)


def characters(text: Slice[u8]) -> usize:
    """Code points: bytes that do not continue one."""
    count: usize = 0
    for byte in text:
        if byte & 0xC0 != 0x80:
            count += 1
    return count


def prefix_of(text: Slice[u8], count: usize) -> usize:
    """Bytes of the first `count` code points."""
    seen: usize = 0
    for index, byte in enumerate(text):
        if byte & 0xC0 != 0x80:
            if seen == count:
                return index
            seen += 1
    return len(text)


def leading(align: Alignment, default: Alignment, room: usize) -> usize:
    """How much of the padding goes in front."""
    chosen = default if align == Alignment.DEFAULT else align
    match chosen:
        case Alignment.LEFT:
            return 0
        case Alignment.CENTRE:
            return room // 2
        case _:
            return room


def write_character(sink: Ptr[Sink], piece: Piece) -> None:
    room = usize(piece.width) - 1 if piece.width > 1 else usize(0)
    before = leading(piece.align, Alignment.RIGHT, room)
    sink.pad(piece.fill, before)
    put_code_point(sink, piece.data)
    sink.pad(piece.fill, room - before)


def put_code_point(sink: Ptr[Sink], code: u64) -> None:
    if code < 0x80:
        sink.put(truncate(u8, code))
    elif code < 0x800:
        sink.put(truncate(u8, 0xC0 | code >> 6))
        sink.put(truncate(u8, 0x80 | code & 0x3F))
    elif code < 0x10000:
        sink.put(truncate(u8, 0xE0 | code >> 12))
        sink.put(truncate(u8, 0x80 | code >> 6 & 0x3F))
        sink.put(truncate(u8, 0x80 | code & 0x3F))
    else:
        sink.put(truncate(u8, 0xF0 | code >> 18 & 7))
        sink.put(truncate(u8, 0x80 | code >> 12 & 0x3F))
        sink.put(truncate(u8, 0x80 | code >> 6 & 0x3F))
        sink.put(truncate(u8, 0x80 | code & 0x3F))


def digit(number: u64, upper: bool) -> u8:
    if number < 10:
        return truncate(u8, 48 + number)
    return truncate(u8, (55 if upper else 87) + number)


def write_number(sink: Ptr[Sink], piece: Piece, magnitude: u64, negative: bool) -> None:
    digits: Array[u8, LONGEST_NUMBER] = zeroed()
    start = render_digits(digits, piece, magnitude)
    head: Array[u8, 3] = zeroed()
    head_length = render_head(head, piece, negative)
    length = len(digits) - start + head_length
    room = usize(piece.width) - length if usize(piece.width) > length else usize(0)
    if piece.align == Alignment.AFTER_SIGN:
        sink.put_all(head[:head_length])
        pad_digits(sink, piece, room, len(digits) - start)
        sink.put_all(digits[start:])
        return
    before = leading(piece.align, Alignment.RIGHT, room)
    sink.pad(piece.fill, before)
    sink.put_all(head[:head_length])
    sink.put_all(digits[start:])
    sink.pad(piece.fill, room - before)


def render_digits(digits: Slice[u8], piece: Piece, magnitude: u64) -> usize:
    """Digits and separators, written from the end; the index of the first."""
    every: usize = 3 if piece.base == 10 else 4
    position = len(digits)
    rest = magnitude
    written: usize = 0
    while True:
        if piece.group != 0 and written != 0 and written % every == 0:
            position -= 1
            digits[position] = piece.group
        position -= 1
        digits[position] = digit(rest % u64(piece.base), piece.upper)
        written += 1
        rest = rest // u64(piece.base)
        if rest == 0:
            return position


def render_head(head: Slice[u8], piece: Piece, negative: bool) -> usize:
    """Sign and prefix; their length."""
    length: usize = 0
    if negative:
        head[length] = 45
        length += 1
    elif piece.sign == SignRule.PLUS:
        head[length] = 43
        length += 1
    elif piece.sign == SignRule.SPACE:
        head[length] = 32
        length += 1
    if piece.prefix and piece.base != 10:
        head[length] = 48
        head[length + 1] = prefix_letter(piece)
        length += 2
    return length


def prefix_letter(piece: Piece) -> u8:
    match piece.base:
        case 2:
            return 98
        case 8:
            return 111
        case _:
            return 88 if piece.upper else 120


def pad_digits(sink: Ptr[Sink], piece: Piece, room: usize, digits: usize) -> None:
    """Fills between sign and digits. Zeros are grouped like digits, and never begin with a
    separator.
    """
    if piece.group == 0 or piece.fill != 48:
        sink.pad(piece.fill, room)
        return
    every: usize = 3 if piece.base == 10 else 4
    plain = digits - digits // (every + 1)
    if digits % (every + 1) == 0 and digits != 0:
        plain = digits - (digits // (every + 1) - 1) - 1
    total = plain
    width = digits
    while width < digits + room:
        width += 1
        if total % every == 0:
            width += 1
        total += 1
    for index in range(total - plain):
        place = total - index
        sink.put(48)
        if (place - 1) % every == 0:
            sink.put(piece.group)
