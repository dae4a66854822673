"""A slab: a block of frames cut into pieces of one size.

    piece 0 | piece 1 | ... | piece n-1 | unused | Slab
    ^ at a multiple of the slab's length              ^ the last 64 bytes

The record lies at the end, so the pieces of a class whose size is a power of two are aligned to
that size. A slab is found from any address in it, since it begins at a multiple of its length.
"""
from __future__ import annotations

from typing import Final

from kernel_src.memlayout import PAGE_SIZE
from kernel_src.mm.size_classes import SIZES, SLAB_ORDERS
from pykern.lang import (
    Array,
    Ptr,
    Slice,
    ctz,
    max_of,
    panic,
    ptr_at,
    sizeof,
    static_assert,
    struct,
    truncate,
    u32,
    u64,
    usize,
    zeroed,
)

WORD_BITS: Final = 64
MASK_WORDS: Final = 4
MAGIC: Final[u32] = 0x5AB5_1AB5


@struct
class Slab:
    free: Array[u64, MASK_WORDS] = zeroed()  # a bit for each piece nobody has
    next: usize = 0  # where other slabs of this class with free pieces begin; 0: none
    previous: usize = 0
    free_count: u32 = 0
    kind: u32 = 0  # the class
    magic: u32 = 0  # in a slab; not in one that was overwritten, or given up
    reciprocal: u32 = 0  # 2**32 / size, rounded up

    def initialise(self, kind: usize) -> None:
        """All pieces are free."""
        self.kind = u32(kind)
        self.magic = MAGIC
        self.free_count = pieces_of(kind)
        self.next = 0
        self.previous = 0
        self.reciprocal = u32((u64(1 << 32) + SIZES[kind] - 1) // SIZES[kind])
        for word in range(MASK_WORDS):
            first = u32(word * WORD_BITS)
            left = self.free_count - min(self.free_count, first)
            bits = min(left, u32(WORD_BITS))
            self.free[word] = u64(max_of(u64)) >> (WORD_BITS - bits) if bits > 0 else 0

    def is_whole(self) -> bool:
        return self.free_count == pieces_of(self.kind)

    def take(self, base: usize, out: Slice[usize]) -> usize:
        """Puts addresses of free pieces into `out`: as many as it holds, or as there are."""
        count: usize = 0
        for word in range(MASK_WORDS):
            free = self.free[word]
            while free != 0 and count < len(out):
                out[count] = base + (word * WORD_BITS + ctz(free)) * SIZES[self.kind]
                free &= free - 1
                count += 1
            self.free[word] = free
        self.free_count -= u32(count)
        return count

    def put(self, base: usize, address: usize) -> None:
        index = self.index_of(address - base)
        assert base + index * SIZES[self.kind] == address, f"no block begins at {address:#x}"
        bit = u64(1) << (index % WORD_BITS)
        if self.free[index // WORD_BITS] & bit != 0:
            panic(f"the block at {address:#x} is free already")
        self.free[index // WORD_BITS] |= bit
        self.free_count += 1

    def index_of(self, distance: usize) -> usize:
        """Which piece this far into the slab belongs to.

        The product is exact: the distance is below 2**16, and so is what the rounding adds to it.
        """
        return truncate(usize, u64(distance) * self.reciprocal >> 32)

    def has(self, index: usize) -> bool:
        """Whether a piece is free."""
        return self.free[index // WORD_BITS] >> (index % WORD_BITS) & 1 != 0


def slab_size(kind: usize) -> usize:
    return usize(PAGE_SIZE) << SLAB_ORDERS[kind]


def pieces_of(kind: usize) -> u32:
    return u32((slab_size(kind) - sizeof(Slab)) // SIZES[kind])


def base_of(address: usize, kind: usize) -> usize:
    """Where the slab begins that an address lies in."""
    return address & ~(slab_size(kind) - 1)


def slab_at(base: usize, kind: usize) -> Ptr[Slab]:
    slab = ptr_at(Slab, base + slab_size(kind) - sizeof(Slab))
    assert slab.magic == MAGIC, f"the end of the slab at {base:#x} was overwritten"
    return slab


static_assert(sizeof(Slab) == 64, "the record is another size")
