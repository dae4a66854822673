"""wasm bytes -> an instance that can be called: the whole path, with the memory it needs.

    make_program                parse, compile, seal, link
    initialise_program          copy the segments
    start, call                 run
    unload_program

`load_program` is the first two, for a module that imports host functions only.

Three ranges are taken from the platform: the tables (module, trap map, instance), the code, and,
while compiling, scratch space for one function. How much each needs is not known beforehand, so
each starts with a guess by the module's size and is doubled when it was too small; beyond a limit
the module is refused. Whatever fails, everything is given back.
"""
from __future__ import annotations

from typing import Final

import kernel_src.platform as platform
from kernel_src.jit.compile import CodeFull, Compiler, compile_module
from kernel_src.jit.context import TRAP_NONE, Context, FunctionRef
from kernel_src.jit.frame import stack_words
from kernel_src.lib.arena import Arena, ArenaFull, alloc_slice
from kernel_src.runtime.calls import install_calls
from kernel_src.runtime.imports import HostTable, Unlinkable
from kernel_src.runtime.initialise import initialise, reserve_items
from kernel_src.runtime.instance import Instance, NoMemory, alloc_context, prepare, release
from kernel_src.runtime.references import target_of
from kernel_src.runtime.signatures import (
    Signatures,
    TooManySignatures,
    number_types,
    release_types,
)
from kernel_src.runtime.switch import prepare_switch
from kernel_src.runtime.traps import CodeArea, add_code, remove_code
from kernel_src.wasm.errors import Failure, Invalid, Malformed, Unsupported
from kernel_src.wasm.module import Module
from kernel_src.wasm.parse import parse_module
from pykern.lang import (
    Array,
    Error,
    Fn,
    Ptr,
    Slice,
    TypeAlias,
    address_of,
    copy,
    load,
    ptr_at,
    ptr_cast,
    raises,
    ref,
    sizeof,
    slice_at,
    struct,
    truncate,
    u8,
    u32,
    u64,
    usize,
    zeroed,
)

PAGE: Final[usize] = 4096
# First guesses of the sizes: so much for each byte of the module, and so much in any case
TABLE_BYTES: Final[usize] = 8
TABLE_BYTES_LEAST: Final[usize] = 256 * 1024
CODE_BYTES: Final[usize] = 4
CODE_BYTES_LEAST: Final[usize] = 64 * 1024
# ... and for each byte of the largest function
SCRATCH_BYTES: Final[usize] = 128
SCRATCH_BYTES_LEAST: Final[usize] = 1024 * 1024
SCALE_MAX: Final[usize] = 256

# jit/stubs.py: (context, code, words, area) -> trap
Enter: TypeAlias = Fn[[usize, usize, usize, usize], u64]
# runtime/imports.py: (context, words) -> trap
Handler: TypeAlias = Fn[[usize, usize], u64]
# The words that `call` takes at least, for arguments and results in registers
WORDS_LEAST: Final[usize] = 6


class InitialiserTrapped(Error):
    """A segment does not fit its table or memory; the instance's trap record says which kind."""


@struct
class Range:
    start: usize
    size: usize


@struct
class Program:
    """A loaded module. It lies at the start of its own block, so it never moves."""

    block: Range  # this struct, then what the arena gives out
    code: Range
    arena: Arena
    signatures: Ptr[Signatures]
    module: Module
    compiler: Compiler  # afterwards it keeps what describes the code: trap map, entries, stubs
    area: CodeArea
    instance: Instance


@raises(
    InitialiserTrapped, Invalid, Malformed, NoMemory, TooManySignatures, Unlinkable, Unsupported
)
def load_program(
    bytes: Slice[u8],
    signatures: Ptr[Signatures],
    host: Ptr[HostTable],
    failure: Ptr[Failure],
) -> Ptr[Program]:
    """As `make_program`, with the segments copied, for a module that imports host functions only:
    one that traps now has left nothing anywhere, and is unloaded."""
    program = make_program(bytes, signatures, host, failure)
    assert not program.instance.is_linked, "a module that is linked to others may outlive its trap"
    if initialise_program(program) != TRAP_NONE:
        unload_program(program)
        raise InitialiserTrapped
    return program


@raises(Invalid, Malformed, NoMemory, TooManySignatures, Unlinkable, Unsupported)
def make_program(
    bytes: Slice[u8],
    signatures: Ptr[Signatures],
    host: Ptr[HostTable],
    failure: Ptr[Failure],
) -> Ptr[Program]:
    """Compiles and links the module in `bytes`, which must stay.

    What `failure` says goes with Malformed, Invalid and Unsupported; what `host` says, with
    Unlinkable.
    """
    if not prepare_switch():
        raise NoMemory
    scale: usize = 1
    while scale <= SCALE_MAX:
        program = reserve_program(bytes, scale, signatures)
        try:
            build_program(program, bytes, scale, host)
            return program
        except (ArenaFull, CodeFull):
            unload_program(program)
            scale *= 2
        except (Invalid, Malformed, NoMemory, TooManySignatures, Unlinkable, Unsupported):
            copy(failure, program.module.failure)
            unload_program(program)
            raise
    raise NoMemory


def initialise_program(program: Ptr[Program]) -> u8:
    """Copies the active segments: TRAP_NONE, or the trap of the first that does not fit.

    After a trap the module is not to be called, but parts of it may be reached: through a table of
    another instance it may have become visible. It must stay loaded as long as that instance.
    """
    instance = program.instance
    instance.trap.cause = initialise(instance)
    instance.trap.count = 0
    return instance.trap.cause


def pages(bytes: usize) -> usize:
    """Rounded up to whole pages."""
    return (bytes + PAGE - 1) // PAGE * PAGE


@raises(NoMemory)
def reserve_program(
    bytes: Slice[u8], scale: usize, signatures: Ptr[Signatures]
) -> Ptr[Program]:
    size = pages(scale * (TABLE_BYTES_LEAST + TABLE_BYTES * len(bytes)))
    start = platform.reserve_block(size)
    if start == 0:
        raise NoMemory
    program = ptr_at(Program, start)
    program.block.start = start
    program.block.size = size
    program.signatures = signatures
    program.arena.memory = slice_at(u8, start + sizeof(Program), size - sizeof(Program))
    return program


@raises(
    ArenaFull, CodeFull, Invalid, Malformed, NoMemory, TooManySignatures, Unlinkable, Unsupported
)
def build_program(
    program: Ptr[Program], bytes: Slice[u8], scale: usize, host: Ptr[HostTable]
) -> None:
    instance = program.instance
    parse_module(bytes, program.arena, program.module)
    instance.module = program.module
    instance.arena = program.arena
    instance.context = alloc_context(program.arena, program.module)
    alloc_slice(program.arena, ref(instance.signatures), len(program.module.types))
    number_types(program.signatures, program.module.types, instance.signatures)
    instance.stack_words = program.signatures.stack_words
    compile_program(program, scale)
    link_program(program, host)
    reserve_items(instance)


@raises(ArenaFull, CodeFull, Invalid, Malformed, NoMemory, Unsupported)
def compile_program(program: Ptr[Program], scale: usize) -> None:
    """Compiles straight into the range where the code will run, which is then sealed."""
    module = program.module
    program.code.size = pages(scale * (CODE_BYTES_LEAST + CODE_BYTES * len(module.bytes)))
    program.code.start = platform.reserve_code(program.code.size)
    if program.code.start == 0:
        raise NoMemory
    size = pages(scale * (SCRATCH_BYTES_LEAST + SCRATCH_BYTES * largest_body(module)))
    start = platform.reserve_block(size)
    if start == 0:
        raise NoMemory
    scratch = Arena(memory=slice_at(u8, start, size))
    buffer = slice_at(u8, program.code.start, program.code.size)
    compiler = program.compiler
    try:
        compiler.init(module, program.instance.signatures, program.arena, scratch, buffer)
        compile_module(compiler)
    finally:
        platform.release_block(start, size)
    platform.seal_code(program.code.start, program.code.size)
    program.area.start = program.code.start
    program.area.end = program.code.start + program.code.size
    program.area.map = compiler.traps
    add_code(program.area)


def largest_body(module: Ptr[Module]) -> usize:
    largest: usize = 0
    for function in module.functions:
        largest = max(largest, usize(function.body_end - function.body_start))
    return largest


@raises(ArenaFull, Invalid, Malformed, NoMemory, Unlinkable, Unsupported)
def link_program(program: Ptr[Program], host: Ptr[HostTable]) -> None:
    code = program.code.start
    compiler = program.compiler
    entries: Slice[usize] = zeroed()
    alloc_slice(program.arena, ref(entries), len(compiler.entries))
    for i, entry in enumerate(compiler.entries):
        entries[i] = code + entry
    instance = program.instance
    instance.enter = code + compiler.stubs.enter
    instance.host_stub = code + compiler.stubs.host_call
    instance.context.trap_exit = code + compiler.stubs.trap_exit
    instance.context.tail_area = compiler.tail_area
    install_calls(instance.context)
    prepare(instance, entries, host)


def unload_program(program: Ptr[Program]) -> None:
    """Gives everything back. No thread may be in the program, nothing of it in a table that stays,
    and whatever imports from it has been unloaded."""
    if program.area.start != 0:
        remove_code(program.area)
    release(program.instance)
    release_types(program.signatures, program.module.types, program.instance.signatures)
    if program.code.start != 0:
        platform.release_code(program.code.start, program.code.size)
    platform.release_block(program.block.start, program.block.size)


def call(program: Ptr[Program], function: u32, words: Slice[u64], stack_limit: usize) -> u8:
    """Calls a function: TRAP_NONE, or the cause of the trap that ended it.

    `words` has the arguments, and then the results, as jit/stubs.py lays them out: at least
    `words_of` of them. Generated code keeps rsp above `stack_limit`.
    """
    area = stack_words(program.module.function_type(function))
    assert len(words) >= WORDS_LEAST + area, f"{len(words)} words for function {function}"
    target = target_of(program.instance.functions[function])
    instance = ptr_at(Instance, ptr_at(Context, target.context).owner)
    instance.trap.cause = TRAP_NONE
    cause = call_target(instance, target, address_of(words), area, stack_limit)
    if cause != TRAP_NONE and instance.trap.cause == TRAP_NONE:
        instance.trap.cause = cause  # no fault brought it: it has no place in the code
        instance.trap.count = 0
    if instance is not program.instance:
        copy(program.instance.trap, instance.trap)
    return cause


def call_target(
    instance: Ptr[Instance], target: Ptr[FunctionRef], words: usize, area: u32, stack_limit: usize
) -> u8:
    """Calls a function of the instance, which may be a host function that it imports."""
    context = instance.context
    context.stack_limit = stack_limit
    if target.code == instance.host_stub:
        handler = load(ptr_cast(Handler, ref(target.handler)))
        return truncate(u8, handler(address_of(context), words))
    enter = load(ptr_cast(Enter, ref(instance.enter)))
    return truncate(u8, enter(address_of(context), target.code, words, area))


def start(program: Ptr[Program], stack_limit: usize) -> u8:
    """Calls the start function, if there is one, as `call` does: before anything else is called."""
    if not program.module.has_start:
        return TRAP_NONE
    words: Array[u64, WORDS_LEAST] = zeroed()
    return call(program, program.module.start_function, words, stack_limit)


def words_of(program: Ptr[Program], function: u32) -> usize:
    """How many words a call of the function needs."""
    return WORDS_LEAST + stack_words(program.module.function_type(function))
