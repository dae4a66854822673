"""Every bound of the kernel core: what is refused or cut beyond it."""
from __future__ import annotations

from typing import Final

STACK_SIZE: Final = 0x1_0000
"""Bytes of a kernel stack, a power of two. Below each lies a guard page."""

KERNEL_IMAGE_TABLES: Final = 8
"""Page tables that map the kernel's image at the start, 2 MiB each, from physical address 0 on."""

EARLY_DIRECT_MAP_GIB: Final = 4
"""What the direct map covers until the memory map has been read: all a 32-bit loader can reach."""

MEMORY_RANGES_MAX: Final = 128
COMMAND_LINE_MAX: Final = 1024

LOG_LINE_MAX: Final = 480
"""Bytes of a log message; the rest is cut."""

BACKTRACE_MAX: Final = 32
SERVER_NAME_MAX: Final = 32
VIRTUAL_RANGES_MAX: Final = 512
"""Blocks one window of virtual addresses can hold at a time."""

SERIAL_POLLS_MAX: Final = 1_000_000
"""Reads of the line status before a byte is given up: the port may not be there."""
