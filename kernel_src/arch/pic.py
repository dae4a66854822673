"""The 8259 interrupt controllers: not used, so moved out of the way and masked.

A spurious interrupt can come even from a masked one, and would look like an exception at the
vectors where firmware leaves them (data sheet of the 8259A).
"""
from __future__ import annotations

from typing import Final

from pykern.lang import outb

FIRST_COMMAND: Final = 0x20
FIRST_DATA: Final = 0x21
SECOND_COMMAND: Final = 0xA0
SECOND_DATA: Final = 0xA1

INITIALISE: Final = 0x11  # edge triggered, cascaded, with a fourth word
FIRST_VECTOR: Final = 0x20
SECOND_VECTOR: Final = 0x28
SECOND_AT: Final = 1 << 2
SECOND_IS: Final = 2
MODE_8086: Final = 1
MASK_ALL: Final = 0xFF


def mask() -> None:
    outb(FIRST_COMMAND, INITIALISE)
    outb(SECOND_COMMAND, INITIALISE)
    outb(FIRST_DATA, FIRST_VECTOR)
    outb(SECOND_DATA, SECOND_VECTOR)
    outb(FIRST_DATA, SECOND_AT)
    outb(SECOND_DATA, SECOND_IS)
    outb(FIRST_DATA, MODE_8086)
    outb(SECOND_DATA, MODE_8086)
    outb(FIRST_DATA, MASK_ALL)
    outb(SECOND_DATA, MASK_ALL)
