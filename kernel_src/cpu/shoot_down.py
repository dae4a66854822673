"""Makes every processor forget addresses whose mapping has changed.

There is one request at a time, with a number. A processor that has done what it asks writes the
number down, and the one that asks waits until all have. An interrupt tells them; a processor that
waits for something with interrupts off looks by itself (sync/lock_word.py), so the one that asks
may hold locks others wait for.
"""
from __future__ import annotations

import kernel_src.arch.lapic as lapic
from kernel_src.arch.interrupts import (
    SHOOT_DOWN_VECTOR,
    interrupts_off,
    register,
    restore_interrupts,
)
from kernel_src.arch.percpu import cpu_index, next_cpu, online, others
from kernel_src.arch.trap_frame import TrapFrame
from kernel_src.limits import CPUS_MAX
from kernel_src.mm.retired import forget_all_here, forget_here
from kernel_src.sync.lock_word import LockWord, serve, set_while_waiting
from kernel_src.sync.rank import Rank
from kernel_src.sync.spinlock import SpinLock
from pykern.lang import Array, Atomic, Order, Ptr, struct, u64, usize, zeroed


@struct(align=64)
class Seen:
    """The number of the last request a processor has answered, on a cache line of its own."""

    number: Atomic[u64] = Atomic(0)


lock: SpinLock = SpinLock(word=LockWord(rank=Rank.SHOOT_DOWN))
# Guarded by the lock, and read by the others once they have seen a new number:
start: Atomic[usize] = Atomic(0)
end: Atomic[usize] = Atomic(0)
number: Atomic[u64] = Atomic(0)
seen: Array[Seen, CPUS_MAX] = zeroed()


def initialise() -> None:
    register(SHOOT_DOWN_VECTOR, take_interrupt)
    set_while_waiting(answer)


def join() -> None:
    """This processor is online, and will be asked. What was asked before it need not know."""
    with lock:
        forget_all_here()
        mine = seen[cpu_index()]
        mine.number.store(number.load(Order.RELAXED), Order.RELEASE)
        online.fetch_or(u64(1) << cpu_index(), Order.RELEASE)


def forget_everywhere(first: usize, last: usize) -> None:
    """No processor remembers the pages from that of `first` to that of `last` afterwards."""
    with lock:  # which keeps the thread on this processor
        forget_here(first, last)
        asked = others()
        if asked == 0:
            return
        start.store(first, Order.RELAXED)
        end.store(last, Order.RELAXED)
        wanted = number.load(Order.RELAXED) + 1
        number.store(wanted, Order.RELEASE)
        lapic.send_to_others(SHOOT_DOWN_VECTOR)
        while asked != 0:
            index, rest = next_cpu(asked)
            if seen[index].number.load(Order.ACQUIRE) == wanted:
                asked = rest
            else:
                serve()
        seen[cpu_index()].number.store(wanted, Order.RELAXED)


def answer() -> None:
    """Does what the last request asks, unless it was this processor's own or is done."""
    were_on = interrupts_off()  # lest an interrupt answer the next one before this is written down
    mine = seen[cpu_index()]
    wanted = number.load(Order.ACQUIRE)
    if mine.number.load(Order.RELAXED) != wanted:
        forget_here(start.load(Order.RELAXED), end.load(Order.RELAXED))
        mine.number.store(wanted, Order.RELEASE)
    restore_interrupts(were_on)


def take_interrupt(frame: Ptr[TrapFrame]) -> None:
    answer()
