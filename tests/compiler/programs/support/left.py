"""One of two modules that import each other."""

from __future__ import annotations

import tests.compiler.programs.support.right as right
from pykern.lang import Final, inline, struct, u32

BASE: Final = 40


@struct
class Counter:
    count: u32 = 0

    def advance(self, by: u32) -> None:
        self.count += by


counter: Counter = Counter(BASE)
total: u32 = 0


def odd(n: u32) -> bool:
    return n != 0 and right.even(n - 1)


@inline
def step(n: u32) -> u32:
    return hidden_step(n) + right.STEP


def hidden_step(n: u32) -> u32:
    return n * 2


def advance(by: u32) -> None:
    global total
    counter.advance(by)
    total += by
