"""A thread: what the scheduler's queues see, and where it goes on.

Whoever holds the lock of the processor in `cpu` may look at or change the fields down to `before`;
`cpu` itself is changed under the lock of the old one, while the thread is in no queue.
"""
from __future__ import annotations

from typing import Final

from pykern.lang import Atomic, Fn, Ptr, TypeAlias, enum, max_of, struct, u8, u32, u64, usize

PRIORITIES: Final = 32
"""Levels; a greater number runs first."""

PRIORITY_IDLE: Final = 0
PRIORITY_NORMAL: Final = 8
PRIORITY_HIGHEST: Final = PRIORITIES - 1

ANY_CPU: Final[u64] = max_of(u64)

NOBODY: Final = 0
IS_ENDING: Final = 1  # who waits is being woken
HAS_ENDED: Final = 2


@enum(u8)
class ThreadState:
    """Changed only under the lock of the run queue of the thread's processor."""

    NEW = 0
    READY = 1  # in a run queue
    RUNNING = 2
    BLOCKED = 3  # in no run queue, until it is woken
    MOVING = 4  # on the way to another run queue
    ENDED = 5  # and off its stack, once the processor has gone on


Entry: TypeAlias = Fn[[usize], u64]
"""What a thread does: its argument in, its exit value out."""


def nothing(argument: usize) -> u64:
    return argument


@struct
class Thread:
    state: ThreadState = ThreadState.NEW
    priority: u8 = PRIORITY_NORMAL
    cpu: u32 = 0  # whose queue it is in, or was in last
    allowed: u64 = ANY_CPU  # a bit for each processor it may run on
    slice_left: u64 = 0  # nanoseconds; 0: it begins with a whole one
    next: Ptr[Thread] | None = None  # in its level of the run queue
    before: Ptr[Thread] | None = None
    is_woken: bool = False  # the next wait ends at once
    stack_pointer: usize = 0  # while it does not run: below it lies what boot/switch.S has saved
    stack_start: usize = 0
    stack_end: usize = 0
    vectors: usize = 0  # address of its xstate.Area; 0: it runs no generated code
    entry: Entry = nothing
    argument: usize = 0
    result: u64 = 0
    is_killed: Atomic[bool] = Atomic(False)
    joiner: Atomic[usize] = Atomic(0)  # one of these, or the address of who waits for the end
