"""The frame of a function, and the calling convention.

    higher addresses
        incoming words: stack arguments 6.. of this call, and where its results 2.. go
        return address                                          <- rsp at entry: 8 modulo 16
        callee-saved registers that the function uses
        spill slots
        outgoing words, for the calls that it makes             <- rsp in the body: 0 modulo 16
    lower addresses

A tail call puts the callee's arguments in the incoming words and jumps to it. So that they have
room, every caller in a module leaves as many outgoing words as any tail call of the module needs
(`tail_area`), and so does whoever calls it from outside (stubs.py, runtime/switch.py).

Arguments 0 to 5 and results 0 and 1 travel in registers (regs.py); argument n in word n-6, result
n in word n-2 of the caller's outgoing area. The callee may overwrite that area. An i32 is
zero-extended wherever it is; floats travel as their bits, an f32 with anything above it. r14 and
r15 stay as they are. The kernel's functions (System V) keep the same registers, so generated code
calls them without saving more.
"""

from __future__ import annotations

import kernel_src.jit.regs as regs
from kernel_src.jit.encode import Mem
from kernel_src.jit.machine import MachineCode, MOp, is_call
from kernel_src.jit.regs import ARGUMENT_COUNT, RESULT_COUNT
from kernel_src.wasm.module import FuncType, Module
from pykern.lang import Ptr, i32, struct, u32


@struct
class Frame:
    saved: u32  # set of registers
    saved_count: u32
    outgoing: u32  # words
    size: u32  # bytes below the saved registers
    leaf: bool  # calls nothing

    def init(self, used: u32, slots: u32, outgoing: u32, leaf: bool) -> None:
        self.saved = used & regs.CALLEE_SAVED
        self.saved_count = 0
        for register in range(regs.REGISTERS):
            self.saved_count += (self.saved >> register) & 1
        self.outgoing = outgoing
        self.leaf = leaf
        # With the return address and the saved registers, a multiple of 16
        words = outgoing + slots
        if not leaf and (1 + self.saved_count + words) % 2 == 1:
            words += 1
        self.size = 8 * words

    def word(self, place: u32) -> Mem:
        """The memory operand of a place that is no register."""
        if place >= regs.OUTGOING:
            return Mem(base=regs.RSP, disp=i32(8 * (place - regs.OUTGOING)))
        if place >= regs.INCOMING:
            above = self.size + 8 * self.saved_count + 8
            return Mem(base=regs.RSP, disp=i32(above + 8 * (place - regs.INCOMING)))
        return Mem(base=regs.RSP, disp=i32(8 * (self.outgoing + (place - regs.FIRST_SLOT))))


def stack_words(type: Ptr[FuncType]) -> u32:
    """How many outgoing words a call of this type uses, for arguments or results."""
    params = u32(len(type.params))
    results = u32(len(type.results))
    for_params = params - ARGUMENT_COUNT if params > ARGUMENT_COUNT else u32(0)
    for_results = results - RESULT_COUNT if results > RESULT_COUNT else u32(0)
    return max(for_params, for_results)


def outgoing_words(code: Ptr[MachineCode], module: Ptr[Module]) -> u32:
    """The most that any call of the function uses."""
    most: u32 = 0
    for i in range(code.count):
        inst = code.insts[i]
        if inst.op == MOp.CALL or inst.op == MOp.CALL_IMPORT:
            most = max(most, stack_words(module.function_type(inst.a)))
        elif inst.op == MOp.CALL_INDIRECT:
            most = max(most, stack_words(module.types[inst.a]))
    return most


def tail_words(code: Ptr[MachineCode], module: Ptr[Module]) -> u32:
    """The most that any tail call of the function uses, of the words above its return address."""
    most: u32 = 0
    for i in range(code.count):
        inst = code.insts[i]
        if inst.op == MOp.TAIL or inst.op == MOp.TAIL_IMPORT:
            most = max(most, stack_words(module.function_type(inst.a)))
        elif inst.op == MOp.TAIL_INDIRECT:
            most = max(most, stack_words(module.types[inst.a]))
    return most


def is_leaf(code: Ptr[MachineCode]) -> bool:
    for i in range(code.count):
        if is_call(code.insts[i].op):
            return False
    return True
