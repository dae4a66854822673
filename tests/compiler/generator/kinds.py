"""The integer types of random programs."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Kind:
    """An integer type whose width does not depend on the target."""

    name: str
    bits: int
    signed: bool

    @property
    def low(self) -> int:
        return -(1 << (self.bits - 1)) if self.signed else 0

    @property
    def high(self) -> int:
        return (1 << (self.bits - int(self.signed))) - 1

    def holds(self, value: int) -> bool:
        return self.low <= value <= self.high

    def widens_to(self, other: Kind) -> bool:
        """Whether every number of this type is one of `other`."""
        return other.low <= self.low and self.high <= other.high


U8, U16, U32, U64 = (Kind(f"u{bits}", bits, False) for bits in (8, 16, 32, 64))
I8, I16, I32, I64 = (Kind(f"i{bits}", bits, True) for bits in (8, 16, 32, 64))

UNSIGNED = (U32, U8, U16, U64)
KINDS = (U32, U8, I32, U64, I64, I8, U16, I16)
"""The plainest first."""


def edges(kind: Kind) -> list[int]:
    """Numbers near which things go wrong, the plainest first."""
    near = [1, 0, 2, 3, 7, 10, 100, -1, -2, kind.high, kind.low, kind.high - 1, kind.low + 1]
    near += [1 << (kind.bits - 1), kind.bits, kind.bits - 1, 0x55, 127, 128, 255, 256]
    near += [0x1234_5678_9ABC_DEF0, 0x8000_0000, 0xFFFF_FFFF]
    return [number for number in near if kind.holds(number)]
