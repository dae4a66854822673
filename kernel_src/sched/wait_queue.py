"""Threads that wait for something others do, first come, first woken.

    with queue.lock: ...          what is waited for is looked at and changed under the lock,
    queue.wait(deadline)          so no wake-up comes between the look and the wait

`wait` gives the lock back while the thread waits and has it again when it returns. It may return
for nothing: the caller looks again.
"""
from __future__ import annotations

from kernel_src.sched.processor import current_thread
from kernel_src.sched.scheduler import wake
from kernel_src.sched.sleep import Killed, block_until
from kernel_src.sched.thread import Thread
from kernel_src.sync.spinlock import SpinLock
from pykern.lang import Ptr, raises, struct, u64


@struct
class Waiter:
    """In the frame of the thread that waits."""

    thread: Ptr[Thread]
    next: Ptr[Waiter] | None = None
    before: Ptr[Waiter] | None = None
    is_queued: bool = False


@struct
class WaitQueue:
    lock: SpinLock  # of rank WAIT_QUEUE; guards the list and what is waited for
    first: Ptr[Waiter] | None = None
    last: Ptr[Waiter] | None = None

    @raises(Killed)
    def wait(self, deadline: u64) -> None:
        """Until it is woken, or the deadline; NEVER: there is none."""
        waiter = Waiter(thread=current_thread())
        self.append(waiter)
        self.lock.release()
        try:
            block_until(deadline)
        except Killed:
            self.lock.acquire()
            if waiter.is_queued:
                self.remove(waiter)
            else:
                self.wake_one()  # what it was woken for is the next one's
            raise
        self.lock.acquire()
        if waiter.is_queued:
            self.remove(waiter)

    def wake_one(self) -> bool:
        """The one that has waited longest; False: nobody waits. The caller holds the lock."""
        waiter = self.first
        if waiter is None:
            return False
        self.remove(waiter)
        wake(waiter.thread)
        return True

    def wake_all(self) -> None:
        while self.wake_one():
            pass

    def append(self, waiter: Ptr[Waiter]) -> None:
        last = self.last
        waiter.before = last
        waiter.is_queued = True
        self.last = waiter
        if last is None:
            self.first = waiter
        else:
            last.next = waiter

    def remove(self, waiter: Ptr[Waiter]) -> None:
        before = waiter.before
        after = waiter.next
        if before is None:
            self.first = after
        else:
            before.next = after
        if after is None:
            self.last = before
        else:
            after.before = before
        waiter.is_queued = False
