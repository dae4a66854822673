"""The first dialect code of a processor that another one has started."""
from __future__ import annotations

import kernel_src.arch.cpu as cpu
import kernel_src.arch.gdt as gdt
import kernel_src.arch.idt as idt
import kernel_src.arch.lapic as lapic
import kernel_src.arch.xstate as xstate
from kernel_src.arch.percpu import cpu_index
from kernel_src.cpu.shoot_down import join
from pykern.lang import Fn, NoReturn, TypeAlias, panic

Body: TypeAlias = Fn[[], None]


def nothing() -> None:
    pass


body: Body = nothing


def set_body(function: Body) -> None:
    global body
    body = function


def ap_entry() -> NoReturn:
    """Called by boot/ap_start.S on the processor's own stack, with its own per-CPU variables."""
    gdt.initialise()
    idt.load()  # from here on a fault is reported
    cpu.enable_features()
    xstate.enable()
    lapic.enable()
    join()  # from here on others count on it
    body()
    panic(f"processor {cpu_index()} has nothing to do")
