"""The order in which locks are taken.

While a processor holds a lock it may take only locks of a higher rank: then no two processors can
wait for each other. Locks of one rank are never held together. `try_acquire` may go against the
order, since it does not wait. Debug builds check every acquisition.
"""
from __future__ import annotations

from pykern.lang import enum, u8


@enum(u8)
class Rank:
    CALL = 0  # cpu/ipi.py: one call on all processors at a time; what is called may take any lock
    TEST_OUTER = 10
    TEST_INNER = 11
    CODE_AREAS = 12  # runtime/traps.py: the list of what generated code there is
    STACKS = 15  # sched/stacks.py: stacks that wait for their next thread
    WINDOW = 20  # mm: ranges of virtual addresses
    PAGE_TABLES = 30  # mm: the tables themselves
    SHOOT_DOWN = 40  # cpu/shoot_down.py: one request at a time
    HEAP = 50  # mm: the heap that the processors' caches share
    FRAMES = 60  # mm: the frames that the processors' caches share
    INTERRUPTS = 70  # cpu/device_interrupts.py: their vectors and routes
    WAIT_QUEUE = 71  # sched/wait_queue.py: what is waited for, whoever changes it
    TIMERS = 72  # time/timers.py: the timers of a processor
    RUN_QUEUE = 75  # sched/processor.py: threads are woken whatever is held
    CONSOLE = 80  # the serial port: nothing is taken while a line is written
