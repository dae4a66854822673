"""Checks the rules of the intermediate form between stages (debug builds and tests).

    blocks   consecutive, one terminator at the end, parameters only at the start
    edges    leave the terminator that names them; an argument for each parameter, of its type
    values   defined before they are used in the block order, of the type that the operation wants

That a definition also dominates its uses is checked by liveness: nothing may be live where the
function starts. A broken rule is a bug of the compiler: it panics with the instruction.
"""

from __future__ import annotations

from kernel_src.jit.ir import (
    NONE,
    TERMINATOR,
    USES_A,
    USES_B,
    USES_C,
    USES_LIST,
    Function,
    Op,
    Type,
    edge_count_of,
    edge_of,
    has_property,
)
from pykern.lang import Ptr, u32


def verify(function: Ptr[Function]) -> None:
    expected: u32 = 0
    for n in range(function.block_count):
        block = function.blocks[n]
        assert block.first == expected, f"block {n} starts at {block.first}, not {expected}"
        assert block.end > block.first, f"block {n} is empty"
        expected = block.end
        verify_block(function, n)
    assert expected == function.inst_count, f"instructions after the last block, {expected}"


def verify_block(function: Ptr[Function], n: u32) -> None:
    block = function.blocks[n]
    for value in range(block.first, block.end):
        inst = function.insts[value]
        last = value + 1 == block.end
        assert has_property(inst.op, TERMINATOR) == last, f"v{value} {inst.op}: not the block's end"
        if value < block.first + block.params:
            assert inst.op == Op.PARAM or inst.op == Op.NOP, f"v{value} {inst.op} is no parameter"
        else:
            assert inst.op != Op.PARAM, f"v{value} is a parameter, but not at the start"
        verify_operands(function, value)
    terminator = function.terminator(n)
    for i in range(edge_count_of(terminator)):
        verify_edge(function, n, edge_of(function, terminator, i))


def verify_operands(function: Ptr[Function], value: u32) -> None:
    inst = function.insts[value]
    if has_property(inst.op, USES_A):
        verify_use(function, value, inst.a)
    if has_property(inst.op, USES_B):
        verify_use(function, value, inst.b)
    if has_property(inst.op, USES_C):
        verify_use(function, value, inst.c)
    if has_property(inst.op, USES_LIST):
        for operand in function.list_of(inst):
            verify_use(function, value, operand)
    if inst.op.value >= Op.EQ.value and inst.op.value <= Op.GE_U.value:
        verify_same_type(function, value, inst.a, inst.b)
    if inst.op.value >= Op.ADD.value and inst.op.value <= Op.ROTR.value:
        verify_same_type(function, value, inst.a, inst.b)
        verify_same_type(function, value, value, inst.a)


def verify_use(function: Ptr[Function], user: u32, operand: u32) -> None:
    assert operand < user, f"v{user} uses v{operand}, which is not defined yet"
    type = function.insts[operand].type
    assert type != Type.NONE, f"v{user} uses v{operand}, which is no value"


def verify_same_type(function: Ptr[Function], user: u32, a: u32, b: u32) -> None:
    left = function.insts[a].type
    right = function.insts[b].type
    assert left == right, f"v{user}: v{a} is {left}, v{b} is {right}"


def verify_edge(function: Ptr[Function], source: u32, edge: u32) -> None:
    record = function.edges[edge]
    assert record.source == source, f"edge {edge} leaves block {record.source}, not {source}"
    assert record.target != NONE, f"edge {edge} goes nowhere"
    target = function.blocks[record.target]
    assert record.count == target.params, (
        f"edge {edge}: {record.count} for {target.params} parameters"
    )
    for i in range(record.count):
        param = function.insts[target.first + i]
        if param.op == Op.PARAM:
            arg = function.args_of(edge)[i]
            type = function.insts[arg].type
            assert type == param.type, f"edge {edge}: v{arg} is {type}, parameter {i} {param.type}"
