"""A module's functions -> code. The stages of the compiler, in order, are `compile_function`.

    compiler.init(...)
    compile_module(compiler)             code, trap map, and where each function starts
    ... copy or seal the code ...

Functions are compiled one after the other, each in the part of the scratch arena that the one
before gave back. Direct calls are filled in at the end. The code contains no absolute address: it
may be run where it was written, or anywhere else.
"""

from __future__ import annotations

from kernel_src.jit.allocate import Allocation, allocate
from kernel_src.jit.build import begin_function, build_instruction, end_function
from kernel_src.jit.builder import Builder
from kernel_src.jit.check import check
from kernel_src.jit.emit import emit_function
from kernel_src.jit.emitter import Emitter, Relocations
from kernel_src.jit.encode import Code
from kernel_src.jit.ir import Function
from kernel_src.jit.liveness import Liveness, find_liveness
from kernel_src.jit.machine import MachineCode
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
from pykern.lang import Error, Ptr, Slice, i32, i64, raises, ref, struct, u8, u32, zeroed


class CodeFull(Error):
    """The code buffer has no room for the module's code."""


@struct
class Compiler:
    module: Ptr[Module]
    signatures: Slice[u32]  # the kernel-wide number of each type of the module
    scratch: Ptr[Arena]  # for one function at a time
    code: Code
    traps: TrapMap
    relocations: Relocations
    entries: Slice[u32]  # by function that is not imported: its offset in the code
    stubs: Stubs
    checks: bool  # verify the intermediate form and the allocation of each function

    @raises(ArenaFull)
    def init(
        self,
        module: Ptr[Module],
        signatures: Slice[u32],
        keep: Ptr[Arena],
        scratch: Ptr[Arena],
        buffer: Slice[u8],
    ) -> None:
        """`keep` is for what describes the code: the trap map and the entries."""
        self.module = module
        self.signatures = signatures
        self.scratch = scratch
        self.code.data = buffer
        self.code.used = 0
        self.code.overflow = False
        defined = u32(len(module.functions)) - module.imported_functions
        self.traps.init(keep, defined)
        self.relocations.arena = keep
        self.relocations.count = 0
        alloc_slice(keep, ref(self.relocations.entries), 64)
        alloc_slice(keep, ref(self.entries), defined)
        self.checks = False


@struct
class Stages:
    """What the stages leave for each other, for one function."""

    function: Function
    uses: Slice[u32]
    machine: MachineCode
    live: Liveness
    allocation: Allocation
    resolution: Resolution


@raises(ArenaFull, CodeFull, Malformed, Invalid, Unsupported)
def compile_module(compiler: Ptr[Compiler]) -> None:
    """Compiles all functions. On an error the module's `failure` says why, and the code is of no
    use."""
    emit_stubs(compiler.code, compiler.stubs)
    for index in range(compiler.module.imported_functions, u32(len(compiler.module.functions))):
        mark = compiler.scratch.mark()
        compile_function(compiler, index)
        compiler.scratch.reset(mark)
        if compiler.code.overflow:
            raise CodeFull
    link(compiler)


@raises(ArenaFull, Malformed, Invalid, Unsupported)
def compile_function(compiler: Ptr[Compiler], index: u32) -> None:
    stages: Stages = zeroed()
    build(compiler, index, stages.function)
    run_stages(compiler, stages)
    emit(compiler, stages)


@raises(ArenaFull)
def run_stages(compiler: Ptr[Compiler], stages: Ptr[Stages]) -> None:
    """From the intermediate form to instructions with places."""
    arena = compiler.scratch
    function = stages.function
    if compiler.checks:
        verify(function)
    prune(function, arena, ref(stages.uses))
    if compiler.checks:
        verify(function)
    stages.machine.init(arena, function.inst_count, function.block_count)
    select(function, compiler.module, stages.uses, stages.machine)
    find_liveness(function, stages.machine, arena, stages.live)
    allocate(function, stages.machine, arena, stages.live, stages.allocation)
    resolve(function, stages.machine, arena, stages.allocation, stages.resolution)
    if compiler.checks:
        check(stages.resolution, arena)


@raises(ArenaFull, Malformed, Invalid, Unsupported)
def build(compiler: Ptr[Compiler], index: u32, function: Ptr[Function]) -> None:
    """Validates a body and builds its intermediate form, in one pass."""
    module = compiler.module
    reader = Reader(bytes=module.bytes, position=0, end=0, failure=module.failure)
    body = BodyValidator(module=module, reader=reader, arena=compiler.scratch)
    begin_body(body, index)
    builder: Builder = zeroed()
    start = u32(reader.position)
    begin_function(
        builder, compiler.scratch, module, module.failure, function, index, start, body.locals
    )
    while next_instruction(body):
        build_instruction(builder, body.insn)
    end_function(builder)


@raises(ArenaFull)
def emit(compiler: Ptr[Compiler], stages: Ptr[Stages]) -> None:
    emitter: Emitter = zeroed()
    emitter.arena = compiler.scratch
    emitter.module = compiler.module
    emitter.signatures = compiler.signatures
    emitter.function = stages.function
    emitter.machine = stages.machine
    emitter.resolution = stages.resolution
    emitter.code = compiler.code
    emitter.traps = compiler.traps
    emitter.relocations = compiler.relocations
    emit_function(emitter)


def link(compiler: Ptr[Compiler]) -> None:
    """Fills in the direct calls."""
    imported = compiler.module.imported_functions
    for record in compiler.traps.functions:
        compiler.entries[record.index - imported] = record.start
    for i in range(compiler.relocations.count):
        relocation = compiler.relocations.entries[i]
        target = compiler.entries[relocation.function - imported]
        compiler.code.patch32(relocation.at, i32(i64(target) - i64(relocation.at + 4)))
