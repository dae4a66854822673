"""The other half of two modules that import each other."""

from __future__ import annotations

import tests.lang.samples.cycle_left as left
from pykern.lang import u32


def limit() -> u32:
    return 2


def bounce(depth: u32) -> u32:
    return depth if depth > limit() else left.start(depth)
