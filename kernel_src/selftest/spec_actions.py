"""What the commands of a script do with a module, and whether it ends as they expect."""
from __future__ import annotations

from typing import Final

import kernel_src.selftest.spec_modules as modules
from kernel_src.jit.context import TRAP_NONE
from kernel_src.runtime.program import Program, call, words_of
from kernel_src.runtime.traps import trap_name
from kernel_src.selftest.spec_format import Action, Match
from kernel_src.selftest.spec_reader import SpecReader
from kernel_src.selftest.spec_verdict import Failed, Skipped, Verdict, agree
from kernel_src.server.start import stack_limit
from kernel_src.wasm.types import F32, I32, KIND_FUNCTION, KIND_GLOBAL
from pykern.lang import (
    Array,
    Ptr,
    Slice,
    fill,
    load,
    raises,
    u8,
    u64,
    usize,
    utf8,
    zeroed,
)

WORDS_MAX: Final = 2048
"""Of a call: two for each value of the largest type, and those in registers."""

RESULTS_MAX: Final = 1024
IN_REGISTERS: Final = 2
"""Results that come back in the first words; the others follow after the arguments' (jit/stubs)."""

NAN32_QUIET: Final[u64] = 0x7FC0_0000
NAN64_QUIET: Final[u64] = 0x7FF8_0000_0000_0000
SIGN32: Final[u64] = 1 << 31
SIGN64: Final[u64] = 1 << 63

words: Array[u64, WORDS_MAX] = zeroed()
results: Array[u64, RESULTS_MAX] = zeroed()


@raises(Skipped, Failed)
def act(reader: Ptr[SpecReader], verdict: Ptr[Verdict]) -> tuple[u8, usize]:
    """Does what the next action asks for: the trap it ends in, and how many `results` it has."""
    kind = Action(reader.read_u8())
    program = modules.program_of(reader.read_u32(), verdict)
    name = reader.read_bytes()
    count = usize(reader.read_u8())
    match kind:
        case Action.INVOKE:
            return invoke(program, name, reader, count, verdict)
        case Action.GET:
            return get(program, name, verdict)


@raises(Failed)
def invoke(
    program: Ptr[Program],
    name: Slice[u8],
    reader: Ptr[SpecReader],
    count: usize,
    verdict: Ptr[Verdict],
) -> tuple[u8, usize]:
    export = program.module.find_export(name, KIND_FUNCTION)
    if export is None:
        verdict.fail(f"there is no function {name}")
    type = program.module.function_type(export.index)
    if len(type.params) != count:
        verdict.fail(f"{name} takes {len(type.params)} values, not {count}")
    area = words[: words_of(program, export.index)]
    fill(area, 0)
    for index in range(count):
        area[index] = reader.read_u64()
    cause = call(program, export.index, area, stack_limit())
    for place, kind in enumerate(type.results):
        word = area[place if place < IN_REGISTERS else place + 4]
        results[place] = bits(kind, word)
    return cause, len(type.results)


@raises(Failed)
def get(program: Ptr[Program], name: Slice[u8], verdict: Ptr[Verdict]) -> tuple[u8, usize]:
    export = program.module.find_export(name, KIND_GLOBAL)
    if export is None:
        verdict.fail(f"there is no global {name}")
    kind = program.module.globals[export.index].type
    results[0] = bits(kind, load(program.instance.global_cell(export.index)))
    return TRAP_NONE, 1


def bits(type: u8, word: u64) -> u64:
    """Above a value of 32 bits a word holds anything."""
    return word & 0xFFFF_FFFF if type == I32 or type == F32 else word


@raises(Skipped, Failed)
def must_end(reader: Ptr[SpecReader], verdict: Ptr[Verdict]) -> usize:
    """Does the next action, which must not trap, and says how many results it has."""
    cause, count = act(reader, verdict)
    if cause != TRAP_NONE:
        verdict.fail(f"traps with {trap_name(cause)}")
    return count


@raises(Skipped, Failed)
def must_give(reader: Ptr[SpecReader], verdict: Ptr[Verdict]) -> None:
    count = must_end(reader, verdict)
    expected = usize(reader.read_u8())
    if count != expected:
        verdict.fail(f"gives {count} results, not {expected}")
    for index in range(count):
        if not matches_any(reader, results[index]):
            verdict.fail(f"result {index} is {results[index]:#x}")


@raises(Skipped, Failed)
def must_trap(reader: Ptr[SpecReader], verdict: Ptr[Verdict]) -> None:
    cause, _ = act(reader, verdict)
    message = reader.read_bytes()
    if cause == TRAP_NONE:
        verdict.fail(f"does not trap: {message}")
    if not agree(utf8(trap_name(cause)), message):
        verdict.fail(f"traps with {trap_name(cause)}, not {message}")


def matches_any(reader: Ptr[SpecReader], found: u64) -> bool:
    """Is it one of the alternatives? All of them are read."""
    is_found = False
    for _ in range(reader.read_u8()):
        how = Match(reader.read_u8())
        word = reader.read_u64()
        is_found = is_found or matches(found, how, word)
    return is_found


def matches(found: u64, how: Match, word: u64) -> bool:
    """A canonical NaN has the quiet bit as its only payload, an arithmetic one at least that."""
    match how:
        case Match.BITS:
            return found == word
        case Match.NOT_NULL:
            return found != 0
        case Match.NAN32_CANONICAL:
            return found & ~SIGN32 == NAN32_QUIET
        case Match.NAN32_ARITHMETIC:
            return found & NAN32_QUIET == NAN32_QUIET
        case Match.NAN64_CANONICAL:
            return found & ~SIGN64 == NAN64_QUIET
        case Match.NAN64_ARITHMETIC:
            return found & NAN64_QUIET == NAN64_QUIET
