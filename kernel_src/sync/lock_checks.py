"""Debug builds: the locks each processor holds and waits for; the order, and deadlocks.

A deadlock is a circle: this processor waits for a lock whose holder waits for a lock ... that this
processor holds. The circle is read twice, the second time from its end: a processor that waits for
a lock of this one gets no further, so what it holds it will go on holding, and so does the one
before it. What is found is then no mere glimpse.
"""
from __future__ import annotations

from kernel_src.arch.percpu import cpu_index
from kernel_src.limits import CPUS_MAX, LOCKS_HELD_MAX
from kernel_src.sync.lock_word import LockWord
from pykern.lang import (
    Array,
    Atomic,
    Order,
    PerCpu,
    Ptr,
    address_of,
    panic,
    ptr_at,
    struct,
    u32,
    u64,
    usize,
    zeroed,
)


@struct
class Held:
    """The locks of one processor, in the order they were taken."""

    count: usize = 0
    locks: Array[usize, LOCKS_HELD_MAX] = zeroed()


held: PerCpu[Held] = PerCpu(Held())
waited_for: Array[Atomic[usize], CPUS_MAX] = zeroed()  # addresses of LockWords; 0: none


def check_order(lock: Ptr[LockWord], site: u64) -> None:
    mine = held.ptr()
    for address in mine.locks[: mine.count]:
        other = ptr_at(LockWord, address)
        if other.rank.value >= lock.rank.value:
            panic(
                f"lock order: {lock.rank} is taken at {site:#x} "
                f"while {other.rank} is held, which was taken at {other.site:#x}"
            )


def note_taken(lock: Ptr[LockWord]) -> None:
    mine = held.ptr()
    assert mine.count < LOCKS_HELD_MAX, f"{mine.count} locks are held"
    mine.locks[mine.count] = address_of(lock)
    mine.count += 1


def note_given(lock: Ptr[LockWord]) -> None:
    mine = held.ptr()
    place = mine.count
    while place > 0:
        place -= 1
        if mine.locks[place] == address_of(lock):
            mine.count -= 1
            for moved in range(place, mine.count):
                mine.locks[moved] = mine.locks[moved + 1]
            return
    panic(f"a lock of {lock.rank} is given back that is not held")


def holds_none() -> bool:
    return held.ptr().count == 0


def begin_waiting(lock: Ptr[LockWord]) -> None:
    waited_for[cpu_index()].store(address_of(lock), Order.SEQ_CST)


def end_waiting() -> None:
    waited_for[cpu_index()].store(0, Order.SEQ_CST)


def check_deadlock(site: u64) -> None:
    """Panics if this processor, which waits, is part of a circle."""
    me = cpu_index()
    circle: Array[u32, CPUS_MAX] = zeroed()
    length: usize = 0
    at = me
    while True:
        lock = waited_for[at].load(Order.SEQ_CST)
        if lock == 0 or length == CPUS_MAX:
            return
        holder = ptr_at(LockWord, lock).holder.load(Order.SEQ_CST)
        if holder == 0:
            return
        circle[length] = at
        length += 1
        at = holder - 1
        if at == me:
            break
    if length > 1 and still_holds(circle, length):
        report(circle, length, site)


def still_holds(circle: Ptr[Array[u32, CPUS_MAX]], length: usize) -> bool:
    """Whether each of the circle is waiting for the next, looked at from its end."""
    following = circle[0]
    place = length
    while place > 0:
        place -= 1
        lock = waited_for[circle[place]].load(Order.SEQ_CST)
        if lock == 0 or ptr_at(LockWord, lock).holder.load(Order.SEQ_CST) != following + 1:
            return False
        following = circle[place]
    return True


def report(circle: Ptr[Array[u32, CPUS_MAX]], length: usize, site: u64) -> None:
    mine = ptr_at(LockWord, waited_for[circle[0]].load(Order.RELAXED))
    other = circle[1]
    theirs = ptr_at(LockWord, waited_for[other].load(Order.RELAXED))
    panic(
        f"deadlock of {length} processors: {circle[0]} waits at {site:#x} for {mine.rank}, "
        f"which {other} took at {mine.site:#x}; that waits for {theirs.rank}, "
        f"taken at {theirs.site:#x}"
    )
