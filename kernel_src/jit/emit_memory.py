"""Loads, stores and operands in memory -> bytes. What accesses linear memory notes where it is: a
fault there is a trap."""

from __future__ import annotations

from typing import Final

import kernel_src.jit.encode as encode
import kernel_src.jit.encode_float as floats
from kernel_src.jit.context import TRAP_MEMORY
from kernel_src.jit.emit_float import float_opcode
from kernel_src.jit.emitter import Emitter
from kernel_src.jit.encode import NO_INDEX, Mem
from kernel_src.jit.ir import NONE
from kernel_src.jit.machine import (
    BASE_CONTEXT,
    BASE_MEMORY,
    BASE_OTHER,
    LOAD_64,
    LOAD_S8,
    LOAD_S16,
    LOAD_S32,
    MInst,
    MOp,
)
from kernel_src.jit.regs import CONTEXT, MEMORY, is_vector
from kernel_src.lib.arena import ArenaFull
from pykern.lang import Array, Ptr, bitcast, i32, raises, u32

# By LOAD_*: the opcode
LOAD_OPCODES: Final[Array[u32, 7]] = Array(
    encode.MOVZX8,
    encode.MOVSX8,
    encode.MOVZX16,
    encode.MOVSX16,
    encode.LOAD,
    encode.MOVSXD,
    encode.LOAD,
)


def address(emitter: Ptr[Emitter], inst: Ptr[MInst], value: u32) -> Mem:
    disp = bitcast(i32, inst.imm)
    if inst.flags == BASE_CONTEXT:
        return Mem(base=CONTEXT, disp=disp)
    if inst.flags == BASE_MEMORY:
        index = NO_INDEX if value == NONE else emitter.register(value)
        return Mem(base=MEMORY, disp=disp, index=index)
    return Mem(base=emitter.register(value), disp=disp)


@raises(ArenaFull)
def emit_with_memory(emitter: Ptr[Emitter], inst: Ptr[MInst]) -> None:
    """dst = a op memory. The address is in another register than the result."""
    code = emitter.code
    dst = emitter.result(inst)
    mem = address(emitter, inst, inst.d)
    emitter.into_register(dst, True, emitter.place(inst.a))
    note_fault(emitter, inst)
    if inst.op == MOp.FLOAT_LOAD:
        floats.float_rm(code, float_opcode(inst.sub), inst.wide, dst, mem)
    elif inst.op == MOp.MUL_LOAD:
        encode.op_rm(code, encode.IMUL, inst.wide, dst, mem)
    else:
        encode.alu_rm(code, inst.sub, inst.wide, dst, mem)
        emitter.set_flags(dst, inst.wide)


@raises(ArenaFull)
def emit_load(emitter: Ptr[Emitter], inst: Ptr[MInst]) -> None:
    note_fault(emitter, inst)
    # An unsigned load clears the upper half in its 32-bit form; a signed one has a form for each
    # type.
    is_signed = inst.sub == LOAD_S8 or inst.sub == LOAD_S16 or inst.sub == LOAD_S32
    wide = inst.wide if is_signed else inst.sub == LOAD_64
    mem = address(emitter, inst, inst.a)
    dst = emitter.result(inst)
    if is_vector(dst):
        floats.float_rm(emitter.code, floats.MOVS_XM, wide, dst, mem)
    else:
        encode.op_rm(emitter.code, LOAD_OPCODES[inst.sub], wide, dst, mem)


@raises(ArenaFull)
def emit_store(emitter: Ptr[Emitter], inst: Ptr[MInst]) -> None:
    note_fault(emitter, inst)
    mem = address(emitter, inst, inst.a)
    if inst.b == NONE:
        encode.store_mi(emitter.code, inst.sub, mem, inst.c)
        return
    src = emitter.register(inst.b)
    if is_vector(src):
        floats.float_rm(emitter.code, floats.MOVS_MX, inst.sub == 8, src, mem)
    else:
        encode.store_mr(emitter.code, inst.sub, mem, src)


@raises(ArenaFull)
def note_fault(emitter: Ptr[Emitter], inst: Ptr[MInst]) -> None:
    """A fault of the instruction that follows is a trap, if it accesses linear memory."""
    if inst.flags == BASE_MEMORY or inst.flags == BASE_OTHER:
        emitter.traps.add(emitter.code.used, inst.offset, TRAP_MEMORY)
