"""The stacks of threads: each a block with its thread at the upper end, above a guard page.

    guard | stack, growing down ... | xstate.Area, for threads that run generated code | Thread |

The guard is that of the block before. Stacks of ended threads are kept, up to SPARE_STACKS_MAX, for
the next ones: making or unmapping one costs a page table's work and an answer from every processor.
"""
from __future__ import annotations

from typing import Final

import kernel_src.mm.platform as platform
from kernel_src.arch.xstate import Area, reset
from kernel_src.limits import SPARE_STACKS_MAX, THREAD_STACK_SIZE
from kernel_src.sched.thread import Entry, Thread
from kernel_src.sync.lock_word import LockWord
from kernel_src.sync.rank import Rank
from kernel_src.sync.spinlock import SpinLock
from pykern.lang import (
    Array,
    Error,
    Ptr,
    address_of,
    copy,
    extern,
    fill,
    ptr_at,
    raises,
    sizeof,
    slice_at,
    static_assert,
    struct,
    u8,
    u32,
    usize,
    zeroed,
)

THREAD_BYTES: Final = 256
"""At the upper end of a stack."""

static_assert(sizeof(Thread) <= THREAD_BYTES and THREAD_BYTES % 64 == 0, "a thread needs its room")


class OutOfStacks(Error):
    """There is no memory for another thread."""


@struct
class SwitchFrame:
    """What boot/switch.S pops."""

    r15: usize = 0
    r14: usize = 0
    r13: usize = 0
    r12: usize = 0
    rbx: usize = 0
    rbp: usize = 0
    returns_to: usize = 0


@extern
def thread_start() -> None: ...


lock: SpinLock = SpinLock(word=LockWord(rank=Rank.STACKS))
spare: Array[usize, SPARE_STACKS_MAX] = zeroed()
spare_count: u32 = 0


@raises(OutOfStacks)
def make_thread(entry: Entry, argument: usize, runs_code: bool) -> Ptr[Thread]:
    """A thread on a stack of its own that will call `entry`."""
    start = reserve()
    place = start + THREAD_STACK_SIZE - THREAD_BYTES
    thread = ptr_at(Thread, place)
    fresh = Thread(entry=entry, argument=argument)
    copy(thread, fresh)
    end = place
    if runs_code:
        end -= sizeof(Area)
        thread.vectors = end
        reset(ptr_at(Area, end))
    prepare(thread, start, end)
    return thread


def prepare(thread: Ptr[Thread], start: usize, end: usize) -> None:
    """The thread goes on at `thread_start`, on the stack from `start` to `end`."""
    thread.stack_start = start
    thread.stack_end = end
    thread.stack_pointer = end - sizeof(SwitchFrame)
    frame = SwitchFrame(returns_to=address_of(thread_start))
    copy(ptr_at(SwitchFrame, thread.stack_pointer), frame)


def release_thread(thread: Ptr[Thread]) -> None:
    """Of a thread that has ended; it is gone afterwards."""
    start = thread.stack_start
    if not keep_spare(start):
        platform.release_block(start, THREAD_STACK_SIZE)


def release_spare() -> None:
    """Gives the memory of stacks that nobody uses back."""
    start = take_spare()
    while start != 0:
        platform.release_block(start, THREAD_STACK_SIZE)
        start = take_spare()


@raises(OutOfStacks)
def reserve() -> usize:
    """A stack filled with zeros, that of another thread or new."""
    start = take_spare()
    if start != 0:
        fill(slice_at(u8, start, THREAD_STACK_SIZE), 0)
        return start
    start = platform.reserve_block(THREAD_STACK_SIZE)
    if start == 0:
        raise OutOfStacks
    return start


def keep_spare(start: usize) -> bool:
    """False: there are enough."""
    global spare_count
    with lock:
        if spare_count == SPARE_STACKS_MAX:
            return False
        spare[spare_count] = start
        spare_count += 1
        return True


def take_spare() -> usize:
    """0: there is none."""
    global spare_count
    with lock:
        if spare_count == 0:
            return 0
        spare_count -= 1
        return spare[spare_count]
