"""Threads from their beginning to their end: create, join; the first one, and the idle ones.

Every thread is joined exactly once, which gives its memory back. Its exit value is what its entry
function returns.
"""
from __future__ import annotations

import kernel_src.sched.processor as processor
import kernel_src.sched.scheduler as scheduler
import kernel_src.sync.preempt as preempt
import kernel_src.time.alarm as alarm
import kernel_src.time.clock as clock
import kernel_src.time.timers as timers
from kernel_src.arch.percpu import cpu_index, this_cpu
from kernel_src.arch.stacks import stacks
from kernel_src.arch.xstate import Area
from kernel_src.ending import refuse
from kernel_src.sched.processor import bit_of, current, current_thread, idle_thread, joined
from kernel_src.sched.scheduler import SLICE_NS
from kernel_src.sched.stacks import OutOfStacks, make_thread, prepare, release_thread
from kernel_src.sched.thread import (
    ANY_CPU,
    HAS_ENDED,
    IS_ENDING,
    NOBODY,
    PRIORITIES,
    PRIORITY_IDLE,
    PRIORITY_NORMAL,
    Entry,
    Thread,
    ThreadState,
)
from kernel_src.time.timers import begin_slice
from pykern.lang import (
    NoReturn,
    Order,
    Ptr,
    address_of,
    export,
    pause,
    raises,
    sti,
    u8,
    u64,
    unreachable,
    usize,
    zeroed,
)

first_thread: Thread = Thread()
first_area: Area = zeroed()


def initialise() -> None:
    """On the processor that booted, with interrupts off: what runs becomes the first thread."""
    processor.initialise()
    mine = stacks.ptr().thread
    first_thread.stack_start = mine.start
    first_thread.stack_end = mine.end
    first_thread.state = ThreadState.RUNNING
    first_thread.vectors = address_of(first_area)  # servers run on it
    try:
        made = make_thread(idle_here, 0, False)
    except OutOfStacks:
        refuse("threads: no memory for the first")
    prepare_idle(made)
    current.set(first_thread)
    timers.initialise()
    begin_slice(clock.now() + SLICE_NS)
    join_processors(first_thread.priority)
    scheduler.initialise()


def prepare_idle(made: Ptr[Thread]) -> None:
    """The idle thread is a per-CPU variable; it gets the stack that was made."""
    own = idle_thread.ptr()
    own.entry = idle_here
    prepare(own, made.stack_start, made.stack_end)


def idle_here(argument: usize) -> u64:
    scheduler.run_idle()
    unreachable()


def run_other() -> None:
    """What each further processor does: the stack it started on becomes its idle thread's."""
    own = idle_thread.ptr()
    mine = stacks.ptr().thread
    own.stack_start = mine.start
    own.stack_end = mine.end
    own.cpu = cpu_index()
    own.state = ThreadState.RUNNING
    current.set(own)
    alarm.enable()
    join_processors(PRIORITY_IDLE)
    scheduler.run_idle()


def join_processors(priority: u8) -> None:
    mine = processor.this_processor()
    mine.apic_id = this_cpu.ptr().apic_id
    mine.running = priority
    joined.fetch_or(bit_of(cpu_index()), Order.RELEASE)


@raises(OutOfStacks)
def create(
    entry: Entry,
    argument: usize,
    priority: u8 = PRIORITY_NORMAL,
    allowed: u64 = ANY_CPU,
    runs_code: bool = False,
) -> Ptr[Thread]:
    """A thread that calls `entry` with the argument, on one of the `allowed` processors.

    With `runs_code` it may run generated code: it has registers for floats and vectors.
    """
    assert PRIORITY_IDLE < priority < PRIORITIES, f"there is no priority {priority} for threads"
    thread = make_thread(entry, argument, runs_code)
    thread.priority = priority
    thread.allowed = allowed
    thread.cpu = cpu_index()
    scheduler.start(thread)
    return thread


@export("thread_begin")
def thread_begin() -> NoReturn:
    """Called by boot/switch.S on the new thread's stack."""
    scheduler.finish()
    preempt.switch_if_wanted()
    sti()
    thread = current_thread()
    entry = thread.entry
    scheduler.exit_thread(entry(thread.argument))


def join(thread: Ptr[Thread]) -> u64:
    """Waits for the end of a thread, frees it, and gives its exit value."""
    me = address_of(current_thread())
    while True:
        found, is_mine = thread.joiner.compare_exchange(NOBODY, me, Order.ACQ_REL)
        if found == HAS_ENDED:
            break
        if found == IS_ENDING:
            pause()
        else:
            assert is_mine or found == me, "two threads wait for the end of one"
            scheduler.block()
    result = thread.result
    release_thread(thread)
    return result
