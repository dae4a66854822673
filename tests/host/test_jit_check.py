"""The checks between stages find mistakes: allocations and functions are spoiled on purpose."""

from __future__ import annotations

from typing import Any

import pytest

from compiler.host.errors import DialectPanic
from tests.support.jit import Stages, program, run_stages

NONE = 0xFFFF_FFFF
REGISTERS = 32  # of both classes; behind them come the slots
# More values alive at once than there are registers, a loop, and values across a call
PRESSURE = """
(module
  (func $f (param i32) (result i32) (local.get 0))
  (func (param i32 i32) (result i32)
    (local i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32)
    (loop $again
      (local.set 2 (i32.add (local.get 2) (local.get 0)))
      (local.set 3 (i32.add (local.get 3) (local.get 2)))
      (local.set 4 (i32.xor (local.get 4) (local.get 3)))
      (local.set 5 (i32.sub (local.get 5) (local.get 4)))
      (local.set 6 (i32.mul (local.get 6) (call $f (local.get 5))))
      (local.set 7 (i32.add (local.get 7) (local.get 6)))
      (local.set 8 (i32.add (local.get 8) (local.get 7)))
      (local.set 9 (i32.add (local.get 9) (local.get 8)))
      (local.set 10 (i32.add (local.get 10) (local.get 9)))
      (local.set 11 (i32.add (local.get 11) (local.get 10)))
      (local.set 12 (i32.add (local.get 12) (local.get 11)))
      (local.set 13 (i32.add (local.get 13) (local.get 12)))
      (br_if $again (local.tee 1 (i32.sub (local.get 1) (i32.const 1)))))
    (i32.add (local.get 13) (local.get 4))))
"""


def check(stages: Stages) -> None:
    arena = stages.keep.compiler.scratch
    program().module("kernel_src.jit.check").check(stages.resolution, arena)


def pieces(stages: Stages) -> list[Any]:
    """All pieces of values that have a place."""
    intervals = stages.live.intervals
    found = [intervals[n] for n in range(stages.live.interval_count)]
    return [piece for piece in found if piece.ranges != NONE]


def test_the_function_needs_all_that_is_spoiled_below() -> None:
    stages = run_stages(PRESSURE, 1)
    check(stages)
    assert stages.allocation.slot_count > 2
    assert any(piece.next != NONE for piece in pieces(stages))
    assert any(head != NONE for head in stages.resolution.on_edge)


def test_every_other_register_for_a_piece_is_noticed() -> None:
    """With a different register, some value is overwritten or read from the wrong place."""
    noticed = tried = 0
    count = len(pieces(run_stages(PRESSURE, 1)))
    for number in range(0, count, 3):
        stages = run_stages(PRESSURE, 1)
        piece = pieces(stages)[number]
        if piece.place < REGISTERS:
            piece.place = 0 if piece.place != 0 else 1
            tried += 1
            noticed += panics(stages)
    assert tried > 10
    # Where the register happens to be free and no move depends on it, the result is still right.
    assert noticed >= tried * 3 // 4


def test_every_missing_move_is_noticed() -> None:
    stages = run_stages(PRESSURE, 1)
    heads = [(stages.resolution.before, n) for n in range(stages.machine.count)]
    heads += [(stages.resolution.on_edge, n) for n in range(stages.function.edge_count)]
    lists = [(table, n) for table, n in heads if table[n] != NONE]
    assert len(lists) > 5
    for table, n in lists:
        first = table[n]
        table[n] = stages.resolution.moves[first].next
        assert panics(stages), f"the move {first} is missing, and nobody notices"
        table[n] = first
    check(stages)


def test_a_slot_shared_by_two_lives_is_noticed() -> None:
    stages = run_stages(PRESSURE, 1)
    slots = stages.allocation.slots
    spilled = [n for n in range(len(slots)) if REGISTERS <= slots[n] < 0x4000_0000]
    pairs = [(a, b) for a in spilled for b in spilled if a < b and meet(stages, a, b)]
    assert pairs
    for a, b in pairs:

        def share(allocation: Any, a: int = a, b: int = b) -> None:
            allocation.slots[b] = allocation.slots[a]

        assert panics(run_stages(PRESSURE, 1, share)), f"v{a} and v{b} share a slot"


def meet(stages: Stages, a: int, b: int) -> bool:
    """Do the lives of the two values overlap?"""
    end = program().module("kernel_src.jit.slots").end_of_value
    live = stages.live
    return live.start_of(a) < end(live, b) and live.start_of(b) < end(live, a)


def panics(stages: Stages) -> bool:
    try:
        check(stages)
    except DialectPanic as panic:
        assert panic.file.endswith(("check.py", "moves.py")), panic
        return True
    return False


# The verifier of the intermediate form


def built() -> Any:
    return run_stages(PRESSURE, 1)


@pytest.mark.parametrize(
    "spoil, message",
    [
        (lambda f: f.blocks[1].__setattr__("first", f.blocks[1].first + 1), "starts at"),
        (lambda f: f.edges[0].__setattr__("count", 0), "parameters"),
        (lambda f: f.edges[0].__setattr__("source", 1), "leaves block"),
    ],
)
def test_verifier(spoil: Any, message: str) -> None:
    stages = built()
    verify = program().module("kernel_src.jit.verify")
    verify.verify(stages.function)
    spoil(stages.function)
    with pytest.raises(DialectPanic, match=message):
        verify.verify(stages.function)


def test_a_use_before_its_definition_is_noticed() -> None:
    stages = built()
    function = stages.function
    verify = program().module("kernel_src.jit.verify")
    last = function.blocks[1].end - 1
    branch = function.insts[last]
    branch.a = last + 1
    with pytest.raises(DialectPanic, match="not defined yet"):
        verify.verify(function)
