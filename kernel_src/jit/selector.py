"""The state of selection, and how an instruction takes in its operands.

A constant becomes an immediate, or a value of its own made right before the instruction; a
comparison that has one user, in its block, becomes that user's condition.
"""

from __future__ import annotations

from typing import Final

import kernel_src.jit.encode as encode
from kernel_src.jit.ir import (
    NONE,
    PURE,
    Function,
    Inst,
    Op,
    has_property,
    high_half,
    is_float,
    is_wide,
    low_half,
)
from kernel_src.jit.machine import (
    BASE_MEMORY,
    BASE_OTHER,
    COMPARE_BITS,
    COMPARE_FLOAT,
    COMPARE_INT,
    COMPARE_LOAD,
    MachineCode,
    MInst,
    MOp,
)
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
# In place of a use count: the load has become an operand of its user
FOLDED: Final[u32] = 0xFFFF_FFFF
# How many instructions may be between a load and the user that takes it in: bounds the search
FOLD_DISTANCE: Final[u32] = 16


@struct
class Selector:
    function: Ptr[Function]
    module: Ptr[Module]
    code: Ptr[MachineCode]
    uses: Slice[u32] = zeroed()
    block_first: u32 = 0  # first instruction of the block being selected
    offset: u32 = 0  # in the module, of the instruction being selected
    value: u32 = 0  # the value being selected
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

    # Loads as operands

    def can_fold(self, value: u32, wide: bool) -> bool:
        """May the instruction being selected read from memory itself what `value` loads? Not past
        anything that has an effect: that might write there, or trap first."""
        if not self.can_swallow(value):
            return False
        inst = self.function.insts[value]
        if inst.op != (Op.LOAD64 if wide else Op.LOAD32_U) or is_wide(inst.type) != wide:
            return False
        if self.function.is_const(inst.a) or inst.c > MAX_DISPLACEMENT:
            return False
        if self.value - value > FOLD_DISTANCE:
            return False
        for between in range(value + 1, self.value):
            op = self.function.insts[between].op
            if op != Op.NOP and not has_property(op, PURE):
                return False
        return True

    def fold(self, made: Ptr[MInst], value: u32) -> None:
        """Makes the load `value` the memory operand of `made`."""
        self.uses[value] = FOLDED
        load = self.function.insts[value]
        made.flags = BASE_MEMORY if self.is_32(load.a) else BASE_OTHER
        made.d = load.a
        made.imm = load.c
        made.offset = self.function.offsets[value]


def is_comparison(op: Op) -> bool:
    return (op.value >= Op.EQ.value and op.value <= Op.GE_U.value) or (
        op.value >= Op.FEQ.value and op.value <= Op.FGE.value
    )


@struct
class Condition:
    """left cond right, as it goes into an instruction."""

    may_load: bool  # can the instruction have an operand in memory?
    load: u32  # NONE, or the load that is the right operand
    left: u32  # NONE: the immediate, compared with what is loaded
    right: u32  # NONE: the immediate
    imm: u32
    cond: u8
    wide: bool
    how: u8  # COMPARE_*

    def put(self, selector: Ptr[Selector], inst: Ptr[MInst]) -> None:
        """Into an instruction, but for the operands in registers."""
        inst.sub = self.how
        inst.imm = self.imm
        inst.cond = self.cond
        inst.wide = self.wide
        if self.load != NONE:
            inst.sub = COMPARE_LOAD
            inst.c = self.imm
            selector.fold(inst, self.load)


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
    out.right = NONE
    if compare_load(selector, out, inst, left, right):
        return
    out.left = selector.in_register(left)
    if selector.is_immediate(right):
        out.imm = low_half(selector.function.const_bits(right))
    else:
        out.right = selector.in_register(right)


@raises(ArenaFull)
def compare_load(
    selector: Ptr[Selector], out: Ptr[Condition], inst: Ptr[Inst], left: u32, right: u32
) -> bool:
    """The condition with one side in memory, if one can be: a register or a constant is on the
    left."""
    if not out.may_load:
        return False
    if selector.can_fold(right, out.wide):
        out.load = right
        out.left = selector.in_register(left)
        return True
    if not selector.can_fold(left, out.wide):
        return False
    out.load = left
    if selector.is_immediate(right):
        # Emitted as memory cond constant: as it is
        out.imm = low_half(selector.function.const_bits(right))
        out.left = NONE
    else:
        out.cond = EXCHANGED[inst.op.value - Op.EQ.value]
        out.left = selector.in_register(right)
    return True


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
    out.load = NONE
    while selector.can_swallow(tested) and is_comparison(selector.function.insts[tested].op):
        inst = selector.function.insts[tested]
        selector.uses[tested] = 0
        if not is_test_for_zero(selector, inst):
            compare(selector, out, inst)
            out.cond ^= negate
            return
        if inst.op == Op.EQ:
            negate ^= 1
        tested = inst.a
    out.cond = encode.CC_NE ^ negate
    compare_with_zero(selector, out, tested)


@raises(ArenaFull)
def compare_with_zero(selector: Ptr[Selector], out: Ptr[Condition], tested: u32) -> None:
    out.how = COMPARE_INT
    out.right = NONE
    out.imm = 0
    out.wide = not selector.is_32(tested)
    inst = selector.function.insts[tested]
    if inst.op == Op.AND and selector.can_swallow(tested):
        selector.uses[tested] = 0
        out.how = COMPARE_BITS
        mask_first = selector.function.is_const(inst.a)
        mask = inst.a if mask_first else inst.b
        out.left = selector.in_register(inst.b if mask_first else inst.a)
        if selector.is_immediate(mask):
            out.imm = low_half(selector.function.const_bits(mask))
        else:
            out.right = selector.in_register(mask)
    elif out.may_load and selector.can_fold(tested, out.wide):
        out.load = tested
        out.left = NONE
    else:
        out.left = selector.in_register(tested)


def is_test_for_zero(selector: Ptr[Selector], inst: Ptr[Inst]) -> bool:
    """Is it `x == 0` or `x != 0`?"""
    function = selector.function
    return (
        (inst.op == Op.EQ or inst.op == Op.NE)
        and function.is_const(inst.b)
        and function.const_bits(inst.b) == 0
    )
