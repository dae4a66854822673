"""What the scheduler knows of each processor, and the lock of each one's run queue.

A processor takes the lock of its own queue, switches to another thread's stack, and that thread
gives the lock back (`scheduler.finish`). So nobody finds a thread in a queue that is still on its
stack. Two of these locks are never held together.
"""
from __future__ import annotations

from kernel_src.arch.percpu import cpu_index
from kernel_src.limits import CPUS_MAX
from kernel_src.sched.placement import Loads, choose_cpu
from kernel_src.sched.run_queue import RunQueue
from kernel_src.sched.thread import PRIORITY_IDLE, Thread
from kernel_src.sync.lock_word import LockWord
from kernel_src.sync.rank import Rank
from pykern.lang import (
    Array,
    Atomic,
    Order,
    PerCpu,
    Ptr,
    noinline,
    return_address,
    struct,
    u8,
    u32,
    u64,
    zeroed,
)


@struct(align=64)
class Processor:
    lock: LockWord  # taken with interrupts off; guards the rest
    queue: RunQueue
    running: u8 = PRIORITY_IDLE  # the priority of what runs; others read it without the lock
    apic_id: u32 = 0
    switches: u64 = 0
    previous: Ptr[Thread] | None = None  # what ran before; seen by what runs now

    @noinline
    def take(self) -> None:
        self.lock.take(return_address())

    def give(self) -> None:
        self.lock.give()


processors: Array[Processor, CPUS_MAX] = zeroed()
joined: Atomic[u64] = Atomic(0)  # a bit for each processor that runs threads
idle: Atomic[u64] = Atomic(0)  # a bit for each of these that looks for one
current: PerCpu[Ptr[Thread] | None] = PerCpu(None)
idle_thread: PerCpu[Thread] = PerCpu(Thread(priority=PRIORITY_IDLE))


def initialise() -> None:
    for processor in processors:
        processor.lock.rank = Rank.RUN_QUEUE


def this_processor() -> Ptr[Processor]:
    """With interrupts off: else the thread may be on another one before it looks."""
    return processors[cpu_index()]


def bit_of(cpu: u32) -> u64:
    return u64(1) << cpu


def is_idle_thread(thread: Ptr[Thread]) -> bool:
    """With interrupts off; of a thread of this processor."""
    return thread is idle_thread.ptr()


def current_thread() -> Ptr[Thread]:
    thread = current.get()
    assert thread is not None, "this processor does not run threads yet"
    return thread


def choose(thread: Ptr[Thread]) -> u32:
    """The processor for a thread that has become ready."""
    loads = Loads()
    read_loads(loads)
    return choose_cpu(thread, loads)


def read_loads(loads: Ptr[Loads]) -> None:
    loads.online = joined.load(Order.ACQUIRE)
    loads.idle = idle.load(Order.RELAXED)
    for cpu, processor in enumerate(processors):
        if loads.online & bit_of(u32(cpu)) != 0:
            loads.running[cpu] = processor.running
            loads.waiting[cpu] = u32(processor.queue.count)
