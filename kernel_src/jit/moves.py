"""Parallel moves: several values change places at once; which instructions, in which order?

    rax <- rcx, rcx <- rax, rdx <- rcx         rdx <- rcx; r11 <- rax; rax <- rcx; rcx <- r11

A move may be done once nobody needs what its destination holds. Doing it may free its source for
another. What is left when no move is free are cycles, disjoint and simple: one value is kept in
a scratch register, then the others follow in turn. Linear in the number of moves.

The places are those of regs.py. A destination occurs once; a source any number of times, or it is
a constant.
"""

from __future__ import annotations

from kernel_src.jit.ir import NONE
from kernel_src.jit.regs import (
    INCOMING,
    NO_PLACE,
    OUTGOING,
    REGISTERS,
    SCRATCH,
    VECTOR_SCRATCH,
    is_vector,
)
from kernel_src.lib.arena import Arena, ArenaFull, alloc_slice, grow_slice
from pykern.lang import Ptr, Slice, fill, raises, ref, struct, u32, zeroed


@struct
class Step:
    """dst = src, or a constant if src is NO_PLACE. `value` is whose it is."""

    dst: u32
    src: u32
    value: u32


@struct
class Mover:
    arena: Ptr[Arena]
    moves: Slice[Step] = zeroed()
    move_count: u32 = 0
    done: Slice[bool] = zeroed()
    steps: Slice[Step] = zeroed()  # the result, in order
    step_count: u32 = 0
    work: Slice[u32] = zeroed()  # moves that are free
    work_count: u32 = 0
    # By place, in the numbering of `dense`: the move that writes it, and how many are still to
    # read it
    writer: Slice[u32] = zeroed()
    readers: Slice[u32] = zeroed()
    slot_count: u32 = 0

    @raises(ArenaFull)
    def init(self, slots: u32, incoming: u32) -> None:
        arena = self.arena
        self.move_count = 0
        self.step_count = 0
        self.work_count = 0
        self.slot_count = slots
        alloc_slice(arena, ref(self.moves), 16)
        alloc_slice(arena, ref(self.done), 16)
        alloc_slice(arena, ref(self.steps), 32)
        alloc_slice(arena, ref(self.work), 16)
        alloc_slice(arena, ref(self.writer), REGISTERS + slots + incoming)
        alloc_slice(arena, ref(self.readers), REGISTERS + slots + incoming)
        fill(self.writer, NONE)

    def clear(self) -> None:
        self.move_count = 0

    @raises(ArenaFull)
    def add(self, dst: u32, src: u32, value: u32) -> None:
        if dst == src:
            return
        n = self.move_count
        if n == len(self.moves):
            grow_slice(self.arena, ref(self.moves), n + 1)
            grow_slice(self.arena, ref(self.done), n + 1)
            grow_slice(self.arena, ref(self.work), n + 1)
            grow_slice(self.arena, ref(self.steps), 2 * (n + 1))
        move = self.moves[n]
        move.dst = dst
        move.src = src
        move.value = value
        self.done[n] = False
        self.move_count = n + 1

    def sequence(self) -> Slice[Step]:
        """The moves added since `clear`, as steps to be done in order."""
        self.step_count = 0
        self.work_count = 0
        for n in range(self.move_count):
            self.enter(n)
        for n in range(self.move_count):
            if self.is_free(n):
                self.work[self.work_count] = n
                self.work_count += 1
        while self.work_count > 0:
            self.work_count -= 1
            self.do(self.work[self.work_count])
        for n in range(self.move_count):
            if not self.done[n]:
                self.do_cycle(n)
        for n in range(self.move_count):
            self.leave(n)
        return self.steps[: self.step_count]

    def dense(self, place: u32) -> u32:
        """Registers, slots, and incoming words in one row."""
        if place >= INCOMING:
            return REGISTERS + self.slot_count + (place - INCOMING)
        return place

    def enter(self, n: u32) -> None:
        move = self.moves[n]
        if move.dst < OUTGOING:
            assert self.writer[self.dense(move.dst)] == NONE, f"two moves to place {move.dst:#x}"
            self.writer[self.dense(move.dst)] = n
        if move.src != NO_PLACE:
            self.readers[self.dense(move.src)] += 1

    def leave(self, n: u32) -> None:
        move = self.moves[n]
        if move.dst < OUTGOING:
            self.writer[self.dense(move.dst)] = NONE
        if move.src != NO_PLACE:
            self.readers[self.dense(move.src)] = 0

    def is_free(self, n: u32) -> bool:
        """Does nobody need any more what the destination holds?"""
        dst = self.moves[n].dst
        return dst >= OUTGOING or self.readers[self.dense(dst)] == 0

    def do(self, n: u32) -> None:
        """Does a move, and enters in the work list the one that it frees."""
        move = self.moves[n]
        self.put(move.dst, move.src, move.value)
        self.done[n] = True
        if move.src == NO_PLACE:
            return
        src = self.dense(move.src)
        self.readers[src] -= 1
        next = self.writer[src]
        if self.readers[src] == 0 and next != NONE:
            self.work[self.work_count] = next
            self.work_count += 1

    def do_cycle(self, n: u32) -> None:
        """The cycle that move `n` is part of: each move frees the destination of the next."""
        kept = self.moves[n].dst
        last_reader = n
        while self.moves[last_reader].src != kept:
            last_reader = self.writer[self.dense(self.moves[last_reader].src)]
        scratch: u32 = VECTOR_SCRATCH if is_vector(kept) else SCRATCH
        self.put(scratch, kept, self.moves[last_reader].value)
        move = n
        while move != last_reader:
            self.put(self.moves[move].dst, self.moves[move].src, self.moves[move].value)
            self.done[move] = True
            move = self.writer[self.dense(self.moves[move].src)]
        self.put(self.moves[last_reader].dst, scratch, self.moves[last_reader].value)
        self.done[last_reader] = True

    def put(self, dst: u32, src: u32, value: u32) -> None:
        step = self.steps[self.step_count]
        step.dst = dst
        step.src = src
        step.value = value
        self.step_count += 1
