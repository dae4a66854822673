"""Benchmarks of shoot-downs, on as many processors as the machine has.

The clock counts the instructions of all processors, those that wait among them.
"""
from __future__ import annotations

from typing import Final

from kernel_src.bench.measure import measure
from kernel_src.cpu.shoot_down import forget_everywhere
from kernel_src.memlayout import BLOCK_WINDOW, PAGE_SIZE
from pykern.lang import test, usize

REQUESTS: Final = 64


@test
def shoot_downs() -> None:
    measure("shoot-down", forget_pages, REQUESTS)


def forget_pages(count: usize) -> None:
    for _ in range(count):
        forget_everywhere(BLOCK_WINDOW, BLOCK_WINDOW + (PAGE_SIZE - 1))
