"""The intermediate form of one function: SSA with block parameters, in flat tables.

- A value is the index of the instruction that defines it.
- An instruction is 16 bytes; what its three operand words mean is in its row of `ROWS`.
- Blocks are in the order of the bytecode, and each one's instructions are consecutive: parameters
  first, one terminator last. Wasm is structured, so a loop is a run of blocks that starts with its
  header, and every definition comes before its uses in this order, except for arguments on the
  edge back to a header.
- An edge goes from a terminator to a block and carries one argument for each parameter of it: that
  is where values meet.

Everything is allocated from one arena, which its owner resets after the function is compiled.
"""

from __future__ import annotations

from typing import Final, TypeVar

from kernel_src.lib.arena import Arena, ArenaFull, alloc_slice, grow_slice
from pykern.lang import (
    Array,
    Ptr,
    Slice,
    comptime,
    copy_slice,
    enum,
    load,
    raises,
    ref,
    static_assert,
    struct,
    truncate,
    u8,
    u16,
    u32,
    u64,
    usize,
    zeroed,
)

T = TypeVar("T")

NONE: Final[u32] = 0xFFFF_FFFF  # no value, no edge, no block


@enum(u8)
class Type:
    NONE = 0  # the instruction defines no value
    I32 = 1
    I64 = 2
    F32 = 3
    F64 = 4
    REF = 5  # funcref, externref: a word, 0 for null


@enum(u8)
class Op:
    NOP = 0
    PARAM = 1
    CONST = 2
    # wasm's order from here to ROTR, so that an opcode maps by its distance from the first
    EQ = 3
    NE = 4
    LT_S = 5
    LT_U = 6
    GT_S = 7
    GT_U = 8
    LE_S = 9
    LE_U = 10
    GE_S = 11
    GE_U = 12
    CLZ = 13
    CTZ = 14
    POPCNT = 15
    ADD = 16
    SUB = 17
    MUL = 18
    DIV_S = 19
    DIV_U = 20
    REM_S = 21
    REM_U = 22
    AND = 23
    OR = 24
    XOR = 25
    SHL = 26
    SHR_S = 27
    SHR_U = 28
    ROTL = 29
    ROTR = 30
    WRAP = 31
    EXTEND_U = 32
    EXTEND_S = 33
    EXTEND8_S = 34
    EXTEND16_S = 35
    EXTEND32_S = 36
    REINTERPRET = 37
    # Floats: wasm's order again, from FEQ to FGE, from FCEIL to FMAX
    FEQ = 38
    FNE = 39
    FLT = 40
    FGT = 41
    FLE = 42
    FGE = 43
    FCEIL = 44
    FFLOOR = 45
    FTRUNC = 46
    FNEAREST = 47
    FSQRT = 48
    FADD = 49
    FSUB = 50
    FMUL = 51
    FDIV = 52
    FMIN = 53
    FMAX = 54
    TRUNC_S = 55
    TRUNC_U = 56
    TRUNC_SAT_S = 57
    TRUNC_SAT_U = 58
    CONVERT_S = 59
    CONVERT_U = 60
    DEMOTE = 61
    PROMOTE = 62
    SELECT = 63
    LOAD8_S = 64
    LOAD8_U = 65
    LOAD16_S = 66
    LOAD16_U = 67
    LOAD32_S = 68
    LOAD32_U = 69
    LOAD64 = 70
    STORE8 = 71
    STORE16 = 72
    STORE32 = 73
    STORE64 = 74
    GLOBAL_GET = 75
    GLOBAL_SET = 76
    MEMORY_SIZE = 77
    MEMORY_BASE = 78
    TABLE_SIZE = 79
    REF_FUNC = 80
    RUNTIME_VALUE = 81
    CALL = 82
    CALL_INDIRECT = 83
    CALL_RUNTIME = 84
    RESULT = 85
    JUMP = 86
    BRANCH = 87
    SWITCH = 88
    RETURN = 89
    TAIL_CALL = 90
    TAIL_INDIRECT = 91
    TRAP = 92


OPS: Final = 93

# One row an operation, in the order of `Op`: name; properties; the operand words.
#   a b c  the word is a value
#   l      words b and c are the start and length of a list of values in `pool`
#   p      pure: may be dropped when unused, and done anywhere its operands are defined
#   t      ends a block               m  may be exchanged: a op b = b op a
ROWS: Final = """
nop         -
param       p     in the block's order
const       p     a: low half; b: high half
eq          abpm
ne          abpm
lt_s        abp
lt_u        abp
gt_s        abp
gt_u        abp
le_s        abp
le_u        abp
ge_s        abp
ge_u        abp
clz         ap
ctz         ap
popcnt      ap
add         abpm
sub         abp
mul         abpm
div_s       ab
div_u       ab
rem_s       ab
rem_u       ab
and         abpm
or          abpm
xor         abpm
shl         abp
shr_s       abp
shr_u       abp
rotl        abp
rotr        abp
wrap        ap
extend_u    ap
extend_s    ap
extend8_s   ap
extend16_s  ap
extend32_s  ap
reinterpret ap    the same bits as another type of that width
feq         abp
fne         abp
flt         abp
fgt         abp
fle         abp
fge         abp
fceil       ap
ffloor      ap
ftrunc      ap
fnearest    ap
fsqrt       ap
fadd        abp
fsub        abp
fmul        abp
fdiv        abp
fmin        abp
fmax        abp
trunc_s     a     traps
trunc_u     a     traps
trunc_sat_s ap
trunc_sat_u ap
convert_s   ap
convert_u   ap
demote      ap
promote     ap
select      abcp  c: the condition; a: the value if it is not zero; b: if it is
load8_s     a     a: address, an i32 in memory 0, or an i64 that has the memory's base; c: offset
load8_u     a
load16_s    a
load16_u    a
load32_s    a
load32_u    a
load64      a
store8      ab    a: address; b: value; c: offset
store16     ab
store32     ab
store64     ab
global_get  p     b: global. Not moved across global_set: it stays in its place
global_set  a     b: global
memory_size p     b: memory. Stays in its place like global_get
memory_base p     b: memory, not 0. Never changes
table_size  p     b: table. Stays in its place
ref_func    p     b: function
runtime_value p   what the runtime's function just called has left. Stays in its place
call        l     a: function; the list: arguments. Its value is the first result
call_indirect l     a: type; flags: table; the list: index, then arguments
call_runtime l    a: number of the runtime's function; flags: the trap it may ask for, or 0
result      ap    a: the call; b: which result
jump        t     a: edge
branch      at    a: condition; b: edge if it is not zero; c: edge if it is
switch      at    a: index; b, c: a list of edges in `pool`, the default last
return      lt
tail_call   lt    a: function; the list: arguments. The callee returns to this function's caller
tail_indirect lt  a: type; flags: table; the list: index, then arguments
trap        t     a: cause
"""

USES_A: Final[u8] = 1
USES_B: Final[u8] = 2
USES_C: Final[u8] = 4
USES_LIST: Final[u8] = 8
PURE: Final[u8] = 16
TERMINATOR: Final[u8] = 32
COMMUTES: Final[u8] = 64


@comptime
def property_table(rows: str) -> list[int]:
    letters = "abclptm"
    table = []
    for row in rows.strip().splitlines():
        bits = 0
        for letter in row.split()[1].strip("-"):
            bits |= 1 << letters.index(letter)
        table.append(bits)
    return table


PROPERTIES: Final[Array[u8, 93]] = property_table(ROWS)
static_assert(Op.TRAP.value == OPS - 1, "a row of ROWS for each Op")


@struct
class Inst:
    op: Op
    type: Type
    flags: u16
    a: u32
    b: u32
    c: u32


@struct
class Block:
    first: u32  # its instructions are [first, end)
    end: u32
    params: u32  # how many of the first are parameters
    edges: u32  # first of the incoming edges, a list through Edge.next
    loop_end: u32  # for a loop's header, the last block of the loop; else NONE
    depth: u32  # loops around it


@struct
class Edge:
    source: u32
    target: u32
    args: u32  # start in `pool`
    count: u32
    next: u32  # the target's next incoming edge


@struct
class Function:
    arena: Ptr[Arena]
    index: u32 = 0  # in the module, imports first
    insts: Slice[Inst] = zeroed()
    offsets: Slice[u32] = zeroed()  # of each instruction: where in the module it comes from
    inst_count: u32 = 0
    blocks: Slice[Block] = zeroed()
    block_count: u32 = 0
    edges: Slice[Edge] = zeroed()
    edge_count: u32 = 0
    pool: Slice[u32] = zeroed()
    pool_count: u32 = 0
    param_count: u32 = 0
    result_count: u32 = 0

    @raises(ArenaFull)
    def init(self, body_bytes: u32) -> None:
        """An empty function. The tables start at a size that most bodies of this length need."""
        arena = self.arena
        self.inst_count = 0
        self.block_count = 0
        self.edge_count = 0
        self.pool_count = 0
        alloc_slice(arena, ref(self.insts), body_bytes // 2 + 64)
        alloc_slice(arena, ref(self.offsets), body_bytes // 2 + 64)
        alloc_slice(arena, ref(self.blocks), body_bytes // 16 + 16)
        alloc_slice(arena, ref(self.edges), body_bytes // 16 + 16)
        alloc_slice(arena, ref(self.pool), body_bytes // 4 + 64)

    @raises(ArenaFull)
    def add(self, op: Op, type: Type, a: u32, b: u32, c: u32, offset: u32) -> u32:
        """Appends an instruction to the last block."""
        n = self.inst_count
        if n == len(self.insts):
            grow_slice(self.arena, ref(self.insts), n + 1)
            grow_slice(self.arena, ref(self.offsets), n + 1)
        inst = self.insts[n]
        inst.op = op
        inst.type = type
        inst.flags = 0
        inst.a = a
        inst.b = b
        inst.c = c
        self.offsets[n] = offset
        self.inst_count = n + 1
        return n

    @raises(ArenaFull)
    def add_block(self, depth: u32) -> u32:
        """Starts a block; instructions added from now on are its own."""
        n = self.block_count
        if n == len(self.blocks):
            grow_slice(self.arena, ref(self.blocks), n + 1)
        block = self.blocks[n]
        block.first = self.inst_count
        block.end = self.inst_count
        block.params = 0
        block.edges = NONE
        block.loop_end = NONE
        block.depth = depth
        self.block_count = n + 1
        return n

    @raises(ArenaFull)
    def add_edge(self, source: u32) -> u32:
        """An edge that has no target yet."""
        n = self.edge_count
        if n == len(self.edges):
            grow_slice(self.arena, ref(self.edges), n + 1)
        edge = self.edges[n]
        edge.source = source
        edge.target = NONE
        edge.args = 0
        edge.count = 0
        edge.next = NONE
        self.edge_count = n + 1
        return n

    def connect(self, edge: u32, target: u32) -> None:
        record = self.edges[edge]
        record.target = target
        record.next = self.blocks[target].edges
        self.blocks[target].edges = edge

    @raises(ArenaFull)
    def reserve(self, count: u32) -> u32:
        """The start of `count` new words of the pool."""
        start = self.pool_count
        if start + count > len(self.pool):
            grow_slice(self.arena, ref(self.pool), start + count)
        self.pool_count = start + count
        return start

    @raises(ArenaFull)
    def settle(self, mark: usize) -> None:
        """Frees what was allocated since `mark`, but for the function's own tables, which are cut
        to their content. They pass through copies above, so that nothing is overwritten."""
        self.copy_tables()
        self.arena.reset(mark)
        self.copy_tables()

    @raises(ArenaFull)
    def copy_tables(self) -> None:
        arena = self.arena
        copy_table(arena, ref(self.insts), self.inst_count)
        copy_table(arena, ref(self.offsets), self.inst_count)
        copy_table(arena, ref(self.blocks), self.block_count)
        copy_table(arena, ref(self.edges), self.edge_count)
        copy_table(arena, ref(self.pool), self.pool_count)

    def list_of(self, inst: Ptr[Inst]) -> Slice[u32]:
        """The list that words b and c of an instruction mean."""
        return self.pool[inst.b : inst.b + inst.c]

    def args_of(self, edge: u32) -> Slice[u32]:
        record = self.edges[edge]
        return self.pool[record.args : record.args + record.count]

    def is_const(self, value: u32) -> bool:
        return self.insts[value].op == Op.CONST

    def const_bits(self, value: u32) -> u64:
        """What a constant is, zero-extended."""
        inst = self.insts[value]
        return u64(inst.b) << 32 | inst.a

    def terminator(self, block: u32) -> Ptr[Inst]:
        return self.insts[self.blocks[block].end - 1]


@raises(ArenaFull)
def copy_table(arena: Ptr[Arena], table: Ptr[Slice[T]], count: u32) -> None:
    old = load(table)
    alloc_slice(arena, table, count)
    copy_slice(load(table), old[:count])


def has_property(op: Op, property: u8) -> bool:
    return PROPERTIES[op.value] & property != 0


def is_wide(type: Type) -> bool:
    """Does a value of the type have 64 bits?"""
    return type == Type.I64 or type == Type.F64 or type == Type.REF


def is_float(type: Type) -> bool:
    return type == Type.F32 or type == Type.F64


def low_half(bits: u64) -> u32:
    return truncate(u32, bits)


def high_half(bits: u64) -> u32:
    return truncate(u32, bits >> 32)


def edge_count_of(inst: Ptr[Inst]) -> u32:
    """How many edges leave a terminator."""
    if inst.op == Op.JUMP:
        return 1
    if inst.op == Op.BRANCH:
        return 2
    if inst.op == Op.SWITCH:
        return inst.c
    return 0


def edge_of(function: Ptr[Function], inst: Ptr[Inst], n: u32) -> u32:
    """Edge number `n` of a terminator."""
    if inst.op == Op.JUMP:
        return inst.a
    if inst.op == Op.BRANCH:
        return inst.b if n == 0 else inst.c
    return function.pool[inst.b + n]
