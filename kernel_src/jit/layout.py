"""Before emission: which blocks come to nothing, and an upper bound of how far apart the others
are.

A block that only jumps forward, without moves, is not emitted; whoever jumps to it jumps where it
leads. A jump forward may be short if its target is certainly near: that is known from the longest
that each instruction in between can be. When a jump is patched, its distance is checked.
"""

from __future__ import annotations

from typing import Final

from kernel_src.jit.emitter import BOUND_MAX, LOOP_ALIGN, Emitter
from kernel_src.jit.ir import NONE, edge_count_of, edge_of
from kernel_src.jit.machine import MInst, MOp, compares_floats, has_list, is_division, is_float_op
from kernel_src.lib.arena import ArenaFull, alloc_slice
from pykern.lang import Ptr, raises, ref, u32, u64

# In machine instructions
SMALL_LOOP: Final[u32] = 24

# The longest that any instruction can be with the copies it may need, by kind
PLAIN_BOUND: Final[u32] = 40
DIVISION_BOUND: Final[u32] = 100
FLOAT_BOUND: Final[u32] = 160
CALL_BOUND: Final[u32] = 80
SWITCH_BOUND: Final[u32] = 48
# The longest encoding of a jump with another behind it, and of one move
JUMPS_BOUND: Final[u32] = 16
MOVE_BOUND: Final[u32] = 20


@raises(ArenaFull)
def lay_out(emitter: Ptr[Emitter]) -> None:
    blocks = emitter.function.block_count
    alloc_slice(emitter.arena, ref(emitter.leads_to), blocks)
    alloc_slice(emitter.arena, ref(emitter.follower), blocks)
    alloc_slice(emitter.arena, ref(emitter.bound_at), blocks + 1)
    follower = NONE
    for i in range(blocks):
        n = blocks - 1 - i
        emitter.follower[n] = follower
        if is_empty(emitter, n):
            emitter.leads_to[n] = emitter.leads_to[target_of_jump(emitter, n)]
        else:
            emitter.leads_to[n] = n
            follower = n
    bound_blocks(emitter)


def target_of_jump(emitter: Ptr[Emitter], block: u32) -> u32:
    return emitter.function.edges[emitter.function.terminator(block).a].target


def is_empty(emitter: Ptr[Emitter], block: u32) -> bool:
    """Is the block a forward jump and nothing else?"""
    blocks = emitter.machine.blocks[block]
    if blocks.end - blocks.first != 1 or emitter.machine.insts[blocks.first].op != MOp.JUMP:
        return False
    if emitter.resolution.before[blocks.first] != NONE:
        return False
    edge = emitter.function.terminator(block).a
    return target_of_jump(emitter, block) > block and emitter.resolution.on_edge[edge] == NONE


def is_small_loop(emitter: Ptr[Emitter], n: u32) -> bool:
    """Is the block the head of an innermost loop that is a few instructions long? How its lines lie
    in the cache of decoded instructions then matters."""
    last = emitter.function.blocks[n].loop_end
    if last == NONE or emitter.leads_to[n] != n:
        return False
    if emitter.machine.blocks[last].end - emitter.machine.blocks[n].first > SMALL_LOOP:
        return False
    for inner in range(n + 1, last + 1):
        if emitter.function.blocks[inner].loop_end != NONE:
            return False
    return True


def bound_blocks(emitter: Ptr[Emitter]) -> None:
    total: u64 = 0
    for n in range(emitter.function.block_count):
        emitter.bound_at[n] = u32(min(total, BOUND_MAX))
        if is_small_loop(emitter, n):
            total += LOOP_ALIGN
        block = emitter.machine.blocks[n]
        for i in range(block.first, block.end):
            total += bound(emitter, emitter.machine.insts[i])
            total += MOVE_BOUND * count_moves(emitter, emitter.resolution.before[i])
        terminator = emitter.function.terminator(n)
        for i in range(min(edge_count_of(terminator), 2)):
            edge = edge_of(emitter.function, terminator, i)
            total += JUMPS_BOUND + MOVE_BOUND * count_moves(
                emitter, emitter.resolution.on_edge[edge]
            )
    emitter.bound_at[emitter.function.block_count] = u32(min(total, BOUND_MAX))


def count_moves(emitter: Ptr[Emitter], first: u32) -> u32:
    found: u32 = 0
    n = first
    while n != NONE:
        found += 1
        n = emitter.resolution.moves[n].next
    return found


def bound(emitter: Ptr[Emitter], inst: Ptr[MInst]) -> u32:
    if inst.op == MOp.SWITCH:
        return SWITCH_BOUND + 4 * inst.imm
    if has_list(inst):
        return CALL_BOUND + MOVE_BOUND * (inst.c + 1)
    if is_float_op(inst.op) or compares_floats(inst):
        return FLOAT_BOUND
    if is_division(inst.op):
        return DIVISION_BOUND
    return PLAIN_BOUND
