"""What test programs need inside the kernel: their lines go to its console, marked."""

from __future__ import annotations

import kernel_src.console as console
from pykern.lang import export, slice_at, u8, usize


@export("pk_write")
def pk_write(address: usize, length: usize) -> None:
    console.line("> ", slice_at(u8, address, length))
