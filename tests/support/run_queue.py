"""Run queues of several processors in the test process, and a model: lists of thread numbers."""

from __future__ import annotations

from compiler.host.program import HostProgram
from compiler.host.proxies import StructProxy, address_of
from tests.support.host import host_program

QUEUE = "kernel_src.sched.run_queue"
THREAD = "kernel_src.sched.thread"
PRIORITIES = 32
BOUNDS = (0, 7, 8, PRIORITIES - 1)


class RunQueueMachine:
    """Threads that are in one of the queues or in none."""

    def __init__(self, threads: int, queues: int, program: HostProgram | None = None) -> None:
        program = program or host_program(QUEUE, THREAD)
        self.states = program.module(THREAD).ThreadState
        self.queues = [program.new(f"{QUEUE}.RunQueue") for _ in range(queues)]
        self.threads = [program.new(f"{THREAD}.Thread") for _ in range(threads)]
        self.number = {address_of(thread): i for i, thread in enumerate(self.threads)}
        self.home: dict[int, int] = {}  # of a thread that is in a queue: which one
        self.levels: list[list[list[int]]] = [
            [[] for _ in range(PRIORITIES)] for _ in range(queues)
        ]

    def level_of(self, thread: int) -> list[int]:
        return self.levels[self.home[thread]][self.threads[thread].priority]

    def push(self, thread: int, queue: int, front: bool) -> None:
        record = self.threads[thread]
        self.home[thread] = queue
        if front:
            self.queues[queue].push_front(record)
            self.level_of(thread).insert(0, thread)
        else:
            self.queues[queue].push_back(record)
            self.level_of(thread).append(thread)
        self.compare(queue)

    def remove(self, thread: int) -> None:
        queue = self.home[thread]
        self.queues[queue].remove(self.threads[thread])
        self.level_of(thread).remove(thread)
        del self.home[thread]
        assert self.threads[thread].state != self.states.READY
        self.compare(queue)

    def steal(self, owner: int, thief: int) -> None:
        """What a processor with nothing to do would take, if there is something."""
        found = self.queues[owner].first_allowed(thief)
        expected = [
            thread
            for level in reversed(self.levels[owner])
            for thread in level
            if self.threads[thread].allowed >> thief & 1
        ]
        assert self.numbered(found) == (expected[0] if expected else None)
        if expected:
            self.remove(expected[0])
            self.push(expected[0], thief, front=False)

    def numbered(self, thread: StructProxy | None) -> int | None:
        return None if thread is None else self.number[address_of(thread)]

    def compare(self, queue: int) -> None:
        levels = self.levels[queue]
        made = self.queues[queue]
        ready = [priority for priority in range(PRIORITIES) if levels[priority]]
        assert made.count == sum(map(len, levels))
        assert made.ready == sum(1 << priority for priority in ready)
        assert self.numbered(made.highest()) == (levels[ready[-1]][0] if ready else None)

    def check_links(self) -> None:
        """No thread is lost or in two places: both ways through a level show the model."""
        for made, levels in zip(self.queues, self.levels, strict=True):
            for priority, expected in enumerate(levels):
                if expected:
                    level = made.levels[priority]
                    assert self.walk(level.first, "next") == expected
                    assert self.walk(level.last, "before") == expected[::-1]
            for priority in BOUNDS:
                assert made.has_from(priority) == any(levels[priority:])
                assert made.has_above(priority) == any(map(bool, levels[priority + 1 :]))

    def check_empty(self) -> None:
        for made in self.queues:
            assert not made.ready and made.count == 0
            assert all(level.first is None and level.last is None for level in made.levels)
            assert made.highest() is None

    def walk(self, thread: StructProxy | None, link: str) -> list[int]:
        found = []
        while thread is not None:
            found.append(self.number[address_of(thread)])
            assert thread.state == self.states.READY
            thread = getattr(thread, link)
        return found
