"""Comparing and hashing byte strings."""
from __future__ import annotations

from typing import Final

from pykern.lang import Slice, u8, u64, wrapping

FNV_OFFSET: Final[u64] = 0xCBF2_9CE4_8422_2325
FNV_PRIME: Final[u64] = 0x0000_0100_0000_01B3


def same_bytes(a: Slice[u8], b: Slice[u8]) -> bool:
    if len(a) != len(b):
        return False
    for i in range(len(a)):
        if a[i] != b[i]:
            return False
    return True


@wrapping
def hash_bytes(bytes: Slice[u8], seed: u64) -> u64:
    """FNV-1a, 64 bits; `seed` is FNV_OFFSET, or the hash of what comes before.

    For tables whose worst case is bounded by other means.
    """
    value = seed
    for byte in bytes:
        value = (value ^ byte) * FNV_PRIME
    return value
