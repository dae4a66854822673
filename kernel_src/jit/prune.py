"""Drops what nothing needs, and counts the uses of what is left.

Building makes values that are never read: locals that differ at a merge but are set again before
they are read, constants that become immediates, results that are dropped. A value is needed if an
instruction that has an effect uses it, or one that is needed; an argument on an edge is needed if
its parameter is. Everything else becomes NOP. A NOP among the parameters of a block keeps its
place: the edges still carry an argument for it, which nobody looks at.

Linear: each value enters the work list once.
"""

from __future__ import annotations

from kernel_src.jit.ir import (
    NONE,
    PURE,
    USES_A,
    USES_B,
    USES_C,
    USES_LIST,
    Function,
    Inst,
    Op,
    Type,
    has_property,
)
from kernel_src.lib.arena import Arena, ArenaFull, alloc_slice
from pykern.lang import Ptr, Slice, load, raises, ref, struct, u32, zeroed


@struct
class Pruner:
    function: Ptr[Function]
    uses: Slice[u32] = zeroed()  # by value
    work: Slice[u32] = zeroed()  # values that are needed and whose operands have not been counted
    work_count: u32 = 0
    block_of: Slice[u32] = zeroed()  # of each parameter

    def use(self, value: u32) -> None:
        self.uses[value] += 1
        if self.uses[value] == 1 and has_property(self.function.insts[value].op, PURE):
            self.work[self.work_count] = value
            self.work_count += 1

    def use_operands(self, inst: Ptr[Inst]) -> None:
        if has_property(inst.op, USES_A):
            self.use(inst.a)
        if has_property(inst.op, USES_B):
            self.use(inst.b)
        if has_property(inst.op, USES_C):
            self.use(inst.c)
        if has_property(inst.op, USES_LIST):
            for value in self.function.list_of(inst):
                self.use(value)

    def use_arguments(self, param: u32) -> None:
        """Parameter `param` is needed, so what the edges bring for it is."""
        function = self.function
        block = function.blocks[self.block_of[param]]
        edge = block.edges
        while edge != NONE:
            self.use(function.args_of(edge)[param - block.first])
            edge = function.edges[edge].next

    def finish_work(self) -> None:
        while self.work_count > 0:
            self.work_count -= 1
            value = self.work[self.work_count]
            inst = self.function.insts[value]
            if inst.op == Op.PARAM:
                self.use_arguments(value)
            else:
                self.use_operands(inst)


@raises(ArenaFull)
def prune(function: Ptr[Function], arena: Ptr[Arena], uses: Ptr[Slice[u32]]) -> None:
    """Stores in `uses` the number of uses of each value."""
    pruner = Pruner(function=function)
    alloc_slice(arena, uses, function.inst_count)
    alloc_slice(arena, ref(pruner.work), function.inst_count)
    alloc_slice(arena, ref(pruner.block_of), function.inst_count)
    pruner.uses = load(uses)
    for n in range(function.block_count):
        block = function.blocks[n]
        for i in range(block.params):
            pruner.block_of[block.first + i] = n
    for n in range(function.inst_count):
        inst = function.insts[n]
        if not has_property(inst.op, PURE):
            pruner.use_operands(inst)
            pruner.finish_work()
    for n in range(function.inst_count):
        inst = function.insts[n]
        if has_property(inst.op, PURE) and pruner.uses[n] == 0 and not is_entry_param(function, n):
            inst.op = Op.NOP
            inst.type = Type.NONE


def is_entry_param(function: Ptr[Function], value: u32) -> bool:
    """The parameters of the function stay, whether used or not: they are its type."""
    return value < function.param_count
