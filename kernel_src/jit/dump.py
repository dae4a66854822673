"""The compiler's intermediate forms as text, for people and golden tests.

    dump_function     values                         b1: v4 v5  loop to b3
                                                       v6 = ADD.I32 v4 v5
    dump_machine      selected instructions            12  v6 = ALU.add.32 v4 v5
    dump_places       the same after allocation        12  rax = ALU.add.32 rdi rsi
                      with the moves in between            rbx <- rax

A function that is larger than the buffer is cut off.
"""

from __future__ import annotations

from typing import Final

from kernel_src.jit.ir import (
    NONE,
    USES_A,
    USES_B,
    USES_C,
    USES_LIST,
    Function,
    Op,
    edge_count_of,
    edge_of,
    has_property,
)
from kernel_src.jit.machine import (
    COMPARE_BITS,
    COMPARE_FLOAT,
    COMPARE_LOAD,
    FLOAT_SQRT,
    MachineCode,
    MInst,
    MOp,
    has_list,
    operand,
    uses_operand,
)
from kernel_src.jit.regs import FIRST_SLOT, INCOMING, NAMES_64, NO_PLACE, is_incoming, is_register
from kernel_src.jit.resolve import Resolution
from pykern.lang import Array, Format, Ptr, Slice, Str, format, struct, u8, u32, usize

ALU_NAMES: Final[Array[Str, 8]] = Array("add", "or", "", "", "and", "sub", "xor", "cmp")
SHIFT_NAMES: Final[Array[Str, 8]] = Array("rol", "ror", "", "", "shl", "shr", "", "sar")
LOAD_NAMES: Final[Array[Str, 7]] = Array("u8", "s8", "u16", "s16", "u32", "s32", "64")
FLOAT_NAMES: Final[Array[Str, 11]] = Array(
    "ceil", "floor", "trunc", "nearest", "sqrt", "add", "sub", "mul", "div", "min", "max"
)
BASE_NAMES: Final[Array[Str, 4]] = Array("memory", "context", "", "other memory")
CONDITION_NAMES: Final[Array[Str, 18]] = Array(
    "o", "no", "b", "ae", "e", "ne", "be", "a", "s", "ns", "p", "np", "l", "ge", "le", "g",
    "ne", "e",
)  # fmt: skip


@struct
class Text:
    """What has been written into a buffer. Does not fail: the end is cut off."""

    buffer: Slice[u8]
    used: usize = 0

    def put(self, text: Format) -> None:
        self.used += format(self.buffer[self.used :], text)

    def content(self) -> Slice[u8]:
        return self.buffer[: self.used]


# Values


def dump_function(out: Ptr[Text], function: Ptr[Function]) -> None:
    for n in range(function.block_count):
        block = function.blocks[n]
        out.put(f"b{n}:")
        for value in range(block.first, block.first + block.params):
            if function.insts[value].op == Op.PARAM:
                out.put(f" v{value}.{function.insts[value].type}")
        if block.loop_end != NONE:
            out.put(f"  loop to b{block.loop_end}")
        out.put("\n")
        for value in range(block.first + block.params, block.end):
            if function.insts[value].op != Op.NOP:
                dump_value(out, function, value)


def dump_value(out: Ptr[Text], function: Ptr[Function], value: u32) -> None:
    inst = function.insts[value]
    if inst.type.value != 0:
        out.put(f"  v{value} = {inst.op}.{inst.type}")
    else:
        out.put(f"  {inst.op}")
    if has_property(inst.op, USES_A):
        out.put(f" v{inst.a}")
    if has_property(inst.op, USES_B):
        out.put(f" v{inst.b}")
    if has_property(inst.op, USES_C):
        out.put(f" v{inst.c}")
    match inst.op:
        case Op.CONST:
            out.put(f" {function.const_bits(value):#x}")
        case Op.GLOBAL_GET | Op.GLOBAL_SET | Op.TABLE_SIZE | Op.REF_FUNC | Op.MEMORY_BASE:
            out.put(f" {inst.b}")
        case Op.CALL | Op.CALL_INDIRECT | Op.CALL_RUNTIME | Op.TRAP:
            out.put(f" {inst.a}")
        case Op.TAIL_CALL | Op.TAIL_INDIRECT:
            out.put(f" {inst.a}")
        case Op.RESULT:
            out.put(f" {inst.b}")
        case _:
            if inst.op.value >= Op.LOAD8_S.value and inst.op.value <= Op.STORE64.value:
                out.put(f" + {inst.c}")
    if has_property(inst.op, USES_LIST):
        dump_list(out, function.list_of(inst))
    for i in range(edge_count_of(inst)):
        dump_edge(out, function, edge_of(function, inst, i))
    out.put("\n")


def dump_list(out: Ptr[Text], values: Slice[u32]) -> None:
    out.put("(")
    for i, value in enumerate(values):
        if i > 0:
            out.put(" ")
        out.put(f"v{value}")
    out.put(")")


def dump_edge(out: Ptr[Text], function: Ptr[Function], edge: u32) -> None:
    target = function.edges[edge].target
    out.put(f" -> b{target}(")
    first = True
    for i, arg in enumerate(function.args_of(edge)):
        param = function.insts[function.blocks[target].first + u32(i)]
        if param.op == Op.PARAM:
            if not first:
                out.put(" ")
            out.put(f"v{arg}")
            first = False
    out.put(")")


# Machine instructions


def dump_machine(out: Ptr[Text], function: Ptr[Function], code: Ptr[MachineCode]) -> None:
    for n in range(function.block_count):
        out.put(f"b{n}:\n")
        for i in range(code.blocks[n].first, code.blocks[n].end):
            inst = code.insts[i]
            out.put(f"{i:4}  ")
            if inst.dst != NONE:
                out.put(f"v{inst.dst} = ")
            dump_name(out, inst)
            for k in range(u32(4)):
                if uses_operand(inst, k):
                    out.put(f" v{operand(inst, k)}")
            if has_list(inst):
                dump_list(out, function.pool[inst.b : inst.b + inst.c])
            dump_rest(out, inst)


def dump_name(out: Ptr[Text], inst: Ptr[MInst]) -> None:
    out.put(f"{inst.op}")
    match inst.op:
        case MOp.ALU | MOp.ALU_LOAD:
            out.put(f".{ALU_NAMES[inst.sub]}")
        case MOp.SHIFT | MOp.SHIFT_BY:
            out.put(f".{SHIFT_NAMES[inst.sub]}")
        case MOp.FLOAT | MOp.FLOAT_LOAD:
            out.put(f".{FLOAT_NAMES[inst.sub]}")
        case MOp.FLOAT_BITS:
            out.put(f".{ALU_NAMES[inst.sub]}")
        case MOp.LOAD:
            out.put(f".{LOAD_NAMES[inst.sub]}")
        case MOp.STORE:
            out.put(f".{8 * inst.sub}")
        case MOp.SET | MOp.CHOOSE | MOp.BRANCH:
            if inst.sub == COMPARE_FLOAT:
                out.put(".float")
            elif inst.sub == COMPARE_BITS:
                out.put(".bits")
            out.put(f".{CONDITION_NAMES[inst.cond]}")
        case _:
            pass
    if has_width(inst.op):
        if inst.wide:
            out.put(".64")
        else:
            out.put(".32")


def has_width(op: MOp) -> bool:
    """Does the instruction have a 32-bit and a 64-bit form?"""
    if op == MOp.LOAD or op == MOp.STORE:
        return False
    return (op.value >= MOp.COPY.value and op.value <= MOp.REM_U.value) or op == MOp.BRANCH


def dump_rest(out: Ptr[Text], inst: Ptr[MInst]) -> None:
    """What is neither value nor place: immediates and the like."""
    match inst.op:
        case MOp.IMM:
            dump_halves(out, inst)
        case MOp.FLOAT | MOp.FLOAT_BITS:
            if inst.b == NONE and (inst.op == MOp.FLOAT_BITS or inst.sub > FLOAT_SQRT):
                dump_halves(out, inst)
        case MOp.LOAD | MOp.ALU_LOAD | MOp.MUL_LOAD | MOp.FLOAT_LOAD:
            out.put(f" {BASE_NAMES[inst.flags]} + {inst.imm:#x}")
        case MOp.STORE:
            out.put(f" {BASE_NAMES[inst.flags]} + {inst.imm:#x}")
            if inst.b == NONE:
                out.put(f" = {inst.c:#x}")
        case MOp.FIXED:
            out.put(f" {NAMES_64[inst.sub]}")
        case MOp.CALL | MOp.CALL_IMPORT | MOp.CALL_INDIRECT | MOp.CALL_RUNTIME:
            out.put(f" {inst.a}")
        case MOp.TAIL | MOp.TAIL_IMPORT | MOp.TAIL_INDIRECT:
            out.put(f" {inst.a}")
        case MOp.ALU | MOp.MUL | MOp.SET | MOp.BRANCH:
            if inst.sub == COMPARE_LOAD and inst.op.value >= MOp.SET.value:
                dump_compared_load(out, inst)
            elif inst.b == NONE:
                out.put(f" {inst.imm:#x}")
        case MOp.CHOOSE:
            if inst.d == NONE:
                out.put(f" {inst.imm:#x}")
        case MOp.LEA | MOp.SHIFT | MOp.STACK_RESULT | MOp.TRAP:
            out.put(f" {inst.imm}")
        case _:
            pass
    out.put("\n")


def dump_compared_load(out: Ptr[Text], inst: Ptr[MInst]) -> None:
    out.put(f" {BASE_NAMES[inst.flags]} + {inst.imm:#x}")
    if inst.a == NONE:
        out.put(f" with {inst.c:#x}")


def dump_halves(out: Ptr[Text], inst: Ptr[MInst]) -> None:
    if inst.c != 0:
        out.put(f" {inst.c:#x}_{inst.imm:08x}")
    else:
        out.put(f" {inst.imm:#x}")


# Places


def dump_places(out: Ptr[Text], resolution: Ptr[Resolution]) -> None:
    function = resolution.function
    code = resolution.code
    out.put("entry:\n")
    dump_moves(out, resolution, resolution.on_entry)
    for n in range(function.block_count):
        out.put(f"b{n}:\n")
        for i in range(code.blocks[n].first, code.blocks[n].end):
            dump_moves(out, resolution, resolution.before[i])
            dump_placed(out, resolution, i)
        terminator = function.terminator(n)
        for k in range(edge_count_of(terminator)):
            edge = edge_of(function, terminator, k)
            out.put(f"      to b{function.edges[edge].target}\n")
            dump_moves(out, resolution, resolution.on_edge[edge])


def dump_placed(out: Ptr[Text], resolution: Ptr[Resolution], i: u32) -> None:
    inst = resolution.code.insts[i]
    out.put(f"{i:4}  ")
    if inst.dst != NONE:
        dump_place(out, resolution.place_at(inst.dst, 2 * i + 1))
        out.put(" = ")
    dump_name(out, inst)
    for k in range(u32(4)):
        if uses_operand(inst, k):
            out.put(" ")
            dump_place(out, resolution.place_at(operand(inst, k), 2 * i))
    if has_list(inst):
        for value in resolution.function.pool[inst.b : inst.b + inst.c]:
            out.put(" ")
            if resolution.function.is_const(value):
                out.put(f"{resolution.function.const_bits(value):#x}")
            else:
                dump_place(out, resolution.place_at(value, 2 * i))
    dump_rest(out, inst)


def dump_moves(out: Ptr[Text], resolution: Ptr[Resolution], first: u32) -> None:
    n = first
    while n != NONE:
        move = resolution.moves[n]
        out.put("        ")
        dump_place(out, move.dst)
        if move.src == NO_PLACE:
            out.put(f" <- {resolution.function.const_bits(move.value):#x}\n")
        else:
            out.put(" <- ")
            dump_place(out, move.src)
            out.put("\n")
        n = move.next


def dump_place(out: Ptr[Text], place: u32) -> None:
    if is_register(place):
        out.put(f"{NAMES_64[place]}")
    elif is_incoming(place):
        out.put(f"incoming{place - INCOMING}")
    else:
        out.put(f"slot{place - FIRST_SLOT}")
