"""Runs the `@test` functions of a test build: `tests=N` on the command line, from number N on.

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


def run(first: Slice[u8]) -> None:
    """Runs the tests and ends the machine; without a number, does nothing."""
    if len(first) == 0:
        return
    tests = slice_at(Entry, address_of(pk_test_table), test_count())
    number = read_number(first)
    while number < len(tests):
        run_one(number, tests)
        number += 1
    finish(0)


def run_one(number: usize, tests: Slice[Entry]) -> None:
    entry: Ptr[Entry] = tests[number]
    log.event(f"test {number} {len(tests)} {entry.name} {entry.file}:{entry.line}")
    function = entry.function
    function()
    log.event(f"passed {number}")


def test_count() -> usize:
    return usize(load(ptr_at(u64, address_of(pk_test_count))))


def read_number(text: Slice[u8]) -> usize:
    number: usize = 0
    for digit in text:
        if not DIGIT_ZERO <= digit < DIGIT_ZERO + 10 or number > NUMBER_MAX:
            refuse(f"tests: {text} is not the number of a test")
        number = number * 10 + usize(digit - DIGIT_ZERO)
    return number
