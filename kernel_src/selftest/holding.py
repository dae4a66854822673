"""What one of several processors or threads has of a shared allocator, and what it wrote there."""
from __future__ import annotations

from typing import Final

from pykern.lang import load, ptr_at, store, struct, truncate, u32, u64, usize, wrapping_shl

WORD: Final = 8


@struct
class Random:
    """Marsaglia's xorshift. The state is not 0."""

    state: u64

    def below(self, end: usize) -> usize:
        x = self.state
        x ^= wrapping_shl(x, 13)
        x ^= x >> 7
        x ^= wrapping_shl(x, 17)
        self.state = x
        return usize(truncate(u32, x >> 32)) % end


@struct
class Holding:
    """Memory with a mark at both ends that nobody else writes; address 0: none."""

    address: usize = 0
    size: usize = 0
    mark: u64 = 0

    def set(self, address: usize, size: usize, mark: u64) -> None:
        self.address = address
        self.size = size
        self.mark = mark
        store(ptr_at(u64, address), mark)
        store(ptr_at(u64, address + size - WORD), mark)

    def take(self) -> usize:
        """The address of what it has, which then is nobody's."""
        first = load(ptr_at(u64, self.address))
        last = load(ptr_at(u64, self.address + self.size - WORD))
        assert first == self.mark and last == self.mark, f"{self.address:#x} has another owner"
        address = self.address
        self.address = 0
        return address


def is_taking(round: usize, places: usize) -> bool:
    """All places are filled in turn, then all emptied: more than a cache holds goes through it."""
    return round // places % 2 == 0
