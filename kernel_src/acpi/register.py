"""Where ACPI says a register is: the generic address structure (ACPI 6.5, 5.2.3.2)."""
from __future__ import annotations

from typing import Final

from kernel_src.lib.little_endian import u64_at
from pykern.lang import Slice, enum, u8, u64, usize, value

STRUCTURE_BYTES: Final = 12


@enum(u8)
class Space:
    """The address spaces the kernel can reach before it knows PCI."""

    MEMORY = 0
    IO = 1


@value
class Register:
    """A register; its address is 0 if there is none."""

    space: u8
    bits: u8
    address: u64

    def is_usable(self) -> bool:
        """Whether it exists and the kernel can reach it."""
        if self.space == Space.IO.value:
            return 0 < self.address <= IO_PORT_LAST
        return self.space == Space.MEMORY.value and self.address != 0


IO_PORT_LAST: Final = 0xFFFF
NO_REGISTER: Final = Register(space=0, bits=0, address=0)


def read_register(table: Slice[u8], at: usize) -> Register:
    return Register(space=table[at], bits=table[at + 1], address=u64_at(table, at + 4))
