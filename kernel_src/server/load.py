"""A server's module to a program that can be called; what is wrong with it is said in one line."""
from __future__ import annotations

from typing import Final

import kernel_src.platform as platform
from kernel_src.ending import refuse
from kernel_src.lib.arena import Arena
from kernel_src.limits import REFUSAL_MAX, SIGNATURE_BYTES
from kernel_src.runtime.imports import HostTable, Unlinkable
from kernel_src.runtime.instance import NoMemory
from kernel_src.runtime.program import InitialiserTrapped, Program, load_program
from kernel_src.runtime.signatures import Signatures, TooManySignatures
from kernel_src.server.host import fill_handlers
from kernel_src.wasm.errors import Failure, Invalid, Malformed, Unsupported
from kernel_src.wasm.types import KIND_FUNCTION
from pykern.lang import Array, NoReturn, Ptr, Slice, Str, slice_at, u8, u32, utf8, zeroed

ENTRY: Final[Str] = "_start"

signature_arena: Arena = Arena(memory=zeroed())
signatures: Signatures = Signatures(arena=signature_arena)
host: HostTable = HostTable(handlers=zeroed())


def initialise() -> None:
    """Before the first `load`."""
    start = platform.reserve_block(SIGNATURE_BYTES)
    if start == 0:
        refuse("servers: no memory for the types of their functions")
    signature_arena.memory = slice_at(u8, start, SIGNATURE_BYTES)
    fill_handlers(host.handlers)


def load(name: Slice[u8], bytes: Slice[u8]) -> Ptr[Program]:
    """The program of a module that is sound, in the initrd under this name."""
    failure = Failure()
    reason: Array[u8, REFUSAL_MAX] = zeroed()
    try:
        return load_program(bytes, signatures, host, failure)
    except (Malformed, Invalid, Unsupported):
        refuse_server(name, reason[: failure.describe(reason)])
    except Unlinkable:
        refuse_server(name, reason[: host.describe(reason)])
    except NoMemory:
        refuse_server(name, utf8("too little memory for it"))
    except TooManySignatures:
        refuse_server(name, utf8("its functions have too many different types"))
    except InitialiserTrapped:
        refuse_server(name, utf8("a data or element segment does not fit"))


def entry_of(name: Slice[u8], program: Ptr[Program]) -> u32:
    """The exported `_start`, defined in the module, from nothing to nothing."""
    export = program.module.find_export(utf8(ENTRY), KIND_FUNCTION)
    if export is None:
        refuse_server(name, utf8("it does not export a function _start"))
    check_entry(name, program, export.index)
    return export.index


def check_entry(name: Slice[u8], program: Ptr[Program], function: u32) -> None:
    type = program.module.function_type(function)
    if len(type.params) != 0 or len(type.results) != 0:
        refuse_server(name, utf8("its _start takes or gives values"))
    if program.module.is_imported_function(function):
        refuse_server(name, utf8("its _start is a function that it imports"))


def refuse_server(name: Slice[u8], reason: Slice[u8]) -> NoReturn:
    refuse(f"servers/{name}.wasm: {reason}")
