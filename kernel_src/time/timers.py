"""The timers of each processor, and the end of its thread's time slice.

A timer is queued on the processor that adds it, and its action runs there, in the interrupt, under
the lock of the queue: once `cancel` has returned, the action has been or will never be, and the
timer's memory is its owner's again. So an action takes no lock below TIMERS, and adds no timer.

The slice is no timer of the queue: it changes at every switch of threads, when the run queue's lock
is held, and it is nobody else's business.
"""
from __future__ import annotations

import kernel_src.sync.preempt as preempt
import kernel_src.time.alarm as alarm
import kernel_src.time.clock as clock
from kernel_src.arch.interrupts import (
    TIMER_VECTOR,
    interrupts_off,
    register,
    restore_interrupts,
)
from kernel_src.arch.percpu import cpu_index
from kernel_src.arch.trap_frame import TrapFrame
from kernel_src.limits import CPUS_MAX
from kernel_src.sync.rank import Rank
from kernel_src.sync.spinlock import SpinLock
from kernel_src.time.timer_queue import NEVER, Timer, TimerQueue
from pykern.lang import Array, PerCpu, Ptr, struct, u64, zeroed


@struct(align=64)
class Timers:
    lock: SpinLock
    queue: TimerQueue


timers: Array[Timers, CPUS_MAX] = zeroed()
slice_end: PerCpu[u64] = PerCpu(NEVER)


def initialise() -> None:
    """Once, with interrupts off."""
    for each in timers:
        each.lock.word.rank = Rank.TIMERS
    register(TIMER_VECTOR, take_interrupt)
    alarm.initialise()


def add(timer: Ptr[Timer], deadline: u64) -> None:
    """The timer's action is called at the deadline, or soon after; only once."""
    were_on = interrupts_off()
    timer.cpu = cpu_index()
    mine = timers[timer.cpu]
    with mine.lock:
        mine.queue.add(timer, deadline)
        alarm.set_alarm_before(deadline)
    restore_interrupts(were_on)


def cancel(timer: Ptr[Timer]) -> bool:
    """False: its action has been called. The interrupt may come for nothing."""
    owner = timers[timer.cpu]
    with owner.lock:
        return owner.queue.cancel(timer)


def begin_slice(end: u64) -> None:
    """Of the thread that runs from now on; NEVER: it has no end. With interrupts off."""
    slice_end.set(end)
    alarm.set_alarm_before(end)


def take_interrupt(frame: Ptr[TrapFrame]) -> None:
    mine = timers[cpu_index()]
    with mine.lock:
        timer = mine.queue.take_expired(clock.now())
        while timer is not None:
            action = timer.action
            action(timer)
            timer = mine.queue.take_expired(clock.now())
        end = slice_end.get()
        if end <= clock.now():
            preempt.want()
            end = NEVER  # whoever runs next begins one
        alarm.set_alarm(min(mine.queue.earliest(), end))
