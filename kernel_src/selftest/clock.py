"""The clock of the running machine."""
from __future__ import annotations

from typing import Final

from kernel_src.time.clock import now
from pykern.lang import test

READS: Final = 100_000


@test
def the_clock_never_goes_back() -> None:
    before = now()
    first = before
    for _ in range(READS):
        after = now()
        assert after >= before, f"{after} after {before}"
        before = after
    assert before > first, f"it stands still at {first}"
