"""Whether this processor may switch to another thread now.

Interrupts and wake-ups ask for it; it is done as soon as nothing speaks against it: no
`disable` is open and interrupts are on. Both are this processor's own, so they are counted in
per-CPU variables.
"""
from __future__ import annotations

from kernel_src.arch.interrupts import (
    are_on,
    interrupts_off,
    restore_interrupts,
    set_after_interrupt,
)
from pykern.lang import Fn, PerCpu, TypeAlias, compiler_fence, u32

Switch: TypeAlias = Fn[[], None]

depth: PerCpu[u32] = PerCpu(0)  # of open `disable` calls
is_wanted: PerCpu[bool] = PerCpu(False)


def stay() -> None:
    """Before there are threads nobody can be switched to."""


switch: Switch = stay


def initialise(function: Switch) -> None:
    """`function` switches to the thread that should run. It is called with interrupts off."""
    global switch
    switch = function
    set_after_interrupt(switch_if_wanted)


def disable() -> None:
    depth.set(depth.get() + 1)
    compiler_fence()


def enable() -> None:
    compiler_fence()
    depth.set(depth.get() - 1)
    if depth.get() == 0 and is_wanted.get() and are_on():
        were_on = interrupts_off()
        switch_if_wanted()
        restore_interrupts(were_on)


def want() -> None:
    """Another thread should run on this processor."""
    is_wanted.set(True)


def switch_if_wanted() -> None:
    """With interrupts off."""
    if depth.get() == 0 and is_wanted.get():
        is_wanted.set(False)
        switch()
