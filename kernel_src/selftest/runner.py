"""Runs the `@test` functions of a test build: `tests=0-3,7` on the command line, by their numbers.

A test that fails panics, and the machine ends. Whoever reads the events knows which one it was,
and starts another machine from the test after it. For each test, in the order of the table:

    @ test NUMBER COUNT NAME FILE:LINE  it begins
    @ passed NUMBER                     it returned
"""
from __future__ import annotations

from typing import Final

import kernel_src.log as log
from kernel_src.ending import finish, refuse
from pykern.lang import (
    Fn,
    Ptr,
    Slice,
    Str,
    address_of,
    extern,
    load,
    ptr_at,
    slice_at,
    struct,
    u8,
    u32,
    u64,
    usize,
)

DIGIT_ZERO: Final = 0x30
COMMA: Final = 0x2C
DASH: Final = 0x2D
NUMBER_MAX: Final = 100_000_000


@struct
class Entry:
    """A row of the table that the build makes (compiler/build/test_table.py)."""

    name: Str
    function: Fn[[], None]
    file: Str
    line: u32


@extern
def pk_test_table() -> None: ...


@extern
def pk_test_count() -> None: ...


def run(ranges: Slice[u8]) -> None:
    """Runs the tests and ends the machine; without a number, does nothing."""
    if len(ranges) == 0:
        return
    tests = slice_at(Entry, address_of(pk_test_table), test_count())
    start: usize = 0
    while start < len(ranges):
        end = start + length_before(ranges[start:], COMMA)
        run_range(ranges[start:end], tests)
        start = end + 1
    finish(0)


def run_range(range_: Slice[u8], tests: Slice[Entry]) -> None:
    """`N`, or `N-M` for all from N to M, or `N-` for all from N on."""
    dash = length_before(range_, DASH)
    first = read_number(range_[:dash])
    last = first
    if dash + 1 == len(range_):
        last = max(len(tests), 1) - 1
    elif dash < len(range_):
        last = read_number(range_[dash + 1 :])
    if first > last or last >= len(tests):
        refuse(f"tests: {range_}: there are {len(tests)} tests, from number 0 on")
    for number in range(first, last + 1):
        run_one(number, tests)


def length_before(text: Slice[u8], mark: u8) -> usize:
    """Where a mark is first, or the end."""
    for place, byte in enumerate(text):
        if byte == mark:
            return place
    return len(text)


def run_one(number: usize, tests: Slice[Entry]) -> None:
    entry: Ptr[Entry] = tests[number]
    log.event(f"test {number} {len(tests)} {entry.name} {entry.file}:{entry.line}")
    function = entry.function
    function()
    log.event(f"passed {number}")


def test_count() -> usize:
    return usize(load(ptr_at(u64, address_of(pk_test_count))))


def read_number(text: Slice[u8]) -> usize:
    if len(text) == 0:
        refuse("tests: the number of a test is missing")
    number: usize = 0
    for digit in text:
        if not DIGIT_ZERO <= digit < DIGIT_ZERO + 10 or number > NUMBER_MAX:
            refuse(f"tests: {text} is not the number of a test")
        number = number * 10 + usize(digit - DIGIT_ZERO)
    return number
