"""A whole module's verdict: parse it, validate every body, compile nothing.

For tools and tests; a server's module is validated while it is compiled (jit/compile.py).
"""
from __future__ import annotations

from kernel_src.lib.arena import Arena, ArenaFull
from kernel_src.wasm.errors import OUT_OF_MEMORY, Blame, Invalid, Malformed, Unsupported
from kernel_src.wasm.module import Module
from kernel_src.wasm.parse import parse_module
from kernel_src.wasm.reader import Reader
from kernel_src.wasm.validate import validate_body
from kernel_src.wasm.validate_state import BodyValidator
from pykern.lang import Ptr, Slice, raises, u8, u32, usize, value, zeroed


@value
class Verdict:
    blame: Blame  # NONE: the module is valid
    offset: usize
    text: usize  # bytes of the message
    memory: usize  # the most that the tables took at one time


def check_module(bytes: Slice[u8], workspace: Slice[u8], message: Slice[u8]) -> Verdict:
    """Judges a module, with `workspace` for its tables; what is wrong is written to `message`."""
    arena = Arena(memory=workspace)
    module: Module = zeroed()
    judge(bytes, arena, module)
    failure = module.failure
    text: usize = 0
    if failure.blame != Blame.NONE:
        text = failure.describe(message)
    return Verdict(blame=failure.blame, offset=failure.offset, text=text, memory=arena.peak)


def judge(bytes: Slice[u8], arena: Ptr[Arena], module: Ptr[Module]) -> None:
    """Judges a module; `module.failure` says what is wrong with it, if anything is."""
    try:
        parse_module(bytes, arena, module)
        validate_bodies(module, arena)
    except ArenaFull:
        module.failure.record(Blame.UNSUPPORTED, OUT_OF_MEMORY, 0)
    except (Malformed, Invalid, Unsupported):
        pass


@raises(Malformed, Invalid, Unsupported, ArenaFull)
def validate_bodies(module: Ptr[Module], arena: Ptr[Arena]) -> None:
    reader = Reader(bytes=module.bytes, position=0, end=0, failure=module.failure)
    body = BodyValidator(module=module, reader=reader, arena=arena)
    for index in range(module.imported_functions, u32(len(module.functions))):
        mark = arena.mark()
        validate_body(body, index)
        arena.reset(mark)
