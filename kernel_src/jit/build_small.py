"""memory.copy and memory.fill of a few bytes, when the number is known: loads and stores.

    memory.copy 12 bytes     a = load64 [from]     b = load64 [from + 4]
                             store64 [to + 4], b   store64 [to], a

The ranges may overlap, so everything is loaded before anything is stored. Nothing may be written
if part of a range is outside memory: the store of the last bytes comes first, and if that does not
trap none of the others does. The last piece may share bytes with the one before it, so there are
at most LARGEST / 8 pieces.
"""

from __future__ import annotations

from typing import Final

from kernel_src.jit.build import load_at, store_at
from kernel_src.jit.builder import Builder
from kernel_src.jit.ir import Op, Type
from kernel_src.jit.simplify import build_value
from kernel_src.lib.arena import ArenaFull
from pykern.lang import Array, Ptr, raises, u32, u64, zeroed

LARGEST: Final[u64] = 64
PIECES: Final = 8
BYTES_OF_ONE: Final[u64] = 0x0101_0101_0101_0101


def is_small(builder: Ptr[Builder], size: u32) -> bool:
    """Is the number of bytes a constant for which this is worth it? None at all is left to the
    runtime, which still checks the addresses."""
    if not builder.function.is_const(size):
        return False
    bytes = builder.function.const_bits(size)
    return bytes > 0 and bytes <= LARGEST


def piece_of(bytes: u32) -> u32:
    """The size of the pieces for so many bytes."""
    return 8 if bytes >= 8 else 4 if bytes >= 4 else 2 if bytes >= 2 else 1


def start_of(piece: u32, bytes: u32, n: u32) -> u32:
    """Where piece number n starts: the last one ends with the bytes."""
    return min(n * piece, bytes - piece)


@raises(ArenaFull)
def build_small_copy(builder: Ptr[Builder]) -> None:
    bytes = u32(builder.function.const_bits(builder.pop()))
    source = builder.pop()
    target = builder.pop()
    piece = piece_of(bytes)
    count = (bytes + piece - 1) // piece
    type = Type.I64 if piece == 8 else Type.I32
    values: Array[u32, PIECES] = zeroed()
    for n in range(count):
        values[n] = load_at(builder, load_of(piece), type, source, start_of(piece, bytes, n))
    while count > 0:
        count -= 1
        start = start_of(piece, bytes, count)
        store_at(builder, store_of(piece), target, start, values[count])


@raises(ArenaFull)
def build_small_fill(builder: Ptr[Builder]) -> None:
    bytes = u32(builder.function.const_bits(builder.pop()))
    byte = builder.pop()
    target = builder.pop()
    piece = piece_of(bytes)
    value = repeated(builder, byte, Type.I64 if piece == 8 else Type.I32)
    count = (bytes + piece - 1) // piece
    while count > 0:
        count -= 1
        store_at(builder, store_of(piece), target, start_of(piece, bytes, count), value)


@raises(ArenaFull)
def repeated(builder: Ptr[Builder], byte: u32, type: Type) -> u32:
    """The lowest byte of an i32 in every byte of the type."""
    mask = builder.constant(Type.I32, 0xFF)
    value = build_value(builder, Op.AND, Type.I32, byte, mask)
    ones = BYTES_OF_ONE & 0xFFFF_FFFF
    if type == Type.I64:
        value = build_value(builder, Op.EXTEND_U, Type.I64, value)
        ones = BYTES_OF_ONE
    return build_value(builder, Op.MUL, type, value, builder.constant(type, ones))


def load_of(piece: u32) -> Op:
    match piece:
        case 8:
            return Op.LOAD64
        case 4:
            return Op.LOAD32_U
        case 2:
            return Op.LOAD16_U
        case _:
            return Op.LOAD8_U


def store_of(piece: u32) -> Op:
    match piece:
        case 8:
            return Op.STORE64
        case 4:
            return Op.STORE32
        case 2:
            return Op.STORE16
        case _:
            return Op.STORE8
