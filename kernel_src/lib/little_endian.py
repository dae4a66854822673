"""Numbers of any alignment in bytes, the least significant byte first."""
from __future__ import annotations

from pykern.lang import Slice, u8, u16, u32, u64, usize


def u16_at(bytes: Slice[u8], at: usize) -> u16:
    return bytes[at] | u16(bytes[at + 1]) << 8


def u32_at(bytes: Slice[u8], at: usize) -> u32:
    return u16_at(bytes, at) | u32(u16_at(bytes, at + 2)) << 16


def u64_at(bytes: Slice[u8], at: usize) -> u64:
    return u32_at(bytes, at) | u64(u32_at(bytes, at + 4)) << 32
