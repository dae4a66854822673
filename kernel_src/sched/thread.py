"""A thread as the scheduler's queues see it."""
from __future__ import annotations

from typing import Final

from pykern.lang import Ptr, enum, max_of, struct, u8, u32, u64

PRIORITIES: Final = 32
"""Levels; a greater number runs first."""

PRIORITY_IDLE: Final = 0
PRIORITY_NORMAL: Final = 8
PRIORITY_HIGHEST: Final = PRIORITIES - 1

ANY_CPU: Final[u64] = max_of(u64)


@enum(u8)
class ThreadState:
    """Changed only under the lock of the run queue of the thread's processor."""

    NEW = 0
    READY = 1  # in a run queue
    RUNNING = 2
    BLOCKED = 3  # in no run queue
    ENDED = 4  # and off its stack


@struct
class Thread:
    state: ThreadState = ThreadState.NEW
    priority: u8 = PRIORITY_NORMAL
    cpu: u32 = 0  # whose queue it is in, or was in last
    allowed: u64 = ANY_CPU  # a bit for each processor it may run on
    slice_left: u64 = 0  # nanoseconds; 0: it begins with a whole one
    next: Ptr[Thread] | None = None  # in its level of the run queue
    before: Ptr[Thread] | None = None
