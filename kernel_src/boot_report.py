"""Tells, when the first server begins, how long the boot took and how much memory it left.

@ booted TICKS FRAMES     of the time-stamp counter since the entry in boot/start.S; frames free
"""
from __future__ import annotations

import kernel_src.log as log
from kernel_src.arch.image import entry_ticks
from kernel_src.mm.memory import free_frames
from pykern.lang import address_of, load, ptr_at, rdtsc, u64

is_told: bool = False


def tell() -> None:
    """The first time only. What comes after it is the server's own."""
    global is_told
    if is_told:
        return
    is_told = True
    ticks = rdtsc() - load(ptr_at(u64, address_of(entry_ticks)))
    log.event(f"booted {ticks} {free_frames()}")
