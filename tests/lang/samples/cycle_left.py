"""One half of two modules that import each other."""

from __future__ import annotations

import tests.lang.samples.cycle_right as right
from pykern.lang import Final, u32

FLOOR: Final = 3


def start(depth: u32) -> u32:
    return right.bounce(depth + 1)
