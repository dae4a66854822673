"""Parallel moves: the steps, done one after the other, must move everything at once."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.host import host_program

MOVES = "kernel_src.jit.moves"
REGS = "kernel_src.jit.regs"
SLOTS = 5
WORDS = 4
INCOMING = 0x4000_0000
OUTGOING = 0x8000_0000
NO_PLACE = 0xFFFF_FFFF
SCRATCH = 11
VECTOR_SCRATCH = 31
SLOT = 32
REGISTERS = [n for n in range(31) if n not in (4, SCRATCH, 14, 15)]
READABLE = (
    REGISTERS
    + [SLOT + n for n in range(SLOTS)]
    + [INCOMING + n for n in range(WORDS)]
)  # fmt: skip
WRITABLE = READABLE + [OUTGOING + n for n in range(WORDS)]
CONSTANT = -1

moves = st.dictionaries(
    st.sampled_from(WRITABLE), st.sampled_from([*READABLE, CONSTANT]), max_size=len(WRITABLE)
)


def new_mover() -> tuple[Any, Any]:
    program = host_program(MOVES, REGS, "kernel_src.lib.arena")
    memory = program.array("u8", 1 << 16)
    arena = program.new("kernel_src.lib.arena.Arena", memory=memory)
    mover = program.new(f"{MOVES}.Mover", arena=arena)
    mover.init(SLOTS, WORDS)
    return mover, (arena, memory)


@settings(max_examples=500, deadline=None)
@given(moves)
def test_steps_are_the_moves(moves: dict[int, int]) -> None:
    mover, _keep = new_mover()
    check(mover, moves)


def test_one_mover_for_many_moves() -> None:
    """What one list leaves behind must not disturb the next."""
    mover, _keep = new_mover()
    ring = dict(zip(REGISTERS, REGISTERS[1:] + REGISTERS[:1], strict=True))
    fan = dict.fromkeys(READABLE[1:], READABLE[0])
    for moves in (ring, fan, {}, ring, {SLOT: SLOT + 1, SLOT + 1: SLOT, INCOMING: SLOT}):
        check(mover, moves)


def check(mover: Any, moves: dict[int, int]) -> None:
    places = {place: f"old {place:#x}" for place in [*WRITABLE, SCRATCH, VECTOR_SCRATCH]}
    expected = dict(places)
    mover.clear()
    for number, (dst, src) in enumerate(moves.items()):
        constant = src == CONSTANT
        mover.add(dst, NO_PLACE if constant else src, number)
        expected[dst] = f"constant {number}" if constant else places[src]
    for step in mover.sequence():
        constant = int(step.src) == NO_PLACE
        places[step.dst] = f"constant {step.value}" if constant else places[step.src]
    for place in (SCRATCH, VECTOR_SCRATCH):
        del places[place], expected[place]
    assert places == expected


def test_no_more_steps_than_needed() -> None:
    """A move each, and one more for each cycle; a value that stays costs nothing."""
    mover, _keep = new_mover()
    mover.clear()
    for dst, src in ((0, 1), (1, 0), (2, 3), (3, SLOT), (SLOT, 2), (5, 5), (6, 5)):
        mover.add(dst, src, 0)
    assert len(mover.sequence()) == 2 + 1 + 3 + 1 + 1
