"""Locks used in the wrong way: `selftest=NAME`, as in faults.py."""
from __future__ import annotations

from typing import Final

import kernel_src.cpu.ipi as ipi
from kernel_src.arch.percpu import cpu_index, online
from kernel_src.lib.bytes import same_bytes
from kernel_src.sync.lock_word import LockWord
from kernel_src.sync.rank import Rank
from kernel_src.sync.spinlock import SpinLock
from pykern.lang import Atomic, Order, Slice, noinline, panic, pause, popcount, u8, u32, utf8

first: SpinLock = SpinLock(word=LockWord(rank=Rank.TEST_OUTER))
second: SpinLock = SpinLock(word=LockWord(rank=Rank.TEST_INNER))
have_both: Atomic[u32] = Atomic(0)
TWO: Final = 2


def go_wrong(name: Slice[u8]) -> bool:
    """False if it does not know the name."""
    if same_bytes(name, utf8("lock-order")):
        wrong_order()
    elif same_bytes(name, utf8("lock-twice")):
        take_twice()
    elif same_bytes(name, utf8("lock-not-held")):
        first.release()
    elif same_bytes(name, utf8("deadlock")):
        ipi.call_all(cross)
    elif same_bytes(name, utf8("panic-elsewhere")):
        ipi.call_all(panic_on_the_last)
    else:
        return False
    return True


@noinline
def wrong_order() -> None:
    with second:
        with first:
            pass


@noinline
def take_twice() -> None:
    with first:
        with first:
            pass


def cross() -> None:
    """Two processors each hold a lock and wait for that of the other."""
    if cpu_index() == 0:
        first.acquire()
        meet()
        second.acquire()
    elif cpu_index() == 1:
        second.acquire()
        meet()
        first.word.wait(0)  # the check of the order would not let it come to this


def meet() -> None:
    have_both.fetch_add(1, Order.RELEASE)
    while have_both.load(Order.ACQUIRE) != TWO:
        pause()


def panic_on_the_last() -> None:
    if cpu_index() + 1 == popcount(online.load(Order.RELAXED)):
        panic(f"asked for, on processor {cpu_index()}")
    while True:
        pause()
