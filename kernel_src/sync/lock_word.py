"""What every lock is made of: a word, 0 or who holds it, waited for by trying again.

It is not a queue: on a virtual machine the processor whose turn it is may not be running, and all
behind it would wait. Whoever waits meanwhile does what other processors ask for
(`set_while_waiting`), so a holder may ask them, even if they have interrupts off.

Debug builds keep the order of `rank`, and find processors that wait for each other. Every build
finds a lock that its own holder takes again or somebody else gives back. On the host a lock is the
same word between the threads of the process, without checks, since there it is not known which
thread is which.
"""
from __future__ import annotations

from typing import Final

import kernel_src.sync.lock_checks as checks
from kernel_src.arch.percpu import cpu_index
from kernel_src.sync.rank import Rank
from pykern.lang import (
    DEBUG,
    TARGET,
    Atomic,
    Fn,
    Order,
    TypeAlias,
    extern,
    i32,
    panic,
    pause,
    struct,
    u32,
    u64,
)

FREE: Final = 0
YIELD_AFTER: Final = 100
"""Vain tries on the host before the processor is given to another thread."""

Serve: TypeAlias = Fn[[], None]


@extern("sched_yield")
def host_yield() -> i32: ...


def nothing() -> None:
    pass


while_waiting: Serve = nothing


def set_while_waiting(function: Serve) -> None:
    """`function` does what other processors ask this one for. It takes no lock."""
    global while_waiting
    while_waiting = function


def serve() -> None:
    """What any loop that waits for another processor with interrupts off has to call."""
    while_waiting()
    pause()


@struct
class LockWord:
    rank: Rank
    holder: Atomic[u32] = Atomic(0)  # FREE, or 1 + the index of a processor
    site: u64 = 0  # where it was taken

    def take(self, site: u64) -> None:
        """The caller has seen to it that this processor won't switch to another thread."""
        if TARGET == "host":
            self.take_on_host()
        else:
            self.take_on_machine(site)

    def take_on_machine(self, site: u64) -> None:
        me = cpu_index() + 1
        if self.holder.load(Order.RELAXED) == me:
            panic(f"deadlock: the lock taken at {self.site:#x} is taken again at {site:#x}")
        if DEBUG:
            checks.check_order(self, site)
        while not self.try_take():
            self.wait(site)
        self.note(site)

    def note(self, site: u64) -> None:
        """It has been taken."""
        if TARGET == "kernel":
            self.site = site
            if DEBUG:
                checks.note_taken(self)

    def try_take(self) -> bool:
        me = cpu_index() + 1 if TARGET == "kernel" else u32(1)
        _, done = self.holder.compare_exchange(FREE, me, Order.ACQUIRE)
        return done

    def wait(self, site: u64) -> None:
        """Until it looks free."""
        if DEBUG:
            checks.begin_waiting(self)
        while self.holder.load(Order.RELAXED) != FREE:
            serve()
            if DEBUG:
                checks.check_deadlock(site)
        if DEBUG:
            checks.end_waiting()

    def give(self) -> None:
        if TARGET == "kernel":
            holder = self.holder.load(Order.RELAXED)
            if holder != cpu_index() + 1:
                panic(f"processor {cpu_index()} gives back a lock, but its holder is {holder}")
            if DEBUG:
                checks.note_given(self)
        self.holder.store(FREE, Order.RELEASE)

    def take_on_host(self) -> None:
        tries: u32 = 0
        while not self.try_take():
            tries += 1
            if TARGET == "host" and tries > YIELD_AFTER:
                host_yield()
