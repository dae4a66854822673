"""The state of selection, and how an instruction takes in its operands.

A constant becomes an immediate, or a value of its own made right before the instruction; a
comparison that has one user, in its block, becomes that user's condition.
"""

from __future__ import annotations

from typing import Final

import kernel_src.jit.encode as encode
from kernel_src.jit.ir import (
    NONE,
    Function,
    Inst,
    Op,
    high_half,
    is_float,
    is_wide,
    low_half,
)
from kernel_src.jit.machine import COMPARE_FLOAT, COMPARE_INT, MachineCode, MInst, MOp
from kernel_src.lib.arena import ArenaFull
from kernel_src.wasm.module import Module
from pykern.lang import Array, Ptr, Slice, raises, struct, u8, u32, u64, zeroed

# The condition of each comparison, from EQ to GE_U, and of the same with its operands exchanged
CONDITIONS: Final[Array[u8, 10]] = Array(
    encode.CC_E, encode.CC_NE, encode.CC_L, encode.CC_B, encode.CC_G,
    encode.CC_A, encode.CC_LE, encode.CC_BE, encode.CC_GE, encode.CC_AE,
)  # fmt: skip
EXCHANGED: Final[Array[u8, 10]] = Array(
    encode.CC_E, encode.CC_NE, encode.CC_G, encode.CC_A, encode.CC_L,
    encode.CC_B, encode.CC_GE, encode.CC_AE, encode.CC_LE, encode.CC_BE,
)  # fmt: skip

# Of the comparisons of floats, from FEQ to FGE. "Above" and "above or equal" are false for
# unordered operands, "below" is not: less becomes greater, with the operands exchanged.
FLOAT_CONDITIONS: Final[Array[u8, 6]] = Array(
    encode.CC_FLOAT_E, encode.CC_FLOAT_NE, encode.CC_A, encode.CC_A, encode.CC_AE, encode.CC_AE,
)  # fmt: skip

# Of one instruction: no more operands can be constants
MAX_PENDING: Final = 4
# A displacement is a signed 32-bit number
MAX_DISPLACEMENT: Final[u64] = 0x7FFF_FFFF


@struct
class Selector:
    function: Ptr[Function]
    module: Ptr[Module]
    code: Ptr[MachineCode]
    uses: Slice[u32] = zeroed()
    block_first: u32 = 0  # first instruction of the block being selected
    offset: u32 = 0  # in the module, of the instruction being selected
    # Constants to be made before the instruction just selected: value and bits
    pending: Array[u32, MAX_PENDING] = zeroed()
    pending_bits: Array[u64, MAX_PENDING] = zeroed()
    pending_count: u32 = 0

    @raises(ArenaFull)
    def add(self, op: MOp) -> Ptr[MInst]:
        inst = self.code.add(op)
        inst.offset = self.offset
        return inst

    @raises(ArenaFull)
    def in_register(self, value: u32) -> u32:
        """The value, or for a constant a new one that will hold it."""
        if not self.function.is_const(value):
            return value
        bits = self.function.const_bits(value)
        return self.constant(bits, is_float(self.function.insts[value].type))

    @raises(ArenaFull)
    def constant(self, bits: u64, vector: bool = False) -> u32:
        made = self.code.new_value(vector)
        self.pending[self.pending_count] = made
        self.pending_bits[self.pending_count] = bits
        self.pending_count += 1
        return made

    @raises(ArenaFull)
    def make_constants(self) -> None:
        for i in range(self.pending_count):
            bits = self.pending_bits[i]
            inst = self.add(MOp.IMM)
            inst.dst = self.pending[i]
            inst.imm = low_half(bits)
            inst.c = high_half(bits)
        self.pending_count = 0

    def is_immediate(self, value: u32) -> bool:
        """Can the value be an immediate? It is 32 bits, sign-extended in a 64-bit operation."""
        if not self.function.is_const(value):
            return False
        bits = self.function.const_bits(value)
        return self.is_32(value) or encode.fits_i32(bits)

    def is_32(self, value: u32) -> bool:
        return not is_wide(self.function.insts[value].type)

    @raises(ArenaFull)
    def set_right(self, inst: Ptr[MInst], value: u32) -> None:
        """Makes `value` the second operand: b, or the immediate."""
        if self.is_immediate(value):
            inst.imm = low_half(self.function.const_bits(value))
        else:
            inst.b = self.in_register(value)

    def can_swallow(self, value: u32) -> bool:
        """May the one user of a value compute it itself?"""
        return value >= self.block_first and self.uses[value] == 1


def is_comparison(op: Op) -> bool:
    return (op.value >= Op.EQ.value and op.value <= Op.GE_U.value) or (
        op.value >= Op.FEQ.value and op.value <= Op.FGE.value
    )


@struct
class Condition:
    """left cond right, as it goes into an instruction."""

    left: u32
    right: u32  # NONE: the immediate
    imm: u32
    cond: u8
    wide: bool
    how: u8  # COMPARE_*

    def put(self, inst: Ptr[MInst]) -> None:
        """Into an instruction, but for the operands."""
        inst.sub = self.how
        inst.imm = self.imm
        inst.cond = self.cond
        inst.wide = self.wide


@raises(ArenaFull)
def compare(selector: Ptr[Selector], out: Ptr[Condition], inst: Ptr[Inst]) -> None:
    """The condition that a comparison tests. A constant goes to the right."""
    if inst.op.value >= Op.FEQ.value:
        compare_floats(selector, out, inst)
        return
    out.how = COMPARE_INT
    out.wide = not selector.is_32(inst.a)
    left = inst.a
    right = inst.b
    out.cond = CONDITIONS[inst.op.value - Op.EQ.value]
    if selector.is_immediate(left) and not selector.is_immediate(right):
        left = inst.b
        right = inst.a
        out.cond = EXCHANGED[inst.op.value - Op.EQ.value]
    out.left = selector.in_register(left)
    out.right = NONE
    if selector.is_immediate(right):
        out.imm = low_half(selector.function.const_bits(right))
    else:
        out.right = selector.in_register(right)


@raises(ArenaFull)
def compare_floats(selector: Ptr[Selector], out: Ptr[Condition], inst: Ptr[Inst]) -> None:
    out.how = COMPARE_FLOAT
    out.wide = not selector.is_32(inst.a)
    out.imm = 0
    out.cond = FLOAT_CONDITIONS[inst.op.value - Op.FEQ.value]
    exchanged = inst.op == Op.FLT or inst.op == Op.FLE
    out.left = selector.in_register(inst.b if exchanged else inst.a)
    out.right = selector.in_register(inst.a if exchanged else inst.b)


@raises(ArenaFull)
def condition_of(selector: Ptr[Selector], out: Ptr[Condition], value: u32) -> None:
    """The condition "value is not zero", with the comparisons that make it swallowed."""
    negate: u8 = 0
    tested = value
    while selector.can_swallow(tested) and is_comparison(selector.function.insts[tested].op):
        inst = selector.function.insts[tested]
        selector.uses[tested] = 0
        if not is_test_of_comparison(selector, inst):
            compare(selector, out, inst)
            out.cond ^= negate
            return
        if inst.op == Op.EQ:
            negate ^= 1
        tested = inst.a
    out.how = COMPARE_INT
    out.left = selector.in_register(tested)
    out.right = NONE
    out.imm = 0
    out.cond = encode.CC_NE ^ negate
    out.wide = not selector.is_32(tested)


def is_test_of_comparison(selector: Ptr[Selector], inst: Ptr[Inst]) -> bool:
    """Is it `x == 0` or `x != 0` of an x that is itself a comparison?"""
    function = selector.function
    return (
        (inst.op == Op.EQ or inst.op == Op.NE)
        and function.is_const(inst.b)
        and function.const_bits(inst.b) == 0
        and is_comparison(function.insts[inst.a].op)
    )
