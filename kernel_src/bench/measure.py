"""Measures operations by the processor's clock, and reports each round as an event.

    @ bench NAME TICKS COUNT    COUNT operations took TICKS

The machine is to be one whose clock counts instructions (clock.py). An operation is a function that
does it `count` times, so what a call and the clock themselves take is shared by many.
"""
from __future__ import annotations

from typing import Final

import kernel_src.log as log
from pykern.lang import Fn, Str, TypeAlias, rdtsc, u64, usize

ROUNDS: Final = 7

Operation: TypeAlias = Fn[[usize], None]


def measure(name: Str, operation: Operation, count: usize) -> None:
    """One round to warm up, then those that count."""
    operation(count)
    for _ in range(ROUNDS):
        report(name, ticks_of(operation, count), count)


def measure_pair(
    name: Str, operation: Operation, undo_name: Str, undo: Operation, count: usize
) -> None:
    """An operation and what takes it back, by turns."""
    operation(count)
    undo(count)
    for _ in range(ROUNDS):
        report(name, ticks_of(operation, count), count)
        report(undo_name, ticks_of(undo, count), count)


def ticks_of(operation: Operation, count: usize) -> u64:
    start = rdtsc()
    operation(count)
    return rdtsc() - start


def report(name: Str, ticks: u64, count: usize) -> None:
    log.event(f"bench {name} {ticks} {count}")
