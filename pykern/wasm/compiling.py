"""A module through the kernel's compiler, with what each stage makes of it as text."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pykern.wasm.engine import Engine, Refusal, Refused, describe
from pykern.wasm.modules import needed

MODULES = ("kernel_src.jit.compile", "kernel_src.jit.dump")
# First guesses; all are doubled together until they are enough
CODE_BYTES = 1 << 20
KEEP_BYTES = 1 << 21
SCRATCH_BYTES = 1 << 24
LISTING_BYTES = 1 << 22
DOUBLINGS = 9

# The headings in the compiler's listing, by the name of the stage
STAGES = {"ssa": "values", "ir": "selected", "alloc": "placed"}
HEADING = re.compile(r"^function (\d+), (\w+)$", re.MULTILINE)


class TooLarge(Exception):
    """One of the buffers was too small."""


@dataclass
class Compiled:
    wasm: bytes
    code: bytes
    seconds: float  # of processor time: reading the sections, validating, compiling
    scratch_peak: int  # bytes for the largest function
    listing: str
    module: Any
    compiler: Any
    keep: tuple[Any, ...]  # memory that the records point to

    def functions(self) -> list[Any]:
        return list(self.compiler.traps.functions)

    def stage(self, name: str) -> Iterator[tuple[int, str]]:
        """(function, text) of one stage."""
        pieces = HEADING.split(self.listing)
        for number, stage, text in zip(pieces[1::3], pieces[2::3], pieces[3::3], strict=True):
            if stage == STAGES[name]:
                yield int(number), text.strip("\n")


def compile_module(engine: Engine, wasm: bytes, listing: bool) -> Compiled:
    """Raises `Refused` if the module is not valid or the compiler lacks something."""
    scale = 1 + len(wasm) // CODE_BYTES
    for _ in range(DOUBLINGS):
        try:
            return _compile(engine, wasm, scale, listing)
        except TooLarge:
            scale *= 2
    text = "too little memory for it"
    raise Refused(Refusal.MEMORY, text, text)


def _compile(engine: Engine, wasm: bytes, scale: int, listing: bool) -> Compiled:
    host = engine.host
    stages = host.module("kernel_src.jit.compile")
    data = bytearray(wasm)
    keep, scratch = (
        engine.new("lib.arena.Arena", memory=bytearray(size * scale))
        for size in (KEEP_BYTES, SCRATCH_BYTES)
    )
    module = host.zeroed("kernel_src.wasm.module.Module")
    compiler = host.zeroed("kernel_src.jit.compile.Compiler")
    buffer = host.array("u8", CODE_BYTES * scale)
    text = engine.new("jit.dump.Text", buffer=bytearray(LISTING_BYTES * scale if listing else 0))
    parser = host.module("kernel_src.wasm.parse")
    try:
        start = time.thread_time_ns()
        parser.parse_module(data, keep, module)
        parsed = time.thread_time_ns() - start
        signatures = host.array("u32", [type.canonical + 1 for type in module.types])
        compiler.init(module, signatures, keep, scratch, buffer)
        if listing:
            compiler.listing = text
        start = time.thread_time_ns()
        stages.compile_module(compiler)
        seconds = (parsed + time.thread_time_ns() - start) / 1e9
    except (stages.CodeFull, stages.ArenaFull):
        raise TooLarge from None
    except (stages.Malformed, stages.Invalid, stages.Unsupported):
        failure = module.failure
        refusal = list(Refusal)[int(failure.blame) - 1]
        raise Refused(refusal, describe(failure), str(failure.reason)) from None
    if listing and text.used == len(text.buffer):
        raise TooLarge
    code = bytes(buffer[: compiler.code.used].bytes())
    written = bytes(text.content()).decode() if listing else ""
    return Compiled(
        wasm,
        code,
        seconds,
        int(scratch.peak),
        written,
        module,
        compiler,
        (data, keep, scratch, buffer, signatures),
    )


def disassemble(engine: Engine, compiled: Compiled, function: Any) -> str:
    """One function's machine code: offset, bytes, instruction; traps and calls with the offset of
    the instruction in the module that they come from."""
    capstone = needed("capstone", "a listing of machine code")
    machine = capstone.Cs(capstone.CS_ARCH_X86, capstone.CS_MODE_64)
    machine.skipdata = True
    traps = compiled.compiler.traps
    names = engine.host.module("kernel_src.runtime.traps")
    lines = []
    for instruction in machine.disasm(
        compiled.code[function.start : function.end], int(function.start)
    ):
        line = f"{instruction.address:8x}  {instruction.bytes.hex():<22}"
        line += f"{instruction.mnemonic} {instruction.op_str}".rstrip()
        trap = traps.find(instruction.address)
        call = traps.find_call(instruction.address + instruction.size)
        if trap is not None:
            line = f"{line:<72}; {trap.offset:#x}: {names.trap_name(trap.cause)}"
        elif call is not None:
            line = f"{line:<72}; {call.offset:#x}: call"
        lines.append(line)
    return "\n".join(lines)
