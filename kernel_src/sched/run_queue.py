"""The threads of one processor that are ready to run: a list for each priority.

The first of the highest level runs next. A thread that has used up its slice, or was woken, goes to
the end of its level; one that had to make room for a higher one goes back to the front, with what
is left of its slice. So inside a level each runs a whole slice before any runs a second one.

    ready       bit p: level p is not empty
    levels[p]   first <-> ... <-> last

Everything but `first_allowed` takes constant time. The caller holds the queue's lock.
"""
from __future__ import annotations

from kernel_src.sched.thread import PRIORITIES, Thread, ThreadState
from pykern.lang import Array, Ptr, clz, static_assert, struct, u8, u32, u64, usize, zeroed

static_assert(PRIORITIES == 32, "the levels that are not empty are a word of 32 bits")


@struct
class Level:
    first: Ptr[Thread] | None = None
    last: Ptr[Thread] | None = None


@struct
class RunQueue:
    ready: u32 = 0
    count: usize = 0
    levels: Array[Level, PRIORITIES] = zeroed()

    def push_back(self, thread: Ptr[Thread]) -> None:
        level = self.level_for(thread)
        last = level.last
        thread.before = last
        thread.next = None
        level.last = thread
        if last is None:
            level.first = thread
        else:
            last.next = thread

    def push_front(self, thread: Ptr[Thread]) -> None:
        level = self.level_for(thread)
        first = level.first
        thread.next = first
        thread.before = None
        level.first = thread
        if first is None:
            level.last = thread
        else:
            first.before = thread

    def level_for(self, thread: Ptr[Thread]) -> Ptr[Level]:
        """Of a thread that is about to be put into it."""
        assert thread.state != ThreadState.READY, "the thread is in a run queue already"
        thread.state = ThreadState.READY
        self.ready |= u32(1) << thread.priority
        self.count += 1
        return self.levels[thread.priority]

    def remove(self, thread: Ptr[Thread]) -> None:
        """Takes out a thread of this queue; the caller says what becomes of it."""
        assert thread.state == ThreadState.READY, "the thread is in no run queue"
        level = self.levels[thread.priority]
        before = thread.before
        after = thread.next
        if before is None:
            assert level.first is thread, "the thread is in another run queue"
            level.first = after
        else:
            before.next = after
        if after is None:
            level.last = before
        else:
            after.before = before
        if level.first is None:
            self.ready &= ~(u32(1) << thread.priority)
        self.count -= 1
        thread.next = None
        thread.before = None
        thread.state = ThreadState.BLOCKED

    def highest(self) -> Ptr[Thread] | None:
        """The thread that should run next."""
        if self.ready == 0:
            return None
        return self.levels[highest_of(self.ready)].first

    def has_from(self, priority: u8) -> bool:
        """Whether somebody should have a turn once a thread of this priority has had its own."""
        return self.ready >> priority != 0

    def has_above(self, priority: u8) -> bool:
        """Whether somebody should run rather than a thread of this priority."""
        return self.ready >> priority > 1

    def first_allowed(self, cpu: u32) -> Ptr[Thread] | None:
        """What another processor that has nothing to do may take: of those that may run there, the
        one that would run first."""
        levels = self.ready
        while levels != 0:
            priority = highest_of(levels)
            thread = self.levels[priority].first
            while thread is not None:
                if may_run_on(thread, cpu):
                    return thread
                thread = thread.next
            levels &= ~(u32(1) << priority)
        return None


def highest_of(levels: u32) -> u32:
    """The number of the highest bit; there is one."""
    return 31 - u32(clz(levels))


def may_run_on(thread: Ptr[Thread], cpu: u32) -> bool:
    return thread.allowed & u64(1) << cpu != 0
