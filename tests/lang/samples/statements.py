"""Statements and control flow."""

from __future__ import annotations

import tests.lang.samples.cycle_left as left
from pykern.lang import Final, Ptr, Slice, Str, noinline, struct, u8, u32, usize
from tests.lang.samples.cycle_right import bounce, limit

STEPS: Final = 4

calls: u32 = 0


@struct
class Counter:
    value: u32 = 0


def count(step: u32 = 1, *, twice: bool = False) -> u32:
    global calls
    calls += 2 * step if twice else step
    return calls


def keywords() -> u32:
    return count() + count(2) + count(step=3, twice=True) + left.start(1) + bounce(limit())


@noinline
def loops(values: Slice[u32], wanted: u32) -> usize:
    for i in range(len(values)):
        if values[i] == wanted:
            break
    else:
        return len(values)
    for i in range(10, 0, -2):
        if i == 4:
            continue
        count()
    for _ in range(1, STEPS):
        pass
    index: usize = 0
    while index < len(values):
        if values[index] > wanted:
            break
        index += 1
    else:
        index = 0
    return index


def branches(a: u32, b: u32) -> u32:
    if a == 0:
        result: u32 = 1
    elif a < b < 10 or not (b == 3 and a == 5):
        result = 2
    else:
        result = 3
    return result if a != b else 0


def matches(number: u32, yes: bool, name: Str) -> u32:
    match number:
        case 0:
            return 0
        case 1 | 2 | 3:
            return 1
        case other if other > 100:
            return other
        case _:
            pass
    match yes:
        case True:
            return 2
        case False:
            pass
    match name:
        case "a":
            return 3
        case text:
            return u32(text == "b")


def nested(counter: Ptr[Counter], bytes: Slice[u8]) -> bool:
    """A docstring, an early return, a chained comparison."""
    if not 0 < counter.value <= 100:
        return False
    a, b = counter.value, u32(len(bytes))
    a, b = b, a
    counter.value = a
    counter.value += b
    assert counter.value == a + b
    return True
