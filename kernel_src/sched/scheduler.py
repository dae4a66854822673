"""Which thread runs: switching, waiting and waking, on all processors.

A thread runs until it waits, a more important one becomes ready, or its time slice is over and
another of its priority is ready. Each processor runs the first of its own run queue, and its idle
thread if there is none; before it halts it looks into the queues of the others. A thread that
becomes ready is put where `placement` says; if it is more important than what runs there, that
processor is interrupted.

`wake` is remembered if the thread is not waiting, so nothing is lost between a look at what is
waited for and `block`. The price is that `block` may return for an old reason: who waits looks
again.
"""
from __future__ import annotations

from typing import Final

import kernel_src.arch.lapic as lapic
import kernel_src.arch.xstate as xstate
import kernel_src.sync.preempt as preempt
import kernel_src.time.clock as clock
from kernel_src.arch.interrupts import (
    RESCHEDULE_VECTOR,
    interrupts_off,
    register,
    restore_interrupts,
)
from kernel_src.arch.percpu import cpu_index, next_cpu
from kernel_src.arch.stacks import stacks
from kernel_src.arch.trap_frame import TrapFrame
from kernel_src.sched.processor import (
    Processor,
    bit_of,
    choose,
    current,
    current_thread,
    idle,
    idle_thread,
    is_idle_thread,
    joined,
    processors,
    this_processor,
)
from kernel_src.sched.thread import HAS_ENDED, IS_ENDING, NOBODY, Thread, ThreadState
from kernel_src.time.timer_queue import NEVER
from kernel_src.time.timers import begin_slice, slice_end
from pykern.lang import (
    NoReturn,
    Order,
    Ptr,
    asm,
    cli,
    extern,
    ptr_at,
    ref,
    u32,
    u64,
    unreachable,
    usize,
    volatile_load,
)

SLICE_NS: Final[u64] = 5_000_000


@extern
def switch_stacks(save: Ptr[usize], next: usize) -> None: ...


def initialise() -> None:
    """After `first.become_first_thread`, so that there is a thread to switch from."""
    register(RESCHEDULE_VECTOR, take_reschedule)
    preempt.initialise(switch)


def take_reschedule(frame: Ptr[TrapFrame]) -> None:
    preempt.want()


# --- What threads do ------------------------------------------------------------------------------


def yield_now() -> None:
    """Lets the others of the same priority, and higher ones, have their turn."""
    were_on = begin()
    mine = this_processor()
    mine.take()
    mine.queue.push_back(current_thread())
    switch_away(mine)
    end(were_on)


def block() -> None:
    """Waits for `wake`."""
    were_on = begin()
    mine = this_processor()
    mine.take()
    thread = current_thread()
    if thread.is_woken:
        thread.is_woken = False
        mine.give()
    else:
        thread.state = ThreadState.BLOCKED
        switch_away(mine)
    end(were_on)


def exit_thread(result: u64) -> NoReturn:
    begin()
    mine = this_processor()
    mine.take()
    thread = current_thread()
    thread.result = result
    thread.state = ThreadState.ENDED
    switch_away(mine)
    unreachable()


def begin() -> bool:
    """Interrupts off, for a thread that gives its processor up."""
    were_on = interrupts_off()
    assert were_on and preempt.depth.get() == 0, "a thread that waits holds a lock"
    return were_on


def end(were_on: bool) -> None:
    """Interrupts as they were; and what was woken meanwhile runs first, if it is to."""
    if were_on:
        preempt.switch_if_wanted()
        restore_interrupts(True)


# --- What makes threads ready ---------------------------------------------------------------------


def start(thread: Ptr[Thread]) -> None:
    """A new thread is ready to run. Nobody else knows it yet."""
    were_on = interrupts_off()
    thread.cpu = choose(thread)
    push(thread)
    end(were_on)


def wake(thread: Ptr[Thread]) -> None:
    """The thread's wait is over. Interrupt handlers may wake, and holders of locks."""
    were_on = interrupts_off()
    if unblock(thread):
        push(thread)
    end(were_on)


def unblock(thread: Ptr[Thread]) -> bool:
    """Whether it was waiting; then nobody else has it now, and it is to be pushed."""
    while True:
        cpu = volatile_load(ref(thread.cpu))
        owner = processors[cpu]
        owner.take()
        is_there = thread.cpu == cpu
        is_blocked = thread.state == ThreadState.BLOCKED
        if is_there and is_blocked:
            thread.state = ThreadState.MOVING
            thread.cpu = choose(thread)
        elif is_there:
            thread.is_woken = True
        owner.give()
        if is_there:
            return is_blocked


def push(thread: Ptr[Thread]) -> None:
    """Into the queue of its processor, which is told if it should run at once."""
    cpu = thread.cpu
    priority = thread.priority
    owner = processors[cpu]
    owner.take()
    owner.queue.push_back(thread)
    is_urgent = owner.running < priority
    owner.give()
    if not is_urgent:
        return
    if cpu == cpu_index():
        preempt.want()
    else:
        idle.fetch_and(~bit_of(cpu), Order.RELAXED)  # the next one goes elsewhere
        lapic.send(owner.apic_id, RESCHEDULE_VECTOR)


# --- Switching ------------------------------------------------------------------------------------


def switch() -> None:
    """What `preempt` calls, with interrupts off: if another thread should run, it does."""
    while True:
        mine = this_processor()
        now = clock.now()
        is_over = slice_end.get() <= now
        if is_over and mine.queue.count == 0:
            steal(mine)  # lest the threads here have more of the time than those that wait there
        mine.take()
        decide(mine, current_thread(), now, is_over)
        if not preempt.is_wanted.get():
            return
        preempt.is_wanted.set(False)


def decide(mine: Ptr[Processor], thread: Ptr[Thread], now: u64, is_over: bool) -> None:
    """Gives the lock back, now or later."""
    if is_idle_thread(thread):
        switch_away(mine)
    elif is_over and mine.queue.has_from(thread.priority):
        mine.queue.push_back(thread)
        switch_away(mine)
    elif not is_over and mine.queue.has_above(thread.priority):
        thread.slice_left = slice_end.get() - now
        mine.queue.push_front(thread)
        switch_away(mine)
    else:
        if is_over:
            begin_slice(now + SLICE_NS)
        mine.give()


def switch_away(mine: Ptr[Processor]) -> None:
    """To the first of the queue, whose lock is held. Comes back when the present thread, of which
    its caller has said what becomes of it, runs again: maybe on another processor."""
    before = current_thread()
    after = mine.queue.highest()
    if after is None:
        go_on(mine, before, idle_thread.ptr())
    else:
        mine.queue.remove(after)
        go_on(mine, before, after)


def go_on(mine: Ptr[Processor], before: Ptr[Thread], after: Ptr[Thread]) -> None:
    after.state = ThreadState.RUNNING
    mine.running = after.priority
    mine.previous = before
    if after is not before:
        mine.switches += 1
        if is_idle_thread(before):
            idle.fetch_and(~bit_of(cpu_index()), Order.RELAXED)
        current.set(after)
        begin_slice_of(after)
        stacks.ptr().thread.set(after.stack_start, after.stack_end)
        if before.vectors != 0:
            xstate.save(before.vectors)
        if after.vectors != 0:
            xstate.restore(after.vectors)
        switch_stacks(ref(before.stack_pointer), after.stack_pointer)
    finish()


def begin_slice_of(thread: Ptr[Thread]) -> None:
    if is_idle_thread(thread):
        begin_slice(NEVER)
        return
    left = thread.slice_left
    thread.slice_left = 0
    begin_slice(clock.now() + (SLICE_NS if left == 0 else left))


def finish() -> None:
    """The first thing that a thread does when it runs: the one before is off its stack now."""
    mine = this_processor()
    before = mine.previous
    assert before is not None, "a thread runs that was not switched to"
    has_ended = before.state == ThreadState.ENDED
    mine.give()
    if has_ended:
        announce_end(before)


def announce_end(thread: Ptr[Thread]) -> None:
    """Once it HAS_ENDED it may be gone, and so may the one that waited for it."""
    waiting = thread.joiner.swap(IS_ENDING, Order.ACQ_REL)
    if waiting != NOBODY:
        wake(ptr_at(Thread, waiting))
    thread.joiner.store(HAS_ENDED, Order.RELEASE)


# --- Nothing to do --------------------------------------------------------------------------------


def run_idle() -> None:
    """The idle thread of a processor."""
    while True:
        cli()
        mine = this_processor()
        idle.fetch_or(bit_of(cpu_index()), Order.SEQ_CST)
        if volatile_load(ref(mine.queue.count)) == 0 and not steal(mine):
            asm("sti\n hlt", "", None)  # no interrupt comes in between (SDM volume 2, STI)
        else:
            mine.take()
            switch_away(mine)


def steal(mine: Ptr[Processor]) -> bool:
    """Moves a thread from another processor's queue into this one's; False: there is none."""
    cpu = cpu_index()
    others = joined.load(Order.RELAXED) & ~bit_of(cpu)
    while others != 0:
        other, others = next_cpu(others)
        if volatile_load(ref(processors[other].queue.count)) != 0:
            thread = take_from(processors[other], cpu)
            if thread is not None:
                mine.take()
                mine.queue.push_back(thread)
                mine.give()
                return True
    return False


def take_from(victim: Ptr[Processor], cpu: u32) -> Ptr[Thread] | None:
    """Takes a thread out that may run on `cpu`, and says that it is there from now on."""
    victim.take()
    thread = victim.queue.first_allowed(cpu)
    if thread is not None:
        victim.queue.remove(thread)
        thread.state = ThreadState.MOVING
        thread.cpu = cpu
    victim.give()
    return thread
