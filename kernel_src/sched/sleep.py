"""Waiting with a deadline, and the end of a wait by force.

A thread that is killed finds out where it waits: the wait raises `Killed`, now or when it waits the
next time, and its entry function sees to it that it returns.
"""
from __future__ import annotations

import kernel_src.time.clock as clock
import kernel_src.time.timers as timers
from kernel_src.lib.pairing_heap import HeapNode
from kernel_src.sched.processor import current_thread
from kernel_src.sched.scheduler import block, wake
from kernel_src.sched.thread import Thread
from kernel_src.time.timer_queue import NEVER, Timer
from pykern.lang import Error, Order, Ptr, offsetof, ptr_cast, raises, static_assert, struct, u64


class Killed(Error):
    """The thread that waits has been killed."""


@struct
class Sleeper:
    timer: Timer
    thread: Ptr[Thread]


static_assert(offsetof(Sleeper, "timer") == 0, "a sleeper is found from its timer")


def wake_sleeper(timer: Ptr[Timer]) -> None:
    wake(ptr_cast(Sleeper, timer).thread)


@raises(Killed)
def sleep_until(deadline: u64) -> None:
    """Comes back when the clock shows the deadline or more."""
    while clock.now() < deadline:
        block_until(deadline)


@raises(Killed)
def block_until(deadline: u64) -> None:
    """`scheduler.block`, but no longer than to the deadline; NEVER: there is none."""
    check_killed()
    if deadline == NEVER:
        block()
    else:
        sleeper = Sleeper(
            timer=Timer(node=HeapNode(), action=wake_sleeper), thread=current_thread()
        )
        timers.add(sleeper.timer, deadline)
        block()
        timers.cancel(sleeper.timer)
    check_killed()


@raises(Killed)
def check_killed() -> None:
    if current_thread().is_killed.load(Order.ACQUIRE):
        raise Killed


def kill(thread: Ptr[Thread]) -> None:
    """Whoever calls this will join the thread, so it is still there."""
    thread.is_killed.store(True, Order.RELEASE)
    wake(thread)
