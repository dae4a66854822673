"""The other of two modules that import each other."""

from __future__ import annotations

import tests.compiler.programs.support.left as left
from pykern.lang import Final, u32

STEP: Final[u32] = 3


def even(n: u32) -> bool:
    return n == 0 or left.odd(n - 1)
