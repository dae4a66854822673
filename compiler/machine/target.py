"""The three machines and how LLVM IR text becomes an object file for each.

`Profile` says how hard LLVM works. Both profiles keep every check and all debug information.

debug    level 1 of the pass manager and of the code generator. Level 0 is quicker to build, but
         leaves each local in memory, so that loops take about twice as long; a kernel under QEMU's
         emulator is booted far more often than it is built from nothing. At level 1 debug
         information still follows nearly every variable.
release  level 2 of both, without vectorisation where the target has no vector registers.

Where helpers that LLVM calls come from (`units.HELPERS` has the modules):

kernel   memcpy memmove memset memcmp: exported by `pykern.rt.copies`, which is compiled with the
         attribute "no-builtins", so that LLVM does not recognise the loop in memcpy and make it a
         call of itself. Nothing else is needed: 128-bit products are one instruction, and there are
         no floats.
wasm     copies and fills are instructions (bulk memory). A checked 64-bit product calls __multi3,
         exported by `pykern.rt.wide`.
host     the process's C library.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache

import llvmlite.binding as llvm

from compiler.diagnostics import InternalError
from compiler.errors import BuildError
from compiler.machine.isolate import ChildFailed, run_isolated
from compiler.types import Target


@dataclass(frozen=True, slots=True)
class Profile:
    """`passes` and `codegen`: levels of pass manager and code generator; `debug`: `DEBUG`."""

    name: str
    passes: int
    codegen: int
    debug: bool


DEBUG = Profile("debug", passes=1, codegen=1, debug=True)
RELEASE = Profile("release", passes=2, codegen=2, debug=False)
HOST_PROFILES = [
    Profile(f"O{level}{'+debug' if debug else ''}", level, level, debug)
    for level in (0, 1, 2)
    for debug in (False, True)
]
"""Tests choose level and `DEBUG` independently."""

PROFILES: dict[str, Profile] = {p.name: p for p in (DEBUG, RELEASE, *HOST_PROFILES)}


@dataclass(frozen=True, slots=True)
class Machine:
    """Arguments of an LLVM target machine."""

    triple: str
    cpu: str
    features: str
    relocation: str
    code_model: str
    vectors: bool


_NO_FLOAT = "-x87,-mmx,-sse,-sse2,-sse3,-ssse3,-sse4.1,-sse4.2,-avx,-avx2,+soft-float"

KERNEL_MACHINE = Machine("x86_64-unknown-none-elf", "x86-64", _NO_FLOAT, "static", "kernel", False)
KERNEL_FLOAT_MACHINE = Machine("x86_64-unknown-none-elf", "x86-64", "", "static", "kernel", False)
WASM_MACHINE = Machine(
    "wasm32-unknown-unknown",
    "mvp",
    "+bulk-memory,+bulk-memory-opt,+mutable-globals,+sign-ext,+nontrapping-fptoint,+multivalue",
    "static",
    "default",
    False,
)
HOST_MACHINE = Machine("x86_64-unknown-linux-gnu", "x86-64-v2", "", "pic", "small", True)
"""Position-independent: what LLJIT loads may lie further than 2 GiB from the C library it calls."""

ASSEMBLER_MACHINE = Machine(
    "x86_64-unknown-none-elf",
    "x86-64-v4",
    "+xsave,+xsaveopt,+xsavec,+xsaves,+fsgsbase,+invpcid,+rdrnd,+rdseed,+clflushopt,+clwb",
    "static",
    "kernel",
    False,
)
"""For assembly files: whoever writes an instruction knows why, so the assembler knows them all."""

NO_BUILTINS: frozenset[str] = frozenset({"pykern.rt.copies"})


def machine_for(target: Target, uses_float: bool) -> Machine:
    match target.kind:
        case "kernel":
            return KERNEL_FLOAT_MACHINE if uses_float else KERNEL_MACHINE
        case "wasm":
            return WASM_MACHINE
        case "host":
            return HOST_MACHINE


def function_attributes(target: Target, module: str) -> str:
    """The LLVM attributes every function of a module has, as the text of an attribute group.

    Frame pointers are kept everywhere, since backtraces walk them. Nothing unwinds. An interrupt in
    the kernel uses the interrupted stack, so there is no red zone below its pointer.
    """
    words = ["nounwind", '"frame-pointer"="all"']
    if target.kind == "kernel":
        words.append("noredzone")
    if module in NO_BUILTINS:
        words.append('"no-builtins"')
    return " ".join(words)


@cache
def initialize_llvm() -> None:
    llvm.initialize_all_targets()
    llvm.initialize_all_asmprinters()
    llvm.initialize_native_asmparser()


def target_machine(machine: Machine, level: int) -> llvm.TargetMachine:
    """A new one each time. With one that has served another module, what LLVM inlines can depend on
    addresses in this process, and the same input would not always give the same bytes.
    """
    initialize_llvm()
    return llvm.Target.from_triple(machine.triple).create_target_machine(
        cpu=machine.cpu,
        features=machine.features,
        opt=level,
        reloc=machine.relocation,
        codemodel=machine.code_model,
    )


def parse_ir(text: str, name: str, context: llvm.ContextRef | None = None) -> llvm.ModuleRef:
    """The verified module of the compiler's IR text; in the global context if none is given."""
    initialize_llvm()
    module = None
    try:
        module = llvm.parse_assembly(text, context)
        module.name = name
        module.verify()
    except RuntimeError as error:
        if module is not None:
            module.close()
        raise InternalError(f"{name}: LLVM refuses the module: {str(error).strip()}") from error
    return module


def optimise(module: llvm.ModuleRef, machine: Machine, profile: Profile) -> None:
    """Runs the pass manager's standard pipeline of the profile's level over the module."""
    target = target_machine(machine, profile.codegen)
    tuning = llvm.create_pipeline_tuning_options(profile.passes)
    tuning.loop_vectorization = machine.vectors and profile.passes >= 2
    tuning.slp_vectorization = machine.vectors and profile.passes >= 2
    builder = llvm.create_pass_builder(target, tuning)
    builder.getModulePassManager().run(module, builder)


def compile_ir(text: str, name: str, machine: Machine, profile: Profile) -> bytes:
    """The object file of a module's LLVM IR text."""
    emitter = target_machine(machine, profile.codegen)
    may_exit = "asm " in text
    return _finished(text, name, machine, profile, emitter.emit_object, may_exit)


def assembly_text(text: str, name: str, machine: Machine, profile: Profile) -> str:
    """What `compile_ir` would emit, as assembly text for people."""
    emitter = target_machine(machine, profile.codegen)
    emitter.set_asm_verbosity(False)

    def emit(module: llvm.ModuleRef) -> bytes:
        return str(emitter.emit_assembly(module)).encode()

    return _finished(text, name, machine, profile, emit, may_exit=False).decode()


def optimised_text(text: str, name: str, machine: Machine, profile: Profile) -> str:
    """LLVM IR after the pass manager."""

    def emit(module: llvm.ModuleRef) -> bytes:
        return str(module).encode()

    return _finished(text, name, machine, profile, emit, may_exit=False).decode()


def ir_header(machine: Machine, level: int) -> str:
    """What precedes a module's text: alignments that the text leaves out follow the layout."""
    layout = target_machine(machine, level).target_data
    return f'target datalayout = "{layout}"\ntarget triple = "{machine.triple}"\n'


def _finished(
    text: str,
    name: str,
    machine: Machine,
    profile: Profile,
    emit: Callable[[llvm.ModuleRef], bytes],
    may_exit: bool,
) -> bytes:
    """What `emit` makes of the optimised module; in a child where this process would suffer.

    LLVM exits at a mistake in assembly text. And its passes for wasm leave something behind in the
    process that makes it optimise x86 code differently afterwards: what came out would depend on
    what was compiled before.
    """
    header = f'source_filename = "{name}"\n{ir_header(machine, profile.codegen)}'
    with _module_of(header + text, name) as module:

        def finish() -> bytes:
            optimise(module, machine, profile)
            return bytes(emit(module))

        if not may_exit and machine is not WASM_MACHINE:
            return finish()
        try:
            return run_isolated(finish)
        except ChildFailed as failure:
            if may_exit:
                raise AssemblyRefused(name, failure.output) from failure
            raise InternalError(f"{name}: LLVM failed:\n{failure.output}") from failure


@contextmanager
def _module_of(text: str, name: str) -> Iterator[llvm.ModuleRef]:
    """The module in a context of its own, freed before it: not whenever Python gets to it."""
    context = llvm.create_context()
    try:
        module = parse_ir(text, name, context)
        try:
            yield module
        finally:
            module.close()
    finally:
        context.close()


class AssemblyRefused(BuildError):
    """The text of an `asm(…)` in a dialect module is not what LLVM's assembler takes."""

    def __init__(self, module: str, output: str) -> None:
        self.module = module
        self.output = output.strip()
        super().__init__(f"{module}: inline assembly is refused:\n{self.output}")
