"""The state of emitting one function, and what all instructions share: operands, moves, labels.

Places become operands here: a register, or a word of the frame. Jumps to code that is not there
yet leave a fix-up; short ones are chosen where a bound on the distance, computed before, allows
it.
"""

from __future__ import annotations

from typing import Final

import kernel_src.jit.encode as encode
import kernel_src.jit.encode_control as control
import kernel_src.jit.encode_float as floats
from kernel_src.jit.encode import Code, Mem
from kernel_src.jit.frame import Frame
from kernel_src.jit.ir import NONE, Function
from kernel_src.jit.machine import MachineCode, MInst
from kernel_src.jit.moves import Mover, Step
from kernel_src.jit.regs import NO_PLACE, VECTOR_SCRATCH, is_register, is_vector
from kernel_src.jit.resolve import Resolution
from kernel_src.jit.trapmap import TrapMap
from kernel_src.lib.arena import Arena, ArenaFull, grow_slice
from kernel_src.wasm.module import Module
from pykern.lang import (
    Ptr,
    Slice,
    enum,
    i32,
    i64,
    raises,
    ref,
    struct,
    truncate,
    u8,
    u32,
    u64,
    zeroed,
)

# Where a bound of a distance stops growing: farther than any code can be
BOUND_MAX: Final[u32] = 1 << 30
# Where the head of a small loop is aligned to
LOOP_ALIGN: Final[u32] = 32
# How many constants are searched for one that is there already: bounds the time, not the pool
CONSTANT_SEARCH: Final[u32] = 32


@enum(u8)
class Target:
    BLOCK = 0  # of the function
    EDGE = 1  # the moves of an edge, out of line
    TRAP = 2  # a trap, out of line
    CONSTANT = 3  # in the function's pool of constants


@struct
class Fixup:
    at: u32  # of the displacement, in the code
    base: u32  # what it counts from
    target: Target
    short: bool
    number: u32  # the block, edge or constant; the offset in the module of what traps
    cause: u8  # of a trap
    next: u32  # for an edge: the next fix-up of the same one


@struct
class Relocation:
    """A direct call: its displacement is filled in when all functions have addresses."""

    at: u32
    function: u32


@struct
class Relocations:
    arena: Ptr[Arena]
    entries: Slice[Relocation] = zeroed()
    count: u32 = 0

    @raises(ArenaFull)
    def add(self, at: u32, function: u32) -> None:
        if self.count == len(self.entries):
            grow_slice(self.arena, ref(self.entries), self.count + 1)
        entry = self.entries[self.count]
        entry.at = at
        entry.function = function
        self.count += 1


@struct
class Emitter:
    arena: Ptr[Arena]
    module: Ptr[Module]
    function: Ptr[Function]
    machine: Ptr[MachineCode]
    resolution: Ptr[Resolution]
    code: Ptr[Code]
    traps: Ptr[TrapMap]
    relocations: Ptr[Relocations]
    mover: Mover
    # By type of the module: what a FunctionRef of that type holds
    signatures: Slice[u32] = zeroed()
    # Words that every caller leaves for tail calls, and the most that one of this function needs
    tail_area: u32 = 0
    tail_words: u32 = 0
    frame: Frame = zeroed()
    block: u32 = 0  # being emitted
    position: u32 = 0  # where the instruction being emitted reads its operands
    block_at: Slice[u32] = zeroed()  # offset in the code of each block that has been emitted
    # An upper bound of each block's distance from the function's start
    bound_at: Slice[u32] = zeroed()
    # By block (layout.py): the block where jumping there gets one; the next one that is emitted
    leads_to: Slice[u32] = zeroed()
    follower: Slice[u32] = zeroed()
    # The last arithmetic instruction: where it ends, and its result, whose zero flag is set there
    flags_at: u32 = 0
    flags_register: u8 = 0
    flags_wide: bool = False
    tail: u32 = 0  # an upper bound of what comes between a jump and the end of its block
    fixups: Slice[Fixup] = zeroed()
    fixup_count: u32 = 0
    edge_fixups: Slice[u32] = zeroed()  # by edge: the first jump to its moves out of line
    pending_edges: Slice[u32] = zeroed()  # the edges that have some
    pending_count: u32 = 0
    constants: Slice[u64] = zeroed()  # to be read from memory behind the function
    constant_count: u32 = 0

    # Operands

    def place(self, value: u32) -> u32:
        """Where the present instruction finds a value, or puts its result."""
        return self.resolution.place_at(value, self.position)

    def result(self, inst: Ptr[MInst]) -> u8:
        place = self.resolution.place_at(inst.dst, self.position + 1)
        return u8(place)

    def register(self, value: u32) -> u8:
        """The register of an operand that must be in one."""
        place = self.place(value)
        assert is_register(place), f"v{value} is not in a register at {self.position}"
        return u8(place)

    def word(self, place: u32) -> Mem:
        return self.frame.word(place)

    def into_register(self, dst: u8, wide: bool, place: u32) -> None:
        """Moves an operand to a register, unless it is there. The flags stay."""
        code = self.code
        if is_vector(dst):
            if is_vector(place):
                if place != dst:
                    floats.move_float_rr(code, dst, u8(place))
            elif is_register(place):
                encode.op_rr(code, floats.MOVD_XR, wide, dst, u8(place))
            else:
                floats.float_rm(code, floats.MOVS_XM, wide, dst, self.word(place))
        elif is_vector(place):
            encode.op_rr(code, floats.MOVD_RX, wide, u8(place), dst)
        elif not is_register(place):
            encode.op_rm(code, encode.LOAD, wide, dst, self.word(place))
        elif place != dst:
            encode.mov_rr(code, wide, dst, u8(place))

    def into_vector(self, value: u32) -> u8:
        """The vector register of an operand that may be in memory: then the scratch register."""
        place = self.place(value)
        if is_register(place):
            return u8(place)
        self.into_register(VECTOR_SCRATCH, True, place)
        return VECTOR_SCRATCH

    def operate(self, opcode: u32, wide: bool, reg: u8, place: u32) -> None:
        """An instruction with a register and an operand in any place."""
        if is_register(place):
            encode.op_rr(self.code, opcode, wide, reg, u8(place))
        else:
            encode.op_rm(self.code, opcode, wide, reg, self.word(place))

    def operate_float(self, opcode: u32, wide: bool, reg: u8, place: u32) -> None:
        """The same for the opcodes whose operands are floats."""
        if is_register(place):
            floats.float_rr(self.code, opcode, wide, reg, u8(place))
        else:
            floats.float_rm(self.code, opcode, wide, reg, self.word(place))

    @raises(ArenaFull)
    def operate_constant(self, opcode: u32, wide: bool, reg: u8, bits: u64) -> None:
        """The same with a constant in memory: 16 bytes, of which the first are `bits`."""
        at = encode.op_rip(self.code, floats.for_width(opcode, wide), False, reg)
        number = self.constant_number(bits)
        self.add_fixup(at, self.code.used, Target.CONSTANT, number, False)

    @raises(ArenaFull)
    def constant_number(self, bits: u64) -> u32:
        n = self.constant_count
        for i in range(min(n, CONSTANT_SEARCH)):
            if self.constants[n - 1 - i] == bits:
                return n - 1 - i
        if n == len(self.constants):
            grow_slice(self.arena, ref(self.constants), n + 1)
        self.constants[n] = bits
        self.constant_count = n + 1
        return n

    @raises(ArenaFull)
    def load_float(self, dst: u8, bits: u64) -> None:
        if bits == 0:
            floats.zero_float(self.code, dst)
        else:
            self.operate_constant(floats.MOVS_XM, True, dst, bits)

    def set_flags(self, register: u8, wide: bool) -> None:
        """The instruction just emitted has set the zero flag for `register`."""
        self.flags_at = self.code.used
        self.flags_register = register
        self.flags_wide = wide

    def has_zero_flag(self, register: u8, wide: bool) -> bool:
        """Does the zero flag already say whether `register` is zero?"""
        return (
            self.flags_at == self.code.used
            and self.flags_register == register
            and self.flags_wide == wide
        )

    # Moves

    @raises(ArenaFull)
    def add_moves(self, first: u32) -> None:
        """Adds a list of the resolution's moves to the mover's."""
        n = first
        while n != NONE:
            move = self.resolution.moves[n]
            self.mover.add(move.dst, move.src, move.value)
            n = move.next

    @raises(ArenaFull)
    def add_operand_move(self, dst: u32, value: u32) -> None:
        """Adds the move of an operand, perhaps a constant, to where the instruction wants it."""
        if self.function.is_const(value):
            self.mover.add(dst, NO_PLACE, value)
        else:
            self.mover.add(dst, self.place(value), value)

    @raises(ArenaFull)
    def do_moves(self) -> None:
        for step in self.mover.sequence():
            self.do_step(step)

    @raises(ArenaFull)
    def move_list(self, first: u32) -> None:
        self.mover.clear()
        self.add_moves(first)
        self.do_moves()

    @raises(ArenaFull)
    def do_step(self, step: Ptr[Step]) -> None:
        if step.src == NO_PLACE:
            self.load_constant(step.dst, step.value)
        elif is_register(step.dst):
            self.into_register(u8(step.dst), True, step.src)
        elif is_vector(step.src):
            mem = self.word(step.dst)
            floats.float_rm(self.code, floats.MOVS_MX, True, u8(step.src), mem)
        elif is_register(step.src):
            encode.store_mr(self.code, 8, self.word(step.dst), u8(step.src))
        else:
            # r11 may hold the value that a cycle waits for. `pop` computes its address with the
            # rsp after it, so both see the frame as it is.
            encode.push_m(self.code, self.word(step.src))
            encode.pop_m(self.code, self.word(step.dst))

    @raises(ArenaFull)
    def load_constant(self, dst: u32, value: u32) -> None:
        """No other register changes, but the flags may; moves are never between a comparison and
        its use. A wide constant goes to memory in halves."""
        bits = self.function.const_bits(value)
        if is_vector(dst):
            self.load_float(u8(dst), bits)
            return
        if is_register(dst) and bits == 0:
            encode.zero_r(self.code, u8(dst))
            return
        if is_register(dst):
            encode.mov_ri(self.code, u8(dst), bits)
            return
        mem = self.word(dst)
        if encode.fits_i32(bits):
            encode.store_mi(self.code, 8, mem, truncate(u32, bits))
            return
        high = Mem(base=mem.base, disp=mem.disp + 4)
        encode.store_mi(self.code, 4, mem, truncate(u32, bits))
        encode.store_mi(self.code, 4, high, truncate(u32, bits >> 32))

    # Labels

    @raises(ArenaFull)
    def add_fixup(self, at: u32, base: u32, target: Target, number: u32, short: bool) -> Ptr[Fixup]:
        n = self.fixup_count
        if n == len(self.fixups):
            grow_slice(self.arena, ref(self.fixups), n + 1)
        fixup = self.fixups[n]
        fixup.at = at
        fixup.base = base
        fixup.target = target
        fixup.number = number
        fixup.short = short
        fixup.cause = 0
        fixup.next = NONE
        self.fixup_count = n + 1
        return fixup

    @raises(ArenaFull)
    def trap_if(self, cc: u8, cause: u8, offset: u32) -> None:
        """jcc to a trap out of line."""
        at = control.jcc_near(self.code, cc)
        fixup = self.add_fixup(at, self.code.used, Target.TRAP, offset, False)
        fixup.cause = cause

    @raises(ArenaFull)
    def jump(self, block: u32) -> None:
        """jmp to a block, in its shortest form."""
        short = self.reaches(block)
        at = control.jmp_short(self.code) if short else control.jmp_near(self.code)
        self.link_block(at, self.code.used, block, short)

    @raises(ArenaFull)
    def jump_if(self, cc: u8, block: u32) -> None:
        short = self.reaches(block)
        at = control.jcc_short(self.code, cc) if short else control.jcc_near(self.code, cc)
        self.link_block(at, self.code.used, block, short)

    @raises(ArenaFull)
    def jump_if_to_edge(self, cc: u8, edge: u32) -> None:
        """jcc to the moves of an edge, which are emitted out of line."""
        at = control.jcc_near(self.code, cc)
        self.link_edge(at, self.code.used, edge)

    @raises(ArenaFull)
    def link_edge(self, at: u32, base: u32, edge: u32) -> None:
        """The displacement at `at`, counted from `base`, leads to an edge's moves."""
        if self.edge_fixups[edge] == NONE:
            self.pending_edges[self.pending_count] = edge
            self.pending_count += 1
        fixup = self.add_fixup(at, base, Target.EDGE, edge, False)
        fixup.next = self.edge_fixups[edge]
        self.edge_fixups[edge] = self.fixup_count - 1

    @raises(ArenaFull)
    def link_block(self, at: u32, base: u32, block: u32, short: bool) -> None:
        """The displacement at `at`, counted from `base`, leads to a block."""
        if block <= self.block:
            self.patch(at, base, self.block_at[block], short)
        else:
            self.add_fixup(at, base, Target.BLOCK, block, short)

    def reaches(self, block: u32) -> bool:
        """Does a short jump from here certainly reach the block?"""
        if block <= self.block:
            return self.code.used + 2 - self.block_at[block] <= 128
        end = self.bound_at[self.block + 1]
        if end == BOUND_MAX:
            return False
        distance = self.bound_at[block] - end + self.tail
        if self.function.blocks[block].loop_end != NONE:
            distance += LOOP_ALIGN  # `bound_at` is before the padding
        return distance <= 127

    def patch(self, at: u32, base: u32, target: u32, short: bool) -> None:
        distance = i32(i64(target) - i64(base))
        if short:
            self.code.patch8(at, distance)
        else:
            self.code.patch32(at, distance)
