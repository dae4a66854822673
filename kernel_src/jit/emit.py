"""One allocated function -> machine code, trap map entries and relocations.

    prologue        stack check, saved registers, frame, parameters to their places
    blocks          in their order; before each instruction the moves that it needs
    out of line     the moves of edges that were jumped to, then the traps (a `ud2` each)
    constants       what float instructions read from memory, 16 bytes each

Which blocks are emitted at all, and how near they are to each other, is found out before
(layout.py).
"""

from __future__ import annotations

from typing import Final

import kernel_src.jit.encode as encode
import kernel_src.jit.encode_control as control
from kernel_src.jit.context import (
    REF_SIGNATURE,
    STACK_LIMIT,
    TRAP_NULL,
    TRAP_SIGNATURE,
    TRAP_STACK,
    UNCHECKED_FRAME,
)
from kernel_src.jit.emit_control import destination, emit_control
from kernel_src.jit.emit_ops import emit_op
from kernel_src.jit.emitter import LOOP_ALIGN, Emitter, Fixup, Target
from kernel_src.jit.encode import Mem
from kernel_src.jit.frame import is_leaf, outgoing_words, tail_words
from kernel_src.jit.ir import NONE
from kernel_src.jit.layout import is_small_loop, lay_out
from kernel_src.jit.machine import MOp
from kernel_src.jit.regs import (
    ARGUMENT_COUNT,
    CONTEXT,
    REGISTERS,
    RESULT_COUNT,
    RSP,
    SCRATCH,
    in_set,
)
from kernel_src.lib.arena import ArenaFull, alloc_slice
from pykern.lang import Ptr, fill, i32, raises, ref, u8, u32

FUNCTION_ALIGN: Final[u32] = 16


@raises(ArenaFull)
def emit_function(emitter: Ptr[Emitter]) -> None:
    """Emits the function that `emitter` has been set up for (compile.py)."""
    prepare(emitter)
    code = emitter.code
    control.int3_until(code, FUNCTION_ALIGN)
    start = code.used
    emit_prologue(emitter)
    for n in range(emitter.function.block_count):
        emit_block(emitter, n)
    for i in range(emitter.pending_count):
        emit_edge_out_of_line(emitter, emitter.pending_edges[i])
    for i in range(emitter.fixup_count):
        finish_fixup(emitter, emitter.fixups[i])
    frame = emitter.frame.size + 8 * emitter.frame.saved_count
    end = code.used
    emit_constants(emitter)
    emitter.traps.add_function(emitter.function.index, start, end, frame)


@raises(ArenaFull)
def prepare(emitter: Ptr[Emitter]) -> None:
    function = emitter.function
    allocation = emitter.resolution.allocation
    leaf = is_leaf(emitter.machine)
    outgoing = outgoing_words(emitter.machine, emitter.module)
    if not leaf:
        outgoing = max(outgoing, emitter.tail_area)
    emitter.tail_words = tail_words(emitter.machine, emitter.module)
    emitter.frame.init(allocation.used, allocation.slot_count, outgoing, leaf)
    emitter.mover.init(allocation.slot_count, incoming_words(emitter))
    emitter.fixup_count = 0
    emitter.pending_count = 0
    emitter.constant_count = 0
    alloc_slice(emitter.arena, ref(emitter.constants), 8)
    alloc_slice(emitter.arena, ref(emitter.fixups), function.block_count + 16)
    alloc_slice(emitter.arena, ref(emitter.block_at), function.block_count)
    alloc_slice(emitter.arena, ref(emitter.edge_fixups), function.edge_count)
    alloc_slice(emitter.arena, ref(emitter.pending_edges), function.edge_count)
    fill(emitter.edge_fixups, NONE)
    lay_out(emitter)


def incoming_words(emitter: Ptr[Emitter]) -> u32:
    words = emitter.tail_words
    if emitter.function.param_count > ARGUMENT_COUNT + words:
        words = emitter.function.param_count - ARGUMENT_COUNT
    if emitter.function.result_count > RESULT_COUNT + words:
        words = emitter.function.result_count - RESULT_COUNT
    return words


# The parts of a function


@raises(ArenaFull)
def emit_prologue(emitter: Ptr[Emitter]) -> None:
    code = emitter.code
    frame = emitter.frame
    emitter.block = 0
    limit = Mem(base=CONTEXT, disp=i32(STACK_LIMIT))
    if frame.size > UNCHECKED_FRAME:
        encode.op_rm(code, encode.LEA, True, SCRATCH, Mem(base=RSP, disp=-i32(frame.size)))
        encode.alu_rm(code, encode.ALU_CMP, True, SCRATCH, limit)
        emitter.trap_if(encode.CC_B, TRAP_STACK, emitter.function.offsets[0])
    elif not frame.leaf:
        encode.alu_rm(code, encode.ALU_CMP, True, RSP, limit)
        emitter.trap_if(encode.CC_B, TRAP_STACK, emitter.function.offsets[0])
    for register in range(REGISTERS):
        if in_set(frame.saved, u8(register)):
            encode.push_r(code, u8(register))
    if frame.size != 0:
        encode.alu_ri(code, encode.ALU_SUB, True, RSP, i32(frame.size))
    emitter.move_list(emitter.resolution.on_entry)


@raises(ArenaFull)
def emit_block(emitter: Ptr[Emitter], n: u32) -> None:
    emitter.block = n
    if is_small_loop(emitter, n):
        control.nops_until(emitter.code, LOOP_ALIGN)
    emitter.block_at[n] = emitter.code.used
    emitter.flags_at = NONE  # control may come from elsewhere
    if emitter.leads_to[n] != n:
        return  # nothing jumps here
    block = emitter.machine.blocks[n]
    for i in range(block.first, block.end):
        if emitter.resolution.before[i] != NONE:
            emitter.move_list(emitter.resolution.before[i])
        emitter.position = 2 * i
        inst = emitter.machine.insts[i]
        if inst.op.value >= MOp.CALL.value and inst.op != MOp.FIXED:
            emit_control(emitter, inst)
        else:
            emit_op(emitter, inst)


@raises(ArenaFull)
def emit_edge_out_of_line(emitter: Ptr[Emitter], edge: u32) -> None:
    fixup = emitter.edge_fixups[edge]
    while fixup != NONE:
        patch_fixup(emitter, emitter.fixups[fixup], emitter.code.used)
        fixup = emitter.fixups[fixup].next
    emitter.move_list(emitter.resolution.on_edge[edge])
    at = control.jmp_near(emitter.code)
    target = emitter.block_at[destination(emitter, edge)]
    emitter.patch(at, emitter.code.used, target, False)


@raises(ArenaFull)
def finish_fixup(emitter: Ptr[Emitter], fixup: Ptr[Fixup]) -> None:
    match fixup.target:
        case Target.BLOCK:
            patch_fixup(emitter, fixup, emitter.block_at[fixup.number])
        case Target.EDGE | Target.CONSTANT:
            pass
        case Target.TRAP:
            emit_trap(emitter, fixup)


@raises(ArenaFull)
def emit_trap(emitter: Ptr[Emitter], fixup: Ptr[Fixup]) -> None:
    """Out of line: a `ud2`. One comparison has found that a signature differs; if the element is
    null, its number is 0, and the trap another one."""
    code = emitter.code
    patch_fixup(emitter, fixup, code.used)
    if fixup.cause == TRAP_SIGNATURE:
        encode.alu_mi(code, encode.ALU_CMP, False, Mem(base=SCRATCH, disp=i32(REF_SIGNATURE)), 0)
        null = control.jcc_short(code, encode.CC_E)
        emitter.traps.add(code.used, fixup.number, TRAP_SIGNATURE)
        control.ud2(code)
        emitter.patch(null, null + 1, code.used, True)
        emitter.traps.add(code.used, fixup.number, TRAP_NULL)
    else:
        emitter.traps.add(code.used, fixup.number, fixup.cause)
    control.ud2(code)


def emit_constants(emitter: Ptr[Emitter]) -> None:
    """Each fills an operand of 16 bytes, aligned, as the operations on bits need it."""
    if emitter.constant_count == 0:
        return
    code = emitter.code
    control.int3_until(code, 16)
    start = code.used
    for i in range(emitter.constant_count):
        code.put64(emitter.constants[i])
        code.put64(0)
    for i in range(emitter.fixup_count):
        fixup = emitter.fixups[i]
        if fixup.target == Target.CONSTANT:
            patch_fixup(emitter, fixup, start + 16 * fixup.number)


def patch_fixup(emitter: Ptr[Emitter], fixup: Ptr[Fixup], target: u32) -> None:
    emitter.patch(fixup.at, fixup.base, target, fixup.short)
