"""A module's functions -> code. The stages of the compiler, in order, are `compile_function`.

    compiler.init(module, signatures, keep, scratch, buffer)
    compile_module(compiler)    fills buffer, traps, and in `entries` where each function starts

Functions are compiled one after the other, each in the part of the scratch arena that the one
before gave back. Direct calls are filled in at the end. The code contains no absolute address: it
may be run where it was written, or anywhere else.
"""

from __future__ import annotations

from typing import Final

from kernel_src.jit.allocate import allocate
from kernel_src.jit.allocation import Allocation
from kernel_src.jit.build import begin_function, build_instruction, end_function
from kernel_src.jit.builder import Builder
from kernel_src.jit.check import check
from kernel_src.jit.dump import Text, dump_function, dump_machine, dump_places
from kernel_src.jit.emit import emit_function
from kernel_src.jit.emitter import Emitter, Relocations
from kernel_src.jit.encode import Code
from kernel_src.jit.frame import stack_words
from kernel_src.jit.intervals import Liveness
from kernel_src.jit.ir import Function
from kernel_src.jit.liveness import find_liveness
from kernel_src.jit.machine import MachineCode
from kernel_src.jit.moves import Mover
from kernel_src.jit.numbering import Numbering
from kernel_src.jit.prune import prune
from kernel_src.jit.resolve import Resolution, resolve
from kernel_src.jit.select import select
from kernel_src.jit.stubs import Stubs, emit_stubs
from kernel_src.jit.trapmap import TrapMap
from kernel_src.jit.verify import verify
from kernel_src.lib.arena import Arena, ArenaFull, alloc_slice
from kernel_src.wasm.errors import Invalid, Malformed, Unsupported
from kernel_src.wasm.module import Module
from kernel_src.wasm.reader import Reader
from kernel_src.wasm.validate import begin_body, next_instruction
from kernel_src.wasm.validate_state import BodyValidator
from pykern.lang import (
    DEBUG,
    Error,
    Ptr,
    Slice,
    i32,
    i64,
    raises,
    ref,
    struct,
    u8,
    u32,
    u64,
    zeroed,
)

# The allocation checker takes time by values times blocks
CHECK_MAX: Final[u64] = 1 << 20


class CodeFull(Error):
    """The code buffer has no room for the module's code."""


@struct
class Compiler:
    module: Ptr[Module]
    signatures: Slice[u32]  # the kernel-wide number of each type of the module
    scratch: Ptr[Arena]  # for one function at a time
    keep: Ptr[Arena]  # for what describes the code
    code: Code
    traps: TrapMap
    relocations: Relocations
    entries: Slice[u32] = zeroed()  # by function that is not imported: its offset in the code
    stubs: Stubs = zeroed()
    # Verify every function's intermediate form and allocation. A debug build does it in any case
    # for functions that are small enough.
    checks: bool = False
    # Words that every caller leaves for tail calls (frame.py), and the most that one needs beyond
    # those of its own function
    tail_area: u32 = 0
    tail_needed: u32 = 0
    listing: Ptr[Text] | None = None  # where each function is printed, stage by stage

    def init(
        self,
        module: Ptr[Module],
        signatures: Slice[u32],
        keep: Ptr[Arena],
        scratch: Ptr[Arena],
        buffer: Slice[u8],
    ) -> None:
        """For a compiler in zeroed memory."""
        self.module = module
        self.signatures = signatures
        self.scratch = scratch
        self.keep = keep
        self.code.data = buffer
        self.traps.arena = keep
        self.relocations.arena = keep


@raises(ArenaFull, CodeFull, Malformed, Invalid, Unsupported)
def compile_module(compiler: Ptr[Compiler]) -> None:
    """Compiles all functions. On an error the module's `failure` says why, and the code is of no
    use.

    How much room tail calls need is known at the end only. In the rare module where some need more
    than their functions have anyway, everything is compiled once more.
    """
    mark = compiler.keep.mark()
    compile_functions(compiler)
    if compiler.tail_needed > compiler.tail_area:
        compiler.tail_area = compiler.tail_needed
        compiler.keep.reset(mark)
        compiler.code.used = 0
        compiler.relocations.count = 0
        compile_functions(compiler)
    link(compiler)


@raises(ArenaFull, CodeFull, Malformed, Invalid, Unsupported)
def compile_functions(compiler: Ptr[Compiler]) -> None:
    module = compiler.module
    defined = len(module.functions) - module.imported_functions
    compiler.traps.init(u32(defined))
    alloc_slice(compiler.keep, ref(compiler.relocations.entries), 64)
    alloc_slice(compiler.keep, ref(compiler.entries), defined)
    emit_stubs(compiler.code, compiler.stubs, compiler.tail_area)
    for index in range(module.imported_functions, u32(len(module.functions))):
        mark = compiler.scratch.mark()
        compile_function(compiler, index)
        compiler.scratch.reset(mark)
        if compiler.code.overflow:
            raise CodeFull


@raises(ArenaFull, Malformed, Invalid, Unsupported)
def compile_function(compiler: Ptr[Compiler], index: u32) -> None:
    """One function: the stages in their order."""
    arena = compiler.scratch
    function = Function(arena=arena, index=index)
    build(compiler, function)
    checks = compiler.checks or is_checked(function)
    if checks:
        verify(function)
    uses: Slice[u32] = zeroed()
    prune(function, arena, ref(uses))
    if checks:
        verify(function)
    machine = MachineCode(arena=arena)
    machine.init(function.inst_count, function.block_count)
    select(function, compiler.module, uses, machine)
    listing = compiler.listing
    if listing is not None:
        listing.put(f"function {index}, values\n")
        dump_function(listing, function)
        listing.put(f"function {index}, selected\n")
        dump_machine(listing, function, machine)
    live = Liveness(arena=arena)
    find_liveness(function, machine, live)
    allocation = Allocation(function=function, code=machine, live=live)
    allocate(allocation)
    resolution = Resolution(
        arena=arena, function=function, code=machine, allocation=allocation, live=live
    )
    resolve(resolution)
    if listing is not None:
        listing.put(f"function {index}, placed\n")
        dump_places(listing, resolution)
    if checks:
        check(resolution, arena)
    emit(compiler, function, machine, resolution)


def is_checked(function: Ptr[Function]) -> bool:
    """In a debug build: is the time that the checks take bearable?"""
    if DEBUG:
        return u64(function.inst_count) * function.block_count <= CHECK_MAX
    return False


@raises(ArenaFull, Malformed, Invalid, Unsupported)
def build(compiler: Ptr[Compiler], function: Ptr[Function]) -> None:
    """Validates a body and builds its intermediate form, in one pass."""
    module = compiler.module
    mark = compiler.scratch.mark()
    reader = Reader(bytes=module.bytes, position=0, end=0, failure=module.failure)
    body = BodyValidator(module=module, reader=reader, arena=compiler.scratch)
    begin_body(body, function.index)
    builder = Builder(
        arena=compiler.scratch,
        module=module,
        function=function,
        numbering=Numbering(arena=compiler.scratch, function=function),
    )
    begin_function(builder, u32(reader.position), body.locals)
    while next_instruction(body):
        build_instruction(builder, body.insn)
    end_function(builder)
    function.settle(mark)


@raises(ArenaFull)
def emit(
    compiler: Ptr[Compiler],
    function: Ptr[Function],
    machine: Ptr[MachineCode],
    resolution: Ptr[Resolution],
) -> None:
    emitter = Emitter(
        arena=compiler.scratch,
        module=compiler.module,
        signatures=compiler.signatures,
        function=function,
        machine=machine,
        resolution=resolution,
        code=compiler.code,
        traps=compiler.traps,
        relocations=compiler.relocations,
        mover=Mover(arena=compiler.scratch),
        tail_area=compiler.tail_area,
    )
    emit_function(emitter)
    declared = compiler.module.function_type(function.index)
    if emitter.tail_words > stack_words(declared):
        compiler.tail_needed = max(compiler.tail_needed, emitter.tail_words)


def link(compiler: Ptr[Compiler]) -> None:
    """Fills in the direct calls."""
    imported = compiler.module.imported_functions
    for record in compiler.traps.functions:
        compiler.entries[record.index - imported] = record.start
    for i in range(compiler.relocations.count):
        relocation = compiler.relocations.entries[i]
        target = compiler.entries[relocation.function - imported]
        compiler.code.patch32(relocation.at, i32(i64(target) - i64(relocation.at + 4)))
