"""The whole engine in the test process: load a module, call its functions.

    with Loaded(wasm) as module:
        module.call("add", 1, 2)             -> [3]; a Trap is raised as an exception
        module.memory(0, 16)                 -> bytes
"""

from __future__ import annotations

import ctypes
from functools import cache
from typing import Any

from compiler.host.program import HostProgram
from tests.support.host import host_program

MODULES = ("kernel_src.process_linux", "kernel_src.platform_linux", "kernel_src.runtime.program")
SIGNATURE_BYTES = 1 << 20
I32, I64 = 0x7F, 0x7E
MASKS = {I32: 0xFFFF_FFFF, I64: 0xFFFF_FFFF_FFFF_FFFF}


class Refused(Exception):
    """The module was not loaded; the text is what the kernel would say."""


class Trap(Exception):
    """The call trapped: the name, and where, as (function, offset), innermost first."""

    def __init__(self, name: str, calls: list[tuple[int, int]]) -> None:
        super().__init__(name)
        self.calls = calls


@cache
def engine() -> HostProgram:
    program = host_program(*MODULES)
    program.module("kernel_src.process_linux").install_fault_handlers()
    return program


@cache
def signatures() -> Any:
    """Types are numbered for the whole process."""
    arena = engine().new("kernel_src.lib.arena.Arena", memory=bytearray(SIGNATURE_BYTES))
    return engine().new("kernel_src.runtime.signatures.Signatures", arena=arena)


class Loaded:
    def __init__(self, wasm: bytes, handlers: list[int] | None = None) -> None:
        self.runtime = engine().module("kernel_src.runtime.program")
        self.wasm = bytearray(wasm)
        failure = engine().new("kernel_src.wasm.errors.Failure")
        host = engine().new("kernel_src.runtime.imports.HostTable")
        for i, handler in enumerate(handlers or []):
            host.handlers[i] = handler
        try:
            self.program = self.runtime.load_program(self.wasm, signatures(), host, failure)
        except self.runtime.InitialiserTrapped:
            raise Refused("a segment does not fit") from None
        except self.runtime.NoMemory:
            raise Refused("too little memory") from None
        except self.runtime.Unlinkable:
            raise Refused(describe(host)) from None
        except (self.runtime.Malformed, self.runtime.Invalid, self.runtime.Unsupported):
            raise Refused(describe(failure)) from None

        cause = engine().module("kernel_src.process_linux").start_here(self.program)
        if cause:
            raise self.trap(cause)

    def __enter__(self) -> Loaded:
        return self

    def __exit__(self, *_: object) -> None:
        self.runtime.unload_program(self.program)

    def index_of(self, name: str) -> int:
        export = self.program.module.find_export(name.encode(), 0)
        if export is None:
            raise KeyError(name)
        return int(export.index)

    def types_of(self, index: int) -> list[int]:
        """Of all parameters and results."""
        type = self.program.module.function_type(index)
        return [*type.params, *type.results]

    def call(self, function: str | int, *arguments: int) -> list[int]:
        index = self.index_of(function) if isinstance(function, str) else function
        type = self.program.module.function_type(index)
        params, results = list(type.params), list(type.results)
        assert len(params) == len(arguments)
        words = engine().array("u64", self.runtime.words_of(self.program, index))
        for i, (kind, value) in enumerate(zip(params, arguments, strict=True)):
            words[i] = value & MASKS[kind]
        process = engine().module("kernel_src.process_linux")
        cause = process.call_here(self.program, index, words)
        if cause:
            raise self.trap(cause)
        places = [i if i < 2 else 6 + i - 2 for i in range(len(results))]
        return [words[p] & MASKS[kind] for p, kind in zip(places, results, strict=True)]

    def trap(self, cause: int) -> Trap:
        traps = engine().module("kernel_src.runtime.traps")
        record = self.program.instance.trap
        calls = [
            (record.calls[i].function, record.calls[i].offset) for i in range(record.count)
        ]
        return Trap(traps.trap_name(cause), calls)

    def memory(self, start: int, size: int) -> bytes:
        context = self.program.instance.context
        assert start + size <= context.memory.pages * 65536
        return ctypes.string_at(context.memory.base + start, size)


def describe(failure: Any) -> str:
    buffer = bytearray(200)
    return bytes(buffer[: failure.describe(buffer)]).decode()
