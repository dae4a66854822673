"""Whether the clock counts instructions, by a loop whose length is known.

Under `-icount shift=0` QEMU's virtual time goes on by a nanosecond an instruction, and its
time-stamp counter by a tick a nanosecond.
"""
from __future__ import annotations

from typing import Final

from pykern.lang import asm, rdtsc, test, u64

TURNS: Final[u64] = 1_000_000
INSTRUCTIONS_A_TURN: Final = 2
TOLERANCE: Final = 100
"""The instructions around the loop."""


@test
def the_clock_counts_instructions() -> None:
    start = rdtsc()
    asm("movq $0, %rcx\n 1: decq %rcx\n jnz 1b", "r,~{rcx},~{flags}", None, TURNS)
    ticks = rdtsc() - start
    expected = TURNS * INSTRUCTIONS_A_TURN
    assert expected <= ticks <= expected + TOLERANCE, (
        f"{expected} instructions took {ticks} ticks: not a clock that counts instructions"
    )
