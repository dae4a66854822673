"""What test programs need inside the kernel: their lines go to its console, marked."""

from __future__ import annotations

import kernel_src.console as console
from pykern.lang import PerCpu, export, slice_at, u8, usize

# How far a processor's variables are from where they are linked: the first processor's are there.
delta: PerCpu[usize] = PerCpu(0, symbol="pk_percpu_delta")


@export("pk_write")
def pk_write(address: usize, length: usize) -> None:
    console.line("> ", slice_at(u8, address, length))
