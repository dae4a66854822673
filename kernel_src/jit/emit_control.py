"""Calls, branches and returns -> bytes.

The moves of an edge are emitted where the edge is: before a jump; after a branch that is not
taken; for a taken branch out of line, behind the function. A loop's branch back is inverted
instead if it has moves, so that they lie in the loop.
"""

from __future__ import annotations

import kernel_src.jit.encode as encode
import kernel_src.jit.encode_control as control
from kernel_src.jit.context import (
    FUNCTION_REF_SHIFT,
    IMPORTS,
    REF_CODE,
    REF_SIGNATURE,
    RUNTIME,
    TABLES,
    TRAP_NONE,
    TRAP_SIGNATURE,
    TRAP_TABLE,
    VIEW_ELEMENTS,
    VIEW_LENGTH,
    TableView,
)
from kernel_src.jit.emit_compare import emit_compare
from kernel_src.jit.emitter import Emitter
from kernel_src.jit.encode import Mem
from kernel_src.jit.ir import NONE, edge_of
from kernel_src.jit.layout import JUMPS_BOUND, MOVE_BOUND, count_moves
from kernel_src.jit.machine import MInst, MOp
from kernel_src.jit.regs import (
    ARGUMENT_COUNT,
    ARGUMENTS,
    CONTEXT,
    INCOMING,
    OUTGOING,
    RAX,
    RDI,
    REGISTERS,
    RESULT_COUNT,
    RESULTS,
    RSP,
    SCRATCH,
    in_set,
)
from kernel_src.lib.arena import ArenaFull
from pykern.lang import Ptr, i32, raises, sizeof, u8, u32


@raises(ArenaFull)
def emit_control(emitter: Ptr[Emitter], inst: Ptr[MInst]) -> None:
    match inst.op:
        case MOp.CALL:
            move_arguments(emitter, inst, 0, OUTGOING)
            emitter.relocations.add(control.call_near(emitter.code), inst.a)
            note_return(emitter, inst)
        case MOp.CALL_IMPORT:
            move_arguments(emitter, inst, 0, OUTGOING)
            find_import(emitter, inst.a)
            control.call_m(emitter.code, Mem(base=SCRATCH, disp=i32(REF_CODE)))
            note_return(emitter, inst)
        case MOp.CALL_INDIRECT:
            move_arguments(emitter, inst, 1, OUTGOING)
            find_element(emitter, inst)
            control.call_m(emitter.code, Mem(base=SCRATCH, disp=i32(REF_CODE)))
            note_return(emitter, inst)
        case MOp.CALL_RUNTIME:
            emit_runtime_call(emitter, inst)
        case MOp.STACK_RESULT:
            emitter.into_register(emitter.result(inst), True, OUTGOING + inst.imm)
        case MOp.JUMP:
            edge = edge_of(emitter.function, emitter.function.terminator(emitter.block), 0)
            emit_edge(emitter, edge)
        case MOp.BRANCH:
            emit_branch(emitter, inst)
        case MOp.SWITCH:
            emit_switch(emitter, inst)
        case MOp.RETURN:
            emit_return(emitter, inst)
        case MOp.TAIL:
            move_arguments(emitter, inst, 0, INCOMING)
            emit_leave(emitter)
            emitter.relocations.add(control.jmp_near(emitter.code), inst.a)
        case MOp.TAIL_IMPORT:
            move_arguments(emitter, inst, 0, INCOMING)
            find_import(emitter, inst.a)
            emit_leave(emitter)
            control.jmp_m(emitter.code, Mem(base=SCRATCH, disp=i32(REF_CODE)))
        case MOp.TAIL_INDIRECT:
            move_arguments(emitter, inst, 1, INCOMING)
            find_element(emitter, inst)
            emit_leave(emitter)
            control.jmp_m(emitter.code, Mem(base=SCRATCH, disp=i32(REF_CODE)))
        case _:
            emitter.traps.add(emitter.code.used, inst.offset, u8(inst.imm))
            control.ud2(emitter.code)


# Calls


@raises(ArenaFull)
def note_return(emitter: Ptr[Emitter], inst: Ptr[MInst]) -> None:
    """The return address of a call, for backtraces."""
    emitter.traps.add(emitter.code.used, inst.offset, TRAP_NONE)


@raises(ArenaFull)
def move_arguments(emitter: Ptr[Emitter], inst: Ptr[MInst], skip: u32, area: u32) -> None:
    """Puts the list's values where the callee expects them, those on the stack in the words of
    `area`. The first `skip` of them go to rax."""
    emitter.mover.clear()
    for i in range(inst.c):
        value = emitter.function.pool[inst.b + i]
        if i < skip:
            emitter.add_operand_move(RAX, value)
        elif i - skip < ARGUMENT_COUNT:
            emitter.add_operand_move(ARGUMENTS[i - skip], value)
        else:
            emitter.add_operand_move(area + i - skip - ARGUMENT_COUNT, value)
    emitter.do_moves()


def find_import(emitter: Ptr[Emitter], index: u32) -> None:
    """The callee gets the address of its FunctionRef in r11."""
    code = emitter.code
    encode.op_rm(code, encode.LOAD, True, SCRATCH, Mem(base=CONTEXT, disp=i32(IMPORTS)))
    if index != 0:
        encode.alu_ri(code, encode.ALU_ADD, True, SCRATCH, i32(index << FUNCTION_REF_SHIFT))


@raises(ArenaFull)
def find_element(emitter: Ptr[Emitter], inst: Ptr[MInst]) -> None:
    """As `find_import`, for the element with its index in rax.

    A null element has signature 0, which no type has, so one comparison is enough here.
    """
    code = emitter.code
    view = inst.imm * u32(sizeof(TableView))
    encode.op_rm(code, encode.LOAD, True, SCRATCH, Mem(base=CONTEXT, disp=i32(TABLES)))
    length = Mem(base=SCRATCH, disp=i32(view + VIEW_LENGTH))
    encode.alu_rm(code, encode.ALU_CMP, True, RAX, length)
    emitter.trap_if(encode.CC_AE, TRAP_TABLE, inst.offset)
    encode.shift_ri(code, encode.SHIFT_SHL, True, RAX, FUNCTION_REF_SHIFT)
    elements = Mem(base=SCRATCH, disp=i32(view + VIEW_ELEMENTS))
    encode.op_rm(code, encode.LOAD, True, SCRATCH, elements)
    encode.alu_rr(code, encode.ALU_ADD, True, SCRATCH, RAX)
    signature = i32(emitter.signatures[inst.a])
    encode.alu_mi(
        code, encode.ALU_CMP, False, Mem(base=SCRATCH, disp=i32(REF_SIGNATURE)), signature
    )
    emitter.trap_if(encode.CC_NE, TRAP_SIGNATURE, inst.offset)


@raises(ArenaFull)
def emit_runtime_call(emitter: Ptr[Emitter], inst: Ptr[MInst]) -> None:
    """A function of the runtime: the context first, then the operands, all in registers."""
    code = emitter.code
    emitter.mover.clear()
    for i in range(inst.c):
        emitter.add_operand_move(ARGUMENTS[i + 1], emitter.function.pool[inst.b + i])
    emitter.do_moves()
    encode.mov_rr(code, True, RDI, CONTEXT)
    control.call_m(code, Mem(base=CONTEXT, disp=i32(RUNTIME + 8 * inst.a)))
    note_return(emitter, inst)
    if inst.imm != 0:
        encode.test_rr(code, False, RAX, RAX)
        emitter.trap_if(encode.CC_NE, u8(inst.imm), inst.offset)
    else:
        # The kernel's convention leaves the upper half of a 32-bit result undefined.
        encode.mov_rr(code, False, RAX, RAX)


# Branches


def has_moves(emitter: Ptr[Emitter], edge: u32) -> bool:
    return emitter.resolution.on_edge[edge] != NONE


def destination(emitter: Ptr[Emitter], edge: u32) -> u32:
    """The block that control gets to by an edge, past blocks that only jump on."""
    return emitter.leads_to[emitter.function.edges[edge].target]


def is_next(emitter: Ptr[Emitter], block: u32) -> bool:
    """Does control get to the block by going on?"""
    return emitter.follower[emitter.block] == block


@raises(ArenaFull)
def emit_edge(emitter: Ptr[Emitter], edge: u32) -> None:
    """Goes over an edge from the end of a block: its moves, and a jump if the target is not
    next."""
    emitter.move_list(emitter.resolution.on_edge[edge])
    block = destination(emitter, edge)
    if not is_next(emitter, block):
        emitter.tail = JUMPS_BOUND
        emitter.jump(block)


@raises(ArenaFull)
def emit_branch(emitter: Ptr[Emitter], inst: Ptr[MInst]) -> None:
    terminator = emitter.function.terminator(emitter.block)
    taken = edge_of(emitter.function, terminator, 0)
    other = edge_of(emitter.function, terminator, 1)
    cc = inst.cond
    emit_compare(emitter, inst, inst.a, inst.b)
    # Of the two, `other` is emitted in line: rather the next block, or a loop's branch with moves.
    if is_next(emitter, destination(emitter, taken)) or repeats_with_moves(emitter, taken):
        swap = taken
        taken = other
        other = swap
        cc ^= 1
    if cc == encode.CC_FLOAT_E:
        # Unequal by either of two flags can be jumped on, equal by both cannot.
        swap = taken
        taken = other
        other = swap
        cc = encode.CC_FLOAT_NE
    if cc == encode.CC_FLOAT_NE:
        jump_over_edge(emitter, encode.CC_P, taken, other)
        cc = encode.CC_NE
    jump_over_edge(emitter, cc, taken, other)
    emit_edge(emitter, other)


@raises(ArenaFull)
def jump_over_edge(emitter: Ptr[Emitter], cc: u8, taken: u32, other: u32) -> None:
    """jcc over an edge, where another one is emitted in line right behind."""
    if has_moves(emitter, taken):
        emitter.jump_if_to_edge(cc, taken)
    else:
        emitter.tail = 2 * JUMPS_BOUND + MOVE_BOUND * count_moves(
            emitter, emitter.resolution.on_edge[other]
        )
        emitter.jump_if(cc, destination(emitter, taken))


def repeats_with_moves(emitter: Ptr[Emitter], edge: u32) -> bool:
    return emitter.function.edges[edge].target <= emitter.block and has_moves(emitter, edge)


@raises(ArenaFull)
def emit_switch(emitter: Ptr[Emitter], inst: Ptr[MInst]) -> None:
    """A table of distances from itself, behind the jump. rax is free here.

    lea r11, table; movsxd rax, [r11 + 4 * index]; add rax, r11; jmp rax
    """
    code = emitter.code
    function = emitter.function
    terminator = function.terminator(emitter.block)
    count = terminator.c - 1
    emitter.into_register(RAX, False, emitter.place(inst.a))
    encode.alu_ri(code, encode.ALU_CMP, False, RAX, i32(count))
    at = control.jcc_near(code, encode.CC_AE)
    link_near(emitter, at, code.used, edge_of(function, terminator, count))
    if count == 0:
        return
    table = control.lea_rip(code, SCRATCH)
    entry = Mem(base=SCRATCH, disp=0, index=RAX, scale=2)
    encode.op_rm(code, encode.MOVSXD, True, RAX, entry)
    encode.alu_rr(code, encode.ALU_ADD, True, RAX, SCRATCH)
    control.jmp_r(code, RAX)
    control.int3_until(code, 4)
    start = code.used
    emitter.patch(table, table + 4, start, False)
    for i in range(count):
        at = code.used
        code.put32(0)
        link_near(emitter, at, start, edge_of(function, terminator, i))


@raises(ArenaFull)
def link_near(emitter: Ptr[Emitter], at: u32, base: u32, edge: u32) -> None:
    if has_moves(emitter, edge):
        emitter.link_edge(at, base, edge)
    else:
        emitter.link_block(at, base, destination(emitter, edge), False)


@raises(ArenaFull)
def emit_return(emitter: Ptr[Emitter], inst: Ptr[MInst]) -> None:
    emitter.mover.clear()
    for i in range(inst.c):
        value = emitter.function.pool[inst.b + i]
        if i < RESULT_COUNT:
            emitter.add_operand_move(RESULTS[i], value)
        else:
            emitter.add_operand_move(INCOMING + i - RESULT_COUNT, value)
    emitter.do_moves()
    emit_leave(emitter)
    control.ret(emitter.code)


def emit_leave(emitter: Ptr[Emitter]) -> None:
    """Undoes the frame: rsp is at the return address. Argument registers, rax and r11 stay."""
    code = emitter.code
    frame = emitter.frame
    if frame.size != 0:
        encode.alu_ri(code, encode.ALU_ADD, True, RSP, i32(frame.size))
    for i in range(REGISTERS):
        register = u8(REGISTERS - 1 - i)
        if in_set(frame.saved, register):
            encode.pop_r(code, register)
