"""Stopping the other processors for good, when the kernel is about to end in a panic.

They are sent an NMI, which arrives even where interrupts are off. A processor that finds itself
asked to stop says so and halts.
"""
from __future__ import annotations

import kernel_src.arch.lapic as lapic
from kernel_src.arch.percpu import cpu_index, others
from kernel_src.limits import STOP_POLLS_MAX
from pykern.lang import Atomic, NoReturn, Order, cli, hlt, pause, u32, u64

is_requested: Atomic[bool] = Atomic(False)
stopped: Atomic[u64] = Atomic(0)


def stop_others() -> u64:
    """The processors that did not stop, though they were online."""
    is_requested.store(True, Order.SEQ_CST)
    wanted = others()
    if wanted == 0 or not lapic.is_ready:
        return 0
    lapic.send_nmi_to_others()
    polls: u32 = 0
    while stopped.load(Order.ACQUIRE) & wanted != wanted and polls < STOP_POLLS_MAX:
        polls += 1
        pause()
    return wanted & ~stopped.load(Order.ACQUIRE)


def stop_if_requested() -> None:
    """Called for every NMI."""
    if is_requested.load(Order.ACQUIRE):
        stop_here()


def stop_here() -> NoReturn:
    stopped.fetch_or(u64(1) << cpu_index(), Order.RELEASE)
    while True:
        cli()
        hlt()
