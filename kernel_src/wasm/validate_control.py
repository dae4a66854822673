"""Typing rules of the control instructions: blocks, branches, calls, return. Specification
3.3.8."""
from __future__ import annotations

import kernel_src.wasm.codes as codes
import kernel_src.wasm.errors as errors
from kernel_src.lib.arena import ArenaFull
from kernel_src.lib.bytes import same_bytes
from kernel_src.wasm.decode import Instruction
from kernel_src.wasm.errors import Invalid, Malformed
from kernel_src.wasm.module import FuncType
from kernel_src.wasm.reader import Reader
from kernel_src.wasm.types import FUNCREF, I32
from kernel_src.wasm.validate_state import BodyValidator, Frame
from pykern.lang import Ptr, Slice, raises, u8, u32


@raises(Invalid, ArenaFull)
def check_block(body: Ptr[BodyValidator], insn: Ptr[Instruction]) -> None:
    """block, loop, if"""
    if insn.opcode == codes.IF:
        body.pop(I32)
    body.pop_all(insn.params)
    body.open_frame(insn.opcode, insn.params, insn.results)


@raises(Malformed, Invalid, ArenaFull)
def check_else(body: Ptr[BodyValidator], insn: Ptr[Instruction]) -> None:
    frame = body.innermost()
    if frame.opcode != codes.IF:
        body.module.failure.malformed(errors.END_EXPECTED, insn.offset)
    body.finish_frame()
    insn.params = frame.params
    insn.results = frame.results
    frame.opcode = codes.ELSE
    body.dead = False
    body.push_all(frame.params)


@raises(Invalid, ArenaFull)
def check_end(body: Ptr[BodyValidator], insn: Ptr[Instruction]) -> None:
    frame = body.finish_frame()
    # Without an else, the params pass through as the results
    if frame.opcode == codes.IF and not same_bytes(frame.params, frame.results):
        body.mismatch()
    insn.params = frame.params
    insn.results = frame.results
    body.close_frame()


@raises(Invalid)
def find_label(body: Ptr[BodyValidator], insn: Ptr[Instruction], label: u32) -> Ptr[Frame]:
    if label >= body.depth:
        body.module.failure.invalid(errors.UNKNOWN_LABEL, insn.offset)
    return body.frames[body.depth - 1 - label]


def label_types(frame: Ptr[Frame]) -> Slice[u8]:
    """What a branch to the frame carries: a loop is entered again, the others are left."""
    return frame.params if frame.opcode == codes.LOOP else frame.results


@raises(Invalid, ArenaFull)
def check_branch(body: Ptr[BodyValidator], insn: Ptr[Instruction]) -> None:
    """br, br_if"""
    if insn.opcode == codes.BR_IF:
        body.pop(I32)
    insn.results = label_types(find_label(body, insn, insn.index))
    body.pop_all(insn.results)
    if insn.opcode == codes.BR_IF:
        body.push_all(insn.results)
    else:
        body.die()


@raises(Malformed, Invalid)
def check_branch_table(body: Ptr[BodyValidator], insn: Ptr[Instruction]) -> None:
    """Every label takes as many operands as the default, and the ones on the stack fit each."""
    body.pop(I32)
    insn.results = label_types(find_label(body, insn, insn.index))
    labels = Reader(
        bytes=body.module.bytes,
        position=insn.targets_start,
        end=insn.next,
        failure=body.module.failure,
    )
    for _ in range(insn.targets_count):
        types = label_types(find_label(body, insn, labels.read_u32()))
        if len(types) != len(insn.results):
            body.mismatch()
        body.check_top(types)
    body.check_top(insn.results)
    body.die()


@raises(Invalid)
def check_return(body: Ptr[BodyValidator], insn: Ptr[Instruction]) -> None:
    insn.results = body.frames[0].results
    body.pop_all(insn.results)
    body.die()


@raises(Invalid, ArenaFull)
def check_call(body: Ptr[BodyValidator], insn: Ptr[Instruction]) -> None:
    """call, return_call"""
    if insn.index >= len(body.module.functions):
        body.module.failure.invalid(errors.UNKNOWN_FUNCTION, insn.offset)
    type = body.module.function_type(insn.index)
    apply_call(body, insn, type, insn.opcode == codes.RETURN_CALL)


@raises(Invalid, ArenaFull)
def check_call_indirect(body: Ptr[BodyValidator], insn: Ptr[Instruction]) -> None:
    """call_indirect, return_call_indirect"""
    if insn.index >= len(body.module.types):
        body.module.failure.invalid(errors.UNKNOWN_TYPE, insn.offset)
    if insn.index2 >= len(body.module.tables):
        body.module.failure.invalid(errors.UNKNOWN_TABLE, insn.offset)
    if body.module.tables[insn.index2].element != FUNCREF:
        body.mismatch()
    body.pop(I32)
    type = body.module.types[insn.index]
    apply_call(body, insn, type, insn.opcode == codes.RETURN_CALL_INDIRECT)


@raises(Invalid, ArenaFull)
def apply_call(
    body: Ptr[BodyValidator], insn: Ptr[Instruction], type: Ptr[FuncType], tail: bool
) -> None:
    insn.params = type.params
    insn.results = type.results
    body.pop_all(type.params)
    if tail:
        if not same_bytes(type.results, body.frames[0].results):
            body.mismatch()
        body.die()
    else:
        body.push_all(type.results)
