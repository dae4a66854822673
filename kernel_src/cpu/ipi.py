"""A function called on every processor."""
from __future__ import annotations

import kernel_src.arch.lapic as lapic
from kernel_src.arch.interrupts import CALL_VECTOR, are_on, register
from kernel_src.arch.percpu import others
from kernel_src.arch.trap_frame import TrapFrame
from kernel_src.sync.lock_word import LockWord, serve
from kernel_src.sync.rank import Rank
from kernel_src.sync.spinlock import PreemptLock, hold_interrupts, release_interrupts
from pykern.lang import Atomic, Fn, Order, Ptr, TypeAlias, popcount, u32

Function: TypeAlias = Fn[[], None]

lock: PreemptLock = PreemptLock(word=LockWord(rank=Rank.CALL))


def nothing() -> None:
    pass


function: Function = nothing  # guarded by the lock; read by those it is called on
pending: Atomic[u32] = Atomic(0)  # processors that have not come back from it


def initialise() -> None:
    register(CALL_VECTOR, take_interrupt)


def call_all(wanted: Function) -> None:
    """Calls it on all processors at once, with interrupts off, and waits until all are back.

    The others must not be waiting for this one with interrupts off.
    """
    global function
    assert are_on(), "who calls others must be able to be called"
    with lock:
        asked = others()
        function = wanted
        pending.store(popcount(asked), Order.RELEASE)
        hold_interrupts()
        if asked != 0:
            lapic.send_to_others(CALL_VECTOR)
        wanted()
        release_interrupts()
        while pending.load(Order.ACQUIRE) != 0:
            serve()


def take_interrupt(frame: Ptr[TrapFrame]) -> None:
    called = function
    called()
    pending.fetch_sub(1, Order.RELEASE)
