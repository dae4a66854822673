"""Timers in the order of their deadlines, of equal ones in the order they were added.

Pure: what time it is, and when the hardware should speak up, is the caller's. Deadlines are in
nanoseconds of the monotonic clock. A timer belongs to whoever made it and must stay where it is
while it is queued; the caller keeps other processors out.
"""
from __future__ import annotations

from typing import Final

from kernel_src.lib.pairing_heap import Heap, HeapNode
from pykern.lang import Fn, Ptr, max_of, offsetof, ptr_cast, static_assert, struct, u32, u64

NEVER: Final[u64] = max_of(u64)
"""The deadline of what has none."""


@struct
class Timer:
    node: HeapNode
    action: Fn[[Ptr[Timer]], None]  # at the deadline or after, never before
    cpu: u32 = 0  # whose queue it was put into

    def is_queued(self) -> bool:
        return self.node.is_queued


static_assert(offsetof(Timer, "node") == 0, "a timer is found from its node")


@struct
class TimerQueue:
    heap: Heap = Heap()

    def add(self, timer: Ptr[Timer], deadline: u64) -> None:
        assert deadline != NEVER, "a timer without a deadline"
        self.heap.add(timer.node, deadline)

    def cancel(self, timer: Ptr[Timer]) -> bool:
        """False: it was not queued, so its time had come or it had not been added."""
        if not timer.node.is_queued:
            return False
        self.heap.remove(timer.node)
        return True

    def earliest(self) -> u64:
        """The first deadline, or NEVER."""
        node = self.heap.least()
        return NEVER if node is None else node.key

    def take_expired(self, now: u64) -> Ptr[Timer] | None:
        """Takes out the first timer whose deadline is not after `now`."""
        node = self.heap.least()
        if node is None or node.key > now:
            return None
        self.heap.remove(node)
        return ptr_cast(Timer, node)
