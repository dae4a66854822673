"""Selected instructions: what the processor will do, on values instead of registers.

An instruction has the shape of a machine operation but keeps three operands (`dst = a op b`); the
emitter adds the copy that a two-operand encoding may need. Values are those of the intermediate
form; further ones, numbered after them, hold constants that an instruction needs in a register.
Constants are never kept: each use makes its own.

Instruction n has two positions: 2n, where it reads its operands, and 2n+1, where it writes its
result and destroys registers. A range of positions [from, to) in which two values overlap means
two places.
"""

from __future__ import annotations

from typing import Final

from kernel_src.jit.ir import NONE
from kernel_src.jit.regs import CALLER_SAVED, NO_REGS, RAX, RCX, RDX
from kernel_src.lib.arena import Arena, ArenaFull, alloc_slice, grow_slice, trim_slice
from pykern.lang import (
    Array,
    Ptr,
    Slice,
    comptime,
    copy,
    enum,
    raises,
    ref,
    static_assert,
    struct,
    u8,
    u16,
    u32,
    zero,
    zeroed,
)


@enum(u8)
class MOp:
    NOP = 0
    IMM = 1
    COPY = 2
    ALU = 3
    LEA = 4
    MUL = 5
    ALU_LOAD = 6
    MUL_LOAD = 7
    SHIFT = 8
    SHIFT_BY = 9
    CLZ = 10
    CTZ = 11
    POPCNT = 12
    SIGN8 = 13
    SIGN16 = 14
    SIGN32 = 15
    SET = 16
    CHOOSE = 17
    LOAD = 18
    STORE = 19
    FLOAT_LOAD = 20
    FLOAT = 21
    FLOAT_BITS = 22
    FLOAT_TO_INT = 23
    INT_TO_FLOAT = 24
    RESIZE = 25
    REINTERPRET = 26
    DIV_S = 27
    DIV_U = 28
    REM_S = 29
    REM_U = 30
    CALL = 31
    CALL_IMPORT = 32
    CALL_INDIRECT = 33
    CALL_RUNTIME = 34
    FIXED = 35
    STACK_RESULT = 36
    JUMP = 37
    BRANCH = 38
    SWITCH = 39
    RETURN = 40
    TAIL = 41
    TAIL_IMPORT = 42
    TAIL_INDIRECT = 43
    TRAP = 44


MOPS: Final = 45

# One row an operation, in the order of `MOp`: name; which words are values; what they mean.
#   a b c d  the word is a value that must be in a register;  A B C D  a value in any place
#   L        words b and c are the start and length of a list of values in the function's pool, in
#            any place
#   -        no operands
# A word that holds NONE is absent; `imm` then takes its part.
ROWS: Final = """
nop            -
imm            -     dst = the constant with halves imm and c
copy           a     dst = a, 32 or 64 bits of it
alu            aB    dst = a op b;  sub: encode.ALU_*
lea            ab    dst = a + (b << imm)
mul            aB    dst = a * b
alu_load       ad    dst = a op memory[base + d + imm];  sub: encode.ALU_*;  flags: BASE_*
mul_load       ad    dst = a * memory[base + d + imm];  flags: BASE_*
shift          a     dst = a op imm;  sub: encode.SHIFT_*
shift_by       aB    dst = a op b
clz            A
ctz            A
popcnt         A
sign8          a     dst = the low 8 bits of a, sign-extended
sign16         a
sign32         a
set            aBd   dst = a cond b;  sub: COMPARE_*
choose         AbcD  dst = a if c cond d else b;  d absent: compared with imm;  sub: COMPARE_*
load           a     dst = memory[base + a + imm];  sub: LOAD_*;  flags: BASE_*
store          ab    memory[base + a + imm] = b;  b absent: c is the constant;  sub: bytes
float_load     ad    dst = a op memory[base + d + imm];  sub: FLOAT_*;  flags: BASE_*
float          aB    dst = a op b, or op a;  sub: FLOAT_*;  b absent: halves imm and c
float_bits     ab    dst = a op b, on bits;  sub: encode.ALU_*;  b absent: halves imm and c
float_to_int   a     dst = a, cut off;  sub: CUT_*;  imm: 1 if the result is 64 bits wide
int_to_float   A     dst = a;  sub: 1 if a is unsigned;  imm: 1 if a is 64 bits wide
resize         A     dst = a, a float of the other width
reinterpret    A     dst = the bits of a, in a register of the other class
div_s          AB    the quotient is in rax afterwards, the remainder in rdx; imm: may skip checks
div_u          AB
rem_s          AB
rem_u          AB
call           L     a: function
call_import    L     a: function
call_indirect  L     a: type;  imm: table;  the list: index, then arguments
call_runtime   L     a: number of the runtime's function; imm: the trap it may ask for, or 0
fixed          -     dst = register `sub`, where the instruction before has left it
stack_result   -     dst = word imm of the outgoing area
jump           -
branch         aBd   to the first edge if a cond b, else to the second;  sub: COMPARE_*
switch         A     imm: how many edges
return         L
tail           L     a: function
tail_import    L     a: function
tail_indirect  L     a: type;  imm: table;  the list: index, then arguments
trap           -     imm: cause
"""

# Properties: bits 0 to 3, words a to d must be in registers; bits 4 to 7, in any place; bit 8, a
# list
HAS_LIST: Final[u16] = 0x100


@comptime
def operand_table(rows: str) -> list[int]:
    letters = "abcdABCDL"
    table = []
    for row in rows.strip().splitlines():
        bits = 0
        for letter in row.split()[1].strip("-"):
            bits |= 1 << letters.index(letter)
        table.append(bits)
    return table


OPERANDS: Final[Array[u16, 45]] = operand_table(ROWS)
static_assert(MOp.TRAP.value == MOPS - 1, "a row of ROWS for each MOp")

# Loads, by how the bytes become a register
LOAD_U8: Final[u8] = 0
LOAD_S8: Final[u8] = 1
LOAD_U16: Final[u8] = 2
LOAD_S16: Final[u8] = 3
LOAD_U32: Final[u8] = 4
LOAD_S32: Final[u8] = 5
LOAD_64: Final[u8] = 6

# How `set`, `choose` and `branch` compare
COMPARE_INT: Final[u8] = 0
COMPARE_FLOAT: Final[u8] = 1
COMPARE_BITS: Final[u8] = 2  # a & b with zero
# a, or if it is absent the constant c, with memory[base + d + imm]; flags: BASE_*. Not in `choose`
COMPARE_LOAD: Final[u8] = 3

# `float`: FCEIL to FMAX
FLOAT_SQRT: Final[u8] = 4
FLOAT_ADD: Final[u8] = 5
FLOAT_SUB: Final[u8] = 6
FLOAT_MUL: Final[u8] = 7
FLOAT_DIV: Final[u8] = 8
FLOAT_MIN: Final[u8] = 9

# Floats to integers
CUT_SIGNED: Final[u8] = 0
CUT_UNSIGNED: Final[u8] = 1
CUT_SATURATE: Final[u8] = 2  # instead of trapping: added to one of the others

# What the address of a load or store is added to
BASE_MEMORY: Final[u8] = 0  # a fault is a trap
BASE_CONTEXT: Final[u8] = 1
BASE_NONE: Final[u8] = 2  # the operand is the address
BASE_OTHER: Final[u8] = 3  # the operand is the address, in a memory: a fault is a trap


@struct
class MInst:
    op: MOp
    sub: u8
    cond: u8  # encode.CC_*
    flags: u8
    wide: bool  # 64 bits instead of 32; for `branch`, `set`, `choose`: of the comparison
    dst: u32
    a: u32
    b: u32
    c: u32
    d: u32
    imm: u32
    offset: u32  # in the module, of what this was made from


@struct
class MBlock:
    first: u32  # its instructions are [first, end)
    end: u32


@struct
class MachineCode:
    arena: Ptr[Arena]
    insts: Slice[MInst] = zeroed()
    count: u32 = 0
    blocks: Slice[MBlock] = zeroed()  # as many as the function has
    values: u32 = 0  # of the intermediate form, and those made since
    made_vectors: Slice[bool] = zeroed()  # of those made since: is it a float?
    given: u32 = 0  # how many the intermediate form has

    @raises(ArenaFull)
    def init(self, values: u32, blocks: u32) -> None:
        arena = self.arena
        self.count = 0
        self.values = values
        self.given = values
        alloc_slice(arena, ref(self.made_vectors), values // 4 + 16)
        alloc_slice(arena, ref(self.blocks), blocks)
        # Last, so that it can grow where it is, and be cut off at what selection has used
        alloc_slice(arena, ref(self.insts), values // 2 + 16)

    @raises(ArenaFull)
    def add(self, op: MOp) -> Ptr[MInst]:
        """A new last instruction, all words absent."""
        if self.count == len(self.insts):
            grow_slice(self.arena, ref(self.insts), self.count + 1)
        inst = self.insts[self.count]
        self.count += 1
        zero(inst)
        inst.op = op
        inst.dst = NONE
        inst.a = NONE
        inst.b = NONE
        inst.c = NONE
        inst.d = NONE
        return inst

    @raises(ArenaFull)
    def new_value(self, vector: bool) -> u32:
        """A value that the intermediate form does not have."""
        n = self.values - self.given
        if n == len(self.made_vectors):
            grow_slice(self.arena, ref(self.made_vectors), n + 1)
        self.made_vectors[n] = vector
        self.values += 1
        return self.values - 1

    def reverse(self) -> None:
        """Selection goes backwards: this puts the instructions in order. There will be no more."""
        trim_slice(self.arena, ref(self.insts), self.count)
        spare: MInst = zeroed()
        for i in range(self.count // 2):
            left = self.insts[i]
            right = self.insts[self.count - 1 - i]
            copy(spare, left)
            copy(left, right)
            copy(right, spare)


def operand(inst: Ptr[MInst], n: u32) -> u32:
    """Word a, b, c or d."""
    match n:
        case 0:
            return inst.a
        case 1:
            return inst.b
        case 2:
            return inst.c
        case _:
            return inst.d


def uses_operand(inst: Ptr[MInst], n: u32) -> bool:
    """Is word n a value?"""
    bits = OPERANDS[inst.op.value] >> n
    return bits & 0x11 != 0 and operand(inst, n) != NONE


def needs_register(inst: Ptr[MInst], n: u32) -> bool:
    return OPERANDS[inst.op.value] >> n & 1 != 0


def has_list(inst: Ptr[MInst]) -> bool:
    return OPERANDS[inst.op.value] & HAS_LIST != 0


def is_call(op: MOp) -> bool:
    return op.value >= MOp.CALL.value and op.value <= MOp.CALL_RUNTIME.value


def is_division(op: MOp) -> bool:
    return op.value >= MOp.DIV_S.value and op.value <= MOp.REM_U.value


def compares_floats(inst: Ptr[MInst]) -> bool:
    compares = inst.op == MOp.SET or inst.op == MOp.CHOOSE or inst.op == MOp.BRANCH
    return compares and inst.sub == COMPARE_FLOAT


def read_late(inst: Ptr[MInst]) -> u32:
    """The operand whose place the result must not take, or NONE: it is read when a two-operand form
    has already copied `a` to the result's place."""
    match inst.op:
        case MOp.ALU_LOAD | MOp.MUL_LOAD | MOp.FLOAT_LOAD:
            return inst.d
        case MOp.FLOAT:
            return inst.b if inst.sub == FLOAT_SUB or inst.sub == FLOAT_DIV else NONE
        case _:
            return NONE


def is_float_op(op: MOp) -> bool:
    return op.value >= MOp.FLOAT.value and op.value <= MOp.RESIZE.value


def clobbers(op: MOp) -> u32:
    """The registers that an instruction destroys after it has read its operands."""
    if is_call(op):
        return CALLER_SAVED
    if is_division(op):
        return u32(1) << RAX | u32(1) << RDX
    if op == MOp.SHIFT_BY:
        return u32(1) << RCX
    if op == MOp.SWITCH:
        return u32(1) << RAX
    return NO_REGS
