"""On which processor a thread that has become ready waits for its turn.

Nobody's lock is held: what is known of other processors may be out of date, which costs time but
breaks nothing, since a processor that has nothing to do looks for threads itself.
"""
from __future__ import annotations

from kernel_src.limits import CPUS_MAX
from kernel_src.sched.thread import Thread
from pykern.lang import Array, Ptr, ctz, struct, u8, u32, u64, zeroed


@struct
class Loads:
    """What each processor is doing."""

    online: u64 = 0
    idle: u64 = 0  # of those online
    running: Array[u8, CPUS_MAX] = zeroed()  # the priority of what runs there
    waiting: Array[u32, CPUS_MAX] = zeroed()  # threads in the queue


def choose_cpu(thread: Ptr[Thread], loads: Ptr[Loads]) -> u32:
    """In this order: where it ran last, if that is idle, since its memory may be in a cache there;
    any idle one; where it would run at once, best where it ran last, else where the least important
    thread runs; where the fewest wait."""
    allowed = thread.allowed & loads.online
    assert allowed != 0, f"no processor of {thread.allowed:#x} is online"
    idle = allowed & loads.idle
    if idle != 0:
        return prefer(idle, thread.cpu)
    least = least_running(allowed, thread.cpu, loads)
    if has(allowed, thread.cpu) and loads.running[thread.cpu] < thread.priority:
        return thread.cpu
    if loads.running[least] < thread.priority:
        return least
    return least_waiting(allowed, thread.cpu, loads)


def has(cpus: u64, cpu: u32) -> bool:
    return cpus & u64(1) << cpu != 0


def prefer(cpus: u64, cpu: u32) -> u32:
    """The processor if it is one of these, else the first."""
    return cpu if has(cpus, cpu) else u32(ctz(cpus))


def least_running(cpus: u64, last: u32, loads: Ptr[Loads]) -> u32:
    best = prefer(cpus, last)
    rest = cpus
    while rest != 0:
        cpu = u32(ctz(rest))
        rest &= rest - 1
        if loads.running[cpu] < loads.running[best]:
            best = cpu
    return best


def least_waiting(cpus: u64, last: u32, loads: Ptr[Loads]) -> u32:
    best = prefer(cpus, last)
    rest = cpus
    while rest != 0:
        cpu = u32(ctz(rest))
        rest &= rest - 1
        if loads.waiting[cpu] < loads.waiting[best]:
            best = cpu
    return best
