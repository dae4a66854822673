"""Interrupts of devices and other processors: who handles which, and keeping them away for a while.

A handler runs with interrupts off, on the stack of what was interrupted. After it the interrupt is
acknowledged, and whoever decides which thread runs next may decide anew.
"""
from __future__ import annotations

from typing import Final

from kernel_src.arch.trap_frame import TrapFrame
from pykern.lang import (
    TARGET,
    Array,
    Fn,
    Ptr,
    TypeAlias,
    address_of,
    cli,
    load,
    ptr_cast,
    read_flags,
    ref,
    sti,
    u32,
    u64,
    usize,
    zeroed,
)

FIRST_VECTOR: Final = 32
"""Those below are the processor's own exceptions."""

VECTORS: Final = 256
FLAGS_INTERRUPTS: Final = 1 << 9

# The higher sixteen of a vector is its priority among those that wait (SDM volume 3, 10.8.3).
DEVICE_VECTOR_FIRST: Final = 0x30
DEVICE_VECTOR_LAST: Final = 0xDF
TIMER_VECTOR: Final = 0xE0
RESCHEDULE_VECTOR: Final = 0xE1
CALL_VECTOR: Final = 0xE2
SHOOT_DOWN_VECTOR: Final = 0xF0
APIC_ERROR_VECTOR: Final = 0xFE
SPURIOUS_VECTOR: Final = 0xFF

Handler: TypeAlias = Fn[[Ptr[TrapFrame]], None]
Hook: TypeAlias = Fn[[], None]

handlers: Array[usize, VECTORS] = zeroed()


def nothing() -> None:
    pass


acknowledge: Hook = nothing
after_interrupt: Hook = nothing


def set_acknowledge(hook: Hook) -> None:
    """`hook` tells the interrupt controller that the handler has been."""
    global acknowledge
    acknowledge = hook


def set_after_interrupt(hook: Hook) -> None:
    """`hook` is called with interrupts off before what was interrupted goes on; it may switch
    threads."""
    global after_interrupt
    after_interrupt = hook


def register(vector: u32, handler: Handler) -> None:
    assert FIRST_VECTOR <= vector < VECTORS, f"vector {vector} is not one of an interrupt"
    assert handlers[vector] == 0, f"vector {vector} has a handler"
    handlers[vector] = address_of(handler)


def unregister(vector: u32) -> None:
    """The device must be masked before."""
    handlers[vector] = 0


def handles(vector: u64) -> bool:
    return FIRST_VECTOR <= vector < VECTORS and handlers[vector] != 0


def dispatch(frame: Ptr[TrapFrame]) -> None:
    """Only for vectors that `handles`."""
    handler = load(ptr_cast(Handler, ref(handlers[frame.vector])))
    handler(frame)
    if frame.vector != SPURIOUS_VECTOR:  # which is never in service (SDM volume 3, 10.9)
        acknowledge()
    after_interrupt()


def interrupts_off() -> bool:
    """Whether they were on before; for `restore_interrupts`."""
    were_on = are_on()
    if TARGET == "kernel":
        cli()
    return were_on


def restore_interrupts(were_on: bool) -> None:
    if TARGET == "kernel" and were_on:
        sti()


def are_on() -> bool:
    """In a process there are none."""
    if TARGET == "kernel":
        return read_flags() & FLAGS_INTERRUPTS != 0
    return False

