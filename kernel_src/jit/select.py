"""SSA -> machine instructions, each block from its end to its start.

Going backwards, an instruction is seen before what computes its operands, and may swallow it:

    v5 = lt_s v3 v4
    branch v5            ->    branch v3 l v4         if nothing else uses v5

So a comparison goes into the branch, select or `eqz` that uses it, a constant into the immediate
field, a constant address into the displacement. A swallowed value's use count becomes 0, and the
walk passes over it. Constants that fit no immediate are made in a register of their own right
before the instruction.
"""

from __future__ import annotations

from typing import Final

import kernel_src.jit.encode as encode
from kernel_src.jit.context import (
    MEMORY_PAGES,
    global_offset,
)
from kernel_src.jit.ir import (
    NONE,
    PURE,
    Function,
    Inst,
    Op,
    Type,
    has_property,
    high_half,
    is_wide,
    low_half,
)
from kernel_src.jit.machine import (
    BASE_CONTEXT,
    BASE_MEMORY,
    BASE_NONE,
    LOAD_64,
    LOAD_S8,
    LOAD_S16,
    LOAD_S32,
    LOAD_U8,
    LOAD_U16,
    LOAD_U32,
    MachineCode,
    MInst,
    MOp,
)
from kernel_src.jit.regs import RAX, RDX, RESULT_COUNT, RESULTS
from kernel_src.lib.arena import ArenaFull
from kernel_src.wasm.module import Module
from pykern.lang import (
    Array,
    Ptr,
    Slice,
    ctz,
    popcount,
    raises,
    struct,
    u8,
    u32,
    u64,
    zeroed,
)

# The condition of each comparison, from EQ to GE_U, and of the same with its operands exchanged
CONDITIONS: Final[Array[u8, 10]] = Array(
    encode.CC_E, encode.CC_NE, encode.CC_L, encode.CC_B, encode.CC_G,
    encode.CC_A, encode.CC_LE, encode.CC_BE, encode.CC_GE, encode.CC_AE,
)  # fmt: skip
EXCHANGED: Final[Array[u8, 10]] = Array(
    encode.CC_E, encode.CC_NE, encode.CC_G, encode.CC_A, encode.CC_L,
    encode.CC_B, encode.CC_GE, encode.CC_AE, encode.CC_LE, encode.CC_BE,
)  # fmt: skip
# From SHL to ROTR
SHIFTS: Final[Array[u8, 5]] = Array(
    encode.SHIFT_SHL, encode.SHIFT_SAR, encode.SHIFT_SHR, encode.SHIFT_ROL, encode.SHIFT_ROR
)
# From LOAD8_S to LOAD64
LOADS: Final[Array[u8, 7]] = Array(
    LOAD_S8, LOAD_U8, LOAD_S16, LOAD_U16, LOAD_S32, LOAD_U32, LOAD_64
)
# From STORE8 to STORE64
STORE_BYTES: Final[Array[u8, 4]] = Array(1, 2, 4, 8)

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

    def in_register(self, value: u32) -> u32:
        """The value, or for a constant a new one that will hold it."""
        if not self.function.is_const(value):
            return value
        return self.constant(self.function.const_bits(value))

    def constant(self, bits: u64) -> u32:
        made = self.code.values
        self.code.values += 1
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

    def set_right(self, inst: Ptr[MInst], value: u32) -> None:
        """Makes `value` the second operand: b, or the immediate."""
        if self.is_immediate(value):
            inst.imm = low_half(self.function.const_bits(value))
        else:
            inst.b = self.in_register(value)

    def can_swallow(self, value: u32) -> bool:
        """May the one user of a value compute it itself?"""
        return value >= self.block_first and self.uses[value] == 1


@raises(ArenaFull)
def select(
    function: Ptr[Function], module: Ptr[Module], uses: Slice[u32], code: Ptr[MachineCode]
) -> None:
    selector = Selector(function=function, module=module, code=code, uses=uses)
    for i in range(function.block_count):
        n = function.block_count - 1 - i
        block = function.blocks[n]
        selector.block_first = block.first
        code.blocks[n].end = code.count
        for k in range(block.end - block.first):
            select_value(selector, block.end - 1 - k)
        code.blocks[n].first = code.count
    code.reverse()
    for n in range(function.block_count):
        code.blocks[n].first = code.count - code.blocks[n].first
        code.blocks[n].end = code.count - code.blocks[n].end


@raises(ArenaFull)
def select_value(selector: Ptr[Selector], value: u32) -> None:
    inst = selector.function.insts[value]
    if has_property(inst.op, PURE) and selector.uses[value] == 0:
        return
    selector.offset = selector.function.offsets[value]
    select_inst(selector, inst, value)
    selector.make_constants()


@raises(ArenaFull)
def select_inst(selector: Ptr[Selector], inst: Ptr[Inst], value: u32) -> None:
    match inst.op:
        case Op.NOP | Op.PARAM | Op.CONST:
            pass
        case Op.ADD:
            select_alu(selector, inst, value, encode.ALU_ADD)
        case Op.SUB:
            select_alu(selector, inst, value, encode.ALU_SUB)
        case Op.AND:
            select_alu(selector, inst, value, encode.ALU_AND)
        case Op.OR:
            select_alu(selector, inst, value, encode.ALU_OR)
        case Op.XOR:
            select_alu(selector, inst, value, encode.ALU_XOR)
        case Op.MUL:
            select_mul(selector, inst, value)
        case Op.SHL | Op.SHR_S | Op.SHR_U | Op.ROTL | Op.ROTR:
            select_shift(selector, inst, value)
        case Op.DIV_S | Op.DIV_U | Op.REM_S | Op.REM_U:
            select_division(selector, inst, value)
        case Op.SELECT:
            select_choose(selector, inst, value)
        case Op.CALL | Op.CALL_INDIRECT | Op.CALL_RUNTIME:
            select_call(selector, inst, value)
        case Op.RESULT:
            select_result(selector, inst.b, value)
        case Op.GLOBAL_GET | Op.GLOBAL_SET | Op.MEMORY_SIZE:
            select_context(selector, inst, value)
        case Op.JUMP | Op.BRANCH | Op.SWITCH | Op.RETURN | Op.TRAP:
            select_terminator(selector, inst)
        case _:
            if inst.op.value <= Op.GE_U.value:
                select_set(selector, inst, value)
            elif inst.op.value <= Op.REINTERPRET.value:
                select_unary(selector, inst, value)
            else:
                select_access(selector, inst, value)


# Arithmetic


@raises(ArenaFull)
def select_alu(selector: Ptr[Selector], inst: Ptr[Inst], value: u32, op: u8) -> None:
    made = selector.add(MOp.ALU)
    made.sub = op
    made.wide = is_wide(inst.type)
    made.dst = value
    left = inst.a
    right = inst.b
    if op != encode.ALU_SUB and selector.function.is_const(left):
        left = inst.b
        right = inst.a
    made.a = selector.in_register(left)
    selector.set_right(made, right)


@raises(ArenaFull)
def select_mul(selector: Ptr[Selector], inst: Ptr[Inst], value: u32) -> None:
    left = inst.a
    right = inst.b
    if selector.function.is_const(left):
        left = inst.b
        right = inst.a
    if is_power_of_two(selector, right):
        add_shift(selector, inst, value, left, encode.SHIFT_SHL, log2(selector, right))
        return
    made = selector.add(MOp.MUL)
    made.wide = is_wide(inst.type)
    made.dst = value
    made.a = selector.in_register(left)
    selector.set_right(made, right)


def is_power_of_two(selector: Ptr[Selector], value: u32) -> bool:
    return selector.function.is_const(value) and popcount(selector.function.const_bits(value)) == 1


def log2(selector: Ptr[Selector], value: u32) -> u32:
    return u32(ctz(selector.function.const_bits(value)))


@raises(ArenaFull)
def add_shift(
    selector: Ptr[Selector], inst: Ptr[Inst], value: u32, left: u32, op: u8, count: u32
) -> None:
    made = selector.add(MOp.SHIFT)
    made.sub = op
    made.wide = is_wide(inst.type)
    made.dst = value
    made.a = selector.in_register(left)
    made.imm = count


@raises(ArenaFull)
def select_shift(selector: Ptr[Selector], inst: Ptr[Inst], value: u32) -> None:
    op = SHIFTS[inst.op.value - Op.SHL.value]
    if selector.function.is_const(inst.b):
        width: u32 = 64 if is_wide(inst.type) else 32
        count = low_half(selector.function.const_bits(inst.b)) & (width - 1)
        add_shift(selector, inst, value, inst.a, op, count)
        return
    made = selector.add(MOp.SHIFT_BY)
    made.sub = op
    made.wide = is_wide(inst.type)
    made.dst = value
    made.a = selector.in_register(inst.a)
    made.b = inst.b


@raises(ArenaFull)
def select_division(selector: Ptr[Selector], inst: Ptr[Inst], value: u32) -> None:
    """Unsigned division by a power of two is a shift, the remainder a mask; a known divisor that
    is neither 0 nor -1 needs no checks."""
    if is_power_of_two(selector, inst.b) and inst.op == Op.DIV_U:
        add_shift(selector, inst, value, inst.a, encode.SHIFT_SHR, log2(selector, inst.b))
        return
    if is_power_of_two(selector, inst.b) and inst.op == Op.REM_U:
        select_mask(selector, inst, value)
        return
    remainder = inst.op == Op.REM_S or inst.op == Op.REM_U
    result = selector.add(MOp.FIXED)
    result.dst = value
    result.sub = RDX if remainder else RAX
    made = selector.add(MOp(MOp.DIV_S.value + inst.op.value - Op.DIV_S.value))
    made.wide = is_wide(inst.type)
    made.imm = u32(is_harmless_divisor(selector, inst.b))
    made.a = selector.in_register(inst.a)
    made.b = selector.in_register(inst.b)


def is_harmless_divisor(selector: Ptr[Selector], value: u32) -> bool:
    if not selector.function.is_const(value):
        return False
    bits = selector.function.const_bits(value)
    if selector.is_32(value):
        return bits != 0 and bits != 0xFFFF_FFFF
    return bits != 0 and bits != 0xFFFF_FFFF_FFFF_FFFF


@raises(ArenaFull)
def select_mask(selector: Ptr[Selector], inst: Ptr[Inst], value: u32) -> None:
    """value = a modulo a power of two"""
    mask = selector.function.const_bits(inst.b) - 1
    made = selector.add(MOp.ALU)
    made.sub = encode.ALU_AND
    made.wide = is_wide(inst.type)
    made.dst = value
    made.a = selector.in_register(inst.a)
    if mask <= MAX_DISPLACEMENT:
        made.imm = low_half(mask)
    else:
        made.b = selector.constant(mask)


@raises(ArenaFull)
def select_unary(selector: Ptr[Selector], inst: Ptr[Inst], value: u32) -> None:
    op = MOp.COPY
    match inst.op:
        case Op.CLZ:
            op = MOp.CLZ
        case Op.CTZ:
            op = MOp.CTZ
        case Op.POPCNT:
            op = MOp.POPCNT
        case Op.EXTEND8_S:
            op = MOp.SIGN8
        case Op.EXTEND16_S:
            op = MOp.SIGN16
        case Op.EXTEND_S | Op.EXTEND32_S:
            op = MOp.SIGN32
        case _:
            pass
    made = selector.add(op)
    made.dst = value
    # A 32-bit value is zero-extended wherever it is, so extend_u is a copy of all 64 bits; so are
    # the reinterpretations. wrap has a 32-bit result and clears the upper half.
    made.wide = is_wide(inst.type) or inst.op == Op.REINTERPRET
    made.a = selector.in_register(inst.a)


# Comparisons


def is_comparison(op: Op) -> bool:
    return op.value >= Op.EQ.value and op.value <= Op.GE_U.value


@struct
class Condition:
    """left cond right, as it goes into an instruction."""

    left: u32
    right: u32  # NONE: the immediate
    imm: u32
    cond: u8
    wide: bool


def compare(selector: Ptr[Selector], out: Ptr[Condition], inst: Ptr[Inst]) -> None:
    """The condition that a comparison tests. A constant goes to the right."""
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


@raises(ArenaFull)
def select_set(selector: Ptr[Selector], inst: Ptr[Inst], value: u32) -> None:
    condition: Condition = zeroed()
    selector.uses[value] = 1
    condition_of(selector, condition, value)
    made = selector.add(MOp.SET)
    made.dst = value
    made.a = condition.left
    made.b = condition.right
    made.imm = condition.imm
    made.cond = condition.cond
    made.wide = condition.wide


@raises(ArenaFull)
def select_choose(selector: Ptr[Selector], inst: Ptr[Inst], value: u32) -> None:
    condition: Condition = zeroed()
    condition_of(selector, condition, inst.c)
    made = selector.add(MOp.CHOOSE)
    made.dst = value
    made.a = selector.in_register(inst.a)
    made.b = selector.in_register(inst.b)
    made.c = condition.left
    made.d = condition.right
    made.imm = condition.imm
    made.cond = condition.cond
    made.wide = condition.wide


# Memory


@raises(ArenaFull)
def select_access(selector: Ptr[Selector], inst: Ptr[Inst], value: u32) -> None:
    is_store = inst.op.value >= Op.STORE8.value
    made = selector.add(MOp.STORE if is_store else MOp.LOAD)
    made.flags = BASE_MEMORY
    if is_store:
        made.sub = STORE_BYTES[inst.op.value - Op.STORE8.value]
        if selector.is_immediate(inst.b):
            made.c = low_half(selector.function.const_bits(inst.b))
        else:
            made.b = selector.in_register(inst.b)
    else:
        made.dst = value
        made.sub = LOADS[inst.op.value - Op.LOAD8_S.value]
        made.wide = is_wide(inst.type)
    set_address(selector, made, inst.a, inst.c)


@raises(ArenaFull)
def set_address(selector: Ptr[Selector], made: Ptr[MInst], address: u32, offset: u32) -> None:
    """The effective address has 33 bits: what does not fit a displacement is added in 64."""
    if selector.function.is_const(address):
        effective = selector.function.const_bits(address) + offset
        if effective <= MAX_DISPLACEMENT:
            made.imm = low_half(effective)
        else:
            made.a = selector.constant(effective)
    elif offset <= MAX_DISPLACEMENT:
        made.a = address
        made.imm = offset
    else:
        made.a = selector.code.values
        selector.code.values += 1
        sum = selector.add(MOp.ALU)
        sum.sub = encode.ALU_ADD
        sum.wide = True
        sum.dst = selector.code.values - 1
        sum.a = address
        sum.b = selector.constant(offset)


@raises(ArenaFull)
def select_context(selector: Ptr[Selector], inst: Ptr[Inst], value: u32) -> None:
    """Globals and the size of memory. The cell of an imported global holds the address of the
    real one."""
    if inst.op == Op.MEMORY_SIZE:
        made = selector.add(MOp.LOAD)
        made.flags = BASE_CONTEXT
        made.sub = LOAD_U32
        made.dst = value
        made.imm = MEMORY_PAGES
        return
    made = selector.add(MOp.LOAD if inst.op == Op.GLOBAL_GET else MOp.STORE)
    made.flags = BASE_CONTEXT
    made.imm = global_offset(inst.b)
    if inst.op == Op.GLOBAL_GET:
        made.dst = value
        made.sub = LOAD_64 if is_wide(inst.type) else LOAD_U32
    else:
        made.sub = 4 if selector.is_32(inst.a) else 8
        made.b = selector.in_register(inst.a)
    if inst.b < selector.module.imported_globals:
        address = selector.code.values
        selector.code.values += 1
        made.flags = BASE_NONE
        made.a = address
        made.imm = 0
        cell = selector.add(MOp.LOAD)
        cell.flags = BASE_CONTEXT
        cell.sub = LOAD_64
        cell.wide = True
        cell.dst = address
        cell.imm = global_offset(inst.b)


# Calls and control


@raises(ArenaFull)
def select_call(selector: Ptr[Selector], inst: Ptr[Inst], value: u32) -> None:
    if inst.type != Type.NONE and selector.uses[value] > 0:
        select_result(selector, 0, value)
    op = MOp.CALL_RUNTIME
    if inst.op == Op.CALL_INDIRECT:
        op = MOp.CALL_INDIRECT
    elif inst.op == Op.CALL:
        imported = selector.module.is_imported_function(inst.a)
        op = MOp.CALL_IMPORT if imported else MOp.CALL
    made = selector.add(op)
    made.a = inst.a
    made.b = inst.b
    made.c = inst.c
    made.imm = inst.flags
    if op == MOp.CALL_RUNTIME:
        made.imm = u32(inst.type == Type.NONE)


@raises(ArenaFull)
def select_result(selector: Ptr[Selector], n: u32, value: u32) -> None:
    """Result n of the call before: the first ones in registers, the rest where stack arguments
    were."""
    if n < RESULT_COUNT:
        made = selector.add(MOp.FIXED)
        made.dst = value
        made.sub = RESULTS[n]
    else:
        made = selector.add(MOp.STACK_RESULT)
        made.dst = value
        made.imm = n - RESULT_COUNT


@raises(ArenaFull)
def select_terminator(selector: Ptr[Selector], inst: Ptr[Inst]) -> None:
    match inst.op:
        case Op.JUMP:
            selector.add(MOp.JUMP)
        case Op.BRANCH:
            condition: Condition = zeroed()
            condition_of(selector, condition, inst.a)
            made = selector.add(MOp.BRANCH)
            made.a = condition.left
            made.b = condition.right
            made.imm = condition.imm
            made.cond = condition.cond
            made.wide = condition.wide
        case Op.SWITCH:
            made = selector.add(MOp.SWITCH)
            made.a = selector.in_register(inst.a)
            made.imm = inst.c
        case Op.RETURN:
            made = selector.add(MOp.RETURN)
            made.b = inst.b
            made.c = inst.c
        case _:
            made = selector.add(MOp.TRAP)
            made.imm = inst.a
