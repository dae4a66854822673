"""Frames and the heap shared by threads of this process, a cache each: nothing is lost."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from tests.support.heap import HEAP, HeapMachine
from tests.support.host import host_program

CONTENTION = "tests.support.contention"
CACHE = "kernel_src.mm.frame_cache"
THREADS = 3  # more than this machine may have processors: a holder can be interrupted
FRAMES = 8000
PHASES = 500
HANGS_AFTER = 120  # seconds


@pytest.mark.parametrize("debug", [True, False])
def test_threads_lose_nothing(debug: bool) -> None:
    program = host_program(CONTENTION, HEAP, debug=debug)
    contention: Any = program.module(CONTENTION)
    contention.reset()
    machine = HeapMachine(FRAMES, program, caches=THREADS)
    frame_cache = program.module(CACHE).FrameCache
    caches = [frame_cache(frames=machine.frames) for _ in range(THREADS)]
    failures: list[BaseException] = []

    def run(number: int) -> None:
        try:
            contention.contend(
                THREADS,
                caches[number],
                machine.caches[number],
                machine.base,
                number + 1,
                PHASES,
            )
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=run, args=(n,), daemon=True) for n in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(HANGS_AFTER)  # a panic of another may have left a lock held
    assert not failures, failures
    assert not any(thread.is_alive() for thread in threads), "a lock was not given back"
    contention.give_back_exchanged(caches[0], machine.caches[0], machine.base)
    cached = sum(cache.count for cache in caches)
    assert machine.free.value + machine.held.value + cached == FRAMES
    for cache in caches:
        cache.drain(cache.count)
    machine.flush()
    assert machine.held.value == 0 and machine.free.value == FRAMES
    assert set(machine.owners) == {0xFF}
