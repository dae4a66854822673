"""Which loader ran: the one place that knows."""
from __future__ import annotations

from typing import Final

from kernel_src.boot.info import BadBootInfo, BootInfo
from kernel_src.boot.multiboot2 import MULTIBOOT_MAGIC, read_multiboot
from kernel_src.boot.pvh import read_start_info
from pykern.lang import Ptr, Slice, raises, u8, u32, u64

PVH: Final = 0
"""What boot/start.S says of an entry that has no magic number of its own."""


@raises(BadBootInfo)
def read_boot_info(info: Ptr[BootInfo], physical: Slice[u8], address: u64, loader: u32) -> None:
    """Reads what the loader left at an address; `loader` is its magic number, or PVH."""
    if loader == PVH:
        read_start_info(info, physical, address)
    elif loader == MULTIBOOT_MAGIC:
        read_multiboot(info, physical, address)
    else:
        info.fail("a loader with an unknown magic number", loader)
