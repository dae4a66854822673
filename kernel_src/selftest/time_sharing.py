"""Timers and time slices of the running machine. Nothing here depends on how fast it is."""
from __future__ import annotations

from typing import Final

import kernel_src.time.clock as clock
import kernel_src.time.timers as timers
from kernel_src.arch.interrupts import interrupts_off, restore_interrupts
from kernel_src.lib.pairing_heap import HeapNode
from kernel_src.sched.processor import bit_of, processors
from kernel_src.sched.scheduler import yield_now
from kernel_src.sched.sleep import Killed, kill, sleep_until
from kernel_src.sched.thread import ANY_CPU, PRIORITY_NORMAL, Thread
from kernel_src.sched.threads import join
from kernel_src.sched.wait_queue import WaitQueue
from kernel_src.selftest.threads import registers_are, set_registers, spawn, spawn_with_registers
from kernel_src.sync.lock_word import LockWord
from kernel_src.sync.rank import Rank
from kernel_src.sync.spinlock import SpinLock
from kernel_src.time.timer_queue import NEVER, Timer
from pykern.lang import (
    Array,
    Atomic,
    Order,
    Ptr,
    address_of,
    pause,
    ptr_at,
    ref,
    test,
    u64,
    usize,
    volatile_load,
    zeroed,
)

SLEEPERS: Final = 10
KEEPERS: Final = 4
SWITCHES: Final = 20
MILLISECOND: Final[u64] = 1_000_000
NEVER_REACHED: Final[u64] = 1 << 60

running: Atomic[bool] = Atomic(False)
stop: Atomic[bool] = Atomic(False)
handles: Array[usize, SLEEPERS] = zeroed()
expired: Array[u64, 3] = zeroed()
expired_count: Atomic[usize] = Atomic(0)
queue: WaitQueue = WaitQueue(lock=SpinLock(word=LockWord(rank=Rank.WAIT_QUEUE)))
tickets: u64 = 0  # guarded by the queue's lock


def compute(argument: usize) -> u64:
    """Never gives its processor up."""
    running.store(True, Order.RELEASE)
    while not stop.load(Order.ACQUIRE):
        pause()
    return 1


def stop_it(argument: usize) -> u64:
    stop.store(True, Order.RELEASE)
    return 2


@test
def a_thread_that_computes_on_and_on_does_not_stop_others() -> None:
    running.store(False, Order.RELEASE)
    stop.store(False, Order.RELEASE)
    computing = spawn(compute, 0, PRIORITY_NORMAL, bit_of(0))
    while not running.load(Order.ACQUIRE):
        yield_now()
    stopping = spawn(stop_it, 0, PRIORITY_NORMAL, bit_of(0))
    assert join(stopping) == 2 and join(computing) == 1, "they gave other values"


def keep_registers(argument: usize) -> u64:
    """Until its processor has switched threads often enough, which is by force only."""
    set_registers(argument)
    goal = switches() + SWITCHES
    while switches() < goal:
        assert registers_are(argument), f"the registers of thread {argument} have changed"
    return 1


def switches() -> u64:
    return volatile_load(ref(processors[0].switches))


@test
def vector_registers_survive_preemption() -> None:
    for index in range(KEEPERS):
        made = spawn_with_registers(keep_registers, index + 1, bit_of(0))
        handles[index] = address_of(made)
    for index in range(KEEPERS):
        join(ptr_at(Thread, handles[index]))


def note_expiry(timer: Ptr[Timer]) -> None:
    expired[expired_count.load(Order.RELAXED)] = timer.node.key
    expired_count.fetch_add(1, Order.RELEASE)


@test
def timers_expire_in_the_order_of_their_deadlines() -> None:
    first = Timer(node=HeapNode(), action=note_expiry)
    second = Timer(node=HeapNode(), action=note_expiry)
    third = Timer(node=HeapNode(), action=note_expiry)
    cancelled = Timer(node=HeapNode(), action=note_expiry)
    expired_count.store(0, Order.RELEASE)
    start = clock.now()
    were_on = interrupts_off()  # so that all are there when the first expires
    timers.add(third, start + 3 * MILLISECOND)
    timers.add(first, start + MILLISECOND)
    timers.add(cancelled, start + NEVER_REACHED)
    timers.add(second, start + 2 * MILLISECOND)
    restore_interrupts(were_on)
    assert timers.cancel(cancelled), "a timer expired long before its deadline"
    while expired_count.load(Order.ACQUIRE) < 3:
        pause()
    assert clock.now() >= start + 3 * MILLISECOND, "a timer came early"
    for index in range(3):
        wanted = start + (u64(index) + 1) * MILLISECOND
        assert expired[index] == wanted, f"timer {index} was that of {expired[index]}"


def sleep_a_while(argument: usize) -> u64:
    """How late it woke up; NEVER: too early."""
    deadline = clock.now() + u64(argument) * MILLISECOND
    try:
        sleep_until(deadline)
    except Killed:
        return NEVER
    now = clock.now()
    return now - deadline if now >= deadline else NEVER


@test
def sleepers_wake_up_and_none_too_early() -> None:
    for index in range(SLEEPERS):
        made = spawn(sleep_a_while, SLEEPERS - index, PRIORITY_NORMAL, ANY_CPU)
        handles[index] = address_of(made)
    for index in range(SLEEPERS):
        late = join(ptr_at(Thread, handles[index]))
        assert late != NEVER, f"sleeper {index} woke up too early"


def take_ticket(argument: usize) -> u64:
    """1: it has one; 2: the deadline came; 3: it was killed."""
    global tickets
    deadline = NEVER if argument == 0 else clock.now() + u64(argument) * MILLISECOND
    with queue.lock:
        try:
            while tickets == 0:
                if clock.now() >= deadline:
                    return 2
                queue.wait(deadline)
        except Killed:
            return 3
        tickets -= 1
    return 1


@test
def a_wait_ends_by_a_wake_up_a_deadline_or_a_kill() -> None:
    global tickets
    tickets = 0
    woken = spawn(take_ticket, 0, PRIORITY_NORMAL, ANY_CPU)
    with queue.lock:
        tickets += 1
        queue.wake_one()
    assert join(woken) == 1, "the thread that was woken has no ticket"
    assert join(spawn(take_ticket, 1, PRIORITY_NORMAL, ANY_CPU)) == 2, "the deadline did not count"
    killed = spawn(take_ticket, 0, PRIORITY_NORMAL, ANY_CPU)
    kill(killed)
    assert join(killed) == 3, "the thread that was killed went on"
    assert queue.first is None and queue.last is None, "somebody is still in the queue"
