"""Reads the operands of a script's commands (spec_format.py).

A script that ends too early fails a bounds check, and so the run.
"""
from __future__ import annotations

from kernel_src.lib.little_endian import u32_at, u64_at
from pykern.lang import Slice, struct, u8, u32, u64, usize, zeroed


@struct
class SpecReader:
    bytes: Slice[u8] = zeroed()
    position: usize = 0

    def at_end(self) -> bool:
        return self.position == len(self.bytes)

    def read_u8(self) -> u8:
        self.position += 1
        return self.bytes[self.position - 1]

    def read_u32(self) -> u32:
        self.position += 4
        return u32_at(self.bytes, self.position - 4)

    def read_u64(self) -> u64:
        self.position += 8
        return u64_at(self.bytes, self.position - 8)

    def read_bytes(self) -> Slice[u8]:
        """A text, or a module."""
        length = self.read_u32()
        start = self.position
        self.position += length
        return self.bytes[start : self.position]
